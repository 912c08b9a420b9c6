//! The life of what was published: what stays away, what leaves, what comes back, and who is told (C3, D26, rules 8 and
//! 14 of a publication's life).

use chrono::TimeDelta;
use publier::flow::publish::{Ask, Consent};
use publier::ledger::runs::Trigger;
use publier::ports::{RemotePath, TransferError};
use publier::report::run_report::{Outcome, RunReport};
use publier::service::RunLock;
use publier::transfer::memory::{Fault, Operation};
use publier_core::publication::reason::{HoldReason, TransferReason, WaitReason};
use publier_core::publication::retry::RetryPolicy;

use crate::support::flow::{Agency, Desk, Embedded, Ran};

/// The records that wait for a reason, as the report names them.
fn waiting(report: &RunReport, reason: WaitReason) -> Vec<String> {
    let groups = report.held.groups().filter(|(found, _)| *found == reason);
    groups.flat_map(|(_, group)| group.records.iter().map(|record| record.id.clone())).collect()
}

/// The demo with some letters, the one of event 119 among them: its template has no binder.
fn with_an_unbound_template() -> Desk {
    let agency = Agency::small();
    agency.sql("UPDATE event SET published_on = '2025-05-12' WHERE id = 119");
    Desk::new(agency)
}

/// C3, C4: the template of event 119 gets its binder after a confirmed publication had left the event out.
#[test]
fn an_event_left_out_for_want_of_a_binder_waits_for_a_person_once_its_template_has_one_c3() {
    let desk = with_an_unbound_template();
    desk.publish_first();
    desk.agency.sql("UPDATE event_template SET binder_id = 9 WHERE id = 15");
    for _ in 0..2 {
        desk.clock.turn(TimeDelta::days(1));
        let report = desk.publish();
        assert!(desk.last().of_event("119").is_empty());
        assert_eq!(waiting(&report, WaitReason::BinderLinkedLater), ["119"]);
        assert!(report.refused.groups().all(|(_, group)| group.records.iter().all(|one| one.id != "119")));
    }
    desk.clock.turn(TimeDelta::days(1));
    desk.agency.sql("UPDATE event SET publish_request = publish_request + 1 WHERE id = 119");
    let report = desk.publish();
    assert_eq!(desk.last().of_event("119").len(), 1, "« Publier en date du jour » publishes it");
    assert!(waiting(&report, WaitReason::BinderLinkedLater).is_empty());
}

/// C3: an event of the same template that no confirmed publication saw without a binder is published as any other.
#[test]
fn an_event_that_no_publication_saw_without_a_binder_is_published_with_its_template_c3() {
    let desk = with_an_unbound_template();
    // Held: nothing is confirmed, so nobody was told that the event stays out.
    assert_eq!(desk.publish().outcome, Outcome::Held);
    desk.agency.sql("UPDATE event_template SET binder_id = 9 WHERE id = 15");
    desk.publish_first();
    assert_eq!(desk.last().of_event("119").len(), 1);
    desk.agency.sql("UPDATE event_template SET binder_id = NULL WHERE id = 15");
    desk.clock.turn(TimeDelta::days(1));
    desk.publish();
    assert!(desk.last().removals().iter().any(|line| line.ends_with("binder")), "C18");
    desk.agency.sql("UPDATE event_template SET binder_id = 9 WHERE id = 15");
    desk.clock.turn(TimeDelta::days(1));
    let report = desk.publish();
    assert_eq!(waiting(&report, WaitReason::BinderLinkedLater), ["119"], "its binder was linked later too");
}

#[test]
fn why_and_check_say_that_an_event_waits_since_its_binder_was_linked_later_c3() {
    let desk = with_an_unbound_template();
    desk.publish_first();
    desk.agency.sql("UPDATE event_template SET binder_id = 9 WHERE id = 15");
    let why = desk.agency.run(&["why", "--json", "document", "119"]).ended(0).lines();
    assert_eq!(why[0]["verdict"], "waits");
    assert_eq!(why[0]["reason"], "binder-linked-later");
    assert_eq!(why[0]["rules"], serde_json::json!(["C3", "C4"]));
    let said = desk.agency.run(&["why", "document", "119"]).ended(0).out;
    assert!(said.contains("après coup"), "{said}");
    let check = desk.agency.run(&["check", "--json"]).lines();
    let found: Vec<_> = check.iter().filter(|line| line["code"] == "binder-linked-later").collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["record"]["key"], "15");

    let published = desk.agency.run(&["events", "publish", "--json", "119"]).ended(0).lines();
    assert_eq!(published[0]["outcome"], "done");
    let why = desk.agency.run(&["why", "--json", "document", "119"]).ended(0).lines();
    assert_eq!(why[0]["verdict"], "published");
}

