//! A streaming XML writer over any `Write`, fast enough for the bulk.

use std::io::{self, Write};

use chrono::{Datelike, NaiveDate};
use publier_core::domain::money::Cents;

use super::text::{Place, escape};

/// Writes indented XML. Elements are closed by [`Writer::end`] in the order they were opened.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
    /// What was not yet handed to `out`.
    buffer: Vec<u8>,
    open: Vec<&'static str>,
    /// Whether the last start tag still lacks its `>`.
    in_tag: bool,
    /// Whether the current element holds text, so that its end tag stays on the line.
    has_text: bool,
    lost: usize,
    /// While a mark is held, nothing is handed out, so that it can be taken back.
    held: bool,
}

/// A place to come back to: what was written since can be taken back.
#[derive(Debug)]
pub struct Mark {
    length: usize,
    depth: usize,
    in_tag: bool,
    has_text: bool,
}

/// The buffer goes to the output from this size on.
const FLUSH_BYTES: usize = 256 * 1024;

impl<W: Write> Writer<W> {
    /// Begins a document with the XML declaration.
    pub fn new(out: W) -> Self {
        let mut buffer = Vec::with_capacity(FLUSH_BYTES + 16 * 1024);
        buffer.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        Self { out, buffer, open: Vec::new(), in_tag: false, has_text: false, lost: 0, held: false }
    }

