//! One logged-in FTP session: the port's operations, one after the other; `ahead` sends several commands at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use publier_core::domain::digest::Digest;
use publier_core::publication::reason::TransferReason;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use crate::ports::{Abilities, Placed, Placement, RemoteEntry, RemotePath, Session, TransferError, Upcoming};
use crate::settings::target::Deadlines;
use crate::transfer::ftp::Door;
use crate::transfer::ftp::ahead::Started;
use crate::transfer::ftp::control::Control;
use crate::transfer::ftp::listing;
use crate::transfer::ftp::reply::{self, Reply};
use crate::transfer::net::{self, HASH_LASTS, Stopped, Wire, within};
use crate::transfer::reason::{self, Doing};
use crate::transfer::tls::{Newest, TlsSession};

/// The longest listing read, in bytes: about 100,000 names.
const LONGEST_LISTING: usize = 16 * 1024 * 1024;

/// How a server tells the size of a file: what it refuses is not asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sizing {
    Size,
    Mlst,
    List,
}

/// How a server sets the time of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timing {
    /// `MFMT time path`, of a draft that most servers follow.
    Mfmt,
    /// `MDTM time path`: the older custom of vsftpd and others.
    Mdtm,
    Never,
}

/// How a server gives the SHA-256 of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hashing {
    /// `HASH`, once `OPTS HASH SHA-256` chose the algorithm.
    Hash {
        chosen: bool,
    },
    /// `XSHA256`, which takes a path without spaces.
    Xsha256,
    Never,
}

/// How long a port that the server named ahead is trusted: it may close what nobody comes to.
const PORT_LASTS: Duration = Duration::from_secs(10);

/// How long the last bytes of a data connection are waited for once the server said that all came, or a round trip.
const LAST_BYTES: Duration = Duration::from_millis(20);

/// What a connector learnt of its server and tells each of its sessions.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    /// This server's data connections fail under TLS 1.3, or would: the next sessions speak TLS 1.2.
    old_tls: AtomicBool,
    /// This server speaks TLS 1.3 alone.
    pub(super) new_tls_alone: AtomicBool,
    /// This server can't take commands sent ahead: they go one by one.
    pub(super) one_by_one: AtomicBool,
}

impl Learnt {
    /// The newest version of TLS that the next session speaks.
    pub(super) fn newest_tls(&self) -> Newest {
        let old = self.old_tls.load(Ordering::Relaxed) && !self.new_tls_alone.load(Ordering::Relaxed);
        if old { Newest::Tls12 } else { Newest::Tls13 }
    }
}

/// The lines of FEAT (RFC 2389), in capitals.
struct Features(Vec<String>);

impl Features {
    fn of(reply: &Reply) -> Self {
        let lines = reply.lines.iter().map(|line| line.trim().to_ascii_uppercase());
        Self(if reply.is_done() { lines.collect() } else { Vec::new() })
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|line| line.split(' ').next() == Some(name))
    }

    fn timing(&self) -> Timing {
        if self.has("MFMT") {
            Timing::Mfmt
        } else if self.has("MDTM") {
            Timing::Mdtm
        } else {
            Timing::Never
        }
    }

    fn hashing(&self) -> Hashing {
        let mut algorithms =
            self.0.iter().filter_map(|line| line.strip_prefix("HASH ")).flat_map(|l| l.split(';'));
        if algorithms.any(|name| name.trim_end_matches('*') == "SHA-256") {
            Hashing::Hash { chosen: false }
        } else if self.has("XSHA256") {
            Hashing::Xsha256
        } else {
            Hashing::Never
        }
    }
}

/// What a server told at the login.
struct Told {
    features: Features,
    place: Reply,
}

