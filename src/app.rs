//! The composition root: the only place that names every adapter.
//!
//! Settings in, jobs out: each command and the service get from here what they need and name no adapter themselves.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use publier_core::channels::Channel;
use publier_core::publication::exit::ExitStatus;
use publier_core::publication::retry::RetryPolicy;
use publier_core::schedule::{Slot, WeeklySchedule, upcoming};

use crate::clock::SystemClock;
use crate::desk::{DeskError, Office, Places as OfficePlaces, TargetName};
use crate::files;
use crate::flow::publish::{Destination, Job, fresh_id};
use crate::flow::telling;
use crate::flow::turns::Turn;
use crate::flow::{FlowError, Guard};
use crate::i18n::{Lang, Messages};
use crate::ledger::{Ledger, LedgerError};
use crate::package::spool::Spool;
use crate::package::vault::Vault;
use crate::package::zip::Level;
use crate::ports::{Clock, Connector, Listener, Listeners, TransferError};
use crate::render::Stationery;
use crate::render::stationery::LARGEST_BYTES;
use crate::report::counts::Counts;
use crate::report::history::{Keep, prune_history, run_log_name};
use crate::report::ndjson::Ndjson;
use crate::report::redact::Redacted;
use crate::report::winscp_log::{Output, WinscpLog, set_path};
use crate::settings::target::{Login, Target};
use crate::settings::{ConfigError, Letters, Places, Problem, ProblemKind, Settings, ZipLevel};
use crate::source::{BUSY, Snapshot, SourceError};
use crate::transfer::{connector, unusable_authorities};

/// The scheduled service of the back office (A3).
pub const SERVICE: &str = "pi_sys_publier_xml";

/// How long the ledger remembers runs, facts and slots: a year and a month.
const REMEMBERED: TimeDelta = TimeDelta::days(396);

/// What every command starts from.
#[derive(Debug)]
pub struct App {
    /// The machine's settings.
    pub settings: Settings,
    /// What the agency's letters bear.
    pub stationery: Arc<Stationery>,
    /// What people read.
    pub messages: Arc<Messages>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Why a command can't begin.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Anything that the flow also meets.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// A request of staff.
    #[error(transparent)]
    Desk(DeskError),
    /// The schedule of the back office can't be followed.
    #[error("the schedule holds a slot that is none: {0}")]
    Schedule(String),
}

impl From<SourceError> for AppError {
    fn from(error: SourceError) -> Self {
        Self::Flow(error.into())
    }
}

impl From<LedgerError> for AppError {
    fn from(error: LedgerError) -> Self {
        Self::Flow(error.into())
    }
}

impl From<DeskError> for AppError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Source(SourceError::Busy) | DeskError::Unknown(_) | DeskError::File(_) => {
                Self::Desk(error)
            }
            DeskError::Source(error) => error.into(),
            DeskError::Ledger(error) => error.into(),
        }
    }
}

impl AppError {
    /// Gives the status that the command ends with.
    pub fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Config(_) => ExitStatus::Configuration,
            Self::Flow(error) => error.exit_status(),
            Self::Desk(error) => error.exit_status(),
            Self::Schedule(_) => ExitStatus::Database,
        }
    }

    /// Says it to people: what happened and what to do.
    pub fn explain(&self, messages: &Messages) -> String {
        match self {
            Self::Config(error) => error.explain(messages),
            Self::Flow(FlowError::Transfer(error)) => {
                let reason = messages.text(error.reason.reason_key());
                let remedy = messages.text(error.reason.remedy_key());
                let words = error.words.as_deref().map(|words| format!(" ({words})")).unwrap_or_default();
                format!("{reason}{words} {remedy}")
            }
            Self::Flow(error) => telling::explain(error, messages),
            Self::Desk(error) => error.explain(messages).unwrap_or_else(|| telling::chain(error)),
            Self::Schedule(slot) => messages.format("commands-bad-slot", &[("slot", slot.as_str().into())]),
        }
    }
}

/// Says that a target's file of authorities can't be used.
fn authorities_problem(target: &Target) -> Option<Problem> {
    let path = unusable_authorities(target)?.display().to_string();
    let key = format!("target.{}.ca_file", target.name);
    Some(Problem { kind: ProblemKind::Authorities, key, values: vec![("path", path)], place: None })
}

