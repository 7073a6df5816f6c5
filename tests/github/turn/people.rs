//! Accounts, organisations, teams, repositories, and where the App is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::Turn;
use crate::shape::{people as show, repository as show_repository};
use crate::state::account::{Account, AccountKind, Organisation, Team};
use crate::state::app::{App, Installation};
use crate::state::repository::{Permission, Repository, Visibility};
use crate::state::stamp;

impl Turn<'_> {
    fn account(&mut self, login: &str, kind: AccountKind) -> u64 {
        let id = self.state.next_id();
        let email = format!("{id}+{login}@users.noreply.github.com");
        let account = Account { id, login: login.into(), name: None, email, kind, created_at: self.now };
        self.state.accounts.insert(id, Arc::new(account));
        self.state.logins.insert(login.to_lowercase(), id);
        id
    }

    /// The account of this login; whoever is named for the first time gets one.
    pub(crate) fn user(&mut self, login: &str) -> u64 {
        if let Some(known) = self.state.by_login(login) {
            return known.id;
        }
        let kind = if login.ends_with("[bot]") { AccountKind::Bot } else { AccountKind::User };
        self.account(login, kind)
    }

    pub(crate) fn delete_user(&mut self, login: &str) {
        if let Some(id) = self.state.logins.remove(&login.to_lowercase()) {
            self.state.accounts.remove(&id);
        }
    }

    pub(crate) fn rename_user(&mut self, login: &str, to: &str) {
        if let Some(id) = self.state.logins.remove(&login.to_lowercase()) {
            self.state.logins.insert(to.to_lowercase(), id);
            let account = self.state.accounts.get_mut(&id).expect("an account that exists");
            Arc::make_mut(account).login = to.into();
        }
    }

    pub(crate) fn make_app(&mut self, slug: &str, id: Option<u64>) -> u64 {
        if let Some(known) = self.state.app_by_slug(slug) {
            return known.id;
        }
        let bot = self.account(&format!("{slug}[bot]"), AccountKind::Bot);
        let id = id.unwrap_or_else(|| self.state.next_id());
        let app = App { id, slug: slug.into(), name: slug.into(), bot, created_at: self.now };
        self.state.apps.insert(id, Arc::new(app));
        id
    }

    pub(crate) fn organisation(&mut self, login: &str) -> u64 {
        if let Some(known) = self.state.by_login(login) {
            return known.id;
        }
        let organisation = Organisation { members: BTreeMap::new(), base_permission: Some(Permission::Read) };
        self.account(login, AccountKind::Organisation(organisation))
    }

    fn organisation_mut(&mut self, id: u64) -> &mut Organisation {
        let account = Arc::make_mut(self.state.accounts.get_mut(&id).expect("an organisation that exists"));
        match &mut account.kind {
            AccountKind::Organisation(it) => it,
            _ => panic!("`{}` is no organisation", account.login),
        }
    }

    pub(crate) fn set_base_permission(&mut self, organisation: u64, permission: Option<Permission>) {
        self.organisation_mut(organisation).base_permission = permission;
    }

    pub(crate) fn add_member(&mut self, organisation: u64, member: u64, owner: bool) {
        if self.organisation_mut(organisation).members.insert(member, owner).is_none() {
            self.tell_member(organisation, member, owner, "member_added");
        }
    }

    /// A member who leaves an organisation leaves its teams too.
    pub(crate) fn remove_member(&mut self, organisation: u64, member: u64) {
        let teams: Vec<u64> =
            self.state.teams.values().filter(|it| it.organisation == organisation).map(|it| it.id).collect();
        teams.into_iter().for_each(|team| self.leave_team(team, member));
        if let Some(owner) = self.organisation_mut(organisation).members.remove(&member) {
            self.tell_member(organisation, member, owner, "member_removed");
        }
    }

    fn tell_member(&mut self, organisation: u64, member: u64, owner: bool, action: &str) {
        let login = self.state.login(organisation).to_owned();
        let membership = json!({
            "url": format!("{}/orgs/{login}/memberships/{}", self.state.url, self.state.login(member)),
            "state": "active",
            "role": if owner { "admin" } else { "member" },
            "organization_url": format!("{}/orgs/{login}", self.state.url),
            "user": show::user(self.state, member),
        });
        let sender = self.someone(organisation);
        self.tell_organisation(organisation, "organization", action, sender, json!({ "membership": membership }));
    }

    /// An owner of the organisation, or the organisation itself, to have done what nobody is named for.
    fn someone(&self, organisation: u64) -> u64 {
        let owners = self.state.account(organisation).and_then(|it| it.organisation());
        let owner = owners.and_then(|it| it.members.iter().find(|(_, owner)| **owner));
        owner.map_or(organisation, |(id, _)| *id)
    }

    pub(crate) fn team(&mut self, organisation: u64, slug: &str, parent: Option<u64>) -> u64 {
        let login = self.state.login(organisation).to_owned();
        if let Some(known) = self.state.team(&login, slug) {
            return known.id;
        }
        let id = self.state.next_id();
        let team = Team {
            id,
            organisation,
            slug: slug.into(),
            name: slug.into(),
            parent,
            secret: false,
            members: BTreeMap::new(),
            created_at: self.now,
        };
        self.state.teams.insert(id, Arc::new(team));
        self.tell_team(id, "created", json!({}));
        id
    }

    fn team_mut(&mut self, team: u64) -> &mut Team {
        Arc::make_mut(self.state.teams.get_mut(&team).expect("a team that exists"))
    }

    fn tell_team(&mut self, team: u64, action: &str, more: Value) {
        let Some(found) = self.state.teams.get(&team).cloned() else { return };
        let body = crate::shape::with(json!({ "team": show::team(self.state, &found) }), more);
        let sender = self.someone(found.organisation);
        self.tell_organisation(found.organisation, "team", action, sender, body);
    }

    pub(crate) fn join_team(&mut self, team: u64, member: u64, maintainer: bool) {
        let organisation = self.team_mut(team).organisation;
        self.add_member(organisation, member, false);
        if self.team_mut(team).members.insert(member, maintainer).is_none() {
            self.tell_membership(team, member, "added");
        }
    }

    pub(crate) fn leave_team(&mut self, team: u64, member: u64) {
        if self.team_mut(team).members.remove(&member).is_some() {
            self.tell_membership(team, member, "removed");
        }
    }

    fn tell_membership(&mut self, team: u64, member: u64, action: &str) {
        let Some(found) = self.state.teams.get(&team).cloned() else { return };
        let body = json!({
            "scope": "team",
            "member": show::user(self.state, member),
            "team": show::team(self.state, &found),
        });
        let sender = self.someone(found.organisation);
        self.tell_organisation(found.organisation, "membership", action, sender, body);
    }

    pub(crate) fn move_team(&mut self, team: u64, parent: Option<u64>) {
        self.team_mut(team).parent = parent;
        self.tell_team(team, "edited", json!({ "changes": {} }));
    }

    pub(crate) fn delete_team(&mut self, team: u64) {
        self.tell_team(team, "deleted", json!({}));
        self.state.teams.remove(&team);
        let homes: Vec<u64> = self.state.repositories.keys().copied().collect();
        for id in homes {
            self.repository_mut(id).teams.remove(&team);
        }
    }

    pub(crate) fn grant_team(&mut self, repository: u64, team: u64, permission: Option<Permission>) {
        let it = self.repository_mut(repository);
        let had = match permission {
            Some(permission) => it.teams.insert(team, permission).is_some(),
            None => it.teams.remove(&team).is_none(),
        };
        if !had {
            let action = if permission.is_some() { "added_to_repository" } else { "removed_from_repository" };
            let shown = show_repository::repository(self.state, &self.repository(repository));
            self.tell_team(team, action, json!({ "repository": shown }));
        }
    }

    pub(crate) fn make_repository(&mut self, owner: u64, name: &str, fork_of: Option<u64>) -> u64 {
        let login = self.state.login(owner).to_owned();
        if let Some(known) = self.state.repository(&login, name) {
            return known.id;
        }
        let (id, now) = (self.state.next_id(), self.now);
        let origin = fork_of.map(|id| self.repository(id));
        let repository = Repository {
            id,
            owner,
            name: name.into(),
            visibility: origin.as_ref().map_or(Visibility::Public, |it| it.visibility),
            archived: false,
            default_branch: origin.as_ref().map_or("main".into(), |it| it.default_branch.clone()),
            fork_of,
            created_at: now,
            updated_at: now,
            pushed_at: None,
            collaborators: BTreeMap::new(),
            properties: BTreeMap::new(),
            teams: BTreeMap::new(),
            objects: origin.as_ref().map(|it| Arc::clone(&it.objects)).unwrap_or_default(),
            branches: BTreeMap::new(),
            index: Default::default(),
            contributors: BTreeSet::new(),
            labels: BTreeMap::new(),
            pull_requests: BTreeMap::new(),
            last_number: 0,
            issues: Default::default(),
            issues_refused: false,
            comments: BTreeMap::new(),
            marks: BTreeMap::new(),
            check_runs: BTreeMap::new(),
            deployments: BTreeMap::new(),
            gates: Vec::new(),
            rules: Vec::new(),
            pushes: Vec::new(),
            queue: Vec::new(),
            queued_branches: Vec::new(),
        };
        self.state.repositories.insert(id, Arc::new(repository));
        for (branch, tip) in origin.iter().flat_map(|it| &it.branches) {
            self.repository_mut(id).set_branch(branch, Some(tip.clone()));
        }
        self.tell(id, "repository", "created", owner, json!({}));
        id
    }

    pub(crate) fn delete_repository(&mut self, repository: u64) {
        let owner = self.repository(repository).owner;
        self.tell(repository, "repository", "deleted", owner, json!({}));
        self.state.repositories.remove(&repository);
        let homes: Vec<u64> = self.state.repositories.keys().copied().collect();
        for home in homes {
            let from: Vec<u64> = self
                .repository(home)
                .pull_requests
                .values()
                .filter(|it| it.head_repository == Some(repository))
                .map(|it| it.number)
                .collect();
            for number in from {
                self.move_pull(home, number, |it| it.head_repository = None);
            }
        }
    }

    pub(crate) fn change_repository(&mut self, repository: u64, action: &str, by: u64, changes: Value) {
        self.tell(repository, "repository", action, by, changes);
    }

    /// Installs the App on an account: on all its repositories, or on these.
    pub(crate) fn install(&mut self, account: u64, selected: Option<BTreeSet<u64>>) -> u64 {
        if let Some(known) = self.state.installation_of(account) {
            return known.id;
        }
        let (id, now) = (self.state.next_id(), self.now);
        let installation = Installation { id, account, selected, suspended_at: None, created_at: now, updated_at: now };
        self.state.installations.insert(id, Arc::new(installation));
        self.tell_installation(id, "installation", "created");
        id
    }

    /// Says that an installation came, changed or went, with the repositories that it has.
    fn tell_installation(&mut self, id: u64, name: &'static str, action: &str) {
        let Some(found) = self.state.installations.get(&id).cloned() else { return };
        let all = self.state.repositories.values().filter(|it| it.owner == found.account);
        let lines: Value = all
            .filter(|it| found.selected.as_ref().is_none_or(|only| only.contains(&it.id)))
            .map(|it| show_repository::repository_line(self.state, it))
            .collect();
        let body = json!({
            "action": action,
            "installation": show::installation(self.state, &found),
            "repositories": lines,
        });
        let sender = self.someone(found.account);
        self.send(name, Some(id), None, sender, crate::shape::fields(body));
    }

    /// Adds a repository to an installation of selected ones, or takes it out.
    pub(crate) fn select(&mut self, installation: u64, repository: u64, on: bool) {
        let now = self.now;
        let it = Arc::make_mut(self.state.installations.get_mut(&installation).expect("an installation that exists"));
        let Some(selected) = &mut it.selected else { return };
        let moved = if on { selected.insert(repository) } else { selected.remove(&repository) };
        if !moved {
            return;
        }
        it.updated_at = now;
        let it = it.clone();
        let line = json!([show_repository::repository_line(self.state, &self.repository(repository))]);
        let (added, removed) = if on { (line, json!([])) } else { (json!([]), line) };
        let body = json!({
            "action": if on { "added" } else { "removed" },
            "installation": show::installation(self.state, &it),
            "repository_selection": "selected",
            "repositories_added": added,
            "repositories_removed": removed,
            "requester": null,
        });
        let sender = self.someone(it.account);
        self.send("installation_repositories", Some(installation), None, sender, crate::shape::fields(body));
    }

    pub(crate) fn suspend(&mut self, installation: u64, suspended: bool) {
        let now = self.now;
        let it = self.state.installations.get_mut(&installation).expect("an installation that exists");
        Arc::make_mut(it).suspended_at = suspended.then_some(now);
        self.tell_installation(installation, "installation", if suspended { "suspend" } else { "unsuspend" });
    }

    pub(crate) fn uninstall(&mut self, installation: u64) {
        self.tell_installation(installation, "installation", "deleted");
        self.state.installations.remove(&installation);
        let state = &mut *self.state;
        state.tokens.retain(|_, token| token.installation != installation);
    }

    /// What GitHub sends when somebody asks whether anybody is there.
    pub(crate) fn ping(&mut self) {
        let url = format!("{}/app/hook", self.state.url);
        let body = json!({
            "zen": "Is anybody there?",
            "hook_id": self.state.app,
            "hook": {
                "type": "App", "id": self.state.app, "name": "web", "active": true, "events": show::events(),
                "app_id": self.state.app, "created_at": stamp(self.now), "updated_at": stamp(self.now),
                "url": url, "ping_url": format!("{url}/pings"), "deliveries_url": format!("{url}/deliveries"),
                "config": { "content_type": "json", "insecure_ssl": "0", "url": url },
            },
        });
        self.send("ping", None, None, self.state.bot(), crate::shape::fields(body));
    }
}
