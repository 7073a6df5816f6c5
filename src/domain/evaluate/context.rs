//! What conditions and requirements look at: facts, policies and the record, with what was worked out of them.

use std::cell::Cell;
use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::memo::Answers;
use super::paths::ChangedFiles;
use super::seen::Seen;
use crate::account::Account;
use crate::codeowners::Touched;
use crate::condition::Finding;
use crate::facts::{Facts, Known};
use crate::layer::Layer;
use crate::policy::{ChangeType, LayerPolicy, Mode, PolicySet, Service};
use crate::record::FieldChange;
use crate::records::Records;
use crate::risk::Level;

/// So long before its end what relaxes, and what was given for a time, counts as over: GitHub takes 80 writes a minute.
/// Where more is green than can be taken back in that, the facts say how early.
pub(crate) const WITHDRAWN_BEFORE: SignedDuration = SignedDuration::from_secs(60);

/// One evaluation's inputs.
pub(crate) struct Context<'a> {
    pub(crate) policies: &'a PolicySet,
    pub(crate) records: &'a Records,
    pub(crate) facts: &'a Facts,
    /// What comes of the facts alone.
    pub(crate) seen: &'a Seen<'a>,
    /// The lowest level that the risk may have and the one that counts, once the factors have been looked at.
    pub(crate) risk: Option<(Level, Level)>,
    /// Those who approved and whom any rule asks, once the rules have been looked at.
    pub(crate) wanted: BTreeSet<&'a Account>,
    /// Layer and mode of each model that covers the change, once the models have been looked at.
    pub(crate) standard: Option<Vec<(Layer, Mode)>>,
    /// Layer and mode of each emergency lane that the change is in, once the declarations have been looked at.
    pub(crate) emergency: Option<Vec<(Layer, Mode)>>,
    /// Whoever declared the change an emergency, or may have: they do not approve it.
    pub(crate) declarers: BTreeSet<&'a Account>,
    /// What was asked about approvals.
    pub(crate) answers: Answers,
    /// The next instant at which time alone changes something.
    next: Cell<Option<Timestamp>>,
    /// How many bytes of the diff patterns may still go through.
    searchable: Cell<usize>,
    /// How many steps expressions may still take.
    steps: Cell<usize>,
}

/// Steps of all expressions of one evaluation: some fifty simple ones over 3,000 files, or half a second of a slow build.
const STEPS: usize = 4_000_000;

/// Bytes of the diff that all patterns of one evaluation may go through.
const SEARCHABLE: usize = 32 << 20;

impl<'a> Context<'a> {
    pub(crate) fn new(policies: &'a PolicySet, records: &'a Records, seen: &'a Seen<'a>) -> Self {
        Self {
            policies,
            records,
            facts: seen.facts,
            seen,
            risk: None,
            wanted: BTreeSet::new(),
            standard: None,
            emergency: None,
            declarers: BTreeSet::new(),
            answers: Answers::default(),
            next: Cell::new(None),
            searchable: Cell::new(SEARCHABLE),
            steps: Cell::new(STEPS),
        }
    }

    /// The changed files, or what to answer where they could not be read.
    pub(crate) fn files(&self) -> Result<&ChangedFiles<'a>, Finding> {
        match &self.seen.files {
            Known::Known(files) => Ok(files),
            Known::Unknown(why) => Err(Finding::unread("the changed files", why)),
        }
    }

    /// Who owns what the change touches, or what to answer where that could not be read.
    pub(crate) fn touched(&self) -> Result<&Touched, Finding> {
        match self.seen.touched() {
            Known::Known(touched) => Ok(touched),
            Known::Unknown(why) => Err(Finding::unread("who owns the changed files", why)),
        }
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

    /// What the change request says differently now than at that review, for a layer and for the lowest one.
    pub(crate) fn record_changes(&self, review: u64, layer: Layer) -> Known<Vec<FieldChange>> {
        let then = match self.records.at_review.get(&review) {
            Some(Known::Known(then)) => then,
            Some(Known::Unknown(why)) => return Known::Unknown(why.clone()),
            None => return Known::unknown("the description at that time was not read"),
        };
        let now = &self.records.current;
        if then == now {
            return Known::Known(Vec::new());
        }
        // The rule's layer may see fewer answers than there are; those who approved saw them all.
        let mut changes = then.differences(now, layer);
        for change in then.differences(now, Layer::Repository) {
            if changes.iter().all(|known| known.field != change.field) {
                changes.push(change);
            }
        }
        Known::Known(changes)
    }

    /// The type of the change for what stands in that layer with that mode; `None` before models and declarations were
    /// looked at.
    ///
    /// A model makes a change standard, and a declaration an emergency, only where it reaches: no layer below makes a rule
    /// above speak or be silent.
    pub(crate) fn change_type(&self, layer: Layer, mode: Mode) -> Option<ChangeType> {
        let reached = |by: &[(Layer, Mode)]| by.iter().any(|(own, worth)| *own <= layer && *worth >= mode);
        let (standard, emergency) = (self.standard.as_ref()?, self.emergency.as_ref()?);
        Some(if reached(emergency) {
            ChangeType::Emergency
        } else if reached(standard) {
            ChangeType::Standard
        } else {
            ChangeType::Normal
        })
    }

    /// Whether something that ends at that instant still counts. Remembers when it will not.
    ///
    /// A green check is withdrawn before what it rests on ends, so that everything ends a little early.
    pub(crate) fn lasts_until(&self, end: Timestamp) -> bool {
        self.changes_at(end.checked_sub(self.withdrawn_before()).unwrap_or(end))
    }

    /// How early green is taken back: of much that is green, the riskiest first.
    fn withdrawn_before(&self) -> SignedDuration {
        // A gate asks at the moment itself.
        if self.facts.on_demand.gate.is_some() {
            return SignedDuration::ZERO;
        }
        let Some(lead) = self.facts.on_demand.lead else { return WITHDRAWN_BEFORE };
        let riskier = self.risk.map_or(0, |(_, level)| Level::ALL.iter().position(|own| *own == level).unwrap_or(0));
        lead.max(WITHDRAWN_BEFORE).saturating_add(SignedDuration::from_secs(riskier as i64))
    }

    /// Whether that instant is still to come. Remembers it: something changes then.
    pub(crate) fn changes_at(&self, instant: Timestamp) -> bool {
        let to_come = self.facts.as_of < instant;
        if to_come {
            self.next.set(Some(self.next.get().map_or(instant, |next| next.min(instant))));
        }
        to_come
    }

    /// The next instant at which time alone could change what was decided.
    pub(crate) fn next_instant(&self) -> Option<Timestamp> {
        self.next.get()
    }

    /// Whether a pattern may go through so many bytes more; once it may not, none may.
    pub(crate) fn may_search(&self, bytes: usize) -> bool {
        let left = self.searchable.get().checked_sub(bytes);
        self.searchable.set(left.unwrap_or_default());
        left.is_some()
    }

    /// Whether expressions may take so many steps more; once they may not, none may take any.
    pub(crate) fn may_step(&self, steps: usize) -> bool {
        let left = self.steps.get().checked_sub(steps);
        self.steps.set(left.unwrap_or_default());
        left.is_some()
    }

    /// Whether people may be named: not where anybody may read it.
    pub(crate) fn names_people(&self) -> bool {
        !self.facts.repository.public
    }
}
