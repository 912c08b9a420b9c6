//! The machine's settings: `agent.toml` as written (raw), then checked and typed.

pub mod secret;
pub mod target;
