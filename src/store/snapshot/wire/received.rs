//! Since when a change stands as it does: a part beside `change`, there where a policy asked. Descriptions by reference.

use countersign_domain::facts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::error::Error;
use super::super::shelf::{Content, Cut, Ref, Shelf};
use super::known::Known;
use super::texts::Body;

/// When what a change is made of was received.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Received {
    head: Known<Timestamp>,
    ready: Known<Timestamp>,
    descriptions: Known<Vec<Description>>,
}

impl Content for Received {
    const KIND: &'static str = "received";
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    at: Timestamp,
    text: Ref<Body>,
}

impl Received {
    /// Cuts the descriptions, and refers to them.
    pub(crate) fn cut(received: &facts::Received, cut: &mut Cut) -> Self {
        let facts::Received { head, ready, descriptions } = received;
        let descriptions = Known::of(descriptions, |descriptions| {
            let description = |facts::Description { at, text }: &facts::Description| Description {
                at: *at,
                text: cut.put(&Body(text.clone())),
            };
            descriptions.iter().map(description).collect()
        });
        Self { head: Known::of(head, |at| *at), ready: Known::of(ready, |at| *at), descriptions }
    }

    /// Finds the descriptions.
    pub(crate) fn restore(self, shelf: &Shelf<'_>) -> Result<facts::Received, Error> {
        let Self { head, ready, descriptions } = self;
        let descriptions = descriptions.try_fact(|descriptions| {
            let description = |Description { at, text }| {
                let Body(text) = shelf.take(&text)?;
                Ok(facts::Description { at, text })
            };
            descriptions.into_iter().map(description).collect::<Result<_, Error>>()
        })?;
        Ok(facts::Received { head: head.fact(|at| at), ready: ready.fact(|at| at), descriptions })
    }
}
