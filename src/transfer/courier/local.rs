//! The local side of a delivery: a file that must stay what its parcel says while it is read.

use std::fs::Metadata;
use std::io::{self, Read as _, SeekFrom};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use publier_core::publication::reason::TransferReason;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt, BufReader};

use crate::ports::TransferError;
use crate::transfer::courier::Parcel;
use crate::transfer::reason;

/// What is read from the disk at once, in bytes.
const BLOCK: usize = 256 * 1024;

/// An open local file and what it was when opened.
#[derive(Debug)]
pub(super) struct LocalFile {
    file: File,
    modified: Option<SystemTime>,
}

impl LocalFile {
    /// Opens the file of a parcel, which must have its size.
    pub(super) async fn open(parcel: &Parcel) -> Result<Self, TransferError> {
        // Asked before opening: opening a pipe would wait for its writer.
        let found = as_expected(parcel, tokio::fs::metadata(&parcel.local).await)?;
        let file = File::open(&parcel.local).await.map_err(|error| unread(parcel, &error))?;
        Ok(Self { file, modified: found.modified().ok() })
    }

    /// When the file was last modified.
    pub(super) fn modified(&self) -> Option<DateTime<Utc>> {
        self.modified.map(DateTime::from)
    }

    /// Reads from a byte on, up to the parcel's size.
    pub(super) async fn from(
        &mut self,
        offset: u64,
        size_bytes: u64,
    ) -> Result<impl AsyncRead + Send + Unpin + '_, TransferError> {
        self.file.seek(SeekFrom::Start(offset)).await.map_err(|error| reason::from_local_read(&error))?;
        let left = size_bytes.saturating_sub(offset);
        let block = usize::try_from(left).map_or(BLOCK, |left| left.clamp(1, BLOCK));
        Ok(BufReader::with_capacity(block, (&mut self.file).take(left)))
    }

    /// Checks that neither the size nor the time of the file moved since it was opened.
    pub(super) async fn confirm_unchanged(&self, parcel: &Parcel) -> Result<(), TransferError> {
        same(parcel, self.modified, tokio::fs::metadata(&parcel.local).await)
    }
}

/// Reads a small file whole, with the time of its last change, and checks that it is what its parcel says before and after: in
/// one go, since each turn to the disk takes another thread.
pub(super) async fn read_whole(parcel: &Parcel) -> Result<(Vec<u8>, Option<DateTime<Utc>>), TransferError> {
    let parcel = parcel.clone();
    let read = tokio::task::spawn_blocking(move || {
        let modified = as_expected(&parcel, std::fs::metadata(&parcel.local))?.modified().ok();
        let mut content = Vec::new();
        // One byte more would tell of a file that grows.
        let file =
            std::fs::File::open(&parcel.local).map(|file| file.take(parcel.size_bytes.saturating_add(1)));
        let read = file.and_then(|mut file| file.read_to_end(&mut content));
        read.map_err(|error| unread(&parcel, &error))?;
        same(&parcel, modified, std::fs::metadata(&parcel.local))?;
        let found = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if found != parcel.size_bytes {
            return Err(changed(&parcel, found));
        }
        Ok((content, modified.map(DateTime::from)))
    });
    read.await.unwrap_or_else(|error| {
        Err(TransferError::new(TransferReason::LocalFileUnreadable, error.to_string()))
    })
}

/// Gives what was found of a parcel's file where it is a file of its size.
fn as_expected(parcel: &Parcel, found: io::Result<Metadata>) -> Result<Metadata, TransferError> {
    let found = found.map_err(|error| unread(parcel, &error))?;
    if !found.is_file() {
        let words = format!("{}: not a regular file", parcel.local.display());
        return Err(TransferError::new(TransferReason::LocalFileUnreadable, words));
    }
    if found.len() == parcel.size_bytes { Ok(found) } else { Err(changed(parcel, found.len())) }
}

/// Checks that a file is as large as its parcel says, and of the time that it had.
fn same(
    parcel: &Parcel,
    modified: Option<SystemTime>,
    found: io::Result<Metadata>,
) -> Result<(), TransferError> {
    let found = found.map_err(|error| reason::from_local_read(&error))?;
    if found.len() == parcel.size_bytes && found.modified().ok() == modified {
        Ok(())
    } else {
        Err(changed(parcel, found.len()))
    }
}

fn unread(parcel: &Parcel, error: &io::Error) -> TransferError {
    let error = reason::from_local_read(error);
    let words = error.words.unwrap_or_default();
    TransferError::new(error.reason, format!("{}: {words}", parcel.local.display()))
}

fn changed(parcel: &Parcel, found: u64) -> TransferError {
    let words = format!("{}: {} bytes expected, {found} found", parcel.local.display(), parcel.size_bytes);
    TransferError::new(TransferReason::LocalFileChanged, words)
}
