//! What the README shows works: its policies are valid and enforced whole, its settings are those that there are.

use std::collections::BTreeSet;
use std::fs;

use countersign_domain::layer::Layer;
use countersign_domain::policy::{Read, Source, Version, load};

fn root(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn its_policies_are_valid_and_this_version_enforces_all_of_them() {
    let readme = root("README.md");
    let policies: Vec<&str> = readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(policies.len() >= 2, "the README shows {} policies", policies.len());
    for text in policies {
        let version = Version { blob: String::new(), text: text.to_owned() };
        let path = ".github/countersign.toml".to_owned();
        let source = Source { layer: Layer::Repository, path, read: Read::Text(version), last_good: None };
        let (set, problems) = load(&[source]);
        assert!(problems.is_empty(), "{text}\n{problems:#?}");
        let policy = set.layers[0].policy.as_ref().unwrap();
        assert!(policy.unenforced_parts().is_empty(), "{text}\n{:#?}", policy.unenforced_parts());
    }
}

#[test]
fn its_settings_are_those_that_there_are() {
    let named = |text: &str, quote: char| -> BTreeSet<String> {
        let words = text.split(quote).filter(|word| word.strip_prefix("COUNTERSIGN_").is_some_and(is_name));
        words.map(str::to_owned).collect()
    };
    let settings = root("src/settings.rs");
    let variables = settings.lines().filter_map(|line| line.split("env = ").nth(1)).collect::<Vec<_>>().join("\n");
    let (there, shown) = (named(&variables, '"'), named(&root("README.md"), '`'));
    assert!(there.len() > 10 && there == shown, "there are {there:#?}, the README shows {shown:#?}");
}

fn is_name(word: &str) -> bool {
    word.chars().all(|char| char.is_ascii_uppercase() || char == '_')
}
