//! `publier config check` and `publier config show`.
//!
//! Promises: `check` names every problem with what to do about it, in one go, and only reads: no folder is made, no
//! database written, no socket opened. What a check can't tell without the server is left to a publication.

use std::collections::BTreeSet;
use std::path::Path;

use publier_core::publication::exit::ExitStatus;
use serde_json::json;

use super::cli::ConfigVerb;
use super::output::Screen;
use crate::app::{App, AppError};
use crate::files::{self, FileError};
use crate::flow::{FlowError, domain_of};
use crate::i18n::{Messages, Value};
use crate::ledger::Ledger;
use crate::settings::target::{Protocol, Target};
use crate::settings::{ConfigError, Origin};
use crate::source::{Snapshot, may_write_database};
use crate::transfer::connector;

/// Obeys `publier config`.
pub(super) fn run(app: &App, verb: ConfigVerb, screen: Screen) -> ExitStatus {
    match verb {
        ConfigVerb::Check => check(app, screen),
        ConfigVerb::Show => show(app, screen),
    }
}

/// Lists the problems of a configuration that can't be used, one a line with `--json`, before its error closes.
pub(super) fn list_problems(error: AppError, screen: Screen) -> AppError {
    if let AppError::Config(ConfigError::Invalid { problems, .. }) = &error {
        for problem in problems {
            let line = problem.place.as_ref().map(|place| place.line);
            screen.line("problem", json!({"code": problem.kind.code(), "key": problem.key, "line": line}));
        }
    }
    error
}

/// What is wrong: the status that it asks for, and a sentence that says what to do.
type Wrong = (ExitStatus, String);

/// One thing that was looked at.
struct Finding {
    /// Its code, of which `commands-check-CODE` is the name.
    code: &'static str,
    /// What exactly was looked at.
    what: String,
    /// What is wrong; none when all is well.
    problem: Option<Wrong>,
    /// What should be known all the same.
    remark: Option<String>,
}

impl Finding {
    fn new(code: &'static str, what: impl Into<String>, problem: Option<Wrong>) -> Self {
        Self { code, what: what.into(), problem, remark: None }
    }
}

fn check(app: &App, screen: Screen) -> ExitStatus {
    let messages = &app.messages;
    let mut findings = vec![Finding::new("file", app.settings.file.display().to_string(), None)];
    findings.extend(agency(app));
    findings.extend(app.settings.agency.files.iter().map(|folder| files_folder(folder, messages)));
    findings.extend(data(app));
    findings.extend(app.settings.targets.iter().map(|target| server(target, messages)));
    let mut worst = ExitStatus::Done;
    for finding in &findings {
        worst = worst.max(finding.problem.as_ref().map_or(ExitStatus::Done, |(status, _)| *status));
        screen.say(&told(finding, messages));
        screen.line(
            "check",
            json!({
                "check": finding.code,
                "what": finding.what,
                "ok": finding.problem.is_none(),
                "message": finding.problem.as_ref().map(|(_, text)| text).or(finding.remark.as_ref()),
            }),
        );
    }
    if worst == ExitStatus::Done {
        screen.say(&messages.text("commands-check-all-well"));
    }
    screen.close(worst)
}

