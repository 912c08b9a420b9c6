//! The embedded FTPS and SFTP servers of the demo and of quick tests; packages are built without them.
//!
//! Promises: they listen on 127.0.0.1 alone; nothing is served in clear; one user; no path leads out of the served
//! folder, by `..` or by a link (`cap-std` opens every path from the folder's handle); certificate and host key are
//! made once and kept ([`identity::Identity`]); [`stop`](ftps::Ftps::stop) ends every connection, and so does
//! dropping a server. Limits: 64 connections each, 512 open handles per SFTP session. They show what an ordinary
//! server does and not its faults: the real ones stay in the tests of the transfer.

pub mod ftps;
pub mod identity;
mod loopback;
pub mod sftp;

use std::io;
use std::path::PathBuf;

use crate::files::FileError;

/// A server that could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// The port is taken or forbidden.
    #[error("listen on 127.0.0.1:{port}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The folder to serve can't be opened.
    #[error("open the folder to serve {}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The FTP library refuses the configuration or the identity's files.
    #[error("prepare the FTPS server")]
    Ftps(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The certificate can't be made.
    #[error("make the server's certificate")]
    Certificate(#[source] rcgen::Error),
    /// The host key, or a client's key, can't be made or read.
    #[error("make or read the SSH key {what}")]
    Key {
        /// Which key.
        what: String,
        /// What is wrong with it.
        #[source]
        source: russh::keys::ssh_key::Error,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random,
    /// A file of the identity can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}
