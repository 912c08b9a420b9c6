//! Promise 2 on real servers: whatever is cut, reset, stalled or swallowed at any byte, a file that is said to be there
//! is there whole, and a final name never shows a part of one.

use super::pool::Office;
use super::*;
use crate::support::oracle::cases;
use crate::support::proxy::{Deed, On, Way};

/// Where a line breaks: on which connections, which way, after how many bytes, and how.
type Break = crate::support::proxy::Fault;

/// A server behind a line that can be spoiled.
struct Spoiled {
    server: RealServer,
    passive: std::ops::RangeInclusive<u16>,
}

impl Spoiled {
    fn ftp() -> Self {
        Self::vsftpd(Kind::Plain, 12_000)
    }

    fn ftps() -> Self {
        Self::vsftpd(Kind::Explicit, 20_000)
    }

    fn vsftpd(kind: Kind, above: u16) -> Self {
        let first = above + u16::try_from(std::process::id() % 400).unwrap() * 20;
        let passive = first..=first + 19;
        Self { server: RealServer::vsftpd_passive(kind, &passive), passive }
    }

    #[expect(clippy::reversed_empty_ranges, reason = "SFTP has no other port")]
    fn sftp() -> Self {
        Self { server: RealServer::sshd(), passive: 1..=0 }
    }

    fn proxy(&self, weather: Weather, breaks: Option<Break>) -> (Proxy, Target) {
        let target = self.server.target("depot");
        let ports = std::iter::once(target.port).chain(self.passive.clone()).collect();
        let (proxy, host) = a_line(ports, weather);
        let trust = match target.protocol {
            Protocol::Sftp | Protocol::Ftp => target.trust.clone(),
            // The certificate doesn't bear the proxy's address.
            _ => Trust::CertificateFingerprint(self.server.identities().sha256("leaf.pem")),
        };
        let mut target = Target { host, trust, ..target };
        if let Some(fault) = breaks {
            proxy.inject(fault);
            if matches!(fault.deed, Deed::Stall | Deed::Drop) {
                let second = Duration::from_secs(1);
                (target.deadlines.connect, target.deadlines.reply) = (second, second);
                target.deadlines.stall = second;
            }
        }
        (proxy, target)
    }

    /// Delivers one new file over a line, tried again as usual.
    async fn deliver(&self, name: &str, weather: Weather, breaks: Option<Break>) -> Delivery {
        let (proxy, target) = self.proxy(weather, breaks);
        let mut post = Post::new(connector(&target).unwrap(), self.server.remote("depot"));
        let content = [name.as_bytes(), &noise(90_000)].concat();
        let parcel = post.parcel(self.server.remote(&format!("depot/{name}")), &content);
        let began = Instant::now();
        let result = post.courier.deliver(&parcel).await;
        let took = began.elapsed();
        assert!(took < Duration::from_secs(30), "{breaks:?} took {took:?}");
        post.courier.close().await;
        let told = post.heard.names().iter().any(|event| event.starts_with("uploaded"));
        assert_eq!(told, result.as_ref().is_ok_and(|delivered| !delivered.already), "{breaks:?}");
        let found = fs::read(self.server.root().join("depot").join(name)).ok();
        assert!(found.is_none() || found.as_ref() == Some(&content), "{breaks:?}: half visible");
        Delivery { proxy, result, whole: found.is_some(), took }
    }
}

/// How one delivery ended.
struct Delivery {
    proxy: Proxy,
    result: Result<Delivered, TransferError>,
    /// Whether the file stands whole at its final name.
    whole: bool,
    took: Duration,
}

/// What became of a row of small files over a line.
struct Row {
    proxy: Proxy,
    /// How many were said to be there.
    confirmed: usize,
    /// Why others were not.
    failed: Vec<String>,
    /// What must never be.
    wrong: Vec<String>,
}

/// How many small files follow each other.
const ROW: usize = 5;

impl Spoiled {
    /// Delivers small files one behind the other over one connection, each begun with the end of the one before it.
    async fn deliver_a_row(&self, name: &str, breaks: Option<Break>) -> Row {
        let (proxy, target) = self.proxy(Weather::default(), breaks);
        let mut office = Office::new(connector(&target).unwrap(), self.server.remote("depot"), 1);
        let file = |n: usize| format!("depot/{name}-{n}.pdf");
        let contents: Vec<_> = (0..ROW).map(|n| [file(n).as_bytes(), &noise(6_000 - n)].concat()).collect();
        let parcels = contents.iter().enumerate();
        let parcels =
            parcels.map(|(n, content)| office.parcel(self.server.remote(&file(n)), content)).collect();
        let ends = office.deliver(parcels).await;
        office.pool.close().await;
        let told = office.heard.names();
        let mut wrong = Vec::new();
        for (n, content) in contents.iter().enumerate() {
            let found = fs::read(self.server.root().join(file(n))).ok();
            let confirmed = ends.get(&(n as u64)).is_some_and(Result::is_ok);
            let uploaded = told.iter().filter(|event| event.starts_with(&format!("uploaded {name}-{n}.")));
            let times = uploaded.count();
            if found.as_ref().is_some_and(|found| found != content) {
                wrong.push(format!("{} is half visible", file(n)));
            }
            if confirmed && found.is_none() || times > 1 {
                wrong.push(format!("{}: confirmed {confirmed}, told {times} times", file(n)));
            }
        }
        let failed = ends.values().filter_map(|end| Some(end.as_ref().err()?.to_string())).collect();
        Row { proxy, confirmed: ends.values().filter(|end| end.is_ok()).count(), failed, wrong }
    }
}

