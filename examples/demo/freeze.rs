//! A freeze: green goes before it begins, nothing is merged while it lasts, and green comes back by itself.

use anyhow::ensure;
use github_stand_in::PullRequest;

use crate::stage::{Stage, heading, tell};

/// What dave adds to the organisation's policy.
pub(crate) const FREEZE: &str = r#"
[[freeze]]
id = "launch"
why = "the new shop opens on Friday"
from = 2026-03-05T18:00:00Z
until = 2026-03-09T08:00:00Z
"#;

/// Plays it with a pull request that is green, and leaves it merged.
pub(crate) async fn play(stage: &Stage, pull: &PullRequest, before: &[&str]) -> anyhow::Result<()> {
    heading("dave adds a freeze over the launch");
    stage.dave_adds(&[before, &[FREEZE]].concat()).await?;
    stage.sees("alice", pull, &[])?;
    stage.expect(pull, "success", &[])?;

    let events = stage.github.deliveries().len();
    stage.at("2026-03-05T17:59:10Z").await?;
    heading("Thursday, 17:59: green is taken back before the freeze begins");
    stage.sees("alice", pull, &[])?;
    stage.expect(pull, "in_progress", &["closing for launch"])?;
    stage.cannot_merge(pull, "alice")?;

    stage.at("2026-03-06T12:00:00Z").await?;
    heading("Friday: the shop opens");
    stage.sees("alice", pull, &["What is still needed"])?;
    stage.expect(pull, "in_progress", &["frozen by launch"])?;

    stage.at("2026-03-09T08:00:00Z").await?;
    heading("Monday, 8:00: the freeze is over, and nobody had to do anything");
    stage.sees("alice", pull, &[])?;
    stage.expect(pull, "success", &[])?;
    let ours = |sender: &serde_json::Value| *sender == stage.github.bot_login();
    let others = stage.github.deliveries().split_off(events);
    let others: Vec<String> = others
        .into_iter()
        .filter(|delivery| !ours(&delivery.payload["sender"]["login"]))
        .map(|delivery| delivery.event)
        .collect();
    ensure!(others.is_empty(), "something else than time moved it: {others:?}");
    tell("");
    stage.merges(pull, "alice").await
}
