//! One server that receives publications, checked and typed.

use std::path::PathBuf;
use std::time::Duration;

use publier_core::channels::Channel;

use crate::remote_path::RemotePath;
use crate::settings::secret::Secret;

/// How files travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// FTP in clear: only where the configuration says so.
    Ftp,
    /// FTP with AUTH TLS, data protected, no fallback.
    FtpsExplicit,
    /// FTP inside TLS from the first byte.
    FtpsImplicit,
    /// SSH file transfer.
    Sftp,
    /// A local folder, for trials: nothing travels.
    Folder,
}

impl Protocol {
    /// Tells whether what is sent is encrypted.
    pub fn is_encrypted(self) -> bool {
        self != Self::Ftp
    }

    /// Gives the port used when none is set.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Ftp | Self::FtpsExplicit => 21,
            Self::FtpsImplicit => 990,
            Self::Sftp => 22,
            // None is asked for, none is used.
            Self::Folder => 1,
        }
    }
}

/// How the server proves who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Plain FTP: nothing proves anything.
    None,
    /// TLS: the authorities that the operating system trusts.
    SystemAuthorities,
    /// TLS: the authorities of this PEM file.
    Authorities(PathBuf),
    /// TLS: the SHA-256 fingerprint of the server's own certificate (self-signed ones included).
    CertificateFingerprint([u8; 32]),
    /// SSH: the SHA-256 fingerprint of the host key (`SHA256:base64`, without padding).
    HostKeyFingerprint(String),
    /// SSH: an OpenSSH `known_hosts` file.
    KnownHosts(PathBuf),
}

/// How we prove who we are.
#[derive(Debug, Clone, PartialEq)]
pub enum Login {
    /// A password.
    Password(Secret),
    /// An SSH private key in OpenSSH or PEM form, with its passphrase where it is encrypted.
    Key {
        /// The file of the key.
        file: PathBuf,
        /// Its passphrase.
        passphrase: Option<Secret>,
    },
    /// The keys of an SSH agent that listens on this socket.
    Agent {
        /// The socket.
        socket: PathBuf,
    },
    /// Nobody asks: the target is this local folder.
    Folder(PathBuf),
}

/// Every wait on the network has a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// From the TCP connect to the end of the greeting.
    pub connect: Duration,
    /// One command and its reply.
    pub reply: Duration,
    /// The longest silence while data flows.
    pub stall: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            reply: Duration::from_secs(30),
            stall: Duration::from_mins(1),
        }
    }
}

/// How many connections at a time a server gets unless it is set: the most that can be set. A connection is opened only
/// while files wait, and a server that grants fewer (8 to 50 an address are common) is given fewer without a failure.
pub const DEFAULT_CONNECTIONS: u16 = 16;

/// One server that receives publications.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its name in the configuration, the ledger and the logs.
    pub name: String,
    /// What is published there.
    pub channel: Channel,
    /// How files travel.
    pub protocol: Protocol,
    /// Its host name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The account on the server.
    pub user: String,
    /// How we prove who we are.
    pub login: Login,
    /// How the server proves who it is.
    pub trust: Trust,
    /// The folder that receives the zip and `documents/`.
    pub deposit: RemotePath,
    /// Whether temporary passwords go there: at most one target (PUBLICATION.md 1, D5).
    pub receives_credentials: bool,
    /// The bounds on waits.
    pub deadlines: Deadlines,
    /// How many connections at a time at most: 1 to 16.
    pub connections: u16,
}
