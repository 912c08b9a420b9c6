//! The co-owner lists that the agency archives: their rows as they stand today, the PDF, the event (G1-G8).
//!
//! Promises
//! - A list is archived once per visible state: the same rows give nothing new (G5); the date, the hour and the initials
//!   are left out of that comparison (G8).
//! - The new list cancels and replaces the one before it, in one transaction (G6).
//! - A run makes again only the lists of buildings that have one, and never fails for it: what stands in the way is a
//!   warning of its report, and the next run tries again.
//!
//! Refusals: a setting that is missing (G1), a binder that is none or that plain co-owners see (G7), amounts beyond 64
//! bits, a building without a co-owner.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Europe::Paris;
use publier_core::domain::binder::Status;
use publier_core::domain::co_owner_list::{
    FundsOverflow, LIST_FILE_NAME, ListHead, ListRecord, ListRow, ListSettings, ListUnit, binder_refusal,
    is_due, rows, visible_bytes,
};
use publier_core::domain::digest::Digest;
use publier_core::domain::ids::{BuildingId, EntityId, EventId};
use publier_core::domain::options::{ExtranetOptions, Module};
use publier_core::domain::party::PostalAddress;
use publier_core::domain::records::Building;
use publier_core::publication::reason::{RefusalReason, StaffReason};

use super::error::FlowError;
use super::telling;
use crate::digest::sha256;
use crate::files;
use crate::i18n::Messages;
use crate::render::papers::CoOwnerList;
use crate::render::{Dropped, Limits, RenderError, render_sheet};
use crate::report::redact::Label;
use crate::source::staff::ListedRecord;
use crate::source::write::Door;
use crate::source::write::archive::{About, Archived, ListPlace, list_key, short};
use crate::source::{ArchivedList, Reference, Snapshot, SourceError};

/// A building's list, as it would be printed today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildingList {
    /// The building.
    pub building: BuildingId,
    /// Its entity.
    pub entity: EntityId,
    /// The building's code.
    pub code: String,
    /// The building's name.
    pub name: String,
    /// Its address, the lines of an envelope.
    pub address: Vec<String>,
    /// One row a record that holds a unit today; refused when amounts leave the range of 64 bits.
    pub rows: Result<Vec<ListRow>, RefusalReason>,
}

/// Why a list isn't archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListRefusal {
    /// A rule of publication.
    Rule(RefusalReason),
    /// A rule of what staff may do.
    Staff(StaffReason),
}

/// What became of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListOutcome {
    /// It is archived, without this of its content; in a rehearsal, it would be.
    Archived(Vec<Dropped>),
    /// The building's document shows the same already.
    Already,
    /// It isn't made.
    Refused(ListRefusal),
}

