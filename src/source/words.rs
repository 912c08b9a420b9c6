//! What SQLite says, in words of ours: the kinds that people meet; any other stays SQLite's own.

use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
use rusqlite::{Error, ErrorCode};

/// Gives the key of our own words for an error of SQLite, wherever it stands among an error's causes.
pub fn database_key(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let mut causes = std::iter::successors(Some(error), |cause| cause.source());
    let error = causes.find_map(|cause| cause.downcast_ref::<Error>())?;
    // The file that the readers of a WAL share grows before anything is written: a full disk shows there first.
    let shared = error.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_IOERR_SHMSIZE);
    if shared { Some("system-full") } else { error.sqlite_error_code().and_then(key) }
}

/// Tells whether a database is damaged, or is not one: nothing in it can be trusted.
pub fn is_damaged(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(database_key(error), Some("database-damaged" | "database-none"))
}

fn key(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::DatabaseCorrupt => "database-damaged",
        ErrorCode::NotADatabase => "database-none",
        ErrorCode::CannotOpen => "database-cannot-open",
        ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied => "system-denied",
        ErrorCode::ReadOnly => "database-read-only",
        ErrorCode::DiskFull => "system-full",
        ErrorCode::SystemIoFailure => "database-disk",
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => "database-locked",
        _ => return None,
    })
}
