//! The life of a publication, as values: its reasons, its facts, its stage and its next step.

pub mod reason;
pub mod retry;
