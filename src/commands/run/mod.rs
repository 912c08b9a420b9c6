//! `publier run`: the service, in the foreground, until a signal stops it.
//!
//! Two services never work on one data folder: the second one says who is there and ends with 8. It ends with 0 when nothing was running or what ran was parked in time, with 130 when a run was cut: it goes on at
//! the next start all the same.

mod publisher;

use std::sync::Arc;
use std::time::Duration;

use publier_core::publication::exit::ExitStatus;
use tokio::sync::mpsc;

use super::output::Screen;
use super::{logging, publish};
use crate::app::{App, AppError};
use crate::flow::FlowError;
use crate::i18n::Lang;
use crate::service::{CronBeats, Daemon, Ended, Signal, Supervisor, Tell, Timing};
use publisher::Publisher;

/// What threads that hear no stop (a read of the database) have to end by themselves.
const LEFT_BEHIND: Duration = Duration::from_secs(1);

/// Runs the service. `lang` is that of the command line, which wins over the settings at each reload too.
pub(super) fn run(app: App, lang: Option<Lang>, screen: Screen) -> Result<ExitStatus, AppError> {
    close_new_files_to_others();
    let service_lock = app.settings.data.service_lock();
    let _only_one = match publish::take(&app, &service_lock, "commands-service-running", screen)? {
        Ok(lock) => lock,
        Err(status) => return Ok(status),
    };
    logging::for_service(&app.settings.log)?;
    let ledger = app.ledger()?;
    let (clock, messages) = (Arc::clone(&app.clock), Arc::clone(&app.messages));
    let (timing, lock) = (Timing::from(&app.settings), app.settings.data.lock());
    let service = move || {
        let work = Arc::new(Publisher::new(app, lang, ledger));
        let (supervisor, beats) = (Arc::new(Manager), Arc::new(CronBeats));
        Daemon { work, clock, supervisor, beats, timing, lock, messages }
    };
    let runtime = publish::runtime()?;
    let ended = runtime.block_on(async {
        let signals = signals().map_err(FlowError::from)?;
        Ok::<_, AppError>(service().run(signals).await)
    });
    runtime.shutdown_timeout(LEFT_BEHIND);
    Ok(match ended? {
        Ended::InOrder => ExitStatus::Done,
        Ended::Cut => ExitStatus::Interrupted,
    })
}

/// What libraries make for the service, the log's files above all, is for its own account alone.
fn close_new_files_to_others() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// The service manager: the log, and systemd where it started us.
#[derive(Debug)]
struct Manager;

impl Supervisor for Manager {
    fn tell(&self, what: Tell<'_>) {
        match what {
            Tell::Status(status) => tracing::info!(status, "service"),
            Tell::Alive => tracing::trace!("beat"),
            Tell::Ready | Tell::Stopping => tracing::info!(?what, "service"),
        }
        #[cfg(target_os = "linux")]
        crate::service::Systemd.tell(what);
    }
}

#[cfg(unix)]
fn signals() -> std::io::Result<mpsc::Receiver<Signal>> {
    crate::service::unix::signals()
}

#[cfg(not(unix))]
fn signals() -> std::io::Result<mpsc::Receiver<Signal>> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() && sender.send(Signal::Interrupt).await.is_ok() {}
    });
    Ok(receiver)
}
