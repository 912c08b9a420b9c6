//! Data connections: opened, inside TLS where the control connection is, ended in order, and what a broken one means.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use publier_core::publication::reason::TransferReason;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::ports::TransferError;
use crate::transfer::ftp::reply::{self, Reply};
use crate::transfer::ftp::session::FtpSession;
use crate::transfer::net::{self, Wire, within};
use crate::transfer::reason::{self, Doing};
use crate::transfer::tls::{Newest, TlsSession};

/// How long a port that the server named ahead is trusted: it may close what nobody comes to.
const PORT_LASTS: Duration = Duration::from_secs(10);

/// How long the last bytes of a data connection are waited for once the server said that all came, or a round trip.
const LAST_BYTES: Duration = Duration::from_millis(20);

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

impl FtpSession {
    /// Opens the TCP connection of the next transfer: EPSV, or PASV where the server refuses it.
    pub(super) async fn open_data(&mut self) -> Result<Box<dyn Wire>, TransferError> {
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

    pub(super) async fn extended_port(&mut self) -> Result<Option<u16>, TransferError> {
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

    pub(super) async fn passive_port(&mut self) -> Result<u16, TransferError> {
        let reply = self.control.done("PASV", Doing::Passive).await?;
        // The address is not used: behind a translation it is a private one.
        reply::passive_address(reply.text()).map(|(_, port)| port).ok_or_else(|| {
            self.control.abandon();
            TransferError::new(TransferReason::ServerError, reply.words())
        })
    }

    /// Starts a transfer command on a fresh data connection.
    pub(super) async fn start(
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
            Err(error) => Err(self.after_broken_data(error, Doing::Other, true).await),
        }
    }

    /// The data connection failed: the server's own words, when they come, say more than `Broken pipe`.
    /// The session is dropped in any case.
    pub(super) async fn after_broken_data(
        &mut self,
        error: TransferError,
        doing: Doing,
        handshake: bool,
    ) -> TransferError {
        if error.reason == TransferReason::TimedOut {
            self.control.abandon();
            return error;
        }
        let said = self.control.reply(self.deadlines.reply.min(Duration::from_secs(5))).await;
        self.control.abandon();
        let error = match said {
            Ok(reply) if reply.code >= 400 => self.control.refused(&reply, doing),
            _ => error,
        };
        let no_reuse = matches!(error.reason, TransferReason::DataChannelRefused | TransferReason::TlsFailed);
        if no_reuse || handshake {
            self.speak_older_tls();
        }
        error
    }

    /// Makes the next sessions speak TLS 1.2, where this one could have spoken 1.3.
    pub(super) fn speak_older_tls(&self) {
        if self.tls.as_ref().is_some_and(|tls| tls.newest() == Newest::Tls13) {
            self.door.learnt.old_tls.store(true, Ordering::Relaxed);
        }
    }

    /// Ends a transfer: `close_notify` and FIN, then the final reply. The server's last bytes are read
    /// meanwhile: they hold the tickets that the next data connection resumes, and closing a socket with
    /// bytes unread would reset it under the server's feet.
    pub(super) async fn finish(
        &mut self,
        mut data: Box<dyn Wire>,
        doing: Doing,
    ) -> Result<(), TransferError> {
        let closing = within(self.deadlines.stall, "close the data connection", data.shutdown()).await;
        let closed = closing.and_then(|closed| closed.map_err(|error| reason::from_io(&error)));
        if let Err(error) = closed {
            return Err(self.after_broken_data(error, doing, false).await);
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
        let error = self.control.refused(&reply, doing);
        if error.reason == TransferReason::DataChannelRefused {
            self.speak_older_tls();
            // The next data connection of this session would be refused for the same cause.
            self.control.abandon();
        }
        Err(error)
    }

    /// Reads what a command sends over a data connection, or gives its refusal. More than `limit_bytes` is an error,
    /// after which the session is dropped.
    pub(super) async fn fetch(
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
                Ok(Err(error)) => {
                    return Err(self.after_broken_data(reason::from_io(&error), Doing::Other, false).await);
                }
                Err(error) => return Err(self.after_broken_data(error, Doing::Other, false).await),
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
        self.finish(data, Doing::Other).await?;
        Ok(Ok(bytes))
    }
}
