//! What the suites share: real servers, folders, readers.

pub mod package;
pub mod report;
pub mod tools;
