//! One consistent read of the back office's database through a connection that can't write.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::error::SourceError;
use super::{fields, schema};

/// How long a busy database is waited for.
pub const BUSY: Duration = Duration::from_mins(1);
/// How long a busy database is waited for by a glimpse.
const GLIMPSE: Duration = Duration::from_secs(2);
/// Pages copied in one step of the backup, and the pause between two: the writer gets its turn.
const BACKUP_PAGES: i32 = 256;
const BACKUP_PAUSE: Duration = Duration::from_millis(5);
/// The longest that a copy may take.
const COPY_LIMIT: Duration = Duration::from_mins(15);

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
        Self::open_within(path, spool, BUSY)
    }

    /// Opens the database as [`Snapshot::open`] does, and waits this long while it is busy.
    ///
    /// # Errors
    /// As [`Snapshot::open`].
    pub fn open_within(path: &Path, spool: &Path, wait: Duration) -> Result<Self, SourceError> {
        let db = open_read_only(path, wait)?;
        let mode: String =
            db.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(SourceError::open(path))?;
        let (db, copy) = if mode.eq_ignore_ascii_case("wal") {
            (db, None)
        } else {
            let copy = copy_of(&db, spool)?;
            (open_read_only(&copy, wait)?, Some(copy))
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
    /// WAL mode its writers wait meanwhile, so it is to be dropped at once. A busy one is given up soon: what is read
    /// so is never worth a minute.
    ///
    /// # Errors
    /// [`SourceError::Missing`], [`SourceError::Open`].
    pub fn glimpse(path: &Path) -> Result<Self, SourceError> {
        Ok(Self { db: open_read_only(path, GLIMPSE)?, copied: false, _copy: None })
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

fn open_read_only(path: &Path, wait: Duration) -> Result<Connection, SourceError> {
    if !path.is_file() {
        return Err(SourceError::Missing(path.to_owned()));
    }
    let failed = || SourceError::open(path);
    let db =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(failed())?;
    db.busy_timeout(wait).map_err(failed())?;
    // Functions and views of a database that others write must not reach beyond it.
    db.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;").map_err(failed())?;
    Ok(db)
}

/// Copies a database in small steps, so that its writer gets its turn. A step that finds it busy has waited already;
/// one that is written all the time makes the copy begin again, which has an end too.
#[expect(clippy::disallowed_methods, reason = "the pause in which the back office's writer gets its turn")]
fn copy_of(db: &Connection, spool: &Path) -> Result<tempfile::TempPath, SourceError> {
    let failed = || SourceError::query("copy the database");
    let copy = tempfile::Builder::new().prefix("source-").suffix(".db").tempfile_in(spool)?.into_temp_path();
    let mut into = Connection::open(&copy).map_err(failed())?;
    let backup = Backup::new(db, &mut into).map_err(failed())?;
    let began = Instant::now();
    loop {
        match backup.step(BACKUP_PAGES).map_err(failed())? {
            StepResult::Done => break,
            StepResult::More if began.elapsed() < COPY_LIMIT => std::thread::sleep(BACKUP_PAUSE),
            _ => return Err(SourceError::Busy),
        }
    }
    drop(backup);
    Ok(copy)
}
