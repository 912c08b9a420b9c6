//! Several couriers at once: more connections while there is work, fewer where the server has had enough.
//!
//! Promises: each file goes through the protocol of one courier, with its promises; no two couriers ever hold
//! one remote name. Connections are added while files wait, at first three logins at once, then thrice as many as sessions
//! stand, `MOST_LOGINS` at most (servers pause or bar whoever knocks too often, and some take seconds over a password). One
//! connection that carries many small files at a time gets company once they have been at it for twice as long as opening
//! another takes; at once where a large file waits, since large ones don't share. A server that
//! refuses a further one is not asked again before `LIMIT_HOLDS`, and after a refused login not again in the
//! round; the file of a connection that can't come back goes to those that stand. The largest waiting file leaves first,
//! so that no connection is alone with one at the end. A courier that ends a small file may take the next small one, where none
//! that waits is larger, and begin it with the same commands. A failure that is not about one file ends the round:
//! what is under way ends its try, what waits is not begun.
//!
//! Limits: [`WAITING`] files wait at most, whatever the number of files; `MOST_AT_WORK` are under way, and beside the first
//! of each connection no more than `SMALL_AT_WORK_BYTES` of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use publier_core::publication::reason::TransferReason;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::ports::{Event, RemotePath, TransferError};
use crate::transfer::courier::{Courier, Delivered, Dispatch, Parcel, SMALL_BYTES, Tries, Turn};

/// How many files may wait for a courier.
pub const WAITING: usize = 128;

/// How many files are under way, over all connections; one on each connection all the same.
const MOST_AT_WORK: usize = 128;

/// What the small files under way hold in memory, in bytes, before one more joins them on a connection.
const SMALL_AT_WORK_BYTES: u64 = 4 * 1024 * 1024;

/// How many logins there are at once: OpenSSH turns some away beyond ten.
const MOST_LOGINS: usize = 8;

/// How long a server that refused one more connection is left alone.
const LIMIT_HOLDS: Duration = Duration::from_mins(1);

/// One file and what it has behind it.
#[derive(Debug)]
pub(super) struct Task {
    ticket: u64,
    pub(super) parcel: Parcel,
    tries: Tries,
}

/// The files of a round that wait, and the names that somebody holds.
#[derive(Debug, Default)]
pub(super) struct Queue(Mutex<Files>);

#[derive(Debug, Default)]
struct Files {
    waiting: Vec<Task>,
    /// The names that somebody holds, with the sizes of their files in bytes.
    under_way: BTreeMap<RemotePath, u64>,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Files> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    /// How many of the files that wait are small.
    fn small_waiting(&self) -> usize {
        self.lock().waiting.iter().filter(|task| is_small(&task.parcel)).count()
    }

    fn under_way(&self) -> usize {
        self.lock().under_way.len()
    }

    fn push(&self, task: Task) {
        self.lock().waiting.push(task);
    }

    /// Nobody holds this name any more.
    fn free(&self, remote: &RemotePath) {
        self.lock().under_way.remove(remote);
    }

    /// Takes the largest file that waits and whose name nobody holds, unless it is unfit: no smaller one goes before it.
    pub(super) fn take_largest_if(&self, fits: impl Fn(&Parcel) -> bool) -> Option<Task> {
        self.lock().take_largest(|_| true, fits)
    }

    /// Takes the next file for a courier: small ones alone where it shares its connection.
    fn take_for(&self, courier: &Courier) -> Option<Task> {
        let mut files = self.lock();
        if !courier.is_lane {
            return files.take_largest(|_| true, |_| true);
        }
        let small = files.under_way.values().filter(|size_bytes| **size_bytes <= SMALL_BYTES);
        let room = SMALL_AT_WORK_BYTES.saturating_sub(small.sum());
        files.take_largest(is_small, |parcel| parcel.size_bytes <= room)
    }
}

