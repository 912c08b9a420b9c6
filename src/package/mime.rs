//! What a file is, from its first bytes and never from its name.
//!
//! Promises: a small closed set, each kind with one extension and one MIME type; what isn't surely known is
//! [`FileKind::Unknown`], and so is a program: one for Windows, Linux or macOS, and a script that names its interpreter
//! (`#!`). A PDF may have bytes before its head, within the first 1,024: readers open it, and scanners write some; not where
//! these are a program's or markup. Limits: Office files are told apart when the names of their first parts are among the
//! bytes given (8 KiB are enough for what Office and LibreOffice write, the old Office formats may need the whole
//! file); a text is what holds no control character and is UTF-8, or looks like Windows-1252.

/// First bytes that are worth giving to [`kind_of`].
pub const FIRST_BYTES: usize = 8 * 1024;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $extension:literal, $mime:literal;)+) => {
        /// The kind of a file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FileKind { $($(#[$doc])* $kind,)+ }

        impl FileKind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// Gives the usual extension, without its dot.
            pub fn extension(self) -> &'static str {
                match self { $(Self::$kind => $extension,)+ }
            }

            /// Gives the MIME type.
            pub fn mime_type(self) -> &'static str {
                match self { $(Self::$kind => $mime,)+ }
            }

            /// Finds a kind by its usual extension.
            pub fn from_extension(extension: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.extension() == extension)
            }
        }
    };
}

kinds! {
    /// PDF.
    Pdf = "pdf", "application/pdf";
    /// JPEG image.
    Jpeg = "jpg", "image/jpeg";
    /// PNG image.
    Png = "png", "image/png";
    /// GIF image.
    Gif = "gif", "image/gif";
    /// TIFF image: scans.
    Tiff = "tif", "image/tiff";
    /// WebP image.
    Webp = "webp", "image/webp";
    /// HEIF image: recent telephones.
    Heif = "heic", "image/heic";
    /// BMP image.
    Bmp = "bmp", "image/bmp";
    /// Word, since 2007.
    Docx = "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    /// Excel, since 2007.
    Xlsx = "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    /// PowerPoint, since 2007.
    Pptx = "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    /// Word, before 2007.
    Doc = "doc", "application/msword";
    /// Excel, before 2007.
    Xls = "xls", "application/vnd.ms-excel";
    /// LibreOffice text.
    Odt = "odt", "application/vnd.oasis.opendocument.text";
    /// LibreOffice spreadsheet.
    Ods = "ods", "application/vnd.oasis.opendocument.spreadsheet";
    /// Rich text.
    Rtf = "rtf", "application/rtf";
    /// Web page.
    Html = "html", "text/html";
    /// XML.
    Xml = "xml", "text/xml";
    /// Zip archive that is none of the above.
    Zip = "zip", "application/zip";
    /// Plain text.
    Text = "txt", "text/plain";
    /// Anything else.
    Unknown = "bin", "application/octet-stream";
}

/// Tells what a file on the disk is, from its first bytes.
///
/// # Errors
/// When the file can't be read.
pub fn kind_of_file(path: &std::path::Path) -> std::io::Result<FileKind> {
    use std::io::Read;
    let limit = u64::try_from(FIRST_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(kind_of(&bytes))
}

/// Tells what a file is from its first bytes ([`FIRST_BYTES`] of them are enough, see the module's limits).
pub fn kind_of(first_bytes: &[u8]) -> FileKind {
    if is_program(first_bytes) {
        return FileKind::Unknown;
    }
    if let Some(kind) = old_office(first_bytes).or_else(|| new_office(first_bytes)) {
        return kind;
    }
    let known = infer::get(first_bytes).and_then(|found| by_mime_type(found.mime_type()));
    match known {
        Some(FileKind::Pdf) if is_markup(first_bytes) => FileKind::Xml,
        Some(kind) => kind,
        // SVG and what else a browser may run.
        None if is_markup(first_bytes) => FileKind::Xml,
        None if is_late_pdf(first_bytes) => FileKind::Pdf,
        None if is_text(first_bytes) => FileKind::Text,
        None => FileKind::Unknown,
    }
}

fn by_mime_type(mime: &str) -> Option<FileKind> {
    match mime {
        "image/heif" => Some(FileKind::Heif),
        _ => FileKind::ALL.iter().copied().find(|kind| kind.mime_type() == mime),
    }
}

/// OLE2 files hold the name of their main stream in UTF-16.
fn old_office(bytes: &[u8]) -> Option<FileKind> {
    if !bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return None;
    }
    if contains(bytes, b"W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0") {
        return Some(FileKind::Doc);
    }
    let workbook = contains(bytes, b"W\0o\0r\0k\0b\0o\0o\0k\0");
    Some(if workbook { FileKind::Xls } else { FileKind::Unknown })
}

