//! The words that turn a mistake into its way out: titles of tables, `did you
//! mean`, and help for the classic slips.

use std::ops::Range;

use toml::de::DeValue;

use super::context::Context;
use super::cursor::At;
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::keys::{self, Key, Kind, keys_of};

/// What a table is called in messages.
pub(super) fn title(table: &str) -> &'static str {
    match table {
        "" => "the top of the file",
        "scope" => "`[scope]`",
        "record" => "`[record]`",
        "record.fields" => "`[record.fields.NAME]`",
        "services" => "`[services.NAME]`",
        "environments" => "`[environments.NAME]`",
        "authorities" => "`[authorities.NAME]`",
        "check" => "`[check]`",
        "checks" => "`[checks]`",
        "risk" => "`[risk]`",
        "risk.levels" => "`[risk.levels]`",
        "risk.factor" => "`[[risk.factor]]`",
        "rule" => "`[[rule]]`",
        "approvals" => "an entry of `approvals`",
        "rule.checks" => "an entry of `checks`",
        "rule.deployments" => "an entry of `deployments`",
        "waive" => "`waive`",
        "when" => "a table of conditions",
        "when.field" => "a test of a field",
        "at" => "a table of days and hours",
        "freeze" => "`[[freeze]]`",
        "window" => "`[[window]]`",
        "model" => "`[[model]]`",
        "waiver" => "`[[waiver]]`",
        "emergency" => "`[emergency]`",
        "approval" => "`[approval]`",
        "schedule" => "`[schedule]`",
        "pir" => "`[pir]`",
        "notify" => "`[[notify]]`",
        "comment" => "`[comment]`",
        _ => "this table",
    }
}

/// Reports a key that may not stand in the table.
pub(super) fn unknown_key(cx: &Context<'_>, table: &'static str, word: &str, span: Range<usize>) {
    let problem = cx.error(codes::UNKNOWN_KEY, format!("{} has no key `{word}`", title(table)), span);
    let problem = problem.saying("not known here");
    let problem = match if cx.is_crowded() { KeyHint::Nothing } else { key_hint(table, word) } {
        KeyHint::Nearest(name) => problem.help(format!("did you mean `{name}`?")).fix(name),
        KeyHint::Elsewhere(help) => problem.help(help),
        KeyHint::Nothing => problem,
    };
    cx.report(problem);
}

