//! What the service starts: the back office's schedule, the ledger's claims, and a publication a target.
//!
//! Promises: a new try of a slot goes on only to the servers that the slot has not reached yet; a failure is told once
//! and the recovery once (rule 16); whatever a run meets, a configuration to correct included, is tried again within
//! that rule, since a person may have set it right meanwhile. What blocks stands on threads of its own.
//!
//! Limits: a reload changes what the next run uses; the data folder, the log and the service's own times are those of
//! the start.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use publier_core::publication::exit::ExitStatus;
use publier_core::schedule::{Slot, SlotKey, Unfinished, WeeklySchedule};
use tokio::runtime::Handle;
use tokio::task;
use tokio_util::sync::CancellationToken;

use crate::app::{App, AppError};
use crate::flow::publish::{Ask, Job, publish, record_failure};
use crate::flow::telling::{chain, readers, tell};
use crate::flow::turns::{Turn, each};
use crate::i18n::Lang;
use crate::ledger::Ledger;
use crate::ledger::runs::Trigger;
use crate::ledger::slots::{ClaimedSlot, TryEnd};
use crate::report::redact::Label;
use crate::report::run_report::{Cause, Outcome, RunReport};
use crate::service::{RunEnd, Work, WorkError};
use crate::settings::target::Target;

/// A slot claimed later than this after its time was missed, and is caught up.
const CATCH_UP_AFTER: TimeDelta = TimeDelta::minutes(5);

/// The time between two cleanings.
const CLEANING_PERIOD: Duration = Duration::from_hours(24);

/// The work of the service.
pub(super) struct Publisher(Arc<Inner>);

struct Inner {
    /// Replaced as a whole by a reload.
    app: Mutex<Arc<App>>,
    lang: Option<Lang>,
    /// For the slots and the outbox; a run has a connection of its own.
    ledger: Mutex<Ledger>,
    /// The slot that this process claimed and has not begun: its first try.
    fresh: Mutex<Option<SlotKey>>,
    cleaned: Mutex<Option<Instant>>,
}

impl Publisher {
    pub(super) fn new(app: App, lang: Option<Lang>, ledger: Ledger) -> Self {
        Self(Arc::new(Inner {
            app: Mutex::new(Arc::new(app)),
            lang,
            ledger: Mutex::new(ledger),
            fresh: Mutex::default(),
            cleaned: Mutex::default(),
        }))
    }

    /// Does what blocks on a thread for it.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, WorkError> + Send + 'static,
    ) -> Result<T, WorkError> {
        let inner = Arc::clone(&self.0);
        task::spawn_blocking(move || work(&inner)).await?
    }
}

#[async_trait]
impl Work for Publisher {
    async fn schedule(&self) -> Result<WeeklySchedule, WorkError> {
        self.blocking(|inner| Ok(inner.app().schedule()?)).await
    }

