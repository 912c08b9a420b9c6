//! The bulk, streamed row by row in index order, without copies: ledger entries, expense lines, works funds.
//!
//! A row that can't be read as what it is (a date outside the calendar, an amount that is no integer) is handed
//! on as such, so that what it belongs to is refused with a reason and the run goes on.

use std::collections::HashSet;

use chrono::NaiveDate;
use publier_core::domain::ids::{
    AccountId, AllocationKeyId, BuildingId, CoOwnerRecordId, EntryId, ExpenseLineId, FiscalYearId, UnitId,
    VoucherId,
};
use publier_core::domain::money::Cents;
use publier_core::domain::statement::{EntryKind, EntryRow};
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::error::SourceError;
use super::fields::{date, day, is_about_a_value, key, opt_date, opt_int, opt_key, text, text_of, wrong};
use super::reference::rows;
use super::snapshot::Snapshot;
use super::unreadable::doubled;

/// A row that can't be read as what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRow {
    /// Its key; `None` when that can't be read either.
    pub id: Option<i64>,
}

/// An expense line as it is read (E1-E9).
#[derive(Debug, Clone)]
pub struct ExpenseRow {
    /// Its key.
    pub id: ExpenseLineId,
    /// The building.
    pub building: BuildingId,
    /// The fiscal year.
    pub year: FiscalYearId,
    /// The allocation key.
    pub key: Option<AllocationKeyId>,
    /// The account's number.
    pub account_number: String,
    /// The account's label.
    pub account_label: String,
    /// The date.
    pub date: NaiveDate,
    /// The label.
    pub label: String,
    /// Montant TTC.
    pub amount: Cents,
    /// T.V.A.
    pub vat: Cents,
    /// Déductible.
    pub deductible: Cents,
    /// Récupérable.
    pub recoverable: Cents,
    /// The record that a private charge is for (E9).
    pub private_record: Option<CoOwnerRecordId>,
}

/// A works-fund amount of one unit as it is read (F1-F5).
#[derive(Debug, Clone)]
pub struct FundRow {
    /// The co-owner record.
    pub record: CoOwnerRecordId,
    /// The building.
    pub building: BuildingId,
    /// The unit.
    pub unit: UnitId,
    /// The unit's place in the back office's order.
    pub unit_position: i64,
    /// The account's number.
    pub account_number: String,
    /// The account's label.
    pub account_label: String,
    /// The amount; a credit balance is positive.
    pub amount: Cents,
    /// The day it is stated for.
    pub as_of: NaiveDate,
}

/// A voucher of an expense line (E5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherRow {
    /// Its key.
    pub voucher: VoucherId,
    /// The line it belongs to.
    pub line: ExpenseLineId,
    /// Its file, relative to the files' folder.
    pub path: String,
}

/// Reads the entries of one account after the other, with one prepared statement.
#[derive(Debug)]
pub struct Entries<'s> {
    statement: rusqlite::Statement<'s>,
    bank_journals: HashSet<Vec<u8>>,
    not_remitted: HashSet<Vec<u8>>,
}

