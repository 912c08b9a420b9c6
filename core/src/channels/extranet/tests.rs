//! Who would see a document of what a selection sends: from the books to a count of parties.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Books, Selection, SentLease};
use crate::domain::account::{AccountVerdict, OpeningMode};
use crate::domain::audience::Target;
use crate::domain::binder::{Binder, Rights};
use crate::domain::ids::{AccountId, BinderId, BuildingId, CoOwnerRecordId, EntityId, PartyId, UnitId};
use crate::domain::options::{ExtranetOptions, Module, Role};
use crate::domain::records::{
    AccountRecord, Address, Building, CoOwnerRecord, Entity, Holding, Lease, OwnershipTransfer, Unit,
};
use crate::publication::reason::RemovalReason;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Books that a test can change before it selects from them.
struct Shelf {
    entities: BTreeMap<EntityId, Entity>,
    accounts: BTreeMap<AccountId, AccountRecord>,
    buildings: BTreeMap<BuildingId, Building>,
    units: BTreeMap<UnitId, Unit>,
    records: BTreeMap<CoOwnerRecordId, CoOwnerRecord>,
    holdings: Vec<Holding>,
    leases: Vec<Lease>,
    transfers: Vec<OwnershipTransfer>,
}

impl Shelf {
    fn books(&self) -> Books<'_> {
        Books {
            entities: &self.entities,
            accounts: &self.accounts,
            buildings: &self.buildings,
            units: &self.units,
            records: &self.records,
            holdings: &self.holdings,
            leases: &self.leases,
            transfers: &self.transfers,
        }
    }

    fn select(&self, options: &ExtranetOptions) -> Selection {
        Selection::of(self.books(), options, day(TODAY))
    }
}

const TODAY: &str = "2025-06-01";

/// The account of a party: of its record, where it is a co-owner's.
fn account(id: i64, role: Role) -> AccountRecord {
    AccountRecord {
        id: AccountId(id),
        entity: EntityId(1),
        module: Module::Condo,
        number: id.to_string(),
        label: String::new(),
        party: Some(PartyId(id)),
        role,
        record: (role == Role::CoOwner).then_some(CoOwnerRecordId(id)),
        published: true,
        validated: true,
        available_from: None,
        opening_mode: OpeningMode::CarryForward,
        stored_balance: None,
    }
}

/// One condominium with one unit, sold by party 1 to party 2, who is a member of its council.
fn shelf() -> Shelf {
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
    Shelf {
        entities: BTreeMap::from([(EntityId(1), entity)]),
        accounts: BTreeMap::from([1, 2].map(|id| (AccountId(id), account(id, Role::CoOwner)))),
        buildings: BTreeMap::from([(BuildingId(1), building)]),
        units: BTreeMap::from([(UnitId(1), unit)]),
        records: BTreeMap::from([1, 2].map(|id| (CoOwnerRecordId(id), record(id)))),
        holdings: vec![holding(1, "2020-01-01", Some("2023-12-31")), holding(2, "2024-01-01", None)],
        leases: vec![],
        transfers: vec![],
    }
}

fn count(target: Target, date: &str, rights: Rights) -> usize {
    let shelf = shelf();
    let binder = Binder {
        id: BinderId(1),
        code: "X".into(),
        module: Module::Condo,
        name: "X".into(),
        parent: None,
        fed_on_site: false,
        rights,
    };
    let selection = shelf.select(&ExtranetOptions::default());
    selection.readers(shelf.books()).audience(target, day(date), &binder, day(TODAY)).len()
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

/// The mutation ends the seller's account alone, under its option; a landlord's follows no sale.
#[test]
fn a_recorded_sale_takes_the_sellers_account_out_and_no_other_d11() {
    let mut shelf = shelf();
    let (seller, buyer, landlord) = (AccountId(1), AccountId(2), AccountId(3));
    shelf.transfers.push(OwnershipTransfer {
        unit: UnitId(1),
        seller: CoOwnerRecordId(1),
        buyer: CoOwnerRecordId(2),
        effective_on: day("2024-01-01"),
    });
    shelf
        .accounts
        .insert(landlord, AccountRecord { record: Some(CoOwnerRecordId(1)), ..account(3, Role::Landlord) });
    let sellers = ExtranetOptions { inactivate_sellers: true, ..ExtranetOptions::default() };
    for (options, stays) in [(ExtranetOptions::default(), true), (sellers, false)] {
        let selection = shelf.select(&options);
        let published = [seller, buyer, landlord, AccountId(9)].map(|id| selection.is_published(id));
        assert_eq!(published, [stays, true, true, false]);
        let left = AccountVerdict::Inactive(RemovalReason::Account);
        assert_eq!(selection.accounts[&seller], if stays { AccountVerdict::Published } else { left });
        assert_eq!(selection.parties.contains_key(&PartyId(1)), stays, "H1");
    }
}

/// C25, H1: the link between a landlord and a tenant joins published accounts only.
#[test]
fn a_lease_is_sent_with_its_tenants_account_and_names_a_landlord_who_is_sent_c25_h1() {
    let mut shelf = shelf();
    let (landlord, tenant) = (AccountId(3), AccountId(4));
    let lease = Lease {
        id: 1,
        unit: UnitId(1),
        landlord,
        tenant,
        from: day("2024-01-01"),
        to: None,
        notice_recorded_on: None,
        move_out_recorded_on: None,
    };
    shelf.leases.push(lease);
    shelf.holdings.clear();
    for (landlord_sent, tenant_sent) in [(true, true), (false, true), (true, false)] {
        for (id, role, published) in [(3, Role::Landlord, landlord_sent), (4, Role::Tenant, tenant_sent)] {
            shelf.accounts.insert(AccountId(id), AccountRecord { published, ..account(id, role) });
        }
        let selection = shelf.select(&ExtranetOptions::default());
        let sent = SentLease { lease, landlord: landlord_sent.then_some(landlord) };
        assert_eq!(selection.leases, if tenant_sent { vec![sent] } else { vec![] });
        assert_eq!(selection.places.sent_units.contains(&UnitId(1)), tenant_sent, "H1");
    }
}
