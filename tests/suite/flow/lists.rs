//! Co-owner lists from the request to the site: archived once, made again when what they show changed, replaced at once,
//! withdrawn when too many would see them (G1-G8).

use std::path::PathBuf;

use chrono::TimeDelta;
use publier::desk::co_owners::generate;
use publier::desk::row::{Outcome, Results};
use publier::flow::publish::Ask;
use publier::ledger::runs::Trigger;
use publier_core::publication::reason::RefusalReason;

use crate::support::flow::{Agency, Desk, files_below};

fn generated(desk: &Desk, buildings: &[&str]) -> Results {
    let codes: Vec<String> = buildings.iter().map(|code| (*code).to_owned()).collect();
    generate(&desk.app.office().unwrap(), &codes, None, false).unwrap()
}

/// The demo with some letters, and the list of GILBERT published.
fn with_a_list() -> Desk {
    let desk = Desk::new(Agency::small());
    assert_eq!(generated(&desk, &["GILBERT"]).tally().done, 1);
    desk.publish_first();
    desk
}

/// (event, key, superseded event) of each list's event.
fn events(desk: &Desk) -> Vec<(i64, String, Option<i64>)> {
    let db = desk.agency.open();
    let mut statement = db
        .prepare("SELECT id, agent_key, supersedes_event_id FROM event WHERE agent_key LIKE 'co-owner-list%' ORDER BY id")
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn archived_files(desk: &Desk) -> Vec<PathBuf> {
    files_below(&desk.agency.path("files"))
}

/// A change that the list shows (G5).
fn someone_enters_the_council(desk: &Desk) {
    desk.agency.sql(
        "UPDATE co_owner_record SET council_member = 1 WHERE id = (SELECT record.id FROM co_owner_record AS record
            JOIN party ON party.id = record.party_id WHERE party.surname LIKE 'CLIQUOT%' LIMIT 1)",
    );
}

#[test]
fn a_generated_list_leaves_at_the_next_publication_for_the_council_alone_g2() {
    let desk = with_a_list();
    let [(event, ..)] = events(&desk)[..] else { panic!("one list") };
    let publication = desk.last();
    let sent = publication.of_event(&event.to_string());
    assert_eq!(sent.len(), 1);
    let attribute = |name| sent[0].attribute(name).unwrap().to_owned();
    assert_eq!(attribute("title"), "Liste_copropriétaires.pdf", "C8: the template keeps names");
    assert_eq!((attribute("kind"), attribute("mime")), ("attachment".into(), "application/pdf".into()));
    let concerns = sent[0].child("concerns").unwrap();
    assert_eq!((concerns.attribute("scope"), concerns.attribute("ref")), (Some("building"), Some("1")));
    let binder = publication.one("binder", "id", &attribute("binder"));
    let rights: Vec<_> = binder.all("right").iter().map(|right| right.attribute("status").unwrap()).collect();
    assert!(!rights.is_empty() && !rights.contains(&"co_owner"), "G7: {rights:?}");
}

#[test]
fn a_list_that_shows_the_same_is_not_made_again_g5_g8() {
    let desk = with_a_list();
    let (before, files) = (events(&desk), archived_files(&desk));
    assert_eq!(files.len(), 1);
    // The date and the hour are no part of what it shows.
    for _ in 0..2 {
        desk.clock.turn(TimeDelta::days(1));
        desk.publish();
        assert_eq!(generated(&desk, &["GILBERT"]).tally().already, 1);
    }
    assert_eq!((events(&desk), archived_files(&desk)), (before, files));
}

