//! What each heading, label, table and tag covers: one pass over the blocks with a stack of open places.
//!
//! A line belongs to the innermost place that it stands in, and to no other, so
//! that a label under a heading answers for itself and is no part of the
//! section. The exception: inside a text's own section, headings and labels of
//! the same text are part of it. Absent on purpose: the meaning of the lines.

use std::ops::Range;

use super::fold;
use super::forms::{heading, label, table, tag, trailer};
use super::found::{Found, Said, Shape};
use super::names::{Hit, Names};
use super::page::{Block, Kind, Line, Page, Place};
use super::{FieldKind, Form};
use super::{placeholder, time};

/// Finds every place that asks for a field, in the order in which they begin.
pub(crate) fn find(page: &Page, names: &Names<'_>) -> Vec<Found> {
    let closings = tag::closings(page);
    let mut pass = Pass { names, trailers: trailer::paragraph(page), found: Vec::new(), stack: Vec::new() };
    for (at, block) in page.blocks.iter().enumerate() {
        pass.leave_details(block);
        match &block.kind {
            Kind::Heading { level, line } => pass.heading(*level, line, block),
            Kind::Line(line, place) => pass.line(line, place, block),
            Kind::Code { info, literal, .. } => pass.code(info, literal, block),
            Kind::Table(rows) => pass.table(rows, block),
            Kind::Quote(text) => pass.quote(text, block),
            Kind::Rule => pass.end_labels(),
            Kind::Open(name) => {
                if closings.get(name.as_str()).is_some_and(|last| *last > at) {
                    pass.open(name, block);
                }
            }
            Kind::Close(name) => pass.close(name, block),
            Kind::DetailsEnd => {}
            Kind::Concealed => {
                if let Some(top) = pass.top() {
                    top.concealed = true;
                }
            }
        }
    }
    pass.found
}

struct Pass<'n, 'f> {
    names: &'n Names<'f>,
    trailers: Option<usize>,
    found: Vec<Found>,
    stack: Vec<Scope>,
}

/// A place that is still open.
struct Scope {
    found: usize,
    kind: Opened,
    details: usize,
}

enum Opened {
    Heading(u8),
    Tag { name: String, depth: usize },
    Label(Reach),
}

/// How far the value of a label goes on.
struct Reach {
    paragraph: usize,
    depth: usize,
    item: usize,
    /// Nothing stood on the label's own line: all that follows is its value.
    bare: bool,
}

impl Reach {
    fn covers(&self, place: &Place) -> bool {
        if place.caption {
            return false;
        }
        if self.item != 0 {
            return place.item == self.item || place.depth > self.depth;
        }
        place.paragraph == self.paragraph || place.depth > 0 || self.bare
    }
}

impl Pass<'_, '_> {
    fn top(&mut self) -> Option<&mut Found> {
        let at = self.stack.last()?.found;
        self.found.get_mut(at)
    }

    fn leave_details(&mut self, block: &Block) {
        while self
            .stack
            .last()
            .is_some_and(|scope| scope.details > block.details && !matches!(scope.kind, Opened::Tag { .. }))
        {
            self.stack.pop();
        }
    }

    fn end_labels(&mut self) {
        while matches!(self.stack.last(), Some(Scope { kind: Opened::Label(_), .. })) {
            self.stack.pop();
        }
    }

    fn heading(&mut self, level: u8, line: &Line, block: &Block) {
        self.end_labels();
        while let Some(Scope { kind: Opened::Heading(open), .. }) = self.stack.last() {
            if *open < level {
                break;
            }
            self.stack.pop();
        }
        let window = self.window();
        let asked = heading::read(line, self.names).or_else(|| {
            let hit = self.names.find_part(&line.text, window)?;
            Some(heading::Asked { hits: vec![hit], options: Vec::new(), answer: None })
        });
        let Some(asked) = asked else {
            self.content(Said { shape: Shape::Title, ..Said::plain(line.clone()) }, &block.span);
            return;
        };
        let hits = self.not_own(&asked.hits);
        if hits.is_empty() {
            self.content(Said { shape: Shape::Title, ..Said::plain(line.clone()) }, &block.span);
        } else {
            self.push(hits, Form::Heading, Opened::Heading(level), block, asked.options);
        }
        if let Some(answer) = asked.answer {
            self.content(Said::plain(answer), &block.span);
        }
    }

    /// Leaves out the texts in whose own section this place already stands.
    fn not_own(&self, hits: &[Hit]) -> Vec<Hit> {
        let own =
            |hit: &Hit| {
                self.names.spec(hit.field).kind == FieldKind::Text
                    && self.stack.iter().filter_map(|scope| self.found.get(scope.found)).any(|found| {
                        found.hits.iter().any(|open| open.field == hit.field && open.known_to <= hit.known_to)
                    })
            };
        hits.iter().filter(|hit| !own(hit)).copied().collect()
    }

