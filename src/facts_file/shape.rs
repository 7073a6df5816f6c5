//! The keys of a facts file, and what holds where they are left out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::VERSION;
use super::fact::{Brief, Fact, OneOrMore, Short};

/// The login by which GitHub shows accounts that are gone.
pub(super) const GHOST: &str = "ghost";

/// A pull request as a facts file says it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FactsFile {
    /// The version of the form.
    pub version: u32,
    /// "Now"; left out, a Tuesday noon that is always the same, so that the same file gives the same decision.
    pub as_of: Option<Timestamp>,
    /// `OWNER/NAME`, or a table.
    pub repository: Short<Repository>,
    /// The pull request's number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its description.
    pub body: String,
    /// Who opened it; `ghost` for an account that is gone.
    pub author: String,
    /// Open, closed or merged.
    pub state: State,
    /// Whether it is a draft.
    pub draft: bool,
    /// Where it is to go: a branch, or a table.
    pub base: Short<Base>,
    /// What is to go in: a branch, or a table.
    pub head: Short<Head>,
    /// Whether the head is in another repository.
    pub fork: bool,
    /// Names of its labels.
    pub labels: Vec<String>,
    /// The changed files.
    pub files: Fact<Vec<Short<File>>>,
    /// The commits, oldest first; left out, one by the author.
    pub commits: Option<Fact<Vec<Short<Commit>>>>,
    /// Who pushed; left out, the author and whoever committed.
    pub pushers: Option<Fact<Vec<String>>>,
    /// What other heads changed, by their commits: those that reviews were given on, and those that were moved.
    pub heads: BTreeMap<String, FormerHead>,
    /// Every move of the head by the people named, oldest first.
    pub moves: Vec<Move>,
    /// Who operates the bot that made the change.
    pub operators: Vec<String>,
    /// The reviews, oldest first.
    pub reviews: Fact<Vec<Short<Review>>>,
    /// The commands that people gave in comments, oldest first.
    pub commands: Fact<Vec<Command>>,
    /// Changes that tickets of emergencies are used for already, as `#41` or `acme/shop#41`.
    pub tickets: BTreeMap<String, Fact<String>>,
    /// The reviews that are owed of other changes of the repository, which went in as emergencies.
    pub reviews_owed: Fact<Vec<OwedReview>>,
    /// Check runs and statuses of the head, the newest of a name last.
    pub checks: Fact<Vec<Short<Check>>>,
    /// Deployments of the head commit, oldest first.
    pub deployments: Fact<Vec<Short<Deployment>>>,
    /// The review threads.
    pub threads: Fact<Vec<Short<Thread>>>,
    /// Whether a pull request of the author's was merged here before.
    pub merged_before: Fact<bool>,
    /// The text of CODEOWNERS at the base; left out, who owns the files is unknown.
    pub codeowners: Option<Fact<String>>,
    /// Changed paths that are no regular file (links, submodules), or whose mode changes.
    pub special_files: Fact<Vec<String>>,
    /// How many changes failed that went in by a model, by its id; an organisation's as `organisation/ID`.
    pub failures: BTreeMap<String, u32>,
    /// The members of teams, as `ORG/SLUG`; of one that is left out they are unknown.
    pub teams: BTreeMap<String, Fact<Vec<String>>>,
    /// What people may do in the repository, by login, beyond what `can_write` says of a review.
    pub permissions: BTreeMap<String, Fact<Permission>>,
    /// The repository's custom properties on GitHub, or `unknown` alone with why.
    pub properties: BTreeMap<String, OneOrMore>,
    /// Logins that named another account when the policy first named them: its number, or unknown.
    pub accounts: BTreeMap<String, Fact<u64>>,
    /// Whether GitHub requires the check.
    pub enforced: Fact<bool>,
    /// The names of all checks that GitHub requires on the base; left out, those of `checks` that are said to be.
    pub required_checks: Option<Fact<Vec<String>>>,
    /// Since when the head is the head; left out, that is unknown.
    pub head_since: Option<Fact<Timestamp>>,
    /// Since when the pull request is ready for review and into its base; left out, that is unknown.
    pub ready_since: Option<Fact<Timestamp>>,
    /// Since when the description announces what it announces now; left out, that is unknown.
    pub announced_since: Option<Fact<Timestamp>>,
    /// The repository's policy file as the head has it, where the change touches it.
    pub policy_at_head: Option<Fact<String>>,
    /// Open pull requests with the same head and check.
    pub siblings: Vec<Sibling>,
}

