//! `countersign explain`.

use countersign_domain::policy::{CODES, PACKS, keys};
use countersign_domain::record;

use super::{folder, run};

#[test]
fn every_key_and_code_is_explained_and_listed() {
    let folder = folder(&[]);
    let all = run(folder.path(), &["explain"]);
    for (code, meaning) in CODES.iter().chain(&record::CODES).chain([&("not-enforced", "a part of the language")]) {
        all.ended(0, &format!("  {code} "));
        run(folder.path(), &["explain", code]).ended(0, meaning).ended(0, "\n  fix ");
    }
    for key in keys() {
        let path = if key.table.is_empty() { key.name.to_owned() } else { format!("{}.{}", key.table, key.name) };
        all.ended(0, &format!("  {path} "));
        let about = key.about().unwrap();
        run(folder.path(), &["explain", &path]).ended(0, about.meaning).ended(0, "\nExample:\n");
    }
}

#[test]
fn an_entry_says_what_why_and_how() {
    let folder = folder(&[]);
    let files = run(folder.path(), &["explain", "only_files"]);
    files.ended(0, "when.only_files (a condition)\n\n  what    holds when ").ended(0, "when = { only_files = [");
    let glob = run(folder.path(), &["explain", "`bad-glob`"]);
    glob.ended(0, "bad-glob (in a policy file)")
        .ended(0, "Wrong:\n")
        .ended(0, "Right:\n")
        .ended(0, "last valid version");
    // A code of both readers has both entries, and what cannot be seen is shown.
    run(folder.path(), &["explain", "unknown-key"]).ended(0, "(in a policy file)").ended(0, "(in a description)");
    run(folder.path(), &["explain", "hidden-text"]).ended(0, "Lo⟨U+200B⟩w");
    run(folder.path(), &["explain", "title"]).ended(0, "the author controls it");
}

#[test]
fn every_rule_of_a_pack_is_explained() {
    let folder = folder(&[]);
    for pack in PACKS {
        let file: toml::Table = pack.text.parse().unwrap();
        for rule in file["rule"].as_array().unwrap() {
            let name = format!("{}/{}", pack.name, rule["id"].as_str().unwrap());
            let why = rule["why"].as_str().unwrap();
            run(folder.path(), &["explain", &name]).ended(0, why).ended(0, "\nAs the pack has it:\n");
        }
    }
}

#[test]
fn a_word_that_is_nearly_known_is_offered() {
    let folder = folder(&[]);
    run(folder.path(), &["explain", "bad-glb"]).refused("did you mean `bad-glob`?");
    run(folder.path(), &["explain", "only_file"]).refused("did you mean `only_files`?");
    run(folder.path(), &["explain", "quicksilver"]).refused("`countersign explain` lists everything");
}
