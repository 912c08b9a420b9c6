//! Slots of the schedule: each is claimed at most once, whatever the clock does (rule 17), and the last one claimed
//! remembers how its tries ended (rule 16).

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveTime, Utc};
use publier_core::channels::Channel;
use publier_core::schedule::SlotKey;
use rusqlite::{Row, Transaction};

use super::convert::{Columns, ms, unreadable};
use super::{Ledger, LedgerError};

/// A slot that was claimed, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedSlot {
    /// Its name.
    pub key: SlotKey,
    /// When it was claimed, in UTC.
    pub claimed_at: DateTime<Utc>,
    /// How many of its tries failed.
    pub failures: u32,
    /// When its last try ended, in UTC; its claim, while none did.
    pub since: DateTime<Utc>,
    /// Whether nothing is left to try.
    pub finished: bool,
}

/// How a try of a slot ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryEnd {
    /// Nothing is left to try.
    Finished,
    /// It failed.
    Failed,
    /// It was told to stop, and parked what it did.
    Stopped,
}

impl Ledger {
    /// Says since when a channel's schedule has its present form, without interruption: now, when the last form seen
    /// was another, or when the clock stands before what was noted. A form is any text that changes when the
    /// schedule does.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn see_schedule(
        &mut self,
        channel: Channel,
        form: &str,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, LedgerError> {
        // Asked at each beat: what is known already is only read.
        let sql = "SELECT since_at FROM schedule_form WHERE channel = ?1 AND form = ?2 AND since_at <= ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((channel.code(), form, ms(now)))?;
        if let Some(row) = rows.next()? {
            return row.time(0);
        }
        drop(rows);
        drop(statement);
        self.write("note the schedule", |transaction| {
            let sql = "INSERT INTO schedule_form (channel, form, since_at) VALUES (?1, ?2, ?3)
                       ON CONFLICT (channel) DO UPDATE SET
                           since_at = CASE WHEN form = excluded.form THEN min(since_at, excluded.since_at)
                                           ELSE excluded.since_at END,
                           form = excluded.form
                       RETURNING since_at";
            transaction.query_row_and_then(sql, (channel.code(), form, ms(now)), |row| row.time(0))
        })
    }

    /// Claims a slot and records the older ones it stands for. Tells whether it is ours; when it isn't, nothing is
    /// recorded.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn claim_slot(
        &mut self,
        slot: &SlotKey,
        collapsed: &[SlotKey],
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        self.write("claim a slot", |transaction| {
            let ours = insert(transaction, slot, "claimed", now)?;
            if ours {
                for older in collapsed {
                    insert(transaction, older, "collapsed", now)?;
                }
            }
            Ok(ours)
        })
    }

    /// Gives those of the slots that were claimed, or collapsed into a newer one.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn taken(&self, slots: &[SlotKey]) -> Result<BTreeSet<SlotKey>, LedgerError> {
        let sql =
            "SELECT EXISTS (SELECT 1 FROM slot WHERE channel = ?1 AND local_date = ?2 AND local_time = ?3)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut taken = BTreeSet::new();
        for slot in slots {
            if statement.query_row(columns(slot), |row| row.get(0))? {
                taken.insert(*slot);
            }
        }
        Ok(taken)
    }

    /// Gives the slot of a channel that was claimed last, in the order of claims.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn last_claim(&self, channel: Channel) -> Result<Option<ClaimedSlot>, LedgerError> {
        let sql = "SELECT channel, local_date, local_time, claimed_at, failures, ended_at, finished FROM slot
                   WHERE channel = ?1 AND state = 'claimed' ORDER BY id DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([channel.code()])?;
        rows.next()?.map(claimed).transpose()
    }

    /// Records how a try of a claimed slot ended: a failure is counted, an end closes the slot.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn slot_ended(&mut self, slot: &SlotKey, end: TryEnd, now: DateTime<Utc>) -> Result<(), LedgerError> {
        self.write("record the end of a slot", |transaction| {
            let sql = "UPDATE slot SET failures = failures + ?4, finished = ?5, ended_at = ?6
                       WHERE channel = ?1 AND local_date = ?2 AND local_time = ?3";
            let (channel, date, time) = columns(slot);
            let (failed, finished) = (end == TryEnd::Failed, end == TryEnd::Finished);
            transaction.execute(sql, (channel, date, time, failed, finished, ms(now)))?;
            Ok(())
        })
    }
}

fn insert(
    transaction: &Transaction<'_>,
    slot: &SlotKey,
    state: &str,
    now: DateTime<Utc>,
) -> Result<bool, LedgerError> {
    let sql = "INSERT INTO slot (channel, local_date, local_time, state, claimed_at, ended_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT DO NOTHING";
    let (channel, date, time) = columns(slot);
    Ok(transaction.execute(sql, (channel, date, time, state, ms(now)))? == 1)
}

fn columns(slot: &SlotKey) -> (&'static str, String, String) {
    (slot.channel.code(), slot.local_date.to_string(), slot.local_time.format("%H:%M").to_string())
}

fn claimed(row: &Row<'_>) -> Result<ClaimedSlot, LedgerError> {
    let (date, time): (String, String) = (row.get(1)?, row.get(2)?);
    let key = SlotKey {
        channel: row.code(0, "channel", Channel::from_code)?,
        local_date: date.parse().map_err(|_| unreadable("date", &date))?,
        local_time: NaiveTime::parse_from_str(&time, "%H:%M").map_err(|_| unreadable("time", &time))?,
    };
    Ok(ClaimedSlot {
        key,
        claimed_at: row.time(3)?,
        failures: row.get(4)?,
        since: row.time(5)?,
        finished: row.get(6)?,
    })
}
