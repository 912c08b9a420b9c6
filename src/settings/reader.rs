//! Reads values one by one: gives the typed value or its default, notes where it comes from, and collects every
//! problem instead of stopping at the first.

use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;

use super::problem::{Problem, ProblemKind, excerpt};
use super::raw::{Flag, Text, Whole};
use super::units;
use crate::i18n::Messages;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A line of the file, from 1.
    Line(usize),
    /// The program's default.
    Default,
}

impl Origin {
    /// Says it to a person: « ligne 12 », « valeur par défaut ».
    pub fn words(self, messages: &Messages) -> String {
        match self {
            Self::Line(line) => messages.format("config-origin-line", &[("line", line.to_string().into())]),
            Self::Default => messages.text("config-origin-default"),
        }
    }
}

/// A setting as `config show` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its key, as `publication.catch_up`.
    pub key: String,
    /// Its value, a secret hidden; empty when it is unset and has no default.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// The reader of one file.
pub(super) struct Reader<'a> {
    text: &'a str,
    folder: &'a Path,
    pub(super) problems: Vec<Problem>,
    pub(super) shown: Vec<Shown>,
}

impl<'a> Reader<'a> {
    /// Reads values of `text`, a file that stands in `folder`: relative paths start there.
    pub(super) fn new(text: &'a str, folder: &'a Path) -> Self {
        Self { text, folder, problems: Vec::new(), shown: Vec::new() }
    }

