//! What governs a change besides its rules: `[schedule]`, `[[notify]]`,
//! `[comment]`, `[check]`, `[checks]`.

use super::cursor::{Table, Value};
use super::globs::{Over, globs, one_branch};
use super::when::{Place, conditions};
use crate::event::ChangeEvent;
use crate::policy::codes;
use crate::policy::model::{Collisions, CommentWhen, Globs, Notify, PlannedWindow, Policy};

/// Reads `[schedule]` into the policy; what is switched off asks nothing.
pub(super) fn schedule(value: &Value<'_>, policy: &mut Policy) {
    let Some(table) = value.table("schedule") else { return };
    policy.planned_window = match table.choice("planned_window").map(|word| word.value) {
        Some("off") => PlannedWindow::Off,
        Some("warn") => PlannedWindow::Warn,
        _ => PlannedWindow::Enforce,
    };
    policy.collisions = match table.choice("collisions").map(|word| word.value) {
        Some("off") => Collisions::Off,
        Some("block") => Collisions::Block,
        _ => Collisions::Warn,
    };
}

/// Reads `[[notify]]`. Which channels there are is the server's to say: see `Decision::tells`.
pub(super) fn notices(value: &Value<'_>) -> Vec<Notify> {
    let notice = |table: Table<'_>| {
        let on = table.required("on").and_then(|on| on.choices()).unwrap_or_default();
        let on = on.into_iter().filter_map(|word| ChangeEvent::named(word.value)).collect();
        let mut receivers = Vec::new();
        for to in table.required("to").and_then(|to| to.texts()).unwrap_or_default() {
            let named = to.value.split_once(':').is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty());
            if named {
                receivers.push(to.value.to_owned());
            } else {
                let problem = table.cx.error(codes::BAD_VALUE, format!("`{}` is no receiver", to.value), to.span);
                table.cx.report(problem.help("write `KIND:NAME`, as in `slack:payments`"));
            }
        }
        let when = table.value("when").and_then(|when| conditions(&when, Place::Notice)).unwrap_or_default();
        Notify { on, to: receivers, when }
    };
    value.tables("notify").into_iter().map(notice).collect()
}

/// Reads `[comment]`.
pub(super) fn comment(value: &Value<'_>) -> CommentWhen {
    let show = value.table("comment").and_then(|table| table.choice("show"));
    match show.map(|word| word.value) {
        Some("always") => CommentWhen::Always,
        Some("never") => CommentWhen::Never,
        _ => CommentWhen::WhenNeeded,
    }
}

/// Reads `[check]`: names that families of bases share.
pub(super) fn check_names(value: &Value<'_>) -> Vec<(Globs, String)> {
    let Some(table) = value.table("check") else { return Vec::new() };
    let words = table.value("names").and_then(|names| names.words()).unwrap_or_default();
    let names = words.into_iter().filter_map(|(base, name)| {
        let name = if name.raw().is_str() {
            name.text()
        } else {
            name.mistyped_for("names of checks in quotes, as in `{ \"release/**\" = \"countersign: release\" }`");
            None
        };
        Some((one_branch(value, &base)?, name?.value.to_owned()))
    });
    names.collect()
}

/// Reads `[checks]`: paths whose change makes results of GitHub Actions wait for a reader.
pub(super) fn trusted_paths(value: &Value<'_>) -> Option<Globs> {
    let value = value.table("checks")?.value("trusted_paths")?;
    globs(&value, &value.list()?, Over::Paths)
}
