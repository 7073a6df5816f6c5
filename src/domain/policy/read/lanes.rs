//! The lanes that relax what rules ask: `[[model]]`, `[[waiver]]`, `[emergency]`.
//!
//! They are checked whole and relax nothing in this version. What would hold them
//! open may only be what no author controls.

use super::context::Naming;
use super::cursor::{At, Table, Value};
use super::pattern::pattern;
use super::rule::id_of;
use super::when::{Place, conditions};
use super::{approvals, hints, time, who};
use crate::layer::Layer;
use crate::policy::codes;
use crate::policy::model::Unenforced;

/// Reads the models of standard changes.
pub(super) fn models(value: &Value<'_>) -> Vec<Unenforced> {
    value.tables("model").iter().map(model).collect()
}

fn model(table: &Table<'_>) -> Unenforced {
    let id = id_of(table);
    if let Some(owner) = table.required("owner") {
        who::who(&owner);
    }
    until(table);
    if let Some(when) = table.required("when") {
        conditions(&when, Place::Lowering("in a model"));
    }
    if let Some(value) = table.required("approvals") {
        approvals::entries_or_none(&value);
    }
    if let Some(value) = table.value("fields") {
        fields(&value);
    }
    if let Some(value) = table.value("suspend_after_failures") {
        value.number(1, 1_000);
    }
    Unenforced { key: "model".to_owned(), id, span: table.span.clone() }
}

/// Reads the standing exceptions.
pub(super) fn waivers(value: &Value<'_>) -> Vec<Unenforced> {
    value.tables("waiver").iter().map(waiver).collect()
}

fn waiver(table: &Table<'_>) -> Unenforced {
    let id = id_of(table);
    if let Some(rules) = table.required("rules") {
        for rule in rules.texts().unwrap_or_default() {
            known_rule(table, &rule);
        }
    }
    until(table);
    if let Some(why) = table.required("why") {
        why.text();
    }
    if let Some(when) = table.value("when") {
        conditions(&when, Place::Lowering("in a waiver"));
    }
    Unenforced { key: "waiver".to_owned(), id, span: table.span.clone() }
}

/// A waiver reaches rules of its own layer and below; those below are not known yet where there may be some.
fn known_rule(table: &Table<'_>, rule: &At<&str>) {
    let cx = table.cx;
    if cx.broken || cx.rule_ids.contains(&rule.value) {
        return;
    }
    let message = format!("no rule of this file is called `{}`", rule.value);
    let lowest = cx.layer() == Layer::Repository;
    let problem = match lowest {
        true => cx.error(codes::UNKNOWN_NAME, message, rule.span.clone()),
        false => cx.warning(codes::UNKNOWN_NAME, message, rule.span.clone()),
    };
    cx.report(match hints::nearest(rule.value, &cx.rule_ids) {
        Some(id) => problem.help(format!("did you mean `{id}`?")).fix(format!("\"{id}\"")),
        None if lowest => problem.help("a waiver reaches rules of its own layer and below"),
        None => problem.help("it reaches rules of that id in repositories, if there are any"),
    });
}

/// Reads the emergency lane.
pub(super) fn emergency(value: &Value<'_>) -> Option<Unenforced> {
    let table = value.table("emergency")?;
    if let Some(by) = table.required("declared_by") {
        who::who_list(&by);
    }
    if let Some(value) = table.required("expires") {
        time::duration(&value);
    }
    if let Some(value) = table.required("approvals") {
        approvals::entries(&value);
    }
    if let Some(value) = table.value("ticket") {
        pattern(&value);
    }
    if let Some(value) = table.value("postpone") {
        fields(&value);
    }
    if let Some(value) = table.value("review_within") {
        time::duration(&value);
    }
    table.choice("overdue");
    Some(Unenforced { key: "emergency".to_owned(), id: None, span: table.span })
}

fn fields(value: &Value<'_>) {
    let members = value.list().unwrap_or_default();
    who::names(value, &members, Naming::Field);
}

/// The end of what relaxes. One in the past is no error: the lane is merely over.
fn until(table: &Table<'_>) {
    let Some(moment) = table.required("until").and_then(|until| time::moment(&until)) else { return };
    if moment.value.is_local() {
        time::needs_zone(table.cx, false, moment.span.clone());
    }
    time::lint_gap(table.cx, table.cx.timezone.borrow().as_ref(), &moment);
}
