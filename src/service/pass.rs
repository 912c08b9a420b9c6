//! One pass: plan, take the lock, claim, run, record. At most one is under way.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use publier_core::schedule::{self, Slot};
use tokio::task::JoinError;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::lock::{Holder, LockError, RunLock};
use super::{RunEnd, Work, WorkError};
use crate::ports::Clock;

/// The longest that planning or recording may take: the back office may keep its database busy for a minute.
pub(super) const PORT_LIMIT: Duration = Duration::from_secs(90);

/// A pass and what it may do.
pub(super) struct Pass {
    pub(super) work: Arc<dyn Work>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) lock: PathBuf,
    pub(super) stop: CancellationToken,
    /// Hears that a slot starts, before its run.
    pub(super) started: Box<dyn Fn(&Slot) + Send + Sync>,
    /// A slot older than this is not caught up.
    pub(super) catch_up: Duration,
    /// Slots up to this instant fell due before the service started: they wait for `settled`.
    pub(super) service_start: DateTime<Utc>,
    /// Whether the machine had time to settle after the start.
    pub(super) settled: bool,
    /// Whether an unfinished slot may be taken up again.
    pub(super) may_retry: bool,
}

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PassEnd {
    /// Nothing to do; the next slot, if one will come.
    Idle(Option<Slot>),
    /// Left before its run: told to stop, or another agent claimed the slot first.
    Left,
    /// Another run holds the lock.
    Busy(Option<Holder>),
    /// A slot was run.
    Ran {
        /// Which.
        slot: Slot,
        /// How it ended.
        end: RunEnd,
        /// Whether the ledger recorded it.
        recorded: bool,
    },
}

/// Why a pass could not do its part.
#[derive(Debug, thiserror::Error)]
pub(super) enum PassError {
    /// The port failed.
    #[error("{doing}")]
    Port {
        /// What was being done.
        doing: &'static str,
        /// What the port said.
        #[source]
        source: WorkError,
    },
    /// The port did not answer within [`PORT_LIMIT`].
    #[error("{doing}: no answer in time")]
    Late {
        /// What was being done.
        doing: &'static str,
    },
    /// The lock's file can't be used.
    #[error(transparent)]
    Lock(LockError),
}

/// What a pass found to do.
enum Step {
    Claim { slot: Slot, collapsed: Vec<Slot> },
    Retry(Slot),
    Nothing { next: Option<Slot> },
}

impl Pass {
    /// Does what is due, if anything is.
    pub(super) async fn go(self) -> Result<PassEnd, PassError> {
        let plan = within("read the schedule and the claims", self.plan());
        let step = tokio::select! {
            () = self.stop.cancelled() => return Ok(PassEnd::Left),
            step = plan => step?,
        };
        if let Step::Nothing { next } = step {
            return Ok(PassEnd::Idle(next));
        }
        let _lock = match RunLock::acquire(&self.lock, self.clock.now()) {
            Ok(lock) => lock,
            Err(LockError::AlreadyRunning { holder }) => return Ok(PassEnd::Busy(holder)),
            Err(error) => return Err(PassError::Lock(error)),
        };
        match self.taken_up(step).await? {
            Some(slot) if !self.stop.is_cancelled() => Ok(self.run(slot).await),
            _ => Ok(PassEnd::Left),
        }
    }

    async fn plan(&self) -> Result<Step, WorkError> {
        let (schedule, now) = (self.work.schedule().await?, self.clock.now());
        let since = self.work.form_since(&schedule.form(), now).await?;
        let keys: Vec<_> = schedule::candidates(&schedule, now, self.catch_up, since)
            .into_iter()
            .map(|slot| slot.key)
            .collect();
        let taken = if keys.is_empty() { BTreeSet::new() } else { self.work.taken(&keys).await? };
        let due = schedule::due(&schedule, now, self.catch_up, since, &|key| taken.contains(key));
        if let Some(slot) = due.claim.filter(|slot| self.settled || slot.at > self.service_start) {
            return Ok(Step::Claim { slot, collapsed: due.collapsed });
        }
        if self.settled
            && self.may_retry
            && let Some(unfinished) = self.work.unfinished().await?
            && unfinished.is_due(now, self.catch_up)
        {
            return Ok(Step::Retry(unfinished.slot));
        }
        Ok(Step::Nothing { next: schedule::upcoming(&schedule, now, 1).pop() })
    }

    /// Claims what is to be claimed; none when another agent was faster.
    async fn taken_up(&self, step: Step) -> Result<Option<Slot>, PassError> {
        match step {
            Step::Nothing { .. } => Ok(None),
            Step::Retry(slot) => Ok(Some(slot)),
            Step::Claim { slot, collapsed } => {
                let claim = self.work.claim(&slot, &collapsed, self.clock.now());
                let claimed = within("claim the slot", claim).await?;
                tracing::info!(slot = %slot.key, collapsed = collapsed.len(), claimed, "slot due");
                Ok(claimed.then_some(slot))
            }
        }
    }

    async fn run(&self, slot: Slot) -> PassEnd {
        (self.started)(&slot);
        let (work, stop) = (Arc::clone(&self.work), self.stop.clone());
        let end = guarded(async move { work.run(&slot, stop).await }).await.unwrap_or_else(|error| {
            tracing::error!(slot = %slot.key, %error, "the run panicked");
            RunEnd::Failed
        });
        let settle =
            within("record the end of the run", self.work.settle(&slot, end, self.clock.now())).await;
        if let Err(error) = &settle {
            tracing::error!(slot = %slot.key, error = chain(error), "the end of the run is not recorded");
        }
        PassEnd::Ran { slot, end, recorded: settle.is_ok() }
    }
}

/// Runs a future apart, so that its panic is an error; dropping the wait ends it.
async fn guarded<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinError> {
    AbortOnDropHandle::new(tokio::spawn(future)).await
}

/// Bounds a call of the port and names it in its error.
pub(super) async fn within<T>(
    doing: &'static str,
    call: impl Future<Output = Result<T, WorkError>>,
) -> Result<T, PassError> {
    match timeout(PORT_LIMIT, call).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(source)) => Err(PassError::Port { doing, source }),
        Err(_) => Err(PassError::Late { doing }),
    }
}

/// Writes an error with its causes on one line, for the log.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
