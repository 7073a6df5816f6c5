//! The classic slips, each with a help line of its own.

use super::*;

/// The help that comes with the first problem of that code.
fn check(text: &str, code: &str, help: &str) {
    let (_, found) = load_one(text);
    let problem = found.iter().find(|problem| problem.code == code);
    let problem = problem.unwrap_or_else(|| panic!("{code}\n{text}\n{}", shown(&found, text)));
    assert!(problem.help.as_deref().unwrap_or_default().contains(help), "{problem:?}");
}

#[test]
fn each_slip_has_its_way_out() {
    let rule = "version = 1\n[[rule]]\nid = \"a\"\ndeny = \"b\"\n";
    let cases: &[(&str, &str, &str)] = &[
        ("version = 1\n[scope]\nbase = [\"main\"]\nmode = \"warn\"", "unknown-key", "above the first `[table]`"),
        ("version = 1\n[scope]\npacks = [\"a\"]", "unknown-key", "above the first `[table]`"),
        (&format!("{rule}[rule.when]\nfork = true\napprovals = []"), "unknown-key", "above `[rule.when]`"),
        ("version = 1\n[rule]\nid = \"a\"\ndeny = \"b\"", "wrong-type", "`[[rule]]`"),
        (&format!("{rule}when = {{ diff = \"\\d+\" }}"), "syntax", "single quotes"),
        (&format!("{rule}when = {{ diff = \"\\bx\" }}"), "backspace-in-pattern", "single quotes"),
        (&format!("{rule}when = {{ files = [\"*.md\"] }}"), "root-only-glob", "`**/*.md`"),
        (&format!("{rule}when = {{ fork = true }}"), "refuses-the-rest", "allow = \"why\""),
        // And others that people make
        ("version = 1\n[record]\nrequire = [\"risk\"]", "unknown-key", "did you mean `required`?"),
        ("version = 1\n[services.a]\npaths = [\"a\"]\npermission = \"write\"", "unknown-key", "`[authorities.NAME]`"),
        ("version = 1\n[approval]\nkeep = \"samediff\"", "bad-value", "did you mean `same-diff`?"),
        ("version = 1\n[approval]\nkeep = \"always\"", "bad-value", "one of `same-diff`, `same-sha`"),
        ("version = 1\npacks = \"baseline\"", "wrong-type", "`[\"baseline\"]`"),
        ("version = 1\n[[comment]]\nshow = \"never\"", "wrong-type", "`[comment]`"),
        (&format!("{rule}when = {{ lines = 500 }}"), "wrong-type", "`\">= 500\"`"),
        (&format!("{rule}when = {{ risk = \"high\" }}"), "bad-comparison", "`\">= high\"`"),
        (&format!("{rule}always = \"true\""), "wrong-type", "without quotes"),
        ("version = \"1\"", "wrong-type", "without quotes"),
        (&format!("{rule}approvals = [\"peer\"]"), "wrong-type", "from = [\"peer\"], count = 1"),
        (&format!("{rule}approvals = [{{ from = [\"@acme/cab\"], count = 1 }}]"), "bad-who", "`team:acme/cab`"),
        (&format!("{rule}approvals = [{{ from = [\"peer\"], count = 1 }}]"), "unknown-name", "`[authorities.peer]`"),
        ("version = 1\n[scope]\nbase = [\"refs/heads/main\"]", "bad-glob", "did you mean `main`?"),
        ("version = 1\n[services.a]\npaths = [\"/a/\"]", "bad-glob", "did you mean `a/`?"),
        ("version = 1\n[services.a]\npaths = [\"a/\"]", "bad-glob", "did you mean `a/**`?"),
        ("version = 1\ntimezone = \"Europe/Lodnon\"", "bad-zone", "did you mean `Europe/London`?"),
        (&format!("{rule}when = {{ diff = '(?=a)' }}"), "bad-pattern", "linear time"),
        (&format!("{rule}when = {{ not = {{ title = 'a' }} }}"), "author-controlled-relaxation", "no author controls"),
    ];
    for (text, code, help) in cases {
        check(text, code, help);
    }
}

#[test]
fn a_fix_can_be_pasted() {
    let (_, found) = load_one("version = 1\n[aproval]\nkeep = \"same-sha\"");
    assert_eq!(found[0].fix.as_deref(), Some("approval"));
    let (_, found) = load_one("version = 1\nmode = \"enforced\"");
    assert_eq!(found[0].fix.as_deref(), Some("\"enforce\""));
}

#[test]
fn a_key_or_header_that_stands_twice_shows_where_it_stood_first() {
    let cases = [
        ("version = 1\nmode = \"warn\"\n\n  mode = \"warn\"", "mode"),
        ("version = 1\r\n[services.a]\r\npaths = [\"a\"]\r\n[scope]\r\n[services.a]\r\n", "[services.a]"),
        ("version = 1\n[services.a]\npaths = [\"a\"]\npaths = [\"b\"]", "paths"),
    ];
    for (text, marked) in cases {
        let (_, found) = load_one(text);
        let label = &found.iter().find(|problem| problem.labels.len() == 2).unwrap().labels[1];
        assert_eq!((&text[label.span.clone()], label.span.start), (marked, text.find(marked).unwrap()));
    }
}
