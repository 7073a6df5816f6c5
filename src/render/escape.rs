//! Makes other people's text safe to show in GitHub's Markdown.
//!
//! Two ways, and no third: [`code`] puts a text into a code span, where neither
//! Markdown nor GitHub's own links (mentions, issues, commits, emoji) reach; and
//! [`prose`] lets words stand that can do nothing anywhere, and puts every other
//! word into a code span. There is deliberately no list of dangerous characters
//! here, only one of harmless words: what nobody thought of ends up as code.

/// The text on one line, with every character shown that one could not see otherwise.
///
/// Line ends become `↵`; control characters, zero-width characters and those that
/// change the direction of writing become `⟨U+202E⟩`.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut marks = 0;
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        marks = if is_combining(char) { marks + 1 } else { 0 };
        match char {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => shown.push('↵'),
            '\t' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
                shown.push(' ');
            }
            // An emoji's own variation selector is no hiding place.
            '\u{fe0f}' if !before.is_ascii() && !before.is_alphanumeric() && before != '\u{fe0f}' => shown.push(char),
            _ if is_hidden(char) || marks > 3 => shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(char))),
            _ => shown.push(char),
        }
        before = char;
    }
    shown
}

/// Whether a character shows nothing of its own, or changes how others are shown.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
}

