//! A ledger in a folder of its own, and a small flow that drives publications with a folder as the server.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use publier::digest::sha256;
use publier::ledger::documents::RemoteFile;
use publier::ledger::files::UploadResult;
use publier::ledger::plan::{LeftOut, PlanRow, PlannedDocument, PlannedRemoval, Withdrawal};
use publier::ledger::runs::Trigger;
use publier::ledger::series::Series;
use publier::ledger::{Ledger, LedgerError, PublicationId};
use publier_core::domain::audience::Target;
use publier_core::domain::digest::Digest;
use publier_core::domain::ids::{AccountId, BinderId, EventId};
use publier_core::publication::document::{DocumentId, DocumentSource, name_seed, remote_name};
use publier_core::publication::due::{Candidate, Decision, Derived, DueOptions, Outcome, Verdict};
use publier_core::publication::facts::{Counts, DeliveredHow, Fact, Mode, RunId, SealedZip, Section};
use publier_core::publication::merge::Merge;
use publier_core::publication::next_step::{Context, Rest, Step, Whereabouts, next_step};
use publier_core::publication::stage::Stage;

pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

pub fn body(event: i64, account: i64) -> DocumentId {
    DocumentId::new(DocumentSource::Body(EventId(event)), Target::Account(AccountId(account))).unwrap()
}

pub fn derived(account: i64, content: u8) -> Derived {
    Derived {
        target: Target::Account(AccountId(account)),
        binder: BinderId(1),
        published_on: chrono::NaiveDate::from_ymd_opt(2024, 3, 12),
        publish_request: 0,
        content_digest: Digest([content; 32]),
        listing_digest: Digest([0; 32]),
        notify_allowed: true,
    }
}

/// The file that a document's content makes: its bytes depend on the content alone.
pub fn file_of(id: DocumentId, content: &Digest) -> RemoteFile {
    let name = remote_name(&sha256(name_seed(id, content).as_bytes()), "pdf");
    RemoteFile { name, size_bytes: u64::from(content.0[0]) + 1, sha256: *content }
}

pub fn planned(id: DocumentId, derived: &Derived) -> PlannedDocument {
    PlannedDocument {
        id,
        why: publier_core::publication::due::Why::First,
        notify: true,
        binder: derived.binder,
        published_on: derived.published_on,
        publish_request: derived.publish_request,
        content_digest: derived.content_digest,
        listing_digest: derived.listing_digest,
        listing: r#"{"title":"Convocation BROUILLY"}"#.to_owned(),
        file: None,
    }
}

pub fn zip(name: &str) -> SealedZip {
    SealedZip { name: name.to_owned(), size_bytes: 10, digest: Digest([5; 32]) }
}

/// A folder with a ledger and a server in it.
#[derive(Debug)]
pub struct Home(pub PathBuf);

impl Home {
    pub fn ledger(&self) -> Ledger {
        Ledger::open(&self.path()).unwrap()
    }

    pub fn path(&self) -> PathBuf {
        self.0.join("state.db")
    }
}

/// The source of a test: at most one document per event.
pub type Source = BTreeMap<i64, Derived>;

