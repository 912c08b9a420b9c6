//! `publier schedule next`: when the next publications start, in the agency's time.

use chrono_tz::Europe::Paris;
use publier_core::publication::exit::ExitStatus;
use publier_core::schedule::{Slot, WeeklySchedule, upcoming};
use serde_json::{Value, json};

use super::cli::ScheduleNext;
use super::output::Screen;
use crate::app::{App, AppError};
use crate::service::slot_line;

/// Lists the next slots.
pub(super) fn next(app: &App, arguments: &ScheduleNext, screen: Screen) -> Result<ExitStatus, AppError> {
    let schedule = app.schedule()?;
    for slot in upcoming(&schedule, app.now(), usize::from(arguments.number)) {
        screen.say(&slot_line(&slot, &app.messages));
        screen.line("slot", slot_fields(&slot));
    }
    if let Some(key) = why_none(&schedule) {
        screen.say(&app.messages.text(key));
    }
    Ok(screen.close(ExitStatus::Done))
}

/// Gives the key of the sentence that says why no slot will come, when none will.
pub(super) fn why_none(schedule: &WeeklySchedule) -> Option<&'static str> {
    if !schedule.is_active() {
        Some("commands-schedule-off")
    } else if schedule.has_slots() {
        None
    } else {
        Some("commands-schedule-empty")
    }
}

/// Gives a slot as JSON shows it: when it runs at the agency and in UTC, and its name.
pub(super) fn slot_fields(slot: &Slot) -> Value {
    json!({
        "channel": slot.key.channel,
        "local": slot.at.with_timezone(&Paris).to_rfc3339(),
        "utc": slot.at,
        "key": slot.key.to_string(),
    })
}
