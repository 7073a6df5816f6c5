//! What is measured: a typical change under a typical policy, and the largest that is promised to be quick.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use countersign_domain::account::{Account, AccountKind, Oid, TeamName};
use countersign_domain::facts::{
    Asked, Attribution, Branch, Change, ChangeState, Check, CheckMaker, CheckState, Commit, Enforced, Facts, File,
    FileStatus, Known, OnDemand, Repository, Review, ReviewVerdict, Seen, commits_hash,
};
use countersign_domain::layer::Layer;
use countersign_domain::net_diff::Diffs;
use countersign_domain::policy::{Read, Source, Version};
use jiff::Timestamp;

/// How large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// Five rules, twelve files, three commits, two reviews.
    Typical,
    /// A hundred rules, 3,000 files, 250 commits, 20 reviews.
    Large,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Typical => "typical",
            Self::Large => "large",
        })
    }
}

/// The longest description, in characters, that GitHub takes.
const LONGEST: usize = 65_536;

/// What a team hands its people to be filled in.
pub(crate) const TEMPLATE: &str = "## Summary\n<!-- what and why -->\n\n## Risk (low / medium / high)\n\n## Test plan\n\n## Back-out plan\n- [ ] this change can be reverted\n";

/// What alice wrote.
const DESCRIPTION: &str = r"Gift cards can be told apart in reports.

## Summary
Add the column `gift_card` to the table `orders`

## Reason
Orders that were paid with a gift card cannot be told apart, see CHG-1234.

## Risk
Medium - the table is large

## Impact
None for customers; reports are late by an hour.

## Test plan
1. Ran it on a copy of production: 4 s, no lock longer than 200 ms
2. `cargo test -p orders`

## Back-out plan
- [x] Run `migrations/0042_gift_card.down.sql`
";

const ORGANISATION: &str = r#"
version = 1
[record]
required = ["summary", "reason", "risk", "test_plan", "backout"]
[authorities.peer]
permission = "write"
[authorities.cab]
teams = ["acme/cab"]
[[risk.factor]]
id = "schema-migration"
why = "a migration is hard to undo"
when = { files = ["**/migrations/**"] }
score = 35
[[rule]]
id = "peer"
why = "four eyes on every change"
approvals = [{ from = ["peer"], count = 1 }]
[[rule]]
id = "board"
when = { risk = ">= high" }
approvals = [{ from = ["cab"], count = 2 }]
"#;

const REPOSITORY: &str = r#"
version = 1
[authorities.payments]
teams = ["acme/payments"]
users = ["carol"]
[[rule]]
id = "payments"
when = { files = ["services/payments/**"] }
approvals = [{ from = ["payments"], count = 1 }]
[[rule]]
id = "tested"
checks = ["integration"]
[[rule]]
id = "large"
when = { lines = ">= 500" }
approvals = [{ from = ["peer"], count = 2 }]
"#;

