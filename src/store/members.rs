//! When the teams of an organisation last changed and who joined or left them, by its events: for all processes, since
//! each remembers what it read.
//!
//! Absent: who is in them. That is asked of GitHub.

use std::collections::BTreeSet;

use countersign_domain::account::Account;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Store;
use super::db::{Row, Tx, instant, one, storable, values};
use super::error::Result;
use super::sql::{Sql, bulk, statements};
use super::take;
use crate::signal::{Mark, MemberMove};

statements! {
    NOTE = bulk!(
        "INSERT INTO members_changed (organisation, at) SELECT j.organisation, CAST($2 AS BIGINT) FROM",
        (organisation text),
        "WHERE true ORDER BY j.organisation
        ON CONFLICT (organisation) DO UPDATE SET at = excluded.at WHERE excluded.at > members_changed.at"
    );
    NOTE_MOVED = bulk!(
        "INSERT INTO member_moved (delivery, organisation, slug, account, account_login, account_kind, joined, place, at)
        SELECT j.delivery, j.organisation, j.slug, j.account, j.login, j.kind, j.joined, j.place, CAST($2 AS BIGINT) FROM",
        (delivery text, organisation text, slug text, account bigint, login text, kind text, joined bigint,
            place bigint),
        "WHERE true ORDER BY j.organisation, j.delivery ON CONFLICT DO NOTHING"
    );
    MOVED = Sql::each(
        "SELECT organisation, slug, account, account_login, account_kind, joined, at FROM member_moved
        WHERE organisation IN (SELECT value FROM json_each($1)) AND at >= $2 ORDER BY at, place",
        "SELECT organisation, slug, account, account_login, account_kind, joined, at FROM member_moved
        WHERE organisation IN (SELECT value FROM json_array_elements_text(CAST($1 AS json))) AND at >= $2
        ORDER BY at, place"
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

/// A row for [`note_moved`]: `place` is its place among those that are noted at once.
pub(super) fn moved_row(delivery: &str, place: usize, moved: &MemberMove) -> Value {
    json!({
        "delivery": delivery,
        "organisation": storable(&moved.organisation.to_lowercase()),
        "slug": storable(&moved.slug),
        "account": moved.account.id.cast_signed(),
        "login": storable(&moved.account.login),
        "kind": take::kind_name(moved.account.kind),
        "joined": i64::from(moved.joined),
        "place": place,
    })
}

/// Notes who joined and who left, in the order of the deliveries.
pub(super) async fn note_moved(tx: &mut Tx, rows: &[Value], now: i64) -> Result<()> {
    if !rows.is_empty() {
        tx.execute(NOTE_MOVED, values![&Value::from(rows).to_string(), now]).await?;
    }
    Ok(())
}

impl Store {
    /// Who joined teams of these organisations and who left them since an instant, and when that was noted, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn members_moved(
        &self,
        organisations: &BTreeSet<String>,
        since: Timestamp,
    ) -> Result<Vec<(Timestamp, MemberMove)>> {
        let names = organisations.iter().map(|organisation| Value::from(organisation.to_lowercase()));
        let names = Value::Array(names.collect()).to_string();
        let moved = |row: &Row| {
            let kind = take::kind(&row.text("account_kind")?);
            let moved = MemberMove {
                organisation: row.text("organisation")?,
                slug: row.text("slug")?,
                account: Account { id: row.id("account")?, login: row.text("account_login")?, kind },
                joined: row.int("joined")? != 0,
            };
            Ok((row.instant("at")?, moved))
        };
        self.db.fetch(MOVED, values![&names, since.as_millisecond()]).await?.iter().map(moved).collect()
    }

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
