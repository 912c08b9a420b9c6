//! Buildings, units, and who holds them: records, accounts, holdings, leases, transfers.

use rusqlite::{Connection, params};

use super::Maker;
use super::people::{Party, People, address};
use super::words::{RESIDENCES, STREETS};
use crate::random::Random;

/// The rental entity; condo entities follow.
pub(super) const RENTAL_ENTITY: i64 = 1;
/// Condominiums that one entity keeps.
const IN_ENTITY: i64 = 100;
/// Since when units are held, unless they were sold.
const HELD_SINCE: &str = "2012-01-01";

/// What an account is to the agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    CoOwner,
    Landlord,
    Tenant,
}

/// A building with its units.
#[derive(Debug, Clone)]
pub(super) struct Building {
    pub id: i64,
    pub entity: i64,
    pub condo: bool,
    pub units: Vec<i64>,
}

/// A published account, with the party's surname.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub id: i64,
    pub role: Role,
    pub entity: i64,
    pub surname: String,
}

/// A co-owner record that holds units today.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub id: i64,
    pub building: i64,
    pub units: Vec<i64>,
}

/// Everything that has a place.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub buildings: Vec<Building>,
    pub accounts: Vec<Account>,
    pub records: Vec<Record>,
    /// Accounts that are not published: of those who sold everything.
    pub former: Vec<i64>,
}

/// Inserts them all.
pub(super) fn places(maker: &Maker<'_>) -> anyhow::Result<Places> {
    let mut random = Random::new(maker.seed, "places");
    let mut people = People::new(maker.db, maker.seed);
    let mut places = Places::default();
    buildings(maker, &mut places, &mut random)?;
    let co_owners = (maker.size.accounts * 52 / 100).max(1);
    let landlords = (maker.size.accounts * 15 / 100).max(1);
    let tenants = maker.size.accounts - co_owners - landlords;
    let mut rows = Rows { db: maker.db, last_account: 0 };
    condominiums(&mut places, &mut people, &mut rows, &mut random, co_owners)?;
    lettings(&mut places, &mut people, &mut rows, &mut random, (landlords, tenants))?;
    Ok(places)
}

fn buildings(maker: &Maker<'_>, places: &mut Places, random: &mut Random) -> anyhow::Result<()> {
    let size = maker.size;
    let condos = (size.buildings * 8 / 10).clamp(1, size.buildings - 1);
    let db = maker.db;
    let mut entity = db.prepare(
        "INSERT INTO entity (id, code, module, name, iban, bic) VALUES (?1, ?2, ?3, ?4, ?5, 'DEMOFRP1XXX')",
    )?;
    entity.execute(params![RENTAL_ENTITY, "G001", "rental", "Gérance locative", iban(1)])?;
    for number in 0..=(condos - 1) / IN_ENTITY {
        let name = format!("Syndic {}", number + 1);
        entity.execute(params![
            2 + number,
            format!("S{:03}", number + 1),
            "condo",
            name,
            iban(2 + number)
        ])?;
    }
    let condo_units = size.units * 7 / 10;
    for at in 0..size.buildings {
        let condo = at < condos;
        let (index, of, units) = if condo {
            (at, condos, condo_units)
        } else {
            (at - condos, size.buildings - condos, size.units - condo_units)
        };
        let entity = if condo { 2 + at / IN_ENTITY } else { RENTAL_ENTITY };
        let mut building = Building { id: at + 1, entity, condo, units: Vec::new() };
        insert_building(db, &building, random)?;
        let last_unit = places.buildings.iter().map(|building| building.units.len()).sum::<usize>();
        let first = i64::try_from(last_unit)? + 1;
        let count = units * (index + 1) / of - units * index / of;
        building.units = (first..first + count).collect();
        insert_units(db, &building)?;
        places.buildings.push(building);
    }
    Ok(())
}

