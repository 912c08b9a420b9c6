//! Why a document is on the site, or isn't; who sees it.

use std::collections::BTreeSet;

use publier_core::domain::audience::Target;
use publier_core::domain::document::{Placement, Verdict, after_binding, judge_event, judge_photo};
use publier_core::domain::ids::{AttachmentId, EventId, PartyId, PhotoId, VoucherId};
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::reason::{RefusalReason, WaitReason};

use super::Last;
use crate::desk::error::{DeskError, Unknown, What};
use crate::desk::office::{Office, Trading};
use crate::flow::record_name;
use crate::ledger::accounting::LeftOutRow;
use crate::ledger::seen::SeenDocument;
use crate::render::html;
use crate::source::staff::PartyLogin;

/// What the rules say of a record now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// The verdict on an event or a photo.
    Verdict(Verdict),
    /// Another event replaces it (G6).
    Superseded(EventId),
    /// The record is in the database no more (C18).
    Gone,
    /// A voucher: it follows its expense line (E5, E8).
    FollowsItsLine,
}

impl Judged {
    /// Gives where it goes, when it is published.
    pub fn placement(&self) -> Option<&Placement> {
        match self {
            Self::Verdict(Verdict::Publish(placement)) => Some(placement),
            _ => None,
        }
    }

    /// Gives the numbers of the rules that decided on a document of this source.
    pub fn rules(&self, source: DocumentSource) -> &'static [&'static str] {
        match self {
            Self::Verdict(verdict) if matches!(source, DocumentSource::Photo(_)) => rules_of_photo(verdict),
            Self::Verdict(verdict) => rules_of_event(verdict),
            Self::Superseded(_) => &["G6"],
            Self::Gone => &["C18"],
            Self::FollowsItsLine => &["E5", "E8"],
        }
    }
}

fn rules_of_event(verdict: &Verdict) -> &'static [&'static str] {
    match verdict {
        Verdict::Publish(placement) => match placement.target {
            Target::Account(_) => &["C2", "C15", "C20", "B5"],
            Target::Unit(_) => &["C2", "C15", "C20", "C21", "B5"],
            Target::Building(_) | Target::Entity(_) => &["C2", "C15", "C20", "C23", "B5"],
        },
        Verdict::NotAsked => &["C5"],
        Verdict::Over => &["C6"],
        Verdict::Waits(WaitReason::NoProcessingDate) => &["C27"],
        Verdict::Waits(WaitReason::BinderLinkedLater) => &["C3", "C4"],
        Verdict::Waits(_) => &["C4"],
        Verdict::Refused(reason) => rules_of_refusal(*reason),
    }
}

fn rules_of_photo(verdict: &Verdict) -> &'static [&'static str] {
    match verdict {
        Verdict::Publish(_) => &["C17", "C24", "C15", "C23", "B5"],
        Verdict::Refused(RefusalReason::NoBinder) => &["C24"],
        other => rules_of_event(other),
    }
}

fn rules_of_refusal(reason: RefusalReason) -> &'static [&'static str] {
    use RefusalReason as R;
    match reason {
        R::NoBinder => &["C2", "C3"],
        R::BinderFedOnSite => &["B9"],
        R::ModuleMismatch => &["C22"],
        R::NoScope => &["C15", "C20"],
        R::DanglingTarget | R::TargetNotPublished => &["C20"],
        R::Expired => &["C6"],
        R::AccountWithoutParty => &["D2"],
        R::NoInvoicesBinder => &["E2"],
        R::CouncilOnly => &["G7"],
        _ => &["C1"],
    }
}

/// A party that sees a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Its code.
    pub code: String,
    /// Its name as shown.
    pub name: String,
}

/// Everything that is known of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentWhy {
    /// The record, as reports name it: `event 12`.
    pub record: String,
    /// Its subject or title.
    pub title: String,
    /// What the rules say now.
    pub judged: Judged,
    /// The numbers of the rules that decided.
    pub rules: &'static [&'static str],
    /// The code and name of its binder, when it is published.
    pub binder: Option<(String, String)>,
    /// What it concerns, as staff name it: a number or a code.
    pub concerns: Option<String>,
    /// The parties that see it, by code.
    pub audience: Vec<Reader>,
    /// What the series holds of it, each part and target.
    pub seen: Vec<SeenDocument>,
    /// What the last publication left out of it.
    pub left_out: Vec<LeftOutRow>,
    /// What happened last.
    pub last: Last,
}

