//! The command line: one file per subcommand.
//!
//! Only `serve` writes to GitHub; `backtest` and `init` read of it where they are told to. What decides is called here as the pipeline calls it, so that what an admin sees at
//! home is what the pull request will show.

mod backtest;
mod calendars;
mod check;
mod checkout;
mod completions;
mod evaluate;
mod explain;
mod github;
mod init;
mod life;
mod man;
mod migrate;
mod output;
mod past;
mod progress;
mod queue;
mod record;
mod replay;
mod schema;
mod serve;
mod sources;
mod surroundings;
mod template;
mod test;

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
    Serve(Box<serve::Serve>),

    /// Show every problem of policy files, before a pull request does.
    ///
    /// Each problem is shown with its line, the place in it, and what to do. An organisation's file and a repository's
    /// are read together, the one above the other. What can be read and cannot be meant is pointed out too: a rule that
    /// can never apply, approvals that nobody is left to give. Needs no server and no network.
    ///
    /// Ends with 0 where there is no error, 1 where there is one, 2 where a file cannot be read.
    #[command(after_help = "Example, from the root of a repository:\n  countersign check\n\n\
                            Both layers, for GitHub's code scanning:\n  \
                            countersign check ../.github/countersign.toml .github/countersign.toml --format sarif")]
    Check(check::Check),

    /// Show what policies would say to a pull request, without touching it.
    ///
    /// The pull request is a webhook's payload as GitHub sends it, or a facts file of yours (docs/commands.md). What
    /// neither tells is unknown, and what is unknown never passes. Given both, the facts file adds to the payload.
    /// Needs no server and no network.
    ///
    /// Ends with 0 where the change passes, 1 where it does not, 2 where a file is wrong.
    #[command(after_help = "Example, in a GitHub Actions workflow:\n  \
                            countersign evaluate --policy .github/countersign.toml --event \"$GITHUB_EVENT_PATH\"\n\n\
                            Example, made up:\n  \
                            echo '{\"body\": \"Risk: low\", \"files\": [\"src/pay.rs\"], \"reviews\": [\"bob\"]}' |\n    \
                            countersign evaluate --policy .github/countersign.toml --facts -")]
    Evaluate(evaluate::Evaluate),

    /// Try policies on changes that are written down, each with what is expected of it.
    ///
    /// Cases are the TOML files of folders `cases` beside a policy: `.github/cases/` of a repository, `cases/` of an
    /// organisation's `.github` (docs/commands.md). Says what came out otherwise, and which rules, factors and models no
    /// case reaches. Needs no server and no network.
    ///
    /// Ends with 0 where every case came out as expected, 1 where one did not, 2 where a file is wrong.
    #[command(after_help = "Example, from the root of a repository, again after each change of a file:\n  \
                            countersign test --watch")]
    Test(test::Test),

    /// Show what is read from a pull request's description.
    ///
    /// Each field of the change request with its state, its line and its value, and everything there is to say of the
    /// text. Needs no server and no network.
    #[command(after_help = "Example:\n  gh pr view 12 --json body --jq .body | countersign record -")]
    Record(record::Record),

    /// Say what a key, a diagnostic's code or a pack's rule means, with an example and the way out.
    ///
    /// Without a word it lists everything that can be explained. Needs no server and no network.
    #[command(after_help = "Example:\n  countersign explain bad-glob\n  countersign explain when.only_files\n  \
                            countersign explain baseline/peer")]
    Explain(explain::Explain),

    /// Print the JSON Schema of policy files, for editors.
    ///
    /// Every key with what it is, what it takes and what it is when left out, as draft 7. What depends on names or on
    /// the rest of a file is for `countersign check`.
    #[command(after_help = "Example, for editors with taplo (Even Better TOML):\n  \
                            countersign schema > countersign.schema.json\n  \
                            taplo check --schema \"file://$PWD/countersign.schema.json\" .github/countersign.toml")]
    Schema(schema::Schema),

    /// Print a pull request template that asks what policies ask.
    ///
    /// A heading for each field that every change has to answer, and for those that only some rules ask, with a hint
    /// that is no answer. An untouched template answers nothing.
    #[command(after_help = "Example, from the root of a repository:\n  \
                            countersign template > .github/pull_request_template.md")]
    Template(template::Template),

    /// Propose a policy for a repository, to watch with before it decides.
    ///
    /// Reads the pull request template, CODEOWNERS and the descriptions of merged pull requests, of a checkout and git's
    /// history or, with `--github`, of GitHub. Writes `.github/countersign.toml` in mode `observe`, and says what it
    /// found, how often each field of a change record is really filled, what to add to the template, and what comes
    /// next. A file that is there is left alone. Without `--github` it needs git for the history, and no network.
    #[command(after_help = "Example, from the root of a repository, with past descriptions, a file each:\n  \
                            countersign init --descriptions past\n\n\
                            The descriptions and files that GitHub has, as you may see them:\n  \
                            gh auth token | countersign init --github acme/shop --token-file -")]
    Init(Box<init::Init>),

    /// Show how the queue stands, and what was given up.
    ///
    /// Reads the database that the server writes; the server may run meanwhile. A row that failed ten times is dead: it
    /// waits for the next event of its pull request, or for `queue retry`.
    #[command(after_help = "Example:\n  countersign queue\n  countersign queue retry 'acme/shop#12'")]
    Queue(queue::Queue),

    /// Show how a change went from state to state.
    ///
    /// Each step with its instant, whose deed it was, the delivery that told of it, the decision that shows it and the
    /// policies in force (docs/life.md). Reads the database that the server writes; the server may run meanwhile.
    #[command(after_help = "Example:\n  countersign life 'acme/shop#12'")]
    Life(life::Life),

    /// Bring the database's tables to this version.
    ///
    /// The server does the same when it starts. Run it first where you want to see it done, or where the server's own
    /// account may not make tables.
    ///
    /// Ends with 0 where the tables are up to date, 1 where `--check` finds that they are not, 2 where they cannot be.
    #[command(after_help = "Example, before an upgrade:\n  countersign migrate --check")]
    Migrate(migrate::Migrate),

    /// Decide again what was decided, from what was known then, and compare.
    ///
    /// Every stored decision is made again from its snapshot by the rules of its time. Outcome and requirement states
    /// must be the same; where this very version decided, the texts too. Writes nothing and asks nothing of GitHub.
    ///
    /// Ends with 0 where all are the same, 1 where one differs or cannot be made again, 2 where the database cannot be
    /// read.
    #[command(after_help = "Example, after an upgrade:\n  countersign replay --since 7d")]
    Replay(replay::Replay),

    /// Show what a policy would have done to the changes that were decided.
    ///
    /// Each change counts once, by the last decision it was given while it was open. It is decided again from its
    /// snapshot, by the policies that were in force and with the new file in place of its layer's. Says how many would
    /// have come out differently, which, and why. Decides nothing and writes nothing to GitHub; what nobody fetched then
    /// is not known, and such changes are counted apart.
    ///
    /// Where nothing was decided yet, `--github` reads the pull requests that went in, into a file of its own. It can be
    /// interrupted: the same command goes on where it stopped.
    ///
    /// Ends with 0 whatever would have come out, 2 where a file is wrong or the database cannot be read.
    #[command(after_help = "Example, before a policy is put up for review:\n  \
                            countersign backtest --policy .github/countersign.toml --repository acme/shop --from 90d\n\n\
                            Before countersign has decided anything, with what you may see on GitHub:\n  \
                            gh auth token | countersign backtest --github acme/shop --token-file - \\\n    \
                            --export past.db --policy .github/countersign.toml")]
    Backtest(Box<backtest::Backtest>),

    /// Print completions for a shell.
    #[command(after_help = "Example, for bash:\n  countersign completions bash > \
                            ~/.local/share/bash-completion/completions/countersign")]
    Completions(completions::Completions),

    /// Print the manual page, of countersign or of one command.
    #[command(after_help = "Example:\n  countersign man check | man -l -")]
    Man(man::Man),
}

/// Runs what the command line asks for.
pub async fn run() -> ExitCode {
    let answered = match Cli::parse().command {
        Command::Serve(serve) => return Box::pin(serve.run()).await,
        Command::Check(check) => check.run().await,
        Command::Evaluate(evaluate) => evaluate.run(),
        Command::Record(record) => record.run(),
        Command::Test(test) => test.run(),
        Command::Explain(explain) => explain.run(),
        Command::Schema(schema) => schema.run(),
        Command::Template(template) => template.run(),
        Command::Init(init) => Box::pin(init.run()).await,
        Command::Queue(queue) => queue.run().await,
        Command::Life(life) => life.run().await,
        Command::Migrate(migrate) => migrate.run().await,
        Command::Replay(replay) => replay.run().await,
        Command::Backtest(backtest) => Box::pin(backtest.run()).await,
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    };
    answered.unwrap_or_else(|trouble| trouble.tell())
}
