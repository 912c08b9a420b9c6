//! The suite of report.
