//! One consistent read of the back office's database through a connection that can't write.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::error::SourceError;
use super::{fields, schema};

/// How long a busy database is waited for.
const BUSY: Duration = Duration::from_mins(1);
/// Pages copied in one step of the backup, and the pause between two: the writer gets its turn.
const BACKUP_PAGES: i32 = 256;
const BACKUP_PAUSE: Duration = Duration::from_millis(5);

/// A snapshot: every read sees the same state, from [`Snapshot::open`] until it is dropped.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) db: Connection,
    /// Whether the database was copied because it isn't in WAL mode.
    copied: bool,
    /// The private copy, removed with the snapshot.
    _copy: Option<tempfile::TempPath>,
}

impl Snapshot {
    /// Opens the database, checks its schema and begins the read. `spool` takes the copy of a database that
    /// isn't in WAL mode.
    ///
    /// # Errors
    /// [`SourceError::Missing`], [`SourceError::Open`], [`SourceError::Schema`], [`SourceError::Busy`].
    pub fn open(path: &Path, spool: &Path) -> Result<Self, SourceError> {
        let db = open_read_only(path)?;
        let mode: String = db
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))
            .map_err(|source| SourceError::Open { path: path.to_owned(), source })?;
        let (db, copy) = if mode.eq_ignore_ascii_case("wal") {
            (db, None)
        } else {
            let copy = copy_of(&db, spool)?;
            (open_read_only(&copy)?, Some(copy))
        };
        schema::check(&db)?;
        db.execute_batch("BEGIN").map_err(SourceError::query("begin the read"))?;
        // The transaction takes its snapshot at the first read, so that read is made now.
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
            .map_err(SourceError::query("begin the read"))?;
        fields::take_repaired();
        Ok(Self { db, copied: copy.is_some(), _copy: copy })
    }

    /// Opens the database for a read of a few rows: no copy is made and no schema checked. Where the database isn't in
    /// WAL mode its writers wait meanwhile, so it is to be dropped at once.
    ///
    /// # Errors
    /// [`SourceError::Missing`], [`SourceError::Open`].
    pub fn glimpse(path: &Path) -> Result<Self, SourceError> {
        Ok(Self { db: open_read_only(path)?, copied: false, _copy: None })
    }

    /// Compares the database with the schema that the agent reads.
    ///
    /// # Errors
    /// [`SourceError::Schema`] names everything that is missing or of another type.
    pub fn check_schema(&self) -> Result<(), SourceError> {
        schema::check(&self.db)
    }

    /// Tells whether the database is in WAL mode, where readers and writers don't wait for each other.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn is_wal(&self) -> Result<bool, SourceError> {
        let mode: String = self
            .db
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))
            .map_err(SourceError::query("read the journal's mode"))?;
        Ok(mode.eq_ignore_ascii_case("wal"))
    }

    /// Tells whether the database had to be copied (it isn't in WAL mode): `check` warns.
    pub fn was_copied(&self) -> bool {
        self.copied
    }

    /// Gives the number of texts that had to be read as Windows-1252 since the last call.
    pub fn take_repaired_texts(&self) -> u64 {
        fields::take_repaired()
    }
}

fn open_read_only(path: &Path) -> Result<Connection, SourceError> {
    if !path.is_file() {
        return Err(SourceError::Missing(path.to_owned()));
    }
    let failed = |source| SourceError::Open { path: path.to_owned(), source };
    let db =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(failed)?;
    db.busy_timeout(BUSY).map_err(failed)?;
    // Functions and views of a database that others write must not reach beyond it.
    db.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;").map_err(failed)?;
    Ok(db)
}

fn copy_of(db: &Connection, spool: &Path) -> Result<tempfile::TempPath, SourceError> {
    let copy = tempfile::Builder::new().prefix("source-").suffix(".db").tempfile_in(spool)?.into_temp_path();
    let mut into = Connection::open(&copy).map_err(SourceError::query("copy the database"))?;
    let backup = Backup::new(db, &mut into).map_err(SourceError::query("copy the database"))?;
    backup
        .run_to_completion(BACKUP_PAGES, BACKUP_PAUSE, None)
        .map_err(SourceError::query("copy the database"))?;
    Ok(copy)
}
