//! The forward schedule of change (ITIL's term): what an organisation's open changes plan, and when its policies hold.
//!
//! It is made of what is kept and asks GitHub nothing. A change is planned as its last decision read it; freezes and
//! windows are those of the last valid policies of the default branches. Absent: who may read it (`server::calendar`).

mod ics;
mod json;

use std::collections::BTreeSet;

use countersign_domain::calendar::{Calendar, Times};
use countersign_domain::layer::Layer;
use countersign_domain::policy::{self, Condition, Hold, HoldKind, Read, Source, Version};
use countersign_domain::{Records, forward_plan};
use jiff::{SignedDuration, Timestamp};

use crate::backtest::{Parts, Policies};
use crate::store::{self, OpenChange, PolicyPlace, Store};

/// How far ahead is looked: 90 days, as many calendars do and as a freeze is announced.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 90);

/// So many open changes, and so many policies, are looked at; the schedule says where there are more.
const MOST: u32 = 2_000;

/// So many changes are read at a time.
const PAGE: usize = 100;

/// So many stretches of all freezes and windows are shown.
const MOST_HOLDS: usize = 10_000;

/// So many stretches of one freeze or window are shown.
const STRETCHES: usize = 200;

/// What an organisation has before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// The organisation or account, as it was asked for.
    pub organisation: String,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Changes that plan a window which ends after `from`, by its start.
    pub changes: Vec<PlannedChange>,
    /// Freezes and windows, by their start.
    pub holds: Vec<HeldTime>,
    /// Whether there is more than is shown: of changes, policies and times, or a calendar that could not be read.
    pub cut: bool,
}

/// A change that plans a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedChange {
    /// Its repository's number.
    pub repository_id: u64,
    /// The repository's name, without the owner.
    pub repository: String,
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its page.
    pub url: String,
    /// When its window opens.
    pub start: Timestamp,
    /// When it closes.
    pub end: Timestamp,
    /// The services that it touches.
    pub services: BTreeSet<String>,
    /// Who carries it out, where one person is named.
    pub implementer: Option<String>,
    /// The level of its risk.
    pub risk: String,
    /// What it came to last: `pass`, `wait`, …
    pub outcome: String,
    /// When that was decided.
    pub as_of: Timestamp,
}

/// A stretch of a freeze, or one in which a window is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldTime {
    /// Which of the two.
    pub kind: HoldKind,
    /// The repository whose policy says so; `None`: the organisation's.
    pub repository: Option<String>,
    /// Its id.
    pub id: String,
    /// Why, for people.
    pub why: String,
    /// When it begins, or `from`, where it began before.
    pub start: Timestamp,
    /// When it ends, or `until`, where it goes on.
    pub end: Timestamp,
    /// Whether it holds merges.
    pub merges: bool,
    /// Whether it holds deployments.
    pub deploys: bool,
    /// The services whose changes it holds; empty: of all.
    pub services: BTreeSet<String>,
    /// Whether it holds only some changes, by whatever else its `when` says.
    pub some: bool,
}

