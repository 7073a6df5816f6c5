//! Accounts, teams and commits: the names by which GitHub knows them.

use std::fmt;

/// A GitHub account. Two are the same account exactly if kind and id are.
#[derive(Debug, Clone)]
pub struct Account {
    /// GitHub's number for it, which a change of login keeps.
    pub id: u64,
    /// Its login, without `[bot]`.
    pub login: String,
    /// What kind of account it is.
    pub kind: AccountKind,
}

/// GitHub's kinds of account, as far as they differ for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// A person.
    User,
    /// A GitHub App or GitHub's own automation; shown as `x[bot]`.
    Bot,
    /// Anything else: an organisation, an imported mannequin.
    Other,
}

impl Account {
    /// Whether a login as written in a policy names this account: `x[bot]` only a bot, `x` only a user; case does not matter.
    pub fn is_called(&self, written: &str) -> bool {
        match (self.kind, written.strip_suffix("[bot]")) {
            (AccountKind::Bot, Some(name)) => self.login.eq_ignore_ascii_case(name),
            (AccountKind::Bot, None) | (_, Some(_)) => false,
            (_, None) => self.login.eq_ignore_ascii_case(written),
        }
    }
}

impl PartialEq for Account {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Account {}

impl PartialOrd for Account {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Account {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl std::hash::Hash for Account {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl Account {
    fn key(&self) -> (AccountKind, u64) {
        (self.kind, self.id)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = if self.kind == AccountKind::Bot { "[bot]" } else { "" };
        write!(f, "{}{suffix}", self.login)
    }
}

/// A team, as policies name it: `acme/payments`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TeamName {
    /// The organisation's login, in lower case.
    pub organisation: String,
    /// The team's slug, in lower case.
    pub slug: String,
}

impl TeamName {
    /// Reads `ORG/SLUG`.
    pub fn parse(text: &str) -> Option<Self> {
        let (organisation, slug) = text.split_once('/')?;
        let fits = |part: &str| !part.is_empty() && !part.contains(['/', ' ', ':']);
        (fits(organisation) && fits(slug))
            .then(|| Self { organisation: organisation.to_lowercase(), slug: slug.to_lowercase() })
    }
}

impl fmt::Display for TeamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.organisation, self.slug)
    }
}

/// The id of a git object: commit, tree or blob.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(String);

impl Oid {
    /// Takes the hexadecimal text as GitHub gives it.
    pub fn new(hex: impl Into<String>) -> Self {
        Self(hex.into())
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven characters, as git shows it.
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
