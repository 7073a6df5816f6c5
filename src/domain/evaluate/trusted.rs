//! Files that decide what the checks say: a change that touches them could make its own checks green.
//!
//! Then results of GitHub Actions count only once somebody who may has approved
//! what is there now.

use super::layers::InForce;
use super::relax::Relaxations;
use super::rules::Judged;
use crate::condition::{Finding, Truth};
use crate::decision::{Act, Actor};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::{ApprovalEntry, Mode, Requirement};
use crate::requirement::approvals;
use crate::text::Phrase;

/// What GitHub Actions runs.
const WORKFLOWS: [&str; 2] = [".github/workflows/", ".github/actions/"];

/// Whether results that the change could forge may count: it touches nothing that makes them, or somebody has read it.
pub(super) fn somebody_read(
    cx: &Context<'_>,
    speaking: &[InForce<'_>],
    judged: &[Judged<'_>],
    relaxations: &Relaxations<'_>,
) -> Finding {
    let forgeable = |ask: &Requirement| matches!(ask, Requirement::Checks(_) | Requirement::Deployments(_));
    if !judged.iter().any(|rule| rule.rule.asks.iter().any(forgeable)) {
        return Finding::holds(Phrase::default());
    }
    let touched = touched(cx, speaking);
    if touched.is_not() {
        return touched.negated();
    }
    let read = approval_counts(cx, speaking, judged, relaxations);
    match (touched.truth, read.truth) {
        (_, Truth::Holds) => read,
        (Truth::Unknown, _) => touched,
        (_, Truth::Unknown) => read,
        _ => Finding::does_not(touched.observed).act(asked()),
    }
}

fn touched(cx: &Context<'_>, speaking: &[InForce<'_>]) -> Finding {
    let files = match cx.files() {
        Ok(files) => files,
        Err(unread) => return unread,
    };
    let said = |path: &str| Phrase::words("the change touches ").quote(path).and(", which the checks are made of");
    let mut found = vec![Finding::does_not(Phrase::default())];
    let policies = speaking.iter().filter_map(InForce::policy);
    let trusted = policies.map(|(_, policy)| files.each_matching(&policy.trusted_paths).collect());
    let trusted: Vec<Vec<Option<&str>>> = trusted.collect();
    for (place, file) in files.iter().enumerate() {
        let old = file.file.old_path.known().and_then(Option::as_deref);
        let paths = [Some(file.file.path.as_str()), old];
        let workflow = paths.into_iter().flatten().find(|path| WORKFLOWS.iter().any(|dir| path.starts_with(dir)));
        let trusted = trusted.iter().find_map(|matching| matching[place]);
        if let Some(path) = workflow.or(trusted) {
            return Finding::holds(said(path));
        }
        if file.old_name_unknown() {
            found.push(file.unknown_old_name());
        }
    }
    Finding::any(found)
}

/// Whether an approval counts under any rule that decides, or what an emergency asks in its place; under the default
/// settings where no rule asks for any.
fn approval_counts(
    cx: &Context<'_>,
    speaking: &[InForce<'_>],
    judged: &[Judged<'_>],
    relaxations: &Relaxations<'_>,
) -> Finding {
    let deciding = judged.iter().filter(|rule| rule.when.is_so() && rule.rule.mode == Mode::Enforce);
    let of_rules = deciding.flat_map(|judged| {
        judged.rule.asks.iter().filter_map(|ask| match ask {
            Requirement::Approvals(entries) => Some((judged.layer, entries.as_slice())),
            _ => None,
        })
    });
    let asked: Vec<(Layer, &[ApprovalEntry])> = of_rules.chain(relaxations.of_emergencies()).collect();
    if asked.is_empty() {
        let layer = speaking.first().map_or(Layer::Organisation, InForce::layer);
        return approvals::any_counts_by_default(cx, layer);
    }
    approvals::any_counts(cx, &asked)
}

fn asked() -> Act {
    let by = Actor::People { count: 1, candidates: Vec::new(), of: Vec::new() };
    Act { by, what: Phrase::words("read and approve this pull request: it edits what its own checks are made of") }
}
