//! Who sees a document: scope joined with the rights of its binder (C15, C20, C21, B5).
//!
//! # Promises
//! - One join for everyone who asks: the explanation of a document, the warning of an empty audience (C23), the
//!   count of documents that become visible to more people (PUBLICATION.md 14).
//! - A party is judged by the very column of its status, one status a building: the highest of its records there
//!   (B5, H4). A binder's columns of the other module count for nothing (B3, B4).
//! - A unit's document follows its own date, a building's and an entity's the present day (C21).
//! - Where a part is missing (no party, no record behind a co-owner's account, no unit), nobody sees: an audience is
//!   never mended (C15).
//!
//! # Limits
//! The index is made once a day of the agency's calendar; one question then costs what stands in the place asked.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

use super::Target;
use crate::domain::account::Period;
use crate::domain::binder::{Binder, Status};
use crate::domain::ids::{AccountId, BuildingId, EntityId, PartyId, UnitId};

/// As what a party is in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// By a co-owner's record: its status is that of the building.
    CoOwner,
    /// By a landlord's account.
    Landlord,
    /// By a lease.
    Tenant,
}

/// A span during which a party holds or rents a unit (C21).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// The unit.
    pub unit: UnitId,
    /// Whose it is.
    pub party: PartyId,
    /// As what.
    pub standing: Standing,
    /// From when to when, both days included.
    pub period: Period,
}

/// The party of a published account, and as what it reads what is sent to that account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The account's party.
    pub party: PartyId,
    /// As what; for a co-owner, in the building of the account's record. `None` = no status, so no reader.
    pub standing: Option<AccountStanding>,
}

/// As what a party reads what is sent to its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountStanding {
    /// A landlord.
    Landlord,
    /// A tenant.
    Tenant,
    /// A co-owner of this building.
    CoOwnerOf(BuildingId),
}

/// Everyone who may read something: published accounts, what they hold and rent, what they are.
#[derive(Debug, Clone, Default)]
pub struct Readers {
    accounts: HashMap<AccountId, Holder>,
    statuses: HashMap<(PartyId, BuildingId), Status>,
    stays: HashMap<UnitId, Vec<Stay>>,
    units: HashMap<BuildingId, Vec<UnitId>>,
    buildings: HashMap<EntityId, Vec<BuildingId>>,
    building_of: HashMap<UnitId, BuildingId>,
}

impl Readers {
    /// Places a building in its entity.
    pub fn add_building(&mut self, building: BuildingId, entity: EntityId) {
        self.buildings.entry(entity).or_default().push(building);
    }

    /// Places a unit in its building.
    pub fn add_unit(&mut self, unit: UnitId, building: BuildingId) {
        self.units.entry(building).or_default().push(unit);
        self.building_of.insert(unit, building);
    }

    /// Takes the party of a published account.
    pub fn add_account(&mut self, account: AccountId, holder: Holder) {
        self.accounts.insert(account, holder);
    }

    /// Takes what one record makes of its party in a building; the highest counts (B5).
    pub fn add_record(&mut self, party: PartyId, building: BuildingId, status: Status) {
        let known = self.statuses.entry((party, building)).or_insert(status);
        *known = (*known).max(status);
    }

    /// Takes a holding or a lease that is sent.
    pub fn add_stay(&mut self, stay: Stay) {
        self.stays.entry(stay.unit).or_default().push(stay);
    }

    /// Gives what a party is in a building, by its records there (B5).
    pub fn status_in(&self, party: PartyId, building: BuildingId) -> Option<Status> {
        self.statuses.get(&(party, building)).copied()
    }

    /// Gives the parties that see a document of this binder and target, dated `date`, on the day `today` (C15, C21).
    pub fn audience(
        &self,
        target: Target,
        date: NaiveDate,
        binder: &Binder,
        today: NaiveDate,
    ) -> BTreeSet<PartyId> {
        self.audience_between(target, date, binder, Period { from: today, to: Some(today) })
    }

    /// Counts the readers of a document. Of what is a building's or an entity's, those who can come in: who has no login yet
    /// reads nothing of it. What is sent to an account or a unit waits for its party (C23, D3).
    pub fn count(
        &self,
        target: Target,
        date: NaiveDate,
        binder: &Binder,
        today: NaiveDate,
        logins: &HashSet<PartyId>,
    ) -> usize {
        let audience = self.audience(target, date, binder, today);
        match target {
            Target::Building(_) | Target::Entity(_) => {
                audience.iter().filter(|party| logins.contains(party)).count()
            }
            Target::Account(_) | Target::Unit(_) => audience.len(),
        }
    }

