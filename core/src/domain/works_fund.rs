//! Works funds: what each co-owner record holds, by unit (rules F1-F5).
//!
//! # Promises
//! - Accounts on the roots of `works_fund_roots` (105) are always sent, those of `voted_works_roots` (102) under
//!   the option, no others (F1, F2).
//! - Per (record, building, account): one unit that isn't zero sends all the record's units, zeros included;
//!   all zero send none, and +10 beside -10 is sent (F3).
//! - A total is that of the record's own units, never the whole building's (F4).
//! - A fund follows its unit: only units that the record holds today count, for the test and for the totals;
//!   what stands on a seller's record is left out, and counted so that staff hear of it (F5).
//!
//! # Refusals
//! - A sum beyond 64 bits of cents: that record alone. Rows out of order: the section.
//!
//! # Limits
//! One record's rows of one building are held at a time.

use chrono::NaiveDate;

use super::account::Period;
use super::ids::{BuildingId, CoOwnerRecordId, UnitId};
use super::money::Cents;
use super::options::ExtranetOptions;
use crate::publication::reason::RefusalReason;

/// What an account of a unit holds, read from its number's root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FundKind {
    /// The works fund of article 14-2-1 (105): belongs to the unit (F1).
    WorksFund,
    /// Provisions for voted works (102) (F2).
    VotedWorks,
    /// Working capital (103): printed on the co-owner list, never sent as a works fund (G4).
    WorkingCapital,
}

impl FundKind {
    /// Reads an account's number; of two roots the longer one wins, and `None` is none of the three.
    pub fn of(account_number: &str, options: &ExtranetOptions) -> Option<Self> {
        let length = |kind: Self| match kind {
            Self::WorksFund => options.works_fund_roots.longest_match(account_number),
            Self::VotedWorks => options.voted_works_roots.longest_match(account_number),
            Self::WorkingCapital => options.working_capital_roots.longest_match(account_number),
        };
        [Self::WorkingCapital, Self::VotedWorks, Self::WorksFund]
            .into_iter()
            .filter_map(|kind| length(kind).map(|length| (length, kind)))
            .max_by_key(|(length, _)| *length)
            .map(|(_, kind)| kind)
    }

    /// Tells whether the works-fund section carries it (F1, F2).
    pub fn is_sent(self, options: &ExtranetOptions) -> bool {
        match self {
            Self::WorksFund => true,
            Self::VotedWorks => options.send_102,
            Self::WorkingCapital => false,
        }
    }
}

/// Tells whether a record holds a unit on a day, from the periods in which it did (F5).
pub fn held_on(periods: &[Period], day: NaiveDate) -> bool {
    periods.iter().any(|period| period.covers(day))
}

/// The balance of one account for one unit, as the source gives it.
#[derive(Debug, Clone, Copy)]
pub struct FundRow<'a> {
    /// The co-owner record.
    pub record: CoOwnerRecordId,
    /// The building.
    pub building: BuildingId,
    /// The account's number, e.g. `105999`.
    pub account_number: &'a str,
    /// The account's label.
    pub account_label: &'a str,
    /// The unit.
    pub unit: UnitId,
    /// The unit's place among its holder's: the lower comes first.
    pub unit_position: i64,
    /// Whether the unit exists, in the row's building: without it no total is right (F3, F4).
    pub unit_exists: bool,
    /// Whether the record holds the unit today: see [`held_on`] (F5).
    pub held: bool,
    /// The amount held: a credit balance is positive (F4).
    pub amount: Cents,
    /// The day the amount is stated at.
    pub as_of: NaiveDate,
}

impl FundRow<'_> {
    /// Tells whether the section would carry this amount, did it not stand on the record of someone who no longer
    /// holds the unit: staff must move it to the buyer (F5).
    pub fn is_left_behind(&self, options: &ExtranetOptions) -> bool {
        let is_sent = FundKind::of(self.account_number, options).is_some_and(|kind| kind.is_sent(options));
        is_sent && self.unit_exists && !self.held && !self.amount.is_zero()
    }
}

/// One fund of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fund {
    /// The account's number.
    pub account_number: String,
    /// The account's label.
    pub account_label: String,
    /// The amount held, zeros included (F3).
    pub amount: Cents,
    /// The day it is stated at.
    pub as_of: NaiveDate,
}

