//! The records that fit in memory: the agency, its settings, binders, templates, accounts, places.
//!
//! Limits: some tens of thousands of accounts and units for the largest agencies; entries, expense lines, funds,
//! parties, events and photos are streamed instead.

use std::collections::{BTreeMap, HashMap, HashSet};

use publier_core::domain::account::OpeningMode;
use publier_core::domain::binder::{Binder, Binders, Rights};
use publier_core::domain::document::Template;
use publier_core::domain::ids::{
    AccountId, AllocationKeyId, BinderId, BuildingId, CaseFileId, CoOwnerRecordId, EntityId, FiscalYearId,
    PartyId, TemplateId, UnitId, UserId,
};
use publier_core::domain::money::Cents;
use publier_core::domain::options::{AttachmentTitle, ExtranetOptions, Module, Role, Roots};
use publier_core::domain::records::{
    AccountRecord, Address, Agency, AllocationKey, Building, CaseFile, CoOwnerRecord, Entity, FiscalYear,
    Holding, Lease, OwnershipTransfer, Unit, User,
};
use rusqlite::{Connection, Row};

use super::error::SourceError;
use super::fields::{
    code, day, flag, guard, is_about_a_value, key, opt_date, opt_day, opt_int, opt_key, opt_text, switch,
    text, word, wrong,
};
use super::snapshot::Snapshot;
use super::unreadable::{LeftOut, records};

/// Everything that a publication looks things up in.
#[derive(Debug, Default)]
pub struct Reference {
    /// The agency itself.
    pub agency: Agency,
    /// The extranet's options.
    pub options: ExtranetOptions,
    /// Entities by key.
    pub entities: BTreeMap<EntityId, Entity>,
    /// Binders, rights normalised where the option says so.
    pub binders: Binders,
    /// Event templates by key.
    pub templates: HashMap<TemplateId, Template>,
    /// Case files by key.
    pub cases: HashMap<CaseFileId, CaseFile>,
    /// Accounts by key.
    pub accounts: BTreeMap<AccountId, AccountRecord>,
    /// Buildings by key.
    pub buildings: BTreeMap<BuildingId, Building>,
    /// Units by key, in the order of the table.
    pub units: BTreeMap<UnitId, Unit>,
    /// Co-owner records by key.
    pub records: BTreeMap<CoOwnerRecordId, CoOwnerRecord>,
    /// Holdings, by key.
    pub holdings: Vec<Holding>,
    /// Leases, by key.
    pub leases: Vec<Lease>,
    /// Recorded transfers of ownership, by key.
    pub transfers: Vec<OwnershipTransfer>,
    /// Fiscal years by key.
    pub years: BTreeMap<FiscalYearId, FiscalYear>,
    /// Allocation keys by key.
    pub keys: HashMap<AllocationKeyId, AllocationKey>,
    /// What could not be read of them.
    pub left_out: LeftOut,
}

impl Snapshot {
    /// Reads the reference records.
    ///
    /// # Errors
    /// When the database can't be read, or lacks the agency's own row.
    pub fn reference(&self) -> Result<Reference, SourceError> {
        let db = &self.db;
        let mut out = LeftOut::default();
        let mut doubts = Doubts::default();
        let options = options(db)?;
        let entities = by_key(entities(db, &mut out)?, |entity| entity.id);
        let holdings = holdings(db, &mut out, &mut doubts)?;
        let leases = leases(db, &mut out, &mut doubts)?;
        let transfers = transfers(db, &mut out, &mut doubts)?;
        let records = co_owner_records(db, &mut out, &mut doubts)?;
        let accounts = accounts(db, &entities, &mut out, &mut doubts)?;
        let read = Reference {
            agency: agency(db)?,
            binders: Binders::new(binders(db, &mut out)?, options.normalize_rights),
            options,
            templates: templates(db, &mut out)?.into_iter().map(|template| (template.id, template)).collect(),
            cases: cases(db, &mut out)?.into_iter().map(|case| (case.id, case)).collect(),
            accounts: by_key(accounts, |account| account.id),
            entities,
            buildings: by_key(buildings(db, &mut out)?, |building| building.id),
            units: by_key(units(db, &mut out)?, |unit| unit.id),
            records: by_key(records, |record| record.id),
            holdings,
            leases,
            transfers,
            years: by_key(years(db, &mut out)?, |year| year.id),
            keys: keys(db, &mut out)?.into_iter().map(|key| (key.id, key)).collect(),
            left_out: out,
        };
        doubts.take_dangling(&read);
        Ok(read.without(doubts))
    }

