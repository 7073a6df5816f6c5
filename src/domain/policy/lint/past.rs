//! `past`: a freeze, a window, a model or a waiver that is over.

use jiff::Timestamp;

use super::places::Node;
use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    lint.files.iter().flat_map(|file| of_file(file, lint.around.now)).collect()
}

fn of_file(file: &File<'_>, now: Timestamp) -> Vec<Diagnostic> {
    let models = file.policy.models.iter().map(|model| ("model", model.id.as_str(), Some(model.until)));
    let waivers = file.policy.waivers.iter().map(|waiver| ("waiver", waiver.id.as_str(), Some(waiver.until)));
    let holds = file.policy.holds.iter().filter(|hold| hold.times.is_over(now));
    let holds = holds.map(|hold| (hold.kind.name(), hold.id.as_str(), Some(now)));
    let all = models.chain(waivers).chain(holds);
    all.filter(|(.., until)| until.is_some_and(|until| until <= now))
        .filter_map(|(word, id, _)| Some((word, id, end(&file.table(word, id)?)?)))
        .map(|(word, id, until)| {
            let message = format!("the {word} `{id}` is over");
            let problem = Diagnostic::warning(codes::PAST, message, file.origin(), until.span);
            problem.saying("lies in the past").help(match word {
                "freeze" => "it holds nothing any more; take it out, or give it its next dates",
                "window" => "it does not open again, and every change it speaks about waits; give it its next dates",
                _ => "it relaxes nothing any more; take it out, or look at it anew and give it another end",
            })
        })
        .collect()
}

/// Where its end is written.
fn end<'t>(table: &Node<'t>) -> Option<Node<'t>> {
    table.child("until").or_else(|| table.child("rrule"))
}
