//! Events, their attachments and photos: the verdict of each, and what its files are worth (C1-C27).

use std::collections::{BTreeMap, HashSet};

use publier_core::domain::audience::{Readers, Target};
use publier_core::domain::document::{
    Body, EventRecord, PhotoRecord, Placement, Trade, Verdict, after_binding, judge_event, judge_photo,
};
use publier_core::domain::ids::{PartyId, TemplateId};
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::reason::{RefusalReason, WaitReason};

use super::{Books, Code, Finding, Kind, Record, Sink};
use crate::ledger::unbound::Unbound;
use crate::package::inspect::opens;
use crate::package::mime::FileKind;
use crate::package::vault::Vault;
use crate::photo;
use crate::render::html;
use crate::source::SourceError;

/// What is told once a template, with the number of its events.
#[derive(Debug, Default)]
struct PerTemplate {
    no_binder: u64,
    linked_later: u64,
    fed_on_site: u64,
    body_format: u64,
}

/// The check of events under way.
struct Events<'c> {
    books: &'c Books,
    vault: &'c Vault,
    trade: Trade<'c>,
    readers: Readers,
    logins: HashSet<PartyId>,
    templates: BTreeMap<TemplateId, PerTemplate>,
    /// Of each building and entity: how many of its events and photos are published, and the fewest and the most readers.
    places: BTreeMap<Target, (u64, usize, usize)>,
}

/// Checks the events and photos that ask to be published.
/// `unbound` knows which events a publication left out for want of a binder (C3); a ledger that can't be read is a
/// finding of its own.
pub(super) fn check(
    books: &Books,
    vault: &Vault,
    mut unbound: Option<Unbound>,
    each: &mut Sink<'_>,
) -> Result<(), SourceError> {
    let Books { snapshot, reference, selection, today } = books;
    let mut events = Events {
        books,
        vault,
        trade: reference.trade(&selection.places, *today),
        readers: selection.readers(reference.books()),
        logins: snapshot.parties_with_a_login()?,
        templates: BTreeMap::new(),
        places: BTreeMap::new(),
    };
    let successions = snapshot.successions()?;
    let blank = |text: &str| html::is_blank(text);
    snapshot.each_event::<SourceError>(&blank, |event, _| {
        if snapshot.replaced_by(event.id, &successions, &events.trade, &blank)?.is_none() {
            let request = unbound.as_mut().and_then(|unbound| unbound.request_of(event.id).ok().flatten());
            events.event(&event, request, each);
        }
        Ok(())
    })?;
    for event in successions.circles() {
        each(Finding::new(Code::SupersedesCircle, Record::new(Kind::Event, event)));
    }
    events.templates(each);
    snapshot.each_photo::<SourceError>(|photo| {
        events.photo(&photo, each);
        Ok(())
    })?;
    events.places(each);
    Ok(())
}

