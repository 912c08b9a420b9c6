//! The one integration binary: suites by room and by promise.
#![allow(
    missing_docs,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::allow_attributes,
    clippy::missing_docs_in_private_items,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "tests"
)]

mod suite {
    #[cfg(feature = "demo")]
    mod check;
    mod desk;
    #[cfg(unix)]
    mod desk_faults;
    #[cfg(feature = "demo")]
    mod dirty;
    #[cfg(feature = "demo")]
    mod embedded;
    #[cfg(feature = "demo")]
    mod faults;
    #[cfg(feature = "demo")]
    mod flow;
    mod generated;
    mod house;
    mod ledger;
    #[cfg(feature = "demo")]
    mod oracle;
    mod package;
    mod papers;
    mod proxy;
    mod render;
    mod report;
    mod schedule;
    #[cfg(feature = "demo")]
    mod service;
    mod transfer;
}
mod support;