fn insert_building(db: &Connection, building: &Building, random: &mut Random) -> anyhow::Result<()> {
    let name = random.pick(RESIDENCES);
    let (postcode, city) = address(random);
    let own_bank = building.condo.then(|| iban(1_000 + building.id));
    db.prepare_cached(
        "INSERT INTO building (id, code, name, label, entity_id, address_1, postcode, city, iban, bic)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        building.id,
        format!("IMM{:04}", building.id),
        name,
        format!("Bâtiment {} - {name}", building.id),
        building.entity,
        format!("{}, {}", random.between(1, 90), random.pick(STREETS)),
        postcode,
        city,
        own_bank,
        building.condo.then_some("DEMOFRP2XXX"),
    ])?;
    Ok(())
}

fn insert_units(db: &Connection, building: &Building) -> anyhow::Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO unit (id, building_id, number, kind, is_main, position) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (number, unit) in (1_i64..).zip(&building.units) {
        // In a condominium every second unit is an annex; what is let is a dwelling.
        let kind = match number % 4 {
            0 if building.condo => "Cave",
            2 if building.condo => "Parking",
            _ => "Appartement",
        };
        let main = i64::from(kind == "Appartement");
        insert.execute(params![unit, building.id, format!("{number:03}"), kind, main, number])?;
    }
    Ok(())
}

/// Inserts accounts and holdings.
struct Rows<'a> {
    db: &'a Connection,
    last_account: i64,
}

impl Rows<'_> {
    /// Inserts an account; its balance is set when its entries are known.
    fn account(
        &mut self,
        entity: i64,
        root: &str,
        party: &Party,
        role: &str,
        record: Option<i64>,
        published: bool,
    ) -> anyhow::Result<i64> {
        self.last_account += 1;
        let id = self.last_account;
        self.db
            .prepare_cached(
                "INSERT INTO account (id, entity_id, number, label, party_id, role, co_owner_record_id, published, validated)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)",
            )?
            .execute(params![id, entity, format!("{root}{id:06}"), party.display, party.id, role, record, published])?;
        Ok(id)
    }

    fn record(
        &self,
        id: i64,
        party: &Party,
        building: i64,
        (member, president): (bool, bool),
    ) -> anyhow::Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO co_owner_record (id, party_id, building_id, label, council_member, council_president, resident)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![id, party.id, building, party.display, member, president, id % 2])?;
        Ok(())
    }

    fn holding(
        &self,
        (record, landlord): (Option<i64>, Option<i64>),
        account: i64,
        unit: i64,
        (from, to): (&str, Option<&str>),
    ) -> anyhow::Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO holding (co_owner_record_id, landlord_account_id, account_id, unit_id, held_from, held_to)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![record, landlord, account, unit, from, to])?;
        Ok(())
    }
}

/// Shares the units of each condominium among its records; one record in ten bought what another had.
fn condominiums(
    places: &mut Places,
    people: &mut People<'_>,
    rows: &mut Rows<'_>,
    random: &mut Random,
    co_owners: i64,
) -> anyhow::Result<()> {
    let condos: Vec<Building> = places.buildings.iter().filter(|building| building.condo).cloned().collect();
    let count = i64::try_from(condos.len())?;
    let (mut last_record, mut last_party) = (0, None);
    for (index, building) in (0..count).zip(&condos) {
        let records = (co_owners * (index + 1) / count - co_owners * index / count).max(0);
        for number in 0..records {
            // Now and then one party has two records.
            let party = match last_party.take().filter(|_| random.percent(3)) {
                Some(party) => party,
                None => people.add()?,
            };
            last_record += 1;
            let record = last_record;
            rows.record(record, &party, building.id, (number < 4, number == 0))?;
            let account = rows.account(building.entity, "450", &party, "co_owner", Some(record), true)?;
            let mine = |(at, unit): (i64, &i64)| (at % records == number).then_some(*unit);
            let units: Vec<i64> = (0_i64..).zip(&building.units).filter_map(mine).collect();
            let sold = random.percent(10);
            for unit in &units {
                let from = if sold { "2019-01-01" } else { HELD_SINCE };
                rows.holding((Some(record), None), account, *unit, (from, None))?;
            }
            if sold {
                last_record += 1;
                former(places, people, rows, (last_record, record), building, &units)?;
            }
            let (surname, id) = (party.surname.clone(), account);
            places.accounts.push(Account { id, role: Role::CoOwner, entity: building.entity, surname });
            places.records.push(Record { id: record, building: building.id, units });
            last_party = Some(party);
        }
    }
    Ok(())
}

