//! The receiver's receipt: only an accepted one confirms, a refusal is a failure, and silence is settled by the next run
//! (rule 6 of a publication's life, docs/publication-format.md).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use publier::digest::sha256;
use publier::flow::publish::{Ask, Consent, Job};
use publier::ledger::runs::Trigger;
use publier::ports::{Event, Listener, RemotePath};
use publier::report::run_report::{Cause, Outcome, RunReport};
use publier::transfer::memory::{Fault, MemoryServer, Operation};
use publier_core::publication::reason::TransferReason;
use publier_core::publication::retry::RetryPolicy;

use crate::support::flow::{Agency, Desk, Embedded, Publication, repository};
use crate::support::receiver::{receipt, receipt_of};
use crate::support::report::{Node, write_temporary};
use crate::support::tools::stdout_of;

/// A receiver that answers each zip as soon as it stands there.
#[derive(Clone)]
struct Receiver {
    server: MemoryServer,
    /// Makes the receipt of a publication's (series, sequence, digest of its zip).
    answer: fn(&str, u64, &str) -> String,
}

impl Listener for Receiver {
    fn hear(&self, event: &Event) {
        if let Event::Uploaded { remote, .. } = event
            && remote.name().ends_with(".zip")
        {
            self.write(remote);
        }
    }
}

impl Receiver {
    fn write(&self, zip: &RemotePath) {
        let bytes = self.server.content(zip).unwrap();
        let publication = Publication::read(&bytes);
        let series = publication.root.attribute("series").unwrap();
        let text = (self.answer)(series, publication.sequence, &sha256(&bytes).to_string());
        self.server.put(&receipt_of(zip), text);
    }
}

fn accepts(series: &str, sequence: u64, digest: &str) -> String {
    receipt(series, sequence, digest, "accepted", "")
}

fn refuses(series: &str, sequence: u64, digest: &str) -> String {
    let reasons =
        "<reason>le fichier 07/1 manque</reason><reason>écrivez à marie.durand@example.org</reason>";
    receipt(series, sequence, digest, "refused", reasons)
}

/// A desk whose target asks for receipts, and which never waits for one unless told.
struct Counter {
    desk: Desk,
}

impl Counter {
    fn new() -> Self {
        Self { desk: Desk::new(Agency::least()) }
    }

    fn job(&self, answer: Option<fn(&str, u64, &str) -> String>) -> Job {
        let server = self.desk.server.clone();
        let receiver = answer.map(|answer| -> Arc<dyn Listener> { Arc::new(Receiver { server, answer }) });
        let (app, target) = (&self.desk.app, self.desk.app.targets()[0].clone());
        let connector = Arc::new(self.desk.server.clone());
        let mut job = app.job_through(&target, connector, receiver.into_iter().collect()).unwrap();
        job.policy = RetryPolicy { first_pause: Duration::from_millis(1), ..job.policy };
        job.destination.receipts = Some(Duration::ZERO);
        job
    }

    fn ask(&self, answer: Option<fn(&str, u64, &str) -> String>, trigger: Trigger) -> RunReport {
        self.desk.publish_by(self.job(answer), &Ask::new(trigger))
    }

    fn publish(&self, answer: Option<fn(&str, u64, &str) -> String>) -> RunReport {
        self.ask(answer, Trigger::Manual)
    }

    /// The first publication: held, then confirmed by a person.
    fn first(&self, answer: Option<fn(&str, u64, &str) -> String>) -> RunReport {
        let digest = self.publish(answer).hold_digest.expect("the first publication waits");
        let ask = Ask { consent: Consent::Person(digest), ..Ask::new(Trigger::Manual) };
        self.desk.publish_by(self.job(answer), &ask)
    }

    fn sequences(&self) -> Vec<u64> {
        self.desk.publications().iter().map(|publication| publication.sequence).collect()
    }

