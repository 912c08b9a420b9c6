//! A publication that a person must see first waits whole, and leaves nothing on the server but what a person withdrew.

use chrono::TimeDelta;
use publier::flow::publish::{Ask, Consent};
use publier::ledger::runs::Trigger;
use publier::ports::TransferError;
use publier::report::run_report::Outcome;
use publier::transfer::memory::{Fault, Operation};
use publier_core::publication::reason::{HoldReason, TransferReason};
use publier_core::publication::retry::RetryPolicy;

use crate::support::flow::{Agency, Desk, Embedded};

#[test]
fn the_first_publication_waits_with_a_french_report_and_goes_once_confirmed() {
    let server = Embedded::sftp();
    let agency = Agency::small();
    agency.configure(&server.target());
    let held = agency.run(&["publish"]).ended(4);
    let plain = held.out.replace('\u{a0}', " ");
    assert!(plain.starts_with("Publication retenue : rien n’est parti, votre accord est attendu"), "{plain}");
    let digest = plain.split("publier publish --confirm ").nth(1).expect("the command to type");
    let digest = digest.split_whitespace().next().unwrap();
    assert_eq!(digest.len(), 8, "{digest}");
    assert_eq!(server.deposit().names(), Vec::<String>::new());
    assert!(agency.messages()[0].1.contains(digest), "the message says it too");

    let wrong = agency.publish(&["--confirm", "00000000"]).ended(4).last();
    assert_eq!(wrong["report"]["holds"], serde_json::json!(["first-of-series", "unknown-plan"]));
    assert_eq!(wrong["report"]["hold_digest"], digest, "the same plan has the same digest");
    assert_eq!(server.deposit().names(), Vec::<String>::new());
    assert_eq!(agency.messages().len(), 1, "told once a day");

    agency.publish(&["--confirm", digest]).ended(3);
    let fold = server.deposit().check();
    assert!(!fold.documents.is_empty());
    agency.publish(&[]).ended(3);
    assert_eq!(server.deposit().publications().len(), 2, "the second one needs nobody");
}

#[test]
fn a_first_publication_notifies_nothing_older_than_itself() {
    let desk = Desk::new(Agency::new());
    desk.publish_first();
    let first = desk.last();
    assert!(first.documents().len() > 50);
    assert!(first.documents().iter().all(|node| node.attribute("notify") == Some("false")));
}

#[test]
fn a_clock_gone_back_or_far_ahead_waits() {
    for (by, reason) in
        [(TimeDelta::minutes(-6), HoldReason::ClockBack), (TimeDelta::days(46), HoldReason::ClockForward)]
    {
        let desk = Desk::new(Agency::small());
        desk.publish_first();
        desk.clock.turn(by);
        let held = desk.publish();
        assert_eq!((held.outcome, &held.holds[..]), (Outcome::Held, &[reason][..]));
        assert_eq!(desk.publications().len(), 1);
        assert_eq!(desk.confirm(&held.hold_digest.unwrap()).outcome, Outcome::Partial);
        assert_eq!(desk.publications().len(), 2);
    }
}

/// Rule 14: at least 20, and more than half of the live accounts gone from the database.
#[test]
fn accounts_gone_from_the_database_by_mistake_withdraw_nothing_until_a_person_agrees() {
    let desk = Desk::new(Agency::small());
    desk.publish_first();
    let uploaded = desk.server.files();
    desk.clock.turn(TimeDelta::hours(1));
    desk.agency.sql(
        "PRAGMA foreign_keys = OFF;
         DELETE FROM ledger_entry WHERE account_id IN (SELECT id FROM account WHERE published = 1 ORDER BY id LIMIT 21);
         DELETE FROM account WHERE id IN (SELECT id FROM account WHERE published = 1 ORDER BY id LIMIT 21);",
    );
    let held = desk.publish();
    assert_eq!((held.outcome, &held.holds[..]), (Outcome::Held, &[HoldReason::Collapse][..]), "{held:?}");
    assert_eq!(held.exit_status().code(), 4);
    assert_eq!(desk.server.files(), uploaded, "nothing left");
    desk.confirm(&held.hold_digest.unwrap());
    let gone = desk.last().removals().iter().filter(|line| line.starts_with("deactivate")).count();
    assert_eq!(gone, 21);
}

