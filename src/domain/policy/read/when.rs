//! Conditions: the keys of a `when` table.
//!
//! The rule of trust is kept here: in a place that lowers what is asked, only
//! facts that no author controls may stand.

use std::ops::Range;

use super::context::{Context, Naming};
use super::cursor::{Table, Value};
use super::globs::{Over, branches, globs};
use super::pattern::pattern;
use super::{at, compare, expr, field_test, who};
use crate::policy::codes;
use crate::policy::condition::{ChangeType, Condition, Conditions};
use crate::policy::keys::{Control, Key, Status};
use crate::policy::model::{Globs, Who};

/// Where conditions stand, as far as it decides what may be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a rule: what the author decides has to be said.
    Rule,
    /// In a risk factor: the risk is not known yet.
    Factor,
    /// In a freeze, a window or a review.
    Other,
    /// In a notice, which decides nothing.
    Notice,
    /// Where holding would lower what is asked; the words name the place.
    Lowering(&'static str),
}

/// Reads a `when` table.
pub(super) fn conditions(value: &Value<'_>, place: Place) -> Option<Conditions> {
    let table = value.table("when")?;
    let cx = value.cx;
    if table.present().all(|key| key.name == "on_declaration") {
        // A table of nothing but unknown keys was reported as such.
        let unknown = value.words().is_some_and(|words| words.len() > table.present().count());
        if !unknown {
            let problem = cx.error(codes::EMPTY_WHEN, "a table of conditions without conditions", value.span.clone());
            cx.report(problem.help("leave it out: without `when` it always holds"));
        }
        return None;
    }
    on_declaration(&table, place);
    let files = table.value("files").and_then(|files| paths(&files));
    let mut read = Vec::new();
    for key in table.present() {
        let Some(value) = table.value(key.name) else { continue };
        trusted(&table, key, place);
        match key.name {
            "files" => read.extend(files.clone().map(Condition::Files)),
            "field" => read.extend(field_test::fields(&value)),
            "on_declaration" => {}
            _ => read.extend(condition(&table, key, &value, files.as_ref(), place)),
        }
    }
    Some(Conditions(read))
}

/// One key, apart from those that more than the key itself decides.
fn condition(
    table: &Table<'_>,
    key: &Key,
    value: &Value<'_>,
    files: Option<&Globs>,
    place: Place,
) -> Option<Condition> {
    let read = match key.name {
        "only_files" => Condition::OnlyFiles(paths(value)?),
        "no_files" => Condition::NoFiles(paths(value)?),
        "lines" => Condition::Lines(compare::comparison(value)?, files.cloned()),
        "diff" => Condition::Diff(pattern(value)?, files.cloned()),
        "files_changed" => Condition::FilesChanged(compare::comparison(value)?),
        "commits" => Condition::Commits(compare::comparison(value)?),
        "services" => Condition::Services(who::names(value, &value.one_or_more()?, Naming::Service)),
        "tier" => {
            value.cx.reads_tier.borrow_mut().get_or_insert_with(|| value.span.clone());
            Condition::Tier(compare::comparison(value)?)
        }
        "environments" => Condition::Environments(who::names(value, &value.one_or_more()?, Naming::Environment)),
        "repositories" => Condition::Repositories(globs(value, &value.one_or_more()?, Over::Repositories)?),
        "properties" => Condition::Properties(field_test::properties(value)?),
        "base" => Condition::Base(branches(value, &value.one_or_more()?)?),
        "author" => Condition::Author(logins(value)?),
        "author_in" => Condition::AuthorIn(people(value)?),
        "first_contribution" => Condition::FirstContribution(value.flag()?.value),
        "fork" => Condition::Fork(value.flag()?.value),
        "agent" => Condition::Agent(value.flag()?.value, agents(value)),
        "committer_in" => Condition::CommitterIn(people(value)?),
        "signed" => Condition::Signed(value.flag()?.value),
        "type" => Condition::Type(types(value)?),
        "risk" => {
            if place == Place::Factor {
                refuse_risk(value.cx, value.span.clone());
            }
            Condition::Risk(compare::level_comparison(value)?)
        }
        "title" => Condition::Title(pattern(value)?),
        "labels" => Condition::Labels(texts(value)?),
        "head" => Condition::Head(globs(value, &value.one_or_more()?, Over::Heads)?),
        "draft" => Condition::Draft(value.flag()?.value),
        "at" => Condition::At(at::at(value)?),
        "expr" => Condition::Expr(expr::expression(value, place)?),
        "any" => Condition::Any(nested(value, place)),
        "all" => Condition::All(nested(value, place)),
        "not" => Condition::Not(Box::new(conditions(value, Place::Lowering(under_not(place)))?)),
        _ => {
            debug_assert!(key.status == Status::NotYet, "`{}` has no reader", key.name);
            Condition::Unenforced(table.unenforced(key.name)?)
        }
    };
    Some(read)
}

