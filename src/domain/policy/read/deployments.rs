//! `deployments`: where the head must have been deployed first.

use super::cursor::{Table, Value};
use super::who;
use crate::policy::ACTIONS;
use crate::policy::model::DeploymentWanted;

/// Reads the entries of `deployments`.
pub(super) fn wanted(value: &Value<'_>) -> Vec<DeploymentWanted> {
    value.tables("rule.deployments").iter().filter_map(entry).collect()
}

fn entry(table: &Table<'_>) -> Option<DeploymentWanted> {
    let environment = table.required("environment").and_then(|environment| environment.text());
    let state = table.choice("state").map_or("success", |state| state.value);
    let by = table.text("by").map(|by| who::login_of(table.cx, &by));
    Some(DeploymentWanted {
        environment: environment?.value.to_owned(),
        state: state.to_owned(),
        by: by.unwrap_or_else(|| Some(ACTIONS.to_owned()))?,
    })
}
