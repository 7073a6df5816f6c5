//! The small world of these tests: one pull request of ann's in `acme/shop`, and the people around it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::account::{Account, AccountKind, Oid, TeamName};
use crate::decision::{Decision, Outcome, State};
use crate::facts::*;
use crate::layer::Layer;
use crate::policy::{PolicySet, Read, Source, Version, field_set, load};
use crate::records::Records;
use crate::text::plain;

/// Authorities that most cases use.
pub(super) const PEOPLE: &str = r#"
version = 1
[authorities.peer]
permission = "write"
[authorities.payments]
teams = ["acme/payments"]
[authorities.cab]
teams = ["acme/cab"]
[authorities.carols]
users = ["carol"]
"#;

/// One approval by anybody who may push.
pub(super) const PEER: &str = r#"
[[rule]]
id = "peer"
approvals = [{ from = ["peer"], count = 1 }]
"#;

const LOGINS: [(&str, u64); 8] =
    [("ann", 1), ("bob", 2), ("carol", 3), ("dave", 4), ("erin", 5), ("frank", 6), ("grace", 7), ("jenkins[bot]", 90)];

pub(super) fn person(login: &str) -> Account {
    let known = LOGINS.iter().find(|(name, _)| *name == login);
    let id = known.map_or_else(|| 1000 + login.len() as u64, |(_, id)| *id);
    match login.strip_suffix("[bot]") {
        Some(name) => Account { id, login: name.to_owned(), kind: AccountKind::Bot },
        None => Account { id, login: login.to_owned(), kind: AccountKind::User },
    }
}

pub(super) fn people(logins: &[&str]) -> BTreeSet<Account> {
    logins.iter().map(|login| person(login)).collect()
}

pub(super) fn team(name: &str) -> TeamName {
    TeamName::parse(name).unwrap()
}

pub(super) fn file(path: &str) -> File {
    File { path: path.to_owned(), old_path: Known::Known(None), status: FileStatus::Modified, added: 10, removed: 2 }
}

pub(super) fn by(login: &str) -> Attribution {
    Attribution::Account(person(login))
}

pub(super) fn commit(oid: &str, login: &str) -> Commit {
    Commit { oid: Oid::new(oid), author: by(login), committer: by(login), co_authors: Vec::new(), verified: false }
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// Ann's pull request: one file, one commit of hers, pushed by her; nobody has said anything.
pub(super) fn world() -> Facts {
    let branch = |name: &str, tip: &str| Branch { name: name.to_owned(), tip: Oid::new(tip) };
    Facts {
        as_of: at(10_000),
        repository: Repository {
            id: 7,
            owner: "acme".to_owned(),
            name: "shop".to_owned(),
            public: false,
            default_branch: "main".to_owned(),
        },
        change: Change {
            number: 12,
            title: "Charge in cents".to_owned(),
            body: String::new(),
            author: Some(person("ann")),
            state: ChangeState::Open,
            draft: false,
            base: branch("main", "b0"),
            head: branch("cents", "h1"),
            head_owner: Some("acme".to_owned()),
            fork: false,
            labels: Vec::new(),
            updated_at: at(0),
        },
        files: Known::Known(vec![file("src/pay.rs")]),
        commits: Known::Known(vec![commit("h1", "ann")]),
        reviews: Known::Known(Vec::new()),
        commands: Known::Known(Vec::new()),
        checks: Known::Known(Vec::new()),
        pushers: Known::Known(people(&["ann"])),
        operators: BTreeSet::new(),
        teams: BTreeMap::from([
            (team("acme/payments"), Known::Known(people(&["bob", "carol"]))),
            (team("acme/cab"), Known::Known(people(&["carol", "dave"]))),
        ]),
        accounts: LOGINS.iter().map(|(login, _)| ((*login).to_owned(), Known::Known(person(login)))).collect(),
        enforced: Enforced::Yes,
        policy_edit: None,
        asked: Asked::default(),
        siblings: Vec::new(),
        app_id: 4242,
        on_demand: OnDemand { special_files: Some(Known::Known(BTreeSet::new())), ..OnDemand::default() },
        diffs: crate::net_diff::Diffs::default(),
    }
}

/// The world with something changed.
pub(super) fn with(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = world();
    change(&mut facts);
    facts
}

pub(super) fn known<T>(fact: &mut Known<T>) -> &mut T {
    match fact {
        Known::Known(value) => value,
        Known::Unknown(why) => panic!("unknown: {why}"),
    }
}

/// A review of what is there now, by somebody who may push.
pub(super) fn review(facts: &mut Facts, login: &str, verdict: ReviewVerdict) -> u64 {
    let commits = commits_hash(known(&mut facts.commits));
    let reviews = known(&mut facts.reviews);
    let id = 100 + reviews.len() as u64;
    reviews.push(Review {
        id,
        author: Some(person(login)),
        verdict,
        submitted_at: at(reviews.len() as i64),
        commit: Some(facts.change.head.tip.clone()),
        can_write: true,
        seen: Seen {
            base: Known::Known(facts.change.base.name.clone()),
            commits: Known::Known(commits),
            body: Known::Known(facts.change.body.clone()),
            member_of: BTreeMap::new(),
            could_write: None,
            held: None,
        },
    });
    id
}

pub(super) fn approve(facts: &mut Facts, login: &str) {
    review(facts, login, ReviewVerdict::Approved);
}

/// The world where these people have approved.
pub(super) fn approved_by(logins: &[&str]) -> Facts {
    with(|facts| logins.iter().for_each(|login| approve(facts, login)))
}

pub(super) fn push(facts: &mut Facts, oid: &str, login: &str) {
    known(&mut facts.commits).push(commit(oid, login));
    known(&mut facts.pushers).insert(person(login));
    facts.change.head.tip = Oid::new(oid);
}

pub(super) fn run(name: &str, conclusion: &str) -> Check {
    let state = match conclusion {
        "running" => CheckState::Running,
        other => CheckState::Concluded(other.to_owned()),
    };
    let maker = CheckMaker::App { id: 15368, slug: "github-actions".to_owned() };
    Check { name: name.to_owned(), maker, state, required: false }
}

pub(super) fn source(layer: Layer, text: &str) -> Source {
    let version = Version { blob: format!("{}-blob", layer.name()), text: text.to_owned() };
    Source { layer, path: format!("acme/{}", layer.name()), read: Read::Text(version), last_good: None }
}

/// The policies of an organisation (empty: none) and a repository (empty: none), which must be valid.
pub(super) fn policies(organisation: &str, repository: &str) -> PolicySet {
    let sources = [(Layer::Organisation, organisation), (Layer::Repository, repository)];
    let sources: Vec<Source> = sources
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(layer, text)| {
            let head = if text.contains("version = 1") { String::new() } else { "version = 1\n".to_owned() };
            source(layer, &(head + text))
        })
        .collect();
    let (set, found) = load(&sources);
    let errors: Vec<_> =
        found.into_iter().filter(|problem| problem.severity == crate::diagnostic::Severity::Error).collect();
    assert_eq!(errors, [], "the policies of a case are valid");
    set
}

