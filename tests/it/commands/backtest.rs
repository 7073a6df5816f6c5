//! `countersign backtest`.

use std::collections::BTreeMap;
use std::path::Path;

use countersign::pipeline::decision_of;
use countersign::store::{ChangeRow, NewDecision, Store, snapshot};
use countersign_domain::decision::Outcome;
use countersign_domain::layer::Layer;
use countersign_domain::policy::{Read, Source, Version, load};

use super::replay::{migrated, record};
use super::{Ran, folder, run};
use crate::databases::on_each_address;
use crate::signals::SHOP;
use crate::world::PEER;

fn backtest(folder: &Path, url: &str, arguments: &[&str]) -> Ran {
    run(folder, &[&["backtest", "--database-url", url], arguments].concat())
}

/// The row of a change, as the bot leaves it.
fn row(number: u64) -> impl FnOnce(&mut NewDecision) {
    move |new| {
        new.change = Some(ChangeRow {
            repository: SHOP,
            number,
            author: None,
            opened_at: None,
            merged_at: None,
            files: None,
            lines: None,
            risk_level: "low".to_owned(),
            risk_score: 0,
            outcome: new.outcome,
        });
    }
}

async fn with_changes(url: &str, count: u64) -> Store {
    let store = migrated(url).await;
    for number in 1..=count {
        record(&store, number, row(number)).await;
    }
    store
}

fn two() -> String {
    PEER.replace("count = 1", "count = 2")
}

/// What each change came to and would have come to, one by one, by nothing but the domain.
async fn one_by_one(store: &Store, count: u64, text: &str) -> BTreeMap<u64, (Outcome, Outcome)> {
    let version = Version { blob: String::new(), text: text.to_owned() };
    let path = "acme/shop/.github/countersign.toml".to_owned();
    let (new, problems) =
        load(&[Source { layer: Layer::Repository, path, read: Read::Text(version), last_good: None }]);
    assert!(problems.is_empty(), "{problems:?}");
    let mut outcomes = BTreeMap::new();
    for number in 1..=count {
        let stored = store.decisions(SHOP, number, 1).await.unwrap().remove(0);
        let parts = store.parts(&stored.parts).await.unwrap().into_iter();
        let parts: Vec<_> = parts.map(|((kind, _), bytes)| snapshot::Part { kind, bytes }).collect();
        let kept = snapshot::restore(&parts).unwrap();
        outcomes.insert(number, (stored.own_outcome, decision_of(&new, &kept.facts, &kept.templates).own_outcome));
    }
    outcomes
}

#[tokio::test]
async fn its_answer_is_that_of_deciding_each_stored_change_one_by_one() {
    on_each_address(async |_, url| {
        let store = with_changes(url, 40).await;
        let field = format!("{PEER}[[rule]]\nid = \"said\"\nfields = [\"summary\", \"backout\"]\n");
        let big = format!("{PEER}[[rule]]\nid = \"big\"\nwhen = {{ files_changed = \">= 3\" }}\ndeny = \"too big\"\n");
        for (text, differ) in [(two(), 10), (field, 40), (big, 24), (PEER.to_owned(), 0)] {
            let expected = one_by_one(&store, 40, &text).await;
            let folder = folder(&[("new.toml", &text)]);
            let told = backtest(folder.path(), url, &["--policy", "new.toml", "--format", "json"]).ended(0, "").json();
            let differing: BTreeMap<_, _> = told["differing"]
                .as_array()
                .unwrap()
                .iter()
                .map(|change| {
                    let word = |key: &str| change[key].as_str().unwrap().to_owned();
                    (change["number"].as_u64().unwrap(), (word("from"), word("to")))
                })
                .collect();
            let expected: BTreeMap<_, _> = expected
                .into_iter()
                .filter(|(_, (from, to))| from != to)
                .map(|(number, (from, to))| (number, (from.name().to_owned(), to.name().to_owned())))
                .collect();
            assert_eq!(differing, expected, "{text}\n{told:#}");
            assert_eq!(expected.len(), differ, "{text}");
            assert_eq!(told["same"], 40 - expected.len(), "{told:#}");
        }
    })
    .await;
}

