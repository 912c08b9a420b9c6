//! Whether a whole publication waits for a person before any upload (rule 14).
//!
//! Promises: a decision without clocks or records of its own; every reason that applies is given. A person lifts a
//! hold with the first digits of the plan's digest, as the report shows them; a plan made since then passes too
//! unless it removes more than the one they saw. A consent stands until a publication of the series is confirmed: the
//! very plan is not asked about twice because the line failed in between.

use chrono::{DateTime, TimeDelta, Utc};

use super::reason::HoldReason;
use crate::domain::digest::Digest;

/// How many records must be gone, at least, before their share counts.
pub const COLLAPSE_AT_LEAST: u64 = 20;

/// How far the clock may go back behind the last confirmed publication.
pub const CLOCK_BACK: TimeDelta = TimeDelta::minutes(5);

/// How far the clock may be ahead of the last confirmed publication.
pub const CLOCK_FORWARD: TimeDelta = TimeDelta::days(45);

/// How many digits of the plan's digest the report shows, and a confirmation needs at least.
pub const SHORT_DIGEST: usize = 8;

/// What the hold depends on.
#[derive(Debug, Clone, Copy)]
pub struct HoldInput<'a> {
    /// Whether nothing of this series was ever confirmed.
    pub first_of_series: bool,
    /// Accounts live in the series.
    pub live_accounts: u64,
    /// Those of them that no longer exist in the database.
    pub gone_accounts: u64,
    /// Documents live in the series.
    pub live_documents: u64,
    /// Those of them that no longer exist in the database.
    pub gone_documents: u64,
    /// Accounts that the plan publishes.
    pub published_accounts_now: u64,
    /// The publication's own time, in UTC.
    pub now: DateTime<Utc>,
    /// The own time of the last confirmed publication, in UTC.
    pub last_confirmed_at: Option<DateTime<Utc>>,
    /// What a person typed after `--confirm`.
    pub confirmed_digest: Option<&'a str>,
    /// What a person agreed to since the last confirmed publication, when that never arrived.
    pub standing: Option<Consented>,
    /// The digest of the current plan.
    pub plan_digest: Digest,
    /// How many removals the plan that the person saw had; `None` when no held plan bears that digest.
    pub confirmed_removals: Option<u64>,
    /// How many removals the current plan has.
    pub plan_removals: u64,
}

/// A plan that a person agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consented {
    /// The plan's digest.
    pub digest: Digest,
    /// The own time of its publication, in UTC.
    pub now: DateTime<Utc>,
}

/// Gives every reason to hold the publication; none means that it goes.
pub fn hold(input: &HoldInput<'_>) -> Vec<HoldReason> {
    let mut reasons = reasons(input);
    let Some(typed) = input.confirmed_digest.filter(|_| !reasons.is_empty()) else { return reasons };
    let same_plan = names(typed, &input.plan_digest);
    let removes_no_more = input.confirmed_removals.is_some_and(|seen| input.plan_removals <= seen);
    if same_plan || removes_no_more {
        return Vec::new();
    }
    let seen = input.confirmed_removals.is_some();
    reasons.push(if seen { HoldReason::PlanChanged } else { HoldReason::UnknownPlan });
    reasons
}

/// Gives the digits of a plan's digest that a person reads and types.
pub fn short_digest(digest: &Digest) -> String {
    digest.to_string().chars().take(SHORT_DIGEST).collect()
}

/// Tells whether `typed` names this digest: its first eight digits or more, in either case.
pub fn names(typed: &str, digest: &Digest) -> bool {
    typed.len() >= SHORT_DIGEST && digest.to_string().starts_with(&typed.to_ascii_lowercase())
}

fn reasons(input: &HoldInput<'_>) -> Vec<HoldReason> {
    let collapsed = collapsed(input.gone_accounts, input.live_accounts)
        || collapsed(input.gone_documents, input.live_documents);
    let standing = input.standing.filter(|standing| standing.digest == input.plan_digest);
    let is_new = standing.is_none();
    // Whoever agreed saw the clock as it was then.
    let clock_seen = standing.map(|standing| standing.now).or(input.last_confirmed_at);
    let ahead = clock_seen.map(|seen| input.now.signed_duration_since(seen));
    [
        (is_new && input.first_of_series, HoldReason::FirstOfSeries),
        (is_new && input.published_accounts_now == 0, HoldReason::NoAccount),
        (is_new && collapsed, HoldReason::Collapse),
        (ahead.is_some_and(|ahead| ahead < -CLOCK_BACK), HoldReason::ClockBack),
        (ahead.is_some_and(|ahead| ahead > CLOCK_FORWARD), HoldReason::ClockForward),
    ]
    .into_iter()
    .filter_map(|(applies, reason)| applies.then_some(reason))
    .collect()
}

