//! `countersign schema`, judged by a TOML language server's own validator.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use countersign_domain::help::{Subject, codes, completed, example};
use countersign_domain::policy::keys;
use tempfile::TempDir;

use super::{folder, run};

/// The validator, where npm has installed it.
fn taplo() -> Option<PathBuf> {
    let taplo = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node_modules/.bin/taplo");
    if !taplo.is_file() {
        println!("the npm package @taplo/cli is not installed: the schema is not held against it");
        return None;
    }
    Some(taplo)
}

/// Checks files of a folder, all at once: starting it takes longer than checking.
fn check(taplo: &Path, folder: &TempDir, files: &[String]) -> Output {
    let schema = folder.path().join("schema.json");
    fs::write(&schema, run(folder.path(), &["schema"]).ended(0, "draft-07").stdout.as_bytes()).unwrap();
    let mut command = Command::new(taplo);
    command
        .env("NO_COLOR", "1")
        .args(["check", "--colors", "never", "--schema", &format!("file://{}", schema.display())])
        .args(files);
    command.current_dir(folder.path()).output().unwrap()
}

/// Files of a folder, each valid.
#[track_caller]
fn valid(files: &[(String, String)]) {
    let Some(taplo) = taplo() else { return };
    let pairs: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&pairs);
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let checked = check(&taplo, &folder, &names);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success(), "{said}");
    assert!(!said.contains("failed to load schema"), "{said}");
}

#[test]
fn the_schema_takes_every_pack_and_every_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<(String, String)> = countersign_domain::policy::PACKS
        .iter()
        .map(|pack| (format!("pack-{}.toml", pack.name), pack.text.to_owned()))
        .collect();
    files.push((
        "most-keys.toml".to_owned(),
        fs::read_to_string(root.join("src/domain/policy/tests/example.toml")).unwrap(),
    ));
    // A condition takes one value as well as a list of them.
    let single =
        "[[rule]]\nid = \"a\"\ndeny = \"b\"\nwhen = { services = \"payments\", at = [{ days = \"Mon-Wed, Fri\" }] }";
    files.push(("single.toml".to_owned(), completed(single)));
    for key in keys() {
        files.push((format!("key-{}-{}.toml", key.table, key.name), completed(&example(key))));
    }
    for help in codes(Subject::Policy) {
        files.push((format!("right-{}.toml", help.code), completed(help.right)));
    }
    valid(&files);
}

/// What a schema can see without knowing names, other keys or the meaning of a text.
const SEEN: [&str; 15] = [
    "unknown-key",
    "missing-key",
    "wrong-type",
    "bad-value",
    "bad-version",
    "empty-list",
    "empty-text",
    "empty-when",
    "two-forms",
    "bad-who",
    "bad-team",
    "bad-comparison",
    "bad-duration",
    "bad-days",
    "bad-hours",
];

#[test]
fn the_schema_refuses_files_that_are_wrong_by_themselves() {
    let Some(taplo) = taplo() else { return };
    let wrong: Vec<_> = codes(Subject::Policy).iter().filter(|help| SEEN.contains(&help.code)).collect();
    let files: Vec<(String, String)> =
        wrong.iter().map(|help| (format!("wrong-{}.toml", help.code), completed(help.wrong))).collect();
    let pairs: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&pairs);
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let said = String::from_utf8(check(&taplo, &folder, &names).stderr).unwrap();
    for name in names {
        let refused = said.lines().any(|line| line.contains("schema validation failed") && line.contains(&name));
        assert!(refused, "{name} is not refused\n{said}");
    }
}

#[test]
fn the_schema_has_every_key_with_its_meaning_and_default() {
    let folder = folder(&[]);
    let schema = run(folder.path(), &["schema"]).json();
    for key in keys() {
        let table = if key.table.is_empty() { &schema } else { &schema["definitions"][key.table] };
        let property = &table["properties"][key.name];
        let about = key.about().unwrap();
        let description = property["description"].as_str().unwrap_or_default();
        assert!(description.starts_with(about.meaning), "{}.{}: {property}", key.table, key.name);
        let required = table["required"].as_array().is_some_and(|names| names.iter().any(|name| name == key.name));
        assert_eq!(required, about.default == "required", "{}.{}", key.table, key.name);
        assert_eq!(table["additionalProperties"], false, "{}", key.table);
    }
    assert_eq!(schema["properties"]["mode"]["default"], "enforce");
    assert_eq!(schema["definitions"]["scope"]["properties"]["base"]["default"][0], "**");
}