/// Marks that pile up on the character before them; more than three in a row cover other lines.
fn is_combining(char: char) -> bool {
    matches!(char, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// The text, or its first `most` characters and an ellipsis.
pub fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => {
            let kept: String = text.chars().take(most.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

/// The text as a code span that ends where we end it.
pub fn code(text: &str) -> String {
    let text = visible(text);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    // A code span loses one space at both ends where both have one, and a backtick at an end would join the fence.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// How many of that character stand in a row at the most.
pub fn longest_run(text: &str, wanted: char) -> usize {
    let (longest, _) = text.chars().fold((0, 0), |(longest, run), char| {
        let run = if char == wanted { run + 1 } else { 0 };
        (longest.max(run), run)
    });
    longest
}

/// The text as running text: backticks quote, harmless words stand, and every other word becomes a code span.
///
/// A single space is kept at either end, so that pieces can be put together.
pub fn prose(text: &str) -> String {
    prose_at(text, true)
}

/// The same for a text that may follow another on its line: there, a number or a dash starts no list.
pub fn prose_at(text: &str, starts: bool) -> String {
    let text = visible(text);
    let mut out = Prose { text: String::new(), starts };
    let mut rest = text.as_str();
    while let Some(start) = rest.find('`') {
        let (plain, quoted) = rest.split_at(start);
        out.words(plain);
        let run = quoted.len() - quoted.trim_start_matches('`').len();
        let (fence, after) = quoted.split_at(run);
        match closing(after, run) {
            Some(end) => {
                out.quote(&after[..end]);
                rest = &after[end + run..];
            }
            None => {
                out.quote(fence);
                rest = after;
            }
        }
    }
    out.words(rest);
    out.text
}

/// Where a run of exactly `run` backticks starts.
fn closing(text: &str, run: usize) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find('`') {
        let start = from + found;
        let length = text[start..].len() - text[start..].trim_start_matches('`').len();
        if length == run {
            return Some(start);
        }
        from = start + length;
    }
    None
}

struct Prose {
    text: String,
    /// Whether the text stands at the start of a line.
    starts: bool,
}

impl Prose {
    /// Two code spans side by side would share their fences.
    fn quote(&mut self, text: &str) {
        if self.text.ends_with('`') {
            self.text.push(' ');
        }
        self.text.push_str(&code(text));
    }

    fn words(&mut self, text: &str) {
        let mut pending: Vec<&str> = Vec::new();
        let mut glued = !text.starts_with(' ');
        for (place, word) in text.split(' ').filter(|word| !word.is_empty()).enumerate() {
            let (lead, core, trail) = peel(word);
            let starts = self.starts && place == 0 && self.text.trim().is_empty();
            if is_harmless(word, core, trail, starts) {
                self.flush(&mut pending, &mut glued);
                self.space(&mut glued);
                self.text.push_str(word);
            } else if starts && core.bytes().all(|byte| byte.is_ascii_digit()) {
                pending.push(word);
            } else {
                if !lead.is_empty() {
                    self.flush(&mut pending, &mut glued);
                    self.space(&mut glued);
                    self.text.push_str(lead);
                    glued = true;
                }
                pending.push(core);
                if !trail.is_empty() {
                    self.flush(&mut pending, &mut glued);
                    self.text.push_str(trail);
                }
            }
        }
        self.flush(&mut pending, &mut glued);
        if text.ends_with(' ') && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    fn flush(&mut self, pending: &mut Vec<&str>, glued: &mut bool) {
        if !pending.is_empty() {
            self.space(glued);
            self.quote(&pending.join(" "));
            pending.clear();
        }
    }

    fn space(&mut self, glued: &mut bool) {
        if !*glued && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
        *glued = false;
    }
}

/// Takes brackets, quotation marks and stops off a word.
fn peel(word: &str) -> (&str, &str, &str) {
    let core = word.trim_start_matches(['(', '"', '“', '‘']);
    let lead = &word[..word.len() - core.len()];
    let bare = core.trim_end_matches([',', '.', ';', ':', '!', '?', ')', '"', '”', '’']);
    (lead, bare, &core[bare.len()..])
}

/// Whether a word can do nothing, in Markdown or on GitHub, wherever it stands.
fn is_harmless(word: &str, core: &str, trail: &str, starts: bool) -> bool {
    if core.is_empty() {
        return true; // brackets and stops alone
    }
    if core == "-" {
        return word == "-" && !starts;
    }
    let digits_only = core.bytes().all(|byte| byte.is_ascii_digit());
    if starts && digits_only && trail.starts_with(['.', ')']) {
        return false; // the start of a list
    }
    if word.matches(':').count() > 1 {
        return false; // `1:100:` holds an emoji
    }
    let letters = core.chars().any(char::is_alphabetic);
    let digits = core.chars().any(char::is_numeric);
    // `GH-12`, `CHG0012345` and whatever else a repository may have made a link of.
    let may_be_a_key = letters && digits;
    !may_be_a_key && !has_commit_id(core) && joins_are_harmless(core)
}

/// Seven or more hexadecimal digits: GitHub links them where there is such a commit.
fn has_commit_id(core: &str) -> bool {
    core.split(|char: char| !char.is_ascii_alphanumeric())
        .any(|run| run.len() >= 7 && run.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether everything in the word that is neither letter nor digit stands where it is only punctuation.
fn joins_are_harmless(core: &str) -> bool {
    let chars: Vec<char> = core.chars().collect();
    let is =
        |at: Option<usize>, test: fn(char) -> bool| at.and_then(|at| chars.get(at)).is_some_and(|char| test(*char));
    let between = |at: usize, test: fn(char) -> bool| is(at.checked_sub(1), test) && is(Some(at + 1), test);
    let digit = |char: char| char.is_ascii_digit();
    chars.iter().enumerate().all(|(at, char)| match char {
        '–' | '—' | '…' | '→' | '×' | '·' | '§' | '°' | '€' | '£' | '%' => true,
        '-' | '\'' | '’' | '/' => between(at, char::is_alphanumeric),
        '.' | ',' | ':' => between(at, digit),
        _ => char.is_alphanumeric(),
    })
}

/// Finished Markdown of one line as a table's cell.
///
/// Pipes stand in code spans alone. One behind a backslash is replaced, because readers differ about which of the
/// two the backslash before it belongs to.
pub fn cell(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    for char in markdown.chars() {
        match char {
            '|' if out.ends_with('\\') => out.push('│'),
            '|' => out.push_str("\\|"),
            '\n' | '\r' => out.push(' '),
            _ => out.push(char),
        }
    }
    out
}
