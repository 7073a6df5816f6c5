//! What the lines under a heading say, by the kind of the field.
//!
//! The order of reading is the same for every kind: prompts are put aside, then
//! boxes, then `None`, then the answer. Absent on purpose: weighing one place
//! against another, which `ChangeRecord::field` does.

use std::collections::BTreeSet;
use std::ops::Range;

use super::choice::{self, Choices, Lead};
use super::fold::{fold, spaced};
use super::found::{Found, Said, Shape};
use super::names::Names;
use super::page::Tick;
use super::pattern::Pattern;
use super::{Content, FieldKind, FieldSpec, NoneAnswer, Value, codes, none, placeholder, scalar, text};
use crate::diagnostic::{Diagnostic, Origin};

/// What one place says about one field.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) content: Content,
    pub(crate) raw: String,
    pub(crate) rationale: Option<String>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// One field at one place, while it is read.
pub(crate) struct Place<'a> {
    pub(crate) spec: &'a FieldSpec,
    pub(crate) found: &'a Found,
    pub(crate) choices: &'a Choices,
    pub(crate) pattern: Option<&'a Pattern>,
    /// The lines that are no prompts.
    pub(crate) said: Vec<&'a Said>,
    /// For each line of the place, whether it is one of those.
    pub(crate) kept: Vec<bool>,
    /// For each line, whether a template says it.
    pub(crate) covered: &'a [bool],
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether foreign options mean another question.
    pub(crate) lenient: bool,
}

/// Reads a field at a place; nothing when the place turns out to ask for something else.
pub(crate) fn read(names: &Names<'_>, field: usize, found: &Found, covered: &[bool]) -> Option<Reading> {
    let answers = |(said, covered): (&Said, &bool)| {
        (!covered && said.shape != Shape::Title && !placeholder::is_placeholder(said)) || !said.line.images.is_empty()
    };
    let kept: Vec<bool> = found.content.iter().zip(covered).map(answers).collect();
    let said = found.content.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(said, _)| said).collect();
    let mut place = Place {
        spec: names.spec(field),
        found,
        choices: names.choices(field),
        pattern: names.pattern(field),
        said,
        kept,
        covered,
        diagnostics: Vec::new(),
        lenient: names.is_also_asked_otherwise(field),
    };
    let (content, rationale) = place.read()?;
    let (content, rationale) = place.beware(content, rationale);
    let raw = raw(&place.found.content);
    Some(Reading { content, raw, rationale, diagnostics: place.diagnostics })
}

type Answered = Option<(Content, Option<String>)>;