    fn zip(&self) -> RemotePath {
        let zip = self.desk.server.files().into_iter().rfind(|name| name.ends_with(".zip")).unwrap();
        RemotePath::new(zip).unwrap()
    }

    /// The documents that stand on the server.
    fn documents(&self) -> BTreeSet<String> {
        self.desk.server.files().into_iter().filter(|name| name.contains("/documents/")).collect()
    }

    /// Confirmed publications of the series, by their numbers.
    fn confirmed(&self) -> Option<u64> {
        let ledger = self.desk.app.ledger().unwrap();
        let series = ledger.find_series("extranet", "extranet").unwrap().unwrap();
        series.delivered.map(|delivered| delivered.sequence)
    }
}

#[track_caller]
fn words(report: &RunReport) -> String {
    assert_eq!((report.outcome, report.exit_status().code()), (Outcome::Failed, 7), "{report:?}");
    let Some(Cause::Unconfirmed { words }) = &report.cause else { panic!("{report:?}") };
    words.to_string()
}

#[test]
fn a_publication_is_confirmed_once_its_receipt_accepts_it() {
    let counter = Counter::new();
    let report = counter.first(Some(accepts));
    assert_eq!(report.outcome, Outcome::Done, "{report:?}");
    assert_eq!((counter.sequences(), counter.confirmed()), (vec![1], Some(1)));
    counter.desk.clock.turn(TimeDelta::hours(1));
    assert_eq!(counter.publish(Some(accepts)).outcome, Outcome::Done);
    assert_eq!(counter.confirmed(), Some(2));
    assert!(counter.desk.last().documents().is_empty(), "nothing is due again");
}

#[test]
fn a_receipt_that_comes_while_the_run_waits_is_taken() {
    let counter = Counter::new();
    let digest = counter.publish(None).hold_digest.unwrap();
    let mut job = counter.job(None);
    job.destination.receipts = Some(Duration::from_secs(60));
    let receiver = Receiver { server: counter.desk.server.clone(), answer: accepts };
    let answering = std::thread::spawn(move || {
        loop {
            let asked = receiver
                .server
                .journal()
                .into_iter()
                .any(|(operation, path)| operation == Operation::Size && path.contains("/receipt-"));
            if asked {
                let zip = receiver.server.files().into_iter().find(|name| name.ends_with(".zip")).unwrap();
                return receiver.write(&RemotePath::new(zip).unwrap());
            }
            std::thread::yield_now();
        }
    });
    let ask = Ask { consent: Consent::Person(digest), ..Ask::new(Trigger::Manual) };
    let report = counter.desk.publish_by(job, &ask);
    answering.join().unwrap();
    assert_eq!((report.outcome, counter.confirmed()), (Outcome::Done, Some(1)));
}

#[test]
fn a_refusal_confirms_nothing_is_told_with_its_reasons_and_all_is_sent_again() {
    let counter = Counter::new();
    let told = words(&counter.first(Some(refuses)));
    assert!(told.contains("n°\u{a0}1") && told.contains("le fichier 07/1 manque"), "{told}");
    assert!(!told.contains("marie.durand"), "no address is told: {told}");
    assert_eq!(counter.confirmed(), None);
    let (_, message) = counter.desk.agency.messages().pop().unwrap();
    assert!(message.contains("échec") && message.contains("le fichier 07/1 manque"), "{message}");

    let before = counter.desk.publications().pop().unwrap();
    let writes = |counter: &Counter| {
        let journal = counter.desk.server.journal();
        let documents = journal
            .iter()
            .filter(|(operation, path)| *operation == Operation::Write && path.contains("/documents/"));
        documents.count()
    };
    let written = writes(&counter);
    assert!(written > 0);
    // The receiver took what it was given, and gives nothing back.
    for file in counter.desk.server.files().into_iter().filter(|file| file.contains("/documents/")) {
        counter.desk.server.remove_file(&RemotePath::new(file).unwrap());
    }
    counter.desk.clock.turn(TimeDelta::minutes(10));
    // A person agreed to this very plan, and it never arrived: they are not asked again.
    assert_eq!(counter.publish(Some(accepts)).outcome, Outcome::Done);
    let again = counter.desk.last();
    assert_eq!(again.documents(), before.documents(), "the same names, the same digests");
    assert_eq!(writes(&counter), 2 * written, "and every file is sent again");
}

