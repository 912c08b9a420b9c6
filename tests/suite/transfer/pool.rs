//! Several connections at once: everything arrives, a server's limit fails nothing, one failure ends the round.

use std::collections::BTreeMap;

use publier::transfer::courier::pool::{Pool, WAITING};

use super::*;

/// A pool and what it tells.
pub(super) struct Office {
    pub(super) pool: Pool,
    pub(super) heard: Arc<Heard>,
    local: tempfile::TempDir,
}

pub(super) type Ends = BTreeMap<u64, Result<Delivered, TransferError>>;

impl Office {
    pub(super) fn new(connector: Arc<dyn Connector>, deposit: RemotePath, connections: u16) -> Self {
        Self::with_stop(connector, deposit, connections, CancellationToken::new())
    }

    fn with_stop(
        connector: Arc<dyn Connector>,
        deposit: RemotePath,
        connections: u16,
        stop: CancellationToken,
    ) -> Self {
        let heard = Arc::new(Heard::default());
        let policy = RetryPolicy { attempts: 3, ..RetryPolicy::default() };
        let dispatch = Dispatch::new(connector, deposit, policy, Arc::new(SystemClock), heard.clone());
        let dispatch = dispatch.with_pause(Arc::new(NoPause::default())).with_stop(stop);
        Self { pool: Pool::new(dispatch, connections), heard, local: tempfile::tempdir().unwrap() }
    }

    pub(super) fn of(rig: &Rig, connections: u16) -> Self {
        Self::new(rig.connector(), rig.remote("depot"), connections)
    }

    pub(super) fn parcel(&self, remote: RemotePath, content: &[u8]) -> Parcel {
        let local = self.local.path().join(sha256(content).to_string());
        fs::write(&local, content).unwrap();
        Parcel { local, remote, size_bytes: content.len() as u64, digest: sha256(content) }
    }

    /// Delivers all, the pool kept full, and gives the end of each by its place.
    pub(super) async fn deliver(&mut self, parcels: Vec<Parcel>) -> Ends {
        let mut ends = Ends::new();
        let mut parcels = (0..).zip(parcels);
        let mut more = true;
        loop {
            while more && self.pool.has_room() {
                match parcels.next() {
                    Some((ticket, parcel)) => self.pool.submit(ticket, parcel),
                    None => more = false,
                }
            }
            match self.pool.next().await {
                Some((ticket, result)) => {
                    assert!(ends.insert(ticket, result).is_none(), "file {ticket} ends once");
                }
                None => return ends,
            }
        }
    }
}

/// Files of many sizes, each of another content, with one that is large.
fn contents(count: usize) -> Vec<Vec<u8>> {
    let size = |n: usize| if n == 7 { 2 * MIB } else { 1 + n * 613 % 40_000 };
    (0..count).map(|n| [n.to_le_bytes().to_vec(), noise(size(n))].concat()).collect()
}

async fn many_files_arrive_whole_over(rig: &Rig, connections: u16) {
    let mut office = Office::of(rig, connections);
    let contents = contents(90);
    let remote = |n: usize| rig.remote(&format!("depot/documents/{:02}/f{n}.pdf", n % 3));
    let parcels = contents.iter().enumerate().map(|(n, content)| office.parcel(remote(n), content)).collect();
    let ends = office.deliver(parcels).await;
    assert_eq!(ends.len(), contents.len());
    for (ticket, end) in ends {
        let size_bytes = contents[ticket as usize].len() as u64;
        assert_eq!(end, Ok(Delivered { already: false, size_bytes }), "file {ticket}");
    }
    for (n, content) in contents.iter().enumerate() {
        let found = rig.content(&format!("depot/documents/{:02}/f{n}.pdf", n % 3));
        assert_eq!(found.as_ref(), Some(content), "file {n}");
    }
    let told = office.heard.names().iter().filter(|name| name.starts_with("uploaded")).count();
    assert_eq!(told, contents.len(), "each file is told once");
    let total: usize = contents.iter().map(Vec::len).sum();
    assert_eq!(office.heard.progress_bytes(), total as u64);
    // Then one connection is left, by which the zip goes alone.
    office.pool.rest().await;
    let zip = office.parcel(rig.remote("depot/p.zip"), b"zip");
    assert_eq!(office.pool.alone().deliver(&zip).await, Ok(Delivered { already: false, size_bytes: 3 }));
    office.pool.close().await;
}

async fn many_files_arrive_whole_over_one_connection(rig: Rig) {
    many_files_arrive_whole_over(&rig, 1).await;
}

