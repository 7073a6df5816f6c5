//! The change record: what a pull request's description says about the change.
//!
//! The contract is RECORD.md. A description is read whatever its shape; nothing
//! here fails. Every occurrence of a field is kept as an [`Answer`], and what a
//! field *is* ([`Field`]) is worked out from its answers, because a layer of
//! policy sees only the answers under headings it may know: an alias that a
//! repository adds never answers the organisation's question.

mod aliases;
mod choice;
mod codes;
mod commanding;
mod diff;
pub(crate) mod fold;
mod forms;
mod found;
mod hidden;
mod html;
mod markdown;
mod names;
mod none;
mod page;
mod pattern;
mod placeholder;
mod planning;
mod raw_html;
mod read;
mod scalar;
mod scopes;
mod standard;
mod text;
mod time;
mod value;
mod write;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

pub use self::codes::CODES;
pub(crate) use self::commanding::commanding_lines;
pub use self::diff::FieldChange;
use self::names::Words;
pub(crate) use self::planning::{WINDOW, planned_by};
pub use self::read::parse;
pub use self::write::{change_block, write};
use crate::layer::Layer;

/// The name of a field, such as `backout`, or one that a policy defines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(String);

impl FieldId {
    /// Takes the name as the policy writes it.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a description says, as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChangeRecord {
    /// Every occurrence of every field, in the order of the text.
    pub answers: BTreeMap<FieldId, Vec<Answer>>,
    /// The template's version marker, where the description carries one.
    pub template_version: Option<String>,
}

/// One occurrence of a field in the description.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What this occurrence says.
    pub content: Content,
    /// What stands there, trimmed, with hidden text taken out.
    pub raw: String,
    /// The remark that came with a choice: `because …` in `Low - because …`.
    pub rationale: Option<String>,
    /// The bytes of the description it was read from.
    pub span: Range<usize>,
    /// The line of the description, from 1.
    pub line: usize,
    /// The form it was read from.
    pub form: Form,
    /// The highest layer that knows the heading it stands under.
    pub known_to: Layer,
}

/// What one occurrence says.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// It answers.
    Value(Value),
    /// `None` or `N/A` given as the answer, with its reason where there is one.
    None {
        /// Why there is none, in the author's words.
        reason: Option<String>,
    },
    /// The prompt is there and nothing else.
    Unfilled,
    /// Something is there that cannot be told; the text says what would settle it.
    Ambiguous(String),
    /// Two different answers in one place, such as two ticked boxes of one choice.
    Conflicting,
}

/// An answer by its kind, normalised: two values are the same answer exactly if they are equal.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text with its white space folded and Markdown's wrapping undone.
    Text(String),
    /// One of the field's choices, as the field spells it.
    Choice(String),
    /// Several of the field's choices.
    Many(BTreeSet<String>),
    /// Yes or no.
    YesNo(bool),
    /// A login or `org/team`, without the `@`.
    Who(String),
    /// A point in time.
    Instant(Timestamp),
    /// From a point in time to another.
    Window {
        /// When it opens.
        start: Timestamp,
        /// When it closes.
        end: Timestamp,
    },
    /// A length of time, in seconds.
    Duration(i64),
    /// An address.
    Link(String),
    /// A ticket's key, such as `CHG0012345` or `#12`.
    Ticket(String),
}

/// The form that an answer was read from, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// A fenced block with the info string `change`.
    Block,
    /// YAML or TOML front matter.
    FrontMatter,
    /// `<backoutplan>…</backoutplan>`.
    Tag,
    /// A row or a column of a table.
    Table,
    /// A section under a heading.
    Heading,
    /// `**Label**: value`, `- Label: value`, `Label ..... value`.
    Label,
    /// A trailer in the last paragraph.
    Trailer,
}

