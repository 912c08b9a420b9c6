//! The bytes of the log, element by element. Values are attributes; names here are literals of the format.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::xml::escape_into;

/// The namespace of the format.
pub(super) const NAMESPACE: &str = "http://winscp.net/schema/session/1.0";

/// The end of an orderly session.
pub(super) const END: &[u8] = b"</session>\n";

/// Gives the two first lines of a session.
pub(super) fn head(name: &str, start: DateTime<Utc>) -> Vec<u8> {
    let mut xml = Elements { out: b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_vec(), depth: 0 };
    xml.open("session", &[("xmlns", NAMESPACE), ("name", name), ("start", &timestamp(start))]);
    xml.out
}

/// Gives a time as the format writes it: UTC, three decimals.
fn timestamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// How an operation ended: what it gives when it succeeded, or why it did not (never an empty list).
pub(super) type Outcome<'a, T> = Result<T, &'a [String]>;

/// The bytes of elements inside the session, two spaces a level.
#[derive(Debug)]
pub(super) struct Elements {
    out: Vec<u8>,
    depth: usize,
}

impl Elements {
    pub(super) fn new() -> Self {
        Self { out: Vec::new(), depth: 1 }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// A group of the elements that `fill` writes: one command, never nested.
    pub(super) fn group(&mut self, name: &str, start: DateTime<Utc>, fill: impl FnOnce(&mut Self)) {
        self.open("group", &[("name", name), ("start", &timestamp(start))]);
        fill(self);
        self.close("group");
    }

    /// The upload of one file, and its failure beside it; `Ok` bears the confirmed size in bytes.
    pub(super) fn upload(&mut self, local: &str, remote: Option<&str>, outcome: Outcome<'_, u64>) {
        self.open("upload", &[]);
        self.value("filename", local);
        if let Some(remote) = remote {
            self.value("destination", remote);
        }
        if let Ok(size_bytes) = outcome {
            self.value("size", &size_bytes.to_string());
        }
        self.result(outcome.map(|_| ()));
        self.close("upload");
        self.failure_of(outcome.err());
    }

    /// A remote folder that was made.
    pub(super) fn mkdir(&mut self, path: &str) {
        self.open("mkdir", &[]);
        self.value("filename", path);
        self.result(Ok(()));
        self.close("mkdir");
    }

    /// The removal of a remote file, and its failure beside it.
    pub(super) fn rm(&mut self, path: &str, outcome: Outcome<'_, ()>) {
        self.open("rm", &[]);
        self.value("filename", path);
        self.result(outcome);
        self.close("rm");
        self.failure_of(outcome.err());
    }

    /// A failure, with the messages that tell it.
    pub(super) fn failure(&mut self, messages: &[String]) {
        self.open("failure", &[]);
        self.messages(messages);
        self.close("failure");
    }

    fn failure_of(&mut self, messages: Option<&[String]>) {
        if let Some(messages) = messages {
            self.failure(messages);
        }
    }

    fn result(&mut self, outcome: Outcome<'_, ()>) {
        match outcome {
            Ok(()) => self.line(b"<result success=\"true\" />"),
            Err(messages) => {
                self.open("result", &[("success", "false")]);
                self.messages(messages);
                self.close("result");
            }
        }
    }

    fn messages(&mut self, messages: &[String]) {
        for message in messages {
            self.indent();
            self.out.extend_from_slice(b"<message>");
            self.escape(message, false);
            self.out.extend_from_slice(b"</message>\n");
        }
    }

    /// `<name value="…" />`, or `<name />` for an empty value.
    fn value(&mut self, name: &str, value: &str) {
        self.indent();
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        if !value.is_empty() {
            self.attribute("value", value);
        }
        self.out.extend_from_slice(b" />\n");
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        for (attribute, value) in attributes {
            self.attribute(attribute, value);
        }
        self.out.extend_from_slice(b">\n");
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.indent();
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b">\n");
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(b' ');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"=\"");
        self.escape(value, true);
        self.out.push(b'"');
    }

    /// Escapes by the rules of the format: CR is dropped, TAB and LF are references in attributes and raw in
    /// messages, what XML forbids becomes U+FFFD.
    fn escape(&mut self, text: &str, in_attribute: bool) {
        for part in text.split('\r') {
            escape_into(&mut self.out, part, in_attribute);
        }
    }

    fn line(&mut self, line: &[u8]) {
        self.indent();
        self.out.extend_from_slice(line);
        self.out.push(b'\n');
    }

    fn indent(&mut self) {
        self.out.resize(self.out.len() + 2 * self.depth, b' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(fill: impl FnOnce(&mut Elements)) -> String {
        let mut xml = Elements::new();
        fill(&mut xml);
        String::from_utf8(xml.into_bytes()).unwrap()
    }

    #[test]
    fn an_empty_value_is_an_element_without_attribute() {
        assert_eq!(text(|xml| xml.value("filename", "")), "  <filename />\n");
    }

    #[test]
    fn carriage_returns_are_dropped_and_tabs_and_line_ends_are_references_in_attributes() {
        assert_eq!(text(|xml| xml.value("filename", "a\r\n\tb")), "  <filename value=\"a&#10;&#9;b\" />\n");
        let raw = "  <failure>\n    <message>a\n\tb</message>\n  </failure>\n";
        assert_eq!(text(|xml| xml.failure(&["a\r\n\tb".to_owned()])), raw);
    }

    #[test]
    fn apostrophes_stay_and_the_four_special_characters_are_named() {
        let xml = text(|xml| xml.value("filename", "l'<a> & \"b\""));
        assert_eq!(xml, "  <filename value=\"l'&lt;a&gt; &amp; &quot;b&quot;\" />\n");
    }
}
