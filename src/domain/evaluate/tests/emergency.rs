//! Emergencies: who declares one, what it reaches, what stays, and when it is over.

use jiff::SignedDuration;

use super::*;
use crate::decision::Outcome::{self, *};
use crate::facts::{ChangeState, Command, FileStatus, Gate, ReviewVerdict, Seen, TicketUse, commits_hash};
use crate::layer::Layer;
use crate::policy::ChangeType;

/// Carol or dave declare, one of bob and erin approves.
const LANE: &str = r#"
[emergency]
declared_by = ["cab"]
ticket = '^INC-\d+$'
expires = "4h"
approvals = [{ from = ["user:bob", "user:erin"], count = 1 }]
postpone = ["test_plan"]
"#;

const FREEZE: &str =
    "[[freeze]]\nid = \"peak\"\nwhy = \"trading peak\"\nfrom = \"2027-01-01T00:00Z\"\nuntil = \"2027-02-01T00:00Z\"\n";

/// A comment of somebody who may push, on what is there now, at the second.
fn command(facts: &mut Facts, login: &str, line: &str, second: i64) {
    let commits = commits_hash(known(&mut facts.commits));
    let commands = known(&mut facts.commands);
    commands.push(Command {
        comment: 500 + commands.len() as u64,
        by: person(login),
        at: at(second),
        line: line.to_owned(),
        can_write: Some(true),
        seen: Seen {
            base: Known::Known(facts.change.base.name.clone()),
            commits: Known::Known(commits),
            body: Known::Known(facts.change.body.clone()),
            member_of: Default::default(),
            could_write: None,
            held: None,
        },
        head: Some(facts.change.head.tip.clone()),
    });
}

/// The world in which carol declared an emergency an hour ago, with something changed.
fn declared(change: impl FnOnce(&mut Facts)) -> Facts {
    with(|facts| {
        facts.on_demand.tickets = [("inc-7".to_owned(), Known::Known(TicketUse::Free))].into();
        command(facts, "carol", "emergency INC-7 payments are down", 6_400);
        change(facts);
    })
}

const OPEN: [&str; 3] = ["emergency emergency satisfied", "emergency approvals waiting", "peer approvals waived"];
const NORMAL: [&str; 1] = ["peer approvals waiting"];

fn lane() -> String {
    format!("{LANE}{PEER}")
}

#[test]
fn its_approvals_stand_in_the_place_of_those_of_the_rules() {
    let decision = check(&lane(), &declared(|_| ()), Wait, &OPEN);
    assert_eq!(decision.change_type, ChangeType::Emergency);
    says(&decision, "the emergency `INC-7`, declared by carol at 2027-01-15T09:46:40Z, until 2027-01-15T13:46:40Z");
    says(&decision, "`payments are down`");
    says(&decision, "the emergency `INC-7` asks in its place, until");
    let [report] = <[_; 1]>::try_from(decision.emergencies).unwrap();
    assert_eq!((report.ticket.as_str(), report.by, report.layer), ("INC-7", person("carol"), Layer::Repository));
    let done = ["emergency emergency satisfied", "emergency approvals satisfied", "peer approvals satisfied"];
    check(&lane(), &declared(|facts| approve(facts, "bob")), Pass, &done);
    // Of whom the lane does not ask, a peer's approval is no help.
    let others = ["emergency emergency satisfied", "emergency approvals waiting", "peer approvals satisfied"];
    check(&lane(), &declared(|facts| approve(facts, "frank")), Wait, &others);
    // Without a declaration the rules ask what they ask.
    let decision = check(&lane(), &world(), Wait, &NORMAL);
    assert_eq!((decision.change_type, decision.emergencies), (ChangeType::Normal, vec![]));
}

