//! The few traits and values between the flow, the desk and the doers.
//!
//! A doer never imports another doer: each implements or uses a port, and `app` wires them.

use std::fmt::Debug;
use std::path::PathBuf;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use publier_core::domain::digest::Digest;
use publier_core::publication::reason::TransferReason;
use tokio::io::AsyncRead;

pub use crate::remote_path::{BadRemotePath, RemotePath};

/// A failed operation on the server: the reason from the catalogue, and the server's own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}{}", words.as_deref().map(|w| format!(" ({w})")).unwrap_or_default())]
pub struct TransferError {
    /// Why, from protocol codes.
    pub reason: TransferReason,
    /// What the server or the system said, with its code, without any secret.
    pub words: Option<String>,
}

impl TransferError {
    /// Makes an error from a reason and the words that came with it.
    pub fn new(reason: TransferReason, words: impl Into<String>) -> Self {
        Self { reason, words: Some(words.into()) }
    }
}

/// One name in a remote folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoteEntry {
    /// The name alone, without its folder.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Its size in bytes, where the server tells it.
    pub size_bytes: Option<u64>,
}

/// A small file to place whole: it begins anew, whatever part of it stands there.
#[derive(Debug, Clone, Copy)]
pub struct Placement<'a> {
    /// Its temporary path.
    pub part: &'a RemotePath,
    /// Its final path, in the same folder, which exists.
    pub last: &'a RemotePath,
    /// Its content.
    pub content: &'a [u8],
    /// When it was last modified, for a server that can keep it.
    pub modified: Option<DateTime<Utc>>,
}

/// The small file that is placed behind another one, over the same session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upcoming {
    /// Its temporary path.
    pub part: RemotePath,
    /// Its final path, in the same folder, which exists.
    pub last: RemotePath,
}

/// What came of a [`Session::place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// Its size was confirmed under the temporary name, then it was renamed.
    Done,
    /// A file of its size stood at the final path: nothing was sent.
    There,
    /// Nothing is known: it goes step by step, over another session when this one is out of sync. No fault of
    /// the server's, and no failed try.
    StepByStep,
}

/// What a server can do beyond taking files, by the name of the command that does it; `None` where it can't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Abilities {
    /// Goes on with an interrupted file.
    pub resume: Option<&'static str>,
    /// Sets when a file was last modified.
    pub times: Option<&'static str>,
    /// Gives the SHA-256 of a file.
    pub hash: Option<&'static str>,
}

/// One logged-in session with a server. Every operation is tried once and ends within its deadline; after a
/// timeout, a cancelled call or an unparsed reply the session is out of sync and must be dropped.
#[async_trait]
pub trait Session: Send + Debug {
    /// Tells whether no timeout, cancel or unparsed reply happened since login (promise 2).
    fn in_sync(&self) -> bool;

    /// Gives the size of a file in bytes; `None` when there is no such file.
    async fn size(&mut self, path: &RemotePath) -> Result<Option<u64>, TransferError>;

    /// Writes `content` into `path` from byte `offset` on (0 replaces the file) and returns the bytes written
    /// by this call. `progress` hears the bytes of each block as it leaves.
    async fn write(
        &mut self,
        path: &RemotePath,
        offset: u64,
        content: &mut (dyn AsyncRead + Send + Unpin),
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, TransferError>;

    /// Tells whether [`Session::place`] is worth trying.
    fn can_place(&self) -> bool {
        false
    }

    /// Places a small file with as few round trips as the server allows: written, its size confirmed, renamed.
    /// `renaming` is set once the rename may have reached the server: from then on only looking tells. `next` is asked once at
    /// most, as the rename leaves, for the file that comes behind: the session may begin that one with the same commands, and
    /// calls it off where something else is asked first.
    async fn place(
        &mut self,
        placement: Placement<'_>,
        renaming: &mut bool,
        progress: &(dyn Fn(u64) + Send + Sync),
        next: &(dyn Fn() -> Option<Upcoming> + Send + Sync),
    ) -> Result<Placed, TransferError> {
        let _unused = (placement, renaming, progress, next);
        Ok(Placed::StepByStep)
    }

    /// Reads a small file whole; `None` when there is no such file. One longer than `limit_bytes` is an error, and is
    /// never held whole; the session may be out of sync then.
    async fn read(&mut self, path: &RemotePath, limit_bytes: usize)
    -> Result<Option<Vec<u8>>, TransferError>;

    /// Renames a file, over an existing one where the protocol allows it.
    async fn rename(&mut self, from: &RemotePath, to: &RemotePath) -> Result<(), TransferError>;

    /// Makes a folder and tells whether it had to be made.
    async fn make_folder(&mut self, path: &RemotePath) -> Result<bool, TransferError>;

    /// Tells whether a folder exists.
    async fn folder_exists(&mut self, path: &RemotePath) -> Result<bool, TransferError>;

    /// Removes a file; a missing one is no error.
    async fn remove(&mut self, path: &RemotePath) -> Result<(), TransferError>;

    /// Removes an empty folder; a missing one is no error.
    async fn remove_folder(&mut self, path: &RemotePath) -> Result<(), TransferError>;

    /// Lists a folder, in the order of names.
    async fn list(&mut self, folder: &RemotePath) -> Result<Vec<RemoteEntry>, TransferError>;

    /// Sets when a file was last modified, and tells whether the server did; one that can't or won't is no error.
    async fn set_modified(&mut self, path: &RemotePath, at: DateTime<Utc>) -> Result<bool, TransferError> {
        let _unused = (path, at);
        Ok(false)
    }

    /// Gives the SHA-256 of a file as the server reads it from its disk; `None` where it can't tell.
    async fn sha256(&mut self, path: &RemotePath) -> Result<Option<Digest>, TransferError> {
        let _unused = path;
        Ok(None)
    }

    /// What the server said at the login that it can do: for the verification tool.
    fn abilities(&self) -> Abilities {
        Abilities::default()
    }

    /// Names the command by which the server tells the size of a file, once it was asked: for the verification tool.
    fn size_command(&self) -> &'static str {
        "STAT"
    }

