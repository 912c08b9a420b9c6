//! Sums carried from page to page: « À reporter » under the last row of a page, « Report » above the first of the next.
//!
//! Promises: both say the same sums, those after the row that ends the page; room for the lower one is kept under each
//! row, so that it never leaves the page; neither is read aloud, since a reader by ear knows no pages.
//!
//! Limits: a row's sums are set only when a page ends after it, so that a table of thousands costs what it did; each
//! line of sums is as high as the first one is: one line high, since the columns are wide enough for every sum.

use std::rc::Rc;

use super::paragraph::ShapedParagraph;
use super::slab::{Edges, Row, RowCell, Slab};
use super::table::PADDING;
use crate::render::display::{Artifact, Owner, RoleTree};
use crate::render::model::{Align, Carry, Paragraph};

/// What a table carries, where its columns stand.
#[derive(Debug)]
pub(super) struct Carrier {
    carry: Carry,
    /// The left edge of each column, and the right one of the last.
    lefts: Vec<f32>,
    edges: Edges,
    /// The space left and right of a cell's content.
    side: f32,
    height: f32,
}

/// The sums after one row.
#[derive(Debug, Clone)]
pub(super) struct Carried {
    carrier: Rc<Carrier>,
    row: usize,
}

impl Carrier {
    pub(super) fn new(carry: Carry, lefts: Vec<f32>, side: f32, edges: Edges) -> Self {
        let mut carrier = Self { carry, lefts, edges, side, height: 0.0 };
        let first = carrier.carry.sums.iter().flatten().next();
        carrier.height = first.map_or(0.0, |sums| carrier.row(&carrier.carry.to_next, sums).height);
        carrier
    }

    fn row(&self, label: &str, sums: &[String]) -> Slab {
        let texts =
            std::iter::once((label, Align::Left)).chain(sums.iter().map(|sum| (sum.as_str(), Align::Right)));
        let columns = std::iter::once(0).chain(self.carry.span..);
        let starts: Vec<f32> = columns.map_while(|column| self.lefts.get(column).copied()).collect();
        let cells = texts.zip(starts.windows(2)).map(|((text, align), edges)| match *edges {
            [left, right] => self.cell(text, align, left, right - left),
            _ => RowCell { x: 0.0, width: 0.0, slabs: Vec::new() },
        });
        Slab::of_row(Row { fill: None, edges: self.edges, cells: cells.collect(), padding: PADDING })
    }

    fn cell(&self, text: &str, align: Align, x: f32, width: f32) -> RowCell {
        let paragraph = Paragraph { align, ..Paragraph::of(text, self.carry.style) };
        let mut slabs = Vec::new();
        ShapedParagraph::new(&paragraph, &mut |_| ()).lines(
            x + self.side,
            width - 2.0 * self.side,
            Owner::Artifact(Artifact::Pagination),
            &mut RoleTree::default(),
            &mut slabs,
        );
        RowCell { x, width, slabs }
    }
}

/// Gives the width of the longest sum in each column that has some, with the column. All digits are as wide: the longest text is
/// the widest.
pub(super) fn widths(carry: &Carry) -> impl Iterator<Item = (usize, f32)> {
    let mut longest: Vec<(usize, &str)> = Vec::new();
    for sums in carry.sums.iter().flatten() {
        longest.resize(longest.len().max(sums.len()), (0, ""));
        for (known, sum) in longest.iter_mut().zip(sums) {
            let length = sum.chars().count();
            if length > known.0 {
                *known = (length, sum);
            }
        }
    }
    (carry.span..).zip(longest).map(|(column, (_, sum))| {
        let paragraph = Paragraph::of(sum, carry.style);
        (column, ShapedParagraph::new(&paragraph, &mut |_| ()).narrowest())
    })
}

impl Carried {
    /// Gives what the table carries after a row of its body; nothing after its last one.
    pub(super) fn after(carrier: &Rc<Carrier>, row: usize, rows: usize) -> Option<Self> {
        let is_carried = row + 1 < rows && matches!(carrier.carry.sums.get(row), Some(Some(_)));
        is_carried.then(|| Self { carrier: Rc::clone(carrier), row })
    }

    /// Gives the height that is kept under the row.
    pub(super) fn height(&self) -> f32 {
        self.carrier.height
    }

    /// Makes the line under the last row of a page.
    pub(super) fn below(&self) -> Slab {
        self.line(&self.carrier.carry.to_next)
    }

    /// Makes the line above the first row of the next page.
    pub(super) fn above(&self) -> Slab {
        self.line(&self.carrier.carry.from_last)
    }

    fn line(&self, label: &str) -> Slab {
        let sums = self.carrier.carry.sums.get(self.row).and_then(Option::as_deref).unwrap_or_default();
        self.carrier.row(label, sums)
    }
}
