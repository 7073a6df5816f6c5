//! What a policy would have done: the numbers first, then the list. For a terminal, for programs, and folded into the
//! comment of the pull request that edits the policy.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::decision::Decision;
use countersign_domain::layer::Layer;
use countersign_domain::plan::{Answer, Comment};
use countersign_domain::policy::CommentWhen;
use serde_json::{Value, json};

use super::escape::{code, prose, shorten, visible};
use crate::backtest::{Change, Differs, Effect};

/// The most changes that are listed in a comment.
const LISTED: usize = 50;

/// The most reasons that are listed in a comment for one change.
const REASONS: usize = 4;

/// The longest reason, in characters.
const REASON: usize = 160;

/// A number of things.
fn counted(count: u64, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

fn changes(count: usize) -> String {
    counted(count as u64, "change", "changes")
}

/// What came out, a sentence each, the weightiest first; no sentence says nothing.
fn numbers(effect: &Effect, failed: Option<&BTreeSet<Change>>) -> Vec<String> {
    let mut lines = Vec::new();
    let told = effect.same + effect.differing.len();
    let verdict = match effect.differing.len() {
        0 => "none would have come out differently".to_owned(),
        1 => "1 would have come out differently".to_owned(),
        more => format!("{more} would have come out differently"),
    };
    lines.push(format!("of {}, {verdict}", changes(told)));
    let (held, let_in) = (effect.held().count(), effect.let_in());
    let other = effect.differing.len() - held - let_in;
    let mut add = |count: usize, what: &str| {
        if count > 0 {
            lines.push(format!("{count} {what}"));
        }
    };
    add(held, "that passed would have been held");
    add(let_in, if let_in == 1 { "that was held would have passed" } else { "that were held would have passed" });
    add(other, "would have been held for another reason");
    let approvals = effect.approvals;
    if approvals.more > 0 {
        let count = counted(approvals.more, "approval", "approvals");
        lines.push(format!("{count} more would have been asked, of {}", changes(approvals.more_in)));
    }
    if approvals.fewer > 0 {
        let count = counted(approvals.fewer, "approval", "approvals");
        lines.push(format!("{count} fewer would have been asked, of {}", changes(approvals.fewer_in)));
    }
    if let Some(failed) = failed {
        let held = effect.held_of(failed).count();
        lines.push(format!("of {} that failed, {held} would have been held", changes(failed.len())));
    }
    if !effect.not_known.is_empty() {
        let count = changes(effect.not_known.len());
        lines.push(format!("not known for {count}: what the new policy asks about was not fetched then"));
    }
    if !effect.unread.is_empty() {
        lines.push(format!("{} could not be decided again", changes(effect.unread.len())));
    }
    if effect.left_out > 0 {
        lines.push(format!("{} decided earlier left out", counted(effect.left_out, "change", "changes")));
    }
    lines
}

/// What was never fetched, with how many changes lack it.
fn lacking(effect: &Effect) -> BTreeMap<&str, usize> {
    let mut lacking = BTreeMap::new();
    for what in effect.not_known.iter().flat_map(|change| &change.lacks) {
        *lacking.entry(what.as_str()).or_default() += 1;
    }
    lacking
}

/// As text for a terminal.
pub fn terminal(effect: &Effect, failed: Option<&BTreeSet<Change>>) -> String {
    let mut out: String = numbers(effect, failed).iter().map(|line| format!("{}\n", visible(line))).collect();
    let held_failed: BTreeSet<&Change> =
        failed.into_iter().flat_map(|failed| effect.held_of(failed)).map(|held| &held.change).collect();
    if !effect.differing.is_empty() {
        out.push('\n');
    }
    for Differs { change, from, to, why } in &effect.differing {
        let name = format!("{}#{}", change.repository, change.number);
        let failed = if held_failed.contains(change) { ", which failed" } else { "" };
        out.push_str(&format!("{}: {} → {}{failed}\n", visible(&name), from.name(), to.name()));
        out.extend(why.iter().map(|why| format!("  {}\n", visible(why))));
    }
    let lacking = lacking(effect);
    if !lacking.is_empty() {
        out.push_str("\nnot fetched then\n");
        let line = |(what, count): (&str, usize)| format!("  {}: {}\n", visible(what), changes(count));
        out.extend(lacking.into_iter().map(line));
    }
    for unread in &effect.unread {
        let name = format!("{}#{}", unread.change.repository, unread.change.number);
        out.push_str(&format!("\n{}: {}\n", visible(&name), visible(&unread.why)));
    }
    out
}

/// As JSON for programs: keys are added, never changed.
pub fn json(effect: &Effect, failed: Option<&BTreeSet<Change>>) -> Value {
    let name = |change: &Change| json!({ "repository": change.repository, "number": change.number });
    let with = |change: &Change, more: Value| {
        let mut value = name(change);
        if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
            value.extend(more);
        }
        value
    };
    let differing = effect.differing.iter().map(|change| {
        let more = json!({ "from": change.from.name(), "to": change.to.name(), "why": change.why });
        with(&change.change, more)
    });
    let mut value = json!({
        "version": 1,
        "changes": effect.changes(),
        "same": effect.same,
        "held": effect.held().count(),
        "let_in": effect.let_in(),
        "differing": differing.collect::<Vec<_>>(),
        "approvals": {
            "more": effect.approvals.more, "more_in": effect.approvals.more_in,
            "fewer": effect.approvals.fewer, "fewer_in": effect.approvals.fewer_in,
        },
        "not_known": effect.not_known.iter().map(|lost| with(&lost.change, json!({ "lacks": lost.lacks })))
            .collect::<Vec<_>>(),
        "unread": effect.unread.iter().map(|lost| with(&lost.change, json!({ "why": lost.why }))).collect::<Vec<_>>(),
        "left_out": effect.left_out,
    });
    if let (Some(failed), Some(value)) = (failed, value.as_object_mut()) {
        let held: Vec<_> = effect.held_of(failed).map(|held| name(&held.change)).collect();
        value.insert("failed".to_owned(), json!({ "changes": failed.len(), "held": held }));
    }
    value
}

