//! `publier demo`: the whole job on a demo agency, from its database to files on a real server.
//!
//! Promises: everything stands in one folder, which is only ever deleted when it bears the demo's own marker; the
//! servers listen on loopback alone and end with the command, unless they are asked to stay.

mod files;
mod folder;
mod show;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use publier_core::publication::exit::ExitStatus;
use tokio_util::sync::CancellationToken;

use super::cli::Demo;
use super::output::{Output, Screen};
use super::publish::{lock, runtime, stop_on_interrupt, wait_for_stop};
use crate::app::{App, AppError};
use crate::clock::SystemClock;
use crate::embedded::EmbeddedError;
use crate::embedded::ftps::{Cut, Ftps, FtpsConfig};
use crate::embedded::identity::Identity;
use crate::embedded::sftp::{Sftp, SftpConfig};
use crate::flow::FlowError;
use crate::flow::publish::{Ask, Consent, fresh_id, publish};
use crate::flow::telling::tell;
use crate::i18n::{Lang, Messages};
use crate::ledger::runs::Trigger;
use crate::ports::{Clock, Listener};
use crate::report::console::Console;
use crate::report::ndjson::Ndjson;
use crate::report::run_report::Outcome;
use crate::service::{LockError, RunLock};
use crate::settings::secret::Secret;
use folder::{Folder, Ports, USER};

/// The first file larger than this is cut once at this byte, so that a resumed transfer can be seen.
const CUT_AFTER_BYTES: u64 = 1_800_000;

