//! What is told: the transfer log, the run report, the console and the JSON lines.
//!
//! One stream of [`Event`](crate::ports::Event)s, several listeners; none of them ever fails the work, and what
//! one could not do it says at the end (`problem()`).
//!
//! | module | who reads it |
//! |---|---|
//! | [`winscp_log`] | support, and the programs that read WinSCP's XML logs (rules A8, A9, A12) |
//! | [`run_report`] | staff: one message a run, the result first (rule A6) |
//! | [`console`] | the person at the terminal: progress on stderr |
//! | [`ndjson`] | programs: one JSON object a line (`--json`) |
//! | `progress` | the two before: files, bytes, rate, time left |
//! | [`counts`] | the run report: files, bytes, failures, resumes |
//! | [`history`] | support: what is kept of past transfers and publications |
//! | [`redact`] | nobody: it stands before the others and hides secrets and personal data |
//! | [`words`] | the others: numbers, sizes, durations and dates as people read them |

pub mod console;
pub mod counts;
pub mod history;
pub mod ndjson;
mod progress;
pub mod redact;
pub mod run_report;
pub mod winscp_log;
pub mod words;
