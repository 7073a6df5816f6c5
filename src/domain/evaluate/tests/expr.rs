//! `expr`: what an expression over the facts comes to, what is unknown, and what it may cost.

use super::*;
use crate::decision::Outcome::*;
use crate::facts::{FileStatus, OnDemand};

const SERVICES: &str = "[services.pay]\npaths = [\"src/pay*\"]\n[services.docs]\npaths = [\"docs/**\"]\n";

fn speaks_when(when: &str, facts: &Facts) -> &'static str {
    speaks_beside(SERVICES, when, facts)
}

#[track_caller]
fn check_expr(cases: &[(&str, &str)], facts: &Facts) {
    for (expr, expected) in cases {
        assert_eq!(speaks_when(&format!("expr = '''{expr}'''"), facts), *expected, "{expr}");
    }
}

const REST: &str = "[[rule]]\nid = \"rest\"\nallow = \"fine\"\n";

/// A rule that denies where the expression is true.
fn denied(id: &str, expr: &str) -> String {
    format!("[[rule]]\nid = \"{id}\"\nwhen = {{ expr = '''{expr}''' }}\ndeny = \"asked\"\n")
}

fn files(count: usize) -> Facts {
    let paths = (0..count).map(|number| file(&format!("src/module-{number}/file.rs")));
    with(|facts| facts.files = Known::Known(paths.collect()))
}

#[test]
fn an_expression_is_true_or_not_of_the_facts() {
    let sql = File { status: FileStatus::Added, ..file("docs/a.sql") };
    let facts = with(|facts| facts.files = Known::Known(vec![file("src/pay.rs"), sql]));
    check_expr(
        &[
            ("true", "yes"),
            ("fork || signed", "no"),
            ("base == default_branch && repository == 'shop'", "yes"),
            ("lines == 24 && added == 20 && removed == 4 && files_changed == 2 && commits == 1", "yes"),
            ("'pay' in services && 'docs' in services && size(services) == 2", "yes"),
            ("files.exists(f, f.path.endsWith('.sql') && f.status == 'added')", "yes"),
            ("files.all(f, f.path.startsWith('src/'))", "no"),
            ("files.exists_one(f, f.path.matches('^docs/'))", "yes"),
            ("files.filter(f, f.added > 5).map(f, f.path).exists(p, p == 'src/' + 'pay.rs')", "yes"),
            ("base in ['next', 'main'] && !(base in ['next'])", "yes"),
            ("fork ? false : 7 / 2 == 3 && -7 % 3 == -1 && 2 + 3 * 4 - 1 == 13", "yes"),
            ("base.size() == 4 && base.contains('ai') && 'a' < 'b' && 3 >= 3 && 1 != 2", "yes"),
            ("files.all(f, files.exists(g, g.path == f.path))", "yes"),
        ],
        &facts,
    );
    assert_eq!(speaks_when("not = { expr = 'fork' }", &facts), "yes");
}

#[test]
fn a_fact_that_was_not_read_is_unknown_unless_what_is_known_decides() {
    let facts = with(|facts| {
        facts.files = Known::unknown("too many");
        facts.commits = Known::unknown("away");
    });
    check_expr(
        &[
            ("lines > 5", "unknown"),
            ("!(lines > 5)", "unknown"),
            ("'pay' in services", "unknown"),
            ("signed", "unknown"),
            ("commits == 1", "unknown"),
            ("files.exists(f, true)", "unknown"),
            ("files.size() > 0 ? true : true", "unknown"),
            ("lines > 5 && fork", "no"),
            ("fork && lines > 5", "no"),
            ("lines > 5 || !fork", "yes"),
            ("lines + 1 == 1 || base == 'main'", "yes"),
        ],
        &facts,
    );
    check_expr(&[("9223372036854775807 + lines > 0", "unknown"), ("1 / (lines - lines) == 1", "unknown")], &world());
}