/// Plans a source against the ledger with the real merge, counts it and records the plan.
pub fn plan(
    ledger: &mut Ledger,
    series: &Series,
    publication: PublicationId,
    source: &Source,
    now: DateTime<Utc>,
) {
    ledger.start_plan(publication).unwrap();
    let mut rows = Vec::new();
    let mut counts = Counts::default();
    let mut sink = |outcome: Outcome| {
        rows.extend(outcome.removals.iter().map(|removal| {
            let what = Withdrawal::Document(removal.id);
            PlanRow::Removal(PlannedRemoval { what, reason: removal.reason, successor: removal.successor })
        }));
        counts.known += u64::from(outcome.decision.is_some());
        match outcome.decision {
            Some(Decision::List(listing, derived)) => {
                counts.selected += 1;
                counts.published += 1;
                rows.push(PlanRow::Document(PlannedDocument {
                    why: listing.why,
                    notify: listing.notify,
                    ..planned(listing.id, &derived)
                }));
            }
            Some(Decision::Unchanged(_)) => counts.unchanged += 1,
            Some(Decision::NotAsked) => counts.not_asked += 1,
            Some(Decision::Wait(reason)) => {
                counts.selected += 1;
                counts.held += 1;
                rows.push(left_out(&outcome, LeftOut::Held(reason)));
            }
            Some(Decision::Refuse { reason, .. }) => {
                counts.selected += 1;
                counts.refused += 1;
                rows.push(left_out(&outcome, LeftOut::Refused(reason)));
            }
            None => {}
        }
        Ok::<_, LedgerError>(())
    };
    let mut merge = Merge::new(ledger.recorded_documents(series.key).unwrap(), DueOptions::default());
    for (event, derived) in source {
        let candidate =
            Candidate { source: DocumentSource::Body(EventId(*event)), verdict: Verdict::Publish(*derived) };
        merge.push(&candidate, &mut sink).unwrap();
    }
    merge.finish(&mut sink).unwrap();
    for batch in rows.chunks(500) {
        ledger.plan(publication, batch).unwrap();
    }
    let counts = BTreeMap::from([(Section::Documents, counts)]);
    ledger.count(publication, &counts).unwrap();
    let totals = ledger.close_plan(publication).unwrap();
    let fact = Fact::Planned { counts, removals: totals.removals, plan_digest: totals.digest };
    ledger.append(publication, now, &[fact]).unwrap();
}

fn left_out(outcome: &Outcome, verdict: LeftOut) -> PlanRow {
    PlanRow::LeftOut { section: Section::Documents, record: outcome.source.to_string(), verdict }
}

/// A folder that plays the server: a file is visible once it stands at its final name; an upload is
/// journaled once the file stands there.
#[derive(Debug)]
pub struct Server<'a>(pub &'a Path);

impl Server<'_> {
    fn upload(&self, name: &str) {
        std::fs::write(self.0.join(format!("{name}.part")), "").unwrap();
        std::fs::rename(self.0.join(format!("{name}.part")), self.0.join(name)).unwrap();
        let journal = self.0.join("journal");
        let mut journal = std::fs::OpenOptions::new().append(true).create(true).open(journal).unwrap();
        writeln!(journal, "{name}").unwrap();
    }

    fn has(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }

    pub fn journal(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.0.join("journal")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// The final names of documents.
    pub fn documents(&self) -> BTreeSet<String> {
        let names = std::fs::read_dir(self.0).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter_map(|name| name.into_string().ok()).filter(|name| name.ends_with(".pdf")).collect()
    }
}

/// One run of a small flow: it asks `next_step`, does it, records it, until the series rests. `tell` hears each effect
/// that has just been done.
pub fn run(
    ledger: &mut Ledger,
    server: &Server<'_>,
    source: &Source,
    tell: &mut dyn FnMut(&str),
) -> PublicationId {
    let series = ledger.series("extranet", "main", "5e71e5").unwrap();
    ledger.close_stale_runs(&[]).unwrap();
    let run = ledger.start_run(Trigger::Manual, at(0)).unwrap();
    tell("run");
    let mut whereabouts = None;
    let mut current: Option<PublicationId> = None;
    for _ in 0..100 {
        let publication =
            current.or_else(|| ledger.unfinished(series.key).unwrap().first().map(|(id, _)| *id));
        let stage = publication.map_or(Stage::Unopened, |publication| ledger.stage(publication).unwrap());
        let step = next_step(&stage, &context(run, whereabouts));
        if let (Step::Rest(Rest::Over), Some(publication)) = (step, publication) {
            ledger.end_run(run, "done", 0, at(9)).unwrap();
            return publication;
        }
        let mut turn = Turn { ledger: &mut *ledger, server, source, series: &series, run, tell: &mut *tell };
        let done = turn.take(step, publication, &stage);
        whereabouts = done.1;
        current = done.0;
        tell(&format!("{step:?}"));
    }
    panic!("the flow never rests");
}

fn context(run: RunId, whereabouts: Option<Whereabouts>) -> Context {
    Context {
        now: at(60),
        run,
        resume_within: TimeDelta::hours(2),
        newer_slot: false,
        changed_by_staff: false,
        receipt_required: false,
        whereabouts,
    }
}

struct Turn<'a> {
    ledger: &'a mut Ledger,
    server: &'a Server<'a>,
    source: &'a Source,
    series: &'a Series,
    run: RunId,
    tell: &'a mut dyn FnMut(&str),
}

