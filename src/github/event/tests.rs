//! What each kind of event tells, by the smallest payload that shows it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::signal::{Evidence, Want};

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
        &["Head { head: \"abc\", at: 2026-11-23T08:00:00Z }, lowers: true"],
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
    check(
        "pull_request",
        json!({ "action": "edited", "changes": { "base": { "ref": { "from": "dev" } } }, "pull_request": pull(1) }),
        &["Base { base: \"main\", at: 2026-11-23T08:00:00Z }, lowers: true", "UpdatedAt("],
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
    check("pull_request", json!({ "action": "locked", "pull_request": pull(1) }), &[], &["Pull("]);
    let unlocked = json!({ "action": "unlocked", "pull_request": pull(1) });
    check("pull_request", unlocked, &["want: Comment, lowers: false"], &["Pull("]);
    check("pull_request", json!({ "action": "something new", "pull_request": pull(1) }), &["UpdatedAt"], &["Pull("]);
}

#[test]
fn a_person_who_opens_waits_for_an_answer_and_a_bot_does_not() {
    let check = |action: &str, kind: &str, expected: bool| {
        let mut event = payload(json!({ "action": action, "pull_request": pull(1) }));
        event["sender"]["type"] = kind.into();
        assert_eq!(read("pull_request", &event, 42, NOW).1.awaited, expected, "{action} by a {kind}");
    };
    for action in ["opened", "reopened", "ready_for_review"] {
        check(action, "User", true);
        check(action, "Bot", false);
    }
    check("synchronize", "User", false);
}

#[test]
fn only_opinions_are_looked_at() {
    let event = |action: &str, state: &str| json!({ "action": action, "pull_request": pull(1), "review": { "id": 4, "state": state } });
    let told = |action: &str, state: &str, shown: &str, lowers: bool| {
        let dated = format!("UpdatedAt(2026-11-23T08:00:00Z), lowers: {lowers}");
        let review = format!("state: \"{shown}\" }}, lowers: {lowers}");
        check("pull_request_review", event(action, state), &[&dated, &review], &["Pull("]);
    };
    told("submitted", "approved", "approved", false);
    told("submitted", "changes_requested", "changes_requested", true);
    told("dismissed", "approved", "dismissed", true);
    let remarks = ["moved: Thread, want: UpdatedAt(2026-11-23T08:00:00Z), lowers: true"];
    check("pull_request_review", event("submitted", "commented"), &remarks, &["Pull("]);
    check("pull_request_review", event("edited", "commented"), &[], &[]);
}

#[test]
fn our_own_writes_ask_for_nothing_and_a_rerun_for_a_new_run() {
    let run = |action: &str, app: u64| json!({ "action": action, "check_run": { "id": 8, "name": "ci", "status": "completed", "conclusion": "failure", "head_sha": "abc", "app": { "id": app, "slug": "github-actions" } } });
    check("check_run", run("completed", 42), &[], &[]);
    check("check_run", run("rerequested", 42), &["want: Rerun("], &[]);
    let press = |button: &str, app: u64| {
        let mut event = run("requested_action", app);
        event["requested_action"] = json!({ "identifier": button });
        event
    };
    check("check_run", press("recheck", 42), &["want: Rerun("], &[]);
    check("check_run", press("explain", 42), &["want: Explain"], &[]);
    check("check_run", press("other", 42), &[], &[]);
    check(
        "check_run",
        run("completed", 1),
        &["id: 8, name: \"ci\", app: \"github-actions\", concluded: true }, lowers: true"],
        &[],
    );
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
    let status = |state: &str| json!({ "state": state, "environment": "prod", "created_at": "2026-11-23T08:00:00Z" });
    let asked = "environment: \"prod\", status: Some((2026-11-23T08:00:00Z, ";
    let told = |state: &str, marks: &[&str], evidence: &[&str]| {
        check(
            "deployment_status",
            json!({ "deployment": made(), "deployment_status": status(state) }),
            marks,
            evidence,
        );
    };
    let shipped = "Shipped { repository: 9, head: Oid(\"abc\") }";
    told("success", &[shipped, "lowers: false"], &["environment: \"prod\", creator: 0, failed: false"]);
    told("inactive", &["lowers: true"], &[]);
    for state in ["failure", "error"] {
        told(state, &["Deployed { repository: 9 }", shipped, "lowers: true"], &["failed: true"]);
        told(state, &["Deployed {", shipped, asked], &["Deployed {"]);
    }
}

#[test]
fn a_thread_asks_whoever_cares_for_threads() {
    let event = |action: &str| json!({ "action": action, "pull_request": pull(1), "thread": { "node_id": "T1" } });
    let dated = |lowers: bool| format!("moved: Thread, want: UpdatedAt(2026-11-23T08:00:00Z), lowers: {lowers}");
    let (dated_resolved, dated_opened) = (dated(false), dated(true));
    let resolved =
        [dated_resolved.as_str(), "moved: Thread, want: Thread { node: \"T1\", resolved: true }, lowers: false"];
    check("pull_request_review_thread", event("resolved"), &resolved, &["Pull("]);
    let opened = [dated_opened.as_str(), "moved: Thread, want: Thread { node: \"T1\", resolved: false }, lowers: true"];
    check("pull_request_review_thread", event("unresolved"), &opened, &["Pull("]);
    check("pull_request_review_thread", event("something new"), &[], &[]);
}

