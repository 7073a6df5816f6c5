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

    /// Goes on with a diagnostic's message: what stands in backticks there is somebody else's.
    #[must_use]
    pub fn message(self, text: &str) -> Self {
        let pieces = text.split('`').enumerate().filter(|(_, piece)| !piece.is_empty());
        pieces.fold(self, |phrase, (place, piece)| if place % 2 == 0 { phrase.and(piece) } else { phrase.quote(piece) })
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

    /// The same with the names of each list that is longer than that counted rather than told: `a, b and 3 more`.
    #[must_use]
    pub fn with_lists_of(self, most: usize) -> Self {
        let is_comma = |piece: &Piece| matches!(piece, Piece::Words(words) if words == ", ");
        let (mut kept, mut rest) = (Self::default(), self.0.as_slice());
        while let [first, after @ ..] = rest {
            let listed =
                after.chunks_exact(2).take_while(|pair| is_comma(&pair[0]) && matches!(pair[1], Piece::Quoted(_)));
            let listed = if matches!(first, Piece::Quoted(_)) { listed.count() + 1 } else { 0 };
            // To count a single one is no shorter than to name it.
            if listed > most + 1 {
                kept.0.extend(rest[..2 * most - 1].iter().cloned());
                kept = kept.and(format!(" and {} more", listed - most));
                rest = &rest[2 * listed - 1..];
            } else {
                kept.0.push(first.clone());
                rest = after;
            }
        }
        kept
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_quotes_is_not_ours() {
        let check = |text: &str, expected: Phrase| assert_eq!(Phrase::default().message(text), expected, "{text}");
        check("", Phrase::default());
        check("`13:00` has no zone", Phrase::default().quote("13:00").and(" has no zone"));
        check("either `a` or `b`", Phrase::words("either ").quote("a").and(" or ").quote("b"));
        check("an odd ` one", Phrase::words("an odd ").quote(" one"));
    }
    #[test]
    fn a_long_list_is_counted() {
        let check = |names: usize, most: usize, expected: &str| {
            let names = (1..=names).map(|name| Phrase::default().quote(name.to_string()));
            let phrase = Phrase::words("answer ").then(Phrase::join(names, ", ")).and(" here");
            assert_eq!(plain(&phrase.with_lists_of(most)), expected);
        };
        check(1, 3, "answer `1` here");
        check(4, 3, "answer `1`, `2`, `3`, `4` here");
        check(5, 3, "answer `1`, `2`, `3` and 2 more here");
        check(9, 2, "answer `1`, `2` and 7 more here");
    }
}