#[test]
fn without_any_published_account_nothing_leaves() {
    let desk = Desk::new(Agency::small());
    desk.publish_first();
    desk.agency.sql("UPDATE account SET published = 0");
    let held = desk.publish();
    assert_eq!((held.outcome, &held.holds[..]), (Outcome::Held, &[HoldReason::NoAccount][..]));
    assert_eq!(desk.publications().len(), 1);
}

#[test]
fn a_confirmed_plan_that_would_remove_more_by_now_waits_again() {
    let desk = Desk::new(Agency::small());
    desk.publish_first();
    desk.clock.turn(TimeDelta::days(46));
    let seen = desk.publish().hold_digest.unwrap();
    desk.agency.sql("PRAGMA foreign_keys = OFF; DELETE FROM event WHERE id IN (160, 161)");
    let again = desk.confirm(&seen);
    assert_eq!(again.holds, [HoldReason::ClockForward, HoldReason::PlanChanged]);
    assert_eq!(desk.publications().len(), 1);
    assert_eq!(desk.confirm(&again.hold_digest.unwrap()).withdrawn.values().sum::<u64>(), 2);
}

/// The life of event 103 (its lasting paper) and of account 22 (ATRILLON) while the clock is far ahead.
fn held_by_the_clock() -> Desk {
    let desk = Desk::new(Agency::small());
    desk.publish_first();
    desk.clock.turn(TimeDelta::days(46));
    desk
}

/// Rule 14, promise 10: a person took a date away and cleared a box; the plan waits, and both leave at once, alone.
#[test]
fn withdrawals_that_a_person_recorded_leave_at_once_while_the_plan_waits() {
    let desk = held_by_the_clock();
    let seen = desk.publish().hold_digest.unwrap();
    desk.agency.sql(
        "UPDATE event SET published_on = NULL WHERE id = 103;
         UPDATE account SET published = 0 WHERE id = 22;
         PRAGMA foreign_keys = OFF;
         DELETE FROM event WHERE id = 161;",
    );
    let held = desk.publish();
    assert_eq!((held.outcome, &held.holds[..]), (Outcome::Held, &[HoldReason::ClockForward][..]), "{held:?}");
    assert_eq!(held.exit_status().code(), 4);
    let last = desk.last();
    last.validate();
    assert_eq!(last.root.attribute("mode"), Some("removals"));
    let removals = last.removals();
    assert!(removals.contains(&"deactivate 22 manual".to_owned()), "{removals:?}");
    assert!(removals.contains(&"revokeAccess 2".to_owned()), "D26: {removals:?}");
    assert!(removals.iter().any(|line| line.starts_with("unpublish e000000000103")), "{removals:?}");
    assert!(
        removals.contains(&"unpublish e000000000160.000000000000@a000000000022 account".to_owned()),
        "the account's own letter leaves with it: {removals:?}"
    );
    assert!(
        removals.iter().all(|line| !line.contains("e000000000161")),
        "nobody recorded that one: it waits"
    );
    assert_eq!(held.withdrawn_at_once, u64::try_from(removals.len()).unwrap());
    for section in ["entities", "parties", "accounts", "binders", "documents"] {
        assert!(last.section(section).children.is_empty(), "{section}");
    }
    let told = desk.agency.messages().pop().unwrap().1.replace('\u{a0}', " ");
    assert!(told.contains("retraits demandés par une personne sont partis"), "{told}");

    let again = desk.publish();
    assert_eq!(again.holds, [HoldReason::ClockForward], "the hold remains for the rest");
    assert_eq!(
        (desk.last().sequence, again.withdrawn_at_once),
        (last.sequence, 0),
        "confirmed once, in silence"
    );
    assert_eq!(
        desk.confirm(&seen).holds,
        [HoldReason::ClockForward, HoldReason::PlanChanged],
        "161 was not seen"
    );
    let confirmed = desk.confirm(&held.hold_digest.unwrap());
    assert_eq!(
        confirmed.outcome,
        Outcome::Partial,
        "the digest that was shown still confirms: it removes no more"
    );
    assert!(desk.last().removals().iter().any(|line| line.contains("e000000000161")));
    assert_eq!(desk.last().root.attribute("previous"), Some(last.sequence.to_string().as_str()));
}

