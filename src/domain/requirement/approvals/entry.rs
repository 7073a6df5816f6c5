//! One entry of `approvals`: whose approval counts for it, and why others' do not.

use crate::account::Account;
use crate::condition::Finding;
use crate::evaluate::Context;
use crate::facts::Review;
use crate::layer::Layer;
use crate::policy::{Authority, EffectiveApproval, Permission, Who};
use crate::requirement::membership::{self, belonged, belongs_for, could_write};
use crate::text::Phrase;

use super::assignment::Slot;
use super::binding::is_bound;
use super::expiry::is_fresh;
use super::independence::may_approve;
use super::owners::{self, Part};

/// An entry, or a part of one, with the settings that hold for it.
#[derive(Clone)]
pub(super) struct Entry<'a> {
    pub(super) layer: Layer,
    pub(super) from: &'a [Who],
    pub(super) count: u32,
    pub(super) settings: EffectiveApproval,
    /// Of an entry that asks the owners of files: which of them this is about.
    pub(super) part: Option<Part<'a>>,
    /// The entry that this is a part of; all that ask no owners are one.
    pub(super) pool: usize,
    /// Why it is not known what it asks: then no approval is known to count.
    pub(super) unread: Option<Finding>,
}

impl Entry<'_> {
    /// Whether this approval counts for the entry.
    pub(super) fn counts(&self, cx: &Context<'_>, person: &Account, review: &Review) -> Finding {
        let of = self.is_of(cx, person, review);
        if of.is_not() {
            return of;
        }
        Finding::all([of, self.was_of(cx, person, review), self.is_sound(cx, person, review)])
    }

    /// Whether an approval counts whoever gave it: by somebody independent, of what is there now, and not too old.
    pub(super) fn is_sound(&self, cx: &Context<'_>, person: &Account, review: &Review) -> Finding {
        let independent = may_approve(cx, &self.settings, person);
        let bound = is_bound(cx, &self.settings, self.layer, review);
        Finding::all([independent, bound, is_fresh(cx, &self.settings, review)])
    }

    /// Whether the reviewer is among those asked, with the right to push where the authority wants it.
    pub(super) fn is_of(&self, cx: &Context<'_>, person: &Account, review: &Review) -> Finding {
        if let Some(unread) = &self.unread {
            return unread.clone();
        }
        let routes = self.from.iter().map(|who| {
            let is_of = belongs_for(cx, who, person, Some(review.can_write), self.part.as_ref());
            if review.can_write || !wants_write(cx, who) || is_of.is_not() {
                return is_of;
            }
            Finding::does_not(Phrase::default().person(person).and(" may not push to this repository"))
        });
        Finding::any(routes)
    }

    /// Whether the reviewer is among those asked, and was by the same name when the review was first seen: whoever joins
    /// after having approved has not approved as one of them.
    pub(super) fn was_of(&self, cx: &Context<'_>, person: &Account, review: &Review) -> Finding {
        Finding::any(self.from.iter().map(|who| {
            let part = self.part.as_ref();
            let is_of = belongs_for(cx, who, person, Some(review.can_write), part);
            if is_of.is_not() {
                return is_of;
            }
            let wrote = could_write(review) || !wants_write(cx, who);
            let wrote = (!wrote).then(|| {
                let said = Phrase::default().person(person).and(" could not push to this repository");
                Finding::does_not(said.and(membership::first_seen(review)))
            });
            Finding::all([is_of, belonged(cx, who, person, review, part)].into_iter().chain(wrote))
        }))
    }

    /// Whether write access is all it takes, so that no names can be told.
    pub(super) fn is_open_to_writers(&self, cx: &Context<'_>) -> bool {
        self.from.iter().any(|who| match who {
            Who::Authority { layer, name } => cx.policies.authority(*layer, name).is_some_and(|authority| {
                authority.permission.is_some_and(|least| least <= Permission::Write) && authority.except.is_empty()
            }),
            Who::Team(_) | Who::User(_) => false,
        })
    }

    /// How many people it wants, as far as it matters beside so many, and who may not be among them.
    pub(super) fn slot(&self, people: usize) -> Slot {
        let places = usize::try_from(self.count).unwrap_or(usize::MAX).min(people + 1);
        Slot { pool: self.pool, room: self.room(), places }
    }

    /// Whether nobody may stand for this one and for that one.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        self.pool != other.pool || self.room() == other.room()
    }

    fn room(&self) -> usize {
        self.part.as_ref().map_or(0, |part| part.room)
    }

    /// Those who could still approve: of the entry, and not known to have taken part.
    pub(super) fn candidates(&self, cx: &Context<'_>) -> membership::People {
        let mut people = membership::people(cx, self.from, self.part.as_ref());
        people.named.retain(|person| !may_approve(cx, &self.settings, person).is_not());
        people
    }

    /// Those of the entry who took part in the change.
    pub(super) fn barred(&self, cx: &Context<'_>) -> Vec<Account> {
        let mut people = membership::people(cx, self.from, self.part.as_ref());
        people.named.retain(|person| may_approve(cx, &self.settings, person).is_not());
        people.named
    }

    /// The names of the roles for which nobody is named yet.
    pub(super) fn unfilled(&self, cx: &Context<'_>) -> Vec<String> {
        let is_unfilled = |who: &&Who| match who {
            Who::Authority { layer, name } => cx.policies.authority(*layer, name).is_some_and(Authority::is_unfilled),
            Who::Team(_) | Who::User(_) => false,
        };
        self.from.iter().filter(is_unfilled).map(written).collect()
    }

    /// Teams and authorities as people know them: teams where they are named, else the authority.
    pub(super) fn names(&self, cx: &Context<'_>) -> Vec<String> {
        let mut names: Vec<String> = self.part.iter().flat_map(Part::names).collect();
        let stand_in = self.part.iter().flat_map(|part| part.unowned.iter().flat_map(|whos| whos.iter()));
        for who in self.from.iter().chain(stand_in) {
            match who {
                Who::Authority { layer, name } => match cx.policies.authority(*layer, name) {
                    // Its people are the owners, who are named.
                    Some(authority) if self.part.is_some() && owners::names_nobody_else(authority) => {}
                    Some(authority) if !authority.teams.is_empty() && authority.permission.is_none() => {
                        names.extend(authority.teams.iter().map(ToString::to_string));
                    }
                    _ => names.push(name.clone()),
                },
                other => names.push(written(other)),
            }
        }
        names.dedup();
        names
    }
}

