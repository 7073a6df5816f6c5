//! From a facts file to the facts of an evaluation, with everything that was left out filled in.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::Needs;
use countersign_domain::account::{Account, AccountKind, Oid, TeamName};
use countersign_domain::codeowners::{Owner, PATHS, touched};
use countersign_domain::command;
use countersign_domain::decision::Outcome;
use countersign_domain::facts as domain;
use countersign_domain::facts::{Facts, Known, commits_hash, ticket_key};
use countersign_domain::layer::{Layer, REPOSITORY_POLICY};
use countersign_domain::net_diff::Diffs;
use countersign_domain::policy;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::Error;
use super::fact::{Brief as _, Fact, Short};
use super::shape::{
    Attributed, Check, Command, Commit, Deployment, FactsFile, File, FileStatus, FormerHead, GHOST, Permission, Review,
    Sibling, State, Thread, Verdict,
};

/// This App, and the slug by which a facts file names it.
const OWN_APP: (&str, u64) = ("countersign", 1);

/// The account by which GitHub commits what is done on its pages.
const GITHUB: &str = "web-flow";

/// A Tuesday noon: working hours nearly everywhere, and the same for every file that does not say when it is.
const NOON: i64 = 1_767_700_800;

impl FactsFile {
    /// The facts, with the accounts of the logins that the policies name.
    ///
    /// # Errors
    /// Where a value is none of its kind: a repository without owner, a team without organisation, no outcome.
    pub fn facts(&self, needs: &Needs) -> Result<Facts, Error> {
        let as_of = self.as_of.unwrap_or_else(|| Timestamp::from_second(NOON).unwrap_or(Timestamp::UNIX_EPOCH));
        let repository = self.repository()?;
        let commits = self.commits();
        let change = self.change(&repository, &commits, as_of);
        let reviews = match &self.reviews {
            Fact::Known(reviews) => Known::Known(self.reviews(reviews, &change, &commits, as_of)?),
            Fact::Unknown(why) => Known::Unknown(why.clone()),
        };
        let commands = match &self.commands {
            Fact::Known(commands) => Known::Known(self.commands(commands, &change, &commits, as_of)?),
            Fact::Unknown(why) => Known::Unknown(why.clone()),
        };
        let files = known(&self.files, |files| files.iter().map(|file| changed(&file.0)).collect());
        let mut facts = Facts {
            as_of,
            diffs: Diffs { patches: Some(self.patches()), ..self.net_diffs(&change, &commits, &files) },
            files,
            reviews,
            commands,
            checks: known(&self.checks, |checks| checks.iter().map(|check| concluded(&check.0)).collect()),
            pushers: self.pushers(&commits),
            operators: self.operators.iter().filter_map(|login| account(login)).collect(),
            teams: self.members()?,
            accounts: self.pinned(needs),
            enforced: match &self.enforced {
                Fact::Known(true) => domain::Enforced::Yes,
                Fact::Known(false) => domain::Enforced::No("the facts say so".to_owned()),
                Fact::Unknown(why) => domain::Enforced::Unknown(why.clone()),
            },
            policy_edit: self.policy_edit(),
            asked: self.asked(as_of),
            on_demand: domain::OnDemand { received: self.received(needs), ..self.on_demand(as_of) },
            siblings: self.siblings.iter().map(sibling).collect::<Result<_, _>>()?,
            app_id: OWN_APP.1,
            repository,
            change,
            commits,
        };
        // A ticket of which nothing is said is no other change's.
        for ticket in facts.declared_tickets() {
            facts.on_demand.tickets.entry(ticket).or_insert(Known::Known(domain::TicketUse::Free));
        }
        Ok(facts)
    }

