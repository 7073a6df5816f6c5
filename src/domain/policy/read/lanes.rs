//! What relaxes what rules ask by what a change is: `[[model]]`, `[[waiver]]`.
//!
//! What would hold them open may only be what no author controls. Absent: the lane
//! that people open (`emergency`).

use jiff::Timestamp;

use super::context::Naming;
use super::cursor::{At, Table, Value};
use super::rule::id_of;
use super::when::{Place, conditions};
use super::{approvals, hints, time, who};
use crate::layer::Layer;
use crate::policy::codes;
use crate::policy::lanes::{Model, Waiver};
use crate::record::FieldId;

/// Reads the models of standard changes.
pub(super) fn models(value: &Value<'_>) -> Vec<Model> {
    value.tables("model").iter().filter_map(model).collect()
}

fn model(table: &Table<'_>) -> Option<Model> {
    let id = id_of(table);
    let owner = table.required("owner").and_then(|owner| who::who(&owner));
    let until = until(table);
    let when = table.required("when").and_then(|when| conditions(&when, Place::Lowering("in a model")));
    let approvals = table.required("approvals").and_then(|value| approvals::entries_or_none(&value));
    let fields = table.value("fields").map(|value| fields(&value)).unwrap_or_default();
    let failures = table.value("suspend_after_failures").and_then(|value| value.number(1, 1_000));
    Some(Model {
        id: id?,
        owner: owner?.value,
        until: until?,
        when: when?,
        approvals: approvals?,
        fields,
        suspend_after_failures: failures.map_or(1, |failures| failures.value),
        span: table.span.clone(),
    })
}

/// Reads the standing exceptions.
pub(super) fn waivers(value: &Value<'_>) -> Vec<Waiver> {
    value.tables("waiver").iter().filter_map(waiver).collect()
}

fn waiver(table: &Table<'_>) -> Option<Waiver> {
    let id = id_of(table);
    let rules = table.required("rules").and_then(|rules| rules.texts()).unwrap_or_default();
    rules.iter().for_each(|rule| known_rule(table, rule));
    let until = until(table);
    let why = table.required("why").and_then(|why| why.text());
    let when = table.value("when").map(|when| conditions(&when, Place::Lowering("in a waiver")));
    Some(Waiver {
        id: id?,
        rules: rules.into_iter().map(|rule| rule.value.to_owned()).collect(),
        when: when.unwrap_or(Some(Default::default()))?,
        until: until?,
        why: why?.value.to_owned(),
        span: table.span.clone(),
    })
}

/// A waiver reaches rules of its own layer and below; those below are not known yet where there may be some.
fn known_rule(table: &Table<'_>, rule: &At<&str>) {
    let cx = table.cx;
    if cx.broken || cx.rule_ids.contains(&rule.value) {
        return;
    }
    let message = format!("no rule, freeze or window of this file is called `{}`", rule.value);
    let lowest = cx.layer() == Layer::Repository;
    let problem = match lowest {
        true => cx.error(codes::UNKNOWN_NAME, message, rule.span.clone()),
        false => cx.warning(codes::UNKNOWN_NAME, message, rule.span.clone()),
    };
    cx.report(match hints::nearest(rule.value, &cx.rule_ids) {
        Some(id) => problem.help(format!("did you mean `{id}`?")).fix(format!("\"{id}\"")),
        None if lowest => problem.help("a waiver reaches rules, freezes and windows of its own layer and below"),
        None => problem.help("it reaches what has that id in repositories, if there is any"),
    });
}

/// Names of fields.
pub(super) fn fields(value: &Value<'_>) -> Vec<FieldId> {
    let members = value.list().unwrap_or_default();
    who::names(value, &members, Naming::Field).into_iter().map(FieldId::new).collect()
}

/// The end of what relaxes. One in the past is no error: the lane is merely over.
fn until(table: &Table<'_>) -> Option<Timestamp> {
    let moment = time::moment(&table.required("until")?)?;
    let cx = table.cx;
    if moment.value.is_local() {
        time::needs_zone(cx, false, moment.span.clone());
    }
    let zone = cx.timezone.borrow();
    time::lint_gap(cx, zone.as_ref(), &moment);
    moment.value.end(zone.as_ref())
}
