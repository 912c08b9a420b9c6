//! FTP replies (RFC 959, section 4.2), read from bytes that nobody vouches for.
//!
//! Limits: a line of 8 KiB, a reply of 64 KiB. What is longer, or begins by no code, is no reply: the
//! session is then out of sync and is dropped.

use std::net::Ipv4Addr;

use crate::transfer::reason::presentable;

/// The longest line, in bytes.
const LONGEST_LINE: usize = 8 * 1024;

/// The longest reply, in bytes.
const LONGEST_REPLY: usize = 64 * 1024;

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// Its three digits, 100 to 599.
    pub(super) code: u16,
    /// Its lines without the code of the first and last one.
    pub(super) lines: Vec<String>,
}

impl Reply {
    /// The server's own words on one line, its code first.
    pub(super) fn words(&self) -> String {
        presentable(&format!("{} {}", self.code, self.lines.join(" ").trim()))
    }

    /// The text of a one-line reply.
    pub(super) fn text(&self) -> &str {
        self.lines.first().map(String::as_str).unwrap_or_default()
    }

    /// Tells whether the server begins something and will reply again (1yz).
    pub(super) fn is_preliminary(&self) -> bool {
        self.code < 200
    }

    /// Tells whether the server did what was asked (2yz).
    pub(super) fn is_done(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Tells whether the server doesn't know or do this command.
    pub(super) fn is_not_implemented(&self) -> bool {
        matches!(self.code, 500 | 501 | 502 | 504)
    }

    /// Tells whether the command itself seems to be forbidden: 550 alone says as well that there is no such file.
    pub(super) fn forbids(&self) -> bool {
        self.code == 550 && self.text().to_ascii_lowercase().contains("permission denied")
    }
}

/// Bytes that are no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadReply {
    /// No three digits at the beginning.
    #[error("not an FTP reply: {0:?}")]
    NoCode(String),
    /// Over the limits.
    #[error("FTP reply longer than its limit")]
    TooLong,
}

/// Takes bytes as they come and gives whole replies.
#[derive(Debug, Default)]
pub(super) struct Replies {
    bytes: Vec<u8>,
    open: Option<Reply>,
    taken: usize,
}

impl Replies {
    /// Adds bytes from the server.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Tells whether nothing is left of what came.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.open.is_none()
    }

    /// Gives the next whole reply, or `None` until more bytes come.
    pub(super) fn next(&mut self) -> Result<Option<Reply>, BadReply> {
        while let Some(line) = self.take_line()? {
            self.taken += line.len();
            if self.taken > LONGEST_REPLY {
                return Err(BadReply::TooLong);
            }
            if let Some(reply) = self.add_line(&line)? {
                self.taken = 0;
                return Ok(Some(reply));
            }
        }
        Ok(None)
    }

    fn take_line(&mut self) -> Result<Option<String>, BadReply> {
        let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') else {
            return if self.bytes.len() > LONGEST_LINE { Err(BadReply::TooLong) } else { Ok(None) };
        };
        let line: Vec<u8> = self.bytes.drain(..=end).collect();
        if line.len() > LONGEST_LINE {
            return Err(BadReply::TooLong);
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned()))
    }

    fn add_line(&mut self, line: &str) -> Result<Option<Reply>, BadReply> {
        let start = split_code(line);
        let Some(mut reply) = self.open.take() else {
            let Some((code, last, text)) = start else {
                return Err(BadReply::NoCode(presentable(line)));
            };
            let reply = Reply { code, lines: vec![text.to_owned()] };
            return Ok(self.keep_unless(last, reply));
        };
        let (last, text) = match start {
            Some((code, last, text)) if code == reply.code => (last, text),
            _ => (false, line),
        };
        reply.lines.push(text.to_owned());
        Ok(self.keep_unless(last, reply))
    }

    fn keep_unless(&mut self, last: bool, reply: Reply) -> Option<Reply> {
        if last {
            return Some(reply);
        }
        self.open = Some(reply);
        None
    }
}

/// Splits `NNN text` (a last line) or `NNN-text`; `None` for anything else.
fn split_code(line: &str) -> Option<(u16, bool, &str)> {
    let (digits, rest) = line.split_at_checked(3)?;
    let code = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
    let last = match rest.bytes().next() {
        None | Some(b' ') => true,
        Some(b'-') => false,
        Some(_) => return None,
    };
    (100..600).contains(&code).then(|| (code, last, rest.get(1..).unwrap_or_default()))
}

