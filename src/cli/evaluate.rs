//! `countersign evaluate`: what policies would say to a pull request that is written down.

use std::path::{Path, PathBuf};

use clap::Args;
use countersign_domain::decision::{Actor, Decision, Outcome, State};
use countersign_domain::needs;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::calendars::calendars;
use super::output::{self, Answered, Format, Trouble, at_most_one_stdin, print, print_json, yes};
use super::sources;
use crate::cases;
use crate::clock::Clock;
use crate::facts_file::{Error, FactsFile};
use crate::github::payload;
use crate::pipeline::decision_of;
use crate::render::escape::visible;
use crate::render::{self, Context, terminal};

#[derive(Debug, Args)]
pub(super) struct Evaluate {
    /// Policy files: an organisation's, a repository's, or both.
    #[arg(long, value_name = "FILE", required = true)]
    policy: Vec<PathBuf>,

    /// The payload of a webhook about a pull request, as GitHub sends it; `-` for standard input.
    #[arg(long, value_name = "FILE", required_unless_present = "facts")]
    event: Option<PathBuf>,

    /// A facts file; `-` for standard input. Beside a payload, what it says counts.
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,

    /// Pull request templates: a text that stands in one is a prompt and no answer.
    #[arg(long, value_name = "FILE")]
    template: Vec<PathBuf>,

    /// The instant to decide for [default: what the facts say; for a payload, now].
    #[arg(long, value_name = "INSTANT")]
    at: Option<Timestamp>,

    /// Print the facts instead of deciding: a payload becomes a facts file to go on from.
    #[arg(long)]
    print_facts: bool,

    /// Put the change and what it came to at the end of a file of cases, for `countersign test`.
    #[arg(long, value_name = "FILE", conflicts_with = "print_facts")]
    save_case: Option<PathBuf>,

    /// How the decision is written.
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

impl Evaluate {
    pub(super) fn run(self) -> Answered {
        at_most_one_stdin(self.policy.iter().chain(&self.event).chain(&self.facts).chain(&self.template))?;
        let written = self.written()?;
        if self.print_facts {
            print_json(&Value::Object(written))?;
            return Ok(yes(true));
        }
        let name = self.facts.as_ref().or(self.event.as_ref()).map_or_else(String::new, |path| output::name(path));
        let wrong = |error: Error| trouble(&name, error);
        let file = FactsFile::of(&Value::Object(written.clone())).map_err(wrong)?;
        let templates = sources::templates(&self.template)?;
        let files = sources::read(&self.policy, None)?;
        let (_, policies) = sources::valid_files(&files)?;
        let mut facts = file.facts(&needs(&policies)).map_err(wrong)?;
        facts.on_demand.calendars = calendars(&files, &policies);
        let decision = decision_of(&policies, &facts, &templates);
        if let Some(path) = &self.save_case {
            save(path, &file, &written, &decision)?;
        }
        match self.format {
            Format::Json => print_json(&for_programs(&decision, &file))?,
            Format::Terminal => print(&for_people(&decision, &file))?,
        }
        Ok(yes(decision.outcome == Outcome::Pass))
    }

    /// Payload and facts file as one facts file: what the file says counts before what the payload says.
    fn written(&self) -> Result<Map<String, Value>, Trouble> {
        let mut written = match &self.event {
            Some(path) => event(path)?,
            None => Map::new(),
        };
        if let Some(path) = &self.facts {
            written.extend(facts(path)?);
        }
        let now = self.event.is_some().then(|| Clock::default().now());
        if let Some(at) = self.at.or_else(|| now.filter(|_| !written.contains_key("as_of"))) {
            written.insert("as_of".to_owned(), json!(at.to_string()));
        }
        Ok(written)
    }
}

/// Puts a case at the end of a file, which may be new.
fn save(path: &Path, file: &FactsFile, written: &Map<String, Value>, decision: &Decision) -> Result<(), Trouble> {
    let shown = output::name(path);
    let before = if path.exists() { output::read(path)? } else { String::new() };
    let (known, wrong) = if before.trim().is_empty() { Default::default() } else { cases::read(&before) };
    if !wrong.is_empty() {
        let trouble = Trouble::new(format!("`{shown}` is no file of cases that could be added to"));
        return Err(trouble.help("`countersign test` shows what is wrong with it"));
    }
    let plain = format!("{}#{}: {}", file.repository.0.name, file.number, file.title);
    let numbered = (2..).map(|number| format!("{plain} ({number})"));
    let is_new = |name: &String| known.cases.iter().all(|case| case.name != *name);
    let name = std::iter::once(plain.clone()).chain(numbered).find(is_new).unwrap_or(plain);
    std::fs::write(path, cases::saved(&before, &name, written, decision))
        .map_err(|error| Trouble::new(format!("`{shown}` cannot be written: {error}")))?;
    output::remark(&format!("saved as `{}` in `{shown}`\n", visible(&name)));
    Ok(())
}

fn event(path: &Path) -> Result<Map<String, Value>, Trouble> {
    let name = output::name(path);
    let payload: Value = serde_json::from_str(&output::read(path)?).map_err(|error| {
        Trouble::new(format!("`{name}` is not JSON: {error}")).help(
            "`--event` takes the payload of a webhook; the App's page on GitHub shows those that were sent lately",
        )
    })?;
    payload::facts(&payload).map_err(|why| {
        Trouble::new(format!("`{name}` is not a payload about a pull request: {why}"))
            .help("events `pull_request`, `pull_request_review` and the like carry one; `--facts` needs no payload")
    })
}

fn facts(path: &Path) -> Result<Map<String, Value>, Trouble> {
    let name = output::name(path);
    let text = output::read(path)?;
    // Read for its errors, which name the line.
    FactsFile::read(&text).map_err(|error| trouble(&name, error))?;
    serde_json::from_str(&text).map_err(|error| Trouble::new(format!("`{name}` is not JSON: {error}")))
}

fn trouble(name: &str, error: Error) -> Trouble {
    let trouble = Trouble::new(format!("`{name}` cannot be used: {}", error.message));
    match error.help {
        Some(help) => trouble.help(help),
        None => trouble,
    }
}

/// What people would see on GitHub, and what is unknown here that a look at GitHub would tell.
fn for_people(decision: &Decision, file: &FactsFile) -> String {
    let mut out = terminal::answer(&render::answer(&without_promises(decision), &Context::default()));
    let unknown = file.unknown();
    if !unknown.is_empty() {
        out.push_str("\nunknown here:\n");
    }
    for (fact, why) in unknown {
        out.push_str(&format!("  {}: {}\n", visible(&fact), visible(&why)));
    }
    out.push_str(&format!("\noutcome: {}\n", decision.outcome.name()));
    out
}

/// The same decision, without the word that countersign looks again: here nobody does, and what is unknown stays so until
/// it is said.
fn without_promises(decision: &Decision) -> Decision {
    let mut decision = decision.clone();
    let asks = decision.rules.iter_mut().flat_map(|rule| &mut rule.asks);
    for ask in asks.filter(|ask| ask.state == State::Unknown) {
        ask.acts.retain(|act| act.by != Actor::Nobody);
    }
    decision
}

fn for_programs(decision: &Decision, file: &FactsFile) -> Value {
    let mut written = render::decision::json(decision, &file.body);
    let unknown: Map<String, Value> = file.unknown().into_iter().map(|(fact, why)| (fact, json!(why))).collect();
    written["unknown"] = Value::Object(unknown);
    written
}
