//! From blocks to pages: lines, lists and tables become slabs, and slabs fill pages.
//!
//! Promises: no line is cut, no row either unless it is higher than a page; a table's head comes back on each page;
//! a heading stays with what follows; the first and last two lines of a paragraph stay together; what the body asks
//! for in width is granted as far as the page allows; a table that carries sums says them where its pages meet. Every length is in points.

mod amounts;
mod carry;
mod numbers;
mod pages;
mod paragraph;
mod slab;
mod table;

use std::collections::BTreeMap;

use crate::render::display::{
    Area, Artifact, Colour, DisplayList, Item, Numbering, Owner, Role, RoleId, RoleTree, Shape,
};
use crate::render::model::{Align, Block, List, Paragraph, TextStyle};
use crate::render::{Dropped, DroppedKind, RenderError};
pub use pages::{Frame, Paginated, paginate};
use paragraph::ShapedParagraph;
pub use slab::Slab;
use slab::Title;

/// The space between two paragraphs.
const PARAGRAPH_GAP: f32 = 6.5;
/// The space above a heading.
const HEADING_GAP: f32 = 13.0;
/// The space between two items of a list.
const ITEM_GAP: f32 = 3.0;
/// How far the items of a list stand to the right, where their numbers leave them that room.
const LIST_INDENT: f32 = 18.0;
/// The space after a number that takes more.
const LABEL_GAP: f32 = 4.0;
/// The space around tables and rules.
const TABLE_GAP: f32 = 9.0;
/// The narrowest column of text: a narrower one would be a glyph a line.
const MIN_WIDTH: f32 = 4.0;
/// How much of a text that was shortened names it.
const SHORTENED_NAME: usize = 40;
/// The colour of rules and borders.
const RULE_COLOUR: Colour = Colour::grey(0x99);
/// The width of rules and borders.
const RULE_WIDTH: f32 = 0.5;

/// What the layout makes besides slabs: the roles, and the characters without a glyph.
#[derive(Debug, Default)]
pub struct Workshop {
    /// The role tree.
    pub roles: RoleTree,
    missing: BTreeMap<char, usize>,
    last_heading: u16,
    shortened: Vec<Dropped>,
    /// The columns of the widest table that fits no page.
    too_wide: Option<usize>,
}

/// How many lines paragraphs may have that stand in a place of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// All together.
    pub lines: usize,
    /// The first one.
    pub first: usize,
    /// Each other one.
    pub each: usize,
}

/// A block whose text is shaped, once for all measures.
enum Shaped {
    Paragraph(ShapedParagraph),
    List(Vec<(ShapedParagraph, Vec<Shaped>)>, Numbering),
    Table(table::ShapedTable),
    Rule,
    PageBreak,
}

/// Where a block stands: its left edge, its width, and the role it is part of.
#[derive(Debug, Clone, Copy)]
struct Place {
    x: f32,
    width: f32,
    role: Option<RoleId>,
}

impl Workshop {
    /// Lays blocks out in a column. Each is let go once it is shaped, and what was shaped once it is laid out: a table of
    /// thousands of rows never stands in memory twice.
    pub fn slabs(&mut self, blocks: Vec<Block>, x: f32, width: f32, role: Option<RoleId>) -> Vec<Slab> {
        let shaped = self.shape(blocks);
        self.column(shaped, Place { x, width, role })
    }

    /// Lays a single paragraph out, outside any flow, under a role.
    pub fn paragraph(&mut self, paragraph: &Paragraph, x: f32, width: f32, role: RoleId) -> Vec<Slab> {
        let shaped = self.shape_paragraph(paragraph);
        let mut slabs = Vec::new();
        shaped.lines(x, width, Owner::Role(role), &mut self.roles, &mut slabs);
        slabs
    }

    /// Puts paragraphs under one another, each in a role of its own, and gives where they end. What passes the bounds is
    /// shortened, and told by [`Self::lost`].
    pub fn stack(
        &mut self,
        paragraphs: &[Paragraph],
        (x, y): (f32, f32),
        width: f32,
        bounds: Bounds,
        items: &mut Vec<Item>,
    ) -> f32 {
        let mut y = y;
        if paragraphs.is_empty() {
            return y;
        }
        let group = self.roles.add(Role::Group, None);
        let mut lines_left = bounds.lines;
        for (position, paragraph) in paragraphs.iter().enumerate() {
            // Those that come after have a line each.
            let after = paragraphs.len() - position - 1;
            let each = if position == 0 { bounds.first } else { bounds.each };
            let room = each.min(lines_left.saturating_sub(after).max(1)).min(lines_left);
            if room == 0 {
                self.shortened(paragraph);
                continue;
            }
            let role = match paragraph.heading {
                Some(level) => Role::Heading(level, paragraph.text()),
                None => Role::Paragraph,
            };
            let role = self.roles.add(role, Some(group));
            let slabs = self.bounded(paragraph, x, width, room, role);
            lines_left = lines_left.saturating_sub(slabs.len());
            for slab in slabs {
                let height = slab.height();
                items.extend(slab.into_items(y));
                y += height;
            }
        }
        y
    }

