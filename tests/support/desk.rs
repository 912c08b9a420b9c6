//! An agency in a folder of its own, and the real binary over it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use publier::report::ndjson::COMMAND_TYPES;
use publier::source::create::create;
use rusqlite::Connection;
use serde_json::Value;

/// The demo agency, as the fixtures have it.
pub const DEMO: &str = include_str!("../../fixtures/demo/agency.sql");

pub struct Desk {
    folder: tempfile::TempDir,
}

/// Every file below a folder.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// The JSON lines, each with its version.
    pub fn lines(&self) -> Vec<Value> {
        let line = |line: &str| {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert_eq!(value["v"], 1, "{line}");
            let kind = value["type"].as_str().unwrap();
            assert!(COMMAND_TYPES.contains(&kind) || matches!(kind, "summary" | "error"), "{line}");
            value
        };
        self.out.lines().map(line).collect()
    }

    /// The rows of one type.
    pub fn of(&self, kind: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["type"] == kind).collect()
    }

    /// (id, outcome, reason or "") of each row.
    pub fn outcomes(&self) -> Vec<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.of("row")
            .iter()
            .map(|row| (text(&row["id"]), text(&row["outcome"]), text(&row["reason"])))
            .collect()
    }

    /// The codes of the notices of a row.
    pub fn notices(&self, id: &str) -> Vec<String> {
        let row =
            self.of("row").into_iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no row {id}"));
        let codes = row["notices"].as_array().unwrap().iter();
        codes.map(|notice| notice["code"].as_str().unwrap().to_owned()).collect()
    }

    pub fn summary(&self) -> Value {
        let lines = self.lines();
        let last = lines.last().unwrap_or_else(|| panic!("nothing said: {self:?}")).clone();
        assert_eq!(last["type"], "summary", "{self:?}");
        assert_eq!(last["exit_code"], self.code, "{self:?}");
        last
    }
}

impl Desk {
    /// The demo agency.
    pub fn demo() -> Self {
        Self::with(DEMO)
    }

    pub fn with(records: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        create(&desk.database(), records).unwrap();
        std::fs::create_dir(desk.folder.path().join("files")).unwrap();
        std::fs::write(desk.folder.path().join("secret"), "x\n").unwrap();
        let config = r#"
[agency]
database = "agency.db"
files = ["files"]

[data]
dir = "data"

[[target]]
name = "extranet"
protocol = "ftps"
host = "127.0.0.1"
user = "agence"
password_file = "secret"
deposit = "/depot"
"#;
        std::fs::write(desk.folder.path().join("agent.toml"), config).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let private = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(desk.folder.path().join("secret"), private).unwrap();
        }
        desk
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("agency.db")
    }

    pub fn ledger(&self) -> PathBuf {
        self.folder.path().join("data").join("state.db")
    }

    pub fn db(&self) -> Connection {
        Connection::open(self.database()).unwrap()
    }

    pub fn sql(&self, sql: &str) {
        self.db().execute_batch(sql).unwrap();
    }

    /// Runs the real binary; its input is no terminal.
    pub fn run(&self, arguments: &[&str]) -> Said {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_publier"))
            .arg("--config")
            .arg(self.folder.path().join("agent.toml"))
            .args(arguments)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    pub fn json(&self, arguments: &[&str]) -> Said {
        self.run(&[&["--json"], arguments].concat())
    }

    /// Every row of every table, passwords and the file's own counters apart: what two runs leave alike.
    pub fn dump(&self) -> String {
        let db = self.db();
        let names: Vec<String> = db
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let mut dump = String::new();
        for name in names {
            let mut statement = db
                .prepare(&format!("SELECT * FROM {name} ORDER BY rowid"))
                .or_else(|_| db.prepare(&format!("SELECT * FROM {name}")))
                .unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let cells: Vec<String> =
                    (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap())).collect();
                dump.push_str(&format!("{name}: {}\n", cells.join("|")));
            }
        }
        dump
    }

    pub fn one<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.db().query_row(sql, [], |row| row.get(0)).unwrap()
    }
}
