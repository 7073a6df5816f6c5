//! The one comment: written when somebody must act, edited in place, folded to a line when nobody must.

use countersign_domain::decision::{Act, Actor, Decision, Outcome};
use countersign_domain::plan::Comment;
use countersign_domain::policy::{CommentWhen, Mode};

use super::limits::{self, Section, fit};
use super::phrase::{Voice, sentence};
use super::{Context, change_block, folded, is_silent, requests};

/// The hidden line by which the comment is found again, beside its author being the App.
pub const COMMENT_MARKER: &str = "<!-- countersign:comment v1 -->";

/// What becomes of the comment.
pub(super) fn comment(decision: &Decision, context: &Context) -> Comment {
    if is_silent(decision) {
        return folded("No policy asks anything of this pull request any more.");
    }
    if decision.comment == CommentWhen::Never {
        return folded("How this change stands is shown by the check alone.");
    }
    if decision.draft {
        return folded("This is a draft: nothing is asked of anybody until it is ready for review.");
    }
    let needed = people_must_act(decision);
    if needed {
        return Comment::Show(body(decision, context));
    }
    let line = settled(decision, context);
    match decision.comment {
        CommentWhen::Always => Comment::Show(format!("{COMMENT_MARKER}\n{line}\n")),
        _ => folded(&line),
    }
}

fn people_must_act(decision: &Decision) -> bool {
    [Mode::Enforce, Mode::Warn]
        .into_iter()
        .any(|mode| requests::open(decision, mode).into_iter().any(requests::is_for_people))
}

/// One line for when no person has to do anything.
fn settled(decision: &Decision, context: &Context) -> String {
    let check = check_link(decision, context);
    match decision.own_outcome {
        Outcome::Pass => format!("Everything asked of this change is there. Details: {check}."),
        Outcome::Neutral => format!("Nothing is missing from this change. Details: {check}."),
        _ => format!("Nobody has to do anything right now; how it stands: {check}."),
    }
}

fn check_link(decision: &Decision, context: &Context) -> String {
    let name = super::escape::code(&decision.check_name);
    match context.pull_url(context.number, "checks") {
        Some(url) => format!("[the check {name}]({url})"),
        None => format!("the check {name}"),
    }
}

fn body(decision: &Decision, context: &Context) -> String {
    let voice = Voice { names_people: decision.names_people };
    let holding = requests::open(decision, Mode::Enforce);
    let advised = requests::open(decision, Mode::Warn);
    let sections = [
        Section::block("opening", [COMMENT_MARKER.to_owned(), opening(decision, &holding)]),
        list("what is missing", &holding, voice, context),
        paste(decision, &holding),
        warned(&advised, voice, context),
        Section::block("closing", [closing(decision, context)]),
    ];
    format!("{}\n", fit(&sections, limits::COMMENT))
}

fn opening(decision: &Decision, holding: &[&Act]) -> String {
    let _ = decision;
    let by_author = holding.iter().any(|act| act.by == Actor::Author);
    let by_others = holding.iter().any(|act| act.by != Actor::Author && requests::is_for_people(act));
    match (by_author, by_others) {
        (true, true) => "Before this can go in, its author and others have something to do:",
        (true, false) => "Before this can go in, its author has something to do:",
        (false, true) => "Before this can go in, somebody else has to act:",
        (false, false) => "Nothing holds this change; this is what its policy advises.",
    }
    .to_owned()
}

fn list(name: &'static str, acts: &[&Act], voice: Voice, context: &Context) -> Section {
    let people = acts.iter().filter(|act| requests::is_for_people(act));
    let rows = people.map(|act| format!("- {}", requests::line(act, voice, context))).collect();
    Section { name, rows, ..Section::default() }
}

fn warned(acts: &[&Act], voice: Voice, context: &Context) -> Section {
    let mut section = list("what is advised", acts, voice, context);
    if !section.rows.is_empty() {
        section.head = vec!["Advised, and holding nothing:".to_owned(), String::new()];
    }
    section
}

fn paste(decision: &Decision, holding: &[&Act]) -> Section {
    let by_author = holding.iter().any(|act| act.by == Actor::Author);
    match change_block::missing(decision).filter(|_| by_author) {
        Some(block) => Section::block(
            "block to paste",
            [
                "Answer under headings of your own, or fill this in and paste it into the description:".to_owned(),
                String::new(),
                block,
            ],
        ),
        None => Section::default(),
    }
}

fn closing(decision: &Decision, context: &Context) -> String {
    sentence(&format!("how this stands, rule by rule: {}", check_link(decision, context)))
}
