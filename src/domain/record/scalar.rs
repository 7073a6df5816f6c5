//! Answers of one word or a few: persons, times, windows, lengths, addresses, tickets.
//!
//! Absent on purpose: looking anything up. Whether the person or the ticket
//! exists is a fact, and facts are not read from descriptions.

use std::ops::Range;

use super::found::Said;
use super::time::{self, Doubt, Moment};
use super::value::{Place, short};
use super::{Content, FieldKind, Value, codes, text};
use crate::diagnostic::{Diagnostic, Origin};

type Answered = (Content, Option<String>);

/// Reads such an answer; there is at least one line.
pub(crate) fn read(place: &mut Place<'_>, lines: &[&Said]) -> Answered {
    let Some(first) = lines.first() else { return (Content::Unfilled, None) };
    let span = first.line.span.clone();
    let line = first.line.text.trim();
    match place.spec.kind {
        FieldKind::Who => who(place, line, &span),
        FieldKind::Instant => instant(place, line, &span),
        FieldKind::Window => {
            let all: Vec<&str> = lines.iter().map(|said| said.line.text.as_str()).collect();
            let end = lines.last().map_or(span.end, |said| said.line.span.end);
            window(place, &all.join(" "), &(span.start..end.max(span.end)))
        }
        FieldKind::Duration => match time::duration(line) {
            Some(seconds) => (Content::Value(Value::Duration(seconds)), None),
            None => {
                let why = format!("`{}` is no length of time", short(line));
                place.ambiguous(why, &span, "write it as `90 minutes` or `2h 30m`")
            }
        },
        FieldKind::Link => link(place, first, &span),
        FieldKind::Ticket => ticket(place, lines, &span),
        FieldKind::Text | FieldKind::Choice | FieldKind::ManyOf | FieldKind::YesNo => text::read(place),
    }
}

fn who(place: &mut Place<'_>, line: &str, span: &Range<usize>) -> Answered {
    let name = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '@' | '/' | '-' | '_' | '[' | ']'));
        let bare = bare.strip_prefix('@').unwrap_or(bare).to_owned();
        let fits = !bare.is_empty()
            && bare.split('/').count() <= 2
            && bare.split('/').all(|part| !part.is_empty())
            && bare.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '[' | ']' | '.'));
        fits.then_some(bare)
    };
    let mentions: Vec<String> = line
        .split_whitespace()
        .filter(|word| word.contains('@') && !word.contains("@."))
        .filter_map(|word| name(word.get(word.find('@')?..)?))
        .collect();
    let mut distinct = mentions;
    distinct.sort_by_key(|name| name.to_lowercase());
    distinct.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    let e_mail = line.split_whitespace().any(|word| {
        word.find('@').is_some_and(|at| at > 0 && word.as_bytes().get(at - 1).is_some_and(u8::is_ascii_alphanumeric))
    });
    match distinct.as_slice() {
        [only] if !e_mail => (Content::Value(Value::Who(only.clone())), None),
        [] if line.split_whitespace().count() == 1 => match name(line) {
            Some(name) => (Content::Value(Value::Who(name)), None),
            None => place.ambiguous(
                format!("`{}` is no account", short(line)),
                span,
                "name one account or team, as `@login` or `@org/team`",
            ),
        },
        [_, _, ..] => place.ambiguous(
            format!("`{}` names several people", short(line)),
            span,
            "name one account, or a team as `@org/team`",
        ),
        _ => place.ambiguous(
            format!("`{}` names no account", short(line)),
            span,
            "name one account or team, as `@login` or `@org/team`",
        ),
    }
}

fn instant(place: &mut Place<'_>, line: &str, span: &Range<usize>) -> Answered {
    let (moment, rest) = time::read(line);
    match settled(&moment, rest, line) {
        Ok(at) => (Content::Value(Value::Instant(at)), None),
        Err(doubt) => doubtful(place, doubt, span),
    }
}

/// A time with nothing after it that could change it.
fn settled(moment: &Moment, rest: &str, line: &str) -> Result<jiff::Timestamp, Doubt> {
    let no_time = || Doubt { why: format!("`{}` is no time", short(line)), rewrite: None, zone: false };
    if !moment.is_some() {
        return Err(no_time());
    }
    let tail = rest.trim_start();
    if tail.starts_with(char::is_alphanumeric) || tail.starts_with(['/', '+', ':']) {
        return Err(Doubt {
            why: format!("`{}` cannot be read to its end as a time", short(line)),
            rewrite: None,
            zone: false,
        });
    }
    moment.instant()
}

