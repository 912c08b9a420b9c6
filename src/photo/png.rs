//! PNG: chunks of length, type, data, CRC; the capital first letter says what can't be left out.

use super::PhotoError;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The chunks that say how colours are meant, whatever the size of the picture.
const COLOURS: &[&[u8]] = &[b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI"];

/// The optional chunks that change how the picture looks: transparency, colours, pixel size, animation.
const SHOWN: &[&[u8]] = &[
    b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD", b"pHYs",
    b"hIST", b"sPLT", b"acTL", b"fcTL", b"fdAT",
];

pub(super) fn without_metadata(photo: &[u8]) -> Result<Vec<u8>, PhotoError> {
    let mut out = Vec::with_capacity(photo.len());
    out.extend_from_slice(SIGNATURE);
    let mut at = SIGNATURE.len();
    let mut has_picture = false;
    loop {
        let chunk = chunk_at(photo, at)?;
        let kind = chunk.get(4..8).ok_or(PhotoError::Truncated)?;
        if at == SIGNATURE.len() && kind != b"IHDR" {
            return Err(PhotoError::Damaged { at_byte: at, what: "the first chunk is not IHDR" });
        }
        has_picture |= kind == b"IDAT";
        if is_shown(kind) {
            out.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            break;
        }
        at = at.saturating_add(chunk.len());
    }
    if has_picture { Ok(out) } else { Err(PhotoError::Damaged { at_byte: at, what: "there is no picture" }) }
}

/// What the first chunk says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub width: u32,
    pub height: u32,
}

/// Reads the header of a file that begins as a PNG does.
pub(super) fn header(photo: &[u8]) -> Option<Header> {
    let header = photo.strip_prefix(SIGNATURE)?.strip_prefix(b"\0\0\0\rIHDR")?;
    let side = |at: usize| header.get(at..)?.first_chunk().copied().map(u32::from_be_bytes);
    Some(Header { width: side(0)?, height: side(4)? })
}

/// Tells whether a picture moves.
pub(super) fn moves(photo: &[u8]) -> bool {
    chunks(photo).any(|chunk| is_one_of(chunk, &[b"acTL"]))
}

/// Gives the chunks that say how colours are meant, whole.
pub(super) fn colours(photo: &[u8]) -> Vec<u8> {
    chunks(photo).filter(|chunk| is_one_of(chunk, COLOURS)).flatten().copied().collect()
}

fn is_one_of(chunk: &[u8], kinds: &[&[u8]]) -> bool {
    chunk.get(4..8).is_some_and(|kind| kinds.contains(&kind))
}

/// Gives the chunks before the picture itself.
fn chunks(photo: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = SIGNATURE.len();
    let next = move || {
        let chunk = chunk_at(photo, at).ok()?;
        at = at.saturating_add(chunk.len());
        Some(chunk)
    };
    std::iter::from_fn(next).take_while(|chunk| !is_one_of(chunk, &[b"IDAT", b"IEND"]))
}

fn is_shown(kind: &[u8]) -> bool {
    kind.first().is_some_and(u8::is_ascii_uppercase) || SHOWN.contains(&kind)
}

fn chunk_at(photo: &[u8], at: usize) -> Result<&[u8], PhotoError> {
    let rest = photo.get(at..).ok_or(PhotoError::Truncated)?;
    let (head, _) = rest.split_first_chunk::<4>().ok_or(PhotoError::Truncated)?;
    let length = usize::try_from(u32::from_be_bytes(*head)).map_err(|_| PhotoError::Truncated)?;
    rest.get(..length.saturating_add(12)).ok_or(PhotoError::Truncated)
}
