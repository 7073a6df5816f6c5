//! What the process holds: when it has just begun, and when it has seen many pull requests.

use std::time::Duration;

use crate::Options;
use crate::figures::Figures;
use crate::scene::{Scene, check};

/// Pull requests of one installation: its 80 writes a minute suffice for them.
const OF_EACH: usize = 25;
/// How many are opened before their verdicts are waited for.
const AT_ONCE: usize = 500;

pub(crate) async fn play(options: &Options, figures: &mut Figures) -> anyhow::Result<()> {
    let alone = Scene::begin(options, 1).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    figures.add("memory at rest (resident)", alone.bot.memory_mb("VmRSS")?, "MB", Some(30.0));
    drop(alone);
    let scene = Scene::begin(options, options.pulls.div_ceil(OF_EACH)).await?;
    let mut opened = 0;
    while opened < options.pulls {
        let more = AT_ONCE.min(options.pulls - opened);
        let pulls: Vec<_> = (opened..opened + more).map(|number| scene.open(number)).collect();
        scene.until("a verdict on each", || pulls.iter().all(|pull| check(pull).is_some())).await?;
        scene.at_rest().await?;
        opened += more;
        drop(scene.github.take_log());
        eprintln!("{opened} pull requests: {:.1} MB", scene.bot.memory_mb("VmRSS")?);
    }
    let name = format!("memory after {opened} pull requests");
    figures.add(format!("{name} (resident)"), scene.bot.memory_mb("VmRSS")?, "MB", Some(60.0));
    figures.add(format!("{name} (most ever)"), scene.bot.memory_mb("VmHWM")?, "MB", None);
    Ok(())
}
