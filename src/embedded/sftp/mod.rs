//! An SFTP server (version 3) over a folder: russh with a russh-sftp handler.
//!
//! Promises: password, and public key where one is given; open, read, write, stat, setstat, mkdir, rmdir, remove,
//! rename (refused over an existing file, as the draft has it), readdir, realpath, and OpenSSH's `posix-rename`
//! (replaces), `fsync` and `limits`. Refuses links and every subsystem but sftp. A path is taken from the served
//! folder: `..` stops there.

mod folder;
mod protocol;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use russh::keys::PublicKey;
use russh::server::{
    Auth, ChannelOpenHandle, Config, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey, run_stream,
};
use russh::{Channel, ChannelId, MethodKind, MethodSet};
use tokio::net::TcpStream;

use self::folder::Root;
use self::protocol::Requests;
use super::EmbeddedError;
use super::identity::Identity;
use super::loopback::Loopback;
use crate::settings::secret::Secret;

/// Channels of one connection that may wait for their subsystem.
const CHANNEL_LIMIT: usize = 16;
const REFUSAL_TIME: Duration = Duration::from_millis(200);
const IDLE_LIMIT: Duration = Duration::from_mins(10);

/// What the server is to serve.
#[derive(Debug, Clone)]
pub struct SftpConfig {
    /// The folder, which must exist.
    pub root: PathBuf,
    /// The port; 0 for a free one.
    pub port: u16,
    /// The one account.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// A public key that may log in too: one line of `authorized_keys` without options.
    pub authorized_key: Option<String>,
    /// The host key.
    pub identity: Identity,
}

/// A running SFTP server.
#[derive(Debug)]
pub struct Sftp {
    loopback: Loopback,
    fingerprint: String,
}

impl Sftp {
    /// Starts the server.
    ///
    /// # Errors
    /// When the folder or the port can't be opened, or the authorised key is unreadable.
    pub async fn start(config: SftpConfig) -> Result<Self, EmbeddedError> {
        let root = Root::open(&config.root)
            .map_err(|source| EmbeddedError::Folder { folder: config.root.clone(), source })?;
        let key = config.authorized_key.as_deref().map(PublicKey::from_openssh).transpose();
        let key = key.map_err(|source| EmbeddedError::Key { what: "of the client".to_owned(), source })?;
        let account = Arc::new(Account { user: config.user, password: config.password, key });
        let ssh = Arc::new(ssh_config(&config.identity));
        let loopback = Loopback::listen(config.port, move |stream, _hangup| {
            let connection =
                Connection { account: Arc::clone(&account), root: root.clone(), waiting: HashMap::new() };
            serve(Arc::clone(&ssh), stream, connection)
        });
        Ok(Self { loopback: loopback.await?, fingerprint: config.identity.host_key_fingerprint() })
    }

    /// Gives the port that is listened to, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.loopback.port()
    }

    /// Gives the host key's fingerprint, as OpenSSH shows it: `SHA256:` and base64 without padding.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Ends every connection, then the server; bounded to ten seconds.
    pub async fn stop(self) {
        self.loopback.stop().await;
    }
}

fn ssh_config(identity: &Identity) -> Config {
    Config {
        keys: vec![identity.host_key()],
        methods: MethodSet::from([MethodKind::PublicKey, MethodKind::Password].as_slice()),
        auth_rejection_time: REFUSAL_TIME,
        auth_rejection_time_initial: Some(Duration::ZERO),
        inactivity_timeout: Some(IDLE_LIMIT),
        ..Config::default()
    }
}

async fn serve(config: Arc<Config>, stream: TcpStream, connection: Connection) {
    let served = match run_stream(config, stream, connection).await {
        Ok(running) => running.await,
        Err(error) => Err(error),
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to the embedded SFTP server ended early");
    }
}

/// The one account.
#[derive(Debug)]
struct Account {
    user: String,
    password: Secret,
    key: Option<PublicKey>,
}

impl Account {
    fn knows(&self, user: &str, key: &PublicKey) -> bool {
        // The comment of a key is no part of it.
        user == self.user && self.key.as_ref().is_some_and(|known| known.key_data() == key.key_data())
    }
}

/// One SSH connection.
struct Connection {
    account: Arc<Account>,
    root: Root,
    /// Channels that were opened and not yet given to a subsystem.
    waiting: HashMap<ChannelId, Channel<Msg>>,
}

fn verdict(accepted: bool) -> Auth {
    if accepted { Auth::Accept } else { Auth::reject() }
}

impl Handler for Connection {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        Ok(verdict(user == self.account.user && password == self.account.password.expose()))
    }

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, russh::Error> {
        Ok(verdict(self.account.knows(user, offer.public_key)))
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        Ok(verdict(self.account.knows(user, key.public_key)))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        // A reply that is dropped refuses the channel.
        if self.waiting.len() < CHANNEL_LIMIT {
            self.waiting.insert(channel.id(), channel);
            reply.accept().await;
        }
        Ok(())
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        match self.waiting.remove(&channel).filter(|_| name == "sftp") {
            Some(stream) => {
                session.channel_success(channel)?;
                protocol::run(stream.into_stream(), Requests::new(self.root.clone())).await;
                Ok(())
            }
            None => session.channel_failure(channel),
        }
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _command: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_failure(channel)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        session.channel_failure(channel)
    }

    async fn channel_eof(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        // A channel that never became an SFTP session has nothing to report.
        if self.waiting.remove(&channel).is_none() {
            session.exit_status_request(channel, 0)?;
        }
        session.close(channel)
    }
}
