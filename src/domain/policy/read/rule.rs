//! `[[rule]]`: what is asked, of which changes, and why.

use super::context::{Context, Naming};
use super::cursor::{At, Table, Value};
use super::when::{Place, conditions};
use super::{approvals, checks, deployments, small, time, waive, who};
use crate::policy::codes;
use crate::policy::model::{Mode, Requirement, Rule};
use crate::record::FieldId;

/// Reads the rules; `mode` is the layer's.
pub(super) fn rules(value: &Value<'_>, mode: Mode) -> Vec<Rule> {
    let tables = value.tables("rule");
    tables.iter().filter_map(|table| rule(table, mode)).collect()
}

fn rule(table: &Table<'_>, mode: Mode) -> Option<Rule> {
    let id = id_of(table);
    let when = table.value("when").map(|when| conditions(&when, Place::Rule));
    let asks = requirements(table);
    let waive = table.value("waive").and_then(|value| waive::waive(&value));
    let always = table.flag("always").is_some_and(|flag| flag.value);
    if let Some(span) = table.key_span("waive").filter(|_| always) {
        let problem = table.cx.warning(codes::SAYS_NOTHING, "nothing relaxes a rule with `always`", span);
        table.cx.report(problem.help("leave out `waive`, or `always`"));
    }
    let rule = Rule {
        why: small::text_or_empty(table, "why"),
        controls: table.texts("controls").unwrap_or_default().into_iter().map(|text| text.value.to_owned()).collect(),
        mode: small::mode(table).unwrap_or(mode),
        always,
        waive,
        span: table.span.clone(),
        id: id?,
        when: when.unwrap_or(Some(Default::default()))?,
        asks,
    };
    Some(rule)
}

/// What the rule asks, in the order of POLICY.md.
fn requirements(table: &Table<'_>) -> Vec<Requirement> {
    let mut asks = Vec::new();
    if let Some(value) = table.value("approvals") {
        asks.push(Requirement::Approvals(approvals::entries(&value)));
    }
    if let Some(value) = table.value("checks") {
        asks.push(Requirement::Checks(checks::wanted(&value)));
    }
    if let Some(value) = table.value("deployments") {
        asks.push(Requirement::Deployments(deployments::wanted(&value)));
    }
    if let Some(value) = table.value("fields") {
        let members = value.list().unwrap_or_default();
        let fields = who::names(&value, &members, Naming::Field).into_iter().map(FieldId::new);
        asks.push(Requirement::Fields(fields.collect()));
    }
    for (key, ask) in [("signed", Requirement::Signed), ("resolved_threads", Requirement::ResolvedThreads)] {
        match table.flag(key) {
            Some(flag) if flag.value => asks.push(ask),
            Some(_) => {
                let span = table.key_span(key).unwrap_or_default();
                table.cx.problem(codes::SAYS_NOTHING, format!("`{key} = false` asks nothing"), span);
            }
            None => {}
        }
    }
    let lasting = |key: &str| table.value(key).and_then(|value| time::duration(&value));
    asks.extend(lasting("soak").map(Requirement::Soak));
    asks.extend(lasting("notice").map(Requirement::Notice));
    if let Some(whos) = table.value("acknowledge").and_then(|value| who::who_list(&value)) {
        asks.push(Requirement::Acknowledge(whos.into_iter().map(|who| who.value).collect()));
    }
    asks.extend(table.text("deny").map(|why| Requirement::Deny(why.value.to_owned())));
    asks.extend(table.text("allow").map(|why| Requirement::Allow(why.value.to_owned())));
    asks_something(table);
    asks
}

/// The keys that ask something.
const ASKING: [&str; 10] = [
    "approvals",
    "checks",
    "deployments",
    "fields",
    "signed",
    "resolved_threads",
    "soak",
    "notice",
    "acknowledge",
    "deny",
];

fn asks_something(table: &Table<'_>) {
    let asking = ASKING.into_iter().find(|key| table.has(key));
    let cx = table.cx;
    match (asking, table.key_span("allow")) {
        (None, None) if !cx.broken => {
            let problem = cx.error(codes::NO_REQUIREMENT, "this rule asks nothing", table.span.clone());
            cx.report(problem.help("add `approvals`, `checks`, `fields`, `deny` or another requirement; to ask nothing on purpose write `allow = \"why\"`"));
        }
        (Some(key), Some(allow)) => {
            let message = format!("a rule with `allow` asks nothing, and this one has `{key}`");
            let problem = cx.error(codes::ALLOW_AND_ASK, message, allow);
            let asking = table.key_span(key).unwrap_or_default();
            cx.report(problem.label(cx.origin(), asking, "asks something").help("make two rules of it"));
        }
        _ => {}
    }
}

/// Ids that results of a layer itself carry.
const RESERVED: [&str; 2] = ["record", "policy"];

/// The table's id, sound and used once in the file: ids are shown without what they are ids of.
pub(super) fn id_of(table: &Table<'_>) -> Option<String> {
    let id = table.required("id")?.text()?;
    let cx = table.cx;
    sound_name(cx, &id)?;
    if RESERVED.contains(&id.value) {
        cx.problem(codes::BAD_NAME, format!("the id `{}` is countersign's own", id.value), id.span.clone());
    }
    if let Some(first) = cx.ids.borrow().get(id.value) {
        let problem = cx.error(codes::DUPLICATE_ID, format!("the id `{}` is used twice", id.value), id.span.clone());
        cx.report(problem.saying("used again").label(cx.origin(), first.clone(), "used first"));
    }
    cx.ids.borrow_mut().entry(id.value.to_owned()).or_insert(id.span);
    Some(id.value.to_owned())
}

/// Checks an id or a name: what is written elsewhere, in commands and in check runs, must be writable there.
pub(super) fn sound_name(cx: &Context<'_>, name: &At<&str>) -> Option<()> {
    let sound = name.value.len() <= 64
        && name.value.starts_with(|c: char| c.is_alphanumeric())
        && name.value.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !sound {
        let problem = cx.error(codes::BAD_NAME, format!("`{}` cannot be a name", name.value), name.span.clone());
        cx.report(problem.help("letters, digits, `-`, `_` and `.`, at most 64 of them"));
    }
    sound.then_some(())
}
