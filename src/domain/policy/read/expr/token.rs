//! The words and signs of an expression, with their places.

use std::ops::Range;

use super::Problem;

/// A word or sign of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Name(String),
    Number(i64),
    Text(String),
    Sign(&'static str),
    End,
}

/// Longer signs first, so that none is read as two.
const SIGNS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", "(", ")", "[", "]", ",", ".",
    "{", "}",
];

/// Reads all of an expression; the last token is its end. What is no word or sign is read as what was likely meant.
pub(super) fn tokens(text: &str) -> (Vec<(Token, Range<usize>)>, Vec<Problem>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let space = rest.len() - rest.trim_start().len();
        if space > 0 {
            at += space;
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            let (token, length) = token(rest, at, &mut problems);
            found.extend(token.map(|token| (token, at..at + length)));
            at += length;
        }
    }
    found.push((Token::End, text.len()..text.len()));
    (found, problems)
}

/// The token at the beginning, where there is one, and its length.
fn token(rest: &str, at: usize, problems: &mut Vec<Problem>) -> (Option<Token>, usize) {
    let raw = rest.strip_prefix(['r', 'R']).filter(|after| after.starts_with(['"', '\'']));
    if let Some(after) = raw {
        let (text, length) = quoted(after, at + 1, true, problems);
        return (Some(Token::Text(text)), length + 1);
    }
    if rest.starts_with(['"', '\'']) {
        let (text, length) = quoted(rest, at, false, problems);
        return (Some(Token::Text(text)), length);
    }
    let word = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
    let (word, after) = rest.split_at(word);
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        let (number, length) = number(word, after, at, problems);
        return (Some(Token::Number(number)), length);
    }
    if !word.is_empty() {
        return (Some(Token::Name(word.to_owned())), word.len());
    }
    if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
        return (Some(Token::Sign(sign)), sign.len());
    }
    let length = rest.chars().next().map_or(0, char::len_utf8);
    let (meant, help) = match &rest[..length] {
        "=" => (Some(Token::Sign("==")), Some("equal is `==`")),
        "&" => (Some(Token::Sign("&&")), Some("and is `&&`")),
        "|" => (Some(Token::Sign("||")), Some("or is `||`")),
        _ => (None, None),
    };
    let message = format!("`{}` has no meaning here", &rest[..length]);
    problems.push(Problem::new(at..at + length, message).help(help));
    (meant, length)
}

fn number(word: &str, after: &str, at: usize, problems: &mut Vec<Problem>) -> (i64, usize) {
    let behind = after.strip_prefix('.').filter(|behind| behind.starts_with(|c: char| c.is_ascii_digit()));
    let fraction = behind.map_or(0, |behind| {
        1 + behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len()
    });
    let read = match word.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16),
        None => word.parse(),
    };
    match read {
        Ok(number) if fraction == 0 => (number, word.len()),
        _ => {
            let length = word.len() + fraction;
            let message = format!("`{word}{}` is no whole number that can be computed with", &after[..fraction]);
            problems.push(Problem::new(at..at + length, message));
            (0, length)
        }
    }
}

fn quoted(rest: &str, at: usize, raw: bool, problems: &mut Vec<Problem>) -> (String, usize) {
    let mut chars = rest.char_indices();
    let quote = chars.next().map(|(_, quote)| quote);
    let mut text = String::new();
    while let Some((place, c)) = chars.next() {
        match c {
            _ if Some(c) == quote => return (text, place + 1),
            '\\' if !raw => {
                let Some((_, escaped)) = chars.next() else { break };
                text.push(match escaped {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    '\\' | '"' | '\'' | '`' | '?' => escaped,
                    _ => {
                        let end = place + 1 + escaped.len_utf8();
                        let problem = Problem::new(at + place..at + end, format!("`\\{escaped}` is not known"));
                        let help = "in front of a regular expression `r` leaves `\\` as it is: `r'\\d'`";
                        problems.push(problem.help(Some(help)));
                        escaped
                    }
                });
            }
            _ => text.push(c),
        }
    }
    problems.push(Problem::new(at..at + rest.len(), "a text without its end"));
    (text, rest.len())
}
