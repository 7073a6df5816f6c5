//! A rule that speaks by an expression over the facts.

use github_stand_in::Verdict;

use crate::world::{PEER, World};

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_decides_from_what_the_look_read() {
    let rule = |id: &str, expr: &str| {
        format!("[[rule]]\nid = \"{id}\"\nwhen = {{ expr = '{expr}' }}\ndeny = \"denied by {id}\"\n")
    };
    let rules = rule("grows", "files_changed > 0 && files.exists(f, f.added > 0) && base == default_branch && !fork");
    let world = World::with_policy(&format!("{PEER}{rules}{}", rule("large", "lines > 100000"))).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "failure", "denied by grows");
    let summary = &world.check(&pull).unwrap().summary;
    assert!(!summary.contains("denied by large"), "{summary}");
}