/// C3, C4: an event dated today waits all the same, so that publishing it moves its counter without `--again`.
#[test]
fn publishing_an_event_that_is_dated_today_and_waits_for_a_person_moves_its_counter_c3() {
    let desk = with_an_unbound_template();
    desk.publish_first();
    desk.agency.sql("UPDATE event_template SET binder_id = 9 WHERE id = 15");
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Europe::Paris).date_naive();
    desk.agency.sql(&format!("UPDATE event SET published_on = '{today}' WHERE id = 119"));
    let published = desk.agency.run(&["events", "publish", "--json", "119"]).ended(0).lines();
    assert_eq!(published[0]["outcome"], "done");
    let counter = desk.agency.rows("SELECT publish_request FROM event WHERE id = 119");
    assert_eq!(counter, [["Integer(1)"]]);
    let again = desk.agency.run(&["events", "publish", "--json", "119"]).ended(0).lines();
    assert_eq!(again[0]["outcome"], "already");
}

/// The line of a party's access: its login, and the issue of its password where it bears one.
fn access(desk: &Desk, party: &str) -> Option<(String, Option<String>)> {
    let publication = desk.last();
    let parties = publication.root.all("party");
    let access =
        parties.into_iter().find(|node| node.attribute("id") == Some(party))?.child("access")?.clone();
    assert_eq!(access.attribute("allowed"), Some("true"));
    let issue = access.child("temporaryPassword").and_then(|node| node.attribute("issue"));
    Some((access.attribute("login").unwrap().to_owned(), issue.map(str::to_owned)))
}

/// D26, D7: ATRILLON's only account (22) is unmarked, then marked again in the back office itself.
#[test]
fn an_access_is_revoked_until_confirmed_and_comes_back_with_its_login_and_a_new_issue_d26() {
    let desk = Desk::new(Agency::small());
    desk.publish_first();
    let first = access(&desk, "2").expect("ATRILLON connects");
    assert_eq!(first.1.as_deref(), Some("1"), "D5: its first password goes out");

    desk.agency.sql("UPDATE account SET published = 0 WHERE id = 22");
    desk.clock.turn(TimeDelta::days(1));
    let error = TransferError::new(TransferReason::DiskFull, "552 quota");
    desk.server.inject(Fault::FailNext { operation: Operation::Write, error });
    let mut job = desk.job();
    job.policy = RetryPolicy::once();
    assert_eq!(desk.publish_by(job, &Ask::new(Trigger::Manual)).outcome, Outcome::Failed);
    desk.publish();
    assert!(desk.last().removals().contains(&"revokeAccess 2".to_owned()), "not confirmed: sent again");
    assert_eq!(access(&desk, "2"), None);
    desk.publish();
    assert_eq!(desk.last().removals(), Vec::<String>::new(), "confirmed: silence");

    desk.agency.sql("UPDATE account SET published = 1 WHERE id = 22");
    desk.clock.turn(TimeDelta::days(1));
    let report = desk.publish();
    assert_eq!(access(&desk, "2"), Some((first.0.clone(), None)), "no password means unchanged");
    let told = report.warnings.iter().any(|label| label.as_str().contains("ATRILLONBERNARD"));
    assert!(told, "{:?}", report.warnings);
    let missing = desk.agency.run(&["credentials", "missing", "--json"]).ended(0).lines();
    assert!(missing.iter().any(|line| line["code"] == "ATRILLONBERNARD"), "{missing:?}");

    let assigned = desk.agency.run(&["credentials", "assign", "--json"]).ended(0).lines();
    assert!(assigned.iter().any(|line| line["id"] == "ATRILLONBERNARD" && line["outcome"] == "done"));
    let report = desk.publish();
    assert_eq!(access(&desk, "2"), Some((first.0.clone(), Some("2".to_owned()))), "the login stays");
    assert!(report.warnings.iter().all(|label| !label.as_str().contains("ATRILLONBERNARD")));
    desk.publish();
    assert_eq!(access(&desk, "2"), Some((first.0, None)), "confirmed once, never sent again");
}

