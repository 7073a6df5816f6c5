//! The life of a change: in which state it is between its draft and its close, and whose step is next.
//!
//! The states are those that ServiceNow's change management has and ITIL describes: they are derived from facts
//! and the decision, never set by hand, so that there is none in which nobody can move a change on. Absent: how
//! states follow one another over time, which the store keeps, and what is asked of a change, which the decision says.

mod environments;
mod next;

use jiff::Timestamp;

use crate::command::ChangeResult;
use crate::decision::{Act, Decision, Outcome, RequirementResult, State as Found};
use crate::evaluate::speaking;
use crate::facts::{ChangeState, Facts};
use crate::policy::{Mode, PolicySet};

pub use environments::environments;

/// Requirements that time alone fills.
const TIME: [&str; 5] = ["freeze", "notice", "planned_window", "soak", "window"];

/// Requirements that those fill who may authorise the change, or hold it.
const AUTHORITY: [&str; 3] = ["acknowledge", "approvals", "hold"];

/// The states of a change, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It is being written: a draft pull request. ServiceNow calls it "new".
    Draft,
    /// What the change itself has to show is not all there: the change request, checks, proof; or it is refused.
    /// ITIL's "assess and evaluate".
    Assess,
    /// It shows what it has to, and waits for its change authorities. ServiceNow's "authorize".
    Authorise,
    /// It is authorised: it goes in when time lets it, or when somebody merges it. ServiceNow's "scheduled".
    Scheduled,
    /// It went in, and is on its way to the environments that it reaches. ServiceNow's "implement".
    Implement,
    /// It is where it was to go, or was taken back, and its post-implementation review is owed. ServiceNow's "review".
    Review,
    /// Nothing is left to do.
    Closed(Closure),
}

/// How a change was closed: the closure codes of ServiceNow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Closure {
    /// It does what it was to do.
    Successful,
    /// It does, and something went wrong on the way.
    WithIssues,
    /// It was taken back.
    BackedOut,
    /// It does not do what it was to do.
    Failed,
    /// It never went in.
    Cancelled,
}

impl State {
    /// All states.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Assess,
        Self::Authorise,
        Self::Scheduled,
        Self::Implement,
        Self::Review,
        Self::Closed(Closure::Successful),
        Self::Closed(Closure::WithIssues),
        Self::Closed(Closure::BackedOut),
        Self::Closed(Closure::Failed),
        Self::Closed(Closure::Cancelled),
    ];

    /// The state's name, whatever the closure: `authorise`, `closed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Assess => "assess",
            Self::Authorise => "authorise",
            Self::Scheduled => "scheduled",
            Self::Implement => "implement",
            Self::Review => "review",
            Self::Closed(_) => "closed",
        }
    }

    /// The name under which it is kept, with the closure: `authorise`, `closed:backed-out`. It never changes.
    pub fn key(self) -> &'static str {
        match self {
            Self::Closed(Closure::Successful) => "closed:successful",
            Self::Closed(Closure::WithIssues) => "closed:with-issues",
            Self::Closed(Closure::BackedOut) => "closed:backed-out",
            Self::Closed(Closure::Failed) => "closed:failed",
            Self::Closed(Closure::Cancelled) => "closed:cancelled",
            open => open.name(),
        }
    }

    /// The state that is kept under a name.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    /// How it was closed; nothing while it is not.
    pub fn closure(self) -> Option<Closure> {
        match self {
            Self::Closed(closure) => Some(closure),
            _ => None,
        }
    }
}

impl Closure {
    /// Its name, as the command `outcome` has it where there is such a one.
    pub fn name(self) -> &'static str {
        let said = ChangeResult::ALL.into_iter().find(|result| Self::from(*result) == self);
        said.map_or("cancelled", ChangeResult::name)
    }
}

impl From<ChangeResult> for Closure {
    fn from(result: ChangeResult) -> Self {
        match result {
            ChangeResult::Successful => Self::Successful,
            ChangeResult::WithIssues => Self::WithIssues,
            ChangeResult::BackedOut => Self::BackedOut,
            ChangeResult::Failed => Self::Failed,
        }
    }
}

/// What a change is marked with beside its state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Marks {
    /// A freeze holds it.
    pub frozen: bool,
    /// It goes, or went, in as an emergency.
    pub emergency: bool,
}

