//! Signals of Unix: TERM and INT stop, HUP reloads.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::Signal;

/// Signals kept while the service is busy: more of them say nothing new.
const KEPT: usize = 8;

/// Listens to TERM, INT and HUP from now on; the process no longer dies of them.
///
/// # Errors
/// When the system refuses a handler.
pub fn signals() -> io::Result<mpsc::Receiver<Signal>> {
    let (sender, receiver) = mpsc::channel(KEPT);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        loop {
            let heard = tokio::select! {
                Some(()) = terminate.recv() => Signal::Terminate,
                Some(()) = interrupt.recv() => Signal::Interrupt,
                Some(()) = hang_up.recv() => Signal::HangUp,
                else => break,
            };
            if sender.send(heard).await.is_err() {
                break;
            }
        }
    });
    Ok(receiver)
}
