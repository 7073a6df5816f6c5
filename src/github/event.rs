//! From a webhook's payload to a signal. GitHub's documents: "Webhook events and payloads".
//!
//! Payloads are read field by field and nothing is required of them: an unknown event,
//! an unknown action or an odd payload tells nothing, and is no error. Deliberately
//! absent: conclusions. An event says where to look again and what it proves.

use countersign_domain::account::{Account, AccountKind, Oid};
use countersign_domain::codeowners::PATHS as CODEOWNERS;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::signal::{Evidence, Mark, Moved, MovedCheck, PullIndex, RepositoryName, Signal, Want};

/// The repository's policy file.
pub const REPOSITORY_POLICY: &str = ".github/countersign.toml";
/// The files of a base that decisions about its pull requests may rest on.
const DECIDING: [&str; 4] = [REPOSITORY_POLICY, CODEOWNERS[0], CODEOWNERS[1], CODEOWNERS[2]];
/// The organisation's policy file, in its `.github` repository.
pub const ORGANISATION_POLICY: &str = "countersign.toml";
/// GitHub puts at most this many commits into a push's payload.
const MOST_PUSHED_COMMITS: usize = 2_048;

/// What a payload says of itself: its action and the installation it came for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The action; empty where there is none.
    pub action: String,
    /// The installation; 0 where there is none.
    pub installation: u64,
}

/// A repository as webhooks and REST lists give it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Repository {
    #[serde(default)]
    id: u64,
    #[serde(default)]
    name: String,
    owner: Option<super::reads::RestAccount>,
    #[serde(default)]
    default_branch: Option<String>,
}

impl Repository {
    /// What it is called; `None` where the payload does not say enough.
    pub(super) fn name(&self) -> Option<RepositoryName> {
        let owner = self.owner.as_ref()?.login.clone();
        let name = RepositoryName {
            id: self.id,
            owner,
            name: self.name.clone(),
            default_branch: self.default_branch.clone().unwrap_or_default(),
        };
        (name.id > 0 && !name.owner.is_empty() && !name.name.is_empty()).then_some(name)
    }
}

/// What an event tells: `app_id` is our own, to know our own check runs and comments.
pub fn read(event: &str, payload: &Value, app_id: u64, received_at: Timestamp) -> (Heading, Signal) {
    let payload = Payload(payload);
    let heading =
        Heading { action: payload.text("action").to_owned(), installation: payload.at("installation").number("id") };
    let repository = payload.repository();
    let mut signal = Signal { repository, marks: Vec::new(), evidence: Vec::new() };
    let context =
        Context { action: &heading.action, app_id, repository: payload.at("repository").number("id"), received_at };
    match event {
        "pull_request" => pull_request(payload, &context, &mut signal),
        "pull_request_review" => review(payload, &context, &mut signal),
        "pull_request_review_thread" => thread(payload, &context, &mut signal),
        "issue_comment" => comment(payload, &context, &mut signal),
        "check_run" => check_run(payload, &context, &mut signal),
        "check_suite" => check_suite(payload, &context, &mut signal),
        "status" => status(payload, &context, &mut signal),
        "deployment" | "deployment_status" => deployment(payload, &context, &mut signal),
        "push" => push(payload, &context, &mut signal),
        "merge_group" => merge_group(payload, &context, &mut signal),
        "membership" | "team" | "organization" => members(event, payload, &context, &mut signal),
        "installation" | "installation_repositories" => installation(event, payload, &heading, &mut signal),
        "repository" => repository_event(payload, &context, &mut signal),
        // Stored like every delivery; no rule of this version reads them.
        _ => {}
    }
    (heading, signal)
}

struct Context<'a> {
    action: &'a str,
    app_id: u64,
    repository: u64,
    received_at: Timestamp,
}

impl Context<'_> {
    fn head(&self, head: &str, check: Option<MovedCheck>, want: Want, lowers: bool) -> Option<Mark> {
        let known = self.repository > 0 && !head.is_empty();
        known.then(|| Mark::Head { repository: self.repository, head: Oid::new(head), check, want, lowers })
    }
}

/// A payload, or a part of one, read tolerantly.
#[derive(Clone, Copy)]
struct Payload<'a>(&'a Value);

impl<'a> Payload<'a> {
    fn at(self, key: &str) -> Self {
        Self(&self.0[key])
    }

