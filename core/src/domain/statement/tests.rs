//! The promises of the module, one test each.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A line that outlives its entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    date: NaiveDate,
    label: String,
    debit: i64,
    credit: i64,
    balance: i64,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn row(id: i64, date: &str, label: &'static str, debit: i64, credit: i64) -> EntryRow<'static> {
    EntryRow {
        id: EntryId(id),
        date: day(date),
        label,
        debit: Cents(debit),
        credit: Cents(credit),
        bank: false,
        not_remitted: false,
        kind: EntryKind::Normal,
        tenant: None,
    }
}

fn bank(id: i64, date: &str, label: &'static str, debit: i64, credit: i64) -> EntryRow<'static> {
    EntryRow { bank: true, ..row(id, date, label, debit, credit) }
}

fn of_kind(kind: EntryKind, id: i64, date: &str, net: i64) -> EntryRow<'static> {
    EntryRow { kind, ..row(id, date, "À nouveau", net.max(0), (-net).max(0)) }
}

fn opening(id: i64, date: &str, net: i64) -> EntryRow<'static> {
    of_kind(EntryKind::Opening, id, date, net)
}

fn closing(id: i64, date: &str, net: i64) -> EntryRow<'static> {
    of_kind(EntryKind::Closing, id, date, net)
}

fn grouping() -> ExtranetOptions {
    ExtranetOptions {
        group_bank_landlord: true,
        group_bank_tenant: true,
        group_bank_co_owner: true,
        ..ExtranetOptions::default()
    }
}

fn rules(options: &ExtranetOptions) -> StatementRules<'_> {
    StatementRules {
        role: Role::Landlord,
        opening_mode: OpeningMode::CarryForward,
        available_from: None,
        stored_balance: None,
        agency: "TESTS 605",
        options,
    }
}

fn run(rules: StatementRules<'_>, rows: &[EntryRow<'_>]) -> Result<(Vec<Shown>, Totals), StatementError> {
    let mut lines = Vec::new();
    let mut before = None;
    let mut sink = |line: Line<'_>| {
        let previous = before.replace(line.balance);
        assert!(previous.is_none_or(|balance| balance == line.before), "balances follow each other");
        lines.push(Shown {
            date: line.date,
            label: line.label.to_owned(),
            debit: line.debit.0,
            credit: line.credit.0,
            balance: line.balance.0,
        });
    };
    let mut statement = Statement::new(rules);
    for row in rows {
        statement.push(*row, &mut sink)?;
    }
    let totals = statement.finish(&mut sink)?;
    Ok((lines, totals))
}

fn made(rules: StatementRules<'_>, rows: &[EntryRow<'_>]) -> (Vec<Shown>, Totals) {
    run(rules, rows).unwrap()
}

fn labels(lines: &[Shown]) -> Vec<&str> {
    lines.iter().map(|line| line.label.as_str()).collect()
}

/// The account of the source's own screens, in our convention.
fn aloxeco() -> Vec<EntryRow<'static>> {
    vec![
        row(1, "2012-07-25", "Solde de gérance", 1_250_000, 0),
        row(2, "2015-03-31", "Loyers", 0, 320_003),
        row(3, "2019-12-31", "Travaux", 100_000, 0),
        bank(4, "2020-01-30", "Virement 1", 200_000, 0),
        bank(5, "2020-01-30", "Virement 2", 100_000, 0),
        bank(6, "2020-02-11", "Loyer", 0, 300_000),
        bank(7, "2020-02-11", "Charges", 0, 31_441),
    ]
}

#[test]
fn the_demo_account_comes_out_with_the_sources_own_figures_d12_d13_d14_d28() {
    let options = grouping();
    let rules = StatementRules { available_from: Some(day("2012-07-25")), ..rules(&options) };
    let (lines, totals) = made(rules, &aloxeco());
    assert_eq!(totals.opening, Cents::ZERO);
    assert_eq!(lines[2].balance, 1_029_997);
    assert_eq!(
        lines[3..],
        [
            Shown {
                date: day("2020-01-30"),
                label: "Règlement TESTS 605 du 30/01/2020".to_owned(),
                debit: 300_000,
                credit: 0,
                balance: 1_329_997
            },
            Shown {
                date: day("2020-02-11"),
                label: "Règlement du 11/02/2020".to_owned(),
                debit: 0,
                credit: 331_441,
                balance: 998_556
            },
        ]
    );
    assert_eq!(totals.closing, Cents(998_556));
    assert_eq!((totals.entries_in, totals.entries_shown, totals.lines_out), (7, 7, 5));
    assert_eq!(totals.warnings, []);
}

