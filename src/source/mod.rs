//! The back office's database: one snapshot to read, one door to write. All SQL on it stands in this room.
//!
//! Promises: a publication reads through one connection that can't write, in one short transaction; what is
//! missing from the schema is named before anything is read; a text that isn't UTF-8 is read as Windows-1252
//! and counted, never lost. Refuses: a missing file, a database that lacks a table or column of
//! `schemas/agency.sql` or has it with another type. Limits: waits 60 s for a busy database, then says so;
//! a database that isn't in WAL mode is copied first by SQLite's online backup, so that the back office's
//! writer never waits for us.

mod archive;
mod bulk;
#[cfg(feature = "demo")]
pub mod create;
mod documents;
mod error;
mod fields;
pub mod inspect;
mod people;
mod reference;
mod rules;
pub mod schema;
mod snapshot;
pub mod staff;
mod unreadable;
mod words;
pub mod write;

pub use archive::ArchivedList;
pub use bulk::{BadRow, Entries, ExpenseRow, FundRow, VoucherRow};
pub use documents::DocumentTable;
pub use error::{Function, SourceError};
pub use people::PartyDetails;
pub use reference::Reference;
pub use schema::Difference;
pub use snapshot::{BUSY, Snapshot};
pub use unreadable::{LeftOut, Unreadable};
pub use words::{database_key, is_damaged};

/// Asks whether this process may write the database: its file and, for the files that SQLite puts beside it, its folder.
/// Nothing is written.
///
/// # Errors
/// What the system says when it may not.
pub fn may_write_database(path: &std::path::Path) -> std::io::Result<()> {
    crate::files::may_write(path)?;
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(Ok(()), crate::files::may_write)
}
