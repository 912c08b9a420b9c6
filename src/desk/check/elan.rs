//! What a professional syndic owes its co-owners on the extranet (décret 2019-502), and whether it is there.
//!
//! A document counts for the kind that its template bears (`legal_kind`), for the building that it concerns, when it is
//! online as the ledger knows it, or would leave today by the rules; and only in a binder that those whom the decree
//! names can see. Promises: an event is judged as a publication judges it; one pass over the events and one over the
//! ledger's documents, neither held. Limits: own-unit documents count for a building as soon as one co-owner has one;
//! that a diagnostic or a contract is still in force is not known here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use publier_core::domain::audience::Target;
use publier_core::domain::binder::{Rights, Status as PartyStatus};
use publier_core::domain::document::{Body, Placement, Verdict, judge_event};
use publier_core::domain::ids::{BinderId, BuildingId, TemplateId};
use publier_core::domain::options::Module;
use serde::Serialize;

use super::{Books, Kind, Record};
use crate::ledger::series::Series;
use crate::ledger::{Ledger, LedgerError};
use crate::render::html;
use crate::source::SourceError;

/// For whom the decree wants a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum For {
    /// Every co-owner.
    CoOwners,
    /// Each co-owner, for its own unit.
    OwnUnit,
    /// The council.
    Council,
}

impl For {
    /// Gives the stable name: the locale keys end with it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CoOwners => "co-owners",
            Self::OwnUnit => "own-unit",
            Self::Council => "council",
        }
    }

    /// Tells whether a binder shows its documents to them.
    fn sees(self, rights: Rights) -> bool {
        rights.grants(match self {
            Self::CoOwners | Self::OwnUnit => PartyStatus::CoOwner,
            Self::Council => PartyStatus::CouncilMember,
        })
    }
}

/// A document that the decree wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duty {
    /// The kind, as templates bear it.
    pub kind: &'static str,
    /// For whom.
    pub whom: For,
    /// The code of the binder that it belongs to by default (B11); `None` = it is put on the site.
    pub binder: Option<&'static str>,
    /// How many are wanted, of different dates.
    pub wanted: usize,
}

const fn duty(kind: &'static str, whom: For, binder: &'static str) -> Duty {
    Duty { kind, whom, binder: Some(binder), wanted: 1 }
}

const fn on_the_site(kind: &'static str) -> Duty {
    Duty { kind, whom: For::Council, binder: None, wanted: 1 }
}

/// Every duty, in the order of the decree. The minutes are those of the last three annual meetings.
pub const DUTIES: &[Duty] = &[
    duty("bylaws", For::CoOwners, "BYLAWS"),
    duty("division_statement", For::CoOwners, "BYLAWS"),
    duty("summary_sheet", For::CoOwners, "MAINTENANCE_LOG"),
    duty("maintenance_log", For::CoOwners, "MAINTENANCE_LOG"),
    duty("diagnostic", For::CoOwners, "MAINTENANCE_LOG"),
    duty("insurance_contract", For::CoOwners, "SYNDIC_CONTRACT"),
    duty("service_contract", For::CoOwners, "SYNDIC_CONTRACT"),
    duty("syndic_contract", For::CoOwners, "SYNDIC_CONTRACT"),
    Duty { wanted: 3, ..duty("meeting_minutes", For::CoOwners, "GENERAL_MEETINGS") },
    duty("approved_quote", For::CoOwners, "GENERAL_MEETINGS"),
    duty("approved_account", For::OwnUnit, "LETTERS"),
    duty("paid_charges", For::OwnUnit, "LETTERS"),
    duty("works_fund_share", For::OwnUnit, "LETTERS"),
    duty("fund_call", For::OwnUnit, "LETTERS"),
    duty("trial_balance", For::Council, "STATEMENTS"),
    duty("charges_statement", For::Council, "STATEMENTS"),
    duty("bank_statement", For::Council, "STATEMENTS"),
    duty("writ_or_judgment", For::Council, "DISPUTES"),
    duty("co_owner_list", For::Council, "COUNCIL"),
    on_the_site("professional_card"),
    on_the_site("liability_insurance"),
    on_the_site("financial_guarantee"),
];

/// Where a duty stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is online.
    Online,
    /// It leaves with the next publication.
    Ready,
    /// Some are there, not all.
    Incomplete,
    /// It is published in a binder that those concerned can't see.
    Closed,
    /// It is not published.
    Missing,
    /// It is put on the site: to be checked there.
    OnTheSite,
}

impl Standing {
    /// Every standing.
    pub const ALL: &'static [Self] =
        &[Self::Online, Self::Ready, Self::Incomplete, Self::Closed, Self::Missing, Self::OnTheSite];

    /// Gives the stable name: the locale keys end with it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Ready => "ready",
            Self::Incomplete => "incomplete",
            Self::Closed => "closed",
            Self::Missing => "missing",
            Self::OnTheSite => "on-the-site",
        }
    }
}

/// One duty of one building.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The duty.
    pub duty: Duty,
    /// Where it stands.
    pub standing: Standing,
    /// How many were found, at most as many as are wanted.
    pub found: usize,
    /// The name of its binder in this agency; `None` = the agency has none of that code, or it is put on the site.
    pub binder: Option<String>,
}

impl Row {
    /// Tells whether the agency still owes it: nothing that is put on the site, and nothing that is online or on its way.
    pub fn is_owed(&self) -> bool {
        matches!(self.standing, Standing::Incomplete | Standing::Closed | Standing::Missing)
    }
}

/// The duties of one condominium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condominium {
    /// The building.
    pub building: Record,
    /// Its duties, in the order of the decree.
    pub rows: Vec<Row>,
}

