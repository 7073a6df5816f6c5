//! A look in the making: its pages put together, and lists held against their totals.

use countersign_domain::account::Oid;
use countersign_domain::facts::{Commit, File, Known, Repository};
use countersign_domain::layer::REPOSITORY_POLICY;
use countersign_domain::policy::Read;
use jiff::Timestamp;

use super::super::client::{FieldError, Partial};
use super::super::error::{Error, Result};
use super::convert::{
    Dismissal, account, asked_reviewers, base, bodies, change, changed_file, check, commit, head_policy, history,
    organisation_policy, organisation_tip, own_comment, own_runs, review, version,
};
use super::{
    AskedRead, CheckRead, Look, MOST_COMMITS, MOST_FILES, Pages, ReviewRead, Target, file, is_not_found, wire,
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
            Some(files) => (file(files.policy.as_ref(), REPOSITORY_POLICY), Some(Oid::new(&files.oid))),
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
            merged_by: pull.merged_by.as_ref().and_then(account),
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
