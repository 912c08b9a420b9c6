//! What the suites share: real servers, folders, readers.
pub mod render;
