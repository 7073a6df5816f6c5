//! What a deployment asks of the changes that it brings.

use super::*;
use crate::decision::Outcome::{self, *};
use crate::facts::{ChangeState, Gate};

/// A freeze of deployments to production, under GitHub's name for it.
const FROZEN: &str = "[environments.production]\nnames = [\"prod-eu\"]\n[[freeze]]\nid = \"peak\"\nwhy = \"w\"\nfrom = 2026-12-18T00:00Z\nuntil = 2026-12-20T00:00Z\nholds = [\"deploy\"]\nwhen = { environments = [\"production\"] }\n";

/// A change that went in, and waits to be deployed to `prod-eu`.
fn waiting(now: &str, authority: Known<Option<Outcome>>) -> Facts {
    let mut facts = world();
    facts.as_of = now.parse().unwrap();
    facts.change.state = ChangeState::Merged;
    facts.on_demand.gate = Some(Gate { environment: "prod-eu".to_owned(), authority });
    facts
}

fn passed(now: &str) -> Facts {
    waiting(now, Known::Known(Some(Pass)))
}

#[test]
fn only_what_was_authorised_before_it_went_in_is_deployed() {
    let judged = |authority: Known<Option<Outcome>>, outcome: Outcome, state: &str, words: &str| {
        let asked = [format!("authorised authorised {state}")];
        let decision = check(PEER, &waiting("2026-12-01T00:00:00Z", authority), outcome, &[&asked[0]]);
        says(&decision, words);
    };
    judged(Known::Known(Some(Pass)), Pass, "satisfied", "everything asked was there when it went in");
    judged(Known::Known(Some(Neutral)), Pass, "satisfied", "no policy decided about it");
    for not in [Block, Unknown, Act, Wait] {
        judged(
            Known::Known(Some(not)),
            Block,
            "blocked",
            &format!("without authorisation: the last decision was `{}`", not.name()),
        );
    }
    judged(Known::Known(Some(Silent)), Block, "blocked", "no policy spoke about it");
    judged(Known::Known(None), Block, "blocked", "there is no decision on the commit that went in");
    judged(Known::unknown("why"), Unknown, "unknown", "why");
}

#[test]
fn a_change_that_is_not_shown_as_merged_is_not_deployed() {
    let mut facts = passed("2026-12-01T00:00:00Z");
    facts.change.state = ChangeState::Open;
    says(&check(PEER, &facts, Unknown, &["authorised authorised unknown"]), "GitHub does not show that it went in");
}

#[test]
fn a_change_counts_only_by_the_policy_of_the_default_branch() {
    let mut facts = passed("2026-12-01T00:00:00Z");
    facts.change.base.name = "mine".to_owned();
    let words = "it went into `mine`, which the default branch's policy does not govern";
    says(&check(PEER, &facts, Block, &["authorised authorised blocked"]), words);
    facts.on_demand.check_name = Some("countersign: release".to_owned());
    check(PEER, &facts, Pass, &["authorised authorised satisfied"]);
}

#[test]
fn a_freeze_of_deployments_holds_them_to_the_second_and_no_merge() {
    let policy = format!("{FROZEN}{PEER}");
    let at = |now: &str, outcome: Outcome, state: &str, next: Option<&str>| {
        let expected = ["authorised authorised satisfied".to_owned(), format!("peak freeze {state}")];
        let decision = check(&policy, &passed(now), outcome, &[&expected[0], &expected[1]]);
        assert_eq!(decision.next_instant, next.map(|at| at.parse().unwrap()), "{now}");
    };
    let (start, end) = (Some("2026-12-18T00:00:00Z"), Some("2026-12-20T00:00:00Z"));
    at("2026-12-17T23:59:59Z", Pass, "satisfied", start);
    at("2026-12-18T00:00:00Z", Wait, "waiting", end);
    at("2026-12-20T00:00:00Z", Pass, "satisfied", None);
    let mut merging = approved_by(&["bob"]);
    merging.as_of = "2026-12-19T00:00:00Z".parse().unwrap();
    check(&policy, &merging, Pass, &["peer approvals satisfied"]);
    let merges = policy.replace("[\"deploy\"]", "[\"merge\"]");
    check(&merges, &passed("2026-12-19T00:00:00Z"), Pass, &["authorised authorised satisfied"]);
}

#[test]
fn an_environment_is_known_at_its_gate_by_githubs_names_for_it() {
    let policy = format!("{FROZEN}{PEER}");
    let goes_to = |environment: &str, outcome: Outcome, expected: &[&str]| {
        let mut facts = passed("2026-12-19T00:00:00Z");
        facts.on_demand.gate.as_mut().unwrap().environment = environment.to_owned();
        check(&policy, &facts, outcome, expected);
    };
    let (frozen, free) =
        (["authorised authorised satisfied", "peak freeze waiting"], ["authorised authorised satisfied"]);
    goes_to("prod-eu", Wait, &frozen);
    goes_to("Prod-EU", Wait, &frozen);
    goes_to("production", Pass, &free);
    goes_to("staging", Pass, &free);
}

#[test]
fn what_only_observes_holds_no_deployment_and_what_is_not_known_does() {
    let expected = ["authorised authorised satisfied", "peak freeze waiting"];
    let observing = PEOPLE.replace("version = 1", "version = 1\nmode = \"observe\"") + FROZEN + PEER;
    check_layers("", &observing, &passed("2026-12-19T00:00:00Z"), Pass, &expected);
    let by_file = FROZEN.replace("when = {", "when = { files = [\"src/**\"],") + PEER;
    let mut facts = passed("2026-12-19T00:00:00Z");
    facts.files = Known::unknown("GitHub lists no more than 3,000");
    check(&by_file, &facts, Unknown, &["authorised authorised satisfied", "peak freeze unknown"]);
}

#[test]
fn a_standing_exception_lifts_a_freeze_of_deployments() {
    let waiver = "[[waiver]]\nid = \"w\"\nrules = [\"peak\"]\nuntil = 2027-01-01T00:00Z\nwhy = \"agreed\"\n";
    let expected = ["authorised authorised satisfied", "peak freeze waived"];
    check(&format!("{FROZEN}{waiver}{PEER}"), &passed("2026-12-19T00:00:00Z"), Pass, &expected);
}
