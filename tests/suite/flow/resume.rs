//! What an earlier run left is settled first, and this run still publishes and tells its own.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use publier::flow::publish::Ask;
use publier::ledger::runs::Trigger;
use publier::ports::TransferError;
use publier::report::run_report::{Outcome, RunReport};
use publier::transfer::memory::{Fault, Operation};
use publier_core::publication::reason::TransferReason;
use publier_core::publication::retry::RetryPolicy;

use crate::support::flow::{Agency, Desk};

/// A desk whose first publication is delivered, ten minutes ago.
fn published() -> Desk {
    let desk = Desk::new(Agency::small());
    let first = desk.publish_first();
    assert_eq!(first.outcome, Outcome::Partial, "{first:?}");
    desk.clock.turn(TimeDelta::minutes(10));
    desk
}

/// Publishes once through a fault, without another try. With nothing new the zip alone is sent.
fn publish_through(desk: &Desk, fault: Fault) -> RunReport {
    desk.server.inject(fault);
    let mut job = desk.job();
    job.policy = RetryPolicy::once();
    desk.publish_by(job, &Ask::new(Trigger::Manual))
}

/// Leaves a sealed publication that the server had no room for.
fn seal(desk: &Desk) {
    let error = TransferError::new(TransferReason::DiskFull, "552 quota");
    let failed = publish_through(desk, Fault::FailNext { operation: Operation::Write, error });
    assert_eq!((failed.outcome, failed.exit_status().code()), (Outcome::Failed, 7));
    assert_eq!(desk.publications().len(), 1);
}

fn sequences(desk: &Desk) -> Vec<u64> {
    desk.publications().iter().map(|publication| publication.sequence).collect()
}

fn sequence(report: &RunReport) -> Option<u64> {
    report.publication.as_ref().and_then(|publication| publication.sequence)
}

#[test]
fn a_sealed_publication_that_could_not_be_sent_is_sent_as_it_was() {
    let desk = published();
    seal(&desk);
    desk.clock.turn(TimeDelta::minutes(10));
    let report = desk.publish();
    assert_eq!((report.outcome, report.files_uploaded), (Outcome::Partial, 1), "{report:?}");
    assert_eq!((sequences(&desk), sequence(&report)), (vec![1, 2], Some(2)));
    assert_eq!(report.run_id, "4");
    let told = desk.agency.messages();
    assert_eq!(told.len(), 4, "held, delivered, failed, delivered: {told:#?}");
    assert!(told[2].1.contains("en échec") && told[3].1.contains("n° 2"), "{told:#?}");
}

#[test]
fn a_sealed_publication_gives_way_to_a_withdrawal_by_staff_in_the_same_run() {
    let desk = published();
    seal(&desk);
    desk.agency.sql("UPDATE event SET published_on = NULL WHERE id = 160");
    let report = desk.publish();
    assert_eq!(report.outcome, Outcome::Partial);
    assert_eq!(sequences(&desk), [1, 3], "the sealed one is never sent");
    assert_eq!(desk.last().removals(), ["unpublish e000000000160.000000000000@a000000000022 manual"]);
}

#[test]
fn a_sealed_publication_that_is_too_old_is_made_again_in_the_same_run() {
    let desk = published();
    seal(&desk);
    desk.clock.turn(TimeDelta::hours(2));
    let report = desk.publish();
    assert_eq!((report.outcome, sequence(&report)), (Outcome::Partial, Some(3)));
    assert_eq!(sequences(&desk), [1, 3]);
}

#[test]
fn a_rename_whose_answer_was_lost_is_found_and_told_and_the_run_publishes_its_own() {
    let desk = published();
    let lost = publish_through(&desk, Fault::LoseReply { operation: Operation::Rename });
    assert_eq!((lost.outcome, lost.exit_status().code()), (Outcome::Failed, 7));
    assert_eq!(sequences(&desk), [1, 2], "it stands there, and nobody heard so");
    desk.clock.turn(TimeDelta::minutes(10));
    desk.agency.sql("UPDATE event SET published_on = NULL WHERE id = 160");
    let report = desk.publish();
    assert_eq!((report.outcome, sequence(&report)), (Outcome::Partial, Some(3)));
    assert_eq!(report.withdrawn.values().sum::<u64>(), 1);
    assert_eq!(desk.last().root.attribute("previous"), Some("2"), "the found one is confirmed");
    let told: BTreeSet<_> = report.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), report.warnings.len(), "no warning twice: {:#?}", report.warnings);

    let messages = desk.agency.messages();
    let numbers: Vec<_> = messages
        .iter()
        .map(|(_, text)| ["n° 1", "n° 2", "n° 3"].into_iter().find(|number| text.contains(number)))
        .collect();
    assert_eq!(numbers, [None, Some("n° 1"), Some("n° 2"), Some("n° 2"), Some("n° 3")], "{messages:#?}");

    let logged: BTreeSet<_> = desk.agency.logged().into_iter().collect();
    let standing: BTreeSet<_> = desk.server.files().into_iter().collect();
    assert_eq!(logged, standing, "each file on the server stands in some session's log");
}

#[test]
fn a_document_whose_answer_was_lost_is_found_told_and_not_sent_again() {
    let desk = published();
    desk.agency.sql(
        "UPDATE event SET publish_request = publish_request + 1, body = body || '<p>Bis.</p>' WHERE id = 104",
    );
    let lost = publish_through(&desk, Fault::LoseReply { operation: Operation::Rename });
    assert_eq!(lost.outcome, Outcome::Failed);
    let before: BTreeSet<_> = desk.server.files().into_iter().collect();
    let writes = |desk: &Desk| {
        let journal = desk.server.journal();
        journal
            .iter()
            .filter(|(operation, path)| *operation == Operation::Write && !path.contains(".zip"))
            .count()
    };
    let written = writes(&desk);
    let report = desk.publish();
    assert_eq!(
        (report.outcome, report.files_uploaded),
        (Outcome::Partial, 2),
        "the document found, and the zip"
    );
    assert_eq!(writes(&desk), written, "no document is written again");
    assert_eq!(desk.last().documents().len(), 1);
    let logged: BTreeSet<_> = desk.agency.logged().into_iter().collect();
    assert!(before.is_subset(&logged), "{before:?} {logged:?}");
}

#[test]
fn a_file_that_stands_there_and_is_published_again_is_listed_and_not_said_to_be_sent() {
    let desk = published();
    desk.agency.sql("UPDATE event SET publish_request = publish_request + 1 WHERE id = 103");
    let report = desk.publish();
    assert_eq!((desk.last().documents().len(), report.files_uploaded), (2, 1), "the zip alone: {report:?}");
}
