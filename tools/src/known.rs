//! A ledger in which every document of an agency is known, and a run that finds nothing new.
//!
//! The ledger comes from the product's own plan: a first publication is planned against a server that refuses every
//! connection; its documents are then recorded as if they had been sent, and the publication is settled. No file is
//! rendered or sent.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use publier::flow::publish::{Ask, Consent, Destination, Job, publish, rehearse};
use publier::flow::turns::Turn;
use publier::i18n::{Lang, Messages};
use publier::ledger::Ledger;
use publier::ledger::runs::Trigger;
use publier::package::spool::Spool;
use publier::package::vault::Vault;
use publier::package::zip::Level;
use publier::ports::{Clock, Connector, RemotePath, Session, TransferError};
use publier::report::counts::Counts;
use publier_core::domain::digest::Digest;
use publier_core::publication::facts::{DeliveredHow, Fact, SealedZip};
use publier_core::publication::reason::TransferReason;
use publier_core::publication::retry::RetryPolicy;
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

/// The instant of every measure: the agency's last day is some days before.
///
/// # Errors
/// Never: it is a constant that parses.
pub fn now() -> anyhow::Result<DateTime<Utc>> {
    Ok("2026-11-24T06:00:00Z".parse()?)
}

/// A clock that stands still.
#[derive(Debug)]
struct Still(DateTime<Utc>);

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// A server that refuses every connection.
#[derive(Debug)]
struct Closed;

#[async_trait]
impl Connector for Closed {
    async fn connect(&self) -> Result<Box<dyn Session>, TransferError> {
        Err(TransferError::new(TransferReason::ConnectionRefused, "this server takes nobody"))
    }

    fn session_name(&self) -> String {
        "nobody@nowhere".to_owned()
    }

    fn is_encrypted(&self) -> bool {
        true
    }
}

fn job(agency: &Path, at: DateTime<Utc>) -> anyhow::Result<Job> {
    let tally = Arc::new(Counts::default());
    Ok(Job {
        database: agency.join("agency.db"),
        busy_wait: Duration::from_secs(5),
        ledger: Ledger::open(&agency.join("state.db"))?,
        spool: Spool::open(&agency.join("spool"), u64::MAX)?,
        vault: Vault::new(vec![agency.join("files")], 100_000_000, &["pdf", "jpg", "png"]),
        connector: Arc::new(Closed),
        destination: Destination {
            channel: "extranet",
            name: "bench".to_owned(),
            deposit: RemotePath::new("/deposit")?,
            receives_credentials: true,
            receipts: None,
            removes_files: false,
            bandwidth: Vec::new(),
            connections: 1,
        },
        photo_side_px: 2560,
        stationery: Arc::default(),
        policy: RetryPolicy { attempts: 1, ..RetryPolicy::default() },
        zip_level: Level::Normal,
        resume_within: TimeDelta::hours(2),
        clock: Arc::new(Still(at)),
        listener: tally.clone(),
        tally,
        transfer_log: None,
        run_log: None,
        history: agency.join("history"),
        lists_folder: None,
        messages: Arc::new(Messages::new(Lang::Fr)),
        fresh_series_id: "0123456789abcdef".to_owned(),
        next_slots: Vec::new(),
        turn: Turn::alone(),
    })
}

/// Makes the ledger of an agency's folder, in which everything is known.
///
/// # Errors
/// When the agency can't be read or the ledger can't be made.
pub fn know(agency: &Path) -> anyhow::Result<String> {
    let before = now()? - TimeDelta::days(1);
    let mut job = job(agency, before)?;
    let ask = Ask { consent: Consent::Demo, ..Ask::new(Trigger::Manual) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = runtime.block_on(publish(&mut job, &ask, CancellationToken::new()))?;
    let series = job.ledger.series("extranet", "bench", "0123456789abcdef")?;
    let Some((publication, stage)) = job.ledger.unfinished(series.key)?.pop() else {
        bail!("the first publication left nothing to settle: {}", report.outcome.name());
    };
    if stage.name() != "written" {
        bail!("the first publication is {}, not written: {:?}", stage.name(), report.holds);
    }
    let db = Connection::open(agency.join("state.db"))?;
    let known = db.execute(
        "UPDATE plan_document SET remote_name = substr(document, 2, 24) || '.pdf', size_bytes = 1000, sha256 = content_digest
          WHERE publication = ?1",
        [publication.0],
    )?;
    let zip = SealedZip { name: "publication.zip".to_owned(), size_bytes: 1, digest: Digest([0; 32]) };
    job.ledger.seal(publication, zip, before)?;
    let facts = [Fact::PartSent, Fact::Promoting, Fact::Delivered { how: DeliveredHow::Renamed }];
    job.ledger.append(publication, before, &facts)?;
    job.ledger.settle(publication, before, &[])?;
    job.spool.remove(&publication.to_string())?;
    Ok(format!("known={known}"))
}

/// Runs a publication that finds nothing new, from its plan to its seal; nothing is sent.
///
/// # Errors
/// When the agency isn't prepared, or the run finds something new.
pub fn nothing_new(agency: &Path) -> anyhow::Result<String> {
    let mut job = job(agency, now()?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let began = Instant::now();
    let report = runtime.block_on(rehearse(&mut job, &Ask::new(Trigger::Manual), None))?;
    let seconds = began.elapsed().as_secs_f64();
    let documents = report.sections.iter().find(|counts| counts.section.code() == "documents");
    let counts = documents.context("the report counts no documents")?;
    let delivered = report.outcome.name() == "done";
    let (published, held, refused) = (counts.published, counts.held, counts.refused);
    if !delivered || published + held + refused + report.withdrawn.values().sum::<u64>() > 0 {
        let (outcome, cause) = (report.outcome.name(), &report.cause);
        bail!(
            "not a run with nothing new: {outcome} {cause:?} {published} listed, {held} held, {refused} refused"
        );
    }
    Ok(format!("known={} unchanged={} run_seconds={seconds:.3}", counts.known, counts.unchanged))
}

/// Makes every letter of an agency in a first publication that is tried out: rendered, listed, sealed, not sent.
///
/// # Errors
/// When the agency can't be read, or a letter can't be made.
pub fn letters(agency: &Path) -> anyhow::Result<String> {
    let mut job = job(agency, now()?)?;
    let ask = Ask { consent: Consent::Demo, ..Ask::new(Trigger::Manual) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = runtime.block_on(rehearse(&mut job, &ask, None))?;
    // A first publication waits for a person, but a rehearsal makes its letters all the same.
    if let Some(cause) = &report.cause {
        bail!("the publication is {}: {cause:?}", report.outcome.name());
    }
    Ok(format!("letters={}", report.letters_rendered))
}
