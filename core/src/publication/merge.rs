//! All documents against the ledger, as two ordered streams.
//!
//! Promises: one pass, one source in memory at a time, whatever the number of documents (1.6 million known, nothing
//! new, must take seconds). Refuses a stream that isn't strictly ascending, since a merge of it would call live
//! documents gone.
//!
//! Candidates are pushed in the order of their sources; the ledger's records are pulled in the order of their ids,
//! which groups the records of one source.

use std::iter::Peekable;

use super::document::{BadDocumentId, DocumentId, DocumentSource};
use super::due::{Candidate, DueOptions, Outcome, Recorded, decide};

/// A stream that can't be merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadStream {
    /// The candidates are not in the order of their sources.
    #[error("the source gave {found} after {last}: its documents are not in order")]
    Candidates {
        /// The last source before.
        last: DocumentSource,
        /// The source that came too late.
        found: DocumentSource,
    },
    /// The records are not in the order of their ids.
    #[error("the ledger gave {found} after {last}: its documents are not in order")]
    Records {
        /// The last id before.
        last: DocumentId,
        /// The id that came too late.
        found: DocumentId,
    },
    /// A record's id can't be written.
    #[error(transparent)]
    Id(#[from] BadDocumentId),
}

/// The merge under way.
pub struct Merge<R: Iterator> {
    records: Peekable<R>,
    options: DueOptions,
    last_candidate: Option<DocumentSource>,
    last_record: Option<DocumentId>,
    group: Vec<Recorded>,
}

impl<R: Iterator> std::fmt::Debug for Merge<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merge").field("last_candidate", &self.last_candidate).finish_non_exhaustive()
    }
}

