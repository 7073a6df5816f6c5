//! Webhooks have the form that GitHub's have: whatever all of GitHub's published examples of an
//! event have, ours has too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::contract::npm;
use crate::world::{World, build};

/// What GitHub's examples have and nobody asks for.
const PASSED_OVER: [&str; 4] = ["/_links", "/permissions", "/reactions", "/milestone"];

#[tokio::test]
async fn payloads_have_what_githubs_examples_have() {
    let Some(examples) = npm("webhooks-examples/api.github.com/index.json") else { return };
    let examples: Value = serde_json::from_str(&examples).unwrap();
    let world = build().await;
    everything_else(&world);
    let mut ours: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for webhook in world.app.arrived().await {
        paths(&webhook.payload(), "", ours.entry(webhook.event.clone()).or_default());
    }
    let mut missing = Vec::new();
    for (event, ours) in &ours {
        let found = examples.as_array().unwrap().iter().find(|it| it["name"] == **event);
        for path in found.map(common).unwrap_or_default() {
            if !ours.contains(&path) && !PASSED_OVER.iter().any(|it| path.contains(it)) {
                missing.push(format!("{event}: {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert_eq!(ours.len(), 21, "{:?}", ours.keys());
}

/// Events that the busy world has not seen.
fn everything_else(world: &World) {
    let acme = world.app.github.organisation("acme");
    acme.member("nina");
    acme.remove_member("nina");
    let team = acme.team("payments", &["nina"]);
    team.remove("nina");
    world.shop.rename_label("root", "risky", "very risky");
    world.shop.archive("root");
    world.app.github.ping();
    let globex = world.app.github.organisation("globex");
    globex.install(github_stand_in::Installed::Selected(&["one"]));
    globex.select("two");
    globex.deselect("two");
    globex.suspend();
    globex.unsuspend();
    globex.uninstall();
}

/// The paths that all examples of an event have.
fn common(event: &Value) -> BTreeSet<String> {
    let mut all = event["examples"].as_array().unwrap().iter().map(|example| {
        let mut found = BTreeSet::new();
        paths(example, "", &mut found);
        found
    });
    let first = all.next().unwrap_or_default();
    all.fold(first, |common, next| common.intersection(&next).cloned().collect())
}

fn paths(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let at = format!("{at}/{name}");
                paths(value, &at, found);
                found.insert(at);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| paths(item, &format!("{at}/*"), found)),
        _ => {}
    }
}
