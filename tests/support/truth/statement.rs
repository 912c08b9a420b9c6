//! A statement, a second time: a list of days, each worked out from what the ledger says (D12-D15, D21, D22, D27-D29).

use chrono::{Months, NaiveDate};
use rusqlite::Connection;

use super::all;
use crate::support::reader::{Account, Cents, Entry};

struct Row {
    date: NaiveDate,
    label: String,
    debit: Cents,
    credit: Cents,
    kind: String,
    bank: bool,
    excluded: bool,
    tenant: Option<i64>,
}

impl Row {
    fn net(&self) -> Cents {
        self.debit - self.credit
    }
}

/// Fills an account with its lines.
pub fn filled(db: &Connection, id: i64, mode: &str, mut account: Account) -> Account {
    let option = |name: &str| -> bool {
        db.query_row(&format!("SELECT {name} FROM settings"), [], |row| row.get(0)).unwrap()
    };
    let agency: String = db.query_row("SELECT name FROM agency", [], |row| row.get(0)).unwrap();
    let landlord = account.role == "landlord";
    let grouped = match account.role.as_str() {
        "landlord" | "tenant" | "co_owner" => option(&format!("group_bank_{}", account.role)),
        _ => false,
    };
    let by_tenant = option("group_by_tenant");
    let excludes = landlord && option("exclude_not_remitted");
    let rows = rows(db, id, excludes);
    let mut lines: Vec<Entry> = Vec::new();
    let (mut full, mut shown) = (0, 0);
    let mut last_movement: Option<NaiveDate> = None;
    let mut opening = None;
    let mut at = 0;
    while at < rows.len() {
        let date = rows[at].date;
        let day: Vec<&Row> = rows[at..].iter().take_while(|row| row.date == date).collect();
        at += day.len();
        let openings: Vec<_> = day.iter().filter(|row| row.kind == "opening").collect();
        let mut todays: Vec<(String, Cents, Cents)> = Vec::new();
        if !openings.is_empty() {
            let stated: Cents = openings.iter().map(|row| row.net()).sum();
            let kept: Cents = openings.iter().filter(|row| !row.excluded).map(|row| row.net()).sum();
            match last_movement {
                None => (full, shown) = (stated, kept),
                Some(last) => {
                    let asleep = last < date.checked_sub_months(Months::new(12)).unwrap();
                    if mode == "opening_balance" && asleep && stated != full {
                        let missing: Cents = stated - full;
                        todays.push((openings[0].label.clone(), missing.max(0), (-missing).max(0)));
                    }
                }
            }
        }
        let movements: Vec<_> = day.iter().filter(|row| row.kind == "normal").collect();
        if !movements.is_empty() {
            last_movement = Some(date);
        }
        let visible: Vec<_> = movements.iter().filter(|row| !row.excluded).collect();
        let group_of = |row: &Row| {
            let side = match (row.debit != 0, row.credit != 0) {
                (true, false) => 'd',
                (false, true) => 'c',
                _ => return None,
            };
            (grouped && row.bank).then_some((side, if by_tenant { row.tenant } else { None }))
        };
        let mut done = Vec::new();
        for row in &visible {
            let Some(group) = group_of(row) else {
                todays.push((row.label.clone(), row.debit, row.credit));
                continue;
            };
            if done.contains(&group) {
                continue;
            }
            done.push(group);
            let members: Vec<_> = visible.iter().filter(|other| group_of(other) == Some(group)).collect();
            let debit = members.iter().map(|row| row.debit).sum();
            let credit = members.iter().map(|row| row.credit).sum();
            let label = match (members.len(), landlord && group.0 == 'd') {
                (1, _) => row.label.clone(),
                (_, true) => format!("Règlement {agency} du {}", date.format("%d/%m/%Y")),
                (_, false) => format!("Règlement du {}", date.format("%d/%m/%Y")),
            };
            todays.push((label, debit, credit));
        }
        for (label, debit, credit) in todays {
            let before = shown;
            shown += debit - credit;
            full += debit - credit;
            if account.available_from.is_none_or(|from| date >= from) {
                opening.get_or_insert(before);
                lines.push(Entry { date, label, debit, credit, balance: shown });
            }
        }
        full += movements.iter().filter(|row| row.excluded).map(|row| row.net()).sum::<Cents>();
    }
    account.opening = opening.unwrap_or(shown);
    account.closing = shown;
    account.entries = lines;
    account
}

fn rows(db: &Connection, account: i64, excludes: bool) -> Vec<Row> {
    let sql = format!(
        "SELECT entry.entry_date, entry.label, entry.debit_cents, entry.credit_cents, entry.kind, journal.is_bank,
                coalesce(analytic.not_remitted, 0), entry.tenant_account_id
           FROM ledger_entry AS entry LEFT JOIN journal ON journal.code = entry.journal_code
                LEFT JOIN analytic_account AS analytic ON analytic.code = entry.analytic_code
          WHERE entry.account_id = {account} ORDER BY entry.entry_date, entry.id"
    );
    all(db, &sql, |row| {
        let (debit, credit) = (i128::from(row.get::<_, i64>(2)?), i128::from(row.get::<_, i64>(3)?));
        Ok(Row {
            date: row.get::<_, String>(0)?.parse().unwrap(),
            label: row.get(1)?,
            debit: debit.max(0) + (-credit).max(0),
            credit: credit.max(0) + (-debit).max(0),
            kind: row.get(4)?,
            bank: row.get::<_, Option<bool>>(5)?.unwrap_or_default(),
            excluded: excludes && row.get::<_, bool>(6)?,
            tenant: row.get(7)?,
        })
    })
}
