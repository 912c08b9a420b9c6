//! One SFTP channel and the sessions that share it: requests out in any order, answers to whom they belong.
//!
//! Promises: an answer reaches only the session that asked, by its number; what is written and not yet
//! answered stays below [`ROOM`] over all sessions, so that no answer waits long behind others' data; a broken
//! packet, a lost connection or a request cut short breaks the link for all who share it. A wait ends when
//! nothing at all was heard within its limit: on a slow line an answer may stand behind others' bytes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use publier_core::publication::reason::TransferReason;
use russh::client::{Handle, Msg};
use russh::{ChannelStream, Disconnect};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;

use crate::ports::TransferError;
use crate::transfer::net::{timed_out, within};
use crate::transfer::reason;
use crate::transfer::sftp::Gate;
use crate::transfer::sftp::wire::{self, Answer, LONGEST_PACKET, Packet};

/// What may be written and not yet answered, in KiB: the usual SSH window.
const ROOM: u32 = 2 * 1024;

/// How often a wait is begun again because something else was heard.
const MOST_ROUNDS: u32 = 64;

/// An answer with the number of its request, or what broke the link.
pub(super) type Heard = Result<(u32, Answer), TransferError>;

/// Who waits for an answer, and the room that its request takes until then.
#[derive(Debug)]
struct Waiting {
    to: UnboundedSender<Heard>,
    room: Option<OwnedSemaphorePermit>,
}

/// One channel.
pub(super) struct Link {
    handle: Handle<Gate>,
    writer: tokio::sync::Mutex<WriteHalf<ChannelStream<Msg>>>,
    waiting: Mutex<BTreeMap<u32, Waiting>>,
    last_id: AtomicU32,
    heard: AtomicU64,
    broken: AtomicBool,
    /// A packet left in part: nothing can follow it.
    mid_packet: AtomicBool,
    room: Arc<Semaphore>,
    reader: AbortHandle,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Link(waiting {}, broken {})", self.lock().len(), self.is_broken())
    }
}