/// Office files since 2007 are zips of `[Content_Types].xml` and parts in a folder of the program. The parts are
/// looked for wherever they stand among the bytes given: writers differ on their order.
fn new_office(bytes: &[u8]) -> Option<FileKind> {
    const HEADER: &[u8] = b"PK\x03\x04";
    const NAME_AT: usize = 30;
    if !bytes.starts_with(HEADER) {
        return None;
    }
    let headers = bytes.windows(HEADER.len()).enumerate().filter(|(_, window)| *window == HEADER);
    let names: Vec<&[u8]> = headers.filter_map(|(at, _)| bytes.get(at.saturating_add(NAME_AT)..)).collect();
    let has = |name: &[u8]| names.iter().any(|found| found.starts_with(name));
    if !(has(b"[Content_Types].xml") || has(b"_rels/") || has(b"docProps/")) {
        return None;
    }
    let folders: [(&[u8], FileKind); 3] =
        [(b"word/", FileKind::Docx), (b"xl/", FileKind::Xlsx), (b"ppt/", FileKind::Pptx)];
    folders.into_iter().find(|(folder, _)| has(folder)).map(|(_, kind)| kind)
}

/// Tells whether a system would run a file by its first bytes: PE and DOS, ELF, Mach-O, and scripts.
fn is_program(bytes: &[u8]) -> bool {
    const STARTS: [&[u8]; 9] = [
        b"#!",
        b"\xEF\xBB\xBF#!",
        b"MZ",
        b"\x7FELF",
        b"\xFE\xED\xFA\xCE",
        b"\xFE\xED\xFA\xCF",
        b"\xCE\xFA\xED\xFE",
        b"\xCF\xFA\xED\xFE",
        b"\xCA\xFE\xBA\xBE",
    ];
    // A text may begin with the letters MZ; a program never lacks control characters.
    STARTS.iter().any(|start| bytes.starts_with(start)) && !(bytes.starts_with(b"MZ") && is_text(bytes))
}

