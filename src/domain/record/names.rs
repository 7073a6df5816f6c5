//! From the words of a heading or label to the fields that it asks for.
//!
//! Absent on purpose: likeness. A heading names a field exactly, after folding,
//! or it names none; only keys of a block are offered a "did you mean".

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::aliases::{ALSO_ASKED_OTHERWISE, ONLY_WITHIN, WINDOW_ENDS, WINDOW_STARTS, WINDOW_ZONES};
use super::choice::Choices;
use super::fold::{label_key, label_parts};
use super::pattern::Pattern;
use super::{FieldKind, FieldSet, FieldSpec};
use crate::layer::Layer;

/// A field that a heading asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Its place in the field set.
    pub(crate) field: usize,
    /// The highest layer that knows this heading for this field.
    pub(crate) known_to: Layer,
    /// The part of a window that is asked for.
    pub(crate) part: Option<Part>,
}

/// The parts of a window that have labels of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Start,
    End,
    Zone,
}

/// The fields of a set, and all words that lead to them.
pub(crate) struct Names<'f> {
    specs: &'f [FieldSpec],
    words: &'f Words,
}

/// All words that lead to the fields of a set: worked out once for it, since that takes longer than reading an ordinary
/// description.
#[derive(Debug)]
pub(super) struct Words {
    choices: Vec<Choices>,
    patterns: Vec<Option<Pattern>>,
    by_key: BTreeMap<String, Vec<Hit>>,
    /// The same without spaces, for tags and keys.
    tight: BTreeMap<String, Vec<Hit>>,
    parts: BTreeMap<String, Part>,
    window: Option<usize>,
}

/// The keys of the built-in words: there are hundreds of them, the same in every set.
static FOLDED: LazyLock<BTreeMap<String, (String, String)>> = LazyLock::new(|| {
    let standard = FieldSet::standard();
    let words = standard
        .iter()
        .flat_map(|spec| std::iter::once(spec.id.as_str()).chain(spec.aliases.iter().map(|(alias, _)| alias.as_str())));
    words.map(|word| (word.to_owned(), keys(word))).collect()
});

/// The key of a word, and the same without spaces.
fn keys(word: &str) -> (String, String) {
    let key = label_key(word);
    let tight = key.replace(' ', "");
    (key, tight)
}

/// Longer than any heading that asks for a field.
const LONGEST: usize = 160;

impl Words {
    pub(super) fn of(specs: &[FieldSpec]) -> Self {
        let mut words = Self {
            choices: specs.iter().map(Choices::of).collect(),
            patterns: specs.iter().map(|spec| spec.pattern.as_deref().map(Pattern::new)).collect(),
            by_key: BTreeMap::new(),
            tight: BTreeMap::new(),
            parts: BTreeMap::new(),
            window: None,
        };
        for (field, spec) in specs.iter().enumerate() {
            words.add(spec.id.as_str(), field, spec.layer);
            for (alias, layer) in &spec.aliases {
                words.add(alias, field, *layer);
            }
            if spec.kind == FieldKind::Window && (words.window.is_none() || spec.id.as_str() == "window") {
                words.window = Some(field);
            }
        }
        for (list, part) in [(WINDOW_STARTS, Part::Start), (WINDOW_ENDS, Part::End), (WINDOW_ZONES, Part::Zone)] {
            for word in list.split('|') {
                let key = label_key(word);
                if !key.is_empty() {
                    words.parts.insert(key, part);
                }
            }
        }
        words
    }

    fn add(&mut self, alias: &str, field: usize, known_to: Layer) {
        let (key, tight) = FOLDED.get(alias).cloned().unwrap_or_else(|| keys(alias));
        if key.is_empty() {
            return;
        }
        let hit = Hit { field, known_to, part: None };
        for (map, key) in [(&mut self.tight, tight), (&mut self.by_key, key)] {
            let hits: &mut Vec<Hit> = map.entry(key).or_insert_with(|| Vec::with_capacity(1));
            match hits.iter_mut().find(|known| known.field == field) {
                Some(known) => known.known_to = known.known_to.min(known_to),
                None => hits.push(hit),
            }
        }
    }
}

impl<'f> Names<'f> {
    pub(crate) fn new(fields: &'f FieldSet) -> Self {
        Self { specs: &fields.specs, words: fields.words() }
    }

    /// The field at a place of the set.
    pub(crate) fn spec(&self, field: usize) -> &'f FieldSpec {
        &self.specs[field]
    }

    /// Its choices and the words for them.
    pub(crate) fn choices(&self, field: usize) -> &Choices {
        &self.words.choices[field]
    }

    /// What its texts must match.
    pub(crate) fn pattern(&self, field: usize) -> Option<&Pattern> {
        self.words.patterns[field].as_ref()
    }

    /// How many fields there are.
    pub(crate) fn len(&self) -> usize {
        self.specs.len()
    }

    /// The fields that a heading or label asks for.
    pub(crate) fn find(&self, label: &str) -> Vec<Hit> {
        if label.len() > LONGEST {
            return Vec::new();
        }
        if let Some(hits) = self.words.by_key.get(&label_key(label)) {
            return hits.clone();
        }
        let parts = label_parts(label);
        let Some((first, rest)) = parts.split_first() else { return Vec::new() };
        if rest.is_empty() {
            return Vec::new();
        }
        let mut hits = self.words.by_key.get(first).cloned().unwrap_or_default();
        for part in rest {
            let others = self.words.by_key.get(part).map_or(&[][..], Vec::as_slice);
            hits.retain_mut(|hit| match others.iter().find(|other| other.field == hit.field) {
                Some(other) => {
                    hit.known_to = hit.known_to.max(other.known_to);
                    true
                }
                None => false,
            });
        }
        hits
    }

    /// The fields that a tag or a key asks for: `backoutplan`, `riskLevel`, `test_plan`.
    pub(crate) fn find_tight(&self, name: &str) -> Vec<Hit> {
        if name.len() > LONGEST {
            return Vec::new();
        }
        let key = label_key(name).replace(' ', "");
        self.words.tight.get(&key).cloned().unwrap_or_default()
    }

    /// A label of a part of a window; `within` is the window that it stands in.
    pub(crate) fn find_part(&self, label: &str, within: Option<Hit>) -> Option<Hit> {
        if label.len() > LONGEST {
            return None;
        }
        let key = label_key(label);
        let part = *self.words.parts.get(&key)?;
        if let Some(hit) = within {
            return Some(Hit { part: Some(part), ..hit });
        }
        if ONLY_WITHIN.contains(&key.as_str()) {
            return None;
        }
        let field = self.words.window?;
        Some(Hit { field, known_to: self.spec(field).layer, part: Some(part) })
    }

    /// Whether foreign options under this field's heading mean that another question was asked.
    pub(crate) fn is_also_asked_otherwise(&self, field: usize) -> bool {
        let spec = self.spec(field);
        spec.layer == Layer::BuiltIn && ALSO_ASKED_OTHERWISE.contains(&spec.id.as_str())
    }

    /// The known key that is most like an unknown one.
    pub(crate) fn nearest(&self, key: &str) -> Option<&'f str> {
        if key.len() > LONGEST {
            return None;
        }
        let key = super::fold::fold(key).replace('-', "_");
        let limit = if key.chars().count() <= 4 { 1 } else { 2 };
        let ids = self.specs.iter().map(|spec| spec.id.as_str());
        ids.map(|id| (strsim::damerau_levenshtein(id, &key), id))
            .filter(|(far, _)| *far <= limit)
            .min()
            .map(|(_, id)| id)
    }
}
