//! The expense list: which lines of the open years go out, and the tree they make (rules E1-E9).
//!
//! # Promises
//! - A line is sent when its year is open, its account is on an expense root, it bears an allocation key and it
//!   is charged to nobody in particular (E1, E4, E9): all open years, not this one and the next (E7).
//! - Year > building > key > account, each with the sum of the lines under it, and no part without a line (E3).
//!   A VAT sub-total is a sum of the lines' VAT, never computed again from a rate.
//! - A voucher goes with its line: rights and removals are per (building, line), whatever the content (E5, E8).
//! - The rights are those of the condo binder whose *code* is `INVOICES`, whatever its name (E2).
//!
//! # Refusals
//! - No such binder: the whole section (E2). A year or a key that is missing or another building's: the line.
//!   An amount that takes a sub-total beyond 64 bits of cents: the line.
//! - Lines out of order: the reader is wrong, and the section with it.
//!
//! # Limits
//! One part of each level is held at a time, and the ids of the years that are over.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::ids::{
    AllocationKeyId, BinderId, BuildingId, CoOwnerRecordId, ExpenseLineId, FiscalYearId, VoucherId,
};
use super::money::Cents;
use super::options::{ExtranetOptions, Module};
use crate::publication::reason::{RefusalReason, RemovalReason};

/// The code of the condo binder « Factures », which gives the list its rights (E2).
pub const INVOICES_CODE: &str = "INVOICES";

/// What becomes of the whole expense section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpenseSection {
    /// The option is off: no section, and a withdrawal of what was sent (E6).
    Off,
    /// It can't be sent (E2).
    Refused(RefusalReason),
    /// It is sent under the rights of this binder.
    Sent {
        /// The binder `INVOICES`.
        rights_from: BinderId,
    },
}

impl ExpenseSection {
    /// Judges the section from the option and the agency's binders, as (id, module, code).
    pub fn of<'b>(
        options: &ExtranetOptions,
        binders: impl IntoIterator<Item = (BinderId, Module, &'b str)>,
    ) -> Self {
        if !options.send_expenses {
            return Self::Off;
        }
        let invoices =
            binders.into_iter().find(|(_, module, code)| *module == Module::Condo && *code == INVOICES_CODE);
        match invoices {
            Some((rights_from, ..)) => Self::Sent { rights_from },
            None => Self::Refused(RefusalReason::NoInvoicesBinder),
        }
    }

    /// Gives the reason to withdraw a year that was sent, with its lines and vouchers; `None` = it stays.
    /// `year` is the year as it is now, `None` when it no longer exists (E6, E8).
    pub fn year_removal(self, year: Option<&FiscalYear<'_>>) -> Option<RemovalReason> {
        match (self, year) {
            (Self::Off, _) => Some(RemovalReason::Option),
            (Self::Refused(_), _) => Some(RemovalReason::Binder),
            (Self::Sent { .. }, None) => Some(RemovalReason::Gone),
            (Self::Sent { .. }, Some(year)) => year.closed.then_some(RemovalReason::YearClosed),
        }
    }
}

/// A fiscal year of one building (exercice).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FiscalYear<'a> {
    /// Its key.
    pub id: FiscalYearId,
    /// The building whose year it is.
    pub building: BuildingId,
    /// Its label, e.g. « Exercice 2015 ».
    pub label: &'a str,
    /// Whether it is closed (E1).
    pub closed: bool,
}

/// An allocation key of one building (clé de répartition).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllocationKey<'a> {
    /// Its key.
    pub id: AllocationKeyId,
    /// The building that it divides.
    pub building: BuildingId,
    /// Its code, e.g. `010`.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// A reference to a record, as the source holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<T> {
    /// There is none.
    None,
    /// It names a record that does not exist.
    Dangling,
    /// It names this record.
    To(T),
}

/// The four amounts of a line or of a sub-total (E3). A credit note is negative (E4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amounts {
    /// The amount, VAT included.
    pub amount: Cents,
    /// The VAT in it.
    pub vat: Cents,
    /// The part deductible from rental income.
    pub deductible: Cents,
    /// The part recoverable from the tenant.
    pub recoverable: Cents,
}

