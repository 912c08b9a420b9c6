//! Events that a confirmed publication left out for want of a binder (C3).

use std::iter::Peekable;

use publier_core::domain::ids::EventId;

use super::documents::Pages;
use super::{Ledger, LedgerError};

/// An event that was left out, with the publication counter that it had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnboundEvent {
    /// Which one.
    pub event: EventId,
    /// Its counter then.
    pub publish_request: i64,
}

/// Answers for events asked in the order of their keys, in one pass.
pub struct Unbound(Peekable<Pages<UnboundEvent>>);

impl std::fmt::Debug for Unbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unbound").finish_non_exhaustive()
    }
}

impl Unbound {
    /// Gives the counter that an event had when it was left out; `None` for one that never was, or that comes before an
    /// event asked already.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn request_of(&mut self, event: EventId) -> Result<Option<i64>, LedgerError> {
        loop {
            match self.0.peek() {
                Some(Ok(row)) if row.event == event => return Ok(Some(row.publish_request)),
                Some(Ok(row)) if row.event > event => return Ok(None),
                None => return Ok(None),
                Some(_) => drop(self.0.next().transpose()?),
            }
        }
    }
}

impl Ledger {
    /// Begins to answer for every event that was left out for want of a binder.
    ///
    /// # Errors
    /// [`LedgerError::Sql`]; the answers may give it too.
    pub fn unbound_events(&self) -> Result<Unbound, LedgerError> {
        let sql = "SELECT CAST(event AS TEXT), '', event, publish_request FROM unbound_event
                   WHERE ?1 = 0 AND event > CAST(?2 AS INTEGER) AND ?3 = '' ORDER BY event LIMIT ?4";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(UnboundEvent { event: EventId(row.get(2)?), publish_request: row.get(3)? })
        };
        Ok(Unbound(Pages::new(self, sql, 0, read)?.peekable()))
    }

    /// Gives the counter that an event had when it was left out for want of a binder.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn unbound_request(&self, event: EventId) -> Result<Option<i64>, LedgerError> {
        use rusqlite::OptionalExtension as _;
        let sql = "SELECT publish_request FROM unbound_event WHERE event = ?1";
        Ok(self.connection.prepare_cached(sql)?.query_row([event.0], |row| row.get(0)).optional()?)
    }
}
