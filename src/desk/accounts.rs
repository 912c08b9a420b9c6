//! Accounts: which are published, and their boxes ticked or cleared in bulk (D1-D7, D24-D26).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use publier_core::domain::account::{AccountVerdict, Marking, lacks_validation, marking};
use publier_core::domain::credentials::assignment;
use publier_core::domain::ids::{AccountId, BuildingId, EntityId, PartyId};
use publier_core::domain::options::Role;
use publier_core::domain::records::AccountRecord;
use publier_core::publication::reason::StaffReason;

use super::credentials::fresh;
use super::error::DeskError;
use super::office::{Office, Trading, building, entity};
use super::row::{Kind, Notice, Outcome, Results, Row};
use crate::source::Reference;
use crate::source::staff::PartyLogin;
use crate::source::write::staff::{Given, Marked};

/// Which accounts staff mean; a blank field leaves every account in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountFilter {
    /// These ones alone.
    pub ids: Vec<AccountId>,
    /// Of the entity of this code.
    pub entity: Option<String>,
    /// Of this role.
    pub role: Option<Role>,
    /// Whose number begins so, or follows a pattern with `*` and `?`, case apart.
    pub number: Option<String>,
    /// Of the building of this code: by the record, a unit held or a lease, at any date.
    pub building: Option<String>,
    /// Ticked, or not.
    pub published: Option<bool>,
}

/// An account in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLine {
    /// Its key.
    pub id: AccountId,
    /// Its entity's code.
    pub entity: String,
    /// Its number.
    pub number: String,
    /// Its label.
    pub label: String,
    /// Its role.
    pub role: Role,
    /// Its party's code.
    pub party: Option<String>,
    /// The box « Service client ».
    pub ticked: bool,
    /// « Compte validé » (D25).
    pub validated: bool,
    /// What the next publication makes of it.
    pub verdict: AccountVerdict,
}

/// Lists the accounts that a filter keeps, by key.
///
/// # Errors
/// When the database can't be read, or the filter names what isn't there.
pub fn list(office: &Office, filter: &AccountFilter) -> Result<Vec<AccountLine>, DeskError> {
    let trading = Trading::open(office)?;
    let reference = &trading.reference;
    let codes: HashMap<PartyId, String> =
        office.snapshot.party_logins()?.into_iter().map(|party| (party.id, party.code)).collect();
    let line = |account: &AccountRecord| AccountLine {
        id: account.id,
        entity: reference.entities.get(&account.entity).map(|entity| entity.code.clone()).unwrap_or_default(),
        number: account.number.clone(),
        label: account.label.clone(),
        role: account.role,
        party: account.party.and_then(|party| codes.get(&party).cloned()),
        ticked: account.published,
        validated: account.validated,
        verdict: trading.selection.accounts.get(&account.id).copied().unwrap_or(AccountVerdict::NotAsked),
    };
    Ok(chosen(reference, filter)?.into_iter().map(line).collect())
}

/// Ticks the boxes of the accounts that a filter keeps (D1, D2, D6); a party without login or password gets them (D3).
///
/// # Errors
/// When the database can't be read or written, or the filter names what isn't there.
pub fn mark(office: &Office, filter: &AccountFilter, dry_run: bool) -> Result<Results, DeskError> {
    let reference = office.reference()?;
    let chosen = chosen(&reference, filter)?;
    let mut returning = match office.series() {
        Some((ledger, series)) => ledger.parties_without_access(series)?,
        None => BTreeSet::new(),
    };
    let revoked = office.revoked_issues()?;
    let logins = office.snapshot.party_logins()?;
    let lacking =
        logins.iter().filter(|party| party.credentials().lacks_new_issue(revoked.get(&party.id).copied()));
    returning.extend(lacking.map(|party| party.id));
    let wanted: Vec<AccountId> = chosen.iter().map(|account| account.id).collect();
    let marked = if dry_run {
        rehearse_marks(&chosen, &returning, logins)
    } else {
        office.door()?.mark_accounts(&wanted, &returning, office.today, &mut fresh)?
    };
    let mut rows = rows(&reference, &marked);
    rows.extend(missing_ids(&reference, filter));
    for row in &mut rows {
        let account = row.id.parse().ok().and_then(|id| reference.accounts.get(&AccountId(id)));
        let lacks = account.is_some_and(|account| {
            lacks_validation(&AccountRecord { published: true, ..account.clone() }.view())
        });
        if lacks && row.outcome == Outcome::Done {
            row.notices.push(Notice::NotValidated);
        }
    }
    Ok(Results { rows, dry_run })
}

/// What clearing boxes will do, said before it is done (D24).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmarking {
    /// What each row will come to.
    pub results: Results,
    /// How many documents leave at the next publication.
    pub documents: u64,
    wanted: Vec<AccountId>,
}

impl Unmarking {
    /// Gives how many boxes are cleared.
    pub fn boxes(&self) -> u64 {
        self.results.tally().done
    }
}

