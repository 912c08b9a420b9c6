//! Reading back: an archive is trusted only once it was reopened.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use super::PackageError;
use crate::files::failed;

/// Names of unexpected entries that an error shows.
const SHOWN_ENTRIES: usize = 8;
const BUFFER_BYTES: usize = 256 * 1024;

/// What a reopened archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// The size in bytes of the content.
    pub content_bytes: u64,
    /// The CRC-32 of the content, recomputed and equal to the archive's.
    pub crc32: u32,
    /// The number of elements in the XML.
    pub elements: u64,
    /// The number of attributes in the XML.
    pub attributes: u64,
}

/// Reopens an archive and reads it to its end: one entry, of that name and size, its CRC right, its content one
/// well-formed XML document in UTF-8 without a document type. Memory grows with the largest single tag or text,
/// not with the archive; nothing is read beyond `content_bytes`.
///
/// # Errors
/// When any of this is not so, an archive cut short at any byte included.
pub fn verify(path: &Path, entry_name: &str, content_bytes: u64) -> Result<Checked, PackageError> {
    let damaged = |source: ZipError| PackageError::Damaged { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed("open", path))?;
    let mut archive = ZipArchive::new(BufReader::with_capacity(BUFFER_BYTES, file)).map_err(damaged)?;
    check_entries(&archive, entry_name)?;
    let entry = archive.by_index(0).map_err(damaged)?;
    if entry.size() != content_bytes {
        return Err(PackageError::Size { expected: content_bytes, found: entry.size() });
    }
    let crc32 = entry.crc32();
    // One byte more than expected is enough to know that there is too much.
    let mut content = BufReader::with_capacity(BUFFER_BYTES, entry.take(content_bytes.saturating_add(1)));
    let counts = check_xml(&mut content).map_err(|error| as_damage(error, path))?;
    if counts.bytes != content_bytes {
        return Err(PackageError::Size { expected: content_bytes, found: counts.bytes });
    }
    Ok(Checked { content_bytes, crc32, elements: counts.elements, attributes: counts.attributes })
}

fn check_entries<R: Read + std::io::Seek>(archive: &ZipArchive<R>, name: &str) -> Result<(), PackageError> {
    if archive.len() == 1 && archive.offset() == 0 && archive.index_for_name(name) == Some(0) {
        return Ok(());
    }
    let shown = archive.file_names_raw().take(SHOWN_ENTRIES);
    let found = shown.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    Err(PackageError::Entries { expected: name.to_owned(), found })
}

/// An I/O error under the XML reader is the archive's damage: a wrong CRC, a broken stream.
fn as_damage(error: PackageError, path: &Path) -> PackageError {
    let PackageError::Xml { source, .. } = &error else { return error };
    let quick_xml::Error::Io(cause) = source.as_ref() else { return error };
    let source = ZipError::Io(std::io::Error::new(cause.kind(), Arc::clone(cause)));
    PackageError::Damaged { path: path.to_owned(), source }
}

/// What one pass over a document counts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    bytes: u64,
    elements: u64,
    attributes: u64,
}

/// The state of one pass: the reader pairs the tags, this adds what it leaves out.
#[derive(Debug, Default)]
struct Pass {
    counts: Counts,
    depth: u64,
    roots: u64,
}

type Rule = &'static str;

fn check_xml(content: &mut impl std::io::BufRead) -> Result<Counts, PackageError> {
    let mut reader = Reader::from_reader(content);
    let mut buffer = Vec::new();
    let mut pass = Pass::default();
    loop {
        buffer.clear();
        let event = match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) => break,
            Ok(event) => event,
            Err(source) => {
                let at_byte = reader.error_position();
                return Err(PackageError::Xml { at_byte, source: Box::new(source) });
            }
        };
        pass.see(&event).map_err(|rule| PackageError::XmlRule { at_byte: reader.buffer_position(), rule })?;
    }
    pass.counts.bytes = reader.buffer_position();
    pass.end().map_err(|rule| PackageError::XmlRule { at_byte: pass.counts.bytes, rule })?;
    Ok(pass.counts)
}

