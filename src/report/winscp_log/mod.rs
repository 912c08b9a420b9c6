//! The transfer log: WinSCP's XML session log, written as the transfers happen (rules A8, A9, A11, A12).
//!
//! The format is schemas/winscp-log.xsd; docs/guide-assistance.fr.md tells how it is read. Promises:
//!
//! - each element is whole in every output, written in one piece and flushed, before [`WinscpLog::hear`] returns:
//!   elements of parallel transfers never interleave, and a killed run loses no finished one;
//! - one session a file: opened and truncated by [`Event::TransferStarted`], kept across reconnections, closed by
//!   [`Event::TransferEnded`] or, failing that, by an orderly drop. A killed or panicking run leaves no `</session>`;
//! - an upload bears its final name only; what is internal (temporary names, tries, resumes) never shows;
//! - a failure's first message is the reason's sentence from the catalogue, the second the server's own words;
//! - any name parses: what XML forbids and what is no UTF-8 becomes U+FFFD, CR is dropped.
//!
//! Refuses: to fail the run. An output that can't be opened or written is given up at once, so that all it holds
//! stays readable; the others go on, and [`WinscpLog::problem`] says what happened. Limits: `touch`, `chmod` and
//! `mv` stand in the format but no event leads to them yet; a group's start is the time its command ended; nothing
//! is fsynced (a power cut may lose the last elements; the ledger, not the log, is the record that counts).

mod element;
mod places;

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::i18n::{Messages, Value};
use crate::ports::{Event, Listener, RemotePath, TransferError};

use element::Elements;
pub use places::{Output, set_path};

/// The first thing that an output of the log could not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("transfer log {place}: {words}")]
pub struct LogProblem {
    /// The file or folder.
    pub place: String,
    /// What the system said.
    pub words: String,
}

impl LogProblem {
    /// Tells the problem to staff, as a warning of the run report.
    pub fn to_warning(&self, messages: &Messages) -> String {
        let values =
            [("place", Value::from(self.place.as_str())), ("words", Value::from(self.words.as_str()))];
        messages.format("report-warning-log", &values)
    }
}

/// A listener that writes the transfer log of one channel and target.
#[derive(Debug)]
pub struct WinscpLog {
    messages: Arc<Messages>,
    groups: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    outputs: Vec<Output>,
    /// The outputs of the open session that still take bytes; `None` outside a session.
    session: Option<Vec<Sink>>,
    problem: Option<LogProblem>,
}

struct Sink {
    name: String,
    out: Box<dyn Write + Send>,
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sink({})", self.name)
    }
}

impl WinscpLog {
    /// Makes a log that tells reasons in the language of `messages`; `groups` puts each command in a `group`, as
    /// WinSCP's own .NET reader needs.
    pub fn new(messages: Arc<Messages>, groups: bool) -> Self {
        Self { messages, groups, state: Mutex::default() }
    }

    /// Adds an output: each gets the same bytes.
    #[must_use]
    pub fn with(self, output: Output) -> Self {
        self.lock().outputs.push(output);
        self
    }

