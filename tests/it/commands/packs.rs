//! The packs that come with countersign: each is checked, tried by its own cases, and told of where people look.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_domain::policy::PACKS;

use super::{folder, run};

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")
}

fn read(pack: &str, file: &str) -> String {
    fs::read_to_string(packs().join(pack).join(file)).unwrap()
}

#[test]
fn every_folder_of_packs_is_shipped() {
    let mut folders: Vec<String> =
        fs::read_dir(packs()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut shipped: Vec<&str> = PACKS.iter().map(|pack| pack.name).collect();
    folders.sort();
    shipped.sort_unstable();
    assert_eq!(folders, shipped);
}

#[test]
fn every_pack_is_checked_and_its_cases_reach_every_rule() {
    for pack in PACKS {
        let folder = packs().join(pack.name);
        run(&folder, &["check", "policy.toml"]).ended(0, "policy.toml (repository): ");
        let ran = run(&folder, &["test"]);
        assert!(ran.ended(0, ": all as expected\ntried: every rule, factor and model (").stderr.is_empty(), "{ran:?}");
    }
}

#[test]
fn every_pack_says_whom_it_is_for_and_what_each_rule_serves() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let overview =
        fs::read_to_string(root.join("README.md")).unwrap() + &fs::read_to_string(root.join("docs/policy.md")).unwrap();
    for pack in PACKS {
        let name = pack.name;
        let readme = read(name, "README.md");
        assert!(readme.starts_with(&format!("# {name}\n\n**For whom:** ")), "{name}");
        assert!(readme.contains(&format!("packs = [\"{name}\"]")), "{name}");
        assert!(overview.matches(&format!("policies/{name}/README.md")).count() >= 2, "{name} is not in the overviews");
        let file: toml::Table = pack.text.parse().unwrap();
        for rule in file["rule"].as_array().unwrap() {
            let id = rule["id"].as_str().unwrap();
            let row = readme.lines().find(|line| line.starts_with(&format!("| `{name}/{id}` |")));
            let row = row.unwrap_or_else(|| panic!("the README of {name} does not tell of `{id}`"));
            for field in rule.get("fields").and_then(|fields| fields.as_array()).into_iter().flatten() {
                assert!(
                    row.contains(&format!("`{}`", field.as_str().unwrap())),
                    "{name}/{id} does not tell of {field}"
                );
            }
            // The control stands in the README as it is numbered, if not in one word.
            for control in rule.get("controls").and_then(|controls| controls.as_array()).into_iter().flatten() {
                let number = control.as_str().unwrap().rsplit_once(':').unwrap().1;
                let article = number.rsplit_once("(i").map_or(number, |(article, _)| article);
                assert!(readme.contains(article), "the README of {name} does not tell of {control}");
            }
        }
    }
}

#[test]
fn what_a_pack_leaves_to_be_filled_in_is_printed_to_paste() {
    let folder = folder(&[(".github/countersign.toml", "version = 1\npacks = [\"nist-800-53-cm\"]\n")]);
    let ran = run(folder.path(), &["check"]);
    let lines = ran
        .ended(0, "nobody is named for the role `approvers`")
        .stdout
        .split_once("to fill in, in .github/countersign.toml:\n")
        .map(|(_, lines)| lines.replace("ORG/TEAM", "acme/leads"));
    assert!(
        lines.as_ref().is_some_and(|lines| lines.contains("[authorities.approvers] # who may authorise changes")),
        "{ran:?}"
    );
    let filled = format!("version = 1\npacks = [\"nist-800-53-cm\"]\n{}", lines.unwrap());
    fs::write(folder.path().join(".github/countersign.toml"), filled).unwrap();
    run(folder.path(), &["check"]).ended(0, ".github/countersign.toml (repository): no problem\n");
}

#[test]
fn a_pack_that_there_is_not_is_an_error_with_what_was_meant() {
    let folder = folder(&[(".github/countersign.toml", "version = 1\npacks = [\"basline\"]\n")]);
    run(folder.path(), &["check"]).ended(1, "no pack is called `basline`").ended(1, "did you mean `baseline`?");
}
