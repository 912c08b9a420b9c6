//! The pictures of a body: found by stored id or in a `data:` address, known by content, measured by header.
//!
//! Refuses a picture whose header announces more pixels than the limit before a single one is decoded. What can't
//! be found, is cut short, damaged (a PNG; the pixels of a JPEG aren't looked at) or neither PNG nor JPEG is dropped and told. No network is ever asked.
//!
//! A PDF holds a JPEG as it was given: what it tells about its maker (place, date, device) is taken from it before, and it
//! is turned upright, as [`photo`] does for photos that leave by themselves. One in a printer's inks (CMYK) has no place in our
//! PDF/A and is drawn anew in the colours of the screen, without its profile: near to what it was. A PNG is drawn anew from
//! its pixels.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::photo;
use crate::render::display::{Picture, PictureFormat};
use crate::render::{Limits, RenderError};

/// The components of a JPEG in inks.
const INKS: u8 = 4;

/// Finds the content of a picture by the id that bodies name it by.
pub trait ImageResolver {
    /// Gives the file's bytes, or nothing when there is no such picture.
    fn resolve(&self, id: &str) -> Option<Vec<u8>>;
}

/// A resolver that knows no picture: `data:` addresses alone are shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoImages;

impl ImageResolver for NoImages {
    fn resolve(&self, _id: &str) -> Option<Vec<u8>> {
        None
    }
}

/// The pictures of one document, each content once.
pub struct Pictures<'a> {
    resolver: &'a dyn ImageResolver,
    limit_px: u64,
    pixels_left: u64,
    found: HashMap<String, Option<usize>>,
    /// The pictures found so far.
    pub list: Vec<Picture>,
}

impl std::fmt::Debug for Pictures<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pictures({})", self.list.len())
    }
}

impl<'a> Pictures<'a> {
    /// Starts with none.
    pub fn new(resolver: &'a dyn ImageResolver, limits: &Limits) -> Self {
        let limit_px = limits.max_image_pixels;
        Self { resolver, limit_px, pixels_left: limit_px, found: HashMap::new(), list: Vec::new() }
    }

    /// Gives the place of a picture in [`Self::list`]; `None` when it can't be shown.
    ///
    /// # Errors
    /// [`RenderError::ImageTooLarge`] when the document's pictures have too many pixels together.
    pub fn find(&mut self, source: &str) -> Result<Option<usize>, RenderError> {
        if let Some(known) = self.found.get(source) {
            return Ok(*known);
        }
        let place = match self.bytes_of(source).and_then(measured) {
            Some(picture) => self.take(source, picture)?,
            None => None,
        };
        self.found.insert(source.to_owned(), place);
        Ok(place)
    }

    fn bytes_of(&self, source: &str) -> Option<Vec<u8>> {
        match source.trim_start().split_at_checked("data:".len()) {
            Some((scheme, data)) if scheme.eq_ignore_ascii_case("data:") => data_url(data),
            _ => self.resolver.resolve(source),
        }
    }

    fn take(&mut self, source: &str, picture: Picture) -> Result<Option<usize>, RenderError> {
        let pixels = u64::from(picture.width_px).saturating_mul(u64::from(picture.height_px));
        self.pixels_left =
            self.pixels_left.checked_sub(pixels).ok_or_else(|| RenderError::ImageTooLarge {
                name: short_name(source),
                width_px: picture.width_px,
                height_px: picture.height_px,
                limit_px: self.limit_px,
            })?;
        let Some(picture) = Some(picture).filter(is_whole).and_then(discreet) else { return Ok(None) };
        self.list.push(picture);
        Ok(Some(self.list.len() - 1))
    }
}

/// Gives the name that reports call a picture by.
pub fn short_name(source: &str) -> String {
    let name = source.split(',').next().unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn data_url(data: &str) -> Option<Vec<u8>> {
    let (kind, content) = data.split_once(',')?;
    let content: String = content.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    kind.trim_end().to_ascii_lowercase().ends_with(";base64").then(|| STANDARD.decode(content).ok()).flatten()
}

fn measured(bytes: Vec<u8>) -> Option<Picture> {
    let (format, (width_px, height_px)) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        (PictureFormat::Png, png_size(&bytes)?)
    } else {
        (PictureFormat::Jpeg, jpeg_size(&bytes)?)
    };
    let is_seen = width_px > 0 && height_px > 0;
    is_seen.then(|| Picture { format, bytes: Arc::new(bytes), width_px, height_px })
}

/// Gives a picture upright and without what it tells about its maker.
fn discreet(picture: Picture) -> Option<Picture> {
    match picture.format {
        PictureFormat::Png => is_readable(&picture).then_some(picture),
        PictureFormat::Jpeg if jpeg_components(&picture.bytes) == Some(INKS) => {
            measured(photo::in_screen_colours(&picture.bytes).ok()??)
        }
        PictureFormat::Jpeg => measured(photo::ready(&picture.bytes, 0).ok()?),
    }
}

/// How many readable PNGs a thread remembers, and the largest of them in bytes: the logo and the signature come back in each
/// letter.
const REMEMBERED: usize = 4;
const REMEMBERED_BYTES: usize = 256 * 1024;

