//! Runs of the agent: when, why, how they ended.

use chrono::{DateTime, Utc};
use publier_core::publication::facts::RunId;

use super::convert::{Columns, ms};
use super::{Ledger, LedgerError};

/// What began a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// A slot of the schedule.
    Slot,
    /// A person.
    Manual,
    /// A slot missed while the machine was off.
    CatchUp,
    /// A failed run's new try (rule 16).
    Retry,
}

impl Trigger {
    /// Gives the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Slot => "slot",
            Self::Manual => "manual",
            Self::CatchUp => "catch-up",
            Self::Retry => "retry",
        }
    }

    /// Finds the trigger that bears a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Slot, Self::Manual, Self::CatchUp, Self::Retry]
            .into_iter()
            .find(|trigger| trigger.code() == code)
    }
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// What began it.
    pub trigger: Trigger,
    /// When it began, in UTC.
    pub started_at: DateTime<Utc>,
    /// When it ended, in UTC; `None` while it runs, and for one that was killed.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended, as a code: `running`, `interrupted`, or the one it was ended with.
    pub outcome: String,
    /// Its exit code, once it ended.
    pub exit_code: Option<u8>,
}

impl Ledger {
    /// Begins a run.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn start_run(&mut self, trigger: Trigger, now: DateTime<Utc>) -> Result<RunId, LedgerError> {
        self.write("begin a run", |transaction| {
            let sql = "INSERT INTO run (trigger, started_at) VALUES (?1, ?2)";
            transaction.execute(sql, (trigger.code(), ms(now)))?;
            Ok(RunId(transaction.last_insert_rowid()))
        })
    }

    /// Ends a run with an outcome's code and the exit code.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn end_run(
        &mut self,
        run: RunId,
        outcome: &str,
        exit_code: u8,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.write("end a run", |transaction| {
            let sql = "UPDATE run SET ended_at = ?2, outcome = ?3, exit_code = ?4 WHERE id = ?1";
            transaction.execute(sql, (run.0, ms(now), outcome, exit_code))?;
            Ok(())
        })
    }

    /// Marks the runs that never ended as interrupted, but for those that the caller knows alive, and says how many. Call it
    /// only under the lock that lets one process publish at a time: nothing else tells a dead run from a live one.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn close_stale_runs(&mut self, alive: &[RunId]) -> Result<usize, LedgerError> {
        self.write("close the runs that were killed", |transaction| {
            let mut running = transaction.prepare("SELECT id FROM run WHERE outcome = 'running'")?;
            let ids: Vec<i64> = running.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            let dead: Vec<i64> = ids.into_iter().filter(|id| !alive.contains(&RunId(*id))).collect();
            for id in &dead {
                transaction.execute("UPDATE run SET outcome = 'interrupted' WHERE id = ?1", [id])?;
            }
            Ok(dead.len())
        })
    }

    /// Gives the last runs, newest first.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn runs(&self, limit: u32) -> Result<Vec<Run>, LedgerError> {
        let sql =
            "SELECT id, trigger, started_at, ended_at, outcome, exit_code FROM run ORDER BY id DESC LIMIT ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let runs = statement.query_and_then([limit], |row| {
            Ok::<_, LedgerError>(Run {
                id: RunId(row.get(0)?),
                trigger: row.code(1, "trigger", Trigger::from_code)?,
                started_at: row.time(2)?,
                ended_at: row.time_or_none(3)?,
                outcome: row.get(4)?,
                exit_code: row.get(5)?,
            })
        })?;
        runs.collect()
    }
}
