//! What every reader of one file shares: the layer, the names that may be used, and
//! the list of what was found wrong.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::layer::Layer;
use crate::policy::model::{Authority, Mode, Policy};
use crate::policy::packs::Shelf;
use crate::policy::{codes, fields};
use crate::record::FieldId;
use crate::record::fold::label_key;

/// A layer above the file that is read.
#[derive(Clone, Copy)]
pub(in crate::policy) struct Upper<'a> {
    pub(in crate::policy) layer: Layer,
    pub(in crate::policy) policy: &'a Policy,
    /// Whether the policy is that of the file as it is now, so that its places can be shown.
    pub(in crate::policy) current: bool,
}

/// What surrounds a file when it is read.
#[derive(Clone, Copy)]
pub(in crate::policy) struct Surroundings<'a> {
    pub(in crate::policy) layer: Layer,
    /// The layers above, nearest first.
    pub(in crate::policy) upper: &'a [Upper<'a>],
    /// Whether there is a layer above whose policy could not be had.
    pub(in crate::policy) upper_unread: bool,
    /// Whether the text was valid before a layer above was edited: a clash of names then stops nobody.
    pub(in crate::policy) was_valid: bool,
    /// Where the texts of packs come from.
    pub(in crate::policy) shelf: Shelf<'a>,
    /// What the packs come to that the file switches on: its own layer, and the file may say otherwise.
    pub(in crate::policy) packs: Option<&'a Policy>,
    /// Of a pack: what the file that switches it on says of its mode, and where that names it.
    pub(in crate::policy) switched_on: Option<(Mode, &'a Range<usize>)>,
}

/// The kinds of thing that a policy gives names to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Naming {
    Authority,
    Service,
    Environment,
    Field,
}

impl Naming {
    pub(super) const ALL: [Self; 4] = [Self::Authority, Self::Service, Self::Environment, Self::Field];

    /// The word for one of them.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Service => "service",
            Self::Environment => "environment",
            Self::Field => "field",
        }
    }

    /// The tables that lead to the names.
    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Authority => &["authorities"],
            Self::Service => &["services"],
            Self::Environment => &["environments"],
            Self::Field => &["record", "fields"],
        }
    }
}

/// The longest message in characters; a file's own words in it may be of any length.
const LONGEST: usize = 240;

/// With more problems than this, hints are left out.
const CROWD: usize = 200;

/// What a file may have compiled, counted in globs.
const MOST_COMPILED: u32 = 10_000;

/// The price of a glob.
pub(super) const GLOB: u32 = 1;

/// The price of a pattern, which may take a hundred times as long.
pub(super) const PATTERN: u32 = 40;

/// What every reader of one file shares.
pub(super) struct Context<'a> {
    pub(super) around: Surroundings<'a>,
    pub(super) text: &'a str,
    /// Names that this file has tables for, with the places of their keys.
    own: BTreeMap<Naming, BTreeMap<&'a str, Own>>,
    /// Whether the file sets a zone for its local times.
    pub(super) has_timezone: bool,
    /// The zone of local times in this file, once its top was read.
    pub(super) timezone: RefCell<Option<TimeZone>>,
    /// The ids of the file's rules, freezes and windows, as far as they can be read, and of its packs'.
    pub(super) rule_ids: BTreeSet<&'a str>,
    /// Whether TOML itself is broken: what is missing may only have been lost.
    pub(super) broken: bool,
    /// The ids used so far, with their places.
    pub(super) ids: RefCell<BTreeMap<String, Range<usize>>>,
    /// The price of the globs and patterns compiled so far.
    pub(super) compiled: Cell<u32>,
    /// The headings that lead to fields of the layers above.
    headings: OnceCell<BTreeMap<String, FieldId>>,
    /// Where a condition of this file first compares tiers.
    pub(super) reads_tier: RefCell<Option<Range<usize>>>,
    /// The authorities that rules ask, with their places.
    pub(super) uses: RefCell<Vec<(Layer, String, Range<usize>)>>,
    found: RefCell<Vec<Diagnostic>>,
}

