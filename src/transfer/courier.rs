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

mod dispatch;
mod local;
mod meter;
mod parcel;
pub mod pool;
mod seats;
mod steps;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use publier_core::publication::reason::TransferReason;
use publier_core::publication::retry::{Jitter, Retry};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

pub use self::dispatch::{Dispatch, Pause, RealPause};
pub use self::parcel::{Delivered, Parcel, Small, Whereabouts};
use self::pool::{Queue, Task};
use self::seats::Seat;
use crate::ports::{Event, RemoteEntry, RemotePath, Session, TransferError};

/// How far before the end of a part the transfer goes on, in bytes: what a dying server may have lost.
pub const RESUME_BACK_BYTES: u64 = 1024 * 1024;

/// The largest file that is placed in one go, in bytes: it is held in memory, and begins anew after a fault.
pub const SMALL_BYTES: u64 = 256 * 1024;

/// How often a file changes hands without a counted try: twice as often as there are connections at most.
const MOST_HANDED_ON: u32 = 32;

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
    /// How often it changed hands because its session was gone.
    handed_on: u32,
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

    /// Tells whether its connection stands, as far as is known.
    fn stands(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.in_sync())
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
                && (self.is_lane || (self.dispatch.seats.taken() > 0 && tries.handed_on < MOST_HANDED_ON))
            {
                tries.handed_on += 1;
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

fn interrupted() -> TransferError {
    TransferError { reason: TransferReason::Interrupted, words: None }
}

fn lost(words: &str) -> TransferError {
    TransferError::new(TransferReason::ConnectionLost, words)
}
