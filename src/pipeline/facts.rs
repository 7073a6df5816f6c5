//! From a look, and what our own log of events proves, to the facts of an evaluation.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::Needs;
use countersign_domain::account::{Account, Oid, TeamName};
use countersign_domain::facts::{
    Asked, EditedPolicy, Enforced, Facts, File, FileStatus, Known, NOT_ASKED, OnDemand, Properties, Repository, Review,
    ReviewVerdict, Seen, Sibling, commits_hash,
};
use countersign_domain::layer::REPOSITORY_POLICY;
use countersign_domain::net_diff::Diffs;
use countersign_domain::patch::changed_lines;
use jiff::Timestamp;

use super::commands;
use super::first_seen::Standing;
use super::members::{MOST_AGE, NotBefore};
use super::told::Told;
use super::{Error, Pipeline, Result};
use crate::github::{Comparison, Installation, ListedFile, Look, ReviewRead};
use crate::store::{BodyVersion, HeadPlace, MembersAsOf, SeenRow};

/// Bytes of patches that are kept with a decision.
const PATCHES_KEPT: usize = 256 << 10;

impl Pipeline {
    /// The facts, but for the pull requests that share the check: those are read once it is held. With what events told of
    /// members, which says whether GitHub showed it.
    pub(super) async fn facts(
        &self,
        github: &Installation,
        look: &Look,
        needs: &Needs,
        members_since: Option<Timestamp>,
        check_name: &str,
    ) -> Result<(Facts, Told)> {
        let owner = look.repository.owner.as_str();
        let organisations = needs.teams.iter().map(|team| team.organisation.as_str()).chain([owner]);
        let organisations: BTreeSet<String> = organisations.map(str::to_owned).collect();
        let MembersAsOf { now: as_of, changed_at } = self.store.members_as_of(&organisations).await?;
        let not_before = NotBefore::new(as_of, changed_at).and(members_since);
        let mut told = self.told_of_members(&organisations, not_before, changed_at).await?;
        let (files, patches) = self.files(github, look, needs).await?;
        let owners = self.owners(github, look, needs, &files).await?;
        let mut teams = self.teams(github, &(&needs.teams | &owners.teams), not_before, &mut told).await?;
        let owning_teams = self.owning_teams(github, look, &owners.teams, not_before).await?;
        let accounts = self.accounts(github, owner, &(&needs.logins | &owners.logins)).await?;
        let merged_before = self.merged_before(github, look, needs).await?;
        let mut reviews = self.reviews(look).await?;
        let mut commands = self.commands(github, look, not_before).await?;
        let mut bound = commands::beside(&reviews, &commands);
        let mut permissions = self.permissions(github, look, needs, &bound, not_before).await?;
        let standing = Standing { teams: &mut teams, permissions: &mut permissions, told: &mut told };
        self.first_standing(github, look, needs, not_before, (&mut bound, standing)).await?;
        let properties = match needs.properties {
            true => Some(self.properties(github, look, NotBefore::new(as_of, None)).await?),
            false => None,
        };
        let lead = if needs.time { self.lead(github.id(), as_of).await? } else { None };
        let (pushers, moves) = self.pushers(github, look, needs).await?;
        let operators = self.operators(look, &pushers).await?;
        let diffs = self.diffs(github, look, needs, &bound, &moves).await?;
        let diffs = Diffs { patches, ..diffs };
        commands::give_back(bound, &mut reviews, &mut commands);
        let facts = Facts {
            as_of,
            repository: look.repository.clone(),
            change: look.change.clone(),
            files,
            commits: look.commits.clone(),
            reviews,
            commands: Known::Known(commands),
            checks: look.checks.as_ref().map(|checks| checks.iter().map(|read| read.check.clone()).collect()),
            pushers,
            operators,
            teams,
            accounts,
            enforced: self.enforced(github, look, check_name).await,
            policy_edit: policy_edit(look),
            asked: Asked { merged_before, codeowners: owners.file, owning_teams, ..look.asked.facts() },
            siblings: Vec::new(),
            app_id: github.github().app_id(),
            on_demand: OnDemand { permissions, properties, lead, ..OnDemand::default() },
            diffs,
        };
        Ok((facts, told))
    }

    /// The repository's custom properties: of a change of theirs no event tells, so that it is seen by a later look.
    async fn properties(&self, github: &Installation, look: &Look, not_before: NotBefore) -> Result<Known<Properties>> {
        let Repository { id, owner, name, .. } = &look.repository;
        Ok(self.properties.of(*id, not_before, || github.properties(owner, name)).await?)
    }

