//! `never-met`: approvals that nobody is left to give: more people are wanted than are named, or than the teams have
//! (`--org`), or independence bars everybody who is named.
//!
//! People are counted generously, each named login and each member of a team as
//! somebody of their own, so that what cannot be met so cannot be met at all. A team of
//! unknown size, a permission and CODEOWNERS are people enough.

use std::collections::{BTreeMap, BTreeSet};

use super::places::Node;
use super::{File, Lint};
use crate::account::TeamName;
use crate::diagnostic::Diagnostic;
use crate::layer::Layer;
use crate::policy::codes;
use crate::policy::condition::{Condition, Conditions};
use crate::policy::model::{ApprovalEntry, Independence, Requirement, Who};

/// As many of a team are counted; nobody wants more.
const MOST_OF_A_TEAM: u32 = 100;

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for file in &lint.files {
        for rule in &file.policy.rules {
            let node = file.table("rule", &rule.id);
            let entries = rule.asks.iter().find_map(|asked| match asked {
                Requirement::Approvals(entries) => Some(entries.as_slice()),
                _ => None,
            });
            let asked = Asked { word: "rule", id: &rule.id, when: &rule.when, entries: entries.unwrap_or_default() };
            found.extend(asked.check(lint, file, node.as_ref()));
        }
        if let Some((lane, _)) = file.emergency("approvals") {
            let node = file.root.child("emergency");
            let when = Conditions::default();
            let asked = Asked { word: "table", id: "[emergency]", when: &when, entries: &lane.approvals };
            found.extend(asked.check(lint, file, node.as_ref()));
        }
        for model in &file.policy.models {
            let node = file.table("model", &model.id);
            let asked = Asked { word: "model", id: &model.id, when: &model.when, entries: &model.approvals };
            found.extend(asked.check(lint, file, node.as_ref()));
        }
    }
    found
}

/// The approvals that a rule or a model asks.
struct Asked<'a> {
    word: &'static str,
    id: &'a str,
    when: &'a Conditions,
    entries: &'a [ApprovalEntry],
}

/// The people of an entry, each by a name of their own, with how many are wanted.
pub(super) type Wanted = (BTreeSet<String>, u32);

impl Asked<'_> {
    fn check(&self, lint: &Lint<'_>, file: &File<'_>, node: Option<&Node<'_>>) -> Option<Diagnostic> {
        // What a pack asks is shown where it is switched on.
        let entries = node.and_then(|node| node.child("approvals"));
        let whole = entries.clone().or_else(|| file.root.child("packs"))?;
        let wanted: Vec<Option<Wanted>> = self.entries.iter().map(|entry| people(lint, entry)).collect();
        let nodes = entries.map(|entries| entries.items()).unwrap_or_default();
        for (place, (entry, wanted)) in self.entries.iter().zip(&wanted).enumerate() {
            let Some((people, count)) = wanted.as_ref().filter(|(people, count)| people.len() < *count as usize) else {
                continue;
            };
            let said = format!("{count} wanted, and {} at the most", people.len());
            let at = nodes.get(place).unwrap_or(&whole);
            return Some(self.report(lint, file, (at.span.clone(), said), entry));
        }
        let bounded: Vec<Wanted> = wanted.into_iter().flatten().collect();
        let first = self.entries.first()?;
        if !can_be_met(&bounded) {
            let said = "the same people for different entries, and each counts once".to_owned();
            return Some(self.report(lint, file, (whole.span, said), first));
        }
        let author = self.author_who_is_left_nobody(lint, file)?;
        let said = format!("nobody is left when the author is `{author}`");
        Some(self.report(lint, file, (whole.span, said), first))
    }

    /// An author of those that the conditions list, where whoever of them is the author, too few others are left.
    fn author_who_is_left_nobody(&self, lint: &Lint<'_>, file: &File<'_>) -> Option<String> {
        let authors = self.when.0.iter().find_map(|condition| match condition {
            Condition::Author(logins) => Some(logins),
            _ => None,
        })?;
        let without = |author: &str| -> Vec<Wanted> {
            let bounded = self.entries.iter().filter_map(|entry| {
                let (mut people, count) = people(lint, entry)?;
                let ApprovalEntry::From { settings, .. } = entry else { return None };
                if lint.set.approval_for(file.layer, settings).independent_of.contains(&Independence::Author) {
                    people.remove(&format!("user:{}", author.to_lowercase()));
                }
                Some((people, count))
            });
            bounded.collect()
        };
        let stuck = |author: &String| !can_be_met(&without(author));
        authors.iter().all(stuck).then(|| authors.first().cloned())?
    }

    fn report(
        &self,
        lint: &Lint<'_>,
        file: &File<'_>,
        (span, said): (std::ops::Range<usize>, String),
        entry: &ApprovalEntry,
    ) -> Diagnostic {
        let message = format!("the {} `{}` asks for approvals that nobody is left to give", self.word, self.id);
        let problem = Diagnostic::error(codes::NEVER_MET, message, file.origin(), span).saying(said);
        let problem = problem.help("name more people, or want fewer");
        let ApprovalEntry::From { from, .. } = entry else { return problem };
        let named = from.iter().filter_map(|who| match who {
            Who::Authority { layer, name } => place_of(lint, *layer, name),
            Who::Team(_) | Who::User(_) => None,
        });
        named.fold(problem, |problem, (origin, span)| problem.label(origin, span, "the people"))
    }
}

