//! One change of the state: what is done, and the events that GitHub would send for it.
//!
//! A turn holds the state alone, so an event's payload shows the state that the change left.
//! Everything that changes anything goes through here, whether a test did it or the bot.

mod checks;
mod code;
mod issues;
mod merges;
mod people;
mod pulls;
mod reviews;
mod workflows;

pub(crate) use checks::{CheckChange, StatusChange};
pub(crate) use code::CommitPlan;
pub(crate) use pulls::Opening;
pub(crate) use workflows::Run;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::shape::{self, people as show_people, repository as show_repository};
use crate::state::State;
use crate::state::pull_request::PullRequest;
use crate::state::repository::Repository;

/// An event on its way to the App.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub name: String,
    pub installation: Option<u64>,
    pub repository: Option<u64>,
    pub payload: Value,
    /// The delivery that this one repeats.
    pub again: Option<String>,
}

/// The state in the middle of one change.
pub(crate) struct Turn<'a> {
    pub state: &'a mut State,
    pub now: Timestamp,
    pub events: Vec<Event>,
    /// Whether anybody wants the events: building them for nobody takes most of a turn's time.
    heard: bool,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(state: &'a mut State, now: Timestamp, heard: bool) -> Self {
        Self { state, now, events: Vec::new(), heard }
    }

    /// Whether an event of a repository goes anywhere.
    fn hears(&self, repository: u64) -> bool {
        self.heard && self.state.installation_for(repository).is_some()
    }

    pub(crate) fn repository(&self, id: u64) -> Arc<Repository> {
        Arc::clone(self.state.repositories.get(&id).expect("a repository that exists"))
    }

    pub(crate) fn repository_mut(&mut self, id: u64) -> &mut Repository {
        Arc::make_mut(self.state.repositories.get_mut(&id).expect("a repository that exists"))
    }

    pub(crate) fn pull(&self, repository: u64, number: u64) -> Arc<PullRequest> {
        Arc::clone(self.state.pull_request(repository, number).expect("a pull request that exists"))
    }

    pub(crate) fn pull_mut(&mut self, repository: u64, number: u64) -> &mut PullRequest {
        let repository = self.repository_mut(repository);
        Arc::make_mut(repository.pull_requests.get_mut(&number).expect("a pull request that exists"))
    }

    /// Changes what a pull request is found by: whether it is open, its head, its base.
    fn move_pull(&mut self, repository: u64, number: u64, change: impl FnOnce(&mut PullRequest)) {
        let home = self.repository_mut(repository);
        let it = Arc::make_mut(home.pull_requests.get_mut(&number).expect("a pull request that exists"));
        home.index.remove(it);
        change(it);
        home.index.add(it);
    }

    /// Moves a pull request's `updatedAt`.
    fn touch(&mut self, repository: u64, number: u64) -> &mut PullRequest {
        let now = self.now;
        let pull_request = self.pull_mut(repository, number);
        pull_request.updated_at = now;
        pull_request
    }

    /// Sends an event of a repository, if the App is installed there.
    fn tell(&mut self, repository: u64, name: &'static str, action: &str, sender: u64, body: Value) {
        let Some(installation) = self.state.installation_for(repository).map(|it| it.id) else { return };
        if !self.heard {
            return;
        }
        let shown = show_repository::repository(self.state, &self.repository(repository));
        let mut payload = Map::new();
        if !action.is_empty() {
            payload.insert("action".into(), action.into());
        }
        payload.extend(shape::fields(body));
        payload.entry("repository").or_insert(shown);
        self.add_organisation(&mut payload, self.repository(repository).owner);
        self.send(name, Some(installation), Some(repository), sender, payload);
    }

    /// Sends an event of a pull request, which shows the pull request as it is now.
    fn tell_pull(&mut self, repository: u64, number: u64, action: &str, sender: u64, more: Value) {
        if !self.hears(repository) {
            return;
        }
        let pull_request = self.pull(repository, number);
        let shown = shape::pull_request::pull_request(self.state, &self.repository(repository), &pull_request);
        let body = shape::with(json!({ "number": number, "pull_request": shown }), more);
        self.tell(repository, "pull_request", action, sender, body);
    }

    /// Sends an event of an organisation, if the App is installed there.
    fn tell_organisation(&mut self, organisation: u64, name: &'static str, action: &str, sender: u64, body: Value) {
        let installed = self.state.installation_of(organisation).filter(|it| it.suspended_at.is_none() && self.heard);
        let Some(installation) = installed.map(|it| it.id) else { return };
        let mut payload = shape::fields(json!({ "action": action }));
        payload.extend(shape::fields(body));
        self.add_organisation(&mut payload, organisation);
        self.send(name, Some(installation), None, sender, payload);
    }

    fn add_organisation(&self, payload: &mut Map<String, Value>, owner: u64) {
        if let Some(account) = self.state.account(owner).filter(|it| it.organisation().is_some()) {
            payload.insert("organization".into(), show_people::organisation(self.state, account));
        }
    }

    fn send(
        &mut self,
        name: &'static str,
        installation: Option<u64>,
        repository: Option<u64>,
        sender: u64,
        mut payload: Map<String, Value>,
    ) {
        payload.insert("sender".into(), show_people::user(self.state, sender));
        if let (Some(id), false) = (installation, payload.contains_key("installation")) {
            let stub = json!({ "id": id, "node_id": shape::node("IN", &[&id]) });
            payload.insert("installation".into(), stub);
        }
        self.events.push(Event { name: name.into(), installation, repository, payload: payload.into(), again: None });
    }
}
