//! A service on a stage: paused time, a clock that can be set, a ledger in memory, runs that follow a script.

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use publier::i18n::{Lang, Messages};
use publier::ports::Clock;
use publier::service::{
    BeatSource, Beating, Daemon, Ended, RunEnd, Signal, Supervisor, Tell, Timing, Work, WorkError,
};
use publier_core::channels::Channel;
use publier_core::schedule::{Slot, SlotKey, Unfinished, WeeklySchedule};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval, sleep};
use tokio_util::sync::CancellationToken;

pub fn utc(text: &str) -> DateTime<Utc> {
    format!("{text}Z").parse().unwrap()
}

/// A clock that follows tokio's time and can be set.
#[derive(Debug)]
pub struct StageClock(Mutex<(DateTime<Utc>, Instant)>);

impl StageClock {
    pub fn set(&self, to: DateTime<Utc>) {
        *self.0.lock().unwrap() = (to, Instant::now());
    }
}

impl Clock for StageClock {
    fn now(&self) -> DateTime<Utc> {
        let (at, since) = *self.0.lock().unwrap();
        at + TimeDelta::from_std(since.elapsed()).unwrap()
    }
}

/// What a run does.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    Ends(RunEnd),
    Panics,
    /// Works so long, and parks at once when told to stop.
    Lasts(Duration),
    /// Works for ever and hears nothing.
    Deaf,
}

/// What the port does when the service plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    Fails,
    Panics,
    Hangs,
}

/// The back office's schedule and the ledger, in memory; several services may share it.
pub struct Book {
    pub rows: Vec<(i64, &'static str)>,
    pub active: bool,
    pub mood: Mood,
    pub settles: bool,
    pub script: VecDeque<Act>,
    pub keys: BTreeSet<SlotKey>,
    pub collapsed: Vec<String>,
    pub runs: Vec<(String, DateTime<Utc>)>,
    pub parked: Vec<DateTime<Utc>>,
    pub reloads: usize,
    pub upkeeps: usize,
    pub at_once: usize,
    form: Option<(String, DateTime<Utc>)>,
    unfinished: Option<Unfinished>,
}

pub struct Fake {
    pub book: Arc<Mutex<Book>>,
    pub clock: Arc<StageClock>,
}

impl Fake {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn name(key: &SlotKey) -> String {
    format!("{} {}", key.local_date, key.local_time.format("%H:%M"))
}

#[async_trait]
impl Work for Fake {
    async fn schedule(&self) -> Result<WeeklySchedule, WorkError> {
        let (mood, rows, active) = {
            let book = self.book();
            (book.mood, book.rows.clone(), book.active)
        };
        match mood {
            Mood::Well => Ok(WeeklySchedule::from_rows(Channel::Extranet, active, rows)?),
            Mood::Fails => Err("the database is locked".into()),
            Mood::Panics => panic!("planning panics"),
            Mood::Hangs => std::future::pending().await,
        }
    }

