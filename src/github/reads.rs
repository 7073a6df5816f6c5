//! The reads beside the look: each one asked only where a decision needs it.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::account::{Account, AccountKind, Oid, TeamName};
use countersign_domain::facts::Known;
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::client::Installation;
use super::error::{Error, Result};

/// An account as GitHub's REST API and webhooks give it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RestAccount {
    #[serde(default)]
    pub(super) id: u64,
    #[serde(default)]
    pub(super) login: String,
    #[serde(default, rename = "type")]
    pub(super) kind: String,
}

impl RestAccount {
    /// As the domain knows it; `None` for an account without a number.
    pub(super) fn account(&self) -> Option<Account> {
        let kind = match self.kind.as_str() {
            "User" => AccountKind::User,
            "Bot" => AccountKind::Bot,
            _ => AccountKind::Other,
        };
        (self.id > 0).then(|| Account { id: self.id, login: self.login.trim_end_matches("[bot]").to_owned(), kind })
    }
}

/// A push of a branch, from GitHub's activity list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The commit before; only zeros where the push made the branch.
    pub before: Oid,
    /// The commit after.
    pub after: Oid,
    /// When.
    pub at: Timestamp,
    /// Who; `None` for a deleted account.
    pub actor: Option<Account>,
}

/// An open pull request as the sweep's list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPull {
    /// Its number.
    pub number: u64,
    /// Its head commit.
    pub head: Oid,
    /// Its base branch.
    pub base: String,
    /// GitHub's instant of its last change.
    pub updated_at: Timestamp,
    /// Our newest check runs on its head: name, and the fingerprint that was sent with it.
    pub own_runs: BTreeMap<String, String>,
}

/// A check run of ours, read by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidRun {
    /// GitHub's number for it.
    pub id: u64,
    /// The fingerprint that was sent with it.
    pub fingerprint: String,
}

