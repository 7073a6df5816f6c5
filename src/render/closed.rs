//! The last word on a pull request that went in, or was closed.
//!
//! What was last said of it stays as the record. Only green goes where it was closed: it
//! vouches for nothing then, and whoever opens it again must not find green from before.

use countersign_domain::decision::Decision;
use countersign_domain::facts::ChangeState;
use countersign_domain::plan::{Answer, Effect, Run};

use super::Context;
use super::comment::folded;
use super::life;
use super::phrase::Voice;
use super::unread::{Reason, could_not_evaluate};

/// What GitHub should show.
pub(super) fn last_word(decision: &Decision, context: &Context) -> Answer {
    let merged = decision.state == ChangeState::Merged;
    // A check that open pull requests share is theirs to write.
    let vouches = context.effect == Effect::Vouches && !merged && decision.siblings.is_empty();
    let comment = if merged {
        went_in(decision, context)
    } else {
        let said =
            "This pull request was closed: nothing is asked of anybody. If it is opened again, it is looked at again.";
        said.to_owned()
    };
    Answer { run: vouches.then(|| taken_back(decision)), comment: folded(&comment) }
}

/// A change that went in is asked nothing, and goes on: to where it is deployed, and to its review.
fn went_in(decision: &Decision, context: &Context) -> String {
    let voice = Voice { names_people: decision.names_people };
    let Some(life) = &context.went_in else {
        return "This change went in: nothing is asked of anybody here any more.".to_owned();
    };
    let said = if life.next.is_empty() {
        "This change went in: nothing is asked of anybody here any more."
    } else {
        "This change went in."
    };
    format!("{said} {}", life::line_since_it_went_in(life, voice, context))
}

fn taken_back(decision: &Decision) -> Run {
    could_not_evaluate(&decision.head, &decision.check_name, &Reason::Closed)
}
