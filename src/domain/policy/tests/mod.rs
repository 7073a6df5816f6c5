//! Tests of the reader, as data: a text, and what is found wrong with it.
//!
//! Each file of cases is one part of the language; [`CASES`] joins them, and no
//! code of the list may be without a case.
#![expect(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

mod authorities;
mod hostile;
mod layers;
mod loading;
mod merging;
mod mutated;
mod packs;
mod record;
mod risk;
mod rules;
mod shape;
mod slips;
mod time;
mod walk;
mod when;

use std::collections::BTreeSet;

use super::*;
use crate::diagnostic::{Diagnostic, Origin};
use crate::layer::Layer;

/// A text, and the code and marked text of each problem, in the order of the text.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

/// Cases of one file, each with a rule without conditions added to it.
const CASES: [&[Case]; 7] =
    [authorities::CASES, record::CASES, risk::CASES, rules::CASES, shape::CASES, time::CASES, when::CASES];

/// The source of a layer whose file reads `text`.
fn source(layer: Layer, text: &str) -> Source {
    let version = Version { blob: format!("blob of {text}"), text: text.to_owned() };
    Source { layer, path: format!("acme/{}", layer.name()), read: Read::Text(version), last_good: None }
}

/// What a file comes to, alone in its stack.
fn load_one(text: &str) -> (PolicySet, Vec<Diagnostic>) {
    load(&[source(Layer::Repository, text)])
}

/// The policy of a file that has to be valid.
fn valid(text: &str) -> Policy {
    let (mut set, found) = load_one(text);
    set.layers.remove(0).policy.unwrap_or_else(|| panic!("{text}\n{}", shown(&found, text)))
}

/// The text as a whole file: with its version, and a rule that keeps the stack from being empty or narrow.
fn framed(text: &str) -> String {
    let version = if text.contains("version") { "" } else { "version = 1\n" };
    format!("{version}{text}\n[[rule]]\nid = \"rest\"\nallow = \"a test\"\n")
}

/// What is found, as code and marked text.
fn marks<'t>(found: &[Diagnostic], text: &'t str) -> Vec<(&'static str, &'t str)> {
    found.iter().map(|problem| (problem.code, &text[problem.labels[0].span.clone()])).collect()
}

fn shown(found: &[Diagnostic], text: &str) -> String {
    let lines = found.iter().map(|problem| {
        let marked = &text[problem.labels[0].span.clone()];
        format!("{} `{marked}`: {} ({})", problem.code, problem.message, problem.help.as_deref().unwrap_or("no help"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_case_is_found_whole() {
    let mut wrong = Vec::new();
    for (text, expected) in CASES.into_iter().flatten() {
        let file = framed(text);
        let (_, found) = load_one(&file);
        if marks(&found, &file) != *expected {
            wrong.push(format!("--- {text}\nfound:\n{}\nexpected: {expected:?}", shown(&found, &file)));
        }
    }
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_problem_is_said_as_the_house_says_it() {
    for (text, _) in CASES.into_iter().flatten() {
        let file = framed(text);
        for problem in load_one(&file).1 {
            for said in [Some(&problem.message), problem.help.as_ref()].into_iter().flatten() {
                assert!(!said.ends_with('.') && !said.is_empty(), "{said}");
                assert!(!said.starts_with(char::is_uppercase), "{said}");
                assert_eq!(said.matches('`').count() % 2, 0, "{said}");
            }
            assert_eq!(problem.labels[0].origin, Origin::Policy(Layer::Repository));
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let mut covered: BTreeSet<&str> =
        CASES.into_iter().flatten().flat_map(|(_, expected)| expected.iter().map(|(code, _)| *code)).collect();
    covered.extend(layers::CASES.iter().flat_map(|case| case.found.iter().map(|(_, code, _)| *code)));
    covered.extend(loading::CODES);
    covered.extend(lint::tests::codes());
    let missing: Vec<&str> = CODES.iter().map(|(code, _)| *code).filter(|code| !covered.contains(code)).collect();
    assert_eq!(missing, Vec::<&str>::new());
    assert_eq!(CODES.iter().map(|(code, _)| code).collect::<BTreeSet<_>>().len(), CODES.len(), "a code stands twice");
}

#[test]
fn there_are_enough_cases() {
    assert!(CASES.iter().map(|cases| cases.len()).sum::<usize>() >= 120);
}
