//! What the lints call impossible, held against the evaluator: whatever holds of one change together is no clash.
//!
//! Every condition of a list, and its contrary, is judged on facts of many kinds at once, as rules and as models; all
//! that hold stand in one branch, in which the lints look at each pair.

use std::fmt::Write as _;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::decision::State;
use crate::facts::{ChangeState, Commit, FileStatus, Properties};
use crate::policy::{Conditions, PolicySet, lint_finds_no_clash};

/// Conditions on what no author controls.
const TRUSTED: &[&str] = &[
    "files = [\"src/**\"]",
    "files = [\"*.md\"]",
    "files = [\"**/*.sql\", \"docs/**\"]",
    "files = [\"src/**\", \"!src/pay.rs\"]",
    "only_files = [\"src/**\"]",
    "only_files = [\"docs/**\"]",
    "only_files = [\"**/*.md\", \"docs/**\"]",
    "only_files = [\"src/*.rs\"]",
    "no_files = [\"src/**\"]",
    "no_files = [\"**/*.md\"]",
    "no_files = [\"**\"]",
    "lines = \"> 3\"",
    "lines = \"<= 3\"",
    "lines = \"= 0\"",
    "lines = \"!= 2\"",
    "files = [\"src/**\"], lines = \">= 2\"",
    "files = [\"src/**\"], lines = \"< 2\"",
    "files_changed = \"= 0\"",
    "files_changed = \"> 1\"",
    "files_changed = \"< 2\"",
    "commits = \"> 1\"",
    "commits = \"<= 1\"",
    "commits = \"= 2\"",
    "services = [\"pay\"]",
    "services = [\"docs\"]",
    "services = [\"pay\", \"docs\"]",
    "tier = \"<= 1\"",
    "tier = \"> 1\"",
    "tier = \"!= 1\"",
    "environments = [\"live\"]",
    "environments = [\"edge\"]",
    "environments = [\"live\", \"edge\"]",
    "repositories = [\"shop\"]",
    "repositories = [\"sh*\"]",
    "repositories = [\"*\", \"!shop\"]",
    "base = [\"main\"]",
    "base = [\"~DEFAULT_BRANCH\"]",
    "base = [\"next\", \"release/**\"]",
    "base = [\"**\", \"!~DEFAULT_BRANCH\"]",
    "base = [\"release/*\"]",
    "author = [\"ann\"]",
    "author = [\"Bob\"]",
    "author = [\"ann\", \"jenkins[bot]\"]",
    "author = [\"jenkins[bot]\"]",
    "author_in = [\"user:ann\"]",
    "author_in = [\"payments\"]",
    "author_in = [\"payments\", \"user:ann\"]",
    "fork = true",
    "fork = false",
    "signed = true",
    "signed = false",
    "agent = true",
    "agent = false",
    "first_contribution = true",
    "first_contribution = false",
    "type = [\"standard\"]",
    "type = [\"normal\", \"emergency\"]",
    "risk = \">= high\"",
    "risk = \"< high\"",
    "risk = \"= low\"",
    "properties = { team = \"a\" }",
    "properties = { team = [\"a\", \"b\"] }",
    "expr = 'lines > 3'",
];

/// Conditions on what the author controls.
const DECLARED: &[&str] = &[
    "field = { impact = \"high\" }",
    "field = { impact = { state = \"present\" } }",
    "field = { impact = { state = [\"absent\", \"none\"] } }",
    "title = '^a'",
    "labels = [\"X\"], on_declaration = true",
    "head = [\"cents\"], on_declaration = true",
    "draft = true, on_declaration = true",
    "draft = false, on_declaration = true",
    "committer_in = [\"user:ann\"]",
    "committer_in = [\"user:ann\", \"user:bob\"]",
];

const MAP: &str = r#"
[services.pay]
paths = ["src/pay*"]
tier = 1
[services.docs]
paths = ["docs/**"]
tier = 4
[environments.live]
[environments.edge]
paths = ["src/**"]
[[risk.factor]]
id = "sql"
why = "w"
level = "high"
when = { files = ["**/*.sql"] }
"#;

/// Each condition as a rule, and its contrary where that may be asked for.
static RULES: LazyLock<PolicySet> = LazyLock::new(|| {
    let trusted = TRUSTED.iter().flat_map(|when| [(*when).to_owned(), format!("not = {{ {when} }}")]);
    let declared = DECLARED.iter().map(|when| {
        let on_declaration = if when.starts_with("title") { ", on_declaration = true" } else { "" };
        format!("{when}{on_declaration}")
    });
    let mut text = format!("{PEOPLE}{MAP}");
    for (place, when) in trusted.chain(declared).enumerate() {
        let _ = writeln!(text, "[[rule]]\nid = \"r{place}\"\nwhen = {{ {when} }}\ndeny = \"it holds\"");
    }
    policies("", &text)
});

