//! A repository, its branches, rules and pushes.

use serde_json::{Value, json};

use super::{Outcome, not_found};
use crate::server::{Answer, Call};
use crate::shape::{code as show_code, repository as show};
use crate::state::State;

pub(super) fn repository(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let mut shown = show::repository(state, it);
    shown["network_count"] = 0.into();
    shown["subscribers_count"] = 0.into();
    // Only organisations define them.
    if state.account(it.owner).is_some_and(|owner| owner.organisation().is_some()) {
        shown["custom_properties"] = json!(it.properties);
    }
    if let Some(parent) = it.fork_of.and_then(|id| state.repositories.get(&id)) {
        shown["parent"] = show::repository(state, parent);
        shown["source"] = show::repository(state, parent);
    }
    Ok(Answer::new(200, shown))
}

/// Pushes, newest first unless asked otherwise.
pub(super) fn activity(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let reference = call.asked("ref").map(|it| it.trim_start_matches("refs/heads/"));
    let wanted = it.pushes.iter().filter(|push| {
        reference.is_none_or(|branch| push.branch == branch)
            && call.asked("actor").is_none_or(|actor| state.login(push.by) == actor)
            && call.asked("activity_type").is_none_or(|kind| push.kind.name() == kind)
    });
    let mut wanted: Vec<_> = wanted.collect();
    if call.asked("direction") != Some("asc") {
        wanted.reverse();
    }
    // Cursors say how far in one is; GitHub's say the same in a way that nobody else can read.
    let at = call.asked("after").and_then(|it| it.parse::<usize>().ok()).unwrap_or_default();
    let size = call.asked("per_page").and_then(|it| it.parse().ok()).unwrap_or(30_usize).clamp(1, 100);
    let shown = wanted.iter().skip(at).take(size).map(|push| show::activity(state, push)).collect();
    let mut answer = Answer::new(200, shown);
    if at + size < wanted.len() {
        let kept =
            call.query.iter().filter(|(name, _)| *name != "after").map(|(name, value)| format!("&{name}={value}"));
        let link = format!("<{}?after={}{}>; rel=\"next\"", call.address, at + size, kept.collect::<String>());
        answer.headers.push(("link", link));
    }
    Ok(answer)
}

pub(super) fn branch(state: &State, call: &Call) -> Outcome {
    let (it, name) = (call.repository(state)?, call.part("branch"));
    let commit = it.tip(name).and_then(|tip| it.objects.commit(tip)).ok_or_else(not_found)?;
    let url = format!("{}/branches/{name}", show::url(state, it));
    let protected = it.rules.iter().any(|rule| rule.branch == name);
    Ok(Answer::new(
        200,
        json!({
            "name": name,
            "commit": show_code::commit(state, it, &commit),
            "_links": { "self": url, "html": format!("{}/tree/{name}", show::html_url(state, it)) },
            "protected": protected,
            "protection": show::protection(it, name),
            "protection_url": format!("{url}/protection"),
        }),
    ))
}

pub(super) fn rules(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let here = it.rules.iter().filter(|rule| rule.branch == call.part("branch"));
    let found: Vec<_> = here.filter_map(|rule| show::rule(state, it, rule)).collect();
    call.list(&found, Value::clone)
}
