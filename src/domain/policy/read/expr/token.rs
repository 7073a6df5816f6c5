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

/// Reads all of an expression; the last token is its end.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, Problem> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let space = rest.len() - rest.trim_start().len();
        if space > 0 {
            at += space;
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            let (token, length) = token(rest, at)?;
            found.push((token, at..at + length));
            at += length;
        }
    }
    found.push((Token::End, text.len()..text.len()));
    Ok(found)
}

fn token(rest: &str, at: usize) -> Result<(Token, usize), Problem> {
    let raw = rest.strip_prefix(['r', 'R']).filter(|after| after.starts_with(['"', '\'']));
    if let Some(after) = raw {
        return quoted(after, at + 1, true).map(|(token, length)| (token, length + 1));
    }
    if rest.starts_with(['"', '\'']) {
        return quoted(rest, at, false);
    }
    let word = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
    let (word, after) = rest.split_at(word);
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return number(word, after, at);
    }
    if !word.is_empty() {
        return Ok((Token::Name(word.to_owned()), word.len()));
    }
    if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
        return Ok((Token::Sign(sign), sign.len()));
    }
    let length = rest.chars().next().map_or(0, char::len_utf8);
    let help = match &rest[..length] {
        "=" => Some("equal is `==`"),
        "&" => Some("and is `&&`"),
        "|" => Some("or is `||`"),
        _ => None,
    };
    Err(Problem::new(at..at + length, format!("`{}` has no meaning here", &rest[..length])).help(help))
}

fn number(word: &str, after: &str, at: usize) -> Result<(Token, usize), Problem> {
    let is_whole = !(after.starts_with('.') && after[1..].starts_with(|c: char| c.is_ascii_digit()));
    let read = match word.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16),
        None => word.parse(),
    };
    match read {
        Ok(number) if is_whole => Ok((Token::Number(number), word.len())),
        _ => Err(Problem::new(at..at + word.len(), format!("`{word}` is no whole number that can be computed with"))),
    }
}

fn quoted(rest: &str, at: usize, raw: bool) -> Result<(Token, usize), Problem> {
    let unended = || Problem::new(at..at + rest.len(), "a text without its end");
    let mut chars = rest.char_indices();
    let quote = chars.next().ok_or_else(unended)?.1;
    let mut text = String::new();
    while let Some((place, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((Token::Text(text), place + 1)),
            '\\' if !raw => {
                let (_, escaped) = chars.next().ok_or_else(unended)?;
                text.push(match escaped {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    '\\' | '"' | '\'' | '`' | '?' => escaped,
                    _ => {
                        let end = place + 1 + escaped.len_utf8();
                        let problem = Problem::new(at + place..at + end, format!("`\\{escaped}` is not known"));
                        return Err(
                            problem.help(Some("in front of a regular expression `r` leaves `\\` as it is: `r'\\d'`"))
                        );
                    }
                });
            }
            _ => text.push(c),
        }
    }
    Err(unended())
}
