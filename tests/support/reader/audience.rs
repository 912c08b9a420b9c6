//! Who sees what, by the formula of docs/publication-format.md (B5, B12, C15, C20, C21, C24): a join made at the time of
//! reading.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Account, Cents, Document, Expense, Extranet};

/// What one party sees on the extranet on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// One space a module (H3).
    pub spaces: BTreeSet<String>,
    pub accounts: BTreeMap<i64, Account>,
    pub units: BTreeSet<i64>,
    pub binders: BTreeSet<i64>,
    pub documents: BTreeSet<String>,
    pub expenses: BTreeMap<i64, Expense>,
    /// (Record, building, unit, account): the amount.
    pub funds: BTreeMap<(i64, i64, i64, String), Cents>,
}

fn covers(from: NaiveDate, to: Option<NaiveDate>, day: NaiveDate) -> bool {
    from <= day && to.is_none_or(|to| day <= to)
}

impl Extranet {
    /// What a party sees; nothing while its access is closed.
    pub fn view(&self, party: i64, today: NaiveDate) -> View {
        let mut view = View::default();
        if !self.may_enter(party) {
            return view;
        }
        let snapshot = &self.snapshot;
        for (id, account) in snapshot.accounts.iter().filter(|(_, account)| account.party == party) {
            view.accounts.insert(*id, account.clone());
            view.spaces.extend(snapshot.entities.get(&account.entity).cloned());
        }
        let held = snapshot.holdings.iter().filter(|holding| holding.party == party);
        let held = held.filter(|holding| covers(holding.from, holding.to, today)).map(|holding| holding.unit);
        let leased = snapshot.leases.iter().filter(|lease| self.tenant_of(lease.tenant) == Some(party));
        let leased = leased.filter(|lease| covers(lease.from, lease.to, today)).map(|lease| lease.unit);
        view.units = held.chain(leased).collect();
        let mut statuses: BTreeSet<String> = BTreeSet::new();
        for account in view.accounts.values().filter(|account| account.role != "co_owner") {
            statuses.insert(account.role.clone());
        }
        for building in self.snapshot.buildings.keys() {
            statuses.extend(self.condo_status(party, *building));
        }
        for (id, binder) in &snapshot.binders {
            if binder.rights.iter().any(|right| statuses.contains(right)) {
                view.binders.insert(*id);
            }
        }
        for (id, document) in &self.documents {
            if self.sees(party, document, today) {
                view.documents.insert(id.clone());
            }
        }
        if let Some(expenses) = &snapshot.expenses {
            for (id, line) in &expenses.lines {
                if self.in_building(party, line.building, expenses.rights_from, today) {
                    view.expenses.insert(*id, line.clone());
                }
            }
        }
        for (place, amount) in &snapshot.funds {
            let own = snapshot
                .parties
                .get(&party)
                .is_some_and(|party| party.records.iter().any(|(record, ..)| *record == place.0));
            if own {
                view.funds.insert(place.clone(), *amount);
            }
        }
        view
    }

    /// Every party that the extranet knows.
    pub fn parties(&self) -> Vec<i64> {
        self.snapshot.parties.keys().copied().collect()
    }

    fn may_enter(&self, party: i64) -> bool {
        self.logins.contains_key(&party)
            && self.snapshot.parties.get(&party).is_some_and(|party| party.allowed)
    }

    fn tenant_of(&self, account: i64) -> Option<i64> {
        self.snapshot.accounts.get(&account).map(|account| account.party)
    }

    /// The one status of a party in a condominium: the highest of its records (B5, H4).
    fn condo_status(&self, party: i64, building: i64) -> Option<String> {
        let records = &self.snapshot.parties.get(&party)?.records;
        let of_building: Vec<_> = records
            .iter()
            .filter(|(_, of, _)| *of == building)
            .map(|(_, _, status)| status.as_str())
            .collect();
        ["council_president", "council_member", "co_owner"]
            .into_iter()
            .find(|status| of_building.contains(status))
            .map(str::to_owned)
    }

    fn grants(&self, binder: i64, status: &str) -> bool {
        self.snapshot.binders.get(&binder).is_some_and(|binder| binder.rights.contains(status))
    }

    /// Whether a document is shown to a party.
    pub fn sees(&self, party: i64, document: &Document, today: NaiveDate) -> bool {
        if !self.may_enter(party) || document.until.is_some_and(|until| until < today) {
            return false;
        }
        match document.scope.as_str() {
            "account" => {
                let Some(account) = self.snapshot.accounts.get(&document.reference) else { return false };
                if account.party != party {
                    return false;
                }
                let status = match account.role.as_str() {
                    "co_owner" => {
                        let records = self.snapshot.parties.get(&party).map(|party| &party.records);
                        let building = records
                            .into_iter()
                            .flatten()
                            .find(|(record, ..)| Some(*record) == account.record)
                            .map(|(_, building, _)| *building);
                        building.and_then(|building| self.condo_status(party, building))
                    }
                    role => Some(role.to_owned()),
                };
                status.is_some_and(|status| self.grants(document.binder, &status))
            }
            "unit" => self.in_unit(party, document.reference, document.binder, document.date),
            "building" => self.in_building(party, document.reference, document.binder, today),
            "entity" => self
                .snapshot
                .buildings
                .iter()
                .filter(|(_, (entity, _))| *entity == document.reference)
                .any(|(building, _)| self.in_building(party, *building, document.binder, today)),
            other => panic!("an unknown scope: {other}"),
        }
    }

    /// Whether a party holds or rents a unit on a day with a status that the binder grants.
    fn in_unit(&self, party: i64, unit: i64, binder: i64, day: NaiveDate) -> bool {
        let building = self.snapshot.units.get(&unit).map(|unit| unit.building);
        let holds = self.snapshot.holdings.iter().any(|holding| {
            let status = if holding.record.is_some() {
                building.and_then(|building| self.condo_status(party, building))
            } else {
                Some("landlord".to_owned())
            };
            holding.party == party
                && holding.unit == unit
                && covers(holding.from, holding.to, day)
                && status.is_some_and(|status| self.grants(binder, &status))
        });
        let rents = self.snapshot.leases.iter().any(|lease| {
            lease.unit == unit
                && self.tenant_of(lease.tenant) == Some(party)
                && covers(lease.from, lease.to, day)
        });
        holds || (rents && self.grants(binder, "tenant"))
    }

    fn in_building(&self, party: i64, building: i64, binder: i64, today: NaiveDate) -> bool {
        let units = self.snapshot.units.iter().filter(|(_, unit)| unit.building == building);
        units.into_iter().any(|(unit, _)| self.in_unit(party, *unit, binder, today))
    }
}