#[test]
fn a_missing_receipt_is_told_and_the_next_run_settles_before_it_publishes_its_own() {
    let counter = Counter::new();
    let told = words(&counter.first(None));
    assert!(told.contains("accusé réception"), "{told}");
    assert_eq!(counter.confirmed(), None);
    Receiver { server: counter.desk.server.clone(), answer: accepts }.write(&counter.zip());
    counter.desk.clock.turn(TimeDelta::minutes(10));
    let report = counter.publish(Some(accepts));
    assert_eq!((report.outcome, counter.sequences()), (Outcome::Done, vec![1, 2]));
    assert_eq!(counter.desk.last().root.attribute("previous"), Some("1"), "it was confirmed first");
    assert!(counter.desk.last().documents().is_empty());
}

/// The new try of a slot needs no publication of its own once the former one is confirmed.
#[test]
fn a_new_try_of_the_same_slot_that_finds_the_receipt_is_over() {
    let counter = Counter::new();
    words(&counter.first(None));
    Receiver { server: counter.desk.server.clone(), answer: accepts }.write(&counter.zip());
    counter.desk.clock.turn(TimeDelta::minutes(15));
    let report = counter.ask(Some(accepts), Trigger::Retry);
    assert_eq!((report.outcome, counter.sequences(), counter.confirmed()), (Outcome::Done, vec![1], Some(1)));
}

#[test]
fn a_refusal_that_is_found_later_is_told_and_all_leaves_in_the_next_publication() {
    let counter = Counter::new();
    counter.first(Some(accepts));
    counter.desk.agency.sql("UPDATE event SET publish_request = publish_request + 1 WHERE id = 101");
    counter.desk.clock.turn(TimeDelta::minutes(10));
    words(&counter.publish(None));
    let carried = counter.desk.last();
    assert!(!carried.documents().is_empty());
    Receiver { server: counter.desk.server.clone(), answer: refuses }.write(&counter.zip());
    counter.desk.clock.turn(TimeDelta::minutes(10));
    assert_eq!(counter.publish(Some(accepts)).outcome, Outcome::Done);
    assert_eq!(counter.desk.last().documents(), carried.documents());
    let messages = counter.desk.agency.messages();
    let refusals: Vec<_> = messages.iter().filter(|(_, text)| text.contains("a refusé")).collect();
    assert_eq!(refusals.len(), 1, "{messages:#?}");
    assert!(refusals[0].1.contains("n°\u{a0}2"), "{refusals:#?}");
}

/// What was perhaps applied is live until a removal says otherwise: silence never leaves a letter behind.
#[test]
fn a_withdrawal_does_not_wait_for_a_receipt() {
    let counter = Counter::new();
    counter.first(Some(accepts));
    counter.desk.agency.sql("UPDATE event SET published_on = '2025-11-02' WHERE id = 102");
    counter.desk.clock.turn(TimeDelta::minutes(10));
    words(&counter.publish(None));
    assert!(!counter.desk.last().of_event("102").is_empty());
    counter.desk.agency.sql("UPDATE event SET published_on = NULL WHERE id = 102");
    counter.desk.clock.turn(TimeDelta::minutes(1));
    assert_eq!(counter.publish(Some(accepts)).outcome, Outcome::Done);
    let removals = counter.desk.last().removals();
    assert!(
        removals.iter().any(|line| line.contains("e000000000102") && line.ends_with("manual")),
        "{removals:?}"
    );
}

