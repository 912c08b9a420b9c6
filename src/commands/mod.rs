//! The command line: one verb, one file.
//!
//! Promises: what people read is French (English with `--lang en`) and says what to do next; `--json` gives one object
//! a line and one summary at the end, errors included; the exit code is the documented one (docs/contracts.md).

pub mod cli;
#[cfg(feature = "demo")]
mod demo;
mod output;
mod publish;

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
        Err(refusal) => return refusal.show(cli::asks_for_json(&arguments)),
    };
    let screen = Screen::new(cli.json, cli.quiet, lang.unwrap_or_default());
    obey(&cli, screen)
}

fn obey(cli: &Cli, screen: Screen) -> ExitStatus {
    let load = || App::load(cli.config.as_deref(), cli.lang.map(Lang::from));
    let messages = Messages::new(cli.lang.map(Lang::from).unwrap_or_default());
    let done = match &cli.command {
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => return demo::run(arguments, messages.lang(), screen),
        Command::Publish(arguments) => {
            load().map_err(AppError::from).and_then(|app| publish::run(&app, arguments, screen))
        }
    };
    done.unwrap_or_else(|error| {
        let text = error.explain(&messages);
        screen.error(error.exit_status(), &text);
        error.exit_status()
    })
}
