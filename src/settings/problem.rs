//! What is wrong in a configuration, where, and what to do about it.
//!
//! A problem is a kind of a closed set: its sentence stands in the locale files under `config-CODE`, what to do
//! under `config-CODE-remedy`. It keeps the line it was found on, with any secret that was written there hidden.

use std::fmt::Write as _;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use crate::i18n::{Messages, Value};

/// Declares the kinds of problems with their codes.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $code:literal,)+) => {
        /// What is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProblemKind { $($(#[$doc])* $variant,)+ }

        impl ProblemKind {
            /// Every kind, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Gives the stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }
    };
}

kinds! {
    /// The file is not TOML.
    NotToml = "not-toml",
    /// A key that does not exist.
    UnknownKey = "unknown-key",
    /// A password or passphrase written in the file itself.
    SecretInFile = "secret-in-file",
    /// A value of another type.
    WrongType = "wrong-type",
    /// A key that must be there is not.
    Missing = "missing",
    /// An empty text or list.
    Empty = "empty",
    /// A text outside a closed set.
    Choice = "choice",
    /// A text that is no duration.
    Duration = "duration",
    /// A text that is no size.
    Size = "size",
    /// A text that is no part of a day.
    Hours = "hours",
    /// Days of a limit that name none.
    NoDays = "no-days",
    /// A value outside its bounds.
    Range = "range",
    /// A folder that does not exist.
    NoFolder = "no-folder",
    /// A file that does not exist.
    NoFile = "no-file",
    /// A secret's file that others can read.
    FileMode = "file-mode",
    /// A secret's file that can't be read.
    FileUnreadable = "file-unreadable",
    /// A file of authorities without any that can be read.
    Authorities = "authorities",
    /// A picture for letters that can't be shown.
    Picture = "picture",
    /// A secret's file with nothing in it.
    SecretEmpty = "secret-empty",
    /// A secret's file with a second line, or a character that can't be typed.
    SecretLines = "secret-lines",
    /// A credential that systemd did not give.
    NoCredential = "no-credential",
    /// A target's name that can't stand in file names.
    Name = "name",
    /// Two targets of one name.
    NameTwice = "name-twice",
    /// Two targets of one channel that write to one place.
    SamePlace = "same-place",
    /// A host that is no host name or address.
    Host = "host",
    /// A user with a character that can't be typed.
    User = "user",
    /// A certificate fingerprint that is no SHA-256.
    Fingerprint = "fingerprint",
    /// A host key that is no SHA-256 fingerprint.
    HostKey = "host-key",
    /// A deposit folder that is no remote path.
    Deposit = "deposit",
    /// Plain FTP without the word that allows it.
    PlainFtp = "plain-ftp",
    /// A key that has no meaning with this protocol.
    NotForProtocol = "not-for-protocol",
    /// Two keys that exclude each other.
    OnlyOne = "only-one",
    /// A passphrase without the key it opens.
    PassphraseAlone = "passphrase-alone",
    /// Files are to be removed although no receipt tells that they were taken.
    RemovesBlindly = "removes-blindly",
    /// A target without any way to log in.
    NoLogin = "no-login",
    /// Two targets of one channel that receive temporary passwords.
    TwoReceivers = "two-receivers",
    /// No target at all.
    NoTarget = "no-target",
}

/// One line of the file, with the place that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line's number, from 1.
    pub line: usize,
    /// Characters before the place.
    pub column: usize,
    /// Characters of the place, at least 1.
    pub width: usize,
    /// The line, with any secret hidden.
    pub source: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub kind: ProblemKind,
    /// The key it concerns, as `target.extranet.host`; empty when the whole file is meant.
    pub key: String,
    /// The variables of the sentence besides `key`; `words` may be the key of a sentence on what the system said.
    pub values: Vec<(&'static str, String)>,
    /// Where, when a place in the file is meant.
    pub place: Option<Excerpt>,
}