impl Snapshot {
    /// Prepares the reading of entries.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn entries(&self) -> Result<Entries<'_>, SourceError> {
        let codes = |sql| {
            let read = rows(&self.db, "read the journals", sql, |row| {
                Ok(row.get_ref(0)?.as_bytes().ok().map(<[u8]>::to_vec))
            });
            read.map(|codes| codes.into_iter().flatten().collect::<HashSet<_>>())
        };
        let statement = self
            .db
            .prepare(
                "SELECT id, entry_date, label, debit_cents, credit_cents, journal_code, analytic_code, kind,
                        tenant_account_id
                   FROM ledger_entry WHERE account_id = ?1 ORDER BY entry_date, id",
            )
            .map_err(SourceError::query("read the entries"))?;
        Ok(Entries {
            statement,
            bank_journals: codes("SELECT code FROM journal WHERE is_bank = 1")?,
            not_remitted: codes("SELECT code FROM analytic_account WHERE not_remitted IS NOT 0")?,
        })
    }

    /// Streams the expense lines of the years that are not closed, or not there, by building, year, key, account, date.
    ///
    /// # Errors
    /// When the database can't be read, or `each` refuses.
    pub fn each_expense<E: From<SourceError>>(
        &self,
        mut each: impl FnMut(Result<ExpenseRow, BadRow>) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = || SourceError::query("read the expenses");
        let mut lines = self
            .db
            .prepare(
                "SELECT line.id, line.building_id, line.fiscal_year_id, line.allocation_key_id, line.account_number,
                        line.account_label, line.entry_date, line.label, line.amount_cents, line.vat_cents,
                        line.deductible_cents, line.recoverable_cents, line.private_record_id
                   FROM expense_line AS line LEFT JOIN fiscal_year AS year ON year.id = line.fiscal_year_id
                        LEFT JOIN allocation_key AS key ON key.id = line.allocation_key_id
                  WHERE year.closed IS NOT 1
                  ORDER BY line.building_id, year.starts_on, line.fiscal_year_id, key.code, line.allocation_key_id,
                           line.account_number, line.entry_date, line.id",
            )
            .map_err(failed())?;
        let doubled = doubled(&self.db, "expense_line")?;
        let mut found = lines.query([]).map_err(failed())?;
        while let Some(row) = found.next().map_err(failed())? {
            let line = usable(row, expense_of(row)).map_err(failed())?;
            let alone = |line: &ExpenseRow| !doubled.contains(&line.id.0);
            each(
                line.and_then(
                    |line| if alone(&line) { Ok(line) } else { Err(BadRow { id: Some(line.id.0) }) },
                ),
            )?;
        }
        Ok(())
    }

    /// Reads the vouchers of one expense line, by key (E5).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn vouchers_of(&self, line: ExpenseLineId) -> Result<Vec<VoucherRow>, SourceError> {
        self.db
            .prepare_cached(
                "SELECT voucher.id, voucher.path FROM expense_line_voucher AS link
                   JOIN voucher ON voucher.id = link.voucher_id WHERE link.expense_line_id = ?1 ORDER BY voucher.id",
            )
            .and_then(|mut statement| {
                // A key that can't be read stands as 0, which no document can bear.
                let of_line = |row: &Row<'_>| {
                    let voucher = VoucherId(opt_int(row, 0)?.unwrap_or_default());
                    Ok(VoucherRow { voucher, line, path: text(row, 1)? })
                };
                let mut found = statement.query_map([line.0], of_line)?.collect::<Result<Vec<_>, _>>()?;
                found.dedup_by_key(|row| row.voucher);
                Ok(found)
            })
            .map_err(SourceError::query("read the vouchers"))
    }

    /// Gives the latest day that a works fund is stated for (F4).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn funds_as_of(&self) -> Result<Option<NaiveDate>, SourceError> {
        let latest = rows(&self.db, "read the works funds", "SELECT max(as_of) FROM works_fund", |row| {
            opt_date(row, 0)
        })?;
        Ok(latest.into_iter().flatten().next())
    }

    /// Streams the works funds by record, building, account, unit.
    ///
    /// # Errors
    /// When the database can't be read, or `each` refuses.
    pub fn each_fund<E: From<SourceError>>(
        &self,
        mut each: impl FnMut(Result<FundRow, BadRow>) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = || SourceError::query("read the works funds");
        let mut funds = self
            .db
            .prepare(
                "SELECT fund.id, fund.co_owner_record_id, fund.building_id, fund.unit_id, fund.account_number,
                        fund.account_label, fund.amount_cents, fund.as_of, unit.position
                   FROM works_fund AS fund LEFT JOIN unit ON unit.id = fund.unit_id
                  ORDER BY fund.co_owner_record_id, fund.building_id, fund.account_number, fund.unit_id, fund.id",
            )
            .map_err(failed())?;
        let mut found = funds.query([]).map_err(failed())?;
        while let Some(row) = found.next().map_err(failed())? {
            each(usable(row, fund_of(row)).map_err(failed())?)?;
        }
        Ok(())
    }
}