    /// Reads the agency's own record alone.
    ///
    /// # Errors
    /// When the database can't be read, or lacks that row.
    pub fn agency(&self) -> Result<Agency, SourceError> {
        agency(&self.db)
    }

    /// Reads the extranet's options alone.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn options(&self) -> Result<ExtranetOptions, SourceError> {
        options(&self.db)
    }

    /// Reads the users who receive system messages (A6), by key.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn report_readers(&self) -> Result<Vec<User>, SourceError> {
        rows(
            &self.db,
            "read the users",
            "SELECT id, login FROM app_user WHERE receives_system_messages = 1 ORDER BY id",
            |row| Ok(opt_int(row, 0)?.map(|id| (UserId(id), text(row, 1)))),
        )?
        .into_iter()
        .flatten()
        .map(|(id, login)| Ok(User { id, login: login.map_err(SourceError::query("read the users"))? }))
        .collect()
    }

    /// Reads the days and hours of a scheduled service: whether it is active, and its slots as (weekday from Monday
    /// = 1, `HH:MM`). The dotted spelling of the name is accepted too (A3, A4).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn schedule(&self, service: &str) -> Result<(bool, Vec<(i64, String)>), SourceError> {
        let dotted = service.replace('_', ".");
        let operation = "read the schedule";
        let active = rows(
            &self.db,
            operation,
            &format!("SELECT active FROM scheduled_service WHERE name IN ('{service}', '{dotted}')"),
            |row| flag(row, 0),
        )?;
        let slots = rows(
            &self.db,
            operation,
            &format!(
                "SELECT DISTINCT weekday, local_time FROM schedule_slot WHERE service_name IN ('{service}', '{dotted}') ORDER BY 1, 2"
            ),
            |row| Ok((opt_int(row, 0)?.unwrap_or_default(), text(row, 1)?)),
        )?;
        Ok((active.contains(&true), slots))
    }
}

