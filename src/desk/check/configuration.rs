//! The machine's side: settings, our own folder and ledger, the clock; and the agency's licence and domain.

use std::path::Path;

use publier_core::publication::hold::{CLOCK_BACK, CLOCK_FORWARD};

use super::{Books, Code, Finding, Ground, Kind, Record, Sink};
use crate::flow::{FlowError, domain_of};
use crate::i18n::Messages;
use crate::ledger::{Ledger, LedgerError};
use crate::settings::ConfigError;

/// Gives the findings of settings that could not even be loaded: one a problem.
pub fn refused_settings(error: &ConfigError, messages: &Messages) -> Vec<Finding> {
    let file = |code, path: &Path| Finding::new(code, Record::new(Kind::File, path.display()));
    match error {
        ConfigError::NotFound { tried } => {
            tried.first().map(|path| file(Code::ConfigMissing, path)).into_iter().collect()
        }
        ConfigError::Unreadable { path, source } => {
            vec![file(Code::ConfigUnreadable, path).with("words", &source.to_string())]
        }
        ConfigError::Invalid { problems, .. } => {
            let finding = |problem: &crate::settings::Problem| {
                let key = if problem.key.is_empty() { "agent.toml" } else { &problem.key };
                let line = problem.place.as_ref().map(|place| place.line.to_string()).unwrap_or_default();
                Finding::new(Code::ConfigInvalid, Record::new(Kind::Setting, key).called(&line))
                    .with("problem", &problem.sentence(messages))
                    .with("remedy", &problem.remedy(messages))
            };
            problems.iter().map(finding).collect()
        }
    }
}

/// Checks our own folder, the clock and the transports.
pub(super) fn check(ground: &Ground<'_>, each: &mut Sink<'_>) {
    let folder = &ground.settings.data.dir;
    let of_folder = |code| Finding::new(code, Record::new(Kind::File, folder.display()));
    if let Err(error) = try_to_write(folder) {
        each(of_folder(Code::DataFolderUnwritable).explained_by("words", &error));
    }
    if is_open(folder) {
        each(of_folder(Code::DataFolderOpen));
    }
    for target in ground.settings.targets.iter().filter(|target| !target.protocol.is_encrypted()) {
        each(Finding::new(Code::PlainFtp, Record::new(Kind::Target, &target.name)));
    }
    if let Err(error) = check_clock(ground, each) {
        let record = Record::new(Kind::File, ground.settings.data.ledger().display());
        let finding = Finding::new(Code::LedgerUnusable, record);
        each(match place_key(&error) {
            Some(key) => finding.saying("words", key),
            None => finding.explained_by("words", &error),
        });
    }
}

/// Gives the words for a ledger that can't be where it is.
fn place_key(error: &LedgerError) -> Option<&'static str> {
    match error {
        LedgerError::Newer { .. } => Some("check-ledger-newer"),
        LedgerError::Foreign { .. } => Some("check-ledger-foreign"),
        LedgerError::NetworkFileSystem { .. } => Some("check-ledger-network"),
        _ => None,
    }
}

/// Writes a file without a name, in the folder or, where it has still to be made, in the one that will hold it.
fn try_to_write(folder: &Path) -> std::io::Result<()> {
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    tempfile::tempfile_in(existing).map(drop)
}

#[cfg(unix)]
fn is_open(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// Windows: the rights of the folder decide, and the installer sets them.
#[cfg(not(unix))]
fn is_open(_folder: &Path) -> bool {
    false
}

/// Compares the clock with the last confirmed publications, by the bounds that hold a publication (rule 14).
fn check_clock(ground: &Ground<'_>, each: &mut Sink<'_>) -> Result<(), LedgerError> {
    let Some(ledger) = Ledger::open_to_read(&ground.settings.data.ledger())? else { return Ok(()) };
    for target in &ground.settings.targets {
        let series = ledger.find_series(target.channel.code(), &target.name)?;
        let Some(last) = series.and_then(|series| series.delivered) else { continue };
        let ahead = ground.now.signed_duration_since(last.now);
        let code = match ahead {
            ahead if ahead < -CLOCK_BACK => Code::ClockBack,
            ahead if ahead > CLOCK_FORWARD => Code::ClockForward,
            _ => continue,
        };
        let date = last.now.with_timezone(&chrono_tz::Europe::Paris).format("%d/%m/%Y").to_string();
        each(Finding::new(code, Record::new(Kind::Target, &target.name)).with("date", &date));
    }
    Ok(())
}

/// Checks the licence and the domain name, as a publication does (A1, A2).
pub(super) fn check_agency(books: &Books, each: &mut Sink<'_>) {
    let record = || Record::new(Kind::Agency, books.reference.agency.agency_ref.as_deref().unwrap_or("1"));
    match domain_of(&books.reference.agency) {
        Err(FlowError::NoLicence) => each(Finding::new(Code::NoLicence, record())),
        Err(FlowError::BadDomain(domain)) => {
            each(Finding::new(Code::BadDomain, record()).with("domain", &domain));
        }
        Ok(_) | Err(_) => {}
    }
}
