//! What remains to be told after a publication: messages, mail, dates in the agency's database.
//!
//! Promises: an item with a given key is added once and for all; it is tried until it is done, later and later,
//! and never makes a publication again. Its body is deleted when it is done.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Transaction;

use super::convert::ms;
use super::{Ledger, LedgerError};

/// The longest time between two tries.
pub const LONGEST_WAIT: TimeDelta = TimeDelta::hours(6);

/// Something to do once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItem {
    /// What makes it unique, e.g. `message/12/3` (run 12, user 3).
    pub key: String,
    /// What kind of thing it is, as a code.
    pub kind: String,
    /// What it needs, as JSON.
    pub body: String,
}

/// An item that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueItem {
    /// The ledger's number.
    pub id: i64,
    /// The item.
    pub item: OutboxItem,
    /// How many tries failed.
    pub attempts: u32,
}

/// Gives how long to wait after a number of failed tries: 1 min, 2 min, 4 min… up to [`LONGEST_WAIT`].
pub fn wait_after(attempts: u32) -> TimeDelta {
    let minutes = 1_i64.checked_shl(attempts.saturating_sub(1)).filter(|minutes| *minutes > 0);
    minutes.and_then(TimeDelta::try_minutes).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

impl Ledger {
    /// Adds items; those whose key is known already are left as they are.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn add_to_outbox(&mut self, items: &[OutboxItem], now: DateTime<Utc>) -> Result<(), LedgerError> {
        self.write("add to its outbox", |transaction| add(transaction, items, now))
    }

    /// Gives what is due, the longest waiting first.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn due_in_outbox(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<DueItem>, LedgerError> {
        let sql = "SELECT id, key, kind, body, attempts FROM outbox
                   WHERE done_at IS NULL AND due_at <= ?1 ORDER BY due_at, id LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let items = statement.query_map((ms(now), limit), |row| {
            let item = OutboxItem { key: row.get(1)?, kind: row.get(2)?, body: row.get(3)? };
            Ok(DueItem { id: row.get(0)?, item, attempts: row.get(4)? })
        })?;
        Ok(items.collect::<Result<_, _>>()?)
    }

    /// Counts what isn't done, due or not.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn waiting_in_outbox(&self) -> Result<u64, LedgerError> {
        let sql = "SELECT count(*) FROM outbox WHERE done_at IS NULL";
        self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).map_err(LedgerError::from)
    }

    /// Records that an item is done, and deletes its body.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn outbox_done(&mut self, id: i64, now: DateTime<Utc>) -> Result<(), LedgerError> {
        self.write("close an item of its outbox", |transaction| {
            let sql = "UPDATE outbox SET done_at = ?2, body = NULL, words = NULL WHERE id = ?1";
            transaction.execute(sql, (id, ms(now)))?;
            Ok(())
        })
    }

    /// Records that a try failed, with words that name no secret, and puts the item off. Gives the next try's time.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn outbox_failed(
        &mut self,
        id: i64,
        now: DateTime<Utc>,
        words: &str,
    ) -> Result<DateTime<Utc>, LedgerError> {
        self.write("put off an item of its outbox", |transaction| {
            let sql =
                "UPDATE outbox SET attempts = attempts + 1, words = ?2 WHERE id = ?1 RETURNING attempts";
            let attempts = transaction.query_row(sql, (id, words), |row| row.get(0))?;
            let due = now + wait_after(attempts);
            transaction.execute("UPDATE outbox SET due_at = ?2 WHERE id = ?1", (id, ms(due)))?;
            Ok(due)
        })
    }
}

/// Adds items inside another transaction.
pub(super) fn add(
    transaction: &Transaction<'_>,
    items: &[OutboxItem],
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let sql =
        "INSERT INTO outbox (key, kind, body, due_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO NOTHING";
    let mut statement = transaction.prepare_cached(sql)?;
    for item in items {
        statement.execute((&item.key, &item.kind, &item.body, ms(now)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_six_hours() {
        let minutes: Vec<_> =
            [0, 1, 2, 3, 9, 10, 63, 64, u32::MAX].map(|attempts| wait_after(attempts).num_minutes()).into();
        assert_eq!(minutes, [1, 1, 2, 4, 256, 360, 360, 360, 360]);
    }
}
