//! `publier accounts`: which accounts are published, and their boxes (D1-D7, D24).

use std::io::{IsTerminal, Write};

use publier_core::domain::account::AccountVerdict;
use publier_core::domain::options::Role;
use publier_core::publication::exit::ExitStatus;
use serde_json::{Value, json};

use super::cli::{AccountSelection, AccountsVerb, Unmark};
use super::output::Screen;
use super::rows::{listed, no_selection, show, yes_or_no};
use crate::app::{App, AppError};
use crate::desk::accounts::{self, AccountFilter, AccountLine, Unmarking};
use crate::desk::statements;
use crate::i18n::Messages;

/// Obeys `publier accounts`.
pub(super) fn run(app: &App, verb: &AccountsVerb, screen: Screen) -> Result<ExitStatus, AppError> {
    match verb {
        AccountsVerb::List(selection) => list(app, selection, screen),
        AccountsVerb::Mark(arguments) => {
            let filter = arguments.selection.filter();
            if filter == AccountFilter::default() {
                return Ok(no_selection(app, screen));
            }
            Ok(show(app, &accounts::mark(&app.office()?, &filter, arguments.dry_run)?, screen))
        }
        AccountsVerb::Unmark(arguments) => unmark(app, arguments, screen),
        AccountsVerb::Statements(arguments) => {
            let filter = arguments.selection.filter();
            if filter == AccountFilter::default() {
                return Ok(no_selection(app, screen));
            }
            Ok(show(app, &statements::archive(&app.office()?, &filter, arguments.dry_run)?, screen))
        }
    }
}

fn list(app: &App, selection: &AccountSelection, screen: Screen) -> Result<ExitStatus, AppError> {
    let lines = accounts::list(&app.office()?, &selection.filter())?;
    for line in &lines {
        screen.line("record", fields(line));
    }
    let rows: Vec<Vec<String>> = lines.iter().map(|line| cells(line, &app.messages)).collect();
    let headings = [
        "desk-head-id",
        "desk-head-entity",
        "desk-head-number",
        "desk-head-label",
        "desk-head-role",
        "desk-head-party",
        "desk-head-ticked",
        "desk-head-state",
    ];
    listed(app, &headings, &rows, screen);
    Ok(screen.close(ExitStatus::Done))
}

fn cells(line: &AccountLine, messages: &Messages) -> Vec<String> {
    vec![
        line.id.to_string(),
        line.entity.clone(),
        line.number.clone(),
        line.label.clone(),
        role(line.role, messages),
        line.party.clone().unwrap_or_default(),
        yes_or_no(line.ticked, messages),
        verdict(line.verdict, messages),
    ]
}

/// Gives an account as JSON shows it.
pub(super) fn fields(line: &AccountLine) -> Value {
    json!({
        "kind": "account", "id": line.id, "entity": line.entity, "number": line.number, "label": line.label,
        "role": line.role, "party": line.party, "ticked": line.ticked, "validated": line.validated,
        "verdict": verdict_code(line.verdict), "reason": verdict_reason(line.verdict),
    })
}

/// Gives the stable code of a verdict.
pub(super) fn verdict_code(verdict: AccountVerdict) -> &'static str {
    match verdict {
        AccountVerdict::NotAsked => "not-asked",
        AccountVerdict::Refused(_) => "refused",
        AccountVerdict::Published => "published",
        AccountVerdict::Inactive(_) => "inactive",
    }
}

fn verdict_reason(verdict: AccountVerdict) -> Option<&'static str> {
    match verdict {
        AccountVerdict::Refused(reason) => Some(reason.code()),
        AccountVerdict::Inactive(reason) => Some(reason.code()),
        AccountVerdict::NotAsked | AccountVerdict::Published => None,
    }
}

/// Says a verdict in a word or two.
pub(super) fn verdict(verdict: AccountVerdict, messages: &Messages) -> String {
    messages.text(&format!("desk-account-{}", verdict_code(verdict)))
}

/// Says a role.
pub(super) fn role(role: Role, messages: &Messages) -> String {
    messages.text(&format!("desk-role-{}", role.code().replace('_', "-")))
}

/// Says what will leave before it does (D24), asks, then clears.
fn unmark(app: &App, arguments: &Unmark, screen: Screen) -> Result<ExitStatus, AppError> {
    let filter = arguments.selection.filter();
    if filter == AccountFilter::default() {
        return Ok(no_selection(app, screen));
    }
    let office = app.office()?;
    let prepared = accounts::prepare_unmark(&office, &filter)?;
    if arguments.dry_run {
        screen.say(&announcement(&prepared, &app.messages));
        return Ok(show(app, &prepared.results, screen));
    }
    if prepared.boxes() > 0 && !arguments.yes {
        let announcement = announcement(&prepared, &app.messages);
        match ask(&announcement, &app.messages, screen) {
            Answer::Yes => {}
            Answer::No => return Ok(screen.close(ExitStatus::Done)),
            Answer::Nobody => {
                let text = format!("{announcement} {}", app.messages.text("desk-unmark-yes"));
                screen.error(ExitStatus::Usage, &text);
                return Ok(ExitStatus::Usage);
            }
        }
    } else {
        screen.say(&announcement(&prepared, &app.messages));
    }
    Ok(show(app, &accounts::unmark(&office, prepared)?, screen))
}

fn announcement(prepared: &Unmarking, messages: &Messages) -> String {
    let boxes = messages.format("desk-unmark-boxes", &[("count", prepared.boxes().into())]);
    let counts = [("count", prepared.documents.into()), ("accounts", prepared.boxes().into())];
    let documents = messages.format("desk-unmark-documents", &counts);
    format!("{boxes} {documents}")
}

/// What a person answered.
enum Answer {
    Yes,
    No,
    /// There is no terminal to ask on.
    Nobody,
}

fn ask(announcement: &str, messages: &Messages, screen: Screen) -> Answer {
    if screen.json || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Answer::Nobody;
    }
    let mut answer = String::new();
    let asked = write!(std::io::stderr().lock(), "{announcement} {} ", messages.text("desk-unmark-ask"));
    if asked.and_then(|()| std::io::stdin().read_line(&mut answer)).is_err() {
        return Answer::Nobody;
    }
    match answer.trim().to_lowercase().as_str() {
        "o" | "oui" | "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    }
}
