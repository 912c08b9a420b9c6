//! Events, their attachments and photos as documents: what is asked, refused, held, and under which title
//! (C1-C12, C20, C22, C26, C27).

use std::collections::HashMap;

use chrono::{Months, NaiveDate};

use super::audience::{Places, Target, Wanted};
use super::binder::{Binders, Status};
use super::co_owner_list::binder_refusal;
use super::ids::{AttachmentId, BinderId, BuildingId, CaseFileId, EventId, PhotoId, TemplateId};
use super::options::AttachmentTitle;
use super::records::CaseFile;
use crate::publication::reason::{RefusalReason, WaitReason};

/// An event template (modèle d'événement).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its key.
    pub id: TemplateId,
    /// Its label: « Courrier ».
    pub name: String,
    /// Its one binder (C2).
    pub binder: Option<BinderId>,
    /// « Regrouper par type de dossier » (C10).
    pub group_by_case_type: bool,
    /// « Préfixer les documents (réf. dossier) », only with the former (C11).
    pub prefix_case_reference: bool,
    /// Months of publication from the processing date; `None` or 0 = for ever (C6).
    pub duration_months: Option<u32>,
    /// « Utiliser le nom des pièces jointes » (C9).
    pub use_attachment_names: bool,
    /// « Activer les notifications » (C12).
    pub notify: bool,
}

/// The most bytes of a body that is read, pictures in `data:` addresses included: far above any letter of an agency.
pub const MAX_BODY_BYTES: u32 = 16 * 1024 * 1024;

/// What the body of an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// No body, or one without anything visible (C1).
    Blank,
    /// A restricted HTML fragment.
    Html,
    /// RTF or DOCX: refused.
    Unreadable,
    /// HTML of more than [`MAX_BODY_BYTES`]: refused without being read.
    TooLarge,
}

/// An attachment of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its key.
    pub id: AttachmentId,
    /// Its own name, with extension (C8).
    pub original_name: String,
    /// Its file, relative to the files' folder.
    pub path: String,
}

/// An event (événement) with its attachments in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// Its key.
    pub id: EventId,
    /// Whether something that decides who sees it, or when, can't be read.
    pub unreadable: bool,
    /// Its template.
    pub template: TemplateId,
    /// Its subject: the title of the body's PDF (C7).
    pub subject: String,
    /// What its body is.
    pub body: Body,
    /// The document's date (C14, C21).
    pub event_date: Option<NaiveDate>,
    /// Date of processing (C6).
    pub processed_on: Option<NaiveDate>,
    /// Date of publication; `None` = 00/00/00 (C5).
    pub published_on: Option<NaiveDate>,
    /// Moved by « Publier en date du jour » (C4).
    pub publish_request: i64,
    /// The targets it fills (C20).
    pub wanted: Wanted,
    /// Its case file (C10).
    pub case: Option<CaseFileId>,
    /// The event it cancels and replaces (G6).
    pub supersedes: Option<EventId>,
    /// Whether the agent made it by itself in place of an older one: then it doesn't notify (G8).
    pub remade: bool,
    /// Its attachments, in order.
    pub attachments: Vec<Attachment>,
}

/// A photo of a building (C17, C24).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoRecord {
    /// Its key.
    pub id: PhotoId,
    /// Whether something that decides who sees it, or when, can't be read.
    pub unreadable: bool,
    /// Its building: its scope.
    pub building: BuildingId,
    /// Its binder: its rights.
    pub binder: Option<BinderId>,
    /// Its file, relative to the files' folder.
    pub path: String,
    /// Its title.
    pub title: String,
    /// When it was taken.
    pub taken_on: Option<NaiveDate>,
    /// Date of publication; `None` = not published.
    pub published_on: Option<NaiveDate>,
    /// Moved by « Publier en date du jour ».
    pub publish_request: i64,
}

