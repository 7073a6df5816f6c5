//! What people are told of what happens to a change: from a decision and what held before it to messages, which are
//! written with the decision.
//!
//! Once a change is open no more, those are told whom the policies named when it was open last, and what was known of it
//! then. A pull request that was decided before any policy told anybody is told of from its next step on. Absent:
//! sending (`crate::notify`).

use std::collections::BTreeSet;

use countersign_domain::decision::Decision;
use countersign_domain::event::{AfterMerge, ChangeEvent, Telling, happened, holding};
use countersign_domain::facts::ChangeState;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::pull::Decided;
use super::{Pipeline, Result};
use crate::notify::Fact;
use crate::render::{self, Context};
use crate::store::{NewMessage, NewTold, Stands, Told};

/// What was known of a change while it was open.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Known {
    tells: Vec<Tells>,
    facts: Vec<Fact>,
}

/// What people are to be told.
#[derive(Debug, Default)]
pub(super) struct ToBeTold {
    /// What is written with the decision; `None` where nothing is new.
    pub(super) told: Option<NewTold>,
    /// When there may be something more to tell by time alone.
    pub(super) next: Option<Timestamp>,
}

/// Who is told of which events.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Tells {
    on: Vec<String>,
    to: Vec<String>,
}

impl Pipeline {
    /// What the decision leaves for people to be told: nothing where no policy tells anybody.
    pub(super) async fn tell(&self, decided: &Decided, stands: Option<&Stands>, context: &Context) -> Result<ToBeTold> {
        let (look, decision) = (&decided.look, &decided.decision);
        let change = (look.repository.id, look.change.number);
        let is_open = look.change.state == ChangeState::Open;
        // Most policies tell nobody: of what was never told nothing is asked.
        if is_open && decision.tells.is_empty() {
            return Ok(ToBeTold::default());
        }
        let before = self.store.told(change).await?;
        if before.is_none() && !is_open {
            return Ok(ToBeTold::default());
        }
        let due = if is_open { None } else { self.review_owed(change).await? };
        let after = AfterMerge {
            stands: stands.map(|stands| stands.state),
            said: if is_open { None } else { self.result_said(decided).await? },
            owed: due.is_some(),
            overdue: due.is_some_and(|due| due <= decision.as_of),
        };
        let known = match is_open {
            true => Known { tells: tells(&decision.tells), facts: render::notice::facts(decision, context) },
            false => before.as_ref().and_then(|told| serde_json::from_str(&told.known).ok()).unwrap_or_default(),
        };
        let held: BTreeSet<ChangeEvent> =
            before.iter().flat_map(|told| &told.holding).filter_map(|name| ChangeEvent::named(name)).collect();
        let now = holding(decision, after, &held);
        let sequence = before.as_ref().map_or(0, |told| told.sequence);
        // What happened while nobody was to be told is no news.
        let is_news = before.is_some() || self.store.decisions(change.0, change.1, 1).await?.is_empty();
        let events = if is_news { happened(&held, &now) } else { Vec::new() };
        let mut messages = Vec::new();
        for (event, sequence) in events.iter().zip(sequence + 1..) {
            let message = render::notice::message(*event, decision, context, &look.change.title, &known.facts);
            let Ok(body) = serde_json::to_string(&message) else { continue };
            let channels =
                receivers(&known.tells, *event).into_iter().filter(|to| self.may_tell(to, &look.repository.owner));
            messages.extend(channels.map(|channel| NewMessage {
                event: event.name().to_owned(),
                sequence,
                channel,
                body: body.clone(),
            }));
        }
        let told = Told {
            holding: now.iter().map(|event| event.name().to_owned()).collect(),
            sequence: sequence + u32::try_from(events.len()).unwrap_or(0),
            known: serde_json::to_string(&known).unwrap_or_default(),
        };
        let told = (before.as_ref() != Some(&told)).then_some(NewTold { told, messages });
        Ok(ToBeTold { told, next: due.filter(|due| *due > decision.as_of) })
    }

    /// The receivers of the policies that the settings do not name for repositories of this owner, each once: nobody can
    /// be told there.
    pub(super) fn unknown_receivers(&self, decision: &Decision, owner: &str) -> Vec<String> {
        let named: BTreeSet<&String> = decision.tells.iter().flat_map(|telling| &telling.to).collect();
        named.into_iter().filter(|to| !self.may_tell(to, owner)).cloned().collect()
    }

    /// Whether the settings name that channel, and let repositories of this owner write to it.
    fn may_tell(&self, channel: &str, owner: &str) -> bool {
        let owners = self.rules.channels.get(channel);
        owners.is_some_and(|owners| owners.as_ref().is_none_or(|owners| owners.contains(&owner.to_lowercase())))
    }
}

fn tells(tellings: &[Telling]) -> Vec<Tells> {
    let one = |telling: &Telling| Tells {
        on: telling.on.iter().map(|event| event.name().to_owned()).collect(),
        to: telling.to.clone(),
    };
    tellings.iter().filter(|telling| telling.applies).map(one).collect()
}

/// Who is told of an event, each once.
fn receivers(tells: &[Tells], event: ChangeEvent) -> BTreeSet<String> {
    let of_event = tells.iter().filter(|telling| telling.on.iter().any(|name| name == event.name()));
    of_event.flat_map(|telling| telling.to.iter().cloned()).collect()
}
