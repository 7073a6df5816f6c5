//! `countersign backtest`: what a policy would have done to the changes that were decided.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_domain::diagnostic::Severity;
use countersign_domain::layer::Layer;
use countersign_domain::policy::{self, Read, Source};
use jiff::{SignedDuration, Timestamp};

use super::github::FromGitHub;
use super::output::{self, Answered, Format, Trouble, at_most_one_stdin, print, print_json, yes};
use super::past;
use super::queue;
use super::replay::{Since, known, since};
use super::sources::{self, LayerName, PolicyFile};
use crate::backtest::{Bounds, Change, Question, Which, scan};
use crate::clock::Clock;
use crate::render::{effect, terminal};
use crate::settings::WrittenDatabase;
use crate::store::{Changes, Store};

#[derive(Debug, Args)]
pub(super) struct Backtest {
    #[command(flatten)]
    database: WrittenDatabase,

    /// Changes that `--export` wrote, in place of the database.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["github", "export"])]
    store: Option<PathBuf>,

    #[command(flatten)]
    github: FromGitHub,

    /// The policy file that is tried, in place of its layer's.
    #[arg(long, value_name = "FILE", required_unless_present = "export")]
    policy: Option<PathBuf>,

    /// Write the changes to this file, which is made, and try no policy. With `--github`, where what is read is kept:
    /// a file that is there is gone on with, and a policy may be tried on it.
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,

    /// The file that it is compared with [default: whatever was in force when each change was decided].
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,

    /// Which layer the files are [default: by their path, as `check` tells it].
    #[arg(long, value_name = "LAYER")]
    layer: Option<LayerName>,

    /// Only changes decided last from then on: an instant, a day or a length of time, such as `90d`
    /// [default: all; with `--github` 90d].
    #[arg(long, value_name = "WHEN", value_parser = since)]
    from: Option<Since>,

    /// Only this repository's changes [default: those of all repositories].
    #[arg(long, value_name = "OWNER/NAME", conflicts_with = "github")]
    repository: Option<String>,

    /// Changes that failed, a line each, `OWNER/NAME#NUMBER`: how many of them would have been held.
    #[arg(long, value_name = "FILE")]
    outcomes: Option<PathBuf>,

    /// How the result is written.
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

impl Backtest {
    pub(super) async fn run(self) -> Answered {
        let files = self.policy.iter().chain(&self.against).chain(&self.outcomes).chain(self.github.files());
        at_most_one_stdin(files)?;
        let question = self.policy.as_deref().map(|policy| self.question(policy)).transpose()?;
        let failed = self.outcomes.as_deref().map(failed).transpose()?;
        if self.github.is_wanted() {
            return self.with_github(question, failed).await;
        }
        if self.export.is_some() && (question.is_some() || failed.is_some() || self.against.is_some()) {
            let trouble = Trouble::new("`--export` tries no policy");
            return Err(trouble.help("`--store FILE` tries one on what was exported"));
        }
        let store = match &self.store {
            Some(file) => exported(file).await?,
            None => queue::opened(self.database).await?,
        };
        let repository = match &self.repository {
            Some(name) => Some(known(&store, name).await?),
            None => None,
        };
        let since = self.from.map_or(Timestamp::MIN, Since::instant);
        if let Some(file) = &self.export {
            return export(&store, file, &Changes { since, repository, owner: None, at_most: u32::MAX }).await;
        }
        let question = question.ok_or_else(|| Trouble::new("there is no policy to try"))?;
        let which = Which { since, repository, owner: None, except: None };
        tried(&store, question, which, failed.as_ref(), self.format).await
    }

    /// With what went in as GitHub tells it, where nothing was decided about it.
    async fn with_github(self, question: Option<Question>, failed: Option<BTreeSet<Change>>) -> Answered {
        let ninety_days = Since::Ago(SignedDuration::from_hours(90 * 24));
        let since = self.from.unwrap_or(ninety_days).instant();
        let Some(file) = self.export else {
            let trouble = Trouble::new("`--github` needs `--export FILE`");
            return Err(trouble.help("what is read is kept there, and the same command goes on where it stopped"));
        };
        let filled = past::filled(self.github, self.database, &file, since).await?;
        let Some(question) = question else {
            print(&filled.for_people(&file))?;
            return Ok(yes(true));
        };
        let which = Which { since, repository: Some(filled.repository), owner: None, except: None };
        tried(&filled.store, question, which, failed.as_ref(), self.format).await
    }