    async fn form_since(&self, form: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, WorkError> {
        let mut book = self.book();
        let since = match &book.form {
            Some((known, since)) if known == form => (*since).min(now),
            _ => now,
        };
        book.form = Some((form.to_owned(), since));
        Ok(since)
    }

    async fn taken(&self, keys: &[SlotKey]) -> Result<BTreeSet<SlotKey>, WorkError> {
        let book = self.book();
        Ok(keys.iter().copied().filter(|key| book.keys.contains(key)).collect())
    }

    async fn claim(&self, slot: &Slot, collapsed: &[Slot], now: DateTime<Utc>) -> Result<bool, WorkError> {
        let mut book = self.book();
        if !book.keys.insert(slot.key) {
            return Ok(false);
        }
        book.keys.extend(collapsed.iter().map(|slot| slot.key));
        book.collapsed.extend(collapsed.iter().map(|slot| name(&slot.key)));
        book.unfinished = Some(Unfinished { slot: *slot, failures: 0, since: now });
        Ok(true)
    }

    async fn unfinished(&self) -> Result<Option<Unfinished>, WorkError> {
        Ok(self.book().unfinished)
    }

    async fn run(&self, slot: &Slot, stop: CancellationToken) -> RunEnd {
        let act = {
            let mut book = self.book();
            book.runs.push((name(&slot.key), self.clock.now()));
            book.at_once += 1;
            assert_eq!(book.at_once, 1, "two runs at once");
            book.script.pop_front().unwrap_or(Act::Ends(RunEnd::Finished))
        };
        let end = match act {
            Act::Ends(end) => end,
            Act::Deaf => std::future::pending().await,
            Act::Panics => {
                self.book().at_once -= 1;
                panic!("a run panics")
            }
            Act::Lasts(time) => tokio::select! {
                () = sleep(time) => RunEnd::Finished,
                () = stop.cancelled() => {
                    self.book().parked.push(self.clock.now());
                    RunEnd::Stopped
                }
            },
        };
        self.book().at_once -= 1;
        end
    }

    async fn settle(&self, slot: &Slot, end: RunEnd, now: DateTime<Utc>) -> Result<(), WorkError> {
        let mut book = self.book();
        if !book.settles {
            return Err("the disk is full".into());
        }
        let before = book.unfinished.filter(|unfinished| unfinished.slot == *slot);
        let failures = before.map_or(0, |unfinished| unfinished.failures);
        book.unfinished = match end {
            RunEnd::Finished => None,
            RunEnd::Failed => Some(Unfinished { slot: *slot, failures: failures + 1, since: now }),
            RunEnd::Stopped => Some(Unfinished { slot: *slot, failures, since: now }),
        };
        Ok(())
    }

    async fn upkeep(&self) -> Result<(), WorkError> {
        self.book().upkeeps += 1;
        Ok(())
    }

    async fn reload(&self) -> Result<(), WorkError> {
        self.book().reloads += 1;
        Err("agent.toml: 1 problem".into())
    }
}

/// Beats from tokio's own clock, which tests can pause.
struct TokioBeats;

struct Ticking(JoinHandle<()>);

#[async_trait]
impl Beating for Ticking {
    async fn stop(self: Box<Self>) {
        self.0.abort();
    }
}

#[async_trait]
impl BeatSource for TokioBeats {
    async fn start(&self, period: Duration, bell: Arc<Notify>) -> Result<Box<dyn Beating>, WorkError> {
        Ok(Box::new(Ticking(tokio::spawn(async move {
            let mut ticks = interval(period);
            loop {
                ticks.tick().await;
                bell.notify_one();
            }
        }))))
    }
}

/// A service manager that remembers, the watchdog's beats apart.
#[derive(Debug, Default)]
pub struct Ear {
    pub heard: Mutex<Vec<String>>,
    pub beats: Mutex<usize>,
}

impl Supervisor for Ear {
    fn tell(&self, what: Tell<'_>) {
        match what {
            Tell::Alive => *self.beats.lock().unwrap() += 1,
            other => self.heard.lock().unwrap().push(match other {
                Tell::Status(text) => text.replace('\u{a0}', " "),
                other => format!("{other:?}"),
            }),
        }
    }
}

/// One service, or several that share a ledger and a lock.
pub struct Stage {
    pub book: Arc<Mutex<Book>>,
    pub clock: Arc<StageClock>,
    pub ear: Arc<Ear>,
    heartbeat: Duration,
    folder: tempfile::TempDir,
}

/// A started service.
pub struct Started {
    pub signals: mpsc::Sender<Signal>,
    task: JoinHandle<Ended>,
}

impl Stage {
    /// The clock says `now`; the schedule was first seen just now: nothing is to be caught up.
    pub fn new(now: &str, rows: &[(i64, &'static str)]) -> Self {
        let mut book = Book {
            rows: rows.to_vec(),
            active: true,
            mood: Mood::Well,
            settles: true,
            script: VecDeque::new(),
            keys: BTreeSet::new(),
            collapsed: Vec::new(),
            runs: Vec::new(),
            parked: Vec::new(),
            reloads: 0,
            upkeeps: 0,
            at_once: 0,
            form: None,
            unfinished: None,
        };
        let known = WeeklySchedule::from_rows(Channel::Extranet, true, rows.iter().copied()).unwrap();
        book.form = Some((known.form(), utc(now)));
        Self {
            book: Arc::new(Mutex::new(book)),
            clock: Arc::new(StageClock(Mutex::new((utc(now), Instant::now())))),
            ear: Arc::default(),
            heartbeat: Duration::from_secs(5),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The schedule has been known for years: older slots are to be caught up.
    pub fn after_an_absence(self) -> Self {
        self.book().form.as_mut().unwrap().1 = utc("2020-01-01T00:00:00");
        self
    }

    /// Beats once a minute: for tests that last days.
    pub fn slow(mut self) -> Self {
        self.heartbeat = Duration::from_mins(1);
        self
    }

    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn script(&self, acts: &[Act]) {
        self.book().script.extend(acts);
    }

    pub fn lock_path(&self) -> PathBuf {
        self.folder.path().join("run.lock")
    }

    pub fn start(&self) -> Started {
        let (signals, orders) = mpsc::channel(8);
        let daemon = Daemon {
            work: Arc::new(Fake { book: Arc::clone(&self.book), clock: Arc::clone(&self.clock) }),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            supervisor: Arc::clone(&self.ear) as Arc<dyn Supervisor>,
            beats: Arc::new(TokioBeats),
            timing: Timing {
                heartbeat: self.heartbeat,
                boot_delay: Duration::from_mins(2),
                catch_up: Duration::from_hours(72),
            },
            lock: self.lock_path(),
            messages: Arc::new(Messages::new(Lang::Fr)),
        };
        Started { signals, task: tokio::spawn(daemon.run(orders)) }
    }

    /// The runs so far: slot, and UTC minute at which each started.
    pub fn runs(&self) -> Vec<String> {
        self.book().runs.iter().map(|(slot, at)| format!("{slot} at {}", at.format("%d %R"))).collect()
    }
}

impl Started {
    pub async fn send(&self, signal: Signal) {
        self.signals.send(signal).await.unwrap();
    }

    pub async fn ended(self) -> Ended {
        self.task.await.unwrap()
    }

    /// Stops in order.
    pub async fn stop(self) -> Ended {
        self.send(Signal::Terminate).await;
        self.ended().await
    }
}
