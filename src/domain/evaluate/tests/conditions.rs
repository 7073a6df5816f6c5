//! Each condition: when it holds, when it does not, when it is unknown, and under `not`.

use super::*;
use crate::account::{Account, AccountKind};
use crate::facts::{Attribution, Commit, FileStatus};

const MAP: &str =
    "[services.pay]\npaths = [\"src/pay*\"]\ntier = 1\n[services.docs]\npaths = [\"docs/**\"]\ntier = 4\n";

fn speaks(when: &str, facts: &Facts) -> &'static str {
    speaks_beside(MAP, when, facts)
}

#[track_caller]
fn check_when(cases: &[(&str, &str)], facts: &Facts) {
    for (when, expected) in cases {
        assert_eq!(speaks(when, facts), *expected, "{when}");
    }
}

fn files(paths: &[&str]) -> Facts {
    with(|facts| facts.files = Known::Known(paths.iter().map(|path| file(path)).collect()))
}

fn renamed(old: Known<Option<String>>, new: &str) -> File {
    File { old_path: old, status: FileStatus::Renamed, ..file(new) }
}

#[test]
fn paths() {
    let facts = files(&["src/pay.rs", "docs/a.md"]);
    check_when(
        &[
            ("files = [\"src/**\"]", "yes"),
            ("files = [\"src/*\", \"!src/pay.rs\"]", "no"),
            ("files = [\"*.md\"]", "no"),
            ("only_files = [\"src/**\"]", "no"),
            ("only_files = [\"src/**\", \"docs/**\"]", "yes"),
            ("no_files = [\"test/**\"]", "yes"),
            ("no_files = [\"docs/**\"]", "no"),
            ("not = { files = [\"src/**\"] }", "no"),
            ("all = [{ files = [\"src/**\"] }, { files = [\"docs/**\"] }]", "yes"),
            ("any = [{ files = [\"x\"] }, { files = [\"docs/**\"] }]", "yes"),
            ("any = [{ files = [\"x\"] }, { files = [\"y\"] }]", "no"),
        ],
        &facts,
    );
    let none = [("files = [\"**\"]", "no"), ("only_files = [\"**\"]", "no"), ("no_files = [\"**\"]", "yes")];
    check_when(&none, &files(&[]));
}

#[test]
fn a_rename_counts_under_both_names() {
    let known = with(|facts| {
        facts.files = Known::Known(vec![renamed(Known::Known(Some("src/old.rs".to_owned())), "attic/old.rs")]);
    });
    check_when(
        &[
            ("files = [\"src/**\"]", "yes"),
            ("files = [\"attic/**\"]", "yes"),
            ("only_files = [\"attic/**\"]", "no"),
            ("no_files = [\"src/**\"]", "no"),
            ("lines = \">= 12\", files = [\"src/**\"]", "yes"),
        ],
        &known,
    );
    let unknown = with(|facts| {
        facts.files = Known::Known(vec![renamed(Known::unknown("not fetched"), "attic/old.rs")]);
    });
    check_when(
        &[
            ("files = [\"src/**\"]", "unknown"),
            ("files = [\"attic/**\"]", "yes"),
            ("only_files = [\"attic/**\"]", "unknown"),
            ("only_files = [\"src/**\"]", "no"),
            ("no_files = [\"src/**\"]", "unknown"),
            ("no_files = [\"attic/**\"]", "no"),
            ("services = [\"pay\"]", "unknown"),
            ("tier = \"<= 1\"", "unknown"),
            ("tier = \"<= 9\"", "unknown"),
            ("tier = \">= 9\"", "no"),
            ("lines = \">= 12\"", "yes"),
        ],
        &unknown,
    );
}

