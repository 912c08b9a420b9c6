//! Draws a display list with krilla: PDF/A-2a and PDF/UA-1, tagged.
//!
//! Consecutive shapes of one owner share a marked sequence. A role enters the tree when its first content is
//! drawn, so that the tree is in reading order and holds no empty node; the cells of a row keep their columns. A link
//! has one annotation a page, with a place for each of its lines.
//! The file is then packed by [`repack`].

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::LazyLock;

use ::krilla::Document;
use ::krilla::SerializeSettings;
use ::krilla::action::LinkAction;
use ::krilla::annotation::{Annotation, LinkAnnotation, Target};
use ::krilla::color::rgb;
use ::krilla::configure::{Accessibility, Archival, Configuration, ConfigurationBuilder};
use ::krilla::destination::XyzDestination;
use ::krilla::error::KrillaError;
use ::krilla::geom::{PathBuilder, Point, Quadrilateral, Rect, Size, Transform};
use ::krilla::image::Image;
use ::krilla::metadata::{DateTime, Metadata};
use ::krilla::outline::{Outline, OutlineNode};
use ::krilla::page::PageSettings;
use ::krilla::paint::Fill;
use ::krilla::surface::Surface;
use ::krilla::tagging as tags;
use ::krilla::text::{Font, GlyphId, KrillaGlyph};
use chrono::Datelike;
use std::num::{NonZeroU16, NonZeroU32};

use crate::render::RenderError;
use crate::render::display::{
    About, Area, Artifact, Bookmark, Colour, DisplayList, Item, Link, LinkId, Numbering, Owner, Page,
    Picture, PictureFormat, Role, RoleId, RoleNode, Run, Scope, Shape,
};
use crate::render::fonts::Face;
use crate::render::repack::{Effort, repack};
use crate::render::tidy;

static FONTS: LazyLock<[Font; 5]> = LazyLock::new(|| {
    Face::ALL.map(|face| Font::new(face.bytes().into(), 0).expect("a test reads each shipped font"))
});

/// How much of a title, heading or description stands in the file as a name. The text itself is whole.
const NAME_CHARS: usize = 1_000;
/// How many pages the packer compresses, which is faster; where there are more, each is compressed as it ends, since all of
/// them plain are most of what a long table takes in memory.
const FEW_PAGES: usize = 4;

/// Draws the list and gives the file.
///
/// # Errors
/// [`RenderError::Engine`] when krilla's validator refuses the document, or a picture's content is broken.
pub(super) fn draw(list: DisplayList) -> Result<Vec<u8>, RenderError> {
    let is_long = list.pages.len() > FEW_PAGES;
    let settings = SerializeSettings {
        configuration: configuration()?,
        compress_content_streams: is_long,
        ..SerializeSettings::default()
    };
    let mut document = Document::new_with(settings);
    let DisplayList { about, pages, roles, links, pictures, outline: bookmarks } = list;
    let pictures = pictures.iter().map(picture).collect::<Result<Vec<_>, _>>()?;
    let mut tree = Tree::new(roles.nodes());
    // Each page is let go once it is drawn: a long table would stand twice in memory.
    for page in pages {
        draw_page(&mut document, &page, &pictures, &links, &mut tree)?;
    }
    document.set_metadata(metadata(about));
    document.set_outline(outline(&bookmarks));
    document.set_tag_tree(tree.into_tags());
    let written = document.finish().map_err(|error| refused(&error))?;
    repack(&written, if is_long { Effort::Thorough } else { Effort::Quick })
}

fn configuration() -> Result<Configuration, RenderError> {
    ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| RenderError::Engine { reason: format!("{error:?}") })
}

fn refused(error: &KrillaError) -> RenderError {
    let reason = match error {
        KrillaError::Validation(errors) => {
            let errors: Vec<_> = errors.iter().map(|(error, _)| format!("{error:?}")).collect();
            format!("{error}: {}", errors.join(", "))
        }
        error => error.to_string(),
    };
    RenderError::Engine { reason: reason.chars().take(500).collect() }
}

fn impossible(what: &str) -> RenderError {
    RenderError::Engine { reason: format!("{what} out of the engine's range") }
}

