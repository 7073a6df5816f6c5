//! What came out, as numbers and as a list.

use std::collections::BTreeSet;

use countersign_domain::decision::Outcome;

/// Which change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Its repository, as `OWNER/NAME`; `repository 12` where its name is not known.
    pub repository: String,
    /// Its number.
    pub number: u64,
}

/// A change that would have come out differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differs {
    /// Which change.
    pub change: Change,
    /// What it came to.
    pub from: Outcome,
    /// What it would have come to.
    pub to: Outcome,
    /// The requirements that decide and end otherwise, as `repository/peer approvals: satisfied → waiting`.
    pub why: Vec<String>,
}

impl Differs {
    /// Whether it went in, or could have, and would not.
    pub fn is_held(&self) -> bool {
        lets_in(self.from) && !lets_in(self.to)
    }

    /// Whether it was held and would not be.
    pub fn is_let_in(&self) -> bool {
        !lets_in(self.from) && lets_in(self.to)
    }
}

/// Whether GitHub lets it in.
fn lets_in(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Pass | Outcome::Neutral | Outcome::Silent => true,
        Outcome::Block | Outcome::Unknown | Outcome::Act | Outcome::Wait => false,
    }
}

/// A change of which cannot be told what would have come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotKnown {
    /// Which change.
    pub change: Change,
    /// The facts that were never fetched.
    pub lacks: Vec<String>,
}

/// A change that cannot be decided again at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Which change.
    pub change: Change,
    /// Why.
    pub why: String,
}

/// Approvals that rules which decide ask, rule by rule: what one approval gives to two rules counts for both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Approvals {
    /// Changes of which more would have been asked.
    pub more_in: usize,
    /// How many more, over all of them.
    pub more: u64,
    /// Changes of which fewer would have been asked.
    pub fewer_in: usize,
    /// How many fewer, over all of them.
    pub fewer: u64,
}

/// What a policy would have done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// Changes that come out the same.
    pub same: usize,
    /// Those that do not, in the order of their repositories and numbers.
    pub differing: Vec<Differs>,
    /// Those of which it cannot be told.
    pub not_known: Vec<NotKnown>,
    /// Those that cannot be decided again.
    pub unread: Vec<Unread>,
    /// Approvals more and fewer, over the changes of which it can be told.
    pub approvals: Approvals,
    /// Changes that were left out, because there are more than were to be looked at, or the time was over.
    pub left_out: u64,
}

impl Effect {
    /// How many changes were looked at.
    pub fn changes(&self) -> usize {
        self.same + self.differing.len() + self.not_known.len() + self.unread.len()
    }

    /// Those that would have been held and were not.
    pub fn held(&self) -> impl Iterator<Item = &Differs> {
        self.differing.iter().filter(|change| change.is_held())
    }

    /// How many were held and would not have been.
    pub fn let_in(&self) -> usize {
        self.differing.iter().filter(|change| change.is_let_in()).count()
    }

    /// The failed changes among those that would have been held; `failed` has the names of repositories in lower case.
    pub fn held_of<'a>(&'a self, failed: &'a BTreeSet<Change>) -> impl Iterator<Item = &'a Differs> {
        self.held().filter(|held| {
            let Change { repository, number } = &held.change;
            failed.contains(&Change { repository: repository.to_lowercase(), number: *number })
        })
    }

    /// Adds what was found of one change.
    pub(super) fn add(&mut self, change: Change, compared: Result<super::Compared, String>) {
        use super::Compared;
        match compared {
            Err(why) => self.unread.push(Unread { change, why }),
            Ok(Compared::OfAnotherBase) => {}
            Ok(Compared::NotKnown(lacks)) => self.not_known.push(NotKnown { change, lacks }),
            Ok(Compared::Known { from, to, why, approvals: (asked, would_be) }) => {
                if would_be > asked {
                    self.approvals.more_in += 1;
                    self.approvals.more += would_be - asked;
                } else if would_be < asked {
                    self.approvals.fewer_in += 1;
                    self.approvals.fewer += asked - would_be;
                }
                if from == to {
                    self.same += 1;
                } else {
                    self.differing.push(Differs { change, from, to, why });
                }
            }
        }
    }

    /// Joins what others found.
    pub(super) fn join(&mut self, other: Self) {
        self.same += other.same;
        self.differing.extend(other.differing);
        self.not_known.extend(other.not_known);
        self.unread.extend(other.unread);
        self.approvals.more_in += other.approvals.more_in;
        self.approvals.more += other.approvals.more;
        self.approvals.fewer_in += other.approvals.fewer_in;
        self.approvals.fewer += other.approvals.fewer;
        self.left_out += other.left_out;
    }

    /// In one order, whoever found what first.
    pub(super) fn sort(&mut self) {
        self.differing.sort_by(|one, other| one.change.cmp(&other.change));
        self.not_known.sort_by(|one, other| one.change.cmp(&other.change));
        self.unread.sort_by(|one, other| one.change.cmp(&other.change));
    }
}
