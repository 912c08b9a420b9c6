//! Photos without what they tell about their maker: place, date, device, comments.
//!
//! Promises: the picture itself is untouched, byte for byte; the colour profile and, in JPEG, the orientation stay
//! (the latter alone in a minimal EXIF block); everything else that isn't needed to show the picture goes, and so
//! does what follows the picture's end (a telephone's video, second pictures). What comes out goes through
//! unchanged. Refuses: other formats, files whose structure is broken or cut short (checksums inside
//! the picture are not recomputed), files over 64 MiB. Never panics; memory is the
//! input and one output. Format: JPEG (ITU T.81, annex B; EXIF 2.32), PNG (W3C PNG 3, section 5).

mod jpeg;
mod png;

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
