//! A window that somebody plans in one line, as a command gives it: `2026-01-30 19:00 21:00 Europe/London`.
//!
//! Times are read as descriptions' are, and guessed as little. Absent: who may plan, and which plan counts.

use jiff::Timestamp;

use super::time::{self, Moment};
use super::{Answer, ChangeRecord, Content, FieldId, Form, Value};
use crate::command::Unreadable;
use crate::layer::Layer;

/// The field that plans it.
pub(crate) const WINDOW: &str = "window";

/// What may stand between the two ends; a space is enough.
const JOINERS: [&str; 6] = ["to ", "until ", "till ", "-", "–", "/"];

const USAGE: &str = "write `/countersign schedule 2026-01-30 19:00 2026-01-30 21:00 Europe/London`";

/// Reads a start, an end and a zone: of both, where one alone names it.
///
/// # Errors
/// Where it is no window, or one of its ends cannot be told.
pub(crate) fn planned_by(text: &str) -> Result<(Timestamp, Timestamp), Unreadable> {
    let wrong = |message: String, help: String| Err(Unreadable { message, help });
    let (start, rest) = time::read(text);
    let tail = rest.trim_start();
    let tail = JOINERS.iter().find_map(|joiner| tail.strip_prefix(joiner)).unwrap_or(tail);
    let (end, rest) = time::read(tail);
    if !start.is_some() || !end.is_some() || !rest.trim().is_empty() {
        return wrong(
            "`schedule` wants a start and an end, each a date and a time of day".to_owned(),
            USAGE.to_owned(),
        );
    }
    let start = start.with_zone_of(&end);
    let end = end.completed_by(&start);
    match (start.instant(), end.instant()) {
        (Ok(opens), Ok(closes)) if opens < closes => Ok((opens, closes)),
        (Ok(_), Ok(_)) => wrong("the window ends before it starts".to_owned(), USAGE.to_owned()),
        (opens, closes) => {
            let help = match (unambiguous(&start), unambiguous(&end)) {
                (Some(start), Some(end)) => format!("write `/countersign schedule {start} {end}`, if that is meant"),
                _ => USAGE.to_owned(),
            };
            let why = opens.err().or(closes.err()).map(|doubt| doubt.why).unwrap_or_default();
            wrong(why, help)
        }
    }
}

/// A time in a form without doubt, where one can be offered.
fn unambiguous(moment: &Moment) -> Option<String> {
    match moment.instant() {
        Ok(at) => Some(at.to_string()),
        Err(doubt) => doubt.rewrite,
    }
}

impl ChangeRecord {
    /// The window becomes this, whatever the description says; it stands on no line of that, and every layer sees it.
    pub(crate) fn plan(&mut self, content: Content, raw: String) {
        let (rationale, span, form, known_to) = (None, 0..0, Form::Label, Layer::BuiltIn);
        let answer = Answer { content, raw, rationale, span, line: 0, form, known_to };
        self.answers.insert(FieldId::new(WINDOW), vec![answer]);
    }

    /// Whether both plan the same window, as the lowest layer sees them.
    pub(crate) fn plans_as(&self, other: &Self) -> bool {
        let differences = self.differences(other, Layer::Repository);
        differences.iter().all(|change| change.field.as_str() != WINDOW)
    }

    /// Whether it plans that window.
    pub(crate) fn plans(&self, (start, end): (Timestamp, Timestamp)) -> bool {
        let mut same = self.clone();
        same.plan(Content::Value(Value::Window { start, end }), String::new());
        self.plans_as(&same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_in_one_line_wants_two_times_and_a_zone() {
        let check = |text: &str, expected: &str| {
            let found = match planned_by(text) {
                Ok((start, end)) => format!("{start} {end}"),
                Err(Unreadable { message, help }) => format!("{message}; {help}"),
            };
            assert!(found.starts_with(expected), "{text}: {found}");
        };
        let winter = "2026-01-30T19:00:00Z 2026-01-30T21:00:00Z";
        check("2026-01-30 19:00 2026-01-30 21:00 Europe/London", winter);
        check("2026-01-30 19:00 21:00 Europe/London", winter);
        check("2026-01-30 19:00 Europe/London 2026-01-30 21:00 Europe/London", winter);
        check("2026-01-30 20:00 Europe/Berlin to 21:00 UTC", winter);
        check("2026-01-30T19:00:00Z 2026-01-30T21:00:00Z", winter);
        check("2026-01-30T20:00:00+01:00 2026-01-30T22:00:00+01:00", winter);
        let summer = "2026-07-30T18:00:00Z 2026-07-30T20:00:00Z";
        check("2026-07-30 19:00 21:00 Europe/London", summer);
        check(
            "2026-01-30 19:00 21:00",
            "`2026-01-30 19:00` has no time zone; \
             write `/countersign schedule 2026-01-30 19:00 UTC 2026-01-30 21:00 UTC`, if that is meant",
        );
        check(
            "2026-01-30 19:00 21:00 EST",
            "`EST` names no single time zone; write `/countersign schedule 2026-01-30 19:00 America/New_York",
        );
        check("2026-01-30 21:00 19:00 UTC", "the window ends before it starts; write `");
        check("2026-01-30 19:00 UTC", "`schedule` wants a start and an end");
        check("19:00 21:00 UTC", "`19:00` has no date");
        check("tomorrow evening", "`schedule` wants a start and an end");
        check("2026-01-30 19:00 21:00 UTC please", "`schedule` wants a start and an end");
        check("2026-10-25 01:30 04:00 Europe/London", "`2026-10-25 01:30` comes twice or not at all");
    }
}
