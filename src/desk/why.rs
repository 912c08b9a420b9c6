//! Why: the verdict on a document, an account or a party, by which rules, who sees it, since when.
//!
//! Everything is judged now, by the same rules as the next publication; what was confirmed comes from the ledger. Nothing
//! is written. Limits: a voucher follows its expense line (E5, E8), so what is said of it is what the series holds; the
//! files of attachments are judged when a publication is made, and the last one's word on them is given.

pub mod account;
pub mod document;
pub mod party;

use chrono::{DateTime, Utc};

use super::error::DeskError;
use super::office::Office;
use crate::ledger::runs::Run;

pub use account::{AccountWhy, account};
pub use document::{DocumentWhy, Judged, document};
pub use party::{PartyWhy, party};

/// What happened last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Last {
    /// The last run; `None` before the first.
    pub run: Option<Run>,
    /// When a publication of the series was last confirmed, in UTC; `None` before the first.
    pub confirmed_at: Option<DateTime<Utc>>,
}

impl Last {
    fn of(office: &Office) -> Result<Self, DeskError> {
        let Some((ledger, series)) = office.series() else { return Ok(Self::default()) };
        let run = ledger.runs(1)?.into_iter().next();
        let confirmed_at = ledger.confirmed_last_at(series)?.or_else(|| office.confirmed_at());
        Ok(Self { run, confirmed_at })
    }
}
