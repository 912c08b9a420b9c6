//! One run: what an earlier one left is settled, then a publication goes from plan to settlement.
//!
//! Promises: the same code serves a first run and a restart, since each step is asked from the ledger's facts;
//! nothing is uploaded before the plan is stored and no person has to be asked; the zip's rename is the commit, and
//! what it confirmed is settled in one transaction with the report's messages. Every run ends with a report.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::render::Stationery;
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::Paris;
use publier_core::domain::digest::Digest;
use publier_core::domain::ids::EventId;
use publier_core::publication::facts::{Fact, Mode, Replaced, RunId};
use publier_core::publication::hold::short_digest;
use publier_core::publication::reason::HoldReason;
use publier_core::publication::retry::RetryPolicy;
use publier_core::publication::stage::Stage;
use publier_core::schedule::BandwidthLimit;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::adopt::Survey;
use super::build::HeldPlan;
use super::error::FlowError;
use super::lists::{Remaking, remake};
use super::receipt::Answer;
use super::telling;
use super::turns::Turn;
use crate::i18n::Messages;
use crate::ledger::publications::PublicationRow;
use crate::ledger::runs::Trigger;
use crate::ledger::series::Series;
use crate::ledger::{Ledger, PublicationId};
use crate::package::spool::Spool;
use crate::package::vault::Vault;
use crate::package::zip::Level;
use crate::ports::{Clock, Connector, Listener, RemotePath};
use crate::report::counts::Counts;
use crate::report::ndjson::Ndjson;
use crate::report::run_report::{Cause, RunReport};
use crate::report::winscp_log::WinscpLog;
use crate::source::Snapshot;
use crate::transfer::courier::Dispatch;
use crate::transfer::courier::pool::Pool;

/// The server that a publication goes to.
#[derive(Debug, Clone)]
pub struct Destination {
    /// Its channel's code.
    pub channel: &'static str,
    /// Its name in the configuration.
    pub name: String,
    /// The folder that receives the zip and `documents/`.
    pub deposit: RemotePath,
    /// Whether it is the one that receives temporary passwords.
    pub receives_credentials: bool,
    /// How long a run waits for the receiver's receipt, where only one confirms.
    pub receipts: Option<Duration>,
    /// Whether the files of documents that were withdrawn are removed once that is confirmed.
    pub removes_files: bool,
    /// How many connections it may get at a time.
    pub connections: u16,
    /// How much may leave each second, by the hour.
    pub bandwidth: Vec<BandwidthLimit>,
}

/// Everything that one target's publications need.
pub struct Job {
    /// The back office's database.
    pub database: PathBuf,
    /// How long it is waited for when it is busy.
    pub busy_wait: Duration,
    /// Our own ledger.
    pub ledger: Ledger,
    /// Where publications are made.
    pub spool: Spool,
    /// Where the manifests of delivered publications are kept.
    pub history: PathBuf,
    /// Where attached files are.
    pub vault: Vault,
    /// The longest side of a photo in pixels; 0 = any.
    pub photo_side_px: u16,
    /// What letters bear.
    pub stationery: Arc<Stationery>,
    /// The way to the server.
    pub connector: Arc<dyn Connector>,
    /// The server.
    pub destination: Destination,
    /// The one retry policy.
    pub policy: RetryPolicy,
    /// How hard the zip is compressed.
    pub zip_level: Level,
    /// How long after its seal a publication is still sent.
    pub resume_within: TimeDelta,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Who hears events.
    pub listener: Arc<dyn Listener>,
    /// What the transfers counted: one of the listeners.
    pub tally: Arc<Counts>,
    /// The transfer log, unless the agency wants none.
    pub transfer_log: Option<Arc<WinscpLog>>,
    /// The run's own log, when the agency's option asks for one (A7).
    pub run_log: Option<Arc<Ndjson<File>>>,
    /// The folder of the agency's files where the lists that changed are made again (G5); `None` = none is.
    pub lists_folder: Option<PathBuf>,
    /// What staff read.
    pub messages: Arc<Messages>,
    /// The random id of a series that begins now.
    pub fresh_series_id: String,
    /// Tells when the next slots are, for the report.
    pub next_slots: Vec<DateTime<Utc>>,
    /// The turn in which it works, where others publish to other targets meanwhile.
    pub turn: Turn,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("destination", &self.destination).finish_non_exhaustive()
    }
}

/// Who lifts a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// Nobody: a held publication waits.
    None,
    /// A person who typed the first digits of a plan's digest.
    Person(String),
    /// The demo, for its own first publication.
    Demo,
}

