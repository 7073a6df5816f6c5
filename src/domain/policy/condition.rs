//! Conditions as they are valid: a `when` table, its keys, and what they compare.
//!
//! No name is looked up here and nothing is evaluated: see `read::when` for how
//! they come about.

use std::collections::BTreeMap;

use regex::Regex;

use super::expr::Expression;
use super::model::{BranchGlobs, Globs, Unenforced, Who};
use super::weekly::Weekly;
use crate::record::FieldId;
use crate::risk::Level;

/// A `when` table: every condition of it must hold. Empty: always.
#[derive(Debug, Clone, Default)]
pub struct Conditions(pub Vec<Condition>);

/// One key of a `when` table.
#[derive(Debug, Clone)]
pub enum Condition {
    /// Any changed path matches.
    Files(Globs),
    /// Every changed path matches.
    OnlyFiles(Globs),
    /// No changed path matches.
    NoFiles(Globs),
    /// An added or removed line, of the files that the same table's `files` match or else of all.
    Diff(Regex, Option<Globs>),
    /// Changed lines, of the files that the same table's `files` match or else of all.
    Lines(Comparison, Option<Globs>),
    /// How many files changed.
    FilesChanged(Comparison),
    /// How many commits there are.
    Commits(Comparison),
    /// A touched service is one of these.
    Services(Vec<String>),
    /// The lowest touched tier.
    Tier(Comparison),
    /// A reached environment is one of these.
    Environments(Vec<String>),
    /// The repository's name.
    Repositories(Globs),
    /// The repository's custom properties: each of these has one of its values.
    Properties(BTreeMap<String, Vec<String>>),
    /// The base branch.
    Base(BranchGlobs),
    /// The author's login is one of these.
    Author(Vec<String>),
    /// The author is one of these.
    AuthorIn(Vec<Who>),
    /// Whether the author has no merged pull request here.
    FirstContribution(bool),
    /// Whether the head is in another repository.
    Fork(bool),
    /// Whether the author is a bot, or belongs to the authority `agents` where one is defined.
    Agent(bool, Option<Who>),
    /// Somebody behind a commit is one of these.
    CommitterIn(Vec<Who>),
    /// Whether GitHub verified the signature of every commit.
    Signed(bool),
    /// The resolved type of change is one of these.
    Type(Vec<ChangeType>),
    /// The resolved risk.
    Risk(LevelComparison),
    /// A field of the change request.
    Field(FieldId, FieldTest),
    /// The title.
    Title(Regex),
    /// Any label, case-insensitive.
    Labels(Vec<String>),
    /// The head branch; a fork's is `owner:branch`.
    Head(Globs),
    /// Whether it is a draft.
    Draft(bool),
    /// The instant lies in any of these.
    At(Vec<Weekly>),
    /// An expression over the facts.
    Expr(Expression),
    /// Any of these tables holds.
    Any(Vec<Conditions>),
    /// All of these tables hold.
    All(Vec<Conditions>),
    /// This table does not hold.
    Not(Box<Conditions>),
    /// Read, and not enforced by this version: unknown.
    Unenforced(Unenforced),
}

/// `>= 500` and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// How to compare.
    pub operator: Operator,
    /// With what.
    pub number: u64,
}

/// `>= high` and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelComparison {
    /// How to compare.
    pub operator: Operator,
    /// With what.
    pub level: Level,
}

/// The comparisons of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=` or `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `>=`
    AtLeast,
    /// `>`
    More,
}

impl Operator {
    /// Whether `left OP right`.
    pub fn holds<T: PartialOrd + Copy>(self, left: T, right: T) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::AtLeast => left >= right,
            Self::More => left > right,
        }
    }

    /// As people write it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::AtLeast => ">=",
            Self::More => ">",
        }
    }
}

/// ITIL's types of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeType {
    /// Pre-authorised by a model.
    Standard,
    /// Assessed and authorised on its own.
    Normal,
    /// Declared urgent by somebody who may.
    Emergency,
}

/// What a condition on a field tests.
#[derive(Debug, Clone)]
pub enum FieldTest {
    /// The value is one of these.
    Is(Vec<String>),
    /// The text matches.
    Matches(Regex),
    /// The field is in one of these states, literally.
    State(Vec<String>),
}
