//! How a command ended, as its process tells it: one number a condition, never renumbered once released.
//!
//! docs/contracts.md lists the numbers with their conditions; a test compares the list with [`ExitStatus`].

use serde::{Deserialize, Serialize};

use super::reason::TransferReason;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExitStatus {
    /// All that was asked is done.
    Done,
    /// Something else failed: a local disk, a defect.
    Other,
    /// The command line was not understood (clap's own number).
    Usage,
    /// Done, but a record was refused or a file failed.
    Partial,
    /// Nothing left: the publication waits for a person's consent.
    Held,
    /// A setting is missing or wrong, or the licence does not cover the channel (A1).
    Configuration,
    /// The back office's database or our own ledger can't be used: missing, foreign schema, busy.
    Database,
    /// The server can't be reached, refuses the login, is not the known one, or refuses the whole publication.
    Connection,
    /// Another run holds the lock.
    AlreadyRunning,
    /// A person or the system stopped the run.
    Interrupted,
}

impl ExitStatus {
    /// Every status, by rising number.
    pub const ALL: &'static [Self] = &[
        Self::Done,
        Self::Other,
        Self::Usage,
        Self::Partial,
        Self::Held,
        Self::Configuration,
        Self::Database,
        Self::Connection,
        Self::AlreadyRunning,
        Self::Interrupted,
    ];

    /// Gives the number that the process returns.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Other => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::Held => 4,
            Self::Configuration => 5,
            Self::Database => 6,
            Self::Connection => 7,
            Self::AlreadyRunning => 8,
            Self::Interrupted => 130,
        }
    }

    /// Gives the name that JSON carries and that the locale keys end with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Other => "other",
            Self::Usage => "usage",
            Self::Partial => "partial",
            Self::Held => "held",
            Self::Configuration => "configuration",
            Self::Database => "database",
            Self::Connection => "connection",
            Self::AlreadyRunning => "already-running",
            Self::Interrupted => "interrupted",
        }
    }
}

/// The status of a run that a transfer's failure stopped as a whole.
impl From<TransferReason> for ExitStatus {
    fn from(reason: TransferReason) -> Self {
        use TransferReason as R;
        match reason {
            R::Interrupted => Self::Interrupted,
            R::LocalFileMissing | R::LocalFileUnreadable | R::LocalFileChanged | R::LocalDiskFull => {
                Self::Other
            }
            R::KeyUnusable => Self::Configuration,
            R::ConnectionRefused
            | R::HostNotFound
            | R::NoRoute
            | R::TimedOut
            | R::ConnectionLost
            | R::AuthenticationRefused
            | R::LoginPaused
            | R::HostKeyChanged
            | R::HostKeyUnknown
            | R::CertificateRefused
            | R::CertificateChanged
            | R::TlsFailed
            | R::PermissionDenied
            | R::FolderMissing
            | R::FileExists
            | R::DiskFull
            | R::WriteFailed
            | R::FileLocked
            | R::NameRefused
            | R::RenameFailed
            | R::SizeMismatch
            | R::DataChannelRefused
            | R::ServerError => Self::Connection,
        }
    }
}

impl std::fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_a_number_of_its_own_in_rising_order() {
        let numbers: Vec<_> = ExitStatus::ALL.iter().map(|status| status.code()).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 130]);
    }

    #[test]
    fn json_and_the_locale_keys_carry_the_name_of_the_status() {
        for status in ExitStatus::ALL {
            assert_eq!(status.to_string(), status.name());
            assert_eq!(serde_json::to_string(status).unwrap(), format!("\"{}\"", status.name()));
        }
    }

    #[test]
    fn a_refused_login_is_a_matter_of_connection_and_a_full_local_disk_is_not() {
        assert_eq!(ExitStatus::from(TransferReason::AuthenticationRefused), ExitStatus::Connection);
        assert_eq!(ExitStatus::from(TransferReason::LocalDiskFull), ExitStatus::Other);
        assert_eq!(ExitStatus::from(TransferReason::Interrupted), ExitStatus::Interrupted);
    }
}
