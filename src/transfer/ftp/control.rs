//! The control connection: commands out, replies in, and whether the two still match.
//!
//! Promises: every wait has its bound; the number of replies awaited is counted before a byte leaves, so
//! that a timeout, a cancelled call or a reply that can't be read leaves the connection out of sync for good
//! (promise 2); a stray reply found before a command does the same. Several commands may leave together: each has its
//! reply, errors included, in their order.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use publier_core::publication::reason::TransferReason;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};

use crate::ports::TransferError;
use crate::settings::target::Deadlines;
use crate::transfer::ftp::reply::{Replies, Reply};
use crate::transfer::net::{Wire, within};
use crate::transfer::reason::{self, Doing};

/// The least time that the replies to commands sent ahead are waited for.
pub(super) const LEAST_PATIENCE: Duration = Duration::from_secs(5);

/// One control connection.
pub(super) struct Control {
    stream: Box<dyn Wire>,
    replies: Replies,
    /// Final replies that the server owes.
    awaited: u32,
    broken: bool,
    deadlines: Deadlines,
    peer: SocketAddr,
    /// What must never be shown, should the server repeat it.
    secret: Option<String>,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Control({}, awaited {}, broken {})", self.peer, self.awaited, self.broken)
    }
}

impl Control {
    /// Takes a connection whose server will greet first.
    pub(super) fn new(stream: Box<dyn Wire>, peer: SocketAddr, deadlines: Deadlines) -> Self {
        Self { stream, replies: Replies::default(), awaited: 1, broken: false, deadlines, peer, secret: None }
    }

    /// Tells whether every command has had its reply.
    pub(super) fn in_sync(&self) -> bool {
        self.owes_only(0)
    }

    /// Tells whether every command has had its reply but for the last so many.
    pub(super) fn owes_only(&self, replies: u32) -> bool {
        self.awaited == replies && !self.broken
    }

    /// Declares that the replies no longer match.
    pub(super) fn abandon(&mut self) {
        self.broken = true;
    }

    /// Where the server is.
    pub(super) fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Names what must be masked in the server's words.
    pub(super) fn mask(&mut self, secret: &str) {
        self.secret = (!secret.is_empty()).then(|| secret.to_owned());
    }

    /// Puts the connection inside TLS. Bytes that came in clear after the last reply would be taken for
    /// protected ones: they are refused (the command injection of CVE-2011-0411).
    pub(super) fn into_stream(self) -> Result<Box<dyn Wire>, TransferError> {
        if self.replies.is_empty() {
            Ok(self.stream)
        } else {
            Err(TransferError::new(TransferReason::TlsFailed, "bytes in clear after the reply to AUTH"))
        }
    }

    /// Goes on over another stream, once TLS stands.
    pub(super) fn over(stream: Box<dyn Wire>, peer: SocketAddr, deadlines: Deadlines) -> Self {
        Self { awaited: 0, ..Self::new(stream, peer, deadlines) }
    }

    /// Sends a command and gives its first reply, within the reply's deadline.
    pub(super) async fn command(&mut self, line: &str) -> Result<Reply, TransferError> {
        self.send(line).await?;
        self.reply(self.deadlines.reply).await
    }

    /// Sends a command and gives its first reply, within another deadline.
    pub(super) async fn command_within(
        &mut self,
        line: &str,
        limit: Duration,
    ) -> Result<Reply, TransferError> {
        self.send(line).await?;
        self.reply(limit).await
    }

    /// Sends commands together and gives the final reply to each, in their order. One that never comes was thrown away.
    pub(super) async fn ask_ahead(&mut self, lines: &[&str]) -> Result<Vec<Reply>, TransferError> {
        self.send_together(lines).await?;
        let mut replies = Vec::new();
        for _ in lines {
            replies.push(self.reply(self.deadlines.reply.min(LEAST_PATIENCE)).await?);
        }
        Ok(replies)
    }

    /// Sends a command and wants it done.
    pub(super) async fn done(&mut self, line: &str, doing: Doing) -> Result<Reply, TransferError> {
        let reply = self.command(line).await?;
        if reply.is_done() { Ok(reply) } else { Err(self.refused(&reply, doing)) }
    }

    /// Makes the error of a refusal.
    pub(super) fn refused(&self, reply: &Reply, doing: Doing) -> TransferError {
        let reason = reason::from_ftp_code(reply.code, doing);
        TransferError::new(reason, self.masked(reply.words()))
    }