/// Reads what letters bear; a picture that can't be shown is a problem.
fn stationery(letters: &Letters, problems: &mut Vec<Problem>) -> Stationery {
    let signed = Stationery::default().signed_by(letters.signed_by.as_deref().unwrap_or_default());
    let with = |stationery: Stationery,
                key: &str,
                file: &Option<PathBuf>,
                add: Add,
                problems: &mut Vec<_>| {
        let Some(path) = file else { return stationery };
        let added =
            files::read_up_to(path, LARGEST_BYTES).ok().and_then(|bytes| add(stationery.clone(), bytes));
        added.unwrap_or_else(|| {
            let values = vec![("path", path.display().to_string())];
            problems.push(Problem { kind: ProblemKind::Picture, key: key.to_owned(), values, place: None });
            stationery
        })
    };
    let stamped = with(signed, "letters.logo", &letters.logo, Stationery::with_logo, problems);
    with(stamped, "letters.signature", &letters.signature, Stationery::with_signature, problems)
}

/// How a picture is added to the stationery.
type Add = fn(Stationery, Vec<u8>) -> Option<Stationery>;

impl App {
    /// The channel that is published.
    pub const CHANNEL: Channel = Channel::Extranet;

    /// Loads the settings; `lang` wins over theirs.
    ///
    /// # Errors
    /// Every problem of the file, together.
    pub fn load(config: Option<&Path>, lang: Option<Lang>) -> Result<Self, ConfigError> {
        let settings = Settings::load(config, &Places::of_this_machine())?;
        let mut problems: Vec<Problem> = settings.targets.iter().filter_map(authorities_problem).collect();
        let stationery = Arc::new(stationery(&settings.letters, &mut problems));
        if !problems.is_empty() {
            return Err(ConfigError::Invalid { file: settings.file, problems });
        }
        let messages = Arc::new(Messages::new(lang.unwrap_or(settings.lang)));
        Ok(Self { settings, stationery, messages, clock: Arc::new(SystemClock) })
    }

    /// Opens our own ledger, in its private folder.
    ///
    /// # Errors
    /// When the folder or the ledger can't be used.
    pub fn ledger(&self) -> Result<Ledger, AppError> {
        files::make_private_folder(&self.settings.data.dir).map_err(FlowError::from)?;
        Ok(Ledger::open(&self.settings.data.ledger())?)
    }

    /// Opens the spool.
    ///
    /// # Errors
    /// When its folder can't be used.
    pub fn spool(&self) -> Result<Spool, AppError> {
        files::make_private_folder(&self.settings.data.dir).map_err(FlowError::from)?;
        let spool = Spool::open(&self.settings.data.spool(), self.settings.publication.spool_quota_bytes);
        Ok(spool.map_err(FlowError::from)?)
    }

    /// Opens a snapshot of the agency's database.
    ///
    /// # Errors
    /// When it can't be read or hasn't the expected form.
    pub fn snapshot(&self) -> Result<Snapshot, AppError> {
        let spool = self.spool()?;
        Ok(Snapshot::open(&self.settings.agency.database, spool.root())?)
    }

    /// Opens what a request of staff starts from; the series asked is that of the extranet's main target.
    ///
    /// # Errors
    /// When the agency's database or the ledger can't be read.
    pub fn office(&self) -> Result<Office, AppError> {
        let spool = self.spool()?;
        let targets = self.settings.targets_of(Self::CHANNEL);
        let targets: Vec<_> = targets
            .map(|target| TargetName {
                name: &target.name,
                receives_credentials: target.receives_credentials,
            })
            .collect();
        let places = OfficePlaces {
            database: &self.settings.agency.database,
            files: self.files_folder(),
            stationery: &self.stationery,
            spool: spool.root(),
            ledger: &self.settings.data.ledger(),
            channel: Channel::Extranet.code(),
            targets: &targets,
            now: self.clock.now(),
        };
        Ok(Office::open(&places)?)
    }

    /// Gives the folder of the agency's files that takes what the agent archives: the first one.
    fn files_folder(&self) -> &Path {
        self.settings.agency.files.first().map_or(Path::new(""), |folder| folder.as_path())
    }

    /// Reads the days and hours of publication as they are now (A3, A4).
    ///
    /// # Errors
    /// When the database can't be read, or a slot is none.
    pub fn schedule(&self) -> Result<WeeklySchedule, AppError> {
        let (active, slots) = Snapshot::glimpse(&self.settings.agency.database)?.schedule(SERVICE)?;
        WeeklySchedule::from_rows(Self::CHANNEL, active, slots)
            .map_err(|error| AppError::Schedule(error.to_string()))
    }