/// What a run is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What began it.
    pub trigger: Trigger,
    /// Whether the failure that this run tries again was told: another one is not (rule 16).
    pub failure_told: bool,
    /// Who lifts a hold.
    pub consent: Consent,
    /// Lists every live document (A5).
    pub full_index: bool,
    /// Sends again what was published on this date or later (C13).
    pub resend_since: Option<NaiveDate>,
    /// Compares with the server first: what stands there is not sent again (rule 14).
    pub adopt: bool,
}

impl Ask {
    /// The ordinary run.
    pub fn new(trigger: Trigger) -> Self {
        Self {
            trigger,
            failure_told: false,
            consent: Consent::None,
            full_index: false,
            resend_since: None,
            adopt: false,
        }
    }
}

/// How a run's work ended, short of an error.
pub(super) enum End {
    /// A publication was delivered and settled.
    Delivered,
    /// An earlier one gave way, or was over: nothing of it stands in the way any more.
    GaveWay,
    /// The plan waits for a person.
    Held(HeldPlan),
    /// Nobody knows whether the zip was received.
    Uncertain,
    /// It was delivered, and the receipt that alone confirms it has not come.
    AwaitsReceipt(u64),
    /// The receiver refused it: nothing of it is confirmed.
    Refused(Refusal),
}

/// What the receiver refused, and in which words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The publication's number in the series.
    pub sequence: u64,
    /// The receiver's reasons, none where it gave none.
    pub reasons: Vec<String>,
}

/// What the spool remembers of a sealed publication, for a later run.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// What staff could see when it was decided.
    pub staff_digest: Digest,
    /// The report so far: its figures come from the plan, which is gone when it is told.
    pub report: RunReport,
    /// The keys of the users who receive the report.
    pub readers: Vec<i64>,
}

/// How many publications of one day are looked at for its full index: a run every ten minutes makes fewer.
const DAYS_PUBLICATIONS: u32 = 200;

/// The manifest's name in the spool.
pub(super) const MANIFEST: &str = "manifest.json";

/// A run that sends nothing.
#[derive(Debug)]
pub(super) struct Rehearsal {
    /// Where what it makes is kept.
    pub keep: Option<PathBuf>,
}

/// One run under way.
pub(super) struct Run<'j> {
    pub job: &'j mut Job,
    pub ask: &'j Ask,
    pub id: RunId,
    pub name: String,
    pub started_at: DateTime<Utc>,
    pub series: Series,
    pub pool: Pool,
    pub stop: CancellationToken,
    pub report: RunReport,
    pub readers: Vec<i64>,
    /// What staff call the records that are left out.
    pub names: BTreeMap<String, String>,
    /// Nothing is sent: files are made, the XML is closed and checked, and that is all.
    pub rehearsal: Option<Rehearsal>,
    /// What stands on the server, where it was asked for.
    pub survey: Option<Survey>,
    /// What the receiver last answered about the publication that is being driven.
    pub answer: Option<Answer>,
    /// What a person withdrew is on its way while a plan waits: the report of the hold tells it.
    pub beside_a_hold: bool,
    pub session_told: bool,
}

/// Publishes once and gives the report, whatever happened. What the report's readers are to be told stands in the
/// ledger's outbox; [`telling::tell`] empties it.
///
/// # Errors
/// Only when the ledger can't record the run itself.
pub async fn publish(job: &mut Job, ask: &Ask, stop: CancellationToken) -> Result<RunReport, FlowError> {
    let mut run = begin(job, ask, stop)?;
    // At the level of errors, so that every line that is kept bears the run.
    let span = tracing::error_span!("run", id = %run.name);
    async move {
        let end = run.go().await;
        run.finish(end).await
    }
    .instrument(span)
    .await
}

/// Withdraws what is live of events whose publication date was taken away, at once and nothing else, and gives the report
/// (rule 15). Where nothing of them is live, nothing is sent.
///
/// # Errors
/// Only when the ledger can't record the run itself.
pub async fn withdraw(
    job: &mut Job,
    ask: &Ask,
    events: &[EventId],
    stop: CancellationToken,
) -> Result<RunReport, FlowError> {
    let mut run = begin(job, ask, stop)?;
    let span = tracing::error_span!("run", id = %run.name);
    async move {
        let end = run.go_withdrawing(events).await;
        run.finish(end).await
    }
    .instrument(span)
    .await
}

/// Records a run that could not even begin, and puts what its readers are told in the outbox.
///
/// # Errors
/// When the ledger can't record it.
pub fn record_failure(
    ledger: &mut Ledger,
    ask: &Ask,
    target: &str,
    cause: Cause,
    readers: &[i64],
    messages: &Messages,
    now: DateTime<Utc>,
) -> Result<RunReport, FlowError> {
    let id = ledger.start_run(ask.trigger, now)?;
    let name = id.0.to_string();
    let mut report = RunReport::new("", target, &name, now);
    report.fail(cause, now);
    if !ask.failure_told {
        ledger.add_to_outbox(&telling::items(&report, readers, messages, &name)?, now)?;
    }
    ledger.end_run(id, report.outcome.name(), report.exit_status().code(), now)?;
    Ok(report)
}

