//! Whose approval counts, and how many are enough.

use super::*;
use crate::account::Account;
use crate::decision::{Actor, Outcome::*, Reviewer};
use crate::facts::ReviewVerdict;

const TWO: &str = r#"
[[rule]]
id = "two"
approvals = [{ from = ["payments"], count = 1 }, { from = ["cab"], count = 1 }]
"#;

#[test]
fn one_independent_person_who_may_push_is_enough() {
    check(PEER, &world(), Wait, &["peer approvals waiting"]);
    check(PEER, &approved_by(&["bob"]), Pass, &["peer approvals satisfied"]);
}

#[test]
fn a_person_s_latest_review_speaks_and_earlier_ones_stay_dead() {
    let dismissed = || ReviewVerdict::Dismissed { by: Some(person("erin")), asked_for_changes: Some(true) };
    let mut facts = approved_by(&["bob"]);
    review(&mut facts, "bob", ReviewVerdict::ChangesRequested);
    check(PEER, &facts, Block, &["policy changes_requested blocked", "peer approvals waiting"]);
    known(&mut facts.reviews)[1].verdict = dismissed();
    check(PEER, &facts, Wait, &["peer approvals waiting"]);
    approve(&mut facts, "bob");
    check(PEER, &facts, Pass, &["peer approvals satisfied"]);
    // Two in one second: the later number is the later review.
    let mut facts = approved_by(&["bob", "bob"]);
    known(&mut facts.reviews)[0].verdict = dismissed();
    known(&mut facts.reviews)[0].submitted_at = at(1);
    check(PEER, &facts, Pass, &["peer approvals satisfied"]);
    known(&mut facts.reviews).swap(0, 1);
    check(PEER, &facts, Pass, &["peer approvals satisfied"]);
}

#[test]
fn bots_the_gone_and_those_who_may_not_push_approve_nothing() {
    check(PEER, &approved_by(&["helper[bot]"]), Wait, &["peer approvals waiting"]);
    let gone = with(|facts| {
        approve(facts, "bob");
        known(&mut facts.reviews)[0].author = None;
    });
    check(PEER, &gone, Wait, &["peer approvals waiting"]);
    let mut reader = approved_by(&["bob"]);
    known(&mut reader.reviews)[0].can_write = false;
    check(PEER, &reader, Wait, &["peer approvals waiting"]);
    check(&rule_for("payments"), &reader, Wait, &["one approvals waiting"]);
    let without_write = "[authorities.auditors]\nteams = [\"acme/payments\"]\nwrite = false\n".to_owned();
    check(&(without_write + &rule_for("auditors")), &reader, Pass, &["one approvals satisfied"]);
}

fn rule_for(who: &str) -> String {
    format!("[[rule]]\nid = \"one\"\napprovals = [{{ from = [\"{who}\"], count = 1 }}]\n")
}

#[test]
fn entries_are_filled_by_different_people_and_never_greedily() {
    check(TWO, &approved_by(&["carol"]), Wait, &["two approvals waiting"]);
    // Carol is of both: greed would spend her on payments and find nobody for the board.
    check(TWO, &approved_by(&["carol", "bob"]), Pass, &["two approvals satisfied"]);
    check(TWO, &approved_by(&["carol", "dave"]), Pass, &["two approvals satisfied"]);
    check(TWO, &approved_by(&["erin", "frank"]), Wait, &["two approvals waiting"]);
    let both = r#"
[[rule]]
id = "both"
approvals = [{ from = ["payments", "cab"], count = 3 }]
"#;
    check(both, &approved_by(&["carol", "bob"]), Wait, &["both approvals waiting"]);
    check(both, &approved_by(&["carol", "bob", "dave"]), Pass, &["both approvals satisfied"]);
}

#[test]
fn one_person_may_serve_several_rules() {
    let rules = rule_for("payments") + "[[rule]]\nid = \"board\"\napprovals = [{ from = [\"cab\"], count = 1 }]\n";
    check(&rules, &approved_by(&["carol"]), Pass, &["one approvals satisfied", "board approvals satisfied"]);
}

