//! One document against what the ledger recorded: is it due, and what leaves (rules 8 and 10).
//!
//! Promises: decided without clocks. A document is due when the triple (publication date, publication request,
//! content digest) differs from the one recorded at its last confirmation, or when it isn't live; a change of its
//! listing alone lists it again without upload or notification; a change of target removes the old document and
//! lists a new one. What is live and not derivable now leaves with its reason, until a confirmation closes it.
//! When only a newer version is refused, the old one stays while its audience (target and binder) is the same.

use chrono::NaiveDate;

use super::document::{BadDocumentId, DocumentId, DocumentSource};
use super::reason::{RefusalReason, RemovalReason, WaitReason};
use crate::domain::audience::Target;
use crate::domain::digest::Digest;
use crate::domain::ids::{BinderId, EventId};

/// A document as the source gives it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Derived {
    /// Whom it is for.
    pub target: Target,
    /// Its binder, which with the target makes its audience.
    pub binder: BinderId,
    /// Its publication date.
    pub published_on: Option<NaiveDate>,
    /// The counter moved by « Publier en date du jour » (C4).
    pub publish_request: i64,
    /// The digest of what its file is made from.
    pub content_digest: Digest,
    /// The digest of how it is listed: title, folder, binder, scope, dates, supersedes.
    pub listing_digest: Digest,
    /// Whether its template notifies (C12).
    pub notify_allowed: bool,
}

/// What the source says of one possible document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may be seen now.
    Publish(Derived),
    /// Nobody asks for it: the reason for which it leaves, should it be live.
    NotAsked {
        /// The reason of the removal.
        reason: RemovalReason,
        /// For a superseded one, the event that replaces it: never both, never neither (G6).
        successor: Option<EventId>,
    },
    /// It waits.
    Wait(WaitReason),
    /// It was asked for and can't be published.
    Refuse {
        /// Why.
        reason: RefusalReason,
        /// Its audience, where it is known: a live document with this very audience may stay.
        audience: Option<(Target, BinderId)>,
    },
}

/// One possible document of the source; a source gives at most one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// What it comes from.
    pub source: DocumentSource,
    /// What the rules say of it.
    pub verdict: Verdict,
}

/// A document as the series last confirmed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Its id.
    pub id: DocumentId,
    /// Whether it is on the extranet now; a removed one stays recorded.
    pub live: bool,
    /// Its binder.
    pub binder: BinderId,
    /// Its publication date.
    pub published_on: Option<NaiveDate>,
    /// Its publication counter.
    pub publish_request: i64,
    /// The digest of what its file was made from.
    pub content_digest: Digest,
    /// The digest of how it was listed.
    pub listing_digest: Digest,
}

/// What changes the ordinary decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueOptions {
    /// Whether a change of content alone sends again (on by default; C4).
    pub resend_on_change: bool,
    /// Whether every live document is listed, without upload (A5).
    pub full_index: bool,
    /// Sends again what was published on this date or later (C13).
    pub resend_since: Option<NaiveDate>,
    /// Notifies nothing published before this date: the day of a series' first publication (rule 14).
    pub notify_from: Option<NaiveDate>,
}

impl Default for DueOptions {
    fn default() -> Self {
        Self { resend_on_change: true, full_index: false, resend_since: None, notify_from: None }
    }
}

/// Why a document is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It was never confirmed in this series.
    First,
    /// It was removed and comes back.
    Returned,
    /// Someone republished it.
    Republished,
    /// Its publication date moved.
    Redated,
    /// Its content changed.
    Content,
    /// It is sent again on demand (C13).
    Resend,
    /// Only its listing changed.
    Listing,
    /// Every live document is listed.
    FullIndex,
}

impl Why {
    /// Every cause, in order.
    pub const ALL: [Self; 8] = [
        Self::First,
        Self::Returned,
        Self::Republished,
        Self::Redated,
        Self::Content,
        Self::Resend,
        Self::Listing,
        Self::FullIndex,
    ];

    /// Gives the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Returned => "returned",
            Self::Republished => "republished",
            Self::Redated => "redated",
            Self::Content => "content",
            Self::Resend => "resend",
            Self::Listing => "listing",
            Self::FullIndex => "full-index",
        }
    }

    /// Finds the cause that bears a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.code() == code)
    }

    /// Tells whether the file is made and uploaded again; otherwise the one recorded is listed.
    pub fn uploads(self) -> bool {
        !matches!(self, Self::Listing | Self::FullIndex)
    }
}

/// How a document is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// Its id.
    pub id: DocumentId,
    /// Whether its readers are told.
    pub notify: bool,
    /// Why it is listed.
    pub why: Why,
}

/// What happens to a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nobody asks for it.
    NotAsked,
    /// It is live and as it was.
    Unchanged(DocumentId),
    /// It is in this publication.
    List(Listing, Derived),
    /// It waits.
    Wait(WaitReason),
    /// It is left out.
    Refuse {
        /// Why.
        reason: RefusalReason,
        /// Whether the live version stays meanwhile.
        old_stays: bool,
    },
}

/// A live document that leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// Its id.
    pub id: DocumentId,
    /// Why.
    pub reason: RemovalReason,
    /// For a superseded one, the event that must be listed for it to leave.
    pub successor: Option<EventId>,
}

/// What happens to the documents of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The source.
    pub source: DocumentSource,
    /// The decision; `None` when the source no longer exists (C18).
    pub decision: Option<Decision>,
    /// What leaves.
    pub removals: Vec<Removal>,
    /// The target and the binder under which it is live now: its audience before this publication.
    pub before: Option<(Target, BinderId)>,
}

