//! FTP and FTPS over our own control channel (RFC 959, 2228, 2428, 3659, 4217).
//!
//! Promises: AUTH TLS is never fallen back from, the certificate is checked before USER leaves, data travel
//! under `PROT P`, in binary; each transfer ends by `close_notify` and FIN, then by the server's final reply,
//! read within its bound; the server's codes and words reach the error. Passive connections go to the
//! control connection's own address, whatever address a 227 advertises (servers behind a translation, and
//! bounces). While a transfer goes on the control connection is kept open by TCP's own keepalive, and never by NOOP: one server
//! answers a command between STOR and its final reply at once, another throws it away, and the replies would no longer match.
//! Refuses to go on after a timeout, a cancelled call or a reply that can't be read.
//! Limits: no active mode, no ASCII.

mod abilities;
mod ahead;
mod control;
mod data;
mod listing;
mod reply;
mod session;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use publier_core::publication::reason::TransferReason;

use crate::ports::{Connector, Session, TransferError};
use crate::settings::secret::Secret;
use crate::settings::target::{Login, Protocol, Target, Trust};
use crate::transfer::ftp::control::Control;
use crate::transfer::ftp::session::{FtpSession, Learnt};
use crate::transfer::net::{self, Wire};
use crate::transfer::reason::{self, Doing};
use crate::transfer::tls::{Identity, Newest, TlsSession};

/// How long a second try waits between the reply to AUTH and the beginning of TLS: a server that says yes before it is ready
/// reads that beginning as a command, and answers it in clear (libunftp does).
const BEFORE_TLS: Duration = Duration::from_millis(100);

/// Opens FTP and FTPS sessions with one target.
#[derive(Debug)]
pub(super) struct FtpConnector(Arc<Door>);

/// What the sessions of one target need, and what they learn of its server.
#[derive(Debug)]
struct Door {
    target: Target,
    password: Secret,
    identity: Option<Identity>,
    learnt: Learnt,
    /// The fingerprint of the certificate that the server showed last.
    shown: Mutex<Option<String>>,
}

impl FtpConnector {
    /// Reads what the target's sessions need.
    pub(super) fn new(target: &Target) -> Result<Self, TransferError> {
        let Login::Password(password) = &target.login else {
            return Err(refused_login("a key can't log in over FTP: set a password"));
        };
        if [target.user.as_str(), password.expose()].iter().any(|text| text.contains(char::is_control)) {
            return Err(refused_login("the user or the password holds a control character"));
        }
        let identity = match (target.protocol, &target.trust) {
            (Protocol::Ftp, Trust::None) => None,
            (Protocol::Ftp, _) => {
                let words = "plain FTP proves no identity: choose FTPS or remove the fingerprint";
                return Err(TransferError::new(TransferReason::CertificateRefused, words));
            }
            (_, trust) => Some(Identity::new(trust, &target.host)?),
        };
        Ok(Self(Arc::new(Door {
            target: target.clone(),
            password: password.clone(),
            identity,
            learnt: Learnt::default(),
            shown: Mutex::default(),
        })))
    }
}

impl Door {
    /// Connects, checks the server's identity, logs in and learns what the server can do.
    async fn open(self: &Arc<Self>) -> Result<FtpSession, TransferError> {
        let newest = self.learnt.newest_tls();
        let knew = self.learnt.one_by_one.load(Ordering::Relaxed);
        match self.open_by(newest).await {
            // Commands sent together were too much for it, as it is known now.
            Err(error)
                if error.reason == TransferReason::TimedOut
                    && !knew
                    && self.learnt.one_by_one.load(Ordering::Relaxed) =>
            {
                self.open_by(newest).await
            }
            // Told to speak TLS 1.2 to a server that has only 1.3: its data connections need no reuse.
            Err(error) if newest == Newest::Tls12 && error.reason == TransferReason::TlsFailed => {
                self.learnt.new_tls_alone.store(true, Ordering::Relaxed);
                self.open_by(Newest::Tls13).await
            }
            opened => opened,
        }
    }

    async fn open_by(self: &Arc<Self>, newest: Newest) -> Result<FtpSession, TransferError> {
        let tls = self.tls(newest)?;
        let greeted = self.greet(tls.as_ref()).await;
        if let Some(fingerprint) = tls.as_ref().and_then(TlsSession::presented) {
            *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(fingerprint);
        }
        let mut control = greeted?;
        if tls.is_some() {
            // Both before the login, for the implicit form too: no data must ever leave in clear.
            self.protect(&mut control).await?;
        }
        self.log_in(&mut control).await?;
        FtpSession::prepare(control, tls, Arc::clone(self)).await
    }

