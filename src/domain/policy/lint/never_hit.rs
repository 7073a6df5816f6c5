//! `never-hit`: a risk factor that none of the changes of the past would have hit.
//!
//! Only where enough changes were looked at. What was never hit may be what the factor is there for: it is worth a
//! look, and no more.

use super::{File, Lint, Missed};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;

/// Fewer changes show nothing.
const FEWEST: usize = 30;

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let Some(missed) = lint.around.missed.filter(|missed| missed.changes >= FEWEST) else { return Vec::new() };
    lint.files.iter().flat_map(|file| of_file(file, missed)).collect()
}

fn of_file(file: &File<'_>, missed: &Missed) -> Vec<Diagnostic> {
    let factors = file.policy.factors.iter().filter(|factor| missed.factors.contains(&(file.layer, factor.id.clone())));
    let found = factors.filter_map(|factor| {
        // Factors of packs are not the file's to change.
        let table = file.table("factor", &factor.id)?;
        let span = table.child("when").map_or(table.span, |when| when.span);
        let message = format!("none of the last {} changes would have hit the factor `{}`", missed.changes, factor.id);
        let problem = Diagnostic::warning(codes::NEVER_HIT, message, file.origin(), span).saying("never met");
        Some(problem.help("try its conditions on a change that it is meant for, with `countersign test`"))
    });
    found.collect()
}
