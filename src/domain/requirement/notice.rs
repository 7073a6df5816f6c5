//! `notice = "24h"`: the change has to be known for so long before it goes in.
//!
//! It counts from when the description that announces it was received, and no sooner than the pull request was seen open,
//! ready for review and into its base. What is announced is what a schedule of changes shows: what, when, to what and to
//! whom. Editing any of that starts it anew; a push, or an edit of what is for approvers alone, does not.

use jiff::Timestamp;

use super::elapsed::{elapsed, not_told};
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::facts::Known;
use crate::layer::Layer;
use crate::policy::Length;
use crate::record::{ChangeRecord, FieldId};
use crate::text::Phrase;

/// The fields that announce a change to others than those who approve it.
const ANNOUNCED: [&str; 6] = ["communication", "environments", "impact", "services", "summary", "window"];

pub(super) fn notice(cx: &Context<'_>, layer: Layer, length: &Length) -> RequirementResult {
    let wanted = Phrase::words("the change known as it is announced for ").quote(length.to_string());
    if cx.facts.change.draft {
        let observed = Phrase::words("a draft announces nothing yet");
        let what = Phrase::words("mark the pull request as ready for review");
        let acts = vec![Act { by: Actor::Author, what }];
        return RequirementResult { key: "notice", state: State::Waiting, wanted, observed, acts };
    }
    let (since, anew) = announced(cx, layer);
    let told = match anew {
        Some(field) => {
            Phrase::default().quote(field.as_str()).and(" was edited, and the change is announced as it is since")
        }
        None => Phrase::words("the change is announced as it is since"),
    };
    elapsed(cx, ("notice", wanted), length, (since, told))
}

/// Since when the change is announced as it is, and the field whose edit started that anew.
fn announced<'a>(cx: &'a Context<'_>, layer: Layer) -> (Known<Timestamp>, Option<FieldId>) {
    let Some(received) = &cx.facts.on_demand.received else { return (not_told(), None) };
    let texts: &'a Known<Vec<(Timestamp, ChangeRecord)>> = &cx.records.received;
    let (ready, texts) = match (&received.ready, texts) {
        (Known::Known(ready), Known::Known(texts)) => (*ready, texts),
        (Known::Unknown(why), _) | (_, Known::Unknown(why)) => return (Known::Unknown(why.clone()), None),
    };
    let mut since = None;
    for (at, then) in texts.iter().rev() {
        if let Some(field) = differs(cx, layer, then) {
            let since = since.map_or_else(not_told, Known::Known);
            return (since.map(|since| ready.max(since)), Some(field));
        }
        since = Some(*at);
    }
    (since.map_or_else(not_told, |since| Known::Known(ready.max(since))), None)
}

/// A field of the announcement that says something else now; whoever reads it sees what every layer sees.
fn differs(cx: &Context<'_>, layer: Layer, then: &ChangeRecord) -> Option<FieldId> {
    let now = &cx.records.current;
    let changes = [layer, Layer::Repository].into_iter().flat_map(|seen_by| then.differences(now, seen_by));
    let mut fields = changes.map(|change| change.field);
    fields.find(|field| ANNOUNCED.contains(&field.as_str()))
}