impl Link {
    /// Begins to read a channel's answers.
    pub(super) fn new(handle: Handle<Gate>, stream: ChannelStream<Msg>) -> Arc<Self> {
        let (reading, writing) = tokio::io::split(stream);
        Arc::new_cyclic(|link| Self {
            handle,
            writer: tokio::sync::Mutex::new(writing),
            waiting: Mutex::default(),
            last_id: AtomicU32::new(0),
            heard: AtomicU64::new(0),
            broken: AtomicBool::new(false),
            mid_packet: AtomicBool::new(false),
            room: Arc::new(Semaphore::new(usize::try_from(ROOM).unwrap_or(usize::MAX))),
            reader: tokio::spawn(read_answers(Weak::clone(link), reading)).abort_handle(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether nothing can be asked any more.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed) || self.handle.is_closed()
    }

    /// Gives the number of a new request.
    pub(super) fn next_id(&self) -> u32 {
        self.last_id.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }

    /// Waits for the room of a write.
    pub(super) async fn room(
        &self,
        bytes: u64,
        limit: Duration,
    ) -> Result<OwnedSemaphorePermit, TransferError> {
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(ROOM).min(ROOM);
        let acquired =
            self.while_alive(limit, "send", Arc::clone(&self.room).acquire_many_owned(kib)).await?;
        acquired.map_err(|_| lost("the connection is closed"))
    }

    /// Sends a request; its answer goes to `to`.
    pub(super) async fn send(
        &self,
        id: u32,
        packet: Packet,
        room: Option<OwnedSemaphorePermit>,
        to: &UnboundedSender<Heard>,
        limit: Duration,
    ) -> Result<(), TransferError> {
        let mut writer = self.while_alive(limit, "send", self.writer.lock()).await?;
        if self.is_broken() || self.mid_packet.load(Ordering::Relaxed) {
            drop(writer);
            return Err(self.break_with(lost("the session is out of sync: it can only be dropped")));
        }
        self.lock().insert(id, Waiting { to: to.clone(), room });
        self.mid_packet.store(true, Ordering::Relaxed);
        let sent = self.while_alive(limit, "send", writer.write_all(&packet.finish())).await;
        match sent.and_then(|sent| sent.map_err(|error| reason::from_io(&error))) {
            Ok(()) => {
                self.mid_packet.store(false, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => Err(self.break_with(error)),
        }
    }

    /// Waits for the next answer to one of the session's requests.
    pub(super) async fn answer(&self, inbox: &mut UnboundedReceiver<Heard>, limit: Duration) -> Heard {
        match self.while_alive(limit, "wait for an answer", inbox.recv()).await {
            Ok(Some(heard)) => heard,
            Ok(None) => Err(self.break_with(lost("the connection is closed"))),
            Err(error) => Err(self.break_with(error)),
        }
    }

    /// Waits for `work` as long as something is heard within each `limit`.
    async fn while_alive<T>(
        &self,
        limit: Duration,
        doing: &str,
        work: impl Future<Output = T>,
    ) -> Result<T, TransferError> {
        tokio::pin!(work);
        let mut heard = self.heard.load(Ordering::Relaxed);
        for _ in 0..MOST_ROUNDS {
            if let Ok(done) = within(limit, doing, work.as_mut()).await {
                return Ok(done);
            }
            let now = self.heard.load(Ordering::Relaxed);
            if now == heard || self.is_broken() {
                break;
            }
            heard = now;
        }
        Err(timed_out(doing, limit))
    }

    /// Breaks the link for all who share it.
    pub(super) fn break_with(&self, error: TransferError) -> TransferError {
        self.broken.store(true, Ordering::Relaxed);
        self.room.close();
        for (_, waiting) in std::mem::take(&mut *self.lock()) {
            // Who doesn't listen any more needs no word.
            drop(waiting.to.send(Err(error.clone())));
        }
        error
    }

    /// Hands an answer to whoever asked; what was given up is not missed.
    fn hand_over(&self, packet: &[u8]) -> Result<(), TransferError> {
        let (id, answer) = wire::read_answer(packet).ok_or_else(|| lost("not an SFTP answer"))?;
        self.heard.fetch_add(1, Ordering::Relaxed);
        let waiting = self.lock().remove(&id);
        match waiting {
            Some(Waiting { to, room }) => {
                drop(room);
                drop(to.send(Ok((id, answer))));
                Ok(())
            }
            None => Err(lost("an answer that nothing asked for")),
        }
    }

    /// Logs out.
    pub(super) async fn disconnect(&self) {
        let farewell = self.handle.disconnect(Disconnect::ByApplication, "", "");
        // Its answer changes nothing: the connection ends either way.
        drop(within(Duration::from_secs(2), "log out", farewell).await);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Reads answers until the link is gone or broken.
async fn read_answers(link: Weak<Link>, mut stream: ReadHalf<ChannelStream<Msg>>) {
    loop {
        let packet = read_packet(&mut stream).await;
        let Some(link) = link.upgrade() else { return };
        if let Err(error) = packet.and_then(|packet| link.hand_over(&packet)) {
            link.break_with(error);
            return;
        }
    }
}

async fn read_packet(stream: &mut ReadHalf<ChannelStream<Msg>>) -> Result<Vec<u8>, TransferError> {
    let io = |error: std::io::Error| reason::from_io(&error);
    let size = usize::try_from(stream.read_u32().await.map_err(io)?).unwrap_or(usize::MAX);
    if size > LONGEST_PACKET {
        return Err(lost("SFTP packet longer than its limit"));
    }
    let mut packet = vec![0; size];
    stream.read_exact(&mut packet).await.map_err(io)?;
    Ok(packet)
}

fn lost(words: &str) -> TransferError {
    TransferError::new(TransferReason::ConnectionLost, words)
}