    /// Lays a paragraph out in so many lines at most, the last one with an ellipsis where there would be more.
    fn bounded(&mut self, paragraph: &Paragraph, x: f32, width: f32, most: usize, role: RoleId) -> Vec<Slab> {
        let slabs = self.paragraph(paragraph, x, width, role);
        if slabs.len() <= most {
            return slabs;
        }
        self.shortened(paragraph);
        self.paragraph(&paragraph::shortened(paragraph, width, most), x, width, role)
    }

    fn shortened(&mut self, paragraph: &Paragraph) {
        let name = paragraph.text().chars().take(SHORTENED_NAME).collect();
        self.shortened.push(Dropped { kind: DroppedKind::Shortened, name, count: 1 });
    }

    /// Lays one line out as an artifact of pagination: a footer. What is longer ends with an ellipsis.
    pub fn artifact(&mut self, text: &str, style: TextStyle, align: Align, x: f32, width: f32) -> Vec<Item> {
        let paragraph = Paragraph { align, ..Paragraph::of(text, style) };
        let mut line = |paragraph: &Paragraph| {
            let shaped = self.shape_paragraph(paragraph);
            let mut slabs = Vec::new();
            shaped.lines(x, width, Owner::Artifact(Artifact::Pagination), &mut self.roles, &mut slabs);
            slabs
        };
        let mut slabs = line(&paragraph);
        if slabs.len() > 1 {
            slabs = line(&paragraph::shortened(&paragraph, width, 1));
        }
        slabs.into_iter().flat_map(|slab| slab.into_items(0.0)).collect()
    }

    /// Tells which characters no font has, and which texts were shortened.
    pub fn lost(&self) -> impl Iterator<Item = Dropped> {
        let missing = self.missing.iter().map(|(c, count)| Dropped {
            kind: DroppedKind::Glyph,
            name: format!("U+{:04X}", u32::from(*c)),
            count: *count,
        });
        missing.chain(self.shortened.iter().cloned())
    }

    /// Tells whether every table found room.
    ///
    /// # Errors
    /// [`RenderError::TableTooWide`] when one has more columns than its page has room for.
    pub fn fitted(&self) -> Result<(), RenderError> {
        self.too_wide.map_or(Ok(()), |columns| Err(RenderError::TableTooWide { columns }))
    }

    fn shape(&mut self, blocks: Vec<Block>) -> Vec<Shaped> {
        let mut shaped = Vec::with_capacity(blocks.len());
        for block in blocks {
            shaped.push(match block {
                Block::Paragraph(paragraph) => Shaped::Paragraph(self.shape_paragraph(&paragraph)),
                Block::List(list) => self.shape_list(list),
                Block::Table(table) => Shaped::Table(self.shape_table(table)),
                Block::Rule => Shaped::Rule,
                Block::PageBreak => Shaped::PageBreak,
            });
        }
        shaped
    }

    fn shape_list(&mut self, list: List) -> Shaped {
        let mut items = Vec::with_capacity(list.items.len());
        for (number, item) in (0..).zip(list.items) {
            let label = numbers::label(list.numbering, list.first.saturating_add(number));
            let label = Paragraph::of(label, look_of(&item));
            items.push((self.shape_paragraph(&label), self.shape(item)));
        }
        Shaped::List(items, list.numbering)
    }

    fn shape_paragraph(&mut self, paragraph: &Paragraph) -> ShapedParagraph {
        let missing = &mut self.missing;
        ShapedParagraph::new(paragraph, &mut |c| *missing.entry(c).or_default() += 1)
    }

    fn column(&mut self, blocks: Vec<Shaped>, place: Place) -> Vec<Slab> {
        let place = Place { width: place.width.max(MIN_WIDTH), ..place };
        let mut slabs: Vec<Slab> = Vec::new();
        let (mut breaks_page, mut gap_before) = (false, 0.0_f32);
        for block in blocks {
            let first = slabs.len();
            let stands_apart = matches!(block, Shaped::Table(_) | Shaped::Rule);
            match block {
                Shaped::Paragraph(paragraph) => self.lines(&paragraph, place, &mut slabs),
                Shaped::List(items, numbering) => self.list(items, numbering, place, &mut slabs),
                Shaped::Table(table) => self.table(table, place, &mut slabs),
                Shaped::Rule => slabs.push(rule(place)),
                Shaped::PageBreak => breaks_page = true,
            }
            if let Some(slab) = slabs.get_mut(first) {
                slab.starts_page |= std::mem::take(&mut breaks_page);
                slab.gap = slab.gap.max(gap_before);
                gap_before = if stands_apart { TABLE_GAP } else { 0.0 };
            }
        }
        slabs
    }