/// Rule 14: the binder of the council's quotes (12) is opened to plain co-owners; a letter to one becomes its building's;
/// a template moves to a binder that more people may read.
#[test]
fn documents_that_more_people_will_see_are_counted_before_they_are_and_once_rule_14() {
    let server = Embedded::sftp();
    let agency = Agency::small();
    agency.configure(&server.target());
    let first = agency.publish_first().ended(3).last();
    assert_eq!(first["report"]["widened"], 0, "nothing was visible before");
    let in_works = server.deposit().publications()[0]
        .documents()
        .iter()
        .filter(|node| node.attribute("binder") == Some("12"))
        .count();
    assert!(in_works > 0);
    let widened = |ran: Ran| ran.ended(3).last()["report"]["widened"].as_u64().unwrap();
    let in_works = u64::try_from(in_works).unwrap();

    agency.sql("UPDATE binder SET right_co_owner = 1 WHERE id = 12");
    assert_eq!(widened(agency.publish(&["--dry-run"])), in_works);
    let text = agency.run(&["publish", "--dry-run"]).ended(3).out;
    let sentence =
        if in_works == 1 { "devient visible par davantage" } else { "deviennent visibles par davantage" };
    assert!(text.contains(sentence), "{text}");
    assert_eq!(widened(agency.publish(&[])), in_works);
    assert_eq!(widened(agency.publish(&[])), 0, "told once");
    agency.sql("UPDATE binder SET right_co_owner = 0 WHERE id = 12");
    assert_eq!(widened(agency.publish(&[])), 0, "fewer people");

    // The letter of ATRILLON (account 22) is for the whole building from now on (C20).
    agency.sql("UPDATE event SET account_id = NULL WHERE id = 160");
    assert_eq!(widened(agency.publish(&[])), 1);
    // The quotes move from « Interventions - Travaux » to « Courriers », which plain co-owners read.
    agency.sql("UPDATE event_template SET binder_id = 8 WHERE id = 9");
    assert!(widened(agency.publish(&[])) > 0);
    assert_eq!(widened(agency.publish(&[])), 0);
}

/// Rule 15: the letter of CLATOUR (161), sent to CLIQUOT by mistake, and the bylaws of a building (103).
#[test]
fn an_event_unpublished_now_leaves_alone_at_once_and_who_could_see_it_is_said_rule_15() {
    let server = Embedded::sftp();
    let agency = Agency::small();
    agency.configure(&server.target());
    agency.publish_first().ended(3);
    let rehearsed =
        agency.run(&["events", "unpublish", "161", "103", "--now", "--dry-run", "--json"]).ended(0);
    assert_eq!(server.deposit().publications().len(), 1, "a rehearsal sends nothing");
    let done = agency.run(&["events", "unpublish", "161", "103", "--now", "--json"]).ended(0);
    let exposures = |ran: &Ran| -> Vec<serde_json::Value> {
        ran.lines().into_iter().filter(|line| line["type"] == "exposure").collect()
    };
    assert_eq!(exposures(&rehearsed), exposures(&done));
    let exposed = exposures(&done);
    let letter = exposed.iter().find(|line| line["id"] == 161).expect("the letter");
    assert_eq!(letter["scope"], "account");
    assert_eq!(
        letter["readers"],
        serde_json::json!([{"code": "CLIQUOTMATHILDE", "name": "CLIQUOT Mathilde"}])
    );
    assert_eq!(letter["rules"], serde_json::json!(["B5", "C15"]));
    assert!(letter["since"].is_string());
    let bylaws = exposed.iter().find(|line| line["id"] == 103).expect("the bylaws");
    assert!(bylaws["readers"].as_array().unwrap().len() > 3, "{bylaws}");
    assert_eq!(bylaws["rights"], serde_json::json!(["co_owner", "council_member", "council_president"]));

    let last = server.deposit().publications().pop().unwrap();
    last.validate();
    assert_eq!(last.root.attribute("mode"), Some("removals"));
    assert!(last.removals().iter().all(|line| line.starts_with("unpublish") && line.ends_with("manual")));
    let summary = done.last();
    assert_eq!(
        (&summary["type"], &summary["done"], &summary["exit_code"]),
        (&"summary".into(), &2.into(), &0.into())
    );
    assert_eq!(summary["reports"][0]["publication"]["mode"], "removals");
    let why = agency.run(&["why", "document", "161", "--json"]).ended(0);
    let why = why.lines().into_iter().find(|line| line["type"] == "why").unwrap();
    let confirmed = why["last"]["confirmed_at"].as_str().expect("a confirmation").to_owned();
    let began = summary["reports"][0]["started_at"].as_str().unwrap();
    assert!(confirmed.as_str() >= began, "{confirmed}: not that of the publication before {began}");
    assert!(agency.messages().last().unwrap().1.contains("retrait"), "and the report's readers are told");
    let dates = agency.rows("SELECT published_on FROM event WHERE id IN (103, 161)");
    assert_eq!(dates, [["Null"], ["Null"]]);

    let again = agency.run(&["events", "unpublish", "161", "103", "--now", "--json"]).ended(0);
    assert_eq!(
        (exposures(&again).len(), server.deposit().publications().len()),
        (0, 2),
        "nothing is visible now"
    );
    assert_eq!(again.last()["already"], 2);
    let said = agency.run(&["events", "unpublish", "161", "--now"]).ended(0).out;
    assert!(said.contains("rien n’a été envoyé"), "{said}");
    agency.publish(&[]).ended(3);
    assert!(server.deposit().publications().pop().unwrap().removals().is_empty(), "confirmed: silence");
}

