//! A document of the agent as a file, for a look before it is sent: nothing is archived.

use std::path::{Path, PathBuf};

use publier_core::publication::reason::StaffReason;

use super::error::{DeskError, Unknown, What};
use super::events;
use super::letters;
use super::office::{Office, building, by_code};
use super::row::{Kind, Notice, Outcome, Refusal, Results, Row};
use super::sheets::{Funds, Sheets, of_year};
use crate::files::write_whole;
use crate::flow::lists::{self, Archivist};
use crate::package::mime::{FileKind, kind_of_file};
use crate::render::papers::Sheet;
use crate::render::{Limits, RenderError, Rendered, render_sheet};

/// What is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The co-owner list of the building of this code (G4).
    CoOwners(String),
    /// The statement of the account of this number, `ENTITY/NUMBER` or key (C16).
    Statement(String),
    /// The expense list of the building of this code, and of the year of this label or of a part of it (E3).
    Expenses(String, String),
    /// The works-fund statement of the building of this code, and of the co-owner record of this key, or of the party of
    /// this code (F4).
    WorksFund(String, String),
    /// The credential letter of the party of this code or key, its password masked (D5).
    Letter(String),
}

/// What was made, or why nothing was.
type Made = Result<Result<Rendered, RenderError>, Refusal>;

/// Makes what is wanted and writes it to `out`, unless something else stands there, or it leads into a folder that
/// others read.
///
/// # Errors
/// When the database can't be read, the file can't be written, or something is named that isn't there.
pub fn write(office: &Office, wanted: &Wanted, out: &Path, shared: &[PathBuf]) -> Result<Results, DeskError> {
    let (kind, id, made) = match wanted {
        Wanted::CoOwners(code) => (Kind::Building, code, co_owners(office, code)?),
        Wanted::Statement(number) => (Kind::Account, number, statement(office, number)?),
        Wanted::Expenses(code, year) => (Kind::Building, code, expenses(office, code, year)?),
        Wanted::WorksFund(code, holder) => (Kind::Building, code, works_fund(office, code, holder)?),
        Wanted::Letter(party) => (Kind::Party, party, letter(office, party)?),
    };
    let notice = made.as_ref().ok().and_then(|made| made.as_ref().ok()).and_then(Notice::of);
    let outcome = match made {
        Err(refusal) => Outcome::Refused(refusal),
        Ok(Err(error)) => {
            tracing::warn!(code = error.code(), "the document can't be rendered");
            Outcome::Refused(error.refusal().into())
        }
        Ok(Ok(_)) if !may_take(out, shared) => Outcome::Refused(StaffReason::FileStands.into()),
        Ok(Ok(rendered)) => {
            write_whole(out, &rendered.pdf)?;
            Outcome::Done
        }
    };
    let mut row = Row::new(kind, id, out.display().to_string(), outcome);
    row.notices.extend(notice);
    Ok(Results { rows: vec![row], dry_run: false })
}

/// Tells whether a name may be written: a new one, or an older look at a document. Whatever else stands there, the agency's
/// database above all, is never replaced, nor is anything in a folder that others read, PDF or not. A pipe or a device is not
/// even opened: reading it might never end.
fn may_take(out: &Path, shared: &[PathBuf]) -> bool {
    let is_look = || out.is_file() && kind_of_file(out).is_ok_and(|kind| kind == FileKind::Pdf);
    let is_free = out.symlink_metadata().is_err() || is_look();
    is_free && !stands_in(out, shared)
}

/// Tells whether a path leads into one of these folders, be it there already or not.
pub(super) fn stands_in(path: &Path, folders: &[PathBuf]) -> bool {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = absolute.ancestors().find_map(|above| above.canonicalize().ok());
    let folders = folders.iter().filter_map(|root| root.canonicalize().ok());
    real.is_some_and(|real| folders.into_iter().any(|root| real.starts_with(root)))
}

fn drawn(sheet: &dyn Sheet) -> Result<Rendered, RenderError> {
    render_sheet(sheet, &Limits::of_papers())
}

