//! `expr`: what an expression may know of the author, the services and environments, the risk and the type.

use super::*;
use crate::decision::Outcome::*;

const MAP: &str = r#"
[services.pay]
paths = ["src/pay*"]
tier = 1
[services.docs]
paths = ["docs/**"]
tier = 3
[environments.live]
paths = ["src/**"]
[environments.edge]
paths = ["edge/**"]
[authorities.agents]
users = ["carol"]
"#;

/// A factor that makes a change of `src/` high, beside one that `when` decides.
fn high(when: &str) -> String {
    format!("[[risk.factor]]\nid = \"f\"\nwhy = \"w\"\nlevel = \"high\"\nwhen = {{ {when} }}\n")
}

fn speaks_when(tables: &str, when: &str, facts: &Facts) -> &'static str {
    speaks_beside(&format!("{MAP}{tables}"), when, facts)
}

fn expr(tables: &str, expr: &str, facts: &Facts) -> &'static str {
    speaks_when(tables, &format!("expr = '''{expr}'''"), facts)
}

#[test]
fn an_expression_knows_the_author_the_tier_the_environments_the_risk_and_the_type() {
    let factor = high("files = [\"src/**\"]");
    for (text, expected) in [
        ("author == 'Ann' && 'ann' == author", "yes"),
        ("author in ['bob', 'jenkins[bot]']", "no"),
        ("agent", "no"),
        ("tier == 1 && tier < 2", "yes"),
        ("environments.exists(e, e == 'live') && !('edge' in environments)", "yes"),
        ("risk == 'high' && risk > 'medium' && risk in ['high'] && !(risk >= 'critical')", "yes"),
        ("type == 'normal' && type != 'standard'", "yes"),
    ] {
        assert_eq!(expr(&factor, text, &world()), expected, "{text}");
    }
    let bot = with(|facts| facts.change.author = Some(person("jenkins[bot]")));
    assert_eq!(expr("", "agent && author == 'jenkins[bot]' && author != 'bob'", &bot), "yes");
    let carol = with(|facts| facts.change.author = Some(person("carol")));
    assert_eq!(expr("", "agent", &carol), "yes");
    let merged = |merged: Known<bool>| with(|facts| facts.asked.merged_before = merged);
    assert_eq!(expr("", "first_contribution", &merged(Known::Known(false))), "yes");
    assert_eq!(expr("", "first_contribution", &merged(Known::Known(true))), "no");
}

#[test]
fn where_no_service_is_touched_no_comparison_of_its_tier_holds() {
    let elsewhere = with(|facts| facts.files = Known::Known(vec![file("misc/a")]));
    let any = "tier <= 1 || tier > 1 || tier != 1 || tier + 1 > 0 || tier in [1, 3] || -tier < 0";
    assert_eq!(expr("", any, &elsewhere), "no");
    assert_eq!(expr("", "!(tier <= 1)", &elsewhere), "yes");
}

#[test]
fn what_an_expression_asks_of_people_files_and_risk_is_unknown_where_it_was_not_read() {
    let unread = with(|facts| {
        facts.files = Known::unknown("too many");
        facts.accounts.clear();
        facts.asked.merged_before = Known::unknown("away");
    });
    for text in [
        "author == 'ann'",
        "author != 'bob'",
        "tier == 1",
        "!('live' in environments)",
        "risk < 'high'",
        "first_contribution",
    ] {
        assert_eq!(expr(&high("lines = \"> 5\""), text, &unread), "unknown", "{text}");
    }
    let gone = with(|facts| facts.change.author = None);
    assert_eq!(expr("", "agent", &gone), "unknown");
    // A login that names another account than it first did names nobody.
    let taken = with(|facts| _ = facts.accounts.insert("ann".to_owned(), Known::Known(person("bob"))));
    assert_eq!(expr("", "author == 'ann'", &taken), "unknown");
}

#[test]
fn where_less_would_be_asked_the_author_of_an_expression_is_proved() {
    let not = |text: &str, facts: &Facts| speaks_when("", &format!("not = {{ expr = '''{text}''' }}"), facts);
    let signed = || with(|facts| known(&mut facts.commits)[0].verified = true);
    // Unsigned: the expression does not hold, and the rule speaks.
    assert_eq!(not("author == 'ann'", &world()), "yes");
    assert_eq!(not("author == 'ann'", &signed()), "no");
    assert_eq!(not("author == 'bob'", &world()), "yes");
    assert_eq!(not("!agent", &signed()), "no");
    let mut borrowed = signed();
    push(&mut borrowed, "h2", "bob");
    assert_eq!(not("author == 'ann'", &borrowed), "yes");
    let unread = with(|facts| facts.commits = Known::unknown("away"));
    assert_eq!(not("author == 'ann'", &unread), "unknown");
}