    /// What is said to be unknown, with the reasons.
    pub fn unknown(&self) -> Vec<(String, String)> {
        fn why<T>(name: &str, fact: Option<&Fact<T>>) -> Option<(String, String)> {
            match fact {
                Some(Fact::Unknown(why)) => Some((name.to_owned(), why.clone())),
                _ => None,
            }
        }
        let own = [
            why("files", Some(&self.files)),
            why("commits", self.commits.as_ref()),
            why("pushers", self.pushers.as_ref()),
            why("reviews", Some(&self.reviews)),
            why("commands", Some(&self.commands)),
            why("reviews_owed", Some(&self.reviews_owed)),
            why("checks", Some(&self.checks)),
            why("deployments", Some(&self.deployments)),
            why("threads", Some(&self.threads)),
            why("merged_before", Some(&self.merged_before)),
            why("codeowners", self.codeowners.as_ref()),
            why("special_files", Some(&self.special_files)),
            why("enforced", Some(&self.enforced)),
            why("required_checks", self.required_checks.as_ref()),
            why("head_since", self.head_since.as_ref()),
            why("ready_since", self.ready_since.as_ref()),
            why("announced_since", self.announced_since.as_ref()),
            why("policy_at_head", self.policy_at_head.as_ref()),
        ];
        let teams = self.teams.iter().filter_map(|(team, members)| why(&format!("teams.{team}"), Some(members)));
        let tickets = self.tickets.iter().filter_map(|(ticket, used)| why(&format!("tickets.{ticket}"), Some(used)));
        let teams = teams.chain(tickets);
        let held = self.permissions.iter().filter_map(|(login, held)| why(&format!("permissions.{login}"), Some(held)));
        let heads = self.heads.iter();
        let heads = heads.filter_map(|(id, head)| Some((format!("heads.{id}"), head.unknown.clone()?)));
        own.into_iter().flatten().chain(teams).chain(held).chain(heads).collect()
    }

    fn repository(&self) -> Result<domain::Repository, Error> {
        let written = &self.repository.0;
        let parts = written.name.split_once('/').filter(|(owner, name)| !owner.is_empty() && !name.is_empty());
        let (owner, name) = parts.ok_or_else(|| {
            Error::value(format!("`{}` is no repository", written.name)).help("write it as `OWNER/NAME`")
        })?;
        Ok(domain::Repository {
            id: number(&written.name),
            owner: owner.to_owned(),
            name: name.to_owned(),
            public: written.public,
            default_branch: written.default_branch.clone(),
        })
    }

    fn change(
        &self,
        repository: &domain::Repository,
        commits: &Known<Vec<domain::Commit>>,
        as_of: Timestamp,
    ) -> domain::Change {
        let (base, head) = (&self.base.0, &self.head.0);
        let last = commits.known().and_then(|commits| commits.last()).map(|commit| commit.oid.clone());
        let owner = head.owner.as_deref().unwrap_or(if self.fork { &self.author } else { &repository.owner });
        domain::Change {
            number: self.number,
            title: self.title.clone(),
            body: self.body.clone(),
            author: account(&self.author),
            state: match self.state {
                State::Open => domain::ChangeState::Open,
                State::Closed => domain::ChangeState::Closed,
                State::Merged => domain::ChangeState::Merged,
            },
            draft: self.draft,
            base: domain::Branch {
                name: base.branch.clone().unwrap_or_else(|| repository.default_branch.clone()),
                tip: Oid::new(base.commit.clone().unwrap_or_else(|| "b".repeat(40))),
            },
            head: domain::Branch {
                name: head.branch.clone(),
                tip: head.commit.clone().map(Oid::new).or(last).unwrap_or_else(|| Oid::new("a".repeat(40))),
            },
            head_owner: Some(owner).filter(|owner| *owner != GHOST).map(str::to_owned),
            fork: self.fork,
            labels: self.labels.clone(),
            updated_at: as_of,
        }
    }

    fn commits(&self) -> Known<Vec<domain::Commit>> {
        let alone = [Short(Commit::default())];
        let written: &[Short<Commit>] = match &self.commits {
            None => &alone,
            Some(Fact::Known(written)) => written,
            Some(Fact::Unknown(why)) => return Known::Unknown(why.clone()),
        };
        let commits = written.iter().enumerate().map(|(place, Short(commit))| {
            let default = Short(Attributed { login: Some(self.author.clone()), nobody: None });
            let author = commit.author.as_ref().unwrap_or(&default);
            domain::Commit {
                oid: Oid::new(commit.id.clone().unwrap_or_else(|| format!("{:040x}", place + 1))),
                author: attribution(&author.0),
                committer: attribution(&commit.committer.as_ref().unwrap_or(author).0),
                co_authors: commit.co_authors.iter().filter_map(|login| account(login)).collect(),
                verified: commit.verified,
            }
        });
        Known::Known(commits.collect())
    }

