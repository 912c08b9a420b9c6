//! The suite of the verification tool: each finding is broken for, alone, in a copy of the demo agency.

use std::collections::BTreeSet;
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock};

use publier::desk::check::elan::{self, DUTIES, Online, Standing};
use publier::desk::check::report::{Text, elan_text, finding_json, server_text};
use publier::desk::check::server::{self, ServerFacts};
use publier::desk::check::{Books, Code, Finding, Ground, Kind, Level, Module};
use publier::i18n::{Lang, Messages};
use publier::ledger::Ledger;
use publier::ports::{Abilities, Connector, RemotePath, TransferError};
use publier::settings::target::{Login, Protocol, Target, Trust};
use publier::transfer::connector;
use publier::transfer::memory::{Fault, MemoryServer, Operation};
use publier_core::publication::exit::ExitStatus;
use publier_core::publication::reason::TransferReason;

use crate::support::check::{Copy, SERVICE, demo_files, more, now, told};
use crate::support::embedded::{PASSWORD, Place, USER};
use crate::support::flow::repository;

static DEMO: LazyLock<Vec<String>> = LazyLock::new(|| Copy::new().findings().iter().map(told).collect());

/// What breaks, the findings that come, the findings of the demo that go.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

const CASES: &[Case] = &[
    ("UPDATE agency SET licence_valid = 0", &["no-licence agence 605"], &[]),
    ("UPDATE agency SET domain_name = 'Tests 605'", &["bad-domain agence 605"], &[]),
    ("UPDATE agency SET domain_name = NULL", &["bad-domain agence 605"], &[]),
    // database
    (
        "ALTER TABLE message RENAME TO kept; CREATE VIEW message AS SELECT * FROM kept",
        &["function-unavailable table message"],
        &[],
    ),
    (
        "INSERT INTO party_email (id, party_id, position, email) VALUES (900, 999, 1, 'nobody@example.org')",
        &["dangling-key ligne party_email 900"],
        &[],
    ),
    ("UPDATE account SET label = CAST(x'E9' AS TEXT) WHERE id = 22", &["not-utf8 ligne account 22"], &[]),
    ("UPDATE building SET name = 'a' || char(11) WHERE id = 1", &["illegal-character ligne building 1"], &[]),
    ("UPDATE event SET event_date = '2024-02-31' WHERE id = 122", &["bad-date ligne event 122"], &[]),
    (
        "ALTER TABLE portal RENAME TO sites;
         CREATE VIEW portal AS SELECT code, 12 AS name FROM sites ORDER BY code LIMIT 1",
        &["wrong-type ligne portal PAGESIMMO"],
        &[],
    ),
    // accounts
    (
        "UPDATE account SET published = 1 WHERE id = 41",
        &["account-without-party compte 41 (G001 102001)"],
        &[],
    ),
    (
        "UPDATE ledger_entry SET debit_cents = 9223372036854775807, credit_cents = 0
          WHERE id IN (SELECT id FROM ledger_entry WHERE account_id = 1 ORDER BY id LIMIT 2)",
        &["account-unreadable compte 1 (G001 411ALOXECO)"],
        &[],
    ),
    (
        "UPDATE account SET party_id = 2 WHERE id = 27",
        &["record-of-another-party compte 27 (S038 450CLIQUOT)"],
        &[],
    ),
    ("UPDATE account SET validated = 0 WHERE id = 1", &["not-validated compte 1 (G001 411ALOXECO)"], &[]),
    (
        "UPDATE account SET stored_balance_cents = 1 WHERE id = 1",
        &["stored-balance compte 1 (G001 411ALOXECO)"],
        &[],
    ),
    (
        "UPDATE ledger_entry SET debit_cents = debit_cents + 100
          WHERE id = (SELECT max(id) FROM ledger_entry WHERE account_id = 22 AND kind = 'opening')",
        &["opening-differs compte 22 (S038 450ATRILLO)"],
        &[],
    ),
    ("UPDATE building SET iban = 'FR76' WHERE id = 1", &["invalid-bank immeuble 1 (GILBERT)"], &[]),
    (
        "UPDATE building SET iban = NULL, bic = NULL WHERE id = 1;
         UPDATE entity SET iban = NULL, bic = NULL WHERE id = 2",
        &[],
        &["shared-bank entité 2 (S038)"],
    ),
    // binders
    ("UPDATE binder SET right_council_president = 0 WHERE id = 2", &["rights-hole classeur 2 (SLIPS)"], &[]),
    (
        "UPDATE binder SET parent_id = 32 WHERE id = 31",
        &["binder-cycle classeur 31 (R_LETTERS)", "binder-cycle classeur 32 (R_LETTERS_TENANTS)"],
        &[],
    ),
    (
        "UPDATE binder SET parent_id = 999 WHERE id = 33",
        &["dangling-key ligne binder 33", "parent-missing classeur 33 (R_LETTERS_LANDLORDS)"],
        &[],
    ),
    (
        "UPDATE binder SET parent_id = 1 WHERE id = 33",
        &["parent-of-other-module classeur 33 (R_LETTERS_LANDLORDS)"],
        &[],
    ),
    ("UPDATE binder SET parent_id = 10 WHERE id = 2", &["parent-fed-on-site classeur 2 (SLIPS)"], &[]),
    // events
    (
        "UPDATE event_template SET binder_id = NULL WHERE id = 5",
        &["no-binder modèle 5 (Carnet d'entretien)"],
        &[],
    ),
    (
        "UPDATE event_template SET binder_id = 10 WHERE id = 26",
        &["binder-fed-on-site modèle 26 (Extrait de compte (gérance))"],
        &[],
    ),
    (
        "UPDATE event SET template_id = 999 WHERE id = 109",
        &["dangling-key ligne event 109", "template-missing événement 109"],
        &[],
    ),
    (
        "UPDATE event SET body_format = 'docx' WHERE id = 105",
        &["body-format modèle 6 (Contrat de syndic)"],
        &[],
    ),
    ("UPDATE event SET body = ' <p> </p>' WHERE id = 147", &["blank-event événement 147"], &[]),
    ("UPDATE event SET building_id = NULL WHERE id = 147", &["no-scope événement 147"], &[]),
    ("UPDATE event SET building_id = 999 WHERE id = 147", &["dangling-target événement 147"], &[]),
    ("UPDATE event SET account_id = 37 WHERE id = 147", &["target-not-published événement 147"], &[]),
    ("UPDATE event SET event_date = NULL WHERE id = 170", &["no-document-date événement 170"], &[]),
    ("UPDATE event SET supersedes_event_id = id WHERE id = 147", &["supersedes-circle événement 147"], &[]),
    ("UPDATE event SET entity_id = 1 WHERE id = 147", &["module-mismatch événement 147"], &[]),
    ("UPDATE event SET processed_on = NULL WHERE id = 147", &["no-processing-date événement 147"], &[]),
    (
        "UPDATE event SET published_on = '2026-01-10' WHERE id = 115",
        &["expired-republished événement 115"],
        &[],
    ),
    (
        "UPDATE binder SET right_co_owner = 0, right_council_member = 0, right_council_president = 0 WHERE id = 16",
        &["empty-audience événement 139"],
        &["rights-hole classeur 16 (TEST_CO_OWNER)"],
    ),
    ("UPDATE event SET id = 1000000000000 WHERE id = 147", &["id-out-of-range événement 1000000000000"], &[]),
    // files and photos
    (
        "UPDATE attachment SET path = 'courriers/absent.pdf' WHERE id = 1",
        &["file-missing pièce jointe 1"],
        &[],
    ),
    (
        "UPDATE attachment SET path = (SELECT path FROM attachment WHERE id = 21) WHERE id = 1",
        &["file-empty pièce jointe 1"],
        &[],
    ),
    ("UPDATE attachment SET path = '../agency.sql' WHERE id = 1", &["file-unreadable pièce jointe 1"], &[]),
    ("UPDATE voucher SET path = 'absent.pdf' WHERE id = 1", &["file-missing pièce comptable 1"], &[]),
    ("UPDATE photo SET path = 'courriers/pouvoir.pdf' WHERE id = 1", &["file-unreadable photo 1"], &[]),
    ("UPDATE photo SET binder_id = NULL WHERE id = 1", &["photo-without-binder photo 1"], &[]),
    // parties
    ("UPDATE party SET login = NULL WHERE id = 2", &["login-missing identité 2 (ATRILLONBERNARD)"], &[]),
    (
        "UPDATE party SET temporary_password = NULL, temporary_password_issue = 0 WHERE id = 2",
        &["password-missing identité 2 (ATRILLONBERNARD)"],
        &["stale-password identité 2 (ATRILLONBERNARD)"],
    ),
    (
        "UPDATE party SET temporary_password_set_on = '2025-12-16' WHERE id = 2",
        &[],
        &["stale-password identité 2 (ATRILLONBERNARD)"],
    ),
    (
        "UPDATE party SET display_name = ' ' WHERE id = 2",
        &["party-without-name identité 2 (ATRILLONBERNARD)"],
        &[],
    ),
    (
        "UPDATE binder SET name = '' WHERE id = 33",
        &["binder-without-name classeur 33 (R_LETTERS_LANDLORDS)"],
        &[],
    ),
    (
        "UPDATE party SET postcode = NULL, city = NULL WHERE id = 2",
        &["no-address identité 2 (ATRILLONBERNARD)"],
        &[],
    ),
    // expenses
    (
        "UPDATE binder SET code = 'FACTURES' WHERE id = 11",
        &["no-invoices-binder table extranet_settings.send_expenses"],
        &["event-of-other-building dépense 52", "shares-exceed-amount dépense 37"],
    ),
    (
        "UPDATE extranet_settings SET send_expenses = 0",
        &[],
        &["event-of-other-building dépense 52", "shares-exceed-amount dépense 37"],
    ),
    (
        "UPDATE expense_line SET entry_date = '2015-02-31' WHERE id = 2",
        &["bad-date ligne expense_line 2", "expense-unreadable dépense 2"],
        &[],
    ),
    (
        "UPDATE expense_line SET allocation_key_id =
            (SELECT id FROM allocation_key WHERE building_id = 2 LIMIT 1) WHERE id = 2",
        &["expense-dangling dépense 2"],
        &[],
    ),
    ("UPDATE expense_line SET deductible_cents = 1 WHERE id = 2", &["shares-exceed-amount dépense 2"], &[]),
    (
        "UPDATE expense_line SET recoverable_cents = -recoverable_cents WHERE id = 2",
        &["share-of-other-sign dépense 2"],
        &[],
    ),
    ("UPDATE expense_line SET vat_cents = -1 WHERE id = 2", &["vat-of-other-sign dépense 2"], &[]),
    (
        "UPDATE expense_line SET event_id = (SELECT id FROM event WHERE building_id = 2 LIMIT 1) WHERE id = 2",
        &["event-of-other-building dépense 2"],
        &[],
    ),
    (
        "UPDATE expense_line SET private_record_id =
            (SELECT id FROM co_owner_record WHERE building_id = 2 LIMIT 1) WHERE id = 35",
        &["private-of-other-building dépense 35"],
        &[],
    ),
    // works funds
    (
        "INSERT INTO works_fund (id, co_owner_record_id, building_id, unit_id, account_number, account_label,
                                 amount_cents, as_of)
         SELECT 900, co_owner_record_id, building_id, unit_id, account_number, account_label, 1, as_of
           FROM works_fund WHERE id = 35",
        &["former-holder fiche copropriétaire 12"],
        &[],
    ),
    (
        "UPDATE works_fund SET as_of = '2025-02-31' WHERE id = 1",
        &["bad-date ligne works_fund 1", "fund-unreadable ligne works_fund 1"],
        &[],
    ),
    (
        "UPDATE works_fund SET amount_cents = 9223372036854775807 WHERE id IN (1, 2)",
        &["fund-unreadable fiche copropriétaire 1"],
        &[],
    ),
    // co-owner lists
    (
        "UPDATE extranet_settings SET co_owner_list_number = NULL",
        &["list-half-set table extranet_settings.co_owner_list_number"],
        &[],
    ),
    (
        "UPDATE extranet_settings SET co_owner_list_template_id = NULL",
        &["list-half-set table extranet_settings.co_owner_list_template_id"],
        &[],
    ),
    ("UPDATE extranet_settings SET co_owner_list_number = NULL, co_owner_list_template_id = NULL", &[], &[]),
    (
        "UPDATE extranet_settings SET co_owner_list_template_id = 11",
        &["list-without-binder modèle 11 (Courrier au locataire)"],
        &[],
    ),
    ("UPDATE binder SET right_co_owner = 1 WHERE id = 5", &["council-only classeur 5 (COUNCIL)"], &[]),
    // schedule and service
    ("DELETE FROM schedule_slot", &["no-slot service pi_sys_publier_xml"], &[]),
    (
        "ALTER TABLE schedule_slot RENAME TO slots;
         CREATE VIEW schedule_slot AS SELECT service_name, 9 AS weekday, local_time FROM slots",
        &["bad-slot créneau 9 12:30", "function-unavailable table schedule_slot"],
        &[],
    ),
    (
        "DELETE FROM schedule_slot; DELETE FROM scheduled_service",
        &["service-missing service pi_sys_publier_xml"],
        &[],
    ),
    ("UPDATE scheduled_service SET active = 0", &["service-inactive service pi_sys_publier_xml"], &[]),
    (
        "UPDATE scheduled_service SET name = 'pi.sys.publier.xml';
         UPDATE schedule_slot SET service_name = 'pi.sys.publier.xml'",
        &["service-dotted service pi.sys.publier.xml"],
        &[],
    ),
    ("UPDATE app_user SET receives_system_messages = 0", &["no-reader table app_user"], &[]),
];

