//! The letter of an agency: letterhead, address in the window, place and date, subject, body, signature, footer.
//!
//! Promises: the recipient's address stands in the window of a French DL envelope (110 mm from the left edge, 50 mm
//! from the top, 80 mm wide, 35 mm high at most), and nothing else does: a longer one is shortened, line by line, and told; each page says its number and theirs all in
//! its footer. Without a recipient the letter starts higher. Lengths are points; the page is A4.

use chrono::NaiveDate;
use publier_core::domain::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::digest::sha256;
use crate::render::display::{
    About, Area, Artifact, Bookmark, Colour, DisplayList, Item, Owner, Page, Role, Shape,
};
use crate::render::html::{self, Sanitised};
use crate::render::layout::{Bounds, Frame, Paginated, Slab, Workshop, paginate, put};
use crate::render::model::{Align, Inline, Paragraph, PictureBox, TextStyle};
use crate::render::pictures::{ImageResolver, Pictures, short_name};
use crate::render::words::say;
use crate::render::{Dropped, DroppedKind, LAYOUT_VERSION, Limits, RenderError};

/// Points of a millimetre.
const MM: f32 = 72.0 / 25.4;
/// A4.
const PAGE: (f32, f32) = (210.0 * MM, 297.0 * MM);
/// The left and right margins.
const MARGIN: f32 = 22.0 * MM;
/// The width of the text.
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Where the letterhead starts.
const HEAD_TOP: f32 = 14.0 * MM;
/// The most lines under the agency's name; more are joined, so as to end above the window.
const HEAD_LINES: usize = 5;
/// Where the letterhead must end: above the window.
const HEAD_BOTTOM: f32 = 46.0 * MM;
/// The left edge of the window, of the date and of the signature.
const WINDOW_LEFT: f32 = 110.0 * MM;
/// The top of the window.
const WINDOW_TOP: f32 = 50.0 * MM;
/// The bottom of the window.
const WINDOW_BOTTOM: f32 = 86.0 * MM;
/// The width of the window's text.
const WINDOW_WIDTH: f32 = 80.0 * MM;
/// Where the next pages start.
const TOP: f32 = 22.0 * MM;
/// Where the text of each page ends.
const BOTTOM: f32 = 272.0 * MM;
/// The line above the footer.
const FOOTER_RULE: f32 = 279.0 * MM;
/// The largest logo: width and height.
const LOGO: (f32, f32) = (55.0 * MM, 18.0 * MM);
/// Between the logo and the agency's name.
const LOGO_GAP: f32 = 5.0 * MM;
/// The tallest signature.
const SIGNATURE_HEIGHT: f32 = 22.0 * MM;
/// The most lines of an address: more would leave the window.
const ADDRESS: Bounds = Bounds { lines: 7, first: 3, each: 2 };
/// The most lines of the letterhead, so as to end above the window.
const HEAD: Bounds = Bounds { lines: 6, first: 2, each: 4 };
/// The most lines of the reference, and of the place and date.
const OPENING: Bounds = Bounds { lines: 3, first: 3, each: 3 };
/// The most lines of the subject.
const SUBJECT: Bounds = Bounds { lines: 8, first: 8, each: 8 };

const BODY: TextStyle = TextStyle::plain(10.5);
const SMALL: TextStyle = TextStyle::plain(8.5).coloured(Colour::grey(0x55));
const FOOTER: TextStyle = TextStyle::plain(7.5).coloured(Colour::grey(0x55));
/// The colour of the agency's name and of the rule under it.
const ACCENT: Colour = Colour { red: 0x1f, green: 0x3a, blue: 0x5f };

/// Who writes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Letterhead {
    /// The agency's name.
    pub name: String,
    /// Its address, a line each.
    pub address: Vec<String>,
    /// Its phone number.
    pub phone: Option<String>,
    /// Its mail address.
    pub email: Option<String>,
    /// The id of a picture of its logo.
    #[serde(default)]
    pub logo: Option<String>,
}

