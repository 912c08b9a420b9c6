//! Models in, PDF bytes out: letters, and the lists and statements of [`papers`], by the same layout.
//!
//! The way of a letter: its body (restricted HTML) is sanitised and read into a [`model`]; [`layout`] makes a
//! [`display`] list tied to a tree of roles; a backend draws it: krilla by default, printpdf behind the cargo
//! feature `printpdf`.
//!
//! Promises
//! - The same input gives the same bytes: no clock, no chance, no map order. A content digest is that of the input
//!   ([`input_digest`]), never of the PDF.
//! - PDF/A-2a and PDF/UA-1 as krilla's validator checks them: tagged, titled, in French, with an outline; fonts are
//!   embedded, subset and searchable. A file that fails the validator is refused, never written.
//! - What of a body is not shown (elements, attributes, pictures, characters without a glyph) is told and counted
//!   in [`Rendered::dropped`].
//! - A document fails alone: each limit is a typed [`RenderError`], and a panic inside becomes
//!   [`RenderError::Engine`].
//!
//! Limits: [`Limits`]; RTF and DOCX bodies are refused until a reader is proven; under a cell that spans rows the next
//! ones have an empty cell; left to right scripts only.

pub mod access;
pub mod display;
pub mod fonts;
pub mod html;
mod krilla;
pub mod layout;
pub mod letter;
pub mod model;
pub mod papers;
pub mod pictures;
#[cfg(feature = "printpdf")]
mod printpdf;
mod repack;
pub mod stationery;
mod tidy;
mod typography;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};

use publier_core::domain::digest::Digest;
use publier_core::domain::document::MAX_BODY_BYTES;
use publier_core::publication::reason::RefusalReason;

use crate::i18n::{Messages, Value, number};
pub use letter::{Letter, Letterhead, Signature, raw_digest};
pub use pictures::{ImageResolver, NoImages};
pub use stationery::Stationery;

/// The version of the layout: a change that alters what is already published raises it, and with it every
/// [`input_digest`].
pub const LAYOUT_VERSION: u32 = 5;

/// The most pages of a statement or list. At 37 lines a page, 50,000 entries fill them, which is what an account of a whole building
/// gathers in decades; they take 370 MB and 2.7 s, and twice as many would take twice that, beyond a small server.
const MAX_PAPER_PAGES: usize = 1_500;

/// The bounds of one document. The defaults are far above any letter of an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The body's size in bytes, pictures in `data:` addresses included.
    pub max_body_bytes: usize,
    /// The body's text in characters.
    pub max_text_chars: usize,
    /// The elements of the body.
    pub max_elements: usize,
    /// How deep elements nest.
    pub max_depth: usize,
    /// The pages of the document.
    pub max_pages: usize,
    /// The pixels of all its pictures together.
    pub max_image_pixels: u64,
}

impl Limits {
    /// The bounds of a statement or list: its rows are the agency's own records, each known and short, so that it may be far
    /// longer than a letter.
    pub fn of_papers() -> Self {
        Self { max_pages: MAX_PAPER_PAGES, ..Self::default() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body_bytes: usize::try_from(MAX_BODY_BYTES).unwrap_or(usize::MAX),
            max_text_chars: 1_000_000,
            max_elements: 100_000,
            max_depth: 100,
            max_pages: 300,
            max_image_pixels: 24_000_000,
        }
    }
}

/// Which engine writes the PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backend {
    /// krilla: accessible and archival.
    #[default]
    Krilla,
    /// printpdf: the same pages, without tags.
    #[cfg(feature = "printpdf")]
    Printpdf,
}

/// A document that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The file.
    pub pdf: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// What of the input it does not show, in a stable order.
    pub dropped: Vec<Dropped>,
}

/// What kind of thing was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DroppedKind {
    /// An element of the body; the text inside it is kept, but for scripts and their like.
    Element,
    /// An attribute.
    Attribute,
    /// A property of a `style` attribute.
    Property,
    /// A link whose address is of a scheme that isn't followed, or relative; its words stay.
    Link,
    /// A picture that stands on the network, which is never asked.
    NetworkImage,
    /// Text that the body hides (`display:none`).
    Hidden,
    /// A picture that could not be found or is neither PNG nor JPEG.
    Image,
    /// A character that no font has, shown as a square.
    Glyph,
    /// A text outside the body, such as a name, that its place is too small for.
    Shortened,
}

