//! The documents that the agent makes of records: lists, statements. All share one frame.
//!
//! Promises
//! - The frame's head stands on every page: what the document is on the left; whose it is, when and by whom it was made
//!   and the page on the right. It is read aloud once, on the first page. A line of it that is too long goes on on a second
//!   one, and ends there with an ellipsis, which is told.
//! - Every word is French; amounts stand on the right, with U+202F between thousands.
//! - The same model gives the same bytes: the day and the hour are part of the model.
//!
//! | file | document | rules |
//! |---|---|---|
//! | [`co_owners`] | « Liste des copropriétaires » | G3, G4 |
//! | [`statement`] | « Extrait de compte » | C16, D12-D15, D27 |
//! | [`expenses`] | « Liste des dépenses » | E3 |
//! | [`works_fund`] | « Fonds de travaux » | F4 |

pub mod co_owners;
pub mod expenses;
pub mod statement;
mod table;
pub mod works_fund;

use chrono::NaiveDate;

use super::display::{
    About, Area, Artifact, Bookmark, Colour, DisplayList, Item, Owner, Page, RoleTree, Shape,
};
use super::layout::{Bounds, Frame, Paginated, Workshop, paginate, put};
use super::model::{Align, Block, Paragraph, TextStyle};
use super::words::say;
use super::{Dropped, Limits, RenderError};

pub use co_owners::CoOwnerList;
pub use expenses::{ExpenseRow, ExpenseSheet};
pub use statement::{AccountStatement, StatementLine};
pub use works_fund::{FundLine, FundStatement, FundUnit};

const MM: f32 = 72.0 / 25.4;
/// The short and the long side of A4.
const SIDES: (f32, f32) = (210.0 * MM, 297.0 * MM);
const MARGIN: f32 = 15.0 * MM;
const TOP: f32 = 12.0 * MM;
/// The space between the head's rule and what follows.
const UNDER_HEAD: f32 = 9.0;
/// From the bottom edge to the footer's rule.
const FOOTER: f32 = 14.0 * MM;
/// The share of the head's width that its left side takes.
const LEFT_SHARE: f32 = 0.66;

/// The lines of the head's left side, and of its right one: it stands on every page.
const LEFT_LINES: Bounds = Bounds { lines: 10, first: 2, each: 2 };
const RIGHT_LINES: Bounds = Bounds { lines: 6, first: 2, each: 2 };

const TITLE: TextStyle = TextStyle::plain(13.0).bold().coloured(ACCENT);
const DETAIL: TextStyle = TextStyle::plain(9.0);
const FOOT: TextStyle = TextStyle::plain(7.5).coloured(Colour::grey(0x55));
const ACCENT: Colour = Colour { red: 0x1f, green: 0x3a, blue: 0x5f };

/// A document in the common frame, before its layout.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    /// What it is: the first line of the head, and the file's title.
    pub title: String,
    /// The lines under it.
    pub details: Vec<String>,
    /// The lines on the right of the head; the page's number comes under them.
    pub aside: Vec<String>,
    /// What fills the pages.
    pub blocks: Vec<Block>,
    /// What the footer says besides the page.
    pub footer: String,
    /// Whether the page lies on its side.
    pub landscape: bool,
    /// Who wrote it: the agency.
    pub author: String,
    /// The document's stable identity.
    pub document_id: String,
    /// The day that it was made.
    pub made_on: NaiveDate,
}

/// A kind of document that has a [`Paper`].
pub trait Sheet {
    /// Sets the document in the common frame.
    fn paper(&self) -> Paper;
}