    fn text(self, key: &str) -> &'a str {
        self.0[key].as_str().unwrap_or_default()
    }

    fn number(self, key: &str) -> u64 {
        self.0[key].as_u64().unwrap_or_default()
    }

    fn instant(self, key: &str) -> Option<Timestamp> {
        self.0[key].as_str()?.parse().ok()
    }

    fn list(self, key: &str) -> impl Iterator<Item = Payload<'a>> {
        self.0[key].as_array().into_iter().flatten().map(Payload)
    }

    fn account(self, key: &str) -> Option<Account> {
        let account = self.at(key);
        let kind = match account.text("type") {
            "User" => AccountKind::User,
            "Bot" => AccountKind::Bot,
            _ => AccountKind::Other,
        };
        let id = account.number("id");
        (id > 0).then(|| Account { id, login: account.text("login").trim_end_matches("[bot]").to_owned(), kind })
    }

    fn repository(self) -> Option<RepositoryName> {
        Repository::deserialize(&self.0["repository"]).ok()?.name()
    }
}

/// Actions of `pull_request` after which no decision could differ.
const IDLE_PULL_ACTIONS: [&str; 10] = [
    "auto_merge_disabled",
    "auto_merge_enabled",
    "demilestoned",
    "dequeued",
    "enqueued",
    "locked",
    "milestoned",
    "review_request_removed",
    "review_requested",
    "unlocked",
];

fn pull_request(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let pull = payload.at("pull_request");
    let Some(index) = pull_index(pull, context.repository) else { return };
    let (repository, number, updated_at) = (index.repository, index.number, index.updated_at);
    let head = index.head.as_str().to_owned();
    signal.evidence.push(Evidence::Pull(index));
    let body = || pull.text("body").to_owned();
    let mut want = Want::UpdatedAt(updated_at);
    let mut lowers = false;
    match context.action {
        action if IDLE_PULL_ACTIONS.contains(&action) => return,
        "opened" => {
            let at = pull.instant("created_at").unwrap_or(updated_at);
            signal.evidence.push(Evidence::Body { repository, number, at, editor: pull.account("user"), text: body() });
        }
        "synchronize" => {
            if let Some(sender) = payload.account("sender") {
                signal.evidence.push(Evidence::HeadMoved { repository, number, after: head.clone(), sender });
            }
            want = Want::Head { head, at: updated_at };
        }
        "edited" => {
            lowers = true;
            if payload.at("changes").at("body").0.is_object() {
                let editor = payload.account("sender");
                signal.evidence.push(Evidence::Body { repository, number, at: updated_at, editor, text: body() });
            }
        }
        "closed" if !pull.0["merged"].as_bool().unwrap_or(false) => {
            want = Want::Closed(updated_at);
            lowers = true;
        }
        "converted_to_draft" => lowers = true,
        _ => {}
    }
    signal.marks.push(Mark::Pull { repository, number, want, lowers });
}

fn pull_index(pull: Payload<'_>, repository: u64) -> Option<PullIndex> {
    let index = PullIndex {
        repository,
        number: pull.number("number"),
        head: Oid::new(pull.at("head").text("sha")),
        base: pull.at("base").text("ref").to_owned(),
        open: pull.text("state") == "open",
        updated_at: pull.instant("updated_at")?,
    };
    (repository > 0 && index.number > 0 && !index.head.as_str().is_empty()).then_some(index)
}

fn review(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let pull = payload.at("pull_request");
    let review = payload.at("review");
    let state = match context.action {
        "dismissed" => "dismissed".to_owned(),
        _ => review.text("state").to_ascii_lowercase(),
    };
    let number = pull.number("number");
    let id = review.number("id");
    if state == "commented" && context.action == "submitted" {
        return remarks(pull, context, signal);
    }
    if context.repository == 0
        || number == 0
        || id == 0
        || !matches!(state.as_str(), "approved" | "changes_requested" | "dismissed")
    {
        return;
    }
    signal.evidence.extend(pull_index(pull, context.repository).map(Evidence::Pull));
    let lowers = state != "approved";
    signal.marks.push(Mark::Pull { repository: context.repository, number, want: Want::Review { id, state }, lowers });
}

/// A review without an opinion: it says nothing by itself, and may have begun a thread.
fn remarks(pull: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let Some(index) = pull_index(pull, context.repository) else { return };
    let (repository, head, want) = (index.repository, index.head.clone(), Want::UpdatedAt(index.updated_at));
    signal.evidence.push(Evidence::Pull(index));
    signal.marks.push(Mark::Asked { repository, head, moved: Moved::Thread, want, lowers: true });
}

