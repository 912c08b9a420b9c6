//! The demo agency in a folder of its own, published by the library or by the real program, and its server's folder
//! read as the extranet would read it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use publier::app::App;
use publier::digest::sha256;
use publier::embedded::ftps::{Ftps, FtpsConfig};
use publier::embedded::identity::Identity;
use publier::embedded::sftp::{Sftp, SftpConfig};
use publier::flow::publish::{Ask, Consent, Job, publish};
use publier::flow::telling::tell;
use publier::ledger::runs::Trigger;
use publier::ports::{Clock, Connector, RemotePath};
use publier::report::run_report::RunReport;
use publier::settings::secret::Secret;
use publier::settings::target::{Login, Protocol, Target, Trust};
use publier::source::create::create;
use publier::transfer::memory::MemoryServer;
use publier_core::publication::retry::RetryPolicy;
use rusqlite::Connection;
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::support::report::{Node, parse};
use crate::support::tools::{run, stdout_of};

/// The password of the embedded servers: it must show up nowhere.
pub const PASSWORD: &str = "canari-de-l'embarqué-71";
/// The temporary passwords of two parties of the demo.
pub const TEMPORARY_PASSWORDS: [&str; 3] = ["CNWBTGDSHW", "VTRHZKQNBD", "HTZVDGBKLC"];
/// A day on which nothing of the demo is still to come but event 121.
pub const DAY_ONE: &str = "2025-11-03T09:00:00Z";

/// A path inside the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The real program.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_publier"));
    command.stdin(Stdio::null()).env_remove("CREDENTIALS_DIRECTORY");
    command
}

/// How the real program ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub errors: String,
}

impl Ran {
    pub fn of(command: &mut Command) -> Self {
        let output = run(command);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), errors: text(&output.stderr) }
    }

    /// Every line of `--json`.
    pub fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }

    /// The last line of `--json`.
    pub fn last(&self) -> Value {
        self.lines().pop().expect("a line")
    }

    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.errors);
        self
    }
}

/// A clock that stands where it is put.
#[derive(Debug, Clone)]
pub struct Hand(Arc<Mutex<DateTime<Utc>>>);

impl Hand {
    pub fn at(moment: &str) -> Self {
        Self(Arc::new(Mutex::new(moment.parse().unwrap())))
    }

    pub fn turn(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// The demo agency in a folder.
pub struct Agency {
    folder: tempfile::TempDir,
}

impl Agency {
    /// The demo's database; files are those of the repository.
    pub fn new() -> Self {
        static DATABASE: OnceLock<Vec<u8>> = OnceLock::new();
        let database = DATABASE.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("agency.db");
            let records = std::fs::read_to_string(repository("fixtures/demo/agency.sql")).unwrap();
            create(&path, &records).unwrap();
            std::fs::read(path).unwrap()
        });
        let agency = Self { folder: tempfile::Builder::new().prefix("publier-agency-").tempdir().unwrap() };
        std::fs::write(agency.database(), database).unwrap();
        agency
    }

