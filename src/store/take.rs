//! Taking deliveries: kept, their evidence applied and their marks made due, in one
//! transaction per group.
//!
//! A delivery's id is taken once; again it changes nothing. What a delivery says never
//! makes taking it fail.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::account::{Account, AccountKind, Oid};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Store;
use super::commands;
use super::db::{Row, Tx, Writes, storable, values};
use super::error::{Error, Result};
use super::mark::{Cause, Marks};
use super::members;
use super::pack::{self, Pieces};
use super::sql::{Sql, bulk, statements};
use super::waiting::{self, awaited};
use super::{deployments, gates, groups};
use crate::signal::{
    Delivery, DeploymentMove, Dispatch, Evidence, GateRequest, Mark, PullIndex, RepositoryName, Signal,
};

statements! {
    /// The bodies come as one piece, `$2`, of which each row names its own.
    DELIVERIES = bulk!(
        "INSERT INTO delivery (id, event, action, installation, repository, received_at, sender, sender_login, sender_kind,
            hash, size, payload)
        SELECT j.id, j.event, j.action, j.installation, j.repository, j.received_at, j.sender, j.login, j.kind, j.hash,
            j.size,",
        piece,
        "FROM",
        (id text, event text, action text, installation bigint, repository bigint, received_at bigint, sender bigint,
            login text, kind text, hash text, size bigint, start bigint, length bigint),
        "WHERE true ORDER BY j.id ON CONFLICT (id) DO NOTHING RETURNING id"
    );
    INSTALLATIONS = bulk!(
        "INSERT INTO installation (id) SELECT j.id FROM",
        (id bigint),
        "WHERE true ORDER BY j.id ON CONFLICT (id) DO NOTHING"
    );
    REPOSITORIES = bulk!(
        "INSERT INTO repository (id, installation, owner, owner_key, name, default_branch)
        SELECT j.id, j.installation, j.owner, j.owner_key, j.name, j.default_branch FROM",
        (id bigint, installation bigint, owner text, owner_key text, name text, default_branch text),
        "WHERE true ORDER BY j.id
        ON CONFLICT (id) DO UPDATE SET
            installation = CASE WHEN excluded.installation <> 0 THEN excluded.installation
                ELSE repository.installation END,
            owner = excluded.owner, owner_key = excluded.owner_key, name = excluded.name,
            default_branch = CASE WHEN excluded.default_branch <> '' THEN excluded.default_branch
                ELSE repository.default_branch END,
            gone_at = NULL
        WHERE repository.gone_at IS NOT NULL OR repository.owner <> excluded.owner
            OR repository.name <> excluded.name
            OR (excluded.installation <> 0 AND repository.installation <> excluded.installation)
            OR (excluded.default_branch <> '' AND repository.default_branch <> excluded.default_branch)"
    );
    PULLS = bulk!(
        "INSERT INTO pull (repository, number, head, base, open, updated_at)
        SELECT j.repository, j.number, j.head, j.base, j.open, j.updated_at FROM",
        (repository bigint, number bigint, head text, base text, open bigint, updated_at bigint),
        concat!(
            "WHERE true ORDER BY j.repository, j.number
            ON CONFLICT (repository, number) DO UPDATE SET head = excluded.head, base = excluded.base,
                open = excluded.open, updated_at = excluded.updated_at
            WHERE excluded.updated_at >= pull.updated_at",
            awaited!()
        )
    );
    PUSHES = bulk!(
        "INSERT INTO push (delivery, repository, branch, before_head, after_head, sender, sender_login, sender_kind, at)
        SELECT j.delivery, j.repository, j.branch, j.before_head, j.after_head, j.sender, j.login, j.kind, j.at FROM",
        (delivery text, repository bigint, branch text, before_head text, after_head text, sender bigint, login text,
            kind text, at bigint),
        "WHERE true ON CONFLICT DO NOTHING"
    );
    DEPLOYED = bulk!(
        "INSERT INTO deployed (delivery, repository, environment, creator, head, failed, at)
        SELECT j.delivery, j.repository, j.environment, j.creator, j.head, j.failed, j.at FROM",
        (delivery text, repository bigint, environment text, creator bigint, head text, failed bigint, at bigint),
        "WHERE true ON CONFLICT DO NOTHING"
    );
    HEAD_MOVES = bulk!(
        "INSERT INTO head_move (delivery, repository, number, before_head, after_head, sender, sender_login, sender_kind, at)
        SELECT j.delivery, j.repository, j.number, j.before_head, j.after_head, j.sender, j.login, j.kind, j.at FROM",
        (delivery text, repository bigint, number bigint, before_head text, after_head text, sender bigint, login text,
            kind text, at bigint),
        "WHERE true ON CONFLICT DO NOTHING"
    );
    BODIES = bulk!(
        "INSERT INTO body_version (repository, number, at, hash, editor, editor_login, editor_kind, received_at, text)
        SELECT j.repository, j.number, j.at, j.hash, j.editor, j.login, j.kind, j.received_at,",
        piece,
        "FROM",
        (repository bigint, number bigint, at bigint, hash text, editor bigint, login text, kind text,
            received_at bigint, start bigint, length bigint),
        "WHERE true ORDER BY j.repository, j.number, j.at, j.hash
        ON CONFLICT (repository, number, at, hash) DO UPDATE SET editor = excluded.editor,
            editor_login = excluded.editor_login, editor_kind = excluded.editor_kind
        WHERE body_version.editor IS NULL AND excluded.editor IS NOT NULL"
    );
    /// The end of a run may be told before its beginning.
    DISPATCHES = bulk!(
        "INSERT INTO dispatch (repository, run, attempt, actor, actor_login, actor_kind, branch, head, started_at, ended_at)
        SELECT j.repository, j.run, j.attempt, j.actor, j.login, j.kind, j.branch, j.head, j.started_at, j.ended_at FROM",
        (repository bigint, run bigint, attempt bigint, actor bigint, login text, kind text, branch text, head text,
            started_at bigint, ended_at bigint),
        "WHERE true ORDER BY j.repository, j.run, j.attempt, j.actor
        ON CONFLICT (repository, run, attempt, actor) DO UPDATE SET ended_at = excluded.ended_at
        WHERE excluded.ended_at IS NOT NULL"
    );
    REPOSITORY_GONE = Sql::both("UPDATE repository SET gone_at = $2 WHERE id = $1");
    CLOSE_PULLS = Sql::both("UPDATE pull SET open = 0 WHERE repository = $1 AND open = 1");
    FORGET_DUE = Sql::both("DELETE FROM due WHERE repository = $1");
    INSTALLATION_GONE = Sql::both("UPDATE installation SET gone_at = $2 WHERE id = $1");
    INSTALLATION_BACK = Sql::both("UPDATE installation SET gone_at = NULL WHERE id = $1 AND gone_at IS NOT NULL");
    REPOSITORIES_OF = Sql::both("SELECT id FROM repository WHERE installation = $1 AND gone_at IS NULL ORDER BY id");
    FORGET_SWEEP = Sql::both("DELETE FROM due WHERE installation = $1");
    NOTIFY = Sql::postgres("SELECT pg_notify('countersign_due', '')");
}

