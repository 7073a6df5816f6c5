//! Who is meant: `NAME`, `team:ORG/SLUG`, `user:LOGIN`, the same everywhere.

use super::context::{Context, Naming};
use super::cursor::{At, Value};
use super::hints;
use crate::account::TeamName;
use crate::policy::codes;
use crate::policy::model::Who;

/// A list of people, teams and authorities; `None` where there is none to read.
pub(super) fn who_list(value: &Value<'_>) -> Option<Vec<At<Who>>> {
    Some(value.list()?.iter().filter_map(who).collect())
}

/// The same where one may stand in place of a list.
pub(super) fn who_one_or_more(value: &Value<'_>) -> Option<Vec<At<Who>>> {
    Some(value.one_or_more()?.iter().filter_map(who).collect())
}

/// Somebody.
pub(super) fn who(value: &Value<'_>) -> Option<At<Who>> {
    let cx = value.cx;
    let text = value.text()?;
    let who = match text.value.split_once(':') {
        Some(("team", team)) => Who::Team(team_name(cx, &At::new(team, text.span.clone()))?),
        Some(("user", login)) => Who::User(login_of(cx, &At::new(login, text.span.clone()))?),
        Some(_) => {
            let problem = cx.error(codes::BAD_WHO, format!("`{}` names nobody", text.value), text.span.clone());
            cx.report(problem.help("write an authority's name, `team:ORG/SLUG` or `user:LOGIN`"));
            return None;
        }
        None => authority(cx, &text)?,
    };
    Some(At::new(who, text.span))
}

/// The authority of that name.
fn authority(cx: &Context<'_>, text: &At<&str>) -> Option<Who> {
    if let Some(layer) = cx.authority(text.value) {
        return Some(Who::Authority { layer, name: text.value.to_owned() });
    }
    let guess = if text.value.contains('/') {
        Some(format!("`team:{}`", text.value.trim_start_matches('@')))
    } else {
        text.value.strip_prefix('@').map(|login| format!("`user:{login}`"))
    };
    match guess {
        Some(guess) => {
            let problem = cx.error(codes::BAD_WHO, format!("`{}` names nobody", text.value), text.span.clone());
            cx.report(problem.help(format!("did you mean {guess}?")));
        }
        None => unknown_name(cx, Naming::Authority, text),
    }
    None
}

/// Reports a name that is defined neither here nor above.
pub(super) fn unknown_name(cx: &Context<'_>, naming: Naming, text: &At<&str>) {
    if cx.broken {
        return;
    }
    let message = format!("no {} is called `{}`", naming.word(), text.value);
    let problem = cx.error(codes::UNKNOWN_NAME, message, text.span.clone());
    if cx.is_crowded() {
        return cx.report(problem);
    }
    let names = cx.names(naming);
    let problem = match hints::nearest(text.value, &names) {
        Some(name) => problem.help(format!("did you mean `{name}`?")).fix(format!("\"{name}\"")),
        None if cx.around.upper_unread => {
            problem.help("the organisation's policy could not be read, so that its names are not known")
        }
        None if names.is_empty() => problem.help(format!("define it as `[{}.{}]`", table_of(naming), text.value)),
        None => problem.help(format!("known here: {}", hints::listed(&names))),
    };
    cx.report(problem);
}

fn table_of(naming: Naming) -> &'static str {
    match naming {
        Naming::Authority => "authorities",
        Naming::Service => "services",
        Naming::Environment => "environments",
        Naming::Field => "record.fields",
    }
}

/// `ORG/SLUG`.
pub(super) fn team_name(cx: &Context<'_>, text: &At<&str>) -> Option<TeamName> {
    let name = text.value;
    let sound = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'));
    let team = TeamName::parse(name).filter(|_| sound);
    if team.is_none() {
        let problem = cx.error(codes::BAD_TEAM, format!("`{name}` is no team"), text.span.clone());
        cx.report(problem.help("write the organisation and the team's slug, as in `acme/payments`"));
    }
    team
}

/// A login, `[bot]` at its end for a bot.
pub(super) fn login_of(cx: &Context<'_>, text: &At<&str>) -> Option<String> {
    if !is_login(text.value) {
        let problem = cx.error(codes::BAD_LOGIN, format!("`{}` is no login", text.value), text.span.clone());
        let problem = match text.value.strip_prefix('@') {
            Some(login) => problem.help(format!("did you mean `{login}`?")),
            None if text.value.contains('/') => problem.help("a team stands in `teams`, or as `team:ORG/SLUG`"),
            None => problem.help("write the login as GitHub shows it, a bot's as `NAME[bot]`"),
        };
        cx.report(problem);
        return None;
    }
    Some(text.value.to_owned())
}

/// Whether that is a login as GitHub has them.
pub(super) fn is_login(text: &str) -> bool {
    let name = text.strip_suffix("[bot]").unwrap_or(text);
    (1..=64).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && !name.starts_with('-')
}

/// Names that must be defined here or above.
pub(super) fn names(value: &Value<'_>, members: &[Value<'_>], naming: Naming) -> Vec<String> {
    let texts = members.iter().filter_map(Value::text);
    let known = texts.filter(|text| {
        let known = value.cx.knows(naming, text.value);
        if !known {
            unknown_name(value.cx, naming, text);
        }
        known
    });
    known.map(|text| text.value.to_owned()).collect()
}
