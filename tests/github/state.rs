//! What GitHub knows: plain data, its parts shared between snapshots.
//!
//! Only a [`Turn`](crate::turn::Turn) changes it. Reading never does, and never locks.

pub(crate) mod account;
pub(crate) mod app;
pub(crate) mod checks;
mod index;
pub(crate) mod issue;
pub(crate) mod pull_request;
pub(crate) mod repository;

use std::collections::BTreeMap;
use std::sync::Arc;

use account::{Account, AccountKind, Team};
use app::{App, Delivery, Installation, Token};
use jiff::Timestamp;
use pull_request::{Comment, PullRequest};
use repository::{Permission, Repository, Visibility};

use crate::git::Identity;

/// The whole of it. Cloning is cheap: the parts are shared.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// Where the server listens, without a slash at the end.
    pub url: String,
    last_id: u64,
    /// The App under test.
    pub app: u64,
    pub apps: BTreeMap<u64, Arc<App>>,
    pub accounts: BTreeMap<u64, Arc<Account>>,
    pub logins: BTreeMap<String, u64>,
    pub teams: BTreeMap<u64, Arc<Team>>,
    pub repositories: BTreeMap<u64, Arc<Repository>>,
    pub installations: BTreeMap<u64, Arc<Installation>>,
    pub tokens: BTreeMap<String, Arc<Token>>,
    pub deliveries: BTreeMap<u64, Arc<Delivery>>,
}

impl State {
    /// GitHub at `url` with nothing in it.
    pub(crate) fn new(url: String, app: u64) -> Self {
        Self { url, app, last_id: 1_000, ..Self::default() }
    }

    /// A number that nothing else has: every object of GitHub gets one.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn account(&self, id: u64) -> Option<&Arc<Account>> {
        self.accounts.get(&id)
    }

    pub(crate) fn by_login(&self, login: &str) -> Option<&Arc<Account>> {
        self.logins.get(&login.to_lowercase()).and_then(|id| self.account(*id))
    }

    pub(crate) fn login(&self, id: u64) -> &str {
        self.account(id).map_or("ghost", |it| &it.login)
    }

    /// The account that an address in a commit leads to.
    pub(crate) fn by_identity(&self, identity: &Identity) -> Option<&Arc<Account>> {
        let login = identity.email.split_once('@').map(|(name, _)| name.rsplit('+').next().unwrap_or(name));
        let guess = login.and_then(|login| self.by_login(login)).filter(|it| it.email == identity.email);
        guess.or_else(|| self.accounts.values().find(|it| it.email == identity.email))
    }

    pub(crate) fn repository(&self, owner: &str, name: &str) -> Option<&Arc<Repository>> {
        let owner = self.by_login(owner)?.id;
        self.repositories.values().find(|it| it.owner == owner && it.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn full_name(&self, repository: &Repository) -> String {
        format!("{}/{}", self.login(repository.owner), repository.name)
    }

    pub(crate) fn pull_request(&self, repository: u64, number: u64) -> Option<&Arc<PullRequest>> {
        self.repositories.get(&repository)?.pull_requests.get(&number)
    }

    pub(crate) fn team(&self, organisation: &str, slug: &str) -> Option<&Arc<Team>> {
        let organisation = self.by_login(organisation)?.id;
        self.teams.values().find(|it| it.organisation == organisation && it.slug == slug)
    }

    pub(crate) fn children<'a>(&'a self, team: &Team) -> impl Iterator<Item = &'a Arc<Team>> {
        let parent = team.id;
        self.teams.values().filter(move |it| it.parent == Some(parent))
    }

    /// Members of a team, those of the teams below it included.
    pub(crate) fn members(&self, team: &Team) -> BTreeMap<u64, bool> {
        let mut members = team.members.clone();
        for child in self.children(team) {
            for (member, maintainer) in self.members(child) {
                members.entry(member).or_insert(maintainer);
            }
        }
        members
    }

    /// What an account may do in a repository, by the best of all its ways to it.
    pub(crate) fn permission(&self, repository: &Repository, account: u64) -> Option<Permission> {
        if repository.owner == account {
            return Some(Permission::Admin);
        }
        let direct = repository.collaborators.get(&account).copied();
        let teams = self.teams.values().filter_map(|team| {
            let granted = repository.teams.get(&team.id).copied()?;
            self.members(team).contains_key(&account).then_some(granted)
        });
        let organisation = self.account(repository.owner).and_then(|owner| match &owner.kind {
            AccountKind::Organisation(it) => it
                .members
                .get(&account)
                .and_then(|owner| if *owner { Some(Permission::Admin) } else { it.base_permission }),
            _ => None,
        });
        let public = (repository.visibility == Visibility::Public).then_some(Permission::Read);
        direct.into_iter().chain(teams).chain(organisation).chain(public).max()
    }

    pub(crate) fn may_push(&self, repository: &Repository, account: Option<u64>) -> bool {
        account.and_then(|id| self.permission(repository, id)).is_some_and(|it| it >= Permission::Write)
    }

    /// How an account stands to a repository, in the words of `authorAssociation`.
    pub(crate) fn association(&self, repository: &Repository, account: Option<u64>) -> &'static str {
        let Some(account) = account else { return "NONE" };
        if repository.owner == account {
            return "OWNER";
        }
        if let Some(AccountKind::Organisation(it)) = self.account(repository.owner).map(|it| &it.kind)
            && it.members.contains_key(&account)
        {
            return "MEMBER";
        }
        if repository.collaborators.contains_key(&account) {
            return "COLLABORATOR";
        }
        if repository.contributors.contains(&account) { "CONTRIBUTOR" } else { "NONE" }
    }

    /// The installation of the App under test that sees this repository.
    pub(crate) fn installation_for(&self, repository: u64) -> Option<&Arc<Installation>> {
        let owner = self.repositories.get(&repository)?.owner;
        self.installation_of(owner).filter(|it| it.covers(repository))
    }

    pub(crate) fn installation_of(&self, account: u64) -> Option<&Arc<Installation>> {
        self.installations.values().find(|it| it.account == account)
    }

    /// The account that writes what the App under test writes.
    pub(crate) fn bot(&self) -> u64 {
        self.apps.get(&self.app).map_or(0, |app| app.bot)
    }

    pub(crate) fn app_by_slug(&self, slug: &str) -> Option<&Arc<App>> {
        self.apps.values().find(|app| app.slug == slug)
    }

    /// A comment by its id, with the pull request that it stands under.
    pub(crate) fn comment(&self, repository: &Repository, id: u64) -> Option<(Arc<PullRequest>, Arc<Comment>)> {
        let number = repository.comments.get(&id)?;
        let pull_request = repository.pull_requests.get(number)?;
        let comment = pull_request.comments.iter().find(|it| it.id == id)?;
        Some((Arc::clone(pull_request), Arc::clone(comment)))
    }
}

/// An instant as GitHub writes it: to the second.
pub(crate) fn stamp(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