/// How many pictures a thread remembers: the logo and the signature come back in each letter.
const REMEMBERED: usize = 4;
/// The largest of them, in bytes and in pixels.
const REMEMBERED_BYTES: usize = 256 * 1024;
const REMEMBERED_PIXELS: u64 = 1_000_000;

thread_local! {
    /// The pictures that were read last, the latest at the end.
    static READ: RefCell<Vec<(Picture, Image)>> = const { RefCell::new(Vec::new()) };
}

/// Reads a picture, unless it was among the last ones.
fn picture(picture: &Picture) -> Result<Image, RenderError> {
    let pixels = u64::from(picture.width_px).saturating_mul(u64::from(picture.height_px));
    if picture.bytes.len() > REMEMBERED_BYTES || pixels > REMEMBERED_PIXELS {
        return read(picture);
    }
    let known =
        READ.with_borrow(|read| read.iter().find(|(of, _)| of == picture).map(|(_, image)| image.clone()));
    if let Some(image) = known {
        return Ok(image);
    }
    let image = read(picture)?;
    READ.with_borrow_mut(|read| {
        if read.len() >= REMEMBERED {
            read.remove(0);
        }
        read.push((picture.clone(), image.clone()));
    });
    Ok(image)
}

fn read(picture: &Picture) -> Result<Image, RenderError> {
    let data = picture.bytes.clone().into();
    // PDF/A forbids interpolation.
    let image = match picture.format {
        PictureFormat::Png => Image::from_png(data, false),
        PictureFormat::Jpeg => Image::from_jpeg(data, false),
    };
    image.map_err(|reason| RenderError::Engine { reason })
}

fn metadata(about: About) -> Metadata {
    let day = about.created_on;
    let small = |part: u32| u8::try_from(part).unwrap_or(1);
    let created = DateTime::new(u16::try_from(day.year()).unwrap_or(1))
        .month(small(day.month()))
        .day(small(day.day()))
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(bounded(&about.title))
        .authors(vec![bounded(&about.author)])
        .language(about.language.to_owned())
        .creator("publier".to_owned())
        .creation_date(created)
        .document_id(about.document_id)
}

