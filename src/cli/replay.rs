//! `countersign replay`: stored decisions made again from their snapshots, and compared.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use clap::Args;
use countersign_domain::decision::{Decision, SEMANTICS};
use countersign_domain::plan::{Effect, Refusals};
use jiff::{SpanRelativeTo, Timestamp, civil};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::output::{Answered, Format, Trouble, counted, print, print_json, yes};
use super::queue;
use crate::backtest::{Parts, Policies};
use crate::clock::Clock;
use crate::pipeline::decision_with;
use crate::render::escape::visible;
use crate::render::{self, Context};
use crate::settings::WrittenDatabase;
use crate::store::snapshot::{self, Snapshot};
use crate::store::{Past, Recorded, Store};

/// How many decisions are read at a time.
const PAGE: u32 = 200;

#[derive(Debug, Args)]
pub(super) struct Replay {
    #[command(flatten)]
    database: WrittenDatabase,

    /// GitHub's REST address as the server has it: the texts link to its pages [default: `https://api.github.com`].
    #[arg(long, env = "COUNTERSIGN_GITHUB_API_URL", value_name = "URL")]
    github_api_url: Option<String>,

    /// Only decisions from then on: an instant, a day or a length of time, such as `7d`.
    #[arg(long, value_name = "WHEN", value_parser = since)]
    since: Option<Since>,

    /// Only decisions on this repository's pull requests.
    #[arg(long, value_name = "OWNER/NAME")]
    repository: Option<String>,

    /// Only so many, the newest.
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,

    /// How the result is written.
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

/// From when on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Since {
    Instant(Timestamp),
    Ago(jiff::SignedDuration),
}

impl Since {
    /// The instant that is meant.
    pub(super) fn instant(self) -> Timestamp {
        match self {
            Self::Instant(at) => at,
            Self::Ago(ago) => Clock::default().now().checked_sub(ago).unwrap_or(Timestamp::MIN),
        }
    }
}

pub(super) fn since(text: &str) -> Result<Since, String> {
    let day = |day: civil::Date| Some(Since::Instant(day.in_tz("UTC").ok()?.timestamp()));
    let ago = |span: jiff::Span| Some(Since::Ago(span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?.abs()));
    let instant = text.parse().ok().map(Since::Instant);
    let found = instant.or_else(|| text.parse().ok().and_then(day)).or_else(|| text.parse().ok().and_then(ago));
    found.ok_or_else(|| "an instant (`2026-11-23T08:00:00Z`), a day (`2026-11-23`) or a time ago (`7d`)".to_owned())
}

/// A decision that cannot be vouched for.
struct Different {
    recorded: Recorded,
    differences: Vec<String>,
}

impl Replay {
    pub(super) async fn run(self) -> Answered {
        let database = self.database.settle(self.github_api_url)?;
        let store = queue::open(database.url.expose_secret()).await?;
        let repository = match &self.repository {
            Some(name) => Some(known(&store, name).await?),
            None => None,
        };
        let since = self.since.map(Since::instant);
        let mut replaying = Replaying::new(&store, database.pages);
        let mut past = Past { since, repository, before: None };
        let mut left = self.limit.unwrap_or(u32::MAX);
        while left > 0 {
            let page = store.past(&past, left.min(PAGE)).await?;
            let Some(last) = page.last() else { break };
            past.before = Some(last.id);
            left -= u32::try_from(page.len()).unwrap_or(left);
            replaying.page(page).await?;
        }
        let good = replaying.different.is_empty();
        match self.format {
            Format::Terminal => print(&replaying.for_people().await?)?,
            Format::Json => print_json(&replaying.for_programs())?,
        }
        Ok(yes(good))
    }
}

/// The number of the repository of that name.
pub(super) async fn known(store: &Store, name: &str) -> Result<u64, Trouble> {
    let (owner, short) = name
        .split_once('/')
        .ok_or_else(|| Trouble::new(format!("`{name}` is no repository")).help("write it as `OWNER/NAME`"))?;
    let found = store.repository_called(owner, short).await?;
    found.ok_or_else(|| Trouble::new(format!("the database knows no repository `{name}`")))
}

struct Replaying<'a> {
    store: &'a Store,
    pages: String,
    shelf: Parts,
    policies: Policies,
    same: usize,
    different: Vec<Different>,
}

impl<'a> Replaying<'a> {
    fn new(store: &'a Store, pages: String) -> Self {
        let (shelf, policies) = (Parts::default(), Policies::default());
        Self { store, pages, shelf, policies, same: 0, different: Vec::new() }
    }

    async fn page(&mut self, page: Vec<Recorded>) -> Result<(), Trouble> {
        let names = page.iter().flat_map(|recorded| &recorded.parts);
        let packed = self.shelf.missing(self.store, names).await?;
        self.shelf.take(packed);
        for recorded in page {
            let differences = self.differences(&recorded).unwrap_or_else(|why| vec![why]);
            if differences.is_empty() {
                self.same += 1;
            } else {
                self.different.push(Different { recorded, differences });
            }
        }
        Ok(())
    }

