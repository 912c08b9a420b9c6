//! The loop: beats, signals, and the pass under way.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use publier_core::schedule::{Slot, retry_after_failure};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::heartbeat::{BeatSource, Heartbeat};
use super::pass::{Pass, PassEnd, PassError, chain, within};
use super::{Work, words};
use crate::i18n::Messages;
use crate::ports::Clock;
use crate::settings::Settings;

/// What a run has to park what it does, after the first signal to stop.
const PARKING_LIMIT: Duration = Duration::from_secs(10);

/// The time between two calls of [`Work::upkeep`].
const UPKEEP_PERIOD: Duration = Duration::from_mins(1);

/// An order from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Stop in order (SIGTERM).
    Terminate,
    /// Stop in order; the second one stops now (SIGINT).
    Interrupt,
    /// Read the configuration again (SIGHUP).
    HangUp,
}

/// How the service ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nothing was running, or it was parked in time.
    InOrder,
    /// A run was cut: a second INT, or it did not park within 10 s. It goes on at the next start.
    Cut,
}

/// What the service manager is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell<'a> {
    /// The service is up.
    Ready,
    /// One line for people.
    Status(&'a str),
    /// The heart beats.
    Alive,
    /// The service ends.
    Stopping,
}

/// The service manager.
pub trait Supervisor: Send + Sync + Debug {
    /// Tells it something; what it can't hear is lost.
    fn tell(&self, what: Tell<'_>);
}

/// The service's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// The time between two looks at the schedule, in whole seconds.
    pub heartbeat: Duration,
    /// The wait after the start before an older slot is caught up or an unfinished one is taken up again.
    pub boot_delay: Duration,
    /// A slot older than this is not caught up.
    pub catch_up: Duration,
}

impl From<&Settings> for Timing {
    fn from(settings: &Settings) -> Self {
        Self {
            heartbeat: settings.service.heartbeat,
            boot_delay: settings.service.boot_delay,
            catch_up: settings.publication.catch_up,
        }
    }
}

/// The service and what it is made of.
pub struct Daemon {
    /// What it starts.
    pub work: Arc<dyn Work>,
    /// The clock that slots are compared with.
    pub clock: Arc<dyn Clock>,
    /// The service manager.
    pub supervisor: Arc<dyn Supervisor>,
    /// What gives the beats.
    pub beats: Arc<dyn BeatSource>,
    /// Its times.
    pub timing: Timing,
    /// The file of the run lock.
    pub lock: PathBuf,
    /// The language of the status line.
    pub messages: Arc<Messages>,
}

impl Debug for Daemon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Daemon({:?}, {})", self.timing, self.lock.display())
    }
}

impl Daemon {
    /// Runs until a signal to stop; the end of `signals` is one.
    pub async fn run(self, mut signals: mpsc::Receiver<Signal>) -> Ended {
        let mut heart = Heartbeat::new(Arc::clone(&self.beats), self.timing.heartbeat);
        let mut running = Running::new(self);
        running.daemon.supervisor.tell(Tell::Ready);
        loop {
            tokio::select! {
                () = heart.next() => running.beat(),
                Some(end) = running.passes.join_next() => running.hear(end),
                Some(end) = running.reloads.join_next() => hear_reload(end),
                Some(end) = running.upkeep.join_next() => hear_upkeep(end),
                signal = signals.recv() => match signal {
                    Some(Signal::HangUp) => running.reload(),
                    Some(Signal::Terminate | Signal::Interrupt) | None => break,
                },
            }
        }
        let ended = running.park(&mut signals).await;
        heart.stop().await;
        tracing::info!(?ended, "the service ends");
        ended
    }
}

/// The service while it runs.
struct Running {
    daemon: Daemon,
    stop: CancellationToken,
    passes: JoinSet<Result<PassEnd, PassError>>,
    reloads: JoinSet<Result<(), PassError>>,
    upkeep: JoinSet<Result<(), PassError>>,
    /// The next upkeep is not asked before this.
    upkeep_from: Instant,
    start: Instant,
    start_at: DateTime<Utc>,
    /// A failure that the ledger could not record is not tried again before this.
    retry_from: Instant,
    /// The last status line that a pass left.
    status: String,
}

impl Running {
    fn new(daemon: Daemon) -> Self {
        let (start, start_at) = (Instant::now(), daemon.clock.now());
        Self {
            daemon,
            stop: CancellationToken::new(),
            passes: JoinSet::new(),
            reloads: JoinSet::new(),
            upkeep: JoinSet::new(),
            upkeep_from: start,
            start,
            start_at,
            retry_from: start,
            status: String::new(),
        }
    }

