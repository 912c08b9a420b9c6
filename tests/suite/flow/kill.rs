//! SIGKILL at any moment, then `publish` again: nothing is lost, nothing is doubled, nothing is half visible.
//!
//! Each chain kills one publication again and again, further each time, then lets it end. Meanwhile a watcher reads
//! every final name on the server's disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use publier::digest::sha256;
use publier::settings::target::Target;

use crate::support::flow::{Agency, Deposit, Embedded, ListedFile, Running};
use crate::support::servers::{Kind, RealServer};

/// When a run is killed.
#[derive(Debug, Clone, Copy)]
enum When {
    /// So many milliseconds after its start: while it starts, reads, plans or renders.
    After(u64),
    /// When it says that its n-th file is there.
    Told(usize),
    /// When the server's disk shows so many final files.
    Standing(usize),
    /// When a temporary file grows there.
    Part,
    /// When the zip's temporary file is there.
    ZipPart,
    /// When the zip stands at its final name on the disk, before or after the run hears so.
    ZipStands,
    /// When the run says that the zip is there: before it settles.
    ZipTold,
}

use When::{After, Part, Standing, Told, ZipPart, ZipStands, ZipTold};

/// Runs the program and kills it; `false` when it ended before.
fn kill_when(agency: &Agency, arguments: &[&str], deposit: &Deposit, when: When) -> bool {
    let mut running = Running::start(&mut agency.command(&[&["publish", "--json"], arguments].concat()));
    let zips = deposit.names().iter().filter(|name| is_zip(name)).count();
    let due = |deposit: &Deposit| {
        let names = deposit.names();
        match when {
            Standing(count) => names.iter().filter(|name| !is_part(name)).count() >= count,
            Part => names.iter().any(|name| is_part(name) && !name.contains(".zip")),
            ZipPart => names.iter().any(|name| is_part(name) && name.contains(".zip")),
            ZipStands => names.iter().filter(|name| is_zip(name)).count() > zips,
            After(_) | Told(_) | ZipTold => false,
        }
    };
    let began = Instant::now();
    match when {
        After(ms) => std::thread::sleep(Duration::from_millis(ms)),
        Told(_) | ZipTold => {
            let mut told = 0;
            while let Some(line) = running.next() {
                let is_upload = line["type"] == "uploaded";
                told += usize::from(is_upload);
                let zip = is_upload && line["remote"].as_str().is_some_and(is_zip);
                if matches!(when, Told(count) if told >= count) || (matches!(when, ZipTold) && zip) {
                    break;
                }
            }
        }
        Standing(_) | Part | ZipPart | ZipStands => {
            while !due(deposit) && !running.is_over() {
                assert!(began.elapsed() < Duration::from_secs(60), "{when:?} never came");
                std::thread::sleep(Duration::from_micros(200));
            }
        }
    }
    let alive = !running.is_over();
    running.kill();
    alive
}

fn is_part(name: &str) -> bool {
    name.rsplit('/').next().unwrap().starts_with('.')
}

fn is_zip(name: &str) -> bool {
    name.ends_with(".zip") && !is_part(name)
}

/// Everything that was ever seen at a final name: (name, digest).
type Seen = BTreeSet<(String, String)>;

/// Reads every final name, all the time.
struct Watcher {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Seen>,
}

impl Watcher {
    fn of(deposit: Deposit) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            let mut known: BTreeMap<PathBuf, (u64, std::time::SystemTime)> = BTreeMap::new();
            let mut seen = Seen::new();
            while !stop.load(Ordering::Relaxed) {
                for (name, path) in deposit.files().into_iter().filter(|(name, _)| !is_part(name)) {
                    let Ok(found) = std::fs::metadata(&path) else { continue };
                    let stamp = (found.len(), found.modified().unwrap());
                    if known.get(&path) != Some(&stamp) {
                        seen.insert((name, sha256(&std::fs::read(&path).unwrap()).to_string()));
                        known.insert(path, stamp);
                    }
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            seen
        });
        Self { over, thread }
    }

    /// Ends, and checks that each name only ever showed the content that stands there now, which is the one listed.
    fn check(self, deposit: &Deposit) -> usize {
        std::thread::sleep(Duration::from_millis(20));
        self.over.store(true, Ordering::Relaxed);
        let seen = self.thread.join().unwrap();
        let mut listed: BTreeMap<String, String> = BTreeMap::new();
        for (name, path) in deposit.files().into_iter().filter(|(name, _)| is_zip(name)) {
            listed.insert(name, sha256(&std::fs::read(path).unwrap()).to_string());
        }
        for publication in deposit.publications() {
            for document in publication.documents() {
                let file = ListedFile::of(document);
                listed.insert(file.name, file.sha256);
            }
        }
        for (name, digest) in &seen {
            assert_eq!(listed.get(name), Some(digest), "{name} was seen half");
        }
        seen.len()
    }
}

