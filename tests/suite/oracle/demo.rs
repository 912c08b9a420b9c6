//! The oracle over the demo agency, on its three days.

use chrono::{NaiveDate, TimeDelta};

use crate::support::flow::{Agency, Desk};
use crate::support::oracle::{check, extranet, fold_is_the_full_index};

/// The day of the demo's first publication, Europe/Paris.
fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 11, 3).unwrap() + TimeDelta::days(i64::try_from(number).unwrap() - 1)
}

/// The party of a surname.
fn party(desk: &Desk, surname: &str) -> i64 {
    let sql = "SELECT id FROM party WHERE surname = ?1";
    desk.agency.open().query_row(sql, [surname], |row| row.get(0)).expect(surname)
}

#[test]
fn on_each_day_of_the_demo_a_party_sees_what_the_rules_give_it_and_nothing_else() {
    let desk = Desk::new(Agency::new());
    let first = desk.publish_first();
    check(&desk, &first, day(1));
    desk.clock.turn(TimeDelta::days(1));
    desk.agency.play("day-two");
    let second = desk.publish();
    check(&desk, &second, day(2));
    fold_is_the_full_index(&desk);
    desk.clock.turn(TimeDelta::days(1));
    desk.agency.play("day-three");
    let third = desk.publish();
    check(&desk, &third, day(3));
    fold_is_the_full_index(&desk);
}

/// H3: a landlord who is a co-owner too has two spaces.
#[test]
fn madame_yaloxe_corton_sees_her_two_spaces_and_nobody_elses_documents_h3_c15() {
    let desk = Desk::new(Agency::new());
    desk.publish_first();
    let extranet = extranet(&desk);
    let her = party(&desk, "YALOXE CORTON");
    let view = extranet.view(her, day(1));
    assert_eq!(view.spaces.iter().map(String::as_str).collect::<Vec<_>>(), ["condo", "rental"]);
    assert!(view.accounts.values().all(|account| account.party == her));
    assert!(!view.documents.is_empty());
    for id in &view.documents {
        let document = &extranet.documents[id];
        if document.scope == "account" {
            assert_eq!(extranet.snapshot.accounts[&document.reference].party, her, "{id}");
        }
    }
    let of_others = extranet.documents.iter().filter(|(_, document)| {
        document.scope == "account" && extranet.snapshot.accounts[&document.reference].party != her
    });
    let of_others: Vec<_> = of_others.map(|(id, _)| id).collect();
    assert!(!of_others.is_empty());
    assert!(of_others.iter().all(|id| !view.documents.contains(*id)));
    let records = &extranet.snapshot.parties[&her].records;
    assert!(view.funds.keys().all(|fund| records.iter().any(|(record, ..)| *record == fund.0)), "F4");
}

/// B6: « Factures » is ticked for the council alone.
#[test]
fn brouilly_sees_the_invoices_as_a_council_member_and_cliquot_does_not_b5_b6_e2() {
    let desk = Desk::new(Agency::new());
    desk.publish_first();
    let extranet = extranet(&desk);
    let invoices = extranet.snapshot.binders.iter().find(|(_, binder)| binder.code == "INVOICES").unwrap().0;
    let (brouilly, cliquot) = (party(&desk, "BROUILLY"), party(&desk, "CLIQUOT"));
    let in_binder = |party: i64| {
        let view = extranet.view(party, day(1));
        let documents =
            view.documents.iter().filter(|id| extranet.documents[*id].binder == *invoices).count();
        (view.binders.contains(invoices), documents > 0, !view.expenses.is_empty())
    };
    assert_eq!(in_binder(brouilly), (true, true, true));
    assert_eq!(in_binder(cliquot), (false, false, false));
    let hers = extranet.view(cliquot, day(1));
    assert!(!hers.documents.is_empty() && !hers.funds.is_empty(), "she sees what is hers: {hers:?}");
}

/// G6: found by the oracle: only the newest of several successors was looked at, so that the older one and what it cancels
/// stood side by side.
#[test]
fn an_event_cancelled_by_two_others_is_out_with_neither_even_if_the_newest_waits_g6() {
    let desk = Desk::new(Agency::tiny());
    desk.agency.sql(
        "INSERT INTO event (id, template_id, entity_id, subject, body, event_date, processed_on, published_on, account_id, unit_id,
                building_id, supersedes_event_id)
         SELECT 901, template_id, entity_id, subject, '<p>Deux</p>', event_date, processed_on, published_on, account_id, unit_id,
                building_id, 103 FROM event WHERE id = 103;
         INSERT INTO event (id, template_id, entity_id, subject, body, event_date, processed_on, published_on, account_id, unit_id,
                building_id, supersedes_event_id)
         SELECT 902, template_id, entity_id, subject, '<p>Trois</p>', event_date, processed_on, '2099-01-01', account_id, unit_id,
                building_id, 103 FROM event WHERE id = 103;",
    );
    let first = desk.publish_first();
    let out = |event: i64| extranet(&desk).documents.values().any(|document| document.event == Some(event));
    assert_eq!((out(103), out(901), out(902)), (false, true, false));
    check(&desk, &first, day(1));
}
