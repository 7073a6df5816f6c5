//! What `countersign check` may know besides the policy files: the files of the repository and the sizes of teams.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use countersign_domain::account::TeamName;
use countersign_domain::diagnostic::Diagnostic;
use countersign_domain::layer::Layer;
use countersign_domain::policy::{self, PolicySet};
use jiff::Timestamp;
use serde::Deserialize;

use super::backtest::exported;
use super::output::{self, Trouble};
use super::sources::PolicyFile;
use crate::backtest::missed;

/// The flags.
#[derive(Debug, Args)]
pub(super) struct Around {
    /// How many people each team has, in TOML or JSON (docs/commands.md).
    #[arg(long, value_name = "FILE")]
    org: Option<PathBuf>,

    /// The files of the repository, one path a line, or `-` [default: what git lists where the policy stands].
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,

    /// Changes that `backtest` exported: which risk factors none of them would have hit.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,

    /// How many of those changes are looked at, the last ones.
    #[arg(long, value_name = "N", default_value_t = 1_000, requires = "store")]
    last: u32,
}

/// What is known besides the policy files.
#[derive(Debug)]
pub(super) struct Surroundings {
    now: Timestamp,
    teams: BTreeMap<TeamName, u32>,
    /// The files that were listed by hand; else git is asked.
    listed: Option<Vec<String>>,
    /// Where the changes of the past are, and how many of them are looked at.
    past: Option<(PathBuf, u32)>,
}

/// The file of `--org`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Org {
    teams: BTreeMap<String, u32>,
}

impl Around {
    /// Standard input can be read once, whatever for.
    pub(super) fn at_most_one_stdin(&self, policies: &[PathBuf]) -> Result<(), Trouble> {
        output::at_most_one_stdin(policies.iter().chain(&self.org).chain(&self.files_from))
    }

    pub(super) fn read(&self, now: Timestamp) -> Result<Surroundings, Trouble> {
        let teams = self.org.as_deref().map(teams).transpose()?.unwrap_or_default();
        let listed = self.files_from.as_deref().map(output::read).transpose()?;
        let listed = listed.map(|text| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect());
        let past = self.store.clone().map(|store| (store, self.last));
        Ok(Surroundings { now, teams, listed, past })
    }
}

impl Surroundings {
    /// What the policies of a stack say well and cannot mean.
    pub(super) async fn lint(&self, set: &PolicySet, stack: &[&PolicyFile]) -> Result<Vec<Diagnostic>, Trouble> {
        let texts: Vec<(Layer, &str)> = stack.iter().map(|file| (file.layer, file.text.as_str())).collect();
        let own = stack.iter().find(|file| file.layer == Layer::Repository);
        let asked = || own.and_then(|file| files_beside(&file.path));
        let files = self.listed.clone().or_else(asked);
        let missed = match &self.past {
            Some((store, last)) => {
                let files: Vec<(Layer, String)> =
                    texts.iter().map(|(layer, text)| (*layer, (*text).to_owned())).collect();
                Some(missed(&exported(store).await?, &files, *last).await?)
            }
            None => None,
        };
        let (teams, files, missed) = (&self.teams, files.as_deref(), missed.as_ref());
        Ok(policy::lint(set, &policy::Surroundings { texts: &texts, now: self.now, teams, files, missed }))
    }
}

/// The sizes of teams; JSON where it starts as JSON does.
fn teams(path: &Path) -> Result<BTreeMap<TeamName, u32>, Trouble> {
    let text = output::read(path)?;
    let read: Result<Org, String> = match text.trim_start().starts_with('{') {
        true => serde_json::from_str(&text).map_err(|error| error.to_string()),
        false => toml::from_str(&text).map_err(|error| error.message().to_owned()),
    };
    let wrong = |why: &str| {
        let message = format!("`{}` says not how large teams are: {why}", output::name(path));
        Trouble::new(message).help("a table `[teams]` with lines such as `\"acme/cab\" = 4`")
    };
    let sizes = read.map_err(|why| wrong(&why))?.teams;
    let team = |(name, size): (String, u32)| match TeamName::parse(&name) {
        Some(team) => Ok((team, size)),
        None => Err(wrong(&format!("`{name}` is no team"))),
    };
    sizes.into_iter().map(team).collect()
}

/// What git lists in the checkout in which a policy file stands where it belongs; `None` where it is in none.
fn files_beside(policy: &Path) -> Option<Vec<String>> {
    let whole = std::path::absolute(policy).ok()?;
    let folder = whole.parent().filter(|folder| folder.file_name().is_some_and(|name| name == ".github"))?;
    let root = folder.parent().filter(|root| root.join(".git").exists())?;
    // A checkout's own settings are not to start anything.
    let git = Command::new("git").args(["-c", "core.fsmonitor=false", "ls-files", "-z"]).current_dir(root).output();
    let listed = git.ok().filter(|ran| ran.status.success())?;
    let paths = listed.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    let paths: Vec<String> = paths.map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    // Nothing is added yet: everything would be missing.
    (!paths.is_empty()).then_some(paths)
}
