//! The facts of a change as values of expressions; what was not read is unknown.

use std::rc::Rc;

use super::{MEMBER, Run, Step, Value};
use crate::condition::{
    Finding, Place, Truth, agent, author, environments, field, first_contribution, head, only_files, properties,
    signed, tier,
};
use crate::evaluate::{ChangedFiles, Context};
use crate::facts::{Facts, File, FileStatus, Known};
use crate::patch::changed_lines;
use crate::policy::expr::{Fact, OF_THE_AUTHOR};
use crate::record::{Field, FieldId};
use crate::text::Phrase;

/// The longest list that a fact makes: GitHub lists 3,000 files, each under two names at the most. A longer one is unknown.
const LONGEST: usize = 6_000;

fn not_proved<'a>() -> Value<'a> {
    Value::unknown("the author is not proved")
}

impl<'a> Run<'_, 'a> {
    pub(super) fn fact(&mut self, fact: Fact) -> Step<Value<'a>> {
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == fact) {
            return Ok(known.clone());
        }
        let value = match self.made(fact)? {
            _ if self.doubted && OF_THE_AUTHOR.contains(&fact) => not_proved(),
            Value::List(members) if members.len() > LONGEST => {
                Value::unknown(format!("a list of an expression has more than {LONGEST} members"))
            }
            value => value,
        };
        self.known.push((fact, value.clone()));
        Ok(value)
    }

    fn made(&mut self, fact: Fact) -> Step<Value<'a>> {
        let cx = self.cx;
        let change = &cx.facts.change;
        Ok(match fact {
            Fact::Base => Value::Text(&change.base.name),
            Fact::DefaultBranch => Value::Text(&cx.facts.repository.default_branch),
            Fact::Repository => Value::Text(&cx.facts.repository.name),
            Fact::Fork => Value::Flag(change.fork),
            Fact::Draft => Value::Flag(change.draft),
            Fact::Title => Value::Text(&change.title),
            Fact::Head => match head::shown(cx) {
                Ok(name) => Value::Made(Rc::from(name)),
                Err(gone) => Value::Unknown(Rc::new(gone.observed)),
            },
            Fact::Labels => self.texts(change.labels.iter().map(String::as_str))?,
            // Whether it counts where less would be asked is decided for the whole expression.
            Fact::Agent => flag(agent::agent(cx, Place::Raising, true, self.expression.agents.as_ref())),
            Fact::FirstContribution => flag(first_contribution::first_contribution(cx, Place::Raising, true)),
            Fact::Environments => self.environments()?,
            Fact::Tier => self.tier(),
            Fact::Risk => self.risk(),
            Fact::Type => match cx.change_type(self.from.layer, self.from.mode) {
                Some(resolved) => number(resolved as u64),
                None => Value::unknown("the type of the change is not known before the models are looked at"),
            },
            // They are compared and asked for their parts, and are nothing by themselves.
            Fact::Author | Fact::Fields | Fact::Properties => {
                Value::unknown("an expression uses what is no value by itself")
            }
            Fact::Signed => flag(signed::every_commit(cx)),
            Fact::Commits => match &cx.facts.commits {
                Known::Known(commits) => number(commits.len() as u64),
                Known::Unknown(why) => unread("the commits", why),
            },
            Fact::Services => self.services()?,
            Fact::Files => self.files()?,
            Fact::Diff => self.diff()?,
            Fact::FilesChanged => self.sum(|_| 1)?,
            Fact::Added => self.sum(|file| file.added)?,
            Fact::Removed => self.sum(|file| file.removed)?,
            Fact::Lines => self.sum(|file| file.added.saturating_add(file.removed))?,
        })
    }

    /// Whether any of the logins names the author.
    pub(super) fn author_is(&self, logins: &[String]) -> Step<Value<'a>> {
        self.pay(logins.len())?;
        if self.doubted {
            return Ok(not_proved());
        }
        Ok(flag(author::author(self.cx, Place::Raising, logins)))
    }

    /// The values of a custom property of the repository; none where it is not set.
    pub(super) fn property(&self, name: &str) -> Step<Value<'a>> {
        let facts: &'a Facts = self.cx.facts;
        match properties::known(facts) {
            Ok(set) => self.texts(set.get(name).into_iter().flatten().map(String::as_str)),
            Err(unread) => Ok(Value::Unknown(Rc::new(unread.observed))),
        }
    }

    /// What the change request answers to a field; nothing where it is not answered.
    pub(super) fn field(&self, field: &FieldId) -> Step<Value<'a>> {
        let said = match self.cx.records.current.field(field, self.from.layer) {
            Field::Present(answer) | Field::None(answer) => field::said(answer).join(", "),
            Field::Unfilled(_) | Field::Ambiguous(_) | Field::Conflicting(_) | Field::Absent => {
                return Ok(Value::Nothing);
            }
        };
        self.pay(said.len())?;
        Ok(Value::Made(Rc::from(said)))
    }

    /// The environments that are reached: what the change request names is not heard, since an expression could lower by it.
    fn environments(&self) -> Step<Value<'a>> {
        let (cx, layer) = (self.cx, self.from.layer);
        let seen = cx.policies.policies().filter(|(above, _)| *above <= layer);
        let mut names: Vec<&'a str> =
            seen.flat_map(|(_, policy)| policy.environments.keys().map(String::as_str)).collect();
        names.sort_unstable();
        names.dedup();
        let mut reached = Vec::new();
        for name in names {
            let Some(environment) = cx.policies.environment(layer, name) else { continue };
            let finding = environments::reached(cx, name, environment);
            match finding.truth {
                Truth::Holds => reached.push(name),
                Truth::DoesNot => {}
                Truth::Unknown => return Ok(Value::Unknown(Rc::new(finding.observed))),
            }
        }
        self.texts(reached.into_iter())
    }

    /// The lowest touched tier; nothing where no service is touched.
    fn tier(&self) -> Value<'a> {
        match tier::lowest(self.cx, self.from.layer) {
            Ok(lowest) if lowest.perhaps.iter().any(|tier| lowest.sure.is_none_or(|sure| *tier < sure)) => {
                Value::Unknown(Rc::new(lowest.doubt.observed))
            }
            Ok(lowest) => lowest.sure.map_or(Value::Nothing, number),
            Err(unknown) => Value::Unknown(Rc::new(unknown.observed)),
        }
    }

    fn risk(&self) -> Value<'a> {
        match self.cx.risk {
            Some((floor, level)) if floor == level => number(level as u64),
            Some((_, level)) => {
                Value::unknown(format!("the risk is {level}, but only because some of its factors are not known"))
            }
            None => Value::unknown("the risk is not known before its factors are"),
        }
    }

    fn texts(&self, texts: impl Iterator<Item = &'a str>) -> Step<Value<'a>> {
        let members: Vec<Value<'a>> = texts.map(Value::Text).collect();
        self.pay(members.len() * MEMBER)?;
        Ok(Value::List(members.into()))
    }

    /// Something of every file, added up.
    fn sum(&self, of: impl Fn(&File) -> u64) -> Step<Value<'a>> {
        let files = match &self.cx.facts.files {
            Known::Known(files) => files,
            Known::Unknown(why) => return Ok(unread("the changed files", why)),
        };
        self.pay(files.len())?;
        Ok(number(files.iter().map(of).fold(0, u64::saturating_add)))
    }

    /// The changed files; a renamed one under each of its names.
    fn files(&self) -> Step<Value<'a>> {
        let files = match &self.cx.facts.files {
            Known::Known(files) => files,
            Known::Unknown(why) => return Ok(unread("the changed files", why)),
        };
        self.pay(files.len() * 2 * MEMBER)?;
        let members = files.iter().flat_map(|file| {
            let old = match &file.old_path {
                Known::Known(None) => None,
                Known::Known(Some(old)) => Some(Value::File(file, Some(old.as_str()))),
                Known::Unknown(_) => Some(Value::File(file, None)),
            };
            [Some(Value::File(file, Some(file.path.as_str()))), old].into_iter().flatten()
        });
        Ok(Value::List(members.collect()))
    }

    /// The added and removed lines of all files; a carriage return ends one too, as it does for people.
    fn diff(&self) -> Step<Value<'a>> {
        let facts: &'a Facts = self.cx.facts;
        let files = match &facts.files {
            Known::Known(files) => files,
            Known::Unknown(why) => return Ok(unread("the changed files", why)),
        };
        let patches = facts.diffs.patches.as_ref().and_then(Known::known);
        let mut all: Vec<&'a str> = Vec::new();
        for file in files {
            let patch = patches.and_then(|patches| patches.get(&file.path));
            let Some(lines) = patch.and_then(|patch| changed_lines(patch, file.added, file.removed)) else {
                let why = Phrase::default().quote(&file.path).and(" has no whole text patch");
                return Ok(Value::Unknown(Rc::new(why)));
            };
            self.pay(lines.iter().map(|line| 1 + line.len() / 16).sum())?;
            all.extend(lines.into_iter().flat_map(|line| line.split('\r')));
        }
        self.texts(all.into_iter())
    }

    /// The names of the touched services, as the layer sees them; unknown where any of them may be touched or not.
    fn services(&self) -> Step<Value<'a>> {
        let files: &ChangedFiles<'a> = match self.cx.files() {
            Ok(files) => files,
            Err(unread) => return Ok(Value::Unknown(Rc::new(unread.observed))),
        };
        let mut touched: Vec<&'a str> = Vec::new();
        for (name, service) in self.cx.services(self.from.layer) {
            match files.touch(&service.paths) {
                (Truth::Holds, _) if !touched.contains(&name) => touched.push(name),
                (Truth::Unknown, doubt) => return Ok(Value::Unknown(Rc::new(doubt.observed))),
                _ => {}
            }
        }
        self.texts(touched.into_iter())
    }
}

/// Whether all changed files are regular ones: where an expression could lower what is asked by their paths.
pub(super) fn regular(cx: &Context<'_>) -> Finding {
    match cx.files() {
        Ok(files) => only_files::all_regular(cx, files),
        Err(unread) => unread,
    }
}

/// GitHub's word for what happened to a file.
pub(super) fn status(file: &File) -> &'static str {
    match file.status {
        FileStatus::Added => "added",
        FileStatus::Modified => "modified",
        FileStatus::Removed => "removed",
        FileStatus::Renamed => "renamed",
        FileStatus::Copied => "copied",
        FileStatus::Changed => "changed",
    }
}

pub(super) fn number<'a>(number: u64) -> Value<'a> {
    super::whole(i64::try_from(number).ok())
}

fn flag<'a>(finding: Finding) -> Value<'a> {
    match finding.truth {
        Truth::Holds => Value::Flag(true),
        Truth::DoesNot => Value::Flag(false),
        Truth::Unknown => Value::Unknown(Rc::new(finding.observed)),
    }
}

fn unread<'a>(what: &str, why: &str) -> Value<'a> {
    Value::Unknown(Rc::new(Phrase::words(format!("{what} could not be read: ")).quote(why)))
}
