//! The ledger against a model: whatever is published, replaced or cut short, and reopened after every operation, the
//! ledger answers what a map would.

use std::collections::BTreeMap;

use proptest::prelude::*;
use publier::ledger::Ledger;
use publier_core::domain::digest::Digest;
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::facts::{Mode, Replaced, RunId};

use super::home;
use crate::support::ledger::{Home, Source, at, deliver, derived, plan, settle};

/// How a publication ends.
#[derive(Debug, Clone, Copy)]
enum End {
    Settled,
    /// Replaced before the seal.
    CutShort,
    /// Delivered, then refused by the receiving side.
    Refused,
    /// The process dies after the plan, and the next run replaces it.
    Killed,
}

fn some_source() -> impl Strategy<Value = Source> {
    let document = (1..4_i64, 0..3_u8, 0..2_i64).prop_map(|(account, content, request)| {
        publier_core::publication::due::Derived { publish_request: request, ..derived(account, content) }
    });
    proptest::collection::btree_map(1..12_i64, document, 0..10)
}

fn some_end() -> impl Strategy<Value = End> {
    prop_oneof![3 => Just(End::Settled), 1 => Just(End::CutShort), 1 => Just(End::Refused), 1 => Just(End::Killed)]
}

/// What the ledger should hold: each document ever confirmed, whether it is live, its content and its counter.
type Model = BTreeMap<DocumentId, (bool, Digest, i64)>;

fn confirm(model: &mut Model, source: &Source) {
    for state in model.values_mut() {
        state.0 = false;
    }
    for (event, derived) in source {
        let source = DocumentSource::Body(publier_core::domain::ids::EventId(*event));
        let id = DocumentId::new(source, derived.target).unwrap();
        model.insert(id, (true, derived.content_digest, derived.publish_request));
    }
}

fn recorded(ledger: &Ledger) -> Model {
    let Some(series) = ledger.find_series("extranet", "main").unwrap() else { return Model::new() };
    let records = ledger.recorded_documents(series.key).unwrap().map(Result::unwrap);
    records.map(|record| (record.id, (record.live, record.content_digest, record.publish_request))).collect()
}

/// Makes one publication of `source` and ends it.
fn operate(home: &Home, source: &Source, end: End) {
    let mut ledger = home.ledger();
    let series = ledger.series("extranet", "main", "aaaa").unwrap();
    let publication = ledger.open_publication(series.key, RunId(1), Mode::Changes, at(0)).unwrap();
    plan(&mut ledger, &series, publication, source, at(1));
    match end {
        End::Settled => settle(&mut ledger, publication),
        End::CutShort => ledger.supersede(publication, Replaced::NotSealed, at(2)).unwrap(),
        End::Refused => {
            deliver(&mut ledger, publication);
            ledger.supersede(publication, Replaced::ReceiptRefused, at(80)).unwrap();
        }
        End::Killed => {
            drop(ledger);
            home.ledger().supersede(publication, Replaced::NotSealed, at(2)).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_ledger_holds_what_the_last_confirmed_publications_made(
        operations in proptest::collection::vec((some_source(), some_end()), 1..7),
    ) {
        let (_folder, home) = home();
        let mut model = Model::new();
        let mut delivered = 0;
        for (opened, (source, end)) in (1..).zip(operations) {
            operate(&home, &source, end);
            if matches!(end, End::Settled) {
                confirm(&mut model, &source);
                delivered += 1;
            }
            let ledger = home.ledger();
            prop_assert_eq!(recorded(&ledger), model.clone());
            let series = ledger.find_series("extranet", "main").unwrap().unwrap();
            prop_assert_eq!(series.is_first(), delivered == 0);
            prop_assert!(ledger.unfinished(series.key).unwrap().is_empty());
            let publications = ledger.publications(series.key, 99).unwrap();
            prop_assert_eq!(publications.len(), opened);
            prop_assert_eq!(publications.iter().filter(|row| row.stage == "settled").count(), delivered);
            let sequences: Vec<_> = publications.iter().rev().filter_map(|row| row.sequence).collect();
            prop_assert!(sequences.is_sorted_by(|a, b| a < b), "{:?}", sequences);
        }
    }
}
