//! What open changes plan, kept for the others of their installation.
//!
//! A plan is kept before those of others are read: of two changes that plan at the same moment the later one to be
//! kept sees the other, and makes it due. Absent: where plans meet, which the domain says.

use countersign_domain::facts::Plan;
use jiff::Timestamp;

use super::Store;
use super::db::{Row, Tx, Writes, instant, values};
use super::decision::{from_json, to_json};
use super::error::Result;
use super::mark::{Cause, Marks};
use super::snapshot::StoredPlan;
use super::sql::{Sql, statements};
use crate::signal::{Mark, Want};

/// So many plans of others are read at the most.
pub const MOST_PLANS: usize = 2_000;

statements! {
    /// Plans of an installation are kept one after the other: of two at once neither might see the other.
    HOLD = Sql::postgres(
        "SELECT pg_advisory_xact_lock(hashtextextended('planned:' || CAST(CAST($1 AS BIGINT) AS TEXT), 0))"
    );
    OWN = Sql::both(
        "SELECT installation, public, starts, ends, planned_at, plan FROM planned WHERE repository = $1 AND number = $2"
    );
    KEEP = Sql::both(
        "INSERT INTO planned (repository, number, installation, public, starts, ends, planned_at, plan)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (repository, number) DO UPDATE SET installation = excluded.installation, public = excluded.public,
            starts = excluded.starts, ends = excluded.ends, planned_at = excluded.planned_at, plan = excluded.plan"
    );
    FORGET = Sql::both("DELETE FROM planned WHERE repository = $1 AND number = $2");
    /// One that the indexes do not know yet is about to be there.
    OTHERS = Sql::both(
        "SELECT l.repository, l.number, l.public, l.planned_at, l.plan, r.name FROM planned l
        JOIN repository r ON r.id = l.repository AND r.gone_at IS NULL
        LEFT JOIN pull p ON p.repository = l.repository AND p.number = l.number
        WHERE l.installation = $1 AND l.ends > $2 AND l.starts < $3 AND (l.repository <> $4 OR l.number <> $5)
            AND (p.open IS NULL OR p.open = 1)
        ORDER BY l.starts, l.repository, l.number LIMIT 2001"
    );
}

/// A change whose plan is kept.
#[derive(Debug, Clone, Copy)]
pub struct Planning {
    /// The installation: plans of others are never told beyond it.
    pub installation: u64,
    /// Repository and number.
    pub change: (u64, u64),
    /// Whether anybody may read the repository.
    pub public: bool,
    /// Whether it makes way for whatever others plan, whenever they planned it: of a fork, whoever may not push plans.
    pub yields: bool,
}

/// What another change plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRow {
    /// Repository and number.
    pub change: (u64, u64),
    /// The repository's name, without the owner.
    pub repository: String,
    /// Whether anybody may read that.
    pub public: bool,
    /// Since when the window is planned.
    pub planned_at: Timestamp,
    /// What is planned.
    pub plan: Plan,
}

/// A plan that was kept before.
struct Kept {
    installation: u64,
    public: bool,
    planned_at: Timestamp,
    plan: Plan,
}

