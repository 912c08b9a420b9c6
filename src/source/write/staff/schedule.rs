//! The days and hours of a scheduled service (A3, A4).

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Transaction};

use super::super::Door;
use crate::source::error::{Function, SourceError};

/// A weekday from Monday = 1, and a local time `HH:MM`.
pub type SlotRow = (i64, String);

impl Door {
    /// Sets whether a service is active, and its slots; what is `None` stays. The dotted spelling of the name is kept where
    /// the back office has it (A3).
    ///
    /// # Errors
    /// [`SourceError::Busy`], [`SourceError::Unwritable`], [`SourceError::Query`]: then nothing is written.
    pub fn set_schedule(
        &mut self,
        service: &str,
        active: Option<bool>,
        slots: Option<&BTreeSet<SlotRow>>,
    ) -> Result<(), SourceError> {
        let failed = || SourceError::staff(Function::Schedule);
        let dotted = service.replace('_', ".");
        self.staff(Function::Schedule, |transaction| {
            let name = name_kept(transaction, service, &dotted)?;
            if let Some(active) = active {
                let sql = "UPDATE scheduled_service SET active = ?3 WHERE name IN (?1, ?2) AND active <> ?3";
                transaction.execute(sql, (service, &dotted, active)).map_err(failed())?;
            }
            let Some(slots) = slots else { return Ok(()) };
            let present = slots_of(transaction, service, &dotted)?;
            for (weekday, time) in present.difference(slots) {
                let sql = "DELETE FROM schedule_slot WHERE service_name IN (?1, ?2) AND weekday = ?3 AND local_time = ?4";
                transaction.execute(sql, (service, &dotted, weekday, time)).map_err(failed())?;
            }
            for (weekday, time) in slots.difference(&present) {
                let sql = "INSERT INTO schedule_slot (service_name, weekday, local_time) VALUES (?1, ?2, ?3)";
                transaction.execute(sql, (&name, weekday, time)).map_err(failed())?;
            }
            Ok(())
        })
    }
}

/// Gives the name under which the back office knows the service, made if it doesn't.
fn name_kept(transaction: &Transaction<'_>, service: &str, dotted: &str) -> Result<String, SourceError> {
    let failed = || SourceError::staff(Function::Schedule);
    let sql = "SELECT name FROM scheduled_service WHERE name IN (?1, ?2) ORDER BY name = ?1 DESC LIMIT 1";
    let found = transaction.query_row(sql, (service, dotted), |row| row.get(0)).optional();
    if let Some(name) = found.map_err(failed())? {
        return Ok(name);
    }
    transaction.execute("INSERT INTO scheduled_service (name) VALUES (?1)", [service]).map_err(failed())?;
    Ok(service.to_owned())
}

fn slots_of(
    transaction: &Transaction<'_>,
    service: &str,
    dotted: &str,
) -> Result<BTreeSet<SlotRow>, SourceError> {
    let sql = "SELECT weekday, local_time FROM schedule_slot WHERE service_name IN (?1, ?2)";
    let read = || {
        let mut statement = transaction.prepare(sql)?;
        let slots = statement.query_map((service, dotted), |row| Ok((row.get(0)?, row.get(1)?)))?;
        slots.collect::<rusqlite::Result<BTreeSet<SlotRow>>>()
    };
    read().map_err(SourceError::staff(Function::Schedule))
}
