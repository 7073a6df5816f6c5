//! TOML, YAML and JSON as one shape: keys, values and where they stand.
//!
//! A broken text still gives what could be read of it. Absent on purpose: types;
//! a date, a number and a word are all text here, because fields know their kinds.

use std::ops::Range;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use toml::de::{DeTable, DeValue};

use crate::record::codes;

/// A key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) node: Node,
    pub(crate) span: Range<usize>,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Empty,
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

impl PartialEq for Entry {
    /// Where an entry stands is no part of what it says.
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.node == other.node
    }
}

/// Something wrong with the text.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) span: Range<usize>,
}

/// What a text holds; spans are bytes of that text.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) entries: Vec<Entry>,
    pub(crate) problems: Vec<Problem>,
    /// Whether it is keys and values at all.
    pub(crate) is_map: bool,
}

/// No record nests deeper.
const DEEPEST: usize = 24;

/// Reads TOML.
pub(crate) fn toml(text: &str) -> Parsed {
    if let Some(problem) = too_deep(text, false) {
        return Parsed { problems: vec![problem], is_map: true, ..Parsed::default() };
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut entries = toml_entries(table.get_ref(), text);
    entries.sort_by_key(|entry| entry.key_span.start);
    let mut problems: Vec<Problem> = Vec::new();
    for error in errors {
        let span = within(text, error.span().unwrap_or(0..0));
        let message = error.message().trim().replace('\n', ", ").to_lowercase();
        let code = if message.contains("duplicate") { codes::DUPLICATE_KEY } else { codes::BLOCK_SYNTAX };
        // One slip makes a parser stumble several times over; the first on a line tells.
        let same_line = problems.last().is_some_and(|last| {
            let between = last.span.start.min(span.start)..last.span.start.max(span.start);
            !text.get(between).unwrap_or_default().contains('\n')
        });
        if !same_line {
            problems.push(Problem { code, message, span });
        }
    }
    Parsed { entries, problems, is_map: true }
}

fn toml_entries(table: &DeTable<'_>, text: &str) -> Vec<Entry> {
    let read = |value: &DeValue<'_>| toml_node(value, text);
    table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_span: within(text, key.span()),
            node: read(value.get_ref()),
            span: within(text, value.span()),
        })
        .collect()
}

fn toml_node(value: &DeValue<'_>, text: &str) -> Node {
    match value {
        DeValue::String(text) => Node::Text(text.to_string()),
        DeValue::Integer(number) => Node::Text(number.to_string()),
        DeValue::Float(number) => Node::Text(number.to_string()),
        DeValue::Boolean(yes) => Node::Text(if *yes { "yes" } else { "no" }.to_owned()),
        DeValue::Datetime(time) => Node::Text(time.to_string()),
        DeValue::Array(items) => Node::List(items.iter().map(|item| toml_node(item.get_ref(), text)).collect()),
        DeValue::Table(table) => {
            let mut entries = toml_entries(table, text);
            entries.sort_by_key(|entry| entry.key_span.start);
            Node::Map(entries)
        }
    }
}

fn within(text: &str, span: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    start..text.ceil_char_boundary(span.end.min(text.len()).max(start))
}

/// Reads YAML; a text that is broken in one entry gives the others.
pub(crate) fn yaml(text: &str) -> Parsed {
    if let Some(problem) = too_deep(text, true) {
        return Parsed { problems: vec![problem], is_map: true, ..Parsed::default() };
    }
    match yaml_document(text) {
        Ok(parsed) => parsed,
        Err(problem) => {
            let mut parsed = Parsed { problems: vec![problem], is_map: true, ..Parsed::default() };
            for chunk in top_level(text) {
                let Ok(part) = yaml_document(text.get(chunk.clone()).unwrap_or_default()) else { continue };
                let moved = |span: Range<usize>| span.start + chunk.start..span.end + chunk.start;
                parsed.entries.extend(part.entries.into_iter().map(|entry| Entry {
                    key_span: moved(entry.key_span),
                    span: moved(entry.span),
                    ..entry
                }));
            }
            parsed
        }
    }
}

/// Reads JSON, which is YAML but for its tabs.
pub(crate) fn json(text: &str) -> Parsed {
    let spaces = text.replace('\t', " ");
    if let Some(problem) = too_deep(&spaces, true) {
        return Parsed { problems: vec![problem], is_map: true, ..Parsed::default() };
    }
    let mut parsed = yaml_document(&spaces).unwrap_or_else(|problem| Parsed {
        problems: vec![problem],
        is_map: true,
        ..Parsed::default()
    });
    parsed.is_map = true;
    parsed
}

