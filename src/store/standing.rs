//! Since when a pull request stands as it does: what looks showed, and moves of its head that events told of.
//!
//! It is written with each decision, whether or not a policy asks, so that a policy which begins to ask finds it. Absent:
//! what that makes of a change, which the domain says.

use countersign_domain::account::Oid;
use jiff::Timestamp;

use super::Store;
use super::db::values;
use super::error::Result;
use super::pack;
use super::sql::{Sql, statements};

statements! {
    STANDING = Sql::both(
        "SELECT p.seen_head, p.head_at, p.body_hash, p.body_at, p.ready_base, p.ready_at,
            (SELECT MAX(m.at) FROM head_move m
                WHERE m.repository = p.repository AND m.number = p.number AND m.after_head = $3) AS moved_at
        FROM pull p WHERE p.repository = $1 AND p.number = $2"
    );
}

/// What a look shows of a pull request that `soak` and `notice` count from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shows {
    /// The hash of the description.
    pub body: String,
    /// The base that it is offered for: none of a draft, and of what is not open.
    pub ready_for: Option<String>,
}

impl Shows {
    /// What is shown by a description and, where it is open and no draft, its base.
    pub fn new(body: &str, ready_for: Option<String>) -> Self {
        // GitHub gives line ends back as it likes.
        let lines: Vec<&str> = body.lines().collect();
        Self { body: pack::hash(lines.join("\n").as_bytes()), ready_for }
    }
}

/// Since when it stands as a look shows it; now, where no look before showed it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The head.
    pub head: Timestamp,
    /// The description.
    pub body: Timestamp,
    /// Open, ready for review, and into its base.
    pub ready: Timestamp,
}

impl Store {
    /// Since when a pull request stands with that head, and as that look shows it, at `now`.
    ///
    /// # Errors
    /// The database's.
    pub async fn standing(&self, pull: (u64, u64), head: &Oid, shows: &Shows, now: Timestamp) -> Result<Standing> {
        let rows = self.db.fetch(STANDING, values![pull.0, pull.1, head.as_str()]).await?;
        let Some(row) = rows.first() else { return Ok(Standing { head: now, body: now, ready: now }) };
        let since = |name: &str, at: &str, is: Option<&str>| -> Result<Timestamp> {
            let same = row.maybe_text(name)?.as_deref() == is;
            Ok(row.maybe_instant(at)?.filter(|_| same).unwrap_or(now))
        };
        let moved = row.maybe_instant("moved_at")?.unwrap_or(Timestamp::MIN);
        Ok(Standing {
            // One that was moved away and back within a look is there since it came back.
            head: since("seen_head", "head_at", Some(head.as_str()))?.max(moved),
            body: since("body_hash", "body_at", Some(&shows.body))?,
            ready: since("ready_base", "ready_at", shows.ready_for.as_deref())?,
        })
    }
}
