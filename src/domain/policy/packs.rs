//! Packs: policies that come with countersign, switched on by `packs` in a file.
//!
//! A pack belongs to the layer that switches it on, as if its rules stood at the top of the file, but for two things.
//! Its ids carry its name, `baseline/peer`: no id of a file has a `/`, so that neither an upgrade nor an edit makes them
//! clash. And the names that it gives (authorities, environments) and its emergency lane are a proposal: where the file has
//! a table of the same name, that is what counts. Absent: reading a pack's text, which is done as for a file.

use std::collections::BTreeMap;

use super::model::Policy;
use super::read;
use super::source::{Read, Source};

/// A policy that comes with countersign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pack {
    /// The name by which it is switched on.
    pub name: &'static str,
    /// Its `policy.toml`.
    pub text: &'static str,
}

macro_rules! packs {
    ($($name:literal)*) => {
        &[$(Pack { name: $name, text: include_str!(concat!("../../../policies/", $name, "/policy.toml")) }),*]
    };
}

/// The packs of this version, each a folder under `policies/`.
pub const PACKS: &[Pack] = packs! {
    "baseline" "startup" "soc2" "pci-dss-4" "iso-27001" "nist-800-53-cm" "eu-dora" "regulated"
};

/// Where the texts of packs come from.
#[derive(Debug, Clone, Copy, Default)]
pub enum Shelf<'a> {
    /// This version's own.
    #[default]
    Shipped,
    /// Those that a decision was made with. A pack that is not among them was read then and not enforced.
    Kept(&'a BTreeMap<String, String>),
}

impl<'a> Shelf<'a> {
    /// The text of a pack.
    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        match self {
            Self::Shipped => PACKS.iter().find(|pack| pack.name == name).map(|pack| pack.text),
            Self::Kept(texts) => texts.get(name).map(String::as_str),
        }
    }
}

/// The packs that the texts of these sources switch on, each with this version's text.
///
/// For whoever keeps what a decision was made with.
pub fn packs_of(sources: &[Source]) -> BTreeMap<String, String> {
    let versions = sources.iter().flat_map(|source| {
        let now = match &source.read {
            Read::Text(version) => Some(version),
            Read::Absent | Read::Unreachable(_) | Read::Unseen => None,
        };
        now.into_iter().chain(&source.last_good)
    });
    let names = versions.flat_map(|version| read::packs_named_in(&version.text));
    names.filter_map(|name| Shelf::Shipped.text(&name).map(|text| (name, text.to_owned()))).collect()
}

impl Policy {
    /// Joins what a pack says to that of other packs, its ids under its name.
    pub(super) fn join_pack(&mut self, name: &str, pack: Self) {
        let under = |id: String| format!("{name}/{id}");
        self.rules.extend(pack.rules.into_iter().map(|mut rule| {
            rule.id = under(rule.id);
            rule
        }));
        self.factors.extend(pack.factors.into_iter().map(|mut factor| {
            factor.id = under(factor.id);
            factor
        }));
        self.holds.extend(pack.holds.into_iter().map(|mut hold| {
            hold.id = under(hold.id);
            hold
        }));
        for field in pack.required_fields {
            if !self.required_fields.contains(&field) {
                self.required_fields.push(field);
            }
        }
        self.authorities.extend(pack.authorities);
        self.environments.extend(pack.environments);
        self.emergency = self.emergency.take().or(pack.emergency);
        // Whatever else a pack may come to say holds every change until it is carried over here.
        self.unenforced.extend(pack.unenforced);
        self.asks |= pack.asks;
    }

    /// Takes what the file's packs say, before its own; where both give a name, the file's meaning stands.
    pub(super) fn take_packs(&mut self, packs: Self) {
        let Self {
            rules, holds, factors, required_fields, authorities, environments, unenforced, asks, emergency, ..
        } = packs;
        self.rules.splice(0..0, rules);
        self.holds.splice(0..0, holds);
        self.factors.splice(0..0, factors);
        let mut required = required_fields;
        for field in std::mem::take(&mut self.required_fields) {
            if !required.contains(&field) {
                required.push(field);
            }
        }
        self.required_fields = required;
        for (name, authority) in authorities {
            self.authorities.entry(name).or_insert(authority);
        }
        for (name, environment) in environments {
            self.environments.entry(name).or_insert(environment);
        }
        // A lane is one: the file's own stands in the place of a pack's.
        self.emergency = self.emergency.take().or(emergency);
        self.unenforced.extend(unenforced);
        self.asks |= asks;
    }
}
