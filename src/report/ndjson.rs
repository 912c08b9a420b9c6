//! One JSON object a line, for programs (`--json`).
//!
//! Format, version 1: every object has `"v": 1` and `"type"`, one of [`TYPES`]; times are UTC (RFC 3339), sizes
//! are in bytes, reasons are codes of the catalogue. A run's lines are its events as they happen, then exactly one
//! `summary` or one `error`. Fields may be added within a version; none is renamed or removed.
//!
//! Promises: a line is written and flushed whole; an output that refuses (a closed pipe) never fails the run, and
//! [`Ndjson::problem`] says what happened. Limits: a path that is no UTF-8 shows U+FFFD.

use std::borrow::Cow;
use std::fmt::Debug;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use publier_core::publication::exit::ExitStatus;
use publier_core::publication::reason::TransferReason;
use serde::Serialize;

use crate::ports::{Event, Listener, RemotePath, TransferError};

use super::progress::{Pace, Progress, TOLD_EVERY};
use super::run_report::RunReport;

/// The version that every line bears.
pub const VERSION: u32 = 1;

/// Every type of line.
pub const TYPES: &[&str] = &[
    "transfer-started",
    "folder-made",
    "queued",
    "already-there",
    "progress",
    "pace",
    "resumed",
    "retrying",
    "uploaded",
    "upload-failed",
    "removed",
    "session-failed",
    "transfer-ended",
    "summary",
    "error",
];

/// The types of line of the staff's commands, which end with a `summary` or an `error` of their own.
pub const COMMAND_TYPES: &[&str] = &["record", "row", "exposure", "why"];

/// A listener that writes a line for each event.
pub struct Ndjson<W: Write>(Mutex<State<W>>);

struct State<W> {
    out: W,
    problem: Option<String>,
    progress: Progress,
    /// How often the pace is told.
    every: Duration,
    began: Option<Instant>,
    told: Option<Instant>,
}

impl<W: Write> Debug for Ndjson<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ndjson")
    }
}

#[derive(Serialize)]
struct Line<'a> {
    v: u32,
    #[serde(flatten)]
    what: What<'a>,
}

/// One line without its version.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum What<'a> {
    TransferStarted {
        target: &'a str,
        session: &'a str,
        at: DateTime<Utc>,
    },
    FolderMade {
        path: &'a RemotePath,
        at: DateTime<Utc>,
    },
    Queued {
        remote: &'a RemotePath,
        size_bytes: u64,
    },
    AlreadyThere {
        remote: &'a RemotePath,
        size_bytes: u64,
    },
    Progress {
        remote: &'a RemotePath,
        bytes: u64,
    },
    Pace(Pace),
    Resumed {
        remote: &'a RemotePath,
        offset_bytes: u64,
        size_bytes: u64,
    },
    Retrying {
        remote: Option<&'a RemotePath>,
        attempt: u32,
        reason: TransferReason,
        words: Option<&'a str>,
    },
    Uploaded {
        local: Cow<'a, str>,
        remote: &'a RemotePath,
        size_bytes: u64,
        at: DateTime<Utc>,
    },
    UploadFailed {
        local: Cow<'a, str>,
        remote: Option<&'a RemotePath>,
        reason: TransferReason,
        words: Option<&'a str>,
        at: DateTime<Utc>,
    },
    Removed {
        path: &'a RemotePath,
        reason: Option<TransferReason>,
        words: Option<&'a str>,
        at: DateTime<Utc>,
    },
    SessionFailed {
        reason: TransferReason,
        words: Option<&'a str>,
        at: DateTime<Utc>,
    },
    TransferEnded {
        target: &'a str,
        at: DateTime<Utc>,
    },
    Summary {
        exit_code: u8,
        status: ExitStatus,
        report: &'a RunReport,
    },
    Error {
        exit_code: u8,
        status: ExitStatus,
        message: &'a str,
    },
}

