//! What each kind of dirt comes to, one by one: a named record left out, and nobody who sees more.

use chrono::NaiveDate;
use publier::flow::publish::{Ask, Consent};
use publier::ledger::runs::Trigger;
use publier::report::run_report::{Outcome, RunReport};
use publier_core::publication::facts::Section;
use publier_core::publication::reason::RefusalReason;

use crate::support::flow::{Agency, Desk};
use crate::support::oracle::extranet;
use crate::support::reader::Extranet;

/// One condominium of three co-owners (parties 1 to 3, accounts 11 to 13, records 21 to 23, units 31 to 33; the first is
/// the president) and one landlord with a tenant (parties 4 and 5, accounts 14 and 15, unit 34); a letter to account 11, one
/// on unit 32, one to the whole building.
const AGENCY: &str = "
INSERT INTO agency (id, name, domain_name, licence_valid) VALUES (1, 'TESTS 605', 'tests605', 1);
INSERT INTO extranet_settings (id) VALUES (1);
INSERT INTO entity (id, code, module, name) VALUES (1, 'S038', 'condo', 'Syndic'), (2, 'G001', 'rental', 'Gérance');
INSERT INTO building (id, code, name, label, entity_id) VALUES (1, 'GILBERT', 'Gilbert', 'Gilbert', 1), (2, 'VIGNES', 'Vignes', 'Vignes', 2);
INSERT INTO unit (id, building_id, number, kind) VALUES (31, 1, '031', 'Cave'), (32, 1, '032', 'Cave'), (33, 1, '033', 'Cave'), (34, 2, '034', 'Cave');
INSERT INTO party (id, code, surname, display_name, login) VALUES
  (1, 'UN', 'UN', 'UN', 'UN'), (2, 'DEUX', 'DEUX', 'DEUX', 'DEUX'), (3, 'TROIS', 'TROIS', 'TROIS', 'TROIS'),
  (4, 'QUATRE', 'QUATRE', 'QUATRE', 'QUATRE'), (5, 'CINQ', 'CINQ', 'CINQ', 'CINQ');
INSERT INTO co_owner_record (id, party_id, building_id, label, council_president) VALUES (21, 1, 1, '', 1), (22, 2, 1, '', 0), (23, 3, 1, '', 0);
INSERT INTO account (id, entity_id, number, label, party_id, role, co_owner_record_id, published) VALUES
  (11, 1, '450001', 'Un', 1, 'co_owner', 21, 1), (12, 1, '450002', 'Deux', 2, 'co_owner', 22, 1), (13, 1, '450003', 'Trois', 3, 'co_owner', 23, 1),
  (14, 2, '411004', 'Quatre', 4, 'landlord', NULL, 1), (15, 2, '411005', 'Cinq', 5, 'tenant', NULL, 1);
INSERT INTO holding (id, co_owner_record_id, landlord_account_id, unit_id, held_from) VALUES
  (41, 21, NULL, 31, '2020-01-01'), (42, 22, NULL, 32, '2020-01-01'), (43, 23, NULL, 33, '2020-01-01'), (44, NULL, 14, 34, '2020-01-01');
INSERT INTO lease (id, unit_id, landlord_account_id, tenant_account_id, starts_on) VALUES (51, 34, 14, 15, '2022-01-01');
INSERT INTO binder (id, code, module, name, right_co_owner, right_council_member, right_council_president) VALUES (61, 'COURRIERS', 'condo', 'Courriers', 1, 1, 1);
INSERT INTO binder (id, code, module, name, right_landlord, right_tenant) VALUES (62, 'BAUX', 'rental', 'Baux', 1, 1);
INSERT INTO event_template (id, code, name, binder_id) VALUES (71, 'COURRIER', 'Courrier', 61), (72, 'BAIL', 'Bail', 62);
INSERT INTO event (id, template_id, subject, event_date, published_on, account_id, unit_id, building_id) VALUES
  (81, 71, 'Au compte', '2025-06-01', '2025-06-01', 11, NULL, 1), (82, 71, 'Au lot', '2025-06-01', '2025-06-01', NULL, 32, 1),
  (83, 71, 'À l''immeuble', '2025-06-01', '2025-06-01', NULL, NULL, 1), (84, 72, 'Au logement', '2025-06-01', '2025-06-01', NULL, 34, 2);
