//! What stops a publication.

use publier_core::publication::exit::ExitStatus;
use publier_core::publication::merge::BadStream;

use crate::files::FileError;
use crate::ledger::LedgerError;
use crate::package::spool::SpoolError;
use crate::package::zip::PackageError;
use crate::ports::TransferError;
use crate::source::SourceError;

/// What stops a publication. One record's trouble is a refusal, never this.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The extranet's licence isn't valid: nothing is sent (A1).
    #[error("the agency's licence does not cover the extranet")]
    NoLicence,
    /// The domain name is missing or is no DNS label (A2).
    #[error("the agency's domain name is missing or is not one DNS label: {0:?}")]
    BadDomain(String),
    /// The back office's database.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Our own ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The spool.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The zip.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A local file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The publication's XML can't be written.
    #[error("write the publication")]
    Write(#[from] std::io::Error),
    /// The server, or the way to it.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// The streams of documents can't be merged.
    #[error(transparent)]
    Stream(#[from] BadStream),
    /// What the agent itself kept can't be read again.
    #[error("read what was planned: {0}")]
    Plan(#[from] serde_json::Error),
    /// Rows came in another order than asked for.
    #[error("the agency's database gave its rows out of order: {0}")]
    OutOfOrder(String),
    /// A person or the system asked to stop.
    #[error("stopped")]
    Stopped,
    /// A defect: a worker ended without a word.
    #[error("a worker ended: {0}")]
    Worker(String),
}

impl FlowError {
    /// Gives the status that a command ends with.
    pub fn exit_status(&self) -> ExitStatus {
        match self {
            // Whose file it was doesn't matter: the disk is to be emptied, not the database to be mended.
            error if super::telling::is_disk_full(error) => ExitStatus::Other,
            Self::NoLicence | Self::BadDomain(_) => ExitStatus::Configuration,
            Self::Source(_) | Self::Ledger(_) | Self::Stream(_) | Self::OutOfOrder(_) => ExitStatus::Database,
            Self::Transfer(error) => error.reason.into(),
            Self::Stopped => ExitStatus::Interrupted,
            Self::Spool(_)
            | Self::Package(_)
            | Self::File(_)
            | Self::Write(_)
            | Self::Plan(_)
            | Self::Worker(_) => ExitStatus::Other,
        }
    }
}
