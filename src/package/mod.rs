//! What a publication is made of on our disk: the zip that holds its XML, the spool that keeps its files until
//! they are confirmed, and what a file is looked at for before it leaves (its kind, whether it opens).
//!
//! Promises: an archive stands under its name only when it is whole and on disk; a failed or abandoned one leaves
//! nothing behind; everything written here is private (0600 in folders of 0700). Nothing here knows the network,
//! the ledger or the source.

pub mod inspect;
pub mod mime;
pub mod spool;
pub mod vault;
pub mod zip;
