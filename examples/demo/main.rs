//! A week of one repository, as its people see it: a change, an emergency, a freeze, a deployment.
//!
//! A stand-in GitHub and the real bot on loopback: real HTTP, real signatures, a database in a temporary file, one clock
//! that the story moves. It asserts its own outcomes and fails where one is missed, and where the README's excerpt of it
//! is not what it tells. `--stay` leaves both up until Ctrl-C.

mod change;
mod deployment;
mod emergency;
mod freeze;
mod stage;

use std::time::Instant;

use anyhow::{Context as _, bail, ensure};

use crate::stage::{Stage, heading, tell, told};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let stay = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--stay" => true,
        _ => bail!("the demo takes nothing but `--stay`: `cargo run --example demo -- --stay`"),
    };
    let begun = Instant::now();
    let stage = Stage::set().await?;
    play(&stage).await?;
    heading(&format!("The story went as told, in {:.1} s.", begun.elapsed().as_secs_f64()));
    if stay {
        stage.stay().await?;
    }
    stage.stop().await
}

async fn play(stage: &Stage) -> anyhow::Result<()> {
    deployment::as_it_was(stage).await?;
    stage.introduce();
    change::play(stage).await?;
    let next = emergency::play(stage).await?;
    freeze::play(stage, &next, &[emergency::LANE]).await?;
    deployment::play(stage, &next, &[emergency::LANE, freeze::FREEZE]).await?;
    tell("");
    stage.counted()?;
    the_readme_tells_so()
}

/// The README's excerpt must stand in what was told, to the letter.
fn the_readme_tells_so() -> anyhow::Result<()> {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```text\n").context("the README has no excerpt of the demo")?;
    let (excerpt, _) = rest.split_once("```").context("the README's excerpt has no end")?;
    ensure!(told().contains(excerpt), "the README's excerpt is not what the demo tells:\n{excerpt}");
    Ok(())
}