    /// Puts data connections under TLS too.
    async fn protect(&self, control: &mut Control) -> Result<(), TransferError> {
        const LINES: [&str; 2] = ["PBSZ 0", "PROT P"];
        if self.learnt.one_by_one.load(Ordering::Relaxed) {
            for line in LINES {
                control.done(line, Doing::Secure).await?;
            }
            return Ok(());
        }
        match control.ask_ahead(&LINES).await {
            Ok(replies) => match replies.iter().find(|reply| !reply.is_done()) {
                Some(refusal) => Err(control.refused(refusal, Doing::Secure)),
                None => Ok(()),
            },
            Err(error) => {
                if error.reason == TransferReason::TimedOut {
                    self.learnt.one_by_one.store(true, Ordering::Relaxed);
                }
                Err(error)
            }
        }
    }

    fn tls(&self, newest: Newest) -> Result<Option<TlsSession>, TransferError> {
        self.identity.as_ref().map(|identity| identity.session(newest)).transpose()
    }

    /// Connects, is greeted, and puts the connection inside TLS where the protocol says so.
    async fn greet(&self, tls: Option<&TlsSession>) -> Result<Control, TransferError> {
        let Some(tls) = tls.filter(|_| self.target.protocol == Protocol::FtpsExplicit) else {
            return self.reach_in_time(tls).await;
        };
        match self.greet_then_secure(tls, Duration::ZERO).await? {
            Err(error) if error.reason == TransferReason::TlsFailed => {
                self.greet_then_secure(tls, BEFORE_TLS).await?
            }
            greeted => greeted,
        }
    }

    async fn reach_in_time(&self, tls: Option<&TlsSession>) -> Result<Control, TransferError> {
        net::within(self.target.deadlines.connect, "wait for the greeting", self.reach(tls)).await?
    }

    /// Goes inside TLS, some time after the server agreed to; the inner error is that of TLS itself.
    #[expect(clippy::disallowed_methods, reason = "no retry of a transfer: a moment within one connection")]
    async fn greet_then_secure(
        &self,
        tls: &TlsSession,
        pause: Duration,
    ) -> Result<Result<Control, TransferError>, TransferError> {
        let mut control = self.reach_in_time(None).await?;
        control.done("AUTH TLS", Doing::Secure).await?;
        let peer = control.peer();
        let stream = control.into_stream()?;
        tokio::time::sleep(pause).await;
        let secured = tls.secure(stream, self.target.deadlines.connect).await;
        Ok(secured.map(|stream| Control::over(Box::new(stream), peer, self.target.deadlines)))
    }

    /// Connects, inside TLS for the implicit form, up to the end of the greeting.
    async fn reach(&self, tls: Option<&TlsSession>) -> Result<Control, TransferError> {
        let Target { host, port, deadlines, .. } = &self.target;
        let stream = net::connect(host, *port, deadlines.connect).await?;
        let peer = stream.peer_addr().map_err(|error| reason::from_io(&error))?;
        let stream: Box<dyn Wire> = match tls {
            Some(tls) if self.target.protocol == Protocol::FtpsImplicit => {
                Box::new(tls.secure(Box::new(stream), deadlines.connect).await?)
            }
            _ => Box::new(stream),
        };
        let mut control = Control::new(stream, peer, *deadlines);
        let mut greeting = control.reply(deadlines.connect).await?;
        // 120: ready in a while, the true greeting follows.
        while greeting.is_preliminary() {
            greeting = control.reply(deadlines.connect).await?;
        }
        if greeting.is_done() { Ok(control) } else { Err(control.refused(&greeting, Doing::Other)) }
    }

    async fn log_in(&self, control: &mut Control) -> Result<(), TransferError> {
        let password = self.password.expose();
        control.mask(password);
        let mut reply = control.command(&format!("USER {}", self.target.user)).await?;
        if reply.code == 331 {
            reply = control.command(&format!("PASS {password}")).await?;
        }
        if reply.is_done() { Ok(()) } else { Err(control.refused(&reply, Doing::Other)) }
    }
}

fn refused_login(words: &str) -> TransferError {
    TransferError::new(TransferReason::AuthenticationRefused, words)
}

#[async_trait]
impl Connector for FtpConnector {
    async fn connect(&self) -> Result<Box<dyn Session>, TransferError> {
        Ok(Box::new(self.0.open().await?))
    }

    fn session_name(&self) -> String {
        format!("{}@{}", self.0.target.user, self.0.target.host)
    }

    fn shown_identity(&self) -> Option<String> {
        self.0.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_encrypted(&self) -> bool {
        self.0.target.protocol.is_encrypted()
    }
}