pub(crate) fn doubtful(place: &mut Place<'_>, doubt: Doubt, span: &Range<usize>) -> Answered {
    let code = if doubt.zone { codes::TIME_WITHOUT_ZONE } else { codes::AMBIGUOUS };
    let help = match &doubt.rewrite {
        Some(rewrite) => format!("write `{rewrite}`, if that is what is meant"),
        None => "write it as `2026-01-30 13:00 Europe/Berlin` or `2026-01-30T13:00:00Z`".to_owned(),
    };
    let mut diagnostic = Diagnostic::warning(code, doubt.why.clone(), Origin::Description, span.clone()).help(help);
    if let Some(rewrite) = doubt.rewrite {
        diagnostic = diagnostic.fix(rewrite);
    }
    place.note(diagnostic);
    (Content::Ambiguous(doubt.why), None)
}

fn window(place: &mut Place<'_>, line: &str, span: &Range<usize>) -> Answered {
    match time::window(line) {
        None => {
            let why = format!("`{}` is no window", short(line));
            place.ambiguous(why, span, "write it as `2026-01-30 13:00 to 15:00 Europe/Berlin`")
        }
        Some((start, end, rest)) => {
            let tail = rest.trim_start();
            if end.is_some() && tail.starts_with(char::is_alphanumeric) {
                let why = format!("`{}` cannot be read to its end as a window", short(line));
                return place.ambiguous(why, span, "write it as `2026-01-30 13:00 to 15:00 Europe/Berlin`");
            }
            ends(place, &start, &end, span, span)
        }
    }
}

/// A window from its ends; each may be in doubt, or missing.
pub(crate) fn ends(
    place: &mut Place<'_>,
    start: &Moment,
    end: &Moment,
    at: &Range<usize>,
    until: &Range<usize>,
) -> Answered {
    let incomplete = |place: &mut Place<'_>, why: &str| {
        let diagnostic = Diagnostic::warning(codes::WINDOW_INCOMPLETE, why, Origin::Description, at.clone());
        place.note(
            diagnostic.help("a window wants a start and an end, such as `2026-01-30 13:00 to 15:00 Europe/Berlin`"),
        );
        (Content::Ambiguous(why.to_owned()), None)
    };
    let opens = match start.instant() {
        Ok(opens) => opens,
        Err(_) if !start.is_some() => return incomplete(place, "the window has no start"),
        Err(doubt) => return doubtful(place, doubt, at),
    };
    let closes = match end.instant() {
        Ok(closes) => closes,
        Err(_) if !end.is_some() => return incomplete(place, "the window has no end"),
        Err(doubt) => return doubtful(place, doubt, until),
    };
    if closes <= opens {
        return incomplete(place, "the window ends before it starts");
    }
    (Content::Value(Value::Window { start: opens, end: closes }), None)
}

fn link(place: &mut Place<'_>, said: &Said, span: &Range<usize>) -> Answered {
    let is_address = |text: &str| text.starts_with("https://") || text.starts_with("http://");
    let linked: Vec<&(Range<usize>, String)> = said.line.links.iter().filter(|(_, url)| is_address(url)).collect();
    if let [(range, url), more @ ..] = linked.as_slice() {
        if more.iter().any(|(_, other)| other != url) {
            return place.ambiguous("there is more than one address".to_owned(), span, "leave one address");
        }
        let shown = said.line.text.get(range.clone()).unwrap_or_default();
        let host = |text: &str| {
            let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
            rest.split(['/', '?', '#']).next().unwrap_or_default().to_lowercase()
        };
        let shows_address = is_address(shown.trim()) || (shown.contains('.') && !shown.contains(' '));
        if shows_address && host(shown.trim()).trim_start_matches("www.") != host(url).trim_start_matches("www.") {
            let why = format!("the link shows `{}` and leads to `{}`", short(shown), short(url));
            place.note(
                Diagnostic::warning(codes::LINK_MISMATCH, why.clone(), Origin::Description, span.clone())
                    .help("let the link show where it leads"),
            );
            return (Content::Ambiguous(why), None);
        }
        return (Content::Value(Value::Link(url.clone())), None);
    }
    let trim = |c: char| matches!(c, '<' | '>' | '(' | ')' | ',' | '.' | ';' | '"' | '\'' | '`');
    let words: Vec<&str> =
        said.line.text.split_whitespace().map(|word| word.trim_matches(trim)).filter(|word| is_address(word)).collect();
    match words.as_slice() {
        [only] => (Content::Value(Value::Link((*only).to_owned())), None),
        [] => {
            let why = format!("`{}` is no address", short(&said.line.text));
            place.ambiguous(why, span, "paste an address that begins with `https://`")
        }
        _ => place.ambiguous("there is more than one address".to_owned(), span, "leave one address"),
    }
}

