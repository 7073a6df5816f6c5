//! The root: repositories, organisations, accounts, nodes by id, the rate limit.

use std::sync::Arc;

use super::{
    Args, Connection, Cx, Object, Resolved, Val, failure, leaf, people, pull_request, repository, stamp, unbuilt,
};
use crate::server::Caller;
use crate::state::pull_request::PullRequest;
use crate::state::repository::{Repository, Visibility};

pub(super) fn query<'s>(cx: Cx<'s>) -> Object<'s> {
    Object::new(cx, "Query", move |field, args| {
        Ok(match field {
            "rateLimit" => {
                args.skip(&["dryRun"]);
                Val::Object(rate_limit(cx))
            }
            "repository" => {
                args.skip(&["followRenames"]);
                return find_repository(cx, args.text("owner").unwrap_or(""), args.text("name").unwrap_or(""));
            }
            "organization" => return organisation(cx, args.text("login").unwrap_or("")),
            "user" | "repositoryOwner" => {
                let login = args.text("login").unwrap_or("");
                let found = cx.state.by_login(login).filter(|it| field != "user" || it.kind_name() == "User");
                match found {
                    Some(account) => people::actor(cx, Some(account.id)),
                    None => {
                        return Err(failure(
                            "NOT_FOUND",
                            &format!("Could not resolve to a User with the login of '{login}'."),
                        ));
                    }
                }
            }
            "id" => leaf("Query"),
            "viewer" => Val::Object(people::viewer(cx)),
            "search" => return search(cx, args),
            "node" => return node(cx, args.text("id").unwrap_or("")),
            "nodes" => {
                let ids = args.texts("ids").unwrap_or_default();
                // The executor has one error for a whole list; GitHub has one for each node.
                Val::List(ids.into_iter().map(|id| node(cx, id).unwrap_or(Val::NULL)).collect())
            }
            _ => return unbuilt(),
        })
    })
}

/// Pull requests by repository, author, and whether they were merged: of GitHub's language for searches, just this.
fn search<'s>(cx: Cx<'s>, args: &Args<'_>) -> Resolved<'s> {
    if args.text("type") != Some("ISSUE") {
        return unbuilt();
    }
    let (mut home, mut author, mut merged) = (None, None, false);
    for word in args.text("query").unwrap_or("").split_whitespace() {
        match word.split_once(':') {
            Some(("repo", name)) => {
                home = name.split_once('/').and_then(|(owner, name)| cx.state.repository(owner, name));
            }
            Some(("author", login)) => {
                let app = login.strip_prefix("app/").map(|slug| format!("{slug}[bot]"));
                author = Some(cx.state.by_login(app.as_deref().unwrap_or(login)).map(|account| account.id));
            }
            Some(("is", "merged")) => merged = true,
            Some(("is", "pr")) => {}
            _ => return unbuilt(),
        }
    }
    let Some(home) = home.filter(|it| visible(cx, it)) else { return Ok(Val::NULL) };
    let by = |it: &&'s Arc<PullRequest>| author.is_none_or(|author| author == Some(it.author));
    let found = home.pull_requests.values().filter(by).filter(|it| !merged || it.merged.is_some());
    let show = move |it: &&'s Arc<PullRequest>| pull_request::pull_request(cx, home, it);
    let all = Connection::new(cx, "SearchResultItemConnection", found, show);
    all.with_extra(|field, items| (field == "issueCount").then(|| leaf(items.len()))).page(args)
}

fn rate_limit<'s>(cx: Cx<'s>) -> Object<'s> {
    Object::new(cx, "RateLimit", move |field, _| {
        let cost = cx.survey.cost();
        Ok(match field {
            "cost" => leaf(cost),
            "limit" => leaf(cx.points.limit),
            "nodeCount" => leaf(cx.survey.nodes),
            "remaining" => leaf(cx.points.remaining().saturating_sub(cost)),
            "used" => leaf(cx.points.used + cost),
            "resetAt" => stamp(cx.points.reset),
            _ => return unbuilt(),
        })
    })
}

