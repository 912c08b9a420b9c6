//! One publication in the ledger, from its opening to its settlement.

use std::collections::BTreeMap;

use publier::ledger::outbox::OutboxItem;
use publier::ledger::plan::{LeftOut, PlanRow, PlannedDocument, PlannedRemoval, Presence, Withdrawal};
use publier::ledger::series::Series;
use publier::ledger::{Ledger, LedgerError, PublicationId};
use publier_core::domain::ids::{AccountId, EventId, PartyId};
use publier_core::publication::document::DocumentSource;
use publier_core::publication::due::Why;
use publier_core::publication::facts::{Counts, Fact, Mode, Replaced, RunId, Section};
use publier_core::publication::hold::short_digest;
use publier_core::publication::reason::{HoldReason, RefusalReason, RemovalReason, WaitReason};
use publier_core::publication::stage::Stage;

use super::home;
use crate::support::ledger::{Home, Source, at, body, deliver, derived, file_of, plan, planned, settle, zip};

fn opened(home: &Home, mode: Mode) -> (Ledger, Series, PublicationId) {
    let mut ledger = home.ledger();
    let series = ledger.series("extranet", "main", "aaaa").unwrap();
    let publication = ledger.open_publication(series.key, RunId(1), mode, at(0)).unwrap();
    (ledger, series, publication)
}

fn published(count: u64) -> BTreeMap<Section, Counts> {
    let counts = Counts { known: count, selected: count, published: count, ..Counts::default() };
    BTreeMap::from([(Section::Documents, counts)])
}

/// Stores rows as a whole plan and records it.
fn planned_rows(ledger: &mut Ledger, publication: PublicationId, rows: &[PlanRow], documents: u64) {
    ledger.plan(publication, rows).unwrap();
    ledger.count(publication, &published(documents)).unwrap();
    let totals = ledger.close_plan(publication).unwrap();
    let fact =
        Fact::Planned { counts: published(documents), removals: totals.removals, plan_digest: totals.digest };
    ledger.append(publication, at(1), &[fact]).unwrap();
}

fn source(documents: &[(i64, u8)]) -> Source {
    documents.iter().map(|(event, content)| (*event, derived(1, *content))).collect()
}

/// Publishes a source whole and settles it.
fn publish(ledger: &mut Ledger, series: &Series, documents: &[(i64, u8)]) -> PublicationId {
    let publication = ledger.open_publication(series.key, RunId(1), Mode::Changes, at(0)).unwrap();
    plan(ledger, series, publication, &source(documents), at(1));
    settle(ledger, publication);
    publication
}

fn live(ledger: &Ledger, series: &Series) -> Vec<i64> {
    let records = ledger.recorded_documents(series.key).unwrap().map(Result::unwrap);
    records
        .filter(|record| record.live)
        .filter_map(|record| record.id.source().event())
        .map(|id| id.0)
        .collect()
}

#[test]
fn one_publication_of_a_series_is_in_flight_and_a_held_one_may_wait_beside_it() {
    let (_folder, home) = home();
    let (mut ledger, series, held) = opened(&home, Mode::Changes);
    let open = |ledger: &mut Ledger| ledger.open_publication(series.key, RunId(2), Mode::Removals, at(5));
    assert!(matches!(open(&mut ledger), Err(LedgerError::InFlight)));
    planned_rows(&mut ledger, held, &[], 0);
    ledger.append(held, at(2), &[Fact::Held { reasons: vec![HoldReason::FirstOfSeries] }]).unwrap();
    let removals = open(&mut ledger).unwrap();
    let names: Vec<_> =
        ledger.unfinished(series.key).unwrap().iter().map(|(_, stage)| stage.name()).collect();
    assert_eq!(names, ["held", "opened"], "rule 14");
    assert_eq!(ledger.publications(series.key, 1).unwrap()[0].id, removals);
    let other = ledger.series("extranet", "second", "bbbb").unwrap();
    assert!(ledger.open_publication(other.key, RunId(2), Mode::Full, at(5)).is_ok(), "rule 1");
}

