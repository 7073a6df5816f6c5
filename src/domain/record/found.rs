//! A place where a field is asked for, and the lines that stand there.
//!
//! Every form comes to this; what the lines mean is for `value` to say.

use std::ops::Range;

use super::names::Hit;
use super::page::{Line, Tick};
use super::{Form, fold};

/// One place that asks for one or more fields.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) hits: Vec<Hit>,
    pub(crate) form: Form,
    /// From the heading or label to the end of what stands under it.
    pub(crate) span: Range<usize>,
    /// The options that the heading itself lists.
    pub(crate) options: Vec<String>,
    pub(crate) content: Vec<Said>,
    /// Whether something under it is hidden from readers of the page.
    pub(crate) concealed: bool,
    /// Fields that places inside of this one answer.
    pub(crate) within: Vec<usize>,
    /// The place around it, which holds the parts of a window together.
    pub(crate) group: usize,
}

/// One line of what stands there.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// A label of the line that names no field.
    pub(crate) lead: String,
    pub(crate) line: Line,
    pub(crate) shape: Shape,
    pub(crate) tick: Option<Tick>,
    /// Lines of one paragraph share a number.
    pub(crate) paragraph: usize,
}

/// What kind of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Prose,
    Bullet,
    Code,
    Quote,
    Row,
    /// A heading inside the section; it asks, and so answers nothing.
    Title,
}

impl Said {
    /// A line without surroundings.
    pub(crate) fn plain(line: Line) -> Self {
        Self { lead: String::new(), line, shape: Shape::Prose, tick: None, paragraph: 0 }
    }

    /// The form in which a line is compared with the lines of templates.
    pub(crate) fn prompt_key(&self) -> String {
        let mark = match self.tick {
            Some(Tick::Ticked) => "[x] ",
            Some(_) => "[ ] ",
            None => "",
        };
        let lead = if self.lead.is_empty() { String::new() } else { format!("{}: ", self.lead) };
        fold::fold(&format!("{mark}{lead}{}", self.line.text))
    }
}
