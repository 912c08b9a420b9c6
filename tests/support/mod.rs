//! What the suites share: real servers, folders, readers.

#[cfg(feature = "demo")]
pub mod embedded;
pub mod package;
pub mod report;
pub mod tools;
pub mod schedule;
pub mod render;
