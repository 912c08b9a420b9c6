//! The verification tool: everything that stands in the way of a publication, or that staff should look at (A10).
//!
//! # Promises
//! - It only reads: the back office's database through a connection that can't write, our own ledger likewise. On a
//!   server, and only when asked, it writes one small file, makes one folder, and removes both again.
//! - It names records by key, number or code, and rules by number; never an e-mail address, a telephone number, an
//!   IBAN or a password, which it doesn't even read.
//! - A verdict is that of the rules that publish ([`publier_core::domain`], [`Selection`]): it can't disagree with a run.
//! - Findings are handed on one by one, in the order of the modules: no record is held because it was found wanting.
//!
//! # Refusals
//! - Nothing of a database is looked at whose schema isn't the one that the agent reads: the differences are named.
//!
//! # Limits
//! - Texts are not laid out: what only the rendering of a letter can refuse is found by `publish --dry-run`.
//! - A file is opened, not hashed.

mod accounts;
mod binders;
mod code;
mod configuration;
mod database;
pub mod elan;
mod events;
mod expenses;
mod finding;
mod parties;
pub mod report;
pub mod server;
mod service;

pub use code::{Code, Kind, Level, Module};
pub use configuration::refused_settings;
pub use finding::{Detail, Finding, Record};

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Paris;
use publier_core::channels::Channel;
use publier_core::channels::extranet::Selection;
use publier_core::domain::ids::PartyId;

use crate::ledger::Ledger;
use crate::package::vault::Vault;
use crate::settings::Settings;
use crate::source::{Reference, Snapshot, SourceError};

/// What hears findings.
pub type Sink<'s> = dyn FnMut(Finding) + 's;

/// What is checked, and when.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The machine's settings.
    pub settings: &'a Settings,
    /// The scheduled service of the back office (A3).
    pub service: &'a str,
    /// The present time.
    pub now: DateTime<Utc>,
}

impl Ground<'_> {
    /// Gives the agency's present day.
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&Paris).date_naive()
    }
}

/// One consistent view of the agency, with what the rules make of it.
#[derive(Debug)]
pub struct Books {
    /// The database.
    pub(super) snapshot: Snapshot,
    /// Its reference records.
    pub(super) reference: Reference,
    /// What a publication would send today.
    pub(super) selection: Selection,
    /// The agency's present day.
    pub(super) today: NaiveDate,
}

impl Books {
    /// Opens the agency's database. Where it isn't in WAL mode, a copy stands in a private temporary folder meanwhile.
    ///
    /// # Errors
    /// When it can't be read, or hasn't the schema that the agent reads.
    pub fn open(ground: &Ground<'_>) -> Result<Self, SourceError> {
        let folder = tempfile::tempdir()?;
        let snapshot = Snapshot::open(&ground.settings.agency.database, folder.path())?;
        let reference = snapshot.reference()?;
        let today = ground.today();
        let selection = Selection::of(reference.books(), &reference.options, today);
        Ok(Self { snapshot, reference, selection, today })
    }
}

/// Checks the configuration, the database and every rule that data can break. What keeps the rest from being looked at
/// is a finding too.
pub fn check(ground: &Ground<'_>, each: &mut Sink<'_>) {
    configuration::check(ground, each);
    let checked = Books::open(ground).and_then(|books| check_books(ground, &books, each));
    if let Err(error) = checked {
        database::refused(&ground.settings.agency.database, &error, each);
    }
}

fn check_books(ground: &Ground<'_>, books: &Books, each: &mut Sink<'_>) -> Result<(), SourceError> {
    let publication = &ground.settings.publication;
    let vault = Vault::new(
        ground.settings.agency.files.clone(),
        publication.max_file_size_bytes,
        &publication.file_types,
    );
    configuration::check_agency(books, each);
    database::check(ground, books, each)?;
    accounts::check(books, each)?;
    binders::check(books, each);
    let ledger = Ledger::open_to_read(&ground.settings.data.ledger()).ok().flatten();
    let unbound = ledger.as_ref().and_then(|ledger| ledger.unbound_events().ok());
    events::check(books, &vault, unbound, each)?;
    parties::check(books, &revoked_issues(ground, ledger.as_ref()), each)?;
    expenses::check(books, &vault, each)?;
    expenses::check_funds(books, each)?;
    binders::check_list(books, each);
    service::check(ground, books, each)
}

/// Gives, of each party whose access the main server's series revoked, the last issue of its password then (D26). A ledger
/// that can't be read is a finding of its own.
fn revoked_issues(ground: &Ground<'_>, ledger: Option<&Ledger>) -> BTreeMap<PartyId, i64> {
    let channel = Channel::Extranet;
    let main = ground.settings.targets_of(channel).find(|target| target.receives_credentials);
    let found = ledger.zip(main).and_then(|(ledger, main)| {
        let series = ledger.find_series(channel.code(), &main.name).ok().flatten()?;
        ledger.revoked_issues(series.key).ok()
    });
    found.unwrap_or_default()
}
