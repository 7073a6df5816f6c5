//! What a terminal shows.

use countersign_domain::diagnostic::{Diagnostic, Origin};
use countersign_domain::layer::Layer;

use super::examples::{self, context};
use crate::render::answer;
use crate::render::terminal::{self, SourceText};

const REPOSITORY: Origin = Origin::Policy(Layer::Repository);

fn check(diagnostic: &Diagnostic, text: &str, expected: &str) {
    let sources = [SourceText { origin: REPOSITORY, name: "countersign.toml", text }];
    assert_eq!(terminal::diagnostic(diagnostic, &sources, false), expected);
}

#[test]
fn diagnostics_underline_their_places() {
    let text = "[[rule]]\nid = \"peer\"\n\n[[rule]]\nid = \"peer\"\n";
    let twice = Diagnostic::error("redefined", "rule `peer` is defined twice", REPOSITORY, 36..42)
        .saying("again here")
        .label(REPOSITORY, 14..20, "first here")
        .help("give one of them another id");
    check(
        &twice,
        text,
        "error[redefined]: rule `peer` is defined twice\n --> countersign.toml:5:6\n  |\n2 | id = \"peer\"\n  |      ------ first here\n...\n5 | id = \"peer\"\n  |      ^^^^^^ again here\n  |\n  = help: give one of them another id\n",
    );
}

#[test]
fn places_outside_the_text_and_texts_not_at_hand_do_no_harm() {
    let outside = Diagnostic::warning("odd", "odd", REPOSITORY, 3..90);
    check(&outside, "ä", "warning[odd]: odd\n --> countersign.toml:1:2\n  |\n1 | ä\n  |  ^\n");
    let elsewhere = Diagnostic::note("odd", "odd \u{1b}[31m", Origin::Description, 0..1);
    check(&elsewhere, "", "note[odd]: odd ⟨U+001B⟩[31m\n");
}

#[test]
fn no_escape_sequence_of_a_text_reaches_the_terminal() {
    let text = "id = \"\u{1b}[31m\u{202e}x\"\n";
    let sources = [SourceText { origin: REPOSITORY, name: "a\u{1b}b", text }];
    let shown = terminal::diagnostic(&Diagnostic::error("odd", "odd", REPOSITORY, 0..2), &sources, false);
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
    let mut decision = examples::empty_description();
    decision.record[0].value = "\u{1b}[31m\u{202e}x".into();
    decision.rules[0].id = "\u{1b}]0;title\u{7}".into();
    let shown = terminal::answer(&answer(&decision, &context()));
    assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{shown:?}");
}

#[test]
fn an_answer_reads_well_in_a_terminal() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let shown = terminal::answer(&answer(&examples::empty_description(), &context()));
    settings.bind(|| insta::assert_snapshot!("terminal", shown));
}
