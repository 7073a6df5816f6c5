//! The answer to a question about a change, in three values, with what was observed.
//!
//! Three-valued as Kleene has it: what is decided whatever the unknown parts may
//! be is decided; everything else stays unknown. There is no way from a finding to
//! a `bool`: whoever uses one says what unknown means to them.

use crate::decision::Act;
use crate::text::Phrase;

/// Whether something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It is so.
    Holds,
    /// It is not.
    DoesNot,
    /// It could not be found out.
    Unknown,
}

/// Whether something is so, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is so.
    pub truth: Truth,
    /// What was observed; for [`Truth::Unknown`] why it could not be found out.
    pub observed: Phrase,
    /// What would make an unknown known, where somebody can do something about it.
    pub acts: Vec<Act>,
}

/// So many reasons are named; the rest would bury them.
const REASONS: usize = 3;

impl Finding {
    /// It is so.
    pub fn holds(observed: Phrase) -> Self {
        Self { truth: Truth::Holds, observed, acts: Vec::new() }
    }

    /// It is not.
    pub fn does_not(observed: Phrase) -> Self {
        Self { truth: Truth::DoesNot, observed, acts: Vec::new() }
    }

    /// It could not be found out; why.
    pub fn unknown(why: Phrase) -> Self {
        Self { truth: Truth::Unknown, observed: why, acts: Vec::new() }
    }

    /// So or not, with what was observed either way.
    pub fn of(so: bool, observed: Phrase) -> Self {
        if so { Self::holds(observed) } else { Self::does_not(observed) }
    }

    /// A fact that could not be had, with GitHub's or the shell's own words for why.
    pub fn unread(what: &str, why: &str) -> Self {
        Self::unknown(Phrase::words(format!("{what} could not be read: ")).quote(why))
    }

    /// What somebody can do to make it known.
    #[must_use]
    pub fn act(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }

    /// Whether it is known to be so.
    pub fn is_so(&self) -> bool {
        self.truth == Truth::Holds
    }

    /// Whether it is known not to be so.
    pub fn is_not(&self) -> bool {
        self.truth == Truth::DoesNot
    }

    /// Whether it could not be found out.
    pub fn is_unknown(&self) -> bool {
        self.truth == Truth::Unknown
    }

    /// The opposite; unknown stays unknown.
    #[must_use]
    pub fn negated(mut self) -> Self {
        self.truth = match self.truth {
            Truth::Holds => Truth::DoesNot,
            Truth::DoesNot => Truth::Holds,
            Truth::Unknown => Truth::Unknown,
        };
        self
    }

    /// All of these; of none: so.
    pub fn all(findings: impl IntoIterator<Item = Self>) -> Self {
        Self::fold(findings, Truth::DoesNot, Truth::Holds)
    }

    /// Any of these; of none: not so.
    pub fn any(findings: impl IntoIterator<Item = Self>) -> Self {
        Self::fold(findings, Truth::Holds, Truth::DoesNot)
    }

    /// `decisive` decides alone; else any unknown leaves it unknown; else it is `otherwise`.
    fn fold(findings: impl IntoIterator<Item = Self>, decisive: Truth, otherwise: Truth) -> Self {
        let (mut unknown, mut plain) = (Vec::new(), Vec::new());
        for finding in findings {
            if finding.truth == decisive {
                return finding;
            }
            match finding.truth {
                Truth::Unknown => unknown.push(finding),
                // Commits are asked about by the thousand, and most say nothing.
                _ if finding.observed.is_empty() && finding.acts.is_empty() => {}
                _ => plain.push(finding),
            }
        }
        let (truth, said) = if unknown.is_empty() { (otherwise, plain) } else { (Truth::Unknown, unknown) };
        let mut acts = Vec::new();
        let mut reasons: Vec<Phrase> = Vec::new();
        for finding in said {
            acts.extend(finding.acts);
            if !finding.observed.is_empty() && !reasons.contains(&finding.observed) && reasons.len() < REASONS {
                reasons.push(finding.observed);
            }
        }
        Self { truth, observed: Phrase::join(reasons, "; "), acts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(truth: Truth) -> Finding {
        Finding { truth, observed: Phrase::default(), acts: Vec::new() }
    }

    #[test]
    fn unknown_decides_nothing_and_hides_nothing() {
        use Truth::{DoesNot, Holds, Unknown};
        let cases = [
            (Holds, Holds, Holds, Holds),
            (Holds, DoesNot, DoesNot, Holds),
            (Holds, Unknown, Unknown, Holds),
            (DoesNot, DoesNot, DoesNot, DoesNot),
            (DoesNot, Unknown, DoesNot, Unknown),
            (Unknown, Unknown, Unknown, Unknown),
        ];
        for (left, right, all, any) in cases {
            for pair in [[left, right], [right, left]] {
                assert_eq!(Finding::all(pair.map(finding)).truth, all, "all of {pair:?}");
                assert_eq!(Finding::any(pair.map(finding)).truth, any, "any of {pair:?}");
            }
        }
        assert_eq!(Finding::all([]).truth, Holds);
        assert_eq!(Finding::any([]).truth, DoesNot);
        assert_eq!(finding(Unknown).negated().truth, Unknown);
    }
}
