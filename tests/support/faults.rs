//! Schedules of faults at random against the whole flow, over a server in memory: what breaks, and when, comes from a
//! seed; a watcher reads every final name after each operation.
//!
//! A fault is an answer that fails, a reply that is lost, a connection that is cut in the middle of a file, a server that
//! keeps less than it says, or the process that dies before, after or in the middle of an operation.
//!
//! In every third schedule only the receiver's receipt confirms, and the receiver answers as it likes.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use publier::digest::sha256;
use publier::flow::publish::{Ask, Consent};
use publier::ledger::runs::Trigger;
use publier::ports::{Connector, RemoteEntry, RemotePath, Session, TransferError};
use publier::transfer::memory::{Fault, MemoryServer, Operation};
use publier_core::publication::reason::TransferReason;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::Notify;

use super::flow::{Agency, Desk, ListedFile, Publication};
use super::random_agency::Dice;
use super::receiver::{Answered, Moment, Receiver, is_receipt};

/// How the process dies at an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Death {
    Before,
    After,
    /// Once so many bytes of a file were read; at another operation, before it.
    Within(u64),
}

/// What was seen, and what is still to come.
#[derive(Debug, Default)]
struct Seen {
    operations: u64,
    death: Option<(u64, Death)>,
    /// Every content that stood at a final name.
    contents: BTreeMap<String, String>,
    /// What must never be seen.
    wrong: Vec<String>,
}

/// A server in memory, watched.
#[derive(Debug, Clone)]
pub struct Watched {
    server: MemoryServer,
    seen: Arc<Mutex<Seen>>,
    died: Arc<Notify>,
    /// Who answers, where only a receipt confirms.
    receiver: Option<Arc<Mutex<Receiver>>>,
}

impl Watched {
    fn new(server: MemoryServer, receiver: Option<Receiver>) -> Self {
        let receiver = receiver.map(|receiver| Arc::new(Mutex::new(receiver)));
        Self { server, seen: Arc::default(), died: Arc::default(), receiver }
    }

    fn receiver(&self) -> Option<MutexGuard<'_, Receiver>> {
        self.receiver.as_ref().map(|receiver| receiver.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the process die a number of operations from now.
    fn die_in(&self, operations: u64, death: Death) {
        let mut seen = self.seen();
        seen.death = Some((seen.operations + operations, death));
    }

    /// Counts an operation, and tells how the process dies at it.
    fn begin(&self) -> Option<Death> {
        let mut seen = self.seen();
        seen.operations += 1;
        let (at, death) = seen.death?;
        (seen.operations == at).then(|| {
            seen.death = None;
            death
        })
    }

    /// Ends the process: nothing more is done.
    async fn die<T>(&self) -> T {
        self.died.notify_one();
        std::future::pending().await
    }

    /// Reads what stands at a final name, as a visitor of the server would.
    fn look_at(&self, path: &RemotePath) {
        if is_receipt(path) {
            // It was looked for, and what was found is known: an answer that comes now is for the next look.
            if let Some(mut receiver) = self.receiver() {
                receiver.turn(Moment::Wait);
            }
            return;
        }
        let is_part = path.name().starts_with('.');
        let Some(content) = self.server.content(path).filter(|_| !is_part) else { return };
        let name = path.as_str().to_owned();
        let digest = sha256(&content).to_string();
        let mut wrong = Vec::new();
        let again = self.seen().contents.insert(name.clone(), digest.clone());
        match again {
            Some(before) if before != digest => wrong.push(format!("{name} has two contents")),
            Some(_) => {}
            None if name.ends_with(".zip") => {
                wrong.extend(self.half_visible(&name, &content));
                if let Some(mut receiver) = self.receiver() {
                    receiver.arrives(path, &content);
                }
            }
            None => {}
        }
        self.seen().wrong.extend(wrong);
    }

    /// What a publication lists and the server doesn't hold whole, at the moment it becomes visible (promise 1).
    fn half_visible(&self, zip: &str, content: &[u8]) -> Vec<String> {
        let publication = Publication::read(content);
        let missing = |file: &ListedFile| {
            let path = RemotePath::new(format!("/depot/{}", file.name)).unwrap();
            let Some(there) = self.server.content(&path) else { return true };
            there.len() as u64 != file.size_bytes || sha256(&there).to_string() != file.sha256
        };
        let listed = publication.documents().into_iter().map(ListedFile::of);
        listed.filter(missing).map(|file| format!("{zip} lists {}, which isn't whole", file.name)).collect()
    }
}

#[async_trait]
impl Connector for Watched {
    async fn connect(&self) -> Result<Box<dyn Session>, TransferError> {
        let death = self.begin();
        if matches!(death, Some(Death::Before | Death::Within(_))) {
            return self.die().await;
        }
        let inner = self.server.connect().await;
        if death.is_some() {
            return self.die().await;
        }
        Ok(Box::new(WatchedSession { inner: inner?, watched: self.clone() }))
    }