fn place_of(lint: &Lint<'_>, layer: Layer, name: &str) -> Option<(crate::diagnostic::Origin, std::ops::Range<usize>)> {
    let file = lint.files.iter().find(|file| file.layer == layer)?;
    Some((file.origin(), file.root.child("authorities")?.child(name)?.span))
}

/// Who could approve an entry; `None` where there may be any number of them.
pub(super) fn people(lint: &Lint<'_>, entry: &ApprovalEntry) -> Option<Wanted> {
    let ApprovalEntry::From { from, count, .. } = entry else { return None };
    let mut all = BTreeSet::new();
    for who in from {
        all.extend(of(lint, who)?);
    }
    // Bots never approve.
    all.retain(|person| !person.ends_with("[bot]"));
    Some((all, *count))
}

/// The people whom a name stands for, each by a name of their own; `None` where there may be any number of them.
pub(super) fn of(lint: &Lint<'_>, who: &Who) -> Option<BTreeSet<String>> {
    match who {
        Who::User(login) => Some(BTreeSet::from([user(login)])),
        Who::Team(team) => members(lint.around.teams, team),
        Who::Authority { layer, name } => {
            let authority = lint.set.authority(*layer, name)?;
            let is_open = authority.permission.is_some() || authority.codeowners.is_some() || authority.is_unfilled();
            if is_open {
                return None;
            }
            let mut all: BTreeSet<String> = authority.users.iter().map(|login| user(login)).collect();
            let excepted = |team: &TeamName| authority.except.contains(&Who::Team(team.clone()));
            for team in authority.teams.iter().filter(|team| !excepted(team)) {
                all.extend(members(lint.around.teams, team)?);
            }
            for out in &authority.except {
                for login in certainly(lint, out) {
                    all.remove(&login);
                }
            }
            Some(all)
        }
    }
}

/// The people who are named one by one.
fn certainly(lint: &Lint<'_>, who: &Who) -> Vec<String> {
    match who {
        Who::User(login) => vec![user(login)],
        Who::Team(_) => Vec::new(),
        Who::Authority { layer, name } => {
            let authority = lint.set.authority(*layer, name).filter(|authority| authority.except.is_empty());
            authority.map(|authority| authority.users.iter().map(|login| user(login)).collect()).unwrap_or_default()
        }
    }
}

fn user(login: &str) -> String {
    format!("user:{}", login.to_lowercase())
}

fn members(teams: &BTreeMap<TeamName, u32>, team: &TeamName) -> Option<BTreeSet<String>> {
    let size = *teams.get(team)?;
    Some((0..size.min(MOST_OF_A_TEAM)).map(|place| format!("{team} {place}")).collect())
}

/// Whether every entry can have its people, each person counted once: by a maximum matching.
pub(super) fn can_be_met(entries: &[Wanted]) -> bool {
    let seats: Vec<&BTreeSet<String>> =
        entries.iter().flat_map(|(people, count)| std::iter::repeat_n(people, *count as usize)).collect();
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    (0..seats.len()).all(|seat| seated(&seats, seat, &mut taken, &mut BTreeSet::new()))
}

/// Finds somebody for a seat, moving others where that frees one.
fn seated<'p>(
    seats: &[&'p BTreeSet<String>],
    seat: usize,
    taken: &mut BTreeMap<&'p str, usize>,
    tried: &mut BTreeSet<&'p str>,
) -> bool {
    for person in seats[seat] {
        if !tried.insert(person) {
            continue;
        }
        let free = match taken.get(person.as_str()).copied() {
            Some(other) => seated(seats, other, taken, tried),
            None => true,
        };
        if free {
            taken.insert(person, seat);
            return true;
        }
    }
    false
}
