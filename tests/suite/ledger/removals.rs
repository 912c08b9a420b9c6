//! A removal goes out exactly until it is confirmed (rule 8): the ledger against the receiving side, over random days on
//! which staff publish, unpublish, republish and retarget, and publications are confirmed, lost, refused or in doubt.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use publier::ledger::plan::Withdrawal;
use publier::ledger::{Ledger, PublicationId};
use publier_core::domain::digest::Digest;
use publier_core::domain::ids::EventId;
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::facts::{Fact, Mode, Replaced, RunId};

use super::home;
use crate::support::ledger::{Source, at, deliver, derived, file_of, plan, settle, zip};

/// What staff do with an event.
#[derive(Debug, Clone, Copy)]
enum Work {
    /// Publish it for this account, with this text.
    Publish { event: i64, account: i64, content: u8 },
    /// Take its date away, or delete it.
    Unpublish(i64),
    /// « Publier en date du jour ».
    Republish(i64),
}

/// What becomes of the day's publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Confirmed,
    /// The run dies, or the connection does, before the zip has its name.
    Lost,
    /// The receiving side refuses it.
    Refused,
    /// Nobody knows: the receiving side took it, or not.
    InDoubt {
        taken: bool,
    },
}

fn some_work() -> impl Strategy<Value = Work> {
    prop_oneof![
        3 => (1..5_i64, 1..4_i64, 0..3_u8)
            .prop_map(|(event, account, content)| Work::Publish { event, account, content }),
        2 => (1..5_i64).prop_map(Work::Unpublish),
        1 => (1..5_i64).prop_map(Work::Republish),
    ]
}

fn some_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        3 => Just(Fate::Confirmed),
        1 => Just(Fate::Lost),
        1 => Just(Fate::Refused),
        2 => any::<bool>().prop_map(|taken| Fate::InDoubt { taken }),
    ]
}

fn work(source: &mut Source, work: Work) {
    match work {
        Work::Publish { event, account, content } => {
            let request = source.get(&event).map_or(0, |derived| derived.publish_request);
            let made = publier_core::publication::due::Derived {
                publish_request: request,
                ..derived(account, content)
            };
            source.insert(event, made);
        }
        Work::Unpublish(event) => drop(source.remove(&event)),
        Work::Republish(event) => {
            source.entry(event).and_modify(|derived| derived.publish_request += 1);
        }
    }
}

/// What the source lets be seen.
fn derivable(source: &Source) -> BTreeMap<DocumentId, Digest> {
    let id = |event: i64, target| DocumentId::new(DocumentSource::Body(EventId(event)), target).unwrap();
    source.iter().map(|(event, derived)| (id(*event, derived.target), derived.content_digest)).collect()
}

/// What a publication carries: the documents listed with their content, and those withdrawn.
fn carried(
    ledger: &Ledger,
    publication: PublicationId,
) -> (BTreeMap<DocumentId, Digest>, BTreeSet<DocumentId>) {
    let listed = ledger.planned_documents(publication).unwrap().map(Result::unwrap);
    let removed = ledger.planned_removals(publication).unwrap().map(|removal| match removal.unwrap().what {
        Withdrawal::Document(id) => id,
        other => panic!("no {other:?} is planned here"),
    });
    (listed.map(|document| (document.id, document.content_digest)).collect(), removed.collect())
}

