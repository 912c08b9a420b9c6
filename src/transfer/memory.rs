//! A server in memory behind the same ports, with faults on demand.
//!
//! Promises: the same answers as the real servers give the adapters (a conformance suite compares them); every
//! operation is counted and kept in a journal, so that a test can place a fault at each one and read what
//! was asked. Renames replace, as on the real servers. Limits: files live in memory, paths are taken as
//! they are written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use publier_core::publication::reason::TransferReason;
use tokio::io::AsyncRead;

use crate::ports::{Connector, RemoteEntry, RemotePath, Session, TransferError};
use crate::transfer::net::{count, next_block};

/// How long the content of a write may stand still.
const STALL: Duration = Duration::from_mins(1);

/// What was asked of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A connection with its login.
    Connect,
    /// The size of a file.
    Size,
    /// A file written.
    Write,
    /// A file read.
    Read,
    /// A file renamed.
    Rename,
    /// A folder made.
    MakeFolder,
    /// A folder looked for.
    FolderExists,
    /// A file removed.
    Remove,
    /// A folder removed.
    RemoveFolder,
    /// A folder listed.
    List,
}

/// A fault, used once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The operation number `nth` (from 1, over all sessions) fails and does nothing. A broken connection or a
    /// timeout puts its session out of sync.
    Fail {
        /// Which operation.
        nth: u64,
        /// How it fails.
        error: TransferError,
    },
    /// The next operation of this kind fails and does nothing.
    FailNext {
        /// Which kind.
        operation: Operation,
        /// How it fails.
        error: TransferError,
    },
    /// The connection breaks in the next write once this many of its bytes are stored.
    CutWrite {
        /// Bytes of that write that the server keeps.
        after_bytes: u64,
    },
    /// The next write stores this many bytes and is answered as if it were whole.
    TruncateWrite {
        /// Bytes of that write that the server keeps.
        after_bytes: u64,
    },
    /// The next operation of this kind is done, but its answer never comes.
    LoseReply {
        /// Which kind.
        operation: Operation,
    },
}

#[derive(Debug, Default)]
struct State {
    folders: BTreeSet<String>,
    files: BTreeMap<String, Vec<u8>>,
    faults: Vec<Fault>,
    journal: Vec<(Operation, String)>,
    connections: u64,
}

/// A server in memory: clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryServer {
    state: Arc<Mutex<State>>,
}

impl MemoryServer {
    /// Makes a server that holds one empty folder.
    pub fn with_folder(folder: &RemotePath) -> Self {
        let server = Self::default();
        server.lock().folders.insert(key(folder));
        server
    }

    /// Adds a fault: faults of one kind happen in the order they were added.
    pub fn inject(&self, fault: Fault) {
        self.lock().faults.push(fault);
    }

    /// Forgets the faults that are still to come.
    pub fn forget_faults(&self) {
        self.lock().faults.clear();
    }

    /// Puts a file there, whatever its folder.
    pub fn put(&self, path: &RemotePath, content: impl Into<Vec<u8>>) {
        self.lock().files.insert(key(path), content.into());
    }

    /// Takes a file away, as a receiver does.
    pub fn remove_file(&self, path: &RemotePath) {
        self.lock().files.remove(&key(path));
    }

    /// Gives the content of a file.
    pub fn content(&self, path: &RemotePath) -> Option<Vec<u8>> {
        self.lock().files.get(&key(path)).cloned()
    }

    /// Gives the names of all files, in order.
    pub fn files(&self) -> Vec<String> {
        self.lock().files.keys().cloned().collect()
    }

    /// Gives what was asked so far, in order.
    pub fn journal(&self) -> Vec<(Operation, String)> {
        self.lock().journal.clone()
    }

