//! `membership`, `team`, `organization`: who joined and who left.

use super::payload::{Context, Payload};
use crate::signal::{Evidence, Mark, MemberMove, Signal};

pub(super) fn members(event: &str, payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let organisation = payload.at("organization").text("login").to_lowercase();
    signal.evidence.extend(moved(event, payload, context, &organisation).map(Evidence::Member));
    let slug = match (event, context.action) {
        ("organization", "member_added" | "member_removed") => String::new(),
        ("organization", _) => return,
        // A team that moved under another changes the members of every team above it.
        ("team", _) if payload.at("changes").0.is_object() || context.action == "deleted" => String::new(),
        // Whoever joins a team below another, or leaves it, does so with every team above it; of those the event names
        // one at the most.
        _ if payload.at("team").at("parent").0.is_object() => String::new(),
        _ => payload.at("team").text("slug").to_lowercase(),
    };
    if !organisation.is_empty() {
        // Who joins may be in an authority's `except` from now on, or be asked from now on and have wanted changes. A new
        // member of an organisation is in none of its teams yet.
        let lowers = context.action != "member_added";
        signal.marks.push(Mark::Team { organisation, slug, lowers });
    }
}

/// Who moved, and where to. Of the teams above theirs the event says nothing: whoever leaves one may be in them all the
/// same.
fn moved(event: &str, payload: Payload<'_>, context: &Context<'_>, organisation: &str) -> Option<MemberMove> {
    let (slug, account) = match event {
        "membership" => (payload.at("team").text("slug").to_lowercase(), payload.account("member")),
        "organization" => (String::new(), payload.at("membership").account("user")),
        _ => return None,
    };
    let joined = match (event, context.action) {
        ("membership", "added") => true,
        ("membership", "removed") | ("organization", "member_removed") => false,
        // A new member of an organisation is in none of its teams yet.
        _ => return None,
    };
    let named = !organisation.is_empty() && (event == "organization" || !slug.is_empty());
    let account = account.filter(|_| named)?;
    Some(MemberMove { organisation: organisation.to_owned(), slug, account, joined })
}