impl Installation {
    /// The members of a team and of the teams below it.
    pub async fn team_members(&self, team: &TeamName) -> Result<Known<BTreeSet<Account>>> {
        const QUERY: &str = include_str!("team.graphql");
        #[derive(Deserialize)]
        struct Data {
            organization: Option<Organization>,
        }
        #[derive(Deserialize)]
        struct Organization {
            team: Option<Team>,
        }
        #[derive(Deserialize)]
        struct Team {
            members: Members,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Members {
            total_count: u64,
            page_info: PageInfo,
            nodes: Vec<Option<User>>,
        }
        let mut members = BTreeSet::new();
        let mut after: Option<String> = None;
        loop {
            let variables = json!({ "organisation": team.organisation, "team": team.slug, "after": after });
            let answer = self.graphql::<Data>(QUERY, "TeamMembers", variables).await?;
            let Some(page) = answer.data.organization.and_then(|org| org.team).map(|team| team.members) else {
                let why = answer.errors.first().map_or("GitHub shows no such team", |error| error.message.as_str());
                return Ok(Known::unknown(format!("the team {team} cannot be read: {why}")));
            };
            members.extend(page.nodes.into_iter().flatten().filter_map(User::account));
            match page.page_info.end_cursor.filter(|_| page.page_info.has_next_page) {
                Some(cursor) if members.len() < 20_000 => after = Some(cursor),
                _ if members.len() as u64 == page.total_count => return Ok(Known::Known(members)),
                _ => {
                    return Ok(Known::unknown(format!(
                        "GitHub gave {} of {} members of {team}",
                        members.len(),
                        page.total_count
                    )));
                }
            }
        }
    }

    /// The account that a login names now, `x[bot]` a bot's; `None` where there is none.
    pub async fn account(&self, login: &str) -> Result<Option<Account>> {
        if !login.ends_with("[bot]") {
            return self.user(login).await;
        }
        // GitHub's GraphQL types find no bot by its login.
        let found: Result<RestAccount> = self.rest(Method::GET, &format!("/users/{}", encode(login)), None).await;
        match found {
            Ok(found) => Ok(found.account().filter(|account| account.is_called(login))),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The person that a login names now; `None` where there is none.
    async fn user(&self, login: &str) -> Result<Option<Account>> {
        const QUERY: &str = include_str!("user.graphql");
        #[derive(Deserialize)]
        struct Data {
            user: Option<User>,
        }
        let answer = self.graphql::<Data>(QUERY, "NamedUser", json!({ "login": login })).await?;
        let user = answer.data.user.and_then(User::account);
        match answer.errors.first() {
            Some(error) if user.is_none() && error.kind != "NOT_FOUND" => Err(Error::Odd(error.message.clone())),
            _ => Ok(user),
        }
    }

    /// Whether a pull request of the author's was merged in the repository. GitHub's search may lag behind a merge.
    pub async fn merged_before(&self, owner: &str, name: &str, author: &Account) -> Result<Known<bool>> {
        const QUERY: &str = include_str!("merged.graphql");
        #[derive(Deserialize)]
        struct Data {
            search: Found,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Found {
            issue_count: u64,
        }
        let Some(author) = searched(author) else {
            return Ok(Known::unknown("GitHub searches for people and Apps alone"));
        };
        let variables = json!({ "ofAuthor": format!("repo:{owner}/{name} is:pr is:merged author:{author}") });
        match self.graphql::<Data>(QUERY, "MergedBefore", variables).await {
            Ok(answer) => Ok(Known::Known(answer.data.search.issue_count > 0)),
            Err(Error::Odd(why)) => Ok(Known::unknown(format!("GitHub did not answer: {why}"))),
            Err(error) => Err(error),
        }
    }

    /// Who pushed a branch, newest first; `None` where there were more than 1,000 pushes.
    pub async fn activity(&self, owner: &str, name: &str, branch: &str) -> Result<Option<Vec<Activity>>> {
        #[derive(Deserialize)]
        struct Entry {
            before: String,
            after: String,
            timestamp: Timestamp,
            actor: Option<RestAccount>,
        }
        let path = format!("/repos/{owner}/{name}/activity?ref={}", encode(&format!("refs/heads/{branch}")));
        let push = |entry: Entry| Activity {
            before: Oid::new(entry.before),
            after: Oid::new(entry.after),
            at: entry.timestamp,
            actor: entry.actor.and_then(|actor| actor.account()),
        };
        let entries = self.rest_pages_after::<Entry>(&path, 10).await?;
        Ok(entries.map(|entries| entries.into_iter().map(push).collect()))
    }

    /// Former versions of a file, newest first, at most 50: on a branch's history, or the default one's.
    pub async fn file_history(
        &self,
        owner: &str,
        name: &str,
        branch: Option<&str>,
        path: &str,
    ) -> Result<Vec<countersign_domain::policy::Version>> {
        const QUERY: &str = include_str!("file_history.graphql");
        #[derive(Deserialize)]
        struct Data {
            repository: Option<Repository>,
        }
        #[derive(Deserialize)]
        struct Repository {
            object: Option<Commits>,
        }
        #[derive(Deserialize)]
        struct Commits {
            history: Option<History>,
        }
        #[derive(Deserialize)]
        struct History {
            nodes: Vec<Option<Commit>>,
        }
        #[derive(Deserialize)]
        struct Commit {
            file: Option<Entry>,
        }
        #[derive(Deserialize)]
        struct Entry {
            oid: String,
            object: Option<Blob>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Blob {
            text: Option<String>,
            #[serde(default)]
            is_truncated: bool,
        }
        let expression = branch.map_or_else(|| "HEAD".to_owned(), |branch| format!("refs/heads/{branch}"));
        let variables = json!({ "owner": owner, "name": name, "expression": expression, "path": path });
        let answer = self.graphql::<Data>(QUERY, "FileHistory", variables).await?;
        let history = answer.data.repository.and_then(|repo| repo.object).and_then(|commit| commit.history);
        let commits = history.into_iter().flat_map(|history| history.nodes).flatten();
        Ok(commits
            .filter_map(|commit| {
                let entry = commit.file?;
                let blob = entry.object.filter(|blob| !blob.is_truncated)?;
                Some(countersign_domain::policy::Version { blob: entry.oid, text: blob.text? })
            })
            .collect())
    }

    /// Our newest check run of that name on a commit.
    pub async fn own_run(&self, owner: &str, name: &str, head: &Oid, check: &str) -> Result<Option<SaidRun>> {
        #[derive(Deserialize)]
        struct Page {
            check_runs: Vec<Run>,
        }
        #[derive(Deserialize)]
        struct Run {
            id: u64,
            external_id: Option<String>,
        }
        let (check, app) = (encode(check), self.github().app_id());
        let path =
            format!("/repos/{owner}/{name}/commits/{head}/check-runs?check_name={check}&app_id={app}&per_page=100");
        let page: Page = self.rest(Method::GET, &path, None).await?;
        let newest = page.check_runs.into_iter().max_by_key(|run| run.id);
        Ok(newest.map(|run| SaidRun { id: run.id, fingerprint: run.external_id.unwrap_or_default() }))
    }

    /// A page of a repository's pull requests, as the query lists them, and the cursor of the next one.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such repository, or it may not be seen.
    pub(super) async fn page_of_pulls<T: DeserializeOwned>(
        &self,
        (owner, name): (&str, &str),
        (query, operation): (&str, &str),
        mut variables: Value,
    ) -> Result<(Vec<T>, Option<String>)> {
        #[derive(Deserialize)]
        struct Data<T> {
            repository: Option<Repository<T>>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Repository<T> {
            pull_requests: Pulls<T>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Pulls<T> {
            page_info: PageInfo,
            nodes: Vec<Option<T>>,
        }
        variables["owner"] = owner.into();
        variables["name"] = name.into();
        let answer = self.graphql::<Data<T>>(query, operation, variables).await?;
        let Some(page) = answer.data.repository.map(|repository| repository.pull_requests) else {
            return Err(Error::NotFound(format!("{owner}/{name}")));
        };
        let next = page.page_info.end_cursor.filter(|_| page.page_info.has_next_page);
        Ok((page.nodes.into_iter().flatten().collect(), next))
    }

    /// The open pull requests of a repository, 100 a request, with our check runs on their heads.
    pub async fn open_pulls(&self, owner: &str, name: &str) -> Result<Vec<OpenPull>> {
        const QUERY: &str = include_str!("open_pulls.graphql");
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Pull {
            number: u64,
            head_ref_oid: String,
            base_ref_name: String,
            updated_at: Timestamp,
            commits: Nodes<CommitNode>,
        }
        #[derive(Deserialize)]
        struct Nodes<T> {
            nodes: Vec<Option<T>>,
        }
        #[derive(Deserialize)]
        struct CommitNode {
            commit: Commit,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Commit {
            check_suites: Option<Nodes<Suite>>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Suite {
            check_runs: Option<Nodes<Run>>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Run {
            name: String,
            external_id: Option<String>,
        }
        let mut all = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let variables = json!({ "app": self.github().app_id(), "after": after });
            let asked = (QUERY, "OpenPulls");
            let (pulls, next) = self.page_of_pulls::<Pull>((owner, name), asked, variables).await?;
            for pull in pulls {
                let suites = pull.commits.nodes.into_iter().flatten().filter_map(|node| node.commit.check_suites);
                let runs = suites
                    .flat_map(|suites| suites.nodes)
                    .flatten()
                    .filter_map(|suite| suite.check_runs)
                    .flat_map(|runs| runs.nodes)
                    .flatten();
                let own_runs = runs.map(|run| (run.name, run.external_id.unwrap_or_default())).collect();
                let head = Oid::new(pull.head_ref_oid);
                all.push(OpenPull {
                    number: pull.number,
                    head,
                    base: pull.base_ref_name,
                    updated_at: pull.updated_at,
                    own_runs,
                });
            }
            match next {
                Some(cursor) => after = Some(cursor),
                None => return Ok(all),
            }
        }
    }

    /// The repositories that the installation covers.
    pub async fn repositories(&self) -> Result<Vec<crate::signal::RepositoryName>> {
        #[derive(Deserialize)]
        struct Page {
            total_count: usize,
            repositories: Vec<super::event::Repository>,
        }
        let mut all = Vec::new();
        for page in 1.. {
            let answer: Page =
                self.rest(Method::GET, &format!("/installation/repositories?per_page=100&page={page}"), None).await?;
            let empty = answer.repositories.is_empty();
            all.extend(answer.repositories.iter().filter_map(super::event::Repository::name));
            if empty || all.len() >= answer.total_count {
                break;
            }
        }
        Ok(all)
    }
}

/// An author in the language of GitHub's search; nothing for what is neither a person nor an App.
fn searched(author: &Account) -> Option<String> {
    match author.kind {
        AccountKind::User => Some(author.login.clone()),
        AccountKind::Bot => Some(format!("app/{}", author.login)),
        AccountKind::Other => None,
    }
}

/// A person in GraphQL's answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    login: String,
    database_id: Option<u64>,
}

impl User {
    fn account(self) -> Option<Account> {
        Some(Account { id: self.database_id?, login: self.login, kind: AccountKind::User })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

/// Percent-encodes what is not unreserved (RFC 3986, section 2.3), slashes included: one path segment or query value.
pub(super) fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            _ => {
                use std::fmt::Write as _;
                // Writing to a `String` does not fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_are_searched_for_by_their_kind() {
        let author = |login: &str, kind| Account { id: 1, login: login.to_owned(), kind };
        assert_eq!(searched(&author("ann", AccountKind::User)).as_deref(), Some("ann"));
        assert_eq!(searched(&author("dependabot", AccountKind::Bot)).as_deref(), Some("app/dependabot"));
        assert_eq!(searched(&author("acme", AccountKind::Other)), None);
    }
}
