//! The protocol of one file: temporary name, resume, confirmation, rename, confirmation, with retries.
//!
//! Promises: a file is never half visible (it grows under a temporary name that bears its content's digest and
//! doesn't begin by the final one, so that no `*.zip` catches it); it counts as delivered only when a session
//! in sync confirmed its size at its final name (promises 1 and 2); a file already there with its size is not
//! sent again, since names are derived from contents; a part goes on from 1 MiB before its end; doubt after a
//! lost reply is resolved by looking; the one retry policy decides what is tried again. The listener hears
//! each event once.
//!
//! Refuses to make the deposit folder: it belongs to the receiver; folders below it are made as needed.
//! Limits: one file at a time per courier. Several couriers share one [`Dispatch`] (a [`pool`]): the folders
//! already made, the retry clock, the seats taken on the server and the stop are in it.

mod local;
mod meter;
pub mod pool;
mod seats;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use publier_core::domain::digest::Digest;
use publier_core::publication::reason::TransferReason;
use publier_core::publication::retry::{Jitter, Retry, RetryPolicy};
use publier_core::schedule::BandwidthLimit;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::ports::{
    Clock, Connector, Event, Listener, Placed, Placement, RemoteEntry, RemotePath, Session, TransferError,
    Upcoming,
};
use crate::transfer::courier::local::LocalFile;
use crate::transfer::courier::meter::Meter;
use crate::transfer::courier::pool::{Queue, Task};
use crate::transfer::courier::seats::{Seat, Seats};

/// How far before the end of a part the transfer goes on, in bytes: what a dying server may have lost.
pub const RESUME_BACK_BYTES: u64 = 1024 * 1024;

/// The largest file that is placed in one go, in bytes: it is held in memory, and begins anew after a fault.
pub const SMALL_BYTES: u64 = 256 * 1024;

/// How long a small file may take to be read.
const READ_WITHIN: Duration = Duration::from_mins(1);

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

/// One file to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The absolute local path.
    pub local: PathBuf,
    /// The final remote path.
    pub remote: RemotePath,
    /// The size of the file, in bytes.
    pub size_bytes: u64,
    /// The digest of its content: it names the part.
    pub digest: Digest,
}

impl Parcel {
    /// Gives the temporary path beside the final one: `.NAME.DIGEST16.part`.
    #[expect(clippy::missing_panics_doc, reason = "a checked path stays one with such a name")]
    pub fn part(&self) -> RemotePath {
        let digest: String = self.digest.to_string().chars().take(16).collect();
        let name = format!(".{}.{digest}.part", self.remote.name());
        let path = match self.remote.parent() {
            Some(folder) => folder.join(&name),
            None => RemotePath::new(name),
        };
        path.expect("a checked path and a name without control character")
    }
}

/// A file that stands at its final name with its size confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// Whether it stood there before: nothing was sent, and no event told.
    pub already: bool,
    /// The confirmed size, in bytes.
    pub size_bytes: u64,
}

/// Where a whole file was found. A file of another size is not the parcel and doesn't count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Under its temporary name alone: the rename is due.
    Temporary,
    /// At its final name: delivered.
    Final,
    /// Under both names: delivered, and the part is left over.
    Both,
    /// Nowhere.
    Neither,
}

/// A small remote file that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Small {
    /// It isn't there.
    Absent,
    /// It is longer than asked for, and was not read.
    TooLong,
    /// Its content.
    Whole(Vec<u8>),
}

/// What the couriers of one round share.
#[derive(Debug)]
pub struct Dispatch {
    connector: Arc<dyn Connector>,
    deposit: RemotePath,
    policy: RetryPolicy,
    clock: Arc<dyn Clock>,
    pause: Arc<dyn Pause>,
    listener: Shared,
    stop: CancellationToken,
    began: DateTime<Utc>,
    folders: Mutex<BTreeSet<RemotePath>>,
    seats: Arc<Seats>,
    meter: Arc<Meter>,
    last_opened: Mutex<Option<Opened>>,
}