impl Default for FactsFile {
    fn default() -> Self {
        Self {
            version: VERSION,
            as_of: None,
            repository: Short::default(),
            number: 1,
            title: "A change".to_owned(),
            body: String::new(),
            author: "octocat".to_owned(),
            state: State::Open,
            draft: false,
            base: Short::default(),
            head: Short::default(),
            fork: false,
            labels: Vec::new(),
            files: Fact::default(),
            commits: None,
            pushers: None,
            heads: BTreeMap::new(),
            moves: Vec::new(),
            operators: Vec::new(),
            reviews: Fact::default(),
            commands: Fact::default(),
            tickets: BTreeMap::new(),
            reviews_owed: Fact::default(),
            checks: Fact::default(),
            deployments: Fact::default(),
            threads: Fact::default(),
            merged_before: Fact::Known(true),
            codeowners: None,
            special_files: Fact::default(),
            failures: BTreeMap::new(),
            teams: BTreeMap::new(),
            permissions: BTreeMap::new(),
            properties: BTreeMap::new(),
            accounts: BTreeMap::new(),
            enforced: Fact::Known(true),
            required_checks: None,
            head_since: None,
            ready_since: None,
            announced_since: None,
            policy_at_head: None,
            siblings: Vec::new(),
        }
    }
}

/// The repository; as a text, its owner and name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repository {
    /// `OWNER/NAME`.
    pub name: String,
    /// Whether anybody may read it.
    pub public: bool,
    /// Its default branch.
    pub default_branch: String,
}

impl Default for Repository {
    fn default() -> Self {
        Self { name: "acme/shop".to_owned(), public: false, default_branch: "main".to_owned() }
    }
}

impl Brief for Repository {
    fn brief(text: &str) -> Self {
        Self { name: text.to_owned(), ..Self::default() }
    }
}

/// What somebody may do in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Nothing, not even read.
    None,
    /// Read.
    Read,
    /// Sort issues and pull requests.
    Triage,
    /// Push.
    Write,
    /// Manage.
    Maintain,
    /// Everything.
    Admin,
}

/// Open, closed or merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It waits.
    Open,
    /// It was given up.
    Closed,
    /// It went in.
    Merged,
}

/// The base; as a text, its branch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Base {
    /// The branch; left out, the default branch.
    pub branch: Option<String>,
    /// The commit at its tip.
    pub commit: Option<String>,
}

impl Brief for Base {
    fn brief(text: &str) -> Self {
        Self { branch: Some(text.to_owned()), commit: None }
    }
}

/// The head; as a text, its branch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Head {
    /// The branch.
    pub branch: String,
    /// The commit at its tip; left out, the last commit.
    pub commit: Option<String>,
    /// Whose repository it is in; left out, the repository's owner, or the author of a fork.
    pub owner: Option<String>,
}

impl Default for Head {
    fn default() -> Self {
        Self { branch: "change".to_owned(), commit: None, owner: None }
    }
}

impl Brief for Head {
    fn brief(text: &str) -> Self {
        Self { branch: text.to_owned(), ..Self::default() }
    }
}

