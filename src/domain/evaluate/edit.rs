//! The policy file that a pull request edits, as its head has it: read, reported, and never in force.

use crate::decision::PolicyEdit;
use crate::evaluate::Context;
use crate::facts::Known;
use crate::layer::Layer;
use crate::policy::check_edit;

/// Where a repository keeps its policy.
const PATH: &str = ".github/countersign.toml";

/// What there is to say of the edited file; nothing where none is edited or it could not be read.
pub(super) fn policy_edit(cx: &Context<'_>) -> Option<PolicyEdit> {
    let Some(Known::Known(edited)) = &cx.facts.policy_edit else { return None };
    let (text, diagnostics) = match &edited.text {
        Some(text) => (text.clone(), check_edit(cx.policies, Layer::Repository, text)),
        // A deletion is judged under the policy that it deletes.
        None => (String::new(), Vec::new()),
    };
    Some(PolicyEdit { path: PATH.to_owned(), text, diagnostics })
}
