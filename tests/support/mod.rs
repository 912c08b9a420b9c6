//! What the suites share: real servers, folders, readers.

#[cfg(feature = "demo")]
pub mod check;
pub mod desk;
#[cfg(feature = "demo")]
pub mod embedded;
#[cfg(feature = "demo")]
pub mod flow;
pub mod ledger;
pub mod package;
pub mod render;
pub mod report;
pub mod schedule;
pub mod servers;
pub mod servers_scripted;
#[cfg(feature = "demo")]
pub mod service;
pub mod tools;
