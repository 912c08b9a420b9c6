//! The program's own log: lines for people on a terminal, JSON otherwise, and the service's daily files.
//!
//! Promises: only the service writes files, one a day (UTC) in the folder of the settings, kept for a year; the other
//! commands say what happened themselves, and log to the error output only when the settings ask for `debug` or `trace`;
//! every line of a run bears its number. Nothing of the environment is read.
//!
//! Limits: other libraries are heard from warnings on. A reload does not change the log.

use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::app::AppError;
use crate::files;
use crate::flow::FlowError;
use crate::settings::{Log, LogFormat, LogLevel};

/// How many daily files are kept.
const DAYS: usize = 365;

type Sink = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts the log of a command that ends by itself.
pub(super) fn for_command(log: &Log, quiet: bool) {
    let level = match log.level {
        LogLevel::Debug | LogLevel::Trace if !quiet => filter(log.level),
        _ => LevelFilter::OFF,
    };
    start(vec![on_stderr(log.format, level)]);
}

/// Starts the log of the service.
///
/// # Errors
/// When the folder of its files can't be made or written.
pub(super) fn for_service(log: &Log) -> Result<(), AppError> {
    files::make_private_folder(&log.dir).map_err(FlowError::from)?;
    let daily = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("publier")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(&log.dir)
        .map_err(|error| FlowError::from(io::Error::other(error)))?;
    let level = filter(log.level);
    start(vec![on_stderr(log.format, level), sink(daily, log.format == LogFormat::Human, false, level)]);
    Ok(())
}

/// A process has one log: where there is one already, as in tests, it stays.
fn start(sinks: Vec<Sink>) {
    drop(tracing_subscriber::registry().with(sinks).try_init());
}

fn on_stderr(format: LogFormat, level: LevelFilter) -> Sink {
    let terminal = io::stderr().is_terminal();
    let human = format == LogFormat::Human || (format == LogFormat::Auto && terminal);
    sink(io::stderr, human, terminal, level)
}

fn sink<S, W>(writer: W, human: bool, colours: bool, level: LevelFilter) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let heard = Targets::new()
        .with_default(LevelFilter::WARN.min(level))
        .with_target("publier", level)
        .with_target("publier_core", level);
    let layer = fmt::layer().with_writer(writer).with_ansi(colours);
    if human {
        layer.with_filter(heard).boxed()
    } else {
        layer.json().flatten_event(true).with_span_list(false).with_filter(heard).boxed()
    }
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}
