//! Photos without what they tell about their maker: place, date, device, comments; pictures of other formats without their
//! place ([`place_patches`]).
//!
//! Promises of [`without_metadata`]: the picture itself is untouched, byte for byte; the colour profile and, in JPEG, the
//! orientation stay (the latter alone in a minimal EXIF block); everything else that isn't needed to show the picture
//! goes, and so does what follows the picture's end (a telephone's video, second pictures). What comes out goes through
//! unchanged. [`ready`] also turns a JPEG upright and makes a picture that is too large smaller: only these are drawn
//! anew, a JPEG at quality 85, a PNG as a PNG; one that can't be decoded (inks, a JPEG of more than 50 million pixels)
//! goes as it is, and so does a PNG that would weigh no less.
//! Refuses: other formats, files whose structure is broken or cut short (checksums inside the picture are not recomputed),
//! files over 64 MiB, and a PNG whose header announces more than [`MAX_PNG_PIXELS`], before any of them is decoded: a few
//! bytes can announce billions. Never panics; memory is the input and one output, and the pixels of a JPEG. Format: JPEG (ITU T.81, annex B; EXIF 2.32), PNG (W3C PNG 3, section 5).

mod encode;
mod jpeg;
mod picture;
mod place;
mod png;
mod reduce;

use std::panic::{AssertUnwindSafe, catch_unwind};

use publier_core::publication::reason::RefusalReason;

pub use place::{Patch, Patched, place_patches};

/// The largest photo that is looked at.
pub const LIMIT_BYTES: usize = 64 * 1024 * 1024;

/// The most pixels of a PNG: a plan on A0 in 400 dots an inch has 250 million.
pub const MAX_PNG_PIXELS: u64 = 400_000_000;

/// A photo that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// Neither JPEG nor PNG.
    #[error("neither a JPEG nor a PNG image")]
    NotAPhoto,
    /// Over [`LIMIT_BYTES`].
    #[error("the image has {size_bytes} bytes, over the limit of {LIMIT_BYTES}")]
    TooLarge {
        /// Its size.
        size_bytes: usize,
    },
    /// A PNG of more than [`MAX_PNG_PIXELS`].
    #[error("the image has {width_px} x {height_px} pixels, over the limit of {MAX_PNG_PIXELS}")]
    TooManyPixels {
        /// Its width.
        width_px: u32,
        /// Its height.
        height_px: u32,
    },
    /// The file ends before the picture does.
    #[error("the image is cut short: its end is missing")]
    Truncated,
    /// The structure is broken.
    #[error("the image is damaged near byte {at_byte}: {what}")]
    Damaged {
        /// Where.
        at_byte: usize,
        /// What is wrong there.
        what: &'static str,
    },
}

impl PhotoError {
    /// Gives the reason under which the photo is left out of a publication.
    pub fn refusal(&self) -> RefusalReason {
        match self {
            Self::TooLarge { .. } | Self::TooManyPixels { .. } => RefusalReason::FileTooLarge,
            Self::NotAPhoto | Self::Truncated | Self::Damaged { .. } => RefusalReason::FileDamaged,
        }
    }
}

/// Gives the photo without its metadata.
///
/// # Errors
/// When the bytes are no whole JPEG or PNG image.
pub fn without_metadata(photo: &[u8]) -> Result<Vec<u8>, PhotoError> {
    if photo.len() > LIMIT_BYTES {
        return Err(PhotoError::TooLarge { size_bytes: photo.len() });
    }
    if photo.starts_with(jpeg::START) {
        jpeg::without_metadata(photo)
    } else if photo.starts_with(png::SIGNATURE) {
        measured(photo)?;
        png::without_metadata(photo)
    } else {
        Err(PhotoError::NotAPhoto)
    }
}

/// Gives the photo as it leaves: without its metadata, upright, its longer side at most `max_side_px` (0 = any).
///
/// # Errors
/// As [`without_metadata`].
pub fn ready(photo: &[u8], max_side_px: u16) -> Result<Vec<u8>, PhotoError> {
    let clean = without_metadata(photo)?;
    let Some(look) = jpeg::look(&clean) else { return Ok(smaller_png(&clean, max_side_px).unwrap_or(clean)) };
    let is_large = max_side_px > 0 && look.longer_side > max_side_px;
    if !is_large && look.orientation.is_none() {
        return Ok(clean);
    }
    // A decoder that breaks down on a photo leaves it as it is.
    let drawn = catch_unwind(AssertUnwindSafe(|| {
        let picture = picture::Picture::decode(&clean)?.within(max_side_px);
        Some(encode::jpeg(&picture.upright(look.orientation.unwrap_or(1)), &look.profile))
    }));
    Ok(drawn.ok().flatten().unwrap_or(clean))
}

/// Gives a JPEG in inks (CMYK) as one in the colours of the screen, upright, without its metadata and its inks' profile.
/// `None` when it can't be decoded.
///
/// # Errors
/// As [`without_metadata`].
pub fn in_screen_colours(photo: &[u8]) -> Result<Option<Vec<u8>>, PhotoError> {
    let clean = without_metadata(photo)?;
    let Some(look) = jpeg::look(&clean) else { return Ok(None) };
    let drawn = catch_unwind(AssertUnwindSafe(|| {
        let picture = picture::Picture::decode_inks(&clean, look.by_adobe)?;
        Some(encode::jpeg(&picture.upright(look.orientation.unwrap_or(1)), &[]))
    }));
    Ok(drawn.ok().flatten())
}

/// Tells whether the pixels of a PNG can be read, to the last row.
pub fn is_readable_png(png: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| reduce::is_readable(png))).unwrap_or(false)
}

/// Refuses a PNG that announces more pixels than are looked at. Its first bytes are enough.
///
/// # Errors
/// [`PhotoError::TooManyPixels`].
pub fn measured(png: &[u8]) -> Result<(), PhotoError> {
    match png::header(png) {
        Some(png::Header { width, height })
            if u64::from(width).saturating_mul(u64::from(height)) > MAX_PNG_PIXELS =>
        {
            Err(PhotoError::TooManyPixels { width_px: width, height_px: height })
        }
        _ => Ok(()),
    }
}

fn smaller_png(clean: &[u8], max_side_px: u16) -> Option<Vec<u8>> {
    catch_unwind(AssertUnwindSafe(|| reduce::within(clean, max_side_px))).ok().flatten()
}