impl Place<'_> {
    fn read(&mut self) -> Answered {
        let quotes = self.said.iter().filter(|said| said.shape == Shape::Quote).count();
        if quotes > 0 && quotes == self.said.len() {
            self.note(
                Diagnostic::note(
                    codes::QUOTED_ANSWER,
                    format!("the answer to `{}` is only a quotation", self.spec.id),
                    Origin::Description,
                    self.said.first().map_or(self.found.span.clone(), |said| said.line.span.clone()),
                )
                .help("write the answer outside the quotation"),
            );
            return Some((Content::Unfilled, None));
        }
        match self.spec.kind {
            FieldKind::Choice | FieldKind::YesNo => self.choice(),
            FieldKind::ManyOf => Some(self.many()),
            FieldKind::Text => Some(text::read(self)),
            _ => Some(self.scalar()),
        }
    }

    pub(crate) fn note(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// What cannot be seen cannot be agreed to: a decisive answer with hidden parts is none.
    fn beware(&self, content: Content, rationale: Option<String>) -> (Content, Option<String>) {
        let decisive = self.spec.kind != FieldKind::Text;
        let answers = matches!(content, Content::Value(_) | Content::None { .. });
        if self.found.concealed && answers && (decisive || matches!(content, Content::None { .. })) {
            let why = "the answer has parts that readers of the page do not see".to_owned();
            return (Content::Ambiguous(why), None);
        }
        (content, rationale.filter(|text| !text.is_empty()))
    }

    /// `None` as the answer, weighed by what the field makes of it.
    pub(crate) fn none(&mut self, reason: String, span: &Range<usize>) -> (Content, Option<String>) {
        let id = self.spec.id.clone();
        let refused = match self.spec.none {
            NoneAnswer::Accept => None,
            NoneAnswer::WithReason if !reason.is_empty() => None,
            NoneAnswer::WithReason => Some((
                codes::NONE_WITHOUT_REASON,
                format!("`none` for `{id}` wants a reason"),
                "write `None - ` and why",
            )),
            NoneAnswer::Refuse => {
                Some((codes::NONE_REFUSED, format!("`none` is no answer to `{id}`"), "write what it is"))
            }
        };
        if let Some((code, message, help)) = refused {
            self.note(Diagnostic::warning(code, message, Origin::Description, span.clone()).help(help));
            return (Content::Unfilled, None);
        }
        (Content::None { reason: (!reason.is_empty()).then_some(reason) }, None)
    }

    pub(crate) fn ambiguous(&mut self, why: String, span: &Range<usize>, help: &str) -> (Content, Option<String>) {
        let diagnostic = Diagnostic::warning(codes::AMBIGUOUS, why.clone(), Origin::Description, span.clone());
        self.note(diagnostic.help(help));
        (Content::Ambiguous(why), None)
    }

    fn unfilled_choice(&mut self, choices: &str) -> (Content, Option<String>) {
        let diagnostic = Diagnostic::note(
            codes::UNFILLED,
            format!("`{}` is not answered yet", self.spec.id),
            Origin::Description,
            self.found.span.clone(),
        );
        let options = if self.found.options.is_empty() { choices.to_owned() } else { quoted(&self.found.options) };
        self.note(if options.is_empty() { diagnostic } else { diagnostic.help(format!("choose one of {options}")) });
        (Content::Unfilled, None)
    }

    /// The boxes here, each with its text and its place: of lists, and within lines.
    fn boxes(&self) -> (Vec<Boxed>, Vec<&Said>) {
        let mut boxes = Vec::new();
        let mut others = Vec::new();
        for (said, kept) in self.found.content.iter().zip(&self.kept) {
            let usable = matches!(said.shape, Shape::Prose | Shape::Bullet | Shape::Row);
            if let (Some(tick), true) = (said.tick, usable) {
                boxes.push(Boxed { tick, text: said.line.text.clone(), span: said.line.span.clone() });
                continue;
            }
            let inline = if usable { choice::boxes(&said.line.text) } else { Vec::new() };
            for found in &inline {
                boxes.push(Boxed {
                    tick: found.tick,
                    text: found.label.clone(),
                    span: said.line.source(found.span.clone()),
                });
            }
            if inline.is_empty() && usable && *kept {
                others.push(said);
            }
        }
        (boxes, others)
    }

    fn choice(&mut self) -> Answered {
        let choices = self.choices;
        let known = match self.spec.kind {
            FieldKind::YesNo => "`yes`, `no`".to_owned(),
            _ => quoted(&self.spec.choices),
        };
        let covered: BTreeSet<String> = self.prompts();
        let (boxes, lines) = self.boxes();
        let group: Vec<(Lead, &Boxed)> = boxes.iter().map(|b| (choices.lead(&b.text, &[]), b)).collect();
        let offers = group.iter().any(|(lead, _)| matches!(lead, Lead::Choice(..)));
        if !offers && boxes.len() >= 2 && self.lenient {
            return None;
        }
        let plain = leading(lines, choices, offers);
        // What a template ticks itself is no answer.
        let by_author = |b: &&Boxed| b.tick == Tick::Ticked && !covered.contains(&fold(&format!("[x] {}", b.text)));
        let ticked: Vec<(&Lead, &Boxed)> =
            group.iter().filter(|(_, b)| by_author(b)).map(|(lead, b)| (lead, *b)).collect();
        let mut chosen: Vec<(String, String, Range<usize>)> = Vec::new();
        for (lead, boxed) in &ticked {
            if let Lead::Choice(choice, rest) = lead {
                chosen.push((choice.clone(), rest.clone(), boxed.span.clone()));
            }
        }
        let foreign = ticked.iter().find(|(lead, _)| !matches!(lead, Lead::Choice(..)));
        let crossed = group.iter().any(|(lead, b)| b.tick == Tick::Crossed && matches!(lead, Lead::Choice(..)));
        if offers && chosen.is_empty() {
            if let Some((_, boxed)) = foreign {
                if let Some(reason) = none::read(&boxed.text) {
                    return Some(self.none(reason, &boxed.span.clone()));
                }
                let (text, span) = (boxed.text.clone(), boxed.span.clone());
                return Some(self.ambiguous(
                    format!("`{}` is none of {known}", short(&text)),
                    &span,
                    "tick one of the choices",
                ));
            }
            if crossed && matches!(plain, Plain::Nothing | Plain::Options) {
                let span = self.found.span.clone();
                let why = "a crossed box means yes to some and no to others".to_owned();
                return Some(self.ambiguous(why, &span, "tick the box with an `x`"));
            }
        }
        let first = chosen.first().cloned();
        if let Some((choice, rest, span)) = first {
            let mut places: Vec<Range<usize>> = chosen.iter().map(|(_, _, span)| span.clone()).collect();
            let mut differs = chosen.iter().any(|(other, _, _)| *other != choice);
            if let Plain::Chosen(other, _, at) = &plain
                && *other != choice
            {
                differs = true;
                places.push(at.clone());
            }
            if differs {
                return Some(self.conflicting(&places));
            }
            let remark = if rest.is_empty() { self.remarks(&boxes) } else { rest };
            let _ = span;
            return Some((self.chosen(&choice), Some(remark)));
        }
        // Boxes of another kind under the field's heading, such as promises, do not choose.
        if !offers && let (Some((_, boxed)), Plain::Nothing | Plain::Options) = (foreign, &plain) {
            if let Some(reason) = none::read(&boxed.text) {
                return Some(self.none(reason, &boxed.span.clone()));
            }
            let (text, span) = (boxed.text.clone(), boxed.span.clone());
            return Some(self.ambiguous(
                format!("`{}` is none of {known}", short(&text)),
                &span,
                &format!("choose one of {known}"),
            ));
        }
        Some(match plain {
            Plain::Chosen(choice, rest, _) => (self.chosen(&choice), Some(rest)),
            Plain::Conflict(places) => self.conflicting(&places),
            Plain::None(reason, span) => self.none(reason, &span),
            Plain::Marked(text, span) => {
                let why = format!("it cannot be told whether `{text}` was chosen from the list");
                self.ambiguous(why, &span, &format!("leave only the answer, one of {known}"))
            }
            Plain::Doubtful(text, span) => {
                let why = format!("`{text}` is not one choice");
                self.ambiguous(why, &span, &format!("begin with one of {known}"))
            }
            Plain::Other(text, span) => {
                let why = format!("`{}` does not begin with one of {known}", short(&text));
                self.ambiguous(why, &span, &format!("begin the answer with one of {known}"))
            }
            Plain::Options | Plain::Nothing => self.unfilled_choice(&known),
        })
    }

    fn prompts(&self) -> BTreeSet<String> {
        let lines = self.found.content.iter().zip(&self.kept);
        lines.filter(|(said, kept)| said.tick.is_some() && !**kept).map(|(said, _)| said.prompt_key()).collect()
    }

    fn chosen(&self, choice: &str) -> Content {
        Content::Value(match self.spec.kind {
            FieldKind::YesNo => Value::YesNo(choice == "yes"),
            _ => Value::Choice(choice.to_owned()),
        })
    }

    fn conflicting(&mut self, places: &[Range<usize>]) -> (Content, Option<String>) {
        let message = format!("`{}` has two answers here", self.spec.id);
        let first = places.first().cloned().unwrap_or(self.found.span.clone());
        let mut diagnostic =
            Diagnostic::error(codes::CONFLICTING, message, Origin::Description, first).saying("one answer");
        for place in places.iter().skip(1) {
            diagnostic = diagnostic.label(Origin::Description, place.clone(), "another");
        }
        self.note(diagnostic.help("leave one of them"));
        (Content::Conflicting, None)
    }

    /// The lines beside the boxes, as a remark.
    fn remarks(&self, boxes: &[Boxed]) -> String {
        let holds = |said: &Said| {
            let next = boxes.partition_point(|b| b.span.start < said.line.span.start);
            boxes.get(next).is_some_and(|b| b.span.end <= said.line.span.end)
        };
        let beside = self.said.iter().filter(|said| said.tick.is_none() && !holds(said));
        let lines: Vec<&str> = beside.map(|said| said.line.text.as_str()).collect();
        spaced(&lines.join(" "))
    }

    fn many(&mut self) -> (Content, Option<String>) {
        let choices = self.choices;
        let free = self.spec.choices.is_empty();
        let covered = self.prompts();
        let (boxes, lines) = self.boxes();
        let mut words: Vec<(String, Range<usize>)> = Vec::new();
        let mut reason = None;
        for boxed in
            boxes.iter().filter(|b| b.tick == Tick::Ticked && !covered.contains(&fold(&format!("[x] {}", b.text))))
        {
            if let Some(why) = none::read(&boxed.text) {
                reason = Some((why, boxed.span.clone()));
            } else {
                words.push((head(&boxed.text), boxed.span.clone()));
            }
        }
        let lines: Vec<(String, Range<usize>)> = lines
            .into_iter()
            .filter(|said| !(said.line.text.trim_end().ends_with(['?', '？', ':', '：'])))
            .map(|said| (said.line.text.clone(), said.line.span.clone()))
            .collect();
        for (text, span) in &lines {
            if let (Some(why), true) = (none::read(text), words.is_empty()) {
                reason = Some((why, span.clone()));
                continue;
            }
            if !free && matches!(choices.lead(text, &[]), Lead::Options) && options_only(choices, text) {
                continue;
            }
            let joined = if free {
                text.clone()
            } else {
                text.replace(" and ", ",").replace(" und ", ",").replace(" et ", ",").replace(" y ", ",")
            };
            for word in joined.split([',', ';', '、', '，', '|']) {
                let word = word.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '`' | '"' | '\''));
                if !placeholder::is_blank(word) {
                    words.push((word.to_owned(), span.clone()));
                }
            }
        }
        if words.is_empty() {
            return match reason {
                Some((why, span)) => self.none(why, &span),
                None => (Content::Unfilled, None),
            };
        }
        let mut set = BTreeSet::new();
        for (word, span) in words {
            if free {
                set.insert(fold(&word));
                continue;
            }
            match (choices.exact(&word), choices.lead(&word, &[])) {
                (Some(choice), _) => set.insert(choice.to_owned()),
                (None, Lead::Choice(choice, _)) => set.insert(choice),
                _ => {
                    let known = quoted(&self.spec.choices);
                    let why = format!("`{}` is none of {known}", short(&word));
                    return self.ambiguous(why, &span, "use the names that the policy lists");
                }
            };
        }
        (Content::Value(Value::Many(set)), None)
    }

    /// The kinds that are one word or a few: a person, a time, an address, a ticket.
    fn scalar(&mut self) -> (Content, Option<String>) {
        let lines: Vec<&Said> = self
            .said
            .iter()
            .copied()
            .filter(|said| said.tick != Some(Tick::Empty) && said.shape != Shape::Quote)
            .collect();
        let Some(first) = lines.first() else { return (Content::Unfilled, None) };
        if let Some(reason) = none::read(&first.line.text) {
            let more: Vec<&str> = lines.iter().skip(1).map(|said| said.line.text.as_str()).collect();
            let reason = spaced(&format!("{reason} {}", more.join(" ")));
            let span = first.line.span.clone();
            return self.none(reason, &span);
        }
        scalar::read(self, &lines)
    }
}

