//! Who reads what a publication lists (C23): a document that nobody reads is named, and of what is a building's or an
//! entity's the number of readers is said.
//!
//! Promises: an event is told once, whatever its attachments; the join is that of `why` ([`Readers`]). Limits: what is
//! listed now is counted, what stands there unchanged was told when it came; accounts and units are counted only when
//! nobody reads them. A party that has no login yet reads nothing of a building or an entity; what is sent to itself alone
//! waits for it, and `check` says that the login is missing.

use std::collections::{HashMap, HashSet};

use publier_core::domain::audience::{Readers, Target};
use publier_core::domain::ids::{BinderId, PartyId};
use publier_core::publication::document::{DocumentId, DocumentSource};

use super::bulk::Books;
use super::listing::{Listing, record_name};
use super::telling::record;
use crate::report::redact::Label;
use crate::report::run_report::{Audiences, Record, WideDocument};
use crate::source::SourceError;

/// The audiences of a plan under way.
pub(super) struct Counter<'b> {
    books: Books<'b>,
    readers: Readers,
    /// The parties that have a login of their own.
    logins: HashSet<PartyId>,
    /// A building's or an entity's readers don't depend on the document's date.
    known: HashMap<(Target, BinderId), u64>,
    last: Option<(DocumentSource, Target)>,
    found: Audiences,
}

impl<'b> Counter<'b> {
    pub(super) fn new(books: Books<'b>) -> Result<Self, SourceError> {
        let readers = books.selection.readers(books.reference.books());
        let logins = books.snapshot.parties_with_a_login()?;
        Ok(Self { books, readers, logins, known: HashMap::new(), last: None, found: Audiences::default() })
    }

    /// Takes a document that is listed.
    pub(super) fn take(&mut self, id: DocumentId, listing: &Listing) {
        let place = (whole(id.source()), id.target());
        if self.last.replace(place) == Some(place) {
            return;
        }
        let count = self.count(id.target(), listing);
        let scope = match id.target() {
            Target::Building(_) | Target::Entity(_) => Some(id.target().scope()),
            Target::Account(_) | Target::Unit(_) => None,
        };
        if count == 0 {
            self.found.empty.add(named(place.0, listing));
        } else if let Some(scope) = scope {
            let document =
                WideDocument { record: named(place.0, listing), scope: scope.to_owned(), readers: count };
            self.found.wide.add(document);
        }
    }

    pub(super) fn finish(self) -> Audiences {
        self.found
    }

    fn count(&mut self, target: Target, listing: &Listing) -> u64 {
        let Some(binder) = self.books.reference.binders.get(listing.binder) else { return 0 };
        let (readers, today) = (&self.readers, self.books.today);
        let count = || {
            let count = readers.count(target, listing.date, binder, today, &self.logins);
            u64::try_from(count).unwrap_or(u64::MAX)
        };
        match target {
            Target::Building(_) | Target::Entity(_) => {
                *self.known.entry((target, binder.id)).or_insert_with(count)
            }
            Target::Account(_) | Target::Unit(_) => count(),
        }
    }
}

/// Gives the event of an attachment; what isn't an event's stands for itself.
fn whole(source: DocumentSource) -> DocumentSource {
    match source {
        DocumentSource::Attachment(event, _) => DocumentSource::Body(event),
        other => other,
    }
}

fn named(source: DocumentSource, listing: &Listing) -> Record {
    Record {
        label: Some(Label::new(&listing.title)),
        ..record(&record_name(source), &std::collections::BTreeMap::new())
    }
}