    fn pushers(&self, commits: &Known<Vec<domain::Commit>>) -> Known<BTreeSet<Account>> {
        match &self.pushers {
            Some(Fact::Known(logins)) => Known::Known(logins.iter().filter_map(|login| account(login)).collect()),
            Some(Fact::Unknown(why)) => Known::Unknown(why.clone()),
            None => {
                let committers = commits.known().into_iter().flatten().filter_map(|commit| match &commit.committer {
                    domain::Attribution::Account(account) => Some(account.clone()),
                    domain::Attribution::GitHub | domain::Attribution::Nobody { .. } => None,
                });
                let movers = self.moves.iter().filter_map(|moved| account(&moved.by));
                Known::Known(committers.chain(movers).chain(account(&self.author)).collect())
            }
        }
    }

    fn reviews(
        &self,
        reviews: &[Short<Review>],
        change: &domain::Change,
        commits: &Known<Vec<domain::Commit>>,
        as_of: Timestamp,
    ) -> Result<Vec<domain::Review>, Error> {
        let total = i64::try_from(reviews.len()).unwrap_or_default();
        let numbered = (1_u64..).zip(reviews);
        let mut read: Vec<domain::Review> = numbered
            .map(|(id, Short(review))| {
                let before = total - i64::try_from(id).unwrap_or_default() + 1;
                let default = as_of - SignedDuration::from_mins(before);
                let on = review.commit.clone().map_or_else(|| change.head.tip.clone(), Oid::new);
                Ok(domain::Review {
                    id,
                    author: account(&review.by),
                    verdict: verdict(review),
                    submitted_at: review.at.unwrap_or(default),
                    can_write: review.can_write,
                    seen: seen(review, change, commits, &on, self.heads.get(on.as_str()))?,
                    commit: Some(on),
                })
            })
            .collect::<Result<_, Error>>()?;
        read.sort_by_key(|review| (review.submitted_at, review.id));
        Ok(read)
    }

    fn commands(
        &self,
        commands: &[Command],
        change: &domain::Change,
        commits: &Known<Vec<domain::Commit>>,
        as_of: Timestamp,
    ) -> Result<Vec<domain::Command>, Error> {
        let total = i64::try_from(commands.len()).unwrap_or_default();
        let given = (1_u64..).zip(commands).map(|(comment, command)| {
            let before = total - i64::try_from(comment).unwrap_or_default() + 1;
            let by = account(&command.by).filter(|by| by.kind == AccountKind::User);
            let by = by.ok_or_else(|| {
                Error::value(format!("`{}` gives no commands", command.by)).help("only people do, not bots")
            })?;
            let head = command.commit.clone().map_or_else(|| change.head.tip.clone(), Oid::new);
            Ok(domain::Command {
                comment,
                by,
                at: command.at.unwrap_or_else(|| as_of - SignedDuration::from_mins(before)),
                line: command::of_comment(&command.line).unwrap_or_else(|| command.line.clone()),
                can_write: Some(command.can_write),
                seen: seen(&as_review(command), change, commits, &head, self.heads.get(head.as_str()))?,
                head: Some(head),
            })
        });
        let mut given = given.collect::<Result<Vec<_>, Error>>()?;
        given.sort_by_key(|command| (command.at, command.comment));
        Ok(given)
    }

    fn members(&self) -> Result<BTreeMap<TeamName, Known<BTreeSet<Account>>>, Error> {
        let team = |(name, members): (&String, &Fact<Vec<String>>)| {
            Ok((team_name(name)?, known(members, |logins| logins.iter().filter_map(|login| account(login)).collect())))
        };
        self.teams.iter().map(team).collect()
    }

