//! Who could see what is about to be withdrawn, since when (PUBLICATION.md 15).
//!
//! Promises: what is said to have been visible is what the ledger confirmed: its target, its binder, the rights that the
//! binder had then; whoever was in the place at any time since is named, the seller and the former tenant included; each server
//! is asked for itself, since each may have got it at another time. Limits: accounts that are closed meanwhile, and what the
//! site's own options add (C25), are not counted.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Paris;
use publier_core::domain::account::Period;
use publier_core::domain::audience::Target;
use publier_core::domain::binder::{Binder, Rights, Status};
use publier_core::domain::document::EventRecord;
use publier_core::domain::ids::{BinderId, EventId};
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::widening::Grants;

use super::error::DeskError;
use super::office::{Office, Trading};
use super::why::document::{Reader, concerns, readers};
use crate::ledger::seen::SeenDocument;
use crate::ledger::{Ledger, SeriesKey};
use crate::source::staff::PartyLogin;

/// What was visible of an event, to whom, since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The event.
    pub event: EventId,
    /// The name of the server on which it was visible.
    pub server: String,
    /// Its subject.
    pub title: String,
    /// Its documents that share all this.
    pub documents: Vec<DocumentId>,
    /// The confirmation that made them visible, in UTC.
    pub since: DateTime<Utc>,
    /// Whom they concern.
    pub target: Target,
    /// The same, as staff name it: a number or a code.
    pub concerns: String,
    /// The code and name of their binder; none when it is gone.
    pub binder: Option<(String, String)>,
    /// Who may read that binder: with the scope, the audience's rule (B5).
    pub granted: Vec<Status>,
    /// The parties that could see them, by code.
    pub readers: Vec<Reader>,
}

impl Exposure {
    /// Gives the numbers of the rules that made the audience.
    pub fn rules(&self) -> &'static [&'static str] {
        match self.target {
            Target::Unit(_) => &["B5", "C15", "C21"],
            _ => &["B5", "C15"],
        }
    }
}

/// Says who could see these events, since when, on each server. What is not visible gives nothing.
///
/// # Errors
/// When the database or the ledger can't be read.
pub fn exposure(office: &Office, events: &[EventId]) -> Result<Vec<Exposure>, DeskError> {
    let mut served = Vec::new();
    for (server, known) in office.each_series() {
        if let Some((ledger, series)) = known {
            served.push(On {
                server,
                ledger,
                series: series.key,
                grants: ledger.confirmed_grants(series.key)?,
            });
        }
    }
    let trading = Trading::open(office)?;
    let parties = office.snapshot.party_logins()?;
    let mut exposures = Vec::new();
    for id in events {
        let Some(event) = office.snapshot.event(*id, &|_| false)? else { continue };
        for on in &served {
            for (group, documents) in on.visible(*id)? {
                exposures.push(on.exposed(office, &trading, &parties, &event, group, &documents));
            }
        }
    }
    Ok(exposures)
}

/// What documents of an event share: whom they concern, their binder, since when they are visible.
type Group = (Target, BinderId, DateTime<Utc>);

/// A server and what the ledger confirmed there.
struct On<'a> {
    server: &'a str,
    ledger: &'a Ledger,
    series: SeriesKey,
    grants: Grants,
}

impl On<'_> {
    /// Gives what is visible of an event.
    fn visible(&self, event: EventId) -> Result<BTreeMap<Group, Vec<SeenDocument>>, DeskError> {
        let mut groups: BTreeMap<Group, Vec<SeenDocument>> = BTreeMap::new();
        for document in self.ledger.seen(self.series, DocumentSource::Body(event))? {
            if let Some(since) = document.since.filter(|_| document.live) {
                groups.entry((document.id.target(), document.binder, since)).or_default().push(document);
            }
        }
        Ok(groups)
    }

    fn exposed(
        &self,
        office: &Office,
        trading: &Trading,
        parties: &[PartyLogin],
        event: &EventRecord,
        (target, binder, since): Group,
        documents: &[SeenDocument],
    ) -> Exposure {
        let known = trading.reference.binders.get(binder).map(|binder| self.as_confirmed(binder));
        let date = event.event_date.or(documents.iter().find_map(|document| document.published_on));
        let span = Period { from: since.with_timezone(&Paris).date_naive(), to: Some(office.today) };
        let seen_by = known
            .as_ref()
            .map(|binder| trading.readers.audience_between(target, date.unwrap_or(span.from), binder, span));
        Exposure {
            event: event.id,
            server: self.server.to_owned(),
            title: event.subject.trim().to_owned(),
            documents: documents.iter().map(|document| document.id).collect(),
            since,
            target,
            concerns: concerns(trading, target),
            granted: known.iter().flat_map(|binder| binder.rights.granted(binder.module)).collect(),
            binder: known.map(|binder| (binder.code, binder.name)),
            readers: readers(&seen_by.unwrap_or_default(), parties),
        }
    }

    /// Gives a binder with the rights that were confirmed; as it is where none were recorded yet.
    fn as_confirmed(&self, binder: &Binder) -> Binder {
        if self.grants.is_empty() {
            return binder.clone();
        }
        with_rights(binder, self.grants.get(&binder.id).into_iter().flatten().copied())
    }
}

/// Gives the binder as it was confirmed.
fn with_rights(binder: &Binder, granted: impl Iterator<Item = Status>) -> Binder {
    let mut rights = Rights::default();
    for status in granted {
        rights.set(status, true);
    }
    Binder { rights, ..binder.clone() }
}
