//! Accounts, organisations, teams.

use std::sync::Arc;

use super::{Connection, Cx, Object, Resolved, Val, failure, leaf, query, stamp, unbuilt};
use crate::faults::members_of;
use crate::git::{Commit, Identity};
use crate::shape::people as names;
use crate::state::State;
use crate::state::account::{Account, AccountKind, Team};

/// The account of this id, as whatever kind it is; nothing if it was deleted.
pub(super) fn actor<'s>(cx: Cx<'s>, id: Option<u64>) -> Val<'s> {
    Val::maybe(id.and_then(|id| cx.state.account(id)).map(|it| account(cx, it)))
}

/// An account that GitHub's types want to be a user, an App's own one included.
pub(super) fn user<'s>(cx: Cx<'s>, id: u64) -> Val<'s> {
    let found = cx.state.account(id).filter(|it| matches!(it.kind, AccountKind::User));
    Val::maybe(found.map(|it| account(cx, it)))
}

pub(super) fn viewer<'s>(cx: Cx<'s>) -> Object<'s> {
    let bot = cx.state.bot();
    let login = cx.state.login(bot);
    Object::new(cx, "User", move |field, _| {
        Ok(match field {
            "id" => leaf(format!("BOT_{bot}")),
            "databaseId" => leaf(bot),
            "login" => leaf(login),
            "name" => Val::NULL,
            "url" => leaf(format!("{}/apps/{}", cx.state.url, login.trim_end_matches("[bot]"))),
            "createdAt" => stamp(cx.now),
            "isViewer" => leaf(true),
            _ => return unbuilt(),
        })
    })
}

fn account<'s>(cx: Cx<'s>, it: &'s Arc<Account>) -> Object<'s> {
    let kind = it.kind_name();
    Object::new(cx, kind, move |field, args| {
        let closed = matches!(field, "team" | "teams" | "membersWithRole");
        if closed && cx.denied.contains(&members_of(&it.login)) {
            return Err(failure("FORBIDDEN", "Resource not accessible by integration"));
        }
        Ok(match field {
            "id" => leaf(names::account_node(it)),
            "databaseId" => leaf(it.id),
            "login" => leaf(it.plain_login()),
            "name" => leaf(it.name.clone()),
            "url" => leaf(format!("{}/{}", cx.state.url, it.plain_login())),
            "createdAt" => stamp(it.created_at),
            "isViewer" => leaf(false),
            "repository" => {
                args.skip(&["followRenames"]);
                return query::find_repository(cx, &it.login, args.text("name").unwrap_or(""));
            }
            "membersWithRole" => return members_with_role(cx, it, args),
            "team" => {
                let found = cx.state.team(&it.login, args.text("slug").unwrap_or(""));
                Val::maybe(found.filter(|it| query::own_organisation(cx, it.organisation)).map(|it| team(cx, it)))
            }
            "teams" => {
                let logins = args.texts("userLogins");
                let roots = args.flag("rootTeamsOnly").unwrap_or(false);
                let text = args.text("query");
                args.skip(&["orderBy"]);
                let own = query::own_organisation(cx, it.id);
                let wanted = |team: &&Arc<Team>| {
                    let member = |login: &&str| {
                        cx.state.by_login(login).is_some_and(|it| cx.state.members(team).contains_key(&it.id))
                    };
                    own && team.organisation == it.id
                        && (!roots || team.parent.is_none())
                        && text.is_none_or(|text| team.slug.contains(text))
                        && logins.as_ref().is_none_or(|logins| logins.iter().any(member))
                };
                let found: Vec<_> = cx.state.teams.values().filter(wanted).collect();
                return Connection::new(cx, "TeamConnection", found, move |it| team(cx, it)).page(args);
            }
            _ => return unbuilt(),
        })
    })
}

fn members_with_role<'s>(cx: Cx<'s>, it: &'s Account, args: &super::Args<'_>) -> Resolved<'s> {
    let members = it.organisation().map(|it| &it.members).into_iter().flatten();
    let members = members.filter_map(|(id, owner)| Some((cx.state.account(*id)?, *owner)));
    let members: Vec<_> = members.collect();
    let connection = Connection::new(cx, "OrganizationMemberConnection", members, move |(it, _)| account(cx, it));
    connection
        .with_edges("OrganizationMemberEdge", |field, (_, owner)| {
            (field == "role").then(|| leaf(if *owner { "ADMIN" } else { "MEMBER" }))
        })
        .page(args)
}

pub(super) fn team<'s>(cx: Cx<'s>, it: &'s Arc<Team>) -> Object<'s> {
    Object::new(cx, "Team", move |field, args| {
        let organisation = cx.state.login(it.organisation);
        let teams = |teams: Vec<&'s Arc<Team>>| Connection::new(cx, "TeamConnection", teams, move |it| team(cx, it));
        Ok(match field {
            "id" => leaf(names::team_node(it)),
            "databaseId" => leaf(it.id),
            "slug" => leaf(it.slug.as_str()),
            "combinedSlug" => leaf(format!("{organisation}/{}", it.slug)),
            "name" => leaf(it.name.as_str()),
            "privacy" => leaf(if it.secret { "SECRET" } else { "VISIBLE" }),
            "url" => leaf(format!("{}/orgs/{organisation}/teams/{}", cx.state.url, it.slug)),
            "createdAt" => stamp(it.created_at),
            "organization" => actor(cx, Some(it.organisation)),
            "parentTeam" => Val::maybe(it.parent.and_then(|id| cx.state.teams.get(&id)).map(|it| team(cx, it))),
            "ancestors" => {
                let above = std::iter::successors(Some(it), |it| it.parent.and_then(|id| cx.state.teams.get(&id)));
                return teams(above.skip(1).collect()).page(args);
            }
            "childTeams" => {
                args.skip(&["orderBy"]);
                let immediate = args.flag("immediateOnly").unwrap_or(true);
                return teams(below(cx.state, it, immediate)).page(args);
            }
            "members" => return members(cx, it, args),
            "repositories" => return repositories(cx, it, args),
            _ => return unbuilt(),
        })
    })
}

