//! `fields`: what the change request must say. Also what `[record]` of a layer requires.
//!
//! A layer sees only answers under headings that it, or a layer above it, knows.

use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::record::{Answer, Content, Field, FieldId, NoneAnswer};
use crate::text::Phrase;

pub(crate) fn fields(cx: &Context<'_>, layer: Layer, wanted: &[FieldId]) -> RequirementResult {
    let missing: Vec<&FieldId> =
        wanted.iter().filter(|id| matches!(cx.records.current.field(id, layer), Field::Absent)).collect();
    let mut problems: Vec<(Phrase, Act)> = absent(&missing).into_iter().collect();
    problems.extend(wanted.iter().filter_map(|field| problem(cx, layer, field)));
    let (observed, state) = if problems.is_empty() {
        (Phrase::words("each is answered in the description"), State::Satisfied)
    } else {
        (Phrase::join(problems.iter().map(|(observed, _)| observed.clone()), "; "), State::Author)
    };
    RequirementResult {
        key: "fields",
        state,
        wanted: Phrase::words("answers in the description to ").then(names(wanted)),
        observed,
        acts: problems.into_iter().map(|(_, act)| act).collect(),
    }
}

fn names<'a>(ids: impl IntoIterator<Item = &'a FieldId>) -> Phrase {
    Phrase::join(ids.into_iter().map(|id| Phrase::default().quote(id.as_str())), ", ")
}

/// Fields about which the description says nothing are one thing to write, not one each.
fn absent(ids: &[&FieldId]) -> Option<(Phrase, Act)> {
    let are = match ids {
        [] => return None,
        [_] => " is missing",
        _ => " are missing",
    };
    let names = || names(ids.iter().copied());
    let what = Phrase::words("answer ").then(names()).and(" in the description");
    Some((names().and(are), Act { by: Actor::Author, what }))
}

/// What keeps a field that is there from being an answer, and what to write.
pub(super) fn problem(cx: &Context<'_>, layer: Layer, id: &FieldId) -> Option<(Phrase, Act)> {
    let field = cx.records.current.field(id, layer);
    let quoted = || Phrase::default().quote(id.as_str());
    let (observed, what) = match &field {
        Field::Present(_) | Field::Absent => return None,
        Field::None(answer) => return none(cx, id, answer),
        Field::Unfilled(answer) => (
            quoted().and(format!(" is not filled in (line {})", answer.line)),
            Phrase::words("fill in ").quote(id.as_str()).and(format!(" in the description, line {}", answer.line)),
        ),
        Field::Ambiguous(answer) => {
            let make = Phrase::words("make ").quote(id.as_str());
            // What a command planned stands on no line.
            let (place, at) = match answer.line {
                0 => (String::new(), String::new()),
                line => (format!(", line {line}"), format!(" (line {line})")),
            };
            let make = make.and(format!(" clear in the description{place}"));
            (
                quoted().and(format!(" cannot be told{at}")),
                match &answer.content {
                    Content::Ambiguous(settle) => make.and(": ").message(settle),
                    _ => make,
                },
            )
        }
        Field::Conflicting(answers) => {
            let lines: Vec<String> = answers.iter().map(|answer| answer.line.to_string()).collect();
            let lines = lines.join(" and ");
            (
                quoted().and(format!(" has two different answers (line {lines})")),
                Phrase::words("leave one answer to ")
                    .quote(id.as_str())
                    .and(format!(" in the description; there are two (line {lines})")),
            )
        }
    };
    Some((observed, Act { by: Actor::Author, what }))
}

/// `None` as an answer, as the field takes it.
fn none(cx: &Context<'_>, id: &FieldId, answer: &Answer) -> Option<(Phrase, Act)> {
    let reason = match &answer.content {
        Content::None { reason } => reason.as_deref().unwrap_or_default().trim(),
        _ => "",
    };
    let taken = cx.records.fields.spec(id).map_or(NoneAnswer::Refuse, |spec| spec.none);
    let (why, what) = match taken {
        NoneAnswer::Accept => return None,
        NoneAnswer::WithReason if !reason.is_empty() => return None,
        NoneAnswer::WithReason => (" is answered with none and no reason", " is none, after the answer"),
        NoneAnswer::Refuse => (" is answered with none, which the policy does not take", ""),
    };
    let observed = Phrase::default().quote(id.as_str()).and(format!("{why} (line {})", answer.line));
    let act = match what {
        "" => Phrase::words("answer ").quote(id.as_str()).and(" in the description; none is not taken for an answer"),
        rest => Phrase::words("say why ").quote(id.as_str()).and(rest),
    };
    Some((observed, Act { by: Actor::Author, what: act }))
}
