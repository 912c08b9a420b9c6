//! The accounting of a publication (rule 13): counts per section, checked against the rows themselves.

use std::collections::BTreeMap;

use publier_core::publication::facts::{Counts, Section};
use publier_core::publication::reason::{RefusalReason, WaitReason};
use rusqlite::{Connection, Row, Transaction, params};

use super::convert::{Columns, number, unreadable};
use super::plan::LeftOut;
use super::{Ledger, LedgerError, PublicationId};

/// A record that was refused or waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOutRow {
    /// Its section.
    pub section: Section,
    /// Its kind and id.
    pub record: String,
    /// Why.
    pub verdict: LeftOut,
}

impl Ledger {
    /// Stores the counts of sections, in place of those stored before.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn count(
        &mut self,
        publication: PublicationId,
        counts: &BTreeMap<Section, Counts>,
    ) -> Result<(), LedgerError> {
        self.write("store the counts", |transaction| {
            let sql = "INSERT OR REPLACE INTO plan_count (publication, section, known, not_asked, unchanged, selected,
                       published, held, refused) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            let mut statement = transaction.prepare_cached(sql)?;
            for (section, counts) in counts {
                statement.execute(params![
                    publication.0,
                    section.code(),
                    number(counts.known)?,
                    number(counts.not_asked)?,
                    number(counts.unchanged)?,
                    number(counts.selected)?,
                    number(counts.published)?,
                    number(counts.held)?,
                    number(counts.refused)?,
                ])?;
            }
            Ok(())
        })
    }

    /// Gives the counts of every section.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn counts(&self, publication: PublicationId) -> Result<BTreeMap<Section, Counts>, LedgerError> {
        counts(&self.connection, publication)
    }

    /// Checks that both sums of rule 13 hold in every section, that each refusal and each wait has its row with a
    /// reason, and that the documents counted as published are those listed.
    ///
    /// # Errors
    /// [`LedgerError::Accounting`] names the section and the figures.
    pub fn check_accounting(&self, publication: PublicationId) -> Result<(), LedgerError> {
        check(&self.connection, publication)
    }

    /// Gives what was refused or waits, in order, from after (section, record) on: a page of at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn left_out(
        &self,
        publication: PublicationId,
        after: Option<(Section, &str)>,
        limit: u32,
    ) -> Result<Vec<LeftOutRow>, LedgerError> {
        let sql = "SELECT section, record, verdict, reason FROM plan_verdict
                   WHERE publication = ?1 AND (section, record) > (?2, ?3) ORDER BY section, record LIMIT ?4";
        let (section, record) = after.map_or(("", ""), |(section, record)| (section.code(), record));
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_and_then((publication.0, section, record, limit), left_out_row)?.collect()
    }
}

pub(super) fn left_out_row(row: &Row<'_>) -> Result<LeftOutRow, LedgerError> {
    let verdict: String = row.get(2)?;
    let verdict = match verdict.as_str() {
        "refused" => LeftOut::Refused(row.code(3, "reason", RefusalReason::from_code)?),
        "held" => LeftOut::Held(row.code(3, "reason", WaitReason::from_code)?),
        other => return Err(unreadable("verdict", &other)),
    };
    Ok(LeftOutRow { section: row.code(0, "section", Section::from_code)?, record: row.get(1)?, verdict })
}

fn counts(
    connection: &Connection,
    publication: PublicationId,
) -> Result<BTreeMap<Section, Counts>, LedgerError> {
    let sql = "SELECT section, known, not_asked, unchanged, selected, published, held, refused
               FROM plan_count WHERE publication = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_and_then([publication.0], |row| {
        let counts = Counts {
            known: row.count(1)?,
            not_asked: row.count(2)?,
            unchanged: row.count(3)?,
            selected: row.count(4)?,
            published: row.count(5)?,
            held: row.count(6)?,
            refused: row.count(7)?,
        };
        Ok((row.code(0, "section", Section::from_code)?, counts))
    })?;
    rows.collect()
}

/// As what a record was counted before it was refused.
#[derive(Debug, Clone, Copy)]
pub(super) enum Was {
    /// Selected and published.
    Published,
    /// Known, and nothing new.
    Unchanged,
}

/// Counts as refused what was counted otherwise.
pub(super) fn refuse_counted(
    transaction: &Transaction<'_>,
    publication: PublicationId,
    section: Section,
    was: Was,
    records: usize,
) -> Result<(), LedgerError> {
    let sql = match was {
        Was::Published => {
            "UPDATE plan_count SET published = published - ?3, refused = refused + ?3
             WHERE publication = ?1 AND section = ?2"
        }
        Was::Unchanged => {
            "UPDATE plan_count SET unchanged = unchanged - ?3, selected = selected + ?3, refused = refused + ?3
             WHERE publication = ?1 AND section = ?2"
        }
    };
    let records = i64::try_from(records).unwrap_or(i64::MAX);
    transaction.prepare_cached(sql)?.execute((publication.0, section.code(), records))?;
    Ok(())
}

/// Checks the accounting inside any transaction.
pub(super) fn check(connection: &Connection, publication: PublicationId) -> Result<(), LedgerError> {
    let counts = counts(connection, publication)?;
    let listed = "SELECT count(*) FROM plan_document WHERE publication = ?1";
    let listed = connection.query_row_and_then(listed, [publication.0], |row| row.count(0))?;
    for section in Section::ALL {
        let counts = counts.get(&section).copied().unwrap_or_default();
        let failed = |detail: String| Err(LedgerError::Accounting { section: section.code(), detail });
        if !counts.balance() {
            return failed(format!("{counts:?}"));
        }
        let (refused, held) = rows_of(connection, publication, section)?;
        if (refused, held) != (counts.refused, counts.held) {
            let Counts { refused: counted_refused, held: counted_held, .. } = counts;
            return failed(format!(
                "{counted_refused} refused and {counted_held} held are counted, {refused} and {held} have a reason"
            ));
        }
        if section == Section::Documents && listed != counts.published {
            return failed(format!("{} are counted as published, {listed} are listed", counts.published));
        }
    }
    Ok(())
}

/// Gives how many records of a section were refused and how many wait.
fn rows_of(
    connection: &Connection,
    publication: PublicationId,
    section: Section,
) -> Result<(u64, u64), LedgerError> {
    let sql = "SELECT count(*) FILTER (WHERE verdict = 'refused'), count(*) FILTER (WHERE verdict = 'held')
               FROM plan_verdict WHERE publication = ?1 AND section = ?2";
    connection
        .query_row_and_then(sql, (publication.0, section.code()), |row| Ok((row.count(0)?, row.count(1)?)))
}