fn ticket(place: &mut Place<'_>, lines: &[&Said], span: &Range<usize>) -> Answered {
    let mut keys: Vec<String> = Vec::new();
    for said in lines {
        for (_, url) in &said.line.links {
            keys.extend(key_of_address(url));
        }
        for word in said.line.text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '、' | '|')) {
            keys.extend(key(word));
        }
    }
    let mut distinct: Vec<String> = Vec::new();
    for key in keys {
        // `#12` and `acme/shop#12` from the link under it are one.
        let tail = |text: &str| text.rsplit('#').next().map(str::to_owned);
        let same = |other: &String| {
            other.eq_ignore_ascii_case(&key)
                || (other.contains('#')
                    && key.contains('#')
                    && tail(other) == tail(&key)
                    && (other.starts_with('#') || key.starts_with('#')))
        };
        // Two are one too many already.
        if distinct.len() > 8 {
            break;
        }
        match distinct.iter_mut().find(|other| same(other)) {
            Some(known) if known.starts_with('#') && !key.starts_with('#') => *known = key,
            Some(_) => {}
            None => distinct.push(key),
        }
    }
    if let Some(pattern) = place.pattern {
        let line = lines.first().map_or("", |said| said.line.text.trim()).to_owned();
        let candidates: Vec<String> = if distinct.is_empty() { vec![line.clone()] } else { distinct.clone() };
        distinct = candidates.into_iter().filter(|key| pattern.fits(key)).collect();
        if distinct.is_empty() {
            let why = format!("`{}` does not match `{}`", short(&line), pattern.written);
            return place.ambiguous(why, span, "write the ticket in the form that the policy asks for");
        }
    }
    match distinct.as_slice() {
        [only] => (Content::Value(Value::Ticket(only.clone())), None),
        [] => {
            let line = lines.first().map_or("", |said| said.line.text.as_str());
            let why = format!("`{}` names no ticket", short(line));
            place.ambiguous(why, span, "write its key, such as `CHG0012345`, `ABC-12` or `#12`")
        }
        _ => {
            let why = format!("`{}` and `{}` are two tickets", distinct[0], distinct[1]);
            place.ambiguous(why, span, "leave the one that this change is under")
        }
    }
}

/// `ABC-12`, `CHG0012345`, `#12`, `acme/shop#12`, or the key in an address.
fn key(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '#' | '/'));
    if word.contains("://") {
        return key_of_address(word);
    }
    let word = word.trim_matches('/');
    if let Some((repository, number)) = word.split_once('#') {
        let number = number.trim_end_matches(|c: char| !c.is_ascii_digit());
        let digits = !number.is_empty() && number.len() <= 12 && number.bytes().all(|b| b.is_ascii_digit());
        let named = repository.is_empty()
            || repository.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
        return (digits && named).then(|| format!("{repository}#{number}"));
    }
    let (letters, number) = match word.split_once('-') {
        Some((letters, number)) => (letters, number),
        None => word.split_at(word.find(|c: char| c.is_ascii_digit())?),
    };
    let dashed = word.contains('-');
    let fits = (2..=12).contains(&letters.len())
        && letters.starts_with(|c: char| c.is_ascii_alphabetic())
        && letters.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !number.is_empty()
        && number.len() <= 12
        && number.bytes().all(|b| b.is_ascii_digit())
        && (dashed || (letters.bytes().all(|b| b.is_ascii_uppercase()) && number.len() >= 4));
    fits.then(|| word.to_uppercase())
}

fn key_of_address(url: &str) -> Option<String> {
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return None;
    }
    let path = url.split_once("://")?.1;
    let parts: Vec<&str> = path.split(['/', '?', '&', '=', '#']).filter(|part| !part.is_empty()).collect();
    if let Some(at) = parts.iter().position(|part| matches!(*part, "issues" | "pull"))
        && let (Some(owner), Some(name), Some(number)) =
            (parts.get(at.wrapping_sub(2)), parts.get(at.wrapping_sub(1)), parts.get(at + 1))
        && number.bytes().all(|b| b.is_ascii_digit())
    {
        return Some(format!("{owner}/{name}#{number}"));
    }
    parts.iter().rev().find_map(|part| key(part).filter(|key| !key.contains('#')))
}