    /// Gives the next slots; none when the schedule can't be read.
    pub fn next_slots(&self, count: usize) -> Vec<Slot> {
        let now = self.clock.now();
        self.schedule().map(|schedule| upcoming(&schedule, now, count)).unwrap_or_default()
    }

    /// Gives the targets of the extranet, the main one first.
    pub fn targets(&self) -> Vec<&Target> {
        self.settings.targets_of(Self::CHANNEL).collect()
    }

    /// Assembles the job of one target. `listeners` hear its events besides the transfer log and the counts.
    ///
    /// # Errors
    /// When the ledger, the spool or the way to the server can't be prepared.
    pub fn job(&self, target: &Target, listeners: Vec<Arc<dyn Listener>>) -> Result<Job, AppError> {
        let ledger = self.ledger()?;
        let connector = self.guarded(target, Some(ledger)).map_err(FlowError::from)?;
        self.job_through(target, connector, listeners)
    }

    /// Gives the way to a server; refused logins are remembered where there is a ledger already.
    ///
    /// # Errors
    /// When the target can't work as it is set.
    pub fn connector(&self, target: &Target) -> Result<Arc<dyn Connector>, TransferError> {
        let exists = self.settings.data.ledger().exists();
        self.guarded(target, exists.then(|| self.ledger().ok()).flatten())
    }

    fn guarded(&self, target: &Target, ledger: Option<Ledger>) -> Result<Arc<dyn Connector>, TransferError> {
        let inner = connector(target)?;
        let Some(ledger) = ledger else { return Ok(inner) };
        Ok(Arc::new(Guard::new(inner, target, ledger, Arc::clone(&self.clock))))
    }

    /// Assembles the job of one target through a given connector.
    ///
    /// # Errors
    /// As [`App::job`].
    pub fn job_through(
        &self,
        target: &Target,
        connector: Arc<dyn Connector>,
        listeners: Vec<Arc<dyn Listener>>,
    ) -> Result<Job, AppError> {
        let tally = Arc::new(Counts::default());
        let mut all = Listeners::default().with(tally.clone());
        let transfer_log = self.transfer_log(target).map(Arc::new);
        if let Some(log) = &transfer_log {
            all = all.with(log.clone());
        }
        let run_log = self.run_log(target).map(Arc::new);
        if let Some(log) = &run_log {
            all = all.with(log.clone());
        }
        for listener in listeners {
            all = all.with(listener);
        }
        Ok(Job {
            listener: Arc::new(Redacted::new(secrets(target), Arc::new(all))),
            tally,
            transfer_log,
            run_log,
            lists_folder: self.settings.agency.files.first().cloned(),
            ..self.bare_job(target, connector, self.ledger()?, self.spool()?)?
        })
    }

    /// Assembles a job over a ledger and a spool, heard by its own counts alone.
    fn bare_job(
        &self,
        target: &Target,
        connector: Arc<dyn Connector>,
        ledger: Ledger,
        spool: Spool,
    ) -> Result<Job, AppError> {
        let publication = &self.settings.publication;
        let tally = Arc::new(Counts::default());
        Ok(Job {
            database: self.settings.agency.database.clone(),
            busy_wait: BUSY,
            ledger,
            spool,
            history: self.settings.data.history(),
            vault: Vault::new(
                self.settings.agency.files.clone(),
                publication.max_file_size_bytes,
                &publication.file_types,
            ),
            photo_side_px: publication.photo_max_side_px,
            stationery: Arc::clone(&self.stationery),
            connector,
            destination: Destination {
                channel: target.channel.code(),
                name: target.name.clone(),
                deposit: target.deposit.clone(),
                receives_credentials: target.receives_credentials,
                receipts: target.receipts,
                removes_files: target.removes_files,
                connections: target.connections,
                bandwidth: target.bandwidth.clone(),
            },
            policy: RetryPolicy::default(),
            zip_level: match publication.zip_level {
                ZipLevel::Normal => Level::Normal,
                ZipLevel::Fast => Level::Fast,
            },
            resume_within: TimeDelta::from_std(publication.resume_within).unwrap_or(TimeDelta::hours(2)),
            clock: Arc::clone(&self.clock),
            listener: tally.clone(),
            tally,
            transfer_log: None,
            run_log: None,
            lists_folder: None,
            messages: Arc::clone(&self.messages),
            fresh_series_id: fresh_id()?,
            next_slots: self.next_slots(3).into_iter().map(|slot| slot.at).collect(),
            turn: Turn::alone(),
        })
    }