#[test]
fn a_list_whose_data_changed_is_made_again_once_replaces_the_old_and_does_not_notify_g5_g6_g8() {
    let desk = with_a_list();
    let old = events(&desk)[0].0;
    let first = desk.last().of_event(&old.to_string())[0].clone();
    assert_eq!(first.attribute("notify"), Some("true"), "C12: the one that was asked for does");
    someone_enters_the_council(&desk);
    desk.clock.turn(TimeDelta::days(1));
    let report = desk.publish();
    assert_eq!(report.warnings.len(), desk.publish().warnings.len(), "a remake is no warning");
    let all = events(&desk);
    let [_, (new, key, supersedes)] = &all[..] else { panic!("two lists: {all:?}") };
    assert!(key.starts_with("co-owner-list-remade:1:"), "{key}");
    assert_eq!(*supersedes, Some(old));
    let publication = &desk.publications()[1];
    let sent = publication.of_event(&new.to_string());
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].attribute("notify"), Some("false"), "G8");
    assert_eq!(sent[0].attribute("supersedes"), first.attribute("id"), "G6");
    let removal = publication.removals();
    assert!(removal.iter().any(|line| line.ends_with("superseded")), "never both: {removal:?}");
    assert_eq!(
        desk.agency.rows(
            "SELECT count(*), max(number), max(event_id) FROM building_document WHERE origin = 'agent'"
        ),
        [["Integer(1)".to_owned(), "Integer(12)".to_owned(), format!("Integer({new})"),]]
    );
}

#[test]
fn a_building_without_a_list_gets_none_by_itself_g8() {
    let desk = with_a_list();
    desk.agency.sql("UPDATE party SET city = 'METZ'");
    desk.clock.turn(TimeDelta::days(1));
    desk.publish();
    let buildings: Vec<_> =
        events(&desk).into_iter().map(|(_, key, _)| key.split(':').nth(1).unwrap().to_owned()).collect();
    assert_eq!(buildings, ["1", "1"], "GILBERT's list was made again, no other was made");
}

#[test]
fn a_list_that_plain_co_owners_would_see_is_refused_and_leaves_g7() {
    let desk = with_a_list();
    let event = events(&desk)[0].0.to_string();
    desk.agency.sql("UPDATE binder SET right_co_owner = 1 WHERE id = 5");
    let results = generated(&desk, &["GILBERT"]);
    assert_eq!(results.rows[0].outcome, Outcome::Refused(RefusalReason::CouncilOnly.into()));
    someone_enters_the_council(&desk);
    desk.clock.turn(TimeDelta::days(1));
    let report = desk.publish();
    assert!(desk.last().of_event(&event).is_empty());
    assert!(
        desk.last().removals().iter().any(|line| line.ends_with("binder")),
        "{:?}",
        desk.last().removals()
    );
    assert!(report.refused.groups().any(|(reason, _)| reason == RefusalReason::CouncilOnly));
    assert_eq!(events(&desk).len(), 1, "nor is one made by itself");
}

#[test]
fn a_database_that_cannot_be_written_delays_the_list_with_a_warning_and_no_more() {
    let desk = with_a_list();
    someone_enters_the_council(&desk);
    desk.agency.sql(
        "CREATE TRIGGER no_list BEFORE INSERT ON event WHEN new.origin = 'agent'
         BEGIN SELECT raise(ABORT, 'no room'); END",
    );
    desk.clock.turn(TimeDelta::days(1));
    let report = desk.publish();
    assert_eq!(report.exit_status().code(), 3, "the demo's own refusals, and nothing worse");
    let told: Vec<_> = report.warnings.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|line| line.starts_with("Liste des copropriétaires de GILBERT")), "{told:?}");
    assert_eq!(events(&desk).len(), 1);
    desk.agency.sql("DROP TRIGGER no_list");
    desk.clock.turn(TimeDelta::days(1));
    desk.publish();
    assert_eq!(events(&desk).len(), 2, "the next publication makes it");
}

#[test]
fn a_rehearsal_makes_no_list_again() {
    let desk = with_a_list();
    someone_enters_the_council(&desk);
    let folder = tempfile::tempdir().unwrap();
    let target = desk.app.targets()[0].clone();
    let mut job = desk.app.rehearsal(&target, folder.path()).unwrap();
    let ask = Ask::new(Trigger::Manual);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(publier::flow::publish::rehearse(&mut job, &ask, None)).unwrap();
    assert_eq!((events(&desk).len(), archived_files(&desk).len()), (1, 1));
}
