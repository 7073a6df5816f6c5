//! What a facts file comes to, and what is said of a wrong one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use countersign_domain::account::TeamName;
use countersign_domain::decision::Outcome;
use countersign_domain::facts::{
    Attribution, ChangeState, CheckMaker, CheckState, Enforced, Facts, FileStatus, Known, ReviewVerdict, ThreadState,
};
use countersign_domain::layer::Layer;
use countersign_domain::patch::changed_lines;
use countersign_domain::policy::{self, Permission, Read, Source, Version};
use countersign_domain::{Needs, Records, evaluate};

use super::FactsFile;

fn facts(json: &str) -> Facts {
    FactsFile::read(json).unwrap().facts(&Needs::default()).unwrap()
}

fn known<T>(fact: &Known<T>) -> &T {
    fact.known().unwrap()
}

#[test]
fn everything_may_be_left_out() {
    let facts = facts("{}");
    assert_eq!(facts.as_of.to_string(), "2026-01-06T12:00:00Z");
    assert_eq!((facts.repository.owner.as_str(), facts.repository.public), ("acme", false));
    let change = &facts.change;
    assert_eq!((change.number, change.state, change.draft, change.fork), (1, ChangeState::Open, false, false));
    assert_eq!((change.base.name.as_str(), change.head.name.as_str()), ("main", "change"));
    let author = change.author.clone().unwrap();
    let commits = known(&facts.commits);
    assert_eq!(commits.len(), 1);
    assert_eq!(commits[0].author, Attribution::Account(author.clone()));
    assert_eq!(change.head.tip, commits[0].oid);
    assert_eq!(known(&facts.pushers).iter().collect::<Vec<_>>(), [&author]);
    assert!(known(&facts.files).is_empty() && known(&facts.reviews).is_empty() && known(&facts.checks).is_empty());
    assert_eq!((&facts.enforced, &facts.policy_edit), (&Enforced::Yes, &None));
    assert_eq!(facts, self::facts("{\"version\": 1}"), "a version that is left out is the first");
}

#[test]
fn a_text_stands_for_a_whole_table() {
    let facts = facts(
        r#"{"repository": "acme/till", "base": "release/1", "head": "fix", "files": ["a.rs"], "commits": ["bob"],
            "reviews": ["carol"], "checks": ["build"]}"#,
    );
    assert_eq!(facts.repository.name, "till");
    assert_eq!((facts.change.base.name.as_str(), facts.change.head.name.as_str()), ("release/1", "fix"));
    let file = &known(&facts.files)[0];
    assert_eq!((file.path.as_str(), file.status, file.added, file.removed), ("a.rs", FileStatus::Modified, 1, 0));
    let review = &known(&facts.reviews)[0];
    assert_eq!((review.verdict.clone(), review.can_write), (ReviewVerdict::Approved, true));
    assert_eq!(review.commit.as_ref(), Some(&facts.change.head.tip));
    assert_eq!(known(&review.seen.body), &facts.change.body);
    let check = &known(&facts.checks)[0];
    assert_eq!(check.state, CheckState::Concluded("success".into()));
    assert!(matches!(&check.maker, CheckMaker::App { slug, .. } if slug == "github-actions"));
    let pushers: Vec<String> = known(&facts.pushers).iter().map(ToString::to_string).collect();
    assert!(pushers.contains(&"bob".to_owned()) && pushers.contains(&"octocat".to_owned()), "{pushers:?}");
}

#[test]
fn every_fact_may_be_unknown() {
    let unknown = r#"{"unknown": "a reason"}"#;
    let keys = [
        "files",
        "commits",
        "pushers",
        "reviews",
        "commands",
        "checks",
        "deployments",
        "threads",
        "merged_before",
        "codeowners",
        "special_files",
        "enforced",
        "required_checks",
        "policy_at_head",
    ];
    for key in keys {
        let file = FactsFile::read(&format!("{{\"{key}\": {unknown}}}")).unwrap();
        assert_eq!(file.unknown(), [(key.to_owned(), "a reason".to_owned())]);
        let facts = file.facts(&Needs::default()).unwrap();
        assert!(format!("{facts:?}").contains("Unknown(\"a reason\")"), "{key} {facts:?}");
    }
    let team = facts(&format!("{{\"teams\": {{\"acme/cab\": {unknown}}}}}"));
    assert!(team.teams.values().all(|members| members.known().is_none()));
}

