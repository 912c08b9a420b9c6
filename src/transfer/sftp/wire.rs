//! The packets of SFTP version 3 (draft-ietf-secsh-filexfer-02) that an uploader needs.
//!
//! Our own codec, because a status above 8 is an answer here and not a broken session: 11 (exists), 14 (no
//! space), 15 (quota) and 17 (locked) reach the catalogue of reasons. Limit: packets of 1 MiB; what can't be
//! read is an error, never a panic.

/// The longest packet taken from a server, in bytes: long folder listings stay far below.
pub(super) const LONGEST_PACKET: usize = 1024 * 1024;

/// Opens for reading.
pub(super) const OPEN_READ: u32 = 0x01;
/// Opens for writing.
pub(super) const OPEN_WRITE: u32 = 0x02;
/// Creates the file when it is missing.
pub(super) const OPEN_CREATE: u32 = 0x08;
/// Empties the file first.
pub(super) const OPEN_TRUNCATE: u32 = 0x10;

/// What we ask: the byte of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(u8);

impl Kind {
    pub(super) const INIT: Self = Self(1);
    pub(super) const OPEN: Self = Self(3);
    pub(super) const CLOSE: Self = Self(4);
    pub(super) const READ: Self = Self(5);
    pub(super) const WRITE: Self = Self(6);
    pub(super) const OPEN_FOLDER: Self = Self(11);
    pub(super) const OPEN_STAT: Self = Self(8);
    pub(super) const SET_STAT: Self = Self(9);
    pub(super) const SET_OPEN_STAT: Self = Self(10);
    pub(super) const READ_FOLDER: Self = Self(12);
    pub(super) const REMOVE: Self = Self(13);
    pub(super) const MAKE_FOLDER: Self = Self(14);
    pub(super) const REMOVE_FOLDER: Self = Self(15);
    pub(super) const STAT: Self = Self(17);
    pub(super) const RENAME: Self = Self(18);
    pub(super) const EXTENDED: Self = Self(200);
}

/// A packet being written: its length is set at the end.
#[derive(Debug)]
pub(super) struct Packet(Vec<u8>);

impl Packet {
    /// Begins a packet; `id` is the request's number, or the version for `INIT`.
    pub(super) fn new(kind: Kind, id: u32) -> Self {
        let mut bytes = vec![0, 0, 0, 0, kind.0];
        bytes.extend_from_slice(&id.to_be_bytes());
        Self(bytes)
    }

    /// Adds a number of 32 bits.
    pub(super) fn u32(mut self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    /// Adds a number of 64 bits.
    pub(super) fn u64(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    /// Adds bytes with their length.
    pub(super) fn bytes(self, value: &[u8]) -> Self {
        let mut longer = self.u32(length(value));
        longer.0.extend_from_slice(value);
        longer
    }

    /// Adds attributes that bear the times of access and modification alone, in seconds since 1970.
    pub(super) fn times(self, second: u32) -> Self {
        self.u32(0x08).u32(second).u32(second)
    }

    /// Gives the whole packet.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let size = length(self.0.get(4..).unwrap_or_default()).to_be_bytes();
        for (place, byte) in self.0.iter_mut().zip(size) {
            *place = byte;
        }
        self.0
    }
}

/// A length on the wire: packets are far below 4 GiB.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// What is known of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Attributes {
    /// Its size in bytes.
    pub(super) size_bytes: Option<u64>,
    /// Its mode, type bits included.
    pub(super) mode: Option<u32>,
}

impl Attributes {
    /// Tells whether it is a folder.
    pub(super) fn is_folder(self) -> bool {
        self.mode.is_some_and(|mode| mode & 0o170_000 == 0o040_000)
    }
}

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The names of the extensions it knows.
    Version(Vec<String>),
    /// A status with the server's words.
    Status(u32, String),
    /// An open file or folder.
    Handle(Vec<u8>),
    /// Bytes of a file.
    Data(Vec<u8>),
    /// Names of a folder.
    Names(Vec<(String, Attributes)>),
    /// What a file is.
    Attributes(Attributes),
    /// The answer to an extension.
    Extended(Vec<u8>),
}

/// Reads a packet without its length: the request's number (0 for a version) and the answer.
pub(super) fn read_answer(packet: &[u8]) -> Option<(u32, Answer)> {
    let mut fields = Fields(packet);
    let kind = fields.byte()?;
    let id = fields.u32()?;
    let answer = match kind {
        2 => return Some((0, Answer::Version(fields.extensions()))),
        101 => {
            let code = fields.u32()?;
            // Servers of the first drafts send no words.
            Answer::Status(code, fields.text().unwrap_or_default())
        }
        102 => Answer::Handle(fields.bytes()?.to_vec()),
        103 => Answer::Data(fields.bytes()?.to_vec()),
        104 => Answer::Names(fields.names()?),
        105 => Answer::Attributes(fields.attributes()?),
        201 => Answer::Extended(fields.0.to_vec()),
        _ => return None,
    };
    Some((id, answer))
}

