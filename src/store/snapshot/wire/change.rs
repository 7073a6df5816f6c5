//! The part `change`: what differs from decision to decision, and the references to all else.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::facts::{self, Facts};
use countersign_domain::policy;
use countersign_domain::record::Template;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::Snapshot;
use super::super::error::Error;
use super::super::shelf::{Content, Cut, Ref, Shelf};
use super::account::Account;
use super::asked::Asked;
use super::checks::Checks;
use super::commands::Commands;
use super::commits::Commits;
use super::diffs::Diffs;
use super::files::Files;
use super::known::{Known, back, list, present};
use super::names::Outcome;
use super::on_demand::OnDemand;
use super::owners::Owners;
use super::policy::{EditedPolicy, Source};
use super::pull_request::{PullRequest, Repository};
use super::reviews::Reviews;
use super::team::Team;
use super::texts::{PolicyText, Templates};

/// The root of a snapshot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePart {
    as_of: Timestamp,
    app_id: u64,
    repository: Repository,
    change: PullRequest,
    files: Ref<Files>,
    commits: Ref<Commits>,
    reviews: Ref<Reviews>,
    checks: Ref<Checks>,
    pushers: Known<BTreeSet<Account>>,
    operators: BTreeSet<Account>,
    teams: Vec<Team>,
    accounts: BTreeMap<String, Known<Account>>,
    enforced: Enforced,
    #[serde(deserialize_with = "present")]
    policy_edit: Option<Known<EditedPolicy>>,
    siblings: Vec<Sibling>,
    sources: Vec<Source>,
    templates: Ref<Templates>,
    /// Since version 2; left out where no policy asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked: Option<Ref<Asked>>,
    /// Since version 2, the repository's custom properties since version 4, tickets since version 5; left out where no policy asked.
    #[serde(default, skip_serializing_if = "OnDemand::is_empty")]
    on_demand: OnDemand,
    /// Since version 2; left out where no policy asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    diffs: Option<Diffs>,
    /// Since version 3; left out where no policy asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owners: Option<Owners>,
    /// Since version 3; left out where no policy switched on a pack.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    packs: BTreeMap<String, Ref<PolicyText>>,
    /// Since version 5; left out where nobody gave a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commands: Option<Ref<Commands>>,
}

impl Content for ChangePart {
    const KIND: &'static str = "change";
    const NEWEST: u32 = 5;

