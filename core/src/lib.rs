//! The pure half of publier: the trade's rules, the life of a publication and the slot planner.
//!
//! Nothing here reads a clock, a file, a socket or a database: `now` and the records are arguments, the
//! verdicts are values. The crates it may depend on (chrono, chrono-tz, serde, thiserror, Unicode tables)
//! have no input or output of their own, so the compiler guards the most important arrow of the house.
//!
//! | module | what it decides |
//! |---|---|
//! | [`domain`] | who may see what: accounts, statements, binders, audiences, documents, expenses, works funds |
//! | [`channels`] | what one channel sends: records in, verdicts out |
//! | [`publication`] | facts, stage, next step, hold, and the one catalogue of reasons |
//! | [`schedule`] | which slot is due, across clock changes and absences |

pub mod channels;
pub mod domain;
pub mod publication;
pub mod schedule;
