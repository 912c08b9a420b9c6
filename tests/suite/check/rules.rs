//! Each broken rule is found alone: a case a line of SQL.

use std::collections::BTreeSet;

use publier::desk::check::Code;

use super::DEMO;
use crate::support::check::{Copy, more, told};

/// What breaks, the findings that come, the findings of the demo that go.
pub type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

pub const CASES: &[Case] = &[
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
    (
        "UPDATE event SET body = '<p>' || hex(zeroblob(9000000)) WHERE id = 147",
        &["body-too-large événement 147"],
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
    ("UPDATE photo SET path = 'courriers/pouvoir.pdf' WHERE id = 1", &["photo-type photo 1"], &[]),
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
    // Named by the other tests of this suite, which break what no record can.
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
        Code::PhotoType,
        Code::FileDamaged,
        Code::FileProtected,
        Code::ServerUnreachable,
        Code::ServerUnknown,
        Code::LoginRefused,
        Code::OperationRefused,
        Code::DepositMissing,
        Code::DepositUnwritable,
        Code::FoldersRefused,
        Code::SizeUnconfirmed,
        Code::ReceiptsUnread,
        Code::FolderUnlisted,
        Code::OrphanFile,
        Code::LeftOverPart,
    ];
    let text = [
        include_str!("surroundings.rs"),
        include_str!("program.rs"),
        include_str!("server.rs"),
        include_str!("decree.rs"),
    ]
    .concat();
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
