//! `publier check`: the verification tool. It only reads (A10).
//!
//! The exit code is 0 without an error (warnings and advice don't count), else that of what stands in the way first: 5 the
//! configuration, the licence or the domain; 6 a database that can't be looked at; 7 a server (`--server`); 3 records.
//! `--elan` is a report: 0 whatever it says.

use std::sync::Arc;

use publier_core::channels::Channel;
use publier_core::publication::exit::ExitStatus;

use super::cli::Check;
use super::output::Screen;
use super::publish::runtime;
use crate::app::{App, AppError, SERVICE};
use crate::desk::check::elan::{self, ElanError, Online};
use crate::desk::check::report::{
    Summary, Text, elan_json, elan_text, finding_json, server_json, server_text,
};
use crate::desk::check::server;
use crate::desk::check::{Books, Finding, Ground, Level, check, refused_settings};
use crate::flow::publish::fresh_id;
use crate::i18n::Messages;
use crate::ledger::Ledger;
use crate::ports::{Connector, TransferError};
use crate::settings::ConfigError;
use crate::settings::target::Target;

/// Where findings go: each as a line of JSON at once, or gathered for people; the errors alone with `--quiet`.
struct Hearing<'m> {
    screen: Screen,
    messages: &'m Messages,
    text: Text,
    summary: Summary,
}

impl<'m> Hearing<'m> {
    fn new(screen: Screen, messages: &'m Messages) -> Self {
        Self { screen, messages, text: Text::default(), summary: Summary::default() }
    }

    fn hear(&mut self, finding: &Finding) {
        self.summary.count(finding);
        if self.screen.json {
            self.screen.line("finding", finding_json(finding, self.messages));
        } else if !self.screen.quiet || finding.code.level() == Level::Error {
            self.text.take(finding, self.messages);
        }
    }

    /// Shows what was gathered and gives the status.
    fn close(self) -> ExitStatus {
        let status = self.summary.status();
        if self.screen.quiet && !self.screen.json && status != ExitStatus::Done {
            self.screen.error(status, &self.text.render(self.messages));
        } else {
            self.screen.say(&self.text.render(self.messages));
        }
        self.screen.line("summary", self.summary.json());
        status
    }
}

/// Checks, and gives the status.
pub(super) fn run(app: &App, arguments: Check, screen: Screen) -> Result<ExitStatus, AppError> {
    let ground = Ground { settings: &app.settings, service: SERVICE, now: app.now() };
    if arguments.elan {
        return show_elan(app, &ground, screen);
    }
    let mut hearing = Hearing::new(screen, &app.messages);
    check(&ground, &mut |finding| hearing.hear(&finding));
    if arguments.server {
        check_servers(app, &mut hearing, screen)?;
    }
    Ok(hearing.close())
}

/// Tells what is wrong with settings that can't be loaded, as findings, and gives the status.
pub(super) fn refused(error: &ConfigError, messages: &Messages, screen: Screen) -> ExitStatus {
    let mut hearing = Hearing::new(screen, messages);
    for finding in refused_settings(error, messages) {
        hearing.hear(&finding);
    }
    hearing.close()
}

/// Checks each server of the configuration, one after the other.
fn check_servers(app: &App, hearing: &mut Hearing<'_>, screen: Screen) -> Result<(), AppError> {
    let ledger = Ledger::open_to_read(&app.settings.data.ledger())?;
    let connect = |target: &Target| -> Result<Arc<dyn Connector>, TransferError> { app.connector(target) };
    let runtime = runtime()?;
    for target in app.targets() {
        let mut found = Vec::new();
        let mut each = |finding| found.push(finding);
        let facts =
            runtime.block_on(server::check(target, &connect, ledger.as_ref(), &fresh_id()?, &mut each))?;
        screen.say(&format!("{}\n", server_text(&facts, &app.messages)));
        screen.line("server", server_json(&facts));
        for finding in &found {
            hearing.hear(finding);
        }
    }
    Ok(())
}

/// Shows what the decree wants, by condominium.
fn show_elan(app: &App, ground: &Ground<'_>, screen: Screen) -> Result<ExitStatus, AppError> {
    let books = Books::open(ground)?;
    let ledger = Ledger::open_to_read(&app.settings.data.ledger())?;
    let main = app.targets().first().map(|target| target.name.clone()).unwrap_or_default();
    let series = match &ledger {
        Some(ledger) => ledger.find_series(Channel::Extranet.code(), &main)?,
        None => None,
    };
    let online = ledger.as_ref().zip(series.as_ref()).map(|(ledger, series)| Online { ledger, series });
    let condominiums = elan::report(&books, online).map_err(|error| match error {
        ElanError::Source(error) => AppError::from(error),
        ElanError::Ledger(error) => AppError::from(error),
    })?;
    let mut missing = 0_u64;
    for condominium in &condominiums {
        screen.say(&format!("{}\n", elan_text(condominium, &app.messages)));
        for row in &condominium.rows {
            missing += u64::from(row.is_owed());
            screen.line("elan", elan_json(condominium, row));
        }
    }
    screen.say(&app.messages.format("check-elan-total", &[("count", missing.into())]));
    let status = ExitStatus::Done;
    screen
        .line("summary", serde_json::json!({"exit_code": status.code(), "status": status, "owed": missing}));
    Ok(status)
}
