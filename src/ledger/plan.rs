//! The plan of a publication: its decisions, stored as they are made and shown from there.
//!
//! Promises: rows come in batches, each one transaction; [`Ledger::close_plan`] adds what follows from absence
//! (accounts, accesses and section parts that are live and not given now), drops a superseded document's removal
//! whose successor isn't listed (G6: never both, never neither), and gives the totals and the digest that a person
//! confirms. The digest depends on the decisions alone: the same plan made again has the same one.

use chrono::NaiveDate;
use publier_core::domain::digest::Digest;
use publier_core::domain::ids::{AccountId, BinderId, EventId, PartyId};
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::due::Why;
use publier_core::publication::facts::{Mode, Section};
use publier_core::publication::reason::{RefusalReason, RemovalReason, WaitReason};
use rusqlite::{Connection, Transaction, named_params};

use super::convert::Columns;
use super::documents::RemoteFile;
use super::publications::{series_of, stage};
use super::{Ledger, LedgerError, PublicationId, SeriesKey};

/// One document that a publication lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDocument {
    /// Its id.
    pub id: DocumentId,
    /// Why it is listed, and so whether its file is uploaded.
    pub why: Why,
    /// Whether its readers are told.
    pub notify: bool,
    /// Its binder.
    pub binder: BinderId,
    /// Its publication date.
    pub published_on: Option<NaiveDate>,
    /// Its publication counter.
    pub publish_request: i64,
    /// The digest of what its file is made from. Where nothing is uploaded, the ledger keeps the recorded one.
    pub content_digest: Digest,
    /// The digest of how it is listed.
    pub listing_digest: Digest,
    /// What its element in the XML needs, as JSON.
    pub listing: String,
    /// Its file on the server. Written by the ledger: the recorded one where nothing is uploaded, else what
    /// [`Ledger::document_sent`] says.
    pub file: Option<RemoteFile>,
}

/// What leaves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Withdrawal {
    /// A document.
    Document(DocumentId),
    /// An account.
    Account(AccountId),
    /// A party's access (D26).
    Access(PartyId),
    /// A part of a section, e.g. `expenses/12/2015` (E6).
    Section(String),
}

/// What leaves, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRemoval {
    /// What leaves.
    pub what: Withdrawal,
    /// Why.
    pub reason: RemovalReason,
    /// For a superseded document, the event that must be listed for it to leave.
    pub successor: Option<EventId>,
}

/// A refusal or a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// Left out.
    Refused(RefusalReason),
    /// Waiting.
    Held(WaitReason),
}

/// Whether something is there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Published now.
    Present,
    /// In the database, not published, for a reason.
    Absent(RemovalReason),
}

