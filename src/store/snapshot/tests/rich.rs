//! Snapshots made by hand: one with every variant of every fact, one of which nothing is known.

use std::collections::BTreeMap;

use countersign_domain::account::{Account, AccountKind, Oid, TeamName};
use countersign_domain::decision::Outcome;
use countersign_domain::facts::{
    Asked, Attribution, Branch, Change, ChangeState, Check, CheckMaker, CheckState, CodeownersFile, Command, Commit,
    Deployment, EditedPolicy, Enforced, Facts, File, FileStatus, Known, ModelFailures, OnDemand, Repository, Review,
    ReviewVerdict, Seen, Sibling, Thread, ThreadState,
};
use countersign_domain::layer::Layer;
use countersign_domain::net_diff::{Carried, DiffFile, Diffs, HeadDiff, HeadMove, Side, Sides};
use countersign_domain::policy::{Permission, Read, Source, Version};
use countersign_domain::record::Template;
use jiff::Timestamp;

use super::super::Snapshot;

pub(super) fn person(id: u64, login: &str) -> Account {
    Account { id, login: login.to_owned(), kind: AccountKind::User }
}

fn bot(id: u64, login: &str) -> Account {
    Account { id, login: login.to_owned(), kind: AccountKind::Bot }
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn branch(name: &str, tip: &str) -> Branch {
    Branch { name: name.to_owned(), tip: Oid::new(tip) }
}

fn team(slug: &str) -> TeamName {
    TeamName { organisation: "acme".to_owned(), slug: slug.to_owned() }
}

fn version(blob: &str, text: &str) -> Version {
    Version { blob: blob.to_owned(), text: text.to_owned() }
}

fn source(layer: Layer, read: Read, last_good: Option<Version>) -> Source {
    Source { layer, path: format!("acme/{}.toml", layer.name()), read, last_good }
}

const BODY: &str = "## Risk\r\nLow – \"touches\" no\\thing\u{200b}\n";

/// Every variant of every fact at least once.
pub(super) fn snapshot() -> Snapshot {
    let first = version("b10b1", "mode = \"enforce\"\n");
    let sources = vec![
        source(Layer::Organisation, Read::Text(first.clone()), Some(first)),
        source(Layer::Repository, Read::Absent, Some(version("b10b0", "# früher\n"))),
        source(Layer::Organisation, Read::Unreachable("a 502".to_owned()), None),
        source(Layer::BuiltIn, Read::Unseen, None),
    ];
    let templates = vec![Template { text: "## Risk\n".to_owned() }, Template { text: String::new() }];
    Snapshot { facts: facts(), sources, packs: BTreeMap::new(), templates }
}

fn facts() -> Facts {
    let carol = person(3, "carol");
    Facts {
        as_of: at("2026-01-30T12:00:00.123456789Z"),
        repository: Repository {
            id: 7,
            owner: "acme".to_owned(),
            name: "shop".to_owned(),
            public: false,
            default_branch: "main".to_owned(),
        },
        change: change(),
        files: Known::Known(files()),
        commits: Known::Known(commits()),
        reviews: Known::Known(reviews()),
        commands: Known::Known(Vec::new()),
        checks: Known::Known(checks()),
        pushers: Known::Known([bot(9, "renovate"), person(1, "alice")].into()),
        operators: [person(2, "bob")].into(),
        teams: [
            (team("payments"), Known::Known([person(2, "bob"), carol.clone()].into())),
            (team("empty"), Known::Known([].into())),
            (team("gone"), Known::unknown("no such team")),
        ]
        .into(),
        accounts: [
            ("carol".to_owned(), Known::Known(carol)),
            ("renovate[bot]".to_owned(), Known::Known(bot(9, "renovate"))),
            ("dave".to_owned(), Known::unknown("no such account")),
        ]
        .into(),
        enforced: Enforced::No("`main` does not require the check".to_owned()),
        policy_edit: Some(Known::Known(EditedPolicy { text: Some("mode = \"enforce\"\n".to_owned()) })),
        asked: Asked::default(),
        siblings: vec![Sibling { number: 43, outcome: Some(Outcome::Wait) }, Sibling { number: 44, outcome: None }],
        app_id: u64::MAX,
        on_demand: OnDemand::default(),
        diffs: Diffs::default(),
    }
}

fn diffs() -> Diffs {
    let side = |mode, blob: &str| Some(Side { mode, blob: Oid::new(blob) });
    let file = |path: &str, status, old_path: Option<&str>, sides| DiffFile {
        path: path.to_owned(),
        old_path: old_path.map(str::to_owned),
        status,
        added: 3,
        removed: 4,
        sides,
    };
    let was = Sides { old: None, new: side(0o100_755, "b3") };
    let is = Sides { old: side(0o100_644, "b1"), new: side(0o120_000, "b2") };
    let files = vec![
        file("run.sh", FileStatus::Added, None, Known::Known(was)),
        file("src/pay.rs", FileStatus::Renamed, Some("src/buy.rs"), Known::Known(is)),
        file("src/old.rs", FileStatus::Removed, None, Known::unknown("GitHub does not give it")),
    ];
    let head = HeadDiff { commits: vec![Oid::new("c1"), Oid::new("4ead")], people: Known::Known(commits()), files };
    let empty = HeadDiff { commits: vec![], people: Known::unknown("nobody asked"), files: vec![] };
    let [old_base, old_head, new_base, new_head] = ["b1", "b2", "b4", "b5"].map(Oid::new);
    let moved = HeadMove { before: Oid::new("c1"), after: Oid::new("4ead") };
    let heads = [("4ead", Known::Known(head)), ("c1", Known::Known(empty)), ("c0", Known::unknown("gone"))];
    let patches = [("src/pay.rs".to_owned(), "@@ -1 +1 @@\n-a\n+b".to_owned())];
    Diffs {
        heads: heads.map(|(oid, head)| (Oid::new(oid), head)).into(),
        carried: [Carried { old_base, old_head, new_base, new_head }].into(),
        moves: [(person(2, "bob"), vec![moved])].into(),
        patches: Some(Known::Known(patches.into())),
    }
}

fn change() -> Change {
    Change {
        number: 42,
        title: "Pay \u{1f4b6} faster".to_owned(),
        body: BODY.to_owned(),
        author: Some(person(1, "alice")),
        state: ChangeState::Open,
        draft: true,
        base: branch("main", "ba5e"),
        head: branch("faster", "4ead"),
        head_owner: Some("alice".to_owned()),
        fork: true,
        labels: vec!["urgent".to_owned(), "backend".to_owned()],
        updated_at: at("2026-01-30T11:59:58Z"),
    }
}

fn files() -> Vec<File> {
    let file =
        |path: &str, old_path, status, added, removed| File { path: path.to_owned(), old_path, status, added, removed };
    vec![
        file("src/new.rs", Known::Known(None), FileStatus::Added, 10, 0),
        file("src/pay.rs", Known::Known(None), FileStatus::Modified, 3, 4),
        file("src/old.rs", Known::Known(None), FileStatus::Removed, 0, 12),
        file("src/b.rs", Known::Known(Some("src/a.rs".to_owned())), FileStatus::Renamed, 0, 0),
        file("src/d.rs", Known::unknown("the old name was not read"), FileStatus::Copied, 1, 1),
        file("run.sh", Known::Known(None), FileStatus::Changed, 0, 0),
    ]
}

fn commits() -> Vec<Commit> {
    let commit = |oid: &str, author, committer, co_authors, verified| Commit {
        oid: Oid::new(oid),
        author,
        committer,
        co_authors,
        verified,
    };
    let mannequin = Account { id: 8, login: "moved".to_owned(), kind: AccountKind::Other };
    vec![
        commit("c1", Attribution::Account(person(1, "alice")), Attribution::GitHub, vec![mannequin], true),
        commit(
            "4ead",
            Attribution::Nobody { name: "A. Nonymous".to_owned() },
            Attribution::Account(bot(9, "renovate")),
            vec![],
            false,
        ),
    ]
}

fn reviews() -> Vec<Review> {
    let review = |id, author, verdict, commit: Option<&str>, seen| Review {
        id,
        author,
        verdict,
        submitted_at: at("2026-01-29T08:00:00Z"),
        commit: commit.map(Oid::new),
        can_write: id == 1,
        seen,
    };
    let text = |text: &str| Known::Known(text.to_owned());
    let seen = |base, commits, body| {
        let member_of = BTreeMap::new();
        Seen { base, commits, body, member_of, could_write: None, held: None }
    };
    let current = seen(text("main"), text("5ee2"), text(BODY));
    let former = seen(text("release"), Known::unknown("a push was not seen"), text(""));
    let nothing = seen(Known::unknown("why"), Known::unknown("why"), Known::unknown("an edit was cut"));
    let dismissed = ReviewVerdict::Dismissed { by: Some(person(2, "bob")), asked_for_changes: Some(true) };
    let lost = ReviewVerdict::Dismissed { by: None, asked_for_changes: None };
    vec![
        review(1, Some(person(2, "bob")), ReviewVerdict::Approved, Some("4ead"), current),
        review(2, None, ReviewVerdict::ChangesRequested, None, former),
        review(3, Some(person(3, "carol")), dismissed, Some("c1"), nothing.clone()),
        review(4, Some(person(3, "carol")), lost, Some("c1"), nothing),
    ]
}

fn checks() -> Vec<Check> {
    let check = |name: &str, maker, state, required| Check { name: name.to_owned(), maker, state, required };
    let actions = CheckMaker::App { id: 15368, slug: "github-actions".to_owned() };
    vec![
        check("test", actions.clone(), CheckState::Running, true),
        check("test", actions, CheckState::Concluded("success".to_owned()), true),
        check(
            "ci/old",
            CheckMaker::Creator(Some(bot(9, "renovate"))),
            CheckState::Concluded("error".to_owned()),
            false,
        ),
        check("ci/gone", CheckMaker::Creator(None), CheckState::Running, false),
    ]
}

/// The same with everything that only some policies ask for.
pub(super) fn asked() -> Snapshot {
    let mut snapshot = snapshot();
    let made = |environment: &str, by, state: &str| Deployment {
        environment: environment.to_owned(),
        by,
        state: state.to_owned(),
        made_at: at("2026-01-30T09:00:00Z"),
    };
    let deployments = vec![
        made("staging", Some(bot(15_368, "github-actions")), "success"),
        made("prod-eu", Some(person(2, "bob")), "in_progress"),
        made("staging", None, "pending"),
    ];
    let thread = |path: &str, state| Thread { path: path.to_owned(), state };
    let threads = vec![
        thread("src/pay.rs", ThreadState::Open),
        thread("src/pay.rs", ThreadState::Resolved { by: Some(person(2, "bob")) }),
        thread("run.sh", ThreadState::Resolved { by: None }),
    ];
    snapshot.facts.asked = Asked {
        deployments: Known::Known(deployments),
        threads: Known::Known(threads),
        merged_before: Known::Known(true),
        ..Asked::default()
    };
    snapshot.facts.on_demand = OnDemand {
        special_files: Some(Known::Known(["run.sh".to_owned()].into())),
        check_name: Some("countersign: release".to_owned()),
        failures: vec![ModelFailures { layer: Layer::Organisation, model: "bumps".to_owned(), changes: 1 }],
        ..OnDemand::default()
    };
    snapshot.facts.diffs = diffs();
    snapshot
}

/// The same with owners of the touched files.
pub(super) fn owned() -> Snapshot {
    let mut snapshot = asked();
    let text = "* @acme/payments\n/docs/ @bob\n".to_owned();
    let file = CodeownersFile { path: ".github/CODEOWNERS".to_owned(), blob: Oid::new("0c0de"), text };
    snapshot.facts.asked.codeowners = Known::Known(Some(file));
    snapshot.facts.asked.owning_teams = [
        (team("payments"), Known::Known(true)),
        (team("platform"), Known::Known(false)),
        (team("secret"), Known::unknown("GitHub answered 502")),
    ]
    .into();
    snapshot
}

/// The same with custom properties of the repository.
pub(super) fn with_properties() -> Snapshot {
    let mut snapshot = owned();
    let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    snapshot.facts.on_demand.properties = Some(Known::Known(
        [("tier".to_owned(), values(&["1"])), ("team".to_owned(), values(&["payments", "ledger"]))].into(),
    ));
    snapshot
}

/// The same with commands.
pub(super) fn commanded() -> Snapshot {
    let mut snapshot = with_properties();
    let nothing = Known::<String>::unknown("why");
    let seen = |body: &str| Seen {
        base: Known::Known("main".to_owned()),
        commits: Known::Known("5ee2".to_owned()),
        body: Known::Known(body.to_owned()),
        member_of: [(team("payments"), Known::Known(true)), (team("gone"), Known::unknown("late"))].into(),
        could_write: Some(true),
        held: Some(Known::Known(Some(Permission::Maintain))),
    };
    let unseen = Seen {
        base: nothing.clone(),
        commits: nothing.clone(),
        body: nothing,
        member_of: BTreeMap::new(),
        could_write: None,
        held: None,
    };
    let command = |comment, by, line: &str, can_write, seen, head: Option<&str>| Command {
        comment,
        by,
        at: at("2026-01-30T10:00:00.25Z"),
        line: line.to_owned(),
        can_write,
        seen,
        head: head.map(Oid::new),
    };
    snapshot.facts.commands = Known::Known(vec![
        command(11, person(2, "bob"), "waive board it is \u{1f525}", Some(true), seen(BODY), Some("4ead")),
        command(12, person(3, "carol"), "hold \"x\"", None, unseen, None),
    ]);
    snapshot
}

/// A snapshot of which nothing is known.
pub(super) fn unknown() -> Snapshot {
    let why = || "it was not to be had".to_owned();
    let change = Change { author: None, state: ChangeState::Merged, head_owner: None, labels: vec![], ..change() };
    let facts = Facts {
        change,
        files: Known::Unknown(why()),
        commits: Known::Unknown(why()),
        reviews: Known::Unknown(why()),
        commands: Known::Unknown(why()),
        checks: Known::Unknown(why()),
        pushers: Known::Unknown(why()),
        operators: [].into(),
        teams: [(team("payments"), Known::Unknown(why())), (team("platform"), Known::Unknown(why()))].into(),
        accounts: [].into(),
        enforced: Enforced::Unknown(why()),
        policy_edit: Some(Known::Unknown(why())),
        asked: Asked {
            deployments: Known::Unknown(why()),
            threads: Known::Unknown(why()),
            merged_before: Known::Unknown(why()),
            codeowners: Known::Unknown(why()),
            owning_teams: [(team("payments"), Known::Unknown(why()))].into(),
        },
        siblings: vec![],
        diffs: Diffs { patches: Some(Known::Unknown(why())), ..Diffs::default() },
        ..facts()
    };
    Snapshot { facts, sources: vec![], packs: BTreeMap::new(), templates: vec![] }
}
