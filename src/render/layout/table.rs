//! Tables: column widths from content, rows of cells, heads that come back.
//!
//! Promises: each column is as wide as its widest word where the page allows it, as its longest line where all do;
//! widths that the body gives come first; a row lacks no cell, so that a reader by ear keeps the columns; amounts stand
//! as [`amounts`] says. No number is ever parted and no cell runs over its neighbour: a table that its place is too narrow
//! for takes all of it, then is set in smaller type down to [`FLOOR_PT`], then parts its words. What has no room even so is
//! not laid out, and told ([`Workshop::fitted`]).

use std::rc::Rc;

use super::amounts;
use super::carry::{self, Carried, Carrier};
use super::paragraph::smaller;
use super::slab::{Edges, Row, RowCell, Slab, column_height};
use super::{Place, Shaped, TABLE_GAP, Workshop};
use crate::render::display::{Artifact, Colour, Item, Owner, Role, RoleId, Scope, Shape};
use crate::render::model::{Carry, Cell, Table, Width};

/// The space left and right of a cell's content.
const SIDE_PADDING: f32 = 5.0;
/// The same where a table lacks room.
const NARROW_PADDING: f32 = 2.0;
/// How many ems of a word stay on one line in a table without room: four letters or so. Fewer would be letters under one another.
const LEAST_EM: f32 = 2.0;
/// How many stay before a table is set smaller: as many as any word has. What is longer is an address, which parts.
const WORD_EM: f32 = 12.0;
/// The smallest type that a table is set in for want of room: small print, and still read.
const FLOOR_PT: f32 = 6.0;
/// How many times a table is set smaller: once is enough where all its text has one size, and what is smaller already
/// leaves the more to the rest.
const MAX_SHRINKS: usize = 4;
/// What rounding may add to the width of all columns.
const TOLERANCE: f32 = 0.05;
/// The space above and below it in a table with lines.
pub(super) const PADDING: f32 = 3.2;
/// The space above and below it in a table that only lays things out.
const BARE_PADDING: f32 = 1.0;
/// Behind the cells of a head.
const HEAD_FILL: Colour = Colour::grey(0xee);

/// The tallest head that comes back: a third of a page at most, even of one that lies on its side.
const MAX_HEAD_HEIGHT: f32 = 160.0;
/// The most cells of a head that comes back.
const MAX_HEAD_CELLS: usize = 200;

/// The most rows in a row that name those under them and so stay with the next one.
const MAX_TITLES: usize = 4;

/// A table whose text is shaped.
pub(super) struct ShapedTable {
    head: Vec<ShapedRow>,
    body: Vec<ShapedRow>,
    columns: usize,
    edges: Edges,
    width: Option<Width>,
    carry: Option<Carry>,
    /// Whether a cell heads a row or column. A table without one only lays things out, and is read as groups
    /// (PDF/UA-1, 7.5 asks for headings in every table).
    has_headings: bool,
}

struct ShapedRow {
    cells: Vec<ShapedCell>,
}

struct ShapedCell {
    is_head: bool,
    span: usize,
    width: Option<Width>,
    blocks: Vec<Shaped>,
    narrowest: f32,
    widest: f32,
}

impl ShapedRow {
    /// Tells whether the row names those under it.
    fn is_title(&self) -> bool {
        !self.cells.is_empty() && self.cells.iter().all(|cell| cell.is_head)
    }
}

/// What a column needs.
#[derive(Debug, Clone, Copy, Default)]
struct Need {
    narrowest: f32,
    widest: f32,
    asked: Option<Width>,
}

impl Workshop {
    pub(super) fn shape_table(&mut self, mut table: Table) -> ShapedTable {
        amounts::align(&mut table);
        let columns = table.columns();
        let edges = match (table.has_borders, table.head.is_empty()) {
            (true, _) => Edges::Around,
            (false, false) => Edges::Below,
            (false, true) => Edges::None,
        };
        let head: Vec<_> = table.head.into_iter().map(|row| self.shape_row(row.cells, columns)).collect();
        let body: Vec<_> = table.body.into_iter().map(|row| self.shape_row(row.cells, columns)).collect();
        let has_headings = head.iter().chain(&body).any(|row| row.cells.iter().any(|cell| cell.is_head));
        ShapedTable { head, body, columns, edges, width: table.width, carry: table.carry, has_headings }
    }

    fn shape_row(&mut self, cells: Vec<Cell>, columns: usize) -> ShapedRow {
        let spanned: usize = cells.iter().map(|cell| cell.span).sum();
        let mut shaped: Vec<_> = cells.into_iter().map(|cell| self.shape_cell(cell)).collect();
        shaped.extend(columns.checked_sub(spanned).filter(|lack| *lack > 0).map(ShapedCell::empty));
        ShapedRow { cells: shaped }
    }

