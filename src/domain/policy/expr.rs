//! Expressions as they are valid: their facts, their types, and what is to be computed.
//!
//! The language is the part of CEL that a condition needs: whole numbers, texts,
//! flags, lists, files, and the macros over lists. Names and types were checked when
//! it was read (`read::expr`), so that an expression that exists can be computed.
//! Absent: floating numbers, bytes, maps, times and functions of one's own.

use std::fmt;
use std::sync::Arc;

use regex::Regex;

use super::condition::Operator;
use super::keys::Control;

/// An expression that is true or not.
#[derive(Debug, Clone)]
pub struct Expression {
    /// As written.
    pub written: String,
    /// What to compute.
    pub(crate) root: Op,
    /// The facts it reads, each once.
    pub(crate) reads: Vec<Fact>,
}

impl Expression {
    /// Whether it reads a fact that the author controls.
    pub fn reads_author_controlled(&self) -> bool {
        FACTS.iter().any(|spec| spec.control != Control::NotAuthor && self.reads.contains(&spec.fact))
    }

    /// Whether it depends on the paths of the changed files.
    pub(crate) fn reads_paths(&self) -> bool {
        self.reads.iter().any(|fact| matches!(fact, Fact::Files | Fact::Services))
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
        }
    }

    pub(super) fn of(self) -> Type {
        match self {
            Self::Flag => Type::Flag,
            Self::Number => Type::Number,
            Self::Text => Type::Text,
            Self::Texts => Type::List(Box::new(Type::Text)),
            Self::Files => Type::List(Box::new(Type::File)),
        }
    }
}

/// The facts, for whoever computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    Added,
    Base,
    Commits,
    DefaultBranch,
    Draft,
    Files,
    FilesChanged,
    Fork,
    Head,
    Labels,
    Lines,
    Removed,
    Repository,
    Services,
    Signed,
    Title,
}

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
    fact("base", FactKind::Text, Fact::Base, "the branch it is to go into"),
    fact("commits", FactKind::Number, Fact::Commits, "how many commits are in it"),
    fact("default_branch", FactKind::Text, Fact::DefaultBranch, "the repository's default branch"),
    fact("draft", FactKind::Flag, Fact::Draft, "it is a draft").authors(),
    fact("files", FactKind::Files, Fact::Files, "the changed files; a renamed one under each of its names"),
    fact("files_changed", FactKind::Number, Fact::FilesChanged, "how many files are changed"),
    fact("fork", FactKind::Flag, Fact::Fork, "it comes from a fork"),
    fact("head", FactKind::Text, Fact::Head, "the head branch; a fork's is `owner:branch`").authors(),
    fact("labels", FactKind::Texts, Fact::Labels, "its labels").authors(),
    fact("lines", FactKind::Number, Fact::Lines, "lines added and removed"),
    fact("removed", FactKind::Number, Fact::Removed, "lines removed"),
    fact("repository", FactKind::Text, Fact::Repository, "the repository's name, without its owner"),
    fact("services", FactKind::Texts, Fact::Services, "the services that it touches"),
    fact("signed", FactKind::Flag, Fact::Signed, "GitHub verified the signature of every commit"),
    fact("title", FactKind::Text, Fact::Title, "its title").authors(),
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
    List(Box<Type>),
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("a flag"),
            Self::Number => f.write_str("a number"),
            Self::Text => f.write_str("text"),
            Self::File => f.write_str("a file"),
            Self::List(_) => f.write_str("a list"),
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
