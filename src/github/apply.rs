//! Carrying out what was planned: check runs and the comment. Nothing here decides.

use countersign_domain::decision::Reviewer;
use countersign_domain::plan::{Action, Annotation, AnnotationLevel, Reaction, Run, RunStatus};
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Installation;
use super::error::{Error, Result};

/// GitHub takes at most this many annotations in one request (its documents on "Create a check run").
const ANNOTATIONS_A_REQUEST: usize = 50;

/// The button that asks for another look.
pub(super) const RECHECK: &str = "recheck";
/// The button that asks for the whole explanation in the comment.
pub(super) const EXPLAIN: &str = "explain";

/// The buttons of a check run: by what its event knows it, its words, and what it does. GitHub takes 20, 20 and 40
/// characters.
const BUTTONS: [[&str; 3]; 2] = [
    [RECHECK, "Look again", "Read everything again and decide"],
    [EXPLAIN, "Explain", "The whole explanation as a comment"],
];

/// What a write left on GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// A check run.
    Run {
        /// GitHub's number for it.
        id: u64,
        /// How it stands.
        status: RunStatus,
        /// The fingerprint that was sent.
        fingerprint: String,
    },
    /// A comment.
    Comment {
        /// GitHub's number for it.
        id: u64,
        /// Its node id.
        node: String,
    },
    /// Reviews were asked for.
    Requests,
    /// A command was answered.
    Reaction,
}

/// Where to write.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The repository's owner.
    pub owner: &'a str,
    /// The repository's name.
    pub name: &'a str,
    /// The pull request's number; unused for check runs.
    pub number: u64,
}

#[derive(Deserialize)]
struct RunAnswer {
    id: u64,
    head_sha: String,
    status: Option<String>,
    conclusion: Option<String>,
}

#[derive(Deserialize)]
struct CommentAnswer {
    id: u64,
    node_id: String,
}

/// How many requests an action is: one, and one for each further 50 annotations.
pub fn requests(action: &Action) -> u32 {
    let annotations = match action {
        Action::CreateRun(run) | Action::UpdateRun { run, .. } => run.annotations.len(),
        Action::CreateComment(_) | Action::UpdateComment { .. } | Action::RequestReviews(_) | Action::React { .. } => 0,
    };
    u32::try_from(annotations.div_ceil(ANNOTATIONS_A_REQUEST)).unwrap_or(u32::MAX).max(1)
}

impl Installation {
    /// Carries out one action. `bare` is sent in place of a check run whose text GitHub refuses: no text stops a verdict.
    pub async fn apply(
        &self,
        place: Place<'_>,
        action: &Action,
        bare: impl Fn(&Run) -> Run,
        now: Timestamp,
    ) -> Result<Written> {
        match action {
            Action::CreateRun(run) => self.write_run(place, None, run, bare, now).await,
            Action::UpdateRun { id, run } => self.write_run(place, Some(*id), run, bare, now).await,
            Action::RequestReviews(reviewers) => self.request_reviews(place, reviewers).await,
            Action::React { comment, reaction } => self.react(place, *comment, *reaction).await,
            Action::CreateComment(body) => {
                let path = format!("/repos/{}/{}/issues/{}/comments", place.owner, place.name, place.number);
                self.write_comment(Method::POST, &path, body).await
            }
            Action::UpdateComment { id, body } => {
                let path = format!("/repos/{}/{}/issues/comments/{id}", place.owner, place.name);
                match self.write_comment(Method::PATCH, &path, body).await {
                    // Somebody has deleted it since the look.
                    Err(Error::NotFound(_)) => {
                        let path = format!("/repos/{}/{}/issues/{}/comments", place.owner, place.name, place.number);
                        self.write_comment(Method::POST, &path, body).await
                    }
                    outcome => outcome,
                }
            }
        }
    }

    /// The same reaction again is the one that is there: GitHub keeps one of a kind from each.
    async fn react(&self, place: Place<'_>, comment: u64, reaction: Reaction) -> Result<Written> {
        let content = match reaction {
            Reaction::Taken => "+1",
            Reaction::Refused => "-1",
            Reaction::NotUnderstood => "confused",
        };
        let path = format!("/repos/{}/{}/issues/comments/{comment}/reactions", place.owner, place.name);
        let _answer: Value = self.rest(Method::POST, &path, Some(&json!({ "content": content }))).await?;
        Ok(Written::Reaction)
    }

    async fn request_reviews(&self, place: Place<'_>, reviewers: &[Reviewer]) -> Result<Written> {
        let people: Vec<&str> = reviewers
            .iter()
            .filter_map(|reviewer| match reviewer {
                Reviewer::Person(person) => Some(person.login.as_str()),
                Reviewer::Team(_) => None,
            })
            .collect();
        let teams: Vec<&str> = reviewers
            .iter()
            .filter_map(|reviewer| match reviewer {
                Reviewer::Team(team) => Some(team.slug.as_str()),
                Reviewer::Person(_) => None,
            })
            .collect();
        let path = format!("/repos/{}/{}/pulls/{}/requested_reviewers", place.owner, place.name, place.number);
        let body = json!({ "reviewers": people, "team_reviewers": teams });
        let _answer: Value = self.rest(Method::POST, &path, Some(&body)).await?;
        Ok(Written::Requests)
    }