/// Reads the rows of a query; one that can't be read as what it is isn't among them: the verification tool names it.
pub(super) fn rows<T>(
    db: &Connection,
    operation: &'static str,
    sql: &str,
    each: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, SourceError> {
    let failed = || SourceError::query(operation);
    let mut statement = db.prepare(sql).map_err(failed())?;
    statement.query_map([], each).and_then(readable).map_err(failed())
}

/// Keeps the rows that can be read as what they are.
pub(super) fn readable<T>(rows: impl Iterator<Item = rusqlite::Result<T>>) -> rusqlite::Result<Vec<T>> {
    rows.filter(|row| !row.as_ref().is_err_and(is_about_a_value)).collect()
}

pub(super) fn by_key<K: Ord, T>(records: Vec<T>, key: impl Fn(&T) -> K) -> BTreeMap<K, T> {
    records.into_iter().map(|record| (key(&record), record)).collect()
}

pub(super) fn address(row: &Row<'_>, from: usize) -> rusqlite::Result<Address> {
    let lines = [opt_text(row, from)?, opt_text(row, from + 1)?];
    Ok(Address {
        lines: lines.into_iter().flatten().collect(),
        postcode: opt_text(row, from + 2)?,
        city: opt_text(row, from + 3)?,
    })
}

fn agency(db: &Connection) -> Result<Agency, SourceError> {
    let sql = "SELECT name, agency_ref, domain_name, licence_valid, address_1, address_2, postcode, city, phone, email FROM agency WHERE id = 1";
    let found = rows(db, "read the agency", sql, |row| {
        Ok(Agency {
            name: text(row, 0)?,
            agency_ref: opt_text(row, 1)?,
            domain_name: opt_text(row, 2)?,
            licence_valid: flag(row, 3)?,
            address: address(row, 4)?,
            phone: opt_text(row, 8)?,
            email: opt_text(row, 9)?,
        })
    })?;
    found.into_iter().next().ok_or(SourceError::NoRow("agency"))
}

pub(super) fn entities(db: &Connection, left_out: &mut LeftOut) -> Result<Vec<Entity>, SourceError> {
    let sql = "SELECT id, code, module, name, iban, bic FROM entity";
    records(db, ("entity", "read the entities"), left_out, sql, |row| {
        let id = key(row, 0)?;
        Ok(Entity {
            id: EntityId(id),
            code: code(row, 1, id)?,
            module: word(row, 2, Module::from_code)?,
            name: text(row, 3)?,
            iban: opt_text(row, 4)?,
            bic: opt_text(row, 5)?,
        })
    })
}

fn options(db: &Connection) -> Result<ExtranetOptions, SourceError> {
    let sql = "SELECT group_bank_landlord, group_bank_tenant, group_bank_co_owner, group_by_tenant, exclude_not_remitted,
                      use_attachment_names, withhold_bank_details, send_expenses, send_102, inactivate_on_notice,
                      inactivate_on_move_out, inactivate_sellers, resend_on_change, normalize_rights, write_run_log,
                      write_winscp_xml, attachment_title, co_owner_list_number, co_owner_list_template_id,
                      list_initials, expense_roots, works_fund_roots, voted_works_roots, working_capital_roots,
                      full_index_weekday, landlord_sees_tenant_accounts, landlord_sees_tenant_documents,
                      condo_statement_template_id, rental_statement_template_id
                 FROM extranet_settings WHERE id = 1";
    let found = rows(db, "read the extranet's options", sql, |row| {
        let default = ExtranetOptions::default();
        let roots = |at, or: Roots| Ok::<_, rusqlite::Error>(text(row, at)?.parse().unwrap_or(or));
        Ok(ExtranetOptions {
            group_bank_landlord: flag(row, 0)?,
            group_bank_tenant: flag(row, 1)?,
            group_bank_co_owner: flag(row, 2)?,
            group_by_tenant: flag(row, 3)?,
            exclude_not_remitted: guard(row, 4)?,
            use_attachment_names: flag(row, 5)?,
            withhold_bank_details: guard(row, 6)?,
            send_expenses: flag(row, 7)?,
            send_102: flag(row, 8)?,
            inactivate_on_notice: guard(row, 9)?,
            inactivate_on_move_out: guard(row, 10)?,
            inactivate_sellers: guard(row, 11)?,
            resend_on_change: flag(row, 12)?,
            normalize_rights: flag(row, 13)?,
            write_run_log: flag(row, 14)?,
            write_winscp_xml: flag(row, 15)?,
            attachment_title: AttachmentTitle::from_code(&text(row, 16)?).unwrap_or(default.attachment_title),
            co_owner_list_number: opt_int(row, 17)?.and_then(|number| u32::try_from(number).ok()),
            co_owner_list_template: opt_int(row, 18)?.map(TemplateId),
            list_initials: opt_text(row, 19)?,
            expense_roots: roots(20, default.expense_roots)?,
            works_fund_roots: roots(21, default.works_fund_roots)?,
            voted_works_roots: roots(22, default.voted_works_roots)?,
            working_capital_roots: roots(23, default.working_capital_roots)?,
            full_index_weekday: opt_int(row, 24)?
                .and_then(|day| u8::try_from(day.checked_sub(1)?).ok())
                .and_then(|day| chrono::Weekday::try_from(day).ok()),
            landlord_sees_tenant_accounts: flag(row, 25)?,
            landlord_sees_tenant_documents: flag(row, 26)?,
            condo_statement_template: opt_int(row, 27)?.map(TemplateId),
            rental_statement_template: opt_int(row, 28)?.map(TemplateId),
        })
    })?;
    Ok(found.into_iter().next().unwrap_or_default())
}

/// Reads the accounts. One that is ticked and names a party that doesn't exist has none (D2); what is wrong with one
/// that isn't ticked concerns nobody.
pub(super) fn accounts(
    db: &Connection,
    entities: &BTreeMap<EntityId, Entity>,
    left_out: &mut LeftOut,
    doubts: &mut Doubts,
) -> Result<Vec<AccountRecord>, SourceError> {
    let sql = "SELECT id, entity_id, number, label, party_id, role, co_owner_record_id, published, validated,
                      available_from, opening_mode, stored_balance_cents FROM account";
    let parties =
        records(db, ("party", "read the parties"), left_out, "SELECT id FROM party", |row| key(row, 0))?;
    let parties: HashSet<i64> = parties.into_iter().collect();
    let mut mentions = Vec::new();
    let read = records(db, ("account", "read the accounts"), left_out, sql, |row| {
        mentions.push((opt_int(row, 0)?, opt_int(row, 4)?, opt_int(row, 6)?));

        let account = || {
            let id = key(row, 0)?;
            let published = switch(row, 7)?;
            let entity = if published { key(row, 1)? } else { opt_int(row, 1)?.unwrap_or_default() };
            let module = entities.get(&EntityId(entity)).map(|entity| entity.module);
            let party = if published { opt_key(row, 4)? } else { opt_int(row, 4)? };
            let role = word(row, 5, Role::from_code);
            let mode = word(row, 10, OpeningMode::from_code);
            Ok(AccountRecord {
                id: AccountId(id),
                entity: EntityId(entity),
                module: module
                    .map_or_else(|| if published { Err(wrong(row, 1)) } else { Ok(Module::Rental) }, Ok)?,
                number: code(row, 2, id)?,
                label: text(row, 3)?,
                party: party.filter(|party| parties.contains(party)).map(PartyId),
                role: if published { role? } else { role.unwrap_or(Role::Other) },
                record: if published { opt_key(row, 6)? } else { opt_int(row, 6)? }.map(CoOwnerRecordId),
                published,
                validated: flag(row, 8)?,
                available_from: if published { opt_day(row, 9)? } else { opt_date(row, 9)? },
                opening_mode: if published { mode? } else { mode.unwrap_or(OpeningMode::CarryForward) },
                stored_balance: opt_int(row, 11)?.map(Cents),
            })
        };
        account()
    })?;
    // Whom an account was about that can't be read, or whose party doesn't exist: by its party, and by its record. One that
    // names no party at all is only refused (D2): nothing about it is in doubt.
    let read_ids: HashSet<i64> = read.iter().map(|account| account.id.0).collect();
    let known = read.iter().filter(|account| !account.published || account.party.is_some());
    let known: HashSet<i64> = known.map(|account| account.id.0).collect();
    let in_doubt =
        |id: i64, party: Option<i64>| !known.contains(&id) && (party.is_some() || !read_ids.contains(&id));
    let mentions = mentions.into_iter();
    for (_, party, record) in mentions.filter(|(id, party, _)| id.is_none_or(|id| in_doubt(id, *party))) {
        doubts.parties.extend(party);
        doubts.mentioned.extend(record);
    }
    Ok(read)
}

fn binders(db: &Connection, left_out: &mut LeftOut) -> Result<Vec<Binder>, SourceError> {
    let sql = "SELECT id, code, module, name, parent_id, fed_on_site, right_landlord, right_tenant, right_co_owner, right_council_member, right_council_president FROM binder";
    records(db, ("binder", "read the binders"), left_out, sql, binder_of)
}

/// Reads a binder from its eleven columns.
pub(super) fn binder_of(row: &Row<'_>) -> rusqlite::Result<Binder> {
    let id = key(row, 0)?;
    Ok(Binder {
        id: BinderId(id),
        code: code(row, 1, id)?,
        module: word(row, 2, Module::from_code)?,
        name: text(row, 3)?,
        parent: opt_int(row, 4)?.map(BinderId),
        fed_on_site: switch(row, 5)?,
        rights: Rights {
            landlord: flag(row, 6)?,
            tenant: flag(row, 7)?,
            co_owner: flag(row, 8)?,
            council_member: flag(row, 9)?,
            council_president: flag(row, 10)?,
        },
    })
}

fn templates(db: &Connection, left_out: &mut LeftOut) -> Result<Vec<Template>, SourceError> {
    let sql = "SELECT id, name, binder_id, group_by_case_type, prefix_case_reference, duration_months, use_attachment_names, notify FROM event_template";
    records(db, ("event_template", "read the event templates"), left_out, sql, |row| {
        // A duration that can't be read is never « for ever » (C6).
        let months = opt_key(row, 5)?.map(|months| u32::try_from(months).map_err(|_| wrong(row, 5)));
        Ok(Template {
            id: TemplateId(key(row, 0)?),
            name: text(row, 1)?,
            binder: opt_key(row, 2)?.map(BinderId),
            group_by_case_type: flag(row, 3)?,
            prefix_case_reference: flag(row, 4)?,
            duration_months: months.transpose()?,
            use_attachment_names: flag(row, 6)?,
            notify: flag(row, 7)?,
        })
    })
}

fn cases(db: &Connection, left_out: &mut LeftOut) -> Result<Vec<CaseFile>, SourceError> {
    let sql = "SELECT id, reference, case_type FROM case_file";
    records(db, ("case_file", "read the case files"), left_out, sql, |row| {
        Ok(CaseFile { id: CaseFileId(key(row, 0)?), reference: opt_text(row, 1)?, case_type: text(row, 2)? })
    })
}

fn buildings(db: &Connection, left_out: &mut LeftOut) -> Result<Vec<Building>, SourceError> {
    let sql = "SELECT id, code, name, label, entity_id, address_1, address_2, postcode, city, iban, bic FROM building";
    records(db, ("building", "read the buildings"), left_out, sql, |row| {
        let id = key(row, 0)?;
        Ok(Building {
            id: BuildingId(id),
            code: code(row, 1, id)?,
            name: text(row, 2)?,
            label: text(row, 3)?,
            entity: EntityId(key(row, 4)?),
            address: address(row, 5)?,
            iban: opt_text(row, 9)?,
            bic: opt_text(row, 10)?,
        })
    })
}

fn units(db: &Connection, left_out: &mut LeftOut) -> Result<Vec<Unit>, SourceError> {
    let sql = "SELECT id, building_id, number, kind, is_main FROM unit";
    records(db, ("unit", "read the units"), left_out, sql, |row| {
        Ok(Unit {
            id: UnitId(key(row, 0)?),
            building: BuildingId(key(row, 1)?),
            number: text(row, 2)?,
            kind: text(row, 3)?,
            is_main: flag(row, 4)?,
        })
    })
}

fn co_owner_records(
    db: &Connection,
    left_out: &mut LeftOut,
    doubts: &mut Doubts,
) -> Result<Vec<CoOwnerRecord>, SourceError> {
    let sql = "SELECT id, party_id, building_id, council_member, council_president FROM co_owner_record";
    records(db, ("co_owner_record", "read the co-owner records"), left_out, sql, |row| {
        let record = || {
            Ok(CoOwnerRecord {
                id: CoOwnerRecordId(key(row, 0)?),
                party: PartyId(key(row, 1)?),
                building: BuildingId(key(row, 2)?),
                council_member: switch(row, 3)?,
                council_president: switch(row, 4)?,
            })
        };
        record().inspect_err(|_| doubts.parties.extend(opt_int(row, 1).ok().flatten()))
    })
}

/// Whom a record that can't be read, or that leads nowhere, was about. An option may say that such a tenant left or that
/// such a seller sold (D9-D11), and a party's one status is the highest of all its records (B5): neither is guessed.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// Accounts of tenants.
    tenants: HashSet<i64>,
    /// Records of sellers.
    records: HashSet<i64>,
    /// Parties of which some record can't be known.
    parties: HashSet<i64>,
    /// Records of accounts that can't be known.
    mentioned: HashSet<i64>,
}