    /// An agency with the schema and no record at all.
    pub fn blank() -> Self {
        static DATABASE: OnceLock<Vec<u8>> = OnceLock::new();
        let database = DATABASE.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("agency.db");
            create(&path, "").unwrap();
            std::fs::read(path).unwrap()
        });
        let agency = Self { folder: tempfile::Builder::new().prefix("publier-agency-").tempdir().unwrap() };
        std::fs::write(agency.database(), database).unwrap();
        agency
    }

    /// An agency of the same names without the schema's guards, and no record at all.
    pub fn unguarded() -> Self {
        static DATABASE: OnceLock<Vec<u8>> = OnceLock::new();
        let database = DATABASE.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("agency.db");
            let schema = std::fs::read_to_string(repository("schemas/agency.sql")).unwrap();
            let db = Connection::open(&path).unwrap();
            db.pragma_update(None, "journal_mode", "WAL").unwrap();
            db.execute_batch(&crate::support::dirt::unguarded(&schema)).unwrap();
            drop(db);
            std::fs::read(path).unwrap()
        });
        let agency = Self { folder: tempfile::Builder::new().prefix("publier-agency-").tempdir().unwrap() };
        std::fs::write(agency.database(), database).unwrap();
        agency
    }

    /// The same agency with a third of its letters, in a third of the time.
    pub fn small() -> Self {
        Self::with_events("101, 102, 103, 104, 107, 148, 160, 161, 170, 201, 202")
    }

    /// The same agency with three letters: what a kill needs. Twenty files, one of them of 3 MB, for 21 documents.
    pub fn tiny() -> Self {
        Self::with_events("101, 103, 107, 160, 201")
    }

    /// The same agency with three letters, an attachment and no photo: what thousands of schedules of faults need.
    pub fn least() -> Self {
        static DATABASE: OnceLock<Vec<u8>> = OnceLock::new();
        let database = DATABASE.get_or_init(|| {
            let agency = Self::with_events("101, 103, 107");
            agency.sql(
                "DELETE FROM photo; DELETE FROM voucher; DELETE FROM ledger_entry; PRAGMA wal_checkpoint(TRUNCATE)",
            );
            std::fs::read(agency.database()).unwrap()
        });
        let agency = Self { folder: tempfile::Builder::new().prefix("publier-agency-").tempdir().unwrap() };
        std::fs::write(agency.database(), database).unwrap();
        agency
    }

    fn with_events(events: &str) -> Self {
        let agency = Self::new();
        agency.sql(&format!("UPDATE event SET published_on = NULL WHERE id NOT IN ({events})"));
        agency
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn database(&self) -> PathBuf {
        self.path("agency.db")
    }

    pub fn open(&self) -> Connection {
        let db = Connection::open(self.database()).unwrap();
        db.busy_timeout(Duration::from_secs(10)).unwrap();
        db
    }

    /// What the back office writes.
    pub fn sql(&self, sql: &str) {
        self.open().execute_batch(sql).unwrap();
    }

    pub fn play(&self, day: &str) {
        self.sql(&std::fs::read_to_string(repository(&format!("fixtures/demo/{day}.sql"))).unwrap());
    }

    /// The rows of a query, each column as text.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let db = self.open();
        let mut statement = db.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement
            .query_map([], |row| (0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at)).collect());
        let rows: Vec<Vec<rusqlite::types::Value>> = rows.unwrap().map(Result::unwrap).collect();
        rows.iter().map(|row| row.iter().map(|value| format!("{value:?}")).collect()).collect()
    }

    /// The bodies of the report messages, oldest first, with their user.
    pub fn messages(&self) -> Vec<(i64, String)> {
        let db = self.open();
        let mut statement =
            db.prepare("SELECT user_id, subject || char(10) || body FROM message ORDER BY rowid").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Writes the configuration for a target.
    pub fn configure(&self, target: &Target) {
        self.configure_all(&[Target { name: "extranet".into(), ..target.clone() }]);
    }

    /// Writes the configuration for several targets.
    pub fn configure_all(&self, targets: &[Target]) {
        let tables: Vec<_> = targets.iter().map(|target| target_table(self, target)).collect();
        self.configure_with(&tables.concat());
    }

    /// Writes the configuration with this `[[target]]` table.
    pub fn configure_with(&self, table: &str) {
        let files = repository("fixtures/demo/files");
        // What the agent archives goes to the first folder.
        std::fs::create_dir_all(self.path("files")).unwrap();
        let text = format!(
            "[agency]\ndatabase = \"agency.db\"\nfiles = [\"files\", \"{}\"]\n[data]\ndir = \"data\"\n{table}",
            files.display()
        );
        std::fs::write(self.path("agent.toml"), text).unwrap();
    }

    /// Changes some words of the configuration.
    pub fn reconfigure(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path("agent.toml")).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        std::fs::write(self.path("agent.toml"), text.replace(from, to)).unwrap();
    }

    /// The real program on this configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.current_dir(self.folder.path()).arg("--config").arg(self.path("agent.toml")).args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// `publish --json`, whatever its end.
    pub fn publish(&self, arguments: &[&str]) -> Ran {
        self.run(&[&["publish", "--json"], arguments].concat())
    }

    /// The first publication: held, then confirmed by its digest.
    pub fn publish_first(&self) -> Ran {
        let held = self.publish(&[]).ended(4).last();
        let digest = held["report"]["hold_digest"].as_str().expect("a digest").to_owned();
        self.publish(&["--confirm", &digest])
    }

    /// Every file below the folder.
    pub fn files(&self) -> Vec<PathBuf> {
        files_below(self.folder.path())
    }

    /// What stands in our own folder of transfer logs: each session that was kept.
    pub fn logged(&self) -> Vec<String> {
        let logs = files_below(&self.path("data/history"));
        logs.iter().flat_map(|log| crate::support::report::streamed_uploads(log)).collect()
    }
}

/// Every file below a folder, in order.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    files
}

