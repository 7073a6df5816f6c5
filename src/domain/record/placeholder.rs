//! Text that stands where an answer should: prompts, blanks, `TBD`, and what templates say themselves.
//!
//! Absent on purpose: judging whether an answer is a good one.

use std::collections::BTreeSet;

use super::FieldKind;
use super::choice::Lead;
use super::fold::{fold, options_of, spaced};
use super::found::{Found, Said, Shape};
use super::names::Names;

/// Whether a line is a blank or a prompt by its looks.
pub(crate) fn is_placeholder(said: &Said) -> bool {
    if said.shape == Shape::Code {
        return said.line.text.trim().is_empty();
    }
    let prompt = said.line.italic && said.tick.is_none() && super::none::read(&said.line.text).is_none();
    prompt || is_blank(&said.line.text)
}

/// Whether a text is a blank, whatever stands around it.
pub(crate) fn is_blank(text: &str) -> bool {
    let text = text.trim();
    if !text.chars().any(char::is_alphanumeric) {
        return true;
    }
    let folded = fold(text);
    let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
    is_wrapped(text)
        || is_pending(bare)
        || is_date_shape(&folded)
        || is_yes_no(&folded)
        || is_key_shape(text)
        || is_fill(text, &folded)
}

/// `{…}`, `{{!!…!!}}`, `<…>`, `[…]` around the whole.
fn is_wrapped(text: &str) -> bool {
    let inner = |open: char, close: char| {
        let inner = text.strip_prefix(open)?.trim_end_matches(['.', ':', '!', '?']).strip_suffix(close)?;
        // One pair around all of it, not two pairs side by side.
        let inside = inner.trim_matches([open, close]);
        (!inside.contains([open, close])).then_some(inside)
    };
    if inner('{', '}').is_some() || inner('<', '>').is_some() {
        return true;
    }
    inner('[', ']').is_some_and(|inside| {
        options_of(inside).is_empty() && super::none::read(inside).is_none() && {
            let words = inside.split_whitespace().count();
            let verb = fold(inside.split_whitespace().next().unwrap_or_default());
            words > 2 || PROMPTS.contains(&verb.as_str())
        }
    })
}

const PROMPTS: [&str; 24] = [
    "insert",
    "describe",
    "your",
    "add",
    "enter",
    "provide",
    "list",
    "explain",
    "link",
    "fill",
    "name",
    "date",
    "time",
    "ticket",
    "todo",
    "tbd",
    "optional",
    "required",
    "please",
    "choose",
    "select",
    "specify",
    "placeholder",
    "details",
];

/// `TBD`, `TODO: write this`, `to be determined`.
fn is_pending(bare: &str) -> bool {
    const LEADS: [&str; 7] = ["tbd", "todo", "tbc", "tba", "fixme", "t.b.d", "to-do"];
    const WHOLE: [&str; 26] = [
        "to be determined",
        "to be defined",
        "to be confirmed",
        "to be completed",
        "to be added",
        "to be done",
        "fill in",
        "fill me in",
        "fill this in",
        "please fill in",
        "coming soon",
        "later",
        "xxx",
        "placeholder",
        "lorem ipsum",
        "wird nachgereicht",
        "noch offen",
        "offen",
        "à definir",
        "a definir",
        "a completer",
        "por definir",
        "pendiente",
        "a preencher",
        "未定",
        "未記入",
    ];
    let lead = |word: &str| bare.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    LEADS.iter().any(|word| lead(word)) || WHOLE.contains(&bare) || bare == "記入してください" || bare == "後で記入"
}

/// `YYYY-MM-DD HH:MM`, without a digit.
fn is_date_shape(folded: &str) -> bool {
    let letters = ["yyyy", "hh:mm", "dd/mm", "mm/dd", "dd.mm", "jjjj", "aaaa-mm"];
    letters.iter().any(|shape| folded.contains(shape)) && !folded.chars().any(|c| c.is_ascii_digit())
}

/// `(yes / no)`, `Yes | No`, `y/n`.
fn is_yes_no(folded: &str) -> bool {
    let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
    let parts: Vec<&str> = bare.split(['/', '|', ',']).map(str::trim).collect();
    const WORDS: [&str; 17] = [
        "yes",
        "no",
        "y",
        "n",
        "ja",
        "nein",
        "oui",
        "non",
        "si",
        "sim",
        "nao",
        "n/a",
        "na",
        "はい",
        "いいえ",
        "有",
        "無",
    ];
    parts.len() >= 2 && parts.iter().all(|part| WORDS.contains(part)) && parts.contains(&parts[0]) && bare != "n/a"
}