#[test]
fn entries_before_the_first_date_shown_make_the_opening_d21() {
    let options = ExtranetOptions::default();
    let rules = StatementRules { available_from: Some(day("2020-01-01")), ..rules(&options) };
    let (lines, totals) = made(rules, &aloxeco());
    assert_eq!(totals.opening, Cents(1_029_997), "the site's « solde antérieur »");
    assert_eq!(lines.len(), 4);
    let (lines, totals) =
        made(StatementRules { available_from: Some(day("2021-01-01")), ..rules }, &aloxeco());
    assert_eq!((lines.len(), totals.opening, totals.closing), (0, Cents(998_556), Cents(998_556)));
}

#[test]
fn an_empty_account_is_a_statement_of_nothing() {
    let options = ExtranetOptions::default();
    let (lines, totals) = made(rules(&options), &[]);
    assert_eq!((lines.len(), totals.opening, totals.closing), (0, Cents::ZERO, Cents::ZERO));
}

#[test]
fn a_reversal_moves_to_the_other_side_d12() {
    let options = ExtranetOptions::default();
    let (lines, totals) = made(
        rules(&options),
        &[row(1, "2020-01-01", "Extourne", -500, 0), row(2, "2020-01-01", "Extourne", 0, -700)],
    );
    assert_eq!((lines[0].debit, lines[0].credit), (0, 500));
    assert_eq!((lines[1].debit, lines[1].credit), (700, 0));
    assert_eq!(totals.closing, Cents(200));
}

#[test]
fn two_bank_entries_of_one_day_on_opposite_sides_are_never_netted_d14() {
    let options = grouping();
    let (lines, _) = made(
        rules(&options),
        &[bank(1, "2020-01-01", "Encaissement", 0, 900), bank(2, "2020-01-01", "Reversement", 400, 0)],
    );
    assert_eq!(labels(&lines), ["Encaissement", "Reversement"], "each alone on its side keeps its label");
    assert_eq!((lines[0].credit, lines[1].debit), (900, 400));
}

#[test]
fn only_bank_entries_of_the_same_date_are_grouped_where_the_first_stood_d14() {
    let options = grouping();
    let rows = [
        bank(1, "2020-01-01", "Loyer", 0, 100),
        row(2, "2020-01-01", "Honoraires", 30, 0),
        bank(3, "2020-01-01", "Charges", 0, 20),
        bank(4, "2020-01-02", "Loyer", 0, 7),
    ];
    let (lines, _) = made(rules(&options), &rows);
    assert_eq!(labels(&lines), ["Règlement du 01/01/2020", "Honoraires", "Loyer"]);
    let off = ExtranetOptions::default();
    assert_eq!(made(rules(&off), &rows).0.len(), 4);
}

#[test]
fn a_reversed_bank_debit_is_grouped_with_the_credits_d14() {
    let options = grouping();
    let (lines, _) = made(
        rules(&options),
        &[bank(1, "2020-01-01", "Extourne", -50, 0), bank(2, "2020-01-01", "Loyer", 0, 100)],
    );
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].debit, lines[0].credit), (0, 150));
}

#[test]
fn an_entry_with_both_sides_or_none_is_never_grouped_d14() {
    let options = grouping();
    let rows = [
        bank(1, "2020-01-01", "Deux", 10, 20),
        bank(2, "2020-01-01", "Aucun", 0, 0),
        bank(3, "2020-01-01", "Débit", 10, 0),
    ];
    assert_eq!(labels(&made(rules(&options), &rows).0), ["Deux", "Aucun", "Débit"]);
}

