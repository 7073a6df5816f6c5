//! `approvals`: who must approve, how many of them, and what an entry says otherwise than `[approval]`.

use super::cursor::{Table, Value};
use super::{approval, who};
use crate::policy::model::{ApprovalEntry, Who};

/// Reads the entries of `approvals`.
pub(super) fn entries(value: &Value<'_>) -> Vec<ApprovalEntry> {
    value.tables("approvals").iter().filter_map(entry).collect()
}

fn entry(table: &Table<'_>) -> Option<ApprovalEntry> {
    if let Some(alternatives) = table.value("any") {
        for key in table.present().filter(|key| key.name != "any") {
            table.exclusive(key.name, "any", "say it in each of the alternatives");
        }
        return Some(ApprovalEntry::Any(entries(&alternatives)));
    }
    let from = table.required("from").and_then(|from| who::who_list(&from));
    let count = table.required("count").and_then(|count| count.number(1, 100));
    let settings = approval::settings(table);
    let from = from?;
    table.cx.uses.borrow_mut().extend(from.iter().filter_map(|who| match &who.value {
        Who::Authority { layer, name } => Some((*layer, name.clone(), who.span.clone())),
        Who::Team(_) | Who::User(_) => None,
    }));
    let from = from.into_iter().map(|who| who.value).collect();
    Some(ApprovalEntry::From { from, count: count?.value, settings })
}

/// Reads entries where none may be listed on purpose.
pub(super) fn entries_or_none(value: &Value<'_>) -> Option<Vec<ApprovalEntry>> {
    let list = value.list_or_empty()?;
    Some(if list.is_empty() { Vec::new() } else { entries(value) })
}