    fn shape_cell(&mut self, cell: Cell) -> ShapedCell {
        let blocks = self.shape(cell.blocks);
        let (narrowest, widest) = extents(&blocks);
        ShapedCell { is_head: cell.is_head, span: cell.span, width: cell.width, blocks, narrowest, widest }
    }

    pub(super) fn table(&mut self, mut table: ShapedTable, place: Place, slabs: &mut Vec<Slab>) {
        let (edges, has_headings) = (table.edges, table.has_headings);
        let Some((widths, side)) = table.fitted(place.width) else {
            self.too_wide = self.too_wide.max(Some(table.columns));
            return;
        };
        let mut grid = Grid { lefts: lefts(place.x, &widths), side, edges, has_headings, role: RoleId(0) };
        grid.role = self.roles.add(grid.role_of(Role::Table), place.role);
        let first = slabs.len();
        let head = self.head(&grid, table.head, slabs);
        let part = self.roles.add(grid.role_of(Role::TableBody), Some(grid.role));
        let bearer = table.carry.map(|carry| Rc::new(Carrier::new(carry, grid.lefts.clone(), side, edges)));
        let rows = table.body.len();
        slabs.reserve_exact(rows);
        let mut titles = 0;
        for (number, row) in table.body.into_iter().enumerate() {
            titles = if row.is_title() { titles + 1 } else { 0 };
            let carried = bearer.as_ref().and_then(|bearer| Carried::after(bearer, number, rows));
            // What follows the last row, such as a note on the sums, stays with it too.
            let ends_no_page = bearer.is_some() && carried.is_none();
            slabs.push(Slab {
                stays_with_next: (1..=MAX_TITLES).contains(&titles) || ends_no_page,
                head: head.clone(),
                carried,
                ..self.row(&grid, row, part, false)
            });
        }
        if let Some(slab) = slabs.get_mut(first) {
            slab.gap = TABLE_GAP;
        }
    }

    /// Lays the head out, and gives what of it comes back on each page.
    fn head(&mut self, grid: &Grid, rows: Vec<ShapedRow>, slabs: &mut Vec<Slab>) -> Option<Rc<Vec<Slab>>> {
        let part = self.roles.add(grid.role_of(Role::TableHead), Some(grid.role));
        let cells: usize = rows.iter().map(|row| row.cells.len()).sum();
        let first = slabs.len();
        for row in rows {
            let slab = self.row(grid, row, part, true);
            slabs.push(Slab { stays_with_next: true, ..slab });
        }
        let head = slabs.get(first..).unwrap_or_default();
        // Not where it would fill the page, or the memory.
        let comes_back =
            !head.is_empty() && column_height(head) <= MAX_HEAD_HEIGHT && cells <= MAX_HEAD_CELLS;
        if !comes_back {
            // Its rows fill pages as those of the body do: kept together, they would leave one half empty.
            let all_but_last = slabs.len().saturating_sub(1);
            let free = slabs.iter_mut().take(all_but_last).skip(first);
            free.for_each(|slab| slab.stays_with_next = false);
            return None;
        }
        Some(Rc::new(head.iter().cloned().map(as_artifact).collect()))
    }

    fn row(&mut self, grid: &Grid, row: ShapedRow, part: RoleId, in_head: bool) -> Slab {
        let role = self.roles.add(grid.role_of(Role::Row), Some(part));
        let is_filled = in_head || row.is_title();
        let mut column = 0;
        let mut cells = Vec::with_capacity(row.cells.len());
        for cell in row.cells {
            let (x, width) = grid.span(column, cell.span);
            let role = self.roles.add(grid.role_of(cell.role(in_head)), Some(role));
            column += cell.span;
            cells.push(RowCell { x, width, slabs: self.cell(cell, role, (x, width), grid.side) });
        }
        let edges = grid.edges;
        let fill = (edges != Edges::None && is_filled).then_some(HEAD_FILL);
        let padding = if edges == Edges::None { BARE_PADDING } else { PADDING };
        Slab::of_row(Row { fill, edges, cells, padding })
    }

