//! The rows of a plan that come from the books alone: accounts, binders' rights, passwords, sections.

use std::collections::{BTreeSet, HashMap};

use publier_core::channels::extranet::Selection;
use publier_core::domain::account::AccountVerdict;
use publier_core::domain::credentials::{Credentials, PasswordVerdict, TargetTrust, password_verdict};
use publier_core::domain::expenses::{
    self, ExpenseSection, ExpenseVerdict, Reference as Named, line_verdict,
};
use publier_core::domain::ids::{AccountId, PartyId};
use publier_core::domain::records::FiscalYear;
use publier_core::publication::reason::RemovalReason;
use publier_core::publication::widening::Grants;

use crate::flow::bulk::{self, Books};
use crate::flow::error::FlowError;
use crate::ledger::plan::{PlanRow, Presence};
use crate::ledger::{Ledger, SeriesKey};

pub(super) fn right_rows(grants: &Grants) -> Vec<PlanRow> {
    let rows = grants.iter().flat_map(|(binder, granted)| granted.iter().map(move |status| (binder, status)));
    rows.map(|(binder, status)| PlanRow::Right { binder: *binder, status: *status }).collect()
}

pub(super) fn account_rows(reference: &crate::source::Reference, selection: &Selection) -> Vec<PlanRow> {
    let presence = |verdict: &AccountVerdict| verdict.removal().map_or(Presence::Present, Presence::Absent);
    let row = |(id, verdict): (&_, &AccountVerdict)| PlanRow::Account {
        account: *id,
        party: reference.accounts.get(id).and_then(|account| account.party),
        presence: presence(verdict),
    };
    // One that can't be read is there all the same: it isn't gone (rule 14).
    let unreadable = reference.left_out.iter().filter(|record| record.table == "account");
    let unreadable = unreadable.filter_map(|record| record.id).map(|id| PlanRow::Account {
        account: AccountId(id),
        party: None,
        presence: Presence::Absent(RemovalReason::Account),
    });
    selection.accounts.iter().map(row).chain(unreadable).collect()
}

/// What becomes of the temporary passwords.
#[derive(Default)]
pub(super) struct Passwords {
    pub due: HashMap<PartyId, i64>,
    pub withheld: u64,
    pub returning: Vec<String>,
}

/// Finds the temporary passwords that are due, how many wait (D5), and who lacks one since its access comes back (D26).
pub(super) fn passwords(
    books: Books<'_>,
    ledger: &Ledger,
    series: SeriesKey,
    trust: TargetTrust,
) -> Result<Passwords, FlowError> {
    let mut passwords = Passwords::default();
    let revoked = ledger.revoked_issues(series)?;
    books.snapshot.each_party::<FlowError>(
        |id| books.selection.parties.contains_key(&id),
        |details| {
            let party = &details.party;
            let credentials = Credentials {
                login: party.login.as_deref(),
                has_password: details.temporary_password.is_some(),
                issue: party.password_issue,
                set_on: None,
            };
            let confirmed = ledger.confirmed_issue(series, party.id)?.unwrap_or_default();
            match password_verdict(&credentials, party.login.is_some(), confirmed, trust) {
                PasswordVerdict::Unchanged => {}
                PasswordVerdict::Due { issue } => {
                    passwords.due.insert(party.id, issue);
                }
                PasswordVerdict::Withheld(_) => passwords.withheld += 1,
            }
            if trust.receives_credentials && credentials.lacks_new_issue(revoked.get(&party.id).copied()) {
                passwords.returning.push(party.code.clone());
            }
            Ok(())
        },
    )?;
    Ok(passwords)
}

/// Tells which fiscal years the expense section holds, so that one that leaves is withdrawn, and one that never held
/// a line is not (E6).
pub(super) fn section_rows(books: Books<'_>) -> Result<Vec<PlanRow>, FlowError> {
    let section = books.reference.expense_section();
    let mut filled = BTreeSet::new();
    if matches!(section, ExpenseSection::Sent { .. }) {
        bulk::each_expense(books, |row, _| {
            if let Ok(row) = row
                && line_verdict(row, &books.reference.options) == ExpenseVerdict::Sent
                && let Named::To(year) = &row.year
            {
                filled.insert(year.id);
            }
            Ok(())
        })?;
    }
    let presence = |year: &FiscalYear| {
        let of_rules = expenses::FiscalYear {
            id: year.id,
            building: year.building,
            label: &year.label,
            closed: year.closed,
        };
        match section.year_removal(Some(&of_rules)) {
            Some(reason) => Presence::Absent(reason),
            None if filled.contains(&year.id) => Presence::Present,
            None => Presence::Absent(RemovalReason::Gone),
        }
    };
    let years = books.reference.years.values();
    let sent = years.filter(|year| books.selection.places.sent_buildings.contains(&year.building));
    let row = |year: &FiscalYear| PlanRow::SectionPart {
        key: format!("expenses/{}", year.id),
        presence: presence(year),
    };
    Ok(sent.map(row).collect())
}
