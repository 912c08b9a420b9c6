//! Counts what a session of transfers did, for the run report.
//!
//! Limits: the failures kept by name are bounded ([`Tally::FAILURES_MAX`]); beyond, they are only counted.

use std::sync::{Mutex, PoisonError};

use publier_core::publication::reason::TransferReason;
use serde::{Deserialize, Serialize};

use crate::ports::{Event, Listener, TransferError};

use super::redact::Label;

/// A file that could not be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFailure {
    /// Its name on the server, or its local name when none was known.
    pub file: Label,
    /// Why.
    pub reason: TransferReason,
    /// The server's own words.
    pub words: Option<Label>,
}

/// What was counted so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files that stand at their final name.
    pub files: u64,
    /// Their confirmed sizes, added, in bytes.
    pub bytes: u64,
    /// Files that went on where an earlier try had stopped.
    pub resumed: u64,
    /// Tries that failed and were followed by another.
    pub retries: u64,
    /// Remote files removed.
    pub removed: u64,
    /// Files that could not be sent, all of them counted.
    pub failed: u64,
    /// The first of them, by name.
    pub failures: Vec<FileFailure>,
    /// What stopped the whole session, if something did.
    pub session_failure: Option<TransferError>,
}

impl Tally {
    /// How many failures are kept by name.
    pub const FAILURES_MAX: usize = 200;

    fn add(&mut self, event: &Event) {
        match event {
            Event::Uploaded { size_bytes, .. } => {
                self.files += 1;
                self.bytes = self.bytes.saturating_add(*size_bytes);
            }
            Event::UploadFailed { local, remote, error, .. } => {
                let file = remote.as_ref().map_or_else(
                    || local.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                    |remote| remote.as_str().to_owned(),
                );
                self.fail(&file, error);
            }
            Event::Resumed { .. } => self.resumed += 1,
            Event::Retrying { .. } => self.retries += 1,
            Event::Removed { error: None, .. } => self.removed += 1,
            Event::Removed { error: Some(error), path, .. } => self.fail(path.as_str(), error),
            Event::SessionFailed { error, .. } => self.session_failure = Some(error.clone()),
            Event::TransferStarted { .. }
            | Event::FolderMade { .. }
            | Event::Queued { .. }
            | Event::AlreadyThere { .. }
            | Event::Progress { .. }
            | Event::TransferEnded { .. } => {}
        }
    }

    fn fail(&mut self, file: &str, error: &TransferError) {
        self.failed += 1;
        if self.failures.len() < Self::FAILURES_MAX {
            let words = error.words.as_deref().map(Label::new);
            self.failures.push(FileFailure { file: Label::new(file), reason: error.reason, words });
        }
    }
}

/// Counts the events it hears.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Tally>);

impl Counts {
    /// Gives what was counted so far.
    pub fn tally(&self) -> Tally {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Listener for Counts {
    fn hear(&self, event: &Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::RemotePath;
    use chrono::DateTime;

    #[test]
    fn failures_beyond_the_bound_are_counted_and_not_kept() {
        let counts = Counts::default();
        for number in 0..Tally::FAILURES_MAX + 5 {
            counts.hear(&Event::UploadFailed {
                local: "/data/x.pdf".into(),
                remote: Some(RemotePath::new(format!("/d/{number}.pdf")).unwrap()),
                error: TransferError::new(TransferReason::NameRefused, "553 no"),
                at: DateTime::UNIX_EPOCH,
            });
        }
        let tally = counts.tally();
        assert_eq!(tally.failed, 205);
        assert_eq!(tally.failures.len(), Tally::FAILURES_MAX);
        assert_eq!(tally.failures[0].file.as_str(), "/d/0.pdf");
    }

    #[test]
    fn a_retry_is_no_failure_and_a_resume_is_counted_once() {
        let counts = Counts::default();
        let remote = RemotePath::new("/d/a.pdf").unwrap();
        let error = TransferError::new(TransferReason::ConnectionLost, "reset");
        counts.hear(&Event::Retrying { remote: Some(remote.clone()), error, attempt: 1 });
        counts.hear(&Event::Resumed { remote: remote.clone(), offset_bytes: 10, size_bytes: 30 });
        let at = DateTime::UNIX_EPOCH;
        counts.hear(&Event::Uploaded { local: "/a".into(), remote, size_bytes: 30, at });
        let expected = Tally { files: 1, bytes: 30, resumed: 1, retries: 1, ..Tally::default() };
        assert_eq!(counts.tally(), expected);
    }
}
