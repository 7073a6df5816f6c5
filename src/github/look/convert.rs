//! From what GitHub answers to what a look shows, value by value. How pages are put together is for [`super::reading`].

use std::collections::BTreeSet;

use countersign_domain::account::{Account, AccountKind, Oid, TeamName};
use countersign_domain::decision::Reviewer;
use countersign_domain::facts::{
    Attribution, Branch, Change, ChangeState, Check, CheckMaker, CheckState, Commit, File, FileStatus, Known,
};
use countersign_domain::layer::{ORGANISATION_POLICY, REPOSITORY_POLICY};
use countersign_domain::plan::{RunStatus, ShownComment};
use countersign_domain::policy::{Read, Version};
use jiff::Timestamp;

use super::super::client::Partial;
use super::{BranchTip, CheckRead, OwnComment, OwnRun, ReviewRead, Target, file, is_not_found, wire};

/// A review that was dismissed: its number, by whom, and whether it had asked for changes.
pub(super) type Dismissal = (u64, Option<Account>, bool);

pub(super) fn organisation_policy(page: &Partial<wire::Data>, target: &Target) -> Read {
    let Some(organisation) = &page.data.organisation else {
        let refused = page.errors.iter().find(|error| error.concerns("organisation") && !is_not_found(error));
        return refused.map_or(Read::Unseen, |error| Read::Unreachable(error.message.clone()));
    };
    let files = organisation.default_branch_ref.as_ref().and_then(|branch| branch.target.as_ref());
    let path = format!("{}/.github/{ORGANISATION_POLICY}", target.owner);
    file(files.and_then(|files| files.policy.as_ref()), &path)
}

pub(super) fn organisation_tip(organisation: &wire::Organisation) -> Option<BranchTip> {
    let branch = organisation.default_branch_ref.as_ref()?;
    let tip = Oid::new(&branch.target.as_ref()?.oid);
    Some(BranchTip { repository: organisation.database_id?, branch: branch.name.clone(), tip })
}

pub(super) fn base(base: Option<wire::BaseRef>, oid: &str) -> (Read, String) {
    match base.and_then(|base| base.target) {
        Some(target) => (file(target.policy.as_ref(), REPOSITORY_POLICY), target.oid),
        None => (Read::Unreachable("the base branch is gone".to_owned()), oid.to_owned()),
    }
}

pub(super) fn head_policy(entry: Option<&wire::TreeEntry>) -> Known<Option<Version>> {
    match file(entry, REPOSITORY_POLICY) {
        Read::Text(version) => Known::Known(Some(version)),
        Read::Absent => Known::Known(None),
        Read::Unreachable(why) => Known::Unknown(why),
        Read::Unseen => Known::unknown("the head commit is not to be seen"),
    }
}

pub(super) fn version(entry: wire::TreeEntry) -> Option<Version> {
    let text = entry.object?.text?;
    Some(Version { blob: entry.oid, text })
}

pub(super) fn change(pull: &mut wire::PullRequest, base_tip: String) -> Change {
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
pub(super) fn bodies(edits: Option<wire::List<wire::Edit>>, current: &str) -> Vec<(Timestamp, String)> {
    let Some(edits) = edits else { return Vec::new() };
    let total = edits.total_count.unwrap_or(u64::MAX);
    let nodes = edits.nodes.into_iter().flatten().filter(|edit| edit.deleted_at.is_none());
    let mut texts: Vec<_> = nodes.filter_map(|edit| Some((edit.edited_at, edit.diff?))).collect();
    texts.sort();
    let newest_stands = texts.last().is_some_and(|(_, text)| text.lines().eq(current.lines()));
    if newest_stands && texts.len() as u64 == total { texts } else { Vec::new() }
}

/// Everybody who was ever asked for a review. An account that is gone cannot be asked again.
pub(super) fn asked_reviewers(timeline: Option<wire::List<wire::AskedItem>>) -> Option<BTreeSet<Reviewer>> {
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
pub(super) fn history(timeline: Option<wire::List<wire::TimelineItem>>) -> (Vec<(Timestamp, String)>, Vec<Dismissal>) {
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

pub(super) fn changed_file(node: wire::File) -> File {
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

pub(super) fn review(node: wire::Review) -> Option<ReviewRead> {
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

pub(super) fn check(context: wire::Context) -> CheckRead {
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

pub(super) fn own_runs(suites: Option<wire::List<wire::Suite>>) -> Vec<OwnRun> {
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
                completed_at: run.completed_at,
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
pub(super) fn own_comment(comment: wire::Comment, slug: &str, marker: Option<&str>) -> Option<OwnComment> {
    let author = comment.author?;
    let by_us = author.kind == "Bot" && author.login.trim_end_matches("[bot]") == slug;
    if !by_us || marker.is_some_and(|marker| !comment.body.contains(marker)) {
        return None;
    }
    let shown = ShownComment { id: comment.full_database_id?.value()?, body: comment.body };
    Some(OwnComment { node: comment.id, shown })
}