/// A thread that was resolved, or opened again.
fn thread(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let pull = payload.at("pull_request");
    let node = payload.at("thread").text("node_id");
    let Some(index) = pull_index(pull, context.repository).filter(|_| !node.is_empty()) else { return };
    let resolved = match context.action {
        "resolved" => true,
        "unresolved" => false,
        _ => return,
    };
    let head = index.head.clone();
    signal.evidence.push(Evidence::Pull(index));
    signal.marks.push(Mark::Asked {
        repository: context.repository,
        head,
        moved: Moved::Thread,
        want: Want::Thread { node: node.to_owned(), resolved },
        lowers: !resolved,
    });
}

/// Only our own comment matters yet: somebody else may have edited or deleted it.
fn comment(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let comment = payload.at("comment");
    let ours = comment.at("performed_via_github_app").number("id") == context.app_id;
    let by_us = payload.at("sender").number("id") == comment.at("user").number("id");
    let number = payload.at("issue").number("number");
    if ours && !by_us && number > 0 && context.repository > 0 && matches!(context.action, "edited" | "deleted") {
        let mark = Mark::Pull { repository: context.repository, number, want: Want::Anything, lowers: false };
        signal.marks.push(mark);
    }
}

fn check_run(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let run = payload.at("check_run");
    let app = run.at("app");
    let ours = app.number("id") == context.app_id;
    let (head, name) = (run.text("head_sha"), run.text("name").to_owned());
    let mark = match (ours, context.action) {
        // Somebody pressed "Re-run" on ours: a new run is created whatever it says.
        (true, "rerequested") => context.head(head, None, Want::Rerun(run.number("id")), false),
        (true, _) => None,
        (false, _) => {
            let concluded = run.text("status") == "completed";
            let want = Want::Check { head: head.to_owned(), id: run.number("id"), name: name.clone(), concluded };
            let lowers = concluded && run.text("conclusion") != "success";
            let check = MovedCheck { name, app: Some(app.text("slug").to_owned()), ours: false };
            context.head(head, Some(check), want, lowers)
        }
    };
    signal.marks.extend(mark);
}

fn check_suite(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let suite = payload.at("check_suite");
    if context.action == "rerequested" && suite.at("app").number("id") == context.app_id {
        signal.marks.extend(context.head(suite.text("head_sha"), None, Want::Rerun(0), false));
    }
}

fn status(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let name = payload.text("context").to_owned();
    let at = payload.instant("updated_at").or_else(|| payload.instant("created_at")).unwrap_or(context.received_at);
    let state = payload.text("state").to_ascii_lowercase();
    let want = Want::Status { head: payload.text("sha").to_owned(), context: name.clone(), at, state };
    let lowers = matches!(payload.text("state"), "failure" | "error");
    let check = MovedCheck { name, app: None, ours: false };
    signal.marks.extend(context.head(payload.text("sha"), Some(check), want, lowers));
}

/// A deployment, or a new status of one: anything but a success can only take green away.
fn deployment(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let (deployment, status) = (payload.at("deployment"), payload.at("deployment_status"));
    let (head, node) = (deployment.text("sha"), deployment.text("node_id"));
    // A status may say that it is another environment than the deployment was begun for.
    let said = [status, deployment].map(|part| part.text("environment"));
    let environment = said.into_iter().find(|name| !name.is_empty()).unwrap_or_default().to_owned();
    if context.repository == 0 || head.is_empty() || node.is_empty() || environment.is_empty() {
        return;
    }
    let want = Want::Deployment {
        head: head.to_owned(),
        node: node.to_owned(),
        environment: environment.clone(),
        status: status.instant("created_at").map(|at| (at, status.text("state").to_ascii_lowercase())),
    };
    signal.marks.push(Mark::Asked {
        repository: context.repository,
        head: Oid::new(head),
        moved: Moved::Deployment { environment },
        want,
        lowers: status.text("state") != "success",
    });
}