impl Marks {
    /// The names of the marks that it has: `emergency`, `frozen`.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [("emergency", self.emergency), ("frozen", self.frozen)].into_iter().filter(|(_, on)| *on).map(|(name, _)| name)
    }
}

/// Where a change stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Its state.
    pub state: State,
    /// Its marks.
    pub marks: Marks,
    /// What moves it on, and whose step each is, the first the one to name; empty only where it is closed.
    pub next: Vec<Act>,
}

/// What is known of a change after it went in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Afterwards {
    /// Whether it went in as an emergency.
    pub emergency: bool,
    /// Where it came to.
    pub brought: Brought,
    /// What somebody whose word counts said became of it.
    pub said: Option<ChangeResult>,
    /// When its post-implementation review is due, where one is owed and not done.
    pub review_due: Option<Timestamp>,
}

/// Where a change that went in came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    /// To every environment that it reaches, or it reaches none.
    There,
    /// Not yet to these environments, as the policy calls them.
    NotYet(Vec<String>),
    /// A deployment that brings it failed last, to this environment.
    Failed(String),
    /// It was taken back: by a revert, or by a later deployment of what was before it.
    BackedOut,
}

/// Where a change stands that can still go in, or never will. `None` where no policy speaks about it, and for one that
/// went in: see [`went_in`].
pub fn before_merge(decision: &Decision) -> Option<Life> {
    match decision.state {
        ChangeState::Open if decision.own_outcome == Outcome::Silent => None,
        ChangeState::Open => {
            let state = open_state(decision);
            Some(Life { state, marks: marks(decision), next: next::of_open(decision, state) })
        }
        ChangeState::Closed => {
            let state = State::Closed(Closure::Cancelled);
            Some(Life { state, marks: Marks::default(), next: Vec::new() })
        }
        ChangeState::Merged => None,
    }
}

/// Whether any policy speaks about the change, or may.
pub fn is_governed(policies: &PolicySet, facts: &Facts) -> bool {
    speaking(policies, facts).iter().any(|layer| !layer.is_unseen())
}

/// Where a change stands that went in. What facts show counts before what anybody says.
pub fn went_in(after: &Afterwards) -> Life {
    let closure = match (&after.brought, after.said) {
        (Brought::BackedOut, _) => Some(Closure::BackedOut),
        (_, Some(said)) => Some(said.into()),
        (Brought::Failed(_), None) => Some(Closure::Failed),
        (Brought::There, None) => Some(Closure::Successful),
        (Brought::NotYet(_), None) => None,
    };
    let state = match (closure, after.review_due) {
        (None, _) => State::Implement,
        (Some(_), Some(_)) => State::Review,
        (Some(closure), None) => State::Closed(closure),
    };
    let marks = Marks { frozen: false, emergency: after.emergency };
    Life { state, marks, next: next::of_went_in(after, state) }
}

fn open_state(decision: &Decision) -> State {
    if decision.draft {
        return State::Draft;
    }
    match decision.own_outcome {
        Outcome::Block | Outcome::Unknown | Outcome::Act => State::Assess,
        Outcome::Pass | Outcome::Neutral | Outcome::Silent => State::Scheduled,
        Outcome::Wait => {
            let waits_for = |keys: &[&str]| open(decision).filter(|ask| keys.contains(&ask.key)).count();
            if waits_for(&AUTHORITY) > 0 {
                State::Authorise
            } else if waits_for(&TIME) == open(decision).count() {
                State::Scheduled
            } else {
                State::Assess
            }
        }
    }
}

fn marks(decision: &Decision) -> Marks {
    Marks { frozen: open(decision).any(|ask| ask.key == "freeze"), emergency: !decision.emergencies.is_empty() }
}

/// What decides and is not there.
pub fn open(decision: &Decision) -> impl Iterator<Item = &RequirementResult> {
    let deciding = decision.rules.iter().filter(|rule| rule.mode == Mode::Enforce);
    deciding.flat_map(|rule| &rule.asks).filter(|ask| is_open(ask))
}

fn is_open(ask: &RequirementResult) -> bool {
    matches!(ask.state, Found::Waiting | Found::Author | Found::Blocked | Found::Unknown)
}
