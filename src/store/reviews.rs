//! Reviews that are owed of what went in, their issues, what was said became of it, and what went in without our word.
//!
//! An obligation is kept before its issue is begun, and that before it is opened: nothing of this is lost by a crash, and
//! nothing is opened twice. Absent: what owes a review, and whose word counts.

use countersign_domain::account::{Account, Oid};
use countersign_domain::decision::{ChangeOutcome, Outcome, TouchedService};
use countersign_domain::facts::{OverdueReview, RecordOf, TrackRecord};
use countersign_domain::layer::Layer;
use jiff::Timestamp;

use super::Store;
use super::claim::Subject;
use super::db::{Row, Tx, Writes, values};
use super::decision;
use super::error::Result;
use super::sql::{Sql, statements};
use super::take;

statements! {
    OWE = Sql::both(
        "INSERT INTO review (repository, subject, number, branch, head, causes, due, owed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (repository, subject) DO NOTHING"
    );
    REVIEW = Sql::both(
        "SELECT causes, due, owed_at, begun_at, issue, refused, refused_at, done_at, closed_at FROM review
        WHERE repository = $1 AND subject = $2"
    );
    BEGIN = Sql::both("UPDATE review SET begun_at = $3 WHERE repository = $1 AND subject = $2 AND begun_at IS NULL");
    OPENED = Sql::both(
        "UPDATE review SET issue = $3, refused = NULL, refused_at = NULL
        WHERE repository = $1 AND subject = $2 AND issue IS NULL"
    );
    REFUSED = Sql::both("UPDATE review SET refused = $3, refused_at = $4 WHERE repository = $1 AND subject = $2");
    DONE = Sql::both("UPDATE review SET done_at = $3 WHERE repository = $1 AND subject = $2 AND done_at IS NULL");
    CLOSED = Sql::both("UPDATE review SET closed_at = $3 WHERE repository = $1 AND subject = $2");
    OF_ISSUE = Sql::both("SELECT number, branch, head FROM review WHERE repository = $1 AND issue = $2");
    OVERDUE = Sql::both(
        "SELECT number, issue, due FROM review
        WHERE repository = $1 AND number <> $2 AND done_at IS NULL AND due <= $3 AND causes NOT LIKE '%emergency%'
        ORDER BY due, subject LIMIT 20"
    );
    OF_SERVICES = Sql::both(
        "SELECT s.layer, s.service AS name, CAST(COUNT(*) AS BIGINT) AS outcomes,
            CAST(SUM(CASE WHEN o.result = 'successful' THEN 1 ELSE 0 END) AS BIGINT) AS successful
        FROM change_service s JOIN change_outcome o ON o.repository = s.repository AND o.number = s.number
        WHERE s.owner_key = $1 AND (s.layer = 'organisation' OR s.repository = $2)
        GROUP BY s.layer, s.service ORDER BY s.layer, s.service LIMIT 500"
    );
    OF_TEAMS = Sql::both(
        "SELECT team AS name, CAST(COUNT(*) AS BIGINT) AS outcomes,
            CAST(SUM(CASE WHEN result = 'successful' THEN 1 ELSE 0 END) AS BIGINT) AS successful
        FROM (SELECT DISTINCT s.repository, s.number, s.team, o.result
            FROM change_service s JOIN change_outcome o ON o.repository = s.repository AND o.number = s.number
            WHERE s.owner_key = $1 AND s.team IS NOT NULL AND (s.layer = 'organisation' OR s.repository = $2)) AS of_team
        GROUP BY team ORDER BY team LIMIT 500"
    );
    OUTCOME = Sql::both(
        "INSERT INTO change_outcome (repository, subject, number, result, text, account, account_login, at, failed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CAST($9 AS BIGINT))
        ON CONFLICT (repository, subject) DO UPDATE SET result = excluded.result, text = excluded.text,
            account = excluded.account, account_login = excluded.account_login, at = excluded.at,
            failed_at = COALESCE(change_outcome.failed_at, excluded.failed_at)
        WHERE excluded.at > change_outcome.at"
    );
    SERVICE = Sql::both(
        "INSERT INTO change_service (repository, number, owner_key, layer, service, team) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (repository, number, layer, service) DO NOTHING"
    );
    NOTE = Sql::both(
        "INSERT INTO unauthorised (repository, subject, number, branch, head, account, account_login, why, happened_at,
            noted_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (repository, subject) DO NOTHING"
    );
    NOTED = Sql::both(
        "SELECT subject, number, branch, head, account, account_login, why, happened_at FROM unauthorised
        WHERE repository = $1 ORDER BY happened_at, subject"
    );
    PUSH = Sql::both(
        "SELECT before_head, after_head, sender, sender_login, sender_kind, at FROM push
        WHERE repository = $1 AND branch = $2 AND after_head = $3 ORDER BY at LIMIT 1"
    );
    GOVERNS = Sql::both(
        "SELECT p.number FROM pull p WHERE p.repository = $1 AND p.base = $2 AND p.decision IS NOT NULL LIMIT 1"
    );
    /// What a pull request into that branch came to when one was last decided while it was open. One that is over is
    /// silent, whatever its policy; only from before does silence say that none speaks. The newest decisions are looked
    /// through first (a CROSS JOIN keeps SQLite to that order).
    GOVERNED = Sql::both(
        "SELECT d.outcome, d.check_name FROM decision d CROSS JOIN pull p
            LEFT JOIN change_row c ON c.repository = p.repository AND c.number = p.number
        WHERE d.repository = $1 AND d.as_of < CAST($3 AS BIGINT)
            AND d.key = 'pull:' || d.repository || '#' || d.number
            AND p.repository = d.repository AND p.number = d.number AND p.base = $2
            AND (d.outcome <> 'silent' OR p.open = 1 OR d.as_of < c.merged_at
                OR (d.number = $4 AND d.as_of < CAST($3 AS BIGINT) - 1000))
        ORDER BY d.as_of DESC, d.id DESC LIMIT 1"
    );
}

