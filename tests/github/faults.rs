//! What can go wrong with GitHub, to be switched on and off while it runs.
//!
//! Every fault is one that GitHub has shown: late, down, stale, forgetful, twice, out of order,
//! tired of us, half an answer, closed doors.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::limits::{Limits, Resource};
use crate::world::World;

/// Which requests a fault meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// All of them, fetching of tokens included.
    Everything,
    /// What only reads, over REST or GraphQL.
    Reads,
    /// What changes something.
    Writes,
    /// What goes to GraphQL.
    GraphQl,
    /// What goes to REST.
    Rest,
    /// The operations whose name contains this: `check-runs`, `access_tokens`, `query Look`.
    Operation(&'static str),
}

impl On {
    fn meets(&self, operation: &str, write: bool) -> bool {
        let graphql = operation.starts_with("query ");
        let token = operation.ends_with("/access_tokens");
        match self {
            Self::Everything => true,
            Self::Reads => !write && !token,
            Self::Writes => write && !token,
            Self::GraphQl => graphql,
            Self::Rest => !graphql,
            Self::Operation(part) => operation.contains(part),
        }
    }
}

/// How many requests or webhooks a fault still meets.
#[derive(Clone, Copy, Debug)]
enum Times {
    Next(usize),
    Always,
}

impl Times {
    /// Uses one up; false if none is left.
    fn take(&mut self) -> bool {
        match self {
            Self::Always => true,
            Self::Next(0) => false,
            Self::Next(left) => {
                *left -= 1;
                true
            }
        }
    }
}

#[derive(Clone, Debug)]
struct Failure {
    on: On,
    times: Times,
    status: u16,
    /// Only after the request was carried out.
    afterwards: bool,
}

/// Something that happens just before a request is answered.
struct Meanwhile {
    on: On,
    act: Box<dyn FnOnce() + Send>,
}

impl fmt::Debug for Meanwhile {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "Meanwhile({:?})", self.on)
    }
}

#[derive(Clone, Debug)]
struct Hanging {
    on: On,
    times: Times,
    /// Only after the request was carried out.
    afterwards: bool,
}

#[derive(Clone, Debug)]
struct Loss {
    event: Option<String>,
    times: Times,
}

/// What is wrong at the moment.
#[derive(Debug, Default)]
pub(crate) struct Wrong {
    pub latency: Duration,
    failures: Vec<Failure>,
    lost: Vec<Loss>,
    meanwhile: Vec<Meanwhile>,
    erring: Vec<(On, Times, Value)>,
    hanging: Vec<Hanging>,
    /// Told when what hangs is answered.
    answered: watch::Sender<()>,
    pub duplicates: usize,
    pub shuffle: usize,
    /// Reads see the state as it was then.
    pub frozen: Option<Arc<crate::state::State>>,
    pub lag: Option<SignedDuration>,
    pub unseen_for: Option<SignedDuration>,
    pub failing_fields: BTreeSet<String>,
    pub denied: BTreeSet<String>,
    pub most_nodes: Option<u64>,
}

impl Wrong {
    /// The status to answer with instead, before or after carrying the request out.
    pub(crate) fn strikes(&mut self, operation: &str, write: bool, afterwards: bool) -> Option<u16> {
        let mut struck =
            self.failures.iter_mut().filter(|it| it.afterwards == afterwards && it.on.meets(operation, write));
        struck.find_map(|failure| failure.times.take().then_some(failure.status))
    }

    /// The errors that a query gets instead of data.
    pub(crate) fn errs(&mut self, operation: &str) -> Option<Value> {
        let mut struck = self.erring.iter_mut().filter(|(on, ..)| on.meets(operation, false));
        struck.find_map(|(_, times, answer)| times.take().then(|| answer.clone()))
    }

    /// What a request waits for that is taken and not answered, before or after carrying it out.
    pub(crate) fn hangs(&mut self, operation: &str, write: bool, afterwards: bool) -> Option<watch::Receiver<()>> {
        let mut meant =
            self.hanging.iter_mut().filter(|it| it.afterwards == afterwards && it.on.meets(operation, write));
        meant.any(|it| it.times.take()).then(|| self.answered.subscribe())
    }

    /// What happens just before such a request is answered.
    pub(crate) fn meanwhile(&mut self, operation: &str, write: bool) -> Option<Box<dyn FnOnce() + Send>> {
        let place = self.meanwhile.iter().position(|it| it.on.meets(operation, write))?;
        Some(self.meanwhile.remove(place).act)
    }

