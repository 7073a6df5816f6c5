//! Nothing of anybody else's comes alive, and everything of it can still be read.

use countersign_domain::account::{Account, AccountKind};
use countersign_domain::diagnostic::{Diagnostic, Label, Origin};
use countersign_domain::text::Phrase;
use proptest::prelude::*;

use super::markdown::{alive, read};
use crate::render::escape::{cell, code, prose, shorten, visible};
use crate::render::phrase::Voice;
use crate::render::readable::readable;
use crate::render::terminal::{self, SourceText};

/// What an attacker would try, to be mixed with each other and with anything.
const HOSTILE: [&str; 62] = [
    "@bob",
    "@acme/cab",
    "\\@bob",
    "#12",
    "acme/shop#12",
    "GH-12",
    "gh-1",
    "c0ffee1",
    "deadbeef",
    "1234567",
    "defaced",
    "a@b.co",
    "https://evil.example/x?y=1",
    "HTTP://evil.example",
    "www.evil.example",
    "ftp://evil.example",
    "mailto:a@b.co",
    "//evil.example",
    "[x](https://evil.example)",
    "![x](https://evil.example/p.png)",
    "[x]: https://e.x",
    "[^1]",
    "[^1]: note",
    "<b>",
    "</details>",
    "<!--",
    "-->",
    "<!-- countersign:comment v1 -->",
    "<img src=x onerror=y>",
    "<https://evil.example>",
    "&#64;bob",
    "&lt;b&gt;",
    "&commat;",
    "`",
    "``",
    "```",
    "```change",
    "~~~",
    "|",
    "\\|",
    "\\\\|",
    "\\",
    "\n",
    "\r\n",
    "\n\n",
    "# h",
    "1.",
    "1)",
    "- [x]",
    "- ",
    "+ ",
    "> ",
    "---",
    "===",
    ":tada:",
    "1:100:",
    "$x$",
    "$`",
    "*b*",
    "__i__",
    "~~s~~",
    "\u{202e}",
];

