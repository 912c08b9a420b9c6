//! What stops a request of staff as a whole.

use publier_core::publication::exit::ExitStatus;

use crate::files::FileError;
use crate::i18n::Messages;
use crate::ledger::LedgerError;
use crate::source::SourceError;

/// What stops a request of staff as a whole; one row's trouble is its own result.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The back office's database.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Our own ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A local file: the agency's files, or the folder asked for.
    #[error(transparent)]
    File(#[from] FileError),
    /// Something was named that isn't there, or isn't readable.
    #[error(transparent)]
    Unknown(#[from] Unknown),
}

/// What kind of thing was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// An entity's code.
    Entity,
    /// A building's code.
    Building,
    /// A template's code.
    Template,
    /// An account's number.
    Account,
    /// An account's number that several entities have.
    SharedNumber,
    /// A party's code.
    Party,
    /// A document's id.
    Document,
    /// An option's name.
    Option,
    /// An option's value.
    Value,
    /// A slot of the schedule.
    Slot,
    /// A fiscal year's label.
    Year,
    /// A co-owner record's key.
    Record,
}

impl What {
    fn key(self) -> &'static str {
        match self {
            Self::Entity => "desk-unknown-entity",
            Self::Building => "desk-unknown-building",
            Self::Template => "desk-unknown-template",
            Self::Account => "desk-unknown-account",
            Self::SharedNumber => "desk-shared-number",
            Self::Party => "desk-unknown-party",
            Self::Document => "desk-unknown-document",
            Self::Option => "desk-unknown-option",
            Self::Value => "desk-bad-value",
            Self::Slot => "desk-bad-slot",
            Self::Year => "desk-unknown-year",
            Self::Record => "desk-unknown-record",
        }
    }
}

/// Something that was named and isn't there; nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no {what:?} is {named:?}")]
pub struct Unknown {
    /// What kind of thing.
    pub what: What,
    /// How it was named.
    pub named: String,
    /// The nearest one that exists, or what was expected.
    pub nearest: Option<String>,
}

impl DeskError {
    /// Gives the status that a command ends with.
    pub fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Source(_) | Self::Ledger(_) => ExitStatus::Database,
            Self::File(_) => ExitStatus::Other,
            Self::Unknown(_) => ExitStatus::Usage,
        }
    }

    /// Says it to staff, where the desk has words of its own.
    pub fn explain(&self, messages: &Messages) -> Option<String> {
        match self {
            Self::Source(SourceError::Busy) => Some(messages.text("desk-busy")),
            Self::Unknown(unknown) => Some(unknown.explain(messages)),
            Self::File(error) => {
                let (path, words) = (error.path.display().to_string(), messages.system_words(&error.source));
                Some(messages.format("system-file", &[("path", path.into()), ("words", words.into())]))
            }
            Self::Source(_) | Self::Ledger(_) => None,
        }
    }
}

impl Unknown {
    fn explain(&self, messages: &Messages) -> String {
        let mut text = messages.format(self.what.key(), &[("named", self.named.as_str().into())]);
        if let Some(nearest) = &self.nearest {
            let key = match self.what {
                What::Value | What::Slot | What::Year | What::Record => "desk-expected",
                _ => "desk-nearest",
            };
            text.push(' ');
            text.push_str(&messages.format(key, &[("nearest", nearest.as_str().into())]));
        }
        text
    }
}
