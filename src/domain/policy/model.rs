//! The policy as it is valid: layers, rules, authorities, the service map, `[approval]`.
//!
//! These types hold no text to be looked up later: names are resolved, globs and
//! patterns compiled, defaults filled in. Absent: how a file is read (`read`).

use std::collections::BTreeMap;
use std::ops::Range;

use globset::GlobSet;
use jiff::tz::TimeZone;

use super::condition::Conditions;
use super::hold::Hold;
use super::lanes::{Emergency, Model, Waiver};
use super::length::Length;
use super::pir::Pir;
use super::waive::Waive;
use crate::account::TeamName;
use crate::diagnostic::Placed;
use crate::event::ChangeEvent;
use crate::layer::Layer;
use crate::record::{FieldId, FieldSpec};
use crate::risk::Level;

/// The layers in force for one pull request, organisation first.
#[derive(Debug, Clone, Default)]
pub struct PolicySet {
    /// Each layer that has a file, or should have one.
    pub layers: Vec<LayerPolicy>,
}

/// One layer: its file, and what it comes to.
#[derive(Debug, Clone)]
pub struct LayerPolicy {
    /// Which layer.
    pub layer: Layer,
    /// Where the text in force was read.
    pub source: SourceRef,
    /// How the text in force came to be.
    pub standing: Standing,
    /// What it says; `None` where no valid text could be had.
    pub policy: Option<Policy>,
    /// Why the file as it is now is not in force, where it is wrong.
    pub errors: Vec<Placed>,
}

/// A file's place and version, for people and for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRef {
    /// Repository and path, as `acme/.github/countersign.toml`.
    pub path: String,
    /// The blob id of the version in force; empty where there is none.
    pub blob: String,
}

/// How the policy of a layer came to be in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The file as it is now.
    Current,
    /// The file is wrong now; its last valid version goes on. The errors are those of the file.
    LastKnownGood {
        /// The blob id of the wrong version.
        wrong: String,
    },
    /// The file is wrong and no valid version of it is known.
    Wrong,
    /// The file could not be read; its last version goes on, where there is one.
    Unreachable(String),
    /// The layer's repository is not covered by the installation and was never seen.
    Unseen,
}

impl Standing {
    /// Its name in the store and in logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::LastKnownGood { .. } => "last-known-good",
            Self::Wrong => "wrong",
            Self::Unreachable(_) => "unreachable",
            Self::Unseen => "unseen",
        }
    }
}

/// What one file says, every default filled in.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Whether this layer decides.
    pub mode: Mode,
    /// Which pull requests it speaks about.
    pub scope: Scope,
    /// Fields that every change request must have.
    pub required_fields: Vec<FieldId>,
    /// Fields defined here.
    pub fields: Vec<FieldSpec>,
    /// Aliases added here to fields of this layer or above.
    pub aliases: Vec<(FieldId, String)>,
    /// Words added here for choices of standard fields: field, word, choice.
    pub synonyms: Vec<(FieldId, String, String)>,
    /// The service map.
    pub services: BTreeMap<String, Service>,
    /// The environments.
    pub environments: BTreeMap<String, Environment>,
    /// Who may authorise.
    pub authorities: BTreeMap<String, Authority>,
    /// Lower bounds of the risk levels, where this file gives them: medium, high, critical.
    pub levels: Option<[u32; 3]>,
    /// The risk factors, in the order of the file.
    pub factors: Vec<Factor>,
    /// The rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// The freezes and windows, in the order of the file.
    pub holds: Vec<Hold>,
    /// What governs this layer's approvals, as far as the file says it.
    pub approval: ApprovalSettings,
    /// Names that a family of bases shares: glob over bases, name of the check.
    pub check_names: Vec<(Globs, String)>,
    /// Paths whose change makes results of GitHub Actions wait for a reader.
    pub trusted_paths: Globs,
    /// What a window that the description plans does.
    pub planned_window: PlannedWindow,
    /// What plans that meet do.
    pub collisions: Collisions,
    /// When to comment.
    pub comment: CommentWhen,
    /// The zone of local times in this file.
    pub timezone: Option<TimeZone>,
    /// The models of standard changes, in the order of the file.
    pub models: Vec<Model>,
    /// The standing exceptions, in the order of the file.
    pub waivers: Vec<Waiver>,
    /// The emergency lane.
    pub emergency: Option<Emergency>,
    /// Who is told of what happens to changes, in the order of the file.
    pub notify: Vec<Notify>,
    /// Post-implementation review.
    pub pir: Option<Pir>,
    /// What this version reads but does not enforce, outside conditions and requirements: holds every change in scope.
    pub unenforced: Vec<Unenforced>,
    /// Where the names of services, environments, authorities and fields are defined, for diagnostics of other layers.
    pub places: BTreeMap<(&'static str, String), Range<usize>>,
    /// Whether the file asks anything at all of a change (a rule, required field, freeze or window).
    pub asks: bool,
}

