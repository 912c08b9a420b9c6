//! Pictures of other formats than JPEG and PNG without the place that they were taken at.
//!
//! Promises: the directories of a TIFF, and those of EXIF blocks in WebP and HEIF, lose their entries of position, XMP, IPTC and
//! Photoshop, and what these lead to; XMP packets elsewhere become spaces. Nothing moves: the file keeps its size, its pixels and
//! every other byte. A directory that can't be read is left as it is; no bytes make it panic, and the work is bounded.
//! Limits: date, device and the maker's own notes stay; a position in a form that no standard knows isn't found. A WebP or HEIF of
//! more than [`LIMIT_BYTES`] isn't looked at: it is refused. Format: TIFF 6.0; EXIF 2.32, 4.6.6; XMP part 1, 7.3.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::LIMIT_BYTES;

/// What leads to a position, or may bear one: XMP, IPTC, Photoshop, GPS.
const ENTRIES: [u16; 4] = [0x02BC, 0x83BB, 0x8649, GPS];
const GPS: u16 = 0x8825;
/// The size of a directory's entry, in bytes.
const ENTRY: usize = 12;
/// How many directories of a file are read: a scan has one a page.
const MOST_DIRECTORIES: usize = 10_000;
/// How many entries of a file are looked at, and how many patches it may take: far more than any camera or scanner writes.
const MOST_ENTRIES: usize = 1_000_000;
const MOST_PATCHES: usize = 20_000;
/// The head of an EXIF block whose directory follows at once, as every camera writes it, in both orders of bytes.
const HEADS: [&[u8]; 2] = [b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"];
/// Where an XMP packet begins and ends.
const PACKET: (&[u8], &[u8]) = (b"<x:xmpmeta", b"</x:xmpmeta>");

/// Bytes to be put in place of as many others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Where, from the file's beginning.
    at: u64,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Bytes(Vec<u8>),
    Repeated(u8, u64),
}

/// Finds what a picture says of its place.
///
/// # Errors
/// When it can't be read, is too large to be looked through (`FileTooLarge`), or holds more than a picture does (`InvalidData`).
pub fn place_patches(file: &mut (impl Read + Seek)) -> io::Result<Vec<Patch>> {
    let size = file.seek(SeekFrom::End(0))?;
    let head = part(file, 0, 4)?;
    if matches!(head.as_slice(), b"II*\0" | b"MM\0*") {
        let mut block = Block { file, base: 0, size, patches: Vec::new(), entries_left: MOST_ENTRIES };
        block.forget()?;
        return Ok(block.patches);
    }
    if size > u64::try_from(LIMIT_BYTES).unwrap_or(u64::MAX) {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    let whole = part(file, 0, LIMIT_BYTES)?;
    let mut block = Block { file, base: 0, size, patches: Vec::new(), entries_left: MOST_ENTRIES };
    for base in HEADS.iter().flat_map(|head| places(&whole, head)) {
        block.base = count(base);
        block.forget()?;
    }
    block.base = 0;
    for packet in packets(&whole) {
        block.patch(count(packet.start), Content::Repeated(b' ', count(packet.len())))?;
    }
    Ok(block.patches)
}

fn too_much() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "more entries than a picture has")
}

/// Gives the places where a text stands.
fn places<'b>(bytes: &'b [u8], text: &'b [u8]) -> impl Iterator<Item = usize> + 'b {
    bytes.windows(text.len()).enumerate().filter(move |(_, found)| *found == text).map(|(at, _)| at)
}

/// Gives the places of the XMP packets; one that doesn't end goes to the file's end.
fn packets(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut packets = Vec::new();
    let mut at = 0;
    while let Some(start) = places(bytes.get(at..).unwrap_or_default(), PACKET.0).next() {
        let start = at + start;
        let rest = bytes.get(start..).unwrap_or_default();
        let end = places(rest, PACKET.1).next().map_or(bytes.len(), |end| start + end + PACKET.1.len());
        packets.push(start..end);
        at = end;
    }
    packets
}

/// A TIFF structure inside a file.
struct Block<'f, F> {
    file: &'f mut F,
    base: u64,
    size: u64,
    patches: Vec<Patch>,
    entries_left: usize,
}

