//! How long the pure core takes: loading policies, reading descriptions, evaluating, planning.
//!
//! `cargo bench -p countersign-domain`. What is to be reached, and what was measured, is in docs/figures.md. On a
//! machine that does other things besides, `fastest` is the column to look at.
#![expect(clippy::unwrap_used, reason = "what is measured is valid, or nothing is measured")]

mod world;

use countersign_domain::plan::{self, Answer, Comment, Run, RunStatus, Shown, ShownRun};
use countersign_domain::policy::{self, PolicySet, Source};
use countersign_domain::record::{self, FieldSet, Template};
use countersign_domain::{Records, evaluate, needs};
use divan::{Bencher, black_box};

use world::{Size, TEMPLATE, facts, long_descriptions, sources};

fn main() {
    divan::main();
}

fn loaded(sources: &[Source]) -> (PolicySet, FieldSet) {
    let (set, found) = policy::load(sources);
    assert!(
        found.iter().all(|problem| problem.severity != countersign_domain::diagnostic::Severity::Error),
        "{found:?}"
    );
    let fields = policy::field_set(&set);
    (set, fields)
}

/// The pure part of a look, but for reading files and descriptions.
#[divan::bench(args = [Size::Typical, Size::Large])]
fn evaluating(bencher: Bencher<'_, '_>, size: Size) {
    let (set, fields) = loaded(&sources(size));
    let facts = facts(size);
    let records = Records::read(&facts, &fields, &[]);
    bencher.bench_local(|| evaluate(black_box(&set), black_box(&records), black_box(&facts)));
}

#[divan::bench(args = [Size::Typical, Size::Large])]
fn loading_policies(bencher: Bencher<'_, '_>, size: Size) {
    let sources = sources(size);
    bencher.bench_local(|| policy::load(black_box(&sources)));
}

#[divan::bench(args = [Size::Typical, Size::Large])]
fn needs_and_fields(bencher: Bencher<'_, '_>, size: Size) {
    let (set, _) = loaded(&sources(size));
    bencher.bench_local(|| (needs(black_box(&set)), policy::field_set(black_box(&set))));
}

/// Every text that a decision needs: the description now, and at each review.
#[divan::bench(args = [Size::Typical, Size::Large])]
fn reading_records(bencher: Bencher<'_, '_>, size: Size) {
    let (_, fields) = loaded(&sources(size));
    let facts = facts(size);
    let templates = [Template { text: TEMPLATE.to_owned() }];
    bencher.bench_local(|| Records::read(black_box(&facts), black_box(&fields), black_box(&templates)));
}

/// The longest that GitHub lets a description be: 65,536 characters, in forms that are hard to read.
#[divan::bench(args = 0..long_descriptions().len())]
fn reading_65536_characters(bencher: Bencher<'_, '_>, which: usize) {
    let (_, fields) = loaded(&sources(Size::Typical));
    let text = long_descriptions().swap_remove(which);
    bencher.bench_local(|| record::parse(black_box(&text), black_box(&fields), &[]));
}

#[divan::bench]
fn planning(bencher: Bencher<'_, '_>) {
    let text = "a line of a comment that somebody reads\n".repeat(200);
    let run = Run {
        name: "countersign".to_owned(),
        head: facts(Size::Typical).change.head.tip,
        status: RunStatus::InProgress,
        title: "waiting for bob".to_owned(),
        summary: text.clone(),
        annotations: Vec::new(),
        fingerprint: "one".to_owned(),
    };
    let shown = Shown {
        run: Some(ShownRun { id: 1, status: RunStatus::InProgress, fingerprint: "two".to_owned() }),
        comment: Some(plan::ShownComment { id: 2, body: text.replace('\n', "\r\n") }),
    };
    let answer = Answer { run: Some(run), comment: Comment::Show(text) };
    bencher.bench_local(|| plan::plan(black_box(&answer), black_box(&shown)));
}
