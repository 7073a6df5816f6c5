//! Commands in comments: who may hold and waive, what it does, until when, and what is said to whoever may not.

use super::*;
use crate::command::LEAD;
use crate::decision::{Decision, Outcome::*};
use crate::facts::{ChangeState, Command, Gate, Review};

/// Two of the board may let a change without its test through for a day.
const TESTED: &str = "[[rule]]\nid = \"tested\"\nchecks = [\"integration\"]\n\
    waive = { from = [\"cab\"], count = 1, for = \"24h\" }\n";

/// A command on what is there now, by somebody who may push, a minute before "now".
fn command(facts: &mut Facts, login: &str, line: &str) -> u64 {
    let at = facts.as_of - jiff::SignedDuration::from_mins(1);
    command_at(facts, login, line, at)
}

fn command_at(facts: &mut Facts, login: &str, line: &str, at: jiff::Timestamp) -> u64 {
    let id = review(facts, login, crate::facts::ReviewVerdict::Approved);
    let Some(Review { seen, commit, .. }) = known(&mut facts.reviews).pop() else { panic!("no review") };
    let commands = known(&mut facts.commands);
    let comment = id + commands.len() as u64;
    let by = person(login);
    let line = line.trim_start_matches(LEAD).trim().to_owned();
    commands.push(Command { comment, by, at, line, can_write: Some(true), seen, head: commit });
    comment
}

fn commanded(commands: &[(&str, &str)]) -> Facts {
    with(|facts| {
        approve(facts, "bob");
        for (by, line) in commands {
            command(facts, by, line);
        }
    })
}

fn decided(policy: &str, facts: &Facts) -> Decision {
    decide(&policies("", &format!("{PEOPLE}{policy}")), facts)
}

/// What became of each command: `taken`, or why not.
fn answers(decision: &Decision) -> Vec<String> {
    let answer = |refused: &Option<crate::text::Phrase>| refused.as_ref().map(crate::text::plain);
    decision.commands.iter().map(|one| answer(&one.refused).unwrap_or_else(|| "taken".to_owned())).collect()
}

#[track_caller]
fn check_answers(policy: &str, facts: &Facts, expected: &[&str]) {
    let decision = decided(policy, facts);
    assert_eq!(answers(&decision), expected);
}

#[test]
fn anybody_who_may_push_holds_and_the_holder_or_anybody_who_may_push_lifts_it() {
    let held = ["policy hold waiting", "peer approvals satisfied"];
    let free = ["peer approvals satisfied"];
    let facts = commanded(&[("carol", "hold the bank is away")]);
    let decision = check(PEER, &facts, Wait, &held);
    says(&decision, "next: held by carol since 2027-01-15T10:45:40Z: `the bank is away`");
    assert_eq!(answers(&decision), ["taken"]);
    for by in ["carol", "dave", "ann"] {
        check(PEER, &commanded(&[("carol", "hold x"), (by, "unhold")]), Pass, &free);
    }
    check(PEER, &commanded(&[("carol", "hold x"), ("bob", "unhold"), ("carol", "hold y")]), Wait, &held);
    check_answers(PEER, &commanded(&[("bob", "unhold")]), &["nobody holds this pull request"]);
}

#[test]
fn whoever_may_not_push_neither_holds_nor_lifts_what_others_hold() {
    let could = |place: usize, could: Option<bool>| {
        let mut facts = commanded(&[("carol", "hold x"), ("dave", "unhold")]);
        known(&mut facts.commands)[place].can_write = could;
        decided(PEER, &facts)
    };
    let stranger = could(0, Some(false));
    assert_eq!(
        (stranger.outcome, answers(&stranger)[0].as_str()),
        (Pass, "only somebody who may push to this repository may hold it")
    );
    let lifts = could(1, Some(false));
    let why = "only whoever holds it, or somebody who may push to this repository, may lift the hold";
    assert_eq!((lifts.outcome, answers(&lifts)), (Wait, vec!["taken".to_owned(), why.to_owned()]));
    // What is not known holds, and lifts nothing.
    assert_eq!((could(0, None).outcome, could(1, None).outcome), (Pass, Wait));
    let mut alone = commanded(&[("carol", "hold x")]);
    known(&mut alone.commands)[0].can_write = None;
    assert_eq!(decided(PEER, &alone).outcome, Wait);
    // Who could not push at first holds nothing by being let in afterwards.
    let mut later = commanded(&[("carol", "hold x")]);
    known(&mut later.commands)[0].seen.could_write = Some(false);
    assert_eq!(decided(PEER, &later).outcome, Pass);
}

