//! What people do at their desk, for commands and pages alike.

pub mod check;