    fn lines(&mut self, paragraph: &ShapedParagraph, place: Place, slabs: &mut Vec<Slab>) {
        let title = paragraph.heading.map(|level| self.title(level, paragraph));
        let role = match &title {
            Some(title) => Role::Heading(title.level, title.text.clone()),
            None => Role::Paragraph,
        };
        let role = self.roles.add(role, place.role);
        let first = slabs.len();
        paragraph.lines(place.x, place.width, Owner::Role(role), &mut self.roles, slabs);
        let is_heading = title.is_some();
        if let Some(slab) = slabs.get_mut(first) {
            slab.gap = if is_heading { HEADING_GAP } else { PARAGRAPH_GAP };
            slab.title = title;
        }
        if is_heading {
            slabs.iter_mut().skip(first).for_each(|slab| slab.stays_with_next = true);
        }
    }

    /// Gives a heading a level that never skips one (PDF/UA-1, 7.4.2).
    fn title(&mut self, level: u16, paragraph: &ShapedParagraph) -> Title {
        let level = level.min(self.last_heading.max(1).saturating_add(1));
        self.last_heading = level;
        Title { level, text: paragraph.plain_text() }
    }

    fn list(
        &mut self,
        items: Vec<(ShapedParagraph, Vec<Shaped>)>,
        numbering: Numbering,
        place: Place,
        slabs: &mut Vec<Slab>,
    ) {
        let first_gap = if self.is_in_list(place.role) { ITEM_GAP } else { PARAGRAPH_GAP };
        let list = self.roles.add(Role::List(numbering), place.role);
        let indent = indent(&items);
        for (position, (label, blocks)) in items.into_iter().enumerate() {
            let item = self.roles.add(Role::ListItem, Some(list));
            let mark = self.roles.add(Role::Label, Some(item));
            let body = self.roles.add(Role::ListBody, Some(item));
            let inner = Place { x: place.x + indent, width: place.width - indent, role: Some(body) };
            let mut inside = self.column(blocks, inner);
            self.put_label(&label, mark, place.x, &mut inside);
            if let Some(first) = inside.first_mut() {
                first.gap = if position == 0 { first_gap } else { ITEM_GAP };
            }
            slabs.append(&mut inside);
        }
    }

    fn is_in_list(&self, role: Option<RoleId>) -> bool {
        let node = role.and_then(|role| self.roles.nodes().get(role.0));
        node.is_some_and(|node| node.role == Role::ListBody)
    }

    /// Puts an item's label on its first line, or on a line of its own above a table.
    fn put_label(&mut self, label: &ShapedParagraph, role: RoleId, x: f32, slabs: &mut Vec<Slab>) {
        let mut line = Vec::new();
        label.lines(x, f32::MAX, Owner::Role(role), &mut self.roles, &mut line);
        let Some(mut label) = line.pop() else { return };
        if let Some(first) = slabs.first_mut().filter(|first| first.baseline.is_some()) {
            first.take_label(label);
        } else {
            label.bind();
            slabs.insert(0, label);
        }
    }
}

/// Gives how far the items of a list stand to the right: beyond the widest of their numbers.
fn indent(items: &[(ShapedParagraph, Vec<Shaped>)]) -> f32 {
    items.iter().map(|(label, _)| label.widest() + LABEL_GAP).fold(LIST_INDENT, f32::max)
}

/// Gives the look of a list's label: that of the item's first text, upright.
fn look_of(item: &[Block]) -> TextStyle {
    use crate::render::model::Inline;
    let first = item.iter().find_map(|block| match block {
        Block::Paragraph(paragraph) => paragraph.inlines.iter().find_map(|inline| match inline {
            Inline::Text(_, style) => Some(*style),
            Inline::Picture(_) => None,
        }),
        _ => None,
    });
    let look = first.unwrap_or(TextStyle::plain(10.5));
    TextStyle { bold: look.bold, colour: look.colour, ..TextStyle::plain(look.size_pt) }
}

fn rule(place: Place) -> Slab {
    let area = Area { x: place.x, y: 0.0, width: place.width, height: RULE_WIDTH };
    let item = Item { owner: Owner::Artifact(Artifact::Layout), shape: Shape::Fill(area, RULE_COLOUR) };
    Slab { gap: TABLE_GAP, ..Slab::of(vec![item], RULE_WIDTH) }
}

/// Adds items to a page of the list.
pub fn put(list: &mut DisplayList, page: usize, items: impl IntoIterator<Item = Item>) {
    if let Some(page) = list.pages.get_mut(page) {
        page.items.extend(items);
    }
}