#[test]
fn commands_that_could_not_be_read_pass_nothing() {
    let facts = with(|facts| {
        approve(facts, "bob");
        facts.commands = Known::unknown("away");
    });
    check(PEER, &facts, Unknown, &["policy hold unknown", "peer approvals satisfied"]);
}

#[test]
fn those_whom_the_rule_names_waive_it_for_as_long_as_it_says() {
    let facts = commanded(&[("carol", "waive tested the bank's test system is away")]);
    let waived = ["tested checks waived"];
    let decision = check(TESTED, &facts, Pass, &waived);
    says(&decision, "waived by carol until 2027-01-16T10:45:40Z: `the bank's test system is away`");
    // Green goes a minute before the end.
    assert_eq!(decision.next_instant, Some("2027-01-16T10:44:40Z".parse().unwrap()));
    let at = |instant: &str| Facts { as_of: instant.parse().unwrap(), ..facts.clone() };
    check(TESTED, &at("2027-01-16T10:44:39Z"), Pass, &waived);
    check(TESTED, &at("2027-01-16T10:44:40Z"), Wait, &["tested checks waiting"]);
    for id in ["repository/tested", "`tested`"] {
        let line = crate::command::of_comment(&format!("/countersign waive {id} x")).unwrap();
        check(TESTED, &commanded(&[("carol", &line)]), Pass, &waived);
    }
}

#[test]
fn a_waiver_by_command_is_refused_with_who_may() {
    let may = "; it may be waived by carol or dave (`acme/cab`)";
    let refused = |by: &str, why: &str| {
        let facts = commanded(&[(by, "waive tested x")]);
        let decision = check(TESTED, &facts, Wait, &["tested checks waiting"]);
        assert_eq!(answers(&decision), [format!("{why}{may}")], "{by}");
    };
    refused("bob", "bob is not in `cab`");
    let unknown = "no rule, freeze or window here is called `board`; there is `tested`";
    check_answers(TESTED, &commanded(&[("carol", "waive board x")]), &[unknown]);
    let bare = TESTED.replace("waive = {", "# ");
    let nobody = "`tested` cannot be waived: the policy names nobody who may";
    check_answers(&bare, &commanded(&[("carol", "waive tested x")]), &[nobody]);
    let always = format!("{TESTED}always = true\n");
    let facts = commanded(&[("carol", "waive tested x")]);
    let decision = check(&always, &facts, Wait, &["tested checks waiting"]);
    assert_eq!(answers(&decision), ["`tested` cannot be waived: nothing relaxes it"]);
}

#[test]
fn whoever_waives_is_as_independent_as_an_approver() {
    let policy = TESTED.replace("[\"cab\"]", "[\"user:ann\", \"user:dave\"]");
    let facts = commanded(&[("ann", "waive tested x")]);
    let decision = check(&policy, &facts, Wait, &["tested checks waiting"]);
    assert!(
        answers(&decision)[0].starts_with("ann opened this pull request; it may be waived by dave"),
        "{:?}",
        answers(&decision)
    );
    let pushed = with(|facts| {
        command(facts, "carol", "waive tested x");
        known(&mut facts.pushers).insert(person("carol"));
    });
    check(TESTED, &pushed, Wait, &["tested checks waiting"]);
}

