//! Packs a finished file again: its small objects into compressed object streams, its table into a stream (PDF 1.5).
//!
//! krilla leaves the structure tree outside of object streams, and in a tagged table that tree is most of the file.
//! The objects' own bytes are copied, never read as values, so that what krilla's validator passed is what is written.
//!
//! Promises: the same input gives the same bytes; pages that come plain are compressed here, by one compressor for all; other streams and
//! the catalogue stay as they were, so that what a file claims can be found in it without unpacking; nothing of the
//! trailer is lost. What isn't laid out as krilla does is refused, not guessed at.
//! Limits: one table of cross-references, generation 0 and no encryption, which is all that krilla writes.

use flate2::{Compress, Compression, FlushCompress, Status};

use super::RenderError;

/// The objects of one stream at most: a reader unpacks it whole to see one of them.
const OBJECTS_A_STREAM: usize = 500;
/// How hard streams are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// A short document, of which a publication makes thousands: a fiftieth larger, a fifteenth of its whole time faster.
    Quick,
    /// A long one: one step less than usual is a hundredth larger and a tenth faster.
    Thorough,
}

impl Effort {
    fn level(self) -> Compression {
        Compression::new(match self {
            Self::Quick => 3,
            Self::Thorough => 5,
        })
    }
}
/// The room beyond a third of a stream that compressing it is given at once.
const SLACK_BYTES: usize = 256;
/// The bytes of an entry of the table, its end of line included (ISO 32000-1, 7.5.4).
const ENTRY_BYTES: usize = 20;
/// The bytes of an entry of the stream that replaces it: its type, a place in the file, a place in a stream.
const ROW_BYTES: usize = 7;

/// Packs a file again.
///
/// # Errors
/// [`RenderError::Engine`] when the file isn't laid out as krilla does.
pub(super) fn repack(pdf: &[u8], effort: Effort) -> Result<Vec<u8>, RenderError> {
    let file = File::read(pdf).ok_or_else(|| broken("no table of objects"))?;
    let mut packed = Packed {
        out: Vec::with_capacity(pdf.len() / 4),
        places: vec![Place::Free; file.count],
        deflate: Compress::new(effort.level(), true),
    };
    packed.out.extend_from_slice(file.header);
    let (small, plain): (Vec<_>, Vec<_>) =
        file.objects.iter().partition(|object| !object.is_stream() && object.number != file.root);
    for object in plain {
        match object.plain_stream() {
            Some((entries, content)) => packed.put_packed(object.number, entries, content)?,
            None => packed.put(object.number, object.body)?,
        }
    }
    for objects in small.chunks(OBJECTS_A_STREAM) {
        packed.put_stream(objects)?;
    }
    packed.finish(file.trailer)
}

fn broken(what: &str) -> RenderError {
    RenderError::Engine { reason: format!("the file can't be packed: {what}") }
}

/// An object as it was written.
struct Object<'a> {
    number: usize,
    /// What stands between `obj` and `endobj`.
    body: &'a [u8],
}

impl<'a> Object<'a> {
    fn is_stream(&self) -> bool {
        self.body.ends_with(b"endstream")
    }

    /// Gives the entries, without the length, and the content of a page or of a table of characters: the streams that
    /// krilla was told not to compress. The others are compressed, or must stay readable as they are.
    fn plain_stream(&self) -> Option<(&'a str, &'a [u8])> {
        let rest = self.body.strip_prefix(b"<</Length ")?;
        let length = number(rest)?;
        let rest = rest.get(rest.iter().position(|byte| !byte.is_ascii_digit())?..)?;
        let (entries, rest) = rest.split_at(rest.windows(2).position(|two| two == b">>")?);
        let is_plain = entries.is_empty() || entries.starts_with(b"/Type/CMap/WMode");
        let content = rest.strip_prefix(b">>\nstream\n")?.get(..length)?;
        is_plain.then_some((std::str::from_utf8(entries).ok()?, content))
    }
}

/// A file as it was written.
struct File<'a> {
    header: &'a [u8],
    objects: Vec<Object<'a>>,
    /// How many numbers are taken, that of no object included.
    count: usize,
    root: usize,
    /// The entries of the trailer, without its size.
    trailer: &'a [u8],
}

