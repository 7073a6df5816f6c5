//! Labels: `**Label**: v`, `**Label:** v`, `- Label: v`, `Label ..... v`, and the full-width colon.
//!
//! Absent on purpose: how far the value goes on; see `scopes`.

use crate::record::page::Line;

/// A label at the start of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Label<'l> {
    pub(crate) name: &'l str,
    /// Where the rest of the line begins.
    pub(crate) rest: usize,
    /// Whether it is in bold, which makes a label of words that name no field, too.
    pub(crate) bold: bool,
}

/// No label is longer.
const LONGEST: usize = 160;

/// The label of a line, if it has the looks of one.
pub(crate) fn read(line: &Line) -> Option<Label<'_>> {
    bold(line).or_else(|| {
        let (colon, dots) = (split(&line.text), dotted(&line.text));
        // The colon of a time of day comes after the leaders.
        let (name, rest) = match (colon, dots) {
            (Some(colon), Some(dots)) if dots.0.len() < colon.0.len() => dots,
            (colon, dots) => colon.or(dots)?,
        };
        Some(Label { name, rest, bold: false })
    })
}

fn bold(line: &Line) -> Option<Label<'_>> {
    let lead = line.bold.first()?;
    let before = line.text.get(..lead.start)?;
    if before.chars().any(char::is_alphanumeric) {
        return None;
    }
    let inner = line.text.get(lead.clone())?;
    if inner.len() > LONGEST {
        return None;
    }
    let after = line.text.get(lead.end..)?;
    let whole = inner.trim_end();
    if let Some(name) = whole.strip_suffix([':', '：']) {
        return Some(Label { name, rest: lead.end, bold: true });
    }
    // A bracketed remark may stand between the label and its colon.
    let open = after.trim_start();
    let remark =
        if open.starts_with(['(', '[', '（']) { open.find([')', ']', '）']).map_or(0, |end| end + 1) } else { 0 };
    let remark = if open.is_char_boundary(remark) { remark } else { 0 };
    let tail = open.get(remark..)?.trim_start();
    let tail_at = line.text.len() - tail.len();
    if tail.is_empty() {
        // The value may be in bold with its label: `**Risk: Low**`.
        if let Some((name, rest)) =
            split(inner).filter(|(_, rest)| !inner.get(*rest..).unwrap_or_default().trim().is_empty())
        {
            return Some(Label { name, rest: lead.start + rest, bold: true });
        }
        return Some(Label { name: line.text.get(lead.start..)?, rest: line.text.len(), bold: true });
    }
    let mark = tail.chars().next()?;
    let dots = tail.len() - tail.trim_start_matches(['.', '…']).len();
    if matches!(mark, ':' | '：' | '-' | '–' | '—' | '=') {
        let name = line.text.get(lead.start..tail_at)?;
        return Some(Label { name, rest: tail_at + mark.len_utf8(), bold: true });
    }
    if dots >= 3 {
        return Some(Label { name: inner, rest: tail_at + dots, bold: true });
    }
    let (name, rest) = split(inner)?;
    Some(Label { name, rest: lead.start + rest, bold: true })
}

/// Splits at the first colon outside brackets: the label, and where the rest begins.
pub(crate) fn split(text: &str) -> Option<(&str, usize)> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        if at > LONGEST {
            return None;
        }
        match c {
            '(' | '[' | '（' => depth += 1,
            ')' | ']' | '）' => depth = depth.saturating_sub(1),
            ':' | '：' if depth == 0 => {
                let name = text.get(..at)?;
                // `:rocket: Risk` opens with a shortcode, not with a label.
                if name.trim().is_empty() {
                    continue;
                }
                let after = text.get(at + c.len_utf8()..)?;
                let shortcode = text.starts_with(':') && !name.get(1..)?.contains([' ', ':']);
                if shortcode || after.starts_with("//") {
                    continue;
                }
                return Some((name, at + c.len_utf8()));
            }
            _ => {}
        }
    }
    None
}

/// Splits at dotted leaders.
fn dotted(text: &str) -> Option<(&str, usize)> {
    let three = text.find("...");
    let sign = text.find('…');
    let at = three.into_iter().chain(sign).min().filter(|at| *at <= LONGEST)?;
    let name = text.get(..at)?;
    let tail = text.get(at..)?;
    let rest = tail.trim_start_matches(['.', '…', ' ']);
    let leaders = tail.len() - rest.len();
    (!name.trim().is_empty() && !rest.is_empty()).then_some((name, at + leaders))
}