/// At least twenty, and more than half.
fn collapsed(gone: u64, live: u64) -> bool {
    gone >= COLLAPSE_AT_LEAST && gone > live.saturating_sub(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: Digest = Digest([0xab; 32]);

    fn calm() -> HoldInput<'static> {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        HoldInput {
            first_of_series: false,
            live_accounts: 100,
            gone_accounts: 0,
            live_documents: 1000,
            gone_documents: 0,
            published_accounts_now: 100,
            now,
            last_confirmed_at: Some(now - TimeDelta::days(1)),
            confirmed_digest: None,
            standing: None,
            plan_digest: PLAN,
            confirmed_removals: None,
            plan_removals: 0,
        }
    }

    fn first() -> HoldInput<'static> {
        HoldInput { first_of_series: true, last_confirmed_at: None, plan_removals: 5, ..calm() }
    }

    #[test]
    fn an_ordinary_night_goes() {
        assert_eq!(hold(&calm()), []);
    }

    #[test]
    fn the_first_publication_of_a_series_waits() {
        assert_eq!(hold(&first()), [HoldReason::FirstOfSeries]);
    }

    #[test]
    fn a_consent_stands_for_the_very_plan_until_it_arrives() {
        let agreed = |digest, ago| Some(Consented { digest, now: first().now - ago });
        let standing = |digest, ago| HoldInput { standing: agreed(digest, ago), ..first() };
        let an_hour = TimeDelta::hours(1);
        assert_eq!(hold(&standing(PLAN, an_hour)), []);
        assert_eq!(hold(&standing(Digest([0xac; 32]), an_hour)), [HoldReason::FirstOfSeries]);
        let collapsed = HoldInput { gone_accounts: 60, ..calm() };
        assert_eq!(hold(&HoldInput { standing: agreed(PLAN, an_hour), ..collapsed }), []);
        let empty = HoldInput { published_accounts_now: 0, ..calm() };
        assert_eq!(hold(&HoldInput { standing: agreed(PLAN, an_hour), ..empty }), []);
    }

    #[test]
    fn a_consent_lifts_the_clock_that_was_seen_and_no_other() {
        let last = calm().now - TimeDelta::days(60);
        let late = |ago| HoldInput {
            last_confirmed_at: Some(last),
            standing: Some(Consented { digest: PLAN, now: calm().now - ago }),
            ..calm()
        };
        assert_eq!(hold(&late(TimeDelta::hours(1))), []);
        assert_eq!(hold(&late(TimeDelta::days(46))), [HoldReason::ClockForward]);
        assert_eq!(hold(&late(TimeDelta::minutes(-6))), [HoldReason::ClockBack]);
    }

    #[test]
    fn a_publication_without_any_account_waits() {
        assert_eq!(hold(&HoldInput { published_accounts_now: 0, ..calm() }), [HoldReason::NoAccount]);
        assert_eq!(hold(&HoldInput { published_accounts_now: 1, ..calm() }), []);
    }

    #[test]
    fn a_collapse_needs_at_least_twenty_gone() {
        for (gone, held) in [(19, false), (20, true), (21, true)] {
            let accounts = HoldInput { live_accounts: 22, gone_accounts: gone, ..calm() };
            assert_eq!(!hold(&accounts).is_empty(), held, "{gone} accounts");
            let documents = HoldInput { live_documents: 22, gone_documents: gone, ..calm() };
            assert_eq!(!hold(&documents).is_empty(), held, "{gone} documents");
        }
    }

    #[test]
    fn a_collapse_needs_more_than_half_gone() {
        for (live, held) in [(39, true), (40, false), (41, false)] {
            let input = HoldInput { live_documents: live, gone_documents: 20, ..calm() };
            assert_eq!(hold(&input).contains(&HoldReason::Collapse), held, "20 of {live}");
        }
        let odd = HoldInput { live_accounts: 41, gone_accounts: 21, ..calm() };
        assert_eq!(hold(&odd), [HoldReason::Collapse]);
    }

    #[test]
    fn a_clock_behind_the_last_publication_by_more_than_five_minutes_waits() {
        let at = |ahead| HoldInput { last_confirmed_at: Some(calm().now - ahead), ..calm() };
        assert_eq!(hold(&at(TimeDelta::minutes(-5))), []);
        assert_eq!(hold(&at(TimeDelta::milliseconds(-300_001))), [HoldReason::ClockBack]);
    }

    #[test]
    fn a_clock_ahead_of_the_last_publication_by_more_than_45_days_waits() {
        let at = |ahead| HoldInput { last_confirmed_at: Some(calm().now - ahead), ..calm() };
        assert_eq!(hold(&at(TimeDelta::days(45))), []);
        assert_eq!(hold(&at(TimeDelta::days(45) + TimeDelta::milliseconds(1))), [HoldReason::ClockForward]);
    }

    #[test]
    fn the_plans_own_digest_lifts_the_hold_in_either_case() {
        for typed in ["abababab", "ABABABAB", "ababababab"] {
            assert_eq!(hold(&HoldInput { confirmed_digest: Some(typed), ..first() }), [], "{typed}");
        }
    }

    #[test]
    fn fewer_digits_than_shown_or_others_lift_nothing() {
        for typed in ["", "abababa", "abababac", "abababaé"] {
            let input = HoldInput { confirmed_digest: Some(typed), ..first() };
            assert_eq!(hold(&input), [HoldReason::FirstOfSeries, HoldReason::UnknownPlan], "{typed}");
        }
    }

    #[test]
    fn a_plan_made_since_the_confirmation_passes_unless_it_removes_more() {
        let since = |plan_removals| HoldInput {
            confirmed_digest: Some("12345678"),
            confirmed_removals: Some(5),
            plan_removals,
            ..first()
        };
        assert_eq!(hold(&since(4)), []);
        assert_eq!(hold(&since(5)), []);
        assert_eq!(hold(&since(6)), [HoldReason::FirstOfSeries, HoldReason::PlanChanged]);
    }

    #[test]
    fn a_confirmation_that_nothing_needed_changes_nothing() {
        assert_eq!(hold(&HoldInput { confirmed_digest: Some("12345678"), ..calm() }), []);
    }

    #[test]
    fn every_reason_that_applies_is_given() {
        let all = HoldInput { published_accounts_now: 0, gone_accounts: 100, ..first() };
        assert_eq!(hold(&all), [HoldReason::FirstOfSeries, HoldReason::NoAccount, HoldReason::Collapse]);
    }

    #[test]
    fn the_short_digest_names_its_plan() {
        assert!(names(&short_digest(&PLAN), &PLAN));
    }
}
