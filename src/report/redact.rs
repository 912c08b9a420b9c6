//! What may not be told: secrets, e-mail addresses, telephone numbers and bank accounts.
//!
//! Promises: [`Redacted`] stands before every listener, so that no secret it was given reaches a log, a report or
//! a screen, even when a server echoes it; a [`Label`] shows no e-mail address, no telephone number written as in
//! France or with its `+` prefix, and no IBAN. Limits: names of people and of records are kept (rule A10 allows
//! them); a telephone number written in an unusual grouping without `+` is not recognised.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ports::{Event, Listener, TransferError};
use crate::settings::secret::Secret;

/// What stands in place of what may not be told.
pub const MASK: &str = "•••";

/// Passes events on to another listener with every known secret hidden in the server's own words.
pub struct Redacted {
    secrets: Vec<Secret>,
    inner: Arc<dyn Listener>,
}

impl std::fmt::Debug for Redacted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redacted({} secrets)", self.secrets.len())
    }
}

impl Redacted {
    /// Hides `secrets` from `inner`; empty ones are no secret.
    pub fn new(secrets: Vec<Secret>, inner: Arc<dyn Listener>) -> Self {
        let secrets = secrets.into_iter().filter(|secret| !secret.expose().is_empty()).collect();
        Self { secrets, inner }
    }

    /// Hides the secrets in a text that does not travel as an event.
    pub fn hide(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.expose(), MASK))
    }

    fn betrays(&self, error: &TransferError) -> bool {
        let words = error.words.as_deref().unwrap_or_default();
        self.secrets.iter().any(|secret| words.contains(secret.expose()))
    }
}

impl Listener for Redacted {
    fn hear(&self, event: &Event) {
        if !error_of(event).is_some_and(|error| self.betrays(error)) {
            return self.inner.hear(event);
        }
        let mut event = event.clone();
        if let Some(error) = error_of_mut(&mut event) {
            error.words = error.words.as_deref().map(|words| self.hide(words));
        }
        self.inner.hear(&event);
    }
}

fn error_of(event: &Event) -> Option<&TransferError> {
    match event {
        Event::Retrying { error, .. }
        | Event::UploadFailed { error, .. }
        | Event::Removed { error: Some(error), .. }
        | Event::SessionFailed { error, .. } => Some(error),
        _ => None,
    }
}

fn error_of_mut(event: &mut Event) -> Option<&mut TransferError> {
    match event {
        Event::Retrying { error, .. }
        | Event::UploadFailed { error, .. }
        | Event::Removed { error: Some(error), .. }
        | Event::SessionFailed { error, .. } => Some(error),
        _ => None,
    }
}

/// A record's name, a server's words or a sentence of ours, fit for a report: personal data masked, one line, at most
/// [`Label::MAX_CHARS`] characters; a sentence, which ends with what to do, [`Label::SENTENCE_MAX_CHARS`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Label(String);

impl Label {
    /// The longest label, in characters; a longer text is cut and ends with `…`.
    pub const MAX_CHARS: usize = 200;

    /// The longest sentence, in characters.
    pub const SENTENCE_MAX_CHARS: usize = 1000;

    /// Takes a text and masks what may not be told.
    pub fn new(text: &str) -> Self {
        Self::cut(text, Self::MAX_CHARS)
    }

    /// Takes a sentence of ours, which may hold somebody's words, and masks what may not be told.
    pub fn sentence(text: &str) -> Self {
        Self::cut(text, Self::SENTENCE_MAX_CHARS)
    }

    fn cut(text: &str, max_chars: usize) -> Self {
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let masked = mask_personal_data(line.trim());
        if masked.chars().count() <= max_chars {
            return Self(masked);
        }
        let mut cut: String = masked.chars().take(max_chars - 1).collect();
        cut.push('…');
        Self(cut)
    }

