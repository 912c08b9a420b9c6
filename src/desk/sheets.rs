//! Statements, expense lists and works-fund statements as they stand today, from the same records and by the same rules as
//! the publication's XML: one balance everywhere (D27), the same lines (E1-E9), the holder's own units (F4).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use publier_core::domain::account::Period;
use publier_core::domain::expenses::{Amounts, ExpenseList, ExpensePart, ExpenseVerdict};
use publier_core::domain::ids::{CoOwnerRecordId, FiscalYearId, PartyId, UnitId};
use publier_core::domain::records::{AccountRecord, Building};
use publier_core::domain::statement::{Line, Statement, StatementRules};
use publier_core::domain::works_fund::{self, RecordFunds, WorksFunds, held_on};
use publier_core::publication::reason::RefusalReason;

use super::error::DeskError;
use super::office::Office;
use crate::render::papers::{
    AccountStatement, ExpenseRow, ExpenseSheet, FundLine, FundStatement, FundUnit, StatementLine,
};
use crate::source::{Entries, Reference, SourceError};

/// What sheets are made from.
#[derive(Debug)]
pub(super) struct Sheets<'o> {
    office: &'o Office,
    reference: &'o Reference,
}

impl<'o> Sheets<'o> {
    pub(super) fn new(office: &'o Office, reference: &'o Reference) -> Self {
        Self { office, reference }
    }

    /// Gives the name of a party as letters spell it: civility and name.
    fn name(&self, party: Option<PartyId>) -> Result<String, SourceError> {
        let Some(party) = party else { return Ok(String::new()) };
        Ok(self.office.snapshot.address_block(party)?.into_iter().next().unwrap_or_default())
    }