#[test]
fn only_regular_files_ask_less() {
    let lowered = "not = { only_files = [\"docs/**\"] }";
    let doc = |change: fn(&mut File)| {
        let mut doc = file("docs/a.md");
        change(&mut doc);
        with(|facts| facts.files = Known::Known(vec![doc]))
    };
    assert_eq!(speaks(lowered, &doc(|_| ())), "no");
    let mut cases = vec![
        doc(|doc| doc.status = FileStatus::Changed),
        doc(|doc| doc.path = "docs/.gitattributes".to_owned()),
        doc(|doc| doc.old_path = Known::Known(Some("docs/.gitattributes".to_owned()))),
    ];
    let mut link = doc(|_| ());
    link.on_demand.special_files = Some(Known::Known(["docs/a.md".to_owned()].into()));
    cases.push(link);
    for facts in cases {
        assert_eq!(speaks(lowered, &facts), "yes", "{:?}", facts.files);
        assert_eq!(speaks("only_files = [\"docs/**\"]", &facts), "yes", "raising: {:?}", facts.files);
    }
    for modes in [None, Some(Known::unknown("away"))] {
        let mut unread = doc(|_| ());
        unread.on_demand.special_files = modes;
        assert_eq!(speaks(lowered, &unread), "unknown");
    }
}

#[test]
fn numbers() {
    let facts = files(&["src/a.rs", "docs/b.md"]);
    check_when(
        &[
            ("lines = \">= 24\"", "yes"),
            ("lines = \"> 24\"", "no"),
            ("lines = \"= 12\", files = [\"src/**\"]", "yes"),
            ("files_changed = \"< 3\"", "yes"),
            ("files_changed = \">= 3\"", "no"),
            ("commits = \"= 1\"", "yes"),
            ("commits = \"!= 1\"", "no"),
            ("tier = \"<= 4\"", "yes"),
            ("tier = \"<= 1\"", "no"),
        ],
        &facts,
    );
    check_when(&[("tier = \"<= 1\"", "yes"), ("services = [\"pay\"]", "yes")], &world());
    // The lowest touched tier is the one that counts, in whichever order the services stand.
    let both = files(&["src/pay.rs", "docs/b.md"]);
    check_when(&[("tier = \"<= 1\"", "yes"), ("tier = \">= 4\"", "no")], &both);
    check_when(&[("tier = \">= 0\"", "no"), ("services = [\"docs\"]", "no")], &files(&["x"]));
}

#[test]
fn what_was_not_read_is_unknown() {
    let mut facts = world();
    facts.files = Known::unknown("too many");
    facts.commits = Known::unknown("too many");
    facts.change.author = None;
    facts.change.fork = true;
    facts.change.head_owner = None;
    check_when(
        &[
            ("files = [\"**\"]", "unknown"),
            ("only_files = [\"**\"]", "unknown"),
            ("no_files = [\"**\"]", "unknown"),
            ("lines = \">= 0\"", "unknown"),
            ("files_changed = \">= 0\"", "unknown"),
            ("commits = \">= 0\"", "unknown"),
            ("services = [\"pay\"]", "unknown"),
            ("tier = \">= 0\"", "unknown"),
            ("author = [\"ann\"]", "unknown"),
            ("author_in = [\"payments\"]", "unknown"),
            ("head = [\"**\"], on_declaration = true", "unknown"),
            ("not = { files = [\"**\"] }", "unknown"),
            // What is decided whatever they are is decided.
            ("files = [\"**\"], repositories = [\"other\"]", "no"),
            ("any = [{ files = [\"**\"] }, { repositories = [\"shop\"] }]", "yes"),
            ("diff = \"DROP\"", "unknown"),
        ],
        &facts,
    );
}

#[test]
fn places() {
    let mut facts = world();
    facts.change.title = "WIP: cents".to_owned();
    facts.change.labels = vec!["Urgent".to_owned()];
    check_when(
        &[
            ("repositories = [\"sh*\"]", "yes"),
            ("repositories = [\"*\", \"!shop\"]", "no"),
            ("base = [\"~DEFAULT_BRANCH\"]", "yes"),
            ("base = [\"release/**\"]", "no"),
            ("fork = true", "no"),
            ("fork = false", "yes"),
            ("type = [\"normal\"]", "yes"),
            ("type = [\"emergency\"]", "no"),
            ("title = \"^WIP\", on_declaration = true", "yes"),
            ("labels = [\"urgent\"], on_declaration = true", "yes"),
            ("labels = [\"other\"], on_declaration = true", "no"),
            ("head = [\"cents\"], on_declaration = true", "yes"),
            ("draft = true, on_declaration = true", "no"),
        ],
        &facts,
    );
    facts.change.fork = true;
    facts.change.head_owner = Some("mallory".to_owned());
    let head = [
        ("head = [\"cents\"], on_declaration = true", "no"),
        ("head = [\"mallory:cents\"], on_declaration = true", "yes"),
    ];
    check_when(&head, &facts);
}

