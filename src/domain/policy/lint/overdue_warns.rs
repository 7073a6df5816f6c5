//! `overdue-warns`: an emergency whose review may stay undone: `overdue = "warn"` holds nothing.

use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::lanes::Overdue;

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    lint.files.iter().filter_map(of_file).collect()
}

fn of_file(file: &File<'_>) -> Option<Diagnostic> {
    let (_, at) = file.emergency("overdue").filter(|(lane, _)| lane.overdue == Overdue::Warn)?;
    let message = "the review of an emergency may stay undone";
    let problem = Diagnostic::warning(codes::OVERDUE_WARNS, message, file.origin(), at.span);
    Some(problem.saying("only warns").help("take it out: then nothing else goes in while a review is overdue"))
}
