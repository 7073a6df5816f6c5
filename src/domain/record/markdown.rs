//! From Markdown to the blocks of a [`Page`]: GitHub's dialect, read by comrak, walked once.
//!
//! Absent on purpose: recursion, because a description may nest as deep as it is
//! long, and any reading of fields.

use std::ops::Range;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{ListType, NodeValue, Sourcepos};
use comrak::{Arena, Options};

use super::hidden;
use super::page::{Block, Concealed, How, Kind, Line, Page, Place, Tick};

/// Reads Markdown into blocks; `base` is added to every position.
pub(crate) fn page(text: &str, base: usize) -> Page {
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, text, &options());
    let mut walk = Walk::new(text, base);
    for edge in root.traverse() {
        match edge {
            NodeEdge::Start(node) => {
                let data = node.data();
                walk.enter(&data.value, data.sourcepos);
            }
            NodeEdge::End(node) => {
                let data = node.data();
                walk.leave(&data.value, data.sourcepos);
            }
        }
    }
    walk.flush();
    walk.page
}

/// The options under which GitHub shows a description.
pub(crate) fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.tasklist = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.footnotes = true;
    options
}

/// Whether raw HTML before this point keeps what follows from view.
#[derive(Debug, Default)]
pub(crate) enum View {
    #[default]
    Open,
    /// Inside hidden elements of that name, so many deep.
    Hidden(String, usize),
    /// Inside a comment that has not ended.
    Comment,
    /// Inside a tag that has not ended; nothing ends it.
    Lost,
}

