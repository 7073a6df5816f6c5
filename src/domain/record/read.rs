//! Reading a description: the forms in their order, then one answer for each place and field.
//!
//! Absent on purpose: policy. Which fields are wanted, and whether an empty one
//! matters, is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::forms::{block, front_matter, structured};
use super::found::{Found, Said};
use super::names::{Hit, Names, Part};
use super::page::{How, Kind, Page};
use super::placeholder::Prompts;
use super::time::{self, Moment};
use super::value::{self, Place};
use super::{
    Answer, ChangeRecord, Content, Field, FieldId, FieldKind, FieldSet, Form, Template, codes, markdown, scalar, scopes,
};
use crate::diagnostic::{Diagnostic, Origin};
use crate::layer::Layer;

/// Reads what a description says about the change.
///
/// Never fails: what cannot be read is missing from the record and named in the
/// diagnostics. `templates` are the repository's own, in all versions seen; what
/// they say themselves is no answer.
pub fn parse(text: &str, fields: &FieldSet, templates: &[Template]) -> (ChangeRecord, Vec<Diagnostic>) {
    let names = Names::new(fields);
    let mut prompts = Prompts::default();
    let mut fronts: Vec<Vec<structured::Entry>> = Vec::new();
    let mut blocks: Vec<Vec<structured::Entry>> = Vec::new();
    for template in templates {
        let source = Source::read(&template.text, &names);
        fronts.extend(source.front.as_ref().map(|front| front.parsed.entries.clone()));
        blocks.extend(source.blocks.iter().map(|block| block.parsed.entries.clone()));
        prompts.add(&source.found(&names, &[], &[], &mut Vec::new()), &names);
    }
    let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut reader = Reader {
        text,
        names: &names,
        prompts: &prompts,
        lines,
        record: ChangeRecord::default(),
        diagnostics: Vec::new(),
    };
    reader.escaped_newlines(fields, templates);
    let source = Source::read(text, &names);
    source.report(&mut reader.diagnostics);
    let found = source.found(&names, &fronts, &blocks, &mut reader.diagnostics);
    reader.record.template_version.clone_from(&source.page.template_version);
    let broken = source.duplicates(&names);
    reader.windows(&found);
    for place in &found {
        reader.place(place, &broken);
    }
    reader.merge_trailers();
    reader.weigh();
    let Reader { mut record, mut diagnostics, .. } = reader;
    for answers in record.answers.values_mut() {
        answers.sort_by_key(|answer| answer.span.start);
    }
    for label in diagnostics.iter_mut().flat_map(|diagnostic| diagnostic.labels.iter_mut()) {
        label.span = snapped(text, &label.span);
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start));
    (record, diagnostics)
}

/// So many problems of one block are shown; who has mended those will see the rest.
const MOST_PROBLEMS: usize = 20;

/// A text with its forms taken apart.
struct Source<'t> {
    text: &'t str,
    front: Option<front_matter::Front>,
    /// Where Markdown begins.
    base: usize,
    page: Page,
    blocks: Vec<Block>,
}

struct Block {
    parsed: structured::Parsed,
    span: Range<usize>,
    literal: String,
    closed: bool,
    language: block::Language,
}

impl<'t> Source<'t> {
    fn read(text: &'t str, names: &Names<'_>) -> Self {
        let bom = text.len() - text.trim_start_matches('\u{feff}').len();
        let body = text.get(bom..).unwrap_or_default();
        let front = front_matter::read(body, names);
        let base = bom + front.as_ref().map_or(0, |front| front.rest);
        let page = markdown::page(text.get(base..).unwrap_or_default(), base);
        let mut blocks = Vec::new();
        for item in &page.blocks {
            let Kind::Code { info, literal, fenced: true, closed } = &item.kind else { continue };
            let Some(language) = block::language(info) else { continue };
            blocks.push(Block {
                parsed: block::parse(language, literal),
                span: item.span.clone(),
                literal: literal.clone(),
                closed: *closed,
                language,
            });
        }
        Self { text, front, base, page, blocks }
    }

