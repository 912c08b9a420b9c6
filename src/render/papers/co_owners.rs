//! « Liste des copropriétaires » of a building, landscape (G3, G4).

use chrono::NaiveDateTime;
use publier_core::domain::co_owner_list::ListRow;

use super::table::{CELL, Column, cell, table};
use super::{Paper, Sheet, day};
use crate::render::model::{Align, Block, Inline, Paragraph, Row};
use crate::render::words::say;

/// A building's list, ready to be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoOwnerList {
    /// The building's name.
    pub building: String,
    /// Its addresses, a line each.
    pub addresses: Vec<String>,
    /// The agency's name.
    pub agency: String,
    /// When it was made: the agency's local time.
    pub made_at: NaiveDateTime,
    /// The initials of whoever made it; blank = not said.
    pub initials: String,
    /// Its rows (G4).
    pub rows: Vec<ListRow>,
    /// The document's stable identity.
    pub document_id: String,
}

impl Sheet for CoOwnerList {
    fn paper(&self) -> Paper {
        let made = [
            ("agency", self.agency.as_str().into()),
            ("date", day(self.made_at.date()).into()),
            ("initials", self.initials.as_str().into()),
            ("time", self.made_at.format("%H:%M").to_string().into()),
        ];
        let key = if self.initials.trim().is_empty() { "render-list-made" } else { "render-list-made-by" };
        Paper {
            title: crate::render::list_title(&self.building),
            details: self.addresses.clone(),
            aside: vec![say(key, &made)],
            blocks: vec![self.table(), self.count()],
            footer: self.agency.clone(),
            landscape: true,
            author: self.agency.clone(),
            document_id: self.document_id.clone(),
            made_on: self.made_at.date(),
        }
    }
}

impl CoOwnerList {
    fn table(&self) -> Block {
        let columns = [
            Column::new(say("render-list-identity", &[]), 0.29, Align::Left),
            Column::new(say("render-list-units", &[]), 0.27, Align::Left),
            Column::new(say("render-list-working-capital", &[]), 0.12, Align::Right),
            Column::new(say("render-list-works-fund", &[]), 0.11, Align::Right),
            Column::new(say("render-list-council-member", &[]), 0.07, Align::Centre),
            Column::new(say("render-list-council-president", &[]), 0.07, Align::Centre),
            Column::new(say("render-list-resident", &[]), 0.07, Align::Centre),
        ];
        table(&columns, self.rows.iter().map(row_of).collect())
    }

    fn count(&self) -> Block {
        let count = u64::try_from(self.rows.len()).unwrap_or(u64::MAX);
        Block::Paragraph(Paragraph::of(say("render-list-count", &[("count", count.into())]), CELL))
    }
}

fn row_of(row: &ListRow) -> Row {
    let mut identity = cell(&row.identity, CELL.bold(), Align::Left);
    if let (Some(Block::Paragraph(paragraph)), false) = (identity.blocks.first_mut(), row.address.is_empty())
    {
        // One paragraph: the address is part of the identity for a reader by ear too.
        paragraph.inlines.push(Inline::Text(format!("\n{}", row.address.join("\n")), CELL));
    }
    Row {
        cells: vec![
            identity,
            cell(&row.units.join("\n"), CELL, Align::Left),
            cell(&row.working_capital, CELL, Align::Right),
            cell(&row.works_fund, CELL, Align::Right),
            cell(row.council_member, CELL, Align::Centre),
            cell(row.council_president, CELL, Align::Centre),
            cell(row.resident, CELL, Align::Centre),
        ],
    }
}
