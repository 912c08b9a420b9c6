//! A slab: what the pages are filled with, from top to bottom. A line of text, or a row of cells.

use std::rc::Rc;

use super::carry::Carried;
use crate::render::display::{Area, Artifact, Colour, Item, Owner, Shape};

/// A heading, for the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Title {
    /// Its level, from 1.
    pub level: u16,
    /// Its text.
    pub text: String,
}

/// A piece of a column, as wide as it. Its items count their height from its own top.
#[derive(Debug, Clone)]
pub struct Slab {
    /// The space above, unless it starts a page.
    pub(super) gap: f32,
    /// Its height, without the gap.
    pub(super) height: f32,
    /// Whether it must not be the last of a page.
    pub(super) stays_with_next: bool,
    /// Whether it must be the first of a page.
    pub(super) starts_page: bool,
    /// The baseline of its text, when it is a line.
    pub(super) baseline: Option<f32>,
    /// The heading that starts here.
    pub(super) title: Option<Title>,
    /// The rows that come back above it when it starts a page.
    pub(super) head: Option<Rc<Vec<Slab>>>,
    /// The sums that its table carries when the page ends after it.
    pub(super) carried: Option<Carried>,
    pub(super) content: Content,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Items(Vec<Item>),
    Row(Row),
}

/// The cells of a row, side by side.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Behind the cells.
    pub fill: Option<Colour>,
    pub edges: Edges,
    pub cells: Vec<RowCell>,
    /// The space above and below the content of each cell.
    pub padding: f32,
}

/// Which lines a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    /// None: the table only lays things out.
    None,
    /// One below.
    Below,
    /// Around each cell.
    Around,
}

#[derive(Debug, Clone)]
pub(super) struct RowCell {
    pub x: f32,
    pub width: f32,
    pub slabs: Vec<Slab>,
}

impl Slab {
    pub(super) fn of(items: Vec<Item>, height: f32) -> Self {
        Self {
            gap: 0.0,
            height,
            stays_with_next: false,
            starts_page: false,
            baseline: None,
            title: None,
            head: None,
            carried: None,
            content: Content::Items(items),
        }
    }

    pub(super) fn of_row(row: Row) -> Self {
        let height = row.height();
        Self { content: Content::Row(row), ..Self::of(Vec::new(), height) }
    }

    /// Gives the slab with more space above.
    #[must_use]
    pub fn after(self, gap: f32) -> Self {
        Self { gap, ..self }
    }

    /// Binds the slab to the next one: no page ends between them.
    pub fn bind(&mut self) {
        self.stays_with_next = true;
    }

    /// Gives its height in points, without the space above.
    pub fn height(&self) -> f32 {
        self.height
    }

    /// Puts a list's label before the text, on the same baseline.
    pub(super) fn take_label(&mut self, label: Self) {
        let (Some(own), Some(its)) = (self.baseline, label.baseline) else { return };
        let mut items = label.into_items(own - its);
        if let Content::Items(own) = &mut self.content {
            items.append(own);
            *own = items;
        }
    }

    /// Gives its items with its top at `y`.
    pub fn into_items(self, y: f32) -> Vec<Item> {
        let mut items = Vec::new();
        self.pour(y, &mut items);
        items
    }

    /// Puts its items with its top at `y`.
    pub(super) fn pour(self, y: f32, items: &mut Vec<Item>) {
        match self.content {
            Content::Items(own) => items.extend(own.into_iter().map(|mut item| {
                item.shape.move_by(0.0, y);
                item
            })),
            Content::Row(row) => row.pour(y, self.height, items),
        }
    }

    /// Cuts a row so that its first part is at most `room` high; nothing when that leaves no content above.
    pub(super) fn split(self, room: f32) -> Result<(Self, Self), Box<Self>> {
        match &self.content {
            Content::Row(row) if row.can_split(room) => {}
            _ => return Err(Box::new(self)),
        }
        let Content::Row(row) = self.content else { return Err(Box::new(Self::of(Vec::new(), self.height))) };
        let (top, rest) = row.split(room);
        let rest = Self { gap: 0.0, head: self.head.clone(), carried: self.carried, ..Self::of_row(rest) };
        Ok((Self { gap: self.gap, head: self.head, title: self.title, ..Self::of_row(top) }, rest))
    }
}