/// `[[notify]]`: who is told of what.
#[derive(Debug, Clone)]
pub struct Notify {
    /// Of what.
    pub on: Vec<ChangeEvent>,
    /// The receivers, each `KIND:NAME`, as the server's settings name its channels.
    pub to: Vec<String>,
    /// Of which changes.
    pub when: Conditions,
}

/// A part of the language that the file uses and this version does not enforce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unenforced {
    /// The key as people write it: `freeze`, `rule.soak`, `rule.acknowledge`.
    pub key: String,
    /// Its id, where it has one.
    pub id: Option<String>,
    /// Where it stands in the file.
    pub span: Range<usize>,
}

/// What a layer's or a rule's word is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Mode {
    /// Shown, never decides.
    Observe,
    /// Shown and commented, never decides.
    Warn,
    /// Decides.
    #[default]
    Enforce,
}

/// Which pull requests a layer speaks about.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Names of repositories, without the owner.
    pub repositories: Globs,
    /// Base branches.
    pub base: BranchGlobs,
    /// Custom properties of repositories, each with the values of which it must have one; empty: any repository.
    pub properties: BTreeMap<String, Vec<String>>,
}

/// Globs over whole paths or names: case-sensitive, `*` stops at `/`, `!glob` takes out.
#[derive(Debug, Clone)]
pub struct Globs {
    /// As written, for people.
    pub written: Vec<String>,
    /// What takes in.
    pub include: GlobSet,
    /// What takes out.
    pub exclude: GlobSet,
}

impl Globs {
    /// Whether the path is taken in and not taken out.
    pub fn matches(&self, path: &str) -> bool {
        self.include.is_match(path) && !self.exclude.is_match(path)
    }
}

/// Globs over branches, with GitHub's word for the default one.
#[derive(Debug, Clone)]
pub struct BranchGlobs {
    /// The globs; where only `~DEFAULT_BRANCH` is written, none.
    pub globs: Globs,
    /// Whether `~DEFAULT_BRANCH` is taken in.
    pub default_branch: bool,
    /// Whether `!~DEFAULT_BRANCH` takes it out.
    pub not_default_branch: bool,
}

impl BranchGlobs {
    /// Whether the branch is meant.
    pub fn matches(&self, branch: &str, default_branch: &str) -> bool {
        let is_default = branch == default_branch;
        let taken_in = self.globs.include.is_match(branch) || (self.default_branch && is_default);
        let taken_out = self.globs.exclude.is_match(branch) || (self.not_default_branch && is_default);
        taken_in && !taken_out
    }
}

/// A service of the service map.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its files.
    pub paths: Globs,
    /// How critical it is; lower is more.
    pub tier: Option<u32>,
    /// Whose it is.
    pub owner: Option<Who>,
    /// The services it needs.
    pub depends_on: Vec<String>,
}

/// An environment.
#[derive(Debug, Clone)]
pub struct Environment {
    /// What GitHub and records call it.
    pub names: Vec<String>,
    /// The files that reach it.
    pub paths: Globs,
    /// The bases that reach it.
    pub base: BranchGlobs,
}

