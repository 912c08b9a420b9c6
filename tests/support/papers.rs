//! One model of each list and statement, with what makes them long.

use chrono::{NaiveDate, NaiveDateTime};
use publier::render::papers::{
    AccountStatement, CoOwnerList, ExpenseRow, ExpenseSheet, FundLine, FundStatement, FundUnit, StatementLine,
};
use publier_core::domain::co_owner_list::ListRow;
use publier_core::domain::expenses::Amounts;
use publier_core::domain::ids::CoOwnerRecordId;
use publier_core::domain::money::Cents;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn row(id: i64, identity: &str, units: &[&str]) -> ListRow {
    ListRow {
        record: CoOwnerRecordId(id),
        identity: identity.to_owned(),
        address: vec!["32, rue du Septentrion".to_owned(), "83500 PORT-GRIMAUD".to_owned()],
        units: units.iter().map(|unit| (*unit).to_owned()).collect(),
        working_capital: String::new(),
        works_fund: String::new(),
        council_member: "",
        council_president: "",
        resident: "",
    }
}

/// The list of the source's own screens; `copies` times its rows.
pub fn co_owners(copies: usize) -> CoOwnerList {
    let atrillon = ListRow {
        address: vec!["12, rue des cépages".to_owned(), "33120 SAUTERNES".to_owned()],
        works_fund: "23,89".to_owned(),
        ..row(
            1,
            "Monsieur ATRILLON Bernard",
            &["GILBERT/248 (Appartement)", "GILBERT/012 (Cave)", "GILBERT/910 (Parking)"],
        )
    };
    let petrus = ListRow {
        works_fund: "11,85".to_owned(),
        working_capital: "1\u{202f}250,00".to_owned(),
        resident: "X",
        ..row(2, "Monsieur BPETRUS Pierre", &["GILBERT/018 (Cave)", "GILBERT/152 (Appartement)"])
    };
    let first = ListRow {
        works_fund: "165,70".to_owned(),
        council_member: "X",
        council_president: "X",
        ..row(3, "BROUILLY Alfred", &["GILBERT/122 (Appartement)"])
    };
    let second = row(4, "BROUILLY Alfred", &["GILBERT/907 (Parking)"]);
    let rows = [atrillon, petrus, first, second];
    CoOwnerList {
        building: "GILBERT".to_owned(),
        addresses: vec![
            "4, rue Gilbert".to_owned(),
            "50, rue de la Colline".to_owned(),
            "54000 NANCY".to_owned(),
        ],
        agency: "TESTS 605".to_owned(),
        made_at: "2020-07-07T11:05:00".parse::<NaiveDateTime>().unwrap(),
        initials: "LG".to_owned(),
        rows: rows.iter().cycle().take(copies * rows.len()).cloned().collect(),
        document_id: "co-owner-list:1".to_owned(),
    }
}

/// A statement of `lines` lines after an opening of 13 299,97.
pub fn statement(lines: i64) -> AccountStatement {
    let opening = 1_329_997;
    let line = |number: i64| StatementLine {
        date: day("2020-01-30") + chrono::Days::new(number.unsigned_abs()),
        label: if number % 2 == 0 {
            "Règlement TESTS 605"
        } else {
            "Appel de fonds du 2e trimestre – charges générales et eau"
        }
        .to_owned(),
        debit: Cents(if number % 2 == 0 { 0 } else { 123_456 }),
        credit: Cents(if number % 2 == 0 { 331_441 } else { 0 }),
        balance: Cents(opening + (number + 1) / 2 * 123_456 - (number / 2) * 331_441),
    };
    let all: Vec<_> = (1..=lines).map(line).collect();
    AccountStatement {
        agency: "TESTS 605".to_owned(),
        entity: "Gérance Crypto".to_owned(),
        number: "411ALOXECO".to_owned(),
        label: "YALOXE CORTON Denise".to_owned(),
        holder: "Madame YALOXE CORTON Denise".to_owned(),
        from: all.first().map(|line| line.date),
        to: all.last().map(|line| line.date),
        opening: Cents(opening),
        debit: Cents(all.iter().map(|line| line.debit.0).sum()),
        credit: Cents(all.iter().map(|line| line.credit.0).sum()),
        closing: all.last().map_or(Cents(opening), |line| line.balance),
        lines: all,
        document_id: "statement:1".to_owned(),
        made_on: day("2020-07-07"),
    }
}

