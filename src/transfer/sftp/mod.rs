//! SFTP version 3 over SSH (RFC 4251 to 4254), russh below and our own packets above.
//!
//! Promises: the host key is judged before any login; a wrong password is sent once; the server's status
//! codes and words reach the error; a small file takes three round trips (`place`); several files travel over one connection (`link`), each with several
//! writes at a time, as large as the server takes them, their bytes bounded over all; a file is
//! renamed over an existing one by `posix-rename@openssh.com` where the server has it, else by the plain
//! rename, which refuses. OpenSSH says only "Failure" on a full disk: `statvfs@openssh.com` is then asked.
//! Limits: an agent on Linux alone, with its first keys; no certificate, no second factor.

mod host_key;
mod link;
mod place;
mod session;
mod wire;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use publier_core::domain::digest::Digest;
use publier_core::publication::reason::TransferReason;
use russh::client::{AuthResult, Config, Handle, Handler, KeyboardInteractiveAuthResponse as Interactive};
#[cfg(unix)]
use russh::keys::PublicKey;
#[cfg(unix)]
use russh::keys::agent::{AgentIdentity, client::AgentClient};
use russh::keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{ChannelMsg, MethodKind, Preferred, cipher};
#[cfg(unix)]
use tokio::net::UnixStream;

#[cfg(unix)]
use crate::digest::sha256;
use crate::ports::{Connector, Session, TransferError};
use crate::settings::target::{Login, Protocol, Target, Trust};
use crate::transfer::net::{self, within};
use crate::transfer::reason;
use crate::transfer::sftp::session::SftpSession;

/// Silence after which a sign of life is asked for: idle sessions stay open while PDFs are rendered.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// How many keys of an agent are offered: servers hang up after six tries.
#[cfg(unix)]
const MOST_KEYS: usize = 5;

/// Ciphers in the order of our liking: AES-GCM is the fastest where the processor helps, and authenticates.
const CIPHERS: &[cipher::Name] = &[
    cipher::AES_128_GCM,
    cipher::AES_256_GCM,
    cipher::CHACHA20_POLY1305,
    cipher::AES_256_CTR,
    cipher::AES_192_CTR,
    cipher::AES_128_CTR,
];

/// Opens SFTP sessions with one target.
#[derive(Debug)]
pub(super) struct SftpConnector {
    target: Target,
    /// The fingerprint of the host key that the server showed last.
    identity: Arc<Mutex<Option<String>>>,
}

impl SftpConnector {
    /// Checks that the target's trust is one of SSH.
    pub(super) fn new(target: &Target) -> Result<Self, TransferError> {
        match target.trust {
            Trust::None | Trust::HostKeyFingerprint(_) | Trust::KnownHosts(_) => {
                Ok(Self { target: target.clone(), identity: Arc::default() })
            }
            _ => {
                let words = "a TLS certificate can't identify an SSH server";
                Err(TransferError::new(TransferReason::HostKeyUnknown, words))
            }
        }
    }

    /// Connects and has the host key judged. A server may hold the pinned key beside one it prefers: the
    /// other kinds of keys are asked for in turn, before the key counts as changed.
    async fn reach(&self) -> Result<Handle<Gate>, TransferError> {
        let Target { trust, host, port, .. } = &self.target;
        let mut algorithms = host_key::preferred_algorithms(trust, host, *port);
        let mut first_refusal = None;
        loop {
            let gate = Gate::new(&self.target, Arc::clone(&self.identity));
            let shown = gate.shown.clone();
            let handshake = self.handshake(gate, algorithms.clone());
            let reached = within(self.target.deadlines.connect, "SSH handshake", handshake).await;
            let refusal = match reached.and_then(|reached| reached) {
                Ok(handle) => return Ok(handle),
                Err(error) => error,
            };
            let presented = shown.lock().unwrap_or_else(PoisonError::into_inner).take();
            let by_pin = matches!(trust, Trust::HostKeyFingerprint(_));
            match presented {
                Some(Shown { algorithm, refusal }) if by_pin => {
                    algorithms.retain(|other| !host_key::same_family(other, &algorithm));
                    first_refusal.get_or_insert(refusal);
                    if algorithms.is_empty() {
                        break;
                    }
                }
                Some(Shown { refusal, .. }) => return Err(refusal),
                None => return Err(first_refusal.unwrap_or(refusal)),
            }
        }
        Err(first_refusal
            .unwrap_or_else(|| TransferError::new(TransferReason::HostKeyChanged, "no key fits")))
    }

