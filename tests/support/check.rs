//! Copies of the demo agency to break, and what the verification tool finds in them.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use publier::desk::check::{Finding, Ground, check};
use publier::i18n::{Lang, Messages};
use publier::settings::{Places, Settings};
use publier::source::create::create;
use rusqlite::Connection;

pub const SERVICE: &str = "pi_sys_publier_xml";

/// The demo agency in a folder of its own, with a configuration of one target.
pub struct Copy {
    folder: tempfile::TempDir,
    config: String,
}

/// The demo agency's database, made once.
static DEMO: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    create(&folder.path().join("agency.db"), include_str!("../../fixtures/demo/agency.sql")).unwrap();
    folder
});

/// The day on which everything is checked: the demo's own dates all lie before.
pub fn now() -> DateTime<Utc> {
    "2026-01-15T09:00:00Z".parse().unwrap()
}

pub fn demo_files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/files")
}

impl Copy {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(DEMO.path().join("agency.db"), folder.path().join("agency.db")).unwrap();
        publier::files::make_private_folder(&folder.path().join("data")).unwrap();
        publier::files::write_whole(&folder.path().join("password"), b"s3cr3t-of-the-server\n").unwrap();
        let config = format!(
            r#"
[agency]
database = "agency.db"
files = ["{}"]

[data]
dir = "data"

[[target]]
name = "extranet"
protocol = "ftps"
host = "127.0.0.1"
port = 1
user = "agence605"
password_file = "password"
deposit = "/depot"
"#,
            demo_files().display()
        );
        Self { folder, config }
    }

    /// A copy with these records changed, whatever the references say.
    pub fn broken(sql: &str) -> Self {
        let copy = Self::new();
        copy.execute(sql);
        copy
    }

    /// Another database instead of the demo's.
    pub fn of(database: &Path) -> Self {
        let copy = Self::new();
        std::fs::remove_file(copy.path("agency.db")).unwrap();
        let db = Connection::open(database).unwrap();
        db.execute("VACUUM INTO ?1", [copy.path("agency.db").to_str().unwrap()]).unwrap();
        copy
    }

    /// The same with another configuration.
    pub fn configured(mut self, from: &str, to: &str) -> Self {
        assert!(self.config.contains(from), "{from}");
        self.config = self.config.replace(from, to);
        self
    }

    pub fn execute(&self, sql: &str) {
        let db = Connection::open(self.path("agency.db")).unwrap();
        db.execute_batch("PRAGMA foreign_keys = OFF;").unwrap();
        db.execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the configuration and gives its path.
    pub fn config_file(&self) -> PathBuf {
        let path = self.path("agent.toml");
        std::fs::write(&path, &self.config).unwrap();
        path
    }

    pub fn settings(&self) -> Settings {
        Settings::load(Some(&self.config_file()), &Places::of_this_machine()).unwrap()
    }

    pub fn findings(&self) -> Vec<Finding> {
        self.findings_at(now())
    }

    pub fn findings_at(&self, now: DateTime<Utc>) -> Vec<Finding> {
        let settings = self.settings();
        let mut found = Vec::new();
        check(&Ground { settings: &settings, service: SERVICE, now }, &mut |finding| found.push(finding));
        found
    }
}

/// A finding in short: its code and its record.
pub fn told(finding: &Finding) -> String {
    let messages = Messages::new(Lang::Fr);
    format!("{} {}", finding.code, finding.record.words(&messages))
}

/// What a copy has that the other hasn't, each as often as it stands there too much.
pub fn more(of: &[String], than: &[String]) -> Vec<String> {
    let mut rest = than.to_vec();
    let mut more = Vec::new();
    for one in of {
        match rest.iter().position(|other| other == one) {
            Some(at) => drop(rest.remove(at)),
            None => more.push(one.clone()),
        }
    }
    more.sort();
    more
}