#[test]
fn only_a_landlords_grouped_debit_bears_the_agencys_name_d28() {
    let options = grouping();
    let debits = [bank(1, "2020-01-01", "a", 10, 0), bank(2, "2020-01-01", "b", 5, 0)];
    for (role, agency, label) in [
        (Role::Landlord, "TESTS 605", "Règlement TESTS 605 du 01/01/2020"),
        (Role::Landlord, "", "Règlement du 01/01/2020"),
        (Role::Tenant, "TESTS 605", "Règlement du 01/01/2020"),
        (Role::CoOwner, "TESTS 605", "Règlement du 01/01/2020"),
    ] {
        let rules = StatementRules { role, agency, ..rules(&options) };
        assert_eq!(labels(&made(rules, &debits).0), [label]);
    }
}

#[test]
fn two_tenants_of_one_day_stay_apart_only_with_the_option_d29() {
    let paid =
        |id, tenant| EntryRow { tenant: Some(AccountId(tenant)), ..bank(id, "2020-01-01", "Loyer", 0, 10) };
    let rows = [paid(1, 7), paid(2, 8), paid(3, 7)];
    let apart = ExtranetOptions { group_by_tenant: true, ..grouping() };
    let (lines, _) = made(rules(&apart), &rows);
    assert_eq!(lines.iter().map(|line| line.credit).collect::<Vec<_>>(), [20, 10]);
    assert_eq!(labels(&lines), ["Règlement du 01/01/2020", "Loyer"]);
    let together = grouping();
    assert_eq!(made(rules(&together), &rows).0.len(), 1);
}

#[test]
fn what_is_not_remitted_leaves_a_landlords_lines_opening_and_closing_d15_d27() {
    let kept_back = |id, date| EntryRow { not_remitted: true, ..bank(id, date, "Provision", 0, 40) };
    let rows = [
        kept_back(1, "2019-01-01"),
        row(2, "2019-01-01", "Loyer", 0, 100),
        kept_back(3, "2020-01-01"),
        bank(4, "2020-01-01", "Loyer", 0, 100),
    ];
    let options = ExtranetOptions { exclude_not_remitted: true, ..grouping() };
    let rules = StatementRules { available_from: Some(day("2020-01-01")), ..rules(&options) };
    let (lines, totals) = made(rules, &rows);
    assert_eq!(labels(&lines), ["Loyer"], "excluded before grouping: the other is alone");
    assert_eq!((totals.opening, totals.closing), (Cents(-100), Cents(-200)));
    assert_eq!(totals.entries_excluded, 2);
    let (_, co_owner) = made(StatementRules { role: Role::CoOwner, ..rules }, &rows);
    assert_eq!(co_owner.closing, Cents(-280), "landlords only");
}

#[test]
fn the_stored_balance_is_compared_with_the_full_ledger_before_exclusion_d18() {
    let options = ExtranetOptions { exclude_not_remitted: true, ..ExtranetOptions::default() };
    let rows = [
        EntryRow { not_remitted: true, ..row(1, "2020-01-01", "Provision", 0, 40) },
        row(2, "2020-01-01", "Loyer", 0, 100),
    ];
    let right = StatementRules { stored_balance: Some(Cents(-140)), ..rules(&options) };
    assert_eq!(made(right, &rows).1.warnings, []);
    let wrong = StatementRules { stored_balance: Some(Cents(-100)), ..right };
    let (_, totals) = made(wrong, &rows);
    assert_eq!(
        totals.warnings,
        [StatementWarning::StoredBalance { stored: Cents(-100), computed: Cents(-140) }]
    );
    assert_eq!(totals.closing, Cents(-100), "the recomputed balance of what is shown is published");
}

#[test]
fn a_closing_and_the_opening_that_repeats_it_are_neither_shown_nor_summed_d22() {
    let rows = [
        row(1, "2018-05-01", "Loyer", 0, 100),
        closing(2, "2018-12-31", 100),
        opening(3, "2019-01-01", -100),
        row(4, "2019-05-01", "Loyer", 0, 50),
    ];
    let options = ExtranetOptions::default();
    for opening_mode in [OpeningMode::CarryForward, OpeningMode::OpeningBalance] {
        let rules = StatementRules { opening_mode, stored_balance: Some(Cents(-150)), ..rules(&options) };
        let (lines, totals) = made(rules, &rows);
        assert_eq!(labels(&lines), ["Loyer", "Loyer"]);
        assert_eq!((totals.opening, totals.closing), (Cents::ZERO, Cents(-150)));
        assert_eq!(totals.warnings, []);
    }
}

