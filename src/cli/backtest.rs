//! `countersign backtest`: what a policy would have done to the changes that were decided.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_domain::diagnostic::Severity;
use countersign_domain::layer::Layer;
use countersign_domain::policy::{self, Read, Source};
use jiff::Timestamp;

use super::output::{self, Answered, Format, Trouble, print, print_json, yes};
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
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,

    /// The policy file that is tried, in place of its layer's.
    #[arg(long, value_name = "FILE", required_unless_present = "export")]
    policy: Option<PathBuf>,

    /// Write the changes to this file, which is made, and try no policy.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["policy", "against", "layer", "outcomes", "store"])]
    export: Option<PathBuf>,

    /// The file that it is compared with [default: whatever was in force when each change was decided].
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,

    /// Which layer the files are [default: by their path, as `check` tells it].
    #[arg(long, value_name = "LAYER")]
    layer: Option<LayerName>,

    /// Only changes decided last from then on: an instant, a day or a length of time, such as `90d`.
    #[arg(long, value_name = "WHEN", value_parser = since)]
    from: Option<Since>,

    /// Only this repository's changes [default: those of all repositories].
    #[arg(long, value_name = "OWNER/NAME")]
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
        let question = self.policy.as_deref().map(|policy| self.question(policy)).transpose()?;
        let failed = self.outcomes.as_deref().map(failed).transpose()?;
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
        let effect = scan(&store, question, which, Bounds::NONE).await?;
        match self.format {
            Format::Terminal => print(&effect::terminal(&effect, failed.as_ref()))?,
            Format::Json => print_json(&effect::json(&effect, failed.as_ref()))?,
        }
        Ok(yes(true))
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

/// The changes of a file that `--export` wrote.
pub(super) async fn exported(file: &Path) -> Result<Store, Trouble> {
    if !file.is_file() {
        let trouble = Trouble::new(format!("there is no file `{}`", output::name(file)));
        return Err(trouble.help("`countersign backtest --export FILE` writes one"));
    }
    queue::open(&address(file)).await
}

/// A file as the address of a database.
fn address(file: &Path) -> String {
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