    /// Assembles the job of a rehearsal: all it writes stands in `folder`, which is empty, beside a copy of the ledger;
    /// its connector is never asked, and no temporary password is in what it makes (D5).
    ///
    /// # Errors
    /// As [`App::job`].
    pub fn rehearsal(&self, target: &Target, folder: &Path) -> Result<Job, AppError> {
        let copy = folder.join("state.db");
        Ledger::copy(&self.settings.data.ledger(), &copy)?;
        let quota = self.settings.publication.spool_quota_bytes;
        let spool = Spool::open(&folder.join("spool"), quota).map_err(FlowError::from)?;
        let connector = connector(target).map_err(FlowError::from)?;
        let mut job = self.bare_job(target, connector, Ledger::open(&copy)?, spool)?;
        job.destination.receives_credentials = false;
        Ok(job)
    }

    /// Makes the transfer log of a target, unless the agency's option is off (A8). Where the option can't be read, the
    /// log is kept: a failure is when it is needed.
    fn transfer_log(&self, target: &Target) -> Option<WinscpLog> {
        let options =
            Snapshot::glimpse(&self.settings.agency.database).and_then(|snapshot| snapshot.options());
        if options.is_ok_and(|options| !options.write_winscp_xml) {
            return None;
        }
        let (data, channel) = (&self.settings.data, target.channel.code());
        let is_main = self.targets().first().is_some_and(|main| main.name == target.name);
        let set = set_path(&data.winscp_log(), channel, &target.name, is_main);
        for folder in [data.winscp_folder(), data.history()] {
            if let Err(error) = files::make_private_folder(&folder) {
                tracing::warn!(error = %telling::chain(&error), "the transfer log's folder can't be made");
            }
        }
        self.forget_old_logs();
        let log = WinscpLog::new(Arc::clone(&self.messages), self.settings.winscp_log.groups);
        Some(log.with(Output::history(data.history(), channel, &target.name)).with(Output::file(set)))
    }

    /// Opens the log of a run that begins now, when the agency's option asks for one (A7): off where it can't be read.
    fn run_log(&self, target: &Target) -> Option<Ndjson<File>> {
        let options =
            Snapshot::glimpse(&self.settings.agency.database).and_then(|snapshot| snapshot.options());
        options.ok().filter(|options| options.write_run_log)?;
        let folder = self.settings.data.history();
        let path = folder.join(run_log_name(target.channel.code(), &target.name, self.now()));
        match files::make_private_folder(&folder).and_then(|()| files::create_private(&path)) {
            Ok(file) => Some(Ndjson::new(file)),
            Err(error) => {
                tracing::warn!(error = %telling::chain(&error), "the run's log can't be made");
                None
            }
        }
    }

    fn forget_old_logs(&self) {
        let keep = Keep {
            max_age: TimeDelta::from_std(self.settings.winscp_log.history_age).unwrap_or(TimeDelta::MAX),
            max_count: usize::try_from(self.settings.winscp_log.history_count).unwrap_or(usize::MAX),
        };
        if let Err(error) = prune_history(&self.settings.data.history(), keep, self.clock.now()) {
            tracing::warn!(error = %telling::chain(&error), "old files of the history stay");
        }
    }

    /// Forgets what is old: transfer logs as the settings say, the ledger's past after `REMEMBERED`.
    ///
    /// The ledger's age is counted from the last confirmed publication: a clock that runs years ahead, which holds
    /// every publication (rule 14), makes nothing old.
    ///
    /// # Errors
    /// When the ledger can't be read or written.
    pub fn forget_the_past(&self, ledger: &mut Ledger) -> Result<(), AppError> {
        self.forget_old_logs();
        let Some(confirmed) = ledger.last_confirmation()? else { return Ok(()) };
        if let Some(before) = confirmed.min(self.now()).checked_sub_signed(REMEMBERED) {
            let rows = ledger.prune(before)?;
            tracing::info!(rows, %before, "the ledger's past is forgotten");
        }
        Ok(())
    }

    /// Gives the present time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// Gives the secrets that no listener may show.
fn secrets(target: &Target) -> Vec<crate::settings::secret::Secret> {
    match &target.login {
        Login::Password(password) => vec![password.clone()],
        Login::Key { passphrase, .. } => passphrase.iter().cloned().collect(),
        Login::Folder(_) | Login::Agent { .. } => Vec::new(),
    }
}