impl Forward {
    /// The schedule of an organisation from an instant on.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(store: &Store, organisation: &str, pages: &str, from: Timestamp) -> store::Result<Self> {
        let until = from.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        let organisation = store.owner_named(organisation).await?.unwrap_or_else(|| organisation.to_owned());
        let mut forward = Self { organisation, from, until, changes: Vec::new(), holds: Vec::new(), cut: false };
        forward.add_changes(store, pages).await?;
        forward.add_holds(store).await?;
        forward.changes.sort_by_key(|change| (change.start, change.end, change.number));
        forward.holds.sort_by(|one, other| (one.start, one.end, &one.id).cmp(&(other.start, other.end, &other.id)));
        Ok(forward)
    }

    /// The same as far as it concerns one service: its changes, and what holds these.
    #[must_use]
    pub fn of_service(mut self, service: &str) -> Self {
        self.changes.retain(|change| change.services.contains(service));
        self.holds.retain(|held| held.services.is_empty() || held.services.contains(service));
        self
    }

    async fn add_changes(&mut self, store: &Store, pages: &str) -> store::Result<()> {
        let open = store.open_changes(&self.organisation, MOST).await?;
        self.cut |= open.len() >= MOST as usize;
        let (mut parts, mut policies) = (Parts::default(), Policies::default());
        for page in open.chunks(PAGE) {
            let ids: Vec<_> = page.iter().map(|change| change.decision).collect();
            let snapshots = store.snapshots(&ids).await?;
            let packed = parts.missing(store, snapshots.values().flat_map(|kept| &kept.parts)).await?;
            parts.take(packed);
            for change in page {
                let Some(kept) = snapshots.get(&change.decision) else { continue };
                match parts.snapshot(&kept.parts) {
                    Ok(snapshot) => self.changes.extend(planned(change, &snapshot, &mut policies).map(|planned| {
                        let url = format!("{pages}/{}/{}/pull/{}", self.organisation, change.name, change.number);
                        PlannedChange { url, ..planned }
                    })),
                    Err(why) => tracing::warn!(decision = %change.decision, why, "a decision cannot be read again"),
                }
            }
        }
        let (from, until) = (self.from, self.until);
        self.changes.retain(|change| from < change.end && change.start < until);
        Ok(())
    }

    async fn add_holds(&mut self, store: &Store) -> store::Result<()> {
        let owner = self.organisation.clone();
        let place = PolicyPlace { repository: 0, base: &owner, layer: Layer::Organisation };
        let above = store.last_good_policy(place).await?.map(|kept| source(Layer::Organisation, kept.blob, kept.text));
        if let Some(above) = &above {
            self.add_holds_of(store, std::slice::from_ref(above), place, None).await?;
        }
        let policies = store.good_policies(&owner, MOST).await?;
        self.cut |= policies.len() >= MOST as usize;
        for policy in policies {
            let place = PolicyPlace { repository: policy.id, base: &policy.branch, layer: Layer::Repository };
            let own = source(Layer::Repository, policy.blob, policy.text);
            let sources: Vec<_> = above.iter().cloned().chain([own]).collect();
            self.add_holds_of(store, &sources, place, Some(&policy.repository)).await?;
            if self.holds.len() > MOST_HOLDS {
                self.holds.truncate(MOST_HOLDS);
                self.cut = true;
                break;
            }
        }
        Ok(())
    }

    /// What the lowest of these files holds, by the calendars that lie beside it.
    async fn add_holds_of(
        &mut self,
        store: &Store,
        sources: &[Source],
        place: PolicyPlace<'_>,
        repository: Option<&str>,
    ) -> store::Result<()> {
        // Between two policies others have their turn.
        tokio::task::yield_now().await;
        let (set, _) = policy::load(sources);
        for (_, policy) in set.policies().filter(|(of, _)| *of == place.layer) {
            for hold in &policy.holds {
                let calendar = match &hold.times {
                    Times::File(file) => store.last_good_calendar(place, &file.path).await?,
                    _ => None,
                };
                let calendar = calendar.and_then(|text| Calendar::read(&text).ok());
                self.cut |= matches!(hold.times, Times::File(_)) && calendar.is_none();
                let stretches = hold.times.stretches(calendar.as_ref(), (self.from, self.until), STRETCHES);
                self.cut |= stretches.len() >= STRETCHES;
                self.holds.extend(stretches.into_iter().map(|stretch| held(hold, repository, stretch)));
            }
        }
        Ok(())
    }
}

fn source(layer: Layer, blob: String, text: String) -> Source {
    Source { layer, path: String::new(), read: Read::Text(Version { blob, text }), last_good: None }
}

fn planned(
    change: &OpenChange,
    snapshot: &store::snapshot::Snapshot,
    policies: &mut Policies,
) -> Option<PlannedChange> {
    let loaded = policies.of(&snapshot.sources, &snapshot.packs);
    let records = Records::read(&snapshot.facts, &loaded.fields, &snapshot.templates);
    let plan = forward_plan(&loaded.set, &records, &snapshot.facts)?;
    Some(PlannedChange {
        repository_id: change.repository,
        repository: change.name.clone(),
        number: change.number,
        title: snapshot.facts.change.title.clone(),
        url: String::new(),
        start: plan.start,
        end: plan.end,
        services: plan.services.into_iter().map(|service| service.name).collect(),
        implementer: plan.implementer,
        risk: change.risk.clone(),
        outcome: change.outcome.clone(),
        as_of: change.as_of,
    })
}

fn held(hold: &Hold, repository: Option<&str>, (start, end): (Timestamp, Timestamp)) -> HeldTime {
    let services = hold.when.0.iter().flat_map(|condition| match condition {
        Condition::Services(names) => names.as_slice(),
        _ => &[],
    });
    let some = hold.when.0.iter().any(|condition| !matches!(condition, Condition::Services(_)));
    let services = services.cloned().collect();
    let Hold { kind, merges, deploys, .. } = *hold;
    HeldTime {
        kind,
        repository: repository.map(str::to_owned),
        id: hold.id.clone(),
        why: hold.why.clone(),
        start,
        end,
        merges,
        deploys,
        services,
        some,
    }
}
