//! Logins and temporary passwords: who lacks them, and giving them (D3-D5, D20, D26).
//!
//! A password is made by the system's cryptographic generator, goes into the party's record, and nowhere else.

use std::collections::{BTreeSet, HashMap};

use publier_core::domain::credentials::{Missing, TemporaryPassword, assignment};
use publier_core::domain::ids::PartyId;
use publier_core::publication::reason::StaffReason;

use super::accounts::given_notices;
use super::error::DeskError;
use super::office::Office;
use super::row::{Kind, Outcome, Results, Row};
use crate::source::staff::PartyLogin;
use crate::source::write::staff::Given;

/// A party with a ticked account that lacks something (D20).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// Its key.
    pub id: PartyId,
    /// Its code.
    pub code: String,
    /// Its name as shown.
    pub name: String,
    /// What it lacks.
    pub missing: Missing,
}

/// Lists the parties with a ticked account that lack a login or a password, by key (D20); one whose access was revoked
/// lacks a new password when it comes back (D26).
///
/// # Errors
/// When the database can't be read.
pub fn missing(office: &Office) -> Result<Vec<Lacking>, DeskError> {
    let (ticked, revoked) = (ticked_parties(office)?, office.revoked_issues()?);
    let parties = office.snapshot.party_logins()?.into_iter().filter(|party| ticked.contains(&party.id));
    let lacking = parties.map(|party| Lacking {
        missing: party.credentials().missing_since(revoked.get(&party.id).copied()),
        id: party.id,
        code: party.code,
        name: party.display_name,
    });
    Ok(lacking.filter(|party| party.missing.any()).collect())
}

/// Whom credentials are given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// Everyone who lacks them (D20).
    Lacking,
    /// The parties of these codes or numbers.
    Parties(Vec<String>),
}

/// Gives what is missing; with `reissue` also the next issue of the password, to those who are named (D20, D26).
///
/// # Errors
/// When the database can't be read or written.
pub fn assign(
    office: &Office,
    recipients: &Recipients,
    reissue: bool,
    dry_run: bool,
) -> Result<Results, DeskError> {
    let parties = office.snapshot.party_logins()?;
    let (ticked, revoked) = (ticked_parties(office)?, office.revoked_issues()?);
    let revoked_issue = |party: &PartyLogin| revoked.get(&party.id).copied();
    let mut rows = Vec::new();
    let mut wanted: Vec<&PartyLogin> = Vec::new();
    match recipients {
        Recipients::Lacking => {
            let lacking = |party: &&PartyLogin| {
                party.credentials().missing_since(revoked_issue(party)).any() && ticked.contains(&party.id)
            };
            wanted.extend(parties.iter().filter(lacking));
        }
        Recipients::Parties(named) => {
            let by_name: HashMap<String, &PartyLogin> = parties
                .iter()
                .flat_map(|party| [(party.id.to_string(), party), (party.code.clone(), party)])
                .collect();
            for name in named {
                match by_name.get(name) {
                    None => rows.push(refused(name, "", StaffReason::NotFound)),
                    Some(party) if !ticked.contains(&party.id) => {
                        rows.push(refused(&party.code, &party.display_name, StaffReason::NoTickedAccount));
                    }
                    Some(party) if wanted.iter().any(|other| other.id == party.id) => {}
                    Some(party) => wanted.push(party),
                }
            }
        }
    }
    let again = |party: &PartyLogin| reissue || party.credentials().lacks_new_issue(revoked_issue(party));
    let given = if dry_run {
        rehearse(&parties, &wanted, again)
    } else {
        let (anew, first): (Vec<&PartyLogin>, Vec<&PartyLogin>) =
            wanted.iter().copied().partition(|party| again(party));
        let ids = |parties: &[&PartyLogin]| parties.iter().map(|party| party.id).collect::<Vec<_>>();
        let mut door = office.door()?;
        let mut given = door.assign_credentials(&ids(&anew), true, office.today, &mut fresh)?;
        given.extend(door.assign_credentials(&ids(&first), false, office.today, &mut fresh)?);
        given.into_iter().collect()
    };
    rows.extend(wanted.iter().map(|party| row(party, given.get(&party.id).and_then(Option::as_ref))));
    Ok(Results { rows, dry_run })
}

fn refused(id: &str, label: &str, reason: StaffReason) -> Row {
    Row::new(Kind::Party, id, label, Outcome::Refused(reason.into()))
}

fn row(party: &PartyLogin, given: Option<&Given>) -> Row {
    let outcome = match given {
        None => Outcome::Refused(StaffReason::NotFound.into()),
        Some(Err(_)) => Outcome::Refused(StaffReason::NoLogin.into()),
        Some(Ok(given)) if given.is_empty() => Outcome::Already,
        Some(Ok(_)) => Outcome::Done,
    };
    let mut row = Row::new(Kind::Party, &party.code, &party.display_name, outcome);
    if outcome == Outcome::Done {
        row.notices = given.map(given_notices).unwrap_or_default();
    }
    row
}

/// Judges as the door does, and writes nothing.
fn rehearse(
    parties: &[PartyLogin],
    wanted: &[&PartyLogin],
    again: impl Fn(&PartyLogin) -> bool,
) -> HashMap<PartyId, Option<Given>> {
    let mut taken: BTreeSet<String> = parties.iter().filter_map(|party| party.login.clone()).collect();
    let mut give = |party: &&PartyLogin| {
        let name = (party.surname.as_str(), party.first_name.as_deref());
        let given = assignment(name, &party.credentials(), again(party), |login| taken.contains(login));
        if let Ok(Some(login)) = given.as_ref().map(|given| given.login.clone()) {
            taken.insert(login);
        }
        (party.id, Some(given))
    };
    wanted.iter().map(&mut give).collect()
}

/// Gives the parties that have a ticked account.
pub(super) fn ticked_parties(office: &Office) -> Result<BTreeSet<PartyId>, DeskError> {
    let accounts = office.reference()?.accounts;
    Ok(accounts.values().filter(|account| account.published).filter_map(|account| account.party).collect())
}

/// Makes a temporary password from the system's cryptographic generator; `None` when it fails.
pub(super) fn fresh() -> Option<TemporaryPassword> {
    // About eleven bytes are used: of thirty-two, too many are hardly ever thrown away.
    (0..8).find_map(|_| {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).ok()?;
        TemporaryPassword::from_random(bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_password_is_ten_capitals_and_never_the_same_d4() {
        let made: BTreeSet<String> = (0..100).map(|_| fresh().unwrap().expose().to_owned()).collect();
        assert_eq!(made.len(), 100);
        assert!(
            made.iter().all(|text| text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_uppercase()))
        );
    }
}
