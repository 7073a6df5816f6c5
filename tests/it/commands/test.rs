//! `countersign test` and `countersign evaluate --save-case`.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::json;

use super::{folder, run, run_with};

const POLICY: &str = "version = 1\nauthorities.peer.permission = \"write\"\n\
    rule = [{ id = \"peer\", approvals = [{ from = [\"peer\"], count = 1 }] }]\n";
const CASES: &str = "version = 1\n\n[[case]]\nname = \"approved\"\nexpect = \"pass\"\n\n\
    [[case]]\nname = \"alone\"\nreviews = []\nexpect = { outcome = \"wait\", rules = { peer = \"waiting\" } }\n";
const AT: (&str, &str) = (".github/countersign.toml", POLICY);

#[test]
fn cases_are_found_beside_their_policy_and_all_is_said() {
    let folder = folder(&[AT, (".github/cases/peer.toml", CASES), ("src/cases/other.toml", "not = \"ours\"")]);
    run(folder.path(), &["test"]).ended(
        0,
        ".github/cases/peer.toml\n  ok     approved\n  ok     alone\n\n2 cases: all as expected\n\
         tried: every rule, factor and model (1 of 1)\n",
    );
    let found = run(folder.path(), &["test", "--format", "json"]).ended(0, "").json();
    assert_eq!(
        (&found["failed"], &found["not_tried"], &found["cases"][1]["outcome"]),
        (&json!(0), &json!([]), &json!("wait"))
    );
    let file = run(folder.path(), &["test", ".github/cases/peer.toml"]);
    file.ended(0, "2 cases");
    run(&folder.path().join(".github"), &["test", "cases"]).ended(0, "2 cases");
    run(&folder.path().join("src"), &["test"]).refused("there are no cases under `.`");
}

#[test]
fn a_case_that_comes_out_otherwise_ends_with_1_and_shows_its_line() {
    let wrong = CASES.replace("\"waiting\"", "\"satisfied\"");
    let folder = folder(&[AT, (".github/cases/peer.toml", &wrong)]);
    run(folder.path(), &["test"])
        .ended(
            1,
            "  wrong  alone\n         .github/cases/peer.toml:10:40: `peer`: expected `satisfied`, came to `waiting`: ",
        )
        .ended(1, "         open: peer.approvals waiting: ")
        .ended(1, "2 cases: 1 not as expected\n");
}

#[test]
fn what_no_case_reaches_is_said() {
    let policy =
        format!("{POLICY}[[risk.factor]]\nid = \"schema\"\nwhy = \"x\"\nwhen = {{ files = [\"db/**\"] }}\nscore = 9\n");
    let folder = folder(&[(".github/countersign.toml", &policy), (".github/cases/peer.toml", CASES)]);
    run(folder.path(), &["test"])
        .ended(0, "not tried: factor `schema` of .github/countersign.toml: no case has it count\n");
}

#[test]
fn what_is_not_known_in_a_case_is_said_with_the_way_out() {
    let policy = POLICY.replace("permission = \"write\"", "teams = [\"acme/web\"]");
    let folder = folder(&[(".github/countersign.toml", &policy), (".github/cases/peer.toml", CASES)]);
    run(folder.path(), &["test"])
        .ended(1, "the members of `acme/web` were not read")
        .ended(1, "help: what is not known can be told by the case, such as `teams`\n");
}

#[test]
fn rules_of_a_pack_come_tried() {
    let folder = folder(&[("countersign.toml", "version = 1\npacks = [\"startup\"]\n"), ("cases/a.toml", CASES)]);
    let ran = run(folder.path(), &["test"]);
    assert!(!ran.ended(1, "no rule is called `peer` here").stdout.contains("tried"), "{ran:?}");
}

#[test]
fn a_wrong_file_ends_with_2_at_its_place() {
    let folder = folder(&[AT, (".github/cases/peer.toml", &CASES.replace("reviews", "revews"))]);
    run(folder.path(), &["test"])
        .refused("error: .github/cases/peer.toml:9:1: there is no key `revews` here\n  help: did you mean `reviews`?");
    fs::write(folder.path().join(".github/countersign.toml"), "version = 1\n").unwrap();
    fs::write(folder.path().join(".github/cases/peer.toml"), CASES).unwrap();
    run(folder.path(), &["test"]).refused("the policy has 1 error");
}

#[test]
fn other_policies_are_named_from_the_files_own_folder() {
    let cases = format!("policy = [\"../org/countersign.toml\", \"../.github/countersign.toml\"]\n{CASES}");
    let organisation = POLICY.replace("peer", "owner").replace("count = 1", "count = 2");
    let folder =
        folder(&[AT, ("org/countersign.toml", &organisation), ("cases/both.toml", &cases), ("policy.toml", POLICY)]);
    run(folder.path(), &["test"])
        .ended(1, "outcome: expected `pass`, came to `wait`")
        .ended(1, "open: owner.approvals waiting");
}

