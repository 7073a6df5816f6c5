//! Writes `contract/github.graphql` and `contract/rest.json` from GitHub's npm packages.
//!
//! `cargo run -p github-stand-in --example trim -- DIR`, where DIR is a `node_modules`
//! that has `@octokit/graphql-schema` and `@octokit/openapi`.

use std::error::Error;
use std::path::Path;

use github_stand_in::trim;

fn main() -> Result<(), Box<dyn Error>> {
    let packages = std::env::args().nth(1).ok_or("which node_modules? give its path")?;
    let packages = Path::new(&packages).join("@octokit");
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("contract");
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()));

    let schema = read(&packages.join("graphql-schema/schema.graphql"))?;
    std::fs::write(contract.join("github.graphql"), trim::graphql(&schema, &read(&contract.join("fields.txt"))?)?)?;

    let openapi = serde_json::from_str(&read(&packages.join("openapi/generated/api.github.com.json"))?)?;
    std::fs::write(contract.join("rest.json"), trim::rest(&openapi, &read(&contract.join("operations.txt"))?)?)?;
    Ok(())
}
