//! Photos without what they tell about their maker: place, date, device, comments.
//!
//! Promises of [`without_metadata`]: the picture itself is untouched, byte for byte; the colour profile and, in JPEG, the
//! orientation stay (the latter alone in a minimal EXIF block); everything else that isn't needed to show the picture
//! goes, and so does what follows the picture's end (a telephone's video, second pictures). What comes out goes through
//! unchanged. [`ready`] also turns a JPEG upright and makes one that is too large smaller: only these two are drawn
//! anew, at quality 85; one that can't be decoded (inks, more than 50 million pixels) goes as it is, and so does a PNG.
//! Refuses: other formats, files whose structure is broken or cut short (checksums inside
//! the picture are not recomputed), files over 64 MiB. Never panics; memory is the
//! input and one output. Format: JPEG (ITU T.81, annex B; EXIF 2.32), PNG (W3C PNG 3, section 5).

mod encode;
mod jpeg;
mod picture;
mod png;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The largest photo that is looked at.
pub const LIMIT_BYTES: usize = 64 * 1024 * 1024;

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
    let Some(look) = jpeg::look(&clean) else { return Ok(clean) };
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
