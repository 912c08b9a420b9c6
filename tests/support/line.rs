//! A TCP proxy that spoils the line: delay each way, rate, a cut at a byte, a reset, a stall, silence.
//!
//! It passes connections on to a port of 127.0.0.1. Bytes are counted over all connections and both ways, so that a
//! fault "after N bytes" comes once, wherever that byte is; connections made after the fault are sound. The data
//! connections of FTP go through it too: [`Proxy::before_ftp`] has a loopback address of its own, on which it stands
//! before the server's passive ports as well, since inside TLS it can't read which one was given.
//!
//! Limits: it lives in the runtime of the test that made it; at most 1,024 blocks of 16 KiB are on their way each way.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// What happens once so many bytes passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Every connection is closed.
    Cut,
    /// Every connection is reset.
    Reset,
    /// Nothing passes any more, and nothing is closed.
    Stall,
    /// What the client sends is swallowed; what the server sends passes.
    Drop,
}

/// How the line is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Line {
    /// Added to each byte, each way; a connection costs it twice.
    pub delay: Duration,
    /// The most bytes a second, each way, over one connection; 0 = any.
    pub bytes_per_second: u64,
    /// What breaks, and after how many bytes.
    pub breaks: Option<(u64, Break)>,
}

#[derive(Debug)]
struct Shared {
    line: Line,
    passed: AtomicU64,
    broken: CancellationToken,
}

/// A running proxy.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Stands before one port.
    pub async fn before(port: u16, line: Line) -> Self {
        Self::start(Ipv4Addr::LOCALHOST, port, line).await
    }

    /// Stands before a control port and a range of passive ports.
    pub async fn before_ftp(port: u16, passive: RangeInclusive<u16>, line: Line) -> Self {
        let own = own_address();
        let proxy = Self::start(own, port, line).await;
        for port in passive {
            let listener = TcpListener::bind((own, port)).await.unwrap();
            tokio::spawn(serve(listener, port, proxy.shared.clone()));
        }
        proxy
    }

    async fn start(own: Ipv4Addr, port: u16, line: Line) -> Self {
        let shared = Arc::new(Shared { line, passed: AtomicU64::new(0), broken: CancellationToken::new() });
        let listener = TcpListener::bind((own, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, port, shared.clone()));
        Self { address, shared }
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many bytes came so far, both ways.
    pub fn passed(&self) -> u64 {
        self.shared.passed.load(Ordering::Relaxed)
    }

    /// Whether the fault came.
    pub fn is_broken(&self) -> bool {
        self.shared.broken.is_cancelled()
    }
}

/// An address of 127/8 that no other proxy of this process has, and hardly one of another process.
pub fn own_address() -> Ipv4Addr {
    static LAST: AtomicU64 = AtomicU64::new(300);
    let [.., c, d] = (LAST.fetch_add(1, Ordering::Relaxed) % 65_000).to_be_bytes();
    Ipv4Addr::new(127, u8::try_from(std::process::id() % 250).unwrap() + 1, c, d)
}

impl Shared {
    /// Counts bytes that are to pass, and gives how many do before the fault.
    fn admit(&self, count: usize) -> usize {
        let before = self.passed.fetch_add(count as u64, Ordering::Relaxed);
        match self.line.breaks {
            Some((at, _)) if before + count as u64 > at => {
                usize::try_from(at.saturating_sub(before)).unwrap()
            }
            _ => count,
        }
    }

    fn how(&self) -> Option<Break> {
        self.line.breaks.map(|(_, how)| how)
    }
}

async fn serve(listener: TcpListener, port: u16, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            sleep(shared.line.delay * 2).await;
            if let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
                carry(client, server, &shared).await;
            }
        });
    }
}

/// Carries one connection until its end, or until the line breaks.
async fn carry(mut client: TcpStream, mut server: TcpStream, shared: &Shared) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    // Whoever comes back after the fault finds a sound line.
    let sound = shared.broken.is_cancelled();
    let closes = matches!(shared.how(), Some(Break::Cut | Break::Reset)) && !sound;
    {
        let (client_reads, client_writes) = client.split();
        let (server_reads, server_writes) = server.split();
        tokio::select! {
            ((), ()) = async { tokio::join!(
                pass(client_reads, server_writes, shared, true, sound),
                pass(server_reads, client_writes, shared, false, sound),
            ) } => {}
            () = shared.broken.cancelled(), if closes => {}
        }
    }
    if closes && shared.broken.is_cancelled() && shared.how() == Some(Break::Reset) {
        client.set_zero_linger().unwrap();
        server.set_zero_linger().unwrap();
    }
}

/// Passes one way. Reading goes on while earlier blocks wait for their time, so that a delay costs no rate.
async fn pass(mut from: ReadHalf<'_>, to: WriteHalf<'_>, shared: &Shared, from_client: bool, sound: bool) {
    let (sender, blocks) = mpsc::channel::<(Instant, Vec<u8>)>(1024);
    let reading = async move {
        let mut block = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut block).await {
            let due = Instant::now() + shared.line.delay;
            if sender.send((due, block[..count].to_vec())).await.is_err() {
                break;
            }
            if let Some(nanos) = (count as u64 * 1_000_000_000).checked_div(shared.line.bytes_per_second) {
                sleep(Duration::from_nanos(nanos)).await;
            }
        }
    };
    tokio::join!(reading, write(blocks, to, shared, from_client, sound));
}

async fn write(
    mut blocks: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut to: WriteHalf<'_>,
    shared: &Shared,
    from_client: bool,
    sound: bool,
) {
    while let Some((due, block)) = blocks.recv().await {
        sleep_until(due).await;
        let admitted = if sound { block.len() } else { shared.admit(block.len()) };
        if to.write_all(&block[..admitted]).await.is_err() {
            return;
        }
        if admitted < block.len() {
            shared.broken.cancel();
            match shared.how() {
                Some(Break::Drop) if from_client => {}
                Some(Break::Drop) => drop(to.write_all(&block[admitted..]).await),
                // The line stands still, or is about to be closed.
                _ => std::future::pending().await,
            }
        }
    }
    let silent = from_client && shared.how() == Some(Break::Drop) && shared.broken.is_cancelled();
    if !silent || sound {
        drop(to.shutdown().await);
    }
}
