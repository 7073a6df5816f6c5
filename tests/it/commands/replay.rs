//! `countersign replay`.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use countersign::clock::Clock;
use countersign::facts_file::FactsFile;
use countersign::pipeline::decision_of;
use countersign::render::{self, Context};
use countersign::store::snapshot::{outcome_of, parts};
use countersign::store::{CaredChecks, Cares, NewDecision, PolicyRef, ShownIds, Store, Subject};
use countersign_domain::decision::{Outcome, SEMANTICS};
use countersign_domain::layer::Layer;
use countersign_domain::needs;
use countersign_domain::plan::{Effect, Refusals};
use countersign_domain::policy::{Read, Source, Version, load};
use github_stand_in::Verdict;
use serde_json::json;

use super::{Ran, folder, run};
use crate::databases::on_each_address;
use crate::signals::{SHOP, delivery, opened, pull};
use crate::world::{PEER, World};

const LEASE: Duration = Duration::from_secs(600);
const PAGES: &str = "https://github.com";

fn replay(url: &str, arguments: &[&str]) -> Ran {
    let folder = folder(&[]);
    run(folder.path(), &[&["replay", "--database-url", url], arguments].concat())
}

/// The decision on one of many different changes, as the bot leaves it; `meddle` changes what is stored of it.
fn decided(number: u64, meddle: impl FnOnce(&mut NewDecision)) -> NewDecision {
    let reviews: &[&str] = [&[][..], &["bob"], &["octocat"], &["bob", "carol"]][usize::try_from(number % 4).unwrap()];
    let facts = json!({
        "as_of": format!("2026-{:02}-02T10:00:01Z", number % 12 + 1),
        "number": number,
        "title": format!("Change {number}"),
        "body": format!("## Summary\n\nChange {number}\n\n## Risk\n\n{}\n", if number.is_multiple_of(3) { "Low" } else { "High" }),
        "files": (0..number % 5 + 1).map(|file| format!("src/part-{file}.rs")).collect::<Vec<_>>(),
        "reviews": reviews,
    });
    let text = format!("{PEER}[[rule]]\nid = \"said\"\nfields = [\"summary\"]\n# {}\n", number % 7);
    let version = Version { blob: format!("blob-{}", number % 7), text };
    let path = "acme/shop/.github/countersign.toml".to_owned();
    let sources = [Source { layer: Layer::Repository, path, read: Read::Text(version), last_good: None }];
    let (policies, problems) = load(&sources);
    assert!(problems.is_empty(), "{problems:?}");
    let facts = FactsFile::of(&facts).unwrap().facts(&needs(&policies)).unwrap();
    let decision = decision_of(&policies, &facts, &[]);
    let context = Context {
        server: PAGES.to_owned(),
        owner: facts.repository.owner.clone(),
        repository: facts.repository.name.clone(),
        number,
        author: facts.change.author.clone(),
        effect: Effect::None,
        refusals: Refusals::default(),
        went_in: None,
        explain: false,
    };
    let run = render::answer(&decision, &context).run.expect("it speaks");
    let mut kept = parts(&facts, &sources, &[]);
    kept.push(outcome_of(&decision));
    let mut new = NewDecision {
        head: decision.head.clone(),
        check_name: decision.check_name.clone(),
        as_of: decision.as_of,
        outcome: decision.outcome,
        own_outcome: decision.own_outcome,
        semantics: SEMANTICS,
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        policies: Vec::<PolicyRef>::new(),
        parts: kept,
        texts: run.fingerprint,
        next_due: None,
        green_until: None,
        cares: Cares { checks: CaredChecks::All, environments: BTreeSet::new(), threads: false },
        teams: Vec::new(),
        shown: ShownIds::default(),
        pull: Some(pull(number, decision.head.as_str())),
        shows: None,
        change: None,
        told: None,
        stands: None,
    };
    meddle(&mut new);
    new
}