#[test]
fn one_alternative_of_any_is_enough() {
    let any = r#"
[[rule]]
id = "any"
approvals = [{ any = [{ from = ["cab"], count = 2 }, { from = ["payments"], count = 1 }] }, { from = ["peer"], count = 1 }]
"#;
    check(any, &approved_by(&["bob"]), Wait, &["any approvals waiting"]);
    check(any, &approved_by(&["bob", "erin"]), Pass, &["any approvals satisfied"]);
    check(any, &approved_by(&["dave", "erin"]), Wait, &["any approvals waiting"]);
    // Carol and dave are the board; carol alone would be payments, with dave for the other entry.
    check(any, &approved_by(&["dave", "carol"]), Pass, &["any approvals satisfied"]);
}

#[test]
fn an_unknown_team_matters_only_where_the_answer_depends_on_it() {
    let unread = |facts: &mut Facts| {
        facts.teams.insert(team("acme/cab"), Known::unknown("GitHub answered 502"));
    };
    let mut facts = approved_by(&["carol", "bob"]);
    unread(&mut facts);
    check(TWO, &facts, Unknown, &["two approvals unknown"]);
    // Whoever they are, nobody has approved.
    let mut facts = world();
    unread(&mut facts);
    check(TWO, &facts, Wait, &["two approvals waiting"]);
    let either = r#"
[[rule]]
id = "either"
approvals = [{ from = ["payments", "cab"], count = 1 }]
"#;
    let mut facts = approved_by(&["bob"]);
    unread(&mut facts);
    check(either, &facts, Pass, &["either approvals satisfied"]);
    let mut facts = approved_by(&["erin"]);
    unread(&mut facts);
    let decision = check(either, &facts, Unknown, &["either approvals unknown"]);
    says(&decision, "the members of `acme/cab`: `GitHub answered 502`");
    // A team that was not asked for is not an empty one.
    let mut facts = approved_by(&["carol", "bob"]);
    facts.teams.remove(&team("acme/cab"));
    check(TWO, &facts, Unknown, &["two approvals unknown"]);
}

#[test]
fn a_login_means_the_account_that_it_first_named() {
    let rule = rule_for("carols");
    check(&rule, &approved_by(&["carol"]), Pass, &["one approvals satisfied"]);
    check(&rule, &approved_by(&["bob"]), Wait, &["one approvals waiting"]);
    // Somebody else took the login.
    let taken = with(|facts| {
        approve(facts, "carol");
        facts.accounts.insert("carol".to_owned(), Known::Known(Account { id: 555, ..person("carol") }));
    });
    check(&rule, &taken, Unknown, &["one approvals unknown"]);
    let unread = with(|facts| {
        approve(facts, "carol");
        facts.accounts.remove("carol");
    });
    check(&rule, &unread, Unknown, &["one approvals unknown"]);
    // `x[bot]` means a bot, `x` a person.
    let bot = r#"
[authorities.robots]
users = ["jenkins[bot]"]
"#;
    let facts = with(|facts| {
        approve(facts, "bob");
        known(&mut facts.reviews)[0].author = Some(Account { id: 90, ..person("jenkins") });
    });
    check(&(bot.to_owned() + &rule_for("robots")), &facts, Wait, &["one approvals waiting"]);
}

#[test]
fn who_is_excepted_does_not_belong() {
    let except =
        |list: &str| format!("[authorities.staff]\npermission = \"write\"\nexcept = [{list}]\n{}", rule_for("staff"));
    check(&except("\"team:acme/payments\""), &approved_by(&["bob"]), Wait, &["one approvals waiting"]);
    check(&except("\"team:acme/payments\""), &approved_by(&["dave"]), Pass, &["one approvals satisfied"]);
    check(&except("\"user:bob\""), &approved_by(&["bob"]), Wait, &["one approvals waiting"]);
    check(&except("\"cab\""), &approved_by(&["dave"]), Wait, &["one approvals waiting"]);
    // Who is excepted is not known: neither is who belongs.
    let unread = with(|facts| {
        approve(facts, "dave");
        facts.teams.insert(team("acme/payments"), Known::unknown("GitHub answered 502"));
        facts.accounts.remove("bob");
    });
    check(&except("\"team:acme/payments\""), &unread, Unknown, &["one approvals unknown"]);
    check(&except("\"user:bob\""), &unread, Unknown, &["one approvals unknown"]);
}

