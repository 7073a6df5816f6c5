//! What people should know besides: limits of this version, a layer that is out of sight, a check that holds nothing.

use super::layers::InForce;
use super::own_check;
use crate::evaluate::Context;
use crate::facts::Enforced;
use crate::policy::{Policy, Unenforced};
use crate::text::Phrase;

pub(super) fn of_layers(cx: &Context<'_>, speaking: &[InForce<'_>]) -> Vec<Phrase> {
    let mut notices: Vec<Phrase> = enforced(cx).into_iter().collect();
    for layer in speaking {
        notices.extend(unseen(layer));
        if let Some((_, policy)) = layer.policy() {
            let waives = policy.rules.iter().filter_map(|rule| rule.waive.as_ref());
            notices.extend(policy.relaxations.iter().chain(waives).map(not_granted));
            notices.extend(requests(policy));
            notices.extend(names(cx, policy));
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

/// What is asked of nobody because it cannot be seen. How the other layers stand is told with the policies in force.
fn unseen(layer: &InForce<'_>) -> Option<Phrase> {
    let said =
        " cannot be seen, because countersign is not installed for its repository; what it asks is not asked here";
    layer.is_unseen().then(|| Phrase::default().quote(&layer.0.source.path).and(said))
}

fn not_granted(part: &Unenforced) -> Phrase {
    let named = Phrase::words("this version of countersign does not grant ").quote(&part.key);
    let named = match &part.id {
        Some(id) => named.and(" ").quote(id),
        None => named,
    };
    named.and(": the rules ask what they ask without it")
}

fn requests(policy: &Policy) -> Option<Phrase> {
    let part = policy.approval.unenforced.iter().find(|part| part.key.ends_with("request"))?;
    let said = Phrase::words("this version of countersign does not ask GitHub for reviews, as ");
    Some(said.quote(&part.key).and(" says"))
}

fn names(cx: &Context<'_>, policy: &Policy) -> Option<Phrase> {
    let base = &cx.facts.change.base.name;
    let (_, name) = policy.check_names.iter().find(|(globs, _)| globs.matches(base))?;
    let own = own_check(cx.facts);
    (*name != own).then(|| {
        let said = Phrase::words("this version of countersign calls the check ").quote(own);
        said.and(", not ").quote(name)
    })
}
