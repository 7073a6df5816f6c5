//! `[scope]`: which pull requests a layer speaks about.

use std::collections::BTreeMap;

use super::cursor::Value;
use super::field_test;
use super::globs::{Over, branches, fixed, fixed_branches, globs};
use crate::policy::model::{Scope, Unenforced};

/// The scope of a file that says none: every pull request.
pub(super) fn everything() -> Scope {
    Scope { repositories: fixed(&["*"]), base: fixed_branches(&["**"], false), properties: BTreeMap::new() }
}

/// Reads `[scope]`, with what of it is not enforced.
pub(super) fn scope(value: &Value<'_>) -> (Scope, Vec<Unenforced>) {
    let mut scope = everything();
    let Some(table) = value.table("scope") else { return (scope, Vec::new()) };
    if let Some(value) = table.value("repositories")
        && let Some(members) = value.list()
        && let Some(read) = globs(&value, &members, Over::Repositories)
    {
        scope.repositories = read;
    }
    if let Some(value) = table.value("base")
        && let Some(members) = value.list()
        && let Some(read) = branches(&value, &members)
    {
        scope.base = read;
    }
    if let Some(value) = table.value("properties") {
        scope.properties = field_test::properties(&value).unwrap_or_default();
    }
    (scope, table.all_unenforced())
}
