//! What a command shows: text for people, or one JSON object a line.
//!
//! Promises: a reader who goes away (a closed pipe) ends nothing and is told nothing; any other refusal of the standard
//! output, such as a full disk, ends nothing either, but the command says so and doesn't end with "done".

use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, PoisonError};

use publier_core::publication::exit::ExitStatus;
use serde_json::{Map, Value, json};

use crate::i18n::{Lang, Messages};
use crate::report::ndjson::{Ndjson, VERSION};

/// What the standard output refused first; one a process, as the standard output is.
static REFUSED: Mutex<Option<io::Error>> = Mutex::new(None);

/// The standard output, which remembers what it refused: the work goes on, and [`complete`] tells at its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output;

impl Output {
    fn note<T>(result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && !matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::Interrupted)
        {
            let copy = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            REFUSED.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(copy);
        }
        result
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::note(io::stdout().lock().write(bytes))
    }

    /// A line stays whole among those of others.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        Self::note(io::stdout().lock().write_all(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::note(io::stdout().lock().flush())
    }
}

/// Writes a text and the end of its line.
pub(super) fn put(text: &str) {
    let mut line = text.to_owned();
    line.push('\n');
    drop(Output.write_all(line.as_bytes()).and_then(|()| Output.flush()));
}

/// Gives the status that a command ends with, told whether all it showed was written.
pub(super) fn complete(status: ExitStatus, messages: &Messages) -> ExitStatus {
    drop(Output.flush());
    let Some(error) = REFUSED.lock().unwrap_or_else(PoisonError::into_inner).take() else { return status };
    let text = messages.format("commands-output-refused", &[("why", messages.system_words(&error).into())]);
    tell(&text, messages.lang());
    if status == ExitStatus::Done { ExitStatus::Other } else { status }
}

/// Writes an error where people see it.
fn tell(text: &str, lang: Lang) {
    let space = if lang == Lang::Fr { "\u{a0}" } else { "" };
    drop(writeln!(io::stderr().lock(), "publier{space}: {text}"));
}

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
            put(text);
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
            put(&Value::Object(line).to_string());
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
            Ndjson::new(Output).error(status, text);
        } else {
            tell(text, self.lang);
        }
    }
}
