//! `risk`: a comparison of the resolved level.
//!
//! A factor that is unknown counts as holding. Where that makes a rule speak, it
//! speaks; where it would silence one, the condition is unknown.

use super::{Finding, Place};
use crate::evaluate::Context;
use crate::policy::LevelComparison;
use crate::risk::Level;
use crate::text::Phrase;

pub(super) fn risk(cx: &Context<'_>, place: Place, comparison: LevelComparison) -> Finding {
    let Some((floor, level)) = cx.risk else {
        return Finding::unknown(Phrase::words("the risk is not known before its factors are"));
    };
    let holds = |level: Level| comparison.operator.holds(level, comparison.level);
    let possible = Level::ALL.into_iter().filter(|possible| (floor..=level).contains(possible));
    let observed = Phrase::words(format!("the risk is {level}"));
    let (mut some, mut every) = (false, true);
    for possible in possible {
        some |= holds(possible);
        every &= holds(possible);
    }
    match (some, every, place) {
        (false, ..) => Finding::does_not(observed),
        (_, true, _) => Finding::holds(observed),
        (.., Place::Raising) if holds(level) => Finding::holds(observed),
        _ => Finding::unknown(observed.and(", but only because some of its factors are not known")),
    }
}