    /// The account that each login first named: that of the login, unless the file says otherwise.
    fn pinned(&self, needs: &Needs) -> BTreeMap<String, Known<Account>> {
        let of_policies = needs.logins.iter().filter_map(|login| Some((login.clone(), Known::Known(account(login)?))));
        let said = self.accounts.iter().filter_map(|(login, fact)| {
            let account = account(login)?;
            let pinned = match fact {
                Fact::Known(id) => Known::Known(Account { id: *id, ..account }),
                Fact::Unknown(why) => Known::Unknown(why.clone()),
            };
            Some((login.to_lowercase(), pinned))
        });
        let of_owners = self.owners().filter_map(|owner| match owner {
            Owner::User(login) => Some((login.clone(), Known::Known(account(&login)?))),
            Owner::Team(_) | Owner::Email(_) => None,
        });
        of_policies.chain(of_owners).chain(said).collect()
    }

    /// Everybody whom CODEOWNERS names as an owner of a changed file.
    fn owners(&self) -> impl Iterator<Item = Owner> {
        let files: Vec<domain::File> = self.files.known().into_iter().flatten().map(|file| changed(&file.0)).collect();
        let text = self.codeowners.as_ref().and_then(Fact::known);
        let touched = match touched(text.map(String::as_str), &files) {
            Known::Known(touched) => touched.groups,
            Known::Unknown(_) => Vec::new(),
        };
        touched.into_iter().flat_map(|group| group.owners)
    }

    fn asked(&self, as_of: Timestamp) -> domain::Asked {
        let deployment = |Short(made): &Short<Deployment>| domain::Deployment {
            environment: made.environment.clone(),
            by: account(&made.by),
            state: made.state.clone(),
            made_at: made.at.unwrap_or(as_of),
        };
        let thread = |Short(thread): &Short<Thread>| domain::Thread {
            path: thread.path.clone(),
            state: match &thread.resolved_by {
                None => domain::ThreadState::Open,
                Some(login) => domain::ThreadState::Resolved { by: account(login) },
            },
        };
        domain::Asked {
            deployments: known(&self.deployments, |made| made.iter().map(deployment).collect()),
            threads: known(&self.threads, |threads| threads.iter().map(thread).collect()),
            merged_before: known(&self.merged_before, |before| *before),
            codeowners: self.codeowners.as_ref().map_or_else(
                || Known::unknown("the facts do not say: `codeowners` does"),
                |text| known(text, |text| Some(codeowners(text))),
            ),
            owning_teams: self.owners().filter_map(team_of).map(|team| (team, Known::Known(true))).collect(),
        }
    }

    fn on_demand(&self, as_of: Timestamp) -> domain::OnDemand {
        let failures = self.failures.iter().map(|(id, changes)| {
            let (layer, model) = match id.strip_prefix("organisation/") {
                Some(model) => (Layer::Organisation, model),
                None => (Layer::Repository, id.strip_prefix("repository/").unwrap_or(id)),
            };
            domain::ModelFailures { layer, model: model.to_owned(), changes: *changes }
        });
        let special = known(&self.special_files, |paths| paths.iter().cloned().collect());
        let held = self
            .permissions
            .iter()
            .filter_map(|(login, held)| Some((account(login)?, known(held, |held| level(*held)))));
        domain::OnDemand {
            special_files: Some(special),
            check_name: None,
            gate: None,
            failures: failures.collect(),
            permissions: held.collect(),
            lead: None,
            received: None,
            collisions: None,
            required_checks: self.required_checks.as_ref().map(|required| {
                let by_anybody = |name: &String| domain::RequiredCheck { name: name.clone(), app: None };
                known(required, |names| names.iter().map(by_anybody).collect())
            }),
            properties: Some(self.properties()),
            tickets: self.tickets(),
            reviews_owed: Some(self.reviews_owed()),
            merged_at: (self.state == State::Merged).then_some(as_of),
            merged_by: None,
            afterwards: None,
            // They stand beside the policy, not in the facts.
            calendars: BTreeMap::new(),
        }
    }

