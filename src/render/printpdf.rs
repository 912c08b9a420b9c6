//! Draws a display list with printpdf: the same pages, glyph for glyph, without tags.
//!
//! For what krilla can't do one day, and as a proof that the display list names no engine. Limits: no role tree, no
//! PDF/A, a link of its own for each line of one, and printpdf puts an instance id of its own into each file, so that two files of one input differ by it.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::LazyLock;

use ::printpdf::{
    Actions, BorderArray, Codepoint, Color, ColorArray, DateTime, DictItem, ExternalStream, ExternalXObject,
    FontId, LinkAnnotation, Mm, Op, PaintMode, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage,
    PdfSaveOptions, Point, Pt, RawImage, RawImageData, RawImageFormat, Rect, Rgb, TextItem, TextMatrix,
    XObject, XObjectId, XObjectTransform,
};
use chrono::NaiveTime;

use crate::render::RenderError;
use crate::render::display::{
    Area, Colour, DisplayList, Item, Link, Owner, Page, Picture, PictureFormat, Role, Run, Shape,
};
use crate::render::fonts::Face;
use crate::render::pictures::jpeg_components;

static FONTS: LazyLock<[PdfFont; 5]> = LazyLock::new(|| {
    Face::ALL.map(|face| {
        let parsed = ParsedFont::from_bytes(face.bytes(), 0, &mut Vec::new());
        PdfFont::new(parsed.expect("a test reads each shipped font"))
    })
});

/// Draws the list and gives the file.
///
/// # Errors
/// [`RenderError::Engine`] when a picture's content is broken.
pub(super) fn draw(list: &DisplayList) -> Result<Vec<u8>, RenderError> {
    let mut document = PdfDocument::new(&list.about.title);
    describe(&mut document, list);
    for (face, font) in Face::ALL.into_iter().zip(&*FONTS) {
        document.resources.fonts.map.insert(font_id(face), font.clone());
    }
    for (place, picture) in list.pictures.iter().enumerate() {
        document.resources.xobjects.map.insert(picture_id(place), picture_object(picture)?);
    }
    for bookmark in &list.outline {
        document.add_bookmark(&bookmark.title, bookmark.page);
    }
    document.with_pages(list.pages.iter().map(|page| page_of(page, list)).collect());
    let options = PdfSaveOptions { image_optimization: None, ..PdfSaveOptions::default() };
    Ok(document.save(&options, &mut Vec::new()))
}

fn describe(document: &mut PdfDocument, list: &DisplayList) {
    let info = &mut document.metadata.info;
    let midnight = list.about.created_on.and_time(NaiveTime::MIN).and_utc().timestamp();
    if let Ok(created) = DateTime::from_unix_timestamp(midnight) {
        (info.creation_date, info.modification_date, info.metadata_date) = (created, created, created);
    }
    info.author.clone_from(&list.about.author);
    info.identifier.clone_from(&list.about.document_id);
    "publier".clone_into(&mut info.creator);
}

fn font_id(face: Face) -> FontId {
    FontId(format!("{face:?}"))
}

fn picture_id(place: usize) -> XObjectId {
    XObjectId(format!("Picture{place}"))
}

fn page_of(page: &Page, list: &DisplayList) -> PdfPage {
    let mut ops = Vec::new();
    for item in &page.items {
        draw_item(item, page.height, &mut ops);
        ops.extend(followed(item, page.height, list));
    }
    PdfPage::new(Mm::from(Pt(page.width)), Mm::from(Pt(page.height)), ops)
}

fn draw_item(item: &Item, page_height: f32, ops: &mut Vec<Op>) {
    match &item.shape {
        Shape::Run(run) => draw_run(run, page_height, ops),
        Shape::Fill(area, colour) => {
            let Area { x, y, width, height } = *area;
            let rectangle = Rect {
                mode: Some(PaintMode::Fill),
                ..Rect::from_xywh(Pt(x), Pt(page_height - y - height), Pt(width), Pt(height))
            };
            ops.push(Op::SetFillColor { col: colour_of(*colour) });
            ops.push(Op::DrawRectangle { rectangle });
        }
        Shape::Picture(area, place) => ops.push(Op::UseXobject {
            id: picture_id(*place),
            transform: XObjectTransform {
                translate_x: Some(Pt(area.x)),
                translate_y: Some(Pt(page_height - area.y - area.height)),
                scale_x: Some(area.width),
                scale_y: Some(area.height),
                no_auto_scale: true,
                ..XObjectTransform::default()
            },
        }),
        Shape::Follow(_) | Shape::Nothing => {}
    }
}

