//! The suite of embedded.
