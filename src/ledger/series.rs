//! Series: one row per (channel, target), with its own id, sequence and last confirmation (rules 1 and 5).

use chrono::{DateTime, Utc};
use publier_core::domain::binder::Status;
use publier_core::domain::ids::{AccountId, BinderId, PartyId};
use publier_core::publication::widening::Grants;
use rusqlite::{OptionalExtension, named_params};

use super::convert::{Columns, unreadable};
use super::{Ledger, LedgerError, PublicationId, SeriesKey};

/// The last publication that was delivered and confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastDelivered {
    /// Its number in the series.
    pub sequence: u64,
    /// Which one it was.
    pub publication: PublicationId,
    /// Its own time, in UTC: what the hold compares the clock with (rule 14). Where it was one of removals alone, that of
    /// the last before it that wasn't.
    pub now: DateTime<Utc>,
    /// When it was confirmed, in UTC; likewise.
    pub confirmed_at: DateTime<Utc>,
}

/// A series as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The ledger's key.
    pub key: SeriesKey,
    /// The id that stands in each of its publications.
    pub series_id: String,
    /// The last number given, delivered or not; 0 before the first.
    pub last_sequence: u64,
    /// The last delivery; `None` before the first.
    pub delivered: Option<LastDelivered>,
}

impl Series {
    /// Tells whether nothing of it was ever confirmed: the next publication is full and held.
    pub fn is_first(&self) -> bool {
        self.delivered.is_none()
    }
}

impl Ledger {
    /// Gives the series of a channel and target, begun with `new_id` (random digits) if there is none.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn series(&mut self, channel: &str, target: &str, new_id: &str) -> Result<Series, LedgerError> {
        self.write("begin a series", |transaction| {
            transaction.execute(
                "INSERT INTO series (channel, target, series_id) VALUES (:channel, :target, :id)
                 ON CONFLICT (channel, target) DO NOTHING",
                named_params! {":channel": channel, ":target": target, ":id": new_id},
            )?;
            Ok(())
        })?;
        self.find_series(channel, target)?
            .ok_or_else(|| unreadable("series", &format!("{channel}, {target}")))
    }

    /// Gives the series of a channel and target, if it has begun.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn find_series(&self, channel: &str, target: &str) -> Result<Option<Series>, LedgerError> {
        let sql =
            "SELECT id, series_id, last_sequence, delivered_sequence, delivered_publication, delivered_now,
                          confirmed_at FROM series WHERE channel = ?1 AND target = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([channel, target])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let delivered = match row.count_or_none(3)? {
            None => None,
            Some(sequence) => Some(LastDelivered {
                sequence,
                publication: PublicationId(row.get(4)?),
                now: row.time(5)?,
                confirmed_at: row.time(6)?,
            }),
        };
        let (key, series_id) = (SeriesKey(row.get(0)?), row.get(1)?);
        Ok(Some(Series { key, series_id, last_sequence: row.count(2)?, delivered }))
    }

    /// Tells when the last publication of a series was confirmed, one of removals alone included, in UTC.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn confirmed_last_at(&self, series: SeriesKey) -> Result<Option<DateTime<Utc>>, LedgerError> {
        let sql =
            "SELECT id FROM publication WHERE series = ?1 AND stage = 'settled' ORDER BY id DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query_map([series.0], |row| row.get(0).map(PublicationId))?;
        let Some(publication) = found.next().transpose()? else { return Ok(None) };
        Ok(self.facts(publication)?.last().map(|record| record.at))
    }

    /// Tells when a publication was last confirmed, of any series, in UTC; none before the first.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn last_confirmation(&self) -> Result<Option<DateTime<Utc>>, LedgerError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT confirmed_at FROM series WHERE confirmed_at IS NOT NULL ORDER BY confirmed_at DESC LIMIT 1",
        )?;
        let mut rows = statement.query([])?;
        rows.next()?.map(|row| row.time(0)).transpose()
    }

    /// Gives the accounts that are live in the series, in order.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn live_accounts(&self, series: SeriesKey) -> Result<Vec<AccountId>, LedgerError> {
        let sql = "SELECT CAST(ref AS INTEGER) FROM presence WHERE series = ?1 AND kind = 'account' AND live
                   ORDER BY 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let accounts = statement.query_map([series.0], |row| row.get(0).map(AccountId))?;
        Ok(accounts.collect::<Result<_, _>>()?)
    }

    /// Gives the parties that have access through the series, in order.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn parties_with_access(&self, series: SeriesKey) -> Result<Vec<PartyId>, LedgerError> {
        let sql = "SELECT party FROM access WHERE series = ?1 AND live ORDER BY party";
        let mut statement = self.connection.prepare_cached(sql)?;
        let parties = statement.query_map([series.0], |row| row.get(0).map(PartyId))?;
        Ok(parties.collect::<Result<_, _>>()?)
    }

    /// Gives the statuses that each binder granted when the series was last confirmed (rule 14); a binder without any is
    /// absent, and so is every binder of a series that never recorded them.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn confirmed_grants(&self, series: SeriesKey) -> Result<Grants, LedgerError> {
        let sql = "SELECT binder, status FROM binder_right WHERE series = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([series.0])?;
        let mut grants = Grants::new();
        while let Some(row) = rows.next()? {
            let status = row.code(1, "status", Status::from_code)?;
            grants.entry(BinderId(row.get(0)?)).or_default().insert(status);
        }
        Ok(grants)
    }

    /// Gives the last issue of a party's temporary password that was confirmed (rule 7); `None` before the first.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn confirmed_issue(&self, series: SeriesKey, party: PartyId) -> Result<Option<i64>, LedgerError> {
        let sql = "SELECT issue FROM access WHERE series = ?1 AND party = ?2 AND issue > 0";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([series.0, party.0], |row| row.get(0)).optional()?)
    }
}