/// One decision of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanRow {
    /// A document is listed.
    Document(PlannedDocument),
    /// Something is withdrawn.
    Removal(PlannedRemoval),
    /// A record is refused or waits; `record` is its kind and id, e.g. `event 12`.
    LeftOut {
        /// Its section.
        section: Section,
        /// Its kind and id.
        record: String,
        /// Why.
        verdict: LeftOut,
    },
    /// An account is in the database.
    Account {
        /// Which one.
        account: AccountId,
        /// Its party.
        party: Option<PartyId>,
        /// Whether it is published now.
        presence: Presence,
    },
    /// A part of a section is in the database.
    SectionPart {
        /// Its key, e.g. `expenses/12/2015`.
        key: String,
        /// Whether it is published now.
        presence: Presence,
    },
    /// A temporary password goes out: its issue.
    Password {
        /// Whose.
        party: PartyId,
        /// Its number (rule 7).
        issue: i64,
    },
}

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
    /// Deletes what an interrupted plan of this publication left.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn start_plan(&mut self, publication: PublicationId) -> Result<(), LedgerError> {
        self.write("begin a plan", |transaction| {
            delete(transaction, publication)?;
            for table in ["plan_verdict", "plan_count", "plan_removal"] {
                let sql = format!("DELETE FROM {table} WHERE publication = ?1");
                transaction.execute(&sql, [publication.0])?;
            }
            Ok(())
        })
    }

    /// Stores a batch of decisions (some hundreds), as one transaction.
    ///
    /// # Errors
    /// [`LedgerError::Misuse`] for a document that is listed without upload and isn't recorded;
    /// [`LedgerError::Sql`] for one given twice.
    pub fn plan(&mut self, publication: PublicationId, rows: &[PlanRow]) -> Result<(), LedgerError> {
        self.write("store a plan", |transaction| {
            let series = series_of(transaction, publication)?;
            rows.iter().try_for_each(|row| insert(transaction, series, publication, row))
        })
    }

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

    /// Leaves a document out of the plan for good, when its file can't be made or sent (rule 9): it is counted as
    /// refused, and the version it would have superseded stays.
    ///
    /// # Errors
    /// [`LedgerError::Misuse`] when the plan doesn't list it; [`LedgerError::Sql`].
    pub fn refuse_document(
        &mut self,
        publication: PublicationId,
        document: DocumentId,
        reason: RefusalReason,
    ) -> Result<(), LedgerError> {
        self.write("leave a document out", |transaction| {
            let sql = "DELETE FROM plan_document WHERE publication = ?1 AND document = ?2";
            if transaction.execute(sql, (publication.0, document.to_string()))? == 0 {
                return Err(LedgerError::Misuse("a document is left out that the plan doesn't list"));
            }
            let (section, record) = (Section::Documents, document.to_string());
            insert_left_out(transaction, publication, section, &record, LeftOut::Refused(reason))?;
            let sql = "UPDATE plan_count SET published = published - 1, refused = refused + 1
                       WHERE publication = ?1 AND section = ?2";
            transaction.execute(sql, (publication.0, section.code()))?;
            let series = series_of(transaction, publication)?;
            drop_without_successor(transaction, series, publication)
        })
    }
}

/// Deletes the rows that hold titles or only serve until the end.
pub(super) fn delete(transaction: &Transaction<'_>, publication: PublicationId) -> Result<(), LedgerError> {
    for table in ["plan_document", "plan_presence", "plan_password"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE publication = ?1"), [publication.0])?;
    }
    Ok(())
}

fn insert(
    transaction: &Transaction<'_>,
    series: SeriesKey,
    publication: PublicationId,
    row: &PlanRow,
) -> Result<(), LedgerError> {
    match row {
        PlanRow::Document(document) => insert_document(transaction, series, publication, document),
        PlanRow::Removal(removal) => insert_removal(transaction, publication, removal),
        PlanRow::LeftOut { section, record, verdict } => {
            insert_left_out(transaction, publication, *section, record, *verdict)
        }
        PlanRow::Account { account, party, presence } => {
            insert_presence(transaction, publication, ("account", &account.to_string()), *party, *presence)
        }
        PlanRow::SectionPart { key, presence } => {
            insert_presence(transaction, publication, ("section", key), None, *presence)
        }
        PlanRow::Password { party, issue } => {
            let sql = "INSERT INTO plan_password (publication, party, issue) VALUES (?1, ?2, ?3)";
            transaction.prepare_cached(sql)?.execute((publication.0, party.0, issue))?;
            Ok(())
        }
    }
}

