//! What `deploy/` promises: the App asks for what the code uses, the settings are real, and nothing runs as root.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use countersign::settings::{Settings, Written};
use github_stand_in::GitHub;

use crate::pages::{Row, files, root, rows, settings, text};

/// What a route of REST needs. `{}` stands for what differs from request to request.
const ROUTES: &[(&str, Needs)] = &[
    ("/app", None),
    ("/app/hook/deliveries", None),
    ("/app/hook/deliveries/{}/attempts", None),
    ("/app/installations", None),
    ("/app/installations/{}/access_tokens", None),
    ("/installation/repositories", None),
    ("/repos/{}/{}", None),
    ("/repos/{}/{}/actions/runs/{}/deployment_protection_rule", Some(("deployments", "write"))),
    ("/repos/{}/{}/activity", Some(("contents", "read"))),
    ("/repos/{}/{}/branches/{}", Some(("contents", "read"))),
    ("/repos/{}/{}/collaborators/{}/permission", None),
    ("/repos/{}/{}/check-runs", Some(("checks", "write"))),
    ("/repos/{}/{}/commits/{}/check-runs", Some(("checks", "read"))),
    ("/repos/{}/{}/compare/{}...{}", Some(("contents", "read"))),
    ("/repos/{}/{}/git/trees/{}", Some(("contents", "read"))),
    ("/repos/{}/{}/installation", None),
    ("/repos/{}/{}/issues", Some(("issues", "write"))),
    ("/repos/{}/{}/issues/{}", Some(("issues", "write"))),
    ("/repos/{}/{}/issues/comments/{}", Some(("pull_requests", "write"))),
    ("/repos/{}/{}/issues/comments/{}/reactions", Some(("pull_requests", "write"))),
    ("/repos/{}/{}/issues/{}/comments", Some(("pull_requests", "write"))),
    ("/repos/{}/{}/pulls/{}/files", Some(("pull_requests", "read"))),
    ("/repos/{}/{}/pulls/{}/requested_reviewers", Some(("pull_requests", "write"))),
    ("/repos/{}/{}/rules/branches/{}", None),
    ("/users/{}", None),
];

/// What a field of GraphQL that takes arguments needs, where it needs more than what it stands in.
const FIELDS: &[(&str, Needs)] = &[
    ("assignees", None),
    ("associatedPullRequests", Some(("pull_requests", "read"))),
    ("authors", None),
    ("checkRuns", None),
    ("checkSuites", Some(("checks", "read"))),
    ("comments", None),
    ("commits", None),
    ("compare", Some(("contents", "read"))),
    ("contexts", Some(("statuses", "read"))),
    ("deployments", Some(("deployments", "read"))),
    ("entries", None),
    ("file", Some(("contents", "read"))),
    ("files", None),
    ("history", Some(("contents", "read"))),
    ("isRequired", None),
    ("labels", None),
    ("members", Some(("members", "read"))),
    ("mergeQueue", Some(("merge_queues", "read"))),
    ("node", None),
    ("object", Some(("contents", "read"))),
    ("organization", Some(("members", "read"))),
    ("pullRequest", Some(("pull_requests", "read"))),
    ("pullRequests", Some(("pull_requests", "read"))),
    ("ref", Some(("contents", "read"))),
    ("repositories", Some(("members", "read"))),
    ("repository", None),
    ("reviewThreads", None),
    ("reviews", None),
    ("search", Some(("pull_requests", "read"))),
    ("team", Some(("members", "read"))),
    ("timelineItems", None),
    ("user", None),
    ("userContentEdits", None),
];

/// What GitHub wants before an App may subscribe to an event. Registering from a manifest fails where `issue_comment`
/// comes without `issues`, although comments on pull requests are delivered and written without it.
const EVENTS: &[(&str, &str)] = &[
    ("check_run", "checks"),
    ("check_suite", "checks"),
    ("deployment", "deployments"),
    ("deployment_protection_rule", "deployments"),
    ("deployment_status", "deployments"),
    ("issue_comment", "issues"),
    ("membership", "members"),
    ("merge_group", "merge_queues"),
    ("organization", "members"),
    ("pull_request", "pull_requests"),
    ("pull_request_review", "pull_requests"),
    ("pull_request_review_thread", "pull_requests"),
    ("push", "contents"),
    ("repository", "metadata"),
    ("status", "statuses"),
    ("team", "members"),
    ("workflow_run", "actions"),
];

/// GitHub sends these to every App, and no manifest may name them.
const ALWAYS_SENT: [&str; 2] = ["installation", "installation_repositories"];