/// The expenses of the source's own screens (E3).
pub fn expenses() -> ExpenseSheet {
    let amounts = |amount, vat, recoverable| Amounts {
        amount: Cents(amount),
        vat: Cents(vat),
        deductible: Cents::ZERO,
        recoverable: Cents(recoverable),
    };
    let mut rows = vec![
        ExpenseRow::Key("010".to_owned(), "CHARGES COMMUNES GENERALES".to_owned()),
        ExpenseRow::Account("472999".to_owned(), "Remboursements d'emprunts".to_owned()),
        ExpenseRow::Line(day("2015-02-10"), "Emprunt".to_owned(), amounts(250_000, 0, 0)),
        ExpenseRow::AccountTotal("472999".to_owned(), amounts(250_000, 0, 0)),
        ExpenseRow::Account("602001".to_owned(), "Electricité (abonnement)".to_owned()),
    ];
    rows.extend((1..=11).map(|month| {
        let date = NaiveDate::from_ymd_opt(2015, month, 10).unwrap();
        ExpenseRow::Line(date, format!("Facture EDF {month:02} 2012"), amounts(1_500, 78, 1_500))
    }));
    rows.push(ExpenseRow::AccountTotal("602001".to_owned(), amounts(16_500, 858, 16_500)));
    rows.push(ExpenseRow::KeyTotal("010".to_owned(), amounts(266_500, 858, 16_500)));
    ExpenseSheet {
        agency: "TESTS 605".to_owned(),
        building: "GILBERT".to_owned(),
        addresses: vec!["4, rue Gilbert".to_owned(), "54000 NANCY".to_owned()],
        year: "Exercice 2015".to_owned(),
        period: (day("2015-01-01"), day("2015-12-31")),
        rows,
        total: amounts(266_500, 858, 16_500),
        document_id: "expenses:1".to_owned(),
        made_on: day("2020-07-07"),
    }
}

/// The same expenses with more accounts of eleven lines.
pub fn long_expenses(accounts: i64) -> ExpenseSheet {
    let amounts = |count: i64| Amounts {
        amount: Cents(count * 1_500),
        vat: Cents(count * 78),
        deductible: Cents::ZERO,
        recoverable: Cents(count * 1_500),
    };
    let mut rows = vec![ExpenseRow::Key("010".to_owned(), "CHARGES COMMUNES GENERALES".to_owned())];
    for account in 1..=accounts {
        let number = (602_000 + account).to_string();
        rows.push(ExpenseRow::Account(number.clone(), "Electricité".to_owned()));
        rows.extend((1..=11).map(|month| {
            let date = NaiveDate::from_ymd_opt(2015, month, 10).unwrap();
            ExpenseRow::Line(date, format!("Facture EDF {month:02} 2012"), amounts(1))
        }));
        rows.push(ExpenseRow::AccountTotal(number, amounts(11)));
    }
    rows.push(ExpenseRow::KeyTotal("010".to_owned(), amounts(11 * accounts)));
    ExpenseSheet { rows, total: amounts(11 * accounts), ..expenses() }
}

/// What one record holds (F4).
pub fn works_fund() -> FundStatement {
    let fund = |amount| FundLine {
        account_number: "105999".to_owned(),
        label: "Fonds de travaux".to_owned(),
        amount: Cents(amount),
    };
    let unit = |unit: &str, amount| FundUnit { unit: unit.to_owned(), funds: vec![fund(amount)] };
    FundStatement {
        agency: "TESTS 605".to_owned(),
        building: "GILBERT".to_owned(),
        addresses: vec!["4, rue Gilbert".to_owned(), "54000 NANCY".to_owned()],
        holder: "Madame YALOXE CORTON Denise".to_owned(),
        as_of: day("2020-06-30"),
        units: vec![
            unit("GILBERT/069 (Appartement)", 1_964),
            unit("GILBERT/115 (Cave)", 0),
            unit("GILBERT/021 (Parking)", 0),
        ],
        total: Cents(1_964),
        document_id: "works-fund:1".to_owned(),
        made_on: day("2020-07-07"),
    }
}
