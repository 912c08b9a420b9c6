//! The staff's commands over the demo agency, through the real binary.

mod accounts;
mod binders;
mod credentials;
mod database;
mod events;
mod options;
mod papers;
mod why;

use std::collections::BTreeMap;

use publier::ledger::Ledger;
use publier::ledger::plan::{PlanRow, Presence};
use publier::ledger::runs::Trigger;
use publier_core::domain::ids::{AccountId, PartyId};
use publier_core::publication::facts::{Counts, Fact, Mode, Section};

use crate::support::desk::{Desk, Said};
use crate::support::ledger::{at, body, derived, planned, settle};

fn outcome(id: &str, outcome: &str, reason: &str) -> (String, String, String) {
    (id.to_owned(), outcome.to_owned(), reason.to_owned())
}

/// Runs a command twice: the second says "already" where the first said "done", and leaves every row as it was.
fn twice(desk: &Desk, arguments: &[&str]) -> Said {
    let first = desk.json(arguments);
    let after = desk.dump();
    let second = desk.json(arguments);
    assert_eq!(second.summary()["done"], 0, "{second:?}");
    assert!(second.outcomes().iter().all(|(_, outcome, _)| outcome != "done"));
    assert_eq!(desk.dump(), after, "two runs give the same database: {arguments:?}");
    first
}

/// Runs a command as a rehearsal, which writes nothing, then in earnest: both judge alike.
fn rehearsed(desk: &Desk, arguments: &[&str]) -> Said {
    let before = desk.dump();
    let rehearsal = desk.json(&[arguments, &["--dry-run"]].concat());
    assert_eq!(desk.dump(), before, "a rehearsal writes nothing: {arguments:?}");
    assert_eq!(rehearsal.summary()["dry_run"], true);
    let done = twice(desk, arguments);
    assert_eq!(rehearsal.outcomes(), done.outcomes(), "{arguments:?}");
    assert_eq!(rehearsal.code, done.code);
    let notices = |said: &Said| said.of("row").iter().map(|row| row["notices"].clone()).collect::<Vec<_>>();
    assert_eq!(notices(&rehearsal), notices(&done));
    done
}

/// A series whose confirmed publication showed two letters of CLIQUOT's account 27 and one of ATRILLON's, 22.
fn published(desk: &Desk) {
    std::fs::create_dir_all(desk.ledger().parent().unwrap()).unwrap();
    let mut ledger = Ledger::open(&desk.ledger()).unwrap();
    let series = ledger.series("extranet", "extranet", "5e71e5").unwrap();
    let run = ledger.start_run(Trigger::Manual, at(0)).unwrap();
    let publication = ledger.open_publication(series.key, run, Mode::Changes, at(0)).unwrap();
    let letter = |event, account| PlanRow::Document(planned(body(event, account), &derived(account, 1)));
    let account = |account, party| PlanRow::Account {
        account: AccountId(account),
        party: Some(PartyId(party)),
        presence: Presence::Present,
    };
    let rows = [letter(160, 22), letter(161, 27), letter(175, 27), account(22, 2), account(27, 6)];
    ledger.plan(publication, &rows).unwrap();
    let counts = Counts { known: 3, selected: 3, published: 3, ..Counts::default() };
    let counts = BTreeMap::from([(Section::Documents, counts)]);
    ledger.count(publication, &counts).unwrap();
    let totals = ledger.close_plan(publication).unwrap();
    let fact = Fact::Planned { counts, removals: totals.removals, plan_digest: totals.digest };
    ledger.append(publication, at(1), &[fact]).unwrap();
    settle(&mut ledger, publication);
    ledger.end_run(run, "done", 0, at(91)).unwrap();
}
