//! Who would see a document: the audience as the receiving side joins it (B5, C15, C20, C21).
//!
//! Promises: the formula of the publication format, made from what is sent alone; a party is counted once; nobody is
//! counted through a status that the binder's module doesn't have. Limits: what the site's own options add (C25) is
//! not counted.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::{Books, Selection};
use crate::domain::account::Period;
use crate::domain::audience::Target;
use crate::domain::binder::{Binder, Status};
use crate::domain::ids::{AccountId, BuildingId, EntityId, PartyId, UnitId};
use crate::domain::options::Role;

/// One party in one unit, as a holder or a tenant, for a while.
#[derive(Debug, Clone, Copy)]
struct Stay {
    party: PartyId,
    status: Status,
    period: Period,
}

/// The readers of every place that is sent.
#[derive(Debug, Clone, Default)]
pub struct Readers {
    accounts: HashMap<AccountId, (PartyId, Status)>,
    units: HashMap<UnitId, Vec<Stay>>,
    buildings: HashMap<BuildingId, BTreeSet<(PartyId, Status)>>,
    entities: HashMap<EntityId, BTreeSet<(PartyId, Status)>>,
}

impl Readers {
    /// Joins what a selection sends, as it stands on a day of the agency's calendar.
    pub fn of(books: Books<'_>, selection: &Selection, today: NaiveDate) -> Self {
        let mut readers = Self::default();
        readers.take_accounts(books, selection);
        readers.take_stays(books, selection);
        readers.take_places(books, today);
        readers
    }

    /// Counts the parties that would see a document of that date, in that binder, for that target (C23).
    pub fn count(&self, target: Target, date: NaiveDate, binder: &Binder) -> usize {
        let sees = |status: Status| status.module() == binder.module && binder.rights.grants(status);
        let of_place = |place: Option<&BTreeSet<(PartyId, Status)>>| {
            let seeing = place.into_iter().flatten().filter(|(_, status)| sees(*status));
            seeing.map(|(party, _)| *party).collect::<BTreeSet<_>>().len()
        };
        match target {
            Target::Account(id) => {
                usize::from(self.accounts.get(&id).is_some_and(|(_, status)| sees(*status)))
            }
            Target::Unit(id) => {
                let stays = self.units.get(&id).into_iter().flatten();
                let seeing = stays.filter(|stay| stay.period.covers(date) && sees(stay.status));
                seeing.map(|stay| stay.party).collect::<BTreeSet<_>>().len()
            }
            Target::Building(id) => of_place(self.buildings.get(&id)),
            Target::Entity(id) => of_place(self.entities.get(&id)),
        }
    }

    fn take_accounts(&mut self, books: Books<'_>, selection: &Selection) {
        for account in books.accounts.values().filter(|account| selection.is_published(account.id)) {
            let Some(party) = account.party else { continue };
            let status = match account.role {
                Role::Landlord => Some(Status::Landlord),
                Role::Tenant => Some(Status::Tenant),
                Role::CoOwner => account
                    .record
                    .and_then(|id| books.records.get(&id))
                    .and_then(|record| council_status(selection, party, record.building)),
                Role::Other => None,
            };
            if let Some(status) = status {
                self.accounts.insert(account.id, (party, status));
            }
        }
    }

    fn take_stays(&mut self, books: Books<'_>, selection: &Selection) {
        for sent in &selection.holdings {
            let unit = sent.holding.unit;
            let building = books.units.get(&unit).map(|unit| unit.building);
            let status = match (sent.holding.record, building) {
                (None, _) => Some(Status::Landlord),
                (Some(_), Some(building)) => council_status(selection, sent.party, building),
                (Some(_), None) => None,
            };
            let period = Period { from: sent.holding.from, to: sent.holding.to };
            if let Some(status) = status {
                self.units.entry(unit).or_default().push(Stay { party: sent.party, status, period });
            }
        }
        for sent in &selection.leases {
            let Some(party) = books.accounts.get(&sent.lease.tenant).and_then(|account| account.party) else {
                continue;
            };
            let period = Period { from: sent.lease.from, to: sent.lease.to };
            self.units.entry(sent.lease.unit).or_default().push(Stay {
                party,
                status: Status::Tenant,
                period,
            });
        }
    }

    fn take_places(&mut self, books: Books<'_>, today: NaiveDate) {
        for (unit, stays) in &self.units {
            let Some(unit) = books.units.get(unit) else { continue };
            let entity = books.buildings.get(&unit.building).map(|building| building.entity);
            for stay in stays.iter().filter(|stay| stay.period.covers(today)) {
                let reader = (stay.party, stay.status);
                self.buildings.entry(unit.building).or_default().insert(reader);
                if let Some(entity) = entity {
                    self.entities.entry(entity).or_default().insert(reader);
                }
            }
        }
    }
}

/// Gives the one status of a party in a building: the highest of its records there that are sent (B5, H4).
fn council_status(selection: &Selection, party: PartyId, building: BuildingId) -> Option<Status> {
    let records = selection.parties.get(&party)?;
    records.iter().filter(|(_, at, _)| *at == building).map(|(_, _, status)| *status).max()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::account::OpeningMode;
    use crate::domain::binder::Rights;
    use crate::domain::ids::{BinderId, CoOwnerRecordId};
    use crate::domain::options::{ExtranetOptions, Module};
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
        Readers::of(books, &selection, today).count(target, day(date), &binder)
    }

    const EVERYONE: Rights = Rights {
        landlord: false,
        tenant: false,
        co_owner: true,
        council_member: true,
        council_president: true,
    };
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
        assert_eq!(
            count(Target::Building(BuildingId(1)), "2025-05-01", rental),
            0,
            "not this module's boxes"
        );
    }
}
