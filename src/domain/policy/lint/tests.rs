//! For each lint policies that have the fault, and policies that nearly have it.
//!
//! A case is a file, and for each finding its severity, its code, and the texts that it marks, in its own order.
#![expect(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

mod emergencies;
mod never_applies;
mod overlaps;
mod people;
mod reach;
mod times;
mod waivers;

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::diagnostic::Severity;
use crate::policy::{Read, Source, Version, load};

/// A file, and what is found: severity, code, marked texts.
type Case = (&'static str, &'static [(Severity, &'static str, &'static [&'static str])]);

const CASES: [&[Case]; 6] =
    [emergencies::CASES, never_applies::CASES, people::CASES, reach::CASES, times::CASES, waivers::CASES];

/// The codes that have a case.
pub(in crate::policy) fn codes() -> impl Iterator<Item = &'static str> {
    CASES.into_iter().flatten().flat_map(|(_, found)| found.iter().map(|(_, code, _)| *code))
}

/// The instant of the tests.
const NOW: &str = "2026-11-23T12:00:00Z";

fn source(layer: Layer, text: &str) -> Source {
    let version = Version { blob: String::new(), text: text.to_owned() };
    Source { layer, path: layer.name().to_owned(), read: Read::Text(version), last_good: None }
}

/// What is found in the layers' files; each must be valid.
fn found(texts: &[(Layer, &str)]) -> Vec<Diagnostic> {
    let sources: Vec<Source> = texts.iter().map(|(layer, text)| source(*layer, text)).collect();
    let (set, problems) = load(&sources);
    let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    let told: Vec<_> = errors.iter().map(|problem| &problem.message).collect();
    assert!(errors.is_empty(), "{texts:?}\n{told:?}");
    let teams = [("acme/one", 1), ("acme/two", 2), ("acme/many", 40)];
    let teams: BTreeMap<_, _> = teams.into_iter().map(|(name, size)| (TeamName::parse(name).unwrap(), size)).collect();
    let files =
        ["src/main.rs", "db/a/migrations/1.sql", "db/migrations/1.sql", "db/seed.sql", "web/App.tsx", "Cargo.lock"]
            .map(str::to_owned);
    let now = NOW.parse().unwrap();
    let missed = Missed { changes: 30, factors: [(Layer::Repository, "rare".to_owned())].into() };
    lint(&set, &Surroundings { texts, now, teams: &teams, files: Some(&files), missed: Some(&missed) })
}

/// The file with what every case takes for granted, each of it in use.
fn framed(text: &str) -> String {
    let ask = "[[rule]]\nid = \"frame\"\nmode = \"observe\"\nallow = \"a frame\"\n";
    let zone = if text.starts_with("timezone") { "" } else { "timezone = \"Europe/London\"\n" };
    format!("version = 1\n{zone}{text}\n{ask}")
}

fn marks<'t>(problem: &Diagnostic, text: &'t str) -> (Severity, &'static str, Vec<&'t str>) {
    let marked = problem.labels.iter().map(|label| &text[label.span.clone()]).collect();
    (problem.severity, problem.code, marked)
}

#[test]
fn each_lint_finds_its_fault_with_both_lines_and_nothing_that_is_nearly_one() {
    let mut wrong = Vec::new();
    for (text, expected) in CASES.into_iter().flatten() {
        let file = framed(text);
        let found = found(&[(Layer::Repository, &file)]);
        let marks: Vec<_> = found.iter().map(|problem| marks(problem, &file)).collect();
        let expected: Vec<_> =
            expected.iter().map(|(severity, code, marked)| (*severity, *code, marked.to_vec())).collect();
        if marks != expected {
            wrong.push(format!("--- {text}\nfound: {marks:?}\nexpected: {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
}

/// Acceptance: a policy that has the fault, and one that nearly has it.
#[test]
fn every_lint_has_a_case_and_a_near_miss() {
    let has: BTreeSet<&str> = codes().collect();
    let missing: Vec<&str> = LINTS.into_iter().filter(|code| !has.contains(code)).collect();
    assert_eq!(missing, Vec::<&str>::new());
    for cases in CASES {
        assert!(cases.iter().any(|(_, found)| found.is_empty()), "no near miss beside {:?}", cases[0]);
    }
}

#[test]
fn a_finding_is_said_as_the_house_says_it() {
    for (text, _) in CASES.into_iter().flatten() {
        for problem in found(&[(Layer::Repository, &framed(text))]) {
            for said in [Some(&problem.message), problem.help.as_ref()].into_iter().flatten() {
                assert!(!said.ends_with('.') && !said.starts_with(char::is_uppercase), "{said}");
                assert_eq!(said.matches('`').count() % 2, 0, "{said}");
            }
            assert!(problem.help.is_some(), "{problem:?}");
        }
    }
}

#[test]
fn a_file_that_is_wrong_has_its_errors_first() {
    let texts =
        [(Layer::Repository, "version = 1\nmodd = 1\n[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { lines = \"< 0\" }")];
    let (set, _) = load(&[source(Layer::Repository, texts[0].1)]);
    let now = NOW.parse().unwrap();
    assert_eq!(
        lint(&set, &Surroundings { texts: &texts, now, teams: &BTreeMap::new(), files: None, missed: None }),
        []
    );
}

#[test]
fn too_few_changes_show_nothing_of_factors() {
    let text = "version = 1\n[[risk.factor]]\nid = \"rare\"\nwhy = \"b\"\nscore = 5\nwhen = { fork = true }\n[[rule]]\nid = \"a\"\nallow = \"b\"\n";
    let (set, _) = load(&[source(Layer::Repository, text)]);
    let texts = [(Layer::Repository, text)];
    let told = |changes: usize, layer: Layer| {
        let missed = Missed { changes, factors: [(layer, "rare".to_owned())].into() };
        let (now, teams) = (NOW.parse().unwrap(), BTreeMap::new());
        lint(&set, &Surroundings { texts: &texts, now, teams: &teams, files: None, missed: Some(&missed) }).len()
    };
    assert_eq!([told(29, Layer::Repository), told(30, Layer::Repository), told(30, Layer::Organisation)], [0, 1, 0]);
}

#[test]
fn the_layers_are_looked_at_together() {
    let above = "version = 1\n[authorities.cab]\nteams = [\"acme/one\"]\n[[rule]]\nid = \"a\"\nallow = \"b\"\n[[risk.factor]]\nid = \"pay\"\nlevel = \"high\"\nwhy = \"money\"\nwhen = { files = [\"pay/**\"] }\n";
    let below = "version = 1\n[[rule]]\nid = \"board\"\napprovals = [{ from = [\"cab\"], count = 2 }]\n[[model]]\nid = \"docs\"\nowner = \"cab\"\nuntil = \"2027-06-30T00:00Z\"\nwhen = { only_files = [\"**/*.md\"] }\napprovals = []\n";
    let found = found(&[(Layer::Organisation, above), (Layer::Repository, below)]);
    let told: Vec<_> = found
        .iter()
        .map(|problem| (problem.code, problem.labels.iter().map(|label| label.origin).collect::<Vec<_>>()))
        .collect();
    let (up, down) = (Origin::Policy(Layer::Organisation), Origin::Policy(Layer::Repository));
    let expected = [("never-met", vec![down, up]), ("wide-model", vec![down, up]), ("matches-no-file", vec![down])];
    assert_eq!(told, expected, "{found:#?}");
}

#[test]
fn every_pack_is_clean_of_all_this() {
    for pack in crate::policy::packs::PACKS {
        let text = format!("version = 1\npacks = [\"{}\"]\n", pack.name);
        assert_eq!(found(&[(Layer::Repository, &text)]), [], "{}", pack.name);
        // As a file of its own, its rules are compared with one another. A role is there to be filled.
        let whole = format!("version = 1\n{}", pack.text.replace("version = 1", ""));
        let own = found(&[(Layer::Organisation, &whole)]);
        assert_eq!(own, [], "{}", pack.name);
    }
}