#[test]
fn a_push_marks_the_bases_whose_policy_it_may_have_changed() {
    let push = |paths: Value, forced: bool| json!({ "ref": "refs/heads/main", "before": "1", "after": "2", "forced": forced, "commits": [{ "modified": paths }] });
    check("push", push(json!(["src/lib.rs"]), false), &["Pushed {"], &["Push {"]);
    check(
        "push",
        push(json!([".github/countersign.toml"]), false),
        &["Pushed {", "Base { repository: 9, branch: \"main\" }"],
        &["Push {"],
    );
    let calendar = push(json!(["calendars/holidays.ics"]), false);
    check("push", calendar, &["Pushed {", "Base { repository: 9, branch: \"main\" }"], &["Push {"]);
    check("push", push(json!([]), true), &["Pushed {", "Base {"], &["Push {"]);
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
        "merge_group",
        json!({ "action": "destroyed", "merge_group": { "head_sha": "abc", "base_ref": "refs/heads/main" } }),
        &[],
        &["GroupGone { repository: 9, base: \"main\""],
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
fn who_joined_a_team_and_who_left_is_told_of_that_team_alone() {
    let dave = || json!({ "id": 4, "login": "dave", "type": "User" });
    let team = || json!({ "slug": "Night", "parent": { "slug": "cab" } });
    let moved = |event: &str, payload: Value, evidence: &[&str]| {
        let mut payload = payload;
        payload["organization"] = json!({ "login": "Acme" });
        let (_, signal) = read(event, &payload, 42, NOW);
        let found: Vec<String> = signal.evidence.iter().map(|item| format!("{item:?}")).collect();
        assert_eq!(found.len(), evidence.len(), "{found:?}");
        for (found, expected) in found.iter().zip(evidence) {
            assert!(found.contains("organisation: \"acme\"") && found.contains(expected), "{found} has no {expected}");
        }
    };
    let of_team = |action: &str| json!({ "action": action, "member": dave(), "team": team() });
    moved(
        "membership",
        of_team("added"),
        &["slug: \"night\", account: Account { id: 4, login: \"dave\", kind: User }, joined: true"],
    );
    moved(
        "membership",
        of_team("removed"),
        &["slug: \"night\", account: Account { id: 4, login: \"dave\", kind: User }, joined: false"],
    );
    let of_all = |action: &str| json!({ "action": action, "membership": { "user": dave() } });
    moved(
        "organization",
        of_all("member_removed"),
        &["slug: \"\", account: Account { id: 4, login: \"dave\", kind: User }, joined: false"],
    );
    moved("organization", of_all("member_added"), &[]);
    moved("team", of_team("edited"), &[]);
    moved("membership", json!({ "action": "removed", "member": dave() }), &[]);
}

#[test]
fn who_joins_a_team_or_leaves_it_lowers() {
    let told = |event: &str, action: &str, lowers: bool| {
        let team = json!({ "action": action, "organization": { "login": "acme" }, "team": { "slug": "ops" } });
        check(event, team, &[&format!("lowers: {lowers}")], &[]);
    };
    told("membership", "removed", true);
    told("organization", "member_removed", true);
    told("team", "deleted", true);
    told("team", "edited", true);
    told("team", "removed_from_repository", true);
    told("membership", "added", true);
    told("organization", "member_added", false);
    told("team", "created", true);
    told("team", "added_to_repository", true);
}

#[test]
fn a_team_below_another_touches_every_team_of_the_organisation() {
    let touched = |event: &str, action: &str, parent: Value, slug: &str| {
        let team = json!({ "slug": "night", "parent": parent });
        let told = json!({ "action": action, "organization": { "login": "acme" }, "team": team });
        check(event, told, &[&format!("organisation: \"acme\", slug: \"{slug}\", lowers: true")], &[]);
    };
    touched("membership", "removed", json!({ "slug": "cab" }), "");
    touched("membership", "added", json!({ "slug": "cab" }), "");
    touched("team", "created", json!({ "slug": "cab" }), "");
    touched("membership", "removed", json!(null), "night");
}

#[test]
fn who_dispatched_a_run_is_told_by_it_and_by_no_other_run() {
    let run = |action: &str, event: &str, actor: &str| {
        let account = json!({ "id": 7, "login": "bob", "type": actor });
        let again = json!({ "id": 8, "login": "carol", "type": "User" });
        let run = json!({ "id": 90, "event": event, "head_sha": "abc", "head_branch": "bump", "run_attempt": 2,
            "actor": account, "triggering_actor": again, "run_started_at": "2026-11-23T08:00:00Z",
            "updated_at": "2026-11-23T08:09:00Z" });
        json!({ "action": action, "workflow_run": run })
    };
    let marks = ["head: Oid(\"abc\"), check: None, want: Anything, lowers: true"];
    let begun = "attempt: 2, actors: [Account { id: 7, login: \"bob\", kind: User }, Account { id: 8, login: \"carol\", \
                 kind: User }], branch: \"bump\", head: Oid(\"abc\"), started_at: 2026-11-23T08:00:00Z, ended_at: None";
    check("workflow_run", run("requested", "workflow_dispatch", "User"), &marks, &[begun]);
    let over = "ended_at: Some(2026-11-23T08:09:00Z)";
    check("workflow_run", run("completed", "repository_dispatch", "User"), &marks, &[over]);
    // A bot that dispatches another is no person who could approve.
    check("workflow_run", run("requested", "workflow_dispatch", "Bot"), &marks, &["actors: [Account { id: 8,"]);
    check("workflow_run", run("requested", "push", "User"), &[], &[]);
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
        "workflow_run",
        "merge_group",
        "membership",
        "installation",
        "no such event",
    ] {
        for odd in [json!(null), json!([]), json!({ "action": 7, "pull_request": "x", "repository": 3, "commits": {} })]
        {
            let (_, signal) = read(event, &odd, 42, NOW);
            assert!(signal.marks.is_empty() && signal.evidence.is_empty(), "{event} {odd} {signal:?}");
        }
    }
}

