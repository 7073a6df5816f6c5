//! The look as GitHub sends it: only the fields that are asked for, tolerant of what is null.
//!
//! One set of structs serves the first page and every further one, because a field
//! that a page did not ask for is simply not there. What the structs say is held
//! against GitHub's types wherever the query runs against the stand-in.

use jiff::Timestamp;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Data {
    pub(super) rate_limit: Option<RateLimit>,
    #[serde(default)]
    pub(super) organisation: Option<Organisation>,
    #[serde(default)]
    pub(super) mine: Option<Comment>,
    pub(super) repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RateLimit {
    pub(super) remaining: i64,
    pub(super) reset_at: Timestamp,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Organisation {
    pub(super) database_id: Option<u64>,
    pub(super) default_branch_ref: Option<BranchOf<OrganisationFiles>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BranchOf<T> {
    #[serde(default)]
    pub(super) name: String,
    pub(super) target: Option<T>,
}

#[derive(Debug, Deserialize)]
pub(super) struct OrganisationFiles {
    pub(super) oid: String,
    pub(super) policy: Option<TreeEntry>,
    #[serde(flatten)]
    pub(super) templates: Templates,
}

#[derive(Debug, Deserialize)]
pub(super) struct DefaultFiles {
    pub(super) oid: String,
    pub(super) policy: Option<TreeEntry>,
    #[serde(flatten)]
    pub(super) templates: Templates,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Templates {
    template1: Option<TreeEntry>,
    template2: Option<TreeEntry>,
    template3: Option<TreeEntry>,
    template4: Option<TreeEntry>,
    template5: Option<TreeEntry>,
    template6: Option<TreeEntry>,
}

impl Templates {
    pub(super) fn into_iter(self) -> impl Iterator<Item = TreeEntry> {
        [self.template1, self.template2, self.template3, self.template4, self.template5, self.template6]
            .into_iter()
            .flatten()
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct TreeEntry {
    pub(super) oid: String,
    pub(super) object: Option<Blob>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Blob {
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) is_truncated: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Repository {
    pub(super) database_id: Option<u64>,
    pub(super) name: String,
    pub(super) visibility: String,
    pub(super) owner: Login,
    pub(super) default_branch_ref: Option<BranchOf<DefaultFiles>>,
    pub(super) pull_request: Option<PullRequest>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Login {
    pub(super) login: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PullRequest {
    pub(super) number: u64,
    pub(super) state: String,
    pub(super) is_draft: bool,
    pub(super) title: String,
    pub(super) body: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) last_edited_at: Option<Timestamp>,
    pub(super) base_ref_name: String,
    pub(super) base_ref_oid: String,
    pub(super) head_ref_name: String,
    pub(super) head_ref_oid: String,
    pub(super) is_cross_repository: bool,
    #[serde(default)]
    pub(super) is_in_merge_queue: bool,
    pub(super) merged_at: Option<Timestamp>,
    pub(super) merge_commit: Option<Oid>,
    pub(super) merged_by: Option<Actor>,
    pub(super) author: Option<Actor>,
    pub(super) head_repository_owner: Option<Actor>,
    pub(super) base_ref: Option<BaseRef>,
    pub(super) user_content_edits: Option<List<Edit>>,
    pub(super) labels: Option<List<Label>>,
    pub(super) assignees: Option<List<Actor>>,
    pub(super) timeline_items: Option<List<TimelineItem>>,
    pub(super) asked: Option<List<AskedItem>>,
    pub(super) files: Option<List<File>>,
    pub(super) commits: Option<List<CommitNode>>,
    pub(super) reviews: Option<List<Review>>,
    pub(super) comments: Option<List<Comment>>,
    pub(super) head: Option<List<HeadNode>>,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct List<T> {
    #[serde(default)]
    pub(super) total_count: Option<u64>,
    #[serde(default)]
    pub(super) filtered_count: Option<u64>,
    pub(super) page_info: Option<PageInfo>,
    #[serde(default = "Vec::new")]
    pub(super) nodes: Vec<Option<T>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Actor {
    #[serde(rename = "__typename")]
    pub(super) kind: String,
    pub(super) login: String,
    pub(super) database_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BaseRef {
    pub(super) target: Option<BaseTarget>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BaseTarget {
    pub(super) oid: String,
    pub(super) policy: Option<TreeEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Edit {
    pub(super) edited_at: Timestamp,
    pub(super) deleted_at: Option<Timestamp>,
    pub(super) diff: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Label {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "__typename")]
pub(super) enum TimelineItem {
    #[serde(rename_all = "camelCase")]
    BaseRefChangedEvent { created_at: Timestamp, previous_ref_name: String },
    #[serde(rename_all = "camelCase")]
    ReviewDismissedEvent { previous_review_state: String, actor: Option<Actor>, review: Option<ReviewId> },
    #[serde(other)]
    Other,
}

/// Somebody was asked for a review, or taken off again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskedItem {
    pub(super) requested_reviewer: Option<RequestedReviewer>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "__typename")]
pub(super) enum RequestedReviewer {
    #[serde(rename_all = "camelCase")]
    User { login: String, database_id: Option<u64> },
    #[serde(rename_all = "camelCase")]
    Team { combined_slug: String },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewId {
    pub(super) full_database_id: Option<Number>,
}

/// A `BigInt`: GitHub sends it as a string.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Number {
    Text(String),
    Number(u64),
}

impl Number {
    pub(super) fn value(&self) -> Option<u64> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Number(number) => Some(*number),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct File {
    pub(super) path: String,
    pub(super) change_type: String,
    pub(super) additions: u64,
    pub(super) deletions: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct CommitNode {
    pub(super) commit: Commit,
}

#[derive(Debug, Deserialize)]
pub(super) struct Commit {
    pub(super) oid: String,
    pub(super) author: Option<GitActor>,
    pub(super) committer: Option<GitActor>,
    pub(super) authors: Option<List<GitActor>>,
    pub(super) signature: Option<Signature>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct GitActor {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) user: Option<Actor>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signature {
    pub(super) is_valid: bool,
    #[serde(default)]
    pub(super) was_signed_by_git_hub: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Review {
    pub(super) full_database_id: Option<Number>,
    pub(super) state: String,
    pub(super) submitted_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) author_can_push_to_repository: bool,
    pub(super) author: Option<Actor>,
    pub(super) commit: Option<Oid>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Oid {
    pub(super) oid: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Comment {
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    pub(super) full_database_id: Option<Number>,
    #[serde(default)]
    pub(super) body: String,
    #[serde(default)]
    pub(super) author: Option<Actor>,
}

#[derive(Debug, Deserialize)]
pub(super) struct HeadNode {
    pub(super) commit: HeadCommit,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HeadCommit {
    pub(super) oid: String,
    pub(super) policy: Option<TreeEntry>,
    pub(super) status_check_rollup: Option<Rollup>,
    pub(super) ours: Option<List<Suite>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Rollup {
    pub(super) contexts: List<Context>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "__typename")]
pub(super) enum Context {
    #[serde(rename_all = "camelCase")]
    CheckRun {
        database_id: Option<u64>,
        name: String,
        status: String,
        conclusion: Option<String>,
        #[serde(default)]
        is_required: bool,
        check_suite: Option<CheckSuite>,
    },
    #[serde(rename_all = "camelCase")]
    #[serde(rename = "StatusContext")]
    Status {
        context: String,
        state: String,
        created_at: Timestamp,
        #[serde(default)]
        is_required: bool,
        creator: Option<Actor>,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
pub(super) struct CheckSuite {
    pub(super) app: Option<App>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct App {
    pub(super) database_id: Option<u64>,
    pub(super) slug: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Suite {
    pub(super) check_runs: Option<List<OwnRun>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnRun {
    pub(super) database_id: Option<u64>,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) conclusion: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) completed_at: Option<Timestamp>,
}
