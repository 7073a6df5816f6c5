//! Reading takes time in proportion to the text, whatever the text.
//!
//! Run with `cargo test --release -p countersign-domain timing -- --nocapture` to
//! hold it to its numbers; a debug build compares only, and generously.

#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the test is about time")]

use std::time::{Duration, Instant};

use super::read;

const WHOLE: usize = 65_536;

/// The shortest of several runs: noise only ever adds.
fn shortest(mut run: impl FnMut()) -> Duration {
    let once = || {
        let begun = Instant::now();
        run();
        begun.elapsed()
    };
    std::iter::repeat_with(once).take(if cfg!(debug_assertions) { 2 } else { 7 }).min().unwrap_or_default()
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

/// Beyond what is the same for every text, such as the aliases.
const GROUND: Duration = Duration::from_millis(if cfg!(debug_assertions) { 250 } else { 4 });

#[test]
fn an_ordinary_description_of_full_length() {
    let text = times(ORDINARY, WHOLE);
    let (ours, comraks) = (ours(&text), comraks(&text));
    println_times("ordinary", ours, comraks);
    if cfg!(debug_assertions) {
        assert!(ours < comraks * 12 + GROUND, "{ours:?} against {comraks:?}");
    } else {
        assert!(ours < Duration::from_millis(20), "{ours:?}");
    }
}

#[test]
fn hostile_descriptions() {
    for (name, piece) in HOSTILE {
        let text = times(piece, WHOLE);
        let (ours, comraks) = (ours(&text), comraks(&text));
        println_times(name, ours, comraks);
        let factor = if cfg!(debug_assertions) { 12 } else { 2 };
        // Where the parser itself is done at once, a floor stands in for twice its time.
        let floor = Duration::from_millis(if cfg!(debug_assertions) { 2000 } else { 40 });
        assert!(ours < comraks * factor + floor, "{name}: {ours:?} against {comraks:?}");
    }
}

#[test]
fn four_times_the_text_takes_at_most_five_times_as_long() {
    let within = if cfg!(debug_assertions) { 12 } else { 5 };
    for (name, piece) in HOSTILE.iter().chain(&[("ordinary", ORDINARY)]) {
        let (short, long) = (times(piece, WHOLE / 4), times(piece, WHOLE));
        let parser = comraks(&long).saturating_sub(comraks(&short) * 4);
        let (brief, lengthy) = (ours(&short), ours(&long));
        assert!(lengthy < brief * within + parser * 2 + GROUND, "{name}: {brief:?} grew to {lengthy:?}");
    }
}

#[expect(clippy::print_stdout, reason = "the numbers are for whoever runs this by hand")]
fn println_times(name: &str, ours: Duration, comraks: Duration) {
    println!("{name:>24}: {ours:>12.2?} in all, {comraks:>12.2?} of it the parser's");
}