impl DroppedKind {
    /// Gives the stable code, part of the message's key.
    pub fn code(self) -> &'static str {
        match self {
            Self::Element => "element",
            Self::Attribute => "attribute",
            Self::Property => "property",
            Self::Link => "link",
            Self::NetworkImage => "network-image",
            Self::Hidden => "hidden",
            Self::Image => "image",
            Self::Glyph => "glyph",
            Self::Shortened => "shortened",
        }
    }
}

/// The elements whose content is lost with them. Of any other element that is dropped the text stays, or there was
/// nothing for a reader (scripts, styles, a page's title).
const CONTENT_LOST_WITH: [&str; 14] = [
    "applet",
    "audio",
    "canvas",
    "embed",
    "iframe",
    "input",
    "math",
    "object",
    "recipient",
    "select",
    "svg",
    "textarea",
    "video",
    "xml",
];

/// The attributes, with their element, that say what a reader reads: the numbers of a list.
const CONTENT_ATTRIBUTES: [&str; 2] = ["li value", "ol reversed"];

/// Something of the input that the document does not show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    /// What it is.
    pub kind: DroppedKind,
    /// Its name: `script`, `onclick`, `font-family`, the scheme of an address, a picture's id, `U+6F22`, the
    /// beginning of a text.
    pub name: String,
    /// How many times.
    pub count: usize,
}

impl Dropped {
    /// Tells whether a reader may miss something, and not only a look.
    pub fn is_content(&self) -> bool {
        match self.kind {
            DroppedKind::Element => CONTENT_LOST_WITH.contains(&self.name.as_str()),
            // An anchor leads nowhere on paper.
            DroppedKind::Link => self.name != "#",
            DroppedKind::NetworkImage
            | DroppedKind::Hidden
            | DroppedKind::Image
            | DroppedKind::Glyph
            | DroppedKind::Shortened => true,
            DroppedKind::Attribute => CONTENT_ATTRIBUTES.contains(&self.name.as_str()),
            DroppedKind::Property => false,
        }
    }

    /// Says it to staff.
    pub fn describe(&self, messages: &Messages) -> String {
        let key = format!("render-dropped-{}", self.kind.code());
        let count = u64::try_from(self.count).unwrap_or(u64::MAX);
        messages.format(&key, &[("name", self.name.as_str().into()), ("count", count.into())])
    }
}

/// Why a document could not be made; the others go on.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The body is no HTML but a word processor's file.
    #[error("the body is {format}, which is not read")]
    BodyFormat {
        /// `RTF` or `DOCX`.
        format: &'static str,
    },
    /// The body has too many bytes.
    #[error("the body has {bytes} bytes, the limit is {limit}")]
    BodyTooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The body has too much text.
    #[error("the body's text has {chars} characters, the limit is {limit}")]
    TextTooLong {
        /// Its length.
        chars: usize,
        /// The limit.
        limit: usize,
    },
    /// The body has too many elements.
    #[error("the body has more than {limit} elements")]
    TooManyElements {
        /// The limit.
        limit: usize,
    },
    /// A tag has too many attributes.
    #[error("a tag has more than {limit} attributes")]
    TooManyAttributes {
        /// The limit.
        limit: usize,
    },
    /// The body's elements nest too deep.
    #[error("the body's elements nest deeper than {limit}")]
    NestedTooDeep {
        /// The limit.
        limit: usize,
    },
    /// The document would have too many pages.
    #[error("the document has more than {limit} pages")]
    TooManyPages {
        /// The limit.
        limit: usize,
    },
    /// A statement or list would have too many pages.
    #[error("« {title} » has more than {limit} pages")]
    PaperTooLong {
        /// What the document is.
        title: String,
        /// The limit.
        limit: usize,
    },
    /// A table has more columns than its page has room for, even in small print.
    #[error("a table of {columns} columns is wider than its page")]
    TableTooWide {
        /// Its columns.
        columns: usize,
    },
    /// The pictures have too many pixels together.
    #[error("the picture {name} of {width_px} x {height_px} pixels passes the document's {limit_px}")]
    ImageTooLarge {
        /// Its name.
        name: String,
        /// Its width in pixels.
        width_px: u32,
        /// Its height in pixels.
        height_px: u32,
        /// The pixels that all pictures may have together.
        limit_px: u64,
    },
    /// The engine refused the document, or broke down on it.
    #[error("the engine could not write the document: {reason}")]
    Engine {
        /// In the engine's words.
        reason: String,
    },
}