/// Plans, renders and packs as [`publish`] would, and sends nothing. The job's ledger and spool are its own, made for
/// this. What is made goes to `keep`, if anywhere: the zip, and each file made under the path that it would have in the
/// deposit.
///
/// # Errors
/// Only when the copy can't record the run itself.
pub async fn rehearse(job: &mut Job, ask: &Ask, keep: Option<&Path>) -> Result<RunReport, FlowError> {
    let mut run = begin(job, ask, CancellationToken::new())?;
    run.rehearsal = Some(Rehearsal { keep: keep.map(Path::to_owned) });
    let end = run.try_out().await;
    run.report.next_slots.clone_from(&run.job.next_slots);
    let now = run.job.clock.now();
    match end {
        Ok(()) if run.report.holds.is_empty() => run.report.deliver(now),
        Ok(()) => {
            let (reasons, digest) =
                (run.report.holds.clone(), run.report.hold_digest.clone().unwrap_or_default());
            run.report.hold(reasons, &digest, now);
        }
        Err(error) => run.report.fail(telling::cause(&error, &run.job.messages), now),
    }
    Ok(run.report)
}

fn begin<'j>(job: &'j mut Job, ask: &'j Ask, stop: CancellationToken) -> Result<Run<'j>, FlowError> {
    let started_at = job.clock.now();
    job.ledger.close_stale_runs(&job.turn.others())?;
    let id = job.ledger.start_run(ask.trigger, started_at)?;
    job.turn.is_of(id);
    let run_name = id.0.to_string();
    let fresh = job.fresh_series_id.clone();
    let series = job.ledger.series(job.destination.channel, &job.destination.name, &fresh)?;
    let dispatch = Dispatch::new(
        Arc::clone(&job.connector),
        job.destination.deposit.clone(),
        job.policy,
        Arc::clone(&job.clock),
        Arc::clone(&job.listener),
    )
    .with_limits(job.destination.bandwidth.clone())
    .with_stop(stop.clone());
    let report = RunReport::new("", &job.destination.name, &run_name, started_at);
    let pool = Pool::new(dispatch, job.destination.connections);
    Ok(Run {
        job,
        ask,
        id,
        name: run_name,
        started_at,
        series,
        pool,
        stop,
        report,
        readers: Vec::new(),
        names: BTreeMap::new(),
        rehearsal: None,
        survey: None,
        answer: None,
        beside_a_hold: false,
        session_told: false,
    })
}