fn owned(texts: &[&str]) -> Vec<String> {
    let mut texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    texts.sort();
    texts
}

/// A1, A2, A3, A4, A6, B1, B5, B8, B9, C1, C2, C6, C15, C20, C22, C23, C24, C27, D2, D3, D5, D12, D16, D18, D20, D22,
/// D25, E2, E3, E4, E8, E9, F4, F5, G1, G7, H1.
#[test]
fn each_broken_rule_is_found_alone_and_nothing_else_changes() {
    let mut wrong = Vec::new();
    for (sql, come, go) in CASES {
        let found: Vec<String> = Copy::broken(sql).findings().iter().map(told).collect();
        let (came, went) = (more(&found, &DEMO), more(&DEMO, &found));
        if (&came, &went) != (&owned(come), &owned(go)) {
            wrong.push(format!("{sql}\n  came {came:?}\n  went {went:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_of_the_catalogue_is_broken_for_by_a_test() {
    // Named by the tests below, which break what no record can.
    let elsewhere = [
        Code::ConfigMissing,
        Code::ConfigUnreadable,
        Code::ConfigInvalid,
        Code::DataFolderUnwritable,
        Code::DataFolderOpen,
        Code::LedgerUnusable,
        Code::PlainFtp,
        Code::ClockBack,
        Code::ClockForward,
        Code::DatabaseMissing,
        Code::DatabaseUnreadable,
        Code::DatabaseBusy,
        Code::DatabaseReadOnly,
        Code::SchemaDiffers,
        Code::RowMissing,
        Code::NotWal,
        Code::NoEntryIndex,
        Code::NoAccount,
        Code::BinderLinkedLater,
        Code::PasswordNotRenewed,
        Code::Readers,
        Code::FileTooLarge,
        Code::FileType,
        Code::FileDamaged,
        Code::FileProtected,
        Code::ServerUnreachable,
        Code::ServerUnknown,
        Code::LoginRefused,
        Code::DepositMissing,
        Code::DepositUnwritable,
        Code::SizeUnconfirmed,
        Code::ReceiptsUnread,
        Code::OrphanFile,
        Code::LeftOverPart,
    ];
    let text = include_str!("check.rs").split_once("fn what_follows_breaks_what_no_record_can").unwrap().1;
    for code in elsewhere {
        assert!(text.contains(&format!("Code::{code:?}")), "{code:?} is broken for by no test");
    }
    let broken: BTreeSet<&str> = CASES
        .iter()
        .flat_map(|(_, come, go)| come.iter().chain(*go))
        .filter_map(|told| told.split(' ').next())
        .collect();
    let missing: Vec<_> =
        Code::ALL.iter().filter(|code| !elsewhere.contains(code) && !broken.contains(code.code())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Splits this file for the test above: what follows breaks what no record can.
#[test]
fn what_follows_breaks_what_no_record_can() {
    assert_eq!(Code::ALL.len(), Code::ALL.iter().map(|code| code.code()).collect::<BTreeSet<_>>().len());
}

fn codes(findings: &[Finding]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}

fn new_codes(copy: &Copy) -> Vec<Code> {
    let found = copy.findings();
    let new: BTreeSet<String> =
        more(&found.iter().map(told).collect::<Vec<_>>(), &DEMO).into_iter().collect();
    codes(&found.into_iter().filter(|finding| new.contains(&told(finding))).collect::<Vec<_>>())
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

// ------------------------------------------------------------------------------------------------------- what is said

#[test]
fn the_demo_agencys_own_findings_read_so() {
    let messages = Messages::new(Lang::Fr);
    let mut text = Text::default();
    for finding in Copy::new().findings() {
        text.take(&finding, &messages);
    }
    assert_eq!(text.summary().status(), ExitStatus::Partial);
    insta::assert_snapshot!(text.render(&messages));
}

#[test]
fn every_finding_is_said_in_both_languages_without_a_hole() {
    for lang in [Lang::Fr, Lang::En] {
        let messages = Messages::new(lang);
        for code in Code::ALL {
            assert!(messages.has(code.sentence_key()) && messages.has(code.remedy_key()), "{lang:?} {code}");
        }
        let names = Kind::ALL.iter().map(|kind| format!("check-kind-{}", kind.name()));
        let names = names.chain(Module::ALL.iter().map(|module| format!("check-module-{}", module.name())));
        let names = names.chain(Level::ALL.iter().map(|level| format!("check-level-{}", level.name())));
        let names =
            names.chain(Standing::ALL.iter().map(|standing| format!("check-elan-{}", standing.name())));
        let legal = DUTIES.iter().map(|duty| format!("check-legal-{}", duty.kind.replace('_', "-")));
        for key in names.chain(legal) {
            assert!(messages.has(&key), "{lang:?} {key}");
        }
        for (sql, ..) in CASES.iter().step_by(7) {
            for finding in Copy::broken(sql).findings() {
                let said = format!("{} {}", finding.sentence(&messages), finding.remedy(&messages));
                assert!(!said.contains('{'), "{said}");
            }
        }
    }
}

/// A10: nothing of the sort leaves, in text or JSON, in either language, whatever is broken.
#[test]
fn no_finding_shows_an_email_a_telephone_an_iban_or_a_password() {
    let secrets = [
        "@",
        "06 39 98",
        "0639",
        "FR76",
        "DEMOFRP1",
        "CNWBTGDSHW",
        "KDMWPLXQTB",
        "HTZVDGBKLC",
        "s3cr3t-of-the-server",
    ];
    let broken = "UPDATE account SET number = 'jean@example.org 06 39 98 01 02' WHERE id = 39;
         UPDATE building SET code = 'FR7699999000010000060500179' WHERE id = 1;
         UPDATE building SET iban = 'FR76 0000' WHERE id = 1;
         UPDATE party SET code = 'denise@example.org' WHERE id = 1;
         UPDATE event_template SET name = '06 39 98 01 02' WHERE id = 15;
         UPDATE party_email SET email = CAST(x'E96A65616E406578616D706C652E6F7267' AS TEXT) WHERE id = 1;
         UPDATE agency SET domain_name = 'jean@example.org'";
    for copy in [Copy::new(), Copy::broken(broken)] {
        for lang in [Lang::Fr, Lang::En] {
            let messages = Messages::new(lang);
            let mut text = Text::default();
            let mut shown = String::new();
            for finding in copy.findings() {
                text.take(&finding, &messages);
                shown.push_str(&finding_json(&finding, &messages).to_string());
                shown.push_str(&format!("{finding:?}"));
            }
            shown.push_str(&text.render(&messages));
            for secret in secrets {
                assert!(!shown.contains(secret), "{secret}");
            }
        }
    }
}

#[test]
fn many_findings_of_one_kind_are_shown_within_bounds_and_counted() {
    let copy = Copy::broken(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
         INSERT INTO event (id, template_id, entity_id, subject, body, published_on)
         SELECT 5000 + i, 1, 2, 'x', '<p>x</p>', '2025-01-01' FROM n",
    );
    let messages = Messages::new(Lang::Fr);
    let mut text = Text::default();
    copy.findings().iter().for_each(|finding| text.take(finding, &messages));
    let shown = text.render(&messages);
    assert!(shown.contains("événement 5019 et 41 autres"), "{shown}");
    assert_eq!(text.summary().total().errors, 70);
}

#[test]
fn the_paper_lists_every_finding_with_its_module_level_rule_and_meaning() {
    let messages = Messages::new(Lang::Fr);
    let paper = include_str!("../../docs/check.fr.md");
    let rows: Vec<&str> = paper.lines().filter(|line| line.starts_with("| `")).collect();
    let written = |code: &Code| {
        let rule = code.rule().unwrap_or("–");
        let level = messages.text(&format!("check-level-{}", code.level().name()));
        format!("| `{code}` | {level} | {rule} | ")
    };
    assert_eq!(rows.len(), Code::ALL.len());
    for (row, code) in rows.iter().zip(Code::ALL) {
        assert!(row.starts_with(&written(code)), "{row}\n{}", written(code));
    }
    for module in Module::ALL {
        assert!(
            paper.contains(&format!("\n### {}\n", messages.text(&format!("check-module-{}", module.name()))))
        );
    }
}

#[test]
fn the_contracts_list_the_codes_of_findings() {
    let paper = include_str!("../../docs/contracts.md");
    let section = paper.split_once("### check\n").unwrap().1.split("\n#").next().unwrap();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows.len(), Code::ALL.len());
    for (row, code) in rows.iter().zip(Code::ALL) {
        let start = format!("| `{code}` | {} | {} | ", code.module().name(), code.level().name());
        assert!(row.starts_with(&start), "{row}\n{start}");
    }
}

// ---------------------------------------------------------------------------------------------------- the real program

fn publier(copy: &Copy, arguments: &[&str]) -> Output {
    let config = copy.path("agent.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_publier"));
    command.arg("--config").arg(config).arg("check").args(arguments).output().unwrap()
}

fn lines(output: &Output) -> Vec<serde_json::Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_exit_code_says_what_stands_in_the_way_first() {
    let demo = Copy::new();
    demo.config_file();
    assert_eq!(publier(&demo, &[]).status.code(), Some(3), "records are refused");
    let no_licence = Copy::broken("UPDATE agency SET licence_valid = 0");
    no_licence.config_file();
    assert_eq!(publier(&no_licence, &[]).status.code(), Some(5));
    let no_config = Copy::new();
    let output = publier(&no_config, &[]);
    assert_eq!(output.status.code(), Some(5), "{:?}", Code::ConfigUnreadable);
    let no_database = Copy::new();
    no_database.config_file();
    std::fs::remove_file(no_database.path("agency.db")).unwrap();
    assert_eq!(publier(&no_database, &[]).status.code(), Some(6));
    assert_eq!(publier(&demo, &["--server"]).status.code(), Some(7), "nothing listens on port 1");
    assert_eq!(publier(&demo, &["--elan"]).status.code(), Some(0));
}

#[test]
fn quiet_shows_the_errors_and_nothing_when_there_are_none() {
    let copy = Copy::new();
    copy.config_file();
    let output = publier(&copy, &["--quiet"]);
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout.is_empty());
    assert!(
        shown.contains("[no-scope]") && !shown.contains("[blank-event]") && !shown.contains("[no-address]")
    );
}

#[test]
fn an_agency_with_warnings_alone_ends_well() {
    let copy = Copy::broken(
        "PRAGMA foreign_keys = ON; DELETE FROM photo; DELETE FROM event; UPDATE event_template SET binder_id = 8 WHERE id IN (15, 16)",
    );
    copy.config_file();
    let output = publier(&copy, &["--json"]);
    let lines = lines(&output);
    let levels: BTreeSet<&str> = lines.iter().filter_map(|line| line["level"].as_str()).collect();
    assert_eq!(levels, BTreeSet::from(["advice", "warning"]));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn json_gives_an_object_a_finding_and_one_summary() {
    let copy = Copy::new();
    copy.config_file();
    let lines = lines(&publier(&copy, &["--json"]));
    let (summary, findings) = lines.split_last().unwrap();
    assert!(findings.iter().all(|line| line["v"] == 1 && line["type"] == "finding"));
    assert_eq!(summary["type"], "summary");
    let levels = |level: &str| findings.iter().filter(|line| line["level"] == level).count();
    for level in ["error", "warning", "advice"] {
        assert_eq!(summary["findings"][level], levels(level), "{level}");
    }
    let blank = findings.iter().find(|line| line["code"] == "blank-event").unwrap();
    assert_eq!(blank["record"], serde_json::json!({"kind": "event", "key": "112", "name": null}));
    assert_eq!((blank["rule"].as_str(), blank["module"].as_str()), (Some("C1"), Some("events")));
    assert!(blank["remedy"].as_str().unwrap().starts_with("Agence"));
}

#[test]
fn settings_that_cant_be_loaded_are_findings_one_a_problem() {
    let copy = Copy::new()
        .configured("host = \"127.0.0.1\"", "host = \"ftp://x\"")
        .configured("port = 1", "port = 0");
    copy.config_file();
    let output = publier(&copy, &["--json"]);
    let lines = lines(&output);
    let keys: Vec<_> = lines.iter().filter_map(|line| line["record"]["key"].as_str()).collect();
    assert_eq!(keys, ["target.extranet.host", "target.extranet.port"]);
    assert!(lines.iter().take(2).all(|line| line["code"] == Code::ConfigInvalid.code()));
    assert_eq!(output.status.code(), Some(5));
    let nowhere = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_publier"))
        .arg("check")
        .current_dir(nowhere.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(&format!("[{}]", Code::ConfigMissing)), "{text}");
}

#[test]
fn a_check_writes_nothing_into_the_agencys_database_nor_makes_a_ledger_a10() {
    let copy = Copy::new();
    copy.config_file();
    let before = std::fs::read(copy.path("agency.db")).unwrap();
    publier(&copy, &[]);
    publier(&copy, &["--elan"]);
    assert!(std::fs::read(copy.path("agency.db")).unwrap() == before);
    assert_eq!(std::fs::read_dir(copy.path("data")).unwrap().count(), 0);
}

// ---------------------------------------------------------------------------------------------------------- the server

fn target(protocol: Protocol, port: u16, trust: Trust) -> Target {
    Target {
        name: "extranet".to_owned(),
        channel: publier_core::channels::Channel::Extranet,
        protocol,
        host: "127.0.0.1".to_owned(),
        port,
        user: USER.to_owned(),
        login: Login::Password(publier::settings::secret::Secret::new(PASSWORD.to_owned())),
        trust,
        deposit: RemotePath::new("/depot").unwrap(),
        receives_credentials: true,
        receipts: None,
        removes_files: false,
        bandwidth: Vec::new(),
        deadlines: publier::settings::target::Deadlines::default(),
        connections: 16,
    }
}

async fn look(
    target: &Target,
    memory: Option<&MemoryServer>,
    ledger: Option<&Ledger>,
) -> (ServerFacts, Vec<Finding>) {
    let mut found = Vec::new();
    let connect = |target: &Target| -> Result<Arc<dyn Connector>, TransferError> {
        match memory {
            Some(server) => Ok(Arc::new(server.clone())),
            None => connector(target),
        }
    };
    let mut each = |finding| found.push(finding);
    let facts = server::check(target, &connect, ledger, "0123", &mut each).await.unwrap();
    (facts, found)
}

fn in_memory() -> (MemoryServer, Target) {
    let server = MemoryServer::with_folder(&RemotePath::new("/depot").unwrap());
    (server, target(Protocol::Ftp, 21, Trust::None))
}

#[tokio::test]
async fn a_server_that_takes_files_is_left_as_it_was() {
    let (server, target) = in_memory();
    let (facts, found) = look(&target, Some(&server), None).await;
    assert_eq!(found, []);
    assert!(facts.takes_files && server.files().is_empty());
    let asked: Vec<Operation> = server.journal().into_iter().map(|(operation, _)| operation).collect();
    assert!(asked.contains(&Operation::Rename) && asked.contains(&Operation::Remove));
}

#[tokio::test]
async fn what_a_server_refuses_is_told_by_its_reason() {
    let fail = |operation, reason| Fault::FailNext { operation, error: TransferError::new(reason, "550 no") };
    for (fault, expected) in [
        (fail(Operation::Connect, TransferReason::AuthenticationRefused), Code::LoginRefused),
        (fail(Operation::Connect, TransferReason::HostKeyUnknown), Code::ServerUnknown),
        (fail(Operation::Connect, TransferReason::TimedOut), Code::ServerUnreachable),
        (fail(Operation::Write, TransferReason::PermissionDenied), Code::DepositUnwritable),
        (fail(Operation::Rename, TransferReason::RenameFailed), Code::DepositUnwritable),
        (fail(Operation::Size, TransferReason::ServerError), Code::SizeUnconfirmed),
        (Fault::TruncateWrite { after_bytes: 5 }, Code::SizeUnconfirmed),
    ] {
        let (server, target) = in_memory();
        server.inject(fault);
        let (facts, found) = look(&target, Some(&server), None).await;
        assert_eq!((codes(&found), facts.takes_files), (vec![expected], false));
        assert!(server.files().is_empty(), "{:?}", server.files());
        let said = found[0].sentence(&Messages::new(Lang::Fr));
        assert!(!said.contains('{'), "{said}");
    }
    let (facts, found) = look(&in_memory().1, Some(&MemoryServer::default()), None).await;
    assert_eq!((codes(&found), facts.takes_files), (vec![Code::DepositMissing], false));
}

#[tokio::test]
async fn a_server_that_gives_no_file_back_can_have_no_receipts() {
    let error = TransferError::new(TransferReason::PermissionDenied, "550 no");
    let (server, plain) = in_memory();
    let asking = Target { receipts: Some(std::time::Duration::ZERO), ..plain.clone() };
    for (target, expected) in [(&plain, vec![]), (&asking, vec![Code::ReceiptsUnread])] {
        server.inject(Fault::FailNext { operation: Operation::Read, error: error.clone() });
        let (facts, found) = look(target, Some(&server), None).await;
        assert_eq!((codes(&found), facts.takes_files), (expected.clone(), expected.is_empty()));
        assert!(server.files().is_empty(), "{:?}", server.files());
    }
    server.forget_faults();
    let (facts, found) = look(&asking, Some(&server), None).await;
    assert!(found.is_empty() && facts.takes_files);
    assert!(server.journal().iter().any(|(operation, _)| *operation == Operation::Read));
}

#[tokio::test]
async fn files_that_no_publication_lists_and_parts_left_over_are_told() {
    let (server, target) = in_memory();
    let path = |name: &str| RemotePath::new(format!("/depot/{name}")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&folder.path().join("state.db")).unwrap();
    let series = ledger.series("extranet", "extranet", "0123456789abcdef").unwrap();
    let db = rusqlite::Connection::open(folder.path().join("state.db")).unwrap();
    db.execute(
        "INSERT INTO upload (series, remote_name, publication, size_bytes, sha256, state, at)
         VALUES (?1, '070001.pdf', 1, 1, zeroblob(32), 'visible', 0)",
        [series.key.0],
    )
    .unwrap();
    let mut session = server.connect().await.unwrap();
    for made in ["documents", "documents/07"] {
        session.make_folder(&path(made)).await.unwrap();
    }
    for name in [
        "documents/07/070001.pdf",
        "documents/07/070002.pdf",
        "documents/07/.070003.pdf.ab.part",
        ".p.zip.cd.part",
        "p.zip",
    ] {
        server.put(&path(name), "x");
    }
    let (_, found) = look(&target, Some(&server), Some(&ledger)).await;
    let told: Vec<String> = found.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "left-over-part fichier distant .p.zip.cd.part (extranet)",
            "left-over-part fichier distant documents/07/.070003.pdf.ab.part (extranet)",
            "orphan-file fichier distant documents/07/070002.pdf (extranet)",
        ]
    );
    assert_eq!(codes(&found)[2], Code::OrphanFile);
    assert_eq!(codes(&found)[0], Code::LeftOverPart);
}

#[cfg(feature = "demo")]
#[tokio::test]
async fn a_real_server_shows_its_fingerprint_and_the_line_that_pins_it() {
    let place = Place::new();
    std::fs::create_dir(place.served().join("depot")).unwrap();
    let (ftps, sftp) = (place.ftps(None).await, place.sftp().await);
    let known = |name: &str| Trust::KnownHosts(place.path(name));
    for (protocol, port, unknown) in [
        (Protocol::FtpsExplicit, ftps.port(), Trust::SystemAuthorities),
        (Protocol::Sftp, sftp.port(), known("known_hosts")),
    ] {
        let (facts, found) = look(&target(protocol, port, unknown), None, None).await;
        assert_eq!(codes(&found), [Code::ServerUnknown], "{protocol:?}");
        let setting = facts.setting.clone().unwrap();
        let remedy = found[0].remedy(&Messages::new(Lang::Fr));
        assert!(remedy.contains(&setting), "{remedy}");
        // The line is what agent.toml takes.
        let copy = Copy::new()
            .configured(
                "protocol = \"ftps\"",
                if protocol == Protocol::Sftp { "protocol = \"sftp\"" } else { "protocol = \"ftps\"" },
            )
            .configured("port = 1", &format!("port = {port}\n{setting}"));
        let pinned = copy.settings().targets[0].trust.clone();
        let (facts, found) = look(&target(protocol, port, pinned), None, None).await;
        assert_eq!((codes(&found), facts.takes_files), (vec![], true), "{protocol:?}");
        let command = if protocol == Protocol::Sftp { "STAT" } else { "SIZE" };
        assert_eq!(facts.size_command, Some(command));
        let text = server_text(&facts, &Messages::new(Lang::Fr));
        assert!(text.contains(&format!("Taille confirmée par\u{a0}: {command}")), "{text}");
        assert!(!text.contains(PASSWORD));
    }
    assert_eq!(std::fs::read_dir(place.served().join("depot")).unwrap().count(), 0);
    ftps.stop().await;
    sftp.stop().await;
}

// ------------------------------------------------------------------------------------------------ the décret 2019-502

fn standing(copy: &Copy, building: usize, kind: &str, online: Option<Online<'_>>) -> Standing {
    let settings = copy.settings();
    let books = Books::open(&Ground { settings: &settings, service: SERVICE, now: now() }).unwrap();
    let report = elan::report(&books, online).unwrap();
    report[building].rows.iter().find(|row| row.duty.kind == kind).unwrap().standing
}

#[test]
fn the_decree_is_read_building_by_building() {
    let copy = Copy::new();
    let settings = copy.settings();
    let books = Books::open(&Ground { settings: &settings, service: SERVICE, now: now() }).unwrap();
    let report = elan::report(&books, None).unwrap();
    let messages = Messages::new(Lang::Fr);
    let shown: Vec<String> = report.iter().map(|condominium| elan_text(condominium, &messages)).collect();
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn the_three_last_minutes_are_wanted_and_three_of_one_day_are_one() {
    let minutes = |dates: [&str; 2]| {
        let insert = |id: i64, date: &str| {
            format!(
                "INSERT INTO event (id, template_id, entity_id, subject, body, event_date, published_on, building_id)
                 VALUES ({id}, 2, 2, 'PV', '<p>PV</p>', '{date}', '2025-07-01', 1);"
            )
        };
        let copy = Copy::broken(&format!("{}{}", insert(900, dates[0]), insert(901, dates[1])));
        standing(&copy, 0, "meeting_minutes", None)
    };
    assert_eq!(minutes(["2023-05-01", "2024-05-01"]), Standing::Ready);
    assert_eq!(minutes(["2024-05-01", "2024-05-01"]), Standing::Incomplete);
}

#[test]
fn a_document_in_a_binder_closed_to_those_concerned_doesnt_count() {
    let copy = Copy::broken("UPDATE binder SET right_co_owner = 0 WHERE id = 13");
    assert_eq!(standing(&copy, 0, "bylaws", None), Standing::Closed);
    assert_eq!(standing(&Copy::new(), 0, "bylaws", None), Standing::Ready);
    let unlicensed = Copy::broken("UPDATE event_template SET legal_kind = NULL WHERE id = 4");
    assert_eq!(standing(&unlicensed, 0, "bylaws", None), Standing::Missing);
}

#[test]
fn what_is_live_in_the_ledger_is_online_even_if_its_date_was_taken_away() {
    let copy = Copy::broken("UPDATE event SET published_on = NULL WHERE template_id = 4");
    let event: i64 = rusqlite::Connection::open(copy.path("agency.db"))
        .unwrap()
        .query_row("SELECT id FROM event WHERE template_id = 4 AND building_id = 1", [], |row| row.get(0))
        .unwrap();
    let path = copy.path("data/state.db");
    let mut ledger = Ledger::open(&path).unwrap();
    let series = ledger.series("extranet", "extranet", "0123456789abcdef").unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute(
            "INSERT INTO document (series, document, live, binder, published_on, publish_request, content_digest,
                                   listing_digest, remote_name, size_bytes, sha256, publication)
             VALUES (?1, ?2, 1, 13, '2025-01-01', 0, zeroblob(32), zeroblob(32), '070001.pdf', 1, zeroblob(32), 1)",
            rusqlite::params![series.key.0, format!("e{event:012}.000000000000@b000000000001")],
        )
        .unwrap();
    let online = Online { ledger: &ledger, series: &series };
    assert_eq!(standing(&copy, 0, "bylaws", Some(online)), Standing::Online);
    assert_eq!(standing(&copy, 0, "bylaws", None), Standing::Missing);
}

/// A command of ours that a service account of no rights runs: the tests may run as root, whom nothing is refused.
#[cfg(unix)]
fn unprivileged(copy: &Copy, verb: &str) -> Output {
    use std::os::unix::fs::PermissionsExt;
    let program = copy.path("publier");
    std::fs::copy(env!("CARGO_BIN_EXE_publier"), &program).unwrap();
    let config = copy.config_file();
    let database = copy.path("agency.db");
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o444)).unwrap();
    let mut command = if rustix::process::geteuid().is_root() {
        let folder = copy.path("");
        let given = Command::new("chown").args(["-R", "65534:65534"]).arg(&folder).status().unwrap();
        assert!(given.success());
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
        command
    } else {
        Command::new(&program)
    };
    command.args(verb.split(' ')).arg("--config").arg(config).output().unwrap()
}

#[cfg(unix)]
#[test]
fn a_database_that_this_account_cant_write_is_told_and_no_obstacle() {
    let files = format!("files = [\"{}\"]", demo_files().display());
    let copy = Copy::new().configured(&files, "files = [\"data\"]");
    let configuration = unprivileged(&copy, "config check");
    let said = String::from_utf8(configuration.stdout).unwrap();
    assert_eq!(configuration.status.code(), Some(0), "{said}");
    assert!(said.contains("ne peut pas être écrite par ce compte (accès refusé)"), "{said}");
    let checked = unprivileged(&copy, "check --json");
    let said = String::from_utf8(checked.stdout).unwrap();
    assert!(said.contains(&format!("\"{}\"", Code::DatabaseReadOnly)), "{said}");
}

/// The administrator's page shows what is printed, names the findings of a server and the settings as they are.
#[test]
fn the_page_on_servers_shows_what_a_check_of_a_server_prints() {
    let page = std::fs::read_to_string(repository("docs/serveurs.fr.md")).unwrap();
    let digits = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let facts = ServerFacts {
        target: "extranet".into(),
        session: "agence605@ftp.example.org".into(),
        protocol: Protocol::FtpsExplicit,
        trust: Trust::CertificateFingerprint([0x9f; 32]),
        fingerprint: Some(format!("SHA256:{digits}")),
        setting: Some(format!("certificate_fingerprint = \"{digits}\"")),
        deposit: RemotePath::new("/depot").unwrap(),
        takes_files: true,
        size_command: Some("SIZE"),
        abilities: Some(Abilities { resume: Some("REST"), times: Some("MFMT"), hash: Some("HASH SHA-256") }),
    };
    let shown = page.split_once("```text\n").unwrap().1.split_once("\n```").unwrap().0;
    assert_eq!(shown, server_text(&facts, &Messages::new(Lang::Fr)));

    let settings = std::fs::read_to_string(repository("agent.toml.example")).unwrap();
    for key in
        ["deposit", "port", "connections", "receipts", "ca_file", "certificate_fingerprint", "host_key"]
            .into_iter()
            .chain(["known_hosts", "connect_timeout", "reply_timeout", "stall_timeout"])
    {
        assert!(page.contains(&format!("`{key}")), "{key} is on the page");
        assert!(settings.contains(&format!("{key} = ")), "{key} is a setting");
    }
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let named: BTreeSet<_> = rows.map(|(name, _)| name).collect();
    let of_servers = [
        Code::ServerUnreachable,
        Code::ServerUnknown,
        Code::LoginRefused,
        Code::DepositMissing,
        Code::DepositUnwritable,
        Code::SizeUnconfirmed,
        Code::ReceiptsUnread,
        Code::LeftOverPart,
        Code::OrphanFile,
    ];
    for code in of_servers {
        assert!(named.contains(code.code()), "{}", code.code());
    }
}
