//! `publier status`: what runs, what was confirmed, what waits, what comes next, the last runs.
//!
//! Promises: it reads, and makes nothing; it can be asked at any time, a run under way included.

use chrono::{DateTime, Utc};
use publier_core::publication::exit::ExitStatus;
use publier_core::publication::hold::short_digest;
use publier_core::publication::reason::HoldReason;
use publier_core::publication::stage::Stage;
use publier_core::schedule::{Slot, upcoming};
use serde_json::{Value, json};

use super::output::Screen;
use super::schedule::{slot_fields, why_none};
use crate::app::{App, AppError};
use crate::flow::FlowError;
use crate::i18n::{Messages, Value as Said};
use crate::ledger::Ledger;
use crate::ledger::runs::Run;
use crate::ledger::series::LastDelivered;
use crate::report::words;
use crate::service::{Holder, LockError, RunLock, slot_line};
use crate::settings::target::Target;

/// How many runs and slots are shown.
const RUNS: u32 = 5;
const SLOTS: usize = 3;

/// The outcomes of a run that has not ended by itself.
const RUNNING: &str = "running";
const INTERRUPTED: &str = "interrupted";

/// A plan that waits for a person.
struct Held {
    digest: String,
    since: DateTime<Utc>,
    reasons: Vec<HoldReason>,
}

/// A publication that stands on the server and that no receipt confirmed yet.
struct Awaited {
    sequence: u64,
    since: DateTime<Utc>,
}

/// One server as it stands.
struct Server<'a> {
    target: &'a Target,
    confirmed: Option<LastDelivered>,
    held: Option<Held>,
    awaited: Option<Awaited>,
}

impl<'a> Server<'a> {
    fn never(target: &'a Target) -> Self {
        Self { target, confirmed: None, held: None, awaited: None }
    }
}

/// Everything that is shown.
struct Status<'a> {
    holder: Option<Holder>,
    servers: Vec<Server<'a>>,
    waiting: u64,
    runs: Vec<Run>,
    /// The next slots; or the sentence that says why none is known.
    slots: Result<Vec<Slot>, String>,
    /// What the command ends with: the database's status when the schedule can't be read.
    ends_with: ExitStatus,
}

/// Obeys `publier status`.
pub(super) fn run(app: &App, screen: Screen) -> Result<ExitStatus, AppError> {
    let status = gather(app)?;
    screen.say(&told(&status, &app.messages));
    screen.line("status", fields(&status));
    Ok(screen.close(status.ends_with))
}

fn gather(app: &App) -> Result<Status<'_>, AppError> {
    let data = &app.settings.data;
    let holder = RunLock::holder(&data.lock()).map_err(|error| match error {
        LockError::File(error) => AppError::from(FlowError::from(error)),
        LockError::AlreadyRunning { .. } => FlowError::Worker(error.to_string()).into(),
    })?;
    // What the ledger knows is shown even when the agency's database can't be read.
    let (slots, ends_with) = match app.schedule() {
        Err(error) => (Err(error.explain(&app.messages)), error.exit_status()),
        Ok(schedule) => match why_none(&schedule) {
            Some(key) => (Err(app.messages.text(key)), ExitStatus::Done),
            None => (Ok(upcoming(&schedule, app.now(), SLOTS)), ExitStatus::Done),
        },
    };
    let Some(ledger) = Ledger::open_to_read(&data.ledger())? else {
        let servers = app.settings.targets.iter();
        let servers = servers.map(Server::never).collect();
        return Ok(Status { holder, servers, waiting: 0, runs: Vec::new(), slots, ends_with });
    };
    let servers = app.settings.targets.iter().map(|target| server(&ledger, target));
    Ok(Status {
        holder,
        servers: servers.collect::<Result<_, _>>()?,
        waiting: ledger.waiting_in_outbox()?,
        runs: over_unless_held(ledger.runs(RUNS)?, holder),
        slots,
        ends_with,
    })
}

/// A run that nobody goes on with was cut, whatever its row still says; those under way began once the lock was held: several
/// where one waits for a receipt.
fn over_unless_held(mut runs: Vec<Run>, holder: Option<Holder>) -> Vec<Run> {
    // The ledger keeps milliseconds.
    let goes_on = |run: &Run| {
        holder.is_some_and(|holder| run.started_at.timestamp_millis() >= holder.since.timestamp_millis())
    };
    for run in &mut runs {
        if run.outcome == RUNNING && !goes_on(run) {
            INTERRUPTED.clone_into(&mut run.outcome);
        }
    }
    runs
}