/// What is asked of the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Online<'l> {
    /// The ledger.
    pub ledger: &'l Ledger,
    /// The series of the extranet's main target.
    pub series: &'l Series,
}

/// Why the report can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ElanError {
    /// The back office's database.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Our own ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What was found of one duty in one building: the last dates only.
#[derive(Debug, Default)]
struct Found {
    online: BTreeSet<NaiveDate>,
    all: BTreeSet<NaiveDate>,
    closed: bool,
}

/// The report under way.
struct Search<'b> {
    books: &'b Books,
    kinds: HashMap<TemplateId, &'static Duty>,
    found: BTreeMap<(BuildingId, &'static str), Found>,
}

/// Makes the report: a table a condominium, in the order of their keys.
///
/// # Errors
/// When the database or the ledger can't be read.
pub fn report(books: &Books, online: Option<Online<'_>>) -> Result<Vec<Condominium>, ElanError> {
    let kinds = books.snapshot.legal_kinds()?;
    let of_kind = |kind: &str| DUTIES.iter().find(|duty| duty.kind == kind);
    let kinds = kinds.into_iter().filter_map(|(id, kind)| Some((id, of_kind(&kind)?))).collect();
    let mut search = Search { books, kinds, found: BTreeMap::new() };
    search.by_the_rules()?;
    if let Some(online) = online {
        search.online(online)?;
    }
    Ok(search.condominiums())
}

impl Search<'_> {
    /// Takes what would leave today.
    fn by_the_rules(&mut self) -> Result<(), SourceError> {
        let Books { snapshot, reference, selection, today } = self.books;
        let trade = reference.trade(&selection.places, *today);
        let successions = snapshot.successions()?;
        let blank = |text: &str| html::is_blank(text);
        snapshot.each_event::<SourceError>(&blank, |event, _| {
            let Some(duty) = self.kinds.get(&event.template).copied() else { return Ok(()) };
            let leaves = event.body == Body::Html || !event.attachments.is_empty();
            if leaves
                && let Verdict::Publish(Placement { binder, target, date, .. }) = judge_event(&event, &trade)
                && snapshot.replaced_by(event.id, &successions, &trade, &blank)?.is_none()
            {
                self.take(duty, target, binder, date, false);
            }
            Ok(())
        })
    }

    /// Takes what the ledger knows to be online.
    fn online(&mut self, Online { ledger, series }: Online<'_>) -> Result<(), ElanError> {
        for document in ledger.recorded_documents(series.key)? {
            let document = document?;
            let Some(event) = document.id.source().event().filter(|_| document.live) else { continue };
            let Some((template, date)) = self.books.snapshot.template_of(event)? else { continue };
            let Some(duty) = self.kinds.get(&template).copied() else { continue };
            if let Some(date) = date.or(document.published_on) {
                self.take(duty, document.id.target(), document.binder, date, true);
            }
        }
        Ok(())
    }

    fn take(&mut self, duty: &'static Duty, target: Target, binder: BinderId, date: NaiveDate, online: bool) {
        let binder = self.books.reference.binders.get(binder);
        let is_open = binder.is_some_and(|binder| duty.whom.sees(binder.rights));
        for building in self.buildings_of(target) {
            let found = self.found.entry((building, duty.kind)).or_default();
            found.closed |= !is_open;
            if is_open {
                keep_latest(&mut found.all, date, duty.wanted);
                if online {
                    keep_latest(&mut found.online, date, duty.wanted);
                }
            }
        }
    }

    fn buildings_of(&self, target: Target) -> Vec<BuildingId> {
        let reference = &self.books.reference;
        match target {
            Target::Building(building) => vec![building],
            Target::Unit(unit) => reference.units.get(&unit).map(|unit| unit.building).into_iter().collect(),
            Target::Account(account) => {
                let record = reference.accounts.get(&account).and_then(|account| account.record);
                let record = record.and_then(|record| reference.records.get(&record));
                record.map(|record| record.building).into_iter().collect()
            }
            Target::Entity(entity) => {
                let of_entity = reference.buildings.values().filter(|building| building.entity == entity);
                of_entity.map(|building| building.id).collect()
            }
        }
    }

    fn condominiums(&self) -> Vec<Condominium> {
        let reference = &self.books.reference;
        let is_condo = |building: &&publier_core::domain::records::Building| {
            reference.entities.get(&building.entity).is_some_and(|entity| entity.module == Module::Condo)
        };
        let condominiums = reference.buildings.values().filter(is_condo);
        condominiums
            .map(|building| Condominium {
                building: Record::new(Kind::Building, building.id).called(&building.code),
                rows: DUTIES.iter().map(|duty| self.row(building.id, duty)).collect(),
            })
            .collect()
    }

    fn row(&self, building: BuildingId, duty: &'static Duty) -> Row {
        let binders = &self.books.reference.binders;
        let name = |code| binders.iter().find(|binder| binder.code == code).map(|binder| binder.name.clone());
        let found = self.found.get(&(building, duty.kind));
        let count = found.map_or(0, |found| found.all.len());
        let standing = match found {
            _ if duty.binder.is_none() => Standing::OnTheSite,
            Some(found) if found.online.len() >= duty.wanted => Standing::Online,
            Some(found) if found.all.len() >= duty.wanted => Standing::Ready,
            Some(found) if !found.all.is_empty() => Standing::Incomplete,
            Some(found) if found.closed => Standing::Closed,
            _ => Standing::Missing,
        };
        Row { duty: *duty, standing, found: count, binder: duty.binder.and_then(name) }
    }
}

/// Keeps the last `wanted` dates.
fn keep_latest(dates: &mut BTreeSet<NaiveDate>, date: NaiveDate, wanted: usize) {
    dates.insert(date);
    if dates.len() > wanted {
        dates.pop_first();
    }
}