impl Run<'_> {
    async fn go(&mut self) -> Result<End, FlowError> {
        if let Some(end) = self.settle_earlier(false).await? {
            return Ok(end);
        }
        if self.ask.adopt {
            self.survey().await?;
        }
        self.remake_lists();
        let publication = self.open()?;
        match self.drive(publication).await? {
            End::Held(held) => self.withdraw_meanwhile(publication, held).await,
            end => Ok(end),
        }
    }

    /// Withdraws what is live of these events, and nothing else.
    async fn go_withdrawing(&mut self, events: &[EventId]) -> Result<End, FlowError> {
        if let Some(end) = self.settle_earlier(true).await? {
            return Ok(end);
        }
        let removals = self.live_of(events)?;
        if !removals.is_empty() {
            return self.send_removals(&removals).await;
        }
        self.report.agency = self.snapshot()?.agency()?.name;
        self.report.deliver(self.job.clock.now());
        Ok(End::Delivered)
    }

    /// Makes the co-owner lists that changed again, so that this publication takes them (G5, G8).
    fn remake_lists(&mut self) {
        let Some(folder) = &self.job.lists_folder else { return };
        let place = Remaking {
            database: &self.job.database,
            spool: self.job.spool.root(),
            folder,
            now: self.job.clock.now(),
        };
        let warnings = tokio::task::block_in_place(|| remake(place, &self.job.messages));
        self.report.warnings.extend(warnings);
    }

    fn open(&mut self) -> Result<PublicationId, FlowError> {
        self.job.spool.require_room()?;
        let now = self.job.clock.now();
        let full = self.series.is_first() || self.ask.full_index || self.weekly_index_is_due(now)?;
        let mode = if full { Mode::Full } else { Mode::Changes };
        Ok(self.job.ledger.open_publication(self.series.key, self.id, mode, now)?)
    }

    /// Tells whether this is the agency's day of a full index, and none was confirmed on it yet (A5). Where the option
    /// can't be read, the run itself will say why.
    fn weekly_index_is_due(&self, now: DateTime<Utc>) -> Result<bool, FlowError> {
        let today = now.with_timezone(&Paris).date_naive();
        let options = Snapshot::glimpse(&self.job.database).and_then(|snapshot| snapshot.options());
        if options.ok().and_then(|options| options.full_index_weekday) != Some(today.weekday()) {
            return Ok(false);
        }
        let ledger = &self.job.ledger;
        let of_today = |row: &PublicationRow| row.opened_at.with_timezone(&Paris).date_naive() == today;
        for row in ledger.publications(self.series.key, DAYS_PUBLICATIONS)?.into_iter().take_while(of_today) {
            let stage = ledger.stage(row.id)?;
            let is_full = stage.opening().is_some_and(|opening| opening.mode == Mode::Full);
            if is_full && matches!(stage, Stage::Settled(_)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Lets earlier publications give way in the copy of the ledger, then builds one up to its seal.
    async fn try_out(&mut self) -> Result<(), FlowError> {
        let now = self.job.clock.now();
        for (publication, stage) in self.job.ledger.unfinished(self.series.key)? {
            if matches!(stage, Stage::Promoting(_)) {
                self.job.ledger.append(publication, now, &[Fact::Uncertain])?;
            }
            if matches!(stage, Stage::Delivered(_)) {
                self.job.ledger.settle(publication, now, &[])?;
            } else {
                self.job.ledger.supersede(publication, Replaced::NotSealed, now)?;
            }
        }
        self.series = self.series_now()?;
        let publication = self.open()?;
        self.build(publication).await.map(|_| ())
    }

    /// Gives the series as it stands, begun if there is none.
    fn series_now(&mut self) -> Result<Series, FlowError> {
        let (destination, fresh) = (&self.job.destination, &self.job.fresh_series_id);
        Ok(self.job.ledger.series(destination.channel, &destination.name, fresh)?)
    }

    /// Settles what earlier runs left: doubt by looking, what is sealed and fresh by going on, the rest by giving
    /// way. Gives the end of the run when an earlier publication was delivered by going on: not when it was one of
    /// removals alone, which is not the run's own, and not when the run itself only withdraws. A plan that waits is left
    /// waiting then.
    async fn settle_earlier(&mut self, only_withdraws: bool) -> Result<Option<End>, FlowError> {
        for (publication, stage) in self.job.ledger.unfinished(self.series.key)? {
            if only_withdraws && matches!(stage, Stage::Held { .. }) {
                continue;
            }
            let was_delivered = matches!(stage, Stage::Delivered(_));
            let kept = if was_delivered { self.manifest(publication)? } else { None };
            let is_whole = stage.opening().is_some_and(|opening| opening.mode != Mode::Removals);
            let goes_on =
                is_whole && !only_withdraws && matches!(stage, Stage::Sealed(_) | Stage::PartSent(_));
            match self.drive(publication).await? {
                End::Delivered if goes_on => return Ok(Some(End::Delivered)),
                // What was delivered and is confirmed at last needs no other publication in the same slot.
                End::Delivered if was_delivered && self.ask.trigger == Trigger::Retry => {
                    return Ok(Some(End::Delivered));
                }
                end @ (End::Uncertain | End::AwaitsReceipt(_)) => return Ok(Some(end)),
                End::Refused(refusal) => self.tell_refusal(kept, publication, &refusal)?,
                End::Delivered | End::GaveWay | End::Held(_) => {}
            }
        }
        // What an earlier publication came to has been told: this run's report is that of its own.
        self.report = RunReport::new("", &self.job.destination.name, &self.name, self.started_at);
        self.readers.clear();
        self.series = self.series_now()?;
        Ok(None)
    }
}

/// Tells which hold a run may lift: none but the demo's own first publication lifts itself.
pub(super) fn consented(consent: &Consent, reasons: &[HoldReason], digest: &Digest) -> Option<String> {
    match consent {
        Consent::None => None,
        Consent::Person(typed) => Some(typed.clone()),
        Consent::Demo => (reasons == [HoldReason::FirstOfSeries]).then(|| short_digest(digest)),
    }
}

/// Gives sixteen random hexadecimal digits: the id of a series that begins.
///
/// # Errors
/// When the system has no randomness to give.
pub fn fresh_id() -> Result<String, FlowError> {
    use std::fmt::Write as _;
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| FlowError::Worker(error.to_string()))?;
    let mut id = String::with_capacity(16);
    for byte in bytes {
        write!(id, "{byte:02x}").map_err(|error| FlowError::Worker(error.to_string()))?;
    }
    Ok(id)
}
