//! Shows the results of a request: a line a row, then how many ended how.

use std::collections::BTreeSet;

use publier_core::publication::exit::ExitStatus;
use serde_json::{Value, json};

use super::output::Screen;
use crate::app::App;
use crate::desk::row::{Kind, Outcome, Results, Row};
use crate::i18n::Messages;
use crate::report::run_report::RunReport;

/// Shows the results and gives the status: 0, or 3 when a row was refused.
pub(super) fn show(app: &App, results: &Results, screen: Screen) -> ExitStatus {
    show_rows(app, results, screen);
    close(app, results, None, screen)
}

/// Refuses a request that names one record twice: which of the two is meant can't be known, and nothing is done.
pub(super) fn given_twice(app: &App, pairs: &[(String, String)], screen: Screen) -> Option<ExitStatus> {
    let mut seen = BTreeSet::new();
    let (name, _) = pairs.iter().find(|(name, _)| !seen.insert(name))?;
    screen.error(
        ExitStatus::Usage,
        &app.messages.format("desk-given-twice", &[("name", name.as_str().into())]),
    );
    Some(ExitStatus::Usage)
}

/// Shows the rows alone.
pub(super) fn show_rows(app: &App, results: &Results, screen: Screen) {
    let messages = &app.messages;
    for row in &results.rows {
        screen.say(&text(row, results.dry_run, messages));
        screen.line("row", fields(row, messages));
    }
}

/// Shows how many rows ended how, with the reports of the publications that followed, if any, and gives the status of the
/// worst.
pub(super) fn close(
    app: &App,
    results: &Results,
    reports: Option<&[RunReport]>,
    screen: Screen,
) -> ExitStatus {
    let tally = results.tally();
    let statuses = reports.into_iter().flatten().map(RunReport::exit_status);
    let status = statuses.fold(results.exit_status(), Ord::max);
    let values = [
        ("done", tally.done.to_string().into()),
        ("already", tally.already.to_string().into()),
        ("refused", tally.refused.to_string().into()),
    ];
    let key = match (results.rows.is_empty(), results.dry_run) {
        (true, _) => "desk-summary-nothing",
        (false, false) => "desk-summary",
        (false, true) => "desk-summary-dry",
    };
    screen.say(&app.messages.format(key, &values));
    let mut fields = json!({
        "exit_code": status.code(), "status": status, "dry_run": results.dry_run,
        "done": tally.done, "already": tally.already, "refused": tally.refused,
    });
    if let (Some(reports), Value::Object(fields)) = (reports, &mut fields) {
        fields.insert("reports".to_owned(), json!(reports));
    }
    screen.line("summary", fields);
    status
}

/// Says one row, its notices on lines of their own.
fn text(row: &Row, dry_run: bool, messages: &Messages) -> String {
    let what = what(row, messages);
    let mut text = match row.outcome {
        Outcome::Done if dry_run => messages.format("desk-row-to-do", &[("what", what.into())]),
        Outcome::Done => messages.format("desk-row-done", &[("what", what.into())]),
        Outcome::Already => messages.format("desk-row-already", &[("what", what.into())]),
        Outcome::Refused(refusal) => {
            let why = refusal.sentence(messages);
            messages.format("desk-row-refused", &[("what", what.into()), ("why", why.into())])
        }
    };
    for notice in &row.notices {
        text.push_str("\n    ");
        text.push_str(&notice.sentence(messages));
    }
    text
}

fn what(row: &Row, messages: &Messages) -> String {
    if row.kind == Kind::Slot {
        return slot(row, messages);
    }
    let key = format!("desk-kind-{}", row.kind.code());
    let what = messages.format(&key, &[("id", row.id.as_str().into())]);
    let label = match row.kind {
        Kind::Option => super::options::value_of(&row.id, &row.label, messages),
        _ => row.label.clone(),
    };
    if label.is_empty() { what } else { format!("{what} ({label})") }
}

/// Says which slot, as `4 12:30` or `active` names it, and what becomes of it.
fn slot(row: &Row, messages: &Messages) -> String {
    match row.id.split_once(' ') {
        Some((day, time)) => {
            let day = messages.text(&format!("desk-day-{day}"));
            let values = [("day", day.into()), ("time", time.into())];
            messages.format(&format!("desk-slot-{}", row.label), &values)
        }
        None => messages.text(&format!("desk-service-{}", row.label)),
    }
}

fn fields(row: &Row, messages: &Messages) -> Value {
    let notices: Vec<Value> = row
        .notices
        .iter()
        .map(|notice| {
            json!({"code": notice.code(), "rule": notice.rule(), "sentence": notice.sentence(messages)})
        })
        .collect();
    let mut fields = json!({
        "kind": row.kind.code(), "id": row.id, "label": row.label, "outcome": row.outcome.code(), "notices": notices,
    });
    if let (Outcome::Refused(refusal), Value::Object(fields)) = (row.outcome, &mut fields) {
        fields.insert("reason".to_owned(), refusal.code().into());
        fields.insert("sentence".to_owned(), refusal.sentence(messages).into());
    }
    fields
}

/// Refuses a request that would change everything for want of a selection.
pub(super) fn no_selection(app: &App, screen: Screen) -> ExitStatus {
    screen.error(ExitStatus::Usage, &app.messages.text("desk-no-selection"));
    ExitStatus::Usage
}

/// Shows a table, or that there is nothing to show.
pub(super) fn listed(app: &App, headings: &[&str], rows: &[Vec<String>], screen: Screen) {
    if rows.is_empty() {
        screen.say(&app.messages.text("desk-summary-nothing"));
    } else {
        let headings: Vec<String> = headings.iter().map(|key| app.messages.text(key)).collect();
        screen.say(&super::table::table(&headings, rows));
    }
}

/// Says yes or no.
pub(super) fn yes_or_no(yes: bool, messages: &Messages) -> String {
    messages.text(if yes { "desk-yes" } else { "desk-no" })
}
