//! Text that XML 1.0 accepts: escaping, and the characters it forbids.

/// Where the text stands, which decides what is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Attribute,
    Content,
}

/// Classes of bytes: 0 passes as it is, 1 is escaped, 2 is forbidden, 3 begins a sequence to look at.
const CLASSES: [u8; 256] = classes();

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a constant table, checked when compiled"
)]
const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = 2;
        byte += 1;
    }
    let escaped = *b"\t\n\r&<>\"";
    let mut index = 0;
    while index < escaped.len() {
        table[escaped[index] as usize] = 1;
        index += 1;
    }
    table[0xEF] = 3; // U+FFFE and U+FFFF are EF BF BE and EF BF BF
    table
}

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(2)
}

/// Appends `text` escaped for an attribute or for content; returns how many forbidden characters became
/// U+FFFD. In attributes TAB, LF and CR become character references, so that they round-trip.
pub fn escape_into(out: &mut Vec<u8>, text: &str, in_attribute: bool) -> usize {
    let place = if in_attribute { Place::Attribute } else { Place::Content };
    escape(out, text, place)
}

pub(super) fn escape(out: &mut Vec<u8>, text: &str, place: Place) -> usize {
    let bytes = text.as_bytes();
    let mut lost = 0;
    let mut clean_from = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let class = class(byte);
        if class == 0 {
            at += 1;
            continue;
        }
        let (width, replacement): (usize, &[u8]) = match class {
            1 => (1, reference(byte, place)),
            2 => (1, REPLACEMENT),
            _ if matches!(bytes.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])) => (3, REPLACEMENT),
            _ => {
                at += 1;
                continue;
            }
        };
        lost += usize::from(replacement == REPLACEMENT);
        out.extend_from_slice(bytes.get(clean_from..at).unwrap_or_default());
        out.extend_from_slice(replacement);
        at += width;
        clean_from = at;
    }
    out.extend_from_slice(bytes.get(clean_from..).unwrap_or_default());
    lost
}

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

fn reference(byte: u8, place: Place) -> &'static [u8] {
    match (byte, place) {
        (b'&', _) => b"&amp;",
        (b'<', _) => b"&lt;",
        (b'>', _) => b"&gt;",
        (b'"', _) => b"&quot;",
        (b'\t', Place::Attribute) => b"&#9;",
        (b'\n', Place::Attribute) => b"&#10;",
        (b'\r', _) => b"&#13;",
        (b'\t', Place::Content) => b"\t",
        (_, Place::Content) => b"\n",
        _ => REPLACEMENT,
    }
}

/// Tells whether a text holds no character that XML 1.0 forbids.
pub fn is_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    let forbidden = |(at, byte): (usize, &u8)| match class(*byte) {
        2 => true,
        3 => matches!(bytes.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])),
        _ => false,
    };
    !bytes.iter().enumerate().any(forbidden)
}

/// Gives the text that a reader of the XML will see: forbidden characters are U+FFFD.
pub fn repaired(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => c,
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escaped(text: &str, place: Place) -> (String, usize) {
        let mut out = Vec::new();
        let lost = escape(&mut out, text, place);
        (String::from_utf8(out).unwrap(), lost)
    }

    #[test]
    fn forbidden_characters_become_the_replacement_character_and_are_counted() {
        let (text, lost) = escaped("a\u{1}b\u{0}c\u{fffe}d\u{ffff}é\u{fffd}", Place::Content);
        assert_eq!(text, "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}é\u{fffd}");
        assert_eq!(lost, 4);
    }

    #[test]
    fn tabs_and_line_ends_round_trip_in_attributes() {
        assert_eq!(escaped("a\tb\nc\rd", Place::Attribute).0, "a&#9;b&#10;c&#13;d");
        assert_eq!(escaped("a\tb\nc\rd", Place::Content).0, "a\tb\nc&#13;d");
    }

    proptest! {
        #[test]
        fn a_standard_parser_reads_back_what_was_written(text in any::<String>()) {
            let mut out = b"<a v=\"".to_vec();
            escape(&mut out, &text, Place::Attribute);
            out.extend_from_slice(b"\">");
            escape(&mut out, &text, Place::Content);
            out.extend_from_slice(b"</a>");
            let xml = String::from_utf8(out).unwrap();
            let mut reader = quick_xml::Reader::from_str(&xml);
            let quick_xml::events::Event::Start(start) = reader.read_event().unwrap() else { panic!() };
            let value = start.attributes().next().unwrap().unwrap();
            let value = quick_xml::escape::unescape(&value.value).unwrap().into_owned();
            prop_assert_eq!(value, repaired(&text));
            prop_assert_eq!(is_clean(&text), repaired(&text) == text);
        }
    }
}
