//! Words and boxes that choose: the leading word of a line, an option list, task boxes within a line.
//!
//! Absent on purpose: choosing between two that were chosen; that is for a person.

use std::ops::Range;

use super::fold::fold;
use super::page::Tick;
use super::{FieldKind, FieldSpec};

/// The choices of a field and the words for them, folded.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    words: Vec<(String, String)>,
    /// How many different choices there are.
    pub(crate) count: usize,
}

/// A choice and the place of the word for it.
type Named<'t> = (&'t str, Range<usize>);

/// What a line of text says about a choice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// It begins with a choice; the rest is a remark.
    Choice(String, String),
    /// It lists options and takes none, or names two of them.
    Options,
    /// It lists options, and one of them stands out.
    Marked(String),
    /// It names one, in doubt or among several.
    Doubtful(String),
    /// Something else.
    Other,
}

impl Choices {
    /// The choices of a field, whatever its kind.
    pub(crate) fn of(spec: &FieldSpec) -> Self {
        match spec.kind {
            FieldKind::YesNo => Self::yes_no(),
            FieldKind::Choice | FieldKind::ManyOf => {
                let synonyms = spec.synonyms.iter().map(|(word, choice)| (word.as_str(), choice.as_str()));
                Self::new(&spec.choices, synonyms)
            }
            _ => Self::default(),
        }
    }

