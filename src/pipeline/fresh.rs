//! Whether a look is new enough for the events that asked for it.
//!
//! GitHub answers reads from copies that lag behind its own webhooks. A look counts only
//! if it shows what the event told; else it is taken again a little later.

use countersign_domain::facts::{CheckState, ThreadState};

use crate::github::Look;
use crate::signal::Want;

/// The wants that the look does not meet.
pub(super) fn unmet<'a>(look: &Look, wants: &'a [Want]) -> Vec<&'a Want> {
    // Tips are not ordered: the newest is among those that were pushed, so one that is met is enough.
    let is_tip = |want: &Want| matches!(want, Want::Tip(_));
    let is_default_tip = |want: &Want| matches!(want, Want::DefaultTip(_));
    let tip_met = wants.iter().any(|want| is_tip(want) && meets(look, want));
    let default_tip_met = wants.iter().any(|want| is_default_tip(want) && meets(look, want));
    let by_another = |want: &Want| (tip_met && is_tip(want)) || (default_tip_met && is_default_tip(want));
    wants.iter().filter(|want| !(meets(look, want) || by_another(want))).collect()
}

fn meets(look: &Look, want: &Want) -> bool {
    let head = look.change.head.tip.as_str();
    match want {
        // Teams are read apart from the look, and their age is seen to there.
        Want::Anything | Want::Rerun(_) | Want::Members(_) => true,
        Want::UpdatedAt(at) => look.change.updated_at >= *at,
        Want::Head { head: pushed, at } => head == pushed || look.change.updated_at > *at,
        Want::Tip(tip) => look.change.base.tip.as_str() == tip,
        Want::DefaultTip(tip) => look.default_tip.as_ref().is_none_or(|now| now.as_str() == tip),
        Want::Review { id, state } => look.reviews.known().is_none_or(|reviews| {
            // A dismissal is the last thing that can become of a review.
            reviews.iter().any(|review| review.id == *id && (review.state == *state || review.state == "dismissed"))
        }),
        Want::Check { head: on, id, name, concluded } => {
            on != head
                || look.checks.known().is_none_or(|checks| {
                    let newer = |check: &&crate::github::CheckRead| check.id > *id && check.check.name == *name;
                    let done = |state: &CheckState| !concluded || matches!(state, CheckState::Concluded(_));
                    checks.iter().any(|check| check.id == *id && done(&check.check.state))
                        || checks.iter().any(|check| newer(&check))
                })
        }
        Want::Status { head: on, context, at } => {
            on != head
                || look.checks.known().is_none_or(|checks| {
                    checks
                        .iter()
                        .any(|check| check.check.name == *context && check.made_at.is_some_and(|made| made >= *at))
                })
        }
        Want::Thread { node, resolved } => look.asked.threads.known().is_none_or(|threads| {
            threads.iter().any(|(id, thread)| id == node && *resolved == (thread.state != ThreadState::Open))
        }),
        Want::Deployment { head: on, node, environment, status_at } => {
            let asked = &look.asked;
            on != head
                || !asked.ask.environments.contains(environment)
                || asked.deployments.known().is_none_or(|made| {
                    made.iter().any(|made| made.node == *node && status_at.is_none_or(|at| made.status_at >= Some(at)))
                })
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use countersign_domain::account::Oid;
    use countersign_domain::facts::{
        Branch, Change, ChangeState, Check, CheckMaker, Deployment, Known, Repository, Thread,
    };
    use countersign_domain::policy::Read;
    use jiff::Timestamp;

    use super::*;
    use crate::github::{Ask, AskedRead, CheckRead, DeploymentRead, ReviewRead};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn look() -> Look {
        let branch = |name: &str, tip: &str| Branch { name: name.into(), tip: Oid::new(tip) };
        let review = ReviewRead {
            id: 4,
            author: None,
            state: "approved".into(),
            submitted_at: at(5),
            commit: None,
            can_write: true,
            dismissal: None,
        };
        let check = |id: u64, state: CheckState| CheckRead {
            id,
            made_at: Some(at(7)),
            check: Check { name: "ci".into(), maker: CheckMaker::Creator(None), state, required: false },
        };
        Look {
            repository: Repository {
                id: 1,
                owner: "acme".into(),
                name: "shop".into(),
                public: false,
                default_branch: "main".into(),
            },
            change: Change {
                number: 1,
                title: String::new(),
                body: String::new(),
                author: None,
                state: ChangeState::Open,
                draft: false,
                base: branch("main", "b2"),
                head: branch("feature", "h2"),
                head_owner: None,
                fork: false,
                labels: Vec::new(),
                updated_at: at(10),
            },
            created_at: at(0),
            body_edited_at: None,
            bodies: Vec::new(),
            bases: Vec::new(),
            head_owner: None,
            asked_reviewers: None,
            in_merge_queue: false,
            assignees: Vec::new(),
            files: Known::Known(Vec::new()),
            commits: Known::Known(Vec::new()),
            reviews: Known::Known(vec![review]),
            checks: Known::Known(vec![check(8, CheckState::Running)]),
            own_runs: Vec::new(),
            own_comment: None,
            organisation_policy: Read::Unseen,
            selected_only: false,
            repository_policy: Read::Absent,
            default_policy: Read::Absent,
            default_tip: Some(Oid::new("d2")),
            head_policy: Known::Known(None),
            templates: Vec::new(),
            budget: None,
            asked: asked(),
        }
    }

    /// One deployment to `staging`, with a status, and one thread, resolved; other environments were not asked for.
    fn asked() -> AskedRead {
        let deployment =
            Deployment { environment: "staging".into(), by: None, state: "success".into(), made_at: at(3) };
        let read = DeploymentRead { node: "DE_1".into(), status_at: Some(at(6)), deployment };
        let ask = Ask { environments: ["staging".to_owned()].into(), threads: true };
        let thread = Thread { path: "a.rs".into(), state: ThreadState::Resolved { by: None } };
        AskedRead { ask, deployments: Known::Known(vec![read]), threads: Known::Known(vec![("T1".into(), thread)]) }
    }

    fn check(wants: &[Want], met: bool) {
        assert_eq!(unmet(&look(), wants).is_empty(), met, "{wants:?}");
    }

    #[test]
    fn a_look_is_as_new_as_what_it_shows() {
        check(&[Want::Anything, Want::Rerun(0), Want::Members(at(99))], true);
        check(&[Want::UpdatedAt(at(10))], true);
        check(&[Want::UpdatedAt(at(11))], false);
        check(&[Want::Head { head: "h2".into(), at: at(11) }], true);
        check(&[Want::Head { head: "h1".into(), at: at(9) }], true);
        check(&[Want::Head { head: "h3".into(), at: at(11) }], false);
        check(&[Want::Tip("b1".into())], false);
        check(&[Want::Tip("b1".into()), Want::Tip("b2".into())], true);
        check(&[Want::DefaultTip("d1".into()), Want::Tip("b2".into())], false);
        check(&[Want::DefaultTip("d1".into()), Want::DefaultTip("d2".into())], true);
        check(&[Want::Review { id: 4, state: "approved".into() }], true);
        check(&[Want::Review { id: 4, state: "dismissed".into() }], false);
        check(&[Want::Review { id: 5, state: "approved".into() }], false);
    }

    #[test]
    fn a_check_is_as_new_as_its_number_and_state() {
        let run =
            |head: &str, id: u64, concluded: bool| Want::Check { head: head.into(), id, name: "ci".into(), concluded };
        check(&[run("h2", 8, false)], true);
        check(&[run("h2", 8, true)], false);
        check(&[run("h2", 7, true)], true);
        check(&[run("h2", 9, false)], false);
        check(&[run("h1", 9, true)], true);
        let status = |at| Want::Status { head: "h2".into(), context: "ci".into(), at };
        check(&[status(at(7))], true);
        check(&[status(at(8))], false);
    }

    #[test]
    fn a_deployment_is_as_new_as_its_latest_status() {
        let want = |head: &str, node: &str, environment: &str, status_at| Want::Deployment {
            head: head.into(),
            node: node.into(),
            environment: environment.into(),
            status_at,
        };
        check(&[want("h2", "DE_1", "staging", None)], true);
        check(&[want("h2", "DE_1", "staging", Some(at(6)))], true);
        check(&[want("h2", "DE_1", "staging", Some(at(7)))], false);
        check(&[want("h2", "DE_2", "staging", None)], false);
        // Of another head, or of an environment that nobody asked for.
        check(&[want("h1", "DE_2", "staging", None)], true);
        check(&[want("h2", "DE_2", "load", None)], true);
    }

    #[test]
    fn a_thread_is_as_new_as_how_it_stands() {
        let want = |node: &str, resolved| Want::Thread { node: node.into(), resolved };
        check(&[want("T1", true)], true);
        check(&[want("T1", false)], false);
        check(&[want("T2", true)], false);
        let unread = Look { asked: AskedRead::default(), ..look() };
        assert_eq!(unmet(&unread, &[want("T2", true)]), Vec::<&Want>::new());
    }
}