enum KeyHint {
    Nearest(&'static str),
    Elsewhere(String),
    Nothing,
}

fn key_hint(table: &'static str, word: &str) -> KeyHint {
    let inside_rule = ["when", "approvals", "waive", "at", "when.field", "rule.checks", "rule.deployments"];
    if table == "approvals" && word == "changes_requested" {
        return KeyHint::Elsewhere("`changes_requested` holds for a whole layer: say it in `[approval]`".to_owned());
    }
    if table == "risk.levels" && word == "low" {
        return KeyHint::Elsewhere("`low` starts at 0: there is nothing to set".to_owned());
    }
    if table == "when" && keys::find("rule", word).is_some() {
        let help =
            format!("`{word}` belongs to the rule: put it above `[rule.when]`, or write `when = {{ .. }}` on one line");
        return KeyHint::Elsewhere(help);
    }
    if !table.is_empty() && !inside_rule.contains(&table) && keys::find("", word).is_some() {
        let help = format!("`{word}` belongs to the top of the file: put it above the first `[table]`");
        return KeyHint::Elsewhere(help);
    }
    if let Some(name) = nearest(word, keys_of(table).map(|key| key.name)) {
        return KeyHint::Nearest(name);
    }
    if table == "rule" && keys::find("when", word).is_some() {
        return KeyHint::Elsewhere(format!("`{word}` says when the rule applies: write `when = {{ {word} = .. }}`"));
    }
    let elsewhere: Vec<&str> = keys::keys().iter().filter(|key| key.name == word).map(|key| title(key.table)).collect();
    match elsewhere.as_slice() {
        [] => KeyHint::Nothing,
        [one] => KeyHint::Elsewhere(format!("`{word}` is a key of {one}")),
        [first, .., last] => KeyHint::Elsewhere(format!("`{word}` is a key of {first} and of {last}")),
    }
}

/// The word that was probably meant.
pub(super) fn nearest<T: AsRef<str>>(word: &str, known: impl IntoIterator<Item = T>) -> Option<T> {
    // Nobody mistypes a name of this length, and comparing it would cost.
    if word.len() > 64 {
        return None;
    }
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    let distances =
        known.into_iter().map(|candidate| (strsim::damerau_levenshtein(candidate.as_ref(), word), candidate));
    let near = distances.filter(|(distance, _)| *distance <= allowed);
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// What a value is, under the underline.
pub(super) fn is_a(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "this is text",
        DeValue::Integer(_) => "this is a whole number",
        DeValue::Float(_) => "this is a number with a fraction",
        DeValue::Boolean(_) => "this is `true` or `false`",
        DeValue::Datetime(_) => "this is a date or a time",
        DeValue::Array(_) => "this is a list",
        DeValue::Table(_) => "this is a table",
    }
}

/// Adds the way out of a wrong type, where it is plain.
pub(super) fn wrong_type(
    problem: Diagnostic,
    cx: &Context<'_>,
    key: &Key,
    value: &DeValue<'_>,
    span: &Range<usize>,
) -> Diagnostic {
    let written = cx.text.get(span.clone()).unwrap_or_default();
    let name = if key.table.is_empty() { key.name.to_owned() } else { format!("{}.{}", key.table, key.name) };
    match (key.kind, value) {
        (Kind::Tables, DeValue::Table(_)) if written.starts_with('[') => {
            problem.help(format!("write `[[{name}]]`: there can be several")).fix(format!("[[{name}]]"))
        }
        (Kind::Table | Kind::Named | Kind::Words, DeValue::Array(_)) if written.starts_with("[[") => {
            problem.help(format!("write `[{name}]`: there is only one")).fix(format!("[{name}]"))
        }
        (Kind::Texts | Kind::Choices(_) | Kind::Globs | Kind::BranchGlobs | Kind::Names, DeValue::String(_))
        | (Kind::WhoList | Kind::Logins | Kind::Teams, DeValue::String(_)) => {
            problem.help(format!("write a list: `[{written}]`")).fix(format!("[{written}]"))
        }
        (Kind::Tables | Kind::TextsOrTables, DeValue::Table(_)) => {
            problem.help("write a list: `[{ .. }]`").fix(format!("[{written}]"))
        }
        (Kind::Tables, DeValue::String(_)) if key.name == "approvals" => {
            problem.help(format!("write `[{{ from = [{written}], count = 1 }}]`"))
        }
        (Kind::Comparison | Kind::LevelComparison, DeValue::Integer(_)) => {
            problem.help(format!("say how to compare: `\">= {written}\"`, or `\"= {written}\"`"))
        }
        (Kind::Flag, DeValue::String(_)) => problem.help("write it without quotes"),
        (Kind::Number, DeValue::String(text)) if text.parse::<i64>().is_ok() => {
            problem.help("write it without quotes").fix(text.to_string())
        }
        _ => problem,
    }
}

/// Reports a word that is none of those that the key takes.
pub(super) fn bad_choice(cx: &Context<'_>, key: &Key, text: &At<&str>, words: &[&'static str]) {
    let problem = cx.error(codes::BAD_VALUE, format!("`{}` knows no `{}`", key.name, text.value), text.span.clone());
    let lowered = text.value.to_lowercase().replace(['_', ' '], "-");
    let problem = match nearest(&lowered, words.iter().copied()) {
        Some(word) => problem.help(format!("did you mean `{word}`?")).fix(format!("\"{word}\"")),
        None => problem.help(format!("one of {}", listed(words))),
    };
    cx.report(problem);
}

/// Words in backticks with commas between them.
pub(super) fn listed<T: AsRef<str>>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}