    /// Every place that asks for a field; blocks that equal a template's are left out.
    fn found(
        &self,
        names: &Names<'_>,
        fronts: &[Vec<structured::Entry>],
        blocks: &[Vec<structured::Entry>],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Found> {
        let mut found = Vec::new();
        let reading = |places, form, concealed, group| block::Reading {
            description: self.text,
            names,
            places,
            form,
            concealed,
            group,
        };
        if let Some(front) = self.front.as_ref().filter(|front| !fronts.contains(&front.parsed.entries)) {
            let bom = self.base - front.rest;
            let places = block::Places::from(bom + front.inner.start);
            let reading = reading(places, Form::FrontMatter, front.concealed, usize::MAX);
            found.extend(reading.found(&front.parsed, diagnostics));
        }
        for (number, block) in self.blocks.iter().enumerate() {
            if blocks.contains(&block.parsed.entries) {
                continue;
            }
            let places = block::Places::new(self.text, &block.span, &block.literal);
            let reading = reading(places, Form::Block, false, usize::MAX - 1 - number);
            found.extend(reading.found(&block.parsed, diagnostics));
        }
        found.extend(scopes::find(&self.page, names));
        found
    }

    /// What was wrong with the text itself.
    fn report(&self, diagnostics: &mut Vec<Diagnostic>) {
        if let Some(front) = &self.front {
            let bom = self.base - front.rest;
            let places = block::Places::from(bom + front.inner.start);
            for problem in front.parsed.problems.iter().take(MOST_PROBLEMS) {
                let code = if problem.code == codes::BLOCK_SYNTAX { codes::FRONT_MATTER_SYNTAX } else { problem.code };
                diagnostics.push(broken(code, &problem.message, places.span(self.text, &problem.span), "front matter"));
            }
            if front.concealed {
                let span = bom + front.inner.start..bom + front.inner.end;
                diagnostics.push(
                    Diagnostic::error(
                        codes::HIDDEN_HTML,
                        "HTML in the front matter hides parts of it",
                        Origin::Description,
                        span,
                    )
                    .help("take the HTML out; the page shows front matter as Markdown"),
                );
            }
        }
        for block in &self.blocks {
            let places = block::Places::new(self.text, &block.span, &block.literal);
            for problem in block.parsed.problems.iter().take(MOST_PROBLEMS) {
                diagnostics.push(broken(
                    problem.code,
                    &problem.message,
                    places.span(self.text, &problem.span),
                    "`change` block",
                ));
            }
            let line =
                |text: &'static str, code| Diagnostic::warning(code, text, Origin::Description, block.span.clone());
            if !block.closed {
                diagnostics.push(
                    line("the fence of the `change` block is never closed", codes::OPEN_FENCE)
                        .help("close it with a line of backticks"),
                );
            }
            if block.language == block::Language::Unknown {
                diagnostics.push(
                    line(
                        "the language of the `change` block is not known, so it was read as TOML",
                        codes::WRONG_CHANGE_FORMAT,
                    )
                    .help("write `change`, `change yaml` or `change json`"),
                );
            }
        }
        for concealed in &self.page.concealed {
            let at = concealed.span.clone();
            diagnostics.push(match &concealed.how {
                How::Html => Diagnostic::warning(
                    codes::HIDDEN_HTML,
                    "this text is hidden by HTML, and was not read",
                    Origin::Description,
                    at,
                )
                .help("what approvers cannot see is no part of the record"),
                How::Character(name) => Diagnostic::warning(
                    codes::HIDDEN_TEXT,
                    format!("a hidden character, `{name}`, was left out"),
                    Origin::Description,
                    at,
                )
                .help("delete it and type the word again")
                .fix(""),
                How::Alternative => Diagnostic::note(
                    codes::HIDDEN_TEXT,
                    "the alternative text of an image was not read",
                    Origin::Description,
                    at,
                )
                .help("write it beside the image if it answers something"),
                How::Title => {
                    Diagnostic::note(codes::HIDDEN_TEXT, "the title of a link was not read", Origin::Description, at)
                        .help("write it beside the link if it answers something")
                }
            });
        }
    }

    /// Fields whose key stands twice in a block: which of the values is meant cannot be told.
    fn duplicates(&self, names: &Names<'_>) -> BTreeSet<usize> {
        let mut fields = BTreeSet::new();
        let front = self.front.iter().map(|front| {
            let inner = self.base - front.rest + front.inner.start..self.base - front.rest + front.inner.end;
            (&front.parsed, self.text.get(inner).unwrap_or_default())
        });
        let texts = front.chain(self.blocks.iter().map(|block| (&block.parsed, block.literal.as_str())));
        for (parsed, text) in texts {
            for problem in parsed.problems.iter().filter(|problem| problem.code == codes::DUPLICATE_KEY) {
                let line = text.get(..problem.span.end).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
                let start = problem.span.end - line.len();
                let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
                let key =
                    line.split(['=', ':']).next().unwrap_or_default().trim().trim_matches(['"', '\'', ',', '{', ' ']);
                fields.extend(names.find_tight(key).into_iter().map(|hit| hit.field));
            }
        }
        fields
    }
}

/// The range widened to whole characters: what was left out of a line shifts what follows.
fn snapped(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    start..text.ceil_char_boundary(span.end.clamp(start, text.len()))
}

fn broken(code: &'static str, message: &str, span: Range<usize>, what: &str) -> Diagnostic {
    Diagnostic::error(code, format!("the {what} cannot be read here: {message}"), Origin::Description, span)
        .help("the rest of it was read as far as it could be")
}

struct Reader<'a, 'f> {
    text: &'a str,
    names: &'a Names<'f>,
    prompts: &'a Prompts,
    /// Where lines begin.
    lines: Vec<usize>,
    record: ChangeRecord,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    /// A body that went through an escape too many: offered as it was meant, and not trusted.
    fn escaped_newlines(&mut self, fields: &FieldSet, templates: &[Template]) {
        if self.text.trim_end().contains('\n') || !self.text.contains("\\n") {
            return;
        }
        let meant = self.text.replace("\\r\\n", "\n").replace("\\n", "\n").replace("\\t", "\t");
        let (record, _) = parse(&meant, fields, templates);
        let read: Vec<String> = record.answers.keys().map(|id| format!("`{id}`")).collect();
        let help = if read.is_empty() {
            "paste the description with its line breaks".to_owned()
        } else {
            format!("with line breaks it would answer {}", read.join(", "))
        };
        self.diagnostics.push(
            Diagnostic::warning(
                codes::ESCAPED_NEWLINES,
                "the description has `\\n` where line breaks are meant",
                Origin::Description,
                0..self.text.len(),
            )
            .help(help)
            .fix(meant),
        );
    }