/// Says what clearing the boxes of the accounts that a filter keeps will do: which documents leave (D7, D24), whose access
/// (D26). Nothing is written.
///
/// # Errors
/// When the database or the ledger can't be read, or the filter names what isn't there.
pub fn prepare_unmark(office: &Office, filter: &AccountFilter) -> Result<Unmarking, DeskError> {
    let reference = office.reference()?;
    let chosen = chosen(&reference, filter)?;
    let live = match office.series() {
        Some((ledger, series)) => ledger.live_documents_by_account(series)?,
        None => BTreeMap::new(),
    };
    let wanted: Vec<AccountId> = chosen.iter().map(|account| account.id).collect();
    let judge = |account: &&AccountRecord| Marked {
        account: account.id,
        marking: Some(marking(&account.view(), false)),
        given: None,
    };
    let marked: Vec<Marked> = chosen.iter().map(judge).collect();
    let leaving = last_accounts(&reference, &wanted);
    let mut rows = rows(&reference, &marked);
    let mut documents = 0_u64;
    for (row, account) in rows.iter_mut().zip(&chosen) {
        if row.outcome != Outcome::Done {
            continue;
        }
        if let Some(count) = live.get(&account.id) {
            documents = documents.saturating_add(*count);
            row.notices.push(Notice::DocumentsLeave(*count));
        }
        if leaving.contains(&account.id) {
            row.notices.push(Notice::AccessLeaves);
        }
    }
    rows.extend(missing_ids(&reference, filter));
    Ok(Unmarking { results: Results { rows, dry_run: true }, documents, wanted })
}

/// Clears the boxes that were announced (D6, D7).
///
/// # Errors
/// When the database can't be written.
pub fn unmark(office: &Office, prepared: Unmarking) -> Result<Results, DeskError> {
    let marked = office.door()?.unmark_accounts(&prepared.wanted)?;
    let mut rows = prepared.results.rows;
    // Someone may have been faster: what is reported is what was written.
    for (row, marked) in rows.iter_mut().zip(&marked) {
        row.outcome = outcome(marked);
        if row.outcome != Outcome::Done {
            row.notices.clear();
        }
    }
    Ok(Results { rows, dry_run: false })
}

/// Gives the accounts whose parties keep no other ticked account.
fn last_accounts(reference: &Reference, cleared: &[AccountId]) -> BTreeSet<AccountId> {
    let cleared: BTreeSet<AccountId> = cleared.iter().copied().collect();
    let kept: BTreeSet<PartyId> = reference
        .accounts
        .values()
        .filter(|account| account.published && !cleared.contains(&account.id))
        .filter_map(|account| account.party)
        .collect();
    let of_party = |id: &&AccountId| {
        reference
            .accounts
            .get(id)
            .and_then(|account| account.party)
            .is_some_and(|party| !kept.contains(&party))
    };
    cleared.iter().filter(of_party).copied().collect()
}

/// Judges as the door does, and writes nothing.
fn rehearse_marks(
    chosen: &[&AccountRecord],
    returning: &BTreeSet<PartyId>,
    parties: Vec<PartyLogin>,
) -> Vec<Marked> {
    let mut taken: BTreeSet<String> = parties.iter().filter_map(|party| party.login.clone()).collect();
    let parties: HashMap<PartyId, PartyLogin> = parties.into_iter().map(|party| (party.id, party)).collect();
    let mut seen = BTreeSet::new();
    let mut give = |party: PartyId| -> Option<Given> {
        let known = parties.get(&party).filter(|_| seen.insert(party))?;
        let name = (known.surname.as_str(), known.first_name.as_deref());
        let again = returning.contains(&party);
        let given = assignment(name, &known.credentials(), again, |login| taken.contains(login));
        if let Ok(Some(login)) = given.as_ref().map(|given| given.login.clone()) {
            taken.insert(login);
        }
        Some(given)
    };
    let judge = |account: &&AccountRecord| {
        let marking = marking(&account.view(), true);
        let given = account.party.filter(|_| marking == Marking::Changed).and_then(&mut give);
        Marked { account: account.id, marking: Some(marking), given }
    };
    chosen.iter().map(judge).collect()
}

fn rows(reference: &Reference, marked: &[Marked]) -> Vec<Row> {
    let row = |marked: &Marked| {
        let account = reference.accounts.get(&marked.account);
        let label =
            account.map(|account| format!("{} {}", account.number, account.label)).unwrap_or_default();
        let mut row = Row::new(Kind::Account, &marked.account, label.trim(), outcome(marked));
        row.notices = marked.given.as_ref().map(given_notices).unwrap_or_default();
        row
    };
    marked.iter().map(row).collect()
}

fn outcome(marked: &Marked) -> Outcome {
    match marked.marking {
        None => Outcome::Refused(StaffReason::NotFound.into()),
        Some(Marking::Changed) => Outcome::Done,
        Some(Marking::Unchanged) => Outcome::Already,
        Some(Marking::Refused(reason)) => Outcome::Refused(reason.into()),
    }
}