    /// The window that the next line stands in.
    fn window(&self) -> Option<Hit> {
        let places = self.stack.iter().rev().filter_map(|scope| self.found.get(scope.found));
        places
            .flat_map(|found| found.hits.iter())
            .find(|hit| self.names.spec(hit.field).kind == FieldKind::Window)
            .copied()
    }

    fn push(&mut self, hits: Vec<Hit>, form: Form, kind: Opened, block: &Block, options: Vec<String>) {
        let fields: Vec<usize> = hits.iter().map(|hit| hit.field).collect();
        for scope in &self.stack {
            if let Some(outer) = self.found.get_mut(scope.found) {
                let inner = fields.iter().filter(|field| outer.hits.iter().any(|hit| hit.field == **field));
                outer.within.extend(inner);
            }
        }
        let group = self.stack.last().map_or(0, |scope| scope.found + 1);
        self.stack.push(Scope { found: self.found.len(), kind, details: block.details });
        self.found.push(Found {
            hits,
            form,
            span: block.span.clone(),
            options,
            content: Vec::new(),
            concealed: false,
            within: Vec::new(),
            group,
        });
    }

    fn content(&mut self, said: Said, span: &Range<usize>) {
        if let Some(top) = self.top() {
            top.concealed |= said.line.concealed;
            top.span.end = top.span.end.max(span.end);
            top.content.push(said);
        }
    }

    fn line(&mut self, line: &Line, place: &Place, block: &Block) {
        while let Some(Scope { kind: Opened::Label(reach), .. }) = self.stack.last() {
            if reach.covers(place) {
                break;
            }
            self.stack.pop();
        }
        if let Some((label, value)) = table::lone_row(line) {
            let hits = self.not_own(&self.names.find(&label.text));
            if !hits.is_empty() {
                self.row(&label, value, hits);
                return;
            }
        }
        let label = if place.caption {
            Some(label::Label { name: line.text.as_str(), rest: line.text.len(), bold: true })
        } else {
            label::read(line)
        };
        let Some(label) = label else {
            self.content(said(line.clone(), place), &block.span);
            return;
        };
        let mut asked = self.names.find(label.name);
        let value = line.tail(label.rest);
        if asked.is_empty() {
            let window = self.window();
            // Outside of a window `Start: the old server` is a step like any other.
            let timely = window.is_some() || is_time_or_blank(&value.text);
            asked.extend(self.names.find_part(label.name, window).filter(|_| timely));
        }
        if asked.is_empty() {
            self.foreign_label(line, &label, &value, place, block);
            return;
        }
        self.end_labels_at(place);
        let hits = self.not_own(&asked);
        let bare = value.text.is_empty() && value.images.is_empty();
        if hits.is_empty() {
            let own = Said { lead: label.name.trim().to_owned(), ..said(value, place) };
            self.content(if bare { Said { shape: Shape::Title, ..own } } else { own }, &block.span);
            return;
        }
        let form = if self.trailers == Some(place.paragraph) { Form::Trailer } else { Form::Label };
        let reach = Reach { paragraph: place.paragraph, depth: place.depth, item: place.item, bare };
        self.push(hits, form, Opened::Label(reach), block, fold::bracketed(label.name));
        if !bare || place.tick.is_some() {
            let value = Said { shape: Shape::Prose, ..said(value, place) };
            self.content(value, &block.span);
        }
    }

    /// A label that names no field: in bold it ends the label before it.
    fn foreign_label(&mut self, line: &Line, label: &label::Label<'_>, value: &Line, place: &Place, block: &Block) {
        let sibling = self.trailers == Some(place.paragraph) || (self.is_short_answer() && is_key(label.name));
        if sibling && !value.text.is_empty() {
            self.end_labels();
            return;
        }
        let heads = label.bold && !(value.text.is_empty() && place.tick.is_some());
        if heads && place.depth == 0 {
            self.end_labels_at(place);
        }
        let prompt = value.text.is_empty() && value.images.is_empty();
        let plain = said(line.clone(), place);
        self.content(if prompt && place.tick.is_none() { as_title(plain, label) } else { plain }, &block.span);
    }

    /// Whether the innermost place is a label whose answer is a word or two.
    fn is_short_answer(&self) -> bool {
        let Some(Scope { kind: Opened::Label(reach), found, .. }) = self.stack.last() else { return false };
        let texts = self
            .found
            .get(*found)
            .is_some_and(|found| found.hits.iter().any(|hit| self.names.spec(hit.field).kind == FieldKind::Text));
        !reach.bare && !texts
    }