    fn place(&mut self, found: &Found, broken: &BTreeSet<usize>) {
        for hit in found.hits.iter().filter(|hit| hit.part.is_none()) {
            let spec = self.names.spec(hit.field);
            // Where one key of a block was changed, the block was filled in, and what is left was meant.
            let filled_in = matches!(found.form, Form::Block | Form::FrontMatter) && spec.kind != FieldKind::Text;
            let covered = if filled_in {
                vec![false; found.content.len()]
            } else {
                self.prompts.covers(hit.field, &found.content, self.names)
            };
            let Some(mut reading) = value::read(self.names, hit.field, found, &covered) else { continue };
            // The places inside of this one answer; the rest of it is their remark.
            if found.within.contains(&hit.field) && !matches!(reading.content, Content::Value(_) | Content::Conflicting)
            {
                continue;
            }
            if matches!(found.form, Form::Block | Form::FrontMatter) && broken.contains(&hit.field) {
                reading.content = Content::Conflicting;
            }
            self.diagnostics.extend(reading.diagnostics);
            self.answer(*hit, found, reading.content, reading.raw, reading.rationale);
        }
    }

    fn answer(&mut self, hit: Hit, found: &Found, content: Content, raw: String, rationale: Option<String>) {
        let spec = self.names.spec(hit.field);
        let span = snapped(self.text, &found.span);
        let line = self.lines.partition_point(|start| *start <= span.start).max(1);
        self.record.answers.entry(spec.id.clone()).or_default().push(Answer {
            content,
            raw,
            rationale,
            span,
            line,
            form: found.form,
            known_to: hit.known_to,
        });
    }

