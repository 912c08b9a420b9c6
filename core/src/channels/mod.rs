//! The channels' pure halves: records in, verdicts out. Their XML is written on floor 4.

pub mod extranet;