/// Asks what the server can do, sets binary mode and asks where the login led: together, or one by one to a server that can't
/// take commands sent ahead. Whoever answers them otherwise than in their order is asked again so, over a new connection.
async fn ask_at_login(control: &mut Control, learnt: &Learnt) -> Result<Told, TransferError> {
    if learnt.one_by_one.load(Ordering::Relaxed) {
        let features = Features::of(&control.command("FEAT").await?);
        control.done("TYPE I", Doing::Other).await?;
        let place = control.command("PWD").await?;
        return Ok(Told { features, place });
    }
    let replies = control.ask_ahead(&["FEAT", "TYPE I", "PWD"]).await;
    match replies.as_deref() {
        Ok([features, kind, place])
            if (features.code == 211 || features.code >= 500)
                && kind.is_done()
                && (place.code == 257 || place.code >= 500) =>
        {
            Ok(Told { features: Features::of(features), place: place.clone() })
        }
        Ok([_, kind, _]) if kind.code == 421 => Err(control.refused(kind, Doing::Other)),
        Err(error) if error.reason != TransferReason::TimedOut => Err(error.clone()),
        _ => {
            learnt.one_by_one.store(true, Ordering::Relaxed);
            control.abandon();
            Err(TransferError::new(
                TransferReason::TimedOut,
                "commands sent together were not answered in their order",
            ))
        }
    }
}

/// Puts a data connection inside TLS, where the control connection is.
pub(super) async fn secured(
    tls: Option<&TlsSession>,
    data: Box<dyn Wire>,
    limit: Duration,
) -> Result<Box<dyn Wire>, TransferError> {
    match tls {
        Some(tls) => Ok(Box::new(tls.secure(data, limit).await?)),
        None => Ok(data),
    }
}

/// One logged-in session.
#[derive(Debug)]
pub(super) struct FtpSession {
    pub(super) control: Control,
    pub(super) tls: Option<TlsSession>,
    pub(super) door: Arc<Door>,
    pub(super) deadlines: Deadlines,
    /// What one command and its reply took at login.
    pub(super) round_trip: Duration,
    /// Whether this server says that it has what sending ahead needs.
    pub(super) may_send_ahead: bool,
    /// Whether this session's server answered commands sent ahead in their order.
    pub(super) keeps_order: bool,
    /// The file that was begun with the rename of the one before it.
    pub(super) started: Option<Started>,
    /// The port of the next data connection, asked for ahead.
    pub(super) next_port: Option<(u16, Instant)>,
    /// The folder where the login led, to make every path absolute.
    home: String,
    pub(super) sizing: Sizing,
    lists_facts: bool,
    extended_passive: bool,
    pub(super) timing: Timing,
    hashing: Hashing,
    resumes: bool,
}

impl FtpSession {
    /// Asks what the server can do, and sets binary mode and UTF-8 names.
    pub(super) async fn prepare(
        mut control: Control,
        tls: Option<TlsSession>,
        door: Arc<Door>,
    ) -> Result<Self, TransferError> {
        let asked = Instant::now();
        let Told { features, place } = ask_at_login(&mut control, &door.learnt).await?;
        let round_trip = asked.elapsed();
        if features.has("UTF8") {
            // Servers that always speak UTF-8 may refuse it: that is no harm.
            control.command("OPTS UTF8 ON").await?;
        }
        let home = Some(&place).filter(|place| place.code == 257).and_then(|p| reply::quoted_path(p.text()));
        Ok(Self {
            control,
            tls,
            deadlines: door.target.deadlines,
            door,
            round_trip,
            may_send_ahead: features.has("SIZE") && features.has("EPSV"),
            keeps_order: false,
            started: None,
            next_port: None,
            home: home.unwrap_or_else(|| "/".to_owned()),
            sizing: Sizing::Size,
            lists_facts: features.has("MLSD") || features.has("MLST"),
            extended_passive: true,
            timing: features.timing(),
            hashing: features.hashing(),
            resumes: features.has("REST"),
        })
    }

    /// A path from the root: the folder that CWD tries must not move the others.
    pub(super) fn absolute(&self, path: &RemotePath) -> String {
        if path.as_str().starts_with('/') {
            path.as_str().to_owned()
        } else {
            format!("{}/{}", self.home.trim_end_matches('/'), path.as_str())
        }
    }

