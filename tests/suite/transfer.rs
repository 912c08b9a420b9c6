//! The suite of transfer: one set of promises over every protocol, then what each protocol adds.

use std::fs;
#[cfg(feature = "demo")]
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use publier::clock::SystemClock;
use publier::digest::sha256;
use publier::ports::{Connector, Event, Listener, RemotePath, Session, TransferError};
use publier::settings::secret::Secret;
use publier::settings::target::{Login, Protocol, Target, Trust};
use publier::transfer::connector;
use publier::transfer::courier::{
    Courier, Delivered, Dispatch, Parcel, Pause, RESUME_BACK_BYTES, Small, Whereabouts,
};
use publier::transfer::memory::{Fault, MemoryServer, Operation};
use publier::transfer::reason::offered_fingerprint;
use publier_core::publication::reason::TransferReason as R;
use publier_core::publication::retry::RetryPolicy;
use tokio_util::sync::CancellationToken;

#[cfg(feature = "demo")]
use crate::support::capture::own_address;
#[cfg(feature = "demo")]
use crate::support::proxy::{Proxy, Weather};
use crate::support::servers::{Kind, PASSWORD, Program, RealServer, free_port};
use crate::support::servers_scripted::{Script, ScriptedFtp};

/// Remembers the events it hears.
#[derive(Default)]
struct Heard(Mutex<Vec<Event>>);

impl Listener for Heard {
    fn hear(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

impl Heard {
    /// The events without progress, by name and path.
    fn names(&self) -> Vec<String> {
        let events = self.0.lock().unwrap();
        let name = |event: &Event| match event {
            Event::FolderMade { path, .. } => Some(format!("folder {}", path.name())),
            Event::Resumed { offset_bytes, .. } => Some(format!("resumed {offset_bytes}")),
            Event::Retrying { error, attempt, .. } => Some(format!("retrying {attempt} {}", error.reason)),
            Event::Uploaded { remote, size_bytes, .. } => {
                Some(format!("uploaded {} {size_bytes}", remote.name()))
            }
            Event::UploadFailed { error, .. } => Some(format!("failed {}", error.reason)),
            Event::SessionFailed { error, .. } => Some(format!("session {}", error.reason)),
            Event::Removed { error, .. } => Some(format!("removed {}", error.is_none())),
            _ => None,
        };
        events.iter().filter_map(name).collect()
    }

    fn progress_bytes(&self) -> u64 {
        let events = self.0.lock().unwrap();
        events.iter().map(|event| if let Event::Progress { bytes, .. } = event { *bytes } else { 0 }).sum()
    }
}

/// Remembers the pauses and doesn't wait.
#[derive(Debug, Default)]
struct NoPause(Mutex<Vec<Duration>>);

#[async_trait]
impl Pause for NoPause {
    async fn pause(&self, length: Duration) {
        self.0.lock().unwrap().push(length);
    }
}

/// A courier and what it tells.
struct Post {
    courier: Courier,
    heard: Arc<Heard>,
    pause: Arc<NoPause>,
    local: tempfile::TempDir,
}

impl Post {
    fn new(connector: Arc<dyn Connector>, deposit: RemotePath) -> Self {
        let (heard, pause) = (Arc::new(Heard::default()), Arc::new(NoPause::default()));
        let policy = RetryPolicy { attempts: 3, ..RetryPolicy::default() };
        let dispatch = Dispatch::new(connector, deposit, policy, Arc::new(SystemClock), heard.clone());
        let courier = Courier::new(Arc::new(dispatch.with_pause(pause.clone())));
        Self { courier, heard, pause, local: tempfile::tempdir().unwrap() }
    }

    fn parcel(&self, remote: RemotePath, content: &[u8]) -> Parcel {
        let local = self.local.path().join(sha256(content).to_string());
        fs::write(&local, content).unwrap();
        Parcel { local, remote, size_bytes: content.len() as u64, digest: sha256(content) }
    }
}

/// One of the servers that must all keep the same promises.
enum Rig {
    Memory(MemoryServer),
    Real(RealServer),
    Folder(tempfile::TempDir),
}

impl Rig {
    fn memory() -> Self {
        Self::Memory(MemoryServer::with_folder(&RemotePath::new("/depot").unwrap()))
    }

    fn vsftpd(kind: Kind) -> Self {
        Self::Real(RealServer::vsftpd(kind))
    }

    fn sshd() -> Self {
        Self::Real(RealServer::sshd())
    }

    fn folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("depot")).unwrap();
        Self::Folder(folder)
    }

    fn remote(&self, relative: &str) -> RemotePath {
        match self {
            Self::Memory(_) | Self::Folder(_) => RemotePath::new(format!("/{relative}")).unwrap(),
            Self::Real(server) => server.remote(relative),
        }
    }

    fn connector(&self) -> Arc<dyn Connector> {
        match self {
            Self::Memory(server) => Arc::new(server.clone()),
            Self::Real(server) => server.connector("depot"),
            Self::Folder(folder) => connector(&local_target(folder.path())).unwrap(),
        }
    }

