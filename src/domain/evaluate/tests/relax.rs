//! Standard changes and standing exceptions: what they need proved, what they reach, and when they end.

use jiff::Timestamp;

use super::*;
use crate::decision::Outcome::*;
use crate::facts::{Commit, FileStatus, OnDemand};
use crate::policy::ChangeType;

/// The bot's own bumps of lock files, pre-authorised until an instant after that of the world.
const BUMPS: &str = r#"
[[model]]
id = "bumps"
owner = "payments"
until = "2027-06-30T12:00:00Z"
when = { author = ["jenkins[bot]"], only_files = ["**/Cargo.lock"], lines = "<= 200" }
approvals = []
"#;

/// What is changed of the world, and why that is not covered.
type Case = (&'static str, fn(&mut Facts));

const RECORD: &str = "[record]\nrequired = [\"summary\"]\n";

/// The bot bumps a lock file: its own commit, signed, pushed by nobody else.
fn bump() -> Facts {
    with(|facts| {
        facts.change.author = Some(person("jenkins[bot]"));
        facts.files = Known::Known(vec![file("api/Cargo.lock")]);
        facts.commits = Known::Known(vec![Commit { verified: true, ..commit("h1", "jenkins[bot]") }]);
        facts.pushers = Known::Known(people(&["jenkins[bot]"]));
    })
}

fn bump_with(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = bump();
    change(&mut facts);
    facts
}

const COVERED: [&str; 3] = ["record fields waived", "bumps model satisfied", "peer approvals waived"];
const NOT_COVERED: [&str; 2] = ["record fields author", "peer approvals waiting"];

fn bumps() -> String {
    format!("{RECORD}{BUMPS}{PEER}")
}

#[test]
fn a_model_replaces_approvals_and_fields_and_all_else_stays() {
    let decision = check(&bumps(), &bump(), Pass, &COVERED);
    assert_eq!(decision.change_type, ChangeType::Standard);
    assert!(decision.record.iter().all(|field| !field.required));
    says(&decision, "asks in its place, and `payments` answers for it");
    let more = "[[rule]]\nid = \"tested\"\nchecks = [\"build\"]\n[[rule]]\nid = \"no\"\ndeny = \"never\"\n";
    let expected = ["bumps model satisfied", "peer approvals waived", "tested checks waiting", "no deny blocked"];
    check(&format!("{BUMPS}{PEER}{more}"), &bump(), Block, &expected);
    // Changes requested stay too.
    let objected = bump_with(|facts| {
        review(facts, "bob", crate::facts::ReviewVerdict::ChangesRequested);
    });
    let expected = ["policy changes_requested blocked", "bumps model satisfied", "peer approvals waived"];
    check(&format!("{BUMPS}{PEER}"), &objected, Block, &expected);
}

#[test]
fn a_model_asks_what_it_lists() {
    let asking =
        BUMPS.replace("approvals = []", "approvals = [{ from = [\"carols\"], count = 1 }]\nfields = [\"backout\"]");
    let policy = format!("{RECORD}{asking}{PEER}");
    let open = [
        "record fields waived",
        "bumps model satisfied",
        "bumps approvals waiting",
        "bumps fields author",
        "peer approvals waived",
    ];
    let decision = check(&policy, &bump(), Act, &open);
    let required: Vec<_> =
        decision.record.iter().filter(|field| field.required).map(|field| field.field.as_str().to_owned()).collect();
    assert_eq!(required, ["backout"]);
    let done = bump_with(|facts| {
        facts.change.body = "## Back-out plan\nRevert it.".to_owned();
        approve(facts, "carol");
    });
    let expected = [
        "record fields waived",
        "bumps model satisfied",
        "bumps approvals satisfied",
        "bumps fields satisfied",
        "peer approvals satisfied",
    ];
    check(&policy, &done, Pass, &expected);
}

#[test]
fn several_models_ask_the_union() {
    let two = format!(
        "{BUMPS}{}{PEER}",
        BUMPS.replace("bumps", "more").replace("approvals = []", "approvals = [{ from = [\"carols\"], count = 1 }]")
    );
    let expected = ["bumps model satisfied", "more model satisfied", "more approvals waiting", "peer approvals waived"];
    check(&two, &bump(), Wait, &expected);
}

#[test]
fn a_borrowed_name_is_not_covered() {
    let cases: [Case; 9] = [
        ("a human pushed to the bot's branch", |facts| push(facts, "h2", "ann")),
        ("a human pushed the bot's own commit", |facts| {
            known(&mut facts.pushers).insert(person("ann"));
        }),
        ("a forged author, not signed", |facts| known(&mut facts.commits)[0].verified = false),
        ("a forged author, signed by whoever put it in", |facts| {
            known(&mut facts.commits)[0].committer = by("ann");
        }),
        ("a commit of somebody else's below", |facts| {
            known(&mut facts.commits).insert(0, Commit { verified: true, ..commit("h0", "ann") });
        }),
        ("a person of the bot's login", |facts| {
            let mut person = person("jenkins[bot]");
            person.kind = crate::account::AccountKind::User;
            facts.change.author = Some(person);
        }),
        ("who pushed is not known", |facts| facts.pushers = Known::unknown("away")),
        ("the commits are not known", |facts| facts.commits = Known::unknown("away")),
        ("no commit is listed", |facts| known(&mut facts.commits).clear()),
    ];
    for (why, change) in cases {
        let decision = decide(&policies("", &(PEOPLE.to_owned() + &bumps())), &bump_with(change));
        assert_ne!(decision.outcome, Pass, "{why}");
        assert!(!states(&decision).contains(&"bumps model satisfied".to_owned()), "{why}");
        assert_eq!(decision.change_type, ChangeType::Normal, "{why}");
    }
    // GitHub's own committer is nobody else.
    let by_github = |facts: &mut Facts| known(&mut facts.commits)[0].committer = crate::facts::Attribution::GitHub;
    check(&bumps(), &bump_with(by_github), Pass, &COVERED);
    let decision = check(&bumps(), &bump_with(cases[0].1), Act, &NOT_COVERED);
    says(&decision, "the standard change `bumps` does not cover this change: commit `h2` is not shown to be by");
}

#[test]
fn only_regular_files_are_covered() {
    let listed: [Case; 6] = [
        ("a link, or a mode that changes", |facts| {
            let special = Known::Known(["api/Cargo.lock".to_owned()].into());
            facts.on_demand.special_files = Some(special);
        }),
        ("the modes are not known", |facts| facts.on_demand.special_files = Some(Known::unknown("away"))),
        ("the modes were not read", |facts| facts.on_demand = OnDemand::default()),
        ("another type", |facts| known(&mut facts.files)[0].status = FileStatus::Changed),
        ("another file", |facts| known(&mut facts.files).push(file("src/pay.rs"))),
        ("moved from elsewhere", |facts| {
            known(&mut facts.files)[0].old_path = Known::Known(Some("src/pay.rs".to_owned()));
        }),
    ];
    for (why, change) in listed {
        let decision = decide(&policies("", &(PEOPLE.to_owned() + &bumps())), &bump_with(change));
        assert_eq!((decision.outcome, states(&decision)), (Act, NOT_COVERED.map(str::to_owned).to_vec()), "{why}");
    }
    let anything = bumps().replace("**/Cargo.lock", "**");
    let attributes = |facts: &mut Facts| known(&mut facts.files).push(file("api/.gitattributes"));
    check(&anything, &bump_with(attributes), Act, &NOT_COVERED);
    check(&anything, &bump(), Pass, &COVERED);
}

#[test]
fn a_model_ends_before_its_until_and_time_alone_is_due_then() {
    let until: Timestamp = "2027-06-30T12:00:00Z".parse().unwrap();
    let before = |seconds: i64| until - jiff::SignedDuration::from_secs(seconds);
    let decision = check(&bumps(), &bump(), Pass, &COVERED);
    assert_eq!(decision.next_instant, Some(before(60)));
    let at = |as_of| bump_with(|facts| facts.as_of = as_of);
    check(&bumps(), &at(before(61)), Pass, &COVERED);
    for instant in [before(60), until] {
        let decision = check(&bumps(), &at(instant), Act, &NOT_COVERED);
        assert_eq!(decision.next_instant, None);
        says(&decision, "the standard change `bumps` does not cover this change: it was over at");
    }
    // Where it does not hold, its end changes nothing.
    assert_eq!(check(&bumps(), &world(), Act, &NOT_COVERED).next_instant, None);
}

#[test]
fn a_day_as_until_is_included_in_the_zone_of_the_file() {
    let daily =
        format!("timezone = \"America/New_York\"\n{PEOPLE}{}", bumps().replace("2027-06-30T12:00:00Z", "2027-01-31"));
    let daily = daily.replace("version = 1", "");
    let decision = check_layers("", &format!("version = 1\n{daily}"), &bump(), Pass, &COVERED);
    assert_eq!(decision.next_instant, Some("2027-02-01T04:59:00Z".parse().unwrap()));
}

#[test]
fn a_change_that_a_model_covers_is_not_one_of_which_no_rule_speaks() {
    let narrow = "[[rule]]\nid = \"db\"\nwhen = { files = [\"db/**\"] }\nallow = \"fine\"\n";
    check(&format!("{BUMPS}{narrow}"), &bump(), Pass, &["bumps model satisfied"]);
    let other = bump_with(|facts| known(&mut facts.files).push(file("src/pay.rs")));
    check(&format!("{BUMPS}{narrow}"), &other, Block, &["policy nothing-applies blocked"]);
}

#[test]
fn nothing_relaxes_a_rule_with_always() {
    let always = format!("{BUMPS}{PEER}always = true\n");
    check(&always, &bump(), Wait, &["bumps model satisfied", "peer approvals waiting"]);
    let waived = format!("{}{PEER}always = true\n", WAIVER.replace("later", "peer"));
    check(&waived, &world(), Wait, &["peer approvals waiting"]);
}

#[test]
fn a_lower_layer_s_model_relaxes_nothing_above_it() {
    let organisation = format!("{PEOPLE}{}{RECORD}", PEER.replace("id = \"peer\"", "id = \"eyes\""));
    let own = "[authorities.owners]\nusers = [\"carol\"]\n[[rule]]\nid = \"own\"\napprovals = [{ from = [\"owners\"], count = 1 }]\n";
    let model = BUMPS.replace("\"payments\"", "\"owners\"");
    let expected =
        ["org/record fields author", "org/eyes approvals waiting", "bumps model satisfied", "own approvals waived"];
    check_layers(&organisation, &format!("{model}{own}"), &bump(), Act, &expected);
    // The organisation's reaches the rules below it.
    let expected =
        ["org/record fields waived", "org/bumps model satisfied", "org/eyes approvals waived", "own approvals waived"];
    check_layers(&format!("{organisation}{BUMPS}"), own, &bump(), Pass, &expected);
}

#[test]
fn a_lower_layer_s_model_changes_no_type_above_it() {
    let normal =
        "[[rule]]\nid = \"eyes\"\nwhen = { type = [\"normal\"] }\napprovals = [{ from = [\"peer\"], count = 1 }]\n";
    let organisation = format!("{PEOPLE}{normal}[[rule]]\nid = \"rest\"\nallow = \"ok\"\n");
    let expected = ["org/eyes approvals waiting", "org/rest allow satisfied", "bumps model satisfied"];
    let below = BUMPS.replace("\"payments\"", "\"user:carol\"");
    check_layers(&organisation, &below, &bump(), Wait, &expected);
    let expected = ["org/bumps model satisfied", "org/rest allow satisfied"];
    check_layers(&format!("{organisation}{BUMPS}"), "", &bump(), Pass, &expected);
    let standard = "[[rule]]\nid = \"extra\"\nwhen = { type = [\"standard\"] }\nchecks = [\"build\"]\n";
    check(
        &format!("{BUMPS}{PEER}{standard}"),
        &bump(),
        Wait,
        &["bumps model satisfied", "peer approvals waived", "extra checks waiting"],
    );
    // The type is what models make of a change: a model cannot ask for it, and a factor counts as holding.
    let circular = bumps().replace("lines = \"<= 200\"", "type = [\"normal\"]");
    check(&circular, &bump(), Act, &NOT_COVERED);
}

#[test]
fn a_model_that_is_tried_out_relaxes_nothing_that_decides() {
    let tried = PEOPLE.replace("version = 1", "version = 1\nmode = \"observe\"") + BUMPS;
    let deciding = "[[rule]]\nid = \"eyes\"\nmode = \"enforce\"\napprovals = [{ from = [\"peer\"], count = 1 }]\n";
    let shown = "[[rule]]\nid = \"shown\"\napprovals = [{ from = [\"peer\"], count = 1 }]\n";
    let expected = ["bumps model satisfied", "eyes approvals waiting", "shown approvals waived"];
    check_layers("", &format!("{tried}{deciding}{shown}"), &bump(), Wait, &expected);
    let narrow = "[[rule]]\nid = \"db\"\nmode = \"enforce\"\nwhen = { files = [\"db/**\"] }\nallow = \"fine\"\n";
    let expected = ["policy nothing-applies blocked", "bumps model satisfied"];
    check_layers("", &format!("{tried}{narrow}"), &bump(), Block, &expected);
}

#[test]
fn a_model_suspended_by_failures_covers_nothing() {
    let failed = |changes| {
        bump_with(|facts| {
            let layer = crate::layer::Layer::Repository;
            let failures = crate::facts::ModelFailures { layer, model: "bumps".to_owned(), changes };
            facts.on_demand.failures = vec![failures];
        })
    };
    check(&bumps(), &failed(0), Pass, &COVERED);
    let decision = check(&bumps(), &failed(1), Act, &NOT_COVERED);
    says(&decision, "it is suspended: 1 change that went in by it has failed");
    let twice = bumps().replace("approvals = []", "approvals = []\nsuspend_after_failures = 2");
    check(&twice, &failed(1), Pass, &COVERED);
    check(&twice, &failed(2), Act, &NOT_COVERED);
}

/// The checks of `later` are excused until an instant.
const WAIVER: &str = r#"
[[waiver]]
id = "not-yet"
rules = ["later"]
when = { repositories = ["shop"] }
until = "2027-03-31T00:00:00Z"
why = "no staging before the move"
"#;

const LATER: &str = "[[rule]]\nid = \"later\"\nchecks = [\"staging\"]\ndeny = \"not before staging\"\n";

#[test]
fn a_waiver_lifts_the_rules_it_names_until_its_end() {
    let policy = format!("{WAIVER}{LATER}{PEER}");
    let approved = approved_by(&["bob"]);
    let waived = ["later checks waived", "later deny waived", "peer approvals satisfied"];
    let decision = check(&policy, &approved, Pass, &waived);
    says(&decision, "waived by the policy, `repository/not-yet`, until");
    says(&decision, "`no staging before the move`");
    assert_eq!(decision.next_instant, Some("2027-03-30T23:59:00Z".parse().unwrap()));
    let over = with(|facts| {
        approve(facts, "bob");
        facts.as_of = "2027-03-31T00:00:00Z".parse().unwrap();
    });
    let open = ["later checks waiting", "later deny blocked", "peer approvals satisfied"];
    check(&policy, &over, Block, &open);
    // Of other changes it says nothing.
    check(&policy.replace("[\"shop\"]", "[\"legacy\"]"), &approved, Block, &open);
    // What is satisfied stays so, and a rule that does not speak is not waived.
    let green = with(|facts| facts.checks = Known::Known(vec![run("staging", "success")]));
    let policy = format!("{WAIVER}[[rule]]\nid = \"later\"\nchecks = [\"staging\"]\n");
    check(&policy, &green, Pass, &["later checks satisfied"]);
    let silent = format!("{WAIVER}[[rule]]\nid = \"later\"\nwhen = {{ fork = true }}\ndeny = \"no\"\n{PEER}");
    check(&silent, &approved, Pass, &["peer approvals satisfied"]);
}

#[test]
fn a_waiver_reaches_its_own_layer_and_below() {
    let organisation = format!("{PEOPLE}{LATER}");
    let own = format!("{WAIVER}[[rule]]\nid = \"later\"\ndeny = \"here too\"\n");
    let expected = ["org/later checks waiting", "org/later deny blocked", "later deny waived"];
    check_layers(&organisation, &own, &world(), Block, &expected);
    let below = "[[rule]]\nid = \"later\"\ndeny = \"here too\"\n";
    let expected = ["org/later checks waived", "org/later deny waived", "later deny waived"];
    check_layers(&format!("{organisation}{WAIVER}"), below, &world(), Pass, &expected);
}

#[test]
fn a_waiver_is_over_a_minute_before_its_end_and_no_sooner() {
    let policy = format!("{WAIVER}{LATER}");
    let waived = ["later checks waived", "later deny waived"];
    let open = ["later checks waiting", "later deny blocked"];
    let when = |instant: &str| with(|facts| facts.as_of = instant.parse().unwrap());
    check(&policy, &when("2027-03-30T23:58:59.999Z"), Pass, &waived);
    check(&policy, &when("2027-03-30T23:59:00Z"), Block, &open);
    // A day includes that day, in the zone of the file.
    let day = format!("timezone = \"America/New_York\"\n{policy}").replace("2027-03-31T00:00:00Z", "2027-03-30");
    let day = day.replacen("timezone", "version = 1\ntimezone", 1) + &PEOPLE.replace("version = 1", "");
    check_layers("", &day, &when("2027-03-31T03:58:59Z"), Pass, &waived);
    check_layers("", &day, &when("2027-03-31T03:59:00Z"), Block, &open);
}

#[test]
fn a_waiver_lifts_only_what_is_proved_what_may_be_relaxed_and_what_decides_no_more_than_it() {
    let files = WAIVER.replace("repositories = [\"shop\"]", "only_files = [\"src/**\"]");
    let waived = ["later checks waived", "later deny waived"];
    let open = ["later checks waiting", "later deny blocked"];
    check(&format!("{files}{LATER}"), &world(), Pass, &waived);
    let unread = with(|facts| facts.files = Known::unknown("too many"));
    check(&format!("{files}{LATER}"), &unread, Block, &open);
    let link = with(|facts| facts.on_demand.special_files = Some(Known::Known(["src/pay.rs".to_owned()].into())));
    check(&format!("{files}{LATER}"), &link, Block, &open);
    let always = LATER.replace("id = \"later\"", "id = \"later\"\nalways = true");
    check(&format!("{WAIVER}{always}"), &world(), Block, &open);
    // A layer that only observes lifts nothing of a rule that decides.
    let observing = format!("mode = \"observe\"\n{WAIVER}{LATER}");
    let strict = observing.replace("id = \"later\"", "id = \"later\"\nmode = \"enforce\"");
    check_layers("", &strict, &world(), Block, &open);
    check_layers("", &observing, &world(), Neutral, &waived);
}

#[test]
fn the_waivers_that_lift_something_are_named_once() {
    let named = |facts: &Facts| decide(&policies("", &format!("{PEOPLE}{WAIVER}{LATER}")), facts).waivers;
    assert_eq!(named(&world()), [(crate::layer::Layer::Repository, "not-yet".to_owned())]);
    let satisfied = format!("{PEOPLE}{WAIVER}{}", LATER.replace("deny = \"not before staging\"\n", ""));
    let green = with(|facts| facts.checks = Known::Known(vec![run("staging", "success")]));
    assert_eq!(decide(&policies("", &satisfied), &green).waivers, []);
}

#[test]
fn what_relaxes_in_a_file_reaches_its_packs() {
    let head = "version = 1\npacks = [\"startup\"]\n[authorities.payments]\nteams = [\"acme/payments\"]\n";
    let check = |text: &str, facts: &Facts, outcome, expected: &[&str]| {
        check_layers("", &format!("{head}{text}"), facts, outcome, expected)
    };
    let covered = ["bumps model satisfied", "startup/way-back fields waived", "startup/peer approvals waived"];
    check(BUMPS, &bump(), Pass, &covered);
    check(BUMPS, &world(), Act, &["startup/way-back fields author", "startup/peer approvals waiting"]);
    let waiver =
        "[[waiver]]\nid = \"w\"\nrules = [\"startup/way-back\"]\nuntil = \"2027-06-30T12:00:00Z\"\nwhy = \"old\"\n";
    check(waiver, &world(), Wait, &["startup/way-back fields waived", "startup/peer approvals waiting"]);
    // Those of a layer below reach nothing of a pack above.
    let expected =
        ["org/startup/way-back fields author", "org/startup/peer approvals waiting", "bumps model satisfied"];
    check_layers(
        "version = 1\npacks = [\"startup\"]\n",
        &format!("{PEOPLE}{BUMPS}").replace("[authorities.peer]\npermission = \"write\"\n", ""),
        &bump(),
        Act,
        &expected,
    );
}
