//! What an evaluation comes to: one outcome, and every reason for it as data.

use jiff::Timestamp;

use crate::account::{Account, Oid, TeamName};
use crate::command::{Asks, ChangeResult};
use crate::diagnostic::{Diagnostic, Placed};
use crate::event::Telling;
use crate::facts::{ChangeState, TrackRecord};
use crate::layer::Layer;
use crate::policy::{ChangeType, CommentWhen, Mode, SourceRef, Standing};
use crate::record::FieldId;
use crate::risk::Level;
use crate::text::{Phrase, Piece};

/// The rules of reading and deciding by which a decision was made; an old number stays executable.
pub const SEMANTICS: u32 = 1;

/// What a change request comes to at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The instant it holds for.
    pub as_of: Timestamp,
    /// The commit it speaks about.
    pub head: Oid,
    /// The name of the check that carries it.
    pub check_name: String,
    /// What it comes to, over this pull request and those that share its check.
    pub outcome: Outcome,
    /// What it comes to for this pull request alone.
    pub own_outcome: Outcome,
    /// Whether the pull request can still go in; any other is asked nothing.
    pub state: ChangeState,
    /// Whether the pull request is a draft: nobody is commented at, and nothing passes.
    pub draft: bool,
    /// The one thing to do next, for the title; empty where there is nothing to do.
    pub next: Phrase,
    /// Each rule, requirement by requirement, organisation first, in the order of the files.
    pub rules: Vec<RuleResult>,
    /// The standing exceptions that lift something of a rule: layer, and id within the layer; each once.
    pub waivers: Vec<(Layer, String)>,
    /// The risk and its reasons.
    pub risk: RiskReport,
    /// The type of change that was resolved.
    pub change_type: ChangeType,
    /// The emergencies that were declared of it and hold, one for each layer that grants it; the one whose word is the
    /// strongest first.
    pub emergencies: Vec<EmergencyReport>,
    /// The review of a change that went in as an emergency, where it is done.
    pub review: Option<ReviewDone>,
    /// What a change that went in owes and came to; nothing while it has not, or where no policy speaks about it.
    pub after_merge: Option<AfterMerge>,
    /// What became of former changes to the services that this one touches, and of those services' owners.
    pub track_record: Vec<TrackRecord>,
    /// The change request as it was read, for the fields that anybody asks for or that say something.
    pub record: Vec<FieldReport>,
    /// What is to be said of the description's text.
    pub record_diagnostics: Vec<Placed>,
    /// The policies in force.
    pub policies: Vec<PolicyReport>,
    /// Problems of a policy file that this pull request edits, for annotations on its lines.
    pub policy_edit: Option<PolicyEdit>,
    /// What people should know besides: limits of this version, a layer not seen, a check not enforced.
    pub notices: Vec<Phrase>,
    /// The freezes that will hold the change within a day.
    pub announced: Vec<Phrase>,
    /// Open pull requests that share the head and the check, with what they come to.
    pub siblings: Vec<(u64, Outcome)>,
    /// The next instant at which time alone could change the decision.
    pub next_instant: Option<Timestamp>,
    /// When to comment.
    pub comment: CommentWhen,
    /// Whether people may be named: not on a public repository.
    pub names_people: bool,
    /// Whom GitHub is to ask for a review, be they asked already or not.
    pub requests: Vec<Reviewer>,
    /// What became of each command that people gave, oldest first; empty where no policy speaks.
    pub commands: Vec<CommandResult>,
    /// Who is told of what happens to the change, by the policies in whose scope it is; nobody once it is open no more.
    pub tells: Vec<Telling>,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandResult {
    /// GitHub's number for its comment.
    pub comment: u64,
    /// Who gave it.
    pub by: Account,
    /// What it says, without `/countersign`.
    pub line: String,
    /// What it asks; `None` where there is no such command.
    pub asks: Option<Asks>,
    /// Whether it was given on the head that is there.
    pub on_head: bool,
    /// Why it does nothing, and who may or how it is written; `None` where it was taken.
    pub refused: Option<Phrase>,
    /// Whether that is known for good, and not only because something could not be read: else it is not answered yet.
    pub is_known: bool,
}

