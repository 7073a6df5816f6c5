//! The facts of a change as values of expressions; what was not read is unknown.

use std::rc::Rc;

use super::{MEMBER, Run, Step, Value};
use crate::condition::{Finding, Truth, head, only_files, signed};
use crate::evaluate::{ChangedFiles, Context};
use crate::facts::{File, FileStatus, Known};
use crate::policy::expr::Fact;
use crate::text::Phrase;

/// The longest list that a fact makes: GitHub lists 3,000 files, each under two names at the most. A longer one is unknown.
const LONGEST: usize = 6_000;

impl<'a> Run<'_, 'a> {
    pub(super) fn fact(&mut self, fact: Fact) -> Step<Value<'a>> {
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == fact) {
            return Ok(known.clone());
        }
        let value = match self.made(fact)? {
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
            Fact::Signed => flag(signed::every_commit(cx)),
            Fact::Commits => match &cx.facts.commits {
                Known::Known(commits) => number(commits.len() as u64),
                Known::Unknown(why) => unread("the commits", why),
            },
            Fact::Services => self.services()?,
            Fact::Files => self.files()?,
            Fact::FilesChanged => self.sum(|_| 1)?,
            Fact::Added => self.sum(|file| file.added)?,
            Fact::Removed => self.sum(|file| file.removed)?,
            Fact::Lines => self.sum(|file| file.added.saturating_add(file.removed))?,
        })
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

    /// The names of the touched services, as the layer sees them; unknown where any of them may be touched or not.
    fn services(&self) -> Step<Value<'a>> {
        let files: &ChangedFiles<'a> = match self.cx.files() {
            Ok(files) => files,
            Err(unread) => return Ok(Value::Unknown(Rc::new(unread.observed))),
        };
        let mut touched: Vec<&'a str> = Vec::new();
        for (name, service) in self.cx.services(self.layer) {
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