    async fn handshake(&self, gate: Gate, algorithms: Vec<Algorithm>) -> Result<Handle<Gate>, TransferError> {
        let Target { host, port, deadlines, .. } = &self.target;
        let stream = net::connect(host, *port, deadlines.connect).await?;
        let config = Config {
            preferred: Preferred { key: algorithms.into(), cipher: CIPHERS.into(), ..Preferred::DEFAULT },
            inactivity_timeout: Some(deadlines.stall.saturating_mul(2).max(KEEPALIVE * 4)),
            keepalive_interval: Some(KEEPALIVE),
            nodelay: true,
            ..Config::default()
        };
        let greeting = russh::client::connect_stream(Arc::new(config), stream, gate);
        Box::pin(greeting).await.map_err(|error| explain(&error))
    }

    async fn log_in(&self, handle: &mut Handle<Gate>) -> Result<(), TransferError> {
        let accepted = match &self.target.login {
            Login::Password(password) => self.by_password(handle, password.expose()).await?,
            Login::Folder(_) => false,
            Login::Agent { socket } => self.by_agent(handle, socket).await?,
            Login::Key { file, passphrase } => {
                let key = load_key(file.clone(), passphrase.as_ref().map(|p| p.expose().to_owned())).await?;
                let hash = if key.algorithm().is_rsa() { hash_of_rsa(handle).await? } else { None };
                let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
                let answer = handle.authenticate_publickey(&self.target.user, key).await;
                matches!(answer.map_err(|error| explain(&error))?, AuthResult::Success)
            }
        };
        let refused =
            || TransferError::new(TransferReason::AuthenticationRefused, "login refused by the server");
        if accepted { Ok(()) } else { Err(refused()) }
    }

    /// Offers the keys of an agent, one after the other: the agent signs, and no private key comes here.
    #[cfg(unix)]
    async fn by_agent(&self, handle: &mut Handle<Gate>, socket: &Path) -> Result<bool, TransferError> {
        let refused = |error: &dyn std::fmt::Display| of_agent(socket, error);
        let (mut agent, keys) = ask_agent(socket).await?;
        let has_rsa = keys.iter().any(|key| key.algorithm().is_rsa());
        let hash = if has_rsa { hash_of_rsa(handle).await? } else { None };
        let user = self.target.user.as_str();
        let mut tried = 0;
        for key in keys {
            tried += 1;
            let answer = handle.authenticate_publickey_with(user, key, hash, &mut agent).await;
            if matches!(answer.map_err(|error| refused(&error))?, AuthResult::Success) {
                return Ok(true);
            }
        }
        if tried == 0 { Err(refused(&"it holds no key")) } else { Ok(false) }
    }

    #[cfg(not(unix))]
    async fn by_agent(&self, _handle: &mut Handle<Gate>, _socket: &Path) -> Result<bool, TransferError> {
        let words = "an SSH agent is asked on Linux only: set key_file";
        Err(TransferError::new(TransferReason::KeyUnusable, words))
    }

    /// Sends the password once: by the method `password`, or by `keyboard-interactive` to a server that
    /// doesn't have the first.
    async fn by_password(&self, handle: &mut Handle<Gate>, password: &str) -> Result<bool, TransferError> {
        let user = self.target.user.as_str();
        let answer = handle.authenticate_password(user, password).await.map_err(|error| explain(&error))?;
        let AuthResult::Failure { remaining_methods: left, .. } = answer else { return Ok(true) };
        if left.contains(&MethodKind::Password) || !left.contains(&MethodKind::KeyboardInteractive) {
            return Ok(false);
        }
        let started = handle.authenticate_keyboard_interactive_start(user, None::<String>).await;
        let mut answer = started.map_err(|error| explain(&error))?;
        let mut given = false;
        while let Interactive::InfoRequest { prompts, .. } = answer {
            if given && !prompts.is_empty() {
                return Ok(false);
            }
            given |= !prompts.is_empty();
            let answers = prompts.iter().map(|_| password.to_owned()).collect();
            let replied = handle.authenticate_keyboard_interactive_respond(answers).await;
            answer = replied.map_err(|error| explain(&error))?;
        }
        Ok(matches!(answer, Interactive::Success))
    }
}

/// The hash that the server wants a signature of RSA over. A server that doesn't tell is waited for up to a second.
async fn hash_of_rsa(handle: &Handle<Gate>) -> Result<Option<HashAlg>, TransferError> {
    Ok(handle.best_supported_rsa_hash().await.map_err(|error| explain(&error))?.flatten())
}

/// Gives the digest of the public keys that an agent would offer, in their order.
#[cfg(unix)]
pub(super) async fn keys_of_agent(socket: &Path) -> Result<Digest, TransferError> {
    let (_agent, keys) = ask_agent(socket).await?;
    let fingerprints: Vec<String> =
        keys.iter().map(|key| key.fingerprint(HashAlg::Sha256).to_string()).collect();
    Ok(sha256(fingerprints.join(" ").as_bytes()))
}

#[cfg(not(unix))]
pub(super) async fn keys_of_agent(_socket: &Path) -> Result<Digest, TransferError> {
    Err(TransferError::new(TransferReason::KeyUnusable, "an SSH agent is asked on Linux only"))
}