#[test]
fn a_newer_slot_sends_all_again_where_no_receipt_came() {
    let counter = Counter::new();
    counter.first(Some(accepts));
    counter.desk.agency.sql("UPDATE event SET publish_request = publish_request + 1 WHERE id = 101");
    counter.desk.clock.turn(TimeDelta::minutes(10));
    words(&counter.publish(None));
    let carried = counter.desk.last();
    counter.desk.clock.turn(TimeDelta::minutes(10));
    words(&counter.publish(None));
    assert_eq!(counter.sequences(), [1, 2], "a person's run waits with it");
    assert_eq!(counter.ask(Some(accepts), Trigger::Slot).outcome, Outcome::Done);
    assert_eq!((counter.sequences(), counter.confirmed()), (vec![1, 2, 3], Some(3)));
    assert_eq!(counter.desk.last().documents(), carried.documents());
}

/// Huge, garbage, half written, of another publication, of another content, old: none is an answer.
#[test]
fn a_hostile_receipt_confirms_nothing_and_is_said() {
    type Answer = fn(&str, u64, &str) -> String;
    let cases: [(Answer, &str); 6] = [
        (|_, _, _| "x".repeat(5 * 1024 * 1024), "ne peut pas être lu"),
        (|_, _, _| "\u{0}\u{1}<receipt".to_owned(), "ne peut pas être lu"),
        (
            |s, n, d| accepts(s, n, d).trim_end().trim_end_matches("</receipt>").to_owned(),
            "ne peut pas être lu",
        ),
        (|_, n, d| accepts("0000000000000000", n, d), "d’une autre publication"),
        (|s, n, d| accepts(s, n, &d.replace(['a', '1'], "0")), "d’une autre publication"),
        (|s, n, d| accepts(s, n - 1, d), "d’une autre publication"),
    ];
    for (answer, said) in cases {
        let counter = Counter::new();
        let told = words(&counter.first(Some(answer)));
        assert!(told.contains(said), "{told}");
        assert_eq!(counter.confirmed(), None);
        // The right one, later, settles it all the same.
        Receiver { server: counter.desk.server.clone(), answer: accepts }.write(&counter.zip());
        counter.desk.clock.turn(TimeDelta::minutes(10));
        assert_eq!(counter.ask(None, Trigger::Retry).outcome, Outcome::Done);
        assert_eq!(counter.confirmed(), Some(1));
    }
}

/// Rule 4: the receiver took the zip before its rename was answered.
#[test]
fn a_receipt_settles_the_doubt_of_a_zip_that_was_taken_at_once() {
    let counter = Counter::new();
    counter.first(Some(accepts));
    counter.desk.clock.turn(TimeDelta::minutes(10));
    counter.desk.server.inject(Fault::LoseReply { operation: Operation::Rename });
    let mut job = counter.job(None);
    job.policy = RetryPolicy::once();
    let lost = counter.desk.publish_by(job, &Ask::new(Trigger::Manual));
    let Some(Cause::Transfer { reason: TransferReason::ConnectionLost, .. }) = lost.cause else {
        panic!("{lost:?}")
    };
    let zip = counter.zip();
    Receiver { server: counter.desk.server.clone(), answer: accepts }.write(&zip);
    counter.desk.server.remove_file(&zip);
    counter.desk.clock.turn(TimeDelta::minutes(10));
    assert_eq!(counter.ask(None, Trigger::Retry).outcome, Outcome::Failed, "its own has no receipt");
    assert_eq!(counter.confirmed(), Some(2), "the one in doubt is confirmed");
}

