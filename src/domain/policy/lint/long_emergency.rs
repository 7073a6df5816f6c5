//! `long-emergency`: an emergency that lasts longer than a day: by then there is time for the rules.

use jiff::SignedDuration;

use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::length::Length;

const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    lint.files.iter().filter_map(of_file).collect()
}

fn of_file(file: &File<'_>) -> Option<Diagnostic> {
    let (lane, at) = file.emergency("expires")?;
    let long = match &lane.expires {
        Length::Exact { length, .. } => *length > DAY,
        Length::BusinessDays { .. } => true,
    };
    if !long {
        return None;
    }
    let message = format!("an emergency lasts for {}", lane.expires);
    let problem = Diagnostic::warning(codes::LONG_EMERGENCY, message, file.origin(), at.span);
    let problem = problem.saying("longer than a day");
    Some(problem.help("shorten it; whoever needs longer declares the emergency again"))
}