/// Asks an agent for the keys that are offered to a server.
#[cfg(unix)]
async fn ask_agent(socket: &Path) -> Result<(AgentClient<UnixStream>, Vec<PublicKey>), TransferError> {
    let refused = |error: &dyn std::fmt::Display| of_agent(socket, error);
    let mut agent = AgentClient::connect_uds(socket).await.map_err(|error| refused(&error))?;
    let identities = agent.request_identities().await.map_err(|error| refused(&error))?;
    let keys = identities.into_iter().filter_map(|identity| match identity {
        AgentIdentity::PublicKey { key, .. } => Some(key),
        AgentIdentity::Certificate { .. } => None,
    });
    Ok((agent, keys.take(MOST_KEYS).collect()))
}

#[cfg(unix)]
fn of_agent(socket: &Path, error: &dyn std::fmt::Display) -> TransferError {
    let words = format!("SSH agent {}: {error}", socket.display());
    TransferError::new(TransferReason::KeyUnusable, words)
}

/// Reads a private key; deciphering one takes time, so it happens aside.
async fn load_key(
    file: std::path::PathBuf,
    passphrase: Option<String>,
) -> Result<russh::keys::PrivateKey, TransferError> {
    let shown = file.display().to_string();
    let loaded =
        tokio::task::spawn_blocking(move || russh::keys::load_secret_key(file, passphrase.as_deref())).await;
    let refused = |error: String| {
        TransferError::new(TransferReason::KeyUnusable, format!("private key {shown}: {error}"))
    };
    loaded.map_err(|error| refused(error.to_string()))?.map_err(|error| refused(error.to_string()))
}

#[async_trait]
impl Connector for SftpConnector {
    async fn connect(&self) -> Result<Box<dyn Session>, TransferError> {
        let mut handle = self.reach().await?;
        let deadlines = self.target.deadlines;
        within(deadlines.reply, "log in", self.log_in(&mut handle)).await??;
        let opening = async {
            let mut channel = handle.channel_open_session().await?;
            channel.request_subsystem(true, "sftp").await?;
            while let Some(said) = channel.wait().await {
                match said {
                    ChannelMsg::Success => return Ok(Some(channel.into_stream())),
                    ChannelMsg::Failure | ChannelMsg::Close | ChannelMsg::Eof => break,
                    _ => {}
                }
            }
            Ok::<_, russh::Error>(None)
        };
        let opened = within(deadlines.reply, "open SFTP", opening).await?.map_err(|error| explain(&error))?;
        let stream = opened.ok_or_else(|| {
            TransferError::new(
                TransferReason::ServerError,
                "the server has no SFTP: its sshd_config names no sftp subsystem",
            )
        })?;
        Ok(Box::new(SftpSession::start(handle, stream, deadlines).await?))
    }

    fn session_name(&self) -> String {
        format!("{}@{}", self.target.user, self.target.host)
    }

    fn shown_identity(&self) -> Option<String> {
        self.identity.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_encrypted(&self) -> bool {
        Protocol::Sftp.is_encrypted()
    }
}

/// A host key that was refused.
#[derive(Debug)]
struct Shown {
    algorithm: Algorithm,
    refusal: TransferError,
}

/// Judges the host key when russh asks, before any login.
#[derive(Debug)]
struct Gate {
    trust: Trust,
    host: String,
    port: u16,
    shown: Arc<Mutex<Option<Shown>>>,
    identity: Arc<Mutex<Option<String>>>,
}

impl Gate {
    fn new(target: &Target, identity: Arc<Mutex<Option<String>>>) -> Self {
        let Target { trust, host, port, .. } = target;
        Self { trust: trust.clone(), host: host.clone(), port: *port, shown: Arc::default(), identity }
    }
}

impl Handler for Gate {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let key = shown.public_key();
        *self.identity.lock().unwrap_or_else(PoisonError::into_inner) = Some(host_key::fingerprint(&key));
        match host_key::judge(&self.trust, &self.host, self.port, &key) {
            Ok(()) => Ok(true),
            Err(refusal) => {
                let shown = Shown { algorithm: key.algorithm(), refusal };
                *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
                Ok(false)
            }
        }
    }
}

/// Classifies an SSH failure.
fn explain(error: &russh::Error) -> TransferError {
    use russh::Error as E;
    let reason = match error {
        E::IO(error) => return reason::from_io(error),
        E::ConnectionTimeout | E::KeepaliveTimeout | E::InactivityTimeout | E::Elapsed(_) => {
            TransferReason::TimedOut
        }
        E::Disconnect | E::HUP | E::SendError => TransferReason::ConnectionLost,
        _ => TransferReason::ServerError,
    };
    TransferError::new(reason, error.to_string())
}