/// What ends the letter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signature {
    /// Name, function: a line each.
    pub lines: Vec<String>,
    /// The id of a picture of the handwritten signature.
    pub image: Option<String>,
}

/// A letter, ready to be rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Who writes.
    pub agency: Letterhead,
    /// The recipient's name and address, a line each; none for a letter to everybody.
    pub recipient: Vec<String>,
    /// « Rennes, le 12 mars 2024 ».
    pub place_and_date: String,
    /// What it is about; also the document's title.
    pub subject: String,
    /// The body, in the format of [`html`].
    pub body_html: String,
    /// The document's stable identity.
    pub document_id: String,
    /// The day of its record: the PDF's creation date.
    pub created_on: NaiveDate,
    /// The agency's reference.
    pub reference: Option<String>,
    /// What ends it.
    pub signature: Option<Signature>,
}

impl Letter {
    /// Gives the document's title: the subject, else the place and date, else the agency's name.
    fn title(&self) -> String {
        let candidates = [&self.subject, &self.place_and_date, &self.agency.name, &self.document_id];
        let title = candidates.into_iter().map(|text| text.trim()).find(|text| !text.is_empty());
        title.unwrap_or("publier").to_owned()
    }
}

/// Makes a letter's display list, and tells what of it is not shown.
///
/// # Errors
/// When the body is no HTML, or a limit is passed.
pub fn lay_out(
    letter: &Letter,
    images: &dyn ImageResolver,
    limits: &Limits,
) -> Result<(DisplayList, Vec<Dropped>), RenderError> {
    let body = html::sanitise(&letter.body_html, limits)?;
    let mut desk = Desk {
        letter,
        limits,
        workshop: Workshop::default(),
        pictures: Pictures::new(images, limits),
        dropped: body.dropped.clone(),
    };
    let list = desk.compose(&body)?;
    let mut dropped = desk.dropped;
    dropped.extend(desk.workshop.lost());
    dropped.sort();
    Ok((list, dropped))
}

/// Gives the digest of all that a letter shows.
///
/// # Errors
/// When the body is no HTML, or a limit is passed.
pub fn input_digest(
    letter: &Letter,
    images: &dyn ImageResolver,
    limits: &Limits,
) -> Result<Digest, RenderError> {
    let body = html::sanitise(&letter.body_html, limits)?;
    let mut pictures = Pictures::new(images, limits);
    html::read(&body, BODY, &mut Vec::new(), &mut pictures, &mut Vec::new())?;
    let signature = letter.signature.as_ref().and_then(|signature| signature.image.as_ref());
    for image in letter.agency.logo.iter().chain(signature) {
        pictures.find(image)?;
    }
    let mut shown = Fields::default();
    shown.add(&LAYOUT_VERSION.to_be_bytes());
    shown.add(body.html.as_bytes());
    shown.frame(letter);
    pictures.list.iter().for_each(|picture| shown.add(&sha256(&picture.bytes).0));
    Ok(sha256(&shown.0))
}

/// Gives the digest of a letter as it was given, before any of it is read: the same one means the same
/// [`input_digest`], where pictures come from the body alone. It costs a hundredth of it.
pub fn raw_digest(letter: &Letter) -> Digest {
    let mut given = Fields::default();
    given.add(&LAYOUT_VERSION.to_be_bytes());
    given.frame(letter);
    given.add(letter.body_html.as_bytes());
    sha256(&given.0)
}

