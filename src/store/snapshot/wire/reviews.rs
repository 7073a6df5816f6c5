//! The part `reviews`: what reviewers say, and what they had before them.

use countersign_domain::account::{Oid, TeamName};
use countersign_domain::facts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::error::Error;
use super::super::shelf::{Content, Cut, Ref, Shelf};
use super::account::Account;
use super::known::{Known, back, present};
use super::on_demand::Permission;
use super::texts::Body;

/// The reviews, oldest first.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Reviews(Known<Vec<Review>>);

impl Content for Reviews {
    const KIND: &'static str = "reviews";
    const NEWEST: u32 = 3;

    fn version(&self) -> u32 {
        let Self(Known::Known(reviews)) = self else { return 1 };
        reviews.iter().map(|review| review.seen.version()).max().unwrap_or(1)
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Review {
    id: u64,
    #[serde(deserialize_with = "present")]
    author: Option<Account>,
    verdict: Verdict,
    submitted_at: Timestamp,
    #[serde(deserialize_with = "present")]
    commit: Option<String>,
    can_write: bool,
    seen: Seen,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Verdict {
    Approved,
    ChangesRequested,
    Dismissed {
        #[serde(deserialize_with = "present")]
        by: Option<Account>,
        #[serde(deserialize_with = "present")]
        asked_for_changes: Option<bool>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seen {
    base: Known<String>,
    commits: Known<String>,
    body: Known<Ref<Body>>,
    /// Since version 2; left out where no policy asked for a team.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    member_of: Vec<MemberOf>,
    /// Since version 3; left out where nothing remembers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    could_write: Option<bool>,
    /// Since version 3; left out where no policy asked for a permission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held: Option<Known<Option<Permission>>>,
}

/// Whether the reviewer was in a team when the review was first seen.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberOf {
    organisation: String,
    slug: String,
    was: Was,
}

/// So or not; since version 3 also why it is not known.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Was {
    Known(bool),
    Unknown { unknown: String },
}

impl Reviews {
    pub(crate) fn cut(reviews: &facts::Known<Vec<facts::Review>>, cut: &mut Cut) -> Self {
        Self(Known::of(reviews, |reviews| reviews.iter().map(|review| Review::cut(review, cut)).collect()))
    }

    pub(crate) fn restore(self, shelf: &Shelf<'_>) -> Result<facts::Known<Vec<facts::Review>>, Error> {
        self.0.try_fact(|reviews| reviews.into_iter().map(|review| review.restore(shelf)).collect())
    }
}

impl Review {
    fn cut(review: &facts::Review, cut: &mut Cut) -> Self {
        let facts::Review { id, author, verdict, submitted_at, commit, can_write, seen } = review;
        Self {
            id: *id,
            author: author.as_ref().map(Account::from),
            verdict: verdict.into(),
            submitted_at: *submitted_at,
            commit: commit.as_ref().map(|oid| oid.as_str().to_owned()),
            can_write: *can_write,
            seen: Seen::cut(seen, cut),
        }
    }

    fn restore(self, shelf: &Shelf<'_>) -> Result<facts::Review, Error> {
        let Self { id, author, verdict, submitted_at, commit, can_write, seen } = self;
        Ok(facts::Review {
            id,
            author: author.map(Into::into),
            verdict: verdict.into(),
            submitted_at,
            commit: commit.map(Oid::new),
            can_write,
            seen: seen.restore(shelf)?,
        })
    }
}

impl Seen {
    /// The first version that had a form for this.
    fn version(&self) -> u32 {
        let Self { member_of, could_write, held, .. } = self;
        let untold = member_of.iter().any(|member| matches!(member.was, Was::Unknown { .. }));
        match () {
            () if untold || could_write.is_some() || held.is_some() => 3,
            () if !member_of.is_empty() => 2,
            () => 1,
        }
    }

    pub(crate) fn cut(seen: &facts::Seen, cut: &mut Cut) -> Self {
        let facts::Seen { base, commits, body, member_of, could_write, held } = seen;
        Self {
            base: Known::of(base, String::clone),
            commits: Known::of(commits, String::clone),
            body: Known::of(body, |text| cut.put(&Body(text.clone()))),
            member_of: member_of.iter().map(MemberOf::from).collect(),
            could_write: *could_write,
            held: held.as_ref().map(|held| Known::of(held, |held| held.map(Permission::from))),
        }
    }

    pub(crate) fn restore(self, shelf: &Shelf<'_>) -> Result<facts::Seen, Error> {
        let Self { base, commits, body, member_of, could_write, held } = self;
        Ok(facts::Seen {
            base: base.fact(|name| name),
            commits: commits.fact(|hash| hash),
            body: body.try_fact(|body| shelf.take(&body).map(|Body(text)| text))?,
            member_of: back(member_of),
            could_write,
            held: held.map(|held| held.fact(|held| held.map(Into::into))),
        })
    }
}

impl From<(&TeamName, &facts::Known<bool>)> for MemberOf {
    fn from((team, was): (&TeamName, &facts::Known<bool>)) -> Self {
        let TeamName { organisation, slug } = team;
        let was = match was {
            facts::Known::Known(was) => Was::Known(*was),
            facts::Known::Unknown(why) => Was::Unknown { unknown: why.clone() },
        };
        Self { organisation: organisation.clone(), slug: slug.clone(), was }
    }
}

impl From<MemberOf> for (TeamName, facts::Known<bool>) {
    fn from(member: MemberOf) -> Self {
        let MemberOf { organisation, slug, was } = member;
        let was = match was {
            Was::Known(was) => facts::Known::Known(was),
            Was::Unknown { unknown } => facts::Known::Unknown(unknown),
        };
        (TeamName { organisation, slug }, was)
    }
}

impl From<&facts::ReviewVerdict> for Verdict {
    fn from(verdict: &facts::ReviewVerdict) -> Self {
        match verdict {
            facts::ReviewVerdict::Approved => Self::Approved,
            facts::ReviewVerdict::ChangesRequested => Self::ChangesRequested,
            facts::ReviewVerdict::Dismissed { by, asked_for_changes } => {
                Self::Dismissed { by: by.as_ref().map(Account::from), asked_for_changes: *asked_for_changes }
            }
        }
    }
}

impl From<Verdict> for facts::ReviewVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Approved => Self::Approved,
            Verdict::ChangesRequested => Self::ChangesRequested,
            Verdict::Dismissed { by, asked_for_changes } => {
                Self::Dismissed { by: by.map(Into::into), asked_for_changes }
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    /// What is stored is read for ever: do not write this text anew.
    const STORED: [(u32, &str); 2] = [
        (
            2,
            r#"{"base":{"known":"main"},"commits":{"known":"c"},"body":{"unknown":"why"},"member_of":[{"organisation":"acme","slug":"cab","was":false}]}"#,
        ),
        (
            3,
            r#"{"base":{"known":"main"},"commits":{"known":"c"},"body":{"unknown":"why"},"member_of":[{"organisation":"acme","slug":"cab","was":{"unknown":"late"}}],"could_write":false,"held":{"known":"maintain"}}"#,
        ),
    ];

    #[test]
    fn the_form_on_disk_stays() {
        let [was_not, untold] = STORED.map(|(version, stored)| {
            let seen: Seen = serde_json::from_str(stored).unwrap();
            assert_eq!((seen.version(), serde_json::to_string(&seen).unwrap()), (version, stored.to_owned()));
            seen.restore(&Shelf::new(&[])).unwrap()
        });
        let cab = TeamName::parse("acme/cab").unwrap();
        assert_eq!(was_not.member_of, [(cab.clone(), facts::Known::Known(false))].into());
        assert_eq!((was_not.could_write, was_not.held), (None, None));
        assert_eq!(untold.member_of, [(cab, facts::Known::unknown("late"))].into());
        let maintain = facts::Known::Known(Some(countersign_domain::policy::Permission::Maintain));
        assert_eq!((untold.could_write, untold.held), (Some(false), Some(maintain)));
    }
}
