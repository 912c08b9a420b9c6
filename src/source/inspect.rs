//! What the verification tool asks of the database besides its records: values that are not what they should be,
//! references that lead nowhere, functions that a view makes unavailable.
//!
//! Promises: only reads; names tables, columns and keys, never a value, so that no personal data can leave by here; a
//! table is streamed, never held. Refuses to look at what is nobody's business: temporary passwords, internal notes,
//! the staff's messages.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use publier_core::domain::document::MAX_BODY_BYTES;
use publier_core::domain::ids::{BuildingId, CoOwnerRecordId, EventId, ExpenseLineId, PartyId, TemplateId};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::error::SourceError;
use super::fields::{date, flag, is_about_a_value, opt_date, opt_int, opt_text, text, text_of};
use super::reference::rows;
use super::schema::AGENCY_SQL;
use super::snapshot::Snapshot;
use super::write::PUT_MESSAGE;

/// What is wrong with one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueFault {
    /// A text that is not UTF-8.
    NotUtf8,
    /// A text with a character that XML forbids.
    Illegal,
    /// A date that the calendar doesn't have.
    NotADate,
    /// A value of another type than its column's.
    WrongType,
}

/// A value that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadValue {
    /// The table.
    pub table: String,
    /// The record's key: its id, else the parts of its key.
    pub key: String,
    /// The column.
    pub column: String,
    /// What is wrong.
    pub fault: ValueFault,
}

/// A row that names a record which does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dangling {
    /// The table of the row.
    pub table: String,
    /// The row's key, where the table has one that is a number.
    pub key: Option<i64>,
    /// The table that was meant.
    pub parent: String,
}

/// What the agent writes into the back office's database, as staff know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WriteFunction {
    /// The run's report in the messages (A6).
    Report,
    /// Marking accounts (D6).
    Accounts,
    /// Logins and temporary passwords (D3).
    Credentials,
    /// Publishing and withdrawing events (C4, C5).
    Events,
    /// Binders and their rights (B2).
    Binders,
    /// The options.
    Options,
    /// The days and hours of publication (A4).
    Schedule,
    /// Co-owner lists (G2).
    CoOwnerLists,
    /// The dates of listings (J15).
    Listings,
}

impl WriteFunction {
    /// Gives the stable name: the locale keys end with it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Accounts => "accounts",
            Self::Credentials => "credentials",
            Self::Events => "events",
            Self::Binders => "binders",
            Self::Options => "options",
            Self::Schedule => "schedule",
            Self::CoOwnerLists => "co-owner-lists",
            Self::Listings => "listings",
        }
    }
}

/// A statement that each function needs, with its table: preparing one shows whether a view stands in the way.
const WRITES: &[(WriteFunction, &str, &str)] = &[
    (WriteFunction::Report, "message", PUT_MESSAGE),
    (WriteFunction::Accounts, "account", "UPDATE account SET published = ?1 WHERE id = ?2"),
    (WriteFunction::Credentials, "party", "UPDATE party SET login = ?1 WHERE id = ?2"),
    (WriteFunction::Events, "event", "UPDATE event SET published_on = ?1 WHERE id = ?2"),
    (WriteFunction::Binders, "binder", "UPDATE binder SET name = ?1 WHERE id = ?2"),
    (
        WriteFunction::Options,
        "extranet_settings",
        "UPDATE extranet_settings SET send_expenses = ?1 WHERE id = 1",
    ),
    (
        WriteFunction::Schedule,
        "schedule_slot",
        "INSERT INTO schedule_slot (service_name, weekday, local_time) VALUES (?1, ?2, ?3)",
    ),
    (
        WriteFunction::Schedule,
        "scheduled_service",
        "UPDATE scheduled_service SET active = ?1 WHERE name = ?2",
    ),
    (
        WriteFunction::CoOwnerLists,
        "event",
        "INSERT INTO event (template_id, origin, agent_key) VALUES (?1, 'agent', ?2)",
    ),
    (
        WriteFunction::CoOwnerLists,
        "attachment",
        "INSERT INTO attachment (event_id, position, original_name, path) VALUES (?1, ?2, ?3, ?4)",
    ),
    (
        WriteFunction::CoOwnerLists,
        "building_document",
        "INSERT INTO building_document (building_id, number, name, path) VALUES (?1, ?2, ?3, ?4)",
    ),
    (WriteFunction::Listings, "listing", "UPDATE listing SET last_updated_on = ?1 WHERE id = ?2"),
];

/// Tables that are not looked at: the staff's messages.
const UNSEEN_TABLES: &[&str] = &["message"];
/// Columns that are not looked at.
const UNSEEN_COLUMNS: &[(&str, &str)] = &[("party", "temporary_password"), ("event", "note")];

