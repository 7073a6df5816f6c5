//! `approvals`: enough people who may, who saw what is there now, and who took no part in it.
//!
//! All entries are filled by different people; of an `any` one alternative is
//! enough. What is not known is looked at twice: enough approvals without it
//! satisfy; where it could make up what is missing, the requirement is unknown.

mod assignment;
mod binding;
pub(crate) mod declared;
mod entry;
mod expiry;
pub(crate) mod independence;
pub(crate) mod matching;
pub(crate) mod membership;
mod owners;
pub(crate) mod requests;
pub(crate) mod reviews;
pub(crate) mod waiving;
pub(crate) mod wanted;

use self::assignment::{Assigned, Slot};
use self::entry::Entry;
use self::owners::Part;
use crate::account::Account;
use crate::condition::{Finding, Truth};
use crate::decision::{APPROVE_AGAIN, Act, Actor, NOBODY_APPROVED, RequirementResult, State};
use crate::evaluate::Context;
use crate::facts::Review;
use crate::layer::Layer;
use crate::policy::{ApprovalEntry, ApprovalSettings, Unenforced, Who};
use crate::text::Phrase;

/// So many of those whom nobody asks are named.
const STRANGERS: usize = 3;

/// So many ways through `any` are tried; a policy with more cannot be told.
const MOST_WAYS: usize = 4096;

/// What a rule's `approvals` come to; what people should know besides goes to `notices`.
pub(crate) fn approvals(
    cx: &Context<'_>,
    layer: Layer,
    asked: &[ApprovalEntry],
    notices: &mut Vec<Phrase>,
) -> RequirementResult {
    let wanted = Phrase::join(asked.iter().map(|entry| wanted(cx, entry)), ", and ");
    let result = |state, observed, acts| RequirementResult { key: "approvals", state, wanted, observed, acts };
    let given = match reviews::approvals(cx) {
        Ok(given) => given,
        Err(unread) => return result(State::Unknown, unread.observed, vec![look_again()]),
    };
    let Some(ways) = ways(cx, layer, asked) else {
        let why = Phrase::words("the policy has more alternatives here than can be tried");
        return result(State::Unknown, why, vec![keeper(Phrase::words("ask for fewer alternatives in `any`"))]);
    };
    let judged: Vec<Way<'_>> = ways.into_iter().map(|entries| Way::judge(cx, entries, &given)).collect();
    let Some(best) = judged.iter().min_by_key(|way| (way.sure.rank(), way.open())) else {
        return result(State::Unknown, Phrase::words("nobody is asked"), Vec::new());
    };
    best.notices(cx, notices);
    let observed = if best.entries.is_empty() { Phrase::words("nobody is asked") } else { best.observed(cx) };
    let observed = observed.then(unowned(cx, asked));
    match best.sure {
        Sure::Enough => result(State::Satisfied, observed, Vec::new()),
        Sure::Perhaps => {
            let acts = best.doubts();
            result(State::Unknown, observed, if acts.is_empty() { vec![look_again()] } else { acts })
        }
        Sure::NotEnough => result(State::Waiting, observed, best.acts(cx)),
    }
}

/// Whether any approval counts for any of the entries: somebody who may has read the change.
pub(crate) fn any_counts(cx: &Context<'_>, asked: &[(Layer, &[ApprovalEntry])]) -> Finding {
    let given = match reviews::approvals(cx) {
        Ok(given) => given,
        Err(unread) => return unread,
    };
    let mut entries = Vec::new();
    for (layer, asked) in asked {
        asked.iter().for_each(|entry| flatten(cx, *layer, entry, &mut entries));
    }
    // Nobody owns what is touched, and so no rule asks for anybody.
    if let (true, Some((layer, _))) = (entries.is_empty(), asked.first()) {
        return any_counts_by_default(cx, *layer);
    }
    Finding::any(entries.iter().flat_map(|entry| {
        given.iter().map(|(person, review)| match !entry.settings.unenforced.is_empty() {
            true => Finding::unknown(Phrase::words("the policy's settings for approvals are not enforced yet")),
            false => entry.counts(cx, person, review),
        })
    }))
}

