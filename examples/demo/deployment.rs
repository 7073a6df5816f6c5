//! A deployment that waits at an environment: held until its window opens, refused where it brings what nobody authorised.

use anyhow::{Context as _, ensure};
use countersign::render::terminal;
use github_stand_in::{Changes, Oid, PullRequest};

use crate::stage::{Stage, heading, indented, tell};

/// What dave adds to the organisation's policy.
const WINDOW: &str = r#"
[environments.production]
names = ["production"]

[[window]]                                 # somebody is there to watch
id = "working-hours"
holds = ["deploy"]
when = { environments = ["production"] }
days = "Tue-Thu"
hours = "10:00-16:00"
timezone = "Europe/London"
"#;

/// What production has before the story begins.
pub(crate) async fn as_it_was(stage: &Stage) -> anyhow::Result<()> {
    let deployment = stage.shop.deploy(&stage.shop.tip("main"), "production", "dave");
    stage.shop.deployment_status(deployment, "dave", "success");
    stage.settled().await
}

/// Plays it with all that was merged since.
pub(crate) async fn play(stage: &Stage, merged: &PullRequest, before: &[&str]) -> anyhow::Result<()> {
    heading("dave adds hours for deployments, and bob deploys what was merged");
    stage.dave_adds(&[before, &[WINDOW]].concat()).await?;
    let run = stage.shop.gate(&stage.shop.tip("main"), "production", "bob");
    stage.settled().await?;
    let opens = format!("#{}: the window `working-hours` opens at 2026-03-10 10:00 UTC", merged.number());
    answered(stage, run, "bob", ("", "waits"), &opens)?;

    let events = stage.github.deliveries().len();
    stage.at("2026-03-10T10:00:00Z").await?;
    heading("Tuesday, 10:00: the window opens, and the deployment goes on by itself");
    answered(stage, run, "bob", ("approved", "goes on"), "#1, #2, #4")?;
    ensure!(stage.github.deliveries().len() == events, "it went on by an event, and should by time");
    let deployment = stage.shop.gated_deployment(run);
    for state in ["in_progress", "success"] {
        stage.shop.deployment_status(deployment, "bob", state);
        stage.settled().await?;
    }

    heading("dave pushes to main without a pull request, and deploys that");
    let pushed = stage.shop.commit("main", "dave", Changes::new().write("src/prices.rs", "fn cheaper() {}\n"));
    stage.settled().await?;
    let run = stage.shop.gate(&pushed, "production", "dave");
    stage.settled().await?;
    answered(stage, run, "dave", ("rejected", "is refused"), &named(&pushed))
}

/// What the App says of a deployment that waits must be this, and is told.
fn answered(stage: &Stage, run: u64, who: &str, (state, told): (&str, &str), words: &str) -> anyhow::Result<()> {
    let (found, said) = stage.shop.gate_answers(run).pop().context("nothing is said of the deployment")?;
    ensure!(found == state, "the answer should be `{state}` and is `{found}`: {said}");
    ensure!(said.contains(words), "it should say `{words}`: {said}");
    tell(format!("what {who} sees of the deployment to production, which {told}:\n"));
    tell(indented(&terminal::markdown(&said)));
    Ok(())
}

fn named(commit: &Oid) -> String {
    format!("{}: no pull request that went in has this commit", &commit.to_string()[..7])
}
