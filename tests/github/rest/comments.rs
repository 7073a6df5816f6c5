//! Comments under pull requests.

use serde_json::{Value, json};

use super::{Outcome, invalid, not_found};
use crate::server::{Answer, Call};
use crate::shape::{people, pull_request as show};
use crate::state::{State, stamp};
use crate::turn::Turn;

/// The longest body that GitHub takes, in characters.
const LONGEST: usize = 65_536;

pub(super) fn comment(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let (under, comment) = state.comment(it, call.number("comment_id")?).ok_or_else(not_found)?;
    Ok(Answer::new(200, show::comment(state, it, &under, &comment)))
}

pub(super) fn of_issue(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let under = call.pull(it, "issue_number")?;
    call.list(&under.comments, |comment| show::comment(state, it, under, comment))
}

fn body(call: &Call) -> Result<&str, Answer> {
    let refused = |message: &str| {
        let error = json!({ "resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message });
        invalid("Validation Failed", json!([error]))
    };
    let body = call.body["body"].as_str().unwrap_or_default();
    if body.trim().is_empty() {
        return Err(refused("Body cannot be blank"));
    }
    if body.chars().count() > LONGEST {
        return Err(refused("Body is too long (maximum is 65536 characters)"));
    }
    Ok(body)
}

pub(super) fn create(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let home = call.writable(turn.state)?;
    let number = call.pull(&turn.repository(home), "issue_number")?.number;
    unlocked(turn, home, number, "create")?;
    let body = body(call)?;
    let (bot, app) = (turn.state.bot(), turn.state.app);
    let id = turn.comment(home, number, bot, Some(app), body);
    answer(turn, home, id, 201)
}

pub(super) fn update(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let (home, id) = (call.writable(turn.state)?, call.number("comment_id")?);
    let number = under(turn, home, id)?;
    unlocked(turn, home, number, "update")?;
    let bot = turn.state.bot();
    turn.edit_comment(home, number, id, bot, body(call)?);
    answer(turn, home, id, 200)
}

pub(super) fn delete(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let (home, id) = (call.writable(turn.state)?, call.number("comment_id")?);
    let number = under(turn, home, id)?;
    let bot = turn.state.bot();
    turn.delete_comment(home, number, id, bot);
    Ok(Answer::new(204, Value::Null))
}

/// Each account has one reaction of a kind: the same again is the one that is there.
pub(super) fn react(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let (home, id) = (call.writable(turn.state)?, call.number("comment_id")?);
    let number = under(turn, home, id)?;
    unlocked(turn, home, number, "react to")?;
    let content = call.body["content"].as_str().unwrap_or_default().to_owned();
    let bot = turn.state.bot();
    let is_issue = turn.repository(home).issues.contains_key(&number);
    let is_new = match is_issue {
        true => turn.react_to_issue(home, number, id, bot, &content),
        false => turn.react(home, number, id, bot, &content),
    };
    let answer = json!({
        "id": id,
        "node_id": format!("REA_{id}"),
        "user": people::user(turn.state, bot),
        "content": content,
        "created_at": stamp(turn.now),
    });
    Ok(Answer::new(if is_new { 201 } else { 200 }, answer))
}

/// In a conversation that is locked GitHub takes nothing from an App.
fn unlocked(turn: &Turn<'_>, repository: u64, number: u64, verb: &str) -> Result<(), Answer> {
    let locked = turn.repository(repository).pull_requests.get(&number).is_some_and(|it| it.locked);
    if locked { Err(Answer::error(403, &format!("Unable to {verb} comment because issue is locked."))) } else { Ok(()) }
}

/// The number of the pull request that a comment stands under.
fn under(turn: &Turn<'_>, repository: u64, id: u64) -> Result<u64, Answer> {
    turn.repository(repository).comments.get(&id).copied().ok_or_else(not_found)
}

fn answer(turn: &Turn<'_>, repository: u64, id: u64, status: u16) -> Outcome {
    let it = turn.repository(repository);
    let (under, comment) = turn.state.comment(&it, id).ok_or_else(not_found)?;
    Ok(Answer::new(status, show::comment(turn.state, &it, &under, &comment)))
}