/// The port of a 229 reply: `(|||port|)` with any delimiter (RFC 2428).
pub(super) fn extended_passive_port(text: &str) -> Option<u16> {
    let (_, inside) = text.split_once('(')?;
    let delimiter = inside.chars().next()?;
    let mut fields = inside.split(delimiter);
    fields.nth(3)?.parse().ok().filter(|port| *port != 0)
}

/// The address and port of a 227 reply: six numbers, with or without parentheses.
pub(super) fn passive_address(text: &str) -> Option<(Ipv4Addr, u16)> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let numbers: Vec<u8> = text
        .get(start..)?
        .split(|c: char| !c.is_ascii_digit() && c != ',')
        .next()?
        .split(',')
        .map_while(|number| number.parse().ok())
        .collect();
    let [a, b, c, d, high, low] = numbers.as_slice() else { return None };
    let port = u16::from_be_bytes([*high, *low]);
    (port != 0).then(|| (Ipv4Addr::new(*a, *b, *c, *d), port))
}

/// The path of a 257 reply: between double quotes, where a doubled one stands for one.
pub(super) fn quoted_path(text: &str) -> Option<String> {
    let (_, inside) = text.split_once('"')?;
    let mut path = String::new();
    let mut rest = inside.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '"' {
            path.push(c);
        } else if rest.next_if_eq(&'"').is_some() {
            path.push('"');
        } else {
            return Some(path);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn replies(bytes: &[u8]) -> Result<Vec<Reply>, BadReply> {
        let mut reader = Replies::default();
        reader.feed(bytes);
        let mut all = Vec::new();
        while let Some(reply) = reader.next()? {
            all.push(reply);
        }
        Ok(all)
    }

    fn reply(code: u16, lines: &[&str]) -> Reply {
        Reply { code, lines: lines.iter().map(|line| (*line).to_owned()).collect() }
    }

    #[test]
    fn a_reply_of_several_lines_ends_at_its_own_code_alone() {
        let bytes = b"211-Features:\r\n SIZE\r\n226 not the end\r\n211-more\r\n211 End\r\n200 ok\r\n";
        assert_eq!(
            replies(bytes).unwrap(),
            [reply(211, &["Features:", " SIZE", "226 not the end", "more", "End"]), reply(200, &["ok"])]
        );
    }

    #[test]
    fn what_begins_by_no_code_is_no_reply() {
        for bad in ["hello\r\n", "22\r\n", "2200 ok\r\n", "999 no\r\n", "é22 x\r\n", "\r\n"] {
            assert!(matches!(replies(bad.as_bytes()), Err(BadReply::NoCode(_))), "{bad:?}");
        }
    }

    #[test]
    fn endless_lines_and_replies_are_refused() {
        assert_eq!(replies(&vec![b'2'; LONGEST_LINE + 1]), Err(BadReply::TooLong));
        assert_eq!(replies(&b"220-more of it\r\n".repeat(10_000)), Err(BadReply::TooLong));
    }

    #[test]
    fn the_addresses_of_passive_replies_are_read() {
        assert_eq!(extended_passive_port("Entering (|||6446|)"), Some(6446));
        assert_eq!(extended_passive_port("Entering (!!!6446!)"), Some(6446));
        assert_eq!(extended_passive_port("Entering (|||0|)"), None);
        let expected = Some((Ipv4Addr::new(192, 168, 1, 2), 5002));
        assert_eq!(passive_address("Entering Passive Mode (192,168,1,2,19,138)."), expected);
        assert_eq!(passive_address("Passive 192,168,1,2,19,138"), expected);
        assert_eq!(passive_address("(192,168,1,2,19)"), None);
        assert_eq!(passive_address("(192,168,1,2,319,1)"), None);
    }

    #[test]
    fn a_quoted_path_keeps_its_quotes() {
        assert_eq!(quoted_path("\"/a \"\"b\"\"\" is here").as_deref(), Some("/a \"b\""));
        assert_eq!(quoted_path("\"/unended"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _any = replies(&bytes);
            let text = String::from_utf8_lossy(&bytes);
            let _any = (extended_passive_port(&text), passive_address(&text), quoted_path(&text));
        }

        #[test]
        fn replies_are_the_same_however_the_network_cuts_them(cut in 0_usize..40) {
            let bytes = b"220-Hello\r\n220 there\r\n331 Password?\r\n230 ok\r\n";
            let (first, second) = bytes.split_at(cut.min(bytes.len()));
            let mut reader = Replies::default();
            let mut all = Vec::new();
            for part in [first, second] {
                reader.feed(part);
                while let Some(reply) = reader.next().unwrap() {
                    all.push(reply);
                }
            }
            prop_assert_eq!(all, replies(bytes).unwrap());
        }
    }
}