#[test]
fn an_opening_whose_year_before_is_not_in_the_snapshot_is_the_opening_d22() {
    let options = ExtranetOptions::default();
    let rows = [
        row(1, "2019-01-01", "Loyer", 0, 50),
        opening(2, "2019-01-01", -100),
        opening(3, "2019-01-01", 30),
        closing(4, "2019-12-31", 120),
    ];
    for opening_mode in [OpeningMode::CarryForward, OpeningMode::OpeningBalance] {
        let (lines, totals) = made(StatementRules { opening_mode, ..rules(&options) }, &rows);
        assert_eq!(totals.opening, Cents(-70), "of one date they add up, whatever their ids");
        assert_eq!((lines.len(), lines[0].balance), (1, -120));
    }
}

#[test]
fn before_any_entry_a_later_opening_replaces_an_earlier_one_d22() {
    let options = ExtranetOptions::default();
    let rows = [
        opening(1, "2018-01-01", 100),
        closing(2, "2018-12-31", -80),
        opening(3, "2019-01-01", 80),
        row(4, "2019-02-01", "Loyer", 20, 0),
    ];
    let (_, totals) = made(rules(&options), &rows);
    assert_eq!((totals.opening, totals.closing), (Cents(80), Cents(100)));
}

/// 2015's entries, then archives lost until an opening of 2019.
fn gap() -> [EntryRow<'static>; 3] {
    [
        row(1, "2015-05-01", "Loyer", 0, 100),
        opening(2, "2019-01-01", -300),
        row(3, "2019-05-01", "Loyer", 0, 50),
    ]
}

fn differs(restated: bool) -> StatementWarning {
    StatementWarning::OpeningDiffers {
        date: day("2019-01-01"),
        stated: Cents(-300),
        computed: Cents(-100),
        restated,
        times: 1,
    }
}

#[test]
fn carrying_forward_believes_the_entries_and_warns_where_an_opening_differs_d22() {
    let options = ExtranetOptions::default();
    let (lines, totals) = made(rules(&options), &gap());
    assert_eq!((lines.len(), totals.closing), (2, Cents(-150)));
    assert_eq!(totals.warnings, [differs(false)]);
}

#[test]
fn an_opening_balance_after_a_gap_is_believed_and_shown_as_its_difference_d22() {
    let options = ExtranetOptions::default();
    let rules = StatementRules { opening_mode: OpeningMode::OpeningBalance, ..rules(&options) };
    let (lines, totals) = made(rules, &gap());
    assert_eq!(labels(&lines), ["Loyer", "À nouveau", "Loyer"]);
    assert_eq!((lines[1].debit, lines[1].credit, lines[1].balance), (0, 200, -300));
    assert_eq!(totals.closing, Cents(-350));
    assert_eq!(totals.warnings, [differs(true)]);
    let late = StatementRules { available_from: Some(day("2019-02-01")), ..rules };
    assert_eq!(made(late, &gap()).1.opening, Cents(-300));
}

#[test]
fn an_opening_balance_after_a_present_year_is_a_repeat_even_when_it_differs_d22() {
    let options = ExtranetOptions::default();
    let rules = StatementRules { opening_mode: OpeningMode::OpeningBalance, ..rules(&options) };
    let rows = [row(1, "2018-01-01", "Loyer", 0, 100), opening(2, "2019-01-01", -300)];
    let (lines, totals) = made(rules, &rows);
    assert_eq!((lines.len(), totals.closing), (1, Cents(-100)));
    assert_eq!(totals.warnings, [differs(false)]);
}

#[test]
fn a_dormant_year_changes_nothing_in_either_mode_d22() {
    let rows = [
        row(1, "2015-05-01", "Loyer", 0, 100),
        opening(2, "2016-01-01", -100),
        opening(3, "2017-01-01", -100),
        opening(4, "2018-01-01", -100),
    ];
    let options = ExtranetOptions::default();
    for opening_mode in [OpeningMode::CarryForward, OpeningMode::OpeningBalance] {
        let (lines, totals) = made(StatementRules { opening_mode, ..rules(&options) }, &rows);
        assert_eq!((lines.len(), totals.closing), (1, Cents(-100)));
        assert_eq!(totals.warnings, []);
    }
}