/// A table that this file has for a name.
struct Own {
    span: Range<usize>,
    /// Whether it asks a lower layer to name the people.
    has_fill: bool,
    /// The choices that it gives a field.
    choices: Option<Vec<String>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(around: Surroundings<'a>, text: &'a str, file: &'a DeTable<'a>, broken: bool) -> Self {
        let own = Naming::ALL.into_iter().map(|naming| (naming, own_names(&around, naming, file))).collect();
        let has_timezone = file.contains_key("timezone");
        Self {
            around,
            text,
            own,
            has_timezone,
            timezone: RefCell::default(),
            rule_ids: rule_ids(&around, file),
            broken,
            ids: RefCell::default(),
            compiled: Cell::new(0),
            headings: OnceCell::new(),
            reads_tier: RefCell::default(),
            uses: RefCell::default(),
            found: RefCell::default(),
        }
    }

    pub(super) fn layer(&self) -> Layer {
        self.around.layer
    }

    pub(super) fn origin(&self) -> Origin {
        Origin::Policy(self.around.layer)
    }

    /// Takes a diagnostic. Where TOML is broken, a place that the parser lost is not reported twice.
    pub(super) fn report(&self, mut diagnostic: Diagnostic) {
        let lost = self.broken && diagnostic.labels.first().is_some_and(|label| label.span.is_empty());
        if !lost {
            diagnostic.message = one_line(diagnostic.message);
            diagnostic.help = diagnostic.help.map(one_line);
            diagnostic.fix = diagnostic.fix.filter(|fix| fix.len() <= LONGEST);
            self.found.borrow_mut().push(diagnostic);
        }
    }

    /// Whether so much is wrong that hints, which compare with every name, are no longer worth their time.
    pub(super) fn is_crowded(&self) -> bool {
        self.found.borrow().len() > CROWD
    }

    /// Takes the price of a glob or pattern from what a file may have compiled.
    pub(super) fn may_compile(&self, price: u32, span: &Range<usize>) -> bool {
        let before = self.compiled.get();
        let compiled = before.saturating_add(price);
        self.compiled.set(compiled);
        if before <= MOST_COMPILED && compiled > MOST_COMPILED {
            let message = format!("a file may have {MOST_COMPILED} globs, or {} patterns", MOST_COMPILED / PATTERN);
            self.problem(codes::TOO_LARGE, message, span.clone());
        }
        compiled <= MOST_COMPILED
    }

    /// The field of a layer above that a heading leads to.
    pub(super) fn heading_above(&self, key: &str) -> Option<&FieldId> {
        let headings = self.headings.get_or_init(|| {
            let policies = || self.around.upper.iter().map(|upper| upper.policy);
            let defined = policies().flat_map(|policy| &policy.fields).flat_map(|spec| {
                let aliases = spec.aliases.iter().map(|(alias, _)| alias.as_str());
                aliases.chain([spec.id.as_str()]).map(|alias| (label_key(alias), spec.id.clone()))
            });
            let added = policies().flat_map(|policy| &policy.aliases);
            defined.chain(added.map(|(id, alias)| (label_key(alias), id.clone()))).collect()
        });
        headings.get(key)
    }

    /// Takes what the parser of TOML reports.
    pub(super) fn report_syntax(&self, diagnostic: Diagnostic) {
        self.found.borrow_mut().push(diagnostic);
    }

    /// An error of this file, to be widened and reported.
    pub(super) fn error(&self, code: &'static str, message: impl Into<String>, span: Range<usize>) -> Diagnostic {
        Diagnostic::error(code, message, self.origin(), span)
    }

    pub(super) fn warning(&self, code: &'static str, message: impl Into<String>, span: Range<usize>) -> Diagnostic {
        Diagnostic::warning(code, message, self.origin(), span)
    }