/// An `issue_comment` by bob, changed where the case says.
fn commented(change: impl FnOnce(&mut Value)) -> Signal {
    let user = json!({ "id": 7, "login": "bob", "type": "User" });
    let mut event = payload(json!({
        "action": "created",
        "issue": { "number": 1, "pull_request": {}, "updated_at": "2026-11-23T08:00:05Z" },
        "comment": {
            "id": 31, "body": "Well.\n/countersign hold it", "user": user, "created_at": "2026-11-23T08:00:04Z",
            "performed_via_github_app": null,
        },
    }));
    change(&mut event);
    read("issue_comment", &event, 42, NOW).1
}

#[test]
fn a_command_is_what_a_person_says_in_a_new_comment() {
    let signal = commented(|_| {});
    let [Evidence::Command(given)] = signal.evidence.as_slice() else { panic!("{:?}", signal.evidence) };
    assert_eq!((given.repository, given.number, given.comment), (9, 1, 31));
    assert_eq!((given.by.login.as_str(), given.line.as_str()), ("bob", "hold it"));
    assert_eq!(given.written_at, "2026-11-23T08:00:04Z".parse().expect("an instant"));
    let want = Want::UpdatedAt("2026-11-23T08:00:05Z".parse().expect("an instant"));
    assert_eq!(signal.marks, [Mark::Pull { repository: 9, number: 1, want: want.clone(), lowers: true }]);
    assert!(signal.awaited);
    let lifted = commented(|event| event["comment"]["body"] = json!("/countersign unhold"));
    assert_eq!(lifted.marks, [Mark::Pull { repository: 9, number: 1, want, lowers: false }]);
    let none = |why: &str, change: &dyn Fn(&mut Value)| {
        let signal = commented(change);
        assert_eq!((signal.evidence, signal.marks, signal.awaited), (Vec::new(), Vec::new(), false), "{why}");
    };
    none("an edit", &|event| event["action"] = json!("edited"));
    none("a deletion", &|event| event["action"] = json!("deleted"));
    none("a bot", &|event| event["sender"]["type"] = json!("Bot"));
    none("an organisation", &|event| event["sender"]["type"] = json!("Organization"));
    none("somebody else's comment", &|event| event["comment"]["user"]["id"] = json!(8));
    none("an App in bob's name", &|event| event["comment"]["performed_via_github_app"] = json!({ "id": 5 }));
    none("an issue", &|event| drop(event["issue"].as_object_mut().map(|issue| issue.remove("pull_request"))));
    none("a quotation", &|event| event["comment"]["body"] = json!("> /countersign hold it"));
    none("no command", &|event| event["comment"]["body"] = json!("hold it"));
    none("no body", &|event| event["comment"]["body"] = Value::Null);
}

#[test]
fn on_an_issue_of_ours_what_became_of_a_change_is_said_and_nothing_else() {
    let on_issue = |app: Value, body: &str| {
        commented(|event| {
            event["issue"].as_object_mut().expect("an issue").remove("pull_request");
            event["issue"]["performed_via_github_app"] = json!({ "id": app });
            event["comment"]["body"] = json!(body);
        })
    };
    let said = on_issue(json!(42), "/countersign outcome failed badly");
    assert_eq!(said.marks, [Mark::Issue { repository: 9, number: 1 }]);
    assert!(matches!(said.evidence.as_slice(), [Evidence::Command(given)] if given.line == "outcome failed badly"));
    for (app, body) in [(43, "/countersign outcome failed"), (42, "/countersign hold it"), (42, "/countersign outcome")]
    {
        let signal = on_issue(json!(app), body);
        assert!(signal.marks.is_empty() && signal.evidence.is_empty(), "{app} {body}");
    }
}