#[test]
fn openings_are_compared_before_exclusion_d15_d22() {
    let options = ExtranetOptions { exclude_not_remitted: true, ..ExtranetOptions::default() };
    let rows = [
        EntryRow { not_remitted: true, ..row(1, "2018-05-01", "Provision", 0, 40) },
        row(2, "2018-05-01", "Loyer", 0, 100),
        opening(3, "2019-01-01", -140),
    ];
    let (_, totals) = made(rules(&options), &rows);
    assert_eq!((totals.closing, totals.warnings), (Cents(-100), vec![]));
}

#[test]
fn amounts_beyond_64_bits_refuse_the_account_without_a_panic() {
    let options = grouping();
    let worst = [
        vec![row(1, "2020-01-01", "a", i64::MIN, 0)],
        vec![row(1, "2020-01-01", "a", i64::MAX, i64::MIN + 1)],
        vec![bank(1, "2020-01-01", "a", i64::MAX, 0), bank(2, "2020-01-01", "b", i64::MAX, 0)],
        vec![row(1, "2020-01-01", "a", i64::MAX, 0), row(2, "2020-01-02", "b", 1, 0)],
        vec![row(1, "2020-01-01", "a", 0, i64::MAX), row(2, "2020-01-02", "b", 0, 2)],
        vec![opening(1, "2020-01-01", i64::MAX), opening(2, "2020-01-01", 1)],
        vec![row(1, "2020-01-01", "a", 0, i64::MAX), opening(2, "2020-01-02", i64::MAX)],
    ];
    for rows in worst {
        let error = run(rules(&options), &rows).unwrap_err();
        assert!(matches!(error, StatementError::Overflow(_)), "{rows:?}");
        assert_eq!(error.refusal(), RefusalReason::BadValue);
    }
}

#[test]
fn entries_out_of_order_refuse_the_account() {
    let options = ExtranetOptions::default();
    for second in [row(1, "2020-01-02", "b", 1, 0), row(2, "2020-01-01", "b", 1, 0)] {
        let rows = [row(2, "2020-01-02", "a", 1, 0), second];
        assert_eq!(run(rules(&options), &rows).unwrap_err(), StatementError::OutOfOrder(second.id));
    }
}

/// Some entries by (date, id): few dates and small amounts, so that they meet.
fn entries() -> impl Strategy<Value = Vec<EntryRow<'static>>> {
    let kind = prop_oneof![
        8 => Just(EntryKind::Normal), 1 => Just(EntryKind::Opening), 1 => Just(EntryKind::Closing)
    ];
    let one = (0u64..900, -50i64..50, -50i64..50, 0u8..4, any::<bool>(), any::<bool>(), kind, 0i64..3);
    proptest::collection::vec(one, 0..40).prop_map(|raw| {
        let mut rows: Vec<_> = raw
            .into_iter()
            .map(|(days, debit, credit, shape, bank, not_remitted, kind, tenant)| EntryRow {
                bank,
                not_remitted,
                kind,
                tenant: (tenant > 0).then_some(AccountId(tenant)),
                date: day("2018-01-01") + chrono::Days::new(days / 90 * 90),
                debit: Cents(if shape == 0 { 0 } else { debit }),
                credit: Cents(if shape == 1 { credit } else { 0 }),
                ..row(0, "2018-01-01", "Écriture", 0, 0)
            })
            .collect();
        rows.sort_by_key(|row| row.date);
        for (id, row) in (1..).zip(&mut rows) {
            row.id = EntryId(id);
        }
        rows
    })
}

fn modes() -> impl Strategy<Value = (OpeningMode, Option<NaiveDate>, bool)> {
    let mode = prop_oneof![Just(OpeningMode::CarryForward), Just(OpeningMode::OpeningBalance)];
    let from = prop_oneof![Just(None), Just(Some(day("2019-01-15")))];
    (mode, from, any::<bool>())
}

/// The last balance of each date.
fn evenings(lines: &[Shown]) -> BTreeMap<NaiveDate, i64> {
    lines.iter().map(|line| (line.date, line.balance)).collect()
}