#[test]
fn an_impossible_fact_is_refused_and_none_of_its_batch_is_kept() {
    let (_folder, home) = home();
    let (mut ledger, _, publication) = opened(&home, Mode::Changes);
    let before = ledger.facts(publication).unwrap();
    let facts = [Fact::Failed { reason: None }, Fact::PartSent];
    let error = ledger.append(publication, at(1), &facts).unwrap_err();
    assert!(matches!(error, LedgerError::Impossible { .. }), "{error:?}");
    assert_eq!(home.ledger().facts(publication).unwrap(), before);
}

#[test]
fn facts_that_change_the_series_have_doors_of_their_own() {
    let (_folder, home) = home();
    let (mut ledger, _, publication) = opened(&home, Mode::Changes);
    let doors = [
        Fact::Settled,
        Fact::Superseded { why: Replaced::NotSealed },
        Fact::Opened { now: at(0), mode: Mode::Full, run: RunId(1) },
        Fact::Sealed { sequence: 1, previous: None, zip: zip("1.zip") },
    ];
    for fact in doors {
        assert!(matches!(ledger.append(publication, at(1), &[fact]), Err(LedgerError::OwnDoor)));
    }
}

#[test]
fn numbers_increase_with_gaps_and_name_the_last_delivered() {
    let (_folder, home) = home();
    let (mut ledger, series, first) = opened(&home, Mode::Changes);
    let given = ledger.reserve_sequence(first).unwrap();
    assert_eq!((given.sequence, given.previous), (1, None));
    assert_eq!(ledger.reserve_sequence(first).unwrap(), given, "asked again, the same");
    ledger.supersede(first, Replaced::NotSealed, at(2)).unwrap();
    publish(&mut ledger, &series, &[(1, 1)]);
    publish(&mut ledger, &series, &[(1, 2)]);
    let series = ledger.find_series("extranet", "main").unwrap().unwrap();
    assert_eq!((series.last_sequence, series.delivered.unwrap().sequence), (3, 3), "rule 5");
    let next = ledger.open_publication(series.key, RunId(1), Mode::Changes, at(9)).unwrap();
    let given = ledger.reserve_sequence(next).unwrap();
    assert_eq!((given.sequence, given.previous), (4, Some(3)));
}

#[test]
fn a_publication_isnt_sealed_before_its_documents_are_up_and_its_number_is_given() {
    let (_folder, home) = home();
    let (mut ledger, _, publication) = opened(&home, Mode::Changes);
    planned_rows(&mut ledger, publication, &[PlanRow::Document(planned(body(1, 1), &derived(1, 1)))], 1);
    ledger.append(publication, at(2), &[Fact::BulkWritten { records: 0 }]).unwrap();
    let seal = |ledger: &mut Ledger| ledger.seal(publication, zip("1.zip"), at(3));
    assert!(matches!(seal(&mut ledger), Err(LedgerError::Misuse(_))));
    ledger
        .documents_sent(publication, &[(body(1, 1), file_of(body(1, 1), &derived(1, 1).content_digest))])
        .unwrap();
    assert!(matches!(seal(&mut ledger), Err(LedgerError::Misuse(_))));
    ledger.reserve_sequence(publication).unwrap();
    assert!(matches!(seal(&mut ledger), Ok(Stage::Sealed(seal)) if seal.sequence == 1));
}

#[test]
fn a_publication_whose_accounting_has_a_gap_isnt_sealed() {
    let (_folder, home) = home();
    let (mut ledger, _, publication) = opened(&home, Mode::Changes);
    let refused = |record: &str| PlanRow::LeftOut {
        section: Section::Accounts,
        record: record.to_owned(),
        verdict: LeftOut::Refused(RefusalReason::AccountWithoutParty),
    };
    ledger.plan(publication, &[refused("account 1"), refused("account 2")]).unwrap();
    let check = |ledger: &mut Ledger, counts: Counts| {
        ledger.count(publication, &BTreeMap::from([(Section::Accounts, counts)])).unwrap();
        ledger.check_accounting(publication)
    };
    let whole = Counts { known: 5, not_asked: 3, selected: 2, refused: 2, ..Counts::default() };
    check(&mut ledger, whole).unwrap();
    for gap in [
        Counts { known: 6, ..whole },
        Counts { refused: 1, held: 1, ..whole },
        Counts { refused: 1, selected: 1, known: 4, ..whole },
    ] {
        let error = check(&mut ledger, gap).unwrap_err();
        assert!(matches!(error, LedgerError::Accounting { section: "accounts", .. }), "{error:?}");
    }
    check(&mut ledger, whole).unwrap();
    ledger.count(publication, &published(1)).unwrap();
    assert!(ledger.check_accounting(publication).is_err(), "a published document must be listed");
}