    async fn form_since(&self, form: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, WorkError> {
        let form = form.to_owned();
        self.blocking(move |inner| Ok(inner.ledger().see_schedule(App::CHANNEL, &form, now)?)).await
    }

    async fn taken(&self, keys: &[SlotKey]) -> Result<BTreeSet<SlotKey>, WorkError> {
        let keys = keys.to_vec();
        self.blocking(move |inner| Ok(inner.ledger().taken(&keys)?)).await
    }

    async fn claim(&self, slot: &Slot, collapsed: &[Slot], now: DateTime<Utc>) -> Result<bool, WorkError> {
        let (key, older) = (slot.key, collapsed.iter().map(|slot| slot.key).collect::<Vec<_>>());
        self.blocking(move |inner| {
            let ours = inner.ledger().claim_slot(&key, &older, now)?;
            *lock(&inner.fresh) = ours.then_some(key);
            Ok(ours)
        })
        .await
    }

    async fn unfinished(&self) -> Result<Option<Unfinished>, WorkError> {
        self.blocking(|inner| {
            let last = inner.ledger().last_claim(App::CHANNEL)?.filter(|claim| !claim.finished);
            Ok(last.and_then(|claim| {
                let ClaimedSlot { key, failures, since, .. } = claim;
                Slot::of(key).map(|slot| Unfinished { slot, failures, since })
            }))
        })
        .await
    }

    async fn run(&self, slot: &Slot, stop: CancellationToken) -> RunEnd {
        // The flow reads and writes between its waits: this thread is given up to it.
        task::block_in_place(|| Handle::current().block_on(self.0.run(slot, &stop)))
    }

    async fn settle(&self, slot: &Slot, end: RunEnd, now: DateTime<Utc>) -> Result<(), WorkError> {
        let key = slot.key;
        let end = match end {
            RunEnd::Finished => TryEnd::Finished,
            RunEnd::Failed => TryEnd::Failed,
            RunEnd::Stopped => TryEnd::Stopped,
        };
        self.blocking(move |inner| Ok(inner.ledger().slot_ended(&key, end, now)?)).await
    }

    async fn upkeep(&self) -> Result<(), WorkError> {
        self.blocking(Inner::keep_up).await
    }

    async fn reload(&self) -> Result<(), WorkError> {
        self.blocking(Inner::reload).await
    }
}

impl Inner {
    fn app(&self) -> Arc<App> {
        Arc::clone(&lock(&self.app))
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    /// Publishes to each server that the slot has not reached. One that waits for a receipt lets the next one work.
    async fn run(&self, slot: &Slot, stop: &CancellationToken) -> RunEnd {
        let app = self.app();
        let claim = match self.ledger().last_claim(slot.key.channel) {
            Ok(claim) => claim.filter(|claim| claim.key == slot.key),
            Err(error) => return failed(&error.into()),
        };
        let first = lock(&self.fresh).take() == Some(slot.key);
        let failures = claim.map_or(0, |claim| claim.failures);
        let ask = Ask { failure_told: failures > 0, ..Ask::new(trigger(slot, first, app.now())) };
        let mut worst = RunEnd::Finished;
        let work = async |target: &&Target, turn| {
            if stop.is_cancelled() {
                return RunEnd::Stopped;
            }
            if !first && self.has_reached(target, claim) {
                tracing::info!(slot = %slot.key, target.name, "the slot has reached this server already");
                return RunEnd::Finished;
            }
            self.publish(&app, target, &ask, turn, stop)
                .await
                .map_or_else(|error| failed(&error), |report| end_of(&report))
        };
        each(app.settings.targets_of(slot.key.channel), work, |_, end| worst = worse(worst, end)).await;
        worst
    }

    async fn publish(
        &self,
        app: &App,
        target: &Target,
        ask: &Ask,
        turn: Turn,
        stop: &CancellationToken,
    ) -> Result<RunReport, AppError> {
        let database = &app.settings.agency.database;
        let report = match app.job(target, Vec::new()) {
            Ok(job) => publish(&mut Job { turn, ..job }, ask, stop.clone()).await?,
            Err(error) => {
                let words = Label::new(&error.explain(&app.messages));
                let cause = Cause::Run { status: error.exit_status(), words };
                let (readers, now) = (readers(database), app.now());
                tracing::error!(target.name, error = %chain(&error), "the run could not begin");
                record_failure(&mut self.ledger(), ask, &target.name, cause, &readers, &app.messages, now)?
            }
        };
        tell(&mut self.ledger(), database, app.now()).unwrap_or_else(|error| {
            tracing::warn!(error = %chain(&error), "the report's messages wait");
            0
        });
        Ok(report)
    }

    /// Tells whether a publication was confirmed there since the slot was claimed.
    fn has_reached(&self, target: &Target, claim: Option<ClaimedSlot>) -> bool {
        let series = self.ledger().find_series(target.channel.code(), &target.name).ok().flatten();
        let confirmed = series.and_then(|series| series.delivered).map(|delivered| delivered.confirmed_at);
        claim.zip(confirmed).is_some_and(|(claim, confirmed)| confirmed >= claim.claimed_at)
    }

    /// Tells what waits, and once a day forgets what is old.
    fn keep_up(&self) -> Result<(), WorkError> {
        let app = self.app();
        tell(&mut self.ledger(), &app.settings.agency.database, app.now())?;
        let mut cleaned = lock(&self.cleaned);
        if cleaned.is_none_or(|at| at.elapsed() >= CLEANING_PERIOD) {
            app.forget_the_past(&mut self.ledger())?;
            *cleaned = Some(Instant::now());
        }
        Ok(())
    }

    /// Reads the settings again. Another data folder would mean another lock and another ledger: it asks for a
    /// restart.
    fn reload(&self) -> Result<(), WorkError> {
        let old = self.app();
        let new = App::load(Some(&old.settings.file), self.lang)?;
        if new.settings.data != old.settings.data {
            return Err("data.dir is another: restart the service".into());
        }
        *lock(&self.app) = Arc::new(new);
        Ok(())
    }
}

/// A panic while a lock is held leaves nothing half done behind: the ledger's transactions are whole or absent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn trigger(slot: &Slot, first: bool, now: DateTime<Utc>) -> Trigger {
    if !first {
        Trigger::Retry
    } else if now.signed_duration_since(slot.at) > CATCH_UP_AFTER {
        Trigger::CatchUp
    } else {
        Trigger::Slot
    }
}

fn failed(error: &AppError) -> RunEnd {
    tracing::error!(error = %chain(error), "the run could not be recorded");
    RunEnd::Failed
}

/// A held plan is finished: it waits for a person, and the next slot plans again.
fn end_of(report: &RunReport) -> RunEnd {
    match report.outcome {
        Outcome::Done | Outcome::Partial | Outcome::Held => RunEnd::Finished,
        Outcome::Failed if report.exit_status() == ExitStatus::Interrupted => RunEnd::Stopped,
        Outcome::Failed => RunEnd::Failed,
    }
}

/// Of two servers' ends the one that asks for more: a stop goes on at once, a failure is tried again later.
fn worse(one: RunEnd, other: RunEnd) -> RunEnd {
    let ranked = [RunEnd::Stopped, RunEnd::Failed];
    ranked.into_iter().find(|end| one == *end || other == *end).unwrap_or(RunEnd::Finished)
}

#[cfg(test)]
mod tests {
    use super::*;
    use publier_core::publication::reason::TransferReason;
    use publier_core::schedule::upcoming;

