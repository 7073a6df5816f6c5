//! `None` given as an answer, in every language of the alias packs, with its reason.
//!
//! Absent on purpose: whether a field accepts it; see `value`.

use super::fold::fold;

const WORDS: [&str; 48] = [
    "none",
    "n/a",
    "na",
    "n.a.",
    "n.a",
    "n / a",
    "not applicable",
    "nil",
    "nothing",
    "not required",
    "not needed",
    "no impact",
    "none needed",
    "none required",
    "none expected",
    "keine",
    "keiner",
    "keines",
    "keins",
    "entfallt",
    "nicht zutreffend",
    "nicht anwendbar",
    "nicht erforderlich",
    "aucun",
    "aucune",
    "neant",
    "sans objet",
    "s/o",
    "non applicable",
    "rien",
    "ninguno",
    "ninguna",
    "ningun",
    "no aplica",
    "no procede",
    "nada",
    "nenhum",
    "nenhuma",
    "nao se aplica",
    "nao aplicavel",
    "なし",
    "無し",
    "ナシ",
    "該当なし",
    "特になし",
    "無",
    "不要",
    "該当しない",
];

/// If the text is a `None`, what follows it.
pub(crate) fn read(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches(|c: char| !c.is_alphanumeric());
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    if text.is_ascii() && !WORDS.iter().any(|words| begins(words, first)) {
        return None;
    }
    let mut best = None;
    let mut ends: Vec<usize> = Vec::new();
    for (at, c) in text.char_indices() {
        // No word is longer than some thirty bytes.
        if at > 40 {
            break;
        }
        if !c.is_alphanumeric() {
            ends.push(at);
            ends.push(at + c.len_utf8());
        }
    }
    if text.len() <= 40 {
        ends.push(text.len());
    }
    for end in ends {
        let Some(head) = text.get(..end) else { continue };
        let folded = fold(head);
        if WORDS.contains(&folded.as_str()) || folded == "no" {
            let rest = text.get(end..).unwrap_or_default();
            if let Some(reason) = reason(rest) {
                // A bare `no` is a none; `no` with more words is prose unless it is set apart.
                best = Some(reason);
            }
        }
    }
    best
}

/// Whether that plain word is the first of the words.
fn begins(words: &str, first: &str) -> bool {
    let head = words.get(..first.len()).unwrap_or_default();
    head.eq_ignore_ascii_case(first) && !words[head.len()..].starts_with(char::is_alphanumeric)
}

/// What follows a `None`: nothing, or a reason that is set apart from it.
fn reason(rest: &str) -> Option<String> {
    let clean = |text: &str| text.trim().trim_end_matches([')', '）']).trim().to_owned();
    let tail = rest.trim_start();
    if tail.chars().all(|c| !c.is_alphanumeric()) {
        return Some(String::new());
    }
    let set_apart = ['-', '–', '—', ':', '：', ',', '、', ';', '.', '。', '(', '（', '!', '=', '→'];
    if tail.starts_with(set_apart) {
        return Some(clean(tail.trim_start_matches(|c: char| set_apart.contains(&c) || c == ' ' || c == '>')));
    }
    let folded = fold(tail);
    let words =
        ["because ", "since ", "as ", "due to ", "weil ", "da ", "car ", "parce ", "porque ", "pois ", "ya que "];
    words.iter().any(|word| folded.starts_with(word)).then(|| clean(tail))
}
