//! « Liste des dépenses » of a building's year: key, account, line, with sub-totals (E3).

use chrono::NaiveDate;
use publier_core::domain::expenses::Amounts;
use publier_core::domain::money::Cents;

use super::table::{CELL, Column, carry, carrying_table, row, title, total};
use super::{Paper, Sheet, day};
use crate::render::model::{Align, Block, Paragraph, Row};
use crate::render::words::say;

/// A row of the list, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpenseRow {
    /// An allocation key begins: its code and name.
    Key(String, String),
    /// An account begins: its number and label.
    Account(String, String),
    /// A line.
    Line(NaiveDate, String, Amounts),
    /// An account ends: its number and the sum of its lines.
    AccountTotal(String, Amounts),
    /// A key ends: its code and the sum of its lines.
    KeyTotal(String, Amounts),
}

/// A building's expenses of one year, ready to be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpenseSheet {
    /// The agency's name.
    pub agency: String,
    /// The building's name.
    pub building: String,
    /// Its addresses, a line each.
    pub addresses: Vec<String>,
    /// The year's label.
    pub year: String,
    /// Its first and last day.
    pub period: (NaiveDate, NaiveDate),
    /// Its rows.
    pub rows: Vec<ExpenseRow>,
    /// The sum of its lines.
    pub total: Amounts,
    /// The document's stable identity.
    pub document_id: String,
    /// The day that it was made.
    pub made_on: NaiveDate,
}

impl Sheet for ExpenseSheet {
    fn paper(&self) -> Paper {
        let (from, to) = self.period;
        let year = [("year", self.year.as_str().into()), ("from", day(from).into()), ("to", day(to).into())];
        Paper {
            title: say("render-expenses-title", &[("building", self.building.as_str().into())]),
            details: std::iter::once(say("render-expenses-year", &year))
                .chain(self.addresses.iter().cloned())
                .collect(),
            aside: vec![self.agency.clone(), say("render-made-on", &[("date", day(self.made_on).into())])],
            blocks: vec![
                self.table(),
                Block::Paragraph(Paragraph::of(say("render-expenses-note", &[]), CELL)),
            ],
            footer: self.agency.clone(),
            landscape: false,
            author: self.agency.clone(),
            document_id: self.document_id.clone(),
            made_on: self.made_on,
        }
    }
}

impl ExpenseSheet {
    fn table(&self) -> Block {
        let columns = [
            Column::new(say("render-date", &[]), 0.11, Align::Left),
            Column::new(say("render-label", &[]), 0.39, Align::Left),
            Column::new(say("render-amount", &[]), 0.14, Align::Right),
            Column::new(say("render-vat", &[]), 0.11, Align::Right),
            Column::new(say("render-deductible", &[]), 0.12, Align::Right),
            Column::new(say("render-recoverable", &[]), 0.13, Align::Right),
        ];
        let mut rows: Vec<Row> = self.rows.iter().map(|row| row_of(&columns, row)).collect();
        let year = say("render-expenses-total", &[("year", self.year.as_str().into())]);
        rows.push(total(&columns, 2, &year, &printed(&self.total)));
        carrying_table(&columns, rows, Some(carry(2, self.carried())))
    }

    /// Gives the sums of the lines so far after each row. A page ends neither after a title nor before a sub-total, so
    /// that a sub-total never stands on a page without a line or a sub-total of its own.
    fn carried(&self) -> Vec<Option<Vec<String>>> {
        let mut sum = Some(Amounts::default());
        let nexts = self.rows.iter().skip(1).map(Some).chain([None]);
        let carried = self.rows.iter().zip(nexts).map(|(row, next)| {
            if let ExpenseRow::Line(_, _, amounts) = row {
                sum = sum.and_then(|sum| sum.checked_add(*amounts));
            }
            let is_title = matches!(row, ExpenseRow::Key(..) | ExpenseRow::Account(..));
            let comes_total =
                matches!(next, None | Some(ExpenseRow::AccountTotal(..) | ExpenseRow::KeyTotal(..)));
            sum.filter(|_| !is_title && !comes_total).map(|sum| printed(&sum).to_vec())
        });
        carried.collect()
    }
}

fn row_of(columns: &[Column], of: &ExpenseRow) -> Row {
    match of {
        ExpenseRow::Key(code, name) => {
            let values = [("code", code.as_str().into()), ("name", name.as_str().into())];
            title(&say("render-expenses-key", &values), columns.len(), 9.0)
        }
        ExpenseRow::Account(number, label) => title(&format!("{number} {label}"), columns.len(), 8.5),
        ExpenseRow::Line(date, label, amounts) => {
            let texts: Vec<String> =
                [day(*date), label.clone()].into_iter().chain(printed(amounts)).collect();
            row(columns, &texts, CELL)
        }
        ExpenseRow::AccountTotal(number, amounts) => {
            let text = say("render-expenses-account-total", &[("number", number.as_str().into())]);
            total(columns, 2, &text, &printed(amounts))
        }
        ExpenseRow::KeyTotal(code, amounts) => {
            let text = say("render-expenses-key-total", &[("code", code.as_str().into())]);
            total(columns, 2, &text, &printed(amounts))
        }
    }
}

fn printed(amounts: &Amounts) -> [String; 4] {
    [amounts.amount, amounts.vat, amounts.deductible, amounts.recoverable].map(Cents::to_french)
}