/// The sums of each date, debits and credits apart.
fn by_side(lines: &[Shown]) -> BTreeMap<NaiveDate, (i64, i64)> {
    let mut sums = BTreeMap::new();
    for line in lines {
        let (debit, credit) = sums.entry(line.date).or_insert((0, 0));
        *debit += line.debit;
        *credit += line.credit;
    }
    sums
}

proptest! {
    #[test]
    fn a_statement_always_balances_d12_d13(
        rows in entries(), (opening_mode, available_from, exclude_not_remitted) in modes()
    ) {
        let options = ExtranetOptions { exclude_not_remitted, ..grouping() };
        let rules = StatementRules { opening_mode, available_from, ..rules(&options) };
        let (lines, totals) = made(rules, &rows);
        prop_assert_eq!(totals.opening.0 + totals.debit.0 - totals.credit.0, totals.closing.0);
        prop_assert_eq!(lines.last().map_or(totals.opening.0, |line| line.balance), totals.closing.0);
        prop_assert!(lines.iter().all(|line| line.debit >= 0 && line.credit >= 0));
        prop_assert_eq!(lines.iter().map(|line| line.debit).sum::<i64>(), totals.debit.0);
        prop_assert_eq!(lines.iter().map(|line| line.credit).sum::<i64>(), totals.credit.0);
    }

    #[test]
    fn grouping_keeps_totals_sides_and_each_evenings_balance_d14(
        rows in entries(), (opening_mode, available_from, group_by_tenant) in modes()
    ) {
        let (on, off) = (ExtranetOptions { group_by_tenant, ..grouping() }, ExtranetOptions::default());
        let (grouped, totals) =
            made(StatementRules { opening_mode, available_from, ..rules(&on) }, &rows);
        let (single, expected) =
            made(StatementRules { opening_mode, available_from, ..rules(&off) }, &rows);
        prop_assert_eq!(evenings(&grouped), evenings(&single));
        prop_assert_eq!(by_side(&grouped), by_side(&single), "no side is netted");
        prop_assert_eq!(Totals { lines_out: expected.lines_out, ..totals }, expected);
    }

    #[test]
    fn excluding_is_reading_a_ledger_without_those_entries_d15_d27(rows in entries(), from in modes()) {
        let options = ExtranetOptions { exclude_not_remitted: true, ..grouping() };
        let normal: Vec<_> = rows.into_iter().filter(|row| row.kind == EntryKind::Normal).collect();
        let kept: Vec<_> = normal.iter().copied().filter(|row| !row.not_remitted).collect();
        let rules = StatementRules { available_from: from.1, ..rules(&options) };
        let (with, without) = (made(rules, &normal), made(rules, &kept));
        prop_assert_eq!(with.0, without.0);
        prop_assert_eq!(with.1.closing, without.1.closing);
        prop_assert_eq!(with.1.opening, without.1.opening);
    }

    #[test]
    fn the_lines_of_a_date_do_not_depend_on_the_order_of_its_ids_d14(
        rows in entries(), (opening_mode, available_from, _) in modes()
    ) {
        let options = grouping();
        let rules = StatementRules { opening_mode, available_from, ..rules(&options) };
        let mut turned = rows.clone();
        turned.reverse();
        turned.sort_by_key(|row| row.date);
        for (row, id) in turned.iter_mut().zip(1..) {
            row.id = EntryId(id);
        }
        let sorted = |rows: &[EntryRow<'_>]| {
            let (mut lines, totals) = made(rules, rows);
            for line in &mut lines {
                line.balance = 0;
            }
            lines.sort();
            (lines, totals)
        };
        prop_assert_eq!(sorted(&rows), sorted(&turned));
    }

    #[test]
    fn any_amount_is_a_statement_or_a_refusal_and_never_a_panic(
        debits in proptest::collection::vec(any::<i64>(), 0..6), grouped: bool
    ) {
        let options = if grouped { grouping() } else { ExtranetOptions::default() };
        let rows: Vec<_> = (1..).zip(debits).map(|(id, d)| bank(id, "2020-01-01", "a", d, 0)).collect();
        match run(rules(&options), &rows) {
            Ok((_, totals)) => prop_assert_eq!(totals.entries_shown, totals.entries_in),
            Err(error) => prop_assert!(matches!(error, StatementError::Overflow(_))),
        }
    }
}
