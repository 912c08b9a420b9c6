//! What one run did, as a value: the message to staff, the summary line of `--json`, the console's last words.
//!
//! Promises: it carries ids, codes, counts and [`Label`]s only, never a secret, an e-mail address, a telephone
//! number or a bank account (rules A6, A11); its size is bounded whatever the agency's (records are listed up to
//! [`Group::LISTED_MAX`] a reason, all of them counted). [`RunReport::to_subject`] tells the result first;
//! [`RunReport::to_text`] what happened, why, and what to do, and by whom. Limits: it covers one publication of one
//! channel to one target; two targets give two reports.

mod text;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use publier_core::publication::exit::ExitStatus;
use publier_core::publication::reason::{
    HoldReason, RefusalReason, RemovalReason, TransferReason, WaitReason,
};
use serde::{Deserialize, Serialize};

use publier_core::publication::facts::{Mode, Section};

use super::counts::{FileFailure, Tally};
use super::redact::Label;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Delivered, nothing to correct.
    Done,
    /// Delivered, but a record was refused or a file failed.
    Partial,
    /// Nothing left: it waits for a person's consent.
    Held,
    /// Not delivered.
    Failed,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: &'static [Self] = &[Self::Done, Self::Partial, Self::Held, Self::Failed];

    /// Gives the name that JSON carries and that the locale keys end with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partial => "partial",
            Self::Held => "held",
            Self::Failed => "failed",
        }
    }
}

/// The publication of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicationRef {
    /// Its id.
    pub id: String,
    /// Its number in the series, once sealed.
    pub sequence: Option<u64>,
    /// What it lists.
    pub mode: Mode,
}

/// The accounting of one section (PUBLICATION.md 13): known = not asked for + unchanged + published + held + refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionCounts {
    /// Which section.
    pub section: Section,
    /// Records in the database.
    pub known: u64,
    /// Records in this publication.
    pub published: u64,
    /// Records that the site already has as they are.
    pub unchanged: u64,
    /// Records that wait.
    pub held: u64,
    /// Records left out.
    pub refused: u64,
}

impl SectionCounts {
    /// Gives how many records nobody asked to publish.
    pub fn not_asked(&self) -> u64 {
        self.known.saturating_sub(self.published + self.unchanged + self.held + self.refused)
    }
}

/// What kind of record is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKind {
    /// An account.
    Account,
    /// A party.
    Party,
    /// A building.
    Building,
    /// A unit.
    Unit,
    /// A binder.
    Binder,
    /// An event.
    Event,
    /// An event's attachment.
    Attachment,
    /// A photo.
    Photo,
    /// An accounting voucher.
    Voucher,
    /// An expense line.
    Expense,
    /// A works-fund row.
    WorksFund,
    /// A generated co-owner list.
    CoOwnerList,
    /// An entity.
    Entity,
    /// A member of the staff.
    StaffMember,
    /// A supplier.
    Supplier,
    /// A holding: who holds a unit, since when.
    Holding,
    /// A lease.
    Lease,
    /// A co-owner record.
    CoOwnerRecord,
    /// A transfer of ownership.
    OwnershipTransfer,
    /// A fiscal year.
    FiscalYear,
    /// An allocation key.
    AllocationKey,
    /// An event template.
    EventTemplate,
    /// A case file.
    CaseFile,
    /// The access of a party, which is sent without it.
    Access,
}

impl RecordKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Account,
        Self::Party,
        Self::Building,
        Self::Unit,
        Self::Binder,
        Self::Event,
        Self::Attachment,
        Self::Photo,
        Self::Voucher,
        Self::Expense,
        Self::WorksFund,
        Self::CoOwnerList,
        Self::Entity,
        Self::StaffMember,
        Self::Supplier,
        Self::Holding,
        Self::Lease,
        Self::CoOwnerRecord,
        Self::OwnershipTransfer,
        Self::FiscalYear,
        Self::AllocationKey,
        Self::EventTemplate,
        Self::CaseFile,
        Self::Access,
    ];

    /// Gives the name that JSON carries and that the locale keys end with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Party => "party",
            Self::Building => "building",
            Self::Unit => "unit",
            Self::Binder => "binder",
            Self::Event => "event",
            Self::Attachment => "attachment",
            Self::Photo => "photo",
            Self::Voucher => "voucher",
            Self::Expense => "expense",
            Self::WorksFund => "works-fund",
            Self::CoOwnerList => "co-owner-list",
            Self::Entity => "entity",
            Self::StaffMember => "staff-member",
            Self::Supplier => "supplier",
            Self::Holding => "holding",
            Self::Lease => "lease",
            Self::CoOwnerRecord => "co-owner-record",
            Self::OwnershipTransfer => "ownership-transfer",
            Self::FiscalYear => "fiscal-year",
            Self::AllocationKey => "allocation-key",
            Self::EventTemplate => "event-template",
            Self::CaseFile => "case-file",
            Self::Access => "access",
        }
    }
}