/// The free blocks for us in the answer to `statvfs@openssh.com`: its fifth number.
pub(super) fn available_blocks(extended: &[u8]) -> Option<u64> {
    let mut fields = Fields(extended);
    for _ in 0..4 {
        fields.u64()?;
    }
    fields.u64()
}

/// The longest write that a server takes, in the answer to `limits@openssh.com`: its third number.
pub(super) fn longest_write(extended: &[u8]) -> Option<u64> {
    let mut fields = Fields(extended);
    for _ in 0..2 {
        fields.u64()?;
    }
    fields.u64()
}

/// The SHA-256 in the answer to `check-file-name` (draft-ietf-secsh-filexfer-extensions-00, section 3), which some servers begin
/// by the extension's name; `None` for another algorithm.
pub(super) fn sha256_of(extended: &[u8]) -> Option<[u8; 32]> {
    let mut fields = Fields(extended);
    let mut algorithm = fields.bytes()?;
    if algorithm == b"check-file" {
        algorithm = fields.bytes()?;
    }
    let hash = fields.0.try_into().ok()?;
    (algorithm == b"sha256").then_some(hash)
}

/// What is left of a packet.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn u32(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*bytes))
    }

    fn u64(&mut self) -> Option<u64> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_be_bytes(*bytes))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let size = usize::try_from(self.u32()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        self.bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    fn extensions(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        while let Some(name) = self.text() {
            if self.bytes().is_none() {
                break;
            }
            names.push(name);
        }
        names
    }

    fn attributes(&mut self) -> Option<Attributes> {
        let flags = self.u32()?;
        let mut attributes = Attributes::default();
        if flags & 0x1 != 0 {
            attributes.size_bytes = Some(self.u64()?);
        }
        if flags & 0x2 != 0 {
            self.u64()?;
        }
        if flags & 0x4 != 0 {
            attributes.mode = Some(self.u32()?);
        }
        if flags & 0x8 != 0 {
            self.u64()?;
        }
        if flags & 0x8000_0000 != 0 {
            for _ in 0..self.u32()? {
                self.bytes()?;
                self.bytes()?;
            }
        }
        Some(attributes)
    }

    fn names(&mut self) -> Option<Vec<(String, Attributes)>> {
        let count = self.u32()?;
        let mut names = Vec::new();
        for _ in 0..count {
            let name = self.text()?;
            self.bytes()?;
            names.push((name, self.attributes()?));
        }
        Some(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_packet_bears_its_length_its_kind_and_its_number() {
        let packet = Packet::new(Kind::STAT, 7).bytes(b"/a").finish();
        assert_eq!(packet, [0, 0, 0, 11, 17, 0, 0, 0, 7, 0, 0, 0, 2, b'/', b'a']);
    }

    #[test]
    fn a_status_above_8_is_an_answer() {
        let packet = [&[101, 0, 0, 0, 3, 0, 0, 0, 11, 0, 0, 0, 2][..], b"no"].concat();
        assert_eq!(read_answer(&packet), Some((3, Answer::Status(11, "no".into()))));
    }

    #[test]
    fn the_longest_write_is_the_third_limit() {
        let limits = [9_u64, 8, 261_120, 6].map(u64::to_be_bytes).concat();
        assert_eq!(longest_write(&limits), Some(261_120));
        assert_eq!(longest_write(&limits[..20]), None);
    }

    #[test]
    fn a_hash_is_taken_from_either_form_and_of_its_algorithm_alone() {
        let answer = |words: &[&[u8]], hash: &[u8]| {
            let mut packet = Packet(Vec::new());
            for word in words {
                packet = packet.bytes(word);
            }
            [packet.0.as_slice(), hash].concat()
        };
        assert_eq!(sha256_of(&answer(&[b"sha256"], &[7; 32])), Some([7; 32]));
        assert_eq!(sha256_of(&answer(&[b"check-file", b"sha256"], &[7; 32])), Some([7; 32]));
        assert_eq!(sha256_of(&answer(&[b"sha512"], &[7; 32])), None);
        assert_eq!(sha256_of(&answer(&[b"sha256"], &[7; 31])), None);
        assert_eq!(sha256_of(&answer(&[b"md5"], &[7; 16])), None);
    }

    #[test]
    fn attributes_skip_what_is_not_needed() {
        let mut packet = vec![105, 0, 0, 0, 1, 0, 0, 0, 0x0f];
        packet.extend_from_slice(&9_u64.to_be_bytes());
        packet.extend_from_slice(&[0; 8]);
        packet.extend_from_slice(&0o040_755_u32.to_be_bytes());
        packet.extend_from_slice(&[0; 8]);
        let Some((1, Answer::Attributes(attributes))) = read_answer(&packet) else { panic!("no attributes") };
        assert!(attributes.is_folder());
        assert_eq!(attributes.size_bytes, Some(9));
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _any = (read_answer(&bytes), available_blocks(&bytes), longest_write(&bytes), sha256_of(&bytes));
        }
    }
}
