//! One finding, as a value: what, on which record, with the variables of its sentence.

use crate::flow::telling::{chain, local_key};
use crate::i18n::{Messages, Value};
use crate::report::redact::Label;

use super::code::{Code, Kind};

/// The record that a finding names: by its key, and by the number or code that staff know it by. Personal data in
/// either is masked (A10).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// Its key.
    pub key: Label,
    /// Its number or code, where it has one besides.
    pub name: Option<Label>,
}

impl Record {
    /// Names a record by its key.
    pub fn new(kind: Kind, key: impl std::fmt::Display) -> Self {
        Self { kind, key: Label::new(&key.to_string()), name: None }
    }

    /// Adds the number or code that staff know it by.
    #[must_use]
    pub fn called(self, name: &str) -> Self {
        Self { name: (!name.trim().is_empty()).then(|| Label::new(name)), ..self }
    }

    /// Says it: `événement 113`, `compte 24 (450BROUIL1)`.
    pub fn words(&self, messages: &Messages) -> String {
        let kind = messages.text(&format!("check-kind-{}", self.kind.name()));
        match &self.name {
            Some(name) => format!("{kind} {} ({name})", self.key),
            None => format!("{kind} {}", self.key),
        }
    }
}

/// A variable of a finding's sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// A text, shown as it is.
    Text(String),
    /// A count.
    Count(u64),
    /// A sentence or word of the locale files, by its key.
    Words(String),
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub code: Code,
    /// On which record.
    pub record: Record,
    /// The variables of the sentence.
    pub details: Vec<(&'static str, Detail)>,
}

impl Finding {
    /// Makes a finding.
    pub fn new(code: Code, record: Record) -> Self {
        Self { code, record, details: Vec::new() }
    }

    /// Adds a text to the sentence; personal data in it is masked.
    #[must_use]
    pub fn with(mut self, name: &'static str, text: &str) -> Self {
        self.details.push((name, Detail::Text(Label::new(text).as_str().to_owned())));
        self
    }

    /// Adds a count to the sentence.
    #[must_use]
    pub fn counting(mut self, count: u64) -> Self {
        self.details.push(("count", Detail::Count(count)));
        self
    }

    /// Adds words of the locale files to the sentence.
    #[must_use]
    pub fn saying(mut self, name: &'static str, key: impl Into<String>) -> Self {
        self.details.push((name, Detail::Words(key.into())));
        self
    }

    /// Adds what the system or SQLite said, in words of ours where we have some.
    #[must_use]
    pub fn explained_by(self, name: &'static str, error: &(dyn std::error::Error + 'static)) -> Self {
        match local_key(error) {
            Some(key) => self.saying(name, key),
            None => self.with(name, &chain(error)),
        }
    }

    /// Says what was found.
    pub fn sentence(&self, messages: &Messages) -> String {
        self.say(self.code.sentence_key(), messages)
    }

    /// Says what to do, beginning with whose move it is.
    pub fn remedy(&self, messages: &Messages) -> String {
        self.say(self.code.remedy_key(), messages)
    }

    fn say(&self, key: &str, messages: &Messages) -> String {
        let value = |detail: &Detail| match detail {
            Detail::Text(text) => Value::from(text.clone()),
            Detail::Count(count) => Value::from(*count),
            Detail::Words(key) => Value::from(messages.text(key)),
        };
        let values: Vec<_> = self.details.iter().map(|(name, detail)| (*name, value(detail))).collect();
        messages.format(key, &values)
    }
}
