//! The settings, checked and typed: what the rest of the program uses.

use std::path::{Path, PathBuf};
use std::time::Duration;

use publier_core::channels::Channel;

use super::check_target::check_targets;
use super::places::Places;
use super::problem::{ConfigError, Problem, ProblemKind};
use super::raw::{
    RawAgency, RawData, RawLetters, RawLog, RawPublication, RawService, RawSettings, RawWinscpLog, Text,
};
use super::reader::{Reader, Shown, span};
use super::target::{Login, Target};
use super::toml_words;
use crate::i18n::Lang;

/// Everything that belongs to this machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The file they were read from.
    pub file: PathBuf,
    /// The language of what people read.
    pub lang: Lang,
    /// The back office's own things.
    pub agency: Agency,
    /// Our own things.
    pub data: Data,
    /// The servers, in the order of the file; at least one.
    pub targets: Vec<Target>,
    /// What the agency's letters bear.
    pub letters: Letters,
    /// How publications are made.
    pub publication: Publication,
    /// The transfer log.
    pub winscp_log: WinscpLog,
    /// The program's own log.
    pub log: Log,
    /// The daemon.
    pub service: Service,
    /// Every setting with its origin, in the order of the reference.
    shown: Vec<Shown>,
}

/// What the agency's letters bear besides its name and address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letters {
    /// A PNG or JPEG at their head.
    pub logo: Option<PathBuf>,
    /// A PNG or JPEG of the handwritten signature.
    pub signature: Option<PathBuf>,
    /// Who signs, a line each.
    pub signed_by: Option<String>,
}

impl Settings {
    /// Gives the folders that others read: the agency's files, and what a local target serves.
    pub fn shared_folders(&self) -> Vec<PathBuf> {
        let served = self.targets.iter().filter_map(|target| match &target.login {
            Login::Folder(root) => Some(root.clone()),
            Login::Password(_) | Login::Key { .. } | Login::Agent { .. } => None,
        });
        self.agency.files.iter().cloned().chain(served).collect()
    }
}

/// The back office's own things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// Its SQLite database; whether it can be opened is found out when it is.
    pub database: PathBuf,
    /// The folders that attached files may come from.
    pub files: Vec<PathBuf>,
}

/// Our own folder and what stands where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// The folder; made when it is missing.
    pub dir: PathBuf,
}

impl Data {
    /// Gives the ledger's database.
    pub fn ledger(&self) -> PathBuf {
        self.dir.join("state.db")
    }

    /// Gives the folder of publications being made.
    pub fn spool(&self) -> PathBuf {
        self.dir.join("spool")
    }

    /// Gives the folder of past transfer logs and redacted manifests.
    pub fn history(&self) -> PathBuf {
        self.dir.join("history")
    }

    /// Gives the file whose lock means that a run is under way.
    pub fn lock(&self) -> PathBuf {
        self.dir.join("run.lock")
    }

    /// Gives the file whose lock means that a service works on this folder.
    pub fn service_lock(&self) -> PathBuf {
        self.dir.join("service.lock")
    }

    /// Gives the folder of the transfer logs that support reads: `winscp.xml` (A8), `winscp-CHANNEL-TARGET.xml` (A12).
    pub fn winscp_folder(&self) -> PathBuf {
        self.dir.join("resources").join("win").join("GedSynchro")
    }

    /// Gives the transfer log of the extranet's main target (A8).
    pub fn winscp_log(&self) -> PathBuf {
        self.winscp_folder().join("winscp.xml")
    }
}

/// How publications are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// A slot older than this is not caught up (A4).
    pub catch_up: Duration,
    /// A sealed publication older than this is replaced instead of resumed (PUBLICATION.md 3).
    pub resume_within: Duration,
    /// How hard the zip is compressed.
    pub zip_level: ZipLevel,
    /// The bytes that the spool may hold.
    pub spool_quota_bytes: u64,
    /// The bytes of the largest file sent.
    pub max_file_size_bytes: u64,
    /// The longest side of a photo that is sent, in pixels; 0 = any.
    pub photo_max_side_px: u16,
    /// The types of files that are sent, by their usual extensions.
    pub file_types: Vec<String>,
}

/// How hard the zip is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZipLevel {
    /// Level 6: the smallest in reasonable time.
    Normal,
    /// Level 3: 9 % larger, more than twice as fast.
    Fast,
}

