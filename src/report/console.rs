//! Progress on a terminal: files, bytes, rate, time left.
//!
//! Promises: it writes to stderr only, and only when that is a terminal and `--quiet` was not asked; it leaves no
//! line behind. The bytes shown are those that count: a try that failed is taken back, a resume counts what the
//! server already had. Limits: totals are those announced by [`Console::expect`], and grow while documents are
//! still rendered; without them there is no time left to show.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::i18n::{Lang, Messages, Value};
use crate::ports::{Event, Listener, RemotePath};

use super::words;

/// How far the transfers are: a fold of the events.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Progress {
    /// Files announced.
    files_expected: u64,
    /// Bytes announced.
    bytes_expected: u64,
    /// Files at their final name.
    files: u64,
    /// Files given up.
    failed: u64,
    /// Bytes that stand on the server.
    bytes: u64,
    /// Of which, those of files that are not finished.
    in_flight: BTreeMap<RemotePath, u64>,
}

impl Progress {
    fn add(&mut self, event: &Event) {
        match event {
            Event::Progress { remote, bytes } => {
                let so_far = self.in_flight.get(remote).copied().unwrap_or(0);
                self.stand(remote, so_far.saturating_add(*bytes));
            }
            Event::Resumed { remote, offset_bytes, .. } => self.stand(remote, *offset_bytes),
            Event::Retrying { remote: Some(remote), .. } => self.stand(remote, 0),
            Event::Uploaded { remote, size_bytes, .. } => {
                self.stand(remote, *size_bytes);
                self.in_flight.remove(remote);
                self.files += 1;
            }
            Event::UploadFailed { remote, .. } => {
                if let Some(remote) = remote {
                    self.stand(remote, 0);
                    self.in_flight.remove(remote);
                }
                self.failed += 1;
            }
            _ => {}
        }
    }

    /// Says how many bytes of a file stand on the server.
    fn stand(&mut self, remote: &RemotePath, bytes: u64) {
        let before = self.in_flight.insert(remote.clone(), bytes).unwrap_or(0);
        self.bytes = self.bytes.saturating_sub(before).saturating_add(bytes);
    }

    fn tell(&self, messages: &Messages) -> String {
        let lang = messages.lang();
        let files = words::number(self.files, lang);
        let expected = words::number(self.files_expected.max(self.files + self.failed), lang);
        let (bytes, total) = (words::size(self.bytes, lang), words::size(self.bytes_expected, lang));
        let mut told =
            messages.format("report-console-files", &[("done", files.into()), ("total", expected.into())]);
        told.push_str(" · ");
        if self.bytes_expected == 0 {
            told.push_str(&bytes);
        } else {
            let values = [("done", bytes.into()), ("total", total.into())];
            told.push_str(&messages.format("report-console-bytes", &values));
        }
        if self.failed > 0 {
            let values =
                [("count", Value::Count(self.failed)), ("shown", words::number(self.failed, lang).into())];
            told.push_str(" · ");
            told.push_str(&messages.format("report-console-failed", &values));
        }
        told
    }
}

/// A listener that shows progress on a terminal.
#[derive(Debug)]
pub struct Console {
    bar: ProgressBar,
    progress: Mutex<Progress>,
    messages: Arc<Messages>,
}

impl Console {
    /// Shows progress on stderr, or nothing when it is no terminal or when `quiet`.
    pub fn new(messages: Arc<Messages>, quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self::on(messages, target)
    }

    /// Shows progress on a given target.
    pub fn on(messages: Arc<Messages>, target: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::with_draw_target(None, target).with_style(style(&messages));
        Self { bar, progress: Mutex::default(), messages }
    }

    /// Announces more files and bytes to come.
    pub fn expect(&self, files: u64, bytes: u64) {
        self.change(|progress| {
            progress.files_expected += files;
            progress.bytes_expected = progress.bytes_expected.saturating_add(bytes);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Progress)) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut progress);
        if self.bar.is_hidden() {
            return;
        }
        if progress.bytes_expected > 0 {
            self.bar.set_length(progress.bytes_expected.max(progress.bytes));
        }
        self.bar.set_message(progress.tell(&self.messages));
        self.bar.set_position(progress.bytes);
    }
}