impl Doubts {
    /// Adds those that records which lead nowhere are about.
    fn take_dangling(&mut self, read: &Reference) {
        let nowhere = |unit: UnitId| !read.units.contains_key(&unit);
        for lease in read.leases.iter().filter(|lease| nowhere(lease.unit)) {
            self.tenants.insert(lease.tenant.0);
        }
        for transfer in read.transfers.iter().filter(|transfer| nowhere(transfer.unit)) {
            self.records.insert(transfer.seller.0);
        }
        for holding in &read.holdings {
            let lost = holding.account.is_some_and(|account| !read.accounts.contains_key(&account));
            if let Some(record) = holding.record.filter(|_| lost || nowhere(holding.unit)) {
                self.records.insert(record.0);
            }
        }
        let in_doubt = |record: &CoOwnerRecord| {
            !read.buildings.contains_key(&record.building) || self.mentioned.contains(&record.id.0)
        };
        for record in read.records.values().filter(|record| in_doubt(record)) {
            self.parties.insert(record.party.0);
        }
        for account in read.accounts.values() {
            if let (Some(party), Some(record)) = (account.party, account.record)
                && !read.records.contains_key(&record)
            {
                self.parties.insert(party.0);
                self.records.insert(record.0);
            }
        }
    }
}

impl Reference {
    /// Tells whether a unit exists and stands in this building (F4).
    pub fn has_unit(&self, unit: UnitId, building: BuildingId) -> bool {
        self.units.get(&unit).is_some_and(|unit| unit.building == building)
    }