#[test]
fn texts_that_are_expected_are_written_anew_and_nothing_else_is() {
    let asks = CASES.replace("outcome = \"wait\"", "outcome = \"wait\", text = \"\"");
    let folder = folder(&[AT, (".github/cases/peer.toml", &asks)]);
    run(folder.path(), &["test"]).ended(1, "what people are shown reads otherwise");
    let ran = run(folder.path(), &["test", "--update"]);
    assert!(ran.ended(0, "all as expected").stderr.contains("wrote 1 text of `.github/cases/peer.toml`"), "{ran:?}");
    run(folder.path(), &["test"]).ended(0, "all as expected");
    let after = fs::read_to_string(folder.path().join(".github/cases/peer.toml")).unwrap();
    assert!(after.contains("text = '''\ncheck countersign on 0000000: in progress\n"), "{after}");
    assert!(after.starts_with(CASES.split("expect = {").next().unwrap()), "{after}");
    // A policy that says otherwise now is no text to write anew.
    let two = POLICY.replace("count = 1", "count = 2");
    fs::write(folder.path().join(".github/countersign.toml"), two).unwrap();
    run(folder.path(), &["test", "--update"]).ended(1, "outcome: expected `pass`, came to `wait`");
}

#[test]
fn a_change_that_was_seen_becomes_a_case() {
    let folder = folder(&[AT]);
    fs::create_dir(folder.path().join(".github/cases")).unwrap();
    let facts = json!({
        "number": 7, "title": "Retry", "body": "Risk: low\n\nIt's '''odd'''", "reviews": ["bob"], "files": ["a.rs"],
        "threads": { "unknown": "a payload does not list threads" }, "as_of": "2026-03-01T12:00:00Z"
    });
    let evaluate =
        ["evaluate", "--policy", ".github/countersign.toml", "--facts", "-", "--save-case", ".github/cases/real.toml"];
    for said in ["saved as `acme/shop#7: Retry` in", "saved as `acme/shop#7: Retry (2)` in"] {
        let ran = run_with(folder.path(), &evaluate, &facts.to_string(), &[]);
        assert!(ran.ended(0, "outcome: pass").stderr.contains(said), "{ran:?}");
    }
    run(folder.path(), &["test"]).ended(0, "2 cases: all as expected");
    let text = fs::read_to_string(folder.path().join(".github/cases/real.toml")).unwrap();
    assert!(text.starts_with("version = 1\n\n[[case]]\n") && text.contains("bare = true"), "{text}");
    // Under another policy it comes out otherwise: nothing of it was made up.
    fs::write(folder.path().join(".github/countersign.toml"), POLICY.replace("count = 1", "count = 2")).unwrap();
    run(folder.path(), &["test"]).ended(1, "expected `pass`, came to `wait`");
    fs::write(folder.path().join(".github/cases/real.toml"), "version = 1\nother = 3\n").unwrap();
    run_with(folder.path(), &evaluate, &facts.to_string(), &[]).refused("is no file of cases that could be added to");
}

/// The example of the page under the README's policy.
#[test]
fn the_cases_of_the_page_come_out_as_they_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of = |page: &str, info: &str| {
        let text = fs::read_to_string(root.join(page)).unwrap();
        let blocks = crate::pages::blocks(&text).into_iter().filter(|block| block.info == info);
        blocks.map(|block| block.text).collect::<Vec<_>>()
    };
    let policy = of("README.md", "toml").into_iter().find(|text| text.contains("board")).unwrap();
    let folder = folder(&[("countersign.toml", &policy), ("cases/page.toml", &of("docs/commands.md", "toml case")[0])]);
    run(folder.path(), &["test"]).ended(0, "3 cases: all as expected");
}

#[test]
fn watching_tries_all_again_when_a_file_is_saved() {
    let folder = folder(&[AT, (".github/cases/peer.toml", CASES)]);
    let mut watching = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["test", "--watch"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (tell, told) = mpsc::channel();
    let out = BufReader::new(watching.stdout.take().unwrap());
    std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(|line| drop(tell.send(line))));
    let wait_for = |words: &str| loop {
        let line = told.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|_| panic!("it never says {words:?}"));
        if line.contains(words) {
            break;
        }
    };
    wait_for("2 cases: all as expected");
    wait_for("waiting for a file to be saved");
    fs::write(folder.path().join(".github/countersign.toml"), POLICY.replace("count = 1", "count = 2")).unwrap();
    wait_for("2 cases: 1 not as expected");
    wait_for("waiting for a file to be saved");
    fs::write(folder.path().join(".github/cases/more.toml"), CASES.replace("pass", "wait")).unwrap();
    wait_for("4 cases: 1 not as expected");
    watching.kill().unwrap();
    watching.wait().unwrap();
}
