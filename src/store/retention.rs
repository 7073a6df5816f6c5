//! What goes when its time is over, kind by kind, in small steps that keep nobody
//! waiting. Of payloads and parts the hash stays; decisions stay.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::Store;
use super::db::{Value, Writes, values};
use super::error::Result;
use super::part::DAY_MS;
use super::sql::{Sql, statements};

statements! {
    PAYLOADS = Sql::both(
        "UPDATE delivery SET payload = NULL WHERE id IN (SELECT id FROM delivery
            WHERE payload IS NOT NULL AND received_at < $1 ORDER BY received_at LIMIT 500)"
    );
    KINDS = Sql::both("SELECT DISTINCT kind FROM part WHERE bytes IS NOT NULL");
    PARTS = Sql::both(
        "UPDATE part SET bytes = NULL WHERE kind = $2 AND hash IN (SELECT hash FROM part
            WHERE kind = $2 AND bytes IS NOT NULL AND used_at < $1 ORDER BY used_at LIMIT 500)"
    );
    PUSHES = Sql::both(
        "DELETE FROM push WHERE delivery IN (SELECT delivery FROM push WHERE at < $1 ORDER BY at LIMIT 500)"
    );
    HEAD_MOVES = Sql::both(
        "DELETE FROM head_move WHERE (repository, number) IN (SELECT m.repository, m.number FROM head_move m
            JOIN pull p ON p.repository = m.repository AND p.number = m.number
            WHERE p.open = 0 AND p.updated_at < $1 LIMIT 500)"
    );
    DEPLOYED = Sql::both(
        "DELETE FROM deployed WHERE delivery IN (SELECT delivery FROM deployed WHERE at < $1 ORDER BY at LIMIT 500)"
    );
    BODIES = Sql::both(
        "DELETE FROM body_version WHERE (repository, number) IN (SELECT b.repository, b.number FROM body_version b
            JOIN pull p ON p.repository = b.repository AND p.number = b.number
            WHERE p.open = 0 AND p.updated_at < $1 LIMIT 500)"
    );
    SEEN = Sql::both(
        "DELETE FROM seen WHERE review IN (SELECT s.review FROM seen s
            JOIN pull p ON p.repository = s.repository AND p.number = s.number
            WHERE p.open = 0 AND p.updated_at < $1 LIMIT 500)"
    );
    FIRST_MEMBERSHIPS = Sql::both(
        "DELETE FROM first_membership WHERE review IN (SELECT f.review FROM first_membership f
            JOIN pull p ON p.repository = f.repository AND p.number = f.number
            WHERE p.open = 0 AND p.updated_at < $1 LIMIT 500)"
    );
    DISPATCHES = Sql::both(
        "DELETE FROM dispatch WHERE run IN (SELECT run FROM dispatch WHERE started_at < $1
            ORDER BY started_at LIMIT 500) AND started_at < $1"
    );
    IDLE = Sql::both(
        "DELETE FROM due WHERE key IN (SELECT key FROM due WHERE due_at IS NULL AND lease IS NULL AND dead_at IS NULL
            AND looked_at < $1 LIMIT 500)"
    );
    WAITING = Sql::both(
        "DELETE FROM waiting_mark WHERE delivery IN (SELECT delivery FROM waiting_mark WHERE received_at < $1
            ORDER BY received_at LIMIT 500)"
    );
    MEMBERS = Sql::both(
        "DELETE FROM group_member WHERE (repository, head) IN (SELECT m.repository, m.head FROM group_member m
            JOIN merge_group g ON g.repository = m.repository AND g.head = m.head WHERE g.seen_at < $1 LIMIT 500)"
    );
    GROUPS = Sql::both(
        "DELETE FROM merge_group WHERE (repository, head) IN (SELECT repository, head FROM merge_group
            WHERE seen_at < $1 ORDER BY seen_at LIMIT 500)"
    );
    /// Answers stay: they say what was let through. So does the first that asked at an environment.
    GATES = Sql::both(
        "DELETE FROM gate WHERE answer IS NULL AND asked_at < $1 AND EXISTS (SELECT 1 FROM gate AS other
            WHERE other.repository = gate.repository AND other.environment_key = gate.environment_key
                AND other.first_asked_at < gate.first_asked_at)"
    );
    /// Those that tell of a change or went through a gate stay.
    DEPLOYMENTS = Sql::both(
        "DELETE FROM deployment WHERE (repository, id) IN (SELECT d.repository, d.id FROM deployment d
            LEFT JOIN merged_change m ON m.repository = d.repository AND m.head = d.head
            LEFT JOIN gate g ON g.repository = d.repository AND g.deployment = d.id
            WHERE d.seen_at < $1 AND m.number IS NULL AND g.run IS NULL LIMIT 500)"
    );
    LANES = Sql::both("DELETE FROM lane WHERE until < $1");
    MEMBERS_MOVED = Sql::both("DELETE FROM member_moved WHERE at < $1");
}