/// Rules 14 and 15: the plan that waits is left waiting, and its digest still confirms it.
#[test]
fn unpublishing_now_needs_no_consent_and_leaves_the_plan_that_waits_as_it_is() {
    let server = Embedded::sftp();
    let agency = Agency::small();
    agency.configure(&server.target());
    agency.publish_first().ended(3);
    agency.sql(
        "CREATE TABLE kept AS SELECT id FROM account WHERE published = 1; UPDATE account SET published = 0",
    );
    let digest = agency.publish(&[]).ended(4).last()["report"]["hold_digest"].as_str().unwrap().to_owned();
    agency.run(&["events", "unpublish", "160", "--now"]).ended(0);
    let last = server.deposit().publications().pop().unwrap();
    assert_eq!(last.removals(), ["unpublish e000000000160.000000000000@a000000000022 manual"]);
    let status = agency.run(&["status", "--json"]).ended(0).last();
    let status = agency
        .run(&["status", "--json"])
        .lines()
        .into_iter()
        .find(|line| line["type"] == "status")
        .unwrap_or(status);
    assert_eq!(status["servers"][0]["held"]["digest"], digest);
    agency.publish(&["--confirm", &digest]).ended(3);
}

/// A server that can't be reached keeps nothing from being recorded: the command given again withdraws what is still
/// visible.
#[test]
fn what_could_not_be_withdrawn_now_is_withdrawn_by_the_command_given_again() {
    let server = Embedded::sftp();
    let agency = Agency::small();
    agency.configure(&server.target());
    agency.publish_first().ended(3);
    let port = format!("port = {}", server.target().port);
    agency.reconfigure(&port, "port = 1");
    let failed = agency.run(&["events", "unpublish", "160", "--now", "--json"]).ended(7);
    assert_eq!(failed.last()["reports"][0]["outcome"], "failed");
    assert_eq!(agency.rows("SELECT published_on FROM event WHERE id = 160"), [["Null"]]);
    agency.reconfigure("port = 1", &port);
    let lock = RunLock::acquire(&agency.path("data/run.lock"), chrono::Utc::now());
    assert!(lock.is_ok());
    agency.run(&["events", "unpublish", "160", "--now"]).ended(8);
    drop(lock);
    let done = agency.run(&["events", "unpublish", "160", "--now", "--json"]).ended(0);
    assert!(done.lines().iter().any(|line| line["type"] == "exposure"), "it was visible until now");
    let last = server.deposit().publications().pop().unwrap();
    assert_eq!(last.removals(), ["unpublish e000000000160.000000000000@a000000000022 manual"]);
}