/// A record, as staff find it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What it is.
    pub kind: RecordKind,
    /// The back office's own key, or an account's number.
    pub id: String,
    /// Its title, personal data masked.
    pub label: Option<Label>,
}

/// The records that share a reason: all counted, the first listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Group {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub records: Vec<Record>,
}

impl Group {
    /// How many records are listed for one reason.
    pub const LISTED_MAX: usize = 100;
}

impl Group {
    /// Adds a record.
    pub fn add(&mut self, record: Record) {
        self.count += 1;
        if self.records.len() < Self::LISTED_MAX {
            self.records.push(record);
        }
    }

    fn forget_labels(&mut self) {
        self.records.iter_mut().for_each(|record| record.label = None);
    }
}

/// A document of a building or of an entity, with the number of those who read it (C23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WideDocument {
    /// The record.
    pub record: Record,
    /// `building` or `entity`.
    pub scope: String,
    /// How many parties read it.
    pub readers: u64,
}

/// The documents of buildings and entities: all counted, the first listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Wide {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub documents: Vec<WideDocument>,
}

impl Wide {
    /// Adds a document.
    pub fn add(&mut self, document: WideDocument) {
        self.count += 1;
        if self.documents.len() < Group::LISTED_MAX {
            self.documents.push(document);
        }
    }

    fn forget_labels(&mut self) {
        self.documents.iter_mut().for_each(|document| document.record.label = None);
    }
}

/// Who reads what a publication lists (C23).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Audiences {
    /// What nobody reads.
    pub empty: Group,
    /// What is a building's or an entity's.
    pub wide: Wide,
}

/// Records grouped by the reason that they share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ByReason<R: Ord>(BTreeMap<R, Group>);

impl<R: Ord> Default for ByReason<R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<R: Ord + Copy> ByReason<R> {
    /// Adds a record.
    pub fn add(&mut self, reason: R, record: Record) {
        self.0.entry(reason).or_default().add(record);
    }

    /// Gives each reason with its records, in the order of the catalogue.
    pub fn groups(&self) -> impl Iterator<Item = (R, &Group)> {
        self.0.iter().map(|(reason, group)| (*reason, group))
    }

    fn forget_labels(&mut self) {
        self.0.values_mut().for_each(Group::forget_labels);
    }

    /// Gives how many records there are in all.
    pub fn total(&self) -> u64 {
        self.0.values().map(|group| group.count).sum()
    }
}

/// What a publication's documents found on the server, where `publish --adopt` looked (PUBLICATION.md 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Adoption {
    /// Files that stand there under their own names: not sent again.
    pub there: u64,
    /// Files that stand there with another size: sent again.
    pub other: u64,
    /// Files that don't stand there: sent.
    pub missing: u64,
}

/// What stopped a run that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Cause {
    /// The server, or the way to it.
    Transfer {
        /// Why.
        reason: TransferReason,
        /// The server's own words.
        words: Option<Label>,
    },
    /// Anything else: a setting, the database, another run.
    Run {
        /// In which of the documented conditions.
        status: ExitStatus,
        /// What exactly, as a sentence fit for staff.
        words: Label,
    },
    /// The server was reached, and yet what was sent isn't confirmed: its receiver refused it, or said nothing that counts.
    Unconfirmed {
        /// What exactly and what to do, as sentences fit for staff.
        words: Label,
    },
}

impl Cause {
    /// Gives the status that this cause ends a command with.
    pub fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Transfer { reason, .. } => (*reason).into(),
            Self::Run { status, .. } => *status,
            Self::Unconfirmed { .. } => ExitStatus::Connection,
        }
    }
}