#[test]
fn what_was_left_out_is_read_back_in_pages() {
    let (_folder, home) = home();
    let (mut ledger, _, publication) = opened(&home, Mode::Changes);
    let waiting = LeftOut::Held(WaitReason::FutureDate);
    let rows: Vec<_> = (1..=5)
        .map(|n| PlanRow::LeftOut {
            section: Section::Documents,
            record: format!("event {n}"),
            verdict: waiting,
        })
        .collect();
    ledger.plan(publication, &rows).unwrap();
    let first = ledger.left_out(publication, None, 3).unwrap();
    let last = first.last().unwrap();
    let second = ledger.left_out(publication, Some((last.section, &last.record)), 3).unwrap();
    let records: Vec<_> = first.iter().chain(&second).map(|row| row.record.as_str()).collect();
    assert_eq!(records, ["event 1", "event 2", "event 3", "event 4", "event 5"]);
    assert!(first.iter().all(|row| row.verdict == waiting));
}

#[test]
fn the_same_plan_made_again_has_the_same_digest_and_another_decision_another_one() {
    let (_folder, home) = home();
    let (mut ledger, series, publication) = opened(&home, Mode::Changes);
    plan(&mut ledger, &series, publication, &source(&[(1, 1), (2, 1)]), at(1));
    let mut digests = vec![ledger.close_plan(publication).unwrap().digest];
    for documents in [&[(1, 1), (2, 1)][..], &[(1, 1)], &[(1, 1), (2, 2)]] {
        ledger.supersede(publication_in_flight(&ledger, &series), Replaced::NotSealed, at(2)).unwrap();
        let publication = ledger.open_publication(series.key, RunId(2), Mode::Changes, at(77)).unwrap();
        plan(&mut ledger, &series, publication, &source(documents), at(78));
        digests.push(ledger.close_plan(publication).unwrap().digest);
    }
    assert_eq!(digests[0], digests[1]);
    assert!(digests[2] != digests[0] && digests[3] != digests[0] && digests[2] != digests[3]);
}

fn publication_in_flight(ledger: &Ledger, series: &Series) -> PublicationId {
    ledger.unfinished(series.key).unwrap()[0].0
}

#[test]
fn a_plans_removals_are_found_by_the_digits_that_a_person_types() {
    let (_folder, home) = home();
    let (mut ledger, series, publication) = opened(&home, Mode::Changes);
    let removal = PlannedRemoval {
        what: Withdrawal::Document(body(7, 1)),
        reason: RemovalReason::Gone,
        successor: None,
    };
    planned_rows(&mut ledger, publication, &[PlanRow::Removal(removal)], 0);
    let digest = ledger.close_plan(publication).unwrap().digest;
    ledger.supersede(publication, Replaced::NotSealed, at(2)).unwrap();
    assert_eq!(ledger.removals_of_plan(series.key, &short_digest(&digest)).unwrap(), Some(1), "rule 14");
    assert_eq!(ledger.removals_of_plan(series.key, "00000000").unwrap(), None);
    assert_eq!(ledger.removals_of_plan(series.key, "").unwrap(), None);
}

#[test]
fn settling_brings_documents_sequence_and_outbox_up_to_date_at_once() {
    let (_folder, home) = home();
    let (mut ledger, series, publication) = opened(&home, Mode::Changes);
    plan(&mut ledger, &series, publication, &source(&[(1, 1), (2, 1)]), at(1));
    deliver(&mut ledger, publication);
    assert_eq!(live(&ledger, &series), Vec::<i64>::new(), "delivered isn't settled");
    let item = OutboxItem { key: "message/1/1".into(), kind: "message".into(), body: "{}".into() };
    ledger.settle(publication, at(90), std::slice::from_ref(&item)).unwrap();
    assert!(matches!(ledger.settle(publication, at(91), &[]), Err(LedgerError::Impossible { .. })), "once");
    let reopened = home.ledger();
    assert_eq!(live(&reopened, &series), [1, 2]);
    assert_eq!(reopened.due_in_outbox(at(90), 9).unwrap()[0].item, item);
    let delivered = reopened.find_series("extranet", "main").unwrap().unwrap().delivered.unwrap();
    assert_eq!((delivered.publication, delivered.now, delivered.confirmed_at), (publication, at(0), at(90)));
    let file = file_of(body(1, 1), &derived(1, 1).content_digest);
    assert_eq!(reopened.recorded_file(series.key, body(1, 1)).unwrap(), Some(file));
    assert!(reopened.unfinished(series.key).unwrap().is_empty());
}