/// Somebody named in a policy. An authority's name is looked up in its own layer, then upward.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// `payments`: an authority, with the layer that defines it.
    Authority {
        /// The layer that defines it.
        layer: Layer,
        /// Its name there.
        name: String,
    },
    /// `team:acme/payments`.
    Team(TeamName),
    /// `user:carol`, or `x[bot]`.
    User(String),
}

impl Who {
    /// As policies write it.
    pub fn written(&self) -> String {
        match self {
            Self::Authority { name, .. } => name.clone(),
            Self::Team(team) => format!("team:{team}"),
            Self::User(login) => format!("user:{login}"),
        }
    }
}

/// Who may authorise: ITIL's change authority.
#[derive(Debug, Clone)]
pub struct Authority {
    /// Teams whose members belong to it; child teams count.
    pub teams: Vec<TeamName>,
    /// Logins of people who belong to it.
    pub users: Vec<String>,
    /// Everybody with this permission or more belongs to it.
    pub permission: Option<Permission>,
    /// The owners of each touched file belong to it, by CODEOWNERS at the base: any of them, or each.
    pub codeowners: Option<Owning>,
    /// What a lower layer is asked to fill in; the people stand in the other keys once one has.
    pub fill: Option<String>,
    /// Who does not belong to it all the same.
    pub except: Vec<Who>,
    /// Who answers for files without an owner.
    pub unowned: Vec<Who>,
    /// Whether an approval needs write access to count.
    pub write: bool,
    /// Where it is defined, for diagnostics.
    pub span: Range<usize>,
}

/// Which of a file's owners are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owning {
    /// Any of those that its line names.
    Any,
    /// Every one of them.
    Each,
}

/// GitHub's permission levels on a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// May read.
    Read,
    /// May sort issues.
    Triage,
    /// May push.
    Write,
    /// May manage.
    Maintain,
    /// May do everything.
    Admin,
}

impl Permission {
    /// All of them, the least first.
    pub const ALL: [Self; 5] = [Self::Read, Self::Triage, Self::Write, Self::Maintain, Self::Admin];
}

/// A risk factor: what makes a change riskier, by how much, and why.
#[derive(Debug, Clone)]
pub struct Factor {
    /// Its id within the layer.
    pub id: String,
    /// When it holds.
    pub when: Conditions,
    /// What it does to the risk.
    pub weight: Weight,
    /// Why, for people.
    pub why: String,
}

/// What a factor that holds does to the risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It adds to the score, 1 to 100.
    Score(u32),
    /// The risk is at least this.
    Level(Level),
}

/// A rule: what is asked, of which changes, and why.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id within the layer.
    pub id: String,
    /// Why it is asked, for people; may be empty.
    pub why: String,
    /// The controls it serves, such as `SOC2:CC8.1`.
    pub controls: Vec<String>,
    /// Which changes it speaks about.
    pub when: Conditions,
    /// What its word is worth.
    pub mode: Mode,
    /// Whether nothing relaxes it.
    pub always: bool,
    /// What it asks, in the order of POLICY.md.
    pub asks: Vec<Requirement>,
    /// Who may let a change through.
    pub waive: Option<Waive>,
    /// Where it stands in the file.
    pub span: Range<usize>,
}

/// One thing that a rule asks.
#[derive(Debug, Clone)]
pub enum Requirement {
    /// People's approval: every entry, by different people.
    Approvals(Vec<ApprovalEntry>),
    /// Results of checks.
    Checks(Vec<CheckWanted>),
    /// Deployments of the head.
    Deployments(Vec<DeploymentWanted>),
    /// Fields of the change request.
    Fields(Vec<FieldId>),
    /// A verified signature on every commit.
    Signed,
    /// Every review thread resolved, by somebody independent.
    ResolvedThreads,
    /// The head unchanged for so long.
    Soak(Length),
    /// The change known for so long as it was announced.
    Notice(Length),
    /// The word of one of these that they know of the change.
    Acknowledge(Vec<Who>),
    /// Refused, with the reason.
    Deny(String),
    /// Asks nothing more, on purpose, with the reason.
    Allow(String),
    /// Read, and not enforced by this version.
    Unenforced(Unenforced),
}

