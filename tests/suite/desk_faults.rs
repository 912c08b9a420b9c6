//! What the staff's commands say when the machine fails them: a full disk, a file that may not be read or written.

use std::fs::OpenOptions;
use std::process::{Command, Output, Stdio};

use publier::files::write_whole;
use publier::flow::FlowError;
use publier::flow::telling::{explain, explain_source};
use publier::i18n::{Lang, Messages};
use publier::ledger::LedgerError;
use publier::source::{Function, SourceError};
use publier_core::publication::exit::ExitStatus;
use rusqlite::ffi;

use crate::support::desk::Desk;

/// Runs the real binary with a standard output of its own.
fn into(desk: &Desk, out: Stdio, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_publier"))
        .arg("--config")
        .arg(desk.path().join("agent.toml"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(out)
        .output()
        .unwrap()
}

#[test]
fn a_standard_output_on_a_full_disk_is_told_and_is_never_done() {
    let desk = Desk::demo();
    let commands: [&[&str]; 9] = [
        &["--json", "accounts", "list"],
        &["accounts", "list"],
        &["status"],
        &["events", "list"],
        &["config", "show"],
        &["why", "document", "101"],
        &["schedule", "next"],
        &["--help"],
        &["--json", "publish", "--dry-run"],
    ];
    for arguments in commands {
        let plain = desk.run(arguments);
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let said = into(&desk, full.into(), arguments);
        let expected = if plain.code == 0 { 1 } else { plain.code };
        assert_eq!(said.status.code(), Some(expected), "{arguments:?}");
        let err = String::from_utf8(said.stderr).unwrap();
        assert!(err.contains("plus de place sur le disque"), "{arguments:?}: {err}");
        assert!(!err.contains("os error"), "{err}");
    }
}

#[test]
fn a_reader_who_goes_away_is_told_nothing_and_changes_no_status() {
    let desk = Desk::demo();
    for arguments in [&["--json", "accounts", "list"][..], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let said = into(&desk, writer.into(), arguments);
        assert_eq!(said.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8(said.stderr).unwrap(), "", "{arguments:?}");
    }
}

/// E8: an id of a document answers for its own building; the voucher for each of its buildings, with the readers of each.
#[test]
fn a_voucher_is_answered_for_building_by_building_e8() {
    let desk = Desk::demo();
    let why = |id: &str| desk.json(&["why", "document", id]).of("why").remove(0);
    let places = |id: &str| -> Vec<(String, usize)> {
        let why = why(id);
        let places = why["places"].as_array().unwrap().iter();
        places
            .map(|place| {
                let readers = place["audience"].as_array().unwrap().len();
                (place["concerns"].as_str().unwrap().to_owned(), readers)
            })
            .collect()
    };
    let both = places("voucher:5");
    assert_eq!(both.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["GILBERT", "VIGNES"]);
    let alone = |building: i64| {
        let line: i64 = desk
            .db()
            .query_row(
                "SELECT line.id FROM expense_line line JOIN expense_line_voucher ON expense_line_id = line.id
                 WHERE voucher_id = 5 AND building_id = ?1",
                [building],
                |row| row.get(0),
            )
            .unwrap();
        format!("v000000000005.{line:012}@b{building:012}")
    };
    assert_eq!(places(&alone(1)), [both[0].clone()]);
    assert_eq!(places(&alone(2)), [both[1].clone()]);
    assert_eq!(why(&alone(2))["concerns"], "VIGNES");
    assert_eq!(places("v000000000005.000000000001"), both, "without a building, all of them");
    let told = desk.run(&["why", "document", "voucher:5"]).out;
    assert_eq!(told.matches("(INVOICES), immeuble").count(), 2, "{told}");
    assert_eq!(desk.run(&["why", "document", "v000000000005.000000000999@b000000000002"]).code, 2);
}

fn sqlite(code: i32) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
}

/// Whoever met it, and whatever was being done: the disk is to be emptied, the databases are well.
#[test]
fn a_disk_that_sqlite_finds_full_is_told_as_a_full_disk() {
    let messages = Messages::new(Lang::Fr);
    for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_SHMSIZE] {
        let ours = LedgerError::Sql { operation: "be written", source: sqlite(code) };
        let theirs = SourceError::Query { operation: "write", source: sqlite(code) };
        for error in [FlowError::from(ours), FlowError::from(theirs)] {
            assert_eq!(error.exit_status(), ExitStatus::Other, "{error:?}");
            let said = explain(&error, &messages);
            assert!(said.contains("disque de cette machine est plein"), "{said}");
        }
    }
    let damaged = LedgerError::Sql { operation: "be read", source: sqlite(ffi::SQLITE_CORRUPT) };
    assert_eq!(FlowError::from(damaged).exit_status(), ExitStatus::Database);
}