#[test]
fn permissions_that_are_not_seen_are_unknown() {
    use crate::policy::Permission;
    let level = |level: &str| format!("[authorities.some]\npermission = \"{level}\"\n{}", rule_for("some"));
    let held = |held: Option<Permission>| {
        let mut facts = approved_by(&["bob"]);
        facts.on_demand.permissions.insert(person("bob"), Known::Known(held));
        facts
    };
    for (wanted, by, enough) in [
        ("maintain", Some(Permission::Maintain), true),
        ("maintain", Some(Permission::Admin), true),
        ("maintain", Some(Permission::Write), false),
        ("admin", Some(Permission::Maintain), false),
        ("admin", Some(Permission::Admin), true),
        ("admin", None, false),
    ] {
        let (outcome, state) = if enough { (Pass, "satisfied") } else { (Wait, "waiting") };
        check(&level(wanted), &held(by), outcome, &[&format!("one approvals {state}")]);
    }
    let mut down = held(None);
    down.on_demand.permissions.insert(person("bob"), Known::unknown("GitHub is away"));
    check(&level("admin"), &down, Unknown, &["one approvals unknown"]);
    // Who may triage, and who opened the pull request, is told by nothing else.
    let mut triage = held(Some(Permission::Triage));
    known(&mut triage.reviews)[0].can_write = false;
    let lenient = "[authorities.some]\npermission = \"triage\"\nwrite = false\n".to_owned() + &rule_for("some");
    check(&lenient, &triage, Pass, &["one approvals satisfied"]);
    check(&level("read"), &approved_by(&["bob"]), Pass, &["one approvals satisfied"]);
    check(&level("maintain"), &approved_by(&["bob"]), Unknown, &["one approvals unknown"]);
    check(&level("admin"), &world(), Wait, &["one approvals waiting"]);
}

#[test]
fn a_role_that_nobody_fills_waits_for_the_policy() {
    let role = "version = 1\n[authorities.approvers]\nfill = \"who authorises here\"\n".to_owned();
    let organisation = role + &rule_for("approvers");
    let decision = check_layers(&organisation, "", &approved_by(&["bob"]), Wait, &["org/one approvals waiting"]);
    says(&decision, "PolicyAdmin: name the people for the role `approvers`");
    let filled = "version = 1\n[authorities.approvers]\nteams = [\"acme/payments\"]\n";
    check_layers(&organisation, filled, &approved_by(&["bob"]), Pass, &["org/one approvals satisfied"]);
    check_layers(&organisation, filled, &approved_by(&["dave"]), Wait, &["org/one approvals waiting"]);
}

#[test]
fn the_result_names_who_can_give_what_is_missing() {
    let decision = check(&rule_for("payments"), &world(), Wait, &["one approvals waiting"]);
    says(&decision, "next: for approval by bob or carol");
    let mut public = world();
    public.repository.public = true;
    let decision = check(&rule_for("payments"), &public, Wait, &["one approvals waiting"]);
    says(&decision, "next: for 1 approval by somebody of `acme/payments`");
    assert!(!said(&decision).contains("bob"));
    // Bob took part, so carol is the one.
    let mut facts = world();
    push(&mut facts, "h2", "bob");
    let decision = check(&rule_for("payments"), &facts, Wait, &["one approvals waiting"]);
    says(&decision, "next: for approval by carol");
    let three = rule_for("cab").replace("count = 1", "count = 3");
    let decision = check(&three, &world(), Wait, &["one approvals waiting"]);
    says(&decision, "next: for approval by carol, dave and 1 more, whom the policy has still to name");
}

/// What the first requirement asks, as plain text.
fn wanted(policy: &str) -> String {
    let decision = decide(&policies("", &(PEOPLE.to_owned() + policy)), &world());
    crate::text::plain(&decision.rules[0].asks[0].wanted)
}

