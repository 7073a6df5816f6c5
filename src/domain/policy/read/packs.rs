//! `packs`: reads the packs that a file switches on, before the file itself.
//!
//! Whatever a pack says is placed where the file names it: its own lines are not the admin's to mend. A pack knows no
//! name but its own, so that no file above can change what it means.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::de::DeTable;

use super::cursor::{At, Value};
use super::rule::sound_name;
use super::{Surroundings, hints, top};
use crate::diagnostic::Diagnostic;
use crate::layer::Layer;
use crate::policy::codes;
use crate::policy::model::{Mode, Policy, Unenforced};
use crate::policy::packs::{PACKS, Shelf};

/// What the packs of a file come to.
#[derive(Default)]
pub(super) struct SwitchedOn {
    /// All of them together; `None` where there is none.
    pub(super) policy: Option<Policy>,
    pub(super) found: Vec<Diagnostic>,
    pub(super) uses: Vec<(Layer, String, Range<usize>)>,
    pub(super) reads_tier: Option<Range<usize>>,
}

/// Reads the packs that a file switches on, as far as it can be told which.
pub(super) fn read<'a>(file: &'a DeTable<'a>, around: Surroundings<'_>) -> SwitchedOn {
    let mut switched_on = SwitchedOn::default();
    // No pack switches on another.
    if around.switched_on.is_some() {
        return switched_on;
    }
    let word = |key: &str| file.get(key).and_then(|value| value.get_ref().as_str());
    let mode = match word("mode") {
        Some("observe") => Mode::Observe,
        Some("warn") => Mode::Warn,
        _ => Mode::Enforce,
    };
    let mut before = BTreeSet::new();
    for (name, span) in named(file) {
        // A name that stands twice is reported by `names`.
        if let Some(text) = around.shelf.text(name).filter(|_| before.insert(name)) {
            switched_on.take(name, text, Surroundings { upper: &[], switched_on: Some((mode, &span)), ..around });
        }
    }
    switched_on
}

/// The names under `packs`, with their places.
fn named<'a>(file: &'a DeTable<'a>) -> impl Iterator<Item = (&'a str, Range<usize>)> {
    let names = file.get("packs").and_then(|packs| packs.get_ref().as_array()).into_iter().flatten();
    names.filter_map(|name| Some((name.get_ref().as_str()?, name.span())))
}

/// The packs that a text switches on, be there such packs or not.
pub(in crate::policy) fn packs_named_in(text: &str) -> Vec<String> {
    // Most texts name none, and reading one costs. Letters can also be written as escapes.
    if !["packs", "\\u", "\\U", "\\x"].iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let (file, _) = DeTable::parse_recoverable(text);
    named(file.get_ref()).map(|(name, _)| name.to_owned()).collect()
}

impl SwitchedOn {
    fn take(&mut self, name: &str, text: &str, around: Surroundings<'_>) {
        let reading = super::read(text, around);
        self.found.extend(reading.found);
        self.uses.extend(reading.uses);
        self.reads_tier = self.reads_tier.take().or(reading.reads_tier);
        if let Some(pack) = reading.policy {
            self.policy.get_or_insert_with(|| top::empty(pack.mode)).join_pack(name, pack);
        }
    }
}

/// Checks the names of `packs`; what comes back was not enforced when a decision was made.
pub(super) fn names(value: &Value<'_>) -> Vec<Unenforced> {
    let names = value.texts().unwrap_or_default();
    let mut before: BTreeMap<&str, &At<&str>> = BTreeMap::new();
    let mut unenforced = Vec::new();
    for name in &names {
        let cx = value.cx;
        if let Some(first) = before.get(name.value) {
            let problem = cx.error(codes::DUPLICATE_ID, format!("`{}` stands twice", name.value), name.span.clone());
            cx.report(problem.saying("again").label(cx.origin(), first.span.clone(), "first"));
        } else if sound_name(cx, name).is_some() && cx.around.shelf.text(name.value).is_none() {
            unenforced.extend(unknown(value, name));
        }
        before.entry(name.value).or_insert(name);
    }
    unenforced
}

/// A pack that there is not; what was kept of another time lacks only what was not enforced then.
fn unknown(value: &Value<'_>, name: &At<&str>) -> Option<Unenforced> {
    let key = || Unenforced { key: "packs".to_owned(), id: Some(name.value.to_owned()), span: name.span.clone() };
    if matches!(value.cx.around.shelf, Shelf::Kept(_)) {
        return Some(key());
    }
    let shipped: Vec<&str> = PACKS.iter().map(|pack| pack.name).collect();
    let problem = value.cx.error(codes::UNKNOWN_NAME, format!("no pack is called `{}`", name.value), name.span.clone());
    if value.cx.is_crowded() {
        value.cx.report(problem);
        return None;
    }
    value.cx.report(match hints::nearest(name.value, shipped.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")).fix(format!("\"{near}\"")),
        None => problem.help(format!("this version has {}", hints::listed(&shipped))),
    });
    None
}