    /// Makes the statement of an account (C16, D12); refused when its entries can't be read or added up.
    pub(super) fn statement(
        &self,
        account: &AccountRecord,
        entries: &mut Entries<'_>,
    ) -> Result<Result<AccountStatement, RefusalReason>, DeskError> {
        let agency = &self.reference.agency.name;
        let rules = StatementRules::of(&account.view(), agency, &self.reference.options);
        let mut fold = Statement::new(rules);
        let mut lines: Vec<StatementLine> = Vec::new();
        let mut write = |line: Line<'_>| {
            lines.push(StatementLine {
                date: line.date,
                label: line.label.to_owned(),
                debit: line.debit,
                credit: line.credit,
                balance: line.balance,
            });
        };
        let mut is_readable = true;
        entries.of::<SourceError>(account.id, |row| {
            is_readable &= row.is_ok_and(|row| fold.push(row, &mut write).is_ok());
            Ok(())
        })?;
        let totals = if is_readable { fold.finish(&mut write).ok() } else { None };
        let Some(totals) = totals else { return Ok(Err(RefusalReason::BadValue)) };
        let entity = self.reference.entities.get(&account.entity);
        let first = lines.first().map(|line| line.date);
        Ok(Ok(AccountStatement {
            agency: agency.clone(),
            entity: entity.map(|entity| entity.name.clone()).unwrap_or_default(),
            number: account.number.clone(),
            label: account.label.clone(),
            holder: self.name(account.party)?,
            from: first.map(|first| account.available_from.map_or(first, |from| from.min(first))),
            to: lines.last().map(|line| line.date),
            opening: totals.opening,
            lines,
            debit: totals.debit,
            credit: totals.credit,
            closing: totals.closing,
            document_id: format!("statement:{}", account.id),
            made_on: self.office.today,
        }))
    }

    /// Makes the expense lists of a building's open years (E1, E3), by year; a year without a line has none.
    pub(super) fn expenses(
        &self,
        building: &Building,
    ) -> Result<Result<Vec<ExpenseSheet>, RefusalReason>, DeskError> {
        let mut gathered = Gathered::default();
        let mut list = ExpenseList::new(&self.reference.options);
        let (mut refused, mut unread) = (None, Vec::new());
        self.office.snapshot.each_expense::<SourceError>(|row| {
            match row {
                Ok(row) if row.building == building.id => {
                    let line = self.reference.expense_row(&row, &[]);
                    let verdict = list.push(&line, &mut |part| gathered.take(&part));
                    if let ExpenseVerdict::Refused(reason) =
                        verdict.unwrap_or(ExpenseVerdict::Refused(RefusalReason::BadValue))
                    {
                        refused.get_or_insert(reason);
                    }
                }
                Ok(_) => {}
                Err(bad) => unread.push(bad),
            }
            Ok(())
        })?;
        list.finish(&mut |part| gathered.take(&part));
        for bad in unread {
            let at = self.office.snapshot.building_of_expense(bad)?;
            if at.is_none_or(|at| at == building.id) {
                refused = Some(RefusalReason::Unreadable);
            }
        }
        // A sum without one of its lines would be a wrong one on paper.
        if let Some(reason) = refused {
            return Ok(Err(reason));
        }
        let sheet = |(year, rows, total): (FiscalYearId, Vec<ExpenseRow>, Amounts)| {
            let year = self.reference.years.get(&year)?;
            Some(ExpenseSheet {
                agency: self.reference.agency.name.clone(),
                building: building.name.clone(),
                addresses: building.address.envelope_lines(),
                year: year.label.clone(),
                period: (year.from, year.to),
                rows,
                total,
                document_id: format!("expenses:{}", year.id),
                made_on: self.office.today,
            })
        };
        Ok(Ok(gathered.years.into_iter().filter_map(sheet).collect()))
    }

    /// Makes the works-fund statements of a building's records (F1-F5), by record; a record whose funds are all zero has
    /// none, one of which a line can't be read or added up is refused.
    pub(super) fn works_funds(&self, building: &Building) -> Result<Funds, DeskError> {
        let periods = self.periods();
        let mut fold = WorksFunds::new(&self.reference.options);
        let mut all: Vec<RecordFunds> = Vec::new();
        let mut refused: BTreeMap<CoOwnerRecordId, RefusalReason> = BTreeMap::new();
        let (mut out_of_order, mut unread) = (Vec::new(), Vec::new());
        let mut take = |funds: Result<RecordFunds, works_fund::RefusedFunds>| match funds {
            Ok(funds) => all.push(funds),
            Err(bad) => drop(refused.insert(bad.record, bad.reason)),
        };
        self.office.snapshot.each_fund::<SourceError>(|row| {
            let row = match row {
                Ok(row) => row,
                Err(bad) => {
                    unread.push(bad);
                    return Ok(());
                }
            };
            if row.building == building.id {
                let periods = periods.get(&(row.record, row.unit));
                let fund = works_fund::FundRow {
                    record: row.record,
                    building: row.building,
                    account_number: &row.account_number,
                    account_label: &row.account_label,
                    unit: row.unit,
                    unit_position: row.unit_position,
                    unit_exists: self.reference.has_unit(row.unit, row.building),
                    held: periods.is_some_and(|periods| held_on(periods, self.office.today)),
                    amount: row.amount,
                    as_of: row.as_of,
                };
                if fold.push(&fund, &mut take).is_err() {
                    out_of_order.push(row.record);
                }
            }
            Ok(())
        })?;
        fold.finish(&mut take);
        refused.extend(out_of_order.into_iter().map(|record| (record, RefusalReason::BadValue)));
        let mut nobody_knows_whose = false;
        for bad in unread {
            let (at, record) = self.office.snapshot.place_of_fund(bad)?;
            if at.is_none_or(|at| at == building.id) {
                nobody_knows_whose |= record.is_none();
                refused.extend(record.map(|record| (record, RefusalReason::Unreadable)));
            }
        }
        if nobody_knows_whose {
            refused.extend(all.iter().map(|funds| (funds.record, RefusalReason::Unreadable)));
        }
        let whole = all.iter().filter(|funds| !refused.contains_key(&funds.record));
        let sheets = whole.map(|funds| Ok((funds.record, self.fund_statement(building, funds)?)));
        let sheets = sheets.collect::<Result<_, DeskError>>()?;
        Ok(Funds { sheets, refused })
    }

    fn periods(&self) -> BTreeMap<(CoOwnerRecordId, UnitId), Vec<Period>> {
        let mut periods: BTreeMap<_, Vec<Period>> = BTreeMap::new();
        for holding in &self.reference.holdings {
            if let Some(record) = holding.record {
                let period = Period { from: holding.from, to: holding.to };
                periods.entry((record, holding.unit)).or_default().push(period);
            }
        }
        periods
    }

    fn fund_statement(&self, building: &Building, funds: &RecordFunds) -> Result<FundStatement, DeskError> {
        let unit = |unit: &works_fund::UnitFunds| FundUnit {
            unit: self.unit(building, unit.unit),
            funds: unit
                .funds
                .iter()
                .map(|fund| FundLine {
                    account_number: fund.account_number.clone(),
                    label: fund.account_label.clone(),
                    amount: fund.amount,
                })
                .collect(),
        };
        let party = self.reference.records.get(&funds.record).map(|record| record.party);
        Ok(FundStatement {
            agency: self.reference.agency.name.clone(),
            building: building.name.clone(),
            addresses: building.address.envelope_lines(),
            holder: self.name(party)?,
            as_of: funds.as_of,
            units: funds.units.iter().map(unit).collect(),
            total: funds.total,
            document_id: format!("works-fund:{}:{}", funds.record, building.id),
            made_on: self.office.today,
        })
    }

    /// Gives `GILBERT/248 (Appartement)`, as the co-owner list does (G4).
    fn unit(&self, building: &Building, unit: UnitId) -> String {
        self.reference.units.get(&unit).map_or_else(
            || format!("{}/{unit}", building.code),
            |unit| format!("{}/{} ({})", building.code, unit.number, unit.kind),
        )
    }
}

