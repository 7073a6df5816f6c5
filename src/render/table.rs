//! Tables in GitHub's Markdown. Cells are finished Markdown of one line.

use super::escape::cell;
use super::limits::Section;

/// A section that is a table under a heading; empty where there are no rows.
pub fn section(name: &'static str, columns: &[&str], rows: &[Vec<String>]) -> Section {
    if rows.is_empty() {
        return Section { name, ..Section::default() };
    }
    let head = vec![
        format!("### {name}"),
        String::new(),
        line(columns.iter().map(|column| (*column).to_owned())),
        line(columns.iter().map(|_| "---".to_owned())),
    ];
    Section { name, head, rows: rows.iter().map(|row| line(row.iter().map(|text| cell(text)))).collect(), tail: vec![] }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    cells.fold("|".to_owned(), |line, cell| format!("{line} {cell} |"))
}