/// The files of what was withdrawn leave only where that is asked for, and only once the receiver said so.
#[test]
fn a_withdrawn_documents_files_are_removed_after_its_receipt_where_the_target_says_so() {
    for asked in [false, true] {
        let counter = Counter::new();
        counter.first(Some(accepts));
        let all = counter.documents();
        counter.desk.agency.sql("UPDATE event SET published_on = NULL WHERE id = 103");
        counter.desk.clock.turn(TimeDelta::minutes(10));
        let publish = |answer| {
            let mut job = counter.job(answer);
            job.destination.removes_files = asked;
            counter.desk.publish_by(job, &Ask::new(Trigger::Retry))
        };
        words(&publish(None));
        assert_eq!(counter.documents(), all, "not before the receipt");
        let withdrawn = counter.desk.last().removals().len();
        assert!(withdrawn > 0);
        Receiver { server: counter.desk.server.clone(), answer: accepts }.write(&counter.zip());
        assert_eq!(publish(None).outcome, Outcome::Done);
        let left = counter.documents();
        assert_eq!(left.len(), all.len() - if asked { withdrawn } else { 0 });
        let listed = publish_full(&counter);
        assert!(left.is_superset(&listed), "what is live stays: {listed:?} {left:?}");
    }
}

/// A full index: the names of all the live documents' files.
fn publish_full(counter: &Counter) -> BTreeSet<String> {
    let ask = Ask { full_index: true, ..Ask::new(Trigger::Manual) };
    assert_eq!(counter.desk.publish_by(counter.job(Some(accepts)), &ask).outcome, Outcome::Done);
    let last = counter.desk.last();
    let file = |document: &&Node| format!("/depot/{}", document.attribute("file").unwrap());
    last.documents().iter().map(file).collect()
}

/// The whole program, over both protocols, with a receiver that writes files.
#[test]
fn receipts_are_read_from_a_real_server() {
    for server in [Embedded::ftps(), Embedded::sftp()] {
        let agency = Agency::least();
        agency.configure(&server.target());
        agency.reconfigure("deposit =", "receipts = \"required\"\nreceipt_within = \"0s\"\ndeposit =");
        agency.publish_first().ended(7);
        let status = agency.run(&["status", "--json"]).ended(0).lines().remove(0);
        assert_eq!(status["servers"][0]["awaits_receipt"]["sequence"], 1, "{status}");
        let said = agency.run(&["status"]).ended(0).out;
        assert!(said.contains("accusé de réception"), "{said}");

        let deposit = server.deposit();
        let (name, path) = deposit.files().into_iter().find(|(name, _)| name.ends_with(".zip")).unwrap();
        let bytes = std::fs::read(path).unwrap();
        let publication = Publication::read(&bytes);
        let series = publication.root.attribute("series").unwrap();
        let text = accepts(series, publication.sequence, &sha256(&bytes).to_string());
        std::fs::write(deposit.0.join(format!("receipt-{}.xml", name.trim_end_matches(".zip"))), text)
            .unwrap();
        agency.publish(&[]).ended(7);
        let status = agency.run(&["status", "--json"]).ended(0).lines().remove(0);
        assert_eq!(status["servers"][0]["confirmed"]["sequence"], 1, "{status}");
        assert_eq!(status["servers"][0]["awaits_receipt"]["sequence"], 2, "{status}");
    }
}

/// What the documentation shows is a receipt, by the schema too.
#[test]
fn the_example_of_the_format_is_valid() {
    let format = std::fs::read_to_string(repository("docs/publication-format.md")).unwrap();
    let (_, example) =
        format.split_once("```xml\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<receipt").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let example = format!("<receipt{example}");
    let schema = repository("schemas/receipt.xsd");
    for text in [&example, &refuses("0123456789abcdef", 1, &"ab".repeat(32))] {
        let file = write_temporary(text.as_bytes());
        let mut xmllint = std::process::Command::new("xmllint");
        stdout_of(xmllint.args(["--noout", "--schema"]).arg(&schema).arg(file.path()));
    }
    let bad = write_temporary(example.replace("refused", "perhaps").as_bytes());
    let mut xmllint = std::process::Command::new("xmllint");
    let ended = xmllint.args(["--noout", "--schema"]).arg(&schema).arg(bad.path()).output().unwrap();
    assert!(!ended.status.success(), "the schema can refuse");
}
