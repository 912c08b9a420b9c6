//! What a request starts from: one read of the back office's database, the ledger of the series, the present day.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Paris;
use publier_core::channels::extranet::Selection;
use publier_core::domain::audience::Readers;
use publier_core::domain::document::Trade;
use publier_core::domain::ids::{BuildingId, EntityId, EventId, PartyId};

use super::error::{DeskError, Unknown, What};
use super::nearest::nearest;
use crate::ledger::series::Series;
use crate::ledger::{Ledger, SeriesKey};
use crate::render::Stationery;
use crate::source::write::Door;
use crate::source::{Reference, Snapshot};

/// Where everything is, and now.
#[derive(Debug, Clone, Copy)]
pub struct Places<'p> {
    /// The back office's database.
    pub database: &'p Path,
    /// The folder of the agency's files that takes what the agent archives.
    pub files: &'p Path,
    /// A folder for the copy of a database that isn't in WAL mode.
    pub spool: &'p Path,
    /// What letters bear.
    pub stationery: &'p Arc<Stationery>,
    /// Our own ledger; it is only read, and may not exist yet.
    pub ledger: &'p Path,
    /// The channel whose series are asked.
    pub channel: &'p str,
    /// The channel's targets, the main one first.
    pub targets: &'p [TargetName<'p>],
    /// The present time, in UTC.
    pub now: DateTime<Utc>,
}

/// A target, as a request needs to know it.
#[derive(Debug, Clone, Copy)]
pub struct TargetName<'p> {
    /// Its name in the configuration.
    pub name: &'p str,
    /// Whether it is the one that receives temporary passwords (D5).
    pub receives_credentials: bool,
}

/// A target and its series, once something was published there.
#[derive(Debug)]
struct Served {
    target: String,
    receives_credentials: bool,
    series: Option<Series>,
}

impl Served {
    fn find(ledger: Option<&Ledger>, channel: &str, target: TargetName<'_>) -> Result<Self, DeskError> {
        let TargetName { name, receives_credentials } = target;
        let series = match ledger {
            Some(ledger) => ledger.find_series(channel, name)?,
            None => None,
        };
        Ok(Self { target: name.to_owned(), receives_credentials, series })
    }
}

/// What a request starts from.
#[derive(Debug)]
pub struct Office {
    /// One consistent read of the back office's database.
    pub snapshot: Snapshot,
    /// The agency's present day, Europe/Paris.
    pub today: NaiveDate,
    /// The present time, in UTC.
    pub now: DateTime<Utc>,
    /// What letters bear.
    pub stationery: Arc<Stationery>,
    database: PathBuf,
    files: PathBuf,
    ledger: Option<Ledger>,
    /// The main target first.
    served: Vec<Served>,
}

impl Office {
    /// Opens the database to read, and the ledger where there is one.
    ///
    /// # Errors
    /// When either can't be read.
    pub fn open(places: &Places<'_>) -> Result<Self, DeskError> {
        let snapshot = Snapshot::open(places.database, places.spool)?;
        let ledger = if places.ledger.is_file() { Some(Ledger::open(places.ledger)?) } else { None };
        let served = places.targets.iter();
        let served = served.map(|target| Served::find(ledger.as_ref(), places.channel, *target));
        let served = served.collect::<Result<_, _>>()?;
        let today = places.now.with_timezone(&Paris).date_naive();
        Ok(Self {
            snapshot,
            today,
            now: places.now,
            stationery: Arc::clone(places.stationery),
            database: places.database.to_owned(),
            files: places.files.to_owned(),
            ledger,
            served,
        })
    }

    /// Gives the ledger and the main target's series, once something was published there.
    pub fn series(&self) -> Option<(&Ledger, SeriesKey)> {
        Some((self.ledger.as_ref()?, self.served.first()?.series.as_ref()?.key))
    }