#[test]
fn where_a_negated_author_would_ask_less_they_are_proved() {
    let signed = with(|facts| known(&mut facts.commits)[0].verified = true);
    let unread = with(|facts| facts.commits = Known::unknown("away"));
    for (text, proved, not_proved, not_known) in [
        ("author != 'ann'", "no", "yes", "unknown"),
        ("!(author in ['ann', 'bob'])", "no", "yes", "unknown"),
        ("!agent && author != 'ann'", "no", "yes", "unknown"),
        ("(author == 'ann') == false", "no", "yes", "unknown"),
        ("author == 'ann' ? false : true", "no", "yes", "unknown"),
        ("author != 'ann' && 1 > 2", "no", "no", "no"),
        ("!(author != 'ann')", "yes", "yes", "yes"),
        ("author == 'bob'", "no", "no", "no"),
    ] {
        assert_eq!(expr("", text, &signed), proved, "{text}");
        assert_eq!(expr("", text, &world()), not_proved, "{text}");
        assert_eq!(expr("", text, &unread), not_known, "{text}");
    }
}

#[test]
fn a_borrowed_name_in_an_expression_makes_up_for_nothing() {
    let rule = "[[rule]]\nid = \"r\"\nwhen = { expr = 'author == \"ann\"' }\nallow = \"fine\"\n";
    let signed = with(|facts| known(&mut facts.commits)[0].verified = true);
    check(rule, &signed, Pass, &["r allow satisfied"]);
    check(rule, &world(), Unknown, &["policy nothing-applies unknown", "r allow satisfied"]);
}

#[test]
fn what_the_change_request_names_is_no_environment_of_an_expression() {
    let facts = with(|facts| facts.change.body = "## Environments\nedge".to_owned());
    assert_eq!(speaks_when("", "environments = [\"edge\"]", &facts), "yes");
    assert_eq!(expr("", "'edge' in environments", &facts), "no");
}

#[test]
fn a_model_that_asks_for_the_risk_by_an_expression_covers_as_by_the_condition() {
    let model = |when: &str| {
        format!(
            "[[model]]\nid = \"m\"\nowner = \"carols\"\nuntil = \"2100-01-01T00:00Z\"\nwhen = {{ {when} }}\napprovals = []\n{PEER}"
        )
    };
    for when in ["risk = \"= low\"", "expr = 'risk == \"low\"'"] {
        check(&model(when), &world(), Pass, &["m model satisfied", "peer approvals waived"]);
    }
    check(&model("expr = 'risk > \"low\"'"), &world(), Wait, &["peer approvals waiting"]);
}

#[test]
fn an_expression_reads_custom_properties() {
    let set = [("team".to_owned(), ["payments".to_owned(), "ledger".to_owned()].into())];
    let facts = with(|facts| facts.on_demand.properties = Some(Known::Known(set.into())));
    for (text, expected) in [
        ("'ledger' in properties.team && size(properties.team) == 2", "yes"),
        ("properties.team.exists(t, t.startsWith('pay'))", "yes"),
        ("'ledger' in properties.owner", "no"),
        ("properties.owner.size() == 0", "yes"),
    ] {
        assert_eq!(expr("", text, &facts), expected, "{text}");
    }
    assert_eq!(expr("", "properties.owner.size() == 0", &world()), "unknown");
}

#[test]
fn an_expression_knows_the_added_and_removed_lines() {
    let patched = conditions::patched();
    for (text, expected) in [
        ("diff.exists(l, l.matches('^ *DROP TABLE b$'))", "yes"),
        ("'drop_me();' in diff", "yes"),
        // Context is not changed.
        ("diff.exists(l, l.contains('TABLE c'))", "no"),
        ("diff.all(l, !l.contains('keep'))", "yes"),
    ] {
        assert_eq!(expr("", text, &patched), expected, "{text}");
    }
    let mut cut = patched;
    if let Some(Known::Known(patches)) = &mut cut.diffs.patches {
        patches.remove("src/pay.rs");
    }
    assert_eq!(expr("", "'drop_me();' in diff", &cut), "unknown", "it may hide anything");
    cut.diffs.patches = None;
    assert_eq!(expr("", "'drop_me();' in diff", &cut), "unknown");
}