    /// What is said of it, and where a policy asks, that the rest is not.
    fn received(&self, needs: &Needs) -> Option<domain::Received> {
        let said = [&self.head_since, &self.ready_since, &self.announced_since];
        if !needs.received && said.iter().all(|said| said.is_none()) {
            return None;
        }
        let since = |key: &str, said: &Option<Fact<Timestamp>>| match said {
            Some(fact) => known(fact, |at| *at),
            None => Known::unknown(format!("the facts do not say: `{key}` does")),
        };
        let announced = since("announced_since", &self.announced_since);
        Some(domain::Received {
            head: since("head_since", &self.head_since),
            ready: since("ready_since", &self.ready_since),
            descriptions: announced.map(|at| vec![domain::Description { at, text: self.body.clone() }]),
        })
    }

    /// Numbers with the instants at which the reviews are due; all of them unknown where only that is said, and why.
    fn reviews_owed(&self) -> Known<Vec<domain::OwedReview>> {
        known(&self.reviews_owed, |owed| {
            let mut owed: Vec<_> =
                owed.iter().map(|owed| domain::OwedReview { due: owed.due, number: owed.number }).collect();
            owed.sort();
            owed
        })
    }

    /// What tickets of emergencies are used for, as far as anything is said of it.
    fn tickets(&self) -> BTreeMap<String, Known<domain::TicketUse>> {
        let here = format!("{}#", self.repository.0.name);
        let used = |change: &String| {
            let number = change.strip_prefix(&here).or_else(|| change.strip_prefix('#')).map(str::parse);
            match number {
                Some(Ok(number)) => domain::TicketUse::Here(number),
                _ => domain::TicketUse::Elsewhere,
            }
        };
        let told = self.tickets.iter().map(|(ticket, change)| (ticket_key(ticket), known(change, used)));
        told.collect()
    }

    /// Those that are set; all of them unknown where the file says only that and why.
    fn properties(&self) -> Known<domain::Properties> {
        let mut properties = self.properties.iter();
        match (properties.next(), properties.next()) {
            (Some((name, why)), None) if name == "unknown" => Known::Unknown(why.0.join(", ")),
            _ => {
                let set =
                    self.properties.iter().map(|(name, values)| (name.clone(), values.0.iter().cloned().collect()));
                Known::Known(set.collect())
            }
        }
    }

    fn patches(&self) -> Known<BTreeMap<String, String>> {
        known(&self.files, |files| {
            let patch = |Short(file): &Short<File>| Some((file.path.clone(), whole(file.patch.as_ref()?)));
            files.iter().filter_map(patch).collect()
        })
    }

    fn policy_edit(&self) -> Option<Known<domain::EditedPolicy>> {
        let is_policy = |file: &&Short<File>| {
            let old = file.0.old_path.as_ref().and_then(Fact::known);
            file.0.path == REPOSITORY_POLICY || old.is_some_and(|old| old == REPOSITORY_POLICY)
        };
        let touched = self.files.known().and_then(|files| files.iter().find(is_policy));
        let deleted = touched.is_some_and(|file| {
            let status = file.0.status;
            status == Some(FileStatus::Removed)
                || (file.0.path != REPOSITORY_POLICY && status != Some(FileStatus::Copied))
        });
        match (&self.policy_at_head, touched) {
            (Some(Fact::Known(text)), _) => Some(Known::Known(domain::EditedPolicy { text: Some(text.clone()) })),
            (Some(Fact::Unknown(why)), _) => Some(Known::Unknown(why.clone())),
            (None, Some(_)) if deleted => Some(Known::Known(domain::EditedPolicy { text: None })),
            (None, Some(_)) => Some(Known::unknown("the facts do not say how it reads: `policy_at_head` does")),
            // As for a pull request on GitHub: what is not known to be untouched may have been edited.
            (None, None) if self.files.known().is_none() => {
                Some(Known::unknown("which files the change touches is not known"))
            }
            (None, None) => None,
        }
    }
}

fn level(held: Permission) -> Option<policy::Permission> {
    match held {
        Permission::None => None,
        Permission::Read => Some(policy::Permission::Read),
        Permission::Triage => Some(policy::Permission::Triage),
        Permission::Write => Some(policy::Permission::Write),
        Permission::Maintain => Some(policy::Permission::Maintain),
        Permission::Admin => Some(policy::Permission::Admin),
    }
}