/// Where nothing is uploaded, the recorded content and file are kept, so that what is listed is what stands there.
fn insert_document(
    transaction: &Transaction<'_>,
    series: SeriesKey,
    publication: PublicationId,
    planned: &PlannedDocument,
) -> Result<(), LedgerError> {
    let sql = "INSERT INTO plan_document (publication, document, why, notify, binder, published_on, publish_request,
                   content_digest, listing_digest, listing, remote_name, size_bytes, sha256)
               SELECT :publication, :document, :why, :notify, :binder, :published_on, :publish_request,
                   CASE WHEN :uploads THEN :content ELSE d.content_digest END, :listing_digest, :listing,
                   CASE WHEN :uploads THEN NULL ELSE d.remote_name END,
                   CASE WHEN :uploads THEN NULL ELSE d.size_bytes END,
                   CASE WHEN :uploads THEN NULL ELSE d.sha256 END
               FROM (SELECT 1) LEFT JOIN document d ON d.series = :series AND d.document = :document
               WHERE :uploads OR d.document IS NOT NULL";
    let inserted = transaction.prepare_cached(sql)?.execute(named_params! {
        ":publication": publication.0,
        ":series": series.0,
        ":document": planned.id.to_string(),
        ":why": planned.why.code(),
        ":uploads": planned.why.uploads(),
        ":notify": planned.notify,
        ":binder": planned.binder.0,
        ":published_on": planned.published_on.map(|on| on.to_string()),
        ":publish_request": planned.publish_request,
        ":content": planned.content_digest.0,
        ":listing_digest": planned.listing_digest.0,
        ":listing": planned.listing,
    })?;
    if inserted == 1 {
        Ok(())
    } else {
        Err(LedgerError::Misuse("a document is listed without upload that was never confirmed"))
    }
}

fn insert_removal(
    transaction: &Transaction<'_>,
    publication: PublicationId,
    removal: &PlannedRemoval,
) -> Result<(), LedgerError> {
    let (kind, what) = match &removal.what {
        Withdrawal::Document(document) => ("document", document.to_string()),
        Withdrawal::Account(account) => ("account", account.to_string()),
        Withdrawal::Access(party) => ("access", party.to_string()),
        Withdrawal::Section(key) => ("section", key.clone()),
    };
    let sql =
        "INSERT INTO plan_removal (publication, kind, ref, reason, successor) VALUES (?1, ?2, ?3, ?4, ?5)";
    let successor = removal.successor.map(|event| event.0);
    let row = (publication.0, kind, what, removal.reason.code(), successor);
    transaction.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

fn insert_left_out(
    transaction: &Transaction<'_>,
    publication: PublicationId,
    section: Section,
    record: &str,
    verdict: LeftOut,
) -> Result<(), LedgerError> {
    let (verdict, reason) = match verdict {
        LeftOut::Refused(reason) => ("refused", reason.code()),
        LeftOut::Held(reason) => ("held", reason.code()),
    };
    let sql = "INSERT INTO plan_verdict (publication, section, record, verdict, reason) VALUES (?1, ?2, ?3, ?4, ?5)";
    transaction.prepare_cached(sql)?.execute((publication.0, section.code(), record, verdict, reason))?;
    Ok(())
}

fn insert_presence(
    transaction: &Transaction<'_>,
    publication: PublicationId,
    (kind, what): (&str, &str),
    party: Option<PartyId>,
    presence: Presence,
) -> Result<(), LedgerError> {
    let (present, reason) = match presence {
        Presence::Present => (true, None),
        Presence::Absent(reason) => (false, Some(reason.code())),
    };
    let sql = "INSERT INTO plan_presence (publication, kind, ref, party, present, reason)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let row = (publication.0, kind, what, party.map(|party| party.0), present, reason);
    transaction.prepare_cached(sql)?.execute(row)?;
    Ok(())
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
fn drop_without_successor(
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
    let source = DocumentSource::Body(event).to_string();
    let from = source.split('.').next().unwrap_or_default().to_owned() + ".";
    let to = format!("{from}:");
    let sql = "SELECT EXISTS (
            SELECT 1 FROM plan_document WHERE publication = ?2 AND document BETWEEN ?3 AND ?4)
        OR EXISTS (
            SELECT 1 FROM document d WHERE series = ?1 AND document BETWEEN ?3 AND ?4 AND live
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
            writeln!(hash, "{line}").map_err(|error| super::convert::unreadable("plan", error))?;
        }
    }
    let (_, digest, _) = hash.finish();
    Ok(digest)
}