/// What can go wrong with the demo.
#[derive(Debug, thiserror::Error)]
pub(super) enum DemoError {
    /// The folder holds something else.
    #[error("{0} is not empty and is no demo's folder")]
    NotADemo(PathBuf),
    /// There is no demo to serve.
    #[error("no demo in {0}")]
    NoDemo(PathBuf),
    /// The servers of this demo are up already.
    #[error("the demo's servers in {0} are up already")]
    AlreadyServing(PathBuf),
    /// A file can't be made.
    #[error("make the demo's files")]
    Io(#[from] std::io::Error),
    /// A file can't be made.
    #[error(transparent)]
    File(#[from] crate::files::FileError),
    /// The database can't be made.
    #[error(transparent)]
    Source(#[from] crate::source::SourceError),
    /// A server can't start.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The work itself.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<FlowError> for DemoError {
    fn from(error: FlowError) -> Self {
        Self::App(error.into())
    }
}

/// The demo's servers.
struct Servers {
    ftps: Ftps,
    sftp: Sftp,
}

/// Runs the demo and gives the status.
pub(super) fn run(arguments: &Demo, lang: Lang, screen: Screen) -> ExitStatus {
    let messages = Messages::new(lang);
    match play(arguments, lang, screen) {
        Ok(status) => status,
        Err(error) => {
            let text = explain(&error, &messages);
            let status = match &error {
                DemoError::App(error) => error.exit_status(),
                DemoError::NotADemo(_) | DemoError::NoDemo(_) => ExitStatus::Usage,
                DemoError::AlreadyServing(_) => ExitStatus::AlreadyRunning,
                _ => ExitStatus::Other,
            };
            screen.error(status, &text);
            status
        }
    }
}

fn explain(error: &DemoError, messages: &Messages) -> String {
    let path =
        |key: &str, path: &Path| messages.format(key, &[("folder", path.display().to_string().into())]);
    match error {
        DemoError::NotADemo(folder) => path("demo-not-a-demo", folder),
        DemoError::NoDemo(folder) => path("demo-no-demo", folder),
        DemoError::AlreadyServing(folder) => path("demo-already-serving", folder),
        DemoError::App(error) => error.explain(messages),
        other => {
            // A transparent error hides the one that bears the path.
            let cause: &(dyn std::error::Error + 'static) = match other {
                DemoError::File(file) => file,
                DemoError::Source(source) => source,
                DemoError::Embedded(embedded) => embedded,
                other => other,
            };
            let detail = crate::flow::telling::local_words(cause, messages);
            messages.format("demo-failed", &[("detail", detail.into())])
        }
    }
}

fn play(arguments: &Demo, lang: Lang, screen: Screen) -> Result<ExitStatus, DemoError> {
    require_silence(&arguments.dir)?;
    let folder = Folder::open(&arguments.dir, arguments.reset && !arguments.serve)?;
    if arguments.serve && !folder.is_demo() {
        return Err(DemoError::NoDemo(folder.root().to_owned()));
    }
    let messages = Messages::new(lang);
    let new = !folder.is_demo();
    if new {
        folder.make(&fresh_id()?)?;
        screen.say(&format!("{}\n", show::made(&folder, &messages)));
    }
    let _serving = RunLock::acquire(&folder.servers_lock(), SystemClock.now())
        .map_err(|error| already_serving(&folder, error))?;
    runtime()?.block_on(async {
        let servers = serve(&folder, new).await?;
        let status = if arguments.serve {
            ExitStatus::Done
        } else {
            let app = App::load(Some(&folder.config()), Some(lang)).map_err(AppError::from)?;
            publish_once(&app, &folder, screen).await?
        };
        if arguments.serve || arguments.keep {
            screen.say(&format!("\n{}", show::serving(&folder, servers.ports(), &messages)));
            drop(wait_for_stop().await);
        } else {
            screen.say(&format!("\n{}", messages.format("demo-next", &show::folder_value(&folder))));
        }
        servers.stop().await;
        Ok(status)
    })
}

/// Refuses a demo whose servers are up: a second start would take other ports, and a reset their folder.
fn require_silence(dir: &Path) -> Result<(), DemoError> {
    let holder = RunLock::holder(&dir.join("servers.lock"));
    if holder.is_ok_and(|holder| holder.is_some()) {
        Err(DemoError::AlreadyServing(dir.to_owned()))
    } else {
        Ok(())
    }
}

fn already_serving(folder: &Folder, error: LockError) -> DemoError {
    match error {
        LockError::AlreadyRunning { .. } => DemoError::AlreadyServing(folder.root().to_owned()),
        LockError::File(error) => DemoError::File(error),
    }
}

impl Servers {
    fn ports(&self) -> Ports {
        Ports { ftps: self.ftps.port(), sftp: self.sftp.port() }
    }

    async fn stop(self) {
        self.ftps.stop().await;
        self.sftp.stop().await;
    }
}

/// Starts the servers on the ports of the configuration, else on free ones, and writes those into it. The first
/// start cuts one transfer.
async fn serve(folder: &Folder, new: bool) -> Result<Servers, DemoError> {
    let identity = Identity::open(&folder.identity())?;
    let password = Secret::new(folder.password()?);
    let wanted = folder.ports();
    let ftps = |port| {
        Ftps::start(FtpsConfig {
            root: folder.server(),
            port,
            user: USER.to_owned(),
            password: password.clone(),
            identity: identity.clone(),
            cut: new.then_some(Cut { after_bytes: CUT_AFTER_BYTES }),
        })
    };
    let sftp = |port| {
        Sftp::start(SftpConfig {
            root: folder.server(),
            port,
            user: USER.to_owned(),
            password: password.clone(),
            authorized_key: None,
            identity: identity.clone(),
        })
    };
    let servers = Servers {
        ftps: match ftps(wanted.map_or(0, |ports| ports.ftps)).await {
            Err(_) if wanted.is_some() => ftps(0).await?,
            started => started?,
        },
        sftp: match sftp(wanted.map_or(0, |ports| ports.sftp)).await {
            Err(_) if wanted.is_some() => sftp(0).await?,
            started => started?,
        },
    };
    if wanted != Some(servers.ports()) {
        folder.configure(servers.ports(), &identity.host_key_fingerprint())?;
    }
    Ok(servers)
}

/// Publishes once over FTPS, the first publication of the series confirmed by the demo itself, and shows it all.
async fn publish_once(app: &App, folder: &Folder, screen: Screen) -> Result<ExitStatus, DemoError> {
    let _lock = match lock(app, screen)? {
        Ok(lock) => lock,
        Err(status) => return Ok(status),
    };
    let Some(target) = app.targets().first().copied().cloned() else { return Ok(ExitStatus::Configuration) };
    let listener: Arc<dyn Listener> = if screen.json {
        Arc::new(Ndjson::new(Output))
    } else {
        Arc::new(Console::new(Arc::clone(&app.messages), screen.quiet))
    };
    let mut job = app.job(&target, vec![listener])?;
    let ask = Ask { consent: Consent::Demo, ..Ask::new(Trigger::Manual) };
    let stop = CancellationToken::new();
    let watcher = tokio::spawn(stop_on_interrupt(stop.clone()));
    let report = publish(&mut job, &ask, stop).await;
    watcher.abort();
    let report = report?;
    tell(&mut job.ledger, &job.database, app.now())?;
    super::publish::show(app, &report, screen);
    let status = report.exit_status();
    screen.say(&format!("\n{}", show::transfer_log(app, folder)));
    // What the demo refuses is there on purpose: a delivered publication is its success.
    Ok(if matches!(report.outcome, Outcome::Done | Outcome::Partial) { ExitStatus::Done } else { status })
}
