//! Free text: what of a section is its answer, and the form in which texts are compared.
//!
//! Paragraphs are one line each whatever their wrapping, items begin with `- `,
//! code keeps its lines. Absent on purpose: emphasis, which changes nothing, and
//! alternative texts and titles, which nobody sees. Addresses of links are kept,
//! because another runbook is another plan.

use super::fold::{fold, spaced};
use super::found::{Said, Shape};
use super::page::{Line, Tick};
use super::value::{Place, short};
use super::{Content, Value, codes, none};
use crate::diagnostic::{Diagnostic, Origin};

/// Reads a text.
pub(crate) fn read(place: &mut Place<'_>) -> (Content, Option<String>) {
    let kept: Vec<&Said> = place.said.iter().copied().filter(|said| counts(said)).collect();
    let answers =
        kept.iter().any(|said| said.shape != Shape::Quote && !(said.line.text.is_empty()) && !asks(said, &kept));
    if !answers {
        let image = kept.iter().find(|said| !said.line.images.is_empty());
        let Some(image) = image else { return (Content::Unfilled, None) };
        let span = image.line.span.clone();
        let why = format!("the answer to `{}` is only an image", place.spec.id);
        place.note(
            Diagnostic::warning(codes::IMAGE_ANSWER, why.clone(), Origin::Description, span)
                .help("say in words what the image shows"),
        );
        return (Content::Ambiguous(why), None);
    }
    let first = kept.iter().find(|said| !said.line.text.is_empty() && said.shape != Shape::Quote);
    if let Some(first) = first
        && first.lead.is_empty()
        && first.shape != Shape::Code
        && let Some(reason) = none::read(&first.line.text)
    {
        let rest: Vec<&Said> = kept.iter().copied().filter(|said| !std::ptr::eq(*said, *first)).collect();
        let reason = spaced(&format!("{reason} {}", normalised(&rest).replace('\n', " ")));
        let span = first.line.span.clone();
        return place.none(reason, &span);
    }
    // Headings and prompts inside the section answer nothing, and say what the answer means.
    let states = place.kept.iter().zip(place.covered);
    let whole = place.found.content.iter().zip(states).filter(|(said, (kept, covered))| {
        said.tick != Some(Tick::Empty) && (**kept || (said.shape == Shape::Title && !**covered))
    });
    let whole: Vec<&Said> = whole.map(|(said, _)| said).collect();
    let text = normalised(&whole);
    if let Some(pattern) = place.pattern
        && !pattern.fits(&text)
    {
        let why = format!("`{}` does not match `{}`", short(&text), pattern.written);
        let span = place.found.span.clone();
        return place.ambiguous(why, &span, "write it in the form that the policy asks for");
    }
    (Content::Value(Value::Text(text)), None)
}

/// An empty box promises nothing.
fn counts(said: &Said) -> bool {
    !matches!(said.tick, Some(Tick::Empty | Tick::Crossed)) && !starts_with_empty_box(&said.line.text)
}

fn starts_with_empty_box(text: &str) -> bool {
    text.trim_start().starts_with(['☐', '⬜', '◻', '🔲', '□']) || text.starts_with("[ ]")
}

/// A line that ends in a colon or is a bare label asks for what follows; alone it says nothing.
fn asks(said: &Said, all: &[&Said]) -> bool {
    said.shape != Shape::Code && said.line.text.trim_end().ends_with([':', '：']) && said.lead.is_empty() && {
        let _ = all;
        true
    }
}

/// The form in which texts are compared.
pub(crate) fn normalised(lines: &[&Said]) -> String {
    let mut out = String::new();
    let mut last: Option<&Said> = None;
    for said in lines {
        let piece = piece(said);
        if piece.is_empty() {
            continue;
        }
        let goes_on = last.is_some_and(|last| {
            said.shape == Shape::Prose
                && last.paragraph == said.paragraph
                && matches!(last.shape, Shape::Prose | Shape::Bullet)
                && said.tick.is_none()
                && said.lead.is_empty()
        });
        if !out.is_empty() {
            out.push(if goes_on { ' ' } else { '\n' });
        }
        out.push_str(&piece);
        last = Some(said);
    }
    out
}

fn piece(said: &Said) -> String {
    if said.shape == Shape::Code {
        let lines: Vec<&str> = said.line.text.lines().map(str::trim_end).collect();
        let fence = if said.line.text.contains("```") { "~~~~" } else { "```" };
        return format!("{fence}\n{}\n{fence}", lines.join("\n"));
    }
    let body = with_addresses(&said.line);
    if body.is_empty() && said.line.images.is_empty() {
        return String::new();
    }
    let mark = match (said.tick, said.shape) {
        (Some(Tick::Ticked), _) => "- [x] ",
        (Some(_), _) => "- [ ] ",
        (None, Shape::Bullet) => "- ",
        (None, Shape::Quote) => "> ",
        _ => "",
    };
    let lead = if said.lead.is_empty() { String::new() } else { format!("{}: ", said.lead) };
    let images: String = said.line.images.iter().map(|url| format!(" <{url}>")).collect();
    spaced(&format!("{mark}{lead}{body}{images}"))
}

/// The text with the address after each link that shows another text.
fn with_addresses(line: &Line) -> String {
    let mut out = String::with_capacity(line.text.len());
    let mut at = 0;
    for (range, url) in &line.links {
        let end = range.end.min(line.text.len()).max(at);
        out.push_str(line.text.get(at..end).unwrap_or_default());
        let shown = line.text.get(range.clone()).unwrap_or_default();
        let plain = |text: &str| fold(text).trim_start_matches("mailto:").trim_end_matches('/').to_owned();
        if !url.is_empty() && plain(shown) != plain(url) {
            out.push_str(&format!(" <{url}>"));
        }
        at = end;
    }
    out.push_str(line.text.get(at..).unwrap_or_default());
    out
}