/// Why a list could not be archived, though nothing is against it.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The back office's database.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The agency's files.
    #[error(transparent)]
    File(#[from] files::FileError),
    /// The PDF.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// Makes the lists of some buildings, or of every building that has co-owner records (G4).
///
/// # Errors
/// When the database can't be read.
pub fn lists(
    snapshot: &Snapshot,
    reference: &Reference,
    buildings: &[BuildingId],
    today: NaiveDate,
) -> Result<Vec<BuildingList>, SourceError> {
    let one = match buildings {
        [one] => Some(*one),
        _ => None,
    };
    let mut records: BTreeMap<BuildingId, Vec<ListedRecord>> = BTreeMap::new();
    for record in snapshot.listed_records(one, today)? {
        records.entry(record.building).or_default().push(record);
    }
    let wanted = reference.buildings.values().filter(|building| {
        if buildings.is_empty() {
            records.contains_key(&building.id)
        } else {
            buildings.contains(&building.id)
        }
    });
    let made = |building: &Building| BuildingList {
        building: building.id,
        entity: building.entity,
        code: building.code.clone(),
        name: building.name.clone(),
        address: building.address.envelope_lines(),
        rows: rows_of(records.get(&building.id).map_or(&[][..], Vec::as_slice), &reference.options),
    };
    Ok(wanted.map(made).collect())
}

fn rows_of(records: &[ListedRecord], options: &ExtranetOptions) -> Result<Vec<ListRow>, RefusalReason> {
    let units: Vec<Vec<ListUnit<'_>>> = records.iter().map(units_of).collect();
    let funds: Vec<Vec<_>> = records
        .iter()
        .map(|record| record.funds.iter().map(|(number, amount)| (number.as_str(), *amount)).collect())
        .collect();
    let listed = records.iter().zip(units.iter().zip(&funds)).map(|(record, (units, funds))| ListRecord {
        record: record.id,
        title: record.title.as_deref(),
        surname: &record.surname,
        display_name: &record.display_name,
        address: address_of(record),
        units,
        funds,
        council_member: record.council_member,
        council_president: record.council_president,
        resident: record.resident,
    });
    rows(&listed.collect::<Vec<_>>(), options).map_err(FundsOverflow::refusal)
}

fn units_of(record: &ListedRecord) -> Vec<ListUnit<'_>> {
    let listed = record.units.iter().map(|unit| ListUnit {
        building_code: &unit.building_code,
        number: &unit.number,
        kind: &unit.kind,
        position: unit.position,
    });
    listed.collect()
}

fn address_of(record: &ListedRecord) -> PostalAddress<'_> {
    let [line_1, line_2, postcode, city] = &record.address;
    PostalAddress {
        line_1: line_1.as_deref(),
        line_2: line_2.as_deref(),
        postcode: postcode.as_deref(),
        city: city.as_deref(),
    }
}

/// Reads the settings of the list and judges its binder (G1, G7).
///
/// # Errors
/// Why no list can be archived.
pub fn list_settings(reference: &Reference) -> Result<ListSettings, ListRefusal> {
    let settings = ListSettings::of(&reference.options)
        .map_err(|_| ListRefusal::Staff(StaffReason::ListSettingMissing))?;
    let template = reference
        .templates
        .get(&settings.template)
        .ok_or(ListRefusal::Rule(RefusalReason::DanglingReference))?;
    let binder = template
        .binder
        .and_then(|id| reference.binders.get(id))
        .ok_or(ListRefusal::Rule(RefusalReason::NoBinder))?;
    let refusal = if binder.fed_on_site {
        Some(RefusalReason::BinderFedOnSite)
    } else if binder.module != Module::Condo {
        Some(RefusalReason::ModuleMismatch)
    } else {
        binder_refusal(binder.rights.grants(Status::CoOwner))
    };
    refusal.map_or(Ok(settings), |reason| Err(ListRefusal::Rule(reason)))
}

/// Who makes lists, when and where.
#[derive(Debug)]
pub struct Archivist<'a> {
    /// The agency's name.
    pub agency: &'a str,
    /// The settings, or why no list is made.
    pub settings: Result<ListSettings, ListRefusal>,
    /// The present time, the agency's local one.
    pub now: NaiveDateTime,
    /// The initials of whoever makes them (G3).
    pub initials: String,
    /// The back office's database.
    pub database: &'a Path,
    /// The folder of the agency's files that takes the PDFs.
    pub folder: &'a Path,
    /// What is archived already.
    pub archived: BTreeMap<BuildingId, ArchivedList>,
    /// The last event of each building's list.
    pub events: HashMap<BuildingId, EventId>,
    /// Whether the agent makes them by itself (G8).
    pub again: bool,
}

/// Gives the agency's local time.
pub fn local_time(now: DateTime<Utc>) -> NaiveDateTime {
    now.with_timezone(&Paris).naive_local()
}