#[test]
fn a_waiver_holds_for_what_was_there_when_it_was_given_and_by_whom_it_still_may_be() {
    let changed = |change: &dyn Fn(&mut Facts)| {
        let mut facts = commanded(&[("carol", "waive tested x")]);
        change(&mut facts);
        check(TESTED, &facts, Wait, &["tested checks waiting"]);
    };
    changed(&|facts| push(facts, "h2", "ann"));
    changed(&|facts| facts.change.base.name = "release/1".to_owned());
    changed(&|facts| facts.change.body = "## Risk\n\nHigh\n".to_owned());
    changed(&|facts| drop(facts.teams.insert(team("acme/cab"), Known::Known(people(&["dave"])))));
    changed(&|facts| {
        let seen = &mut known(&mut facts.commands)[0].seen;
        seen.member_of.insert(team("acme/cab"), Known::Known(false));
    });
    changed(&|facts| known(&mut facts.commands)[0].can_write = Some(false));
    changed(&|facts| known(&mut facts.commands)[0].can_write = None);
    changed(&|facts| known(&mut facts.commands)[0].head = None);
    changed(&|facts| known(&mut facts.commands)[0].by.kind = crate::account::AccountKind::Bot);
}

#[test]
fn an_approval_is_no_waiver_and_a_waiver_no_approval() {
    let both = "[[rule]]\nid = \"board\"\napprovals = [{ from = [\"cab\"], count = 1 }]\n\
        [[rule]]\nid = \"tested\"\nchecks = [\"integration\"]\nwaive = { from = [\"cab\"], count = 1, for = \"24h\" }\n";
    let approved = approved_by(&["carol"]);
    check(both, &approved, Wait, &["board approvals satisfied", "tested checks waiting"]);
    let waived = with(|facts| assert_ne!(command(facts, "carol", "waive tested x"), 0));
    check(both, &waived, Wait, &["board approvals waiting", "tested checks waived"]);
}

#[test]
fn several_people_waive_together_within_the_time_it_lasts() {
    let two = TESTED.replace("count = 1", "count = 2");
    let waiting = ["tested checks waiting"];
    let decision = check(&two, &commanded(&[("carol", "waive tested x")]), Wait, &waiting);
    assert_eq!(answers(&decision), ["taken"]);
    says(&decision, "it may be waived by 2 of carol or dave (`acme/cab`), and so far was by carol");
    check(&two, &commanded(&[("carol", "waive tested x"), ("carol", "waive tested y")]), Wait, &waiting);
    check(
        &two,
        &commanded(&[("carol", "waive tested x"), ("dave", "waive tested y")]),
        Pass,
        &["tested checks waived"],
    );
    let hours_ago = |first: i64, second: i64| {
        with(|facts| {
            let ago = |hours| facts.as_of - jiff::SignedDuration::from_hours(hours);
            let (first, second) = (ago(first), ago(second));
            command_at(facts, "carol", "waive tested x", first);
            command_at(facts, "dave", "waive tested x", second);
        })
    };
    // It lasts from the command that made up the number, and the first one no longer than it would have alone.
    check(&two, &hours_ago(40, 20), Pass, &["tested checks waived"]);
    check(&two, &hours_ago(40, 15), Wait, &waiting);
    check(&two, &hours_ago(26, 25), Wait, &waiting);
}

#[test]
fn freezes_and_windows_are_waived_as_rules_are() {
    let waive = "waive = { from = [\"cab\"], count = 1, for = \"24h\" }\n";
    let freeze =
        "[[freeze]]\nid = \"peak\"\nwhy = \"x\"\nfrom = \"2027-01-01T00:00:00Z\"\nuntil = \"2027-02-01T00:00:00Z\"\n";
    let window = "[[window]]\nid = \"nights\"\nhours = \"01:00-02:00\"\ntimezone = \"UTC\"\n";
    for (hold, id, kind) in [(freeze, "peak", "freeze"), (window, "nights", "window")] {
        let policy = format!("{hold}{waive}{PEER}");
        let approvals = "peer approvals satisfied";
        let held = check(&policy, &commanded(&[]), Wait, &[&format!("{id} {kind} waiting"), approvals]);
        says(&held, "it may be waived by carol or dave (`acme/cab`)");
        let by = commanded(&[("dave", &format!("waive {id} it cannot wait"))]);
        check(&policy, &by, Pass, &[&format!("{id} {kind} waived"), approvals]);
    }
}