    fn version(&self) -> u32 {
        let third = self.owners.is_some() || !self.packs.is_empty() || self.on_demand.is_of_version_3();
        let second = self.asked.is_some() || !self.on_demand.is_empty() || self.diffs.is_some();
        match () {
            () if self.commands.is_some() || self.on_demand.is_of_version_5() => 5,
            () if self.on_demand.is_of_version_4() => 4,
            () if third => 3,
            () if second => 2,
            () => 1,
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Enforced {
    Yes,
    No(String),
    Unknown(String),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sibling {
    number: u64,
    #[serde(deserialize_with = "present")]
    outcome: Option<Outcome>,
}

impl ChangePart {
    /// Cuts everything that it refers to, and refers to it.
    pub(crate) fn cut(facts: &Facts, sources: &[policy::Source], templates: &[Template], cut: &mut Cut) -> Self {
        let Facts {
            as_of,
            repository,
            change,
            files,
            commits,
            reviews,
            commands,
            checks,
            pushers,
            operators,
            teams,
            accounts,
            enforced,
            policy_edit,
            asked,
            siblings,
            app_id,
            on_demand,
            diffs,
        } = facts;
        let reviews = Reviews::cut(reviews, cut);
        Self {
            as_of: *as_of,
            app_id: *app_id,
            repository: repository.into(),
            change: PullRequest::cut(change, cut),
            files: cut.put(&files.into()),
            commits: cut.put(&commits.into()),
            reviews: cut.put(&reviews),
            checks: cut.put(&checks.into()),
            pushers: Known::of(pushers, list),
            operators: list(operators),
            teams: teams.iter().map(|team| Team::cut(team, cut)).collect(),
            accounts: accounts.iter().map(|(login, found)| (login.clone(), Known::of(found, Account::from))).collect(),
            enforced: enforced.into(),
            policy_edit: policy_edit.as_ref().map(|edit| Known::of(edit, |edit| EditedPolicy::cut(edit, cut))),
            siblings: list(siblings),
            sources: sources.iter().map(|source| Source::cut(source, cut)).collect(),
            templates: cut.put(&Templates(templates.iter().map(|Template { text }| text.clone()).collect())),
            asked: Asked::of(asked).map(|asked| cut.put(&asked)),
            on_demand: on_demand.into(),
            diffs: Diffs::cut(diffs, cut),
            owners: Owners::cut(asked, cut),
            packs: policy::packs_of(sources)
                .into_iter()
                .map(|(name, text)| (name, cut.put(&PolicyText(text))))
                .collect(),
            commands: Commands::cut(commands, cut),
        }
    }

    /// Finds everything that it refers to.
    pub(crate) fn restore(self, shelf: &Shelf<'_>) -> Result<Snapshot, Error> {
        let teams = self.teams.into_iter().map(|team| team.restore(shelf)).collect::<Result<_, _>>()?;
        let accounts = self.accounts.into_iter().map(|(login, found)| (login, found.fact(Into::into))).collect();
        let policy_edit = self.policy_edit.map(|edit| edit.try_fact(|edit| edit.restore(shelf))).transpose()?;
        let asked = self.asked.map(|asked| shelf.take(&asked)).transpose()?.map(Into::into).unwrap_or_default();
        let asked = match self.owners {
            Some(owners) => owners.restore(shelf, asked)?,
            None => asked,
        };
        let commands = self.commands.map(|commands| shelf.take(&commands)?.restore(shelf)).transpose()?;
        let commands = commands.unwrap_or(facts::Known::Known(Vec::new()));
        let facts = Facts {
            as_of: self.as_of,
            repository: self.repository.into(),
            change: self.change.restore(shelf)?,
            files: shelf.take(&self.files)?.into(),
            commits: shelf.take(&self.commits)?.into(),
            reviews: shelf.take(&self.reviews)?.restore(shelf)?,
            commands,
            checks: shelf.take(&self.checks)?.into(),
            pushers: self.pushers.fact(back),
            operators: back(self.operators),
            teams,
            accounts,
            enforced: self.enforced.into(),
            policy_edit,
            asked,
            siblings: back(self.siblings),
            app_id: self.app_id,
            on_demand: self.on_demand.into(),
            diffs: self.diffs.map(|diffs| diffs.restore(shelf)).transpose()?.unwrap_or_default(),
        };
        let sources = self.sources.into_iter().map(|source| source.restore(shelf)).collect::<Result<_, _>>()?;
        let Templates(templates) = shelf.take(&self.templates)?;
        let templates = templates.into_iter().map(|text| Template { text }).collect();
        let packs = self.packs.into_iter().map(|(name, text)| {
            let PolicyText(text) = shelf.take(&text)?;
            Ok((name, text))
        });
        Ok(Snapshot { facts, sources, packs: packs.collect::<Result<_, Error>>()?, templates })
    }
}

impl From<&facts::Enforced> for Enforced {
    fn from(enforced: &facts::Enforced) -> Self {
        match enforced {
            facts::Enforced::Yes => Self::Yes,
            facts::Enforced::No(why) => Self::No(why.clone()),
            facts::Enforced::Unknown(why) => Self::Unknown(why.clone()),
        }
    }
}

impl From<Enforced> for facts::Enforced {
    fn from(enforced: Enforced) -> Self {
        match enforced {
            Enforced::Yes => Self::Yes,
            Enforced::No(why) => Self::No(why),
            Enforced::Unknown(why) => Self::Unknown(why),
        }
    }
}

impl From<&facts::Sibling> for Sibling {
    fn from(sibling: &facts::Sibling) -> Self {
        let facts::Sibling { number, outcome } = sibling;
        Self { number: *number, outcome: outcome.map(Outcome::from) }
    }
}

impl From<Sibling> for facts::Sibling {
    fn from(sibling: Sibling) -> Self {
        let Sibling { number, outcome } = sibling;
        Self { number, outcome: outcome.map(Into::into) }
    }
}