/// Events that come in great numbers, those among them that our own writes cause.
const FREQUENT: [&str; 5] = ["check_run", "check_suite", "issue_comment", "status", "workflow_run"];

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is kept, and what it marks is due.
    New,
    /// It had been taken before; nothing was changed.
    Before,
}

/// A delivery made ready outside of the transaction.
#[derive(Debug)]
pub(super) struct Packed {
    id: String,
    event: String,
    action: String,
    installation: u64,
    received_at: Timestamp,
    signal: Signal,
    hash: String,
    size: usize,
    payload: Vec<u8>,
}

impl Packed {
    pub(super) fn new(delivery: Delivery) -> Self {
        let Delivery { id, event, action, installation, received_at, payload, signal } = delivery;
        let (hash, size, payload) = (pack::hash(&payload), payload.len(), pack::pack(&payload));
        Self { id: storable(&id).into_owned(), event, action, installation, received_at, signal, hash, size, payload }
    }

    #[cfg(test)]
    pub(super) fn of_weight(weight: usize) -> Self {
        let (id, event, action, hash) = Default::default();
        let (received_at, signal) = Default::default();
        Self { id, event, action, installation: 0, received_at, signal, hash, size: 0, payload: vec![0; weight] }
    }

    /// Whether it is to be kept and that is all. What its repository is called now is told by all other events.
    fn is_quiet(&self) -> bool {
        let Signal { repository: _, sender: _, marks, evidence, awaited: _, lowered: _ } = &self.signal;
        marks.is_empty() && evidence.is_empty() && FREQUENT.contains(&self.event.as_str())
    }

