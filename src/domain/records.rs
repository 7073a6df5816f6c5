//! The change request as it stands, as it stood at each review, and as it was announced before.
//!
//! An approval is bound to what was read. Both texts are read here with one reader
//! and one set of fields, so that neither a new release nor another wrapping of a
//! paragraph makes a difference between them. A window that was planned by command is part of what is read.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::facts::{Facts, Known, NOT_ASKED};
use crate::record::{ChangeRecord, FieldSet, Template, parse};
use crate::scheduled::Schedule;

/// Every reading of the description that a decision needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Records {
    /// The description as it stands.
    pub current: ChangeRecord,
    /// What there is to say of its text.
    pub diagnostics: Vec<Diagnostic>,
    /// The description as it stood when each review was submitted and each command given, by the number of the one or
    /// the key of the other; unknown where that text cannot be had.
    pub at_review: BTreeMap<u64, Known<ChangeRecord>>,
    /// The descriptions that were received, oldest first, each with the instant from which it stood.
    pub received: Known<Vec<(Timestamp, ChangeRecord)>>,
    /// The fields it was read for.
    pub fields: FieldSet,
}

impl Records {
    /// Reads the description and every text that a review or command was given on, each distinct text once.
    pub fn read<'f>(facts: &'f Facts, fields: &FieldSet, templates: &[Template]) -> Self {
        let (current, diagnostics) = parse(&facts.change.body, fields, templates);
        let mut read: BTreeMap<&str, ChangeRecord> = BTreeMap::from([(facts.change.body.as_str(), current.clone())]);
        let mut record = |text: &'f Known<String>| match text {
            Known::Known(text) => {
                Known::Known(read.entry(text.as_str()).or_insert_with(|| parse(text, fields, templates).0).clone())
            }
            Known::Unknown(why) => Known::Unknown(why.clone()),
        };
        let reviews = facts.reviews.known().into_iter().flatten();
        let at_review = reviews.map(|review| (review.id, record(&review.seen.body)));
        let mut at_review: BTreeMap<_, _> = at_review.collect();
        let commands = || facts.commands.known().into_iter().flatten();
        at_review.extend(commands().map(|command| (command.key(), record(&command.seen.body))));
        let descriptions = facts.on_demand.received.as_ref().map(|received| received.descriptions.as_ref());
        let received = descriptions.unwrap_or_else(|| Known::unknown(NOT_ASKED)).map(|descriptions| {
            let mut record = |text| read.entry(text).or_insert_with(|| parse(text, fields, templates).0).clone();
            descriptions.iter().map(|stood| (stood.at, record(stood.text.as_str()))).collect()
        });
        let schedule = Schedule::read(facts, &at_review);
        let given = facts.reviews.known().into_iter().flatten().map(|review| (review.id, review.submitted_at));
        for (id, at) in given.chain(commands().map(|command| (command.key(), command.at))) {
            if let Some(Known::Known(then)) = at_review.get_mut(&id) {
                schedule.put_into(then, at);
            }
        }
        let mut current = current;
        schedule.put_into(&mut current, Timestamp::MAX);
        let received = received.map(|texts| schedule.announced(texts));
        Self { current, diagnostics, at_review, received, fields: fields.clone() }
    }
}