/// Whether the caller may see a repository.
pub(super) fn visible(cx: Cx<'_>, it: &Repository) -> bool {
    let name = cx.state.full_name(it).to_lowercase();
    let owner = cx.state.login(it.owner).to_lowercase();
    let denied = cx.denied.contains(&name) || cx.denied.contains(&owner);
    !denied && (it.visibility == Visibility::Public || cx.caller.reaches(cx.state, it.id))
}

pub(super) fn find_repository<'s>(cx: Cx<'s>, owner: &str, name: &str) -> Resolved<'s> {
    match cx.state.repository(owner, name).filter(|it| visible(cx, it)) {
        Some(found) => Ok(Val::Object(repository::repository(cx, found))),
        None => {
            let text = format!("Could not resolve to a Repository with the name '{owner}/{name}'.");
            Err(failure("NOT_FOUND", &text))
        }
    }
}

fn organisation<'s>(cx: Cx<'s>, login: &str) -> Resolved<'s> {
    if cx.denied.contains(&login.to_lowercase()) {
        return Err(failure("FORBIDDEN", "Resource not accessible by integration"));
    }
    match cx.state.by_login(login).filter(|it| it.organisation().is_some()) {
        Some(account) => Ok(people::actor(cx, Some(account.id))),
        None => {
            let text = format!("Could not resolve to an Organization with the login of '{login}'.");
            Err(failure("NOT_FOUND", &text))
        }
    }
}

/// Whether a team's organisation is the one that the caller is installed in.
pub(super) fn own_organisation(cx: Cx<'_>, organisation: u64) -> bool {
    let Caller::Installation { id, .. } = cx.caller else { return false };
    cx.state.installations.get(id).is_some_and(|it| it.account == organisation)
}

fn node<'s>(cx: Cx<'s>, id: &str) -> Resolved<'s> {
    let found = find_node(cx, id);
    found.ok_or_else(|| failure("NOT_FOUND", &format!("Could not resolve to a node with the global id of '{id}'.")))
}

fn find_node<'s>(cx: Cx<'s>, id: &str) -> Option<Val<'s>> {
    let (prefix, rest) = id.split_once('_')?;
    let parts: Vec<&str> = rest.split('-').collect();
    let number = |at: usize| parts.get(at).and_then(|it| it.parse::<u64>().ok());
    let in_repository = || cx.state.repositories.get(&number(0)?).filter(|it| visible(cx, it));
    let in_pull_request = || {
        let home = in_repository()?;
        let found = home.pull_requests.get(&number(1)?)?;
        repository::seen(cx, found).then_some((home, found))
    };
    let object = match prefix {
        "U" | "BOT" | "O" => return cx.state.account(number(0)?).map(|it| people::actor(cx, Some(it.id))),
        "T" => people::team(cx, cx.state.teams.get(&number(0)?).filter(|it| own_organisation(cx, it.organisation))?),
        "R" => repository::repository(cx, in_repository()?),
        "C" => {
            let home = in_repository()?;
            super::commit::commit(cx, home, home.objects.commit(parts.get(1)?)?)
        }
        "PR" => pull_request::pull_request(cx, in_repository()?, in_pull_request()?.1),
        "IC" => {
            let (home, under) = in_pull_request()?;
            let comment = under.comments.iter().find(|it| Some(it.id) == number(2))?;
            super::reviews::comment(cx, home, under, comment)
        }
        "PRR" => {
            let (home, under) = in_pull_request()?;
            super::reviews::review(cx, home, under, under.review(number(2)?)?)
        }
        "PRRT" => {
            let (home, under) = in_pull_request()?;
            let thread = under.threads.iter().find(|it| Some(it.id) == number(2))?;
            super::reviews::thread(cx, home, under, thread)
        }
        "CR" => {
            let home = in_repository()?;
            super::checks::check_run(cx, home, home.check_run(number(1)?)?)
        }
        "CS" => {
            let home = in_repository()?;
            let suite = home.marks(parts.get(1)?)?.suite(number(2)?)?;
            super::checks::suite(cx, home, suite)
        }
        "DE" => {
            let home = in_repository()?;
            super::checks::deployment(cx, home, home.deployments.get(&number(1)?)?)
        }
        _ => return None,
    };
    Some(Val::Object(object))
}
