//! Membership holds twice: when the approval is first seen, and when it is decided.

use super::*;
use crate::decision::Outcome::*;

const BOARD: &str = "[[rule]]\nid = 'board'\napprovals = [{ from = ['cab'], count = 1 }]\n";

/// The world where carol, who is in `payments` and `cab` now, has approved, and was in these teams or not when it was
/// first seen.
fn approved_when(teams: &[(&str, bool)]) -> Facts {
    let mut facts = approved_by(&["carol"]);
    known(&mut facts.reviews)[0].seen.member_of = teams.iter().map(|(name, was)| (team(name), *was)).collect();
    facts
}

#[test]
fn who_joins_after_having_approved_has_not_approved() {
    check(BOARD, &approved_when(&[]), Pass, &["board approvals satisfied"]);
    check(BOARD, &approved_when(&[("acme/cab", true)]), Pass, &["board approvals satisfied"]);
    let decision = check(BOARD, &approved_when(&[("acme/cab", false)]), Wait, &["board approvals waiting"]);
    says(
        &decision,
        "the approval by carol does not count: carol was not yet in `cab` when the approval was first seen",
    );
    says(&decision, "approve this pull request again, as it is now");
    // She who has left since is a stranger now, whatever she was then.
    let mut left = approved_when(&[("acme/cab", true)]);
    left.teams.insert(team("acme/cab"), Known::Known(people(&["dave"])));
    says(&check(BOARD, &left, Wait, &["board approvals waiting"]), "carol is not in `cab`");
}

#[test]
fn both_times_it_is_the_same_name_that_asks() {
    let either = "[[rule]]\nid = 'e'\napprovals = [{ from = ['payments', 'cab'], count = 1 }]\n";
    check(either, &approved_when(&[("acme/payments", true), ("acme/cab", false)]), Pass, &["e approvals satisfied"]);
    let mut moved = approved_when(&[("acme/payments", true), ("acme/cab", false)]);
    moved.teams.insert(team("acme/payments"), Known::Known(people(&["bob"])));
    check(either, &moved, Wait, &["e approvals waiting"]);
    // Of an authority it is the authority: by which of its teams somebody is in it does not matter.
    let one = "[authorities.both]\nteams = ['acme/payments', 'acme/cab']\n\
               [[rule]]\nid = 'o'\napprovals = [{ from = ['both'], count = 1 }]\n";
    check(one, &moved, Pass, &["o approvals satisfied"]);
}

#[test]
fn who_was_excepted_when_the_approval_was_first_seen_did_not_belong() {
    let rest = "[authorities.rest]\npermission = 'write'\nexcept = ['team:acme/cab']\n\
                [[rule]]\nid = 'r'\napprovals = [{ from = ['rest'], count = 1 }]\n";
    let mut facts = approved_when(&[("acme/cab", true)]);
    facts.teams.insert(team("acme/cab"), Known::Known(people(&["dave"])));
    let decision = check(rest, &facts, Wait, &["r approvals waiting"]);
    says(&decision, "carol was in `acme/cab` when the approval was first seen");
    known(&mut facts.reviews)[0].seen.member_of.clear();
    check(rest, &facts, Pass, &["r approvals satisfied"]);
}

#[test]
fn a_team_that_cannot_be_read_now_is_unknown_whatever_was_found_first() {
    for was in [&[][..], &[("acme/cab", true)]] {
        let mut facts = approved_when(was);
        facts.teams.insert(team("acme/cab"), Known::unknown("GitHub is away"));
        check(BOARD, &facts, Unknown, &["board approvals unknown"]);
    }
    let mut facts = approved_when(&[("acme/cab", false)]);
    facts.teams.insert(team("acme/cab"), Known::unknown("GitHub is away"));
    check(BOARD, &facts, Wait, &["board approvals waiting"]);
}
