//! A TCP proxy that makes the loopback interface behave like a line: slow, far, and unreliable on demand.
//!
//! Promises: each byte of a connection arrives in order, after the set delay and at the set rate, until a fault hits it; a fault hits
//! exactly at its byte, once. Opening a connection costs what it costs on a real line: the server sees it one delay and a round
//! trip after the client asked (SYN, SYN-ACK, ACK), and no byte overtakes that.
//!
//! It listens on one address and forwards each port to the same port of another, since FTP servers name the ports of their data
//! connections: `127.0.0.2` before a server that listens on `127.0.0.1`, control and passive ports alike. A client that connects to
//! the control connection's own address (EPSV) passes through it for everything.
//!
//! Limits: the client's own `connect` returns at once, its first byte is what waits; a delay is kept to about a millisecond; at most
//! 1 MiB of a direction is on its way, so that a delay of 10 ms carries 100 MB/s.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// What is read at once, in bytes.
const BLOCK: usize = 16 * 1024;
/// Blocks of one direction on their way: 1 MiB.
const ON_THE_WAY: usize = 64;

/// What the line is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weather {
    /// How long a byte travels, each way: half of a round trip.
    pub delay: Duration,
    /// Bytes a second, each way, that all connections share; `None` = as fast as the machine.
    pub rate: Option<u64>,
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// Which connections a fault waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// Whichever comes there first.
    Any,
    /// Those of the first port: FTP's control connections, or SSH.
    FirstPort,
    /// Those of the other ports: FTP's data connections.
    OtherPorts,
}

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It ends in order (FIN) on both sides, as by a program that quits.
    Cut,
    /// It is reset (RST) on both sides, as by a crash or a firewall.
    Reset,
    /// This direction stands still: nothing more is read or sent, and the connection stays open.
    Stall,
    /// This direction is swallowed: all is read, nothing more is sent, and the connection stays open.
    Drop,
}

/// A fault, used once: it hits the first connection of its kind that carries so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Which connections.
    pub on: On,
    /// Whose bytes are counted.
    pub way: Way,
    /// Bytes of that direction that still arrive. With 0, the connection is hit before its first byte.
    pub after_bytes: u64,
    /// What happens then.
    pub deed: Deed,
}

/// A running proxy, stopped on drop: its connections end with it.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

#[derive(Debug)]
struct Shared {
    weather: Mutex<Weather>,
    faults: Mutex<Vec<Fault>>,
    /// When the line is free again, to the server and to the client.
    free_at: Ways<Mutex<Instant>>,
    connections: AtomicU64,
    first_port: Ways<AtomicU64>,
    other_ports: Ways<AtomicU64>,
}

/// One thing for each way.
#[derive(Debug, Default)]
struct Ways<T> {
    to_server: T,
    to_client: T,
}

impl<T> Ways<T> {
    fn of(&self, way: Way) -> &T {
        match way {
            Way::ToServer => &self.to_server,
            Way::ToClient => &self.to_client,
        }
    }
}

impl Proxy {
    /// Listens on each port of `listen` and forwards to the same port of `server`. The first port is the one that
    /// [`On::FirstPort`] means.
    ///
    /// # Errors
    /// When a port is taken.
    pub fn start(
        listen: IpAddr,
        server: IpAddr,
        ports: impl IntoIterator<Item = u16>,
        weather: Weather,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let now = Instant::now();
        let shared = Arc::new(Shared {
            weather: Mutex::new(weather),
            faults: Mutex::default(),
            free_at: Ways { to_server: Mutex::new(now), to_client: Mutex::new(now) },
            connections: AtomicU64::new(0),
            first_port: Ways::default(),
            other_ports: Ways::default(),
        });
        for (index, port) in ports.into_iter().enumerate() {
            let listener = runtime.block_on(TcpListener::bind(SocketAddr::new(listen, port)))?;
            let server = SocketAddr::new(server, port);
            let kind = if index == 0 { On::FirstPort } else { On::OtherPorts };
            runtime.spawn(accept(listener, server, kind, Arc::clone(&shared)));
        }
        Ok(Self { shared, runtime: Some(runtime) })
    }

    /// Changes the weather, for the bytes that are read from now on.
    pub fn set_weather(&self, weather: Weather) {
        *lock(&self.shared.weather) = weather;
    }

    /// Adds a fault. Of several that fit, the one added first hits.
    pub fn inject(&self, fault: Fault) {
        lock(&self.shared.faults).push(fault);
    }

    /// Gives the faults that have not hit yet.
    pub fn faults_left(&self) -> Vec<Fault> {
        lock(&self.shared.faults).clone()
    }

