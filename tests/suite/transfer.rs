//! The suite of transfer.