impl<R, E> Merge<R>
where
    R: Iterator<Item = Result<Recorded, E>>,
    E: From<BadStream>,
{
    /// Begins a merge with the ledger's records of one series, live or not, in the order of their ids.
    pub fn new(records: R, options: DueOptions) -> Self {
        let records = records.peekable();
        Self { records, options, last_candidate: None, last_record: None, group: Vec::new() }
    }

    /// Takes the next candidate, and gives `sink` what happens to it and to every recorded source before it.
    ///
    /// # Errors
    /// An error of the ledger's stream or of `sink`, and [`BadStream`] when a stream is out of order.
    pub fn push(
        &mut self,
        candidate: &Candidate,
        sink: &mut impl FnMut(Outcome) -> Result<(), E>,
    ) -> Result<(), E> {
        let source = candidate.source;
        if let Some(last) = self.last_candidate.filter(|last| *last >= source) {
            return Err(BadStream::Candidates { last, found: source }.into());
        }
        self.last_candidate = Some(source);
        self.give_gone(Some(source), sink)?;
        self.take_group(source)?;
        let outcome = decide(source, Some(&candidate.verdict), &self.group, &self.options);
        sink(outcome.map_err(BadStream::from)?)
    }

    /// Ends the merge: what the ledger still has is gone from the source.
    ///
    /// # Errors
    /// As for [`Merge::push`].
    pub fn finish(mut self, sink: &mut impl FnMut(Outcome) -> Result<(), E>) -> Result<(), E> {
        self.give_gone(None, sink)
    }

    /// Gives what the ledger has before `until` and the source hasn't, where anything of it is live.
    fn give_gone(
        &mut self,
        until: Option<DocumentSource>,
        sink: &mut impl FnMut(Outcome) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(source) = self.next_recorded_source()? {
            if until.is_some_and(|until| source >= until) {
                break;
            }
            self.take_group(source)?;
            let outcome = decide(source, None, &self.group, &self.options).map_err(BadStream::from)?;
            if !outcome.removals.is_empty() {
                sink(outcome)?;
            }
        }
        Ok(())
    }

    fn next_recorded_source(&mut self) -> Result<Option<DocumentSource>, E> {
        match self.records.next_if(Result::is_err) {
            Some(Err(error)) => Err(error),
            _ => Ok(self
                .records
                .peek()
                .and_then(|record| record.as_ref().ok())
                .map(|record| record.id.source())),
        }
    }

    /// Moves the records of one source into `group`.
    fn take_group(&mut self, source: DocumentSource) -> Result<(), E> {
        self.group.clear();
        while self.next_recorded_source()? == Some(source) {
            let Some(record) = self.records.next().transpose()? else { break };
            if let Some(last) = self.last_record.filter(|last| *last >= record.id) {
                return Err(BadStream::Records { last, found: record.id }.into());
            }
            self.last_record = Some(record.id);
            self.group.push(record);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::super::due::{Decision, Derived, Verdict};
    use super::super::reason::{RefusalReason, RemovalReason, WaitReason};
    use super::*;
    use crate::domain::audience::Target;
    use crate::domain::digest::Digest;
    use crate::domain::ids::{AccountId, AttachmentId, BinderId, EventId, PhotoId, UnitId};

    fn some_source() -> impl Strategy<Value = DocumentSource> {
        prop_oneof![
            (1..6_i64).prop_map(|event| DocumentSource::Body(EventId(event))),
            (1..6_i64, 1..4_i64)
                .prop_map(|(event, part)| DocumentSource::Attachment(EventId(event), AttachmentId(part))),
            (1..4_i64).prop_map(|photo| DocumentSource::Photo(PhotoId(photo))),
        ]
    }

    fn some_target() -> impl Strategy<Value = Target> {
        prop_oneof![
            (1..3_i64).prop_map(|account| Target::Account(AccountId(account))),
            (1..3_i64).prop_map(|unit| Target::Unit(UnitId(unit))),
        ]
    }

    fn some_derived() -> impl Strategy<Value = Derived> {
        (some_target(), 0..2_i64, 0..2_u8, 0..2_u8).prop_map(|(target, publish_request, content, listing)| {
            Derived {
                target,
                binder: BinderId(1),
                published_on: None,
                publish_request,
                content_digest: Digest([content; 32]),
                listing_digest: Digest([listing; 32]),
                notify_allowed: true,
            }
        })
    }

    fn some_verdict() -> impl Strategy<Value = Verdict> {
        prop_oneof![
            3 => some_derived().prop_map(Verdict::Publish),
            1 => Just(Verdict::NotAsked { reason: RemovalReason::Manual, successor: None }),
            1 => Just(Verdict::Wait(WaitReason::FutureDate)),
            1 => Just(Verdict::Refuse { reason: RefusalReason::NoScope, audience: None }),
        ]
    }

    fn recorded(id: DocumentId, live: bool, derived: &Derived) -> Recorded {
        Recorded {
            id,
            live,
            binder: derived.binder,
            published_on: derived.published_on,
            publish_request: derived.publish_request,
            content_digest: derived.content_digest,
            listing_digest: derived.listing_digest,
        }
    }

    fn run(candidates: &[Candidate], records: &[Recorded]) -> Result<Vec<Outcome>, BadStream> {
        let mut outcomes = Vec::new();
        let mut sink = |outcome| {
            outcomes.push(outcome);
            Ok::<(), BadStream>(())
        };
        let mut merge = Merge::new(records.iter().copied().map(Ok), DueOptions::default());
        for candidate in candidates {
            merge.push(candidate, &mut sink)?;
        }
        merge.finish(&mut sink)?;
        Ok(outcomes)
    }

    proptest! {
        #[test]
        fn the_merge_decides_what_a_model_with_whole_maps_decides(
            candidates in proptest::collection::btree_map(some_source(), some_verdict(), 0..12),
            records in proptest::collection::btree_map(
                (some_source(), some_target()), (any::<bool>(), some_derived()), 0..16),
        ) {
            let records: BTreeMap<_, _> = records
                .into_iter()
                .map(|((source, target), (live, derived))| {
                    let id = DocumentId::new(source, target).unwrap();
                    (id, recorded(id, live, &derived))
                })
                .collect();
            let mut expected = Vec::new();
            let sources: BTreeSet<_> =
                candidates.keys().copied().chain(records.keys().map(|id| id.source())).collect();
            for source in sources {
                let group: Vec<_> = records.values().filter(|record| record.id.source() == source).copied().collect();
                let outcome = decide(source, candidates.get(&source), &group, &DueOptions::default()).unwrap();
                if outcome.decision.is_some() || !outcome.removals.is_empty() {
                    expected.push(outcome);
                }
            }
            let candidates: Vec<_> =
                candidates.iter().map(|(source, verdict)| Candidate { source: *source, verdict: *verdict }).collect();
            let records: Vec<_> = records.into_values().collect();
            let outcomes = run(&candidates, &records).unwrap();
            prop_assert_eq!(&outcomes, &expected);
            prop_assert_eq!(live_after(&records, &outcomes), derivable(&candidates));
        }
    }

    /// The documents live once the outcomes are confirmed.
    fn live_after(records: &[Recorded], outcomes: &[Outcome]) -> BTreeSet<DocumentId> {
        let mut live: BTreeSet<_> =
            records.iter().filter(|record| record.live).map(|record| record.id).collect();
        for outcome in outcomes {
            for removal in &outcome.removals {
                assert!(live.remove(&removal.id), "only what is live leaves");
            }
            if let Some(Decision::List(listing, _)) = outcome.decision {
                live.insert(listing.id);
            }
        }
        live
    }

    /// What the source lets be seen: nothing else may be live after a confirmation.
    fn derivable(candidates: &[Candidate]) -> BTreeSet<DocumentId> {
        candidates
            .iter()
            .filter_map(|candidate| match candidate.verdict {
                Verdict::Publish(derived) => Some(DocumentId::new(candidate.source, derived.target).unwrap()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn candidates_out_of_order_are_refused() {
        let candidate = |event| Candidate {
            source: DocumentSource::Body(EventId(event)),
            verdict: Verdict::Wait(WaitReason::FutureDate),
        };
        assert!(matches!(run(&[candidate(2), candidate(1)], &[]), Err(BadStream::Candidates { .. })));
        assert!(matches!(run(&[candidate(2), candidate(2)], &[]), Err(BadStream::Candidates { .. })));
    }

    #[test]
    fn records_out_of_order_are_refused() {
        let record = |account| {
            let target = Target::Account(AccountId(account));
            let derived = Derived {
                target,
                binder: BinderId(1),
                published_on: None,
                publish_request: 0,
                content_digest: Digest([0; 32]),
                listing_digest: Digest([0; 32]),
                notify_allowed: false,
            };
            recorded(DocumentId::new(DocumentSource::Body(EventId(1)), target).unwrap(), true, &derived)
        };
        assert!(matches!(run(&[], &[record(2), record(1)]), Err(BadStream::Records { .. })));
    }

    #[test]
    fn an_error_of_the_ledgers_stream_ends_the_merge() {
        let broken = BadStream::Id(BadDocumentId("?".into()));
        let merge =
            Merge::new([Err::<Recorded, BadStream>(broken.clone())].into_iter(), DueOptions::default());
        assert_eq!(merge.finish(&mut |_| Ok(())), Err(broken));
    }

    #[test]
    fn a_debug_form_says_how_far_the_merge_is_and_shows_no_record() {
        let mut merge = Merge::new(std::iter::empty::<Result<Recorded, BadStream>>(), DueOptions::default());
        let source = DocumentSource::Photo(PhotoId(3));
        let candidate = Candidate { source, verdict: Verdict::Wait(WaitReason::FutureDate) };
        merge.push(&candidate, &mut |_| Ok(())).unwrap();
        assert_eq!(format!("{merge:?}"), format!("Merge {{ last_candidate: {:?}, .. }}", Some(source)));
    }
}
