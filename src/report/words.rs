//! Numbers, sizes, durations and dates as people read them, in French or in English.
//!
//! Promises: French groups digits with U+202F and writes a decimal comma; sizes are decimal (1 ko = 1 000 o);
//! moments are the agency's local time, Europe/Paris, whatever the machine says.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use chrono_tz::Europe::Paris;

use crate::i18n::{Lang, number};

/// Gives a size with one decimal at most: `512 o`, `3,2 Mo`; `512 B`, `3.2 MB`.
pub fn size(bytes: u64, lang: Lang) -> String {
    let (units, point) = match lang {
        Lang::Fr => (["o", "ko", "Mo", "Go", "To"], ','),
        Lang::En => (["B", "kB", "MB", "GB", "TB"], '.'),
    };
    let [smallest, larger @ ..] = units;
    let mut shown = (u128::from(bytes) * 10, smallest);
    let mut step: u128 = 1;
    for unit in larger {
        // 999,95 ko would read 1 000,0 ko: the next unit begins where rounding does.
        if shown.0 < 9_995 {
            break;
        }
        step *= 1000;
        shown = ((u128::from(bytes) * 10 + step / 2) / step, unit);
    }
    let (tenths, unit) = shown;
    let whole = number(u64::try_from(tenths / 10).unwrap_or(u64::MAX), lang);
    match tenths % 10 {
        0 => format!("{whole}\u{a0}{unit}"),
        tenth => format!("{whole}{point}{tenth}\u{a0}{unit}"),
    }
}

/// Gives a duration to the second: `12 s`, `3 min 05 s`, `1 h 02 min`; nothing negative is shown.
pub fn duration(length: TimeDelta) -> String {
    let seconds = length.num_seconds().max(0);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest}\u{a0}s"),
        (0, _) => format!("{minutes}\u{a0}min {rest:02}\u{a0}s"),
        _ => format!("{hours}\u{a0}h {minutes:02}\u{a0}min"),
    }
}

const JOURS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MOIS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Gives a moment in the agency's local time: `mercredi 4 mars 2026 à 06:07`.
pub fn moment(at: DateTime<Utc>, lang: Lang) -> String {
    let local = at.with_timezone(&Paris);
    let pick = |names: &[&'static str], index: u32| {
        usize::try_from(index).ok().and_then(|index| names.get(index).copied()).unwrap_or_default()
    };
    let (weekday, month) = (local.weekday().num_days_from_monday(), local.month0());
    let (year, day, hour, minute) = (local.year(), local.day(), local.hour(), local.minute());
    match lang {
        Lang::Fr => {
            let first = if day == 1 { "er" } else { "" };
            let (weekday, month) = (pick(&JOURS, weekday), pick(&MOIS, month));
            format!("{weekday} {day}{first} {month} {year} à {hour:02}:{minute:02}")
        }
        Lang::En => {
            let (weekday, month) = (pick(&DAYS, weekday), pick(&MONTHS, month));
            format!("{weekday} {day} {month} {year} at {hour:02}:{minute:02}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three_as_each_language_does() {
        assert_eq!(number(0, Lang::Fr), "0");
        assert_eq!(number(999, Lang::Fr), "999");
        assert_eq!(number(1_600_000, Lang::Fr), "1\u{202f}600\u{202f}000");
        assert_eq!(number(1234, Lang::En), "1,234");
    }

    #[test]
    fn a_size_takes_the_unit_in_which_it_reads_best() {
        assert_eq!(size(0, Lang::Fr), "0\u{a0}o");
        assert_eq!(size(999, Lang::Fr), "999\u{a0}o");
        assert_eq!(size(1000, Lang::Fr), "1\u{a0}ko");
        assert_eq!(size(3_249_000, Lang::Fr), "3,2\u{a0}Mo");
        assert_eq!(size(999_960, Lang::Fr), "1\u{a0}Mo");
        assert_eq!(size(1_500_000_000, Lang::En), "1.5\u{a0}GB");
        assert_eq!(size(u64::MAX, Lang::Fr), "18\u{202f}446\u{202f}744,1\u{a0}To");
    }

    #[test]
    fn a_duration_keeps_two_units_at_most() {
        assert_eq!(duration(TimeDelta::seconds(-4)), "0\u{a0}s");
        assert_eq!(duration(TimeDelta::seconds(12)), "12\u{a0}s");
        assert_eq!(duration(TimeDelta::seconds(185)), "3\u{a0}min 05\u{a0}s");
        assert_eq!(duration(TimeDelta::seconds(3725)), "1\u{a0}h 02\u{a0}min");
    }

    #[test]
    fn a_moment_is_told_in_the_agency_s_local_time_summer_and_winter() {
        let winter = "2026-03-04T05:06:07Z".parse().unwrap();
        assert_eq!(moment(winter, Lang::Fr), "mercredi 4 mars 2026 à 06:06");
        assert_eq!(moment(winter, Lang::En), "Wednesday 4 March 2026 at 06:06");
        let summer = "2026-07-31T23:30:00Z".parse().unwrap();
        assert_eq!(moment(summer, Lang::Fr), "samedi 1er août 2026 à 01:30");
    }
}