impl Events<'_> {
    fn event(&mut self, event: &EventRecord, unbound: Option<i64>, each: &mut Sink<'_>) {
        let find = |code| Finding::new(code, Record::new(Kind::Event, event.id));
        match after_binding(judge_event(event, &self.trade), event, unbound) {
            Verdict::NotAsked | Verdict::Waits(WaitReason::FutureDate) => {}
            Verdict::Waits(WaitReason::NoProcessingDate) => each(find(Code::NoProcessingDate)),
            Verdict::Waits(WaitReason::BinderLinkedLater) => {
                self.templates.entry(event.template).or_default().linked_later += 1;
            }
            Verdict::Waits(_) | Verdict::Over => {}
            Verdict::Refused(reason) => self.refused(event, reason, each),
            Verdict::Publish(placement) => self.published(event, &placement, each),
        }
    }

    fn refused(&mut self, event: &EventRecord, reason: RefusalReason, each: &mut Sink<'_>) {
        let of_template = self.templates.entry(event.template).or_default();
        match reason {
            RefusalReason::NoBinder => of_template.no_binder += 1,
            RefusalReason::BinderFedOnSite => of_template.fed_on_site += 1,
            RefusalReason::DanglingReference => {
                let template = event.template.to_string();
                let record = Record::new(Kind::Event, event.id);
                each(Finding::new(Code::TemplateMissing, record).with("template", &template));
            }
            // Told once, of the binder (G7).
            RefusalReason::CouncilOnly => {}
            reason => each(Finding::new(refusal(reason), Record::new(Kind::Event, event.id))),
        }
    }

    fn published(&mut self, event: &EventRecord, placement: &Placement, each: &mut Sink<'_>) {
        let record = || Record::new(Kind::Event, event.id);
        if event.body == Body::Unreadable {
            self.templates.entry(event.template).or_default().body_format += 1;
        }
        if event.body == Body::TooLarge {
            each(Finding::new(Code::BodyTooLarge, record()));
        }
        let body = (event.body != Body::Blank).then_some(DocumentSource::Body(event.id));
        let attached = event.attachments.iter().map(|one| DocumentSource::Attachment(event.id, one.id));
        let in_range = |source| DocumentId::new(source, placement.target).is_ok();
        if !body.into_iter().chain(attached).all(in_range) {
            each(Finding::new(Code::IdOutOfRange, record()));
        }
        if self.has_no_reader(placement) {
            each(Finding::new(Code::EmptyAudience, record()));
        }
        for attachment in &event.attachments {
            if let Some(code) = file_fault(self.vault, &attachment.path, false) {
                let record = Record::new(Kind::Attachment, attachment.id);
                each(Finding::new(code, record).with("of", &event.id.to_string()));
            }
        }
    }

    /// Counts who would read it, and remembers it where it is a building's or an entity's (C23).
    fn has_no_reader(&mut self, placement: &Placement) -> bool {
        let Some(binder) = self.books.reference.binders.get(placement.binder) else { return false };
        let today = self.books.today;
        let count = self.readers.count(placement.target, placement.date, binder, today, &self.logins);
        if matches!(placement.target, Target::Building(_) | Target::Entity(_)) {
            let (documents, fewest, most) = self.places.entry(placement.target).or_insert((0, usize::MAX, 0));
            *documents += 1;
            *fewest = count.min(*fewest);
            *most = count.max(*most);
        }
        count == 0
    }

    /// Tells how many read what is published for each building and entity (C23).
    fn places(&self, each: &mut Sink<'_>) {
        let reference = &self.books.reference;
        for (target, (documents, fewest, most)) in &self.places {
            let record = match target {
                Target::Building(id) => {
                    let code = reference.buildings.get(id).map_or("", |building| &building.code);
                    Record::new(Kind::Building, id).called(code)
                }
                Target::Entity(id) => {
                    let code = reference.entities.get(id).map_or("", |entity| &entity.code);
                    Record::new(Kind::Entity, id).called(code)
                }
                Target::Account(_) | Target::Unit(_) => continue,
            };
            let even = if fewest == most { "yes" } else { "no" };
            let finding = Finding::new(Code::Readers, record).counting(*documents).with("even", even);
            each(finding.with("fewest", &fewest.to_string()).with("most", &most.to_string()));
        }
    }

    fn photo(&mut self, photo: &PhotoRecord, each: &mut Sink<'_>) {
        let find = |code| Finding::new(code, Record::new(Kind::Photo, photo.id));
        match judge_photo(photo, &self.trade) {
            Verdict::Refused(RefusalReason::NoBinder) => each(find(Code::PhotoWithoutBinder)),
            Verdict::Refused(RefusalReason::BinderFedOnSite) => {
                each(find(Code::BinderFedOnSite).counting(1));
            }
            Verdict::Refused(reason) => each(find(refusal(reason))),
            Verdict::Publish(placement) => {
                if self.has_no_reader(&placement) {
                    each(find(Code::EmptyAudience));
                }
                if let Some(code) = file_fault(self.vault, &photo.path, true) {
                    each(find(code).with("of", &photo.building.to_string()));
                }
            }
            Verdict::NotAsked | Verdict::Over | Verdict::Waits(_) => {}
        }
    }

    /// Tells what was counted by template. A template on a binder fed on the site is one even without events (B9).
    fn templates(&mut self, each: &mut Sink<'_>) {
        let binders = &self.books.reference.binders;
        let on_site = self.books.reference.templates.values().filter(|template| {
            template.binder.and_then(|id| binders.get(id)).is_some_and(|binder| binder.fed_on_site)
        });
        for template in on_site {
            self.templates.entry(template.id).or_default().fed_on_site += 0;
        }
        for (id, counts) in &self.templates {
            let template = self.books.reference.templates.get(id);
            let name = template.map_or("", |template| &template.name);
            let find = |code, count| {
                Finding::new(code, Record::new(Kind::Template, id).called(name)).counting(count)
            };
            let is_on_site = template
                .and_then(|template| binders.get(template.binder?))
                .is_some_and(|binder| binder.fed_on_site);
            if is_on_site {
                each(find(Code::BinderFedOnSite, counts.fed_on_site));
            }
            if counts.no_binder > 0 {
                each(find(Code::NoBinder, counts.no_binder));
            }
            if counts.linked_later > 0 {
                each(find(Code::BinderLinkedLater, counts.linked_later));
            }
            if counts.body_format > 0 {
                each(find(Code::BodyFormat, counts.body_format));
            }
        }
    }
}

/// Gives the finding that a refusal of one record is.
fn refusal(reason: RefusalReason) -> Code {
    use RefusalReason as R;
    match reason {
        R::BlankEvent => Code::BlankEvent,
        R::NoScope => Code::NoScope,
        R::TargetNotPublished => Code::TargetNotPublished,
        R::NoDocumentDate => Code::NoDocumentDate,
        R::ModuleMismatch => Code::ModuleMismatch,
        R::NoBinder => Code::NoBinder,
        R::BinderFedOnSite => Code::BinderFedOnSite,
        R::Expired => Code::ExpiredRepublished,
        _ => Code::DanglingTarget,
    }
}

/// Says why a file can't be sent, as a publication would find it.
pub(super) fn file_fault(vault: &Vault, path: &str, must_be_a_picture: bool) -> Option<Code> {
    let kind = vault.find(path).and_then(|found| {
        let kind = vault.kind(&found)?;
        opens(&found.path, kind)?;
        if must_be_a_picture && matches!(kind, FileKind::Jpeg | FileKind::Png) {
            // As a publication does: the whole file, since a photo that is cut short is well to its last byte.
            let photo = std::fs::read(&found.path).map_err(|_| RefusalReason::FileUnreadable)?;
            photo::without_metadata(&photo).map_err(|error| error.refusal())?;
        }
        Ok(kind)
    });
    match kind {
        Ok(FileKind::Jpeg | FileKind::Png) => None,
        Ok(_) => must_be_a_picture.then_some(Code::PhotoType),
        Err(RefusalReason::FileMissing) => Some(Code::FileMissing),
        Err(RefusalReason::FileEmpty) => Some(Code::FileEmpty),
        Err(RefusalReason::FileTooLarge) => Some(Code::FileTooLarge),
        Err(RefusalReason::FileType) => Some(Code::FileType),
        Err(RefusalReason::FileDamaged) => Some(Code::FileDamaged),
        Err(RefusalReason::FileProtected) => Some(Code::FileProtected),
        Err(_) => Some(Code::FileUnreadable),
    }
}