#[test]
fn what_is_satisfied_is_not_waived_and_what_does_not_apply_is_left_alone() {
    let mut facts = commanded(&[("carol", "waive tested x")]);
    known(&mut facts.checks).push(run("integration", "success"));
    check(TESTED, &facts, Pass, &["tested checks satisfied"]);
    let rule = TESTED.split_once("[[rule]]").unwrap().1;
    let elsewhere = format!("{PEER}[[rule]]{rule}when = {{ files = [\"docs/**\"] }}\n");
    let facts = commanded(&[("carol", "waive tested x")]);
    check(&elsewhere, &facts, Pass, &["peer approvals satisfied"]);
}

#[test]
fn what_is_no_command_or_cannot_be_read_is_told() {
    let facts = commanded(&[("bob", "aprove"), ("bob", "schedule now later"), ("bob", "explain"), ("bob", "recheck")]);
    let no = "there is no command `aprove`; write `/countersign help`";
    let yet = "`schedule` wants a start and an end, each a date and a time of day; \
        write `/countersign schedule 2026-01-30 19:00 2026-01-30 21:00 Europe/London`";
    check_answers(PEER, &facts, &[no, yet, "taken", "taken"]);
    // Where no policy speaks there is nobody to answer.
    assert_eq!(decide(&policies("", ""), &facts).commands, []);
}

#[test]
fn a_freeze_of_deployments_is_waived_at_the_gate() {
    let frozen = "[[freeze]]\nid = \"peak\"\nwhy = \"w\"\nfrom = 2027-01-01T00:00Z\nuntil = 2027-02-01T00:00Z\n\
        holds = [\"deploy\"]\nwaive = { from = [\"cab\"], count = 1, for = \"24h\" }\n";
    let waits = |commands: &[(&str, &str)]| {
        let mut facts = commanded(commands);
        facts.change.state = ChangeState::Merged;
        let authority = Known::Known(Some(Pass));
        facts.on_demand.gate = Some(Gate { environment: "production".to_owned(), authority });
        facts
    };
    let (policy, authorised) = (format!("{PEER}{frozen}"), "authorised authorised satisfied");
    check(&policy, &waits(&[]), Wait, &[authorised, "peak freeze waiting"]);
    check(&policy, &waits(&[("bob", "waive peak now")]), Wait, &[authorised, "peak freeze waiting"]);
    check(&policy, &waits(&[("carol", "waive peak now")]), Pass, &[authorised, "peak freeze waived"]);
}

/// One of the board has to know of it.
const KNOWN: &str = "[[rule]]\nid = \"known\"\nacknowledge = [\"cab\"]\n";

#[test]
fn one_of_those_named_acknowledges_the_change_and_nobody_else() {
    let facts = |by: &str| commanded(&[(by, "acknowledge")]);
    let waiting = check(KNOWN, &commanded(&[]), Wait, &["known acknowledge waiting"]);
    says(&waiting, "nobody has acknowledged it yet");
    says(&waiting, "next: for acknowledgement by ");
    let known = check(KNOWN, &facts("carol"), Pass, &["known acknowledge satisfied"]);
    assert_eq!(answers(&known), ["taken"]);
    says(&known, "carol acknowledged it at 2027-01-15T10:45:40Z");
    let stranger = check(KNOWN, &facts("bob"), Wait, &["known acknowledge waiting"]);
    assert!(answers(&stranger)[0].contains("it may be acknowledged by"), "{:?}", answers(&stranger));
    // The author knows, and tells nobody by saying so.
    check(KNOWN, &facts("ann"), Wait, &["known acknowledge waiting"]);
    // Where nobody is asked to, it does nothing.
    check_answers(PEER, &facts("carol"), &["no rule here asks for an acknowledgement"]);
}