    async fn teams(
        &self,
        github: &Installation,
        wanted: &BTreeSet<TeamName>,
        not_before: NotBefore,
        told: &mut Told,
    ) -> Result<BTreeMap<TeamName, Known<BTreeSet<Account>>>> {
        let mut teams = BTreeMap::new();
        for team in wanted {
            teams.insert(team.clone(), self.members_of(github, team, not_before, told).await?);
        }
        Ok(teams)
    }

    /// The members of a team, by a reading that counts. One that does not show what an event told is not kept.
    pub(super) async fn members_of(
        &self,
        github: &Installation,
        team: &TeamName,
        not_before: NotBefore,
        told: &mut Told,
    ) -> Result<Known<BTreeSet<Account>>> {
        let key = (github.id(), team.clone());
        let shown = self.members.of(key.clone(), not_before, || github.team_members(team)).await?;
        let held = shown.known().and_then(|members| told.hold(team, members));
        if held.is_some() {
            self.members.forget(&key).await;
        }
        Ok(held.unwrap_or(shown))
    }

    /// What events told of the members of these organisations for as long as a reading counts; nothing where nobody moved.
    async fn told_of_members(
        &self,
        organisations: &BTreeSet<String>,
        not_before: NotBefore,
        changed_at: Option<Timestamp>,
    ) -> Result<Told> {
        let since = not_before.now() - MOST_AGE;
        let moves = match changed_at.filter(|at| *at >= since) {
            Some(_) => self.store.members_moved(organisations, since).await?,
            None => Vec::new(),
        };
        Ok(Told::new(moves, not_before.now()))
    }

