//! One moment of the schedule, in the agency's time and in UTC.

use chrono::{DateTime, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::Paris;
use serde::{Deserialize, Serialize};

use crate::channels::Channel;

/// The longest gap looked across, in minutes: Paris has only known gaps of an hour.
const LONGEST_GAP_MINUTES: i64 = 180;

/// The name of a slot, UNIQUE in the ledger: whatever the clock does, a key is claimed at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SlotKey {
    /// The channel that the slot starts.
    pub channel: Channel,
    /// The date in Europe/Paris.
    pub local_date: NaiveDate,
    /// The time in Europe/Paris as the schedule says it, in whole minutes, even inside the spring gap.
    pub local_time: NaiveTime,
}

impl std::fmt::Display for SlotKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.channel, self.local_date, self.local_time.format("%H:%M"))
    }
}

/// A slot and the instant at which it falls due. Slots are ordered by instant, then by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// When it falls due, in UTC.
    pub at: DateTime<Utc>,
    /// Its name.
    pub key: SlotKey,
}

impl Slot {
    /// Finds the instant of a key: the first valid minute after a gap, the first occurrence in an overlap (A4).
    ///
    /// `None` only at the ends of the calendar.
    pub fn of(key: SlotKey) -> Option<Self> {
        let wanted = key.local_date.and_time(key.local_time);
        let at = (0..=LONGEST_GAP_MINUTES).find_map(|minutes| {
            let local = wanted.checked_add_signed(TimeDelta::minutes(minutes))?;
            Paris.from_local_datetime(&local).earliest()
        })?;
        Some(Self { at: at.with_timezone(&Utc), key })
    }
}

/// Gives the date in Europe/Paris at an instant.
pub(super) fn local_date(at: DateTime<Utc>) -> NaiveDate {
    let offset = Paris.offset_from_utc_datetime(&at.naive_utc()).fix();
    at.naive_utc().checked_add_offset(offset).unwrap_or(at.naive_utc()).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(date: &str, time: &str) -> String {
        let (local_date, local_time) =
            (date.parse().unwrap(), NaiveTime::parse_from_str(time, "%H:%M").unwrap());
        let key = SlotKey { channel: Channel::Extranet, local_date, local_time };
        Slot::of(key).unwrap().at.format("%F %R").to_string()
    }

    #[test]
    fn a_time_inside_the_spring_gap_runs_at_the_first_valid_minute_after_it() {
        // 2027-03-28: 02:00 CET becomes 03:00 CEST at 01:00 UTC.
        assert_eq!(instant("2027-03-28", "01:59"), "2027-03-28 00:59");
        for inside in ["02:00", "02:30", "02:59", "03:00"] {
            assert_eq!(instant("2027-03-28", inside), "2027-03-28 01:00");
        }
        assert_eq!(instant("2027-03-28", "03:01"), "2027-03-28 01:01");
        assert_eq!(instant("2027-03-28", "18:00"), "2027-03-28 16:00");
    }

    #[test]
    fn a_time_inside_the_autumn_overlap_runs_at_its_first_occurrence() {
        // 2026-10-25: 03:00 CEST becomes 02:00 CET at 01:00 UTC.
        assert_eq!(instant("2026-10-25", "01:59"), "2026-10-24 23:59");
        assert_eq!(instant("2026-10-25", "02:00"), "2026-10-25 00:00");
        assert_eq!(instant("2026-10-25", "02:30"), "2026-10-25 00:30");
        assert_eq!(instant("2026-10-25", "03:00"), "2026-10-25 02:00");
        assert_eq!(instant("2026-10-25", "18:00"), "2026-10-25 17:00");
    }

    #[test]
    fn a_key_is_written_as_channel_date_and_time() {
        let key = SlotKey {
            channel: Channel::Extranet,
            local_date: "2026-11-30".parse().unwrap(),
            local_time: NaiveTime::from_hms_opt(7, 5, 0).unwrap(),
        };
        assert_eq!(key.to_string(), "extranet 2026-11-30 07:05");
    }

    #[test]
    fn the_ends_of_the_calendar_are_no_panic() {
        let key = |local_date| SlotKey { channel: Channel::Extranet, local_date, local_time: NaiveTime::MIN };
        assert!(Slot::of(key(NaiveDate::MIN)).is_none_or(|slot| slot.key.local_date == NaiveDate::MIN));
        assert!(Slot::of(key(NaiveDate::MAX)).is_none_or(|slot| slot.key.local_date == NaiveDate::MAX));
    }
}
