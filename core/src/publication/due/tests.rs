//! One document against its record: every cause, every way out.

use super::*;
use crate::domain::ids::{AccountId, AttachmentId};

const SOURCE: DocumentSource = DocumentSource::Attachment(EventId(5), AttachmentId(6));

fn target(account: i64) -> Target {
    Target::Account(AccountId(account))
}

fn day(day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2024, 3, day)
}

fn derived() -> Derived {
    Derived {
        target: target(1),
        binder: BinderId(4),
        published_on: day(10),
        publish_request: 1,
        content_digest: Digest([1; 32]),
        listing_digest: Digest([2; 32]),
        notify_allowed: true,
    }
}

fn recorded() -> Recorded {
    Recorded {
        id: DocumentId::new(SOURCE, target(1)).unwrap(),
        live: true,
        binder: BinderId(4),
        published_on: day(10),
        publish_request: 1,
        content_digest: Digest([1; 32]),
        listing_digest: Digest([2; 32]),
    }
}

fn outcome(verdict: Option<Verdict>, recorded: &[Recorded], options: DueOptions) -> Outcome {
    decide(SOURCE, verdict.as_ref(), recorded, &options).unwrap()
}

/// Why it is listed and whether it notifies; `None` when it is unchanged.
fn listed(derived: Derived, recorded: &[Recorded], options: DueOptions) -> Option<(Why, bool)> {
    match outcome(Some(Verdict::Publish(derived)), recorded, options).decision.unwrap() {
        Decision::List(listing, _) => Some((listing.why, listing.notify)),
        Decision::Unchanged(_) => None,
        other => panic!("{other:?}"),
    }
}

fn removed(verdict: Option<Verdict>, recorded: &[Recorded]) -> Vec<RemovalReason> {
    outcome(verdict, recorded, DueOptions::default()).removals.iter().map(|removal| removal.reason).collect()
}

#[test]
fn what_is_live_and_as_it_was_is_unchanged() {
    assert_eq!(listed(derived(), &[recorded()], DueOptions::default()), None);
    assert_eq!(removed(Some(Verdict::Publish(derived())), &[recorded()]), []);
}

#[test]
fn what_was_never_confirmed_is_due_and_notifies() {
    assert_eq!(listed(derived(), &[], DueOptions::default()), Some((Why::First, true)));
    let silent = Derived { notify_allowed: false, ..derived() };
    assert_eq!(listed(silent, &[], DueOptions::default()), Some((Why::First, false)), "C12");
}

#[test]
fn republishing_moves_the_counter_so_it_is_due_and_notifies() {
    let republished = Derived { publish_request: 2, ..derived() };
    assert_eq!(
        listed(republished, &[recorded()], DueOptions::default()),
        Some((Why::Republished, true)),
        "C4"
    );
}

#[test]
fn a_moved_date_or_content_is_due_without_notifying() {
    let redated = Derived { published_on: day(11), ..derived() };
    assert_eq!(listed(redated, &[recorded()], DueOptions::default()), Some((Why::Redated, false)));
    let changed = Derived { content_digest: Digest([9; 32]), ..derived() };
    assert_eq!(listed(changed, &[recorded()], DueOptions::default()), Some((Why::Content, false)));
    let off = DueOptions { resend_on_change: false, ..DueOptions::default() };
    assert_eq!(listed(changed, &[recorded()], off), None);
}

#[test]
fn a_changed_listing_alone_uploads_nothing_and_notifies_nobody() {
    let retitled = Derived { listing_digest: Digest([9; 32]), ..derived() };
    assert_eq!(listed(retitled, &[recorded()], DueOptions::default()), Some((Why::Listing, false)));
    assert!(!Why::Listing.uploads());
    let both = Derived { content_digest: Digest([9; 32]), ..retitled };
    let off = DueOptions { resend_on_change: false, ..DueOptions::default() };
    assert_eq!(listed(both, &[recorded()], off), Some((Why::Listing, false)));
}

#[test]
fn a_full_index_lists_what_is_live_without_upload() {
    let full = DueOptions { full_index: true, ..DueOptions::default() };
    assert_eq!(listed(derived(), &[recorded()], full), Some((Why::FullIndex, false)), "A5");
    assert!(!Why::FullIndex.uploads());
}

#[test]
fn resending_since_a_date_takes_that_day_and_never_notifies() {
    for (since, expected) in [(10, Some((Why::Resend, false))), (11, None)] {
        let options = DueOptions { resend_since: day(since), ..DueOptions::default() };
        assert_eq!(listed(derived(), &[recorded()], options), expected, "C13, since {since}");
    }
}