impl RenderError {
    /// Gives the stable code, part of the message's key.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BodyFormat { .. } => "body-format",
            Self::BodyTooLarge { .. } => "body-too-large",
            Self::TextTooLong { .. } => "text-too-long",
            Self::TooManyElements { .. } => "too-many-elements",
            Self::TooManyAttributes { .. } => "too-many-attributes",
            Self::NestedTooDeep { .. } => "nested-too-deep",
            Self::TooManyPages { .. } => "too-many-pages",
            Self::PaperTooLong { .. } => "paper-too-long",
            Self::TableTooWide { .. } => "table-too-wide",
            Self::ImageTooLarge { .. } => "image-too-large",
            Self::Engine { .. } => "engine",
        }
    }

    /// Gives the reason under which the event is refused in the publication's catalogue.
    pub fn refusal(&self) -> RefusalReason {
        match self {
            Self::BodyFormat { .. } => RefusalReason::BodyFormat,
            Self::BodyTooLarge { .. } => RefusalReason::BodyTooLarge,
            Self::TextTooLong { .. }
            | Self::TooManyElements { .. }
            | Self::TooManyAttributes { .. }
            | Self::TooManyPages { .. } => RefusalReason::BodyTooLong,
            Self::NestedTooDeep { .. } => RefusalReason::BodyTooDeep,
            Self::ImageTooLarge { .. } => RefusalReason::PictureTooLarge,
            Self::TableTooWide { .. } => RefusalReason::TableTooWide,
            Self::PaperTooLong { .. } => RefusalReason::PaperTooLong,
            Self::Engine { .. } => RefusalReason::RenderFailed,
        }
    }

    /// Says to staff what happened and what to do.
    pub fn describe(&self, messages: &Messages) -> String {
        let grouped = |count: u64| Value::from(number(count, messages.lang()));
        let count = |count: usize| grouped(u64::try_from(count).unwrap_or(u64::MAX));
        let values = match self {
            Self::BodyFormat { format } => vec![("format", Value::from(*format))],
            Self::BodyTooLarge { limit, .. }
            | Self::TextTooLong { limit, .. }
            | Self::TooManyElements { limit }
            | Self::TooManyAttributes { limit }
            | Self::NestedTooDeep { limit }
            | Self::TooManyPages { limit } => vec![("limit", count(*limit))],
            Self::PaperTooLong { title, limit } => {
                vec![("title", Value::from(title.as_str())), ("limit", count(*limit))]
            }
            Self::TableTooWide { columns } => vec![("columns", count(*columns))],
            Self::ImageTooLarge { name, width_px, height_px, limit_px } => vec![
                ("name", Value::from(name.as_str())),
                ("width", grouped(u64::from(*width_px))),
                ("height", grouped(u64::from(*height_px))),
                ("limit", grouped(*limit_px / 1_000_000)),
            ],
            Self::Engine { reason } => vec![("reason", Value::from(reason.as_str()))],
        };
        messages.format(&format!("render-error-{}", self.code()), &values)
    }
}

/// Makes the PDF of a letter with krilla.
///
/// # Errors
/// The reason why this letter can't be made: see [`RenderError`].
pub fn render_letter(
    letter: &Letter,
    images: &dyn ImageResolver,
    limits: &Limits,
) -> Result<Rendered, RenderError> {
    render_letter_with(Backend::Krilla, letter, images, limits)
}

/// Makes the PDF of a letter with a chosen engine.
///
/// # Errors
/// As [`render_letter`].
pub fn render_letter_with(
    backend: Backend,
    letter: &Letter,
    images: &dyn ImageResolver,
    limits: &Limits,
) -> Result<Rendered, RenderError> {
    contained(|| {
        let (list, dropped) = letter::lay_out(letter, images, limits)?;
        let pages = list.pages.len();
        let pdf = draw(backend, list)?;
        Ok(Rendered { pdf, pages, dropped })
    })
}

/// Gives the title of a building's co-owner list, in French.
pub fn list_title(building: &str) -> String {
    words::say("render-list-title", &[("building", building.into())])
}

/// Gives the title of an account's statement, in French.
pub fn statement_title(number: &str) -> String {
    words::say("render-statement-title", &[("number", number.into())])
}

/// Makes the PDF of a list or a statement with krilla.
///
/// # Errors
/// The reason why this document can't be made: see [`RenderError`].
pub fn render_sheet(sheet: &dyn papers::Sheet, limits: &Limits) -> Result<Rendered, RenderError> {
    render_sheet_with(Backend::Krilla, sheet, limits)
}

/// Makes the PDF of a list or a statement with a chosen engine.
///
/// # Errors
/// As [`render_sheet`].
pub fn render_sheet_with(
    backend: Backend,
    sheet: &dyn papers::Sheet,
    limits: &Limits,
) -> Result<Rendered, RenderError> {
    contained(|| {
        let (list, dropped) = papers::lay_out(sheet.paper(), limits)?;
        let pages = list.pages.len();
        let pdf = draw(backend, list)?;
        Ok(Rendered { pdf, pages, dropped })
    })
}