INSERT INTO attachment (id, event_id, position, original_name, path) VALUES (91, 81, 1, 'a.pdf', 'courriers/compteur.pdf'),
  (92, 82, 1, 'b.pdf', 'courriers/compteur.pdf'), (93, 83, 1, 'c.pdf', 'courriers/compteur.pdf'), (94, 84, 1, 'd.pdf', 'courriers/compteur.pdf');
INSERT INTO journal (code, name) VALUES ('OD', 'Divers');
INSERT INTO ledger_entry (id, account_id, entry_date, label, debit_cents, journal_code) VALUES (1, 11, '2025-01-01', 'Appel', 1000, 'OD'), (2, 12, '2025-01-01', 'Appel', 1000, 'OD');
";

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 11, 3).unwrap()
}

/// Publishes the agency after a change, for the first time.
fn published_after(change: &str) -> (Desk, RunReport) {
    let agency = Agency::unguarded();
    agency.sql(AGENCY);
    agency.sql(change);
    let desk = Desk::new(agency);
    let report = desk.ask(&Ask { consent: Consent::Demo, ..Ask::new(Trigger::Manual) });
    assert!(matches!(report.outcome, Outcome::Done | Outcome::Partial), "{report:?}");
    desk.last().validate();
    (desk, report)
}

/// The parties that see a letter, by its event.
fn readers(extranet: &Extranet, event: i64) -> Vec<i64> {
    let of_event = |id: &String| extranet.documents[id].event == Some(event);
    let sees = |party: &i64| extranet.view(*party, today()).documents.iter().any(of_event);
    extranet.parties().into_iter().filter(sees).collect()
}

/// The records left out for a reason, by kind and number.
fn refused(report: &RunReport, reason: RefusalReason) -> Vec<String> {
    let groups = report.refused.groups().filter(|(of, _)| *of == reason);
    groups
        .flat_map(|(_, group)| &group.records)
        .map(|record| format!("{} {}", record.kind.name(), record.id))
        .collect()
}

#[test]
fn the_agency_is_published_whole_when_it_is_clean() {
    let (desk, report) = published_after("");
    assert_eq!(report.outcome, Outcome::Done, "{report:?}");
    let extranet = extranet(&desk);
    assert_eq!(readers(&extranet, 81), [1]);
    assert_eq!(readers(&extranet, 82), [2]);
    assert_eq!(readers(&extranet, 83), [1, 2, 3]);
    assert_eq!(readers(&extranet, 84), [4, 5]);
}

#[test]
fn an_account_number_that_is_no_number_never_leaves_a_letter_to_the_whole_building_c20() {
    let (desk, report) = published_after("UPDATE event SET account_id = 'ATRILLON' WHERE id = 81");
    assert_eq!(readers(&extranet(&desk), 81), Vec::<i64>::new());
    assert_eq!(refused(&report, RefusalReason::Unreadable), ["attachment 91"]);
    assert_eq!(readers(&extranet(&desk), 83), [1, 2, 3], "and the others go on");
}

#[test]
fn an_end_of_holding_that_is_no_date_never_makes_the_seller_a_holder_c21() {
    let (desk, report) = published_after("UPDATE holding SET held_to = '31/12/2024' WHERE id = 42");
    let extranet = extranet(&desk);
    assert_eq!((readers(&extranet, 82), readers(&extranet, 83)), (vec![], vec![1, 3]));
    assert_eq!(refused(&report, RefusalReason::Unreadable), ["holding 42"]);
}

#[test]
fn an_end_of_lease_that_is_no_date_never_keeps_the_tenant_c21() {
    let (desk, report) = published_after("UPDATE lease SET ends_on = 20241231 WHERE id = 51");
    assert_eq!(readers(&extranet(&desk), 84), [4]);
    assert_eq!(refused(&report, RefusalReason::Unreadable), ["lease 51"]);
}

