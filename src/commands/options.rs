//! `publier options`: the extranet's options, with their labels, values, defaults and rules.

use publier_core::publication::exit::ExitStatus;
use serde_json::{Value, json};

use super::cli::OptionsVerb;
use super::output::Screen;
use super::rows::{given_twice, listed, show, yes_or_no};
use crate::app::{App, AppError};
use crate::desk::options::{self, Kind, OptionLine};
use crate::i18n::Messages;

/// Obeys `publier options`.
pub(super) fn run(app: &App, verb: &OptionsVerb, screen: Screen) -> Result<ExitStatus, AppError> {
    match verb {
        OptionsVerb::List => list(app, screen),
        OptionsVerb::Set(arguments) => {
            if let Some(refused) = given_twice(app, &arguments.options, screen) {
                return Ok(refused);
            }
            Ok(show(app, &options::set(&app.office()?, &arguments.options, arguments.dry_run)?, screen))
        }
    }
}

fn list(app: &App, screen: Screen) -> Result<ExitStatus, AppError> {
    let lines = options::list(&app.office()?)?;
    for line in &lines {
        screen.line(
            "record",
            json!({
                "kind": "option", "id": line.setting.name, "label": label(line, &app.messages),
                "value": typed(line.setting.kind, line.value.as_deref()),
                "default": typed(line.setting.kind, line.setting.default), "rule": line.setting.rule,
            }),
        );
    }
    let cells = |line: &OptionLine| {
        let value = |text: Option<&str>| shown(line.setting.kind, text, &app.messages);
        vec![
            line.setting.name.to_owned(),
            value(line.value.as_deref()),
            value(line.setting.default),
            line.setting.rule.to_owned(),
            label(line, &app.messages),
        ]
    };
    let rows: Vec<Vec<String>> = lines.iter().map(cells).collect();
    let headings =
        ["desk-head-option", "desk-head-value", "desk-head-default", "desk-head-rule", "desk-head-label"];
    listed(app, &headings, &rows, screen);
    Ok(screen.close(ExitStatus::Done))
}

fn label(line: &OptionLine, messages: &Messages) -> String {
    messages.text(&format!("desk-option-{}", line.setting.name.replace('_', "-")))
}

/// Gives a value as JSON holds it.
fn typed(kind: Kind, value: Option<&str>) -> Value {
    match (kind, value) {
        (_, None) => Value::Null,
        (Kind::Flag, Some(text)) => Value::Bool(text == "1"),
        (Kind::Number | Kind::Weekday, Some(text)) => text.parse::<i64>().map_or(text.into(), Value::from),
        (_, Some(text)) => text.into(),
    }
}

/// Gives the value that was set to an option, as people read it.
pub(super) fn value_of(name: &str, value: &str, messages: &Messages) -> String {
    let setting = options::SETTINGS.iter().find(|setting| setting.name == name);
    setting.map_or_else(|| value.to_owned(), |setting| shown(setting.kind, Some(value), messages))
}

/// Gives a value as people read it.
fn shown(kind: Kind, value: Option<&str>, messages: &Messages) -> String {
    match (kind, value) {
        (_, None) => messages.text("desk-none"),
        (Kind::Flag, Some(text)) => yes_or_no(text == "1", messages),
        (Kind::Weekday, Some(text)) => messages.text(&format!("desk-day-{text}")),
        (_, Some(text)) => text.to_owned(),
    }
}
