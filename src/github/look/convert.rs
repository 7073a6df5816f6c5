//! From GitHub's answers to a look: pages put together, lists held against their totals.

use std::collections::BTreeSet;

use countersign_domain::account::{Account, AccountKind, Oid, TeamName};
use countersign_domain::decision::Reviewer;
use countersign_domain::facts::{
    Attribution, Branch, Change, ChangeState, Check, CheckMaker, CheckState, Commit, File, FileStatus, Known,
    Repository,
};
use countersign_domain::plan::{RunStatus, ShownComment};
use countersign_domain::policy::{Read, Version};
use jiff::Timestamp;

use super::super::client::{FieldError, Partial};
use super::super::error::{Error, Result};
use super::{
    AskedRead, BranchTip, CheckRead, Look, MOST_COMMITS, MOST_FILES, OwnComment, OwnRun, Pages, ReviewRead, Target,
    file, is_not_found, wire,
};

/// Why commits are unknown whose signatures erred.
pub(super) const UNSIGNED_OR_NOT: &str = "GitHub did not give the signatures of the commits";

/// A list that is read page by page.
pub(super) struct Paged<T> {
    items: Vec<T>,
    total: u64,
    pub(super) next: Option<String>,
    /// Why the list cannot be vouched for, where it cannot.
    unknown: Option<String>,
}

impl<T> Paged<T> {
    pub(super) fn empty() -> Self {
        Self { items: Vec::new(), total: 0, next: None, unknown: None }
    }

    /// Takes a page. A missing list or a missing item makes the whole unknown.
    pub(super) fn add<W>(&mut self, page: Option<wire::List<W>>, what: &str, convert: impl Fn(W) -> Option<T>) {
        let Some(page) = page else {
            self.unknown = Some(format!("GitHub did not give the {what}"));
            self.next = None;
            return;
        };
        self.total = page.total_count.unwrap_or(self.total);
        self.next = page.page_info.filter(|info| info.has_next_page).and_then(|info| info.end_cursor);
        for node in page.nodes {
            match node.and_then(&convert) {
                Some(item) => self.items.push(item),
                None => self.unknown = Some(format!("GitHub left something out of the {what}")),
            }
        }
    }

    /// The list, if it is whole.
    pub(super) fn finish(self, what: &str) -> Known<Vec<T>> {
        if let Some(why) = self.unknown {
            return Known::Unknown(why);
        }
        let read = self.items.len() as u64;
        if read == self.total {
            Known::Known(self.items)
        } else {
            Known::unknown(format!("GitHub gave {read} of {} {what}", self.total))
        }
    }
}

/// Why nothing that hangs on the head commit is known.
const NO_HEAD: &str = "GitHub did not give the head commit";

/// A review that was dismissed: its number, by whom, and whether it had asked for changes.
type Dismissal = (u64, Option<Account>, bool);

/// A look in the making.
pub(super) struct Reading {
    look: Look,
    started: Position,
    files: Paged<File>,
    commits: Paged<Commit>,
    compared: Option<Known<Vec<Commit>>>,
    reviews: Paged<ReviewRead>,
    checks: Paged<CheckRead>,
    comments_next: Option<String>,
    dismissals: Vec<Dismissal>,
    slug: String,
    marker: String,
    torn: bool,
}

/// What must not move while a look is read.
#[derive(Debug, PartialEq, Eq)]
struct Position {
    base: (String, String),
    head: String,
    updated_at: Timestamp,
}

impl Position {
    fn of(pull: &wire::PullRequest) -> Self {
        Self {
            base: (pull.base_ref_name.clone(), pull.base_ref_oid.clone()),
            head: pull.head_ref_oid.clone(),
            updated_at: pull.updated_at,
        }
    }
}

/// Why there is no pull request in an answer: GitHub knows of none, or could not say.
fn nothing_there(path: String, errors: &[FieldError]) -> Error {
    let about = |error: &&FieldError| {
        error.concerns("repository")
            && error.path.get(1).is_none_or(|field| field == "pullRequest")
            && !is_not_found(error)
    };
    match errors.iter().find(about) {
        Some(error) if error.is_passing() => Error::Outage(format!("{path}: {}", error.message)),
        Some(error) => Error::Odd(format!("{path}: {}", error.message)),
        None => Error::NotFound(path),
    }
}