impl<'a> File<'a> {
    fn read(pdf: &'a [u8]) -> Option<Self> {
        let (rest, table) = split_last(pdf, b"startxref\n")?;
        let table = number(table)?;
        let (entries, trailer) = split_last(rest.get(table..)?, b"trailer\n")?;
        let entries = entries.strip_prefix(b"xref\n0 ")?;
        let count = number(entries)?;
        let entries = entries.get(entries.iter().position(|byte| *byte == b'\n')? + 1..)?;
        let mut starts = entries
            .chunks_exact(ENTRY_BYTES)
            .enumerate()
            .filter(|(_, entry)| entry.get(17) == Some(&b'n'))
            .map(|(number_of, entry)| Some((number(entry)?, number_of)))
            .collect::<Option<Vec<_>>>()?;
        starts.sort_unstable();
        let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([table]);
        let objects =
            starts.iter().zip(ends).map(|((start, number), end)| object(pdf.get(*start..end)?, *number));
        let trailer = trailer.trim_ascii().strip_prefix(b"<</Size ")?.strip_suffix(b">>")?;
        let trailer = trailer.get(trailer.iter().position(|byte| !byte.is_ascii_digit())?..)?;
        Some(Self {
            header: pdf.get(..starts.first()?.0)?,
            objects: objects.collect::<Option<_>>()?,
            count,
            root: number(trailer.strip_prefix(b"/Root ")?)?,
            trailer,
        })
    }
}

/// Reads one object.
fn object(bytes: &[u8], number: usize) -> Option<Object<'_>> {
    let body = bytes.strip_prefix(format!("{number} 0 obj\n").as_bytes())?;
    Some(Object { number, body: body.trim_ascii_end().strip_suffix(b"\nendobj")? })
}

/// Splits at the last place of some words, which are left out.
fn split_last<'a>(bytes: &'a [u8], words: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let place = bytes.windows(words.len()).rposition(|window| window == words)?;
    Some((bytes.get(..place)?, bytes.get(place + words.len()..)?))
}

/// Reads the number at the start.
fn number(bytes: &[u8]) -> Option<usize> {
    let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(bytes.get(..count)?).ok()?.parse().ok()
}

/// Where an object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nowhere: the number isn't taken.
    Free,
    /// At a byte of the file.
    At(usize),
    /// In an object stream, at a place among its objects.
    In(usize, usize),
}

impl Place {
    /// Gives its entry in the stream of cross-references (ISO 32000-1, 7.5.8.3).
    fn row(self) -> Option<[u8; ROW_BYTES]> {
        let (kind, wide, narrow) = match self {
            Self::Free => (0_u64, 0, u16::MAX),
            Self::At(byte) => (1, u32::try_from(byte).ok()?, 0),
            Self::In(stream, place) => (2, u32::try_from(stream).ok()?, u16::try_from(place).ok()?),
        };
        let [_, row @ ..] = ((kind << 48) | (u64::from(wide) << 16) | u64::from(narrow)).to_be_bytes();
        Some(row)
    }
}

/// The new file as it grows.
struct Packed {
    out: Vec<u8>,
    /// Where each object stands, by its number.
    places: Vec<Place>,
    /// One for all streams: making it costs as much as packing a small one.
    deflate: Compress,
}

impl Packed {
    fn put(&mut self, number: usize, body: &[u8]) -> Result<(), RenderError> {
        *self.places.get_mut(number).ok_or_else(|| broken("a number out of range"))? =
            Place::At(self.out.len());
        self.out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        self.out.extend_from_slice(body);
        self.out.extend_from_slice(b"\nendobj\n");
        Ok(())
    }

    /// Puts a stream under the next number.
    fn put_new(&mut self, entries: &str, content: &[u8]) -> Result<(), RenderError> {
        let number = self.places.len();
        self.places.push(Place::Free);
        self.put_packed(number, entries, content)
    }

    /// Puts a stream, its content compressed.
    fn put_packed(&mut self, number: usize, entries: &str, content: &[u8]) -> Result<(), RenderError> {
        let packed = self.deflated(content)?;
        let mut body =
            format!("<<{entries}/Filter/FlateDecode/Length {}>>\nstream\n", packed.len()).into_bytes();
        body.extend_from_slice(&packed);
        body.extend_from_slice(b"\nendstream");
        self.put(number, &body)
    }

    fn deflated(&mut self, content: &[u8]) -> Result<Vec<u8>, RenderError> {
        self.deflate.reset();
        let mut packed = Vec::with_capacity(content.len() / 3 + SLACK_BYTES);
        let mut rest = content;
        loop {
            let before = self.deflate.total_in();
            let status = self.deflate.compress_vec(rest, &mut packed, FlushCompress::Finish);
            let status = status.map_err(|error| RenderError::Engine { reason: error.to_string() })?;
            if status == Status::StreamEnd {
                return Ok(packed);
            }
            let read = usize::try_from(self.deflate.total_in() - before).unwrap_or(rest.len());
            rest = rest.get(read..).unwrap_or_default();
            packed.reserve(content.len() / 3 + SLACK_BYTES);
        }
    }