#[test]
fn windows_freezes_and_postponed_fields_are_lifted_and_checks_and_denials_stay() {
    let rest = "[[window]]\nid = \"nights\"\nhours = \"01:00-02:00\"\ntimezone = \"UTC\"\n\
        [[rule]]\nid = \"tested\"\nchecks = [\"build\"]\nfields = [\"test_plan\", \"backout\"]\n[[rule]]\nid = \"no\"\ndeny = \"never\"\n";
    let policy = format!("[record]\nrequired = [\"test_plan\"]\n{LANE}{PEER}{FREEZE}{rest}");
    let bob = |facts: &mut Facts| approve(facts, "bob");
    let expected = [
        "record fields waived",
        "peak freeze waived",
        "nights window waived",
        "emergency emergency satisfied",
        "emergency approvals satisfied",
        "peer approvals satisfied",
        "tested checks waiting",
        "tested fields author",
        "no deny blocked",
    ];
    let decision = check(&policy, &declared(bob), Block, &expected);
    says(&decision, "the emergency `INC-7` lifts it until");
    says(&decision, "`test_plan` may come later: the emergency `INC-7`, until");
    says(&decision, "answer `backout` in the description");
    // An objection stays, too.
    let objected = declared(|facts| {
        review(facts, "frank", ReviewVerdict::ChangesRequested);
    });
    let expected = ["policy changes_requested blocked", OPEN[0], OPEN[1], OPEN[2]];
    check(&lane(), &objected, Block, &expected);
}

#[test]
fn at_a_gate_an_emergency_lifts_what_it_lifted_before_the_change_went_in() {
    let check_merged = |second: i64, outcome: Outcome, freeze: &str| {
        let facts = declared(|facts| {
            facts.change.state = ChangeState::Merged;
            facts.on_demand.merged_at = Some(at(second));
            let authority = Known::Known(Some(Pass));
            facts.on_demand.gate = Some(Gate { environment: "production".to_owned(), authority });
        });
        let policy = format!("{LANE}{PEER}{}", FREEZE.replace("until", "holds = [\"deploy\"]\nuntil"));
        check(&policy, &facts, outcome, &["authorised authorised satisfied", freeze]);
    };
    check_merged(6_401, Pass, "peak freeze waived");
    check_merged(6_399, Wait, "peak freeze waiting");
}

#[test]
fn nothing_relaxes_what_has_always() {
    let always = format!("{LANE}{PEER}always = true\n{FREEZE}always = true\n");
    let expected = ["peak freeze waiting", OPEN[0], "emergency approvals waiting", "peer approvals waiting"];
    check(&always, &declared(|_| ()), Wait, &expected);
}

