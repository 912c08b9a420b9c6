//! What the couriers of one round share: where files go, who hears of them, and when it is over.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use publier_core::publication::retry::RetryPolicy;
use publier_core::schedule::BandwidthLimit;
use tokio_util::sync::CancellationToken;

use crate::ports::{Clock, Connector, Event, Listener, RemotePath, Session, TransferError};
use crate::transfer::courier::meter::Meter;
use crate::transfer::courier::seats::Seats;
use crate::transfer::courier::{Parcel, SMALL_BYTES};

/// Waits between two tries. The real one sleeps; a test's one remembers.
#[async_trait]
pub trait Pause: Send + Sync + std::fmt::Debug {
    /// Waits this long.
    async fn pause(&self, length: Duration);
}

/// Sleeps.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealPause;

#[async_trait]
impl Pause for RealPause {
    #[expect(clippy::disallowed_methods, reason = "the waiting of the one retry policy")]
    async fn pause(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// What the couriers of one round share.
#[derive(Debug)]
pub struct Dispatch {
    pub(super) connector: Arc<dyn Connector>,
    deposit: RemotePath,
    pub(super) policy: RetryPolicy,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) pause: Arc<dyn Pause>,
    listener: Shared,
    pub(super) stop: CancellationToken,
    pub(super) began: DateTime<Utc>,
    folders: Mutex<BTreeSet<RemotePath>>,
    /// The files whose part the server seems to hold: it said nothing more once it was to write there.
    held: Mutex<BTreeSet<RemotePath>>,
    pub(super) seats: Arc<Seats>,
    pub(super) meter: Arc<Meter>,
    last_opened: Mutex<Option<Opened>>,
}

/// A session that was opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opened {
    pub(super) at: Instant,
    pub(super) took: Duration,
    /// Whether its connection carries several files at a time.
    pub(super) shares: bool,
}

/// A listener, without a view inside.
struct Shared(Arc<dyn Listener>);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

impl Dispatch {
    /// Begins a round towards a target's deposit folder: the policy's run deadline counts from now.
    pub fn new(
        connector: Arc<dyn Connector>,
        deposit: RemotePath,
        policy: RetryPolicy,
        clock: Arc<dyn Clock>,
        listener: Arc<dyn Listener>,
    ) -> Self {
        let began = clock.now();
        let meter = Arc::new(Meter::new(Vec::new(), Arc::clone(&clock)));
        Self {
            connector,
            deposit,
            policy,
            clock,
            pause: Arc::new(RealPause),
            listener: Shared(listener),
            stop: CancellationToken::new(),
            began,
            folders: Mutex::default(),
            held: Mutex::default(),
            seats: Arc::default(),
            meter,
            last_opened: Mutex::default(),
        }
    }

    /// Waits between tries by another way than sleeping.
    #[must_use]
    pub fn with_pause(mut self, pause: Arc<dyn Pause>) -> Self {
        self.pause = pause;
        self
    }

    /// Ends every operation, as interrupted, when this token is cancelled.
    #[must_use]
    pub fn with_stop(mut self, stop: CancellationToken) -> Self {
        self.stop = stop;
        self
    }

    /// Lets no more leave than these limits allow, over all connections.
    #[must_use]
    pub fn with_limits(mut self, limits: Vec<BandwidthLimit>) -> Self {
        self.meter = Arc::new(Meter::new(limits, Arc::clone(&self.clock)));
        self
    }

    /// Opens a session, the only one or one beside others, and remembers what that took.
    pub(super) async fn open(&self, alone: bool) -> Result<Box<dyn Session>, TransferError> {
        let began = Instant::now();
        let opened =
            if alone { self.connector.connect().await } else { self.connector.connect_another().await };
        if let Ok(session) = &opened {
            let (at, shares) = (Instant::now(), session.lane().is_some());
            let last = Opened { at, took: at - began, shares };
            *self.last_opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        }
        opened
    }

    /// What the last session was when it was opened.
    pub(super) fn last_opened(&self) -> Option<Opened> {
        *self.last_opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self, event: &Event) {
        self.listener.0.hear(event);
    }

    /// Tells that a file is to come.
    pub(super) fn announce(&self, parcel: &Parcel) {
        let (remote, size_bytes) = (parcel.remote.clone(), parcel.size_bytes);
        self.tell(&Event::Queued { remote, size_bytes });
    }

    pub(super) fn knows(&self, folder: &RemotePath) -> bool {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).contains(folder)
    }

    pub(super) fn learn(&self, folder: &RemotePath) {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.clone());
    }

    pub(super) fn forget_folders(&self) {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Gives the temporary path of a file in this round.
    pub(super) fn part_of(&self, parcel: &Parcel) -> RemotePath {
        if self.holds(parcel) { parcel.other_part() } else { parcel.part() }
    }

    /// Tells whether the server seems to hold a file's part: vsftpd keeps what a dead session was writing locked, for a minute and
    /// more, and waits for it without a word.
    pub(super) fn holds(&self, parcel: &Parcel) -> bool {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).contains(&parcel.remote)
    }

    /// Takes another temporary path for a file from now on.
    pub(super) fn avoid_part_of(&self, parcel: &Parcel) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(parcel.remote.clone());
    }

    /// Tells whether a file may be begun before its turn: nothing must be made or waited for first.
    pub(super) fn may_follow(&self, parcel: &Parcel) -> bool {
        parcel.size_bytes <= SMALL_BYTES
            && parcel.remote.parent().is_none_or(|folder| self.knows(&folder))
            && self.meter.is_open()
    }

    /// Tells whether a folder lies below the deposit folder.
    pub(super) fn is_below_deposit(&self, folder: &RemotePath) -> bool {
        let deposit = self.deposit.as_str().trim_end_matches('/');
        folder.as_str().strip_prefix(deposit).is_some_and(|rest| rest.starts_with('/'))
    }
}