/// What was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Event(EventId),
    Attachment(AttachmentId),
    Photo(PhotoId),
    Voucher(VoucherId),
}

impl Named {
    /// Reads `12` (an event), `event:12`, `attachment:3`, `photo:5`, `voucher:7`, or a document's id.
    fn read(text: &str) -> Option<Self> {
        if let Ok(id) = text.parse::<DocumentId>() {
            return Some(match id.source() {
                DocumentSource::Body(event) | DocumentSource::Attachment(event, _) => Self::Event(event),
                DocumentSource::Photo(photo) => Self::Photo(photo),
                DocumentSource::Voucher(voucher, _) => Self::Voucher(voucher),
            });
        }
        let (kind, number) = text.split_once([':', ' ']).unwrap_or(("event", text));
        let number: i64 = number.trim().parse().ok().filter(|number| *number > 0)?;
        match kind {
            "event" => Some(Self::Event(EventId(number))),
            "attachment" => Some(Self::Attachment(AttachmentId(number))),
            "photo" => Some(Self::Photo(PhotoId(number))),
            "voucher" => Some(Self::Voucher(VoucherId(number))),
            _ => None,
        }
    }
}

/// Says why a document is on the site, or isn't. It is named by its event's number, by `photo:5`, or by its own id.
///
/// # Errors
/// When the database or the ledger can't be read, or neither knows what was named.
pub fn document(office: &Office, named: &str) -> Result<DocumentWhy, DeskError> {
    let unknown = || Unknown { what: What::Document, named: named.to_owned(), nearest: None };
    let source = match Named::read(named).ok_or_else(unknown)? {
        Named::Event(event) => DocumentSource::Body(event),
        Named::Attachment(id) => {
            DocumentSource::Body(office.snapshot.event_of_attachment(id)?.ok_or_else(unknown)?)
        }
        Named::Photo(photo) => DocumentSource::Photo(photo),
        Named::Voucher(voucher) => {
            DocumentSource::Voucher(voucher, publier_core::domain::ids::ExpenseLineId(1))
        }
    };
    let trading = Trading::open(office)?;
    let seen = match office.series() {
        Some((ledger, series)) => ledger.seen(series, source)?,
        None => Vec::new(),
    };
    let (title, judged) = judge(office, &trading, source)?;
    if judged == Judged::Gone && seen.is_empty() || judged == Judged::FollowsItsLine && seen.is_empty() {
        return Err(unknown().into());
    }
    let parties = office.snapshot.party_logins()?;
    let placement = judged.placement();
    let binder = placement.and_then(|placement| trading.reference.binders.get(placement.binder));
    let record = match source {
        DocumentSource::Voucher(voucher, _) => format!("voucher {voucher}"),
        source => record_name(source),
    };
    Ok(DocumentWhy {
        left_out: left_out(office, source, &seen)?,
        last: Last::of(office)?,
        binder: binder.map(|binder| (binder.code.clone(), binder.name.clone())),
        concerns: placement.map(|placement| concerns(&trading, placement.target)),
        audience: placement.map(|placement| audience(&trading, placement, &parties)).unwrap_or_default(),
        rules: judged.rules(source),
        record,
        title,
        judged,
        seen,
    })
}

fn judge(office: &Office, trading: &Trading, source: DocumentSource) -> Result<(String, Judged), DeskError> {
    let gone = || (String::new(), Judged::Gone);
    let blank = |text: &str| html::is_blank(text);
    match source {
        DocumentSource::Body(id) | DocumentSource::Attachment(id, _) => {
            let Some(event) = office.snapshot.event(id, &blank)? else { return Ok(gone()) };
            let superseded = office.snapshot.superseded_events()?;
            let judged = match office.snapshot.replaced_by(id, &superseded, &trading.trade(), &blank)? {
                Some(newer) if event.published_on.is_some() => Judged::Superseded(newer),
                _ => {
                    let unbound = office.unbound_request(event.id)?;
                    Judged::Verdict(after_binding(judge_event(&event, &trading.trade()), &event, unbound))
                }
            };
            Ok((event.subject.trim().to_owned(), judged))
        }
        DocumentSource::Photo(id) => Ok(match office.snapshot.photo(id)? {
            None => gone(),
            Some(photo) => {
                let judged = Judged::Verdict(judge_photo(&photo, &trading.trade()));
                (photo.title, judged)
            }
        }),
        DocumentSource::Voucher(..) => Ok((String::new(), Judged::FollowsItsLine)),
    }
}

