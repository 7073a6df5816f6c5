//! Commands in comments, as the check tells of them: which do nothing and why, and which there are.
//!
//! What was taken shows in what came of it. Of what somebody was refused only the last is told.

use countersign_domain::command::Asks;
use countersign_domain::decision::{CommandResult, Decision};

use super::escape::{code, shorten};
use super::limits::Section;
use super::phrase::{QUOTE_LIMIT, Voice, sentence};

/// What can be written, and what it does.
const COMMANDS: [(&str, &str); 9] = [
    ("recheck", "looks at the pull request again"),
    ("explain", "puts the whole explanation into the comment"),
    ("hold REASON", "keeps the change from going in until it is lifted; for whoever may push"),
    ("unhold", "lifts that; for whoever held it, or may push"),
    ("waive ID REASON", "lets this change through a rule, freeze or window; for those whom the policy names"),
    ("emergency TICKET REASON", "declares the change an emergency; for those whom the policy names"),
    ("schedule START END ZONE", "plans the change's window; for its author and whoever may push"),
    ("outcome successful", "reviews a change that went in as an emergency; for those who may approve one"),
    ("help", "lists these"),
];

/// What was refused, of each person the last unless they have given another command since.
pub(super) fn refused(decision: &Decision, voice: Voice) -> Vec<String> {
    let all = &decision.commands;
    let is_last = |place: usize| all.iter().skip(place + 1).all(|later| later.by != all[place].by);
    let last = all.iter().enumerate().filter(|(place, _)| is_last(*place));
    last.filter_map(|(_, command)| line(command, voice)).collect()
}

fn line(command: &CommandResult, voice: Voice) -> Option<String> {
    let why = voice.markdown(command.refused.as_ref()?);
    let written = code(&shorten(&format!("/countersign {}", command.line), QUOTE_LIMIT));
    let by = voice.person(&command.by);
    Some(format!("- {}", sentence(&format!("{written} by {by} does nothing: {why}"))))
}

/// Whether somebody asked for it on the head that is there.
pub(super) fn asks_for(decision: &Decision, wanted: &Asks) -> bool {
    decision.commands.iter().any(|command| command.on_head && command.asks.as_ref() == Some(wanted))
}

/// Which commands there are.
pub(super) fn help() -> Section {
    let row = |(usage, does): &(&str, &str)| format!("- `/countersign {usage}` {does}");
    let head = vec!["At the start of a line of a new comment:".to_owned(), String::new()];
    Section { name: "Commands", head, rows: COMMANDS.iter().map(row).collect(), tail: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_help_lists_is_what_can_be_written() {
        for (usage, _) in COMMANDS {
            assert!(countersign_domain::command::read(usage).is_ok(), "{usage}");
        }
    }
}
