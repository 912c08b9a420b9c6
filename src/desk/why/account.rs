//! Why an account is on the site, or isn't.

use publier_core::domain::account::AccountVerdict;
use publier_core::domain::ids::AccountId;
use publier_core::domain::options::Role;
use publier_core::publication::facts::Section;

use super::{Last, OnTarget};
use crate::desk::accounts::{AccountFilter, AccountLine, list};
use crate::desk::error::DeskError;
use crate::desk::events;
use crate::desk::office::Office;
use crate::ledger::accounting::LeftOutRow;
use crate::ledger::{Ledger, SeriesKey};

/// What a target's series holds of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountHeld {
    /// Whether it shows it.
    pub live: bool,
    /// How many documents it shows of it alone.
    pub documents: u64,
    /// What the last publication said of it, where it was left out: entries that can't be added up show only there.
    pub left_out: Option<LeftOutRow>,
}

impl AccountHeld {
    fn of(ledger: &Ledger, series: SeriesKey, account: AccountId) -> Result<Self, DeskError> {
        let documents = ledger.live_documents_by_account(series)?;
        let publication = ledger.publications(series, 1)?.into_iter().next();
        let left_out = publication.map(|publication| {
            ledger.left_out_of(publication.id, Section::Accounts, &format!("account {account}"))
        });
        Ok(Self {
            live: ledger.is_live_account(series, account)?,
            documents: documents.get(&account).copied().unwrap_or_default(),
            left_out: left_out.transpose()?.flatten(),
        })
    }
}

/// Everything that is known of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountWhy {
    /// The account and the verdict on it.
    pub account: AccountLine,
    /// What each target holds of it, the main one first.
    pub targets: Vec<OnTarget<AccountHeld>>,
    /// What happened last.
    pub last: Last,
}

impl AccountWhy {
    /// Gives the numbers of the rules that decided.
    pub fn rules(&self) -> &'static [&'static str] {
        rules_of(self.account.verdict, self.account.role)
    }
}

/// Gives the rules behind the verdict on an account of a role.
pub fn rules_of(verdict: AccountVerdict, role: Role) -> &'static [&'static str] {
    match (verdict, role) {
        (AccountVerdict::NotAsked, _) => &["D1"],
        (AccountVerdict::Refused(_), _) => &["D2"],
        (AccountVerdict::Published, _) => &["D1", "D8"],
        (AccountVerdict::Inactive(_), Role::Tenant) => &["D9", "D10"],
        (AccountVerdict::Inactive(_), _) => &["D11"],
    }
}

/// Says why an account is on the site, or isn't. It is named by its number, `ENTITY/NUMBER`, or its key.
///
/// # Errors
/// When the database or the ledger can't be read, or no account is named so.
pub fn account(office: &Office, named: &str) -> Result<AccountWhy, DeskError> {
    let id = events::account(&office.reference()?, named)?;
    let filter = AccountFilter { ids: vec![id], ..AccountFilter::default() };
    let unknown =
        || crate::desk::Unknown { what: crate::desk::What::Account, named: named.to_owned(), nearest: None };
    let account = list(office, &filter)?.into_iter().next().ok_or_else(unknown)?;
    let targets = OnTarget::each(office, |ledger, series| AccountHeld::of(ledger, series, id))?;
    Ok(AccountWhy { account, targets, last: Last::of(office)? })
}
