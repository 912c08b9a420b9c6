//! The reference records as the pure rules take them: one place, so that a publication, the verification tool and
//! whoever explains a verdict can't disagree.

use chrono::NaiveDate;
use publier_core::channels::extranet::Books;
use publier_core::domain::audience::Places;
use publier_core::domain::bank::{BankVerdict, RawBank, bank_verdict};
use publier_core::domain::document::{Trade, Verdict, judge_event};
use publier_core::domain::expenses::{self, AllocationKey, Amounts, ExpenseSection, FiscalYear};
use publier_core::domain::ids::{EventId, VoucherId};
use publier_core::domain::records::Building;
use publier_core::domain::succession::Successions;

use super::bulk::ExpenseRow;
use super::error::SourceError;
use super::reference::Reference;
use super::snapshot::Snapshot;

impl Reference {
    /// Gives what the selection looks at.
    pub fn books(&self) -> Books<'_> {
        Books {
            entities: &self.entities,
            accounts: &self.accounts,
            buildings: &self.buildings,
            units: &self.units,
            records: &self.records,
            holdings: &self.holdings,
            leases: &self.leases,
            transfers: &self.transfers,
        }
    }

    /// Gives what a document's verdict needs, on a day of the agency's calendar.
    pub fn trade<'a>(&'a self, places: &'a Places, today: NaiveDate) -> Trade<'a> {
        Trade {
            templates: &self.templates,
            binders: &self.binders,
            cases: &self.cases,
            places,
            use_attachment_names: self.options.use_attachment_names,
            attachment_title: self.options.attachment_title,
            co_owner_list: self.options.co_owner_list_template,
            today,
        }
    }

    /// Finds a building's bank details: its own, else its entity's (D16).
    pub fn bank_of(&self, building: &Building) -> BankVerdict {
        let Some(entity) = self.entities.get(&building.entity) else { return BankVerdict::NotCondo };
        let own = RawBank { iban: building.iban.as_deref(), bic: building.bic.as_deref() };
        let of_entity = RawBank { iban: entity.iban.as_deref(), bic: entity.bic.as_deref() };
        bank_verdict(entity.module, own, of_entity, &self.options)
    }

    /// Judges the expense section as a whole (E2, E6).
    pub fn expense_section(&self) -> ExpenseSection {
        let binders = self.binders.iter().map(|binder| (binder.id, binder.module, binder.code.as_str()));
        ExpenseSection::of(&self.options, binders)
    }

    /// Gives an expense line with the year and the key that it names.
    pub fn expense_row<'a>(
        &'a self,
        row: &'a ExpenseRow,
        vouchers: &'a [VoucherId],
    ) -> expenses::ExpenseRow<'a> {
        let year = self.years.get(&row.year).map_or(expenses::Reference::Dangling, |year| {
            expenses::Reference::To(FiscalYear {
                id: year.id,
                building: year.building,
                label: &year.label,
                closed: year.closed,
            })
        });
        let key = row.key.map_or(expenses::Reference::None, |id| {
            self.keys.get(&id).map_or(expenses::Reference::Dangling, |key| {
                expenses::Reference::To(AllocationKey {
                    id,
                    building: key.building,
                    code: &key.code,
                    name: &key.name,
                })
            })
        });
        expenses::ExpenseRow {
            id: row.id,
            building: row.building,
            year,
            key,
            account_number: &row.account_number,
            account_label: &row.account_label,
            date: row.date,
            label: &row.label,
            amounts: Amounts {
                amount: row.amount,
                vat: row.vat,
                deductible: row.deductible,
                recoverable: row.recoverable,
            },
            private_record: row.private_record,
            vouchers,
        }
    }
}

impl Snapshot {
    /// Gives the newest event that cancels and replaces this one and can be published itself (G6).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn replaced_by(
        &self,
        event: EventId,
        successions: &Successions,
        trade: &Trade<'_>,
        is_blank: &dyn Fn(&str) -> bool,
    ) -> Result<Option<EventId>, SourceError> {
        for successor in successions.of(event) {
            let newer = self.event(*successor, is_blank)?;
            if newer.is_some_and(|newer| matches!(judge_event(&newer, trade), Verdict::Publish(_))) {
                return Ok(Some(*successor));
            }
        }
        Ok(None)
    }
}