impl Files {
    /// Takes the largest of the files that count, whose name nobody holds, where it is fit.
    fn take_largest(
        &mut self,
        counts: impl Fn(&Parcel) -> bool,
        is_fit: impl Fn(&Parcel) -> bool,
    ) -> Option<Task> {
        let free = self.waiting.iter().enumerate().filter(|(_, task)| counts(&task.parcel));
        let free = free.filter(|(_, task)| !self.under_way.contains_key(&task.parcel.remote));
        let (index, task) = free.max_by_key(|(_, task)| task.parcel.size_bytes)?;
        if !is_fit(&task.parcel) {
            return None;
        }
        let task = self.waiting.swap_remove(index);
        self.under_way.insert(task.parcel.remote.clone(), task.parcel.size_bytes);
        Some(task)
    }
}

fn is_small(parcel: &Parcel) -> bool {
    parcel.size_bytes <= SMALL_BYTES
}

/// What one of the pool's tasks came to.
#[derive(Debug)]
enum Done {
    Turn(Courier, Box<Task>, Turn),
    Opened(Result<Courier, TransferError>),
}

/// How many connections the server grants, as far as it said.
#[derive(Debug)]
struct Ceiling {
    most: usize,
    now: usize,
    again: Option<Instant>,
}

impl Ceiling {
    fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { most, now: most, again: None }
    }

    /// The server refused one more than `standing`.
    fn lower(&mut self, standing: usize, error: &TransferError) {
        self.now = standing.clamp(1, self.most);
        // Whoever tries a password again and again is barred: not another time in this round.
        let is_login =
            matches!(error.reason, TransferReason::AuthenticationRefused | TransferReason::LoginPaused);
        self.again = (!is_login).then(|| Instant::now() + LIMIT_HOLDS);
    }

    /// How many connections may be asked for: one more than before once a refusal is old.
    fn get(&mut self) -> usize {
        if self.again.is_some_and(|again| again <= Instant::now()) && self.now < self.most {
            self.now += 1;
            self.again = Some(Instant::now() + LIMIT_HOLDS);
        }
        self.now
    }
}

/// The couriers of one round, and the files that wait for them.
#[derive(Debug)]
pub struct Pool {
    dispatch: Arc<Dispatch>,
    ceiling: Ceiling,
    /// The one that stays between rounds: what must go alone goes by it.
    alone: Option<Courier>,
    idle: Vec<Courier>,
    queue: Arc<Queue>,
    /// Couriers that have a connection of their own, with those that are being opened.
    lines: usize,
    opening: usize,
    tasks: JoinSet<Done>,
    ending: CancellationToken,
    /// The first lane of a connection comes by here, while its first file is still under way.
    first_lanes: (UnboundedSender<Courier>, UnboundedReceiver<Courier>),
    /// When the first file of the round was begun.
    began: Instant,
}

impl Pool {
    /// Makes a pool of at most so many connections. Nothing is sent yet.
    pub fn new(dispatch: Dispatch, connections: u16) -> Self {
        Self {
            dispatch: Arc::new(dispatch),
            ceiling: Ceiling::new(connections.into()),
            alone: None,
            idle: Vec::new(),
            queue: Arc::default(),
            lines: 0,
            opening: 0,
            tasks: JoinSet::new(),
            ending: CancellationToken::new(),
            first_lanes: unbounded_channel(),
            began: Instant::now(),
        }
    }

    /// Gives the courier that works alone, between rounds.
    pub fn alone(&mut self) -> &mut Courier {
        self.alone.get_or_insert_with(|| Courier::new(Arc::clone(&self.dispatch)))
    }

    /// Tells whether one more file may wait.
    pub fn has_room(&self) -> bool {
        self.queue.waiting() < WAITING && !self.ending.is_cancelled()
    }

    /// Tells whether a file waits or is under way.
    pub fn is_busy(&self) -> bool {
        self.queue.waiting() > 0 || self.queue.under_way() > 0
    }

