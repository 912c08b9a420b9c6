//! « Vers des événements : un événement par compte avec en PJ, en PDF, l'extrait de compte » (C16).
//!
//! Promises: the figures are those of the publication (D27); the same figures archive nothing new; the next publication
//! sends the statement to the account's party alone (C15). The event's template is that of the account's module.

use std::path::PathBuf;

use publier_core::domain::account::AccountVerdict;
use publier_core::domain::document::Template;
use publier_core::domain::ids::TemplateId;
use publier_core::domain::options::Module;
use publier_core::domain::records::AccountRecord;
use publier_core::publication::reason::{RefusalReason, StaffReason};

use super::accounts::{AccountFilter, chosen, missing_ids};
use super::error::DeskError;
use super::office::{Office, Trading};
use super::row::{Kind, Notice, Outcome, Refusal, Results, Row};
use super::sheets::{Sheets, figures};
use crate::digest::sha256;
use crate::files;
use crate::render::{Limits, render_sheet, statement_title};
use crate::source::Reference;
use crate::source::write::archive::{About, Archived, statement_key};

/// The statement's own file name: it names nobody (C7).
const FILE_NAME: &str = "Extrait_de_compte.pdf";
/// How many statements one transaction archives.
const BATCH: usize = 200;

/// A statement that is rendered and kept, before its rows are.
struct Kept<'a> {
    row: usize,
    account: &'a AccountRecord,
    template: TemplateId,
    key: String,
    path: String,
    subject: String,
}

/// Archives the statement of each account that a filter keeps: one event an account (C16).
///
/// # Errors
/// When the database can't be read or written, the agency's files can't be written, or the filter names what isn't there.
pub fn archive(office: &Office, filter: &AccountFilter, dry_run: bool) -> Result<Results, DeskError> {
    let trading = Trading::open(office)?;
    let reference = &trading.reference;
    let sheets = Sheets::new(office, reference);
    let known = office.snapshot.statement_keys()?;
    let mut reading = office.snapshot.entries()?;
    let mut entries = reading.begin()?;
    let mut rows: Vec<Row> = Vec::new();
    let mut kept: Vec<Kept<'_>> = Vec::new();
    for account in chosen(reference, filter)? {
        let verdict =
            trading.selection.accounts.get(&account.id).copied().unwrap_or(AccountVerdict::NotAsked);
        let judged = judge(reference, account, verdict);
        let label = format!("{} {}", account.number, account.label);
        let mut push = |outcome| rows.push(Row::new(Kind::Account, &account.id, label.trim(), outcome));
        let template = match judged {
            Ok(template) => template,
            Err(refusal) => {
                push(Outcome::Refused(refusal));
                continue;
            }
        };
        let statement = match sheets.statement(account, &mut entries)? {
            Ok(statement) => statement,
            Err(reason) => {
                push(Outcome::Refused(reason.into()));
                continue;
            }
        };
        let key = statement_key(account.id, sha256(&figures(&statement)));
        if known.contains(&key) {
            push(Outcome::Already);
            continue;
        }
        push(Outcome::Done);
        if dry_run {
            continue;
        }
        let path = format!("publier/extraits/{}.pdf", key.trim_start_matches("statement:").replace(':', "/"));
        let subject = statement_title(&statement.number);
        match render_sheet(&statement, &Limits::of_papers()) {
            Ok(rendered) => {
                if let Some(row) = rows.last_mut() {
                    row.notices.extend(Notice::of(&rendered));
                }
                files::place_whole(office.files(), &PathBuf::from(&path), &rendered.pdf)?;
                kept.push(Kept { row: rows.len() - 1, account, template, key, path, subject });
            }
            Err(error) => {
                tracing::warn!(account = %account.id, %error, "the statement can't be rendered");
                if let Some(row) = rows.last_mut() {
                    row.outcome = Outcome::Refused(error.refusal().into());
                }
            }
        }
        if kept.len() == BATCH {
            settle(office, &std::mem::take(&mut kept), &mut rows)?;
        }
    }
    settle(office, &kept, &mut rows)?;
    rows.extend(missing_ids(reference, filter));
    Ok(Results { rows, dry_run })
}

/// Writes the rows of statements whose files are kept; someone may have been faster.
fn settle(office: &Office, kept: &[Kept<'_>], rows: &mut [Row]) -> Result<(), DeskError> {
    if kept.is_empty() {
        return Ok(());
    }
    let archived: Vec<Archived<'_>> = kept
        .iter()
        .map(|kept| Archived {
            key: &kept.key,
            template: kept.template,
            entity: kept.account.entity,
            subject: &kept.subject,
            today: office.today,
            about: About::Account(kept.account.id),
            name: FILE_NAME,
            path: &kept.path,
            supersedes: None,
        })
        .collect();
    let fresh = office.door()?.archive_statements(&archived)?;
    for (kept, fresh) in kept.iter().zip(fresh) {
        if let Some(row) = rows.get_mut(kept.row).filter(|_| !fresh) {
            row.outcome = Outcome::Already;
        }
    }
    Ok(())
}

/// Says whether an account gets a statement, and under which template.
fn judge(
    reference: &Reference,
    account: &AccountRecord,
    verdict: AccountVerdict,
) -> Result<TemplateId, Refusal> {
    match verdict {
        AccountVerdict::Published => {}
        AccountVerdict::Refused(reason) => return Err(reason.into()),
        AccountVerdict::NotAsked | AccountVerdict::Inactive(_) => {
            return Err(RefusalReason::TargetNotPublished.into());
        }
    }
    let options = &reference.options;
    let wanted = match account.module {
        Module::Rental => options.rental_statement_template,
        Module::Condo => options.condo_statement_template,
    };
    let wanted = wanted.ok_or(StaffReason::NoStatementTemplate)?;
    let template: &Template = reference.templates.get(&wanted).ok_or(RefusalReason::DanglingReference)?;
    let binder = template.binder.and_then(|id| reference.binders.get(id)).ok_or(RefusalReason::NoBinder)?;
    if binder.fed_on_site {
        return Err(RefusalReason::BinderFedOnSite.into());
    }
    if binder.module != account.module {
        return Err(RefusalReason::ModuleMismatch.into());
    }
    Ok(wanted)
}