/// The transfer log's options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WinscpLog {
    /// Writes `group` elements around each command's records.
    pub groups: bool,
    /// Past logs older than this are deleted.
    pub history_age: Duration,
    /// Past logs beyond this count are deleted.
    pub history_count: u32,
}

/// The program's own log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// How its lines look.
    pub format: LogFormat,
    /// What it holds.
    pub level: LogLevel,
    /// The folder of its files.
    pub dir: PathBuf,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// What the log holds: this level and those above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Failures only.
    Error,
    /// And what may become one.
    Warn,
    /// And the steps of each run.
    Info,
    /// And decisions.
    Debug,
    /// And every protocol line, without secrets.
    Trace,
}

/// The daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The time between two looks at the schedule, in whole seconds.
    pub heartbeat: Duration,
    /// The wait after the start before an older slot is caught up.
    pub boot_delay: Duration,
}

impl Settings {
    /// Loads `path`; without one, `./agent.toml`, then the system's file.
    ///
    /// # Errors
    /// No file, an unreadable one, or every problem found in it.
    pub fn load(path: Option<&Path>, places: &Places) -> Result<Self, ConfigError> {
        let file = match path {
            Some(path) => path.to_owned(),
            None => find(places)?,
        };
        let text = std::fs::read_to_string(&file)
            .map_err(|source| ConfigError::Unreadable { path: file.clone(), source })?;
        Self::parse(&text, &file, places)
    }

    /// Checks the text of a configuration that stands at `file`: relative paths start at its folder.
    ///
    /// # Errors
    /// The first problem of the TOML itself, else all those of its values.
    pub fn parse(text: &str, file: &Path, places: &Places) -> Result<Self, ConfigError> {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let invalid = |problems: Vec<Problem>| ConfigError::Invalid { file: file.clone(), problems };
        let raw: RawSettings =
            toml::from_str(text).map_err(|error| invalid(vec![toml_words::problem(&error, text)]))?;
        let mut reader = Reader::new(text, file.parent().unwrap_or(Path::new("")));
        let lang = reader.choice("lang", &raw.lang, Lang::Fr, &[("fr", Lang::Fr), ("en", Lang::En)]);
        let agency = agency(&mut reader, &raw.agency);
        let data = data(&mut reader, &raw.data);
        let targets = check_targets(&mut reader, &raw.target, &data, places);
        let letters = letters(&mut reader, &raw.letters);
        let publication = publication(&mut reader, &raw.publication);
        let winscp_log = winscp_log(&mut reader, &raw.winscp_log);
        let log = log(&mut reader, &raw.log, &data);
        let service = service(&mut reader, &raw.service);
        let Reader { mut problems, shown, .. } = reader;
        problems.sort_by_key(|problem| problem.place.as_ref().map(|place| place.line));
        match agency {
            Some(agency) if problems.is_empty() => Ok(Self {
                file,
                lang,
                agency,
                data,
                targets,
                letters,
                publication,
                winscp_log,
                log,
                service,
                shown,
            }),
            _ => Err(invalid(problems)),
        }
    }

    /// Lists every setting as `config show` prints it: secrets hidden, each with its origin.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }

    /// Gives the targets of a channel, in the order of the file.
    pub fn targets_of(&self, channel: Channel) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(move |target| target.channel == channel)
    }
}

fn find(places: &Places) -> Result<PathBuf, ConfigError> {
    let tried = vec![PathBuf::from("agent.toml"), places.system_file.clone()];
    tried.iter().find(|path| path.exists()).cloned().ok_or(ConfigError::NotFound { tried })
}

fn agency(reader: &mut Reader<'_>, raw: &RawAgency) -> Option<Agency> {
    let database = reader.required("agency.database", &raw.database, None).map(|text| reader.path(&text));
    let folders = raw.files.as_deref().unwrap_or_default();
    if folders.is_empty() {
        reader.problem(ProblemKind::Missing, "agency.files", None, &[]);
    }
    let files = folders.iter().map(|raw| reader.folder("agency.files", raw)).collect();
    Some(Agency { database: database?, files })
}

fn data(reader: &mut Reader<'_>, raw: &RawData) -> Data {
    let here = reader.path("");
    Data { dir: folder_or(reader, "data.dir", &raw.dir, "data", &here) }
}