/// The `[[target]]` table of a target; its password goes to a file beside it.
fn target_table(agency: &Agency, target: &Target) -> String {
    let protocol = match target.protocol {
        Protocol::Ftp => "ftp",
        Protocol::FtpsExplicit => "ftps",
        Protocol::FtpsImplicit => "ftps-implicit",
        Protocol::Sftp => "sftp",
        Protocol::Folder => "folder",
    };
    let Login::Password(password) = &target.login else { panic!("by password") };
    write_secret(&agency.path("server.password"), password.expose());
    let trust = match &target.trust {
        Trust::None => "allow_plain = true\n".to_owned(),
        Trust::SystemAuthorities => String::new(),
        Trust::Authorities(file) => format!("ca_file = \"{}\"\n", file.display()),
        Trust::CertificateFingerprint(digest) => {
            let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("certificate_fingerprint = \"{digits}\"\n")
        }
        Trust::HostKeyFingerprint(key) => format!("host_key = \"{key}\"\n"),
        Trust::KnownHosts(file) => format!("known_hosts = \"{}\"\n", file.display()),
    };
    format!(
        "[[target]]\nname = \"{}\"\nprotocol = \"{protocol}\"\nhost = \"{}\"\nport = {}\nuser = \"{}\"\n\
         password_file = \"server.password\"\ndeposit = \"{}\"\nconnections = {}\n{trust}",
        target.name,
        target.host,
        target.port,
        target.user,
        target.deposit.as_str(),
        target.connections
    )
}

fn write_secret(path: &Path, secret: &str) {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let _gone = std::fs::remove_file(path);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap();
    writeln!(file, "{secret}").unwrap();
}

/// The library on an agency, with a clock in hand and a server in memory.
pub struct Desk {
    pub agency: Agency,
    pub app: App,
    pub clock: Hand,
    pub server: MemoryServer,
    runtime: Runtime,
}