fn below<'s>(state: &'s State, team: &'s Team, immediate: bool) -> Vec<&'s Arc<Team>> {
    let mut found: Vec<_> = state.children(team).collect();
    if !immediate {
        for child in found.clone() {
            found.extend(below(state, child, false));
        }
    }
    found
}

fn members<'s>(cx: Cx<'s>, it: &'s Team, args: &super::Args<'_>) -> Resolved<'s> {
    let mut members = match args.text("membership") {
        Some("IMMEDIATE") => it.members.clone(),
        Some("CHILD_TEAM") => {
            let children = cx.state.children(it).flat_map(|child| cx.state.members(child));
            children.filter(|(id, _)| !it.members.contains_key(id)).collect()
        }
        _ => cx.state.members(it),
    };
    if let Some(role) = args.text("role") {
        members.retain(|_, maintainer| (role == "MAINTAINER") == *maintainer);
    }
    let text = args.text("query").unwrap_or("");
    args.skip(&["orderBy"]);
    let members = members.into_iter().filter_map(|(id, maintainer)| Some((cx.state.account(id)?, maintainer)));
    let members: Vec<_> = members.filter(|(it, _)| it.login.contains(text)).collect();
    let connection = Connection::new(cx, "TeamMemberConnection", members, move |(it, _)| account(cx, it));
    connection
        .with_edges("TeamMemberEdge", |field, (_, maintainer)| {
            (field == "role").then(|| leaf(if *maintainer { "MAINTAINER" } else { "MEMBER" }))
        })
        .page(args)
}

/// The repositories that a team, or one above it, was let into.
fn repositories<'s>(cx: Cx<'s>, it: &'s Arc<Team>, args: &super::Args<'_>) -> Resolved<'s> {
    let text = args.text("query").unwrap_or("");
    args.skip(&["orderBy"]);
    let lines = || std::iter::successors(Some(it), |it| it.parent.and_then(|id| cx.state.teams.get(&id)));
    let found = cx.state.repositories.values().filter(|found| found.name.contains(text)).filter_map(|found| {
        let granted = lines().filter_map(|team| found.teams.get(&team.id).copied()).max();
        Some((found, granted?))
    });
    let found: Vec<_> = found.filter(|(found, _)| query::visible(cx, found)).collect();
    let connection = Connection::new(cx, "TeamRepositoryConnection", found, move |(found, _)| {
        super::repository::repository(cx, found)
    });
    connection
        .with_edges("TeamRepositoryEdge", |field, (_, permission)| {
            (field == "permission").then(|| leaf(permission.name().to_uppercase()))
        })
        .page(args)
}

/// Those who can be let into a repository one by one.
pub(super) fn collaborators<'s>(
    cx: Cx<'s>,
    repository: &'s crate::state::repository::Repository,
    args: &super::Args<'_>,
) -> Resolved<'s> {
    let (login, text) = (args.text("login"), args.text("query").unwrap_or(""));
    let direct = matches!(args.text("affiliation"), Some("DIRECT" | "OUTSIDE"));
    let found = cx.state.accounts.values().filter(|it| matches!(it.kind, AccountKind::User)).filter_map(|it| {
        let granted = if direct {
            repository.collaborators.get(&it.id).copied()
        } else {
            let member = cx.state.association(repository, Some(it.id));
            let inside = matches!(member, "OWNER" | "MEMBER" | "COLLABORATOR");
            cx.state.permission(repository, it.id).filter(|_| inside)
        };
        Some((it, granted?))
    });
    let found = found.filter(|(it, _)| login.is_none_or(|login| it.login == login) && it.login.contains(text));
    let found: Vec<_> = found.collect();
    let connection = Connection::new(cx, "RepositoryCollaboratorConnection", found, move |(it, _)| account(cx, it));
    connection
        .with_edges("RepositoryCollaboratorEdge", |field, (_, permission)| {
            (field == "permission").then(|| leaf(permission.name().to_uppercase()))
        })
        .page(args)
}

/// Somebody as a commit names them.
pub(super) fn git_actor<'s>(cx: Cx<'s>, commit: &Commit, identity: &Identity) -> Object<'s> {
    let (identity, date) = (identity.clone(), commit.date);
    Object::new(cx, "GitActor", move |field, _| {
        Ok(match field {
            "name" => leaf(identity.name.as_str()),
            "email" => leaf(identity.email.as_str()),
            "date" => stamp(date),
            "user" => cx.state.by_identity(&identity).map_or(Val::NULL, |it| user(cx, it.id)),
            _ => return unbuilt(),
        })
    })
}
