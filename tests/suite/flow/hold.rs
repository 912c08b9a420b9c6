//! A publication that a person must see first waits whole, and leaves nothing on the server.

use chrono::TimeDelta;
use publier::report::run_report::Outcome;
use publier_core::publication::reason::HoldReason;

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
    assert_eq!(wrong["report"]["holds"], serde_json::json!(["first-of-series", "plan-changed"]));
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
    desk.agency.sql("UPDATE event SET published_on = NULL WHERE id IN (160, 161)");
    let again = desk.confirm(&seen);
    assert_eq!(again.holds, [HoldReason::ClockForward, HoldReason::PlanChanged]);
    assert_eq!(desk.publications().len(), 1);
    assert_eq!(desk.confirm(&again.hold_digest.unwrap()).withdrawn.values().sum::<u64>(), 2);
}
