//! A letter's content between its HTML and its layout: blocks, and text with its look.

use crate::render::display::{Colour, LinkId, Numbering};

/// How the lines of a paragraph stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// On the left margin.
    #[default]
    Left,
    /// In the middle.
    Centre,
    /// On the right margin.
    Right,
    /// On both, the last line on the left.
    Justify,
}

/// Text above or below its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// On the line.
    #[default]
    Line,
    /// Above, smaller.
    Superscript,
    /// Below, smaller.
    Subscript,
}

/// The look of some text.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "four marks that HTML sets each by itself")]
pub struct TextStyle {
    /// Heavy.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
    /// With a line under it.
    pub underline: bool,
    /// With a line through it.
    pub strike: bool,
    /// Size in points, before [`Level`] makes it smaller.
    pub size_pt: f32,
    /// Colour.
    pub colour: Colour,
    /// Above or below the line.
    pub level: Level,
    /// The link that it is part of.
    pub link: Option<LinkId>,
}

impl TextStyle {
    /// Gives the plain look of a size.
    pub const fn plain(size_pt: f32) -> Self {
        Self {
            bold: false,
            italic: false,
            underline: false,
            strike: false,
            size_pt,
            colour: Colour::BLACK,
            level: Level::Line,
            link: None,
        }
    }

    /// Gives the same look in bold.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// Gives the same look in a colour.
    #[must_use]
    pub const fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }
}

/// A picture in a line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureBox {
    /// Its place among the document's pictures.
    pub index: usize,
    /// Wanted width in points.
    pub width: f32,
    /// Wanted height in points.
    pub height: f32,
    /// What it shows, in words.
    pub description: String,
    /// The link that it is part of.
    pub link: Option<LinkId>,
}

/// A piece of a paragraph.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    /// Text; a line feed ends the line.
    Text(String, TextStyle),
    /// A picture.
    Picture(PictureBox),
}

/// A paragraph or a heading.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Paragraph {
    /// The level of a heading, from 1.
    pub heading: Option<u16>,
    /// How its lines stand.
    pub align: Align,
    /// Its content.
    pub inlines: Vec<Inline>,
}

impl Paragraph {
    /// Makes a paragraph of one look.
    pub fn of(text: impl Into<String>, style: TextStyle) -> Self {
        Self { heading: None, align: Align::Left, inlines: vec![Inline::Text(text.into(), style)] }
    }

    /// Gives its text alone.
    pub fn text(&self) -> String {
        let texts = self.inlines.iter().map(|inline| match inline {
            Inline::Text(text, _) => text.as_str(),
            Inline::Picture(picture) => picture.description.as_str(),
        });
        texts.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A list.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// How it is numbered.
    pub numbering: Numbering,
    /// The first number.
    pub first: i64,
    /// Its items.
    pub items: Vec<Vec<Block>>,
}

/// A width that the body asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Width {
    /// In points.
    Points(f32),
    /// As a share of what there is, 0 to 1.
    Share(f32),
}

impl Width {
    /// Gives the width in points.
    pub fn resolve(self, available: f32) -> f32 {
        match self {
            Self::Points(points) => points.min(available),
            Self::Share(share) => share.min(1.0) * available,
        }
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Whether it heads its row or column.
    pub is_head: bool,
    /// The columns it spans, 1 or more.
    pub span: usize,
    /// Its alignment, where the body gives one.
    pub align: Option<Align>,
    /// Its width, where the body gives one.
    pub width: Option<Width>,
    /// Its content.
    pub blocks: Vec<Block>,
}

/// A row of cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The rows that head every page.
    pub head: Vec<Row>,
    /// The other rows.
    pub body: Vec<Row>,
    /// Whether each cell has a border.
    pub has_borders: bool,
    /// Its width, where the body gives one.
    pub width: Option<Width>,
    /// What it carries from page to page.
    pub carry: Option<Carry>,
}

/// The sums that a table longer than a page carries to the next one.
#[derive(Debug, Clone, PartialEq)]
pub struct Carry {
    /// What stands before them at the end of a page: « À reporter ».
    pub to_next: String,
    /// What stands before them on the next page: « Report ».
    pub from_last: String,
    /// The columns that these words span.
    pub span: usize,
    /// Their look.
    pub style: TextStyle,
    /// For each row of the body, the sums after it, a text for each column that is left; `None` = the row stays with
    /// the next one.
    pub sums: Vec<Option<Vec<String>>>,
}

impl Table {
    /// Gives the number of columns.
    pub fn columns(&self) -> usize {
        let spans = |row: &Row| row.cells.iter().map(|cell| cell.span).sum();
        self.head.iter().chain(&self.body).map(spans).max().unwrap_or(0)
    }
}

/// A piece of the body.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph or heading.
    Paragraph(Paragraph),
    /// A list.
    List(List),
    /// A table.
    Table(Table),
    /// A horizontal rule.
    Rule,
    /// The next block starts a page.
    PageBreak,
}
