//! placeholder
use serde::{Deserialize, Serialize};
/// The two modules of the back office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Module {
    /// Gérance.
    Rental,
    /// Syndic.
    Condo,
}
