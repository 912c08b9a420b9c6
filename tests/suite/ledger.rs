//! The ledger: what it keeps, what it refuses, and that a kill at any moment loses nothing.

mod crash;
mod model;
mod publication;
mod removals;

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};
use publier::ledger::files::{FileStamp, KnownFile, MAX_INTENTIONS, UploadResult};
use publier::ledger::logins::LoginKey;
use publier::ledger::outbox::OutboxItem;
use publier::ledger::runs::Trigger;
use publier::ledger::slots::{ClaimedSlot, TryEnd};
use publier::ledger::{Ledger, LedgerError};
use publier_core::channels::Channel;
use publier_core::domain::digest::Digest;
use publier_core::publication::facts::{Mode, RunId};
use publier_core::publication::reason::TransferReason;
use publier_core::schedule::SlotKey;

use crate::support::ledger::{Home, at, body, derived, file_of};

fn home() -> (tempfile::TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home(folder.path().to_owned());
    (folder, home)
}

#[test]
#[cfg(unix)]
fn the_ledgers_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    ledger.start_run(Trigger::Slot, at(0)).unwrap();
    for name in ["state.db", "state.db-wal", "state.db-shm"] {
        let mode = std::fs::metadata(home.0.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(ledger);
    std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    drop(home.ledger());
    assert_eq!(
        std::fs::metadata(home.path()).unwrap().permissions().mode() & 0o777,
        0o600,
        "made private again"
    );
}

#[test]
fn a_ledger_of_a_newer_agent_is_refused_and_left_as_it_was() {
    let (_folder, home) = home();
    drop(home.ledger());
    rusqlite::Connection::open(home.path()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Ledger::open(&home.path()).unwrap_err();
    assert!(matches!(error, LedgerError::Newer { found: 99, known: 3, .. }), "{error:?}");
    assert!(error.to_string().contains("install the newer agent again"), "{error}");
}

#[test]
fn a_ledger_of_the_first_version_is_brought_up_to_date_with_what_it_holds() {
    let (_folder, home) = home();
    home.ledger().series("extranet", "main", "aaaa").unwrap();
    let db = rusqlite::Connection::open(home.path()).unwrap();
    db.execute_batch(
        "DROP TABLE unbound_event; DROP TABLE plan_unbound; DROP TABLE binder_right; DROP TABLE plan_right;
         ALTER TABLE access DROP COLUMN revoked_issue;
         ALTER TABLE document DROP COLUMN raw_digest; ALTER TABLE attached_file DROP COLUMN kind;
         PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(db);
    let ledger = home.ledger();
    assert!(ledger.find_series("extranet", "main").unwrap().is_some());
    assert_eq!(ledger.unbound_request(publier_core::domain::ids::EventId(1)).unwrap(), None);
}

#[test]
fn another_programs_database_and_a_text_file_are_refused() {
    let (_folder, home) = home();
    rusqlite::Connection::open(home.path()).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(matches!(Ledger::open(&home.path()), Err(LedgerError::Foreign { .. })));
    std::fs::write(home.0.join("text.db"), "not a database, but long enough to have a header ".repeat(30))
        .unwrap();
    assert!(matches!(Ledger::open(&home.0.join("text.db")), Err(LedgerError::Foreign { .. })));
}

#[test]
fn two_processes_may_open_a_new_ledger_at_once() {
    let (_folder, home) = home();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| home.ledger().start_run(Trigger::Slot, at(0)).unwrap());
        }
    });
    assert_eq!(home.ledger().runs(20).unwrap().len(), 8);
}

#[test]
fn a_series_keeps_its_id_and_each_target_has_its_own() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let first = ledger.series("extranet", "main", "aaaa").unwrap();
    assert!(first.is_first());
    assert_eq!(ledger.series("extranet", "main", "bbbb").unwrap(), first, "the second id is not used");
    let other = ledger.series("extranet", "second", "cccc").unwrap();
    assert_ne!(first.key, other.key);
    assert_eq!(ledger.find_series("listings", "main").unwrap(), None);
    assert_eq!(home.ledger().find_series("extranet", "main").unwrap(), Some(first));
}

#[test]
fn a_run_that_was_killed_is_interrupted_once_another_holds_the_lock() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let killed = ledger.start_run(Trigger::Slot, at(0)).unwrap();
    let ended = ledger.start_run(Trigger::Manual, at(10)).unwrap();
    ledger.end_run(ended, "published", 3, at(20)).unwrap();
    let mut reopened = home.ledger();
    assert_eq!(reopened.runs(9).unwrap()[1].outcome, "running", "opening alone marks nothing");
    assert_eq!(reopened.close_stale_runs(&[]).unwrap(), 1);
    let runs = reopened.runs(9).unwrap();
    assert_eq!((runs[0].id, runs[0].outcome.as_str(), runs[0].exit_code), (ended, "published", Some(3)));
    assert_eq!(
        (runs[0].trigger, runs[0].started_at, runs[0].ended_at),
        (Trigger::Manual, at(10), Some(at(20)))
    );
    assert_eq!((runs[1].id, runs[1].outcome.as_str(), runs[1].ended_at), (killed, "interrupted", None));
    assert_eq!(reopened.runs(1).unwrap().len(), 1);
}

