//! What staff commands look at, besides the reference records: logins, binders with their locks, events without their
//! texts, the co-owner list's rows, the options as they stand.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use publier_core::domain::binder::{Binder, Rights};
use publier_core::domain::credentials::Credentials;
use publier_core::domain::document::PhotoRecord;
use publier_core::domain::ids::{
    AccountId, AttachmentId, BinderId, BuildingId, CoOwnerRecordId, EventId, PartyId, PhotoId, TemplateId,
    UnitId,
};
use publier_core::domain::money::Cents;
use publier_core::domain::staff::{BinderState, EventState};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::documents::photo_of;
use super::error::SourceError;
use super::fields::{flag, is_about_a_value, opt_date, opt_int, opt_text, text, text_of};
use super::reference::{binder_of, readable, rows};
use super::snapshot::Snapshot;

/// A party's name and what it holds of credentials; the password itself is never read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyLogin {
    /// Its key.
    pub id: PartyId,
    /// Its code.
    pub code: String,
    /// Its surname.
    pub surname: String,
    /// Its first name.
    pub first_name: Option<String>,
    /// Its name as shown.
    pub display_name: String,
    /// Its login.
    pub login: Option<String>,
    /// Whether a temporary password is kept.
    pub has_password: bool,
    /// The number of its issue.
    pub issue: i64,
    /// When it was issued.
    pub set_on: Option<NaiveDate>,
}

impl PartyLogin {
    /// Gives what the rules take.
    pub fn credentials(&self) -> Credentials<'_> {
        Credentials {
            login: self.login.as_deref(),
            has_password: self.has_password,
            issue: self.issue,
            set_on: self.set_on,
        }
    }
}

/// A binder as the back office keeps it: its boxes as ticked, its locks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinderRow {
    /// The binder.
    pub binder: Binder,
    /// The code of the binder it stands in.
    pub parent_code: Option<String>,
    /// Its name may not change (B2).
    pub name_locked: bool,
}

impl BinderRow {
    /// Gives what the rules take.
    pub fn state(&self) -> BinderState<'_> {
        BinderState {
            module: self.binder.module,
            name: &self.binder.name,
            parent: self.parent_code.as_deref(),
            name_locked: self.name_locked,
            fed_on_site: self.binder.fed_on_site,
            rights: self.binder.rights,
        }
    }
}

/// Which events staff mean; a blank field leaves every event in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// These ones alone.
    pub ids: Vec<EventId>,
    /// Of this template.
    pub template: Option<TemplateId>,
    /// Dated this day or later: the document's date, else that of publication.
    pub from: Option<NaiveDate>,
    /// Dated this day or earlier.
    pub to: Option<NaiveDate>,
    /// About this building, one of its units, or an account of a record there.
    pub building: Option<BuildingId>,
    /// About this account.
    pub account: Option<AccountId>,
    /// With a publication date, or without.
    pub published: Option<bool>,
}

/// An event without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its key.
    pub id: EventId,
    /// Its template.
    pub template: TemplateId,
    /// Its subject.
    pub subject: String,
    /// The document's date.
    pub event_date: Option<NaiveDate>,
    /// Its publication date and whether it archives a Statissimmo run.
    pub state: EventState,
    /// How often it was published by hand.
    pub publish_request: i64,
}

/// A template's code and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRow {
    /// Its key.
    pub id: TemplateId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A unit that a co-owner record holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldUnit {
    /// The unit.
    pub unit: UnitId,
    /// Its building's code.
    pub building_code: String,
    /// Its number.
    pub number: String,
    /// What it is.
    pub kind: String,
    /// Its place among its holder's.
    pub position: i64,
}

/// A co-owner record as the co-owner list needs it (G4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRecord {
    /// Its key.
    pub id: CoOwnerRecordId,
    /// Its building.
    pub building: BuildingId,
    /// The party's code.
    pub party_code: String,
    /// The party's civility.
    pub title: Option<String>,
    /// The party's surname.
    pub surname: String,
    /// The party's name as shown.
    pub display_name: String,
    /// The address: two lines, postcode, city.
    pub address: [Option<String>; 4],
    /// Member of the council.
    pub council_member: bool,
    /// President of the council.
    pub council_president: bool,
    /// Lives in the building.
    pub resident: bool,
    /// The units it holds on the day asked for.
    pub units: Vec<HeldUnit>,
    /// The balances of those units: account number and amount.
    pub funds: Vec<(String, Cents)>,
}

