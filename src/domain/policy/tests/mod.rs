//! Tests of the reader, as data.
#![expect(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

use super::*;
use crate::layer::Layer;

/// The source of a layer whose file reads `text`.
fn source(layer: Layer, text: &str) -> Source {
    let version = Version { blob: format!("{}-blob", layer.name()), text: text.to_owned() };
    Source { layer, path: format!("acme/{}", layer.name()), read: Read::Text(version), last_good: None }
}

#[test]
fn the_smallest_rule_loads() {
    let text = r#"
version = 1
mode = "warn"
[authorities.peer]
permission = "write"
except = ["team:acme/contractors"]
[[rule]]
id = "peer"
when = { files = ["src/**", "!src/gen/**"] }
approvals = [{ from = ["peer"], count = 1 }]
"#;
    let (set, found) = load(&[source(Layer::Repository, text)]);
    assert_eq!(found, []);
    let policy = set.layers[0].policy.as_ref().unwrap();
    assert_eq!((policy.mode, policy.rules[0].mode), (Mode::Warn, Mode::Warn));
    let Condition::Files(globs) = &policy.rules[0].when.0[0] else { panic!("{:?}", policy.rules[0].when) };
    assert!(globs.matches("src/a/b.rs") && !globs.matches("src/gen/b.rs") && !globs.matches("docs/a"));
    let Requirement::Approvals(entries) = &policy.rules[0].asks[0] else { panic!("{:?}", policy.rules[0].asks) };
    let [ApprovalEntry::From { from, count: 1, .. }] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!(from, &[Who::Authority { layer: Layer::Repository, name: "peer".to_owned() }]);
}