#[test]
fn a_first_publication_notifies_nothing_older_than_itself() {
    for (from, notify) in [(10, true), (11, false)] {
        let options = DueOptions { notify_from: day(from), ..DueOptions::default() };
        assert_eq!(listed(derived(), &[], options), Some((Why::First, notify)), "rule 14");
    }
}

#[test]
fn a_removed_document_that_comes_back_is_uploaded_and_notifies_only_when_republished() {
    let removed = Recorded { live: false, ..recorded() };
    assert_eq!(listed(derived(), &[removed], DueOptions::default()), Some((Why::Returned, false)));
    let republished = Derived { publish_request: 2, ..derived() };
    assert_eq!(listed(republished, &[removed], DueOptions::default()), Some((Why::Returned, true)));
    assert!(Why::Returned.uploads());
}

#[test]
fn a_changed_target_removes_the_old_document_and_lists_a_new_one() {
    let moved = Derived { target: target(2), ..derived() };
    let outcome = outcome(Some(Verdict::Publish(moved)), &[recorded()], DueOptions::default());
    let Some(Decision::List(listing, _)) = outcome.decision else { panic!("{outcome:?}") };
    assert_eq!((listing.id.target(), listing.why, listing.notify), (target(2), Why::First, true), "C19");
    assert_eq!(
        outcome.removals,
        [Removal { id: recorded().id, reason: RemovalReason::Scope, successor: None }]
    );
}

#[test]
fn a_source_that_no_longer_exists_leaves_as_gone() {
    assert_eq!(removed(None, &[recorded()]), [RemovalReason::Gone], "C18");
    assert_eq!(removed(None, &[Recorded { live: false, ..recorded() }]), []);
}

#[test]
fn what_nobody_asks_for_leaves_with_its_reason() {
    for reason in [RemovalReason::Manual, RemovalReason::Expired, RemovalReason::YearClosed] {
        let verdict = Verdict::NotAsked { reason, successor: None };
        assert_eq!(removed(Some(verdict), &[recorded()]), [reason]);
    }
}

#[test]
fn a_date_moved_to_the_future_removes_and_a_plain_transport_does_not() {
    assert_eq!(
        removed(Some(Verdict::Wait(WaitReason::FutureDate)), &[recorded()]),
        [RemovalReason::Postponed]
    );
    assert_eq!(removed(Some(Verdict::Wait(WaitReason::PlainTransport)), &[recorded()]), []);
}

#[test]
fn the_old_version_stays_when_only_the_new_one_is_refused_and_the_audience_is_the_same() {
    let refuse = |audience| Verdict::Refuse { reason: RefusalReason::FileMissing, audience };
    let same = outcome(Some(refuse(Some((target(1), BinderId(4))))), &[recorded()], DueOptions::default());
    assert_eq!(
        same.decision,
        Some(Decision::Refuse { reason: RefusalReason::FileMissing, old_stays: true }),
        "rule 8"
    );
    assert_eq!(same.removals, []);
    let dead = Recorded { live: false, ..recorded() };
    let moved = (target(1), BinderId(5));
    for (audience, record) in [((target(1), BinderId(4)), dead), (moved, recorded()), (moved, dead)] {
        let outcome = outcome(Some(refuse(Some(audience))), &[record], DueOptions::default());
        let nothing = Decision::Refuse { reason: RefusalReason::FileMissing, old_stays: false };
        assert_eq!(outcome.decision, Some(nothing), "nothing of it is seen, or it leaves");
    }
    for other in [Some((target(2), BinderId(4))), Some((target(1), BinderId(5))), None] {
        assert_eq!(removed(Some(refuse(other)), &[recorded()]), [RemovalReason::Refused]);
    }
}

#[test]
fn a_refusal_about_the_audience_removes_what_is_live() {
    let audience = Some((target(1), BinderId(4)));
    for (reason, removal) in [
        (RefusalReason::NoBinder, RemovalReason::Binder),
        (RefusalReason::NoScope, RemovalReason::Scope),
        (RefusalReason::CouncilOnly, RemovalReason::Binder),
        (RefusalReason::Expired, RemovalReason::Expired),
    ] {
        assert_eq!(removed(Some(Verdict::Refuse { reason, audience }), &[recorded()]), [removal]);
    }
}

#[test]
fn a_successor_is_named_with_the_removal_that_depends_on_it() {
    let verdict = Verdict::NotAsked { reason: RemovalReason::Superseded, successor: Some(EventId(9)) };
    let outcome = outcome(Some(verdict), &[recorded()], DueOptions::default());
    assert_eq!(outcome.removals[0].successor, Some(EventId(9)), "G6");
}

#[test]
fn every_cause_is_found_by_its_code() {
    for why in Why::ALL {
        assert_eq!(Why::from_code(why.code()), Some(why));
    }
}
