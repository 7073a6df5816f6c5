//! From the layers' files to the policies in force.
//!
//! A wrong file passes nothing: its last valid version goes on, and the errors are
//! those of the text as it is now.

use super::model::{LayerPolicy, Policy, PolicySet, SourceRef, Standing};
use super::packs::Shelf;
use super::read::{Filling, Reading, Surroundings, Upper, read};
use super::source::{Read, Source, Version};
use super::stack::{self, Said};
use crate::diagnostic::{Diagnostic, Origin, Placed, Severity};
use crate::layer::Layer;

/// Reads the layers' files, each against those above it.
///
/// A wrong file does not end the reading: its layer goes on with its last valid
/// version, or without a policy, and every problem of every text is reported.
pub fn load(layers: &[Source]) -> (PolicySet, Vec<Diagnostic>) {
    load_with(layers, Shelf::Shipped)
}

/// The same with packs of another time: those that a decision was made with.
pub fn load_with(layers: &[Source], shelf: Shelf<'_>) -> (PolicySet, Vec<Diagnostic>) {
    let mut sources: Vec<&Source> = layers.iter().collect();
    sources.sort_by_key(|source| source.layer);
    let mut loader = Loader { shelf, ..Loader::default() };
    for source in sources {
        loader.layer(source);
    }
    loader.found.extend(stack::problems(&loader.set, &loader.said));
    (loader.set, loader.found)
}

#[derive(Default)]
struct Loader<'s> {
    shelf: Shelf<'s>,
    set: PolicySet,
    said: Vec<Said>,
    found: Vec<Diagnostic>,
}

impl Loader<'_> {
    fn layer(&mut self, source: &Source) {
        let mut errors = Vec::new();
        let (standing, in_force) = match &source.read {
            Read::Absent => return,
            Read::Unseen => (Standing::Unseen, None),
            Read::Unreachable(why) => {
                let last = source.last_good.as_ref().and_then(|last| self.still_valid(source.layer, last));
                (Standing::Unreachable(why.clone()), last)
            }
            Read::Text(version) => self.text(source, version, &mut errors),
        };
        let blob = in_force.as_ref().map(|(version, _)| version.blob.clone()).unwrap_or_default();
        let source_ref = SourceRef { path: source.path.clone(), blob };
        let current = standing == Standing::Current;
        let policy = in_force.and_then(|(_, reading)| self.take(source.layer, current, reading));
        self.set.layers.push(LayerPolicy { layer: source.layer, source: source_ref, standing, policy, errors });
    }

    /// The text as it is now, or else its last valid version, and why not the text as it is now.
    fn text<'a>(
        &mut self,
        source: &'a Source,
        version: &'a Version,
        errors: &mut Vec<Placed>,
    ) -> (Standing, Option<(&'a Version, Reading)>) {
        let was_valid = source.last_good.as_ref().is_some_and(|last| last.blob == version.blob);
        let mut reading = self.read(source.layer, &version.text, was_valid);
        let found = std::mem::take(&mut reading.found);
        self.found.extend(found.iter().cloned());
        if reading.policy.is_some() {
            return (Standing::Current, Some((version, reading)));
        }
        let wrong = found.into_iter().filter(|problem| problem.severity == Severity::Error);
        errors.extend(wrong.map(|problem| Placed::in_text(problem, Origin::Policy(source.layer), &version.text)));
        let last = source.last_good.as_ref().filter(|_| !was_valid);
        match last.and_then(|last| self.still_valid(source.layer, last)) {
            Some(last) => (Standing::LastKnownGood { wrong: version.blob.clone() }, Some(last)),
            None => (Standing::Wrong, None),
        }
    }

    /// A version that was valid once, where it is so beside the layers of today.
    fn still_valid<'a>(&self, layer: Layer, version: &'a Version) -> Option<(&'a Version, Reading)> {
        let reading = self.read(layer, &version.text, true);
        reading.policy.is_some().then_some((version, reading))
    }

    fn read(&self, layer: Layer, text: &str, was_valid: bool) -> Reading {
        let mut upper: Vec<Upper<'_>> = Vec::new();
        let mut upper_unread = false;
        for above in self.set.layers.iter().rev() {
            match &above.policy {
                Some(policy) => {
                    let current = above.standing == Standing::Current;
                    upper.push(Upper { layer: above.layer, policy, current });
                }
                None => upper_unread = true,
            }
        }
        let around = Surroundings {
            layer,
            upper: &upper,
            upper_unread,
            was_valid,
            shelf: self.shelf,
            packs: None,
            switched_on: None,
        };
        read(text, around)
    }

    /// Puts a layer's reading in force: its policy, and the roles above that it fills.
    fn take(&mut self, layer: Layer, current: bool, reading: Reading) -> Option<Policy> {
        for filling in reading.fillings {
            self.fill(filling);
        }
        let Reading { policy, uses, reads_tier, untiered, .. } = reading;
        self.said.push(Said { layer, current, uses, reads_tier, untiered });
        policy
    }

    fn fill(&mut self, filling: Filling) {
        let layer = self.set.layers.iter_mut().find(|layer| layer.layer == filling.layer);
        let policy = layer.and_then(|layer| layer.policy.as_mut());
        let Some(role) = policy.and_then(|policy| policy.authorities.get_mut(&filling.name)) else { return };
        let named = filling.authority;
        role.teams.extend(named.teams);
        role.users.extend(named.users);
        // The wider of two permissions is meant: both layers named those people.
        role.permission = match (role.permission, named.permission) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        role.codeowners = role.codeowners.max(named.codeowners);
        role.except.extend(named.except);
        role.unowned.extend(named.unowned);
    }
}

/// What is wrong with a text as the file of a layer, beside the layers above it as they are in force.
///
/// For the pull request that edits the file: nothing of the text comes into force.
pub fn check_edit(in_force: &PolicySet, layer: Layer, text: &str) -> Vec<Diagnostic> {
    let layers = in_force.layers.iter().filter(|known| known.layer < layer).cloned().collect();
    let set = PolicySet { layers };
    let mut loader = Loader { set, ..Loader::default() };
    let version = Version { blob: String::new(), text: text.to_owned() };
    loader.layer(&Source { layer, path: String::new(), read: Read::Text(version), last_good: None });
    let mut found = loader.found;
    found.extend(stack::problems(&loader.set, &loader.said));
    let concerns = |problem: &Diagnostic| problem.labels.iter().any(|label| label.origin == Origin::Policy(layer));
    found.retain(concerns);
    found
}
