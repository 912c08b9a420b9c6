//! What is forgotten: facts, verdicts, runs and slots of the past; never the state of a series.

use chrono::{DateTime, Utc};

use super::convert::ms;
use super::{Ledger, LedgerError};

/// What goes, in order. A publication's facts and rows go with it; what is in flight or held, and the last delivered
/// publication of each series, stay.
const STATEMENTS: [&str; 6] = [
    "DELETE FROM publication WHERE opened_at < ?1 AND stage IN ('settled', 'superseded')
     AND id NOT IN (SELECT delivered_publication FROM series WHERE delivered_publication IS NOT NULL)",
    "DELETE FROM run WHERE started_at < ?1 AND outcome <> 'running'",
    "DELETE FROM slot WHERE local_date < date(?1 / 1000 - 172800, 'unixepoch')",
    "DELETE FROM upload WHERE at < ?1 AND state <> 'intended'
     AND publication NOT IN (SELECT id FROM publication WHERE stage NOT IN ('settled', 'superseded'))",
    "DELETE FROM login_refusal WHERE at < ?1",
    "DELETE FROM outbox WHERE done_at < ?1",
];

impl Ledger {
    /// Forgets what is older than `before`, in UTC, and says how many rows went (those that go with a publication
    /// aren't counted). Slots stay two days longer, whatever the offset.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn prune(&mut self, before: DateTime<Utc>) -> Result<usize, LedgerError> {
        self.write("forget the past", |transaction| {
            let mut gone = 0_usize;
            for sql in STATEMENTS {
                gone = gone.saturating_add(transaction.execute(sql, [ms(before)])?);
            }
            Ok(gone)
        })
    }
}
