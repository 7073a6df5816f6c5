//! What governs a change besides its rules: `[schedule]`, `[[notify]]`,
//! `[comment]`, `[check]`, `[checks]`.

use super::cursor::Value;
use super::globs::{Over, globs, one_branch};
use super::when::{Place, conditions};
use crate::policy::codes;
use crate::policy::model::{CommentWhen, Globs, PlannedWindow, Policy, Unenforced};

/// Reads `[schedule]` into the policy; what is switched off asks nothing.
pub(super) fn schedule(value: &Value<'_>, policy: &mut Policy) {
    let Some(table) = value.table("schedule") else { return };
    policy.planned_window = match table.choice("planned_window").map(|word| word.value) {
        Some("off") => PlannedWindow::Off,
        Some("warn") => PlannedWindow::Warn,
        _ => PlannedWindow::Enforce,
    };
    let not_yet = table.unenforced("collisions");
    match table.choice("collisions").map(|word| word.value) {
        None | Some("off") => {}
        // As where it is left out: a warning that is not given yet holds nothing.
        Some("warn") => policy.unwatched.extend(not_yet),
        Some(_) => policy.unenforced.extend(not_yet),
    }
}

/// Reads `[[notify]]`.
pub(super) fn notices(value: &Value<'_>) -> Vec<Unenforced> {
    let mut notices = Vec::new();
    for table in value.tables("notify") {
        if let Some(on) = table.required("on") {
            on.choices();
        }
        for to in table.required("to").and_then(|to| to.texts()).unwrap_or_default() {
            let named = to.value.split_once(':').is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty());
            if !named {
                let problem = table.cx.error(codes::BAD_VALUE, format!("`{}` is no receiver", to.value), to.span);
                table.cx.report(problem.help("write `KIND:NAME`, as in `slack:payments`"));
            }
        }
        if let Some(when) = table.value("when") {
            conditions(&when, Place::Notice);
        }
        notices.push(Unenforced { key: "notify".to_owned(), id: None, span: table.span.clone() });
    }
    notices
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