/// Decides about one source: its verdict, if it still exists, against every document recorded from it.
///
/// # Errors
/// [`BadDocumentId`] when a record's id can't stand in a document's id.
pub fn decide(
    source: DocumentSource,
    verdict: Option<&Verdict>,
    recorded: &[Recorded],
    options: &DueOptions,
) -> Result<Outcome, BadDocumentId> {
    let decision = verdict.map(|verdict| decide_candidate(source, verdict, recorded, options)).transpose()?;
    let leaving = leaving(verdict);
    let removals = recorded
        .iter()
        .filter(|record| record.live && !stays(verdict, record))
        .map(|record| Removal { id: record.id, reason: leaving.0, successor: leaving.1 })
        .collect();
    let live = recorded.iter().find(|record| record.live);
    let before = live.map(|record| (record.id.target(), record.binder));
    Ok(Outcome { source, decision, removals, before })
}

fn decide_candidate(
    source: DocumentSource,
    verdict: &Verdict,
    recorded: &[Recorded],
    options: &DueOptions,
) -> Result<Decision, BadDocumentId> {
    Ok(match verdict {
        Verdict::NotAsked { .. } => Decision::NotAsked,
        Verdict::Wait(reason) => Decision::Wait(*reason),
        Verdict::Refuse { reason, .. } => Decision::Refuse {
            reason: *reason,
            old_stays: recorded.iter().any(|record| record.live && stays(Some(verdict), record)),
        },
        Verdict::Publish(derived) => {
            let id = DocumentId::new(source, derived.target)?;
            let record = recorded.iter().find(|record| record.id == id);
            match why(derived, record, options) {
                Some(why) => Decision::List(listing(id, why, derived, record, options), *derived),
                None => Decision::Unchanged(id),
            }
        }
    })
}

/// Tells why a publishable document is in this publication, if it is.
fn why(derived: &Derived, record: Option<&Recorded>, options: &DueOptions) -> Option<Why> {
    let Some(record) = record else { return Some(Why::First) };
    let resent = options.resend_since.is_some_and(|since| derived.published_on.is_some_and(|on| on >= since));
    [
        (!record.live, Why::Returned),
        (derived.publish_request != record.publish_request, Why::Republished),
        (derived.published_on != record.published_on, Why::Redated),
        (options.resend_on_change && derived.content_digest != record.content_digest, Why::Content),
        (resent, Why::Resend),
        (derived.listing_digest != record.listing_digest, Why::Listing),
        (options.full_index, Why::FullIndex),
    ]
    .into_iter()
    .find_map(|(applies, why)| applies.then_some(why))
}

/// Notifies at the first confirmation and when someone republishes, where the template and the date allow it.
fn listing(
    id: DocumentId,
    why: Why,
    derived: &Derived,
    record: Option<&Recorded>,
    options: &DueOptions,
) -> Listing {
    let asked_again = record.is_none_or(|record| record.publish_request != derived.publish_request);
    let recent = options.notify_from.is_none_or(|from| derived.published_on.is_none_or(|on| on >= from));
    Listing { id, notify: derived.notify_allowed && asked_again && recent, why }
}

/// Tells whether a live document stays under this verdict.
fn stays(verdict: Option<&Verdict>, record: &Recorded) -> bool {
    match verdict {
        Some(Verdict::Publish(derived)) => derived.target == record.id.target(),
        Some(Verdict::Wait(reason)) => *reason != WaitReason::FutureDate,
        Some(Verdict::Refuse { reason, audience }) => {
            removal_when_refused(*reason) == RemovalReason::Refused
                && *audience == Some((record.id.target(), record.binder))
        }
        Some(Verdict::NotAsked { .. }) | None => false,
    }
}

/// Gives the reason with which the live documents of a source leave, and the successor it depends on.
fn leaving(verdict: Option<&Verdict>) -> (RemovalReason, Option<EventId>) {
    match verdict {
        None => (RemovalReason::Gone, None),
        Some(Verdict::Publish(_)) => (RemovalReason::Scope, None),
        Some(Verdict::Wait(_)) => (RemovalReason::Postponed, None),
        Some(Verdict::NotAsked { reason, successor }) => (*reason, *successor),
        Some(Verdict::Refuse { reason, .. }) => (removal_when_refused(*reason), None),
    }
}

/// Gives the reason with which a live document leaves when its source is now refused. [`RemovalReason::Refused`] is
/// for the refusals that are about the file or the text alone: there the old version may stay.
pub fn removal_when_refused(reason: RefusalReason) -> RemovalReason {
    use RefusalReason as R;
    match reason {
        R::NoBinder | R::BinderFedOnSite | R::ModuleMismatch | R::NoInvoicesBinder | R::CouncilOnly => {
            RemovalReason::Binder
        }
        R::NoScope | R::DanglingTarget | R::DanglingReference | R::NoDocumentDate => RemovalReason::Scope,
        R::TargetNotPublished | R::AccountWithoutParty => RemovalReason::Account,
        R::Expired => RemovalReason::Expired,
        R::BlankEvent
        | R::FileMissing
        | R::FileEmpty
        | R::FileTooLarge
        | R::FileUnreadable
        | R::FileType
        | R::PhotoType
        | R::FileDamaged
        | R::FileProtected
        | R::BodyFormat
        | R::BodyTooLarge
        | R::BodyTooLong
        | R::BodyTooDeep
        | R::PictureTooLarge
        | R::TableTooWide
        | R::PaperTooLong
        | R::RenderFailed
        | R::TransferRefused
        | R::BadValue
        | R::Unreadable => RemovalReason::Refused,
    }
}

#[cfg(test)]
mod tests;