/// A changed file; as a text, its path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its path.
    pub path: String,
    /// The path before a rename.
    #[serde(default)]
    pub old_path: Option<Fact<String>>,
    /// What happened to it; left out, renamed where there is an old path, else modified.
    #[serde(default)]
    pub status: Option<FileStatus>,
    /// Lines added; left out, those of the patch, or one.
    #[serde(default)]
    pub added: Option<u64>,
    /// Lines removed; left out, those of the patch, or none.
    #[serde(default)]
    pub removed: Option<u64>,
    /// What changes, as GitHub's patches say it; lines with `+`, `-` and a space in front will do.
    #[serde(default)]
    pub patch: Option<String>,
}

impl Brief for File {
    fn brief(text: &str) -> Self {
        Self { path: text.to_owned(), old_path: None, status: None, added: None, removed: None, patch: None }
    }
}

/// What a change does to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileStatus {
    /// It is new.
    Added,
    /// Its content differs.
    Modified,
    /// It is gone.
    Removed,
    /// It has another path.
    Renamed,
    /// It was copied from another path.
    Copied,
    /// Its mode or type differs.
    Changed,
}

/// A commit; as a text, who wrote and committed it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Commit {
    /// Its id; left out, a number of its own.
    pub id: Option<String>,
    /// Who wrote it; left out, the pull request's author.
    pub author: Option<Short<Attributed>>,
    /// Who put it in; left out, whoever wrote it. `web-flow` is GitHub itself.
    pub committer: Option<Short<Attributed>>,
    /// Who is named as a co-author.
    pub co_authors: Vec<String>,
    /// Whether GitHub verified its signature.
    pub verified: bool,
}

impl Brief for Commit {
    fn brief(text: &str) -> Self {
        Self { author: Some(Short(Attributed::brief(text))), ..Self::default() }
    }
}

/// Whose a commit is; as a text, the login.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Attributed {
    /// The account.
    pub login: Option<String>,
    /// The name in a commit that is no account's.
    pub nobody: Option<String>,
}

impl Brief for Attributed {
    fn brief(text: &str) -> Self {
        Self { login: Some(text.to_owned()), nobody: None }
    }
}

/// What another head changed: an empty table, what is changed now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FormerHead {
    /// The ids of its commits; left out, those of now up to it, or that one alone.
    pub commits: Option<Vec<String>>,
    /// Files that are changed now, and that it changed otherwise.
    pub differs: Vec<String>,
    /// Files that are changed now, and that it did not change.
    pub without: Vec<String>,
    /// Files that it changed besides.
    pub besides: Vec<String>,
    /// Why all that is not known.
    pub unknown: Option<String>,
}

/// Somebody moved the head.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Who.
    pub by: String,
    /// The head before.
    pub from: String,
    /// The head after.
    pub to: String,
}

/// A review; as a text, who approved what is there now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Who gave it; `ghost` for an account that is gone.
    pub by: String,
    /// What it says.
    #[serde(default)]
    pub verdict: Verdict,
    /// When it was submitted; left out, a minute after the one before.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// The commit it was given on; left out, the head.
    #[serde(default)]
    pub commit: Option<String>,
    /// Whether the reviewer may push.
    #[serde(default = "yes")]
    pub can_write: bool,
    /// The base at that time; left out, the base.
    #[serde(default)]
    pub base: Option<Fact<String>>,
    /// The ids of the commits at that time; left out, those up to the commit it was given on.
    #[serde(default)]
    pub commits: Option<Fact<Vec<String>>>,
    /// The description at that time; left out, the description.
    #[serde(default)]
    pub body: Option<Fact<String>>,
    /// Whether the reviewer was in a team, as `ORG/SLUG`, when the review was first seen; left out, as now.
    #[serde(default)]
    pub member_of: BTreeMap<String, Fact<bool>>,
    /// Whether the reviewer could push when the review was first seen; left out, as now.
    #[serde(default)]
    pub could_write: Option<bool>,
    /// What the reviewer might do in the repository when the review was first seen; left out, as now.
    #[serde(default)]
    pub held: Option<Fact<Permission>>,
    /// Who dismissed it.
    #[serde(default)]
    pub dismissed_by: Option<String>,
    /// Whether the review that was dismissed had asked for changes.
    #[serde(default)]
    pub asked_for_changes: Option<bool>,
}

