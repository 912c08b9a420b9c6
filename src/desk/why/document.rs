//! Why a document is on the site, or isn't; who sees it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use publier_core::domain::audience::Target;
use publier_core::domain::document::{Placement, Verdict, after_binding, judge_event, judge_photo};
use publier_core::domain::expenses::{ExpenseSection, ExpenseVerdict, line_verdict};
use publier_core::domain::ids::{
    AttachmentId, BinderId, BuildingId, EventId, ExpenseLineId, PartyId, PhotoId, VoucherId,
};
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::facts::Section;
use publier_core::publication::reason::{RefusalReason, WaitReason};

use super::{Last, OnTarget};
use crate::desk::error::{DeskError, Unknown, What};
use crate::desk::office::{Office, Trading};
use crate::flow::record_name;
use crate::ledger::accounting::LeftOutRow;
use crate::ledger::plan::LeftOut;
use crate::ledger::seen::SeenDocument;
use crate::ledger::{Ledger, SeriesKey};
use crate::render::html;
use crate::source::staff::PartyLogin;
use crate::source::{DocumentTable, ExpenseRow, SourceError};

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
    /// Whether it has a login; without one it waits to come in.
    pub has_login: bool,
}

/// One of the places where a document stands, with those who see it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What it concerns there, as staff name it: a number or a code.
    pub concerns: String,
    /// The parties that see it there, by code.
    pub audience: Vec<Reader>,
}

/// What a target's series holds of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocumentHeld {
    /// Each part and whom it concerns, live or removed.
    pub seen: Vec<SeenDocument>,
    /// What the last publication left out of it.
    pub left_out: Vec<LeftOutRow>,
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
    /// What it concerns, as staff name it: a number or a code; all of them where it stands in several places.
    pub concerns: Option<String>,
    /// The parties that see it, by code, wherever it stands.
    pub audience: Vec<Reader>,
    /// The places where it stands: several for a voucher of several buildings (E8).
    pub places: Vec<Place>,
    /// What each target holds of it, the main one first.
    pub targets: Vec<OnTarget<DocumentHeld>>,
    /// What happened last.
    pub last: Last,
}

/// What was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Event(EventId),
    Attachment(AttachmentId),
    Photo(PhotoId),
    /// A voucher wherever it is seen, or one of its documents alone: beside that line, for that building.
    Voucher(VoucherId, Option<DocumentId>),
}

