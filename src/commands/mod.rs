//! The command line: one verb, one file.
//!
//! Promises: what people read is French (English with `--lang en`) and says what to do next; `--json` gives one object
//! a line and one summary at the end, errors included; the exit code is the documented one (docs/contracts.md).

mod check;
pub mod cli;
mod config;
#[cfg(feature = "demo")]
mod demo;
mod logging;
mod output;
mod publish;
mod run;
mod schedule;
mod status;

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
    let cli = match cli::parse(&arguments, &Messages::new(lang.unwrap_or_default())) {
        Ok(cli) => cli,
        Err(refusal) => return refusal.show(),
    };
    let screen = Screen::new(cli.json, cli.quiet);
    obey(&cli, screen)
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
        Command::Publish(arguments) => load_and_log().and_then(|app| publish::run(&app, arguments, screen)),
        Command::Run => load().and_then(|app| run::run(app, lang)),
        Command::Status => load_and_log().and_then(|app| status::run(&app, screen)),
        Command::Schedule(arguments) => {
            load_and_log().and_then(|app| schedule::run(&app, &arguments.verb, screen))
        }
        Command::Config(arguments) => match load_and_log() {
            Ok(app) => Ok(config::run(&app, arguments.verb, screen)),
            Err(error) => Err(config::list_problems(error, screen)),
        },
    };
    done.unwrap_or_else(|error| {
        let text = error.explain(&messages);
        screen.error(error.exit_status(), &text);
        error.exit_status()
    })
}
