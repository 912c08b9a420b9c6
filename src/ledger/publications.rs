//! Publications: their facts, appended and durable, and the stage these fold to.
//!
//! One publication of a series is in flight at a time; a held one may wait beside it (withdrawals never wait:
//! rule 14). Facts that also change the series have doors of their own: [`Ledger::open_publication`],
//! [`Ledger::seal`], [`Ledger::supersede`], [`Ledger::settle`]; the others go through [`Ledger::append`].

use chrono::{DateTime, Utc};
use publier_core::domain::digest::Digest;
use publier_core::publication::facts::{ConfirmedBy, Fact, FactRecord, Mode, Replaced, RunId, SealedZip};
use publier_core::publication::hold::{Consented, names};
use publier_core::publication::stage::Stage;
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::convert::{Columns, ms, number, unreadable};
use super::{Ledger, LedgerError, PublicationId, SeriesKey};

/// The number of a publication, as its XML bears it (rule 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbering {
    /// Its number in the series; strictly increasing, gaps allowed.
    pub sequence: u64,
    /// The number of the last delivered one.
    pub previous: Option<u64>,
}

/// A publication in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationRow {
    /// Which one.
    pub id: PublicationId,
    /// The run that opened it.
    pub run: RunId,
    /// When it was opened, in UTC.
    pub opened_at: DateTime<Utc>,
    /// The name of its stage.
    pub stage: String,
    /// Its number, once reserved.
    pub sequence: Option<u64>,
}