/// What the lines without boxes choose: the leading word of the first that is no question.
fn leading(lines: Vec<&Said>, choices: &Choices, beside_boxes: bool) -> Plain {
    let mut result = Plain::Nothing;
    let mut rest: Vec<&str> = Vec::new();
    let mut places: Vec<Range<usize>> = Vec::new();
    for said in lines {
        let text = said.line.text.as_str();
        let span = said.line.span.clone();
        let is_first = matches!(result, Plain::Nothing | Plain::Options);
        let lead = choices.lead(text, &said.line.bold);
        match lead {
            Lead::Choice(choice, remark) => match &result {
                Plain::Nothing | Plain::Options => {
                    places.push(span.clone());
                    result = Plain::Chosen(choice, remark, span);
                }
                Plain::Chosen(first, _, _) => {
                    // Who says the same again gives another remark, and no contradiction.
                    if *first == choice {
                        rest.push(
                            text.get(text.len() - remark.len()..).filter(|_| text.ends_with(&remark)).unwrap_or(text),
                        );
                        continue;
                    }
                    // A later line that is nothing but another choice contradicts the first.
                    let alone = remark.is_empty()
                        || said.shape == Shape::Bullet
                        || text.contains([':', '–'])
                        || text.contains(" - ");
                    if alone {
                        places.push(span);
                    }
                    rest.push(text);
                }
                _ => rest.push(text),
            },
            Lead::Options if is_first => result = Plain::Options,
            Lead::Marked(choice) if is_first => result = Plain::Marked(choice, span),
            Lead::Doubtful(words) if is_first => result = Plain::Doubtful(words, span),
            _ if is_first && !beside_boxes => {
                let asks = text.trim_end().ends_with(['?', '？', ':', '：']);
                if let Some(reason) = none::read(text) {
                    result = Plain::None(reason, span);
                } else if !asks {
                    result = Plain::Other(text.to_owned(), span);
                }
            }
            _ => rest.push(text),
        }
    }
    if places.len() > 1 {
        return Plain::Conflict(places);
    }
    let more = spaced(&rest.join(" "));
    match result {
        Plain::Chosen(choice, remark, span) => Plain::Chosen(choice, spaced(&format!("{remark} {more}")), span),
        Plain::None(reason, span) => Plain::None(spaced(&format!("{reason} {more}")), span),
        other => other,
    }
}