/// Whether an approval would count that no rule asks for: by somebody who may push, under the default settings.
pub(crate) fn any_counts_by_default(cx: &Context<'_>, layer: Layer) -> Finding {
    let given = match reviews::approvals(cx) {
        Ok(given) => given,
        Err(unread) => return unread,
    };
    let settings = cx.policies.approval_for(layer, &ApprovalSettings::default());
    let may = given.iter().filter(|(_, review)| review.can_write);
    Finding::any(may.map(|(person, review)| {
        let independent = independence::may_approve(cx, &settings, person);
        let fresh = expiry::is_fresh(cx, &settings, review);
        Finding::all([independent, binding::is_bound(cx, &settings, layer, review), fresh])
    }))
}

/// Everybody whom the entries name.
pub(crate) fn named(asked: &[ApprovalEntry]) -> Vec<&Who> {
    asked
        .iter()
        .flat_map(|entry| match entry {
            ApprovalEntry::From { from, .. } => from.iter().collect(),
            ApprovalEntry::Any(alternatives) => named(alternatives),
        })
        .collect()
}

fn wanted(cx: &Context<'_>, entry: &ApprovalEntry) -> Phrase {
    match entry {
        ApprovalEntry::From { from, count, .. } => entry::wanted(cx, from, *count),
        ApprovalEntry::Any(alternatives) => {
            let alternatives = alternatives.iter().map(|entry| wanted(cx, entry));
            Phrase::words("either ").then(Phrase::join(alternatives, " or "))
        }
    }
}

/// The entry, or every alternative of it, or its parts where it asks the owners of files.
fn flatten<'a>(cx: &'a Context<'_>, layer: Layer, entry: &'a ApprovalEntry, into: &mut Vec<Entry<'a>>) {
    match entry {
        ApprovalEntry::From { from, count, settings } => {
            let settings = cx.policies.approval_for(layer, settings);
            let entry = Entry { layer, from, count: *count, settings, part: None, pool: 0, unread: None };
            if !owners::are_asked(cx, from) {
                into.push(entry);
                return;
            }
            let pool = into.len() + 1;
            match owners::parts(cx, from) {
                Ok(parts) => {
                    into.extend(parts.into_iter().map(|part| Entry { part: Some(part), pool, ..entry.clone() }));
                }
                Err(unread) => into.push(Entry { unread: Some(unread), pool, ..entry }),
            }
        }
        ApprovalEntry::Any(alternatives) => alternatives.iter().for_each(|entry| flatten(cx, layer, entry, into)),
    }
}

/// Every choice of one alternative for each entry; `None` where there are too many.
fn ways<'a>(cx: &'a Context<'_>, layer: Layer, asked: &'a [ApprovalEntry]) -> Option<Vec<Vec<Entry<'a>>>> {
    let alternatives: Vec<Vec<&ApprovalEntry>> = asked.iter().map(leaves).collect();
    let count = alternatives.iter().try_fold(1_usize, |ways, leaves| ways.checked_mul(leaves.len()))?;
    if count > MOST_WAYS {
        return None;
    }
    let way = |mut number: usize| {
        let mut entries = Vec::new();
        for leaves in &alternatives {
            flatten(cx, layer, leaves[number % leaves.len()], &mut entries);
            number /= leaves.len();
        }
        entries
    };
    Some((0..count).map(way).collect())
}

fn leaves(entry: &ApprovalEntry) -> Vec<&ApprovalEntry> {
    match entry {
        ApprovalEntry::From { .. } => vec![entry],
        ApprovalEntry::Any(alternatives) => alternatives.iter().flat_map(leaves).collect(),
    }
}

/// How far the approvals go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sure {
    Enough,
    Perhaps,
    NotEnough,
}

impl Sure {
    fn rank(self) -> u8 {
        match self {
            Self::Enough => 0,
            Self::Perhaps => 1,
            Self::NotEnough => 2,
        }
    }
}

/// One way to fill the requirement: entries that must all be filled, and the approvals that are there for them.
struct Way<'a> {
    entries: Vec<Entry<'a>>,
    given: Vec<(&'a Account, &'a Review)>,
    /// `counts[p][e]`: whether the approval of person `p` counts for entry `e`.
    counts: Vec<Vec<Finding>>,
    /// Which entries each approval is given to, and how many are missing of each.
    assigned: Assigned,
    sure: Sure,
}

