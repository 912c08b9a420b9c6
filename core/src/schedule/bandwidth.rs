//! How fast files may leave, by the hour of the week.
//!
//! Promises: pure; hours are those of Europe/Paris on the wall, so that a limit holds from 08:00 to 19:00 on the days of a
//! clock change too; of several limits that hold at once, the lowest counts; outside all of them there is none.

use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Europe::Paris;

/// Minutes of a day.
const DAY_MINUTES: u32 = 24 * 60;

/// A part of the day, from its first minute to before its last; it may go past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: u32,
    to: u32,
}

impl Hours {
    /// Reads `08:00-19:00`, `22:00-06:00` or `00:00-24:00`; `None` when it is no part of a day.
    pub fn read(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let (from, to) = (minutes(from.trim())?, minutes(to.trim())?);
        (from != to && from < DAY_MINUTES && to > 0).then_some(Self { from, to })
    }
}

fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hours) || !two_digits(minutes) {
        return None;
    }
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60 && hours * 60 + minutes <= DAY_MINUTES).then_some(hours * 60 + minutes)
}

/// A limit that holds at some hours of some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BandwidthLimit {
    /// At which hours.
    pub hours: Hours,
    /// On which days (Monday = 1 … Sunday = 7); hours that go past midnight belong to the day on which they begin.
    pub days: Vec<u32>,
    /// The bytes that may leave each second, over all connections.
    pub bytes_per_second: u64,
}

impl BandwidthLimit {
    fn holds(&self, weekday: u32, minute: u32) -> bool {
        let Hours { from, to } = self.hours;
        let on = |day: u32| self.days.contains(&day);
        let before = if weekday == 1 { 7 } else { weekday - 1 };
        if from < to {
            on(weekday) && (from..to).contains(&minute)
        } else {
            on(weekday) && minute >= from || on(before) && minute < to
        }
    }
}

/// Gives the bytes that may leave each second at this time; `None` when nothing limits them.
pub fn limit_at(limits: &[BandwidthLimit], now: DateTime<Utc>) -> Option<u64> {
    let local = now.with_timezone(&Paris);
    let (weekday, minute) = (local.weekday().number_from_monday(), local.hour() * 60 + local.minute());
    limits.iter().filter(|limit| limit.holds(weekday, minute)).map(|limit| limit.bytes_per_second).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(hours: &str, days: &[u32], bytes_per_second: u64) -> BandwidthLimit {
        BandwidthLimit { hours: Hours::read(hours).unwrap(), days: days.to_vec(), bytes_per_second }
    }

    fn at(limits: &[BandwidthLimit], now: &str) -> Option<u64> {
        limit_at(limits, now.parse().unwrap())
    }

    #[test]
    fn a_limit_holds_at_its_hours_of_its_days_in_paris() {
        let working = [limit("08:00-19:00", &[1, 2, 3, 4, 5], 500)];
        // Tuesday 24 November 2026, one hour ahead of UTC.
        assert_eq!(at(&working, "2026-11-24T06:59:59Z"), None);
        assert_eq!(at(&working, "2026-11-24T07:00:00Z"), Some(500));
        assert_eq!(at(&working, "2026-11-24T17:59:59Z"), Some(500));
        assert_eq!(at(&working, "2026-11-24T18:00:00Z"), None);
        assert_eq!(at(&working, "2026-11-28T10:00:00Z"), None, "a Saturday");
        assert_eq!(at(&working, "2026-07-21T06:00:00Z"), Some(500), "two hours ahead in summer");
    }

    #[test]
    fn hours_past_midnight_belong_to_the_day_on_which_they_begin() {
        let nights = [limit("22:00-06:00", &[7], 10)];
        assert_eq!(at(&nights, "2026-11-29T20:59:00Z"), None);
        assert_eq!(at(&nights, "2026-11-29T21:00:00Z"), Some(10), "Sunday evening");
        assert_eq!(at(&nights, "2026-11-30T04:59:00Z"), Some(10), "Monday before six");
        assert_eq!(at(&nights, "2026-11-30T05:00:00Z"), None);
        assert_eq!(at(&nights, "2026-11-29T04:00:00Z"), None, "Sunday before six is Saturday's night");
    }

    #[test]
    fn of_several_limits_the_lowest_counts() {
        let limits = [limit("00:00-24:00", &[1, 2, 3, 4, 5, 6, 7], 900), limit("12:00-14:00", &[2], 300)];
        assert_eq!(at(&limits, "2026-11-24T11:30:00Z"), Some(300));
        assert_eq!(at(&limits, "2026-11-24T13:00:00Z"), Some(900));
        assert_eq!(at(&[], "2026-11-24T13:00:00Z"), None);
    }

    #[test]
    fn what_is_no_part_of_a_day_is_refused() {
        for bad in [
            "",
            "08:00",
            "8:00-19:00",
            "08:00-08:00",
            "24:00-08:00",
            "08:00-00:00",
            "08:60-19:00",
            "25:00-26:00",
            "0a:00-19:00",
        ] {
            assert_eq!(Hours::read(bad), None, "{bad}");
        }
        assert!(Hours::read("00:00-24:00").is_some() && Hours::read("22:00 - 06:00").is_some());
    }
}