    fn cell(&mut self, cell: ShapedCell, role: RoleId, (x, width): (f32, f32), side: f32) -> Vec<Slab> {
        let inner = Place { x: x + side, width: width - 2.0 * side, role: Some(role) };
        // Most cells are one line: a table has thousands of them.
        let mut slabs = Vec::with_capacity(1);
        match &cell.blocks[..] {
            // The cell's role is enough for a lone paragraph, and halves the structure of a table.
            [Shaped::Paragraph(text)] if text.heading.is_none() => {
                text.lines(inner.x, inner.width, Owner::Role(role), &mut self.roles, &mut slabs);
            }
            _ => slabs = self.column(cell.blocks, inner),
        }
        if slabs.is_empty() {
            return vec![Slab::of(vec![Item { owner: Owner::Role(role), shape: Shape::Nothing }], 0.0)];
        }
        slabs
    }
}

/// A table where it stands.
struct Grid {
    edges: Edges,
    has_headings: bool,
    /// The space left and right of a cell's content.
    side: f32,
    /// The left edge of each column, and the right one of the last.
    lefts: Vec<f32>,
    role: RoleId,
}

impl Grid {
    /// Gives the role of a part of the table, none where it only lays things out.
    fn role_of(&self, role: Role) -> Role {
        if self.has_headings { role } else { Role::Group }
    }

    /// Gives the left edge and the width of some columns.
    fn span(&self, column: usize, count: usize) -> (f32, f32) {
        let edge = |column: usize| self.lefts.get(column).or(self.lefts.last()).copied().unwrap_or(0.0);
        (edge(column), edge(column + count) - edge(column))
    }
}

impl ShapedCell {
    fn role(&self, in_head: bool) -> Role {
        let span = u32::try_from(self.span).unwrap_or(1);
        let scope = if in_head { Scope::Column } else { Scope::Row };
        if self.is_head { Role::HeadCell(scope, span) } else { Role::Cell(span) }
    }

    /// The cell over the columns that a short row lacks.
    fn empty(span: usize) -> Self {
        Self { is_head: false, span, width: None, blocks: Vec::new(), narrowest: 0.0, widest: 0.0 }
    }
}

impl ShapedTable {
    /// Gives the width of its columns and the space beside their content, after setting it as small as its place asks for;
    /// nothing when it has no room even so.
    fn fitted(&mut self, available: f32) -> Option<(Vec<f32>, f32)> {
        let needs = self.needs(available, SIDE_PADDING, ShapedCell::extents);
        let least = narrowest(&needs);
        if fits(least, available) {
            let room = match self.width {
                Some(width) => width.resolve(available),
                None => wanted(&needs).min(available),
            };
            return Some((share(&needs, room.max(least)), SIDE_PADDING));
        }
        let needs = self.needs(available, SIDE_PADDING, ShapedCell::of_words);
        if fits(narrowest(&needs), available) {
            return Some((share(&needs, available), SIDE_PADDING));
        }
        for _ in 0..MAX_SHRINKS {
            let needs = self.needs(available, NARROW_PADDING, ShapedCell::of_words);
            let least = narrowest(&needs);
            if fits(least, available) {
                return Some((share(&needs, available), NARROW_PADDING));
            }
            let padding: f32 = needs.iter().map(|need| need.narrowest.min(2.0 * NARROW_PADDING)).sum();
            self.shrink(((available - padding) / (least - padding)).clamp(0.0, 1.0));
        }
        self.shrink(0.0);
        let needs = self.needs(available, NARROW_PADDING, ShapedCell::least);
        fits(narrowest(&needs), available).then(|| (share(&needs, available), NARROW_PADDING))
    }

    /// Sets its text smaller.
    fn shrink(&mut self, factor: f32) {
        for cell in self.head.iter_mut().chain(&mut self.body).flat_map(|row| &mut row.cells) {
            shrink(&mut cell.blocks, factor);
            (cell.narrowest, cell.widest) = extents(&cell.blocks);
        }
        if let Some(carry) = &mut self.carry {
            carry.style.size_pt = smaller(carry.style.size_pt, factor, FLOOR_PT);
        }
    }

    /// Gives what its columns need, with the padding on each side; cells over several columns add what the others lack.
    fn needs(&self, available: f32, side: f32, extents: fn(&ShapedCell) -> (f32, f32)) -> Vec<Need> {
        let mut needs = vec![Need::default(); self.columns];
        for is_spanning in [false, true] {
            for row in self.head.iter().chain(&self.body) {
                let mut column = 0;
                for cell in &row.cells {
                    let columns = needs.get_mut(column..column + cell.span).unwrap_or_default();
                    if (cell.span > 1) == is_spanning && !cell.blocks.is_empty() {
                        let (narrowest, widest) = extents(cell);
                        cell.add_to(columns, available, (narrowest + 2.0 * side, widest + 2.0 * side));
                    }
                    column += cell.span;
                }
            }
        }
        for (column, width) in self.carry.iter().flat_map(carry::widths) {
            if let Some(need) = needs.get_mut(column) {
                need.narrowest = need.narrowest.max(width + 2.0 * side);
                need.widest = need.widest.max(need.narrowest);
            }
        }
        needs
    }