    /// How many bytes it brings to the transaction.
    pub(super) fn weight(&self) -> usize {
        self.payload.len()
    }
}

impl Store {
    /// Takes deliveries: all of them are on the disk when this returns, or none is. See [`super::Writer`] for the door.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(&self, deliveries: &[Delivery]) -> Result<Vec<Taken>> {
        let packed = deliveries.iter().cloned().map(Packed::new).collect::<Vec<_>>();
        self.take_packed(&packed).await
    }

    pub(super) async fn take_packed(&self, deliveries: &[Packed]) -> Result<Vec<Taken>> {
        let mut tries = 0;
        loop {
            match self.take_once(deliveries).await {
                // PostgreSQL ended a deadlock of two replicas at the cost of this one.
                Err(Error::Contended(_)) if tries < 5 => tries += 1,
                taken => return taken,
            }
        }
    }

    async fn take_once(&self, deliveries: &[Packed]) -> Result<Vec<Taken>> {
        if deliveries.iter().all(Packed::is_quiet) {
            let (rows, pieces) = delivery_rows(deliveries);
            let values = values![&rows, pieces.bytes()];
            let new = self.db.execute_returning(Writes::Deliveries, DELIVERIES, values).await?;
            return Ok(taken(&are_new(deliveries, &new)?));
        }
        let mut tx = self.db.begin(Writes::Deliveries).await?;
        let now = tx.now(&self.clock).await?;
        let (rows, pieces) = delivery_rows(deliveries);
        let is_new = are_new(deliveries, &tx.fetch(DELIVERIES, values![&rows, pieces.bytes()]).await?)?;
        let fresh = deliveries.iter().zip(&is_new).filter(|(_, new)| **new).map(|(delivery, _)| delivery);
        let fresh = fresh.collect::<Vec<_>>();
        let names = Names::of(&fresh);
        let proofs = Proofs::of(&fresh);
        let marked = fresh.iter().flat_map(|delivery| &delivery.signal.marks).filter_map(waiting::commit);
        waiting::hold(&mut tx, marked.chain(waiting::heads(proofs.pulls.values().copied()))).await?;
        names.write(&mut tx, now).await?;
        members::note(&mut tx, fresh.iter().flat_map(|delivery| &delivery.signal.marks), now).await?;
        members::note_moved(&mut tx, &proofs.members, now).await?;
        let mut marks = Marks::default();
        proofs.write(&mut tx, &mut marks).await?;
        for delivery in &fresh {
            let cause = Cause {
                delivery: &delivery.id,
                installation: delivery.installation,
                received_at: delivery.received_at,
                awaited: delivery.signal.awaited,
                lowered: delivery.signal.lowered.as_ref(),
            };
            for mark in &delivery.signal.marks {
                if !names.is_gone(mark) {
                    marks.resolve(&mut tx, mark, cause).await?;
                }
            }
        }
        let due = marks.write(&mut tx, now).await?;
        if due > 0 && tx.is_postgres() {
            tx.execute(NOTIFY, &[]).await?;
        }
        tx.commit().await?;
        if due > 0 {
            self.wake();
        }
        Ok(taken(&is_new))
    }
}

/// What [`DELIVERIES`] takes.
fn delivery_rows(deliveries: &[Packed]) -> (String, Pieces) {
    let mut pieces = Pieces::default();
    let rows = deliveries.iter().map(|delivery| {
        let (start, length) = pieces.add(&delivery.payload);
        let sender = delivery.signal.sender.as_ref();
        json!({
            "id": delivery.id,
            "event": storable(&delivery.event),
            "action": storable(&delivery.action),
            "installation": delivery.installation.cast_signed(),
            "repository": delivery.signal.repository.as_ref().map_or(0, |repository| repository.id.cast_signed()),
            "received_at": delivery.received_at.as_millisecond(),
            "sender": sender.map(|sender| sender.id.cast_signed()),
            "login": sender.map(|sender| storable(&sender.login)),
            "kind": sender.map(|sender| kind_name(sender.kind)),
            "hash": delivery.hash,
            "size": delivery.size,
            "start": start,
            "length": length,
        })
    });
    let rows = Value::Array(rows.collect()).to_string();
    (rows, pieces)
}