    async fn write_comment(&self, method: Method, path: &str, body: &str) -> Result<Written> {
        let answer: CommentAnswer = self.rest(method, path, Some(&json!({ "body": body }))).await?;
        Ok(Written::Comment { id: answer.id, node: answer.node_id })
    }

    async fn write_run(
        &self,
        place: Place<'_>,
        id: Option<u64>,
        run: &Run,
        bare: impl Fn(&Run) -> Run,
        now: Timestamp,
    ) -> Result<Written> {
        match self.send_run(place, id, run, now).await {
            Err(Error::Refused(why)) => {
                tracing::warn!(why, "the check run's text was refused, sending the bare verdict");
                self.send_run(place, id, &bare(run), now).await
            }
            outcome => outcome,
        }
    }

    async fn send_run(&self, place: Place<'_>, id: Option<u64>, run: &Run, now: Timestamp) -> Result<Written> {
        let base = format!("/repos/{}/{}/check-runs", place.owner, place.name);
        let (first, rest) = run.annotations.split_at(run.annotations.len().min(ANNOTATIONS_A_REQUEST));
        let answer: RunAnswer = match id {
            Some(id) => self.rest(Method::PATCH, &format!("{base}/{id}"), Some(&body(run, first, now, false))).await?,
            None => self.rest(Method::POST, &base, Some(&body(run, first, now, true))).await?,
        };
        verify(run, &answer)?;
        for batch in rest.chunks(ANNOTATIONS_A_REQUEST) {
            let more = json!({ "output": output(run, batch) });
            let _: Value = self.rest(Method::PATCH, &format!("{base}/{}", answer.id), Some(&more)).await?;
        }
        Ok(Written::Run { id: answer.id, status: run.status, fingerprint: run.fingerprint.clone() })
    }
}

fn body(run: &Run, annotations: &[Annotation], now: Timestamp, create: bool) -> Value {
    let mut body = json!({
        "name": run.name,
        "external_id": run.fingerprint,
        "output": output(run, annotations),
        "actions": BUTTONS.map(|[identifier, label, description]| {
            json!({ "identifier": identifier, "label": label, "description": description })
        }),
    });
    if create {
        body["head_sha"] = run.head.as_str().into();
        body["started_at"] = now.to_string().into();
    }
    match words(run.status) {
        ("completed", Some(conclusion)) => {
            body["status"] = "completed".into();
            body["conclusion"] = conclusion.into();
            body["completed_at"] = now.to_string().into();
        }
        (status, _) => body["status"] = status.into(),
    }
    body
}

fn output(run: &Run, annotations: &[Annotation]) -> Value {
    let annotations: Vec<Value> = annotations
        .iter()
        .map(|note| {
            json!({
                "path": note.path,
                "start_line": note.start_line,
                "end_line": note.end_line,
                "annotation_level": match note.level {
                    AnnotationLevel::Notice => "notice",
                    AnnotationLevel::Warning => "warning",
                    AnnotationLevel::Failure => "failure",
                },
                "message": note.message,
            })
        })
        .collect();
    json!({ "title": run.title, "summary": run.summary, "annotations": annotations })
}

/// GitHub's status and conclusion.
fn words(status: RunStatus) -> (&'static str, Option<&'static str>) {
    match status {
        RunStatus::InProgress => ("in_progress", None),
        RunStatus::Success => ("completed", Some("success")),
        RunStatus::Failure => ("completed", Some("failure")),
        RunStatus::ActionRequired => ("completed", Some("action_required")),
        RunStatus::Neutral => ("completed", Some("neutral")),
    }
}

/// Whether GitHub shows what was sent. It takes no completed run back: an answer that says otherwise than we sent is
/// no success of ours.
fn verify(run: &Run, answer: &RunAnswer) -> Result<()> {
    let (status, conclusion) = words(run.status);
    let shown = (answer.status.as_deref().unwrap_or_default(), answer.conclusion.as_deref());
    if answer.head_sha == run.head.as_str() && shown == (status, conclusion) {
        return Ok(());
    }
    Err(Error::Odd(format!(
        "the check run {} was sent as {status} {conclusion:?} and shows {} {:?}",
        answer.id, shown.0, shown.1
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::account::Oid;

    #[test]
    fn a_run_takes_a_request_for_each_fifty_annotations() {
        let note = Annotation {
            path: "a".into(),
            start_line: 1,
            end_line: 1,
            level: AnnotationLevel::Notice,
            message: String::new(),
        };
        let check = |annotations: usize, expected: u32| {
            let run = Run {
                name: "countersign".into(),
                head: Oid::new("c0ffee"),
                status: RunStatus::Failure,
                title: String::new(),
                summary: String::new(),
                annotations: vec![note.clone(); annotations],
                fingerprint: String::new(),
            };
            assert_eq!(requests(&Action::UpdateRun { id: 7, run: run.clone() }), expected, "{annotations}");
            assert_eq!(requests(&Action::CreateRun(run)), expected, "{annotations}");
        };
        check(0, 1);
        check(50, 1);
        check(51, 2);
        check(100, 2);
        assert_eq!(requests(&Action::CreateComment(String::new())), 1);
    }
}
