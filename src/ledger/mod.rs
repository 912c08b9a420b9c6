//! Facts and state: all SQL on our own database, `state.db`.
//!
//! Promises: what a function has returned survives a power cut (WAL, `synchronous=FULL`); each function is one
//! transaction, begun immediate, so that a kill leaves it done or not done; facts are appended and folded, never
//! changed, and one that can't follow is refused; plan and documents are rows in order, read back in pages, so
//! that memory doesn't grow with 1.6 million documents; facts, verdicts and removals hold ids, digests and codes,
//! and a plan's listings (which hold titles) are deleted, and overwritten, when the publication is settled or
//! superseded.
//!
//! Refuses: a file written by a newer agent or by another program, a file on a network file system (where the
//! log's shared memory isn't safe), a second publication in flight of one series. The file is made 0600.
//!
//! Limits: one writer at a time waits up to [`BUSY_TIMEOUT`]; times are kept to the millisecond.
//!
//! | file | holds |
//! |---|---|
//! | [`series`] | one row per (channel, target): ids, sequence, what was confirmed last |
//! | [`runs`], [`slots`] | runs, seen schedules, claimed slots |
//! | [`publications`] | facts and the stage they fold to |
//! | [`plan`], [`closing`], [`accounting`] | a publication's decisions, its figures and digest, its counts |
//! | [`documents`] | the documents of a series, and the ordered streams |
//! | [`seen`] | what staff ask of a series: what is visible and since when, whose access was revoked |
//! | [`unbound`] | the events that were left out for want of a binder |
//! | `doubt` | what the receiving side may hold of a publication in doubt |
//! | [`settle`] | the one transaction that brings a series up to date |
//! | [`files`] | uploads intended and seen; attachments' digests |
//! | [`logins`], [`outbox`] | refused logins; what remains to be told |

pub mod accounting;
pub mod closing;
mod convert;
pub mod documents;
mod doubt;
pub mod files;
pub mod logins;
pub mod outbox;
mod place;
pub mod plan;
mod prune;
pub mod publications;
pub mod runs;
mod schema;
pub mod seen;
pub mod series;
pub mod settle;
pub mod slots;
pub mod unbound;
pub mod unwritten;

use std::path::{Path, PathBuf};
use std::time::Duration;

use publier_core::publication::merge::BadStream;
use publier_core::publication::stage::ImpossibleFact;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use serde::{Deserialize, Serialize};

use crate::files::FileError;

/// How long a write waits for another process's.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// One (channel, target), as the ledger numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeriesKey(pub i64);

/// One publication, as the ledger numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicationId(pub i64);

impl std::fmt::Display for PublicationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Why the ledger could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The file was written by a newer agent.
    #[error(
        "the ledger {} has version {found}, and this agent knows versions up to {known}: install the newer agent \
         again; an older one must not write into it", path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The last version that this agent knows.
        known: i64,
    },
    /// The file is another program's.
    #[error("{} is a file, but not this agent's ledger: set another path for the state", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file is on a network file system.
    #[error(
        "the ledger {} is on a network file system ({kind}), where it can be damaged: put it on a local disk",
        path.display()
    )]
    NetworkFileSystem {
        /// The file.
        path: PathBuf,
        /// The file system, as the system names it.
        kind: String,
    },
    /// The file or its folder can't be made or read.
    #[error("the ledger's file can't be prepared")]
    File(#[from] FileError),
    /// SQLite failed.
    #[error("the ledger could not {operation}")]
    Sql {
        /// What was being done.
        operation: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// A publication can't take this turn.
    #[error("publication {publication} can't go on")]
    Impossible {
        /// Which one.
        publication: PublicationId,
        /// The stage and the fact.
        #[source]
        source: ImpossibleFact,
    },
    /// Another publication of the series is on its way: it is finished or replaced first (rule 4).
    #[error("another publication of this series is not finished")]
    InFlight,
    /// A fact that changes the series' state has a function of its own, which writes both.
    #[error("this fact is recorded by a function of its own")]
    OwnDoor,
    /// What was asked goes beyond a bound or misses a step.
    #[error("{0}")]
    Misuse(&'static str),
    /// The accounting of a section isn't right (rule 13).
    #[error("section {section} does not add up: {detail}")]
    Accounting {
        /// The section's code.
        section: &'static str,
        /// Which sum, with its figures.
        detail: String,
    },
    /// A stored value can't be read.
    #[error("the ledger holds an unreadable {what}: {value:?}")]
    Unreadable {
        /// What should stand there.
        what: &'static str,
        /// What stands there.
        value: String,
    },
    /// The streams of documents can't be merged.
    #[error("the documents can't be compared with the ledger")]
    Stream(#[from] BadStream),
}

impl From<rusqlite::Error> for LedgerError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sql { operation: "be read", source }
    }
}

impl LedgerError {
    /// Names what was being done when SQLite failed.
    fn during(self, operation: &'static str) -> Self {
        match self {
            Self::Sql { source, .. } => Self::Sql { operation, source },
            other => other,
        }
    }

    /// Tells whether another process held the database longer than [`BUSY_TIMEOUT`].
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Sql { source, .. }
            if source.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy))
    }
}

/// The agent's own database, open for reading and writing.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
}

impl Ledger {
    /// Opens the ledger, makes it if it doesn't exist, and brings an older one up to date. It marks nothing:
    /// [`Ledger::close_stale_runs`] does, under the run's lock.
    ///
    /// # Errors
    /// [`LedgerError::Newer`], [`LedgerError::Foreign`], [`LedgerError::NetworkFileSystem`], and the errors of the
    /// system and of SQLite.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        place::prepare(path)?;
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::migrate(&mut connection, path)
            .map_err(|error| error.during("bring its tables up to date"))?;
        Ok(Self { connection, path: path.to_owned() })
    }

    /// Opens the ledger for reading alone; none when there is no ledger yet. An older one is first brought up to date.
    ///
    /// # Errors
    /// As for [`Ledger::open`].
    pub fn open_to_read(path: &Path) -> Result<Option<Self>, LedgerError> {
        if !path.is_file() {
            return Ok(None);
        }
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        if schema::is_current(&connection, path)? {
            Ok(Some(Self { connection, path: path.to_owned() }))
        } else {
            drop(connection);
            Self::open(path).map(Some)
        }
    }

    /// Writes a copy of a ledger as it stands now to another path, where no file may be; without a ledger there is
    /// nothing to copy. The ledger itself is only read.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::File`].
    pub fn copy(from: &Path, to: &Path) -> Result<(), LedgerError> {
        if !from.is_file() {
            return Ok(());
        }
        let connection = connect(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(LedgerError::from)?;
        Ok(())
    }

    /// Opens another connection that reads the state of this moment while this one writes.
    fn snapshot(&self) -> Result<Connection, LedgerError> {
        let connection = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.execute_batch("BEGIN")?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    }

    /// Does one transaction, begun immediate.
    fn write<T>(
        &mut self,
        operation: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let run = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        run(&mut self.connection).map_err(|error: LedgerError| error.during(operation))
    }
}

/// What each connection keeps of the file in memory, in KiB: it is read and written in the order of its keys, and gains little
/// from more.
const CACHE_KIB: i64 = 512;

fn connect(path: &Path, mode: OpenFlags) -> Result<Connection, LedgerError> {
    let open = || {
        let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        Ok(connection)
    };
    open().map_err(|source: rusqlite::Error| match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => LedgerError::Foreign { path: path.to_owned() },
        _ => LedgerError::Sql { operation: "be opened", source },
    })
}