#[test]
fn a_renamed_file_counts_under_both_names_in_an_expression() {
    let renamed = |old| File { old_path: old, status: FileStatus::Renamed, ..file("docs/new.md") };
    let known = with(|facts| facts.files = Known::Known(vec![renamed(Known::Known(Some("src/old.rs".to_owned())))]));
    let cases =
        [("files.all(f, f.path.startsWith('docs/'))", "no"), ("files.exists(f, f.path == 'src/old.rs')", "yes")];
    check_expr(&cases, &known);
    let unknown = with(|facts| facts.files = Known::Known(vec![renamed(Known::unknown("not read"))]));
    let cases = [
        ("files.all(f, f.path.startsWith('docs/'))", "unknown"),
        ("files.exists(f, f.path.startsWith('docs/'))", "yes"),
        ("files.exists(f, f.path.startsWith('src/'))", "unknown"),
        ("files.filter(f, f.path.startsWith('src/')).size() == 1", "unknown"),
        ("'src/old.rs' in files.map(f, f.path)", "unknown"),
    ];
    check_expr(&cases, &unknown);
}

#[test]
fn where_less_would_be_asked_paths_are_those_of_regular_files() {
    let not = "not = { expr = 'files.all(f, f.path.startsWith(\"src/\"))' }";
    assert_eq!(speaks_when(not, &world()), "no");
    let special = Some(Known::Known(["src/pay.rs".to_owned()].into()));
    let link = with(|facts| facts.on_demand = OnDemand { special_files: special, ..OnDemand::default() });
    assert_eq!(speaks_when(not, &link), "unknown");
    let unread = with(|facts| facts.on_demand.special_files = None);
    assert_eq!(speaks_when(not, &unread), "unknown");
    assert_eq!(speaks_when("not = { expr = 'lines > 5' }", &unread), "no");
}

#[test]
fn a_rule_by_an_expression_counts_against_nothing_applies() {
    let rule = |expr: &str| format!("[[rule]]\nid = \"r\"\nwhen = {{ expr = '{expr}' }}\nallow = \"fine\"\n");
    check(&rule("lines < 50"), &world(), Pass, &["r allow satisfied"]);
    check(&rule("lines > 50"), &world(), Block, &["policy nothing-applies blocked"]);
}

#[test]
fn an_expression_that_would_run_on_is_stopped_at_its_steps_and_unknown() {
    let many = files(3_000);
    let nested = "files.all(f, !files.exists(g, g.path == f.path + '!'))";
    let doubled = (0..30).fold("[base]".to_owned(), |list, _| list + ".map(x, x + x)");
    let multiplied = "files.map(f, files.map(g, g.path + f.path)).size() > 0";
    for expr in [nested, &format!("{doubled}.size() == 1"), multiplied] {
        let policy = format!("{}{REST}", denied("r", expr));
        let decision = check(&policy, &many, Unknown, &["r deny unknown", "rest allow satisfied"]);
        says(&decision, "takes more steps than one evaluation has");
        says(&decision, "PolicyAdmin: make `");
    }
    // What is short of that is computed.
    check_expr(&[("files.exists(f, f.path.endsWith('-2999/file.rs')) && files.all(f, f.added == 10)", "yes")], &many);
}

#[test]
fn whatever_is_gone_through_is_paid_for() {
    let many = files(3_000);
    // Each looks cheap by its signs: a long text measured, a long list searched, for every file.
    let doubled = (0..17).fold("[base]".to_owned(), |list, _| list + ".map(x, x + x)");
    let long = format!("{doubled}.all(t, files.all(f, t.size() > 0))");
    let list = "[files.map(f, f.added)].all(l, files.all(f, !(1000 in l)))";
    check_expr(&[(&long, "unknown"), (list, "unknown")], &many);
}

#[test]
fn a_list_that_is_too_long_is_unknown() {
    check_expr(&[("files.size() > 0", "unknown"), ("files_changed == 6001", "yes")], &files(6_001));
}

#[test]
fn the_steps_are_those_of_all_expressions_together() {
    let one = "files.exists(f, files.exists(g, g.path == 'none') || f.path == 'none')";
    let some = files(500);
    check(&(denied("r", one) + REST), &some, Pass, &["rest allow satisfied"]);
    let many: String = (0..8).map(|id| denied(&format!("r{id}"), one)).collect();
    let decision = decide(&policies("", &format!("{PEOPLE}{many}{REST}")), &some);
    assert_eq!(decision.outcome, Unknown, "{}", said(&decision));
}