async fn many_files_arrive_whole_over_several_connections(rig: Rig) {
    many_files_arrive_whole_over(&rig, 8).await;
    if let Rig::Memory(server) = &rig {
        assert!((2..=8).contains(&server.connections()), "{} connections", server.connections());
    }
}

async fn a_name_is_never_held_twice(rig: Rig) {
    let mut office = Office::of(&rig, 8);
    let content = noise(300_000);
    let parcels = vec![office.parcel(rig.remote("depot/meme.pdf"), &content); 12];
    let ends = office.deliver(parcels).await;
    let first: Vec<_> = ends.values().filter(|end| end.as_ref().is_ok_and(|end| !end.already)).collect();
    assert_eq!((first.len(), ends.len()), (1, 12), "{ends:?}");
    assert_eq!(rig.content("depot/meme.pdf"), Some(content));
    office.pool.close().await;
}

every_server_keeps! {
    many_files_arrive_whole_over_one_connection,
    many_files_arrive_whole_over_several_connections,
    a_name_is_never_held_twice,
}

/// Delivers forty files to a server that grants fewer connections than are wanted.
async fn nothing_fails_at_the_limit(connector: Arc<dyn Connector>, deposit: &str) {
    let mut office = Office::new(connector, RemotePath::new(deposit).unwrap(), 16);
    let remote = |n: usize| RemotePath::new(format!("{deposit}/f{n}.pdf")).unwrap();
    let parcels =
        contents(40).iter().enumerate().map(|(n, content)| office.parcel(remote(n), content)).collect();
    let ends = office.deliver(parcels).await;
    assert_eq!(ends.len(), 40);
    assert!(ends.values().all(Result::is_ok), "{ends:?}");
    let others: Vec<_> =
        office.heard.names().into_iter().filter(|name| !name.starts_with("uploaded")).collect();
    assert_eq!(others, Vec::<String>::new(), "a limit is no failure");
    office.pool.close().await;
}

#[tokio::test]
async fn a_server_that_answers_421_to_one_connection_more_is_given_fewer() {
    let server = RealServer::vsftpd_granting(Kind::Explicit, 3);
    nothing_fails_at_the_limit(server.connector("depot"), "/depot").await;
}

#[tokio::test]
async fn a_server_that_answers_530_to_one_login_more_is_given_fewer_and_asked_once() {
    let server = ScriptedFtp::start(Script::Grants(2));
    let connector = connector(&server.target(Protocol::Ftp)).unwrap();
    nothing_fails_at_the_limit(connector, "/depot").await;
    let logins = server.heard().iter().filter(|line| line.starts_with("PASS")).count();
    assert!((2..=4).contains(&logins), "{logins} passwords");
}

/// A connection whose round trip costs 20 ms: one file at a time would take eight of them each.
#[cfg(feature = "demo")]
#[tokio::test]
async fn sftp_carries_many_files_at_a_time_over_one_connection() {
    let server = RealServer::sshd();
    let port = server.target("depot").port;
    let weather = Weather { delay: Duration::from_millis(10), rate: None };
    let (_proxy, host) = a_line(vec![port], weather);
    let target = Target { host, ..server.target("depot") };
    let mut office = Office::new(connector(&target).unwrap(), server.remote("depot"), 1);
    let remote = |n: usize| server.remote(&format!("depot/f{n}.pdf"));
    let parcels =
        contents(100).iter().enumerate().map(|(n, content)| office.parcel(remote(n), content)).collect();
    let began = Instant::now();
    let ends = office.deliver(parcels).await;
    let took = began.elapsed();
    assert!(ends.len() == 100 && ends.values().all(Result::is_ok), "{ends:?}");
    assert!(took < Duration::from_millis(100 * 8 * 20 / 2), "{took:?}");
    office.pool.close().await;
    assert_eq!(server.log().matches("Accepted password").count(), 1);
}

#[tokio::test]
async fn a_full_disk_ends_the_round_and_what_waits_is_not_begun() {
    let rig = Rig::memory();
    let Rig::Memory(server) = &rig else { unreachable!() };
    server.inject(Fault::FailNext {
        operation: Operation::Write,
        error: TransferError::new(R::DiskFull, "452 full"),
    });
    let mut office = Office::of(&rig, 4);
    let remote = |n: usize| rig.remote(&format!("depot/f{n}.pdf"));
    let parcels =
        contents(200).iter().enumerate().map(|(n, content)| office.parcel(remote(n), content)).collect();
    let ends = office.deliver(parcels).await;
    let failed: Vec<_> = ends.values().filter_map(|end| end.as_ref().err()).collect();
    assert_eq!(failed.iter().map(|error| error.reason).collect::<Vec<_>>(), [R::DiskFull]);
    assert!(ends.len() <= 1 + WAITING, "{} files were begun", ends.len());
    // The next round begins anew.
    office.pool.rest().await;
    let again = office.parcel(rig.remote("depot/encore.pdf"), b"encore");
    assert!(office.deliver(vec![again]).await.values().all(Result::is_ok));
}

