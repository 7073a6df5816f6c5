//! `fields`: what the change request must say. Also what `[record]` of a layer requires.
//!
//! A layer sees only answers under headings that it, or a layer above it, knows.

use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::record::{Answer, Content, Field, FieldId, NoneAnswer};
use crate::text::Phrase;

pub(crate) fn fields(cx: &Context<'_>, layer: Layer, wanted: &[FieldId]) -> RequirementResult {
    let names = wanted.iter().map(|field| Phrase::default().quote(field.as_str()));
    let problems: Vec<(Phrase, Act)> = wanted.iter().filter_map(|field| problem(cx, layer, field)).collect();
    let (observed, state) = if problems.is_empty() {
        (Phrase::words("each is answered in the description"), State::Satisfied)
    } else {
        (Phrase::join(problems.iter().map(|(observed, _)| observed.clone()), "; "), State::Author)
    };
    RequirementResult {
        key: "fields",
        state,
        wanted: Phrase::words("answers in the description to ").then(Phrase::join(names, ", ")),
        observed,
        acts: problems.into_iter().map(|(_, act)| act).collect(),
    }
}

/// What keeps a field from being an answer, and what to write.
fn problem(cx: &Context<'_>, layer: Layer, id: &FieldId) -> Option<(Phrase, Act)> {
    let field = cx.records.current.field(id, layer);
    let quoted = || Phrase::default().quote(id.as_str());
    let (observed, what) = match &field {
        Field::Present(_) => return None,
        Field::None(answer) => return none(cx, id, answer),
        Field::Unfilled(answer) => (
            quoted().and(format!(" is not filled in (line {})", answer.line)),
            Phrase::words("fill in ").quote(id.as_str()).and(format!(" in the description, line {}", answer.line)),
        ),
        Field::Ambiguous(answer) => (
            quoted().and(format!(" cannot be told (line {})", answer.line)),
            match &answer.content {
                Content::Ambiguous(settle) => Phrase::words("make ").quote(id.as_str()).and(" clear: ").quote(settle),
                _ => Phrase::words("make ").quote(id.as_str()).and(" clear in the description"),
            },
        ),
        Field::Conflicting(answers) => {
            let lines: Vec<String> = answers.iter().map(|answer| answer.line.to_string()).collect();
            let lines = lines.join(" and ");
            (
                quoted().and(format!(" has two different answers (line {lines})")),
                Phrase::words("leave one answer to ").quote(id.as_str()).and(" in the description"),
            )
        }
        Field::Absent => (
            quoted().and(" is missing"),
            Phrase::words("add a section ").quote(id.as_str()).and(" to the description and answer it"),
        ),
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
        "" => Phrase::words("answer ").quote(id.as_str()).and(" in the description"),
        rest => Phrase::words("say why ").quote(id.as_str()).and(rest),
    };
    Some((observed, Act { by: Actor::Author, what: act }))
}
