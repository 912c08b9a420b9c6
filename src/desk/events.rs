//! Events: « Publier en date du jour » and « Dépublier », in bulk (C4, C5).
//!
//! # Promises
//! - Publishing is judged as the next publication will judge it: an event that it would refuse is refused here, by the same
//!   reason, and stays as it was (C1, C2, C15, C20, C22). Who would read it is said (C23).
//! - Publishing moves the counter once a day, so that a command given twice is one publication (C4); `again` moves it once
//!   more.
//! - Unpublishing takes effect at the next publication. A publication of removals alone, at once (PUBLICATION.md 15), is
//!   the flow's work: it takes the events unpublished here; [`super::exposure`] says who could see them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use publier_core::domain::document::{Body, EventRecord, Placement, Verdict, judge_event};
use publier_core::domain::ids::{AccountId, EventId, TemplateId};
use publier_core::domain::staff::{Change, publishing, unpublishing};
use publier_core::publication::reason::{RefusalReason, StaffReason, WaitReason};

use super::error::{DeskError, Unknown, What};
use super::nearest::nearest;
use super::office::{Office, Trading, building, by_code, entity};
use super::row::{Kind, Notice, Outcome, Refusal, Results, Row};
use crate::render::html;
use crate::source::Reference;
use crate::source::staff::{EventFilter, EventRow, TemplateRow};
use crate::source::write::staff::EventResult;

/// Which events staff mean; a blank field leaves every event in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selected {
    /// These ones alone.
    pub ids: Vec<EventId>,
    /// Of the template of this code.
    pub template: Option<String>,
    /// Dated this day or later.
    pub from: Option<NaiveDate>,
    /// Dated this day or earlier.
    pub to: Option<NaiveDate>,
    /// About the building of this code, one of its units, or an account of a record there.
    pub building: Option<String>,
    /// About the account of this number, with the entity's code before a slash where two entities have it.
    pub account: Option<String>,
    /// With a publication date, or without.
    pub published: Option<bool>,
}

/// An event in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    /// The event, without its text.
    pub event: EventRow,
    /// Its template's code.
    pub template: String,
}

/// Lists the events that a selection keeps, by key.
///
/// # Errors
/// When the database can't be read, or the selection names what isn't there.
pub fn list(office: &Office, selected: &Selected) -> Result<Vec<EventLine>, DeskError> {
    let templates = office.snapshot.template_rows()?;
    let code = |id: TemplateId| {
        templates.iter().find(|template| template.id == id).map(|template| template.code.clone())
    };
    let events = office.snapshot.event_rows(&filter(office, selected, &templates)?)?;
    let line = |event: EventRow| EventLine { template: code(event.template).unwrap_or_default(), event };
    Ok(events.into_iter().map(line).collect())
}

/// « Publier en date du jour » (C4): today becomes the publication date, and the counter moves.
///
/// # Errors
/// When the database can't be read or written, or the selection names what isn't there.
pub fn publish(
    office: &Office,
    selected: &Selected,
    again: bool,
    dry_run: bool,
) -> Result<Results, DeskError> {
    let templates = office.snapshot.template_rows()?;
    let events = office.snapshot.event_rows(&filter(office, selected, &templates)?)?;
    let trading = Trading::open(office)?;
    let mut rows = Vec::with_capacity(events.len());
    for event in &events {
        rows.push(judged(office, &trading, event, again)?);
    }
    if !dry_run {
        let mut door = office.door()?;
        let waiting: BTreeSet<EventId> =
            events.iter().filter(|event| waits_for_a_person(office, event)).map(|event| event.id).collect();
        let wanted = done(&rows, &events);
        let (linked, asked): (Vec<EventId>, Vec<EventId>) =
            wanted.into_iter().partition(|id| waiting.contains(id));
        let mut written = door.publish_events(&asked, office.today, again)?;
        written.extend(door.publish_events(&linked, office.today, true)?);
        settle(&mut rows, &events, &written);
    }
    rows.extend(missing_ids(selected, &events));
    Ok(Results { rows, dry_run })
}

/// Tells whether an event dated today waits all the same, since its template got its binder later: its counter must move
/// (C3).
fn waits_for_a_person(office: &Office, event: &EventRow) -> bool {
    office.unbound_request(event.id).is_ok_and(|request| request == Some(event.publish_request))
}

/// « Dépublier » (C5): the publication date becomes 00/00/00.
///
/// # Errors
/// When the database can't be read or written, or the selection names what isn't there.
pub fn unpublish(office: &Office, selected: &Selected, dry_run: bool) -> Result<Results, DeskError> {
    let templates = office.snapshot.template_rows()?;
    let events = office.snapshot.event_rows(&filter(office, selected, &templates)?)?;
    let row = |event: &EventRow| event_row(event, change_outcome(Ok(unpublishing(event.state))));
    let mut rows: Vec<Row> = events.iter().map(row).collect();
    if !dry_run {
        let wanted = done(&rows, &events);
        settle(&mut rows, &events, &office.door()?.unpublish_events(&wanted)?);
    }
    rows.extend(missing_ids(selected, &events));
    Ok(Results { rows, dry_run })
}

