//! What is read as an expression, and what is refused, with its place.

use proptest::prelude::*;
use proptest::sample::select;
use regex::Regex;

use super::{Around, Problem, read};

/// Everything that is wrong with it, in its order.
fn problems(text: &str) -> Vec<Problem> {
    let compile = |pattern: &str| Regex::new(pattern).map_err(|_| "it cannot be read".to_owned());
    let fields = || vec!["impact".to_owned(), "ticket".to_owned()];
    read(text, &Around { compile: &compile, fields: &fields }).err().unwrap_or_default()
}

fn problem(text: &str) -> Option<Problem> {
    problems(text).into_iter().next()
}

/// The expression is refused at that place first, with words that begin so.
#[track_caller]
fn check(text: &str, place: &str, words: &str) {
    let Some(problem) = problem(text) else { panic!("`{text}` is read") };
    let found = (&text[problem.span.clone()], problem.message.as_str());
    assert!(found.0 == place && found.1.starts_with(words), "`{text}`: {found:?}");
}

#[test]
fn what_a_condition_needs_of_cel_is_read() {
    for text in [
        "true",
        "fork && !signed || lines > 500",
        "lines >= 0x1F && -lines < -(2 + 3 * 4 % 5 / 6 - 1)",
        "fork ? signed : lines == 1",
        "base in ['main', \"next\"] && 'a' in services && 3 in [1, 2, 3]",
        "files.exists(f, f.path.matches(r'^src/\\d+') && f.status == 'added') // why",
        "files.filter(f, f.path.endsWith('.sql')).map(f, f.added + f.removed).exists(n, n > 10)",
        "files.all(f, files.exists(g, g.path.contains(f.path)))",
        "files.exists_one(f, f.path.startsWith('a' + 'b')) && size(files) == files.size() && base.size() > 3",
        "base != 'it\\'s \\n \"quoted\"' && fork == true",
        "author == 'ann' || 'renovate[bot]' != author || author in ['bob', 'carol']",
        "risk >= 'high' && 'low' < risk && risk in ['high', 'critical'] && type != 'standard'",
        "tier <= 1 && 'production' in environments && agent && first_contribution",
        "fields.impact == 'high' || fields.ticket.startsWith('CHG')",
    ] {
        assert!(problem(text).is_none(), "`{text}`: {:?}", problem(text).map(|found| found.message));
    }
}

#[test]
fn names_are_checked_against_the_facts() {
    check("line > 5", "line", "an expression knows no `line`");
    check("files.exists(f, g.path == 'a')", "g", "an expression knows no `g`");
    check("files.exists(f, f.name == 'a')", "name", "an expression knows no `name`");
    check("base.trim() == 'a'", "trim", "an expression knows no `trim`");
    check("now() > 5", "now", "an expression knows no `now`");
    check("files.exists(base, true)", "base", "`base` means something else already");
    check("fields.inpact == 'high'", "inpact", "an expression knows no `inpact`");
    check("risk >= 'hihg'", "'hihg'", "no level of risk is called `hihg`");
    check("type in ['normal', 'urgent']", "['normal', 'urgent']", "no type of change is called `urgent`");
    check("author == '@ann'", "'@ann'", "`@ann` is no login");
}

/// Each with its place, in order, and nothing twice.
#[test]
fn every_problem_of_an_expression_is_found_at_once() {
    let check = |text: &str, expected: &[&str]| {
        let found = problems(text);
        let places: Vec<&str> = found.iter().map(|problem| &text[problem.span.clone()]).collect();
        assert_eq!(places, expected, "`{text}`: {found:?}");
    };
    check("line > 5 && lines > '5' || bass == 'a'", &["line", "lines > '5'", "bass"]);
    check("files.exists(f, f.name == 'a' && f.added == 'b') && now() > 5", &["name", "f.added == 'b'", "now"]);
    check("fork = true & signed | base == '\\d'", &["=", "&", "|", "\\d"]);
    check("(fork signed) && lines > && size(1) == 2", &["signed", "&&", "1"]);
    check("files.exists(f g, true) && base.trim(x, (y)) == 'a' && z", &["g", "trim", "z"]);
    check("lines > 1.5 && base.matches('(') && [fork, 1].size() > 0", &["1.5", "'('", "fork, 1"]);
    check("author.startsWith('a') || author > 'b' || author in base", &["author", "author > 'b'", "base"]);
    check("risk > tier ? line : fork", &["risk > tier", "line"]);
    check("fork && (lines >", &[""]);
    // What was refused goes with everything.
    check("lime + 1 > 2 && !(lime.size() > 0) && lime.exists(f, f.path == 'a') && 1 in [lime]", &["lime"; 4]);
}

