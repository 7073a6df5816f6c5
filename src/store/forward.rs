//! What the forward schedule of an organisation is made of: its open changes with their last decisions, and the last valid
//! policies of its repositories. Absent: what they plan and when they hold, which the domain says.

use jiff::Timestamp;
use uuid::Uuid;

use super::Store;
use super::db::{Row, values};
use super::error::{Error, Result};
use super::pack;
use super::sql::{Sql, statements};

statements! {
    OWNER = Sql::both("SELECT owner FROM repository WHERE owner_key = $1 AND gone_at IS NULL ORDER BY id DESC LIMIT 1");
    OPEN = Sql::both(
        "SELECT r.name AS name, c.repository AS repository, c.number AS number, c.decision AS decision,
            c.risk_level AS risk, c.outcome AS outcome, c.as_of AS as_of
        FROM change_row c
            JOIN pull p ON p.repository = c.repository AND p.number = c.number AND p.open = 1
            JOIN repository r ON r.id = c.repository AND r.gone_at IS NULL
        WHERE r.owner_key = $1 ORDER BY c.as_of DESC, c.repository, c.number LIMIT $2"
    );
    GOOD = Sql::both(
        "SELECT r.id AS id, r.name AS name, v.base AS branch, v.blob AS blob, v.text AS text FROM policy_version v
            JOIN repository r ON r.id = v.repository AND r.default_branch = v.base AND r.gone_at IS NULL
        WHERE r.owner_key = $1 AND v.layer = 'repository' ORDER BY r.name, r.id LIMIT $2"
    );
}

/// An open change as it was last decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenChange {
    /// Its repository's number.
    pub repository: u64,
    /// The repository's name, without the owner.
    pub name: String,
    /// Its number.
    pub number: u64,
    /// The decision.
    pub decision: Uuid,
    /// The level of its risk.
    pub risk: String,
    /// What it came to.
    pub outcome: String,
    /// When that was decided.
    pub as_of: Timestamp,
}

/// The last valid policy of a repository's default branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodPolicy {
    /// The repository's number.
    pub id: u64,
    /// The default branch.
    pub branch: String,
    /// The repository's name, without the owner.
    pub repository: String,
    /// The blob.
    pub blob: String,
    /// Its text.
    pub text: String,
}

impl Store {
    /// The owner's name as GitHub writes it, where any repository of theirs is known.
    ///
    /// # Errors
    /// The database's.
    pub async fn owner_named(&self, owner: &str) -> Result<Option<String>> {
        let rows = self.db.fetch(OWNER, values![&owner.to_lowercase()]).await?;
        rows.first().map(|row| row.text("owner")).transpose()
    }

    /// The open changes of an owner's repositories, those decided last first, and at most so many.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_changes(&self, owner: &str, at_most: u32) -> Result<Vec<OpenChange>> {
        let rows = self.db.fetch(OPEN, values![&owner.to_lowercase(), i64::from(at_most)]).await?;
        let change = |row: &Row| {
            let decision = row.text("decision")?.parse();
            Ok(OpenChange {
                repository: row.id("repository")?,
                name: row.text("name")?,
                number: row.id("number")?,
                decision: decision.map_err(|_| Error::Unreadable("a decision's id is none".into()))?,
                risk: row.text("risk")?,
                outcome: row.text("outcome")?,
                as_of: row.instant("as_of")?,
            })
        };
        rows.iter().map(change).collect()
    }

    /// The last valid policies of the default branches of an owner's repositories, by name, and at most so many.
    ///
    /// # Errors
    /// The database's.
    pub async fn good_policies(&self, owner: &str, at_most: u32) -> Result<Vec<GoodPolicy>> {
        let rows = self.db.fetch(GOOD, values![&owner.to_lowercase(), i64::from(at_most)]).await?;
        let policy = |row: &Row| {
            let text = pack::unpack_text(&row.bytes("text")?)?;
            Ok(GoodPolicy {
                id: row.id("id")?,
                branch: row.text("branch")?,
                repository: row.text("name")?,
                blob: row.text("blob")?,
                text,
            })
        };
        rows.iter().map(policy).collect()
    }
}