#[test]
fn what_is_asked_is_told_to_who_has_not_read_the_policy() {
    let check = |policy: &str, expected: &str| assert_eq!(wanted(policy), expected, "{policy}");
    let peer = "1 approval by somebody of `peer` (anybody with write access who took no part in this change)";
    check(PEER, peer);
    check(&rule_for("payments"), "1 approval by somebody of `payments` (`acme/payments`)");
    check(&rule_for("team:acme/cab"), "1 approval by somebody of `acme/cab`");
    check(&rule_for("user:carol"), "1 approval by `carol`");
    let both =
        "1 approval by somebody of `payments` (`acme/payments`), and 1 approval by somebody of `cab` (`acme/cab`)";
    check(TWO, both);
    let two = "[[rule]]\nid = \"two\"\napprovals = [{ from = [\"payments\", \"carols\"], count = 2 }]\n";
    check(two, "2 approvals by people of `payments` (`acme/payments`) or people of `carols`");
}

#[test]
fn whom_one_rule_asks_is_no_stranger_to_another() {
    let rules = rule_for("payments") + "[[rule]]\nid = \"board\"\napprovals = [{ from = [\"cab\"], count = 1 }]\n";
    let expected = ["one approvals satisfied", "board approvals waiting"];
    let decision = check(&rules, &approved_by(&["bob"]), Wait, &expected);
    assert!(!said(&decision).contains("bob is not in"), "{}", said(&decision));
    assert!(decision.rules[1].asks[0].found_nothing());
    // Nor where the approval is void by now.
    let mut void = approved_by(&["bob"]);
    push(&mut void, "h2", "ann");
    let decision = check(&rules, &void, Wait, &["one approvals waiting", "board approvals waiting"]);
    assert!(!said(&decision).contains("bob is not in"), "{}", said(&decision));
    // Erin is asked by nobody, and learns it in both.
    let decision = check(&rules, &approved_by(&["bob", "erin"]), Wait, &expected);
    assert_eq!(said(&decision).matches("the approval by erin does not count: erin is not in").count(), 2);
    let crowd = approved_by(&["erin", "frank", "grace", "ann", "helen"]);
    let decision = check(&rule_for("payments"), &crowd, Wait, &["one approvals waiting"]);
    says(&decision, "5 approvals do not count: ann is not in `payments`, erin is not in `payments`, ");
    says(&decision, ", and 2 more");
}

#[test]
fn an_approval_that_was_given_and_is_void_is_asked_for_again() {
    let mut facts = approved_by(&["bob"]);
    push(&mut facts, "h2", "ann");
    let decision = check(&rule_for("payments"), &facts, Wait, &["one approvals waiting"]);
    says(&decision, "next: for approval by bob or carol again");
    let decision = check(PEER, &facts, Wait, &["peer approvals waiting"]);
    says(&decision, "next: for 1 approval by somebody of `peer` again");
    says(&decision, "approve this pull request again, as it is now");
}

#[test]
fn nobody_left_to_approve_is_said_plainly() {
    let mut facts = world();
    push(&mut facts, "h2", "bob");
    push(&mut facts, "h3", "carol");
    let decision = check(&rule_for("payments"), &facts, Wait, &["one approvals waiting"]);
    says(&decision, "PolicyAdmin: name somebody in `acme/payments` who took no part in this change");
    let two = "[[rule]]\nid = \"two\"\napprovals = [{ from = [\"payments\"], count = 2 }]\n";
    let mut facts = world();
    push(&mut facts, "h2", "bob");
    let decision = check(two, &facts, Wait, &["two approvals waiting"]);
    says(&decision, "PolicyAdmin: name more people who may approve");
    let acts = &decision.rules[0].asks[0].acts;
    assert!(matches!(&acts[0].by, Actor::People { count: 2, candidates, .. } if candidates == &[person("carol")]));
}

#[test]
fn asking_github_for_reviews_is_no_condition_of_an_approval() {
    let policy = format!("[approval]\nrequest = \"teams\"\n{PEER}");
    let decision = check(&policy, &approved_by(&["bob"]), Pass, &["peer approvals satisfied"]);
    assert_eq!(decision.requests, []);
}