pub(crate) struct Walk<'t> {
    pub(crate) text: &'t str,
    pub(crate) base: usize,
    pub(crate) starts: Vec<usize>,
    pub(crate) page: Page,
    pub(crate) view: View,
    pub(crate) line: Line,
    /// Bytes of the line's text that are in italics; all of them make a prompt.
    pub(crate) slanted: usize,
    pub(crate) quotes: usize,
    pub(crate) quoted: String,
    pub(crate) quote_span: Range<usize>,
    pub(crate) footnotes: usize,
    pub(crate) details: usize,
    pub(crate) paragraph: usize,
    pub(crate) items: Vec<(usize, Option<Tick>, bool)>,
    pub(crate) last_item: usize,
    pub(crate) bold: usize,
    pub(crate) italic: usize,
    pub(crate) struck: usize,
    pub(crate) image: usize,
    pub(crate) links: Vec<(usize, String)>,
    pub(crate) heading: Option<u8>,
    pub(crate) caption: bool,
    pub(crate) rows: Vec<Vec<Line>>,
    pub(crate) in_cell: bool,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str, base: usize) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends {
                starts.push(at + 1);
            }
        }
        Self {
            text,
            base,
            starts,
            page: Page::default(),
            view: View::Open,
            line: Line::default(),
            slanted: 0,
            quotes: 0,
            quoted: String::new(),
            quote_span: 0..0,
            footnotes: 0,
            details: 0,
            paragraph: 0,
            items: Vec::new(),
            last_item: 0,
            bold: 0,
            italic: 0,
            struck: 0,
            image: 0,
            links: Vec::new(),
            heading: None,
            caption: false,
            rows: Vec::new(),
            in_cell: false,
        }
    }

    /// comrak counts lines from 1 and columns in bytes from 1, the last one included.
    fn span(&self, at: Sourcepos) -> Range<usize> {
        let byte = |line: usize, column: usize| {
            let start = line.checked_sub(1).and_then(|i| self.starts.get(i)).copied().unwrap_or(self.text.len());
            (start + column).min(self.text.len())
        };
        let start = byte(at.start.line, at.start.column.saturating_sub(1));
        let end = byte(at.end.line, at.end.column).max(start);
        self.base + self.text.floor_char_boundary(start)..self.base + self.text.ceil_char_boundary(end)
    }

    fn enter(&mut self, value: &NodeValue, at: Sourcepos) {
        let span = self.span(at);
        match value {
            NodeValue::BlockQuote => {
                if self.quotes == 0 {
                    self.quote_span = span;
                    self.quoted.clear();
                }
                self.quotes += 1;
            }
            NodeValue::FootnoteDefinition(_) => self.footnotes += 1,
            _ if self.footnotes > 0 => {}
            NodeValue::Item(list) => {
                let tick = None;
                self.last_item += 1;
                debug_assert!(matches!(list.list_type, ListType::Bullet | ListType::Ordered), "lists are of two types");
                self.items.push((self.last_item, tick, true));
            }
            NodeValue::TaskItem(task) => {
                self.last_item += 1;
                let tick = if task.symbol.is_some() { Tick::Ticked } else { Tick::Empty };
                self.items.push((self.last_item, Some(tick), true));
            }
            NodeValue::Paragraph => {
                self.paragraph += 1;
                self.begin(span);
            }
            NodeValue::Heading(heading) => {
                self.begin(span);
                self.heading = Some(heading.level);
            }
            NodeValue::CodeBlock(code) => {
                let kind = Kind::Code {
                    info: code.info.clone(),
                    literal: code.literal.clone(),
                    fenced: code.fenced,
                    closed: code.closed,
                };
                self.emit(kind, span);
            }
            NodeValue::HtmlBlock(block) => {
                self.paragraph += 1;
                self.begin(span.clone());
                self.raw_html(&block.literal, &span);
                self.flush();
            }
            NodeValue::ThematicBreak => self.emit(Kind::Rule, span),
            NodeValue::Table(_) => self.rows.clear(),
            NodeValue::TableRow(_) => self.rows.push(Vec::new()),
            NodeValue::TableCell => {
                self.begin(span);
                self.in_cell = true;
            }
            NodeValue::Text(text) => self.push(text, &span),
            NodeValue::Code(code) => self.push(&code.literal, &span),
            NodeValue::SoftBreak | NodeValue::LineBreak => self.line_break(span.end),
            NodeValue::HtmlInline(html) => self.raw_html(html, &span),
            NodeValue::Emph => self.italic += 1,
            NodeValue::Strong => self.bold += 1,
            NodeValue::Strikethrough => self.struck += 1,
            NodeValue::Link(link) => {
                self.links.push((self.line.text.len(), link.url.clone()));
                self.title(&link.title, &span);
            }
            NodeValue::Image(image) => {
                self.image += 1;
                self.title(&image.title, &span);
                if self.is_read() && !image.url.is_empty() {
                    self.line.images.push(image.url.clone());
                }
            }
            _ => {}
        }
    }

    fn leave(&mut self, value: &NodeValue, at: Sourcepos) {
        match value {
            NodeValue::BlockQuote => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
                if self.quotes == 0 {
                    let text = std::mem::take(&mut self.quoted);
                    let span = self.quote_span.clone();
                    self.emit(Kind::Quote(text), span);
                }
            }
            NodeValue::FootnoteDefinition(_) => {
                self.footnotes = self.footnotes.saturating_sub(1);
                self.line = Line::default();
            }
            _ if self.footnotes > 0 => {}
            NodeValue::Item(_) | NodeValue::TaskItem(_) => {
                // A lone bullet is a prompt, and its place is worth keeping.
                if self.items.last().is_some_and(|(_, _, fresh)| *fresh) {
                    let span = self.span(at);
                    self.begin(span);
                    self.flush();
                }
                self.items.pop();
            }
            NodeValue::Paragraph | NodeValue::Heading(_) => {
                self.flush();
                self.links.clear();
            }
            NodeValue::TableCell => {
                self.in_cell = false;
                let line = self.take_line();
                if let Some(row) = self.rows.last_mut() {
                    row.push(line);
                }
            }
            NodeValue::Table(_) => {
                let rows = std::mem::take(&mut self.rows);
                let span = self.span(at);
                self.emit(Kind::Table(rows), span);
            }
            NodeValue::Emph => self.italic = self.italic.saturating_sub(1),
            NodeValue::Strong => self.bold = self.bold.saturating_sub(1),
            NodeValue::Strikethrough => self.struck = self.struck.saturating_sub(1),
            NodeValue::Link(_) => self.end_link(),
            NodeValue::Image(_) => self.image = self.image.saturating_sub(1),
            _ => {}
        }
    }

    pub(crate) fn is_read(&self) -> bool {
        matches!(self.view, View::Open) && self.footnotes == 0
    }

    pub(crate) fn emit(&mut self, kind: Kind, span: Range<usize>) {
        if self.footnotes > 0 || self.quotes > 0 {
            if let Kind::Code { literal, .. } = &kind {
                self.quoted.push_str(literal);
            }
            return;
        }
        if !self.is_read() && !matches!(kind, Kind::Concealed) {
            self.conceal(span, How::Html);
            return;
        }
        self.touch_item();
        self.page.blocks.push(Block { kind, span, details: self.details, depth: self.items.len() });
    }

    fn touch_item(&mut self) -> bool {
        self.items.last_mut().is_some_and(|(_, _, fresh)| std::mem::take(fresh))
    }

    pub(crate) fn begin(&mut self, span: Range<usize>) {
        self.line = Line { span, ..Line::default() };
        self.slanted = 0;
        self.heading = None;
        self.caption = false;
    }

    fn title(&mut self, title: &str, span: &Range<usize>) {
        if !title.trim().is_empty() {
            self.conceal(span.clone(), How::Title);
        }
    }

    pub(crate) fn conceal(&mut self, span: Range<usize>, how: How) {
        if self.footnotes > 0 || self.quotes > 0 {
            return;
        }
        if how == How::Html
            && let Some(last) = self.page.concealed.last_mut()
            && last.how == How::Html
            && last.span.end + 2 >= span.start
        {
            last.span.end = last.span.end.max(span.end);
            return;
        }
        if how == How::Html {
            self.page.blocks.push(Block {
                kind: Kind::Concealed,
                span: span.clone(),
                details: self.details,
                depth: self.items.len(),
            });
        }
        self.page.concealed.push(Concealed { span, how });
    }

    /// Text as the page shows it; `span` is where it stands.
    pub(crate) fn push(&mut self, text: &str, span: &Range<usize>) {
        if self.footnotes > 0 || text.is_empty() {
            return;
        }
        if self.image > 0 {
            if !text.trim().is_empty() {
                self.conceal(span.clone(), How::Alternative);
            }
            return;
        }
        if !matches!(self.view, View::Open) {
            if !text.trim().is_empty() {
                self.conceal(span.clone(), How::Html);
                self.line.concealed = true;
            }
            return;
        }
        if self.struck > 0 {
            return;
        }
        let (shown, hidden) = hidden::strip(text);
        if let Some(at) = hidden {
            let name = hidden::name(text.get(at.clone()).unwrap_or_default());
            let exact = self.text.get(span.start - self.base..span.end - self.base) == Some(text);
            let place = if exact { span.start + at.start..span.start + at.end } else { span.clone() };
            self.conceal(place, How::Character(name));
            self.line.concealed = true;
        }
        let from = self.line.text.len();
        self.line.starts.push((from, span.start));
        self.line.text.push_str(&shown);
        let to = self.line.text.len();
        if self.bold > 0 {
            match self.line.bold.last_mut() {
                Some(last) if last.end == from => last.end = to,
                _ => self.line.bold.push(from..to),
            }
        }
        if self.italic > 0 {
            self.slanted += to - from;
        } else {
            self.slanted += shown.chars().filter(|c| !c.is_alphanumeric()).map(char::len_utf8).sum::<usize>();
        }
    }

    pub(crate) fn end_link(&mut self) {
        let Some((from, url)) = self.links.pop() else { return };
        let to = self.line.text.len();
        if from < to && self.is_read() {
            self.line.links.push((from..to, url));
        }
    }

    pub(crate) fn line_break(&mut self, at: usize) {
        if self.footnotes > 0 {
            return;
        }
        if self.heading.is_some() || self.in_cell {
            let end = at;
            self.push(" ", &(end..end));
            return;
        }
        let end = self.line.span.end;
        let next = (at).min(end);
        let start = self.line.span.start;
        self.line.span = start..self.base + self.text.floor_char_boundary((next - self.base).min(self.text.len()));
        self.flush();
        self.line.span = next..end.max(next);
    }

    fn take_line(&mut self) -> Line {
        let mut line = std::mem::take(&mut self.line);
        let shown = line.text.trim_end().len();
        line.italic = shown > 0 && self.slanted >= line.text.len() && line.text.chars().any(char::is_alphanumeric);
        line.text.truncate(shown);
        self.slanted = 0;
        let lead = line.text.len() - line.text.trim_start().len();
        if lead > 0 {
            line = line.tail(lead);
        }
        line
    }

    /// Ends the line, and puts it where it belongs.
    pub(crate) fn flush(&mut self) {
        let heading = self.heading.take();
        let caption = std::mem::take(&mut self.caption);
        let line = self.take_line();
        if self.quotes > 0 {
            if !line.text.is_empty() {
                self.quoted.push_str(&line.text);
                self.quoted.push('\n');
            }
            return;
        }
        let fresh = self.items.last().is_some_and(|(_, _, fresh)| *fresh);
        let bare = line.text.is_empty() && line.images.is_empty() && !line.concealed;
        if self.footnotes > 0 || !matches!(self.view, View::Open) && bare {
            return;
        }
        let span = line.span.clone();
        if let Some(level) = heading {
            self.emit(Kind::Heading { level, line }, span);
            return;
        }
        if bare && !fresh {
            return;
        }
        let (item, tick) = self.items.last().map_or((0, None), |(id, tick, _)| (*id, *tick));
        let bullet = self.touch_item();
        let place = Place {
            paragraph: self.paragraph,
            depth: self.items.len(),
            item,
            bullet,
            tick: tick.filter(|_| bullet),
            caption,
        };
        self.page.blocks.push(Block {
            kind: Kind::Line(line, place),
            span,
            details: self.details,
            depth: self.items.len(),
        });
    }
}
