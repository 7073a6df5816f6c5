//! Whether a look is new enough for the events that asked for it.
//!
//! GitHub answers reads from copies that lag behind its own webhooks. A look counts only
//! if it shows what the event told; else it is taken again a little later.

use countersign_domain::facts::{ChangeState, CheckMaker, CheckState, ThreadState};
use jiff::Timestamp;

use crate::github::{CheckRead, Look};
use crate::signal::Want;

/// The wants that the look does not meet.
pub(super) fn unmet<'a>(look: &Look, wants: &'a [Want]) -> Vec<&'a Want> {
    wants.iter().filter(|want| !meets(look, want)).collect()
}

fn meets(look: &Look, want: &Want) -> bool {
    let head = look.change.head.tip.as_str();
    match want {
        // Teams are read apart from the look, and their age is seen to there.
        Want::Anything | Want::Comment | Want::Rerun(_) | Want::Explain | Want::Members(_) => true,
        Want::Closed(at) => look.change.state != ChangeState::Open || look.change.updated_at > *at,
        Want::UpdatedAt(at) => look.change.updated_at >= *at,
        Want::Head { head: pushed, at } => head == pushed || look.change.updated_at > *at,
        Want::Base { base, at } => look.change.base.name == *base || look.change.updated_at > *at,
        // Time alone ends it.
        Want::Uncounted(_) => false,
        Want::Review { id, state } => look.reviews.known().is_none_or(|reviews| {
            // A dismissal is the last thing that can become of a review.
            reviews.iter().any(|review| review.id == *id && (review.state == *state || review.state == "dismissed"))
        }),
        Want::Check { head: on, id, name, app, concluded } => {
            on != head
                || look.checks.known().is_none_or(|checks| {
                    let newer = |check: &&CheckRead| {
                        check.id > *id && check.check.name == *name && is_by(&check.check.maker, app)
                    };
                    let done = |state: &CheckState| !concluded || matches!(state, CheckState::Concluded(_));
                    checks.iter().any(|check| check.id == *id && done(&check.check.state))
                        || checks.iter().any(|check| newer(&check))
                })
        }
        Want::Status { head: on, context, at, state } => {
            on != head
                || look.checks.known().is_none_or(|checks| {
                    let of_context = checks.iter().filter(|check| check.check.name == *context);
                    of_context
                        .filter_map(|check| Some((check.made_at?, word(&check.check.state))))
                        .any(|shown| is_as_new(shown, (*at, state)))
                })
        }
        Want::Thread { node, resolved } => look.asked.threads.known().is_none_or(|threads| {
            threads.iter().any(|(id, thread)| id == node && *resolved == (thread.state != ThreadState::Open))
        }),
        Want::Deployment { head: on, node, environment, status } => {
            let asked = &look.asked;
            on != head
                || !asked.ask.environments.contains(environment)
                || asked.deployments.known().is_none_or(|made| {
                    made.iter().filter(|made| made.node == *node).any(|made| match (status, made.status_at) {
                        (None, _) => true,
                        (Some(_), None) => false,
                        (Some((at, state)), Some(shown)) => is_as_new((shown, &made.deployment.state), (*at, state)),
                    })
                })
        }
    }
}

/// Whether an App made it; any where none is told.
fn is_by(maker: &CheckMaker, app: &str) -> bool {
    app.is_empty() || matches!(maker, CheckMaker::App { slug, .. } if slug == app)
}

/// Whether a status that is shown is the one that was told, or a newer one. GitHub tells the second only: of one in the
/// same second it is not known which is the newer, so a success does not stand for what may have come after it.
fn is_as_new((shown_at, shown): (Timestamp, &str), (at, told): (Timestamp, &str)) -> bool {
    shown_at > at || (shown_at == at && (shown == told || shown != "success" || told.is_empty()))
}

