//! `countersign serve` as a process of its own, and what the kernel knows of it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use github_stand_in::GitHub;

/// The kernel counts CPU time in hundredths of a second (`man 5 proc`, `sysconf(_SC_CLK_TCK)`: 100 on Linux).
const TICK_MS: f64 = 10.0;

/// The process; it ends with this.
pub(crate) struct Bot {
    child: Child,
    log: PathBuf,
    address: String,
}

impl Bot {
    /// Starts it with the settings that it has by default, and waits until it is ready.
    pub(crate) async fn start(
        binary: &Path,
        github: &GitHub,
        database: &str,
        directory: &Path,
    ) -> anyhow::Result<Self> {
        let log = directory.join("bot.log");
        let mut command = Command::new(binary);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERSIGN_")) {
            command.env_remove(name);
        }
        let child = command
            .arg("serve")
            .env("COUNTERSIGN_LISTEN", "127.0.0.1:0")
            .env("COUNTERSIGN_PUBLIC_URL", "https://countersign.example.org")
            .env("COUNTERSIGN_DATABASE_URL", database)
            .env("COUNTERSIGN_GITHUB_API_URL", github.rest_url())
            .env("COUNTERSIGN_GITHUB_APP_ID", github.app_id().to_string())
            .env("COUNTERSIGN_GITHUB_APP_PRIVATE_KEY", github.private_key_pem())
            .env("COUNTERSIGN_WEBHOOK_SECRET", github.webhook_secret())
            .env("COUNTERSIGN_LOG_FORMAT", "json")
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .spawn()
            .with_context(|| format!("`{}` does not start", binary.display()))?;
        let mut bot = Self { child, log, address: String::new() };
        bot.until_ready().await?;
        Ok(bot)
    }

    async fn until_ready(&mut self) -> anyhow::Result<()> {
        let client = reqwest::Client::new();
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(120) {
            if let Some(ended) = self.child.try_wait()? {
                bail!("the bot ended: {ended}\n{}", fs::read_to_string(&self.log)?);
            }
            if let Some(address) = self.listens_on() {
                self.address = address;
                let ready = client.get(format!("http://{}/readyz", self.address)).send().await;
                if ready.is_ok_and(|answer| answer.status().is_success()) {
                    return Ok(());
                }
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("the bot does not get ready\n{}", fs::read_to_string(&self.log)?)
    }

    /// It says so in its log.
    fn listens_on(&self) -> Option<String> {
        let log = fs::read_to_string(&self.log).ok()?;
        let line = log.lines().find(|line| line.contains("\"serving\""))?;
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(line["address"].as_str()?.to_owned())
    }

    /// Address and port of its door.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The last lines of its log.
    pub(crate) fn log(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// CPU time that it has used so far, of all its threads, its own and the kernel's for it, in milliseconds.
    pub(crate) fn cpu_ms(&self) -> anyhow::Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in brackets may hold anything; utime and stime are the 12th and 13th word after it.
        let after = stat.rsplit_once(')').context("an odd /proc/PID/stat")?.1;
        let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        Ok(ticks.sum::<Result<f64, _>>()? * TICK_MS)
    }

    /// The sum of a counter that it shows at `/metrics`, over all its labels.
    pub(crate) async fn metric(&self, name: &str) -> anyhow::Result<f64> {
        let text = reqwest::get(format!("http://{}/metrics", self.address)).await?.text().await?;
        let values = text.lines().filter(|line| line.starts_with(name)).filter_map(|line| line.split(' ').next_back());
        Ok(values.filter_map(|value| value.parse::<f64>().ok()).sum())
    }

    /// A line of `/proc/PID/status` in kB, such as `VmRSS`, in MB.
    pub(crate) fn memory_mb(&self, line: &str) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let found = status.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(':'));
        let kb = found.with_context(|| format!("no `{line}`"))?.trim().trim_end_matches(" kB");
        Ok(kb.parse::<f64>()? / 1024.0)
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
