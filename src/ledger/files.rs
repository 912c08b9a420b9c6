//! Files: uploads intended and seen, and the digests of attached files.
//!
//! An upload is recorded before its first effect and again with its result; one without a result is settled by
//! looking at the server. What was seen at its final name in a publication that isn't confirmed isn't uploaded again
//! by the next (rule 2). A file is hashed again only when its size or its date moved (rule 10).

use std::path::Path;

use chrono::{DateTime, Utc};
use publier_core::domain::digest::Digest;
use publier_core::publication::reason::TransferReason;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::convert::{Columns, ms, number};
use super::documents::RemoteFile;
use super::publications::series_of;
use super::{Ledger, LedgerError, PublicationId, SeriesKey};

/// How many uploads may be intended at once.
pub const MAX_INTENTIONS: usize = 256;

/// How an upload ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadResult {
    /// The file's name on the server.
    pub name: String,
    /// The reason of a failure; `None` when the file stands at its final name with its size.
    pub failure: Option<TransferReason>,
}

/// What tells whether a local file moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStamp {
    /// Its size in bytes.
    pub size_bytes: u64,
    /// When it was modified: nanoseconds since 1970, UTC.
    pub modified_ns: i64,
}

/// What is remembered of a local file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// Its digest.
    pub digest: Digest,
    /// What it is, as the caller names it.
    pub kind: Option<String>,
}

