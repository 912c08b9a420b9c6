//! The documents of a series, and the ordered streams that the merge and the XML read.
//!
//! A stream reads the state of the moment it was asked for, on a connection of its own, in pages of
//! [`PAGE`] rows: rows may be written meanwhile, and memory doesn't grow with their number.

use std::collections::VecDeque;

use publier_core::domain::digest::Digest;
use publier_core::domain::ids::{AccountId, BinderId, EventId, PartyId};
use publier_core::publication::document::DocumentId;
use publier_core::publication::due::{Recorded, Why};
use publier_core::publication::reason::RemovalReason;
use rusqlite::{Connection, Row};

use super::convert::{Columns, number, unreadable};
use super::plan::{PlannedDocument, PlannedRemoval, Withdrawal};
use super::{Ledger, LedgerError, PublicationId, SeriesKey};

/// How many rows a stream holds in memory.
pub const PAGE: u32 = 1000;

/// A document's file on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its neutral name, without a folder.
    pub name: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
}

/// A letter as it was read when its content was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownLetter {
    /// The document.
    pub id: DocumentId,
    /// The digest of what it was made from, before any of it was read.
    pub raw: Digest,
    /// The digest of its content.
    pub content: Digest,
}

/// An ordered stream of rows, read in pages.
pub struct Pages<T> {
    connection: Connection,
    sql: &'static str,
    owner: i64,
    after: (String, String),
    read: fn(&Row<'_>) -> Result<T, LedgerError>,
    page: VecDeque<T>,
    ended: bool,
}

impl<T> std::fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages")
            .field("owner", &self.owner)
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}

impl<T> Pages<T> {
    /// `sql` takes the owner, the two parts of the last key and the limit, and gives the key in its two first columns.
    pub(super) fn new(
        ledger: &Ledger,
        sql: &'static str,
        owner: i64,
        read: fn(&Row<'_>) -> Result<T, LedgerError>,
    ) -> Result<Self, LedgerError> {
        let connection = ledger.snapshot()?;
        let after = (String::new(), String::new());
        Ok(Self { connection, sql, owner, after, read, page: VecDeque::new(), ended: false })
    }

    fn load(&mut self) -> Result<(), LedgerError> {
        let mut statement = self.connection.prepare_cached(self.sql)?;
        let mut rows = statement.query((self.owner, &self.after.0, &self.after.1, PAGE))?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            self.page.push_back((self.read)(row)?);
            last = Some((row.get(0)?, row.get(1)?));
        }
        match last {
            Some(key) => self.after = key,
            None => self.ended = true,
        }
        Ok(())
    }
}

impl<T> Iterator for Pages<T> {
    type Item = Result<T, LedgerError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty()
            && !self.ended
            && let Err(error) = self.load()
        {
            self.ended = true;
            self.page.clear();
            return Some(Err(error.during("read a stream")));
        }
        self.page.pop_front().map(Ok)
    }
}

impl Ledger {
    /// Streams the documents of a series as last confirmed, live and removed, in the order of their ids: the
    /// ledger's side of the merge.
    ///
    /// # Errors
    /// [`LedgerError::Sql`]; the stream itself may give it too.
    pub fn recorded_documents(&self, series: SeriesKey) -> Result<Pages<Recorded>, LedgerError> {
        let sql =
            "SELECT document, '', live, binder, published_on, publish_request, content_digest, listing_digest
                   FROM document WHERE series = ?1 AND document > ?2 AND ?3 = '' ORDER BY document LIMIT ?4";
        Pages::new(self, sql, series.0, recorded)
    }

    /// Streams the letters of a series whose raw digest is remembered, in the order of their ids.
    ///
    /// # Errors
    /// [`LedgerError::Sql`]; the stream itself may give it too.
    pub fn known_letters(&self, series: SeriesKey) -> Result<Pages<KnownLetter>, LedgerError> {
        let sql = "SELECT document, '', raw_digest, content_digest FROM document
                   WHERE series = ?1 AND document > ?2 AND ?3 = '' AND raw_digest IS NOT NULL
                   ORDER BY document LIMIT ?4";
        Pages::new(self, sql, series.0, known_letter)
    }

