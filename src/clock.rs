//! The machine's clock: the only place that reads it.
#![expect(clippy::disallowed_methods, reason = "the clock edge")]

use chrono::{DateTime, Utc};

use crate::ports::Clock;

/// The machine's clock, in UTC.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
