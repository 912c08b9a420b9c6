//! The extranet channel: which accounts are in, and what they bring with them.

mod selection;

pub use selection::{Books, Selection, SentHolding, SentLease};