impl Ledger {
    /// Tells whether a file of that name was ever listed or intended in a series: what stands on the server under
    /// another name is nobody's.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn knows_file(&self, series: SeriesKey, name: &str) -> Result<bool, LedgerError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM upload WHERE series = ?1 AND remote_name = ?2)
                       OR EXISTS (SELECT 1 FROM document WHERE series = ?1 AND remote_name = ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(params![series.0, name], |row| row.get(0))?)
    }

    /// Gives the names of the files that only documents bear which this publication withdraws, in order.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn files_that_leave(&self, publication: PublicationId) -> Result<Vec<String>, LedgerError> {
        let series = series_of(&self.connection, publication)?;
        let sql = "WITH leaving (document) AS (
                SELECT ref FROM plan_removal WHERE publication = ?2 AND kind = 'document')
            SELECT DISTINCT remote_name FROM document gone
            WHERE series = ?1 AND remote_name <> '' AND document IN (SELECT document FROM leaving)
            AND NOT EXISTS (
                SELECT 1 FROM document stays WHERE stays.series = ?1 AND stays.remote_name = gone.remote_name
                AND stays.live AND stays.document NOT IN (SELECT document FROM leaving))
            AND NOT EXISTS (
                SELECT 1 FROM plan_document listed
                WHERE listed.publication = ?2 AND listed.remote_name = gone.remote_name)
            ORDER BY remote_name";
        let mut statement = self.connection.prepare_cached(sql)?;
        let names = statement.query_map((series.0, publication.0), |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// Records the intention to upload files, before the first effect.
    ///
    /// # Errors
    /// [`LedgerError::Misuse`] above [`MAX_INTENTIONS`]; [`LedgerError::Sql`].
    pub fn intend_uploads(
        &mut self,
        publication: PublicationId,
        files: &[RemoteFile],
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        if files.len() > MAX_INTENTIONS {
            return Err(LedgerError::Misuse("more than 256 uploads are intended at once"));
        }
        self.write("record intended uploads", |transaction| {
            let series = series_of(transaction, publication)?;
            let sql = "INSERT OR REPLACE INTO upload (series, remote_name, publication, size_bytes, sha256, state, at)
                       VALUES (?1, ?2, ?3, ?4, ?5, 'intended', ?6)";
            let mut statement = transaction.prepare_cached(sql)?;
            for RemoteFile { name, size_bytes, sha256 } in files {
                let size = number(*size_bytes)?;
                statement.execute(params![series.0, name, publication.0, size, sha256.0, ms(now)])?;
            }
            Ok(())
        })
    }

    /// Records how uploads ended, grouped.
    ///
    /// # Errors
    /// [`LedgerError::Misuse`] for one that wasn't intended; [`LedgerError::Sql`].
    pub fn record_uploads(
        &mut self,
        series: SeriesKey,
        results: &[UploadResult],
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.write("record uploads", |transaction| {
            let sql =
                "UPDATE upload SET state = ?3, reason = ?4, at = ?5 WHERE series = ?1 AND remote_name = ?2";
            let mut statement = transaction.prepare_cached(sql)?;
            for UploadResult { name, failure } in results {
                let state = if failure.is_some() { "failed" } else { "visible" };
                let reason = failure.map(TransferReason::code);
                if statement.execute((series.0, name, state, reason, ms(now)))? == 0 {
                    return Err(LedgerError::Misuse("an upload ended that was never intended"));
                }
            }
            Ok(())
        })
    }

    /// Gives the uploads whose result isn't known, in the order of their names: each is settled by looking.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn unsettled_uploads(&self, series: SeriesKey) -> Result<Vec<RemoteFile>, LedgerError> {
        let sql =
            "SELECT remote_name, size_bytes, sha256 FROM upload WHERE series = ?1 AND state = 'intended'
                   ORDER BY remote_name";
        let mut statement = self.connection.prepare_cached(sql)?;
        let files = statement.query_and_then([series.0], |row| {
            Ok(RemoteFile { name: row.get(0)?, size_bytes: row.count(1)?, sha256: row.digest(2)? })
        })?;
        files.collect()
    }

    /// Gives the file that was seen at this final name, in this publication or in an earlier one that isn't
    /// confirmed: it isn't uploaded again.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn visible_file(&self, series: SeriesKey, name: &str) -> Result<Option<RemoteFile>, LedgerError> {
        let sql = "SELECT size_bytes, sha256 FROM upload
                   WHERE series = ?1 AND remote_name = ?2 AND state = 'visible'";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((series.0, name))?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(RemoteFile { name: name.to_owned(), size_bytes: row.count(0)?, sha256: row.digest(1)? }))
    }

    /// Tells whether an upload to this name was begun since the last confirmation, whatever became of it.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn was_tried(&self, series: SeriesKey, name: &str) -> Result<bool, LedgerError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM upload WHERE series = ?1 AND remote_name = ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row((series.0, name), |row| row.get(0))?)
    }

    /// Gives a local file as it was read, unless it moved since.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn known_file(&self, path: &Path, stamp: FileStamp) -> Result<Option<KnownFile>, LedgerError> {
        let sql = "SELECT sha256, kind FROM attached_file WHERE path_digest = ?1 AND size_bytes = ?2 AND modified_ns = ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let key = (path_digest(path), number(stamp.size_bytes)?, stamp.modified_ns);
        let read = |row: &Row<'_>| Ok(KnownFile { digest: Digest(row.get(0)?), kind: row.get(1)? });
        Ok(statement.query_row(key, read).optional()?)
    }

    /// Remembers local files as they were read.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn remember_files(&mut self, files: &[(&Path, FileStamp, KnownFile)]) -> Result<(), LedgerError> {
        if files.is_empty() {
            return Ok(());
        }
        self.write("remember digests of files", |transaction| {
            let sql =
                "INSERT OR REPLACE INTO attached_file (path_digest, size_bytes, modified_ns, sha256, kind)
                       VALUES (?1, ?2, ?3, ?4, ?5)";
            let mut statement = transaction.prepare_cached(sql)?;
            for (path, stamp, known) in files {
                let size = number(stamp.size_bytes)?;
                let key = (path_digest(path), size, stamp.modified_ns);
                statement.execute((key.0, key.1, key.2, known.digest.0, &known.kind))?;
            }
            Ok(())
        })
    }
}

fn path_digest(path: &Path) -> [u8; 32] {
    crate::digest::sha256(path.as_os_str().as_encoded_bytes()).0
}

/// Forgets what was seen of a publication's uploads, and of the files it lists.
pub(super) fn forget(transaction: &Transaction<'_>, publication: PublicationId) -> Result<(), LedgerError> {
    let series = series_of(transaction, publication)?;
    let sql = "DELETE FROM upload WHERE series = ?1 AND (publication = ?2 OR remote_name IN (
                   SELECT remote_name FROM plan_document WHERE publication = ?2))";
    transaction.execute(sql, (series.0, publication.0))?;
    Ok(())
}
