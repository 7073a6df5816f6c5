//! `request`: whom GitHub is to ask for the approvals that are missing.
//!
//! Only who could give one: nobody who took part in the change, least of all its
//! author. Where anybody may read the repository, no people of a team are named by
//! asking them. Absent: whom GitHub has asked already (`plan`).

use super::{Sure, Way, reviews, ways};
use crate::decision::Reviewer;
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::{ApprovalEntry, Request, Who};

use super::entry::Entry;
use super::membership;

/// Whom to ask, in a stable order; nobody where nothing is missing, or it is not known what is.
pub(crate) fn reviewers(cx: &Context<'_>, layer: Layer, asked: &[ApprovalEntry]) -> Vec<Reviewer> {
    let Ok(given) = reviews::approvals(cx) else { return Vec::new() };
    let Some(ways) = ways(cx, layer, asked) else { return Vec::new() };
    if !ways.iter().flatten().any(|entry| entry.settings.request != Request::No) {
        return Vec::new();
    }
    let judged: Vec<Way<'_>> = ways.into_iter().map(|entries| Way::judge(cx, entries, &given)).collect();
    let best = judged.iter().min_by_key(|way| (way.sure.rank(), way.open()));
    let Some(best) = best.filter(|best| best.sure == Sure::NotEnough) else { return Vec::new() };
    let open = best.entries.iter().zip(&best.assigned.missing).filter(|(_, missing)| **missing > 0);
    let mut reviewers: Vec<Reviewer> = open.flat_map(|(entry, _)| of_entry(cx, entry)).collect();
    let has_approved = |reviewer: &Reviewer| match reviewer {
        Reviewer::Person(person) => {
            let place = best.given.iter().position(|(other, _)| *other == person);
            place.is_some_and(|place| best.is_used(place))
        }
        Reviewer::Team(_) => false,
    };
    reviewers.retain(|reviewer| !has_approved(reviewer));
    reviewers.sort();
    reviewers.dedup();
    reviewers
}

fn of_entry(cx: &Context<'_>, entry: &Entry<'_>) -> Vec<Reviewer> {
    let candidates = entry.candidates(cx);
    if entry.settings.request == Request::No || (candidates.named.is_empty() && !candidates.more) {
        return Vec::new();
    }
    let by_team = entry.settings.request == Request::Teams || !cx.names_people();
    let teams: Vec<Reviewer> = if by_team { teams(cx, entry).collect() } else { Vec::new() };
    if !teams.is_empty() {
        return teams;
    }
    // Those of no team are named in the policy itself, or in CODEOWNERS.
    let named = |who: &Who| matches!(who, Who::User(_)) || cx.names_people() || teams_of(cx, who).is_empty();
    let from: Vec<Who> = entry.from.iter().filter(|who| named(who)).cloned().collect();
    let part = entry.part.as_ref().filter(|part| cx.names_people() || part.teams().next().is_none());
    let people = membership::people(cx, &from, part).named;
    people.into_iter().filter(|person| candidates.named.contains(person)).map(Reviewer::Person).collect()
}

/// The teams by which somebody is named, of the organisation that the repository is in: GitHub asks no others.
fn teams<'a>(cx: &'a Context<'_>, entry: &'a Entry<'_>) -> impl Iterator<Item = Reviewer> + 'a {
    let owner = cx.facts.repository.owner.to_lowercase();
    let owners = entry.part.iter().flat_map(|part| part.teams().cloned());
    owners
        .chain(entry.from.iter().flat_map(|who| teams_of(cx, who)))
        .filter(move |team| team.organisation == owner)
        .map(Reviewer::Team)
}

fn teams_of(cx: &Context<'_>, who: &Who) -> Vec<crate::account::TeamName> {
    match who {
        Who::Team(team) => vec![team.clone()],
        Who::User(_) => Vec::new(),
        Who::Authority { layer, name } => {
            cx.policies.authority(*layer, name).map(|authority| authority.teams.clone()).unwrap_or_default()
        }
    }
}
