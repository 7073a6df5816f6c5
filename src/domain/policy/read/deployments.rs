//! `deployments`: where the head must have been deployed first.

use super::cursor::Value;

/// Checks the entries of `deployments`; nothing is asked of them yet.
pub(super) fn wanted(value: &Value<'_>) {
    for table in value.tables("rule.deployments") {
        if let Some(environment) = table.required("environment") {
            environment.text();
        }
        table.choice("state");
        table.text("by");
    }
}
