//! `gap-or-overlap`: hours and recurrences that meet a change of clocks within the next year.
//!
//! Dates that do are found by the reader; which days of the week do depends on the year.

use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::policy::{Hold, codes};

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let holds = lint.files.iter().flat_map(|file| file.policy.holds.iter().map(move |hold| (file, hold)));
    holds.filter_map(|(file, hold)| check(file, hold, lint.around.now)).collect()
}

fn check(file: &File<'_>, hold: &Hold, now: jiff::Timestamp) -> Option<Diagnostic> {
    let (place, local, zone) = hold.times.odd_clock(now)?;
    let table = file.table(hold.kind.name(), &hold.id)?;
    let written = match table.child("open") {
        Some(open) => open.items().get(place)?.child("hours")?,
        None => table.child("hours").or_else(|| table.child("from"))?,
    };
    let name = zone.iana_name().unwrap_or("its zone");
    let message = format!("the {} `{}` meets a change of clocks", hold.kind.name(), hold.id);
    let problem = Diagnostic::warning(codes::GAP_OR_OVERLAP, message, file.origin(), written.span);
    let problem = problem.saying(format!("{local} does not come exactly once in {name}"));
    Some(problem.help("on that day it is an hour longer or shorter; choose a time at which no clocks are changed"))
}
