//! Agencies of any size, invented: a seed gives the same records everywhere.
//!
//! Promises: the schema is that of `schemas/agency.sql` with its indexes; the volumes are those asked for, exactly
//! where [`Size`] says so; every name is made of syllables, e-mails end in example.org, mobiles begin by 06 39 98
//! (kept for fiction), bank details bear a bank code that no bank has. Every record keeps the rules, so that what is
//! generated is published whole: dirty records are the business of tests.
//!
//! Limits: one account's entries stand together in the table, as in the index that they are read by; foreign keys
//! aren't checked while loading (a test checks them).

mod entries;
mod files;
mod papers;
mod people;
mod places;
mod setup;
mod size;
mod words;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use chrono::NaiveDate;
use publier::digest::Sha256Writer;
use rusqlite::Connection;

pub use size::Size;

use files::Files;
use places::Places;

/// The schema that the agent reads.
const SCHEMA: &str = include_str!("../../../schemas/agency.sql");
/// Where the schema's indexes begin: they are made once the rows are there.
const INDEXES: &str = "-- 9. Indexes";

/// The day on which the agency stands: nothing of it is younger.
pub const TODAY: &str = "2026-11-20";

/// What to make.
#[derive(Debug, Clone)]
pub struct Order {
    /// How much of everything.
    pub size: Size,
    /// What the records come from.
    pub seed: u64,
    /// The folder that gets the files which the records name; none are made otherwise.
    pub files: Option<PathBuf>,
}

/// Every day that a record may bear, as text.
struct Calendar(Vec<String>);

impl Calendar {
    /// The first day: 1 January 2019.
    fn new() -> anyhow::Result<Self> {
        let from = NaiveDate::from_ymd_opt(2019, 1, 1).context("the first day")?;
        let to: NaiveDate = TODAY.parse()?;
        Ok(Self(from.iter_days().take_while(|day| *day <= to).map(|day| day.to_string()).collect()))
    }

    /// How many days there are.
    fn days(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or_default()
    }

    /// Gives a day from its number, from 0; one that is too late is the last.
    fn iso(&self, day: i64) -> &str {
        let at = usize::try_from(day.clamp(0, self.days() - 1)).unwrap_or_default();
        self.0.get(at).map_or(TODAY, String::as_str)
    }
}

/// What the parts of the generator share.
struct Maker<'a> {
    db: &'a Connection,
    size: &'a Size,
    seed: u64,
    calendar: Calendar,
    files: Files,
}

/// Makes the database of an agency.
///
/// # Errors
/// When the file exists or can't be made.
pub fn generate(path: &Path, order: &Order) -> anyhow::Result<()> {
    if path.exists() {
        bail!("{} exists", path.display());
    }
    let db = Connection::open(path).with_context(|| format!("make {}", path.display()))?;
    // A load that is cut short is begun anew: nothing needs to survive it.
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -400000;",
    )?;
    let (tables, indexes) = SCHEMA.split_once(INDEXES).context("the schema's indexes")?;
    db.execute_batch(tables)?;
    db.execute_batch("BEGIN")?;
    fill(&db, order)?;
    db.execute_batch("COMMIT")?;
    db.execute_batch(&format!("{INDEXES}{indexes}"))?;
    db.execute_batch("PRAGMA journal_mode = WAL")?;
    Ok(())
}

fn fill(db: &Connection, order: &Order) -> anyhow::Result<()> {
    let maker = Maker {
        db,
        size: &order.size,
        seed: order.seed,
        calendar: Calendar::new()?,
        files: Files::new(order.files.as_deref())?,
    };
    setup::settings(&maker)?;
    let places: Places = places::places(&maker)?;
    entries::entries(&maker, &places)?;
    let mut papers = papers::Papers::new(&maker);
    papers.expenses(&places)?;
    papers.works_funds(&places)?;
    papers.photos(&places)?;
    papers.events(&places)
}

/// Gives the digest of every row of every table, by which two databases are compared: not of their bytes.
///
/// # Errors
/// When the database can't be read.
pub fn digest(path: &Path) -> anyhow::Result<String> {
    let db = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let tables: Vec<String> = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut sum = Sha256Writer::new(std::io::sink());
    for table in tables {
        sum.write_all(table.as_bytes())?;
        let mut rows = db.prepare(&format!("SELECT * FROM {table} ORDER BY rowid"))?;
        let columns = rows.column_count();
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                write!(sum, "{:?}", row.get_ref(column)?)?;
            }
        }
    }
    Ok(sum.finish().1.to_string())
}
