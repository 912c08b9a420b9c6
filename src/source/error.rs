//! What can go wrong with the back office's database.

use std::path::{Path, PathBuf};

use super::schema::Difference;

/// A failed operation on the back office's database.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file does not exist.
    #[error("no database at {0}")]
    Missing(PathBuf),
    /// The file can't be opened as a SQLite database.
    #[error("open {path}")]
    Open {
        /// Which file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// The schema lacks something, or has it with another type.
    #[error("schema of the agency's database: {}", listed(.0, "; "))]
    Schema(Vec<Difference>),
    /// The database stayed locked for the whole wait.
    #[error("the agency's database stayed locked")]
    Busy,
    /// The agency's own row is missing.
    #[error("no row in {0}")]
    NoRow(&'static str),
    /// What a member of staff asked for can't be written here: the name is a view, or the file is read-only.
    #[error("{function} is unavailable: the agency's database can't be written there")]
    Unwritable {
        /// Which function.
        function: Function,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// A query failed.
    #[error("{operation}")]
    Query {
        /// What was read or written.
        operation: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// What was read could not be handed on.
    #[error("hand on what was read")]
    Sink(#[source] std::io::Error),
}

/// What staff can do to the back office's records, each with the name that it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Ticking accounts (`account`).
    Accounts,
    /// Giving credentials (`party`).
    Credentials,
    /// Publishing events (`event`).
    Events,
    /// Changing binders (`binder`).
    Binders,
    /// Setting options (`extranet_settings`).
    Options,
    /// Setting the schedule (`scheduled_service`, `schedule_slot`).
    Schedule,
    /// Archiving co-owner lists (`event`, `attachment`, `building_document`).
    CoOwnerLists,
    /// Archiving account statements (`event`, `attachment`).
    Statements,
}

impl Function {
    /// Gives its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Credentials => "credentials",
            Self::Events => "events",
            Self::Binders => "binders",
            Self::Options => "options",
            Self::Schedule => "schedule",
            Self::CoOwnerLists => "co-owner-lists",
            Self::Statements => "statements",
        }
    }
}

impl std::fmt::Display for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl SourceError {
    /// Makes the error of a staff function: a name that can't be written makes that function unavailable, no more.
    pub(super) fn staff(function: Function) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Self::Busy,
            Some(rusqlite::ErrorCode::ReadOnly) => Self::Unwritable { function, source },
            // SQLite has no code of its own for this one.
            _ if source.to_string().contains("because it is a view") => Self::Unwritable { function, source },
            _ => Self::Query { operation: "write what staff asked for", source },
        }
    }

    /// Makes the error of an opening, telling a busy database apart.
    pub(super) fn open(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Open { path, source },
        }
    }

    /// Makes the error of a query, telling a busy database apart.
    pub(super) fn query(operation: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Query { operation, source },
        }
    }
}

impl From<std::io::Error> for SourceError {
    fn from(error: std::io::Error) -> Self {
        Self::Sink(error)
    }
}

/// Lists differences on one line.
fn listed(differences: &[Difference], separator: &str) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}