/// What the verification tool needs of a party: never its password, its e-mails or its telephones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyAccess {
    /// The party.
    pub id: PartyId,
    /// Its code.
    pub code: String,
    /// Its login.
    pub login: Option<String>,
    /// Whether a temporary password is kept.
    pub has_password: bool,
    /// The number of that password's issue.
    pub issue: i64,
    /// When it was issued.
    pub set_on: Option<NaiveDate>,
    /// Whether it has a name to show.
    pub has_name: bool,
    /// Whether it has a street line, and a postcode or a city.
    pub has_address: bool,
}

/// An expense line that contradicts what it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpenseMismatch {
    /// Its event is of another building.
    Event {
        /// The line.
        line: ExpenseLineId,
        /// The event.
        event: EventId,
        /// The line's building.
        building: BuildingId,
    },
    /// The co-owner record that it is charged to is of another building (E9).
    PrivateRecord {
        /// The line.
        line: ExpenseLineId,
        /// The record.
        record: CoOwnerRecordId,
        /// The line's building.
        building: BuildingId,
    },
}

impl Snapshot {
    /// Streams the values that are not what they should be, table by table, in the order of the schema's names.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn each_bad_value(&self, mut each: impl FnMut(BadValue)) -> Result<(), SourceError> {
        let failed = || SourceError::query("read the values");
        for table in tables().map_err(failed())? {
            table.scan(&self.db, &mut each).map_err(failed())?;
        }
        Ok(())
    }

    /// Streams the rows that name a record which does not exist.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn each_dangling(&self, mut each: impl FnMut(Dangling)) -> Result<(), SourceError> {
        let found = |row: &Row<'_>| {
            Ok(Dangling { table: text(row, 0)?, key: opt_int(row, 1)?, parent: text(row, 2)? })
        };
        self.db
            .prepare("PRAGMA foreign_key_check")
            .and_then(|mut check| check.query_map([], found)?.try_for_each(|row| row.map(&mut each)))
            .map_err(SourceError::query("check the references"))
    }

    /// Gives the functions that can't write, each with the name that is a view without the triggers it would need.
    pub fn unavailable_functions(&self) -> Vec<(WriteFunction, &'static str)> {
        let refused = WRITES.iter().filter(|(_, _, sql)| self.db.prepare(sql).is_err());
        refused.map(|(function, table, _)| (*function, *table)).collect()
    }

    /// Gives the rows of a scheduled service, under its name and under the dotted spelling: name and flag (A3).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn service_rows(&self, service: &str) -> Result<Vec<(String, bool)>, SourceError> {
        let dotted = service.replace('_', ".");
        let sql = format!(
            "SELECT name, active FROM scheduled_service WHERE name IN ('{service}', '{dotted}') ORDER BY name DESC"
        );
        rows(&self.db, "read the schedule", &sql, |row| Ok((text(row, 0)?, flag(row, 1)?)))
    }

    /// Streams the access of the parties that `wanted` keeps, by key (D3, D5, D20).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn each_party_access(
        &self,
        wanted: impl Fn(PartyId) -> bool,
        mut each: impl FnMut(PartyAccess),
    ) -> Result<(), SourceError> {
        let sql =
            "SELECT id, code, login, coalesce(trim(temporary_password), '') <> '', temporary_password_issue,
                          temporary_password_set_on, coalesce(address_1, address_2), coalesce(postcode, city),
                          display_name
                     FROM party ORDER BY id";
        let of_row = |row: &Row<'_>| {
            Ok(PartyAccess {
                id: PartyId(row.get(0)?),
                code: text(row, 1)?,
                login: opt_text(row, 2)?,
                has_password: flag(row, 3)?,
                issue: opt_int(row, 4)?.unwrap_or_default(),
                set_on: opt_date(row, 5)?,
                has_address: opt_text(row, 6)?.is_some() && opt_text(row, 7)?.is_some(),
                has_name: opt_text(row, 8)?.is_some_and(|name| !name.trim().is_empty()),
            })
        };
        let mut take = |party: PartyAccess| {
            if wanted(party.id) {
                each(party);
            }
        };
        self.db
            .prepare(sql)
            .and_then(|mut parties| {
                let mut found = parties
                    .query_map([], of_row)?
                    .filter(|party| !party.as_ref().is_err_and(is_about_a_value));
                found.try_for_each(|party| party.map(&mut take))
            })
            .map_err(SourceError::query("read the parties"))
    }

    /// Streams the expense lines of open years that contradict the event or the record they refer to, by key.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn each_expense_mismatch(&self, mut each: impl FnMut(ExpenseMismatch)) -> Result<(), SourceError> {
        let pairs = |sql: &str| {
            rows(&self.db, "read the expenses", sql, |row| {
                Ok((ExpenseLineId(row.get(0)?), row.get::<_, i64>(1)?, BuildingId(row.get(2)?)))
            })
        };
        let events = "SELECT line.id, event.id, line.building_id FROM expense_line AS line
                        JOIN fiscal_year AS year ON year.id = line.fiscal_year_id AND year.closed = 0
                        JOIN event ON event.id = line.event_id
                       WHERE event.building_id <> line.building_id ORDER BY line.id";
        let records = "SELECT line.id, record.id, line.building_id FROM expense_line AS line
                         JOIN fiscal_year AS year ON year.id = line.fiscal_year_id AND year.closed = 0
                         JOIN co_owner_record AS record ON record.id = line.private_record_id
                        WHERE record.building_id <> line.building_id ORDER BY line.id";
        for (line, event, building) in pairs(events)? {
            each(ExpenseMismatch::Event { line, event: EventId(event), building });
        }
        for (line, record, building) in pairs(records)? {
            each(ExpenseMismatch::PrivateRecord { line, record: CoOwnerRecordId(record), building });
        }
        Ok(())
    }

    /// Gives the legal kind of each event template that has one (décret 2019-502).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn legal_kinds(&self) -> Result<HashMap<TemplateId, String>, SourceError> {
        let sql = "SELECT id, legal_kind FROM event_template WHERE legal_kind IS NOT NULL";
        let found = rows(&self.db, "read the event templates", sql, |row| {
            Ok((TemplateId(row.get(0)?), text(row, 1)?))
        })?;
        Ok(found.into_iter().collect())
    }

    /// Gives the template and the date of an event; `None` when it no longer exists.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn template_of(
        &self,
        event: EventId,
    ) -> Result<Option<(TemplateId, Option<NaiveDate>)>, SourceError> {
        self.db
            .prepare_cached("SELECT template_id, coalesce(event_date, published_on) FROM event WHERE id = ?1")
            .and_then(|mut events| {
                let mut found = events.query([event.0])?;
                let of_row =
                    |row: &Row<'_>| Ok((TemplateId(opt_int(row, 0)?.unwrap_or_default()), opt_date(row, 1)?));
                found.next()?.map(of_row).transpose()
            })
            .map_err(SourceError::query("read an event"))
    }
}

