//! Values between Rust and SQLite: times in milliseconds, dates as ISO text, digests as 32 bytes, codes as text.

use chrono::{DateTime, NaiveDate, Utc};
use publier_core::domain::digest::Digest;
use publier_core::publication::document::DocumentId;
use rusqlite::Row;

use super::LedgerError;

/// Gives the stored form of a time: milliseconds since 1970, UTC.
pub(super) fn ms(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

/// Gives a number as SQLite holds it.
pub(super) fn number(value: u64) -> Result<i64, LedgerError> {
    i64::try_from(value).map_err(|_| unreadable("number", &value))
}

pub(super) fn unreadable(what: &'static str, value: &(impl ToString + ?Sized)) -> LedgerError {
    LedgerError::Unreadable { what, value: value.to_string() }
}

/// Reads columns by number, with our types.
pub(super) trait Columns {
    /// A time.
    fn time(&self, column: usize) -> Result<DateTime<Utc>, LedgerError>;
    /// A time or none.
    fn time_or_none(&self, column: usize) -> Result<Option<DateTime<Utc>>, LedgerError>;
    /// A date or none.
    fn date_or_none(&self, column: usize) -> Result<Option<NaiveDate>, LedgerError>;
    /// A count or a size.
    fn count(&self, column: usize) -> Result<u64, LedgerError>;
    /// A count or none.
    fn count_or_none(&self, column: usize) -> Result<Option<u64>, LedgerError>;
    /// A digest.
    fn digest(&self, column: usize) -> Result<Digest, LedgerError>;
    /// A document's id.
    fn document(&self, column: usize) -> Result<DocumentId, LedgerError>;
    /// A code of a closed set.
    fn code<T>(
        &self,
        column: usize,
        what: &'static str,
        find: fn(&str) -> Option<T>,
    ) -> Result<T, LedgerError>;
}

impl Columns for Row<'_> {
    fn time(&self, column: usize) -> Result<DateTime<Utc>, LedgerError> {
        let stored: i64 = self.get(column)?;
        DateTime::from_timestamp_millis(stored).ok_or_else(|| unreadable("time", &stored))
    }

    fn time_or_none(&self, column: usize) -> Result<Option<DateTime<Utc>>, LedgerError> {
        let stored: Option<i64> = self.get(column)?;
        stored.map(|_| self.time(column)).transpose()
    }

    fn date_or_none(&self, column: usize) -> Result<Option<NaiveDate>, LedgerError> {
        let stored: Option<String> = self.get(column)?;
        stored.map(|text| text.parse().map_err(|_| unreadable("date", &text))).transpose()
    }

    fn count(&self, column: usize) -> Result<u64, LedgerError> {
        let stored: i64 = self.get(column)?;
        u64::try_from(stored).map_err(|_| unreadable("count", &stored))
    }

    fn count_or_none(&self, column: usize) -> Result<Option<u64>, LedgerError> {
        let stored: Option<i64> = self.get(column)?;
        stored.map(|_| self.count(column)).transpose()
    }

    fn digest(&self, column: usize) -> Result<Digest, LedgerError> {
        Ok(Digest(self.get(column)?))
    }

    fn document(&self, column: usize) -> Result<DocumentId, LedgerError> {
        let text = self.get_ref(column)?.as_str().map_err(|error| unreadable("document", &error))?;
        text.parse().map_err(|_| unreadable("document", &text))
    }

    fn code<T>(
        &self,
        column: usize,
        what: &'static str,
        find: fn(&str) -> Option<T>,
    ) -> Result<T, LedgerError> {
        let text: String = self.get(column)?;
        find(&text).ok_or_else(|| unreadable(what, &text))
    }
}
