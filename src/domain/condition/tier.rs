//! `tier`: a comparison of the lowest tier among the touched services; where no service is touched it does not hold.

use super::{Finding, Truth, compared};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::Comparison;
use crate::text::Phrase;

/// The lowest touched tier as far as it can be told.
pub(super) struct Lowest {
    /// The lowest of those that are touched for certain; `None` where none is.
    pub(super) sure: Option<u64>,
    /// Those of services that may be touched too.
    pub(super) perhaps: Vec<u64>,
    /// Why that is not known.
    pub(super) doubt: Finding,
}

/// The lowest touched tier, or what to answer where a touched service has none.
pub(super) fn lowest(cx: &Context<'_>, layer: Layer) -> Result<Lowest, Finding> {
    let files = cx.files()?;
    let mut lowest = Lowest { sure: None, perhaps: Vec::new(), doubt: Finding::does_not(Phrase::default()) };
    for (name, service) in cx.services(layer) {
        match files.touch(&service.paths) {
            (Truth::DoesNot, _) => {}
            (touched, doubt) => match (touched, service.tier) {
                (_, None) => {
                    let said = Phrase::words("the service ").quote(name).and(" has no tier");
                    return Err(Finding::unknown(said));
                }
                (Truth::Holds, Some(tier)) => {
                    lowest.sure = Some(lowest.sure.map_or(tier.into(), |low| low.min(tier.into())));
                }
                (_, Some(tier)) => {
                    lowest.perhaps.push(tier.into());
                    lowest.doubt = doubt;
                }
            },
        }
    }
    Ok(lowest)
}

pub(super) fn tier(cx: &Context<'_>, layer: Layer, comparison: Comparison) -> Finding {
    let Lowest { sure, perhaps, doubt } = match lowest(cx, layer) {
        Ok(lowest) => lowest,
        Err(unknown) => return unknown,
    };
    // What the lowest tier may be: the sure one, or any lower one that may be touched too.
    let holds = |tier: u64| comparison.operator.holds(tier, comparison.number);
    let mut possible = perhaps.into_iter().filter(|tier| sure.is_none_or(|sure| *tier < sure)).map(holds);
    let settled = sure.is_some_and(holds);
    if possible.any(|other| other != settled) {
        return doubt;
    }
    let observed = match sure {
        Some(tier) => format!("the lowest touched tier is {tier} (asked: {})", compared(comparison)),
        None => "no service is touched".to_owned(),
    };
    Finding::of(settled, Phrase::words(observed))
}
