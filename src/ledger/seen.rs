//! What staff ask of a series: what is visible and since when, how much an account shows, whose access was revoked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use publier_core::domain::ids::{AccountId, BinderId, PartyId};
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::facts::Section;

use super::accounting::{LeftOutRow, left_out_row};
use super::convert::Columns;
use super::{Ledger, LedgerError, PublicationId, SeriesKey};

/// A document as the series last confirmed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenDocument {
    /// Its id.
    pub id: DocumentId,
    /// Whether it is visible.
    pub live: bool,
    /// The confirmation that made it visible, in UTC; `None` when it isn't.
    pub since: Option<DateTime<Utc>>,
    /// Its binder.
    pub binder: BinderId,
    /// Its publication date.
    pub published_on: Option<NaiveDate>,
    /// The last publication that listed or removed it.
    pub publication: PublicationId,
}

impl Ledger {
    /// Gives what the series holds of the record that a source belongs to: each part (body, attachments), each target it
    /// ever had, live or removed, in order.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn seen(&self, series: SeriesKey, source: DocumentSource) -> Result<Vec<SeenDocument>, LedgerError> {
        // Ids are texts in order, and all of a record begin by "KIND…NUMBER.": the next sign after "." is "/".
        let sql = "SELECT document, live, live_since, binder, published_on, publication FROM document
                   WHERE series = ?1 AND document > ?2 || '.' AND document < ?2 || '/' ORDER BY document";
        let source = source.to_string();
        let record = source.split('.').next().unwrap_or_default();
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_and_then((series.0, record), |row| {
            Ok::<_, LedgerError>(SeenDocument {
                id: row.document(0)?,
                live: row.get(1)?,
                since: row.time_or_none(2)?,
                binder: BinderId(row.get(3)?),
                published_on: row.date_or_none(4)?,
                publication: PublicationId(row.get(5)?),
            })
        })?;
        rows.collect()
    }

    /// Counts the live documents that concern each account alone (D7, D24), in one pass over the series.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn live_documents_by_account(
        &self,
        series: SeriesKey,
    ) -> Result<BTreeMap<AccountId, u64>, LedgerError> {
        // The target stands behind the "@": a letter and twelve digits.
        let sql = "SELECT CAST(substr(document, -12) AS INTEGER), count(*) FROM document
                   WHERE series = ?1 AND live AND substr(document, -14, 2) = '@a' GROUP BY 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_and_then([series.0], |row| {
            Ok::<_, LedgerError>((AccountId(row.get(0)?), row.count(1)?))
        })?;
        rows.collect()
    }

    /// Gives the parties whose access the series revoked and didn't restore: one that comes back needs a new issue of
    /// its temporary password (D26).
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn parties_without_access(&self, series: SeriesKey) -> Result<BTreeSet<PartyId>, LedgerError> {
        let sql = "SELECT party FROM access WHERE series = ?1 AND NOT live";
        let mut statement = self.connection.prepare_cached(sql)?;
        let parties = statement.query_map([series.0], |row| row.get(0).map(PartyId))?;
        Ok(parties.collect::<Result<_, _>>()?)
    }

    /// Gives, of each party whose access the series ever revoked, the last issue of its temporary password that was
    /// confirmed then: until a later one is made, the party lacks one (D26).
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn revoked_issues(&self, series: SeriesKey) -> Result<BTreeMap<PartyId, i64>, LedgerError> {
        let sql = "SELECT party, revoked_issue FROM access WHERE series = ?1 AND revoked_issue IS NOT NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([series.0], |row| Ok((PartyId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Tells whether an account is live in the series.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn is_live_account(&self, series: SeriesKey, account: AccountId) -> Result<bool, LedgerError> {
        let sql = "SELECT 1 FROM presence WHERE series = ?1 AND kind = 'account' AND ref = ?2 AND live";
        Ok(self.connection.prepare_cached(sql)?.exists((series.0, account.to_string()))?)
    }

    /// Gives the accounts that a plan shows to another party than the series does, with how many documents of theirs
    /// alone stand there: they change readers (rule 14).
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn accounts_of_other_parties(
        &self,
        series: SeriesKey,
        publication: PublicationId,
    ) -> Result<Vec<(AccountId, u64)>, LedgerError> {
        let sql = "SELECT CAST(live.ref AS INTEGER) FROM presence live
                   JOIN plan_presence now ON now.publication = ?2 AND now.kind = live.kind AND now.ref = live.ref
                   WHERE live.series = ?1 AND live.kind = 'account' AND live.live AND now.present
                   AND live.party <> now.party ORDER BY 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let moved = statement.query_map((series.0, publication.0), |row| row.get(0).map(AccountId))?;
        let moved = moved.collect::<Result<Vec<_>, _>>()?;
        if moved.is_empty() {
            return Ok(Vec::new());
        }
        let documents = self.live_documents_by_account(series)?;
        Ok(moved.into_iter().map(|id| (id, documents.get(&id).copied().unwrap_or_default())).collect())
    }

    /// Gives what a publication left out under this name of a section's record.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn left_out_of(
        &self,
        publication: PublicationId,
        section: Section,
        record: &str,
    ) -> Result<Option<LeftOutRow>, LedgerError> {
        let sql = "SELECT section, record, verdict, reason FROM plan_verdict
                   WHERE publication = ?1 AND section = ?2 AND record = ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((publication.0, section.code(), record))?;
        rows.next()?.map(left_out_row).transpose()
    }

    /// Gives what a publication left out of a source once its file was made or sent, or its account written: such rows bear
    /// the document's id. Of an event, all its parts.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn left_out_documents(
        &self,
        publication: PublicationId,
        source: DocumentSource,
    ) -> Result<Vec<LeftOutRow>, LedgerError> {
        // The sign after "." is "/", the one after "@" is "A".
        let text = source.to_string();
        let (from, to) = match source {
            DocumentSource::Body(_) => {
                let event = text.split('.').next().unwrap_or_default();
                (format!("{event}."), format!("{event}/"))
            }
            _ => (format!("{text}@"), format!("{text}A")),
        };
        let sql = "SELECT section, record, verdict, reason FROM plan_verdict
                   WHERE publication = ?1 AND section = ?2 AND record > ?3 AND record < ?4 ORDER BY record";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows =
            statement.query_and_then((publication.0, Section::Documents.code(), from, to), left_out_row)?;
        rows.collect()
    }
}