impl<'a> Way<'a> {
    fn judge(cx: &Context<'_>, entries: Vec<Entry<'a>>, given: &[(&'a Account, &'a Review)]) -> Self {
        let counts: Vec<Vec<Finding>> = given.iter().map(|given| counts(cx, &entries, given)).collect();
        let slots: Vec<Slot> = entries.iter().map(|entry| entry.slot(given.len())).collect();
        let assigned = assignment::assign(given.len(), &slots, &|person, entry| counts[person][entry].is_so());
        let perhaps = assignment::assign(given.len(), &slots, &|person, entry| !counts[person][entry].is_not());
        let weighs = entries.iter().any(|entry| !entry.settings.unenforced.is_empty() || entry.unread.is_some());
        let sure = match (&assigned, perhaps) {
            (Some(assigned), _) if assigned.is_whole() && !weighs => Sure::Enough,
            (Some(_), Some(perhaps)) if !perhaps.is_whole() && !weighs => Sure::NotEnough,
            _ => Sure::Perhaps,
        };
        Self { entries, given: given.to_vec(), counts, assigned: assigned.unwrap_or_default(), sure }
    }

    fn open(&self) -> usize {
        self.assigned.missing.iter().sum()
    }

    /// Whether an approval is given to any entry.
    fn is_used(&self, given: usize) -> bool {
        self.assigned.slots.get(given).is_some_and(|slots| !slots.is_empty())
    }

    /// Who approved, and which approvals do not count and why.
    fn observed(&self, cx: &Context<'_>) -> Phrase {
        let (mut said, mut strangers) = (Vec::new(), Vec::new());
        for (place, (person, review)) in self.given.iter().enumerate() {
            let approval = |words: &str| Phrase::words("the approval by ").person(person).and(words);
            let counts = &self.counts[place];
            if self.is_used(place) {
                said.push(Phrase::default().person(person).and(" approved").then(kept(cx, review)));
            } else if counts.iter().any(Finding::is_so) {
                said.push(Phrase::default().person(person).and(" approved too").then(kept(cx, review)));
            } else if let Some(doubt) = counts.iter().find(|finding| finding.is_unknown()) {
                said.push(approval(" may or may not count: ").then(doubt.observed.clone()));
            } else if let Some(not) = self.telling(cx, place) {
                if self.entries.iter().all(|entry| entry.is_of(cx, person, review).is_not()) {
                    // Whoever another rule asks has done nothing in vain.
                    if !cx.wanted.contains(person) {
                        strangers.push((*person, not.observed.clone()));
                    }
                } else if self.entries.iter().any(|entry| is_void(cx, entry, person, review)) {
                    said.push(approval(" no longer counts: ").then(not.observed.clone()));
                } else {
                    said.push(approval(" does not count: ").then(not.observed.clone()));
                }
            }
        }
        said.extend(in_vain(&strangers));
        said.extend(self.unread().map(|unread| unread.observed.clone()));
        if self.assigned.missing.len() != self.entries.len() {
            said.push(Phrase::words("who stands for whom cannot be told, because there are too many ways"));
        }
        for part in self.weighing() {
            said.push(Phrase::words("this version of countersign does not enforce ").quote(&part.key).and(" yet"));
        }
        if said.is_empty() {
            return Phrase::words(NOBODY_APPROVED);
        }
        Phrase::join(said, "; ")
    }

    /// Why an approval does not count, for an entry that asks its giver where there is one.
    fn telling(&self, cx: &Context<'_>, place: usize) -> Option<&Finding> {
        let (person, review) = self.given[place];
        let asked = self.entries.iter().position(|entry| !entry.is_of(cx, person, review).is_not());
        self.counts[place].get(asked.unwrap_or(0))
    }

    /// Why it is not known what an entry asks.
    fn unread(&self) -> Option<&Finding> {
        self.entries.iter().find_map(|entry| entry.unread.as_ref())
    }

    fn weighing(&self) -> impl Iterator<Item = &Unenforced> {
        self.entries.iter().flat_map(|entry| &entry.settings.unenforced)
    }

    /// What would make known what is not.
    fn doubts(&self) -> Vec<Act> {
        let mut acts: Vec<Act> = Vec::new();
        let unknown = self.counts.iter().flatten().filter(|finding| finding.truth == Truth::Unknown);
        let weighing = self.weighing().map(|part| keeper(Phrase::words("remove ").quote(&part.key).and(" for now")));
        for act in unknown.flat_map(|finding| finding.acts.clone()).chain(weighing) {
            if !acts.contains(&act) {
                acts.push(act);
            }
        }
        acts
    }