/// Judges one event as if it were published today.
fn judged(office: &Office, trading: &Trading, event: &EventRow, again: bool) -> Result<Row, DeskError> {
    let again = again || waits_for_a_person(office, event);
    let outcome = change_outcome(publishing(event.state, office.today, again));
    let mut row = event_row(event, outcome);
    if outcome != Outcome::Done {
        return Ok(row);
    }
    let Some(record) = office.snapshot.event(event.id, &|text| html::is_blank(text))? else {
        row.outcome = Outcome::Refused(StaffReason::NotFound.into());
        return Ok(row);
    };
    let record = EventRecord { published_on: Some(office.today), ..record };
    match judge_event(&record, &trading.trade()) {
        _ if record.body == Body::Unreadable && record.attachments.is_empty() => {
            row.outcome = Outcome::Refused(Refusal::Rule(RefusalReason::BodyFormat));
        }
        _ if record.body == Body::TooLarge && record.attachments.is_empty() => {
            row.outcome = Outcome::Refused(Refusal::Rule(RefusalReason::BodyTooLarge));
        }
        Verdict::Refused(reason) => row.outcome = Outcome::Refused(Refusal::Rule(reason)),
        Verdict::Over => row.notices.push(Notice::StaysExpired),
        Verdict::Waits(WaitReason::NoProcessingDate) => row.notices.push(Notice::WaitsForProcessing),
        Verdict::Waits(_) | Verdict::NotAsked => {}
        Verdict::Publish(placement) => {
            let binder = trading.reference.binders.get(placement.binder);
            let readers = binder.map_or(0, |binder| {
                let Placement { target, date, .. } = placement;
                trading.readers.count(target, date, binder, office.today, &trading.logins)
            });
            row.notices.push(match u64::try_from(readers).unwrap_or(u64::MAX) {
                0 => Notice::NobodyReads,
                count => Notice::Readers(count),
            });
        }
    }
    Ok(row)
}

fn event_row(event: &EventRow, outcome: Outcome) -> Row {
    Row::new(Kind::Event, &event.id, event.subject.trim(), outcome)
}

fn change_outcome(change: Result<Change, StaffReason>) -> Outcome {
    match change {
        Ok(Change::Done) => Outcome::Done,
        Ok(Change::Already) => Outcome::Already,
        Err(reason) => Outcome::Refused(reason.into()),
    }
}

/// Gives the events whose rows are to be written.
fn done(rows: &[Row], events: &[EventRow]) -> Vec<EventId> {
    let to_write = rows.iter().zip(events).filter(|(row, _)| row.outcome == Outcome::Done);
    to_write.map(|(_, event)| event.id).collect()
}

/// Puts what was written into the rows: someone may have been faster, and that is what is reported.
fn settle(rows: &mut [Row], events: &[EventRow], written: &[EventResult]) {
    let written: BTreeMap<EventId, _> = written.iter().copied().collect();
    for (row, event) in rows.iter_mut().zip(events) {
        if let Some(result) = written.get(&event.id) {
            row.outcome = change_outcome(*result);
        }
    }
}

fn missing_ids(selected: &Selected, events: &[EventRow]) -> Vec<Row> {
    let found: BTreeSet<EventId> = events.iter().map(|event| event.id).collect();
    let missing = selected.ids.iter().filter(|id| !found.contains(id));
    missing.map(|id| Row::new(Kind::Event, id, "", Outcome::Refused(StaffReason::NotFound.into()))).collect()
}

/// Finds what the selection names by code.
fn filter(office: &Office, selected: &Selected, templates: &[TemplateRow]) -> Result<EventFilter, DeskError> {
    let codes = || templates.iter().map(|template| (template.code.as_str(), template.id));
    let template =
        selected.template.as_deref().map(|code| by_code(What::Template, code, codes())).transpose()?;
    let mut filter = EventFilter {
        ids: selected.ids.clone(),
        template,
        from: selected.from,
        to: selected.to,
        building: None,
        account: None,
        published: selected.published,
    };
    if selected.building.is_some() || selected.account.is_some() {
        let reference = office.reference()?;
        filter.building = selected.building.as_deref().map(|code| building(&reference, code)).transpose()?;
        filter.account = selected.account.as_deref().map(|number| account(&reference, number)).transpose()?;
    }
    Ok(filter)
}

/// Finds an account by its number, `ENTITY/NUMBER` where two entities have it, or by its key.
pub(super) fn account(reference: &Reference, named: &str) -> Result<AccountId, Unknown> {
    let (of_entity, number) = match named.split_once('/') {
        Some((code, number)) if reference.entities.values().any(|entity| entity.code == code) => {
            (Some(entity(reference, code)?), number)
        }
        _ => (None, named),
    };
    let mut found = reference.accounts.values().filter(|account| {
        account.number == number && of_entity.is_none_or(|entity| account.entity == entity)
    });
    let unknown = |what: What, nearest: Option<&str>| Unknown {
        what,
        named: named.to_owned(),
        nearest: nearest.map(str::to_owned),
    };
    match (found.next(), found.next()) {
        (Some(account), None) => Ok(account.id),
        (Some(account), Some(_)) => {
            let code = reference.entities.get(&account.entity).map(|entity| entity.code.as_str());
            Err(unknown(What::SharedNumber, Some(&format!("{}/{number}", code.unwrap_or_default()))))
        }
        (None, _) => {
            let by_key = named.parse().ok().and_then(|id| reference.accounts.get(&AccountId(id)));
            let numbers = reference.accounts.values().map(|account| account.number.as_str());
            by_key.map(|account| account.id).ok_or_else(|| unknown(What::Account, nearest(number, numbers)))
        }
    }
}