    /// Adds a file; `ticket` comes back with its end. After a failure that ends the round it is not begun.
    pub fn submit(&mut self, ticket: u64, parcel: Parcel) {
        if !self.ending.is_cancelled() {
            self.dispatch.announce(&parcel);
            let tries = Tries { ending: self.ending.clone(), ..Tries::default() };
            self.queue.push(Task { ticket, parcel, tries });
        }
    }

    /// Waits for the end of a file; `None` when nothing waits and nothing is under way. Safe to cancel.
    pub async fn next(&mut self) -> Option<(u64, Result<Delivered, TransferError>)> {
        loop {
            self.staff();
            if !self.is_busy() {
                return None;
            }
            let dispatch = Arc::clone(&self.dispatch);
            tokio::select! {
                Some(done) = self.tasks.join_next() => {
                    if let Some(end) = self.heed(done) {
                        return Some(end);
                    }
                }
                Some(lane) = self.first_lanes.1.recv() => self.take_in(lane),
                () = dispatch.seats.changed() => {}
            }
        }
    }

    /// Ends a round: keeps one connection, for what goes alone, and closes the others.
    pub async fn rest(&mut self) {
        // Connections that are being opened aren't needed any more.
        self.tasks.shutdown().await;
        self.opening = 0;
        self.lines = 0;
        self.queue.lock().under_way.clear();
        self.ending = CancellationToken::new();
        while self.first_lanes.1.try_recv().is_ok() {}
        let mut crew = std::mem::take(&mut self.idle);
        crew.retain(|courier| !courier.is_lane);
        if self.alone.is_none() {
            self.alone = crew.pop();
        }
        let mut closing = JoinSet::new();
        for courier in crew {
            closing.spawn(courier.close());
        }
        while closing.join_next().await.is_some() {}
    }

    /// Logs out everywhere; what comes next connects again.
    pub async fn leave(&mut self) {
        self.rest().await;
        if let Some(courier) = self.alone.take() {
            courier.close().await;
        }
    }

    /// Logs out everywhere.
    pub async fn close(mut self) {
        self.leave().await;
    }

    /// Puts whoever is free to work, then widens the pool where files still wait.
    fn staff(&mut self) {
        if self.lines == 0 && self.queue.waiting() > 0 {
            let mut first = self.alone.take().unwrap_or_else(|| Courier::new(Arc::clone(&self.dispatch)));
            first.first_lane = Some(self.first_lanes.0.clone());
            self.lines = 1;
            self.began = Instant::now();
            self.idle.push(first);
        }
        for courier in std::mem::take(&mut self.idle) {
            match self.queue.take_for(&courier) {
                Some(task) => self.begin(courier, task),
                None => self.idle.push(courier),
            }
        }
        while self.may_open() {
            self.open();
        }
    }

    fn begin(&mut self, mut courier: Courier, mut task: Task) {
        courier.queue = Some(Arc::clone(&self.queue));
        let work = async move {
            let turn = courier.deliver_in_turn(&task.parcel, &mut task.tries).await;
            Done::Turn(courier, Box::new(task), turn)
        };
        self.tasks.spawn(Box::pin(work.in_current_span()));
    }

    fn may_open(&mut self) -> bool {
        let standing = self.dispatch.seats.taken();
        let waiting = self.queue.waiting();
        self.idle.iter().all(|courier| courier.is_lane)
            && waiting > self.opening
            && self.opening < (standing * 3).min(MOST_LOGINS)
            && (waiting > self.queue.small_waiting() || self.is_worth_company())
            && self.lines < self.ceiling.get()
    }

    /// Tells whether small files may be given one more connection: not while one that carries many of them may be through before.
    fn is_worth_company(&self) -> bool {
        self.dispatch
            .last_opened()
            .is_none_or(|last| !last.shares || last.at.max(self.began).elapsed() > last.took * 2)
    }

    fn open(&mut self) {
        self.lines += 1;
        self.opening += 1;
        let dispatch = Arc::clone(&self.dispatch);
        let work = async move { Done::Opened(Courier::beside(dispatch).await) };
        self.tasks.spawn(Box::pin(work.in_current_span()));
    }