    fn new<'a>(choices: &'a [String], synonyms: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let own = choices.iter().map(|choice| (fold(choice), choice.clone()));
        let mut words: Vec<(String, String)> = own.collect();
        for (word, choice) in synonyms {
            let word = fold(word);
            if !words.iter().any(|(known, _)| *known == word) {
                words.push((word, choice.to_owned()));
            }
        }
        Self { words, count: choices.len() }
    }

    fn yes_no() -> Self {
        const YES: &str = "yes|y|true|ja|wahr|oui|vrai|si|verdadero|sim|verdadeiro|はい|有|有り|あり|可|可能|ok";
        const NO: &str = "no|n|false|nein|falsch|non|faux|falso|nao|いいえ|無|無し|なし|否|不可|不可能";
        let words = |list: &'static str, choice: &str| -> Vec<(String, String)> {
            list.split('|').map(|word| (fold(word), choice.to_owned())).collect()
        };
        Self { words: [words(YES, "yes"), words(NO, "no")].concat(), count: 2 }
    }

    /// The choice that a whole text is.
    pub(crate) fn exact(&self, text: &str) -> Option<&str> {
        let folded = fold(text);
        let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
        self.words.iter().find(|(word, _)| *word == folded || word == bare).map(|(_, choice)| choice.as_str())
    }

    /// The choice at the start of a text, and where it ends.
    fn first(&self, text: &str) -> Option<(&str, usize)> {
        let mut best = None;
        let mut words = 0;
        let mut within = false;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            let alphanumeric = c.is_alphanumeric();
            if within && !alphanumeric {
                words += 1;
                let folded = fold(text.get(..at)?);
                if let Some((_, choice)) = self.words.iter().find(|(word, _)| *word == folded) {
                    best = Some((choice.as_str(), at));
                }
            }
            if words > 4 || at > 120 {
                break;
            }
            within = alphanumeric;
        }
        best
    }

    /// Reads a line; `bold` are the parts of it that stand out.
    pub(crate) fn lead(&self, text: &str, bold: &[Range<usize>]) -> Lead {
        if is_not_applicable(text) {
            return Lead::Other;
        }
        let skipped = text.len() - text.trim_start_matches(is_ornament).len();
        let body = text.get(skipped..).unwrap_or_default();
        if let Some((named, rest)) = self.list(body) {
            return self.judge(body, &named, rest, bold, skipped);
        }
        let Some((choice, end)) = self.first(body) else { return Lead::Other };
        let rest = body.get(end..).unwrap_or_default();
        self.after(choice, rest)
    }

    /// Options one after the other: each with its place, and where the list ends.
    fn list<'a>(&'a self, text: &str) -> Option<(Vec<Named<'a>>, usize)> {
        let bracket = text.starts_with(['[', '(', '{']);
        let mut named: Vec<Named<'_>> = Vec::new();
        let mut at = usize::from(bracket);
        loop {
            let tail = text.get(at..)?;
            let lead = tail.len() - tail.trim_start_matches([' ', '*', '_', '`', '~']).len();
            let tail = text.get(at + lead..)?;
            let Some((choice, end)) = self.first_word(tail) else { break };
            named.push((choice, at + lead..at + lead + end));
            at += lead + end;
            let after = text.get(at..)?;
            let trimmed = after.trim_start_matches([' ', '*', '_', '`', '~']);
            let separator = ["/", "|", "or ", "oder ", "ou ", "o ", "／", "｜", "、", "・", ","];
            let Some(mark) = separator.iter().find(|mark| trimmed.starts_with(**mark)) else { break };
            at += after.len() - trimmed.len() + mark.len();
            if named.len() > 64 {
                break;
            }
        }
        if named.len() < 2 {
            return None;
        }
        if bracket {
            let tail = text.get(at..)?;
            let close = tail.trim_start_matches([' ', '*', '_', '`', '~']);
            if let Some(rest) = close.strip_prefix([']', ')', '}']) {
                at += tail.len() - rest.len();
            }
        }
        Some((named, at))
    }

    /// As `first`, but the shortest: in a list every option is one or two words.
    fn first_word(&self, text: &str) -> Option<(&str, usize)> {
        let stop = text.find(['/', '|', ',', ']', ')', '}', '／', '｜', '、', '・', ':', '*']).unwrap_or(text.len());
        self.first(text.get(..stop)?)
    }

    fn judge(&self, text: &str, named: &[Named<'_>], end: usize, bold: &[Range<usize>], skipped: usize) -> Lead {
        let rest = text.get(end..).unwrap_or_default();
        let answer = rest.trim_start_matches(|c: char| is_ornament(c) || matches!(c, ':' | '：' | '-' | '–' | '='));
        if let Some((choice, at)) = self.first(answer) {
            return self.after(choice, answer.get(at..).unwrap_or_default());
        }
        let word = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        let is_loud = |range: &Range<usize>| {
            let word = word(range);
            word.chars().count() > 1 && word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase)
        };
        let is_bold =
            |range: &Range<usize>| bold.iter().any(|b| b.start < range.end + skipped && range.start + skipped < b.end);
        for stands_out in [&is_loud as &dyn Fn(&Range<usize>) -> bool, &is_bold] {
            let marked: Vec<&Named<'_>> = named.iter().filter(|(_, range)| stands_out(range)).collect();
            if let [(choice, _)] = marked.as_slice() {
                return Lead::Marked((*choice).to_owned());
            }
        }
        // All options, or as many as make a list: a prompt. Two of several: somebody cannot decide.
        if named.len() >= 3 || named.len() >= self.count {
            Lead::Options
        } else {
            Lead::Doubtful(text.get(..end).unwrap_or_default().trim().to_owned())
        }
    }

    fn after(&self, choice: &str, rest: &str) -> Lead {
        let doubtful =
            || Lead::Doubtful(format!("{choice}{}", rest.chars().take(24).collect::<String>()).trim().to_owned());
        let tail = rest.trim_start_matches(['*', '_', '`', ')', ']']);
        if tail.trim_start().starts_with(['?', '？']) {
            return doubtful();
        }
        // A compound, such as `high-availability`, is another word; `low-risk` is the same.
        if let Some(compound) = tail.strip_prefix(['-', '_'])
            && compound.starts_with(char::is_alphanumeric)
        {
            let next = fold(compound);
            let same = ["risk", "change", "impact", "level", "severity", "priority", "risiko"];
            if !same.iter().any(|word| next.starts_with(word)) {
                return if self.first(compound).is_some() { doubtful() } else { Lead::Other };
            }
        }
        let folded = fold(tail);
        let firmly = ["/", "|", "or ", "to ", "oder ", "bis ", "ou ", "o ", "a ", "~", "〜", "から"];
        for (joiners, firm) in [(&firmly[..], true), (&["-", "–", "—", ","][..], false)] {
            for joiner in joiners {
                let Some(second) = folded.strip_prefix(joiner) else { continue };
                let second = second.trim_start();
                if let Some((other, end)) = self.first(second)
                    && other != choice
                {
                    let last = second.get(end..).unwrap_or_default().trim_start();
                    if firm || !last.starts_with(char::is_alphanumeric) {
                        return doubtful();
                    }
                }
            }
        }
        let remark =
            tail.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '#' | '@' | '<' | '"' | '\'' | '`'));
        let remark = if tail.contains(['(', '（']) && !remark.contains(['(', '（']) {
            remark.trim_end().trim_end_matches([')', '）'])
        } else {
            remark
        };
        Lead::Choice(choice.to_owned(), remark.trim().to_owned())
    }
}

