//! The extranet channel: which accounts are in, what they bring with them, and who would read a document.

mod selection;
#[cfg(test)]
mod tests;

pub use selection::{Books, Selection, SentHolding, SentLease};