/// What an entry asks, as in `1 approval by somebody of payments (acme/payments)`.
pub(super) fn wanted(cx: &Context<'_>, from: &[Who], count: u32) -> Phrase {
    let names = from.iter().map(|who| match (who, count) {
        (Who::User(_), _) => described(cx, who),
        (_, 1) => Phrase::words("somebody of ").then(described(cx, who)),
        _ => Phrase::words("people of ").then(described(cx, who)),
    });
    let lead = if count == 1 { "1 approval by ".to_owned() } else { format!("{count} approvals by ") };
    Phrase::words(lead).then(Phrase::join(names, " or "))
}

/// Somebody named in a policy, for who has not read it.
fn described(cx: &Context<'_>, who: &Who) -> Phrase {
    let named = Phrase::default().quote(written(who));
    let Who::Authority { layer, name } = who else { return named };
    let Some(authority) = cx.policies.authority(*layer, name) else { return named };
    if let Some(permission) = authority.permission {
        let may = match permission {
            Permission::Read => "anybody who can read this repository and",
            Permission::Triage => "anybody with triage access who",
            Permission::Write => "anybody with write access who",
            Permission::Maintain => "anybody who maintains this repository and",
            Permission::Admin => "anybody who administers this repository and",
        };
        return named.and(format!(" ({may} took no part in this change)"));
    }
    if let Some(owning) = authority.codeowners {
        return named.and(owners::described(owning));
    }
    let teams: Vec<String> = authority.teams.iter().map(ToString::to_string).filter(|team| team != name).collect();
    if teams.is_empty() {
        return named;
    }
    let teams = Phrase::join(teams.into_iter().map(|team| Phrase::default().quote(team)), ", ");
    named.and(" (").then(teams).and(")")
}

fn wants_write(cx: &Context<'_>, who: &Who) -> bool {
    match who {
        Who::Authority { layer, name } => cx.policies.authority(*layer, name).is_none_or(|authority| authority.write),
        Who::Team(_) | Who::User(_) => true,
    }
}

fn written(who: &Who) -> String {
    match who {
        Who::Authority { name, .. } => name.clone(),
        Who::Team(team) => team.to_string(),
        Who::User(login) => login.clone(),
    }
}