    /// The account that each login of the owner's policies first named: whoever takes a login over is somebody else.
    async fn accounts(
        &self,
        github: &Installation,
        owner: &str,
        logins: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Known<Account>>> {
        let mut accounts = BTreeMap::new();
        if logins.is_empty() {
            return Ok(accounts);
        }
        let pins = self.store.login_pins(owner).await?;
        for login in logins {
            let known = match pins.get(&login.to_lowercase()) {
                Some(account) => Known::Known(account.clone()),
                None => match github.account(login).await? {
                    Some(account) => {
                        let now = self.store.now().await?;
                        self.store.pin_logins(owner, &[(login.as_str(), account.clone())], now).await?;
                        Known::Known(account)
                    }
                    None => Known::unknown(format!("GitHub knows nobody called {login}")),
                },
            };
            accounts.insert(login.clone(), known);
        }
        Ok(accounts)
    }

    /// The changed files; the old names of renames and the patches where a rule could depend on them.
    pub(super) async fn files(
        &self,
        github: &Installation,
        look: &Look,
        needs: &Needs,
    ) -> Result<(Known<Vec<File>>, Option<Known<BTreeMap<String, String>>>)> {
        let Known::Known(mut files) = look.files.clone() else { return Ok((look.files.clone(), None)) };
        let compared = if needs.patches { Some(self.comparison_now(github, look).await?) } else { None };
        let renamed = files.iter().any(|file| file.status == FileStatus::Renamed);
        if renamed && needs.old_names {
            let repository = &look.repository;
            let old = match &compared {
                Some(Known::Known(compared)) => old_names(&compared.files),
                _ => {
                    let listed = github.pull_files(&repository.owner, &repository.name, look.change.number).await?;
                    old_names_at(&look.change.head.tip, &listed.unwrap_or_default()).ok_or(Error::Moved)?
                }
            };
            for file in files.iter_mut().filter(|file| file.status == FileStatus::Renamed) {
                if let Some(old) = old.get(&file.path) {
                    file.old_path = Known::Known(Some(old.clone()));
                }
            }
        }
        let patches = compared.map(|compared| compared.map(|compared| patches(&files, &compared)));
        Ok((Known::Known(files), patches))
    }

    /// The reviews with what each reviewer had before them.
    async fn reviews(&self, look: &Look) -> Result<Known<Vec<Review>>> {
        let Known::Known(read) = &look.reviews else {
            return Ok(look.reviews.as_ref().map(|_| Vec::new()));
        };
        let pull = (look.repository.id, look.change.number);
        let bodies = self.store.bodies(pull.0, pull.1).await?;
        let (base, head) = (&look.change.base.name, &look.change.head.tip);
        let commits = look.commits.known().map(|commits| commits_hash(commits)).unwrap_or_default();
        if !commits.is_empty() {
            self.store.remember_commits(pull, head, base, &commits).await?;
        }
        let mut reviews = Vec::with_capacity(read.len());
        for review in read {
            let bound_to = self.bound_to(pull, look, review, &commits).await?;
            reviews.push(domain_review(review, seen(look, review, &bound_to, &bodies)));
        }
        reviews.sort_by_key(|review| (review.submitted_at, review.id));
        Ok(Known::Known(reviews))
    }

    /// What stood before somebody who said something, by what is remembered of it or from this look on.
    pub(super) async fn seen_by(&self, look: &Look, read: &ReviewRead) -> Result<Seen> {
        let pull = (look.repository.id, look.change.number);
        let bodies = self.store.bodies(pull.0, pull.1).await?;
        let commits = look.commits.known().map(|commits| commits_hash(commits)).unwrap_or_default();
        let bound_to = self.bound_to(pull, look, read, &commits).await?;
        Ok(seen(look, read, &bound_to, &bodies))
    }

    /// What stood before a reviewer: the commits as they are when the review is first seen, or, where it was given on
    /// another head, as they were when that head was looked at.
    async fn bound_to(&self, pull: (u64, u64), look: &Look, review: &ReviewRead, commits: &str) -> Result<SeenRow> {
        if let Some(seen) = self.store.seen_at_review(review.id).await? {
            return Ok(seen);
        }
        let given_here = review.commit.as_ref() == Some(&look.change.head.tip);
        let (base, commits) = match &review.commit {
            Some(head) if !given_here => self.store.commits_at(pull, head).await?.unwrap_or_default(),
            _ => (look.change.base.name.clone(), commits.to_owned()),
        };
        let could_write = Some(review.can_write);
        let seen = SeenRow { base, commits, at: self.store.now().await?, could_write };
        self.store.remember_seen(pull, review.id, &seen).await?;
        Ok(seen)
    }

    /// Whether a pull request of the author's was merged here before; once it was, for ever.
    async fn merged_before(&self, github: &Installation, look: &Look, needs: &Needs) -> Result<Known<bool>> {
        if !needs.merged_before {
            return Ok(Known::unknown(NOT_ASKED));
        }
        let Some(author) = &look.change.author else {
            return Ok(Known::unknown("the account that opened the pull request is gone"));
        };
        let key = (look.repository.id, author.clone());
        if self.merged_before.contains_key(&key) {
            return Ok(Known::Known(true));
        }
        let merged = github.merged_before(&look.repository.owner, &look.repository.name, author).await?;
        if merged == Known::Known(true) {
            self.merged_before.insert(key, ()).await;
        }
        Ok(merged)
    }

    async fn enforced(&self, github: &Installation, look: &Look, check_name: &str) -> Enforced {
        let (repository, base) = (&look.repository, &look.change.base.name);
        let key = (repository.id, base.clone(), check_name.to_owned());
        let read = github.enforced(&repository.owner, &repository.name, base, check_name);
        self.enforced.get_with(key, read).await
    }

    /// The other open pull requests with the same head and the same check, and what they came to for themselves.
    pub(super) async fn siblings(&self, facts: &Facts, check_name: &str) -> Result<Vec<Sibling>> {
        let open = self.store.open_pulls_at(facts.repository.id, &facts.change.head.tip, check_name).await?;
        let others = open.into_iter().filter(|pull| pull.number != facts.change.number);
        let mut siblings: Vec<_> = others.map(|pull| Sibling { number: pull.number, outcome: pull.outcome }).collect();
        siblings.sort_by_key(|sibling| sibling.number);
        Ok(siblings)
    }
}

/// Where the head is, for what events tell of its moves.
pub(super) fn head_place(look: &Look) -> HeadPlace<'_> {
    let (repository, change) = (look.repository.id, &look.change);
    let head_repository = (!change.fork).then_some(repository);
    HeadPlace { repository, number: change.number, head_repository, branch: &change.head.name }
}

/// The commits from base to head, as far as they are known.
pub(super) fn listed_commits(look: &Look) -> Vec<Oid> {
    look.commits.known().into_iter().flatten().map(|commit| commit.oid.clone()).collect()
}

/// What renamed files were called before.
fn old_names(files: &[ListedFile]) -> BTreeMap<String, String> {
    files.iter().filter_map(|file| Some((file.path.clone(), file.old_path.clone()?))).collect()
}

/// The same of a list that tells by itself of which head it is; `None` where that is another one. A file that does not
/// tell is left out, and what it was called stays unknown.
fn old_names_at(head: &Oid, files: &[ListedFile]) -> Option<BTreeMap<String, String>> {
    let renamed = files.iter().filter(|file| file.old_path.is_some());
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        renamed.filter(|file| file.at.is_some()).cloned().partition(|file| file.at.as_ref() == Some(head));
    elsewhere.is_empty().then(|| old_names(&here))
}