/// A unit's funds, by account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFunds {
    /// The unit.
    pub unit: UnitId,
    /// Their sum.
    pub total: Cents,
    /// The funds.
    pub funds: Vec<Fund>,
}

/// What one record holds in one building.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFunds {
    /// The record.
    pub record: CoOwnerRecordId,
    /// The building.
    pub building: BuildingId,
    /// The sum of this record's units (« Total immeuble », F4).
    pub total: Cents,
    /// The latest day that its amounts are stated at.
    pub as_of: NaiveDate,
    /// Its units, in the holder's order.
    pub units: Vec<UnitFunds>,
}

/// A record whose funds can't be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedFunds {
    /// The record.
    pub record: CoOwnerRecordId,
    /// The building.
    pub building: BuildingId,
    /// Why.
    pub reason: RefusalReason,
}

/// What hears each record's outcome. A record whose funds are all zero is never heard of (F3).
pub type FundSink<'s> = dyn FnMut(Result<RecordFunds, RefusedFunds>) + 's;

/// What the section adds up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FundTotals {
    /// Rows read.
    pub rows_in: u64,
    /// Records sent.
    pub records: u64,
    /// Records refused.
    pub refused: u64,
    /// Funds sent: one a unit and account.
    pub funds: u64,
    /// Amounts that aren't zero on the record of someone who no longer holds the unit (F5): staff must move
    /// them to the buyer.
    pub on_former_holders: u64,
}

/// The rows don't come by (record, building, account number).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the works fund of unit {unit} on record {record} does not follow by record, building and account")]
pub struct FundsOutOfOrder {
    /// The record.
    pub record: CoOwnerRecordId,
    /// The unit.
    pub unit: UnitId,
}

/// The section being made: [`WorksFunds::push`] each row by (record, building, account number), then
/// [`WorksFunds::finish`].
#[derive(Debug)]
pub struct WorksFunds<'o> {
    options: &'o ExtranetOptions,
    group: Option<(CoOwnerRecordId, BuildingId)>,
    rows: Vec<Kept>,
    /// Whether the record at hand has an amount for a unit that doesn't exist.
    dangling: bool,
    totals: FundTotals,
}

/// A row of the record at hand.
#[derive(Debug)]
struct Kept {
    unit: UnitId,
    position: i64,
    fund: Fund,
}

impl<'o> WorksFunds<'o> {
    /// Begins the section.
    pub fn new(options: &'o ExtranetOptions) -> Self {
        Self { options, group: None, rows: Vec::new(), dangling: false, totals: FundTotals::default() }
    }

    /// Takes the next row; `sink` hears the record before it when it is over.
    ///
    /// # Errors
    /// When the row doesn't follow the one before: the section is of no use.
    pub fn push(&mut self, row: &FundRow<'_>, sink: &mut FundSink<'_>) -> Result<(), FundsOutOfOrder> {
        let group = (row.record, row.building);
        if self.group.is_some_and(|before| before > group) {
            return Err(FundsOutOfOrder { record: row.record, unit: row.unit });
        }
        if self.group != Some(group) {
            self.end_record(sink);
            self.group = Some(group);
        }
        self.totals.rows_in += 1;
        self.keep(row)
    }

    /// Ends the section; `sink` hears its last record.
    pub fn finish(mut self, sink: &mut FundSink<'_>) -> FundTotals {
        self.end_record(sink);
        self.totals
    }

    /// Keeps a row that may be sent.
    fn keep(&mut self, row: &FundRow<'_>) -> Result<(), FundsOutOfOrder> {
        let kind = FundKind::of(row.account_number, self.options);
        if !kind.is_some_and(|kind| kind.is_sent(self.options)) {
            return Ok(());
        }
        if !row.unit_exists {
            self.dangling = true;
            return Ok(());
        }
        if !row.held {
            self.totals.on_former_holders += u64::from(row.is_left_behind(self.options));
            return Ok(());
        }
        if self.rows.last().is_some_and(|last| last.fund.account_number.as_str() > row.account_number) {
            return Err(FundsOutOfOrder { record: row.record, unit: row.unit });
        }
        self.rows.push(Kept {
            unit: row.unit,
            position: row.unit_position,
            fund: Fund {
                account_number: row.account_number.to_owned(),
                account_label: row.account_label.to_owned(),
                amount: row.amount,
                as_of: row.as_of,
            },
        });
        Ok(())
    }