/// How long a merge group is kept after it was last looked at: GitHub waits for its checks for hours, and one that is not
/// answered for good is looked at every 13 days.
const GROUP_DAYS: i64 = 30;

/// How long a deployment that was never answered is kept: GitHub lets it wait for thirty days.
const GATE_DAYS: i64 = 40;

/// How long each kind is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Bodies of deliveries.
    pub payloads: SignedDuration,
    /// Parts of snapshots by their kind, after the last decision that used them; others as [`Retention::parts`].
    pub parts_of: BTreeMap<String, SignedDuration>,
    /// Parts of snapshots of any other kind.
    pub parts: SignedDuration,
    /// What events proved, after a pull request was closed; pushes after they were received, dispatched runs after they
    /// began.
    pub evidence: SignedDuration,
}

/// How much went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Bodies of deliveries.
    pub payloads: u64,
    /// Parts of snapshots.
    pub parts: u64,
    /// Pushes, head moves, deployments, descriptions, what reviewers saw and were members of, dispatched runs.
    pub evidence: u64,
    /// Idle queue rows and lanes, which are made again when they are needed, marks of commits that became no head, who
    /// joined and left teams, and merge groups of long ago.
    pub rows: u64,
}

impl Store {
    /// Lets go what is older than it is to be kept.
    ///
    /// # Errors
    /// The database's; what went before stays gone.
    pub async fn retain(&self, retention: &Retention) -> Result<Swept> {
        let now = self.db.now(&self.clock).await?;
        let before = |age: SignedDuration| now.saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        let mut swept = Swept::default();
        swept.payloads += self.in_steps(PAYLOADS, values![before(retention.payloads)]).await?;
        for row in self.db.fetch(KINDS, &[]).await? {
            let kind = row.text("kind")?;
            let age = retention.parts_of.get(&kind).copied().unwrap_or(retention.parts);
            // A part's last use is known to the day.
            swept.parts += self.in_steps(PARTS, values![before(age) - DAY_MS, &kind]).await?;
        }
        for evidence in [PUSHES, HEAD_MOVES, DEPLOYED, DEPLOYMENTS, BODIES, SEEN, FIRST_MEMBERSHIPS, DISPATCHES] {
            swept.evidence += self.in_steps(evidence, values![before(retention.evidence)]).await?;
        }
        swept.rows += self.in_steps(IDLE, values![now - DAY_MS]).await?;
        swept.rows += self.in_steps(LANES, values![now - DAY_MS]).await?;
        swept.rows += self.in_steps(MEMBERS_MOVED, values![now - DAY_MS]).await?;
        swept.rows += self.in_steps(WAITING, values![now - DAY_MS]).await?;
        swept.rows += self.in_steps(GATES, values![now - GATE_DAYS * DAY_MS]).await?;
        for groups in [MEMBERS, GROUPS] {
            swept.rows += self.in_steps(groups, values![now - GROUP_DAYS * DAY_MS]).await?;
        }
        Ok(swept)
    }

    async fn in_steps(&self, sql: Sql, values: &[Value<'_>]) -> Result<u64> {
        let mut total = 0;
        loop {
            // It frees much at once, which is to reach the file and not to pile up before it.
            let mut tx = self.db.begin(Writes::Records).await?;
            let gone = tx.execute(sql, values).await?;
            tx.commit().await?;
            total += gone;
            if gone == 0 {
                return Ok(total);
            }
        }
    }
}
