//! What people read, in French (the default) or in English, through Fluent.
//!
//! Each room keeps its sentences in a file of its own: `locales/fr/ROOM.ftl` and `locales/en/ROOM.ftl`. A
//! test compares the two sets of keys. A missing key shows as `{key}`, never as a panic.

use std::borrow::Cow;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// The language of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// French: the language of staff and clients.
    #[default]
    Fr,
    /// English, by `--lang en`.
    En,
}

/// Every locale file: (language, room, text).
const SOURCES: &[(Lang, &str, &str)] = &[
    (Lang::Fr, "flow", include_str!("../locales/fr/flow.ftl")),
    (Lang::En, "flow", include_str!("../locales/en/flow.ftl")),
    (Lang::Fr, "system", include_str!("../locales/fr/system.ftl")),
    (Lang::En, "system", include_str!("../locales/en/system.ftl")),
    (Lang::Fr, "reasons", include_str!("../locales/fr/reasons.ftl")),
    (Lang::En, "reasons", include_str!("../locales/en/reasons.ftl")),
    (Lang::Fr, "report", include_str!("../locales/fr/report.ftl")),
    (Lang::En, "report", include_str!("../locales/en/report.ftl")),
    (Lang::Fr, "commands", include_str!("../locales/fr/commands.ftl")),
    (Lang::En, "commands", include_str!("../locales/en/commands.ftl")),
    (Lang::Fr, "config", include_str!("../locales/fr/config.ftl")),
    (Lang::En, "config", include_str!("../locales/en/config.ftl")),
    (Lang::Fr, "check", include_str!("../locales/fr/check.ftl")),
    (Lang::En, "check", include_str!("../locales/en/check.ftl")),
    (Lang::Fr, "render", include_str!("../locales/fr/render.ftl")),
    (Lang::En, "render", include_str!("../locales/en/render.ftl")),
    (Lang::Fr, "demo", include_str!("../locales/fr/demo.ftl")),
    (Lang::En, "demo", include_str!("../locales/en/demo.ftl")),
    (Lang::Fr, "transfer", include_str!("../locales/fr/transfer.ftl")),
    (Lang::En, "transfer", include_str!("../locales/en/transfer.ftl")),
    (Lang::Fr, "desk", include_str!("../locales/fr/desk.ftl")),
    (Lang::En, "desk", include_str!("../locales/en/desk.ftl")),
    (Lang::Fr, "service", include_str!("../locales/fr/service.ftl")),
    (Lang::En, "service", include_str!("../locales/en/service.ftl")),
];

/// The sentences of one language.
pub struct Messages {
    bundle: FluentBundle<FluentResource>,
    lang: Lang,
}

impl std::fmt::Debug for Messages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Messages({:?})", self.lang)
    }
}

impl Messages {
    /// Loads the sentences of a language.
    pub fn new(lang: Lang) -> Self {
        let tag = match lang {
            Lang::Fr => "fr",
            Lang::En => "en",
        };
        let id: LanguageIdentifier = tag.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        bundle.set_use_isolating(false);
        for (_, _, text) in SOURCES.iter().filter(|(of, _, _)| *of == lang) {
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(partial, _)| partial);
            bundle.add_resource_overriding(resource);
        }
        Self { bundle, lang }
    }

    /// Gives the language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Tells whether a sentence exists.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// Gives a sentence without variables.
    pub fn text(&self, key: &str) -> String {
        self.format(key, &[])
    }

    /// Says an error of the system: the kinds that people meet in words of ours, any other in the system's own.
    pub fn system_words(&self, error: &std::io::Error) -> String {
        system_key(error).map_or_else(|| error.to_string(), |key| self.text(key))
    }

    /// Gives a sentence with its variables. Numbers choose the plural form (in French 0 is singular).
    pub fn format(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return format!("{{{key}}}");
        };
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, value.to_fluent());
        }
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned()
    }
}

/// A variable of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// A text, shown as it is.
    Text(Cow<'a, str>),
    /// A count, which chooses the plural form.
    Count(u64),
}

impl Value<'_> {
    fn to_fluent(&self) -> FluentValue<'_> {
        match self {
            Self::Text(text) => FluentValue::from(text.as_ref()),
            Self::Count(count) => FluentValue::from(*count),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Value<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

/// Gives a whole number with its digits grouped: `1 234` or `1,234`.
pub fn number(n: u64, lang: Lang) -> String {
    let separator = match lang {
        Lang::Fr => '\u{202f}',
        Lang::En => ',',
    };
    let digits = n.to_string();
    let first = digits.len() % 3;
    let mut out = String::with_capacity(digits.len() * 2);
    for (position, digit) in digits.chars().enumerate() {
        if position != 0 && position % 3 == first {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// Gives the key of our own words for an error of the system, if we have any.
pub fn system_key(error: &std::io::Error) -> Option<&'static str> {
    use std::io::ErrorKind as K;
    Some(match error.kind() {
        K::NotFound => "system-not-found",
        K::PermissionDenied => "system-denied",
        K::AlreadyExists => "system-exists",
        K::NotADirectory => "system-no-folder",
        K::IsADirectory => "system-folder",
        K::ReadOnlyFilesystem => "system-read-only",
        K::StorageFull | K::QuotaExceeded => "system-full",
        K::UnexpectedEof => "system-cut",
        K::AddrInUse => "system-port-taken",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(lang: Lang) -> BTreeSet<(String, String)> {
        let mut keys = BTreeSet::new();
        for (_, room, text) in SOURCES.iter().filter(|(of, _, _)| *of == lang) {
            FluentResource::try_new((*text).to_owned())
                .unwrap_or_else(|(_, errors)| panic!("{room} ({lang:?}): {errors:?}"));
            for line in text.lines() {
                if let Some((key, _)) = line.split_once(" =")
                    && key.starts_with(|c: char| c.is_ascii_lowercase())
                {
                    assert!(keys.insert(((*room).to_owned(), key.to_owned())), "twice in {room}: {key}");
                }
            }
        }
        keys
    }

    #[test]
    fn french_sentences_keep_their_punctuation_on_the_line() {
        for (_, room, text) in SOURCES.iter().filter(|(of, _, _)| *of == Lang::Fr) {
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                for wrong in ["« ", " »", " : ", " ; ", " ! ", " ? "] {
                    assert!(!line.contains(wrong), "{room}: {wrong:?} in {line}");
                }
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_sentences() {
        assert_eq!(keys(Lang::Fr), keys(Lang::En));
    }
}