/// What lines without boxes come to.
enum Plain {
    Nothing,
    Options,
    Chosen(String, String, Range<usize>),
    Conflict(Vec<Range<usize>>),
    None(String, Range<usize>),
    Marked(String, Range<usize>),
    Doubtful(String, Range<usize>),
    Other(String, Range<usize>),
}

struct Boxed {
    tick: Tick,
    text: String,
    span: Range<usize>,
}

/// Everything that stands there, as the page shows it.
fn raw(content: &[Said]) -> String {
    let lines = content.iter().map(|said| {
        let mark = match (said.tick, said.shape) {
            (Some(Tick::Ticked), _) => "- [x] ",
            (Some(_), _) => "- [ ] ",
            (None, Shape::Bullet) => "- ",
            (None, Shape::Quote) => "> ",
            _ => "",
        };
        let lead = if said.lead.is_empty() { String::new() } else { format!("{}: ", said.lead) };
        format!("{mark}{lead}{}", said.line.text)
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The name at the head of a box's label: what stands before a dash, a colon or a bracket.
fn head(text: &str) -> String {
    let end = [" - ", " – ", " — ", ": ", " ("].iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len());
    let head = text.get(..end).unwrap_or(text);
    head.trim_matches(|c: char| c.is_whitespace() || matches!(c, '`' | '.' | ':' | '"')).to_owned()
}

/// Whether a list of options is the whole of them, and so a prompt.
fn options_only(choices: &Choices, text: &str) -> bool {
    let named = text.split(['/', '|', ',']).filter(|part| choices.exact(part).is_some()).count();
    named >= choices.count.max(2)
}

pub(crate) fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

pub(crate) fn short(text: &str) -> String {
    let text = spaced(text);
    if text.chars().count() <= 60 {
        return text;
    }
    let cut: String = text.chars().take(57).collect();
    format!("{}...", cut.trim_end())
}
