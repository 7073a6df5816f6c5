//! What people should know besides: limits of this version, a layer that is out of sight, a check that holds nothing.

use super::layers::InForce;
use crate::evaluate::Context;
use crate::facts::Enforced;
use crate::text::Phrase;

pub(super) fn of_layers(cx: &Context<'_>, speaking: &[InForce<'_>]) -> Vec<Phrase> {
    let mut notices: Vec<Phrase> = enforced(cx).into_iter().collect();
    for layer in speaking {
        notices.extend(unseen(layer));
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

/// What is asked of nobody because it cannot be seen. How the other layers stand is told with the policies in force.
fn unseen(layer: &InForce<'_>) -> Option<Phrase> {
    let said =
        " cannot be seen, because countersign is not installed for its repository; what it asks is not asked here";
    layer.is_unseen().then(|| Phrase::default().quote(&layer.0.source.path).and(said))
}