/// One way of showing a text, with what stands around it, and the nodes that this may leave.
type Way = (&'static str, fn(&str) -> String, &'static [&'static str]);

const WAYS: [Way; 7] = [
    ("code in a list", |text| format!("- {}", code(text)), &["document", "list", "item", "paragraph"]),
    ("code in a line", |text| format!("see {}, then", code(text)), &["document", "paragraph"]),
    ("prose in a list", |text| format!("- {}", prose(text)), &["document", "list", "item", "paragraph"]),
    ("prose in a line", |text| prose(text), &["document", "paragraph"]),
    ("prose behind words", |text| format!("because: {}", prose(text)), &["document", "paragraph"]),
    ("code in a table", |text| table(&code(text)), TABLE),
    ("prose in a table", |text| table(&prose(text)), TABLE),
];

const TABLE: &[&str] =
    &["document", "table", "tablerow(true)", "tablecell", "tablecell", "tablerow(false)", "tablecell", "tablecell"];

fn table(markdown: &str) -> String {
    format!("| a | b |\n| --- | --- |\n| {} | end |", cell(markdown))
}

/// Shows the text in every way and reads it back.
fn check(text: &str) {
    for (way, show, nodes) in WAYS {
        let markdown = show(text);
        let seen = read(&markdown);
        let blank = visible(text).trim().is_empty();
        if !(blank && way.starts_with("prose")) {
            assert_eq!(seen.skeleton, nodes, "{way}: {text:?} came alive in {markdown:?}");
        }
        for running in &seen.texts {
            assert_eq!(alive(running.trim_end_matches('\0')), None, "{way}: {text:?} in {markdown:?}");
        }
        if way.starts_with("code") && !blank {
            let said = visible(text).replace("\\|", "\\│");
            let literal = seen.codes.first().map(|code| code.replace("\\|", "\\│"));
            assert_eq!(literal.as_deref(), Some(said.as_str()), "{way}: {markdown:?}");
        }
        if way == "prose in a line" {
            let bare = |text: &str| text.replace(['`', ' '], "");
            assert_eq!(
                bare(&seen.all).replace("(empty)", ""),
                bare(&visible(text)).replace("(empty)", ""),
                "{markdown:?}"
            );
        }
    }
}

#[test]
fn every_known_trick_stays_text() {
    for trick in HOSTILE {
        for text in [trick.to_owned(), format!("x {trick} y"), format!("({trick})"), format!("{trick}{trick}")] {
            check(&text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tricks_do_not_help_each_other(text in hostile()) {
        check(&text);
    }

    #[test]
    fn pieces_of_a_phrase_do_not_help_each_other(pieces in prop::collection::vec((0..4_u8, hostile()), 1..6)) {
        let phrase = pieces.iter().fold(Phrase::default(), |phrase, (kind, text)| match kind {
            0 => phrase.and("see `this` (").quote(text).and(")"),
            1 => phrase.quote(text),
            2 => phrase.person(&Account { id: 1, login: text.clone(), kind: AccountKind::User }),
            _ => phrase.and(text),
        });
        let markdown = Voice { names_people: true }.markdown(&phrase);
        let seen = read(&format!("- x: {markdown}"));
        prop_assert_eq!(&seen.skeleton, &["document", "list", "item", "paragraph"], "{}", markdown);
        for running in &seen.texts {
            prop_assert_eq!(alive(running.trim_end_matches('\0')), None, "{}", markdown);
        }
    }

    #[test]
    fn terminals_take_anything(text in hostile(), places in prop::collection::vec((0..60_usize, 0..60_usize), 1..4)) {
        let origin = Origin::Description;
        let mut remark = Diagnostic::error("odd", text.as_str(), origin, 0..0).help(text.as_str());
        remark.labels = places.iter().map(|(start, end)| Label { origin, span: *start..*end, text: text.clone() }).collect();
        let sources = [SourceText { origin, name: &text, text: &text }];
        for shown in [terminal::diagnostic(&remark, &sources, false), readable(&text)] {
            prop_assert!(!shown.contains(|char: char| char.is_control() && char != '\n'), "{:?}", shown);
        }
    }
}

/// A text out of tricks, printable characters and anything.
fn hostile() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => prop::sample::select(&HOSTILE[..]).prop_map(str::to_owned),
        2 => "[ -~]{0,4}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

#[test]
fn harmless_words_stand_as_they_are() {
    let check = |text: &str, expected: &str| assert_eq!(prose(text), expected);
    check("four eyes on every change", "four eyes on every change");
    check("waits (since 08:00), and/or longer - or not", "waits (since 08:00), and/or longer - or not");
    check("`keep` is read as `same-sha`", "`keep` is read as `same-sha`");
    check("fill in test_plan, then wait", "fill in `test_plan`, then wait");
    check("ask @bob or @carol", "ask `@bob` or `@carol`");
    check("ask @bob @carol (#12)", "ask `@bob @carol` (`#12`)");
    check("unknown key `a``b`", "unknown key ```a``b```");
    check("1. first", "`1.` first");
    check("Änderung läuft – 变更", "Änderung läuft – 变更");
    check(" and ", " and ");
}

#[test]
fn what_cannot_be_seen_is_shown() {
    let check = |text: &str, expected: &str| assert_eq!(visible(text), expected);
    check("emer\u{200b}gency", "emer⟨U+200B⟩gency");
    check("a\u{202e}b\u{1b}[31m", "a⟨U+202E⟩b⟨U+001B⟩[31m");
    check("one\r\ntwo\nthree\rfour", "one↵two↵three↵four");
    check("a\u{a0}b\tc", "a b c");
    check("ok ⚠\u{fe0f} x\u{fe0f}", "ok ⚠\u{fe0f} x⟨U+FE0F⟩");
    check("e\u{301}", "e\u{301}");
    check("e\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}\u{301}⟨U+0301⟩");
}

#[test]
fn long_texts_are_cut_at_characters() {
    assert_eq!(shorten("äöü", 3), "äöü");
    assert_eq!(shorten("äöüß", 3), "äö…");
}