    /// Forgets the faults that have not hit yet.
    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
    }

    /// Gives the number of connections accepted so far.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Gives the bytes that were forwarded so far in one direction.
    pub fn bytes(&self, way: Way) -> u64 {
        self.bytes_on(On::Any, way)
    }

    /// Gives the bytes that connections of one kind carried so far in one direction.
    pub fn bytes_on(&self, kind: On, way: Way) -> u64 {
        let carried = |ways: &Ways<AtomicU64>| ways.of(way).load(Ordering::Relaxed);
        let (first, others) = (carried(&self.shared.first_port), carried(&self.shared.other_ports));
        match kind {
            On::Any => first + others,
            On::FirstPort => first,
            On::OtherPorts => others,
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    /// When a block that is read now arrives: after the opening, after the blocks before it on the line, and after the delay.
    fn arrival(&self, way: Way, length: usize, opened: Instant) -> Instant {
        let Weather { delay, rate } = *lock(&self.weather);
        let now = Instant::now().max(opened);
        let Some(rate) = rate.filter(|rate| *rate > 0) else { return now + delay };
        let takes = Duration::from_nanos(count(length).saturating_mul(1_000_000_000) / rate);
        let mut free_at = lock(self.free_at.of(way));
        *free_at = (*free_at).max(now) + takes;
        *free_at + delay
    }

    /// Gives how many of the next bytes still pass, and the deed that hits after them.
    fn passes(&self, kind: On, way: Way, before: u64, length: usize) -> Option<(usize, Deed)> {
        let mut faults = lock(&self.faults);
        let fits = |fault: &Fault| {
            (fault.on == On::Any || fault.on == kind)
                && fault.way == way
                && (before..before.saturating_add(count(length))).contains(&fault.after_bytes)
        };
        let index = faults.iter().position(fits)?;
        let fault = faults.remove(index);
        Some((usize::try_from(fault.after_bytes - before).unwrap_or(length), fault.deed))
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, kind: On, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // A client that meets no server sees its connection end, as it would see a refusal.
            drop(carry(client, server, kind, shared).await);
        });
    }
}

/// Carries one connection until it ends. The client's first bytes leave it once it would have been answered, and reach the server
/// with the last packet of the opening.
async fn carry(client: TcpStream, server: SocketAddr, kind: On, shared: Arc<Shared>) -> io::Result<()> {
    client.set_nodelay(true)?;
    let delay = lock(&shared.weather).delay;
    let opened = Instant::now() + delay * 2;
    let (from_client, to_client) = client.into_split();
    let over = Over { now: CancellationToken::new(), reset: CancellationToken::new() };
    let up = Half { way: Way::ToServer, kind, shared: Arc::clone(&shared), over: over.clone(), opened };
    let down = Half { way: Way::ToClient, kind, shared, over: over.clone(), opened };
    let (send, receive) = mpsc::channel(ON_THE_WAY);
    let beyond = async {
        sleep_until(opened + delay).await;
        let reached = TcpStream::connect(server).await;
        let reached = reached.and_then(|upstream| upstream.set_nodelay(true).map(|()| upstream));
        let (from_server, to_server) = reached.inspect_err(|_| over.now.cancel())?.into_split();
        let (send_back, receive_back) = mpsc::channel(ON_THE_WAY);
        tokio::join!(
            up.write(to_server, receive),
            down.read(from_server, send_back),
            down.write(to_client, receive_back)
        );
        Ok(())
    };
    tokio::join!(up.read(from_client, send), beyond).1
}

/// How both directions of a connection hear that it is over.
#[derive(Debug, Clone)]
struct Over {
    now: CancellationToken,
    reset: CancellationToken,
}

/// A block and when it arrives.
type Sent = (Instant, Vec<u8>);

/// One direction of a connection.
#[derive(Debug)]
struct Half {
    way: Way,
    kind: On,
    shared: Arc<Shared>,
    over: Over,
    /// No byte leaves before.
    opened: Instant,
}

impl Half {
    async fn read(&self, mut from: OwnedReadHalf, send: mpsc::Sender<Sent>) {
        tokio::select! {
            () = self.read_all(&mut from, &send) => {}
            () = self.over.now.cancelled() => {}
        }
    }

    async fn write(&self, mut to: OwnedWriteHalf, mut receive: mpsc::Receiver<Sent>) {
        while let Some((due, block)) = receive.recv().await {
            sleep_until(due).await;
            // Counted before: whoever read a byte finds it counted.
            let Shared { first_port, other_ports, .. } = &*self.shared;
            let carried = if self.kind == On::FirstPort { first_port } else { other_ports };
            carried.of(self.way).fetch_add(count(block.len()), Ordering::Relaxed);
            if to.write_all(&block).await.is_err() {
                break;
            }
        }
        receive.close();
        if self.over.reset.is_cancelled() {
            // A socket that is closed so is reset; a half that is forgotten sends no FIN before.
            drop(to.as_ref().set_zero_linger());
            to.forget();
        } else {
            drop(to.shutdown().await);
        }
    }

    /// Reads until the end or a fault, and puts each block on its way.
    async fn read_all(&self, from: &mut OwnedReadHalf, send: &mpsc::Sender<Sent>) {
        let Self { way, kind, shared, over, opened } = self;
        let mut block = vec![0; BLOCK];
        let mut before = 0;
        loop {
            // A fault at the very next byte hits without waiting for it.
            let (kept, deed) = match shared.passes(*kind, *way, before, 1) {
                Some((_, deed)) => (0, Some(deed)),
                None => match from.read(&mut block).await {
                    Ok(0) | Err(_) => {
                        // The FIN travels as long as a byte.
                        drop(send.send((shared.arrival(*way, 0, *opened), Vec::new())).await);
                        return;
                    }
                    Ok(read) => match shared.passes(*kind, *way, before, read) {
                        Some((kept, deed)) => (kept, Some(deed)),
                        None => (read, None),
                    },
                },
            };
            before += count(kept);
            let passed = block.get(..kept).unwrap_or_default().to_vec();
            let due = shared.arrival(*way, kept, *opened);
            if !passed.is_empty() && send.send((due, passed)).await.is_err() {
                return;
            }
            let Some(deed) = deed else { continue };
            match deed {
                Deed::Cut => over.now.cancel(),
                Deed::Reset => {
                    over.reset.cancel();
                    over.now.cancel();
                }
                Deed::Stall => std::future::pending().await,
                Deed::Drop => while from.read(&mut block).await.is_ok_and(|read| read > 0) {},
            }
            return;
        }
    }
}

async fn sleep_until(due: Instant) {
    if due > Instant::now() {
        tokio::time::sleep_until(due).await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
