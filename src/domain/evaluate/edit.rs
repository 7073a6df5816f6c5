//! The policy file that a pull request edits, as its head has it: read, reported, and never in force.
//!
//! A stranger's edit, from a fork, is read by itself: what the layers above say may
//! not be theirs to know.

use crate::decision::PolicyEdit;
use crate::evaluate::Context;
use crate::facts::Known;
use crate::layer::{Layer, REPOSITORY_POLICY};
use crate::policy::{LayerPolicy, PolicySet, SourceRef, Standing, check_edit};

/// What there is to say of the edited file; nothing where none is edited or it could not be read.
pub(super) fn policy_edit(cx: &Context<'_>) -> Option<PolicyEdit> {
    let Some(Known::Known(edited)) = &cx.facts.policy_edit else { return None };
    let (text, diagnostics) = match &edited.text {
        Some(text) if cx.facts.change.fork => (text.clone(), check_edit(&not_shown(), Layer::Repository, text)),
        Some(text) => (text.clone(), check_edit(cx.policies, Layer::Repository, text)),
        // A deletion is judged under the policy that it deletes.
        None => (String::new(), Vec::new()),
    };
    Some(PolicyEdit { path: REPOSITORY_POLICY.to_owned(), text, diagnostics })
}

/// A layer above of which nothing is said, so that no name is held to be missing.
fn not_shown() -> PolicySet {
    let standing = Standing::Unreachable(String::new());
    let source = SourceRef { path: String::new(), blob: String::new() };
    PolicySet {
        layers: vec![LayerPolicy { layer: Layer::Organisation, source, standing, policy: None, errors: Vec::new() }],
    }
}