/// Rules 4 and 8: what could not be sent beside a hold is sent by the next run, held or not.
#[test]
fn a_withdrawal_beside_a_hold_that_fails_is_told_and_repeated_until_it_is_confirmed() {
    let desk = held_by_the_clock();
    desk.agency.sql("UPDATE event SET published_on = NULL WHERE id = 103");
    let error = TransferError::new(TransferReason::ConnectionLost, "gone");
    desk.server.inject(Fault::FailNext { operation: Operation::Write, error });
    let mut job = desk.job();
    job.policy = RetryPolicy::once();
    let failed = desk.publish_by(job, &Ask::new(Trigger::Manual));
    assert_eq!((failed.outcome, failed.exit_status().code()), (Outcome::Failed, 7), "{failed:?}");
    assert_eq!(failed.holds, [HoldReason::ClockForward], "and the plan waits too");
    assert_eq!(desk.publications().len(), 1);
    let held = desk.publish();
    assert_eq!((held.outcome, desk.publications().len()), (Outcome::Held, 2));
    assert!(desk.last().removals()[0].starts_with("unpublish e000000000103"), "{:?}", desk.last().removals());
    desk.publish();
    assert_eq!(desk.publications().len(), 2);
}

/// Rule 14: every box cleared at once looks like a mistake, which is what the hold is for; a date taken away does not.
#[test]
fn without_any_account_the_accounts_wait_and_a_date_that_was_taken_away_does_not() {
    let desk = Desk::new(Agency::small());
    desk.publish_first();
    desk.agency.sql("UPDATE account SET published = 0; UPDATE event SET published_on = NULL WHERE id = 103");
    let held = desk.publish();
    assert_eq!(held.holds, [HoldReason::NoAccount]);
    assert!(held.withdrawn_at_once > 0);
    let removals = desk.last().removals();
    assert!(removals.iter().all(|line| line.starts_with("unpublish e000000000103")), "{removals:?}");
}

#[test]
fn a_digest_typed_when_nothing_waits_sends_nothing() {
    let server = Embedded::sftp();
    let agency = Agency::tiny();
    agency.configure(&server.target());
    agency.publish_first();
    let refused = agency.run(&["publish", "--confirm", "deadbeef"]).ended(2);
    assert!(refused.errors.contains("Aucune publication n’attend votre accord"), "{}", refused.errors);
    assert_eq!(server.deposit().publications().len(), 1);
}

/// Rule 14: the line that fails after a person agreed is no reason to ask them again about the very same plan.
#[test]
fn what_a_person_agreed_to_goes_with_the_next_run_when_the_line_failed_before() {
    for operation in [Operation::Connect, Operation::Write, Operation::Rename] {
        let desk = Desk::new(Agency::small());
        let digest = desk.publish().hold_digest.unwrap();
        desk.server.inject(Fault::FailNext {
            operation,
            error: TransferError::new(TransferReason::ConnectionLost, "gone"),
        });
        let mut job = desk.job();
        job.policy = RetryPolicy::once();
        let ask = Ask { consent: Consent::Person(digest), ..Ask::new(Trigger::Manual) };
        assert_eq!(desk.publish_by(job, &ask).outcome, Outcome::Failed, "{operation:?}");
        assert_eq!(desk.publications().len(), 0);
        desk.clock.turn(TimeDelta::minutes(30));
        let next = desk.publish();
        assert_eq!((next.outcome, &next.holds[..]), (Outcome::Partial, &[][..]), "{operation:?}");
        assert_eq!(desk.publications().len(), 1);
    }
}

#[test]
fn another_plan_than_the_one_agreed_to_waits_after_the_line_failed() {
    let desk = Desk::new(Agency::small());
    let digest = desk.publish().hold_digest.unwrap();
    desk.server.inject(Fault::FailNext {
        operation: Operation::Connect,
        error: TransferError::new(TransferReason::ConnectionLost, "gone"),
    });
    let mut job = desk.job();
    job.policy = RetryPolicy::once();
    desk.publish_by(job, &Ask { consent: Consent::Person(digest.clone()), ..Ask::new(Trigger::Manual) });
    desk.agency.sql("UPDATE event SET published_on = NULL WHERE id = 103");
    let next = desk.publish();
    assert_eq!((next.outcome, &next.holds[..]), (Outcome::Held, &[HoldReason::FirstOfSeries][..]));
    assert_ne!(next.hold_digest.as_ref(), Some(&digest));
    assert_eq!(desk.server.files(), Vec::<String>::new());
    // A consent is used up by the publication that arrives: the next reason to wait asks anew.
    desk.confirm(&next.hold_digest.unwrap());
    desk.clock.turn(TimeDelta::days(46));
    assert_eq!(desk.publish().holds, [HoldReason::ClockForward]);
}
