//! The local side of a delivery: a file that must stay what its parcel says while it is read.

use std::io::SeekFrom;
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
        let failed = |error: std::io::Error| {
            let error = reason::from_local_read(&error);
            let words = error.words.unwrap_or_default();
            TransferError::new(error.reason, format!("{}: {words}", parcel.local.display()))
        };
        // Asked before opening: opening a pipe would wait for its writer.
        let found = tokio::fs::metadata(&parcel.local).await.map_err(failed)?;
        if !found.is_file() {
            let words = format!("{}: not a regular file", parcel.local.display());
            return Err(TransferError::new(TransferReason::LocalFileUnreadable, words));
        }
        if found.len() != parcel.size_bytes {
            return Err(changed(parcel, found.len()));
        }
        let file = File::open(&parcel.local).await.map_err(failed)?;
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
        Ok(BufReader::with_capacity(BLOCK, (&mut self.file).take(size_bytes.saturating_sub(offset))))
    }

    /// Checks that neither the size nor the time of the file moved since it was opened.
    pub(super) async fn confirm_unchanged(&self, parcel: &Parcel) -> Result<(), TransferError> {
        let found =
            tokio::fs::metadata(&parcel.local).await.map_err(|error| reason::from_local_read(&error))?;
        if found.len() == parcel.size_bytes && found.modified().ok() == self.modified {
            Ok(())
        } else {
            Err(changed(parcel, found.len()))
        }
    }
}

/// Reads a small file whole, with the time of its last change, and checks that it is what its parcel says before and after.
pub(super) async fn read_whole(parcel: &Parcel) -> Result<(Vec<u8>, Option<DateTime<Utc>>), TransferError> {
    let mut local = LocalFile::open(parcel).await?;
    let mut content = Vec::new();
    let read = local.from(0, parcel.size_bytes).await?.read_to_end(&mut content).await;
    read.map_err(|error| reason::from_local_read(&error))?;
    local.confirm_unchanged(parcel).await?;
    if content.len() == usize::try_from(parcel.size_bytes).unwrap_or(usize::MAX) {
        Ok((content, local.modified()))
    } else {
        Err(changed(parcel, u64::try_from(content.len()).unwrap_or(u64::MAX)))
    }
}

fn changed(parcel: &Parcel, found: u64) -> TransferError {
    let words = format!("{}: {} bytes expected, {found} found", parcel.local.display(), parcel.size_bytes);
    TransferError::new(TransferReason::LocalFileChanged, words)
}
