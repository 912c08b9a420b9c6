//! The fingerprint of the agency's schema: what the agent reads, by name and type, table or view alike.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::error::SourceError;

/// The schema that the agent reads, as it stands in the repository.
pub const AGENCY_SQL: &str = include_str!("../../schemas/agency.sql");

type Columns = BTreeMap<String, String>;

/// Something that the agent reads and that the database hasn't, or has with another type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The column; `None` when the whole table is missing.
    pub column: Option<String>,
    /// The type that stands there and the one expected; `None` when there is nothing.
    pub types: Option<(String, String)>,
}

impl Difference {
    /// Gives `table` or `table.column`.
    pub fn place(&self) -> String {
        match &self.column {
            Some(column) => format!("{}.{column}", self.table),
            None => self.table.clone(),
        }
    }
}

/// As developers read it; staff read it in their language.
impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = self.place();
        match (&self.types, &self.column) {
            (Some((found, expected)), _) => write!(f, "{place}: {found} instead of {expected}"),
            (None, Some(_)) => write!(f, "{place}: no such column"),
            (None, None) => write!(f, "{place}: no such table"),
        }
    }
}

/// Compares a database with the schema that the agent reads. Tables and views count alike; a view's column
/// without a declared type is taken as it is.
///
/// # Errors
/// [`SourceError::Schema`] names everything that is missing or of another type.
pub fn check(agency: &Connection) -> Result<(), SourceError> {
    let read = SourceError::query("read the schema");
    let expected = Connection::open_in_memory().and_then(|model| {
        model.execute_batch(AGENCY_SQL)?;
        relations(&model)
    });
    let (expected, actual) = match (expected, relations(agency)) {
        (Ok(expected), Ok(actual)) => (expected, actual),
        (Err(error), _) | (_, Err(error)) => return Err(read(error)),
    };
    let differences = differences(&expected, &actual);
    if differences.is_empty() { Ok(()) } else { Err(SourceError::Schema(differences)) }
}

fn differences(expected: &BTreeMap<String, Columns>, actual: &BTreeMap<String, Columns>) -> Vec<Difference> {
    let mut found = Vec::new();
    for (table, columns) in expected {
        let of = |column: Option<&String>, types| Difference {
            table: table.clone(),
            column: column.cloned(),
            types,
        };
        let Some(present) = actual.get(table) else {
            found.push(of(None, None));
            continue;
        };
        for (column, kind) in columns {
            match present.get(column) {
                None => found.push(of(Some(column), None)),
                Some(other) if !other.is_empty() && !other.eq_ignore_ascii_case(kind) => {
                    found.push(of(Some(column), Some((other.clone(), kind.clone()))));
                }
                Some(_) => {}
            }
        }
    }
    found
}

fn relations(db: &Connection) -> rusqlite::Result<BTreeMap<String, Columns>> {
    let mut names = db.prepare(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'",
    )?;
    let names = names.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut columns = db.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
    names
        .into_iter()
        .map(|name| {
            let of_table = columns
                .query_map([&name], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<Columns>>()?;
            Ok((name, of_table))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agency() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(AGENCY_SQL).unwrap();
        db
    }

    #[test]
    fn the_schema_of_the_repository_is_accepted() {
        check(&agency()).unwrap();
    }

    #[test]
    fn what_is_missing_or_of_another_type_is_named() {
        let db = agency();
        db.execute_batch(
            "PRAGMA foreign_keys = OFF; DROP TABLE portal; ALTER TABLE photo DROP COLUMN title;
             DROP TABLE journal; CREATE TABLE journal (code TEXT, name TEXT, is_bank TEXT);",
        )
        .unwrap();
        let SourceError::Schema(differences) = check(&db).unwrap_err() else { panic!() };
        let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "journal.is_bank: TEXT instead of INTEGER",
                "photo.title: no such column",
                "portal: no such table"
            ]
        );
    }

    #[test]
    fn a_view_stands_in_for_a_table() {
        let db = agency();
        db.execute_batch(
            "PRAGMA foreign_keys = OFF; ALTER TABLE portal RENAME TO sites; CREATE VIEW portal AS SELECT code, upper(name) AS name FROM sites;",
        )
        .unwrap();
        check(&db).unwrap();
    }
}
