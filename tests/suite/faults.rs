//! Promises 1 to 4 under schedules of faults at random: nothing half visible, nothing falsely confirmed, nothing lost,
//! nothing sent twice.
//!
//! `scripts/faults` plays thousands of them; the tests play a few of each kind. A schedule is its seed.

use crate::support::faults::{Told, play};
use crate::support::oracle::cases;

/// The first seed, unless `PUBLIER_SEED` gives another.
fn first_seed() -> u64 {
    std::env::var("PUBLIER_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

#[test]
fn whatever_breaks_nothing_is_half_visible_falsely_confirmed_lost_or_doubled() {
    let (first, count) = (first_seed(), u64::from(cases(12)));
    let mut told = Told::default();
    let mut wrong = Vec::new();
    for seed in first..first + count {
        match play(seed) {
            Ok(one) => told += one,
            Err(error) => wrong.push(error),
        }
    }
    println!("schedules of faults from seed {first}: {told:?}, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(told.deaths > 0 && told.faults > 0, "{told:?}");
    assert!(told.answered.accepted > 0 && told.answered.refused > 0, "{told:?}");
}
