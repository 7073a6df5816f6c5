//! `past`: a freeze, a model or a waiver that is over.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::places::Node;
use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::read::end_of;

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    lint.files.iter().flat_map(|file| of_file(file, lint.around.now)).collect()
}

fn of_file(file: &File<'_>, now: Timestamp) -> Vec<Diagnostic> {
    let models = file.policy.models.iter().map(|model| ("model", model.id.as_str(), Some(model.until)));
    let waivers = file.policy.waivers.iter().map(|waiver| ("waiver", waiver.id.as_str(), Some(waiver.until)));
    let freezes = file.tables("freeze");
    let ends = freezes.iter().filter_map(|node| Some(("freeze", node.child("id")?.text()?, end(file, node))));
    let all = models.chain(waivers).chain(ends);
    all.filter(|(.., until)| until.is_some_and(|until| until <= now))
        .filter_map(|(word, id, _)| Some((word, id, file.table(word, id)?.child("until")?)))
        .map(|(word, id, until)| {
            let message = format!("the {word} `{id}` is over");
            let problem = Diagnostic::warning(codes::PAST, message, file.origin(), until.span);
            problem.saying("lies in the past").help(match word {
                "freeze" => "it holds nothing any more; take it out, or give it its next dates",
                _ => "it relaxes nothing any more; take it out, or look at it anew and give it another end",
            })
        })
        .collect()
}

/// When a freeze ends, where it is written as a date.
fn end(file: &File<'_>, freeze: &Node<'_>) -> Option<Timestamp> {
    let own = freeze.child("timezone").and_then(|zone| TimeZoneDatabase::bundled().get(zone.text()?).ok());
    let zone: Option<TimeZone> = own.or_else(|| file.policy.timezone.clone());
    end_of(&freeze.child("until")?.date()?, zone.as_ref())
}
