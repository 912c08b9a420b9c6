//! The life of a publication, as values: its reasons, its facts, its stage and its next step.
//!
//! | module | what it decides |
//! |---|---|
//! | [`reason`] | the one catalogue of reasons |
//! | [`exit`] | how a run ends, as the operator's scripts see it |
//! | [`facts`] | what is recorded about one publication, versioned |
//! | [`retry`] | the one retry policy |
//! | [`stage`] | where it stands: a fold of its facts |
//! | [`next_step`] | what to do now: resume, replace, look, settle or rest (rules 2 to 6) |
//! | [`hold`] | whether a whole publication waits for a person (rule 14) |
//! | [`document`] | the ids of documents and their names on the server (rules 10 and 12) |
//! | [`due`] | one document against what the ledger recorded (rules 8 and 10) |
//! | [`merge`] | all documents against the ledger, as two ordered streams |
//! | [`widening`] | whether a document becomes visible to more people (rule 14) |

pub mod document;
pub mod due;
pub mod exit;
pub mod facts;
pub mod hold;
pub mod merge;
pub mod next_step;
pub mod reason;
pub mod retry;
pub mod stage;
pub mod widening;