/// One entry of `approvals`.
#[derive(Debug, Clone)]
pub enum ApprovalEntry {
    /// That many people of the union of these.
    From {
        /// Whose approval counts.
        from: Vec<Who>,
        /// How many are wanted.
        count: u32,
        /// What this entry says otherwise than `[approval]`.
        settings: ApprovalSettings,
    },
    /// One of the alternatives is enough.
    Any(Vec<ApprovalEntry>),
}

/// `[approval]`, as far as a file or an entry says it; what it leaves out is `None`.
#[derive(Debug, Clone, Default)]
pub struct ApprovalSettings {
    /// Of whom an approver must be independent.
    pub independent_of: Option<Vec<Independence>>,
    /// What keeps an approval when the head moves.
    pub keep: Option<Keep>,
    /// How long an approval counts.
    pub expires: Option<Length>,
    /// What changes requested do.
    pub changes_requested: Option<ChangesRequested>,
    /// What a commit of nobody does.
    pub unattributed: Option<Unattributed>,
    /// Fields whose edit voids nothing.
    pub unbound: Option<Vec<FieldId>>,
    /// Whom GitHub is to ask for reviews.
    pub request: Option<Request>,
    /// What else is said and not enforced by this version.
    pub unenforced: Vec<Unenforced>,
}

/// Of whom an approver must be independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Independence {
    /// Who opened the pull request.
    Author,
    /// Author and committer of every commit.
    Committers,
    /// Who is named in a `Co-authored-by` trailer.
    CoAuthors,
    /// Who was seen moving the head.
    Pushers,
    /// Who is seen to operate the bot that made the change.
    Operators,
}

/// What keeps an approval when the head moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// The same diff. This version acts as for [`Keep::SameSha`] and says so.
    SameDiff,
    /// The same commit only.
    SameSha,
}

/// Whom GitHub is to ask for reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Nobody.
    No,
    /// The teams that may approve; where none is named, the people.
    Teams,
    /// The people who may approve.
    People,
}

/// What changes requested do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangesRequested {
    /// Nothing.
    Ignore,
    /// They block until they are taken back.
    Block,
}

/// What a commit that GitHub attributes to nobody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unattributed {
    /// It counts as the pusher's.
    Pusher,
    /// Independence cannot be told.
    Unknown,
}

/// One entry of `checks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckWanted {
    /// Which results are meant.
    pub which: WhichCheck,
    /// The conclusions that count, in lower case.
    pub conclusions: Vec<String>,
}

/// Which results an entry of `checks` means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichCheck {
    /// A check run of that name by that App; GitHub Actions unless written otherwise.
    Run {
        /// The run's name.
        name: String,
        /// The App's slug.
        app: String,
    },
    /// A commit status of that context by that account.
    Status {
        /// The status' context.
        name: String,
        /// The account's login as written.
        creator: String,
    },
    /// Everything that GitHub requires on the base, ours aside.
    Required,
}

/// What a window that the description plans does, outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlannedWindow {
    /// Nothing.
    Off,
    /// It is shown and commented.
    Warn,
    /// It holds the merge.
    #[default]
    Enforce,
}

/// What two changes do whose plans meet, and one whose plan meets a freeze or a closed window. The order is that of
/// strictness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Collisions {
    /// Nothing.
    Off,
    /// It is shown and commented.
    #[default]
    Warn,
    /// It holds the merge of the one that was planned later.
    Block,
}

/// One entry of `deployments`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentWanted {
    /// An environment that a policy defines, else the name that GitHub knows it by.
    pub environment: String,
    /// The state that its latest deployment must be in, in lower case.
    pub state: String,
    /// The login of who must have made it; `github-actions` for GitHub Actions.
    pub by: String,
}

/// When to comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CommentWhen {
    /// Never.
    Never,
    /// When somebody must act.
    #[default]
    WhenNeeded,
    /// Always.
    Always,
}
