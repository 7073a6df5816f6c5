//! What is said to people, before it has a form.
//!
//! A [`Phrase`] keeps our own words apart from what others wrote, so that every
//! renderer can escape the one and trust the other, and nothing of an author's
//! ever comes alive in a comment or a page.

use jiff::Timestamp;

use crate::account::Account;

/// A line of text in pieces. No full stop at the end: the renderer closes the sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phrase(pub Vec<Piece>);

/// A piece of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Our own words.
    Words(String),
    /// Something taken from a policy, a record or GitHub; shown as code, never alive.
    Quoted(String),
    /// An account; shown by its login, never as a mention.
    Person(Account),
    /// A point in time.
    Instant(Timestamp),
}

impl Phrase {
    /// Starts with our own words.
    pub fn words(words: impl Into<String>) -> Self {
        Self(vec![Piece::Words(words.into())])
    }

    /// Goes on with our own words.
    #[must_use]
    pub fn and(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Words(words.into()));
        self
    }

    /// Goes on with somebody else's words.
    #[must_use]
    pub fn quote(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Quoted(text.into()));
        self
    }

    /// Goes on with an account.
    #[must_use]
    pub fn person(mut self, account: &Account) -> Self {
        self.0.push(Piece::Person(account.clone()));
        self
    }

    /// Goes on with a point in time.
    #[must_use]
    pub fn instant(mut self, at: Timestamp) -> Self {
        self.0.push(Piece::Instant(at));
        self
    }

    /// Goes on with another phrase.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Phrases with a separator of our own between them.
    pub fn join(phrases: impl IntoIterator<Item = Self>, between: &str) -> Self {
        let mut joined = Self::default();
        for phrase in phrases {
            if !joined.is_empty() {
                joined.0.push(Piece::Words(between.to_owned()));
            }
            joined.0.extend(phrase.0);
        }
        joined
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A phrase as plain text, for what is kept as text: logins without `@`, others' words in backticks.
pub fn plain(phrase: &Phrase) -> String {
    let pieces = phrase.0.iter().map(|piece| match piece {
        Piece::Words(words) => words.clone(),
        Piece::Quoted(text) => format!("`{text}`"),
        Piece::Person(account) => account.to_string(),
        Piece::Instant(at) => at.to_string(),
    });
    pieces.collect()
}
