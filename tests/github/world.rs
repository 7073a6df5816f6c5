//! What server, webhooks and handles share: one lock around the state and what surrounds it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};

use crate::clock::Clock;
use crate::faults::{self, Wrong};
use crate::limits::Accounts;
use crate::log::Entry;
use crate::state::State;
use crate::state::app::Delivery;
use crate::turn::{Event, Turn};
use crate::webhook::Outgoing;

/// GitHub forgets deliveries after days; this one forgets the oldest that arrived.
const DELIVERIES_KEPT: usize = 5_000;

/// The stand-in's inside.
pub(crate) struct World {
    pub clock: Clock,
    pub secret: String,
    /// Whether our own answers are judged by the contract too.
    pub judge_answers: bool,
    inside: Mutex<Inside>,
    out: mpsc::UnboundedSender<Outgoing>,
    /// Webhooks that are queued or under way.
    pub pending: watch::Sender<usize>,
}

/// What the lock guards.
pub(crate) struct Inside {
    /// Handed out to whoever reads: never changed while somebody does.
    pub state: Arc<State>,
    /// Former states, while reads are to lag behind.
    pub past: Vec<(Timestamp, Arc<State>)>,
    pub wrong: Wrong,
    pub limits: Accounts,
    pub log: Vec<Entry>,
    pub violations: Vec<String>,
    /// Where webhooks go; until it is known none is sent.
    pub target: Option<String>,
    held: Vec<Outgoing>,
    /// When runs were last looked through for those that are stale by now.
    aged_at: Timestamp,
}

impl World {
    pub(crate) fn new(
        clock: Clock,
        secret: String,
        judge_answers: bool,
        state: State,
        out: mpsc::UnboundedSender<Outgoing>,
    ) -> Self {
        let inside = Inside {
            aged_at: clock.now(),
            state: Arc::new(state),
            past: Vec::new(),
            wrong: Wrong::default(),
            limits: Accounts::default(),
            log: Vec::new(),
            violations: Vec::new(),
            target: None,
            held: Vec::new(),
        };
        Self { clock, secret, judge_answers, inside: Mutex::new(inside), out, pending: watch::Sender::new(0) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state as it is, for tests.
    pub(crate) fn live(&self) -> Arc<State> {
        let mut inside = self.lock();
        age(&mut inside, self.clock.now());
        Arc::clone(&inside.state)
    }

    /// The state as a read over the network sees it, which a fault may make an old one.
    pub(crate) fn seen(&self) -> Arc<State> {
        let now = self.clock.now();
        let mut inside = self.lock();
        age(&mut inside, now);
        faults::seen(&inside.wrong, &inside.state, &inside.past, now)
    }

    /// Changes the state, and sends the events of the change.
    pub(crate) fn turn<T>(&self, change: impl FnOnce(&mut Turn<'_>) -> T) -> T {
        let now = self.clock.now();
        let mut inside = self.lock();
        age(&mut inside, now);
        let heard = inside.target.is_some();
        let mut turn = Turn::new(Arc::make_mut(&mut inside.state), now, heard);
        let answer = change(&mut turn);
        let events = turn.events;
        for event in events {
            self.deliver(&mut inside, event, now);
        }
        if inside.wrong.lag.is_some() {
            let state = Arc::clone(&inside.state);
            inside.past.push((now, state));
        }
        answer
    }

    /// Gives an event its delivery, and sends it as the faults let it go.
    fn deliver(&self, inside: &mut Inside, event: Event, now: Timestamp) {
        if inside.target.is_none() {
            return;
        }
        let lost = inside.wrong.loses(&event.name);
        let state = Arc::make_mut(&mut inside.state);
        let id = state.next_id();
        let delivery = Delivery {
            id,
            guid: event.again.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
            event: event.name,
            action: event.payload["action"].as_str().map(Into::into),
            installation: event.installation,
            repository: event.repository,
            at: now,
            redelivery: event.again.is_some(),
            seconds: 0.0,
            status: lost.then_some(0),
            request_headers: Default::default(),
            payload: event.payload.to_string(),
            response: String::new(),
        };
        let outgoing = Outgoing { delivery: id };
        state.deliveries.insert(id, Arc::new(delivery));
        if state.deliveries.len() > DELIVERIES_KEPT
            && let Some(oldest) =
                state.deliveries.values().find(|it| it.status == Some(200) || it.status == Some(202)).map(|it| it.id)
        {
            state.deliveries.remove(&oldest);
        }
        if lost {
            return;
        }
        if inside.wrong.duplicates > 0 {
            inside.wrong.duplicates -= 1;
            self.post(outgoing.clone());
        }
        if inside.wrong.shuffle > 0 {
            inside.wrong.shuffle -= 1;
            inside.held.push(outgoing);
            if inside.wrong.shuffle == 0 {
                inside.held.drain(..).rev().for_each(|it| self.post(it));
            }
            return;
        }
        self.post(outgoing);
    }

    fn post(&self, outgoing: Outgoing) {
        self.pending.send_modify(|pending| *pending += 1);
        if self.out.send(outgoing).is_err() {
            self.pending.send_modify(|pending| *pending -= 1);
        }
    }

    /// Writes something down that should not have happened.
    pub(crate) fn violation(&self, text: String) {
        self.lock().violations.push(text);
    }
}

/// Makes stale what is so by the clock. Time that passes by itself is too short for it: only a clock that was moved is
/// worth looking through all runs.
fn age(inside: &mut Inside, now: Timestamp) {
    if now.duration_since(inside.aged_at) < SignedDuration::from_mins(10) {
        return;
    }
    inside.aged_at = now;
    Turn::new(Arc::make_mut(&mut inside.state), now, false).make_stale();
}