fn push(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let Some(branch) = payload.text("ref").strip_prefix("refs/heads/") else { return };
    let none = |oid: &str| if oid.bytes().all(|byte| byte == b'0') { String::new() } else { oid.to_owned() };
    let (before, after) = (none(payload.text("before")), none(payload.text("after")));
    let branch = branch.to_owned();
    if let (Some(sender), true) = (payload.account("sender"), context.repository > 0) {
        let evidence = Evidence::Push {
            repository: context.repository,
            branch: branch.clone(),
            before,
            after: after.clone(),
            sender,
        };
        signal.evidence.push(evidence);
    }
    if context.repository == 0 || after.is_empty() {
        return;
    }
    if DECIDING.iter().any(|path| touches(payload, path)) {
        signal.marks.push(Mark::Base {
            repository: context.repository,
            branch: branch.clone(),
            want: Want::Tip(after),
        });
    }
    let owner_policy = signal.repository.as_ref().filter(|repository| {
        repository.name == ".github" && repository.default_branch == branch && touches(payload, ORGANISATION_POLICY)
    });
    if let Some(repository) = owner_policy {
        signal.marks.push(Mark::Owner { owner: repository.owner.clone() });
    }
}

/// Whether a push may have changed the file: it says so, or it does not list everything it did.
fn touches(push: Payload<'_>, path: &str) -> bool {
    let commits = push.0["commits"].as_array().map_or(0, Vec::len);
    let forced = push.0["forced"].as_bool().unwrap_or(false);
    if forced || commits == 0 || commits >= MOST_PUSHED_COMMITS {
        return true;
    }
    push.list("commits").any(|commit| {
        ["added", "modified", "removed"]
            .iter()
            .any(|kind| commit.0[*kind].as_array().is_some_and(|paths| paths.iter().any(|p| p == path)))
    })
}

fn merge_group(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let group = payload.at("merge_group");
    let base = group.text("base_ref");
    let base = base.strip_prefix("refs/heads/").unwrap_or(base).to_owned();
    let head = group.text("head_sha");
    if context.action == "checks_requested" && context.repository > 0 && !head.is_empty() && !base.is_empty() {
        signal.marks.push(Mark::Group { repository: context.repository, base, head: Oid::new(head) });
    }
}

fn members(event: &str, payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let organisation = payload.at("organization").text("login").to_lowercase();
    let slug = match (event, context.action) {
        ("organization", "member_added" | "member_removed") => String::new(),
        ("organization", _) => return,
        // A team that moved under another changes the members of every team above it.
        ("team", _) if payload.at("changes").0.is_object() || context.action == "deleted" => String::new(),
        _ => payload.at("team").text("slug").to_lowercase(),
    };
    if !organisation.is_empty() {
        // Whoever is added takes green away only by an `except`, and that is for a look to find.
        let lowers = !matches!(context.action, "added" | "member_added" | "created" | "added_to_repository");
        signal.marks.push(Mark::Team { organisation, slug, lowers });
    }
}

fn installation(event: &str, payload: Payload<'_>, heading: &Heading, signal: &mut Signal) {
    let installation = heading.installation;
    if installation == 0 {
        return;
    }
    match (event, heading.action.as_str()) {
        ("installation", "deleted" | "suspend") => signal.evidence.push(Evidence::InstallationGone { installation }),
        ("installation_repositories", "removed") => {
            let removed =
                payload.list("repositories_removed").map(|repository| repository.number("id")).filter(|id| *id > 0);
            signal.evidence.extend(removed.map(|repository| Evidence::RepositoryGone { repository }));
        }
        _ => signal.marks.push(Mark::Installation { installation }),
    }
}