fn co_owners(office: &Office, code: &str) -> Result<Made, DeskError> {
    let reference = office.reference()?;
    let asked = [building(&reference, code)?];
    let places = (office.database(), office.files());
    let archivist = Archivist::open(&office.snapshot, &reference, places, office.now)?;
    let Some(list) = lists::lists(&office.snapshot, &reference, &asked, office.today)?.into_iter().next()
    else {
        return Ok(Err(StaffReason::NobodyListed.into()));
    };
    Ok(match &list.rows {
        Err(reason) => Err((*reason).into()),
        Ok(rows) if rows.is_empty() => Err(StaffReason::NobodyListed.into()),
        Ok(rows) => Ok(drawn(&archivist.sheet(&list, rows, format!("co-owner-list:{}", list.building)))),
    })
}

fn statement(office: &Office, number: &str) -> Result<Made, DeskError> {
    let reference = office.reference()?;
    let id = events::account(&reference, number)?;
    let Some(account) = reference.accounts.get(&id) else { return Ok(Err(StaffReason::NotFound.into())) };
    let mut reading = office.snapshot.entries()?;
    let mut entries = reading.begin()?;
    let statement = Sheets::new(office, &reference).statement(account, &mut entries)?;
    Ok(statement.map_err(Refusal::from).map(|statement| drawn(&statement)))
}

fn expenses(office: &Office, code: &str, year: &str) -> Result<Made, DeskError> {
    let reference = office.reference()?;
    let asked = building(&reference, code)?;
    let Some(building) = reference.buildings.get(&asked) else {
        return Ok(Err(StaffReason::NotFound.into()));
    };
    let sheets = match Sheets::new(office, &reference).expenses(building)? {
        Ok(sheets) => sheets,
        Err(reason) => return Ok(Err(reason.into())),
    };
    let sheet = of_year(sheets, year).map_err(|labels| unknown(What::Year, year, &labels))?;
    Ok(Ok(drawn(&sheet)))
}

fn works_fund(office: &Office, code: &str, holder: &str) -> Result<Made, DeskError> {
    let reference = office.reference()?;
    let asked = building(&reference, code)?;
    let Some(building) = reference.buildings.get(&asked) else {
        return Ok(Err(StaffReason::NotFound.into()));
    };
    let Funds { sheets: all, refused } = Sheets::new(office, &reference).works_funds(building)?;
    let parties = office.snapshot.party_logins()?;
    let is_wanted = |record| {
        let party = reference.records.get(&record).map(|record| record.party);
        record.to_string() == holder
            || parties.iter().any(|known| Some(known.id) == party && known.code == holder)
    };
    // Several records of one party are never rolled into one, nor is one of them taken for the other, with funds or
    // without (D23): each is asked for by its key.
    let records: Vec<_> = reference
        .records
        .values()
        .filter(|record| record.building == asked)
        .map(|record| record.id)
        .filter(|record| is_wanted(*record))
        .collect();
    let sheet = |record| all.iter().find(|(of, _)| *of == record).map(|(_, sheet)| sheet);
    if let [record] = records[..] {
        if let Some(reason) = refused.get(&record) {
            return Ok(Err((*reason).into()));
        }
        if let Some(sheet) = sheet(record) {
            return Ok(Ok(drawn(sheet)));
        }
    }
    let shown = if records.len() > 1 { records } else { all.iter().map(|(record, _)| *record).collect() };
    let keys: Vec<String> = shown.iter().map(ToString::to_string).collect();
    Err(unknown(What::Record, holder, &keys).into())
}

fn letter(office: &Office, named: &str) -> Result<Made, DeskError> {
    let parties = office.snapshot.party_logins()?;
    let by_key = parties.iter().find(|party| party.id.to_string() == named);
    let party = match by_key {
        Some(party) => party,
        None => by_code(What::Party, named, parties.iter().map(|party| (party.code.as_str(), party)))?,
    };
    if party.login.is_none() {
        return Ok(Err(StaffReason::NoCredentials.into()));
    }
    Ok(Ok(letters::look(office, party)?))
}

fn unknown(what: What, named: &str, known: &[String]) -> Unknown {
    let nearest = (!known.is_empty()).then(|| known.join(", "));
    Unknown { what, named: named.to_owned(), nearest }
}