#[tokio::test]
async fn a_connection_that_is_lost_costs_no_file() {
    for connections in [1, 6] {
        let rig = Rig::memory();
        let Rig::Memory(server) = &rig else { unreachable!() };
        for n in 0..12 {
            server.inject(Fault::CutWrite { after_bytes: 100 * n });
            server.inject(Fault::LoseReply { operation: Operation::Rename });
        }
        let mut office = Office::of(&rig, connections);
        let contents = contents(60);
        let remote = |n: usize| rig.remote(&format!("depot/f{n}.pdf"));
        let parcels: Vec<_> =
            contents.iter().enumerate().map(|(n, content)| office.parcel(remote(n), content)).collect();
        let ends = office.deliver(parcels).await;
        for (ticket, end) in &ends {
            let whole =
                rig.content(&format!("depot/f{ticket}.pdf")).as_ref() == Some(&contents[*ticket as usize]);
            assert!(end.is_err() || whole, "file {ticket} over {connections}");
        }
        let told = office.heard.names().iter().filter(|name| name.starts_with("uploaded")).count();
        assert_eq!(told, ends.values().filter(|end| end.is_ok()).count(), "told once each, {connections}");
    }
}

#[tokio::test]
async fn a_stop_ends_every_connection_at_once() {
    let server = ScriptedFtp::start(Script::NeverConfirms);
    let mut target = server.target(Protocol::Ftp);
    target.deadlines.stall = Duration::from_secs(60);
    target.deadlines.reply = Duration::from_secs(60);
    let stop = CancellationToken::new();
    let deposit = RemotePath::new("/depot").unwrap();
    let mut office = Office::with_stop(connector(&target).unwrap(), deposit.clone(), 4, stop.clone());
    let parcels = contents(20);
    let parcels = parcels.iter().enumerate();
    let parcels =
        parcels.map(|(n, content)| office.parcel(deposit.join(&format!("f{n}")).unwrap(), content)).collect();
    let began = Instant::now();
    let (ends, ()) = tokio::join!(office.deliver(parcels), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop.cancel();
    });
    office.pool.close().await;
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert!(!ends.is_empty());
    assert!(ends.values().all(|end| end.as_ref().is_err_and(|e| e.reason == R::Interrupted)), "{ends:?}");
}

/// A round over SFTP with lanes that have nothing to do, on a connection that then dies: by silence, or for good.
#[cfg(feature = "demo")]
async fn a_dead_connection_with_idle_lanes_ends_the_tries(is_silent: bool) {
    let server = RealServer::sshd();
    let (proxy, host) = a_line(vec![server.target("depot").port], Weather::default());
    let second = Duration::from_secs(1);
    let mut target = Target { host, ..server.target("depot") };
    (target.deadlines.connect, target.deadlines.reply, target.deadlines.stall) = (second, second, second);
    let mut office = Office::new(connector(&target).unwrap(), server.remote("depot"), 4);
    let remote = |n: usize| server.remote(&format!("depot/f{n}.pdf"));
    let parcels =
        contents(60).iter().enumerate().map(|(n, content)| office.parcel(remote(n), content)).collect();
    assert!(office.deliver(parcels).await.values().all(Result::is_ok));
    if is_silent {
        proxy.set_weather(Weather { delay: Duration::from_hours(1), rate: None });
    } else {
        drop((proxy, server));
    }
    let late = office.parcel(RemotePath::new("/depot/late.pdf").unwrap(), b"late");
    let ends = tokio::time::timeout(Duration::from_secs(30), office.deliver(vec![late])).await;
    let ends = ends.expect("the tries end");
    assert!(ends.values().all(Result::is_err), "{ends:?}");
    let told = office.heard.names();
    assert!(told.last().unwrap().starts_with("session "), "{told:?}");
}

#[cfg(feature = "demo")]
#[tokio::test]
async fn a_server_that_falls_silent_under_idle_lanes_is_given_up() {
    a_dead_connection_with_idle_lanes_ends_the_tries(true).await;
}

#[cfg(feature = "demo")]
#[tokio::test]
async fn a_server_that_goes_away_under_idle_lanes_is_given_up() {
    a_dead_connection_with_idle_lanes_ends_the_tries(false).await;
}
