//! REST: one function an operation, found by the contract's name for it.

pub(crate) mod app;
pub(crate) mod checks;
pub(crate) mod code;
pub(crate) mod comments;
pub(crate) mod issues;
pub(crate) mod people;
pub(crate) mod pulls;
pub(crate) mod repository;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::faults::members_of;
use crate::server::{Answer, Call, Caller};
use crate::state::State;
use crate::state::pull_request::PullRequest;
use crate::state::repository::{Repository, Visibility};
use crate::turn::Turn;
use crate::world::World;

/// Either way an answer: what was asked for, or why not.
pub(crate) type Outcome = Result<Answer, Answer>;

/// How an operation is carried out.
pub(crate) enum Handler {
    /// On a snapshot of the state, which may be an old one.
    Read(fn(&State, &Call) -> Outcome),
    /// On the state itself.
    Write(fn(&mut Turn<'_>, &Call) -> Outcome),
    /// The limits are no part of the state.
    Limits,
}

/// The media type that asks for a file's bytes.
pub(crate) const RAW: &str = "application/vnd.github.raw+json";

pub(crate) fn handler(operation: &str) -> Option<Handler> {
    use Handler::{Limits, Read, Write};
    Some(match operation {
        "GET /app" => Read(app::app),
        "GET /app/hook/deliveries" => Read(app::deliveries),
        "GET /app/hook/deliveries/{delivery_id}" => Read(app::delivery),
        "POST /app/hook/deliveries/{delivery_id}/attempts" => Write(app::redeliver),
        "GET /app/installations" => Read(app::installations),
        "GET /app/installations/{installation_id}" => Read(app::installation),
        "POST /app/installations/{installation_id}/access_tokens" => Write(app::token),
        "GET /installation/repositories" => Read(app::repositories),
        "GET /orgs/{org}/installation" => Read(app::organisation_installation),
        "GET /repos/{owner}/{repo}/installation" => Read(app::repository_installation),
        "GET /rate_limit" => Limits,
        "GET /orgs/{org}/teams/{team_slug}" => Read(people::team),
        "GET /orgs/{org}/teams/{team_slug}/members" => Read(people::members),
        "GET /orgs/{org}/teams/{team_slug}/memberships/{username}" => Read(people::membership),
        "GET /repos/{owner}/{repo}/collaborators/{username}/permission" => Read(people::permission),
        "GET /users/{username}" => Read(people::user),
        "GET /repos/{owner}/{repo}" => Read(repository::repository),
        "GET /repos/{owner}/{repo}/activity" => Read(repository::activity),
        "GET /repos/{owner}/{repo}/branches/{branch}" => Read(repository::branch),
        "GET /repos/{owner}/{repo}/rules/branches/{branch}" => Read(repository::rules),
        "POST /repos/{owner}/{repo}/check-runs" => Write(checks::create),
        "GET /repos/{owner}/{repo}/check-runs/{check_run_id}" => Read(checks::run),
        "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}" => Write(checks::update),
        "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations" => Read(checks::annotations),
        "GET /repos/{owner}/{repo}/commits/{ref}/check-runs" => Read(checks::of_commit),
        "GET /repos/{owner}/{repo}/commits/{ref}/status" => Read(checks::combined_status),
        "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses" => Write(checks::deployment_status),
        "POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule" => Write(checks::answer_gate),
        "GET /repos/{owner}/{repo}/commits/{ref}" => Read(code::commit),
        "GET /repos/{owner}/{repo}/compare/{basehead}" => Read(code::compare),
        "GET /repos/{owner}/{repo}/contents/{path}" => Read(code::contents),
        "GET /repos/{owner}/{repo}/git/blobs/{file_sha}" => Read(code::blob),
        "GET /repos/{owner}/{repo}/git/trees/{tree_sha}" => Read(code::tree),
        "GET /repos/{owner}/{repo}/issues" => Read(issues::list),
        "POST /repos/{owner}/{repo}/issues" => Write(issues::create),
        "GET /repos/{owner}/{repo}/issues/{issue_number}" => Read(issues::issue),
        "PATCH /repos/{owner}/{repo}/issues/{issue_number}" => Write(issues::update),
        "GET /repos/{owner}/{repo}/issues/comments/{comment_id}" => Read(comments::comment),
        "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}" => Write(comments::update),
        "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}" => Write(comments::delete),
        "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions" => Write(comments::react),
        "GET /repos/{owner}/{repo}/issues/{issue_number}/comments" => Read(comments::of_issue),
        "POST /repos/{owner}/{repo}/issues/{issue_number}/comments" => Write(comments::create),
        "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls" => Read(pulls::of_commit),
        "GET /repos/{owner}/{repo}/pulls" => Read(pulls::list),
        "GET /repos/{owner}/{repo}/pulls/{pull_number}" => Read(pulls::pull),
        "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits" => Read(pulls::commits),
        "GET /repos/{owner}/{repo}/pulls/{pull_number}/files" => Read(pulls::files),
        "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews" => Read(pulls::reviews),
        "GET /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers" => Read(pulls::requested),
        "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers" => Write(pulls::request),
        "DELETE /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers" => Write(pulls::unrequest),
        _ => return None,
    })
}

pub(crate) fn not_found() -> Answer {
    Answer::error(404, "Not Found")
}

fn forbidden() -> Answer {
    Answer::error(403, "Resource not accessible by integration")
}

/// A refusal of what was sent.
fn invalid(message: &str, errors: Value) -> Answer {
    let mut answer = Answer::error(422, message);
    answer.body["errors"] = errors;
    answer
}

impl Call {
    /// A parameter of the path.
    fn part(&self, name: &str) -> &str {
        self.path.get(name).map(String::as_str).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Result<u64, Answer> {
        self.part(name).parse().map_err(|_| not_found())
    }

    fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// The repository of the path, if the caller may see it.
    fn repository<'a>(&self, state: &'a State) -> Result<&'a Arc<Repository>, Answer> {
        let found = state.repository(self.part("owner"), self.part("repo")).ok_or_else(not_found)?;
        let reached = matches!(self.caller, Caller::App) || self.caller.reaches(state, found.id);
        if reached || found.visibility == Visibility::Public { Ok(found) } else { Err(not_found()) }
    }

    /// The repository of the path, if the caller may write to it: its id, as who holds more makes writing copy it.
    fn writable(&self, state: &State) -> Result<u64, Answer> {
        let found = self.repository(state)?;
        if self.caller.reaches(state, found.id) { Ok(found.id) } else { Err(forbidden()) }
    }

    fn pull<'a>(&self, repository: &'a Repository, parameter: &str) -> Result<&'a Arc<PullRequest>, Answer> {
        repository.pull_requests.get(&self.number(parameter)?).ok_or_else(not_found)
    }

    /// One page of `items`, with the links to the others.
    fn page<T>(&self, items: &[T], show: impl Fn(&T) -> Value) -> (Value, Vec<(&'static str, String)>) {
        let number =
            |name: &str, otherwise: usize| self.asked(name).and_then(|it| it.parse().ok()).unwrap_or(otherwise);
        let size = number("per_page", 30).clamp(1, 100);
        let page = number("page", 1).max(1);
        let last = items.len().div_ceil(size).max(1);
        let shown = items.iter().skip((page - 1) * size).take(size).map(show).collect();
        let link = |to: usize, relation: &str| {
            let others = self.query.iter().filter(|(name, _)| *name != "page");
            let query: Vec<String> =
                others.map(|(name, value)| format!("{name}={value}")).chain([format!("page={to}")]).collect();
            format!("<{}?{}>; rel=\"{relation}\"", self.address, query.join("&"))
        };
        let mut links = Vec::new();
        if page > 1 {
            links.extend([link(page - 1, "prev"), link(1, "first")]);
        }
        if page < last {
            links.extend([link(page + 1, "next"), link(last, "last")]);
        }
        let header = (!links.is_empty()).then(|| ("link", links.join(", ")));
        (shown, header.into_iter().collect())
    }

    /// An answer that is one page of a list.
    fn list<T>(&self, items: &[T], show: impl Fn(&T) -> Value) -> Outcome {
        let (body, headers) = self.page(items, show);
        Ok(Answer { status: 200, body, headers })
    }

    /// An answer that is one page of a list under a name, and how many there are.
    fn counted<T>(&self, name: &str, items: &[T], show: impl Fn(&T) -> Value) -> Outcome {
        let (shown, headers) = self.page(items, show);
        Ok(Answer { status: 200, body: json!({ "total_count": items.len(), name: shown }), headers })
    }
}

