//! `author-steps-out`: all approvals are asked under conditions that the author of a change controls, and something
//! else speaks about every change, so that an author who steps out is asked for nobody's approval.
//!
//! Without such another rule a change to which nothing applies is refused, and there is
//! nothing to step out to.

use super::formula::{Stand, branches};
use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::condition::Conditions;
use crate::policy::model::{Mode, Requirement, Rule};

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    // An upper file that is not at hand may ask for more.
    if lint.set.layers.len() != lint.files.len() {
        return Vec::new();
    }
    let rules = || lint.files.iter().flat_map(|file| file.policy.rules.iter().map(move |rule| (file, rule)));
    let decides = |rule: &Rule| rule.mode == Mode::Enforce;
    let asking: Vec<_> = rules().filter(|(_, rule)| decides(rule) && rule.asks.iter().any(asks_people)).collect();
    let steps_out = |(file, rule): &(&File<'_>, &Rule)| controlled(file, &rule.when);
    let refuge =
        rules().find(|(_, rule)| decides(rule) && rule.when.0.is_empty() && !rule.asks.iter().any(asks_people));
    let (Some((file, rule)), Some((elsewhere, refuge))) = (asking.first(), refuge) else {
        return Vec::new();
    };
    let holds_back = refuge.asks.iter().any(|asked| matches!(asked, Requirement::Deny(_) | Requirement::Unenforced(_)));
    if holds_back || !asking.iter().all(steps_out) {
        return Vec::new();
    }
    let message = format!("the author can step out of `{}`, and no other rule asks for an approval", rule.id);
    let when = file.table("rule", &rule.id).and_then(|rule| rule.child("when"));
    let when = when.map_or_else(|| file.place("rule", &rule.id), |when| when.span);
    let problem = Diagnostic::warning(codes::AUTHOR_STEPS_OUT, message, file.origin(), when);
    let problem = problem.saying("the author of a change controls this");
    let span = elsewhere.place("rule", &refuge.id);
    let problem = problem.label(elsewhere.origin(), span, "all that is then asked");
    vec![
        problem
            .help("ask for an approval in a rule without `when`, or under facts such as `files`, `base` or `services`"),
    ]
}

fn asks_people(asked: &Requirement) -> bool {
    matches!(asked, Requirement::Approvals(_))
}

/// Whether in each alternative something holds by the author's choice.
fn controlled(file: &File<'_>, when: &Conditions) -> bool {
    let stand = Stand { layer: file.layer, negated: false, lowering: false };
    let by_author = |literal: &super::formula::Literal<'_>| {
        let alone = Conditions(vec![literal.condition.clone()]);
        alone.reads_author_controlled()
    };
    !when.0.is_empty()
        && branches(when, None, stand)
            .is_some_and(|branches| branches.iter().all(|branch| branch.iter().any(by_author)))
}