/// What is changed of the world, and what is said of why the declaration does not hold.
type Case = (fn(&mut Facts), &'static str);

#[test]
fn a_declaration_that_does_not_hold_says_why_and_who_may() {
    let cases: [Case; 14] = [
        (|facts| instead(facts, "erin", "emergency INC-7 down"), "erin is not in `cab`"),
        (|facts| instead(facts, "carol", "emergency CHG-7 down"), "the ticket `CHG-7` is none as the policy has them"),
        (|facts| facts.change.author = Some(person("carol")), "carol opened this pull request"),
        (|facts| known(&mut facts.commits).push(commit("h0", "carol")), "carol is behind commit `h0`"),
        (|facts| push(facts, "h2", "ann"), "it was given on commit `h1`, the head is now `h2`"),
        (|facts| facts.change.base.name = "release".to_owned(), "it was given when the base branch was `main`"),
        (
            |facts| set_ticket(facts, Known::Known(TicketUse::Here(41))),
            "the ticket `INC-7` is that of #41, and a ticket is for one change",
        ),
        (|facts| set_ticket(facts, Known::Known(TicketUse::Elsewhere)), "that of a change of another repository"),
        (|facts| set_ticket(facts, Known::unknown("away")), "whether the ticket is another change's could not be read"),
        (|facts| facts.on_demand.tickets.clear(), "whether the ticket is another change's was not read"),
        (|facts| _ = facts.teams.insert(team("acme/cab"), Known::unknown("away")), "the members of `acme/cab`: `away`"),
        (|facts| facts.pushers = Known::unknown("away"), "who pushed could not be read: `away`"),
        (|facts| known(&mut facts.commands)[0].head = None, "on which commit it was given is not known"),
        (
            |facts| _ = known(&mut facts.commands)[0].seen.member_of.insert(team("acme/cab"), Known::Known(false)),
            "carol was not yet in `cab`",
        ),
    ];
    for (change, why) in cases {
        let decision = decide(&policies("", &format!("{PEOPLE}{}", lane())), &declared(change));
        assert_eq!((decision.change_type, decision.emergencies.clone()), (ChangeType::Normal, vec![]), "{why}");
        assert_ne!(decision.outcome, Pass, "{why}");
        assert!(!states(&decision).iter().any(|state| state.starts_with("emergency")), "{why}");
        let refused = refusal(&decision);
        for said in
            ["does not hold: ", why, "one may be declared by somebody of `acme/cab` who took no part in this change"]
        {
            assert!(refused.contains(said), "`{said}` is not said in: {refused}");
        }
    }
    let decision = check(PEER, &declared(|_| ()), Wait, &NORMAL);
    assert_eq!(refusal(&decision), "no policy in force has an `[emergency]`");
    let unread = with(|facts| facts.commands = Known::unknown("away"));
    check(&lane(), &unread, Unknown, &["policy hold unknown", NORMAL[0]]);
}

/// What whoever declared is told.
fn refusal(decision: &crate::decision::Decision) -> String {
    decision.commands[0].refused.as_ref().map(crate::text::plain).unwrap_or_default()
}

/// Another declaration in the place of carol's, on what is there now.
fn instead(facts: &mut Facts, login: &str, line: &str) {
    known(&mut facts.commands).clear();
    facts.on_demand.tickets.insert("chg-7".to_owned(), Known::Known(TicketUse::Free));
    command(facts, login, line, 6_400);
}

fn set_ticket(facts: &mut Facts, used: Known<TicketUse>) {
    facts.on_demand.tickets.insert("inc-7".to_owned(), used);
}

#[test]
fn whoever_declares_never_approves_what_they_declared() {
    let own = lane().replace("\"user:bob\", \"user:erin\"", "\"cab\"");
    let decision = check(&own, &declared(|facts| approve(facts, "carol")), Wait, &OPEN);
    says(&decision, "carol declared this change an emergency, and whoever declares one does not approve it");
    says(&decision, "for approval by dave");
    let done = ["emergency emergency satisfied", "emergency approvals satisfied", "peer approvals satisfied"];
    check(&own, &declared(|facts| approve(facts, "dave")), Pass, &done);
    // Both declared: nobody of them is left, whichever came first.
    let both = declared(|facts| {
        command(facts, "dave", "emergency INC-7 still down", 7_000);
        approve(facts, "dave");
        approve(facts, "carol");
    });
    check(&own, &both, Wait, &OPEN);
    // Whose declaration holds for nothing may approve.
    let refused = declared(|facts| {
        command(facts, "bob", "emergency INC-7 down", 6_000);
        approve(facts, "bob");
    });
    check(&lane(), &refused, Pass, &done);
}

#[test]
fn a_lane_that_only_observes_keeps_nobody_from_approving_under_what_decides() {
    let facts = declared(|facts| approve(facts, "carol"));
    let board = "[[rule]]\nid = \"board\"\napprovals = [{ from = [\"cab\"], count = 1 }]\n";
    let strict = board.replace("id = \"board\"", "id = \"board\"\nmode = \"enforce\"");
    let observing = format!("mode = \"observe\"\n{PEOPLE}{LANE}").replace("version = 1\n", "");
    let approved = [OPEN[0], OPEN[1], "board approvals satisfied"];
    check_layers("", &format!("version = 1\n{observing}{strict}"), &facts, Pass, &approved);
    // Under rules that observe as well it does, and so it does where the lane decides.
    let barred = [OPEN[0], OPEN[1], "board approvals waived"];
    check_layers("", &format!("version = 1\n{observing}{board}"), &facts, Neutral, &barred);
    check(&format!("{LANE}{board}"), &facts, Wait, &barred);
}

#[test]
fn a_declaration_binds_to_the_diff_and_not_to_the_record() {
    let edited = declared(|facts| facts.change.body = "## Summary\nAnother one".to_owned());
    check(&lane(), &edited, Wait, &OPEN);
    // Void is a state: the same head again, and it holds again.
    let back = declared(|facts| {
        push(facts, "h2", "ann");
        facts.change.head.tip = crate::account::Oid::new("h1");
        known(&mut facts.commits).pop();
    });
    check(&lane(), &back, Wait, &OPEN);
    let renamed = declared(|facts| known(&mut facts.files)[0].status = FileStatus::Renamed);
    check(&lane(), &renamed, Wait, &OPEN);
}

#[test]
fn it_is_over_a_minute_early_and_the_rules_ask_again() {
    let end = at(6_400) + SignedDuration::from_hours(4);
    let when = |seconds: i64| {
        declared(|facts| {
            facts.as_of = end - SignedDuration::from_secs(seconds);
            approve(facts, "bob");
        })
    };
    let done = ["emergency emergency satisfied", "emergency approvals satisfied", "always approvals waived"];
    let policy = format!("{LANE}{}", PEER.replace("peer\"\n", "always\"\n").replace("[\"peer\"]", "[\"carols\"]"));
    let decision = check(&policy, &when(61), Pass, &done);
    assert_eq!(decision.next_instant, Some(end - SignedDuration::from_secs(60)));
    let decision = check(&policy, &when(60), Wait, &["always approvals waiting"]);
    says(&decision, "it was over at 2027-01-15T13:46:40Z");
    assert_eq!((decision.next_instant, decision.emergencies), (None, vec![]));
    // Declared again it goes on, and one that is over keeps nobody from approving.
    let again = declared(|facts| {
        facts.as_of = end;
        command(facts, "dave", "emergency INC-7 still down", 16_400);
        approve(facts, "bob");
    });
    let decision = check(&policy, &again, Pass, &done);
    assert_eq!(decision.emergencies[0].by, person("dave"));
    let over = declared(|facts| {
        facts.as_of = end;
        approve(facts, "carol");
    });
    check(&policy, &over, Pass, &["always approvals satisfied"]);
}

#[test]
fn it_reaches_its_own_layer_and_below() {
    let organisation = format!("{PEOPLE}{}", PEER.replace("id = \"peer\"", "id = \"eyes\""));
    let own = "[[rule]]\nid = \"own\"\napprovals = [{ from = [\"peer\"], count = 1 }]\n";
    let below = LANE.replace("[\"cab\"]", "[\"team:acme/cab\"]");
    let expected = [
        "org/eyes approvals waiting",
        "emergency emergency satisfied",
        "emergency approvals waiting",
        "own approvals waived",
    ];
    check_layers(&organisation, &format!("{below}{own}"), &declared(|_| ()), Wait, &expected);
    let expected = [
        "org/emergency emergency satisfied",
        "org/emergency approvals waiting",
        "org/eyes approvals waived",
        "own approvals waived",
    ];
    check_layers(&format!("{organisation}{LANE}"), own, &declared(|_| ()), Wait, &expected);
    // A layer that only observes relaxes nothing that decides.
    let tried = format!("mode = \"observe\"\n{PEOPLE}{LANE}").replace("version = 1\n", "");
    let strict = PEER.replace("id = \"peer\"", "id = \"peer\"\nmode = \"enforce\"");
    let expected = [OPEN[0], OPEN[1], "peer approvals waiting"];
    check_layers("", &format!("version = 1\n{tried}{strict}"), &declared(|_| ()), Wait, &expected);
}

#[test]
fn the_type_follows_as_far_as_each_layer_grants_it() {
    let typed =
        |word: &str| format!("[[rule]]\nid = \"{word}\"\nwhen = {{ type = [\"{word}\"] }}\nchecks = [\"{word}\"]\n");
    let both = format!("{}{}{PEER}", typed("normal"), typed("emergency"));
    let expected = [OPEN[0], OPEN[1], "emergency checks waiting", OPEN[2]];
    check(&format!("{LANE}{both}"), &declared(|_| ()), Wait, &expected);
    check(&format!("{LANE}{both}"), &world(), Wait, &["normal checks waiting", "peer approvals waiting"]);
    // No layer below makes a rule above silent.
    let organisation = format!("{PEOPLE}{}{}", typed("normal"), typed("emergency"));
    let below = format!("{LANE}{PEER}").replace("[\"cab\"]", "[\"team:acme/cab\"]");
    let expected = ["org/normal checks waiting", OPEN[0], OPEN[1], OPEN[2]];
    check_layers(&organisation, &below, &declared(|_| ()), Wait, &expected);
    // A factor is looked at before the declaration: where there is one, it counts.
    let factor = "[[risk.factor]]\nid = \"f\"\nwhen = { type = [\"normal\"] }\nscore = 40\nwhy = \"odd\"\n";
    let score = |facts: &Facts| {
        let decision = decide(&policies("", &format!("{PEOPLE}{factor}{}", lane())), facts);
        decision.risk.factors.into_iter().map(|factor| factor.unknown.is_some()).collect::<Vec<_>>()
    };
    assert_eq!((score(&world()), score(&declared(|_| ()))), (vec![false], vec![true]));
}

#[test]
fn a_change_of_its_own_checks_is_read_by_whom_the_emergency_asks() {
    let policy = format!(
        "{LANE}[[rule]]\nid = \"tested\"\napprovals = [{{ from = [\"carols\"], count = 1 }}]\nchecks = [\"build\"]\n"
    );
    let workflow = |facts: &mut Facts| {
        known(&mut facts.files).push(file(".github/workflows/build.yml"));
        facts.checks = Known::Known(vec![run("build", "success")]);
    };
    let states = |last: &'static str| [OPEN[0], OPEN[1], "tested approvals waived", last];
    check(&policy, &declared(workflow), Wait, &states("tested checks waiting"));
    let read = declared(|facts| {
        workflow(facts);
        approve(facts, "bob");
    });
    let expected = [OPEN[0], "emergency approvals satisfied", "tested approvals waived", "tested checks satisfied"];
    check(&policy, &read, Pass, &expected);
}

#[test]
fn a_lane_of_a_file_stands_in_the_place_of_its_packs() {
    let head = "version = 1\npacks = [\"startup\"]\n[authorities.cab]\nteams = [\"acme/cab\"]\n";
    let expected = [
        "emergency emergency satisfied",
        "emergency approvals waiting",
        "startup/way-back fields author",
        "startup/peer approvals waived",
    ];
    check_layers("", &format!("{head}{LANE}"), &declared(|_| ()), Act, &expected);
}

/// Carol declared the emergency by which the change went in at second 9,000; who said what became of it, and when.
fn reviewed(login: &str, second: i64, change: impl FnOnce(&mut Facts)) -> crate::decision::Decision {
    let facts = declared(|facts| {
        facts.change.state = ChangeState::Merged;
        facts.on_demand.merged_at = Some(at(9_000));
        command(facts, login, "outcome successful it holds", second);
        change(facts);
    });
    decide(&policies("", &format!("{PEOPLE}{}", lane())), &facts)
}

/// Who reviews, at which second, what is changed of the world, and why the review does not count.
type Given = (&'static str, i64, fn(&mut Facts), &'static str);

#[test]
fn a_review_is_done_by_somebody_independent_who_may_approve_the_emergency() {
    let done = reviewed("bob", 9_500, |_| ());
    assert_eq!(done.review.map(|review| (review.by, review.at)), Some((person("bob"), at(9_500))));
    assert_eq!(done.commands[0].refused, None);
    let cases: [Given; 5] = [
        ("frank", 9_500, |_| (), "frank is not"),
        (
            "carol",
            9_500,
            |_| (),
            "carol declared this change an emergency, and whoever declares one does not review it",
        ),
        ("bob", 9_500, |facts| facts.change.author = Some(person("bob")), "bob opened this pull request"),
        ("bob", 9_500, |facts| facts.pushers = Known::unknown("away"), "who pushed could not be read"),
        // Before the merge there was nothing to review.
        ("bob", 8_900, |_| (), ""),
    ];
    for (login, second, change, why) in cases {
        let decision = reviewed(login, second, change);
        assert_eq!(decision.review, None, "{login} {why}");
        let told: Vec<String> =
            decision.commands.iter().map(|result| crate::text::plain(result.refused.as_ref().unwrap())).collect();
        assert_eq!(told.is_empty(), why.is_empty());
        assert!(told.iter().all(|told| told.contains(why)), "{told:?}");
    }
    let above = format!("{PEOPLE}{}", LANE.replace("\"user:bob\", \"user:erin\"", "\"carols\", \"user:frank\""));
    let below = lane().replace("[\"cab\"]", "[\"team:acme/cab\"]");
    let both = |logins: &[&str]| {
        let facts = declared(|facts| {
            facts.change.state = ChangeState::Merged;
            facts.on_demand.merged_at = Some(at(9_000));
            logins.iter().for_each(|login| command(facts, login, "outcome failed badly", 9_500));
        });
        decide(&policies(&above, &below), &facts).review.is_some()
    };
    assert_eq!([both(&["bob"]), both(&["frank"]), both(&["bob", "frank"])], [false, false, true]);
}

#[test]
fn a_review_that_is_overdue_holds_the_other_changes_of_the_repository() {
    let owed = |second: i64| {
        with(|facts| {
            approve(facts, "frank");
            let owed = crate::facts::OwedReview { due: at(second), number: 41 };
            facts.on_demand.reviews_owed = Some(Known::Known(vec![owed]));
        })
    };
    let held = ["reviews review blocked", "peer approvals satisfied"];
    let decision = check(&lane(), &owed(10_060), Block, &held);
    says(&decision, "the review of #41, which went in as an emergency, was due at 2027-01-15T10:47:40Z");
    says(&decision, "review #41 and comment there `/countersign outcome");
    says(&decision, "of: [\"bob\", \"erin\"]");
    let decision = check(&lane(), &owed(10_061), Pass, &held[1..]);
    assert_eq!(decision.next_instant, Some(at(10_001)));
    check(&format!("{LANE}overdue = \"warn\"\n{PEER}"), &owed(9_000), Pass, &held);
    // A layer without a lane holds nothing, and what is not known holds.
    check(PEER, &owed(9_000), Pass, &held[1..]);
    let mut unread = owed(9_000);
    unread.on_demand.reviews_owed = Some(Known::unknown("away"));
    check(&lane(), &unread, Unknown, &["reviews review unknown", held[1]]);
    // An emergency does not lift it: whoever runs from fire to fire still looks back.
    let again = declared(|facts| {
        approve(facts, "bob");
        let owed = crate::facts::OwedReview { due: at(9_000), number: 41 };
        facts.on_demand.reviews_owed = Some(Known::Known(vec![owed]));
    });
    let expected = [held[0], OPEN[0], "emergency approvals satisfied", held[1]];
    check(&lane(), &again, Block, &expected);
}
