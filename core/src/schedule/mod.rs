//! The slot planner: which slots of the service are due, collapsed or still to come.
//!
//! A schedule is a set of weekday x local time in Europe/Paris (A4); a slot is one of its moments, named by
//! its key (channel, local date, local time). The heartbeat asks, again and again, what is due; the answer
//! depends on the arguments alone, so a restart, a sleep or two agents at once need no special case.
//!
//! Promises (PUBLICATION.md 17, promise 5):
//! - a slot that came while the agent was away is caught up once, if it is younger than `catch_up`; of several,
//!   the newest is claimed and the others are recorded as collapsed into it;
//! - a key that is claimed or collapsed is never due again, whatever the clock does: no watermark is kept;
//! - editing the schedule never fires a slot already past: only slots after the present form was first seen;
//! - a time inside the spring gap runs at the first valid minute after it, a time inside the autumn overlap
//!   once, at its first occurrence.
//!
//! Limits: minutes, not seconds. A clock that runs ahead by less than its error claims slots early; when it is
//! put right those slots stay claimed, since they did run.

mod bandwidth;
mod plan;
#[cfg(test)]
mod simulation;
mod slot;
mod weekly;

pub use bandwidth::{BandwidthLimit, Hours, limit_at};
pub use plan::{Due, Unfinished, candidates, due, retry_after_failure, upcoming};
pub use slot::{Slot, SlotKey};
pub use weekly::{BadSlot, WeeklySchedule};