/// Fields with their lengths, so that two letters never give the same bytes.
#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn add(&mut self, field: &[u8]) {
        let length = u64::try_from(field.len()).unwrap_or(u64::MAX);
        self.0.extend(length.to_be_bytes());
        self.0.extend(field);
    }

    fn lines(&mut self, lines: &[String]) {
        self.add(&u64::try_from(lines.len()).unwrap_or(u64::MAX).to_be_bytes());
        for line in lines {
            self.add(line.as_bytes());
        }
    }

    fn option(&mut self, text: Option<&String>) {
        self.lines(text.map_or(&[], std::slice::from_ref));
    }

    fn frame(&mut self, letter: &Letter) {
        self.add(letter.agency.name.as_bytes());
        self.lines(&letter.agency.address);
        self.option(letter.agency.phone.as_ref());
        self.option(letter.agency.email.as_ref());
        self.option(letter.agency.logo.as_ref());
        self.lines(&letter.recipient);
        for text in [&letter.place_and_date, &letter.subject, &letter.document_id] {
            self.add(text.as_bytes());
        }
        self.add(letter.created_on.to_string().as_bytes());
        self.option(letter.reference.as_ref());
        let signature = letter.signature.clone().unwrap_or_default();
        self.lines(&signature.lines);
        self.option(signature.image.as_ref());
    }
}

/// Where one letter is put together.
struct Desk<'a> {
    letter: &'a Letter,
    limits: &'a Limits,
    workshop: Workshop,
    pictures: Pictures<'a>,
    dropped: Vec<Dropped>,
}