    /// Who can give what is missing.
    fn acts(&self, cx: &Context<'_>) -> Vec<Act> {
        let open =
            self.entries.iter().zip(&self.assigned.missing).enumerate().filter(|(_, (_, missing))| **missing > 0);
        let acts = open.flat_map(|(place, (entry, missing))| self.act(cx, place, entry, *missing));
        let mut acts: Vec<Act> = acts.collect();
        if acts.iter().any(|act| matches!(act.by, Actor::People { .. })) && !self.can_be_filled(cx) {
            let what = Phrase::words("name more people who may approve and took no part in this change: ");
            acts.push(keeper(what.and("too few are left, because nobody counts twice")));
        }
        acts
    }

    fn act(&self, cx: &Context<'_>, place: usize, entry: &Entry<'_>, missing: usize) -> Vec<Act> {
        let mut acts = Vec::new();
        for role in entry.unfilled(cx) {
            let what = Phrase::words("name the people for the role ").quote(role);
            acts.push(keeper(what.and(" in the policy file of this repository")));
        }
        let mut people = entry.candidates(cx);
        let counted = |person: &Account| {
            // Whoever answers for some files may answer for others of the same entry.
            let used = |slots: &[usize]| slots.iter().any(|slot| self.entries[*slot].excludes(entry));
            self.given.iter().zip(&self.assigned.slots).any(|((other, _), slots)| *other == person && used(slots))
        };
        people.named.retain(|person| !counted(person));
        let nobody = people.named.is_empty() && !people.more;
        if nobody && acts.is_empty() {
            acts.push(
                entry
                    .part
                    .as_ref()
                    .filter(|part| !part.owners.is_empty() || entry.names(cx).is_empty())
                    .map_or_else(|| keeper(nobody_is_left(cx, entry)), |part| part.nobody(cx)),
            );
        }
        if nobody {
            return acts;
        }
        let count = u32::try_from(missing).unwrap_or(u32::MAX).max(entry.count.saturating_sub(self.taken(place)));
        let candidates = if cx.names_people() && !people.more { people.named } else { Vec::new() };
        let by = Actor::People { count, candidates, of: entry.names(cx) };
        let what = self.approve(cx, place).then(entry.part.as_ref().map(Part::files).unwrap_or_default());
        let what = if entry.is_open_to_writers(cx) {
            what.and("; anybody with write access who took no part in it can")
        } else {
            what
        };
        acts.push(Act { by, what });
        acts
    }

    fn taken(&self, entry: usize) -> u32 {
        let taken = self.assigned.slots.iter().filter(|slots| slots.contains(&entry)).count();
        u32::try_from(taken).unwrap_or(u32::MAX)
    }

    fn approve(&self, cx: &Context<'_>, entry: usize) -> Phrase {
        let entry = &self.entries[entry];
        let again = |person, review| is_void(cx, entry, person, review) || is_early(cx, entry, person, review);
        let voided = self.given.iter().any(|(person, review)| again(person, review));
        Phrase::words(if voided { APPROVE_AGAIN } else { "approve this pull request" })
    }

    /// Whether everything could be filled if everybody approved who may.
    fn can_be_filled(&self, cx: &Context<'_>) -> bool {
        let mut people: Vec<Account> = self.given.iter().map(|(person, _)| (*person).clone()).collect();
        let candidates: Vec<membership::People> = self.entries.iter().map(|entry| entry.candidates(cx)).collect();
        if candidates.iter().any(|candidates| candidates.more) {
            return true;
        }
        people.extend(candidates.iter().flat_map(|candidates| candidates.named.iter().cloned()));
        people.sort();
        people.dedup();
        let slots: Vec<Slot> = self.entries.iter().map(|entry| entry.slot(people.len())).collect();
        let fits = |person: usize, entry: usize| {
            let given = self.given.iter().position(|(other, _)| **other == people[person]);
            given.is_some_and(|given| self.counts[given][entry].is_so())
                || candidates[entry].named.contains(&people[person])
        };
        assignment::assign(people.len(), &slots, &fits).is_none_or(|all| all.is_whole())
    }

