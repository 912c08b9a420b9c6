//! Promise 5 simulated: ten years of beats against a model that knows nothing of the planner.
//!
//! The model finds instants by walking UTC minutes until the local clock has reached the wanted time, and
//! serves each slot at the first true beat after it. The planner only ever sees one beat at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Europe::Paris;
use proptest::prelude::*;

use super::*;
use crate::channels::Channel;

const CATCH_UP: Duration = Duration::from_hours(72);
const START: &str = "2026-01-01T00:00:00Z";
const END: &str = "2036-01-01T00:00:00Z";

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A small generator, so that a seed is a whole life.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn seconds(&mut self, bound: u64) -> TimeDelta {
        TimeDelta::seconds(i64::try_from(self.below(bound)).unwrap())
    }
}

/// What a ledger keeps: UNIQUE keys, and which of them ran.
#[derive(Default)]
struct Ledger {
    keys: BTreeSet<SlotKey>,
    ran: Vec<SlotKey>,
    doubled: usize,
}

impl Ledger {
    /// Claims what one agent found due; another may have claimed since it looked.
    fn claim(&mut self, due: &Due) {
        let Some(slot) = due.claim else { return };
        if !self.keys.insert(slot.key) {
            return;
        }
        self.doubled += usize::from(self.ran.contains(&slot.key));
        self.ran.push(slot.key);
        self.keys.extend(due.collapsed.iter().map(|slot| slot.key));
    }
}

/// One beat of a life: when it truly is, what the clock says, and whether two agents beat at once.
#[derive(Debug, Clone, Copy)]
struct Beat {
    truly: DateTime<Utc>,
    shown: DateTime<Utc>,
    doubled: bool,
}

/// Ten years of beats: mostly one shortly after each slot, with sleeps of up to ten days, 100 double starts and,
/// if asked, moments under a wrong clock.
fn life(schedule: &WeeklySchedule, dice: &mut Dice, clock_jumps: bool) -> Vec<Beat> {
    let (mut truly, mut beats) = (utc(START), Vec::new());
    let mut double_starts = 100;
    while truly < utc(END) {
        truly += match dice.below(20) {
            0 => TimeDelta::hours(1) + dice.seconds(10 * 86_400),
            1 => dice.seconds(3_600),
            _ => upcoming(schedule, truly, 1)[0].at - truly + dice.seconds(6),
        };
        let doubled = double_starts > 0 && dice.below(10) == 0;
        double_starts -= i32::from(doubled);
        beats.push(Beat { truly, shown: truly, doubled });
        if clock_jumps && dice.below(30) == 0 {
            let shown = if dice.below(2) == 0 {
                utc("2036-06-01T00:00:00Z") + dice.seconds(86_400 * 300)
            } else {
                truly - dice.seconds(86_400 * 400)
            };
            beats.push(Beat { truly, shown, doubled: false });
        }
    }
    beats
}

/// Lives a life through the planner.
fn planned(schedule: &WeeklySchedule, beats: &[Beat]) -> Ledger {
    let mut ledger = Ledger::default();
    for beat in beats {
        let look = |ledger: &Ledger| {
            due(schedule, beat.shown, CATCH_UP, utc(START), &|key| ledger.keys.contains(key))
        };
        // Two agents that beat at once both look before either claims.
        let (one, other) = (look(&ledger), look(&ledger));
        ledger.claim(&one);
        if beat.doubled {
            ledger.claim(&other);
        }
    }
    ledger
}

/// Finds by walking: the first UTC minute at which the local clock has reached the wanted time.
fn walked(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let wanted = date.and_time(time);
    let mut at = (wanted - TimeDelta::hours(3)).and_utc();
    while at.with_timezone(&Paris).naive_local() < wanted {
        at += TimeDelta::minutes(1);
    }
    at
}

/// A slot that should run: when, and its local date and time.
type Expected = (DateTime<Utc>, NaiveDate, NaiveTime);

/// What the true beats should have run: each slot belongs to the first beat at or after it; of those of one
/// beat, none older than `catch_up` counts and the newest runs.
fn expected(rows: &[(i64, String)], beats: &[Beat]) -> Vec<(NaiveDate, NaiveTime)> {
    let mut of_beat: BTreeMap<DateTime<Utc>, Vec<Expected>> = BTreeMap::new();
    let instants: Vec<_> = beats.iter().map(|beat| beat.truly).collect();
    for date in utc(START).date_naive().iter_days().take_while(|date| date.year() < 2037) {
        for (day, time) in rows {
            if i64::from(date.weekday().number_from_monday()) != *day {
                continue;
            }
            let time = NaiveTime::parse_from_str(time, "%H:%M").unwrap();
            let at = walked(date, time);
            let first = instants.partition_point(|beat| *beat < at);
            if let Some(beat) = instants.get(first)
                && at > utc(START)
                && *beat - at < TimeDelta::hours(72)
            {
                of_beat.entry(*beat).or_default().push((at, date, time));
            }
        }
    }
    of_beat
        .into_values()
        .filter_map(|slots| slots.into_iter().max())
        .map(|(_, date, time)| (date, time))
        .collect()
}

fn rows() -> impl Strategy<Value = Vec<(i64, String)>> {
    // Half of the times fall where the clocks change.
    let time = prop_oneof![(2u32..4, 0u32..60), (0u32..24, 0u32..60)];
    proptest::collection::btree_set((1i64..8, time), 1..8).prop_map(|set| {
        set.into_iter().map(|(day, (hour, minute))| (day, format!("{hour:02}:{minute:02}"))).collect()
    })
}

fn schedule(rows: &[(i64, String)]) -> WeeklySchedule {
    WeeklySchedule::from_rows(Channel::Extranet, true, rows.iter().map(|(day, time)| (*day, time))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ten_years_with_sleeps_and_double_starts_miss_and_double_no_slot(rows in rows(), seed: u64) {
        let schedule = schedule(&rows);
        let beats = life(&schedule, &mut Dice(seed), false);
        let ledger = planned(&schedule, &beats);
        let ran: Vec<_> = ledger.ran.iter().map(|key| (key.local_date, key.local_time)).collect();
        prop_assert_eq!(ran, expected(&rows, &beats));
        prop_assert_eq!(ledger.doubled, 0);
    }

    #[test]
    fn ten_years_with_clock_jumps_to_2036_and_back_still_run_every_slot_once(rows in rows(), seed: u64) {
        let schedule = schedule(&rows);
        let beats = life(&schedule, &mut Dice(seed), true);
        let ledger = planned(&schedule, &beats);
        let truly: Vec<_> = beats.iter().copied().filter(|beat| beat.truly == beat.shown).collect();
        let ran: BTreeSet<_> = ledger.ran.iter().map(|key| (key.local_date, key.local_time)).collect();
        prop_assert_eq!(ran.len(), ledger.ran.len(), "a slot ran twice");
        for slot in expected(&rows, &truly) {
            prop_assert!(ran.contains(&slot), "missed {:?}", slot);
        }
    }
}