impl<F: Read + Seek> Block<'_, F> {
    /// Takes the entries out of each directory.
    fn forget(&mut self) -> io::Result<()> {
        let head = part(self.file, self.base, 8)?;
        let is_little = head.starts_with(b"II");
        let mut next = long(&head, 4, is_little);
        let mut seen = BTreeSet::new();
        while let Some(at) = next.filter(|at| *at != 0 && seen.len() < MOST_DIRECTORIES && seen.insert(*at)) {
            next = self.forget_in(u64::from(at), is_little)?;
        }
        Ok(())
    }

    /// Takes the entries out of one directory and gives the place of the next.
    fn forget_in(&mut self, at: u64, is_little: bool) -> io::Result<Option<u32>> {
        let Some(directory) = self.directory(at, is_little)? else { return Ok(None) };
        let entries = directory.get(2..directory.len() - 4).unwrap_or_default();
        let next = directory.get(directory.len() - 4..).unwrap_or_default();
        let (mut kept, mut lost) = (Vec::new(), 0);
        for entry in entries.chunks_exact(ENTRY) {
            match short(entry, 0, is_little) {
                Some(tag) if ENTRIES.contains(&tag) => {
                    lost += 1;
                    self.forget_value(entry, is_little)?;
                    if let Some(at) = long(entry, 8, is_little).filter(|_| tag == GPS) {
                        self.forget_all_of(u64::from(at), is_little)?;
                    }
                }
                _ => kept.push(entry),
            }
        }
        if lost > 0 {
            let number = u16::try_from(kept.len()).unwrap_or(u16::MAX);
            let number = if is_little { number.to_le_bytes() } else { number.to_be_bytes() };
            let mut content = [&number, kept.concat().as_slice(), next].concat();
            content.resize(directory.len(), 0);
            self.patch(at, Content::Bytes(content))?;
        }
        Ok(long(next, 0, is_little))
    }

    /// Blanks a directory and all that its entries lead to.
    fn forget_all_of(&mut self, at: u64, is_little: bool) -> io::Result<()> {
        let Some(directory) = self.directory(at, is_little)? else { return Ok(()) };
        for entry in directory.get(2..).unwrap_or_default().chunks_exact(ENTRY) {
            self.forget_value(entry, is_little)?;
        }
        self.patch(at, Content::Repeated(0, count(directory.len())))
    }

    /// Blanks the value of an entry, where it doesn't stand in the entry itself.
    fn forget_value(&mut self, entry: &[u8], is_little: bool) -> io::Result<()> {
        let width = match short(entry, 2, is_little) {
            Some(1 | 2 | 6 | 7) => 1,
            Some(3 | 8) => 2,
            Some(5 | 10 | 12) => 8,
            _ => 4,
        };
        let values = long(entry, 4, is_little).unwrap_or(0);
        let bytes = u64::from(values).saturating_mul(width);
        match long(entry, 8, is_little).filter(|_| bytes > 4) {
            Some(at) => self.patch(u64::from(at), Content::Repeated(0, bytes)),
            None => Ok(()),
        }
    }

    /// Reads a directory with its count and the place of the next one; `None` where it isn't whole.
    fn directory(&mut self, at: u64, is_little: bool) -> io::Result<Option<Vec<u8>>> {
        let at = self.base.saturating_add(at);
        let Some(entries) = short(&part(self.file, at, 2)?, 0, is_little) else { return Ok(None) };
        let entries = usize::from(entries);
        self.entries_left = self.entries_left.checked_sub(entries.max(1)).ok_or_else(too_much)?;
        let size = 2 + entries * ENTRY + 4;
        let directory = part(self.file, at, size)?;
        Ok(Some(directory).filter(|directory| directory.len() == size))
    }

    /// Notes a patch, as far as it lies within the file.
    fn patch(&mut self, at: u64, content: Content) -> io::Result<()> {
        let at = self.base.saturating_add(at);
        let room = self.size.saturating_sub(at);
        let content = match content {
            Content::Repeated(byte, times) => Content::Repeated(byte, times.min(room)),
            bytes @ Content::Bytes(_) => bytes,
        };
        if self.patches.len() >= MOST_PATCHES {
            return Err(too_much());
        }
        self.patches.push(Patch { at, content });
        Ok(())
    }
}

