//! What staff did between publications comes out as `day-two.sql` and `day-three.sql` promise.

use chrono::TimeDelta;
use publier::flow::publish::Ask;
use publier::ledger::runs::Trigger;
use publier::ports::TransferError;
use publier::report::run_report::Outcome;
use publier::transfer::memory::{Fault, Operation};
use publier_core::publication::reason::{RefusalReason, TransferReason};
use publier_core::publication::retry::RetryPolicy;

use crate::support::flow::{Agency, Desk, Fold, Publication};

const DAY_TWO: [&str; 25] = [
    "revokeAccess 13",
    "revokeAccess 16",
    "revokeAccess 21",
    "revokeAccess 23",
    "revokeAccess 9",
    "deactivate 12 account", // D10: TAVEL left
    "deactivate 14 account", // D9: BANDOL is under notice
    "deactivate 31 account", // D11: MEURSAULT sold all he had
    "deactivate 32 account",
    "deactivate 36 manual", // D7: VOLNAY is unmarked
    "deactivate 39 gone",   // C18: SANTENAY's account is deleted
    "unpublish e000000000102.000000000000@b000000000001 postponed",
    "unpublish e000000000102.000000000002@b000000000001 postponed",
    "unpublish e000000000102.000000000003@b000000000001 gone", // its attachment is deleted
    "unpublish e000000000106.000000000000@b000000000001 binder",
    "unpublish e000000000149.000000000022@b000000000001 binder",
    "unpublish e000000000160.000000000000@a000000000022 manual",
    "unpublish e000000000161.000000000000@a000000000027 scope",
    "unpublish e000000000162.000000000000@a000000000026 gone",
    "unpublish e000000000174.000000000000@a000000000031 account",
    "unpublish e000000000209.000000000000@a000000000014 account",
    "unpublish p000000000002.000000000000@b000000000001 gone",
    "unpublish v000000000006.000000000036@b000000000001 year-closed",
    "unpublish v000000000008.000000000031@b000000000001 year-closed",
    "withdraw expenses 3 year-closed",
];

/// The documents of a publication: event, target and whether readers are told.
fn listed(publication: &Publication) -> Vec<(&str, &str, &str)> {
    let documents = publication.documents().into_iter();
    let line = documents.map(|node| {
        let attribute = |name| node.attribute(name).unwrap_or_default();
        (attribute("event"), attribute("id").split_once('@').unwrap().1, attribute("notify"))
    });
    line.collect()
}

fn on_day_two() -> Desk {
    let desk = Desk::new(Agency::new());
    desk.publish_first();
    desk.clock.turn(TimeDelta::days(1));
    desk.agency.play("day-two");
    desk
}

#[test]
fn day_two_leaves_with_its_reasons_until_confirmed_then_in_silence() {
    let desk = on_day_two();
    // The first try breaks at its first document: nothing is confirmed, so all is due again.
    let error = TransferError::new(TransferReason::DiskFull, "552 quota");
    desk.server.inject(Fault::FailNext { operation: Operation::Write, error });
    let mut job = desk.job();
    job.policy = RetryPolicy::once();
    let failed = desk.publish_by(job, &Ask::new(Trigger::Manual));
    assert_eq!((failed.outcome, failed.exit_status().code()), (Outcome::Failed, 7));

    let done = desk.publish();
    assert_eq!(done.outcome, Outcome::Partial);
    let second = desk.last();
    second.validate();
    assert_eq!(second.removals(), DAY_TWO);
    assert_eq!(done.withdrawn.values().sum::<u64>(), 25);

    desk.clock.turn(TimeDelta::days(1));
    desk.publish();
    assert_eq!(desk.last().sequence, second.sequence + 1);
    assert_eq!((desk.last().removals(), desk.last().documents().len()), (Vec::new(), 0));
}

#[test]
fn day_two_sends_what_changed_and_tells_readers_only_when_someone_republished() {
    let desk = on_day_two();
    let first = desk.last();
    let report = desk.publish();
    let second = desk.last();
    let sent = listed(&second);
    for expected in [
        ("105", "e000000000002", "false"), // C4: the text alone changed
        ("109", "b000000000001", "true"),  // C12: « Publier en date du jour »
        ("161", "a000000000026", "true"),  // C19: new for CLATOUR
    ] {
        assert!(sent.contains(&expected), "{expected:?} is not in {sent:?}");
    }
    assert!(sent.iter().all(|(event, ..)| *event != "175"), "the address of its reader is no part of it");
    assert!(sent.iter().all(|(event, ..)| *event != "115"), "C6: it stays expired");
    let expired: Vec<_> =
        report.refused.groups().filter(|(reason, _)| *reason == RefusalReason::Expired).collect();
    assert_eq!(expired.len(), 1, "and whoever republished it is told");
    assert_eq!(expired[0].1.records[0].id, "115");

    let name = |publication: &Publication| {
        publication.one("binder", "id", "12").attribute("name").unwrap().to_owned()
    };
    assert_ne!(name(&first), name(&second), "B2: a binder is renamed");
    assert!(sent.iter().all(|(event, ..)| *event != "107"), "and nothing of it moves");
    assert!(
        second
            .section("worksFunds")
            .all("fund")
            .iter()
            .all(|fund| fund.attribute("account") != Some("102001"))
    );
    let years: Vec<_> = second.root.all("year").iter().map(|node| node.attribute("id").unwrap()).collect();
    assert_eq!(years, ["2", "4", "6"], "E6: 2016 is closed");
    let parties: Vec<_> = second.root.all("party").iter().map(|node| node.attribute("id").unwrap()).collect();
    for revoked in ["9", "13", "16", "21", "23"] {
        assert!(!parties.contains(&revoked), "{revoked}");
    }
    assert!(parties.contains(&"11"), "D11: GIVRY keeps a unit");
}

#[test]
fn day_three_brings_back_what_staff_brought_back() {
    let desk = on_day_two();
    desk.publish();
    desk.clock.turn(TimeDelta::days(1));
    desk.agency.play("day-three");
    desk.publish();
    let third = desk.last();
    third.validate();
    assert_eq!(
        listed(&third),
        [("160", "a000000000022", "true"), ("209", "a000000000014", "false")],
        "C5: taken back and published again; D9: with its account"
    );
    assert_eq!(third.passwords(), [("2", "DWTKZHVQPN")], "D26: VOLNAY's new issue");
    for account in ["14", "36"] {
        third.one("account", "id", account);
    }
    let vouchers = third
        .removals()
        .iter()
        .filter(|line| line.starts_with("unpublish v") && line.ends_with("option"))
        .count();
    assert_eq!(vouchers, 6, "{:?}", third.removals());
    assert!(third.root.child("expenses").is_none());
    assert!(third.removals().iter().filter(|line| line.starts_with("withdraw expenses")).count() >= 3);
    for bank in third.root.all("bank") {
        assert_eq!(
            (bank.attribute("iban"), bank.attribute("bic")),
            (Some(""), Some("")),
            "D16: explicitly empty"
        );
    }

    // The receiving side, fold after fold, knows what a full index says.
    let ask = Ask { full_index: true, ..Ask::new(Trigger::Manual) };
    desk.ask(&ask);
    let publications = desk.publications();
    let (full, before) = publications.split_last().unwrap();
    assert_eq!(full.root.attribute("mode"), Some("full"));
    assert_eq!(Fold::of(before), Fold::of(std::slice::from_ref(full)));
}
