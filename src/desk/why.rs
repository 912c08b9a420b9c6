//! Why: the verdict on a document, an account or a party, by which rules, who sees it, since when.
//!
//! Everything is judged now, by the same rules as the next publication; what was confirmed comes from the ledger, of each
//! target alone, the main one first. Nothing is written. Limits: a voucher follows its expense line (E5, E8), so what is said
//! of it is what the series holds; the
//! files of attachments are judged when a publication is made, and the last one's word on them is given.

pub mod account;
pub mod document;
pub mod party;

use chrono::{DateTime, Utc};

use super::error::DeskError;
use super::office::Office;
use crate::ledger::runs::Run;
use crate::ledger::series::Series;
use crate::ledger::{Ledger, SeriesKey};

pub use account::{AccountHeld, AccountWhy, account};
pub use document::{DocumentHeld, DocumentWhy, Judged, document};
pub use party::{PartyWhy, party};

/// What a target's series holds of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnTarget<T> {
    /// The target's name in the configuration.
    pub target: String,
    /// When a publication was last confirmed there, in UTC; `None` before the first.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What it holds.
    pub held: T,
}

impl<T: Default> OnTarget<T> {
    /// Asks each target's series, the main one first. One where nothing was published holds nothing.
    fn each(
        office: &Office,
        ask: impl Fn(&Ledger, SeriesKey) -> Result<T, DeskError>,
    ) -> Result<Vec<Self>, DeskError> {
        let asked = office.each_series().map(|(target, known)| {
            let (confirmed_at, held) = match known {
                Some((ledger, series)) => (last_confirmed(ledger, series)?, ask(ledger, series.key)?),
                None => (None, T::default()),
            };
            Ok(Self { target: target.to_owned(), confirmed_at, held })
        });
        asked.collect()
    }
}

fn last_confirmed(ledger: &Ledger, series: &Series) -> Result<Option<DateTime<Utc>>, DeskError> {
    let of_the_whole = series.delivered.as_ref().map(|delivered| delivered.confirmed_at);
    Ok(ledger.confirmed_last_at(series.key)?.or(of_the_whole))
}

/// What happened last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Last {
    /// The last run; `None` before the first.
    pub run: Option<Run>,
    /// When a publication was last confirmed on the main target, in UTC; `None` before the first.
    pub confirmed_at: Option<DateTime<Utc>>,
}

impl Last {
    fn of(office: &Office) -> Result<Self, DeskError> {
        let mut known = office.each_series().map(|(_, known)| known);
        let main = known.next().flatten();
        let Some((ledger, _)) = main.or_else(|| known.flatten().next()) else { return Ok(Self::default()) };
        let run = ledger.runs(1)?.into_iter().next();
        let confirmed_at = main.map(|(ledger, series)| last_confirmed(ledger, series)).transpose()?.flatten();
        Ok(Self { run, confirmed_at })
    }
}