/// Who is to be asked for a review, by name.
fn asked(settings: &str, from: &str, facts: &Facts) -> Vec<String> {
    let policy = format!(
        "{PEOPLE}[approval]\n{settings}\n[[rule]]\nid = \"r\"\napprovals = [{{ from = [{from}], count = 1 }}]\n"
    );
    let name = |reviewer: &Reviewer| match reviewer {
        Reviewer::Team(team) => team.to_string(),
        Reviewer::Person(person) => person.to_string(),
    };
    decide(&policies("", &policy), facts).requests.iter().map(name).collect()
}

#[test]
fn reviews_are_asked_of_those_who_could_give_what_is_missing() {
    let (teams, people) = ("request = \"teams\"", "request = \"people\"");
    let none: [&str; 0] = [];
    assert_eq!(asked("", "\"payments\"", &world()), none);
    assert_eq!(asked(teams, "\"payments\", \"cab\"", &world()), ["acme/cab", "acme/payments"]);
    assert_eq!(asked(people, "\"payments\", \"cab\"", &world()), ["bob", "carol", "dave"]);
    // Where no team is named, the people are; anybody who may push is nobody in particular.
    assert_eq!(asked(teams, "\"carols\"", &world()), ["carol"]);
    assert_eq!(asked(people, "\"peer\"", &world()), none);
    // Never the author, nor anybody else who took part.
    let of_bob = with(|facts| {
        facts.change.author = Some(person("bob"));
        push(facts, "h2", "carol");
    });
    assert_eq!(asked(people, "\"payments\", \"cab\"", &of_bob), ["dave"]);
    assert_eq!(asked(teams, "\"payments\"", &of_bob), none);
    // Nothing is missing, or nobody is to be asked yet.
    assert_eq!(asked(people, "\"payments\"", &approved_by(&["bob"])), none);
    assert_eq!(asked(people, "\"payments\"", &with(|facts| facts.change.draft = true)), none);
    // Where anybody may read it, asking people would tell who is in a team.
    let public = with(|facts| facts.repository.public = true);
    assert_eq!(asked(people, "\"payments\"", &public), ["acme/payments"]);
    assert_eq!(asked(people, "\"carols\"", &public), ["carol"]);
}

#[test]
fn an_approval_expires_before_it_is_too_old_and_time_alone_is_due_then() {
    let policy = format!("[approval]\nexpires = \"2h\"\n{PEER}");
    // Bob approved at 0; the world is at 10,000 seconds.
    let at_second = |second: i64| {
        with(|facts| {
            approve(facts, "bob");
            facts.as_of = at(second);
        })
    };
    let decision = check(&policy, &at_second(7_139), Pass, &["peer approvals satisfied"]);
    assert_eq!(decision.next_instant, Some(at(7_140)));
    for second in [7_140, 7_200, 10_000] {
        let decision = check(&policy, &at_second(second), Wait, &["peer approvals waiting"]);
        assert_eq!(decision.next_instant, None);
        says(&decision, "no longer counts: it was given at 2027-01-15T08:00:00Z, and approvals expire after 2h");
        says(&decision, "approve this pull request again, as it is now");
    }
    let business = format!("[approval]\nexpires = \"1 business day\"\n{PEER}");
    // The 15th of January 2027 is a Friday.
    let decision = check(&business, &at_second(100), Pass, &["peer approvals satisfied"]);
    assert_eq!(decision.next_instant, Some(at(3 * 86_400 - 60)));
}

#[test]
fn what_a_layer_below_says_of_expiry_only_tightens() {
    let organisation = format!("{PEOPLE}[approval]\nexpires = \"2h\"\n{PEER}");
    let below = |length: &str| format!("[approval]\nexpires = \"{length}\"\n[[rule]]\nid = \"own\"\nallow = \"ok\"\n");
    let facts = with(|facts| {
        approve(facts, "bob");
        facts.as_of = at(4_000);
    });
    let expected = |state: &'static str| [state, "own allow satisfied"];
    check_layers(&organisation, &below("9d"), &facts, Pass, &expected("org/peer approvals satisfied"));
    check_layers(&organisation, &below("1h"), &facts, Wait, &expected("org/peer approvals waiting"));
    let late = with(|facts| approve(facts, "bob"));
    check_layers(&organisation, &below("9d"), &late, Wait, &expected("org/peer approvals waiting"));
}
