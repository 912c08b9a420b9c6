//! What staff ask for: one function a room, one short `BEGIN IMMEDIATE` transaction a request.
//!
//! # Promises
//! - All rows of a request, or none: a database that stays busy leaves everything as it was.
//! - Each row is read again inside the transaction and judged by the pure rules, so that two people, or two runs of one
//!   command, never undo or double each other's work.
//!
//! # Refusals
//! - A name that is a view, or a file that is read-only: that function is unavailable, and the error says which one
//!   ([`SourceError::Unwritable`]). The others go on.

mod accounts;
mod binders;
mod events;
mod options;
mod schedule;

pub use accounts::{Fresh, Given, Marked};
pub use binders::{BinderResult, RightsResult};
pub use events::EventResult;
pub use options::OptionValue;
pub use schedule::SlotRow;

use rusqlite::{Transaction, TransactionBehavior};

use super::Door;
use crate::source::error::{Function, SourceError};

impl Door {
    /// Does one request of staff in one transaction.
    pub(super) fn staff<T>(
        &mut self,
        function: Function,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, SourceError>,
    ) -> Result<T, SourceError> {
        let failed = || SourceError::staff(function);
        let transaction =
            self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed())?;
        let done = work(&transaction)?;
        transaction.commit().map_err(failed())?;
        Ok(done)
    }
}