/// An emergency as it was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencyReport {
    /// The layer whose lane the change is in.
    pub layer: Layer,
    /// The incident's ticket, as it was written.
    pub ticket: String,
    /// What happened.
    pub reason: String,
    /// Who declared it.
    pub by: Account,
    /// When that was received.
    pub at: Timestamp,
    /// When it is over.
    pub until: Timestamp,
    /// GitHub's number for the comment that declared it.
    pub comment: u64,
}

/// What a change that went in owes, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AfterMerge {
    /// Until when it is to be reviewed by `[pir]`; `None` where no policy asks for it.
    pub due: Option<Timestamp>,
    /// What was last said became of it, by somebody whose word counts.
    pub outcome: Option<ChangeOutcome>,
    /// The services that it touched.
    pub services: Vec<TouchedService>,
}

/// What somebody said became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOutcome {
    /// What.
    pub result: ChangeResult,
    /// What there is to say of it; may be empty.
    pub text: String,
    /// Who said so.
    pub by: Account,
    /// When that was received.
    pub at: Timestamp,
}

impl ChangeOutcome {
    /// Whether it says that the change failed, or was taken back.
    pub fn has_failed(&self) -> bool {
        matches!(self.result, ChangeResult::Failed | ChangeResult::BackedOut)
    }
}

/// A service that a change touched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TouchedService {
    /// The layer that defines it.
    pub layer: Layer,
    /// Its name there.
    pub name: String,
    /// Whose it is, as the policy writes it.
    pub owner: Option<String>,
}

/// The review of a change that went in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewDone {
    /// Whose word made it whole.
    pub by: Account,
    /// When that was received.
    pub at: Timestamp,
}

/// Somebody whom GitHub can ask for a review.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reviewer {
    /// A team.
    Team(TeamName),
    /// A person.
    Person(Account),
}

/// What a decision comes to. The order is the order of weight: the first that is found wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Denied, changes requested, a wrong policy without a last valid version, nothing applies.
    Block,
    /// Something could not be known.
    Unknown,
    /// The author has something to do.
    Act,
    /// People, running checks or time are waited for.
    Wait,
    /// Everything asked is there.
    Pass,
    /// Policies speak, and none decides (`observe`, `warn`).
    Neutral,
    /// No policy speaks about this pull request.
    Silent,
}

impl Outcome {
    /// All outcomes, the weightiest first.
    pub const ALL: [Self; 7] =
        [Self::Block, Self::Unknown, Self::Act, Self::Wait, Self::Pass, Self::Neutral, Self::Silent];

    /// The outcome's name in POLICY.md, the store and the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Unknown => "unknown",
            Self::Act => "act",
            Self::Wait => "wait",
            Self::Pass => "pass",
            Self::Neutral => "neutral",
            Self::Silent => "silent",
        }
    }
}

/// A rule's result.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleResult {
    /// The layer it stands in.
    pub layer: Layer,
    /// Its id within the layer; `record` for the layer's required fields, `schedule` for its schedule, `policy` for the
    /// layer itself.
    pub id: String,
    /// Why it is asked; may be empty.
    pub why: String,
    /// The controls it serves.
    pub controls: Vec<String>,
    /// What its word is worth.
    pub mode: Mode,
    /// What it asked, and what it found. All `not-applicable` where the rule does not speak about this change.
    pub asks: Vec<RequirementResult>,
}

/// What one requirement found.
#[derive(Debug, Clone, PartialEq)]
pub struct RequirementResult {
    /// The key of the requirement: `approvals`, `checks`, `fields`, `deny`, `allow`, …
    pub key: &'static str,
    /// How it ended.
    pub state: State,
    /// What was wanted.
    pub wanted: Phrase,
    /// What was observed.
    pub observed: Phrase,
    /// The smallest acts that would satisfy it.
    pub acts: Vec<Act>,
}

/// What is observed while there is no approval that says anything about what is asked.
pub(crate) const NOBODY_APPROVED: &str = "none yet";