    /// Goes on over a new control connection under TLS 1.2 where the next data connection could not resume this one's TLS:
    /// a server that demands it would refuse.
    pub(super) async fn renew_if_spent(&mut self) -> Result<(), TransferError> {
        if !self.is_spent() || !self.in_sync() {
            return Ok(());
        }
        self.speak_older_tls();
        self.log_out().await;
        self.control.abandon();
        let door = Arc::clone(&self.door);
        *self = Self { sizing: self.sizing, ..Box::pin(door.open()).await? };
        Ok(())
    }

    /// Tells whether the next data connection needs a new control connection.
    pub(super) fn is_spent(&self) -> bool {
        let is_spent = self.tls.as_ref().is_some_and(TlsSession::is_spent);
        is_spent && !self.door.learnt.new_tls_alone.load(Ordering::Relaxed)
    }

    async fn log_out(&mut self) {
        let farewell = self.control.command("QUIT");
        // Its answer changes nothing: the connection ends either way.
        drop(within(Duration::from_secs(2), "log out", farewell).await);
    }

    /// Opens the TCP connection of the next transfer: EPSV, or PASV where the server refuses it.
    async fn open_data(&mut self) -> Result<Box<dyn Wire>, TransferError> {
        self.renew_if_spent().await?;
        let port = match self.extended_port().await? {
            Some(port) => port,
            None => self.passive_port().await?,
        };
        let address = SocketAddr::new(self.control.peer().ip(), port);
        let connecting = within(self.deadlines.connect, "connect for data", net::connect_to(address));
        match connecting.await.and_then(|connected| connected) {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => {
                // The server may still wait for us there, and answer late.
                self.control.abandon();
                let words = error.words.unwrap_or_default();
                Err(TransferError::new(TransferReason::DataChannelRefused, format!("{address}: {words}")))
            }
        }
    }

    async fn extended_port(&mut self) -> Result<Option<u16>, TransferError> {
        if let Some(port) = self.take_port() {
            return Ok(Some(port));
        }
        if !self.extended_passive {
            return Ok(None);
        }
        let reply = self.control.command("EPSV").await?;
        let port = Some(&reply).filter(|reply| reply.code == 229);
        let port = port.and_then(|reply| reply::extended_passive_port(reply.text()));
        if port.is_none() {
            if reply.code < 500 {
                return Err(self.control.refused(&reply, Doing::Other));
            }
            self.extended_passive = false;
        }
        Ok(port)
    }

    /// Gives the port that was asked for ahead, while it can be trusted.
    pub(super) fn take_port(&mut self) -> Option<u16> {
        let (port, since) = self.next_port.take()?;
        (since.elapsed() < PORT_LASTS).then_some(port)
    }

    async fn passive_port(&mut self) -> Result<u16, TransferError> {
        let reply = self.control.done("PASV", Doing::Other).await?;
        // The address is not used: behind a translation it is a private one.
        reply::passive_address(reply.text()).map(|(_, port)| port).ok_or_else(|| {
            self.control.abandon();
            TransferError::new(TransferReason::ServerError, reply.words())
        })
    }

    /// Starts a transfer command on a fresh data connection.
    async fn start(
        &mut self,
        command: &str,
        data: Box<dyn Wire>,
    ) -> Result<Result<Box<dyn Wire>, Reply>, TransferError> {
        let reply = self.control.command(command).await?;
        if !reply.is_preliminary() {
            return Ok(Err(reply));
        }
        match secured(self.tls.as_ref(), data, self.deadlines.connect).await {
            Ok(data) => Ok(Ok(data)),
            Err(error) => Err(self.after_broken_data(error, true).await),
        }
    }

    /// The data connection failed: the server's own words, when they come, say more than `Broken pipe`.
    /// The session is dropped in any case.
    pub(super) async fn after_broken_data(&mut self, error: TransferError, handshake: bool) -> TransferError {
        if error.reason == TransferReason::TimedOut {
            self.control.abandon();
            return error;
        }
        let said = self.control.reply(self.deadlines.reply.min(Duration::from_secs(5))).await;
        self.control.abandon();
        let error = match said {
            Ok(reply) if reply.code >= 400 => self.control.refused(&reply, Doing::Store),
            _ => error,
        };
        let no_reuse = matches!(error.reason, TransferReason::DataChannelRefused | TransferReason::TlsFailed);
        if no_reuse || handshake {
            self.speak_older_tls();
        }
        error
    }