thread_local! {
    /// The PNGs that were found readable last, the latest at the end.
    static READABLE: RefCell<Vec<Arc<Vec<u8>>>> = const { RefCell::new(Vec::new()) };
}

/// Tells whether the pixels of a PNG can be read: the engine would refuse the whole document over one that can't be.
fn is_readable(png: &Picture) -> bool {
    if READABLE.with_borrow(|known| known.contains(&png.bytes)) {
        return true;
    }
    let is_readable = photo::is_readable_png(&png.bytes);
    if is_readable && png.bytes.len() <= REMEMBERED_BYTES {
        READABLE.with_borrow_mut(|known| {
            if known.len() >= REMEMBERED {
                known.remove(0);
            }
            known.push(Arc::clone(&png.bytes));
        });
    }
    is_readable
}

/// Reads the size in the IHDR chunk (PNG, section 11.2.1).
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    Some((side(16)?, side(20)?))
}

/// Reads the size in the frame header.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let frame = jpeg_frame(bytes)?;
    Some((u32::from(short(bytes, frame + 7)?), u32::from(short(bytes, frame + 5)?)))
}

/// Tells whether a picture goes to its end and has colours that are known.
fn is_whole(picture: &Picture) -> bool {
    let ends_in = |mark: &[u8]| picture.bytes.windows(mark.len()).rev().any(|window| window == mark);
    match picture.format {
        PictureFormat::Png => ends_in(b"IEND"),
        PictureFormat::Jpeg => {
            ends_in(b"\xff\xd9") && matches!(jpeg_components(&picture.bytes), Some(1 | 3 | INKS))
        }
    }
}

/// Reads the number of colour components in the frame header.
pub(super) fn jpeg_components(bytes: &[u8]) -> Option<u8> {
    bytes.get(jpeg_frame(bytes)? + 9).copied()
}

/// Finds the marker of the frame header (ISO 10918-1, B.2.2), segment by segment.
fn jpeg_frame(bytes: &[u8]) -> Option<usize> {
    let mut at = bytes.starts_with(b"\xff\xd8").then_some(2)?;
    loop {
        match short(bytes, at)? {
            0xffff => at += 1,
            0xffc0..=0xffc3 | 0xffc5..=0xffc7 | 0xffc9..=0xffcb | 0xffcd..=0xffcf => return Some(at),
            0xff00.. => at += 2 + usize::from(short(bytes, at + 2)?.max(2)),
            _ => return None,
        }
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png_header(width: u32, height: u32) -> Vec<u8> {
        [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(),
            &width.to_be_bytes(),
            &height.to_be_bytes(),
            &[8, 2, 0, 0, 0],
        ]
        .concat()
    }

    #[test]
    fn a_picture_is_known_by_its_content_and_measured_by_its_header() {
        let png = measured(png_header(640, 480)).unwrap();
        assert_eq!((png.format, png.width_px, png.height_px), (PictureFormat::Png, 640, 480));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc0\0\x11\x08\x01\xe0\x02\x80\x03".to_vec();
        let jpeg = measured(jpeg).unwrap();
        assert_eq!((jpeg.format, jpeg.width_px, jpeg.height_px), (PictureFormat::Jpeg, 640, 480));
        assert_eq!(measured(b"GIF89a".to_vec()), None);
        assert_eq!(measured(png_header(0, 5)), None);
    }

    #[test]
    fn the_pixels_of_a_document_are_bounded_together() {
        struct Square;
        impl ImageResolver for Square {
            fn resolve(&self, _id: &str) -> Option<Vec<u8>> {
                let mut png = Vec::new();
                let mut encoder = png::Encoder::new(&mut png, 1000, 1000);
                encoder.set_depth(png::BitDepth::One);
                let mut writer = encoder.write_header().unwrap();
                writer.write_image_data(&vec![0; 125 * 1000]).unwrap();
                writer.finish().unwrap();
                Some(png)
            }
        }
        let limits = Limits { max_image_pixels: 1_500_000, ..Limits::default() };
        let mut pictures = Pictures::new(&Square, &limits);
        assert_eq!(pictures.find("a").unwrap(), Some(0));
        assert_eq!(pictures.find("a").unwrap(), Some(0), "the same picture counts once");
        assert!(matches!(pictures.find("b"), Err(RenderError::ImageTooLarge { width_px: 1000, .. })));
    }

    #[test]
    fn a_picture_that_is_cut_short_is_none() {
        struct Cut;
        impl ImageResolver for Cut {
            fn resolve(&self, _id: &str) -> Option<Vec<u8>> {
                Some(png_header(10, 10))
            }
        }
        assert_eq!(Pictures::new(&Cut, &Limits::default()).find("a").unwrap(), None);
    }

    #[test]
    fn a_broken_address_is_no_picture() {
        for source in ["data:", "data:image/png;base64,###", "data:image/png,abc", "nowhere"] {
            assert_eq!(Pictures::new(&NoImages, &Limits::default()).find(source).unwrap(), None, "{source}");
        }
    }
}