/// The same of models: where what holds asks less.
static MODELS: LazyLock<PolicySet> = LazyLock::new(|| {
    let mut text = format!("{PEOPLE}{MAP}{PEER}");
    let each = TRUSTED.iter().flat_map(|when| [(*when).to_owned(), format!("not = {{ {when} }}")]);
    for (place, when) in each.enumerate() {
        let head = "[[model]]\nowner = \"peer\"\nuntil = \"2090-01-01T00:00:00Z\"\napprovals = []";
        let _ = writeln!(text, "{head}\nid = \"m{place}\"\nwhen = {{ {when} }}");
    }
    policies("", &text)
});

/// Of the rules or models those whose conditions hold.
fn holding<'p>(set: &'p PolicySet, facts: &Facts) -> Vec<&'p Conditions> {
    let decision = decide(set, facts);
    let holds = |id: &str| {
        let rule = decision.rules.iter().find(|rule| rule.id == id);
        rule.is_some_and(|rule| {
            rule.asks.iter().any(|ask| match ask.key {
                "deny" => ask.state == State::Blocked,
                "model" => ask.state == State::Satisfied,
                _ => false,
            })
        })
    };
    let policies = || set.policies().map(|(_, policy)| policy);
    let rules = policies().flat_map(|policy| policy.rules.iter().map(|rule| (rule.id.as_str(), &rule.when)));
    let models = policies().flat_map(|policy| policy.models.iter().map(|model| (model.id.as_str(), &model.when)));
    rules.chain(models).filter(|(id, _)| holds(id)).map(|(_, when)| when).collect()
}

fn some_facts() -> impl Strategy<Value = Facts> {
    const PATHS: [&str; 6] = ["src/pay.rs", "src/a/b.sql", "README.md", "docs/a.md", "docs/b", "misc/x"];
    let files = prop::collection::vec((select(&PATHS[..]), 0..3_u64, any::<bool>()), 0..3);
    let commits = prop::collection::vec((select(&["ann", "bob", "jenkins[bot]"][..]), any::<bool>()), 0..3);
    let people = (select(&["ann", "bob", "jenkins[bot]"][..]), any::<bool>(), any::<bool>(), commits);
    let places = (select(&["main", "next", "release/1"][..]), select(&["shop", "web"][..]), any::<bool>());
    let bodies =
        ["", "## Impact\nhigh", "## Impact\nsmall", "## Impact\nnone", "## Risk\nhigh\n\n## Environments\nedge"];
    let words = (select(bodies.to_vec()), any::<bool>(), select(&["", "a", "b", "ab"][..]));
    (files, people, places, words).prop_map(|(files, people, places, (body, flag, team))| {
        let (author, merged, alone, commits) = people;
        let (base, repository, fork) = places;
        with(|facts| {
            facts.files = Known::Known(
                files
                    .into_iter()
                    .map(|(path, lines, renamed)| {
                        let old = renamed.then(|| "docs/old.md".to_owned());
                        let status = if renamed { FileStatus::Renamed } else { FileStatus::Modified };
                        File {
                            path: path.to_owned(),
                            old_path: Known::Known(old),
                            status,
                            added: lines,
                            removed: lines / 2,
                        }
                    })
                    .collect(),
            );
            facts.commits = Known::Known(
                commits
                    .iter()
                    .enumerate()
                    .map(|(place, (login, verified))| Commit {
                        verified: *verified || alone,
                        ..commit(&format!("c{place}"), login)
                    })
                    .collect(),
            );
            facts.pushers = Known::Known(people_of(author, alone));
            facts.change.author = Some(person(author));
            facts.asked.merged_before = Known::Known(merged);
            facts.change.base.name = base.to_owned();
            facts.repository.name = repository.to_owned();
            (facts.change.fork, facts.change.draft, facts.change.state) = (fork, flag, ChangeState::Open);
            facts.change.labels = if flag { vec!["x".to_owned()] } else { Vec::new() };
            facts.change.title = if flag { "a change".to_owned() } else { "Change".to_owned() };
            facts.change.body = body.to_owned();
            let team = team.chars().map(String::from).collect();
            facts.on_demand.properties = Some(Known::Known(Properties::from([("team".to_owned(), team)])));
        })
    })
}

fn people_of(author: &str, alone: bool) -> std::collections::BTreeSet<crate::account::Account> {
    if alone { people(&[author]) } else { people(&[author, "carol"]) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_the_lints_call_impossible_no_change_does(facts in some_facts()) {
        for (set, lowering) in [(&*RULES, false), (&*MODELS, true)] {
            let holding = holding(set, &facts);
            prop_assert!(holding.len() > 20);
            let clash = lint_finds_no_clash(&holding, lowering);
            prop_assert!(clash.is_ok(), "{clash:?} hold together of {facts:#?}");
        }
    }
}

/// Of all the conditions together there is a clash: else the test above would prove nothing.
#[test]
fn conditions_that_exclude_each_other_clash() {
    for (set, lowering) in [(&*RULES, false), (&*MODELS, true)] {
        let (_, policy) = set.policies().next().unwrap();
        let rules = policy.rules.iter().map(|rule| &rule.when);
        let all: Vec<&Conditions> = rules.chain(policy.models.iter().map(|model| &model.when)).collect();
        assert!(lint_finds_no_clash(&all, lowering).is_err());
    }
}
