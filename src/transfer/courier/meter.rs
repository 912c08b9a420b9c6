//! The limit on what leaves, shared by every connection of a round.
//!
//! Promises: over any time longer than [`BURST`] no more leaves than the limit of that hour allows, whatever the number of
//! connections; they take turns in small grants, so that none stands still for long; without a limit nothing waits.
//! Limits: a small file that is placed in one go waits for its turn whole, then leaves at the line's speed; what resumes,
//! replies and the protocol's own bytes aren't counted.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use publier_core::schedule::{BandwidthLimit, limit_at};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::ports::Clock;

/// How much unused time may be made up for: what a timer wakes up late by.
const BURST: Duration = Duration::from_millis(100);

/// The time that one grant is worth.
const TURN: Duration = Duration::from_millis(20);

/// The bounds of one grant, in bytes.
const GRANT: (u64, u64) = (1024, 64 * 1024);

/// The meter of a round.
#[derive(Debug)]
pub(super) struct Meter {
    limits: Vec<BandwidthLimit>,
    clock: Arc<dyn Clock>,
    /// When what was granted so far has left.
    free_at: Mutex<Option<Instant>>,
}

impl Meter {
    pub(super) fn new(limits: Vec<BandwidthLimit>, clock: Arc<dyn Clock>) -> Self {
        Self { limits, clock, free_at: Mutex::default() }
    }

    fn limit(&self) -> Option<u64> {
        limit_at(&self.limits, self.clock.now()).filter(|limit| *limit > 0)
    }

    /// Tells whether nothing is limited now.
    pub(super) fn is_open(&self) -> bool {
        self.limit().is_none()
    }

    /// Takes a place in the line for these bytes: when they may leave; `None` = now.
    fn reserve(&self, bytes: u64, limit: u64) -> Option<Instant> {
        let now = Instant::now();
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(BURST).unwrap_or(now);
        let start = free_at.map_or(now, |at| at.max(earliest));
        *free_at = start.checked_add(duration(bytes, limit));
        (start > now).then_some(start)
    }

    /// Gives back what was reserved and not used.
    fn refund(&self, bytes: u64, limit: u64) {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        *free_at = free_at.and_then(|at| at.checked_sub(duration(bytes, limit)));
    }

    /// Waits until this many bytes may leave together.
    pub(super) async fn wait_for(&self, bytes: u64) {
        if let Some(limit) = self.limit()
            && let Some(start) = self.reserve(bytes, limit)
        {
            tokio::time::sleep_until(start).await;
        }
    }

    /// Reads a content no faster than it may leave.
    pub(super) fn pace<R>(self: &Arc<Self>, content: R) -> Paced<R> {
        Paced { content, meter: Arc::clone(self), turn: None }
    }
}

/// How long so many bytes take.
fn duration(bytes: u64, limit: u64) -> Duration {
    let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(limit.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// How much is granted at a time.
fn grant(limit: u64) -> u64 {
    let turn = u64::try_from(u128::from(limit) * TURN.as_millis() / 1000).unwrap_or(u64::MAX);
    turn.clamp(GRANT.0, GRANT.1)
}

/// What was granted, and when it may be used.
#[derive(Debug)]
struct Turn {
    bytes: u64,
    limit: u64,
    start: Option<Pin<Box<Sleep>>>,
}

/// A content that is read no faster than it may leave.
#[derive(Debug)]
pub(super) struct Paced<R> {
    content: R,
    meter: Arc<Meter>,
    turn: Option<Turn>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Paced<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let Self { content, meter, turn } = self.get_mut();
        if turn.is_none() {
            let Some(limit) = meter.limit() else {
                return Pin::new(content).poll_read(context, buffer);
            };
            let room = u64::try_from(buffer.remaining()).unwrap_or(u64::MAX);
            let bytes = grant(limit).min(room);
            let start = meter.reserve(bytes, limit).map(|at| Box::pin(tokio::time::sleep_until(at)));
            *turn = Some(Turn { bytes, limit, start });
        }
        let Some(granted) = turn.as_mut() else { return Poll::Pending };
        if let Some(start) = &mut granted.start {
            ready!(start.as_mut().poll(context));
            granted.start = None;
        }
        let most = usize::try_from(granted.bytes).unwrap_or(usize::MAX).min(buffer.remaining());
        let mut some = ReadBuf::new(buffer.initialize_unfilled_to(most));
        ready!(Pin::new(content).poll_read(context, &mut some))?;
        let read = some.filled().len();
        buffer.advance(read);
        let unused = granted.bytes.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        meter.refund(unused, granted.limit);
        *turn = None;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use publier_core::schedule::Hours;
    use tokio::io::AsyncReadExt;

    use super::*;

    #[derive(Debug)]
    struct At(DateTime<Utc>);

    impl Clock for At {
        fn now(&self) -> DateTime<Utc> {
            self.0
        }
    }

    /// A meter on a Tuesday of November, at an hour of Paris, with 100 KiB a second from 08:00 to 19:00.
    fn meter(hour: &str) -> Arc<Meter> {
        let limit = BandwidthLimit {
            hours: Hours::read("08:00-19:00").unwrap(),
            days: vec![1, 2, 3, 4, 5],
            bytes_per_second: 100 * 1024,
        };
        let now = format!("2026-11-24T{hour}:00+01:00").parse().unwrap();
        Arc::new(Meter::new(vec![limit], Arc::new(At(now))))
    }

    async fn read_all(meter: &Arc<Meter>, bytes: usize) -> Duration {
        let (began, content) = (Instant::now(), vec![7; bytes]);
        let mut read = Vec::new();
        meter.pace(content.as_slice()).read_to_end(&mut read).await.unwrap();
        assert!(read == content);
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_content_takes_the_time_that_its_bytes_are_worth() {
        let took = read_all(&meter("10:00"), 1024 * 1024).await;
        let due = Duration::from_millis(10_240);
        assert!(took <= due && took + BURST + 2 * TURN >= due, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn outside_its_hours_nothing_waits() {
        assert_eq!(read_all(&meter("20:00"), 1024 * 1024).await, Duration::ZERO);
        let night = meter("07:59");
        night.wait_for(u64::MAX).await;
        assert_eq!(read_all(&night, 10).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn several_contents_share_one_limit_and_take_turns() {
        let meter = meter("10:00");
        let began = Instant::now();
        let all = (0..8).map(|_| {
            let meter = Arc::clone(&meter);
            tokio::spawn(async move { read_all(&meter, 128 * 1024).await })
        });
        let mut ends = Vec::new();
        for one in all.collect::<Vec<_>>() {
            ends.push(one.await.unwrap());
        }
        // Each asks once more, to see that its content is over.
        let (took, due, slack) = (began.elapsed(), Duration::from_millis(10_240), BURST + 10 * TURN);
        assert!(took <= due + slack && took + slack >= due, "{took:?}");
        let first = ends.iter().min().unwrap();
        assert!(*first > due * 9 / 10, "none is served before the others: {ends:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_leaves_in_one_go_is_paid_for_by_what_follows() {
        let meter = meter("10:00");
        let began = Instant::now();
        for _ in 0..4 {
            meter.wait_for(256 * 1024).await;
        }
        assert_eq!(began.elapsed().as_millis(), 3 * 2560, "the first one leaves at once");
        let took = read_all(&meter, 1024).await;
        assert!(took >= Duration::from_millis(2560), "{took:?}");
    }
}
