//! Bounded waits and the TCP connections under every protocol.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use publier_core::publication::reason::TransferReason;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::ports::TransferError;
use crate::transfer::reason;

/// How long the server may read a file for its hash: longer than any other answer.
pub(super) const HASH_LASTS: Duration = Duration::from_mins(2);

/// A stream of bytes, in clear or inside TLS.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// Waits for `work` at most `limit`; `doing` names it in the error.
pub(super) async fn within<T>(
    limit: Duration,
    doing: &str,
    work: impl Future<Output = T>,
) -> Result<T, TransferError> {
    tokio::time::timeout(limit, work).await.map_err(|_| timed_out(doing, limit))
}

/// The error of a wait that reached its bound.
pub(super) fn timed_out(doing: &str, limit: Duration) -> TransferError {
    TransferError::new(TransferReason::TimedOut, format!("{doing}: nothing within {} ms", limit.as_millis()))
}

/// Silence after which TCP itself asks for a sign of life: translators of addresses forget what is silent for minutes.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Opens a TCP connection without Nagle's delay and with keepalive: each address of the name in turn, all within `limit`.
pub(super) async fn connect(host: &str, port: u16, limit: Duration) -> Result<TcpStream, TransferError> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    within(limit, "connect", async {
        let addresses = tokio::net::lookup_host((bare, port))
            .await
            .map_err(|error| TransferError::new(TransferReason::HostNotFound, format!("{host}: {error}")))?;
        let mut last = TransferError::new(TransferReason::HostNotFound, format!("{host}: no address"));
        for address in addresses {
            match connect_to(address).await {
                Ok(stream) => {
                    let every = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE);
                    let kept = SockRef::from(&stream).set_tcp_keepalive(&every);
                    return kept.map(|()| stream).map_err(|error| reason::from_io(&error));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    })
    .await?
}

/// Opens a TCP connection to one address, without Nagle's delay.
pub(super) async fn connect_to(address: SocketAddr) -> Result<TcpStream, TransferError> {
    let stream = TcpStream::connect(address).await.map_err(|error| {
        TransferError::new(reason::from_connect_error(&error), format!("{address}: {error}"))
    })?;
    stream.set_nodelay(true).map_err(|error| reason::from_io(&error))?;
    Ok(stream)
}

/// Why a stream of content stopped on its way to the server.
#[derive(Debug)]
pub(super) enum Stopped {
    /// The local side could not be read.
    Local(TransferError),
    /// The server's side broke or stood still.
    Remote(TransferError),
}

/// Reads the next block of the content; an empty one is its end. A disk that stands still counts as a stall.
pub(super) async fn next_block<'a>(
    content: &mut (dyn AsyncRead + Send + Unpin),
    block: &'a mut [u8],
    stall: Duration,
) -> Result<&'a [u8], TransferError> {
    let mut filled = 0;
    while let Some(free) = block.get_mut(filled..).filter(|free| !free.is_empty()) {
        let read = within(stall, "read the local file", content.read(free)).await?;
        let read = read.map_err(|error| reason::from_local_read(&error))?;
        if read == 0 {
            break;
        }
        filled += read;
    }
    Ok(block.get(..filled).unwrap_or_default())
}

/// Copies the content to the server; each block must move within `stall`. Gives the bytes copied.
pub(super) async fn pump(
    content: &mut (dyn AsyncRead + Send + Unpin),
    data: &mut dyn Wire,
    stall: Duration,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<u64, Stopped> {
    let mut block = vec![0; 64 * 1024];
    let mut total = 0;
    loop {
        let left = next_block(content, &mut block, stall).await.map_err(Stopped::Local)?;
        if left.is_empty() {
            return Ok(total);
        }
        push(left, data, stall, progress).await.map_err(Stopped::Remote)?;
        total += count(left.len());
    }
}

/// Sends bytes to the server; some of them must move within each `stall`.
pub(super) async fn push(
    mut left: &[u8],
    data: &mut dyn Wire,
    stall: Duration,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<(), TransferError> {
    while !left.is_empty() {
        let written = within(stall, "send data", data.write(left)).await?;
        let written = written.map_err(|error| reason::from_io(&error))?;
        if written == 0 {
            return Err(TransferError::new(TransferReason::ConnectionLost, "data connection closed"));
        }
        left = left.get(written..).unwrap_or_default();
        progress(count(written));
    }
    Ok(())
}

/// A length as a number of bytes on the wire.
pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
