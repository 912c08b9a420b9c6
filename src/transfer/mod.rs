//! All network to the server: FTP, FTPS, SFTP, a server in memory, and the courier that delivers files.
//!
//! Promises: every wait is bounded by the target's deadlines; a session tries each operation once; no login
//! is sent before the server's identity is checked; a file counts as delivered only when a session in sync
//! confirmed its size at its final name (promises 1, 2, 6 and 11).
//!
//! | module | what it does |
//! |---|---|
//! | `ftp`, `tls` | FTP and FTPS, explicit and implicit |
//! | `sftp` | SFTP version 3 over SSH |
//! | `folder` | the same ports over a local folder |
//! | [`memory`] | the same ports over a server in memory, with faults on demand |
//! | [`reason`] | protocol codes to the catalogue of reasons |
//! | [`courier`] | the protocol of one file: part, resume, confirmation, rename, retries; `courier::pool`: several at once |

pub mod courier;
mod folder;
mod ftp;
pub mod memory;
mod net;
pub mod reason;
mod sftp;
mod tls;

use std::path::Path;
use std::sync::Arc;

use publier_core::domain::digest::Digest;
use publier_core::publication::reason::TransferReason;

use crate::ports::{Connector, TransferError};
use crate::settings::target::{Login, Protocol, Target, Trust};

/// Gives the file of authorities of a target, where none in it can be read: a setting that isn't valid, whatever the server.
pub fn unusable_authorities(target: &Target) -> Option<&Path> {
    match &target.trust {
        Trust::Authorities(file) if !tls::is_of_authorities(file) => Some(file),
        _ => None,
    }
}

/// Gives the digest of the public keys that an SSH agent would offer to a target, in their order; `None` where no agent is
/// asked, or where it can't be. Nothing is sent to the server.
pub async fn keys_of_agent(target: &Target) -> Option<Digest> {
    let Login::Agent { socket } = &target.login else { return None };
    let asked = net::within(target.deadlines.reply, "ask the SSH agent", sftp::keys_of_agent(socket)).await;
    asked.ok()?.ok()
}

/// Makes the connector of a target. Nothing is sent yet.
///
/// # Errors
/// When the target can't work as it is set: a login or a trust that its protocol doesn't know, a file of
/// authorities that can't be read.
pub fn connector(target: &Target) -> Result<Arc<dyn Connector>, TransferError> {
    Ok(match target.protocol {
        Protocol::Ftp | Protocol::FtpsExplicit | Protocol::FtpsImplicit => {
            Arc::new(ftp::FtpConnector::new(target)?)
        }
        Protocol::Sftp => Arc::new(sftp::SftpConnector::new(target)?),
        Protocol::Folder => {
            let Login::Folder(root) = &target.login else {
                let words = "a local folder asks for no login: set `folder`";
                return Err(TransferError::new(TransferReason::AuthenticationRefused, words));
            };
            Arc::new(folder::FolderConnector::new(root, target.deadlines.stall))
        }
    })
}