/// Takes a planned publication to a doubt that is never settled.
fn doubt(ledger: &mut Ledger, publication: PublicationId) {
    let sent: Vec<_> = ledger
        .planned_documents(publication)
        .unwrap()
        .map(Result::unwrap)
        .filter(|document| document.why.uploads())
        .map(|document| (document.id, file_of(document.id, &document.content_digest)))
        .collect();
    ledger.documents_sent(publication, &sent).unwrap();
    ledger.reserve_sequence(publication).unwrap();
    ledger.append(publication, at(50), &[Fact::BulkWritten { records: 0 }]).unwrap();
    ledger.seal(publication, zip("1.zip"), at(60)).unwrap();
    ledger.append(publication, at(70), &[Fact::PartSent, Fact::Promoting, Fact::Uncertain]).unwrap();
    ledger.supersede(publication, Replaced::Uncertain, at(80)).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    /// Rules 4, 6 and 8.
    #[test]
    fn a_removal_is_sent_exactly_until_it_is_confirmed(
        days in proptest::collection::vec(
            (proptest::collection::vec(some_work(), 0..4), some_fate()), 1..9),
    ) {
        let (_folder, home) = home();
        let mut ledger = home.ledger();
        let mut source = Source::new();
        // What the extranet shows, and what it may show as far as we know.
        let mut shown: BTreeMap<DocumentId, Digest> = BTreeMap::new();
        let mut perhaps: BTreeSet<DocumentId> = BTreeSet::new();
        let last = [(Vec::new(), Fate::Confirmed), (Vec::new(), Fate::Lost)];
        for (works, fate) in days.into_iter().chain(last) {
            for one in works {
                work(&mut source, one);
            }
            let series = ledger.series("extranet", "main", "aaaa").unwrap();
            let publication = ledger.open_publication(series.key, RunId(1), Mode::Changes, at(0)).unwrap();
            plan(&mut ledger, &series, publication, &source, at(1));
            let (listed, removed) = carried(&ledger, publication);
            let wanted = derivable(&source);
            let due: BTreeSet<_> = perhaps.iter().copied().filter(|id| !wanted.contains_key(id)).collect();
            prop_assert_eq!(&removed, &due, "what may be shown and isn't wanted leaves, and nothing else");
            match fate {
                Fate::Confirmed => settle(&mut ledger, publication),
                Fate::Lost => ledger.supersede(publication, Replaced::NotSealed, at(2)).unwrap(),
                Fate::Refused => {
                    deliver(&mut ledger, publication);
                    ledger.supersede(publication, Replaced::ReceiptRefused, at(80)).unwrap();
                }
                Fate::InDoubt { .. } => doubt(&mut ledger, publication),
            }
            if matches!(fate, Fate::Confirmed | Fate::InDoubt { taken: true }) {
                shown.extend(listed.clone());
                shown.retain(|id, _| !removed.contains(id));
            }
            match fate {
                Fate::Confirmed => perhaps = wanted.keys().copied().collect(),
                Fate::InDoubt { .. } => perhaps.extend(listed.keys().copied()),
                Fate::Lost | Fate::Refused => {}
            }
            if fate == Fate::Confirmed {
                prop_assert_eq!(&shown, &wanted, "the extranet shows what staff want, whatever happened before");
            }
        }
        // The day after a confirmation, with nothing done meanwhile, is silent.
        let publications = ledger.publications(ledger.find_series("extranet", "main").unwrap().unwrap().key, 1).unwrap();
        let (listed, removed) = carried(&ledger, publications[0].id);
        prop_assert!(listed.is_empty() && removed.is_empty(), "{:?} {:?}", listed, removed);
    }
}

/// The day that the model found: a letter leaves in a publication of which nobody knows whether it was received, and its
/// date is taken away before the next one.
#[test]
fn a_document_that_was_perhaps_received_is_withdrawn_when_nobody_wants_it_any_more() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let mut source = Source::from([(1, derived(1, 1))]);
    let series = ledger.series("extranet", "main", "aaaa").unwrap();
    let first = ledger.open_publication(series.key, RunId(1), Mode::Changes, at(0)).unwrap();
    plan(&mut ledger, &series, first, &source, at(1));
    doubt(&mut ledger, first);
    let id = *derivable(&source).keys().next().unwrap();
    source.clear();
    let second = ledger.open_publication(series.key, RunId(2), Mode::Changes, at(100)).unwrap();
    plan(&mut ledger, &series, second, &source, at(101));
    assert_eq!(carried(&ledger, second).1, BTreeSet::from([id]));
}
