//! A local folder in the place of a server: for trials, and for an extranet on the same machine.
//!
//! Promises: the same answers as a server gives; what is written is on the disk before its size is told, private to this
//! account; a path never leaves the folder. Refuses: a folder that doesn't exist. Limits: links inside the folder are
//! followed, since whoever set the folder made them.

use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use publier_core::publication::reason::TransferReason;
use tokio::io::AsyncRead;

use super::net::{count, next_block};
use crate::files::{make_private_folder, open_private, sync_folder_of};
use crate::ports::{Connector, RemoteEntry, RemotePath, Session, TransferError};

/// How many bytes are written at a time.
const BLOCK: usize = 256 * 1024;

/// Opens sessions with a folder.
#[derive(Debug)]
pub(super) struct FolderConnector {
    root: PathBuf,
    stall: Duration,
}

impl FolderConnector {
    pub(super) fn new(root: &Path, stall: Duration) -> Self {
        Self { root: root.to_owned(), stall }
    }
}

#[async_trait]
impl Connector for FolderConnector {
    async fn connect(&self) -> Result<Box<dyn Session>, TransferError> {
        if !self.root.is_dir() {
            let words = self.root.display().to_string();
            return Err(TransferError::new(TransferReason::FolderMissing, words));
        }
        Ok(Box::new(FolderSession { root: self.root.clone(), stall: self.stall, in_sync: true }))
    }

    fn session_name(&self) -> String {
        format!("local@{}", self.root.display())
    }

    /// Nothing travels.
    fn is_encrypted(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct FolderSession {
    root: PathBuf,
    stall: Duration,
    /// As on a connection, a write that was cancelled ends what can be trusted.
    in_sync: bool,
}

impl FolderSession {
    /// Writes the content from an offset on, and syncs it.
    async fn fill(
        &self,
        place: &Path,
        offset: u64,
        content: &mut (dyn AsyncRead + Send + Unpin),
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, TransferError> {
        let failed = |error: std::io::Error| refused(&error, TransferReason::FolderMissing);
        let opened = open_private(place);
        let mut file = opened.map_err(|error| refused(&error.source, TransferReason::FolderMissing))?;
        file.set_len(offset).map_err(failed)?;
        file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        let (mut block, mut sent) = (vec![0; BLOCK], 0);
        loop {
            let bytes = next_block(content, &mut block, self.stall).await?;
            if bytes.is_empty() {
                break;
            }
            file.write_all(bytes).map_err(failed)?;
            sent += count(bytes.len());
            progress(count(bytes.len()));
        }
        file.sync_all().map_err(failed)?;
        Ok(sent)
    }

    fn awake(&self) -> Result<(), TransferError> {
        let words = "the session is out of sync";
        if self.in_sync { Ok(()) } else { Err(TransferError::new(TransferReason::ConnectionLost, words)) }
    }

    /// Gives the place of a path. One has no `..`, and the empty parts of `//` are left out: it stays inside.
    fn local(&self, path: &RemotePath) -> PathBuf {
        let parts = path.as_str().split(['/', std::path::MAIN_SEPARATOR]);
        parts
            .filter(|part| !part.is_empty() && *part != "." && *part != "..")
            .fold(self.root.clone(), |place, part| place.join(part))
    }
}

#[async_trait]
impl Session for FolderSession {
    fn in_sync(&self) -> bool {
        self.in_sync
    }

    async fn size(&mut self, path: &RemotePath) -> Result<Option<u64>, TransferError> {
        self.awake()?;
        match std::fs::metadata(self.local(path)) {
            Ok(found) => Ok(found.is_file().then_some(found.len())),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(refused(&error, TransferReason::ServerError)),
        }
    }

    async fn write(
        &mut self,
        path: &RemotePath,
        offset: u64,
        content: &mut (dyn AsyncRead + Send + Unpin),
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, TransferError> {
        self.awake()?;
        self.in_sync = false;
        let sent = self.fill(&self.local(path), offset, content, progress).await;
        self.in_sync = true;
        sent
    }

    async fn read(
        &mut self,
        path: &RemotePath,
        limit_bytes: usize,
    ) -> Result<Option<Vec<u8>>, TransferError> {
        let failed = |error: std::io::Error| refused(&error, TransferReason::ServerError);
        let file = match std::fs::File::open(self.local(path)) {
            Ok(file) => file,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let (mut content, limit) = (Vec::new(), count(limit_bytes));
        file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(failed)?;
        if count(content.len()) > limit {
            let words = format!("a file longer than {limit} bytes");
            return Err(TransferError::new(TransferReason::ServerError, words));
        }
        Ok(Some(content))
    }

    async fn rename(&mut self, from: &RemotePath, to: &RemotePath) -> Result<(), TransferError> {
        let (from, to) = (self.local(from), self.local(to));
        std::fs::rename(from, &to).map_err(|error| refused(&error, TransferReason::RenameFailed))?;
        sync_folder_of(&to).map_err(|error| refused(&error.source, TransferReason::ServerError))
    }

    async fn make_folder(&mut self, path: &RemotePath) -> Result<bool, TransferError> {
        let place = self.local(path);
        if place.is_dir() {
            return Ok(false);
        }
        if !place.parent().is_some_and(Path::is_dir) {
            return Err(TransferError::new(TransferReason::FolderMissing, path.as_str()));
        }
        let made = make_private_folder(&place);
        made.map(|()| true).map_err(|error| refused(&error.source, TransferReason::PermissionDenied))
    }

    async fn folder_exists(&mut self, path: &RemotePath) -> Result<bool, TransferError> {
        Ok(self.local(path).is_dir())
    }

    async fn remove(&mut self, path: &RemotePath) -> Result<(), TransferError> {
        match std::fs::remove_file(self.local(path)) {
            Err(error) if !is_absent(&error) => Err(refused(&error, TransferReason::PermissionDenied)),
            _ => Ok(()),
        }
    }

    async fn remove_folder(&mut self, path: &RemotePath) -> Result<(), TransferError> {
        match std::fs::remove_dir(self.local(path)) {
            Err(error) if !is_absent(&error) => Err(refused(&error, TransferReason::PermissionDenied)),
            _ => Ok(()),
        }
    }

    async fn list(&mut self, folder: &RemotePath) -> Result<Vec<RemoteEntry>, TransferError> {
        let failed = |error: std::io::Error| refused(&error, TransferReason::FolderMissing);
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(self.local(folder)).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // One that went meanwhile is not there.
            let Ok(found) = std::fs::metadata(entry.path()) else { continue };
            entries.push(RemoteEntry {
                name: entry.file_name().to_string_lossy().into_owned(),
                is_folder: found.is_dir(),
                size_bytes: found.is_file().then_some(found.len()),
            });
        }
        entries.sort();
        Ok(entries)
    }

    async fn close(self: Box<Self>) {}
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Says what the system said, by the catalogue of reasons; `absent` is the reason where something isn't there.
fn refused(error: &std::io::Error, absent: TransferReason) -> TransferError {
    let reason = match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => absent,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => TransferReason::PermissionDenied,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => TransferReason::DiskFull,
        ErrorKind::AlreadyExists => TransferReason::FileExists,
        ErrorKind::InvalidFilename => TransferReason::NameRefused,
        _ if absent == TransferReason::RenameFailed => TransferReason::RenameFailed,
        _ => TransferReason::ServerError,
    };
    TransferError::new(reason, error.to_string())
}
