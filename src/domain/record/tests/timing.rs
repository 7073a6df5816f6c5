//! Reading takes time in proportion to the text, whatever the text.
//!
//! Run with `cargo test --release -p countersign-domain timing -- --nocapture
//! --include-ignored --test-threads=1` to hold it to its numbers; a debug build
//! compares only, and generously.

#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the test is about time")]

use std::time::{Duration, Instant};

use super::read;
use crate::record::{FieldId, FieldSet};

const WHOLE: usize = if cfg!(debug_assertions) { 16_384 } else { 65_536 };

/// The shortest of several runs: noise only ever adds.
fn shortest(mut run: impl FnMut()) -> Duration {
    let once = || {
        let begun = Instant::now();
        run();
        begun.elapsed()
    };
    std::iter::repeat_with(once).take(if cfg!(debug_assertions) { 2 } else { 7 }).min().unwrap_or_default()
}

/// Holds if it holds once in a few attempts: a busy machine makes no text slower.
#[track_caller]
fn holds(mut attempt: impl FnMut() -> Result<(), String>) {
    let mut last = String::new();
    for _ in 0..5 {
        match attempt() {
            Ok(()) => return,
            Err(why) => last = why,
        }
    }
    panic!("{last}");
}

fn within(is: Duration, limit: Duration, told: impl Fn() -> String) -> Result<(), String> {
    if is < limit { Ok(()) } else { Err(told()) }
}

fn times(piece: &str, length: usize) -> String {
    piece.repeat(length / piece.len() + 1).chars().take(length).collect()
}

fn ours(text: &str) -> Duration {
    shortest(|| {
        std::hint::black_box(read(text));
    })
}

fn comraks(text: &str) -> Duration {
    shortest(|| {
        let arena = comrak::Arena::new();
        let options = crate::record::markdown::options();
        std::hint::black_box(comrak::parse_document(&arena, text, &options));
    })
}

const ORDINARY: &str = "## Summary\n\nThis makes the cart faster by *caching* the prices, see `cart.rs` and [the plan](https://e.org/p).\n\
    It was wrapped over two lines.\n\n- [x] tested by hand\n- [ ] tested by others\n\n### Details\n\n| Part | State |\n| --- | --- |\n| cart | done |\n\n\
    Some more text, with **bold** words: none of them a label.\n\n```sh\nmake test\n```\n\n";

const HOSTILE: [(&str, &str); 26] = [
    ("nested quotes", ">"),
    ("quotes", "> a\n\n"),
    ("brackets", "["),
    ("links", "[a]("),
    ("emphasis", "*a **b "),
    ("closing emphasis", "a**"),
    ("bullets", "- a\n"),
    ("nested lists", "- "),
    ("tables", "|a"),
    ("rows", "|a|b|\n|-|-|\n"),
    ("tags", "<risk>"),
    ("tags in pairs", "<risk>a</risk>"),
    ("two tags", "<risk><backout>\n\n"),
    ("closing tags", "</risk>\n\n"),
    ("hidden", "<div hidden>"),
    ("comments", "<!-- a -->\n"),
    ("open comments", "<div>\n<!--\n\n"),
    ("fences", "```\na\n```\n"),
    ("change blocks", "```change\nrisk = \"low\"\n```\n"),
    ("headings", "# Risk\n"),
    ("headings of all levels", "# Risk\n## Risk\n### Risk\n#### Impact\n##### Impact\n###### Impact\n"),
    ("labels", "**Risk**: low\n"),
    ("lists of options", "Risk: low/medium/"),
    ("zero width", "\u{200b}"),
    ("windows", "Start: 2026-01-30 13:00\nEnd: 2026-01-30 14:00\n"),
    ("details", "<details><summary>Risk</summary>\n\n"),
];

