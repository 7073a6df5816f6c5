//! The cursor over a parsed file: tables that hand out typed values with their
//! places, and report what is missing, mistyped or unknown.
//!
//! A table knows from [`keys`](super::super::keys) which keys may stand in it, so
//! that what is unknown is reported the moment the table is opened, whatever its
//! reader asks for later. Nothing here knows what a key means.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::context::Context;
use super::hints;
use crate::policy::codes;
use crate::policy::keys::{self, Key, Kind, Status};
use crate::policy::model::Unenforced;

/// A value with its place in the file.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

impl<T> At<T> {
    pub(super) fn new(value: T, span: Range<usize>) -> Self {
        Self { value, span }
    }
}

/// A table of the language, with its keys checked.
pub(super) struct Table<'a> {
    pub(super) cx: &'a Context<'a>,
    /// The table's name in the list of keys.
    pub(super) name: &'static str,
    /// Where to point when something is missing: its header, or the inline table.
    pub(super) span: Range<usize>,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    key: &'static Key,
    span: Range<usize>,
    value: Value<'a>,
}

impl<'a> Table<'a> {
    /// Opens a table, and reports the keys that may not stand in it.
    pub(super) fn open(cx: &'a Context<'a>, name: &'static str, raw: &'a DeTable<'a>, span: Range<usize>) -> Self {
        let mut entries = Vec::new();
        for (word, value) in raw.iter() {
            match keys::find(name, word.get_ref()) {
                Some(key) => {
                    let value = Value { cx, key, span: cx.around.place(value.span()), raw: value.get_ref() };
                    entries.push(Entry { key, span: cx.around.place(word.span()), value });
                }
                None => hints::unknown_key(cx, name, word.get_ref(), cx.around.place(word.span())),
            }
        }
        entries.sort_by_key(|entry| entry.span.start);
        Self { cx, name, span, entries }
    }

    /// The key's value, where the table has it.
    pub(super) fn value(&self, key: &str) -> Option<Value<'a>> {
        debug_assert!(keys::find(self.name, key).is_some(), "`{key}` is no key of `{}`", self.name);
        self.entry(key).map(|entry| entry.value.clone())
    }

    /// The place of the key itself.
    pub(super) fn key_span(&self, key: &str) -> Option<Range<usize>> {
        self.entry(key).map(|entry| entry.span.clone())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The key's value; its absence is reported.
    pub(super) fn required(&self, key: &str) -> Option<Value<'a>> {
        let value = self.value(key);
        if value.is_none() {
            self.missing(key);
        }
        value
    }

    /// Reports that the key is not there.
    pub(super) fn missing(&self, key: &str) {
        let message = format!("{} has no `{key}`", hints::title(self.name));
        let problem = self.cx.error(codes::MISSING_KEY, message, self.span.clone()).saying("needed here");
        let example = keys::find(self.name, key).and_then(Key::about).map_or("", |about| about.example);
        let problem = if example.is_empty() { problem } else { problem.help(format!("such as `{key} = {example}`")) };
        self.cx.incomplete(problem);
    }

    /// Reports two keys that exclude each other.
    pub(super) fn exclusive(&self, one: &str, other: &str, help: &str) -> bool {
        let (Some(first), Some(second)) = (self.key_span(one), self.key_span(other)) else { return false };
        let origin = self.cx.origin();
        let problem = self.cx.error(codes::TWO_FORMS, format!("`{one}` and `{other}` exclude each other"), second);
        self.cx.report(problem.label(origin, first, "the other one").help(help));
        true
    }

    pub(super) fn text(&self, key: &str) -> Option<At<&'a str>> {
        self.value(key)?.text()
    }

    pub(super) fn flag(&self, key: &str) -> Option<At<bool>> {
        self.value(key)?.flag()
    }

    pub(super) fn texts(&self, key: &str) -> Option<Vec<At<&'a str>>> {
        self.value(key)?.texts()
    }

    /// The key's value as one of the words that the list of keys names.
    pub(super) fn choice(&self, key: &str) -> Option<At<&'static str>> {
        self.value(key)?.choice()
    }

    /// The keys present, in the order of the file.
    pub(super) fn present(&self) -> impl Iterator<Item = &'static Key> {
        self.entries.iter().map(|entry| entry.key)
    }

    /// A key of this table as a part of the language that this version does not enforce.
    pub(super) fn unenforced(&self, key: &str) -> Option<Unenforced> {
        let entry = self.entry(key)?;
        let path = if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) };
        Some(Unenforced { key: path, id: None, span: entry.span.clone() })
    }

    /// Every key present that the list of keys marks as not enforced.
    pub(super) fn all_unenforced(&self) -> Vec<Unenforced> {
        let not_yet = self.present().filter(|key| key.status == Status::NotYet);
        not_yet.filter_map(|key| self.unenforced(key.name)).collect()
    }

    fn entry(&self, key: &str) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.key.name == key)
    }
}

/// A value of the file, with the key it stands under.
#[derive(Clone)]
pub(super) struct Value<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) key: &'static Key,
    pub(super) span: Range<usize>,
    raw: &'a DeValue<'a>,
}

impl<'a> Value<'a> {
    /// Reports that the value is of the wrong type.
    pub(super) fn mistyped(&self) {
        self.mistyped_for(self.key.kind.expected());
    }

