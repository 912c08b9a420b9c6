//! The heartbeat: a beat every few seconds, whatever becomes of the scheduler that gives it.
//!
//! tokio-cron-scheduler gives the beats; its traps are kept out (docs/adr/0001): the job is in UTC, it only rings a
//! bell (no work, so nothing can overlap, block or panic in it), and when it falls silent for three periods (a
//! clock set forward and back mutes it) it is replaced and the beat is given all the same.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use super::WorkError;

/// So many periods without a beat mean that the source is mute.
const SILENT_PERIODS: u32 = 3;

/// The longest wait for a source to start or stop.
const SOURCE_LIMIT: Duration = Duration::from_secs(5);

/// Something that can give beats.
#[async_trait]
pub trait BeatSource: Send + Sync {
    /// Starts to ring `bell` once a period, until stopped.
    ///
    /// # Errors
    /// When it can't; it is asked again later.
    async fn start(&self, period: Duration, bell: Arc<Notify>) -> Result<Box<dyn Beating>, WorkError>;
}

/// A started source.
#[async_trait]
pub trait Beating: Send + Sync {
    /// Stops the beats.
    async fn stop(self: Box<Self>);
}

/// Beats from tokio-cron-scheduler, in UTC.
#[derive(Debug, Clone, Copy, Default)]
pub struct CronBeats;

#[async_trait]
impl BeatSource for CronBeats {
    async fn start(&self, period: Duration, bell: Arc<Notify>) -> Result<Box<dyn Beating>, WorkError> {
        Ok(Box::new(CronBeating(start_cron(period, bell).await?)))
    }
}

async fn start_cron(period: Duration, bell: Arc<Notify>) -> Result<JobScheduler, JobSchedulerError> {
    let pattern = format!("*/{} * * * * *", period.as_secs().clamp(1, 59));
    let job = Job::new_async(pattern, move |_, _| {
        let bell = Arc::clone(&bell);
        Box::pin(async move { bell.notify_one() })
    })?;
    let scheduler = JobScheduler::new().await?;
    scheduler.add(job).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

struct CronBeating(JobScheduler);

#[async_trait]
impl Beating for CronBeating {
    async fn stop(mut self: Box<Self>) {
        if let Err(error) = self.0.shutdown().await {
            tracing::debug!(%error, "the scheduler did not stop in order");
        }
    }
}

/// The beats as the daemon hears them.
pub(super) struct Heartbeat {
    source: Arc<dyn BeatSource>,
    period: Duration,
    bell: Arc<Notify>,
    beating: Option<Box<dyn Beating>>,
    deadline: Instant,
}

impl Heartbeat {
    /// Makes a heartbeat whose first beat comes at once.
    pub(super) fn new(source: Arc<dyn BeatSource>, period: Duration) -> Self {
        Self { source, period, bell: Arc::default(), beating: None, deadline: Instant::now() }
    }

    /// Waits for the next beat: it always comes, within three periods and the limits of a replacement.
    ///
    /// Safe to drop while it waits: the deadline moves only when a beat was given.
    pub(super) async fn next(&mut self) {
        if timeout_at(self.deadline, self.bell.notified()).await.is_err() {
            self.replace().await;
        }
        self.deadline = Instant::now() + self.period * SILENT_PERIODS;
    }

    /// Stops the source and starts a new one.
    async fn replace(&mut self) {
        if self.beating.is_some() {
            tracing::warn!(period = ?self.period, "no beat for {SILENT_PERIODS} periods: the scheduler is replaced");
        }
        self.stop().await;
        match timeout(SOURCE_LIMIT, self.source.start(self.period, Arc::clone(&self.bell))).await {
            Ok(Ok(beating)) => self.beating = Some(beating),
            Ok(Err(error)) => tracing::error!(error, "the scheduler does not start; it is tried again"),
            Err(_) => tracing::error!("the scheduler does not start in time; it is tried again"),
        }
    }

    /// Stops the source.
    pub(super) async fn stop(&mut self) {
        if let Some(beating) = self.beating.take()
            && timeout(SOURCE_LIMIT, beating.stop()).await.is_err()
        {
            tracing::warn!("the scheduler does not stop; it is left alone");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A source that gives so many beats each time it is started, then falls silent, or that never starts.
    struct Mute {
        beats: Option<usize>,
        starts: AtomicUsize,
    }

    struct Task(tokio::task::JoinHandle<()>);

    #[async_trait]
    impl Beating for Task {
        async fn stop(self: Box<Self>) {
            self.0.abort();
        }
    }

    #[async_trait]
    impl BeatSource for Mute {
        async fn start(&self, period: Duration, bell: Arc<Notify>) -> Result<Box<dyn Beating>, WorkError> {
            self.starts.fetch_add(1, Ordering::Relaxed);
            let beats = self.beats.ok_or("no scheduler today")?;
            Ok(Box::new(Task(tokio::spawn(async move {
                let mut interval = tokio::time::interval_at(Instant::now() + period, period);
                for _ in 0..beats {
                    interval.tick().await;
                    bell.notify_one();
                }
            }))))
        }
    }

    const PERIOD: Duration = Duration::from_secs(5);

    async fn beats_within(beats: Option<usize>, time: Duration) -> (usize, usize) {
        let source = Arc::new(Mute { beats, starts: AtomicUsize::new(0) });
        let mut heart = Heartbeat::new(Arc::<Mute>::clone(&source), PERIOD);
        let (end, mut count) = (Instant::now() + time, 0);
        while timeout_at(end, heart.next()).await.is_ok() {
            count += 1;
        }
        (count, source.starts.load(Ordering::Relaxed))
    }

    #[tokio::test(start_paused = true)]
    async fn a_scheduler_that_falls_silent_is_replaced_and_the_beats_go_on() {
        let (heard, starts) = beats_within(Some(4), Duration::from_secs(349)).await;
        // Each life: the beat of the start, four rung ones, then 15 s of silence: 35 s.
        assert_eq!((heard, starts), (50, 10));
    }

    #[tokio::test(start_paused = true)]
    async fn beats_are_given_even_when_no_scheduler_starts() {
        assert_eq!(beats_within(None, Duration::from_secs(149)).await, (10, 10));
    }

    #[tokio::test]
    async fn the_real_scheduler_rings_once_a_period() {
        let mut heart = Heartbeat::new(Arc::new(CronBeats), Duration::from_secs(1));
        heart.next().await;
        let start = Instant::now();
        for _ in 0..3 {
            heart.next().await;
        }
        heart.stop().await;
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        assert!(start.elapsed() > Duration::from_millis(1_500), "{:?}", start.elapsed());
    }
}
