//! What open changes plan: when, to what and by whom, for telling where two of them meet.
//!
//! A change that plans no window plans nothing. Absent: what a meeting comes to (`requirement::collisions`), and where
//! plans are kept.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::layer::Layer;

/// What a change plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// When its window opens.
    pub start: Timestamp,
    /// When it closes.
    pub end: Timestamp,
    /// The services that it touches.
    pub services: BTreeSet<PlannedService>,
    /// Those that these depend on, and those in turn; without what it touches itself.
    pub needs: BTreeSet<PlannedService>,
    /// The login of whoever carries it out, in lower case, where the change request names one person.
    pub implementer: Option<String>,
    /// The folders of database migrations that it touches, in its own repository.
    pub folders: BTreeSet<String>,
}

/// A service by the layer that defines it: the organisation's are one over all of its repositories.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlannedService {
    /// The layer.
    pub layer: Layer,
    /// Its name there.
    pub name: String,
}

/// What another open change plans that has something in common with this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherPlan {
    /// Which change.
    pub change: OtherChange,
    /// Whether its window was planned before this change's: it keeps what both want.
    pub earlier: bool,
    /// What it plans, as far as it may be told here.
    pub plan: Plan,
}

/// Another change, as it may be named here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherChange {
    /// One of the same repository, by its number.
    Here(u64),
    /// One of another repository of the organisation.
    Elsewhere {
        /// The repository's name, without the owner.
        repository: String,
        /// Its number there.
        number: u64,
    },
    /// One of a private repository, where this one is public: it is not named.
    Unnamed,
}

/// What two plans have in common, seen from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared<'a> {
    /// Both touch this service.
    Service(&'a str),
    /// The other touches what a service of the first depends on.
    Needs(&'a str),
    /// The first touches what a service of the other depends on.
    NeededBy(&'a str),
    /// One person carries out both.
    Implementer(&'a str),
    /// Both touch this folder of migrations.
    Folder(&'a str),
}

impl Plan {
    /// Whether both are under way at some instant.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Everything that the two have in common, whenever they are planned.
    pub fn shared_with<'a>(&'a self, other: &'a Self) -> Vec<Shared<'a>> {
        let both = self.services.intersection(&other.services).map(|service| Shared::Service(&service.name));
        let needs = self.needs.intersection(&other.services).map(|service| Shared::Needs(&service.name));
        let needed = self.services.intersection(&other.needs).map(|service| Shared::NeededBy(&service.name));
        let person = self.implementer.as_deref().filter(|own| other.implementer.as_deref() == Some(*own));
        let folders = self.folders.intersection(&other.folders).map(|folder| Shared::Folder(folder));
        both.chain(needs).chain(needed).chain(person.map(Shared::Implementer)).chain(folders).collect()
    }

    /// What of it means the same in another repository: nothing that only its own policy or files define.
    #[must_use]
    pub fn seen_from_elsewhere(mut self) -> Self {
        let everywhere = |service: &PlannedService| service.layer < Layer::Repository;
        self.services.retain(everywhere);
        self.needs.retain(everywhere);
        self.folders.clear();
        self
    }
}