#[test]
fn a_duration_that_is_no_number_is_never_for_ever_c6() {
    let (desk, report) = published_after("UPDATE event_template SET duration_months = 'douze' WHERE id = 71");
    assert_eq!(readers(&extranet(&desk), 83), Vec::<i64>::new());
    assert_eq!(refused(&report, RefusalReason::Unreadable), ["event-template 71"]);
}

#[test]
fn a_binder_of_which_it_is_not_known_whose_it_is_takes_nothing_b9() {
    let (desk, report) = published_after("UPDATE binder SET fed_on_site = 'oui' WHERE id = 61");
    assert_eq!(readers(&extranet(&desk), 83), Vec::<i64>::new());
    assert!(!extranet(&desk).snapshot.binders.contains_key(&61));
    assert_eq!(refused(&report, RefusalReason::Unreadable), ["binder 61"]);
}

#[test]
fn a_right_that_is_neither_ticked_nor_not_is_not_ticked_b5() {
    let (desk, _) =
        published_after("UPDATE binder SET right_co_owner = 'x', right_council_member = 2 WHERE id = 61");
    assert_eq!(readers(&extranet(&desk), 83), [1]);
}

/// B5: a president whose record can't be read would else read as a plain co-owner, where a binder is ticked for those alone.
#[test]
fn a_council_flag_that_can_not_be_read_gives_no_lower_status_b5() {
    let change = "UPDATE binder SET right_council_member = 0, right_council_president = 0 WHERE id = 61;
                  INSERT INTO co_owner_record (id, party_id, building_id, label) VALUES (24, 1, 1, '');
                  INSERT INTO account (id, entity_id, number, label, party_id, role, co_owner_record_id, published) VALUES (16, 1, '450016', '', 1, 'co_owner', 24, 1);
                  INSERT INTO holding (id, co_owner_record_id, unit_id, held_from) VALUES (45, 24, 33, '2020-01-01');";
    let (desk, _) = published_after(change);
    assert_eq!(readers(&extranet(&desk), 83), [2, 3], "the president has no right here");
    let dirty = format!("{change} UPDATE co_owner_record SET council_president = 'X' WHERE id = 21;");
    let (desk, _) = published_after(&dirty);
    assert_eq!(readers(&extranet(&desk), 83), [2, 3]);
}

#[test]
fn two_events_of_one_number_are_both_left_out_c15() {
    let (desk, report) = published_after(
        "INSERT INTO event (id, template_id, subject, published_on, account_id) VALUES (81, 71, 'Autre', '2025-06-01', 12)",
    );
    assert_eq!(readers(&extranet(&desk), 81), Vec::<i64>::new());
    assert_eq!(refused(&report, RefusalReason::Unreadable), ["event 81"]);
}

#[test]
fn an_event_whose_own_number_can_not_be_read_is_counted_too() {
    let (_, report) = published_after("UPDATE event SET id = 'n°83' WHERE id = 83");
    assert_eq!(refused(&report, RefusalReason::Unreadable), ["event ?1"]);
}

#[test]
fn an_event_and_a_photo_of_a_negative_number_are_left_out_alone() {
    let (desk, report) = published_after(
        "UPDATE event SET id = -9223372036854775808 WHERE id = 83;
         INSERT INTO photo (id, building_id, binder_id, path, title, published_on)
         VALUES (-1, 1, 61, 'photos/gilbert_cave.jpg', 'Cave', '2025-06-01')",
    );
    assert_eq!(readers(&extranet(&desk), 82), [2]);
    assert_eq!(refused(&report, RefusalReason::Unreadable), ["event ?1", "photo ?1"]);
}

/// B5: the record of an account that can't be read still says what its party is in the building.
#[test]
fn an_account_that_can_not_be_read_gives_no_lower_status_b5() {
    let clean = "UPDATE binder SET right_council_member = 0, right_council_president = 0 WHERE id = 61;
                 INSERT INTO co_owner_record (id, party_id, building_id, label) VALUES (24, 1, 1, '');
                 INSERT INTO account (id, entity_id, number, label, party_id, role, co_owner_record_id, published) VALUES (16, 1, '450016', '', 1, 'co_owner', 24, 1);
                 INSERT INTO holding (id, co_owner_record_id, unit_id, held_from) VALUES (45, 24, 33, '2020-01-01');";
    for dirt in [
        "UPDATE account SET party_id = 999 WHERE id = 11",
        "INSERT INTO account SELECT * FROM account WHERE id = 11",
    ] {
        let (desk, _) = published_after(&format!("{clean} {dirt}"));
        assert_eq!(readers(&extranet(&desk), 83), [2, 3], "{dirt}");
    }
}