impl Entries<'_> {
    /// Streams the entries of an account, by date and key.
    ///
    /// # Errors
    /// When the database can't be read, or `each` refuses.
    pub fn of<E: From<SourceError>>(
        &mut self,
        account: AccountId,
        mut each: impl FnMut(Result<EntryRow<'_>, BadRow>) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = || SourceError::query("read the entries");
        let mut found = self.statement.query([account.0]).map_err(failed())?;
        while let Some(row) = found.next().map_err(failed())? {
            let id = opt_int(row, 0).map_err(failed())?;
            let label = text_of(row.get_ref(2).map_err(failed())?).unwrap_or_default();
            let parts = (|| {
                let debit = cents(row.get_ref(3).ok()?)?;
                let credit = cents(row.get_ref(4).ok()?)?;
                let kind = text_of(row.get_ref(7).ok()?)?;
                Some((
                    id?,
                    date(row.get_ref(1).ok()?.as_bytes().ok()?)?,
                    debit,
                    credit,
                    EntryKind::from_code(&kind)?,
                ))
            })();
            let Some((entry, date, debit, credit, kind)) = parts else {
                each(Err(BadRow { id }))?;
                continue;
            };
            let is_in = |set: &HashSet<Vec<u8>>, at| {
                row.get_ref(at)
                    .ok()
                    .and_then(|value| value.as_bytes().ok())
                    .is_some_and(|code| set.contains(code))
            };
            each(Ok(EntryRow {
                id: EntryId(entry),
                date,
                label: &label,
                debit,
                credit,
                bank: is_in(&self.bank_journals, 5),
                not_remitted: is_in(&self.not_remitted, 6),
                kind,
                tenant: opt_int(row, 8).map_err(failed())?.map(AccountId),
            }))?;
        }
        Ok(())
    }
}

fn cents(value: ValueRef<'_>) -> Option<Cents> {
    value.as_i64().ok().map(Cents)
}

/// Tells a row that can't be read as what it is from a database that can't be read.
fn usable<T>(row: &Row<'_>, read: rusqlite::Result<T>) -> rusqlite::Result<Result<T, BadRow>> {
    match read {
        Ok(record) => Ok(Ok(record)),
        Err(error) if is_about_a_value(&error) => Ok(Err(BadRow { id: opt_int(row, 0)? })),
        Err(error) => Err(error),
    }
}

fn amount(row: &Row<'_>, at: usize) -> rusqlite::Result<Cents> {
    opt_int(row, at)?.map(Cents).ok_or_else(|| wrong(row, at))
}

fn expense_of(row: &Row<'_>) -> rusqlite::Result<ExpenseRow> {
    Ok(ExpenseRow {
        id: ExpenseLineId(key(row, 0)?),
        building: BuildingId(key(row, 1)?),
        year: FiscalYearId(key(row, 2)?),
        key: opt_key(row, 3)?.map(AllocationKeyId),
        account_number: text(row, 4)?,
        account_label: text(row, 5)?,
        date: day(row, 6)?,
        label: text(row, 7)?,
        amount: amount(row, 8)?,
        vat: amount(row, 9)?,
        deductible: amount(row, 10)?,
        recoverable: amount(row, 11)?,
        private_record: opt_key(row, 12)?.map(CoOwnerRecordId),
    })
}

fn fund_of(row: &Row<'_>) -> rusqlite::Result<FundRow> {
    Ok(FundRow {
        record: CoOwnerRecordId(key(row, 1)?),
        building: BuildingId(key(row, 2)?),
        unit: UnitId(key(row, 3)?),
        unit_position: opt_int(row, 8)?.unwrap_or_default(),
        account_number: text(row, 4)?,
        account_label: text(row, 5)?,
        amount: amount(row, 6)?,
        as_of: day(row, 7)?,
    })
}