    /// Gives the parties that could see it on some day of a span: what was a building's or an entity's was read by whoever
    /// was there meanwhile.
    pub fn audience_between(
        &self,
        target: Target,
        date: NaiveDate,
        binder: &Binder,
        span: Period,
    ) -> BTreeSet<PartyId> {
        let dated = Period { from: date, to: Some(date) };
        let sees = |status: Option<Status>| {
            status.is_some_and(|status| binder.rights.granted(binder.module).any(|granted| granted == status))
        };
        match target {
            Target::Account(account) => {
                let holder = self.accounts.get(&account);
                holder
                    .filter(|holder| sees(self.status_of(holder)))
                    .map(|holder| holder.party)
                    .into_iter()
                    .collect()
            }
            Target::Unit(unit) => self.present([unit], dated, sees),
            Target::Building(building) => self.present(self.units_of(building), span, sees),
            Target::Entity(entity) => {
                let buildings = self.buildings.get(&entity).map_or(&[][..], Vec::as_slice);
                self.present(buildings.iter().flat_map(|building| self.units_of(*building)), span, sees)
            }
        }
    }

    fn units_of(&self, building: BuildingId) -> impl Iterator<Item = UnitId> + '_ {
        self.units.get(&building).into_iter().flatten().copied()
    }

    /// Gives the parties that are in one of the units on some day of a span, with a status that sees.
    fn present(
        &self,
        units: impl IntoIterator<Item = UnitId>,
        span: Period,
        sees: impl Fn(Option<Status>) -> bool,
    ) -> BTreeSet<PartyId> {
        let stays = units.into_iter().filter_map(|unit| self.stays.get(&unit)).flatten();
        stays
            .filter(|stay| stay.period.meets(span) && sees(self.status_in_stay(stay)))
            .map(|stay| stay.party)
            .collect()
    }

    fn status_in_stay(&self, stay: &Stay) -> Option<Status> {
        match stay.standing {
            Standing::Landlord => Some(Status::Landlord),
            Standing::Tenant => Some(Status::Tenant),
            Standing::CoOwner => self.status_in(stay.party, *self.building_of.get(&stay.unit)?),
        }
    }

    fn status_of(&self, holder: &Holder) -> Option<Status> {
        match holder.standing? {
            AccountStanding::Landlord => Some(Status::Landlord),
            AccountStanding::Tenant => Some(Status::Tenant),
            AccountStanding::CoOwnerOf(building) => self.status_in(holder.party, building),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::binder::Rights;
    use crate::domain::ids::BinderId;
    use crate::domain::options::Module;

    const BUILDING: BuildingId = BuildingId(1);
    const OTHER: BuildingId = BuildingId(2);
    const ENTITY: EntityId = EntityId(2);
    const FLAT: UnitId = UnitId(10);
    const CELLAR: UnitId = UnitId(20);
    const PRESIDENT: PartyId = PartyId(1);
    const MEMBER: PartyId = PartyId(2);
    const SELLER: PartyId = PartyId(3);
    const BUYER: PartyId = PartyId(4);
    const LANDLORD: PartyId = PartyId(5);
    const TENANT: PartyId = PartyId(6);

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn stay(unit: UnitId, party: PartyId, standing: Standing, from: &str, to: Option<&str>) -> Stay {
        Stay { unit, party, standing, period: Period { from: day(from), to: to.map(day) } }
    }

    /// Two buildings of one entity. The flat went from the seller to the buyer; the landlord lets it.
    fn readers() -> Readers {
        let mut readers = Readers::default();
        readers.add_building(BUILDING, ENTITY);
        readers.add_building(OTHER, ENTITY);
        readers.add_unit(FLAT, BUILDING);
        readers.add_unit(CELLAR, OTHER);
        for (party, building, status) in [
            (PRESIDENT, BUILDING, Status::CouncilPresident),
            (PRESIDENT, OTHER, Status::CoOwner),
            (MEMBER, BUILDING, Status::CoOwner),
            (MEMBER, BUILDING, Status::CouncilMember),
            (SELLER, BUILDING, Status::CoOwner),
            (BUYER, BUILDING, Status::CoOwner),
        ] {
            readers.add_record(party, building, status);
        }
        for stay in [
            stay(FLAT, PRESIDENT, Standing::CoOwner, "2000-01-01", None),
            stay(CELLAR, PRESIDENT, Standing::CoOwner, "2000-01-01", None),
            stay(FLAT, MEMBER, Standing::CoOwner, "2000-01-01", None),
            stay(FLAT, SELLER, Standing::CoOwner, "2000-01-01", Some("2025-06-29")),
            stay(FLAT, BUYER, Standing::CoOwner, "2025-06-30", None),
            stay(FLAT, LANDLORD, Standing::Landlord, "2000-01-01", None),
            stay(FLAT, TENANT, Standing::Tenant, "2024-01-01", None),
        ] {
            readers.add_stay(stay);
        }
        let seller = Holder { party: SELLER, standing: Some(AccountStanding::CoOwnerOf(BUILDING)) };
        readers.add_account(AccountId(100), seller);
        readers.add_account(AccountId(101), Holder { party: BUYER, standing: None });
        readers
    }

    fn binder(module: Module, rights: Rights) -> Binder {
        Binder {
            id: BinderId(1),
            code: "X".into(),
            module,
            name: "X".into(),
            parent: None,
            fed_on_site: false,
            rights,
        }
    }

    const ALL: Rights = Rights {
        landlord: true,
        tenant: true,
        co_owner: true,
        council_member: true,
        council_president: true,
    };

    fn seen(target: Target, date: &str, rights: Rights) -> Vec<PartyId> {
        let binder = binder(Module::Condo, rights);
        readers().audience(target, day(date), &binder, day("2025-11-03")).into_iter().collect()
    }

    #[test]
    fn who_has_no_login_counts_for_what_is_sent_to_itself_and_not_for_a_building_s_c23_d3() {
        let (binder, today) = (binder(Module::Condo, ALL), day("2025-11-03"));
        let count = |target, logins: &[PartyId]| {
            readers().count(target, today, &binder, today, &logins.iter().copied().collect())
        };
        let building = Target::Building(BUILDING);
        assert_eq!(count(building, &[PRESIDENT, MEMBER, SELLER]), 2, "the seller left");
        assert_eq!((count(building, &[]), count(Target::Entity(ENTITY), &[BUYER])), (0, 1));
        let of_seller = Target::Account(AccountId(100));
        assert_eq!((count(of_seller, &[]), count(of_seller, &[SELLER])), (1, 1));
    }

    #[test]
    fn only_the_ticked_column_of_the_status_sees_b5() {
        let building = Target::Building(BUILDING);
        let co_owner = Rights { co_owner: true, ..Rights::default() };
        assert_eq!(
            seen(building, "2025-01-01", co_owner),
            [BUYER],
            "neither member nor president: a hole is sent"
        );
        let member = Rights { council_member: true, ..Rights::default() };
        assert_eq!(seen(building, "2025-01-01", member), [MEMBER], "the highest of two records");
        assert_eq!(seen(building, "2025-01-01", Rights::default()), [], "C23: nobody");
    }

    #[test]
    fn a_president_of_one_building_is_a_co_owner_in_another_h4() {
        let president = Rights { council_president: true, ..Rights::default() };
        assert_eq!(seen(Target::Building(BUILDING), "2025-01-01", president), [PRESIDENT]);
        assert_eq!(seen(Target::Building(OTHER), "2025-01-01", president), []);
        assert_eq!(
            seen(Target::Entity(ENTITY), "2025-01-01", president),
            [PRESIDENT],
            "C20: any building of it"
        );
    }

    #[test]
    fn a_units_paper_follows_its_own_date_and_a_buildings_the_present_day_c21() {
        let co_owner = Rights { co_owner: true, ..Rights::default() };
        let unit = Target::Unit(FLAT);
        assert_eq!(seen(unit, "2025-06-29", co_owner), [SELLER]);
        assert_eq!(seen(unit, "2025-06-30", co_owner), [BUYER]);
        assert_eq!(seen(Target::Building(BUILDING), "2025-06-29", co_owner), [BUYER]);
    }

    #[test]
    fn a_span_names_whoever_was_in_the_building_on_one_of_its_days_rule_15() {
        let co_owner = Rights { co_owner: true, ..Rights::default() };
        let between = |from, to, target| {
            let span = Period { from: day(from), to: Some(day(to)) };
            let seen =
                readers().audience_between(target, day("2025-01-01"), &binder(Module::Condo, co_owner), span);
            seen.into_iter().collect::<Vec<_>>()
        };
        let building = Target::Building(BUILDING);
        assert_eq!(between("2025-06-01", "2025-06-29", building), [SELLER]);
        assert_eq!(between("2025-06-29", "2025-06-30", building), [SELLER, BUYER]);
        assert_eq!(between("2025-07-01", "2025-12-31", building), [BUYER]);
        assert_eq!(
            between("2025-07-01", "2025-12-31", Target::Unit(FLAT)),
            [SELLER],
            "a unit's follows its date"
        );
    }

    #[test]
    fn columns_of_the_other_module_count_for_nothing_b3_b4() {
        let condo = seen(Target::Unit(FLAT), "2025-07-01", ALL);
        assert!(!condo.contains(&LANDLORD) && !condo.contains(&TENANT));
        let rental = binder(Module::Rental, ALL);
        let seen = readers().audience(Target::Unit(FLAT), day("2025-07-01"), &rental, day("2025-11-03"));
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [LANDLORD, TENANT]);
    }

    #[test]
    fn an_account_is_read_by_its_party_alone_even_after_the_sale_c15_c21() {
        let account = |id| Target::Account(AccountId(id));
        assert_eq!(seen(account(100), "2025-11-01", ALL), [SELLER]);
        let council = Rights { council_member: true, council_president: true, ..Rights::default() };
        assert_eq!(seen(account(100), "2025-11-01", council), [], "the rights count there too");
        assert_eq!(seen(account(101), "2025-11-01", ALL), [], "no status, no reader");
        assert_eq!(seen(account(999), "2025-11-01", ALL), [], "no account, no reader");
    }

    fn rights() -> impl Strategy<Value = Rights> {
        any::<[bool; 5]>().prop_map(|[landlord, tenant, co_owner, council_member, council_president]| {
            Rights { landlord, tenant, co_owner, council_member, council_president }
        })
    }

    proptest! {
        /// B5, C15: taking a right away never shows a document to anyone.
        #[test]
        fn fewer_rights_never_widen_an_audience(more in rights(), kept in rights(), scope in 0..4, months in 0u32..24) {
            let fewer = Rights {
                landlord: more.landlord && kept.landlord,
                tenant: more.tenant && kept.tenant,
                co_owner: more.co_owner && kept.co_owner,
                council_member: more.council_member && kept.council_member,
                council_president: more.council_president && kept.council_president,
            };
            let target = match scope {
                0 => Target::Account(AccountId(100)),
                1 => Target::Unit(FLAT),
                2 => Target::Building(BUILDING),
                _ => Target::Entity(ENTITY),
            };
            let date = day("2024-06-15") + chrono::Months::new(months);
            let readers = readers();
            for module in [Module::Rental, Module::Condo] {
                let ask = |rights| readers.audience(target, date, &binder(module, rights), day("2025-11-03"));
                prop_assert!(ask(fewer).is_subset(&ask(more)));
            }
        }

        /// B5: the option that closes rights to the right keeps every reader, and adds none but members and presidents.
        #[test]
        fn normalised_rights_add_readers_of_the_council_alone(raw in rights(), scope in 0..3, months in 0u32..24) {
            let target = match scope {
                0 => Target::Unit(FLAT),
                1 => Target::Building(BUILDING),
                _ => Target::Building(OTHER),
            };
            let building = if scope == 2 { OTHER } else { BUILDING };
            let (readers, date) = (readers(), day("2024-06-15") + chrono::Months::new(months));
            let ask = |rights| readers.audience(target, date, &binder(Module::Condo, rights), day("2025-11-03"));
            let (before, after) = (ask(raw), ask(raw.normalized()));
            prop_assert!(before.is_subset(&after));
            for party in after.difference(&before) {
                prop_assert!(readers.status_in(*party, building) > Some(Status::CoOwner), "{:?}", party);
            }
            prop_assert_eq!(raw.normalized().normalized(), raw.normalized());
        }
    }
}