#[test]
fn an_acknowledgement_is_bound_to_the_diff_and_unknown_where_its_giver_is() {
    let mut unread = commanded(&[("carol", "acknowledge")]);
    known(&mut unread.commands)[0].can_write = None;
    let decision = decided(KNOWN, &unread);
    assert_eq!(decision.outcome, Unknown, "{decision:#?}");
    let mut other = commanded(&[("carol", "acknowledge")]);
    known(&mut other.commands)[0].head = Some(crate::account::Oid::new("0ther"));
    known(&mut other.commands)[0].seen.commits = Known::Known(Default::default());
    check(KNOWN, &other, Wait, &["known acknowledge waiting"]);
    let away = with(|facts| facts.commands = Known::unknown("away"));
    assert_eq!(decided(KNOWN, &away).outcome, Unknown);
}

/// Of each command whether what becomes of it is known.
fn known_for_good(policy: &str, facts: &Facts) -> Vec<bool> {
    decided(policy, facts).commands.iter().map(|command| command.is_known).collect()
}

#[test]
fn a_command_whose_givers_standing_is_not_known_yet_is_not_answered() {
    let check = |policy: &str, by: &str, line: &str, unread: &dyn Fn(&mut Facts)| {
        let mut facts = commanded(&[("carol", "hold x"), (by, line)]);
        assert_eq!(known_for_good(policy, &facts), [true, true], "{line}");
        unread(&mut facts);
        assert_eq!(known_for_good(policy, &facts), [true, false], "{line}");
    };
    let permission: &dyn Fn(&mut Facts) = &|facts| known(&mut facts.commands)[1].can_write = None;
    for line in ["hold y", "unhold", "waive tested y"] {
        check(TESTED, "dave", line, permission);
    }
    let team: &dyn Fn(&mut Facts) = &|facts| {
        facts.teams.insert(team("acme/cab"), Known::unknown("away"));
    };
    check(TESTED, "dave", "waive tested y", team);
    let lane =
        "[emergency]\ndeclared_by = [\"cab\"]\nexpires = \"4h\"\napprovals = [{ from = [\"cab\"], count = 1 }]\n";
    let lane = format!("{TESTED}{lane}");
    let ticket = |facts: &mut Facts| {
        facts.on_demand.tickets.insert("inc-1".to_owned(), Known::Known(crate::facts::TicketUse::Free));
    };
    let mut facts = commanded(&[("carol", "hold x"), ("dave", "emergency INC-1 down")]);
    ticket(&mut facts);
    assert_eq!(known_for_good(&lane, &facts), [true, true]);
    team(&mut facts);
    assert_eq!(known_for_good(&lane, &facts), [true, false]);
    // What nothing can make good is refused at once.
    let mut strange = commanded(&[("erin", "waive tested y")]);
    known(&mut strange.commands)[0].seen.could_write = None;
    assert_eq!(known_for_good(TESTED, &strange), [true]);
}

#[test]
fn what_is_said_of_a_command_speaks_of_no_approval() {
    let told = |change: &dyn Fn(&mut Command)| {
        let mut facts = commanded(&[("carol", "waive tested x")]);
        change(&mut known(&mut facts.commands)[0]);
        answers(&decided(TESTED, &facts)).remove(0)
    };
    let joined = told(&|command| {
        command.seen.member_of.insert(team("acme/cab"), Known::Known(false));
    });
    assert!(joined.starts_with("carol was not yet in `cab` when the command was first seen; "), "{joined}");
    let late = told(&|command| command.head = None);
    assert!(late.starts_with("on which commit it was given is not known, so it has to be given again; "), "{late}");
    let could_not = told(&|command| command.seen.could_write = Some(false));
    assert!(could_not.contains("could not push to this repository when the command was first seen"), "{could_not}");
}
