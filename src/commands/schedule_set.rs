//! `publier schedule show` and `set`: the days and hours of publication (A3, A4).

use publier_core::publication::exit::ExitStatus;
use serde_json::json;

use super::cli::ScheduleSet;
use super::output::Screen;
use super::rows;
use crate::app::{App, AppError, SERVICE};
use crate::desk::DeskError;
use crate::desk::schedule::{self, parse_slots};

/// Shows the schedule as it stands.
pub(super) fn show(app: &App, screen: Screen) -> Result<ExitStatus, AppError> {
    let schedule = schedule::show(&app.office()?, SERVICE)?;
    let key = if schedule.active { "desk-schedule-on" } else { "desk-schedule-off" };
    screen.say(&app.messages.format(key, &[("service", SERVICE.into())]));
    screen.line(
        "record",
        json!({"kind": "slot", "id": "active", "service": SERVICE, "active": schedule.active}),
    );
    for weekday in 1..=7 {
        let times: Vec<&str> =
            schedule.slots.iter().filter(|(day, _)| *day == weekday).map(|(_, time)| time.as_str()).collect();
        for time in &times {
            screen.line("record", json!({"kind": "slot", "id": format!("{weekday} {time}"), "weekday": weekday, "local_time": time}));
        }
        if !times.is_empty() {
            let day = app.messages.text(&format!("desk-day-{weekday}"));
            screen.say(&format!("  {day:<9} {}", times.join("  ")));
        }
    }
    if schedule.slots.is_empty() {
        screen.say(&app.messages.text("desk-schedule-empty"));
    }
    Ok(screen.close(ExitStatus::Done))
}

/// Sets the schedule.
pub(super) fn set(app: &App, arguments: &ScheduleSet, screen: Screen) -> Result<ExitStatus, AppError> {
    if arguments.slots.is_empty() && arguments.active().is_none() {
        screen.error(ExitStatus::Usage, &app.messages.text("desk-no-schedule"));
        return Ok(ExitStatus::Usage);
    }
    let slots = (!arguments.slots.is_empty())
        .then(|| parse_slots(arguments.slots.iter().map(String::as_str)))
        .transpose()
        .map_err(DeskError::from)?;
    let results =
        schedule::set(&app.office()?, SERVICE, arguments.active(), slots.as_ref(), arguments.dry_run)?;
    Ok(rows::show(app, &results, screen))
}