/// An opening, and what is repeated after it.
const OPENED: [(&str, &str, &str); 20] = [
    ("yaml keys", "```change yaml\n", "a: b\n"),
    ("yaml indents", "```change yaml\na:\n", "  - b\n"),
    ("yaml brackets", "```change yaml\na: ", "[b],"),
    ("yaml list", "```change yaml\nrisk: [", "a, "),
    ("yaml errors", "```change yaml\na: [\n", "risk: low\n"),
    ("yaml quotes", "```change yaml\na: \"", "b "),
    ("yaml anchors", "```change yaml\na: ", "&a *a "),
    ("json", "```change json\n{", "\"a\": \"b\", "),
    ("toml keys", "```change\n", "risk = \"low\"\n"),
    ("toml errors", "```change\n", "a = = \"\n"),
    ("toml tables", "```change\n", "[[a]]\n"),
    ("toml dots", "```change\na", ".a"),
    ("toml text", "```change\nbackout = \"\"\"\n", "*a **b [c]( \n"),
    ("front matter", "---\nrisk: low\n", "a: b\n"),
    ("tickets", "Ticket: ", "#1 A-2 "),
    ("links", "Ticket: ", "[a](https://e.org/A-1) "),
    ("boxes", "Risk: ", "☐ low ☑ high "),
    ("risk in many words", "## Risk\n", "low or high, "),
    ("risk in many lines", "## Risk\n", "- [x] high\n"),
    ("a plan in many lines", "## Rollback plan\n", "- revert: `a` and\n  restart\n\n"),
];

/// Beyond what is the same for every text, such as the aliases.
const GROUND: Duration = Duration::from_millis(if cfg!(debug_assertions) { 250 } else { 4 });

#[test]
fn an_ordinary_description_of_full_length() {
    let text = times(ORDINARY, WHOLE);
    holds(|| {
        let (ours, comraks) = (ours(&text), comraks(&text));
        println_times("ordinary", ours, comraks);
        within(ours, comraks * 25 + GROUND, || format!("{ours:?} against {comraks:?}"))
    });
}

#[test]
#[ignore = "in milliseconds, so for a release build on a machine with nothing else to do"]
fn an_ordinary_description_takes_less_than_twenty_milliseconds() {
    let text = times(ORDINARY, 65_536);
    holds(|| {
        let ours = ours(&text);
        within(ours, Duration::from_millis(20), || format!("{ours:?}"))
    });
}

#[test]
fn hostile_descriptions() {
    // Where the parser itself is done at once, a floor stands in for twice its time.
    let (factor, floor) = if cfg!(debug_assertions) { (12, 2000) } else { (2, 40) };
    for (name, piece) in HOSTILE {
        let text = times(piece, WHOLE);
        holds(|| {
            let (ours, comraks) = (ours(&text), comraks(&text));
            println_times(name, ours, comraks);
            let limit = comraks * factor + Duration::from_millis(floor);
            within(ours, limit, || format!("{name}: {ours:?} against {comraks:?}"))
        });
    }
}

#[test]
fn a_pattern_over_thousands_of_places() {
    let mut fields = FieldSet::standard();
    if let Some(ticket) = fields.spec_mut(&FieldId::new("ticket")) {
        ticket.pattern = Some(r"^(CHG|INC)-\d+$".to_owned());
    }
    let text = times("Ticket: ABC-1\n\n", WHOLE);
    holds(|| {
        let plain = ours(&text);
        let ours = shortest(|| {
            std::hint::black_box(crate::record::parse(&text, &fields, &[]));
        });
        println_times("patterns", ours, comraks(&text));
        within(ours, plain * 3 + GROUND, || format!("{ours:?} with a pattern, {plain:?} without"))
    });
}

#[test]
fn four_times_the_text_takes_at_most_five_times_as_long() {
    let factor = if cfg!(debug_assertions) { 12 } else { 5 };
    let plain = HOSTILE.iter().chain(&[("ordinary", ORDINARY)]).map(|(name, piece)| (*name, "", *piece));
    for (name, opening, piece) in plain.chain(OPENED) {
        let (short, long) = (opening.to_owned() + &times(piece, WHOLE / 4), opening.to_owned() + &times(piece, WHOLE));
        holds(|| {
            let parser = comraks(&long);
            let (brief, lengthy) = (ours(&short), ours(&long));
            println_times(name, lengthy, parser);
            let limit = brief * factor + parser * 2 + GROUND;
            within(lengthy, limit, || format!("{name}: {brief:?} grew to {lengthy:?}"))
        });
    }
}

#[expect(clippy::print_stdout, reason = "the numbers are for whoever runs this by hand")]
fn println_times(name: &str, ours: Duration, comraks: Duration) {
    println!("{name:>24}: {ours:>12.2?} in all, {comraks:>12.2?} of it the parser's");
}