impl Ledger {
    /// Opens a publication with its own time.
    ///
    /// # Errors
    /// [`LedgerError::InFlight`] when another of the series is on its way; [`LedgerError::Sql`].
    pub fn open_publication(
        &mut self,
        series: SeriesKey,
        run: RunId,
        mode: Mode,
        now: DateTime<Utc>,
    ) -> Result<PublicationId, LedgerError> {
        self.write("open a publication", |transaction| {
            let busy = "SELECT EXISTS (SELECT 1 FROM publication
                        WHERE series = ?1 AND stage NOT IN ('held', 'settled', 'superseded'))";
            if transaction.query_row(busy, [series.0], |row| row.get(0))? {
                return Err(LedgerError::InFlight);
            }
            let sql =
                "INSERT INTO publication (series, run, opened_at, stage) VALUES (?1, ?2, ?3, 'unopened')";
            transaction.execute(sql, (series.0, run.0, ms(now)))?;
            let publication = PublicationId(transaction.last_insert_rowid());
            record(transaction, publication, now, &[Fact::Opened { now, mode, run }])?;
            Ok(publication)
        })
    }

    /// Appends facts in order and gives the stage they lead to.
    ///
    /// # Errors
    /// [`LedgerError::Impossible`] when one can't follow, and then none is recorded; [`LedgerError::OwnDoor`] for a
    /// fact that has a function of its own.
    pub fn append(
        &mut self,
        publication: PublicationId,
        now: DateTime<Utc>,
        facts: &[Fact],
    ) -> Result<Stage, LedgerError> {
        let own_door = |fact: &Fact| {
            matches!(
                fact,
                Fact::Opened { .. } | Fact::Sealed { .. } | Fact::Superseded { .. } | Fact::Settled
            )
        };
        if facts.iter().any(own_door) {
            return Err(LedgerError::OwnDoor);
        }
        self.write("record facts", |transaction| record(transaction, publication, now, facts))
    }

    /// Gives the facts of a publication, oldest first.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn facts(&self, publication: PublicationId) -> Result<Vec<FactRecord>, LedgerError> {
        facts(&self.connection, publication)
    }

    /// Folds the facts of a publication.
    ///
    /// # Errors
    /// [`LedgerError::Impossible`] when they contradict each other; [`LedgerError::Sql`].
    pub fn stage(&self, publication: PublicationId) -> Result<Stage, LedgerError> {
        stage(&self.connection, publication)
    }

    /// Gives the publications of a series that aren't over, oldest first.
    ///
    /// # Errors
    /// As for [`Ledger::stage`].
    pub fn unfinished(&self, series: SeriesKey) -> Result<Vec<(PublicationId, Stage)>, LedgerError> {
        let sql = "SELECT id FROM publication WHERE series = ?1 AND stage NOT IN ('settled', 'superseded') ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let ids = statement.query_map([series.0], |row| row.get(0).map(PublicationId))?;
        ids.map(|id| id.map_err(LedgerError::from).and_then(|id| Ok((id, self.stage(id)?)))).collect()
    }

    /// Gives the last publications of a series, newest first.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn publications(&self, series: SeriesKey, limit: u32) -> Result<Vec<PublicationRow>, LedgerError> {
        let sql = "SELECT id, run, opened_at, stage, sequence FROM publication WHERE series = ?1
                   ORDER BY id DESC LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_and_then((series.0, limit), |row| {
            Ok::<_, LedgerError>(PublicationRow {
                id: PublicationId(row.get(0)?),
                run: RunId(row.get(1)?),
                opened_at: row.time(2)?,
                stage: row.get(3)?,
                sequence: row.count_or_none(4)?,
            })
        })?;
        rows.collect()
    }

    /// Gives the publication its number, durably; asked again, the same one. It is needed before the seal, since
    /// the XML begins with it; a publication that is never delivered leaves a gap.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn reserve_sequence(&mut self, publication: PublicationId) -> Result<Numbering, LedgerError> {
        self.write("give a publication its number", |transaction| {
            if let Some(numbering) = numbering(transaction, publication)? {
                return Ok(numbering);
            }
            let series = series_of(transaction, publication)?;
            let sql = "UPDATE series SET last_sequence = last_sequence + 1 WHERE id = ?1
                       RETURNING last_sequence, delivered_sequence";
            let given = transaction.query_row_and_then(sql, [series.0], |row| {
                Ok::<_, LedgerError>(Numbering { sequence: row.count(0)?, previous: row.count_or_none(1)? })
            })?;
            let previous = given.previous.map(number).transpose()?;
            let sql = "UPDATE publication SET sequence = ?2, previous = ?3 WHERE id = ?1";
            transaction.execute(sql, (publication.0, number(given.sequence)?, previous))?;
            Ok(given)
        })
    }

    /// Records the seal: every listed document stands at its final name, the accounting holds, and the number is the
    /// one reserved.
    ///
    /// # Errors
    /// [`LedgerError::Misuse`] when a document has no file or no number was reserved;
    /// [`LedgerError::Accounting`]; [`LedgerError::Impossible`].
    pub fn seal(
        &mut self,
        publication: PublicationId,
        zip: SealedZip,
        now: DateTime<Utc>,
    ) -> Result<Stage, LedgerError> {
        self.write("seal a publication", |transaction| {
            let sql =
                "SELECT EXISTS (SELECT 1 FROM plan_document WHERE publication = ?1 AND remote_name IS NULL)";
            if transaction.query_row(sql, [publication.0], |row| row.get(0))? {
                return Err(LedgerError::Misuse(
                    "a publication is sealed before its documents were uploaded",
                ));
            }
            super::accounting::check(transaction, publication)?;
            let Some(Numbering { sequence, previous }) = numbering(transaction, publication)? else {
                return Err(LedgerError::Misuse("a publication is sealed before it was given its number"));
            };
            record(transaction, publication, now, &[Fact::Sealed { sequence, previous, zip }])
        })
    }

    /// Records that another publication takes over; its plan is deleted, and so is what was seen of its uploads
    /// where the receiving side may have taken them.
    ///
    /// # Errors
    /// [`LedgerError::Impossible`] for one that is over or whose doubt isn't settled (rule 4).
    pub fn supersede(
        &mut self,
        publication: PublicationId,
        why: Replaced,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.write("replace a publication", |transaction| {
            if why.forgets_files() {
                super::files::forget(transaction, publication)?;
            }
            if why == Replaced::Uncertain {
                super::doubt::remember(transaction, publication, now)?;
            }
            super::plan::delete(transaction, publication)?;
            record(transaction, publication, now, &[Fact::Superseded { why }]).map(drop)
        })
    }

    /// Gives how many removals the plan had that a person names by its first digits (rule 14); `None` when no
    /// recent plan of the series bears them.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn removals_of_plan(&self, series: SeriesKey, typed: &str) -> Result<Option<u64>, LedgerError> {
        let sql = "SELECT plan_digest, plan_removals FROM publication
                   WHERE series = ?1 AND plan_digest IS NOT NULL ORDER BY id DESC LIMIT 200";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([series.0])?;
        while let Some(row) = rows.next()? {
            if names(typed, &row.digest(0)?) {
                return row.count_or_none(1);
            }
        }
        Ok(None)
    }

    /// Gives the last plan that a person agreed to and that never arrived: none once a later publication of the series
    /// was confirmed (rule 14).
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn standing_consent(&self, series: SeriesKey) -> Result<Option<Consented>, LedgerError> {
        let sql = "SELECT publication.id FROM publication JOIN series ON series.id = publication.series
                   WHERE series.id = ?1 AND publication.id > coalesce(series.delivered_publication, 0)
                     AND EXISTS (SELECT 1 FROM fact WHERE fact.publication = publication.id
                                 AND fact.body ->> '$.fact' = 'confirmed')
                   ORDER BY publication.id DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let id = statement.query_row([series.0], |row| row.get(0).map(PublicationId)).optional()?;
        id.map_or(Ok(None), |id| Ok(consented(&self.facts(id)?)))
    }
}

