//! Who would see a document of what a selection sends: from the books to a count of parties.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Books, Selection};
use crate::domain::account::OpeningMode;
use crate::domain::audience::Target;
use crate::domain::binder::{Binder, Rights};
use crate::domain::ids::{AccountId, BinderId, BuildingId, CoOwnerRecordId, EntityId, PartyId, UnitId};
use crate::domain::options::{ExtranetOptions, Module, Role};
use crate::domain::records::{AccountRecord, Address, Building, CoOwnerRecord, Entity, Holding, Unit};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// One condominium with one unit, sold by party 1 to party 2, who is a member of its council.
fn count(target: Target, date: &str, rights: Rights) -> usize {
    let entity = Entity {
        id: EntityId(1),
        code: "S".into(),
        module: Module::Condo,
        name: "S".into(),
        iban: None,
        bic: None,
    };
    let building = Building {
        id: BuildingId(1),
        code: "G".into(),
        name: "G".into(),
        label: "G".into(),
        entity: EntityId(1),
        address: Address::default(),
        iban: None,
        bic: None,
    };
    let unit = Unit {
        id: UnitId(1),
        building: BuildingId(1),
        number: "1".into(),
        kind: "Cave".into(),
        is_main: true,
    };
    let account = |id: i64| AccountRecord {
        id: AccountId(id),
        entity: EntityId(1),
        module: Module::Condo,
        number: id.to_string(),
        label: String::new(),
        party: Some(PartyId(id)),
        role: Role::CoOwner,
        record: Some(CoOwnerRecordId(id)),
        published: true,
        validated: true,
        available_from: None,
        opening_mode: OpeningMode::CarryForward,
        stored_balance: None,
    };
    let record = |id: i64| CoOwnerRecord {
        id: CoOwnerRecordId(id),
        party: PartyId(id),
        building: BuildingId(1),
        council_member: id == 2,
        council_president: false,
    };
    let holding = |id: i64, from: &str, to: Option<&str>| Holding {
        id,
        record: Some(CoOwnerRecordId(id)),
        landlord_account: None,
        account: Some(AccountId(id)),
        unit: UnitId(1),
        from: day(from),
        to: to.map(day),
    };
    let books = Books {
        entities: &BTreeMap::from([(EntityId(1), entity)]),
        accounts: &BTreeMap::from([(AccountId(1), account(1)), (AccountId(2), account(2))]),
        buildings: &BTreeMap::from([(BuildingId(1), building)]),
        units: &BTreeMap::from([(UnitId(1), unit)]),
        records: &BTreeMap::from([(CoOwnerRecordId(1), record(1)), (CoOwnerRecordId(2), record(2))]),
        holdings: &[holding(1, "2020-01-01", Some("2023-12-31")), holding(2, "2024-01-01", None)],
        leases: &[],
        transfers: &[],
    };
    let today = day("2025-06-01");
    let selection = Selection::of(books, &ExtranetOptions::default(), today);
    let binder = Binder {
        id: BinderId(1),
        code: "X".into(),
        module: Module::Condo,
        name: "X".into(),
        parent: None,
        fed_on_site: false,
        rights,
    };
    selection.readers(books).audience(target, day(date), &binder, today).len()
}

const EVERYONE: Rights =
    Rights { landlord: false, tenant: false, co_owner: true, council_member: true, council_president: true };
const CO_OWNERS: Rights = Rights { council_member: false, council_president: false, ..EVERYONE };

#[test]
fn a_unit_is_read_by_whoever_held_it_on_the_documents_date_c21() {
    let unit = Target::Unit(UnitId(1));
    assert_eq!(count(unit, "2022-05-01", CO_OWNERS), 1, "the seller");
    assert_eq!(
        count(unit, "2024-05-01", CO_OWNERS),
        0,
        "the buyer is a member, and that box isn't ticked: B5"
    );
    assert_eq!(count(unit, "2024-05-01", EVERYONE), 1);
    assert_eq!(count(unit, "2019-05-01", EVERYONE), 0);
}

#[test]
fn a_building_is_read_by_its_present_holders_and_an_account_by_its_party_c15() {
    assert_eq!(count(Target::Building(BuildingId(1)), "2022-05-01", EVERYONE), 1);
    assert_eq!(count(Target::Entity(EntityId(1)), "2022-05-01", EVERYONE), 1);
    assert_eq!(count(Target::Building(BuildingId(2)), "2022-05-01", EVERYONE), 0);
    assert_eq!(count(Target::Account(AccountId(1)), "2025-05-01", CO_OWNERS), 1);
    assert_eq!(count(Target::Account(AccountId(2)), "2025-05-01", CO_OWNERS), 0);
    assert_eq!(count(Target::Account(AccountId(1)), "2025-05-01", Rights::default()), 0, "C23");
    let rental = Rights { landlord: true, tenant: true, ..Rights::default() };
    assert_eq!(count(Target::Building(BuildingId(1)), "2025-05-01", rental), 0, "not this module's boxes");
}
