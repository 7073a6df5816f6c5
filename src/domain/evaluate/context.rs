//! What conditions and requirements look at: facts, policies and the record, with what was worked out of them.

use super::paths::ChangedFile;
use super::records::Records;
use crate::condition::{Finding, Truth};
use crate::facts::{Facts, Known};
use crate::layer::Layer;
use crate::policy::{Authority, Globs, LayerPolicy, Policy, PolicySet, Service};
use crate::risk::ResolvedRisk;

/// One evaluation's inputs.
pub(crate) struct Context<'a> {
    pub(crate) policies: &'a PolicySet,
    pub(crate) records: &'a Records,
    pub(crate) facts: &'a Facts,
    /// The risk, once its factors have been looked at.
    pub(crate) risk: Option<ResolvedRisk>,
    files: Known<Vec<ChangedFile<'a>>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(policies: &'a PolicySet, records: &'a Records, facts: &'a Facts) -> Self {
        let files = match &facts.files {
            Known::Known(files) => Known::Known(files.iter().map(ChangedFile::new).collect()),
            Known::Unknown(why) => Known::Unknown(why.clone()),
        };
        Self { policies, records, facts, risk: None, files }
    }

    /// The changed files, or what to answer where they could not be read.
    pub(crate) fn files(&self) -> Result<&[ChangedFile<'a>], Finding> {
        match &self.files {
            Known::Known(files) => Ok(files),
            Known::Unknown(why) => Err(Finding::unread("the changed files", why)),
        }
    }

    /// Whether any of the files matches, and what to say where that is unknown.
    pub(crate) fn touches(&self, files: &[ChangedFile<'_>], globs: &Globs) -> (Truth, Finding) {
        let mut doubt = Finding::does_not(crate::text::Phrase::default());
        for file in files {
            match file.matches(globs) {
                Truth::Holds => return (Truth::Holds, doubt),
                Truth::Unknown => doubt = file.unknown_old_name(),
                Truth::DoesNot => {}
            }
        }
        (doubt.truth, doubt)
    }

    /// The service of that name as a layer sees it: its own, else that of a layer above.
    pub(crate) fn service(&self, layer: Layer, name: &str) -> Option<&'a Service> {
        self.services(layer).find(|(known, _)| *known == name).map(|(_, service)| service)
    }

    /// All services that a layer sees, its own first.
    pub(crate) fn services(&self, layer: Layer) -> impl Iterator<Item = (&'a str, &'a Service)> {
        let policies = self.policies.layers.iter().rev().filter(move |above| above.layer <= layer);
        policies
            .filter_map(|above: &LayerPolicy| above.policy.as_ref())
            .flat_map(|policy| policy.services.iter().map(|(name, service)| (name.as_str(), service)))
    }

    /// The authority of that name in the layer that defines it.
    pub(crate) fn authority(&self, layer: Layer, name: &str) -> Option<&'a Authority> {
        self.policy(layer)?.authorities.get(name)
    }

    fn policy(&self, layer: Layer) -> Option<&'a Policy> {
        self.policies.layers.iter().find(|known| known.layer == layer)?.policy.as_ref()
    }
}