/// Gives what a person agreed to, among the facts of a publication.
fn consented(facts: &[FactRecord]) -> Option<Consented> {
    let opened = facts.iter().find_map(|record| match record.fact {
        Fact::Opened { now, .. } => Some(now),
        _ => None,
    })?;
    facts.iter().find_map(|record| match record.fact {
        Fact::Confirmed { digest, by: ConfirmedBy::Person } => Some(Consented { digest, now: opened }),
        _ => None,
    })
}

/// Gives the series of a publication.
pub(super) fn series_of(
    connection: &Connection,
    publication: PublicationId,
) -> Result<SeriesKey, LedgerError> {
    let sql = "SELECT series FROM publication WHERE id = ?1";
    Ok(connection.query_row(sql, [publication.0], |row| row.get(0).map(SeriesKey))?)
}

/// Gives the number reserved for a publication.
pub(super) fn numbering(
    connection: &Connection,
    publication: PublicationId,
) -> Result<Option<Numbering>, LedgerError> {
    let sql = "SELECT sequence, previous FROM publication WHERE id = ?1";
    connection.query_row_and_then(sql, [publication.0], |row| {
        let previous = row.count_or_none(1)?;
        Ok(row.count_or_none(0)?.map(|sequence| Numbering { sequence, previous }))
    })
}

pub(super) fn stage(connection: &Connection, publication: PublicationId) -> Result<Stage, LedgerError> {
    Stage::fold(&facts(connection, publication)?)
        .map_err(|source| LedgerError::Impossible { publication, source })
}

fn facts(connection: &Connection, publication: PublicationId) -> Result<Vec<FactRecord>, LedgerError> {
    let mut statement =
        connection.prepare_cached("SELECT body FROM fact WHERE publication = ?1 ORDER BY n")?;
    let facts = statement.query_and_then([publication.0], |row| {
        let body: String = row.get(0)?;
        serde_json::from_str(&body).map_err(|error| unreadable("fact", &format!("{body}: {error}")))
    })?;
    facts.collect()
}

/// Appends facts inside a transaction, keeps the stage's name and the plan's digest beside them, and gives the stage.
pub(super) fn record(
    transaction: &Transaction<'_>,
    publication: PublicationId,
    now: DateTime<Utc>,
    facts: &[Fact],
) -> Result<Stage, LedgerError> {
    let mut stage = stage(transaction, publication)?;
    let count = "SELECT count(*) FROM fact WHERE publication = ?1";
    let already: i64 = transaction.query_row(count, [publication.0], |row| row.get(0))?;
    let mut insert =
        transaction.prepare_cached("INSERT INTO fact (publication, n, body) VALUES (?1, ?2, ?3)")?;
    for (n, fact) in (already..).zip(facts) {
        let record = FactRecord::new(now, fact.clone());
        stage = stage.after(&record).map_err(|source| LedgerError::Impossible { publication, source })?;
        let body = serde_json::to_string(&record).map_err(|error| unreadable("fact", &error))?;
        insert.execute((publication.0, n, body))?;
        if let Fact::Planned { plan_digest, removals, .. } = fact {
            keep_plan(transaction, publication, plan_digest, *removals)?;
        }
    }
    let sql = "UPDATE publication SET stage = ?2 WHERE id = ?1";
    transaction.execute(sql, (publication.0, stage.name()))?;
    Ok(stage)
}

fn keep_plan(
    transaction: &Transaction<'_>,
    publication: PublicationId,
    digest: &Digest,
    removals: u64,
) -> Result<(), LedgerError> {
    let sql = "UPDATE publication SET plan_digest = ?2, plan_removals = ?3 WHERE id = ?1";
    transaction.execute(sql, (publication.0, digest.0, number(removals)?))?;
    Ok(())
}
