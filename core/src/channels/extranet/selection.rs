//! Which accounts are in a publication, and what they bring with them: parties, holdings, leases, units,
//! buildings (D1-D11, H1, H3, H4).
//!
//! Promises: nothing is sent that no published account touches; a party is sent only with at least one active
//! published account; a tenant linked to a published landlord is not sent unless its own account is published.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

use crate::domain::account::{
    AccountFacts, AccountVerdict, LeaseState, Period, RecordHolding, RecordSale, Sale, Tenancy, verdict,
};
use crate::domain::audience::{AccountPlace, AccountStanding, Holder, Places, Readers, Standing, Stay};
use crate::domain::binder::Status;
use crate::domain::ids::{AccountId, BuildingId, CoOwnerRecordId, EntityId, PartyId, UnitId};
use crate::domain::options::{ExtranetOptions, Role};
use crate::domain::records::{
    AccountRecord, Building, CoOwnerRecord, Entity, Holding, Lease, OwnershipTransfer, Unit,
};

/// The records that the selection looks at.
#[derive(Debug, Clone, Copy)]
pub struct Books<'a> {
    /// Every entity.
    pub entities: &'a BTreeMap<EntityId, Entity>,
    /// Every account.
    pub accounts: &'a BTreeMap<AccountId, AccountRecord>,
    /// Every building.
    pub buildings: &'a BTreeMap<BuildingId, Building>,
    /// Every unit.
    pub units: &'a BTreeMap<UnitId, Unit>,
    /// Every co-owner record.
    pub records: &'a BTreeMap<CoOwnerRecordId, CoOwnerRecord>,
    /// Every holding, by key.
    pub holdings: &'a [Holding],
    /// Every lease, by key.
    pub leases: &'a [Lease],
    /// Every recorded transfer of ownership.
    pub transfers: &'a [OwnershipTransfer],
}

/// A holding that is sent, with its party and the published account that bears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentHolding {
    /// The holding.
    pub holding: Holding,
    /// Whose it is.
    pub party: PartyId,
    /// The account that bears it, if it is published.
    pub account: Option<AccountId>,
}

/// A lease that is sent: its tenant's account is published (C25).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentLease {
    /// The lease.
    pub lease: Lease,
    /// The landlord's account, if it is published.
    pub landlord: Option<AccountId>,
}

/// What a publication sends of the agency's books.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The verdict on every account.
    pub accounts: BTreeMap<AccountId, AccountVerdict>,
    /// The parties that are sent (H1), each with its records in order (H4).
    pub parties: BTreeMap<PartyId, Vec<(CoOwnerRecordId, BuildingId, Status)>>,
    /// The holdings that are sent.
    pub holdings: Vec<SentHolding>,
    /// The leases that are sent.
    pub leases: Vec<SentLease>,
    /// The co-owner records that are sent: their own published accounts bear them.
    pub records: BTreeSet<CoOwnerRecordId>,
    /// What exists and what is sent, for the documents' targets.
    pub places: Places,
}

impl Selection {
    /// Selects from the books, as they stand on a day of the agency's calendar.
    pub fn of(books: Books<'_>, options: &ExtranetOptions, today: NaiveDate) -> Self {
        let accounts = verdicts(books, options, today);
        let published: HashSet<AccountId> =
            accounts.iter().filter(|(_, verdict)| verdict.is_published()).map(|(id, _)| *id).collect();
        let mut selection = Self { accounts, ..Self::default() };
        selection.take_parties(books, &published);
        selection.take_holdings(books, &published);
        selection.take_leases(books, &published);
        selection.take_places(books, &published);
        selection
    }

    /// Tells whether an account is in.
    pub fn is_published(&self, account: AccountId) -> bool {
        self.accounts.get(&account).is_some_and(|verdict| verdict.is_published())
    }

    /// Gives everyone who may read something of what is sent (C15, C21): the index of the audience.
    pub fn readers(&self, books: Books<'_>) -> Readers {
        let mut readers = Readers::default();
        for (building, entity) in &self.places.buildings {
            readers.add_building(*building, *entity);
        }
        for (unit, building) in &self.places.units {
            readers.add_unit(*unit, *building);
        }
        for (party, records) in &self.parties {
            for (_, building, status) in records {
                readers.add_record(*party, *building, *status);
            }
        }
        let published = books.accounts.values().filter(|account| self.is_published(account.id));
        for account in published {
            let Some(party) = account.party else { continue };
            let building =
                || account.record.and_then(|id| books.records.get(&id)).map(|record| record.building);
            let standing = match account.role {
                Role::Landlord => Some(AccountStanding::Landlord),
                Role::Tenant => Some(AccountStanding::Tenant),
                Role::CoOwner => building().map(AccountStanding::CoOwnerOf),
                Role::Other => None,
            };
            readers.add_account(account.id, Holder { party, standing });
        }
        for SentHolding { holding, party, .. } in &self.holdings {
            let standing = if holding.record.is_some() { Standing::CoOwner } else { Standing::Landlord };
            let period = Period { from: holding.from, to: holding.to };
            readers.add_stay(Stay { unit: holding.unit, party: *party, standing, period });
        }
        for SentLease { lease, .. } in &self.leases {
            let Some(party) = books.accounts.get(&lease.tenant).and_then(|account| account.party) else {
                continue;
            };
            let period = Period { from: lease.from, to: lease.to };
            readers.add_stay(Stay { unit: lease.unit, party, standing: Standing::Tenant, period });
        }
        readers
    }

