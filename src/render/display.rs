//! The display list: what stands where on each page, tied to a tree of roles. No engine is named here.
//!
//! Promises: lengths are points (1/72 inch) from the top left corner of the page; what a reader hears comes
//! once, in reading order; what only decorates (rules, fills, footers, repeated table heads) is an artifact.
//! The order of a role's children is the order in which their content is drawn.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::render::fonts::Face;

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

impl Colour {
    /// Black.
    pub const BLACK: Self = Self::grey(0);

    /// Gives a grey, from 0 (black) to 255 (white).
    pub const fn grey(level: u8) -> Self {
        Self { red: level, green: level, blue: level }
    }
}

/// A place in a text or a list, in half the room of a `usize`: a table has a hundred thousand glyphs. What a document may
/// hold is bounded far below its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offset(u32);

impl Offset {
    /// Keeps a place.
    pub fn of(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// Gives it back.
    pub fn get(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// One glyph of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Its number in the font.
    pub id: u16,
    /// How far the pen moves, in ems.
    pub advance_em: f32,
    /// Its shift to the right, in ems.
    pub shift_em: f32,
    /// The first byte of the run's text that it shows.
    pub start: Offset,
    /// The byte after the last one.
    pub end: Offset,
}

/// Text of one face, size and colour on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Where it starts, from the left.
    pub x: f32,
    /// Its baseline, from the top.
    pub baseline: f32,
    /// The face.
    pub face: Face,
    /// The size in points.
    pub size_pt: f32,
    /// The colour.
    pub colour: Colour,
    /// What it says.
    pub text: String,
    /// How it looks.
    pub glyphs: Vec<Glyph>,
}

/// A rectangle's place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Area {
    /// Gives the smallest area that holds both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }
}

/// A picture's bytes, as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What the bytes are.
    pub format: PictureFormat,
    /// The file's content.
    pub bytes: Arc<Vec<u8>>,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
}

/// The formats of pictures that letters hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
}

/// A link, by its place in [`DisplayList::links`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub usize);

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The address, in ASCII.
    pub address: String,
    /// What it is, for a reader that doesn't see it.
    pub description: String,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Some text.
    Run(Run),
    /// A filled rectangle; rules and underlines are thin ones.
    Fill(Area, Colour),
    /// A picture, by its place in [`DisplayList::pictures`].
    Picture(Area, usize),
    /// Nothing to see: where a pointer follows the link whose role owns it. The areas of a page come after their text.
    Follow(Area),
    /// Nothing: it keeps an empty table cell in the role tree.
    Nothing,
}

impl Shape {
    /// Moves the shape.
    pub fn move_by(&mut self, dx: f32, dy: f32) {
        match self {
            Self::Run(run) => {
                run.x += dx;
                run.baseline += dy;
            }
            Self::Fill(area, _) | Self::Picture(area, _) | Self::Follow(area) => {
                area.x += dx;
                area.y += dy;
            }
            Self::Nothing => {}
        }
    }
}

/// Why an artifact is no content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Artifact {
    /// Rules, fills, underlines.
    Layout,
    /// What comes back on each page: footers, repeated table heads.
    Pagination,
}

/// Whose content a shape is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A node of the role tree.
    Role(RoleId),
    /// Nobody's: it isn't read aloud.
    Artifact(Artifact),
}

/// A shape and its owner.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Whose content it is.
    pub owner: Owner,
    /// What is drawn.
    pub shape: Shape,
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Width in points.
    pub width: f32,
    /// Height in points.
    pub height: f32,
    /// What stands on it, in reading order.
    pub items: Vec<Item>,
}

/// What a heading cell heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Its column.
    Column,
    /// Its row.
    Row,
}

/// What stands before the items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// •
    Bullet,
    /// 1, 2, 3.
    Decimal,
    /// a, b, c.
    LowerLetters,
    /// A, B, C.
    UpperLetters,
    /// i, ii, iii.
    LowerRoman,
    /// I, II, III.
    UpperRoman,
}

/// What a piece of the document is, for a reader that doesn't see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// A group without a meaning of its own.
    Group,
    /// A paragraph.
    Paragraph,
    /// A heading of a level from 1, with its text.
    Heading(u16, String),
    /// A list and how it is numbered.
    List(Numbering),
    /// One item of a list.
    ListItem,
    /// The item's bullet or number.
    Label,
    /// The item's content.
    ListBody,
    /// A table.
    Table,
    /// A table's head.
    TableHead,
    /// A table's rows.
    TableBody,
    /// One row.
    Row,
    /// A heading cell and the columns it spans.
    HeadCell(Scope, u32),
    /// A cell and the columns it spans.
    Cell(u32),
    /// A picture with its description.
    Figure(String),
    /// A link: the text that is part of it, and its areas.
    Link(LinkId),
}

/// A node of the role tree, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub usize);

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleNode {
    /// What it is.
    pub role: Role,
    /// What it is part of; `None` right under the document.
    pub parent: Option<RoleId>,
}

/// The tree of roles, each node after its parent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoleTree {
    nodes: Vec<RoleNode>,
}

impl RoleTree {
    /// Adds a node under a parent made before it.
    pub fn add(&mut self, role: Role, parent: Option<RoleId>) -> RoleId {
        self.nodes.push(RoleNode { role, parent });
        RoleId(self.nodes.len() - 1)
    }

    /// Gives the node of a link under a parent: the same one for all its lines, even on several pages.
    pub fn link(&mut self, link: LinkId, parent: RoleId) -> RoleId {
        let wanted = RoleNode { role: Role::Link(link), parent: Some(parent) };
        // A link goes on without a gap: the last node is its own, or that of a picture in it.
        let last = self.nodes.len().checked_sub(1).map(RoleId);
        let above = self.nodes.last().and_then(|node| node.parent);
        let known = [last, above].into_iter().flatten().find(|id| self.nodes.get(id.0) == Some(&wanted));
        known.unwrap_or_else(|| self.add(wanted.role, wanted.parent))
    }

    /// Gives the nodes; their places are their ids.
    pub fn nodes(&self) -> &[RoleNode] {
        &self.nodes
    }
}

/// An entry of the outline.
#[derive(Debug, Clone, PartialEq)]
pub struct Bookmark {
    /// What it says.
    pub title: String,
    /// The page, from 0.
    pub page: usize,
    /// Where on the page, from the top.
    pub y: f32,
}

/// What the document says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The title.
    pub title: String,
    /// Who wrote it.
    pub author: String,
    /// The language, as a tag.
    pub language: &'static str,
    /// The stable identity: the same for each rendering of the same document.
    pub document_id: String,
    /// When the document was made: a day of its record, never the clock's.
    pub created_on: NaiveDate,
}

/// A whole document, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct DisplayList {
    /// What the document says about itself.
    pub about: About,
    /// The pages.
    pub pages: Vec<Page>,
    /// The roles.
    pub roles: RoleTree,
    /// The links of the text.
    pub links: Vec<Link>,
    /// The pictures that the pages show.
    pub pictures: Vec<Picture>,
    /// The outline: its first entry holds the others.
    pub outline: Vec<Bookmark>,
}