/// Gives a text as a name: PDF/A allows none of 32 KiB (ISO 19005-2, 6.1.13), and nobody reads one to its end.
fn bounded(text: &str) -> String {
    match text.char_indices().nth(NAME_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn outline(bookmarks: &[Bookmark]) -> Outline {
    let node = |bookmark: &Bookmark| {
        let destination = XyzDestination::new(bookmark.page, Point::from_xy(0.0, bookmark.y));
        OutlineNode::new(bounded(&bookmark.title), destination)
    };
    let mut outline = Outline::new();
    if let Some((first, others)) = bookmarks.split_first() {
        let mut first = node(first);
        others.iter().filter(|other| !other.title.is_empty()).for_each(|other| first.push_child(node(other)));
        outline.push_child(first);
    }
    outline
}

fn draw_page(
    document: &mut Document,
    page: &Page,
    pictures: &[Image],
    links: &[Link],
    tree: &mut Tree<'_>,
) -> Result<(), RenderError> {
    let settings = PageSettings::from_wh(page.width, page.height).ok_or_else(|| impossible("page"))?;
    let mut krilla_page = document.start_page_with(settings);
    let mut surface = krilla_page.surface();
    draw_fills(&mut surface, &page.items)?;
    let (followed, content): (Vec<&Item>, Vec<&Item>) = page
        .items
        .iter()
        .filter(|item| !tidy::is_fill(item))
        .partition(|item| matches!(item.shape, Shape::Follow(_)));
    for items in content.chunk_by(|one, other| one.owner == other.owner) {
        let Some(owner) = items.first().map(|item| item.owner) else { continue };
        if let (Owner::Role(role), [Item { shape: Shape::Nothing, .. }]) = (owner, items) {
            // An empty cell has a place in its row, and no content.
            tree.enter(role);
            continue;
        }
        let identifier = surface.start_tagged(content_tag(owner));
        let drawn = draw_items(&mut surface, items, pictures);
        surface.end_tagged();
        if let Owner::Role(role) = owner {
            tree.add(role, identifier);
        }
        drawn?;
    }
    surface.finish();
    for items in followed.chunk_by(|one, other| one.owner == other.owner) {
        if let Some((role, annotation)) = annotation(items, links, tree)? {
            tree.add(role, krilla_page.add_tagged_annotation(annotation));
        }
    }
    krilla_page.finish();
    Ok(())
}

/// Makes the annotation of a link's areas on one page: one for all its lines.
fn annotation(
    items: &[&Item],
    links: &[Link],
    tree: &Tree<'_>,
) -> Result<Option<(RoleId, Annotation)>, RenderError> {
    let Some(Owner::Role(role)) = items.first().map(|item| item.owner) else { return Ok(None) };
    let Some(Link { address, description }) = tree.link(role).and_then(|link| links.get(link.0)) else {
        return Err(impossible("link"));
    };
    let areas = items.iter().filter_map(|item| match item.shape {
        Shape::Follow(area) => Some(quadrilateral(area)),
        _ => None,
    });
    let target = Target::Action(LinkAction::new(address.clone()).into());
    let link = LinkAnnotation::new_with_quad_points(areas.collect::<Result<_, _>>()?, target);
    Ok(Some((role, Annotation::new_link(link, Some(description.clone())))))
}

fn quadrilateral(area: Area) -> Result<Quadrilateral, RenderError> {
    let Area { x, y, width, height } = area;
    let edges = (tidy::hundredth(x), tidy::hundredth(y), tidy::hundredth(width), tidy::hundredth(height));
    let rect = Rect::from_xywh(edges.0, edges.1, edges.2, edges.3);
    rect.map(Quadrilateral::from).ok_or_else(|| impossible("link"))
}

fn content_tag(owner: Owner) -> tags::ContentTag<'static> {
    let artifact = |kind| tags::ContentTag::Artifact(tags::Artifact::with_kind(kind));
    match owner {
        Owner::Role(_) => tags::ContentTag::Other,
        Owner::Artifact(Artifact::Layout) => artifact(tags::ArtifactType::Layout),
        Owner::Artifact(Artifact::Pagination) => artifact(tags::ArtifactType::PaginationOther),
    }
}

/// Draws what one owner has on a page, in one marked sequence: runs of one look in one go.
fn draw_items(surface: &mut Surface<'_>, items: &[&Item], pictures: &[Image]) -> Result<(), RenderError> {
    for items in items.chunk_by(|one, other| one.continues(other)) {
        match items {
            [Item { shape: Shape::Run(first), .. }, rest @ ..] => draw_runs(surface, first, rest),
            [Item { shape: Shape::Fill(area, colour), .. }, ..] => draw_fill(surface, &[*area], *colour)?,
            [Item { shape: Shape::Picture(area, place), .. }, ..] => {
                let image = pictures.get(*place).cloned().ok_or_else(|| impossible("picture"))?;
                draw_picture(surface, *area, image)?;
            }
            [Item { shape: Shape::Follow(_) | Shape::Nothing, .. }, ..] | [] => {}
        }
    }
    Ok(())
}

impl Item {
    /// Tells whether an item of the same owner is text of the same look: the next line of a paragraph, most often.
    fn continues(&self, other: &Self) -> bool {
        match (&self.shape, &other.shape) {
            (Shape::Run(one), Shape::Run(other)) => {
                (one.face, one.size_pt, one.colour) == (other.face, other.size_pt, other.colour)
            }
            _ => false,
        }
    }
}

/// Draws runs of one look in one call of the engine, which sets its state, colour and font once for all of them.
fn draw_runs(surface: &mut Surface<'_>, first: &Run, rest: &[&Item]) {
    let [regular, bold, italic, bold_italic, signs] = &*FONTS;
    let font = match first.face {
        Face::Regular => regular,
        Face::Bold => bold,
        Face::Italic => italic,
        Face::BoldItalic => bold_italic,
        Face::Signs => signs,
    };
    let mut line = Strip::new(first);
    for item in rest {
        if let Shape::Run(run) = &item.shape {
            line.go_on(run);
        }
    }
    surface.set_fill(Some(fill(first.colour)));
    surface.draw_glyphs(line.start, &line.glyphs, font.clone(), &line.text, first.size_pt, false);
}

/// Runs of one look as the engine takes them: one row of glyphs, where the last one of a run leads to the next run.
struct Strip<'a> {
    start: Point,
    size_pt: f32,
    /// Where the pen stands before and after the last glyph, added up as the engine does, so that each run begins at the
    /// very hundredth that is meant.
    before: f32,
    x: f32,
    text: Cow<'a, str>,
    glyphs: Vec<KrillaGlyph>,
}

