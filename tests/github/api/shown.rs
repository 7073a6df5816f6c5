//! What a test sees of checks, comments, reviews and deliveries.

use jiff::Timestamp;
use serde_json::Value;

use crate::state::State;
use crate::state::app::Delivery as Kept;
use crate::state::checks::CheckRun;
use crate::state::pull_request::Comment as Written;

/// How a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Waits.
    Queued,
    /// Runs.
    InProgress,
    /// Went well.
    Success,
    /// Did not.
    Failure,
    /// Has nothing to say.
    Neutral,
    /// Was not run.
    Skipped,
    /// Was stopped.
    Cancelled,
    /// Took too long.
    TimedOut,
    /// Wants somebody to do something.
    ActionRequired,
}

impl Outcome {
    /// Status and conclusion, as GitHub names them.
    pub(crate) fn names(self) -> (&'static str, Option<&'static str>) {
        let conclusion = match self {
            Self::Queued => return ("queued", None),
            Self::InProgress => return ("in_progress", None),
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Neutral => "neutral",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::ActionRequired => "action_required",
        };
        ("completed", Some(conclusion))
    }
}

/// A check run.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The slug of the App that wrote it.
    pub app: String,
    /// The commit that it is on.
    pub head: String,
    /// `queued`, `in_progress`, `completed`.
    pub status: String,
    /// `success`, `failure` and so on, once it is completed.
    pub conclusion: Option<String>,
    /// The headline.
    pub title: String,
    /// The page's text.
    pub summary: String,
    /// What is folded below the summary.
    pub text: String,
    /// Remarks on lines, as they were sent.
    pub annotations: Vec<Value>,
    /// What its App knows it by.
    pub external_id: String,
    /// Where `Details` leads.
    pub details_url: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
}

impl Check {
    pub(crate) fn of(state: &State, run: &CheckRun) -> Self {
        Self {
            id: run.id,
            name: run.name.clone(),
            app: state.apps.get(&run.app).map(|app| app.slug.clone()).unwrap_or_default(),
            head: run.commit.to_string(),
            status: run.status.clone(),
            conclusion: run.conclusion.clone(),
            title: run.title.clone().unwrap_or_default(),
            summary: run.summary.clone().unwrap_or_default(),
            text: run.text.clone().unwrap_or_default(),
            annotations: run.annotations.clone(),
            external_id: run.external_id.clone().unwrap_or_default(),
            details_url: run.details_url.clone().unwrap_or_default(),
            started_at: run.started_at,
            completed_at: run.completed_at,
        }
    }

    /// Whether it lets a pull request in.
    pub fn is_green(&self) -> bool {
        matches!(self.conclusion.as_deref(), Some("success" | "neutral" | "skipped"))
    }

    /// Conclusion, or else status: what people see.
    pub fn state(&self) -> &str {
        self.conclusion.as_deref().unwrap_or(&self.status)
    }
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its number.
    pub id: u64,
    /// Who wrote it.
    pub author: String,
    /// What it says.
    pub body: String,
    /// Who edited it last, if anybody did.
    pub edited_by: Option<String>,
    /// Why it was hidden, if it was.
    pub minimized: Option<String>,
    /// Who reacted, and with what, such as `+1`.
    pub reactions: Vec<(String, String)>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was written or edited last.
    pub updated_at: Timestamp,
}

impl Comment {
    pub(crate) fn of(state: &State, it: &Written) -> Self {
        let edit = it.edits.last().filter(|_| it.edits.len() > 1);
        Self {
            id: it.id,
            author: state.login(it.author).to_owned(),
            body: it.body.clone(),
            edited_by: edit.map(|edit| state.login(edit.by).to_owned()),
            minimized: it.minimized.clone(),
            reactions: it.reactions.iter().map(|(by, what)| (state.login(*by).to_owned(), what.clone())).collect(),
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

/// A review, by which a story names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review(pub(crate) u64);

impl Review {
    /// Its number.
    pub fn id(self) -> u64 {
        self.0
    }
}

/// One attempt to hand a webhook to the App.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The attempt's number.
    pub id: u64,
    /// The event's id, the same for every attempt.
    pub guid: String,
    /// `pull_request` and so on.
    pub event: String,
    /// `opened` and so on.
    pub action: Option<String>,
    /// What the App answered; 0 if nobody did; nothing while it is under way.
    pub status: Option<u16>,
    /// Whether it was asked for again.
    pub redelivery: bool,
    /// The body.
    pub payload: Value,
}

impl Delivery {
    pub(crate) fn of(it: &Kept) -> Self {
        Self {
            id: it.id,
            guid: it.guid.clone(),
            event: it.event.clone(),
            action: it.action.clone(),
            status: it.status,
            redelivery: it.redelivery,
            payload: serde_json::from_str(&it.payload).unwrap_or_default(),
        }
    }
}
