//! Raw HTML within Markdown: what it shows becomes part of the page, what it hides does not.
//!
//! A browser reads the page as a whole, so a comment or a hidden element that is
//! opened in one block reaches into those that follow. Absent on purpose: the
//! leniency of browsers; where it is in doubt, text counts as hidden.

use std::ops::Range;

use super::html::{self, Token};
use super::markdown::{View, Walk};
use super::page::{How, Kind};

impl Walk<'_> {
    pub(crate) fn raw_html(&mut self, html: &str, span: &Range<usize>) {
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
                self.heading = name.as_bytes().get(1).map(|digit| digit - b'0');
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