    /// Puts the parts of windows together: those of one place, each start with its end.
    fn windows(&mut self, found: &[Found]) {
        let mut groups: Vec<Vec<(&Found, Hit, Part)>> = Vec::new();
        let mut open: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for place in found {
            for hit in &place.hits {
                let Some(part) = hit.part else { continue };
                let key = (hit.field, place.group);
                let again = open
                    .get(&key)
                    .and_then(|at| groups.get(*at))
                    .is_some_and(|group| group.iter().any(|(_, _, known)| *known == part));
                match open.get(&key).filter(|_| !again) {
                    Some(at) => groups[*at].push((place, *hit, part)),
                    None => {
                        open.insert(key, groups.len());
                        groups.push(vec![(place, *hit, part)]);
                    }
                }
            }
        }
        for group in groups {
            self.window(&group);
        }
    }

    fn window(&mut self, group: &[(&Found, Hit, Part)]) {
        let Some((first, hit, _)) = group.first() else { return };
        let spec = self.names.spec(hit.field);
        let part = |wanted: Part| group.iter().find(|(_, _, part)| *part == wanted).map(|(found, _, _)| *found);
        let said = |found: Option<&Found>| -> String {
            let Some(found) = found else { return String::new() };
            let covered = self.prompts.covers(hit.field, &found.content, self.names);
            let kept = found
                .content
                .iter()
                .zip(covered)
                .filter(|(said, covered)| !covered && !super::placeholder::is_placeholder(said));
            kept.map(|(said, _): (&Said, bool)| said.line.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        let (start, end, zone) = (said(part(Part::Start)), said(part(Part::End)), said(part(Part::Zone)));
        let span = group.iter().map(|(found, _, _)| found.span.start).min().unwrap_or(0)
            ..group.iter().map(|(found, _, _)| found.span.end).max().unwrap_or(0);
        let known_to = group.iter().map(|(_, hit, _)| hit.known_to).max().unwrap_or(hit.known_to);
        let raw = [("start", &start), ("end", &end), ("zone", &zone)];
        let raw: Vec<String> =
            raw.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name}: {text}")).collect();
        let whole = Found {
            hits: vec![],
            form: first.form,
            span: span.clone(),
            options: Vec::new(),
            content: Vec::new(),
            concealed: group.iter().any(|(found, _, _)| found.concealed),
            within: Vec::new(),
            group: 0,
        };
        let mut place = Place {
            spec,
            found: &whole,
            choices: self.names.choices(hit.field),
            pattern: self.names.pattern(hit.field),
            said: Vec::new(),
            kept: Vec::new(),
            covered: &[],
            diagnostics: Vec::new(),
            lenient: false,
        };
        let content = if start.is_empty() && end.is_empty() {
            Content::Unfilled
        } else {
            let read = |text: &str| -> (Moment, bool) {
                let (moment, rest) = time::read(text);
                let clean = !rest.trim_start().starts_with(|c: char| c.is_alphanumeric() || c == '/');
                (moment.in_zone_of(&zone), clean && (moment.is_some() || text.is_empty()))
            };
            let ((opens, clean_start), (closes, clean_end)) = (read(&start), read(&end));
            let at = |found: Option<&Found>| {
                let last = found.and_then(|found| found.content.last());
                last.map_or_else(
                    || found.map_or(span.clone(), |found| found.span.clone()),
                    |said| said.line.span.clone(),
                )
            };
            let (start_at, end_at) = (at(part(Part::Start)), at(part(Part::End)));
            if !clean_start || !clean_end {
                let (text, at) = if clean_start { (&end, &end_at) } else { (&start, &start_at) };
                let why = format!("`{}` is no time", value::short(text));
                place.ambiguous(why, at, "write it as `2026-01-30 13:00 Europe/Berlin`").0
            } else {
                scalar::ends(&mut place, &opens, &closes.completed_by(&opens), &start_at, &end_at).0
            }
        };
        let content = match content {
            Content::Value(_) if whole.concealed => {
                Content::Ambiguous("the answer has parts that readers of the page do not see".to_owned())
            }
            content => content,
        };
        let diagnostics = std::mem::take(&mut place.diagnostics);
        self.diagnostics.extend(diagnostics);
        self.answer(Hit { known_to, ..*hit }, &whole, content, raw.join("\n"), None);
    }

    /// `Depends-On` may stand in several trailers: together they are one answer.
    fn merge_trailers(&mut self) {
        for (id, answers) in &mut self.record.answers {
            let many = (0..self.names.len())
                .map(|at| self.names.spec(at))
                .any(|spec| spec.id == *id && spec.kind == FieldKind::ManyOf);
            if !many {
                continue;
            }
            let mut merged: Vec<Answer> = Vec::new();
            for answer in std::mem::take(answers) {
                if let Some(last) = merged.last_mut()
                    && last.form == Form::Trailer
                    && answer.form == Form::Trailer
                    && let (Content::Value(super::Value::Many(set)), Content::Value(super::Value::Many(more))) =
                        (&mut last.content, &answer.content)
                {
                    set.extend(more.iter().cloned());
                    last.span.end = last.span.end.max(answer.span.end);
                    last.raw = format!("{}\n{}", last.raw, answer.raw);
                    continue;
                }
                merged.push(answer);
            }
            *answers = merged;
        }
    }

    /// Says where places contradict or repeat each other.
    fn weigh(&mut self) {
        let ids: Vec<FieldId> = self.record.answers.keys().cloned().collect();
        for id in ids {
            let answers = self.record.answers.get(&id).map_or(&[][..], Vec::as_slice);
            if answers.len() < 2 {
                continue;
            }
            match self.record.field(&id, Layer::Repository) {
                Field::Conflicting(places) if places.len() > 1 => {
                    let mut labels = places.iter();
                    let Some(first) = labels.next() else { continue };
                    let mut diagnostic = Diagnostic::error(
                        codes::CONFLICTING,
                        format!("`{id}` has different answers in different places"),
                        Origin::Description,
                        first.span.clone(),
                    )
                    .saying(value::short(&first.raw));
                    for place in labels {
                        diagnostic =
                            diagnostic.label(Origin::Description, place.span.clone(), value::short(&place.raw));
                    }
                    self.diagnostics.push(diagnostic.help("make them agree, or leave one"));
                }
                Field::Present(told) | Field::None(told) | Field::Ambiguous(told) => {
                    let Some(empty) = answers.iter().find(|answer| answer.content == Content::Unfilled) else {
                        continue;
                    };
                    let diagnostic = Diagnostic::note(
                        codes::ANSWERED_TWICE,
                        format!("`{id}` is asked for twice, and one place is empty"),
                        Origin::Description,
                        empty.span.clone(),
                    );
                    self.diagnostics.push(diagnostic.saying("empty").label(
                        Origin::Description,
                        told.span.clone(),
                        "answered here",
                    ));
                }
                _ => {}
            }
        }
    }
}