/// What is asked where approvals were given and no longer count.
pub(crate) const APPROVE_AGAIN: &str = "approve this pull request again, as it is now";

impl RequirementResult {
    /// Whether there is nothing yet of what is waited for, so that what was observed tells no more than what is asked.
    pub fn found_nothing(&self) -> bool {
        self.observed == Phrase::words(NOBODY_APPROVED)
    }
}

/// The states of POLICY.md in which a requirement ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// What was wanted is there.
    Satisfied,
    /// Somebody or something is waited for.
    Waiting,
    /// The author has to do something.
    Author,
    /// It is refused.
    Blocked,
    /// The facts could not be had.
    Unknown,
    /// Somebody who may has waived it.
    Waived,
    /// Its rule does not speak about this change; satisfies nothing.
    NotApplicable,
}

impl State {
    /// All states, the weightiest for a change first.
    pub const ALL: [Self; 7] =
        [Self::Blocked, Self::Unknown, Self::Author, Self::Waiting, Self::Waived, Self::Satisfied, Self::NotApplicable];

    /// The state's name in texts and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Satisfied => "satisfied",
            Self::Waiting => "waiting",
            Self::Author => "author",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// Something that somebody can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Who can do it.
    pub by: Actor,
    /// What, as an instruction: `approve this pull request`.
    pub what: Phrase,
}

impl Act {
    /// Whether it was done once, for something else than is there now.
    pub(crate) fn is_again(&self) -> bool {
        matches!(self.what.0.first(), Some(Piece::Words(words)) if words == APPROVE_AGAIN)
    }
}

/// Who can do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The author of the pull request.
    Author,
    /// That many of these.
    People {
        /// How many are still wanted.
        count: u32,
        /// Who could; empty where they may not be named or are not known.
        candidates: Vec<Account>,
        /// The authorities or teams they are of, as written.
        of: Vec<String>,
    },
    /// Anybody with write access who took no part in the change.
    Bystander,
    /// Anybody with write access.
    Writer,
    /// Whoever keeps the policy file.
    PolicyAdmin,
    /// Whoever runs countersign or administers the repository on GitHub.
    Administrator,
    /// Nobody needs to do anything: something runs or will be tried again.
    Nobody,
}

/// The risk, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskReport {
    /// The resolved level: the highest of score, factors and declaration.
    pub level: Level,
    /// The sum of the factors that hold, at most 100.
    pub score: u32,
    /// The lower bounds of medium, high, critical that were used.
    pub bounds: [u32; 3],
    /// What the author declared, where they did; conflicting declarations count as critical.
    pub declared: Option<Level>,
    /// The factors that hold, or count as holding because they are unknown.
    pub factors: Vec<FactorResult>,
}

/// A risk factor that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorResult {
    /// The layer it stands in.
    pub layer: Layer,
    /// Its id within the layer.
    pub id: String,
    /// What it adds, where it adds.
    pub score: Option<u32>,
    /// The level it sets, where it sets one.
    pub level: Option<Level>,
    /// Why, from the policy.
    pub why: String,
    /// Why it counts although it is not known to hold.
    pub unknown: Option<String>,
}

/// A field of the change request as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldReport {
    /// Which field.
    pub field: FieldId,
    /// Its state's name.
    pub state: &'static str,
    /// What it says, shortened to a line; empty where it says nothing.
    pub value: String,
    /// Where it stands in the description, from 1.
    pub line: Option<usize>,
    /// Whether a policy in force asks for it.
    pub required: bool,
}

/// A policy in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyReport {
    /// Its layer.
    pub layer: Layer,
    /// Where it was read.
    pub source: SourceRef,
    /// How it came to be in force.
    pub standing: Standing,
    /// The layer's mode.
    pub mode: Mode,
    /// What is wrong with the file as it is now, where another version goes on or none does.
    pub errors: Vec<Placed>,
}

/// The policy file that a pull request edits.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyEdit {
    /// Its path in the repository.
    pub path: String,
    /// Its text at the head; empty where it is deleted.
    pub text: String,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}
