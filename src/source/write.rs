//! The one door that writes to the back office's database.
//!
//! A run writes named outbox items alone, each in its own short transaction, each idempotent by a unique key. Staff write
//! what they ask for by name, one short transaction a request ([`staff`]).

pub mod archive;
pub mod staff;

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use publier_core::domain::ids::UserId;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};

use super::error::SourceError;

/// A connection that may write the named items.
#[derive(Debug)]
pub struct Door {
    db: Connection,
}

/// What puts a report into a user's messages: the key makes it once per run and user (A6).
pub(super) const PUT_MESSAGE: &str =
    "INSERT INTO message (run_id, user_id, created_at, subject, body) VALUES (?1, ?2, ?3, ?4, ?5)
     ON CONFLICT (run_id, user_id) DO NOTHING";

/// How long a busy database is waited for: the outbox comes back later.
const BUSY: Duration = Duration::from_secs(5);

impl Door {
    /// Opens the door.
    ///
    /// # Errors
    /// [`SourceError::Missing`] and [`SourceError::Open`].
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        if !path.is_file() {
            return Err(SourceError::Missing(path.to_owned()));
        }
        let failed = |source| SourceError::Open { path: path.to_owned(), source };
        let db = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(failed)?;
        db.busy_timeout(BUSY).map_err(failed)?;
        db.execute_batch("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;").map_err(failed)?;
        Ok(Self { db })
    }

    /// Puts the run's report into a user's messages, once per run and user (A6).
    ///
    /// # Errors
    /// [`SourceError::Busy`], or when the table can't be written (a view, a missing user).
    pub fn put_message(
        &mut self,
        run_id: &str,
        user: UserId,
        created_at: DateTime<Utc>,
        subject: &str,
        body: &str,
    ) -> Result<(), SourceError> {
        let failed = || SourceError::query("write the report message");
        let transaction =
            self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed())?;
        transaction
            .execute(
                PUT_MESSAGE,
                params![run_id, user.0, created_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(), subject, body],
            )
            .map_err(failed())?;
        transaction.commit().map_err(failed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::schema::AGENCY_SQL;

    #[test]
    fn a_report_message_is_written_once_per_run_and_user() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agency.db");
        let db = Connection::open(&path).unwrap();
        db.execute_batch(AGENCY_SQL).unwrap();
        db.execute_batch("INSERT INTO app_user (id, login, initials, name) VALUES (1, 'lg', 'LG', 'LG')")
            .unwrap();
        let mut door = Door::open(&path).unwrap();
        let at = DateTime::UNIX_EPOCH;
        for body in ["first", "second"] {
            door.put_message("run-1", UserId(1), at, "subject", body).unwrap();
        }
        let bodies: Vec<String> = db
            .prepare("SELECT body FROM message")
            .unwrap()
            .query_map([], |r| r.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(bodies, ["first"]);
        assert!(door.put_message("run-1", UserId(9), at, "s", "b").is_err());
    }
}