    /// Whether a webhook of this kind gets lost.
    pub(crate) fn loses(&mut self, event: &str) -> bool {
        let mut meant = self.lost.iter_mut().filter(|it| it.event.as_deref().is_none_or(|it| it == event));
        meant.any(|loss| loss.times.take())
    }
}

/// The switches. All take effect at once, for the requests that arrive from then on.
#[derive(Clone)]
pub struct Faults(pub(crate) Arc<World>);

impl Faults {
    fn set(&self, change: impl FnOnce(&mut Wrong)) {
        change(&mut self.0.lock().wrong);
    }

    /// Every request takes this much longer.
    pub fn latency(&self, latency: Duration) {
        self.set(|it| it.latency = latency);
    }

    /// Does something once, between the arrival of the next request of a kind and its answer.
    pub fn meanwhile(&self, on: On, act: impl FnOnce() + Send + 'static) {
        self.set(|it| it.meanwhile.push(Meanwhile { on, act: Box::new(act) }));
    }

    /// Takes all requests of a kind and does not answer them, until [`Faults::answer`].
    pub fn hang(&self, on: On) {
        self.set(|it| it.hanging.push(Hanging { on, times: Times::Always, afterwards: false }));
    }

    /// Takes the next `times` requests of a kind and does not answer them, until [`Faults::answer`].
    pub fn hang_next(&self, on: On, times: usize) {
        self.set(|it| it.hanging.push(Hanging { on, times: Times::Next(times), afterwards: false }));
    }

    /// Carries out the next `times` requests of a kind and does not answer them, until [`Faults::answer`].
    pub fn hang_answers(&self, on: On, times: usize) {
        self.set(|it| it.hanging.push(Hanging { on, times: Times::Next(times), afterwards: true }));
    }

    /// How many requests wait to be answered.
    pub fn hanging(&self) -> usize {
        self.0.lock().wrong.answered.receiver_count()
    }

    /// Carries out and answers what hangs, and lets nothing hang any more.
    pub fn answer(&self) {
        self.set(|it| {
            it.hanging.clear();
            it.answered.send_replace(());
        });
    }

    /// Answers 502 to the next `times` requests of a kind.
    pub fn fail(&self, on: On, times: usize) {
        self.fail_with(on, times, 502);
    }

    /// Answers with this status to the next `times` requests of a kind.
    pub fn fail_with(&self, on: On, times: usize, status: u16) {
        self.set(|it| it.failures.push(Failure { on, times: Times::Next(times), status, afterwards: false }));
    }

    /// Answers the next `times` queries of a kind with 200 and an error of this kind instead of data; empty for none.
    pub fn err_queries(&self, on: On, times: usize, kind: &str, message: &str) {
        let mut error = json!({ "message": message });
        if !kind.is_empty() {
            error["type"] = kind.into();
        }
        self.set(|it| it.erring.push((on, Times::Next(times), json!({ "data": null, "errors": [error] }))));
    }

    /// Answers 502 to all requests of a kind, until [`Faults::up`].
    pub fn down(&self, on: On) {
        self.set(|it| it.failures.push(Failure { on, times: Times::Always, status: 502, afterwards: false }));
    }

    /// Ends all outages.
    pub fn up(&self) {
        self.set(|it| it.failures.clear());
    }

    /// Carries out the next `times` requests of a kind, and answers 502 all the same.
    pub fn lose_answers(&self, on: On, times: usize) {
        self.set(|it| it.failures.push(Failure { on, times: Times::Next(times), status: 502, afterwards: true }));
    }

    /// Reads see the state as it is now, whatever changes, until [`Faults::fresh`].
    pub fn freeze_reads(&self) {
        let mut inside = self.0.lock();
        inside.wrong.frozen = Some(Arc::clone(&inside.state));
    }

    /// Reads see the state as it was this long ago.
    pub fn lag(&self, behind: SignedDuration) {
        let mut inside = self.0.lock();
        let now = self.0.clock.now();
        let state = Arc::clone(&inside.state);
        inside.past = vec![(now, state)];
        inside.wrong.lag = Some(behind);
    }

    /// A pull request is not found for this long after it was opened.
    pub fn hide_new_pull_requests(&self, behind: SignedDuration) {
        self.set(|it| it.unseen_for = Some(behind));
    }