/// What a field comes to, as one layer of policy sees it.
#[derive(Debug, Clone, PartialEq)]
pub enum Field<'a> {
    /// Answered; all occurrences agree.
    Present(&'a Answer),
    /// Answered with `None`.
    None(&'a Answer),
    /// The prompt is there, the answer is not.
    Unfilled(&'a Answer),
    /// An answer is there that cannot be told.
    Ambiguous(&'a Answer),
    /// Two different answers.
    Conflicting(Vec<&'a Answer>),
    /// Nothing about it.
    Absent,
}

impl Field<'_> {
    /// The state's name in policies and texts.
    pub fn state(&self) -> &'static str {
        match self {
            Field::Present(_) => "present",
            Field::None(_) => "none",
            Field::Unfilled(_) => "unfilled",
            Field::Ambiguous(_) => "ambiguous",
            Field::Conflicting(_) => "conflicting",
            Field::Absent => "absent",
        }
    }
}

/// The states a field can end in, in the order of RECORD.md.
pub const FIELD_STATES: [&str; 6] = ["present", "none", "unfilled", "ambiguous", "conflicting", "absent"];

impl ChangeRecord {
    /// What the field comes to for a layer: only answers under headings that this layer or one above it knows.
    ///
    /// An answer beats an empty prompt; two different answers are a conflict, never a silent choice.
    pub fn field(&self, id: &FieldId, seen_by: Layer) -> Field<'_> {
        let seen = self.answers.get(id).into_iter().flatten().filter(|answer| answer.known_to <= seen_by);
        let mut said: Vec<&Answer> = Vec::new();
        let mut unfilled = None;
        for answer in seen {
            match answer.content {
                Content::Unfilled => unfilled = unfilled.or(Some(answer)),
                _ => said.push(answer),
            }
        }
        let Some((first, rest)) = said.split_first() else {
            return unfilled.map_or(Field::Absent, Field::Unfilled);
        };
        let agree = |other: &&Answer| first.content.same_as(&other.content);
        if matches!(first.content, Content::Conflicting) || !rest.iter().all(agree) {
            return Field::Conflicting(said);
        }
        match first.content {
            Content::Value(_) => Field::Present(first),
            Content::None { .. } => Field::None(first),
            _ => Field::Ambiguous(first),
        }
    }
}

impl Content {
    /// Whether two occurrences give the same answer; the reason of a `None` is not part of it.
    fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None { .. }, Self::None { .. }) => true,
            _ => self == other,
        }
    }
}

/// A field that a record may have, and the words that lead to it.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldSpec {
    /// Its name in policies.
    pub id: FieldId,
    /// The kind of answer it takes.
    pub kind: FieldKind,
    /// The choices of a choice or many-of, as policies spell them.
    pub choices: Vec<String>,
    /// Other words for a choice: `("class a", "low")`.
    pub synonyms: Vec<(String, String)>,
    /// Headings and labels that mean this field, each with the highest layer that knows it.
    pub aliases: Vec<(String, Layer)>,
    /// What a `None` is worth.
    pub none: NoneAnswer,
    /// A pattern that a text or ticket must match; checked when it was loaded.
    pub pattern: Option<String>,
    /// The layer that defined the field.
    pub layer: Layer,
}

/// The kinds of field of RECORD.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Free text.
    Text,
    /// One of the choices.
    Choice,
    /// Any of the choices.
    ManyOf,
    /// Yes or no.
    YesNo,
    /// A person or a team.
    Who,
    /// A point in time.
    Instant,
    /// A start and an end.
    Window,
    /// A length of time.
    Duration,
    /// An address.
    Link,
    /// A ticket's key or address.
    Ticket,
}

/// What a field makes of `None` given as the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NoneAnswer {
    /// It is an answer.
    #[default]
    Accept,
    /// It is an answer when a reason comes with it.
    WithReason,
    /// It is none.
    Refuse,
}

/// A pull request template of the repository or of `ORG/.github`, in one of the versions seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its text.
    pub text: String,
}

/// The fields that a description is read for: the standard ones, and what the layers of policy add.
///
/// One set is read with many times and handed on with what was read: a copy costs nothing.
#[derive(Debug, Clone)]
pub struct FieldSet {
    specs: Arc<Vec<FieldSpec>>,
    /// The words that lead to these fields, once somebody has read with them: there are thousands, and all copies share them.
    words: Arc<OnceLock<Words>>,
}

impl PartialEq for FieldSet {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.specs, &other.specs) || self.specs == other.specs
    }
}

impl FieldSet {
    /// Takes the fields; where two have one name the later one stands.
    pub fn new(specs: impl IntoIterator<Item = FieldSpec>) -> Self {
        let mut set: Vec<FieldSpec> = Vec::new();
        for spec in specs {
            set.retain(|known| known.id != spec.id);
            set.push(spec);
        }
        Self { specs: Arc::new(set), words: Arc::default() }
    }

    /// The field of that name.
    pub fn spec(&self, id: &FieldId) -> Option<&FieldSpec> {
        self.specs.iter().find(|spec| &spec.id == id)
    }

    /// The same, to add an alias to it.
    pub fn spec_mut(&mut self, id: &FieldId) -> Option<&mut FieldSpec> {
        self.words = Arc::default();
        Arc::make_mut(&mut self.specs).iter_mut().find(|spec| &spec.id == id)
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = &FieldSpec> {
        self.specs.iter()
    }

    /// Whether both look up their words in one table.
    #[cfg(test)]
    pub(crate) fn shares_words_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.words, &other.words)
    }

    /// The words that lead to these fields.
    fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::of(&self.specs))
    }
}
