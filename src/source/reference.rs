//! The records that fit in memory: the agency, its settings, binders, templates, accounts, places.
//!
//! Limits: some tens of thousands of accounts and units for the largest agencies; entries, expense lines, funds,
//! parties, events and photos are streamed instead.

use std::collections::{BTreeMap, HashMap};

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
use super::fields::{flag, opt_date, opt_int, opt_text, text};
use super::snapshot::Snapshot;

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
}

impl Snapshot {
    /// Reads the reference records.
    ///
    /// # Errors
    /// When the database can't be read, or lacks the agency's own row.
    pub fn reference(&self) -> Result<Reference, SourceError> {
        let db = &self.db;
        let options = options(db)?;
        let binders = binders(db)?;
        let entities = by_key(entities(db)?, |entity| entity.id);
        Ok(Reference {
            agency: agency(db)?,
            binders: Binders::new(binders, options.normalize_rights),
            options,
            templates: templates(db)?.into_iter().map(|template| (template.id, template)).collect(),
            cases: cases(db)?.into_iter().map(|case| (case.id, case)).collect(),
            accounts: by_key(accounts(db, &entities)?, |account| account.id),
            entities,
            buildings: by_key(buildings(db)?, |building| building.id),
            units: by_key(units(db)?, |unit| unit.id),
            records: by_key(records(db)?, |record| record.id),
            holdings: holdings(db)?,
            leases: leases(db)?,
            transfers: transfers(db)?,
            years: by_key(years(db)?, |year| year.id),
            keys: keys(db)?.into_iter().map(|key| (key.id, key)).collect(),
        })
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
            |row| Ok(User { id: UserId(row.get(0)?), login: text(row, 1)? }),
        )
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
            |row| Ok((row.get(0)?, text(row, 1)?)),
        )?;
        Ok((active.contains(&true), slots))
    }
}

