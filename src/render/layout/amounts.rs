//! Amounts in tables.
//!
//! Promises: an amount stands on the right unless the body says otherwise, and so does the heading of a column that holds
//! nothing else. A year, a date or a telephone number is no amount.

use crate::render::model::{Align, Block, Cell, Paragraph, Row, Table};

/// What the cells of a column are, blank ones apart.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    amounts: usize,
    others: usize,
}

/// Puts the amounts of a table on the right, and the headings over them.
pub(super) fn align(table: &mut Table) {
    let mut columns = vec![Column::default(); table.columns()];
    for row in &mut table.body {
        for (place, cell) in placed(row) {
            let is_right = put_right(cell) || cell.align == Some(Align::Right);
            if let Some(column) = columns.get_mut(place).filter(|_| cell.span == 1 && !cell.blocks.is_empty())
            {
                column.amounts += usize::from(is_right);
                column.others += usize::from(!is_right);
            }
        }
    }
    for row in &mut table.head {
        for (place, cell) in placed(row) {
            let is_over = columns.get(place).is_some_and(|column| column.amounts > 0 && column.others == 0);
            if !put_right(cell)
                && let (true, 1, None, Some(paragraph)) = (is_over, cell.span, cell.align, alone(cell))
                && paragraph.align == Align::Left
            {
                paragraph.align = Align::Right;
            }
        }
    }
}

/// Gives the cells of a row, each with its first column.
fn placed(row: &mut Row) -> impl Iterator<Item = (usize, &mut Cell)> {
    row.cells.iter_mut().scan(0, |column, cell| {
        let place = *column;
        *column += cell.span;
        Some((place, cell))
    })
}

/// Puts a cell on the right where it is an amount and the body gives it no side; tells whether it did.
fn put_right(cell: &mut Cell) -> bool {
    if cell.align.is_some() {
        return false;
    }
    let amount = alone(cell).filter(|paragraph| is_amount(&paragraph.text()));
    amount.map(|paragraph| paragraph.align = Align::Right).is_some()
}

/// Gives the paragraph that is all of a cell.
fn alone(cell: &mut Cell) -> Option<&mut Paragraph> {
    match &mut cell.blocks[..] {
        [Block::Paragraph(paragraph)] => Some(paragraph),
        _ => None,
    }
}

/// Tells whether a text is an amount or a rate: digits with two decimals, a euro or a per cent sign.
fn is_amount(text: &str) -> bool {
    let is_spelt = |c: char| c.is_ascii_digit() || " \u{a0}\u{202f},.+-\u{2212}€%()".contains(c);
    let digits = text.trim_end_matches(['€', '%', ')', ' ', '\u{a0}', '\u{202f}']);
    let decimals = digits.rsplit_once(',').is_some_and(|(_, decimals)| decimals.len() == 2);
    text.chars().all(is_spelt)
        && text.contains(|c: char| c.is_ascii_digit())
        && (decimals || text.contains(['€', '%']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::model::TextStyle;

    #[test]
    fn amounts_are_known_and_years_are_not() {
        for amount in ["1 234,56", "-9\u{202f}985,56\u{a0}€", "12 €", "5,5 %", "(15,00)"] {
            assert!(is_amount(amount), "{amount}");
        }
        for other in ["2024", "12 mars", "", "€", "01 23 45 67 89", "1,2,3"] {
            assert!(!is_amount(other), "{other}");
        }
    }

    fn row(texts: &[&str]) -> Row {
        let cell = |text: &&str| {
            let paragraph = Block::Paragraph(Paragraph::of(*text, TextStyle::plain(10.0)));
            let blocks = if text.is_empty() { Vec::new() } else { vec![paragraph] };
            Cell { is_head: false, span: 1, align: None, width: None, blocks }
        };
        Row { cells: texts.iter().map(cell).collect() }
    }

    fn sides(row: &mut Row) -> Vec<Option<Align>> {
        row.cells.iter_mut().map(|cell| alone(cell).map(|paragraph| paragraph.align)).collect()
    }

    #[test]
    fn a_heading_stands_over_its_amounts_and_stays_where_the_column_is_mixed_or_its_side_is_given() {
        let mut head = row(&["Poste", "Budget", "Réalisé", "Année", "Solde"]);
        head.cells.last_mut().unwrap().align = Some(Align::Left);
        let body =
            vec![row(&["Eau", "1 200,00", "", "2024", "3,00"]), row(&["Gaz", "", "11,00", "12,00", "4,00"])];
        let mut table = Table { head: vec![head], body, has_borders: true, width: None, carry: None };
        align(&mut table);
        let (left, right) = (Some(Align::Left), Some(Align::Right));
        assert_eq!(sides(&mut table.head[0]), [left, right, right, left, left]);
        assert_eq!(sides(&mut table.body[0]), [left, right, None, left, right]);
        assert_eq!(sides(&mut table.body[1]), [left, None, right, right, right]);
    }
}