/// `ABC-XXX`, `#XXXX`, `JIRA-0000`, `CHG#######`.
fn is_key_shape(text: &str) -> bool {
    let tail = text.trim_start_matches(|c: char| c.is_ascii_uppercase() && c != 'X').trim_start_matches(['-', '#']);
    tail.len() >= 3
        && tail.len() < text.len()
        && (tail.chars().all(|c| c == 'X' || c == 'x')
            || tail.chars().all(|c| c == '0')
            || tail.chars().all(|c| c == '#'))
}

/// `@username`, `@your-team`, `____ minutes`.
fn is_fill(text: &str, folded: &str) -> bool {
    let names =
        ["@username", "@user", "@mention", "@your-team", "@team", "@name", "@your-username", "@github-username"];
    names.contains(&folded) || (text.contains("____") && text.split_whitespace().count() <= 4 && !text.contains(':'))
}

/// What templates say where they ask for a field: never an answer.
#[derive(Debug, Default)]
pub(crate) struct Prompts {
    lines: BTreeSet<(usize, String)>,
    /// The lines that list options, place by place: who deletes all but one has chosen.
    lists: Vec<(usize, BTreeSet<String>)>,
}

impl Prompts {
    /// Takes in what a template says.
    pub(crate) fn add(&mut self, found: &[Found], names: &Names<'_>) {
        for place in found {
            for hit in &place.hits {
                let list = options(hit.field, &place.content, names);
                if list.len() > 1 && !self.lists.iter().any(|(field, known)| *field == hit.field && *known == list) {
                    self.lists.push((hit.field, list));
                }
                for key in keys(&place.content) {
                    self.lines.insert((hit.field, key));
                }
            }
        }
    }

    /// For each line, whether a template says it at this field.
    pub(crate) fn covers(&self, field: usize, content: &[Said], names: &Names<'_>) -> Vec<bool> {
        if self.lines.is_empty() {
            return vec![false; content.len()];
        }
        let known = |key: String| self.lines.contains(&(field, key));
        let mut covered: Vec<bool> =
            content.iter().map(|said| !said.line.text.is_empty() && known(said.prompt_key())).collect();
        // A prompt that was wrapped anew is the same prompt.
        let mut from = 0;
        while from < content.len() {
            let to = from + paragraph(&content[from..]);
            if (to - from > 1 || !covered[from]) && known(joined(&content[from..to])) {
                covered[from..to].fill(true);
            }
            from = to;
        }
        let left = options(field, content, names);
        let whole = |list: &BTreeSet<String>| left.is_disjoint(list) || list.is_subset(&left);
        if !left.is_empty() && !self.lists.iter().filter(|(of, _)| *of == field).all(|(_, list)| whole(list)) {
            for (said, covered) in content.iter().zip(&mut covered) {
                *covered &= !left.contains(&said.prompt_key());
            }
        }
        covered
    }
}

/// The lines that offer one option each.
fn options(field: usize, content: &[Said], names: &Names<'_>) -> BTreeSet<String> {
    let offers = |said: &&Said| {
        let plain = said.tick.is_none() && matches!(said.shape, Shape::Prose | Shape::Bullet) && !said.line.italic;
        plain
            && match names.spec(field).kind {
                FieldKind::Choice | FieldKind::YesNo => {
                    matches!(names.choices(field).lead(&said.line.text, &[]), Lead::Choice(..))
                }
                FieldKind::ManyOf => said.shape == Shape::Bullet,
                _ => false,
            }
    };
    content.iter().filter(offers).map(Said::prompt_key).collect()
}

/// How many of the first lines are one paragraph.
fn paragraph(content: &[Said]) -> usize {
    let Some((first, rest)) = content.split_first() else { return 0 };
    let more = rest.iter().take_while(|said| {
        said.shape == Shape::Prose
            && said.paragraph == first.paragraph
            && first.shape != Shape::Code
            && said.tick.is_none()
    });
    1 + more.count()
}

fn joined(lines: &[Said]) -> String {
    let mark = match lines.first().and_then(|said| said.tick) {
        Some(super::page::Tick::Ticked) => "[x] ",
        Some(_) => "[ ] ",
        None => "",
    };
    let text: Vec<&str> = lines.iter().map(|said| said.line.text.as_str()).collect();
    fold(&spaced(&format!("{mark}{}", text.join(" "))))
}

fn keys(content: &[Said]) -> Vec<String> {
    let mut keys: Vec<String> =
        content.iter().filter(|said| !said.line.text.is_empty()).map(Said::prompt_key).collect();
    let mut from = 0;
    while from < content.len() {
        let to = from + paragraph(&content[from..]);
        keys.push(joined(&content[from..to]));
        from = to;
    }
    keys.retain(|key| !key.is_empty());
    keys
}
