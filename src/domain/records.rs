//! The change request as it stands, and as it stood at each review.
//!
//! An approval is bound to what was read. Both texts are read here with one reader
//! and one set of fields, so that neither a new release nor another wrapping of a
//! paragraph makes a difference between them.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::facts::{Facts, Known};
use crate::record::{ChangeRecord, FieldSet, Template, parse};

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
        let commands = facts.commands.known().into_iter().flatten();
        at_review.extend(commands.map(|command| (command.key(), record(&command.seen.body))));
        Self { current, diagnostics, at_review, fields: fields.clone() }
    }
}