/// Which repository and which pull request a request is about.
pub(crate) fn subject(state: &State, call: &Call) -> (Option<String>, Option<(String, u64)>) {
    let Some(repository) = state.repository(call.part("owner"), call.part("repo")) else { return (None, None) };
    let name = state.full_name(repository);
    let at_commit = |oid: &str| {
        let open = repository.index.at_head(oid).next_back();
        let closed = || repository.pull_requests.values().rev().find(|it| &*it.head_oid == oid).map(|it| it.number);
        open.or_else(closed)
    };
    let parse = |parameter: &str| call.part(parameter).parse::<u64>().ok();
    let number = parse("pull_number")
        .or_else(|| parse("issue_number"))
        .or_else(|| parse("comment_id").and_then(|id| repository.comments.get(&id).copied()))
        .or_else(|| parse("check_run_id").and_then(|id| repository.check_runs.get(&id)).and_then(|oid| at_commit(oid)))
        .or_else(|| call.body["head_sha"].as_str().and_then(at_commit))
        .or_else(|| call.path.get("ref").and_then(|oid| at_commit(oid)));
    (Some(name.clone()), number.map(|number| (name, number)))
}

/// What a fault has the caller see instead of what this request is about.
pub(crate) fn hidden(world: &World, call: &Call) -> Option<Answer> {
    let (owner, repo) = (call.part("owner").to_lowercase(), call.part("repo").to_lowercase());
    let organisation = call.part("org").to_lowercase();
    let inside = world.lock();
    let wrong = &inside.wrong;
    let denied = |name: &str| wrong.denied.contains(name);
    if !organisation.is_empty() && denied(&members_of(&organisation)) {
        return Some(forbidden());
    }
    if denied(&owner) || denied(&format!("{owner}/{repo}")) || denied(&organisation) {
        return Some(not_found());
    }
    let number = call.number("pull_number").or_else(|_| call.number("issue_number"));
    let (Some(behind), Ok(number)) = (wrong.unseen_for, number) else { return None };
    let found = inside.state.repository(&owner, &repo).and_then(|it| it.pull_requests.get(&number));
    found.filter(|it| it.created_at + behind > world.clock.now()).map(|_| not_found())
}