#[test]
fn authors() {
    check_when(
        &[
            ("author = [\"ANN\"]", "yes"),
            ("author = [\"bob\"]", "no"),
            ("author = [\"ann[bot]\"]", "unknown"),
            ("author_in = [\"payments\"]", "no"),
            ("author_in = [\"user:ann\"]", "yes"),
            ("author_in = [\"peer\"]", "unknown"),
            // Her commit is not signed, so she is not proved to be the author: no rule goes away by her name.
            ("not = { author = [\"ann\"] }", "yes"),
            ("not = { author = [\"bob\"] }", "yes"),
            ("not = { author_in = [\"user:ann\"] }", "yes"),
            ("not = { not = { author = [\"ann\"] } }", "yes"),
        ],
        &world(),
    );
    let mut proved = world();
    known(&mut proved.commits)[0].verified = true;
    check_when(&[("not = { author = [\"ann\"] }", "no"), ("not = { author_in = [\"user:ann\"] }", "no")], &proved);
    let unproved: [fn(&mut Facts); 3] = [
        |facts| known(&mut facts.commits).push(commit("h0", "bob")),
        |facts| {
            known(&mut facts.pushers).insert(person("bob"));
        },
        |facts| known(&mut facts.commits)[0].committer = by("bob"),
    ];
    for change in unproved {
        let mut facts = proved.clone();
        change(&mut facts);
        check_when(&[("not = { author = [\"ann\"] }", "yes")], &facts);
    }
    let mut unseen = proved.clone();
    unseen.pushers = Known::unknown("away");
    check_when(&[("not = { author = [\"ann\"] }", "unknown")], &unseen);
    // A bot is called `ann[bot]`, and nobody else is.
    let bot = Account { id: 78, kind: AccountKind::Bot, ..person("ann") };
    let mut by_bot = world();
    by_bot.change.author = Some(bot.clone());
    by_bot.accounts.insert("ann[bot]".to_owned(), Known::Known(bot));
    check_when(&[("author = [\"ann\"]", "no"), ("author = [\"ann[bot]\"]", "yes")], &by_bot);
    // The login names another account than it did.
    let mut taken = proved;
    taken.accounts.insert("ann".to_owned(), Known::Known(Account { id: 77, ..person("ann") }));
    check_when(&[("author = [\"ann\"]", "unknown")], &taken);
}

#[test]
fn signatures() {
    let mut facts = world();
    check_when(&[("signed = true", "no"), ("signed = false", "yes"), ("not = { signed = true }", "yes")], &facts);
    known(&mut facts.commits)[0].verified = true;
    check_when(&[("signed = true", "yes"), ("signed = false", "no"), ("not = { signed = true }", "no")], &facts);
    facts.commits = Known::unknown("GitHub answered 502");
    check_when(&[("signed = true", "unknown"), ("not = { signed = true }", "unknown")], &facts);
}

#[test]
fn whoever_is_behind_a_commit_committed() {
    let mut facts = world();
    let (bob, payments) = ("committer_in = [\"user:bob\"]", "committer_in = [\"payments\"]");
    check_when(&[(bob, "no"), (payments, "no"), ("committer_in = [\"user:ann\"]", "yes")], &facts);
    known(&mut facts.commits).push(Commit { author: by("bob"), ..commit("h0", "ann") });
    check_when(&[(bob, "yes"), (payments, "yes")], &facts);
    known(&mut facts.commits)[1] = Commit { committer: by("bob"), ..commit("h0", "ann") };
    check_when(&[(bob, "yes")], &facts);
    // GitHub's own committer is nobody; a commit of nobody may be anybody's.
    known(&mut facts.commits)[1] = Commit { committer: Attribution::GitHub, ..commit("h0", "ann") };
    check_when(&[(bob, "no")], &facts);
    known(&mut facts.commits)[1].author = Attribution::Nobody { name: "build box".to_owned() };
    check_when(&[(bob, "unknown"), ("committer_in = [\"user:ann\"]", "yes")], &facts);
    facts.commits = Known::Known(Vec::new());
    check_when(&[(bob, "unknown")], &facts);
    facts.commits = Known::unknown("GitHub answered 502");
    check_when(&[(bob, "unknown")], &facts);
}

