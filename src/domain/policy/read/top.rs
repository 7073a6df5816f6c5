//! The top of the file: every table of the language, handed to its reader.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::DeTable;

use super::context::Context;
use super::cursor::Table;
use super::globs::fixed;
use super::{
    Filling, after, approval, authorities, emergency, environments, freeze, lanes, packs, pir, record, risk, rule,
    scope, services, small, time,
};
use crate::policy::codes;
use crate::policy::model::{ApprovalSettings, Collisions, CommentWhen, Mode, PlannedWindow, Policy};

/// What the top of a file comes to.
pub(super) struct Top {
    pub(super) policy: Policy,
    pub(super) fillings: Vec<Filling>,
    pub(super) untiered: Vec<(String, Range<usize>)>,
}

/// Reads the whole file, in the order of POLICY.md.
pub(super) fn read<'a>(cx: &'a Context<'a>, file: &'a DeTable<'a>) -> Top {
    let table = Table::open(cx, "", file, 0..0);
    version(&table);
    let of_layer = cx.around.switched_on.map(|(mode, _)| mode);
    let mode = small::mode(&table).or(of_layer).unwrap_or_default();
    let mut policy = empty(mode);
    policy.places = cx.places();
    policy.timezone = table.value("timezone").and_then(|value| time::zone(&value));
    cx.timezone.replace(policy.timezone.clone());
    let mut top = Top { policy, fillings: Vec::new(), untiered: Vec::new() };
    top.names(&table);
    top.asks(&table, mode);
    top.lanes(&table);
    top.surroundings(&table);
    let policy = &mut top.policy;
    let asking = ["freeze", "window", "packs"].into_iter().any(|key| table.has(key));
    policy.asks = asking || !policy.rules.is_empty() || !policy.required_fields.is_empty();
    top
}

impl Top {
    /// What the file gives names to.
    fn names(&mut self, table: &Table<'_>) {
        if let Some(value) = table.value("scope") {
            let (scope, unenforced) = scope::scope(&value);
            self.policy.scope = scope;
            self.policy.unenforced.extend(unenforced);
        }
        if let Some(value) = table.value("record") {
            let read = record::record(&value);
            self.policy.required_fields = read.required;
            self.policy.fields = read.fields;
            self.policy.aliases = read.aliases;
            self.policy.synonyms = read.synonyms;
        }
        if let Some(value) = table.value("services") {
            let read = services::services(&value);
            self.policy.services = read.own;
            self.untiered = read.untiered;
        }
        if let Some(value) = table.value("environments") {
            self.policy.environments = environments::environments(&value);
        }
        if let Some(value) = table.value("authorities") {
            let read = authorities::authorities(&value);
            self.policy.authorities = read.own;
            self.fillings = read.fillings;
        }
    }

    /// What the file asks of changes.
    fn asks(&mut self, table: &Table<'_>, mode: Mode) {
        let policy = &mut self.policy;
        if let Some(value) = table.value("packs") {
            policy.unenforced.extend(packs::names(&value));
        }
        if let Some(value) = table.value("risk") {
            (policy.levels, policy.factors) = risk::risk(&value);
        }
        if let Some(value) = table.value("rule") {
            policy.rules = rule::rules(&value, mode);
        }
        if let Some(value) = table.value("freeze") {
            freeze::freezes(&value, policy);
        }
        if let Some(value) = table.value("window") {
            freeze::windows(&value, policy);
        }
        if let Some(value) = table.value("approval") {
            policy.approval = approval::approval(&value);
        }
    }

    /// What would relax it.
    fn lanes(&mut self, table: &Table<'_>) {
        if let Some(value) = table.value("model") {
            self.policy.models = lanes::models(&value);
        }
        if let Some(value) = table.value("waiver") {
            self.policy.waivers = lanes::waivers(&value);
        }
        if let Some(value) = table.value("emergency") {
            self.policy.emergency = emergency::emergency(&value);
        }
    }

    /// What governs the rest.
    fn surroundings(&mut self, table: &Table<'_>) {
        let policy = &mut self.policy;
        if let Some(value) = table.value("check") {
            policy.check_names = after::check_names(&value);
        }
        if let Some(paths) = table.value("checks").and_then(|value| after::trusted_paths(&value)) {
            policy.trusted_paths = paths;
        }
        if let Some(value) = table.value("schedule") {
            after::schedule(&value, policy);
        }
        if let Some(value) = table.value("pir") {
            policy.pir = pir::pir(&value);
        }
        if let Some(value) = table.value("notify") {
            policy.notify = after::notices(&value);
        }
        if let Some(value) = table.value("comment") {
            policy.comment = after::comment(&value);
        }
    }
}

/// The language's version comes first: a file for another one is not judged by this one's words.
fn version(top: &Table<'_>) {
    let Some(version) = top.required("version").and_then(|value| value.number(0, u32::MAX)) else { return };
    if version.value != 1 {
        let message = format!("version {} of the policy language is not known", version.value);
        let problem = top.cx.error(codes::BAD_VERSION, message, version.span);
        top.cx.report(problem.help("this release reads version 1").fix("1"));
    }
}

/// A policy that says nothing, every default filled in.
pub(super) fn empty(mode: Mode) -> Policy {
    Policy {
        mode,
        scope: scope::everything(),
        required_fields: Vec::new(),
        fields: Vec::new(),
        aliases: Vec::new(),
        synonyms: Vec::new(),
        services: BTreeMap::new(),
        environments: BTreeMap::new(),
        authorities: BTreeMap::new(),
        levels: None,
        factors: Vec::new(),
        rules: Vec::new(),
        holds: Vec::new(),
        approval: ApprovalSettings::default(),
        check_names: Vec::new(),
        trusted_paths: fixed(&[]),
        planned_window: PlannedWindow::default(),
        collisions: Collisions::default(),
        comment: CommentWhen::default(),
        timezone: None,
        models: Vec::new(),
        waivers: Vec::new(),
        emergency: None,
        notify: Vec::new(),
        pir: None,
        unenforced: Vec::new(),
        places: BTreeMap::new(),
        asks: false,
    }
}
