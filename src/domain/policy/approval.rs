//! What governs an approval: the built-in defaults, the rule's layer, the entry, and
//! what the layers below tighten.

use std::collections::BTreeSet;

use super::length::Length;
use super::model::{
    ApprovalSettings, ChangesRequested, Independence, Keep, LayerPolicy, PolicySet, Request, Unattributed, Unenforced,
};
use crate::layer::Layer;
use crate::record::FieldId;

/// The settings that hold for one entry of `approvals`, nothing left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveApproval {
    /// Of whom an approver must be independent.
    pub independent_of: BTreeSet<Independence>,
    /// What keeps an approval when the head moves.
    pub keep: Keep,
    /// How long an approval counts: each of these is an end of its own.
    pub expires: Vec<Length>,
    /// What changes requested do.
    pub changes_requested: ChangesRequested,
    /// What a commit of nobody does.
    pub unattributed: Unattributed,
    /// Fields whose edit voids nothing.
    pub unbound: BTreeSet<FieldId>,
    /// Whom GitHub is to ask for reviews.
    pub request: Request,
    /// What is said besides and not enforced by this version: approvals under it cannot be told to hold.
    pub unenforced: Vec<Unenforced>,
}

impl Default for EffectiveApproval {
    /// The defaults of POLICY.md, the strictest there are but for `keep`.
    fn default() -> Self {
        use Independence::{Author, CoAuthors, Committers, Operators, Pushers};
        Self {
            independent_of: BTreeSet::from([Author, Committers, CoAuthors, Pushers, Operators]),
            keep: Keep::SameDiff,
            expires: Vec::new(),
            changes_requested: ChangesRequested::Block,
            unattributed: Unattributed::Unknown,
            unbound: BTreeSet::new(),
            request: Request::No,
            unenforced: Vec::new(),
        }
    }
}

impl PolicySet {
    /// What governs an entry of a rule in `rule_layer`: what the entry says, else its layer, else the
    /// defaults; and whatever the layers below say, where it asks for more.
    pub fn approval_for(&self, rule_layer: Layer, entry: &ApprovalSettings) -> EffectiveApproval {
        let mut effective = EffectiveApproval::default();
        for own in self.policies().filter(|(layer, _)| *layer == rule_layer) {
            effective.replace(&own.1.approval);
        }
        effective.replace(entry);
        for below in self.policies().filter(|(layer, _)| *layer > rule_layer) {
            effective.tighten(&below.1.approval);
        }
        effective
    }

    /// The layers that have a policy in force, organisation first.
    pub fn policies(&self) -> impl Iterator<Item = (Layer, &super::Policy)> {
        self.layers.iter().filter_map(|LayerPolicy { layer, policy, .. }| Some((*layer, policy.as_ref()?)))
    }
}

impl EffectiveApproval {
    /// What is said stands in place of what held.
    fn replace(&mut self, said: &ApprovalSettings) {
        if let Some(of) = &said.independent_of {
            self.independent_of = of.iter().copied().collect();
        }
        self.keep = said.keep.unwrap_or(self.keep);
        if let Some(expires) = &said.expires {
            self.expires = vec![expires.clone()];
        }
        self.changes_requested = said.changes_requested.unwrap_or(self.changes_requested);
        self.unattributed = said.unattributed.unwrap_or(self.unattributed);
        self.request = said.request.unwrap_or(self.request);
        if let Some(unbound) = &said.unbound {
            self.unbound = unbound.iter().cloned().collect();
        }
        self.unenforced.extend(said.unenforced.iter().cloned());
    }

    /// What is said counts where it asks for more.
    fn tighten(&mut self, said: &ApprovalSettings) {
        self.independent_of.extend(said.independent_of.iter().flatten());
        self.keep = self.keep.max(said.keep.unwrap_or(self.keep));
        self.expires.extend(said.expires.iter().cloned());
        self.changes_requested = self.changes_requested.max(said.changes_requested.unwrap_or(self.changes_requested));
        self.unattributed = self.unattributed.max(said.unattributed.unwrap_or(self.unattributed));
        if let Some(unbound) = &said.unbound {
            self.unbound.retain(|field| unbound.contains(field));
        }
        self.unenforced.extend(said.unenforced.iter().cloned());
    }
}