fn team_name(name: &str) -> Result<TeamName, Error> {
    TeamName::parse(name).ok_or_else(|| {
        Error::value(format!("`{name}` is no team")).help("write it as `ORG/SLUG`, such as `acme/payments`")
    })
}

fn known<T, U>(fact: &Fact<T>, worth: impl FnOnce(&T) -> U) -> Known<U> {
    match fact {
        Fact::Known(value) => Known::Known(worth(value)),
        Fact::Unknown(why) => Known::Unknown(why.clone()),
    }
}

/// The file at the first place that GitHub looks at.
fn codeowners(text: &str) -> domain::CodeownersFile {
    let (path, blob) = (PATHS[0].to_owned(), Oid::new("c".repeat(40)));
    domain::CodeownersFile { path, blob, text: text.to_owned() }
}

fn team_of(owner: Owner) -> Option<TeamName> {
    match owner {
        Owner::Team(team) => Some(team),
        Owner::User(_) | Owner::Email(_) => None,
    }
}

/// The account of a login; none for one that is gone.
pub(super) fn account(login: &str) -> Option<Account> {
    let (name, kind) = match login.strip_suffix("[bot]") {
        Some(name) => (name, AccountKind::Bot),
        None => (login, AccountKind::User),
    };
    (login != GHOST).then(|| Account { id: number(login), login: name.to_owned(), kind })
}

/// A number of its own for a name, as GitHub would have given one: the same for the same name, whatever its case.
fn number(name: &str) -> u64 {
    let hash = Sha256::digest(name.to_lowercase().as_bytes());
    let first = hash.iter().take(6).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    first + 1_000
}

fn attribution(written: &Attributed) -> domain::Attribution {
    let nobody = |name: &str| domain::Attribution::Nobody { name: name.to_owned() };
    match (&written.login, &written.nobody) {
        (_, Some(name)) => nobody(name),
        (Some(login), None) if login == GITHUB => domain::Attribution::GitHub,
        (Some(login), None) => account(login).map_or_else(|| nobody(login), domain::Attribution::Account),
        (None, None) => nobody(""),
    }
}

fn changed(file: &File) -> domain::File {
    let old_path = match &file.old_path {
        None => Known::Known(None),
        Some(Fact::Known(old)) => Known::Known(Some(old.clone())),
        Some(Fact::Unknown(why)) => Known::Unknown(why.clone()),
    };
    let status = match (file.status, &file.old_path) {
        (Some(FileStatus::Added), _) => domain::FileStatus::Added,
        (Some(FileStatus::Modified), _) | (None, None) => domain::FileStatus::Modified,
        (Some(FileStatus::Removed), _) => domain::FileStatus::Removed,
        (Some(FileStatus::Renamed), _) | (None, Some(_)) => domain::FileStatus::Renamed,
        (Some(FileStatus::Copied), _) => domain::FileStatus::Copied,
        (Some(FileStatus::Changed), _) => domain::FileStatus::Changed,
    };
    let counted = |mark: char| file.patch.as_ref().map(|patch| lines(patch, mark));
    domain::File {
        path: file.path.clone(),
        old_path,
        status,
        added: file.added.or_else(|| counted('+')).unwrap_or(1),
        removed: file.removed.or_else(|| counted('-')).unwrap_or(0),
    }
}

fn lines(patch: &str, mark: char) -> u64 {
    patch.lines().filter(|line| line.starts_with(mark)).count() as u64
}

/// A patch with the head of a hunk, which is left out where there is only one.
fn whole(patch: &str) -> String {
    if patch.starts_with("@@") {
        return patch.to_owned();
    }
    let (added, removed) = (lines(patch, '+'), lines(patch, '-'));
    let kept = patch.lines().count() as u64 - added - removed;
    format!("@@ -1,{} +1,{} @@\n{patch}", kept + removed, kept + added)
}