    /// Reads see the state as it is again.
    pub fn fresh(&self) {
        let mut inside = self.0.lock();
        inside.past.clear();
        inside.wrong.frozen = None;
        inside.wrong.lag = None;
        inside.wrong.unseen_for = None;
    }

    /// The next `times` webhooks never arrive; GitHub's list of deliveries has them as failed.
    pub fn forget_webhooks(&self, times: usize) {
        self.set(|it| it.lost.push(Loss { event: None, times: Times::Next(times) }));
    }

    /// The next `times` webhooks of an event never arrive.
    pub fn forget_webhooks_of(&self, event: &str, times: usize) {
        self.set(|it| it.lost.push(Loss { event: Some(event.into()), times: Times::Next(times) }));
    }

    /// No webhook arrives until [`Faults::remember_webhooks`].
    pub fn forget_all_webhooks(&self) {
        self.set(|it| it.lost.push(Loss { event: None, times: Times::Always }));
    }

    /// Webhooks arrive again.
    pub fn remember_webhooks(&self) {
        self.set(|it| it.lost.clear());
    }

    /// The next `times` webhooks arrive twice, under one delivery id.
    pub fn duplicate_webhooks(&self, times: usize) {
        self.set(|it| it.duplicates = times);
    }

    /// The next `times` webhooks are held until they are together, and then arrive last first.
    pub fn reverse_webhooks(&self, times: usize) {
        self.set(|it| it.shuffle = times);
    }

    /// Changes what GitHub lets an installation do.
    pub fn limits(&self, limits: Limits) {
        self.0.lock().limits.allowed = limits;
    }

    /// Uses up points of every installation's hour, so that only `left` are left.
    pub fn leave_points(&self, left: u64) {
        self.leave(&[Resource::Core, Resource::GraphQl], left);
    }

    /// The same over GraphQL alone, whose hour is an account of its own.
    pub fn leave_graphql_points(&self, left: u64) {
        self.leave(&[Resource::GraphQl], left);
    }

    fn leave(&self, resources: &[Resource], left: u64) {
        let mut inside = self.0.lock();
        let installations: Vec<u64> = inside.state.installations.keys().copied().collect();
        let now = self.0.clock.now();
        for id in installations {
            resources.iter().for_each(|resource| inside.limits.leave(id, *resource, left, now));
        }
    }

    /// A field such as `PullRequest.reviewThreads` has an error instead of a value.
    pub fn fail_field(&self, field: &str) {
        self.set(|it| it.failing_fields.extend([field.to_owned()]));
    }

    /// All fields have values again.
    pub fn heal_fields(&self) {
        self.set(|it| it.failing_fields.clear());
    }

    /// The App may not see this organisation (`acme`) or repository (`acme/shop`).
    pub fn deny(&self, name: &str) {
        self.set(|it| it.denied.extend([name.to_lowercase()]));
    }

    /// The App may not see who belongs to this organisation and to its teams.
    pub fn deny_members(&self, organisation: &str) {
        let name = members_of(organisation);
        self.set(|it| it.denied.extend([name]));
    }

    /// The App may see everything of its installations again.
    pub fn allow_all(&self) {
        self.set(|it| it.denied.clear());
    }

    /// Answers 502 to a query that may ask for more nodes than this.
    pub fn most_nodes(&self, nodes: u64) {
        self.set(|it| it.most_nodes = Some(nodes));
    }

    /// Nothing is wrong any more. Limits stay as they were set.
    pub fn clear(&self) {
        self.fresh();
        self.set(|it| *it = Wrong::default());
    }
}

/// What stands for an organisation's members among what is denied.
pub(crate) fn members_of(organisation: &str) -> String {
    format!("{}'s members", organisation.to_lowercase())
}

/// The state that a read sees at `now`.
pub(crate) fn seen(
    wrong: &Wrong,
    live: &Arc<crate::state::State>,
    past: &[(Timestamp, Arc<crate::state::State>)],
    now: Timestamp,
) -> Arc<crate::state::State> {
    if let Some(frozen) = &wrong.frozen {
        return Arc::clone(frozen);
    }
    let Some(behind) = wrong.lag else { return Arc::clone(live) };
    let then = now - behind;
    let known = past.iter().rev().find(|(at, _)| *at <= then).or(past.first());
    known.map_or_else(|| Arc::clone(live), |(_, state)| Arc::clone(state))
}
