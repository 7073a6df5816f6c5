//! `agent`: whether the author is a machine: a Bot or App account, or a member of `authorities.agents`.
//!
//! In a lowering place with the same proof as `author`.

use super::{Finding, Place, author};
use crate::account::AccountKind;
use crate::evaluate::Context;
use crate::policy::Who;
use crate::requirement::membership::{Aim, belongs};
use crate::text::Phrase;

/// `agents`: the authority of that name, where the policy defines one.
pub(super) fn agent(cx: &Context<'_>, place: Place, wanted: bool, agents: Option<&Who>) -> Finding {
    let author = match author::known(cx) {
        Ok(author) => author,
        Err(unknown) => return unknown,
    };
    let by_kind = match author.kind {
        AccountKind::User => Finding::does_not(Phrase::default().person(author).and(" is a person's account")),
        AccountKind::Bot => Finding::holds(Phrase::default().person(author).and(" is a bot")),
        // Organisations and imported accounts open no pull requests; what one would be cannot be told.
        AccountKind::Other => Finding::unknown(Phrase::words("what kind of account ").person(author).and(" is")),
    };
    let is_agent =
        Finding::any([by_kind].into_iter().chain(agents.map(|who| belongs(cx, who, author, None, Aim::Strict))));
    author::proved(cx, place, if wanted { is_agent } else { is_agent.negated() })
}