pub(super) fn decide(set: &PolicySet, facts: &Facts) -> Decision {
    let records = Records::read(facts, &field_set(set), &[]);
    crate::evaluate(set, &records, facts)
}

/// Whether a rule of that `when`, beside these tables, speaks: `yes`, `no` or `unknown`.
pub(super) fn speaks_beside(tables: &str, when: &str, facts: &Facts) -> &'static str {
    let policy = format!("{PEOPLE}{tables}[[rule]]\nid = \"r\"\nwhen = {{ {when} }}\ndeny = \"asked\"\n");
    let decision = decide(&policies("", &policy), facts);
    match decision.rules.iter().find(|rule| rule.id == "r").unwrap().asks[0].state.name() {
        "blocked" => "yes",
        "not-applicable" => "no",
        other => other,
    }
}

/// Every result that speaks, as `layer/rule requirement state`; the repository's layer goes without saying.
pub(super) fn states(decision: &Decision) -> Vec<String> {
    let rules = decision.rules.iter().flat_map(|rule| rule.asks.iter().map(move |ask| (rule, ask)));
    rules
        .filter(|(_, ask)| ask.state != State::NotApplicable)
        .map(|(rule, ask)| {
            let layer = if rule.layer == Layer::Repository { "" } else { "org/" };
            format!("{layer}{} {} {}", rule.id, ask.key, ask.state.name())
        })
        .collect()
}

/// Everything that is said of what was observed and who can act, as plain text.
pub(super) fn said(decision: &Decision) -> String {
    let asks = decision.rules.iter().flat_map(|rule| &rule.asks);
    let lines = asks.flat_map(|ask| {
        std::iter::once(plain(&ask.observed))
            .chain(ask.acts.iter().map(|act| format!("{:?}: {}", act.by, plain(&act.what))))
    });
    let notices = decision.notices.iter().map(plain);
    let next = std::iter::once(format!("next: {}", plain(&decision.next)));
    lines.chain(notices).chain(next).collect::<Vec<_>>().join("\n")
}

/// Under the repository's policy the facts come to the outcome and to exactly these results.
#[track_caller]
pub(super) fn check(repository: &str, facts: &Facts, outcome: Outcome, expected: &[&str]) -> Decision {
    check_layers("", &(PEOPLE.to_owned() + repository), facts, outcome, expected)
}

/// The same with an organisation's policy above.
#[track_caller]
pub(super) fn check_layers(
    organisation: &str,
    repository: &str,
    facts: &Facts,
    outcome: Outcome,
    expected: &[&str],
) -> Decision {
    let decision = decide(&policies(organisation, repository), facts);
    assert_eq!(
        (decision.outcome, states(&decision)),
        (outcome, expected.iter().map(|line| (*line).to_owned()).collect()),
        "\n{}",
        said(&decision)
    );
    decision
}

/// The decision says this somewhere.
#[track_caller]
pub(super) fn says(decision: &Decision, words: &str) {
    let said = said(decision);
    assert!(said.contains(words), "`{words}` is not said in:\n{said}");
}