impl Pass {
    fn see(&mut self, event: &Event<'_>) -> Result<(), Rule> {
        check_characters(event)?;
        match event {
            Event::Start(start) => {
                self.open(start)?;
                self.depth += 1;
            }
            Event::Empty(start) => self.open(start)?,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::GeneralRef(reference) => {
                self.inside()?;
                check_reference(reference)?;
            }
            Event::CData(_) => self.inside()?,
            Event::Text(text) if text.bytes().any(|byte| !is_space(byte)) => self.inside()?,
            Event::DocType(_) => return Err("a document type has no place here"),
            Event::Decl(_) if self.roots > 0 => return Err("the XML declaration comes first"),
            Event::Text(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Rule> {
        if self.depth == 0 {
            self.roots += 1;
            if self.roots > 1 {
                return Err("a document has one root element");
            }
        }
        self.counts.elements += 1;
        check_name(start.name().as_ref())?;
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| "attributes are NAME=\"VALUE\", each name once")?;
            check_name(attribute.key.as_ref())?;
            check_value(&attribute.value)?;
            self.counts.attributes += 1;
        }
        Ok(())
    }

    fn inside(&self) -> Result<(), Rule> {
        if self.depth == 0 { Err("text stands inside the root element") } else { Ok(()) }
    }

    fn end(&self) -> Result<(), Rule> {
        match (self.depth, self.roots) {
            (0, 1) => Ok(()),
            (0, _) => Err("there is no root element"),
            _ => Err("an element is not closed"),
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// XML 1.0, production 2: no control character but TAB, LF and CR, neither U+FFFE nor U+FFFF.
fn check_characters(text: &str) -> Result<(), Rule> {
    let (mut control, mut rare) = (false, false);
    for byte in text.bytes() {
        control |= byte < b' ' && !is_space(byte);
        // U+FFFE and U+FFFF begin by EF, which French texts hardly hold.
        rare |= byte == 0xEF;
    }
    if control || (rare && text.contains(['\u{fffe}', '\u{ffff}'])) {
        return Err("a character that XML forbids");
    }
    Ok(())
}

/// A coarse production 5: what surely begins or breaks no name.
fn check_name(name: &str) -> Result<(), Rule> {
    let begins = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | ':') || !c.is_ascii();
    let goes_on = |c: char| begins(c) || c.is_ascii_digit() || matches!(c, '-' | '.');
    if name.starts_with(begins) && name.chars().all(goes_on) { Ok(()) } else { Err("a name is not allowed") }
}

fn check_value(value: &str) -> Result<(), Rule> {
    if value.contains('<') {
        return Err("< stands in an attribute");
    }
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('&') {
        let (reference, after) = after.split_once(';').ok_or("& begins no reference")?;
        check_reference(&BytesRef::new(reference))?;
        rest = after;
    }
    Ok(())
}

fn check_reference(reference: &BytesRef<'_>) -> Result<(), Rule> {
    let text = match reference.resolve_char_ref() {
        Ok(Some(character)) => return check_characters(character.encode_utf8(&mut [0; 4])),
        Ok(None) => resolve_predefined_entity(reference),
        Err(_) => None,
    };
    if text.is_some() { Ok(()) } else { Err("a reference names nothing") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xml: &str) -> Result<Counts, String> {
        check_xml(&mut xml.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_well_formed_document_is_counted() {
        let xml = "<?xml version=\"1.0\"?>\n<a v=\"1 &amp; &#9;\" w='é'>t &lt; &#xe9;<b/><!-- c --><![CDATA[<]]></a>\n";
        let counts = check(xml).unwrap();
        assert_eq!(counts, Counts { bytes: u64::try_from(xml.len()).unwrap(), elements: 2, attributes: 2 });
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        let cases = [
            "",
            " ",
            "text",
            "<a>",
            "<a><b></a></b>",
            "</a>",
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "<a/>&amp;",
            "<a v=\"1\" v=\"2\"/>",
            "<a v=1/>",
            "<a v/>",
            "<a v=\"<\"/>",
            "<a v=\"&\"/>",
            "<a v=\"&x;\"/>",
            "<a>&x;</a>",
            "<a>&#0;</a>",
            "<a>&#1;</a>",
            "<a>\u{1}</a>",
            "<a>\u{fffe}</a>",
            "<a v=\"\u{ffff}\"/>",
            "<a<b>",
            "<1/>",
            "<a b<=\"\"/>",
            "<!DOCTYPE a><a/>",
            "<a/><?xml version=\"1.0\"?>",
            "<a",
            "<a>&lt</a>",
        ];
        for case in cases {
            assert!(check(case).is_err(), "accepted: {case:?}");
        }
    }

    #[test]
    fn an_error_says_where_it_stands() {
        let error = check("<a>\n <b>\n  &nope;\n </b>\n</a>").unwrap_err();
        assert!(error.contains("near byte 17"), "{error}");
    }
}
