//! `tier`: a comparison of the lowest tier among the touched services; where no service is touched it does not hold.

use super::{Finding, Truth, compared};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::Comparison;
use crate::text::Phrase;

pub(super) fn tier(cx: &Context<'_>, layer: Layer, comparison: Comparison) -> Finding {
    let files = match cx.files() {
        Ok(files) => files,
        Err(unread) => return unread,
    };
    let mut sure: Option<u64> = None;
    let mut perhaps: Vec<u64> = Vec::new();
    let mut why = Finding::does_not(Phrase::default());
    for (name, service) in cx.services(layer) {
        match files.touch(&service.paths) {
            (Truth::DoesNot, _) => {}
            (touched, doubt) => match (touched, service.tier) {
                (_, None) => {
                    let said = Phrase::words("the service ").quote(name).and(" has no tier");
                    return Finding::unknown(said);
                }
                (Truth::Holds, Some(tier)) => sure = Some(sure.map_or(tier.into(), |low| low.min(tier.into()))),
                (_, Some(tier)) => {
                    perhaps.push(tier.into());
                    why = doubt;
                }
            },
        }
    }
    // What the lowest tier may be: the sure one, or any lower one that may be touched too.
    let holds = |tier: u64| comparison.operator.holds(tier, comparison.number);
    let mut possible = perhaps.into_iter().filter(|tier| sure.is_none_or(|sure| *tier < sure)).map(holds);
    let settled = sure.is_some_and(holds);
    if possible.any(|other| other != settled) {
        return why;
    }
    let observed = match sure {
        Some(tier) => format!("the lowest touched tier is {tier} (asked: {})", compared(comparison)),
        None => "no service is touched".to_owned(),
    };
    Finding::of(settled, Phrase::words(observed))
}