#[test]
fn agents() {
    check_when(&[("agent = true", "no"), ("agent = false", "yes")], &world());
    let bots = |facts: &mut Facts| {
        facts.change.author = Some(person("helper[bot]"));
        facts.commits = Known::Known(vec![commit("h1", "helper[bot]")]);
        facts.pushers = Known::Known(people(&["helper[bot]"]));
    };
    let mut facts = with(bots);
    check_when(&[("agent = true", "yes"), ("agent = false", "no")], &facts);
    // In a lowering place the author has to be proved either way.
    check_when(&[("not = { agent = true }", "yes")], &facts);
    known(&mut facts.commits)[0].verified = true;
    check_when(&[("not = { agent = true }", "no"), ("not = { agent = false }", "yes")], &facts);
    known(&mut facts.pushers).insert(person("bob"));
    check_when(&[("not = { agent = true }", "yes")], &facts);
    facts.change.author = None;
    check_when(&[("agent = true", "unknown"), ("agent = false", "unknown")], &facts);
}

#[test]
fn a_member_of_the_authority_agents_is_an_agent() {
    let policy = "[authorities.agents]\nteams = [\"acme/robots\"]\n[[rule]]\nid = \"r\"\nwhen = { agent = true }\ndeny = \"asked\"\n";
    let state = |facts: &Facts| {
        let decision = decide(&policies("", policy), facts);
        decision.rules.iter().find(|rule| rule.id == "r").unwrap().asks[0].state.name()
    };
    let with_robots = |robots: Known<_>| with(|facts| _ = facts.teams.insert(team("acme/robots"), robots));
    assert_eq!(state(&with_robots(Known::Known(people(&["bob"])))), "not-applicable");
    assert_eq!(state(&with_robots(Known::Known(people(&["ann"])))), "blocked");
    assert_eq!(state(&with_robots(Known::unknown("GitHub answered 502"))), "unknown");
}

#[test]
fn first_contributions() {
    let merged = |merged| with(|facts| facts.asked.merged_before = Known::Known(merged));
    check_when(&[("first_contribution = true", "yes"), ("first_contribution = false", "no")], &merged(false));
    check_when(&[("first_contribution = true", "no"), ("first_contribution = false", "yes")], &merged(true));
    // Who has contributed before is asked less only where the change is shown to be theirs.
    let before = "not = { first_contribution = false }";
    check_when(&[(before, "yes")], &merged(true));
    let mut proved = merged(true);
    known(&mut proved.commits)[0].verified = true;
    check_when(&[(before, "no")], &proved);
    check_when(&[("first_contribution = true", "unknown"), (before, "unknown")], &world());
    let mut gone = merged(false);
    gone.change.author = None;
    check_when(&[("first_contribution = true", "unknown")], &gone);
}

/// Whether a rule for any of these environments speaks.
fn reaches(environment: &str, when: &str, facts: &Facts) -> &'static str {
    speaks_beside(&format!("[environments.live]\nnames = [\"prod\"]\n{environment}"), when, facts)
}

