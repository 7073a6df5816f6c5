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

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_tells_people_and_tiers_apart_from_what_the_look_read() {
    let rule = |id: &str, expr: &str| {
        format!("[[rule]]\nid = \"{id}\"\nwhen = {{ expr = '{expr}' }}\ndeny = \"denied by {id}\"\n")
    };
    let map = "[services.all]\npaths = [\"**\"]\ntier = 1\n[environments.live]\n";
    let close = r#"author in ["alice", "renovate[bot]"] && !agent && tier <= 1 && "live" in environments"#;
    let close = format!(r#"{close} && risk == "low" && type == "normal" && first_contribution"#);
    let other = r#"author == "bob" || agent || risk > "low""#;
    let world = World::with_policy(&format!("{PEER}{map}{}{}", rule("close", &close), rule("other", other))).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "failure", "denied by close");
    let summary = &world.check(&pull).unwrap().summary;
    assert!(!summary.contains("denied by other") && !summary.contains("unknown"), "{summary}");
}