/// Makes a paper's display list, and tells what of it is not shown.
pub(super) fn lay_out(mut paper: Paper, limits: &Limits) -> Result<(DisplayList, Vec<Dropped>), RenderError> {
    let (width, height) = if paper.landscape { (SIDES.1, SIDES.0) } else { SIDES };
    let mut workshop = Workshop::default();
    let mut head = Vec::new();
    let (mark, bottom) = put_head(&mut workshop, &paper, width, &mut head);
    let slabs = workshop.slabs(std::mem::take(&mut paper.blocks), MARGIN, width - 2.0 * MARGIN, None);
    workshop.fitted()?;
    let top = bottom + UNDER_HEAD;
    let frame = Frame { first_top: top, top, bottom: height - FOOTER - 8.0 };
    let Paginated { pages, bookmarks } = paginate(slabs, frame, limits.max_pages)
        .map_err(|_| RenderError::PaperTooLong { title: paper.title.clone(), limit: limits.max_pages })?;
    let first = Bookmark { title: paper.title.clone(), page: 0, y: TOP };
    let mut list = DisplayList {
        about: About {
            title: paper.title.clone(),
            author: paper.author.clone(),
            language: "fr",
            document_id: paper.document_id.clone(),
            created_on: paper.made_on,
        },
        pages: pages.into_iter().map(|items| Page { width, height, items }).collect(),
        roles: RoleTree::default(),
        links: Vec::new(),
        pictures: Vec::new(),
        outline: std::iter::once(first).chain(bookmarks).collect(),
    };
    let again: Vec<Item> = head.iter().cloned().map(as_artifact).collect();
    let mut head = Some(head);
    for page in &mut list.pages {
        let own = head.take().unwrap_or_else(|| again.clone());
        page.items.splice(0..0, own);
    }
    for page in 0..list.pages.len() {
        let marks = marks(&mut workshop, &paper, (width, height), mark, (page, list.pages.len()));
        put(&mut list, page, marks);
    }
    list.roles = std::mem::take(&mut workshop.roles);
    let mut dropped: Vec<Dropped> = workshop.lost().collect();
    dropped.sort();
    Ok((list, dropped))
}

/// Gives what a repeated head shows, for no reader by ear.
fn as_artifact(item: Item) -> Item {
    Item { owner: Owner::Artifact(Artifact::Pagination), ..item }
}

/// Puts the head, and gives where the page's number stands and where the head ends.
fn put_head(workshop: &mut Workshop, paper: &Paper, width: f32, items: &mut Vec<Item>) -> (f32, f32) {
    let inner = width - 2.0 * MARGIN;
    let title = Paragraph { heading: Some(1), ..Paragraph::of(paper.title.clone(), TITLE) };
    let details = filled(&paper.details).map(|line| Paragraph::of(line, DETAIL));
    let left: Vec<_> = std::iter::once(title).chain(details).collect();
    let left_end = workshop.stack(&left, (MARGIN, TOP), inner * LEFT_SHARE - 10.0, LEFT_LINES, items);
    let aside: Vec<_> = filled(&paper.aside)
        .map(|line| Paragraph { align: Align::Right, ..Paragraph::of(line, DETAIL) })
        .collect();
    let x = MARGIN + inner * LEFT_SHARE;
    let right_end = workshop.stack(&aside, (x, TOP + 2.0), inner * (1.0 - LEFT_SHARE), RIGHT_LINES, items);
    let y = left_end.max(right_end + page_mark_height()) + 4.0;
    items.push(line(Area { x: MARGIN, y, width: inner, height: 0.9 }, ACCENT));
    (right_end, y)
}

/// The page's number stands under the lines on the right: one more line of their look.
fn page_mark_height() -> f32 {
    DETAIL.size_pt * 1.3
}

fn filled(lines: &[String]) -> impl Iterator<Item = &str> {
    lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty())
}

/// Makes what only this page bears: its number under the head's right side (« -1- »), and the footer.
fn marks(
    workshop: &mut Workshop,
    paper: &Paper,
    (width, height): (f32, f32),
    below: f32,
    (page, pages): (usize, usize),
) -> Vec<Item> {
    let inner = width - 2.0 * MARGIN;
    let x = MARGIN + inner * LEFT_SHARE;
    let right = inner * (1.0 - LEFT_SHARE);
    let mut items = at(workshop.artifact(&format!("-{}-", page + 1), DETAIL, Align::Right, x, right), below);
    let y = height - FOOTER;
    items.push(line(Area { x: MARGIN, y, width: inner, height: 0.5 }, Colour::grey(0xbb)));
    items.extend(at(workshop.artifact(&paper.footer, FOOT, Align::Left, MARGIN, inner - 80.0), y + 4.0));
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX).into();
    let number = say("render-page", &[("page", count(page + 1)), ("pages", count(pages))]);
    items.extend(at(workshop.artifact(&number, FOOT, Align::Right, width - MARGIN - 80.0, 80.0), y + 4.0));
    items
}

fn at(mut items: Vec<Item>, y: f32) -> Vec<Item> {
    for item in &mut items {
        item.shape.move_by(0.0, y);
    }
    items
}

fn line(area: Area, colour: Colour) -> Item {
    Item { owner: Owner::Artifact(Artifact::Layout), shape: Shape::Fill(area, colour) }
}

/// Gives « 24/11/2026 ».
pub(super) fn day(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}
