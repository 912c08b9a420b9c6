//! Dirty databases at random.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use publier::desk::check::Code;
use publier::flow::publish::{Ask, Consent};
use publier::ledger::runs::Trigger;
use publier::report::run_report::{Outcome, RunReport};

use crate::support::check::Copy;
use crate::support::dirt::{contradict, dirty};
use crate::support::flow::{Agency, Desk};
use crate::support::oracle::{cases, extranet};
use crate::support::random_agency::{Dice, Size, fill};
use crate::support::reader::{Extranet, View};
use crate::support::truth::{Truth, all};

/// Small, so that many are tried: most events have an attachment and no letter.
const TINY: Size = Size { parties: 5, accounts: 8, units: 6, events: 8, entries: 16 };

/// Tells what of a run is against the promises.
fn broken(report: &RunReport) -> Option<String> {
    let lost = matches!(report.outcome, Outcome::Failed) || report.cause.is_some();
    lost.then(|| format!("the run is lost: {:?}", report.cause))
}

/// What a party sees more than the rules gave it in the clean database. A key that is itself dirt names the same record
/// as before, and a fund is its own holder's whatever its amount.
fn more(may: &View, sees: &View, own_records: &BTreeSet<i64>) -> Vec<String> {
    let mut more = Vec::new();
    let mut tell = |what: &str, seen: Vec<String>| {
        if !seen.is_empty() {
            more.push(format!("{what} {seen:?}"));
        }
    };
    let known = |id: &&i64| **id != i64::MAX;
    let texts = |ids: Vec<&i64>| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    tell("documents", sees.documents.difference(&may.documents).cloned().collect());
    tell("units", texts(sees.units.difference(&may.units).filter(known).collect()));
    tell("binders", texts(sees.binders.difference(&may.binders).filter(known).collect()));
    tell(
        "accounts",
        texts(sees.accounts.keys().filter(known).filter(|id| !may.accounts.contains_key(id)).collect()),
    );
    tell(
        "expenses",
        texts(sees.expenses.keys().filter(known).filter(|id| !may.expenses.contains_key(id)).collect()),
    );
    let foreign = sees.funds.keys().filter(|fund| !own_records.contains(&fund.0) && fund.0 != i64::MAX);
    tell("works funds", foreign.map(|fund| format!("{fund:?}")).collect());
    more
}

/// Who sees more than the clean database gave them.
fn widened(clean: &Truth, records: &BTreeMap<i64, i64>, seen: &Extranet, today: NaiveDate) -> Vec<String> {
    let parties = seen.parties().into_iter().filter(|party| *party != i64::MAX);
    parties
        .flat_map(|party| {
            let may = clean.views.get(&party).cloned().unwrap_or_default();
            let own = records.iter().filter(|(_, of)| **of == party).map(|(record, _)| *record).collect();
            let more = more(&may, &seen.view(party, today), &own);
            more.into_iter().map(move |more| format!("party {party} sees more: {more}"))
        })
        .collect()
}

/// What the verification tool could not look at: it has to name the dirt, so it must get through it.
fn unchecked(desk: &Desk) -> Vec<String> {
    let findings = Copy::of(&desk.agency.database()).findings();
    let lost = findings.iter().filter(|finding| finding.code == Code::DatabaseUnreadable);
    lost.map(|finding| format!("the verification tool gives up: {finding:?}")).collect()
}

/// Makes an agency, dirties it and publishes it: for the first time, or after it was published clean. Gives what went wrong.
fn play(seed: u64) -> Vec<String> {
    let today = NaiveDate::from_ymd_opt(2025, 11, 3).unwrap();
    let agency = Agency::unguarded();
    fill(&agency.open(), seed, TINY);
    // An event that is replaced comes back when its successor can't be read (G6): that is no widening.
    agency.sql("UPDATE event SET supersedes_event_id = NULL");
    let clean = Truth::of(&agency.open(), today);
    let records =
        all(&agency.open(), "SELECT id, party_id FROM co_owner_record", |row| Ok((row.get(0)?, row.get(1)?)));
    let records: BTreeMap<i64, i64> = records.into_iter().collect();
    let desk = Desk::new(agency);
    let mut dice = Dice::new(seed ^ 0xd147);
    let known = dice.percent(50);
    let ask = Ask { consent: Consent::Demo, ..Ask::new(Trigger::Manual) };
    if known {
        desk.ask(&ask);
        desk.clock.turn(TimeDelta::hours(1));
    }
    let times = dice.below(12) + 1;
    let mut done = dirty(&desk.agency.open(), &mut dice, times);
    if dice.percent(35) {
        done.push(contradict(&desk.agency.open(), &mut dice));
    }
    let report = desk.ask(&ask);
    let mut found: Vec<String> = broken(&report).into_iter().collect();
    let publications = desk.publications();
    if let Some(last) = publications.last() {
        found.extend(widened(&clean, &records, &extranet(&desk), today));
        if dice.percent(12) {
            last.validate();
        }
    } else if report.outcome != Outcome::Held {
        found.push(format!("nothing left, and nobody says why: {:?}", report.outcome));
    }
    if dice.percent(20) {
        found.extend(unchecked(&desk));
    }
    if !found.is_empty() {
        found.insert(0, format!("seed {seed}, published before: {known}, after:\n  {}", done.join("\n  ")));
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(40), failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_in_a_database_no_run_is_lost_and_nobody_sees_more(seed in any::<u64>()) {
        let faults = play(seed);
        prop_assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