impl Desk {
    pub fn new(agency: Agency) -> Self {
        std::fs::create_dir_all(agency.path("data")).unwrap();
        write_secret(&agency.path("server.password"), PASSWORD);
        agency.configure_with(
            "[[target]]\nname = \"extranet\"\nprotocol = \"sftp\"\nhost = \"localhost\"\nuser = \"agence605\"\n\
             password_file = \"server.password\"\ndeposit = \"/depot\"\nhost_key = \"SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDi0oWIsBkHyHqiK1s\"\n",
        );
        let clock = Hand::at(DAY_ONE);
        let loaded = App::load(Some(&agency.path("agent.toml")), None).unwrap();
        let app = App { clock: Arc::new(clock.clone()), ..loaded };
        let server = MemoryServer::with_folder(&RemotePath::new("/depot").unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        Self { agency, app, clock, server, runtime: runtime.unwrap() }
    }

    /// A job towards the server in memory, whose retries don't wait.
    pub fn job(&self) -> Job {
        self.job_through(Arc::new(self.server.clone()))
    }

    pub fn job_through(&self, connector: Arc<dyn Connector>) -> Job {
        let target = self.app.targets()[0].clone();
        let mut job = self.app.job_through(&target, connector, Vec::new()).unwrap();
        job.policy = RetryPolicy { first_pause: Duration::from_millis(1), ..job.policy };
        job
    }

    /// Publishes once; its report waits in the outbox.
    pub fn publish_untold(&self, mut job: Job, ask: &Ask) -> RunReport {
        self.runtime.block_on(publish(&mut job, ask, CancellationToken::new())).unwrap()
    }

    /// Publishes once and tells what is to be told.
    pub fn publish_by(&self, mut job: Job, ask: &Ask) -> RunReport {
        self.runtime.block_on(async {
            let report = publish(&mut job, ask, CancellationToken::new()).await.unwrap();
            tell(&mut job.ledger, &job.database, self.app.now()).unwrap();
            report
        })
    }

    /// Publishes until the run ends, or until the process dies: then nothing more of it happens, and there is no report.
    pub fn publish_until(&self, mut job: Job, ask: &Ask, died: &tokio::sync::Notify) -> Option<RunReport> {
        self.runtime.block_on(async {
            tokio::select! {
                report = publish(&mut job, ask, CancellationToken::new()) => Some(report.unwrap()),
                () = died.notified() => None,
            }
        })
    }

    pub fn ask(&self, ask: &Ask) -> RunReport {
        self.publish_by(self.job(), ask)
    }

    /// A manual run without consent.
    pub fn publish(&self) -> RunReport {
        self.ask(&Ask::new(Trigger::Manual))
    }

    pub fn confirm(&self, digest: &str) -> RunReport {
        self.ask(&Ask { consent: Consent::Person(digest.to_owned()), ..Ask::new(Trigger::Manual) })
    }

    /// The first publication, confirmed by the digest of its hold.
    pub fn publish_first(&self) -> RunReport {
        let digest = self.publish().hold_digest.expect("the first publication waits");
        self.confirm(&digest)
    }

    /// The publications on the server, in order.
    pub fn publications(&self) -> Vec<Publication> {
        let names = self.server.files().into_iter().filter(|name| name.ends_with(".zip"));
        let mut publications: Vec<_> = names
            .map(|name| {
                let bytes = self.server.content(&RemotePath::new(name).unwrap()).unwrap();
                Publication::read(&bytes)
            })
            .collect();
        publications.sort_by_key(|publication| publication.sequence);
        publications
    }

    pub fn last(&self) -> Publication {
        self.publications().pop().expect("a publication")
    }
}

/// One of the embedded servers, ended when it is dropped.
enum Server {
    Ftps(#[expect(dead_code, reason = "kept alive")] Ftps),
    Sftp(#[expect(dead_code, reason = "kept alive")] Sftp),
}

/// An embedded server over a folder, on a runtime of its own.
pub struct Embedded {
    folder: tempfile::TempDir,
    identity: Identity,
    port: u16,
    protocol: Protocol,
    fingerprint: String,
    _server: Server,
    // Dropped last: it carries the server.
    _runtime: Runtime,
}

impl Embedded {
    pub fn ftps() -> Self {
        Self::start(Protocol::FtpsExplicit)
    }

    pub fn sftp() -> Self {
        Self::start(Protocol::Sftp)
    }

    fn start(protocol: Protocol) -> Self {
        let folder = tempfile::Builder::new().prefix("publier-embedded-").tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("server/depot")).unwrap();
        let identity = Identity::open(&folder.path().join("identity")).unwrap();
        let (root, user, password) =
            (folder.path().join("server"), "agence605".to_owned(), Secret::new(PASSWORD.to_owned()));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut fingerprint = String::new();
        let (port, server) = if protocol == Protocol::Sftp {
            let config = SftpConfig {
                root,
                port: 0,
                user,
                password,
                authorized_key: None,
                identity: identity.clone(),
            };
            let server = runtime.block_on(Sftp::start(config)).unwrap();
            server.fingerprint().clone_into(&mut fingerprint);
            let port = server.port();
            (port, Server::Sftp(server))
        } else {
            let config = FtpsConfig { root, port: 0, user, password, identity: identity.clone(), cut: None };
            let server = runtime.block_on(Ftps::start(config)).unwrap();
            let port = server.port();
            (port, Server::Ftps(server))
        };
        Self { folder, identity, port, protocol, fingerprint, _server: server, _runtime: runtime }
    }

    pub fn deposit(&self) -> Deposit {
        Deposit(self.folder.path().join("server/depot"))
    }

    pub fn target(&self) -> Target {
        let trust = match self.protocol {
            Protocol::Sftp => Trust::HostKeyFingerprint(self.fingerprint.clone()),
            _ => Trust::Authorities(self.identity.authority_file()),
        };
        Target {
            channel: publier_core::channels::Channel::Extranet,
            receives_credentials: true,
            receipts: None,
            removes_files: false,
            bandwidth: Vec::new(),
            name: "extranet".into(),
            protocol: self.protocol,
            host: "localhost".into(),
            port: self.port,
            user: "agence605".into(),
            login: Login::Password(Secret::new(PASSWORD.into())),
            trust,
            deposit: RemotePath::new("/depot").unwrap(),
            deadlines: publier::settings::target::Deadlines::default(),
            connections: 16,
        }
    }
}

/// The deposit folder, as it stands on the server's disk.
#[derive(Debug, Clone)]
pub struct Deposit(pub PathBuf);

impl Deposit {
    /// Every file by its name below the deposit.
    pub fn files(&self) -> BTreeMap<String, PathBuf> {
        let name = |path: &Path| path.strip_prefix(&self.0).unwrap().to_str().unwrap().to_owned();
        files_below(&self.0).into_iter().map(|path| (name(&path), path)).collect()
    }

    pub fn names(&self) -> Vec<String> {
        self.files().into_keys().collect()
    }

    pub fn publications(&self) -> Vec<Publication> {
        let zips = self.files().into_iter().filter(|(name, _)| name.ends_with(".zip"));
        let mut publications: Vec<_> =
            zips.map(|(_, path)| Publication::read(&std::fs::read(path).unwrap())).collect();
        publications.sort_by_key(|publication| publication.sequence);
        publications
    }

