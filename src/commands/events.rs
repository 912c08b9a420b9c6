//! `publier events`: events and their publication dates (C4, C5).

use chrono::NaiveDate;
use publier_core::domain::ids::EventId;
use publier_core::publication::exit::ExitStatus;
use serde_json::json;

use super::binders::right;
use super::cli::{EventSelection, EventsVerb};
use super::output::Screen;
use super::publish::{Doing, runtime, take, to_each};
use super::rows::{close, listed, no_selection, show, show_rows};
use crate::app::{App, AppError};
use crate::desk::Office;
use crate::desk::events::{self, EventLine, Selected};
use crate::desk::exposure::{Exposure, exposure};
use crate::i18n::Lang;
use crate::report::run_report::RunReport;
use crate::report::words::moment;
use crate::settings::target::Target;

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
    Ok(match verb {
        EventsVerb::Publish(arguments) => {
            show(app, &events::publish(&office, &selected, arguments.again, dry_run)?, screen)
        }
        EventsVerb::Unpublish(arguments) if arguments.now => {
            return unpublish_now(app, &office, &selected, dry_run, screen);
        }
        _ => show(app, &events::unpublish(&office, &selected, dry_run)?, screen),
    })
}

/// Takes the dates away, says who could see what was visible, and withdraws it from every server at once (PUBLICATION.md
/// 15). An event without a date that is still visible is withdrawn too.
fn unpublish_now(
    app: &App,
    office: &Office,
    selected: &Selected,
    dry_run: bool,
    screen: Screen,
) -> Result<ExitStatus, AppError> {
    let ids: Vec<EventId> = events::list(office, selected)?.iter().map(|line| line.event.id).collect();
    let exposures = exposure(office, &ids)?;
    let results = events::unpublish(office, selected, dry_run)?;
    show_rows(app, &results, screen);
    show_exposures(app, &exposures, office.each_series().count() > 1, screen);
    if dry_run {
        return Ok(close(app, &results, None, screen));
    }
    let _lock = match take(app, &app.settings.data.lock(), "commands-withdraw-waits", screen)? {
        Ok(lock) => lock,
        Err(status) => return Ok(status),
    };
    let told = |target: &Target, report: &RunReport| match &report.publication {
        None if report.cause.is_none() => {
            let values = [("target", target.name.as_str().into())];
            screen.say(&app.messages.format("desk-nothing-to-withdraw", &values));
        }
        _ => screen.say(&report.to_text(&app.messages)),
    };
    let targets = app.targets();
    let reports = runtime()?.block_on(to_each(app, &targets, Doing::Withdraw(&ids), screen, told))?;
    Ok(close(app, &results, Some(&reports), screen))
}

/// Tells what was visible, with its server's name where there are several.
fn show_exposures(app: &App, exposures: &[Exposure], several: bool, screen: Screen) {
    let messages = &app.messages;
    let lang = messages.lang();
    if exposures.is_empty() {
        screen.say(&messages.text("desk-exposure-none"));
    }
    for exposure in exposures {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let scope = messages.text(&format!("desk-scope-{}", exposure.target.scope()));
        let (code, name) = exposure.binder.clone().unwrap_or_default();
        let granted: Vec<String> = exposure.granted.iter().map(|status| right(*status, messages)).collect();
        let head = [
            ("id", exposure.event.to_string().into()),
            ("title", exposure.title.as_str().into()),
            ("count", count(exposure.documents.len()).into()),
            ("since", moment(exposure.since, lang).into()),
        ];
        screen.say(&messages.format("desk-exposure", &head));
        if several {
            let server = [("target", exposure.server.as_str().into())];
            screen.say(&format!("    {}", messages.format("desk-exposure-server", &server)));
        }
        let rule = [
            ("scope", scope.into()),
            ("concerns", exposure.concerns.as_str().into()),
            ("binder", name.as_str().into()),
            ("code", code.as_str().into()),
            ("rights", granted.join(", ").into()),
        ];
        screen.say(&format!("    {}", messages.format("desk-exposure-rule", &rule)));
        let readers = [("count", count(exposure.readers.len()).into())];
        screen.say(&format!("    {}", messages.format("desk-exposure-readers", &readers)));
        for reader in &exposure.readers {
            screen.say(&format!("        {}  {}", reader.code, reader.name));
        }
        let readers: Vec<_> =
            exposure.readers.iter().map(|reader| json!({"code": reader.code, "name": reader.name})).collect();
        let documents: Vec<String> = exposure.documents.iter().map(ToString::to_string).collect();
        let rights: Vec<&str> = exposure.granted.iter().map(|status| status.code()).collect();
        screen.line(
            "exposure",
            json!({
                "kind": "event", "id": exposure.event, "title": exposure.title, "documents": documents,
                "since": exposure.since, "target": exposure.server, "scope": exposure.target.scope(), "concerns": exposure.concerns,
                "binder": exposure.binder.as_ref().map(|(code, _)| code), "rights": rights,
                "rules": exposure.rules(), "readers": readers,
            }),
        );
    }
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