    /// Gives the first thing that went wrong with the log itself.
    pub fn problem(&self) -> Option<LogProblem> {
        self.lock().problem.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The messages that tell an error: the reason's sentence, then the server's words.
    fn told(&self, error: &TransferError) -> Vec<String> {
        let words = error.words.as_deref().map(str::trim).filter(|words| !words.is_empty());
        let sentence = self.messages.text(error.reason.reason_key());
        std::iter::once(sentence).chain(words.map(str::to_owned)).collect()
    }

    /// The bytes of the elements of one event; empty for what the log doesn't show.
    fn elements(&self, event: &Event) -> Vec<u8> {
        let mut xml = Elements::new();
        match event {
            Event::FolderMade { path, at } => {
                let path = path.as_str();
                self.command(&mut xml, || format!("mkdir {}", quoted(path)), *at, |xml| xml.mkdir(path));
            }
            Event::Uploaded { local, remote, size_bytes, at } => {
                let (local, remote) = (local.to_string_lossy(), remote.as_str());
                self.command(
                    &mut xml,
                    || put(&local, Some(remote)),
                    *at,
                    |xml| {
                        xml.upload(&local, Some(remote), Ok(*size_bytes));
                    },
                );
            }
            Event::UploadFailed { local, remote, error, at } => {
                let (local, remote) = (local.to_string_lossy(), remote.as_ref().map(RemotePath::as_str));
                self.command(
                    &mut xml,
                    || put(&local, remote),
                    *at,
                    |xml| {
                        xml.upload(&local, remote, Err(&self.told(error)));
                    },
                );
            }
            Event::Removed { path, error, at } => {
                let (path, told) = (path.as_str(), error.as_ref().map(|error| self.told(error)));
                self.command(
                    &mut xml,
                    || format!("rm {}", quoted(path)),
                    *at,
                    |xml| {
                        xml.rm(path, told.as_deref().map_or(Ok(()), Err));
                    },
                );
            }
            Event::SessionFailed { error, at } => {
                let told = self.told(error);
                self.command(&mut xml, || "open".to_owned(), *at, |xml| xml.failure(&told));
            }
            Event::TransferStarted { .. }
            | Event::Queued { .. }
            | Event::AlreadyThere { .. }
            | Event::Progress { .. }
            | Event::Resumed { .. }
            | Event::Retrying { .. }
            | Event::TransferEnded { .. } => {}
        }
        xml.into_bytes()
    }

    fn command(
        &self,
        xml: &mut Elements,
        name: impl FnOnce() -> String,
        at: DateTime<Utc>,
        fill: impl FnOnce(&mut Elements),
    ) {
        if self.groups { xml.group(&name(), at, fill) } else { fill(xml) }
    }
}

fn put(local: &str, remote: Option<&str>) -> String {
    match remote {
        Some(remote) => format!("put {} {}", quoted(local), quoted(remote)),
        None => format!("put {}", quoted(local)),
    }
}

/// A parameter of a command as WinSCP writes it: in quotes, its own quotes doubled.
fn quoted(parameter: &str) -> String {
    format!("\"{}\"", parameter.replace('"', "\"\""))
}

impl State {
    fn start(&mut self, name: &str, at: DateTime<Utc>) {
        if self.session.is_some() {
            return; // a reconnection: the session goes on
        }
        let mut sinks = Vec::with_capacity(self.outputs.len());
        let mut refused = Vec::new();
        for output in &mut self.outputs {
            match (output.open)(at) {
                Ok(out) => sinks.push(Sink { name: output.name.clone(), out }),
                Err(error) => refused.push((error.path.display().to_string(), error.source.to_string())),
            }
        }
        self.session = Some(sinks);
        for (place, words) in refused {
            self.note(place, words);
        }
        self.write(&element::head(&without_password(name), at));
    }

    fn end(&mut self) {
        if self.session.is_some() {
            self.write(element::END);
            self.session = None;
        }
    }

    /// Writes whole elements to each output; one that refuses is given up, so that what it holds stays readable.
    fn write(&mut self, bytes: &[u8]) {
        let Some(sinks) = &mut self.session else {
            return self.note("-".to_owned(), "an event outside a session".to_owned());
        };
        let mut refused = Vec::new();
        sinks.retain_mut(|sink| match sink.out.write_all(bytes).and_then(|()| sink.out.flush()) {
            Ok(()) => true,
            Err(error) => {
                refused.push((sink.name.clone(), error.to_string()));
                false
            }
        });
        for (place, words) in refused {
            self.note(place, words);
        }
    }

    fn note(&mut self, place: String, words: String) {
        self.problem.get_or_insert(LogProblem { place, words });
    }
}

/// Keeps `user@host` of `user:password@host`: a name that bears a password is a defect, and no leak.
fn without_password(name: &str) -> String {
    match name.rsplit_once('@') {
        Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
        None => name.to_owned(),
    }
}

impl Listener for WinscpLog {
    fn hear(&self, event: &Event) {
        match event {
            Event::TransferStarted { session, at, .. } => self.lock().start(session, *at),
            Event::TransferEnded { .. } => self.lock().end(),
            event => {
                let bytes = self.elements(event);
                if !bytes.is_empty() {
                    self.lock().write(&bytes);
                }
            }
        }
    }
}

/// An orderly end closes the session; a panic leaves it open, as a killed run does.
impl Drop for WinscpLog {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.lock().end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_name_that_bears_a_password_loses_it() {
        assert_eq!(without_password("agence@ftp.example.org"), "agence@ftp.example.org");
        assert_eq!(without_password("agence:p@ss@ftp.example.org"), "agence@ftp.example.org");
        assert_eq!(without_password("ftp.example.org"), "ftp.example.org");
    }
}
