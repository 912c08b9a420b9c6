//! A table of texts, its columns aligned.

/// Lays out rows under their headings: columns as wide as their widest cell, two spaces between, nothing after the last
/// text of a line. A cell of several lines takes as many lines of the table.
pub(super) fn table(headings: &[String], rows: &[Vec<String>]) -> String {
    let all = || std::iter::once(headings).chain(rows.iter().map(Vec::as_slice));
    let width = |column: usize| {
        let cells = all().filter_map(|row| row.get(column)).flat_map(|cell| cell.lines());
        cells.map(|line| line.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let mut text = String::new();
    for row in all() {
        let height = row.iter().map(|cell| cell.lines().count()).max().unwrap_or_default().max(1);
        for at in 0..height {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let part = cell.lines().nth(at).unwrap_or_default();
                line.push_str(part);
                line.extend(std::iter::repeat_n(' ', 2 + width.saturating_sub(part.chars().count())));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_letters_and_cells_may_have_several_lines() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let shown = table(&row(&["Nom", "Lots", "X"]), &[row(&["Émile", "a\nb", ""]), row(&["A", "", "X"])]);
        assert_eq!(shown, "Nom    Lots  X\nÉmile  a\n       b\nA            X");
    }
}
