//! The types of the command line, and its help in the language of its reader.

mod desk;

use std::ffi::OsString;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use publier_core::publication::exit::ExitStatus;

use super::output::{Output, put};
use crate::i18n::{Lang, Messages};
use crate::report::ndjson::Ndjson;
pub use desk::{
    AccountSelection, Accounts, AccountsVerb, Assign, BinderRights, Binders, BindersVerb, CoOwnerList,
    CoOwners, CoOwnersVerb, CreateBinders, Credentials, CredentialsVerb, EventSelection, Events, EventsVerb,
    Letters, Mark, Module, Options, OptionsVerb, PublishEvents, RenameBinders, Render, RenderVerb, Right,
    Role, ScheduleSet, SetOptions, Unmark, UnpublishEvents, Why, WhyVerb, WhyWhat,
};

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "publier", version, disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Cli {
    /// The configuration file.
    #[arg(id = "config_file", long = "config", global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The language of messages.
    #[arg(long, global = true, value_enum, value_name = "LANG", hide_possible_values = true)]
    pub lang: Option<Language>,
    /// One JSON object a line.
    #[arg(long, global = true)]
    pub json: bool,
    /// Errors only.
    #[arg(long, global = true)]
    pub quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A language, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// French.
    Fr,
    /// English.
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Fr => Self::Fr,
            Language::En => Self::En,
        }
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// The whole job on a demo agency.
    #[cfg(feature = "demo")]
    Demo(Demo),
    /// The verification tool.
    Check(Check),
    /// Publishes now.
    Publish(Publish),
    /// The service, in the foreground.
    Run,
    /// What happened last, and what comes next.
    Status,
    /// The days and hours of publication.
    Schedule(Schedule),
    /// The configuration.
    Config(Config),
    /// Which accounts are published.
    Accounts(Accounts),
    /// Logins and temporary passwords.
    Credentials(Credentials),
    /// Events and their publication dates.
    Events(Events),
    /// Binders and their rights.
    Binders(Binders),
    /// The co-owner list.
    CoOwners(CoOwners),
    /// The extranet's options.
    Options(Options),
    /// A document as a file, for a look.
    Render(Render),
    /// Why something is on the site, or isn't.
    Why(Why),
}

/// `publier schedule`.
#[derive(Debug, Clone, Args)]
pub struct Schedule {
    /// What to do with it.
    #[command(subcommand)]
    pub verb: ScheduleVerb,
}

/// The verbs of `publier schedule`.
#[derive(Debug, Clone, Subcommand)]
#[non_exhaustive]
pub enum ScheduleVerb {
    /// The next slots.
    Next(ScheduleNext),
    /// Shows it.
    Show,
    /// Sets it.
    Set(ScheduleSet),
}

/// `publier schedule next`.
#[derive(Debug, Clone, Args)]
pub struct ScheduleNext {
    /// How many.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, hide_default_value = true,
        value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub number: u16,
}

/// `publier config`.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// What to do with it.
    #[command(subcommand)]
    pub verb: ConfigVerb,
}

/// The verbs of `publier config`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
#[non_exhaustive]
pub enum ConfigVerb {
    /// Checks it, and that what it names can be used; changes nothing.
    Check,
    /// Shows each setting with its origin, secrets hidden.
    Show,
}

/// `publier demo`.
#[cfg(feature = "demo")]
#[derive(Debug, Clone, Args)]
pub struct Demo {
    /// The demo's folder.
    #[arg(long, value_name = "DIR", default_value = "demo", hide_default_value = true)]
    pub dir: PathBuf,
    /// Deletes the demo that stands there and starts afresh.
    #[arg(long, conflicts_with = "serve")]
    pub reset: bool,
    /// Leaves the servers up afterwards.
    #[arg(long)]
    pub keep: bool,
    /// Starts the servers alone.
    #[arg(long)]
    pub serve: bool,
}

/// `publier check`.
#[derive(Debug, Clone, Copy, Args)]
pub struct Check {
    /// Tries each server too.
    #[arg(long)]
    pub server: bool,
    /// Shows what the décret 2019-502 wants on the extranet instead.
    #[arg(long, conflicts_with = "server")]
    pub elan: bool,
}

/// `publier publish`.
#[derive(Debug, Clone, Args)]
pub struct Publish {
    /// Plans and renders without sending.
    #[arg(long)]
    pub dry_run: bool,
    /// Keeps what a dry run made in this folder.
    #[arg(long, value_name = "DIR", requires = "dry_run")]
    pub out: Option<PathBuf>,
    /// Accepts the held plan that bears this digest.
    #[arg(long, value_name = "DIGEST", conflicts_with = "dry_run")]
    pub confirm: Option<String>,
    /// Compares with the server first: what stands there is not sent again.
    #[arg(long, conflicts_with = "dry_run")]
    pub adopt: bool,
    /// Lists every live document again.
    #[arg(long)]
    pub full_index: bool,
    /// Sends again what was published on this date or later.
    #[arg(long, value_name = "DATE")]
    pub resend_since: Option<NaiveDate>,
    /// One target instead of all.
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
}

