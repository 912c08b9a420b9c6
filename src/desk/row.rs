//! The results of a request: one row a record, and their counts.

use publier_core::publication::exit::ExitStatus;
use publier_core::publication::reason::{RefusalReason, StaffReason};

use crate::i18n::Messages;
use crate::render::{Dropped, Rendered};

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An account.
    Account,
    /// A party.
    Party,
    /// A building.
    Building,
    /// An event.
    Event,
    /// A binder.
    Binder,
    /// An option.
    Option,
    /// A slot of the schedule, or whether the service is active.
    Slot,
}

impl Kind {
    /// Gives its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Party => "party",
            Self::Building => "building",
            Self::Event => "event",
            Self::Binder => "binder",
            Self::Option => "option",
            Self::Slot => "slot",
        }
    }
}

/// Why a row was refused, by one of two closed sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A rule of publication: the record could not be published.
    Rule(RefusalReason),
    /// A rule of what staff may change.
    Staff(StaffReason),
}

impl From<RefusalReason> for Refusal {
    fn from(reason: RefusalReason) -> Self {
        Self::Rule(reason)
    }
}

impl From<StaffReason> for Refusal {
    fn from(reason: StaffReason) -> Self {
        Self::Staff(reason)
    }
}

impl Refusal {
    /// Gives the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rule(reason) => reason.code(),
            Self::Staff(reason) => reason.code(),
        }
    }

    /// Says what is wrong and what to do.
    pub fn sentence(self, messages: &Messages) -> String {
        let (reason, remedy) = match self {
            Self::Rule(reason) => (reason.reason_key(), reason.remedy_key()),
            Self::Staff(reason) => (reason.reason_key(), reason.remedy_key()),
        };
        format!("{} {}", messages.text(reason), messages.text(remedy))
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done; in a dry run, it would be.
    Done,
    /// It was so already.
    Already,
    /// It is refused, and the record stays as it was.
    Refused(Refusal),
}

impl Outcome {
    /// Gives its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Already => "already",
            Self::Refused(_) => "refused",
        }
    }
}

/// Something that staff should know of a row that isn't refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The account is flagged and not validated (D25).
    NotValidated,
    /// A login was given (D3, D4).
    LoginGiven(String),
    /// A temporary password was given: the number of its issue (D5).
    PasswordGiven(i64),
    /// The name gives no login: staff must choose one (D4).
    NoLogin,
    /// Documents of the account that leave at the next publication (D7, D24).
    DocumentsLeave(u64),
    /// The party's last ticked account: it can't connect any more (D26).
    AccessLeaves,
    /// A right is ticked without every one to its right (B5).
    RightsHole,
    /// Nobody sees the document (C23).
    NobodyReads,
    /// How many parties see the document (C23).
    Readers(u64),
    /// The duration is over: the event stays expired (C6).
    StaysExpired,
    /// There is a duration and no processing date: the event waits (C27).
    WaitsForProcessing,
    /// The binder gives the expense list its rights (E2).
    ExpenseRights,
    /// What a document that was made doesn't show (C16).
    NotShown(Vec<Dropped>),
}

impl Notice {
    /// Gives its stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotValidated => "not-validated",
            Self::LoginGiven(_) => "login-given",
            Self::PasswordGiven(_) => "password-given",
            Self::NoLogin => "no-login",
            Self::DocumentsLeave(_) => "documents-leave",
            Self::AccessLeaves => "access-leaves",
            Self::RightsHole => "rights-hole",
            Self::NobodyReads => "nobody-reads",
            Self::Readers(_) => "readers",
            Self::StaysExpired => "stays-expired",
            Self::WaitsForProcessing => "waits-for-processing",
            Self::ExpenseRights => "expense-rights",
            Self::NotShown(_) => "not-shown",
        }
    }

    /// Gives the number of its rule.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::NotValidated => "D25",
            Self::LoginGiven(_) | Self::NoLogin => "D4",
            Self::PasswordGiven(_) => "D5",
            Self::DocumentsLeave(_) => "D24",
            Self::AccessLeaves => "D26",
            Self::RightsHole => "B5",
            Self::NobodyReads | Self::Readers(_) => "C23",
            Self::StaysExpired => "C6",
            Self::WaitsForProcessing => "C27",
            Self::ExpenseRights => "E2",
            Self::NotShown(_) => "C16",
        }
    }

    /// Says it.
    pub fn sentence(&self, messages: &Messages) -> String {
        let key = format!("desk-notice-{}", self.code());
        match self {
            Self::LoginGiven(login) => messages.format(&key, &[("login", login.as_str().into())]),
            Self::PasswordGiven(issue) => messages.format(&key, &[("issue", issue.to_string().into())]),
            Self::DocumentsLeave(count) | Self::Readers(count) => {
                messages.format(&key, &[("count", (*count).into())])
            }
            Self::NotShown(dropped) => {
                let said: Vec<_> = dropped.iter().map(|dropped| dropped.describe(messages)).collect();
                messages.format(&key, &[("what", said.join(", ").into())])
            }
            _ => messages.text(&key),
        }
    }

    /// Tells what a document doesn't show, if a reader may miss it.
    pub fn of(rendered: &Rendered) -> Option<Self> {
        Self::of_lost(rendered.dropped.iter().filter(|dropped| dropped.is_content()).cloned().collect())
    }

    /// Tells what a document lost of what a reader may miss.
    pub fn of_lost(content: Vec<Dropped>) -> Option<Self> {
        (!content.is_empty()).then_some(Self::NotShown(content))
    }
}

/// The result of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub kind: Kind,
    /// How staff name it: a number or a code.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What staff should know.
    pub notices: Vec<Notice>,
}

impl Row {
    /// Makes a row without notices.
    pub fn new(
        kind: Kind,
        id: &(impl ToString + ?Sized),
        label: impl Into<String>,
        outcome: Outcome,
    ) -> Self {
        Self { kind, id: id.to_string(), label: label.into(), outcome, notices: Vec::new() }
    }
}

/// The results of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Results {
    /// One row a record, in the order asked for.
    pub rows: Vec<Row>,
    /// Whether nothing was written.
    pub dry_run: bool,
}

/// How many rows ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Done.
    pub done: u64,
    /// So already.
    pub already: u64,
    /// Refused.
    pub refused: u64,
}

impl Results {
    /// Counts the rows.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for row in &self.rows {
            let count = match row.outcome {
                Outcome::Done => &mut tally.done,
                Outcome::Already => &mut tally.already,
                Outcome::Refused(_) => &mut tally.refused,
            };
            *count = count.saturating_add(1);
        }
        tally
    }

    /// Gives the status that a command ends with: 0 when nothing was refused, else 3.
    pub fn exit_status(&self) -> ExitStatus {
        if self.tally().refused == 0 { ExitStatus::Done } else { ExitStatus::Partial }
    }
}
