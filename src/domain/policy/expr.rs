//! Expressions as they are valid: their facts, their types, and what is to be computed.
//!
//! The language is the part of CEL that a condition needs: whole numbers, texts,
//! flags, lists, files, accounts, and the macros over lists. Names and types were
//! checked when it was read (`read::expr`), so that an expression that exists can be
//! computed. Absent: floating numbers, bytes, maps, times and functions of one's own.

use std::fmt;
use std::sync::Arc;

use regex::Regex;

use super::condition::Operator;
use super::keys::{self, Control};
use super::model::Who;
use crate::record::FieldId;

/// An expression that is true or not.
#[derive(Debug, Clone)]
pub struct Expression {
    /// As written.
    pub written: String,
    /// What to compute.
    pub(crate) root: Op,
    /// The facts it reads, each once.
    pub(crate) reads: Vec<Fact>,
    /// The logins that it compares the author with.
    pub(crate) logins: Vec<String>,
    /// The authority that says which accounts are agents' besides those of bots, where one is defined.
    pub(crate) agents: Option<Who>,
}

impl Expression {
    /// Whether it reads that fact.
    pub(crate) fn reads(&self, fact: Fact) -> bool {
        self.reads.contains(&fact)
    }

    /// Whether it reads a fact that the author controls.
    pub fn reads_author_controlled(&self) -> bool {
        FACTS.iter().any(|spec| spec.control != Control::NotAuthor && self.reads.contains(&spec.fact))
    }

    /// Whether it depends on the paths of the changed files.
    pub(crate) fn reads_paths(&self) -> bool {
        let by_paths =
            |fact: &Fact| matches!(fact, Fact::Diff | Fact::Environments | Fact::Files | Fact::Services | Fact::Tier);
        self.reads.iter().any(by_paths)
    }

    /// Whether it depends on the changed files.
    pub(crate) fn reads_files(&self) -> bool {
        let counts = |fact: &Fact| matches!(fact, Fact::Added | Fact::FilesChanged | Fact::Lines | Fact::Removed);
        self.reads_paths() || self.reads.iter().any(counts)
    }
}

/// A fact that expressions may name.
#[derive(Debug, Clone, Copy)]
pub struct FactSpec {
    /// Its name.
    pub name: &'static str,
    /// What it is made of.
    pub kind: FactKind,
    /// What it says of a change.
    pub meaning: &'static str,
    /// Who controls it.
    pub control: Control,
    pub(crate) fact: Fact,
}

/// What a fact is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// The changed files.
    Files,
    /// An account, which is compared with logins.
    Account,
    /// One of a few words.
    Choice(Choice),
    /// The answers of the change request, each under its field's name.
    Fields,
    /// The repository's custom properties, each a list of its values.
    Properties,
}

/// A fact that is one of a few words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// A level of risk; the levels have an order.
    Risk,
    /// A type of change.
    Type,
}

impl Choice {
    /// The words, in their order where they have one.
    pub(crate) fn words(self) -> &'static [&'static str] {
        match self {
            Self::Risk => keys::LEVELS,
            Self::Type => keys::TYPES,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Risk => "level of risk",
            Self::Type => "type of change",
        }
    }
}

impl FactKind {
    /// As the reference names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Number => "number",
            Self::Text => "text",
            Self::Texts => "list of texts",
            Self::Files => "list of files",
            Self::Account => "account",
            Self::Choice(choice) => choice.name(),
            Self::Fields => "table of texts",
            Self::Properties => "table of lists of texts",
        }
    }

    pub(super) fn of(self) -> Type {
        match self {
            Self::Flag => Type::Flag,
            Self::Number => Type::Number,
            Self::Text => Type::Text,
            Self::Texts => Type::List(Box::new(Type::Text)),
            Self::Files => Type::List(Box::new(Type::File)),
            Self::Account => Type::Account,
            Self::Choice(choice) => Type::Choice(choice),
            Self::Fields => Type::Fields,
            Self::Properties => Type::Properties,
        }
    }
}

