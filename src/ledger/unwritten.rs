//! Accounts that a plan published and that the bulk could not write: what is theirs leaves the plan with them.
//!
//! Promises: an account whose entries can't be added up is withdrawn like one that was refused when the plan was made (D2):
//! its documents are refused, those that are live leave with it, and the sums of rule 13 still hold. Limits: a party keeps
//! its access, for its other sections were already written with it.

use publier_core::domain::ids::AccountId;
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::facts::Section;
use publier_core::publication::reason::{RefusalReason, RemovalReason};
use rusqlite::Transaction;

use super::accounting::{Was, refuse_counted};
use super::closing::drop_without_successor;
use super::convert::Columns;
use super::plan::{LeftOut, insert_left_out};
use super::publications::series_of;
use super::{Ledger, LedgerError, PublicationId, SeriesKey};

impl Ledger {
    /// Takes accounts out of a plan, and their documents with them. `name` names a document's record as the plan's rows do.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn refuse_accounts(
        &mut self,
        publication: PublicationId,
        accounts: &[AccountId],
        name: &dyn Fn(DocumentSource) -> String,
    ) -> Result<(), LedgerError> {
        if accounts.is_empty() {
            return Ok(());
        }
        self.write("leave accounts out", |transaction| {
            let series = series_of(transaction, publication)?;
            for account in accounts {
                withdraw(transaction, series, publication, *account)?;
                refuse_listed(transaction, publication, *account)?;
                remove_live(transaction, series, publication, *account, name)?;
            }
            drop_without_successor(transaction, series, publication)
        })
    }
}

/// The end of the id of a document that concerns the account alone.
fn suffix(account: AccountId) -> String {
    format!("@a{:012}", account.0)
}

/// The account isn't there; where the series shows it, it leaves.
fn withdraw(
    transaction: &Transaction<'_>,
    series: SeriesKey,
    publication: PublicationId,
    account: AccountId,
) -> Result<(), LedgerError> {
    let (account, reason) = (account.to_string(), RemovalReason::Account.code());
    let absent = "UPDATE plan_presence SET present = 0, reason = ?3
                  WHERE publication = ?1 AND kind = 'account' AND ref = ?2";
    transaction.execute(absent, (publication.0, &account, reason))?;
    let leaves = "INSERT INTO plan_removal (publication, kind, ref, reason)
                  SELECT ?1, kind, ref, ?3 FROM presence
                  WHERE series = ?4 AND kind = 'account' AND ref = ?2 AND live
                  ON CONFLICT DO NOTHING";
    transaction.execute(leaves, (publication.0, &account, reason, series.0))?;
    Ok(())
}

fn refuse_listed(
    transaction: &Transaction<'_>,
    publication: PublicationId,
    account: AccountId,
) -> Result<(), LedgerError> {
    let listed: Vec<String> = transaction
        .prepare_cached(
            "DELETE FROM plan_document WHERE publication = ?1 AND substr(document, -14) = ?2 RETURNING document",
        )?
        .query_map((publication.0, suffix(account)), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let verdict = LeftOut::Refused(RefusalReason::TargetNotPublished);
    for document in &listed {
        insert_left_out(transaction, publication, Section::Documents, document, verdict)?;
    }
    refuse_counted(transaction, publication, Section::Documents, Was::Published, listed.len())
}

/// What the series shows of the account leaves with it. What stood there unchanged was counted as such; what was refused
/// or waits while its older version stayed has its row already.
fn remove_live(
    transaction: &Transaction<'_>,
    series: SeriesKey,
    publication: PublicationId,
    account: AccountId,
    name: &dyn Fn(DocumentSource) -> String,
) -> Result<(), LedgerError> {
    let live: Vec<DocumentId> = transaction
        .prepare_cached(
            "SELECT document FROM document WHERE series = ?1 AND live AND substr(document, -14) = ?2
             AND document NOT IN (
                 SELECT ref FROM plan_removal WHERE publication = ?3 AND kind = 'document')",
        )?
        .query_and_then((series.0, suffix(account), publication.0), |row| row.document(0))?
        .collect::<Result<_, _>>()?;
    let mut unchanged = 0;
    for document in live {
        let removal =
            "INSERT INTO plan_removal (publication, kind, ref, reason) VALUES (?1, 'document', ?2, ?3)";
        let row = (publication.0, document.to_string(), RemovalReason::Account.code());
        transaction.prepare_cached(removal)?.execute(row)?;
        if !has_row(transaction, publication, &[name(document.source()), document.to_string()])? {
            let verdict = LeftOut::Refused(RefusalReason::TargetNotPublished);
            insert_left_out(transaction, publication, Section::Documents, &document.to_string(), verdict)?;
            unchanged += 1;
        }
    }
    refuse_counted(transaction, publication, Section::Documents, Was::Unchanged, unchanged)
}

fn has_row(
    transaction: &Transaction<'_>,
    publication: PublicationId,
    names: &[String; 2],
) -> Result<bool, LedgerError> {
    let sql = "SELECT 1 FROM plan_verdict WHERE publication = ?1 AND section = ?2 AND record IN (?3, ?4)";
    let [record, document] = names;
    let row = (publication.0, Section::Documents.code(), record, document);
    Ok(transaction.prepare_cached(sql)?.exists(row)?)
}
