//! Reads Markdown as GitHub does, and says what in it is alive.

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};

/// What a reader of GitHub's made of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The kinds of all nodes that are neither text nor code, in order.
    pub(super) skeleton: Vec<String>,
    /// Running text, each stretch between two other nodes on its own.
    pub(super) texts: Vec<String>,
    /// What code spans and blocks say.
    pub(super) codes: Vec<String>,
    /// Everything that can be read, in order.
    pub(super) all: String,
}

/// Reads with every extension that GitHub has, and some that it has not.
pub(super) fn read(markdown: &str) -> Seen {
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.autolink = true;
    extension.tasklist = true;
    extension.footnotes = true;
    extension.alerts = true;
    extension.math_dollars = true;
    extension.math_code = true;
    extension.superscript = true;
    extension.front_matter_delimiter = Some("---".into());
    options.parse.relaxed_autolinks = true;
    options.parse.relaxed_tasklist_matching = true;
    let arena = Arena::new();
    let mut seen = Seen::default();
    walk(parse_document(&arena, markdown, &options), &mut seen);
    seen
}

fn walk<'a>(node: &'a AstNode<'a>, seen: &mut Seen) {
    let mut is_text = false;
    match &node.data.borrow().value {
        NodeValue::Text(text) => {
            is_text = true;
            seen.all.push_str(text);
            match seen.texts.last_mut() {
                Some(last) if !last.ends_with('\0') => last.push_str(text),
                _ => seen.texts.push(text.to_string()),
            }
        }
        NodeValue::Code(code) => {
            seen.all.push_str(&code.literal);
            seen.codes.push(code.literal.clone());
        }
        NodeValue::CodeBlock(block) => seen.codes.push(block.literal.clone()),
        NodeValue::HtmlBlock(block) => seen.skeleton.push(format!("html {}", block.literal.trim())),
        NodeValue::Link(link) => seen.skeleton.push(format!("link {}", link.url)),
        NodeValue::Heading(heading) => seen.skeleton.push(format!("heading {}", heading.level)),
        NodeValue::Item(_) => seen.skeleton.push("item".into()),
        NodeValue::List(_) => seen.skeleton.push("list".into()),
        NodeValue::Table(_) => seen.skeleton.push("table".into()),
        other => seen.skeleton.push(format!("{other:?}").to_lowercase()),
    }
    if !is_text
        && let Some(last) = seen.texts.last_mut()
        && !last.ends_with('\0')
    {
        last.push('\0');
    }
    for child in node.children() {
        walk(child, seen);
    }
}

/// What GitHub would make alive in running text although Markdown does not: mentions, issues, commits, emoji, addresses.
pub(super) fn alive(text: &str) -> Option<String> {
    let chars: Vec<char> = text.to_lowercase().chars().collect();
    let at = |place: usize| chars.get(place).copied().unwrap_or(' ');
    let lower: String = chars.iter().collect();
    for (place, char) in chars.iter().enumerate() {
        let next = at(place + 1);
        let found = match char {
            '@' if next.is_alphanumeric() => "a mention",
            '#' if next.is_ascii_digit() => "an issue",
            ':' if has_shortcode(&chars[place + 1..]) => "an emoji",
            '<' | '[' | ']' | '*' | '_' | '~' | '$' | '|' | '\\' | '`' | '&' => "markup",
            _ => continue,
        };
        return Some(format!("{found} at {place} of {text:?}"));
    }
    if ["://", "www.", "mailto:", "xmpp:"].iter().any(|part| lower.contains(part)) {
        return Some(format!("an address in {text:?}"));
    }
    let words = lower.split(|char: char| !(char.is_ascii_alphanumeric() || char == '-'));
    for word in words {
        let (letters, digits) = word.split_once('-').unwrap_or(("", ""));
        if letters == "gh" && digits.starts_with(|char: char| char.is_ascii_digit()) {
            return Some(format!("an issue {word:?}"));
        }
        let hex = |part: &&str| (7..=40).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some(commit) = word.split('-').find(hex) {
            return Some(format!("a commit {commit:?}"));
        }
    }
    None
}

fn has_shortcode(after: &[char]) -> bool {
    let name = after.iter().take_while(|char| char.is_alphanumeric() || matches!(char, '_' | '+' | '-')).count();
    name > 0 && after.get(name) == Some(&':')
}
