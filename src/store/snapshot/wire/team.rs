//! The part `team`: who is in a team. Whose it is stands in the `change`.

use std::collections::BTreeSet;

use countersign_domain::account::TeamName;
use countersign_domain::{account, facts};
use serde::{Deserialize, Serialize};

use super::super::error::Error;
use super::super::shelf::{Content, Cut, Ref, Shelf};
use super::account::Account;
use super::known::{Known, back, list};

/// The members of a team, child teams included.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Members(Known<BTreeSet<Account>>);

impl Content for Members {
    const KIND: &'static str = "team";
}

/// A team that the policies name, and its members by reference.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Team {
    organisation: String,
    slug: String,
    members: Ref<Members>,
}

type MembersFact = facts::Known<BTreeSet<account::Account>>;

impl Team {
    pub(crate) fn cut((name, members): (&TeamName, &MembersFact), cut: &mut Cut) -> Self {
        let TeamName { organisation, slug } = name;
        let members = Members(Known::of(members, list));
        Self { organisation: organisation.clone(), slug: slug.clone(), members: cut.put(&members) }
    }

    pub(crate) fn restore(self, shelf: &Shelf<'_>) -> Result<(TeamName, MembersFact), Error> {
        let Self { organisation, slug, members } = self;
        let Members(members) = shelf.take(&members)?;
        Ok((TeamName { organisation, slug }, members.fact(back)))
    }
}
