//! Why a party may connect, or may not; what it is, and where.

use std::collections::BTreeSet;

use publier_core::domain::binder::Status;
use publier_core::domain::credentials::Missing;
use publier_core::domain::ids::AccountId;
use publier_core::domain::options::Module;

use super::Last;
use crate::desk::accounts::{AccountFilter, AccountLine, list};
use crate::desk::error::{DeskError, What};
use crate::desk::office::{Office, Trading, by_code};
use crate::source::staff::PartyLogin;

/// Everything that is known of a party; never its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyWhy {
    /// Its code.
    pub code: String,
    /// Its name as shown.
    pub name: String,
    /// Whether it may connect, which is also whether it is sent (D26, H1).
    pub allowed: bool,
    /// The spaces that its login opens (H3).
    pub spaces: BTreeSet<Module>,
    /// What it is in each building, by the building's code (B5, H4).
    pub statuses: Vec<(String, Status)>,
    /// Its accounts, with the verdict on each.
    pub accounts: Vec<AccountLine>,
    /// What it lacks of credentials (D3, D20).
    pub missing: Missing,
    /// The issue of its temporary password; 0 = none (D5).
    pub issue: i64,
    /// The last issue that was confirmed; 0 = none.
    pub confirmed_issue: i64,
    /// What happened last.
    pub last: Last,
}

impl PartyWhy {
    /// Gives the numbers of the rules that decided.
    pub fn rules(&self) -> &'static [&'static str] {
        &["D26", "H1", "H3"]
    }
}

/// Says why a party may connect, or may not. It is named by its code or its key.
///
/// # Errors
/// When the database or the ledger can't be read, or no party is named so.
pub fn party(office: &Office, named: &str) -> Result<PartyWhy, DeskError> {
    let parties = office.snapshot.party_logins()?;
    let by_key = parties.iter().find(|party| party.id.to_string() == named);
    let found: &PartyLogin = match by_key {
        Some(party) => party,
        None => by_code(What::Party, named, parties.iter().map(|party| (party.code.as_str(), party)))?,
    };
    let trading = Trading::open(office)?;
    let reference = &trading.reference;
    let own = reference.accounts.values().filter(|account| account.party == Some(found.id));
    let ids: Vec<AccountId> = own.map(|account| account.id).collect();
    let published = || ids.iter().filter(|id| trading.selection.is_published(**id));
    let spaces = published().filter_map(|id| reference.accounts.get(id)).map(|account| account.module);
    let spaces: BTreeSet<Module> = spaces.collect();
    let statuses = reference.buildings.values().filter_map(|building| {
        Some((building.code.clone(), trading.readers.status_in(found.id, building.id)?))
    });
    let confirmed_issue = match office.credentials_series() {
        Some((ledger, series)) => ledger.confirmed_issue(series, found.id)?.unwrap_or_default(),
        None => 0,
    };
    Ok(PartyWhy {
        code: found.code.clone(),
        name: found.display_name.clone(),
        allowed: published().next().is_some(),
        statuses: statuses.collect(),
        missing: found.credentials().missing_since(office.revoked_issues()?.get(&found.id).copied()),
        issue: found.issue,
        confirmed_issue,
        last: Last::of(office)?,
        accounts: if ids.is_empty() {
            Vec::new()
        } else {
            list(office, &AccountFilter { ids, ..AccountFilter::default() })?
        },
        spaces,
    })
}