#[test]
fn a_login_that_two_parties_bear_opens_neither_door_d4() {
    let (desk, report) = published_after("UPDATE party SET login = 'un' WHERE id = 2");
    let extranet = extranet(&desk);
    assert_eq!((extranet.view(1, today()), extranet.view(2, today())), Default::default());
    assert_eq!(refused(&report, RefusalReason::Unreadable), ["access 1", "access 2"]);
    let parties = report.sections.iter().find(|counts| counts.section == Section::Parties).unwrap();
    assert_eq!((parties.published, parties.refused), (5, 0), "they are sent, without their access");
}

#[test]
fn an_account_of_a_party_that_does_not_exist_is_refused_d2() {
    let (desk, report) = published_after("UPDATE account SET party_id = 999 WHERE id = 13");
    assert!(!extranet(&desk).snapshot.accounts.contains_key(&13));
    assert_eq!(refused(&report, RefusalReason::AccountWithoutParty), ["account 13"]);
}

/// D11: the sale is recorded; that its day can't be read doesn't bring the seller back.
#[test]
fn a_sale_whose_day_can_not_be_read_never_keeps_the_seller_d11() {
    let sale = "UPDATE extranet_settings SET inactivate_sellers = 1;
                INSERT INTO ownership_transfer (id, unit_id, seller_record_id, buyer_record_id, recorded_on, effective_on)
                VALUES (1, 32, 22, 23, '2025-10-01', '2025-10-15');";
    let (desk, _) = published_after(sale);
    assert!(!extranet(&desk).snapshot.accounts.contains_key(&12));
    let (desk, report) =
        published_after(&format!("{sale} UPDATE ownership_transfer SET effective_on = 'bientôt'"));
    assert!(!extranet(&desk).snapshot.accounts.contains_key(&12));
    assert!(refused(&report, RefusalReason::Unreadable).contains(&"account 12".to_owned()), "{report:?}");
}

#[test]
fn an_amount_that_is_none_refuses_its_account_alone_d12() {
    for amount in ["9e999", "'mille'", "12.5"] {
        let (desk, report) =
            published_after(&format!("UPDATE ledger_entry SET debit_cents = {amount} WHERE id = 1"));
        let accounts: Vec<i64> = extranet(&desk).snapshot.accounts.keys().copied().collect();
        assert_eq!(accounts, [12, 13, 14, 15], "{amount}");
        assert_eq!(refused(&report, RefusalReason::BadValue), ["account 11"]);
    }
}

#[test]
fn binders_that_stand_in_each_other_are_sent_without_a_parent_b8() {
    let (desk, _) = published_after(
        "INSERT INTO binder (id, code, module, name, parent_id) VALUES (63, 'A', 'condo', 'A', 61);
         UPDATE binder SET parent_id = 63 WHERE id = 61",
    );
    let binders = extranet(&desk).snapshot.binders;
    assert_eq!((binders[&61].parent, binders[&63].parent), (None, None));
    assert_eq!(readers(&extranet(&desk), 83), [1, 2, 3]);
}

#[test]
fn text_of_another_age_is_read_and_what_xml_forbids_is_replaced() {
    let (desk, report) = published_after(
        "UPDATE building SET label = CAST(x'436861746561750a20e2' AS TEXT) WHERE id = 1;
         UPDATE party SET display_name = 'A' || char(1) || char(65535) || 'B' WHERE id = 1",
    );
    let extranet = extranet(&desk);
    assert_eq!(extranet.snapshot.parties[&1].name, "A\u{fffd}\u{fffd}B");
    assert!(!report.warnings.is_empty(), "and staff are told: {report:?}");
}