/// The facts, for whoever computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    Added,
    Agent,
    Author,
    Base,
    Commits,
    DefaultBranch,
    Diff,
    Draft,
    Environments,
    Fields,
    Files,
    FilesChanged,
    FirstContribution,
    Fork,
    Head,
    Labels,
    Lines,
    Properties,
    Removed,
    Repository,
    Risk,
    Services,
    Signed,
    Tier,
    Title,
    Type,
}

/// Facts that count in a lowering place only where every commit is proved to be the author's.
pub(crate) const OF_THE_AUTHOR: [Fact; 3] = [Fact::Agent, Fact::Author, Fact::FirstContribution];

const fn fact(name: &'static str, kind: FactKind, fact: Fact, meaning: &'static str) -> FactSpec {
    FactSpec { name, kind, meaning, control: Control::NotAuthor, fact }
}

impl FactSpec {
    const fn authors(mut self) -> Self {
        self.control = Control::Author;
        self
    }
}

/// Every fact that an expression may name.
pub static FACTS: &[FactSpec] = &[
    fact("added", FactKind::Number, Fact::Added, "lines added"),
    fact("agent", FactKind::Flag, Fact::Agent, "an account of a machine opened it, or one of `authorities.agents`"),
    fact("author", FactKind::Account, Fact::Author, "who opened it, compared with logins in quotes"),
    fact("base", FactKind::Text, Fact::Base, "the branch it is to go into"),
    fact("commits", FactKind::Number, Fact::Commits, "how many commits are in it"),
    fact("default_branch", FactKind::Text, Fact::DefaultBranch, "the repository's default branch"),
    fact(
        "diff",
        FactKind::Texts,
        Fact::Diff,
        "the added and removed lines; unknown where a file has no whole text patch",
    ),
    fact("draft", FactKind::Flag, Fact::Draft, "it is a draft").authors(),
    fact(
        "environments",
        FactKind::Texts,
        Fact::Environments,
        "the environments that its paths and base reach, by the names that policies give them",
    ),
    fact("fields", FactKind::Fields, Fact::Fields, "the answers in the description, as `fields.impact`").authors(),
    fact("files", FactKind::Files, Fact::Files, "the changed files; a renamed one under each of its names"),
    fact("files_changed", FactKind::Number, Fact::FilesChanged, "how many files are changed"),
    fact("first_contribution", FactKind::Flag, Fact::FirstContribution, "the author has nothing merged here yet"),
    fact("fork", FactKind::Flag, Fact::Fork, "it comes from a fork"),
    fact("head", FactKind::Text, Fact::Head, "the head branch; a fork's is `owner:branch`").authors(),
    fact("labels", FactKind::Texts, Fact::Labels, "its labels").authors(),
    fact("lines", FactKind::Number, Fact::Lines, "lines added and removed"),
    fact(
        "properties",
        FactKind::Properties,
        Fact::Properties,
        "the repository's custom properties on GitHub, as `\"payments\" in properties.team`; empty where one is not set",
    ),
    fact("removed", FactKind::Number, Fact::Removed, "lines removed"),
    fact("repository", FactKind::Text, Fact::Repository, "the repository's name, without its owner"),
    fact("risk", FactKind::Choice(Choice::Risk), Fact::Risk, "the resolved level of risk; not in factors"),
    fact("services", FactKind::Texts, Fact::Services, "the services that it touches"),
    fact("signed", FactKind::Flag, Fact::Signed, "GitHub verified the signature of every commit"),
    fact(
        "tier",
        FactKind::Number,
        Fact::Tier,
        "the lowest touched tier; where no service is touched no comparison holds",
    ),
    fact("title", FactKind::Text, Fact::Title, "its title").authors(),
    fact("type", FactKind::Choice(Choice::Type), Fact::Type, "the type of the change as it was resolved"),
];

/// What a file tells: its name, and what that is.
pub(crate) const PARTS: [(&str, Part, Type); 4] = [
    ("path", Part::Path, Type::Text),
    ("status", Part::Status, Type::Text),
    ("added", Part::Added, Type::Number),
    ("removed", Part::Removed, Type::Number),
];