    /// Gives the record that is over, if any of its accounts has something (F3).
    fn end_record(&mut self, sink: &mut FundSink<'_>) {
        let rows = without_empty_accounts(std::mem::take(&mut self.rows));
        let dangling = std::mem::take(&mut self.dangling);
        let Some((record, building)) = self.group else { return };
        if dangling {
            self.totals.refused += 1;
            return sink(Err(RefusedFunds { record, building, reason: RefusalReason::DanglingReference }));
        }
        let Some(as_of) = rows.iter().map(|row| row.fund.as_of).max() else { return };
        let funds = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        if let Some((units, total)) = by_unit(rows) {
            self.totals.records += 1;
            self.totals.funds += funds;
            sink(Ok(RecordFunds { record, building, total, as_of, units }));
        } else {
            self.totals.refused += 1;
            sink(Err(RefusedFunds { record, building, reason: RefusalReason::BadValue }));
        }
    }
}

/// Drops the accounts that are zero on every unit (F3): `rows` come by account.
fn without_empty_accounts(rows: Vec<Kept>) -> Vec<Kept> {
    let filled: Vec<bool> = rows
        .chunk_by(|one, other| one.fund.account_number == other.fund.account_number)
        .flat_map(|account| {
            let filled = account.iter().any(|row| !row.fund.amount.is_zero());
            std::iter::repeat_n(filled, account.len())
        })
        .collect();
    rows.into_iter().zip(filled).filter_map(|(row, filled)| filled.then_some(row)).collect()
}