    fn post(&self) -> Post {
        Post::new(self.connector(), self.remote("depot"))
    }

    fn content(&self, relative: &str) -> Option<Vec<u8>> {
        match self {
            Self::Memory(server) => server.content(&self.remote(relative)),
            Self::Real(server) => fs::read(server.root().join(relative)).ok(),
            Self::Folder(folder) => fs::read(folder.path().join(relative)).ok(),
        }
    }

    fn put(&self, relative: &str, content: &[u8]) {
        match self {
            Self::Memory(server) => server.put(&self.remote(relative), content),
            Self::Real(server) => server.put(relative, content),
            Self::Folder(folder) => fs::write(folder.path().join(relative), content).unwrap(),
        }
    }

    /// The files in the deposit folder itself.
    fn deposited(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Self::Memory(server) => server
                .files()
                .iter()
                .filter_map(|path| path.strip_prefix("/depot/").map(String::from))
                .collect(),
            Self::Real(server) => names_in(&server.root().join("depot")),
            Self::Folder(folder) => names_in(&folder.path().join("depot")),
        };
        names.sort();
        names
    }
}

fn names_in(folder: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// A target that is a local folder.
fn local_target(folder: &std::path::Path) -> Target {
    let target = ScriptedFtp::start(Script::NeverGreets).target(Protocol::Folder);
    Target { login: Login::Folder(folder.to_owned()), ..target }
}

/// Bytes that compress badly and differ everywhere.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..size.div_ceil(8)).flat_map(|_| next()).take(size).collect()
}

const MIB: usize = 1024 * 1024;

/// Writes bytes through the port.
async fn write_bytes(
    session: &mut dyn Session,
    path: &RemotePath,
    bytes: &[u8],
) -> Result<u64, TransferError> {
    session.write(path, 0, &mut &bytes[..], &|_| {}).await
}

macro_rules! every_server_keeps {
    ($($promise:ident,)+) => {
        every_server_keeps!(@ memory = Rig::memory(); $($promise,)+);
        every_server_keeps!(@ ftp = Rig::vsftpd(Kind::Plain); $($promise,)+);
        every_server_keeps!(@ ftps_explicit = Rig::vsftpd(Kind::Explicit); $($promise,)+);
        every_server_keeps!(@ ftps_implicit = Rig::vsftpd(Kind::Implicit); $($promise,)+);
        every_server_keeps!(@ sftp = Rig::sshd(); $($promise,)+);
        every_server_keeps!(@ proftpd_plain = Rig::Real(RealServer::proftpd(Kind::Plain)); $($promise,)+);
        every_server_keeps!(@ proftpd_explicit = Rig::Real(RealServer::proftpd(Kind::Explicit)); $($promise,)+);
        every_server_keeps!(@ proftpd_implicit = Rig::Real(RealServer::proftpd(Kind::Implicit)); $($promise,)+);
        every_server_keeps!(@ proftpd_sftp = Rig::Real(RealServer::proftpd_sftp()); $($promise,)+);
        every_server_keeps!(@ pure_ftpd_plain = Rig::Real(RealServer::pure_ftpd(Kind::Plain)); $($promise,)+);
        every_server_keeps!(@ pure_ftpd_explicit = Rig::Real(RealServer::pure_ftpd(Kind::Explicit)); $($promise,)+);
        every_server_keeps!(@ folder = Rig::folder(); $($promise,)+);
    };
    (@ $server:ident = $rig:expr; $($promise:ident,)+) => {
        mod $server {
            use super::*;
            $(#[tokio::test]
            async fn $promise() {
                super::$promise($rig).await;
            })+
        }
    };
}

/// A line before ports of 127.0.0.1, on the same ports of a loopback address of its own, which it gives.
#[cfg(feature = "demo")]
fn a_line(ports: Vec<u16>, weather: Weather) -> (Proxy, String) {
    let own = own_address();
    // It has a runtime of its own, which can't be started from within a test's.
    let starting =
        std::thread::spawn(move || Proxy::start(own.into(), Ipv4Addr::LOCALHOST.into(), ports, weather));
    (starting.join().unwrap().unwrap(), own.to_string())
}

/// Tries to connect and gives the refusal.
async fn refusal_of(target: &Target) -> TransferError {
    connector(target).expect("a target that can be tried").connect().await.expect_err("a refusal")
}

fn with_password(target: Target, password: &str) -> Target {
    Target { login: Login::Password(Secret::new(password.into())), ..target }
}

fn post_to(server: &ScriptedFtp) -> Post {
    let target = server.target(Protocol::Ftp);
    Post::new(connector(&target).unwrap(), target.deposit)
}

mod abilities;
mod ahead;
mod conformance;
#[cfg(feature = "demo")]
mod cuts;
mod identity;
mod lying;
mod pace;
mod pool;
mod retries;
mod the_courier;
mod tls;
mod together;