/// Everything a document's verdict needs besides its own record.
#[derive(Debug)]
pub struct Trade<'a> {
    /// Every template.
    pub templates: &'a HashMap<TemplateId, Template>,
    /// Every binder.
    pub binders: &'a Binders,
    /// Every case file.
    pub cases: &'a HashMap<CaseFileId, CaseFile>,
    /// What exists and what is sent.
    pub places: &'a Places,
    /// The global « Utiliser le nom des pièces jointes » (C9).
    pub use_attachment_names: bool,
    /// How other attachments are titled (C7).
    pub attachment_title: AttachmentTitle,
    /// The template of the co-owner lists: for the council's eyes alone (G7).
    pub co_owner_list: Option<TemplateId>,
    /// The agency's present day, Europe/Paris.
    pub today: NaiveDate,
}

/// Where a publishable document goes and until when it stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Its binder.
    pub binder: BinderId,
    /// The sub-folder of the case type (C10).
    pub folder: Option<String>,
    /// What it concerns.
    pub target: Target,
    /// The document's date (C14): the event's, else that of publication.
    pub date: NaiveDate,
    /// Date of publication.
    pub published_on: NaiveDate,
    /// Last day of visibility; `None` = for ever (C6).
    pub until: Option<NaiveDate>,
    /// Whether the template notifies (C12).
    pub notify: bool,
}

/// What the rules say of one event or photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// No publication date: nobody asked (C5).
    NotAsked,
    /// Its time of publication is over (C6).
    Over,
    /// It waits.
    Waits(WaitReason),
    /// It is asked for and can't be published.
    Refused(RefusalReason),
    /// It is published there.
    Publish(Placement),
}

/// Gives the last day of visibility of a document processed on a day: calendar months, clamped to the
/// month's end (C6). `None` = beyond the calendar: for ever.
pub fn visible_until(processed_on: NaiveDate, duration_months: u32) -> Option<NaiveDate> {
    processed_on.checked_add_months(Months::new(duration_months))
}

/// Says what becomes of an event.
pub fn judge_event(event: &EventRecord, trade: &Trade<'_>) -> Verdict {
    if event.unreadable {
        return Verdict::Refused(RefusalReason::Unreadable);
    }
    let Some(published_on) = event.published_on else { return Verdict::NotAsked };
    let Some(template) = trade.templates.get(&event.template) else {
        return Verdict::Refused(RefusalReason::DanglingReference);
    };
    if published_on > trade.today {
        return Verdict::Waits(WaitReason::FutureDate);
    }
    let until = match (template.duration_months.filter(|months| *months > 0), event.processed_on) {
        (None, _) => None,
        (Some(_), None) => return Verdict::Waits(WaitReason::NoProcessingDate),
        (Some(months), Some(processed_on)) => visible_until(processed_on, months),
    };
    if until.is_some_and(|last| last < published_on) {
        return Verdict::Refused(RefusalReason::Expired);
    }
    if until.is_some_and(|last| last < trade.today) {
        return Verdict::Over;
    }
    if event.body == Body::Blank && event.attachments.is_empty() {
        return Verdict::Refused(RefusalReason::BlankEvent);
    }
    let folder = template
        .group_by_case_type
        .then(|| trade.cases.get(&event.case?).map(|case| case.case_type.clone()))
        .flatten();
    let place = Place {
        binder: template.binder,
        wanted: event.wanted,
        folder,
        date: event.event_date,
        published_on,
        until,
        // Whoever publishes a list made again by hand wants it to be heard of (C4, G8).
        notify: template.notify && !(event.remade && event.publish_request == 0),
        council_only: trade.co_owner_list == Some(template.id),
    };
    place.settle(trade)
}

/// Says what becomes of an event that a confirmed publication left out for want of a binder: linking one later publishes
/// nothing by itself, « Publier en date du jour » does, which moves the counter (C3, C4). `unbound_request` is the
/// counter that the event had then; `None` = no confirmed publication ever saw it without a binder.
pub fn after_binding(verdict: Verdict, event: &EventRecord, unbound_request: Option<i64>) -> Verdict {
    match verdict {
        Verdict::Publish(_) if unbound_request == Some(event.publish_request) => {
            Verdict::Waits(WaitReason::BinderLinkedLater)
        }
        other => other,
    }
}

