//! The structured data alone: every section up to the works funds, in a closed archive, without ledger and server.
//!
//! Promise: it is written by the same code as a publication's, so that what is measured or looked at here is what a
//! publication writes. Documents and removals stand there empty.

use std::path::Path;

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Paris;
use publier_core::channels::extranet::Selection;
use publier_core::publication::facts::{Counts, Mode, Section};

use super::build::domain_of;
use super::bulk::{self, Books};
use super::error::FlowError;
use crate::channels::extranet::xml::{ENTRY_NAME, Header, Xml};
use crate::package::zip::{Level, Sealed, ZipStream};
use crate::source::Snapshot;

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// The archive.
    pub zip: Sealed,
    /// The accounting, by section.
    pub counts: Vec<(Section, Counts)>,
    /// Records that were refused.
    pub refused: usize,
}

/// Writes the structured data of a database as of `now` into the archive `zip`, with no temporary password in it.
/// `spool` takes the copy of a database that isn't in WAL mode.
///
/// # Errors
/// When the database can't be read, has no licence or domain, or the archive can't be written.
pub fn write_structured(
    database: &Path,
    spool: &Path,
    zip: &Path,
    level: Level,
    now: DateTime<Utc>,
) -> Result<Written, FlowError> {
    let snapshot = Snapshot::open(database, spool)?;
    let reference = snapshot.reference()?;
    let domain = domain_of(&reference.agency)?;
    let today = now.with_timezone(&Paris).date_naive();
    let selection = Selection::of(reference.books(), &reference.options, today);
    let books = Books { snapshot: &snapshot, reference: &reference, selection: &selection, today };
    let header = Header {
        series: "alone".to_owned(),
        sequence: 1,
        previous: None,
        id: "alone-1".to_owned(),
        generated_at: now,
        mode: Mode::Full.code(),
        agency_ref: reference.agency.agency_ref.clone(),
        domain,
    };
    let out = ZipStream::create(zip, ENTRY_NAME, level, super::build::zip_time(now.naive_utc()))?;
    let mut xml = Xml::begin(out, &header)?;
    let tally = bulk::write_bulk(&mut xml, books, &|_, _| false)?;
    for section in ["documents", "removals"] {
        xml.section(section)?;
        xml.end()?;
    }
    let (out, _) = xml.finish()?;
    let (counts, refused) = (tally.counts.into_iter().collect(), tally.refused.len());
    Ok(Written { zip: out.finish()?, counts, refused })
}