    fn extents(&self) -> (f32, f32) {
        let needs = self.needs(f32::MAX, SIDE_PADDING, ShapedCell::extents);
        (narrowest(&needs), needs.iter().map(|need| need.widest).sum())
    }

    /// Gives the width below which it would part a number, or leave less than so many ems of a word on a line.
    fn least(&self, of_word_em: f32) -> f32 {
        let needs = if of_word_em > LEAST_EM {
            self.needs(f32::MAX, SIDE_PADDING, ShapedCell::of_words)
        } else {
            self.needs(f32::MAX, NARROW_PADDING, ShapedCell::least)
        };
        narrowest(&needs)
    }
}

impl ShapedCell {
    /// Gives the narrowest and the widest that it can be.
    fn extents(&self) -> (f32, f32) {
        (self.narrowest, self.widest)
    }

    /// Gives the width below which it would part a number, and the one below which it parts its words.
    fn least(&self) -> (f32, f32) {
        (least_of(&self.blocks, LEAST_EM), self.narrowest)
    }

    /// Gives the width below which it would part a number or a word, addresses aside, and the widest that it can be.
    fn of_words(&self) -> (f32, f32) {
        (least_of(&self.blocks, WORD_EM), self.widest)
    }

    /// Adds what it needs, padding included, to the columns that it spans.
    fn add_to(&self, columns: &mut [Need], available: f32, (narrowest, widest): (f32, f32)) {
        let mut widest = widest;
        if let (Some(width), [column]) = (self.width, &mut *columns) {
            column.asked = column.asked.or(Some(width));
            if let Width::Points(points) = width {
                widest = points.clamp(narrowest.min(available), available.max(narrowest));
            }
        }
        let count = u16::try_from(columns.len()).unwrap_or(u16::MAX).max(1);
        let lack = |have: f32, wanted: f32| (wanted - have).max(0.0) / f32::from(count);
        let more_narrow = lack(columns.iter().map(|need| need.narrowest).sum(), narrowest);
        let more_wide = lack(columns.iter().map(|need| need.widest).sum(), widest);
        for column in columns {
            column.narrowest += more_narrow;
            column.widest = (column.widest + more_wide).max(column.narrowest);
        }
    }
}

/// Gives the left edge of each column, and the right one of the last.
fn lefts(x: f32, widths: &[f32]) -> Vec<f32> {
    let rights = widths.iter().scan(x, |x, width| {
        *x += width;
        Some(*x)
    });
    std::iter::once(x).chain(rights).collect()
}

fn narrowest(needs: &[Need]) -> f32 {
    needs.iter().map(|need| need.narrowest).sum()
}

fn fits(least: f32, available: f32) -> bool {
    least <= available + TOLERANCE
}

/// Gives the width of a table in which each column is as wide as it wants, and as its share of the whole.
fn wanted(needs: &[Need]) -> f32 {
    let (mut natural, mut by_share, mut shares, mut others) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    for need in needs {
        natural += need.widest;
        match need.asked {
            Some(Width::Share(share)) if share > 0.0 => {
                shares += share;
                by_share = by_share.max(need.widest / share);
            }
            _ => others += need.widest,
        }
    }
    let for_others = if shares > 0.0 && shares < 1.0 { others / (1.0 - shares) } else { 0.0 };
    natural.max(by_share).max(for_others)
}

/// Shares a width between columns: what each needs at least, then what it is given a share of, then more for those that want
/// more.
fn share(needs: &[Need], room: f32) -> Vec<f32> {
    let bases: Vec<f32> = needs.iter().map(|need| need.base(room)).collect();
    let base: f32 = bases.iter().sum();
    if base >= room {
        let least = narrowest(needs);
        let part = ((room - least) / (base - least).max(f32::MIN_POSITIVE)).clamp(0.0, 1.0);
        let own = |(need, base): (&Need, &f32)| need.narrowest + (base - need.narrowest) * part;
        return needs.iter().zip(&bases).map(own).collect();
    }
    let wishes: Vec<f32> =
        needs.iter().zip(&bases).map(|(need, base)| (need.wish(room) - base).max(0.0)).collect();
    let wish: f32 = wishes.iter().sum();
    let more = room - base;
    let granted = if wish > 0.0 { (more / wish).min(1.0) } else { 0.0 };
    let left = (more - granted * wish).max(0.0);
    let grown: Vec<f32> = bases.iter().zip(&wishes).map(|(base, wish)| base + wish * granted).collect();
    let total: f32 = grown.iter().sum();
    grown.iter().map(|width| width + left * width / total.max(f32::MIN_POSITIVE)).collect()
}

