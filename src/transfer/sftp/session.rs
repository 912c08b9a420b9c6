//! One SFTP session: the port's operations, over a channel that it may share with others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use publier_core::domain::digest::Digest;
use publier_core::publication::reason::TransferReason;
use russh::ChannelStream;
use russh::client::{Handle, Msg};
use tokio::io::AsyncRead;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::ports::{Abilities, Placed, Placement, RemoteEntry, RemotePath, Session, TransferError, Upcoming};
use crate::settings::target::Deadlines;
use crate::transfer::net::{HASH_LASTS, count, next_block};
use crate::transfer::reason;
use crate::transfer::sftp::Gate;
use crate::transfer::sftp::link::{Heard, Link};
use crate::transfer::sftp::wire::{
    self, Answer, Attributes, Kind, OPEN_CREATE, OPEN_READ, OPEN_TRUNCATE, OPEN_WRITE, Packet,
};

/// The size of one write, in bytes: what every server takes.
const BLOCK: usize = 32 * 1024;

/// The largest write, where the server says that it takes it: OpenSSH's own limit.
const LARGEST_BLOCK: u64 = 256 * 1024 - 1024;

/// Writes of one file sent and not yet answered; their bytes are bounded by the link.
const IN_FLIGHT: u32 = 64;

/// What is read of one folder at most, in names.
const MOST_NAMES: usize = 200_000;

/// What the server told at the start.
#[derive(Debug)]
pub(super) struct Server {
    extensions: Vec<String>,
    /// The size of one write, in bytes; 0 until the limits were asked for.
    block: AtomicUsize,
    /// Until it told the size of a file that is open wrongly, or not at all.
    pub(super) tells_open_sizes: AtomicBool,
    /// Until it said that it gives no hash.
    gives_hashes: AtomicBool,
}

impl Server {
    fn new(extensions: Vec<String>) -> Self {
        let unknown = || AtomicBool::new(true);
        Self { extensions, block: AtomicUsize::new(0), tells_open_sizes: unknown(), gives_hashes: unknown() }
    }

    /// The size of one write, in bytes, as far as it is known.
    pub(super) fn block(&self) -> usize {
        self.block.load(Ordering::Relaxed).max(BLOCK)
    }
}

/// One logged-in session.
#[derive(Debug)]
pub(super) struct SftpSession {
    pub(super) link: Arc<Link>,
    pub(super) server: Arc<Server>,
    inbox: UnboundedReceiver<Heard>,
    to_me: UnboundedSender<Heard>,
    pub(super) deadlines: Deadlines,
    /// Answers that the server owes this session.
    awaited: u32,
    broken: bool,
    /// A write that began and did not end: a cancelled one leaves it so.
    writing: bool,
}

impl SftpSession {
    /// Agrees on version 3 and learns the server's extensions.
    pub(super) async fn start(
        handle: Handle<Gate>,
        stream: ChannelStream<Msg>,
        deadlines: Deadlines,
    ) -> Result<Self, TransferError> {
        let plain = Arc::new(Server::new(Vec::new()));
        let mut session = Self::over(Link::new(handle, stream), plain, deadlines);
        match session.ask(0, Packet::new(Kind::INIT, 3)).await? {
            Answer::Version(extensions) => session.server = Arc::new(Server::new(extensions)),
            other => return Err(session.unexpected(&other)),
        }
        Ok(session)
    }

    fn over(link: Arc<Link>, server: Arc<Server>, deadlines: Deadlines) -> Self {
        let (to_me, inbox) = unbounded_channel();
        Self { link, server, inbox, to_me, deadlines, awaited: 0, broken: false, writing: false }
    }

    /// Gives the largest write, asked for once where the server tells it: a long file is worth that round trip.
    async fn largest_block(&mut self) -> Result<usize, TransferError> {
        if self.server.block.load(Ordering::Relaxed) == 0 {
            let told = if self.has("limits@openssh.com") { self.longest_write().await? } else { None };
            let told = told.and_then(|bytes| usize::try_from(bytes.min(LARGEST_BLOCK)).ok());
            self.server.block.store(told.unwrap_or(BLOCK).max(BLOCK), Ordering::Relaxed);
        }
        Ok(self.server.block())
    }

    async fn longest_write(&mut self) -> Result<Option<u64>, TransferError> {
        let (id, packet) = self.packet(Kind::EXTENDED);
        Ok(match self.ask(id, packet.bytes(b"limits@openssh.com")).await? {
            Answer::Extended(bytes) => wire::longest_write(&bytes),
            _ => None,
        })
    }

