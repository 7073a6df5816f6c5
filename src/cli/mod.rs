//! The command line: one file per subcommand.

mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Change management in the pull request: a GitHub App that asks of every change what it is, why, how risky, who
/// approved it and how it is taken back, and answers with a check and at most one comment.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Receive GitHub's webhooks and answer on pull requests, until told to stop.
    ///
    /// It needs three things of a GitHub App of yours: its number, its private key and its webhook's secret. Everything
    /// else has a default. Each setting can be a flag, an environment variable or a line of a TOML file; a flag counts
    /// before the environment, the environment before the file.
    #[command(after_help = "Example, with the webhook's secret in COUNTERSIGN_WEBHOOK_SECRET:\n  \
                            countersign serve --github-app-id 12345 --github-app-private-key-file app.pem\n\n\
                            Then the App's webhook goes to PUBLIC-URL/github/webhook, and /healthz, /readyz and \
                            /metrics say whether all is well.")]
    Serve(serve::Serve),
}

/// Runs what the command line asks for.
pub async fn run() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(serve) => serve.run().await,
    }
}