    fn slot() -> Slot {
        let schedule = WeeklySchedule::from_rows(App::CHANNEL, true, [(1, "18:00")]).unwrap();
        upcoming(&schedule, "2026-11-24T00:00:00Z".parse().unwrap(), 1)[0]
    }

    #[test]
    fn a_slot_is_on_time_missed_or_tried_again() {
        let slot = slot();
        let minutes = |minutes| slot.at + TimeDelta::minutes(minutes);
        assert_eq!(trigger(&slot, true, minutes(0)), Trigger::Slot);
        assert_eq!(trigger(&slot, true, minutes(5)), Trigger::Slot);
        assert_eq!(trigger(&slot, true, minutes(6)), Trigger::CatchUp);
        assert_eq!(trigger(&slot, false, minutes(0)), Trigger::Retry);
    }

    #[test]
    fn a_configuration_to_correct_is_tried_again_and_a_held_plan_is_not() {
        let report = |change: fn(&mut RunReport)| {
            let mut report = RunReport::new("", "main", "1", DateTime::UNIX_EPOCH);
            change(&mut report);
            end_of(&report)
        };
        let licence = |report: &mut RunReport| {
            let cause = Cause::Run { status: ExitStatus::Configuration, words: Label::new("licence") };
            report.fail(cause, DateTime::UNIX_EPOCH);
        };
        let stopped = |report: &mut RunReport| {
            let cause = Cause::Transfer { reason: TransferReason::Interrupted, words: None };
            report.fail(cause, DateTime::UNIX_EPOCH);
        };
        assert_eq!(report(licence), RunEnd::Failed);
        assert_eq!(report(stopped), RunEnd::Stopped);
        assert_eq!(report(|report| report.hold(Vec::new(), "abcd", DateTime::UNIX_EPOCH)), RunEnd::Finished);
        assert_eq!(report(|report| report.deliver(DateTime::UNIX_EPOCH)), RunEnd::Finished);
    }

    #[test]
    fn the_end_of_a_slot_is_that_of_its_worst_server() {
        assert_eq!(worse(RunEnd::Finished, RunEnd::Finished), RunEnd::Finished);
        assert_eq!(worse(RunEnd::Failed, RunEnd::Finished), RunEnd::Failed);
        assert_eq!(worse(RunEnd::Failed, RunEnd::Stopped), RunEnd::Stopped);
    }
}
