//! Whether a file that is to be sent opens where it arrives, and runs nothing there.
//!
//! Promises: only what is read here decides, never a name; a PDF has its head, its end and a way to its contents, and asks
//! for no password; an Office file bears no macro; a PNG announces no more pixels than are looked at. A light check: it doesn't render, and what it lets through may still
//! be damaged inside. Limits: the ends of a PDF are read, not the whole; Office files are read once, block by block.
//! Format: PDF (ISO 32000-1, 7.5 and 7.6), OOXML (ECMA-376), OLE2 (MS-CFB), ODF 1.3.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use publier_core::publication::reason::RefusalReason;

use super::mime::FileKind;
use crate::photo::measured;

/// Readers look for the head within these first bytes (ISO 32000-1, annex H.3).
const HEAD: u64 = 1024;
/// The end is looked for within these last bytes: scanners append some of their own.
const TAIL: u64 = 8 * 1024;
/// The most of a trailer or of a cross-reference stream's dictionary that is read.
const DICTIONARY: u64 = 16 * 1024;
/// The signature of a PNG and its header.
const PNG_HEAD: u64 = 33;
/// How much of an Office file is looked at in one go.
const BLOCK: usize = 64 * 1024;

/// What only a file with macros holds, in lower case: the parts of OOXML (macros of Excel 4 among them), the stream of OLE2 (in UTF-16), the folder of ODF.
const MACROS: [&[u8]; 4] =
    [b"vbaproject.bin", b"xl/macrosheets/", b"_\0v\0b\0a\0_\0p\0r\0o\0j\0e\0c\0t\0", b"basic/script-lc.xml"];

/// Tells whether a file of this kind opens and runs nothing.
///
/// # Errors
/// The reason for which it isn't sent.
pub fn opens(path: &Path, kind: FileKind) -> Result<(), RefusalReason> {
    let judged = match kind {
        FileKind::Pdf => pdf(path),
        FileKind::Png => png(path),
        FileKind::Docx
        | FileKind::Xlsx
        | FileKind::Pptx
        | FileKind::Doc
        | FileKind::Xls
        | FileKind::Odt
        | FileKind::Ods => has_macros(path).map(|found| found.then_some(RefusalReason::FileType)),
        _ => Ok(None),
    };
    judged.map_err(|_| RefusalReason::FileUnreadable)?.map_or(Ok(()), Err)
}

/// Judges a PNG by its header: a few bytes can announce billions of pixels.
fn png(path: &Path) -> io::Result<Option<RefusalReason>> {
    let head = part(&mut File::open(path)?, 0, PNG_HEAD)?;
    Ok(measured(&head).is_err().then_some(RefusalReason::FileTooLarge))
}

/// Judges a PDF by its two ends.
fn pdf(path: &Path) -> io::Result<Option<RefusalReason>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let head = part(&mut file, 0, HEAD)?;
    let tail = part(&mut file, size.saturating_sub(TAIL), TAIL)?;
    let end = rposition(&tail, b"%%EOF");
    let way = end.and_then(|end| rposition(tail.get(..end).unwrap_or_default(), b"startxref"));
    let (Some(_), Some(way)) = (position(&head, b"%PDF-"), way) else {
        return Ok(Some(RefusalReason::FileDamaged));
    };
    let Some(offset) = number(tail.get(way + b"startxref".len()..).unwrap_or_default()) else {
        return Ok(Some(RefusalReason::FileDamaged));
    };
    let before = tail.get(..way).unwrap_or_default();
    let trailer = rposition(before, b"trailer").and_then(|at| before.get(at..)).map(<[u8]>::to_vec);
    let dictionary = match trailer {
        Some(trailer) => trailer,
        // A cross-reference stream: its dictionary ends where the stream begins. One that isn't where it is said to be
        // is what readers mend by themselves: nothing is held against it.
        None if offset >= size => Vec::new(),
        None => {
            let stream = part(&mut file, offset, DICTIONARY)?;
            let end = position(&stream, b"stream").unwrap_or(stream.len());
            stream.get(..end).unwrap_or_default().to_vec()
        }
    };
    Ok(position(&dictionary, b"/Encrypt").map(|_| RefusalReason::FileProtected))
}

