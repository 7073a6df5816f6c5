//! The state of a change and its next step, as one line.

use countersign_domain::decision::{Act, Actor, Decision};
use countersign_domain::life::{self, Life};

use super::Context;
use super::phrase::{Voice, stopped};
use super::requests::{is_approval, who};

/// So many names of one list are told: all of them stand below.
const NAMES: usize = 3;

/// `State: authorise. Next: one of bob or carol: approve this pull request.` Nothing where no policy speaks about it.
pub(super) fn line(decision: &Decision, voice: Voice, context: &Context) -> Option<String> {
    let life = life::before_merge(decision)?;
    Some(told(&life, |act| step(act, voice, context)))
}

/// The same for the comment that lists below what is asked: without saying that twice, and without who has approved so
/// far, so that it stays true while approvals come.
pub(super) fn lasting_line(decision: &Decision, context: &Context) -> Option<String> {
    let life = life::before_merge(decision)?;
    let voice = Voice { names_people: decision.names_people };
    Some(match life.next.first() {
        Some(act) if is_approval(act, decision) => format!("{} Next: the approvals below.", state(&life)),
        Some(act) if act.by != Actor::Nobody => {
            format!("{} Next: {}, as listed below.", state(&life), who(&act.by, voice, context))
        }
        _ => told(&life, |act| step(act, voice, context)),
    })
}

/// The same of a change that went in, with how it was closed where it is.
pub(super) fn line_since_it_went_in(life: &Life, voice: Voice, context: &Context) -> String {
    told(life, |act| step(act, voice, context))
}

fn told(life: &Life, step: impl Fn(&Act) -> String) -> String {
    let Some((first, rest)) = life.next.split_first() else { return state(life) };
    let more = match rest.len() {
        0 => String::new(),
        1 => ", and 1 more step".to_owned(),
        more => format!(", and {more} more steps"),
    };
    format!("{} Next: {}", state(life), stopped(&format!("{}{more}", step(first).trim_end_matches('.'))))
}

fn state(life: &Life) -> String {
    let marks: String = life.marks.names().map(|mark| format!(", {mark}")).collect();
    let closure =
        life.state.closure().map_or(String::new(), |closure| format!(", {}", closure.name().replace('-', " ")));
    format!("State: **{}**{closure}{marks}.", life.state.name())
}

/// Whose step it is, and what it is. What is waited for is nobody's.
fn step(act: &Act, voice: Voice, context: &Context) -> String {
    let what = voice.markdown(&act.what.clone().with_lists_of(NAMES));
    match act.by {
        Actor::Nobody => what,
        _ => format!("{}: {what}", who(&act.by, voice, context)),
    }
}
