//! What the receiving side may hold of a publication of which nobody knows whether it was received (rules 4 and 8).
//!
//! Promises: all that it carried is due again, and what it listed or opened counts as live, so that it is withdrawn once
//! nobody wants it any more: silence would leave on the extranet a letter that was perhaps received. A file that was sent
//! is sent again; a change of its listing is listed again; a full index asks for nothing, since it changed nothing.

use chrono::{DateTime, Utc};
use publier_core::publication::facts::Mode;
use rusqlite::{Transaction, named_params};

use super::convert::ms;
use super::publications::{series_of, stage};
use super::settle::PRESENT;
use super::{LedgerError, PublicationId};

/// A publication date that no document of a plan has: the next plan finds it moved, and sends the file again.
const LISTED: &str = "INSERT INTO document (series, document, live, binder, published_on, publish_request,
         content_digest, listing_digest, remote_name, size_bytes, sha256, publication, live_since)
     SELECT :series, document, 1, binder, NULL, -1, content_digest, listing_digest, coalesce(remote_name, ''),
         coalesce(size_bytes, 0), coalesce(sha256, zeroblob(32)), publication, :now
     FROM plan_document WHERE publication = :publication AND why NOT IN ('listing', 'full-index')
     ON CONFLICT (series, document) DO UPDATE SET
         live = 1, published_on = NULL, live_since = coalesce(live_since, excluded.live_since),
         binder = CASE WHEN live THEN binder ELSE excluded.binder END";

/// What only changed in its listing, and what was perhaps removed.
const CHANGED: [&str; 2] = [
    "UPDATE document SET listing_digest = zeroblob(32)
     WHERE series = :series AND live AND document IN (
         SELECT document FROM plan_document WHERE publication = :publication AND why = 'listing')",
    "UPDATE document SET published_on = NULL
     WHERE series = :series AND live AND document IN (
         SELECT ref FROM plan_removal WHERE publication = :publication AND kind = 'document')",
];

/// What a full list that was perhaps received made the receiving side forget.
const FORGOTTEN: &str = "UPDATE document SET published_on = NULL
     WHERE series = :series AND live AND document NOT IN (
         SELECT document FROM plan_document WHERE publication = :publication)";

/// Remembers, before its plan is deleted, what an uncertain publication may have brought about.
pub(super) fn remember(
    transaction: &Transaction<'_>,
    publication: PublicationId,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let series = series_of(transaction, publication)?;
    let mode = stage(transaction, publication)?.opening().map(|opening| opening.mode);
    transaction.execute(
        LISTED,
        named_params! {":series": series.0, ":publication": publication.0, ":now": ms(now)},
    )?;
    let forgotten = (mode == Some(Mode::Full)).then_some(FORGOTTEN);
    for sql in CHANGED.into_iter().chain(PRESENT).chain(forgotten) {
        transaction
            .prepare(sql)?
            .execute(named_params! {":series": series.0, ":publication": publication.0})?;
    }
    Ok(())
}