    fn has(&self, extension: &str) -> bool {
        self.server.extensions.iter().any(|name| name == extension)
    }

    pub(super) fn packet(&self, kind: Kind) -> (u32, Packet) {
        let id = self.link.next_id();
        (id, Packet::new(kind, id))
    }

    pub(super) async fn send(
        &mut self,
        id: u32,
        packet: Packet,
        room: Option<OwnedSemaphorePermit>,
    ) -> Result<(), TransferError> {
        if self.broken {
            let words = "the session is out of sync: it can only be dropped";
            return Err(TransferError::new(TransferReason::ConnectionLost, words));
        }
        self.awaited += 1;
        let sent = self.link.send(id, packet, room, &self.to_me, self.deadlines.stall).await;
        sent.inspect_err(|_| self.broken = true)
    }

    /// Waits for one answer. A cancelled or failed wait leaves it awaited for ever.
    pub(super) async fn answer(&mut self, limit: Duration) -> Heard {
        let heard = self.link.answer(&mut self.inbox, limit).await;
        match &heard {
            Ok(_) => self.awaited = self.awaited.saturating_sub(1),
            Err(_) => self.broken = true,
        }
        heard
    }

    /// Sends a request and gives its own answer.
    async fn ask(&mut self, id: u32, packet: Packet) -> Result<Answer, TransferError> {
        self.ask_within(self.deadlines.reply, id, packet).await
    }

    async fn ask_within(
        &mut self,
        limit: Duration,
        id: u32,
        packet: Packet,
    ) -> Result<Answer, TransferError> {
        if !self.in_sync() {
            let words = "the session is out of sync: it can only be dropped";
            return Err(TransferError::new(TransferReason::ConnectionLost, words));
        }
        self.send(id, packet, None).await?;
        let (answered, answer) = self.answer(limit).await?;
        if answered == id {
            return Ok(answer);
        }
        let words = "an answer to another request";
        Err(self.break_with(TransferError::new(TransferReason::ConnectionLost, words)))
    }

    /// Sends a request about one path.
    async fn ask_path(&mut self, kind: Kind, path: &str) -> Result<Answer, TransferError> {
        let (id, packet) = self.packet(kind);
        self.ask(id, packet.bytes(path.as_bytes())).await
    }

    pub(super) fn break_with(&mut self, error: TransferError) -> TransferError {
        self.broken = true;
        self.link.break_with(error)
    }

    /// Tells whether the server owes answers.
    pub(super) fn awaits(&self) -> bool {
        self.awaited > 0
    }

    /// The error of an answer of the wrong kind; a status speaks for itself.
    pub(super) fn unexpected(&mut self, answer: &Answer) -> TransferError {
        match answer {
            Answer::Status(code, words) => status_error(*code, words),
            _ => self.break_with(TransferError::new(
                TransferReason::ConnectionLost,
                "an answer of the wrong kind",
            )),
        }
    }

    fn expect_ok(&mut self, answer: &Answer) -> Result<(), TransferError> {
        if matches!(answer, Answer::Status(0, _)) { Ok(()) } else { Err(self.unexpected(answer)) }
    }

    /// The request that renames, over an existing file where the server has a way to.
    pub(super) fn rename_packet(&self, from: &RemotePath, to: &RemotePath) -> (u32, Packet) {
        let (id, packet) = if self.has("posix-rename@openssh.com") {
            let (id, packet) = self.packet(Kind::EXTENDED);
            (id, packet.bytes(b"posix-rename@openssh.com"))
        } else {
            self.packet(Kind::RENAME)
        };
        (id, packet.bytes(from.as_str().as_bytes()).bytes(to.as_str().as_bytes()))
    }

    /// What a path is; `None` when nothing is there.
    async fn stat(&mut self, path: &str) -> Result<Option<Attributes>, TransferError> {
        match self.ask_path(Kind::STAT, path).await? {
            Answer::Attributes(attributes) => Ok(Some(attributes)),
            Answer::Status(2 | 10, _) => Ok(None),
            other => Err(self.unexpected(&other)),
        }
    }

    async fn is_folder(&mut self, path: &str) -> Result<bool, TransferError> {
        Ok(self.stat(path).await?.is_some_and(Attributes::is_folder))
    }

