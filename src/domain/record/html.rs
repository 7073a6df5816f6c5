//! Raw HTML in a description, cut into tags, comments and text as a browser would cut it.
//!
//! Absent on purpose: a tree. What matters is which text is shown, which is
//! hidden, and which tags are no HTML at all and so may name a field.

use std::ops::Range;

/// A piece of raw HTML; ranges are bytes of the text that was given.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Text(Range<usize>),
    Open {
        name: String,
        attributes: Vec<(String, String)>,
        closed: bool,
    },
    Close {
        name: String,
    },
    Comment(Range<usize>),
    /// A comment without its end.
    OpenComment,
    /// A tag without its end: what follows is inside it.
    OpenTag,
}

/// Cuts raw HTML into pieces.
pub(crate) fn tokens(html: &str) -> Vec<(Token, Range<usize>)> {
    let bytes = html.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    let mut text_from = 0;
    while let Some(found) = html.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        let next = bytes.get(start + 1).copied().unwrap_or_default();
        let after = bytes.get(start + 2).copied().unwrap_or_default();
        let (token, end) = match next {
            b'!' | b'?' => comment(html, start),
            b'/' if after.is_ascii_alphabetic() => tag(html, start, start + 2, true),
            b'/' => bogus(html, start),
            _ if next.is_ascii_alphabetic() => tag(html, start, start + 1, false),
            _ => {
                at = start + 1;
                continue;
            }
        };
        if text_from < start {
            out.push((Token::Text(text_from..start), text_from..start));
        }
        out.push((token, start..end));
        at = end;
        text_from = end;
    }
    if text_from < html.len() {
        out.push((Token::Text(text_from..html.len()), text_from..html.len()));
    }
    out
}

fn comment(html: &str, start: usize) -> (Token, usize) {
    let rest = html.get(start..).unwrap_or_default();
    if !rest.starts_with("<!--") {
        return bogus(html, start);
    }
    for empty in ["<!-->", "<!--->"] {
        if rest.starts_with(empty) {
            return (Token::Comment(start..start), start + empty.len());
        }
    }
    match comment_end(rest.get(4..).unwrap_or_default()) {
        Some((inner, whole)) => (Token::Comment(start + 4..start + 4 + inner), start + 4 + whole),
        None => (Token::OpenComment, html.len()),
    }
}

/// Where a comment ends: before and after `-->` or `--!>`.
pub(crate) fn comment_end(text: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some(found) = text.get(at..)?.find("--") {
        let tail = text.get(at + found + 2..)?;
        if tail.starts_with('>') {
            return Some((at + found, at + found + 3));
        }
        if tail.starts_with("!>") {
            return Some((at + found, at + found + 4));
        }
        at += found + 1;
    }
    None
}

fn bogus(html: &str, start: usize) -> (Token, usize) {
    match html.get(start..).and_then(|rest| rest.find('>')) {
        Some(end) => (Token::Comment(start..start), start + end + 1),
        None => (Token::OpenTag, html.len()),
    }
}

fn tag(html: &str, start: usize, name_from: usize, closing: bool) -> (Token, usize) {
    let bytes = html.as_bytes();
    let is_end = |b: u8| b.is_ascii_whitespace() || b == b'/' || b == b'>';
    let mut at = name_from;
    while at < bytes.len() && !is_end(bytes[at]) {
        at += 1;
    }
    let name = html.get(name_from..at).unwrap_or_default().to_ascii_lowercase();
    let mut attributes = Vec::new();
    let mut slash = false;
    loop {
        while at < bytes.len() && (bytes[at].is_ascii_whitespace() || bytes[at] == b'/') {
            slash = bytes[at] == b'/';
            at += 1;
        }
        if at >= bytes.len() {
            debug_assert!(start < html.len(), "a tag begins inside its text");
            return (Token::OpenTag, html.len());
        }
        if bytes[at] == b'>' {
            break;
        }
        let key_from = at;
        while at < bytes.len() && !is_end(bytes[at]) && (bytes[at] != b'=' || at == key_from) {
            at += 1;
        }
        let key = html.get(key_from..at).unwrap_or_default().to_ascii_lowercase();
        while at < bytes.len() && bytes[at].is_ascii_whitespace() {
            at += 1;
        }
        let mut value = String::new();
        if bytes.get(at) == Some(&b'=') {
            at += 1;
            while at < bytes.len() && bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            let quote = bytes.get(at).copied().filter(|b| matches!(b, b'"' | b'\''));
            let from = at + usize::from(quote.is_some());
            at = from;
            while at < bytes.len()
                && quote.map_or(!bytes[at].is_ascii_whitespace() && bytes[at] != b'>', |q| bytes[at] != q)
            {
                at += 1;
            }
            html.get(from..at).unwrap_or_default().clone_into(&mut value);
            at += usize::from(quote.is_some());
        }
        slash = false;
        attributes.push((key, value));
    }
    let token = if closing { Token::Close { name } } else { Token::Open { name, attributes, closed: slash } };
    (token, at + 1)
}