/// Reads at most so many bytes from a place.
fn part(file: &mut (impl Read + Seek), at: u64, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.by_ref().take(count(most)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn short(bytes: &[u8], at: usize, is_little: bool) -> Option<u16> {
    let bytes = *bytes.get(at..)?.first_chunk()?;
    Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
}

fn long(bytes: &[u8], at: usize, is_little: bool) -> Option<u32> {
    let bytes = *bytes.get(at..)?.first_chunk()?;
    Some(if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
}

/// A file as its patches make it, from its beginning. A patch that was noted later wins.
#[derive(Debug)]
pub struct Patched<F> {
    file: F,
    at: u64,
    patches: Vec<Patch>,
}

impl<F: Read + Seek> Patched<F> {
    /// Reads a file from its beginning.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn new(mut file: F, patches: Vec<Patch>) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        Ok(Self { file, at: 0, patches })
    }
}

impl<F: Read> Read for Patched<F> {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(block)?;
        let (start, end) = (self.at, self.at + count(read));
        for Patch { at, content } in &self.patches {
            let length = match content {
                Content::Bytes(bytes) => count(bytes.len()),
                Content::Repeated(_, times) => *times,
            };
            let (from, to) = (start.max(*at), end.min(at.saturating_add(length)));
            let inside =
                |place: u64, origin: u64| usize::try_from(place.saturating_sub(origin)).unwrap_or(usize::MAX);
            let Some(target) =
                (from < to).then(|| block.get_mut(inside(from, start)..inside(to, start))).flatten()
            else {
                continue;
            };
            match content {
                Content::Repeated(byte, _) => target.fill(*byte),
                Content::Bytes(bytes) => {
                    let source = bytes.get(inside(from, *at)..).unwrap_or_default();
                    target.iter_mut().zip(source).for_each(|(byte, new)| *byte = *new);
                }
            }
        }
        self.at = end;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn cleaned(file: &[u8]) -> Vec<u8> {
        let patches = place_patches(&mut Cursor::new(file)).unwrap();
        let mut clean = Vec::new();
        Patched::new(Cursor::new(file), patches).unwrap().read_to_end(&mut clean).unwrap();
        clean
    }

    /// A block of one directory: a width, XMP, a position (a directory with a latitude of three fractions), and what follows.
    fn block(is_little: bool) -> Vec<u8> {
        let short = |n: u16| if is_little { n.to_le_bytes() } else { n.to_be_bytes() };
        let long = |n: u32| if is_little { n.to_le_bytes() } else { n.to_be_bytes() };
        let entry = |tag, kind, values, value| {
            [&short(tag)[..], &short(kind)[..], &long(values)[..], &long(value)[..]].concat()
        };
        let xmp_at = 8 + 2 + 4 * 12 + 4;
        let gps_at = xmp_at + 12;
        let latitude_at = gps_at + 2 + 2 * 12 + 4;
        [
            if is_little { &b"II*\0"[..] } else { &b"MM\0*"[..] },
            &long(8),
            &short(4),
            &entry(0x0100, 4, 1, 640),
            &entry(0x02BC, 1, 12, xmp_at),
            &entry(0x8825, 4, 1, gps_at),
            &entry(0x9003, 2, 4, 7),
            &long(0),
            b"<x:LATITUDE>",
            &short(2),
            &entry(1, 2, 2, 0x4E00),
            &entry(2, 5, 3, latitude_at),
            &long(0),
            b"LATITUDE-OF-THREE-FRACTI",
            b"the pixels",
        ]
        .concat()
    }

    #[test]
    fn a_directory_loses_its_position_and_keeps_the_rest() {
        for is_little in [true, false] {
            let (file, clean) = (block(is_little), cleaned(&block(is_little)));
            assert_eq!(clean.len(), file.len());
            assert!(!clean.windows(8).any(|bytes| bytes == b"LATITUDE"), "{is_little}");
            assert!(clean.ends_with(b"the pixels"));
            assert_eq!(short(&clean, 8, is_little), Some(2));
            assert_eq!([10, 22].map(|at| short(&clean, at, is_little)), [Some(0x0100), Some(0x9003)]);
            assert_eq!(cleaned(&clean), clean, "nothing is left to be done");
        }
    }

    #[test]
    fn a_block_inside_another_format_and_its_packets_lose_it_as_well() {
        let packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>48.85 N</x:xmpmeta>";
        for is_little in [true, false] {
            let file = [b"RIFF....WEBPEXIF....", block(is_little).as_slice(), packet, b" end"].concat();
            let clean = cleaned(&file);
            assert!(!clean.windows(8).any(|bytes| bytes == b"LATITUDE"));
            assert!(!clean.windows(5).any(|bytes| bytes == b"48.85"));
            assert_eq!(clean.len(), file.len());
            assert!(clean.ends_with(b"  end"));
        }
        assert_eq!(packets(b"a<x:xmpmeta b").first(), Some(&(1..13)));
    }

    #[test]
    fn patches_are_put_on_whatever_the_blocks_that_are_read() {
        let file = block(true);
        let whole = cleaned(&file);
        for size in [1, 7, 64] {
            let mut patched =
                Patched::new(Cursor::new(&file), place_patches(&mut Cursor::new(&file)).unwrap()).unwrap();
            let (mut clean, mut buffer) = (Vec::new(), vec![0; size]);
            while let read @ 1.. = patched.read(&mut buffer).unwrap() {
                clean.extend_from_slice(&buffer[..read]);
            }
            assert_eq!(clean, whole, "{size}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it_and_the_size_stays(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            head in prop_oneof![Just(&b"II*\0\x08\0\0\0"[..]), Just(&b"MM\0*\0\0\0\x08"[..]), Just(&b"RIFF"[..])],
        ) {
            let file = [head, &bytes].concat();
            prop_assert_eq!(cleaned(&file).len(), file.len());
            let changed: Vec<u8> = block(true).iter().zip(bytes.iter().cycle().chain([&0])).enumerate()
                .map(|(at, (byte, noise))| if at % 9 == 4 { *noise } else { *byte }).collect();
            prop_assert_eq!(cleaned(&changed).len(), changed.len());
        }
    }
}
