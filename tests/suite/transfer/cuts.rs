//! Promise 2 on real servers: whatever is cut, reset, stalled or swallowed at any byte, a file that is said to be there
//! is there whole, and a final name never shows a part of one.

use publier::transfer::courier::Delivered;

use super::*;
use crate::support::line::{Break, Line, Proxy};
use crate::support::oracle::cases;

/// A server behind a line that can be spoiled.
struct Spoiled {
    server: RealServer,
    passive: std::ops::RangeInclusive<u16>,
}

impl Spoiled {
    fn ftps() -> Self {
        let first = 20_000 + u16::try_from(std::process::id() % 400).unwrap() * 20;
        let passive = first..=first + 19;
        Self { server: RealServer::vsftpd_passive(Kind::Explicit, &passive), passive }
    }

    fn sftp() -> Self {
        Self { server: RealServer::sshd(), passive: 1..=1 }
    }

    async fn proxy(&self, line: Line) -> (Proxy, Target) {
        let target = self.server.target("depot");
        let proxy = match target.protocol {
            Protocol::Sftp => Proxy::before(target.port, line).await,
            _ => Proxy::before_ftp(target.port, self.passive.clone(), line).await,
        };
        let trust = match target.protocol {
            Protocol::Sftp => target.trust.clone(),
            // The certificate doesn't bear the proxy's address.
            _ => Trust::CertificateFingerprint(self.server.identities().sha256("leaf.pem")),
        };
        let (host, port) = (proxy.address().ip().to_string(), proxy.address().port());
        let mut target = Target { host, port, trust, ..target };
        if line.breaks.is_some_and(|(_, how)| matches!(how, Break::Stall | Break::Drop)) {
            let second = Duration::from_secs(1);
            (target.deadlines.connect, target.deadlines.reply) = (second, second);
            target.deadlines.stall = second;
        }
        (proxy, target)
    }

    /// Delivers one new file over a line, tried twice; gives the proxy, the result and whether the file stands whole.
    async fn deliver(&self, name: &str, line: Line) -> (Proxy, Result<Delivered, TransferError>, bool) {
        let (proxy, target) = self.proxy(line).await;
        let mut post = Post::new(connector(&target).unwrap(), self.server.remote("depot"));
        let content = [name.as_bytes(), &noise(90_000)].concat();
        let parcel = post.parcel(self.server.remote(&format!("depot/{name}")), &content);
        let began = Instant::now();
        let result = post.courier.deliver(&parcel).await;
        assert!(began.elapsed() < Duration::from_secs(30), "{line:?} took {:?}", began.elapsed());
        post.courier.close().await;
        let told = post.heard.names().iter().any(|event| event.starts_with("uploaded"));
        assert_eq!(told, result.as_ref().is_ok_and(|delivered| !delivered.already), "{line:?}");
        let found = fs::read(self.server.root().join("depot").join(name)).ok();
        assert!(found.is_none() || found.as_ref() == Some(&content), "{line:?}: half visible");
        (proxy, result, found.is_some())
    }
}

async fn no_cut_confirms_falsely(spoiled: Spoiled, name: &str) {
    let (clean, result, _) = spoiled.deliver("entier.pdf", Line::default()).await;
    assert!(result.is_ok(), "{result:?}");
    let total = clean.passed();
    let (mut broken, mut confirmed, mut false_ones, mut count) = (0, 0, 0, 0);
    let closing = u64::from(cases(40));
    let silent = closing.div_ceil(10);
    let kinds =
        [(Break::Cut, closing), (Break::Reset, closing), (Break::Stall, silent), (Break::Drop, silent)];
    for (how, points) in kinds {
        for point in 0..points {
            // Odd steps, so that the points fall anywhere in replies, handshakes and data.
            let at = (total * (2 * point + 1)) / (2 * points) + point % 7;
            let line = Line { breaks: Some((at, how)), ..Line::default() };
            let (proxy, result, whole) = spoiled.deliver(&format!("{how:?}{point}.pdf"), line).await;
            count += 1;
            broken += u64::from(proxy.is_broken());
            confirmed += u64::from(result.is_ok());
            false_ones += u64::from(result.is_ok() && !whole);
        }
    }
    println!(
        "{name}: {count} breaks over {total} bytes, {broken} hit, {confirmed} delivered after all, {false_ones} false"
    );
    assert_eq!(false_ones, 0);
    assert!(broken * 10 >= count * 9, "{broken} of {count} breaks hit");
    assert!(confirmed * 10 >= count * 8, "{confirmed} of {count} were delivered by another try");
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
    let line = Line { delay: Duration::from_millis(10), bytes_per_second: 200_000, breaks: None };
    let began = Instant::now();
    let (_, result, whole) = spoiled.deliver("lent.pdf", line).await;
    assert!(result.is_ok() && whole, "{result:?}");
    // 90,000 bytes at 200,000 a second, and a dozen round trips of 20 ms.
    assert!(began.elapsed() > Duration::from_millis(450 + 240), "{:?}", began.elapsed());
}
