//! The schedule as the back office keeps it: an on/off flag and weekday x local time.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{Datelike, NaiveDate, NaiveTime};

use crate::channels::Channel;

/// When one channel publishes, every week, in Europe/Paris (A3, A4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeeklySchedule {
    channel: Channel,
    active: bool,
    /// Weekday (Monday = 1 … Sunday = 7), then local time in whole minutes.
    slots: BTreeSet<(u8, NaiveTime)>,
}

/// A row of the schedule that is no weekday with a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a slot: weekday {weekday} (1 to 7 expected), time {time:?} (HH:MM expected)")]
pub struct BadSlot {
    /// The weekday as it stands in the row.
    pub weekday: i64,
    /// The time as it stands in the row.
    pub time: String,
}

impl WeeklySchedule {
    /// Reads a schedule from its rows: weekday (Monday = 1 … Sunday = 7) and local time `HH:MM`.
    ///
    /// # Errors
    /// The first row that is no slot; a row given twice counts once.
    pub fn from_rows<T: AsRef<str>>(
        channel: Channel,
        active: bool,
        rows: impl IntoIterator<Item = (i64, T)>,
    ) -> Result<Self, BadSlot> {
        let slots = rows.into_iter().map(|(weekday, time)| parse_row(weekday, time.as_ref()));
        Ok(Self { channel, active, slots: slots.collect::<Result<_, _>>()? })
    }

    /// Gives the channel that this schedule starts.
    pub fn channel(&self) -> Channel {
        self.channel
    }

    /// Tells whether the service is switched on (A3).
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Tells whether some slot will ever come: switched on, and a day and a time ticked.
    pub fn has_slots(&self) -> bool {
        self.active && !self.slots.is_empty()
    }

    /// Gives the local times of one date in order; none while the service is off.
    pub(super) fn times_on(&self, date: NaiveDate) -> impl Iterator<Item = NaiveTime> {
        let weekday = u32::from(self.active) * date.weekday().number_from_monday();
        self.slots.iter().filter(move |(day, _)| u32::from(*day) == weekday).map(|(_, time)| *time)
    }

    /// Gives the stable text of the present form: two schedules that fire alike have the same form.
    ///
    /// The ledger remembers since when the present form stands; the flag belongs to it, so that switching the
    /// service on again never fires what passed while it was off.
    pub fn form(&self) -> String {
        let mut form = format!("{} {}", self.channel, if self.active { "on" } else { "off" });
        for (weekday, time) in &self.slots {
            // Writing into a String can't fail.
            write!(form, " {weekday}@{}", time.format("%H:%M")).unwrap_or_default();
        }
        form
    }
}

fn parse_row(weekday: i64, text: &str) -> Result<(u8, NaiveTime), BadSlot> {
    let bad = || BadSlot { weekday, time: text.to_owned() };
    let day = u8::try_from(weekday).ok().filter(|day| (1..=7).contains(day)).ok_or_else(bad)?;
    let time = NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| bad())?;
    // chrono also reads "7:5" and signs: only the exact form is a slot.
    if time.format("%H:%M").to_string() == text { Ok((day, time)) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(active: bool, rows: &[(i64, &str)]) -> Result<WeeklySchedule, BadSlot> {
        WeeklySchedule::from_rows(Channel::Extranet, active, rows.iter().copied())
    }

    #[test]
    fn the_form_does_not_depend_on_the_order_of_the_rows_and_tells_every_change() {
        let form = |active, rows: &[_]| read(active, rows).unwrap().form();
        assert_eq!(form(true, &[(3, "07:30"), (1, "18:00")]), "extranet on 1@18:00 3@07:30");
        assert_eq!(form(true, &[(1, "18:00"), (3, "07:30"), (1, "18:00")]), "extranet on 1@18:00 3@07:30");
        assert_ne!(form(true, &[(1, "18:00")]), form(false, &[(1, "18:00")]));
        assert_ne!(form(true, &[(1, "18:00")]), form(true, &[(1, "18:01")]));
        assert_ne!(form(true, &[(1, "18:00")]), form(true, &[(2, "18:00")]));
    }

    #[test]
    fn a_row_that_is_no_slot_is_named() {
        for bad in
            [(0, "18:00"), (8, "18:00"), (1, "24:00"), (1, "7:30"), (1, "18:00:00"), (1, ""), (1, "+1:00")]
        {
            let error = read(true, &[bad]).unwrap_err();
            assert_eq!(error, BadSlot { weekday: bad.0, time: bad.1.to_owned() });
        }
    }

    #[test]
    fn a_schedule_that_is_off_or_empty_has_no_slots() {
        assert!(!read(false, &[(1, "18:00")]).unwrap().has_slots());
        assert!(!read(true, &[]).unwrap().has_slots());
        assert!(read(true, &[(1, "18:00")]).unwrap().has_slots());
    }

    /// A3: a service that is on and has no slot isn't off.
    #[test]
    fn a_schedule_is_active_as_it_was_switched_whatever_its_slots_a3() {
        for active in [true, false] {
            for rows in [&[][..], &[(1, "18:00")]] {
                assert_eq!(read(active, rows).unwrap().is_active(), active);
            }
        }
    }
}
