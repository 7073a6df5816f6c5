//! What events proved, and what the indexes know: reads for the pipeline and the sweep.
//!
//! Conclusions are not drawn here. Who was not seen is absent; whether that makes a fact
//! unknown is for the caller to say.

use std::collections::BTreeSet;

use countersign_domain::account::{Account, Oid};
use countersign_domain::decision::Outcome;
use jiff::Timestamp;

use super::Store;
use super::claim::Claim;
use super::db::{Row, Writes, values};
use super::decision;
use super::error::Result;
use super::mark::{Cause, Marks};
use super::pack;
use super::sql::{Sql, statements};
use super::take;
use crate::signal::{Mark, PullIndex, RepositoryName};

statements! {
    HEAD_MOVES = Sql::both(
        "SELECT before_head, after_head, sender, sender_login, sender_kind, at FROM head_move
        WHERE repository = $1 AND number = $2 ORDER BY at"
    );
    PUSHES = Sql::both(
        "SELECT before_head, after_head, sender, sender_login, sender_kind, at FROM push
        WHERE repository = $1 AND branch = $2 AND after_head IN ($3, $4, $5, $6, $7, $8, $9, $10) ORDER BY at"
    );
    BODIES = Sql::both(
        "SELECT at, editor, editor_login, editor_kind, text, received_at FROM body_version
        WHERE repository = $1 AND number = $2 ORDER BY at, hash"
    );
    SEEN = Sql::both("SELECT base, commits, at, could_write FROM seen WHERE review = $1");
    REMEMBER_SEEN = Sql::both(
        "INSERT INTO seen (review, repository, number, base, commits, at, could_write)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (review) DO NOTHING"
    );
    HEAD_COMMITS = Sql::both(
        "SELECT base, commits FROM head_commits WHERE repository = $1 AND number = $2 AND head = $3"
    );
    REMEMBER_HEAD = Sql::both(
        "INSERT INTO head_commits (repository, number, head, base, commits) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (repository, number, head) DO UPDATE SET base = excluded.base, commits = excluded.commits"
    );
    SIBLINGS = Sql::both(
        "SELECT number, CASE WHEN decided_head = head THEN own_outcome END AS outcome FROM pull
        WHERE repository = $1 AND head = $2 AND open = 1
            AND (check_name = $3 OR check_name IS NULL OR decided_head <> head) ORDER BY number"
    );
    REPOSITORY = Sql::both(
        "SELECT id, installation, owner, name, default_branch FROM repository WHERE id = $1 AND gone_at IS NULL"
    );
    REPOSITORIES = Sql::both(
        "SELECT id, installation, owner, name, default_branch FROM repository
        WHERE installation = $1 AND gone_at IS NULL ORDER BY id"
    );
    KNOWN_INSTALLATIONS = Sql::both("SELECT id FROM installation WHERE gone_at IS NULL AND id <> 0 ORDER BY id");
    RECEIVED = Sql::both("SELECT received_at FROM delivery WHERE id = $1");
    PULL = Sql::both("SELECT head, base, open, updated_at FROM pull WHERE repository = $1 AND number = $2");
    OPEN_PULLS = Sql::both(
        "SELECT number, head, base, updated_at, decided_head, run_id, run_fingerprint FROM pull
        WHERE repository = $1 AND open = 1 ORDER BY number"
    );
    IS_TAKEN = Sql::both("SELECT id FROM delivery WHERE id = $1");
    PAYLOAD = Sql::both("SELECT payload FROM delivery WHERE id = $1");
}

/// How many commits [`PUSHES`] asks for at once.
const AT_ONCE: usize = 8;

/// Somebody moved a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenMove {
    /// The commit before; `None` where there was none, or the event does not tell.
    pub before: Option<Oid>,
    /// Whether the push made the branch.
    pub made: bool,
    /// The commit after.
    pub after: Oid,
    /// Who.
    pub sender: Account,
    /// When it was received.
    pub at: Timestamp,
}

