//! How far the transfers are: files and bytes done and announced, their rate, the time left.
//!
//! Promises: the bytes are those that count: a try that failed is taken back, a resume counts what the server already had.
//! Limits: a file is announced when it waits to be sent: the totals grow while documents are still rendered.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::ports::{Event, RemotePath};

/// How far the transfers are: a fold of the events.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Progress {
    /// Files announced.
    pub(super) files_expected: u64,
    /// Bytes announced.
    pub(super) bytes_expected: u64,
    /// Files at their final name.
    pub(super) files: u64,
    /// Files given up.
    pub(super) failed: u64,
    /// Bytes that stand on the server.
    pub(super) bytes: u64,
    /// Of which, those of files that are not finished.
    in_flight: BTreeMap<RemotePath, u64>,
}

impl Progress {
    /// Takes one event.
    pub(super) fn add(&mut self, event: &Event) {
        match event {
            Event::Queued { size_bytes, .. } => {
                self.files_expected += 1;
                self.bytes_expected = self.bytes_expected.saturating_add(*size_bytes);
            }
            Event::AlreadyThere { remote, size_bytes } => {
                self.stand(remote, 0);
                self.in_flight.remove(remote);
                self.files_expected = self.files_expected.saturating_sub(1);
                self.bytes_expected = self.bytes_expected.saturating_sub(*size_bytes);
            }
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
}

/// How often the pace is told, where it is told in lines.
pub(super) const TOLD_EVERY: Duration = Duration::from_secs(1);

/// How fast the transfers go, and how long they still take at that rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Pace {
    files: u64,
    files_expected: u64,
    failed: u64,
    bytes: u64,
    bytes_expected: u64,
    bytes_per_second: u64,
    /// `null` where nothing tells it yet.
    seconds_left: Option<u64>,
}

impl Progress {
    /// Gives the pace after so much time since the first event.
    pub(super) fn pace(&self, elapsed: Duration) -> Pace {
        let rate = (u128::from(self.bytes) * 1000).checked_div(elapsed.as_millis()).unwrap_or(0);
        let bytes_per_second = u64::try_from(rate).unwrap_or(u64::MAX);
        let left = self.bytes_expected.saturating_sub(self.bytes);
        let seconds_left = (bytes_per_second > 0).then(|| left.div_ceil(bytes_per_second));
        Pace {
            files: self.files,
            files_expected: self.files_expected.max(self.files + self.failed),
            failed: self.failed,
            bytes: self.bytes,
            bytes_expected: self.bytes_expected.max(self.bytes),
            bytes_per_second,
            seconds_left,
        }
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
    fn what_stood_there_already_is_no_more_to_come() {
        let queued = |name: &str, size_bytes| Event::Queued { remote: path(name), size_bytes };
        let progress = after(&[
            queued("a", 1000),
            queued("b", 500),
            Event::AlreadyThere { remote: path("b"), size_bytes: 500 },
            Event::Progress { remote: path("a"), bytes: 600 },
        ]);
        let pace = progress.pace(Duration::from_secs(2));
        assert_eq!((pace.files, pace.files_expected, pace.bytes, pace.bytes_expected), (0, 1, 600, 1000));
        assert_eq!((pace.bytes_per_second, pace.seconds_left), (300, Some(2)));
    }

    #[test]
    fn nothing_left_yet_tells_no_time_left() {
        let pace = Progress { bytes_expected: 10, ..Progress::default() }.pace(Duration::ZERO);
        assert_eq!((pace.bytes_per_second, pace.seconds_left), (0, None));
    }
}
