//! `countersign life`: how a change went from state to state, as the server kept it.

use std::process::ExitCode;

use clap::Args;
use countersign_domain::life::Marks;
use serde_json::{Value, json};

use super::output::{Answered, Format, Trouble, print, print_json};
use super::{queue, replay};
use crate::render::escape::visible;
use crate::settings::WrittenDatabase;
use crate::store::{PolicyRef, Transition};

#[derive(Debug, Args)]
pub(super) struct Life {
    /// The pull request.
    #[arg(value_name = "OWNER/NAME#NUMBER")]
    pull: String,

    #[command(flatten)]
    database: WrittenDatabase,

    /// How it is written.
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

impl Life {
    pub(super) async fn run(self) -> Answered {
        let unreadable =
            || Trouble::new(format!("`{}` is no pull request", self.pull)).help("write it as `OWNER/NAME#NUMBER`");
        let (repository, number) = self.pull.rsplit_once('#').ok_or_else(unreadable)?;
        let number: u64 = number.parse().map_err(|_| unreadable())?;
        let store = queue::opened(self.database).await?;
        let steps = store.transitions_of(replay::known(&store, repository).await?, number).await?;
        match self.format {
            Format::Terminal => print(&for_people(&self.pull, &steps))?,
            Format::Json => print_json(&json!({
                "version": 1,
                "pull": self.pull,
                "transitions": steps.iter().map(for_programs).collect::<Vec<_>>(),
            }))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn for_people(pull: &str, steps: &[Transition]) -> String {
    if steps.is_empty() {
        return format!("no step of {} is known\n", visible(pull));
    }
    let mut out = String::new();
    for step in steps {
        let actor = step.actor.as_ref().map_or("nobody".to_owned(), |actor| visible(&actor.to_string()));
        let cause = step.cause.as_ref().map_or(String::new(), |cause| format!(", delivery {}", visible(cause)));
        let state = format!("{}{}", step.to.key(), marked(step.marks));
        out.push_str(&format!("{:.0}  {state:<22}  by {actor}{cause}\n", step.at));
        let policies: Vec<String> = step.policies.iter().map(policy).collect();
        out.push_str(&format!("    decision {}, by {}\n", step.decision, policies.join(", ")));
    }
    out
}

fn marked(marks: Marks) -> String {
    marks.names().map(|mark| format!(", {mark}")).collect()
}

fn policy(policy: &PolicyRef) -> String {
    format!("{} {}", visible(&policy.path), policy.blob.get(..7).unwrap_or(&policy.blob))
}

fn for_programs(step: &Transition) -> Value {
    let marks = |marks: Marks| marks.names().collect::<Vec<_>>();
    let policy = |policy: &PolicyRef| json!({ "layer": policy.layer, "file": policy.path, "version": policy.blob, "standing": policy.standing });
    json!({
        "sequence": step.sequence,
        "from": step.from.map(|state| state.key()),
        "from_marks": marks(step.marks_before),
        "to": step.to.key(),
        "marks": marks(step.marks),
        "at": step.at.to_string(),
        "actor": step.actor.as_ref().map(|actor| json!({ "id": actor.id, "login": actor.to_string() })),
        "delivery": step.cause,
        "decision": step.decision.to_string(),
        "policies": step.policies.iter().map(policy).collect::<Vec<_>>(),
    })
}
