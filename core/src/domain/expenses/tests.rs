//! The promises of the module, one test each.

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
    let start = ["year 2015", "building 1", "key 010", "account 472999", "line 1", "account = 2500.00 0.00"];
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
        parts[5..],
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
    let at = |id: i64, open: i64| ExpenseRow { year: Reference::To(year(open, false)), ..electricity(id) };
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
                    for sum in &mut sums {
                        *sum += line.amounts.amount.0;
                    }
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
