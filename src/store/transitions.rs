//! How changes went from state to state: one row for each step, written with the decision that shows it, never changed.
//!
//! Each tells from where to where, with which marks, when, by whose deed, by which event, under which policies and by
//! which decision. Absent: what the states mean and when a change is in which, which the domain says.

use countersign_domain::account::Account;
use countersign_domain::command::ChangeResult;
use countersign_domain::life::{Marks, State};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::claim::Claim;
use super::db::{Row, Tx, values};
use super::decision::{from_json, to_json};
use super::error::{Error, Result};
use super::pending::Pending;
use super::sql::{Sql, bulk, statements};
use super::{PolicyRef, Reviewed, Store, take};

statements! {
    LAST = Sql::both(
        "SELECT sequence, to_state, to_marks FROM transition WHERE repository = $1 AND number = $2
        ORDER BY sequence DESC LIMIT 1"
    );
    PENDING = Sql::both("SELECT pending, done_seq FROM due WHERE key = $1");
    CAUSES = bulk!(
        "SELECT d.id, d.event, d.action, d.sender, d.sender_login, d.sender_kind FROM",
        (id text),
        "JOIN delivery d ON d.id = j.id ORDER BY d.received_at, d.id"
    );
    STEP = Sql::both(
        "INSERT INTO transition (repository, number, sequence, from_state, from_marks, to_state, to_marks, at, actor,
            actor_login, actor_kind, cause, policies, decision)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    );
    OF_PULL = Sql::both(
        "SELECT sequence, from_state, from_marks, to_state, to_marks, at, actor, actor_login, actor_kind, cause, policies,
            decision FROM transition WHERE repository = $1 AND number = $2 ORDER BY sequence"
    );
    CAME_TO = Sql::both("SELECT result FROM change_outcome WHERE repository = $1 AND subject = $2");
}

/// Where a change stands, to be remembered where that is news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    /// Its state.
    pub state: State,
    /// Its marks.
    pub marks: Marks,
    /// The policies in force.
    pub policies: Vec<PolicyRef>,
}

/// A step of a change from one state to another, or to other marks in the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The how manieth of the change it is, from 1.
    pub sequence: u64,
    /// The state it left; `None` for the first.
    pub from: Option<State>,
    /// The marks it had before.
    pub marks_before: Marks,
    /// The state it came to.
    pub to: State,
    /// The marks it has since.
    pub marks: Marks,
    /// When: the instant of the decision that shows it.
    pub at: Timestamp,
    /// Who sent that delivery; `None` where time did it, or a look showed it before its event came.
    pub actor: Option<Account>,
    /// The delivery that asked for the look which showed it, the newest of several, and of a merge or a close that which
    /// told of it.
    pub cause: Option<String>,
    /// The policies in force.
    pub policies: Vec<PolicyRef>,
    /// The decision that shows it.
    pub decision: Uuid,
}

/// A delivery that asked for the look.
struct Told {
    id: String,
    /// Whether it told that the pull request was closed.
    closes: bool,
    actor: Option<Account>,
}

/// Remembers a step, where the change stands otherwise than before; in the transaction of the decision that shows it.
pub(super) async fn note(
    tx: &mut Tx,
    claim: &Claim,
    (repository, number): (u64, u64),
    (decision, at): (Uuid, Timestamp),
    stands: &Stands,
) -> Result<Option<Transition>> {
    let before = last(&tx.fetch(LAST, values![repository, number]).await?)?;
    if before.as_ref().is_some_and(|(_, state, marks)| (*state, *marks) == (stands.state, stands.marks)) {
        return Ok(None);
    }
    let (sequence, from, marks_before) = match before {
        Some((sequence, state, marks)) => (sequence, Some(state), marks),
        None => (0, None, Marks::default()),
    };
    let told = if ended(from, stands.state) {
        // The look may have shown it before its event came, and others tell nothing of it.
        let heard = heard(tx, claim).await?;
        causes(tx, heard.iter()).await?.into_iter().rfind(|told| told.closes)
    } else {
        causes(tx, claim.causes.iter()).await?.pop()
    };
    let (cause, actor) = told.map_or((None, None), |told| (Some(told.id), told.actor));
    let step = Transition {
        sequence: sequence + 1,
        from,
        marks_before,
        to: stands.state,
        marks: stands.marks,
        at,
        actor,
        cause,
        policies: stands.policies.clone(),
        decision,
    };
    write(tx, (repository, number), &step).await?;
    Ok(Some(step))
}

