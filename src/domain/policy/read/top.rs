//! The top of the file: every table of the language, handed to its reader.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::DeTable;

use super::context::Context;
use super::cursor::Table;
use super::globs::fixed;
use super::{Filling, approval, authorities, rule, scope, small};
use crate::policy::codes;
use crate::policy::model::{ApprovalSettings, CommentWhen, Mode, Policy};

/// What the top of a file comes to.
pub(super) struct Top {
    pub(super) policy: Policy,
    pub(super) fillings: Vec<Filling>,
    pub(super) untiered: Vec<(String, Range<usize>)>,
}

/// Reads the whole file.
pub(super) fn read<'a>(cx: &'a Context<'a>, file: &'a DeTable<'a>) -> Top {
    let top = Table::open(cx, "", file, 0..0);
    version(&top);
    let mode = small::mode(&top).unwrap_or_default();
    let mut policy = empty(mode);
    policy.places = cx.places();
    if let Some(value) = top.value("scope") {
        let (scope, unenforced) = scope::scope(&value);
        policy.scope = scope;
        policy.unenforced.extend(unenforced);
    }
    let mut fillings = Vec::new();
    if let Some(value) = top.value("authorities") {
        let read = authorities::authorities(&value);
        policy.authorities = read.own;
        fillings = read.fillings;
    }
    if let Some(value) = top.value("approval") {
        policy.approval = approval::approval(&value);
    }
    if let Some(value) = top.value("rule") {
        policy.rules = rule::rules(&value, mode);
    }
    policy.asks = !policy.rules.is_empty() || !policy.required_fields.is_empty();
    Top { policy, fillings, untiered: Vec::new() }
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
fn empty(mode: Mode) -> Policy {
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
        approval: ApprovalSettings::default(),
        check_names: Vec::new(),
        trusted_paths: fixed(&[]),
        comment: CommentWhen::default(),
        timezone: None,
        relaxations: Vec::new(),
        unenforced: Vec::new(),
        places: BTreeMap::new(),
        asks: false,
    }
}
