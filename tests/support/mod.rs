//! What the suites share: real servers, folders, readers.

pub mod servers;
pub mod servers_scripted;
