//! What is due, what collapses, what comes next, and when a failed slot is tried again.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::slot::local_date;
use super::{Slot, SlotKey, WeeklySchedule};

/// What the service should claim now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due {
    /// The newest due slot: the one to claim and run.
    pub claim: Option<Slot>,
    /// The older ones, oldest first: recorded with the claim, never run.
    pub collapsed: Vec<Slot>,
}

/// A claimed slot whose publication has not come to its end: a try failed, or the process died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinished {
    /// The claimed slot.
    pub slot: Slot,
    /// How many tries failed; 0 when the process died or was stopped in the middle.
    pub failures: u32,
    /// When the last try ended or was found dead, in UTC.
    pub since: DateTime<Utc>,
}

impl Unfinished {
    /// Tells whether the next try should start now (PUBLICATION.md 16).
    ///
    /// An interrupted run goes on at once. A try of the future (the clock went back) counts as long ago: a
    /// wrong clock must not postpone a publication by years. A slot of the future waits for its time.
    pub fn is_due(&self, now: DateTime<Utc>, catch_up: Duration) -> bool {
        let Some(delay) = retry_after_failure(self.failures) else { return false };
        let rested = now < self.since || now >= plus(self.since, delay);
        rested && self.slot.at <= now && self.slot.at > minus(now, catch_up)
    }
}

/// Gives the wait before the next try after so many failed tries: none, 15 min, 1 h, 3 h, then no more
/// (PUBLICATION.md 16).
pub fn retry_after_failure(failures: u32) -> Option<Duration> {
    match failures {
        0 => Some(Duration::ZERO),
        1 => Some(Duration::from_mins(15)),
        2 => Some(Duration::from_hours(1)),
        3 => Some(Duration::from_hours(3)),
        _ => None,
    }
}

/// Lists the next `count` slots after an instant, in order; fewer only at the end of the calendar or when the
/// schedule is off or empty.
pub fn upcoming(schedule: &WeeklySchedule, after: DateTime<Utc>, count: usize) -> Vec<Slot> {
    if !schedule.has_slots() {
        return Vec::new();
    }
    slots_from(schedule, local_date(after)).filter(|slot| slot.at > after).take(count).collect()
}

/// Lists the slots that may be due, oldest first, whether claimed or not: those in `(now - catch_up, now]` that
/// came after the present form of the schedule was first seen.
pub fn candidates(
    schedule: &WeeklySchedule,
    now: DateTime<Utc>,
    catch_up: Duration,
    first_seen: DateTime<Utc>,
) -> Vec<Slot> {
    let after = minus(now, catch_up).max(first_seen);
    if after >= now || !schedule.has_slots() {
        return Vec::new();
    }
    slots_from(schedule, local_date(after))
        .take_while(|slot| slot.at <= now)
        .filter(|slot| slot.at > after)
        .collect()
}

/// Decides what to claim: the newest unclaimed candidate; the older ones collapse into it (PUBLICATION.md 17).
///
/// `claimed` tells whether the ledger holds a key, as claimed or as collapsed.
pub fn due(
    schedule: &WeeklySchedule,
    now: DateTime<Utc>,
    catch_up: Duration,
    first_seen: DateTime<Utc>,
    claimed: &dyn Fn(&SlotKey) -> bool,
) -> Due {
    let mut collapsed = candidates(schedule, now, catch_up, first_seen);
    collapsed.retain(|slot| !claimed(&slot.key));
    let claim = collapsed.pop();
    Due { claim, collapsed }
}

/// Gives the slots from a local date on. Their instants never decrease: a local clock set forward squeezes
/// times together and one set back repeats only second occurrences, which are no slots.
fn slots_from(schedule: &WeeklySchedule, date: NaiveDate) -> impl Iterator<Item = Slot> {
    // One day of margin: the local date of an instant and that of a slot pushed by a gap may differ.
    let from = date.checked_sub_days(Days::new(1)).unwrap_or(date);
    let channel = schedule.channel();
    from.iter_days().flat_map(move |local_date| {
        let keys =
            schedule.times_on(local_date).map(move |local_time| SlotKey { channel, local_date, local_time });
        keys.filter_map(Slot::of)
    })
}