    /// Gives the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was kept as a label was cut then, to the length that was its own.
impl From<String> for Label {
    fn from(text: String) -> Self {
        Self::sentence(&text)
    }
}

impl From<&str> for Label {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Masks e-mail addresses, telephone numbers and IBANs in a text.
pub fn mask_personal_data(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = chars.as_slice();
    while let [first, after @ ..] = rest {
        let found = if before.is_some_and(char::is_alphanumeric) { 0 } else { personal_data_at(rest) };
        if found == 0 {
            out.push(*first);
            before = Some(*first);
            rest = after;
        } else {
            out.push_str(MASK);
            before = None;
            rest = rest.get(found..).unwrap_or_default();
        }
    }
    out
}

/// Gives how many characters of personal data `text` begins with.
fn personal_data_at(text: &[char]) -> usize {
    email(text).or_else(|| telephone(text)).or_else(|| iban(text)).unwrap_or(0)
}

/// `local@host`, up to the last letter or digit of the host.
fn email(text: &[char]) -> Option<usize> {
    let is_part = |c: &char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(*c);
    let local = text.iter().take_while(|c| is_part(c)).count();
    if local == 0 || text.get(local) != Some(&'@') {
        return None;
    }
    let host = text.get(local + 1..)?;
    let length = host.iter().take_while(|c| c.is_alphanumeric() || ".-".contains(**c)).count();
    let length = host.get(..length)?.iter().rposition(|c| c.is_alphanumeric())? + 1;
    Some(local + 1 + length)
}

/// A French number (`0612345678`, `06 12 34 56 78`, one separator throughout) or any with its `+` prefix.
fn telephone(text: &[char]) -> Option<usize> {
    match text {
        ['+', '0'..='9', ..] => with_prefix(text),
        ['0', '1'..='9', rest @ ..] => {
            let separator = rest.first().copied().filter(|c| is_separator(*c));
            let group = usize::from(separator.is_some()) + 2;
            let pairs = rest.chunks(group).take(4);
            let fits = pairs.clone().filter(|pair| is_pair(pair, separator)).count() == 4;
            let end = 2 + 4 * group;
            (fits && !text.get(end).is_some_and(char::is_ascii_digit)).then_some(end)
        }
        _ => None,
    }
}

fn is_pair(pair: &[char], separator: Option<char>) -> bool {
    match (pair, separator) {
        ([sign, tens, units], Some(separator)) => {
            *sign == separator && tens.is_ascii_digit() && units.is_ascii_digit()
        }
        ([tens, units], None) => tens.is_ascii_digit() && units.is_ascii_digit(),
        _ => false,
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '.' | '-' | '/')
}

/// `+` and 9 to 15 digits, single separators and `(0)` allowed between them.
fn with_prefix(text: &[char]) -> Option<usize> {
    let (mut digits, mut end, mut separators) = (0, 0, 0);
    for (index, c) in text.iter().enumerate().skip(1) {
        if c.is_ascii_digit() {
            (digits, end, separators) = (digits + 1, index + 1, 0);
        } else if (is_separator(*c) || "()".contains(*c)) && separators < 2 {
            separators += 1;
        } else {
            break;
        }
    }
    (9..=16).contains(&digits).then_some(end)
}

/// Two letters, two digits, then 11 to 30 letters or digits, in one piece or in groups of four.
fn iban(text: &[char]) -> Option<usize> {
    let [a, b, c, d, ..] = text else { return None };
    if !(a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit()) {
        return None;
    }
    let is_part = |c: &char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let piece = |at: usize| text.iter().skip(at).take_while(|c| c.is_ascii_alphanumeric()).count();
    let whole = piece(0);
    if (15..=34).contains(&whole) && text.iter().take(whole).filter(|c| c.is_ascii_digit()).count() >= 8 {
        return Some(whole);
    }
    if whole != 4 {
        return None;
    }
    let (mut end, mut length) = (4, 4);
    while text.get(end).is_some_and(|c| is_separator(*c)) {
        let group = piece(end + 1);
        let fits = (1..=4).contains(&group) && text.iter().skip(end + 1).take(group).all(is_part);
        if !fits || length + group > 34 {
            break;
        }
        (end, length) = (end + 1 + group, length + group);
        if group < 4 {
            break;
        }
    }
    (length >= 15).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use publier_core::publication::reason::TransferReason;
    use std::sync::Mutex;

    #[test]
    fn addresses_numbers_and_bank_accounts_are_masked() {
        for (text, masked) in [
            ("écrire à jean.dupont@example.org, merci", "écrire à •••, merci"),
            ("tél. 06 39 98 12 34", "tél. •••"),
            ("tél. 0639981234.", "tél. •••."),
            ("01.23.45.67.89/02-23-45-67-89", "•••/•••"),
            ("06\u{a0}39\u{a0}98\u{a0}12\u{a0}34 (portable)", "••• (portable)"),
            ("+33 (0)6 39 98 12 34 le soir", "••• le soir"),
            ("+33639981234", "•••"),
            ("RIB FR76 3000 6000 0112 3456 7890 189 de l'agence", "RIB ••• de l'agence"),
            ("FR7630006000011234567890189", "•••"),
        ] {
            assert_eq!(mask_personal_data(text), masked);
        }
    }

    #[test]
    fn what_is_no_personal_data_stays() {
        for text in [
            "Facture EDF novembre 2012",
            "Règlement TESTS 605 du 30/01/2020",
            "04/10/2018 10:30",
            "compte 411ALOXECO, analytique 47Prov",
            "115-S038-GES-AD",
            "lots 069, 115, 021 : 13 299,97",
            "dossier 0152",
            "@ 12",
            "AB12 est parti",
            "/srv/depot/documents/12/1234567890123456.pdf",
        ] {
            assert_eq!(mask_personal_data(text), text);
        }
    }

    #[test]
    fn a_label_is_one_line_of_bounded_length() {
        assert_eq!(Label::new(" a\nb\u{7}c ").as_str(), "a b c");
        let long = Label::new(&"é".repeat(500));
        assert_eq!(long.as_str().chars().count(), Label::MAX_CHARS);
        assert!(long.as_str().ends_with('…'));
    }

    #[derive(Default)]
    struct Heard(Mutex<Vec<Event>>);

    impl Listener for Heard {
        fn hear(&self, event: &Event) {
            self.0.lock().unwrap().push(event.clone());
        }
    }

    #[test]
    fn a_secret_that_the_server_echoes_never_reaches_a_listener() {
        let heard = Arc::new(Heard::default());
        let secrets = vec![Secret::new("c4n4ry".to_owned()), Secret::new(String::new())];
        let redacted = Redacted::new(secrets, heard.clone());
        let error = TransferError::new(TransferReason::AuthenticationRefused, "530 PASS c4n4ry refused");
        redacted.hear(&Event::SessionFailed { error, at: chrono::DateTime::UNIX_EPOCH });
        let heard = heard.0.lock().unwrap();
        let [Event::SessionFailed { error, .. }] = heard.as_slice() else { panic!("{heard:?}") };
        assert_eq!(error.words.as_deref(), Some("530 PASS ••• refused"));
    }
}
