//! The command line: one file per subcommand.

mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Change management in the pull request: a GitHub App that asks of every change what, why, how risky, who approved
/// it and how it is backed out, and answers with a check and at most one comment.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Receive webhooks and answer pull requests, until told to stop.
    ///
    /// Every setting can be given as a flag, as an environment variable, or in a TOML file (`--settings FILE`, keys
    /// named as the flags with `_` for `-`); the first of them that says it counts.
    Serve(serve::Serve),
}

/// Runs what the command line asks for.
pub async fn run() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(serve) => serve.run().await,
    }
}
