//! Every key and code has its entry, and every example is what it says: read by the readers themselves.
#![expect(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

use std::collections::BTreeSet;

use super::*;
use crate::layer::Layer;
use crate::policy::{self, PolicySet, Read, Source, Version, keys};
use crate::record;

/// What is found in files, with their codes in order.
fn load(organisation: &str, repository: &str) -> (PolicySet, Vec<&'static str>) {
    let texts = [(Layer::Organisation, organisation), (Layer::Repository, repository)];
    let source = |(layer, text): (Layer, &str)| Source {
        layer,
        path: String::new(),
        read: Read::Text(Version { blob: String::new(), text: text.to_owned() }),
        last_good: None,
    };
    let sources: Vec<Source> = texts.into_iter().filter(|(_, text)| !text.is_empty()).map(source).collect();
    let (set, found) = policy::load(&sources);
    (set, found.iter().map(|problem| problem.code).collect())
}

/// A part above the one that is looked at, with no names but its own.
fn above(part: &str) -> String {
    match part {
        "" => String::new(),
        part => format!("version = 1\n{part}\n[[rule]]\nid = \"above\"\nallow = \"no more is asked\"\n"),
    }
}

#[test]
fn every_key_is_described_once_and_its_example_is_read() {
    let described: Vec<_> = about::ABOUT.iter().map(|about| (about.table, about.name)).collect();
    let there: Vec<_> = keys().iter().map(|key| (key.table, key.name)).collect();
    assert_eq!(described.len(), described.iter().collect::<BTreeSet<_>>().len(), "a key is described twice");
    assert_eq!(described.iter().collect::<BTreeSet<_>>(), there.iter().collect::<BTreeSet<_>>());
    let mut wrong = Vec::new();
    for key in keys() {
        let example = example(key);
        let (_, found) = load("", &completed(&example));
        let named = key.opens.is_some() || example.contains(&format!("{} = ", key.name));
        if !found.is_empty() || !named || key.about().unwrap().meaning.is_empty() {
            wrong.push(format!("{}.{}: {found:?}\n{example}", key.table, key.name));
        }
    }
    assert!(wrong.is_empty(), "{} examples are wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_code_of_a_policy_has_a_part_that_gets_it_and_one_that_does_not() {
    let there: Vec<&str> = policy::CODES.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes(Subject::Policy).iter().map(|help| help.code).collect::<Vec<_>>(), there);
    let mut problems = Vec::new();
    assert!(codes(Subject::Policy).iter().all(|help| !help.fix.is_empty()));
    // Too large an example would be no help, and the lints' are tried in their own tests.
    let without = |code: &str| code == "too-large" || policy::LINTS.contains(&code);
    for help in codes(Subject::Policy).iter().filter(|help| !without(help.code)) {
        let (_, wrong) = load(&above(help.under), &completed(help.wrong));
        let (_, right) = load(&above(help.under), &completed(help.right));
        if !wrong.contains(&help.code) || !right.is_empty() {
            problems.push(format!("{}: {wrong:?}, {right:?}", help.code));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_code_of_a_description_has_one_that_gets_it_and_one_that_does_not() {
    let there: BTreeSet<&str> = record::CODES.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes(Subject::Description).iter().map(|help| help.code).collect::<BTreeSet<_>>(), there);
    let mut problems = Vec::new();
    for help in codes(Subject::Description).iter().filter(|help| help.code != "block-too-deep") {
        let (set, found) = load("", &above(help.under));
        assert_eq!(found, Vec::<&str>::new(), "{}", help.code);
        let read = |text| record::parse(text, &policy::field_set(&set), &[]).1;
        let codes = |text| read(text).iter().map(|problem| problem.code).collect::<Vec<_>>();
        let (wrong, right) = (codes(help.wrong), codes(help.right));
        if !wrong.contains(&help.code) || !right.is_empty() || help.fix.is_empty() {
            problems.push(format!("{}: {wrong:?}, {right:?}", help.code));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
