//! `publier events`: events and their publication dates (C4, C5).

use chrono::NaiveDate;
use publier_core::publication::exit::ExitStatus;
use serde_json::json;

use super::cli::{EventSelection, EventsVerb};
use super::output::Screen;
use super::rows::{listed, no_selection, show};
use crate::app::{App, AppError};
use crate::desk::events::{self, EventLine, Selected};
use crate::i18n::Lang;

/// Obeys `publier events`.
pub(super) fn run(app: &App, verb: &EventsVerb, screen: Screen) -> Result<ExitStatus, AppError> {
    let (selection, dry_run) = match verb {
        EventsVerb::List(selection) => return list(app, selection, screen),
        EventsVerb::Publish(arguments) => (&arguments.selection, arguments.dry_run),
        EventsVerb::Unpublish(arguments) => (&arguments.selection, arguments.dry_run),
    };
    let selected = selection.selected();
    if selected == Selected::default() {
        return Ok(no_selection(app, screen));
    }
    let office = app.office()?;
    let results = match verb {
        EventsVerb::Publish(arguments) => events::publish(&office, &selected, arguments.again, dry_run)?,
        _ => events::unpublish(&office, &selected, dry_run)?,
    };
    Ok(show(app, &results, screen))
}

fn list(app: &App, selection: &EventSelection, screen: Screen) -> Result<ExitStatus, AppError> {
    let lines = events::list(&app.office()?, &selection.selected())?;
    for EventLine { event, template } in &lines {
        screen.line(
            "record",
            json!({
                "kind": "event", "id": event.id, "template": template, "subject": event.subject,
                "date": event.event_date, "published_on": event.state.published_on,
                "publish_request": event.publish_request,
            }),
        );
    }
    let lang = app.messages.lang();
    let cells = |EventLine { event, template }: &EventLine| {
        vec![
            event.id.to_string(),
            template.clone(),
            event.event_date.map(|date| day(date, lang)).unwrap_or_default(),
            event.state.published_on.map(|date| day(date, lang)).unwrap_or_default(),
            event.subject.chars().filter(|letter| !letter.is_control()).collect(),
        ]
    };
    let rows: Vec<Vec<String>> = lines.iter().map(cells).collect();
    let headings =
        ["desk-head-id", "desk-head-template", "desk-head-date", "desk-head-published", "desk-head-subject"];
    listed(app, &headings, &rows, screen);
    Ok(screen.close(ExitStatus::Done))
}

/// Says a date as its readers write it.
pub(super) fn day(date: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Fr => date.format("%d/%m/%Y").to_string(),
        Lang::En => date.to_string(),
    }
}
