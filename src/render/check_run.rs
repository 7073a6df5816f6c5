//! The check run of a decision: its title, its summary and its fingerprint.

use countersign_domain::decision::{Decision, Outcome};
use countersign_domain::plan::{Annotation, Run, RunStatus};
use countersign_domain::text::Phrase;
use hex::encode;
use sha2::{Digest, Sha256};

use super::escape::shorten;
use super::phrase::Voice;
use super::{Context, annotation, emergency, limits, summary};

/// The check run of a decision that speaks.
pub(super) fn run(decision: &Decision, context: &Context) -> Run {
    Unsigned {
        name: &decision.check_name,
        head: &decision.head,
        status: status(decision),
        title: title(decision),
        summary: limits::fit(&summary::sections(decision, context), limits::SUMMARY),
        annotations: annotation::annotations(decision),
    }
    .finish()
}

/// The last word on a pull request about which no policy speaks any more.
pub(super) fn no_policy(decision: &Decision) -> Run {
    Unsigned {
        name: &decision.check_name,
        head: &decision.head,
        status: RunStatus::Neutral,
        title: "No policy".to_owned(),
        summary: "No policy speaks about this pull request any more, so nothing is asked of it.".to_owned(),
        annotations: Vec::new(),
    }
    .finish()
}

/// The same verdict in the fewest words, for when GitHub refuses the text of the full one.
///
/// It keeps the fingerprint of the full run: the next look must see that this verdict was given, and not send the
/// refused text again.
#[must_use]
pub fn bare_verdict(run: &Run) -> Run {
    let title = match run.status {
        RunStatus::Success => "Everything asked is there",
        RunStatus::InProgress => "Waiting",
        RunStatus::ActionRequired => "The author has something to do",
        RunStatus::Failure => "Blocked",
        RunStatus::Neutral => "Shown only",
    };
    Run {
        title: title.to_owned(),
        summary: "GitHub did not take the full text of this verdict. The verdict itself stands.".to_owned(),
        annotations: Vec::new(),
        ..run.clone()
    }
}

/// A run without its fingerprint.
pub(super) struct Unsigned<'a> {
    pub(super) name: &'a str,
    pub(super) head: &'a countersign_domain::account::Oid,
    pub(super) status: RunStatus,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) annotations: Vec<Annotation>,
}

impl Unsigned<'_> {
    /// Within GitHub's limits, with its fingerprint.
    pub(super) fn finish(self) -> Run {
        let mut run = Run {
            name: self.name.to_owned(),
            head: self.head.clone(),
            status: self.status,
            title: shorten(&self.title, limits::TITLE),
            summary: self.summary,
            annotations: self.annotations,
            fingerprint: String::new(),
        };
        run.fingerprint = fingerprint(&run);
        run
    }
}

/// A hash over everything that is sent. Each part goes in with its length, so that no two runs share one text.
fn fingerprint(run: &Run) -> String {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    part(&run.name);
    part(run.head.as_str());
    part(&format!("{:?}", run.status));
    part(&run.title);
    part(&run.summary);
    for remark in &run.annotations {
        part(&remark.path);
        part(&format!("{}-{} {:?}", remark.start_line, remark.end_line, remark.level));
        part(&remark.message);
    }
    let digest = encode(hash.finalize());
    format!("cs1-{}", &digest[..36])
}

/// How the run stands. A draft is never concluded.
pub(super) fn status(decision: &Decision) -> RunStatus {
    if decision.draft { RunStatus::InProgress } else { outcome_status(decision.outcome) }
}

/// GitHub's word for an outcome.
pub(super) fn outcome_status(outcome: Outcome) -> RunStatus {
    match outcome {
        Outcome::Pass => RunStatus::Success,
        Outcome::Wait => RunStatus::InProgress,
        Outcome::Act => RunStatus::ActionRequired,
        Outcome::Block | Outcome::Unknown => RunStatus::Failure,
        Outcome::Neutral | Outcome::Silent => RunStatus::Neutral,
    }
}

/// What an outcome is called in a sentence.
pub(super) fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Block => "is blocked",
        Outcome::Unknown => "could not be decided",
        Outcome::Act => "needs its author",
        Outcome::Wait => "is waiting",
        Outcome::Pass => "has everything",
        Outcome::Neutral => "is shown only",
        Outcome::Silent => "has no policy",
    }
}

/// The state and the one next thing, for the title of the check run.
pub fn title(decision: &Decision) -> String {
    if decision.draft {
        return "Draft: nothing is asked of anybody until it is ready for review".to_owned();
    }
    if decision.outcome < decision.own_outcome
        && let Some((number, outcome)) = decision.siblings.iter().find(|(_, outcome)| *outcome == decision.outcome)
    {
        return format!("Held by #{number}, which has the same commit and {}", outcome_words(*outcome));
    }
    let voice = Voice { names_people: decision.names_people };
    format!("{}{}", emergency::mark(decision), led(decision.outcome, &voice.plain(&decision.next)))
}

/// The state and the next thing, in one line.
fn led(outcome: Outcome, next: &str) -> String {
    let (lead, alone) = match outcome {
        Outcome::Pass => ("Everything asked is there", "Everything asked is there"),
        Outcome::Wait => ("Waiting", "Waiting"),
        Outcome::Act => ("For the author", "The author has something to do"),
        Outcome::Block => ("Blocked", "Blocked"),
        Outcome::Unknown => ("Could not be decided", "Could not be decided"),
        Outcome::Neutral | Outcome::Silent => ("Shown only", "Shown only: no policy here decides yet"),
    };
    let next = next.trim();
    if next.is_empty() {
        alone.to_owned()
    } else if outcome == Outcome::Wait && (next.starts_with("for ") || next.starts_with("until ")) {
        format!("{lead} {next}")
    } else {
        format!("{lead}: {next}")
    }
}

/// The title of one member of a merge group.
pub(super) fn member_words(outcome: Outcome, next: &Phrase, voice: Voice) -> String {
    let next = voice.markdown(next);
    if next.trim().is_empty() {
        outcome_words(outcome).to_owned()
    } else {
        format!("{}: {next}", outcome_words(outcome))
    }
}
