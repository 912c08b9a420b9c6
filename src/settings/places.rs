//! Where this machine keeps things for us: the one place of the settings that reads the environment.
#![expect(
    clippy::disallowed_methods,
    reason = "the environment edge: two variables set by the system, no settings"
)]

use std::path::PathBuf;

/// The places that the system gives us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The configuration used when there is none in the current folder.
    pub system_file: PathBuf,
    /// Where systemd puts the service's credentials (`LoadCredential=`), when it started us.
    pub credentials: Option<PathBuf>,
}

impl Places {
    /// Asks the system.
    pub fn of_this_machine() -> Self {
        Self {
            system_file: system_folder().join("agent.toml"),
            credentials: std::env::var("CREDENTIALS_DIRECTORY").ok().map(PathBuf::from),
        }
    }
}

#[cfg(not(windows))]
fn system_folder() -> PathBuf {
    PathBuf::from("/etc/publier")
}

#[cfg(windows)]
fn system_folder() -> PathBuf {
    let data = std::env::var("ProgramData").unwrap_or_else(|_| r"C:\ProgramData".to_owned());
    PathBuf::from(data).join("publier")
}