#[tokio::test]
async fn it_says_the_numbers_first_then_which_and_why_and_which_failed_ones_it_would_have_held() {
    on_each_address(async |_, url| {
        let _store = with_changes(url, 4).await;
        let failed = "# last quarter\nacme/shop#1 INC-1\nACME/shop#3, backed out\n\nacme/till#9\n";
        let folder = folder(&[("new.toml", &two()), ("old.toml", PEER), ("failed", failed), ("odd", "shop\n")]);
        let arguments = ["--policy", "new.toml", "--repository", "acme/shop", "--outcomes", "failed"];
        let ran = backtest(folder.path(), url, &arguments);
        ran.ended(0, "of 4 changes, 1 would have come out differently\n1 that passed would have been held\n");
        ran.ended(0, "\nof 3 changes that failed, 1 would have been held\n");
        ran.ended(0, "\nAcme/shop#1: pass → wait, which failed\n  repository/peer approvals: satisfied → waiting\n");
        let ran = backtest(folder.path(), url, &["--policy", "new.toml", "--against", "new.toml"]);
        ran.ended(0, "of 4 changes, none would have come out differently\n");
        let ran =
            backtest(folder.path(), url, &["--policy", "new.toml", "--against", "old.toml", "--from", "2026-04-01"]);
        ran.ended(0, "of 2 changes, ");
        backtest(folder.path(), url, &["--policy", "new.toml", "--outcomes", "odd"])
            .refused("`odd`, line 1: `shop` is no change\n  help: each line begins with one, as `OWNER/NAME#NUMBER`");
    })
    .await;
}

#[tokio::test]
async fn changes_that_were_exported_are_judged_as_in_the_database() {
    on_each_address(async |_, url| {
        let _store = with_changes(url, 40).await;
        let folder = folder(&[("new.toml", &two())]);
        let root = folder.path();
        backtest(root, url, &["--export", "all.db"]).ended(0, "wrote 40 changes to `all.db`\n");
        let tried = |ran: Ran| ran.ended(0, "").json();
        let question = ["--policy", "new.toml", "--format", "json"];
        let in_file = |file: &str| run(root, &[&["backtest", "--store", file][..], &question].concat());
        assert_eq!(tried(in_file("all.db")), tried(backtest(root, url, &question)));
        // Names go along, and what is left out is left out.
        let of_april = ["--from", "2026-04-01"];
        let export = [&["--export", "some.db", "--repository", "acme/shop"][..], &of_april].concat();
        backtest(root, url, &export).ended(0, "wrote ");
        assert_eq!(tried(in_file("some.db")), tried(backtest(root, url, &[&question[..], &of_april].concat())));
        backtest(root, url, &["--export", "all.db"]).refused("`all.db` is there already");
        in_file("none.db").refused("there is no file `none.db`");
    })
    .await;
}

#[tokio::test]
async fn a_factor_that_no_stored_change_would_have_hit_is_pointed_out() {
    let factor = |id: &str, when: &str| {
        format!("[[risk.factor]]\nid = \"{id}\"\nwhy = \"a test\"\nscore = 5\nwhen = {{ {when} }}\n")
    };
    let policy = [
        PEER.to_owned(),
        factor("hit", "files = [\"src/**\"]"),
        factor("rare", "files_changed = \"> 90\""),
        // There are no patches of them: it may have been hit.
        factor("perhaps", "diff = 'x'"),
    ];
    let folder = folder(&[("policy.toml", &policy.concat())]);
    let url = format!("sqlite:{}", folder.path().join("kept.db").display());
    let _store = with_changes(&url, 40).await;
    backtest(folder.path(), &url, &["--export", "all.db"]).ended(0, "wrote 40 changes");
    let check = |arguments: &[&str]| run(folder.path(), &[&["check", "policy.toml"], arguments].concat());
    let ran = check(&["--store", "all.db"]);
    ran.ended(0, "never-hit").ended(0, "none of the last 40 changes would have hit the factor `rare`");
    ran.ended(0, "policy.toml (repository): 1 warning\n");
    check(&["--store", "all.db", "--last", "20"]).ended(0, "policy.toml (repository): no problem\n");
    check(&[]).ended(0, "policy.toml (repository): no problem\n");
}

#[tokio::test]
async fn a_wrong_policy_is_no_question() {
    let folder =
        folder(&[("new.toml", "version = 1\naprovals = []\n"), ("org/countersign.toml", PEER), ("ours.toml", PEER)]);
    let url = format!("sqlite:{}", folder.path().join("kept.db").display());
    let _store = with_changes(&url, 1).await;
    backtest(folder.path(), &url, &["--policy", "new.toml"]).refused("`new.toml` has ");
    let both = ["--policy", "org/countersign.toml", "--against", "ours.toml"];
    backtest(folder.path(), &url, &both).refused("the two policies are of different layers");
}

#[tokio::test]
async fn what_cannot_be_decided_again_is_counted_and_named() {
    crate::databases::on_each(async |db| {
        record(&db.store, 1, row(1)).await;
        record(&db.store, 3, |new| (row(3)(new), new.semantics = 99).1).await;
        db.execute("UPDATE part SET bytes = NULL WHERE kind = 'body' AND hash IN (SELECT hash FROM part WHERE kind = 'body' ORDER BY used_at LIMIT 1)").await;
        let folder = folder(&[("new.toml", &two())]);
        let ran = backtest(folder.path(), &db.url, &["--policy", "new.toml"]);
        ran.ended(0, "Acme/shop#3: it follows the rules numbered 99, and this version has those of 1\n");
    })
    .await;
}