/// A command line that was not understood, or a request for help.
#[derive(Debug)]
pub struct Refusal {
    text: String,
    status: ExitStatus,
}

impl Refusal {
    /// Shows it where it belongs, what was not understood as an object with `json`, and gives the status.
    pub fn show(&self, json: bool) -> ExitStatus {
        use std::io::Write;
        match self.status {
            ExitStatus::Done => put(&self.text),
            status if json => Ndjson::new(Output).error(status, &self.text),
            _ => drop(writeln!(std::io::stderr().lock(), "{}", self.text)),
        }
        self.status
    }
}

/// Tells whether `--json` stands on a command line, understood or not.
pub fn asks_for_json(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument == "--json")
}

/// Finds `--lang` before anything else, so that even an error is in the reader's language.
pub fn language_of(arguments: &[OsString]) -> Option<Lang> {
    let texts: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let after =
        texts.iter().position(|text| *text == "--lang").and_then(|at| texts.get(at.checked_add(1)?)).copied();
    match after.or_else(|| texts.iter().find_map(|text| text.strip_prefix("--lang="))) {
        Some("en") => Some(Lang::En),
        Some("fr") => Some(Lang::Fr),
        _ => None,
    }
}

/// Reads the command line.
///
/// # Errors
/// The help or version that was asked for, or what was not understood, ready to be shown.
pub fn parse(arguments: &[OsString], messages: &Messages) -> Result<Cli, Refusal> {
    let command = translated(Cli::command(), "help", messages);
    let parsed = command.try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.map_err(|error| refusal(&error, messages))
}

/// Puts the help of a command, its arguments and its own commands into the reader's language: the keys are
/// `help-COMMAND`, `help-COMMAND-ARGUMENT` and, for the options of every command, `help-option-ARGUMENT`.
fn translated(command: clap::Command, key: &str, messages: &Messages) -> clap::Command {
    let template = messages.text("help-template").replace('\\', "\n");
    let arguments: Vec<String> =
        command.get_arguments().map(|argument| argument.get_id().to_string()).collect();
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    let mut command = command
        .about(messages.text(key))
        .help_template(template)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .next_line_help(false)
        .subcommand_help_heading(messages.text("help-heading-commands"))
        .subcommand_value_name(messages.text("help-value-command"))
        .next_help_heading(messages.text("help-heading-options"));
    for argument in arguments {
        let help = argument_help(key, &argument.replace('_', "-"), messages);
        let heading = messages.text("help-heading-options");
        let names = |argument: &clap::Arg| value_names(argument, messages);
        command = command.mut_arg(argument, |argument| {
            let names = names(&argument);
            let argument = argument.help(help).help_heading(heading);
            // `COPROPRIETAIRE` is how many people type it.
            if names.is_empty() { argument } else { argument.value_names(names).ignore_case(true) }
        });
    }
    let help = clap::Arg::new("help").short('h').long("help").action(clap::ArgAction::Help);
    command = command.arg(help.help(messages.text("help-help")));
    if key == "help" {
        let version = clap::Arg::new("version").short('V').long("version").action(clap::ArgAction::Version);
        command = command.arg(version.help(messages.text("help-version")));
    }
    for verb in verbs {
        let key = format!("{key}-{verb}");
        command = command.mut_subcommand(verb, |verb| translated(verb, &key, messages));
    }
    command
}

/// Gives the help of an argument: the command's own (`help-COMMAND-ARGUMENT`), else the one that all share
/// (`help-any-ARGUMENT`).
fn argument_help(key: &str, argument: &str, messages: &Messages) -> String {
    let owner = if key == "help" { "help-option" } else { key };
    let own = format!("{owner}-{argument}");
    let shared = format!("help-any-{argument}");
    messages.text(if messages.has(&own) || !messages.has(&shared) { &own } else { &shared })
}

/// Gives what stands for an argument's values, in the reader's language: `help-value-NAME`, where `=` is written `-`.
fn value_names(argument: &clap::Arg, messages: &Messages) -> Vec<String> {
    let takes = argument.get_action().takes_values();
    let names = argument.get_value_names().filter(|_| takes).unwrap_or_default();
    let translated =
        |name: &str| messages.text(&format!("help-value-{}", name.to_lowercase().replace('=', "-")));
    names.iter().map(|name| translated(name)).collect()
}