fn server<'a>(ledger: &Ledger, target: &'a Target) -> Result<Server<'a>, AppError> {
    let Some(series) = ledger.find_series(target.channel.code(), &target.name)? else {
        return Ok(Server::never(target));
    };
    let unfinished = ledger.unfinished(series.key)?;
    let awaited = unfinished.iter().rev().find_map(|(_, stage)| match stage {
        Stage::Delivered(seal) if target.receipts.is_some() => {
            Some(Awaited { sequence: seal.sequence, since: seal.at })
        }
        _ => None,
    });
    let held = unfinished.into_iter().rev().find_map(|(_, stage)| match stage {
        Stage::Held { opening, plan_digest, reasons } => {
            Some(Held { digest: short_digest(&plan_digest), since: opening.now, reasons })
        }
        _ => None,
    });
    let mut confirmed = series.delivered;
    if let (Some(last), Some(at)) = (&mut confirmed, ledger.confirmed_last_at(series.key)?) {
        last.confirmed_at = at;
    }
    Ok(Server { target, confirmed, held, awaited })
}

fn told(status: &Status<'_>, messages: &Messages) -> String {
    let mut lines = vec![under_way(status.holder, messages)];
    for server in &status.servers {
        lines.extend(server_lines(server, messages));
    }
    lines.push(messages.format("commands-status-waiting", &[("count", status.waiting.into())]));
    match &status.slots {
        Err(why) => lines.push(why.clone()),
        Ok(slots) => {
            lines.push(messages.text("commands-status-slots"));
            lines.extend(slots.iter().map(|slot| format!("  {}", slot_line(slot, messages))));
        }
    }
    if status.runs.is_empty() {
        lines.push(messages.text("commands-status-no-run"));
    } else {
        lines.push(messages.text("commands-status-runs"));
        lines.extend(status.runs.iter().map(|run| format!("  {}", run_line(run, messages))));
    }
    lines.join("\n")
}

fn under_way(holder: Option<Holder>, messages: &Messages) -> String {
    let Some(holder) = holder else { return messages.text("commands-status-idle") };
    let since = words::moment(holder.since, messages.lang());
    messages
        .format("commands-status-running", &[("pid", holder.pid.to_string().into()), ("since", since.into())])
}

fn server_lines(server: &Server<'_>, messages: &Messages) -> Vec<String> {
    let name = ("name", Said::from(server.target.name.as_str()));
    let confirmed = match server.confirmed {
        None => messages.format("commands-status-never", &[name]),
        Some(last) => {
            let at = words::moment(last.confirmed_at, messages.lang());
            let sequence = last.sequence.to_string();
            messages.format(
                "commands-status-confirmed",
                &[name, ("sequence", sequence.into()), ("at", at.into())],
            )
        }
    };
    let held = server.held.as_ref().map(|held| {
        let reasons: Vec<String> =
            held.reasons.iter().map(|reason| messages.text(reason.reason_key())).collect();
        let values = [
            ("since", words::moment(held.since, messages.lang()).into()),
            ("reasons", reasons.join(" ").into()),
            ("digest", held.digest.as_str().into()),
        ];
        format!("  {}", messages.format("commands-status-held", &values))
    });
    let awaited = server.awaited.as_ref().map(|awaited| {
        let since = words::moment(awaited.since, messages.lang());
        let values = [("sequence", awaited.sequence.to_string().into()), ("since", since.into())];
        format!("  {}", messages.format("commands-status-awaits-receipt", &values))
    });
    std::iter::once(confirmed).chain(awaited).chain(held).collect()
}

fn run_line(run: &Run, messages: &Messages) -> String {
    let words_of = |kind: &str, code: &str| messages.text(&format!("commands-{kind}-{code}"));
    let took = run.ended_at.map(|end| words::duration(end.signed_duration_since(run.started_at)));
    let ended = run.exit_code.zip(took).map(|(code, took)| {
        let values = [("code", code.to_string().into()), ("took", took.into())];
        format!(" {}", messages.format("commands-status-ended", &values))
    });
    let values = [
        ("id", run.id.0.to_string().into()),
        ("at", words::moment(run.started_at, messages.lang()).into()),
        ("trigger", words_of("trigger", run.trigger.code()).into()),
        ("outcome", words_of("outcome", &run.outcome).into()),
    ];
    format!("{}{}", messages.format("commands-status-run", &values), ended.unwrap_or_default())
}