impl Reading {
    /// From the first page.
    pub(super) fn begin(
        page: Partial<wire::Data>,
        target: &Target,
        slug: &str,
        marker: &str,
        selected_only: bool,
    ) -> Result<Self> {
        let organisation_policy = organisation_policy(&page, target);
        let Partial { mut data, errors } = page;
        let path = format!("{}/{}#{}", target.owner, target.name, target.number);
        let Some(mut repository) = data.repository else {
            return Err(nothing_there(path, &errors));
        };
        let Some(mut pull) = repository.pull_request.take() else { return Err(nothing_there(path, &errors)) };
        let organisation_tip = data.organisation.as_ref().and_then(organisation_tip);
        let organisation_templates =
            data.organisation.take().and_then(|org| org.default_branch_ref).and_then(|branch| branch.target);
        let default_branch = repository.default_branch_ref.take();
        let default_branch_name = default_branch.as_ref().map(|branch| branch.name.clone()).unwrap_or_default();
        let default_files = default_branch.and_then(|branch| branch.target);
        let (default_policy, default_tip) = match &default_files {
            Some(files) => (file(files.policy.as_ref(), ".github/countersign.toml"), Some(Oid::new(&files.oid))),
            None => (Read::Unreachable("the default branch is gone".to_owned()), None),
        };
        let templates = default_files
            .map(|files| files.templates)
            .into_iter()
            .chain(organisation_templates.map(|files| files.templates))
            .flat_map(wire::Templates::into_iter)
            .filter_map(version)
            .collect();
        let head_node =
            pull.head.take().and_then(|head| head.nodes.into_iter().flatten().next()).map(|node| node.commit);
        let torn = head_node.as_ref().is_some_and(|commit| commit.oid != pull.head_ref_oid);
        let (head_policy, own_runs, rollup) = match head_node {
            Some(commit) => {
                (head_policy(commit.policy.as_ref()), own_runs(commit.ours), Some(commit.status_check_rollup))
            }
            None => (Known::unknown(NO_HEAD), Vec::new(), None),
        };
        let (repository_policy, base_tip) = base(pull.base_ref.take(), &pull.base_ref_oid);
        let timeline = pull.timeline_items.take();
        let (bases, dismissals) = history(timeline);
        let look = Look {
            repository: Repository {
                id: repository.database_id.unwrap_or_default(),
                owner: repository.owner.login,
                name: repository.name,
                public: repository.visibility == "PUBLIC",
                default_branch: default_branch_name,
            },
            created_at: pull.created_at,
            body_edited_at: pull.last_edited_at,
            bodies: bodies(pull.user_content_edits.take(), pull.body.as_deref().unwrap_or_default()),
            bases,
            head_owner: pull.head_repository_owner.as_ref().and_then(account),
            asked_reviewers: asked_reviewers(pull.asked.take()),
            in_merge_queue: pull.is_in_merge_queue,
            merged: pull.merged_at.zip(pull.merge_commit.take().map(|commit| Oid::new(commit.oid))),
            assignees: pull
                .assignees
                .take()
                .map(|list| list.nodes.iter().flatten().filter_map(account).collect())
                .unwrap_or_default(),
            files: Known::Known(Vec::new()),
            commits: Known::Known(Vec::new()),
            reviews: Known::Known(Vec::new()),
            checks: Known::Known(Vec::new()),
            own_runs,
            own_comment: data.mine.take().and_then(|comment| own_comment(comment, slug, None)),
            organisation_policy,
            organisation_tip,
            selected_only,
            repository_policy,
            default_policy,
            default_tip,
            head_policy,
            templates,
            budget: data.rate_limit.map(|limit| (limit.remaining, limit.reset_at)),
            asked: AskedRead::default(),
            change: change(&mut pull, base_tip),
        };
        let mut reading = Self {
            look,
            started: Position::of(&pull),
            files: Paged::empty(),
            commits: Paged::empty(),
            compared: None,
            reviews: Paged::empty(),
            checks: Paged::empty(),
            comments_next: None,
            dismissals,
            slug: slug.to_owned(),
            marker: marker.to_owned(),
            torn,
        };
        reading.add_lists(&mut pull, rollup, &Pages::first(), target.comment.is_none());
        reading.heed(&errors);
        Ok(reading)
    }