/// How GitHub's pages call the permissions of a manifest.
const NAMES: &[(&str, &str)] = &[
    ("actions", "Actions"),
    ("checks", "Checks"),
    ("contents", "Contents"),
    ("deployments", "Deployments"),
    ("issues", "Issues"),
    ("members", "Members (organisation)"),
    ("merge_queues", "Merge queues"),
    ("metadata", "Metadata"),
    ("pull_requests", "Pull requests"),
    ("statuses", "Commit statuses"),
];

type Needs = Option<(&'static str, &'static str)>;

fn manifest() -> serde_json::Value {
    serde_json::from_str(&text("deploy/github-app.json")).unwrap()
}

fn asked() -> BTreeMap<String, String> {
    serde_json::from_value(manifest()["default_permissions"].clone()).unwrap()
}

fn subscribed() -> BTreeSet<String> {
    serde_json::from_value(manifest()["default_events"].clone()).unwrap()
}

/// The code of the room that talks to GitHub, without its tests and comments.
fn room() -> String {
    let code = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    files("src/github", "rs").iter().map(code).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_manifest_subscribes_to_the_events_that_are_read() {
    let source = text("src/github/event.rs");
    let arms = source.split("match event {").nth(1).and_then(|rest| rest.split("_ => {}").next()).unwrap();
    let read: BTreeSet<String> = arms
        .lines()
        .filter_map(|line| line.split("=>").next().filter(|_| line.contains("=>")))
        .flat_map(|arm| arm.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
        .filter(|event| !ALWAYS_SENT.contains(&event.as_str()))
        .collect();
    assert!(read.len() > 10, "{read:?}");
    assert_eq!(subscribed(), read, "`default_events` of the manifest, and the events that are read");
}

#[test]
fn the_manifest_asks_for_the_permissions_that_are_used_and_no_more() {
    let mut needed = BTreeMap::from([("metadata".to_owned(), "read".to_owned())]);
    let mut need = |permission: &str, access: &str| {
        let known = needed.entry(permission.to_owned()).or_insert_with(|| access.to_owned());
        if access == "write" {
            "write".clone_into(known);
        }
    };
    for route in routes(&room()) {
        let found = ROUTES.iter().find(|(known, _)| *known == route);
        let (_, needs) = found.unwrap_or_else(|| panic!("which permission does `{route}` need? Add it to ROUTES"));
        needs.iter().for_each(|(permission, access)| need(permission, access));
    }
    for field in fields() {
        let found = FIELDS.iter().find(|(known, _)| *known == field);
        let (_, needs) = found.unwrap_or_else(|| panic!("which permission does `{field}` need? Add it to FIELDS"));
        needs.iter().for_each(|(permission, access)| need(permission, access));
    }
    for event in subscribed() {
        let found = EVENTS.iter().find(|(known, _)| *known == event);
        let (_, permission) = found.unwrap_or_else(|| panic!("what does `{event}` want? Add it to EVENTS"));
        need(permission, "read");
    }
    assert_eq!(asked(), needed, "`default_permissions` of the manifest, and what is used");
}

/// The routes that the code asks, from its texts.
fn routes(code: &str) -> BTreeSet<String> {
    let texts = code.split('"').filter(|text| {
        ["/app", "/installation", "/orgs/", "/repos/", "/users/"].iter().any(|start| text.starts_with(start))
    });
    let general = |text: &str| {
        let path = text.split('?').next().unwrap_or_default();
        let mut parts = path.split('{');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |path, part| path + "{}" + part.split_once('}').map_or("", |(_, rest)| rest))
    };
    texts.map(general).collect()
}

/// The fields with arguments that the queries ask for.
fn fields() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files("src/github", "graphql") {
        let query = fs::read_to_string(file).unwrap();
        for line in query.lines().map(|line| line.split('#').next().unwrap_or_default()) {
            let is_field = |word: &&str| !word.starts_with('@') && !line.trim_start().starts_with("query");
            let words = line.split('(').rev().skip(1).filter_map(|before| before.split_whitespace().last());
            found.extend(words.filter(is_field).map(|word| word.rsplit(':').next().unwrap_or(word).to_owned()));
        }
    }
    found.retain(|field| field.chars().all(|c| c.is_ascii_alphanumeric()));
    found
}

#[test]
fn the_pages_say_what_the_manifest_asks_for() {
    let asked = asked();
    for page in ["README.md", "docs/operations.md"] {
        let is_access = |row: &Row| row.cells.get(1).is_some_and(|cell| cell == "read" || cell == "write");
        let shown: BTreeMap<String, String> = rows(&text(page))
            .iter()
            .filter(|row| is_access(row))
            .map(|row| (row.cells[0].clone(), row.cells[1].clone()))
            .collect();
        let name = |key: &str| NAMES.iter().find(|(known, _)| *known == key).map_or(key, |(_, name)| name).to_owned();
        let wanted = asked.iter().map(|(key, access)| (name(key), access.clone())).collect();
        assert_eq!(shown, wanted, "the permissions in `{page}`, and the manifest's");
        let events = text(page);
        let events = events.split("Subscribe to:").nth(1).and_then(|rest| rest.split('.').next()).unwrap_or_default();
        let events: BTreeSet<String> = events
            .split(',')
            .map(|event| event.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase())
            .filter(|event| !event.is_empty())
            .collect();
        assert!(events.is_empty() || events == subscribed(), "the events in `{page}` are {events:?}");
    }
}

