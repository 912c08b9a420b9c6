//! The suite of ledger.