    /// The pages that are still to be read.
    pub(super) fn next_pages(&self) -> Option<Pages> {
        let again = |next: &Option<String>| next.clone().map(Some);
        let pages = Pages {
            first: false,
            files: again(&self.files.next).filter(|_| self.files.total <= MOST_FILES),
            commits: again(&self.commits.next).filter(|_| !self.wants_comparison()),
            reviews: again(&self.reviews.next),
            checks: again(&self.checks.next),
            comments: again(&self.comments_next).filter(|_| self.look.own_comment.is_none()),
        };
        let any = pages.files.is_some()
            || pages.commits.is_some()
            || pages.reviews.is_some()
            || pages.checks.is_some()
            || pages.comments.is_some();
        any.then_some(pages)
    }

    /// Takes a further page; false where the pull request moved meanwhile.
    pub(super) fn add(&mut self, page: Partial<wire::Data>) -> Result<bool> {
        let asked = self.next_pages().unwrap_or_default();
        let Some(mut pull) = page.data.repository.and_then(|repository| repository.pull_request) else {
            return Ok(false);
        };
        if Position::of(&pull) != self.started {
            return Ok(false);
        }
        let rollup = pull
            .head
            .take()
            .and_then(|head| head.nodes.into_iter().flatten().next())
            .map(|node| node.commit.status_check_rollup);
        self.add_lists(&mut pull, rollup, &asked, true);
        self.heed(&page.errors);
        Ok(true)
    }

    /// An error puts a null where a signature may have been, and an unsigned commit looks the same.
    fn heed(&mut self, errors: &[FieldError]) {
        if errors.iter().any(|error| error.is_within("signature")) {
            self.commits.unknown = Some(UNSIGNED_OR_NOT.to_owned());
        }
    }

    /// Whether the answer shows the pull request where the look began.
    pub(super) fn is_still(&self, data: &wire::Data) -> bool {
        let pull = data.repository.as_ref().and_then(|repository| repository.pull_request.as_ref());
        pull.is_some_and(|pull| Position::of(pull) == self.started)
    }

    /// Whether there are more commits than the pull request lists.
    pub(super) fn wants_comparison(&self) -> bool {
        self.commits.total > MOST_COMMITS && self.compared.is_none()
    }

    pub(super) fn base(&self) -> &str {
        &self.started.base.0
    }

    pub(super) fn head(&self) -> &str {
        &self.started.head
    }

    pub(super) fn set_commits(&mut self, commits: Known<Vec<Commit>>) {
        self.compared = Some(commits);
    }

    /// The whole look; `None` where its parts do not belong together.
    pub(super) fn finish(self) -> Option<Look> {
        if self.torn {
            return None;
        }
        let mut look = self.look;
        look.files = if self.files.total > MOST_FILES {
            Known::unknown(format!("the pull request changes {} files, more than GitHub lists", self.files.total))
        } else {
            self.files.finish("changed files")
        };
        look.commits = self.compared.unwrap_or_else(|| self.commits.finish("commits"));
        look.reviews = self.reviews.finish("reviews");
        if let Known::Known(reviews) = &mut look.reviews {
            for review in reviews {
                let dismissal = self.dismissals.iter().rfind(|(id, ..)| *id == review.id);
                review.dismissal = dismissal.map(|(_, by, asked)| (by.clone(), *asked));
            }
        }
        look.checks = self.checks.finish("checks");
        if let Known::Known(checks) = &mut look.checks {
            // GitHub lists a run of each suite, in no order that it documents.
            checks.sort_by_key(|check| (check.id, check.made_at));
        }
        Some(look)
    }

    /// `rollup` is `None` where there was no head commit, `Some(None)` where the head has no checks.
    fn add_lists(
        &mut self,
        pull: &mut wire::PullRequest,
        rollup: Option<Option<wire::Rollup>>,
        asked: &Pages,
        comments: bool,
    ) {
        if asked.files.is_some() {
            self.files.add(pull.files.take(), "changed files", |node| Some(changed_file(node)));
        }
        if asked.commits.is_some() {
            self.commits.add(pull.commits.take(), "commits", |node: wire::CommitNode| Some(commit(node.commit)));
        }
        if asked.reviews.is_some() {
            self.reviews.add(pull.reviews.take(), "reviews", review);
        }
        if asked.checks.is_some() {
            match rollup {
                Some(Some(rollup)) => self.checks.add(Some(rollup.contexts), "checks", |context| Some(check(context))),
                Some(None) => {}
                None => self.checks.unknown = Some(NO_HEAD.to_owned()),
            }
        }
        if asked.comments.is_some() && comments {
            let page = pull.comments.take();
            self.comments_next = page
                .as_ref()
                .and_then(|page| page.page_info.clone())
                .filter(|info| info.has_next_page)
                .and_then(|info| info.end_cursor);
            let nodes = page.into_iter().flat_map(|page| page.nodes).flatten();
            let found = nodes.filter_map(|comment| own_comment(comment, &self.slug, Some(&self.marker))).next();
            self.look.own_comment = self.look.own_comment.take().or(found);
        }
    }
}