#[test]
fn types_are_checked() {
    check("lines > '500'", "lines > '500'", "around `>` stands the same, and these are a number and text");
    check("lines", "lines", "an expression is true or not; this one is a number");
    check("lines && fork", "lines", "around `&&` stands a flag, and this is a number");
    check("!lines", "lines", "after `!` stands a flag");
    check("-base == 'a'", "base", "after `-` stands a number");
    check("base - 'a' == 'b'", "base", "around `-` stands a number");
    check("fork < signed", "fork < signed", "around `<` stand numbers or texts");
    check("files == files", "files == files", "around `==` stand numbers or texts");
    check("base in 'main'", "'main'", "after `in` stands a list");
    check("base in [1]", "[1]", "after `in` stands a list");
    check("[1, 'a'].size() == 2", "1, 'a'", "in a list stands the same");
    check("[].size() == 0", "[]", "a list without members");
    check("fork ? 1 : 'a'", "1 : 'a'", "on both sides of `:` stands the same");
    check("base.exists(b, true)", "exists", "`exists` is asked of a list");
    check("files.exists(f, f.added)", "f.added", "in `exists` stands a flag");
    check("base.path == 'a'", "path", "text has no `path`");
    check("lines.size() == 1", "lines", "a number has no size");
    check("base.contains(1)", "1", "in `contains` stands text");
    check("base.matches(repository)", "repository", "`matches` takes a regular expression in quotes");
    check("base.matches('(?=a)')", "'(?=a)'", "`(?=a)` is no regular expression");
}

#[test]
fn what_is_no_expression_is_refused_at_its_place() {
    check("fork = true", "=", "`=` has no meaning here");
    check("fork & signed", "&", "`&` has no meaning here");
    check("fork &&", "", "the expression ends too early");
    check("(fork", "", "the expression ends too early");
    check("fork signed", "signed", "`signed` has no meaning here");
    check("base == 'main", "'main", "a text without its end");
    check("base == '\\d'", "\\d", "`\\d` is not known");
    check("lines > 1.5", "1.5", "`1.5` is no whole number");
    check("lines > 99999999999999999999", "99999999999999999999", "`99999999999999999999` is no whole number");
    check("lines > 1u", "1u", "`1u` is no whole number");
    check("files[0].path == 'a'", "[", "members of a list are not taken by their number");
    check("{'a': 1}.size() == 1", "{", "maps are not known here");
    check("base == 'ä' && fork § signed", "§", "`§` has no meaning here");
}

#[test]
fn at_most_one_macro_lies_within_another() {
    check("files.all(f, files.all(g, files.all(h, h.path == f.path)))", "all", "at most one macro within another");
}

#[test]
fn nothing_lies_deeper_than_any_stack_bears() {
    let deep = "parts lie in one another more than 40 deep";
    for text in [
        format!("{}fork{}", "(".repeat(900), ")".repeat(900)),
        format!("{}fork", "!".repeat(2_000)),
        format!("{}lines > 1", "-".repeat(2_000)),
        format!("fork{}", " || fork".repeat(200)),
        format!("{}fork", "fork ? fork : ".repeat(140)),
        format!("lines > {}1{}", "[".repeat(900), "]".repeat(900)),
        format!("size({}base{})", "base.contains(".repeat(120), ")".repeat(120)),
        (0..120).map(|number| format!("files.filter(f{number}, ")).collect(),
    ] {
        let found = problem(&text).unwrap_or_else(|| panic!("`{text}` is read")).message;
        assert!(found == deep || found.starts_with("at most one macro"), "{found}");
    }
    let all_of_it = format!("fork{}", " || fork".repeat(38));
    assert!(problem(&all_of_it).is_none());
}

proptest! {
    /// Signs and names in any order, and any text at all.
    #[test]
    fn any_expression_is_read_or_refused_at_a_place_within_it(
        signs in proptest::collection::vec(select(SIGNS), 0..40), text in "\\PC{0,40}",
    ) {
        for expression in [signs.join(" "), signs.concat(), text.clone(), format!("base == '{text}'")] {
            for problem in problems(&expression) {
                prop_assert!(expression.get(problem.span.clone()).is_some(), "{expression}: {:?}", problem.span);
            }
        }
    }
}

const SIGNS: &[&str] = &[
    "files", "base", "lines", "fork", "f", "g", "exists", "all", "map", "size", "matches", "path", ".", ",", "(", ")",
    "[", "]", "{", "!", "-", "+", "&&", "||", "==", "<", "in", "?", ":", "'a'", "r'\\d'", "\"", "'", "\\", "1", "0x",
    "1.5", "//", "\n", "é", "true", "author", "risk", "fields", "'high'",
];