    /// A new label ends those beside it, and leaves those that it is nested in.
    fn end_labels_at(&mut self, place: &Place) {
        while let Some(Scope { kind: Opened::Label(reach), .. }) = self.stack.last() {
            if place.depth > reach.depth && reach.item != 0 {
                break;
            }
            self.stack.pop();
        }
    }

    fn code(&mut self, info: &str, literal: &str, block: &Block) {
        if super::forms::block::language(info).is_some() {
            return;
        }
        while let Some(Scope { kind: Opened::Label(reach), .. }) = self.stack.last() {
            if reach.item == 0 || block.depth >= reach.depth {
                break;
            }
            self.stack.pop();
        }
        let (text, concealed) = super::hidden::strip(literal.trim_end());
        let line = Line { text, span: block.span.clone(), concealed: concealed.is_some(), ..Line::default() };
        self.content(Said { shape: Shape::Code, ..Said::plain(line) }, &block.span);
    }

    fn quote(&mut self, text: &str, block: &Block) {
        let line = Line { text: text.trim().to_owned(), span: block.span.clone(), ..Line::default() };
        self.content(Said { shape: Shape::Quote, ..Said::plain(line) }, &block.span);
    }

    fn table(&mut self, rows: &[Vec<Line>], block: &Block) {
        for row in table::read(rows, self.names) {
            match row {
                table::Row::Asks { label, value, hits } => {
                    let hits = self.not_own(&hits);
                    if hits.is_empty() {
                        self.cells(&[label.clone(), value], block);
                    } else {
                        self.row(label, value, hits);
                    }
                }
                table::Row::Other(cells) => self.cells(cells, block),
            }
        }
    }

    fn cells(&mut self, row: &[Line], block: &Block) {
        let cells: Vec<&str> = row.iter().map(|cell| cell.text.as_str()).collect();
        let concealed = row.iter().any(|cell| cell.concealed);
        let span = row.first().map_or(block.span.clone(), |cell| cell.span.clone());
        let line = Line { text: cells.join(" | "), span, concealed, ..Line::default() };
        self.content(Said { shape: Shape::Row, ..Said::plain(line) }, &block.span);
    }

    fn row(&mut self, label: &Line, value: Line, hits: Vec<Hit>) {
        let span = label.span.start..value.span.end.max(label.span.end);
        let within = self.window();
        let hits = hits.into_iter().map(|hit| match (hit.part, within) {
            (Some(_), Some(window)) => Hit { part: hit.part, ..window },
            _ => hit,
        });
        let block = Block { kind: Kind::Rule, span, details: 0, depth: 0 };
        self.push(hits.collect(), Form::Table, Opened::Heading(u8::MAX), &block, fold::bracketed(&label.text));
        let span = value.span.clone();
        self.content(Said::plain(value), &span);
        self.stack.pop();
    }

    fn open(&mut self, name: &str, block: &Block) {
        for scope in self.stack.iter_mut().rev() {
            if let Opened::Tag { name: open, depth } = &mut scope.kind
                && open == name
            {
                *depth += 1;
                return;
            }
        }
        let hits = self.not_own(&self.names.find_tight(name));
        if !hits.is_empty() {
            let kind = Opened::Tag { name: name.to_owned(), depth: 1 };
            self.push(hits, Form::Tag, kind, block, Vec::new());
        }
    }

    fn close(&mut self, name: &str, block: &Block) {
        let open =
            self.stack.iter().rposition(|scope| matches!(&scope.kind, Opened::Tag { name: open, .. } if open == name));
        let Some(at) = open else { return };
        if let Some(Scope { kind: Opened::Tag { depth, .. }, found, .. }) = self.stack.get_mut(at) {
            *depth -= 1;
            if *depth > 0 {
                return;
            }
            if let Some(found) = self.found.get_mut(*found) {
                found.span.end = found.span.end.max(block.span.end);
            }
        }
        self.stack.truncate(at);
    }
}

fn said(line: Line, place: &Place) -> Said {
    let shape = if place.bullet { Shape::Bullet } else { Shape::Prose };
    Said { lead: String::new(), line, shape, tick: place.tick, paragraph: place.paragraph }
}

/// Whether words before a colon look like a key beside others.
fn is_key(name: &str) -> bool {
    name.len() <= 40 && name.split_whitespace().count() <= 4
}

fn is_time_or_blank(text: &str) -> bool {
    (!text.is_empty() && placeholder::is_blank(text)) || time::read(text).0.is_some()
}

fn as_title(said: Said, label: &label::Label<'_>) -> Said {
    // A choice in bold, such as `**High**`, is an answer and no label.
    if label.bold && !said.line.text.ends_with([':', '：']) { said } else { Said { shape: Shape::Title, ..said } }
}
