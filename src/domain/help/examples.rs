//! A part of a file for each key: the key with what has to stand beside it, ready to be pasted.
//!
//! Names that a part takes for granted (`peer`, `cab`, `payments`) are defined by [`completed`], for whoever reads the
//! part as a file. Absent: whole policies; those are packs.

use crate::policy::{Key, keys};

/// Where the keys of a table stand: what goes before and after them, and whether they share a line.
struct Frame {
    before: &'static str,
    after: &'static str,
    in_line: bool,
}

/// A part of a policy file that uses the key.
pub fn example(key: &Key) -> String {
    // A table under a header of its own is shown by the first of its keys.
    if let (Some(opens), Some("")) = (key.opens, key.about().map(|about| about.example)) {
        return keys().iter().find(|inner| inner.table == opens).map(example).unwrap_or_default();
    }
    let shown = |other: &&Key| other.name == key.name || beside(key).contains(&other.name);
    let lines = keys().iter().filter(|other| other.table == key.table).filter(shown);
    let lines: Vec<String> =
        lines.filter_map(|other| other.about().map(|about| format!("{} = {}", other.name, about.example))).collect();
    let frame = frame(key.table);
    if frame.in_line {
        format!("{}{}{}\n", frame.before, lines.join(", "), frame.after)
    } else {
        format!("{}{}\n{}", frame.before, lines.join("\n"), frame.after)
    }
}

fn frame(table: &str) -> Frame {
    let under = |before| Frame { before, after: "", in_line: false };
    let within = |before, after| Frame { before, after, in_line: true };
    match table {
        "scope" => under("[scope]\n"),
        "record" => under("[record]\n"),
        "record.fields" => under("[record.fields.notice]\n"),
        "services" => under("[services.ledger]\n"),
        "environments" => under("[environments.production]\n"),
        "authorities" => under("[authorities.board]\n"),
        "check" => under("[check]\n"),
        "checks" => under("[checks]\n"),
        "risk" => under("[risk]\n"),
        "risk.levels" => under("[risk.levels]\n"),
        "risk.factor" => under("[[risk.factor]]\n"),
        "rule" => under("[[rule]]\n"),
        "approvals" => within("[[rule]]\nid = \"example\"\napprovals = [{ ", " }]"),
        "rule.checks" => within("[[rule]]\nid = \"example\"\nchecks = [{ ", " }]"),
        "rule.deployments" => within("[[rule]]\nid = \"example\"\ndeployments = [{ ", " }]"),
        "waive" => within("[[rule]]\nid = \"example\"\nchecks = [\"integration\"]\nwaive = { ", " }"),
        "when" => within("[[rule]]\nid = \"example\"\nchecks = [\"integration\"]\nwhen = { ", " }"),
        "when.field" => {
            within("[[rule]]\nid = \"example\"\nchecks = [\"integration\"]\nwhen = { field = { ticket = { ", " } } }")
        }
        "at" => within("[[rule]]\nid = \"example\"\ndeny = \"not now\"\nwhen = { at = { ", " } }"),
        "freeze" => under("[[freeze]]\n"),
        "window" => under("[[window]]\n"),
        "model" => under("[[model]]\n"),
        "waiver" => under("[[rule]]\nid = \"integration\"\nchecks = [\"integration\"]\n\n[[waiver]]\n"),
        "emergency" => under("[emergency]\n"),
        "approval" => under("[approval]\n"),
        "schedule" => under("[schedule]\n"),
        "pir" => under("[pir]\n"),
        "notify" => under("[[notify]]\n"),
        "comment" => under("[comment]\n"),
        _ => under(""),
    }
}

/// The keys without which this one says nothing, or is wrong.
fn beside(key: &Key) -> &'static [&'static str] {
    match (key.table, key.name) {
        ("record.fields", "kind") => &["choices"],
        ("record.fields", "choices") => &["kind"],
        ("record.fields", "values") => &["kind", "choices"],
        ("services", _) => &["paths"],
        ("authorities", "except") => &["permission"],
        ("authorities", "unowned") => &["codeowners"],
        ("authorities", "write") => &["teams"],
        ("risk.levels", _) => &["medium", "high", "critical"],
        ("risk.factor", "level") => &["id", "why", "when"],
        ("risk.factor", _) => &["id", "why", "when", "score"],
        ("rule", "why" | "controls" | "when" | "mode" | "always" | "waive") => &["id", "approvals"],
        ("rule", "id") => &["approvals"],
        ("rule", _) => &["id"],
        ("approvals", "any") | ("rule.checks", "required") => &[],
        ("approvals", _) => &["from", "count"],
        ("rule.checks", _) => &["name"],
        ("rule.deployments", _) => &["environment"],
        ("waive", _) => &["from", "count", "for"],
        ("when", "title" | "labels" | "head" | "draft") => &["on_declaration"],
        ("when", "on_declaration") => &["labels"],
        ("at", "timezone") => &["days"],
        ("freeze", "rrule" | "duration") => &["id", "why", "from", "rrule", "duration"],
        ("freeze", "calendar") => &["id", "why"],
        ("freeze", _) => &["id", "why", "from", "until"],
        ("window", "rrule" | "from" | "duration") => &["id", "rrule", "from", "duration"],
        ("window", "open" | "calendar") => &["id"],
        ("window", _) => &["id", "days", "hours"],
        ("model", _) => &["id", "owner", "until", "when", "approvals"],
        ("waiver", _) => &["id", "rules", "until", "why"],
        ("emergency", _) => &["declared_by", "expires", "approvals"],
        ("notify", _) => &["on", "to"],
        _ => &[],
    }
}

/// The part as a whole file: with its version, a zone, the names that parts take for granted, and a rule for whatever
/// the part does not speak about. A text that begins with its version is whole already.
pub fn completed(part: &str) -> String {
    const AROUND: [(&str, &str); 5] = [
        ("[authorities.peer]", "permission = \"write\""),
        ("[authorities.cab]", "teams = [\"acme/cab\"]"),
        ("[authorities.payments]", "teams = [\"acme/payments\"]"),
        ("[services.payments]", "paths = [\"services/payments/**\"]\ntier = 1"),
        ("[environments.production]", "names = [\"prod\"]"),
    ];
    if part.starts_with("version") {
        let rest =
            if part.lines().count() == 1 { "rule = [{ id = \"around\", allow = \"no more is asked\" }]\n" } else { "" };
        return format!("{part}\n{rest}");
    }
    let zone = if part.starts_with("timezone") { "" } else { "timezone = \"Europe/London\"\n" };
    let mut whole = format!("version = 1\n{zone}{part}\n");
    for (header, rest) in AROUND.iter().filter(|(header, _)| !part.contains(header)) {
        whole.push_str(&format!("{header}\n{rest}\n"));
    }
    whole.push_str("[[rule]]\nid = \"around\"\nallow = \"no more is asked\"\n");
    whole
}
