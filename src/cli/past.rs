//! A file of changes for `countersign backtest --github`: those that the server decided, and from GitHub's history those
//! that nobody did.

use std::path::Path;

use jiff::Timestamp;

use super::backtest::address;
use super::github::{FromGitHub, Repository, refused};
use super::output::{Trouble, counted, name};
use super::progress::Progress;
use super::queue;
use crate::clock::Clock;
use crate::github;
use crate::history::{self, Filled, Wanted};
use crate::pipeline::Pipeline;
use crate::render::escape::visible;
use crate::settings::WrittenDatabase;
use crate::store::{Changes, Store};
use crate::telemetry::Telemetry;

/// What is in the file now.
pub(super) struct Past {
    /// The file.
    pub(super) store: Store,
    /// The repository's number.
    pub(super) repository: u64,
    /// How many were taken from the server's database.
    copied: usize,
    filled: Filled,
}

impl Past {
    pub(super) fn for_people(&self, file: &Path) -> String {
        let Filled { read, .. } = self.filled;
        let of_database = match self.copied {
            0 => String::new(),
            copied => format!(" and {} of the database", counted(copied, "change")),
        };
        format!("wrote {} of GitHub's history{of_database} to `{}`\n", counted(read, "change"), name(file))
    }
}

/// Brings the file up to what the database and GitHub have since then.
pub(super) async fn filled(
    github: FromGitHub,
    database: WrittenDatabase,
    file: &Path,
    since: Timestamp,
) -> Result<Past, Trouble> {
    let is_app = github.is_app();
    let settings = database.settings().map(Path::to_path_buf);
    // Nothing is asked of GitHub before the databases are known to be right.
    let server = if database.is_named() { Some(queue::opened(database).await?) } else { None };
    let to = opened(file).await?;
    let repository = github.repository(settings.as_deref()).await?;
    let repository = repository.ok_or_else(|| Trouble::new("no repository is named"))?;
    let copied = match &server {
        Some(server) => copied(server, &to, &repository, since).await?,
        None => 0,
    };
    // The App's budget is one row for all who ask as it; that of a token is its own.
    let budget = server.filter(|_| is_app).unwrap_or_else(|| to.clone());
    let filled = read(&repository, budget, &to, since, file).await?;
    for (number, why) in &filled.unreadable {
        let Repository { owner, name, .. } = &repository;
        super::output::remark(&format!("{owner}/{name}#{number} is left out: {}\n", visible(why)));
    }
    let known = to.repository_called(&repository.owner, &repository.name).await?;
    // Where nothing went in there is no such repository in the file, and no change to be tried.
    Ok(Past { store: to, repository: known.unwrap_or_default(), copied, filled })
}

/// The file, made where there is none.
async fn opened(file: &Path) -> Result<Store, Trouble> {
    if !file.exists() {
        let store = Store::open(&address(file), Clock::default()).await?;
        store.migrate().await?;
        return Ok(store);
    }
    let store = queue::open(&address(file)).await?;
    if store.may_be_export().await? {
        return Ok(store);
    }
    let trouble = Trouble::new(format!("`{}` is the database of a server", name(file)));
    Err(trouble.help("give a file that is to be made, or one that `--export` made"))
}

/// What the server decided is taken as it was decided.
async fn copied(server: &Store, to: &Store, repository: &Repository, since: Timestamp) -> Result<usize, Trouble> {
    let Some(number) = server.repository_called(&repository.owner, &repository.name).await? else { return Ok(0) };
    let which = Changes { since, repository: Some(number), owner: None, at_most: u32::MAX };
    Ok(server.export_changes(to, &which).await?)
}

async fn read(
    repository: &Repository,
    budget: Store,
    to: &Store,
    since: Timestamp,
    file: &Path,
) -> Result<Filled, Trouble> {
    let Repository { owner, name, installation } = repository;
    let pipeline = Pipeline::of_history(budget, installation.github().clone(), Telemetry::new());
    let mut bar = Progress::new();
    let wanted = Wanted { repository: (owner, name), since, to };
    let filled = history::fill(&pipeline, installation, wanted, |told| match told {
        history::Progress::Listed { merged, there } => {
            let merged = counted(merged, "pull request");
            bar.say(&format!("{merged} of `{owner}/{name}` went in since {since:.0}, {there} of them known already"));
        }
        history::Progress::Read { done, of } => bar.at(done, of),
        history::Progress::Waiting { until, why } => bar.waits(until, &visible(&why)),
    })
    .await;
    bar.clear();
    filled.map_err(|error| match error.downcast_ref::<github::Error>() {
        // GitHub's own word, before anything was read.
        Some(told) => refused(told, &format!("{owner}/{name}")),
        None => {
            let kept = format!("what was read is kept in `{}`: the same command goes on from there", file.display());
            Trouble::new(format!("{error:#}")).help(kept)
        }
    })
}
