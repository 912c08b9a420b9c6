//! What developers run beside publier: agencies of any size, a line that is slow and unreliable on demand, and what
//! `scripts/bench` measures.
//!
//! Nothing of it is installed with the agent, and the agent doesn't depend on it; its tests do.

pub mod agency;
pub mod known;
pub mod pages;
pub mod proxy;
mod random;
pub mod transfer;
