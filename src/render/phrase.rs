//! Phrases as Markdown and as plain text.

use countersign_domain::account::Account;
use countersign_domain::text::{Phrase, Piece};
use jiff::Timestamp;

use super::escape::{code, prose_at, shorten, visible};

/// The longest quotation that is shown, in characters.
pub const QUOTE_LIMIT: usize = 200;

/// The longest phrase that is shown, in bytes: one that lists thousands of files must not push everything else out.
pub const PHRASE_LIMIT: usize = 4_000;

/// How this decision may speak.
#[derive(Debug, Clone, Copy)]
pub struct Voice {
    /// Whether people may be named.
    pub names_people: bool,
}

impl Voice {
    /// As Markdown, on one line, nothing of anybody else's alive.
    pub fn markdown(self, phrase: &Phrase) -> String {
        let mut out = String::new();
        for piece in merged(phrase) {
            if out.len() > PHRASE_LIMIT {
                out.push_str(" …");
                break;
            }
            let part = match &piece {
                Piece::Words(words) => prose_at(&shorten(words, PHRASE_LIMIT), out.is_empty()),
                Piece::Quoted(text) => code(&shorten(text, QUOTE_LIMIT)),
                Piece::Person(account) => self.person(account),
                Piece::Instant(at) => instant(*at),
            };
            push(&mut out, &part);
        }
        out
    }

    /// As plain text on one line, for titles and terminals.
    pub fn plain(self, phrase: &Phrase) -> String {
        let parts = phrase.0.iter().map(|piece| match piece {
            Piece::Words(words) => visible(words).replace('`', ""),
            Piece::Quoted(text) => plain_quote(text),
            Piece::Person(account) if self.names_people => visible(&account.to_string()),
            Piece::Person(_) => "somebody".to_owned(),
            Piece::Instant(at) => instant(*at),
        });
        parts.collect()
    }

    /// An account by its login, never as a mention.
    pub fn person(self, account: &Account) -> String {
        if self.names_people { code(&account.to_string()) } else { "somebody".to_owned() }
    }

    /// As a sentence: a capital at the start and a full stop at the end.
    pub fn sentence(self, phrase: &Phrase) -> String {
        sentence(&self.markdown(phrase))
    }
}

/// A capital at the start and a full stop at the end.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    let capital: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    stopped(&format!("{capital}{}", chars.as_str()))
}

/// With a full stop at the end.
pub fn stopped(text: &str) -> String {
    let text = text.trim();
    let stop = if text.is_empty() || text.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    format!("{text}{stop}")
}

/// A point in time as people compare it: in UTC, to the minute where it lies on one.
pub fn instant(at: Timestamp) -> String {
    let pattern = if at.as_second().rem_euclid(60) == 0 { "%Y-%m-%d %H:%M UTC" } else { "%Y-%m-%d %H:%M:%S UTC" };
    at.strftime(pattern).to_string()
}

/// Puts a part behind another, with a space where two code spans would meet.
pub fn push(out: &mut String, part: &str) {
    if out.ends_with('`') && part.starts_with('`') {
        out.push(' ');
    }
    out.push_str(part);
}

fn plain_quote(text: &str) -> String {
    let text = shorten(&visible(text), QUOTE_LIMIT);
    if text.trim().is_empty() {
        "(empty)".to_owned()
    } else if text.contains(char::is_whitespace) {
        format!("“{text}”")
    } else {
        text
    }
}

/// Our own words that follow each other are read as one text, so that no word is judged by half.
fn merged(phrase: &Phrase) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in &phrase.0 {
        match (pieces.last_mut(), piece) {
            (Some(Piece::Words(before)), Piece::Words(words)) => before.push_str(words),
            _ => pieces.push(piece.clone()),
        }
    }
    pieces
}
