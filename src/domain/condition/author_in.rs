//! `author_in`: who opened the pull request is one of these; in a lowering place with the same proof as `author`.

use super::{Finding, Place, author};
use crate::evaluate::Context;
use crate::policy::Who;
use crate::requirement::membership::{Aim, belongs};

pub(super) fn author_in(cx: &Context<'_>, place: Place, who: &[Who]) -> Finding {
    let author = match author::known(cx) {
        Ok(author) => author,
        Err(unknown) => return unknown,
    };
    let named = Finding::any(who.iter().map(|who| belongs(cx, who, author, None, Aim::Strict)));
    author::proved(cx, place, named)
}
