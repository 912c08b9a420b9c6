//! `publier publish`: publishes now, or shows what would be published.

use std::io;
use std::path::Path;
use std::sync::Arc;

use publier_core::domain::ids::EventId;
use publier_core::publication::exit::ExitStatus;
use tokio_util::sync::CancellationToken;

use super::cli::Publish;
use super::output::{Output, Screen};
use crate::app::{App, AppError};
use crate::flow::FlowError;
use crate::flow::publish::{Ask, Consent, Job, publish, record_failure, rehearse, withdraw};
use crate::flow::telling::{chain, readers, tell};
use crate::flow::turns::{Turn, each};
use crate::ledger::Ledger;
use crate::ledger::runs::Trigger;
use crate::ports::Listener;
use crate::report::console::Console;
use crate::report::ndjson::Ndjson;
use crate::report::redact::Label;
use crate::report::run_report::{Cause, RunReport};
use crate::service::{LockError, RunLock};
use crate::settings::target::Target;

/// Publishes to each target and gives the status of the worst.
pub(super) fn run(app: &App, arguments: &Publish, screen: Screen) -> Result<ExitStatus, AppError> {
    let targets: Vec<&Target> = app
        .targets()
        .into_iter()
        .filter(|target| arguments.target.as_ref().is_none_or(|name| *name == target.name))
        .collect();
    if targets.is_empty() {
        let name = arguments.target.clone().unwrap_or_default();
        screen.error(ExitStatus::Usage, &app.messages.format("commands-no-target", &[("name", name.into())]));
        return Ok(ExitStatus::Usage);
    }
    if arguments.dry_run {
        return dry_run(app, arguments, &targets, screen);
    }
    let _lock = match lock(app, screen)? {
        Ok(lock) => lock,
        Err(status) => return Ok(status),
    };
    if arguments.confirm.is_some() && !awaits_consent(app, &targets)? {
        screen.error(ExitStatus::Usage, &app.messages.text("commands-nothing-to-confirm"));
        return Ok(ExitStatus::Usage);
    }
    let ask = ask(arguments);
    let shown = |_: &Target, report: &RunReport| show(app, report, screen);
    let reports = runtime()?.block_on(to_each(app, &targets, Doing::Publish(&ask), screen, shown))?;
    Ok(reports.iter().map(RunReport::exit_status).max().unwrap_or(ExitStatus::Done))
}

