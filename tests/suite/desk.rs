//! The staff's commands over the demo agency, through the real binary.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::Utc;
use chrono_tz::Europe::Paris;
use publier::ledger::Ledger;
use publier::ledger::plan::{PlanRow, Presence};
use publier::ledger::runs::Trigger;
use publier_core::domain::ids::{AccountId, PartyId};
use publier_core::publication::facts::{Counts, Fact, Mode, Section};
use serde_json::json;

use crate::support::desk::{DEMO, Desk, Said};
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

// ------------------------------------------------------------------------------------------------------- accounts

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

// ---------------------------------------------------------------------------------------------------- credentials

/// D20: flagged and without credentials; not the one whose account isn't ticked.
#[test]
fn the_parties_without_credentials_are_listed_and_given_them_d20() {
    let desk = Desk::demo();
    let codes = |said: &Said| -> Vec<String> {
        said.of("record").iter().map(|line| line["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(&desk.json(&["credentials", "missing"])), ["MORGONEMILE"]);
    let said = desk.json(&["credentials", "assign"]);
    assert_eq!(said.outcomes(), [outcome("MORGONEMILE", "done", "")]);
    assert_eq!(codes(&desk.json(&["credentials", "missing"])), Vec::<String>::new());
    let login: String = desk.one("SELECT login FROM party WHERE id = 15");
    assert_eq!(login, "MORGONEMILE");
    assert_eq!(desk.json(&["credentials", "assign"]).outcomes(), [], "nothing is missing any more");
}

/// D3, D20: named parties get what they lack; who has no ticked account, or doesn't exist, is refused by name.
#[test]
fn assigning_to_named_parties_refuses_those_who_need_none_d3() {
    let desk = Desk::demo();
    let said =
        rehearsed(&desk, &["credentials", "assign", "MORGONEMILE", "CLATOUR", "FLEURIEHELENE", "NOBODY"]);
    assert_eq!(
        said.outcomes(),
        [
            outcome("FLEURIEHELENE", "refused", "no-ticked-account"),
            outcome("NOBODY", "refused", "not-found"),
            outcome("MORGONEMILE", "done", ""),
            outcome("CLATOUR", "already", ""),
        ]
    );
}

/// D4: a name without a Latin letter gives no login: the row is refused, the others go on.
#[test]
fn a_name_that_gives_no_login_is_refused_by_name_d4() {
    let desk = Desk::demo();
    desk.sql("UPDATE party SET surname = 'Ждан', first_name = NULL WHERE id = 15");
    let said = rehearsed(&desk, &["credentials", "assign"]);
    assert_eq!(said.outcomes(), [outcome("MORGONEMILE", "refused", "no-login")]);
    assert_eq!(said.code, 3);
}

/// D5, D26: a reissue is n + 1, and wants names.
#[test]
fn a_reissue_makes_the_next_issue_for_those_who_are_named_d5_d26() {
    let desk = Desk::demo();
    assert_eq!(desk.run(&["credentials", "assign", "--reissue"]).code, 2, "never everyone's by accident");
    let said = desk.json(&["credentials", "assign", "--reissue", "CLATOUR"]);
    assert_eq!(said.outcomes(), [outcome("CLATOUR", "done", "")]);
    assert_eq!(said.notices("CLATOUR"), ["password-given"]);
    let (login, password, issue): (String, String, i64) = desk
        .db()
        .query_row(
            "SELECT login, temporary_password, temporary_password_issue FROM party WHERE id = 5",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!((login.as_str(), issue), ("CLATOUR", 2));
    assert_ne!(password, "RBNQTWKVHD");
}

/// D5: whatever the command and its form, a password is neither printed nor in JSON nor in a file beside.
#[test]
fn no_password_is_ever_shown_d5() {
    let desk = Desk::demo();
    let mut said = String::new();
    for arguments in [
        &["accounts", "mark", "--unpublished"][..],
        &["credentials", "missing"],
        &["credentials", "assign"],
        &["credentials", "assign", "--reissue", "CLATOUR", "CLIQUOTMATHILDE"],
        &["why", "party", "CLATOUR"],
        &["accounts", "list"],
    ] {
        for form in [desk.run(arguments), desk.json(arguments)] {
            said.push_str(&form.out);
            said.push_str(&form.err);
        }
    }
    let passwords: Vec<String> = desk
        .db()
        .prepare("SELECT temporary_password FROM party WHERE temporary_password IS NOT NULL")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(passwords.len() > 20);
    for password in &passwords {
        assert!(!said.contains(password.as_str()), "a password was shown");
        for entry in std::fs::read_dir(desk.path().join("data")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(10).any(|window| window == password.as_bytes()), "{}", path.display());
            }
        }
    }
}

// --------------------------------------------------------------------------------------------------------- events

fn today() -> String {
    Utc::now().with_timezone(&Paris).date_naive().to_string()
}

/// C4: today's date and the counter, once a day; C23: who will read is said.
#[test]
fn publishing_sets_today_and_moves_the_counter_once_a_day_c4() {
    let desk = Desk::demo();
    let before = today();
    let said = rehearsed(&desk, &["events", "publish", "109", "122", "141"]);
    assert_eq!(said.summary()["done"], 3);
    let state = |id: i64| -> (Option<String>, i64) {
        let sql = "SELECT published_on, publish_request FROM event WHERE id = ?1";
        desk.db().query_row(sql, [id], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    let (date, request) = state(109);
    assert!([before, today()].contains(&date.unwrap()), "today in Paris");
    assert_eq!(request, 4, "moved once by two runs");
    assert_eq!(said.notices("141"), ["nobody-reads"], "C23");
    assert_eq!(said.notices("122"), ["readers"], "C23");
    assert_eq!(desk.json(&["events", "publish", "109", "--again"]).summary()["done"], 1);
    assert_eq!(state(109).1, 5);
}

/// B9, C1, C2, C6, C15, C20, C22, C27, I7: judged as the next publication will judge.
#[test]
fn an_event_that_the_next_publication_would_refuse_is_refused_by_the_same_reason() {
    let desk = Desk::demo();
    let ids = ["112", "113", "115", "117", "119", "120", "163", "164", "166", "180", "220", "99999"];
    let said = rehearsed(&desk, &[&["events", "publish"], &ids[..]].concat());
    assert_eq!(
        said.outcomes(),
        [
            outcome("112", "refused", "blank-event"),
            outcome("113", "refused", "no-scope"),
            outcome("115", "refused", "expired"),
            outcome("117", "done", ""),
            outcome("119", "refused", "no-binder"),
            outcome("120", "refused", "binder-fed-on-site"),
            outcome("163", "refused", "dangling-target"),
            outcome("164", "refused", "target-not-published"),
            outcome("166", "refused", "module-mismatch"),
            outcome("180", "refused", "body-format"),
            outcome("220", "refused", "archive-only"),
            outcome("99999", "refused", "not-found"),
        ]
    );
    assert_eq!(said.notices("117"), ["waits-for-processing"], "C27");
    let archive: Option<String> = desk.one("SELECT published_on FROM event WHERE id = 220");
    assert_eq!(archive, None, "I7");
}

/// C5.
#[test]
fn unpublishing_takes_the_date_away_and_is_never_refused_c5() {
    let desk = Desk::demo();
    let said = rehearsed(&desk, &["events", "unpublish", "--template", "DEVIS", "--building", "VIGNES"]);
    assert_eq!(said.outcomes(), [outcome("142", "done", "")]);
    let dates: (i64, i64) = desk
        .db()
        .query_row("SELECT count(published_on), publish_request FROM event WHERE id = 142", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(dates, (0, 0), "the counter stays");
}

#[test]
fn events_are_selected_by_template_dates_building_account_and_number() {
    let desk = Desk::demo();
    let ids = |arguments: &[&str]| -> Vec<i64> {
        let said = desk.json(&[&["events", "list"], arguments].concat());
        assert_eq!(said.code, 0, "{said:?}");
        said.of("record").iter().map(|line| line["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids(&["--template", "COMPTE_LOT"]), [170, 171, 172, 173]);
    assert_eq!(ids(&["--template", "COMPTE_LOT", "--from", "2025-05-30", "--to", "2025-07-02"]), [170, 173]);
    assert_eq!(ids(&["--account", "450CLIQUOT"]), [161]);
    assert_eq!(ids(&["--account", "G001/411BPETRUS"]), [205]);
    assert!(ids(&["--building", "GILBERT"]).contains(&206), "by its unit");
    assert!(ids(&["--building", "GILBERT"]).contains(&161), "by an account of a record there");
    assert_eq!(ids(&["--unpublished"]), [122, 220]);
    assert_eq!(ids(&["101", "105"]), [101, 105]);
}

// -------------------------------------------------------------------------------------------------------- binders

/// B1, B8, B9, B11.
#[test]
fn a_new_binder_has_no_right_ticked_and_stands_in_one_of_its_module_b8_b9_b11() {
    let desk = Desk::demo();
    let said = desk.run(&["binders", "create", "--module", "syndic", "QUOTES=Devis votés", "=x"]);
    assert_eq!(said.code, 2, "a pair without a code is not understood");
    let said = rehearsed(
        &desk,
        &[
            "binders",
            "create",
            "--module",
            "syndic",
            "--parent",
            "WORKS",
            "QUOTES=Devis votés",
            "INVOICES=Autre",
        ],
    );
    assert_eq!(
        said.outcomes(),
        [outcome("QUOTES", "done", ""), outcome("INVOICES", "refused", "code-taken")]
    );
    let rights: i64 = desk.one(
        "SELECT right_landlord + right_tenant + right_co_owner + right_council_member + right_council_president + right_provider
           FROM binder WHERE code = 'QUOTES'",
    );
    assert_eq!(rights, 0, "B11");
    for (parent, reason) in
        [("SYNDIC_DOCUMENTS", "fed-on-site"), ("R_LETTERS", "wrong-module"), ("NONE", "not-found")]
    {
        let said = desk.json(&["binders", "create", "--module", "condo", "--parent", parent, "NEW=Neuf"]);
        assert_eq!(said.outcomes(), [outcome("NEW", "refused", reason)]);
    }
}

/// B2: a locked name refuses; documents don't move.
#[test]
fn renaming_keeps_the_code_and_a_locked_name_refuses_b2() {
    let desk = Desk::demo();
    let said =
        rehearsed(&desk, &["binders", "rename", "WORKS=Travaux", "INVOICES=Achats", "NOPE=x", "MISC="]);
    assert_eq!(
        said.outcomes(),
        [
            outcome("WORKS", "done", ""),
            outcome("INVOICES", "refused", "name-locked"),
            outcome("NOPE", "refused", "not-found"),
            outcome("MISC", "refused", "no-name"),
        ]
    );
    let template: i64 = desk.one("SELECT binder_id FROM event_template WHERE code = 'DEVIS'");
    assert_eq!(template, 12);
}

/// B3, B4, B5, B9, E2.
#[test]
fn rights_are_written_as_ticked_and_a_hole_is_said_b5() {
    let desk = Desk::demo();
    let said = rehearsed(
        &desk,
        &[
            "binders",
            "rights",
            "MISC",
            "INVOICES",
            "SYNDIC_DOCUMENTS",
            "R_LETTERS",
            "--set",
            "co-owner,member",
        ],
    );
    assert_eq!(
        said.outcomes(),
        [
            outcome("MISC", "done", ""),
            outcome("INVOICES", "done", ""),
            outcome("SYNDIC_DOCUMENTS", "refused", "fed-on-site"),
            outcome("R_LETTERS", "refused", "wrong-module"),
        ]
    );
    assert_eq!(said.notices("MISC"), ["rights-hole"], "B5: not for the president");
    let invoices = desk.json(&["binders", "rights", "INVOICES", "--tick", "president"]);
    assert_eq!(invoices.notices("INVOICES"), ["expense-rights"], "E2");
    let boxes: String = desk.one(
        "SELECT right_co_owner || right_council_member || right_council_president || right_provider FROM binder WHERE code = 'MISC'",
    );
    assert_eq!(boxes, "1100");
    assert_eq!(desk.json(&["binders", "rights", "MISC", "--none"]).outcomes(), [outcome("MISC", "done", "")]);
    let list = desk.json(&["binders", "list"]);
    let misc = list.of("record").into_iter().find(|line| line["code"] == "MISC").unwrap();
    assert_eq!(misc["rights"], json!([]));
}

// ----------------------------------------------------------------------------------- co-owners, options, schedule

/// G3, G4, G9: as on the source's own list.
#[test]
fn the_co_owner_list_reads_as_the_sources_own_g3_g4_g9() {
    let desk = Desk::demo();
    let said = desk.json(&["co-owners", "list", "GILBERT"]);
    let rows = said.of("record");
    let identity: Vec<&str> = rows.iter().map(|row| row["identity"].as_str().unwrap()).collect();
    assert_eq!(
        identity,
        [
            "Monsieur ATRILLON Bernard",
            "Monsieur BPETRUS Pierre",
            "BROUILLY Alfred",
            "BROUILLY Alfred",
            "Madame et Monsieur CLATOUR",
            "Madame CLIQUOT Mathilde",
            "Madame YALOXE CORTON Denise",
        ]
    );
    let funds: Vec<&str> = rows.iter().map(|row| row["works_fund"].as_str().unwrap()).collect();
    assert_eq!(funds, ["23,89", "11,85", "165,70", "", "27,80", "28,67", "19,64"]);
    let council: Vec<bool> = rows.iter().map(|row| row["council_member"].as_bool().unwrap()).collect();
    assert_eq!(council, [false, false, true, false, false, false, false], "G9: one X");
    let text = desk.run(&["co-owners", "list", "GILBERT"]).out;
    assert!(text.contains("GILBERT/248 (Appartement)") && !text.contains("277,55"), "{text}");
    assert_eq!(desk.run(&["co-owners", "list", "GILBRT"]).code, 2);
}

/// G1, G2, G6: both settings; the PDF in the building's documents at the set number; one list for one state.
#[test]
fn a_co_owner_list_is_archived_once_for_what_it_shows_g1_g2_g3_g6() {
    let desk = Desk::demo();
    let said =
        rehearsed(&desk, &["co-owners", "generate", "--initials", "AB", "--building", "GILBERT", "VIGNES"]);
    assert_eq!(said.outcomes(), [outcome("GILBERT", "done", ""), outcome("VIGNES", "done", "")]);
    let path: String = desk.one("SELECT path FROM building_document WHERE building_id = 1 AND number = 12");
    let name: String = desk.one("SELECT name FROM building_document WHERE building_id = 1 AND number = 12");
    assert_eq!(name, "Liste_copropriétaires.pdf");
    let pdf = std::fs::read(desk.path().join("files").join(&path)).unwrap();
    let text = crate::support::render::text_of(&pdf).replace('~', " ");
    let today = Utc::now().with_timezone(&Paris).format("%d/%m/%Y");
    for expected in ["Liste des copropriétaires : GILBERT", &format!("TESTS 605 le {today} AB à "), "-1-"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let event: String = desk.one(
        "SELECT subject || '|' || template_id || '|' || entity_id || '|' || building_id FROM event
          WHERE id = (SELECT event_id FROM building_document WHERE building_id = 1 AND number = 12)",
    );
    assert_eq!(event.replace('\u{a0}', " "), "Liste des copropriétaires : GILBERT|8|2|1");
    desk.sql("UPDATE co_owner_record SET resident = 1 - resident WHERE building_id = 1");
    let again = desk.json(&["co-owners", "generate", "--building", "GILBERT", "VIGNES"]);
    assert_eq!(again.outcomes(), [outcome("GILBERT", "done", ""), outcome("VIGNES", "already", "")]);
    let superseding: i64 =
        desk.one("SELECT count(*) FROM event WHERE supersedes_event_id IS NOT NULL AND origin = 'agent'");
    assert_eq!(superseding, 1);
    desk.sql("UPDATE extranet_settings SET co_owner_list_number = NULL");
    let refused = desk.json(&["co-owners", "generate", "--building", "GILBERT"]);
    assert_eq!(refused.outcomes(), [outcome("GILBERT", "refused", "list-setting-missing")]);
    assert_eq!(refused.code, 3);
}

/// The text of the only PDF that an agent's event of an account bears.
fn statement_text(desk: &Desk, account: i64) -> String {
    let path: String = desk.one(&format!(
        "SELECT path FROM attachment WHERE event_id = (SELECT max(id) FROM event
          WHERE origin = 'agent' AND account_id = {account})"
    ));
    let pdf = std::fs::read(desk.path().join("files").join(path)).unwrap();
    crate::support::render::text_of(&pdf).replace(['~', '_'], " ")
}

/// C16, D12, D27: one event an account, with the figures of the publication; the same figures give nothing new.
#[test]
fn statements_are_archived_one_event_an_account_and_once_for_their_figures_c16_d27() {
    let desk = Desk::demo();
    let said = rehearsed(&desk, &["accounts", "statements", "--number", "411ALOXECO"]);
    assert_eq!(said.outcomes(), [outcome("1", "done", "")]);
    let text = statement_text(&desk, 1);
    for expected in [
        "Extrait du compte 411ALOXECO",
        "Solde antérieur",
        "30/01/2020",
        "13 299,97",
        "11/02/2020",
        "9 985,56",
        "Solde débiteur",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let event: String = desk.one(
        "SELECT template_id || '|' || entity_id || '|' || account_id || '|' || coalesce(building_id, '-') || '|' || subject
           FROM event WHERE origin = 'agent' AND account_id = 1",
    );
    assert_eq!(event, "26|1|1|-|Extrait du compte 411ALOXECO", "C15: the account's party alone");
    desk.sql(
        "INSERT INTO ledger_entry (account_id, entry_date, label, debit_cents, credit_cents, journal_code)
         SELECT 1, '2026-03-01', 'Frais', 1000, 0, code FROM journal WHERE is_bank = 0 LIMIT 1",
    );
    let again = desk.json(&["accounts", "statements", "1"]);
    assert_eq!(again.outcomes(), [outcome("1", "done", "")]);
    assert!(statement_text(&desk, 1).contains("9 995,56"));
    let events: i64 = desk.one("SELECT count(*) FROM event WHERE agent_key LIKE 'statement:1:%'");
    assert_eq!(events, 2);
}

/// C16: who gets none is named with the reason.
#[test]
fn accounts_that_get_no_statement_are_refused_by_name_c16_c20() {
    let desk = Desk::demo();
    let said = rehearsed(&desk, &["accounts", "statements", "13", "9999"]);
    assert_eq!(
        said.outcomes(),
        [outcome("13", "refused", "target-not-published"), outcome("9999", "refused", "not-found")]
    );
    desk.sql(
        "UPDATE extranet_settings SET rental_statement_template_id = NULL, condo_statement_template_id = 26",
    );
    let said = desk.json(&["accounts", "statements", "1", "26"]);
    assert_eq!(
        said.outcomes(),
        [outcome("1", "refused", "no-statement-template"), outcome("26", "refused", "module-mismatch")]
    );
    assert_eq!(desk.json(&["accounts", "statements"]).code, 2, "a selection is needed");
}

/// D5: a file 0600 in a folder 0700, the password in it and nowhere else.
#[test]
fn a_credential_letter_is_private_and_its_password_stands_nowhere_else_d5() {
    let desk = Desk::demo();
    let password: String = desk.one("SELECT temporary_password FROM party WHERE login = 'ALOXECORTONDENISE'");
    let code: String = desk.one("SELECT code FROM party WHERE login = 'ALOXECORTONDENISE'");
    let before = desk.dump();
    let out = desk.path().join("letters");
    let with_folder = ["credentials", "letters", &code, "NOBODY", "--out", out.to_str().unwrap()];
    let said = desk.json(&with_folder);
    assert_eq!(said.outcomes(), [outcome("NOBODY", "refused", "not-found"), outcome(&code, "done", "")]);
    assert!(!said.out.contains(&password) && !said.err.contains(&password));
    let folders: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    let letters: Vec<_> =
        std::fs::read_dir(&folders[0]).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!((folders.len(), letters.len()), (1, 1));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folders[0]), mode(&letters[0])), (0o700, 0o600));
    }
    let text = crate::support::render::text_of(&std::fs::read(&letters[0]).unwrap());
    for expected in
        [&password, "ALOXECORTONDENISE", "première", "crypto-extranet.com", "YALOXE CORTON Denise"]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert_eq!(desk.json(&with_folder).summary()["already"], 1);
    assert_eq!(desk.dump(), before, "nothing is published or written in the database");
    for file in crate::support::desk::files_below(&desk.path().join("data")) {
        let bytes = std::fs::read(&file).unwrap();
        let seen = bytes.windows(password.len()).any(|window| window == password.as_bytes());
        assert!(!seen, "{} holds the password", file.display());
    }
}

/// D5, D3: who has nothing to hand over is refused by name; without names everyone who has is written to.
#[test]
fn letters_go_to_those_who_have_an_access_and_a_published_account_d3_d5() {
    let desk = Desk::demo();
    let ready: i64 = desk.one(
        "SELECT count(*) FROM party WHERE coalesce(login, '') <> '' AND coalesce(temporary_password, '') <> ''
            AND id IN (SELECT party_id FROM account WHERE published = 1)",
    );
    let said = desk.json(&["credentials", "letters", "--dry-run"]);
    assert_eq!(said.summary()["done"], ready);
    assert!(!desk.path().join("data/lettres").exists(), "a rehearsal writes nothing");
    let lacking: String = desk.one(
        "SELECT code FROM party WHERE coalesce(temporary_password, '') = '' AND id IN
            (SELECT party_id FROM account WHERE published = 1) ORDER BY id LIMIT 1",
    );
    let said = desk.json(&["credentials", "letters", &lacking]);
    assert_eq!(said.outcomes(), [outcome(&lacking, "refused", "no-credentials")]);
}

/// G3, C16, E3, F4, D5: each kind as a file, for a look; nothing is written in the database.
#[test]
fn each_document_can_be_looked_at_before_it_is_sent() {
    let desk = Desk::demo();
    let before = desk.dump();
    let out = desk.path().join("look.pdf");
    let look = |arguments: &[&str]| -> String {
        let said = desk.json(&[&["render"], arguments, &["--out", out.to_str().unwrap()]].concat());
        assert_eq!(said.code, 0, "{said:?}");
        let text = crate::support::render::text_of(&std::fs::read(&out).unwrap());
        text.replace(['~', '_'], " ")
    };
    assert!(look(&["co-owners", "GILBERT"]).contains("GILBERT/248 (Appartement)"));
    assert!(look(&["statement", "G001/411ALOXECO"]).contains("9 985,56"));
    let expenses = look(&["expenses", "GILBERT", "--year", "2015"]);
    for expected in ["Exercice 2015", "CHARGES COMMUNES GENERALES", "2 500,00", "165,00", "8,58", "2 665,00"]
    {
        assert!(expenses.contains(expected), "E3, {expected}: {expenses}");
    }
    let code: String = desk.one("SELECT code FROM party WHERE login = 'ALOXECORTONDENISE'");
    let funds = look(&["works-fund", "GILBERT", &code]);
    assert!(
        funds.contains("Total immeuble") && funds.contains("19,64") && !funds.contains("277,55"),
        "F4: {funds}"
    );
    let letter = look(&["letter", &code]);
    assert!(letter.contains("**********") && !letter.contains("CNWBTGDSHW"), "D5: {letter}");
    assert_eq!(desk.dump(), before);
    let unknown = |arguments: &[&str]| desk.run(&[&["render"], arguments, &["--out", "x.pdf"]].concat()).code;
    assert_eq!(unknown(&["expenses", "GILBERT", "--year", "2014"]), 2, "E1: a closed year has no list");
    assert_eq!(unknown(&["works-fund", "GILBERT", "NOBODY"]), 2);
}

#[test]
fn options_are_listed_with_label_value_default_and_rule_and_set_by_name() {
    let desk = Desk::demo();
    let said = rehearsed(
        &desk,
        &[
            "options",
            "set",
            "send_102=non",
            "full_index_weekday=dimanche",
            "co_owner_list_template_id=CONSEIL",
            "list_initials=",
        ],
    );
    assert_eq!(said.summary()["done"], 4);
    let list = desk.json(&["options", "list"]);
    assert_eq!(list.of("record").len(), 29);
    let option = |name: &str| list.of("record").into_iter().find(|line| line["id"] == name).unwrap();
    assert_eq!(option("send_102")["value"], false);
    assert_eq!(option("full_index_weekday")["value"], 7);
    assert_eq!(option("co_owner_list_template_id")["value"], "CONSEIL");
    assert_eq!(option("list_initials")["value"], json!(null));
    assert_eq!(
        (option("resend_on_change")["default"].clone(), option("send_102")["rule"].clone()),
        (json!(true), json!("F2"))
    );
    assert_eq!(option("send_expenses")["label"], "Envoyer la liste des dépenses");
}

#[test]
fn a_wrong_option_or_value_changes_nothing_and_says_what_was_meant() {
    let desk = Desk::demo();
    let before = desk.dump();
    for (pair, hint) in [
        ("send_expense=oui", "send_expenses"),
        ("send_102=peut-être", "oui, non"),
        ("co_owner_list_template_id=LIST_CO", "LISTE_CO"),
        ("expense_roots=", "6,472"),
    ] {
        let said = desk.run(&["options", "set", "normalize_rights=oui", pair]);
        assert_eq!(said.code, 2, "{pair}");
        assert!(said.err.contains(hint), "{pair}: {}", said.err);
    }
    assert_eq!(desk.dump(), before, "all of them, or none");
}

/// A3, A4: the dotted spelling of the name is kept where the back office has it.
#[test]
fn days_and_hours_are_set_as_a_whole_and_the_service_switched_a3_a4() {
    let desk = Desk::demo();
    let said = rehearsed(&desk, &["schedule", "set", "lun-ven=18:00", "sam=9:30", "--off"]);
    assert_eq!(said.summary()["done"], 7, "off, five noons go, a Saturday comes");
    let slots: Vec<String> = desk
        .db()
        .prepare("SELECT weekday || ' ' || local_time FROM schedule_slot ORDER BY 1")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(slots, ["1 18:00", "2 18:00", "3 18:00", "4 18:00", "5 18:00", "6 09:30"]);
    let shown = desk.json(&["schedule", "show"]).of("record");
    assert_eq!((shown[0]["active"].clone(), shown.len()), (json!(false), 7));
    assert_eq!(desk.run(&["schedule", "set", "lun=25:00"]).code, 2);
    desk.sql("UPDATE scheduled_service SET name = 'pi.sys.publier.xml'");
    twice(&desk, &["schedule", "set", "dim=08:00", "--on"]);
    let names: String = desk.one("SELECT group_concat(DISTINCT service_name) FROM schedule_slot");
    assert_eq!(names, "pi.sys.publier.xml");
    assert_eq!(desk.json(&["schedule", "set", "aucun"]).summary()["done"], 1);
}

// ------------------------------------------------------------------------------------------------------------ why

fn why(desk: &Desk, kind: &str, id: &str) -> serde_json::Value {
    let before = desk.dump();
    let said = desk.json(&["why", kind, id]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(desk.dump(), before, "why only reads");
    said.of("why").remove(0)
}

fn audience(desk: &Desk, id: &str) -> Vec<String> {
    let readers = why(desk, "document", id)["audience"].as_array().unwrap().clone();
    readers.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// B5, C15, C20, C21, C24, H4: scope x rights, party by party.
#[test]
fn a_documents_audience_is_scope_times_rights_b5_c15_c20_c21_h4() {
    let desk = Desk::demo();
    assert_eq!(audience(&desk, "160"), ["ATRILLONBERNARD"], "C20: the account, not its building");
    assert_eq!(audience(&desk, "170"), ["MEURSAULTPAUL"], "C21: the seller's paper");
    assert_eq!(audience(&desk, "171"), ["POMMARDCLAIRE"], "C21: the buyer's");
    assert_eq!(audience(&desk, "172"), ["GIVRYJEAN"]);
    assert_eq!(audience(&desk, "173"), ["RULLYSOPHIE"]);
    assert_eq!(
        audience(&desk, "206"),
        ["TAVELLUCIE", "YALOXECORTONDENISE"],
        "C21: landlord, and the tenant of then"
    );
    assert_eq!(audience(&desk, "207"), ["LOCATAIREALBERT", "YALOXECORTONDENISE"]);
    assert_eq!(audience(&desk, "109"), ["BROUILLYALFRED"], "a council paper of GILBERT");
    assert_eq!(audience(&desk, "145"), ["VOLNAYANNE"], "H4: the president of LES VIGNES is none in LES CEPS");
    assert_eq!(
        audience(&desk, "139"),
        ["ATRILLONBERNARD", "BPETRUSPIERRE", "CLATOUR", "CLIQUOTMATHILDE", "YALOXECORTONDENISE"],
        "B5: a hole hides it from the council"
    );
    assert_eq!(audience(&desk, "140"), ["GIVRYJEAN"], "B5: and this one from the president");
    assert_eq!(audience(&desk, "141"), Vec::<String>::new(), "B11, C23");
    assert_eq!(audience(&desk, "174"), ["MEURSAULTPAUL"], "C21: a past holder keeps the account's papers");
    assert_eq!(audience(&desk, "photo:1"), ["BROUILLYALFRED"], "C24");
    let contract = audience(&desk, "105");
    assert!(
        contract.contains(&"VOLNAYANNE".to_owned()) && contract.contains(&"CHABLISMARGUERITE".to_owned()),
        "C20: entity"
    );
    assert!(
        !contract.contains(&"FLEURIEHELENE".to_owned()) && !contract.contains(&"LOCATAIREALBERT".to_owned())
    );
}

/// C2, C5, C6, C20, C22, C24, C27, G6: the verdict and its rules.
#[test]
fn a_documents_verdict_names_its_reason_and_its_rules() {
    let desk = Desk::demo();
    for (id, verdict, reason, rule) in [
        ("101", "published", "", "C15"),
        ("170", "published", "", "C21"),
        ("122", "not-asked", "", "C5"),
        ("115", "over", "", "C6"),
        ("117", "waits", "no-processing-date", "C27"),
        ("121", "waits", "future-date", "C4"),
        ("119", "refused", "no-binder", "C2"),
        ("120", "refused", "binder-fed-on-site", "B9"),
        ("163", "refused", "dangling-target", "C20"),
        ("166", "refused", "module-mismatch", "C22"),
        ("150", "superseded", "", "G6"),
        ("photo:4", "refused", "no-binder", "C24"),
    ] {
        let why = why(&desk, "document", id);
        assert_eq!(why["verdict"], verdict, "{id}");
        assert_eq!(why["reason"].as_str().unwrap_or_default(), reason, "{id}");
        assert!(why["rules"].as_array().unwrap().contains(&json!(rule)), "{id}: {why}");
    }
    assert_eq!(desk.run(&["why", "document", "99999"]).code, 2);
}

/// E2, E5, E8: a voucher answers for the lines that bear it, under the rights of the expense list.
#[test]
fn a_voucher_is_seen_where_its_lines_are_e2_e5_e8() {
    let desk = Desk::demo();
    published(&desk);
    let voucher = why(&desk, "document", "voucher:5");
    assert_eq!(
        (voucher["binder"].as_str(), voucher["concerns"].as_str()),
        (Some("INVOICES"), Some("GILBERT, VIGNES"))
    );
    let readers: Vec<&str> =
        voucher["audience"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(readers.contains(&"BROUILLYALFRED"), "a council member: {readers:?}");
    assert!(!readers.contains(&"CLIQUOTMATHILDE"), "a plain co-owner doesn't see invoices: {readers:?}");
    assert_eq!(desk.run(&["why", "document", "voucher:999"]).code, 2);
}

/// A blank filter, of a variable that isn't set, never stands for everything; a record given twice is refused; what `check`
/// would call an illegal character is never written.
#[test]
fn what_can_only_be_a_slip_is_refused_before_anything_is_written() {
    let desk = Desk::demo();
    let before = desk.dump();
    for verb in ["mark", "unmark", "statements"] {
        assert_eq!(desk.run(&["accounts", verb, "--number", ""]).code, 2, "{verb}");
    }
    assert_eq!(desk.run(&["events", "unpublish", "--template", ""]).code, 2);
    let twice = desk.run(&["options", "set", "send_102=oui", "send_102=non"]);
    assert_eq!(twice.code, 2);
    assert!(twice.err.contains("send_102") && twice.err.contains("deux fois"), "{twice:?}");
    assert_eq!(desk.run(&["binders", "rename", "MISC=a", "MISC=b"]).code, 2);
    let broken = desk.json(&["binders", "create", "--module", "syndic", "X\u{1}=a\nb"]);
    assert_eq!((broken.code, broken.of("row")[0]["reason"].as_str()), (3, Some("illegal-character")));
    assert_eq!(desk.dump(), before);
}

/// A look at a document replaces an older look, and nothing else.
#[test]
fn a_look_at_a_document_never_replaces_anything_but_a_pdf_outside_the_agencys_files() {
    let desk = Desk::demo();
    let database = desk.database().display().to_string();
    let look = |out: &str| desk.json(&["render", "letter", "CLATOUR", "--out", out]);
    let refused = look(&database);
    assert_eq!((refused.code, refused.of("row")[0]["reason"].as_str()), (3, Some("file-stands")));
    assert!(std::fs::read(&database).unwrap().starts_with(b"SQLite format 3"));
    let out = desk.path().join("look.pdf").display().to_string();
    assert_eq!((look(&out).code, look(&out).code), (0, 0), "the second one replaces the first");
}

/// Rule 15: since when it was visible.
#[test]
fn a_document_is_visible_since_the_confirmation_that_showed_it() {
    let desk = Desk::demo();
    assert_eq!(why(&desk, "document", "160")["documents"], json!([]), "never published yet");
    published(&desk);
    let seen = why(&desk, "document", "160");
    let document = &seen["documents"][0];
    assert_eq!(document["live"], true);
    assert!(document["since"].as_str().unwrap().starts_with("2023-11-14T"), "{document}");
    assert_eq!(seen["last"]["confirmed_at"].as_str().unwrap(), document["since"].as_str().unwrap());
    let text = desk.run(&["why", "document", "160"]).out;
    assert!(text.contains("En ligne depuis") && text.contains("Règles\u{a0}: C2, C15, C20, B5"), "{text}");
    desk.sql("DELETE FROM event WHERE id = 160");
    assert_eq!(why(&desk, "document", "160")["verdict"], "gone", "C18");
}

/// D1, D2, D9, D11.
#[test]
fn an_accounts_verdict_names_its_rules_d1_d9_d11() {
    let desk = Desk::demo();
    published(&desk);
    let cliquot = why(&desk, "account", "450CLIQUOT");
    assert_eq!(
        (cliquot["verdict"].clone(), cliquot["live"].clone(), cliquot["documents"].clone()),
        (json!("published"), json!(true), json!(2))
    );
    assert_eq!(why(&desk, "account", "450FLEURIE")["rules"], json!(["D1"]));
    desk.sql("UPDATE extranet_settings SET inactivate_on_notice = 1, inactivate_sellers = 1");
    assert_eq!(why(&desk, "account", "412BANDOL")["verdict"], "inactive");
    assert_eq!(why(&desk, "account", "450MEURSAU")["rules"], json!(["D11"]));
    assert_eq!(why(&desk, "account", "S038/450GIVRYJE")["verdict"], "published", "he keeps a unit");
    assert_eq!(desk.run(&["why", "account", "411ALOXECA"]).code, 2);
}

/// D26, H1, H3, H4.
#[test]
fn a_partys_spaces_and_statuses_are_said_d26_h1_h3_h4() {
    let desk = Desk::demo();
    let denise = why(&desk, "party", "YALOXECORTONDENISE");
    assert_eq!(
        (denise["verdict"].clone(), denise["spaces"].clone()),
        (json!("allowed"), json!(["rental", "condo"]))
    );
    let chablis = why(&desk, "party", "CHABLISMARGUERITE");
    assert_eq!(
        chablis["statuses"],
        json!([{"building": "VIGNES", "status": "council_president"}, {"building": "CEPS", "status": "co_owner"}])
    );
    let hugo = why(&desk, "party", "CHINONHUGO");
    assert_eq!((hugo["verdict"].clone(), hugo["missing_login"].clone()), (json!("not-allowed"), json!(true)));
}

// --------------------------------------------------------------------------------------------- the database itself

#[test]
fn a_busy_database_ends_with_status_6_and_a_sentence_and_changes_nothing() {
    let desk = Desk::demo();
    let before = desk.dump();
    let writer = desk.db();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let said = desk.run(&["accounts", "mark", "37"]);
    assert_eq!((said.code, said.out.as_str()), (6, ""));
    assert!(said.err.contains("verrouillée") && said.err.contains("rien n’a été modifié"), "{}", said.err);
    assert_eq!(desk.json(&["accounts", "mark", "37", "--dry-run"]).code, 0, "a rehearsal needs no lock");
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(desk.dump(), before);
}

#[test]
fn a_view_that_cannot_be_written_makes_its_function_unavailable_and_no_other() {
    let desk = Desk::demo();
    desk.sql(
        "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;
         ALTER TABLE account RENAME TO compte; CREATE VIEW account AS SELECT * FROM compte;
         ALTER TABLE binder RENAME TO classeur; CREATE VIEW binder AS SELECT * FROM classeur;",
    );
    let marked = desk.run(&["accounts", "mark", "37"]);
    assert_eq!(marked.code, 6);
    assert!(marked.err.contains("cocher ou décocher des comptes n’est pas possible"), "{}", marked.err);
    let renamed = desk.run(&["binders", "rename", "WORKS=Travaux"]);
    assert!(
        renamed.err.contains("créer, renommer ou changer des classeurs n’est pas possible"),
        "{}",
        renamed.err
    );
    assert_eq!(desk.json(&["events", "publish", "122"]).summary()["done"], 1, "the others go on");
    assert_eq!(desk.json(&["options", "set", "send_102=non"]).summary()["done"], 1);
    assert_eq!(desk.json(&["accounts", "list", "37"]).of("record").len(), 1, "reading goes on");
}

#[test]
fn an_error_with_json_is_one_object_that_bears_its_status() {
    let desk = Desk::demo();
    let said = desk.json(&["accounts", "list", "--entity", "S039"]);
    let lines = said.lines();
    assert_eq!(
        (lines.len(), lines[0]["type"].clone(), lines[0]["exit_code"].clone()),
        (1, json!("error"), json!(2))
    );
    assert!(lines[0]["message"].as_str().unwrap().contains("S038"));
}
