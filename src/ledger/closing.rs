//! The end of a plan: what follows from absence, and its figures.
//!
//! Promises: accounts, accesses and section parts that are live and not given now are withdrawn; the removal of a
//! superseded document goes only with its successor (G6: never both, never neither); the digest that a person
//! confirms depends on the decisions alone, so that the same plan made again has the same one.

use publier_core::domain::digest::Digest;
use publier_core::domain::ids::EventId;
use publier_core::publication::document::texts_of_event;
use publier_core::publication::facts::Mode;
use rusqlite::{Connection, Transaction};

use super::convert::Columns;
use super::documents::removal;
use super::plan::PlannedRemoval;
use super::publications::{series_of, stage};
use super::{Ledger, LedgerError, PublicationId, SeriesKey};

/// A plan in figures: what the hold and the report need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanTotals {
    /// Accounts published now.
    pub published_accounts: u64,
    /// Accounts live in the series before this publication.
    pub live_accounts: u64,
    /// Those of them gone from the database.
    pub gone_accounts: u64,
    /// Documents live in the series before this publication.
    pub live_documents: u64,
    /// Those of them gone from the database.
    pub gone_documents: u64,
    /// Documents listed.
    pub listed_documents: u64,
    /// Everything withdrawn.
    pub removals: u64,
    /// The digest of the plan.
    pub digest: Digest,
}

impl Ledger {
    /// Ends a plan: adds what follows from absence (not in removals-only publications, which plan nothing else),
    /// and gives the totals.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Impossible`].
    pub fn close_plan(&mut self, publication: PublicationId) -> Result<PlanTotals, LedgerError> {
        self.write("close a plan", |transaction| {
            let series = series_of(transaction, publication)?;
            let removals_only = stage(transaction, publication)?
                .opening()
                .is_some_and(|opening| opening.mode == Mode::Removals);
            if !removals_only {
                withdraw_absent(transaction, series, publication)?;
            }
            drop_without_successor(transaction, series, publication)?;
            totals(transaction, series, publication)
        })
    }
}

impl Ledger {
    /// Gives what a plan withdraws since a person recorded it: the documents whose date was taken away, and with
    /// `with_accounts` the accounts whose box was cleared, their own documents, and the access of parties that keep none
    /// (rule 14).
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn withdrawn_by_a_person(
        &self,
        publication: PublicationId,
        with_accounts: bool,
    ) -> Result<Vec<PlannedRemoval>, LedgerError> {
        // The target of a document stands behind the "@": a letter and twelve digits.
        let sql = "WITH cleared (account) AS (
                SELECT CAST(ref AS INTEGER) FROM plan_removal
                WHERE publication = ?1 AND kind = 'account' AND reason = 'manual' AND ?2)
            SELECT kind, ref, reason, successor FROM plan_removal leaving
            WHERE publication = ?1 AND CASE kind
                WHEN 'document' THEN reason = 'manual' OR reason = 'account' AND substr(ref, -14, 2) = '@a'
                    AND CAST(substr(ref, -12) AS INTEGER) IN (SELECT account FROM cleared)
                WHEN 'account' THEN CAST(ref AS INTEGER) IN (SELECT account FROM cleared)
                WHEN 'access' THEN EXISTS (
                        SELECT 1 FROM presence live WHERE live.series = ?3 AND live.kind = 'account' AND live.live
                        AND live.party = CAST(leaving.ref AS INTEGER))
                    AND NOT EXISTS (
                        SELECT 1 FROM presence live WHERE live.series = ?3 AND live.kind = 'account' AND live.live
                        AND live.party = CAST(leaving.ref AS INTEGER)
                        AND CAST(live.ref AS INTEGER) NOT IN (SELECT account FROM cleared))
                ELSE 0 END
            ORDER BY kind, ref";
        let series = series_of(&self.connection, publication)?;
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_and_then((publication.0, with_accounts, series.0), removal)?.collect()
    }
}

/// What is live and not present now leaves: accounts and section parts with the reason given, or `gone`; a party's
/// access when none of its accounts is published (D26). Removals that the flow wrote itself stay as they are.
fn withdraw_absent(
    transaction: &Transaction<'_>,
    series: SeriesKey,
    publication: PublicationId,
) -> Result<(), LedgerError> {
    let presences = "INSERT INTO plan_removal (publication, kind, ref, reason)
        SELECT ?2, live.kind, live.ref, coalesce(now.reason, 'gone')
        FROM presence live
        LEFT JOIN plan_presence now ON now.publication = ?2 AND now.kind = live.kind AND now.ref = live.ref
        WHERE live.series = ?1 AND live.live AND coalesce(now.present, 0) = 0
        ON CONFLICT DO NOTHING";
    let accesses = "INSERT INTO plan_removal (publication, kind, ref, reason)
        SELECT ?2, 'access', party, 'account' FROM access
        WHERE series = ?1 AND live AND party NOT IN (
            SELECT party FROM plan_presence
            WHERE publication = ?2 AND kind = 'account' AND present AND party IS NOT NULL)
        ON CONFLICT DO NOTHING";
    for sql in [presences, accesses] {
        transaction.execute(sql, (series.0, publication.0))?;
    }
    Ok(())
}