/// Kills the first publication at each of these moments, then its day two, and checks the end. Gives the number of kills.
fn chain(agency: &Agency, deposit: &Deposit, first: &[When], second: &[When]) -> usize {
    let held = agency.publish(&[]).ended(4).last();
    let digest = held["report"]["hold_digest"].as_str().unwrap().to_owned();
    let watcher = Watcher::of(deposit.clone());
    let confirm = ["--confirm", digest.as_str()];
    let mut kills = 0;
    for when in first {
        kills += usize::from(kill_when(agency, &confirm, deposit, *when));
    }
    let last = agency.publish(&confirm);
    // A kill that comes after the end leaves nothing to agree to.
    if last.code != Some(2) {
        last.ended(3);
    }
    assert_eq!(deposit.check().documents.len(), 21, "after {first:?}");

    agency.sql(
        "UPDATE event SET published_on = NULL WHERE id = 160;
         UPDATE event SET publish_request = publish_request + 1, body = body || '<p>Complément.</p>'
          WHERE published_on IS NOT NULL;",
    );
    for when in second {
        kills += usize::from(kill_when(agency, &[], deposit, *when));
    }
    agency.publish(&[]).ended(3);
    let fold = deposit.check();
    assert_eq!(fold.documents.len(), 20, "after {second:?}");
    assert!(!fold.documents.keys().any(|id| id.starts_with("e000000000160")), "withdrawn after {second:?}");

    let logged: BTreeSet<_> = agency
        .logged()
        .iter()
        .filter_map(|name| name.split_once("/depot/").map(|(_, name)| name.to_owned()))
        .collect();
    assert_eq!(logged, deposit.names().into_iter().collect(), "each file stands in some session's log");
    let seen = watcher.check(deposit);
    println!("{kills} kills, {seen} contents seen at final names, 0 half, 0 lost, 0 doubled");
    kills
}

fn embedded(server: &Embedded, first: &[When], second: &[When]) -> usize {
    embedded_over(1, server, first, second)
}

fn embedded_over(connections: u16, server: &Embedded, first: &[When], second: &[When]) -> usize {
    let agency = Agency::tiny();
    agency.configure(&Target { connections, ..server.target() });
    chain(&agency, &server.deposit(), first, second)
}

/// The number of kills, of those planned, that came in time.
#[track_caller]
fn at_least(wanted: usize, kills: usize) {
    println!("{kills} kill points");
    assert!(kills >= wanted, "{kills} kills of {wanted}");
}

#[test]
fn killed_while_it_starts_reads_plans_and_renders() {
    let first: Vec<_> = (0..12).map(|n| After(10 + 15 * n)).collect();
    let second: Vec<_> = (0..6).map(|n| After(10 + 20 * n)).collect();
    at_least(12, embedded(&Embedded::ftps(), &first, &second));
}

#[test]
fn killed_between_its_documents_over_sftp() {
    let first = [
        Told(1),
        Part,
        Told(1),
        Standing(4),
        Told(1),
        Part,
        Standing(7),
        Told(2),
        Standing(11),
        Told(2),
        Standing(15),
        Told(1),
        Standing(18),
    ];
    let second = [Told(1), Standing(23), ZipPart];
    at_least(13, embedded(&Embedded::sftp(), &first, &second));
}

#[test]
fn killed_between_its_documents_over_ftps() {
    let first = [
        Part,
        Part,
        Told(2),
        Standing(5),
        Told(1),
        Standing(8),
        Told(3),
        Standing(13),
        Told(2),
        Standing(17),
        Told(1),
    ];
    let second = [Told(1), Standing(23), ZipTold];
    at_least(12, embedded(&Embedded::ftps(), &first, &second));
}

#[test]
fn killed_around_the_zip_over_ftps() {
    let mut kills = 0;
    kills += embedded(&Embedded::ftps(), &[ZipPart, ZipPart, ZipStands], &[ZipTold, ZipPart]);
    kills += embedded(&Embedded::ftps(), &[ZipTold, ZipStands], &[ZipStands, ZipTold]);
    at_least(8, kills);
}

#[test]
fn killed_around_the_zip_over_sftp() {
    let mut kills = 0;
    kills += embedded(&Embedded::sftp(), &[Standing(20), ZipStands, ZipPart], &[ZipStands, ZipPart]);
    kills += embedded(&Embedded::sftp(), &[ZipPart, ZipTold], &[ZipPart, ZipStands]);
    at_least(8, kills);
}

#[test]
fn killed_anywhere_over_real_vsftpd() {
    let server = RealServer::vsftpd(Kind::Explicit);
    let agency = Agency::tiny();
    agency.configure(&Target { connections: 1, ..server.target("depot") });
    let deposit = Deposit(server.root().join("depot"));
    let first = [After(60), Told(1), Part, Standing(6), Told(4), Standing(15), ZipPart, ZipStands];
    let second = [After(60), Told(1), ZipPart, ZipStands, ZipTold];
    at_least(11, chain(&agency, &deposit, &first, &second));
}

#[test]
fn killed_anywhere_over_several_connections() {
    let first = [After(60), Told(1), Part, Standing(3), Told(2), Standing(9), ZipPart, ZipStands];
    let second = [After(60), Told(1), ZipPart, ZipStands, ZipTold];
    let mut kills = 0;
    kills += embedded_over(8, &Embedded::ftps(), &first, &second);
    kills += embedded_over(8, &Embedded::sftp(), &first, &second);
    let server = RealServer::vsftpd(Kind::Explicit);
    let agency = Agency::tiny();
    agency.configure(&Target { connections: 8, ..server.target("depot") });
    kills += chain(&agency, &Deposit(server.root().join("depot")), &first, &second);
    // What several connections have sent before the kill comes is up to them: some kills come too late.
    at_least(24, kills);
}