impl Desk<'_> {
    fn compose(&mut self, body: &Sanitised) -> Result<DisplayList, RenderError> {
        let mut front = Vec::new();
        self.letterhead(&mut front)?;
        let mut top = self.opening(&mut front);
        let subject_top = top;
        self.subject(&mut front, &mut top);
        let mut links = Vec::new();
        let blocks = html::read(body, BODY, &mut links, &mut self.pictures, &mut self.dropped)?;
        let mut slabs = self.workshop.slabs(blocks, MARGIN, WIDTH, None);
        self.workshop.fitted()?;
        self.signature(&mut slabs)?;
        let frame = Frame { first_top: top, top: TOP, bottom: BOTTOM };
        let Paginated { pages, bookmarks } = paginate(slabs, frame, self.limits.max_pages)?;
        let title = self.letter.title();
        let first = Bookmark { title: title.clone(), page: 0, y: subject_top };
        let mut list = DisplayList {
            about: About {
                title,
                author: self.letter.agency.name.clone(),
                language: "fr",
                document_id: self.letter.document_id.clone(),
                created_on: self.letter.created_on,
            },
            pages: pages.into_iter().map(page_of).collect(),
            roles: std::mem::take(&mut self.workshop.roles),
            links,
            pictures: std::mem::take(&mut self.pictures.list),
            outline: std::iter::once(first).chain(bookmarks).collect(),
        };
        if let Some(page) = list.pages.first_mut() {
            page.items.splice(0..0, front);
        }
        self.footers(&mut list);
        Ok(list)
    }

    fn letterhead(&mut self, items: &mut Vec<Item>) -> Result<(), RenderError> {
        let text_left = self.logo(items)?;
        let agency = &self.letter.agency;
        let name = Paragraph::of(agency.name.clone(), TextStyle::plain(15.0).bold().coloured(ACCENT));
        let mut details: Vec<String> = agency.address.clone();
        details.extend(
            agency.phone.as_ref().map(|phone| say("render-phone", &[("phone", phone.as_str().into())])),
        );
        details.extend(agency.email.clone());
        if details.len() > HEAD_LINES {
            details = vec![details.join(" – ")];
        }
        let details = details.into_iter().map(|line| Paragraph::of(line, SMALL));
        let lines: Vec<_> =
            std::iter::once(name).chain(details).filter(|line| !line.text().is_empty()).collect();
        let mut head = Vec::new();
        let bottom =
            self.workshop.stack(&lines, (text_left, HEAD_TOP), PAGE.0 - MARGIN - text_left, HEAD, &mut head);
        items.append(&mut head);
        let bottom = if text_left > MARGIN { bottom.max(HEAD_TOP + LOGO.1) } else { bottom };
        let y = (bottom + 5.0).min(HEAD_BOTTOM);
        items.push(rule(Area { x: MARGIN, y, width: WIDTH, height: 0.9 }, ACCENT));
        Ok(())
    }

    /// Puts the logo in the corner, and gives where the agency's name begins.
    fn logo(&mut self, items: &mut Vec<Item>) -> Result<f32, RenderError> {
        let Some(source) = self.letter.agency.logo.clone() else { return Ok(MARGIN) };
        let name = self.letter.agency.name.clone();
        let description = say("render-logo", &[("agency", name.as_str().into())]);
        let Some(picture) = self.stamp(&source, LOGO, description)? else { return Ok(MARGIN) };
        let width = picture.width;
        let paragraph = Paragraph { inlines: vec![Inline::Picture(picture)], ..Paragraph::default() };
        let one_line = Bounds { lines: 1, first: 1, each: 1 };
        self.workshop.stack(&[paragraph], (MARGIN, HEAD_TOP), width, one_line, items);
        Ok(MARGIN + width + LOGO_GAP)
    }

    /// Gives a picture of the stationery as large as its box allows; nothing, told, where it can't be shown.
    fn stamp(
        &mut self,
        source: &str,
        (widest, highest): (f32, f32),
        description: String,
    ) -> Result<Option<PictureBox>, RenderError> {
        let Some(index) = self.pictures.find(source)? else {
            self.dropped.push(Dropped { kind: DroppedKind::Image, name: short_name(source), count: 1 });
            return Ok(None);
        };
        let Some(picture) = self.pictures.list.get(index) else { return Ok(None) };
        let side = |pixels: u32| u16::try_from(pixels).map_or(f32::from(u16::MAX), f32::from);
        let (width_px, height_px) = (side(picture.width_px), side(picture.height_px));
        let height = highest.min(widest * height_px / width_px);
        let width = height * width_px / height_px;
        Ok(Some(PictureBox { index, width, height, description, link: None }))
    }

    /// Puts the address, the reference and the date, and gives where what follows starts.
    fn opening(&mut self, items: &mut Vec<Item>) -> f32 {
        let has_recipient = self.letter.recipient.iter().any(|line| !line.trim().is_empty());
        let date_top = if has_recipient { self.recipient(items) } else { WINDOW_TOP };
        let reference = self.letter.reference.iter().filter(|reference| !reference.trim().is_empty());
        let reference: Vec<_> = reference
            .map(|reference| say("render-reference", &[("reference", reference.as_str().into())]))
            .map(|text| Paragraph::of(text, SMALL))
            .collect();
        let left_width = WINDOW_LEFT - MARGIN - 6.0;
        let left = self.workshop.stack(&reference, (MARGIN, date_top + 1.5), left_width, OPENING, items);
        let date = Paragraph::of(self.letter.place_and_date.trim(), BODY);
        let date: Vec<_> = std::iter::once(date).filter(|date| !date.text().is_empty()).collect();
        let right_width = PAGE.0 - MARGIN - WINDOW_LEFT;
        let right = self.workshop.stack(&date, (WINDOW_LEFT, date_top), right_width, OPENING, items);
        left.max(right) + 20.0
    }

    fn recipient(&mut self, items: &mut Vec<Item>) -> f32 {
        let lines = self.letter.recipient.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        let lines: Vec<_> = lines.map(|line| Paragraph::of(line, BODY)).collect();
        let kept = lines.get(..ADDRESS.lines).unwrap_or(&lines);
        if lines.len() > kept.len() {
            let count = lines.len() - kept.len();
            self.dropped.push(Dropped { kind: DroppedKind::Element, name: "recipient".to_owned(), count });
        }
        let bottom = self.workshop.stack(kept, (WINDOW_LEFT, WINDOW_TOP), WINDOW_WIDTH, ADDRESS, items);
        fold_mark(items);
        bottom.max(WINDOW_BOTTOM) + 6.0
    }

    fn subject(&mut self, items: &mut Vec<Item>, top: &mut f32) {
        let subject = self.letter.subject.trim();
        if subject.is_empty() {
            return;
        }
        let text = say("render-subject", &[("subject", subject.into())]);
        let paragraph = Paragraph { heading: Some(1), ..Paragraph::of(text, BODY.bold()) };
        *top = self.workshop.stack(&[paragraph], (MARGIN, *top), WIDTH, SUBJECT, items) + 12.0;
    }

    fn signature(&mut self, slabs: &mut Vec<Slab>) -> Result<(), RenderError> {
        let Some(signature) = self.letter.signature.clone() else { return Ok(()) };
        let mut paragraphs: Vec<_> = self.signature_picture(&signature)?.into_iter().collect();
        let lines = signature.lines.iter().filter(|line| !line.trim().is_empty());
        paragraphs.extend(lines.map(|line| Paragraph::of(line.trim(), BODY)));
        let group = self.workshop.roles.add(Role::Group, None);
        let width = PAGE.0 - MARGIN - WINDOW_LEFT;
        let mut ending = Vec::new();
        for paragraph in &paragraphs {
            let role = self.workshop.roles.add(Role::Paragraph, Some(group));
            ending.extend(self.workshop.paragraph(paragraph, WINDOW_LEFT, width, role));
        }
        if let (Some(before), false) = (slabs.last_mut(), ending.is_empty()) {
            before.bind();
        }
        let last = ending.len().saturating_sub(1);
        for (number, slab) in ending.into_iter().enumerate() {
            let mut slab = if number == 0 { slab.after(22.0) } else { slab };
            if number != last {
                slab.bind();
            }
            slabs.push(slab);
        }
        Ok(())
    }

    fn signature_picture(&mut self, signature: &Signature) -> Result<Option<Paragraph>, RenderError> {
        let Some(source) = &signature.image else { return Ok(None) };
        let widest = PAGE.0 - MARGIN - WINDOW_LEFT;
        let picture = self.stamp(source, (widest, SIGNATURE_HEIGHT), say("render-signature", &[]))?;
        Ok(picture
            .map(|picture| Paragraph { inlines: vec![Inline::Picture(picture)], ..Paragraph::default() }))
    }

    fn footers(&mut self, list: &mut DisplayList) {
        let agency = &self.letter.agency;
        let parts =
            std::iter::once(&agency.name).chain(&agency.address).filter(|part| !part.trim().is_empty());
        let line = parts.map(|part| part.trim()).collect::<Vec<_>>().join(" – ");
        let pages = list.pages.len();
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX).into();
        for page in 0..pages {
            let number = say("render-page", &[("page", count(page + 1)), ("pages", count(pages))]);
            let mut items =
                vec![rule(Area { x: MARGIN, y: FOOTER_RULE, width: WIDTH, height: 0.5 }, Colour::grey(0xbb))];
            items.extend(self.footer(&line, Align::Left, WIDTH - 70.0, MARGIN));
            items.extend(self.footer(&number, Align::Right, 70.0, PAGE.0 - MARGIN - 70.0));
            put(list, page, items);
        }
    }

    fn footer(&mut self, text: &str, align: Align, width: f32, x: f32) -> Vec<Item> {
        let mut items = self.workshop.artifact(text, FOOTER, align, x, width);
        for item in &mut items {
            item.shape.move_by(0.0, FOOTER_RULE + 4.0);
        }
        items
    }
}

fn page_of(items: Vec<Item>) -> Page {
    Page { width: PAGE.0, height: PAGE.1, items }
}

fn rule(area: Area, colour: Colour) -> Item {
    Item { owner: Owner::Artifact(Artifact::Layout), shape: Shape::Fill(area, colour) }
}

/// Marks where the sheet is folded for its envelope.
fn fold_mark(items: &mut Vec<Item>) {
    items.push(rule(Area { x: 0.0, y: PAGE.1 / 3.0, width: 5.0 * MM, height: 0.4 }, Colour::grey(0xaa)));
}
