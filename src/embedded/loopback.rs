//! Accepting connections on 127.0.0.1: each bounded, each ended when the server stops.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpStream as StdTcpStream};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::EmbeddedError;

const CONNECTION_LIMIT: usize = 64;
/// How long connections may take to end once they were hung up.
const ENDING: Duration = Duration::from_secs(5);
/// A pause after a refused accept, so that a lack of descriptors doesn't spin.
const PAUSE: Duration = Duration::from_millis(100);

/// A port that is listened to until it is stopped or dropped.
#[derive(Debug)]
pub(super) struct Loopback {
    port: u16,
    stop: CancellationToken,
    accepting: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Listens on `port` (0: a free one) and serves each connection by `serve`.
    pub(super) async fn listen<F, S>(port: u16, serve: F) -> Result<Self, EmbeddedError>
    where
        F: Fn(TcpStream, Hangup) -> S + Send + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        let failed = |source| EmbeddedError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let stop = CancellationToken::new();
        let accepting = tokio::spawn(accept(listener, stop.clone(), serve));
        Ok(Self { port, stop, accepting: Some(accepting) })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Ends every connection and waits for it, at most twice five seconds.
    pub(super) async fn stop(mut self) {
        self.stop.cancel();
        if let Some(accepting) = self.accepting.take() {
            // Late connections end with the runtime.
            drop(timeout(2 * ENDING, accepting).await);
        }
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn accept<F, S>(listener: TcpListener, stop: CancellationToken, serve: F)
where
    F: Fn(TcpStream, Hangup) -> S,
    S: Future<Output = ()> + Send + 'static,
{
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, hangup)) = accepted.and_then(|(stream, _)| prepare(stream)) else {
            drop(timeout(PAUSE, stop.cancelled()).await);
            continue;
        };
        if connections.len() < CONNECTION_LIMIT {
            connections.spawn(until_stopped(serve(stream, hangup.clone()), hangup, stop.clone()));
        }
    }
    drop(listener);
    connections.close();
    drop(timeout(ENDING, connections.wait()).await);
}

/// Answers leave at once (without this an FTP server costs 45 ms a file), and we keep a way to hang up.
fn prepare(stream: TcpStream) -> io::Result<(TcpStream, Hangup)> {
    stream.set_nodelay(true)?;
    let stream = stream.into_std()?;
    let hangup = Hangup { socket: Arc::new(stream.try_clone()?), gone: CancellationToken::new() };
    Ok((TcpStream::from_std(stream)?, hangup))
}

async fn until_stopped(serving: impl Future<Output = ()>, hangup: Hangup, stop: CancellationToken) {
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => {}
        () = stop.cancelled() => {
            hangup.now();
            drop(timeout(ENDING, serving).await);
        }
    }
    // Our own descriptor would keep the connection open.
    hangup.now();
}

/// Ends one connection from any task.
#[derive(Debug, Clone)]
pub(super) struct Hangup {
    socket: Arc<StdTcpStream>,
    gone: CancellationToken,
}

impl Hangup {
    /// Closes both ways at once.
    pub(super) fn now(&self) {
        self.gone.cancel();
        // A peer that has left already is no error.
        drop(self.socket.shutdown(Shutdown::Both));
    }

    /// Waits until the connection was ended by [`Hangup::now`].
    pub(super) async fn gone(&self) {
        self.gone.cancelled().await;
    }
}
