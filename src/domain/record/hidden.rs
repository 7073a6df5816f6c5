//! Characters that a reader of the page cannot see: what approvers see is what is read.
//!
//! Absent on purpose: hidden HTML, which `html` knows, and look-alike letters,
//! which fold to no known word and so answer nothing.

/// Whether a character shows nothing, or changes the order in which others show.
///
/// Emoji are joined by U+200D and dressed by U+FE0F; both are let through next to one.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{8}' | '\u{b}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text without its hidden characters, and the byte range of the first of them in it.
pub(crate) fn strip(text: &str) -> (String, Option<std::ops::Range<usize>>) {
    if text.is_ascii() && !text.bytes().any(|b| (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0xc)) || b == 0x7f) {
        return (text.to_owned(), None);
    }
    let mut out = String::with_capacity(text.len());
    let mut first = None;
    let mut before = ' ';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let joins_emoji = match c {
            '\u{200d}' => is_pictorial(before) && chars.peek().is_some_and(|(_, next)| is_pictorial(*next)),
            // The flags of parts of countries are spelled in tag characters after a black flag.
            '\u{e0020}'..='\u{e007f}' => before == '\u{1f3f4}',
            _ => false,
        };
        if joins_emoji {
            // A tag keeps the flag before it in mind.
            out.push(c);
            if c == '\u{200d}' {
                before = c;
            }
            continue;
        }
        if is_hidden(c) {
            first.get_or_insert(at..at + c.len_utf8());
        } else {
            out.push(c);
            if c != '\u{fe0f}' {
                before = c;
            }
        }
    }
    (out, first)
}

fn is_pictorial(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// The character's name for a message: `U+200B`.
pub(crate) fn name(text: &str) -> String {
    text.chars().next().map_or_else(String::new, |c| format!("U+{:04X}", u32::from(c)))
}