impl Store {
    /// Keeps what a change plans; `None`: nothing. Gives since when its window is planned. Where anything is new, those
    /// whose plans have something in common with the one before or with this one are due.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_plan(&self, planning: Planning, plan: Option<&Plan>) -> Result<Option<Timestamp>> {
        let (repository, number) = planning.change;
        let before = self.db.fetch(OWN, values![repository, number]).await?.first().map(kept).transpose()?;
        let is_as_before = match (&before, plan) {
            (None, None) => true,
            (Some(kept), Some(plan)) => {
                kept.plan == *plan && kept.installation == planning.installation && kept.public == planning.public
            }
            _ => false,
        };
        if is_as_before {
            return Ok(before.map(|kept| kept.planned_at));
        }
        let mut tx = self.db.begin(Writes::Records).await?;
        if tx.is_postgres() {
            tx.execute(HOLD, values![planning.installation]).await?;
        }
        let now = tx.now(&self.clock).await?;
        let stays = |kept: &&Kept| plan.is_some_and(|plan| (plan.start, plan.end) == (kept.plan.start, kept.plan.end));
        let stayed = before.as_ref().filter(stays).map(|kept| kept.planned_at);
        let planned_at = if planning.yields { Timestamp::MAX } else { stayed.unwrap_or(instant(now)?) };
        match plan {
            Some(plan) => {
                let (starts, ends) = (plan.start.as_millisecond(), plan.end.as_millisecond());
                let text = to_json(&StoredPlan::from(plan))?;
                let at = planned_at.as_millisecond();
                let (installation, public) = (planning.installation, planning.public);
                tx.execute(KEEP, values![repository, number, installation, public, starts, ends, at, &text]).await?;
            }
            None => {
                tx.execute(FORGET, values![repository, number]).await?;
            }
        }
        // A window that stays where it is and now has more in it takes something from those that were planned later.
        let lowers = stayed.is_some();
        let plans: Vec<&Plan> = before.as_ref().map(|kept| &kept.plan).into_iter().chain(plan).collect();
        let mut due = Marks::default();
        for other in touched(&mut tx, planning, &plans).await? {
            let cause = Cause {
                delivery: "",
                installation: planning.installation,
                received_at: instant(now)?,
                awaited: false,
                lowered: None,
            };
            let mark = Mark::Pull { repository: other.0, number: other.1, want: Want::Anything, lowers };
            due.resolve(&mut tx, &mark, cause).await?;
        }
        due.write(&mut tx, now).await?;
        tx.commit().await?;
        self.wake();
        Ok(plan.map(|_| planned_at))
    }

    /// What the other open changes of an installation plan that is not over at the one instant and begins before the
    /// other: the earliest first, and one more than [`MOST_PLANS`] where there are more.
    ///
    /// # Errors
    /// The database's.
    pub async fn plans_beside(&self, planning: Planning, from: Timestamp, until: Timestamp) -> Result<Vec<PlanRow>> {
        let (repository, number) = planning.change;
        let (from, until) = (from.as_millisecond(), until.as_millisecond());
        let values = values![planning.installation, from, until, repository, number];
        self.db.fetch(OTHERS, values).await?.iter().map(row).collect()
    }
}

/// The changes whose plans overlap one of these and have something in common with it.
async fn touched(tx: &mut Tx, planning: Planning, plans: &[&Plan]) -> Result<Vec<(u64, u64)>> {
    let (repository, number) = planning.change;
    let from = plans.iter().map(|plan| plan.start).min().unwrap_or_default().as_millisecond();
    let until = plans.iter().map(|plan| plan.end).max().unwrap_or_default().as_millisecond();
    let rows = tx.fetch(OTHERS, values![planning.installation, from, until, repository, number]).await?;
    let mut touched = Vec::new();
    for other in rows.iter().map(row) {
        let other = other?;
        // As each is seen by the other: what only one repository defines is nothing to another.
        let is_here = other.change.0 == repository;
        let own = |plan: &Plan| if is_here { plan.clone() } else { plan.clone().seen_from_elsewhere() };
        let meets = |plan: &&Plan| plan.overlaps(&other.plan) && !own(plan).shared_with(&other.plan).is_empty();
        if plans.iter().any(meets) {
            touched.push(other.change);
        }
    }
    Ok(touched)
}

fn plan(row: &Row) -> Result<Plan> {
    Ok(from_json::<StoredPlan>(&row.text("plan")?)?.into())
}

fn kept(row: &Row) -> Result<Kept> {
    let (installation, public) = (row.id("installation")?, row.int("public")? == 1);
    Ok(Kept { installation, public, planned_at: row.instant("planned_at")?, plan: plan(row)? })
}

fn row(row: &Row) -> Result<PlanRow> {
    Ok(PlanRow {
        change: (row.id("repository")?, row.id("number")?),
        repository: row.text("name")?,
        public: row.int("public")? == 1,
        planned_at: row.instant("planned_at")?,
        plan: plan(row)?,
    })
}