    /// Notes a problem.
    pub(super) fn problem(
        &mut self,
        kind: ProblemKind,
        key: &str,
        span: Option<Range<usize>>,
        values: &[(&'static str, &str)],
    ) {
        let place = span.and_then(|span| excerpt(self.text, &span));
        let values = values.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.problems.push(Problem { kind, key: key.to_owned(), values, place });
    }

    /// Notes a value for `config show`.
    pub(super) fn show(&mut self, key: &str, value: &str, span: Option<Range<usize>>) {
        let line =
            |span: Range<usize>| self.text.get(..span.start).unwrap_or_default().matches('\n').count() + 1;
        let origin = span.map_or(Origin::Default, |span| Origin::Line(line(span)));
        self.shown.push(Shown { key: key.to_owned(), value: value.to_owned(), origin });
    }

    /// Reads a text that may be absent; an empty one is a problem.
    pub(super) fn text(&mut self, key: &str, raw: &Text) -> Option<String> {
        let value = raw.as_ref().map(|raw| raw.get_ref().as_str()).unwrap_or_default();
        self.show(key, value, span(raw.as_ref()));
        if raw.is_some() && value.trim().is_empty() {
            self.problem(ProblemKind::Empty, key, span(raw.as_ref()), &[]);
        }
        raw.as_ref().map(|_| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Reads a text that must be there.
    pub(super) fn required(
        &mut self,
        key: &str,
        raw: &Text,
        section: Option<Range<usize>>,
    ) -> Option<String> {
        if raw.is_none() {
            self.problem(ProblemKind::Missing, key, section, &[]);
        }
        self.text(key, raw)
    }

    /// Reads one of a closed set; `default` is one of its words.
    pub(super) fn choice<T: Copy + PartialEq>(
        &mut self,
        key: &str,
        raw: &Text,
        default: T,
        words: &[(&str, T)],
    ) -> T {
        let word_of_default = words.iter().find(|(_, value)| *value == default).map_or("", |(word, _)| word);
        let written = raw.as_ref().map_or(word_of_default, |raw| raw.get_ref().as_str());
        self.show(key, written, span(raw.as_ref()));
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == written) {
            return *value;
        }
        let expected = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        self.problem(
            ProblemKind::Choice,
            key,
            span(raw.as_ref()),
            &[("value", written), ("expected", &expected)],
        );
        default
    }

    /// Reads words of a closed set, with spaces or commas between them; `default` is written as in the file.
    pub(super) fn words(&mut self, key: &str, raw: &Text, default: &str, known: &[&str]) -> Vec<String> {
        let written = raw.as_ref().map_or(default, |raw| raw.get_ref().as_str());
        self.show(key, written, span(raw.as_ref()));
        let words: Vec<String> =
            written.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
        for word in words.iter().filter(|word| !known.contains(&word.as_str())) {
            let values = [("value", word.as_str()), ("expected", &known.join(", "))];
            self.problem(ProblemKind::Choice, key, span(raw.as_ref()), &values);
        }
        words
    }

    /// Reads a duration within bounds; `default` and the bounds are written as in the file.
    pub(super) fn duration(
        &mut self,
        key: &str,
        raw: &Text,
        default: &str,
        bounds: (&str, &str),
    ) -> Duration {
        self.amount(key, raw, default, bounds, ProblemKind::Duration, units::duration)
    }

    /// Reads a size in bytes within bounds; `default` and the bounds are written as in the file.
    pub(super) fn size_bytes(&mut self, key: &str, raw: &Text, default: &str, bounds: (&str, &str)) -> u64 {
        self.amount(key, raw, default, bounds, ProblemKind::Size, units::size_bytes)
    }

    fn amount<T: Ord + Default>(
        &mut self,
        key: &str,
        raw: &Text,
        default: &str,
        (min, max): (&str, &str),
        kind: ProblemKind,
        read: fn(&str) -> Option<T>,
    ) -> T {
        let written = raw.as_ref().map_or(default, |raw| raw.get_ref().as_str());
        self.show(key, written, span(raw.as_ref()));
        let value = read(written);
        match &value {
            None => self.problem(kind, key, span(raw.as_ref()), &[("value", written)]),
            Some(value) if Some(value) < read(min).as_ref() || Some(value) > read(max).as_ref() => {
                let values = [("value", written), ("min", min), ("max", max)];
                self.problem(ProblemKind::Range, key, span(raw.as_ref()), &values);
            }
            Some(_) => {}
        }
        value.unwrap_or_default()
    }

    /// Reads a whole number within bounds.
    pub(super) fn whole<T>(&mut self, key: &str, raw: &Whole, default: T, bounds: RangeInclusive<T>) -> T
    where
        T: Copy + PartialOrd + std::fmt::Display + TryFrom<i64>,
    {
        let Some(raw) = raw else {
            self.show(key, &default.to_string(), None);
            return default;
        };
        self.show(key, &raw.get_ref().to_string(), Some(raw.span()));
        if let Some(value) = T::try_from(*raw.get_ref()).ok().filter(|value| bounds.contains(value)) {
            return value;
        }
        let (value, min, max) =
            (raw.get_ref().to_string(), bounds.start().to_string(), bounds.end().to_string());
        self.problem(
            ProblemKind::Range,
            key,
            Some(raw.span()),
            &[("value", &value), ("min", &min), ("max", &max)],
        );
        default
    }

    /// Reads a flag.
    pub(super) fn flag(&mut self, key: &str, raw: &Flag, default: bool) -> bool {
        let value = raw.as_ref().map_or(default, |raw| *raw.get_ref());
        self.show(key, if value { "true" } else { "false" }, span(raw.as_ref()));
        value
    }

    /// Gives the path that a text means: relative ones start at the folder of the file. A lone `.` leaves no trace: paths
    /// stand in logs that people read.
    pub(super) fn path(&self, text: &str) -> PathBuf {
        self.folder.join(text).components().collect()
    }

    /// Reads a folder that must exist.
    pub(super) fn folder(&mut self, key: &str, raw: &Spanned<String>) -> PathBuf {
        let path = self.path(raw.get_ref());
        self.show(key, raw.get_ref(), Some(raw.span()));
        if raw.get_ref().trim().is_empty() {
            self.problem(ProblemKind::Empty, key, Some(raw.span()), &[]);
        } else if !path.is_dir() {
            let shown = path.display().to_string();
            self.problem(ProblemKind::NoFolder, key, Some(raw.span()), &[("path", &shown)]);
        }
        path
    }

    /// Reads a file that may be unset and, once named, must exist.
    pub(super) fn file(&mut self, key: &str, raw: &Text) -> Option<PathBuf> {
        let path = self.text(key, raw).map(|text| self.path(&text))?;
        if !path.is_file() {
            let shown = path.display().to_string();
            self.problem(ProblemKind::NoFile, key, span(raw.as_ref()), &[("path", &shown)]);
        }
        Some(path)
    }
}

/// Gives the place of a value, when it is written.
pub(super) fn span<T>(raw: Option<&Spanned<T>>) -> Option<Range<usize>> {
    raw.map(Spanned::span)
}