impl Need {
    fn base(self, room: f32) -> f32 {
        match self.asked {
            Some(Width::Share(share)) => (share * room).max(self.narrowest),
            _ => self.narrowest,
        }
    }

    fn wish(self, room: f32) -> f32 {
        match self.asked {
            Some(Width::Share(share)) => (share * room).max(self.narrowest),
            _ => self.widest,
        }
    }
}

/// Gives the narrowest and the widest that blocks can be.
fn extents(blocks: &[Shaped]) -> (f32, f32) {
    blocks.iter().fold((0.0, 0.0), |(narrowest, widest): (f32, f32), block| {
        let (narrow, wide) = match block {
            Shaped::Paragraph(paragraph) => (paragraph.narrowest(), paragraph.widest()),
            Shaped::Table(table) => table.extents(),
            Shaped::List(items, _) => {
                let inside = items.iter().map(|(_, blocks)| extents(blocks));
                let (narrow, wide) = inside.fold((0.0_f32, 0.0_f32), |a, b| (a.0.max(b.0), a.1.max(b.1)));
                let indent = super::indent(items);
                (narrow + indent, wide + indent)
            }
            Shaped::Rule | Shaped::PageBreak => (0.0, 0.0),
        };
        (narrowest.max(narrow), widest.max(wide))
    })
}

/// Gives the width below which blocks would part a number, or leave less than so many ems of a word on a line.
fn least_of(blocks: &[Shaped], of_word_em: f32) -> f32 {
    let least = blocks.iter().map(|block| match block {
        Shaped::Paragraph(paragraph) => paragraph.least(of_word_em),
        Shaped::Table(table) => table.least(of_word_em),
        Shaped::List(items, _) => {
            let inside = items.iter().map(|(_, blocks)| least_of(blocks, of_word_em));
            inside.fold(0.0, f32::max) + super::indent(items)
        }
        Shaped::Rule | Shaped::PageBreak => 0.0,
    });
    least.fold(0.0, f32::max)
}

/// Sets the text of blocks smaller.
fn shrink(blocks: &mut [Shaped], factor: f32) {
    for block in blocks {
        match block {
            Shaped::Paragraph(paragraph) => paragraph.shrink(factor, FLOOR_PT),
            Shaped::Table(table) => table.shrink(factor),
            Shaped::List(items, _) => items.iter_mut().for_each(|(label, blocks)| {
                label.shrink(factor, FLOOR_PT);
                shrink(blocks, factor);
            }),
            Shaped::Rule | Shaped::PageBreak => {}
        }
    }
}

/// Gives the look of a row without its content's roles, for the next pages.
fn as_artifact(slab: Slab) -> Slab {
    let height = slab.height;
    // A link is followed where it is read, once.
    let is_seen = |item: &Item| !matches!(item.shape, Shape::Nothing | Shape::Follow(_));
    let items = slab.into_items(0.0).into_iter().filter(is_seen);
    let owner = Owner::Artifact(Artifact::Pagination);
    Slab::of(items.map(|item| Item { owner, ..item }).collect(), height)
}

/// Gives the height of a head that comes back.
pub(super) fn head_height(slab: &Slab) -> f32 {
    slab.head.as_deref().map_or(0.0, |head| column_height(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(narrowest: f32, widest: f32, asked: Option<Width>) -> Need {
        Need { narrowest, widest, asked }
    }

    #[test]
    fn columns_share_the_room_by_what_they_want() {
        let needs = [need(20.0, 40.0, None), need(30.0, 130.0, None)];
        assert_eq!(share(&needs, 170.0), [40.0, 130.0]);
        assert_eq!(share(&needs, 110.0), [30.0, 80.0]);
        let total: f32 = share(&needs, 400.0).iter().sum();
        assert!((total - 400.0).abs() < 0.01);
    }

    #[test]
    fn a_share_that_the_body_gives_comes_first() {
        let needs = [need(20.0, 40.0, Some(Width::Share(0.5))), need(30.0, 130.0, None)];
        assert_eq!(share(&needs, 200.0), [100.0, 100.0]);
        assert!((wanted(&needs) - 260.0).abs() < 0.01);
    }

    #[test]
    fn a_column_that_needs_more_than_its_share_takes_it_from_those_that_need_less() {
        let half = Some(Width::Share(0.5));
        assert_eq!(share(&[need(120.0, 120.0, half), need(20.0, 20.0, half)], 160.0), [120.0, 40.0]);
    }
}
