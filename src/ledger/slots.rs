//! Slots of the schedule: each is claimed at most once, whatever the clock does (rule 17).

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use publier_core::publication::facts::RunId;
use rusqlite::Transaction;

use super::convert::{Columns, ms};
use super::{Ledger, LedgerError};

/// The key of a slot: a local date and time, so that a clock jump or a change of offset makes no second one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotKey {
    /// The channel's code.
    pub channel: String,
    /// The date at the agency.
    pub local_date: NaiveDate,
    /// The time of the schedule at the agency.
    pub local_time: NaiveTime,
}

impl Ledger {
    /// Says when this form of the schedule was first seen: now, if it is new. A form is any text that changes when
    /// the schedule does.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn see_schedule(&mut self, form: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, LedgerError> {
        self.write("note the schedule", |transaction| {
            let insert =
                "INSERT INTO schedule_seen (form, first_seen_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            transaction.execute(insert, (form, ms(now)))?;
            let sql = "SELECT first_seen_at FROM schedule_seen WHERE form = ?1";
            transaction.query_row_and_then(sql, [form], |row| row.time(0))
        })
    }

    /// Claims a slot for a run and records the older ones it stands for. Tells whether it is ours; when it isn't,
    /// nothing is recorded.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn claim_slot(
        &mut self,
        slot: &SlotKey,
        collapsed: &[SlotKey],
        run: RunId,
    ) -> Result<bool, LedgerError> {
        self.write("claim a slot", |transaction| {
            let ours = insert(transaction, slot, run, "claimed")?;
            if ours {
                for older in collapsed {
                    insert(transaction, older, run, "collapsed")?;
                }
            }
            Ok(ours)
        })
    }

    /// Tells whether a slot was claimed, or collapsed into a newer one.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn is_claimed(&self, slot: &SlotKey) -> Result<bool, LedgerError> {
        let sql =
            "SELECT EXISTS (SELECT 1 FROM slot WHERE channel = ?1 AND local_date = ?2 AND local_time = ?3)";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(key(slot), |row| row.get(0))?)
    }
}

fn insert(
    transaction: &Transaction<'_>,
    slot: &SlotKey,
    run: RunId,
    state: &str,
) -> Result<bool, LedgerError> {
    let sql = "INSERT INTO slot (channel, local_date, local_time, run, state) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO NOTHING";
    let (channel, date, time) = key(slot);
    Ok(transaction.execute(sql, (channel, date, time, run.0, state))? == 1)
}

fn key(slot: &SlotKey) -> (&str, String, String) {
    (&slot.channel, slot.local_date.to_string(), slot.local_time.format("%H:%M:%S").to_string())
}
