//! Tables: two columns of key and value, or a header row over one row.
//!
//! Absent on purpose: tables of several rows under a header, which list things
//! and so answer nothing about the change as a whole.

use crate::record::names::{Hit, Names};
use crate::record::page::Line;

/// A row of a table, or a column of one row.
pub(crate) enum Row<'p> {
    /// A cell that names fields, and the cell that answers.
    Asks { label: &'p Line, value: Line, hits: Vec<Hit> },
    /// Cells that name none.
    Other(&'p [Line]),
}

/// The rows of a table, in their order.
pub(crate) fn read<'p>(rows: &'p [Vec<Line>], names: &Names<'_>) -> Vec<Row<'p>> {
    if let [header, only] = rows {
        let hits: Vec<Vec<Hit>> = header.iter().map(|cell| hits(cell, names)).collect();
        let named = hits.iter().filter(|hits| !hits.is_empty()).count();
        // Two columns are key and value unless the second header names a field, too.
        let across = named > 0 && (header.len() != 2 || hits.get(1).is_some_and(|hits| !hits.is_empty()));
        if across {
            let cells = header.iter().zip(hits).enumerate().filter(|(_, (_, hits))| !hits.is_empty());
            let found = cells
                .map(|(at, (label, hits))| Row::Asks { label, value: only.get(at).cloned().unwrap_or_default(), hits })
                .collect();
            return found;
        }
    }
    let mut found = Vec::new();
    let even = rows.iter().all(|row| row.len() == rows[0].len());
    for row in rows {
        let filled = row.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
        match row.as_slice() {
            [label, value] | [label, value, ..] if filled <= 2 && even => {
                let hits = hits(label, names);
                if hits.is_empty() {
                    found.push(Row::Other(row.as_slice()));
                } else {
                    found.push(Row::Asks { label, value: value.clone(), hits });
                }
            }
            _ => found.push(Row::Other(row.as_slice())),
        }
    }
    found
}

/// The cells of a line such as `| Risk | Low |` that stands in no table.
pub(crate) fn lone_row(line: &Line) -> Option<(Line, Line)> {
    let inner = line.text.strip_prefix('|')?;
    let at = inner.find('|')? + 1;
    let rest = line.tail(at + 1);
    let (value, after) = rest.text.split_once('|').unwrap_or((&rest.text, ""));
    if !after.trim().is_empty() {
        return None;
    }
    let mut cell = rest.clone();
    value.trim_end().clone_into(&mut cell.text);
    let mut label = line.tail(1);
    label.text.truncate(label.text.find('|')?);
    label.text.truncate(label.text.trim_end().len());
    Some((label, cell))
}

fn hits(cell: &Line, names: &Names<'_>) -> Vec<Hit> {
    let hits = names.find(&cell.text);
    if hits.is_empty() { names.find_part(&cell.text, None).into_iter().collect() } else { hits }
}