#[test]
fn environments_are_reached_by_paths_or_base() {
    let live = "environments = [\"live\"]";
    let check = |environment: &str, facts: &Facts, expected: &str| {
        assert_eq!(reaches(environment, live, facts), expected, "{environment}");
    };
    let elsewhere = with(|facts| facts.change.base.name = "next".to_owned());
    // Neither is written: whatever goes into the default branch.
    check("", &world(), "yes");
    check("", &elsewhere, "no");
    check("", &files(&[]), "yes");
    // Paths alone: into any branch.
    check("paths = [\"src/**\"]\n", &world(), "yes");
    check("paths = [\"src/**\"]\n", &elsewhere, "yes");
    check("paths = [\"deploy/**\"]\n", &world(), "no");
    check("paths = [\"src/**\"]\n", &files(&[]), "no");
    // Both: these paths into these branches.
    check("paths = [\"src/**\"]\nbase = [\"next\"]\n", &world(), "no");
    check("paths = [\"src/**\"]\nbase = [\"next\"]\n", &elsewhere, "yes");
    check("base = [\"next\"]\n", &elsewhere, "yes");
    let unread = with(|facts| facts.files = Known::unknown("too many"));
    check("", &unread, "yes");
    check("paths = [\"src/**\"]\n", &unread, "unknown");
    check("paths = [\"src/**\"]\nbase = [\"next\"]\n", &unread, "no");
}

#[test]
fn declared_environments_only_raise() {
    let nowhere = "paths = [\"deploy/**\"]\n";
    let says = |body: &str| with(|facts| facts.change.body = body.to_owned());
    let live = "environments = [\"live\"]";
    for (body, expected) in [
        ("", "no"),
        ("## Environments\nLive", "yes"),
        ("## Environments\nstaging, prod", "yes"),
        ("## Environments\nstaging", "no"),
        ("## Environments\nnone", "no"),
        ("## Environments\nstaging\n\n# Environment\nprod", "yes"),
    ] {
        assert_eq!(reaches(nowhere, live, &says(body)), expected, "{body}");
    }
    // A rule for all that does not reach it goes away by paths, and not by what the author says.
    let not_live = "not = { environments = [\"live\"] }";
    assert_eq!(reaches(nowhere, not_live, &says("")), "yes");
    assert_eq!(reaches(nowhere, not_live, &says("## Environments\nprod")), "yes");
    assert_eq!(reaches("", not_live, &says("")), "no");
}

#[test]
fn custom_properties() {
    let set = [("tier", vec!["1"]), ("team", vec!["payments", "ledger"])];
    let set = set.map(|(name, values)| (name.to_owned(), values.into_iter().map(str::to_owned).collect()));
    let facts = with(|facts| facts.on_demand.properties = Some(Known::Known(set.into())));
    check_when(
        &[
            ("properties = { tier = \"1\" }", "yes"),
            ("properties = { tier = [\"0\", \"1\"] }", "yes"),
            ("properties = { tier = \"0\" }", "no"),
            ("properties = { team = \"ledger\", tier = \"1\" }", "yes"),
            ("properties = { team = \"ledger\", tier = \"2\" }", "no"),
            // Letter by letter.
            ("properties = { team = \"Ledger\" }", "no"),
            ("properties = { Team = \"ledger\" }", "no"),
            // Not set is known.
            ("properties = { owner = \"ann\" }", "no"),
            ("not = { properties = { owner = \"ann\" } }", "yes"),
        ],
        &facts,
    );
    for unread in [None, Some(Known::unknown("GitHub answered 502"))] {
        let facts = with(|facts| facts.on_demand.properties = unread);
        check_when(
            &[("properties = { tier = \"1\" }", "unknown"), ("not = { properties = { tier = \"1\" } }", "unknown")],
            &facts,
        );
    }
}

#[test]
fn fields_raise_unless_they_are_answered() {
    let cases = [
        ("", "yes", "yes", "no"),
        ("## Impact\n", "yes", "yes", "no"),
        ("## Impact\nhigh", "yes", "no", "yes"),
        ("## Impact\nsmall", "no", "yes", "yes"),
        ("## Impact\nnone", "no", "no", "no"),
        ("## Impact\na\n\n# User impact\nb", "yes", "yes", "no"),
    ];
    for (body, is_high, matches, present) in cases {
        let facts = with(|facts| facts.change.body = body.to_owned());
        check_when(
            &[
                ("field = { impact = \"high\" }", is_high),
                ("field = { impact = { matches = '^s' } }", matches),
                ("field = { impact = { state = \"present\" } }", present),
            ],
            &facts,
        );
    }
}