    async fn send(&mut self, line: &str) -> Result<(), TransferError> {
        self.send_together(&[line]).await
    }

    /// Sends commands in one go. Each of them has a final reply to be waited for, in their order.
    pub(super) async fn send_together(&mut self, lines: &[&str]) -> Result<(), TransferError> {
        if lines.iter().any(|line| line.contains(['\r', '\n', '\0'])) {
            return Err(TransferError::new(TransferReason::NameRefused, "control character in a command"));
        }
        if !self.in_sync() {
            let words = "the session is out of sync: it can only be dropped";
            return Err(TransferError::new(TransferReason::ConnectionLost, words));
        }
        self.refuse_strays().await?;
        self.awaited += u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let bytes: String = lines.iter().flat_map(|line| [*line, "\r\n"]).collect();
        let sending = async {
            self.stream.write_all(bytes.as_bytes()).await?;
            self.stream.flush().await
        };
        match within(self.deadlines.reply, "send command", sending).await? {
            Ok(()) => Ok(()),
            // The server may have said why before it hung up.
            Err(error) => match self.reply(Duration::from_secs(1)).await {
                Ok(reply) if reply.code == 421 => Err(self.broken_by(&reply)),
                _ => Err(self.break_with(reason::from_standing(&error))),
            },
        }
    }

    /// Waits for one reply. A cancelled or failed wait leaves it awaited for ever.
    pub(super) async fn reply(&mut self, limit: Duration) -> Result<Reply, TransferError> {
        let reply = within(limit, "wait for a reply", self.read_reply()).await??;
        if !reply.is_preliminary() {
            self.awaited = self.awaited.saturating_sub(1);
        }
        if reply.code == 421 {
            self.broken = true;
        }
        Ok(reply)
    }

    async fn read_reply(&mut self) -> Result<Reply, TransferError> {
        let mut block = [0; 2048];
        loop {
            match self.replies.next() {
                Ok(Some(reply)) => return Ok(reply),
                Ok(None) => {}
                Err(bad) => {
                    // Nothing more can be understood here: the session is dropped, like a lost one.
                    let words = self.masked(bad.to_string());
                    return Err(self.break_with(TransferError::new(TransferReason::ConnectionLost, words)));
                }
            }
            match self.stream.read(&mut block).await {
                Ok(0) => {
                    let words = "the server closed the control connection";
                    return Err(self.break_with(TransferError::new(TransferReason::ConnectionLost, words)));
                }
                Ok(read) => self.replies.feed(block.get(..read).unwrap_or_default()),
                Err(error) => return Err(self.break_with(reason::from_standing(&error))),
            }
        }
    }

    /// Looks, without waiting, whether something came that nothing asked for: an idle server's farewell, or
    /// a second reply to the last command.
    async fn refuse_strays(&mut self) -> Result<(), TransferError> {
        let mut block = [0; 2048];
        let mut buffer = ReadBuf::new(&mut block);
        let looked = poll_fn(|cx| match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => Poll::Ready(None),
        });
        match looked.await {
            None => {}
            Some(Ok(())) if buffer.filled().is_empty() => {
                let words = "the server closed the control connection";
                return Err(self.break_with(TransferError::new(TransferReason::ConnectionLost, words)));
            }
            Some(Ok(())) => self.replies.feed(buffer.filled()),
            Some(Err(error)) => return Err(self.break_with(reason::from_standing(&error))),
        }
        if self.replies.is_empty() {
            return Ok(());
        }
        let words = match self.replies.next() {
            Ok(Some(reply)) => reply.words(),
            _ => "half a reply".to_owned(),
        };
        let words = self.masked(format!("a reply that nothing asked for: {words}"));
        Err(self.break_with(TransferError::new(TransferReason::ConnectionLost, words)))
    }

    fn broken_by(&mut self, reply: &Reply) -> TransferError {
        let error = self.refused(reply, Doing::Other);
        self.break_with(error)
    }

    fn break_with(&mut self, error: TransferError) -> TransferError {
        self.broken = true;
        error
    }

    fn masked(&self, words: String) -> String {
        match &self.secret {
            Some(secret) => words.replace(secret.as_str(), "***"),
            None => words,
        }
    }
}
