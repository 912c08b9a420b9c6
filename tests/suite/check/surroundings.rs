//! What breaks around the records: the database itself, the ledger, files, settings, clock.

use std::collections::BTreeSet;

use publier::desk::check::Code;
use publier::i18n::{Lang, Messages};
use publier::ledger::Ledger;
use publier_core::publication::exit::ExitStatus;

use super::{codes, new_codes};
use crate::support::check::{Copy, now, told};

#[test]
fn each_code_stands_once_in_the_catalogue() {
    assert_eq!(Code::ALL.len(), Code::ALL.iter().map(|code| code.code()).collect::<BTreeSet<_>>().len());
}

#[test]
fn a_schema_that_differs_is_named_whole_and_nothing_else_is_looked_at() {
    let copy = Copy::broken("DROP TABLE listing_portal; ALTER TABLE photo DROP COLUMN title");
    let found = copy.findings();
    assert_eq!(codes(&found), [Code::SchemaDiffers, Code::SchemaDiffers]);
    assert_eq!(
        found.iter().map(told).collect::<Vec<_>>(),
        ["schema-differs table listing_portal", "schema-differs table photo.title"]
    );
}

#[test]
fn a_database_that_cant_be_looked_at_is_one_finding() {
    let missing = Copy::new();
    std::fs::remove_file(missing.path("agency.db")).unwrap();
    assert_eq!(codes(&missing.findings()), [Code::DatabaseMissing]);
    let garbage = Copy::new();
    for name in ["agency.db-wal", "agency.db-shm"] {
        drop(std::fs::remove_file(garbage.path(name)));
    }
    std::fs::write(
        garbage.path("agency.db"),
        "not a database, and long enough to be read as a header ".repeat(40),
    )
    .unwrap();
    assert_eq!(codes(&garbage.findings()), [Code::DatabaseUnreadable]);
    assert_eq!(codes(&Copy::broken("DELETE FROM agency").findings()), [Code::RowMissing]);
    // Code::DatabaseBusy: a minute's wait; the unit test of its sentence stands beside the code.
    assert_eq!(Code::DatabaseBusy.status(), ExitStatus::Database);
}

#[test]
fn a_ledger_that_cant_be_used_says_why_in_french() {
    let ledger = |version: u32, table: &str| {
        let copy = Copy::new();
        let db = rusqlite::Connection::open(copy.path("data/state.db")).unwrap();
        db.execute_batch(&format!("CREATE TABLE {table} (x)")).unwrap();
        db.pragma_update(None, "user_version", version).unwrap();
        let found = copy.findings();
        let finding = found.iter().find(|finding| finding.code == Code::LedgerUnusable).unwrap();
        finding.sentence(&Messages::new(Lang::Fr))
    };
    assert!(ledger(0, "invoice").contains("c’est le fichier d’un autre programme"));
}

#[test]
fn a_database_out_of_wal_mode_is_a_warning_and_is_checked_all_the_same() {
    let copy = Copy::broken("PRAGMA journal_mode = DELETE");
    assert_eq!(new_codes(&copy), [Code::NotWal]);
}

#[test]
fn entries_without_an_index_are_advised_on_and_checked_all_the_same() {
    let copy = Copy::broken("DROP INDEX ledger_entry_stream");
    assert_eq!(new_codes(&copy), [Code::NoEntryIndex]);
}

#[test]
fn an_agency_without_a_published_account_is_told_d1() {
    let copy = Copy::broken("UPDATE account SET published = 0");
    assert!(new_codes(&copy).contains(&Code::NoAccount));
}