impl Row {
    fn height(&self) -> f32 {
        let tallest = self.cells.iter().map(|cell| column_height(&cell.slabs)).fold(0.0, f32::max);
        tallest + 2.0 * self.padding
    }

    fn pour(self, y: f32, height: f32, items: &mut Vec<Item>) {
        self.draw_fill(y, height, items);
        self.draw_edges(y, height, items);
        for cell in self.cells {
            let mut top = y + self.padding;
            for (position, slab) in cell.slabs.into_iter().enumerate() {
                top += if position == 0 { 0.0 } else { slab.gap };
                let slab_height = slab.height;
                slab.pour(top, items);
                top += slab_height;
            }
        }
    }

    /// Draws the lines above and below the row, and those between its cells.
    fn draw_edges(&self, y: f32, height: f32, items: &mut Vec<Item>) {
        use super::{RULE_COLOUR, RULE_WIDTH};
        let (Some(first), Some(last)) = (self.cells.first(), self.cells.last()) else { return };
        let (left, width) = (first.x, last.x + last.width - first.x);
        let mut put = |area| {
            let owner = Owner::Artifact(Artifact::Layout);
            items.push(Item { owner, shape: Shape::Fill(area, RULE_COLOUR) });
        };
        let across = |y: f32| Area { x: left, y: y - RULE_WIDTH / 2.0, width, height: RULE_WIDTH };
        let down = |x: f32| Area { x: x - RULE_WIDTH / 2.0, y, width: RULE_WIDTH, height };
        if self.edges != Edges::None {
            put(across(y + height));
        }
        if self.edges == Edges::Around {
            put(across(y));
            put(down(left));
            self.cells.iter().for_each(|cell| put(down(cell.x + cell.width)));
        }
    }

    fn draw_fill(&self, y: f32, height: f32, items: &mut Vec<Item>) {
        let (Some(colour), Some(first), Some(last)) = (self.fill, self.cells.first(), self.cells.last())
        else {
            return;
        };
        let area = Area { x: first.x, y, width: last.x + last.width - first.x, height };
        items.push(Item { owner: Owner::Artifact(Artifact::Layout), shape: Shape::Fill(area, colour) });
    }

    fn can_split(&self, room: f32) -> bool {
        let room = room - 2.0 * self.padding;
        self.cells.iter().any(|cell| cell.slabs.first().is_some_and(|slab| slab.fits_partly(room)))
    }

    fn split(self, room: f32) -> (Self, Self) {
        let inner = room - 2.0 * self.padding;
        let mut tops = Vec::with_capacity(self.cells.len());
        let mut rests = Vec::with_capacity(self.cells.len());
        for cell in self.cells {
            let (top, rest) = split_column(cell.slabs, inner);
            tops.push(RowCell { slabs: top, ..cell });
            rests.push(RowCell { slabs: rest, ..cell });
        }
        let part = |cells| Self { cells, fill: self.fill, edges: self.edges, padding: self.padding };
        (part(tops), part(rests))
    }
}

impl Slab {
    fn fits_partly(&self, room: f32) -> bool {
        match &self.content {
            Content::Row(row) => self.height <= room || row.can_split(room),
            Content::Items(_) => self.height <= room,
        }
    }
}

/// Cuts a column where the next slab no longer fits, through a row where one must be.
fn split_column(slabs: Vec<Slab>, room: f32) -> (Vec<Slab>, Vec<Slab>) {
    let (mut top, mut rest) = (Vec::new(), Vec::new());
    let mut left = room;
    for slab in slabs {
        let gap = if top.is_empty() { 0.0 } else { slab.gap };
        if !rest.is_empty() {
            rest.push(slab);
        } else if gap + slab.height <= left {
            left -= gap + slab.height;
            top.push(slab);
        } else {
            match slab.split(left - gap) {
                Ok((above, below)) => {
                    top.push(above);
                    rest.push(below);
                }
                Err(whole) => rest.push(*whole),
            }
        }
    }
    (top, rest)
}

/// Gives the height of slabs in a column; the first one's gap doesn't count.
pub(super) fn column_height(slabs: &[Slab]) -> f32 {
    let gaps: f32 = slabs.iter().skip(1).map(|slab| slab.gap).sum();
    gaps + slabs.iter().map(|slab| slab.height).sum::<f32>()
}