    /// Leaves out what is in doubt, and who would hold or rent a unit that doesn't exist.
    fn without(mut self, mut doubts: Doubts) -> Self {
        let (options, out) = (&self.options, &mut self.left_out);
        let tenants = options.inactivate_on_notice || options.inactivate_on_move_out;
        self.accounts.retain(|id, account| {
            let left = tenants && account.role == Role::Tenant && doubts.tenants.contains(&id.0);
            let sold = options.inactivate_sellers
                && account.role == Role::CoOwner
                && account.record.is_some_and(|record| doubts.records.contains(&record.0));
            let kept = !(account.published && (left || sold));
            if !kept {
                out.add("account", Some(id.0));
                doubts.parties.extend(account.party.map(|party| party.0));
            }
            kept
        });
        let units = &self.units;
        self.holdings.retain(|holding| {
            let kept = units.contains_key(&holding.unit);
            if !kept {
                out.add("holding", Some(holding.id));
            }
            kept
        });
        self.leases.retain(|lease| {
            let kept = units.contains_key(&lease.unit);
            if !kept {
                out.add("lease", Some(lease.id));
            }
            kept
        });
        // A lower status sees more only where a binder is ticked for it and not for those above (B5).
        let holes = self.binders.iter().any(|binder| binder.rights.has_hole());
        self.records.retain(|id, record| {
            let kept = !holes || !doubts.parties.contains(&record.party.0);
            if !kept {
                out.add("co_owner_record", Some(id.0));
            }
            kept
        });
        self
    }
}