    fn take_parties(&mut self, books: Books<'_>, published: &HashSet<AccountId>) {
        for account in books.accounts.values().filter(|account| published.contains(&account.id)) {
            let Some(party) = account.party else { continue };
            let of_party = self.parties.entry(party).or_default();
            let Some(record) = account.record.and_then(|id| books.records.get(&id)) else { continue };
            if record.party == party && self.records.insert(record.id) {
                let status = Status::of_council(record.council_member, record.council_president);
                of_party.push((record.id, record.building, status));
            }
        }
        for records in self.parties.values_mut() {
            records.sort_unstable();
        }
    }

    fn take_holdings(&mut self, books: Books<'_>, published: &HashSet<AccountId>) {
        let is_published = |id: &AccountId| published.contains(id);
        for holding in books.holdings {
            let of_record =
                holding.record.filter(|id| self.records.contains(id)).and_then(|id| books.records.get(&id));
            let landlord =
                holding.landlord_account.filter(is_published).and_then(|id| books.accounts.get(&id));
            let party = of_record.map(|record| record.party).or(landlord.and_then(|account| account.party));
            let account = holding.account.or(holding.landlord_account).filter(is_published);
            if let Some(party) = party {
                self.holdings.push(SentHolding { holding: *holding, party, account });
            }
        }
    }

    fn take_leases(&mut self, books: Books<'_>, published: &HashSet<AccountId>) {
        let leases = books.leases.iter().filter(|lease| published.contains(&lease.tenant));
        let sent = |lease: &Lease| SentLease {
            lease: *lease,
            landlord: Some(lease.landlord).filter(|id| published.contains(id)),
        };
        self.leases.extend(leases.map(sent));
    }

    fn take_places(&mut self, books: Books<'_>, published: &HashSet<AccountId>) {
        let places = &mut self.places;
        places.entities = books.entities.values().map(|entity| (entity.id, entity.module)).collect();
        places.buildings = books.buildings.values().map(|building| (building.id, building.entity)).collect();
        places.units = books.units.values().map(|unit| (unit.id, unit.building)).collect();
        for account in books.accounts.values() {
            let published = published.contains(&account.id);
            places.accounts.insert(account.id, AccountPlace { entity: account.entity, published });
            if published {
                places.sent_entities.insert(account.entity);
            }
        }
        let held = self.holdings.iter().map(|sent| sent.holding.unit);
        let let_out = self.leases.iter().map(|sent| sent.lease.unit);
        places.sent_units = held.chain(let_out).filter(|unit| books.units.contains_key(unit)).collect();
        let of_units = places.sent_units.iter().filter_map(|unit| places.units.get(unit)).copied();
        let of_records =
            self.records.iter().filter_map(|id| books.records.get(id)).map(|record| record.building);
        places.sent_buildings =
            of_units.chain(of_records).filter(|building| books.buildings.contains_key(building)).collect();
    }
}

/// Judges every account from its leases, its record's holdings and sales.
fn verdicts(
    books: Books<'_>,
    options: &ExtranetOptions,
    today: NaiveDate,
) -> BTreeMap<AccountId, AccountVerdict> {
    let mut leases: HashMap<AccountId, Vec<LeaseState>> = HashMap::new();
    for lease in books.leases {
        leases.entry(lease.tenant).or_default().push(LeaseState {
            unit: lease.unit,
            starts_on: lease.from,
            notice_recorded_on: lease.notice_recorded_on,
            move_out_recorded_on: lease.move_out_recorded_on,
        });
    }
    let mut holdings: HashMap<CoOwnerRecordId, Vec<RecordHolding>> = HashMap::new();
    for holding in books.holdings {
        if let Some(record) = holding.record {
            let period = Period { from: holding.from, to: holding.to };
            let held = RecordHolding { unit: holding.unit, account: holding.account, period };
            holdings.entry(record).or_default().push(held);
        }
    }
    let mut sales: HashMap<CoOwnerRecordId, Vec<RecordSale>> = HashMap::new();
    for transfer in books.transfers {
        let sale = RecordSale { unit: transfer.unit, effective_on: transfer.effective_on };
        sales.entry(transfer.seller).or_default().push(sale);
    }
    let of_record = |account: &AccountRecord| {
        let none = || Sale::of(account.id, &[], &[], today);
        account.record.filter(|_| account.role == Role::CoOwner).map_or_else(none, |record| {
            let holdings = holdings.get(&record).map_or(&[][..], Vec::as_slice);
            let sales = sales.get(&record).map_or(&[][..], Vec::as_slice);
            Sale::of(account.id, holdings, sales, today)
        })
    };
    let judged = books.accounts.values().map(|account| {
        let facts = AccountFacts {
            tenancy: Tenancy::of(leases.get(&account.id).map_or(&[][..], Vec::as_slice)),
            sale: of_record(account),
        };
        (account.id, verdict(&account.view(), facts, options))
    });
    judged.collect()
}