/// Whether an element is kept from view, by what it is or by its attributes.
pub(crate) fn hides(name: &str, attributes: &[(String, String)]) -> bool {
    const HIDING: [&str; 22] = [
        "script",
        "style",
        "template",
        "title",
        "head",
        "noscript",
        "iframe",
        "textarea",
        "select",
        "option",
        "datalist",
        "object",
        "svg",
        "math",
        "audio",
        "video",
        "canvas",
        "noembed",
        "noframes",
        "xmp",
        "plaintext",
        "rp",
    ];
    if HIDING.contains(&name) {
        return true;
    }
    attributes.iter().any(|(key, value)| match key.as_str() {
        "hidden" => true,
        "style" => {
            let style: String = value.to_ascii_lowercase().split_whitespace().collect();
            let gone = ["display:none", "visibility:hidden", "visibility:collapse", "font-size:0", "opacity:0"];
            let away = [
                "text-indent:-",
                "left:-",
                "top:-",
                "clip:",
                "clip-path:",
                "color:white",
                "color:#fff",
                "color:transparent",
            ];
            gone.iter().chain(&away).any(|hint| style.contains(hint))
        }
        _ => false,
    })
}

/// Whether an element has no content.
pub(crate) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Whether HTML knows the element; one that it does not know may name a field.
pub(crate) fn is_known(name: &str) -> bool {
    const KNOWN: [&str; 130] = [
        "a",
        "abbr",
        "acronym",
        "address",
        "area",
        "article",
        "aside",
        "audio",
        "b",
        "base",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "body",
        "br",
        "button",
        "canvas",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "data",
        "datalist",
        "dd",
        "del",
        "details",
        "dfn",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "em",
        "embed",
        "fieldset",
        "figcaption",
        "figure",
        "font",
        "footer",
        "form",
        "frame",
        "frameset",
        "g-emoji",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hgroup",
        "hr",
        "html",
        "i",
        "iframe",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "legend",
        "li",
        "link",
        "main",
        "map",
        "mark",
        "math",
        "menu",
        "meta",
        "meter",
        "nav",
        "noembed",
        "noframes",
        "noscript",
        "object",
        "ol",
        "optgroup",
        "option",
        "output",
        "p",
        "param",
        "path",
        "picture",
        "plaintext",
        "pre",
        "progress",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "script",
        "search",
        "section",
        "select",
        "slot",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "style",
        "sub",
        "summary",
        "sup",
        "svg",
        "table",
        "tbody",
        "td",
        "template",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "time",
        "title",
        "tr",
        "track",
        "tt",
        "u",
        "ul",
        "var",
        "video",
        "wbr",
        "xmp",
    ];
    KNOWN.binary_search(&name).is_ok()
}

/// Whether an element starts a line of its own.
pub(crate) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "header"
            | "hr"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "tr"
            | "ul"
            | "body"
            | "html"
    )
}

/// Text with its character references resolved, as far as they matter here.
pub(crate) fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let end = tail.bytes().take(34).position(|b| b == b';');
        let known = end.and_then(|end| Some((character(tail.get(1..end)?)?, end)));
        match known {
            Some((c, end)) => {
                out.push(c);
                rest = tail.get(end + 1..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = tail.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(reference: &str) -> Option<char> {
    if let Some(number) = reference.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "shy" => '\u{ad}',
        "zwj" => '\u{200d}',
        "zwnj" => '\u{200c}',
        "lrm" => '\u{200e}',
        "rlm" => '\u{200f}',
        "ZeroWidthSpace"
        | "NegativeThinSpace"
        | "NegativeMediumSpace"
        | "NegativeThickSpace"
        | "NegativeVeryThinSpace" => '\u{200b}',
        "NoBreak" => '\u{2060}',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "check" | "checkmark" => '✓',
        _ => return None,
    })
}
