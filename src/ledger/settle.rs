//! The one transaction that brings a series up to date once its publication is confirmed (rule 6).
//!
//! Documents listed, documents removed, accounts, accesses, issues of passwords, section parts, sequence, outbox, the
//! fact and the deletion of the plan: all of it, or none.

use chrono::{DateTime, Utc};
use publier_core::publication::facts::{Fact, Mode};
use publier_core::publication::stage::Seal;
use rusqlite::{Transaction, named_params};

use super::convert::{ms, number};
use super::outbox::{self, OutboxItem};
use super::publications::{record, series_of};
use super::{Ledger, LedgerError, PublicationId, SeriesKey};

/// The documents listed; one that was live keeps the time since when it is visible (rule 15).
const LISTED: &str =
    "INSERT INTO document (series, document, live, binder, published_on, publish_request, content_digest,
         listing_digest, remote_name, size_bytes, sha256, publication, live_since)
     SELECT :series, document, 1, binder, published_on, publish_request, content_digest,
         listing_digest, remote_name, size_bytes, sha256, publication, :now
     FROM plan_document WHERE publication = :publication
     ON CONFLICT (series, document) DO UPDATE SET
         live = 1, binder = excluded.binder, published_on = excluded.published_on,
         publish_request = excluded.publish_request, content_digest = excluded.content_digest,
         listing_digest = excluded.listing_digest, remote_name = excluded.remote_name,
         size_bytes = excluded.size_bytes, sha256 = excluded.sha256, publication = excluded.publication,
         live_since = coalesce(live_since, excluded.live_since)";

/// The accounts, section parts and accesses that a plan gives.
pub(super) const PRESENT: [&str; 2] = [
    "INSERT INTO presence (series, kind, ref, party, live)
     SELECT :series, kind, ref, party, 1 FROM plan_presence WHERE publication = :publication AND present
     ON CONFLICT (series, kind, ref) DO UPDATE SET live = 1, party = excluded.party",
    "INSERT INTO access (series, party, live)
     SELECT DISTINCT :series, party, 1 FROM plan_presence
     WHERE publication = :publication AND kind = 'account' AND present AND party IS NOT NULL
     ON CONFLICT (series, party) DO UPDATE SET live = 1",
];

/// What else the confirmed plan makes of the series, in order. `:series` and `:publication` are given to each.
const STATEMENTS: [&str; 5] = [
    "UPDATE document SET live = 0, live_since = NULL, publication = :publication
     WHERE series = :series AND document IN (
         SELECT ref FROM plan_removal WHERE publication = :publication AND kind = 'document')",
    "UPDATE presence SET live = 0
     WHERE series = :series AND (kind, ref) IN (
         SELECT kind, ref FROM plan_removal WHERE publication = :publication)",
    "INSERT INTO access (series, party, live, issue)
     SELECT :series, party, 1, issue FROM plan_password WHERE publication = :publication
     ON CONFLICT (series, party) DO UPDATE SET issue = max(issue, excluded.issue)",
    "UPDATE access SET live = 0, revoked_issue = issue
     WHERE series = :series AND party IN (
         SELECT CAST(ref AS INTEGER) FROM plan_removal WHERE publication = :publication AND kind = 'access')",
    "INSERT INTO unbound_event (event, publish_request)
     SELECT event, publish_request FROM plan_unbound WHERE publication = :publication AND :series NOT NULL
     ON CONFLICT (event) DO UPDATE SET publish_request = excluded.publish_request",
];

/// What a publication that sends the binders makes of their rights: one of removals alone leaves them as they are.
const RIGHTS: [&str; 2] = [
    "DELETE FROM binder_right WHERE series = :series AND :publication NOT NULL",
    "INSERT INTO binder_right (series, binder, status)
     SELECT :series, binder, status FROM plan_right WHERE publication = :publication",
];

/// After a full publication the receiving side knows what it lists and nothing else: a live document that it
/// didn't list (its new version was refused) isn't live any more, and is due again as soon as it can be.
const AFTER_FULL: &str = "UPDATE document SET live = 0, live_since = NULL
     WHERE series = :series AND live AND publication <> :publication";

impl Ledger {
    /// Settles a delivered publication and puts what remains to be told in the outbox.
    ///
    /// # Errors
    /// [`LedgerError::Impossible`] when it isn't delivered, or is settled already; [`LedgerError::Sql`].
    pub fn settle(
        &mut self,
        publication: PublicationId,
        now: DateTime<Utc>,
        outbox: &[OutboxItem],
    ) -> Result<(), LedgerError> {
        self.write("settle a publication", |transaction| {
            let series = series_of(transaction, publication)?;
            let stage = record(transaction, publication, now, &[Fact::Settled])?;
            let Some(seal) = stage.seal() else {
                return Err(LedgerError::Misuse("a publication is settled without a seal"));
            };
            transaction.execute(
                LISTED,
                named_params! {":series": series.0, ":publication": publication.0, ":now": ms(now)},
            )?;
            let after_full = (seal.opening.mode == Mode::Full).then_some(AFTER_FULL);
            let rights = if seal.opening.mode == Mode::Removals { &RIGHTS[..0] } else { &RIGHTS[..] };
            for sql in PRESENT.iter().chain(&STATEMENTS).chain(rights).copied().chain(after_full) {
                let mut statement = transaction.prepare(sql)?;
                statement.execute(named_params! {":series": series.0, ":publication": publication.0})?;
            }
            advance(transaction, series, publication, seal, now)?;
            super::files::forget(transaction, publication)?;
            super::plan::delete(transaction, publication)?;
            outbox::add(transaction, outbox, now)
        })
    }
}

/// Records in the series which publication was delivered last. One of removals alone moves neither time: a plan that waits
/// for the clock goes on waiting (rule 14), and a slot isn't reached by it; nor does it begin a series (rule 5).
fn advance(
    transaction: &Transaction<'_>,
    series: SeriesKey,
    publication: PublicationId,
    seal: &Seal,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let is_whole = seal.opening.mode != Mode::Removals;
    let sql = "UPDATE series SET
                   delivered_sequence = CASE WHEN ?6 OR delivered_sequence IS NOT NULL THEN ?2 END,
                   delivered_publication = CASE WHEN ?6 OR delivered_sequence IS NOT NULL THEN ?3 END,
                   delivered_now = CASE WHEN ?6 THEN ?4 ELSE delivered_now END,
                   confirmed_at = CASE WHEN ?6 THEN ?5 ELSE confirmed_at END
               WHERE id = ?1";
    let (sequence, own_now) = (number(seal.sequence)?, ms(seal.opening.now));
    transaction.execute(sql, (series.0, sequence, publication.0, own_now, ms(now), is_whole))?;
    Ok(())
}
