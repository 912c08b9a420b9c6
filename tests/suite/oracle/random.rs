//! The oracle over small agencies at random, day after day.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

use crate::support::flow::{Agency, Desk};
use crate::support::oracle::{cases, faults, fold_is_the_full_index};
use crate::support::random_agency::{Dice, SMALL, changes, fill};

/// Plays an agency for some days, and gives what went wrong.
fn play(seed: u64, days: u64) -> Vec<String> {
    let agency = Agency::blank();
    fill(&agency.open(), seed, SMALL);
    let desk = Desk::new(agency);
    let mut dice = Dice::new(seed ^ 0x5ca1_ab1e);
    let mut today = NaiveDate::from_ymd_opt(2025, 11, 3).unwrap();
    let first = desk.publish_first();
    let mut unbound = BTreeSet::new();
    let mut found = faults(&desk, &first, today, &mut unbound);
    let mut done = Vec::new();
    for day in 2..=days {
        if !found.is_empty() {
            break;
        }
        desk.clock.turn(TimeDelta::days(1));
        today += TimeDelta::days(1);
        for change in changes(&desk.agency.open(), &mut dice) {
            desk.agency.sql(&change);
            done.push(change);
        }
        let report = desk.publish();
        found = faults(&desk, &report, today, &mut unbound);
        if let Some(cause) = &report.cause {
            found.push(format!("{cause:?}"));
        }
        if !found.is_empty() {
            found.insert(0, format!("seed {seed}, day {day}, after:\n{}", done.join(";\n")));
        }
    }
    if found.is_empty() {
        fold_is_the_full_index(&desk);
    }
    found
}

/// D2: an account without a party is refused, and nothing about its record is in doubt: its holder still sees a unit.
#[test]
fn an_account_without_a_party_takes_nothing_from_the_holder_of_its_record_d2() {
    let faults = play(14_910_809_619_795_639_200, 4);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(8), failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn at_any_agency_and_after_any_change_a_party_sees_what_the_rules_give_it_and_nothing_else(seed in any::<u64>()) {
        let faults = play(seed, 4);
        prop_assert!(faults.is_empty(), "seed {seed}:\n{}", faults.join("\n"));
    }
}
