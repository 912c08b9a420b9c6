//! The scheduled service, its days and hours, and who reads its report (A3, A4, A6).

use publier_core::channels::Channel;
use publier_core::schedule::WeeklySchedule;

use super::{Books, Code, Finding, Ground, Kind, Record, Sink};
use crate::source::SourceError;

/// Checks the schedule and the readers.
pub(super) fn check(ground: &Ground<'_>, books: &Books, each: &mut Sink<'_>) -> Result<(), SourceError> {
    let snapshot = &books.snapshot;
    let (active, slots) = snapshot.schedule(ground.service)?;
    let record = |name: &str| Record::new(Kind::Service, name);
    match WeeklySchedule::from_rows(Channel::Extranet, active, slots) {
        Err(bad) => {
            let slot = format!("{} {}", bad.weekday, bad.time);
            each(Finding::new(Code::BadSlot, Record::new(Kind::Slot, slot)));
        }
        Ok(schedule) if active && !schedule.has_slots() => {
            each(Finding::new(Code::NoSlot, record(ground.service)));
        }
        Ok(_) => {}
    }
    let rows = snapshot.service_rows(ground.service)?;
    if rows.is_empty() {
        each(Finding::new(Code::ServiceMissing, record(ground.service)));
    } else if !active {
        each(Finding::new(Code::ServiceInactive, record(ground.service)));
    }
    for (name, _) in rows.iter().filter(|(name, _)| name != ground.service) {
        each(Finding::new(Code::ServiceDotted, record(name)).with("name", ground.service));
    }
    if snapshot.report_readers()?.is_empty() {
        each(Finding::new(Code::NoReader, Record::new(Kind::Table, "app_user")));
    }
    Ok(())
}