/// What a review is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reviewed {
    /// A pull request that went in.
    Pull {
        /// Its number.
        number: u64,
    },
    /// A push around all pull requests.
    Push {
        /// The branch.
        branch: String,
        /// The commit it left there.
        head: Oid,
    },
}

impl Reviewed {
    /// The name under which it is kept: `pull:NUMBER`, `push:COMMIT:BRANCH`. The branch is in hexadecimal, since one may
    /// be called by what would end the mark in an issue.
    pub fn key(&self) -> String {
        match self {
            Self::Pull { number } => format!("pull:{number}"),
            Self::Push { branch, head } => format!("push:{head}:{}", hex::encode(branch)),
        }
    }

    fn columns(&self) -> (u64, &str, &str) {
        match self {
            Self::Pull { number } => (*number, "", ""),
            Self::Push { branch, head } => (0, branch, head.as_str()),
        }
    }
}

/// A review that is owed, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// Why it is owed: `emergency`, `pir`, `unauthorised`, with commas between.
    pub causes: String,
    /// Until when.
    pub due: Timestamp,
    /// When its issue was begun, be it open by now or not.
    pub begun_at: Option<Timestamp>,
    /// The number of its issue.
    pub issue: Option<u64>,
    /// Why GitHub took no issue, and when that was.
    pub refused: Option<(String, Timestamp)>,
    /// Whether it was done.
    pub is_done: bool,
    /// Whether its issue was closed by us.
    pub is_closed: bool,
}

/// Something that went in without our word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unauthorised {
    /// What.
    pub what: Reviewed,
    /// The commit by which it went in.
    pub head: Oid,
    /// The branch it went into.
    pub branch: String,
    /// Who did it; `None` where GitHub names nobody.
    pub by: Option<(u64, String)>,
    /// Why it counts as such, for people.
    pub why: String,
    /// When it went in.
    pub at: Timestamp,
}

/// A push, as its event told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushRow {
    /// The commit before.
    pub before: Oid,
    /// The commit after.
    pub head: Oid,
    /// Who.
    pub by: Account,
    /// When it was received.
    pub at: Timestamp,
}

/// Whether pull requests into a branch were decided, so that a push to it is looked at.
pub(super) async fn governs(tx: &mut Tx, repository: u64, branch: &str) -> Result<bool> {
    Ok(!tx.fetch(GOVERNS, values![repository, branch]).await?.is_empty())
}

/// What an issue is the review of, as a row of the queue.
pub(super) async fn of_issue(tx: &mut Tx, repository: u64, issue: u64) -> Result<Option<Subject>> {
    let rows = tx.fetch(OF_ISSUE, values![repository, issue]).await?;
    rows.first()
        .map(|row| match row.id("number")? {
            0 => Ok(Subject::Push { repository, branch: row.text("branch")?, head: Oid::new(row.text("head")?) }),
            number => Ok(Subject::Pull { repository, number }),
        })
        .transpose()
}