fn holdings(
    db: &Connection,
    left_out: &mut LeftOut,
    doubts: &mut Doubts,
) -> Result<Vec<Holding>, SourceError> {
    let sql = "SELECT id, co_owner_record_id, landlord_account_id, account_id, unit_id, held_from, held_to FROM holding ORDER BY id";
    records(db, ("holding", "read the holdings"), left_out, sql, |row| {
        let holding = || {
            let (record, landlord) = (opt_key(row, 1)?, opt_key(row, 2)?);
            if record.is_some() && landlord.is_some() {
                return Err(wrong(row, 2));
            }
            Ok(Holding {
                id: key(row, 0)?,
                record: record.map(CoOwnerRecordId),
                landlord_account: landlord.map(AccountId),
                account: opt_key(row, 3)?.map(AccountId),
                unit: UnitId(key(row, 4)?),
                from: day(row, 5)?,
                to: opt_day(row, 6)?,
            })
        };
        holding().inspect_err(|_| doubts.records.extend(opt_int(row, 1).ok().flatten()))
    })
}

fn leases(db: &Connection, left_out: &mut LeftOut, doubts: &mut Doubts) -> Result<Vec<Lease>, SourceError> {
    let sql = "SELECT id, unit_id, landlord_account_id, tenant_account_id, starts_on, ends_on, notice_recorded_on, move_out_recorded_on FROM lease ORDER BY id";
    records(db, ("lease", "read the leases"), left_out, sql, |row| {
        let lease = || {
            Ok(Lease {
                id: key(row, 0)?,
                unit: UnitId(key(row, 1)?),
                landlord: AccountId(key(row, 2)?),
                tenant: AccountId(key(row, 3)?),
                from: day(row, 4)?,
                to: opt_day(row, 5)?,
                notice_recorded_on: opt_day(row, 6)?,
                move_out_recorded_on: opt_day(row, 7)?,
            })
        };
        lease().inspect_err(|_| doubts.tenants.extend(opt_int(row, 3).ok().flatten()))
    })
}

