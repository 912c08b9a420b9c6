//! Binders (classeurs): listed, made, renamed, their rights changed (B1-B12).

use publier_core::domain::binder::{Rights, Status};
use publier_core::domain::options::Module;
use publier_core::domain::staff::{Change, NewBinder, RightsChange, creation, renaming, rights_change};
use publier_core::publication::reason::StaffReason;

use super::error::DeskError;
use super::office::Office;
use super::row::{Kind, Notice, Outcome, Results, Row};
use crate::source::staff::BinderRow;
use crate::source::write::staff::{BinderResult, RightsResult};

/// The code of the condo binder that gives the expense list its rights (E2).
const INVOICES: &str = "INVOICES";

/// Lists the binders as they are kept, by key: boxes as ticked, holes included (B5).
///
/// # Errors
/// When the database can't be read.
pub fn list(office: &Office) -> Result<Vec<BinderRow>, DeskError> {
    Ok(office.snapshot.binder_rows()?)
}

/// Gives the statuses that a binder's boxes grant, in the order of the columns of its module.
pub fn granted(row: &BinderRow) -> Vec<Status> {
    row.binder.rights.granted(row.binder.module).collect()
}

/// Tells whether a right is ticked without every one to its right (B5).
pub fn has_hole(module: Module, rights: Rights) -> bool {
    module == Module::Condo && rights.has_hole()
}

/// Makes binders: (code, name), in one module and below one parent, with no right ticked (B8, B11).
///
/// # Errors
/// When the database can't be read or written.
pub fn create(
    office: &Office,
    module: Module,
    parent: Option<&str>,
    wanted: &[(String, String)],
    dry_run: bool,
) -> Result<Results, DeskError> {
    let new: Vec<NewBinder<'_>> =
        wanted.iter().map(|(code, name)| NewBinder { code, module, name: name.trim(), parent }).collect();
    let judged = if dry_run {
        let known = office.snapshot.binder_rows()?;
        new.iter().map(|new| creation(new, |code| find(&known, code).map(BinderRow::state))).collect()
    } else {
        office.door()?.create_binders(&new)?
    };
    let row = |(new, judged): (&NewBinder<'_>, &BinderResult)| {
        Row::new(Kind::Binder, new.code, new.name, outcome(*judged))
    };
    Ok(Results { rows: new.iter().zip(&judged).map(row).collect(), dry_run })
}

/// Renames binders: (code, new name); their documents don't move (B2).
///
/// # Errors
/// When the database can't be read or written.
pub fn rename(office: &Office, wanted: &[(String, String)], dry_run: bool) -> Result<Results, DeskError> {
    let asked: Vec<(&str, &str)> = wanted.iter().map(|(code, name)| (code.as_str(), name.trim())).collect();
    let known = office.snapshot.binder_rows()?;
    let judged: Vec<BinderResult> = if dry_run {
        let judge = |(code, name): &(&str, &str)| {
            find(&known, code).map_or(Err(StaffReason::NotFound), |row| renaming(&row.state(), name))
        };
        asked.iter().map(judge).collect()
    } else {
        office.door()?.rename_binders(&asked)?
    };
    let row = |((code, name), judged): (&(&str, &str), &BinderResult)| {
        let before = find(&known, code).map_or("", |row| row.binder.name.as_str());
        let changes = *judged == Ok(Change::Done) && !before.is_empty();
        let label = if changes { format!("{before} → {name}") } else { before.to_owned() };
        Row::new(Kind::Binder, *code, label, outcome(*judged))
    };
    Ok(Results { rows: asked.iter().zip(&judged).map(row).collect(), dry_run })
}

/// Changes the rights of binders, and says where they have a hole (B5).
///
/// # Errors
/// When the database can't be read or written.
pub fn rights(
    office: &Office,
    codes: &[String],
    change: &RightsChange,
    dry_run: bool,
) -> Result<Results, DeskError> {
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let known = office.snapshot.binder_rows()?;
    let judged: Vec<RightsResult> = if dry_run {
        let judge = |code: &&str| {
            find(&known, code).map_or(Err(StaffReason::NotFound), |row| rights_change(&row.state(), change))
        };
        codes.iter().map(judge).collect()
    } else {
        office.door()?.set_rights(&codes, change)?
    };
    let row = |(code, judged): (&&str, &RightsResult)| {
        let binder = find(&known, code).map(|row| &row.binder);
        let label = binder.map_or("", |binder| binder.name.as_str());
        let mut row = Row::new(Kind::Binder, *code, label, outcome(judged.map(|(change, _)| change)));
        if let (Some(binder), Ok((change, rights))) = (binder, judged) {
            row.notices.extend(has_hole(binder.module, *rights).then_some(Notice::RightsHole));
            let of_expenses = *code == INVOICES && *change == Change::Done;
            row.notices.extend(of_expenses.then_some(Notice::ExpenseRights));
        }
        row
    };
    Ok(Results { rows: codes.iter().zip(&judged).map(row).collect(), dry_run })
}

fn find<'b>(binders: &'b [BinderRow], code: &str) -> Option<&'b BinderRow> {
    binders.iter().find(|row| row.binder.code == code)
}

fn outcome(judged: BinderResult) -> Outcome {
    match judged {
        Ok(Change::Done) => Outcome::Done,
        Ok(Change::Already) => Outcome::Already,
        Err(reason) => Outcome::Refused(reason.into()),
    }
}