    /// Gives a further session on the same connection, where the protocol carries several files at a time.
    fn lane(&self) -> Option<Box<dyn Session>> {
        None
    }

    /// Logs out; an error on the way is of no interest.
    async fn close(self: Box<Self>);
}

/// Opens sessions with one target.
#[async_trait]
pub trait Connector: Send + Sync + Debug {
    /// Connects, checks the server's identity, then logs in.
    async fn connect(&self) -> Result<Box<dyn Session>, TransferError>;

    /// Opens a session beside one that stands. What the server refuses then is one connection more, and says
    /// nothing of the password.
    async fn connect_another(&self) -> Result<Box<dyn Session>, TransferError> {
        self.connect().await
    }

    /// Gives `user@host`, as the transfer log names its session.
    fn session_name(&self) -> String;

    /// Gives the fingerprint (`SHA256:…`) of the host key or certificate that the server showed last, trusted or not.
    fn shown_identity(&self) -> Option<String> {
        None
    }

    /// Tells whether what is sent is encrypted (D5).
    fn is_encrypted(&self) -> bool;
}

/// What happens, told once to every listener: transfer log, report, console, progress.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A session of transfers begins: the log opens.
    TransferStarted {
        /// The target's name in the configuration.
        target: String,
        /// `user@host`.
        session: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// A remote folder was made.
    FolderMade {
        /// The folder.
        path: RemotePath,
        /// When.
        at: DateTime<Utc>,
    },
    /// A file waits to be sent: what is still to come.
    Queued {
        /// The final remote path.
        remote: RemotePath,
        /// Its size in bytes.
        size_bytes: u64,
    },
    /// A file that waited stood there already: nothing of it is to come.
    AlreadyThere {
        /// The final remote path.
        remote: RemotePath,
        /// Its size in bytes.
        size_bytes: u64,
    },
    /// Some bytes of a file left.
    Progress {
        /// The final remote path.
        remote: RemotePath,
        /// Bytes since the last such event.
        bytes: u64,
    },
    /// An interrupted file goes on where it stopped.
    Resumed {
        /// The final remote path.
        remote: RemotePath,
        /// The byte it goes on from.
        offset_bytes: u64,
        /// The size of the whole file.
        size_bytes: u64,
    },
    /// A try failed and another follows: nothing is lost, and the log doesn't show it.
    Retrying {
        /// The final remote path, when one file is concerned.
        remote: Option<RemotePath>,
        /// What happened.
        error: TransferError,
        /// The try that failed, from 1.
        attempt: u32,
    },
    /// A file stands at its final name with its size confirmed.
    Uploaded {
        /// The absolute local path.
        local: PathBuf,
        /// The final remote path.
        remote: RemotePath,
        /// The confirmed size of the file.
        size_bytes: u64,
        /// When.
        at: DateTime<Utc>,
    },
    /// A file could not be sent.
    UploadFailed {
        /// The absolute local path.
        local: PathBuf,
        /// The final remote path, when it was known.
        remote: Option<RemotePath>,
        /// Why.
        error: TransferError,
        /// When.
        at: DateTime<Utc>,
    },
    /// A remote file was removed.
    Removed {
        /// The remote path.
        path: RemotePath,
        /// Why it failed, if it did.
        error: Option<TransferError>,
        /// When.
        at: DateTime<Utc>,
    },
    /// The whole session failed: no connection, no login.
    SessionFailed {
        /// Why.
        error: TransferError,
        /// When.
        at: DateTime<Utc>,
    },
    /// The session of transfers ended in order.
    TransferEnded {
        /// The target's name in the configuration.
        target: String,
        /// When.
        at: DateTime<Utc>,
    },
}

/// Hears events. A listener never fails the work: what it can't do it keeps to itself and reports at the end.
pub trait Listener: Send + Sync {
    /// Hears one event.
    fn hear(&self, event: &Event);
}

/// Tells each event to several listeners, in order.
#[derive(Default, Clone)]
pub struct Listeners(Vec<std::sync::Arc<dyn Listener>>);

impl Listeners {
    /// Adds a listener.
    #[must_use]
    pub fn with(mut self, listener: std::sync::Arc<dyn Listener>) -> Self {
        self.0.push(listener);
        self
    }
}

impl Debug for Listeners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Listeners({})", self.0.len())
    }
}

impl Listener for Listeners {
    fn hear(&self, event: &Event) {
        for listener in &self.0 {
            listener.hear(event);
        }
    }
}

/// Gives the current time. One real clock and one for tests.
pub trait Clock: Send + Sync + Debug {
    /// The time, in UTC.
    fn now(&self) -> DateTime<Utc>;
}
