//! What a command shows: text for people, or one JSON object a line.

use std::io::{self, Write};

use publier_core::publication::exit::ExitStatus;
use serde_json::{Map, Value, json};

use crate::i18n::Lang;
use crate::report::ndjson::{Ndjson, VERSION};

/// Where a command shows what it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    /// JSON instead of text.
    pub(super) json: bool,
    /// Errors only.
    pub(super) quiet: bool,
    /// The reader's language.
    lang: Lang,
}

impl Screen {
    /// Takes the options of the command line.
    pub(super) fn new(json: bool, quiet: bool, lang: Lang) -> Self {
        Self { json, quiet, lang }
    }

    /// Shows a text to people; nothing with `--json` or `--quiet`. A closed pipe ends nothing: the work goes on.
    pub(super) fn say(self, text: &str) {
        if !self.json && !self.quiet {
            drop(writeln!(io::stdout().lock(), "{text}"));
        }
    }

    /// Shows one JSON line of a type, with `--json` alone.
    pub(super) fn line(self, kind: &str, fields: Value) {
        if self.json {
            let mut line =
                Map::from_iter([("v".to_owned(), VERSION.into()), ("type".to_owned(), kind.into())]);
            if let Value::Object(fields) = fields {
                line.extend(fields);
            }
            drop(writeln!(io::stdout().lock(), "{}", Value::Object(line)));
        }
    }

    /// Shows the line that closes a command which is no run, with `--json` alone, and gives its status back.
    pub(super) fn close(self, status: ExitStatus) -> ExitStatus {
        self.line("summary", json!({"exit_code": status.code(), "status": status}));
        status
    }

    /// Shows an error: on the error output for people, as an object with `--json`.
    pub(super) fn error(self, status: ExitStatus, text: &str) {
        if self.json {
            Ndjson::new(io::stdout()).error(status, text);
        } else {
            let space = if self.lang == Lang::Fr { "\u{a0}" } else { "" };
            drop(writeln!(io::stderr().lock(), "publier{space}: {text}"));
        }
    }
}