impl Turn<'_> {
    /// Takes one step; gives the publication to go on with and what was seen.
    fn take(
        &mut self,
        step: Step,
        publication: Option<PublicationId>,
        stage: &Stage,
    ) -> (Option<PublicationId>, Option<Whereabouts>) {
        let Self { ledger, server, source, series, run, tell } = self;
        let now = at(30);
        let Some(publication) = publication else {
            return (Some(ledger.open_publication(series.key, *run, Mode::Changes, now).unwrap()), None);
        };
        let zip_name = stage.seal().map(|seal| seal.zip.name.clone()).unwrap_or_default();
        let part = server.0.join(format!("{zip_name}.part"));
        match step {
            Step::Plan => plan(ledger, series, publication, source, now),
            Step::WriteBulk => {
                ledger.reserve_sequence(publication).unwrap();
                ledger.append(publication, now, &[Fact::BulkWritten { records: 0 }]).map(drop).unwrap();
            }
            Step::Seal => {
                upload_documents(ledger, server, series, publication, tell);
                ledger.seal(publication, zip(&format!("{publication}.zip")), now).map(drop).unwrap();
            }
            Step::SendPart => {
                std::fs::write(&part, "0123456789").unwrap();
                ledger.append(publication, now, &[Fact::PartSent]).map(drop).unwrap();
            }
            Step::Promote => {
                ledger.append(publication, now, &[Fact::Promoting]).unwrap();
            }
            Step::Rename => {
                std::fs::rename(&part, server.0.join(&zip_name)).unwrap();
            }
            Step::Look => {
                let size = |path: PathBuf| std::fs::metadata(path).ok().map(|file| file.len());
                let seen = Whereabouts {
                    temporary_bytes: size(part),
                    final_bytes: size(server.0.join(&zip_name)),
                    receipt: None,
                };
                return (Some(publication), Some(seen));
            }
            Step::Deliver(how) => {
                ledger.append(publication, now, &[Fact::Delivered { how }]).map(drop).unwrap();
            }
            Step::Settle => ledger.settle(publication, now, &[]).unwrap(),
            Step::Replace(why) => {
                ledger.supersede(publication, why, now).unwrap();
                return (None, None);
            }
            other => panic!("{other:?} at {stage:?}"),
        }
        (Some(publication), None)
    }
}

/// Settles uploads of unknown end by looking, then uploads what is listed and not visible.
fn upload_documents(
    ledger: &mut Ledger,
    server: &Server<'_>,
    series: &Series,
    publication: PublicationId,
    tell: &mut dyn FnMut(&str),
) {
    let unsettled = ledger.unsettled_uploads(series.key).unwrap();
    let looked: Vec<_> = unsettled
        .into_iter()
        .map(|file| {
            let failure = (!server.has(&file.name))
                .then_some(publier_core::publication::reason::TransferReason::Interrupted);
            UploadResult { name: file.name, failure }
        })
        .collect();
    ledger.record_uploads(series.key, &looked, at(40)).unwrap();
    let documents: Vec<_> = ledger.planned_documents(publication).unwrap().collect::<Result<_, _>>().unwrap();
    for document in documents.iter().filter(|document| document.why.uploads()) {
        let file = file_of(document.id, &document.content_digest);
        if ledger.visible_file(series.key, &file.name).unwrap().is_none() {
            ledger.intend_uploads(publication, std::slice::from_ref(&file), at(41)).unwrap();
            tell("intended");
            server.upload(&file.name);
            tell("uploaded");
            let result = UploadResult { name: file.name.clone(), failure: None };
            ledger.record_uploads(series.key, &[result], at(42)).unwrap();
            tell("recorded");
        }
        ledger.documents_sent(publication, &[(document.id, file)]).unwrap();
    }
}

/// Takes a publication that is planned through delivery to its settlement, all its documents uploaded.
pub fn settle(ledger: &mut Ledger, publication: PublicationId) {
    deliver(ledger, publication);
    ledger.settle(publication, at(90), &[]).unwrap();
}

/// Takes a publication that is planned to its delivery.
pub fn deliver(ledger: &mut Ledger, publication: PublicationId) {
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
    let how = DeliveredHow::Renamed;
    ledger.append(publication, at(70), &[Fact::PartSent, Fact::Promoting, Fact::Delivered { how }]).unwrap();
}