#[test]
fn every_setting_that_is_named_is_one() {
    let known = settings();
    let pages = ["deploy/README.md", "deploy/Dockerfile", "deploy/compose.yaml", "deploy/countersign.service"];
    for page in pages.iter().chain(&["docs/operations.md"]) {
        let text = text(page);
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        for word in words.filter(|word| word.starts_with("COUNTERSIGN_")) {
            assert!(known.contains(word), "`{page}` names `{word}`");
        }
    }
}

#[tokio::test]
async fn the_example_settings_are_read_and_show_every_default() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.pem");
    fs::write(&key, GitHub::start(github_stand_in::Settings::default()).await.private_key_pem()).unwrap();
    let example = text("deploy/countersign.toml");
    let example = example.replace("/etc/countersign/github-app-private-key.pem", key.to_str().unwrap());
    let settle = |text: String| -> Settings {
        let path = folder.path().join("settings.toml");
        fs::write(&path, format!("webhook_secret = 'hush'\n{text}")).unwrap();
        let mut written = Written::default();
        written.settings = Some(path);
        written.with_file().and_then(|written| written.settle().map_err(|problems| problems[0].clone())).unwrap()
    };
    let is_setting = |line: &str| line.strip_prefix("# ").is_some_and(|rest| rest.split(" = ").count() == 2);
    let all: Vec<&str> =
        example.lines().map(|line| if is_setting(line) { line.trim_start_matches("# ") } else { line }).collect();
    assert_eq!(
        format!("{:#?}", settle(example.clone())),
        format!("{:#?}", settle(all.join("\n"))),
        "what is commented out is the default"
    );
    let shown: BTreeSet<String> = all
        .iter()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(format!("COUNTERSIGN_{}", line.split_once(" = ")?.0.to_uppercase())))
        .collect();
    let mut there = settings();
    for secret in ["SETTINGS", "GITHUB_APP_PRIVATE_KEY", "WEBHOOK_SECRET", "CALENDAR_TOKENS"] {
        there.remove(&format!("COUNTERSIGN_{secret}"));
    }
    assert_eq!(shown, there, "the settings that the example shows, and those that there are");
}

#[test]
fn nothing_runs_as_root_or_writes_where_it_need_not() {
    let image = text("deploy/Dockerfile");
    let last = |word: &str| image.lines().filter_map(|line| line.strip_prefix(word)).next_back().unwrap_or_default();
    assert_eq!(last("USER "), "65532:65532");
    assert!(last("FROM ").ends_with(":nonroot"), "{}", last("FROM "));
    let compose = text("deploy/compose.yaml");
    for wanted in ["read_only: true", "cap_drop:\n      - ALL", "no-new-privileges:true"] {
        assert!(compose.contains(wanted), "`{wanted}` is gone from the compose file");
    }
    let unit = text("deploy/countersign.service");
    for wanted in ["DynamicUser=yes", "NoNewPrivileges=yes", "CapabilityBoundingSet=\n", "ProtectSystem=strict"] {
        assert!(unit.contains(wanted), "`{wanted}` is gone from the unit");
    }
}

/// systemd's own judgement, where there is a systemd: the unit is understood, and its exposure is what the page says.
#[test]
fn systemd_understands_the_unit_and_calls_it_safe() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("countersign.service");
    let written = text("deploy/countersign.service");
    assert!(written.contains("ExecStart=/usr/local/bin/countersign serve"));
    // It wants to find the program.
    fs::write(&unit, written.replace("/usr/local/bin/countersign", env!("CARGO_BIN_EXE_countersign"))).unwrap();
    let ask = |words: &[&str]| Command::new("systemd-analyze").args(words).arg(&unit).current_dir(root()).output();
    let Ok(verified) = ask(&["verify", "--man=no"]) else {
        println!("left out: `systemd-analyze` is not here");
        return;
    };
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    assert!(verified.status.success() && !said.contains("countersign.service:"), "{said}");
    let security = ask(&["security", "--offline=true"]).unwrap();
    let said = String::from_utf8_lossy(&security.stdout).into_owned();
    let exposure = said.split("countersign.service: ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let exposure: f64 = exposure.parse().unwrap();
    assert!(exposure <= 1.5, "{said}");
}