impl Amounts {
    /// Adds amount to amount; `None` beyond 64 bits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            amount: self.amount.checked_add(other.amount)?,
            vat: self.vat.checked_add(other.vat)?,
            deductible: self.deductible.checked_add(other.deductible)?,
            recoverable: self.recoverable.checked_add(other.recoverable)?,
        })
    }

    /// Lists what contradicts itself in a line: for `check`, the line is sent as it is.
    pub fn faults(self) -> Vec<ExpenseFault> {
        let other_sign = |part: Cents| part.0.signum() * self.amount.0.signum() < 0;
        let shares =
            u128::from(self.deductible.0.unsigned_abs()) + u128::from(self.recoverable.0.unsigned_abs());
        [
            (shares > u128::from(self.amount.0.unsigned_abs()), ExpenseFault::SharesExceedAmount),
            (other_sign(self.deductible) || other_sign(self.recoverable), ExpenseFault::ShareOfOtherSign),
            (other_sign(self.vat), ExpenseFault::VatOfOtherSign),
        ]
        .into_iter()
        .filter_map(|(found, fault)| found.then_some(fault))
        .collect()
    }
}

/// What contradicts itself in an expense line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpenseFault {
    /// |deductible| + |recoverable| is more than |amount|.
    SharesExceedAmount,
    /// The deductible or the recoverable part has not the amount's sign.
    ShareOfOtherSign,
    /// The VAT has not the amount's sign.
    VatOfOtherSign,
}

/// An accounting line of a building's year, as the source gives it.
#[derive(Debug, Clone, Copy)]
pub struct ExpenseRow<'a> {
    /// Its key.
    pub id: ExpenseLineId,
    /// Its building.
    pub building: BuildingId,
    /// Its year.
    pub year: Reference<FiscalYear<'a>>,
    /// Its allocation key.
    pub key: Reference<AllocationKey<'a>>,
    /// The account's number, e.g. `602001`.
    pub account_number: &'a str,
    /// The account's label.
    pub account_label: &'a str,
    /// Its date.
    pub date: NaiveDate,
    /// Its label.
    pub label: &'a str,
    /// Its amounts.
    pub amounts: Amounts,
    /// The record that it is charged to; `None` = a common charge (E9).
    pub private_record: Option<CoOwnerRecordId>,
    /// Its vouchers, ascending (E5).
    pub vouchers: &'a [VoucherId],
}

/// Why a line is no part of the list: nothing is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// Its account is on no expense root (E4).
    NotAnExpense,
    /// It bears no allocation key (E4).
    NoKey,
    /// It is charged to one co-owner (E9).
    Private,
    /// Its year is closed (E1).
    YearClosed,
}

impl LeftOut {
    /// Gives the reason to withdraw the line's vouchers where they were sent (E8).
    pub fn removal(self) -> RemovalReason {
        match self {
            Self::YearClosed => RemovalReason::YearClosed,
            Self::NotAnExpense | Self::NoKey | Self::Private => RemovalReason::Scope,
        }
    }
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpenseVerdict {
    /// It is in the list, and so are its vouchers.
    Sent,
    /// It is no part of the list.
    LeftOut(LeftOut),
    /// It can't be sent.
    Refused(RefusalReason),
}

/// Judges a line (E1, E4, E9), and gives its year and key when it is sent. What the list would leave out
/// anyway is never an error.
fn judge<'a>(
    row: &ExpenseRow<'a>,
    options: &ExtranetOptions,
) -> Result<(FiscalYear<'a>, AllocationKey<'a>), ExpenseVerdict> {
    let dangling = ExpenseVerdict::Refused(RefusalReason::DanglingReference);
    if !options.expense_roots.matches(row.account_number) {
        return Err(ExpenseVerdict::LeftOut(LeftOut::NotAnExpense));
    }
    if row.private_record.is_some() {
        return Err(ExpenseVerdict::LeftOut(LeftOut::Private));
    }
    if row.key == Reference::None {
        return Err(ExpenseVerdict::LeftOut(LeftOut::NoKey));
    }
    let Reference::To(year) = row.year else { return Err(dangling) };
    if year.closed {
        return Err(ExpenseVerdict::LeftOut(LeftOut::YearClosed));
    }
    match row.key {
        Reference::To(key) if key.building == row.building && year.building == row.building => {
            Ok((year, key))
        }
        _ => Err(dangling),
    }
}

