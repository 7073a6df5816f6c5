//! Writing a record, in each form that can be read.
//!
//! What is written reads back as the same record. Absent on purpose: anything
//! about looks; people lay out their own descriptions, and only the `change`
//! block is ever written for them.

use super::page::{Block, Kind};
use super::{Content, FieldId, Form, markdown};

/// The block to paste: TOML 1.0, fenced as `change`.
///
/// What is unanswered stands there empty, so that it can be filled in.
pub fn change_block(answers: &[(FieldId, Content)]) -> String {
    let body = toml(answers);
    let fence = fence_for(&body);
    format!("{fence}change\n{body}{fence}\n")
}

/// A description that gives these answers in one form.
///
/// Trailers, tables and labels hold one line; text of several goes in them as one.
pub fn write(form: Form, answers: &[(FieldId, Content)]) -> String {
    match form {
        Form::Block => change_block(answers),
        Form::FrontMatter => format!("+++\n{}+++\n", toml(answers)),
        Form::Tag => each(answers, |id, content| {
            // The name of a tag has no underscore.
            let name = id.as_str().replace('_', "-");
            format!("<{name}>\n\n{}\n\n</{name}>\n", prose(content))
        }),
        Form::Table => {
            let rows = each(answers, |id, content| format!("| {} | {} |\n", title(id), one_line(content)));
            format!("| Field | Answer |\n| --- | --- |\n{rows}")
        }
        Form::Heading => each(answers, |id, content| format!("## {}\n\n{}\n\n", title(id), prose(content))),
        Form::Label => each(answers, |id, content| format!("**{}**: {}\n\n", title(id), one_line(content))),
        Form::Trailer => {
            let lines =
                each(answers, |id, content| format!("{}: {}\n", id.as_str().replace('_', "-"), one_line(content)));
            format!("{lines}Reviewed-in: countersign\n")
        }
    }
}

fn each(answers: &[(FieldId, Content)], write: impl Fn(&FieldId, &Content) -> String) -> String {
    answers.iter().map(|(id, content)| write(id, content)).collect()
}

/// The field's name as a heading: `Test plan`.
fn title(id: &FieldId) -> String {
    let words = id.as_str().replace('_', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The answer as plain text; nothing for what is not answered.
fn plain(content: &Content) -> String {
    match content {
        Content::Value(value) => value.to_string(),
        Content::None { reason: Some(reason) } => format!("None - {reason}"),
        Content::None { reason: None } => "None".to_owned(),
        Content::Unfilled | Content::Ambiguous(_) | Content::Conflicting => String::new(),
    }
}

/// Whether the answer is prose, which Markdown must be kept from reading as anything else.
fn is_prose(content: &Content) -> bool {
    matches!(content, Content::Value(super::Value::Text(_)) | Content::None { .. })
}

fn prose(content: &Content) -> String {
    let text = plain(content);
    if !is_prose(content) {
        return text;
    }
    let mut out = String::new();
    let mut fence: Option<&str> = None;
    let mut was_item = false;
    for line in text.split('\n') {
        if let Some(open) = fence {
            out.push_str(line);
            out.push('\n');
            if line == open {
                fence = None;
            }
            continue;
        }
        if line == "```" || line == "~~~~" {
            fence = Some(line);
            out.push_str(if out.is_empty() { "" } else { "\n" });
            out.push_str(line);
            out.push('\n');
            was_item = false;
            continue;
        }
        let (mark, body) = ["- [x] ", "- [ ] ", "- ", "> "]
            .iter()
            .find_map(|mark| line.strip_prefix(mark).map(|body| (*mark, body)))
            .unwrap_or(("", line));
        let is_item = mark.starts_with('-');
        if !(out.is_empty() || (is_item && was_item)) {
            out.push('\n');
        }
        out.push_str(mark);
        out.push_str(&escaped(body));
        out.push('\n');
        was_item = is_item;
    }
    out.trim_end().to_owned()
}

fn one_line(content: &Content) -> String {
    let text = plain(content).replace('\n', " ");
    if is_prose(content) { escaped(&text) } else { text.replace('|', "\\|") }
}

/// Text in which Markdown sees no marks of its own; left as it is where Markdown sees none anyway.
fn escaped(text: &str) -> String {
    let with = |marks: &dyn Fn(char) -> bool| {
        let mut out = String::with_capacity(text.len() + 8);
        for c in text.chars() {
            if marks(c) {
                out.push('\\');
            }
            out.push(c);
        }
        out
    };
    let few = |c: char| matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '&' | '|' | '!');
    [with(&|_| false), with(&few)]
        .into_iter()
        .find(|written| reads_as(written, text))
        // Every ASCII mark may be escaped; a few are plain wherever they stand.
        .unwrap_or_else(|| with(&|c| c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '%' | '/' | '\'' | '?')))
}

fn reads_as(written: &str, text: &str) -> bool {
    let page = markdown::page(written, 0);
    match page.blocks.as_slice() {
        [Block { kind: Kind::Line(line, place), .. }] => {
            line.text == text
                && !line.italic
                && line.bold.is_empty()
                && !place.bullet
                && !line.concealed
                && (written != text || !text.contains(['|', '<', '\\']))
        }
        _ => false,
    }
}

fn toml(answers: &[(FieldId, Content)]) -> String {
    each(answers, |id, content| {
        let key = if id.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
            && !id.as_str().is_empty()
        {
            id.as_str().to_owned()
        } else {
            basic(id.as_str())
        };
        let value = match content {
            Content::Value(super::Value::Many(words)) => {
                let words: Vec<String> = words.iter().map(|word| basic(word)).collect();
                format!("[{}]", words.join(", "))
            }
            Content::Value(super::Value::YesNo(yes)) => yes.to_string(),
            Content::Value(super::Value::Instant(at)) => at.to_string(),
            Content::Value(super::Value::Window { start, end }) => format!("{{ start = {start}, end = {end} }}"),
            _ => {
                let text = prose(content);
                if text.contains('\n') { multi_line(&text) } else { basic(&text) }
            }
        };
        format!("{key} = {value}\n")
    })
}

fn basic(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        push_escaped(&mut out, c);
    }
    out.push('"');
    out
}

fn multi_line(text: &str) -> String {
    let mut out = String::from("\"\"\"\n");
    for c in text.chars() {
        if c == '\n' { out.push(c) } else { push_escaped(&mut out, c) }
    }
    out.push_str("\"\"\"");
    out
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        c => out.push(c),
    }
}

/// A fence longer than any run of backticks inside.
fn fence_for(body: &str) -> String {
    let longest = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}