fn yaml_document(text: &str) -> Result<Parsed, Problem> {
    let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let byte = |index: usize| bytes.get(index).copied().unwrap_or(text.len());
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let start = byte(error.marker().index());
        let message = error.info().to_lowercase();
        let code = if message.contains("duplicate") { codes::DUPLICATE_KEY } else { codes::BLOCK_SYNTAX };
        Problem { code, message, span: within(text, start..start + 1) }
    })?;
    let Some(document) = documents.first() else { return Ok(Parsed::default()) };
    let Node::Map(entries) = yaml_node(document, text, &byte) else { return Ok(Parsed::default()) };
    Ok(Parsed { entries, problems: Vec::new(), is_map: true })
}

fn yaml_node(node: &MarkedYaml<'_>, text: &str, byte: &impl Fn(usize) -> usize) -> Node {
    let span = |node: &MarkedYaml<'_>| within(text, byte(node.span.start.index())..byte(node.span.end.index()));
    match &node.data {
        YamlData::Value(Scalar::Null) | YamlData::BadValue | YamlData::Alias(_) => Node::Empty,
        YamlData::Value(Scalar::Boolean(yes)) => Node::Text(if *yes { "yes" } else { "no" }.to_owned()),
        YamlData::Value(Scalar::String(string)) => Node::Text(string.to_string()),
        // As it was written: `1.10` is no `1.1`.
        YamlData::Value(_) => Node::Text(text.get(span(node)).unwrap_or_default().trim().to_owned()),
        YamlData::Representation(string, _, _) => Node::Text(string.to_string()),
        YamlData::Tagged(_, inner) => yaml_node(inner, text, byte),
        YamlData::Sequence(items) => Node::List(items.iter().map(|item| yaml_node(item, text, byte)).collect()),
        YamlData::Mapping(entries) => Node::Map(
            entries
                .iter()
                .filter_map(|(key, value)| {
                    let Node::Text(name) = yaml_node(key, text, byte) else { return None };
                    Some(Entry {
                        key: name,
                        key_span: span(key),
                        node: yaml_node(value, text, byte),
                        span: span(value),
                    })
                })
                .collect(),
        ),
    }
}

/// The parts of a YAML text that begin at its left edge.
fn top_level(text: &str) -> Vec<Range<usize>> {
    let mut chunks: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begins = line.starts_with(|c: char| !c.is_whitespace() && c != '#' && c != '-' && c != '}');
        match chunks.last_mut() {
            Some(last) if !begins => last.end = at + line.len(),
            _ => chunks.push(at..at + line.len()),
        }
        at += line.len();
    }
    chunks
}

/// Guards the parsers, which descend by recursion and copy what an alias stands for.
fn too_deep(text: &str, yaml: bool) -> Option<Problem> {
    let problem = |message: &str, at: usize| {
        let span = within(text, at..at + 1);
        Some(Problem { code: codes::BLOCK_TOO_DEEP, message: message.to_owned(), span })
    };
    let mut depth = 0usize;
    let mut anchors = 0usize;
    let mut indents: Vec<usize> = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(' ');
        let indent = line.len() - bare.len();
        while indents.last().is_some_and(|last| *last > indent) {
            indents.pop();
        }
        if indents.last() != Some(&indent) && !bare.trim().is_empty() {
            indents.push(indent);
        }
        let marks = bare.split_ascii_whitespace().take_while(|word| matches!(*word, "-" | "?" | ":")).count();
        if yaml && indents.len() + marks > DEEPEST {
            return problem("this nests too deeply to be a change record", offset);
        }
        let mut before = ' ';
        for (at, c) in line.char_indices() {
            match c {
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                '&' | '*' if yaml && matches!(before, ' ' | '[' | ',' | '{' | ':') => anchors += 1,
                _ => {}
            }
            if depth > DEEPEST * 2 {
                return problem("this nests too deeply to be a change record", offset + at);
            }
            before = c;
        }
        offset += line.len();
    }
    if anchors > 200 && text.contains('&') && text.contains('*') {
        return problem("this repeats itself by aliases more than a change record does", 0);
    }
    None
}
