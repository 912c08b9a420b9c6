//! A new agency database, for the demo and for tests: the schema and some records, in WAL mode.

use std::path::Path;

use rusqlite::Connection;

use super::error::SourceError;
use super::schema::AGENCY_SQL;

/// Makes a database with the schema of the repository, then runs `records` on it.
///
/// # Errors
/// When the file exists, can't be made, or a record breaks the schema.
pub fn create(path: &Path, records: &str) -> Result<(), SourceError> {
    let failed = || SourceError::query("make the agency's database");
    if path.exists() {
        return Err(SourceError::Sink(std::io::Error::from(std::io::ErrorKind::AlreadyExists)));
    }
    let db = Connection::open(path).map_err(failed())?;
    db.pragma_update(None, "journal_mode", "WAL").map_err(failed())?;
    db.execute_batch(AGENCY_SQL).and_then(|()| db.execute_batch(records)).map_err(failed())?;
    let dangling =
        db.prepare("PRAGMA foreign_key_check").and_then(|mut check| check.exists([])).map_err(failed())?;
    if dangling {
        Err(std::io::Error::other("a record refers to one that does not exist").into())
    } else {
        Ok(())
    }
}
