//! `[approval]`, and what an entry of `approvals` says otherwise.

use super::context::Naming;
use super::cursor::{Table, Value};
use super::{time, who};
use crate::policy::model::{ApprovalSettings, ChangesRequested, Independence, Keep, Request, Unattributed};
use crate::record::FieldId;

/// Reads `[approval]`.
pub(super) fn approval(value: &Value<'_>) -> ApprovalSettings {
    let Some(table) = value.table("approval") else { return ApprovalSettings::default() };
    let mut settings = settings(&table);
    settings.changes_requested = table.choice("changes_requested").map(|word| match word.value {
        "ignore" => ChangesRequested::Ignore,
        _ => ChangesRequested::Block,
    });
    settings
}

/// The settings that `[approval]` and an entry of `approvals` share.
pub(super) fn settings(table: &Table<'_>) -> ApprovalSettings {
    let expires = table.value("expires").and_then(|expires| time::duration(&expires));
    ApprovalSettings {
        independent_of: table.value("independent_of").and_then(|value| independence(&value)),
        keep: table.choice("keep").map(|word| match word.value {
            "same-diff" => Keep::SameDiff,
            _ => Keep::SameSha,
        }),
        expires,
        changes_requested: None,
        unattributed: table.choice("unattributed").map(|word| match word.value {
            "pusher" => Unattributed::Pusher,
            _ => Unattributed::Unknown,
        }),
        unbound: table.value("unbound").and_then(|value| {
            let members = value.list()?;
            Some(who::names(&value, &members, Naming::Field).into_iter().map(FieldId::new).collect())
        }),
        request: table.choice("request").map(|word| match word.value {
            "teams" => Request::Teams,
            "people" => Request::People,
            _ => Request::No,
        }),
        unenforced: table.all_unenforced(),
    }
}

fn independence(value: &Value<'_>) -> Option<Vec<Independence>> {
    let words = value.choices()?;
    let of = words.iter().map(|word| match word.value {
        "author" => Independence::Author,
        "committers" => Independence::Committers,
        "co-authors" => Independence::CoAuthors,
        "pushers" => Independence::Pushers,
        _ => Independence::Operators,
    });
    Some(of.collect())
}