    /// One beat: the watchdog is fed, and a pass starts unless one is under way; so does the upkeep, when its time
    /// has come.
    fn beat(&mut self) {
        self.daemon.supervisor.tell(Tell::Alive);
        if self.passes.is_empty() {
            let pass = self.pass();
            self.passes.spawn(pass.go());
        }
        if self.upkeep.is_empty() && Instant::now() >= self.upkeep_from {
            self.keep_up();
        }
    }

    fn keep_up(&mut self) {
        self.upkeep_from = Instant::now() + UPKEEP_PERIOD;
        let work = Arc::clone(&self.daemon.work);
        self.upkeep.spawn(async move { within("do the upkeep", work.upkeep()).await });
    }

    fn pass(&self) -> Pass {
        let daemon = &self.daemon;
        let (supervisor, messages) = (Arc::clone(&daemon.supervisor), Arc::clone(&daemon.messages));
        let started = move |slot: &Slot| supervisor.tell(Tell::Status(&words::running(slot, &messages)));
        Pass {
            work: Arc::clone(&daemon.work),
            clock: Arc::clone(&daemon.clock),
            lock: daemon.lock.clone(),
            stop: self.stop.clone(),
            started: Box::new(started),
            catch_up: daemon.timing.catch_up,
            service_start: self.start_at,
            settled: self.start.elapsed() >= daemon.timing.boot_delay,
            may_retry: Instant::now() >= self.retry_from,
        }
    }

    /// Hears how a pass ended, a panic included.
    fn hear(&mut self, end: Result<Result<PassEnd, PassError>, JoinError>) {
        let messages = &self.daemon.messages;
        let status = match end {
            Ok(Ok(PassEnd::Idle(next))) => words::next(next.as_ref(), messages),
            Ok(Ok(PassEnd::Left)) => return,
            Ok(Ok(PassEnd::Busy(holder))) => words::busy(holder, messages),
            Ok(Ok(PassEnd::Ran { slot, end, recorded })) => {
                tracing::info!(slot = %slot.key, ?end, "run ended");
                if !recorded {
                    self.retry_from = Instant::now() + retry_after_failure(1).unwrap_or_default();
                }
                self.status.clear();
                words::ran(&slot, end, messages)
            }
            Ok(Err(error)) => self.trouble(&chain(&error)),
            Err(error) => self.trouble(&chain(&error)),
        };
        self.say(status);
    }

    /// Logs trouble once, not at each beat.
    fn trouble(&self, what: &str) -> String {
        let status = words::trouble(what, &self.daemon.messages);
        if status != self.status {
            tracing::error!(error = what, "the schedule could not be followed; the next beat tries again");
        }
        status
    }

    /// Tells the service manager a new status line.
    fn say(&mut self, status: String) {
        if status != self.status {
            self.daemon.supervisor.tell(Tell::Status(&status));
            self.status = status;
        }
    }

    fn reload(&mut self) {
        let work = Arc::clone(&self.daemon.work);
        self.reloads.spawn(async move { within("reload the configuration", work.reload()).await });
    }

    /// Stops in order: the run under way is told to park and waited for, within 10 s and until a second INT.
    async fn park(&mut self, signals: &mut mpsc::Receiver<Signal>) -> Ended {
        self.daemon.supervisor.tell(Tell::Stopping);
        self.stop.cancel();
        let deadline = Instant::now() + PARKING_LIMIT;
        let ended = timeout_at(deadline, self.parked(signals)).await.unwrap_or(Ended::Cut);
        self.passes.abort_all();
        if ended == Ended::InOrder {
            // What the last run has to tell; what does not fit in the time left waits for the next start.
            self.keep_up();
            if timeout_at(deadline, self.kept_up()).await.is_err() {
                tracing::debug!("the last upkeep is left to the next start");
            }
        }
        ended
    }

    async fn kept_up(&mut self) {
        while let Some(end) = self.upkeep.join_next().await {
            hear_upkeep(end);
        }
    }

    async fn parked(&mut self, signals: &mut mpsc::Receiver<Signal>) -> Ended {
        loop {
            tokio::select! {
                end = self.passes.join_next() => match end {
                    Some(end) => self.hear(end),
                    None => return Ended::InOrder,
                },
                Some(signal) = signals.recv() => {
                    if signal == Signal::Interrupt {
                        return Ended::Cut;
                    }
                }
            }
        }
    }
}

fn hear_upkeep(end: Result<Result<(), PassError>, JoinError>) {
    match end {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(error = chain(&error), "the upkeep waits for the next minute"),
        Err(error) => tracing::warn!(error = chain(&error), "the upkeep waits for the next minute"),
    }
}

fn hear_reload(end: Result<Result<(), PassError>, JoinError>) {
    match end {
        Ok(Ok(())) => tracing::info!("configuration read again"),
        Ok(Err(error)) => tracing::error!(error = chain(&error), "the old configuration stays"),
        Err(error) => tracing::error!(error = chain(&error), "the old configuration stays"),
    }
}