/// The whole patches, as many as are kept with a decision: beyond, a file has none.
fn patches(files: &[File], compared: &Comparison) -> BTreeMap<String, String> {
    let mut left = PATCHES_KEPT;
    let mut kept = BTreeMap::new();
    for file in files {
        let listed = compared.files.iter().find(|listed| listed.path == file.path);
        let Some(patch) = listed.and_then(|listed| listed.patch.as_ref()) else { continue };
        let fits = left.checked_sub(patch.len());
        if let (Some(rest), Some(_)) = (fits, changed_lines(patch, file.added, file.removed)) {
            left = rest;
            kept.insert(file.path.clone(), patch.clone());
        }
    }
    kept
}

pub(super) fn domain_review(review: &ReviewRead, seen: Seen) -> Review {
    let verdict = match review.state.as_str() {
        "approved" => ReviewVerdict::Approved,
        "changes_requested" => ReviewVerdict::ChangesRequested,
        _ => ReviewVerdict::Dismissed {
            by: review.dismissal.as_ref().and_then(|(by, _)| by.clone()),
            asked_for_changes: review.dismissal.as_ref().map(|(_, asked)| *asked),
        },
    };
    Review {
        id: review.id,
        author: review.author.clone(),
        verdict,
        submitted_at: review.submitted_at,
        commit: review.commit.clone(),
        can_write: review.can_write,
        seen,
    }
}

/// What a reviewer had before them: the base by GitHub's own timeline, the commits as they stood at the first look
/// after the review, the description as it stood when it was submitted.
pub(super) fn seen(look: &Look, review: &ReviewRead, bound_to: &SeenRow, bodies: &[BodyVersion]) -> Seen {
    let base = look
        .bases
        .iter()
        // GitHub tells the second only: what happened within the review's own may have come after it.
        .find(|(until, _)| *until >= review.submitted_at)
        .map_or(&look.change.base.name, |(_, base)| base);
    let base = if base.is_empty() {
        Known::unknown("GitHub does not give all former bases")
    } else {
        Known::Known(base.clone())
    };
    let commits = if bound_to.commits.is_empty() {
        Known::unknown("the commits could not be read when the review was first seen")
    } else {
        Known::Known(bound_to.commits.clone())
    };
    Seen {
        base,
        commits,
        body: body_at(look, review.submitted_at, bodies),
        member_of: BTreeMap::new(),
        could_write: bound_to.could_write,
        held: None,
    }
}

/// The description as it stood at an instant, before whatever edit bears the same second. It has not been edited since, or an event or GitHub's own history of
/// edits gives the text that stood then; else it is not known.
pub(super) fn body_at(look: &Look, at: Timestamp, bodies: &[BodyVersion]) -> Known<String> {
    if look.body_edited_at.is_none_or(|edited| edited < at) {
        return Known::Known(look.change.body.clone());
    }
    let before = |texts: &[(Timestamp, &str)]| {
        let former = texts.iter().filter(|(from, _)| *from < at).max_by_key(|(from, _)| *from);
        // What it was opened with stood before every edit, of the same second too.
        let first = texts.iter().filter(|(from, _)| *from <= look.created_at).min_by_key(|(from, _)| *from);
        former.or(first.filter(|(from, _)| *from <= at)).map(|(_, text)| (*text).to_owned())
    };
    let of_github: Vec<_> = look.bodies.iter().map(|(from, text)| (*from, text.as_str())).collect();
    let of_events: Vec<_> = bodies.iter().map(|version| (version.at, version.text.as_str())).collect();
    // Events prove what stood only where they reach up to the last edit.
    let last_edit_seen = bodies.iter().any(|version| Some(version.at) == look.body_edited_at);
    let stood = if of_github.is_empty() { before(&of_events).filter(|_| last_edit_seen) } else { before(&of_github) };
    stood.map_or_else(
        || Known::unknown("the description was edited after the review, and its text from before is not known"),
        Known::Known,
    )
}

/// The policy file at the head, where the pull request touches it.
pub(super) fn policy_edit(look: &Look) -> Option<Known<EditedPolicy>> {
    let touches = |file: &File| {
        file.path == REPOSITORY_POLICY || matches!(&file.old_path, Known::Known(Some(old)) if old == REPOSITORY_POLICY)
    };
    let touched = look.files.known().is_none_or(|files| files.iter().any(touches));
    if !touched {
        return None;
    }
    Some(match &look.head_policy {
        Known::Known(version) => {
            Known::Known(EditedPolicy { text: version.as_ref().map(|version| version.text.clone()) })
        }
        Known::Unknown(why) => Known::Unknown(why.clone()),
    })
}
