//! `[risk]`: the bounds of the levels, and the factors that make the score.

use super::cursor::{At, Table, Value};
use super::rule::id_of;
use super::when::{Place, conditions};
use crate::policy::codes;
use crate::policy::model::{Factor, Weight};
use crate::risk::Level;

/// Reads `[risk]`: bounds, where the file gives them, and factors.
pub(super) fn risk(value: &Value<'_>) -> (Option<[u32; 3]>, Vec<Factor>) {
    let Some(table) = value.table("risk") else { return (None, Vec::new()) };
    let levels = table.value("levels").and_then(|value| levels(&value));
    let tables = table.value("factor").map(|value| value.tables("risk.factor")).unwrap_or_default();
    (levels, tables.iter().filter_map(factor).collect())
}

fn levels(value: &Value<'_>) -> Option<[u32; 3]> {
    let table = value.table("risk.levels")?;
    let bound = |key: &str| table.required(key).and_then(|value| value.number(1, 100));
    let bounds = [bound("medium"), bound("high"), bound("critical")];
    let rises = |lower: &Option<At<u32>>, upper: &Option<At<u32>>| {
        let (Some(lower), Some(upper)) = (lower, upper) else { return };
        if lower.value >= upper.value {
            let message = format!("{} is not above {}", upper.value, lower.value);
            let problem = table.cx.error(codes::LEVELS_OUT_OF_ORDER, message, upper.span.clone());
            let problem = problem.saying("has to be higher").label(table.cx.origin(), lower.span.clone(), "than this");
            table.cx.report(problem.help("`medium`, `high`, `critical` rise"));
        }
    };
    let [medium, high, critical] = &bounds;
    rises(medium, high);
    rises(high, critical);
    let [medium, high, critical] = bounds;
    Some([medium?.value, high?.value, critical?.value])
}

fn factor(table: &Table<'_>) -> Option<Factor> {
    let id = id_of(table);
    let why = table.required("why").and_then(|why| why.text());
    let when = table.required("when").and_then(|when| conditions(&when, Place::Factor));
    let score = table.value("score").and_then(|score| score.number(1, 100));
    let level = table.choice("level").and_then(|level| Level::parse(level.value));
    score_or_level(table);
    let weight = match (score, level) {
        (Some(score), _) => Weight::Score(score.value),
        (None, Some(level)) => Weight::Level(level),
        (None, None) => return None,
    };
    Some(Factor { id: id?, when: when?, weight, why: why?.value.to_owned() })
}

fn score_or_level(table: &Table<'_>) {
    let cx = table.cx;
    let message = match (table.key_span("score"), table.key_span("level")) {
        (Some(score), Some(level)) => {
            let problem = cx.error(codes::SCORE_OR_LEVEL, "a factor has a `score` or a `level`, not both", level);
            return cx.report(problem.label(cx.origin(), score, "the other one").help("make two factors of it"));
        }
        (None, None) if !cx.broken => "a factor has a `score` or a `level`",
        _ => return,
    };
    let problem = cx.error(codes::SCORE_OR_LEVEL, message, table.span.clone());
    cx.report(problem.help("`score` from 1 to 100 adds up; `level` is the least that the risk then is"));
}