impl Store {
    /// Remembers that something is to be reviewed. What is owed stays as it was first owed.
    ///
    /// # Errors
    /// The database's.
    pub async fn owe(&self, repository: u64, what: &Reviewed, causes: &str, due: Timestamp) -> Result<()> {
        let now = self.db.now(&self.clock).await?;
        let (number, branch, head) = what.columns();
        let (key, due) = (what.key(), due.as_millisecond());
        let values = values![repository, &key, number, branch, head, causes, due, now];
        self.db.execute(Writes::Records, OWE, values).await?;
        Ok(())
    }

    /// The review that is or was owed of something.
    ///
    /// # Errors
    /// The database's.
    pub async fn review(&self, repository: u64, what: &Reviewed) -> Result<Option<ReviewRow>> {
        let rows = self.db.fetch(REVIEW, values![repository, &what.key()]).await?;
        rows.first().map(read).transpose()
    }

    /// Remembers that its issue is about to be opened.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_review_issue(&self, repository: u64, what: &Reviewed) -> Result<()> {
        let now = self.db.now(&self.clock).await?;
        self.db.execute(Writes::Records, BEGIN, values![repository, &what.key(), now]).await?;
        Ok(())
    }

    /// Remembers its issue.
    ///
    /// # Errors
    /// The database's.
    pub async fn review_issue_opened(&self, repository: u64, what: &Reviewed, issue: u64) -> Result<()> {
        self.db.execute(Writes::Records, OPENED, values![repository, &what.key(), issue]).await?;
        Ok(())
    }

    /// Remembers that GitHub takes no issue.
    ///
    /// # Errors
    /// The database's.
    pub async fn review_issue_refused(&self, repository: u64, what: &Reviewed, why: &str) -> Result<()> {
        let now = self.db.now(&self.clock).await?;
        self.db.execute(Writes::Records, REFUSED, values![repository, &what.key(), why, now]).await?;
        Ok(())
    }

    /// Remembers that the review was done.
    ///
    /// # Errors
    /// The database's.
    pub async fn review_over(&self, repository: u64, what: &Reviewed, at: Timestamp) -> Result<()> {
        self.db.execute(Writes::Records, DONE, values![repository, &what.key(), at.as_millisecond()]).await?;
        Ok(())
    }

    /// Remembers that its issue was closed.
    ///
    /// # Errors
    /// The database's.
    pub async fn review_issue_closed(&self, repository: u64, what: &Reviewed) -> Result<()> {
        let now = self.db.now(&self.clock).await?;
        self.db.execute(Writes::Records, CLOSED, values![repository, &what.key(), now]).await?;
        Ok(())
    }

    /// The reviews of a repository that were due by an instant and are not done, but for those of one pull request and of
    /// emergencies.
    ///
    /// # Errors
    /// The database's.
    pub async fn overdue_reviews(&self, repository: u64, besides: u64, at: Timestamp) -> Result<Vec<OverdueReview>> {
        let rows = self.db.fetch(OVERDUE, values![repository, besides, at.as_millisecond()]).await?;
        let overdue = |row: &Row| {
            Ok(OverdueReview { number: row.id("number")?, issue: row.maybe_id("issue")?, due: row.instant("due")? })
        };
        rows.iter().map(overdue).collect()
    }

    /// How the changes of a repository turned out, and those of its owner's where the organisation's policy says what they
    /// touched: by service, and by whose it is.
    ///
    /// # Errors
    /// The database's.
    pub async fn track_record(&self, repository: u64, owner: &str) -> Result<Vec<TrackRecord>> {
        let owner = owner.to_lowercase();
        let record = |row: &Row, of: RecordOf| -> Result<TrackRecord> {
            Ok(TrackRecord { of, successful: row.count("successful")?, outcomes: row.count("outcomes")? })
        };
        let mut found = Vec::new();
        for row in &self.db.fetch(OF_SERVICES, values![&owner, repository]).await? {
            let organisation = row.text("layer")? == Layer::Organisation.name();
            let layer = if organisation { Layer::Organisation } else { Layer::Repository };
            found.push(record(row, RecordOf::Service { layer, name: row.text("name")? })?);
        }
        for row in &self.db.fetch(OF_TEAMS, values![&owner, repository]).await? {
            found.push(record(row, RecordOf::Team(row.text("name")?))?);
        }
        Ok(found)
    }

    /// Remembers what became of something; false where that is known already. Of several words the newest stays, and that
    /// one of them said that it failed.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_outcome(&self, repository: u64, what: &Reviewed, outcome: &ChangeOutcome) -> Result<bool> {
        let (number, ..) = what.columns();
        let ChangeOutcome { result, text, by: Account { id, login, .. }, at } = outcome;
        let (key, at) = (what.key(), at.as_millisecond());
        let failed_at = outcome.has_failed().then_some(at);
        let values = values![repository, &key, number, result.name(), text, *id, login, at, failed_at];
        Ok(self.db.execute(Writes::Records, OUTCOME, values).await? > 0)
    }

    /// Remembers which services a change touched that went in.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_services(&self, pull: (u64, u64), owner: &str, touched: &[TouchedService]) -> Result<()> {
        if touched.is_empty() {
            return Ok(());
        }
        let owner = owner.to_lowercase();
        let mut tx = self.db.begin(Writes::Records).await?;
        for service in touched {
            let (layer, team) = (service.layer.name(), service.owner.as_deref());
            tx.execute(SERVICE, values![pull.0, pull.1, &owner, layer, &service.name, team]).await?;
        }
        tx.commit().await
    }

    /// Keeps, once and for ever, that something went in without our word.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_unauthorised(&self, repository: u64, it: &Unauthorised) -> Result<()> {
        let now = self.db.now(&self.clock).await?;
        let (number, ..) = it.what.columns();
        let (key, at) = (it.what.key(), it.at.as_millisecond());
        let (by, login) =
            (it.by.as_ref().map(|(id, _)| id.cast_signed()), it.by.as_ref().map(|(_, login)| login.as_str()));
        let values = values![repository, &key, number, &it.branch, it.head.as_str(), by, login, &it.why, at, now];
        self.db.execute(Writes::Records, NOTE, values).await?;
        Ok(())
    }

    /// What went into a repository without our word, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn unauthorised(&self, repository: u64) -> Result<Vec<Unauthorised>> {
        let read = |row: &Row| {
            let (head, branch) = (Oid::new(row.text("head")?), row.text("branch")?);
            let what = match row.id("number")? {
                0 => Reviewed::Push { branch: branch.clone(), head: head.clone() },
                number => Reviewed::Pull { number },
            };
            let by = row.maybe_id("account")?.zip(row.maybe_text("account_login")?);
            Ok(Unauthorised { what, head, branch, by, why: row.text("why")?, at: row.instant("happened_at")? })
        };
        self.db.fetch(NOTED, values![repository]).await?.iter().map(read).collect()
    }

    /// The push that left that commit on a branch.
    ///
    /// # Errors
    /// The database's.
    pub async fn push_of(&self, repository: u64, branch: &str, head: &Oid) -> Result<Option<PushRow>> {
        let rows = self.db.fetch(PUSH, values![repository, branch, head.as_str()]).await?;
        let push = |row: &Row| {
            let kind = take::kind(&row.text("sender_kind")?);
            let by = Account { id: row.id("sender")?, login: row.text("sender_login")?, kind };
            Ok(PushRow { before: Oid::new(row.text("before_head")?), head: head.clone(), by, at: row.instant("at")? })
        };
        rows.first().map(push).transpose()
    }

    /// What a pull request into a branch came to when one was last decided before an instant, and by which check; `None`
    /// where none was, or no policy spoke. What went in is named by its number, and the instant is a second later.
    ///
    /// # Errors
    /// The database's.
    pub async fn governed(
        &self,
        repository: u64,
        base: &str,
        before: Timestamp,
        went_in: Option<u64>,
    ) -> Result<Option<(Outcome, String)>> {
        let values = values![repository, base, before.as_millisecond(), went_in.unwrap_or_default()];
        let rows = self.db.fetch(GOVERNED, values).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let outcome = decision::outcome(&row.text("outcome")?)?;
        Ok(if outcome == Outcome::Silent { None } else { Some((outcome, row.text("check_name")?)) })
    }
}

fn read(row: &Row) -> Result<ReviewRow> {
    let refused = row.maybe_text("refused")?.zip(row.maybe_instant("refused_at")?);
    Ok(ReviewRow {
        causes: row.text("causes")?,
        due: row.instant("due")?,
        begun_at: row.maybe_instant("begun_at")?,
        issue: row.maybe_id("issue")?,
        refused,
        is_done: row.maybe_instant("done_at")?.is_some(),
        is_closed: row.maybe_instant("closed_at")?.is_some(),
    })
}
