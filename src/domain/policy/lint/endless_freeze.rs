//! `endless-freeze`: a freeze that does not end: it comes again before it is over, or lasts for more than a year.
//!
//! An error where it holds every change and nobody may waive it: nothing would ever go
//! in. Calendars are not read.

use super::places::Node;
use super::{File, Lint};
use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::codes;
use crate::policy::read::{days_between, exact_seconds};

/// A longer freeze is probably meant to be something else.
const A_YEAR: i64 = 366;

const DAY: i64 = 24 * 60 * 60;

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let freezes =
        lint.files.iter().flat_map(|file| file.tables("freeze").into_iter().map(move |freeze| (file, freeze)));
    freezes.filter_map(|(file, freeze)| again(file, &freeze).or_else(|| long(file, &freeze))).collect()
}

/// A recurrence whose next turn begins before the last is over.
fn again(file: &File<'_>, freeze: &Node<'_>) -> Option<Diagnostic> {
    let (rule, lasts) = (freeze.child("rrule")?, freeze.child("duration")?);
    let seconds = exact_seconds(lasts.text()?)?;
    if seconds < longest_turn(rule.text()?)? {
        return None;
    }
    let message = format!("the freeze `{}` never ends", freeze.child("id")?.text()?);
    let mut problem = Diagnostic::warning(codes::ENDLESS_FREEZE, message, file.origin(), lasts.span);
    if freeze.child("when").is_none() && freeze.child("waive").is_none() {
        problem.severity = Severity::Error;
    }
    let problem = problem.saying("as long as from one turn to the next").label(
        file.origin(),
        rule.span,
        "and it recurs without end",
    );
    Some(problem.help("shorten `duration`, or end the recurrence with `UNTIL` or `COUNT`; what shall never go in is a rule with `deny`"))
}

/// The longest time in seconds from one turn to the next, where the recurrence has no end and none is left out.
fn longest_turn(rule: &str) -> Option<i64> {
    let part = |name: &str| rule.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    if part("UNTIL").is_some() || part("COUNT").is_some() {
        return None;
    }
    let every: i64 = part("INTERVAL").map_or(Some(1), |number| number.parse().ok())?;
    // What picks days out of the turns may leave some turns out: not decided.
    let days = match part("FREQ")? {
        "DAILY" if !rule.contains("BY") => 1,
        "WEEKLY" if rule.split(';').all(|part| !part.starts_with("BY") || part.starts_with("BYDAY=")) => 7,
        "MONTHLY" if !rule.contains("BY") => 62,
        "YEARLY" if !rule.contains("BY") => 8 * A_YEAR,
        _ => return None,
    };
    // A day of 25 hours is one, too.
    Some(days * every * DAY + 60 * 60)
}

/// One that lasts for more than a year.
fn long(file: &File<'_>, freeze: &Node<'_>) -> Option<Diagnostic> {
    let (from, until) = (freeze.child("from")?, freeze.child("until")?);
    let days = days_between(&from.date()?, &until.date()?)?;
    if days <= A_YEAR {
        return None;
    }
    let message = format!("the freeze `{}` lasts for {days} days", freeze.child("id")?.text()?);
    let problem = Diagnostic::warning(codes::ENDLESS_FREEZE, message, file.origin(), until.span);
    let problem = problem.saying("its end").label(file.origin(), from.span, "its start");
    Some(problem.help("is the year right? what shall never go in is a rule with `deny`"))
}