/// Readers accept some bytes before `%PDF-` (ISO 32000-1, annex H.3: within the first 1,024).
fn is_late_pdf(bytes: &[u8]) -> bool {
    contains(bytes.get(..1024).unwrap_or(bytes), b"%PDF-")
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn is_markup(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

fn is_text(bytes: &[u8]) -> bool {
    let forbidden =
        |byte: &u8| (*byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C)) || *byte == 0x7F;
    if bytes.is_empty() || bytes.iter().any(forbidden) {
        return false;
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // A sequence cut by the end of the bytes given.
        Err(error) if error.error_len().is_none() => true,
        Err(_) => is_windows_1252(bytes),
    }
}

/// Mostly ASCII, and none of the five bytes that Windows-1252 leaves empty.
fn is_windows_1252(bytes: &[u8]) -> bool {
    let empty = |byte: &u8| matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D);
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    !bytes.iter().any(empty) && high.saturating_mul(4) <= bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A stored zip of empty files.
    fn zip_of(names: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for name in names {
            bytes.extend_from_slice(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
            bytes.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
            bytes.extend_from_slice(&[0, 0]);
            bytes.extend_from_slice(name.as_bytes());
        }
        bytes
    }

    fn ole(stream: &str) -> Vec<u8> {
        let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        bytes.resize(2048, 0);
        bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    }

    #[test]
    fn the_kind_comes_from_the_content() {
        let office = ["[Content_Types].xml", "_rels/.rels"];
        let docx = [&office[..], &["word/document.xml", "word/styles.xml"]].concat();
        let xlsx = [&office[..], &["xl/workbook.xml", "xl/styles.xml"]].concat();
        let cases: [(&[u8], FileKind); 22] = [
            (b"%PDF-1.7\n", FileKind::Pdf),
            (b"\xEF\xBB\xBF\r\n%PDF-1.4\n", FileKind::Pdf),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF\0", FileKind::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FileKind::Png),
            (b"GIF89a\x01\0\x01\0", FileKind::Gif),
            (b"II*\0\x08\0\0\0\0\0\0\0", FileKind::Tiff),
            (b"RIFF\x10\0\0\0WEBPVP8 ", FileKind::Webp),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", FileKind::Heif),
            (b"{\\rtf1\\ansi", FileKind::Rtf),
            (b"<!DOCTYPE html><html>", FileKind::Html),
            (b"<?xml version=\"1.0\"?><a/>", FileKind::Xml),
            (b"\xEF\xBB\xBF\n<svg onload=\"x()\"/>", FileKind::Xml),
            (b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0a", FileKind::Zip),
            (&zip_of(&docx), FileKind::Docx),
            (&zip_of(&xlsx), FileKind::Xlsx),
            (&ole("WordDocument"), FileKind::Doc),
            (&ole("Workbook"), FileKind::Xls),
            (&ole("Other"), FileKind::Unknown),
            ("Procès-verbal d’assemblée\r\n".as_bytes(), FileKind::Text),
            (b"Proc\xE8s-verbal", FileKind::Text),
            (b"\0\x01\x02\x03", FileKind::Unknown),
            (b"", FileKind::Unknown),
        ];
        for (bytes, kind) in cases {
            assert_eq!(kind_of(bytes), kind, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_program_is_never_a_text_nor_a_pdf() {
        for program in [
            b"#!/bin/sh\nrm -rf ~\n".as_slice(),
            b"\xEF\xBB\xBF#!/usr/bin/env python3\n",
            b"#!/bin/sh\nexit\n%PDF-1.4\n",
            b"MZ\x90\0\x03\0\0\0\n%PDF-1.4\n",
            b"\x7FELF\x02\x01\x01\0%PDF-1.4\n",
            b"\xCF\xFA\xED\xFE\x07\0\0\x01",
        ] {
            assert_eq!(kind_of(program), FileKind::Unknown, "{:?}", String::from_utf8_lossy(program));
        }
        assert_eq!(kind_of(b"<script>x()</script>\n%PDF-1.4\n"), FileKind::Xml);
        assert_eq!(kind_of(b"MZ, note de service"), FileKind::Text);
        assert_eq!(kind_of(b"# Titre\n! ordre du jour"), FileKind::Text);
        assert_eq!(kind_of(b"@PJL SET RESOLUTION=600\r\n%PDF-1.4\n"), FileKind::Pdf);
    }

    #[test]
    fn a_libreoffice_text_is_known_by_its_first_entry() {
        let mime = "application/vnd.oasis.opendocument.text";
        let mut odt = zip_of(&["mimetype"]);
        odt.extend_from_slice(mime.as_bytes());
        assert_eq!(kind_of(&odt), FileKind::Odt);
    }

    #[test]
    fn extensions_and_types_are_not_shared() {
        for kind in FileKind::ALL {
            let same = |other: &&FileKind| {
                other.extension() == kind.extension() || other.mime_type() == kind.mime_type()
            };
            assert_eq!(FileKind::ALL.iter().filter(same).count(), 1, "{kind:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            head in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"\xD0\xCF\x11\xE0", b"\0\0\0\x18ftyp", b"<", b"RIFF"]),
            tail in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let bytes = [head, &tail].concat();
            let kind = kind_of(&bytes);
            prop_assert!(FileKind::ALL.contains(&kind));
        }
    }
}