    /// Makes the next sessions speak TLS 1.2, where this one could have spoken 1.3.
    fn speak_older_tls(&self) {
        if self.tls.as_ref().is_some_and(|tls| tls.newest() == Newest::Tls13) {
            self.door.learnt.old_tls.store(true, Ordering::Relaxed);
        }
    }

    /// Ends a transfer we sent: `close_notify` and FIN, then the final reply. The server's last bytes are read
    /// meanwhile: they hold the tickets that the next data connection resumes, and closing a socket with
    /// bytes unread would reset it under the server's feet.
    pub(super) async fn finish(&mut self, mut data: Box<dyn Wire>) -> Result<(), TransferError> {
        let closing = within(self.deadlines.stall, "close the data connection", data.shutdown()).await;
        let closed = closing.and_then(|closed| closed.map_err(|error| reason::from_io(&error)));
        if let Err(error) = closed {
            return Err(self.after_broken_data(error, false).await);
        }
        let mut block = vec![0; 4096];
        let mut open = true;
        let reply = {
            let replying = self.control.reply(self.deadlines.stall.max(self.deadlines.reply));
            tokio::pin!(replying);
            loop {
                tokio::select! {
                    biased;
                    read = data.read(&mut block), if open => open = read.is_ok_and(|read| read > 0),
                    reply = &mut replying => break reply?,
                }
            }
        };
        if reply.is_done() {
            if open && self.tls.is_some() {
                // The reply may overtake the tickets, which travel on the other connection: without them the next data
                // connection can't resume, and a server that demands it refuses. Servers close before they reply.
                let closing = async { while data.read(&mut block).await.is_ok_and(|read| read > 0) {} };
                drop(within(LAST_BYTES.max(self.round_trip), "read the last bytes", closing).await);
            }
            return Ok(());
        }
        let error = self.control.refused(&reply, Doing::Store);
        if error.reason == TransferReason::DataChannelRefused {
            self.speak_older_tls();
            // The next data connection of this session would be refused for the same cause.
            self.control.abandon();
        }
        Err(error)
    }

    /// Sends `STOR` at the offset; a server without REST may still append at the very end.
    async fn store_command(&mut self, path: &str, offset: u64) -> Result<String, TransferError> {
        if offset == 0 {
            return Ok(format!("STOR {path}"));
        }
        let reply = self.control.command(&format!("REST {offset}")).await?;
        match reply.code {
            350 => Ok(format!("STOR {path}")),
            _ if self.size_of(path).await? == Some(offset) => Ok(format!("APPE {path}")),
            _ => Err(self.control.refused(&reply, Doing::Store)),
        }
    }