impl Snapshot {
    /// Reads every party's credentials, by key.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn party_logins(&self) -> Result<Vec<PartyLogin>, SourceError> {
        party_logins(&self.db)
    }

    /// Reads the binders as they are kept, by key.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn binder_rows(&self) -> Result<Vec<BinderRow>, SourceError> {
        binder_rows(&self.db)
    }

    /// Reads the templates' codes, by key.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn template_rows(&self) -> Result<Vec<TemplateRow>, SourceError> {
        rows(
            &self.db,
            "read the event templates",
            "SELECT id, code, name FROM event_template ORDER BY id",
            |row| Ok(TemplateRow { id: TemplateId(row.get(0)?), code: text(row, 1)?, name: text(row, 2)? }),
        )
    }

    /// Reads the events that a filter keeps, by key, without their texts.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn event_rows(&self, filter: &EventFilter) -> Result<Vec<EventRow>, SourceError> {
        let failed = || SourceError::query("read the events");
        let ids: Vec<String> = filter.ids.iter().map(ToString::to_string).collect();
        let ids = (!ids.is_empty()).then(|| format!("[{}]", ids.join(",")));
        let mut statement = self.db.prepare(SELECTED_EVENTS).map_err(failed())?;
        statement
            .query_map(
                named_params! {
                    ":ids": ids,
                    ":template": filter.template.map(|id| id.0),
                    ":from": filter.from.map(|day| day.to_string()),
                    ":to": filter.to.map(|day| day.to_string()),
                    ":building": filter.building.map(|id| id.0),
                    ":account": filter.account.map(|id| id.0),
                    ":published": filter.published,
                },
                event_row,
            )
            .and_then(readable)
            .map_err(failed())
    }

    /// Gives the event of an attachment.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn event_of_attachment(&self, id: AttachmentId) -> Result<Option<EventId>, SourceError> {
        let sql = "SELECT event_id FROM attachment WHERE id = ?1";
        let found = self.db.query_row(sql, [id.0], |row| row.get(0).map(EventId)).optional();
        found.map_err(SourceError::query("read an attachment"))
    }

    /// Reads one photo.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn photo(&self, id: PhotoId) -> Result<Option<PhotoRecord>, SourceError> {
        let sql = "SELECT id, building_id, binder_id, path, title, taken_on, published_on, publish_request
                     FROM photo WHERE id = ?1";
        self.db.query_row(sql, [id.0], photo_of).optional().map_err(SourceError::query("read a photo"))
    }

    /// Reads the co-owner records of a building, or of every building, with the units that they hold on a day and the
    /// funds of those units (G4), by building and record.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn listed_records(
        &self,
        building: Option<BuildingId>,
        day: NaiveDate,
    ) -> Result<Vec<ListedRecord>, SourceError> {
        let failed = || SourceError::query("read the co-owner records");
        let mut statement = self
            .db
            .prepare(
                "SELECT record.id, record.building_id, party.code, party.title, party.surname, party.display_name,
                        party.address_1, party.address_2, party.postcode, party.city,
                        record.council_member, record.council_president, record.resident
                   FROM co_owner_record AS record JOIN party ON party.id = record.party_id
                  WHERE ?1 IS NULL OR record.building_id = ?1 ORDER BY record.building_id, record.id",
            )
            .map_err(failed())?;
        let found = statement.query_map([building.map(|id| id.0)], listed_record).and_then(readable);
        let mut records: Vec<ListedRecord> = found.map_err(failed())?;
        let mut units = self.held_units(day)?;
        let mut funds = self.unit_funds()?;
        for record in &mut records {
            record.units = units.remove(&record.id).unwrap_or_default();
            let of_units = record.units.iter().filter_map(|unit| funds.remove(&(record.id, unit.unit)));
            record.funds = of_units.flatten().collect();
        }
        Ok(records)
    }

    fn held_units(&self, day: NaiveDate) -> Result<BTreeMap<CoOwnerRecordId, Vec<HeldUnit>>, SourceError> {
        let failed = || SourceError::query("read the holdings");
        let mut statement = self
            .db
            .prepare(
                "SELECT DISTINCT holding.co_owner_record_id, unit.id, building.code, unit.number, unit.kind,
                        unit.position
                   FROM holding JOIN unit ON unit.id = holding.unit_id
                        JOIN building ON building.id = unit.building_id
                  WHERE holding.co_owner_record_id IS NOT NULL AND holding.held_from <= ?1
                        AND (holding.held_to IS NULL OR holding.held_to >= ?1)
                  ORDER BY holding.co_owner_record_id, unit.position, unit.id",
            )
            .map_err(failed())?;
        let mut held: BTreeMap<_, Vec<HeldUnit>> = BTreeMap::new();
        let mut found = statement.query([day.to_string()]).map_err(failed())?;
        while let Some(row) = found.next().map_err(failed())? {
            let (record, unit) = match held_unit(row) {
                Err(error) if is_about_a_value(&error) => continue,
                held => held.map_err(failed())?,
            };
            held.entry(record).or_default().push(unit);
        }
        Ok(held)
    }

    fn unit_funds(&self) -> Result<UnitFunds, SourceError> {
        let sql =
            "SELECT co_owner_record_id, unit_id, account_number, amount_cents FROM works_fund ORDER BY id";
        let found = rows(&self.db, "read the works funds", sql, |row| {
            let key = (opt_int(row, 0)?.unwrap_or_default(), opt_int(row, 1)?.unwrap_or_default());
            let amount = Cents(opt_int(row, 3)?.unwrap_or_default());
            Ok(((CoOwnerRecordId(key.0), UnitId(key.1)), (text(row, 2)?, amount)))
        })?;
        let mut funds = UnitFunds::new();
        for (key, fund) in found {
            funds.entry(key).or_default().push(fund);
        }
        Ok(funds)
    }

    /// Reads the columns of `extranet_settings` as they stand, as texts by name; `None` = NULL.
    ///
    /// # Errors
    /// When the database can't be read, or lacks that row.
    pub fn option_values(&self) -> Result<BTreeMap<String, Option<String>>, SourceError> {
        option_values(&self.db)?.ok_or(SourceError::NoRow("extranet_settings"))
    }
}