impl Listener for Console {
    fn hear(&self, event: &Event) {
        match event {
            Event::TransferEnded { .. } => self.bar.finish_and_clear(),
            event => self.change(|progress| progress.add(event)),
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The bar, what was done, then the pace as it is when the line is drawn.
fn style(messages: &Arc<Messages>) -> ProgressStyle {
    let messages = Arc::clone(messages);
    let pace = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A refusal here is a line that could not be drawn: nothing is lost.
        let _undrawn = out.write_str(&pace(state, &messages));
    };
    ProgressStyle::with_template("{bar:24} {msg}{pace}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("█▌░")
        .with_key("pace", pace)
}

fn pace(state: &ProgressState, messages: &Messages) -> String {
    let mut told = rate(state, messages.lang());
    let left = TimeDelta::from_std(state.eta()).unwrap_or_default();
    if state.len().is_some() && left > TimeDelta::zero() {
        told.push_str(" · ");
        told.push_str(&messages.format("report-console-left", &[("duration", words::duration(left).into())]));
    }
    told
}

/// The mean rate since the first byte.
fn rate(state: &ProgressState, lang: Lang) -> String {
    let per_second = (u128::from(state.pos()) * 1000).checked_div(state.elapsed().as_millis()).unwrap_or(0);
    match u64::try_from(per_second) {
        Ok(bytes) if bytes > 0 => format!(" · {}/s", words::size(bytes, lang)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::TransferError;
    use publier_core::publication::reason::TransferReason;

    fn path(name: &str) -> RemotePath {
        RemotePath::new(format!("/d/{name}")).unwrap()
    }

    fn uploaded(name: &str, size_bytes: u64) -> Event {
        let at = chrono::DateTime::UNIX_EPOCH;
        Event::Uploaded { local: name.into(), remote: path(name), size_bytes, at }
    }

    fn after(events: &[Event]) -> Progress {
        let mut progress = Progress::default();
        for event in events {
            progress.add(event);
        }
        progress
    }

    #[test]
    fn a_failed_try_is_taken_back_and_a_resume_counts_what_the_server_has() {
        let error = TransferError::new(TransferReason::ConnectionLost, "reset");
        let mut events = vec![
            Event::Progress { remote: path("a"), bytes: 700 },
            Event::Progress { remote: path("b"), bytes: 50 },
            Event::Retrying { remote: Some(path("a")), error, attempt: 1 },
        ];
        assert_eq!(after(&events).bytes, 50);
        events.push(Event::Resumed { remote: path("a"), offset_bytes: 600, size_bytes: 1000 });
        events.push(Event::Progress { remote: path("a"), bytes: 400 });
        assert_eq!(after(&events).bytes, 1050);
        events.push(uploaded("a", 1000));
        let progress = after(&events);
        assert_eq!((progress.files, progress.bytes, progress.in_flight.len()), (1, 1050, 1));
    }

    #[test]
    fn a_file_given_up_leaves_no_byte_behind() {
        let error = TransferError::new(TransferReason::NameRefused, "553");
        let at = chrono::DateTime::UNIX_EPOCH;
        let progress = after(&[
            Event::Progress { remote: path("a"), bytes: 700 },
            Event::UploadFailed { local: "a".into(), remote: Some(path("a")), error, at },
        ]);
        assert_eq!(progress, Progress { failed: 1, ..Progress::default() });
    }

    #[test]
    fn the_line_tells_files_bytes_and_failures_in_the_reader_s_form() {
        let messages = Messages::new(Lang::Fr);
        let mut progress = after(&[uploaded("a", 3_200_000)]);
        progress.files_expected = 1234;
        progress.bytes_expected = 40_000_000;
        progress.failed = 2;
        assert_eq!(
            progress.tell(&messages),
            "1 / 1\u{202f}234 fichiers · 3,2\u{a0}Mo / 40\u{a0}Mo · 2 en échec"
        );
    }
}
