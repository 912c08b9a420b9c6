//! Events' publication dates (C4, C5).

use chrono::NaiveDate;
use publier_core::domain::ids::EventId;
use publier_core::domain::staff::{Change, EventState, publishing, unpublishing};
use publier_core::publication::reason::StaffReason;
use rusqlite::{OptionalExtension, Transaction};

use super::super::Door;
use crate::source::error::{Function, SourceError};
use crate::source::fields::{flag, opt_date};

/// What became of one event.
pub type EventResult = (EventId, Result<Change, StaffReason>);

impl Door {
    /// « Publier en date du jour »: the date becomes today and the counter moves, once a day unless `again` (C4).
    ///
    /// # Errors
    /// [`SourceError::Busy`], [`SourceError::Unwritable`], [`SourceError::Query`]: then nothing is written.
    pub fn publish_events(
        &mut self,
        wanted: &[EventId],
        today: NaiveDate,
        again: bool,
    ) -> Result<Vec<EventResult>, SourceError> {
        let sql = "UPDATE event SET published_on = ?2, publish_request = publish_request + 1 WHERE id = ?1";
        self.staff(Function::Events, |transaction| {
            change(transaction, wanted, sql, Some(today), |event| publishing(event, today, again))
        })
    }

    /// « Dépublier »: the date becomes 00/00/00 (C5).
    ///
    /// # Errors
    /// As for [`Door::publish_events`].
    pub fn unpublish_events(&mut self, wanted: &[EventId]) -> Result<Vec<EventResult>, SourceError> {
        let sql = "UPDATE event SET published_on = ?2 WHERE id = ?1";
        self.staff(Function::Events, |transaction| {
            change(transaction, wanted, sql, None, |event| Ok(unpublishing(event)))
        })
    }
}

fn change(
    transaction: &Transaction<'_>,
    wanted: &[EventId],
    sql: &str,
    date: Option<NaiveDate>,
    judge: impl Fn(EventState) -> Result<Change, StaffReason>,
) -> Result<Vec<EventResult>, SourceError> {
    let failed = || SourceError::staff(Function::Events);
    let state = "SELECT published_on, coalesce(agent_key, '') LIKE 'statissimmo:%' FROM event WHERE id = ?1";
    let mut find = transaction.prepare(state).map_err(failed())?;
    let mut write = transaction.prepare(sql).map_err(failed())?;
    let date = date.map(|day| day.to_string());
    let mut done = Vec::with_capacity(wanted.len());
    for id in wanted {
        let found = find.query_row([id.0], |row| {
            Ok(EventState { published_on: opt_date(row, 0)?, is_archive: flag(row, 1)? })
        });
        let judged = found.optional().map_err(failed())?.map_or(Err(StaffReason::NotFound), &judge);
        if judged == Ok(Change::Done) {
            write.execute((id.0, &date)).map_err(failed())?;
        }
        done.push((*id, judged));
    }
    Ok(done)
}
