//! The zip and the spool.
