//! The demo's folder: made whole, recognised by its marker, and never anything else deleted.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::DemoError;
use super::files::{AGENCY, FILES};
use crate::files::{create_private, make_private_folder, write_whole};
use crate::source::create::create;

/// What tells the demo's folder from any other.
const MARKER: &str = ".publier-demo";
/// What the marker says while the demo is being made, and once it is whole.
const BEGUN: &str = "This folder belongs to the demo of publier, which is being made.\n";
const WHOLE: &str = "This folder belongs to the demo of publier; --reset deletes it.\n";
/// The demo servers' account.
pub(super) const USER: &str = "agence605";

/// The demo's folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
}

/// The ports of the demo's servers, as `agent.toml` has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ports {
    /// FTPS.
    pub(super) ftps: u16,
    /// SFTP.
    pub(super) sftp: u16,
}

impl Folder {
    /// Takes a folder; with `reset` an existing demo is deleted first.
    pub(super) fn open(root: &Path, reset: bool) -> Result<Self, DemoError> {
        let folder = Self { root: std::path::absolute(root)? };
        // What an interrupted first start left is nobody's but ours, and of no use.
        if folder.marker_says(BEGUN) || (reset && folder.is_demo()) {
            fs::remove_dir_all(&folder.root)?;
        }
        let foreign =
            !folder.is_demo() && folder.root.exists() && fs::read_dir(&folder.root)?.next().is_some();
        if foreign { Err(DemoError::NotADemo(folder.root)) } else { Ok(folder) }
    }

    /// Tells whether the folder is a demo's, wholly made.
    pub(super) fn is_demo(&self) -> bool {
        self.marker_says(WHOLE)
    }

    fn marker_says(&self, text: &str) -> bool {
        fs::read_to_string(self.root.join(MARKER)).is_ok_and(|marker| marker == text)
    }

    /// Makes the database, the files, the secret and the servers' folder. The marker comes first and is changed last,
    /// so that an interrupted demo is recognised and made again.
    pub(super) fn make(&self, password: &str) -> Result<(), DemoError> {
        make_private_folder(&self.root)?;
        write_whole(&self.root.join(MARKER), BEGUN.as_bytes())?;
        for folder in ["secrets", "server/depot"] {
            make_private_folder(&self.root.join(folder))?;
        }
        for (path, content) in FILES {
            let path = self.files().join(path);
            if let Some(folder) = path.parent() {
                make_private_folder(folder)?;
            }
            create_private(&path)?.write_all(content)?;
        }
        write_whole(&self.root.join("secrets/extranet.password"), format!("{password}\n").as_bytes())?;
        create(&self.database(), AGENCY)?;
        Ok(write_whole(&self.root.join(MARKER), WHOLE.as_bytes())?)
    }

    /// Writes the configuration for these ports.
    pub(super) fn configure(&self, ports: Ports, host_key: &str) -> Result<(), DemoError> {
        let text = format!(
            r#"# The demo's configuration. The reference of every key is agent.toml.example.
lang = "fr"

[agency]
database = "agency.db"
files = ["files"]

[data]
dir = "."

[[target]]
name = "extranet"
protocol = "ftps"
host = "127.0.0.1"
port = {ftps}
user = "{USER}"
password_file = "secrets/extranet.password"
ca_file = "secrets/identity/ca.pem"
deposit = "/depot"

# The same server over SFTP: put these lines in place of those above.
# protocol = "sftp"
# port = {sftp}
# host_key = "{host_key}"

[service]
boot_delay = "10s"
"#,
            ftps = ports.ftps,
            sftp = ports.sftp,
        );
        Ok(write_whole(&self.config(), text.as_bytes())?)
    }

    /// Reads the ports of an earlier start; none when the configuration was changed beyond recognition.
    pub(super) fn ports(&self) -> Option<Ports> {
        let text = fs::read_to_string(self.config()).ok()?;
        let mut ports = text.lines().filter_map(|line| {
            let (key, value) = line.trim_start_matches("# ").split_once('=')?;
            (key.trim() == "port").then(|| value.trim().parse::<u16>().ok()).flatten()
        });
        Some(Ports { ftps: ports.next()?, sftp: ports.next()? })
    }

    /// Reads the servers' password.
    pub(super) fn password(&self) -> Result<String, DemoError> {
        Ok(fs::read_to_string(self.root.join("secrets/extranet.password"))?.trim_end().to_owned())
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn database(&self) -> PathBuf {
        self.root.join("agency.db")
    }

    pub(super) fn config(&self) -> PathBuf {
        self.root.join("agent.toml")
    }

    pub(super) fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    pub(super) fn server(&self) -> PathBuf {
        self.root.join("server")
    }

    /// Gives the file whose lock means that the demo's servers are up.
    pub(super) fn servers_lock(&self) -> PathBuf {
        self.root.join("servers.lock")
    }

    pub(super) fn identity(&self) -> PathBuf {
        self.root.join("secrets/identity")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_no_demo_is_neither_used_nor_deleted() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("mine");
        make_private_folder(&root).unwrap();
        write_whole(&root.join("precious"), b"x").unwrap();
        for reset in [false, true] {
            assert!(matches!(Folder::open(&root, reset), Err(DemoError::NotADemo(_))));
        }
        assert!(root.join("precious").is_file());
    }

    #[test]
    fn a_demo_that_was_interrupted_while_it_was_made_is_made_again() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("demo");
        Folder::open(&root, false).unwrap().make("secret").unwrap();
        write_whole(&root.join(MARKER), BEGUN.as_bytes()).unwrap();
        let again = Folder::open(&root, false).unwrap();
        assert!(!again.is_demo());
        again.make("other").unwrap();
        assert_eq!(again.password().unwrap(), "other");
    }

    #[test]
    fn a_marker_that_says_something_else_protects_its_folder() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("mine");
        make_private_folder(&root).unwrap();
        write_whole(&root.join(MARKER), b"").unwrap();
        assert!(matches!(Folder::open(&root, true), Err(DemoError::NotADemo(_))));
        assert!(root.join(MARKER).is_file());
    }

    #[test]
    fn a_demo_is_made_found_again_and_reset() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("demo");
        let folder = Folder::open(&root, false).unwrap();
        folder.make("secret").unwrap();
        let ports = Ports { ftps: 2121, sftp: 2222 };
        folder.configure(ports, "SHA256:x").unwrap();
        assert_eq!(folder.ports(), Some(ports));
        assert_eq!(folder.password().unwrap(), "secret");
        assert!(Folder::open(&root, false).unwrap().is_demo());
        assert!(!Folder::open(&root, true).unwrap().is_demo());
    }
}