impl<'a> Archivist<'a> {
    /// Reads what lists are made from.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn open(
        snapshot: &Snapshot,
        reference: &'a Reference,
        (database, folder): (&'a Path, &'a Path),
        now: DateTime<Utc>,
    ) -> Result<Self, SourceError> {
        Ok(Self {
            agency: &reference.agency.name,
            settings: list_settings(reference),
            now: local_time(now),
            initials: reference.options.list_initials.clone().unwrap_or_default(),
            database,
            folder,
            archived: snapshot.archived_lists()?,
            events: snapshot.list_events()?,
            again: false,
        })
    }

    /// Sets a list for the printer.
    pub fn sheet(&self, list: &BuildingList, rows: &[ListRow], document_id: String) -> CoOwnerList {
        CoOwnerList {
            building: list.name.clone(),
            addresses: list.address.clone(),
            agency: self.agency.to_owned(),
            made_at: self.now,
            initials: self.initials.clone(),
            rows: rows.to_vec(),
            document_id,
        }
    }

    /// Judges a list, without making it.
    pub fn judge(&self, list: &BuildingList) -> ListOutcome {
        match self.ready(list) {
            Err(refusal) => ListOutcome::Refused(refusal),
            Ok((_, _, digest)) if self.stands(list.building, digest) => ListOutcome::Already,
            Ok(_) => ListOutcome::Archived(Vec::new()),
        }
    }

    /// Archives a list (G2): the PDF, then the event and the building's document.
    ///
    /// # Errors
    /// When the PDF can't be made or kept, or the database can't be written: nothing of it is archived.
    pub fn archive(&self, list: &BuildingList) -> Result<ListOutcome, ListError> {
        let (settings, rows, digest) = match self.ready(list) {
            Ok(ready) => ready,
            Err(refusal) => return Ok(ListOutcome::Refused(refusal)),
        };
        if self.stands(list.building, digest) {
            return Ok(ListOutcome::Already);
        }
        let supersedes = self.events.get(&list.building).copied();
        let key = list_key(list.building, supersedes, digest, self.again);
        let rendered = render_sheet(&self.sheet(list, rows, key.clone()), &Limits::of_papers())?;
        let previous = supersedes.map_or(0, |event| event.0);
        let path = format!("publier/listes/{}/{previous}-{}.pdf", list.building, short(digest));
        files::place_whole(self.folder, &PathBuf::from(&path), &rendered.pdf)?;
        let subject = crate::render::list_title(&list.name);
        let archived = Archived {
            key: &key,
            template: settings.template,
            entity: list.entity,
            subject: &subject,
            today: self.now.date(),
            about: About::Building(list.building),
            name: LIST_FILE_NAME,
            path: &path,
            supersedes,
        };
        let place = ListPlace { building: list.building, number: settings.number, digest };
        let fresh = Door::open(self.database)?.archive_list(&archived, place)?;
        let dropped = rendered.dropped.into_iter().filter(Dropped::is_content).collect();
        Ok(if fresh { ListOutcome::Archived(dropped) } else { ListOutcome::Already })
    }

    /// Tells whether the run makes this list again (G5, G8).
    pub fn is_due(&self, list: &BuildingList) -> bool {
        let Some(archived) = self.archived.get(&list.building) else { return false };
        let Ok(rows) = &list.rows else { return false };
        is_due(Some(archived.digest.unwrap_or(Digest([0; 32]))), self.digest(list, rows))
    }

    fn ready<'l>(
        &self,
        list: &'l BuildingList,
    ) -> Result<(ListSettings, &'l [ListRow], Digest), ListRefusal> {
        let settings = self.settings?;
        let rows = list.rows.as_ref().map_err(|reason| ListRefusal::Rule(*reason))?;
        if rows.is_empty() {
            return Err(ListRefusal::Staff(StaffReason::NobodyListed));
        }
        Ok((settings, rows, self.digest(list, rows)))
    }

    fn digest(&self, list: &BuildingList, rows: &[ListRow]) -> Digest {
        let lines = list.address.join("\n");
        let address = PostalAddress { line_1: Some(&lines), ..PostalAddress::default() };
        let head = ListHead { building_name: &list.name, address, agency: self.agency };
        sha256(&visible_bytes(&head, rows))
    }

    /// Tells whether the building's document shows this already, under the number that is set.
    fn stands(&self, building: BuildingId, digest: Digest) -> bool {
        let number = self.settings.as_ref().map(|settings| i64::from(settings.number)).ok();
        self.archived
            .get(&building)
            .is_some_and(|last| last.digest == Some(digest) && Some(last.number) == number)
    }
}