#[test]
fn a_template_whose_binder_came_after_a_publication_is_told_c3() {
    let copy = Copy::broken("UPDATE event_template SET binder_id = 9 WHERE id = 15");
    assert!(!new_codes(&copy).contains(&Code::BinderLinkedLater), "no publication left its event out");
    let ledger = copy.path("data/state.db");
    drop(Ledger::open(&ledger).unwrap());
    let db = rusqlite::Connection::open(ledger).unwrap();
    db.execute_batch("INSERT INTO unbound_event (event, publish_request) VALUES (119, 0)").unwrap();
    assert!(new_codes(&copy).contains(&Code::BinderLinkedLater));
    db.execute_batch("UPDATE unbound_event SET publish_request = 7").unwrap();
    assert!(!new_codes(&copy).contains(&Code::BinderLinkedLater), "C4: its counter moved");
}

#[test]
fn the_readers_of_a_building_and_of_an_entity_are_counted_c23() {
    let messages = Messages::new(Lang::Fr);
    let told = |copy: &Copy| -> Vec<String> {
        let readers = copy.findings().into_iter().filter(|finding| finding.code == Code::Readers);
        readers.map(|finding| format!("{} {}", finding.record.key, finding.sentence(&messages))).collect()
    };
    let copy = Copy::new();
    let before = told(&copy);
    assert!(before.iter().any(|line| line.starts_with("1 ")), "the building GILBERT: {before:?}");
    copy.execute("UPDATE event SET published_on = NULL; UPDATE photo SET published_on = NULL");
    assert_eq!(told(&copy), Vec::<String>::new(), "nothing is published there");
}

#[test]
fn an_access_that_comes_back_without_a_new_password_is_told_d26() {
    let copy = Copy::new();
    let ledger = copy.path("data/state.db");
    Ledger::open(&ledger).unwrap().series("extranet", "extranet", "aaaa").unwrap();
    let db = rusqlite::Connection::open(ledger).unwrap();
    db.execute_batch("INSERT INTO access (series, party, live, issue, revoked_issue) VALUES (1, 5, 1, 1, 1)")
        .unwrap();
    assert!(new_codes(&copy).contains(&Code::PasswordNotRenewed));
    copy.execute("UPDATE party SET temporary_password_issue = 2 WHERE id = 5");
    assert!(!new_codes(&copy).contains(&Code::PasswordNotRenewed));
}

#[test]
fn files_that_would_not_open_or_would_run_are_told_c1() {
    let copy = Copy::new().configured("files = [", "files = [\"own\", ");
    std::fs::create_dir(copy.path("own")).unwrap();
    let end = "startxref\n9\n%%EOF";
    for (id, name, content) in [
        (1, "page.pdf", "<svg onload=\"x()\"/>".to_owned()),
        (2, "short.pdf", "%PDF-1.4\ntrailer << /Root 1 0 R >>".to_owned()),
        (3, "locked.pdf", format!("%PDF-1.4\ntrailer << /Encrypt 5 0 R >>\n{end}")),
    ] {
        std::fs::write(copy.path("own").join(name), content).unwrap();
        copy.execute(&format!("UPDATE attachment SET path = '{name}' WHERE id = {id}"));
    }
    let told = new_codes(&copy);
    for code in [Code::FileType, Code::FileDamaged, Code::FileProtected] {
        assert!(told.contains(&code), "{code:?} in {told:?}");
    }
    let narrow = Copy::new().configured("[data]", "[publication]\nfile_types = \"pdf\"\n\n[data]");
    assert!(new_codes(&narrow).contains(&Code::FileType), "the demo has JPEG attachments");
}

