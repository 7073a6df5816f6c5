//! The fenced block with the info string `change`: TOML, or YAML or JSON when it says so.
//!
//! A fence shows its content as it stands, so everything in it is read. Absent
//! on purpose: blocks inside quotations, which are examples.

use std::ops::Range;

use super::structured::{self, Entry, Node, Parsed};
use crate::diagnostic::{Diagnostic, Origin};
use crate::record::found::{Found, Said, Shape};
use crate::record::names::{Hit, Names, Part};
use crate::record::page::{Kind, Line};
use crate::record::{FieldKind, Form, codes, fold, hidden, markdown};

/// The languages of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Toml,
    Yaml,
    Json,
    /// The word is none of them.
    Unknown,
}

/// The language of a block with that info string, if it is a `change` block at all.
pub(crate) fn language(info: &str) -> Option<Language> {
    let mut words = info.split_whitespace();
    if words.next() != Some("change") {
        return None;
    }
    Some(match words.next().map(fold::fold).as_deref() {
        None | Some("toml") => Language::Toml,
        Some("yaml" | "yml") => Language::Yaml,
        Some("json") => Language::Json,
        Some(_) => Language::Unknown,
    })
}

/// The text of a block in its language.
pub(crate) fn parse(language: Language, text: &str) -> Parsed {
    match language {
        Language::Toml | Language::Unknown => structured::toml(text),
        Language::Yaml => structured::yaml(text),
        Language::Json => structured::json(text),
    }
}

/// Where the bytes of a block's text stand in the description.
///
/// Inside lists the text has lost its indentation, so each of its lines is the end of a line there.
pub(crate) struct Places {
    lines: Vec<(usize, usize)>,
}

impl Places {
    /// For a text that begins on the line after the start of `span`.
    pub(crate) fn new(description: &str, span: &Range<usize>, literal: &str) -> Self {
        let whole = description.get(span.clone()).unwrap_or_default();
        let mut source = span.start + whole.find('\n').map_or(whole.len(), |at| at + 1);
        let mut offset = 0;
        let mut lines = Vec::new();
        for line in literal.split_inclusive('\n') {
            let written =
                description.get(source..).unwrap_or_default().split_inclusive('\n').next().unwrap_or_default();
            let ending = |text: &str| text.len() - text.trim_end_matches(['\r', '\n']).len();
            let indent = (written.len() - ending(written)).saturating_sub(line.len() - ending(line));
            lines.push((offset, source + indent));
            source += written.len();
            offset += line.len();
        }
        Self { lines }
    }

    /// A text that stands in the description as it is.
    pub(crate) fn from(start: usize) -> Self {
        Self { lines: vec![(0, start)] }
    }

    /// A range of the text in the description.
    pub(crate) fn span(&self, description: &str, part: &Range<usize>) -> Range<usize> {
        let at = |offset: usize| {
            let next = self.lines.partition_point(|(start, _)| *start <= offset);
            let known = next.checked_sub(1).and_then(|i| self.lines.get(i));
            known.map_or(0, |(start, source)| source + offset - start).min(description.len())
        };
        let start = description.floor_char_boundary(at(part.start));
        start..description.ceil_char_boundary(at(part.end).max(start))
    }
}

/// What a block's keys and values come to.
pub(crate) struct Reading<'a, 'f> {
    pub(crate) description: &'a str,
    pub(crate) names: &'a Names<'f>,
    pub(crate) places: Places,
    pub(crate) form: Form,
    /// Whether the whole text may be hidden from readers of the page.
    pub(crate) concealed: bool,
    pub(crate) group: usize,
}

impl Reading<'_, '_> {
    /// The places that ask for fields; in a block every other key is reported.
    pub(crate) fn found(&self, parsed: &Parsed, diagnostics: &mut Vec<Diagnostic>) -> Vec<Found> {
        let mut found = Vec::new();
        for entry in &parsed.entries {
            self.entry(entry, &mut found, diagnostics);
        }
        found
    }

    fn entry(&self, entry: &Entry, found: &mut Vec<Found>, diagnostics: &mut Vec<Diagnostic>) {
        let mut hits = self.names.find_tight(&entry.key);
        if hits.is_empty() {
            hits = self.names.find(&entry.key.replace('_', " "));
        }
        if hits.is_empty() {
            hits.extend(self.names.find_part(&entry.key, None));
        }
        if hits.is_empty() {
            diagnostics.extend(self.unknown(entry));
            return;
        }
        let windows: Vec<Hit> =
            hits.iter().filter(|hit| self.names.spec(hit.field).kind == FieldKind::Window).copied().collect();
        if let (Node::Map(parts), Some(window)) = (&entry.node, windows.first()) {
            for part in parts {
                let Some(hit) = self.names.find_part(&part.key, Some(*window)) else {
                    diagnostics.extend(self.unknown(part));
                    continue;
                };
                found.push(self.one(vec![hit], part, FieldKind::Window));
            }
            if parts.is_empty() {
                found.push(self.one(windows, entry, FieldKind::Window));
            }
            return;
        }
        let kind = hits.first().map_or(FieldKind::Text, |hit| self.names.spec(hit.field).kind);
        let mut place = self.one(hits, entry, kind);
        if let Node::Map(parts) = &entry.node {
            for part in parts {
                let said = self.said(&part.node, &part.span, kind);
                let because = matches!(label(&part.key).as_str(), "rationale" | "reason" | "because" | "why");
                let is_none = label(&part.key) == "none";
                if is_none {
                    let line = said.iter().map(|said| said.line.text.as_str()).collect::<Vec<_>>().join(" ");
                    place.content.insert(0, Said::plain(self.line(&format!("None - {line}"), &part.span)));
                } else if because
                    || matches!(label(&part.key).as_str(), "value" | "answer" | "level" | "plan" | "steps" | "text")
                {
                    let at = if because { place.content.len() } else { 0 };
                    place.content.splice(at..at, said);
                } else {
                    diagnostics.extend(self.unknown(part));
                }
            }
        }
        found.push(place);
    }

