//! The command line: one verb, one file.
//!
//! Promises: what people read is French (English with `--lang en`) and says what to do next; `--json` gives one object
//! a line and one summary at the end, errors included; the exit code is the documented one (docs/contracts.md).

mod accounts;
mod binders;
mod check;
pub mod cli;
mod co_owners;
mod config;
mod credentials;
#[cfg(feature = "demo")]
mod demo;
mod events;
mod logging;
mod options;
mod output;
mod publish;
mod render;
mod rows;
mod run;
mod schedule;
mod schedule_set;
mod status;
mod table;
mod why;

use std::ffi::OsString;

use publier_core::publication::exit::ExitStatus;

use crate::app::{App, AppError};
use crate::i18n::{Lang, Messages};
use cli::{Cli, Command};
use output::Screen;

/// Runs the command line and gives the status that the process ends with.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let lang = cli::language_of(&arguments);
    let messages = Messages::new(lang.unwrap_or_default());
    let status = match cli::parse(&arguments, &messages) {
        Ok(cli) => obey(&cli, Screen::new(cli.json, cli.quiet, lang.unwrap_or_default())),
        Err(refusal) => refusal.show(cli::asks_for_json(&arguments)),
    };
    output::complete(status, &messages)
}

fn obey(cli: &Cli, screen: Screen) -> ExitStatus {
    let lang = cli.lang.map(Lang::from);
    let messages = Messages::new(lang.unwrap_or_default());
    let load = || App::load(cli.config.as_deref(), lang).map_err(AppError::from);
    let load_and_log = || load().inspect(|app| logging::for_command(&app.settings.log, cli.quiet));
    let done = match &cli.command {
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => return demo::run(arguments, messages.lang(), screen),
        Command::Check(arguments) => match load_and_log() {
            Ok(app) => check::run(&app, *arguments, screen),
            Err(AppError::Config(error)) => Ok(check::refused(&error, &messages, screen)),
            Err(error) => Err(error),
        },
        Command::Run => load().and_then(|app| run::run(app, lang, screen)),
        Command::Config(arguments) => match load_and_log() {
            Ok(app) => Ok(config::run(&app, arguments.verb, screen)),
            Err(error) => Err(config::list_problems(error, screen)),
        },
        command => match load_and_log() {
            Ok(app) => {
                return work(&app, command, screen)
                    .unwrap_or_else(|error| refuse(&error, &app.messages, screen));
            }
            Err(error) => Err(error),
        },
    };
    done.unwrap_or_else(|error| refuse(&error, &messages, screen))
}

/// Shows why a command can't be obeyed and gives the status it ends with.
fn refuse(error: &AppError, messages: &Messages, screen: Screen) -> ExitStatus {
    screen.error(error.exit_status(), &error.explain(messages));
    error.exit_status()
}

/// Obeys a command that works with the settings.
fn work(app: &App, command: &Command, screen: Screen) -> Result<ExitStatus, AppError> {
    match command {
        Command::Publish(arguments) => publish::run(app, arguments, screen),
        Command::Status => status::run(app, screen),
        Command::Schedule(arguments) => match &arguments.verb {
            cli::ScheduleVerb::Next(arguments) => schedule::next(app, arguments, screen),
            cli::ScheduleVerb::Show => schedule_set::show(app, screen),
            cli::ScheduleVerb::Set(arguments) => schedule_set::set(app, arguments, screen),
        },
        Command::Accounts(arguments) => accounts::run(app, &arguments.verb, screen),
        Command::Credentials(arguments) => credentials::run(app, &arguments.verb, screen),
        Command::Events(arguments) => events::run(app, &arguments.verb, screen),
        Command::Binders(arguments) => binders::run(app, &arguments.verb, screen),
        Command::CoOwners(arguments) => co_owners::run(app, &arguments.verb, screen),
        Command::Options(arguments) => options::run(app, &arguments.verb, screen),
        Command::Render(arguments) => render::run(app, &arguments.verb, screen),
        Command::Why(arguments) => why::run(app, &arguments.verb, screen),
        #[cfg(feature = "demo")]
        Command::Demo(_) => Ok(ExitStatus::Usage),
        Command::Check(_) | Command::Run | Command::Config(_) => Ok(ExitStatus::Usage),
    }
}