    /// The same, with what is expected at this place.
    pub(super) fn mistyped_for(&self, expected: &str) {
        let name = self.key.name;
        let problem = self.cx.error(codes::WRONG_TYPE, format!("`{name}` takes {expected}"), self.span.clone());
        self.cx.report(hints::wrong_type(
            problem.saying(hints::is_a(self.raw)),
            self.cx,
            self.key,
            self.raw,
            &self.span,
        ));
    }

    /// Any text, empty too.
    pub(super) fn any_text(&self) -> Option<At<&'a str>> {
        match self.raw {
            DeValue::String(text) => Some(At::new(text.as_ref(), self.span.clone())),
            _ => {
                self.mistyped();
                None
            }
        }
    }

    /// Text that says something.
    pub(super) fn text(&self) -> Option<At<&'a str>> {
        let text = self.any_text()?;
        if text.value.trim().is_empty() {
            self.cx.problem(codes::EMPTY_TEXT, format!("`{}` is empty", self.key.name), self.span.clone());
            return None;
        }
        Some(text)
    }

    pub(super) fn flag(&self) -> Option<At<bool>> {
        match self.raw {
            DeValue::Boolean(flag) => Some(At::new(*flag, self.span.clone())),
            _ => {
                self.mistyped();
                None
            }
        }
    }

    /// A whole number from `low` to `high`.
    pub(super) fn number(&self, low: u32, high: u32) -> Option<At<u32>> {
        let DeValue::Integer(written) = self.raw else {
            self.mistyped();
            return None;
        };
        let number = i128::from_str_radix(written.as_str(), written.radix()).ok();
        let fits = number.and_then(|number| u32::try_from(number).ok()).filter(|number| (low..=high).contains(number));
        if fits.is_none() {
            let range = if high == u32::MAX { format!("{low} or more") } else { format!("from {low} to {high}") };
            let message = format!("`{}` is a whole number, {range}", self.key.name);
            self.cx.problem(codes::BAD_VALUE, message, self.span.clone());
        }
        fits.map(|number| At::new(number, self.span.clone()))
    }

    /// One of the words that the list of keys names for this key.
    pub(super) fn choice(&self) -> Option<At<&'static str>> {
        let (Kind::Choice(words) | Kind::Choices(words)) = self.key.kind else {
            debug_assert!(false, "`{}` is no choice", self.key.name);
            return None;
        };
        let text = self.any_text()?;
        let word = words.iter().find(|word| **word == text.value);
        if word.is_none() {
            hints::bad_choice(self.cx, self.key, &text, words);
        }
        word.map(|word| At::new(*word, self.span.clone()))
    }

    /// The members of a list that has some.
    pub(super) fn list(&self) -> Option<Vec<Self>> {
        let list = self.list_or_empty()?;
        if list.is_empty() {
            let problem = self.cx.error(codes::EMPTY_LIST, format!("`{}` is empty", self.key.name), self.span.clone());
            self.cx.report(problem.help(format!("leave `{}` out, or name something", self.key.name)));
            return None;
        }
        Some(list)
    }

    /// The members of a list that may be empty.
    pub(super) fn list_or_empty(&self) -> Option<Vec<Self>> {
        let DeValue::Array(list) = self.raw else {
            self.mistyped();
            return None;
        };
        Some(list.iter().map(|member| self.member(member)).collect())
    }

    /// The members of a list, or the one value that stands in its place.
    pub(super) fn one_or_more(&self) -> Option<Vec<Self>> {
        match self.raw {
            DeValue::Array(_) => self.list(),
            _ => Some(vec![self.clone()]),
        }
    }

    pub(super) fn texts(&self) -> Option<Vec<At<&'a str>>> {
        Some(self.list()?.iter().filter_map(Self::text).collect())
    }

    pub(super) fn choices(&self) -> Option<Vec<At<&'static str>>> {
        Some(self.list()?.iter().filter_map(Self::choice).collect())
    }

    /// Opens a table of the language.
    pub(super) fn table(&self, name: &'static str) -> Option<Table<'a>> {
        match self.raw {
            DeValue::Table(raw) => Some(Table::open(self.cx, name, raw, self.span.clone())),
            _ => {
                self.mistyped();
                None
            }
        }
    }

    /// Opens a list of tables; `[name]` in place of `[[name]]` is reported and read as a list of one.
    pub(super) fn tables(&self, name: &'static str) -> Vec<Table<'a>> {
        if let DeValue::Table(raw) = self.raw {
            self.mistyped();
            return vec![Table::open(self.cx, name, raw, self.span.clone())];
        }
        let members = self.list().unwrap_or_default();
        members.iter().filter_map(|member| member.table(name)).collect()
    }

    /// The entries of a table whose keys are the admin's own words, in the order of the file.
    pub(super) fn words(&self) -> Option<Vec<(At<&'a str>, Self)>> {
        let DeValue::Table(raw) = self.raw else {
            self.mistyped();
            return None;
        };
        let mut words: Vec<_> = raw
            .iter()
            .map(|(word, value)| {
                let span = self.cx.around.place(word.span());
                (At::new(word.get_ref().as_ref(), span), self.member(value))
            })
            .collect();
        words.sort_by_key(|(word, _)| word.span.start);
        Some(words)
    }

    pub(super) fn raw(&self) -> &'a DeValue<'a> {
        self.raw
    }

    fn member(&self, member: &'a toml::Spanned<DeValue<'a>>) -> Self {
        Self { cx: self.cx, key: self.key, span: self.cx.around.place(member.span()), raw: member.get_ref() }
    }
}
