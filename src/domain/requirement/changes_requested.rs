//! Changes requested: they block until they are taken back.
//!
//! They weigh where they come from somebody who may push or whom this change asks,
//! else any stranger could hold a public repository's changes. A dismissal lifts
//! them only where a person did it who took no part in the change: an author must
//! not wave objections away, and a workflow of the change's own must not either.

use crate::account::{Account, AccountKind};
use crate::condition::{Finding, Truth};
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::facts::{Review, ReviewVerdict};
use crate::policy::{EffectiveApproval, Who};
use crate::requirement::approvals::independence::is_independent;
use crate::requirement::approvals::{look_again, reviews};
use crate::requirement::membership::{Aim, belongs};
use crate::text::Phrase;

/// What is still held by somebody's objection; nothing where nobody objects.
pub(crate) fn changes_requested(
    cx: &Context<'_>,
    settings: &EffectiveApproval,
    asked: &[&Who],
) -> Option<RequirementResult> {
    let wanted = Phrase::words("nobody asks for changes");
    let result = |state, observed, acts| {
        Some(RequirementResult { key: "changes_requested", state, wanted: wanted.clone(), observed, acts })
    };
    let (latest, all) = match (reviews::latest(cx), reviews::all(cx)) {
        (Ok(latest), Ok(all)) => (latest, all),
        (Err(unread), _) | (_, Err(unread)) => return result(State::Unknown, unread.observed, vec![look_again()]),
    };
    let of_people = latest.into_iter().filter_map(|(person, review)| objection(cx, settings, asked, person, review));
    let of_gone = all.iter().filter(|review| review.author.is_none()).filter_map(of_gone);
    let mut objections: Vec<(State, Phrase, Act)> = of_people.chain(of_gone).collect();
    let blocked = objections.iter().any(|(state, ..)| *state == State::Blocked);
    if blocked {
        objections.retain(|(state, ..)| *state == State::Blocked);
    }
    let state = if blocked { State::Blocked } else { State::Unknown };
    let observed = Phrase::join(objections.iter().map(|(_, observed, _)| observed.clone()), "; ");
    if objections.is_empty() {
        return None;
    }
    result(state, observed, objections.into_iter().map(|(.., act)| act).collect())
}

fn objection(
    cx: &Context<'_>,
    settings: &EffectiveApproval,
    asked: &[&Who],
    person: &Account,
    review: &Review,
) -> Option<(State, Phrase, Act)> {
    let standing = standing(cx, settings, review)?;
    let weighs = if review.can_write {
        Finding::holds(Phrase::default())
    } else {
        Finding::any(asked.iter().map(|who| belongs(cx, who, person, Some(false), Aim::Strict)))
    };
    let both = Finding::all([weighs, standing]);
    let state = match both.truth {
        Truth::DoesNot => return None,
        Truth::Holds => State::Blocked,
        Truth::Unknown => State::Unknown,
    };
    let candidates = if cx.names_people() { vec![person.clone()] } else { Vec::new() };
    let by = Actor::People { count: 1, candidates, of: Vec::new() };
    let what = Phrase::words("approve, once the changes are made; or let somebody who took no part in this change ");
    let act = Act { by, what: what.and("dismiss the review that asks for changes") };
    let said = Phrase::default().person(person).and(" asks for changes");
    Some((state, if both.observed.is_empty() { said } else { said.and(": ").then(both.observed) }, act))
}

/// Whether the review's objection stands; `None` where it makes none.
fn standing(cx: &Context<'_>, settings: &EffectiveApproval, review: &Review) -> Option<Finding> {
    match &review.verdict {
        ReviewVerdict::Approved | ReviewVerdict::Dismissed { asked_for_changes: Some(false), .. } => None,
        ReviewVerdict::ChangesRequested => Some(Finding::holds(Phrase::default())),
        ReviewVerdict::Dismissed { by, asked_for_changes } => {
            let lifted = lifted(cx, settings, by.as_ref());
            let objected = match asked_for_changes {
                Some(_) => Finding::holds(Phrase::default()),
                None => Finding::unknown(Phrase::words("it is not known what the dismissed review said")),
            };
            Some(Finding::all([lifted.negated(), objected]))
        }
    }
}

/// Whether a dismissal by that account lifts an objection. Not known by whom: it does not.
fn lifted(cx: &Context<'_>, settings: &EffectiveApproval, by: Option<&Account>) -> Finding {
    let Some(by) = by else {
        return Finding::does_not(Phrase::words("the review was dismissed, and it is not known by whom"));
    };
    let dismissed = |why: &str| Phrase::words("the review was dismissed by ").person(by).and(why);
    if by.kind != AccountKind::User {
        return Finding::does_not(dismissed(", which is no person"));
    }
    let independent = is_independent(cx, settings, by);
    Finding { observed: dismissed(", and ").then(independent.observed), ..independent }
}

/// The objection of an account that is gone, which nobody can take back but by dismissing it.
fn of_gone(review: &Review) -> Option<(State, Phrase, Act)> {
    let objects = review.can_write && review.verdict == ReviewVerdict::ChangesRequested;
    let by = Actor::People { count: 1, candidates: Vec::new(), of: Vec::new() };
    let what = Phrase::words("dismiss the review of an account that is gone, if you took no part in this change");
    objects.then(|| (State::Blocked, Phrase::words("an account that is gone asks for changes"), Act { by, what }))
}
