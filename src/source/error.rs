//! What can go wrong with the back office's database.

use std::path::{Path, PathBuf};

/// One difference between a database and the schema that the agent reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// A table or view is missing.
    #[error("{0}: no such table")]
    NoTable(String),
    /// A column is missing.
    #[error("{0}: no such column")]
    NoColumn(String),
    /// A column has another type.
    #[error("{column}: {found} instead of {expected}")]
    OtherType {
        /// The column, with its table.
        column: String,
        /// Its type.
        found: String,
        /// The type that it should have.
        expected: String,
    },
}

fn listed(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

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
    #[error("schema of the agency's database: {}", listed(.0))]
    Schema(Vec<Difference>),
    /// The database stayed locked for the whole wait.
    #[error("the agency's database stayed locked")]
    Busy,
    /// The agency's own row is missing.
    #[error("no row in {0}")]
    NoRow(&'static str),
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

impl SourceError {
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
