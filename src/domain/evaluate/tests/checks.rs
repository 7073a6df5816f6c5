//! Results on the head, and who made them.

use super::*;
use crate::decision::Outcome::*;
use crate::facts::{Check, CheckMaker, CheckState, FileStatus, RequiredCheck};

const BUILD: &str = "[[rule]]\nid = \"green\"\nchecks = [\"build\"]\n";

fn checked(checks: Vec<Check>) -> Facts {
    with(|facts| facts.checks = Known::Known(checks))
}

fn status(name: &str, creator: Option<&str>) -> Check {
    Check { maker: CheckMaker::Creator(creator.map(person)), ..run(name, "success") }
}

#[test]
fn only_the_listed_conclusions_of_the_newest_result_count() {
    let cases: [(&[&str], crate::decision::Outcome, &str); 8] = [
        (&[], Wait, "waiting"),
        (&["running"], Wait, "waiting"),
        (&["success"], Pass, "satisfied"),
        (&["failure"], Act, "author"),
        (&["skipped"], Act, "author"),
        (&["neutral"], Act, "author"),
        (&["success", "failure"], Act, "author"),
        (&["failure", "success"], Pass, "satisfied"),
    ];
    for (results, outcome, state) in cases {
        let facts = checked(results.iter().map(|result| run("build", result)).collect());
        check(BUILD, &facts, outcome, &[&format!("green checks {state}")]);
    }
    let lenient =
        "[[rule]]\nid = \"green\"\nchecks = [{ name = \"build\", conclusions = [\"success\", \"skipped\"] }]\n";
    check(lenient, &checked(vec![run("build", "skipped")]), Pass, &["green checks satisfied"]);
}

#[test]
fn a_result_counts_by_its_maker() {
    let other = || Check { maker: CheckMaker::App { id: 1, slug: "other-ci".to_owned() }, ..run("build", "success") };
    check(BUILD, &checked(vec![other()]), Wait, &["green checks waiting"]);
    // Red by the one that is asked, green by another of the same name.
    check(BUILD, &checked(vec![run("build", "failure"), other()]), Act, &["green checks author"]);
    check(BUILD, &checked(vec![status("build", Some("bob"))]), Wait, &["green checks waiting"]);
    let jenkins = "[[rule]]\nid = \"green\"\nchecks = [{ name = \"ci\", creator = \"jenkins[bot]\" }]\n";
    check(jenkins, &checked(vec![status("ci", Some("jenkins[bot]"))]), Pass, &["green checks satisfied"]);
    check(jenkins, &checked(vec![status("ci", Some("bob"))]), Wait, &["green checks waiting"]);
    check(jenkins, &checked(vec![status("ci", None)]), Unknown, &["green checks unknown"]);
}

#[test]
fn everything_that_github_requires_is_green_but_ours() {
    let required = "[[rule]]\nid = \"green\"\nchecks = [{ required = true }]\n";
    let held = |name: &str, result: &str| Check { required: true, ..run(name, result) };
    let ours = Check {
        maker: CheckMaker::App { id: 4242, slug: "countersign".to_owned() },
        state: CheckState::Running,
        ..held("countersign", "")
    };
    check(required, &checked(vec![held("a", "success"), ours.clone()]), Pass, &["green checks satisfied"]);
    let two = vec![held("a", "success"), held("b", "failure"), ours.clone()];
    check(required, &checked(two), Act, &["green checks author"]);
    check(required, &checked(vec![held("a", "success"), run("b", "failure")]), Pass, &["green checks satisfied"]);
    // Nothing has reported: that is no success.
    let decision = check(required, &checked(vec![ours]), Wait, &["green checks waiting"]);
    says(&decision, "next: no check that GitHub requires on `main` has reported yet");
    says(&decision, "Nobody: the checks may be about to start; if `main` requires no other check, this waits until");
}

