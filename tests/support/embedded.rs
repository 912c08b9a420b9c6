//! The embedded servers over a temporary folder, and ordinary clients that talk to them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use publier::embedded::ftps::{Cut, Ftps, FtpsConfig};
use publier::embedded::identity::Identity;
use publier::embedded::sftp::{Sftp, SftpConfig};
use publier::settings::secret::Secret;

use crate::support::tools::{run, stdout_of};

pub const USER: &str = "agence";
pub const PASSWORD: &str = "p@ss word:é";

/// A folder to serve, one for files of the client, and the servers' identity.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(place.served()).unwrap();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn served(&self) -> PathBuf {
        self.path("served")
    }

    pub fn on_server(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.served().join(name)).unwrap()
    }

    /// Makes a file of the client: bytes that repeat nowhere near.
    pub fn file(&self, name: &str, size: usize) -> (PathBuf, Vec<u8>) {
        let bytes: Vec<u8> = (0_u32..).flat_map(u32::to_le_bytes).take(size).collect();
        let path = self.path(name);
        std::fs::write(&path, &bytes).unwrap();
        (path, bytes)
    }

    pub fn identity(&self) -> Identity {
        Identity::open(&self.path("identity")).unwrap()
    }

    pub async fn ftps(&self, cut: Option<u64>) -> Ftps {
        let config = FtpsConfig {
            root: self.served(),
            port: 0,
            user: USER.to_owned(),
            password: Secret::new(PASSWORD.to_owned()),
            identity: self.identity(),
            cut: cut.map(|after_bytes| Cut { after_bytes }),
        };
        Ftps::start(config).await.unwrap()
    }

    pub async fn sftp(&self) -> Sftp {
        let key = self.client_key("client_key");
        let config = SftpConfig {
            root: self.served(),
            port: 0,
            user: USER.to_owned(),
            password: Secret::new(PASSWORD.to_owned()),
            authorized_key: Some(std::fs::read_to_string(key.with_extension("pub")).unwrap()),
            identity: self.identity(),
        };
        Sftp::start(config).await.unwrap()
    }

    /// Makes a key pair of a client where there is none yet.
    pub fn client_key(&self, name: &str) -> PathBuf {
        let key = self.path(name);
        if !key.exists() {
            let mut command = Command::new("ssh-keygen");
            stdout_of(command.args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"]).arg(&key));
        }
        key
    }

    /// curl over FTPS: control and data encrypted or nothing, our authority alone.
    pub fn curl_ftps(&self, server: &Ftps, path: &str) -> Command {
        let mut curl = curl();
        curl.args(["--ssl-reqd", "--cacert"]).arg(self.identity().authority_file());
        curl.arg(format!("ftp://localhost:{}/{path}", server.port()));
        curl
    }

    /// curl over SFTP with the password, the host key checked.
    pub fn curl_sftp(&self, server: &Sftp, path: &str) -> Command {
        let mut curl = curl();
        curl.args(["--hostpubsha256", server.fingerprint().trim_start_matches("SHA256:")]);
        curl.arg(format!("sftp://localhost:{}/{path}", server.port()));
        curl
    }

    /// Options of OpenSSH's clients: this key alone, this host key alone, nothing of the user's own.
    pub fn openssh(&self, program: &str, server: &Sftp, key: &Path) -> Command {
        let known = self.path("known_hosts");
        let port = server.port().to_string();
        let host = stdout_of(Command::new("ssh-keyscan").args(["-p", &port, "127.0.0.1"]));
        std::fs::write(&known, host).unwrap();
        let mut command = Command::new(program);
        command.args(["-F", "/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]);
        command.args(["-o", "StrictHostKeyChecking=yes", "-o", "IdentityAgent=none"]);
        command.arg("-o").arg(format!("UserKnownHostsFile={}", known.display()));
        command.arg("-o").arg(format!("IdentityFile={}", key.display()));
        command.arg("-o").arg(format!("Port={port}"));
        command
    }

    /// Runs a batch by OpenSSH's sftp; it stops at the first command that fails.
    pub fn sftp_batch(&self, server: &Sftp, batch: &str) -> Output {
        let file = self.path("batch");
        std::fs::write(&file, batch).unwrap();
        let mut command = self.openssh("sftp", server, &self.client_key("client_key"));
        command.current_dir(self.folder.path());
        run(command.arg("-b").arg(&file).arg(format!("{USER}@127.0.0.1")))
    }
}

fn curl() -> Command {
    let mut curl = Command::new("curl");
    curl.args(["--disable", "--silent", "--show-error", "--max-time", "30"]);
    curl.args(["--user", &format!("{USER}:{PASSWORD}")]);
    curl
}
