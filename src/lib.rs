//! publier: the publication agent of a property-management agency.
//!
//! The crate map, from the top floor down (ARCHITECTURE.md has the reading order and the table of floors):
//!
//! | floor | rooms |
//! |---|---|
//! | 8 | `src/main.rs` |
//! | 7 | [`commands`], [`service`] |
//! | 6 | [`app`] |
//! | 5 | [`desk`], [`flow`] |
//! | 4 | [`source`], [`ledger`], [`render`], [`package`], [`transfer`], [`report`], [`notify`], [`channels`], `embedded` |
//! | 3 | [`ports`], [`clock`] |
//! | 2 | [`xml`], [`settings`], [`i18n`], [`digest`], [`files`], [`photo`], [`remote_path`] |
//! | 1 | [`publier_core`]: the pure rules |

pub mod app;
pub mod channels;
pub mod clock;
pub mod commands;
pub mod desk;
pub mod digest;
#[cfg(feature = "demo")]
pub mod embedded;
pub mod files;
pub mod flow;
pub mod i18n;
pub mod ledger;
pub mod notify;
pub mod package;
pub mod photo;
pub mod ports;
pub mod remote_path;
pub mod render;
pub mod report;
pub mod service;
pub mod settings;
pub mod source;
pub mod transfer;
pub mod xml;
