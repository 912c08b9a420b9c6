//! Accounts' boxes and parties' credentials (D1-D7, D20, D26).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::NaiveDate;
use publier_core::domain::account::{Marking, marking};
use publier_core::domain::credentials::{Assignment, NoLogin, TemporaryPassword, assignment};
use publier_core::domain::ids::{AccountId, PartyId};
use publier_core::domain::records::AccountRecord;
use rusqlite::{Transaction, params};

use super::super::Door;
use crate::source::error::{Function, SourceError};
use crate::source::reference::{Doubts, accounts, by_key, entities};
use crate::source::staff::{PartyLogin, party_logins};
use crate::source::unreadable::LeftOut;

/// Makes temporary passwords from a cryptographic generator; `None` when the generator fails.
pub type Fresh<'f> = dyn FnMut() -> Option<TemporaryPassword> + 'f;

/// What became of one account's box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The account.
    pub account: AccountId,
    /// What the rule says of its box; `None` = the account is gone.
    pub marking: Option<Marking>,
    /// What its party was given with it (D3).
    pub given: Option<Given>,
}

/// What a party was given, or why not.
pub type Given = Result<Assignment, NoLogin>;

impl Door {
    /// Ticks the boxes of accounts, in the order asked for; a party that has no login or password gets them (D3), and one
    /// of `returning`, whose access was revoked, a new issue of its password (D26).
    ///
    /// # Errors
    /// [`SourceError::Busy`], [`SourceError::Unwritable`], [`SourceError::Query`]: then nothing is written.
    pub fn mark_accounts(
        &mut self,
        wanted: &[AccountId],
        returning: &BTreeSet<PartyId>,
        today: NaiveDate,
        fresh: &mut Fresh<'_>,
    ) -> Result<Vec<Marked>, SourceError> {
        self.staff(Function::Accounts, |transaction| {
            let known = present(transaction)?;
            let mut desk = Credentials::open(transaction, today)?;
            let mark = |id: &AccountId| {
                let account = known.get(id);
                let marking = account.map(|account| marking(&account.view(), true));
                let party = account.and_then(|account| account.party);
                let mut given = None;
                if marking == Some(Marking::Changed) {
                    write_box(transaction, *id, true)?;
                    if let Some(party) = party {
                        given = desk.give(party, returning.contains(&party), fresh)?;
                    }
                }
                Ok(Marked { account: *id, marking, given })
            };
            wanted.iter().map(mark).collect()
        })
    }

    /// Clears the boxes of accounts, in the order asked for (D6, D7). Logins stay.
    ///
    /// # Errors
    /// As for [`Door::mark_accounts`].
    pub fn unmark_accounts(&mut self, wanted: &[AccountId]) -> Result<Vec<Marked>, SourceError> {
        self.staff(Function::Accounts, |transaction| {
            let known = present(transaction)?;
            let clear = |id: &AccountId| {
                let marking = known.get(id).map(|account| marking(&account.view(), false));
                if marking == Some(Marking::Changed) {
                    write_box(transaction, *id, false)?;
                }
                Ok(Marked { account: *id, marking, given: None })
            };
            wanted.iter().map(clear).collect()
        })
    }

    /// Gives parties what they lack; with `reissue` also the next issue of their password (D20, D26). `None` = the party
    /// is gone.
    ///
    /// # Errors
    /// As for [`Door::mark_accounts`].
    pub fn assign_credentials(
        &mut self,
        wanted: &[PartyId],
        reissue: bool,
        today: NaiveDate,
        fresh: &mut Fresh<'_>,
    ) -> Result<Vec<(PartyId, Option<Given>)>, SourceError> {
        self.staff(Function::Credentials, |transaction| {
            let mut desk = Credentials::open(transaction, today)?;
            wanted.iter().map(|party| Ok((*party, desk.give(*party, reissue, fresh)?))).collect()
        })
    }
}

fn present(transaction: &Transaction<'_>) -> Result<BTreeMap<AccountId, AccountRecord>, SourceError> {
    let entities = by_key(entities(transaction, &mut LeftOut::default())?, |entity| entity.id);
    Ok(by_key(
        accounts(transaction, &entities, &mut LeftOut::default(), &mut Doubts::default())?,
        |account| account.id,
    ))
}

fn write_box(transaction: &Transaction<'_>, account: AccountId, ticked: bool) -> Result<(), SourceError> {
    let failed = SourceError::staff(Function::Accounts);
    let sql = "UPDATE account SET published = ?2 WHERE id = ?1";
    let written =
        transaction.prepare_cached(sql).and_then(|mut statement| statement.execute((account.0, ticked)));
    written.map(drop).map_err(failed)
}

/// The parties and the logins that are taken, as they stand in this transaction.
struct Credentials<'t> {
    transaction: &'t Transaction<'t>,
    parties: BTreeMap<PartyId, PartyLogin>,
    taken: HashSet<String>,
    /// Those who had a turn: several accounts of one party make one issue.
    served: HashSet<PartyId>,
    today: NaiveDate,
}

impl<'t> Credentials<'t> {
    fn open(transaction: &'t Transaction<'t>, today: NaiveDate) -> Result<Self, SourceError> {
        let parties = by_key(party_logins(transaction)?, |party| party.id);
        let taken = parties.values().filter_map(|party| party.login.clone()).collect();
        Ok(Self { transaction, parties, taken, served: HashSet::new(), today })
    }

    /// Gives one party what the rule says; `None` when there is no such party.
    fn give(
        &mut self,
        party: PartyId,
        reissue: bool,
        fresh: &mut Fresh<'_>,
    ) -> Result<Option<Given>, SourceError> {
        let Some(known) = self.parties.get_mut(&party) else { return Ok(None) };
        let reissue = self.served.insert(party) && reissue;
        let name = (known.surname.as_str(), known.first_name.as_deref());
        let assigned = assignment(name, &known.credentials(), reissue, |login| self.taken.contains(login));
        let Ok(assigned) = assigned else { return Ok(Some(assigned)) };
        if let Some(login) = &assigned.login {
            write_login(self.transaction, party, login)?;
            self.taken.insert(login.clone());
            known.login = Some(login.clone());
        }
        if let Some(issue) = assigned.issue {
            let password = fresh().ok_or_else(|| SourceError::Sink(std::io::ErrorKind::Other.into()))?;
            write_password(self.transaction, party, &password, issue, self.today)?;
            (known.issue, known.has_password) = (issue, true);
        }
        Ok(Some(Ok(assigned)))
    }
}

fn write_login(transaction: &Transaction<'_>, party: PartyId, login: &str) -> Result<(), SourceError> {
    let sql = "UPDATE party SET login = ?2 WHERE id = ?1 AND coalesce(trim(login), '') = ''";
    let written =
        transaction.prepare_cached(sql).and_then(|mut statement| statement.execute((party.0, login)));
    written.map(drop).map_err(SourceError::staff(Function::Credentials))
}

fn write_password(
    transaction: &Transaction<'_>,
    party: PartyId,
    password: &TemporaryPassword,
    issue: i64,
    today: NaiveDate,
) -> Result<(), SourceError> {
    let sql = "UPDATE party SET temporary_password = ?2, temporary_password_issue = ?3, temporary_password_set_on = ?4
                WHERE id = ?1";
    let row = params![party.0, password.expose(), issue, today.to_string()];
    let written = transaction.prepare_cached(sql).and_then(|mut statement| statement.execute(row));
    written.map(drop).map_err(SourceError::staff(Function::Credentials))
}