fn slot(day: u32) -> SlotKey {
    SlotKey {
        channel: Channel::Extranet,
        local_date: NaiveDate::from_ymd_opt(2024, 3, day).unwrap(),
        local_time: NaiveTime::from_hms_opt(18, 0, 0).unwrap(),
    }
}

fn taken(home: &Home, days: RangeInclusive<u32>) -> Vec<u32> {
    let slots: Vec<_> = days.map(slot).collect();
    let taken = home.ledger().taken(&slots).unwrap();
    taken.iter().map(|slot| slot.local_date.day()).collect()
}

#[test]
fn a_slot_is_claimed_once_with_the_older_ones_it_stands_for() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    assert!(ledger.claim_slot(&slot(12), &[slot(11), slot(10)], at(0)).unwrap());
    assert!(!ledger.claim_slot(&slot(12), &[slot(9)], at(1)).unwrap(), "rule 17");
    assert!(!ledger.claim_slot(&slot(11), &[], at(1)).unwrap(), "a collapsed slot isn't run any more");
    assert_eq!(taken(&home, 8..=13), [10, 11, 12]);
}

#[test]
fn of_many_claims_at_once_one_wins() {
    let (_folder, home) = home();
    drop(home.ledger());
    let wins = std::thread::scope(|scope| {
        let claims: Vec<_> = (0..8)
            .map(|second| {
                let home = &home;
                scope.spawn(move || home.ledger().claim_slot(&slot(12), &[], at(second)).unwrap())
            })
            .collect();
        claims.into_iter().map(|claim| claim.join().unwrap()).filter(|won| *won).count()
    });
    assert_eq!(wins, 1);
}

#[test]
fn the_last_claim_is_last_in_the_order_of_claims_and_remembers_its_tries() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    assert_eq!(ledger.last_claim(Channel::Extranet).unwrap(), None);
    ledger.claim_slot(&slot(20), &[], at(0)).unwrap();
    // The clock stood eight days ahead.
    ledger.claim_slot(&slot(12), &[slot(11)], at(10)).unwrap();
    let claim =
        ClaimedSlot { key: slot(12), claimed_at: at(10), failures: 0, since: at(10), finished: false };
    assert_eq!(home.ledger().last_claim(Channel::Extranet).unwrap(), Some(claim));
    let tries = [
        (TryEnd::Stopped, ClaimedSlot { since: at(20), ..claim }),
        (TryEnd::Failed, ClaimedSlot { failures: 1, since: at(30), ..claim }),
        (TryEnd::Failed, ClaimedSlot { failures: 2, since: at(40), ..claim }),
        (TryEnd::Finished, ClaimedSlot { failures: 2, since: at(50), finished: true, ..claim }),
    ];
    for (end, expected) in tries {
        ledger.slot_ended(&slot(12), end, expected.since).unwrap();
        assert_eq!(home.ledger().last_claim(Channel::Extranet).unwrap(), Some(expected), "{end:?}");
    }
}

#[test]
fn a_schedule_keeps_the_time_since_which_it_has_its_present_form() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let mut seen = |form, second| ledger.see_schedule(Channel::Extranet, form, at(second)).unwrap();
    assert_eq!(seen("mon 18:00", 100), at(100));
    assert_eq!(seen("mon 18:00", 500), at(100));
    assert_eq!(seen("tue 18:00", 500), at(500));
    assert_eq!(seen("mon 18:00", 600), at(600), "a form that comes back is a new one");
    assert_eq!(seen("mon 18:00", 550), at(550), "the clock went back");
    assert_eq!(seen("mon 18:00", 900), at(550));
}

#[test]
fn a_login_is_refused_twice_an_hour_and_no_more_unless_its_secret_changes() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let login = LoginKey { host: "ftp.example.org", user: "agency", secret: "aa" };
    let waits = |ledger: &Ledger, login, seconds| ledger.login_waits_until(login, at(seconds)).unwrap();
    ledger.login_refused(login, at(0)).unwrap();
    assert_eq!(waits(&ledger, login, 1), None, "one more try");
    ledger.login_refused(login, at(600)).unwrap();
    assert_eq!(waits(&ledger, login, 601), Some(at(3600)));
    assert_eq!(waits(&ledger, login, 3600), None, "the first refusal is an hour old");
    assert_eq!(
        waits(&ledger, LoginKey { secret: "bb", ..login }, 601),
        None,
        "a changed secret is tried at once"
    );
    assert_eq!(waits(&ledger, LoginKey { user: "other", ..login }, 601), None);
    ledger.login_worked(login).unwrap();
    assert_eq!(waits(&ledger, login, 601), None);
}

#[test]
fn refusals_left_in_the_future_by_a_clock_set_back_never_wait_more_than_an_hour() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let login = LoginKey { host: "h", user: "u", secret: "s" };
    for _ in 0..2 {
        ledger.login_refused(login, at(3000)).unwrap();
    }
    assert_eq!(ledger.login_waits_until(login, at(0)).unwrap(), Some(at(3600)));
    assert_eq!(ledger.login_waits_until(login, at(-100_000)).unwrap(), None);
}