fn told(finding: &Finding, messages: &Messages) -> String {
    let name = messages.text(&format!("commands-check-{}", finding.code));
    let values: [(&str, Value<'_>); 2] = [("name", name.into()), ("what", finding.what.as_str().into())];
    let key = if finding.problem.is_none() { "commands-check-well" } else { "commands-check-wrong" };
    let text = finding.problem.as_ref().map(|(_, text)| text).or(finding.remark.as_ref());
    let text = text.map(|text| format!("\n   → {text}")).unwrap_or_default();
    format!("{}{text}", messages.format(key, &values))
}

fn wrong(error: impl Into<AppError>, messages: &Messages) -> Wrong {
    let error = error.into();
    (error.exit_status(), error.explain(messages))
}

/// Whatever the error, the configuration is to be corrected: it names what can't be used.
fn misnamed(error: impl Into<FlowError>, messages: &Messages) -> Wrong {
    (ExitStatus::Configuration, AppError::from(error.into()).explain(messages))
}

/// The agency's database: it opens, has the expected form, and its licence and domain name allow a publication.
fn agency(app: &App) -> Vec<Finding> {
    let messages = &app.messages;
    let path = app.settings.agency.database.display().to_string();
    let snapshot = match Snapshot::glimpse(&app.settings.agency.database) {
        Ok(snapshot) => snapshot,
        Err(error) => return vec![Finding::new("database", path, Some(wrong(error, messages)))],
    };
    let looked = |result: Result<(), AppError>| result.err().map(|error| wrong(error, messages));
    let form = snapshot.check_schema();
    let is_known = form.is_ok();
    let mut database = Finding::new("database", path, looked(form.map_err(AppError::from)));
    if !is_known {
        return vec![database];
    }
    let wal = snapshot.is_wal().unwrap_or(true);
    let remarks =
        (!wal).then(|| messages.text("flow-not-wal")).into_iter().chain(unavailable(app, &snapshot));
    database.remark = Some(remarks.collect::<Vec<_>>().join("\n     ")).filter(|remarks| !remarks.is_empty());
    let agency = snapshot.agency();
    let name = agency.as_ref().map(|agency| agency.name.clone()).unwrap_or_default();
    let allowed = agency.map_err(FlowError::from).and_then(|agency| domain_of(&agency)).map(drop);
    drop(snapshot);
    let schedule = app.schedule();
    let why_none = schedule.as_ref().ok().and_then(super::schedule::why_none);
    let mut planned = Finding::new("schedule", crate::app::SERVICE, looked(schedule.map(drop)));
    planned.remark = why_none.map(|key| messages.text(key));
    vec![database, Finding::new("licence", name, looked(allowed.map_err(AppError::from))), planned]
}

/// What can't be done because the database, or a name in it, can't be written; a publication needs none of it.
fn unavailable(app: &App, snapshot: &Snapshot) -> Option<String> {
    let messages = &app.messages;
    if let Err(error) = may_write_database(&app.settings.agency.database) {
        let words = messages.system_words(&error);
        return Some(messages.format("commands-check-read-only", &[("words", words.into())]));
    }
    let functions: BTreeSet<String> = snapshot
        .unavailable_functions()
        .into_iter()
        .map(|(function, _)| messages.text(&format!("check-function-{}", function.name())))
        .collect();
    let list = functions.into_iter().collect::<Vec<_>>().join(", ");
    (!list.is_empty()).then(|| messages.format("commands-check-unavailable", &[("functions", list.into())]))
}

/// A folder of attached files: it can be listed.
fn files_folder(folder: &Path, messages: &Messages) -> Finding {
    let failed = |source| FileError { operation: "list", path: folder.to_owned(), source };
    let problem = std::fs::read_dir(folder).err().map(|source| misnamed(failed(source), messages));
    Finding::new("files", folder.display().to_string(), problem)
}

/// Our own folder: it can be written or made, and what it holds can be read.
fn data(app: &App) -> Vec<Finding> {
    let (data, messages) = (&app.settings.data, &app.messages);
    let mut upwards = std::iter::successors(Some(data.dir.as_path()), |folder| folder.parent());
    let nearest = upwards.find(|folder| folder.exists()).unwrap_or(&data.dir);
    let failed = |source| FileError { operation: "write in", path: nearest.to_owned(), source };
    let problem = files::may_write(nearest).err().map(|source| misnamed(failed(source), messages));
    let folder = Finding::new("data", data.dir.display().to_string(), problem);
    let ledger = Ledger::open_to_read(&data.ledger()).err().map(|error| wrong(error, messages));
    vec![folder, Finding::new("ledger", data.ledger().display().to_string(), ledger)]
}

/// A server: what its target names (authorities, keys, known hosts) can be used. It isn't called.
fn server(target: &Target, messages: &Messages) -> Finding {
    let problem = connector(target).err().map(|error| misnamed(error, messages));
    let place = match target.protocol {
        Protocol::Folder => target.host.clone(),
        _ => format!("{}:{}", target.host, target.port),
    };
    Finding::new("server", format!("{} ({place})", target.name), problem)
}

fn show(app: &App, screen: Screen) -> ExitStatus {
    screen.say(&format!("# {}", app.settings.file.display()));
    let shown = app.settings.shown();
    let width = shown.iter().map(|setting| setting.key.chars().count()).max().unwrap_or(0);
    for setting in shown {
        let origin = setting.origin.words(&app.messages);
        screen.say(&format!("{:width$} = {}  # {origin}", setting.key, setting.value));
        let line = match setting.origin {
            Origin::Line(line) => Some(line),
            Origin::Default => None,
        };
        screen.line("setting", json!({"key": setting.key, "value": setting.value, "line": line}));
    }
    screen.close(ExitStatus::Done)
}