    /// What is asked. A file that is wrong would pass nothing, which is no answer: `check` tells what is wrong with it.
    fn question(&self, policy: &Path) -> Result<Question, Trouble> {
        let (layer, new) = self.file(policy)?;
        let against = match &self.against {
            None => None,
            Some(path) => {
                let (other, text) = self.file(path)?;
                if other != layer {
                    let message = "the two policies are of different layers";
                    return Err(Trouble::new(message).help("`--layer` says which one both are"));
                }
                Some(text)
            }
        };
        Ok(Question { layer, new: Some(new), against, base: None })
    }

    fn file(&self, path: &Path) -> Result<(Layer, String), Trouble> {
        let files = sources::read(&[path.to_owned()], self.layer)?;
        let file = files.first().ok_or_else(|| Trouble::new("there is no policy"))?;
        refuse_errors(file)?;
        Ok((file.layer, file.text.clone()))
    }
}

/// Tries a policy, and says what came of it.
async fn tried(
    store: &Store,
    question: Question,
    which: Which,
    failed: Option<&BTreeSet<Change>>,
    format: Format,
) -> Answered {
    let effect = scan(store, question, which, Bounds::NONE).await?;
    match format {
        Format::Terminal => print(&effect::terminal(&effect, failed))?,
        Format::Json => print_json(&effect::json(&effect, failed))?,
    }
    Ok(yes(true))
}

/// The changes of a file that `--export` wrote.
pub(super) async fn exported(file: &Path) -> Result<Store, Trouble> {
    if !file.is_file() {
        let trouble = Trouble::new(format!("there is no file `{}`", output::name(file)));
        return Err(trouble.help("`countersign backtest --export FILE` writes one"));
    }
    queue::open(&address(file)).await
}

/// A file as the address of a database.
pub(super) fn address(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

async fn export(store: &Store, file: &Path, which: &Changes) -> Answered {
    if file.exists() {
        let trouble = Trouble::new(format!("`{}` is there already", output::name(file)));
        return Err(trouble.help("give the name of a file that is to be made"));
    }
    let to = Store::open(&address(file), Clock::default()).await?;
    to.migrate().await?;
    let copied = store.export_changes(&to, which).await?;
    print(&format!("wrote {} to `{}`\n", output::counted(copied, "change"), output::name(file)))?;
    Ok(yes(true))
}

/// What is wrong with a file by itself. What the layers above define is known for each change alone.
fn refuse_errors(file: &PolicyFile) -> Result<(), Trouble> {
    let unread = Source {
        layer: Layer::Organisation,
        path: String::new(),
        read: Read::Unreachable(String::new()),
        last_good: None,
    };
    let mut layers = sources::sources(&[file]);
    if file.layer > Layer::Organisation {
        layers.insert(0, unread);
    }
    let (_, diagnostics) = policy::load(&layers);
    let errors: Vec<_> = diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    if errors.is_empty() {
        return Ok(());
    }
    let texts = sources::texts(&[file]);
    let shown: Vec<String> = errors.iter().map(|error| terminal::diagnostic(error, &texts, false)).collect();
    output::remark(&format!("{}\n", shown.join("\n")));
    let message = format!("`{}` has {}", file.name, output::counted(errors.len(), "error"));
    Err(Trouble::new(message).help("a wrong policy passes nothing; `countersign check` shows everything"))
}

/// The changes that a file says failed: the first word of each line; what follows, and lines that begin with `#`, is for
/// people.
fn failed(path: &Path) -> Result<BTreeSet<Change>, Trouble> {
    let text = output::read(path)?;
    let lines = text.lines().enumerate().map(|(place, line)| (place + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let (mut failed, mut troubles) = (BTreeSet::new(), Vec::new());
    for (number, line) in lines {
        let word = line.split([',', ';', ' ', '\t']).next().unwrap_or_default();
        match change(word) {
            Some(change) => drop(failed.insert(change)),
            None => {
                let name = output::name(path);
                let trouble = Trouble::new(format!("`{name}`, line {number}: `{word}` is no change"));
                troubles.push(trouble.help("each line begins with one, as `OWNER/NAME#NUMBER`"));
            }
        }
    }
    Trouble::all(troubles)?;
    Ok(failed)
}

fn change(word: &str) -> Option<Change> {
    let (repository, number) = word.split_once('#')?;
    let is_repository = repository.split_once('/').is_some_and(|(owner, name)| !owner.is_empty() && !name.is_empty());
    let number = number.parse().ok().filter(|_| is_repository)?;
    Some(Change { repository: repository.to_lowercase(), number })
}
