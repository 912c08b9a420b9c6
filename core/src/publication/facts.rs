//! What is recorded about one publication: facts, appended in order and never changed.
//!
//! Format: each fact is one JSON object tagged by `fact`, beside the version of the set and the time it was
//! recorded ([`FactRecord`]). A fact holds ids, digests and codes; never a name, an amount, a path of the agency
//! or a secret. A new fact or field is a new [`VERSION`]; an older agent refuses what it doesn't know, since a
//! fold that skips a fact would give a wrong stage.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::reason::{HoldReason, TransferReason};
use crate::domain::digest::Digest;

/// The version of the set of facts that this agent writes; it reads this one and the older ones.
pub const VERSION: u16 = 1;

/// One run of the agent, as the ledger numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

impl std::fmt::Display for RunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a publication carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Every live document is listed: the receiving side forgets what it knew of the series (rule 5).
    Full,
    /// The documents that are due and the removals.
    Changes,
    /// Removals alone: what a person withdrew leaves while the rest is held (rules 14 and 15).
    Removals,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Full, Self::Changes, Self::Removals];

    /// Gives the code that the XML, the JSON and the locale keys bear.
    pub fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Changes => "changes",
            Self::Removals => "removals",
        }
    }
}

/// A section of the publication, in the order of the XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// The agency's entities.
    Entities,
    /// Its staff.
    Staff,
    /// Its suppliers.
    Suppliers,
    /// Parties.
    Parties,
    /// Buildings and their units.
    Buildings,
    /// Who holds which unit.
    Holdings,
    /// Leases.
    Leases,
    /// Accounts and their entries.
    Accounts,
    /// Binders and their rights.
    Binders,
    /// Expense lists.
    Expenses,
    /// Works funds.
    WorksFunds,
    /// Documents: bodies, attachments, photos, vouchers.
    Documents,
}

impl Section {
    /// Every section, in the order of the XML.
    pub const ALL: [Self; 12] = [
        Self::Entities,
        Self::Staff,
        Self::Suppliers,
        Self::Parties,
        Self::Buildings,
        Self::Holdings,
        Self::Leases,
        Self::Accounts,
        Self::Binders,
        Self::Expenses,
        Self::WorksFunds,
        Self::Documents,
    ];

    /// Gives the stable code, which facts and the ledger's tables hold.
    pub fn code(self) -> &'static str {
        match self {
            Self::Entities => "entities",
            Self::Staff => "staff",
            Self::Suppliers => "suppliers",
            Self::Parties => "parties",
            Self::Buildings => "buildings",
            Self::Holdings => "holdings",
            Self::Leases => "leases",
            Self::Accounts => "accounts",
            Self::Binders => "binders",
            Self::Expenses => "expenses",
            Self::WorksFunds => "works-funds",
            Self::Documents => "documents",
        }
    }

    /// Finds the section that bears a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.code() == code)
    }
}

/// The accounting of one section (rule 13): nothing known is silently left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records seen in the source.
    pub known: u64,
    /// Not asked for: no publication date, flag off, duration over.
    pub not_asked: u64,
    /// Live already and as they were.
    pub unchanged: u64,
    /// Asked for: `published + held + refused`.
    pub selected: u64,
    /// In this publication.
    pub published: u64,
    /// Waiting: future date, plain transport.
    pub held: u64,
    /// Left out for a reason.
    pub refused: u64,
}

impl Counts {
    /// Tells whether both sums of rule 13 hold.
    pub fn balance(&self) -> bool {
        let sum = |parts: &[u64]| parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(*part));
        sum(&[self.not_asked, self.unchanged, self.selected]) == Some(self.known)
            && sum(&[self.published, self.held, self.refused]) == Some(self.selected)
    }
}

/// Who lifted a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfirmedBy {
    /// A person, by `publish --confirm`.
    Person,
    /// The demo, which plays that person.
    Demo,
}

/// The zip as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedZip {
    /// Its neutral name, without a folder.
    pub name: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The SHA-256 of its bytes.
    pub digest: Digest,
}

/// How it became known that the zip was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveredHow {
    /// The rename was answered and the size confirmed, on a session in sync.
    Renamed,
    /// It was found at its final name, with its size, by looking.
    Found,
    /// The receiving side's receipt accepts it.
    Receipt,
}

/// Why a publication gave way to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replaced {
    /// It was not sealed when its run ended (rule 2).
    NotSealed,
    /// It was held, and a new plan was made (rule 14).
    Held,
    /// It was sealed longer ago than `resume_within` (rule 3).
    TooOld,
    /// A newer slot came (rule 3).
    NewerSlot,
    /// Staff changed what may be seen (rule 3).
    ChangedByStaff,
    /// The receiving side refused it (rule 6).
    ReceiptRefused,
    /// Nobody knows whether it was received; all it carried is due again (rule 4).
    Uncertain,
}

impl Replaced {
    /// Tells whether the files that stood at their final names may have been taken with the zip, so that the next
    /// publication uploads them again rather than trusting what was seen.
    pub fn forgets_files(self) -> bool {
        matches!(self, Self::ReceiptRefused | Self::Uncertain)
    }
}

