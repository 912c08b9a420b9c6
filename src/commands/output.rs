//! What a command shows: text for people, or one JSON object a line.

use std::io::{self, Write};

use publier_core::publication::exit::ExitStatus;

use crate::i18n::Lang;
use crate::report::ndjson::Ndjson;

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
