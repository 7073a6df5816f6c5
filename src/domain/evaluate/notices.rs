//! What people should know besides: limits of this version, layers that could not be read, a check that holds nothing.

use super::layers::InForce;
use crate::evaluate::Context;
use crate::facts::Enforced;
use crate::policy::{Standing, Unenforced};
use crate::text::Phrase;

pub(super) fn of_layers(cx: &Context<'_>, speaking: &[InForce<'_>]) -> Vec<Phrase> {
    let mut notices: Vec<Phrase> = enforced(cx).into_iter().collect();
    for layer in speaking {
        notices.extend(standing(layer));
        if let Some((_, policy)) = layer.policy() {
            let waives = policy.rules.iter().filter_map(|rule| rule.waive.as_ref());
            notices.extend(policy.relaxations.iter().chain(waives).map(not_granted));
        }
    }
    notices
}

fn enforced(cx: &Context<'_>) -> Option<Phrase> {
    match &cx.facts.enforced {
        Enforced::Yes => None,
        Enforced::No(why) => Some(Phrase::words("this check is not enforced: ").quote(why)),
        Enforced::Unknown(why) => {
            Some(Phrase::words("whether GitHub enforces this check could not be read: ").quote(why))
        }
    }
}

fn standing(layer: &InForce<'_>) -> Option<Phrase> {
    let path = || Phrase::default().quote(&layer.0.source.path);
    let goes_on = layer.0.policy.is_some();
    match &layer.0.standing {
        Standing::LastKnownGood { .. } if goes_on => {
            Some(path().and(" has errors now; its last valid version goes on until they are corrected"))
        }
        Standing::Unreachable(why) if goes_on => {
            Some(path().and(" could not be read; its last version goes on: ").quote(why))
        }
        Standing::Unseen => Some(path().and(
            " cannot be seen, because countersign is not installed for its repository; what it asks is not asked here",
        )),
        _ => None,
    }
}

fn not_granted(part: &Unenforced) -> Phrase {
    let named = Phrase::words("this version of countersign does not grant ").quote(&part.key);
    let named = match &part.id {
        Some(id) => named.and(" ").quote(id),
        None => named,
    };
    named.and(": the rules ask what they ask without it")
}