fn yes() -> bool {
    true
}

impl Brief for Review {
    fn brief(text: &str) -> Self {
        Self {
            by: text.to_owned(),
            verdict: Verdict::Approved,
            at: None,
            commit: None,
            can_write: true,
            base: None,
            commits: None,
            body: None,
            member_of: BTreeMap::new(),
            could_write: None,
            held: None,
            dismissed_by: None,
            asked_for_changes: None,
        }
    }
}

/// The review that is owed of a change that went in as an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwedReview {
    /// The pull request's number.
    pub number: u64,
    /// When it is due.
    pub due: Timestamp,
}

/// A command in a comment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Who gave it.
    pub by: String,
    /// What it says, with or without `/countersign`.
    pub line: String,
    /// When it was received; left out, a minute after the one before.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// The head when it was given; left out, the head.
    #[serde(default)]
    pub commit: Option<String>,
    /// Whether its giver may push.
    #[serde(default = "yes")]
    pub can_write: bool,
    /// The base at that time; left out, the base.
    #[serde(default)]
    pub base: Option<Fact<String>>,
    /// The description at that time; left out, the description.
    #[serde(default)]
    pub body: Option<Fact<String>>,
    /// Whether its giver was in a team, as `ORG/SLUG`, when it was first seen; left out, as now.
    #[serde(default)]
    pub member_of: BTreeMap<String, Fact<bool>>,
    /// Whether its giver could push when it was first seen; left out, as now.
    #[serde(default)]
    pub could_write: Option<bool>,
}

/// What a review says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It approves.
    #[default]
    Approved,
    /// It asks for changes.
    ChangesRequested,
    /// It was taken back.
    Dismissed,
}

/// A check run or a commit status; as a text, a run of GitHub Actions that succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its name, or a status' context.
    pub name: String,
    /// The App that made it, by its slug; left out, `github-actions`. `countersign` is this App.
    #[serde(default)]
    pub app: Option<String>,
    /// Of a commit status: the account that made it.
    #[serde(default)]
    pub creator: Option<String>,
    /// GitHub's conclusion, such as `success` or `failure`; `running` where there is none yet.
    #[serde(default = "success")]
    pub state: String,
    /// Whether GitHub requires it on the base.
    #[serde(default)]
    pub required: bool,
}

fn success() -> String {
    "success".to_owned()
}

impl Brief for Check {
    fn brief(text: &str) -> Self {
        Self { name: text.to_owned(), app: None, creator: None, state: success(), required: false }
    }
}

/// A deployment of the head; as a text, one to that environment that succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// The environment's name on GitHub.
    pub environment: String,
    /// Its latest state.
    #[serde(default = "success")]
    pub state: String,
    /// Who made it.
    #[serde(default = "actions")]
    pub by: String,
    /// When; left out, as_of.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

fn actions() -> String {
    "github-actions[bot]".to_owned()
}

impl Brief for Deployment {
    fn brief(text: &str) -> Self {
        Self { environment: text.to_owned(), state: success(), by: actions(), at: None }
    }
}

/// A review thread; as a text, an open one on that file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thread {
    /// The file it is on.
    pub path: String,
    /// Who resolved it; left out, nobody has.
    #[serde(default)]
    pub resolved_by: Option<String>,
}

impl Brief for Thread {
    fn brief(text: &str) -> Self {
        Self { path: text.to_owned(), resolved_by: None }
    }
}

/// An open pull request with the same head and check.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sibling {
    /// Its number.
    pub number: u64,
    /// What it came to, such as `wait`; left out, it was not decided yet.
    #[serde(default)]
    pub outcome: Option<String>,
}
