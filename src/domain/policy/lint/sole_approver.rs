//! `sole-approver`: an emergency that whoever declares it would have to approve: nobody approves what they declared.
//!
//! An error, because it is certain: whoever of those named declares, too few others are left.

use super::never_met::{Wanted, can_be_met, of, people};
use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    lint.files.iter().filter_map(|file| of_file(lint, file)).collect()
}

fn of_file(lint: &Lint<'_>, file: &File<'_>) -> Option<Diagnostic> {
    let (lane, at) = file.emergency("approvals")?;
    let (_, by) = file.emergency("declared_by")?;
    let wanted: Vec<Wanted> = lane.approvals.iter().filter_map(|entry| people(lint, entry)).collect();
    let declarers = lane.declared_by.iter().map(|who| of(lint, who)).collect::<Option<Vec<_>>>()?;
    let mut declarers = declarers.into_iter().flatten().filter(|person| !person.ends_with("[bot]")).peekable();
    declarers.peek()?;
    // What nobody is left to give anyway is `never-met`.
    if !can_be_met(&wanted) {
        return None;
    }
    let others = |declarer: &String| -> Vec<Wanted> {
        let others = wanted.iter().cloned().map(|(mut people, count)| {
            people.remove(declarer);
            (people, count)
        });
        others.collect()
    };
    if declarers.any(|declarer| can_be_met(&others(&declarer))) {
        return None;
    }
    let message = "whoever declares an emergency leaves nobody to approve it";
    let problem = Diagnostic::error(codes::SOLE_APPROVER, message, file.origin(), at.span);
    let problem = problem.saying("nobody approves what they declared").label(file.origin(), by.span, "who declares");
    Some(problem.help("name more people who approve, or others who declare"))
}
