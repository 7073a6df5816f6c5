//! Issues that are no pull requests.

use serde_json::json;

use super::{Outcome, forbidden, invalid, not_found};
use crate::server::{Answer, Call};
use crate::shape::issue as show;
use crate::turn::Turn;

pub(super) fn list(state: &crate::state::State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let creator = call.asked("creator").map(str::to_lowercase);
    let wanted = call.asked("state").unwrap_or("open");
    let mut found: Vec<_> = it.issues.values().rev().collect();
    found.retain(|issue| {
        creator.as_ref().is_none_or(|login| state.login(issue.author).to_lowercase() == *login)
            && (wanted == "all" || (wanted == "open") == issue.open)
    });
    call.list(&found, |issue| show::issue(state, it, issue))
}

pub(super) fn issue(state: &crate::state::State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let found = it.issues.get(&call.number("issue_number")?).ok_or_else(not_found)?;
    Ok(Answer::new(200, show::issue(state, it, found)))
}

pub(super) fn create(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let home = call.writable(turn.state)?;
    permitted(turn, home)?;
    let title = call.body["title"].as_str().unwrap_or_default();
    if title.trim().is_empty() {
        return Err(invalid(
            "Validation Failed",
            json!([{ "resource": "Issue", "code": "missing_field", "field": "title" }]),
        ));
    }
    let body = call.body["body"].as_str().unwrap_or_default();
    let (bot, app) = (turn.state.bot(), turn.state.app);
    let number = turn.open_issue(home, bot, Some(app), title, body);
    answer(turn, home, number, 201)
}

pub(super) fn update(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let (home, number) = (call.writable(turn.state)?, call.number("issue_number")?);
    permitted(turn, home)?;
    if !turn.repository(home).issues.contains_key(&number) {
        return Err(not_found());
    }
    if let Some(state) = call.body["state"].as_str() {
        let bot = turn.state.bot();
        turn.set_issue(home, number, bot, state == "open");
    }
    answer(turn, home, number, 200)
}

fn answer(turn: &Turn<'_>, home: u64, number: u64, status: u16) -> Outcome {
    let it = turn.repository(home);
    let found = it.issues.get(&number).ok_or_else(not_found)?;
    Ok(Answer::new(status, show::issue(turn.state, &it, found)))
}

/// Whether the App was given the right to write issues.
fn permitted(turn: &Turn<'_>, home: u64) -> Result<(), Answer> {
    if turn.repository(home).issues_refused { Err(forbidden()) } else { Ok(()) }
}
