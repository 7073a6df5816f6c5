//! When the teams of an organisation last changed, by its events: for all processes, since each remembers what it read.
//!
//! Absent: who is in them. That is asked of GitHub.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Store;
use super::db::{Tx, instant, one, storable, values};
use super::error::Result;
use super::sql::{Sql, bulk, statements};
use crate::signal::Mark;

statements! {
    NOTE = bulk!(
        "INSERT INTO members_changed (organisation, at) SELECT j.organisation, CAST($2 AS BIGINT) FROM",
        (organisation text),
        "WHERE true ORDER BY j.organisation
        ON CONFLICT (organisation) DO UPDATE SET at = excluded.at WHERE excluded.at > members_changed.at"
    );
    /// The database's clock comes along: what a look reads of members is as old as that.
    AS_OF = Sql::each(
        "SELECT NULL AS now, MAX(at) AS at FROM members_changed
        WHERE organisation IN (SELECT value FROM json_each($1))",
        "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now, MAX(at) AS at FROM members_changed
        WHERE organisation IN (SELECT value FROM json_array_elements_text(CAST($1 AS json)))"
    );
}

/// What a look asks before it reads who is in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MembersAsOf {
    /// The instant, by the clock that all processes share.
    pub now: Timestamp,
    /// When an event last told of a change, by the same clock; `None` where none did.
    pub changed_at: Option<Timestamp>,
}

/// Notes that these marks tell of other members, where any does. It costs other deliveries nothing.
pub(super) async fn note(tx: &mut Tx, marks: impl Iterator<Item = &Mark>, now: i64) -> Result<()> {
    let organisations: BTreeSet<String> = marks
        .filter_map(|mark| match mark {
            Mark::Team { organisation, .. } => Some(organisation.to_lowercase()),
            _ => None,
        })
        .collect();
    if organisations.is_empty() {
        return Ok(());
    }
    // In one order, so that two transactions cannot wait for each other.
    let rows = organisations.iter().map(|organisation| json!({ "organisation": storable(organisation) }));
    tx.execute(NOTE, values![&Value::Array(rows.collect()).to_string(), now]).await?;
    Ok(())
}

impl Store {
    /// The instant, and when members of these organisations last changed before it.
    ///
    /// # Errors
    /// The database's.
    pub async fn members_as_of(&self, organisations: &BTreeSet<String>) -> Result<MembersAsOf> {
        let here = self.clock.now().as_millisecond();
        let names = organisations.iter().map(|organisation| Value::from(organisation.to_lowercase()));
        let row = one(self.db.fetch(AS_OF, values![&Value::Array(names.collect()).to_string()]).await?)?;
        let now = row.maybe_int("now")?.map_or(here, |now| now + self.clock.offset_ms());
        Ok(MembersAsOf { now: instant(now)?, changed_at: row.maybe_instant("at")? })
    }
}