/// Puts the rows under their units, in the holder's order, and sums them; `None` beyond 64 bits.
fn by_unit(mut rows: Vec<Kept>) -> Option<(Vec<UnitFunds>, Cents)> {
    rows.sort_by_key(|row| (row.position, row.unit));
    let mut units: Vec<UnitFunds> = Vec::new();
    let mut total = Cents::ZERO;
    for Kept { unit, fund, .. } in rows {
        total = total.checked_add(fund.amount)?;
        match units.last_mut().filter(|last| last.unit == unit) {
            Some(last) => {
                last.total = last.total.checked_add(fund.amount)?;
                last.funds.push(fund);
            }
            None => units.push(UnitFunds { unit, total: fund.amount, funds: vec![fund] }),
        }
    }
    Some((units, total))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(record: i64, account_number: &'static str, unit: i64, amount: i64) -> FundRow<'static> {
        FundRow {
            record: CoOwnerRecordId(record),
            building: BuildingId(1),
            account_number,
            account_label: "Fonds de travaux",
            unit: UnitId(unit),
            unit_position: 0,
            unit_exists: true,
            held: true,
            amount: Cents(amount),
            as_of: "2020-12-31".parse().unwrap(),
        }
    }

    type Heard = Vec<Result<RecordFunds, RefusedFunds>>;

    fn section(
        options: &ExtranetOptions,
        rows: &[FundRow<'_>],
    ) -> Result<(Heard, FundTotals), FundsOutOfOrder> {
        let mut heard = Vec::new();
        let mut section = WorksFunds::new(options);
        for row in rows {
            section.push(row, &mut |outcome| heard.push(outcome))?;
        }
        let totals = section.finish(&mut |outcome| heard.push(outcome));
        Ok((heard, totals))
    }

    fn sent(rows: &[FundRow<'_>]) -> Vec<RecordFunds> {
        let (heard, _) = section(&ExtranetOptions::default(), rows).unwrap();
        heard.into_iter().map(Result::unwrap).collect()
    }

    fn amounts(funds: &RecordFunds) -> Vec<(i64, i64)> {
        funds.units.iter().map(|unit| (unit.unit.0, unit.total.0)).collect()
    }

    #[test]
    fn the_sources_own_units_are_sent_with_their_zeros_and_total_f3_f4() {
        let at =
            |unit, position, amount| FundRow { unit_position: position, ..row(1, "105999", unit, amount) };
        let funds = sent(&[at(21, 3, 0), at(69, 1, 1964), at(115, 2, 0)]);
        assert_eq!(funds.len(), 1);
        assert_eq!(amounts(&funds[0]), [(69, 1964), (115, 0), (21, 0)], "in the holder's order");
        assert_eq!(funds[0].total.to_string(), "19.64", "the viewer's units, not the building's");
        assert_eq!(funds[0].as_of.to_string(), "2020-12-31");
        assert_eq!(funds[0].units[1].funds[0].amount, Cents::ZERO);
    }

    #[test]
    fn a_record_whose_units_are_all_zero_sends_none_and_opposite_amounts_are_sent_f3() {
        assert_eq!(sent(&[row(1, "105999", 1, 0), row(1, "105999", 2, 0)]), []);
        let funds = sent(&[row(1, "105999", 1, 1000), row(1, "105999", 2, -1000)]);
        assert_eq!(amounts(&funds[0]), [(1, 1000), (2, -1000)]);
        assert_eq!(funds[0].total, Cents::ZERO);
    }

    #[test]
    fn another_record_or_account_never_sends_this_ones_zeros_f3() {
        let options = ExtranetOptions { send_102: true, ..ExtranetOptions::default() };
        let rows = [
            row(1, "102001", 1, 0),
            row(1, "102001", 2, 0),
            row(1, "105999", 1, 5),
            row(1, "105999", 2, 0),
            row(2, "105999", 3, 0),
        ];
        let (heard, totals) = section(&options, &rows).unwrap();
        assert_eq!((heard.len(), totals.funds), (1, 2));
        let funds = heard[0].as_ref().unwrap();
        assert!(funds.units.iter().all(|unit| unit.funds.len() == 1), "102001 is zero everywhere");
    }

    #[test]
    fn provisions_for_voted_works_need_the_option_and_working_capital_is_never_sent_f1_f2() {
        let rows = [row(1, "102001", 1, 7), row(1, "103100", 1, 9), row(1, "105999", 1, 5)];
        let accounts = |options: &ExtranetOptions| -> Vec<String> {
            let (heard, _) = section(options, &rows).unwrap();
            let units = heard.into_iter().flat_map(|funds| funds.unwrap().units);
            units.flat_map(|unit| unit.funds).map(|fund| fund.account_number).collect()
        };
        assert_eq!(accounts(&ExtranetOptions::default()), ["105999"]);
        let with_102 = ExtranetOptions { send_102: true, ..ExtranetOptions::default() };
        assert_eq!(accounts(&with_102), ["102001", "105999"]);
    }

    #[test]
    fn an_amount_on_a_unit_that_does_not_exist_refuses_the_record_rather_than_a_wrong_total_f4() {
        let options = ExtranetOptions::default();
        let mut section = WorksFunds::new(&options);
        let mut heard = Vec::new();
        let lost = FundRow { unit_exists: false, held: false, ..row(1, "105999", 2, 1000) };
        for row in [row(1, "105999", 1, 185), lost, row(2, "105999", 3, 500)] {
            section.push(&row, &mut |funds| heard.push(funds)).unwrap();
        }
        let totals = section.finish(&mut |funds| heard.push(funds));
        assert_eq!(heard[0].as_ref().unwrap_err().reason, RefusalReason::DanglingReference);
        assert_eq!(heard[1].as_ref().unwrap().total, Cents(500), "the others go on");
        assert_eq!((totals.refused, totals.records, totals.on_former_holders), (1, 1, 0));
    }

    #[test]
    fn of_two_roots_the_longer_one_reads_the_account_f1() {
        let options =
            ExtranetOptions { works_fund_roots: "105,1029".parse().unwrap(), ..ExtranetOptions::default() };
        assert_eq!(FundKind::of("102900", &options), Some(FundKind::WorksFund));
        assert_eq!(FundKind::of("102001", &options), Some(FundKind::VotedWorks));
        assert_eq!(FundKind::of("103100", &options), Some(FundKind::WorkingCapital));
        assert_eq!(FundKind::of("450000", &options), None);
    }

    #[test]
    fn after_a_transfer_the_seller_gets_none_and_the_buyer_the_fund_f5() {
        let seller = FundRow { held: false, ..row(1, "105999", 1, 1964) };
        let kept = row(1, "105999", 2, 0);
        let empty = FundRow { held: false, ..row(1, "105999", 3, 0) };
        let (heard, totals) =
            section(&ExtranetOptions::default(), &[seller, kept, empty, row(2, "105999", 1, 1964)]).unwrap();
        assert_eq!(heard.len(), 1, "a sold unit doesn't send the seller's zeros either");
        assert_eq!(heard[0].as_ref().unwrap().record, CoOwnerRecordId(2));
        assert_eq!(totals.on_former_holders, 1, "zeros are nothing to move");
    }

    #[test]
    fn a_unit_is_held_on_both_days_of_a_period_and_not_between_two_f5() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let periods = [
            Period { from: day("2010-01-01"), to: Some(day("2015-06-30")) },
            Period { from: day("2020-01-01"), to: None },
        ];
        assert!(held_on(&periods, day("2015-06-30")) && held_on(&periods, day("2020-01-01")));
        assert!(!held_on(&periods, day("2015-07-01")) && !held_on(&[], day("2020-01-01")));
    }

    #[test]
    fn a_sum_beyond_64_bits_refuses_that_record_alone() {
        let rows = [row(1, "105999", 1, i64::MAX), row(1, "105999", 2, 1), row(2, "105999", 3, 5)];
        let (heard, totals) = section(&ExtranetOptions::default(), &rows).unwrap();
        assert_eq!(
            heard[0],
            Err(RefusedFunds {
                record: CoOwnerRecordId(1),
                building: BuildingId(1),
                reason: RefusalReason::BadValue
            })
        );
        assert!(heard[1].is_ok());
        assert_eq!((totals.records, totals.refused), (1, 1));
    }

    #[test]
    fn rows_out_of_order_are_an_error() {
        let options = ExtranetOptions { send_102: true, ..ExtranetOptions::default() };
        for rows in [
            [row(2, "105999", 1, 5), row(1, "105999", 2, 5)],
            [row(1, "105999", 1, 5), row(1, "102001", 2, 5)],
        ] {
            let FundsOutOfOrder { unit, .. } = section(&options, &rows).unwrap_err();
            assert_eq!(unit, UnitId(2));
        }
    }

    /// What `check` tells staff to move to the buyer.
    #[test]
    fn a_fund_is_left_behind_when_its_unit_is_sold_and_the_section_would_carry_something_of_it_f5() {
        let left = |row: FundRow<'_>| row.is_left_behind(&ExtranetOptions::default());
        let sold = |number, amount| FundRow { held: false, ..row(1, number, 1, amount) };
        assert!(left(sold("105999", 1964)) && left(sold("105999", -1)));
        assert!(!left(sold("105999", 0)), "zeros are nothing to move");
        assert!(!left(row(1, "105999", 1, 1964)), "it is held");
        assert!(!left(sold("102001", 7)) && !left(sold("103100", 9)), "never sent");
    }

    #[test]
    fn every_row_is_counted_as_read_whether_it_is_sent_or_not() {
        let rows = [row(1, "103100", 1, 9), row(1, "105999", 1, 5), row(2, "105999", 2, 0)];
        let (_, totals) = section(&ExtranetOptions::default(), &rows).unwrap();
        assert_eq!((totals.rows_in, totals.records, totals.funds), (3, 1, 1));
    }

    proptest! {
        #[test]
        fn all_units_or_none_and_totals_that_agree_f3_f4(
            raw in proptest::collection::btree_map((0i64..4, 0usize..2, 0i64..4), (-2i64..3, any::<bool>()), 0..30)
        ) {
            let numbers = ["102001", "105999"];
            let rows: Vec<_> = raw
                .iter()
                .map(|(&(record, account, unit), &(amount, held))| FundRow {
                    held,
                    ..row(record, numbers[account], unit, amount)
                })
                .collect();
            let options = ExtranetOptions { send_102: true, ..ExtranetOptions::default() };
            let (heard, _) = section(&options, &rows).unwrap();
            let mut shown: Vec<(i64, String, i64, i64)> = Vec::new();
            for funds in heard.into_iter().map(Result::unwrap) {
                prop_assert_eq!(funds.total.0, funds.units.iter().map(|unit| unit.total.0).sum::<i64>());
                for unit in funds.units {
                    prop_assert_eq!(unit.total.0, unit.funds.iter().map(|fund| fund.amount.0).sum::<i64>());
                    shown.extend(unit.funds.into_iter().map(|fund| {
                        (funds.record.0, fund.account_number, unit.unit.0, fund.amount.0)
                    }));
                }
            }
            let held = |row: &&FundRow<'_>| row.held;
            let mut expected: Vec<_> = rows
                .iter()
                .filter(held)
                .filter(|row| rows.iter().filter(held).any(|other| {
                    (other.record, other.account_number) == (row.record, row.account_number)
                        && !other.amount.is_zero()
                }))
                .map(|row| (row.record.0, row.account_number.to_owned(), row.unit.0, row.amount.0))
                .collect();
            shown.sort();
            expected.sort();
            prop_assert_eq!(shown, expected);
        }
    }
}
