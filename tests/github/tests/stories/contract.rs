//! The committed contract is what GitHub publishes, cut; nothing more, nothing by hand.

use std::path::{Path, PathBuf};

use apollo_compiler::{ExecutableDocument, Schema};
use github_stand_in::trim;
use serde_json::Value;

fn contract(file: &str) -> String {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("contract").join(file))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// GitHub's npm packages, where somebody has installed them.
pub(crate) fn npm(file: &str) -> Option<String> {
    let modules = std::env::var_os("COUNTERSIGN_NODE_MODULES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules"), PathBuf::from);
    let path = modules.join("@octokit").join(file);
    if path.exists() {
        return Some(read(&path));
    }
    eprintln!("skipped: {} is not installed", path.display());
    None
}

#[test]
fn the_graphql_schema_is_githubs_cut() {
    let Some(full) = npm("graphql-schema/schema.graphql") else { return };
    let cut = trim::graphql(&full, &contract("fields.txt")).unwrap();
    assert!(cut == contract("github.graphql"), "`github.graphql` is not what the trim program writes");
}

#[test]
fn the_rest_operations_are_githubs_cut() {
    let Some(full) = npm("openapi/generated/api.github.com.json") else { return };
    let cut = trim::rest(&serde_json::from_str(&full).unwrap(), &contract("operations.txt")).unwrap();
    let [cut, kept] = [cut, contract("rest.json")].map(|text| serde_json::from_str::<Value>(&text).unwrap());
    assert!(cut == kept, "`rest.json` is not what the trim program writes");
}

#[test]
fn the_graphql_schema_is_valid() {
    let schema = Schema::parse_and_validate(contract("github.graphql"), "github.graphql").unwrap();
    for query in ["look.graphql", "around.graphql"] {
        let text = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/queries").join(query));
        ExecutableDocument::parse_and_validate(&schema, text, query).unwrap_or_else(|e| panic!("{}", e.errors));
    }
}
