//! The score, the levels, and what the author may say of them.

use super::*;
use crate::decision::Outcome::*;
use crate::risk::Level;

const FACTORS: &str = r#"
[[risk.factor]]
id = "pay"
when = { files = ["src/pay*"] }
score = 35
why = "it is money"
[[risk.factor]]
id = "big"
when = { lines = ">= 1000" }
score = 90
why = "nobody reads so much"
[[risk.factor]]
id = "drop"
when = { files = ["**/migrations/**"] }
level = "high"
why = "hard to undo"
[[rule]]
id = "all"
allow = "shown only"
[[rule]]
id = "board"
when = { risk = ">= high" }
approvals = [{ from = ["cab"], count = 1 }]
"#;

#[track_caller]
fn level(policy: &str, facts: &Facts, score: u32, level: Level) {
    let decision = decide(&policies("", &(PEOPLE.to_owned() + policy)), facts);
    assert_eq!((decision.risk.score, decision.risk.level), (score, level), "{:?}", decision.risk);
}

#[test]
fn factors_add_up_and_levels_lift() {
    level(FACTORS, &world(), 35, Level::Medium);
    level(FACTORS, &with(|facts| known(&mut facts.files)[0].added = 5000), 100, Level::Critical);
    level(FACTORS, &with(|facts| known(&mut facts.files)[0].path = "db/migrations/1.sql".to_owned()), 0, Level::High);
    level(FACTORS, &with(|facts| known(&mut facts.files)[0].path = "README.md".to_owned()), 0, Level::Low);
}

#[test]
fn the_declared_risk_lifts_and_never_sinks() {
    let says = |text: &str| with(|facts| facts.change.body = text.to_owned());
    level(FACTORS, &says("**Risk:** low"), 35, Level::Medium);
    level(FACTORS, &says("**Risk:** critical"), 35, Level::Critical);
    level(FACTORS, &says("- [x] Low\n- [x] High"), 35, Level::Medium);
    level(FACTORS, &says("## Risk\nlow\n\n## Risk level\nmedium"), 35, Level::Critical);
    let decision = check(FACTORS, &says("**Risk:** high"), Wait, &["all allow satisfied", "board approvals waiting"]);
    assert_eq!(decision.risk.declared, Some(Level::High));
}

#[test]
fn an_unknown_factor_counts_as_holding() {
    let mut facts = world();
    facts.files = Known::unknown("there are more than GitHub lists");
    level(FACTORS, &facts, 100, Level::Critical);
    check(FACTORS, &facts, Wait, &["all allow satisfied", "board approvals waiting"]);
    // It makes no rule for small risks go away.
    let low = format!("{FACTORS}[[rule]]\nid = \"low\"\nwhen = {{ risk = \"<= low\" }}\ndeny = \"too small\"\n");
    check(&low, &facts, Unknown, &["all allow satisfied", "board approvals waiting", "low deny unknown"]);
    let not =
        format!("{FACTORS}[[rule]]\nid = \"low\"\nwhen = {{ not = {{ risk = \">= high\" }} }}\ndeny = \"small\"\n");
    check(&not, &facts, Unknown, &["all allow satisfied", "board approvals waiting", "low deny unknown"]);
}

#[test]
fn the_lowest_bound_over_the_layers_wins() {
    let organisation =
        "version = 1\n[risk.levels]\nmedium = 40\nhigh = 50\ncritical = 95\n[[rule]]\nid = \"a\"\nallow = \"ok\"\n";
    let repository =
        "version = 1\n[risk.levels]\nmedium = 20\nhigh = 70\ncritical = 99\n[[rule]]\nid = \"b\"\nallow = \"ok\"\n";
    let decision = decide(&policies(organisation, repository), &world());
    assert_eq!(decision.risk.bounds, [20, 50, 95]);
    // An organisation that compares risks and gives no bounds means the default ones.
    let compares = "version = 1\n[[rule]]\nid = \"a\"\nwhen = { risk = \"< critical\" }\nallow = \"ok\"\n";
    let lax =
        "version = 1\n[risk.levels]\nmedium = 60\nhigh = 70\ncritical = 99\n[[rule]]\nid = \"b\"\nallow = \"ok\"\n";
    assert_eq!(decide(&policies(compares, lax), &world()).risk.bounds, [30, 60, 90]);
    assert_eq!(decide(&policies("", lax), &world()).risk.bounds, [60, 70, 99]);
}