#[test]
fn a_team_that_is_left_out_is_unknown_and_a_login_is_its_account() {
    let needs = Needs { logins: ["bob".to_owned()].into(), ..Needs::default() };
    let facts = FactsFile::read(r#"{"reviews": ["Bob"]}"#).unwrap().facts(&needs).unwrap();
    assert!(facts.teams.is_empty());
    let reviewer = known(&facts.reviews)[0].author.clone().unwrap();
    assert_eq!(facts.accounts["bob"], Known::Known(reviewer), "whatever the case of its letters");
    let renamed = FactsFile::read(r#"{"accounts": {"bob": 7}}"#).unwrap().facts(&needs).unwrap();
    assert_eq!(known(&renamed.accounts["bob"]).id, 7);
}

#[test]
fn a_review_saw_the_commits_up_to_its_own() {
    let facts = facts(
        r#"{"commits": [{"id": "c1"}, {"id": "c2"}],
            "reviews": [{"by": "bob", "commit": "c1"}, "carol", {"by": "dave", "commit": "gone"}]}"#,
    );
    let one = self::facts(r#"{"commits": [{"id": "c1"}], "reviews": ["bob"]}"#);
    let seen = |facts: &Facts, place: usize| known(&facts.reviews)[place].seen.commits.clone();
    assert_eq!(seen(&facts, 0), seen(&one, 0));
    assert_ne!(seen(&facts, 1), seen(&facts, 0));
    assert!(seen(&facts, 2).known().is_none(), "a commit that is not listed");
}

#[test]
fn an_edited_policy_that_is_not_given_is_unknown() {
    let edit = |json: &str| facts(json).policy_edit;
    assert!(matches!(edit(r#"{"files": [".github/countersign.toml"]}"#), Some(Known::Unknown(_))));
    assert!(matches!(edit(r#"{"files": {"unknown": "x"}}"#), Some(Known::Unknown(_))));
    let deleted = edit(r#"{"files": [{"path": ".github/countersign.toml", "status": "removed"}]}"#);
    assert_eq!(deleted.unwrap().known().unwrap().text, None);
    let given = edit(r#"{"files": [".github/countersign.toml"], "policy_at_head": "version = 1"}"#);
    assert_eq!(given.unwrap().known().unwrap().text.as_deref(), Some("version = 1"));
    assert_eq!(edit(r#"{"files": ["README.md"]}"#), None);
}

#[test]
fn accounts_that_are_gone_bots_and_nobody_are_told_apart() {
    let facts = facts(
        r#"{"author": "ghost", "commits": [{"author": "dependabot[bot]", "committer": "web-flow"},
            {"author": {"nobody": "Jane"}}]}"#,
    );
    assert_eq!(facts.change.author, None);
    let commits = known(&facts.commits);
    assert!(matches!(&commits[0].author, Attribution::Account(bot) if bot.to_string() == "dependabot[bot]"));
    assert_eq!(commits[0].committer, Attribution::GitHub);
    assert_eq!(commits[1].committer, Attribution::Nobody { name: "Jane".into() });
}

#[test]
fn what_only_some_policies_ask_for_can_be_said() {
    let facts = facts(
        r#"{"deployments": ["staging", {"environment": "prod", "state": "failure", "by": "ann"}],
            "threads": ["a.rs", {"path": "b.rs", "resolved_by": "bob"}], "merged_before": false,
            "special_files": ["link"], "failures": {"bumps": 1, "organisation/docs": 2}}"#,
    );
    let made: Vec<_> = known(&facts.asked.deployments)
        .iter()
        .map(|made| (made.environment.as_str(), made.state.as_str(), made.by.as_ref().unwrap().to_string()))
        .collect();
    let expected = [("staging", "success", "github-actions[bot]".to_owned()), ("prod", "failure", "ann".to_owned())];
    assert_eq!(made, expected);
    let open: Vec<_> = known(&facts.asked.threads).iter().map(|thread| thread.state == ThreadState::Open).collect();
    assert_eq!(open, [true, false]);
    assert_eq!(facts.asked.merged_before, Known::Known(false));
    assert!(known(facts.on_demand.special_files.as_ref().unwrap()).contains("link"));
    let failures: Vec<_> =
        facts.on_demand.failures.iter().map(|it| (it.layer, it.model.as_str(), it.changes)).collect();
    assert_eq!(failures, [(Layer::Repository, "bumps", 1), (Layer::Organisation, "docs", 2)]);
}

#[test]
fn owners_are_accounts_and_teams_that_may_own_and_left_out_they_are_unknown() {
    let owned = facts(r#"{"files": ["src/a.rs"], "codeowners": "/src/ @Bob @acme/core\n/docs/ @ann @acme/writers"}"#);
    let file = known(&owned.asked.codeowners).as_ref().unwrap();
    assert_eq!(file.path, ".github/CODEOWNERS");
    assert_eq!(owned.accounts.keys().collect::<Vec<_>>(), ["bob"], "those of what is touched");
    let core = TeamName::parse("acme/core").unwrap();
    assert_eq!(owned.asked.owning_teams, [(core, Known::Known(true))].into());
    assert!(facts("{}").asked.codeowners.known().is_none());
    assert!(known(&facts(r#"{"codeowners": ""}"#).asked.codeowners).is_some());
}

#[test]
fn a_patch_counts_its_lines_and_gets_its_head() {
    let facts = facts(r#"{"files": [{"path": "a.sql", "patch": " keep\n-old\n+new\n+DROP TABLE t"}]}"#);
    let file = &known(&facts.files)[0];
    assert_eq!((file.added, file.removed), (2, 1));
    let patch = &known(facts.diffs.patches.as_ref().unwrap())["a.sql"];
    assert_eq!(changed_lines(patch, 2, 1), Some(vec!["old", "new", "DROP TABLE t"]));
}

/// What a change that one peer is to approve comes to, by a file with these keys.
fn outcome(keys: &str) -> Outcome {
    let policy = "version = 1\n[authorities.peer]\npermission = \"write\"\n[[rule]]\nid = \"peer\"\n\
        approvals = [{ from = [\"peer\"], count = 1 }]\n";
    let version = Version { blob: "1".into(), text: policy.into() };
    let source =
        Source { layer: Layer::Repository, path: "policy.toml".into(), read: Read::Text(version), last_good: None };
    let (policies, _) = policy::load(&[source]);
    let json = format!(
        r#"{{"author": "ann", "files": ["a.rs", "b.rs"], "commits": [{{"id": "c2", "author": "ann"}}], {keys}}}"#
    );
    let facts = FactsFile::read(&json).unwrap().facts(&countersign_domain::needs(&policies)).unwrap();
    let records = Records::read(&facts, &policy::field_set(&policies), &[]);
    evaluate(&policies, &records, &facts).own_outcome
}

#[test]
fn what_another_head_changed_can_be_said() {
    let approved = |former: &str| {
        outcome(&format!(r#""reviews": [{{"by": "bob", "commit": "c1"}}], "heads": {{"c1": {former}}}"#))
    };
    assert_eq!(approved("{}"), Outcome::Pass);
    assert_eq!(approved(r#"{"commits": ["c0", "c1"]}"#), Outcome::Pass);
    for otherwise in [
        r#"{"differs": ["a.rs"]}"#,
        r#"{"without": ["b.rs"]}"#,
        r#"{"besides": ["c.rs"]}"#,
        r#"{"unknown": "GitHub no longer has it"}"#,
    ] {
        assert_ne!(approved(otherwise), Outcome::Pass, "{otherwise}");
    }
    let unsaid = outcome(r#""reviews": [{"by": "bob", "commit": "c1"}]"#);
    assert_ne!(unsaid, Outcome::Pass, "what is not said to be the same is different");
    let file = FactsFile::read(r#"{"heads": {"c1": {"unknown": "gone"}}}"#).unwrap();
    assert_eq!(file.unknown(), [("heads.c1".to_owned(), "gone".to_owned())]);
}

#[test]
fn who_only_brought_the_branch_up_to_date_can_be_said() {
    let moved = |former: &str| {
        let keys = r#""reviews": ["bob"], "moves": [{"by": "bob", "from": "c1", "to": "c2"}]"#;
        outcome(&format!(r#"{keys}, "heads": {{"c1": {former}}}"#))
    };
    assert_eq!(moved("{}"), Outcome::Pass);
    assert_ne!(moved(r#"{"differs": ["a.rs"]}"#), Outcome::Pass);
}

#[test]
fn toml_reads_the_same() {
    let toml = "body = \"Risk: low\"\nfiles = [\"a.rs\"]\nteams = { \"acme/cab\" = [\"carol\"] }\nchecks = { unknown = \"why\" }\nreviews = [{ by = \"bob\", can_write = false }]\n";
    let json = r#"{"body": "Risk: low", "files": ["a.rs"], "teams": {"acme/cab": ["carol"]},
        "checks": {"unknown": "why"}, "reviews": [{"by": "bob", "can_write": false}]}"#;
    assert_eq!(toml::from_str::<FactsFile>(toml).unwrap(), FactsFile::read(json).unwrap());
}

#[test]
fn a_wrong_file_is_told_where_and_what_was_meant() {
    let check = |json: &str, message: &str, help: &str| {
        let error = FactsFile::read(json).and_then(|file| file.facts(&Needs::default()).map(drop)).unwrap_err();
        assert!(error.message.contains(message), "{json}: {}", error.message);
        assert!(error.help.clone().unwrap_or_default().contains(help), "{json}: {:?}", error.help);
    };
    check("{\n  \"reveiws\": []\n}", "unknown field `reveiws` (line 2 column", "did you mean `reviews`?");
    check(r#"{"reviews": [{"by": "bob", "verdit": "approved"}]}"#, "`verdit`", "did you mean `verdict`?");
    check(r#"{"files": [{"path": "a", "status": "modifed"}]}"#, "unknown variant `modifed`", "`modified`");
    check(r#"{"files": {"unknwon": "x"}}"#, "`unknwon`", "did you mean `unknown`?");
    check(r#"{"zzz": 1}"#, "unknown field `zzz`", "one of `version`");
    check(r#"{"files": 3}"#, "line 1", "");
    check(r#"{"reviews": [{}]}"#, "missing field `by`", "");
    check(r#"{"version": 2}"#, "version 2", "");
    check(r#"{"repository": "shop"}"#, "`shop` is no repository", "OWNER/NAME");
    check(r#"{"teams": {"cab": []}}"#, "`cab` is no team", "ORG/SLUG");
    check(r#"{"siblings": [{"number": 2, "outcome": "green"}]}"#, "`green` is no outcome", "`pass`");
    check("{", "EOF", "");
    check(r#"{"commands": [{"by": "bob"}]}"#, "missing field `line`", "");
    check(r#"{"commands": [{"by": "x[bot]", "line": "hold y"}]}"#, "`x[bot]` gives no commands", "only people");
}

#[test]
fn a_command_is_what_somebody_says_of_what_is_there_now() {
    let facts = facts(
        r#"{"body": "Risk: low", "commits": [{"id": "c1"}], "commands": [
            {"by": "bob", "line": "/countersign hold it", "can_write": false},
            {"by": "carol", "line": "unhold", "body": "Risk: high", "commit": "c0", "at": "2026-01-06T11:00:00Z"}]}"#,
    );
    let [first, second] = known(&facts.commands).as_slice() else { panic!("{:?}", facts.commands) };
    assert_eq!((first.by.login.as_str(), first.line.as_str()), ("carol", "unhold"), "the older one comes first");
    assert_eq!(first.seen.body, Known::Known("Risk: high".to_owned()));
    assert_eq!((second.line.as_str(), second.can_write), ("hold it", Some(false)));
    assert_eq!(second.seen.body, Known::Known("Risk: low".to_owned()));
    assert_eq!(second.head, Some(facts.change.head.tip.clone()));
    assert_ne!(first.head, second.head);
}

#[test]
fn a_review_says_which_teams_its_giver_was_in_and_a_login_what_it_may_do() {
    let team = |name: &str| TeamName::parse(name).unwrap();
    let facts = facts(
        r#"{"reviews": ["carol", {"by": "bob", "member_of": {"acme/cab": false, "acme/payments": {"unknown": "late"}},
                       "could_write": false, "held": "none"}],
            "permissions": {"bob": "maintain", "carol": "none", "dave": {"unknown": "away"}}}"#,
    );
    let was = |place: usize| known(&facts.reviews)[place].seen.member_of.clone();
    assert_eq!(was(0), [].into(), "as now");
    assert_eq!(
        was(1),
        [(team("acme/cab"), Known::Known(false)), (team("acme/payments"), Known::unknown("late"))].into()
    );
    let rights =
        |place: usize| (known(&facts.reviews)[place].seen.could_write, known(&facts.reviews)[place].seen.held.clone());
    assert_eq!((rights(0), rights(1)), ((None, None), (Some(false), Some(Known::Known(None)))));
    let held: Vec<_> = facts.on_demand.permissions.into_values().collect();
    for wanted in [Known::Known(Some(Permission::Maintain)), Known::Known(None), Known::unknown("away")] {
        assert!(held.contains(&wanted), "{wanted:?} is not in {held:?}");
    }
    let wrong = FactsFile::read(r#"{"reviews": [{"by": "bob", "member_of": {"cab": true}}]}"#).unwrap();
    let said = wrong.facts(&Needs::default()).unwrap_err().to_string();
    assert!(said.contains("`cab` is no team"), "{said}");
}