impl Named {
    /// Reads `12` (an event), `event:12`, `attachment:3`, `photo:5`, `voucher:7`, or a document's id, for a voucher with or
    /// without the building behind its `@`.
    fn read(text: &str) -> Option<Self> {
        if let Ok(id) = text.parse::<DocumentId>() {
            return Some(match id.source() {
                DocumentSource::Body(event) => Self::Event(event),
                DocumentSource::Attachment(_, attachment) => Self::Attachment(attachment),
                DocumentSource::Photo(photo) => Self::Photo(photo),
                DocumentSource::Voucher(voucher, _) => Self::Voucher(voucher, Some(id)),
            });
        }
        if let Some(rest) = text.strip_prefix('v')
            && let Some((voucher, _)) = rest.split_once('.')
        {
            return voucher.parse().ok().filter(|id| *id > 0).map(|id| Self::Voucher(VoucherId(id), None));
        }
        let (kind, number) = text.split_once([':', ' ']).unwrap_or(("event", text));
        let number: i64 = number.trim().parse().ok().filter(|number| *number > 0)?;
        match kind {
            "event" => Some(Self::Event(EventId(number))),
            "attachment" => Some(Self::Attachment(AttachmentId(number))),
            "photo" => Some(Self::Photo(PhotoId(number))),
            "voucher" => Some(Self::Voucher(VoucherId(number), None)),
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
    let mut alone = None;
    let source = match Named::read(named).ok_or_else(unknown)? {
        Named::Event(event) => DocumentSource::Body(event),
        Named::Attachment(id) => {
            DocumentSource::Attachment(office.snapshot.event_of_attachment(id)?.ok_or_else(unknown)?, id)
        }
        Named::Photo(photo) => DocumentSource::Photo(photo),
        Named::Voucher(voucher, id) => {
            alone = id;
            // One voucher serves several lines: all of them are looked at, unless one is named.
            id.map_or(DocumentSource::Voucher(voucher, ExpenseLineId(1)), DocumentId::source)
        }
    };
    let trading = Trading::open(office)?;
    let is_meant = |id: DocumentId| is_of(id.source(), source) && alone.is_none_or(|alone| alone == id);
    let parts = names_of(office, source)?;
    let targets = OnTarget::each(office, |ledger, series| {
        let mut seen = ledger.seen(series, source)?;
        seen.retain(|document| is_meant(document.id));
        Ok(DocumentHeld { seen, left_out: left_out(ledger, series, source, &parts)? })
    })?;
    let never_seen = targets.iter().all(|target| target.held.seen.is_empty());
    let (title, judged) = judge(office, &trading, source)?;
    if judged == Judged::Gone && never_seen {
        return Err(unknown().into());
    }
    let left_out = targets.first().map_or(&[][..], |main| &main.held.left_out);
    let judged = without_its_file(judged, source, left_out);
    let parties = office.snapshot.party_logins()?;
    let shown = match source {
        DocumentSource::Voucher(voucher, _) => voucher_shown(office, &trading, voucher, alone)?,
        _ => judged.placement().map(|placement| shown(&trading, placement)).unwrap_or_default(),
    };
    if alone.is_some() && shown.places.is_empty() && never_seen {
        return Err(unknown().into());
    }
    let seen_by = shown.places.iter().flat_map(|(_, seen_by)| seen_by.iter().copied()).collect();
    let binder = shown.binder.and_then(|binder| trading.reference.binders.get(binder));
    let record = match source {
        DocumentSource::Voucher(voucher, _) => format!("voucher {voucher}"),
        source => record_name(source),
    };
    Ok(DocumentWhy {
        last: Last::of(office)?,
        binder: binder.map(|binder| (binder.code.clone(), binder.name.clone())),
        concerns: shown.binder.map(|_| shown.concerns()),
        audience: readers(&seen_by, &parties),
        places: shown.places(&parties),
        rules: judged.rules(source),
        record,
        title,
        judged,
        targets,
    })
}

/// Tells whether a document is of the record that is asked about: an event's own question takes its attachments too.
fn is_of(document: DocumentSource, asked: DocumentSource) -> bool {
    match asked {
        DocumentSource::Attachment(..) => document == asked,
        _ => true,
    }
}

/// An attachment whose event may be published, and whose own file kept it out of the last publication.
fn without_its_file(judged: Judged, source: DocumentSource, left_out: &[LeftOutRow]) -> Judged {
    let refused = left_out.iter().find_map(|row| match row.verdict {
        LeftOut::Refused(reason) => Some(reason),
        LeftOut::Held(_) => None,
    });
    match (source, refused) {
        (DocumentSource::Attachment(..), Some(reason)) if judged.placement().is_some() => {
            Judged::Verdict(Verdict::Refused(reason))
        }
        _ => judged,
    }
}

/// The binder in which a record stands, and who sees it in each place.
#[derive(Default)]
struct Shown {
    binder: Option<BinderId>,
    places: Vec<(String, BTreeSet<PartyId>)>,
}

impl Shown {
    fn concerns(&self) -> String {
        self.places.iter().map(|(concerns, _)| concerns.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn places(&self, parties: &[PartyLogin]) -> Vec<Place> {
        let place = |(concerns, seen_by): &(String, BTreeSet<PartyId>)| Place {
            concerns: concerns.clone(),
            audience: readers(seen_by, parties),
        };
        self.places.iter().map(place).collect()
    }
}

fn shown(trading: &Trading, placement: &Placement) -> Shown {
    let binder = trading.reference.binders.get(placement.binder);
    let seen_by = binder
        .map(|binder| trading.readers.audience(placement.target, placement.date, binder, trading.today));
    let place = (concerns(trading, placement.target), seen_by.unwrap_or_default());
    Shown { binder: Some(placement.binder), places: vec![place] }
}

/// A voucher is seen where a line that bears it is sent, under the rights of the expense list (E2, E5, E8); one document of
/// it beside its own line and in its own building alone.
fn voucher_shown(
    office: &Office,
    trading: &Trading,
    voucher: VoucherId,
    alone: Option<DocumentId>,
) -> Result<Shown, DeskError> {
    let reference = &trading.reference;
    let ExpenseSection::Sent { rights_from } = reference.expense_section() else {
        return Ok(Shown::default());
    };
    let Some(binder) = reference.binders.get(rights_from) else { return Ok(Shown::default()) };
    let mut buildings: BTreeMap<BuildingId, NaiveDate> = BTreeMap::new();
    let is_meant = |row: &ExpenseRow| {
        alone.is_none_or(|id| {
            id.source() == DocumentSource::Voucher(voucher, row.id)
                && id.target() == Target::Building(row.building)
        })
    };
    office.snapshot.each_expense::<SourceError>(|row| {
        let sent = |row: &ExpenseRow| {
            row.vouchers.iter().any(|of_line| of_line.voucher == voucher)
                && line_verdict(&reference.expense_row(row, &[]), &reference.options) == ExpenseVerdict::Sent
        };
        if let Ok(row) = row
            && is_meant(&row)
            && sent(&row)
        {
            let last = buildings.entry(row.building).or_insert(row.date);
            *last = row.date.max(*last);
        }
        Ok(())
    })?;
    let place = |(building, date): (BuildingId, NaiveDate)| {
        let target = Target::Building(building);
        (concerns(trading, target), trading.readers.audience(target, date, binder, trading.today))
    };
    let places: Vec<_> = buildings.into_iter().map(place).collect();
    Ok(Shown { binder: (!places.is_empty()).then_some(rights_from), places })
}

fn judge(office: &Office, trading: &Trading, source: DocumentSource) -> Result<(String, Judged), DeskError> {
    let gone = || (String::new(), Judged::Gone);
    let blank = |text: &str| html::is_blank(text);
    match source {
        DocumentSource::Body(id) | DocumentSource::Attachment(id, _) => {
            let Some(event) = office.snapshot.event(id, &blank)? else { return Ok(gone()) };
            let name = match source {
                DocumentSource::Attachment(_, attachment) => event
                    .attachments
                    .iter()
                    .find(|one| one.id == attachment)
                    .map(|one| one.original_name.clone()),
                _ => Some(event.subject.trim().to_owned()),
            };
            let Some(name) = name else { return Ok(gone()) };
            let successions = office.snapshot.successions()?;
            let judged = match office.snapshot.replaced_by(id, &successions, &trading.trade(), &blank)? {
                Some(newer) if event.published_on.is_some() => Judged::Superseded(newer),
                _ => {
                    let unbound = office.unbound_request(event.id)?;
                    Judged::Verdict(after_binding(judge_event(&event, &trading.trade()), &event, unbound))
                }
            };
            Ok((name, judged))
        }
        DocumentSource::Photo(id) => Ok(match office.snapshot.photo(id)? {
            None => gone(),
            Some(photo) => {
                let judged = Judged::Verdict(judge_photo(&photo, &trading.trade()));
                (photo.title, judged)
            }
        }),
        DocumentSource::Voucher(voucher, _) => {
            let exists = office.snapshot.exists(DocumentTable::Voucher, voucher.0)?;
            let name = office.snapshot.name_of(DocumentTable::Voucher, voucher.0)?;
            Ok(if exists { (name.unwrap_or_default(), Judged::FollowsItsLine) } else { gone() })
        }
    }
}

/// Gives the names under which a publication may leave the record out: its own, and of an event those of its attachments.
fn names_of(office: &Office, source: DocumentSource) -> Result<Vec<String>, DeskError> {
    let mut names = vec![record_name(source)];
    if let DocumentSource::Body(event) = source
        && let Some(event) = office.snapshot.event(event, &|_| false)?
    {
        let attachments = event.attachments.iter();
        names.extend(
            attachments.map(|attachment| record_name(DocumentSource::Attachment(event.id, attachment.id))),
        );
    }
    Ok(names)
}

/// Gives what the last publication of a series left out of the record, by its names or by a document's id.
fn left_out(
    ledger: &Ledger,
    series: SeriesKey,
    source: DocumentSource,
    names: &[String],
) -> Result<Vec<LeftOutRow>, DeskError> {
    let Some(publication) = ledger.publications(series, 1)?.into_iter().next() else { return Ok(Vec::new()) };
    let mut found = ledger.left_out_documents(publication.id, source)?;
    for name in names {
        found.extend(ledger.left_out_of(publication.id, Section::Documents, name)?);
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

/// Names parties, by code.
pub(in crate::desk) fn readers(seen_by: &BTreeSet<PartyId>, parties: &[PartyLogin]) -> Vec<Reader> {
    let readers = parties.iter().filter(|party| seen_by.contains(&party.id));
    let mut readers: Vec<Reader> = readers
        .map(|party| Reader {
            code: party.code.clone(),
            name: party.display_name.clone(),
            has_login: party.login.as_ref().is_some_and(|login| !login.trim().is_empty()),
        })
        .collect();
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
        let attachment = Some(Named::Attachment(AttachmentId(34)));
        assert_eq!(Named::read("e000000000012.000000000034@b000000000002"), attachment);
        assert_eq!(Named::read("e000000000012.000000000000@b000000000002"), Some(Named::Event(EventId(12))));
        let voucher = "v000000000005.000000000051@b000000000002";
        assert_eq!(Named::read(voucher), Some(Named::Voucher(VoucherId(5), voucher.parse().ok())));
        let bare = Some(Named::Voucher(VoucherId(5), None));
        assert_eq!((Named::read("voucher:5"), Named::read("v000000000005.000000000051")), (bare, bare));
        for bad in ["", "x", "vx.1", "photo:", "photo:-1", "0", "letter:3"] {
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
