//! The extranet channel's XML.

pub mod xml;