fn fields(status: &Status<'_>) -> Value {
    let server = |server: &Server<'_>| {
        json!({
            "target": server.target.name,
            "channel": server.target.channel,
            "confirmed": server.confirmed.map(|last| {
                json!({"sequence": last.sequence, "at": last.confirmed_at, "now": last.now})
            }),
            "awaits_receipt": server.awaited.as_ref().map(|awaited| {
                json!({"sequence": awaited.sequence, "since": awaited.since})
            }),
            "held": server.held.as_ref().map(|held| {
                json!({"digest": held.digest, "since": held.since, "reasons": held.reasons})
            }),
        })
    };
    let run = |run: &Run| {
        json!({
            "run_id": run.id.0.to_string(),
            "trigger": run.trigger.code(),
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "outcome": run.outcome,
            "exit_code": run.exit_code,
        })
    };
    json!({
        "running": status.holder.map(|holder| json!({"pid": holder.pid, "since": holder.since})),
        "servers": status.servers.iter().map(server).collect::<Vec<_>>(),
        "messages_waiting": status.waiting,
        "next_slots": status.slots.as_deref().unwrap_or_default().iter().map(slot_fields).collect::<Vec<_>>(),
        "runs": status.runs.iter().map(run).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use crate::ledger::runs::Trigger;
    use crate::report::run_report::Outcome;
    use publier_core::publication::facts::RunId;

    #[test]
    fn every_trigger_and_outcome_has_its_words_in_both_languages() {
        for lang in [Lang::Fr, Lang::En] {
            let messages = Messages::new(lang);
            let triggers =
                [Trigger::Slot, Trigger::Manual, Trigger::CatchUp, Trigger::Retry].map(Trigger::code);
            let outcomes =
                Outcome::ALL.iter().map(|outcome| outcome.name()).chain(["running", "interrupted"]);
            let keys = triggers.map(|code| format!("commands-trigger-{code}")).into_iter();
            for key in keys.chain(outcomes.map(|code| format!("commands-outcome-{code}"))) {
                assert!(messages.has(&key), "{lang:?} {key}");
            }
        }
    }

    #[test]
    fn a_run_that_died_is_never_shown_as_under_way() {
        let run = |id: i64, started: &str, outcome: &str| Run {
            id: RunId(id),
            trigger: Trigger::Slot,
            started_at: format!("2026-11-30T{started}Z").parse().unwrap(),
            ended_at: None,
            outcome: outcome.to_owned(),
            exit_code: None,
        };
        let shown = |holder: Option<Holder>| -> Vec<String> {
            let runs = vec![
                run(4, "17:04:00", RUNNING),
                run(3, "17:00:00", RUNNING),
                run(2, "16:59:59.999", RUNNING),
                run(1, "16:00:00", "done"),
            ];
            over_unless_held(runs, holder).into_iter().map(|run| run.outcome).collect()
        };
        assert_eq!(shown(None), [INTERRUPTED, INTERRUPTED, INTERRUPTED, "done"]);
        let holder = Holder { pid: 1, since: "2026-11-30T17:00:00.0005Z".parse().unwrap() };
        assert_eq!(shown(Some(holder)), [RUNNING, RUNNING, INTERRUPTED, "done"]);
    }

    #[test]
    fn a_run_is_one_line_with_its_outcome_exit_code_and_duration() {
        let run = Run {
            id: RunId(12),
            trigger: Trigger::Slot,
            started_at: "2026-11-30T17:00:00Z".parse().unwrap(),
            ended_at: Some("2026-11-30T17:03:05Z".parse().unwrap()),
            outcome: "partial".to_owned(),
            exit_code: Some(3),
        };
        let french = Messages::new(Lang::Fr);
        assert_eq!(
            run_line(&run, &french),
            "n°\u{a0}12, lundi 30 novembre 2026 à 18:00, créneau\u{a0}: partielle (code 3, 3\u{a0}min 05\u{a0}s)"
        );
        let killed = Run { ended_at: None, exit_code: None, outcome: "interrupted".to_owned(), ..run };
        assert!(run_line(&killed, &french).ends_with("créneau\u{a0}: interrompue"));
    }
}
