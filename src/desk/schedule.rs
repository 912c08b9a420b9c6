//! The days and hours of publication, shown and set (A3, A4).

use std::collections::BTreeSet;

use super::error::{DeskError, Unknown, What};
use super::office::Office;
use super::row::{Kind, Outcome, Results, Row};
use crate::source::write::staff::SlotRow;

/// The days of a week as staff type them, Monday first: a French name and an English one, of which three letters are
/// enough.
const DAYS: [(&str, &str); 7] = [
    ("lundi", "monday"),
    ("mardi", "tuesday"),
    ("mercredi", "wednesday"),
    ("jeudi", "thursday"),
    ("vendredi", "friday"),
    ("samedi", "saturday"),
    ("dimanche", "sunday"),
];

/// A schedule as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Whether the service is active (A3).
    pub active: bool,
    /// Its slots: weekday from Monday = 1 and local time `HH:MM`, Europe/Paris, in order.
    pub slots: BTreeSet<SlotRow>,
}

/// Shows the schedule of a service.
///
/// # Errors
/// When the database can't be read.
pub fn show(office: &Office, service: &str) -> Result<Schedule, DeskError> {
    let (active, slots) = office.snapshot.schedule(service)?;
    Ok(Schedule { active, slots: slots.into_iter().collect() })
}

/// Sets whether a service is active, and its slots as a whole; what is `None` stays.
///
/// # Errors
/// When the database can't be read or written.
pub fn set(
    office: &Office,
    service: &str,
    active: Option<bool>,
    slots: Option<&BTreeSet<SlotRow>>,
    dry_run: bool,
) -> Result<Results, DeskError> {
    let before = show(office, service)?;
    let mut rows = Vec::new();
    if let Some(active) = active {
        let outcome = if before.active == active { Outcome::Already } else { Outcome::Done };
        rows.push(Row::new(Kind::Slot, "active", if active { "on" } else { "off" }, outcome));
    }
    if let Some(slots) = slots {
        for slot in before.slots.union(slots) {
            let (there, wanted) = (before.slots.contains(slot), slots.contains(slot));
            let outcome = if there == wanted { Outcome::Already } else { Outcome::Done };
            let label = if wanted { "on" } else { "off" };
            rows.push(Row::new(Kind::Slot, &slot_name(slot), label, outcome));
        }
    }
    if !dry_run && rows.iter().any(|row| row.outcome == Outcome::Done) {
        office.door()?.set_schedule(service, active, slots)?;
    }
    Ok(Results { rows, dry_run })
}

/// Reads slots as staff type them: `lun-ven=12:30,18:00`, `sam=09:00`; `aucun` or `none` alone clears them all.
///
/// # Errors
/// Names what is no day or no time.
pub fn parse_slots<'t>(typed: impl IntoIterator<Item = &'t str>) -> Result<BTreeSet<SlotRow>, Unknown> {
    let mut slots = BTreeSet::new();
    for text in typed.into_iter().filter(|text| !matches!(*text, "aucun" | "none")) {
        let bad = || Unknown {
            what: What::Slot,
            named: text.to_owned(),
            nearest: Some("lun-ven=12:30,18:00".to_owned()),
        };
        let (days, times) = text.split_once('=').ok_or_else(bad)?;
        for day in days.split(',').map(parse_days).collect::<Option<Vec<_>>>().ok_or_else(bad)?.concat() {
            for time in times.split(',') {
                slots.insert((day, parse_time(time).ok_or_else(bad)?));
            }
        }
    }
    Ok(slots)
}

/// Reads `lun`, or `lun-ven`; a range that goes over Sunday goes on at Monday.
fn parse_days(text: &str) -> Option<Vec<i64>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (parse_day(first)?, parse_day(last)?);
    let count = (last - first).rem_euclid(7);
    Some((0..=count).map(|step| (first - 1 + step).rem_euclid(7) + 1).collect())
}

pub(super) fn parse_day(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    let means = |name: &str| text.len() >= 3 && name.starts_with(&text);
    let at = DAYS.iter().position(|(french, english)| means(french) || means(english))?;
    i64::try_from(at + 1).ok()
}

/// Reads `9:05` or `09:05` as `09:05`.
fn parse_time(text: &str) -> Option<String> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |text: &str, least| {
        ((least..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse().ok())
    };
    let (hour, minute): (u32, u32) = (digits(hour, 1)??, digits(minute, 2)??);
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// Gives a slot's stable name: `1 18:00` is Monday at six.
pub fn slot_name((weekday, time): &SlotRow) -> String {
    format!("{weekday} {time}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(typed: &[&str]) -> Vec<String> {
        parse_slots(typed.iter().copied()).unwrap().iter().map(slot_name).collect()
    }

    #[test]
    fn slots_are_days_times_hours_a4() {
        assert_eq!(slots(&["lun,mer=18:00,9:05"]), ["1 09:05", "1 18:00", "3 09:05", "3 18:00"]);
        assert_eq!(slots(&["sam-lun=12:30"]), ["1 12:30", "6 12:30", "7 12:30"], "over Sunday");
        assert_eq!(slots(&["lundi=12:30", "Friday=12:30"]), ["1 12:30", "5 12:30"]);
        assert_eq!(slots(&["aucun"]), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_slot_is_named_a4() {
        for bad in [
            "lun",
            "lun=",
            "lun=24:00",
            "lun=12:60",
            "lun=1230",
            "lux=12:30",
            "lu=12:30",
            "=12:30",
            "lun=+1:30",
        ] {
            let error = parse_slots([bad]).unwrap_err();
            assert_eq!((error.what, error.named.as_str()), (What::Slot, bad));
        }
    }
}