/// Where a run makes lists again, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Remaking<'a> {
    pub database: &'a Path,
    pub spool: &'a Path,
    pub folder: &'a Path,
    pub now: DateTime<Utc>,
}

/// Makes again the lists whose visible data changed, for the buildings that have one (G5, G8), and gives what the
/// report should say: a list that could not be made waits for the next run.
pub(super) fn remake(place: Remaking<'_>, messages: &Messages) -> Vec<Label> {
    try_remake(place, messages).unwrap_or_else(|error| vec![late("", &error, messages)])
}

fn try_remake(place: Remaking<'_>, messages: &Messages) -> Result<Vec<Label>, ListError> {
    if Snapshot::glimpse(place.database)?.archived_lists()?.is_empty() {
        return Ok(Vec::new());
    }
    let snapshot = Snapshot::open(place.database, place.spool)?;
    let reference = snapshot.reference()?;
    let mut archivist = Archivist::open(&snapshot, &reference, (place.database, place.folder), place.now)?;
    archivist.again = true;
    // What is wrong with the settings or the binder is for the verification tool and the plan to say (G1, G7).
    if archivist.settings.is_err() {
        return Ok(Vec::new());
    }
    let buildings: Vec<BuildingId> = archivist.archived.keys().copied().collect();
    let lists = lists(&snapshot, &reference, &buildings, archivist.now.date())?;
    drop(snapshot);
    let mut warnings = Vec::new();
    for list in lists.iter().filter(|list| archivist.is_due(list)) {
        match archivist.archive(list) {
            Ok(outcome) => {
                tracing::info!(building = %list.building, ?outcome, "co-owner list");
                if let ListOutcome::Archived(dropped) = outcome {
                    warnings.extend(incomplete(&list.name, &dropped, messages));
                }
            }
            Err(error) => warnings.push(late(&list.name, &error, messages)),
        }
    }
    Ok(warnings)
}

/// Says what a list doesn't show.
fn incomplete(building: &str, dropped: &[Dropped], messages: &Messages) -> Option<Label> {
    let what: Vec<_> = dropped.iter().map(|dropped| dropped.describe(messages)).collect();
    let values = [("building", building.into()), ("what", what.join(", ").into())];
    (!dropped.is_empty()).then(|| Label::sentence(&messages.format("flow-list-dropped", &values)))
}

/// Says that a list waits, and why.
fn late(building: &str, error: &ListError, messages: &Messages) -> Label {
    tracing::warn!(error = %telling::chain(error), "a co-owner list waits for the next run");
    let words = explain(error, messages);
    let values = [("building", building.into()), ("words", words.as_str().into())];
    let key = if building.is_empty() { "flow-lists-late" } else { "flow-list-late" };
    Label::sentence(&messages.format(key, &values))
}

/// Says why a list could not be archived.
pub fn explain(error: &ListError, messages: &Messages) -> String {
    match error {
        ListError::Render(error) => error.describe(messages),
        ListError::Source(error) => telling::explain_source(error, messages),
        ListError::File(error) => {
            let (path, words) = (error.path.display().to_string(), messages.system_words(&error.source));
            messages.format("system-file", &[("path", path.into()), ("words", words.into())])
        }
    }
}

impl From<ListError> for FlowError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Source(error) => error.into(),
            ListError::File(error) => error.into(),
            ListError::Render(error) => Self::Worker(error.to_string()),
        }
    }
}