fn transfers(
    db: &Connection,
    left_out: &mut LeftOut,
    doubts: &mut Doubts,
) -> Result<Vec<OwnershipTransfer>, SourceError> {
    let sql = "SELECT id, unit_id, seller_record_id, buyer_record_id, effective_on FROM ownership_transfer ORDER BY id";
    let operation = ("ownership_transfer", "read the transfers of ownership");
    records(db, operation, left_out, sql, |row| {
        let transfer = || {
            key(row, 0)?;
            Ok(OwnershipTransfer {
                unit: UnitId(key(row, 1)?),
                seller: CoOwnerRecordId(key(row, 2)?),
                buyer: CoOwnerRecordId(key(row, 3)?),
                effective_on: day(row, 4)?,
            })
        };
        transfer().inspect_err(|_| doubts.records.extend(opt_int(row, 2).ok().flatten()))
    })
}

fn years(db: &Connection, left_out: &mut LeftOut) -> Result<Vec<FiscalYear>, SourceError> {
    let sql = "SELECT id, building_id, label, starts_on, ends_on, closed FROM fiscal_year";
    records(db, ("fiscal_year", "read the fiscal years"), left_out, sql, |row| {
        Ok(FiscalYear {
            id: FiscalYearId(key(row, 0)?),
            building: BuildingId(key(row, 1)?),
            label: text(row, 2)?,
            from: day(row, 3)?,
            to: day(row, 4)?,
            closed: switch(row, 5)?,
        })
    })
}

fn keys(db: &Connection, left_out: &mut LeftOut) -> Result<Vec<AllocationKey>, SourceError> {
    let sql = "SELECT id, building_id, code, name FROM allocation_key";
    records(db, ("allocation_key", "read the allocation keys"), left_out, sql, |row| {
        Ok(AllocationKey {
            id: AllocationKeyId(key(row, 0)?),
            building: BuildingId(key(row, 1)?),
            code: text(row, 2)?,
            name: text(row, 3)?,
        })
    })
}
