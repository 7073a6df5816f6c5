//! The one comment: written when somebody must act, edited in place, folded to a line when nobody must.

use std::collections::BTreeSet;

use countersign_domain::decision::{Decision, Outcome};
use countersign_domain::diagnostic::Severity;
use countersign_domain::layer::Layer;
use countersign_domain::plan::Comment;
use countersign_domain::policy::{CommentWhen, Mode};

use super::limits::{self, Section, fit};
use super::phrase::Voice;
use super::requests::{self, Request};
use super::summary::{GLOSS, remarks};
use super::{Context, change_block};

/// The hidden line by which the comment is found again, beside its author being the App.
pub const COMMENT_MARKER: &str = "<!-- countersign:comment v1 -->";

/// What becomes of the comment.
pub(super) fn comment(decision: &Decision, context: &Context) -> Comment {
    if decision.outcome == Outcome::Silent {
        return folded("No policy asks anything of this pull request any more.");
    }
    if decision.comment == CommentWhen::Never {
        return folded("How this change stands is shown by the check alone.");
    }
    if decision.draft {
        return folded("This is a draft: nothing is asked of anybody until it is ready for review.");
    }
    if people_must_act(decision) {
        return Comment::Show(body(decision, context));
    }
    let line = settled(decision, context);
    match decision.comment {
        CommentWhen::Always => Comment::Show(format!("{COMMENT_MARKER}\n{line}\n")),
        _ => folded(&line),
    }
}

/// A comment that is only ever folded into one that is there.
pub(super) fn folded(line: &str) -> Comment {
    Comment::Fold(format!("{COMMENT_MARKER}\n{line}\n"))
}

fn people_must_act(decision: &Decision) -> bool {
    [Mode::Enforce, Mode::Warn].into_iter().any(|mode| {
        let open = requests::open(decision, mode);
        open.into_iter().any(Request::is_for_people)
    })
}

/// One line for when no person has to do anything.
fn settled(decision: &Decision, context: &Context) -> String {
    let check = check_link(decision, context);
    match decision.own_outcome {
        Outcome::Pass => format!("Everything asked of this change is there. Details: {check}."),
        Outcome::Neutral => format!("No policy decides about this change yet; what they would ask: {check}."),
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
    let warned = requests::open(decision, Mode::Warn);
    let for_author = holding.iter().any(|request| request.is_for_author());
    let sections = [
        list(&asked, &holding, voice, context),
        if for_author { change_block::section(decision, GLOSS) } else { Section::default() },
        if for_author { notes(decision) } else { Section::default() },
        list(&advised, &warned, voice, context),
        Section::block("closing", [closing(decision, context)]),
    ];
    format!("{COMMENT_MARKER}\n{}\n", fit(&sections, limits::COMMENT))
}

/// What is asked of people, under the words that introduce it.
fn list(opening: &dyn Fn(&str) -> String, requests: &[Request<'_>], voice: Voice, context: &Context) -> Section {
    let people: Vec<_> = requests.iter().filter(|request| request.is_for_people()).collect();
    let rows: Vec<String> = people.iter().map(|request| format!("- {}", request.line(voice, context))).collect();
    let policies = whose(people.iter().map(|request| request.layer()));
    let head = if rows.is_empty() { Vec::new() } else { vec![opening(policies), String::new()] };
    Section { name: "what is asked", head, rows, tail: Vec::new() }
}

fn asked(policies: &str) -> String {
    format!("Before this pull request can be merged, {policies}:")
}

fn advised(policies: &str) -> String {
    format!("Without holding the merge, {policies}:")
}

/// Whose policies these layers are.
fn whose(layers: impl Iterator<Item = Layer>) -> &'static str {
    let layers: BTreeSet<Layer> = layers.collect();
    match (layers.contains(&Layer::Repository), layers.iter().any(|layer| *layer < Layer::Repository)) {
        (true, true) => "the organisation's and this repository's change policies ask",
        (false, true) => "the organisation's change policy asks",
        _ => "this repository's change policy asks",
    }
}

/// What the author can put right in the text.
fn notes(decision: &Decision) -> Section {
    let weighty: Vec<_> = decision
        .record_diagnostics
        .iter()
        .filter(|remark| remark.diagnostic.severity > Severity::Note)
        .cloned()
        .collect();
    let mut section = remarks("notes on the description", &weighty);
    if !section.rows.is_empty() {
        section.head = vec!["About the description as it stands:".to_owned(), String::new()];
    }
    section
}

fn closing(decision: &Decision, context: &Context) -> String {
    format!("How it stands, rule by rule: {}.", check_link(decision, context))
}
