//! The entries of every account: calls and payments, rents and fees, in the order of their dates.

use std::fmt::Write as _;

use rusqlite::{Statement, params};

use super::Maker;
use super::places::{Account, Places, Role};
use super::words::MONTHS;
use crate::random::Random;

/// Entries of an account that isn't published.
const OF_FORMER: i64 = 12;

/// One entry as it is made.
struct Entry<'a> {
    debit: i64,
    credit: i64,
    journal: &'a str,
    analytic: Option<&'a str>,
}

/// Inserts the entries; each account's stored balance is their sum.
pub(super) fn entries(maker: &Maker<'_>, places: &Places) -> anyhow::Result<()> {
    let mut random = Random::new(maker.seed, "entries");
    let weights: Vec<i64> = places.accounts.iter().map(|_| random.between(50, 150)).collect();
    let whole: i64 = weights.iter().sum();
    let mut insert = maker.db.prepare(
        "INSERT INTO ledger_entry (account_id, entry_date, label, debit_cents, credit_cents, journal_code, analytic_code)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut balance = maker.db.prepare("UPDATE account SET stored_balance_cents = ?2 WHERE id = ?1")?;
    let mut label = String::new();
    let (mut before, mut given) = (0, 0);
    for (account, weight) in places.accounts.iter().zip(&weights) {
        before += weight;
        let until = maker.size.entries * before / whole.max(1);
        let sum = of_account(maker, &mut insert, account, until - given, &mut random, &mut label)?;
        given = until;
        balance.execute(params![account.id, sum])?;
    }
    for id in &places.former {
        let account = Account { id: *id, role: Role::CoOwner, entity: 0, surname: "ANCIEN".to_owned() };
        let sum = of_account(maker, &mut insert, &account, OF_FORMER, &mut random, &mut label)?;
        balance.execute(params![id, sum])?;
    }
    Ok(())
}

fn of_account(
    maker: &Maker<'_>,
    insert: &mut Statement<'_>,
    account: &Account,
    count: i64,
    random: &mut Random,
    label: &mut String,
) -> anyhow::Result<i64> {
    let days = maker.calendar.days();
    let step = (days / count.max(1)).max(1);
    let base = random.between(8_000, 90_000);
    let mut sum = 0;
    for number in 0..count {
        let day = number * days / count.max(1) + random.below(step);
        let date = maker.calendar.iso(day);
        label.clear();
        let entry = entry(account, number, base, date, random, label);
        sum += entry.debit - entry.credit;
        insert.execute(params![
            account.id,
            date,
            label.as_str(),
            entry.debit,
            entry.credit,
            entry.journal,
            entry.analytic
        ])?;
    }
    Ok(sum)
}

fn entry<'a>(
    account: &Account,
    number: i64,
    base: i64,
    date: &str,
    random: &mut Random,
    label: &mut String,
) -> Entry<'a> {
    let year = date.get(..4).unwrap_or_default();
    let month: usize = date.get(5..7).and_then(|month| month.parse().ok()).unwrap_or(1);
    let name = MONTHS.get(month - 1).copied().unwrap_or_default();
    let amount = base + random.below(base / 4 + 1);
    let surname = &account.surname;
    let (words, debit, journal, analytic) = match (account.role, number % 4) {
        (Role::CoOwner, 0) => {
            (format_args!("Appel de fonds {} trimestre {year}", quarter(month)), true, "AF", None)
        }
        (Role::CoOwner, 1) => (format_args!("Virement {surname}"), false, "BQ", None),
        (Role::CoOwner, 2) => (format_args!("Cotisation fonds de travaux {name} {year}"), true, "AF", None),
        (Role::CoOwner, _) => (format_args!("Prélèvement {surname} {name}"), false, "BQ", None),
        (Role::Landlord, 0) => (format_args!("Loyer {name} {year}"), false, "QT", Some("10Loyer")),
        (Role::Landlord, 1) => (format_args!("Honoraires de gestion {name} {year}"), true, "OD", None),
        (Role::Landlord, 2) => (format_args!("Règlement {surname}"), true, "BQ", None),
        (Role::Landlord, _) if number % 20 == 3 => {
            (format_args!("Provision pour travaux {year}"), false, "OD", Some("47Prov"))
        }
        (Role::Landlord, _) => (format_args!("Provision pour charges {name} {year}"), false, "QT", None),
        (Role::Tenant, 0 | 2) => (format_args!("Loyer et charges {name} {year}"), true, "QT", None),
        (Role::Tenant, _) => (format_args!("Virement {surname} {name}"), false, "BQ", None),
    };
    // A String takes everything.
    let _infallible = label.write_fmt(words);
    let (debit, credit) = if debit { (amount, 0) } else { (0, amount) };
    Entry { debit, credit, journal, analytic }
}

/// Gives a quarter as French writes it.
fn quarter(month: usize) -> &'static str {
    match month {
        0..=3 => "1er",
        4..=6 => "2e",
        7..=9 => "3e",
        _ => "4e",
    }
}
