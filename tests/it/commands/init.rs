//! `countersign init`: from a checkout to a policy that observes.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{folder, run, run_with};

fn git(folder: &Path, arguments: &[&str]) {
    let ran = Command::new("git")
        .args(["-c", "user.name=alice", "-c", "user.email=alice@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{arguments:?}: {ran:?}");
}

const POLICY: &str = ".github/countersign.toml";

/// The way of an admin, in the commands that `init` names.
#[test]
fn from_an_empty_repository_to_an_observed_policy_in_five_commands() {
    let folder = folder(&[]);
    let root = folder.path();
    git(root, &["init", "--quiet"]);
    let begun = run(root, &["init"]);
    begun.ended(0, "no pull request template").ended(0, "observes and holds nothing").ended(0, "\nnext:\n");
    let next = begun.stdout.split("\nnext:\n").nth(1).unwrap();
    assert_eq!(next.lines().count(), 5, "{next}");
    let checked = run(root, &["check"]);
    checked.ended(0, "countersign.toml (repository): no problem");
    let template = run(root, &["template"]);
    template.ended(0, "## Summary").ended(0, "## Risk").ended(0, "## Backout");
    fs::write(root.join(".github/pull_request_template.md"), &template.stdout).unwrap();
    let facts = "{\"body\": \"## Risk\\n\\nLow\"}";
    let decided = run_with(root, &["evaluate", "--policy", POLICY, "--facts", "-", "--format", "json"], facts, &[]);
    assert_eq!((decided.code, decided.json()["outcome"].as_str()), (1, Some("neutral")), "{decided:#?}");
    git(root, &["add", ".github"]);
    git(root, &["commit", "--quiet", "-m", "Observe changes with countersign"]);
}

const TEMPLATE: &str = "## What changes\n\n<!-- tell us -->\n\n## Rollback plan\n\n<!-- how -->\n\n## Screenshots\n";

#[test]
fn what_a_checkout_has_is_found_and_how_often_it_is_filled() {
    let folder = folder(&[
        (".github/pull_request_template.md", TEMPLATE),
        ("CODEOWNERS", "* @acme/web\n"),
        ("past/1.md", "## What changes\n\nThe colour\n\n## Rollback plan\n\nRevert\n"),
        ("past/2.md", "## What changes\n\nThe size\n\n## Rollback plan\n\n<!-- how -->\n\n## Test plan\n\nBy hand\n"),
    ]);
    let ran = run(folder.path(), &["init", "--descriptions", "past"]);
    ran.ended(0, "`.github/pull_request_template.md`").ended(0, "`CODEOWNERS`").ended(0, "2 descriptions in `past`");
    ran.ended(0, "summary              2 of 2  line 1: ## What changes");
    ran.ended(0, "backout              1 of 2  line 5: ## Rollback plan");
    ran.ended(0, "test_plan            1 of 2  not asked");
    ran.ended(0, "to add to `.github/pull_request_template.md`:\n\n## Risk\n");
    assert!(!ran.stdout.contains("## Summary"), "what is asked already is not added\n{}", ran.stdout);
    let policy = fs::read_to_string(folder.path().join(POLICY)).unwrap();
    assert!(policy.contains("required = [\"summary\", \"risk\", \"backout\"]"), "{policy}");
    assert!(policy.contains("mode = \"observe\"") && policy.contains("codeowners = \"any\""), "{policy}");
    run(folder.path(), &["check"]).ended(0, ": no problem");
}

/// GitHub takes templates from folders too, of which the author chooses one.
#[test]
fn templates_of_folders_are_read_and_what_all_of_them_ask_is_asked() {
    let folder = folder(&[
        (".github/PULL_REQUEST_TEMPLATE/fix.md", "## Summary\n\n## Rollback plan\n\n## Test plan\n"),
        (".github/PULL_REQUEST_TEMPLATE/feature.md", "# Feature\n\n## Summary\n\n## Rollback plan\n"),
        (".github/PULL_REQUEST_TEMPLATE/config.yml", "## Impact\n"),
        ("docs/pull_request_template/words.md", "## Summary\n\n## Impact\n"),
    ]);
    let ran = run(folder.path(), &["init"]);
    let feature = "`.github/PULL_REQUEST_TEMPLATE/feature.md`";
    ran.ended(0, &format!("  {feature}\n  `.github/PULL_REQUEST_TEMPLATE/fix.md`\n"));
    ran.ended(
        0,
        &format!("{feature}, line 3: ## Summary; `.github/PULL_REQUEST_TEMPLATE/fix.md`, line 1: ## Summary; "),
    );
    ran.ended(0, "to add to `docs/pull_request_template/words.md`:");
    let policy = fs::read_to_string(folder.path().join(POLICY)).unwrap();
    assert!(policy.contains("required = [\"summary\", \"risk\", \"backout\"]"), "{policy}");
    // The one that all start from, and one to choose.
    let both = super::folder(&[
        ("PULL_REQUEST_TEMPLATE.md", "## Impact\n"),
        ("PULL_REQUEST_TEMPLATE/big.txt", "## Impact\n\n## Summary\n"),
    ]);
    run(both.path(), &["init"]).ended(0, "`PULL_REQUEST_TEMPLATE.md`\n  `PULL_REQUEST_TEMPLATE/big.txt`");
    let policy = fs::read_to_string(both.path().join(POLICY)).unwrap();
    assert!(policy.contains("\"impact\""), "{policy}");
}

#[test]
fn descriptions_are_read_from_the_messages_of_merges() {
    let folder = folder(&[]);
    let root = folder.path();
    git(root, &["init", "--quiet"]);
    for message in [
        "Paint it (#7)\n\n## Rollback plan\n\nRevert",
        "Merge pull request #8 from acme/size\n\nMake it larger",
        "Begin\n\n## Rollback plan\n\nNo pull request",
    ] {
        git(root, &["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "-m", message]);
    }
    let ran = run(root, &["init"]);
    ran.ended(0, "2 merged pull requests in git's history, 1 with a description")
        .ended(0, "backout              1 of 1");
}

#[test]
fn what_is_there_is_left_alone() {
    let folder = folder(&[(POLICY, "version = 1\n")]);
    run(folder.path(), &["init"]).refused("`--force` replaces it");
    assert_eq!(fs::read_to_string(folder.path().join(POLICY)).unwrap(), "version = 1\n");
    run(folder.path(), &["init", "--force"]).ended(0, "wrote ");
    run(folder.path(), &["init", "no-such-folder"]).refused("`no-such-folder` is no folder");
    let empty = super::folder(&[]);
    run(empty.path(), &["init"]).ended(0, "no history of git could be read");
}