fn repository_event(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    if context.repository == 0 {
        return;
    }
    if context.action == "deleted" {
        signal.evidence.push(Evidence::RepositoryGone { repository: context.repository });
        return;
    }
    // The default branch's check has a name of its own: both branches are looked at again.
    let former = payload.at("changes").at("default_branch").text("from");
    let current = payload.at("repository").text("default_branch");
    if !former.is_empty() {
        signal.marks.extend([former, current].map(|branch| Mark::Base {
            repository: context.repository,
            branch: branch.to_owned(),
            want: Want::Anything,
        }));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn pull(number: u64) -> Value {
        json!({
            "number": number, "state": "open", "body": "why", "updated_at": "2026-11-23T08:00:00Z",
            "created_at": "2026-11-23T07:00:00Z", "head": { "sha": "abc", "ref": "feature" }, "base": { "ref": "main" },
            "user": { "id": 5, "login": "alice", "type": "User" },
        })
    }

    fn payload(mut extra: Value) -> Value {
        extra["installation"] = json!({ "id": 3 });
        extra["repository"] = json!({ "id": 9, "name": "shop", "owner": { "login": "acme", "id": 1, "type": "Organization" }, "default_branch": "main" });
        extra["sender"] = json!({ "id": 7, "login": "bob", "type": "User" });
        extra
    }

    fn check(event: &str, extra: Value, marks: &[&str], evidence: &[&str]) {
        let (heading, signal) = read(event, &payload(extra), 42, NOW);
        assert_eq!(heading.installation, 3);
        let starts = |texts: Vec<String>, expected: &[&str]| {
            assert_eq!(texts.len(), expected.len(), "{texts:?}");
            for (text, expected) in texts.iter().zip(expected) {
                assert!(text.contains(expected), "{text} has no {expected}");
            }
        };
        starts(signal.marks.iter().map(|mark| format!("{mark:?}")).collect(), marks);
        starts(signal.evidence.iter().map(|item| format!("{item:?}")).collect(), evidence);
    }

    #[test]
    fn events_of_pull_requests_ask_for_a_look_as_new_as_they_are() {
        check(
            "pull_request",
            json!({ "action": "opened", "pull_request": pull(1) }),
            &["UpdatedAt(2026-11-23T08:00:00Z), lowers: false"],
            &["Pull(", "Body {"],
        );
        check(
            "pull_request",
            json!({ "action": "synchronize", "pull_request": pull(1) }),
            &["Head { head: \"abc\""],
            &["Pull(", "HeadMoved"],
        );
        check(
            "pull_request",
            json!({ "action": "edited", "changes": { "body": { "from": "x" } }, "pull_request": pull(1) }),
            &["lowers: true"],
            &["Pull(", "login: \"bob\""],
        );
        check(
            "pull_request",
            json!({ "action": "edited", "changes": { "title": {} }, "pull_request": pull(1) }),
            &["lowers: true"],
            &["Pull("],
        );
        let closed = |merged: bool| {
            let mut pull = pull(1);
            pull["merged"] = merged.into();
            json!({ "action": "closed", "pull_request": pull })
        };
        check("pull_request", closed(false), &["Closed(2026-11-23T08:00:00Z), lowers: true"], &["Pull("]);
        check("pull_request", closed(true), &["UpdatedAt(2026-11-23T08:00:00Z), lowers: false"], &["Pull("]);
        check("pull_request", json!({ "action": "enqueued", "pull_request": pull(1) }), &[], &["Pull("]);
        check(
            "pull_request",
            json!({ "action": "something new", "pull_request": pull(1) }),
            &["UpdatedAt"],
            &["Pull("],
        );
    }

    #[test]
    fn only_opinions_are_looked_at() {
        let event = |action: &str, state: &str| json!({ "action": action, "pull_request": pull(1), "review": { "id": 4, "state": state } });
        check(
            "pull_request_review",
            event("submitted", "approved"),
            &["state: \"approved\" }, lowers: false"],
            &["Pull("],
        );
        check("pull_request_review", event("submitted", "changes_requested"), &["lowers: true"], &["Pull("]);
        check(
            "pull_request_review",
            event("dismissed", "approved"),
            &["state: \"dismissed\" }, lowers: true"],
            &["Pull("],
        );
        let remarks = ["moved: Thread, want: UpdatedAt(2026-11-23T08:00:00Z), lowers: true"];
        check("pull_request_review", event("submitted", "commented"), &remarks, &["Pull("]);
        check("pull_request_review", event("edited", "commented"), &[], &[]);
    }

    #[test]
    fn our_own_writes_ask_for_nothing_and_a_rerun_for_a_new_run() {
        let run = |action: &str, app: u64| json!({ "action": action, "check_run": { "id": 8, "name": "ci", "status": "completed", "conclusion": "failure", "head_sha": "abc", "app": { "id": app, "slug": "github-actions" } } });
        check("check_run", run("completed", 42), &[], &[]);
        check("check_run", run("rerequested", 42), &["want: Rerun("], &[]);
        check("check_run", run("completed", 1), &["id: 8, name: \"ci\", concluded: true }, lowers: true"], &[]);
        check(
            "check_suite",
            json!({ "action": "rerequested", "check_suite": { "head_sha": "abc", "app": { "id": 42 } } }),
            &["want: Rerun("],
            &[],
        );
    }

    #[test]
    fn a_deployment_asks_whoever_cares_for_its_environment() {
        let made = || json!({ "sha": "abc", "node_id": "DE_1", "environment": "staging" });
        check(
            "deployment",
            json!({ "action": "created", "deployment": made() }),
            &["Deployment { environment: \"staging\" }, want: Deployment { head: \"abc\", node: \"DE_1\""],
            &[],
        );
        let status =
            |state: &str| json!({ "state": state, "environment": "prod", "created_at": "2026-11-23T08:00:00Z" });
        for (state, lowers) in [("success", "lowers: false"), ("inactive", "lowers: true"), ("failure", "lowers: true")]
        {
            let event = || json!({ "deployment": made(), "deployment_status": status(state) });
            check("deployment_status", event(), &[lowers], &[]);
            check("deployment_status", event(), &["environment: \"prod\", status: Some((2026-11-23T08:00:00Z, "], &[]);
        }
    }

    #[test]
    fn a_thread_asks_whoever_cares_for_threads() {
        let event = |action: &str| json!({ "action": action, "pull_request": pull(1), "thread": { "node_id": "T1" } });
        let resolved = ["moved: Thread, want: Thread { node: \"T1\", resolved: true }, lowers: false"];
        check("pull_request_review_thread", event("resolved"), &resolved, &["Pull("]);
        let opened = ["moved: Thread, want: Thread { node: \"T1\", resolved: false }, lowers: true"];
        check("pull_request_review_thread", event("unresolved"), &opened, &["Pull("]);
        check("pull_request_review_thread", event("something new"), &[], &[]);
    }

    #[test]
    fn a_push_marks_the_bases_whose_policy_it_may_have_changed() {
        let push = |paths: Value, forced: bool| json!({ "ref": "refs/heads/main", "before": "1", "after": "2", "forced": forced, "commits": [{ "modified": paths }] });
        check("push", push(json!(["src/lib.rs"]), false), &[], &["Push {"]);
        check(
            "push",
            push(json!([".github/countersign.toml"]), false),
            &["Base { repository: 9, branch: \"main\", want: Tip(\"2\")"],
            &["Push {"],
        );
        check("push", push(json!([]), true), &["Base {"], &["Push {"]);
        check("push", json!({ "ref": "refs/tags/v1" }), &[], &[]);
    }

    #[test]
    fn groups_teams_and_installations_are_found() {
        check(
            "merge_group",
            json!({ "action": "checks_requested", "merge_group": { "head_sha": "abc", "base_ref": "refs/heads/main" } }),
            &["Group { repository: 9, base: \"main\""],
            &[],
        );
        check(
            "membership",
            json!({ "action": "removed", "organization": { "login": "Acme" }, "team": { "slug": "Ops" } }),
            &["Team { organisation: \"acme\", slug: \"ops\", lowers: true"],
            &[],
        );
        check(
            "organization",
            json!({ "action": "member_removed", "organization": { "login": "acme" } }),
            &["slug: \"\", lowers: true"],
            &[],
        );
        check("installation", json!({ "action": "created" }), &["Installation { installation: 3 }"], &[]);
        check("installation", json!({ "action": "deleted" }), &[], &["InstallationGone"]);
        check(
            "installation_repositories",
            json!({ "action": "removed", "repositories_removed": [{ "id": 9 }] }),
            &[],
            &["RepositoryGone { repository: 9 }"],
        );
        check(
            "repository",
            json!({ "action": "edited", "changes": { "default_branch": { "from": "old" } } }),
            &["branch: \"old\"", "branch: \"main\""],
            &[],
        );
    }

    #[test]
    fn who_leaves_a_team_lowers_and_who_joins_does_not() {
        let told = |event: &str, action: &str, lowers: bool| {
            let team = json!({ "action": action, "organization": { "login": "acme" }, "team": { "slug": "ops" } });
            check(event, team, &[&format!("lowers: {lowers}")], &[]);
        };
        told("membership", "removed", true);
        told("organization", "member_removed", true);
        told("team", "deleted", true);
        told("team", "edited", true);
        told("team", "removed_from_repository", true);
        told("membership", "added", false);
        told("organization", "member_added", false);
        told("team", "created", false);
        told("team", "added_to_repository", false);
    }

    #[test]
    fn odd_payloads_tell_nothing() {
        for event in [
            "pull_request",
            "pull_request_review",
            "pull_request_review_thread",
            "check_run",
            "status",
            "deployment",
            "deployment_status",
            "push",
            "merge_group",
            "membership",
            "installation",
            "no such event",
        ] {
            for odd in
                [json!(null), json!([]), json!({ "action": 7, "pull_request": "x", "repository": 3, "commits": {} })]
            {
                let (_, signal) = read(event, &odd, 42, NOW);
                assert!(signal.marks.is_empty() && signal.evidence.is_empty(), "{event} {odd} {signal:?}");
            }
        }
    }
}