/// Tells whether some target's publication can be one that a person confirms: none was confirmed yet, or one was begun and
/// isn't over.
fn awaits_consent(app: &App, targets: &[&Target]) -> Result<bool, AppError> {
    let Some(ledger) = Ledger::open_to_read(&app.settings.data.ledger())? else { return Ok(true) };
    for target in targets {
        let series = ledger.find_series(target.channel.code(), &target.name)?;
        let Some(series) = series.filter(|series| !series.is_first()) else { return Ok(true) };
        if !ledger.unfinished(series.key)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes the lock that lets one run go at a time; the status to end with when another run holds it.
pub(super) fn lock(app: &App, screen: Screen) -> Result<Result<RunLock, ExitStatus>, AppError> {
    take(app, &app.settings.data.lock(), "commands-already-running", screen)
}

/// Takes a lock, or says with `key`, and `key-since` where its holder is known, who holds it.
pub(super) fn take(
    app: &App,
    lock: &Path,
    key: &str,
    screen: Screen,
) -> Result<Result<RunLock, ExitStatus>, AppError> {
    crate::files::make_private_folder(&app.settings.data.dir).map_err(FlowError::from)?;
    match RunLock::acquire(lock, app.now()) {
        Ok(lock) => Ok(Ok(lock)),
        Err(LockError::File(error)) => Err(FlowError::from(error).into()),
        Err(LockError::AlreadyRunning { holder }) => {
            let text = match holder {
                Some(holder) => {
                    let since = crate::report::words::moment(holder.since, app.messages.lang());
                    let values = [("pid", holder.pid.to_string().into()), ("since", since.into())];
                    app.messages.format(&format!("{key}-since"), &values)
                }
                None => app.messages.text(key),
            };
            screen.error(ExitStatus::AlreadyRunning, &text);
            Ok(Err(ExitStatus::AlreadyRunning))
        }
    }
}

/// How many threads read files beside the work: each keeps memory of its own, and a connection that carries a hundred files
/// would start a hundred. Two of them may be taken for the whole of a run.
const READERS: usize = 8;

/// Makes the runtime that a command works in.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, AppError> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).max_blocking_threads(READERS).enable_all().build();
    runtime.map_err(|error| FlowError::from(error).into())
}

/// What is done to each target.
#[derive(Clone, Copy)]
pub(super) enum Doing<'a> {
    /// A publication.
    Publish(&'a Ask),
    /// What is live of these events leaves, at once and alone.
    Withdraw(&'a [EventId]),
}

/// Does it to each target: one works at a time, and who waits for a receipt lets the next one work. Each report is shown as
/// its target is over; they are given in that order. An interrupt parks what is under way and begins nothing more.
pub(super) async fn to_each(
    app: &App,
    targets: &[&Target],
    doing: Doing<'_>,
    screen: Screen,
    show: impl Fn(&Target, &RunReport),
) -> Result<Vec<RunReport>, AppError> {
    let stop = CancellationToken::new();
    let watcher = tokio::spawn(stop_on_interrupt(stop.clone()));
    let mut reports = Vec::new();
    let work = async |target: &&Target, turn| to_one(app, target, doing, screen, turn, stop.clone()).await;
    let ended = |target: &&Target, end: Result<RunReport, AppError>| {
        if let Ok(report) = &end {
            show(target, report);
        }
        reports.push(end);
    };
    each(targets.iter().copied(), work, ended).await;
    watcher.abort();
    reports.into_iter().collect()
}

async fn to_one(
    app: &App,
    target: &Target,
    doing: Doing<'_>,
    screen: Screen,
    turn: Turn,
    stop: CancellationToken,
) -> Result<RunReport, AppError> {
    let manual = Ask::new(Trigger::Manual);
    let ask = if let Doing::Publish(ask) = doing { ask } else { &manual };
    if stop.is_cancelled() {
        return could_not_begin(app, target, ask, &FlowError::Stopped.into());
    }
    let mut job = match app.job(target, vec![listener(app, screen)]) {
        Ok(job) => Job { turn, ..job },
        Err(error) => return could_not_begin(app, target, ask, &error),
    };
    let report = match doing {
        Doing::Publish(ask) => publish(&mut job, ask, stop).await?,
        Doing::Withdraw(events) => withdraw(&mut job, ask, events, stop).await?,
    };
    tell(&mut job.ledger, &job.database, app.now())?;
    Ok(report)
}

/// Records a run that could not even begin, as the service does: the other servers have theirs all the same.
fn could_not_begin(app: &App, target: &Target, ask: &Ask, error: &AppError) -> Result<RunReport, AppError> {
    let (database, now) = (&app.settings.agency.database, app.now());
    tracing::error!(target.name, error = %chain(error), "the run could not begin");
    let cause = Cause::Run { status: error.exit_status(), words: Label::new(&error.explain(&app.messages)) };
    let mut ledger = app.ledger()?;
    let readers = readers(database);
    let report = record_failure(&mut ledger, ask, &target.name, cause, &readers, &app.messages, now)?;
    tell(&mut ledger, database, now)?;
    Ok(report)
}

fn listener(app: &App, screen: Screen) -> Arc<dyn Listener> {
    if screen.json {
        Arc::new(Ndjson::new(Output))
    } else {
        Arc::new(Console::new(Arc::clone(&app.messages), screen.quiet))
    }
}

fn ask(arguments: &Publish) -> Ask {
    Ask {
        trigger: Trigger::Manual,
        failure_told: false,
        consent: arguments.confirm.clone().map_or(Consent::None, Consent::Person),
        full_index: arguments.full_index,
        resend_since: arguments.resend_since,
        adopt: arguments.adopt,
    }
}

/// Asks the run to park on the first interrupt; the second one ends the process at once.
pub(super) async fn stop_on_interrupt(stop: CancellationToken) {
    if wait_for_stop().await.is_ok() {
        stop.cancel();
    }
}

#[cfg(unix)]
pub(super) async fn wait_for_stop() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
pub(super) async fn wait_for_stop() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Shows a report.
pub(super) fn show(app: &App, report: &RunReport, screen: Screen) {
    if screen.json {
        Ndjson::new(Output).summary(report);
    } else {
        screen.say(&report.to_text(&app.messages));
    }
}

/// Plans and renders in a folder of its own, which is deleted: no database is written, no socket opened.
fn dry_run(
    app: &App,
    arguments: &Publish,
    targets: &[&Target],
    screen: Screen,
) -> Result<ExitStatus, AppError> {
    let runtime = runtime()?;
    let mut worst = ExitStatus::Done;
    for target in targets {
        let scratch = tempfile::tempdir().map_err(FlowError::from)?;
        let mut job = app.rehearsal(target, scratch.path())?;
        let report = runtime.block_on(rehearse(&mut job, &ask(arguments), arguments.out.as_deref()))?;
        show(app, &report, screen);
        worst = worst.max(report.exit_status());
        if let Some(kept) = &arguments.out {
            let kept = kept.display().to_string();
            screen.say(&app.messages.format("commands-dry-run-kept", &[("folder", kept.into())]));
        }
        screen.say(&app.messages.text("commands-dry-run"));
    }
    Ok(worst)
}