    /// 550 and 553 after STOR mean a missing folder, a right or a name: the server is asked which.
    async fn explain_store(&mut self, path: &str, reply: &Reply) -> TransferError {
        let refusal = self.control.refused(reply, Doing::Store);
        if !matches!(reply.code, 550 | 553) {
            return refusal;
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = if folder.is_empty() { "/" } else { folder };
        let reason = match self.enter(folder).await {
            Err(error) => return error,
            Ok(false) => TransferReason::FolderMissing,
            // vsftpd answers 553 whatever the cause: a plain name can't be the cause.
            Ok(true) if reply.code == 550 || reason::is_plain_name(name) => TransferReason::PermissionDenied,
            Ok(true) => TransferReason::NameRefused,
        };
        TransferError { reason, ..refusal }
    }

    /// Tells whether a folder can be entered. A folder whose entry is forbidden counts as missing: no server
    /// tells the two apart.
    async fn enter(&mut self, folder: &str) -> Result<bool, TransferError> {
        let reply = self.control.command(&format!("CWD {folder}")).await?;
        match reply.code {
            _ if reply.is_done() => Ok(true),
            550 | 553 => Ok(false),
            _ => Err(self.control.refused(&reply, Doing::Other)),
        }
    }

    /// SIZE, else MLST, else LIST of that name.
    async fn size_of(&mut self, path: &str) -> Result<Option<u64>, TransferError> {
        if self.sizing == Sizing::Size {
            let reply = self.control.command(&format!("SIZE {path}")).await?;
            match reply.code {
                213 => return self.number(&reply).map(Some),
                550 => return Ok(None),
                _ if reply.is_not_implemented() => self.sizing = Sizing::Mlst,
                _ => return Err(self.control.refused(&reply, Doing::Other)),
            }
        }
        if self.sizing == Sizing::Mlst {
            let reply = self.control.command(&format!("MLST {path}")).await?;
            match reply.code {
                250 => {
                    let entry = reply.lines.get(1).and_then(|line| listing::from_facts(line));
                    return Ok(entry.filter(|entry| !entry.is_folder).and_then(|entry| entry.size_bytes));
                }
                550 => return Ok(None),
                _ if reply.is_not_implemented() => self.sizing = Sizing::List,
                _ => return Err(self.control.refused(&reply, Doing::Other)),
            }
        }
        let name = listing::last_component(path);
        let text = self.fetch_list(&format!("LIST {path}")).await?;
        let mut entries = text.lines().filter_map(listing::from_list_line);
        let found = entries.find(|entry| !entry.is_folder && listing::last_component(&entry.name) == name);
        Ok(found.and_then(|entry| entry.size_bytes))
    }

    /// The command that sets the time of a file, where the server has one.
    pub(super) fn time_command(&self, path: &str, at: DateTime<Utc>) -> Option<String> {
        let verb = match self.timing {
            Timing::Mfmt => "MFMT",
            Timing::Mdtm => "MDTM",
            Timing::Never => return None,
        };
        Some(format!("{verb} {} {path}", at.format("%Y%m%d%H%M%S")))
    }

    /// Takes the answer to [`FtpSession::time_command`]: a server that doesn't know it isn't asked again.
    pub(super) fn heed_time(&mut self, reply: &Reply) -> bool {
        if reply.is_not_implemented() {
            self.timing = Timing::Never;
        }
        reply.is_done()
    }

    /// Asks for a hash: the server reads the whole file before it answers.
    async fn hash_of(&mut self, path: &str) -> Result<Option<Digest>, TransferError> {
        if self.hashing == (Hashing::Hash { chosen: false }) {
            let chosen = self.control.command("OPTS HASH SHA-256").await?.is_done();
            self.hashing = if chosen { Hashing::Hash { chosen } } else { Hashing::Never };
        }
        let command = match self.hashing {
            Hashing::Hash { .. } => format!("HASH {path}"),
            Hashing::Xsha256 if !path.contains([' ', '"']) => format!("XSHA256 {path}"),
            Hashing::Xsha256 | Hashing::Never => return Ok(None),
        };
        let limit = self.deadlines.stall.max(HASH_LASTS);
        let reply = self.control.command_within(&command, limit).await?;
        if !reply.is_done() {
            // It may be too large for the server, or switched off: the size has been confirmed.
            return Ok(None);
        }
        let is_digest = |word: &&str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        // The last line bears it, before the path: a first one may say that the work begins.
        let digest = reply.lines.last().and_then(|line| line.split_whitespace().find(is_digest));
        Ok(digest.and_then(|digits| digits.to_ascii_lowercase().parse().ok()))
    }

    fn number(&mut self, reply: &Reply) -> Result<u64, TransferError> {
        reply.text().trim().parse().map_err(|_| {
            self.control.abandon();
            TransferError::new(TransferReason::ServerError, reply.words())
        })
    }

    /// Reads a listing; a refused one of a missing path (450, 550) is empty.
    async fn fetch_list(&mut self, command: &str) -> Result<String, TransferError> {
        match self.fetch(command, LONGEST_LISTING, "a listing").await? {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(reply) if matches!(reply.code, 226 | 250 | 450 | 550) => Ok(String::new()),
            Err(reply) => Err(self.control.refused(&reply, Doing::Other)),
        }
    }

    /// Reads what a command sends over a data connection, or gives its refusal. More than `limit_bytes` is an error,
    /// after which the session is dropped.
    async fn fetch(
        &mut self,
        command: &str,
        limit_bytes: usize,
        what: &str,
    ) -> Result<Result<Vec<u8>, Reply>, TransferError> {
        let data = self.open_data().await?;
        let mut data = match self.start(command, data).await? {
            Ok(data) => data,
            Err(reply) => return Ok(Err(reply)),
        };
        let mut bytes = Vec::new();
        let mut block = vec![0; 16 * 1024];
        loop {
            let reading = data.read(&mut block);
            let read = match within(self.deadlines.stall, &format!("read {what}"), reading).await {
                Ok(Ok(read)) => read,
                // Servers that close without close_notify: the final reply tells whether all came.
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => 0,
                Ok(Err(error)) => return Err(self.after_broken_data(reason::from_io(&error), false).await),
                Err(error) => return Err(self.after_broken_data(error, false).await),
            };
            bytes.extend_from_slice(block.get(..read).unwrap_or_default());
            if bytes.len() > limit_bytes {
                self.control.abandon();
                let words = format!("{what} longer than {limit_bytes} bytes");
                return Err(TransferError::new(TransferReason::ServerError, words));
            }
            if read == 0 {
                break;
            }
        }
        self.finish(data).await?;
        Ok(Ok(bytes))
    }

    async fn list_folder(&mut self, folder: &str) -> Result<Vec<RemoteEntry>, TransferError> {
        if !self.enter(folder).await? {
            return Err(TransferError::new(TransferReason::FolderMissing, folder));
        }
        let mut entries: Vec<_> = if self.lists_facts {
            let text = self.fetch_list("MLSD").await?;
            text.lines().filter_map(listing::from_facts).collect()
        } else {
            // -a: our temporary names begin by a dot.
            let text = self.fetch_list("LIST -a").await?;
            text.lines().filter_map(listing::from_list_line).collect()
        };
        entries.sort();
        Ok(entries)
    }
}

#[async_trait]
impl Session for FtpSession {
    fn in_sync(&self) -> bool {
        self.control.owes_only(if self.started.is_some() { Started::OWED } else { 0 })
    }

