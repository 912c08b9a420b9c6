//! The machine's settings: `agent.toml` as written (raw), then checked and typed.
//!
//! Promises: every problem of the checked values is collected, each with its line, a caret, a sentence and what
//! to do; nothing is guessed from the environment; relative paths start at the folder of the file.
//!
//! Refuses: unknown keys, a secret written in the file, a secret's file that others can read, plain FTP that is
//! not allowed by name. No text of a secret is kept in a problem, and none is shown.
//!
//! What the back office keeps itself (binders, options, schedule) stands in its database, never here. The reference of
//! the keys, with units and defaults, is `agent.toml.example`; a test compares it with the code.

mod check_target;
mod checked;
mod places;
mod problem;
mod raw;
mod reader;
mod same_place;
pub mod secret;
mod secret_file;
pub mod target;
#[cfg(test)]
mod tests;
mod toml_words;
mod units;

pub use checked::{
    Agency, Data, Letters, Log, LogFormat, LogLevel, Publication, Service, Settings, WinscpLog, ZipLevel,
};
pub use places::Places;
pub use problem::{ConfigError, Excerpt, Problem, ProblemKind};
pub use reader::{Origin, Shown};
