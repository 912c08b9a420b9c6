//! The documents that staff make: lists of co-owners, statements, access letters, and a look at each.

use chrono::Utc;
use chrono_tz::Europe::Paris;

use super::{outcome, rehearsed};
use crate::support::desk::Desk;

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

/// D5: what is among the agency's files may be published, and what is in a local target is.
#[test]
fn letters_never_go_into_a_folder_that_others_read_d5() {
    let desk = Desk::demo();
    let shared = desk.database().parent().unwrap().join("files");
    for out in [shared.clone(), shared.join("new/deeper")] {
        let said = desk.json(&["credentials", "letters", "CLATOUR", "--out", out.to_str().unwrap()]);
        assert_eq!(said.outcomes(), [outcome("CLATOUR", "refused", "folder-shared")], "{}", out.display());
        assert!(!shared.join("new").exists());
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

/// E4, F4: a sum without one of its lines is a wrong one: nothing is made, and `check` names the line.
#[test]
fn a_paper_whose_sum_would_lack_a_line_is_refused_and_those_of_others_are_made() {
    let look = |sql: &str, arguments: &[&str]| {
        let desk = Desk::demo();
        desk.sql(sql);
        let out = desk.path().join("look.pdf");
        let said = desk.json(&[&["render"], arguments, &["--out", out.to_str().unwrap()]].concat());
        assert_eq!(out.exists(), said.code == 0);
        (said.code, said.outcomes().pop().unwrap().2)
    };
    let of_year = ["expenses", "GILBERT", "--year", "2015"];
    let unread = "UPDATE expense_line SET entry_date = '2015-02-31' WHERE id = 3";
    assert_eq!(look(unread, &of_year), (3, "unreadable".to_owned()));
    let overflows = "UPDATE expense_line SET amount_cents = 9223372036854775807 WHERE id IN (1, 2)";
    assert_eq!(look(overflows, &of_year), (3, "bad-value".to_owned()));
    let elsewhere = "UPDATE expense_line SET entry_date = '2015-02-31' WHERE building_id <>
                     (SELECT id FROM building WHERE code = 'GILBERT')";
    assert_eq!(look(elsewhere, &of_year).0, 0);

    let unread = "UPDATE works_fund SET as_of = '2025-02-31' WHERE id = 1";
    let desk = Desk::demo();
    let record: i64 = desk.one("SELECT co_owner_record_id FROM works_fund WHERE id = 1");
    let other: i64 = desk.one(&format!("SELECT co_owner_record_id FROM works_fund WHERE building_id =
        (SELECT id FROM building WHERE code = 'GILBERT') AND amount_cents <> 0 AND co_owner_record_id <> {record}"));
    assert_eq!(look(unread, &["works-fund", "GILBERT", &record.to_string()]), (3, "unreadable".to_owned()));
    assert_eq!(look(unread, &["works-fund", "GILBERT", &other.to_string()]).0, 0);
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
    // A pipe is never read: nobody may be writing to it.
    #[cfg(unix)]
    {
        let pipe = desk.path().join("pipe.pdf");
        crate::support::tools::stdout_of(std::process::Command::new("mkfifo").arg(&pipe));
        assert_eq!(look(&pipe.display().to_string()).of("row")[0]["reason"].as_str(), Some("file-stands"));
    }
}

#[test]
fn a_name_that_a_paper_shortens_is_told_c16() {
    let desk = Desk::demo();
    let party: i64 = desk.one("SELECT party_id FROM account WHERE id = 1");
    desk.sql(&format!("UPDATE party SET display_name = '{}' WHERE id = {party}", "INDIVISION ".repeat(250)));
    let said = desk.json(&["accounts", "statements", "1"]);
    assert_eq!(said.outcomes(), [outcome("1", "done", "")]);
    assert_eq!(said.notices("1"), ["not-shown"]);
    let out = desk.path().join("look.pdf");
    let said = desk.json(&["render", "statement", "1", "--out", out.to_str().unwrap()]);
    assert_eq!(said.notices("1"), ["not-shown"]);
    let said = desk.json(&["render", "statement", "2", "--out", out.to_str().unwrap()]);
    assert_eq!(said.notices("2"), Vec::<String>::new());
}

/// A logo that no letter could bear is told before anything is made of it.
#[test]
fn the_letters_settings_are_checked_and_reach_the_letters() {
    let desk = Desk::demo();
    let config = desk.path().join("agent.toml");
    let own = std::fs::read_to_string(&config).unwrap();
    let set = |letters: &str| std::fs::write(&config, format!("{own}\n[letters]\n{letters}\n")).unwrap();
    std::fs::write(desk.path().join("logo.png"), crate::support::render::PNG).unwrap();
    std::fs::write(desk.path().join("cut.png"), &crate::support::render::PNG[..60]).unwrap();
    let out = desk.path().join("look.pdf");
    let look = || desk.json(&["render", "letter", "CLATOUR", "--out", out.to_str().unwrap()]);

    for wrong in ["logo = \"cut.png\"", "signature = \"absent.png\"", "signature = \"agent.toml\""] {
        set(wrong);
        assert_eq!(look().code, 5, "{wrong}");
    }
    set("logo = \"logo.png\"\nsigned_by = \"Le service gestion\"");
    assert_eq!(look().code, 0);
    assert!(crate::support::render::text_of(&std::fs::read(&out).unwrap()).contains("Le service gestion"));
}

/// A reader who misses it would not know.
#[test]
fn what_a_list_does_not_show_is_told_to_who_makes_it() {
    let desk = Desk::demo();
    desk.sql("UPDATE party SET display_name = 'CLATOUR \u{e000}漢' WHERE code = 'CLATOUR'");
    let made = desk.json(&["co-owners", "generate", "--building", "GILBERT"]);
    assert_eq!(made.outcomes(), [outcome("GILBERT", "done", "")]);
    assert_eq!(made.notices("GILBERT"), ["not-shown"]);
}
