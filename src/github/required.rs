//! Which checks GitHub requires on a branch: by rulesets, and by the branch's own protection.
//!
//! Rulesets are read from `rules/branches`, which leaves protection out; protection from the branch
//! itself, whose summary of it whoever reads contents may see. Absent: caches, and whether a check
//! has reported.

use std::collections::BTreeSet;

use countersign_domain::facts::{Enforced, Known, RequiredCheck};
use reqwest::Method;
use serde::Deserialize;

use super::client::Installation;
use super::error::{Error, Result};
use super::reads::encode;

/// So many pages of a branch's rules are read, 100 on each.
const MOST_PAGES: u32 = 10;

/// Why not all rules are known.
const TOO_MANY: &str = "there are more rules than are read";

#[derive(Deserialize)]
struct Rule {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
struct Parameters {
    #[serde(default)]
    required_status_checks: Vec<Required>,
}

#[derive(Deserialize)]
struct Required {
    context: String,
    integration_id: Option<u64>,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(default)]
    protection: Protection,
}

#[derive(Default, Deserialize)]
struct Protection {
    required_status_checks: Option<Protected>,
}

#[derive(Deserialize)]
struct Protected {
    #[serde(default)]
    contexts: Vec<String>,
    #[serde(default)]
    checks: Vec<ProtectedCheck>,
}

#[derive(Deserialize)]
struct ProtectedCheck {
    context: String,
    /// -1 and null are anybody.
    app_id: Option<i64>,
}

impl Installation {
    /// Whether a ruleset requires a check of that name on the branch, and takes it from this App alone.
    pub async fn enforced(&self, owner: &str, name: &str, branch: &str, check: &str) -> Enforced {
        let required = match self.required_by_rules(owner, name, branch).await {
            Ok(Some(required)) => required,
            Ok(None) => return Enforced::Unknown(TOO_MANY.to_owned()),
            Err(error) => return Enforced::Unknown(error.to_string()),
        };
        let of_name = || required.iter().filter(|required| required.name == check);
        if of_name().any(|required| required.app == Some(self.github().app_id())) {
            return Enforced::Yes;
        }
        Enforced::No(if of_name().next().is_some() {
            format!("the rules of {branch} take the check {check} from anybody, not from this App alone")
        } else {
            format!("no rule of {branch} requires the check {check}")
        })
    }

    /// Every check that GitHub requires on the branch. What it does not let the App read is unknown.
    ///
    /// # Errors
    /// Outages and limits: another try may tell.
    pub async fn required_checks(
        &self,
        owner: &str,
        name: &str,
        branch: &str,
    ) -> Result<Known<BTreeSet<RequiredCheck>>> {
        let mut all = BTreeSet::new();
        match self.required_by_rules(owner, name, branch).await {
            Ok(Some(required)) => all.extend(required),
            Ok(None) => return Ok(Known::unknown(TOO_MANY)),
            Err(error) => return unknown(error),
        }
        match self.required_by_protection(owner, name, branch).await {
            Ok(required) => all.extend(required),
            Err(error) => return unknown(error),
        }
        Ok(Known::Known(all))
    }

    /// What the rulesets require; `None` where there are too many to be read.
    async fn required_by_rules(&self, owner: &str, name: &str, branch: &str) -> Result<Option<Vec<RequiredCheck>>> {
        let path = format!("/repos/{owner}/{name}/rules/branches/{}", encode(branch));
        let Some(rules) = self.rest_pages::<Rule>(&path, MOST_PAGES).await? else { return Ok(None) };
        let checks = rules.into_iter().filter(|rule| rule.kind == "required_status_checks");
        let checks = checks.flat_map(|rule| rule.parameters.required_status_checks);
        Ok(Some(checks.map(|check| RequiredCheck { name: check.context, app: check.integration_id }).collect()))
    }

    async fn required_by_protection(&self, owner: &str, name: &str, branch: &str) -> Result<Vec<RequiredCheck>> {
        let path = format!("/repos/{owner}/{name}/branches/{}", encode(branch));
        let read: Branch = self.rest(Method::GET, &path, None).await?;
        Ok(read.protection.required_status_checks.map_or_else(Vec::new, Protected::checks))
    }
}

impl Protected {
    /// Each context once, with the App that it is taken from where GitHub tells of one.
    fn checks(self) -> Vec<RequiredCheck> {
        let app = |check: &ProtectedCheck| check.app_id.and_then(|id| u64::try_from(id).ok());
        let known: Vec<RequiredCheck> =
            self.checks.iter().map(|check| RequiredCheck { name: check.context.clone(), app: app(check) }).collect();
        let untold = self.contexts.into_iter().filter(|context| !known.iter().any(|check| check.name == *context));
        let untold: Vec<RequiredCheck> = untold.map(|name| RequiredCheck { name, app: None }).collect();
        known.into_iter().chain(untold).collect()
    }
}

/// What GitHub does not give is unknown; what it could not give just now is asked for again.
fn unknown<T>(error: Error) -> Result<Known<T>> {
    match error {
        Error::NotFound(_) | Error::Forbidden(_) | Error::Refused(_) | Error::Odd(_) => {
            Ok(Known::unknown(error.to_string()))
        }
        error => Err(error),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn protection_tells_contexts_and_of_newer_ones_the_app() {
        let check = |branch: serde_json::Value, expected: &[(&str, Option<u64>)]| {
            let read: Branch = serde_json::from_value(branch).unwrap();
            let checks = read.protection.required_status_checks.map_or_else(Vec::new, Protected::checks);
            let found: Vec<_> = checks.iter().map(|check| (check.name.as_str(), check.app)).collect();
            assert_eq!(found, expected);
        };
        check(json!({ "protected": false, "protection": { "enabled": false } }), &[]);
        let contexts = json!({ "contexts": ["a", "b"] });
        check(json!({ "protection": { "required_status_checks": contexts } }), &[("a", None), ("b", None)]);
        let checks = json!({
            "contexts": ["a", "b", "c"],
            "checks": [{ "context": "a", "app_id": 7 }, { "context": "b", "app_id": -1 }, { "context": "c", "app_id": null }],
        });
        let expected = [("a", Some(7)), ("b", None), ("c", None)];
        check(json!({ "protection": { "required_status_checks": checks } }), &expected);
    }
}
