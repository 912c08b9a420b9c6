//! The expense list and the works funds (E2-E9, F4, F5).

use std::collections::HashMap;

use publier_core::domain::account::Period;
use publier_core::domain::expenses::{ExpenseFault, ExpenseList, ExpenseRow, ExpenseSection, ExpenseVerdict};
use publier_core::domain::ids::{CoOwnerRecordId, UnitId, VoucherId};
use publier_core::domain::works_fund::{FundRow, WorksFunds, held_on};
use publier_core::publication::reason::RefusalReason;

use super::events::file_fault;
use super::{Books, Code, Finding, Kind, Record, Sink};
use crate::package::vault::Vault;
use crate::source::inspect::ExpenseMismatch;
use crate::source::{self, SourceError, VoucherRow};

/// Checks the lines that a publication would send or refuse, with their vouchers. With the option off there is
/// nothing to check (E6).
pub(super) fn check(books: &Books, vault: &Vault, each: &mut Sink<'_>) -> Result<(), SourceError> {
    match books.reference.expense_section() {
        ExpenseSection::Off => return Ok(()),
        ExpenseSection::Refused(_) => {
            let record = Record::new(Kind::Table, "extranet_settings.send_expenses");
            each(Finding::new(Code::NoInvoicesBinder, record));
            return Ok(());
        }
        ExpenseSection::Sent { .. } => {}
    }
    let sent = &books.selection.places.sent_buildings;
    let mut list = ExpenseList::new(&books.reference.options);
    books.snapshot.each_expense::<SourceError>(|row| {
        match row {
            Err(bad) => each(Finding::new(
                Code::ExpenseUnreadable,
                Record::new(Kind::ExpenseLine, bad.id.unwrap_or_default()),
            )),
            Ok(row) if sent.contains(&row.building) => line(books, vault, &mut list, &row, each),
            Ok(_) => {}
        }
        Ok(())
    })?;
    books.snapshot.each_expense_mismatch(|mismatch| {
        let (code, line, other, building) = match mismatch {
            ExpenseMismatch::Event { line, event, building } => {
                (Code::EventOfOtherBuilding, line, event.to_string(), building)
            }
            ExpenseMismatch::PrivateRecord { line, record, building } => {
                (Code::PrivateOfOtherBuilding, line, record.to_string(), building)
            }
        };
        if sent.contains(&building) {
            each(Finding::new(code, Record::new(Kind::ExpenseLine, line)).with("other", &other));
        }
    })
}

fn line(
    books: &Books,
    vault: &Vault,
    list: &mut ExpenseList<'_>,
    row: &source::ExpenseRow,
    each: &mut Sink<'_>,
) {
    let ids: Vec<VoucherId> = row.vouchers.iter().map(|voucher| voucher.voucher).collect();
    let line = books.reference.expense_row(row, &ids);
    match list.push(&line, &mut |_| {}) {
        Ok(ExpenseVerdict::Sent) => sent_line(vault, &line, &row.vouchers, each),
        Ok(ExpenseVerdict::LeftOut(_)) => {}
        Ok(ExpenseVerdict::Refused(RefusalReason::DanglingReference)) => {
            each(Finding::new(Code::ExpenseDangling, Record::new(Kind::ExpenseLine, line.id)));
        }
        Ok(ExpenseVerdict::Refused(_)) | Err(_) => {
            each(Finding::new(Code::ExpenseUnreadable, Record::new(Kind::ExpenseLine, line.id)));
        }
    }
}

fn sent_line(vault: &Vault, line: &ExpenseRow<'_>, vouchers: &[VoucherRow], each: &mut Sink<'_>) {
    for fault in line.amounts.faults() {
        let code = match fault {
            ExpenseFault::SharesExceedAmount => Code::SharesExceedAmount,
            ExpenseFault::ShareOfOtherSign => Code::ShareOfOtherSign,
            ExpenseFault::VatOfOtherSign => Code::VatOfOtherSign,
        };
        each(Finding::new(code, Record::new(Kind::ExpenseLine, line.id)));
    }
    for voucher in vouchers {
        if let Some(code) = file_fault(vault, &voucher.path, false) {
            let record = Record::new(Kind::Voucher, voucher.voucher);
            each(Finding::new(code, record).with("of", &line.id.to_string()));
        }
    }
}

/// Checks the works funds of the records that are sent.
pub(super) fn check_funds(books: &Books, each: &mut Sink<'_>) -> Result<(), SourceError> {
    let mut periods: HashMap<(CoOwnerRecordId, UnitId), Vec<Period>> = HashMap::new();
    for holding in &books.reference.holdings {
        if let Some(record) = holding.record {
            let period = Period { from: holding.from, to: holding.to };
            periods.entry((record, holding.unit)).or_default().push(period);
        }
    }
    let options = &books.reference.options;
    let mut fold = WorksFunds::new(options);
    let mut refused = Vec::new();
    let mut sink = |funds: Result<_, publier_core::domain::works_fund::RefusedFunds>| {
        // A unit that does not exist is named with the row that asks for it.
        let summed = funds.err().filter(|funds| funds.reason != RefusalReason::DanglingReference);
        refused.extend(summed.map(|funds| funds.record));
    };
    books.snapshot.each_fund::<SourceError>(|row| {
        let row = match row {
            Ok(row) if books.selection.records.contains(&row.record) => row,
            Ok(_) => return Ok(()),
            Err(bad) => {
                let record = Record::new(Kind::Row, format!("works_fund {}", bad.id.unwrap_or_default()));
                each(Finding::new(Code::FundUnreadable, record));
                return Ok(());
            }
        };
        let held = periods.get(&(row.record, row.unit)).is_some_and(|periods| held_on(periods, books.today));
        let fund = FundRow {
            record: row.record,
            building: row.building,
            account_number: &row.account_number,
            account_label: &row.account_label,
            unit: row.unit,
            unit_position: row.unit_position,
            unit_exists: books.reference.has_unit(row.unit, row.building),
            held,
            amount: row.amount,
            as_of: row.as_of,
        };
        if fund.is_left_behind(options) {
            let unit = books.reference.units.get(&row.unit).map_or("", |unit| unit.number.as_str());
            let finding = Finding::new(Code::FormerHolder, Record::new(Kind::Record, row.record));
            each(finding.with("unit", unit).with("account", &row.account_number));
        }
        if fold.push(&fund, &mut sink).is_err() {
            each(Finding::new(Code::FundUnreadable, Record::new(Kind::Record, row.record)));
        }
        Ok(())
    })?;
    fold.finish(&mut sink);
    for record in refused {
        each(Finding::new(Code::FundUnreadable, Record::new(Kind::Record, record)));
    }
    Ok(())
}
