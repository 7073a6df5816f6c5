//! Issues that we open: one is opened, looked for by the mark in its text, and closed.
//!
//! Absent: what is written in them, and reading what people write there, which comes as events.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Installation;
use super::error::Result;
use super::reads::encode;

/// So many of our newest issues are looked through for one that was opened before a crash.
const LOOKED_THROUGH: u32 = 100;

#[derive(Deserialize)]
struct Issue {
    number: u64,
    #[serde(default)]
    body: Option<String>,
    performed_via_github_app: Option<App>,
}

#[derive(Deserialize)]
struct App {
    id: u64,
}

impl Installation {
    /// Opens an issue, and gives its number.
    pub async fn open_issue(&self, (owner, name): (&str, &str), title: &str, body: &str) -> Result<u64> {
        let path = format!("/repos/{owner}/{name}/issues");
        let issue: Issue = self.rest(Method::POST, &path, Some(&json!({ "title": title, "body": body }))).await?;
        Ok(issue.number)
    }

    /// The number of the issue that bears the mark, among the newest of our own.
    pub async fn own_issue(&self, (owner, name): (&str, &str), mark: &str) -> Result<Option<u64>> {
        let us = encode(&format!("{}[bot]", self.github().slug().await?));
        let path = format!("/repos/{owner}/{name}/issues?creator={us}&state=all&per_page={LOOKED_THROUGH}");
        let issues: Vec<Issue> = self.rest(Method::GET, &path, None).await?;
        let ours =
            |issue: &Issue| issue.performed_via_github_app.as_ref().is_some_and(|app| app.id == self.github().app_id());
        let marked = |issue: &Issue| issue.body.as_deref().is_some_and(|body| body.starts_with(mark));
        Ok(issues.into_iter().find(|issue| ours(issue) && marked(issue)).map(|issue| issue.number))
    }

    /// Closes an issue as completed; one that is closed stays so.
    pub async fn close_issue(&self, (owner, name): (&str, &str), number: u64) -> Result<()> {
        let path = format!("/repos/{owner}/{name}/issues/{number}");
        let _answer: Value =
            self.rest(Method::PATCH, &path, Some(&json!({ "state": "closed", "state_reason": "completed" }))).await?;
        Ok(())
    }
}