/// Where a pull request's head is.
#[derive(Debug, Clone, Copy)]
pub struct HeadPlace<'a> {
    /// The repository of the pull request.
    pub repository: u64,
    /// Its number.
    pub number: u64,
    /// The repository that the head is in, where it is known.
    pub head_repository: Option<u64>,
    /// The branch that the head is on.
    pub branch: &'a str,
}

/// A description as it stood from an instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyVersion {
    /// From when.
    pub at: Timestamp,
    /// Who wrote it; `None` where no event said so.
    pub editor: Option<Account>,
    /// The text.
    pub text: String,
    /// When the event that told it was received.
    pub received_at: Timestamp,
}

/// What stood before a reviewer, as the first look after the review saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRow {
    /// The name of the base branch.
    pub base: String,
    /// The hash over the commits from base to head.
    pub commits: String,
    /// When that look was.
    pub at: Timestamp,
    /// Whether the reviewer could push; `None` where a former version looked.
    pub could_write: Option<bool>,
}

/// An open pull request with the same head, that may share the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiblingRow {
    /// Its number.
    pub number: u64,
    /// What it came to for itself; `None` where it was not decided for this head.
    pub outcome: Option<Outcome>,
}

/// A repository as the events name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryRow {
    /// Its number and names.
    pub name: RepositoryName,
    /// The installation to look through; 0 where no event said it.
    pub installation: u64,
}

/// An open pull request as the indexes know it, for the sweep to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPull {
    /// Its number.
    pub number: u64,
    /// Its head.
    pub head: Oid,
    /// Its base branch.
    pub base: String,
    /// GitHub's instant of its last change that we heard of.
    pub updated_at: Timestamp,
    /// The head of its last decision.
    pub decided_head: Option<Oid>,
    /// Our run on it, and the fingerprint sent with it.
    pub run: Option<(u64, String)>,
}

impl Store {
    /// Everybody seen moving the head of a pull request: by events of the pull request itself, and by pushes to its
    /// branch that ended at one of these commits or where such an event says that the head was.
    ///
    /// # Errors
    /// The database's.
    pub async fn pushers_of(&self, place: HeadPlace<'_>, commits: &[Oid]) -> Result<Vec<SeenMove>> {
        let rows = self.db.fetch(HEAD_MOVES, values![place.repository, place.number]).await?;
        let mut moves = rows.iter().map(moved).collect::<Result<Vec<_>>>()?;
        let Some(repository) = place.head_repository else { return Ok(moves) };
        let heads = moves.iter().flat_map(|moved| moved.before.iter().chain([&moved.after]));
        let ends: BTreeSet<Oid> = commits.iter().chain(heads).cloned().collect();
        let commits: Vec<&str> = ends.iter().map(Oid::as_str).collect();
        for chunk in commits.chunks(AT_ONCE) {
            let commit = |index: usize| chunk.get(index).or(chunk.first()).copied().unwrap_or_default();
            let [a, b, c, d, e, f, g, h] = std::array::from_fn::<_, AT_ONCE, _>(commit);
            let rows = self.db.fetch(PUSHES, values![repository, place.branch, a, b, c, d, e, f, g, h]).await?;
            for row in &rows {
                let push = moved(row)?;
                moves.push(SeenMove { made: push.before.is_none(), ..push });
            }
        }
        Ok(moves)
    }

    /// The descriptions of a pull request, oldest first, as far as events showed them.
    ///
    /// # Errors
    /// The database's.
    pub async fn bodies(&self, repository: u64, number: u64) -> Result<Vec<BodyVersion>> {
        let body = |row: &Row| {
            let editor = match (row.maybe_id("editor")?, row.maybe_text("editor_login")?) {
                (Some(id), Some(login)) => {
                    let kind = row.maybe_text("editor_kind")?.unwrap_or_default();
                    Some(Account { id, login, kind: take::kind(&kind) })
                }
                _ => None,
            };
            let (at, text) = (row.instant("at")?, pack::unpack_text(&row.bytes("text")?)?);
            Ok(BodyVersion { at, editor, text, received_at: row.maybe_instant("received_at")?.unwrap_or(at) })
        };
        self.db.fetch(BODIES, values![repository, number]).await?.iter().map(body).collect()
    }