    async fn open(&mut self, path: &RemotePath, offset: u64) -> Result<Vec<u8>, TransferError> {
        let flags = if offset == 0 { OPEN_WRITE | OPEN_CREATE | OPEN_TRUNCATE } else { OPEN_WRITE };
        let (id, packet) = self.packet(Kind::OPEN);
        match self.ask(id, packet.bytes(path.as_str().as_bytes()).u32(flags).u32(0)).await? {
            Answer::Handle(handle) => Ok(handle),
            Answer::Status(2, words) if offset > 0 => {
                // The part itself is gone: its folder is not to blame.
                Err(TransferError::new(TransferReason::SizeMismatch, format!("2 {words}")))
            }
            other => Err(self.unexpected(&other)),
        }
    }

    /// Sends the content, several blocks at a time. The first refusal stops it; what is in flight is waited for.
    async fn send_blocks(
        &mut self,
        handle: &[u8],
        offset: u64,
        content: &mut (dyn AsyncRead + Send + Unpin),
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, TransferError> {
        let mut block = vec![0; self.server.block()];
        let mut sent = 0;
        let mut flying = 0;
        let mut ended: Option<Result<(), TransferError>> = None;
        loop {
            if ended.is_none() && flying < IN_FLIGHT {
                match next_block(content, &mut block, self.deadlines.stall).await {
                    Ok([]) => ended = Some(Ok(())),
                    Ok(bytes) => {
                        let room = self.link.room(count(bytes.len()), self.deadlines.stall).await;
                        let room = room.map_err(|error| self.break_with(error))?;
                        let (id, packet) = self.packet(Kind::WRITE);
                        let packet = packet.bytes(handle).u64(offset + sent).bytes(bytes);
                        self.send(id, packet, Some(room)).await?;
                        flying += 1;
                        sent += count(bytes.len());
                        progress(count(bytes.len()));
                    }
                    Err(error) => ended = Some(Err(error)),
                }
            } else if flying > 0 {
                let (_, answer) = self.answer(self.deadlines.stall).await?;
                flying -= 1;
                if let Err(error) = self.expect_ok(&answer)
                    && !matches!(ended, Some(Err(_)))
                {
                    ended = Some(Err(error));
                }
            } else {
                return ended.unwrap_or(Ok(())).map(|()| sent);
            }
        }
    }

    /// Opens, sends and closes.
    async fn write_whole(
        &mut self,
        path: &RemotePath,
        offset: u64,
        content: &mut (dyn AsyncRead + Send + Unpin),
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, TransferError> {
        self.largest_block().await?;
        let handle = self.open(path, offset).await?;
        self.writing = true;
        let sent = self.send_blocks(&handle, offset, content, progress).await;
        self.writing = false;
        if self.in_sync() {
            let closed = self.close_handle(&handle).await;
            return sent.and_then(|sent| closed.map(|()| sent));
        }
        sent
    }

    /// "Failure" (4) after a write means many things: the server is asked whether its folder is one, and whether its disk is
    /// full (OpenSSH says no more).
    pub(super) async fn explain_write(&mut self, path: &RemotePath, error: TransferError) -> TransferError {
        if error.reason != TransferReason::ServerError || !self.in_sync() {
            return error;
        }
        let folder = path.parent().map_or_else(|| ".".to_owned(), String::from);
        let reason = match self.stat(&folder).await {
            Ok(Some(found)) if found.is_folder() => {
                self.is_full(&folder).await.then_some(TransferReason::DiskFull)
            }
            Ok(_) => Some(TransferReason::FolderMissing),
            Err(_) => None,
        };
        TransferError { reason: reason.unwrap_or(error.reason), ..error }
    }

    /// Tells whether the file system says that it has no room.
    async fn is_full(&mut self, folder: &str) -> bool {
        if !self.has("statvfs@openssh.com") {
            return false;
        }
        let (id, packet) = self.packet(Kind::EXTENDED);
        let packet = packet.bytes(b"statvfs@openssh.com").bytes(folder.as_bytes());
        let answer = self.ask(id, packet).await;
        matches!(answer, Ok(Answer::Extended(bytes)) if wire::available_blocks(&bytes) == Some(0))
    }

    pub(super) async fn close_handle(&mut self, handle: &[u8]) -> Result<(), TransferError> {
        let (id, packet) = self.packet(Kind::CLOSE);
        let answer = self.ask(id, packet.bytes(handle)).await?;
        self.expect_ok(&answer)
    }

    /// Reads an open file to its end, which a status tells.
    async fn read_blocks(&mut self, handle: &[u8], limit_bytes: usize) -> Result<Vec<u8>, TransferError> {
        let mut content = Vec::new();
        let block = u32::try_from(BLOCK).unwrap_or(u32::MAX);
        loop {
            let (id, packet) = self.packet(Kind::READ);
            let packet = packet.bytes(handle).u64(count(content.len())).u32(block);
            match self.ask(id, packet).await? {
                Answer::Data(bytes) if bytes.is_empty() => {
                    return Err(TransferError::new(TransferReason::ServerError, "a read of no byte"));
                }
                Answer::Data(bytes) => content.extend_from_slice(&bytes),
                Answer::Status(1, _) => return Ok(content),
                other => return Err(self.unexpected(&other)),
            }
            if content.len() > limit_bytes {
                let words = format!("a file longer than {limit_bytes} bytes");
                return Err(TransferError::new(TransferReason::ServerError, words));
            }
        }
    }

    async fn read_folder(&mut self, handle: &[u8]) -> Result<Vec<RemoteEntry>, TransferError> {
        let mut entries = Vec::new();
        loop {
            let (id, packet) = self.packet(Kind::READ_FOLDER);
            match self.ask(id, packet.bytes(handle)).await? {
                Answer::Names(names) => entries.extend(names.into_iter().filter_map(entry)),
                Answer::Status(1, _) => return Ok(entries),
                other => return Err(self.unexpected(&other)),
            }
            if entries.len() > MOST_NAMES {
                return Err(TransferError::new(TransferReason::ServerError, "folder of too many names"));
            }
        }
    }
}

fn status_error(code: u32, words: &str) -> TransferError {
    let reason = reason::from_sftp_status(code).unwrap_or(TransferReason::ServerError);
    TransferError::new(reason, reason::presentable(&format!("{code} {words}")))
}

/// A time as version 3 has it: 32 bits for a second. `None` for one that doesn't fit.
pub(super) fn second_of(at: DateTime<Utc>) -> Option<u32> {
    u32::try_from(at.timestamp()).ok()
}

fn entry((name, attributes): (String, Attributes)) -> Option<RemoteEntry> {
    let is_folder = attributes.is_folder();
    let size_bytes = attributes.size_bytes.filter(|_| !is_folder);
    (name != "." && name != "..").then_some(RemoteEntry { name, is_folder, size_bytes })
}

#[async_trait]
impl Session for SftpSession {
    fn in_sync(&self) -> bool {
        self.awaited == 0 && !self.broken && !self.writing && !self.link.is_broken()
    }

    async fn size(&mut self, path: &RemotePath) -> Result<Option<u64>, TransferError> {
        let found = self.stat(path.as_str()).await?;
        Ok(found.filter(|attributes| !attributes.is_folder()).and_then(|attributes| attributes.size_bytes))
    }

    async fn write(
        &mut self,
        path: &RemotePath,
        offset: u64,
        content: &mut (dyn AsyncRead + Send + Unpin),
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, TransferError> {
        match self.write_whole(path, offset, content, progress).await {
            Ok(sent) => Ok(sent),
            Err(error) => Err(self.explain_write(path, error).await),
        }
    }

    fn can_place(&self) -> bool {
        self.server.tells_open_sizes.load(Ordering::Relaxed)
    }

    async fn place(
        &mut self,
        placement: Placement<'_>,
        renaming: &mut bool,
        progress: &(dyn Fn(u64) + Send + Sync),
        _next: &(dyn Fn() -> Option<Upcoming> + Send + Sync),
    ) -> Result<Placed, TransferError> {
        self.place_together(placement, renaming, progress).await
    }

    async fn read(
        &mut self,
        path: &RemotePath,
        limit_bytes: usize,
    ) -> Result<Option<Vec<u8>>, TransferError> {
        let (id, packet) = self.packet(Kind::OPEN);
        let packet = packet.bytes(path.as_str().as_bytes()).u32(OPEN_READ).u32(0);
        let handle = match self.ask(id, packet).await? {
            Answer::Handle(handle) => handle,
            Answer::Status(2 | 10, _) => return Ok(None),
            other => return Err(self.unexpected(&other)),
        };
        let content = self.read_blocks(&handle, limit_bytes).await;
        if self.in_sync() {
            self.close_handle(&handle).await?;
        }
        content.map(Some)
    }

    async fn rename(&mut self, from: &RemotePath, to: &RemotePath) -> Result<(), TransferError> {
        let (id, packet) = self.rename_packet(from, to);
        let answer = self.ask(id, packet).await?;
        self.expect_ok(&answer).map_err(|error| match error.reason {
            TransferReason::FolderMissing | TransferReason::ServerError | TransferReason::FileExists => {
                TransferError { reason: TransferReason::RenameFailed, ..error }
            }
            _ => error,
        })
    }

    async fn make_folder(&mut self, path: &RemotePath) -> Result<bool, TransferError> {
        let (id, packet) = self.packet(Kind::MAKE_FOLDER);
        let answer = self.ask(id, packet.bytes(path.as_str().as_bytes()).u32(0)).await?;
        let Err(error) = self.expect_ok(&answer) else { return Ok(true) };
        if !self.in_sync() {
            return Err(error);
        }
        match self.stat(path.as_str()).await? {
            Some(found) if found.is_folder() => Ok(false),
            Some(_) => Err(TransferError { reason: TransferReason::FileExists, ..error }),
            None => Err(error),
        }
    }

    async fn folder_exists(&mut self, path: &RemotePath) -> Result<bool, TransferError> {
        self.is_folder(path.as_str()).await
    }

    async fn remove(&mut self, path: &RemotePath) -> Result<(), TransferError> {
        match self.ask_path(Kind::REMOVE, path.as_str()).await? {
            Answer::Status(2 | 10, _) => Ok(()),
            other => self.expect_ok(&other),
        }
    }

    async fn remove_folder(&mut self, path: &RemotePath) -> Result<(), TransferError> {
        match self.ask_path(Kind::REMOVE_FOLDER, path.as_str()).await? {
            Answer::Status(2 | 10, _) => Ok(()),
            other => self.expect_ok(&other),
        }
    }

    async fn list(&mut self, folder: &RemotePath) -> Result<Vec<RemoteEntry>, TransferError> {
        let handle = match self.ask_path(Kind::OPEN_FOLDER, folder.as_str()).await? {
            Answer::Handle(handle) => handle,
            other => return Err(self.unexpected(&other)),
        };
        let read = self.read_folder(&handle).await;
        if self.in_sync() {
            self.close_handle(&handle).await?;
        }
        let mut entries = read?;
        entries.sort();
        Ok(entries)
    }

    fn abilities(&self) -> Abilities {
        let hash = self.has("check-file").then_some("check-file");
        Abilities { resume: Some("WRITE"), times: Some("SETSTAT"), hash }
    }

    /// Asked of every server until one says no: proftpd gives hashes and doesn't announce it.
    async fn sha256(&mut self, path: &RemotePath) -> Result<Option<Digest>, TransferError> {
        if !self.server.gives_hashes.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let (id, packet) = self.packet(Kind::EXTENDED);
        let packet = packet.bytes(b"check-file-name").bytes(path.as_str().as_bytes()).bytes(b"sha256");
        // From the first byte to the last, in one piece.
        let limit = self.deadlines.stall.max(HASH_LASTS);
        match self.ask_within(limit, id, packet.u64(0).u64(0).u32(0)).await? {
            Answer::Extended(bytes) => Ok(wire::sha256_of(&bytes).map(Digest)),
            Answer::Status(code, _) => {
                let says_no = code != 2 && code != 10;
                self.server.gives_hashes.fetch_and(!says_no, Ordering::Relaxed);
                Ok(None)
            }
            other => Err(self.unexpected(&other)),
        }
    }

    async fn set_modified(&mut self, path: &RemotePath, at: DateTime<Utc>) -> Result<bool, TransferError> {
        let Some(second) = second_of(at) else { return Ok(false) };
        let (id, packet) = self.packet(Kind::SET_STAT);
        match self.ask(id, packet.bytes(path.as_str().as_bytes()).times(second)).await? {
            Answer::Status(code, _) => Ok(code == 0),
            other => Err(self.unexpected(&other)),
        }
    }

    fn lane(&self) -> Option<Box<dyn Session>> {
        let lane = Self::over(Arc::clone(&self.link), Arc::clone(&self.server), self.deadlines);
        Some(Box::new(lane))
    }

    /// The last of a connection logs out.
    async fn close(self: Box<Self>) {
        if Arc::strong_count(&self.link) == 1 {
            self.link.disconnect().await;
        }
    }
}
