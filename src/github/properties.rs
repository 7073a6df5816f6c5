//! A repository's custom properties, as GitHub says them of the repository itself.
//!
//! Absent: what properties an organisation defines. One that is not set is not listed
//! here, whatever the reason.

use countersign_domain::facts::{Known, Properties};
use reqwest::Method;
use serde_json::Value;

use super::client::Installation;
use super::error::{Error, Result};

impl Installation {
    /// The custom properties that are set of the repository.
    pub async fn properties(&self, owner: &str, name: &str) -> Result<Known<Properties>> {
        match self.rest::<Value>(Method::GET, &format!("/repos/{owner}/{name}"), None).await {
            Ok(repository) => Ok(of(&repository)),
            Err(error @ (Error::NotFound(_) | Error::Forbidden(_))) => Ok(Known::unknown(error.to_string())),
            Err(error) => Err(error),
        }
    }
}

/// The custom properties in what GitHub says of a repository.
pub(super) fn of(repository: &Value) -> Known<Properties> {
    let Some(listed) = repository["custom_properties"].as_object() else {
        // Only organisations have them.
        return match repository["owner"]["type"].as_str() {
            Some("User") => Known::Known(Properties::new()),
            _ => Known::unknown("GitHub does not say them"),
        };
    };
    let mut set = Properties::new();
    for (name, value) in listed {
        let values = match value {
            Value::Null => continue,
            Value::String(text) => Some([text.clone()].into()),
            Value::Array(values) => values.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        let Some(values) = values else {
            return Known::unknown(format!("GitHub says of one something that this version does not know: {name}"));
        };
        set.insert(name.clone(), values);
    }
    Known::Known(set)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_set_is_not_listed_and_what_is_not_said_is_unknown() {
        let check = |repository: Value, expected: Option<&[(&str, &[&str])]>| {
            let expected = expected.map(|set| {
                let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
                set.iter().map(|(name, own)| ((*name).to_owned(), values(own))).collect::<Properties>()
            });
            assert_eq!(of(&repository).known(), expected.as_ref(), "{repository}");
        };
        let of_acme = |set: Value| json!({ "owner": { "type": "Organization" }, "custom_properties": set });
        check(of_acme(json!({})), Some(&[]));
        check(
            of_acme(json!({ "tier": "1", "team": ["b", "a"], "owner": null, "old": "false" })),
            Some(&[("old", &["false"]), ("team", &["a", "b"]), ("tier", &["1"])]),
        );
        check(of_acme(json!({ "tier": 1 })), None);
        check(of_acme(json!({ "team": ["a", 1] })), None);
        check(of_acme(json!(null)), None);
        check(json!({ "owner": { "type": "User" } }), Some(&[]));
    }
}
