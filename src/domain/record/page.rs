//! A description as a reader of the page meets it: a flat row of blocks, top to bottom.
//!
//! Markdown's tree is not kept; what a heading or a label covers is worked out
//! in `scopes`. Absent on purpose: anything that the page does not show, such as
//! comments, alternative texts and hidden HTML, save for the fact that it was there.

use std::ops::Range;

/// The blocks of a description, and what was left out of them.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) blocks: Vec<Block>,
    pub(crate) concealed: Vec<Concealed>,
    pub(crate) template_version: Option<String>,
}

/// Something that the page does not show.
#[derive(Debug)]
pub(crate) struct Concealed {
    pub(crate) span: Range<usize>,
    pub(crate) how: How,
}

/// How it was kept from view.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// A hidden element, or one that is never closed.
    Html,
    /// A character without a width, or one that turns the reading direction.
    Character(String),
    /// The alternative text of an image.
    Alternative,
    /// The title of a link or an image.
    Title,
}

/// One block, or one line of a paragraph.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
    /// How many `<details>` it stands in.
    pub(crate) details: usize,
    /// How many list items it stands in.
    pub(crate) depth: usize,
}

/// What a block is.
#[derive(Debug)]
pub(crate) enum Kind {
    Heading {
        level: u8,
        line: Line,
    },
    Line(Line, Place),
    Code {
        info: String,
        literal: String,
        fenced: bool,
        closed: bool,
    },
    Table(Vec<Vec<Line>>),
    Quote(String),
    Rule,
    /// The opening of an element that HTML does not know.
    Open(String),
    /// The closing of one.
    Close(String),
    DetailsEnd,
    /// Something was left out here.
    Concealed,
}

/// Where a line stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The paragraph it belongs to.
    pub(crate) paragraph: usize,
    /// How many list items it stands in.
    pub(crate) depth: usize,
    /// The innermost of them; 0 is none.
    pub(crate) item: usize,
    /// Whether it opens that item.
    pub(crate) bullet: bool,
    /// The item's task box.
    pub(crate) tick: Option<Tick>,
    /// The page's own label, such as the summary of `<details>`.
    pub(crate) caption: bool,
}

/// A task box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tick {
    Ticked,
    Empty,
    /// ☒ or ❌, which mean yes to some and no to others.
    Crossed,
}

/// One line of visible text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
    /// The parts of the text in bold.
    pub(crate) bold: Vec<Range<usize>>,
    /// Whether all of it is in italics.
    pub(crate) italic: bool,
    /// Whether something in it was left out that readers of the page do not see.
    pub(crate) concealed: bool,
    /// The addresses of its links.
    pub(crate) links: Vec<(Range<usize>, String)>,
    /// The addresses of its images.
    pub(crate) images: Vec<String>,
    /// Where parts of the text begin in the description.
    pub(crate) starts: Vec<(usize, usize)>,
}

impl Line {
    /// The bytes of the description from which a part of the text was read.
    pub(crate) fn source(&self, part: Range<usize>) -> Range<usize> {
        if part.start == 0 && part.end >= self.text.len() {
            return self.span.clone();
        }
        let at = |offset: usize| {
            let next = self.starts.partition_point(|(text, _)| *text <= offset);
            let known = next.checked_sub(1).and_then(|i| self.starts.get(i));
            known.map_or(self.span.start, |(text, source)| (source + offset - text).min(self.span.end))
        };
        let start = at(part.start);
        start..at(part.end).max(start)
    }

    /// The line from a byte of its text on.
    pub(crate) fn tail(&self, from: usize) -> Self {
        let text = self.text.get(from..).unwrap_or_default();
        let from = from + (text.len() - text.trim_start().len());
        let text = text.trim_start().to_owned();
        let cut = |range: &Range<usize>| (range.end > from).then(|| range.start.saturating_sub(from)..range.end - from);
        Self {
            span: if text.is_empty() { self.span.end..self.span.end } else { self.source(from..self.text.len()) },
            bold: self.bold.iter().filter_map(cut).collect(),
            links: self.links.iter().filter_map(|(range, url)| Some((cut(range)?, url.clone()))).collect(),
            starts: self
                .starts
                .iter()
                .map(|(t, s)| if *t >= from { (t - from, *s) } else { (0, s + from - t) })
                .collect(),
            images: self.images.clone(),
            concealed: self.concealed,
            italic: self.italic,
            text,
        }
    }
}