    /// Remembers the raw digests of letters that were read, where the recorded content is still theirs.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn remember_letters(
        &mut self,
        series: SeriesKey,
        letters: &[KnownLetter],
    ) -> Result<(), LedgerError> {
        if letters.is_empty() {
            return Ok(());
        }
        self.write("remember letters", |transaction| {
            let sql = "UPDATE document SET raw_digest = ?3
                       WHERE series = ?1 AND document = ?2 AND content_digest = ?4";
            let mut statement = transaction.prepare_cached(sql)?;
            for KnownLetter { id, raw, content } in letters {
                statement.execute((series.0, id.to_string(), raw.0, content.0))?;
            }
            Ok(())
        })
    }

    /// Streams the documents that a publication lists, in the order of their ids.
    ///
    /// # Errors
    /// [`LedgerError::Sql`]; the stream itself may give it too.
    pub fn planned_documents(
        &self,
        publication: PublicationId,
    ) -> Result<Pages<PlannedDocument>, LedgerError> {
        let sql = "SELECT document, '', why, notify, binder, published_on, publish_request, content_digest,
                          listing_digest, listing, remote_name, size_bytes, sha256
                   FROM plan_document WHERE publication = ?1 AND document > ?2 AND ?3 = ''
                   ORDER BY document LIMIT ?4";
        Pages::new(self, sql, publication.0, planned)
    }

    /// Streams what a publication withdraws: accesses, accounts, documents, section parts, each in the order of
    /// their texts.
    ///
    /// # Errors
    /// [`LedgerError::Sql`]; the stream itself may give it too.
    pub fn planned_removals(&self, publication: PublicationId) -> Result<Pages<PlannedRemoval>, LedgerError> {
        let sql = "SELECT kind, ref, reason, successor FROM plan_removal
                   WHERE publication = ?1 AND (kind, ref) > (?2, ?3) ORDER BY kind, ref LIMIT ?4";
        Pages::new(self, sql, publication.0, removal)
    }

    /// Gives the file of a document as last confirmed.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn recorded_file(
        &self,
        series: SeriesKey,
        document: DocumentId,
    ) -> Result<Option<RemoteFile>, LedgerError> {
        let sql = "SELECT remote_name, size_bytes, sha256 FROM document WHERE series = ?1 AND document = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((series.0, document.to_string()))?;
        let Some(row) = rows.next()? else { return Ok(None) };
        file(row, 0)
    }

    /// Records the files of listed documents, once they stand at their final names: one transaction.
    ///
    /// # Errors
    /// [`LedgerError::Misuse`] when the plan doesn't list one of them; [`LedgerError::Sql`].
    pub fn documents_sent(
        &mut self,
        publication: PublicationId,
        files: &[(DocumentId, RemoteFile)],
    ) -> Result<(), LedgerError> {
        self.write("record uploaded documents", |transaction| {
            let sql = "UPDATE plan_document SET remote_name = ?3, size_bytes = ?4, sha256 = ?5
                       WHERE publication = ?1 AND document = ?2";
            let mut statement = transaction.prepare_cached(sql)?;
            for (document, RemoteFile { name, size_bytes, sha256 }) in files {
                let key = (publication.0, document.to_string());
                if statement.execute((key.0, key.1, name, number(*size_bytes)?, sha256.0))? == 0 {
                    return Err(LedgerError::Misuse("a document was uploaded that the plan doesn't list"));
                }
            }
            Ok(())
        })
    }
}

fn known_letter(row: &Row<'_>) -> Result<KnownLetter, LedgerError> {
    Ok(KnownLetter { id: row.document(0)?, raw: row.digest(2)?, content: row.digest(3)? })
}

fn recorded(row: &Row<'_>) -> Result<Recorded, LedgerError> {
    Ok(Recorded {
        id: row.document(0)?,
        live: row.get(2)?,
        binder: BinderId(row.get(3)?),
        published_on: row.date_or_none(4)?,
        publish_request: row.get(5)?,
        content_digest: row.digest(6)?,
        listing_digest: row.digest(7)?,
    })
}

fn planned(row: &Row<'_>) -> Result<PlannedDocument, LedgerError> {
    Ok(PlannedDocument {
        id: row.document(0)?,
        why: row.code(2, "cause", Why::from_code)?,
        notify: row.get(3)?,
        binder: BinderId(row.get(4)?),
        published_on: row.date_or_none(5)?,
        publish_request: row.get(6)?,
        content_digest: row.digest(7)?,
        listing_digest: row.digest(8)?,
        listing: row.get(9)?,
        file: file(row, 10)?,
    })
}

/// Reads a file's three columns; none when its name is NULL.
fn file(row: &Row<'_>, column: usize) -> Result<Option<RemoteFile>, LedgerError> {
    let name: Option<String> = row.get(column)?;
    let with =
        |name| Ok(RemoteFile { name, size_bytes: row.count(column + 1)?, sha256: row.digest(column + 2)? });
    name.map(with).transpose()
}

pub(super) fn removal(row: &Row<'_>) -> Result<PlannedRemoval, LedgerError> {
    let (kind, key): (String, String) = (row.get(0)?, row.get(1)?);
    let record = || key.parse().map_err(|_| unreadable("removal", &key));
    let what = match kind.as_str() {
        "document" => Withdrawal::Document(row.document(1)?),
        "account" => Withdrawal::Account(AccountId(record()?)),
        "access" => Withdrawal::Access(PartyId(record()?)),
        _ => Withdrawal::Section(key),
    };
    let successor: Option<i64> = row.get(3)?;
    let reason = row.code(2, "reason", RemovalReason::from_code)?;
    Ok(PlannedRemoval { what, reason, successor: successor.map(EventId) })
}
