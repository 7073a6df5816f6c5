//! The newest pushes of a branch, as events told of them.
//!
//! Absent: who pushed (`evidence`), and what it means for a look.

use countersign_domain::account::Oid;
use jiff::Timestamp;

use super::Store;
use super::db::{Row, values};
use super::error::Result;
use super::sql::{Sql, statements};

/// So many pushes of a branch are looked at.
macro_rules! newest {
    ($place:literal, $repository:literal, $branch:literal) => {
        concat!(
            "SELECT * FROM (SELECT CAST(",
            $place,
            " AS BIGINT) AS place, before_head, after_head, at FROM push WHERE repository = ",
            $repository,
            " AND branch = ",
            $branch,
            " ORDER BY at DESC, delivery DESC LIMIT 50) AS of",
            $place
        )
    };
}

statements! {
    /// Of three branches at once: a look is held to all that it reads policies from.
    NEWEST = Sql::both(concat!(
        newest!("0", "$1", "$2"), " UNION ALL ", newest!("1", "$3", "$4"), " UNION ALL ", newest!("2", "$5", "$6")
    ));
}

/// A branch of a repository, by GitHub's number for that.
pub type BranchName<'a> = (u64, &'a str);

/// A push of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The commit before; `None` where the push made the branch.
    pub before: Option<Oid>,
    /// The commit after; `None` where the push deleted the branch.
    pub after: Option<Oid>,
    /// When it was received.
    pub at: Timestamp,
}

impl Store {
    /// The newest fifty pushes of each branch, the newest first, by when they were received.
    ///
    /// # Errors
    /// The database's.
    pub async fn newest_pushes(&self, branches: [BranchName<'_>; 3]) -> Result<[Vec<Pushed>; 3]> {
        let [(one, first), (two, second), (three, third)] = branches;
        let mut pushes = [const { Vec::new() }; 3];
        for row in self.db.fetch(NEWEST, values![one, first, two, second, three, third]).await? {
            if let Some(of_branch) = pushes.get_mut(usize::try_from(row.int("place")?).unwrap_or(usize::MAX)) {
                of_branch.push(pushed(&row)?);
            }
        }
        pushes
            .iter_mut()
            .for_each(|of_branch: &mut Vec<Pushed>| of_branch.sort_by_key(|push| std::cmp::Reverse(push.at)));
        Ok(pushes)
    }
}

fn pushed(row: &Row) -> Result<Pushed> {
    let commit = |oid: String| Some(oid).filter(|oid| !oid.is_empty()).map(Oid::new);
    let (before, after) = (commit(row.text("before_head")?), commit(row.text("after_head")?));
    Ok(Pushed { before, after, at: row.instant("at")? })
}