fn followed(item: &Item, page_height: f32, list: &DisplayList) -> Option<Op> {
    let (Shape::Follow(area), Owner::Role(role)) = (&item.shape, item.owner) else { return None };
    let Role::Link(link) = list.roles.nodes().get(role.0)?.role else { return None };
    let Link { address, .. } = list.links.get(link.0)?;
    let Area { x, y, width, height } = *area;
    let rect = Rect::from_xywh(Pt(x), Pt(page_height - y - height), Pt(width), Pt(height));
    let (no_border, no_colour) = (BorderArray::Solid([0.0; 3]), ColorArray::Transparent);
    let link =
        LinkAnnotation::new(rect, Actions::uri(address.clone()), Some(no_border), Some(no_colour), None);
    Some(Op::LinkAnnotation { link })
}

/// Places each glyph by itself; printpdf joins neighbours of one baseline.
fn draw_run(run: &Run, page_height: f32, ops: &mut Vec<Op>) {
    ops.push(Op::StartTextSection);
    ops.push(Op::SetFillColor { col: colour_of(run.colour) });
    ops.push(Op::SetTextCursor { pos: Point { x: Pt(0.0), y: Pt(0.0) } });
    ops.push(Op::SetFont { font: PdfFontHandle::External(font_id(run.face)), size: Pt(run.size_pt) });
    let mut x = run.x;
    for glyph in &run.glyphs {
        let text = run.text.get(glyph.start.get()..glyph.end.get()).unwrap_or_default().to_owned();
        let start = x + glyph.shift_em * run.size_pt;
        ops.push(Op::SetTextMatrix {
            matrix: TextMatrix::Translate(Pt(start), Pt(page_height - run.baseline)),
        });
        ops.push(Op::ShowText {
            items: vec![TextItem::GlyphIds(vec![Codepoint::with_cid(glyph.id, 0.0, text)])],
        });
        x += glyph.advance_em * run.size_pt;
    }
    ops.push(Op::EndTextSection);
}

fn colour_of(colour: Colour) -> Color {
    let part = |part: u8| f32::from(part) / 255.0;
    let Colour { red, green, blue } = colour;
    Color::Rgb(Rgb { r: part(red), g: part(green), b: part(blue), icc_profile: None })
}

fn picture_object(picture: &Picture) -> Result<XObject, RenderError> {
    match picture.format {
        PictureFormat::Jpeg => Ok(XObject::External(jpeg_object(picture))),
        PictureFormat::Png => png_pixels(&picture.bytes).map(XObject::Image),
    }
}

/// Puts a JPEG in as it is.
fn jpeg_object(picture: &Picture) -> ExternalXObject {
    let name = |text: &str| DictItem::Name(text.as_bytes().to_vec());
    let is_grey = jpeg_components(&picture.bytes) == Some(1);
    let space = if is_grey { "DeviceGray" } else { "DeviceRGB" };
    let entries = [
        ("Type", name("XObject")),
        ("Subtype", name("Image")),
        ("Width", DictItem::Int(picture.width_px.into())),
        ("Height", DictItem::Int(picture.height_px.into())),
        ("BitsPerComponent", DictItem::Int(8)),
        ("ColorSpace", name(space)),
        ("Filter", name("DCTDecode")),
    ];
    let dict = BTreeMap::from(entries.map(|(key, value)| (key.to_owned(), value)));
    let stream = ExternalStream { dict, content: picture.bytes.to_vec(), compress: false };
    ExternalXObject { stream, width: None, height: None, dpi: None }
}

fn png_pixels(bytes: &[u8]) -> Result<RawImage, RenderError> {
    let broken = |error: png::DecodingError| RenderError::Engine { reason: error.to_string() };
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(broken)?;
    let mut pixels = vec![0; reader.output_buffer_size().unwrap_or(0)];
    let frame = reader.next_frame(&mut pixels).map_err(broken)?;
    let side = |pixels: u32| usize::try_from(pixels).unwrap_or(0);
    let rgba = match frame.color_type {
        png::ColorType::Rgba => pixels,
        _ => pixels.chunks_exact(2).flat_map(grey_to_rgba).collect(),
    };
    Ok(RawImage {
        pixels: RawImageData::U8(rgba),
        width: side(frame.width),
        height: side(frame.height),
        data_format: RawImageFormat::RGBA8,
        tag: Vec::new(),
    })
}

fn grey_to_rgba(pixel: &[u8]) -> [u8; 4] {
    let &[grey, alpha] = pixel else { return [0; 4] };
    [grey, grey, grey, alpha]
}