/// Rule 14: the ledger is lost. What stands on the server is compared before a person is asked, and isn't sent again.
#[test]
fn after_a_lost_ledger_what_stands_on_the_server_is_a_fact_and_is_not_sent_again_rule_14() {
    let desk = Desk::new(Agency::small());
    let new = desk.ask(&Ask { adopt: true, ..Ask::new(Trigger::Manual) });
    let found = new.adoption.expect("it was asked");
    assert_eq!((found.there, found.other), (0, 0), "the server is empty");
    assert!(found.missing > 10);
    desk.publish_first();
    let before = desk.server.files();
    for name in ["state.db", "state.db-wal", "state.db-shm"] {
        drop(std::fs::remove_file(desk.agency.path("data").join(name)));
    }
    // One file is cut short on the server: its size is another.
    let cut = before.iter().find(|name| name.ends_with(".jpg")).expect("an attached picture").clone();
    desk.server.put(&RemotePath::new(cut.clone()).unwrap(), b"cut short");

    let adopt = Ask { adopt: true, ..Ask::new(Trigger::Manual) };
    let held = desk.ask(&adopt);
    assert_eq!(held.holds, [HoldReason::FirstOfSeries]);
    let seen = held.adoption.expect("it was asked");
    assert_eq!(seen.there + seen.other, found.missing, "compared by name before anything is made");
    assert_eq!(seen.missing, 0);
    assert_eq!(desk.server.files(), before, "comparing writes nothing");
    let consent = Consent::Person(held.hold_digest.unwrap());
    let done = desk.ask(&Ask { consent, ..adopt });
    let known = done.adoption.unwrap();
    assert_eq!((known.there, known.other, known.missing), (found.missing - 1, 1, 0));
    assert_eq!(done.files_uploaded, 2, "the file that was cut short, and the publication's own");
    assert_eq!(desk.server.files().len(), before.len() + 1, "no file twice");
    assert_ne!(desk.server.content(&RemotePath::new(cut).unwrap()).unwrap(), b"cut short");
    assert!(!desk.last().documents().is_empty());
    assert_eq!(desk.last().root.attribute("mode"), Some("full"));
}

/// The counts are said to whoever is asked for consent, in French.
#[test]
fn the_comparison_with_the_server_is_said_before_a_person_consents_rule_14() {
    let server = Embedded::sftp();
    let agency = Agency::tiny();
    agency.configure(&server.target());
    agency.publish_first().ended(3);
    std::fs::remove_dir_all(agency.path("data")).unwrap();
    let held = agency.run(&["publish", "--adopt"]).ended(4).out.replace('\u{a0}', " ");
    assert!(held.contains("Comparaison avec le serveur : "), "{held}");
    assert!(held.contains("0 y manquent"), "{held}");
}

/// C23: the binder of event 170's template (15) grants nobody; a building's and an entity's readers are counted.
#[test]
fn what_nobody_reads_is_named_and_a_buildings_and_an_entitys_readers_are_counted_c23() {
    let agency = Agency::small();
    agency.sql(
        "UPDATE event SET published_on = '2025-06-23' WHERE id = 105;
         UPDATE binder SET right_co_owner = 0, right_council_member = 0, right_council_president = 0 WHERE id = 12;",
    );
    let desk = Desk::new(agency);
    let held = desk.publish();
    let audiences = &held.audiences;
    let quotes: Vec<_> = audiences.empty.records.iter().map(|record| record.id.as_str()).collect();
    assert!(quotes.contains(&"107"), "nobody may read the quotes' binder: {quotes:?}");
    assert_eq!(audiences.empty.count, u64::try_from(quotes.len()).unwrap());
    let readers = |id: &str| audiences.wide.documents.iter().find(|document| document.record.id == id);
    let (bylaws, contract) = (readers("103").expect("a building's"), readers("105").expect("an entity's"));
    assert_eq!((bylaws.scope.as_str(), contract.scope.as_str()), ("building", "entity"));
    assert!(bylaws.readers > 3 && contract.readers > bylaws.readers, "{bylaws:?} {contract:?}");
    let text = desk.agency.messages().last().unwrap().1.replace('\u{a0}', " ");
    assert!(text.contains("que personne ne lit"), "{text}");
    assert!(text.contains(&format!("portée immeuble : {} lecteurs", bylaws.readers)), "{text}");

    let why = desk.agency.run(&["why", "--json", "document", "103"]).ended(0).lines();
    assert_eq!(why[0]["readers"], bylaws.readers, "why, check and the plan make one join");
    let check = desk.agency.run(&["check", "--json"]).lines();
    let found = check.iter().find(|line| line["code"] == "readers" && line["record"]["kind"] == "entity");
    let sentence = found.expect("said of the entity")["sentence"].as_str().unwrap();
    assert!(sentence.contains(&contract.readers.to_string()), "{sentence}");
}
