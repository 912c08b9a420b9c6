//! « Fonds de travaux » of one co-owner record in one building: its own units, never the building's (F4).

use chrono::NaiveDate;
use publier_core::domain::money::Cents;

use super::table::{CELL, Column, row, table, title, total};
use super::{Paper, Sheet, day};
use crate::render::model::{Align, Block, Paragraph, Row};
use crate::render::words::say;

/// One fund of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundLine {
    /// The account's number.
    pub account_number: String,
    /// The account's label.
    pub label: String,
    /// The amount held: a credit balance is positive.
    pub amount: Cents,
}

/// A unit with its funds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundUnit {
    /// The unit, as `GILBERT/248 (Appartement)`.
    pub unit: String,
    /// Its funds.
    pub funds: Vec<FundLine>,
}

/// What one record holds in one building, ready to be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundStatement {
    /// The agency's name.
    pub agency: String,
    /// The building's name.
    pub building: String,
    /// Its addresses, a line each.
    pub addresses: Vec<String>,
    /// The name of the record's party.
    pub holder: String,
    /// The latest day that the amounts are stated at.
    pub as_of: NaiveDate,
    /// The units.
    pub units: Vec<FundUnit>,
    /// « Total immeuble »: the sum of these units.
    pub total: Cents,
    /// The document's stable identity.
    pub document_id: String,
    /// The day that it was made.
    pub made_on: NaiveDate,
}

impl Sheet for FundStatement {
    fn paper(&self) -> Paper {
        let details = [self.holder.clone(), say("render-funds-as-of", &[("date", day(self.as_of).into())])];
        Paper {
            title: say("render-funds-title", &[("building", self.building.as_str().into())]),
            details: details.into_iter().chain(self.addresses.iter().cloned()).collect(),
            aside: vec![self.agency.clone(), say("render-made-on", &[("date", day(self.made_on).into())])],
            blocks: vec![self.table(), Block::Paragraph(Paragraph::of(say("render-funds-note", &[]), CELL))],
            footer: self.agency.clone(),
            landscape: false,
            author: self.agency.clone(),
            document_id: self.document_id.clone(),
            made_on: self.made_on,
        }
    }
}

impl FundStatement {
    fn table(&self) -> Block {
        let columns = [
            Column::new(say("render-account", &[]), 0.2, Align::Left),
            Column::new(say("render-label", &[]), 0.55, Align::Left),
            Column::new(say("render-amount-held", &[]), 0.25, Align::Right),
        ];
        let mut rows: Vec<Row> = Vec::new();
        for unit in &self.units {
            rows.push(title(&unit.unit, columns.len(), 8.5));
            rows.extend(unit.funds.iter().map(|fund| {
                let texts = [fund.account_number.clone(), fund.label.clone(), fund.amount.to_french()];
                row(&columns, &texts, CELL)
            }));
        }
        let text = say("render-funds-total", &[]);
        rows.push(total(&columns, 2, &text, &[self.total.to_french()]));
        table(&columns, rows)
    }
}
