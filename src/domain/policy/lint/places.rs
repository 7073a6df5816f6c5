//! A policy file as it is written: where its keys stand, and the texts in it.
//!
//! The valid model has no places but those of whole tables; a lint wants the line of
//! a single condition. Absent: what a key means.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A table or a value of a file, with the place to show for it.
#[derive(Clone)]
pub(super) struct Node<'t> {
    pub(super) span: Range<usize>,
    what: What<'t>,
}

#[derive(Clone, Copy)]
enum What<'t> {
    Table(&'t DeTable<'t>),
    Value(&'t DeValue<'t>),
}

impl<'t> Node<'t> {
    pub(super) fn root(file: &'t DeTable<'t>) -> Self {
        Self { span: 0..0, what: What::Table(file) }
    }

    fn value(value: &'t Spanned<DeValue<'t>>) -> Self {
        let what = match value.get_ref() {
            DeValue::Table(table) => What::Table(table),
            other => What::Value(other),
        };
        Self { span: value.span(), what }
    }

    /// What stands under a key; its place is that of the whole assignment where it is one.
    pub(super) fn child(&self, name: &str) -> Option<Self> {
        self.children().into_iter().find(|(key, _)| *key == name).map(|(_, child)| child)
    }

    /// Every key of a table, in the order of the file.
    pub(super) fn children(&self) -> Vec<(&'t str, Self)> {
        let What::Table(table) = self.what else { return Vec::new() };
        let child = |(key, value): (&'t Spanned<_>, &'t Spanned<DeValue<'t>>)| {
            let name: &'t Cow<'t, str> = key.get_ref();
            let mut node = Self::value(value);
            node.span =
                if value.span().start >= key.span().end { key.span().start..value.span().end } else { key.span() };
            (name.as_ref(), node)
        };
        let mut children: Vec<_> = table.iter().map(child).collect();
        children.sort_by_key(|(_, node)| node.span.start);
        children
    }

    /// The members of a list.
    pub(super) fn items(&self) -> Vec<Self> {
        match self.what {
            What::Value(DeValue::Array(members)) => members.iter().map(Self::value).collect(),
            _ => Vec::new(),
        }
    }

    /// The members of a list, or the value itself where one member stands alone.
    pub(super) fn one_or_more(&self) -> Vec<Self> {
        match self.what {
            What::Value(DeValue::Array(_)) => self.items(),
            _ => vec![self.clone()],
        }
    }

    pub(super) fn text(&self) -> Option<&'t str> {
        match self.what {
            What::Value(value) => value.as_str(),
            What::Table(_) => None,
        }
    }

    /// A text, or one of TOML's own dates as text.
    pub(super) fn date(&self) -> Option<String> {
        match self.what {
            What::Value(value) => value.as_datetime().map(ToString::to_string),
            What::Table(_) => None,
        }
        .or_else(|| self.text().map(str::to_owned))
    }

    /// Every text in it, however deep, with its place.
    pub(super) fn texts(&self) -> Vec<(&'t str, Range<usize>)> {
        if let Some(text) = self.text() {
            return vec![(text, self.span.clone())];
        }
        let children = self.children().into_iter().map(|(_, child)| child);
        children.chain(self.items()).flat_map(|node| node.texts()).collect()
    }
}