#[test]
fn what_github_requires_is_waited_for_before_it_reports() {
    let policy = "[[rule]]\nid = \"green\"\nchecks = [{ required = true }]\n";
    let by = |name: &str, app: Option<u64>| RequiredCheck { name: name.to_owned(), app };
    let of = |required: &[RequiredCheck], checks: Vec<Check>| {
        let mut facts = checked(checks);
        facts.on_demand.required_checks = Some(Known::Known(required.iter().cloned().collect()));
        facts
    };
    let of_app = |id: u64| Check { maker: CheckMaker::App { id, slug: "ci".to_owned() }, ..run("b", "success") };
    let a = || run("a", "success");
    let both = [by("a", None), by("b", Some(7))];
    let decision = check(policy, &of(&both, vec![a()]), Wait, &["green checks waiting"]);
    says(&decision, "`b`, which GitHub requires on `main`, has not reported on this commit");
    check(policy, &of(&both, vec![a(), of_app(7)]), Pass, &["green checks satisfied"]);
    // Another App's of the same name is not the one that GitHub takes.
    check(policy, &of(&both, vec![a(), of_app(8)]), Wait, &["green checks waiting"]);
    check(policy, &of(&both, vec![run("a", "failure"), of_app(7)]), Act, &["green checks author"]);
    // Ours is about to be given, whatever GitHub calls the App.
    let ours = [by("a", None), by("countersign", None), by("other", Some(4242))];
    check(policy, &of(&ours, vec![a()]), Pass, &["green checks satisfied"]);
    let decision = check(policy, &of(&ours[1..], vec![a()]), Wait, &["green checks waiting"]);
    says(&decision, "GitHub requires no other check on `main`");
    let mut unread = checked(vec![a()]);
    unread.on_demand.required_checks = Some(Known::unknown("GitHub answered 403"));
    let decision = check(policy, &unread, Unknown, &["green checks unknown"]);
    says(&decision, "which checks GitHub requires on `main` could not be read: `GitHub answered 403`");
}

#[test]
fn unread_checks_are_unknown() {
    let mut facts = world();
    facts.checks = Known::unknown("GitHub answered 502");
    check(BUILD, &facts, Unknown, &["policy forged-check unknown", "green checks unknown"]);
}

#[test]
fn a_check_with_our_name_by_somebody_else_blocks() {
    let forgeries =
        [run("countersign", "success"), status("countersign: release", Some("ann")), status("countersign", None)];
    for forged in forgeries {
        let mut facts = approved_by(&["bob"]);
        facts.checks = Known::Known(vec![forged]);
        let decision = check(PEER, &facts, Block, &["policy forged-check blocked", "peer approvals satisfied"]);
        says(&decision, "there is a check called `countersign");
    }
    let ours =
        Check { maker: CheckMaker::App { id: 4242, slug: "countersign".to_owned() }, ..run("countersign", "success") };
    let mut facts = approved_by(&["bob"]);
    facts.checks = Known::Known(vec![ours]);
    check(PEER, &facts, Pass, &["peer approvals satisfied"]);
}

#[test]
fn a_change_that_edits_its_own_checks_is_read_by_somebody_first() {
    let edits: [fn(&mut Facts); 4] = [
        |facts| facts.files = Known::Known(vec![file(".github/workflows/ci.yml")]),
        |facts| facts.files = Known::Known(vec![file(".github/actions/build/action.yml")]),
        |facts| facts.files = Known::Known(vec![file("ci/build.sh")]),
        |facts| {
            let old_path = Known::Known(Some(".github/workflows/ci.yml".to_owned()));
            let moved = File { old_path, status: FileStatus::Renamed, ..file("old.yml") };
            facts.files = Known::Known(vec![moved]);
        },
    ];
    let policy = format!("[checks]\ntrusted_paths = [\"ci/**\"]\n{BUILD}");
    for edit in edits {
        let mut facts = checked(vec![run("build", "success")]);
        edit(&mut facts);
        let decision = check(&policy, &facts, Wait, &["green checks waiting"]);
        says(&decision, "it edits what its own checks are made of");
        approve(&mut facts, "ann");
        check(&policy, &facts, Wait, &["green checks waiting"]);
        approve(&mut facts, "bob");
        check(&policy, &facts, Pass, &["green checks satisfied"]);
    }
    let both = format!("{policy}[[rule]]\nid = \"cab\"\napprovals = [{{ from = [\"cab\"], count = 1 }}]\n");
    let mut facts = checked(vec![run("build", "success")]);
    facts.files = Known::Known(vec![file("ci/build.sh")]);
    // An approval that no rule asks for reads nothing where a rule does ask.
    approve(&mut facts, "bob");
    check(&both, &facts, Wait, &["green checks waiting", "cab approvals waiting"]);
    approve(&mut facts, "dave");
    check(&both, &facts, Pass, &["green checks satisfied", "cab approvals satisfied"]);
}

#[test]
fn files_that_were_not_read_may_be_workflows() {
    let mut facts = checked(vec![run("build", "success")]);
    facts.files = Known::unknown("there are more than GitHub lists");
    check(BUILD, &facts, Unknown, &["green checks unknown"]);
    approve(&mut facts, "bob");
    check(BUILD, &facts, Pass, &["green checks satisfied"]);
}