/// Two files with their patches; the second adds `DROP TABLE b` and takes away `drop_me();`.
pub(super) fn patched() -> Facts {
    let sql = "@@ -1,2 +1,2 @@\n keep DROP TABLE c\n-drop_me();\n+  DROP TABLE b\r";
    let rust = "@@ -1 +1 @@\n-a\n+b";
    with(|facts| {
        let line = |path: &str| File { added: 1, removed: 1, ..file(path) };
        facts.files = Known::Known(vec![line("src/pay.rs"), line("db/1.sql")]);
        let patches = [("src/pay.rs", rust), ("db/1.sql", sql)];
        let patches = patches.map(|(path, patch)| (path.to_owned(), patch.to_owned()));
        facts.diffs.patches = Some(Known::Known(patches.into()));
    })
}

#[test]
fn a_diff_is_the_added_and_removed_lines_of_the_same_tables_files_else_of_all() {
    check_when(
        &[
            (r"diff = '(?i)\bDROP\s+TABLE\b'", "yes"),
            (r"diff = '^a$'", "yes"),
            (r"diff = 'drop_me'", "yes"),
            // Context is not changed.
            (r"diff = 'DROP TABLE c'", "no"),
            (r"diff = '^[+-]'", "no"),
            // A carriage return hides no end of a line.
            (r"diff = 'b$'", "yes"),
            (r"files = ['db/**'], diff = '^\s*DROP TABLE b$'", "yes"),
            (r"files = ['src/**'], diff = 'DROP'", "no"),
            (r"files = ['*.md'], diff = 'DROP'", "no"),
            (r"not = { diff = 'DROP' }", "no"),
            (r"not = { diff = 'TRUNCATE' }", "yes"),
        ],
        &patched(),
    );
    check_when(&[("diff = '^'", "no")], &with(|facts| facts.files = Known::Known(Vec::new())));
}

#[test]
fn a_file_without_a_complete_text_patch_holds_and_under_not_is_unknown() {
    type Change = fn(&mut Facts);
    let hide: [Change; 5] = [
        |facts| {
            if let Some(Known::Known(patches)) = &mut facts.diffs.patches {
                patches.remove("src/pay.rs");
            }
        },
        // There are more lines than the patch has.
        |facts| known(&mut facts.files)[0].added = 2,
        |facts| known(&mut facts.files)[0].removed = 0,
        |facts| facts.diffs.patches = Some(Known::unknown("GitHub compares no more than 300 files")),
        |facts| facts.diffs.patches = None,
    ];
    for hide in hide {
        let mut facts = patched();
        hide(&mut facts);
        check_when(
            &[
                ("diff = 'nowhere'", "yes"),
                ("files = ['src/**'], diff = 'nowhere'", "yes"),
                ("not = { diff = 'nowhere' }", "unknown"),
                ("not = { files = ['*.md'], diff = 'nowhere' }", "yes"),
            ],
            &facts,
        );
    }
    // Whether the file is meant hangs on a name that was not read.
    let mut facts = patched();
    known(&mut facts.files)[1] = File { added: 1, removed: 1, ..renamed(Known::unknown("not read"), "db/1.sql") };
    check_when(&[("files = ['old/**'], diff = 'DROP'", "unknown"), ("files = ['old/**'], diff = 'x'", "no")], &facts);
    facts.files = Known::unknown("GitHub answered 502");
    check_when(&[("diff = 'DROP'", "unknown")], &facts);
}

#[test]
fn patterns_go_through_no_more_of_the_diff_than_one_evaluation_may() {
    let mut facts = patched();
    let lines = 300_000;
    let patch = format!("@@ -0,0 +1,{lines} @@\n{}", "+0123456789abcdef\n".repeat(lines));
    known(&mut facts.files)[0] = File { added: lines as u64, removed: 0, ..file("src/pay.rs") };
    facts.diffs.patches = Some(Known::Known([("src/pay.rs".to_owned(), patch)].into()));
    facts.files = Known::Known(vec![known(&mut facts.files)[0].clone()]);
    check_when(&[("diff = 'x'", "no")], &facts);
    let many = "{ diff = 'x' }, ".repeat(8);
    check_when(&[(&format!("any = [{many}]"), "unknown")], &facts);
}