/// A part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Path,
    /// `added`, `modified`, `removed`, `renamed`, `copied` or `changed`.
    Status,
    Added,
    Removed,
}

/// What a part of an expression comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Flag,
    Number,
    Text,
    File,
    Account,
    Choice(Choice),
    Fields,
    Properties,
    List(Box<Type>),
    /// What was refused already: it goes with everything, so that nothing is reported twice.
    Refused,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("a flag"),
            Self::Number => f.write_str("a number"),
            Self::Text => f.write_str("text"),
            Self::File => f.write_str("a file"),
            Self::Account => f.write_str("an account"),
            Self::Choice(choice) => write!(f, "a {}", choice.name()),
            Self::Fields | Self::Properties => f.write_str("a table"),
            Self::Refused => f.write_str("something else"),
            Self::List(_) => f.write_str("a list"),
        }
    }
}

impl Expression {
    /// Whether who the author is may make it false: where that stands under `!` or `!=`, or in a place of which it is not
    /// told what it makes of the whole.
    pub(crate) fn is_eased_by_the_author(&self) -> bool {
        self.root.is_eased_by_the_author(Some(false))
    }
}

impl Op {
    /// `negated`: whether this stands under a negation; `None` where true and false do not simply go through.
    fn is_eased_by_the_author(&self, negated: Option<bool>) -> bool {
        let eased = |op: &Self, negated| op.is_eased_by_the_author(negated);
        match self {
            Self::AuthorIs(_) => negated != Some(false),
            Self::Fact(fact) => negated != Some(false) && OF_THE_AUTHOR.contains(fact),
            Self::Not(inner) => eased(inner, negated.map(|negated| !negated)),
            Self::And(left, right) | Self::Or(left, right) => eased(left, negated) || eased(right, negated),
            Self::If(condition, one, other) => eased(condition, None) || eased(one, negated) || eased(other, negated),
            Self::Each(Macro::All | Macro::Exists, list, body) => eased(list, None) || eased(body, negated),
            Self::Each(_, one, other)
            | Self::Compute(_, one, other)
            | Self::Join(one, other)
            | Self::Compare(_, one, other)
            | Self::In(one, other)
            | Self::Search(_, one, other) => eased(one, None) || eased(other, None),
            Self::Negative(of) | Self::Size(of) | Self::Matches(of, _) | Self::Part(of, _) => eased(of, None),
            Self::List(members) => members.iter().any(|member| eased(member, None)),
            Self::Flag(_) | Self::Number(_) | Self::Text(_) | Self::Field(_) | Self::Property(_) | Self::Member(_) => {
                false
            }
        }
    }
}

/// Something to compute, of known type.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Flag(bool),
    Number(i64),
    Text(Arc<str>),
    List(Vec<Op>),
    Fact(Fact),
    /// The answer of a field, as a text.
    Field(FieldId),
    /// The values of a custom property.
    Property(String),
    /// Whether any of these logins names the author.
    AuthorIs(Vec<String>),
    /// The member that a macro is at: 0 is the outermost macro's.
    Member(usize),
    Part(Box<Op>, Part),
    Not(Box<Op>),
    Negative(Box<Op>),
    And(Box<Op>, Box<Op>),
    Or(Box<Op>, Box<Op>),
    If(Box<Op>, Box<Op>, Box<Op>),
    Compute(Arithmetic, Box<Op>, Box<Op>),
    Join(Box<Op>, Box<Op>),
    Compare(Operator, Box<Op>, Box<Op>),
    In(Box<Op>, Box<Op>),
    Size(Box<Op>),
    Search(Search, Box<Op>, Box<Op>),
    Matches(Box<Op>, Regex),
    Each(Macro, Box<Op>, Box<Op>),
}

/// Arithmetic over whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
}

/// Where one text is looked for in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    Contains,
    StartsWith,
    EndsWith,
}

/// What is computed for each member of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Macro {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}
