//! « Extrait de compte »: opening balance, entries with a running balance, totals (C16, D12, D21, D27).
//!
//! A statement longer than a page carries its sums: « À reporter », then « Report ».
//!
//! The figures are those of the publication's XML: one convention, balance = debit - credit (D13), said on the paper.

use chrono::NaiveDate;
use publier_core::domain::money::Cents;

use super::table::{CELL, Column, carry, carrying_table, row, total};
use super::{Paper, Sheet, day};
use crate::render::model::{Align, Block, Paragraph, Row};
use crate::render::words::say;

/// One line of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// Its date.
    pub date: NaiveDate,
    /// Its label.
    pub label: String,
    /// The debit, unsigned.
    pub debit: Cents,
    /// The credit, unsigned.
    pub credit: Cents,
    /// The balance after it.
    pub balance: Cents,
}

/// An account's statement, ready to be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountStatement {
    /// The agency's name.
    pub agency: String,
    /// The entity that keeps the account.
    pub entity: String,
    /// The account's number.
    pub number: String,
    /// The account's label.
    pub label: String,
    /// The name of the account's party.
    pub holder: String,
    /// The first day of the period; `None` = there is no entry.
    pub from: Option<NaiveDate>,
    /// The last day of the period; `None` = there is no entry.
    pub to: Option<NaiveDate>,
    /// The balance before the first line.
    pub opening: Cents,
    /// The lines.
    pub lines: Vec<StatementLine>,
    /// The sum of the debits.
    pub debit: Cents,
    /// The sum of the credits.
    pub credit: Cents,
    /// The balance after the last line.
    pub closing: Cents,
    /// The document's stable identity.
    pub document_id: String,
    /// The day that it was made.
    pub made_on: NaiveDate,
}

impl Sheet for AccountStatement {
    fn paper(&self) -> Paper {
        let period = match (self.from, self.to) {
            (Some(from), Some(to)) => {
                say("render-statement-period", &[("from", day(from).into()), ("to", day(to).into())])
            }
            _ => say("render-statement-no-entry", &[]),
        };
        let account = [("number", self.number.as_str().into()), ("label", self.label.as_str().into())];
        Paper {
            title: crate::render::statement_title(&self.number),
            details: vec![self.holder.clone(), say("render-statement-account", &account), period],
            aside: vec![self.entity.clone(), say("render-made-on", &[("date", day(self.made_on).into())])],
            blocks: vec![
                self.table(),
                Block::Paragraph(Paragraph::of(say("render-statement-convention", &[]), CELL)),
            ],
            footer: self.agency.clone(),
            landscape: false,
            author: self.agency.clone(),
            document_id: self.document_id.clone(),
            made_on: self.made_on,
        }
    }
}

impl AccountStatement {
    fn table(&self) -> Block {
        let columns = [
            Column::new(say("render-date", &[]), 0.12, Align::Left),
            Column::new(say("render-label", &[]), 0.43, Align::Left),
            Column::new(say("render-debit", &[]), 0.15, Align::Right),
            Column::new(say("render-credit", &[]), 0.15, Align::Right),
            Column::new(say("render-balance", &[]), 0.15, Align::Right),
        ];
        let mut rows: Vec<Row> = Vec::with_capacity(self.lines.len() + 3);
        let blank = String::new;
        let opening = [blank(), blank(), self.opening.to_french()];
        rows.push(total(&columns, 2, &say("render-statement-opening", &[]), &opening));
        rows.extend(self.lines.iter().map(|line| {
            let texts = [
                day(line.date),
                line.label.clone(),
                side(line.debit),
                side(line.credit),
                line.balance.to_french(),
            ];
            row(&columns, &texts, CELL)
        }));
        let carry = carry(2, self.carried());
        let sums = [self.debit.to_french(), self.credit.to_french(), blank()];
        rows.push(total(&columns, 2, &say("render-statement-totals", &[]), &sums));
        let key = match self.closing.0.signum() {
            1 => "render-statement-closing-debit",
            -1 => "render-statement-closing-credit",
            _ => "render-statement-closing-zero",
        };
        rows.push(total(&columns, 2, &say(key, &[]), &[blank(), blank(), self.closing.to_french()]));
        carrying_table(&columns, rows, Some(carry))
    }
}

impl AccountStatement {
    /// Gives the sums of both sides and the balance after each row. A page ends neither after the opening balance nor
    /// after the last line, so that the totals never stand on a page without one.
    fn carried(&self) -> Vec<Option<Vec<String>>> {
        let (mut debit, mut credit) = (Cents::ZERO, Cents::ZERO);
        let mut carried = vec![None];
        carried.extend(self.lines.iter().map(|line| {
            debit = debit.checked_add(line.debit)?;
            credit = credit.checked_add(line.credit)?;
            Some([debit, credit, line.balance].map(Cents::to_french).to_vec())
        }));
        if let Some(last) = carried.last_mut() {
            *last = None;
        }
        carried
    }
}

/// Prints one side of a line: nothing where there is nothing.
fn side(amount: Cents) -> String {
    if amount.is_zero() { String::new() } else { amount.to_french() }
}
