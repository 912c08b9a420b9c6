//! An FTPS server (RFC 4217, explicit) over a folder: libunftp with its file-system backend.
//!
//! Promises: control and data channels are encrypted or refused (TLS 1.2 with session reuse: every usual client
//! works with it); SIZE, REST with STOR, and APPE resume a part; RNTO replaces an older file. With a [`Cut`] the
//! first upload that grows larger loses its connections once, exactly at that byte, and the part stays on disk.
//! Limit: libunftp closes an upload's data channel without TLS's `close_notify`; the reply on the control channel
//! says that the upload is whole.

mod deposit;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use libunftp::options::{Binder, FtpsRequired};
use libunftp::{Server, ServerBuilder};
use tokio::net::{TcpSocket, TcpStream};
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, DefaultUser, Principal};
use unftp_sbe_fs::Filesystem;

use self::deposit::{Deposit, Shears};
use super::EmbeddedError;
use super::identity::Identity;
use super::loopback::{Hangup, Loopback};
use crate::settings::secret::Secret;

/// An interruption to show how a transfer resumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The bytes that are still received and kept of the first larger upload.
    pub after_bytes: u64,
}

/// What the server is to serve.
#[derive(Debug, Clone)]
pub struct FtpsConfig {
    /// The folder, which must exist.
    pub root: PathBuf,
    /// The port; 0 for a free one.
    pub port: u16,
    /// The one account.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// The certificate.
    pub identity: Identity,
    /// One interruption, if any.
    pub cut: Option<Cut>,
}

/// A running FTPS server.
#[derive(Debug)]
pub struct Ftps {
    loopback: Loopback,
}

impl Ftps {
    /// Starts the server.
    ///
    /// # Errors
    /// When the folder, the identity's files or the port can't be opened.
    pub async fn start(config: FtpsConfig) -> Result<Self, EmbeddedError> {
        let folder = || config.root.clone();
        let files = Filesystem::new(&config.root)
            .map_err(|source| EmbeddedError::Folder { folder: folder(), source })?;
        let service = Service {
            files: Arc::new(files),
            shears: config.cut.map(|cut| Arc::new(Shears::new(cut.after_bytes))),
            account: Arc::new(Account { user: config.user, password: config.password }),
            identity: config.identity,
        };
        let loopback = Loopback::listen(config.port, move |stream, hangup| {
            let server = service.server(&hangup);
            serve(server, stream)
        });
        Ok(Self { loopback: loopback.await? })
    }

    /// Gives the port that is listened to, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.loopback.port()
    }

    /// Ends every connection, then the server; bounded to ten seconds.
    pub async fn stop(self) {
        self.loopback.stop().await;
    }
}

type FolderServer = Server<Deposit, DefaultUser>;

/// What every connection shares. libunftp serves one connection per server value.
struct Service {
    files: Arc<Filesystem>,
    shears: Option<Arc<Shears>>,
    account: Arc<Account>,
    identity: Identity,
}

impl Service {
    fn server(&self, hangup: &Hangup) -> Result<FolderServer, EmbeddedError> {
        let deposit = Deposit::new(Arc::clone(&self.files), self.shears.clone(), hangup.clone());
        ServerBuilder::with_authenticator(Box::new(move || deposit.clone()), self.account.clone())
            .greeting("publier demo")
            .ftps(self.identity.certificate_file(), self.identity.key_file())
            .ftps_required(FtpsRequired::All, FtpsRequired::All)
            .binder(DataPorts)
            .build()
            .map_err(|error| EmbeddedError::Ftps(Box::new(error)))
    }
}

async fn serve(server: Result<FolderServer, EmbeddedError>, stream: TcpStream) {
    let ended = match server {
        Ok(server) => server.service(stream).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = ended {
        tracing::warn!(error, "a connection to the embedded FTPS server ended early");
    }
}

/// Data connections: a free port of the loopback, and answers that leave at once (accepted sockets inherit it).
#[derive(Debug)]
struct DataPorts;

#[async_trait]
impl Binder for DataPorts {
    async fn bind(&mut self, _control: IpAddr, _ports: RangeInclusive<u16>) -> io::Result<TcpSocket> {
        let socket = TcpSocket::new_v4()?;
        socket.set_nodelay(true)?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        Ok(socket)
    }
}

/// The one account.
#[derive(Debug)]
struct Account {
    user: String,
    password: Secret,
}

#[async_trait]
impl Authenticator for Account {
    async fn authenticate(&self, user: &str, given: &Credentials) -> Result<Principal, AuthenticationError> {
        if user != self.user {
            return Err(AuthenticationError::BadUser);
        }
        if given.password.as_deref() != Some(self.password.expose()) {
            return Err(AuthenticationError::BadPassword);
        }
        Ok(Principal { username: user.to_owned() })
    }
}
