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
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GILBERT: BuildingId = BuildingId(1);

    fn year(id: i64, closed: bool) -> FiscalYear<'static> {
        FiscalYear { id: FiscalYearId(id), building: GILBERT, label: "Exercice 2015", closed }
    }

    fn key(code: &'static str) -> AllocationKey<'static> {
        AllocationKey { id: AllocationKeyId(1), building: GILBERT, code, name: "CHARGES COMMUNES GENERALES" }
    }

    fn cents(amount: i64, vat: i64, deductible: i64, recoverable: i64) -> Amounts {
        Amounts {
            amount: Cents(amount),
            vat: Cents(vat),
            deductible: Cents(deductible),
            recoverable: Cents(recoverable),
        }
    }

    fn line(id: i64, account_number: &'static str, amounts: Amounts) -> ExpenseRow<'static> {
        ExpenseRow {
            id: ExpenseLineId(id),
            building: GILBERT,
            year: Reference::To(year(2015, false)),
            key: Reference::To(key("010")),
            account_number,
            account_label: "Electricité (abonnement)",
            date: "2015-01-10".parse().unwrap(),
            label: "Facture EDF Janvier 2012",
            amounts,
            private_record: None,
            vouchers: &[],
        }
    }

    fn electricity(id: i64) -> ExpenseRow<'static> {
        line(id, "602001", cents(1500, 78, 0, 1500))
    }

    /// What a list gives, in words.
    fn said(part: ExpensePart<'_>) -> String {
        match part {
            ExpensePart::Year(year) => format!("year {}", year.id),
            ExpensePart::Building(building) => format!("building {building}"),
            ExpensePart::Key(key) => format!("key {}", key.code),
            ExpensePart::Account { number, .. } => format!("account {number}"),
            ExpensePart::Line(line) => format!("line {}", line.id),
            ExpensePart::AccountEnd(sum) => format!("account = {} {}", sum.amount, sum.vat),
            ExpensePart::KeyEnd(sum) => format!("key = {}", sum.amount),
            ExpensePart::BuildingEnd(sum) => format!("building = {}", sum.amount),
            ExpensePart::YearEnd(sum) => format!("year = {}", sum.amount),
        }
    }

    fn list(rows: &[ExpenseRow<'_>]) -> Result<(Vec<String>, ExpenseTotals), ExpensesOutOfOrder> {
        let options = ExtranetOptions::default();
        let mut parts = Vec::new();
        let mut list = ExpenseList::new(&options);
        for row in rows {
            list.push(row, &mut |part| parts.push(said(part)))?;
        }
        let totals = list.finish(&mut |part| parts.push(said(part)));
        Ok((parts, totals))
    }

    fn verdict(row: &ExpenseRow<'_>) -> ExpenseVerdict {
        line_verdict(row, &ExtranetOptions::default())
    }

    #[test]
    fn the_rights_come_from_the_condo_binder_coded_invoices_and_from_no_other_e2() {
        let options = ExtranetOptions { send_expenses: true, ..ExtranetOptions::default() };
        let rental = (BinderId(1), Module::Rental, INVOICES_CODE);
        let by_name = (BinderId(2), Module::Condo, "Factures");
        let invoices = (BinderId(3), Module::Condo, INVOICES_CODE);
        assert_eq!(
            ExpenseSection::of(&options, [rental, by_name, invoices]),
            ExpenseSection::Sent { rights_from: BinderId(3) }
        );
        assert_eq!(
            ExpenseSection::of(&options, [rental, by_name]),
            ExpenseSection::Refused(RefusalReason::NoInvoicesBinder)
        );
        assert_eq!(ExpenseSection::of(&ExtranetOptions::default(), [invoices]), ExpenseSection::Off);
    }

    #[test]
    fn what_was_sent_is_withdrawn_when_the_option_goes_off_or_the_year_closes_e6() {
        let sent = ExpenseSection::Sent { rights_from: BinderId(3) };
        let refused = ExpenseSection::Refused(RefusalReason::NoInvoicesBinder);
        let (open, closed) = (year(2015, false), year(2014, true));
        assert_eq!(sent.year_removal(Some(&open)), None);
        assert_eq!(sent.year_removal(Some(&closed)), Some(RemovalReason::YearClosed));
        assert_eq!(sent.year_removal(None), Some(RemovalReason::Gone));
        assert_eq!(ExpenseSection::Off.year_removal(Some(&open)), Some(RemovalReason::Option));
        assert_eq!(refused.year_removal(Some(&open)), Some(RemovalReason::Binder));
    }

    #[test]
    fn a_closed_year_is_left_out_and_every_open_one_sent_e1_e7() {
        let closed = ExpenseRow { year: Reference::To(year(2014, true)), ..electricity(1) };
        assert_eq!(verdict(&closed), ExpenseVerdict::LeftOut(LeftOut::YearClosed));
        let rows = [2015, 2016, 2019]
            .map(|open| ExpenseRow { year: Reference::To(year(open, false)), ..electricity(open) });
        assert_eq!(list(&rows).unwrap().1.sent, 3);
    }

    #[test]
    fn only_lines_on_an_expense_root_with_a_key_and_nobody_of_their_own_are_sent_e4_e9() {
        let at = |number| verdict(&line(1, number, cents(100, 0, 0, 0)));
        assert_eq!(at("602001"), ExpenseVerdict::Sent);
        assert_eq!(at("472999"), ExpenseVerdict::Sent);
        for number in ["701000", "102001", "105999", "470000"] {
            assert_eq!(at(number), ExpenseVerdict::LeftOut(LeftOut::NotAnExpense), "{number}");
        }
        let no_key = ExpenseRow { key: Reference::None, ..electricity(1) };
        assert_eq!(verdict(&no_key), ExpenseVerdict::LeftOut(LeftOut::NoKey));
        let private = ExpenseRow { private_record: Some(CoOwnerRecordId(7)), ..electricity(1) };
        assert_eq!(verdict(&private), ExpenseVerdict::LeftOut(LeftOut::Private));
    }

    #[test]
    fn a_line_whose_year_or_key_is_missing_or_anothers_is_refused() {
        let refused = ExpenseVerdict::Refused(RefusalReason::DanglingReference);
        let elsewhere = AllocationKey { building: BuildingId(9), ..key("010") };
        let foreign_year = FiscalYear { building: BuildingId(9), ..year(2015, false) };
        for row in [
            ExpenseRow { year: Reference::Dangling, ..electricity(1) },
            ExpenseRow { year: Reference::None, ..electricity(1) },
            ExpenseRow { key: Reference::Dangling, ..electricity(1) },
            ExpenseRow { key: Reference::To(elsewhere), ..electricity(1) },
            ExpenseRow { year: Reference::To(foreign_year), ..electricity(1) },
        ] {
            assert_eq!(verdict(&row), refused, "{row:?}");
        }
        let private = ExpenseRow { private_record: Some(CoOwnerRecordId(7)), ..electricity(1) };
        let hidden = ExpenseRow { key: Reference::Dangling, ..private };
        assert_eq!(verdict(&hidden), ExpenseVerdict::LeftOut(LeftOut::Private), "left out anyway");
    }

    #[test]
    fn the_sources_own_year_makes_a_tree_with_its_sub_totals_e3() {
        let months: Vec<_> = (2..=12).map(electricity).collect();
        let loan = line(1, "472999", cents(250_000, 0, 0, 0));
        let (parts, totals) = list(&[&[loan], &months[..]].concat()).unwrap();
        let lines = (2..=12).map(|id| format!("line {id}"));
        let start =
            ["year 2015", "building 1", "key 010", "account 472999", "line 1", "account = 2500.00 0.00"];
        let expected: Vec<String> = start
            .map(str::to_owned)
            .into_iter()
            .chain(["account 602001".to_owned()])
            .chain(lines)
            .chain(
                ["account = 165.00 8.58", "key = 2665.00", "building = 2665.00", "year = 2665.00"]
                    .map(str::to_owned),
            )
            .collect();
        assert_eq!(parts, expected);
        assert_eq!(totals, ExpenseTotals { lines_in: 12, sent: 12, ..ExpenseTotals::default() });
    }

    #[test]
    fn the_same_account_under_another_key_or_year_is_another_part_e3() {
        let other_key = ExpenseRow { key: Reference::To(key("020")), ..electricity(1) };
        let other_year = ExpenseRow { year: Reference::To(year(2016, false)), ..electricity(1) };
        let (parts, _) = list(&[electricity(2), other_key, other_year]).unwrap();
        assert_eq!(
            parts[4..],
            [
                "account = 15.00 0.78",
                "key = 15.00",
                "key 020",
                "account 602001",
                "line 1",
                "account = 15.00 0.78",
                "key = 15.00",
                "building = 30.00",
                "year = 30.00",
                "year 2016",
                "building 1",
                "key 010",
                "account 602001",
                "line 1",
                "account = 15.00 0.78",
                "key = 15.00",
                "building = 15.00",
                "year = 15.00",
            ]
        );
    }

    #[test]
    fn a_list_without_a_line_has_no_part_at_all_e3() {
        let private = ExpenseRow { private_record: Some(CoOwnerRecordId(7)), ..electricity(1) };
        let (parts, totals) = list(&[private]).unwrap();
        assert_eq!(parts, Vec::<String>::new());
        assert_eq!((totals.left_out, totals.sent), (1, 0));
    }

    #[test]
    fn a_credit_note_is_negative_and_lowers_the_sums_e4() {
        let credit_note = line(2, "602001", cents(-500, -26, 0, -500));
        let (parts, _) = list(&[electricity(1), credit_note]).unwrap();
        assert!(parts.contains(&"account = 10.00 0.52".to_owned()), "{parts:?}");
        assert_eq!(credit_note.amounts.faults(), []);
    }

    #[test]
    fn a_voucher_goes_with_its_line_and_building_only_e5_e8() {
        let scan = [VoucherId(4)];
        let row = ExpenseRow { vouchers: &scan, ..electricity(1) };
        let options = ExtranetOptions::default();
        let mut uses = Vec::new();
        let mut list = ExpenseList::new(&options);
        let private = ExpenseRow { id: ExpenseLineId(2), private_record: Some(CoOwnerRecordId(7)), ..row };
        for row in [row, private] {
            list.push(&row, &mut |part| {
                if let ExpensePart::Line(line) = part {
                    uses.extend(line.vouchers.iter().map(|voucher| (line.building, line.id, *voucher)));
                }
            })
            .unwrap();
        }
        assert_eq!(uses, [(GILBERT, ExpenseLineId(1), VoucherId(4))]);
        assert_eq!(list.finish(&mut |_| {}).voucher_uses, 1);
        assert_eq!(LeftOut::YearClosed.removal(), RemovalReason::YearClosed);
        assert_eq!(LeftOut::Private.removal(), RemovalReason::Scope);
    }

    #[test]
    fn shares_beyond_the_amount_or_of_another_sign_are_told_and_sent() {
        assert_eq!(cents(1500, 78, 0, 1500).faults(), []);
        assert_eq!(cents(1500, 0, 800, 701).faults(), [ExpenseFault::SharesExceedAmount]);
        assert_eq!(cents(1500, 0, 0, -100).faults(), [ExpenseFault::ShareOfOtherSign]);
        assert_eq!(cents(-1500, 78, 0, 0).faults(), [ExpenseFault::VatOfOtherSign]);
        assert_eq!(cents(0, 0, 1, 0).faults(), [ExpenseFault::SharesExceedAmount]);
        let worst = cents(i64::MIN, 0, i64::MIN, i64::MIN);
        assert_eq!(worst.faults(), [ExpenseFault::SharesExceedAmount]);
        assert_eq!(verdict(&line(1, "602001", worst)), ExpenseVerdict::Sent);
    }

    #[test]
    fn a_line_that_takes_a_sub_total_beyond_64_bits_is_refused_and_the_list_goes_on() {
        let huge = line(1, "602001", cents(i64::MAX, 0, 0, 0));
        let (parts, totals) = list(&[huge, electricity(2), line(3, "602001", cents(-1, 0, 0, 0))]).unwrap();
        assert_eq!((totals.sent, totals.refused), (2, 1));
        assert!(!parts.contains(&"line 2".to_owned()));
        let elsewhere = line(2, "603000", cents(1, 0, 0, 0));
        let (parts, totals) = list(&[huge, elsewhere]).unwrap();
        assert_eq!(totals.refused, 1, "the key's sum counts too");
        assert!(!parts.contains(&"account 603000".to_owned()), "and no empty part is begun");
    }

    #[test]
    fn lines_out_of_order_are_an_error() {
        let at =
            |id: i64, open: i64| ExpenseRow { year: Reference::To(year(open, false)), ..electricity(id) };
        let twice = [at(1, 2015), at(2, 2016), at(3, 2015)];
        assert_eq!(list(&twice).unwrap_err(), ExpensesOutOfOrder(ExpenseLineId(3)));
        assert_eq!(list(&[at(2, 2015), at(1, 2015)]).unwrap_err(), ExpensesOutOfOrder(ExpenseLineId(1)));
        let accounts = [line(1, "603000", cents(1, 0, 0, 0)), electricity(2)];
        assert_eq!(list(&accounts).unwrap_err(), ExpensesOutOfOrder(ExpenseLineId(2)));
    }

    proptest! {
        #[test]
        fn every_sub_total_is_the_sum_of_the_lines_under_it_e3(
            mut raw in proptest::collection::vec((0i64..3, 0usize..2, 0usize..3, -900i64..900), 0..40)
        ) {
            raw.sort_by_key(|row| (row.0, row.1, row.2));
            let rows: Vec<_> = (1..).zip(&raw).map(|(id, &(open, of_key, account, amount))| ExpenseRow {
                year: Reference::To(year(open, false)),
                key: Reference::To(key(["010", "020"][of_key])),
                ..line(id, ["472999", "602001", "701000"][account], cents(amount, 0, 0, 0))
            }).collect();
            let options = ExtranetOptions::default();
            let (mut sums, mut depth) = ([0i64; 4], 0i32);
            let mut check = |part: ExpensePart<'_>| {
                let level = match part {
                    ExpensePart::Line(line) => {
                        sums.iter_mut().for_each(|sum| *sum += line.amounts.amount.0);
                        return;
                    }
                    ExpensePart::AccountEnd(sum) => (0, sum),
                    ExpensePart::KeyEnd(sum) => (1, sum),
                    ExpensePart::BuildingEnd(sum) => (2, sum),
                    ExpensePart::YearEnd(sum) => (3, sum),
                    _ => { depth += 1; return; }
                };
                depth -= 1;
                assert_eq!(std::mem::take(&mut sums[level.0]), level.1.amount.0);
            };
            let mut list = ExpenseList::new(&options);
            for row in &rows {
                list.push(row, &mut check).unwrap();
            }
            let totals = list.finish(&mut check);
            prop_assert_eq!(depth, 0, "every part that begins ends");
            prop_assert_eq!(totals.sent + totals.left_out, totals.lines_in);
        }
    }
}
