//! Commands in comments: which line of a comment is one, and what it asks.
//!
//! A command stands at the start of a line, outside quotes and code; the first such line of a comment counts. The
//! comment is read by the reader of descriptions, so that what counts is what people see. Absent: who may give which
//! command, and what comes of it.

use crate::record::commanding_lines;

/// With what a command begins.
pub const LEAD: &str = "/countersign";

/// So many characters of a command are kept.
pub const LONGEST: usize = 1_000;

/// What a command asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// To look again.
    Recheck,
    /// To say why the change stands where it stands.
    Explain,
    /// To say which commands there are.
    Help,
    /// To keep the change from going in until somebody lifts it.
    Hold {
        /// Why.
        reason: String,
    },
    /// To lift what holds it.
    Unhold,
    /// To let the change through a rule, freeze or window.
    Waive {
        /// Its id, perhaps with its layer: `board`, `organisation/board`.
        id: String,
        /// Why.
        reason: String,
    },
    /// To take the emergency lane.
    Emergency {
        /// The incident's ticket.
        ticket: String,
        /// What happened.
        reason: String,
    },
    /// To plan the change.
    Schedule {
        /// Start, end and zone, as a window is written in a description.
        window: String,
    },
    /// To say that one knows of the change.
    Acknowledge,
    /// To say what became of the change.
    Outcome {
        /// What.
        result: ChangeResult,
        /// What there is to say of it; may be empty.
        text: String,
    },
}

/// What became of a change that went in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeResult {
    /// It does what it was to do.
    Successful,
    /// It does, and something went wrong on the way.
    WithIssues,
    /// It was taken back.
    BackedOut,
    /// It does not, and is still there.
    Failed,
}

impl ChangeResult {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Successful, Self::WithIssues, Self::BackedOut, Self::Failed];

    /// Its name in commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Successful => "successful",
            Self::WithIssues => "with-issues",
            Self::BackedOut => "backed-out",
            Self::Failed => "failed",
        }
    }
}

/// Why a line is no command that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong: lower case, no full stop, the user's words in backticks.
    pub message: String,
    /// How it is written.
    pub help: String,
}

/// The first command of a comment: what follows `/countersign` on its line, at most [`LONGEST`] characters. `None` where
/// no line is one.
pub fn of_comment(markdown: &str) -> Option<String> {
    // Nearly every comment has none, and is not worth reading as Markdown.
    let lead = LEAD.as_bytes();
    let mentions = markdown.as_bytes().windows(lead.len()).any(|window| window.eq_ignore_ascii_case(lead));
    let lines = if mentions { commanding_lines(markdown, LEAD) } else { Vec::new() };
    lines.into_iter().find_map(|line| Some(after_lead(&line)?.chars().take(LONGEST).collect()))
}

/// What follows the lead, where the line begins with it as a word of its own.
fn after_lead(line: &str) -> Option<&str> {
    let (lead, rest) = line.split_at_checked(LEAD.len())?;
    let is_lead = lead.eq_ignore_ascii_case(LEAD) && !rest.starts_with(|char: char| !char.is_whitespace());
    is_lead.then(|| rest.trim())
}

/// Reads the line of a command, without its lead.
///
/// # Errors
/// Where there is no such command, or something is missing that it wants or there that it does not take.
pub fn read(line: &str) -> Result<Asks, Unreadable> {
    let (name, rest) = word(line);
    let text = |usage: &str, what: &str| match rest {
        "" => Err(missing(name, what, usage)),
        text => Ok(text.to_owned()),
    };
    let two = |usage: &str, what: [&str; 2]| match word(rest) {
        ("", _) => Err(missing(name, what[0], usage)),
        (_, "") => Err(missing(name, what[1], usage)),
        (first, second) => Ok((first.to_owned(), second.to_owned())),
    };
    match name.to_ascii_lowercase().as_str() {
        "" => Err(unreadable("the command says nothing".to_owned(), "/countersign help")),
        "recheck" => alone(name, rest, Asks::Recheck),
        "explain" => alone(name, rest, Asks::Explain),
        "help" => alone(name, rest, Asks::Help),
        "unhold" => alone(name, rest, Asks::Unhold),
        "acknowledge" => alone(name, rest, Asks::Acknowledge),
        "hold" => text("/countersign hold REASON", "a reason").map(|reason| Asks::Hold { reason }),
        "schedule" => {
            let usage = "/countersign schedule START END ZONE";
            text(usage, "a start and an end").map(|window| Asks::Schedule { window })
        }
        "waive" => {
            let usage = "/countersign waive ID REASON";
            let what = ["the id of a rule, freeze or window", "a reason"];
            two(usage, what).map(|(id, reason)| Asks::Waive { id, reason })
        }
        "emergency" => {
            let usage = "/countersign emergency TICKET REASON";
            two(usage, ["a ticket", "a reason"]).map(|(ticket, reason)| Asks::Emergency { ticket, reason })
        }
        "outcome" => {
            let usage = "/countersign outcome successful|with-issues|backed-out|failed TEXT";
            let (said, text) = word(rest);
            let result = ChangeResult::ALL.into_iter().find(|result| result.name().eq_ignore_ascii_case(said));
            match (said, result) {
                ("", _) => Err(missing(name, "what became of the change", usage)),
                (_, None) => Err(unreadable(format!("`{}` is no outcome of a change", quoted(said)), usage)),
                (_, Some(result)) => Ok(Asks::Outcome { result, text: text.to_owned() }),
            }
        }
        _ => Err(unreadable(format!("there is no command `{}`", quoted(name)), "/countersign help")),
    }
}