impl<'a> Strip<'a> {
    fn new(run: &'a Run) -> Self {
        let start = Point::from_xy(tidy::hundredth(run.x), tidy::hundredth(run.baseline));
        let mut strip = Self {
            start,
            size_pt: run.size_pt,
            before: start.x,
            x: start.x,
            text: Cow::Borrowed(&run.text),
            glyphs: Vec::with_capacity(run.glyphs.len()),
        };
        strip.put(run, 0, 0.0);
        strip
    }

    fn go_on(&mut self, run: &Run) {
        let (x, baseline) = (tidy::hundredth(run.x), tidy::hundredth(run.baseline));
        if let Some(last) = self.glyphs.last_mut() {
            last.x_advance = ems(self.before, x, self.size_pt);
            self.x = self.before + last.x_advance * self.size_pt;
        }
        let rise_em = -ems(self.start.y, baseline, self.size_pt);
        let begin = self.text.len();
        self.text.to_mut().push_str(&run.text);
        self.put(run, begin, rise_em);
    }

    fn put(&mut self, run: &Run, begin: usize, rise_em: f32) {
        self.glyphs.reserve(run.glyphs.len());
        for glyph in &run.glyphs {
            let id = GlyphId::new(u32::from(glyph.id));
            let text = begin + glyph.start.get()..begin + glyph.end.get();
            self.glyphs.push(KrillaGlyph::new(
                id,
                glyph.advance_em,
                glyph.shift_em,
                rise_em,
                0.0,
                text,
                None,
            ));
            self.before = self.x;
            self.x += glyph.advance_em * self.size_pt;
        }
    }
}

/// Gives how many ems lead from one place to another: to the last bit where that can be, since « 62.36 » is shorter to
/// write than « 62.360004 ».
fn ems(from: f32, to: f32, size_pt: f32) -> f32 {
    let near = (to - from) / size_pt;
    let (mut below, mut above) = (near, near);
    for _ in 0..4 {
        let leads_there = |ems: &f32| (from + ems * size_pt).to_bits() == to.to_bits();
        if let Some(exact) = [below, above].into_iter().find(leads_there) {
            return exact;
        }
        (below, above) = (below.next_down(), above.next_up());
    }
    near
}

/// Draws what only decorates a page, in one marked sequence.
fn draw_fills(surface: &mut Surface<'_>, items: &[Item]) -> Result<(), RenderError> {
    let fills = tidy::fills(items);
    if fills.is_empty() {
        return Ok(());
    }
    surface.start_tagged(content_tag(Owner::Artifact(Artifact::Layout)));
    let drawn = fills.iter().try_for_each(|fills| draw_fill(surface, &fills.areas, fills.colour));
    surface.end_tagged();
    drawn
}

fn draw_fill(surface: &mut Surface<'_>, areas: &[Area], colour: Colour) -> Result<(), RenderError> {
    let mut builder = PathBuilder::new();
    for Area { x, y, width, height } in areas {
        let rect = Rect::from_xywh(*x, *y, *width, *height).ok_or_else(|| impossible("rectangle"))?;
        builder.push_rect(rect);
    }
    if let Some(path) = builder.finish() {
        surface.set_fill(Some(fill(colour)));
        surface.draw_path(&path);
    }
    Ok(())
}

fn draw_picture(surface: &mut Surface<'_>, area: Area, image: Image) -> Result<(), RenderError> {
    let size = Size::from_wh(area.width, area.height).ok_or_else(|| impossible("picture's size"))?;
    surface.push_transform(&Transform::from_translate(area.x, area.y));
    surface.draw_image(image, size);
    surface.pop();
    Ok(())
}

fn fill(colour: Colour) -> Fill {
    Fill { paint: rgb::Color::new(colour.red, colour.green, colour.blue).into(), ..Fill::default() }
}

/// The tag tree as it fills: each role's children in the order of their first content.
struct Tree<'a> {
    nodes: &'a [RoleNode],
    children: Vec<Vec<Child>>,
    roots: Vec<RoleId>,
    is_in: Vec<bool>,
}

enum Child {
    Role(RoleId),
    Content(tags::Identifier),
}

