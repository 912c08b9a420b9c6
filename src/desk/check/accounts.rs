//! Accounts: parties, validation, balances, bank details (D1, D2, D12, D16, D18, D22, D25).

use publier_core::domain::account::{AccountVerdict, lacks_validation};
use publier_core::domain::bank::{BankFault, BankVerdict, shared_entity_accounts};
use publier_core::domain::ids::PartyId;
use publier_core::domain::records::AccountRecord;
use publier_core::domain::statement::{Statement, StatementRules, StatementWarning, Totals};
use publier_core::publication::reason::RefusalReason;

use super::{Books, Code, Finding, Kind, Record, Sink};
use crate::source::{Entries, SourceError};

/// Checks every account as a publication does: those that leave are added up whole.
pub(super) fn check(books: &Books, each: &mut Sink<'_>) -> Result<(), SourceError> {
    let mut reading = books.snapshot.entries()?;
    let mut entries = reading.begin()?;
    let mut published = 0_u64;
    for account in books.reference.accounts.values() {
        let find = |code| Finding::new(code, record(books, account));
        match books.selection.accounts.get(&account.id) {
            Some(AccountVerdict::Published) => {
                published += 1;
                let Some(totals) = totals(books, account, &mut entries)? else {
                    each(find(Code::AccountUnreadable));
                    continue;
                };
                for warning in &totals.warnings {
                    each(find(match warning {
                        StatementWarning::StoredBalance { .. } => Code::StoredBalance,
                        StatementWarning::OpeningDiffers { .. } => Code::OpeningDiffers,
                    }));
                }
                if let Some((party, holder)) = two_parties(books, account) {
                    let finding = find(Code::RecordOfAnotherParty).with("party", &party.to_string());
                    each(finding.with("holder", &holder.to_string()));
                }
                if lacks_validation(&account.view()) {
                    each(find(Code::NotValidated));
                }
            }
            Some(AccountVerdict::Refused(RefusalReason::AccountWithoutParty)) => {
                each(find(Code::AccountWithoutParty));
            }
            Some(AccountVerdict::Refused(_)) => each(find(Code::AccountUnreadable)),
            None | Some(AccountVerdict::NotAsked | AccountVerdict::Inactive(_)) => {}
        }
    }
    if published == 0 {
        each(Finding::new(Code::NoAccount, Record::new(Kind::Table, "account")));
    }
    check_bank(books, each);
    Ok(())
}

/// Gives the party of a co-owner's account and that of its record, where they are two.
fn two_parties(books: &Books, account: &AccountRecord) -> Option<(PartyId, PartyId)> {
    let party = account.party?;
    let holder = books.reference.records.get(&account.record?)?.party;
    (party != holder).then_some((party, holder))
}

fn record(books: &Books, account: &AccountRecord) -> Record {
    let entity = books.reference.entities.get(&account.entity).map_or("", |entity| entity.code.as_str());
    Record::new(Kind::Account, account.id).called(&format!("{entity} {}", account.number))
}

/// Adds an account up without keeping a line; `None` when its entries can't be read or added up.
fn totals(
    books: &Books,
    account: &AccountRecord,
    entries: &mut Entries<'_>,
) -> Result<Option<Totals>, SourceError> {
    let reference = &books.reference;
    let rules = StatementRules::of(&account.view(), &reference.agency.name, &reference.options);
    let mut statement = Some(Statement::new(rules));
    entries.of::<SourceError>(account.id, |row| {
        let pushed = row.ok().and_then(|row| statement.as_mut()?.push(row, &mut |_| {}).ok());
        if pushed.is_none() {
            statement = None;
        }
        Ok(())
    })?;
    Ok(statement.and_then(|statement| statement.finish(&mut |_| {}).ok()))
}

/// Checks the bank details of the buildings that are sent (D16).
fn check_bank(books: &Books, each: &mut Sink<'_>) {
    let reference = &books.reference;
    let sent = &books.selection.places.sent_buildings;
    let buildings = reference.buildings.values().filter(|building| sent.contains(&building.id));
    let verdicts: Vec<_> = buildings.map(|building| (building, reference.bank_of(building))).collect();
    for (building, verdict) in &verdicts {
        if let BankVerdict::Invalid { fault, .. } = verdict {
            let what = match fault {
                BankFault::Iban => "IBAN",
                BankFault::Bic => "BIC",
            };
            let record = Record::new(Kind::Building, building.id).called(&building.code);
            each(Finding::new(Code::InvalidBank, record).with("what", what));
        }
    }
    let of_entities = verdicts.iter().map(|(building, verdict)| (building.entity, building.id, verdict));
    for (entity, buildings) in shared_entity_accounts(of_entities) {
        let code = reference.entities.get(&entity).map_or("", |entity| entity.code.as_str());
        let names: Vec<&str> = buildings
            .iter()
            .filter_map(|id| reference.buildings.get(id))
            .map(|building| building.code.as_str())
            .collect();
        let record = Record::new(Kind::Entity, entity).called(code);
        each(Finding::new(Code::SharedBank, record).with("buildings", &names.join(", ")));
    }
}