/// Gives what the last publication left out of the record, by its name or by a document's id.
fn left_out(
    office: &Office,
    source: DocumentSource,
    seen: &[SeenDocument],
) -> Result<Vec<LeftOutRow>, DeskError> {
    let Some((ledger, series)) = office.series() else { return Ok(Vec::new()) };
    let Some(publication) = ledger.publications(series, 1)?.into_iter().next() else { return Ok(Vec::new()) };
    let mut names = vec![record_name(source)];
    if let DocumentSource::Body(event) = source
        && let Some(event) = office.snapshot.event(event, &|_| false)?
    {
        let attachments = event.attachments.iter();
        names.extend(
            attachments.map(|attachment| record_name(DocumentSource::Attachment(event.id, attachment.id))),
        );
    }
    names.extend(seen.iter().map(|document| document.id.to_string()));
    let mut found = Vec::new();
    for name in names {
        found.extend(ledger.left_out_of(publication.id, &name)?);
    }
    Ok(found)
}

/// Names what a document concerns as staff do.
pub(in crate::desk) fn concerns(trading: &Trading, target: Target) -> String {
    let reference = &trading.reference;
    let name = match target {
        Target::Account(id) => reference.accounts.get(&id).map(|account| account.number.clone()),
        Target::Building(id) => reference.buildings.get(&id).map(|building| building.code.clone()),
        Target::Entity(id) => reference.entities.get(&id).map(|entity| entity.code.clone()),
        Target::Unit(id) => reference.units.get(&id).map(|unit| {
            let building = reference.buildings.get(&unit.building).map(|building| building.code.as_str());
            format!("{}/{}", building.unwrap_or_default(), unit.number)
        }),
    };
    name.unwrap_or_else(|| target.reference().to_string())
}

fn audience(trading: &Trading, placement: &Placement, parties: &[PartyLogin]) -> Vec<Reader> {
    let Some(binder) = trading.reference.binders.get(placement.binder) else { return Vec::new() };
    let seen_by = trading.readers.audience(placement.target, placement.date, binder, trading.today);
    readers(&seen_by, parties)
}

/// Names parties, by code.
pub(in crate::desk) fn readers(seen_by: &BTreeSet<PartyId>, parties: &[PartyLogin]) -> Vec<Reader> {
    let readers = parties.iter().filter(|party| seen_by.contains(&party.id));
    let mut readers: Vec<Reader> =
        readers.map(|party| Reader { code: party.code.clone(), name: party.display_name.clone() }).collect();
    readers.sort_by(|a, b| a.code.cmp(&b.code));
    readers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_named_by_its_event_its_record_or_its_own_id() {
        assert_eq!(Named::read("12"), Some(Named::Event(EventId(12))));
        assert_eq!(Named::read("photo:5"), Some(Named::Photo(PhotoId(5))));
        assert_eq!(Named::read("attachment 20"), Some(Named::Attachment(AttachmentId(20))));
        assert_eq!(Named::read("e000000000012.000000000034@b000000000002"), Some(Named::Event(EventId(12))));
        for bad in ["", "x", "photo:", "photo:-1", "0", "letter:3"] {
            assert_eq!(Named::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_verdict_names_its_rules() {
        for reason in RefusalReason::ALL {
            assert!(!rules_of_refusal(*reason).is_empty());
        }
        let event = DocumentSource::Body(EventId(1));
        let photo = DocumentSource::Photo(PhotoId(1));
        let no_binder = Judged::Verdict(Verdict::Refused(RefusalReason::NoBinder));
        assert_eq!((no_binder.rules(event), no_binder.rules(photo)), (&["C2", "C3"][..], &["C24"][..]));
        let waits = Judged::Verdict(Verdict::Waits(WaitReason::NoProcessingDate));
        assert_eq!(waits.rules(event), ["C27"]);
        let linked = Judged::Verdict(Verdict::Waits(WaitReason::BinderLinkedLater));
        assert_eq!(linked.rules(event), ["C3", "C4"]);
    }
}
