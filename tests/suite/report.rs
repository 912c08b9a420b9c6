//! The suite of report: what support, staff and programs are told.
//!
//! The numbers in brackets are the assertions of the transfer log's contract. Those that wait for others: 17, 18 (no
//! event leads to `touch` yet), the `mv` of 22 (none is made on purpose), 33 (SIGTERM belongs to the service) and 36
//! against a real server (the suite of flow).

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use publier::i18n::{Lang, Messages};
use publier::ports::{Event, Listener, TransferError};
use publier::report::console::Console;
use publier::report::counts::Counts;
use publier::report::history::{Keep, history_name, prune_history};
use publier::report::ndjson::{COMMAND_TYPES, Ndjson, TYPES};
use publier::report::redact::Label;
use publier::report::run_report::{
    Cause, Outcome, PublicationRef, Record, RecordKind, RunReport, SectionCounts, WideDocument,
};
use publier::report::winscp_log::Output;
use publier_core::publication::exit::ExitStatus;
use publier_core::publication::facts::{Mode, Section};
use publier_core::publication::reason::{
    HoldReason, RefusalReason, RemovalReason, StaffReason, TransferReason, WaitReason,
};

use crate::support::report::*;

mod documents;
mod lines;
mod log;
mod run_report;
mod sentences;

fn record(kind: RecordKind, id: &str, label: &str) -> Record {
    Record { kind, id: id.into(), label: Some(Label::new(label)) }
}

fn section(
    section: Section,
    known: u64,
    published: u64,
    unchanged: u64,
    held: u64,
    refused: u64,
) -> SectionCounts {
    SectionCounts { section, known, published, unchanged, held, refused }
}

/// A run that delivered, with nothing to correct.
fn done() -> RunReport {
    let mut report = RunReport::new("TESTS 605", "principal", "20260304-0506-7f3a", at(0));
    report.publication =
        Some(PublicationRef { id: "p-000017".into(), sequence: Some(17), mode: Mode::Changes });
    report.sections = vec![
        section(Section::Accounts, 3230, 3230, 0, 0, 0),
        section(Section::Documents, 250_000, 14, 249_310, 6, 0),
    ];
    for id in 0..6 {
        report.held.add(WaitReason::FutureDate, record(RecordKind::Event, &id.to_string(), "Convocation"));
    }
    report.withdrawn = [(RemovalReason::Expired, 3), (RemovalReason::Manual, 1)].into();
    report.files_uploaded = 15;
    report.bytes_uploaded = 3_249_000;
    report.files_resumed = 1;
    report.next_slots = vec![at(12 * 3600), at(24 * 3600)];
    report.deliver(at(75));
    report
}

fn partial() -> RunReport {
    let mut report = done();
    report.sections[1].refused = 14;
    report.sections[1].published = 12;
    for id in 1..=13 {
        let label = format!("Facture EDF {id} de jean.dupont@example.org");
        report
            .refused
            .add(RefusalReason::FileMissing, record(RecordKind::Attachment, &id.to_string(), &label));
    }
    report.refused.add(RefusalReason::NoBinder, record(RecordKind::Event, "4312", "Appel 06 39 98 12 34"));
    let counts = Counts::default();
    counts.hear(&failed(
        "/s/a.pdf",
        Some("/depot/documents/12/a.pdf"),
        TransferReason::NameRefused,
        "553 no",
    ));
    report.files_failed = 1;
    report.failures = counts.tally().failures;
    report.widened = 2;
    report.warnings = vec![Label::new("Le serveur est en FTP non chiffré.")];
    report.deliver(at(75));
    report
}

fn held() -> RunReport {
    let mut report = RunReport::new("TESTS 605", "principal", "r2", at(0));
    report.sections =
        vec![section(Section::Accounts, 7, 6, 0, 0, 0), section(Section::Documents, 20, 12, 0, 0, 0)];
    report.hold(vec![HoldReason::FirstOfSeries], "4f1c-09ab", at(1));
    report
}

fn failed_run() -> RunReport {
    let mut report = RunReport::new("TESTS 605", "principal", "r3", at(0));
    let words = Some(Label::new("530 Login incorrect."));
    report.fail(Cause::Transfer { reason: TransferReason::AuthenticationRefused, words }, at(4));
    report.next_slots = vec![at(900)];
    report
}

fn told(report: &RunReport, lang: Lang) -> String {
    let messages = Messages::new(lang);
    format!("{}\n\n{}", report.to_subject(&messages), report.to_text(&messages))
}

fn catalogue() -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    let mut all = Vec::new();
    macro_rules! take {
        ($($set:ty),+) => {$(
            all.extend(<$set>::ALL.iter().map(|r| (<$set>::SET, r.code(), r.reason_key(), r.remedy_key())));
        )+};
    }
    take!(TransferReason, RefusalReason, WaitReason, RemovalReason, HoldReason, StaffReason);
    all
}

/// An output that takes so many writes, then is full.
struct Refusing(usize);

impl Write for Refusing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::Error::new(std::io::ErrorKind::StorageFull, "no space left"));
        }
        self.0 -= 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
