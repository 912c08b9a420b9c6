//! The suite of schedule.
