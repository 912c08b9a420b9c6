//! One logged-in FTP session: the port's operations, one after the other; `ahead` sends several commands at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use publier_core::domain::digest::Digest;
use publier_core::publication::reason::TransferReason;
use tokio::io::AsyncRead;

use crate::ports::{Abilities, Placed, Placement, RemoteEntry, RemotePath, Session, TransferError, Upcoming};
use crate::settings::target::Deadlines;
use crate::transfer::ftp::Door;
use crate::transfer::ftp::abilities::{Hashing, Sizing, Timing, Told, ask_at_login};
use crate::transfer::ftp::ahead::Started;
use crate::transfer::ftp::control::Control;
use crate::transfer::ftp::listing;
use crate::transfer::ftp::reply::{self, Reply};
use crate::transfer::net::{self, Stopped, within};
use crate::transfer::reason::{self, Doing};
use crate::transfer::tls::{Newest, TlsSession};

/// The longest listing read, in bytes: about 100,000 names.
const LONGEST_LISTING: usize = 16 * 1024 * 1024;

/// What a connector learnt of its server and tells each of its sessions.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    /// This server's data connections fail under TLS 1.3, or would: the next sessions speak TLS 1.2.
    pub(super) old_tls: AtomicBool,
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
    pub(super) home: String,
    pub(super) sizing: Sizing,
    pub(super) lists_facts: bool,
    pub(super) extended_passive: bool,
    pub(super) timing: Timing,
    pub(super) hashing: Hashing,
    pub(super) resumes: bool,
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

    /// Reads a listing; a refused one of a missing path (450, 550) is empty.
    pub(super) async fn fetch_list(&mut self, command: &str) -> Result<String, TransferError> {
        match self.fetch(command, LONGEST_LISTING, "a listing").await? {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(reply) if matches!(reply.code, 226 | 250 | 450 | 550) => Ok(String::new()),
            Err(reply) => Err(self.control.refused(&reply, Doing::Other)),
        }
    }

    /// Lists the folder that was entered. It is there, so that 550 refuses (450 is the code of one without a name in it).
    async fn list_here(&mut self, command: &str) -> Result<String, TransferError> {
        match self.fetch(command, LONGEST_LISTING, "a listing").await? {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(reply) if matches!(reply.code, 226 | 250 | 450) => Ok(String::new()),
            Err(reply) => Err(self.control.refused(&reply, Doing::Other)),
        }
    }

    async fn list_folder(&mut self, folder: &str) -> Result<Vec<RemoteEntry>, TransferError> {
        if !self.enter(folder).await? {
            return Err(TransferError::new(TransferReason::FolderMissing, folder));
        }
        let mut entries: Vec<_> = if self.lists_facts {
            let text = self.list_here("MLSD").await?;
            text.lines().filter_map(listing::from_facts).collect()
        } else {
            // -a: our temporary names begin by a dot.
            let text = self.list_here("LIST -a").await?;
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
            Ok(sent) => self.finish(data, Doing::Store).await.map(|()| sent),
            Err(Stopped::Local(error)) => {
                self.control.abandon();
                Err(error)
            }
            Err(Stopped::Remote(error)) => Err(self.after_broken_data(error, Doing::Store, false).await),
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
        let reason = if !self.enter(above).await? {
            TransferReason::FolderMissing
        } else if self.size_of(&folder).await?.is_some() {
            TransferReason::FileExists
        } else {
            TransferReason::PermissionDenied
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

    async fn remove_folder(&mut self, path: &RemotePath) -> Result<(), TransferError> {
        self.call_off_started().await?;
        let folder = self.absolute(path);
        let reply = self.control.command(&format!("RMD {folder}")).await?;
        if reply.is_done() || (reply.code == 550 && !self.enter(&folder).await?) {
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