    /// Checks that what the publications list stands there, whole and once, and nothing else does.
    #[track_caller]
    pub fn check(&self) -> Fold {
        let publications = self.publications();
        let fold = Fold::of(&publications);
        let files = self.files();
        let mut listed = BTreeMap::new();
        for publication in &publications {
            for document in publication.documents() {
                let file = ListedFile::of(document);
                let again = listed.insert(file.name.clone(), file.clone());
                assert!(again.is_none_or(|again| again == file), "two contents under {}", file.name);
            }
        }
        for (name, file) in &listed {
            let bytes =
                std::fs::read(files.get(name).unwrap_or_else(|| panic!("{name} is missing"))).unwrap();
            assert_eq!(bytes.len() as u64, file.size_bytes, "{name}");
            assert_eq!(sha256(&bytes).to_string(), file.sha256, "{name}");
        }
        let others: Vec<_> =
            files.keys().filter(|name| !name.ends_with(".zip") && !listed.contains_key(*name)).collect();
        assert!(others.is_empty(), "not listed by any publication: {others:?}");
        fold
    }
}

/// A file that a publication lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    pub name: String,
    pub size_bytes: u64,
    pub sha256: String,
}

impl ListedFile {
    pub fn of(document: &Node) -> Self {
        let attribute = |name: &str| document.attribute(name).expect(name).to_owned();
        Self {
            name: attribute("file"),
            size_bytes: attribute("size").parse().unwrap(),
            sha256: attribute("sha256"),
        }
    }
}

/// A publication, as it stands in its zip.
#[derive(Debug)]
pub struct Publication {
    pub sequence: u64,
    pub xml: String,
    pub root: Node,
}

impl Publication {
    pub fn read(zip: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
        assert_eq!(archive.len(), 1);
        let mut xml = String::new();
        archive.by_index(0).unwrap().read_to_string(&mut xml).unwrap();
        let root = parse(&xml);
        Self { sequence: root.attribute("sequence").unwrap().parse().unwrap(), xml, root }
    }

    pub fn section(&self, name: &str) -> &Node {
        self.root.child(name).unwrap_or_else(|| panic!("no {name}"))
    }

    /// The elements of a name that bear this value of an attribute, anywhere.
    pub fn one(&self, name: &str, attribute: &str, value: &str) -> &Node {
        let found: Vec<_> =
            self.root.all(name).into_iter().filter(|node| node.attribute(attribute) == Some(value)).collect();
        assert_eq!(found.len(), 1, "{name} {attribute}={value}");
        found[0]
    }

    pub fn documents(&self) -> Vec<&Node> {
        self.section("documents").children.iter().collect()
    }

    /// The documents of an event.
    pub fn of_event(&self, event: &str) -> Vec<&Node> {
        self.documents().into_iter().filter(|node| node.attribute("event") == Some(event)).collect()
    }

    /// The removals, each on one line: `unpublish e…162 gone`, in order.
    pub fn removals(&self) -> Vec<String> {
        let line = |node: &Node| {
            let attributes = ["document", "account", "party", "section", "ref", "reason"];
            let values = attributes.iter().filter_map(|name| node.attribute(name));
            format!("{} {}", node.name, values.collect::<Vec<_>>().join(" "))
        };
        self.section("removals").children.iter().map(line).collect()
    }

    pub fn passwords(&self) -> Vec<(&str, &str)> {
        let all = self.root.all("temporaryPassword");
        all.iter().map(|node| (node.attribute("issue").unwrap(), node.text.as_str())).collect()
    }

    /// Validates it by the schema, as xmllint reads it.
    #[track_caller]
    pub fn validate(&self) {
        let file = crate::support::report::write_temporary(self.xml.as_bytes());
        let mut xmllint = Command::new("xmllint");
        stdout_of(
            xmllint.args(["--noout", "--schema"]).arg(repository("schemas/publication.xsd")).arg(file.path()),
        );
    }
}

/// What the receiving side knows after a row of publications (docs/publication-format.md).
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fold {
    pub documents: BTreeMap<String, String>,
}

impl Fold {
    pub fn of(publications: &[Publication]) -> Self {
        let mut fold = Self::default();
        for publication in publications {
            if publication.root.attribute("mode") == Some("full") {
                fold.documents.clear();
            }
            for document in publication.documents() {
                let attribute = |name: &str| document.attribute(name).unwrap().to_owned();
                fold.documents.insert(attribute("id"), attribute("file"));
            }
            for removal in publication.section("removals").all("unpublish") {
                fold.documents.remove(removal.attribute("document").unwrap());
            }
        }
        fold
    }
}

/// The real program under way, its JSON lines read as they come.
pub struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// Gives the next line, or none at its end.
    pub fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        (self.lines.read_line(&mut line).unwrap() > 0)
            .then(|| serde_json::from_str(&line).unwrap_or(Value::Null))
    }

    /// Kills it at once (SIGKILL).
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}