/// A configuration that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no file where one was looked for.
    #[error("no configuration file: looked for {}", listed(tried))]
    NotFound {
        /// The places that were tried, in order.
        tried: Vec<PathBuf>,
    },
    /// The file can't be read.
    #[error("read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file has problems: all those of the stage that failed.
    #[error("{}: {}", file.display(), summary(problems))]
    Invalid {
        /// The file.
        file: PathBuf,
        /// At least one.
        problems: Vec<Problem>,
    },
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn summary(problems: &[Problem]) -> String {
    let one = |problem: &Problem| {
        let line = problem.place.as_ref().map(|place| format!(" (line {})", place.line)).unwrap_or_default();
        format!("{} {}{line}", problem.kind.code(), problem.key)
    };
    problems.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl ConfigError {
    /// Tells a person what is wrong, where, and what to do.
    pub fn explain(&self, messages: &Messages) -> String {
        match self {
            Self::NotFound { tried } => advice(messages, "config-none", &[("tried", listed(tried).into())]),
            Self::Unreadable { path, source } => {
                if source.kind() == io::ErrorKind::NotFound {
                    let tried = path.display().to_string();
                    return advice(messages, "config-none", &[("tried", tried.into())]);
                }
                let words = messages.system_words(source);
                let values = [("path", path.display().to_string().into()), ("words", words.into())];
                advice(messages, "config-unreadable", &values)
            }
            Self::Invalid { file, problems } => {
                let count = u64::try_from(problems.len()).unwrap_or(u64::MAX);
                let values = [("file", file.display().to_string().into()), ("count", count.into())];
                let mut text = messages.format("config-invalid", &values);
                for problem in problems {
                    // Writing into a String can't fail.
                    write!(text, "\n\n{}", problem.explain(messages)).unwrap_or_default();
                }
                text
            }
        }
    }
}

fn advice(messages: &Messages, key: &str, values: &[(&str, Value<'_>)]) -> String {
    format!("{}\n→ {}", messages.format(key, values), messages.format(&format!("{key}-remedy"), values))
}

impl Problem {
    /// Tells what is wrong, without the place.
    pub fn sentence(&self, messages: &Messages) -> String {
        messages.format(&format!("config-{}", self.kind.code()), &self.variables(messages))
    }

    /// Tells what to do.
    pub fn remedy(&self, messages: &Messages) -> String {
        messages.format(&format!("config-{}-remedy", self.kind.code()), &self.variables(messages))
    }

    fn variables(&self, messages: &Messages) -> Vec<(&str, Value<'_>)> {
        let key = std::iter::once(("key", self.key.as_str().into()));
        let value = |name: &str, value: &str| match name {
            "words" if messages.has(value) => messages.text(value),
            _ => value.to_owned(),
        };
        key.chain(self.values.iter().map(|(name, said)| (*name, value(name, said).into()))).collect()
    }

    /// Tells a person what is wrong: the line, a caret under the place, the sentence and the remedy.
    pub fn explain(&self, messages: &Messages) -> String {
        let said = format!("{}\n→ {}", self.sentence(messages), self.remedy(messages));
        let Some(place) = &self.place else { return said };
        let (number, gap) = (place.line.to_string(), " ".repeat(place.line.to_string().len()));
        let caret = format!("{}{}", " ".repeat(place.column), "^".repeat(place.width));
        format!("{gap} |\n{number} | {}\n{gap} | {caret}\n{said}", place.source)
    }
}

/// Cuts the line of a span out of the file's text.
pub(super) fn excerpt(text: &str, span: &Range<usize>) -> Option<Excerpt> {
    let before = text.get(..span.start)?;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(line_start..)?;
    let source = rest.split('\n').next()?.trim_end_matches('\r');
    let column = before.get(line_start..)?.chars().count();
    let meant = text.get(span.start..span.end.max(span.start)).unwrap_or_default();
    let width = meant.split(['\n', '\r']).next().unwrap_or_default().chars().count().max(1);
    let hidden = hide_secret(source);
    let length = hidden.chars().count();
    let column = column.min(length);
    let width = width.min(length.saturating_sub(column).max(1));
    Some(Excerpt { line: before.matches('\n').count() + 1, column, width, source: hidden })
}

/// Hides the value on a line whose key speaks of a secret, unless it names the secret's file.
fn hide_secret(line: &str) -> String {
    let Some((key, _)) = line.split_once('=') else { return line.to_owned() };
    let names = if line.contains('{') { line } else { key };
    if is_secret_name(names.trim()) { format!("{key}= ***") } else { line.to_owned() }
}

/// Tells whether a key speaks of a secret itself rather than of the file that holds it.
pub(super) fn is_secret_name(key: &str) -> bool {
    let key = key.to_lowercase().replace("password_file", "").replace("key_passphrase_file", "");
    ["pass", "pwd", "secret", "mdp"].iter().any(|word| key.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn every_kind_has_a_sentence_and_a_remedy_in_both_languages() {
        for lang in [Lang::Fr, Lang::En] {
            let messages = Messages::new(lang);
            for kind in ProblemKind::ALL {
                for key in [format!("config-{}", kind.code()), format!("config-{}-remedy", kind.code())] {
                    assert!(messages.has(&key), "{lang:?} {key}");
                }
            }
        }
    }

    #[test]
    fn the_caret_stands_under_the_place_counted_in_characters() {
        let text = "a = 1\r\nname = \"é\" # x\n";
        let start = text.find("\"é").unwrap();
        let found = excerpt(text, &(start..start + "\"é\"".len())).unwrap();
        assert_eq!(found, Excerpt { line: 2, column: 7, width: 3, source: "name = \"é\" # x".to_owned() });
        assert_eq!(excerpt(text, &(500..501)), None);
        assert_eq!(excerpt(text, &(text.len()..text.len())).unwrap().line, 3);
    }

    #[test]
    fn a_secret_written_in_the_file_is_hidden_in_the_excerpt() {
        for line in ["password = \"s3cret\"", "PASSWD='s3cret'", "target = [{ user = 'a', pwd = 's3cret' }]"]
        {
            let shown = excerpt(line, &(0..line.len())).unwrap();
            assert!(!shown.source.contains("s3cret"), "{}", shown.source);
        }
        let kept = "password_file = \"secrets/extranet.password\"";
        assert_eq!(excerpt(kept, &(0..3)).unwrap().source, kept);
    }
}
