//! The whole bot under load: the real binary as a process of its own, beside a stand-in GitHub.
//!
//! `cargo bench --bench load` plays everything and prints one table; `-- --json` prints it for machines, `-- --only
//! burst` plays one part, `-- --help` names the rest. What is to be reached, and what was measured, is in
//! docs/figures.md. Times want a machine that does nothing else; counts and CPU time do not mind.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures are there to be read")]

mod bot;
mod burst;
mod events;
mod figures;
mod memory;
mod scene;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use figures::Figures;

/// Measures countersign against a stand-in GitHub.
#[derive(Debug, Parser)]
struct Options {
    /// Play this part alone.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// How many pull requests are opened, reviewed and pushed to, one after the other.
    #[arg(long, default_value_t = 50)]
    events: usize,
    /// How long the stand-in takes to answer, in milliseconds.
    #[arg(long, default_value_t = 50)]
    latency: u64,
    /// How many deliveries arrive at once.
    #[arg(long, default_value_t = 400)]
    burst: usize,
    /// How many pull requests there are when the memory is read for the second time.
    #[arg(long, default_value_t = 10_000)]
    pulls: usize,
    /// The binary that is measured.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_countersign"))]
    bot: PathBuf,
    /// The database's address [default: SQLite in a temporary directory].
    #[arg(long)]
    database: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// What `cargo bench` says.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Calls, time and CPU for each event, one after the other.
    Events,
    /// Deliveries that arrive all at once.
    Burst,
    /// Memory at rest and after many pull requests.
    Memory,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if !options.bench {
        eprintln!("nothing is measured by `cargo test`: use `cargo bench --bench load`");
        return Ok(());
    }
    let plays = |part| options.only.is_none_or(|only| only == part);
    let mut figures = Figures::default();
    if plays(Part::Events) {
        events::play(&options, &mut figures).await?;
    }
    if plays(Part::Burst) {
        burst::play(&options, &mut figures).await?;
    }
    if plays(Part::Memory) {
        memory::play(&options, &mut figures).await?;
    }
    println!("{}", if options.json { figures.json() } else { figures.table() });
    Ok(())
}
