//! The extranet channel: which accounts are in, what they bring with them, and who would read a document.

mod readers;
mod selection;

pub use readers::Readers;
pub use selection::{Books, Selection, SentHolding, SentLease};
