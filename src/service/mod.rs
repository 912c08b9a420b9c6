//! The daemon: heartbeat, lock, stop.
//!
//! A heartbeat every few seconds asks the pure planner ([`publier_core::schedule`]) what is due; when something is,
//! one pass takes the lock, claims the slot, runs it and records how it ended. The schedule is read again at each
//! beat: a change needs no restart.
//!
//! Promises:
//! - one run at a time, in this process and across processes ([`RunLock`]); no beat does any work while a pass is
//!   under way, and what falls due meanwhile collapses to the newest;
//! - claim first: nothing is done for a slot before the ledger took its key;
//! - a panic in a run, in the planning or in the scheduler, an error or a silence of any of them is logged, and the beats go on;
//! - a missed slot is caught up once the machine has had `boot_delay` to settle; a failed run is tried again after
//!   15 min, 1 h and 3 h (PUBLICATION.md 16);
//! - once a minute, and before the end, the upkeep tells what waits and forgets what is old;
//! - the first TERM or INT stops in order within 10 s: the run parks what it does; a second INT stops now.
//!
//! Limits: a run is ended by its own deadlines, not by the service; only planning and recording are bounded here.
//! The clock is only compared with slots, never waited on: every wait is monotonic.

mod daemon;
mod heartbeat;
mod lock;
mod pass;
#[cfg(target_os = "linux")]
mod systemd;
#[cfg(unix)]
pub mod unix;
mod words;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use publier_core::schedule::{Slot, SlotKey, Unfinished, WeeklySchedule};
use std::collections::BTreeSet;
use tokio_util::sync::CancellationToken;

pub use daemon::{Daemon, Ended, Signal, Supervisor, Tell, Timing};
pub use heartbeat::{BeatSource, Beating, CronBeats};
pub use lock::{Holder, LockError, RunLock};
#[cfg(target_os = "linux")]
pub use systemd::Systemd;
pub use words::{slot_line, slot_short};

/// Whatever went wrong behind the port; the chain of sources says what.
pub type WorkError = Box<dyn std::error::Error + Send + Sync>;

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// Nothing is left to try: delivered, delivered in part, nothing to do, or held for a person.
    Finished,
    /// It failed, and trying again later can help.
    Failed,
    /// It was told to stop and parked what it did; it goes on as soon as it may.
    Stopped,
}

/// What the service starts: the back office's schedule, the ledger's claims and the flow, as one port.
///
/// Every answer comes from durable state, so that a restart is the same as a beat. A call may be cut short (a stop,
/// a bound): what it wrote by then must stand on its own.
#[async_trait]
pub trait Work: Send + Sync + 'static {
    /// Reads the schedule as it is now (rule A3, A4).
    async fn schedule(&self) -> Result<WeeklySchedule, WorkError>;

    /// Tells since when the schedule has this form, without interruption: records `now` when the form is another
    /// than the last one seen, and moves the instant back to `now` when the clock stands before it.
    async fn form_since(&self, form: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, WorkError>;

    /// Tells which of these keys the ledger holds, as claimed or as collapsed.
    async fn taken(&self, keys: &[SlotKey]) -> Result<BTreeSet<SlotKey>, WorkError>;

    /// Claims a slot and records the others as collapsed into it, in one transaction; false when the key was taken
    /// meanwhile: then nothing is written.
    async fn claim(&self, slot: &Slot, collapsed: &[Slot], now: DateTime<Utc>) -> Result<bool, WorkError>;

    /// Gives the last claimed slot (in the order of claims, not of instants) while its publication is unfinished.
    async fn unfinished(&self) -> Result<Option<Unfinished>, WorkError>;

    /// Publishes for a claimed slot, from where it was left. After `stop` it parks what it does within 10 s.
    async fn run(&self, slot: &Slot, stop: CancellationToken) -> RunEnd;

    /// Records how a try ended, panics included: `Failed` counts one failure at `now`, `Finished` closes the slot.
    async fn settle(&self, slot: &Slot, end: RunEnd, now: DateTime<Utc>) -> Result<(), WorkError>;

    /// Does what has waited and what age asks for (messages, the past to forget): asked once a minute, whatever runs,
    /// and once more at the end.
    async fn upkeep(&self) -> Result<(), WorkError>;

    /// Reads the configuration again; on an error the old one stays.
    async fn reload(&self) -> Result<(), WorkError>;
}
