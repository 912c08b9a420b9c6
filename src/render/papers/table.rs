//! Tables of the papers: columns with their shares and sides, rows of texts.

use crate::render::model::{Align, Block, Carry, Cell, Paragraph, Row, Table, TextStyle, Width};
use crate::render::words::say;

/// The look of a cell.
pub(super) const CELL: TextStyle = TextStyle::plain(8.5);
/// The look of a column's heading.
pub(super) const HEAD: TextStyle = TextStyle::plain(8.0).bold();

/// A column: its heading, its share of the width, the side that its content stands on.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub label: String,
    pub share: f32,
    pub align: Align,
}

impl Column {
    pub(super) fn new(label: String, share: f32, align: Align) -> Self {
        Self { label, share, align }
    }
}

/// Makes a table as wide as the page.
pub(super) fn table(columns: &[Column], body: Vec<Row>) -> Block {
    carrying_table(columns, body, None)
}

/// Makes a table as wide as the page that carries sums from page to page.
pub(super) fn carrying_table(columns: &[Column], body: Vec<Row>, carry: Option<Carry>) -> Block {
    let heads = columns.iter().map(|column| Cell {
        is_head: true,
        width: Some(Width::Share(column.share)),
        ..cell(&column.label, HEAD, column.align)
    });
    let head = vec![Row { cells: heads.collect() }];
    Block::Table(Table { head, body, has_borders: true, width: Some(Width::Share(1.0)), carry })
}

/// Makes a cell of one text; a blank one has no content.
pub(super) fn cell(text: &str, style: TextStyle, align: Align) -> Cell {
    let blocks = if text.trim().is_empty() {
        Vec::new()
    } else {
        vec![Block::Paragraph(Paragraph { align, ..Paragraph::of(text, style) })]
    };
    Cell { is_head: false, span: 1, align: Some(align), width: None, blocks }
}

/// Makes a row of texts, each on its column's side.
pub(super) fn row(columns: &[Column], texts: &[String], style: TextStyle) -> Row {
    let cells = columns.iter().zip(texts).map(|(column, text)| cell(text, style, column.align));
    Row { cells: cells.collect() }
}

/// Makes a row that names what the rows under it are.
pub(super) fn title(text: &str, columns: usize, size_pt: f32) -> Row {
    let head = cell(text, TextStyle::plain(size_pt).bold(), Align::Left);
    Row { cells: vec![Cell { is_head: true, span: columns, ..head }] }
}

/// Makes a row whose first text goes over several columns, in bold: a total.
pub(super) fn total(columns: &[Column], span: usize, text: &str, amounts: &[String]) -> Row {
    let head = Cell { span, ..cell(text, CELL.bold(), Align::Left) };
    let rest = columns
        .iter()
        .skip(span)
        .zip(amounts)
        .map(|(column, amount)| cell(amount, CELL.bold(), column.align));
    Row { cells: std::iter::once(head).chain(rest).collect() }
}

/// Makes what a table carries: the sums after each row of its body, under « À reporter » and « Report ».
pub(super) fn carry(span: usize, sums: Vec<Option<Vec<String>>>) -> Carry {
    let (to_next, from_last) = (say("render-carried-to", &[]), say("render-carried-from", &[]));
    Carry { to_next, from_last, span, style: CELL.bold(), sums }
}