/// Reads the rows of a query.
pub(super) fn rows<T>(
    db: &Connection,
    operation: &'static str,
    sql: &str,
    each: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, SourceError> {
    let failed = || SourceError::query(operation);
    let mut statement = db.prepare(sql).map_err(failed())?;
    statement.query_map([], each).and_then(Iterator::collect).map_err(failed())
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

fn module(text: &str) -> Module {
    if text == "rental" { Module::Rental } else { Module::Condo }
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

pub(super) fn entities(db: &Connection) -> Result<Vec<Entity>, SourceError> {
    rows(db, "read the entities", "SELECT id, code, module, name, iban, bic FROM entity", |row| {
        Ok(Entity {
            id: EntityId(row.get(0)?),
            code: text(row, 1)?,
            module: module(&text(row, 2)?),
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
            exclude_not_remitted: flag(row, 4)?,
            use_attachment_names: flag(row, 5)?,
            withhold_bank_details: flag(row, 6)?,
            send_expenses: flag(row, 7)?,
            send_102: flag(row, 8)?,
            inactivate_on_notice: flag(row, 9)?,
            inactivate_on_move_out: flag(row, 10)?,
            inactivate_sellers: flag(row, 11)?,
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

pub(super) fn accounts(
    db: &Connection,
    entities: &BTreeMap<EntityId, Entity>,
) -> Result<Vec<AccountRecord>, SourceError> {
    let sql = "SELECT id, entity_id, number, label, party_id, role, co_owner_record_id, published, validated,
                      available_from, opening_mode, stored_balance_cents FROM account";
    rows(db, "read the accounts", sql, |row| {
        let entity = EntityId(opt_int(row, 1)?.unwrap_or_default());
        let opening_mode = OpeningMode::from_code(&text(row, 10)?).unwrap_or(OpeningMode::CarryForward);
        Ok(AccountRecord {
            id: AccountId(row.get(0)?),
            entity,
            module: entities.get(&entity).map_or(Module::Rental, |entity| entity.module),
            number: text(row, 2)?,
            label: text(row, 3)?,
            party: opt_int(row, 4)?.map(PartyId),
            role: Role::from_code(&text(row, 5)?).unwrap_or(Role::Other),
            record: opt_int(row, 6)?.map(CoOwnerRecordId),
            published: flag(row, 7)?,
            validated: flag(row, 8)?,
            available_from: opt_date(row, 9)?,
            opening_mode,
            stored_balance: opt_int(row, 11)?.map(Cents),
        })
    })
}

fn binders(db: &Connection) -> Result<Vec<Binder>, SourceError> {
    let sql = "SELECT id, code, module, name, parent_id, fed_on_site, right_landlord, right_tenant, right_co_owner, right_council_member, right_council_president FROM binder";
    rows(db, "read the binders", sql, binder_of)
}

/// Reads a binder from its eleven columns.
pub(super) fn binder_of(row: &Row<'_>) -> rusqlite::Result<Binder> {
    Ok(Binder {
        id: BinderId(row.get(0)?),
        code: text(row, 1)?,
        module: module(&text(row, 2)?),
        name: text(row, 3)?,
        parent: opt_int(row, 4)?.map(BinderId),
        fed_on_site: flag(row, 5)?,
        rights: Rights {
            landlord: flag(row, 6)?,
            tenant: flag(row, 7)?,
            co_owner: flag(row, 8)?,
            council_member: flag(row, 9)?,
            council_president: flag(row, 10)?,
        },
    })
}

fn templates(db: &Connection) -> Result<Vec<Template>, SourceError> {
    let sql = "SELECT id, name, binder_id, group_by_case_type, prefix_case_reference, duration_months, use_attachment_names, notify FROM event_template";
    rows(db, "read the event templates", sql, |row| {
        Ok(Template {
            id: TemplateId(row.get(0)?),
            name: text(row, 1)?,
            binder: opt_int(row, 2)?.map(BinderId),
            group_by_case_type: flag(row, 3)?,
            prefix_case_reference: flag(row, 4)?,
            duration_months: opt_int(row, 5)?.and_then(|months| u32::try_from(months).ok()),
            use_attachment_names: flag(row, 6)?,
            notify: flag(row, 7)?,
        })
    })
}

fn cases(db: &Connection) -> Result<Vec<CaseFile>, SourceError> {
    rows(db, "read the case files", "SELECT id, reference, case_type FROM case_file", |row| {
        Ok(CaseFile { id: CaseFileId(row.get(0)?), reference: opt_text(row, 1)?, case_type: text(row, 2)? })
    })
}

fn buildings(db: &Connection) -> Result<Vec<Building>, SourceError> {
    let sql = "SELECT id, code, name, label, entity_id, address_1, address_2, postcode, city, iban, bic FROM building";
    rows(db, "read the buildings", sql, |row| {
        Ok(Building {
            id: BuildingId(row.get(0)?),
            code: text(row, 1)?,
            name: text(row, 2)?,
            label: text(row, 3)?,
            entity: EntityId(opt_int(row, 4)?.unwrap_or_default()),
            address: address(row, 5)?,
            iban: opt_text(row, 9)?,
            bic: opt_text(row, 10)?,
        })
    })
}

fn units(db: &Connection) -> Result<Vec<Unit>, SourceError> {
    rows(db, "read the units", "SELECT id, building_id, number, kind, is_main FROM unit", |row| {
        Ok(Unit {
            id: UnitId(row.get(0)?),
            building: BuildingId(opt_int(row, 1)?.unwrap_or_default()),
            number: text(row, 2)?,
            kind: text(row, 3)?,
            is_main: flag(row, 4)?,
        })
    })
}

fn records(db: &Connection) -> Result<Vec<CoOwnerRecord>, SourceError> {
    let sql = "SELECT id, party_id, building_id, council_member, council_president FROM co_owner_record";
    rows(db, "read the co-owner records", sql, |row| {
        Ok(CoOwnerRecord {
            id: CoOwnerRecordId(row.get(0)?),
            party: PartyId(opt_int(row, 1)?.unwrap_or_default()),
            building: BuildingId(opt_int(row, 2)?.unwrap_or_default()),
            council_member: flag(row, 3)?,
            council_president: flag(row, 4)?,
        })
    })
}

fn holdings(db: &Connection) -> Result<Vec<Holding>, SourceError> {
    let sql = "SELECT id, co_owner_record_id, landlord_account_id, account_id, unit_id, held_from, held_to FROM holding ORDER BY id";
    let found = rows(db, "read the holdings", sql, |row| {
        let Some(from) = opt_date(row, 5)? else { return Ok(None) };
        Ok(Some(Holding {
            id: row.get(0)?,
            record: opt_int(row, 1)?.map(CoOwnerRecordId),
            landlord_account: opt_int(row, 2)?.map(AccountId),
            account: opt_int(row, 3)?.map(AccountId),
            unit: UnitId(opt_int(row, 4)?.unwrap_or_default()),
            from,
            to: opt_date(row, 6)?,
        }))
    })?;
    Ok(found.into_iter().flatten().collect())
}

fn leases(db: &Connection) -> Result<Vec<Lease>, SourceError> {
    let sql = "SELECT id, unit_id, landlord_account_id, tenant_account_id, starts_on, ends_on, notice_recorded_on, move_out_recorded_on FROM lease ORDER BY id";
    let found = rows(db, "read the leases", sql, |row| {
        let Some(from) = opt_date(row, 4)? else { return Ok(None) };
        Ok(Some(Lease {
            id: row.get(0)?,
            unit: UnitId(opt_int(row, 1)?.unwrap_or_default()),
            landlord: AccountId(opt_int(row, 2)?.unwrap_or_default()),
            tenant: AccountId(opt_int(row, 3)?.unwrap_or_default()),
            from,
            to: opt_date(row, 5)?,
            notice_recorded_on: opt_date(row, 6)?,
            move_out_recorded_on: opt_date(row, 7)?,
        }))
    })?;
    Ok(found.into_iter().flatten().collect())
}

fn transfers(db: &Connection) -> Result<Vec<OwnershipTransfer>, SourceError> {
    let sql =
        "SELECT unit_id, seller_record_id, buyer_record_id, effective_on FROM ownership_transfer ORDER BY id";
    let found = rows(db, "read the transfers of ownership", sql, |row| {
        let Some(effective_on) = opt_date(row, 3)? else { return Ok(None) };
        Ok(Some(OwnershipTransfer {
            unit: UnitId(opt_int(row, 0)?.unwrap_or_default()),
            seller: CoOwnerRecordId(opt_int(row, 1)?.unwrap_or_default()),
            buyer: CoOwnerRecordId(opt_int(row, 2)?.unwrap_or_default()),
            effective_on,
        }))
    })?;
    Ok(found.into_iter().flatten().collect())
}

fn years(db: &Connection) -> Result<Vec<FiscalYear>, SourceError> {
    let sql = "SELECT id, building_id, label, starts_on, ends_on, closed FROM fiscal_year";
    let found = rows(db, "read the fiscal years", sql, |row| {
        let (Some(from), Some(to)) = (opt_date(row, 3)?, opt_date(row, 4)?) else { return Ok(None) };
        Ok(Some(FiscalYear {
            id: FiscalYearId(row.get(0)?),
            building: BuildingId(opt_int(row, 1)?.unwrap_or_default()),
            label: text(row, 2)?,
            from,
            to,
            closed: flag(row, 5)?,
        }))
    })?;
    Ok(found.into_iter().flatten().collect())
}

fn keys(db: &Connection) -> Result<Vec<AllocationKey>, SourceError> {
    rows(db, "read the allocation keys", "SELECT id, building_id, code, name FROM allocation_key", |row| {
        Ok(AllocationKey {
            id: AllocationKeyId(row.get(0)?),
            building: BuildingId(opt_int(row, 1)?.unwrap_or_default()),
            code: text(row, 2)?,
            name: text(row, 3)?,
        })
    })
}