    /// Gives the number of sessions opened so far.
    pub fn connections(&self) -> u64 {
        self.lock().connections
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One name for one path, whatever its trailing slash.
fn key(path: &RemotePath) -> String {
    let trimmed = path.as_str().trim_end_matches('/');
    if trimmed.is_empty() { "/".to_owned() } else { trimmed.to_owned() }
}

impl State {
    /// Counts the operation and gives the fault that hits it before it is done.
    fn begin(&mut self, operation: Operation, path: &str) -> Result<(), TransferError> {
        self.journal.push((operation, path.to_owned()));
        let number = count(self.journal.len());
        let hit = self.take(|fault| match fault {
            Fault::Fail { nth, .. } => *nth == number,
            Fault::FailNext { operation: of, .. } => *of == operation,
            _ => false,
        });
        match hit {
            Some(Fault::Fail { error, .. } | Fault::FailNext { error, .. }) => Err(error),
            _ => Ok(()),
        }
    }

    /// Gives the fault that hits the operation once it is done.
    fn end(&mut self, operation: Operation) -> Result<(), TransferError> {
        match self.take(|fault| *fault == Fault::LoseReply { operation }) {
            Some(_) => Err(TransferError::new(TransferReason::ConnectionLost, "reply lost")),
            None => Ok(()),
        }
    }

    fn take(&mut self, hits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let index = self.faults.iter().position(hits)?;
        Some(self.faults.remove(index))
    }

    fn need_folder_of(&self, path: &RemotePath) -> Result<(), TransferError> {
        match path.parent() {
            Some(folder) if !self.has_folder(&key(&folder)) => {
                Err(TransferError::new(TransferReason::FolderMissing, "no such folder"))
            }
            _ => Ok(()),
        }
    }

    fn has_folder(&self, folder: &str) -> bool {
        folder == "/" || self.folders.contains(folder)
    }
}

/// A session with a [`MemoryServer`].
#[derive(Debug)]
struct MemorySession {
    server: MemoryServer,
    in_sync: bool,
}

impl MemorySession {
    /// Does one operation between its two possible faults.
    fn run<T>(
        &mut self,
        operation: Operation,
        path: &RemotePath,
        work: impl FnOnce(&mut State) -> Result<T, TransferError>,
    ) -> Result<T, TransferError> {
        if !self.in_sync {
            return Err(TransferError::new(TransferReason::ConnectionLost, "the session is out of sync"));
        }
        let mut state = self.server.lock();
        let result = state.begin(operation, path.as_str()).and_then(|()| work(&mut state));
        let result = result.and_then(|value| state.end(operation).map(|()| value));
        drop(state);
        result.inspect_err(|error| self.note(error))
    }

    fn note(&mut self, error: &TransferError) {
        if matches!(error.reason, TransferReason::ConnectionLost | TransferReason::TimedOut) {
            self.in_sync = false;
        }
    }
}

/// What the server will do with the bytes of a write.
#[derive(Debug, Clone, Copy)]
enum Keep {
    All,
    ThenBreak(u64),
    ThenLie(u64),
}

#[async_trait]
impl Session for MemorySession {
    fn in_sync(&self) -> bool {
        self.in_sync
    }

    async fn size(&mut self, path: &RemotePath) -> Result<Option<u64>, TransferError> {
        self.run(Operation::Size, path, |state| {
            Ok(state.files.get(&key(path)).map(|content| count(content.len())))
        })
    }

    async fn write(
        &mut self,
        path: &RemotePath,
        offset: u64,
        content: &mut (dyn AsyncRead + Send + Unpin),
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, TransferError> {
        let keep = self.run(Operation::Write, path, |state| {
            state.need_folder_of(path)?;
            let file = state.files.entry(key(path)).or_default();
            file.truncate(usize::try_from(offset).unwrap_or(usize::MAX));
            let hit = |fault: &Fault| matches!(fault, Fault::CutWrite { .. } | Fault::TruncateWrite { .. });
            Ok(match state.take(hit) {
                Some(Fault::CutWrite { after_bytes }) => Keep::ThenBreak(after_bytes),
                Some(Fault::TruncateWrite { after_bytes }) => Keep::ThenLie(after_bytes),
                _ => Keep::All,
            })
        })?;
        let limit = match keep {
            Keep::All => u64::MAX,
            Keep::ThenBreak(bytes) | Keep::ThenLie(bytes) => bytes,
        };
        // As on a real connection, a call that is cancelled leaves the session out of sync.
        self.in_sync = false;
        let mut block = vec![0; 8 * 1024];
        let mut sent = 0;
        loop {
            let bytes = next_block(content, &mut block, STALL).await?;
            if bytes.is_empty() {
                break;
            }
            let kept = usize::try_from(limit.saturating_sub(sent)).unwrap_or(usize::MAX);
            let stored = bytes.get(..kept).unwrap_or(bytes);
            self.server.lock().files.entry(key(path)).or_default().extend_from_slice(stored);
            sent += count(bytes.len());
            progress(count(bytes.len()));
            if matches!(keep, Keep::ThenBreak(_)) && sent >= limit {
                return Err(TransferError::new(TransferReason::ConnectionLost, "connection cut"));
            }
        }
        self.in_sync = true;
        Ok(sent)
    }

    async fn read(
        &mut self,
        path: &RemotePath,
        limit_bytes: usize,
    ) -> Result<Option<Vec<u8>>, TransferError> {
        self.run(Operation::Read, path, |state| match state.files.get(&key(path)) {
            Some(content) if content.len() > limit_bytes => {
                Err(TransferError::new(TransferReason::ServerError, "a file that is too long"))
            }
            found => Ok(found.cloned()),
        })
    }

    async fn rename(&mut self, from: &RemotePath, to: &RemotePath) -> Result<(), TransferError> {
        self.run(Operation::Rename, from, |state| {
            let failed = || TransferError::new(TransferReason::RenameFailed, "no such file or folder");
            state.need_folder_of(to).map_err(|_| failed())?;
            let content = state.files.remove(&key(from)).ok_or_else(failed)?;
            state.files.insert(key(to), content);
            Ok(())
        })
    }

    async fn make_folder(&mut self, path: &RemotePath) -> Result<bool, TransferError> {
        self.run(Operation::MakeFolder, path, |state| {
            state.need_folder_of(path)?;
            if state.files.contains_key(&key(path)) {
                return Err(TransferError::new(TransferReason::FileExists, "a file stands there"));
            }
            Ok(state.folders.insert(key(path)))
        })
    }

    async fn folder_exists(&mut self, path: &RemotePath) -> Result<bool, TransferError> {
        self.run(Operation::FolderExists, path, |state| Ok(state.has_folder(&key(path))))
    }

    async fn remove(&mut self, path: &RemotePath) -> Result<(), TransferError> {
        self.run(Operation::Remove, path, |state| {
            state.files.remove(&key(path));
            Ok(())
        })
    }

    async fn remove_folder(&mut self, path: &RemotePath) -> Result<(), TransferError> {
        self.run(Operation::RemoveFolder, path, |state| {
            let prefix = format!("{}/", key(path));
            if state.folders.iter().chain(state.files.keys()).any(|inside| inside.starts_with(&prefix)) {
                return Err(TransferError::new(TransferReason::PermissionDenied, "the folder isn't empty"));
            }
            state.folders.remove(&key(path));
            Ok(())
        })
    }

    async fn list(&mut self, folder: &RemotePath) -> Result<Vec<RemoteEntry>, TransferError> {
        self.run(Operation::List, folder, |state| {
            if !state.has_folder(&key(folder)) {
                return Err(TransferError::new(TransferReason::FolderMissing, "no such folder"));
            }
            let prefix = format!("{}/", key(folder).trim_end_matches('/'));
            let inside = |path: &str| {
                let name = path.strip_prefix(&prefix)?;
                (!name.is_empty() && !name.contains('/')).then(|| name.to_owned())
            };
            let folders = state.folders.iter().filter_map(|path| inside(path)).map(|name| RemoteEntry {
                name,
                is_folder: true,
                size_bytes: None,
            });
            let files = state.files.iter().filter_map(|(path, content)| {
                let size_bytes = Some(count(content.len()));
                inside(path).map(|name| RemoteEntry { name, is_folder: false, size_bytes })
            });
            let mut entries: Vec<_> = folders.chain(files).collect();
            entries.sort();
            Ok(entries)
        })
    }

    async fn close(self: Box<Self>) {}
}

#[async_trait]
impl Connector for MemoryServer {
    async fn connect(&self) -> Result<Box<dyn Session>, TransferError> {
        let mut state = self.lock();
        state.begin(Operation::Connect, "")?;
        state.end(Operation::Connect)?;
        state.connections += 1;
        drop(state);
        Ok(Box::new(MemorySession { server: self.clone(), in_sync: true }))
    }

    fn session_name(&self) -> String {
        "agency@memory".to_owned()
    }

    fn is_encrypted(&self) -> bool {
        true
    }
}