fn organisation_policy(page: &Partial<wire::Data>, target: &Target) -> Read {
    let Some(organisation) = &page.data.organisation else {
        let refused = page.errors.iter().find(|error| error.concerns("organisation") && !is_not_found(error));
        return refused.map_or(Read::Unseen, |error| Read::Unreachable(error.message.clone()));
    };
    let files = organisation.default_branch_ref.as_ref().and_then(|branch| branch.target.as_ref());
    let path = format!("{}/.github/countersign.toml", target.owner);
    file(files.and_then(|files| files.policy.as_ref()), &path)
}

fn organisation_tip(organisation: &wire::Organisation) -> Option<BranchTip> {
    let branch = organisation.default_branch_ref.as_ref()?;
    let tip = Oid::new(&branch.target.as_ref()?.oid);
    Some(BranchTip { repository: organisation.database_id?, branch: branch.name.clone(), tip })
}

fn base(base: Option<wire::BaseRef>, oid: &str) -> (Read, String) {
    match base.and_then(|base| base.target) {
        Some(target) => (file(target.policy.as_ref(), ".github/countersign.toml"), target.oid),
        None => (Read::Unreachable("the base branch is gone".to_owned()), oid.to_owned()),
    }
}

fn head_policy(entry: Option<&wire::TreeEntry>) -> Known<Option<Version>> {
    match file(entry, ".github/countersign.toml") {
        Read::Text(version) => Known::Known(Some(version)),
        Read::Absent => Known::Known(None),
        Read::Unreachable(why) => Known::Unknown(why),
        Read::Unseen => Known::unknown("the head commit is not to be seen"),
    }
}

fn version(entry: wire::TreeEntry) -> Option<Version> {
    let text = entry.object?.text?;
    Some(Version { blob: entry.oid, text })
}

fn change(pull: &mut wire::PullRequest, base_tip: String) -> Change {
    Change {
        number: pull.number,
        title: std::mem::take(&mut pull.title),
        body: pull.body.take().unwrap_or_default(),
        author: pull.author.as_ref().and_then(account),
        state: match pull.state.as_str() {
            "OPEN" => ChangeState::Open,
            "MERGED" => ChangeState::Merged,
            _ => ChangeState::Closed,
        },
        draft: pull.is_draft,
        base: Branch { name: pull.base_ref_name.clone(), tip: Oid::new(base_tip) },
        head: Branch { name: pull.head_ref_name.clone(), tip: Oid::new(pull.head_ref_oid.clone()) },
        head_owner: pull.head_repository_owner.as_ref().map(|owner| owner.login.clone()),
        fork: pull.is_cross_repository,
        labels: pull
            .labels
            .take()
            .map(|list| list.nodes.into_iter().flatten().map(|label| label.name).collect())
            .unwrap_or_default(),
        updated_at: pull.updated_at,
    }
}

/// Every text the description had. GitHub's types call the text of an edit its `diff`; it is the whole text from then
/// on, and it is taken for that only where the newest one is the text that stands now and none is missing.
fn bodies(edits: Option<wire::List<wire::Edit>>, current: &str) -> Vec<(Timestamp, String)> {
    let Some(edits) = edits else { return Vec::new() };
    let total = edits.total_count.unwrap_or(u64::MAX);
    let nodes = edits.nodes.into_iter().flatten().filter(|edit| edit.deleted_at.is_none());
    let mut texts: Vec<_> = nodes.filter_map(|edit| Some((edit.edited_at, edit.diff?))).collect();
    texts.sort();
    let newest_stands = texts.last().is_some_and(|(_, text)| text.lines().eq(current.lines()));
    if newest_stands && texts.len() as u64 == total { texts } else { Vec::new() }
}