/// What one run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// The agency's name.
    pub agency: String,
    /// The target's name in the configuration.
    pub target: String,
    /// The run's id, as the developer log bears it.
    pub run_id: String,
    /// The publication, once there was one.
    pub publication: Option<PublicationRef>,
    /// When the run began, in UTC.
    pub started_at: DateTime<Utc>,
    /// When it ended, in UTC.
    pub ended_at: DateTime<Utc>,
    /// How it ended.
    pub outcome: Outcome,
    /// What stopped it, when it failed.
    pub cause: Option<Cause>,
    /// Why it is held, when it is.
    pub holds: Vec<HoldReason>,
    /// The plan's short digest, which `publish --confirm` takes.
    pub hold_digest: Option<String>,
    /// The accounting, section by section.
    pub sections: Vec<SectionCounts>,
    /// Records left out.
    pub refused: ByReason<RefusalReason>,
    /// Records that wait.
    pub held: ByReason<WaitReason>,
    /// Documents, accounts and sections withdrawn, by reason.
    pub withdrawn: BTreeMap<RemovalReason, u64>,
    /// Withdrawals that a person recorded and that left at once, while the rest is held (rule 14).
    #[serde(default)]
    pub withdrawn_at_once: u64,
    /// What stood on the server before, where that was asked.
    #[serde(default)]
    pub adoption: Option<Adoption>,
    /// Documents that become visible to more people.
    pub widened: u64,
    /// Who reads what is listed.
    #[serde(default)]
    pub audiences: Audiences,
    /// Letters rendered as PDF.
    pub letters_rendered: u64,
    /// Files that stand at their final name, the publication's own included.
    pub files_uploaded: u64,
    /// Their sizes, added, in bytes.
    pub bytes_uploaded: u64,
    /// Files that went on where an earlier try had stopped.
    pub files_resumed: u64,
    /// Files that could not be sent.
    pub files_failed: u64,
    /// The first of them, by name.
    pub failures: Vec<FileFailure>,
    /// Sentences that staff should read, in their language.
    pub warnings: Vec<Label>,
    /// The next slots, in UTC.
    pub next_slots: Vec<DateTime<Utc>>,
}

impl RunReport {
    /// Begins the report of a run: nothing done yet, everything else empty.
    pub fn new(agency: &str, target: &str, run_id: &str, started_at: DateTime<Utc>) -> Self {
        Self {
            agency: agency.to_owned(),
            target: target.to_owned(),
            run_id: run_id.to_owned(),
            publication: None,
            started_at,
            ended_at: started_at,
            outcome: Outcome::Done,
            cause: None,
            holds: Vec::new(),
            hold_digest: None,
            sections: Vec::new(),
            refused: ByReason::default(),
            held: ByReason::default(),
            withdrawn: BTreeMap::new(),
            withdrawn_at_once: 0,
            adoption: None,
            widened: 0,
            audiences: Audiences::default(),
            letters_rendered: 0,
            files_uploaded: 0,
            bytes_uploaded: 0,
            files_resumed: 0,
            files_failed: 0,
            failures: Vec::new(),
            warnings: Vec::new(),
            next_slots: Vec::new(),
        }
    }

    /// Takes what the transfers counted.
    pub fn take_transfers(&mut self, tally: Tally) {
        self.files_uploaded = tally.files;
        self.bytes_uploaded = tally.bytes;
        self.files_resumed = tally.resumed;
        self.files_failed = tally.failed;
        self.failures = tally.failures;
    }

    /// Ends a run that delivered: partial when there is something to correct. A record left out with a warning is told,
    /// and no more.
    pub fn deliver(&mut self, ended_at: DateTime<Utc>) {
        self.ended_at = ended_at;
        self.outcome = if self.to_correct() == 0 { Outcome::Done } else { Outcome::Partial };
    }

    /// Ends a run whose publication is held.
    pub fn hold(&mut self, reasons: Vec<HoldReason>, digest: &str, ended_at: DateTime<Utc>) {
        self.ended_at = ended_at;
        self.outcome = Outcome::Held;
        self.holds = reasons;
        self.hold_digest = Some(digest.to_owned());
    }

    /// Ends a run that failed.
    pub fn fail(&mut self, cause: Cause, ended_at: DateTime<Utc>) {
        self.ended_at = ended_at;
        self.outcome = Outcome::Failed;
        self.cause = Some(cause);
    }

    /// Gives how many things somebody has to correct.
    pub fn to_correct(&self) -> u64 {
        let errors = self.refused.groups().filter(|(reason, _)| !reason.is_warning());
        errors.map(|(_, group)| group.count).sum::<u64>() + self.files_failed
    }

    /// Gives the status that the command ends with.
    pub fn exit_status(&self) -> ExitStatus {
        match self.outcome {
            Outcome::Done => ExitStatus::Done,
            Outcome::Partial => ExitStatus::Partial,
            Outcome::Held => ExitStatus::Held,
            Outcome::Failed => self.cause.as_ref().map_or(ExitStatus::Other, Cause::exit_status),
        }
    }

    /// Gives the report as support may receive it: records by kind and id, without their titles, which may name people
    /// (A11).
    #[must_use]
    pub fn without_labels(&self) -> Self {
        let mut report = self.clone();
        report.refused.forget_labels();
        report.held.forget_labels();
        report.audiences.empty.forget_labels();
        report.audiences.wide.forget_labels();
        report
    }

    fn published(&self, section: Section) -> u64 {
        self.sections.iter().filter(|counts| counts.section == section).map(|counts| counts.published).sum()
    }
}