/// A check's state as events say it.
fn word(state: &CheckState) -> &str {
    match state {
        CheckState::Running => "pending",
        CheckState::Concluded(conclusion) => conclusion,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use countersign_domain::account::Oid;
    use countersign_domain::facts::{Branch, Change, Check, Deployment, Known, Repository, Thread};
    use countersign_domain::policy::Read;

    use super::*;
    use crate::github::{Ask, AskedRead, DeploymentRead, ReviewRead};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn actions() -> CheckMaker {
        CheckMaker::App { id: 15, slug: "github-actions".into() }
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
            check: Check { name: "ci".into(), maker: actions(), state, required: false },
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
            merged: None,
            merged_by: None,
            assignees: Vec::new(),
            files: Known::Known(Vec::new()),
            commits: Known::Known(Vec::new()),
            reviews: Known::Known(vec![review]),
            checks: Known::Known(vec![check(8, CheckState::Running)]),
            own_runs: Vec::new(),
            own_comment: None,
            organisation_policy: Read::Unseen,
            organisation_tip: None,
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
        check(&[Want::Anything, Want::Rerun(0), Want::Explain, Want::Members(at(99))], true);
        check(&[Want::UpdatedAt(at(10))], true);
        check(&[Want::UpdatedAt(at(11))], false);
        check(&[Want::Closed(at(10))], false);
        check(&[Want::Closed(at(9))], true);
        check(&[Want::Head { head: "h2".into(), at: at(11) }], true);
        check(&[Want::Head { head: "h1".into(), at: at(9) }], true);
        check(&[Want::Head { head: "h3".into(), at: at(11) }], false);
        check(&[Want::Base { base: "main".into(), at: at(11) }], true);
        check(&[Want::Base { base: "dev".into(), at: at(10) }], false);
        check(&[Want::Base { base: "dev".into(), at: at(9) }], true);
        check(&[Want::Uncounted(at(0))], false);
        check(&[Want::Review { id: 4, state: "approved".into() }], true);
        check(&[Want::Review { id: 4, state: "dismissed".into() }], false);
        check(&[Want::Review { id: 5, state: "approved".into() }], false);
    }

    #[test]
    fn a_check_is_as_new_as_its_number_and_state() {
        let by = |app: &str, head: &str, id: u64, concluded: bool| Want::Check {
            head: head.into(),
            id,
            name: "ci".into(),
            app: app.into(),
            concluded,
        };
        let run = |head: &str, id: u64, concluded: bool| by("github-actions", head, id, concluded);
        check(&[run("h2", 8, false)], true);
        check(&[run("h2", 8, true)], false);
        check(&[run("h2", 7, true)], true);
        check(&[run("h2", 9, false)], false);
        check(&[run("h1", 9, true)], true);
        check(&[by("another", "h2", 7, true)], false);
        check(&[by("", "h2", 7, true)], true);
        let status = |second, state: &str| {
            let state = state.into();
            Want::Status { head: "h2".into(), context: "ci".into(), at: at(second), state }
        };
        check(&[status(7, "pending")], true);
        check(&[status(7, "success")], true);
        check(&[status(8, "pending")], false);
        assert!(
            is_as_new((at(7), "success"), (at(7), "success")) && !is_as_new((at(7), "success"), (at(7), "failure"))
        );
    }

    #[test]
    fn a_deployment_is_as_new_as_its_latest_status() {
        let want = |head: &str, node: &str, environment: &str, status: Option<(i64, &str)>| Want::Deployment {
            head: head.into(),
            node: node.into(),
            environment: environment.into(),
            status: status.map(|(second, state)| (at(second), state.to_owned())),
        };
        check(&[want("h2", "DE_1", "staging", None)], true);
        check(&[want("h2", "DE_1", "staging", Some((5, "failure")))], true);
        check(&[want("h2", "DE_1", "staging", Some((6, "success")))], true);
        // A failure of the same second may have come after the success that is shown.
        check(&[want("h2", "DE_1", "staging", Some((6, "failure")))], false);
        check(&[want("h2", "DE_1", "staging", Some((7, "success")))], false);
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