/// C24: the agency is told to save it in another format, not the administrator to grant rights.
#[test]
fn a_photo_of_another_format_is_told_as_such_c24() {
    let copy = Copy::new().configured("files = [", "files = [\"own\", ");
    std::fs::create_dir(copy.path("own")).unwrap();
    std::fs::write(copy.path("own/photo.webp"), b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0").unwrap();
    copy.execute("UPDATE photo SET path = 'photo.webp' WHERE id = 1");
    assert_eq!(new_codes(&copy), [Code::PhotoType]);
}

/// A photo that lacks its end is as well as any other to its last byte.
#[test]
fn a_photo_that_is_cut_short_is_told_c1() {
    let copy = Copy::new().configured("files = [", "files = [\"own\", ");
    std::fs::create_dir(copy.path("own")).unwrap();
    let photo = crate::support::render::JPEG;
    let break_off = |bytes: &[u8]| {
        std::fs::write(copy.path("own").join("photo.jpg"), bytes).unwrap();
        copy.execute("UPDATE photo SET path = 'photo.jpg' WHERE id = 1");
        new_codes(&copy)
    };
    assert_eq!(break_off(&photo[..photo.len() - 40]), [Code::FileDamaged]);
    assert_eq!(break_off(photo), []);
}

#[test]
fn a_script_that_calls_itself_a_text_is_told_c1() {
    let copy = Copy::new().configured("files = [", "files = [\"own\", ");
    std::fs::create_dir(copy.path("own")).unwrap();
    std::fs::write(copy.path("own/notice.txt"), "#!/bin/sh\necho\n").unwrap();
    copy.execute("UPDATE attachment SET path = 'notice.txt' WHERE id = 1");
    assert!(new_codes(&copy).contains(&Code::FileType));
}

#[test]
fn a_file_over_the_limit_is_told() {
    let copy = Copy::new().configured("[data]", "[publication]\nmax_file_size = \"1MiB\"\n\n[data]");
    assert!(new_codes(&copy).iter().all(|code| *code == Code::FileTooLarge));
    assert_eq!(new_codes(&copy).len(), 1, "the one attachment of 3 MB");
}

#[test]
fn a_target_in_clear_is_a_warning_d5() {
    let copy = Copy::new().configured("protocol = \"ftps\"", "protocol = \"ftp\"\nallow_plain = true");
    assert_eq!(new_codes(&copy), [Code::PlainFtp]);
}

#[cfg(unix)]
#[test]
fn our_own_folder_is_writable_and_ours_alone() {
    use std::os::unix::fs::PermissionsExt;
    let open = Copy::new();
    std::fs::set_permissions(open.path("data"), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(new_codes(&open), [Code::DataFolderOpen]);
    let file = Copy::new().configured("dir = \"data\"", "dir = \"password\"");
    assert_eq!(new_codes(&file), [Code::DataFolderUnwritable]);
    let not_yet = Copy::new().configured("dir = \"data\"", "dir = \"data/agent/2026\"");
    assert_eq!(new_codes(&not_yet), [], "it is made when it is needed");
    assert!(!not_yet.path("data/agent").exists(), "and not by looking: A10");
}

#[test]
fn a_ledger_that_is_none_is_told() {
    let copy = Copy::new();
    std::fs::write(
        copy.path("data/state.db"),
        "no ledger at all, but a text that is long enough ".repeat(40),
    )
    .unwrap();
    assert_eq!(new_codes(&copy), [Code::LedgerUnusable]);
}

#[test]
fn a_clock_out_of_the_bounds_of_a_publication_is_told_before_it_is_held() {
    let copy = Copy::new();
    let confirmed_at = now();
    let path = copy.path("data/state.db");
    Ledger::open(&path).unwrap().series("extranet", "extranet", "0123456789abcdef").unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    let ms = confirmed_at.timestamp_millis();
    db.execute(
        "UPDATE series SET delivered_sequence = 1, delivered_publication = 1, delivered_now = ?1, confirmed_at = ?1",
        [ms],
    )
    .unwrap();
    drop(db);
    let at = |minutes: i64| codes(&copy.findings_at(confirmed_at + chrono::TimeDelta::minutes(minutes)));
    assert_eq!(at(-6)[0], Code::ClockBack);
    assert!(!at(-4).contains(&Code::ClockBack));
    assert!(!at(44 * 24 * 60).contains(&Code::ClockForward));
    assert_eq!(at(46 * 24 * 60)[0], Code::ClockForward);
}
