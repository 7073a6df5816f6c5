//! The last word on a pull request that went in, or was closed.
//!
//! What was last said of it stays as the record. Only green goes where it was closed: it
//! vouches for nothing then, and whoever opens it again must not find green from before.

use countersign_domain::decision::Decision;
use countersign_domain::facts::ChangeState;
use countersign_domain::plan::{Answer, Effect, Run};

use super::comment::folded;
use super::unread::{Reason, could_not_evaluate};

/// What GitHub should show; `effect` is what our newest run on the head does.
pub(super) fn last_word(decision: &Decision, effect: Effect) -> Answer {
    let merged = decision.state == ChangeState::Merged;
    // A check that open pull requests share is theirs to write.
    let vouches = effect == Effect::Vouches && !merged && decision.siblings.is_empty();
    let comment = if merged {
        "This change went in: nothing is asked of anybody here any more."
    } else {
        "This pull request was closed: nothing is asked of anybody. If it is opened again, it is looked at again."
    };
    Answer { run: vouches.then(|| taken_back(decision)), comment: folded(comment) }
}

fn taken_back(decision: &Decision) -> Run {
    could_not_evaluate(&decision.head, &decision.check_name, &Reason::Closed)
}