/// Says what becomes of a photo: its building's scope, its binder's rights; without a binder it isn't sent (C24).
pub fn judge_photo(photo: &PhotoRecord, trade: &Trade<'_>) -> Verdict {
    if photo.unreadable {
        return Verdict::Refused(RefusalReason::Unreadable);
    }
    let Some(published_on) = photo.published_on else { return Verdict::NotAsked };
    if published_on > trade.today {
        return Verdict::Waits(WaitReason::FutureDate);
    }
    let place = Place {
        binder: photo.binder,
        wanted: Wanted { building: Some(photo.building), ..Wanted::default() },
        folder: None,
        date: photo.taken_on,
        published_on,
        until: None,
        notify: false,
        council_only: false,
    };
    place.settle(trade)
}

/// A placement before its binder and target are known to be good.
struct Place {
    binder: Option<BinderId>,
    wanted: Wanted,
    folder: Option<String>,
    date: Option<NaiveDate>,
    published_on: NaiveDate,
    until: Option<NaiveDate>,
    notify: bool,
    council_only: bool,
}

impl Place {
    fn settle(self, trade: &Trade<'_>) -> Verdict {
        let Some(binder) = self.binder.and_then(|id| trade.binders.get(id)) else {
            return Verdict::Refused(RefusalReason::NoBinder);
        };
        if binder.fed_on_site {
            return Verdict::Refused(RefusalReason::BinderFedOnSite);
        }
        if self.council_only
            && let Some(refusal) = binder_refusal(binder.rights.grants(Status::CoOwner))
        {
            return Verdict::Refused(refusal);
        }
        match trade.places.resolve(&self.wanted, binder) {
            Err(reason) => Verdict::Refused(reason),
            // The date of publication moves when someone publishes again: it never says whose the unit was (C21).
            Ok(Target::Unit(_)) if self.date.is_none() => Verdict::Refused(RefusalReason::NoDocumentDate),
            Ok(target) => Verdict::Publish(Placement {
                binder: binder.id,
                folder: self.folder,
                target,
                date: self.date.unwrap_or(self.published_on),
                published_on: self.published_on,
                until: self.until,
                notify: self.notify,
            }),
        }
    }
}

/// Gives the title of the body's PDF: the subject, else the template's label and the date (C7, C9, C11).
pub fn body_title(event: &EventRecord, trade: &Trade<'_>, date: NaiveDate) -> String {
    let subject = event.subject.trim();
    let title = if subject.is_empty() { neutral_title(event, trade, date) } else { subject.to_owned() };
    prefixed(event, trade, title)
}

/// Gives the title of the attachment at `position` (from 0) of an event (C7-C9, C11). `number` is the digits of
/// its remote name.
pub fn attachment_title(
    event: &EventRecord,
    position: usize,
    number: &str,
    trade: &Trade<'_>,
    date: NaiveDate,
) -> String {
    let named = trade.use_attachment_names
        || trade.templates.get(&event.template).is_some_and(|template| template.use_attachment_names);
    let own_name = event.attachments.get(position).map(|attachment| own_name(&attachment.original_name));
    if let Some(own_name) = own_name.filter(|name| named && !name.is_empty()) {
        return prefixed(event, trade, own_name);
    }
    let subject = event.subject.trim();
    let base = match trade.attachment_title {
        AttachmentTitle::Number => return prefixed(event, trade, number.to_owned()),
        AttachmentTitle::Subject if !subject.is_empty() => subject.to_owned(),
        AttachmentTitle::Subject | AttachmentTitle::Neutral => neutral_title(event, trade, date),
    };
    let numbered = if position == 0 { base } else { format!("{base} ({})", position.saturating_add(1)) };
    prefixed(event, trade, numbered)
}

/// « Courrier du 12/03/2024 »: names nobody (C7).
fn neutral_title(event: &EventRecord, trade: &Trade<'_>, date: NaiveDate) -> String {
    let label = trade.templates.get(&event.template).map_or("Document", |template| template.name.as_str());
    format!("{label} du {}", date.format("%d/%m/%Y"))
}

