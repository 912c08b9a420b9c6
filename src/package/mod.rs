//! The zip and the spool.

pub mod vault;