/// A session that was opened.
#[derive(Debug, Clone, Copy)]
struct Opened {
    at: Instant,
    took: Duration,
    /// Whether its connection carries several files at a time.
    shares: bool,
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
    async fn open(&self, alone: bool) -> Result<Box<dyn Session>, TransferError> {
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
    fn last_opened(&self) -> Option<Opened> {
        *self.last_opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: &Event) {
        self.listener.0.hear(event);
    }

    /// Tells that a file is to come.
    fn announce(&self, parcel: &Parcel) {
        let (remote, size_bytes) = (parcel.remote.clone(), parcel.size_bytes);
        self.tell(&Event::Queued { remote, size_bytes });
    }

    fn knows(&self, folder: &RemotePath) -> bool {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).contains(folder)
    }

    fn learn(&self, folder: &RemotePath) {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.clone());
    }

    fn forget_folders(&self) {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Tells whether a file may be begun before its turn: nothing must be made or waited for first.
    fn may_follow(&self, parcel: &Parcel) -> bool {
        parcel.size_bytes <= SMALL_BYTES
            && parcel.remote.parent().is_none_or(|folder| self.knows(&folder))
            && self.meter.is_open()
    }

    /// Tells whether a folder lies below the deposit folder.
    fn is_below_deposit(&self, folder: &RemotePath) -> bool {
        let deposit = self.deposit.as_str().trim_end_matches('/');
        folder.as_str().strip_prefix(deposit).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// A failed try: whether a session could be had at all.
#[derive(Debug)]
enum Failure {
    Session(TransferError),
    Work(TransferError),
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        Self::Work(error)
    }
}

impl Failure {
    fn error(&self) -> &TransferError {
        match self {
            Self::Session(error) | Self::Work(error) => error,
        }
    }
}

/// What one piece of work has behind it: a file that changes hands keeps it.
#[derive(Debug, Default)]
struct Tries {
    /// Tries that failed.
    failed: u32,
    /// The rename was asked for: a lost reply may hide that it was done.
    renaming: bool,
    /// Ends the pauses: the try that is under way is the last one.
    ending: CancellationToken,
}

/// How a courier's turn with one file of a pool ended.
#[derive(Debug)]
enum Turn {
    /// The file is delivered, or its failure stands and is told.
    Ended(Result<Delivered, TransferError>),
    /// Another courier goes on with it: this one has no session any more.
    GivenBack(TransferError),
}

/// Delivers files one after the other over one session, opened when needed and replaced when out of sync.
#[derive(Debug)]
pub struct Courier {
    dispatch: Arc<Dispatch>,
    session: Option<Box<dyn Session>>,
    seat: Option<Arc<Seat>>,
    /// Works on another courier's connection, and never opens one.
    is_lane: bool,
    /// The files of the round, where there are several: the next one may be begun with the end of another.
    queue: Option<Arc<Queue>>,
    /// The file that it goes on with: taken from the queue, and perhaps begun.
    behind: Arc<Mutex<Option<Task>>>,
    /// Where another courier of its connection goes as soon as a file may follow, where the pool waits for one.
    first_lane: Option<UnboundedSender<Courier>>,
}

impl Courier {
    /// Makes a courier of a round. Nothing is sent yet.
    pub fn new(dispatch: Arc<Dispatch>) -> Self {
        Self::with(dispatch, None, None, false)
    }

    fn with(
        dispatch: Arc<Dispatch>,
        session: Option<Box<dyn Session>>,
        seat: Option<Arc<Seat>>,
        is_lane: bool,
    ) -> Self {
        Self { dispatch, session, seat, is_lane, queue: None, behind: Arc::default(), first_lane: None }
    }

    /// Opens one more connection beside those that stand, trying once.
    async fn beside(dispatch: Arc<Dispatch>) -> Result<Self, TransferError> {
        let session = dispatch.open(false).await?;
        let seat = Some(Arc::new(dispatch.seats.take()));
        Ok(Self::with(dispatch, Some(session), seat, false))
    }

    /// Gives a courier on the same connection, where the protocol carries several files at a time.
    fn lane(&self) -> Option<Self> {
        let session = self.session.as_ref().filter(|session| session.in_sync())?.lane()?;
        let (dispatch, seat) = (Arc::clone(&self.dispatch), self.seat.clone());
        Some(Self::with(dispatch, Some(session), seat, true))
    }

    /// Lets others begin on this connection before its first file has ended.
    fn offer_lane(&mut self) {
        if let Some(pool) = self.first_lane.take()
            && let Some(lane) = self.lane()
        {
            // A pool that has ended needs none.
            drop(pool.send(lane));
        }
    }

    /// How many couriers work on this connection; 0 without one.
    fn sharers(&self) -> usize {
        self.seat.as_ref().map_or(0, Arc::strong_count)
    }

    /// Does a pool's turn with one file, as [`Courier::deliver`] does, but for a session that can't be had
    /// while others stand: that is the server's limit, and the file goes back to the pool.
    async fn deliver_in_turn(&mut self, parcel: &Parcel, tries: &mut Tries) -> Turn {
        let stop = self.dispatch.stop.clone();
        loop {
            let result = unless_stopped(&stop, self.deliver_once(parcel, &mut tries.renaming)).await;
            self.drop_broken();
            if let Err(Failure::Session(error)) = &result
                && (self.is_lane || self.dispatch.seats.taken() > 0)
            {
                return Turn::GivenBack(error.clone());
            }
            match self.settle(result, tries, Some(parcel)).await {
                Ok(Some(done)) => return Turn::Ended(Ok(done)),
                Ok(None) => {}
                Err(error) => return Turn::Ended(Err(error)),
            }
        }
    }

    /// Gives the file that it would go on with.
    fn take_behind(&self) -> Option<Task> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Drops a session that is out of sync, and leaves its seat.
    fn drop_broken(&mut self) {
        self.session.take_if(|session| !session.in_sync());
        if self.session.is_none() {
            self.seat = None;
        }
    }

    /// Delivers a file: part, confirmation, rename, confirmation.
    ///
    /// # Errors
    /// The reason of the last try, told as [`Event::UploadFailed`], or as [`Event::SessionFailed`] when no
    /// session could be had.
    pub async fn deliver(&mut self, parcel: &Parcel) -> Result<Delivered, TransferError> {
        let stop = self.dispatch.stop.clone();
        let mut tries = Tries::default();
        loop {
            let result = unless_stopped(&stop, self.deliver_once(parcel, &mut tries.renaming)).await;
            if let Some(done) = self.settle(result, &mut tries, Some(parcel)).await? {
                return Ok(done);
            }
        }
    }

    /// Sends a file under its temporary name and confirms its size, without the rename.
    ///
    /// # Errors
    /// As [`Courier::deliver`].
    pub async fn send_part(&mut self, parcel: &Parcel) -> Result<(), TransferError> {
        let stop = self.dispatch.stop.clone();
        let mut tries = Tries::default();
        self.dispatch.announce(parcel);
        loop {
            let result = unless_stopped(&stop, self.send_part_once(parcel)).await;
            if let Some(done) = self.settle(result, &mut tries, Some(parcel)).await? {
                return Ok(done);
            }
        }
    }

    /// Renames a part that was sent, and confirms the file at its final name. A rename whose reply was lost
    /// is found by looking.
    ///
    /// # Errors
    /// As [`Courier::deliver`]; [`TransferReason::RenameFailed`] when the whole part isn't there.
    pub async fn promote(&mut self, parcel: &Parcel) -> Result<Delivered, TransferError> {
        let stop = self.dispatch.stop.clone();
        let mut tries = Tries::default();
        loop {
            let result = unless_stopped(&stop, self.promote_once(parcel, &mut tries.renaming)).await;
            if let Some(done) = self.settle(result, &mut tries, Some(parcel)).await? {
                return Ok(done);
            }
        }
    }

    /// Looks under which of its names a whole file stands.
    ///
    /// # Errors
    /// When the server can't be asked; no event is told but that of a session that can't be had.
    pub async fn look(&mut self, parcel: &Parcel) -> Result<Whereabouts, TransferError> {
        let stop = self.dispatch.stop.clone();
        let mut tries = Tries::default();
        loop {
            let result = unless_stopped(&stop, self.look_once(parcel)).await;
            if let Some(found) = self.settle(result, &mut tries, None).await? {
                return Ok(found);
            }
        }
    }

    /// Lists a folder.
    ///
    /// # Errors
    /// As [`Courier::look`].
    pub async fn list(&mut self, folder: &RemotePath) -> Result<Vec<RemoteEntry>, TransferError> {
        let stop = self.dispatch.stop.clone();
        let mut tries = Tries::default();
        loop {
            let result = unless_stopped(&stop, self.list_once(folder)).await;
            if let Some(entries) = self.settle(result, &mut tries, None).await? {
                return Ok(entries);
            }
        }
    }

    /// Reads a small remote file whole; its size is asked first, so that a long one is never begun.
    ///
    /// # Errors
    /// As [`Courier::look`].
    pub async fn read(&mut self, path: &RemotePath, limit_bytes: usize) -> Result<Small, TransferError> {
        let stop = self.dispatch.stop.clone();
        let mut tries = Tries::default();
        loop {
            let result = unless_stopped(&stop, self.read_once(path, limit_bytes)).await;
            if let Some(found) = self.settle(result, &mut tries, None).await? {
                return Ok(found);
            }
        }
    }

    /// Removes a remote file, told as [`Event::Removed`]; a missing one is no error.
    ///
    /// # Errors
    /// When the server refuses or can't be asked.
    pub async fn remove(&mut self, path: &RemotePath) -> Result<(), TransferError> {
        let stop = self.dispatch.stop.clone();
        let mut tries = Tries::default();
        let removed = loop {
            let result = unless_stopped(&stop, self.remove_once(path)).await;
            match self.settle(result, &mut tries, None).await {
                Ok(Some(())) => break Ok(()),
                Ok(None) => {}
                Err(error) => break Err(error),
            }
        };
        let error = removed.as_ref().err().cloned();
        self.dispatch.tell(&Event::Removed { path: path.clone(), error, at: self.dispatch.clock.now() });
        removed
    }

    /// Logs out.
    pub async fn close(mut self) {
        if let Some(session) = self.session.take() {
            session.close().await;
        }
    }

    /// Ends a try: its value, or `None` for another try after a pause, or the error that stands.
    async fn settle<T>(
        &mut self,
        result: Result<T, Failure>,
        tries: &mut Tries,
        parcel: Option<&Parcel>,
    ) -> Result<Option<T>, TransferError> {
        let failure = match result {
            Ok(value) => return Ok(Some(value)),
            Err(failure) => failure,
        };
        tries.failed += 1;
        self.drop_broken();
        if failure.error().reason == TransferReason::FolderMissing {
            self.dispatch.forget_folders();
        }
        let now = self.dispatch.clock.now();
        let spent = (now - self.dispatch.began).to_std().unwrap_or_default();
        let jitter = Jitter::from_noise(now.timestamp_subsec_micros());
        match self.dispatch.policy.after(failure.error().reason, tries.failed, spent, jitter) {
            Retry::After(pause) if !tries.ending.is_cancelled() => {
                let remote = parcel.map(|parcel| parcel.remote.clone());
                let error = failure.error().clone();
                self.dispatch.tell(&Event::Retrying { remote, error, attempt: tries.failed });
                let stop = self.dispatch.stop.clone();
                tokio::select! {
                    biased;
                    () = stop.cancelled() => {}
                    () = tries.ending.cancelled() => {}
                    () = self.dispatch.pause.pause(pause) => {}
                }
                Ok(None)
            }
            Retry::After(_) | Retry::Stop => Err(self.give_up(failure, parcel, now)),
        }
    }

    fn give_up(&self, failure: Failure, parcel: Option<&Parcel>, at: DateTime<Utc>) -> TransferError {
        let error = failure.error().clone();
        match (failure, parcel) {
            (Failure::Session(error), _) => self.dispatch.tell(&Event::SessionFailed { error, at }),
            (Failure::Work(error), Some(parcel)) => self.dispatch.tell(&Event::UploadFailed {
                local: parcel.local.clone(),
                remote: Some(parcel.remote.clone()),
                error,
                at,
            }),
            (Failure::Work(_), None) => {}
        }
        error
    }

    /// Gives a session in sync, opening one when needed.
    async fn session(&mut self) -> Result<&mut Box<dyn Session>, Failure> {
        self.drop_broken();
        if self.session.is_none() {
            if self.is_lane {
                return Err(Failure::Session(lost("the connection of this lane is gone")));
            }
            // Beside others a refusal is the server's limit, and says nothing of the password.
            let alone = self.dispatch.seats.taken() == 0;
            let opened = self.dispatch.open(alone).await;
            self.session = Some(opened.map_err(Failure::Session)?);
            self.seat = Some(Arc::new(self.dispatch.seats.take()));
        }
        self.session.as_mut().ok_or_else(|| Failure::Session(lost("no session")))
    }

    /// Asks for a size, and takes the answer only from a session that is still in sync (promise 2).
    async fn size(&mut self, path: &RemotePath) -> Result<Option<u64>, Failure> {
        let session = self.session().await?;
        let size = session.size(path).await?;
        if session.in_sync() { Ok(size) } else { Err(lost("out of sync after a size").into()) }
    }

    async fn deliver_once(&mut self, parcel: &Parcel, sent: &mut bool) -> Result<Delivered, Failure> {
        if let Some(delivered) = self.place_once(parcel, sent).await? {
            return Ok(delivered);
        }
        if self.size(&parcel.remote).await? == Some(parcel.size_bytes) {
            return Ok(self.delivered(parcel, *sent));
        }
        self.send_part_once(parcel).await?;
        // From here on a lost reply may hide a rename that was done: the next try looks first.
        *sent = true;
        self.rename(parcel).await?;
        self.confirm_final(parcel).await
    }

    /// Places a small file in one go where its session can; `None` when it must go step by step. A file whose rename
    /// may have been done is looked for instead.
    async fn place_once(&mut self, parcel: &Parcel, sent: &mut bool) -> Result<Option<Delivered>, Failure> {
        if *sent || parcel.size_bytes > SMALL_BYTES || !self.session().await?.can_place() {
            return Ok(None);
        }
        self.ensure_folder_of(&parcel.remote).await?;
        self.offer_lane();
        let (content, modified) = local::read_whole(parcel).await?;
        self.dispatch.meter.wait_for(parcel.size_bytes).await;
        let part = parcel.part();
        let dispatch = self.dispatch.clone();
        let progress = |bytes| dispatch.tell(&Event::Progress { remote: parcel.remote.clone(), bytes });
        let placement = Placement { part: &part, last: &parcel.remote, content: &content, modified };
        let (queue, behind) = (self.queue.clone(), Arc::clone(&self.behind));
        let next = || {
            let task = queue.as_ref()?.take_largest_if(|parcel| dispatch.may_follow(parcel))?;
            let upcoming = Upcoming { part: task.parcel.part(), last: task.parcel.remote.clone() };
            *behind.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
            Some(upcoming)
        };
        let session = self.session().await?;
        let placed = session.place(placement, sent, &progress, &next).await?;
        // Promise 2: what a session out of sync says confirms nothing.
        let in_sync = session.in_sync();
        Ok(match placed {
            Placed::Done if in_sync => Some(self.delivered(parcel, true)),
            Placed::There if in_sync => Some(self.delivered(parcel, false)),
            _ => None,
        })
    }

    async fn promote_once(&mut self, parcel: &Parcel, tried: &mut bool) -> Result<Delivered, Failure> {
        match self.look_once(parcel).await? {
            Whereabouts::Final | Whereabouts::Both => Ok(self.delivered(parcel, *tried)),
            Whereabouts::Neither => {
                let words = format!("no whole part at {}", parcel.part());
                Err(TransferError::new(TransferReason::RenameFailed, words).into())
            }
            Whereabouts::Temporary => {
                *tried = true;
                self.rename(parcel).await?;
                self.confirm_final(parcel).await
            }
        }
    }

    async fn look_once(&mut self, parcel: &Parcel) -> Result<Whereabouts, Failure> {
        let whole = Some(parcel.size_bytes);
        let at_final = self.size(&parcel.remote).await? == whole;
        let at_part = self.size(&parcel.part()).await? == whole;
        Ok(match (at_part, at_final) {
            (true, false) => Whereabouts::Temporary,
            (false, true) => Whereabouts::Final,
            (true, true) => Whereabouts::Both,
            (false, false) => Whereabouts::Neither,
        })
    }

    async fn list_once(&mut self, folder: &RemotePath) -> Result<Vec<RemoteEntry>, Failure> {
        Ok(self.session().await?.list(folder).await?)
    }

    async fn read_once(&mut self, path: &RemotePath, limit_bytes: usize) -> Result<Small, Failure> {
        let limit = u64::try_from(limit_bytes).unwrap_or(u64::MAX);
        match self.size(path).await? {
            None => return Ok(Small::Absent),
            Some(found) if found > limit => return Ok(Small::TooLong),
            Some(_) => {}
        }
        let session = self.session().await?;
        // Bounded as a whole: a server that drips a byte at a time never stalls.
        let reading = tokio::time::timeout(READ_WITHIN, session.read(path, limit_bytes));
        let Ok(content) = reading.await else {
            self.session = None;
            self.seat = None;
            let words = format!("a small file took more than {} s", READ_WITHIN.as_secs());
            return Err(TransferError::new(TransferReason::TimedOut, words).into());
        };
        let content = content?;
        // Promise 2 holds for what is read as well: out of sync, these may be another answer's bytes.
        if !session.in_sync() {
            return Err(lost("out of sync after a file was read").into());
        }
        Ok(content.map_or(Small::Absent, Small::Whole))
    }

    async fn remove_once(&mut self, path: &RemotePath) -> Result<(), Failure> {
        Ok(self.session().await?.remove(path).await?)
    }

    /// Sends the part, from its left end where there is one, and confirms its size.
    async fn send_part_once(&mut self, parcel: &Parcel) -> Result<(), Failure> {
        let mut local = LocalFile::open(parcel).await?;
        self.ensure_folder_of(&parcel.remote).await?;
        let part = parcel.part();
        let offset = self.resume_offset(parcel, &part).await?;
        if offset > 0 {
            self.dispatch.tell(&Event::Resumed {
                remote: parcel.remote.clone(),
                offset_bytes: offset,
                size_bytes: parcel.size_bytes,
            });
        }
        let written = self.write_from(parcel, &part, offset, &mut local).await;
        if offset > 0 && matches!(&written, Err(Failure::Work(error)) if is_refusal(error)) {
            // A server that refuses to go on in the middle takes the whole file.
            self.write_from(parcel, &part, 0, &mut local).await?;
        } else {
            written?;
        }
        if let Err(error) = local.confirm_unchanged(parcel).await {
            // The part no longer has the content that its name tells.
            self.discard(&part).await;
            return Err(error.into());
        }
        let found = self.size(&part).await?;
        if found != Some(parcel.size_bytes) {
            self.discard(&part).await;
            return Err(mismatch(parcel.size_bytes, found).into());
        }
        self.confirm_digest(parcel, &part).await?;
        if let Some(modified) = local.modified() {
            // Whoever finds the file finds it with its time; a server that won't set it is no failure.
            self.session().await?.set_modified(&part, modified).await?;
        }
        Ok(())
    }

    /// Compares the part with what was sent, where the server reads its own copy for us: what a dying server spoilt
    /// before the last mebibyte is seen by no size. Small files that are placed at once have their size alone.
    async fn confirm_digest(&mut self, parcel: &Parcel, part: &RemotePath) -> Result<(), Failure> {
        let session = self.session().await?;
        let found = session.sha256(part).await?;
        match found {
            Some(found) if session.in_sync() && found != parcel.digest => {
                self.discard(part).await;
                // proftpd remembers a path's hash for the rest of its session, and would give this one of the next part too.
                if let Some(session) = self.session.take() {
                    session.close().await;
                    self.seat = None;
                }
                let words = format!("SHA-256 {} sent, {found} on the server", parcel.digest);
                Err(TransferError::new(TransferReason::SizeMismatch, words).into())
            }
            _ => Ok(()),
        }
    }

    async fn write_from(
        &mut self,
        parcel: &Parcel,
        part: &RemotePath,
        offset: u64,
        local: &mut LocalFile,
    ) -> Result<(), Failure> {
        let dispatch = self.dispatch.clone();
        let progress = |bytes| dispatch.tell(&Event::Progress { remote: parcel.remote.clone(), bytes });
        let content = local.from(offset, parcel.size_bytes).await?;
        let mut content = self.dispatch.meter.pace(content);
        let session = self.session().await?;
        session.write(part, offset, &mut content, &progress).await?;
        Ok(())
    }

    /// Where to go on: 1 MiB before the end of the part. A part longer than the file is not ours to trust.
    async fn resume_offset(&mut self, parcel: &Parcel, part: &RemotePath) -> Result<u64, Failure> {
        match self.size(part).await? {
            Some(found) if found <= parcel.size_bytes => Ok(found.saturating_sub(RESUME_BACK_BYTES)),
            Some(_) | None => Ok(0),
        }
    }

    /// Renames the part. Where a server refuses to replace a file that is not the parcel, it is removed first.
    async fn rename(&mut self, parcel: &Parcel) -> Result<(), Failure> {
        let part = parcel.part();
        let session = self.session().await?;
        let Err(error) = session.rename(&part, &parcel.remote).await else { return Ok(()) };
        let refused = error.reason == TransferReason::RenameFailed && session.in_sync();
        if !refused || session.size(&parcel.remote).await?.is_none() {
            return Err(error.into());
        }
        session.remove(&parcel.remote).await?;
        Ok(session.rename(&part, &parcel.remote).await?)
    }

    /// Looks at the final name after a rename whose reply came.
    async fn confirm_final(&mut self, parcel: &Parcel) -> Result<Delivered, Failure> {
        match self.size(&parcel.remote).await? {
            Some(found) if found == parcel.size_bytes => Ok(self.delivered(parcel, true)),
            // Renamed, by the server's own reply, after its size was confirmed: a receiver took it at once. Sending it again
            // would bring it twice.
            None => Ok(self.delivered(parcel, true)),
            found => Err(mismatch(parcel.size_bytes, found).into()),
        }
    }

    /// The end of a delivery; told only when this courier did it.
    fn delivered(&self, parcel: &Parcel, by_us: bool) -> Delivered {
        if by_us {
            self.dispatch.tell(&Event::Uploaded {
                local: parcel.local.clone(),
                remote: parcel.remote.clone(),
                size_bytes: parcel.size_bytes,
                at: self.dispatch.clock.now(),
            });
        }
        Delivered { already: !by_us, size_bytes: parcel.size_bytes }
    }

    /// Removes a part that can't be trusted; a failure leaves it to the next try, which starts over.
    async fn discard(&mut self, part: &RemotePath) {
        if let Some(session) = self.session.as_mut().filter(|session| session.in_sync()) {
            drop(session.remove(part).await);
        }
    }

    /// Makes the folders between the deposit and the file; the deposit itself must be there.
    async fn ensure_folder_of(&mut self, remote: &RemotePath) -> Result<(), Failure> {
        let mut missing = Vec::new();
        let mut folder = remote.parent();
        while let Some(current) = folder.filter(|folder| !self.dispatch.knows(folder)) {
            let below = self.dispatch.is_below_deposit(&current);
            folder = if below { current.parent() } else { None };
            missing.push((current, below));
        }
        while let Some((folder, below)) = missing.pop() {
            self.ensure_folder(&folder, below).await?;
        }
        Ok(())
    }

    async fn ensure_folder(&mut self, folder: &RemotePath, below: bool) -> Result<(), Failure> {
        let session = self.session().await?;
        let made = if below {
            session.make_folder(folder).await?
        } else if session.folder_exists(folder).await? {
            false
        } else {
            return Err(TransferError::new(TransferReason::FolderMissing, folder.as_str()).into());
        };
        if made {
            let at = self.dispatch.clock.now();
            self.dispatch.tell(&Event::FolderMade { path: folder.clone(), at });
        }
        self.dispatch.learn(folder);
        Ok(())
    }
}

/// Does one try unless the round is stopped meanwhile: a session left in the middle is out of sync.
async fn unless_stopped<T>(
    stop: &CancellationToken,
    work: impl Future<Output = Result<T, Failure>> + Send,
) -> Result<T, Failure> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(Failure::Work(interrupted())),
        result = Box::pin(work) => result,
    }
}

/// Tells whether the server said no to this write, and not that something else is wrong.
fn is_refusal(error: &TransferError) -> bool {
    error.reason == TransferReason::ServerError
}

fn interrupted() -> TransferError {
    TransferError { reason: TransferReason::Interrupted, words: None }
}

fn lost(words: &str) -> TransferError {
    TransferError::new(TransferReason::ConnectionLost, words)
}

fn mismatch(expected: u64, found: Option<u64>) -> TransferError {
    let found = found.map_or_else(|| "no file".to_owned(), |found| format!("{found} bytes"));
    TransferError::new(TransferReason::SizeMismatch, format!("{expected} bytes sent, {found} on the server"))
}