/// Judges a line alone (E1, E4, E9), without its sub-totals.
pub fn line_verdict(row: &ExpenseRow<'_>, options: &ExtranetOptions) -> ExpenseVerdict {
    judge(row, options).map_or_else(|verdict| verdict, |_| ExpenseVerdict::Sent)
}

/// A line as it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpenseLine<'a> {
    /// Its key.
    pub id: ExpenseLineId,
    /// Its building: with `id`, what its vouchers' rights and removals hang on (E8).
    pub building: BuildingId,
    /// Its date.
    pub date: NaiveDate,
    /// Its label.
    pub label: &'a str,
    /// Its amounts.
    pub amounts: Amounts,
    /// Its vouchers (E5).
    pub vouchers: &'a [VoucherId],
}

/// One part of the tree, in the order it is written: every opening has its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpensePart<'a> {
    /// A year begins.
    Year(FiscalYear<'a>),
    /// A building of that year begins.
    Building(BuildingId),
    /// A key of that building begins.
    Key(AllocationKey<'a>),
    /// An account under that key begins.
    Account {
        /// Its number.
        number: &'a str,
        /// Its label: that of its first line.
        label: &'a str,
    },
    /// A line of that account.
    Line(ExpenseLine<'a>),
    /// The account ends.
    AccountEnd(Amounts),
    /// The key ends.
    KeyEnd(Amounts),
    /// The building ends.
    BuildingEnd(Amounts),
    /// The year ends.
    YearEnd(Amounts),
}

/// What the list adds up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExpenseTotals {
    /// Lines read.
    pub lines_in: u64,
    /// Lines sent.
    pub sent: u64,
    /// Lines left out.
    pub left_out: u64,
    /// Lines refused.
    pub refused: u64,
    /// Vouchers that the sent lines refer to, once a line.
    pub voucher_uses: u64,
}

/// The lines don't come by (key code, account number, date, id) within their year, or a year comes twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expense line {0} does not follow the one before it by year, key, account, date and id")]
pub struct ExpensesOutOfOrder(pub ExpenseLineId);

/// The list being made: [`ExpenseList::push`] each line by (year, key code, account number, date, id), then
/// [`ExpenseList::finish`]. A year belongs to one building, so that the order of buildings is that of years.
#[derive(Debug)]
pub struct ExpenseList<'o> {
    options: &'o ExtranetOptions,
    place: Option<Place>,
    done: BTreeSet<FiscalYearId>,
    account: Amounts,
    key: Amounts,
    /// The sum of the year, which is that of its building.
    year: Amounts,
    totals: ExpenseTotals,
}

/// Where the list stands: the last line sent.
#[derive(Debug)]
struct Place {
    year: FiscalYearId,
    key_code: String,
    account_number: String,
    date: NaiveDate,
    id: ExpenseLineId,
}

/// From which level on a line leaves the part that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Line,
    Account,
    Key,
    Year,
}

impl Place {
    /// Tells what a row of this year and key leaves; `None` when it would go back.
    fn left_by(&self, row: &ExpenseRow<'_>, year: FiscalYearId, key_code: &str) -> Option<Level> {
        let here = (self.key_code.as_str(), self.account_number.as_str(), self.date, self.id);
        if self.year != year {
            Some(Level::Year)
        } else if here >= (key_code, row.account_number, row.date, row.id) {
            None
        } else if self.key_code != key_code {
            Some(Level::Key)
        } else if self.account_number != row.account_number {
            Some(Level::Account)
        } else {
            Some(Level::Line)
        }
    }

    /// Moves to a row, using the room of the texts again.
    fn move_to(&mut self, row: &ExpenseRow<'_>, year: FiscalYearId, key_code: &str) {
        self.year = year;
        key_code.clone_into(&mut self.key_code);
        row.account_number.clone_into(&mut self.account_number);
        self.date = row.date;
        self.id = row.id;
    }
}

impl<'o> ExpenseList<'o> {
    /// Begins the list.
    pub fn new(options: &'o ExtranetOptions) -> Self {
        Self {
            options,
            place: None,
            done: BTreeSet::new(),
            account: Amounts::default(),
            key: Amounts::default(),
            year: Amounts::default(),
            totals: ExpenseTotals::default(),
        }
    }

