//! `accounts`: listed, marked and unmarked.

use std::time::{Duration, Instant};

use super::{outcome, published, rehearsed, twice};
use crate::support::desk::{DEMO, Desk};

#[test]
fn accounts_are_listed_by_entity_role_number_building_and_flag() {
    let desk = Desk::demo();
    let numbers = |arguments: &[&str]| -> Vec<String> {
        let said = desk.json(&[&["accounts", "list"], arguments].concat());
        assert_eq!(said.code, 0, "{said:?}");
        said.of("record").iter().map(|line| line["number"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        numbers(&["--entity", "G001", "--role", "bailleur"]),
        ["411ALOXECO", "411BPETRUS", "411SAUMUR"]
    );
    assert_eq!(numbers(&["--number", "450BROUIL"]), ["450BROUIL1", "450BROUIL2"]);
    assert_eq!(numbers(&["--number", "45?meursau"]), ["450MEURSAU", "459MEURSAU"]);
    assert_eq!(numbers(&["--building", "CEPS", "--unpublished"]), ["450FLEURIE"]);
    assert_eq!(
        numbers(&["--building", "PRESSOIR", "--role", "tenant"]),
        ["412CHINON", "412BANDOL", "412SANCERR"]
    );
    assert_eq!(numbers(&["41", "42"]), ["102001", "115-S038-GES-AD"]);
    assert_eq!(numbers(&["--published"]).len() + numbers(&["--unpublished"]).len(), numbers(&[]).len());
}

#[test]
fn an_unknown_code_is_refused_with_the_nearest_and_nothing_is_done() {
    let desk = Desk::demo();
    let said = desk.run(&["accounts", "mark", "--building", "GILBRET"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("GILBRET") && said.err.contains("GILBERT"), "{}", said.err);
}

/// D1, D2, D3, D4, D6: in bulk, a result a row.
#[test]
fn marking_in_bulk_ticks_gives_credentials_once_and_names_refused_rows_d2_d3_d6() {
    let desk = Desk::demo();
    let said = rehearsed(&desk, &["accounts", "mark", "--unpublished"]);
    assert_eq!(
        said.outcomes(),
        [
            outcome("3", "done", ""),
            outcome("13", "done", ""),
            outcome("37", "done", ""),
            outcome("41", "refused", "account-without-party"),
            outcome("42", "refused", "account-without-party"),
        ]
    );
    assert_eq!(said.code, 3);
    assert_eq!(said.notices("37"), ["login-given", "password-given"], "D3");
    let login: String = desk.one("SELECT login FROM party WHERE id = 14");
    assert_eq!(login, "FLEURIEHELENE", "D4");
    let password: String = desk.one("SELECT temporary_password FROM party WHERE id = 14");
    assert!(password.len() == 10 && password.bytes().all(|byte| byte.is_ascii_uppercase()), "D4");
    let issue: i64 = desk.one("SELECT temporary_password_issue FROM party WHERE id = 14");
    assert_eq!(issue, 1, "issue n + 1");
    let refused = said.of("row").into_iter().find(|row| row["id"] == "41").unwrap();
    assert!(refused["sentence"].as_str().unwrap().contains("Agence\u{a0}:"), "{refused}");
}

/// D3, D4: the party who has a login keeps it, and one who has a password gets no new one.
#[test]
fn a_party_that_has_credentials_keeps_them_d3_d4() {
    let desk = Desk::demo();
    desk.sql("UPDATE account SET published = 0 WHERE id IN (21, 22)");
    let said = twice(&desk, &["accounts", "mark", "21", "22"]);
    assert_eq!(said.notices("21"), Vec::<String>::new());
    let kept: String = desk.one("SELECT login || ' ' || temporary_password FROM party WHERE id = 1");
    assert_eq!(kept, "ALOXECORTONDENISE CNWBTGDSHW");
}

/// D25: flagged and not validated is said.
#[test]
fn marking_an_account_that_is_not_validated_is_said_d25() {
    let desk = Desk::demo();
    desk.sql("UPDATE account SET published = 0 WHERE id = 39");
    assert_eq!(desk.json(&["accounts", "mark", "39"]).notices("39"), ["not-validated"]);
}

#[test]
fn a_request_without_a_selection_is_refused_and_changes_nothing() {
    let desk = Desk::demo();
    let before = desk.dump();
    for arguments in [
        ["accounts", "mark"],
        ["accounts", "unmark"],
        ["events", "publish"],
        ["events", "unpublish"],
        ["schedule", "set"],
    ] {
        let said = desk.run(&arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}");
        assert!(said.err.contains("Rien n’a été fait"), "{}", said.err);
    }
    assert_eq!(desk.dump(), before);
}

/// D7, D24: the number of documents is said before anything is done, and off a terminal consent is given by `--yes`.
#[test]
fn unmarking_says_how_many_documents_leave_and_asks_first_d7_d24() {
    let desk = Desk::demo();
    published(&desk);
    let before = desk.dump();
    let asked = desk.run(&["accounts", "unmark", "22", "27"]);
    assert_eq!(asked.code, 2);
    assert!(asked.err.contains("2 comptes vont être décochés"), "{}", asked.err);
    assert!(asked.err.contains("3 documents publiés pour eux seront retirés"), "{}", asked.err);
    assert!(asked.err.contains("--yes"), "{}", asked.err);
    assert_eq!(desk.dump(), before, "nothing is done before the answer");
    let rehearsal = desk.run(&["accounts", "unmark", "22", "27", "--dry-run"]);
    assert!(rehearsal.out.contains("3 documents publiés pour eux seront retirés"), "{}", rehearsal.out);
    assert_eq!(desk.dump(), before);
    let one = desk.run(&["accounts", "unmark", "22", "--dry-run"]).out;
    assert!(one.contains("Un document publié pour lui sera retiré"), "{one}");
    let said = twice(&desk, &["accounts", "unmark", "22", "27", "--yes"]);
    assert_eq!(said.notices("27"), ["documents-leave"], "450CLIQUOT: another account of hers stays");
    assert_eq!(said.notices("22"), ["documents-leave", "access-leaves"], "D26: ATRILLON's only account");
    let ticked: i64 = desk.one("SELECT sum(published) FROM account WHERE id IN (22, 27)");
    assert_eq!(ticked, 0);
    let login: String = desk.one("SELECT login FROM party WHERE id = 2");
    assert_eq!(login, "ATRILLONBERNARD", "D7: the login stays");
}

/// D26: access that comes back needs a new issue.
#[test]
fn an_access_that_comes_back_gets_a_new_issue_of_its_password_d26() {
    let desk = Desk::demo();
    published(&desk);
    rusqlite::Connection::open(desk.ledger()).unwrap().execute("UPDATE access SET live = 0", []).unwrap();
    desk.sql("UPDATE account SET published = 0 WHERE id IN (27, 28)");
    let old: String = desk.one("SELECT temporary_password FROM party WHERE id = 6");
    let said = rehearsed(&desk, &["accounts", "mark", "27", "28"]);
    assert_eq!(said.notices("27"), ["password-given"]);
    assert_eq!(said.notices("28"), Vec::<String>::new(), "one issue a party, not one an account");
    let issue: i64 = desk.one("SELECT temporary_password_issue FROM party WHERE id = 6");
    let new: String = desk.one("SELECT temporary_password FROM party WHERE id = 6");
    assert_eq!(issue, 2);
    assert_ne!(old, new);
}

/// Five thousand accounts of five thousand parties without a login, half of them homonyms.
fn five_thousand() -> String {
    format!(
        "{DEMO}
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO party (id, code, surname, first_name, display_name)
         SELECT 10000 + i, 'P' || i, 'MARTIN', 'Jean' || (i / 2), 'MARTIN Jean' FROM n;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO account (id, entity_id, number, label, party_id, role)
         SELECT 10000 + i, 1, '411X' || i, 'MARTIN Jean', 10000 + i, 'landlord' FROM n;"
    )
}

/// D4, D6: bulk marking of a large agency takes seconds at most, even in a build for tests, and no login is given twice.
#[test]
fn five_thousand_accounts_are_marked_in_one_short_transaction_d6() {
    let desk = Desk::with(&five_thousand());
    let start = Instant::now();
    let said = desk.json(&["accounts", "mark", "--number", "411X"]);
    let took = start.elapsed();
    assert_eq!(said.summary()["done"], 5000, "{}", said.err);
    let logins: i64 = desk.one("SELECT count(DISTINCT login) FROM party WHERE id > 10000");
    let passwords: i64 = desk.one("SELECT count(DISTINCT temporary_password) FROM party WHERE id > 10000");
    assert_eq!((logins, passwords), (5000, 5000));
    assert!(took < Duration::from_secs(10), "{took:?}");
}
