//! GitHub's limits, per installation: points an hour, and the secondary ones.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

/// What GitHub lets one installation do.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests an hour over REST, and points an hour over GraphQL.
    pub an_hour: u64,
    /// Requests that create content, a minute.
    pub content_a_minute: usize,
    /// Requests that create content, an hour.
    pub content_an_hour: usize,
    /// Points a minute: one for a read, five for a write.
    pub points_a_minute: u64,
    /// Requests at once.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { an_hour: 5_000, content_a_minute: 80, content_an_hour: 500, points_a_minute: 900, at_once: 100 }
    }
}

impl Limits {
    /// No limits, for what measures something else.
    pub fn none() -> Self {
        Self {
            an_hour: 1_000_000_000,
            content_a_minute: usize::MAX,
            content_an_hour: usize::MAX,
            points_a_minute: u64::MAX,
            at_once: usize::MAX,
        }
    }
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The hour's points are spent.
    Primary,
    /// A secondary limit, and the seconds to wait.
    Secondary(i64),
}

/// Which of the two hourly accounts a request draws on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    Core,
    GraphQl,
}

impl Resource {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::GraphQl => "graphql",
        }
    }
}

/// One hourly account, as headers and `rate_limit` show it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub limit: u64,
    pub used: u64,
    pub reset: Timestamp,
}

impl Shown {
    pub(crate) fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

#[derive(Debug)]
struct Hour {
    reset: Timestamp,
    used: u64,
}

#[derive(Debug, Default)]
struct Usage {
    hours: BTreeMap<Resource, Hour>,
    content: VecDeque<Timestamp>,
    points: VecDeque<(Timestamp, u64)>,
    at_once: usize,
}

/// The accounts of all installations.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    pub allowed: Limits,
    by_installation: BTreeMap<u64, Usage>,
}

impl Accounts {
    /// Lets a request in, or says why not. What is let in must [`leave`](Self::done) again.
    pub(crate) fn enter(
        &mut self,
        installation: u64,
        resource: Resource,
        write: bool,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let allowed = self.allowed;
        let shown = self.shown(installation, resource, now);
        let usage = self.by_installation.entry(installation).or_default();
        let (minute, hour) = (now - SignedDuration::from_mins(1), now - SignedDuration::from_hours(1));
        while usage.content.front().is_some_and(|at| *at <= hour) {
            usage.content.pop_front();
        }
        while usage.points.front().is_some_and(|(at, _)| *at <= minute) {
            usage.points.pop_front();
        }
        let wait = |since: Timestamp, span: SignedDuration| {
            Refused::Secondary((since + span).duration_since(now).as_secs().max(1))
        };
        if shown.remaining() == 0 {
            return Err(Refused::Primary);
        }
        let points = if write { 5 } else { 1 };
        if usage.points.iter().map(|(_, points)| points).sum::<u64>() + points > allowed.points_a_minute {
            let oldest = usage.points.front().map_or(now, |(at, _)| *at);
            return Err(wait(oldest, SignedDuration::from_mins(1)));
        }
        if usage.at_once >= allowed.at_once {
            return Err(Refused::Secondary(1));
        }
        if write {
            let last_minute = usage.content.iter().filter(|at| **at > minute).count();
            let oldest = |at: Option<&Timestamp>| at.copied().unwrap_or(now);
            if last_minute >= allowed.content_a_minute {
                let first = oldest(usage.content.iter().find(|at| **at > minute));
                return Err(wait(first, SignedDuration::from_mins(1)));
            }
            if usage.content.len() >= allowed.content_an_hour {
                return Err(wait(oldest(usage.content.front()), SignedDuration::from_hours(1)));
            }
            usage.content.push_back(now);
        }
        usage.points.push_back((now, points));
        usage.at_once += 1;
        Ok(())
    }

    /// A request is over and cost this much of its hour.
    pub(crate) fn done(&mut self, installation: u64, resource: Resource, cost: u64, now: Timestamp) -> Shown {
        self.shown(installation, resource, now);
        let usage = self.by_installation.entry(installation).or_default();
        usage.at_once = usage.at_once.saturating_sub(1);
        if let Some(hour) = usage.hours.get_mut(&resource) {
            hour.used += cost;
        }
        self.shown(installation, resource, now)
    }

    /// The account as it stands, a new hour begun if the old one is over.
    pub(crate) fn shown(&mut self, installation: u64, resource: Resource, now: Timestamp) -> Shown {
        let usage = self.by_installation.entry(installation).or_default();
        let fresh = || Hour { reset: now + SignedDuration::from_hours(1), used: 0 };
        let hour = usage.hours.entry(resource).or_insert_with(fresh);
        if hour.reset <= now {
            *hour = fresh();
        }
        Shown { limit: self.allowed.an_hour, used: hour.used, reset: hour.reset }
    }

    pub(crate) fn leave(&mut self, installation: u64, resource: Resource, left: u64, now: Timestamp) {
        self.shown(installation, resource, now);
        let used = self.allowed.an_hour.saturating_sub(left);
        if let Some(hour) = self.by_installation.entry(installation).or_default().hours.get_mut(&resource) {
            hour.used = used;
        }
    }
}
