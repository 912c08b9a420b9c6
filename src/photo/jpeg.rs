//! JPEG: markers, segments with a length, and after each SOS the coded picture, which holds no
//! marker but the restarts.

use super::PhotoError;

/// SOI, and the first byte of the next marker.
pub(super) const START: &[u8] = b"\xFF\xD8\xFF";

const SOI: &[u8] = b"\xFF\xD8";
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP14: u8 = 0xEE;
const APP15: u8 = 0xEF;
const COMMENT: u8 = 0xFE;

pub(super) fn without_metadata(photo: &[u8]) -> Result<Vec<u8>, PhotoError> {
    let segments = segments(photo)?;
    let orientation = segments.iter().find_map(orientation).filter(|turned| (2..=8).contains(turned));
    let mut exif = orientation.map(minimal_exif);
    let mut out = Vec::with_capacity(photo.len());
    out.extend_from_slice(SOI);
    for segment in segments.iter().filter(|segment| segment.is_shown()) {
        // JFIF comes first, then EXIF, then the rest.
        if segment.marker != APP0
            && let Some(exif) = exif.take()
        {
            out.extend_from_slice(&exif);
        }
        out.extend_from_slice(segment.bytes);
    }
    Ok(out)
}

/// What decides whether a picture is drawn anew, and how.
pub(super) struct Look {
    /// The longer side in pixels.
    pub longer_side: u16,
    /// The orientation, when it isn't upright.
    pub orientation: Option<u16>,
    /// The segments of the colour profile, whole.
    pub profile: Vec<u8>,
    /// Whether one of Adobe's programs wrote it, which says how inks are meant.
    pub by_adobe: bool,
}

/// Reads what a picture looks like; `None` when these bytes are no JPEG.
pub(super) fn look(photo: &[u8]) -> Option<Look> {
    let segments = photo.starts_with(START).then(|| segments(photo).ok()).flatten()?;
    let frame = segments.iter().find(|segment| is_frame(segment.marker))?;
    let side = |at| u16_at(frame.content, at, u16::from_be_bytes);
    let profile = segments.iter().filter(|segment| segment.marker == APP2);
    Some(Look {
        longer_side: side(1)?.max(side(3)?),
        orientation: segments.iter().find_map(orientation).filter(|turned| (2..=8).contains(turned)),
        profile: profile.flat_map(|segment| segment.bytes.iter().copied()).collect(),
        by_adobe: segments.iter().any(|segment| segment.marker == APP14 && segment.is_shown()),
    })
}

/// A marker, what belongs to it, and after SOS the coded picture up to the next marker.
#[derive(Debug, Clone, Copy)]
struct Segment<'a> {
    marker: u8,
    /// From the FF of the marker to the end.
    bytes: &'a [u8],
    /// What follows the length; empty where there is none.
    content: &'a [u8],
}

impl Segment<'_> {
    /// Tells whether the picture needs it: the coding itself, JFIF, the colour profile, Adobe's colour transform.
    fn is_shown(&self) -> bool {
        match self.marker {
            APP0 => self.content.starts_with(b"JFIF\0"),
            APP2 => self.content.starts_with(b"ICC_PROFILE\0"),
            APP14 => self.content.starts_with(b"Adobe"),
            APP1..=APP15 | COMMENT => false,
            _ => true,
        }
    }
}

/// Cuts a file into its segments, up to the end of the picture.
fn segments(photo: &[u8]) -> Result<Vec<Segment<'_>>, PhotoError> {
    let mut segments = Vec::new();
    let mut at = SOI.len();
    let (mut has_frame, mut has_scan) = (false, false);
    loop {
        let segment = segment_at(photo, &mut at)?;
        has_frame |= is_frame(segment.marker);
        has_scan |= segment.marker == SOS;
        segments.push(segment);
        if segment.marker == EOI {
            break;
        }
    }
    if has_frame && has_scan {
        Ok(segments)
    } else {
        Err(PhotoError::Damaged { at_byte: at, what: "there is no picture" })
    }
}

fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// Reads the segment at `at` and moves on.
fn segment_at<'a>(photo: &'a [u8], at: &mut usize) -> Result<Segment<'a>, PhotoError> {
    let damaged = |at_byte, what| Err(PhotoError::Damaged { at_byte, what });
    if byte_at(photo, *at)? != 0xFF {
        return damaged(*at, "a marker should stand here");
    }
    // Any number of FF may fill the room before a marker.
    while byte_at(photo, *at + 1)? == 0xFF {
        *at += 1;
    }
    let start = *at;
    let marker = byte_at(photo, start + 1)?;
    let end = match marker {
        EOI => start + 2,
        0x00 | 0x01 | 0xD0..=0xD8 => return damaged(start, "this marker has no place here"),
        _ => {
            let length =
                usize::from(u16_at(photo, start + 2, u16::from_be_bytes).ok_or(PhotoError::Truncated)?);
            if length < 2 {
                return damaged(start, "a segment is shorter than its length");
            }
            start + 2 + length
        }
    };
    let content = if marker == EOI { &[] } else { photo.get(start + 4..end).ok_or(PhotoError::Truncated)? };
    *at = if marker == SOS { end_of_scan(photo, end)? } else { end };
    let bytes = photo.get(start..*at).ok_or(PhotoError::Truncated)?;
    Ok(Segment { marker, bytes, content })
}

/// Finds the marker that ends the coded picture: FF00 is a coded FF, FFD0 to FFD7 restart it.
fn end_of_scan(photo: &[u8], from: usize) -> Result<usize, PhotoError> {
    let mut at = from;
    loop {
        let rest = photo.get(at..).ok_or(PhotoError::Truncated)?;
        at += rest.iter().position(|byte| *byte == 0xFF).ok_or(PhotoError::Truncated)?;
        match byte_at(photo, at + 1)? {
            0x00 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Ok(at),
        }
    }
}

fn byte_at(bytes: &[u8], at: usize) -> Result<u8, PhotoError> {
    bytes.get(at).copied().ok_or(PhotoError::Truncated)
}

fn u16_at(bytes: &[u8], at: usize, read: Short) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(read)
}

fn u32_at(bytes: &[u8], at: usize, read: Long) -> Option<usize> {
    usize::try_from(read(*bytes.get(at..)?.first_chunk()?)).ok()
}

/// How the block orders the bytes of its numbers.
type Short = fn([u8; 2]) -> u16;
type Long = fn([u8; 4]) -> u32;

/// Reads the orientation from an EXIF segment: tag 0x0112, one SHORT, in the first directory.
fn orientation(segment: &Segment<'_>) -> Option<u16> {
    let tiff = segment.content.strip_prefix(b"Exif\0\0").filter(|_| segment.marker == APP1)?;
    let (short, long): (Short, Long) = match tiff.get(..4)? {
        b"II*\0" => (u16::from_le_bytes, u32::from_le_bytes),
        b"MM\0*" => (u16::from_be_bytes, u32::from_be_bytes),
        _ => return None,
    };
    let directory = tiff.get(u32_at(tiff, 4, long)?..)?;
    let count = usize::from(u16_at(directory, 0, short)?);
    let mut entries = directory.get(2..)?.chunks_exact(12).take(count);
    let entry = entries.find(|entry| u16_at(entry, 0, short) == Some(0x0112))?;
    let is_one_short = u16_at(entry, 2, short)? == 3 && u32_at(entry, 4, long)? == 1;
    u16_at(entry, 8, short).filter(|_| is_one_short)
}

/// Makes an EXIF segment that holds the orientation alone.
fn minimal_exif(orientation: u16) -> Vec<u8> {
    let mut exif = vec![0xFF, APP1, 0x00, 0x22];
    exif.extend_from_slice(b"Exif\0\0MM\0*\0\0\0\x08");
    exif.extend_from_slice(b"\0\x01\x01\x12\0\x03\0\0\0\x01");
    exif.extend_from_slice(&orientation.to_be_bytes());
    exif.extend_from_slice(&[0; 6]);
    exif
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exif_of(segment: &[u8]) -> Option<u16> {
        orientation(&Segment { marker: APP1, bytes: segment, content: segment })
    }

    #[test]
    fn the_minimal_block_says_its_own_length_and_its_orientation() {
        for turned in 2..=8 {
            let exif = minimal_exif(turned);
            assert_eq!(usize::from(u16::from_be_bytes([exif[2], exif[3]])), exif.len() - 2);
            assert_eq!(exif_of(&exif[4..]), Some(turned));
        }
    }

    #[test]
    fn orientation_is_read_in_both_byte_orders_and_only_as_one_short() {
        let little = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(exif_of(little), Some(6));
        let as_long = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x04\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(exif_of(as_long), None);
        assert_eq!(exif_of(b"Exif\0\0II*\0\xFF\xFF\xFF\xFF"), None);
        assert_eq!(exif_of(b"Exif\0\0XX"), None);
    }
}
