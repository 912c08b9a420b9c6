//! The schedule and the service's state in the words of people, in the agency's time.

use chrono::{DateTime, Datelike, Utc, Weekday};
use chrono_tz::Europe::Paris;
use chrono_tz::Tz;
use publier_core::schedule::Slot;

use super::RunEnd;
use super::lock::Holder;
use crate::i18n::{Messages, Value};

/// Writes a slot as `schedule next` lists it: « lun. 30/11/2026 à 18:00 (heure de Paris) ».
///
/// The time is the one at which it runs: after the spring gap for a time inside it.
pub fn slot_line(slot: &Slot, messages: &Messages) -> String {
    said("slot-line", slot.at, messages)
}

/// Writes a slot of the coming week: « lun. 18:00 ».
pub fn slot_short(slot: &Slot, messages: &Messages) -> String {
    said("slot-short", slot.at, messages)
}

/// Says when the next slot comes.
pub(super) fn next(slot: Option<&Slot>, messages: &Messages) -> String {
    slot.map_or_else(
        || messages.text("service-no-slot"),
        |slot| messages.format("service-next", &[("slot", slot_short(slot, messages).into())]),
    )
}

/// Says that a slot is being run.
pub(super) fn running(slot: &Slot, messages: &Messages) -> String {
    messages.format("service-running", &[("slot", slot_short(slot, messages).into())])
}

/// Says how a slot ended.
pub(super) fn ran(slot: &Slot, end: RunEnd, messages: &Messages) -> String {
    let key = match end {
        RunEnd::Finished => "service-finished",
        RunEnd::Failed => "service-failed",
        RunEnd::Stopped => "service-stopped",
    };
    messages.format(key, &[("slot", slot_short(slot, messages).into())])
}

/// Says that another run is under way.
pub(super) fn busy(holder: Option<Holder>, messages: &Messages) -> String {
    let Some(holder) = holder else { return messages.text("service-busy") };
    let since = said("slot-short", holder.since, messages);
    messages.format("service-busy-since", &[("pid", holder.pid.to_string().into()), ("since", since.into())])
}

/// Says that the schedule can't be followed for now.
pub(super) fn trouble(what: &str, messages: &Messages) -> String {
    messages.format("service-trouble", &[("what", what.into())])
}

fn said(key: &str, at: DateTime<Utc>, messages: &Messages) -> String {
    let local = at.with_timezone(&Paris);
    let values: [(&str, Value<'_>); 3] = [
        ("day", messages.text(day_key(&local)).into()),
        ("date", local.format("%d/%m/%Y").to_string().into()),
        ("time", local.format("%H:%M").to_string().into()),
    ];
    messages.format(key, &values)
}

fn day_key(local: &DateTime<Tz>) -> &'static str {
    match local.weekday() {
        Weekday::Mon => "day-monday",
        Weekday::Tue => "day-tuesday",
        Weekday::Wed => "day-wednesday",
        Weekday::Thu => "day-thursday",
        Weekday::Fri => "day-friday",
        Weekday::Sat => "day-saturday",
        Weekday::Sun => "day-sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use publier_core::channels::Channel;
    use publier_core::schedule::{WeeklySchedule, upcoming};

    fn first_after(rows: &[(i64, &str)], after: &str) -> Slot {
        let schedule = WeeklySchedule::from_rows(Channel::Extranet, true, rows.iter().copied()).unwrap();
        upcoming(&schedule, after.parse().unwrap(), 1)[0]
    }

    #[test]
    fn a_slot_reads_as_people_say_it() {
        let slot = first_after(&[(1, "18:00")], "2026-11-24T00:00:00Z");
        let french = Messages::new(Lang::Fr);
        assert_eq!(slot_line(&slot, &french), "lun. 30/11/2026 à 18:00 (heure de Paris)");
        assert_eq!(next(Some(&slot), &french), "prochain\u{a0}: lun. 18:00");
        assert_eq!(slot_line(&slot, &Messages::new(Lang::En)), "Mon 30/11/2026 at 18:00 (Paris time)");
    }

    #[test]
    fn a_slot_inside_the_spring_gap_is_said_at_the_time_it_runs() {
        let slot = first_after(&[(7, "02:30")], "2027-03-27T00:00:00Z");
        assert_eq!(slot_line(&slot, &Messages::new(Lang::Fr)), "dim. 28/03/2027 à 03:00 (heure de Paris)");
    }
}
