//! Folding: the form in which words are compared, whatever their case, width, accents or spacing.
//!
//! Absent on purpose: anything that guesses. Two words fold to the same text or they differ.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, full width made narrow, accents gone, white space single.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        let mut lower = spaced(text);
        lower.make_ascii_lowercase();
        return lower;
    }
    let bare: String = text.nfkd().filter(|c| !is_accent(*c) && !is_selector(*c)).collect();
    let lower: String = bare.nfkc().collect::<String>().to_lowercase().replace('ß', "ss");
    spaced(&lower)
}

/// White space single, none at the ends.
pub(crate) fn spaced(text: &str) -> String {
    if is_spaced(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Whether a plain text is so already, as most lines are.
fn is_spaced(text: &str) -> bool {
    let mut before = b' ';
    let sound = text.bytes().all(|byte| {
        let sound = byte.is_ascii() && !matches!(byte, b'\t'..=b'\r') && (byte != b' ' || before != b' ');
        before = byte;
        sound
    });
    sound && (before != b' ' || text.is_empty())
}

/// The voicing marks of Japanese, which make other words, are no accents.
fn is_accent(c: char) -> bool {
    is_combining_mark(c) && ('\u{300}'..='\u{36f}').contains(&c)
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}' | '\u{200d}')
}

/// Words that carry nothing in a heading; left out of headings and aliases alike.
const FILLERS: [&str; 9] = ["the", "a", "an", "your", "this", "these", "our", "please", "any"];

/// The form in which headings and aliases are compared: see RECORD.md, "Headings".
///
/// Leading emoji, shortcodes and numbers go, and so do bracketed remarks, marks at the end and filler words.
pub(crate) fn label_key(text: &str) -> String {
    let folded = fold(text);
    let bare = without_brackets(&folded);
    let bare = without_lead(&bare);
    let mut words: Vec<&str> = Vec::new();
    let plain = bare.replace(['\'', '’', '‘', '`'], "");
    for word in plain.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() && !FILLERS.contains(&word) {
            words.push(word);
        }
    }
    // The two verbs that templates spell in one word, in two and with a hyphen.
    let joined = words.join(" ");
    let joined = if joined.contains("roll back") { joined.replace("roll back", "rollback") } else { joined };
    if joined.contains("back out") { joined.replace("back out", "backout") } else { joined }
}

/// The same for each of the names that a heading joins: `rollback / recovery plan`, `risks & mitigations`.
pub(crate) fn label_parts(text: &str) -> Vec<String> {
    let bare = without_brackets(&fold(text));
    let joined = bare.replace(" and ", "/").replace(" or ", "/").replace(" und ", "/").replace(" et ", "/");
    let joined = joined.replace(" y ", "/").replace(" e ", "/");
    joined.split(['/', '&', '+', ',', '・', '|']).map(label_key).filter(|key| !key.is_empty()).collect()
}

/// What stands in the brackets of a label: `Low/Medium/High` of `Risk (Low/Medium/High)`.
pub(crate) fn bracketed(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut depth = 0usize;
    let mut inner = String::new();
    for c in text.chars() {
        match c {
            '(' | '[' | '（' | '【' => {
                depth += 1;
                inner.clear();
            }
            ')' | ']' | '）' | '】' if depth > 0 => {
                depth -= 1;
                out.extend(options_of(&inner));
                inner.clear();
            }
            _ if depth > 0 => inner.push(c),
            _ => {}
        }
    }
    out
}

/// The last remark in brackets: `high` of `Risk (high)`.
pub(crate) fn remark(text: &str) -> Option<&str> {
    let body = text.trim_end_matches([' ', ':', '：', '*']);
    let inner = body.strip_suffix([')', ']', '）', '】'])?;
    let open = inner.rfind(['(', '[', '（', '【'])?;
    inner.get(open..)?.trim_start_matches(['(', '[', '（', '【']).trim().into()
}

/// The options of a list such as `Low / Medium / High`; nothing when there are fewer than two.
pub(crate) fn options_of(text: &str) -> Vec<String> {
    let parts: Vec<String> =
        text.split(['/', '|', ',', '、', '・', '／', '｜']).map(spaced).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 { Vec::new() } else { parts }
}

fn without_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0usize;
    for c in text.chars() {
        match c {
            '(' | '[' | '{' | '【' => depth += 1,
            ')' | ']' | '}' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    if out.trim().is_empty() { text.to_owned() } else { out }
}

fn without_lead(text: &str) -> String {
    let mut rest = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != ':');
    // A shortcode, such as `:rocket:`.
    while let Some(after) = rest.strip_prefix(':') {
        let Some((code, tail)) = after.split_once(':') else {
            rest = after;
            break;
        };
        if code.is_empty() || code.contains(' ') {
            rest = after;
            break;
        }
        rest = tail;
    }
    rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    // A number, such as `7)`, `4.1` or `2 -`.
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if digits.len() < rest.len() {
        let tail = digits.trim_start_matches(|c: char| !c.is_alphanumeric());
        if tail.len() < digits.len() && !tail.is_empty() {
            rest = tail;
        }
    }
    rest.trim_start_matches(|c: char| !c.is_alphanumeric()).to_owned()
}
