//! What an approval is bound to: commit, base branch, net diff, and the change request as it was read.
//!
//! Void is a state, never a memory: with the same head and record again, the
//! approval counts again. A text or hash that cannot be had binds to nothing, so
//! the approval does not count and has to be given again. Absent: how two net
//! diffs are compared; see [`crate::net_diff`].

use crate::condition::Finding;
use crate::evaluate::Context;
use crate::facts::{Known, Review, commits_hash};
use crate::layer::Layer;
use crate::net_diff;
use crate::policy::{EffectiveApproval, Keep};
use crate::record::FieldChange;
use crate::text::Phrase;

/// So many changed fields are named.
const FIELDS: usize = 3;

/// The longest value that is repeated, in characters.
const VALUE: usize = 60;

/// Whether what the reviewer saw is what is there.
pub(crate) fn is_bound(cx: &Context<'_>, settings: &EffectiveApproval, layer: Layer, review: &Review) -> Finding {
    let asked = (review.id, layer, settings.keep, settings.unbound.clone());
    cx.answers.bound.answer(&asked, || {
        Finding::all([diff(cx, settings, review), base(cx, review), record(cx, settings, layer, review)])
    })
}

/// The same of the net diff and its base alone.
pub(super) fn is_of_this_diff(cx: &Context<'_>, settings: &EffectiveApproval, review: &Review) -> Finding {
    Finding::all([diff(cx, settings, review), base(cx, review)])
}

/// Whether the review was given on another commit than the head.
pub(crate) fn head_moved(cx: &Context<'_>, review: &Review) -> bool {
    review.commit.as_ref() != Some(&cx.facts.change.head.tip)
}

/// The same commit over the same commits; else, where `keep` says so, the same net diff.
fn diff(cx: &Context<'_>, settings: &EffectiveApproval, review: &Review) -> Finding {
    let same_commit = Finding::all([commit(cx, review), commits(cx, review)]);
    if !same_commit.is_not() || settings.keep == Keep::SameSha {
        return same_commit;
    }
    let (Some(head), Known::Known(seen)) = (&review.commit, &review.seen.commits) else { return same_commit };
    match net_diff::same_as_now(cx.facts, head, seen) {
        Ok(()) => Finding::holds(
            Phrase::words("it was given on commit ").quote(head.short()).and(", and the diff is still the same"),
        ),
        Err(why) => Finding { observed: same_commit.observed.and("; ").then(why), ..same_commit },
    }
}

fn commit(cx: &Context<'_>, review: &Review) -> Finding {
    let head = &cx.facts.change.head.tip;
    match &review.commit {
        Some(commit) if commit == head => Finding::holds(Phrase::words("it was given on this commit")),
        Some(commit) => Finding::does_not(
            Phrase::words("it was given on commit ")
                .quote(commit.short())
                .and(", the head is now ")
                .quote(head.short()),
        ),
        None => Finding::does_not(Phrase::words("the commit it was given on is gone")),
    }
}

fn base(cx: &Context<'_>, review: &Review) -> Finding {
    let base = &cx.facts.change.base.name;
    match &review.seen.base {
        Known::Known(seen) if seen == base => Finding::holds(Phrase::words("it was given for this base branch")),
        Known::Known(seen) => Finding::does_not(
            Phrase::words("it was given when the base branch was ").quote(seen).and(", it is now ").quote(base),
        ),
        Known::Unknown(why) => cannot_be_told("the base branch it was given for", why),
    }
}

fn commits(cx: &Context<'_>, review: &Review) -> Finding {
    let seen = match &review.seen.commits {
        Known::Known(seen) => seen,
        Known::Unknown(why) => return cannot_be_told("the commits it was given for", why),
    };
    match &cx.facts.commits {
        Known::Unknown(why) => Finding::unread("the commits", why),
        Known::Known(commits) if cx.seen.commits.answer(&(), || commits_hash(commits)) == *seen => {
            Finding::holds(Phrase::words("it was given for these commits"))
        }
        Known::Known(_) => {
            Finding::does_not(Phrase::words("the commits between base and head are no longer those it was given for"))
        }
    }
}

/// The change request as it was read, but for the fields that bind nothing.
fn record(cx: &Context<'_>, settings: &EffectiveApproval, layer: Layer, review: &Review) -> Finding {
    let changes = match cx.record_changes(review.id, layer) {
        Known::Known(changes) => changes,
        Known::Unknown(why) => return cannot_be_told("the description it was given for", &why),
    };
    let mut binding = changes.iter().filter(|change| !settings.unbound.contains(&change.field)).peekable();
    if binding.peek().is_none() {
        return Finding::holds(Phrase::words("the change request says what it said"));
    }
    let said = Phrase::join(binding.take(FIELDS).map(change), "; ");
    Finding::does_not(said)
}

fn change(change: &FieldChange) -> Phrase {
    let told = |phrase: Phrase, state: &str, value: &str| match value {
        "" => phrase.and(state.to_owned()),
        value => phrase.quote(shortened(value)),
    };
    let phrase = Phrase::default().quote(change.field.as_str()).and(" was edited from ");
    let phrase = told(phrase, change.state_before, &change.before).and(" to ");
    told(phrase, change.state_after, &change.after)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// It does not count, and giving it again helps: not an unknown that holds the change for ever.
fn cannot_be_told(what: &str, why: &str) -> Finding {
    Finding::does_not(Phrase::words(format!("{what} is not known (")).quote(why).and("), so it has to be given again"))
}