type UnitFunds = BTreeMap<(CoOwnerRecordId, UnitId), Vec<(String, Cents)>>;

const SELECTED_EVENTS: &str = "SELECT event.id, event.template_id, event.subject, event.event_date, event.published_on,
        event.publish_request, coalesce(event.agent_key, '') LIKE 'statissimmo:%'
   FROM event
  WHERE (:ids IS NULL OR event.id IN (SELECT value FROM json_each(:ids)))
    AND (:template IS NULL OR event.template_id = :template)
    AND (:from IS NULL OR coalesce(event.event_date, event.published_on) >= :from)
    AND (:to IS NULL OR coalesce(event.event_date, event.published_on) <= :to)
    AND (:account IS NULL OR event.account_id = :account)
    AND (:published IS NULL OR (event.published_on IS NOT NULL) = :published)
    AND (:building IS NULL OR event.building_id = :building
         OR event.unit_id IN (SELECT id FROM unit WHERE building_id = :building)
         OR event.account_id IN (SELECT account.id FROM account JOIN co_owner_record AS record
                                     ON record.id = account.co_owner_record_id WHERE record.building_id = :building))
  ORDER BY event.id";

pub(super) fn event_row(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        id: EventId(row.get(0)?),
        template: TemplateId(opt_int(row, 1)?.unwrap_or_default()),
        subject: text(row, 2)?,
        event_date: opt_date(row, 3)?,
        state: EventState { published_on: opt_date(row, 4)?, is_archive: flag(row, 6)? },
        publish_request: opt_int(row, 5)?.unwrap_or_default(),
    })
}

