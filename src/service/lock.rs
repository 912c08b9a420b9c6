//! One run at a time, across processes: a lock of the operating system on a file.
//!
//! Promises: two runs never hold the lock at once, whether of one process or of two; the system frees it when
//! its holder dies, however it dies, so a stale file means nothing. Who holds it is told from a note beside it
//! (`run.lock.holder`: process, start), which is only read while the lock is held.
//!
//! Limits: the folder must be on a local disk, as the ledger's.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::files::{self, FileError};

/// The lock of the run under way; dropping it lets the next one start.
#[derive(Debug)]
pub struct RunLock {
    note: PathBuf,
    // Closing the file frees the lock.
    _file: std::fs::File,
}

/// Who holds the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// Since when, in UTC.
    pub since: DateTime<Utc>,
}

/// Why the lock could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another run is under way (exit code 8).
    #[error("already running{}", holder.map(|h| format!(": process {} since {}", h.pid, h.since)).unwrap_or_default())]
    AlreadyRunning {
        /// Who holds it, when its note could be read.
        holder: Option<Holder>,
    },
    /// The file could not be used.
    #[error("take the run lock")]
    File(#[from] FileError),
}

impl RunLock {
    /// Takes the lock of `path` without waiting, and notes who holds it since `now`.
    ///
    /// # Errors
    /// [`LockError::AlreadyRunning`] when another run holds it, [`LockError::File`] when the file can't be used.
    pub fn acquire(path: &Path, now: DateTime<Utc>) -> Result<Self, LockError> {
        // Made empty each time: the file holds nothing, its lock is all.
        let file = files::create_private(path)?;
        let note = note_of(path);
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::AlreadyRunning { holder: read_note(&note) });
            }
            Err(TryLockError::Error(source)) => {
                return Err(FileError { operation: "lock", path: path.to_owned(), source }.into());
            }
        }
        files::write_whole(&note, format!("{} {}\n", std::process::id(), now.to_rfc3339()).as_bytes())?;
        Ok(Self { note, _file: file })
    }

    /// Tells who holds the lock of `path` now, without taking it. The lock is only tried when a note says that
    /// somebody may hold it.
    ///
    /// # Errors
    /// [`LockError::File`] when the file can't be read.
    pub fn holder(path: &Path) -> Result<Option<Holder>, LockError> {
        let Some(holder) = read_note(&note_of(path)) else { return Ok(None) };
        let file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(FileError { operation: "open", path: path.to_owned(), source }.into());
            }
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(holder)),
            Err(TryLockError::Error(source)) => {
                Err(FileError { operation: "lock", path: path.to_owned(), source }.into())
            }
        }
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // A note left behind is never believed without the lock.
        if let Err(error) = std::fs::remove_file(&self.note) {
            tracing::debug!(note = %self.note.display(), %error, "the lock's note stays");
        }
    }
}

fn note_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".holder");
    path.with_file_name(name)
}

fn read_note(note: &Path) -> Option<Holder> {
    let text = std::fs::read_to_string(note).ok()?;
    let (pid, since) = text.trim_end().split_once(' ')?;
    Some(Holder { pid: pid.parse().ok()?, since: since.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-30T17:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_second_run_is_told_who_runs_since_when() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.lock");
        let first = RunLock::acquire(&path, now()).unwrap();
        let Err(LockError::AlreadyRunning { holder }) = RunLock::acquire(&path, now()) else { panic!() };
        let me = Some(Holder { pid: std::process::id(), since: now() });
        assert_eq!(holder, me);
        assert_eq!(RunLock::holder(&path).unwrap(), me);
        drop(first);
        assert_eq!(RunLock::holder(&path).unwrap(), None);
        RunLock::acquire(&path, now()).unwrap();
    }

    #[test]
    fn a_file_left_by_a_dead_process_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.lock");
        files::write_whole(&path, b"").unwrap();
        files::write_whole(&note_of(&path), b"1 2026-11-30T17:00:00Z\n").unwrap();
        assert_eq!(RunLock::holder(&path).unwrap(), None);
        RunLock::acquire(&path, now()).unwrap();
    }

    #[test]
    fn a_missing_folder_is_an_error_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let error = RunLock::acquire(&folder.path().join("nowhere/run.lock"), now()).unwrap_err();
        let LockError::File(cause) = error else { panic!("{error}") };
        assert!(cause.to_string().contains("nowhere"), "{cause}");
    }
}