impl<'a> Tree<'a> {
    fn new(nodes: &'a [RoleNode]) -> Self {
        let children = nodes.iter().map(|_| Vec::new()).collect();
        Self { nodes, children, roots: Vec::new(), is_in: vec![false; nodes.len()] }
    }

    fn link(&self, role: RoleId) -> Option<LinkId> {
        match self.nodes.get(role.0)?.role {
            Role::Link(link) => Some(link),
            _ => None,
        }
    }

    fn add(&mut self, role: RoleId, content: tags::Identifier) {
        if let Some(children) = self.children.get_mut(role.0) {
            children.push(Child::Content(content));
        }
        self.enter(role);
    }

    /// Puts a role into its parent's children, and so on up to the document.
    fn enter(&mut self, role: RoleId) {
        let mut role = role;
        while let Some(is_in) = self.is_in.get_mut(role.0).filter(|is_in| !**is_in) {
            *is_in = true;
            let parent = self.nodes.get(role.0).and_then(|node| node.parent);
            match parent.and_then(|parent| Some((parent, self.children.get_mut(parent.0)?))) {
                Some((parent, siblings)) => {
                    siblings.push(Child::Role(role));
                    role = parent;
                }
                None => return self.roots.push(role),
            }
        }
    }

    fn into_tags(mut self) -> tags::TagTree {
        let mut tree = tags::TagTree::new();
        for root in std::mem::take(&mut self.roots) {
            if let Some(group) = self.group(root) {
                tree.push(group);
            }
        }
        tree
    }

    /// Makes a role's group. The tree is as deep as the body's elements at most, which are bounded.
    fn group(&mut self, role: RoleId) -> Option<tags::TagGroup> {
        let node = self.nodes.get(role.0)?;
        let mut children = std::mem::take(self.children.get_mut(role.0)?);
        if node.role == Role::Row {
            children.sort_by_key(|child| match child {
                Child::Role(role) => role.0,
                Child::Content(_) => usize::MAX,
            });
        }
        // The exact room: a table has thousands of cells of one child each.
        let mut inside: Vec<tags::Node> = Vec::with_capacity(children.len());
        for child in children {
            match child {
                Child::Content(content) => inside.push(content.into()),
                Child::Role(role) => inside.extend(self.group(role).map(tags::Node::from)),
            }
        }
        Some(tags::TagGroup::with_children(tag(&node.role), inside))
    }
}

fn tag(role: &Role) -> tags::TagKind {
    use tags::{ListNumbering, TableHeaderScope, Tag};
    match role {
        Role::Group => Tag::Div.into(),
        Role::Paragraph => Tag::P.into(),
        Role::Heading(level, title) => {
            let title = Some(bounded(title)).filter(|title| !title.is_empty());
            let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
            Tag::Hn(level, title.or_else(|| Some("–".to_owned()))).into()
        }
        Role::List(numbering) => Tag::L(match numbering {
            Numbering::Bullet => ListNumbering::Disc,
            Numbering::Decimal => ListNumbering::Decimal,
            Numbering::LowerLetters => ListNumbering::LowerAlpha,
            Numbering::UpperLetters => ListNumbering::UpperAlpha,
            Numbering::LowerRoman => ListNumbering::LowerRoman,
            Numbering::UpperRoman => ListNumbering::UpperRoman,
        })
        .into(),
        Role::ListItem => Tag::LI.into(),
        Role::Label => Tag::Lbl.into(),
        Role::ListBody => Tag::LBody.into(),
        Role::Table => Tag::Table.into(),
        Role::TableHead => Tag::THead.into(),
        Role::TableBody => Tag::TBody.into(),
        Role::Row => Tag::TR.into(),
        Role::HeadCell(scope, span) => {
            let scope = match scope {
                Scope::Column => TableHeaderScope::Column,
                Scope::Row => TableHeaderScope::Row,
            };
            Tag::TH(scope).with_col_span(spanned(*span)).into()
        }
        Role::Cell(span) => Tag::TD.with_col_span(spanned(*span)).into(),
        Role::Figure(description) => Tag::Figure(Some(bounded(description))).into(),
        Role::Link(_) => Tag::Link.into(),
    }
}

/// Gives a cell's span where it is more than one column.
fn spanned(span: u32) -> Option<NonZeroU32> {
    NonZeroU32::new(span).filter(|span| span.get() > 1)
}