    fn size_command(&self) -> &'static str {
        match self.sizing {
            Sizing::Size => "SIZE",
            Sizing::Mlst => "MLST",
            Sizing::List => "LIST",
        }
    }

    async fn size(&mut self, path: &RemotePath) -> Result<Option<u64>, TransferError> {
        self.call_off_started().await?;
        let path = self.absolute(path);
        self.size_of(&path).await
    }

    async fn write(
        &mut self,
        path: &RemotePath,
        offset: u64,
        content: &mut (dyn AsyncRead + Send + Unpin),
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, TransferError> {
        self.call_off_started().await?;
        let path = self.absolute(path);
        let data = self.open_data().await?;
        let command = self.store_command(&path, offset).await?;
        let mut data = match self.start(&command, data).await? {
            Ok(data) => data,
            Err(reply) => return Err(self.explain_store(&path, &reply).await),
        };
        match net::pump(content, data.as_mut(), self.deadlines.stall, progress).await {
            Ok(sent) => self.finish(data).await.map(|()| sent),
            Err(Stopped::Local(error)) => {
                self.control.abandon();
                Err(error)
            }
            Err(Stopped::Remote(error)) => Err(self.after_broken_data(error, false).await),
        }
    }

    async fn read(
        &mut self,
        path: &RemotePath,
        limit_bytes: usize,
    ) -> Result<Option<Vec<u8>>, TransferError> {
        self.call_off_started().await?;
        let path = self.absolute(path);
        match self.fetch(&format!("RETR {path}"), limit_bytes, "a file").await? {
            Ok(bytes) => Ok(Some(bytes)),
            // 550 is a missing file, and a file that may not be read as well.
            Err(reply) if matches!(reply.code, 450 | 550) && self.size_of(&path).await?.is_none() => Ok(None),
            Err(reply) => Err(self.control.refused(&reply, Doing::Other)),
        }
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            resume: self.resumes.then_some("REST"),
            times: match self.timing {
                Timing::Mfmt => Some("MFMT"),
                Timing::Mdtm => Some("MDTM"),
                Timing::Never => None,
            },
            hash: match self.hashing {
                Hashing::Hash { .. } => Some("HASH SHA-256"),
                Hashing::Xsha256 => Some("XSHA256"),
                Hashing::Never => None,
            },
        }
    }