    /// Reports an error as it is.
    pub(super) fn problem(&self, code: &'static str, message: impl Into<String>, span: Range<usize>) {
        self.report(self.error(code, message, span));
    }

    /// Reports that something is missing, unless broken TOML may have swallowed it.
    pub(super) fn incomplete(&self, problem: Diagnostic) {
        if !self.broken {
            self.report(problem);
        }
    }

    /// What was found, in the order of the file.
    pub(super) fn into_found(self) -> Vec<Diagnostic> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start));
        found
    }

    pub(super) fn has_errors(&self) -> bool {
        self.found.borrow().iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The layer of the authority that a name means here: the own one, unless this file only fills a role from above.
    pub(super) fn authority(&self, name: &str) -> Option<Layer> {
        let own = self.own.get(&Naming::Authority).and_then(|names| names.get(name));
        if self.in_packs(Naming::Authority, name) || (own.is_some() && self.role_above(name).is_none()) {
            return Some(self.layer());
        }
        self.upper_authority(name).map(|(upper, _)| upper.layer)
    }

    /// The role above that this file's table of the name fills, where it does.
    pub(super) fn role_above(&self, name: &str) -> Option<Layer> {
        let own = self.own.get(&Naming::Authority)?.get(name)?;
        let (upper, authority) = self.upper_authority(name)?;
        (authority.fill.is_some() && !own.has_fill).then_some(upper.layer)
    }

    pub(super) fn upper_authority(&self, name: &str) -> Option<(Upper<'a>, &'a Authority)> {
        let mut above = self.around.upper.iter();
        above.find_map(|upper| upper.policy.authorities.get(name).map(|authority| (*upper, authority)))
    }

    /// Whether a pack that the file switches on defines the name.
    pub(super) fn in_packs(&self, naming: Naming, name: &str) -> bool {
        self.around.packs.is_some_and(|packs| defines(packs, naming, name))
    }

    /// Whether a name is defined, here or above.
    pub(super) fn knows(&self, naming: Naming, name: &str) -> bool {
        let own = self.own.get(&naming).is_some_and(|names| names.contains_key(name));
        own || self.in_packs(naming, name) || self.knows_above(naming, name)
    }

    /// Whether a layer above defines the name.
    pub(super) fn knows_above(&self, naming: Naming, name: &str) -> bool {
        let standard = naming == Naming::Field && self.is_standard(name);
        standard || self.around.upper.iter().any(|upper| defines(upper.policy, naming, name))
    }

    /// Whether RECORD.md has a field of that name.
    pub(super) fn is_standard(&self, field: &str) -> bool {
        fields::standard().spec(&FieldId::new(field)).is_some()
    }

    /// The nearest layer above that defines the name, and where, as far as the place can be shown.
    pub(super) fn defined_above(&self, naming: Naming, name: &str) -> Option<(Layer, Option<Range<usize>>)> {
        let upper = self.around.upper.iter().find(|upper| defines(upper.policy, naming, name))?;
        let place = upper.policy.places.get(&(naming.word(), name.to_owned())).cloned();
        Some((upper.layer, place.filter(|_| upper.current)))
    }

    /// The choices of a field, as the layer nearest to this file gives them; none where any answer goes.
    pub(super) fn choices_of(&self, field: &str) -> Vec<String> {
        let own = self.own.get(&Naming::Field).and_then(|names| names.get(field));
        if let Some(choices) = own.and_then(|own| own.choices.clone()) {
            return choices;
        }
        let above = self.around.upper.iter().flat_map(|upper| upper.policy.fields.iter());
        let spec = above.chain(fields::standard().iter()).find(|spec| spec.id.as_str() == field);
        spec.map(|spec| spec.choices.clone()).unwrap_or_default()
    }

    /// Where this file defines its names.
    pub(super) fn places(&self) -> BTreeMap<(&'static str, String), Range<usize>> {
        let names = self.own.iter().flat_map(|(naming, names)| names.iter().map(|own| (naming.word(), own)));
        names.map(|(word, (name, own))| ((word, (*name).to_owned()), own.span.clone())).collect()
    }

    /// Every name that could be meant, for hints.
    pub(super) fn names(&self, naming: Naming) -> Vec<String> {
        let own = self.own.get(&naming).into_iter().flatten().map(|(name, _)| (*name).to_owned());
        let mut names: Vec<String> = own.collect();
        for policy in self.around.packs.into_iter().chain(self.around.upper.iter().map(|upper| upper.policy)) {
            names.extend(names_of(policy, naming));
        }
        if naming == Naming::Field {
            names.extend(fields::standard().iter().map(|spec| spec.id.as_str().to_owned()));
        }
        names
    }
}