/// `N/A` does not begin with the `n` of `no`.
fn is_not_applicable(text: &str) -> bool {
    let head: String = text.trim_start().chars().take(5).collect::<String>().to_lowercase();
    ["n/a", "n.a", "n / a"].iter().any(|words| head.starts_with(words))
}

/// Marks before a word that say nothing; a box, a comparison or a negation does say something.
fn is_ornament(c: char) -> bool {
    let telling = matches!(
        c,
        '☐' | '☑'
            | '☒'
            | '✅'
            | '❌'
            | '⬜'
            | '✗'
            | '✘'
            | '✔'
            | '!'
            | '<'
            | '>'
            | '≤'
            | '≥'
            | '¬'
            | '≠'
            | '~'
            | '-'
            | '−'
    );
    !c.is_alphanumeric() && !telling && !matches!(c, '[' | '(' | '{')
}

/// A box within a line, with its label.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InlineBox {
    pub(crate) tick: Tick,
    pub(crate) label: String,
    pub(crate) span: Range<usize>,
}

/// The boxes within a line: `☐ Low ☑ Medium`, `[x] Low [ ] High`, `Low ☐ High ☑`.
pub(crate) fn boxes(text: &str) -> Vec<InlineBox> {
    let mut marks: Vec<(Tick, Range<usize>)> = Vec::new();
    for (at, c) in text.char_indices() {
        let tick = match c {
            '☑' | '✅' | '✔' | '🗹' | '🗸' => Tick::Ticked,
            '☐' | '⬜' | '◻' | '□' | '⬛' | '🔲' => Tick::Empty,
            '☒' | '❌' | '✗' | '✘' | '🗷' => Tick::Crossed,
            '[' | '(' => {
                let tail = text.get(at..).unwrap_or_default();
                let written = [
                    ("[x]", Tick::Ticked),
                    ("[X]", Tick::Ticked),
                    ("[ ]", Tick::Empty),
                    ("[]", Tick::Empty),
                    ("(x)", Tick::Ticked),
                    ("(X)", Tick::Ticked),
                    ("( )", Tick::Empty),
                ];
                if let Some((mark, tick)) = written.iter().find(|(mark, _)| tail.starts_with(mark)) {
                    marks.push((*tick, at..at + mark.len()));
                }
                continue;
            }
            _ => continue,
        };
        marks.push((tick, at..at + c.len_utf8()));
    }
    let (Some(first), Some(last)) = (marks.first(), marks.last()) else { return Vec::new() };
    let before = text.get(..first.1.start).unwrap_or_default();
    let after = text.get(last.1.end..).unwrap_or_default();
    let blank = |part: &str| !part.chars().any(char::is_alphanumeric);
    let label_first = !blank(before) && blank(after) && (marks.len() > 1);
    let mut out = Vec::new();
    for (at, (tick, range)) in marks.iter().enumerate() {
        let part = if label_first {
            at.checked_sub(1).and_then(|i| marks.get(i)).map_or(0, |mark| mark.1.end)..range.start
        } else {
            range.end..marks.get(at + 1).map_or(text.len(), |mark| mark.1.start)
        };
        let label = text.get(part.clone()).unwrap_or_default();
        let label = label.trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '/' | ',' | ';' | '\u{fe0f}'));
        out.push(InlineBox {
            tick: *tick,
            label: label.to_owned(),
            span: part.start.min(range.start)..part.end.max(range.end),
        });
    }
    out
}