impl<'a> From<&'a Event> for What<'a> {
    fn from(event: &'a Event) -> Self {
        match event {
            Event::TransferStarted { target, session, at } => {
                Self::TransferStarted { target, session, at: *at }
            }
            Event::FolderMade { path, at } => Self::FolderMade { path, at: *at },
            Event::Queued { remote, size_bytes } => Self::Queued { remote, size_bytes: *size_bytes },
            Event::AlreadyThere { remote, size_bytes } => {
                Self::AlreadyThere { remote, size_bytes: *size_bytes }
            }
            Event::Progress { remote, bytes } => Self::Progress { remote, bytes: *bytes },
            Event::Resumed { remote, offset_bytes, size_bytes } => {
                Self::Resumed { remote, offset_bytes: *offset_bytes, size_bytes: *size_bytes }
            }
            Event::Retrying { remote, error, attempt } => {
                let (reason, words) = split(error);
                Self::Retrying { remote: remote.as_ref(), attempt: *attempt, reason, words }
            }
            Event::Uploaded { local, remote, size_bytes, at } => {
                Self::Uploaded { local: local.to_string_lossy(), remote, size_bytes: *size_bytes, at: *at }
            }
            Event::UploadFailed { local, remote, error, at } => {
                let (local, remote, (reason, words)) =
                    (local.to_string_lossy(), remote.as_ref(), split(error));
                Self::UploadFailed { local, remote, reason, words, at: *at }
            }
            Event::Removed { path, error, at } => {
                let (reason, words) = error.as_ref().map(split).unzip();
                Self::Removed { path, reason, words: words.flatten(), at: *at }
            }
            Event::SessionFailed { error, at } => {
                let (reason, words) = split(error);
                Self::SessionFailed { reason, words, at: *at }
            }
            Event::TransferEnded { target, at } => Self::TransferEnded { target, at: *at },
        }
    }
}

fn split(error: &TransferError) -> (TransferReason, Option<&str>) {
    (error.reason, error.words.as_deref())
}

impl<W: Write> Ndjson<W> {
    /// Writes lines to `out`.
    pub fn new(out: W) -> Self {
        Self::with_pace_every(out, TOLD_EVERY)
    }

    /// Writes lines to `out`, with one of the pace at most so often.
    pub fn with_pace_every(out: W, every: Duration) -> Self {
        let progress = Progress::default();
        Self(Mutex::new(State { out, problem: None, progress, every, began: None, told: None }))
    }

    /// Writes the line that closes a run.
    pub fn summary(&self, report: &RunReport) {
        let status = report.exit_status();
        self.write(What::Summary { exit_code: status.code(), status, report });
    }

    /// Writes the line that closes a command which failed before it had anything to report; `message` is a
    /// sentence fit for staff, without any secret.
    pub fn error(&self, status: ExitStatus, message: &str) {
        self.write(What::Error { exit_code: status.code(), status, message });
    }

    /// Gives the first thing that the output refused.
    pub fn problem(&self) -> Option<String> {
        self.lock().problem.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the pace when it is due, after something left.
    fn pace_after(&self, event: &Event) -> Option<Pace> {
        let mut state = self.lock();
        state.progress.add(event);
        if !matches!(event, Event::Progress { .. } | Event::Uploaded { .. }) {
            return None;
        }
        let now = Instant::now();
        let began = *state.began.get_or_insert(now);
        let since = now.saturating_duration_since(state.told.unwrap_or(began));
        (since >= state.every).then(|| {
            state.told = Some(now);
            state.progress.pace(now.saturating_duration_since(began))
        })
    }

    fn write(&self, what: What<'_>) {
        let mut state = self.lock();
        if state.problem.is_none()
            && let Err(error) = write_line(&mut state.out, what)
        {
            state.problem = Some(error.to_string());
        }
    }
}

fn write_line(out: &mut impl Write, what: What<'_>) -> io::Result<()> {
    let mut line = serde_json::to_vec(&Line { v: VERSION, what })?;
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}

impl<W: Write + Send> Listener for Ndjson<W> {
    fn hear(&self, event: &Event) {
        self.write(What::from(event));
        if let Some(pace) = self.pace_after(event) {
            self.write(What::Pace(pace));
        }
    }
}