/// The layers' files.
pub(crate) fn sources(size: Size) -> Vec<Source> {
    let mut repository = REPOSITORY.to_owned();
    if size == Size::Large {
        for number in 0..95 {
            // Each sort of condition in turn; most paths match nothing, as in a large repository's policy.
            let when = match number % 5 {
                0 => format!(r#"files = ["services/s{number}/**", "!services/s{number}/docs/**"]"#),
                1 => format!(r#"files = ["**/*.{number}.sql", "migrations/{number}_*"]"#),
                2 => format!(r#"any = [{{ lines = ">= {number}00" }}, {{ files_changed = ">= {number}" }}]"#),
                3 => format!(r#"no_files = ["generated/{number}/**"], risk = ">= medium""#),
                _ => format!(r#"only_files = ["docs/**", "area-{number}/**"]"#),
            };
            let _ = write!(
                repository,
                "\n[[rule]]\nid = \"rule-{number}\"\nwhen = {{ {when} }}\napprovals = [{{ from = [\"payments\", \"peer\"], count = 1 }}]\n"
            );
        }
    }
    [(Layer::Organisation, ORGANISATION.to_owned()), (Layer::Repository, repository)].map(source).into()
}

fn source((layer, text): (Layer, String)) -> Source {
    let version = Version { blob: format!("{} blob", layer.name()), text };
    Source { layer, path: format!("acme/{}", layer.name()), read: Read::Text(version), last_good: None }
}

/// A person; their number goes with their name.
fn person(login: &str) -> Account {
    let id = login.bytes().fold(7, |id: u64, byte| id.wrapping_mul(31).wrapping_add(u64::from(byte)));
    Account { id, login: login.to_owned(), kind: AccountKind::User }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// What is true of the change.
pub(crate) fn facts(size: Size) -> Facts {
    let (files, commits, reviews) = match size {
        Size::Typical => (12, 3, 2),
        Size::Large => (3_000, 250, 20),
    };
    let branch = |name: &str, tip: String| Branch { name: name.to_owned(), tip: Oid::new(&tip) };
    let author = person("alice");
    let commits: Vec<Commit> = (0..commits).map(|number| commit(number, &author)).collect();
    let head = commits.last().map(|commit| commit.oid.clone()).unwrap();
    let seen = Seen {
        base: Known::Known("main".to_owned()),
        commits: Known::Known(commits_hash(&commits)),
        body: Known::Known(DESCRIPTION.to_owned()),
        member_of: BTreeMap::new(),
        could_write: None,
        held: None,
    };
    let teams = ["acme/cab", "acme/payments"].map(|team| {
        let members = (0..25).map(|number| person(&format!("{team}-{number}"))).collect();
        (TeamName::parse(team).unwrap(), Known::Known(members))
    });
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
            title: "Gift cards".to_owned(),
            body: DESCRIPTION.to_owned(),
            author: Some(author.clone()),
            state: ChangeState::Open,
            draft: false,
            base: branch("main", format!("{:040x}", 1)),
            head: Branch { name: "gift-cards".to_owned(), tip: head.clone() },
            head_owner: Some("acme".to_owned()),
            fork: false,
            labels: vec!["backend".to_owned()],
            updated_at: at(0),
        },
        files: Known::Known((0..files).map(file).collect()),
        commits: Known::Known(commits),
        commands: Known::Known(Vec::new()),
        reviews: Known::Known((0..reviews).map(|number| review(number, &head, &seen)).collect()),
        checks: Known::Known((0..10).map(check).collect()),
        pushers: Known::Known(BTreeSet::from([author])),
        operators: BTreeSet::new(),
        teams: BTreeMap::from(teams),
        accounts: BTreeMap::from([("carol".to_owned(), Known::Known(person("carol")))]),
        enforced: Enforced::Yes,
        policy_edit: None,
        siblings: Vec::new(),
        app_id: 4_242,
        asked: Asked::default(),
        on_demand: OnDemand { special_files: Some(Known::Known(BTreeSet::new())), ..OnDemand::default() },
        diffs: Diffs::default(),
    }
}

fn file(number: usize) -> File {
    let path = match number % 4 {
        0 => format!("services/s{}/src/module_{number}.rs", number % 90),
        1 => format!("services/payments/src/deeply/nested/module_{number}.rs"),
        2 => format!("docs/chapter_{number}.md"),
        _ => format!("db/migrations/{number}_change.sql"),
    };
    File { path, old_path: Known::Known(None), status: FileStatus::Modified, added: 10, removed: 2 }
}

fn commit(number: u64, author: &Account) -> Commit {
    let by = Attribution::Account(author.clone());
    let oid = Oid::new(format!("{:040x}", number + 2));
    Commit { oid, author: by.clone(), committer: by, co_authors: Vec::new(), verified: false }
}

fn review(number: u64, head: &Oid, seen: &Seen) -> Review {
    Review {
        id: number + 100,
        author: Some(person(&format!("acme/payments-{number}"))),
        verdict: ReviewVerdict::Approved,
        submitted_at: at(i64::try_from(number).unwrap()),
        commit: Some(head.clone()),
        can_write: true,
        seen: seen.clone(),
    }
}

fn check(number: usize) -> Check {
    Check {
        name: if number == 0 { "integration".to_owned() } else { format!("check {number}") },
        maker: CheckMaker::App { id: 15_368, slug: "github-actions".to_owned() },
        state: CheckState::Concluded("success".to_owned()),
        required: number < 3,
    }
}

/// Descriptions as long as GitHub takes them.
pub(crate) fn long_descriptions() -> Vec<String> {
    let shapes = [
        DESCRIPTION,
        "| Risk Level | ☐ Low ☑ Medium ☐ High |\n",
        "- [x] a promise **with** [a link](https://example.org/x) and `code`\n",
        "> quoted\n> > twice\n",
        "<details><summary>more</summary>\n\n### Rollback Plan\n<!-- how -->\n</details>\n\n",
        "**Risk (Low / Medium / High)**: Medium, touches auth\n",
        "a long paragraph of *emphasised* _words_ that goes on ",
        "[",
    ];
    shapes.map(|shape| shape.repeat(LONGEST / shape.len() + 1).chars().take(LONGEST).collect()).into()
}