/// Refuses that a factor asks for the risk.
pub(super) fn refuse_risk(cx: &Context<'_>, span: Range<usize>) {
    let problem = cx.error(codes::RISK_IN_FACTOR, "a factor cannot ask for the risk", span);
    cx.report(problem.help("the risk is what the factors make; ask for it in a rule"));
}

fn under_not(place: Place) -> &'static str {
    match place {
        Place::Lowering(words) => words,
        _ => "under `not`",
    }
}

fn nested(value: &Value<'_>, place: Place) -> Vec<Conditions> {
    let members = value.list().unwrap_or_default();
    members.iter().filter_map(|member| conditions(member, place)).collect()
}

fn paths(value: &Value<'_>) -> Option<Globs> {
    globs(value, &value.one_or_more()?, Over::Paths)
}

fn texts(value: &Value<'_>) -> Option<Vec<String>> {
    let members = value.one_or_more()?;
    Some(members.iter().filter_map(Value::text).map(|text| text.value.to_owned()).collect())
}

fn logins(value: &Value<'_>) -> Option<Vec<String>> {
    let members = value.one_or_more()?;
    let texts = members.iter().filter_map(Value::text);
    Some(texts.filter_map(|text| who::login_of(value.cx, &text)).collect())
}

fn people(value: &Value<'_>) -> Option<Vec<Who>> {
    Some(who::who_one_or_more(value)?.into_iter().map(|who| who.value).collect())
}

/// The authority that says which accounts are agents' besides those of bots, where one is defined.
pub(super) fn agents(value: &Value<'_>) -> Option<Who> {
    const NAME: &str = "agents";
    Some(Who::Authority { layer: value.cx.authority(NAME)?, name: NAME.to_owned() })
}

fn types(value: &Value<'_>) -> Option<Vec<ChangeType>> {
    let members = value.one_or_more()?;
    let words = members.iter().filter_map(Value::choice);
    let types = words.map(|word| match word.value {
        "standard" => ChangeType::Standard,
        "emergency" => ChangeType::Emergency,
        _ => ChangeType::Normal,
    });
    Some(types.collect())
}

/// Refuses what the author controls where it would lower what is asked.
fn trusted(table: &Table<'_>, key: &Key, place: Place) {
    let Place::Lowering(place) = place else { return };
    let why = match key.control {
        // An expression is judged by the facts that it names, where it is read.
        Control::NotAuthor | Control::AsNamed => return,
        Control::Author => "the author of a change controls it",
        Control::AuthorUnlessVerified => "the author of a change controls git's names and addresses",
    };
    let Some(span) = table.key_span(key.name) else { return };
    let message = format!("`{}` may not stand {place}: {why}", key.name);
    let problem = table.cx.error(codes::AUTHOR_CONTROLLED_RELAXATION, message, span);
    let problem = problem.saying("would lower what is asked");
    table.cx.report(
        problem.help("ask for a fact that no author controls, such as `files`, `base`, `author` or `services`"),
    );
}

/// In a rule, what the author decides needs `on_declaration` beside it.
fn on_declaration(table: &Table<'_>, place: Place) {
    let cx = table.cx;
    let said = table.flag("on_declaration");
    let declared: Vec<_> =
        ["title", "labels", "head", "draft"].into_iter().filter_map(|key| Some((key, table.key_span(key)?))).collect();
    match said {
        Some(said) if declared.is_empty() || matches!(place, Place::Lowering(_)) => {
            let problem = cx.warning(codes::SAYS_NOTHING, "`on_declaration` says nothing here", said.span);
            cx.report(problem.help("it belongs beside `title`, `labels`, `head` or `draft` of a rule"));
        }
        Some(said) if said.value => {}
        _ if place == Place::Rule => {
            for (key, span) in declared {
                let message = format!("`{key}` is for the author to choose");
                let problem = cx.error(codes::NEEDS_ON_DECLARATION, message, span);
                cx.report(
                    problem.help(
                        "add `on_declaration = true` beside it, if the author may decide whether the rule applies",
                    ),
                );
            }
        }
        _ => {}
    }
}