    fn notices(&self, cx: &Context<'_>, notices: &mut Vec<Phrase>) {
        notices.extend(self.entries.iter().find_map(|entry| independence::nobody_operates(cx, &entry.settings)));
        notices.extend(self.entries.iter().any(|entry| entry.part.is_some()).then(|| owners::skipped(cx)).flatten());
    }
}

/// Whether an approval counts for each entry. Parts of one entry differ only in whom they ask.
fn counts(cx: &Context<'_>, entries: &[Entry<'_>], (person, review): &(&Account, &Review)) -> Vec<Finding> {
    let mut sound: Option<(usize, Finding)> = None;
    let counts = entries.iter().map(|entry| {
        let of = entry.is_of(cx, person, review);
        if of.is_not() {
            return of;
        }
        let known = sound.take().filter(|(pool, _)| *pool == entry.pool && entry.part.is_some());
        let (_, is_sound) = sound.insert(known.unwrap_or_else(|| (entry.pool, entry.is_sound(cx, person, review))));
        Finding::all([of, entry.was_of(cx, person, review), is_sound.clone()])
    });
    counts.collect()
}

/// The touched files that nobody owns and that ask nothing.
fn unowned(cx: &Context<'_>, asked: &[ApprovalEntry]) -> Phrase {
    let of_entry = |entry: &ApprovalEntry| match entry {
        ApprovalEntry::From { from, .. } => owners::unasked(cx, from),
        ApprovalEntry::Any(_) => &[],
    };
    let leaves = asked.iter().flat_map(leaves).map(of_entry).find(|paths| !paths.is_empty());
    leaves.map(|paths| Phrase::words("; nobody owns ").then(owners::named(paths))).unwrap_or_default()
}

/// The approvals of people whom nobody asks.
fn in_vain(strangers: &[(&Account, Phrase)]) -> Option<Phrase> {
    let why = Phrase::join(strangers.iter().take(STRANGERS).map(|(_, why)| why.clone()), ", ");
    match strangers {
        [] => None,
        [(person, _)] => Some(Phrase::words("the approval by ").person(person).and(" does not count: ").then(why)),
        several => {
            let said = Phrase::words(format!("{} approvals do not count: ", several.len())).then(why);
            let more = several.len().saturating_sub(STRANGERS);
            Some(if more == 0 { said } else { said.and(format!(", and {more} more")) })
        }
    }
}

/// That an approval which counts was given on another commit.
fn kept(cx: &Context<'_>, review: &Review) -> Phrase {
    match &review.commit {
        Some(commit) if binding::head_moved(cx, review) => {
            Phrase::words(" commit ").quote(commit.short()).and(", and the diff is still the same")
        }
        _ => Phrase::default(),
    }
}

/// Whether it counted once: by somebody who may, but for something else than is there now.
fn is_void(cx: &Context<'_>, entry: &Entry<'_>, person: &Account, review: &Review) -> bool {
    entry.was_of(cx, person, review).is_so()
        && independence::may_approve(cx, &entry.settings, person).is_so()
        && (binding::is_bound(cx, &entry.settings, entry.layer, review).is_not()
            || expiry::is_fresh(cx, &entry.settings, review).is_not())
}

/// Whether it was given too early: its giver is one of those asked now, and was not when it was first seen.
fn is_early(cx: &Context<'_>, entry: &Entry<'_>, person: &Account, review: &Review) -> bool {
    entry.is_of(cx, person, review).is_so()
        && independence::may_approve(cx, &entry.settings, person).is_so()
        && entry.was_of(cx, person, review).is_not()
}

fn nobody_is_left(cx: &Context<'_>, entry: &Entry<'_>) -> Phrase {
    let names = Phrase::join(entry.names(cx).into_iter().map(|name| Phrase::default().quote(name)), " or ");
    if entry.barred(cx).is_empty() {
        return Phrase::words("name somebody in ").then(names).and(": it has nobody who could approve");
    }
    let what = Phrase::words("name somebody in ").then(names);
    what.and(" who took no part in this change: everybody there who has not approved yet did, and nobody approves their own work")
}

fn keeper(what: Phrase) -> Act {
    Act { by: Actor::PolicyAdmin, what }
}

/// What happens where something could not be read.
pub(crate) fn look_again() -> Act {
    Act { by: Actor::Nobody, what: Phrase::words("countersign looks again by itself") }
}