/// A message on one line and of a bearable length, its backticks in pairs.
fn one_line(text: String) -> String {
    if text.len() <= LONGEST && !text.contains(char::is_control) {
        return text;
    }
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut line: String = plain.take(LONGEST).collect();
    if line.chars().count() == LONGEST {
        line.push('…');
    }
    if line.matches('`').count() % 2 == 1 {
        line.push('`');
    }
    line
}

impl Surroundings<'_> {
    /// The place that a problem is shown at: of a pack, where it is switched on.
    pub(super) fn place(&self, span: Range<usize>) -> Range<usize> {
        self.switched_on.map_or(span, |(_, place)| place.clone())
    }
}

/// Keys of the tables that give names of one kind, as far as the file has such tables.
fn own_names<'a>(around: &Surroundings<'_>, naming: Naming, file: &'a DeTable<'a>) -> BTreeMap<&'a str, Own> {
    let mut table = Some(file);
    for step in naming.tables() {
        table = table.and_then(|table| table.get(*step)).and_then(|value| value.get_ref().as_table());
    }
    let entries = table.into_iter().flat_map(|table| table.iter());
    entries
        .map(|(name, value)| {
            let key = |key: &str| value.get_ref().as_table().and_then(|table| table.get(key)).map(Spanned::get_ref);
            let choices = key("choices").and_then(DeValue::as_array).map(|choices| {
                let texts = choices.iter().filter_map(|choice| choice.get_ref().as_str());
                texts.map(str::to_owned).collect()
            });
            (name.get_ref().as_ref(), Own { span: around.place(name.span()), has_fill: key("fill").is_some(), choices })
        })
        .collect()
}

/// The ids of what a waiver may lift (rules, freezes, windows), whatever else is wrong with them.
fn rule_ids<'a>(around: &Surroundings<'a>, file: &'a DeTable<'a>) -> BTreeSet<&'a str> {
    let tables = ["rule", "freeze", "window"].into_iter().filter_map(|name| file.get(name)?.get_ref().as_array());
    let tables = tables.flatten().filter_map(|table| table.get_ref().as_table());
    let of_packs = around.packs.into_iter().flat_map(|packs| {
        let holds = packs.holds.iter().map(|hold| hold.id.as_str());
        packs.rules.iter().map(|rule| rule.id.as_str()).chain(holds)
    });
    tables.filter_map(|table| table.get("id")?.get_ref().as_str()).chain(of_packs).collect()
}

fn defines(policy: &Policy, naming: Naming, name: &str) -> bool {
    match naming {
        Naming::Authority => policy.authorities.contains_key(name),
        Naming::Service => policy.services.contains_key(name),
        Naming::Environment => policy.environments.contains_key(name),
        Naming::Field => policy.fields.iter().any(|spec| spec.id.as_str() == name),
    }
}

fn names_of(policy: &Policy, naming: Naming) -> Vec<String> {
    match naming {
        Naming::Authority => policy.authorities.keys().cloned().collect(),
        Naming::Service => policy.services.keys().cloned().collect(),
        Naming::Environment => policy.environments.keys().cloned().collect(),
        Naming::Field => policy.fields.iter().map(|spec| spec.id.as_str().to_owned()).collect(),
    }
}