fn item(key: &str) -> OutboxItem {
    OutboxItem { key: key.to_owned(), kind: "message".to_owned(), body: "{}".to_owned() }
}

#[test]
fn an_outbox_item_is_kept_once_and_tried_later_and_later_until_it_is_done() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    ledger.add_to_outbox(&[item("a"), item("b")], at(0)).unwrap();
    ledger.add_to_outbox(&[OutboxItem { body: "other".into(), ..item("a") }], at(0)).unwrap();
    let due = ledger.due_in_outbox(at(0), 9).unwrap();
    assert_eq!(due.iter().map(|due| due.item.clone()).collect::<Vec<_>>(), [item("a"), item("b")]);
    assert_eq!(ledger.outbox_failed(due[0].id, at(0), "busy").unwrap(), at(60));
    assert_eq!(ledger.due_in_outbox(at(59), 9).unwrap().len(), 1);
    assert_eq!(ledger.outbox_failed(due[0].id, at(60), "busy").unwrap(), at(180));
    ledger.outbox_done(due[1].id, at(61)).unwrap();
    let reopened = home.ledger().due_in_outbox(at(180), 9).unwrap();
    assert_eq!(reopened.len(), 1);
    assert_eq!((reopened[0].item.key.as_str(), reopened[0].attempts), ("a", 2));
    ledger.add_to_outbox(&[item("b")], at(200)).unwrap();
    assert_eq!(ledger.due_in_outbox(at(999), 9).unwrap().len(), 1, "what is done is never done again");
}

#[test]
fn an_upload_is_intended_then_seen_or_settled_by_looking() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let series = ledger.series("extranet", "main", "aaaa").unwrap().key;
    let publication = ledger.open_publication(series, RunId(1), Mode::Changes, at(0)).unwrap();
    let files = [1, 2, 3].map(|event| file_of(body(event, 1), &derived(1, 1).content_digest));
    ledger.intend_uploads(publication, &files, at(1)).unwrap();
    let ended = |file: usize, failure| UploadResult { name: files[file].name.clone(), failure };
    ledger
        .record_uploads(series, &[ended(0, None), ended(1, Some(TransferReason::DiskFull))], at(2))
        .unwrap();
    let reopened = home.ledger();
    assert_eq!(reopened.unsettled_uploads(series).unwrap(), [files[2].clone()]);
    assert_eq!(reopened.visible_file(series, &files[0].name).unwrap(), Some(files[0].clone()));
    for file in &files[1..] {
        assert_eq!(reopened.visible_file(series, &file.name).unwrap(), None);
    }
    let never = UploadResult { name: "never.pdf".into(), failure: None };
    assert!(matches!(ledger.record_uploads(series, &[never], at(3)), Err(LedgerError::Misuse(_))));
    let many = vec![files[0].clone(); MAX_INTENTIONS + 1];
    assert!(matches!(ledger.intend_uploads(publication, &many, at(3)), Err(LedgerError::Misuse(_))));
}

#[test]
fn a_files_digest_is_known_until_its_size_or_date_moves() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let (path, digest) = (std::path::Path::new("/files/devis BROUILLY.pdf"), Digest([8; 32]));
    let stamp = FileStamp { size_bytes: 10, modified_ns: 123 };
    let known = KnownFile { digest, kind: Some("pdf".into()) };
    ledger.remember_files(&[(path, stamp, known.clone())]).unwrap();
    assert_eq!(ledger.known_file(path, stamp).unwrap(), Some(known));
    for moved in [FileStamp { size_bytes: 11, ..stamp }, FileStamp { modified_ns: 124, ..stamp }] {
        assert_eq!(ledger.known_file(path, moved).unwrap(), None);
    }
    drop(ledger);
    let bytes = std::fs::read(home.path()).unwrap();
    assert!(!bytes.windows(8).any(|window| window == b"BROUILLY"), "a path may hold a name");
}

#[test]
fn the_past_is_forgotten_and_what_is_under_way_stays() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let series = ledger.series("extranet", "main", "aaaa").unwrap().key;
    let old = ledger.start_run(Trigger::Slot, at(0)).unwrap();
    ledger.end_run(old, "published", 0, at(1)).unwrap();
    let running = ledger.start_run(Trigger::Slot, at(2)).unwrap();
    ledger.claim_slot(&slot(12), &[], at(2)).unwrap();
    let open = ledger.open_publication(series, running, Mode::Changes, at(3)).unwrap();
    ledger.add_to_outbox(&[item("a")], at(4)).unwrap();
    ledger.prune(at(0) + TimeDelta::days(3650)).unwrap();
    assert_eq!(ledger.runs(9).unwrap().iter().map(|run| run.id).collect::<Vec<_>>(), [running]);
    assert!(taken(&home, 12..=12).is_empty());
    assert_eq!(ledger.unfinished(series).unwrap().len(), 1);
    assert_eq!(ledger.facts(open).unwrap().len(), 1);
    assert_eq!(ledger.due_in_outbox(at(4), 9).unwrap().len(), 1, "what isn't done stays");
}