/// Which of the deliveries are new, by the ids that were inserted. Of two with one id the first is.
fn are_new(deliveries: &[Packed], inserted: &[Row]) -> Result<Vec<bool>> {
    let mut new = inserted.iter().map(|row| row.text("id")).collect::<Result<BTreeSet<_>>>()?;
    Ok(deliveries.iter().map(|delivery| new.remove(&delivery.id)).collect())
}

fn taken(are_new: &[bool]) -> Vec<Taken> {
    are_new.iter().map(|new| if *new { Taken::New } else { Taken::Before }).collect()
}

/// What a group of deliveries says of installations and repositories in the end: whoever speaks last is right.
#[derive(Default)]
struct Names {
    installations: BTreeSet<u64>,
    installations_back: BTreeSet<u64>,
    installations_gone: BTreeSet<u64>,
    repositories: BTreeMap<u64, Value>,
    repositories_gone: BTreeSet<u64>,
}

impl Names {
    fn of(deliveries: &[&Packed]) -> Self {
        let mut names = Self::default();
        for delivery in deliveries.iter().filter(|delivery| !delivery.is_quiet()) {
            names.installations.insert(delivery.installation);
            names.hear(delivery.installation, &delivery.signal);
        }
        names
    }

    fn hear(&mut self, installation: u64, signal: &Signal) {
        if let Some(repository) = &signal.repository {
            self.repositories_gone.remove(&repository.id);
            self.repositories.insert(repository.id, repository_row(installation, repository));
        }
        for evidence in &signal.evidence {
            match evidence {
                Evidence::RepositoryGone { repository } => {
                    self.repositories_gone.insert(*repository);
                }
                Evidence::InstallationGone { installation } => {
                    self.installations_back.remove(installation);
                    self.installations_gone.insert(*installation);
                }
                _ => {}
            }
        }
        for mark in &signal.marks {
            if let Mark::Installation { installation } = mark {
                self.installations.insert(*installation);
                self.installations_gone.remove(installation);
                self.installations_back.insert(*installation);
            }
        }
    }

    async fn write(&self, tx: &mut Tx, now: i64) -> Result<()> {
        if self.installations.iter().any(|id| *id != 0) {
            let rows = self.installations.iter().map(|id| json!({ "id": id.cast_signed() }));
            tx.execute(INSTALLATIONS, values![&Value::Array(rows.collect()).to_string()]).await?;
        }
        if !self.repositories.is_empty() {
            let rows = Value::Array(self.repositories.values().cloned().collect()).to_string();
            tx.execute(REPOSITORIES, values![&rows]).await?;
        }
        for installation in &self.installations_back {
            tx.execute(INSTALLATION_BACK, values![*installation]).await?;
        }
        let mut gone = self.repositories_gone.clone();
        for installation in &self.installations_gone {
            tx.execute(INSTALLATION_GONE, values![*installation, now]).await?;
            for row in tx.fetch(REPOSITORIES_OF, values![*installation]).await? {
                gone.insert(row.id("id")?);
            }
        }
        for repository in &gone {
            tx.execute(REPOSITORY_GONE, values![*repository, now]).await?;
            tx.execute(CLOSE_PULLS, values![*repository]).await?;
            tx.execute(FORGET_DUE, values![*repository]).await?;
        }
        for installation in &self.installations_gone {
            tx.execute(FORGET_SWEEP, values![*installation]).await?;
        }
        Ok(())
    }

    /// Whether a mark points into what is gone by the end of the group: nothing can be read there any more.
    fn is_gone(&self, mark: &Mark) -> bool {
        match mark {
            Mark::Pull { repository, .. }
            | Mark::Head { repository, .. }
            | Mark::Asked { repository, .. }
            | Mark::Base { repository, .. }
            | Mark::Deployed { repository }
            | Mark::Shipped { repository, .. }
            | Mark::Gate { repository, .. }
            | Mark::Pushed { repository, .. }
            | Mark::Issue { repository, .. }
            | Mark::Group { repository, .. } => self.repositories_gone.contains(repository),
            Mark::Installation { installation } => self.installations_gone.contains(installation),
            Mark::Owner { .. } | Mark::Team { .. } => false,
        }
    }
}

