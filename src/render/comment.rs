//! The one comment: written when somebody must act, edited in place, folded to a line when nobody must.
//!
//! It says what has to be written and done, and by whom the change is to be authorised: what is asked, and not how much
//! of it is there. Who has approved so far is the check's to tell, so that an approval which does not end the waiting
//! leaves the comment as true as it was, and costs no write.

use std::collections::BTreeSet;

use countersign_domain::command::Asks;
use countersign_domain::decision::{Decision, Outcome};
use countersign_domain::diagnostic::Severity;
use countersign_domain::layer::Layer;
use countersign_domain::plan::Comment;
use countersign_domain::policy::{CommentWhen, Mode};

use super::limits::{self, Section, fit};
use super::phrase::Voice;
use super::requests::{self, Request};
use super::summary::{GLOSS, remarks};
use super::{Context, change_block, commands, emergency, life, summary};

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
    let [explain, help] = [Asks::Explain, Asks::Help].map(|asks| commands::asks_for(decision, &asks));
    let explain = explain || context.explain;
    if explain || help {
        return Comment::Show(asked_for(decision, context, (explain, help)));
    }
    if people_must_act(decision) {
        return Comment::Show(body(decision, context));
    }
    let voice = Voice { names_people: decision.names_people };
    let mark = emergency::line(decision).map(|line| format!("{line}\n\n")).unwrap_or_default();
    let state = life::line(decision, voice, context).map(|line| format!("{line} ")).unwrap_or_default();
    let line = mark + &state + &settled(decision, context);
    match decision.comment {
        CommentWhen::Always => Comment::Show(format!("{COMMENT_MARKER}\n{line}\n")),
        _ => folded(&line),
    }
}

/// A comment that is only ever folded into one that is there.
pub(super) fn folded(line: &str) -> Comment {
    Comment::Fold(format!("{COMMENT_MARKER}\n{line}\n"))
}

/// What people asked for by command, before what the comment says without it.
fn asked_for(decision: &Decision, context: &Context, (explain, help): (bool, bool)) -> String {
    let mut sections = if help { vec![commands::help()] } else { Vec::new() };
    if explain {
        sections.extend(summary::sections(decision, context));
    } else if people_must_act(decision) {
        sections.extend(to_act(decision, context));
    } else {
        sections.push(Section::block("settled", [settled(decision, context)]));
    }
    format!("{COMMENT_MARKER}\n{}\n", fit(&sections, limits::COMMENT))
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
    format!("{COMMENT_MARKER}\n{}\n", fit(&to_act(decision, context), limits::COMMENT))
}

fn to_act(decision: &Decision, context: &Context) -> Vec<Section> {
    let for_author = requests::open(decision, Mode::Enforce).iter().any(|request| request.is_for_author());
    let mark = emergency::line(decision).map(|line| Section::block("the emergency", [line]));
    let state = life::lasting_line(decision, context).map(|line| Section::block("the state", [line]));
    vec![
        state.unwrap_or_default(),
        mark.unwrap_or_default(),
        list(&asked, decision, Mode::Enforce, context),
        if for_author { change_block::section(decision, GLOSS) } else { Section::default() },
        if for_author { notes(decision) } else { Section::default() },
        list(&advised, decision, Mode::Warn, context),
        Section::block("closing", [closing(decision, context)]),
    ]
}

/// What rules of that mode ask of people, under the words that introduce it; nothing where no person has to act.
///
/// Of approvals it lists what is asked, given or not, so that it holds whoever approves next.
fn list(opening: &dyn Fn(&str) -> String, decision: &Decision, mode: Mode, context: &Context) -> Section {
    let voice = Voice { names_people: decision.names_people };
    let open = requests::open(decision, mode);
    let people: Vec<_> = open.into_iter().filter(|request| request.is_for_people()).collect();
    if people.is_empty() {
        return Section::default();
    }
    let acts = people.iter().filter(|request| !request.is_approval());
    let acts = acts.map(|request| (request.layer(), request.without_progress().line(voice, context)));
    let approvals = requests::approvals(decision, mode).map(|(layer, wanted)| (layer, voice.sentence(wanted)));
    let (mut layers, mut rows) = (BTreeSet::new(), Vec::new());
    for (layer, line) in acts.chain(approvals) {
        layers.insert(layer);
        let row = format!("- {line}");
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    Section { name: "what is asked", head: vec![opening(whose(&layers)), String::new()], rows, tail: Vec::new() }
}

fn asked(policies: &str) -> String {
    format!("Before this pull request can be merged, {policies}:")
}

fn advised(policies: &str) -> String {
    format!("Without holding the merge, {policies}:")
}

/// Whose policies these layers are.
fn whose(layers: &BTreeSet<Layer>) -> &'static str {
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
    let approvals = [Mode::Enforce, Mode::Warn].into_iter().any(|mode| requests::approvals(decision, mode).count() > 0);
    let told = if approvals {
        "Which approvals are there, who can give the others, and how everything else stands"
    } else {
        "How it stands, rule by rule"
    };
    format!("{told}: {}.", check_link(decision, context))
}
