//! The one retry policy at work: which failures are tried again, for how long, and what it costs the server.

use std::ops::RangeInclusive;

use chrono::TimeDelta;
use publier::ports::RemoteEntry;
use tokio::io::AsyncRead;

use super::*;
use crate::support::flow::Hand;

/// Turns the clock by each pause instead of waiting.
#[derive(Debug)]
struct Turning {
    clock: Hand,
    pauses: Mutex<Vec<Duration>>,
}

#[async_trait]
impl Pause for Turning {
    async fn pause(&self, length: Duration) {
        self.clock.turn(TimeDelta::from_std(length).unwrap());
        self.pauses.lock().unwrap().push(length);
    }
}

/// A round whose server is down from the start.
struct Round {
    server: MemoryServer,
    courier: Courier,
    turning: Arc<Turning>,
    post: Post,
}

impl Round {
    fn new(policy: RetryPolicy) -> Self {
        let server = MemoryServer::with_folder(&RemotePath::new("/depot").unwrap());
        let post = Post::new(Arc::new(server.clone()), RemotePath::new("/depot").unwrap());
        let clock = Hand::at("2026-11-24T17:00:00Z");
        let turning = Arc::new(Turning { clock: clock.clone(), pauses: Mutex::default() });
        let dispatch = Dispatch::new(
            Arc::new(server.clone()),
            RemotePath::new("/depot").unwrap(),
            policy,
            Arc::new(clock),
            post.heard.clone(),
        );
        let courier = Courier::new(Arc::new(dispatch.with_pause(turning.clone())));
        Self { server, courier, turning, post }
    }

    fn fail(&self, reason: R, times: usize) {
        for _ in 0..times {
            let error = TransferError::new(reason, "no");
            self.server.inject(Fault::FailNext { operation: Operation::Connect, error });
        }
    }

    async fn deliver(&mut self, name: &str) -> Result<Delivered, TransferError> {
        let remote = RemotePath::new(format!("/depot/{name}")).unwrap();
        let parcel = self.post.parcel(remote, name.as_bytes());
        self.courier.deliver(&parcel).await
    }

    fn paused(&self) -> Vec<Duration> {
        self.turning.pauses.lock().unwrap().clone()
    }

    fn connects(&self) -> usize {
        self.server.journal().iter().filter(|(operation, _)| *operation == Operation::Connect).count()
    }
}

#[tokio::test]
async fn no_try_begins_after_the_runs_deadline_and_later_files_share_it() {
    let deadline = Duration::from_mins(10);
    let policy = RetryPolicy { attempts: 1_000, run_deadline: deadline, ..RetryPolicy::default() };
    let mut round = Round::new(policy);
    round.fail(R::ConnectionRefused, 500);
    assert_eq!(round.deliver("a.zip").await.unwrap_err().reason, R::ConnectionRefused);
    let spent: Duration = round.paused().iter().sum();
    assert!(spent <= deadline && spent + policy.longest_pause > deadline, "{spent:?}");
    let (tries, pauses) = (round.connects(), round.paused().len());
    assert_eq!(tries, pauses + 1);
    assert!(tries < 25, "the pauses grow: {tries} tries");
    // The round is over: what comes next is tried once.
    round.turning.clock.turn(TimeDelta::from_std(policy.longest_pause).unwrap());
    assert!(round.deliver("b.zip").await.is_err());
    assert_eq!((round.connects(), round.paused().len()), (tries + 1, pauses));
}

#[tokio::test]
async fn a_server_that_comes_back_gets_its_file_after_pauses_that_grow_up_to_a_minute() {
    let policy = RetryPolicy { attempts: 8, ..RetryPolicy::default() };
    let mut round = Round::new(policy);
    round.fail(R::TimedOut, 7);
    assert!(round.deliver("a.zip").await.is_ok());
    let bounds: [RangeInclusive<u64>; 7] = [1..=2, 2..=4, 4..=8, 8..=16, 16..=32, 30..=60, 30..=60];
    for (pause, bound) in round.paused().into_iter().zip(bounds) {
        assert!(bound.contains(&pause.as_secs()), "{pause:?} is not within {bound:?}");
    }
    assert_eq!(round.paused().len(), 7);
}

/// What a person must settle is asked of the server once: an account is never locked out by us.
#[tokio::test]
async fn a_failure_that_time_does_not_mend_is_tried_once() {
    for reason in R::ALL.iter().copied().filter(|reason| !reason.is_transient()) {
        let mut round = Round::new(RetryPolicy::default());
        round.fail(reason, 9);
        assert_eq!(round.deliver("a.zip").await.unwrap_err().reason, reason);
        assert_eq!((round.connects(), round.paused()), (1, Vec::new()), "{reason}");
    }
}

/// A session that begins to answer a read and never ends it.
#[derive(Debug)]
struct Dripping;

#[async_trait]
impl Session for Dripping {
    fn in_sync(&self) -> bool {
        true
    }
    async fn size(&mut self, _: &RemotePath) -> Result<Option<u64>, TransferError> {
        Ok(Some(10))
    }
    async fn write(
        &mut self,
        _: &RemotePath,
        _: u64,
        _: &mut (dyn AsyncRead + Send + Unpin),
        _: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, TransferError> {
        Ok(0)
    }
    async fn read(&mut self, _: &RemotePath, _: usize) -> Result<Option<Vec<u8>>, TransferError> {
        std::future::pending().await
    }
    async fn rename(&mut self, _: &RemotePath, _: &RemotePath) -> Result<(), TransferError> {
        Ok(())
    }
    async fn make_folder(&mut self, _: &RemotePath) -> Result<bool, TransferError> {
        Ok(true)
    }
    async fn folder_exists(&mut self, _: &RemotePath) -> Result<bool, TransferError> {
        Ok(true)
    }
    async fn remove(&mut self, _: &RemotePath) -> Result<(), TransferError> {
        Ok(())
    }
    async fn remove_folder(&mut self, _: &RemotePath) -> Result<(), TransferError> {
        Ok(())
    }
    async fn list(&mut self, _: &RemotePath) -> Result<Vec<RemoteEntry>, TransferError> {
        Ok(Vec::new())
    }
    async fn close(self: Box<Self>) {}
}

/// Opens such sessions, and counts them.
#[derive(Debug, Default)]
struct Drips(Mutex<u32>);

#[async_trait]
impl Connector for Drips {
    async fn connect(&self) -> Result<Box<dyn Session>, TransferError> {
        *self.0.lock().unwrap() += 1;
        Ok(Box::new(Dripping))
    }
    fn session_name(&self) -> String {
        "agency@drips".to_owned()
    }
    fn is_encrypted(&self) -> bool {
        true
    }
}

/// Promise 6: a small file that never ends costs a minute a try, and each try a session of its own.
#[tokio::test(start_paused = true)]
async fn a_read_that_never_ends_is_given_up_with_its_session() {
    let drips = Arc::new(Drips::default());
    let mut post = Post::new(drips.clone(), RemotePath::new("/depot").unwrap());
    let began = tokio::time::Instant::now();
    let ended = post.courier.read(&RemotePath::new("/depot/receipt-1.xml").unwrap(), 100).await;
    assert_eq!(ended.unwrap_err().reason, R::TimedOut);
    assert_eq!((began.elapsed(), *drips.0.lock().unwrap()), (Duration::from_mins(3), 3));
}