#[test]
fn a_read_only_file_is_not_told_as_a_view() {
    let messages = Messages::new(Lang::Fr);
    let unwritable = |source| SourceError::Unwritable { function: Function::Events, source };
    let file = explain_source(&unwritable(sqlite(ffi::SQLITE_READONLY)), &messages);
    assert!(file.contains("lecture seule") && !file.contains("vue"), "{file}");
    let view = explain_source(&unwritable(sqlite(ffi::SQLITE_ERROR)), &messages);
    assert!(view.contains("rendez la vue modifiable"), "{view}");
}

#[test]
fn a_secret_that_cannot_be_read_is_told_in_french() {
    let desk = Desk::demo();
    std::fs::write(desk.path().join("secret"), [0xff, 0xfe, b'\n']).unwrap();
    let said = desk.run(&["config", "check"]);
    assert_eq!(said.code, 5, "{said:?}");
    assert!(said.err.contains("ce n’est pas du texte en UTF-8"), "{}", said.err);
    assert!(!said.err.contains("stream"), "{}", said.err);
}

/// A damaged file of authorities is ours to mend: no command blames the server for it.
#[test]
fn a_damaged_file_of_authorities_is_a_setting_that_is_not_valid() {
    let desk = Desk::demo();
    let config = desk.path().join("agent.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}ca_file = \"ca.pem\"\n")).unwrap();
    let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for junk in ["junk\n", "", no_certificate] {
        std::fs::write(desk.path().join("ca.pem"), junk).unwrap();
        for arguments in [&["config", "check"][..], &["publish"], &["check", "--server"], &["status"]] {
            let said = desk.run(arguments);
            let all = format!("{}{}", said.out, said.err);
            assert_eq!(said.code, 5, "{arguments:?}: {all}");
            assert!(all.contains("ca.pem") && all.contains("ca_file"), "{arguments:?}: {all}");
            assert!(!all.contains("Hébergeur") && !all.contains("root trust"), "{arguments:?}: {all}");
        }
    }
}

#[cfg(feature = "demo")]
#[test]
fn a_demo_that_cannot_be_made_says_so_in_french() {
    let said =
        Command::new(env!("CARGO_BIN_EXE_publier")).args(["demo", "--dir", "/dev/null/x"]).output().unwrap();
    let err = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(1), "{err}");
    assert!(err.contains("/dev/null/x") && err.contains("un fichier se trouve là où un dossier"), "{err}");
    assert!(!err.contains("os error") && !err.contains("make folder"), "{err}");
}

#[test]
fn a_blank_name_is_told_without_an_empty_list_of_values() {
    let desk = Desk::demo();
    for arguments in [&["why", "document", ""][..], &["why", "account", ""]] {
        let said = desk.run(arguments);
        assert_eq!(said.code, 2);
        assert!(!said.err.contains("possibles"), "{}", said.err);
    }
}

/// D23: two records of one party are two, even where one of them alone has funds.
#[test]
fn a_party_of_two_records_gets_neither_works_fund_before_one_is_chosen() {
    let desk = Desk::demo();
    let out = desk.path().join("fonds.pdf");
    let render =
        |holder: &str| desk.run(&["render", "works-fund", "GILBERT", holder, "--out", out.to_str().unwrap()]);
    desk.sql(
        "INSERT INTO co_owner_record (id, party_id, building_id, label)
         SELECT 9001, party_id, building_id, 'Seconde fiche' FROM co_owner_record
         WHERE party_id = (SELECT id FROM party WHERE code = 'CLIQUOTMATHILDE') AND building_id = 1 LIMIT 1",
    );
    let said = render("CLIQUOTMATHILDE");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("9001") && said.err.contains(", "), "both are named: {}", said.err);
    assert!(!out.exists());
}

#[test]
fn what_is_written_beside_a_name_is_told_by_that_name() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.path().join("a.pdf.part")).unwrap();
    let error = write_whole(&folder.path().join("a.pdf"), b"content").unwrap_err();
    assert_eq!(error.path, folder.path().join("a.pdf"));
    std::fs::create_dir(folder.path().join("b.pdf.part")).unwrap();
    let error = write_whole(&folder.path().join("b.pdf"), b"content").unwrap_err();
    assert_eq!(error.path, folder.path().join("b.pdf"));
}