/// Drops the removals of superseded documents whose successor is neither listed here nor live and staying (G6).
pub(super) fn drop_without_successor(
    transaction: &Transaction<'_>,
    series: SeriesKey,
    publication: PublicationId,
) -> Result<(), LedgerError> {
    let mut statement = transaction.prepare_cached(
        "SELECT DISTINCT successor FROM plan_removal WHERE publication = ?1 AND successor IS NOT NULL",
    )?;
    let successors: Vec<i64> =
        statement.query_map([publication.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for successor in successors {
        if !is_seen(transaction, series, publication, EventId(successor))? {
            let sql = "DELETE FROM plan_removal WHERE publication = ?1 AND successor = ?2";
            transaction.execute(sql, (publication.0, successor))?;
        }
    }
    Ok(())
}

/// Tells whether a document of this event will be seen once the publication is confirmed.
fn is_seen(
    transaction: &Transaction<'_>,
    series: SeriesKey,
    publication: PublicationId,
    event: EventId,
) -> Result<bool, LedgerError> {
    let (from, to) = texts_of_event(event);
    let sql = "SELECT EXISTS (
            SELECT 1 FROM plan_document WHERE publication = ?2 AND document >= ?3 AND document < ?4)
        OR EXISTS (
            SELECT 1 FROM document d WHERE series = ?1 AND document >= ?3 AND document < ?4 AND live
            AND NOT EXISTS (SELECT 1 FROM plan_removal
                            WHERE publication = ?2 AND kind = 'document' AND ref = d.document))";
    Ok(transaction.query_row(sql, (series.0, publication.0, from, to), |row| row.get(0))?)
}

fn totals(
    transaction: &Transaction<'_>,
    series: SeriesKey,
    publication: PublicationId,
) -> Result<PlanTotals, LedgerError> {
    let sql = "SELECT
        (SELECT count(*) FROM plan_presence WHERE publication = ?2 AND kind = 'account' AND present),
        (SELECT count(*) FROM presence WHERE series = ?1 AND kind = 'account' AND live),
        (SELECT count(*) FROM plan_removal WHERE publication = ?2 AND kind = 'account' AND reason = 'gone'),
        (SELECT count(*) FROM document WHERE series = ?1 AND live),
        (SELECT count(*) FROM plan_removal WHERE publication = ?2 AND kind = 'document' AND reason = 'gone'),
        (SELECT count(*) FROM plan_document WHERE publication = ?2),
        (SELECT count(*) FROM plan_removal WHERE publication = ?2)";
    let digest = digest(transaction, publication)?;
    transaction.query_row_and_then(sql, (series.0, publication.0), |row| {
        Ok(PlanTotals {
            published_accounts: row.count(0)?,
            live_accounts: row.count(1)?,
            gone_accounts: row.count(2)?,
            live_documents: row.count(3)?,
            gone_documents: row.count(4)?,
            listed_documents: row.count(5)?,
            removals: row.count(6)?,
            digest,
        })
    })
}

/// Hashes every decision in order, a line each.
fn digest(connection: &Connection, publication: PublicationId) -> Result<Digest, LedgerError> {
    use std::io::Write as _;
    let lines = [
        "SELECT 'd ' || document || ' ' || hex(content_digest) || ' ' || hex(listing_digest)
         FROM plan_document WHERE publication = ?1 ORDER BY document",
        "SELECT 'r ' || kind || ' ' || ref || ' ' || reason FROM plan_removal
         WHERE publication = ?1 ORDER BY kind, ref",
        "SELECT 'p ' || kind || ' ' || ref FROM plan_presence WHERE publication = ?1 AND present
         ORDER BY kind, ref",
    ];
    let mut hash = crate::digest::Sha256Writer::new(std::io::sink());
    for sql in lines {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([publication.0])?;
        while let Some(row) = rows.next()? {
            let line: String = row.get(0)?;
            writeln!(hash, "{line}").map_err(|error| super::convert::unreadable("plan", &error))?;
        }
    }
    let (_, digest, _) = hash.finish();
    Ok(digest)
}
