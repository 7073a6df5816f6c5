//! What people are told of what happens to a change, in the words of whoever reads it: a support lead, an approver, an
//! engineer on call.
//!
//! Plain text: each channel escapes it for itself. Nothing that one cannot see and no end of a line is in it. Absent:
//! when something is told, and to whom.

use countersign_domain::command::Asks;
use countersign_domain::decision::{Decision, RequirementResult, State};
use countersign_domain::event::ChangeEvent;
use countersign_domain::life::open;

use super::Context;
use super::decision::change_type;
use super::escape::{shorten, visible};
use super::phrase::{Voice, instant, stopped};
use crate::notify::{Fact, Message};

/// The longest value and the longest title, in characters.
const VALUE: usize = 300;
const TITLE: usize = 120;

/// The fields of the change request that are told, each with its label.
const FIELDS: [(&str, &str); 5] = [
    ("impact", "Impact"),
    ("backout", "Back-out plan"),
    ("window", "Planned window"),
    ("communication", "Communication"),
    ("ticket", "Ticket"),
];

/// What there is to know of a change, in the order of its weight.
pub fn facts(decision: &Decision, context: &Context) -> Vec<Fact> {
    let fact = |label: &str, text: String| Fact { label: label.to_owned(), text };
    let voice = Voice { names_people: decision.names_people };
    let risk = &decision.risk;
    let mut facts = vec![fact("Risk", format!("{} (score {})", risk.level.name(), risk.score))];
    facts.push(fact("Type", change_type(decision.change_type).to_owned()));
    if let Some(emergency) = decision.emergencies.first() {
        let ticket = shorten(&visible(&emergency.ticket), VALUE);
        facts.push(fact("Emergency", format!("{ticket}, until {}", instant(emergency.until))));
    }
    for (id, label) in FIELDS {
        let said = decision.record.iter().find(|field| field.field.as_str() == id && !field.value.is_empty());
        facts.extend(said.map(|field| fact(label, shorten(&visible(&field.value), VALUE))));
    }
    if let Some(author) = &context.author {
        let person = countersign_domain::text::Phrase::default().person(author);
        facts.push(fact("Author", voice.plain(&person)));
    }
    facts
}

/// What is told of an event. `facts`: what there was to know of the change when it was known last.
pub fn message(event: ChangeEvent, decision: &Decision, context: &Context, title: &str, facts: &[Fact]) -> Message {
    let Context { owner, repository, number, .. } = context;
    let subject = format!("{owner}/{repository}#{number}");
    let server = context.server.trim_end_matches('/');
    let source =
        if server.is_empty() { format!("{owner}/{repository}") } else { format!("{server}/{owner}/{repository}") };
    let at = Fact { label: "At".to_owned(), text: instant(decision.as_of) };
    Message {
        event: event.name().to_owned(),
        at: decision.as_of,
        source,
        title: format!("{}: {subject} {}", heading(event), shorten(&visible(title), TITLE)),
        subject,
        lead: lead(event, decision),
        facts: facts.iter().cloned().chain([at]).collect(),
        link: context.pull_url(*number, "").unwrap_or_default(),
    }
}

fn heading(event: ChangeEvent) -> &'static str {
    match event {
        ChangeEvent::Submitted => "Change submitted",
        ChangeEvent::Authorised => "Change authorised",
        ChangeEvent::Blocked => "Change blocked",
        ChangeEvent::Scheduled => "Change scheduled",
        ChangeEvent::Frozen => "Change frozen",
        ChangeEvent::Unfrozen => "Change no longer frozen",
        ChangeEvent::Implemented => "Change implemented",
        ChangeEvent::Verified => "Change verified",
        ChangeEvent::Failed => "Change failed",
        ChangeEvent::BackedOut => "Change backed out",
        ChangeEvent::Emergency => "EMERGENCY change",
        ChangeEvent::ReviewDue => "Review due",
        ChangeEvent::ReviewOverdue => "Review overdue",
        ChangeEvent::Closed => "Change closed",
    }
}

/// What it means for whoever reads it: who is to do what, or what to watch.
fn lead(event: ChangeEvent, decision: &Decision) -> String {
    let voice = Voice { names_people: decision.names_people };
    let next = stopped(&voice.plain(&decision.next));
    let observed = |asks: Vec<&RequirementResult>| {
        let said: Vec<String> = asks.into_iter().map(|ask| voice.plain(&ask.observed)).collect();
        stopped(&said.join("; "))
    };
    match event {
        ChangeEvent::Submitted if next.is_empty() => "It is up for authorisation.".to_owned(),
        ChangeEvent::Submitted => format!("It is up for authorisation. Next: {next}"),
        ChangeEvent::Authorised => match open(decision).collect::<Vec<_>>().as_slice() {
            [] if decision.outcome == decision.own_outcome => {
                "Whoever has to agree has agreed. It may go in from now on.".to_owned()
            }
            [] => "Whoever has to agree has agreed. It waits for a pull request with the same commit.".to_owned(),
            held => format!("Whoever has to agree has agreed. It waits for its time: {}", observed(held.to_vec())),
        },
        ChangeEvent::Blocked => {
            let blocked = open(decision).filter(|ask| ask.state == State::Blocked).collect();
            format!("It cannot go in as it is: {}", observed(blocked))
        }
        ChangeEvent::Scheduled => {
            format!("It is authorised and goes in at its time: {}", observed(open(decision).collect()))
        }
        ChangeEvent::Frozen => {
            let freezes = open(decision).filter(|ask| ask.key == "freeze").collect();
            format!("It stays out for now: {}", observed(freezes))
        }
        ChangeEvent::Unfrozen => "No freeze holds it any more.".to_owned(),
        ChangeEvent::Implemented => {
            "It went in. Watch what it touches; the back-out plan is there for when it makes trouble.".to_owned()
        }
        ChangeEvent::Verified => format!("It went in, and does what it was to do. {}", said(decision, voice)),
        ChangeEvent::Failed => {
            format!(
                "It went in, and does not do what it was to do. {} It may have to be backed out.",
                said(decision, voice)
            )
        }
        ChangeEvent::BackedOut => format!("It was taken back. {}", said(decision, voice)),
        ChangeEvent::Emergency => match decision.emergencies.first() {
            Some(emergency) => format!(
                "It goes in as an emergency, until {}: {}",
                instant(emergency.until),
                stopped(&shorten(&visible(&emergency.reason), VALUE))
            ),
            None => "It goes in as an emergency.".to_owned(),
        },
        ChangeEvent::ReviewDue => "It is owed its review: say what became of it with `/countersign outcome` on the \
             pull request."
            .to_owned(),
        ChangeEvent::ReviewOverdue => {
            "Its review is overdue, and other changes may be held for it: say what became of it with `/countersign \
             outcome` on the pull request."
                .to_owned()
        }
        ChangeEvent::Closed => "Nothing more is done about it.".to_owned(),
    }
}

/// Who said what became of it, in their words.
fn said(decision: &Decision, voice: Voice) -> String {
    let word = decision.commands.iter().rev().find_map(|command| match (&command.asks, &command.refused) {
        (Some(Asks::Outcome { result, text }), None) => Some((&command.by, result, text)),
        _ => None,
    });
    let Some((by, result, text)) = word else { return String::new() };
    let by = voice.plain(&countersign_domain::text::Phrase::default().person(by));
    let text = shorten(&visible(text), VALUE);
    let text = if text.is_empty() { String::new() } else { format!(": {text}") };
    stopped(&format!("{by} says: {}{text}", result.name()))
}