/// One thing that happened in the life of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fact {
    /// It began: `now` was taken, once.
    Opened {
        /// The time that every rule of this publication uses, in UTC.
        now: DateTime<Utc>,
        /// What it carries.
        mode: Mode,
        /// The run that makes it.
        run: RunId,
    },
    /// Every verdict is stored.
    Planned {
        /// The accounting of each section.
        counts: BTreeMap<Section, Counts>,
        /// How many documents, accounts, accesses and sections are withdrawn.
        removals: u64,
        /// The digest that a person confirms by its first digits.
        plan_digest: Digest,
    },
    /// It waits whole for a person; nothing was uploaded.
    Held {
        /// Why.
        reasons: Vec<HoldReason>,
    },
    /// A person lifted the hold.
    Confirmed {
        /// The plan's digest.
        digest: Digest,
        /// Who.
        by: ConfirmedBy,
    },
    /// The bulk sections stand in the open zip and the source was let go.
    BulkWritten {
        /// Records written.
        records: u64,
    },
    /// The zip is closed, checked and durable.
    Sealed {
        /// Its number in the series.
        sequence: u64,
        /// The number of the last delivered publication of the series.
        previous: Option<u64>,
        /// The zip.
        zip: SealedZip,
    },
    /// The zip stands whole under its temporary name, its size confirmed.
    PartSent,
    /// The rename was about to be asked: from here on there may be doubt.
    Promoting,
    /// The zip stood at its final name with its size, or a receipt accepted it.
    Delivered {
        /// How this is known.
        how: DeliveredHow,
    },
    /// The states of the series were brought up to date.
    Settled,
    /// Another publication takes over.
    Superseded {
        /// Why.
        why: Replaced,
    },
    /// A try failed; the stage stays what it was.
    Failed {
        /// The transfer's reason, when the network was the cause.
        reason: Option<TransferReason>,
    },
    /// Neither name was found and no receipt came: perhaps received, not confirmed.
    Uncertain,
}

/// A fact as it is stored: with the version of the set it belongs to and the time of recording, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRecord {
    /// The version of the set of facts.
    pub version: u16,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

impl FactRecord {
    /// Records a fact in the current version.
    pub fn new(at: DateTime<Utc>, fact: Fact) -> Self {
        Self { version: VERSION, at, fact }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_round_trips_through_its_json_and_bears_its_version() {
        let fact = Fact::Sealed {
            sequence: 12,
            previous: None,
            zip: SealedZip { name: "07019051.zip".into(), size_bytes: 42, digest: Digest([7; 32]) },
        };
        let record = FactRecord::new(DateTime::UNIX_EPOCH, fact);
        let text = serde_json::to_string(&record).unwrap();
        assert!(
            text.starts_with(r#"{"version":1,"at":"1970-01-01T00:00:00Z","fact":"sealed","sequence":12"#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<FactRecord>(&text).unwrap(), record);
    }

    #[test]
    fn an_unknown_fact_is_refused_rather_than_skipped() {
        let text = r#"{"version":9,"at":"1970-01-01T00:00:00Z","fact":"teleported"}"#;
        assert!(serde_json::from_str::<FactRecord>(text).is_err());
    }

    #[test]
    fn counts_balance_only_when_both_sums_hold() {
        let counts =
            Counts { known: 10, not_asked: 3, unchanged: 4, selected: 3, published: 1, held: 1, refused: 1 };
        assert!(counts.balance());
        assert!(!Counts { known: 11, ..counts }.balance());
        assert!(!Counts { refused: 2, ..counts }.balance());
        assert!(!Counts { not_asked: u64::MAX, unchanged: u64::MAX, ..counts }.balance());
    }

    #[test]
    fn every_section_is_found_by_its_code_and_written_by_it() {
        for section in Section::ALL {
            assert_eq!(Section::from_code(section.code()), Some(section));
            assert_eq!(serde_json::to_string(&section).unwrap(), format!("\"{}\"", section.code()));
        }
        assert_eq!(Section::from_code("removals"), None);
    }

    #[test]
    fn a_run_is_shown_by_its_number() {
        assert_eq!(RunId(12).to_string(), "12");
    }

    /// The publication's XML, the JSON and the locale keys bear these words.
    #[test]
    fn every_mode_is_written_by_its_code() {
        let codes = Mode::ALL.map(Mode::code);
        assert_eq!(codes, ["full", "changes", "removals"]);
        for mode in Mode::ALL {
            assert_eq!(serde_json::to_string(&mode).unwrap(), format!("\"{}\"", mode.code()));
        }
    }

    /// Rules 4 and 6: a zip that never left took no file with it.
    #[test]
    fn files_are_forgotten_only_where_the_zip_may_have_been_taken() {
        for (why, forgets) in [
            (Replaced::NotSealed, false),
            (Replaced::Held, false),
            (Replaced::TooOld, false),
            (Replaced::NewerSlot, false),
            (Replaced::ChangedByStaff, false),
            (Replaced::ReceiptRefused, true),
            (Replaced::Uncertain, true),
        ] {
            assert_eq!(why.forgets_files(), forgets, "{why:?}");
        }
    }
}