/// A table of the schema, as the scan reads it.
struct Table {
    name: String,
    key: Vec<String>,
    columns: Vec<Column>,
}

/// A column of the schema.
struct Column {
    name: String,
    kind: Kind,
}

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Date,
    Integer,
    Real,
}

/// Reads the tables that the scan looks at from the schema of the repository.
fn tables() -> rusqlite::Result<Vec<Table>> {
    let model = Connection::open_in_memory()?;
    model.execute_batch(AGENCY_SQL)?;
    let dates = date_columns();
    let mut names = model.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let names = names.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut columns = model.prepare("SELECT name, type, pk FROM pragma_table_info(?1)")?;
    let seen = names.into_iter().filter(|name| !UNSEEN_TABLES.contains(&name.as_str()));
    seen.map(|name| {
        let mut table = Table { name, key: Vec::new(), columns: Vec::new() };
        let mut rows = columns.query([&table.name])?;
        while let Some(row) = rows.next()? {
            let (column, kind, in_key): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if in_key > 0 {
                table.key.push(column.clone());
            }
            if !UNSEEN_COLUMNS.contains(&(table.name.as_str(), column.as_str())) {
                let kind = match kind.as_str() {
                    "TEXT" if dates.contains(&(table.name.clone(), column.clone())) => Kind::Date,
                    "TEXT" => Kind::Text,
                    "REAL" => Kind::Real,
                    _ => Kind::Integer,
                };
                table.columns.push(Column { name: column, kind });
            }
        }
        Ok(table)
    })
    .collect()
}

/// Finds the columns that the schema declares as dates: their CHECK says `YYYY-MM-DD` and no more.
fn date_columns() -> BTreeSet<(String, String)> {
    const FORM: &str = "GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]')";
    let mut table = String::new();
    let mut found = BTreeSet::new();
    for line in AGENCY_SQL.lines() {
        if let Some(name) = line.strip_prefix("CREATE TABLE ") {
            name.trim_end_matches(" (").clone_into(&mut table);
        } else if line.contains(FORM)
            && let Some(column) = line.split_whitespace().next()
        {
            found.insert((table.clone(), column.to_owned()));
        }
    }
    found
}