fn refusal(error: &clap::Error, messages: &Messages) -> Refusal {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            Refusal { text: error.render().to_string().trim_end().to_owned(), status: ExitStatus::Done }
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Refusal { text: error.render().to_string().trim_end().to_owned(), status: ExitStatus::Usage }
        }
        kind => {
            let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
            let key = match kind {
                ErrorKind::UnknownArgument => "usage-unknown-argument",
                ErrorKind::InvalidSubcommand => "usage-unknown-command",
                ErrorKind::MissingRequiredArgument => "usage-missing",
                ErrorKind::ArgumentConflict => "usage-conflict",
                ErrorKind::InvalidValue | ErrorKind::ValueValidation => "usage-bad-value",
                _ => "usage-other",
            };
            let command = context(ContextKind::InvalidSubcommand);
            let argument = if command.is_empty() { context(ContextKind::InvalidArg) } else { command };
            // The dots of `[ID]...` would run into the sentence's own.
            let argument = argument.trim_end_matches("...").to_owned();
            let possible = possible_values(error, messages);
            let values = [
                ("argument", argument.into()),
                ("value", context(ContextKind::InvalidValue).into()),
                ("possible", possible.into()),
            ];
            Refusal { text: messages.format(key, &values), status: ExitStatus::Usage }
        }
    }
}

/// Gives the values that an argument takes, as the end of a sentence; nothing where they are not listed.
fn possible_values(error: &clap::Error, messages: &Messages) -> String {
    use std::error::Error as _;
    if let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue) {
        if values.is_empty() {
            return String::new();
        }
        let list = values.join(", ");
        return messages.format("usage-possible", &[("values", list.into())]);
    }
    let Some(source) = error.source() else { return String::new() };
    if source.is::<chrono::ParseError>() {
        return messages.text("usage-date");
    }
    if source.is::<std::num::ParseIntError>() {
        return messages.text("usage-number");
    }
    let source = source.to_string();
    let range = source.split(' ').find_map(|word| word.split_once("..="));
    range.map_or_else(String::new, |(least, most)| {
        messages.format("usage-range", &[("least", least.into()), ("most", most.into())])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn refused(line: &str, lang: Lang) -> String {
        parse(&arguments(line), &Messages::new(lang)).unwrap_err().text
    }

    #[test]
    fn every_command_and_argument_has_its_help_in_both_languages() {
        fn check(command: &clap::Command) {
            let about = command.get_about().unwrap().to_string();
            assert!(!about.contains('{'), "{}: {about}", command.get_name());
            for argument in command.get_arguments() {
                let help = argument.get_help().unwrap().to_string();
                assert!(!help.contains('{'), "{} {}: {help}", command.get_name(), argument.get_id());
                for name in argument.get_value_names().unwrap_or_default() {
                    assert!(!name.contains('{'), "{} {}: {name}", command.get_name(), argument.get_id());
                }
            }
            command.get_subcommands().for_each(check);
        }
        for lang in [Lang::Fr, Lang::En] {
            check(&translated(Cli::command(), "help", &Messages::new(lang)));
        }
        translated(Cli::command(), "help", &Messages::new(Lang::Fr)).debug_assert();
    }

    #[test]
    fn a_command_line_that_is_not_understood_says_so_in_the_readers_language() {
        assert_eq!(
            refused("publier publish --nope", Lang::Fr),
            "publier\u{a0}: option inconnue «\u{a0}--nope\u{a0}». Voir «\u{a0}publier --help\u{a0}»."
        );
        assert!(refused("publier publish --nope", Lang::En).starts_with("publier: unknown option"));
        assert!(refused("publier fly", Lang::Fr).contains("fly"));
        assert!(refused("publier publish --resend-since hier", Lang::Fr).contains("hier"));
        assert!(refused("publier status --lang de", Lang::Fr).contains("(possibles\u{a0}: fr, en)"));
        assert!(refused("publier events list --from hier", Lang::Fr).contains("(attendu\u{a0}: AAAA-MM-JJ)"));
        let text = refused("publier accounts list douze", Lang::Fr);
        assert!(text.contains("[IDENTIFIANT] (attendu\u{a0}: un nombre entier). Voir"), "{text}");
        for number in ["0", "1001", "100000"] {
            let text = refused(&format!("publier schedule next -n {number}"), Lang::Fr);
            assert!(text.contains("(de 1 à 1000)"), "{text}");
        }
    }

    #[test]
    fn a_role_is_understood_in_capitals_too() {
        for role in ["COPROPRIETAIRE", "Bailleur", "co-owner"] {
            let line = arguments(&format!("publier accounts list --role {role}"));
            assert!(parse(&line, &Messages::new(Lang::Fr)).is_ok(), "{role}");
        }
    }

    #[test]
    fn the_language_is_found_wherever_it_stands() {
        assert_eq!(language_of(&arguments("publier --lang en publish")), Some(Lang::En));
        assert_eq!(language_of(&arguments("publier publish --lang=fr")), Some(Lang::Fr));
        assert_eq!(language_of(&arguments("publier publish")), None);
    }
}