    /// What stood before whoever gave that review; `None` where no look remembered it.
    ///
    /// # Errors
    /// The database's.
    pub async fn seen_at_review(&self, review: u64) -> Result<Option<SeenRow>> {
        let seen = |row: &Row| {
            let could_write = row.maybe_int("could_write")?.map(|could| could != 0);
            Ok(SeenRow { base: row.text("base")?, commits: row.text("commits")?, at: row.instant("at")?, could_write })
        };
        self.db.fetch(SEEN, values![review]).await?.first().map(seen).transpose()
    }

    /// Remembers what stood before a reviewer. The first answer stays.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_seen(&self, pull: (u64, u64), review: u64, seen: &SeenRow) -> Result<()> {
        let could_write = seen.could_write.map(i64::from);
        let at = seen.at.as_millisecond();
        let values = values![review, pull.0, pull.1, &seen.base, &seen.commits, at, could_write];
        self.db.execute(Writes::Records, REMEMBER_SEEN, values).await?;
        Ok(())
    }

    /// Base and hash of the commits of a pull request when that head was last looked at.
    ///
    /// # Errors
    /// The database's.
    pub async fn commits_at(&self, pull: (u64, u64), head: &Oid) -> Result<Option<(String, String)>> {
        let rows = self.db.fetch(HEAD_COMMITS, values![pull.0, pull.1, head.as_str()]).await?;
        rows.first().map(|row| Ok((row.text("base")?, row.text("commits")?))).transpose()
    }

    /// Remembers base and commits of a head; what is the same already is not written again.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_commits(&self, pull: (u64, u64), head: &Oid, base: &str, commits: &str) -> Result<()> {
        if self.commits_at(pull, head).await?.is_some_and(|(at, known)| at == base && known == commits) {
            return Ok(());
        }
        let values = values![pull.0, pull.1, head.as_str(), base, commits];
        self.db.execute(Writes::Records, REMEMBER_HEAD, values).await?;
        Ok(())
    }

    /// The open pull requests with that head which may share that check, the asking one included. Whoever was not
    /// decided for this head may.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_pulls_at(&self, repository: u64, head: &Oid, check_name: &str) -> Result<Vec<SiblingRow>> {
        let sibling = |row: &Row| {
            let outcome = row.maybe_text("outcome")?.map(|name| decision::outcome(&name)).transpose()?;
            Ok(SiblingRow { number: row.id("number")?, outcome })
        };
        self.db.fetch(SIBLINGS, values![repository, head.as_str(), check_name]).await?.iter().map(sibling).collect()
    }

    /// A repository; `None` where no event named it, or it is gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn repository(&self, id: u64) -> Result<Option<RepositoryRow>> {
        self.db.fetch(REPOSITORY, values![id]).await?.first().map(repository).transpose()
    }

    /// A repository that a sweep found, as it is called now.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_repository(&self, installation: u64, repository: &RepositoryName) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        take::name_repository(&mut tx, installation, repository).await?;
        tx.commit().await
    }

    /// A pull request by the indexes.
    ///
    /// # Errors
    /// The database's.
    pub async fn pull_index(&self, repository: u64, number: u64) -> Result<Option<PullIndex>> {
        let index = |row: &Row| {
            Ok(PullIndex {
                repository,
                number,
                head: Oid::new(row.text("head")?),
                base: row.text("base")?,
                open: row.int("open")? != 0,
                updated_at: row.instant("updated_at")?,
            })
        };
        self.db.fetch(PULL, values![repository, number]).await?.first().map(index).transpose()
    }

    /// The repositories of an installation that events named.
    ///
    /// # Errors
    /// The database's.
    pub async fn repositories(&self, installation: u64) -> Result<Vec<RepositoryRow>> {
        self.db.fetch(REPOSITORIES, values![installation]).await?.iter().map(repository).collect()
    }

    /// The installations that events named and none ended.
    ///
    /// # Errors
    /// The database's.
    pub async fn installations(&self) -> Result<Vec<u64>> {
        self.db.fetch(KNOWN_INSTALLATIONS, &[]).await?.iter().map(|row| row.id("id")).collect()
    }

    /// The open pull requests of a repository by the indexes.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_pulls(&self, repository: u64) -> Result<Vec<OpenPull>> {
        let open = |row: &Row| {
            let run = row.maybe_id("run_id")?.zip(row.maybe_text("run_fingerprint")?);
            Ok(OpenPull {
                number: row.id("number")?,
                head: Oid::new(row.text("head")?),
                base: row.text("base")?,
                updated_at: row.instant("updated_at")?,
                decided_head: row.maybe_text("decided_head")?.map(Oid::new),
                run,
            })
        };
        self.db.fetch(OPEN_PULLS, values![repository]).await?.iter().map(open).collect()
    }

    /// Makes due what no delivery asks for: what a sweep found to differ. What it read goes into the indexes first.
    ///
    /// # Errors
    /// The database's.
    pub async fn mark(&self, installation: u64, read: &[PullIndex], marks: &[Mark]) -> Result<()> {
        self.mark_told("", installation, read, marks).await
    }

    /// Makes due what follows from a look, for the delivery that asked for that last.
    ///
    /// # Errors
    /// The database's.
    pub async fn mark_because(&self, claim: &Claim, marks: &[Mark]) -> Result<()> {
        let delivery = claim.causes.last().map_or("", String::as_str);
        self.mark_told(delivery, claim.installation, &[], marks).await
    }

    async fn mark_told(&self, delivery: &str, installation: u64, read: &[PullIndex], marks: &[Mark]) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        let now = tx.now(&self.clock).await?;
        let mut due = Marks::default();
        decision::index_pulls(&mut tx, read, &[], &mut due).await?;
        let received_at = super::db::instant(now)?;
        let cause = Cause { delivery, installation, received_at, awaited: false, lowered: None };
        for mark in marks {
            due.resolve(&mut tx, mark, cause).await?;
        }
        due.write(&mut tx, now).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Whether a delivery was taken.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_taken(&self, delivery: &str) -> Result<bool> {
        Ok(!self.db.fetch(IS_TAKEN, values![delivery]).await?.is_empty())
    }

    /// When a delivery was received.
    ///
    /// # Errors
    /// The database's.
    pub async fn received_at(&self, delivery: &str) -> Result<Option<Timestamp>> {
        let rows = self.db.fetch(RECEIVED, values![delivery]).await?;
        rows.first().map(|row| row.instant("received_at")).transpose()
    }

    /// A delivery's body; `None` where it was never taken, or its retention is over.
    ///
    /// # Errors
    /// The database's.
    pub async fn payload(&self, delivery: &str) -> Result<Option<Vec<u8>>> {
        let rows = self.db.fetch(PAYLOAD, values![delivery]).await?;
        let payload = rows.first().map(|row| row.maybe_bytes("payload")).transpose()?.flatten();
        payload.map(|packed| pack::unpack(&packed)).transpose()
    }
}

fn moved(row: &Row) -> Result<SeenMove> {
    let kind = take::kind(&row.text("sender_kind")?);
    let sender = Account { id: row.id("sender")?, login: row.text("sender_login")?, kind };
    let before = Some(row.text("before_head")?).filter(|before| !before.is_empty()).map(Oid::new);
    Ok(SeenMove { before, made: false, after: Oid::new(row.text("after_head")?), sender, at: row.instant("at")? })
}

fn repository(row: &Row) -> Result<RepositoryRow> {
    let name = RepositoryName {
        id: row.id("id")?,
        owner: row.text("owner")?,
        name: row.text("name")?,
        default_branch: row.text("default_branch")?,
    };
    Ok(RepositoryRow { name, installation: row.id("installation")? })
}
