//! What the suites share: real servers, folders, readers.

pub mod package;
pub mod tools;
pub mod report;
