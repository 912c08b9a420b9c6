//! What systemd hears (`Type=notify`): ready, status, watchdog, stopping.

use sd_notify::NotifyState;

use super::{Supervisor, Tell};

/// systemd, when it started us; otherwise nobody hears.
#[derive(Debug, Clone, Copy, Default)]
pub struct Systemd;

impl Supervisor for Systemd {
    fn tell(&self, what: Tell<'_>) {
        let line;
        let state = match what {
            Tell::Ready => NotifyState::Ready,
            Tell::Alive => NotifyState::Watchdog,
            Tell::Stopping => NotifyState::Stopping,
            Tell::Status(text) => {
                // A line end would start another assignment of the protocol.
                line = text.replace(char::is_control, " ");
                NotifyState::Status(&line)
            }
        };
        if let Err(error) = sd_notify::notify(&[state]) {
            tracing::debug!(%error, ?what, "systemd does not hear");
        }
    }
}