async fn write(tx: &mut Tx, (repository, number): (u64, u64), step: &Transition) -> Result<()> {
    let actor = step.actor.as_ref();
    tx.execute(
        STEP,
        values![
            repository,
            number,
            step.sequence,
            step.from.map(State::key),
            &names(step.marks_before),
            step.to.key(),
            &names(step.marks),
            step.at.as_millisecond(),
            actor.map(|actor| actor.id.cast_signed()),
            actor.map(|actor| actor.login.as_str()),
            actor.map(|actor| take::kind_name(actor.kind)),
            step.cause.as_deref(),
            &to_json(&step.policies)?,
            &step.decision.to_string(),
        ],
    )
    .await?;
    Ok(())
}

/// The deliveries for which the row is due, those since it was claimed too.
async fn heard(tx: &mut Tx, claim: &Claim) -> Result<Vec<String>> {
    let rows = tx.fetch(PENDING, values![&claim.subject.key()]).await?;
    let Some(row) = rows.first() else { return Ok(Vec::new()) };
    let pending = Pending::read(&row.text("pending")?).after(row.int("done_seq")?);
    Ok(pending.causes.into_iter().map(|(_, cause)| cause).collect())
}

/// What these deliveries told, in the order in which they came.
async fn causes(tx: &mut Tx, ids: impl Iterator<Item = &String>) -> Result<Vec<Told>> {
    let ids = ids.map(|id| json!({ "id": id }));
    let rows = tx.fetch(CAUSES, values![&Value::Array(ids.collect()).to_string()]).await?;
    let told = |row: &Row| {
        let closes = row.text("event")? == "pull_request" && row.text("action")? == "closed";
        let actor = account(row, ["sender", "sender_login", "sender_kind"])?;
        Ok(Told { id: row.text("id")?, closes, actor })
    };
    rows.iter().map(told).collect()
}

/// Whether a change can go in no more, by this step.
fn ended(from: Option<State>, to: State) -> bool {
    from.is_none_or(|from| from < State::Implement) && to >= State::Implement
}

impl Store {
    /// How a change went from state to state, the first step first.
    ///
    /// # Errors
    /// The database's.
    pub async fn transitions_of(&self, repository: u64, number: u64) -> Result<Vec<Transition>> {
        self.db.fetch(OF_PULL, values![repository, number]).await?.iter().map(read).collect()
    }

    /// Where a change stands by its last step; `None` where it has made none.
    ///
    /// # Errors
    /// The database's.
    pub async fn stands(&self, repository: u64, number: u64) -> Result<Option<(State, Marks)>> {
        let last = last(&self.db.fetch(LAST, values![repository, number]).await?)?;
        Ok(last.map(|(_, state, marks)| (state, marks)))
    }

    /// What was last said became of a change, by somebody whose word counted then; `None` where nobody has said.
    ///
    /// # Errors
    /// The database's.
    pub async fn said_of(&self, repository: u64, number: u64) -> Result<Option<ChangeResult>> {
        let subject = Reviewed::Pull { number }.key();
        let rows = self.db.fetch(CAME_TO, values![repository, &subject]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let name = row.text("result")?;
        let known = ChangeResult::ALL.into_iter().find(|result| result.name() == name);
        known.map(Some).ok_or_else(|| Error::Unreadable(format!("no such outcome of a change: `{name}`")))
    }
}

fn last(rows: &[Row]) -> Result<Option<(u64, State, Marks)>> {
    let last = |row: &Row| Ok((row.id("sequence")?, state(&row.text("to_state")?)?, marks(&row.text("to_marks")?)));
    rows.first().map(last).transpose()
}

fn read(row: &Row) -> Result<Transition> {
    let decision = row.text("decision")?.parse();
    Ok(Transition {
        sequence: row.id("sequence")?,
        from: row.maybe_text("from_state")?.as_deref().map(state).transpose()?,
        marks_before: marks(&row.text("from_marks")?),
        to: state(&row.text("to_state")?)?,
        marks: marks(&row.text("to_marks")?),
        at: row.instant("at")?,
        actor: account(row, ["actor", "actor_login", "actor_kind"])?,
        cause: row.maybe_text("cause")?,
        policies: from_json(&row.text("policies")?)?,
        decision: decision.map_err(|_| Error::Unreadable("a decision's id is none".into()))?,
    })
}

fn account(row: &Row, [id, login, kind]: [&str; 3]) -> Result<Option<Account>> {
    let (Some(id), Some(login)) = (row.maybe_id(id)?, row.maybe_text(login)?) else { return Ok(None) };
    let kind = take::kind(&row.maybe_text(kind)?.unwrap_or_default());
    Ok(Some(Account { id, login, kind }))
}

fn state(key: &str) -> Result<State> {
    State::of_key(key).ok_or_else(|| Error::Unreadable(format!("no such state of a change: `{key}`")))
}

fn names(marks: Marks) -> String {
    marks.names().collect::<Vec<_>>().join(" ")
}

fn marks(names: &str) -> Marks {
    let has = |name: &str| names.split(' ').any(|there| there == name);
    Marks { frozen: has("frozen"), emergency: has("emergency") }
}
