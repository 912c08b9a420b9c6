//! What people do at their desk, for commands and pages alike: logic and results as values.
//!
//! Promises: every change is judged by the pure rules, in bulk, and gives a result a row (done, already, refused with a
//! reason); asked twice it is made once; a dry run reads and judges alike and opens no door to write. No function here
//! prints, asks or reads a clock, and no result holds a password. Refuses: a code that no record bears, with the nearest
//! one that does.
//!
//! | file | what people do |
//! |---|---|
//! | [`accounts`], [`credentials`] | tick accounts, give logins and temporary passwords (D1-D7, D20, D24, D26) |
//! | [`events`], [`exposure`] | publish and unpublish; who could see what is withdrawn (C4, C5) |
//! | [`binders`] | make, rename, change rights (B2, B5, B9, B11) |
//! | [`co_owners`] | read a building's co-owner list and archive it (G1-G7) |
//! | [`statements`], [`letters`] | archive account statements (C16), write credential letters (D5) |
//! | [`preview`] | look at a document before it is sent |
//! | [`options`], [`schedule`] | the extranet's options; days and hours of publication (A3, A4) |
//! | [`check`] | the verification tool (A10) |
//! | [`why`] | who sees what, by which rule, since when |

pub mod accounts;
pub mod binders;
pub mod check;
pub mod co_owners;
pub mod credentials;
mod error;
pub mod events;
pub mod exposure;
pub mod letters;
pub mod nearest;
mod office;
pub mod options;
pub mod preview;
pub mod row;
pub mod schedule;
mod sheets;
pub mod statements;
pub mod why;

pub use error::{DeskError, Unknown, What};
pub use office::{Office, Places, TargetName};