/// Says what a party was given, never the password itself.
pub(super) fn given_notices(given: &Given) -> Vec<Notice> {
    match given {
        Err(_) => vec![Notice::NoLogin],
        Ok(given) => {
            let login = given.login.clone().map(Notice::LoginGiven);
            login.into_iter().chain(given.issue.map(Notice::PasswordGiven)).collect()
        }
    }
}

/// Makes rows for the ids asked for that no account bears.
pub(super) fn missing_ids<'r>(
    reference: &'r Reference,
    filter: &'r AccountFilter,
) -> impl Iterator<Item = Row> + 'r {
    let missing = filter.ids.iter().filter(|id| !reference.accounts.contains_key(id));
    missing.map(|id| Row::new(Kind::Account, id, "", Outcome::Refused(StaffReason::NotFound.into())))
}

/// Gives the accounts that a filter keeps, by key.
pub(super) fn chosen<'r>(
    reference: &'r Reference,
    filter: &AccountFilter,
) -> Result<Vec<&'r AccountRecord>, DeskError> {
    let entity = filter.entity.as_deref().map(|code| entity(reference, code)).transpose()?;
    let building = filter.building.as_deref().map(|code| building(reference, code)).transpose()?;
    let of_building = building.map(|building| accounts_of_building(reference, building));
    let ids: BTreeSet<AccountId> = filter.ids.iter().copied().collect();
    let keeps = |account: &&AccountRecord| {
        (ids.is_empty() || ids.contains(&account.id))
            && entity.is_none_or(|entity: EntityId| account.entity == entity)
            && filter.role.is_none_or(|role| account.role == role)
            && filter.number.as_deref().is_none_or(|pattern| follows(&account.number, pattern))
            && of_building.as_ref().is_none_or(|accounts| accounts.contains(&account.id))
            && filter.published.is_none_or(|published| account.published == published)
    };
    Ok(reference.accounts.values().filter(keeps).collect())
}

/// Gives the accounts that have to do with a building: by their record, a holding or a lease, at any date.
fn accounts_of_building(reference: &Reference, building: BuildingId) -> BTreeSet<AccountId> {
    let inside = |unit| reference.units.get(&unit).is_some_and(|unit| unit.building == building);
    let by_record = reference.accounts.values().filter(|account| {
        account
            .record
            .and_then(|id| reference.records.get(&id))
            .is_some_and(|record| record.building == building)
    });
    let held = reference.holdings.iter().filter(|holding| inside(holding.unit));
    let let_out = reference.leases.iter().filter(|lease| inside(lease.unit));
    by_record
        .map(|account| account.id)
        .chain(held.flat_map(|holding| [holding.landlord_account, holding.account]).flatten())
        .chain(let_out.flat_map(|lease| [lease.landlord, lease.tenant]))
        .collect()
}

/// Tells whether a number begins with a text, or follows a pattern with `*` (any letters) and `?` (one), case apart.
fn follows(number: &str, pattern: &str) -> bool {
    let number: Vec<char> = number.to_lowercase().chars().collect();
    let mut pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    if !pattern.iter().any(|letter| matches!(letter, '*' | '?')) {
        pattern.push('*');
    }
    // The states that the pattern may be in after each letter: as long as the pattern, whatever the number.
    let mut states = vec![false; pattern.len() + 1];
    let spread = |states: &mut Vec<bool>| {
        for (at, letter) in pattern.iter().enumerate() {
            if *letter == '*' && states.get(at) == Some(&true) {
                set(states, at + 1);
            }
        }
    };
    set(&mut states, 0);
    spread(&mut states);
    for seen in number {
        let mut next = vec![false; states.len()];
        for (at, expected) in pattern.iter().enumerate().filter(|(at, _)| states.get(*at) == Some(&true)) {
            match expected {
                '*' => set(&mut next, at),
                expected if *expected == '?' || *expected == seen => set(&mut next, at + 1),
                _ => {}
            }
        }
        spread(&mut next);
        states = next;
    }
    states.last() == Some(&true)
}

fn set(states: &mut [bool], at: usize) {
    if let Some(state) = states.get_mut(at) {
        *state = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_matched_by_its_beginning_or_by_a_pattern() {
        assert!(follows("411ALOXECO", "411"));
        assert!(follows("411ALOXECO", "411aloxeco"));
        assert!(!follows("411ALOXECO", "ALOX"));
        assert!(follows("411ALOXECO", "*alox*"));
        assert!(follows("4502CLIQUO", "450?CLIQUO"));
        assert!(!follows("450CLIQUOT", "450?CLIQUO"));
        assert!(follows("450", "450*") && !follows("45", "450*"));
        assert!(follows("anything", "*") && follows("", "*") && follows("", ""));
        assert!(!follows(&"a".repeat(200), &format!("{}b", "*a".repeat(60))), "no pattern takes long");
    }
}