/// Gives the digest of all that a letter shows: its sanitised body, its pictures, its frame and
/// [`LAYOUT_VERSION`]. It changes when, and only when, the document must be sent anew.
///
/// # Errors
/// When the body passes a limit or is no HTML.
pub fn input_digest(
    letter: &Letter,
    images: &dyn ImageResolver,
    limits: &Limits,
) -> Result<Digest, RenderError> {
    contained(|| letter::input_digest(letter, images, limits))
}

fn draw(backend: Backend, list: display::DisplayList) -> Result<Vec<u8>, RenderError> {
    match backend {
        Backend::Krilla => krilla::draw(list),
        #[cfg(feature = "printpdf")]
        Backend::Printpdf => printpdf::draw(&list),
    }
}

/// Runs the work of one document so that a panic in it, or in an engine, stays there.
fn contained<T>(work: impl FnOnce() -> Result<T, RenderError>) -> Result<T, RenderError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let words = panic
            .downcast_ref::<&str>()
            .map(|words| (*words).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned());
        Err(RenderError::Engine { reason: words.unwrap_or_else(|| "a panic without words".to_owned()) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn a_panic_inside_is_an_error_with_its_words() {
        let error = contained::<()>(|| panic!("boom {}", 1)).unwrap_err();
        assert_eq!(error.to_string(), "the engine could not write the document: boom 1");
    }

    #[test]
    fn the_reasons_and_the_contracts_tell_the_limits_that_hold() {
        let Limits { max_text_chars, max_elements, max_depth, max_pages, max_image_pixels, max_body_bytes } =
            Limits::default();
        let grouped = |number: usize, by: &str| {
            let digits = number.to_string();
            let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().collect();
            groups.iter().map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join(by)
        };
        let told = [
            (RefusalReason::BodyTooLong, max_pages),
            (RefusalReason::BodyTooLong, max_text_chars),
            (RefusalReason::BodyTooLong, max_elements),
            (RefusalReason::BodyTooDeep, max_depth),
            (RefusalReason::PictureTooLarge, usize::try_from(max_image_pixels).unwrap()),
            (RefusalReason::BodyTooLarge, max_body_bytes / 1024 / 1024),
            (RefusalReason::PaperTooLong, Limits::of_papers().max_pages),
        ];
        let contracts = include_str!("../../docs/contracts.md");
        for (reason, limit) in told {
            for (lang, by) in [(Lang::Fr, "\u{202f}"), (Lang::En, ",")] {
                let sentence = Messages::new(lang).text(reason.reason_key());
                assert!(sentence.contains(&grouped(limit, by)), "{limit}: {sentence}");
            }
            let line = contracts.lines().find(|line| line.starts_with(&format!("| `{reason}` |"))).unwrap();
            assert!(line.contains(&grouped(limit, ",")), "{limit}: {line}");
        }
    }

    #[test]
    fn every_error_and_loss_is_said_in_both_languages() {
        let errors = [
            RenderError::BodyFormat { format: "RTF" },
            RenderError::BodyTooLarge { bytes: 2, limit: 1 },
            RenderError::TextTooLong { chars: 2, limit: 1 },
            RenderError::TooManyElements { limit: 1 },
            RenderError::TooManyAttributes { limit: 1 },
            RenderError::NestedTooDeep { limit: 1 },
            RenderError::TooManyPages { limit: 1 },
            RenderError::TableTooWide { columns: 120 },
            RenderError::PaperTooLong { title: "Extrait".to_owned(), limit: 1 },
            RenderError::ImageTooLarge { name: "plan".to_owned(), width_px: 2, height_px: 3, limit_px: 5 },
            RenderError::Engine { reason: "boom".to_owned() },
        ];
        let kinds = [
            DroppedKind::Element,
            DroppedKind::Attribute,
            DroppedKind::Property,
            DroppedKind::Link,
            DroppedKind::NetworkImage,
            DroppedKind::Hidden,
            DroppedKind::Image,
            DroppedKind::Glyph,
            DroppedKind::Shortened,
        ];
        for lang in [Lang::Fr, Lang::En] {
            let messages = Messages::new(lang);
            for error in &errors {
                assert!(!error.describe(&messages).contains('{'), "{}", error.code());
            }
            for kind in kinds {
                let dropped = Dropped { kind, name: "x".to_owned(), count: 2 };
                assert!(!dropped.describe(&messages).contains('{'), "{}", kind.code());
            }
        }
    }
}
