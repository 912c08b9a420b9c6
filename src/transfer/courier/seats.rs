//! How many connections of one round are logged in: whether a refusal is the server's limit depends on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// The seats taken on the server by one round.
#[derive(Debug, Default)]
pub(super) struct Seats {
    taken: AtomicUsize,
    changed: Notify,
}

impl Seats {
    /// Counts a connection that is logged in, until the seat is dropped.
    pub(super) fn take(self: &Arc<Self>) -> Seat {
        self.taken.fetch_add(1, Ordering::Relaxed);
        self.changed.notify_one();
        Seat(Arc::clone(self))
    }

    /// How many connections are logged in now.
    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// Waits until another connection is logged in.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }
}

/// One connection that is logged in.
#[derive(Debug)]
pub(super) struct Seat(Arc<Seats>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}