/// The first word, and the rest.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

/// A command that takes nothing; politeness after it is a mistake that changes nothing, and still told.
fn alone(name: &str, rest: &str, asks: Asks) -> Result<Asks, Unreadable> {
    if rest.is_empty() {
        return Ok(asks);
    }
    let name = name.to_ascii_lowercase();
    Err(unreadable(format!("`{name}` takes nothing after it"), &format!("{LEAD} {name}")))
}

fn missing(name: &str, what: &str, usage: &str) -> Unreadable {
    unreadable(format!("`{}` wants {what}", name.to_ascii_lowercase()), usage)
}

fn unreadable(message: String, usage: &str) -> Unreadable {
    Unreadable { message, help: format!("write `{usage}`") }
}

/// A word of somebody's, as it can stand between backticks.
fn quoted(word: &str) -> String {
    word.chars().filter(|char| *char != '`').take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_begins_with_it_outside_quotes_and_code_is_the_command() {
        let check = |markdown: &str, expected: Option<&str>| {
            assert_eq!(of_comment(markdown).as_deref(), expected, "{markdown:?}");
        };
        check("/countersign recheck", Some("recheck"));
        check("Hello\n/countersign recheck\nand thanks", Some("recheck"));
        check("Hello\r\n\r\n   /Countersign   hold  it  \r\n", Some("hold  it"));
        check("/countersign unhold\n/countersign hold x", Some("unhold"));
        check("/countersign", Some(""));
        check("/countersign waive `board` **now** a_b_c", Some("waive board now a_b_c"));
        check("", None);
        check("please /countersign recheck", None);
        check("/countersigned", None);
        check("/countersign-bot", None);
        check("> /countersign recheck", None);
        check("> quoted\n/countersign recheck", None);
        check("> quoted\n\n/countersign recheck", Some("recheck"));
        check("`/countersign recheck`", None);
        check("```\n/countersign recheck\n```", None);
        check("```\n/countersign recheck\n```\n/countersign help", Some("help"));
        check("    /countersign recheck", None);
        check("- /countersign recheck", None);
        check("- a\n/countersign recheck", Some("recheck"));
        check("# /countersign recheck", None);
        check("<!-- \n/countersign recheck\n-->", None);
        check("a <!-- \n/countersign recheck\n--> b", None);
        check("~~/countersign recheck~~", None);
        check("**/countersign recheck**", None);
        check("![\n/countersign recheck](a.png)", None);
        check("[^1]: x\n/countersign recheck", None);
        check("/count\u{200b}ersign recheck", None);
        let long = format!("/countersign hold {}", "ä".repeat(2_000));
        assert_eq!(of_comment(&long).map(|line| line.chars().count()), Some(LONGEST));
    }

    #[test]
    fn each_command_takes_what_it_takes() {
        let check = |line: &str, expected: Asks| assert_eq!(read(line), Ok(expected), "{line:?}");
        let text = str::to_owned;
        check("recheck", Asks::Recheck);
        check(" Explain ", Asks::Explain);
        check("help", Asks::Help);
        check("unhold", Asks::Unhold);
        check("acknowledge", Asks::Acknowledge);
        check("hold we  wait", Asks::Hold { reason: text("we  wait") });
        check("waive board it is late", Asks::Waive { id: text("board"), reason: text("it is late") });
        check("emergency INC-1 it burns", Asks::Emergency { ticket: text("INC-1"), reason: text("it burns") });
        let window = "2026-01-30 19:00 20:00 Europe/London";
        check(&format!("schedule {window}"), Asks::Schedule { window: text(window) });
        check("outcome Backed-Out", Asks::Outcome { result: ChangeResult::BackedOut, text: String::new() });
        check("outcome failed at night", Asks::Outcome { result: ChangeResult::Failed, text: text("at night") });
    }

    #[test]
    fn what_is_no_command_is_told_with_how_it_is_written() {
        let check = |line: &str, message: &str, help: &str| {
            let expected = Unreadable { message: message.to_owned(), help: help.to_owned() };
            assert_eq!(read(line), Err(expected), "{line:?}");
        };
        check("", "the command says nothing", "write `/countersign help`");
        check("approve", "there is no command `approve`", "write `/countersign help`");
        check("`x", "there is no command `x`", "write `/countersign help`");
        check("recheck please", "`recheck` takes nothing after it", "write `/countersign recheck`");
        check("hold", "`hold` wants a reason", "write `/countersign hold REASON`");
        check("waive", "`waive` wants the id of a rule, freeze or window", "write `/countersign waive ID REASON`");
        check("waive board", "`waive` wants a reason", "write `/countersign waive ID REASON`");
        check("emergency", "`emergency` wants a ticket", "write `/countersign emergency TICKET REASON`");
        check("emergency INC-1", "`emergency` wants a reason", "write `/countersign emergency TICKET REASON`");
        let outcome = "write `/countersign outcome successful|with-issues|backed-out|failed TEXT`";
        check("outcome", "`outcome` wants what became of the change", outcome);
        check("outcome fine", "`fine` is no outcome of a change", outcome);
        check("schedule", "`schedule` wants a start and an end", "write `/countersign schedule START END ZONE`");
    }
}