/// Everybody who was ever asked for a review. An account that is gone cannot be asked again.
fn asked_reviewers(timeline: Option<wire::List<wire::AskedItem>>) -> Option<BTreeSet<Reviewer>> {
    let list = timeline?;
    if list.filtered_count.is_none_or(|count| count > list.nodes.len() as u64) {
        return None;
    }
    let reviewers = list.nodes.into_iter().flatten().filter_map(|item| item.requested_reviewer);
    let known = reviewers.filter_map(|reviewer| match reviewer {
        wire::RequestedReviewer::User { login, database_id } => {
            Some(Reviewer::Person(Account { id: database_id?, login, kind: AccountKind::User }))
        }
        wire::RequestedReviewer::Team { combined_slug } => TeamName::parse(&combined_slug).map(Reviewer::Team),
        wire::RequestedReviewer::Other => None,
    });
    Some(known.collect())
}

/// Former bases, and who dismissed which review.
fn history(timeline: Option<wire::List<wire::TimelineItem>>) -> (Vec<(Timestamp, String)>, Vec<Dismissal>) {
    let mut bases = Vec::new();
    let mut dismissals = Vec::new();
    let Some(list) = timeline else { return (bases, dismissals) };
    let whole = list.filtered_count.is_none_or(|count| count <= list.nodes.len() as u64);
    for item in list.nodes.into_iter().flatten() {
        match item {
            wire::TimelineItem::BaseRefChangedEvent { created_at, previous_ref_name } => {
                bases.push((created_at, previous_ref_name));
            }
            wire::TimelineItem::ReviewDismissedEvent { previous_review_state, actor, review } => {
                if let Some(id) = review.and_then(|review| review.full_database_id?.value()) {
                    dismissals.push((
                        id,
                        actor.as_ref().and_then(account),
                        previous_review_state == "CHANGES_REQUESTED",
                    ));
                }
            }
            wire::TimelineItem::Other => {}
        }
    }
    bases.sort();
    // More than a page of retargets is nobody's honest doing: without the whole list no base of the past is known.
    if !whole {
        bases.push((Timestamp::MAX, String::new()));
    }
    (bases, dismissals)
}

pub(super) fn account(actor: &wire::Actor) -> Option<Account> {
    let kind = match actor.kind.as_str() {
        "User" => AccountKind::User,
        "Bot" => AccountKind::Bot,
        _ => AccountKind::Other,
    };
    Some(Account { id: actor.database_id?, login: actor.login.trim_end_matches("[bot]").to_owned(), kind })
}

fn changed_file(node: wire::File) -> File {
    let status = match node.change_type.as_str() {
        "ADDED" => FileStatus::Added,
        "DELETED" => FileStatus::Removed,
        "RENAMED" => FileStatus::Renamed,
        "COPIED" => FileStatus::Copied,
        "CHANGED" => FileStatus::Changed,
        _ => FileStatus::Modified,
    };
    let old_path = match status {
        FileStatus::Renamed => Known::unknown("the old name of a renamed file was not read"),
        _ => Known::Known(None),
    };
    File { path: node.path, old_path, status, added: node.additions, removed: node.deletions }
}

pub(super) fn commit(commit: wire::Commit) -> Commit {
    let author = attribution(commit.author.as_ref());
    // The author comes first in `authors`; the others are named in trailers.
    let co_authors = commit.authors.iter().flat_map(|list| list.nodes.iter().flatten()).skip(1);
    let co_authors = co_authors
        .filter_map(|who| match attribution(Some(who)) {
            Attribution::Account(account) => Some(account),
            _ => None,
        })
        .collect();
    let committer = match (attribution(commit.committer.as_ref()), &commit.signature) {
        // GitHub commits what is done on its pages as itself, under an address that is no account's.
        (Attribution::Nobody { .. }, Some(signature)) if signature.was_signed_by_git_hub => Attribution::GitHub,
        (who, _) if is_github(commit.committer.as_ref()) => match who {
            Attribution::Account(account) if account.login != "web-flow" => Attribution::Account(account),
            _ => Attribution::GitHub,
        },
        (who, _) => who,
    };
    let verified = commit.signature.is_some_and(|signature| signature.is_valid);
    Commit { oid: Oid::new(commit.oid), author, committer, co_authors, verified }
}

fn is_github(who: Option<&wire::GitActor>) -> bool {
    who.is_some_and(|who| {
        who.email.as_deref() == Some("noreply@github.com")
            || who.user.as_ref().is_some_and(|user| user.login == "web-flow")
    })
}

fn attribution(who: Option<&wire::GitActor>) -> Attribution {
    let Some(who) = who else { return Attribution::Nobody { name: String::new() } };
    let known = who.user.as_ref().and_then(account).or_else(|| bot(who.email.as_deref()?));
    known.map_or_else(|| Attribution::Nobody { name: who.name.clone().unwrap_or_default() }, Attribution::Account)
}