#[test]
fn what_isnt_confirmed_is_due_again_and_what_is_live_and_gone_leaves() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let series = ledger.series("extranet", "main", "aaaa").unwrap();
    publish(&mut ledger, &series, &[(1, 1), (2, 1)]);
    for _ in 0..2 {
        let publication = ledger.open_publication(series.key, RunId(2), Mode::Changes, at(100)).unwrap();
        plan(&mut ledger, &series, publication, &source(&[(2, 1), (3, 1)]), at(101));
        let listed: Vec<_> =
            ledger.planned_documents(publication).unwrap().map(|row| row.unwrap().id).collect();
        assert_eq!(listed, [body(3, 1)]);
        let removed: Vec<_> = ledger.planned_removals(publication).unwrap().map(Result::unwrap).collect();
        let gone = Withdrawal::Document(body(1, 1));
        assert_eq!(removed, [PlannedRemoval { what: gone, reason: RemovalReason::Gone, successor: None }]);
        deliver(&mut ledger, publication);
        ledger.supersede(publication, Replaced::ReceiptRefused, at(102)).unwrap();
        assert_eq!(live(&ledger, &series), [1, 2], "rule 6");
    }
    publish(&mut ledger, &series, &[(2, 1), (3, 1)]);
    assert_eq!(live(&ledger, &series), [2, 3]);
}

#[test]
fn a_document_listed_without_upload_keeps_its_recorded_file_and_content() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let series = ledger.series("extranet", "main", "aaaa").unwrap();
    publish(&mut ledger, &series, &[(1, 1)]);
    let publication = ledger.open_publication(series.key, RunId(1), Mode::Changes, at(100)).unwrap();
    let listed = PlannedDocument { why: Why::Listing, ..planned(body(1, 1), &derived(1, 9)) };
    planned_rows(&mut ledger, publication, &[PlanRow::Document(listed)], 1);
    let stored = ledger.planned_documents(publication).unwrap().next().unwrap().unwrap();
    assert_eq!(stored.file, Some(file_of(body(1, 1), &derived(1, 1).content_digest)));
    assert_eq!(stored.content_digest, derived(1, 1).content_digest);
    let unknown = PlannedDocument { why: Why::FullIndex, ..planned(body(2, 1), &derived(1, 1)) };
    assert!(matches!(ledger.plan(publication, &[PlanRow::Document(unknown)]), Err(LedgerError::Misuse(_))));
}

#[test]
fn after_a_full_publication_only_what_it_listed_is_live() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let series = ledger.series("extranet", "main", "aaaa").unwrap();
    publish(&mut ledger, &series, &[(1, 1), (2, 1)]);
    let publication = ledger.open_publication(series.key, RunId(1), Mode::Full, at(100)).unwrap();
    let listed = PlannedDocument { why: Why::FullIndex, ..planned(body(1, 1), &derived(1, 1)) };
    planned_rows(&mut ledger, publication, &[PlanRow::Document(listed)], 1);
    settle(&mut ledger, publication);
    assert_eq!(live(&ledger, &series), [1]);
}

#[test]
fn a_superseded_document_leaves_only_with_its_successor() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let series = ledger.series("extranet", "main", "aaaa").unwrap();
    publish(&mut ledger, &series, &[(1, 1)]);
    let publication = ledger.open_publication(series.key, RunId(1), Mode::Changes, at(100)).unwrap();
    let removal = PlanRow::Removal(PlannedRemoval {
        what: Withdrawal::Document(body(1, 1)),
        reason: RemovalReason::Superseded,
        successor: Some(EventId(2)),
    });
    let successor = PlanRow::Document(planned(body(2, 1), &derived(1, 1)));
    planned_rows(&mut ledger, publication, &[removal, successor], 1);
    let leaving = |ledger: &Ledger| ledger.planned_removals(publication).unwrap().count();
    assert_eq!(leaving(&ledger), 1, "G6");
    ledger.refuse_document(publication, body(2, 1), RefusalReason::TransferRefused).unwrap();
    assert_eq!(leaving(&ledger), 0, "never neither");
    ledger.check_accounting(publication).unwrap();
    let counts = ledger.counts(publication).unwrap()[&Section::Documents];
    assert_eq!((counts.published, counts.refused), (0, 1), "rule 9");
    let again = ledger.refuse_document(publication, body(2, 1), RefusalReason::TransferRefused);
    assert!(matches!(again, Err(LedgerError::Misuse(_))));
}