    /// Puts objects into a stream: their numbers and places first, then their bytes (ISO 32000-1, 7.5.7).
    fn put_stream(&mut self, objects: &[&Object<'_>]) -> Result<(), RenderError> {
        let stream = self.places.len();
        let (mut index, mut bodies) = (Vec::new(), Vec::new());
        for (place, object) in objects.iter().enumerate() {
            let slot = self.places.get_mut(object.number);
            *slot.ok_or_else(|| broken("a number out of range"))? = Place::In(stream, place);
            index.extend_from_slice(format!("{} {} ", object.number, bodies.len()).as_bytes());
            bodies.extend_from_slice(object.body);
            bodies.push(b'\n');
        }
        let entries = format!("/Type/ObjStm/N {}/First {}", objects.len(), index.len());
        self.put_new(&entries, &[index, bodies].concat())
    }

    /// Ends the file with the stream of cross-references, which bears the trailer's entries.
    fn finish(mut self, trailer: &[u8]) -> Result<Vec<u8>, RenderError> {
        let start = self.out.len();
        let trailer = std::str::from_utf8(trailer).map_err(|_| broken("a trailer that isn't text"))?;
        let places: Vec<_> = self.places.iter().copied().chain([Place::At(start)]).collect();
        let rows = places.iter().map(|place| place.row()).collect::<Option<Vec<_>>>();
        let rows = rows.ok_or_else(|| broken("a place out of range"))?;
        let entries = format!(
            "/Type/XRef/Size {}/W[1 4 2]/DecodeParms<</Predictor 12/Columns {ROW_BYTES}>>{trailer}",
            places.len()
        );
        self.put_new(&entries, &differences(&rows))?;
        self.out.extend_from_slice(format!("startxref\n{start}\n%%EOF").as_bytes());
        Ok(self.out)
    }
}

/// Gives what each row adds to the one above, which packs far better: predictor 12, « up ».
fn differences(rows: &[[u8; ROW_BYTES]]) -> Vec<u8> {
    let mut above = [0; ROW_BYTES];
    let mut bytes = Vec::with_capacity(rows.len() * (ROW_BYTES + 1));
    for row in rows {
        bytes.push(2);
        bytes.extend(row.iter().zip(above).map(|(byte, above)| byte.wrapping_sub(above)));
        above = *row;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file as krilla lays it out: a catalogue, a small object, a picture and a page.
    fn written() -> Vec<u8> {
        let mut pdf = b"%PDF-1.7\n%\x80\x80\x80\x80\n\n".to_vec();
        let mut table = b"xref\n0 5\n0000000000 65535 f\r\n".to_vec();
        for (number, body) in (1..).zip([
            "<</Type/Pages/Kids[]>>",
            "<</Length 7/Filter/DCTDecode>>\nstream\nendobj \nendstream",
            "<</Type/Catalog/Pages 1 0 R>>",
            "<</Length 7>>\nstream\n0 0 1 g\nendstream",
        ]) {
            table.extend_from_slice(format!("{:010} 00000 n\r\n", pdf.len()).as_bytes());
            pdf.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        }
        let start = pdf.len();
        pdf.extend_from_slice(&table);
        pdf.extend_from_slice(b"trailer\n<</Size 5/Root 3 0 R/ID[(a)(b)]>>\nstartxref\n");
        pdf.extend_from_slice(format!("{start}\n%%EOF").as_bytes());
        pdf
    }

    #[test]
    fn streams_and_the_catalogue_stay_readable_and_the_rest_is_packed() {
        let packed = repack(&written(), Effort::Quick).unwrap();
        let text = String::from_utf8_lossy(&packed);
        for kept in [
            "3 0 obj\n<</Type/Catalog/Pages 1 0 R>>\nendobj",
            "2 0 obj\n<</Length 7/Filter/DCTDecode>>\nstream\nendobj \nendstream",
            "4 0 obj\n<</Filter/FlateDecode/Length ",
        ] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
        assert!(!text.contains("/Type/Pages") && !text.contains("0 0 1 g"));
        assert!(text.contains("/Type/ObjStm/N 1/First 4") && text.contains("/Size 7"), "{text}");
        assert!(text.contains("/Root 3 0 R/ID[(a)(b)]"), "{text}");
    }

    #[test]
    fn what_is_cut_or_otherwise_laid_out_is_refused() {
        let whole = written();
        for end in [0, 10, whole.len() / 2, whole.len() - 60] {
            assert!(repack(whole.get(..end).unwrap(), Effort::Quick).is_err(), "{end}");
        }
        let twice = repack(&whole, Effort::Thorough).unwrap();
        assert!(matches!(repack(&twice, Effort::Thorough), Err(RenderError::Engine { .. })));
    }

    #[test]
    fn rows_are_told_by_what_they_add() {
        let rows = [Place::In(9, 0), Place::In(9, 1), Place::At(258)].map(|place| place.row().unwrap());
        let expected = [[2, 2, 0, 0, 0, 9, 0, 0], [2, 0, 0, 0, 0, 0, 0, 1], [2, 255, 0, 0, 1, 249, 0, 255]];
        assert_eq!(differences(&rows), expected.concat());
    }
}