/// GitHub's types attribute commits to users only. A bot's address names it: `ID+LOGIN[bot]@users.noreply.github.com`
/// (GitHub's documents on commit e-mail addresses). Like any author it is claimed, not proven; `verified` proves.
fn bot(email: &str) -> Option<Account> {
    let (id, login) = email.strip_suffix("@users.noreply.github.com")?.split_once('+')?;
    let login = login.strip_suffix("[bot]")?;
    Some(Account { id: id.parse().ok()?, login: login.to_owned(), kind: AccountKind::Bot })
}

fn review(node: wire::Review) -> Option<ReviewRead> {
    Some(ReviewRead {
        id: node.full_database_id?.value()?,
        author: node.author.as_ref().and_then(account),
        state: node.state.to_ascii_lowercase(),
        submitted_at: node.submitted_at?,
        commit: node.commit.map(|commit| Oid::new(commit.oid)),
        can_write: node.author_can_push_to_repository,
        dismissal: None,
    })
}

fn check(context: wire::Context) -> CheckRead {
    match context {
        wire::Context::CheckRun { database_id, name, status, conclusion, is_required, check_suite } => {
            let app = check_suite.and_then(|suite| suite.app);
            let maker = CheckMaker::App {
                id: app.as_ref().and_then(|app| app.database_id).unwrap_or_default(),
                slug: app.map(|app| app.slug).unwrap_or_default(),
            };
            let state = match conclusion {
                Some(conclusion) if status == "COMPLETED" => CheckState::Concluded(conclusion.to_ascii_lowercase()),
                _ => CheckState::Running,
            };
            let check = Check { name, maker, state, required: is_required };
            CheckRead { id: database_id.unwrap_or_default(), made_at: None, check }
        }
        wire::Context::Status { context, state, created_at, is_required, creator } => {
            let state = match state.as_str() {
                "PENDING" | "EXPECTED" => CheckState::Running,
                state => CheckState::Concluded(state.to_ascii_lowercase()),
            };
            let maker = CheckMaker::Creator(creator.as_ref().and_then(account));
            let check = Check { name: context, maker, state, required: is_required };
            CheckRead { id: 0, made_at: Some(created_at), check }
        }
        wire::Context::Other => {
            let maker = CheckMaker::Creator(None);
            let check = Check { name: String::new(), maker, state: CheckState::Running, required: true };
            CheckRead { id: 0, made_at: None, check }
        }
    }
}

fn own_runs(suites: Option<wire::List<wire::Suite>>) -> Vec<OwnRun> {
    let suites = suites.into_iter().flat_map(|list| list.nodes).flatten();
    let runs = suites.filter_map(|suite| suite.check_runs).flat_map(|list| list.nodes).flatten();
    let mut runs: Vec<_> = runs
        .filter_map(|run| {
            let status = run_status(&run.status, run.conclusion.as_deref());
            Some(OwnRun {
                id: run.database_id?,
                name: run.name,
                status,
                fingerprint: run.external_id.unwrap_or_default(),
                started_at: run.started_at,
            })
        })
        .collect();
    runs.sort_by_key(|run| run.id);
    runs
}

fn run_status(status: &str, conclusion: Option<&str>) -> Option<RunStatus> {
    match (status, conclusion) {
        ("COMPLETED", Some("SUCCESS")) => Some(RunStatus::Success),
        ("COMPLETED", Some("FAILURE")) => Some(RunStatus::Failure),
        ("COMPLETED", Some("ACTION_REQUIRED")) => Some(RunStatus::ActionRequired),
        ("COMPLETED", Some("NEUTRAL")) => Some(RunStatus::Neutral),
        ("COMPLETED", _) => None,
        _ => Some(RunStatus::InProgress),
    }
}

/// Ours is a comment by this App: anybody can write the marker, nobody else is the App. One that was found by its id is
/// ours even where somebody has edited the marker out of it.
fn own_comment(comment: wire::Comment, slug: &str, marker: Option<&str>) -> Option<OwnComment> {
    let author = comment.author?;
    let by_us = author.kind == "Bot" && author.login.trim_end_matches("[bot]") == slug;
    if !by_us || marker.is_some_and(|marker| !comment.body.contains(marker)) {
        return None;
    }
    let shown = ShownComment { id: comment.full_database_id?.value()?, body: comment.body };
    Some(OwnComment { node: comment.id, shown })
}