fn concluded(check: &Check) -> domain::Check {
    let maker = match (&check.creator, check.app.as_deref().unwrap_or("github-actions")) {
        (Some(login), _) => domain::CheckMaker::Creator(account(login)),
        (None, slug) if slug == OWN_APP.0 => domain::CheckMaker::App { id: OWN_APP.1, slug: slug.to_owned() },
        (None, slug) => domain::CheckMaker::App { id: number(slug), slug: slug.to_owned() },
    };
    let state = match check.state.as_str() {
        "running" => domain::CheckState::Running,
        conclusion => domain::CheckState::Concluded(conclusion.to_owned()),
    };
    domain::Check { name: check.name.clone(), maker, state, required: check.required }
}

fn verdict(review: &Review) -> domain::ReviewVerdict {
    match review.verdict {
        Verdict::Approved => domain::ReviewVerdict::Approved,
        Verdict::ChangesRequested => domain::ReviewVerdict::ChangesRequested,
        Verdict::Dismissed => domain::ReviewVerdict::Dismissed {
            by: review.dismissed_by.as_deref().and_then(account),
            asked_for_changes: review.asked_for_changes,
        },
    }
}

/// The review that would bind its giver to what the command does.
fn as_review(command: &Command) -> Review {
    let Command { by, line: _, at, commit, can_write, base, body, member_of, could_write } = command.clone();
    Review { at, commit, can_write, base, body, member_of, could_write, ..Review::brief(&by) }
}

/// What the reviewer had before them: what is there now, up to the commit that the review was given on.
fn seen(
    review: &Review,
    change: &domain::Change,
    commits: &Known<Vec<domain::Commit>>,
    on: &Oid,
    former: Option<&FormerHead>,
) -> Result<domain::Seen, Error> {
    let or_now = |written: &Option<Fact<String>>, now: &str| match written {
        Some(fact) => known(fact, String::clone),
        None => Known::Known(now.to_owned()),
    };
    let hash = |ids: &mut dyn Iterator<Item = &str>| {
        let nobody = || domain::Attribution::Nobody { name: String::new() };
        let commit = |id: &str| domain::Commit {
            oid: Oid::new(id),
            author: nobody(),
            committer: nobody(),
            co_authors: Vec::new(),
            verified: false,
        };
        commits_hash(&ids.map(commit).collect::<Vec<_>>())
    };
    let seen_commits = match (&review.commits, commits) {
        (Some(fact), _) => known(fact, |ids| hash(&mut ids.iter().map(String::as_str))),
        (None, Known::Unknown(why)) => Known::Unknown(why.clone()),
        (None, Known::Known(commits)) if former.is_some_and(|former| former.unknown.is_none()) => {
            let ids = former.map(|former| former.commits(on.as_str(), commits)).unwrap_or_default();
            Known::Known(hash(&mut ids.iter().map(Oid::as_str)))
        }
        (None, Known::Known(commits)) => {
            let last = commits.iter().position(|commit| commit.oid == *on);
            match last {
                Some(last) => Known::Known(hash(&mut commits[..=last].iter().map(|commit| commit.oid.as_str()))),
                None if *on == change.head.tip => Known::Known(commits_hash(commits)),
                None => Known::unknown("the facts do not say which commits there were then"),
            }
        }
    };
    let teams = review.member_of.iter().map(|(team, was)| Ok((team_name(team)?, known(was, bool::clone))));
    Ok(domain::Seen {
        base: or_now(&review.base, &change.base.name),
        commits: seen_commits,
        body: or_now(&review.body, &change.body),
        member_of: teams.collect::<Result<_, Error>>()?,
        could_write: review.could_write,
        held: review.held.as_ref().map(|held| known(held, |held| level(*held))),
    })
}

fn sibling(written: &Sibling) -> Result<domain::Sibling, Error> {
    let outcome = |name: &String| {
        let names = || Outcome::ALL.map(|outcome| format!("`{}`", outcome.name())).join(", ");
        let found = Outcome::ALL.into_iter().find(|outcome| outcome.name() == name);
        found.ok_or_else(|| Error::value(format!("`{name}` is no outcome")).help(format!("one of {}", names())))
    };
    Ok(domain::Sibling { number: written.number, outcome: written.outcome.as_ref().map(outcome).transpose()? })
}
