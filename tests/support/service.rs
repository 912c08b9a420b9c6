//! The real binary against the demo agency: its folder, its commands, its service, and the clock it is shown.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use publier::embedded::ftps::Ftps;
use publier::ledger::Ledger;
use publier::ledger::runs::Run;
use publier::ledger::slots::ClaimedSlot;
use publier_core::channels::Channel;
use serde_json::Value;

use crate::support::embedded::{PASSWORD, Place, USER};

/// The longest that a command, or something waited for, may take.
const LIMIT: Duration = Duration::from_secs(120);

/// An agency with its agent's folder, beside the server that it publishes to.
pub struct Agency {
    pub place: Place,
    _server: Ftps,
    port: u16,
}

/// What a command said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Gives the lines of `--json`.
    pub fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Agency {
    /// The demo agency, which publishes at these times (weekday from Monday = 1, local time).
    pub async fn new(slots: &[(u8, &str)]) -> Self {
        let place = Place::new();
        fs::create_dir(place.served().join("depot")).unwrap();
        let server = place.ftps(None).await;
        let port = server.port();
        let agency = Self { place, _server: server, port };
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo");
        let records = fs::read_to_string(fixtures.join("agency.sql")).unwrap();
        publier::source::create::create(&agency.database(), &records).unwrap();
        agency.sql("DELETE FROM schedule_slot");
        for (weekday, time) in slots {
            agency.sql(&format!(
                "INSERT INTO schedule_slot VALUES ('pi_sys_publier_xml', {weekday}, '{time}')"
            ));
        }
        agency.set_password(PASSWORD);
        agency.configure(port);
        agency
    }

    pub fn database(&self) -> PathBuf {
        self.place.path("agency.db")
    }

    pub fn sql(&self, statement: &str) {
        rusqlite::Connection::open(self.database()).unwrap().execute_batch(statement).unwrap();
    }

    /// Writes the password that the agent logs in with.
    pub fn set_password(&self, password: &str) {
        publier::files::write_whole(&self.place.path("password"), password.as_bytes()).unwrap();
    }

    /// Counts the report's messages in the agency's database.
    pub fn messages(&self) -> i64 {
        let db = rusqlite::Connection::open(self.database()).unwrap();
        db.query_row("SELECT count(*) FROM message", [], |row| row.get(0)).unwrap()
    }

    pub fn agent_toml(&self) -> PathBuf {
        self.place.path("agent.toml")
    }

    /// Writes the configuration for a server on this port.
    pub fn configure(&self, port: u16) {
        let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/files");
        let mut text = String::new();
        write!(
            text,
            r#"[agency]
database = "agency.db"
files = ["{files}"]

[[target]]
name = "extranet"
host = "localhost"
port = {port}
user = "{USER}"
password_file = "password"
ca_file = "{authority}"
deposit = "/depot"

[service]
heartbeat = "1s"
boot_delay = "0s"
"#,
            files = files.display(),
            authority = self.place.identity().authority_file().display(),
        )
        .unwrap();
        fs::write(self.agent_toml(), text).unwrap();
    }

    /// The configuration for the embedded server.
    pub fn configure_back(&self) {
        self.configure(self.port);
    }

    /// A command of ours at a moment (UTC, `2027-03-28 00:59:50`), from which its clock goes on.
    fn command(&self, at: &str, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_publier"));
        command.args(line.split(' ')).arg("--config").arg(self.agent_toml());
        command.env("TZ", "UTC").env("LD_PRELOAD", faketime_library());
        // Waits must stay real, and so must the times of files.
        command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("NO_FAKE_STAT", "1");
        command.env("FAKETIME", format!("@{at}"));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, at: &str, line: &str) -> Said {
        let mut process = Process::start(&mut self.command(at, line));
        let code = process.wait(LIMIT).code().unwrap_or(-1);
        Said { code, out: process.out(), err: process.err() }
    }

    /// Starts the service.
    pub fn start(&self, at: &str) -> Process {
        Process::start(&mut self.command(at, "run"))
    }

    /// Publishes the first publication of the series: held, then accepted.
    pub fn publish_first(&self, at: &str) {
        let held = self.run(at, "publish --json");
        assert_eq!(held.code, 4, "{}{}", held.out, held.err);
        let digest = held.lines().last().unwrap()["report"]["hold_digest"].as_str().unwrap().to_owned();
        let sent = self.run(at, &format!("publish --json --confirm {digest}"));
        assert_eq!(sent.code, 3, "the demo has refused records: {}{}", sent.out, sent.err);
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::open_to_read(&self.place.path("data/state.db")).unwrap().unwrap()
    }

    /// Gives the runs, oldest first.
    pub fn runs(&self) -> Vec<Run> {
        let mut runs = self.ledger().runs(100).unwrap();
        runs.reverse();
        runs
    }

    pub fn last_claim(&self) -> Option<ClaimedSlot> {
        self.ledger().last_claim(Channel::Extranet).unwrap()
    }

    /// Waits until so many runs have ended and the slot's end is recorded; gives the last one.
    pub fn wait_for_runs(&self, count: usize) -> Run {
        wait_until(&format!("{count} runs"), || {
            let runs = self.runs();
            let ended = runs.iter().filter(|run| run.ended_at.is_some()).count() >= count;
            (ended && self.last_claim().is_some_and(|claim| claim.finished)).then(|| runs.last().cloned())?
        })
    }

    /// Gives the publications that stand on the server, by name.
    pub fn delivered(&self) -> Vec<String> {
        let mut names = crate::support::tools::names_in(&self.place.served().join("depot"));
        names.retain(|name| name.ends_with(".zip"));
        names
    }

    /// Gives what the service's log files hold.
    pub fn log(&self) -> String {
        let folder = self.place.path("data/logs");
        let names = if folder.exists() { crate::support::tools::names_in(&folder) } else { Vec::new() };
        names.iter().map(|name| fs::read_to_string(folder.join(name)).unwrap()).collect()
    }
}

/// libfaketime for programs of several threads, wherever the system keeps it.
fn faketime_library() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path());
    let found = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|path| path.exists());
    found.expect("libfaketime is missing; install the package faketime for the tests")
}

/// Waits for something, in bounded time.
pub fn wait_until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < LIMIT, "{what}: not in {LIMIT:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub fn utc(text: &str) -> DateTime<Utc> {
    format!("{}Z", text.replace(' ', "T")).parse().unwrap()
}

/// A process of ours, killed when the test leaves it.
pub struct Process {
    child: Child,
    folder: tempfile::TempDir,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| File::create(folder.path().join(name)).unwrap();
        let child = command.stdout(file("out")).stderr(file("err")).spawn().unwrap();
        Self { child, folder }
    }

    pub fn out(&self) -> String {
        fs::read_to_string(self.folder.path().join("out")).unwrap()
    }

    pub fn err(&self) -> String {
        fs::read_to_string(self.folder.path().join("err")).unwrap()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < limit, "still there after {limit:?}: {}", self.err());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops the service in order; gives how long it took.
    pub fn stop(mut self) -> Duration {
        let start = Instant::now();
        self.signal("TERM");
        let status = self.wait(Duration::from_secs(12));
        assert_eq!(status.code(), Some(0), "{}", self.err());
        start.elapsed()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