    fn one(&self, hits: Vec<Hit>, entry: &Entry, kind: FieldKind) -> Found {
        let span = self.span(&(entry.key_span.start..entry.span.end.max(entry.key_span.end)));
        let content =
            if matches!(entry.node, Node::Map(_)) { Vec::new() } else { self.said(&entry.node, &entry.span, kind) };
        let concealed = self.concealed || content.iter().any(|said| said.line.concealed);
        let group = if hits.iter().any(|hit: &Hit| matches!(hit.part, Some(Part::Start | Part::End | Part::Zone))) {
            self.group
        } else {
            0
        };
        Found { hits, form: self.form, span, options: Vec::new(), content, concealed, within: Vec::new(), group }
    }

    fn span(&self, part: &Range<usize>) -> Range<usize> {
        self.places.span(self.description, part)
    }

    fn line(&self, text: &str, span: &Range<usize>) -> Line {
        let (text, concealed) = hidden::strip(text.trim());
        Line { text, span: self.span(span), concealed: concealed.is_some(), ..Line::default() }
    }

    fn said(&self, node: &Node, span: &Range<usize>, kind: FieldKind) -> Vec<Said> {
        match node {
            Node::Empty => Vec::new(),
            Node::Text(text) if kind == FieldKind::Text => self.prose(text, span),
            Node::Text(text) => {
                let lines = text.lines().filter(|line| !line.trim().is_empty());
                lines
                    .enumerate()
                    .map(|(paragraph, line)| Said { paragraph, ..Said::plain(self.line(line, span)) })
                    .collect()
            }
            Node::List(items) => {
                let lines = items.iter().flat_map(|item| self.said(item, span, kind));
                lines.map(|said| Said { shape: Shape::Bullet, ..said }).collect()
            }
            Node::Map(entries) => {
                let mut said = Vec::new();
                for entry in entries {
                    let lead = entry.key.clone();
                    let inner = self.said(&entry.node, &entry.span, kind);
                    said.extend(inner.into_iter().map(|said| Said { lead: lead.clone(), ..said }));
                }
                said
            }
        }
    }

    /// Text is Markdown in every form, so that one plan is the same plan wherever it is written.
    fn prose(&self, text: &str, span: &Range<usize>) -> Vec<Said> {
        let page = markdown::page(text, 0);
        let place = self.span(span);
        let mut said = Vec::new();
        for block in page.blocks {
            let (mut line, shape, tick, paragraph) = match block.kind {
                Kind::Line(line, place) => {
                    (line, if place.bullet { Shape::Bullet } else { Shape::Prose }, place.tick, place.paragraph)
                }
                Kind::Heading { line, .. } => (line, Shape::Title, None, 0),
                Kind::Code { literal, .. } => {
                    (Line { text: literal.trim_end().to_owned(), ..Line::default() }, Shape::Code, None, 0)
                }
                Kind::Quote(text) => (Line { text: text.trim().to_owned(), ..Line::default() }, Shape::Quote, None, 0),
                Kind::Table(rows) => {
                    for row in rows {
                        let cells: Vec<String> = row.into_iter().map(|cell| cell.text).collect();
                        let line = Line { text: cells.join(" | "), span: place.clone(), ..Line::default() };
                        said.push(Said { shape: Shape::Row, ..Said::plain(line) });
                    }
                    continue;
                }
                _ => continue,
            };
            line.span = place.clone();
            line.starts.clear();
            said.push(Said { lead: String::new(), line, shape, tick, paragraph });
        }
        said
    }

    fn unknown(&self, entry: &Entry) -> Option<Diagnostic> {
        let near = self.names.nearest(&entry.key);
        // Front matter serves other programs, too: only a likely slip is worth a word.
        if self.form == Form::FrontMatter && near.is_none() {
            return None;
        }
        let span = self.span(&entry.key_span);
        let key = entry.key.chars().take(60).collect::<String>();
        let diagnostic =
            Diagnostic::warning(codes::UNKNOWN_KEY, format!("unknown key `{key}`"), Origin::Description, span)
                .saying("no field of this name");
        Some(match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(near),
            None => diagnostic.help("a policy can define further fields"),
        })
    }
}

fn label(key: &str) -> String {
    fold::label_key(key)
}