/// Reads at most `length` bytes from a place on.
fn part(file: &mut File, from: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn has_macros(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let longest = MACROS.iter().map(|mark| mark.len()).max().unwrap_or_default();
    let mut window: Vec<u8> = Vec::with_capacity(BLOCK + longest);
    loop {
        let kept = window.len().min(longest);
        window.drain(..window.len() - kept);
        let limit = u64::try_from(BLOCK).unwrap_or(u64::MAX);
        if Read::by_ref(&mut file).take(limit).read_to_end(&mut window)? == 0 {
            return Ok(false);
        }
        // Names inside a package differ by their capitals alone in no program.
        window.make_ascii_lowercase();
        if MACROS.iter().any(|mark| position(&window, mark).is_some()) {
            return Ok(true);
        }
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn rposition(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}

/// Reads a whole number after some white space.
fn number(bytes: &[u8]) -> Option<u64> {
    let digits: Vec<u8> = bytes
        .iter()
        .copied()
        .skip_while(u8::is_ascii_whitespace)
        .take_while(u8::is_ascii_digit)
        .take(19)
        .collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests make the files they look at")]
mod tests {
    use super::*;

    fn judged(bytes: &[u8], kind: FileKind) -> Result<(), RefusalReason> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        opens(&path, kind)
    }

    fn classic(trailer: &str) -> Vec<u8> {
        format!("%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 1\ntrailer\n<< {trailer} >>\nstartxref\n45\n%%EOF\n")
            .into_bytes()
    }

    #[test]
    fn a_pdf_with_both_ends_and_without_a_password_opens() {
        assert_eq!(judged(&classic("/Size 1 /Root 1 0 R"), FileKind::Pdf), Ok(()));
        let late = [b"\r\n  ".as_slice(), &classic("/Root 1 0 R"), &[0; 900]].concat();
        assert_eq!(judged(&late, FileKind::Pdf), Ok(()), "bytes before and after are what scanners write");
    }

    #[test]
    fn a_pdf_that_asks_for_a_password_is_told_apart_in_both_forms() {
        let refused = Err(RefusalReason::FileProtected);
        assert_eq!(judged(&classic("/Root 1 0 R /Encrypt 5 0 R"), FileKind::Pdf), refused);
        let stream = b"%PDF-1.7\n7 0 obj\n<< /Type /XRef /Encrypt 5 0 R >>\nstream\n...\nendstream\nstartxref\n9\n%%EOF";
        assert_eq!(judged(stream, FileKind::Pdf), refused);
        let open = b"%PDF-1.7\n7 0 obj\n<< /Type /XRef >>\nstream\n/Encrypt\nendstream\nstartxref\n9\n%%EOF";
        assert_eq!(judged(open, FileKind::Pdf), Ok(()), "the word inside the stream means nothing");
    }

    #[test]
    fn a_pdf_cut_short_at_any_byte_is_damaged_or_ends_whole() {
        let whole = classic("/Size 1 /Root 1 0 R");
        let end = whole.len() - 1;
        for length in 0..end {
            assert_eq!(judged(&whole[..length], FileKind::Pdf), Err(RefusalReason::FileDamaged), "{length}");
        }
        assert_eq!(judged(b"startxref\n0\n%%EOF", FileKind::Pdf), Err(RefusalReason::FileDamaged));
        let nowhere = b"%PDF-1.4\nstartxref\nx\n%%EOF";
        assert_eq!(judged(nowhere, FileKind::Pdf), Err(RefusalReason::FileDamaged));
        let beyond = b"%PDF-1.4\nstartxref\n9999999999999999999\n%%EOF";
        assert_eq!(judged(beyond, FileKind::Pdf), Ok(()), "readers mend a wrong way by themselves");
    }

    #[test]
    fn a_macro_is_found_wherever_it_stands_and_in_office_files_alone() {
        let refused = Err(RefusalReason::FileType);
        for at in [0, BLOCK - 7, BLOCK, 3 * BLOCK - 1] {
            let mut bytes = vec![b'x'; at];
            bytes.extend_from_slice(b"word/vbaProject.bin");
            bytes.extend_from_slice(&[0; 100]);
            assert_eq!(judged(&bytes, FileKind::Docx), refused, "{at}");
            assert_eq!(judged(&bytes, FileKind::Text), Ok(()));
        }
        let old: Vec<u8> = "_VBA_PROJECT".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(judged(&old, FileKind::Xls), refused);
        assert_eq!(judged(b"nothing of the kind", FileKind::Doc), Ok(()));
    }
}