    /// Gives the ledger and the series that carries temporary passwords, once something was published there (D5).
    pub fn credentials_series(&self) -> Option<(&Ledger, SeriesKey)> {
        let receiver = self.served.iter().find(|served| served.receives_credentials)?;
        Some((self.ledger.as_ref()?, receiver.series.as_ref()?.key))
    }

    /// Gives each target's name, the main one first, with the ledger and its series once something was published there.
    pub fn each_series(&self) -> impl Iterator<Item = (&str, Option<(&Ledger, &Series)>)> {
        self.served.iter().map(|served| {
            let known = self.ledger.as_ref().zip(served.series.as_ref());
            (served.target.as_str(), known)
        })
    }

    /// Gives the counter that an event had when a publication left it out for want of a binder (C3).
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn unbound_request(&self, event: EventId) -> Result<Option<i64>, DeskError> {
        let Some(ledger) = &self.ledger else { return Ok(None) };
        Ok(ledger.unbound_request(event)?)
    }

    /// Gives, of each party whose access the series that carries passwords ever revoked, the last issue of its password that
    /// was confirmed then (D26).
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn revoked_issues(&self) -> Result<BTreeMap<PartyId, i64>, DeskError> {
        let Some((ledger, series)) = self.credentials_series() else { return Ok(BTreeMap::new()) };
        Ok(ledger.revoked_issues(series)?)
    }

    /// Gives the back office's database.
    pub(super) fn database(&self) -> &Path {
        &self.database
    }

    /// Gives the folder of the agency's files that takes what the agent archives.
    pub(super) fn files(&self) -> &Path {
        &self.files
    }

    /// Opens the door that writes what staff ask for.
    ///
    /// # Errors
    /// When the database can't be opened to write.
    pub(super) fn door(&self) -> Result<Door, DeskError> {
        Ok(Door::open(&self.database)?)
    }

    /// Reads the reference records.
    ///
    /// # Errors
    /// When the database can't be read.
    pub(super) fn reference(&self) -> Result<Reference, DeskError> {
        Ok(self.snapshot.reference()?)
    }
}

/// The reference records, what of them is sent today, and who may read it.
#[derive(Debug)]
pub(super) struct Trading {
    pub(super) reference: Reference,
    pub(super) selection: Selection,
    pub(super) readers: Readers,
    /// The parties that can come in.
    pub(super) logins: HashSet<PartyId>,
    pub(super) today: NaiveDate,
}

impl Trading {
    pub(super) fn open(office: &Office) -> Result<Self, DeskError> {
        let reference = office.reference()?;
        let books = reference.books();
        let selection = Selection::of(books, &reference.options, office.today);
        let readers = selection.readers(books);
        let logins = office.snapshot.parties_with_a_login()?;
        Ok(Self { readers, logins, selection, reference, today: office.today })
    }

    /// Gives what a document's verdict needs.
    pub(super) fn trade(&self) -> Trade<'_> {
        self.reference.trade(&self.selection.places, self.today)
    }
}

/// Finds the building of a code.
pub(super) fn building(reference: &Reference, code: &str) -> Result<BuildingId, Unknown> {
    by_code(
        What::Building,
        code,
        reference.buildings.values().map(|building| (building.code.as_str(), building.id)),
    )
}

/// Finds the entity of a code.
pub(super) fn entity(reference: &Reference, code: &str) -> Result<EntityId, Unknown> {
    by_code(What::Entity, code, reference.entities.values().map(|entity| (entity.code.as_str(), entity.id)))
}

/// Finds the record of a code; the nearest code is offered where there is none.
pub(super) fn by_code<'c, T: Copy>(
    what: What,
    typed: &str,
    records: impl IntoIterator<Item = (&'c str, T)>,
) -> Result<T, Unknown> {
    let known: HashMap<&str, T> = records.into_iter().collect();
    known.get(typed).copied().ok_or_else(|| Unknown {
        what,
        named: typed.to_owned(),
        nearest: nearest(typed, known.keys().copied()).map(str::to_owned),
    })
}