    /// Where the decision, made again, differs from the stored one; or why it cannot be made again.
    fn differences(&mut self, recorded: &Recorded) -> Result<Vec<String>, String> {
        let parts = self.shelf.of(&recorded.parts)?;
        let stored = snapshot::stored_outcome(&parts).map_err(|error| error.to_string())?;
        if recorded.semantics != SEMANTICS || stored.semantics() != SEMANTICS {
            let semantics = if recorded.semantics == SEMANTICS { stored.semantics() } else { recorded.semantics };
            return Err(format!(
                "it follows the rules numbered {semantics}, and this version has those of {SEMANTICS}"
            ));
        }
        let restored = snapshot::restore(&parts).map_err(|error| error.to_string())?;
        let decision = self.decide(&restored);
        let mut differences = snapshot::differences(&stored, &decision);
        differences.extend(beside(recorded, &decision));
        let shown = snapshot::stored_shown(&parts).map_err(|error| error.to_string())?;
        // Of what was read after it went in nothing was posted.
        let posted = !recorded.parts.iter().any(|(kind, _)| kind == "history");
        if posted
            && recorded.engine == env!("CARGO_PKG_VERSION")
            && !self.same_texts(recorded, &restored, shown, &decision)
        {
            differences.push("the texts differ from those that were posted".to_owned());
        }
        Ok(differences)
    }

    fn decide(&mut self, snapshot: &Snapshot) -> Decision {
        let Snapshot { facts, sources, packs, templates } = snapshot;
        let loaded = self.policies.of(sources, packs);
        decision_with(&loaded.set, &loaded.fields, facts, templates)
    }

    /// Whether the check run reads as it did, byte for byte. Where no policy asks anything that depends on what was shown
    /// before, which earlier versions did not keep.
    fn same_texts(
        &self,
        recorded: &Recorded,
        snapshot: &Snapshot,
        shown: Option<(Effect, Refusals)>,
        decision: &Decision,
    ) -> bool {
        let (repository, change) = (&snapshot.facts.repository, &snapshot.facts.change);
        let reads = |effect: Effect, refusals: Refusals| {
            let context = Context {
                server: self.pages.clone(),
                owner: repository.owner.clone(),
                repository: repository.name.clone(),
                number: change.number,
                author: change.author.clone(),
                effect,
                refusals,
                // It shows in the comment alone.
                went_in: None,
                explain: false,
            };
            let run = render::answer(decision, &context).run;
            run.map(|run| run.fingerprint).unwrap_or_default() == recorded.texts
        };
        let any = [Effect::None, Effect::Holds, Effect::Vouches];
        match shown {
            Some((effect, refusals)) => reads(effect, refusals),
            None => any.into_iter().any(|effect| reads(effect, Refusals::default())),
        }
    }

    async fn for_people(&self) -> Result<String, Trouble> {
        let mut out = String::new();
        let mut names: BTreeMap<u64, String> = BTreeMap::new();
        for Different { recorded, differences } in &self.different {
            let name = match names.entry(recorded.repository) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let row = self.store.repository(recorded.repository).await?;
                    place.insert(row.map_or_else(
                        || format!("repository {}", recorded.repository),
                        |row| format!("{}/{}", row.name.owner, row.name.name),
                    ))
                }
            };
            let (number, as_of, id) = (recorded.number, recorded.as_of, recorded.id);
            out.push_str(&format!(
                "{}#{number} at {as_of}, by countersign {} ({id})\n",
                visible(name),
                visible(&recorded.engine)
            ));
            for difference in differences {
                out.push_str(&format!("  {}\n", visible(difference)));
            }
        }
        let count = counted(self.same + self.different.len(), "decision");
        let verdict = match self.different.len() {
            0 => "none differs".to_owned(),
            1 => "1 differs".to_owned(),
            more => format!("{more} differ"),
        };
        out.push_str(&format!("{count} replayed, {verdict}\n"));
        Ok(out)
    }

    fn for_programs(&self) -> serde_json::Value {
        let different: Vec<_> = self
            .different
            .iter()
            .map(|Different { recorded, differences }| {
                json!({
                    "id": recorded.id.to_string(),
                    "repository": recorded.repository,
                    "number": recorded.number,
                    "as_of": recorded.as_of.to_string(),
                    "engine": recorded.engine,
                    "differences": differences,
                })
            })
            .collect();
        json!({
            "version": 1,
            "replayed": self.same + self.different.len(),
            "same": self.same,
            "different": different,
        })
    }
}

/// What is kept beside the snapshot and must say the same.
fn beside(recorded: &Recorded, decision: &Decision) -> Vec<String> {
    let pairs = [
        ("the outcome in the list of decisions", recorded.outcome.name(), decision.outcome.name()),
        ("the own outcome in the list of decisions", recorded.own_outcome.name(), decision.own_outcome.name()),
        ("the name of the check in the list of decisions", &recorded.check_name, &decision.check_name),
        ("the head in the list of decisions", recorded.head.as_str(), decision.head.as_str()),
    ];
    let differs = pairs.into_iter().filter(|(_, was, is)| was != is);
    let mut differences: Vec<_> = differs.map(|(what, was, is)| format!("{what}: was `{was}`, is `{is}`")).collect();
    if recorded.as_of.as_millisecond() != decision.as_of.as_millisecond() {
        differences.push(format!("the instant: was `{}`, is `{}`", recorded.as_of, decision.as_of));
    }
    differences
}
