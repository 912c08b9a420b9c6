//! `publier credentials`: logins and temporary passwords (D3-D5, D20, D26). A password is never shown.

use publier_core::publication::exit::ExitStatus;
use serde_json::json;

use super::cli::{Assign, CredentialsVerb};
use super::output::Screen;
use super::rows::{listed, show, yes_or_no};
use crate::app::{App, AppError};
use crate::desk::credentials::{self, Recipients};
use crate::desk::letters::{self, Place};

/// Obeys `publier credentials`.
pub(super) fn run(app: &App, verb: &CredentialsVerb, screen: Screen) -> Result<ExitStatus, AppError> {
    match verb {
        CredentialsVerb::Missing => missing(app, screen),
        CredentialsVerb::Assign(arguments) => assign(app, arguments, screen),
        CredentialsVerb::Letters(wanted) => {
            let own = || app.settings.data.dir.join("lettres");
            let out = wanted.out.clone().unwrap_or_else(own);
            let place = Place { out: &out, shared: &app.settings.shared_folders() };
            let results = letters::write(&app.office()?, &wanted.parties, &place, wanted.dry_run)?;
            let tally = results.tally();
            if tally.done + tally.already > 0 && !wanted.dry_run {
                let folder = out.display().to_string();
                screen.say(&app.messages.format("desk-letters-folder", &[("folder", folder.into())]));
            }
            Ok(show(app, &results, screen))
        }
    }
}

fn missing(app: &App, screen: Screen) -> Result<ExitStatus, AppError> {
    let lacking = credentials::missing(&app.office()?)?;
    for party in &lacking {
        screen.line(
            "record",
            json!({
                "kind": "party", "id": party.id, "code": party.code, "name": party.name,
                "missing_login": party.missing.login, "missing_password": party.missing.password,
            }),
        );
    }
    let cells = |party: &credentials::Lacking| {
        let lacks = |missing| yes_or_no(missing, &app.messages);
        vec![
            party.code.clone(),
            party.name.clone(),
            lacks(party.missing.login),
            lacks(party.missing.password),
        ]
    };
    let rows: Vec<Vec<String>> = lacking.iter().map(cells).collect();
    let headings = ["desk-head-party", "desk-head-name", "desk-head-no-login", "desk-head-no-password"];
    listed(app, &headings, &rows, screen);
    Ok(screen.close(ExitStatus::Done))
}

fn assign(app: &App, arguments: &Assign, screen: Screen) -> Result<ExitStatus, AppError> {
    let recipients = if arguments.parties.is_empty() {
        Recipients::Lacking
    } else {
        Recipients::Parties(arguments.parties.clone())
    };
    let results = credentials::assign(&app.office()?, &recipients, arguments.reissue, arguments.dry_run)?;
    Ok(show(app, &results, screen))
}
