//! Our own Markdown as plain text. It reads what this module's siblings write and
//! is no Markdown parser: other people's text stands in code spans there.

use super::escape::visible;

/// The widest line, in characters.
const WIDTH: usize = 100;

/// A summary or a comment as plain text, lines wrapped, tables laid out.
pub(super) fn readable(markdown: &str) -> String {
    let mut out = String::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(fence) = fence(line) {
            for inside in lines.by_ref().take_while(|inside| *inside != fence) {
                out.push_str(&format!("    {}\n", visible(inside)));
            }
        } else if line.starts_with('|') {
            let mut rows = vec![cells(line)];
            while let Some(row) = lines.next_if(|next| next.starts_with('|')) {
                rows.push(cells(row));
            }
            out.push_str(&table(&rows));
        } else if let Some(heading) = line.strip_prefix("### ") {
            out.push_str(&format!("{heading}\n{}\n", "-".repeat(heading.chars().count())));
        } else if !line.starts_with("<!--") {
            let hang = if line.starts_with("- ") { 2 } else { 0 };
            out.push_str(&wrapped(&inline(line), hang));
        }
    }
    out
}

/// The line that closes the fence which this line opens.
fn fence(line: &str) -> Option<String> {
    let ticks = line.len() - line.trim_start_matches('`').len();
    (ticks >= 3 && !line[ticks..].contains('`')).then(|| "`".repeat(ticks))
}

/// Words without their marks: code spans, bold and links become what they show.
fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '[']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((shown, after)) = code_span(rest).map(quoted).or_else(|| link(rest)) {
            out.push_str(&shown);
            rest = after;
        } else {
            if !rest.starts_with('*') {
                out.push_str(&rest[..1]);
            }
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    visible(&out)
}

/// What a code span held together is held together by quotation marks.
fn quoted((shown, after): (String, &str)) -> (String, &str) {
    if shown.contains(' ') { (format!("“{shown}”"), after) } else { (shown, after) }
}

fn code_span(text: &str) -> Option<(String, &str)> {
    let ticks = text.len() - text.trim_start_matches('`').len();
    if ticks == 0 {
        return None;
    }
    let inside = &text[ticks..];
    let mut from = 0;
    loop {
        let start = from + inside[from..].find('`')?;
        let run = inside[start..].len() - inside[start..].trim_start_matches('`').len();
        if run == ticks {
            let shown = &inside[..start];
            let padded = shown.starts_with(' ') && shown.ends_with(' ') && shown.len() > 1;
            let shown = if padded { &shown[1..shown.len() - 1] } else { shown };
            return Some((shown.to_owned(), &inside[start + run..]));
        }
        from = start + run;
    }
}

fn link(text: &str) -> Option<(String, &str)> {
    let (name, after) = text.strip_prefix('[')?.split_once("](")?;
    let (url, rest) = after.split_once(')')?;
    Some((format!("{} ({url})", inline(name)), rest))
}

/// A row's cells; an escaped pipe belongs to its cell.
fn cells(line: &str) -> Vec<String> {
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        let escaped = char == '\\' && chars.peek() == Some(&'|');
        match (char, cells.last_mut()) {
            ('|', _) => cells.push(String::new()),
            (_, Some(cell)) if escaped => cell.extend(chars.next()),
            (_, Some(cell)) => cell.push(char),
            (_, None) => {}
        }
    }
    cells.iter().map(|cell| inline(cell.trim())).collect()
}

/// In columns where that fits the width, else row by row under the columns' names.
fn table(rows: &[Vec<String>]) -> String {
    let Some((names, rest)) = rows.split_first() else {
        return String::new();
    };
    let rows = rest.get(1..).unwrap_or(&[]);
    let width = |column: usize| {
        let all = rows.iter().chain([names]).filter_map(|row| row.get(column));
        all.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    if widths.iter().sum::<usize>() + 2 * widths.len() <= WIDTH {
        let line = |row: &Vec<String>| {
            let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
        };
        return [names].into_iter().chain(rows).map(line).collect();
    }
    rows.iter().map(|row| stacked(names, row)).collect()
}

fn stacked(names: &[String], row: &[String]) -> String {
    let mut out = String::new();
    for (place, (name, cell)) in names.iter().zip(row).enumerate() {
        if cell.is_empty() {
            continue;
        }
        let line = if place == 0 { cell.clone() } else { format!("    {}: {cell}", name.to_lowercase()) };
        out.push_str(&wrapped(&line, if place == 0 { 2 } else { 6 }));
    }
    out
}

/// Broken at spaces; lines after the first are set in by `hang`.
fn wrapped(text: &str, hang: usize) -> String {
    let lead = text.len() - text.trim_start_matches(' ').len();
    let mut out = " ".repeat(lead);
    let mut used = lead;
    for word in text[lead..].split(' ') {
        let length = word.chars().count();
        if used > lead && used + 1 + length > WIDTH {
            out.push_str(&format!("\n{}", " ".repeat(hang)));
            used = hang;
        } else if used > lead {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    format!("{}\n", out.trim_end())
}
