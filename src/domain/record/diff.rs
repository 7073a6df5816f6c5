//! What an edit of the description changed, field by field.
//!
//! Both records must have been read by the same reader with the same fields.
//! Compared is what answers mean, so wrapping, case and form change nothing;
//! remarks and reasons count, because approvers read them. Absent on purpose:
//! which changes void an approval; that is for the policy.

use super::fold::spaced;
use super::{Answer, ChangeRecord, Content, Field, FieldId, Value};
use crate::layer::Layer;

/// One field that two records answer differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field.
    pub field: FieldId,
    /// The state it was in, as in [`super::FIELD_STATES`].
    pub state_before: &'static str,
    /// What it said; empty where nothing was said.
    pub before: String,
    /// The state it is in now.
    pub state_after: &'static str,
    /// What it says now.
    pub after: String,
}

impl ChangeRecord {
    /// What `self` said and `after` says differently, as a layer sees both, in the order of the fields' names.
    pub fn differences(&self, after: &Self, seen_by: Layer) -> Vec<FieldChange> {
        let mut ids: Vec<&FieldId> = self.answers.keys().chain(after.answers.keys()).collect();
        ids.sort();
        ids.dedup();
        let change = |id: &FieldId| {
            let (was, is) = (self.field(id, seen_by), after.field(id, seen_by));
            let (before, now) = (told(&was), told(&is));
            (was.state() != is.state() || before != now).then(|| FieldChange {
                field: id.clone(),
                state_before: was.state(),
                before,
                state_after: is.state(),
                after: now,
            })
        };
        ids.into_iter().filter_map(change).collect()
    }
}

/// What a field says, in the form in which it is compared and shown.
fn told(field: &Field<'_>) -> String {
    match field {
        Field::Present(answer) | Field::None(answer) => said(answer),
        // What cannot be told is compared as it stands.
        Field::Ambiguous(answer) => spaced(&answer.raw),
        Field::Conflicting(answers) => {
            let mut all: Vec<String> = answers.iter().map(|answer| said(answer)).collect();
            all.sort();
            all.join("; ")
        }
        Field::Unfilled(_) | Field::Absent => String::new(),
    }
}

fn said(answer: &Answer) -> String {
    let value = match &answer.content {
        Content::Value(value) => value.to_string(),
        Content::None { reason: Some(reason) } => return format!("none - {}", spaced(reason)),
        Content::None { reason: None } => return "none".to_owned(),
        Content::Unfilled => return String::new(),
        Content::Ambiguous(_) | Content::Conflicting => return spaced(&answer.raw),
    };
    match &answer.rationale {
        Some(rationale) => format!("{value} - {}", spaced(rationale)),
        None => value,
    }
}

impl std::fmt::Display for Value {
    /// The value as it can be written in a description and read back.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) | Self::Choice(text) | Self::Link(text) | Self::Ticket(text) => f.write_str(text),
            Self::Many(words) => f.write_str(&words.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
            Self::YesNo(yes) => f.write_str(if *yes { "yes" } else { "no" }),
            Self::Who(name) => write!(f, "@{name}"),
            Self::Instant(at) => write!(f, "{at}"),
            Self::Window { start, end } => write!(f, "{start} to {end}"),
            Self::Duration(seconds) => match seconds {
                s if *s != 0 && s % 3600 == 0 => write!(f, "{} h", s / 3600),
                s if *s != 0 && s % 60 == 0 => write!(f, "{} min", s / 60),
                s => write!(f, "{s} s"),
            },
        }
    }
}
