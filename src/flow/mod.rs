//! One publication from plan to settlement, and each that is due.
//!
//! The order of a publication, and what is durable when, is that of the commit protocol (docs/adr/0003): one short
//! read of the source, in which everything is decided and the bulk is written; then files are rendered and uploaded;
//! documents and removals close the XML; the zip is sealed, sent, and its rename is the commit; then the ledger is
//! settled and the outbox told.

mod adopt;
pub mod alone;
mod audiences;
mod build;
mod bulk;
mod drive;
mod ending;
mod error;
mod files;
mod guard;
mod history;
mod letters;
mod listing;
pub mod lists;
mod plan;
pub mod publish;
mod receipt;
mod removals;
pub mod telling;
pub mod turns;

pub use build::domain_of;
pub use error::FlowError;
pub use guard::Guard;
pub(crate) use letters::{letterhead, place_and_date};
pub(crate) use listing::record_name;