    /// Opens an element.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn start(&mut self, name: &'static str) -> io::Result<&mut Self> {
        self.close_tag();
        self.indent();
        self.buffer.push(b'<');
        self.buffer.extend_from_slice(name.as_bytes());
        self.open.push(name);
        self.in_tag = true;
        self.has_text = false;
        self.flush_when_full()?;
        Ok(self)
    }

    /// Writes an attribute of the element just opened.
    pub fn attr(&mut self, name: &str, value: &str) -> &mut Self {
        self.begin_attr(name);
        self.lost += escape(&mut self.buffer, value, Place::Attribute);
        self.buffer.push(b'"');
        self
    }

    /// Writes an attribute where there is a value.
    pub fn attr_opt(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value { self.attr(name, value) } else { self }
    }

    /// Writes an attribute whose text form needs no escaping: numbers, dates, amounts, digests.
    pub fn attr_display(&mut self, name: &str, value: impl std::fmt::Display) -> &mut Self {
        self.begin_attr(name);
        // A Vec<u8> takes everything.
        let _infallible = write!(self.buffer, "{value}");
        self.buffer.push(b'"');
        self
    }

    /// Writes an amount as its `Display` does, without the machinery of formatting: the bulk is made of them.
    pub fn attr_cents(&mut self, name: &str, amount: Cents) -> &mut Self {
        self.begin_attr(name);
        if amount.0 < 0 {
            self.buffer.push(b'-');
        }
        let cents = amount.0.unsigned_abs();
        push_number(&mut self.buffer, cents / 100, 1);
        self.buffer.push(b'.');
        push_number(&mut self.buffer, cents % 100, 2);
        self.buffer.push(b'"');
        self
    }

    /// Writes a day as its `Display` does, likewise.
    pub fn attr_date(&mut self, name: &str, day: NaiveDate) -> &mut Self {
        let Some(year) = u64::try_from(day.year()).ok().filter(|year| (1_000..10_000).contains(year)) else {
            return self.attr_display(name, day);
        };
        self.begin_attr(name);
        push_number(&mut self.buffer, year, 4);
        for part in [day.month(), day.day()] {
            self.buffer.push(b'-');
            push_number(&mut self.buffer, u64::from(part), 2);
        }
        self.buffer.push(b'"');
        self
    }

    fn begin_attr(&mut self, name: &str) {
        debug_assert!(self.in_tag, "an attribute outside a start tag: {name}");
        self.buffer.push(b' ');
        self.buffer.extend_from_slice(name.as_bytes());
        self.buffer.extend_from_slice(b"=\"");
    }

    /// Writes text inside the current element.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.close_tag();
        self.lost += escape(&mut self.buffer, text, Place::Content);
        self.has_text = true;
        self
    }

    /// Closes the element opened last.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn end(&mut self) -> io::Result<()> {
        let Some(name) = self.open.pop() else { return Ok(()) };
        if self.in_tag {
            self.buffer.extend_from_slice(b"/>");
            self.in_tag = false;
        } else {
            if !self.has_text {
                self.indent();
            }
            self.buffer.extend_from_slice(b"</");
            self.buffer.extend_from_slice(name.as_bytes());
            self.buffer.push(b'>');
        }
        self.has_text = false;
        self.flush_when_full()
    }

    /// Writes an element that holds only text.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn leaf(&mut self, name: &'static str, text: &str) -> io::Result<()> {
        self.start(name)?.text(text);
        self.end()
    }

    /// Closes every open element and hands the rest out. Returns the output and the number of forbidden
    /// characters that were replaced.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn finish(mut self) -> io::Result<(W, usize)> {
        while !self.open.is_empty() {
            self.end()?;
        }
        self.buffer.push(b'\n');
        self.out.write_all(&self.buffer)?;
        self.out.flush()?;
        Ok((self.out, self.lost))
    }

    /// Holds what follows back until [`Writer::keep`] or [`Writer::take_back`]: memory grows with it. The element open
    /// at the mark stays open.
    pub fn mark(&mut self) -> Mark {
        self.held = true;
        Mark {
            length: self.buffer.len(),
            depth: self.open.len(),
            in_tag: self.in_tag,
            has_text: self.has_text,
        }
    }

    /// Keeps what was written since a mark.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn keep(&mut self, _mark: Mark) -> io::Result<()> {
        self.held = false;
        self.flush_when_full()
    }

    /// Takes back what was written since a mark.
    pub fn take_back(&mut self, mark: &Mark) {
        self.held = false;
        self.buffer.truncate(mark.length);
        self.open.truncate(mark.depth);
        self.in_tag = mark.in_tag;
        self.has_text = mark.has_text;
    }

    fn close_tag(&mut self) {
        if self.in_tag {
            self.buffer.push(b'>');
            self.in_tag = false;
        }
    }

    fn indent(&mut self) {
        if !self.open.is_empty() || !self.buffer.ends_with(b"\n") {
            self.buffer.push(b'\n');
        }
        for _ in 0..self.open.len().min(12) {
            self.buffer.push(b' ');
        }
    }

    fn flush_when_full(&mut self) -> io::Result<()> {
        if self.buffer.len() >= FLUSH_BYTES && !self.held {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

/// Appends a number in decimal, with at least this many digits.
fn push_number(out: &mut Vec<u8>, number: u64, digits_min: usize) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut count = 0;
    for place in digits.iter_mut().rev() {
        if rest == 0 && count >= digits_min {
            break;
        }
        *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        count += 1;
    }
    out.extend_from_slice(digits.get(digits.len() - count..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_days_are_written_as_they_display() {
        let amounts = [0, 1, -1, 99, 100, -12_345, 1_000_000_000, i64::MAX, i64::MIN];
        let days = ["1900-01-01", "2024-02-29", "2199-12-31", "0999-05-06", "-0044-03-15"];
        let mut xml = Writer::new(Vec::new());
        let mut expected = vec!["<a".to_owned()];
        xml.start("a").unwrap();
        for amount in amounts.map(Cents) {
            xml.attr_cents("v", amount);
            expected.push(format!(" v=\"{amount}\""));
        }
        for day in days.map(|day| day.parse::<NaiveDate>().unwrap()) {
            xml.attr_date("d", day);
            expected.push(format!(" d=\"{day}\""));
        }
        let (out, _) = xml.finish().unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains(&expected.concat()), "{out}");
    }

    #[test]
    fn elements_nest_and_close_by_construction() {
        let mut xml = Writer::new(Vec::new());
        xml.start("a").unwrap().attr("v", "1 < 2").attr_display("n", 3);
        xml.start("b").unwrap();
        xml.end().unwrap();
        xml.leaf("c", "x & y").unwrap();
        let (out, lost) = xml.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a v=\"1 &lt; 2\" n=\"3\">\n <b/>\n <c>x &amp; y</c>\n</a>\n"
        );
        assert_eq!(lost, 0);
    }

    #[test]
    fn what_follows_a_mark_can_be_taken_back() {
        let mut xml = Writer::new(Vec::new());
        xml.start("a").unwrap();
        let mark = xml.mark();
        xml.start("b").unwrap().text(&"x".repeat(2 * FLUSH_BYTES));
        xml.take_back(&mark);
        let mark = xml.mark();
        xml.start("c").unwrap();
        xml.end().unwrap();
        xml.keep(mark).unwrap();
        let (out, _) = xml.finish().unwrap();
        assert!(String::from_utf8(out).unwrap().ends_with("<a>\n <c/>\n</a>\n"));
    }
}