    fn heed(&mut self, done: Result<Done, JoinError>) -> Option<(u64, Result<Delivered, TransferError>)> {
        match done {
            Ok(Done::Opened(opened)) => {
                self.opening = self.opening.saturating_sub(1);
                match opened {
                    Ok(courier) => self.take_in(courier),
                    Err(error) => self.shrink(&error),
                }
                None
            }
            Ok(Done::Turn(courier, task, turn)) => self.heed_turn(courier, *task, turn),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_cancelled) => None,
            },
        }
    }

    fn heed_turn(
        &mut self,
        mut courier: Courier,
        task: Task,
        turn: Turn,
    ) -> Option<(u64, Result<Delivered, TransferError>)> {
        self.queue.free(&task.parcel.remote);
        courier.first_lane = None;
        let behind = courier.take_behind();
        match turn {
            Turn::GivenBack(error) => {
                if !courier.is_lane {
                    self.shrink(&error);
                }
                self.drop_idle(error.reason == TransferReason::TimedOut);
                self.give_back(task);
                if let Some(behind) = behind {
                    self.queue.free(&behind.parcel.remote);
                    self.give_back(behind);
                }
                None
            }
            Turn::Ended(result) => {
                if result.as_ref().is_err_and(|error| !error.reason.is_about_the_file()) {
                    self.ending.cancel();
                    self.queue.lock().waiting.clear();
                }
                if let Ok(Delivered { already: true, size_bytes }) = &result {
                    let (remote, size_bytes) = (task.parcel.remote.clone(), *size_bytes);
                    self.dispatch.tell(&Event::AlreadyThere { remote, size_bytes });
                }
                self.add_lanes(&courier);
                match behind {
                    Some(behind) if !self.ending.is_cancelled() => self.begin(courier, behind),
                    // What was begun of it is called off as soon as something else is asked.
                    Some(behind) => {
                        self.queue.free(&behind.parcel.remote);
                        self.idle.push(courier);
                    }
                    None if !courier.is_lane || (1..=self.share()).contains(&courier.sharers()) => {
                        self.idle.push(courier);
                    }
                    // Its connection is gone, or carries more than its share.
                    None => {}
                }
                Some((task.ticket, result))
            }
        }
    }

    /// A file waits again; after a failure that ended the round it isn't begun any more.
    fn give_back(&self, task: Task) {
        if !self.ending.is_cancelled() {
            self.queue.push(task);
        }
    }

    /// Drops idle connections that are gone: while one counts as standing, who can't connect counts no try. A server that lets
    /// no one in by its silence answers none of them, and each would be waited for in turn.
    fn drop_idle(&mut self, is_silent: bool) {
        let idle = std::mem::take(&mut self.idle);
        let (kept, gone): (Vec<_>, Vec<_>) =
            idle.into_iter().partition(|courier| !is_silent && courier.stands());
        self.lines = self.lines.saturating_sub(gone.iter().filter(|courier| !courier.is_lane).count());
        self.idle = kept;
    }

    /// One connection less, and for a while no more than stand.
    fn shrink(&mut self, error: &TransferError) {
        tracing::debug!(%error, "the server grants no further connection");
        self.lines = self.lines.saturating_sub(1);
        self.ceiling.lower(self.lines, error);
    }

    /// How many files one connection carries at a time.
    fn share(&self) -> usize {
        MOST_AT_WORK / self.lines.saturating_sub(self.opening).max(1)
    }

    /// One more courier, on a connection of its own or on another one's.
    fn take_in(&mut self, courier: Courier) {
        self.add_lanes(&courier);
        self.idle.push(courier);
    }

    /// Puts more files on a connection that carries several.
    fn add_lanes(&mut self, courier: &Courier) {
        while self.queue.small_waiting() > self.idle.len()
            && self.idle.len() + self.queue.under_way() + self.opening < MOST_AT_WORK
            && courier.sharers() < self.share()
            && let Some(lane) = courier.lane()
        {
            self.idle.push(lane);
        }
    }
}
