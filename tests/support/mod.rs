//! What the suites share: real servers, folders, readers.

#[cfg(feature = "demo")]
pub mod capture;
#[cfg(feature = "demo")]
pub mod check;
pub mod conformance;
pub mod desk;
#[cfg(feature = "demo")]
pub mod dirt;
#[cfg(feature = "demo")]
pub mod embedded;
#[cfg(feature = "demo")]
pub mod faults;
#[cfg(feature = "demo")]
pub mod flow;
pub mod ledger;
#[cfg(feature = "demo")]
pub mod oracle;
pub mod package;
pub mod papers;
#[cfg(feature = "demo")]
pub mod random_agency;
#[cfg(feature = "demo")]
pub mod reader;
#[cfg(feature = "demo")]
pub mod receiver;
pub mod render;
pub mod report;
pub mod schedule;
pub mod servers;
pub mod servers_scripted;
pub mod servers_unpacked;
#[cfg(feature = "demo")]
pub mod service;
pub mod tools;
#[cfg(feature = "demo")]
pub mod truth;

/// The line: a TCP proxy with delay, rate and faults; the benchmarks use it too.
pub use publier_tools::proxy;