fn account(account: i64, party: i64, presence: Presence) -> PlanRow {
    PlanRow::Account { account: AccountId(account), party: Some(PartyId(party)), presence }
}

#[test]
fn accounts_accesses_and_parts_of_sections_leave_when_they_are_not_given_any_more() {
    let (_folder, home) = home();
    let (mut ledger, series, first) = opened(&home, Mode::Changes);
    let part = |key: &str, presence| PlanRow::SectionPart { key: key.to_owned(), presence };
    let rows = [
        account(1, 10, Presence::Present),
        account(2, 10, Presence::Present),
        account(3, 30, Presence::Present),
        account(4, 40, Presence::Absent(RemovalReason::Manual)),
        part("expenses/1/2014", Presence::Present),
        part("expenses/1/2015", Presence::Present),
        PlanRow::Password { party: PartyId(10), issue: 2 },
    ];
    planned_rows(&mut ledger, first, &rows, 0);
    settle(&mut ledger, first);
    assert_eq!(ledger.live_accounts(series.key).unwrap(), [1, 2, 3].map(AccountId));
    assert_eq!(ledger.parties_with_access(series.key).unwrap(), [10, 30].map(PartyId));
    assert_eq!(ledger.confirmed_issue(series.key, PartyId(10)).unwrap(), Some(2), "D5");
    assert_eq!(ledger.confirmed_issue(series.key, PartyId(30)).unwrap(), None);

    let second = ledger.open_publication(series.key, RunId(1), Mode::Changes, at(100)).unwrap();
    let rows = [
        account(1, 10, Presence::Present),
        account(2, 10, Presence::Absent(RemovalReason::Manual)),
        part("expenses/1/2014", Presence::Absent(RemovalReason::YearClosed)),
        part("expenses/1/2015", Presence::Present),
    ];
    ledger.plan(second, &rows).unwrap();
    let totals = ledger.close_plan(second).unwrap();
    assert_eq!((totals.published_accounts, totals.live_accounts, totals.gone_accounts), (1, 3, 1));
    assert_eq!(totals.removals, 4);
    let removals: Vec<_> = ledger.planned_removals(second).unwrap().map(Result::unwrap).collect();
    let expected = [
        (Withdrawal::Access(PartyId(30)), RemovalReason::Account),
        (Withdrawal::Account(AccountId(2)), RemovalReason::Manual),
        (Withdrawal::Account(AccountId(3)), RemovalReason::Gone),
        (Withdrawal::Section("expenses/1/2014".into()), RemovalReason::YearClosed),
    ];
    let expected = expected.map(|(what, reason)| PlannedRemoval { what, reason, successor: None });
    assert_eq!(removals, expected, "D7, D26, E6");
    ledger.count(second, &published(0)).unwrap();
    let planned = Fact::Planned { counts: published(0), removals: 4, plan_digest: totals.digest };
    ledger.append(second, at(101), &[planned]).unwrap();
    settle(&mut ledger, second);
    assert_eq!(ledger.live_accounts(series.key).unwrap(), [AccountId(1)]);
    assert_eq!(ledger.parties_with_access(series.key).unwrap(), [PartyId(10)]);
    assert_eq!(ledger.confirmed_issue(series.key, PartyId(10)).unwrap(), Some(2), "the issue stays known");
}