    /// Takes the next line and tells what becomes of it; `sink` hears the parts that it ends and begins.
    ///
    /// # Errors
    /// When a line that is sent doesn't follow the one before: the section is of no use.
    pub fn push(
        &mut self,
        row: &ExpenseRow<'_>,
        sink: &mut dyn FnMut(ExpensePart<'_>),
    ) -> Result<ExpenseVerdict, ExpensesOutOfOrder> {
        self.totals.lines_in += 1;
        let verdict = match judge(row, self.options) {
            Ok((year, key)) => self.send(row, year, key, sink)?,
            Err(verdict) => verdict,
        };
        match verdict {
            ExpenseVerdict::Sent => self.totals.sent += 1,
            ExpenseVerdict::LeftOut(_) => self.totals.left_out += 1,
            ExpenseVerdict::Refused(_) => self.totals.refused += 1,
        }
        Ok(verdict)
    }

    /// Ends the list; `sink` hears the parts that end with it.
    pub fn finish(mut self, sink: &mut dyn FnMut(ExpensePart<'_>)) -> ExpenseTotals {
        if self.place.is_some() {
            self.end(Level::Year, sink);
        }
        self.totals
    }

    fn send(
        &mut self,
        row: &ExpenseRow<'_>,
        year: FiscalYear<'_>,
        key: AllocationKey<'_>,
        sink: &mut dyn FnMut(ExpensePart<'_>),
    ) -> Result<ExpenseVerdict, ExpensesOutOfOrder> {
        let left = match &self.place {
            Some(place) => place.left_by(row, year.id, key.code),
            None => Some(Level::Year),
        };
        let left = left.filter(|_| !self.done.contains(&year.id)).ok_or(ExpensesOutOfOrder(row.id))?;
        let Some([account, of_key, of_year]) = self.sums_with(row.amounts, left) else {
            return Ok(ExpenseVerdict::Refused(RefusalReason::BadValue));
        };
        if self.place.is_some() {
            self.end(left, sink);
        }
        begin(left, row, year, key, sink);
        (self.account, self.key, self.year) = (account, of_key, of_year);
        self.totals.voucher_uses += u64::try_from(row.vouchers.len()).unwrap_or(u64::MAX);
        let ExpenseRow { id, building, date, label, amounts, vouchers, .. } = *row;
        sink(ExpensePart::Line(ExpenseLine { id, building, date, label, amounts, vouchers }));
        match &mut self.place {
            Some(place) => place.move_to(row, year.id, key.code),
            empty => {
                *empty = Some(Place {
                    year: year.id,
                    key_code: key.code.to_owned(),
                    account_number: row.account_number.to_owned(),
                    date,
                    id,
                });
            }
        }
        Ok(ExpenseVerdict::Sent)
    }

    /// Gives the sums of account, key and year with one more line, those left starting again from nothing;
    /// `None` beyond 64 bits.
    fn sums_with(&self, amounts: Amounts, left: Level) -> Option<[Amounts; 3]> {
        let after = |sum: Amounts, level: Level| {
            if left >= level { Some(amounts) } else { sum.checked_add(amounts) }
        };
        Some([
            after(self.account, Level::Account)?,
            after(self.key, Level::Key)?,
            after(self.year, Level::Year)?,
        ])
    }

    /// Ends the parts up to a level, innermost first.
    fn end(&mut self, left: Level, sink: &mut dyn FnMut(ExpensePart<'_>)) {
        if left >= Level::Account {
            sink(ExpensePart::AccountEnd(self.account));
        }
        if left >= Level::Key {
            sink(ExpensePart::KeyEnd(self.key));
        }
        if left >= Level::Year {
            sink(ExpensePart::BuildingEnd(self.year));
            sink(ExpensePart::YearEnd(self.year));
            self.done.extend(self.place.as_ref().map(|place| place.year));
        }
    }
}

/// Begins the parts from a level on, outermost first.
fn begin(
    left: Level,
    row: &ExpenseRow<'_>,
    year: FiscalYear<'_>,
    key: AllocationKey<'_>,
    sink: &mut dyn FnMut(ExpensePart<'_>),
) {
    if left >= Level::Year {
        sink(ExpensePart::Year(year));
        sink(ExpensePart::Building(row.building));
    }
    if left >= Level::Key {
        sink(ExpensePart::Key(key));
    }
    if left >= Level::Account {
        sink(ExpensePart::Account { number: row.account_number, label: row.account_label });
    }
}

#[cfg(test)]
mod tests;