/// The works-fund statements of a building.
#[derive(Debug)]
pub(super) struct Funds {
    /// By record.
    pub sheets: Vec<(CoOwnerRecordId, FundStatement)>,
    /// The records whose sum would lack a line.
    pub refused: BTreeMap<CoOwnerRecordId, RefusalReason>,
}

/// The parts of the expense list, gathered by year.
#[derive(Debug, Default)]
struct Gathered {
    years: Vec<(FiscalYearId, Vec<ExpenseRow>, Amounts)>,
    year: Option<FiscalYearId>,
    rows: Vec<ExpenseRow>,
    key: String,
    account: String,
}

impl Gathered {
    fn take(&mut self, part: &ExpensePart<'_>) {
        match part {
            ExpensePart::Year(year) => {
                self.year = Some(year.id);
                self.rows.clear();
            }
            ExpensePart::Key(key) => {
                key.code.clone_into(&mut self.key);
                self.rows.push(ExpenseRow::Key(key.code.to_owned(), key.name.to_owned()));
            }
            ExpensePart::Account { number, label } => {
                (*number).clone_into(&mut self.account);
                self.rows.push(ExpenseRow::Account((*number).to_owned(), (*label).to_owned()));
            }
            ExpensePart::Line(line) => {
                self.rows.push(ExpenseRow::Line(line.date, line.label.to_owned(), line.amounts));
            }
            ExpensePart::AccountEnd(total) => {
                self.rows.push(ExpenseRow::AccountTotal(self.account.clone(), *total));
            }
            ExpensePart::KeyEnd(total) => {
                self.rows.push(ExpenseRow::KeyTotal(self.key.clone(), *total));
            }
            ExpensePart::YearEnd(total) => {
                if let Some(year) = self.year.take() {
                    self.years.push((year, std::mem::take(&mut self.rows), *total));
                }
            }
            ExpensePart::Building(_) | ExpensePart::BuildingEnd(_) => {}
        }
    }
}

/// Gives the canonical bytes of a statement's figures, to be digested: what a reader sees, the day it is made apart.
/// Each text comes after its length, so that no two statements share their bytes.
pub(super) fn figures(statement: &AccountStatement) -> Vec<u8> {
    let mut out = Vec::new();
    let mut text = |text: &str| {
        out.extend_from_slice(text.len().to_string().as_bytes());
        out.push(b':');
        out.extend_from_slice(text.as_bytes());
    };
    text("statement 1");
    for part in [&statement.agency, &statement.entity, &statement.number, &statement.label, &statement.holder]
    {
        text(part);
    }
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    text(&day(statement.from));
    text(&day(statement.to));
    for amount in [statement.opening, statement.debit, statement.credit, statement.closing] {
        text(&amount.to_string());
    }
    for line in &statement.lines {
        text(&line.date.to_string());
        text(&line.label);
        for amount in [line.debit, line.credit, line.balance] {
            text(&amount.to_string());
        }
    }
    out
}

/// Finds the sheet of a year by its label, or by a part of it that only one has.
pub(super) fn of_year(sheets: Vec<ExpenseSheet>, year: &str) -> Result<ExpenseSheet, Vec<String>> {
    let labels: Vec<String> = sheets.iter().map(|sheet| sheet.year.clone()).collect();
    let exact = sheets.iter().position(|sheet| sheet.year == year);
    let matching: Vec<usize> =
        (0..).zip(&sheets).filter(|(_, sheet)| sheet.year.contains(year)).map(|(at, _)| at).collect();
    let at = exact.or(match matching[..] {
        [one] => Some(one),
        _ => None,
    });
    at.and_then(|at| sheets.into_iter().nth(at)).ok_or(labels)
}

#[cfg(test)]
mod tests {
    use publier_core::domain::money::Cents;

    use super::*;

    fn statement() -> AccountStatement {
        let day = NaiveDate::from_ymd_opt(2020, 1, 30).unwrap();
        AccountStatement {
            agency: "A".to_owned(),
            entity: "E".to_owned(),
            number: "411".to_owned(),
            label: "L".to_owned(),
            holder: "H".to_owned(),
            from: Some(day),
            to: Some(day),
            opening: Cents(1),
            lines: vec![StatementLine {
                date: day,
                label: "R".to_owned(),
                debit: Cents(2),
                credit: Cents(0),
                balance: Cents(3),
            }],
            debit: Cents(2),
            credit: Cents(0),
            closing: Cents(3),
            document_id: "statement:1".to_owned(),
            made_on: day,
        }
    }

    #[test]
    fn the_figures_tell_two_statements_apart_and_leave_the_day_out_c16() {
        let base = figures(&statement());
        let later = NaiveDate::from_ymd_opt(2021, 1, 1).unwrap();
        assert_eq!(figures(&AccountStatement { made_on: later, ..statement() }), base);
        assert_ne!(figures(&AccountStatement { closing: Cents(4), ..statement() }), base);
        assert_ne!(figures(&AccountStatement { holder: "I".to_owned(), ..statement() }), base);
        assert_ne!(figures(&AccountStatement { lines: Vec::new(), ..statement() }), base);
    }
}
