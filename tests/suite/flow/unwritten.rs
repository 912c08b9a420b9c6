//! Accounts that only show while they are written that they can't be, and accounts that go to another party.

use std::collections::BTreeSet;

use publier::report::redact::Label;
use publier::report::run_report::RunReport;
use publier_core::publication::facts::Section;
use publier_core::publication::reason::RefusalReason;

use crate::support::flow::{Agency, Desk, Embedded, Fold};

/// Two entries of account 22 (S038 450ATRILLO) whose sum no amount can hold, D18.
const OVERFLOW: &str = "UPDATE ledger_entry SET debit_cents = 9223372036854775807, credit_cents = 0
    WHERE id IN (SELECT id FROM ledger_entry WHERE account_id = 22 ORDER BY id LIMIT 2)";
/// What they were.
const MENDED: &str = "UPDATE ledger_entry SET debit_cents = 100 WHERE debit_cents = 9223372036854775807";

fn concerns_22(document: &&crate::support::report::Node) -> bool {
    let concerns = document.child("concerns").unwrap();
    (concerns.attribute("scope"), concerns.attribute("ref")) == (Some("account"), Some("22"))
}

fn shows_account_22(desk: &Desk) -> bool {
    desk.last().section("accounts").all("account").iter().any(|node| node.attribute("id") == Some("22"))
}

fn refused(report: &RunReport, reason: RefusalReason) -> u64 {
    report.refused.groups().find(|(of, _)| *of == reason).map_or(0, |(_, group)| group.count)
}

#[test]
fn a_document_of_an_account_whose_entries_cannot_be_added_up_is_refused_with_it_d2_d18() {
    let desk = Desk::new(Agency::small());
    desk.agency.sql(OVERFLOW);
    let report = desk.publish_first();
    assert!(!shows_account_22(&desk));
    assert_eq!(desk.last().documents().iter().filter(|node| concerns_22(node)).count(), 0);
    assert_eq!(refused(&report, RefusalReason::BadValue), 1, "the account");
    assert!(refused(&report, RefusalReason::TargetNotPublished) >= 1, "its letter");
    let documents = report.sections.iter().find(|counts| counts.section == Section::Documents).unwrap();
    assert_eq!(documents.published, desk.last().documents().len() as u64);

    // Nothing stands there to be withdrawn, on this run or the next.
    desk.publish();
    assert_eq!(desk.last().removals(), Vec::<String>::new());
    desk.agency.sql(MENDED);
    desk.publish();
    assert!(shows_account_22(&desk));
    assert!(desk.last().documents().iter().any(concerns_22), "it comes with its account");
}

#[test]
fn an_account_that_can_no_longer_be_written_leaves_once_with_its_documents_and_comes_back_d2_d7_d18() {
    let desk = Desk::new(Agency::small());
    desk.publish_first();
    let theirs: BTreeSet<_> = desk
        .last()
        .documents()
        .iter()
        .filter(|node| concerns_22(node))
        .map(|node| node.attribute("id").unwrap().to_owned())
        .collect();
    assert!(!theirs.is_empty());
    desk.agency.sql(OVERFLOW);
    let report = desk.publish();
    let expected: BTreeSet<_> = theirs
        .iter()
        .map(|id| format!("unpublish {id} account"))
        .chain(["deactivate 22 account".to_owned()])
        .collect();
    assert_eq!(desk.last().removals().into_iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(refused(&report, RefusalReason::TargetNotPublished), theirs.len() as u64);
    desk.last().validate();
    desk.publish();
    assert_eq!(desk.last().removals(), Vec::<String>::new(), "sent until confirmed, then never again");

    desk.agency.sql(MENDED);
    desk.publish();
    assert!(shows_account_22(&desk));
    let fold = Fold::of(&desk.publications());
    assert!(theirs.iter().all(|id| fold.documents.contains_key(id)), "published again");
}

#[test]
fn why_tells_that_the_last_publication_left_an_account_and_its_letter_out() {
    let server = Embedded::sftp();
    let agency = Agency::small();
    agency.configure(&server.target());
    agency.sql(OVERFLOW);
    agency.publish_first().ended(3);
    let text = agency.run(&["why", "account", "S038/450ATRILLO"]).ended(0).out;
    assert!(text.contains("La dernière publication l’a laissé de côté"), "{text}");
    let why = |of: &[&str]| {
        let ran = agency.run(&[&["why"], of, &["--json"]].concat()).ended(0);
        ran.lines().into_iter().find(|line| line["type"] == "why").unwrap()
    };
    let said = why(&["account", "22"]);
    assert_eq!(said["left_out"]["reason"], "bad-value", "{said}");
    let letter = why(&["document", "160"]);
    assert_eq!(letter["left_out"][0]["reason"], "target-not-published", "{letter}");
}

/// Rule 14: nobody may learn by chance that another reads what was his.
#[test]
fn an_account_that_goes_to_another_party_is_named_with_the_documents_that_go_with_it_rule_14() {
    let desk = Desk::new(Agency::small());
    desk.publish_first();
    let said = |warnings: &[Label]| {
        warnings.iter().filter(|label| label.as_str().contains("450ATRILLO a changé de tiers")).count()
    };
    assert_eq!(said(&desk.publish().warnings), 0);
    desk.agency.sql("UPDATE account SET party_id = 3 WHERE id = 22");
    assert_eq!(said(&desk.publish().warnings), 1);
    assert_eq!(said(&desk.publish().warnings), 0, "told once");
}

/// C23, D3: of what is a building's, those who have no login yet aren't counted among its readers.
#[test]
fn a_party_without_a_login_is_no_reader_of_what_is_a_building_s_c23_d3() {
    let readers = |agency: Agency| {
        let report = Desk::new(agency).publish_first();
        let documents = report.audiences.wide.documents;
        documents.iter().map(|document| (document.record.id.clone(), document.readers)).collect::<Vec<_>>()
    };
    let all = readers(Agency::small());
    let agency = Agency::small();
    agency.sql("UPDATE party SET login = NULL, temporary_password = NULL WHERE id = 2");
    let fewer = readers(agency);
    assert_eq!(all.len(), fewer.len());
    let difference = |((id, all), (of, fewer)): (&(String, u64), &(String, u64))| {
        assert_eq!(id, of);
        all - fewer
    };
    let differences: BTreeSet<u64> = all.iter().zip(&fewer).map(difference).collect();
    assert_eq!(differences, BTreeSet::from([0, 1]), "one fewer where it lives, and nowhere else");
}
