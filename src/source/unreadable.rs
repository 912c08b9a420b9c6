//! Records that can't be read as what they are: each is left out and named, and the others go on.
//!
//! Promises: a record whose key, dates or flags are something else, or whose key another record bears too, is never
//! guessed at; it is told once with its table and its key.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Row};

use super::error::SourceError;
use super::fields::{is_about_a_value, opt_int};

/// A record that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its table.
    pub table: &'static str,
    /// Its key; `None` when that can't be read either.
    pub id: Option<i64>,
    /// Its place among those of its table without a key, from 1.
    pub place: usize,
}

impl Unreadable {
    /// Gives its key as text; where that can't be read either, its place behind a `?`.
    pub fn key(&self) -> String {
        self.id.map_or_else(|| format!("?{}", self.place), |id| id.to_string())
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.table, self.key())
    }
}

/// The unreadable records met so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    keyed: BTreeSet<(&'static str, i64)>,
    keyless: BTreeMap<&'static str, usize>,
}

impl LeftOut {
    /// Adds one; a key is told once, whatever the number of records that bear it.
    pub(super) fn add(&mut self, table: &'static str, id: Option<i64>) {
        match id {
            Some(id) => {
                self.keyed.insert((table, id));
            }
            None => *self.keyless.entry(table).or_default() += 1,
        }
    }

    /// Tells whether a record of a table is among them.
    pub fn contains(&self, table: &'static str, id: i64) -> bool {
        self.keyed.contains(&(table, id))
    }

    /// Gives them all, by table and key.
    pub fn iter(&self) -> impl Iterator<Item = Unreadable> {
        let keyed = self.keyed.iter().map(|(table, id)| Unreadable { table, id: Some(*id), place: 0 });
        let keyless = self
            .keyless
            .iter()
            .flat_map(|(table, count)| (1..=*count).map(|place| Unreadable { table, id: None, place }));
        keyed.chain(keyless)
    }
}

/// Reads a table whose first column is its key. A record that can't be read, and each of those that share a key, is
/// left out.
pub(super) fn records<T>(
    db: &Connection,
    (table, operation): (&'static str, &'static str),
    left_out: &mut LeftOut,
    sql: &str,
    mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, SourceError> {
    let failed = || SourceError::query(operation);
    let doubled = doubled(db, table)?;
    let mut statement = db.prepare(sql).map_err(failed())?;
    let mut found = statement.query([]).map_err(failed())?;
    let mut read = Vec::new();
    while let Some(row) = found.next().map_err(failed())? {
        let id = opt_int(row, 0).map_err(failed())?;
        let usable = id.is_some_and(|id| id >= 0 && !doubled.contains(&id));
        match each(row) {
            Ok(record) if usable => read.push(record),
            Ok(_) => left_out.add(table, id),
            Err(error) if is_about_a_value(&error) => left_out.add(table, id),
            Err(error) => return Err(failed()(error)),
        }
    }
    Ok(read)
}

/// Gives the keys that several records of a table bear: none where the table itself forbids it.
pub(super) fn doubled(db: &Connection, table: &'static str) -> Result<BTreeSet<i64>, SourceError> {
    let failed = || SourceError::query("look for keys that stand twice");
    let unique: bool = db
        .query_row(
            "SELECT count(*) = 1 AND max(name) = 'id' FROM pragma_table_info(?1) WHERE pk > 0",
            [table],
            |row| row.get(0),
        )
        .map_err(failed())?;
    if unique {
        return Ok(BTreeSet::new());
    }
    let sql = format!("SELECT id FROM {table} WHERE typeof(id) = 'integer' GROUP BY id HAVING count(*) > 1");
    let mut statement = db.prepare(&sql).map_err(failed())?;
    statement.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(failed())
}
