//! Safe XML text and a streaming writer: what comes out is well-formed whatever goes in (promise 8).
//!
//! Promises: UTF-8 output, every special character escaped, every character that XML 1.0 forbids replaced by
//! U+FFFD and counted, elements closed in order by construction. Limits: no namespace logic beyond attributes
//! that the caller writes; names are the caller's literals.

mod text;
mod writer;

pub use text::{escape_into, is_clean, repaired};
pub use writer::{Mark, Writer};