fn listed_record(row: &Row<'_>) -> rusqlite::Result<ListedRecord> {
    Ok(ListedRecord {
        id: CoOwnerRecordId(row.get(0)?),
        building: BuildingId(row.get(1)?),
        party_code: text(row, 2)?,
        title: opt_text(row, 3)?,
        surname: text(row, 4)?,
        display_name: text(row, 5)?,
        address: [opt_text(row, 6)?, opt_text(row, 7)?, opt_text(row, 8)?, opt_text(row, 9)?],
        council_member: flag(row, 10)?,
        council_president: flag(row, 11)?,
        resident: flag(row, 12)?,
        units: Vec::new(),
        funds: Vec::new(),
    })
}

fn held_unit(row: &Row<'_>) -> rusqlite::Result<(CoOwnerRecordId, HeldUnit)> {
    let unit = HeldUnit {
        unit: UnitId(row.get(1)?),
        building_code: text(row, 2)?,
        number: text(row, 3)?,
        kind: text(row, 4)?,
        position: opt_int(row, 5)?.unwrap_or_default(),
    };
    Ok((CoOwnerRecordId(row.get(0)?), unit))
}

pub(super) fn party_logins(db: &Connection) -> Result<Vec<PartyLogin>, SourceError> {
    let sql = "SELECT id, code, surname, first_name, display_name, login,
                      coalesce(temporary_password, '') <> '', temporary_password_issue, temporary_password_set_on
                 FROM party ORDER BY id";
    rows(db, "read the parties", sql, |row| {
        Ok(PartyLogin {
            id: PartyId(row.get(0)?),
            code: text(row, 1)?,
            surname: text(row, 2)?,
            first_name: opt_text(row, 3)?,
            display_name: text(row, 4)?,
            login: opt_text(row, 5)?,
            has_password: flag(row, 6)?,
            issue: opt_int(row, 7)?.unwrap_or_default(),
            set_on: opt_date(row, 8)?,
        })
    })
}

pub(super) fn binder_rows(db: &Connection) -> Result<Vec<BinderRow>, SourceError> {
    let sql = "SELECT binder.id, binder.code, binder.module, binder.name, binder.parent_id, binder.fed_on_site,
                      binder.right_landlord, binder.right_tenant, binder.right_co_owner, binder.right_council_member,
                      binder.right_council_president, binder.name_locked, parent.code
                 FROM binder LEFT JOIN binder AS parent ON parent.id = binder.parent_id ORDER BY binder.id";
    rows(db, "read the binders", sql, |row| {
        Ok(BinderRow {
            binder: binder_of(row)?,
            name_locked: flag(row, 11)?,
            parent_code: opt_text(row, 12)?,
        })
    })
}

pub(super) fn option_values(
    db: &Connection,
) -> Result<Option<BTreeMap<String, Option<String>>>, SourceError> {
    let failed = || SourceError::query("read the extranet's options");
    let mut statement = db.prepare("SELECT * FROM extranet_settings WHERE id = 1").map_err(failed())?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let values = statement.query_row([], |row| {
        let value = |(at, name): (usize, &String)| Ok((name.clone(), shown(row.get_ref(at)?)));
        names.iter().enumerate().map(value).collect()
    });
    values.optional().map_err(failed())
}

fn shown(value: ValueRef<'_>) -> Option<String> {
    text_of(value).map(std::borrow::Cow::into_owned)
}

/// A binder's rights as its five columns hold them, the two of the rental module first.
pub(super) fn right_columns(rights: Rights) -> [bool; 5] {
    [rights.landlord, rights.tenant, rights.co_owner, rights.council_member, rights.council_president]
}

/// Finds a binder by its code.
pub(super) fn find_binder<'a>(binders: &'a [BinderRow], code: &str) -> Option<&'a BinderRow> {
    binders.iter().find(|row| row.binder.code == code)
}

/// Gives the key of a binder's code.
pub(super) fn binder_key(binders: &[BinderRow], code: &str) -> Option<BinderId> {
    find_binder(binders, code).map(|row| row.binder.id)
}