/// What a group of deliveries proves, as rows.
#[derive(Default)]
struct Proofs<'a> {
    pulls: BTreeMap<(u64, u64), &'a PullIndex>,
    pushes: Vec<Value>,
    head_moves: Vec<Value>,
    deployed: Vec<Value>,
    gates: Vec<(&'a GateRequest, Timestamp)>,
    deployments: Vec<&'a DeploymentMove>,
    groups_gone: BTreeMap<(u64, &'a Oid), Value>,
    /// By comment.
    commands: BTreeMap<u64, Value>,
    members: Vec<Value>,
    /// By their key, since one statement may touch a row only once.
    bodies: BTreeMap<BodyKey, BodyTold<'a>>,
    /// By repository, run, attempt and actor, for the same reason.
    dispatches: BTreeMap<[u64; 4], Value>,
}

/// Repository, number, instant and hash of a description.
type BodyKey = (u64, u64, Timestamp, String);

/// Who wrote it, where that is told, what, and when we heard of it.
struct BodyTold<'a> {
    editor: Option<&'a Account>,
    text: &'a str,
    received_at: i64,
}

impl<'a> Proofs<'a> {
    fn of(deliveries: &[&'a Packed]) -> Self {
        let mut proofs = Self::default();
        for delivery in deliveries {
            for evidence in &delivery.signal.evidence {
                proofs.add(delivery, evidence);
            }
        }
        proofs
    }

    fn add(&mut self, delivery: &Packed, evidence: &'a Evidence) {
        let (id, received_at) = (&delivery.id, delivery.received_at.as_millisecond());
        match evidence {
            Evidence::Pull(pull) => {
                let newest = self.pulls.entry((pull.repository, pull.number)).or_insert(pull);
                if pull.updated_at >= newest.updated_at {
                    *newest = pull;
                }
            }
            Evidence::Push { repository, branch, before, after, sender } => self.pushes.push(json!({
                "delivery": id,
                "repository": repository.cast_signed(),
                "branch": storable(branch),
                "before_head": storable(before),
                "after_head": storable(after),
                "sender": sender.id.cast_signed(),
                "login": storable(&sender.login),
                "kind": kind_name(sender.kind),
                "at": received_at,
            })),
            Evidence::HeadMoved { repository, number, before, after, sender } => self.head_moves.push(json!({
                "delivery": id,
                "repository": repository.cast_signed(),
                "number": number.cast_signed(),
                "before_head": storable(before),
                "after_head": storable(after),
                "sender": sender.id.cast_signed(),
                "login": storable(&sender.login),
                "kind": kind_name(sender.kind),
                "at": received_at,
            })),
            Evidence::Deployed { repository, head, environment, creator, failed, at } => self.deployed.push(json!({
                "delivery": id,
                "repository": repository.cast_signed(),
                "environment": storable(environment),
                "creator": creator.cast_signed(),
                "head": storable(head.as_str()),
                "failed": i64::from(*failed),
                "at": at.as_millisecond(),
            })),
            Evidence::Deployment(moved) => self.deployments.push(moved),
            Evidence::GateAsked(request) => self.gates.push((request, delivery.received_at)),
            Evidence::Body { repository, number, at, editor, text } => {
                let key = (*repository, *number, *at, pack::hash(text.as_bytes()));
                let told = BodyTold { editor: None, text, received_at };
                let known = &mut self.bodies.entry(key).or_insert(told).editor;
                *known = known.or(editor.as_ref());
            }
            Evidence::Dispatched(run) => self.dispatched(run),
            Evidence::GroupGone { repository, base, head } => {
                let row = groups::gone_row(*repository, base, head, delivery.received_at);
                self.groups_gone.insert((*repository, head), row);
            }
            Evidence::Command(given) => {
                let (comment, row) = commands::row(given, delivery.received_at);
                self.commands.entry(comment).or_insert(row);
            }
            Evidence::Member(moved) => self.members.push(members::moved_row(id, self.members.len(), moved)),
            Evidence::RepositoryGone { .. } | Evidence::InstallationGone { .. } => {}
        }
    }

    fn dispatched(&mut self, run: &Dispatch) {
        for actor in &run.actors {
            let key = [run.repository, run.run, run.attempt, actor.id];
            let known = self.dispatches.get(&key).map_or(Value::Null, |row| row["ended_at"].clone());
            let ended_at = run.ended_at.map_or(known, |at| at.as_millisecond().into());
            let row = json!({
                "repository": run.repository.cast_signed(),
                "run": run.run.cast_signed(),
                "attempt": run.attempt.cast_signed(),
                "actor": actor.id.cast_signed(),
                "login": storable(&actor.login),
                "kind": kind_name(actor.kind),
                "branch": storable(&run.branch),
                "head": storable(run.head.as_str()),
                "started_at": run.started_at.as_millisecond(),
                "ended_at": ended_at,
            });
            self.dispatches.insert(key, row);
        }
    }

    async fn write(self, tx: &mut Tx, marks: &mut Marks) -> Result<()> {
        let pulls = self.pulls.values().map(|pull| {
            json!({
                "repository": pull.repository.cast_signed(),
                "number": pull.number.cast_signed(),
                "head": storable(pull.head.as_str()),
                "base": storable(&pull.base),
                "open": i64::from(pull.open),
                "updated_at": pull.updated_at.as_millisecond(),
            })
        });
        gates::ask(tx, &self.gates).await?;
        deployments::moved(tx, &self.deployments).await?;
        groups::gone(tx, self.groups_gone.into_values().collect()).await?;
        // Before the head moves by what was taken along: nobody is bound to what came after them.
        commands::keep(tx, self.commands.into_values().collect()).await?;
        let dispatches = self.dispatches.into_values().collect();
        let pulls: Vec<Value> = pulls.collect();
        if !pulls.is_empty() {
            let written = tx.fetch(PULLS, values![&Value::Array(pulls).to_string()]).await?;
            waiting::join(tx, &written, &[], marks).await?;
        }
        let of_rows =
            [(PUSHES, self.pushes), (HEAD_MOVES, self.head_moves), (DEPLOYED, self.deployed), (DISPATCHES, dispatches)];
        for (sql, rows) in of_rows {
            if !rows.is_empty() {
                tx.execute(sql, values![&Value::Array(rows).to_string()]).await?;
            }
        }
        if self.bodies.is_empty() {
            return Ok(());
        }
        let mut pieces = Pieces::default();
        let bodies = self.bodies.into_iter().map(|((repository, number, at, hash), told)| {
            let BodyTold { editor, text, received_at } = told;
            let (start, length) = pieces.add(&pack::pack(text.as_bytes()));
            json!({
                "repository": repository.cast_signed(),
                "number": number.cast_signed(),
                "at": at.as_millisecond(),
                "hash": hash,
                "editor": editor.map(|editor| editor.id.cast_signed()),
                "login": editor.map(|editor| storable(&editor.login)),
                "kind": editor.map(|editor| kind_name(editor.kind)),
                "received_at": received_at,
                "start": start,
                "length": length,
            })
        });
        let bodies = Value::Array(bodies.collect()).to_string();
        tx.execute(BODIES, values![&bodies, pieces.bytes()]).await?;
        Ok(())
    }
}

/// The name under which a kind of account is stored; it never changes.
pub(super) fn kind_name(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::User => "user",
        AccountKind::Bot => "bot",
        AccountKind::Other => "other",
    }
}

pub(super) fn kind(name: &str) -> AccountKind {
    match name {
        "user" => AccountKind::User,
        "bot" => AccountKind::Bot,
        _ => AccountKind::Other,
    }
}

/// A row for [`REPOSITORIES`].
fn repository_row(installation: u64, repository: &RepositoryName) -> Value {
    json!({
        "id": repository.id.cast_signed(),
        "installation": installation.cast_signed(),
        "owner": storable(&repository.owner),
        "owner_key": storable(&repository.owner.to_lowercase()),
        "name": storable(&repository.name),
        "default_branch": storable(&repository.default_branch),
    })
}

/// Keeps what a repository is called now, outside of a delivery.
pub(super) async fn name_repository(tx: &mut Tx, installation: u64, repository: &RepositoryName) -> Result<()> {
    let row = json!([repository_row(installation, repository)]).to_string();
    tx.execute(REPOSITORIES, values![&row]).await?;
    Ok(())
}
