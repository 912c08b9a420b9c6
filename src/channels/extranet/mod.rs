//! The extranet channel's XML: what is sent, and what the receiver answers.

pub mod receipt;
pub mod xml;