/// Records that decision as the bot does.
pub(super) async fn record(store: &Store, number: u64, meddle: impl FnOnce(&mut NewDecision)) {
    let new = decided(number, meddle);
    let head = format!("head-{number}");
    store.take(&[delivery(&format!("d{number}"), opened(number, &head))]).await.unwrap();
    let claim = store.claim("test", 1, LEASE).await.unwrap().pop().expect("it is due");
    store.record_decision(&claim, &new).await.unwrap().expect("it is recorded");
}

pub(super) async fn migrated(url: &str) -> Store {
    let store = Store::open(url, Clock::default()).await.unwrap();
    store.migrate().await.unwrap();
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bot_decided_is_decided_again_to_the_byte() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("## Summary\n\nSell more\n").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    let other = world.opened("").await;
    world.settled().await;
    world.expect(&other, "in_progress", "");
    let api = world.github.rest_url();
    let ran = replay(world.database(), &["--github-api-url", &api, "--format", "json"]).ended(0, "").json();
    assert!(ran["replayed"].as_u64() >= Some(3) && ran["replayed"] == ran["same"], "{ran:#}");
    replay(world.database(), &["--github-api-url", &api, "--repository", "ACME/shop", "--limit", "2"])
        .ended(0, "2 decisions replayed, none differs\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_github_refused_is_told_again_to_the_byte() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    pull.lock("dave");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    let check = world.check(&pull).unwrap();
    assert!(check.is_green() && check.summary.contains("issue is locked"), "{}", check.summary);
    replay(world.database(), &["--github-api-url", &world.github.rest_url()]).ended(0, ", none differs\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_finds_a_close_takes_green_back_once_and_the_decision_is_made_again_to_the_byte() {
    let world = World::with_policy(PEER).await;
    let [told, found, merged] = [world.opened("").await, world.opened("").await, world.opened("").await];
    for pull in [&told, &found, &merged] {
        pull.review("bob", Verdict::Approve);
    }
    world.settled().await;
    told.close("alice");
    world.settled().await;
    world.github.faults().forget_all_webhooks();
    found.close("alice");
    merged.merge("bob");
    world.settled().await;
    world.expect(&found, "success", "");
    world.github.faults().remember_webhooks();
    let runs = [&told, &found, &merged].map(|pull| pull.checks().len());
    for _ in 0..2 {
        world.advance(Duration::from_secs(601));
        world.settled().await;
        assert_eq!([&told, &found, &merged].map(|pull| pull.checks().len()), [runs[0], runs[1] + 1, runs[2]]);
    }
    for (pull, state, said) in
        [(&told, "failure", "was closed"), (&found, "failure", "was closed"), (&merged, "success", "")]
    {
        world.expect(pull, state, said);
        let last = world.store().decisions(world.shop.id(), pull.number(), 1).await.unwrap().remove(0);
        let shown = world.check(pull).unwrap().external_id;
        assert_eq!(last.texts, if state == "failure" { shown } else { String::new() }, "what is shown is what is kept");
    }
    replay(world.database(), &["--github-api-url", &world.github.rest_url()]).ended(0, ", none differs\n");
}

#[tokio::test]
async fn a_thousand_decisions_are_replayed_in_seconds() {
    let folder = folder(&[]);
    let url = format!("sqlite:{}", folder.path().join("kept.db").display());
    let store = migrated(&url).await;
    // Each of 250 pull requests was decided four times.
    let decisions: Vec<NewDecision> = (1..=250).map(|number| decided(number, |_| ())).collect();
    for round in 0..4 {
        let deliveries: Vec<_> = (1..=250)
            .map(|number| delivery(&format!("d{round}-{number}"), opened(number, &format!("head-{round}"))))
            .collect();
        store.take(&deliveries).await.unwrap();
        for claim in store.claim("test", 250, LEASE).await.unwrap() {
            let Subject::Pull { number, .. } = claim.subject else { panic!("a pull request") };
            let decision = &decisions[usize::try_from(number - 1).unwrap()];
            store.record_decision(&claim, decision).await.unwrap().expect("it is recorded");
        }
    }
    let started = Instant::now();
    replay(&url, &[]).ended(0, "1000 decisions replayed, none differs\n");
    let took = started.elapsed();
    println!("1,000 decisions replayed in {:.1} s", took.as_secs_f64());
    // Seconds as it is released; this build is not optimised, and seldom alone on its machine.
    assert!(took < Duration::from_secs(120), "{took:?}");
}

#[tokio::test]
async fn every_difference_is_named_and_ends_with_1() {
    on_each_address(async |_, url| {
        let store = migrated(url).await;
        record(&store, 1, |_| ()).await;
        record(&store, 2, |new| (new.parts.pop(), new.parts.push(decided(1, |_| ()).parts.pop().unwrap())).1).await;
        record(&store, 3, |new| new.outcome = Outcome::Wait).await;
        record(&store, 4, |new| new.texts.push('x')).await;
        record(&store, 5, |new| new.semantics = 99).await;
        record(&store, 6, |new| drop(new.parts.remove(0))).await;
        record(&store, 8, |new| (new.texts.clear(), new.engine = "0.0.9".to_owned()).1).await;
        let ran = replay(url, &[]);
        ran.ended(1, "7 decisions replayed, 5 differ\n");
        ran.ended(1, "Acme/shop#2 at ").ended(1, "  outcome: was `pass`, is `wait`\n");
        ran.ended(1, "  the outcome in the list of decisions: was `wait`, is `pass`\n");
        ran.ended(1, "  the texts differ from those that were posted\n");
        ran.ended(1, "  it follows the rules numbered 99, and this version has those of 1\n");
        ran.ended(1, "  the part `").ended(1, "` is missing");
        assert!(
            !ran.stdout.contains("#8 at") && !ran.stdout.contains("#1 at"),
            "other texts of another version: {ran:#?}"
        );
        let told = replay(url, &["--format", "json"]).ended(1, "").json();
        assert_eq!((&told["replayed"], &told["same"]), (&7.into(), &2.into()));
        assert_eq!(told["different"][0]["number"], 6, "the newest first");
    })
    .await;
}

#[tokio::test]
async fn a_part_that_was_tampered_with_or_is_gone_is_said() {
    crate::databases::on_each(async |db| {
        record(&db.store, 1, |_| ()).await;
        record(&db.store, 2, |_| ()).await;
        db.execute("UPDATE part SET bytes = (SELECT p.bytes FROM part p WHERE p.kind = 'body' ORDER BY p.hash LIMIT 1) WHERE kind = 'body'").await;
        replay(&db.url, &[]).ended(1, "  its part `body` is not what was kept: the hash is not `").ended(1, "1 differs");
        db.execute("UPDATE part SET bytes = NULL WHERE kind = 'body'").await;
        replay(&db.url, &[]).ended(1, "  its part `body` is not kept any more\n").ended(1, "2 differ");
    })
    .await;
}

#[tokio::test]
async fn only_those_that_are_asked_for_are_replayed() {
    on_each_address(async |_, url| {
        let store = migrated(url).await;
        for number in 1..=11 {
            record(&store, number, |_| ()).await;
        }
        assert_eq!(store.decisions(SHOP, 11, 1).await.unwrap()[0].as_of.to_string(), "2026-12-02T10:00:01Z");
        let replayed = |arguments: &[&str]| replay(url, arguments).ended(0, "").stdout.clone();
        assert_eq!(replayed(&["--limit", "3"]), "3 decisions replayed, none differs\n");
        assert_eq!(replayed(&["--since", "2026-12-02"]), "1 decision replayed, none differs\n");
        assert_eq!(replayed(&["--since", "2026-11-02T10:00:01Z"]), "2 decisions replayed, none differs\n");
        assert_eq!(replayed(&["--since", "20000d"]), "11 decisions replayed, none differs\n");
        assert_eq!(replayed(&["--repository", "acme/shop"]), "11 decisions replayed, none differs\n");
        replay(url, &["--repository", "acme/till"]).refused("the database knows no repository `acme/till`");
        replay(url, &["--since", "yesterday"]).refused("an instant (`2026-11-23T08:00:00Z`)");
    })
    .await;
}
