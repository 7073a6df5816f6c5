//! `countersign serve`.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::clock::Clock;
use crate::logs;
use crate::server;
use crate::settings::{Problem, Settings, Written};

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    written: Written,
}

impl Serve {
    pub(super) async fn run(self) -> ExitCode {
        let settings = match self.written.with_file().map_err(|problem| vec![problem]).and_then(Written::settle) {
            Ok(settings) => settings,
            Err(problems) => return complain(&problems),
        };
        if let Err(error) = logs::begin(settings.log_format, &settings.log) {
            return complain(&[Problem {
                setting: "COUNTERSIGN_LOG",
                message: format!("does not take `{}`: {error:#}", settings.log),
                help: "`error`, `warn`, `info`, `debug`, or by part, as `warn,countersign=debug`",
            }]);
        }
        match serve(settings).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "stopped");
                ExitCode::FAILURE
            }
        }
    }
}

/// Settings are wrong before there is a log to write to.
fn complain(problems: &[Problem]) -> ExitCode {
    let mut stderr = std::io::stderr().lock();
    for problem in problems {
        // Nothing is left to tell where standard error is gone.
        let _ = writeln!(stderr, "error: {problem}");
    }
    let _ = writeln!(stderr, "\nall settings: `countersign serve --help`");
    ExitCode::from(2)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let listen = settings.listen;
    let app = App::open(settings, Clock::default()).await?;
    let listener =
        server::listen(listen).with_context(|| format!("cannot listen on `{listen}` (COUNTERSIGN_LISTEN)"))?;
    let stop = CancellationToken::new();
    stop_on_signal(&stop)?;
    app.run(listener, stop).await
}

/// SIGTERM and Ctrl-C ask to stop.
fn stop_on_signal(stop: &CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: no new work, what runs ends or is given back");
        stop.cancel();
    });
    Ok(())
}