fn minus(at: DateTime<Utc>, duration: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(duration)
        .ok()
        .and_then(|delta| at.checked_sub_signed(delta))
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn plus(at: DateTime<Utc>, duration: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(duration)
        .ok()
        .and_then(|delta| at.checked_add_signed(delta))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::Channel;

    const CATCH_UP: Duration = Duration::from_hours(72);

    fn utc(text: &str) -> DateTime<Utc> {
        format!("{text}:00Z").parse().unwrap()
    }

    fn schedule(rows: &[(i64, &str)]) -> WeeklySchedule {
        WeeklySchedule::from_rows(Channel::Extranet, true, rows.iter().copied()).unwrap()
    }

    fn every_day(times: &[&str]) -> WeeklySchedule {
        let rows: Vec<_> = (1..=7).flat_map(|day| times.iter().map(move |time| (day, *time))).collect();
        schedule(&rows)
    }

    fn names(slots: &[Slot]) -> Vec<String> {
        slots.iter().map(|slot| slot.key.to_string().replace("extranet ", "")).collect()
    }

    fn due_at(schedule: &WeeklySchedule, now: &str, first_seen: &str) -> (Option<String>, Vec<String>) {
        let due = due(schedule, utc(now), CATCH_UP, utc(first_seen), &|_| false);
        (names(due.claim.as_slice()).pop(), names(&due.collapsed))
    }

    #[test]
    fn of_three_slots_slept_through_the_newest_is_claimed_and_the_others_collapse() {
        let daily = every_day(&["18:00"]);
        let (claim, collapsed) = due_at(&daily, "2026-11-23T17:30", "2026-01-01T00:00");
        assert_eq!(claim.as_deref(), Some("2026-11-23 18:00"));
        assert_eq!(collapsed, ["2026-11-21 18:00", "2026-11-22 18:00"]);
    }

    #[test]
    fn a_slot_is_due_from_its_very_minute_on_and_until_catch_up_is_over() {
        let weekly = schedule(&[(1, "18:00")]);
        let claim = |now| due_at(&weekly, now, "2026-01-01T00:00").0;
        assert_eq!(claim("2026-11-30T16:59"), None);
        assert_eq!(claim("2026-11-30T17:00").as_deref(), Some("2026-11-30 18:00"));
        assert_eq!(claim("2026-12-03T16:59").as_deref(), Some("2026-11-30 18:00"));
        assert_eq!(claim("2026-12-03T17:00"), None);
    }

    #[test]
    fn editing_the_schedule_never_fires_a_slot_already_past() {
        let weekly = schedule(&[(1, "18:00")]);
        assert_eq!(due_at(&weekly, "2026-11-30T17:05", "2026-11-30T17:00").0, None);
        assert_eq!(
            due_at(&weekly, "2026-11-30T17:05", "2026-11-30T16:59").0.as_deref(),
            Some("2026-11-30 18:00")
        );
    }

    #[test]
    fn a_claimed_or_collapsed_slot_is_never_due_again() {
        let daily = every_day(&["18:00"]);
        let now = utc("2026-11-23T17:30");
        let ledger: std::collections::BTreeSet<_> =
            candidates(&daily, now, CATCH_UP, utc("2026-01-01T00:00")).iter().map(|slot| slot.key).collect();
        assert_eq!(ledger.len(), 3);
        let again = due(&daily, now, CATCH_UP, utc("2026-01-01T00:00"), &|key| ledger.contains(key));
        assert_eq!(again, Due::default());
    }

    #[test]
    fn slots_pushed_together_by_the_spring_gap_make_one_run() {
        let night = every_day(&["02:00", "02:30", "03:00"]);
        let (claim, collapsed) = due_at(&night, "2027-03-28T01:00", "2027-03-28T00:00");
        assert_eq!(claim.as_deref(), Some("2027-03-28 03:00"));
        assert_eq!(collapsed, ["2027-03-28 02:00", "2027-03-28 02:30"]);
    }

    #[test]
    fn a_schedule_that_is_off_or_empty_is_never_due_and_has_nothing_to_come() {
        let off = WeeklySchedule::from_rows(Channel::Extranet, false, [(1, "18:00")]).unwrap();
        for none in [off, schedule(&[])] {
            assert_eq!(due_at(&none, "2026-11-30T17:00", "2026-01-01T00:00").0, None);
            assert_eq!(upcoming(&none, utc("2026-11-30T17:00"), 5), []);
        }
    }

    #[test]
    fn the_next_slots_are_listed_in_local_time_across_a_clock_change() {
        let rows = schedule(&[(6, "18:00"), (7, "02:30"), (1, "07:05")]);
        let next = upcoming(&rows, utc("2026-10-24T16:00"), 3);
        assert_eq!(names(&next), ["2026-10-25 02:30", "2026-10-26 07:05", "2026-10-31 18:00"]);
        let instants: Vec<_> = next.iter().map(|slot| slot.at).collect();
        assert_eq!(instants, [utc("2026-10-25T00:30"), utc("2026-10-26T06:05"), utc("2026-10-31T17:00")]);
    }

    #[test]
    fn a_failed_slot_is_tried_again_after_15_min_then_1_h_then_3_h_within_catch_up() {
        let slot = upcoming(&schedule(&[(1, "18:00")]), utc("2026-11-30T00:00"), 1)[0];
        let is_due = |failures, since, now| {
            Unfinished { slot, failures, since: utc(since) }.is_due(utc(now), CATCH_UP)
        };
        assert!(is_due(0, "2026-11-30T17:00", "2026-11-30T17:00"));
        assert!(!is_due(1, "2026-11-30T17:01", "2026-11-30T17:15"));
        assert!(is_due(1, "2026-11-30T17:01", "2026-11-30T17:16"));
        assert!(
            !is_due(1, "2026-11-30T17:01", "2026-11-30T17:01"),
            "the very moment of the failure is no future"
        );
        assert!(!is_due(2, "2026-11-30T17:16", "2026-11-30T18:15"));
        assert!(is_due(2, "2026-11-30T17:16", "2026-11-30T18:16"));
        assert!(is_due(3, "2026-11-30T18:16", "2026-11-30T21:16"));
        assert!(!is_due(4, "2026-11-30T21:16", "2026-12-01T21:16"));
        assert!(!is_due(1, "2026-11-30T17:01", "2026-12-03T17:00"), "older than catch_up");
        assert!(is_due(1, "2036-01-01T00:00", "2026-11-30T17:02"), "failed under a clock ten years ahead");
        assert!(!is_due(0, "2036-01-01T00:00", "2026-11-30T16:59"), "a slot of the future");
    }

    #[test]
    fn absurd_arguments_are_no_panic() {
        let daily = every_day(&["00:00", "23:59"]);
        for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(upcoming(&daily, now, 2).len() <= 2);
            assert!(candidates(&daily, now, CATCH_UP, DateTime::<Utc>::MIN_UTC).len() <= 8);
        }
        assert_eq!(candidates(&daily, utc("2026-01-01T00:00"), CATCH_UP, utc("2036-01-01T00:00")), []);
    }
}
