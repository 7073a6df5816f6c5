//! Organisations and people: what they own, who belongs to them, and whether the App is installed.

use std::sync::Arc;

use jiff::SignedDuration;

use super::Repository;
use crate::auth;
use crate::state::app::Token;
use crate::state::repository::Permission;
use crate::world::World;

/// An organisation or a person.
#[derive(Clone)]
pub struct Owner {
    pub(crate) world: Arc<World>,
    pub(crate) id: u64,
}

/// Which repositories an installation has.
#[derive(Clone, Copy, Debug)]
pub enum Installed<'a> {
    /// All, those to come included.
    All,
    /// These.
    Selected(&'a [&'a str]),
}

impl Owner {
    /// The name in addresses.
    pub fn login(&self) -> String {
        self.world.live().login(self.id).to_owned()
    }

    /// The account's number.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// A repository, public and with an empty `main`, made if there is none of this name.
    pub fn repository(&self, name: &str) -> Repository {
        let id = self.world.turn(|turn| turn.make_repository(self.id, name, None));
        Repository { world: Arc::clone(&self.world), id }
    }

    /// Installs the App, and returns the installation's id.
    pub fn install(&self, on: Installed<'_>) -> u64 {
        let selected = match on {
            Installed::All => None,
            Installed::Selected(names) => Some(names.iter().map(|name| self.repository(name).id).collect()),
        };
        self.world.turn(|turn| turn.install(self.id, selected))
    }

    /// The installation's id.
    ///
    /// # Panics
    /// If the App is not installed.
    pub fn installation_id(&self) -> u64 {
        self.world.live().installation_of(self.id).expect("an installation").id
    }

    /// A token that sees what the App sees here, good for an hour, for whoever asks without being the App.
    ///
    /// # Panics
    /// If the App is not installed.
    pub fn token(&self) -> String {
        let (installation, text) = (self.installation_id(), auth::new_token());
        self.world.turn(|turn| {
            let expires_at = turn.now + SignedDuration::from_hours(1);
            let token = Token { installation, expires_at, repositories: None };
            turn.state.tokens.insert(text.clone(), Arc::new(token));
        });
        text
    }

    /// Adds a repository to an installation of selected ones.
    pub fn select(&self, name: &str) {
        let (installation, repository) = (self.installation_id(), self.repository(name).id);
        self.world.turn(|turn| turn.select(installation, repository, true));
    }

    /// Takes a repository out of an installation of selected ones.
    pub fn deselect(&self, name: &str) {
        let (installation, repository) = (self.installation_id(), self.repository(name).id);
        self.world.turn(|turn| turn.select(installation, repository, false));
    }

    /// Suspends the installation.
    pub fn suspend(&self) {
        let installation = self.installation_id();
        self.world.turn(|turn| turn.suspend(installation, true));
    }

    /// Lets a suspended installation work again.
    pub fn unsuspend(&self) {
        let installation = self.installation_id();
        self.world.turn(|turn| turn.suspend(installation, false));
    }

    /// Removes the App.
    pub fn uninstall(&self) {
        let installation = self.installation_id();
        self.world.turn(|turn| turn.uninstall(installation));
    }

    /// Makes somebody a member of the organisation.
    pub fn member(&self, login: &str) {
        self.join(login, false);
    }

    /// Makes somebody an owner of the organisation.
    pub fn owner(&self, login: &str) {
        self.join(login, true);
    }

    fn join(&self, login: &str, owner: bool) {
        self.world.turn(|turn| {
            let member = turn.user(login);
            turn.add_member(self.id, member, owner);
        });
    }

    /// Removes somebody from the organisation and from all its teams.
    pub fn remove_member(&self, login: &str) {
        self.world.turn(|turn| {
            let member = turn.user(login);
            turn.remove_member(self.id, member);
        });
    }

    /// What every member may do in every repository: read, unless told otherwise.
    pub fn base_permission(&self, permission: Option<Permission>) {
        self.world.turn(|turn| turn.set_base_permission(self.id, permission));
    }

    /// A team, made if there is none of this name, with these members added to it and to the organisation.
    pub fn team(&self, slug: &str, members: &[&str]) -> Team {
        Team::make(&self.world, self.id, slug, None, members)
    }
}

/// A team of an organisation.
#[derive(Clone)]
pub struct Team {
    world: Arc<World>,
    organisation: u64,
    pub(crate) id: u64,
}

impl Team {
    fn make(world: &Arc<World>, organisation: u64, slug: &str, parent: Option<u64>, members: &[&str]) -> Self {
        let id = world.turn(|turn| turn.team(organisation, slug, parent));
        let team = Self { world: Arc::clone(world), organisation, id };
        members.iter().for_each(|login| team.add(login));
        team
    }

    /// A team below this one; its members are members of this one too.
    pub fn child(&self, slug: &str, members: &[&str]) -> Self {
        Self::make(&self.world, self.organisation, slug, Some(self.id), members)
    }

    /// Adds a member, to the organisation too if need be.
    pub fn add(&self, login: &str) {
        self.join(login, false);
    }

    /// Adds a maintainer.
    pub fn maintainer(&self, login: &str) {
        self.join(login, true);
    }

    fn join(&self, login: &str, maintainer: bool) {
        self.world.turn(|turn| {
            let member = turn.user(login);
            turn.join_team(self.id, member, maintainer);
        });
    }

    /// Removes a member.
    pub fn remove(&self, login: &str) {
        self.world.turn(|turn| {
            let member = turn.user(login);
            turn.leave_team(self.id, member);
        });
    }

    /// Puts it below another team, or at the top.
    pub fn move_under(&self, parent: Option<&Self>) {
        self.world.turn(|turn| turn.move_team(self.id, parent.map(|it| it.id)));
    }

    /// Deletes it.
    pub fn delete(&self) {
        self.world.turn(|turn| turn.delete_team(self.id));
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.id
    }
}
