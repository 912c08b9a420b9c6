//! The suite of the oracle: what an independent reader of the publications sees is what the agency's database gives
//! (B5, B12, C15, C20, C21, C25, D1, E2, F4, H1, H3), after every publication; and folding a series gives what a full
//! index says.

mod demo;
mod format;
mod random;
