//! The plan of a publication: its decisions, stored as they are made and shown from there.
//!
//! Promises: rows come in batches, each one transaction; a plan that was interrupted is begun anew; a document that
//! fails for good leaves it and is counted as refused. Titles stand in the listings alone, which are deleted when
//! the publication is over.

use chrono::NaiveDate;
use publier_core::domain::binder::Status;
use publier_core::domain::digest::Digest;
use publier_core::domain::ids::{AccountId, BinderId, EventId, PartyId};
use publier_core::publication::document::DocumentId;
use publier_core::publication::due::Why;
use publier_core::publication::facts::Section;
use publier_core::publication::reason::{RefusalReason, RemovalReason, WaitReason};
use rusqlite::{Transaction, named_params};

use super::accounting::{Was, refuse_counted};
use super::closing::drop_without_successor;
use super::documents::RemoteFile;
use super::publications::series_of;
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
    /// [`Ledger::documents_sent`] says.
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
    /// A binder grants a status (rule 14).
    Right {
        /// Which binder.
        binder: BinderId,
        /// The status.
        status: Status,
    },
    /// An event is left out for want of a binder (C3).
    Unbound {
        /// Which one.
        event: EventId,
        /// Its publication counter.
        publish_request: i64,
    },
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
            refuse_counted(transaction, publication, section, Was::Published, 1)?;
            let series = series_of(transaction, publication)?;
            drop_without_successor(transaction, series, publication)
        })
    }
}

/// Deletes the rows that hold titles or only serve until the end.
pub(super) fn delete(transaction: &Transaction<'_>, publication: PublicationId) -> Result<(), LedgerError> {
    for table in ["plan_document", "plan_presence", "plan_password", "plan_unbound", "plan_right"] {
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
        PlanRow::Right { binder, status } => {
            let sql = "INSERT INTO plan_right (publication, binder, status) VALUES (?1, ?2, ?3)";
            transaction.prepare_cached(sql)?.execute((publication.0, binder.0, status.code()))?;
            Ok(())
        }
        PlanRow::Unbound { event, publish_request } => {
            let sql = "INSERT INTO plan_unbound (publication, event, publish_request) VALUES (?1, ?2, ?3)";
            transaction.prepare_cached(sql)?.execute((publication.0, event.0, publish_request))?;
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

pub(super) fn insert_left_out(
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
    let sql =
        "INSERT INTO plan_verdict (publication, section, record, verdict, reason) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO NOTHING";
    let mut insert = transaction.prepare_cached(sql)?;
    // A database of views may hold two records of one key: each is counted, so each has its row.
    let mut name = record.to_owned();
    let mut again = 2_u32;
    while insert.execute((publication.0, section.code(), &name, verdict, reason))? == 0 {
        name = format!("{record} +{again}");
        again = again.saturating_add(1);
    }
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