/// Puts the case's reference before a title: only with the grouping (C11, C26).
fn prefixed(event: &EventRecord, trade: &Trade<'_>, title: String) -> String {
    let asked = trade
        .templates
        .get(&event.template)
        .is_some_and(|template| template.group_by_case_type && template.prefix_case_reference);
    let case = event.case.filter(|_| asked).and_then(|id| trade.cases.get(&id));
    match case.and_then(|case| case.reference.as_deref()).map(str::trim).filter(|text| !text.is_empty()) {
        Some(reference) => format!("{reference} - {title}"),
        None => title,
    }
}

/// Gives a file's own name in NFC, without path parts and control characters (C8).
pub fn own_name(original: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let last = original.rsplit(['/', '\\']).next().unwrap_or_default();
    last.nfc().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::audience::AccountPlace;
    use super::super::binder::{Binder, Rights};
    use super::super::ids::{AccountId, EntityId, UnitId};
    use super::super::options::Module;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    struct World {
        templates: HashMap<TemplateId, Template>,
        binders: Binders,
        cases: HashMap<CaseFileId, CaseFile>,
        places: Places,
    }

    fn world() -> World {
        let template = Template {
            id: TemplateId(1),
            name: "Courrier".into(),
            binder: Some(BinderId(1)),
            group_by_case_type: true,
            prefix_case_reference: true,
            duration_months: None,
            use_attachment_names: false,
            notify: true,
        };
        let binder = Binder {
            id: BinderId(1),
            code: "COURRIERS".into(),
            module: Module::Condo,
            name: "Courriers".into(),
            parent: None,
            fed_on_site: false,
            rights: Rights::default(),
        };
        let mut places = Places::default();
        places.entities.insert(EntityId(2), Module::Condo);
        places.accounts.insert(AccountId(10), AccountPlace { entity: EntityId(2), published: true });
        let case = CaseFile { id: CaseFileId(5), reference: Some("15".into()), case_type: "Sinistre".into() };
        World {
            templates: HashMap::from([(TemplateId(1), template)]),
            binders: Binders::new([binder], false),
            cases: HashMap::from([(CaseFileId(5), case)]),
            places,
        }
    }

    impl World {
        fn trade(&self, today: &str) -> Trade<'_> {
            Trade {
                templates: &self.templates,
                binders: &self.binders,
                cases: &self.cases,
                places: &self.places,
                use_attachment_names: false,
                attachment_title: AttachmentTitle::Neutral,
                co_owner_list: None,
                today: day(today),
            }
        }

        fn template(&mut self) -> &mut Template {
            self.templates.get_mut(&TemplateId(1)).unwrap()
        }
    }

    fn event() -> EventRecord {
        EventRecord {
            id: EventId(7),
            unreadable: false,
            template: TemplateId(1),
            subject: "Dégât des eaux".into(),
            body: Body::Html,
            event_date: Some(day("2024-03-12")),
            processed_on: Some(day("2024-01-31")),
            published_on: Some(day("2024-03-13")),
            publish_request: 1,
            wanted: Wanted { account: Some(AccountId(10)), ..Wanted::default() },
            case: None,
            supersedes: None,
            remade: false,
            attachments: vec![],
        }
    }

    fn attachment(id: i64, name: &str) -> Attachment {
        Attachment { id: AttachmentId(id), original_name: name.into(), path: name.into() }
    }

    #[test]
    fn a_binder_linked_later_publishes_nothing_until_someone_does_c3() {
        let world = world();
        let judged = || judge_event(&event(), &world.trade("2024-03-20"));
        assert!(matches!(after_binding(judged(), &event(), None), Verdict::Publish(_)), "never seen without");
        assert_eq!(after_binding(judged(), &event(), Some(1)), Verdict::Waits(WaitReason::BinderLinkedLater));
        assert!(matches!(after_binding(judged(), &event(), Some(0)), Verdict::Publish(_)), "C4: it moved");
        let refused = Verdict::Refused(RefusalReason::NoScope);
        assert_eq!(after_binding(refused.clone(), &event(), Some(1)), refused, "a refusal is said as it is");
    }

    #[test]
    fn a_unit_s_document_without_a_date_of_its_own_is_refused_and_an_account_s_is_not_c21() {
        let mut world = world();
        world.places.buildings.insert(BuildingId(3), EntityId(2));
        world.places.units.insert(UnitId(4), BuildingId(3));
        world.places.sent_units.insert(UnitId(4));
        let of_unit = Wanted { unit: Some(UnitId(4)), ..Wanted::default() };
        let judged = |wanted, event_date| {
            let event = EventRecord { event_date, wanted, ..event() };
            judge_event(&event, &world.trade("2024-03-20"))
        };
        let undated = Verdict::Refused(RefusalReason::NoDocumentDate);
        assert_eq!(judged(of_unit, None), undated);
        assert!(matches!(judged(of_unit, Some(day("2024-03-12"))), Verdict::Publish(_)));
        let of_account = event().wanted;
        let verdict = judged(of_account, None);
        assert!(
            matches!(&verdict, Verdict::Publish(placed) if placed.date == day("2024-03-13")),
            "{verdict:?}"
        );
    }

    /// C20: what can't be read is never taken for « none », which would mean a wider target or « for ever ».
    #[test]
    fn an_event_that_can_not_be_read_is_refused_before_anything_is_asked_of_it_c20() {
        let unreadable = EventRecord { unreadable: true, published_on: None, ..event() };
        let verdict = judge_event(&unreadable, &world().trade("2024-03-31"));
        assert_eq!(verdict, Verdict::Refused(RefusalReason::Unreadable));
    }

    /// C6: 31 January and one month; visible through the last day.
    #[test]
    fn a_duration_is_in_calendar_months_clamped_to_the_months_end() {
        assert_eq!(visible_until(day("2023-01-31"), 1), Some(day("2023-02-28")));
        assert_eq!(visible_until(day("2024-01-31"), 1), Some(day("2024-02-29")));
        assert_eq!(visible_until(day("2024-02-29"), 12), Some(day("2025-02-28")));
        let mut world = world();
        world.template().duration_months = Some(2);
        assert!(matches!(judge_event(&event(), &world.trade("2024-03-31")), Verdict::Publish(_)));
        assert_eq!(judge_event(&event(), &world.trade("2024-04-01")), Verdict::Over);
        world.template().duration_months = Some(0);
        assert!(matches!(judge_event(&event(), &world.trade("2034-04-01")), Verdict::Publish(_)));
    }

    /// C6: republishing an expired event leaves it expired, and says so; one that merely ends is over in silence.
    #[test]
    fn an_event_published_after_its_last_day_is_refused_as_expired() {
        let mut world = world();
        world.template().duration_months = Some(2);
        let at = |published_on| EventRecord { published_on: Some(day(published_on)), ..event() };
        let today = world.trade("2024-06-01");
        assert_eq!(judge_event(&at("2024-03-31"), &today), Verdict::Over);
        assert_eq!(judge_event(&at("2024-04-01"), &today), Verdict::Refused(RefusalReason::Expired));
    }

    /// C27.
    #[test]
    fn a_duration_without_a_processing_date_is_held_and_never_for_ever() {
        let mut world = world();
        world.template().duration_months = Some(2);
        let verdict = judge_event(&EventRecord { processed_on: None, ..event() }, &world.trade("2024-03-31"));
        assert_eq!(verdict, Verdict::Waits(WaitReason::NoProcessingDate));
    }

    /// C4, C5.
    #[test]
    fn no_date_asks_for_nothing_and_a_future_date_waits() {
        let world = world();
        let trade = world.trade("2024-03-31");
        let undated = judge_event(&EventRecord { published_on: None, ..event() }, &trade);
        assert_eq!(undated, Verdict::NotAsked);
        let future = judge_event(&EventRecord { published_on: Some(day("2024-04-01")), ..event() }, &trade);
        assert_eq!(future, Verdict::Waits(WaitReason::FutureDate));
    }

    /// C1, C2, B9, C18.
    #[test]
    fn a_blank_event_or_one_without_a_usable_binder_is_refused() {
        let mut world = world();
        let blank = EventRecord { body: Body::Blank, ..event() };
        assert_eq!(
            judge_event(&blank, &world.trade("2024-03-31")),
            Verdict::Refused(RefusalReason::BlankEvent)
        );
        let with_file = EventRecord { attachments: vec![attachment(1, "a.pdf")], ..blank };
        assert!(matches!(judge_event(&with_file, &world.trade("2024-03-31")), Verdict::Publish(_)));
        world.template().binder = None;
        let verdict = judge_event(&event(), &world.trade("2024-03-31"));
        assert_eq!(verdict, Verdict::Refused(RefusalReason::NoBinder));
    }

    #[test]
    fn a_co_owner_list_that_plain_co_owners_would_see_is_refused_g7() {
        let mut world = world();
        let list = |world: &World| {
            judge_event(&event(), &Trade { co_owner_list: Some(TemplateId(1)), ..world.trade("2024-03-31") })
        };
        assert!(matches!(list(&world), Verdict::Publish(_)));
        let open = |binder: &Binder| Binder {
            rights: Rights { co_owner: true, ..Rights::default() },
            ..binder.clone()
        };
        let binder = world.binders.get(BinderId(1)).map(open).unwrap();
        world.binders = Binders::new([binder], false);
        assert_eq!(list(&world), Verdict::Refused(RefusalReason::CouncilOnly));
        assert!(matches!(judge_event(&event(), &world.trade("2024-03-31")), Verdict::Publish(_)));
    }

    #[test]
    fn a_list_made_again_by_itself_notifies_only_once_someone_publishes_it_g8_c4() {
        let world = world();
        let notifies = |remade, publish_request| {
            let event = EventRecord { publish_request, remade, ..event() };
            match judge_event(&event, &world.trade("2024-03-31")) {
                Verdict::Publish(place) => place.notify,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!([notifies(false, 0), notifies(true, 0), notifies(true, 1)], [true, false, true]);
    }

    /// C7: an attachment's default title names nobody.
    #[test]
    fn attachments_are_titled_by_template_and_date_then_numbered() {
        let world = world();
        let event = EventRecord {
            attachments: vec![attachment(1, "devis DUPONT.pdf"), attachment(2, "b.pdf")],
            ..event()
        };
        let trade = world.trade("2024-03-31");
        let date = day("2024-03-12");
        assert_eq!(attachment_title(&event, 0, "1", &trade, date), "Courrier du 12/03/2024");
        assert_eq!(attachment_title(&event, 1, "1", &trade, date), "Courrier du 12/03/2024 (2)");
        assert_eq!(body_title(&event, &trade, date), "Dégât des eaux");
        let by_number = Trade { attachment_title: AttachmentTitle::Number, ..world.trade("2024-03-31") };
        assert_eq!(attachment_title(&event, 0, "07019051_01248559", &by_number, date), "07019051_01248559");
    }

    /// C8, C9.
    #[test]
    fn an_attachment_keeps_its_own_name_when_either_option_says_so() {
        let mut world = world();
        let event =
            EventRecord { attachments: vec![attachment(1, "C:\\scan\\de\u{301}vis_rosace.jpg")], ..event() };
        let date = day("2024-03-12");
        let global = Trade { use_attachment_names: true, ..world.trade("2024-03-31") };
        assert_eq!(attachment_title(&event, 0, "1", &global, date), "d\u{e9}vis_rosace.jpg");
        world.template().use_attachment_names = true;
        assert_eq!(
            attachment_title(&event, 0, "1", &world.trade("2024-03-31"), date),
            "d\u{e9}vis_rosace.jpg"
        );
    }

    /// C10, C11, C26: the reference (15), not the number (0152).
    #[test]
    fn a_case_gives_its_type_as_folder_and_its_reference_as_prefix() {
        let mut world = world();
        let event = EventRecord { case: Some(CaseFileId(5)), ..event() };
        let Verdict::Publish(place) = judge_event(&event, &world.trade("2024-03-31")) else { panic!() };
        assert_eq!(place.folder.as_deref(), Some("Sinistre"));
        assert_eq!(body_title(&event, &world.trade("2024-03-31"), place.date), "15 - Dégât des eaux");
        world.template().group_by_case_type = false;
        assert_eq!(body_title(&event, &world.trade("2024-03-31"), place.date), "Dégât des eaux");
    }

    /// C4: « Publier en date du jour » goes out the same day.
    #[test]
    fn an_event_or_a_photo_dated_today_is_published_today() {
        let world = world_with_a_building();
        let today = world.trade("2024-03-13");
        assert!(matches!(judge_event(&event(), &today), Verdict::Publish(_)));
        assert!(matches!(judge_photo(&photo(), &today), Verdict::Publish(_)));
    }

    fn world_with_a_building() -> World {
        let mut world = world();
        world.places.buildings.insert(BuildingId(20), EntityId(2));
        world.places.sent_buildings.insert(BuildingId(20));
        world
    }

    fn photo() -> PhotoRecord {
        PhotoRecord {
            id: PhotoId(3),
            unreadable: false,
            building: BuildingId(20),
            binder: Some(BinderId(1)),
            path: "hall.jpg".into(),
            title: "Hall".into(),
            taken_on: Some(day("2024-03-01")),
            published_on: Some(day("2024-03-13")),
            publish_request: 0,
        }
    }

    /// C17, C24, C5, C20.
    #[test]
    fn a_photo_is_for_its_building_in_its_binder_from_its_date_on_and_else_isnt_sent() {
        let world = world_with_a_building();
        let judged = |photo: PhotoRecord| judge_photo(&photo, &world.trade("2024-03-31"));
        let expected = Placement {
            binder: BinderId(1),
            folder: None,
            target: Target::Building(BuildingId(20)),
            date: day("2024-03-01"),
            published_on: day("2024-03-13"),
            until: None,
            notify: false,
        };
        assert_eq!(judged(photo()), Verdict::Publish(expected.clone()));
        let undated = Placement { date: day("2024-03-13"), ..expected };
        assert_eq!(judged(PhotoRecord { taken_on: None, ..photo() }), Verdict::Publish(undated));
        let otherwise = [
            (PhotoRecord { published_on: None, ..photo() }, Verdict::NotAsked),
            (
                PhotoRecord { published_on: Some(day("2024-04-01")), ..photo() },
                Verdict::Waits(WaitReason::FutureDate),
            ),
            (PhotoRecord { binder: None, ..photo() }, Verdict::Refused(RefusalReason::NoBinder)),
            (PhotoRecord { unreadable: true, ..photo() }, Verdict::Refused(RefusalReason::Unreadable)),
            (
                PhotoRecord { building: BuildingId(99), ..photo() },
                Verdict::Refused(RefusalReason::DanglingTarget),
            ),
        ];
        for (photo, verdict) in otherwise {
            assert_eq!(judged(photo), verdict);
        }
    }

    /// C7: the setting `attachment_title = subject`.
    #[test]
    fn an_attachment_takes_its_events_subject_when_told_to_and_the_neutral_title_where_it_is_blank() {
        let world = world();
        let by_subject = Trade { attachment_title: AttachmentTitle::Subject, ..world.trade("2024-03-31") };
        let title = |subject: &str, position| {
            let event = EventRecord { subject: subject.into(), ..event() };
            attachment_title(&event, position, "1", &by_subject, day("2024-03-12"))
        };
        assert_eq!(title(" Dégât des eaux ", 0), "Dégât des eaux");
        assert_eq!(title("Dégât des eaux", 1), "Dégât des eaux (2)");
        assert_eq!(title(" ", 0), "Courrier du 12/03/2024");
    }
}