/// Inserts who held these units before, with an account that isn't published.
fn former(
    places: &mut Places,
    people: &mut People<'_>,
    rows: &mut Rows<'_>,
    (seller, buyer): (i64, i64),
    building: &Building,
    units: &[i64],
) -> anyhow::Result<()> {
    let party = people.add()?;
    rows.record(seller, &party, building.id, (false, false))?;
    let account = rows.account(building.entity, "450", &party, "co_owner", Some(seller), false)?;
    for unit in units {
        rows.holding((Some(seller), None), account, *unit, (HELD_SINCE, Some("2018-12-31")))?;
        rows.db
            .prepare_cached(
                "INSERT INTO ownership_transfer (unit_id, seller_record_id, buyer_record_id, recorded_on, effective_on)
                 VALUES (?1, ?2, ?3, '2018-12-10', '2019-01-01')",
            )?
            .execute(params![unit, seller, buyer])?;
    }
    places.former.push(account);
    Ok(())
}

/// Shares what is let among landlords, and lets it.
fn lettings(
    places: &mut Places,
    people: &mut People<'_>,
    rows: &mut Rows<'_>,
    random: &mut Random,
    (landlords, tenants): (i64, i64),
) -> anyhow::Result<()> {
    let units: Vec<i64> = places
        .buildings
        .iter()
        .filter(|building| !building.condo)
        .flat_map(|building| building.units.clone())
        .collect();
    let mut owners = Vec::new();
    for _ in 0..landlords {
        let party = people.add()?;
        let id = rows.account(RENTAL_ENTITY, "411", &party, "landlord", None, true)?;
        places.accounts.push(Account {
            id,
            role: Role::Landlord,
            entity: RENTAL_ENTITY,
            surname: party.surname,
        });
        owners.push(id);
    }
    let owner =
        |at: usize| at.checked_rem(owners.len()).and_then(|at| owners.get(at)).copied().unwrap_or_default();
    for (at, unit) in units.iter().enumerate() {
        rows.holding((None, Some(owner(at))), owner(at), *unit, (HELD_SINCE, None))?;
    }
    for number in 0..usize::try_from(tenants)? {
        let party = people.add()?;
        let id = rows.account(RENTAL_ENTITY, "412", &party, "tenant", None, true)?;
        let Some((at, unit)) = number.checked_rem(units.len()).and_then(|at| Some((at, *units.get(at)?)))
        else {
            continue;
        };
        let notice = random.percent(4).then_some("2026-10-15");
        // Where there are more tenants than dwellings, the first ones left.
        let (from, to) = if number + units.len() < usize::try_from(tenants)? {
            ("2016-09-01", Some("2018-08-31"))
        } else {
            ("2018-09-01", None)
        };
        rows.db
            .prepare_cached(
                "INSERT INTO lease (unit_id, landlord_account_id, tenant_account_id, starts_on, ends_on, notice_recorded_on)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![unit, owner(at), id, from, to, notice])?;
        places.accounts.push(Account {
            id,
            role: Role::Tenant,
            entity: RENTAL_ENTITY,
            surname: party.surname,
        });
    }
    Ok(())
}

/// Gives an IBAN with right keys, of the bank 99999 that doesn't exist.
fn iban(number: i64) -> String {
    let (bank, branch) = (99_999_i64, 1_i64);
    let key = 97 - (89 * bank + 15 * branch + 3 * number) % 97;
    let account = format!("{bank:05}{branch:05}{number:011}{key:02}");
    let sum =
        format!("{account}152700").bytes().fold(0, |sum, digit| (sum * 10 + i64::from(digit - b'0')) % 97);
    format!("FR{:02}{account}", 98 - sum)
}
