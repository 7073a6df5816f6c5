//! The check run of a merge group: one answer for all pull requests in it.

use countersign_domain::account::Oid;
use countersign_domain::decision::Outcome;
use countersign_domain::plan::Run;
use countersign_domain::text::Phrase;

use super::check_run::{Unsigned, member_words, outcome_status, outcome_words};
use super::escape::{code, shorten};
use super::limits::{self, Section, fit};
use super::phrase::Voice;

/// One pull request of a merge group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// Its number; `None` where the merge queue does not say.
    pub number: Option<u64>,
    /// Its title, where it is known.
    pub title: Option<String>,
    /// What it comes to.
    pub outcome: Outcome,
    /// The one thing to do next; may be empty.
    pub next: Phrase,
    /// Whether people may be named.
    pub names_people: bool,
}

/// The run that answers for the group. The worst member decides; a group without members is not passed.
pub fn group_answer(head: &Oid, check_name: &str, members: &[GroupMember]) -> Run {
    let outcome = members.iter().map(|member| member.outcome).min().unwrap_or(Outcome::Unknown);
    let title = match members.iter().find(|member| member.outcome == outcome) {
        None => "Could not be decided: the pull requests of this group are not known".to_owned(),
        Some(_) if outcome == Outcome::Pass => "Everything asked of these pull requests is there".to_owned(),
        Some(_) if outcome == Outcome::Silent => "No policy".to_owned(),
        Some(GroupMember { number: Some(number), outcome, .. }) => {
            format!("Held by #{number}, which {}", outcome_words(*outcome))
        }
        Some(_) => "Could not be decided: the merge queue does not name one of its pull requests".to_owned(),
    };
    let mut order: Vec<&GroupMember> = members.iter().collect();
    order.sort_by_key(|member| (member.outcome, member.number));
    let rows = order.into_iter().map(member_row).collect();
    let section = Section {
        name: "pull requests",
        head: vec!["The merge queue asks for these pull requests together:".to_owned(), String::new()],
        rows,
        tail: Vec::new(),
    };
    let summary = fit(&[section], limits::SUMMARY);
    Unsigned { name: check_name, head, status: outcome_status(outcome), title, summary, annotations: Vec::new() }
        .finish()
}

fn member_row(member: &GroupMember) -> String {
    let voice = Voice { names_people: member.names_people };
    let title = member.title.as_ref().map_or(String::new(), |title| format!(" {}", code(&shorten(title, 120))));
    let name = member.number.map_or("a pull request".to_owned(), |number| format!("pull request {number}"));
    format!("- {name}{title} {}", member_words(member.outcome, &member.next, voice))
}
