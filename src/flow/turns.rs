//! Whose turn it is, where one command or one slot publishes to several targets.
//!
//! Promises: one run works at a time, in the order in which they were begun: the read of the database, rendering, the
//! ledger's writes and the network are its own. A run that only waits for its receipt lets the next one work, and has its
//! turn back before it looks for the receipt again, or writes anything.
//!
//! Limits: such a wait ends when it is over and nobody else is at work, not before.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use publier_core::publication::facts::RunId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Those who take turns.
#[derive(Debug, Clone)]
pub struct Turns {
    line: Arc<Semaphore>,
    /// The runs under way: at work, or waiting for a receipt.
    runs: Arc<Mutex<BTreeSet<RunId>>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { line: Arc::new(Semaphore::new(1)), runs: Arc::default() }
    }
}

impl Turns {
    /// Waits for a turn: first come, first served.
    pub async fn take(&self) -> Turn {
        let mut turn = Turn { turns: self.clone(), permit: None, run: None };
        turn.resume().await;
        turn
    }

    fn runs(&self) -> MutexGuard<'_, BTreeSet<RunId>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to work. Whoever drops it lets the next one work.
#[derive(Debug)]
pub struct Turn {
    turns: Turns,
    permit: Option<OwnedSemaphorePermit>,
    run: Option<RunId>,
}

impl Turn {
    /// The turn of a run that shares with none.
    pub fn alone() -> Self {
        Self { turns: Turns::default(), permit: None, run: None }
    }

    /// Gives the other runs that are under way: waiting, and none of them dead.
    pub(super) fn others(&self) -> Vec<RunId> {
        self.turns.runs().iter().copied().filter(|run| Some(*run) != self.run).collect()
    }

    /// Says which run works in this turn.
    pub(super) fn is_of(&mut self, run: RunId) {
        self.leave();
        self.turns.runs().insert(run);
        self.run = Some(run);
    }

    /// Lets others work during a wait, then comes back in line.
    pub(super) async fn aside<T>(&mut self, wait: impl Future<Output = T>) -> T {
        let shares = self.permit.take().is_some();
        let waited = wait.await;
        if shares {
            self.resume().await;
        }
        waited
    }

    async fn resume(&mut self) {
        // The semaphore is never closed.
        self.permit = Arc::clone(&self.turns.line).acquire_owned().await.ok();
    }

    fn leave(&mut self) {
        if let Some(run) = self.run.take() {
            self.turns.runs().remove(&run);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Does the work of each of these in its turn, and tells how each ended as it ends.
pub async fn each<T, R>(
    of: impl IntoIterator<Item = T>,
    work: impl AsyncFn(&T, Turn) -> R,
    ended: impl FnMut(&T, R),
) {
    let (turns, ended) = (Turns::default(), RefCell::new(ended));
    let (turns, ended, work) = (&turns, &ended, &work);
    let in_turn = |one: T| -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(async move {
            let turn = turns.take().await;
            let end = work(&one, turn).await;
            (ended.borrow_mut())(&one, end);
        })
    };
    all(of.into_iter().map(in_turn).collect()).await;
}

/// Goes on with all of these until each is over; their order is that in which they first come to work.
async fn all(mut works: Vec<Pin<Box<dyn Future<Output = ()> + '_>>>) {
    poll_fn(|context| {
        works.retain_mut(|work| work.as_mut().poll(context).is_pending());
        if works.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn turns_come_in_order_and_one_that_waits_lets_the_next_one_work() {
        let (turns, told, answered) = (Turns::default(), Mutex::new(Vec::new()), Notify::new());
        let say = |words: &'static str| told.lock().unwrap().push(words);
        let first = async {
            let mut turn = turns.take().await;
            say("first works");
            turn.aside(answered.notified()).await;
            say("first goes on");
        };
        let second = async {
            let _turn = turns.take().await;
            say("second works");
            answered.notify_one();
            // The first one is answered, and waits for its turn all the same.
            tokio::task::yield_now().await;
            say("second ends");
        };
        all(vec![Box::pin(first), Box::pin(second)]).await;
        assert_eq!(*told.lock().unwrap(), ["first works", "second works", "second ends", "first goes on"]);
    }

    #[tokio::test]
    async fn a_run_that_waits_is_known_to_those_that_work_and_no_more_once_it_is_over() {
        let (turns, answered, seen) = (Turns::default(), Notify::new(), AtomicUsize::new(0));
        let first = async {
            let mut turn = turns.take().await;
            turn.is_of(RunId(1));
            turn.aside(answered.notified()).await;
        };
        let second = async {
            let mut turn = turns.take().await;
            turn.is_of(RunId(2));
            assert_eq!(turn.others(), [RunId(1)]);
            let answer = async {
                answered.notify_one();
                tokio::task::yield_now().await;
            };
            turn.aside(answer).await;
            seen.fetch_add(1 + turn.others().len(), Ordering::Relaxed);
        };
        all(vec![Box::pin(first), Box::pin(second)]).await;
        assert_eq!(seen.load(Ordering::Relaxed), 1, "it came back in line behind the first, which is over");
    }

    #[tokio::test]
    async fn a_run_that_shares_with_none_waits_as_it_likes() {
        let mut turn = Turn::alone();
        turn.is_of(RunId(1));
        assert_eq!(turn.aside(async { 7 }).await, 7);
        assert_eq!(turn.others(), []);
    }
}
