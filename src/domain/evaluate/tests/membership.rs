//! Membership holds twice: when the approval is first seen, and when it is decided.

use super::*;
use crate::decision::Outcome::*;
use crate::policy::Permission;

const BOARD: &str = "[[rule]]\nid = 'board'\napprovals = [{ from = ['cab'], count = 1 }]\n";

/// The world where carol, who is in `payments` and `cab` now, has approved, and was in these teams or not when it was
/// first seen.
fn approved_when(teams: &[(&str, bool)]) -> Facts {
    let mut facts = approved_by(&["carol"]);
    let teams = teams.iter().map(|(name, was)| (team(name), Known::Known(*was)));
    known(&mut facts.reviews)[0].seen.member_of = teams.collect();
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

/// The world where carol, who is in `payments` and `cab` now, has approved, and `cab` could not be read in time.
fn approved_untold() -> Facts {
    let mut facts = approved_by(&["carol"]);
    known(&mut facts.reviews)[0].seen.member_of = [(team("acme/cab"), Known::unknown("away"))].into();
    facts
}

#[test]
fn an_approval_whose_givers_membership_at_the_time_cannot_be_told_is_given_again() {
    let decision = check(BOARD, &approved_untold(), Wait, &["board approvals waiting"]);
    says(
        &decision,
        "the approval by carol does not count: whether carol was in `cab` when the approval was first seen could not be \
         read in time",
    );
    says(&decision, "approve this pull request again, as it is now");
    // By another way it counts all the same, and who may have been excepted was.
    let either = "[[rule]]\nid = 'e'\napprovals = [{ from = ['payments', 'cab'], count = 1 }]\n";
    check(either, &approved_untold(), Pass, &["e approvals satisfied"]);
    let rest = "[authorities.rest]\npermission = 'write'\nexcept = ['team:acme/cab']\n\
                [[rule]]\nid = 'r'\napprovals = [{ from = ['rest'], count = 1 }]\n";
    let mut left = approved_untold();
    left.teams.insert(team("acme/cab"), Known::Known(people(&["dave"])));
    check(rest, &left, Wait, &["r approvals waiting"]);
}

#[test]
fn a_permission_holds_when_the_approval_is_first_seen_and_when_it_is_decided() {
    use Permission::{Maintain, Write};
    let keepers = "[authorities.keepers]\npermission = 'maintain'\n\
                   [[rule]]\nid = 'k'\napprovals = [{ from = ['keepers'], count = 1 }]\n";
    let judged =
        |then: Option<Known<Option<Permission>>>, now: Permission, outcome: crate::decision::Outcome, says_so: &str| {
            let mut facts = approved_by(&["carol"]);
            let carol = known(&mut facts.reviews)[0].author.clone().expect("carol");
            known(&mut facts.reviews)[0].seen.held = then;
            facts.on_demand.permissions = [(carol, Known::Known(Some(now)))].into();
            let state = if outcome == Pass { "k approvals satisfied" } else { "k approvals waiting" };
            let decision = check(keepers, &facts, outcome, &[state]);
            if !says_so.is_empty() {
                says(&decision, says_so);
            }
        };
    judged(None, Maintain, Pass, "");
    judged(Some(Known::Known(Some(Maintain))), Maintain, Pass, "");
    judged(
        Some(Known::Known(Some(Maintain))),
        Write,
        Wait,
        "the approval by carol does not count: carol is not in `keepers`",
    );
    let late = "carol was not yet in `keepers` when the approval was first seen";
    judged(Some(Known::Known(Some(Write))), Maintain, Wait, late);
    judged(Some(Known::Known(None)), Maintain, Wait, late);
    let untold = "whether carol was in `keepers` when the approval was first seen could not be read in time";
    judged(Some(Known::unknown("away")), Maintain, Wait, untold);
}

#[test]
fn who_could_not_push_when_the_approval_was_first_seen_approves_again() {
    let peer = "[authorities.pushing]\npermission = 'write'\n\
                [[rule]]\nid = 'p'\napprovals = [{ from = ['pushing'], count = 1 }]\n";
    let mut facts = approved_by(&["carol"]);
    known(&mut facts.reviews)[0].seen.could_write = Some(true);
    check(peer, &facts, Pass, &["p approvals satisfied"]);
    known(&mut facts.reviews)[0].seen.could_write = Some(false);
    let decision = check(peer, &facts, Wait, &["p approvals waiting"]);
    says(&decision, "approve this pull request again, as it is now");
    // Of a team too, which asks for the right to push beside.
    let decision = check(BOARD, &facts, Wait, &["board approvals waiting"]);
    says(&decision, "carol could not push to this repository when the approval was first seen");
}
