//! From Markdown to the blocks of a [`Page`]: GitHub's dialect, read by comrak, walked once.
//!
//! Absent on purpose: recursion, because a description may nest as deep as it is
//! long, and any reading of fields.

use std::ops::Range;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{ListType, NodeValue, Sourcepos};
use comrak::{Arena, Options};

use super::hidden;
use super::html::{self, Token};
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
enum View {
    #[default]
    Open,
    /// Inside hidden elements of that name, so many deep.
    Hidden(String, usize),
    /// Inside a comment that has not ended.
    Comment,
    /// Inside a tag that has not ended; nothing ends it.
    Lost,
}

struct Walk<'t> {
    text: &'t str,
    base: usize,
    starts: Vec<usize>,
    page: Page,
    view: View,
    line: Line,
    /// Bytes of the line's text that are in italics; all of them make a prompt.
    slanted: usize,
    quotes: usize,
    quoted: String,
    quote_span: Range<usize>,
    footnotes: usize,
    details: usize,
    paragraph: usize,
    items: Vec<(usize, Option<Tick>, bool)>,
    last_item: usize,
    bold: usize,
    italic: usize,
    struck: usize,
    image: usize,
    links: Vec<(usize, String)>,
    heading: Option<u8>,
    caption: bool,
    rows: Vec<Vec<Line>>,
    in_cell: bool,
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

    fn is_read(&self) -> bool {
        matches!(self.view, View::Open) && self.footnotes == 0
    }

    fn emit(&mut self, kind: Kind, span: Range<usize>) {
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

    fn begin(&mut self, span: Range<usize>) {
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

    fn conceal(&mut self, span: Range<usize>, how: How) {
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
    fn push(&mut self, text: &str, span: &Range<usize>) {
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

    fn end_link(&mut self) {
        let Some((from, url)) = self.links.pop() else { return };
        let to = self.line.text.len();
        if from < to && self.is_read() {
            self.line.links.push((from..to, url));
        }
    }

    fn line_break(&mut self, at: usize) {
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
    fn flush(&mut self) {
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

    fn raw_html(&mut self, html: &str, span: &Range<usize>) {
        if self.footnotes > 0 {
            return;
        }
        let exact = self.text.get(span.start - self.base..).is_some_and(|source| source.starts_with(html.trim_end()));
        let mut html = html;
        let mut skipped = 0;
        if matches!(self.view, View::Comment) {
            match html::comment_end(html) {
                Some((_, whole)) => {
                    self.view = View::Open;
                    skipped = whole;
                    html = html.get(whole..).unwrap_or_default();
                }
                None => return,
            }
        }
        if matches!(self.view, View::Lost) {
            self.conceal(span.clone(), How::Html);
            return;
        }
        let place = |part: &Range<usize>| {
            if exact {
                let start = (span.start + skipped + part.start).min(span.end);
                start..(span.start + skipped + part.end).clamp(start, span.end)
            } else {
                span.clone()
            }
        };
        for (token, part) in html::tokens(html) {
            let at = place(&part);
            match token {
                Token::Text(text) => self.html_text(html.get(text).unwrap_or_default(), &at),
                Token::Comment(inner) => self.marker(html.get(inner).unwrap_or_default()),
                Token::OpenComment => self.view = View::Comment,
                Token::OpenTag => {
                    self.flush();
                    self.conceal(at, How::Html);
                    self.view = View::Lost;
                }
                Token::Open { name, attributes, closed } => self.open_tag(name, &attributes, closed, &at),
                Token::Close { name } => self.close_tag(&name, &at),
            }
        }
    }

    fn marker(&mut self, comment: &str) {
        let version = comment.trim().strip_prefix("countersign-template:").map(str::trim);
        if let Some(version) = version.filter(|v| !v.is_empty() && self.quotes == 0 && self.is_read()) {
            self.page.template_version.get_or_insert_with(|| version.to_owned());
        }
    }

    fn html_text(&mut self, text: &str, at: &Range<usize>) {
        let mut from = at.start;
        for (number, piece) in text.split('\n').enumerate() {
            if number > 0 && self.heading.is_none() && !self.caption {
                self.line.span.end = from.clamp(self.line.span.start, at.end.max(self.line.span.start));
                self.flush();
                self.line.span = from.min(at.end)..at.end;
            }
            let end = (from + piece.len()).min(at.end);
            let shown = html::unescaped(piece.trim_end_matches('\r'));
            if !shown.trim().is_empty() || !self.line.text.is_empty() {
                self.push(&shown, &(from.min(end)..end));
                self.line.span.end = self.line.span.end.max(end);
            }
            from = end + 1;
        }
    }

    fn open_tag(&mut self, name: String, attributes: &[(String, String)], closed: bool, at: &Range<usize>) {
        match &mut self.view {
            View::Open => {}
            View::Hidden(hidden, depth) => {
                if *hidden == name && !closed {
                    *depth += 1;
                }
                return;
            }
            View::Comment | View::Lost => return,
        }
        if name == "img" {
            let worth = |key: &str| attributes.iter().find(|(k, v)| k == key && !v.trim().is_empty()).map(|(_, v)| v);
            if worth("alt").is_some() {
                self.conceal(at.clone(), How::Alternative);
            }
            if let Some(source) = worth("src") {
                self.line.images.push(source.clone());
            }
            return;
        }
        if html::hides(&name, attributes) && !html::is_void(&name) {
            self.view = View::Hidden(name, 1);
            return;
        }
        match name.as_str() {
            "br" => self.line_break(at.end),
            "b" | "strong" => self.bold += 1,
            "i" | "em" => self.italic += 1,
            "s" | "del" | "strike" => self.struck += 1,
            "blockquote" => {
                self.flush();
                if self.quotes == 0 {
                    self.quote_span = at.clone();
                    self.quoted.clear();
                }
                self.quotes += 1;
            }
            "td" | "th" if !self.line.text.is_empty() => self.push(" | ", &(at.start..at.start)),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.begin(at.clone());
                self.heading = name.bytes().nth(1).map(|b| b - b'0');
            }
            "a" => {
                let target = attributes.iter().find(|(key, _)| key == "href").map(|(_, v)| html::unescaped(v));
                self.links.push((self.line.text.len(), target.unwrap_or_default()));
            }
            _ if html::is_block(&name) => {
                self.html_break(at);
                if name == "details" && self.quotes == 0 {
                    self.details += 1;
                }
                self.caption = name == "summary";
            }
            _ if !html::is_known(&name) && !closed => {
                self.html_break(at);
                self.emit(Kind::Open(name), at.clone());
            }
            _ => {}
        }
    }

    fn close_tag(&mut self, name: &str, at: &Range<usize>) {
        match &mut self.view {
            View::Open => {}
            View::Hidden(hidden, depth) => {
                if hidden == name {
                    *depth -= 1;
                    if *depth == 0 {
                        self.view = View::Open;
                    }
                }
                return;
            }
            View::Comment | View::Lost => return,
        }
        match name {
            "b" | "strong" => self.bold = self.bold.saturating_sub(1),
            "i" | "em" => self.italic = self.italic.saturating_sub(1),
            "s" | "del" | "strike" => self.struck = self.struck.saturating_sub(1),
            "blockquote" => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
                if self.quotes == 0 {
                    let text = std::mem::take(&mut self.quoted);
                    let span = self.quote_span.start..at.end.max(self.quote_span.start);
                    self.emit(Kind::Quote(text), span);
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.line.span.end = at.end.max(self.line.span.start);
                self.flush();
                self.begin(at.end..at.end);
            }
            "a" => self.end_link(),
            "details" => {
                self.html_break(at);
                if self.quotes == 0 {
                    self.details = self.details.saturating_sub(1);
                    self.emit(Kind::DetailsEnd, at.clone());
                }
            }
            _ if html::is_block(name) => self.html_break(at),
            _ if !html::is_known(name) => {
                self.html_break(at);
                self.emit(Kind::Close(name.to_owned()), at.clone());
            }
            _ => {}
        }
    }

    /// Ends the line at a tag; what follows in the same block begins a new one.
    fn html_break(&mut self, at: &Range<usize>) {
        let end = self.line.span.end;
        if self.heading.is_none() && !self.in_cell {
            self.line.span.end = at.start.clamp(self.line.span.start, end.max(self.line.span.start));
            self.flush();
            self.line.span = at.end.min(end.max(at.end))..end.max(at.end);
        }
    }
}