#[tokio::test]
async fn no_cut_in_a_row_of_small_files_confirms_falsely_or_mixes_two() {
    let spoiled = Spoiled::ftps();
    let clean = spoiled.deliver_a_row("entier", None).await;
    assert_eq!((clean.confirmed, &clean.wrong), (ROW, &Vec::new()));
    let used = used(&clean.proxy);
    let points = u64::from(cases(40)).div_ceil(used.len() as u64);
    let (mut count, mut hit, mut confirmed, mut wrong) = (0, 0, 0, Vec::new());
    for (on, way, bytes) in used {
        // Each file has a data connection of its own, and the control connection is one for all.
        let bytes = if on == On::OtherPorts { bytes / ROW as u64 } else { bytes };
        for point in 0..points {
            let deed = if point % 2 == 0 { Deed::Cut } else { Deed::Reset };
            let after_bytes = (bytes * (2 * point + 1)) / (2 * points);
            let fault = Break { on, way, after_bytes, deed };
            let row = spoiled.deliver_a_row(&format!("{on:?}{way:?}{point}"), Some(fault)).await;
            count += 1;
            hit += u64::from(row.proxy.faults_left().is_empty());
            confirmed += row.confirmed;
            if row.confirmed < ROW {
                println!("{fault:?}: {} of {ROW} delivered, {:?}", row.confirmed, row.failed);
            }
            wrong.extend(row.wrong.into_iter().map(|wrong| format!("{fault:?}: {wrong}")));
        }
    }
    println!(
        "rows over FTPS: {count} breaks, {hit} hit, {confirmed} files delivered after all, {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(hit * 10 >= count * 9, "{hit} of {count} breaks hit");
    let all = count * ROW as u64;
    assert!(confirmed as u64 * 20 >= all * 19, "{confirmed} of {all} were delivered by another try");
}

/// The kinds of connection and ways that a sound delivery used, with the bytes of each.
fn used(clean: &Proxy) -> Vec<(On, Way, u64)> {
    let all = [On::FirstPort, On::OtherPorts]
        .into_iter()
        .flat_map(|on| [Way::ToServer, Way::ToClient].map(|way| (on, way, clean.bytes_on(on, way))));
    all.filter(|(.., bytes)| *bytes > 0).collect()
}

async fn no_cut_confirms_falsely(spoiled: Spoiled, name: &str) {
    let Delivery { proxy: clean, result, .. } = spoiled.deliver("entier.pdf", Weather::default(), None).await;
    assert!(result.is_ok(), "{result:?}");
    let used = used(&clean);
    let total = clean.bytes(Way::ToServer) + clean.bytes(Way::ToClient);
    let (mut broken, mut confirmed, mut false_ones, mut count) = (0, 0, 0, 0);
    let (mut stalls, mut longest) = (0, Duration::ZERO);
    let closing = u64::from(cases(40)).div_ceil(used.len() as u64);
    let silent = closing.div_ceil(10);
    for (on, way, bytes) in used {
        for (deed, points) in
            [(Deed::Cut, closing), (Deed::Reset, closing), (Deed::Stall, silent), (Deed::Drop, silent)]
        {
            for point in 0..points {
                // Odd steps, so that the points fall anywhere in replies, handshakes and data.
                let after_bytes = (bytes * (2 * point + 1)) / (2 * points);
                let fault = Break { on, way, after_bytes, deed };
                let name = format!("{on:?}{way:?}{deed:?}{point}.pdf");
                let delivery = spoiled.deliver(&name, Weather::default(), Some(fault)).await;
                let Delivery { proxy, result, whole, took } = delivery;
                if matches!(deed, Deed::Stall | Deed::Drop) {
                    stalls += 1;
                    longest = longest.max(took);
                }
                count += 1;
                broken += u64::from(proxy.faults_left().is_empty());
                confirmed += u64::from(result.is_ok());
                false_ones += u64::from(result.is_ok() && !whole);
            }
        }
    }
    println!(
        "{name}: {count} breaks over {total} bytes, {broken} hit, {confirmed} delivered after all, {false_ones} false; \
         {stalls} stalls and silences, each over within {longest:.1?} (waits of 1 s)"
    );
    assert_eq!(false_ones, 0);
    assert!(broken * 10 >= count * 9, "{broken} of {count} breaks hit");
    assert!(confirmed * 10 >= count * 8, "{confirmed} of {count} were delivered by another try");
}

#[tokio::test]
async fn no_cut_reset_stall_or_silence_confirms_falsely_over_ftp() {
    no_cut_confirms_falsely(Spoiled::ftp(), "FTP").await;
}

#[tokio::test]
async fn no_cut_reset_stall_or_silence_confirms_falsely_over_ftps() {
    no_cut_confirms_falsely(Spoiled::ftps(), "FTPS").await;
}

#[tokio::test]
async fn no_cut_reset_stall_or_silence_confirms_falsely_over_sftp() {
    no_cut_confirms_falsely(Spoiled::sftp(), "SFTP").await;
}

#[tokio::test]
async fn a_slow_and_distant_line_delivers_all_the_same() {
    let spoiled = Spoiled::ftps();
    let weather = Weather { delay: Duration::from_millis(10), rate: Some(200_000) };
    let began = Instant::now();
    let Delivery { result, whole, .. } = spoiled.deliver("lent.pdf", weather, None).await;
    assert!(result.is_ok() && whole, "{result:?}");
    // 90,000 bytes at 200,000 a second, and a dozen round trips of 20 ms.
    assert!(began.elapsed() > Duration::from_millis(450 + 240), "{:?}", began.elapsed());
}