#[test]
fn a_removals_only_publication_withdraws_what_it_says_and_nothing_by_absence() {
    let (_folder, home) = home();
    let (mut ledger, series, first) = opened(&home, Mode::Changes);
    let rows = [account(1, 10, Presence::Present), PlanRow::Document(planned(body(1, 1), &derived(1, 1)))];
    planned_rows(&mut ledger, first, &rows, 1);
    settle(&mut ledger, first);
    let second = ledger.open_publication(series.key, RunId(1), Mode::Removals, at(100)).unwrap();
    let removal = PlannedRemoval {
        what: Withdrawal::Document(body(1, 1)),
        reason: RemovalReason::Manual,
        successor: None,
    };
    planned_rows(&mut ledger, second, &[PlanRow::Removal(removal)], 0);
    settle(&mut ledger, second);
    assert_eq!(live(&ledger, &series), Vec::<i64>::new());
    assert_eq!(ledger.live_accounts(series.key).unwrap(), [AccountId(1)], "rule 15");
}

#[test]
fn titles_are_gone_from_the_file_once_a_publication_is_over() {
    for over in ["settled", "superseded"] {
        let (_folder, home) = home();
        let (mut ledger, series, publication) = opened(&home, Mode::Changes);
        plan(&mut ledger, &series, publication, &source(&[(1, 1), (2, 1)]), at(1));
        if over == "settled" {
            settle(&mut ledger, publication);
        } else {
            ledger.supersede(publication, Replaced::NotSealed, at(2)).unwrap();
        }
        drop(ledger);
        let bytes = std::fs::read(home.path()).unwrap();
        assert!(!bytes.windows(8).any(|window| window == b"BROUILLY"), "{over}");
    }
}

#[test]
fn files_seen_are_trusted_by_the_next_plan_unless_the_receiver_may_have_taken_them() {
    for (why, trusted) in [(Replaced::TooOld, true), (Replaced::ReceiptRefused, false)] {
        let (_folder, home) = home();
        let (mut ledger, series, publication) = opened(&home, Mode::Changes);
        plan(&mut ledger, &series, publication, &source(&[(1, 1)]), at(1));
        let file = file_of(body(1, 1), &derived(1, 1).content_digest);
        ledger.intend_uploads(publication, std::slice::from_ref(&file), at(2)).unwrap();
        let seen = publier::ledger::files::UploadResult { name: file.name.clone(), failure: None };
        ledger.record_uploads(series.key, &[seen], at(3)).unwrap();
        deliver(&mut ledger, publication);
        ledger.supersede(publication, why, at(80)).unwrap();
        assert_eq!(ledger.visible_file(series.key, &file.name).unwrap().is_some(), trusted, "{why:?}");
    }
}

/// Rule 15: a document keeps the time since when it is visible, until it is removed; coming back begins anew.
#[test]
fn a_document_is_visible_since_its_first_confirmation_until_it_is_removed() {
    let (_folder, home) = home();
    let (mut ledger, series, first) = opened(&home, Mode::Changes);
    planned_rows(&mut ledger, first, &[PlanRow::Document(planned(body(1, 1), &derived(1, 1)))], 1);
    settle(&mut ledger, first);
    let since = |ledger: &Ledger| {
        let seen = ledger.seen(series.key, DocumentSource::Body(EventId(1))).unwrap();
        let [document] = &seen[..] else { panic!("{seen:?}") };
        (document.live, document.since)
    };
    assert_eq!(since(&ledger), (true, Some(at(90))));
    let next = |ledger: &mut Ledger, seconds, rows: &[PlanRow], documents| {
        let publication = ledger.open_publication(series.key, RunId(1), Mode::Changes, at(seconds)).unwrap();
        planned_rows(ledger, publication, rows, documents);
        deliver(ledger, publication);
        ledger.settle(publication, at(seconds), &[]).unwrap();
    };
    let listed = PlanRow::Document(planned(body(1, 1), &derived(1, 2)));
    next(&mut ledger, 200, std::slice::from_ref(&listed), 1);
    assert_eq!(since(&ledger), (true, Some(at(90))), "listed again, it was visible all the while");
    let removal = PlannedRemoval {
        what: Withdrawal::Document(body(1, 1)),
        reason: RemovalReason::Manual,
        successor: None,
    };
    next(&mut ledger, 300, &[PlanRow::Removal(removal)], 0);
    assert_eq!(since(&ledger), (false, None));
    next(&mut ledger, 400, &[listed], 1);
    assert_eq!(since(&ledger), (true, Some(at(400))));
    assert_eq!(ledger.live_documents_by_account(series.key).unwrap(), BTreeMap::from([(AccountId(1), 1)]));
}