    async fn set_modified(&mut self, path: &RemotePath, at: DateTime<Utc>) -> Result<bool, TransferError> {
        self.call_off_started().await?;
        let path = self.absolute(path);
        let Some(command) = self.time_command(&path, at) else { return Ok(false) };
        let reply = self.control.command(&command).await?;
        Ok(self.heed_time(&reply))
    }

    async fn sha256(&mut self, path: &RemotePath) -> Result<Option<Digest>, TransferError> {
        self.call_off_started().await?;
        let path = self.absolute(path);
        self.hash_of(&path).await
    }

    fn can_place(&self) -> bool {
        self.sends_ahead()
    }

    async fn place(
        &mut self,
        placement: Placement<'_>,
        renaming: &mut bool,
        progress: &(dyn Fn(u64) + Send + Sync),
        next: &(dyn Fn() -> Option<Upcoming> + Send + Sync),
    ) -> Result<Placed, TransferError> {
        self.place_ahead(placement, renaming, progress, next).await
    }

    async fn rename(&mut self, from: &RemotePath, to: &RemotePath) -> Result<(), TransferError> {
        self.call_off_started().await?;
        let (from, to) = (self.absolute(from), self.absolute(to));
        let reply = self.control.command(&format!("RNFR {from}")).await?;
        if reply.code != 350 {
            return Err(self.control.refused(&reply, Doing::Rename));
        }
        self.control.done(&format!("RNTO {to}"), Doing::Rename).await.map(|_| ())
    }

    async fn make_folder(&mut self, path: &RemotePath) -> Result<bool, TransferError> {
        self.call_off_started().await?;
        let folder = self.absolute(path);
        let reply = self.control.command(&format!("MKD {folder}")).await?;
        if reply.is_done() {
            return Ok(true);
        }
        let refusal = self.control.refused(&reply, Doing::Other);
        if !matches!(reply.code, 521 | 550 | 553) {
            return Err(refusal);
        }
        if self.enter(&folder).await? {
            return Ok(false);
        }
        let above = folder.trim_end_matches('/').rsplit_once('/').map_or("/", |(above, _)| above);
        let above = if above.is_empty() { "/" } else { above };
        let reason = if self.enter(above).await? {
            TransferReason::PermissionDenied
        } else {
            TransferReason::FolderMissing
        };
        Err(TransferError { reason, ..refusal })
    }

    async fn folder_exists(&mut self, path: &RemotePath) -> Result<bool, TransferError> {
        self.call_off_started().await?;
        let folder = self.absolute(path);
        self.enter(&folder).await
    }

    async fn remove(&mut self, path: &RemotePath) -> Result<(), TransferError> {
        self.call_off_started().await?;
        let path = self.absolute(path);
        let reply = self.control.command(&format!("DELE {path}")).await?;
        if reply.is_done() || (reply.code == 550 && self.size_of(&path).await?.is_none()) {
            return Ok(());
        }
        Err(self.control.refused(&reply, Doing::Other))
    }

    async fn list(&mut self, folder: &RemotePath) -> Result<Vec<RemoteEntry>, TransferError> {
        self.call_off_started().await?;
        let folder = self.absolute(folder);
        self.list_folder(&folder).await
    }

    async fn close(mut self: Box<Self>) {
        if self.in_sync() && self.call_off_started().await.is_ok() && self.control.in_sync() {
            self.log_out().await;
        }
    }
}