    fn session_name(&self) -> String {
        self.server.session_name()
    }

    fn is_encrypted(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct WatchedSession {
    inner: Box<dyn Session>,
    watched: Watched,
}

/// Does one operation between the two moments at which the process may die, then looks at a name.
macro_rules! watched {
    ($self:ident, $look:expr, $work:expr) => {{
        let death = $self.watched.begin();
        if matches!(death, Some(Death::Before | Death::Within(_))) {
            return $self.watched.die().await;
        }
        let result = $work.await;
        $self.watched.look_at($look);
        if death.is_some() {
            return $self.watched.die().await;
        }
        result
    }};
}

#[async_trait]
impl Session for WatchedSession {
    fn in_sync(&self) -> bool {
        self.inner.in_sync()
    }

    async fn size(&mut self, path: &RemotePath) -> Result<Option<u64>, TransferError> {
        watched!(self, path, self.inner.size(path))
    }

    async fn write(
        &mut self,
        path: &RemotePath,
        offset: u64,
        content: &mut (dyn AsyncRead + Send + Unpin),
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, TransferError> {
        let death = self.watched.begin();
        if death == Some(Death::Before) {
            return self.watched.die().await;
        }
        let left = if let Some(Death::Within(bytes)) = death { bytes } else { u64::MAX };
        let mut content = Dying { content, left, died: &self.watched.died };
        let result = self.inner.write(path, offset, &mut content, progress).await;
        self.watched.look_at(path);
        if death.is_some() {
            return self.watched.die().await;
        }
        result
    }

    async fn read(
        &mut self,
        path: &RemotePath,
        limit_bytes: usize,
    ) -> Result<Option<Vec<u8>>, TransferError> {
        watched!(self, path, self.inner.read(path, limit_bytes))
    }

    async fn rename(&mut self, from: &RemotePath, to: &RemotePath) -> Result<(), TransferError> {
        watched!(self, to, self.inner.rename(from, to))
    }

    async fn make_folder(&mut self, path: &RemotePath) -> Result<bool, TransferError> {
        watched!(self, path, self.inner.make_folder(path))
    }

    async fn folder_exists(&mut self, path: &RemotePath) -> Result<bool, TransferError> {
        watched!(self, path, self.inner.folder_exists(path))
    }

    async fn remove(&mut self, path: &RemotePath) -> Result<(), TransferError> {
        watched!(self, path, self.inner.remove(path))
    }

    async fn remove_folder(&mut self, path: &RemotePath) -> Result<(), TransferError> {
        watched!(self, path, self.inner.remove_folder(path))
    }

    async fn list(&mut self, folder: &RemotePath) -> Result<Vec<RemoteEntry>, TransferError> {
        watched!(self, folder, self.inner.list(folder))
    }

    async fn close(self: Box<Self>) {
        self.inner.close().await;
    }
}

/// A file whose reader dies after some bytes.
struct Dying<'a> {
    content: &'a mut (dyn AsyncRead + Send + Unpin),
    left: u64,
    died: &'a Notify,
}

impl AsyncRead for Dying<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.left == 0 {
            self.died.notify_one();
            return Poll::Pending;
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.remaining());
        let mut some = ReadBuf::new(buffer.initialize_unfilled_to(most));
        let read = Pin::new(&mut *self.content).poll_read(context, &mut some);
        let count = some.filled().len();
        buffer.advance(count);
        self.left -= count as u64;
        read
    }
}

/// What one schedule did.
#[derive(Debug, Default, Clone, Copy)]
pub struct Told {
    pub schedules: u64,
    pub runs: u64,
    pub faults: u64,
    pub deaths: u64,
    pub cuts: u64,
    pub publications: u64,
    pub files: u64,
    /// Schedules in which only a receipt confirms.
    pub with_receipts: u64,
    pub answered: Answered,
}

impl std::ops::AddAssign for Told {
    fn add_assign(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.runs += other.runs;
        self.faults += other.faults;
        self.deaths += other.deaths;
        self.cuts += other.cuts;
        self.publications += other.publications;
        self.files += other.files;
        self.with_receipts += other.with_receipts;
        self.answered += other.answered;
    }
}

/// The longest row of runs of one schedule: the last ones meet no fault any more.
const RUNS: u32 = 12;
/// The runs that may meet faults.
const TROUBLED: u32 = 5;
/// What begins a run; the last only where a receipt may still come.
const TRIGGERS: [Trigger; 3] = [Trigger::Manual, Trigger::Slot, Trigger::Retry];
/// How long a run waits for a receipt: it looks once, or once more.
const WAITS: [Duration; 2] = [Duration::ZERO, Duration::from_millis(5)];
/// The events that staff publish and take back meanwhile.
const EVENTS: [i64; 3] = [101, 103, 107];

/// Plays the schedule of a seed and gives what it did, or what must never have been seen.
pub fn play(seed: u64) -> Result<Told, String> {
    let mut dice = Dice::new(seed);
    let desk = Desk::new(Agency::least());
    let with_receipts = seed.is_multiple_of(3);
    let receiver = with_receipts.then(|| Receiver::new(desk.server.clone(), seed));
    let watched = Watched::new(desk.server.clone(), receiver);
    let mut told = Told { schedules: 1, with_receipts: u64::from(with_receipts), ..Told::default() };
    let mut published = BTreeSet::from(EVENTS);
    let mut calm = 0;
    // Over one connection a seed always plays the same faults; over several, what they hit is left to chance.
    let connections = if seed.is_multiple_of(2) { 8 } else { 1 };
    for run in 0..RUNS {
        if run < TROUBLED {
            trouble(&mut dice, &watched, &mut told);
        } else {
            desk.server.forget_faults();
            watched.seen().death = None;
            if let Some(mut receiver) = watched.receiver() {
                receiver.calm_down();
            }
        }
        let triggers = if with_receipts { &TRIGGERS[..] } else { &TRIGGERS[..2] };
        let ask = Ask { consent: Consent::Demo, ..Ask::new(dice.pick(triggers)) };
        let mut job = desk.job_through(Arc::new(watched.clone()));
        job.destination.connections = connections;
        job.destination.receipts = with_receipts.then(|| dice.pick(&WAITS));
        let report = desk.publish_until(job, &ask, &watched.died);
        told.runs += 1;
        told.deaths += u64::from(report.is_none());
        if let Some(error) = watched.seen().wrong.first() {
            return Err(format!("seed {seed}, run {run}: {error}"));
        }
        let whole = report.is_some_and(|report| report.exit_status().code() == 0);
        confirmed_stands(&desk, &watched)
            .and_then(|()| confirmed_is_accepted(&desk, &watched, whole))
            .map_err(|error| format!("seed {seed}, run {run}: {error}"))?;
        if let Some(mut receiver) = watched.receiver() {
            receiver.turn(Moment::Between);
        }
        calm = if run >= TROUBLED && whole { calm + 1 } else { 0 };
        if calm == 2 {
            break;
        }
        let pause = dice.pick(&[TimeDelta::minutes(1), TimeDelta::minutes(20), TimeDelta::hours(3)]);
        desk.clock.turn(pause);
        if run < TROUBLED && dice.percent(30) {
            let event = dice.pick(&EVENTS);
            let date = if published.remove(&event) { "NULL" } else { "'2025-10-20'" };
            if date != "NULL" {
                published.insert(event);
            }
            desk.agency.sql(&format!("UPDATE event SET published_on = {date} WHERE id = {event}"));
        }
    }
    if calm < 2 {
        return Err(format!("seed {seed}: {RUNS} runs and no end"));
    }
    told.files = desk.server.files().len() as u64;
    told.publications = publications(&desk, &watched).len() as u64;
    told.answered = watched.receiver().map(|receiver| receiver.answered).unwrap_or_default();
    ended(&desk, &watched, &published).map_err(|error| format!("seed {seed}: {error}"))?;
    Ok(told)
}

/// Adds what breaks in the next run: nothing, one thing or several.
fn trouble(dice: &mut Dice, watched: &Watched, told: &mut Told) {
    let reasons = [
        TransferReason::ConnectionLost,
        TransferReason::TimedOut,
        TransferReason::ServerError,
        TransferReason::DiskFull,
        TransferReason::PermissionDenied,
        TransferReason::RenameFailed,
    ];
    let operations = [
        Operation::Connect,
        Operation::Size,
        Operation::Write,
        Operation::Rename,
        Operation::MakeFolder,
        Operation::Read,
    ];
    let operations = if watched.receiver.is_some() { &operations[..] } else { &operations[..5] };
    for _ in 0..dice.below(4) {
        told.faults += 1;
        let fault = match dice.below(10) {
            0..=2 => Fault::CutWrite { after_bytes: dice.below(60_000) as u64 },
            3 => Fault::TruncateWrite { after_bytes: dice.below(60_000) as u64 },
            4 | 5 => Fault::LoseReply { operation: dice.pick(operations) },
            _ => {
                let error = TransferError::new(dice.pick(&reasons), "a fault of the schedule");
                let nth = watched.server.journal().len() as u64 + 1 + dice.below(60) as u64;
                Fault::Fail { nth, error }
            }
        };
        told.cuts += u64::from(matches!(fault, Fault::CutWrite { .. } | Fault::TruncateWrite { .. }));
        watched.server.inject(fault);
    }
    if dice.percent(50) {
        let death = dice.pick(&[Death::Before, Death::After, Death::Within(0), Death::Within(9_000)]);
        watched.die_in(1 + dice.below(60) as u64, death);
    }
}

/// The publications that became visible, in the order of their numbers: those on the server, and those that the receiver
/// took away.
fn publications(desk: &Desk, watched: &Watched) -> Vec<Publication> {
    let mut publications = desk.publications();
    publications.extend(watched.receiver().map(|receiver| receiver.taken()).unwrap_or_default());
    publications.sort_by_key(|publication| publication.sequence);
    publications
}

/// The numbers that a query of the ledger gives.
fn numbers(desk: &Desk, sql: &str) -> BTreeSet<u64> {
    let db = rusqlite::Connection::open(desk.agency.path("data/state.db")).unwrap();
    let Ok(mut statement) = db.prepare(sql) else { return BTreeSet::new() };
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Checks that whatever a publication on the server lists stands there whole: in the ledger's confirmed state too
/// (promises 2 and 3).
fn confirmed_stands(desk: &Desk, watched: &Watched) -> Result<(), String> {
    let publications = publications(desk, watched);
    let sequences: BTreeSet<u64> = publications.iter().map(|publication| publication.sequence).collect();
    let delivered = numbers(desk, "SELECT delivered_sequence FROM series WHERE delivered_sequence NOT NULL");
    if delivered.is_subset(&sequences) {
        return Ok(());
    }
    Err(format!("{delivered:?} is confirmed and isn't on the server: {sequences:?}"))
}

/// Checks that nothing is confirmed without the acceptance of that very publication, where only a receipt confirms, and that
/// no run says it published while its publication was refused or not answered.
fn confirmed_is_accepted(desk: &Desk, watched: &Watched, whole: bool) -> Result<(), String> {
    let Some(receiver) = watched.receiver() else { return Ok(()) };
    let settled = numbers(desk, "SELECT sequence FROM publication WHERE stage = 'settled'");
    if !settled.is_subset(&receiver.accepted) {
        return Err(format!("{settled:?} are confirmed, and {:?} alone accepted", receiver.accepted));
    }
    let last = numbers(desk, "SELECT max(sequence) FROM publication WHERE sequence NOT NULL HAVING count(*)");
    if whole && !last.is_subset(&receiver.accepted) {
        return Err(format!("a run ended well, and {last:?} is not accepted"));
    }
    receiver.wrong().map_or(Ok(()), Err)
}

/// Checks that a name has one content, and that a document whose content stays is never sent under another one (promise 4).
fn listed_once(
    publication: &Publication,
    names: &mut BTreeMap<String, ListedFile>,
    sent: &mut BTreeMap<String, ListedFile>,
) -> Result<(), String> {
    for document in publication.documents() {
        let file = ListedFile::of(document);
        let again = names.insert(file.name.clone(), file.clone());
        if again.is_some_and(|again| again != file) {
            return Err(format!("{} is listed with two contents", file.name));
        }
        let id = document.attribute("id").unwrap().to_owned();
        if let Some(other) = sent.insert(id.clone(), file.clone())
            && other.sha256 == file.sha256
            && other.name != file.name
        {
            return Err(format!("{id} was sent as {} and {}", other.name, file.name));
        }
    }
    Ok(())
}

/// Brings what the receiver knows up to date: the documents by id, each with its event.
fn apply(publication: &Publication, live: &mut BTreeMap<String, Option<i64>>) {
    if publication.root.attribute("mode") == Some("full") {
        live.clear();
    }
    for document in publication.documents() {
        let event = document.attribute("event").and_then(|event| event.parse().ok());
        live.insert(document.attribute("id").unwrap().to_owned(), event);
    }
    for removal in publication.section("removals").all("unpublish") {
        live.remove(removal.attribute("document").unwrap());
    }
}

/// Checks the end: what the receiver knows is what is published, each file once and whole, nothing half done left.
fn ended(desk: &Desk, watched: &Watched, published: &BTreeSet<i64>) -> Result<(), String> {
    let publications = publications(desk, watched);
    let applied = watched.receiver().map(|receiver| receiver.applied());
    let mut live: BTreeMap<String, Option<i64>> = BTreeMap::new();
    let (mut names, mut sent) = (BTreeMap::new(), BTreeMap::new());
    let mut sequence = 0;
    for publication in &publications {
        if publication.sequence <= sequence {
            return Err(format!("sequence {} comes twice", publication.sequence));
        }
        sequence = publication.sequence;
        listed_once(publication, &mut names, &mut sent)?;
        if applied.as_ref().is_none_or(|applied| applied.contains(&sequence)) {
            apply(publication, &mut live);
        }
    }
    let contents = watched.seen().contents.clone();
    for file in names.values() {
        if contents.get(&format!("/depot/{}", file.name)) != Some(&file.sha256) {
            return Err(format!("{} isn't on the server as it is listed", file.name));
        }
    }
    let unlisted = contents.keys().filter(|name| !name.ends_with(".zip"));
    let is_listed = |name: &&String| !names.contains_key(name.trim_start_matches("/depot/"));
    // A file that was sent for a plan that gave way may stay unlisted; it never is under two names.
    let mut by_content: BTreeMap<&String, &String> = BTreeMap::new();
    for name in unlisted.filter(is_listed) {
        if let Some(twin) = by_content.insert(&contents[name], name) {
            return Err(format!("{name} and {twin} are one content"));
        }
    }
    let letters: BTreeSet<i64> = live.values().filter_map(|event| *event).collect();
    let missing: Vec<_> = published.difference(&letters).collect();
    let left: Vec<_> = EVENTS.iter().filter(|id| letters.contains(id) && !published.contains(id)).collect();
    if !missing.is_empty() || !left.is_empty() {
        return Err(format!("missing {missing:?}, still there {left:?} of {:?}", live.keys()));
    }
    Ok(())
}