/// The answer with what the edited policy would have done in its comment. Where none is wanted, none is written for it:
/// a draft asks nobody, and a policy may keep comments out of its repository.
pub fn told(mut answer: Answer, decision: &Decision, layer: Layer, effect: &Effect, days: u32) -> Answer {
    if decision.draft || decision.comment == CommentWhen::Never {
        return answer;
    }
    if let Comment::Show(body) | Comment::Fold(body) = answer.comment {
        answer.comment = Comment::Show(format!("{}\n\n{}\n", body.trim_end(), section(layer, effect, days).join("\n")));
    }
    answer
}

/// As the part of a comment: of a repository's policy for the changes of that repository, which everybody may read who
/// reads the comment; of an organisation's for those of all its repositories, of which none is named.
fn section(layer: Layer, effect: &Effect, days: u32) -> Vec<String> {
    let (here, over) = match layer {
        Layer::Organisation => ("in the organisation", "in all repositories of the organisation"),
        Layer::BuiltIn | Layer::Repository => ("here", "into this branch"),
    };
    let mut lines = vec!["#### What the edited policy would have done".to_owned(), String::new()];
    if effect.changes() == 0 && effect.left_out == 0 {
        lines.push(format!("No change of the last {days} days was decided {here}, so there is nothing to compare."));
        return lines;
    }
    lines.push(format!("Over the changes {over} that were decided in the last {days} days:"));
    lines.push(String::new());
    lines.extend(numbers(effect, None).iter().map(|line| format!("- {}", prose(line))));
    if effect.differing.is_empty() && effect.not_known.is_empty() {
        return lines;
    }
    match layer {
        Layer::Organisation => {
            lines.extend([String::new(), "<details><summary>Why</summary>".to_owned(), String::new()]);
            lines.extend(reasons(effect));
            let more = "`countersign backtest --policy countersign.toml` names them to whoever runs countersign";
            lines.push(format!("- {more}"));
        }
        Layer::BuiltIn | Layer::Repository => {
            lines.extend([String::new(), "<details><summary>Which, and why</summary>".to_owned(), String::new()]);
            lines.extend(named(effect));
        }
    }
    let lacking = lacking(effect);
    if !lacking.is_empty() {
        let lacking: Vec<String> =
            lacking.into_iter().map(|(what, count)| format!("{} ({count})", prose(what))).collect();
        lines.push(format!("- not fetched then: {}", lacking.join(", ")));
    }
    lines.extend([String::new(), "</details>".to_owned()]);
    lines
}

/// The requirements of the organisation's own rules that end otherwise, each with the number of changes.
fn reasons(effect: &Effect) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let own = format!("{}/", Layer::Organisation.name());
    for why in effect.differing.iter().flat_map(|change| &change.why).filter(|why| why.starts_with(&own)) {
        *counts.entry(why).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(why, count)| (std::cmp::Reverse(*count), *why));
    let told = counts.into_iter().take(LISTED);
    told.map(|(why, count)| format!("- {}: {}", code(&shorten(why, REASON)), changes(count))).collect()
}

/// The changes that differ, with the requirements that end otherwise.
fn named(effect: &Effect) -> Vec<String> {
    let mut lines = Vec::new();
    for Differs { change, from, to, why } in effect.differing.iter().take(LISTED) {
        let mut reasons: Vec<String> = why.iter().take(REASONS).map(|why| code(&shorten(why, REASON))).collect();
        if why.len() > REASONS {
            reasons.push(format!("{} more", why.len() - REASONS));
        }
        let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) };
        lines.push(format!("- #{}: {} → {}{reasons}", change.number, from.name(), to.name()));
    }
    if effect.differing.len() > LISTED {
        lines.push(format!("- and {} more", effect.differing.len() - LISTED));
    }
    lines
}