/// Reads a folder that is made when it is missing; its default stands in another one.
fn folder_or(reader: &mut Reader<'_>, key: &str, raw: &Text, default: &str, inside: &Path) -> PathBuf {
    if raw.is_some() {
        return reader.text(key, raw).map(|text| reader.path(&text)).unwrap_or_default();
    }
    reader.show(key, default, None);
    inside.join(default)
}

fn letters(reader: &mut Reader<'_>, raw: &RawLetters) -> Letters {
    Letters {
        logo: reader.file("letters.logo", &raw.logo),
        signature: reader.file("letters.signature", &raw.signature),
        signed_by: reader.text("letters.signed_by", &raw.signed_by),
    }
}

fn publication(reader: &mut Reader<'_>, raw: &RawPublication) -> Publication {
    let levels = [("normal", ZipLevel::Normal), ("fast", ZipLevel::Fast)];
    Publication {
        catch_up: reader.duration("publication.catch_up", &raw.catch_up, "72h", ("1h", "31d")),
        resume_within: reader.duration("publication.resume_within", &raw.resume_within, "2h", ("0s", "7d")),
        zip_level: reader.choice("publication.zip_level", &raw.zip_level, ZipLevel::Normal, &levels),
        spool_quota_bytes: reader.size_bytes(
            "publication.spool_quota",
            &raw.spool_quota,
            "10GiB",
            ("100MiB", "100TiB"),
        ),
        max_file_size_bytes: reader.size_bytes(
            "publication.max_file_size",
            &raw.max_file_size,
            "100MiB",
            ("1MiB", "100GiB"),
        ),
        photo_max_side_px: reader.whole("publication.photo_max_side", &raw.photo_max_side, 2560, 0..=20_000),
        file_types: file_types(reader, &raw.file_types),
    }
}

/// Reads the types of files that are sent; none at all would refuse every attachment.
fn file_types(reader: &mut Reader<'_>, raw: &Text) -> Vec<String> {
    const KEY: &str = "publication.file_types";
    let types = reader.words(KEY, raw, FILE_TYPES, SENDABLE_TYPES);
    if types.is_empty() {
        reader.problem(ProblemKind::Empty, KEY, span(raw.as_ref()), &[]);
    }
    types
}

/// The types of files that are sent unless the file says otherwise.
const FILE_TYPES: &str = "pdf jpg png gif tif webp heic bmp docx xlsx pptx doc xls odt ods rtf txt";
/// The types that may be sent: none that a browser or a system would run.
pub(crate) const SENDABLE_TYPES: &[&str] = &[
    "pdf", "jpg", "png", "gif", "tif", "webp", "heic", "bmp", "docx", "xlsx", "pptx", "doc", "xls", "odt",
    "ods", "rtf", "txt", "zip",
];

fn winscp_log(reader: &mut Reader<'_>, raw: &RawWinscpLog) -> WinscpLog {
    WinscpLog {
        groups: reader.flag("winscp_log.groups", &raw.groups, false),
        history_age: reader.duration("winscp_log.history_age", &raw.history_age, "365d", ("1d", "3650d")),
        history_count: reader.whole("winscp_log.history_count", &raw.history_count, 1_000, 1..=100_000),
    }
}

fn log(reader: &mut Reader<'_>, raw: &RawLog, data: &Data) -> Log {
    let formats = [("auto", LogFormat::Auto), ("human", LogFormat::Human), ("json", LogFormat::Json)];
    let levels = [
        ("error", LogLevel::Error),
        ("warn", LogLevel::Warn),
        ("info", LogLevel::Info),
        ("debug", LogLevel::Debug),
        ("trace", LogLevel::Trace),
    ];
    Log {
        format: reader.choice("log.format", &raw.format, LogFormat::Auto, &formats),
        level: reader.choice("log.level", &raw.level, LogLevel::Info, &levels),
        dir: folder_or(reader, "log.dir", &raw.dir, "logs", &data.dir),
    }
}

fn service(reader: &mut Reader<'_>, raw: &RawService) -> Service {
    Service {
        heartbeat: reader.duration("service.heartbeat", &raw.heartbeat, "5s", ("1s", "30s")),
        boot_delay: reader.duration("service.boot_delay", &raw.boot_delay, "2m", ("0s", "1h")),
    }
}