impl Table {
    fn scan(&self, db: &Connection, each: &mut impl FnMut(BadValue)) -> rusqlite::Result<()> {
        let columns = self.columns.iter().map(|column| self.expression(column));
        let selected: Vec<String> = self.key.iter().cloned().chain(columns).collect();
        let mut statement = db.prepare(&format!("SELECT {} FROM {}", selected.join(", "), self.name))?;
        let mut found = statement.query([])?;
        let keys = self.key.len();
        while let Some(row) = found.next()? {
            for (at, column) in self.columns.iter().enumerate() {
                if let Some(fault) = column.kind.fault(row.get_ref(keys + at)?) {
                    let (table, column) = (self.name.clone(), column.name.clone());
                    each(BadValue { table, key: key_of(row, keys)?, column, fault });
                }
            }
        }
        Ok(())
    }

    /// The text of an event that nobody asked to publish is not read, nor one that is too large to be published.
    fn expression(&self, column: &Column) -> String {
        match (self.name.as_str(), column.name.as_str()) {
            ("event", "body") => format!(
                "CASE WHEN published_on IS NOT NULL AND octet_length(body) <= {MAX_BODY_BYTES} THEN body END"
            ),
            (_, name) => name.to_owned(),
        }
    }
}

fn key_of(row: &Row<'_>, parts: usize) -> rusqlite::Result<String> {
    let part = |at| Ok(text_of(row.get_ref(at)?).unwrap_or_default().into_owned());
    Ok((0..parts).map(part).collect::<rusqlite::Result<Vec<_>>>()?.join("/"))
}

impl Kind {
    fn fault(self, value: ValueRef<'_>) -> Option<ValueFault> {
        match (self, value) {
            (_, ValueRef::Null) | (Self::Integer | Self::Real, ValueRef::Integer(_)) => None,
            (Self::Text, ValueRef::Text(bytes)) => text_fault(bytes),
            // 00/00/00 as some exports write it: no date, and meant so (C5).
            (Self::Date, ValueRef::Text(b"0000-00-00")) => None,
            (Self::Date, ValueRef::Text(bytes)) => date(bytes).is_none().then_some(ValueFault::NotADate),
            (Self::Real, ValueRef::Real(number)) if number.is_finite() => None,
            _ => Some(ValueFault::WrongType),
        }
    }
}

fn text_fault(bytes: &[u8]) -> Option<ValueFault> {
    match std::str::from_utf8(bytes) {
        Err(_) => Some(ValueFault::NotUtf8),
        Ok(text) => (!crate::xml::is_clean(text)).then_some(ValueFault::Illegal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: Kind, value: ValueRef<'_>) -> Option<ValueFault> {
        kind.fault(value)
    }

    #[test]
    fn a_value_is_judged_by_its_column() {
        assert_eq!(fault(Kind::Text, ValueRef::Text("déjà".as_bytes())), None);
        assert_eq!(fault(Kind::Text, ValueRef::Text(b"d\xe9j\xe0")), Some(ValueFault::NotUtf8));
        assert_eq!(fault(Kind::Text, ValueRef::Text(b"a\x0bb")), Some(ValueFault::Illegal));
        assert_eq!(fault(Kind::Text, ValueRef::Integer(1)), Some(ValueFault::WrongType));
        assert_eq!(fault(Kind::Date, ValueRef::Text(b"2023-02-30")), Some(ValueFault::NotADate));
        assert_eq!(fault(Kind::Date, ValueRef::Text(b"0000-00-00")), None);
        assert_eq!(fault(Kind::Date, ValueRef::Null), None);
        assert_eq!(fault(Kind::Integer, ValueRef::Real(1.5)), Some(ValueFault::WrongType));
        assert_eq!(fault(Kind::Real, ValueRef::Real(f64::INFINITY)), Some(ValueFault::WrongType));
        assert_eq!(fault(Kind::Real, ValueRef::Real(48.7)), None);
    }

    #[test]
    fn the_schemas_dates_are_found_and_passwords_and_notes_are_never_read() {
        let dates = date_columns();
        for (table, column) in [("event", "published_on"), ("lease", "ends_on"), ("works_fund", "as_of")] {
            assert!(dates.contains(&(table.to_owned(), column.to_owned())), "{table}.{column}");
        }
        assert!(!dates.contains(&("message".to_owned(), "created_at".to_owned())), "an instant is no date");
        let tables = tables().unwrap();
        let has = |table: &str, column: &str| {
            let of = tables.iter().filter(|seen| seen.name == table);
            of.flat_map(|seen| &seen.columns).any(|seen| seen.name == column)
        };
        assert!(has("event", "subject") && has("ledger_entry", "label"));
        assert!(!has("party", "temporary_password") && !has("event", "note") && !has("message", "body"));
    }

    #[test]
    fn every_statement_that_is_tried_stands_on_the_schema() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(AGENCY_SQL).unwrap();
        for (function, _, sql) in WRITES {
            db.prepare(sql).unwrap_or_else(|error| panic!("{function:?}: {error}"));
        }
    }
}
