//! What GitHub will not take beside the check run: a comment in a conversation that is locked, a request for reviews by
//! somebody who cannot be asked. The verdict stands, and the check tells of it.
//!
//! The same words are not sent again until something changes: the conversation is unlocked, the App's permissions change,
//! there is something else to say, or a person asks for the check again. Absent: a check run that cannot be written is a
//! failure, because without it there is no verdict.

use countersign_domain::decision::Decision;
use countersign_domain::plan::{self, Action, Refusals};

use crate::github::Look;
use crate::signal::Want;
use crate::store::snapshot::hash;
use crate::store::{Refused, RefusedComment};

/// Whether something happened after which GitHub may take what it refused.
pub(super) fn may_be_taken_now(wants: &[Want]) -> bool {
    wants.iter().any(|want| matches!(want, Want::Comment | Want::Rerun(_)))
}

/// The text of the comment that an action writes.
fn comment(action: &Action) -> Option<&str> {
    match action {
        Action::CreateComment(body) | Action::UpdateComment { body, .. } => Some(body),
        Action::CreateRun(_) | Action::UpdateRun { .. } | Action::RequestReviews(_) | Action::React { .. } => None,
    }
}

/// What is kept of an action that GitHub refused: nothing where it is no comment.
pub(super) fn kept(action: &Action, why: &str) -> Option<RefusedComment> {
    comment(action).map(|body| RefusedComment { hash: hash(body.as_bytes()), why: why.to_owned() })
}

/// Whether an action would send a comment that GitHub has refused already.
pub(super) fn is_known(refused: &Refused, action: &Action) -> bool {
    let known = |body: &str| refused.comment.as_ref().is_some_and(|known| known.hash == hash(body.as_bytes()));
    comment(action).is_some_and(known)
}

/// Forgets what is not to be said any more.
pub(super) fn forget_settled(refused: &mut Refused, actions: &[Action], decision: &Decision, look: &Look) {
    if !actions.iter().any(|action| comment(action).is_some()) {
        refused.comment = None;
    }
    let asked = look.asked_reviewers.as_ref();
    if asked.is_some_and(|asked| plan::requests(&decision.requests, asked).is_none()) {
        refused.requests = None;
    }
}

/// What the check tells of it.
pub(super) fn told(refused: &Refused) -> Refusals {
    Refusals {
        comment: refused.comment.as_ref().map(|comment| comment.why.clone()),
        requests: refused.requests.clone(),
        receivers: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_comment_is_known_as_refused_and_another_is_not() {
        let refused = Refused { comment: kept(&Action::CreateComment("a".into()), "locked"), requests: None };
        let check = |action: Action, known: bool| assert_eq!(is_known(&refused, &action), known, "{action:?}");
        check(Action::CreateComment("a".into()), true);
        check(Action::UpdateComment { id: 7, body: "a".into() }, true);
        check(Action::CreateComment("b".into()), false);
        check(Action::RequestReviews(Vec::new()), false);
        assert_eq!(told(&refused).comment.as_deref(), Some("locked"));
        assert_eq!(kept(&Action::RequestReviews(Vec::new()), "why"), None);
    }

    #[test]
    fn only_what_may_change_githubs_mind_tries_again() {
        let check = |wants: &[Want], tries: bool| assert_eq!(may_be_taken_now(wants), tries, "{wants:?}");
        check(&[], false);
        check(&[Want::Anything, Want::Review { id: 5, state: "approved".into() }], false);
        check(&[Want::Review { id: 5, state: "approved".into() }, Want::Comment], true);
        check(&[Want::Rerun(0)], true);
    }
}
