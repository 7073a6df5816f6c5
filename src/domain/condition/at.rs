//! `at`: the instant of the decision lies in some hours of some days.
//!
//! Whatever time makes stricter comes a minute early, because green has to be taken
//! back before: where holding asks more it holds early, where it asks less it ends
//! early, and where it has to be proved the minute before a bound proves nothing.
//! What time eases comes at its instant.

use jiff::Timestamp;

use super::{Finding, Place};
use crate::evaluate::Context;
use crate::policy::Weekly;
use crate::text::Phrase;

pub(super) fn at(cx: &Context<'_>, place: Place, any: &[Weekly]) -> Finding {
    let (lies, next) = Weekly::within(any, cx.facts.as_of);
    let Some(bound) = next else { return found(lies, any, None) };
    let turns_stricter = match place {
        Place::Raising => !lies,
        Place::Lowering => lies,
        Place::Proved => true,
    };
    let stays = if turns_stricter { cx.lasts_until(bound) } else { cx.changes_at(bound) };
    if stays {
        return found(lies, any, lies.then_some(bound));
    }
    // The last minute before it turns: what comes then already counts, and what comes after that is asked for too.
    let (_, after) = Weekly::within(any, bound);
    cx.changes_at(bound);
    match place {
        Place::Proved => Finding::unknown(hours(any, "it is about to change whether it is ")),
        Place::Raising => {
            after.map(|end| cx.changes_at(end));
            Finding::holds(hours(any, "it is about to be "))
        }
        Place::Lowering => found(false, any, None),
    }
}

fn found(lies: bool, any: &[Weekly], until: Option<Timestamp>) -> Finding {
    if !lies {
        return Finding::does_not(hours(any, "it is not "));
    }
    let said = hours(any, "it is ");
    Finding::holds(match until {
        Some(end) => said.and(", until ").instant(end),
        None => said,
    })
}

fn hours(any: &[Weekly], words: &str) -> Phrase {
    let written = any.iter().map(|weekly| Phrase::default().quote(weekly.to_string()));
    Phrase::words(words).then(Phrase::join(written, " or "))
}
